# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill a task that creates an object at any moment, and run it again."""

from __future__ import annotations

import random
import time

from module_process import is_alive

KILLS = 56
KILL_LATENCY = 60  # milliseconds for one request, half of them before the commit


def run_again_after_kills(emulator, processes, params, stored, run, check):
    """Kill the task with SIGKILL, run it again and check the result, KILLS times; return how many kills were when.

    :param processes: the ModuleProcesses of the module.
    :param params: the options of the task.
    :param stored: returns the objects of its kind that the emulator has.
    :param run: runs the task to its end and returns its result.
    :param check: takes this result and fails if anything else exists than it says.
    """
    spread = {"before the commit": 0, "after the commit": 0}
    moments = random.Random(2026)
    # A kill comes up to the latency of one request after one of these: the start, the first list, the creation is
    # received, the creation is stored.
    reached = [lambda: True, emulator.requests, lambda: len(emulator.requests()) > 1, stored]
    for number in range(KILLS):
        emulator.reset()
        emulator.settings(latency_ms=KILL_LATENCY)
        task = processes.start(params, emulator.environment)
        while not reached[number % len(reached)]() and all(map(is_alive, task.pids)):
            time.sleep(0.002)
        time.sleep(moments.random() * KILL_LATENCY / 1000)
        was_at_work = task.kill()
        emulator.settings(latency_ms=0)
        if was_at_work:
            spread["after the commit" if stored() else "before the commit"] += 1
        result = run()
        check(result)
        # What the killed process had sent is still on its way to its commit.
        time.sleep(KILL_LATENCY / 1000)
        check(result)
    print(f"killed: {spread}")
    assert sum(spread.values()) >= 50 and min(spread.values()) >= 10
    return spread
