# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a playbook or a Python script and measure its cost."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

BIN = Path(sys.executable).parent
METER = [sys.executable, "-I", "-S", Path(__file__).with_name("process_cost.py")]


class Cost(NamedTuple):
    """Wall and CPU time in seconds, and the peak memory of the largest of its processes in MiB."""

    wall: float
    cpu: float
    memory: float


def median(costs):
    """Return the medians of each figure as a Cost."""
    return Cost(*map(statistics.median, zip(*costs)))


def run_play(tasks, environment, variables=None):
    """Run the tasks on localhost with ansible-playbook; return the Cost."""
    play = {"hosts": "localhost", "gather_facts": False, "vars": variables or {}, "tasks": tasks}
    return _run([BIN / "ansible-playbook"], [play], environment)


def run_script(path, job, environment):
    """Run the Python script with a file that holds the job as JSON; return the Cost."""
    return _run([sys.executable, path], job, environment)


def _run(command, content, environment):
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path, report = Path(folder, "content.json"), Path(folder, "report.json")
        path.write_text(json.dumps(content))
        with open(Path(folder, "output"), "w+", encoding="utf-8") as output:
            subprocess.run(
                [*METER, report, *command, path],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=True,
            )
            result = json.loads(report.read_text())
            if result["status"]:
                output.seek(0)
                sys.exit(f"bench: {command[-1]} failed:\n{output.read()[-3000:]}")
    return Cost(**result["cost"])
