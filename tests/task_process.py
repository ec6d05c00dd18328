# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's work for the tests: one tunnel's options, run in this process or in real processes of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import page_example

CORE = "ansible_collections.baiducloud.network.plugins.module_utils._module.vpn_tunnel"
KEY = "OneKey#2026"
OPTIONS = dict(page_example.OPTIONS, secret_key=KEY)
"""The tunnel of the API page's example, with a key of ours."""


def options(**changes):
    """OPTIONS with some of them changed; None takes one away."""
    return {name: value for name, value in {**OPTIONS, **changes}.items() if value is not None}


class TaskProcesses:
    """Starts every task in a process, and process group, of its own.

    The processes are forked from one that has done nothing but the imports, so that a start costs milliseconds and
    nothing is shared but code: sessions, tokens and random states are each process's own.
    """

    def __init__(self):
        # -c, not this file as a script: its directory would be first on the path of imports.
        program = (
            f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import task_process; task_process.serve()"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, params, environment, number=1):
        """Release `number` processes at once, each to run the task with these options; a Started."""
        folder = tempfile.mkdtemp(prefix="tasks-")
        order = {"params": params, "environment": environment, "number": number, "folder": folder}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Started(json.loads(self._process.stdout.readline()), Path(folder))

    def run(self, params, environment, number=1):
        """The results of that many processes, in no order."""
        return self.start(params, environment, number).results()

    def stop(self):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


class Started:
    """Processes at work: their ids, and their results when they have ended."""

    def __init__(self, pids, folder):
        self.pids = pids
        self._folder = folder

    def kill(self):
        """SIGKILL for every process group; True if all of them were still at work."""
        alive = all(is_alive(pid) for pid in self.pids)
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        self._await_end(10)
        return alive

    def results(self, timeout=60):
        self._await_end(timeout)
        return [json.loads(path.read_text()) for path in sorted(self._folder.iterdir())]

    def _await_end(self, timeout):
        ends = time.monotonic() + timeout
        while any(is_alive(pid) for pid in self.pids):
            if time.monotonic() > ends:
                raise TimeoutError(f"still at work after {timeout} s: {self.pids}")
            time.sleep(0.005)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def serve():
    """Fork the tasks that come in on stdin, until it is closed."""
    import importlib

    core = importlib.import_module(CORE)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        barrier, release = os.pipe()
        pids = []
        for place in range(order["number"]):
            pid = os.fork()
            if pid == 0:
                os.setsid()
                os.close(release)
                os.read(barrier, 1)
                _work(core, order, place)
            pids.append(pid)
        os.close(barrier)
        os.close(release)
        print(json.dumps(pids), flush=True)


def _work(core, order, place):
    """One task in this process, which ends with it; the result is a file that is there whole or not at all."""
    try:
        os.environ.update(order["environment"])
        try:
            result = core.run(order["params"], False)
        except BaseException:
            result = {"failed": True, "msg": traceback.format_exc()}
        file = Path(order["folder"]) / f"{place}.json"
        partial = file.parent.with_suffix(f".{place}")
        partial.write_text(json.dumps(result))
        partial.rename(file)
    finally:
        os._exit(0)
