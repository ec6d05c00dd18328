# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure tasks next to those of Ansible, other collections and the official SDK; write docs/benchmarks*.md.

All kinds of tasks are measured alternately in one run, so that the load of the machine affects all of them. Compare
the ratios, not the milliseconds. It fails if a task sends unexpected requests, never because of a time.

For a trial: BENCH_ROUNDS=1 measures everything once, BENCH_DIVISOR=20 divides the numbers of tunnels. Both write the
pages to .cache/bench-trial/.
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
import page_summary
import page_tables
from bench_cases import DIVISOR, jobs

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
IS_TRIAL = DIVISOR != 1 or ROUNDS < 3
FOLDER = ROOT / (".cache/bench-trial" if IS_TRIAL else "docs")


def main():
    begin, load_before = time.monotonic(), os.getloadavg()[0]
    environment = dict(os.environ, ANSIBLE_LOCALHOST_WARNING="false")
    single = bench_single_task.measure(ROUNDS, environment)
    bulk = bench_bulk.measure(jobs(), ROUNDS, environment)
    signers = bench_auth.measure()
    run = _facts((time.monotonic() - begin) / 60, load_before)
    FOLDER.mkdir(parents=True, exist_ok=True)
    pages = {
        "benchmarks.md": page_summary.render(bulk, single, run),
        "benchmarks-tables.md": page_tables.render(bulk, single, signers, run),
    }
    for name, text in pages.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(pages["benchmarks.md"])
    print(f"bench: wrote {' and '.join(pages)} to {FOLDER.relative_to(ROOT)}")
    violations = [*single.violations, *bulk.violations, *page_tables.memory_violations(bulk)]
    if violations:
        sys.exit("bench: expectations violated:\n" + "\n".join(f"- {sentence}" for sentence in violations))


def _facts(minutes, load_before):
    packages = [f"{name} {version(name)}" for name in ("ansible-core", "ansible", "requests", "bce-python-sdk")]
    return {
        "minutes": minutes,
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "load_before": load_before,
        "load_after": os.getloadavg()[0],
        "versions": ", ".join([f"Python {platform.python_version()}", *packages]),
        "rounds": f"{ROUNDS} round" + "s" * (ROUNDS > 1),
        "again": bench_bulk.MAX_MEASURED_AGAIN_SECONDS,
    }


def _processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
