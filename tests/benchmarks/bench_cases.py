# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs that the benchmarks measure, and the goals for them."""

from __future__ import annotations

import os
from typing import NamedTuple, Optional

from bulk_expectations import expected_requests
from bulk_scenarios import (
    CHANGE,
    CHANGE_ONE_KEY,
    CHANGE_OWN_KEYS,
    CREATE,
    DELETE,
    HTTPS,
    LATENCY,
    LOCAL,
    LOOP,
    METHODS,
    NO_CHANGE,
    OPERATIONS,
    RECREATE,
    SCRIPT,
    TASK,
    Job,
    Size,
)

DIVISOR = int(os.environ.get("BENCH_DIVISOR", "1"))  # for a trial: divides the numbers of tunnels and gateways
MAX_EXPECTED_SECONDS = 90  # loops and scripts that would take longer are left out


def _divided(number):
    return max(1, number // DIVISOR)


def _size(tunnels, gateways=1):
    return Size(_divided(tunnels), _divided(gateways))


TINY, FEW, SOME, MANY, FULL = SIZES = tuple(_size(count) for count in (1, 5, 20, 100, 500))
FLEET, KEYS = _size(1000, 100), _size(1000, 10)
LARGEST_JOB = Job(FLEET, LOCAL, NO_CHANGE, TASK)
BOUNDED_JOB = Job(_size(200, 20), LATENCY, CREATE, TASK)
PARALLEL_JOBS = tuple(Job(MANY, LATENCY, CREATE, TASK, parallel) for parallel in (1, 8, 32))
ONE_KEY_JOB, OWN_KEYS_JOB = (Job(KEYS, LOCAL, operation, TASK) for operation in (CHANGE_ONE_KEY, CHANGE_OWN_KEYS))


class Goal(NamedTuple):
    """A job and its limit: seconds, and where it has one the ratio to the script's seconds."""

    text: str
    job: Job
    seconds: float
    ratio: Optional[float] = None


GOALS = (
    Goal(f"create {SOME.tunnels} on one gateway", Job(SOME, LATENCY, CREATE, TASK), 1.0, 0.8),
    Goal(f"create {MANY.tunnels} on one gateway", Job(MANY, LATENCY, CREATE, TASK), 1.8, 0.32),
    Goal(f"create {FULL.tunnels} on one gateway", Job(FULL, LATENCY, CREATE, TASK), 7, 0.25),
    Goal(f"delete {SOME.tunnels} from one gateway", Job(SOME, LATENCY, DELETE, TASK), 0.95),
    Goal(f"delete {MANY.tunnels} from one gateway", Job(MANY, LATENCY, DELETE, TASK), 1.8),
    Goal(f"delete {FULL.tunnels} from one gateway", Job(FULL, LATENCY, DELETE, TASK), 7),
    Goal(f"loop of {SOME.tunnels} over HTTPS, no change", Job(SOME, HTTPS, NO_CHANGE, LOOP), 3.5),
    Goal(f"loop of {FULL.tunnels} on a gateway of {FULL.tunnels}, no change", Job(FULL, LOCAL, NO_CHANGE, LOOP), 8),
    Goal(f"create {SOME.tunnels} again with other keys", Job(SOME, LOCAL, RECREATE, TASK), 6),
    Goal(f"create {_divided(400)} again with other keys", Job(_size(400), LOCAL, RECREATE, TASK), 6),
)


def script_of(job):
    """Return the job of the script that does the same."""
    return Job(job.size, job.network, job.operation, SCRIPT)


def jobs():
    """Return all jobs without repetition, those that are compared next to each other."""
    found = [each for goal in GOALS for each in (goal.job, script_of(goal.job))]
    found += PARALLEL_JOBS
    found += [each for job in (ONE_KEY_JOB, OWN_KEYS_JOB) for each in (job, script_of(job))]
    for network in (LOCAL, HTTPS):
        found += [Job(size, network, op, way) for size in SIZES for op in (NO_CHANGE, CREATE) for way in METHODS]
    for size, operations in (
        (SOME, (CHANGE, DELETE)),
        (MANY, (CHANGE, DELETE)),
        (FULL, (CHANGE, DELETE)),
        (FLEET, OPERATIONS),
    ):
        found += [Job(size, LOCAL, operation, way) for operation in operations for way in (TASK, SCRIPT)]
    found += [BOUNDED_JOB, script_of(BOUNDED_JOB)]
    required = {goal.job for goal in GOALS}
    return [job for job in dict.fromkeys(found) if job in required or expected_seconds(job) <= MAX_EXPECTED_SECONDS]


def expected_seconds(job):
    """Estimate the seconds of a job by figures of trial runs."""
    per_request = {LOCAL: 0.002, LATENCY: 0.052, HTTPS: 0.2 if job.method == SCRIPT else 0.1}[job.network]
    seconds = sum(expected_requests(job).values()) * per_request
    if job.method == TASK:
        return 0.7 + seconds / min(job.parallel, job.size.tunnels)
    if job.method == LOOP:
        # Each item of the loop lists all tunnels of its gateway.
        return 0.7 + seconds + job.size.tunnels * (0.02 + 0.00001 * job.size.tunnels / job.size.gateways)
    return 0.2 + seconds
