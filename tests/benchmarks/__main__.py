# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure tasks next to those of Ansible, other collections and the official SDK; write docs/benchmarks.md.

All kinds of tasks are measured alternately in one run, so that the load of the machine affects all of them. Compare
the ratios, not the milliseconds. It fails if a task sends unexpected requests, never because of a time.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import bench_auth
import bench_bulk
import bench_single_task

PAGE = ROOT / "docs/benchmarks.md"
# Rounds of single tasks, and of bulk work; for a trial, BENCH_ROUNDS=1 sets both.
ROUNDS, BULK_ROUNDS = (int(os.environ.get("BENCH_ROUNDS", default)) for default in ("5", "3"))

HEAD = """# Benchmarks

Written by `make bench`, all in one run of {minutes:.0f} minutes. Compare the ratios: the times are this machine's.

- Machine: {machine}; load average {load_before:.1f} before and {load_after:.1f} after the run.
- Versions: {versions}.
- Every round measures every kind once. The server is the emulator, on the same machine.
"""


def main():
    begin, load_before = time.monotonic(), os.getloadavg()[0]
    environment = dict(os.environ, ANSIBLE_LOCALHOST_WARNING="false")
    single, violations = bench_single_task.section(ROUNDS, environment)
    many, bulk_violations = bench_bulk.section(BULK_ROUNDS, environment)
    violations += bulk_violations
    sections = [single, many, bench_auth.section()]
    text = "\n".join([_head((time.monotonic() - begin) / 60, load_before), *sections])
    PAGE.write_text(text, encoding="utf-8")
    print(text)
    print(f"bench: wrote {PAGE.relative_to(ROOT)}")
    if violations:
        sys.exit("bench: expectations violated:\n" + "\n".join(f"- {sentence}" for sentence in violations))


def _head(minutes, load_before):
    packages = [f"{name} {version(name)}" for name in ("ansible-core", "ansible", "requests", "bce-python-sdk")]
    return HEAD.format(
        minutes=minutes,
        machine=f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        load_before=load_before,
        load_after=os.getloadavg()[0],
        versions=", ".join([f"Python {platform.python_version()}", *packages]),
    )


def _processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
