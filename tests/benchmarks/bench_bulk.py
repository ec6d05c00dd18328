# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure many tunnels: one vpn_tunnels task, a loop of vpn_tunnel, and a script that uses the official SDK."""

from __future__ import annotations

import statistics
from typing import NamedTuple

from bulk_expectations import find_violations
from bulk_scenarios import SCRIPT, SDK_SCRIPT, Target, run, script_job
from measured_run import Cost, median, run_play, run_script

MAX_MEASURED_AGAIN_SECONDS = 10  # jobs that take longer are measured in the first round only


class Measured(NamedTuple):
    """Medians of the costs, and the number of requests, by job; what a start alone costs; violated expectations."""

    costs: dict
    counts: dict
    empty: Cost
    imports: Cost
    spreads: list
    violations: list


def measure(jobs, rounds, environment):
    """Run every job once in each round, in turn."""
    samples, counts, empty_plays, imports, violations = {}, {}, [], [], []
    with Target(max(job.size.gateways for job in jobs)) as target:
        for number in range(rounds):
            print(f"  many tunnels, round {number + 1} of {rounds}: starts alone", flush=True)
            for _time in range(3):
                empty_plays.append(run_play([], environment))
                imports.append(run_script(SDK_SCRIPT, script_job("import only", ""), environment))
            for job in jobs:
                if number and samples[job][0].wall > MAX_MEASURED_AGAIN_SECONDS:
                    continue
                print(f"  many tunnels, round {number + 1} of {rounds}: {describe(job)}", flush=True)
                done = run(job, target, environment)
                samples.setdefault(job, []).append(done.cost)
                counts[job] = len(done.requests)
                violations += [f"{describe(job)}: {violation}" for violation in find_violations(job, done)]
    costs = {job: median(of_job) for job, of_job in samples.items()}
    spreads = [_spread(of_job) for job, of_job in samples.items() if len(of_job) > 1 and job.method != SCRIPT]
    return Measured(costs, counts, median(empty_plays), median(imports), spreads, violations)


def describe(job):
    """Return the job in words."""
    return f"{job.operation}, {job.size.tunnels} on {job.size.gateways}, {job.network}, {job.method}, {job.parallel}"


def _spread(costs):
    """Return the difference of the longest and the shortest time, relative to the median."""
    walls = [cost.wall for cost in costs]
    return (max(walls) - min(walls)) / statistics.median(walls)
