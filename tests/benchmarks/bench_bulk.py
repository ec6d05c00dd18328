# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure many tunnels: one vpn_tunnels task, a loop of vpn_tunnel, and a script that uses the official SDK."""

from __future__ import annotations

from bulk_scenarios import (
    CHANGE,
    CREATE,
    DELETE,
    LOOP,
    METHODS,
    NO_CHANGE,
    OPERATIONS,
    SCRIPT,
    SDK_SCRIPT,
    TASK,
    Job,
    Size,
    expected_requests,
    run,
    script_job,
)
from emulator_process import EmulatorProcess
from measured_run import median, run_play, run_script

SIZES = (Size(1, 1), Size(20, 1), Size(100, 1), Size(500, 1), Size(1000, 100))
LATENCIES = (0, 50)
CONCURRENCY = 8  # the default of vpn_tunnels
MAX_MEMORY_MIB = 250  # the documented limit for LARGEST_JOB
LARGEST_JOB = Job(Size(1000, 100), 0, NO_CHANGE, TASK)
BOUNDED_JOB = Job(Size(200, 20), 50, CREATE, TASK)
MAX_RATIO_TO_BOUND = 1.5
MAX_REPEATED_SECONDS = 3  # jobs that take longer are measured in the first round only
MAX_EXPECTED_SECONDS = 30  # loops and scripts that would take longer are left out


def section(rounds, environment):
    """Return this section of the page, and the violated expectations about requests and memory."""
    samples, counts, empty_plays, imports, violations = {}, {}, [], [], []
    with EmulatorProcess("--gateways", max(size.gateways for size in SIZES)) as emulator:
        environment = dict(environment, **emulator.environment)
        for number in range(rounds):
            print(f"  many tunnels, round {number + 1} of {rounds}: starts alone", flush=True)
            empty_plays.append(run_play([], environment))
            imports.append(run_script(SDK_SCRIPT, script_job("import only", emulator), environment))
            for job in _jobs():
                if number and samples[job][0].wall > MAX_REPEATED_SECONDS:
                    continue
                print(f"  many tunnels, round {number + 1} of {rounds}: {_label(job)}", flush=True)
                cost, counts[job], job_violations = run(job, emulator, environment)
                samples.setdefault(job, []).append(cost)
                violations += [f"{_label(job)}: {violation}" for violation in job_violations]
    costs = {job: median(of_job) for job, of_job in samples.items()}
    if costs[LARGEST_JOB].memory >= MAX_MEMORY_MIB:
        violations.append(
            f"{_label(LARGEST_JOB)}: {costs[LARGEST_JOB].memory:.0f} MiB instead of less than {MAX_MEMORY_MIB}"
        )
    return _text(rounds, costs, counts, median(empty_plays), median(imports)), violations


def _jobs():
    """Return all jobs, the three methods of one operation next to each other."""
    jobs = [
        Job(size, latency, operation, way)
        for latency in LATENCIES
        for size in SIZES
        for operation in OPERATIONS
        for way in METHODS
    ]
    jobs += [BOUNDED_JOB, BOUNDED_JOB._replace(method=SCRIPT)]
    return [job for job in jobs if job.method == TASK or _expected_seconds(job) <= MAX_EXPECTED_SECONDS]


def _expected_seconds(job):
    """Estimate the seconds of a loop or a script, which send one request after the other, by figures of trial runs."""
    per_request = 0.0015
    # Each item of the loop lists all tunnels of its gateway.
    per_item = 0.015 + 0.0001 * job.size.tunnels / job.size.gateways if job.method == LOOP else 0
    return sum(expected_requests(job).values()) * (per_request + job.latency / 1000) + job.size.tunnels * per_item


def _label(job):
    return f"{job.operation}, {job.size.tunnels} on {job.size.gateways}, {job.latency} ms, {job.method}"


