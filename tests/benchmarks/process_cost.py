# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""python process_cost.py REPORT COMMAND...: run the command; write its exit status, times and memory to REPORT.

This is a separate program because on Linux the peak memory of a process includes that of the process which started
it: every figure would include the memory of the benchmarks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time


def main(report, *command):
    begin = time.monotonic()
    process = subprocess.Popen(command)
    _pid, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    cost = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss / 1024}
    with open(report, "w", encoding="utf-8") as file:
        json.dump({"status": process.returncode, "cost": cost}, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
