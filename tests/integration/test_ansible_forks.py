# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of Ansible in a fork has the output, the results and the surroundings of a real start."""

from __future__ import annotations

import json
import os
import re
import subprocess

import pytest

import ansible_forks
from playbook_runner import ANSIBLE_PLAYBOOK, as_plays, build_environment

SHOWN = "umask; pwd; printenv MARK; ulimit -c; grep -E 'Sig(Ign|Blk)' /proc/$PPID/status"
TASKS = [
    {"ansible.builtin.shell": SHOWN},
    {
        "ansible.builtin.debug": {
            "msg": "{{ lookup('pipe', 'pwd; cat; umask; ls -l /proc/self/fd | wc -l; echo x >&2') }}"
        }
    },
    {
        "ansible.builtin.debug": {
            "msg": "{{ ansible_playbook_python }} {{ ansible_version }} {{ lookup('env', 'HOME') }}"
        }
    },
    {"ansible.builtin.fail": {"msg": "{{ playbook_dir }}"}},
]
OUTPUTS = {"one output": subprocess.STDOUT, "two outputs": subprocess.PIPE}
CASES = [
    ("two outputs", ["ansible-playbook", "play.yml"]),
    ("one output", ["ansible-playbook", "-vvv", "-i", "host,", "-c", "local", "play.yml"]),
    ("two outputs", ["ansible-playbook", "--no-such-option"]),
    ("one output", ["ansible-playbook", "nowhere.yml"]),
    ("two outputs", ["ansible-inventory", "-i", "a,b", "--list"]),
    ("one output", ["ansible-inventory", "-i", "nowhere", "--list"]),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forks")
    (folder / "play.yml").write_text(json.dumps(as_plays(TASKS)), encoding="utf-8")
    return folder


def comparable(run, log):
    """Return the exit status, the output and the results without times and names of temporary files."""
    log.write_text("")
    done = run()
    texts = [done.stdout, done.stderr or "", log.read_text(encoding="utf-8")]
    patterns = (r"\d{4}-\d\d-\d\d [\d:.]{15}", r"\d:\d\d:\d\d\.\d+", r"ansible-(tmp|local)-[\w.-]+", r"tmp\w{8}\b")
    for pattern in patterns:
        texts = [re.sub(pattern, "X", text) for text in texts]
    return [done.returncode, *texts]


@pytest.mark.parametrize(("outputs", "words"), CASES, ids=str)
def test_fork_has_the_output_and_the_surroundings_of_a_real_start(folder, outputs, words):
    log, stderr = folder / "results", OUTPUTS[outputs]
    environment = {**build_environment(log), "BCE_MARK": "x", "MARK": "y", "HOME": str(folder)}
    command = [ANSIBLE_PLAYBOOK.with_name(words[0]), *words[1:]]
    options = {"cwd": folder, "env": environment, "stdin": subprocess.DEVNULL, "text": True}
    old = os.umask(0o027)
    try:
        real = comparable(
            lambda: subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, check=False, **options), log
        )
        for _fork in range(2 if "play.yml" in words else 1):
            assert comparable(lambda: ansible_forks.run(command, folder, environment, 60, stderr), log) == real
    finally:
        os.umask(old)
    assert os.listdir(folder / ".ansible/tmp") == []


def test_first_run_of_a_configuration_is_a_real_start(folder, monkeypatch):
    monkeypatch.delenv(ansible_forks.REAL_STARTS, raising=False)
    command, environment = [ANSIBLE_PLAYBOOK, "play.yml"], {**build_environment("/dev/null"), "MARK": "first"}
    started = [ansible_forks.can_fork(command, folder, {**environment, "BCE_REGION": name}) for name in ("bj", "gz")]
    assert started == [False, True]
    assert not ansible_forks.can_fork(command, folder, {**environment, "ANSIBLE_FORKS": "7"})
    assert not ansible_forks.can_fork([ANSIBLE_PLAYBOOK.with_name("ansible-vault")], folder, environment)
    monkeypatch.setenv(ansible_forks.REAL_STARTS, "1")
    assert not ansible_forks.can_fork(command, folder, environment)
    monkeypatch.delenv(ansible_forks.REAL_STARTS)
    (folder / "ansible.cfg").touch()
    assert not ansible_forks.can_fork(command, folder, environment)


def test_fork_that_does_not_end_is_killed_and_the_next_one_runs(folder):
    command, environment = [ANSIBLE_PLAYBOOK, "--version"], build_environment("/dev/null")
    with pytest.raises(subprocess.TimeoutExpired):
        ansible_forks.run(command, folder, environment, 0)
    assert ansible_forks.run(command, folder, environment, 60).returncode == 0