TEXT = """## Many tunnels

Tunnels on one gateway, and 1,000 on 100 gateways, with three methods: one `vpn_tunnels` task, a loop of `vpn_tunnel`
over the same list (both in process), and [a script](../tests/benchmarks/sdk_script.py) that does the same with the
official SDK, one request after the other. Each figure is that of a whole run of `ansible-playbook` or `python`, start
included. The start alone: a play without tasks takes {empty.wall:.2f} s ({empty.cpu:.2f} s of CPU, {empty.memory:.0f}
MiB), a script that only imports the SDK {imports.wall:.2f} s ({imports.cpu:.2f} s, {imports.memory:.0f} MiB).

Medians of {rounds}; what takes longer than {again_below} s is measured once. A dash means a loop or a script that
would take more than about {longest} s; × is the time divided by that of the one task.

{times}

### Requests and memory

The requests that arrived, and the peak memory in MiB of the largest process, both from the runs without latency. The
script sends fewer requests to create, because it does not verify what it created.

{requests}

### Limits

| limit | measured | kept |
|---|---|---|
| no change on 1,000 tunnels over 100 gateways sends 100 requests | {largest_requests} requests | {all_kept} |
| … in less than {max_memory} MiB | {largest.memory:.0f} MiB | {memory_kept} |
| 200 creations on 20 gateways at 50 ms end within {over_bound} × {bound:.2f} s (200 creations ÷ {concurrency} at a \
time × 50 ms) plus an empty play: {limit:.2f} s | {bounded.wall:.2f} s; the script {bounded_script.wall:.2f} s \
| {bound_kept} |

The formula of the last row leaves out the lists before and after the creations, and Ansible's own handling of \
a task of {bounded_tunnels} items.

The cost of one more tunnel on a gateway, without latency; it must not grow with their number:

| milliseconds per further tunnel | from 20 to 100: wall | CPU | from 100 to 500: wall | CPU |
|---|---:|---:|---:|---:|
{further}
"""


def _text(rounds, costs, counts, empty, imports):
    bound = BOUNDED_JOB.size.tunnels / CONCURRENCY * BOUNDED_JOB.latency / 1000
    limit = MAX_RATIO_TO_BOUND * bound + empty.wall
    return TEXT.format(
        empty=empty,
        imports=imports,
        rounds=f"{rounds} round" + "s" * (rounds > 1),
        again_below=MAX_REPEATED_SECONDS,
        longest=MAX_EXPECTED_SECONDS,
        times="\n\n".join(_times(costs, latency) for latency in LATENCIES),
        requests=_requests(costs, counts),
        largest=costs[LARGEST_JOB],
        largest_requests=counts[LARGEST_JOB],
        all_kept=_kept(counts[LARGEST_JOB] == LARGEST_JOB.size.gateways),
        memory_kept=_kept(costs[LARGEST_JOB].memory < MAX_MEMORY_MIB),
        bound_kept=_kept(costs[BOUNDED_JOB].wall <= limit),
        max_memory=MAX_MEMORY_MIB,
        over_bound=MAX_RATIO_TO_BOUND,
        bound=bound,
        concurrency=CONCURRENCY,
        limit=limit,
        bounded=costs[BOUNDED_JOB],
        bounded_tunnels=BOUNDED_JOB.size.tunnels,
        bounded_script=costs[BOUNDED_JOB._replace(method=SCRIPT)],
        further="\n".join(_further(costs, operation) for operation in (CREATE, NO_CHANGE, CHANGE, DELETE)),
    )


def _kept(is_kept):
    return "yes" if is_kept else "**no**"


def _times(costs, latency):
    """Return the table of wall and CPU times at one latency."""
    rows = [
        f"### {f'{latency} ms latency' if latency else 'No latency'}\n",
        f"| tunnels / gateways | operation | {TASK}: s | CPU s | {LOOP}: s | CPU s | × | {SCRIPT}: s | CPU s | × |",
        "|---|---|" + "---:|" * 8,
    ]
    for size in SIZES:
        for operation in OPERATIONS:
            task, loop, script = (costs.get(Job(size, latency, operation, way)) for way in METHODS)
            cells = [f"{size.tunnels:,} / {size.gateways}", operation, f"{task.wall:.2f}", f"{task.cpu:.2f}"]
            for cost in (loop, script):
                shown = (f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.wall / task.wall:.1f} ×") if cost else "–––"
                cells += shown
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _requests(costs, counts):
    """Return the table of requests and peak memory."""
    rows = [
        f"| tunnels / gateways | operation | {' | '.join(f'{way} | MiB' for way in METHODS)} |",
        "|---|---|" + "---:|" * 6,
    ]
    for size in SIZES:
        for operation in OPERATIONS:
            cells = [f"{size.tunnels:,} / {size.gateways}", operation]
            for way in METHODS:
                job = Job(size, LATENCIES[0], operation, way)
                cells += (f"{counts[job]:,}", f"{costs[job].memory:.0f}") if job in costs else "––"
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _further(costs, operation):
    """Return a row with the cost of each additional tunnel, by the difference of two sizes."""
    cells = [operation]
    for few, many in ((20, 100), (100, 500)):
        less, more = (costs[Job(Size(count, 1), LATENCIES[0], operation, TASK)] for count in (few, many))
        cells += [f"{(high - low) / (many - few) * 1000:.1f}" for low, high in zip(less[:2], more[:2])]
    return f"| {' | '.join(cells)} |"
