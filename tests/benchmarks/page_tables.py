# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write docs/benchmarks-tables.md: everything that was measured. Pure functions of that."""

from __future__ import annotations

from bench_cases import BOUNDED_JOB, FLEET, FULL, LARGEST_JOB, MANY, SOME, jobs, script_of
from bench_single_task import DEBUG, LONG_LOOP, LONG_LOOP_QUICK, PING, SHORT_LOOP
from bulk_scenarios import (
    CHANGE,
    CHANGE_ONE_KEY,
    CHANGE_OWN_KEYS,
    CREATE,
    DEFAULT_PARALLEL,
    DELETE,
    HTTPS,
    LATENCY,
    LOCAL,
    METHODS,
    NO_CHANGE,
    RECREATE,
    TASK,
    Job,
)

CONCURRENCY = 8  # the default of vpn_tunnels
MAX_MEMORY_MIB = 250  # the documented limit for LARGEST_JOB
MAX_RATIO_TO_BOUND = 1.5
ORDER = (NO_CHANGE, CREATE, CHANGE, DELETE, CHANGE_ONE_KEY, CHANGE_OWN_KEYS, RECREATE)

TEXT = """# Benchmarks: all tables

Written by `make bench` in the same run as [Benchmarks](benchmarks.md), which has the machine, the versions and
the goals.

## One more item of a loop

Nothing changes. The difference of loops of {few} and {many} items ({many_quick} for the quick kinds), on localhost;
all tasks that talk HTTP talk to a server on the same machine.

| task | ms (CPU ms) | ÷ `debug` | ÷ `ping` |
|---|---:|---:|---:|
{items}

## Many tunnels

Seconds of a whole run, in brackets those of CPU. `5 / 1` is five tunnels on one gateway.
A play without tasks takes {bulk.empty.wall:.2f} ({bulk.empty.cpu:.2f}), a script that only imports the SDK
{bulk.imports.wall:.2f} ({bulk.imports.cpu:.2f}). A dash means that the method was not measured.

{times}

## Requests and memory

The requests that arrived, in brackets the peak memory in MiB of the largest process; without latency.

{requests}

## Limits

| limit | measured | kept |
|---|---|---|
| no change on {fleet.tunnels:,} tunnels over {fleet.gateways} gateways sends {fleet.gateways} requests \
| {sent} requests | {sent_kept} |
| … in less than {max_memory} MiB | {memory:.0f} MiB | {memory_kept} |
| {bounded.tunnels} creations on {bounded.gateways} gateways at 50 ms end within {over_bound} × {bound:.2f} s \
(creations ÷ {concurrency} at a time × 50 ms) plus an empty play: {limit:.2f} s | {time:.2f} s; \
the script {script:.2f} s | {time_kept} |

The formula of the last row leaves out the lists before and after the creations, and Ansible's own handling of a long
list.

## One more tunnel on a gateway

Milliseconds, in brackets those of CPU, without latency. They must not grow with the number of tunnels.

| operation | from {some} to {many_tunnels} | from {many_tunnels} to {full} |
|---|---:|---:|
{further}

## Signer

One signature of a creation takes {ours:.0f} µs; the official SDK's signer takes {theirs:.0f} µs ({signer:.1f} ×) for
the same result.
"""


def render(bulk, single, signers):
    """Return the page.

    :param signers: the microseconds of a signature, ours and the official SDK's.
    """
    ours, theirs = signers
    return TEXT.format(
        bulk=bulk,
        few=SHORT_LOOP,
        many=LONG_LOOP,
        many_quick=LONG_LOOP_QUICK,
        items="\n".join(_items(single.items)),
        times="\n\n".join(
            f"### {network[0].upper()}{network[1:]}\n\n{_times(bulk, network)}" for network in (LOCAL, LATENCY, HTTPS)
        ),
        requests=_table(bulk, LOCAL, lambda job: f"{bulk.counts[job]:,} ({bulk.costs[job].memory:.0f})"),
        further="\n".join(_further(bulk.costs, operation) for operation in (CREATE, NO_CHANGE, CHANGE, DELETE)),
        some=SOME.tunnels,
        many_tunnels=MANY.tunnels,
        full=FULL.tunnels,
        ours=ours,
        theirs=theirs,
        signer=theirs / ours,
        **_limits(bulk),
    )


def memory_violations(bulk):
    """Return the violated expectation about memory, as a list of sentences."""
    memory = bulk.costs[LARGEST_JOB].memory
    return [f"{memory:.0f} MiB instead of less than {MAX_MEMORY_MIB}"] if memory >= MAX_MEMORY_MIB else []


def _items(items):
    debug, ping = items[DEBUG][0], items[PING][0]
    return [
        f"| {kind} | {wall:.1f} ({cpu:.1f}) | {wall / debug:.1f} × | {wall / ping:.3f} × |"
        for kind, (wall, cpu) in items.items()
    ]


def _limits(bulk):
    costs, sent = bulk.costs, bulk.counts[LARGEST_JOB]
    bound = BOUNDED_JOB.size.tunnels / CONCURRENCY * 0.05
    limit, time = MAX_RATIO_TO_BOUND * bound + bulk.empty.wall, costs[BOUNDED_JOB].wall
    return {
        "fleet": FLEET,
        "sent": sent,
        "sent_kept": _kept(sent == FLEET.gateways),
        "max_memory": MAX_MEMORY_MIB,
        "memory": costs[LARGEST_JOB].memory,
        "memory_kept": _kept(costs[LARGEST_JOB].memory < MAX_MEMORY_MIB),
        "bounded": BOUNDED_JOB.size,
        "over_bound": MAX_RATIO_TO_BOUND,
        "bound": bound,
        "concurrency": CONCURRENCY,
        "limit": limit,
        "time": time,
        "script": costs[script_of(BOUNDED_JOB)].wall,
        "time_kept": _kept(time <= limit),
    }


def _kept(is_kept):
    return "yes" if is_kept else "**no**"


def _times(bulk, network):
    return _table(bulk, network, lambda job: f"{bulk.costs[job].wall:.2f} ({bulk.costs[job].cpu:.2f})")


def _table(bulk, network, show):
    """Return the table of one network: a row for each operation and size, a column for each method."""
    rows = [f"| operation, tunnels / gateways | {' | '.join(METHODS)} |", "|---|" + "---:|" * len(METHODS)]
    measured = dict.fromkeys((ORDER.index(job.operation), job.size) for job in jobs() if job.network == network)
    for place, size in sorted(measured):
        cells = [f"{ORDER[place]}, {size.tunnels:,} / {size.gateways}"]
        for method in METHODS:
            job = Job(size, network, ORDER[place], method, DEFAULT_PARALLEL)
            cells.append(show(job) if job in bulk.costs else "–")
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _further(costs, operation):
    """Return a row with the cost of each additional tunnel, by the difference of two sizes."""
    cells = [operation]
    for few, many in ((SOME, MANY), (MANY, FULL)):
        less, more = (costs[Job(size, LOCAL, operation, TASK)] for size in (few, many))
        wall, cpu = ((high - low) / (many.tunnels - few.tunnels) * 1000 for low, high in zip(less[:2], more[:2]))
        cells.append(f"{wall:.1f} ({cpu:.1f})")
    return f"| {' | '.join(cells)} |"
