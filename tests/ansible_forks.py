# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-playbook and ansible-inventory in forks of a process that has done nothing but import Ansible.

The import is more than half of the CPU time of a short play. Ansible reads its configuration meanwhile, so there is one
such process for each environment, and a run in a directory with an ansible.cfg is a real start. The first run in each
environment is a real start too. tests/integration/test_ansible_forks.py compares both.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from ansible_parent import BIN, PROGRAMS

REAL_STARTS = "REAL_ANSIBLE_STARTS"
"""The environment variable that switches forks off, and tests/module_bytecode too."""
MAX_PARENTS = 3
START_SECONDS = 60
# The beginnings of variables that Ansible does not read while it is imported.
OF_ONE_RUN = ("BCE_", "BAIDUCLOUD_", "TASK_RESULTS", "PWD", "PYTEST_CURRENT_TEST")

_seen: set = set()
_payloads: dict = {}  # the directories of the modules' payloads, by where the collections are
_parents: dict = {}  # those without a run, the last used one at the end


def can_fork(command, cwd, environment):
    """Return whether this run can be a fork; it is not the first in its environment then."""
    if Path(command[0]) not in PROGRAMS or os.environ.get(REAL_STARTS) or Path(cwd, "ansible.cfg").exists():
        return False
    key = _key(environment)
    is_known = key in _seen
    _seen.add(key)
    return is_known


def run(command, cwd, environment, seconds, stderr=subprocess.STDOUT):
    """Run one of PROGRAMS without input, as subprocess.run() does; return the completed process, with text.

    :param seconds: the timeout.
    :param stderr: subprocess.STDOUT or subprocess.PIPE.
    :raises subprocess.TimeoutExpired: after the timeout.
    """
    key = _key(environment)
    parent = _parents.pop(key, None) or _Parent(environment)
    try:
        done = parent.run(command, cwd, environment, seconds, stderr)
    except BaseException:
        parent.stop()
        raise
    _parents[key] = parent
    while len(_parents) > MAX_PARENTS:
        _parents.pop(next(iter(_parents))).stop()
    return done


@atexit.register
def _stop_all():
    while _parents:
        _parents.popitem()[1].stop()


def _key(environment):
    return frozenset((name, value) for name, value in environment.items() if not name.startswith(OF_ONE_RUN))


def _payloads_of(environment):
    """Return the directory for the payloads of modules, which depend on where the collections are."""
    place = environment.get("ANSIBLE_COLLECTIONS_PATH") or _key(environment)
    if place not in _payloads:
        _payloads[place] = tempfile.TemporaryDirectory(prefix="payloads-")
    return _payloads[place].name


class _Parent:
    """The process of ansible_parent.py for one environment."""

    def __init__(self, environment):
        self._control, theirs = socket.socketpair()
        with theirs:
            program = Path(__file__).with_name("ansible_parent.py")
            self._process = subprocess.Popen(
                [sys.executable, str(program), str(theirs.fileno()), _payloads_of(environment)],
                cwd=BIN,  # it has no ansible.cfg
                env={**dict(_key(environment)), "TASK_RESULTS": os.devnull},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._replies = self._control.makefile()

    def run(self, command, cwd, environment, seconds, stderr):
        with contextlib.ExitStack() as stack:
            output = [stack.enter_context(tempfile.TemporaryFile())]
            if stderr == subprocess.PIPE:
                output.append(stack.enter_context(tempfile.TemporaryFile()))
            mask = os.umask(0o077)
            os.umask(mask)
            order = {
                "words": [str(word) for word in command],
                "cwd": str(cwd),
                "environment": dict(environment),
                "umask": mask,
            }
            socket.send_fds(self._control, [b" "], [output[0].fileno(), output[-1].fileno()])
            self._control.sendall(json.dumps(order).encode() + b"\n")
            pid = self._reply(START_SECONDS)
            try:
                status = self._reply(seconds)
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(command, seconds) from None
            return subprocess.CompletedProcess(command, status, *map(_text, output))

    def stop(self):
        self._replies.close()
        self._control.close()
        self._process.wait(START_SECONDS)

    def _reply(self, seconds):
        if not select.select([self._control], [], [], seconds)[0]:
            raise TimeoutError
        return int(self._replies.readline())


def _text(file):
    file.seek(0)
    return io.TextIOWrapper(file).read()
