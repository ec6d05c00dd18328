# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the implementation of a module, in this process or in processes of its own."""

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

import api_example

IMPLEMENTATIONS = "ansible_collections.baiducloud.network.plugins.module_utils._module"
KEY = "OneKey#2026"
OPTIONS = dict(api_example.OPTIONS, secret_key=KEY)
"""The tunnel of the API page's example, with another key."""


def options(**changes):
    """Return OPTIONS with changes; None removes an option."""
    return {name: value for name, value in {**OPTIONS, **changes}.items() if value is not None}


class ModuleProcesses:
    """Start every task in a process, and process group, of its own.

    The processes are forked from one that has done nothing but the imports, because a start then costs milliseconds and
    only code is shared: each process has its own sessions, tokens and random states.
    """

    def __init__(self, module="vpn_tunnel"):
        # With this file as a script its directory would be first on the import path.
        program = (
            f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); "
            f"import module_process; module_process.serve({module!r})"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, params, environment, number=1):
        """Start `number` processes at the same moment, each with these options."""
        folder = tempfile.mkdtemp(prefix="tasks-")
        order = {"params": params, "environment": environment, "number": number, "folder": folder}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return StartedProcesses(json.loads(self._process.stdout.readline()), Path(folder))

    def run(self, params, environment, number=1):
        """Return the results of that many processes, in no order."""
        return self.start(params, environment, number).results()

    def stop(self):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


class StartedProcesses:
    """Running processes: their ids, and their results when they have ended."""

    def __init__(self, pids, folder):
        self.pids = pids
        self._folder = folder

    def kill(self):
        """Send SIGKILL to every process group; return whether all of them were still running."""
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
                raise TimeoutError(f"still running after {timeout} s: {self.pids}")
            time.sleep(0.005)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def serve(module):
    """Fork the tasks that arrive on stdin, until it is closed."""
    import functools
    import importlib

    run = functools.partial(
        importlib.import_module("run_params").run_params, importlib.import_module(f"{IMPLEMENTATIONS}.{module}")
    )
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        barrier, release = os.pipe()
        pids = []
        for number in range(order["number"]):
            pid = os.fork()
            if pid == 0:
                os.setsid()
                os.close(release)
                os.read(barrier, 1)
                _work(run, order, number)
            pids.append(pid)
        os.close(barrier)
        os.close(release)
        print(json.dumps(pids), flush=True)


def _work(run, order, number):
    """Run one task and end this process; the result file is written atomically."""
    try:
        os.environ.update(order["environment"])
        try:
            result = run(order["params"], False)
        except BaseException:
            result = {"failed": True, "msg": traceback.format_exc()}
        file = Path(order["folder"]) / f"{number}.json"
        partial = file.parent.with_suffix(f".{number}")
        partial.write_text(json.dumps(result))
        partial.rename(file)
    finally:
        os._exit(0)
