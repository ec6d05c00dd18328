# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-playbook and other commands for tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import NamedTuple

import ansible_forks

ROOT = Path(__file__).resolve().parents[1]
ANSIBLE_PLAYBOOK = Path(sys.executable).parent / "ansible-playbook"
# Where the collection is: a checkout may be in a directory ansible_collections/, as ansible-test requires; the
# environments of the Makefile link to it. By default Ansible looks into the user's home first.
IS_IN_COLLECTIONS = ROOT.parents[1].name == "ansible_collections"
COLLECTIONS = str(ROOT.parents[2]) if IS_IN_COLLECTIONS else sysconfig.get_path("purelib")


class PlaybookResult(NamedTuple):
    """The result of a run.

    :ivar results: the results of the tasks, in order.
    :ivar named: the same by the name of the task.
    :ivar status: the exit status.
    :ivar output: all output.
    """

    results: list
    named: dict
    status: int
    output: str


def run_playbook(content, *arguments, environment=None, cwd=None):
    """Run ansible-playbook and wait for its end.

    :param content: a list of tasks for localhost, a list of plays, or the path of a playbook.
    :param arguments: further arguments of ansible-playbook.
    :param environment: further environment variables, a dict.
    """
    with tempfile.TemporaryDirectory(prefix="play-") as folder:
        path = content
        if not isinstance(content, (str, Path)):
            path = Path(folder, "play.yml")
            path.write_text(json.dumps(as_plays(content)), encoding="utf-8")
        log = Path(folder, "results")
        log.touch()
        command = [ANSIBLE_PLAYBOOK, path, *arguments]
        result = run_command(command, cwd or folder, build_environment(log, environment), seconds=300)
        entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    results = [entry["result"] for entry in entries]
    return PlaybookResult(
        results, {entry["task"]: entry["result"] for entry in entries}, result.returncode, result.stdout
    )


def run_command(command, cwd, environment, seconds, stderr=subprocess.STDOUT):
    """Run a command without input; return the completed process, whose stdout has all output.

    :param seconds: the timeout.
    :param stderr: subprocess.PIPE if stderr is to be separate.
    :raises subprocess.TimeoutExpired: after the timeout.
    """
    if ansible_forks.can_fork(command, cwd, environment):
        return ansible_forks.run(command, cwd, environment, seconds, stderr)
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        timeout=seconds,
    )


def as_plays(content):
    """Return a list of tasks as a list of one play, and a list of plays unchanged."""
    if content and "hosts" in content[0]:
        return content
    return [{"name": "Test", "hosts": "localhost", "gather_facts": False, "tasks": content}]


def build_environment(log, more=None):
    """Return the environment of a run: that of this process, without a developer's Ansible and cloud settings."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("BCE_", "BAIDUCLOUD_", "ANSIBLE_"))
    }
    environment.update(
        ANSIBLE_COLLECTIONS_PATH=COLLECTIONS,
        ANSIBLE_NOCOLOR="1",
        ANSIBLE_LOCALHOST_WARNING="false",
        ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
        ANSIBLE_CALLBACK_PLUGINS=str(ROOT / "tests/callbacks"),
        ANSIBLE_CALLBACKS_ENABLED="task_results",
        TASK_RESULTS=str(log),
    )
    if not os.environ.get(ansible_forks.REAL_STARTS):
        path = [str(ROOT / "tests/module_bytecode"), *filter(None, [environment.get("PYTHONPATH")])]
        environment["PYTHONPATH"] = os.pathsep.join(path)
    return dict(environment, **(more or {}))
