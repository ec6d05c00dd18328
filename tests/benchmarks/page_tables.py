# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write docs/benchmarks-tables.md: everything that was measured. Pure functions of that."""

from __future__ import annotations

import re

from bench_cases import BOUNDED_JOB, FLEET, FULL, LARGEST_JOB, MANY, PARALLEL_JOBS, SOME, jobs, script_of
from bench_single_task import DEBUG, LONG_LOOP, LONG_LOOP_QUICK, OPERATIONS, PING, SHORT_LOOP
from bulk_expectations import MAX_LISTS_TO_RECREATE
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
    LOOP,
    METHODS,
    NO_CHANGE,
    RECREATE,
    SCRIPT,
    TASK,
    Job,
)
from page_summary import goal_rows, row_of, times

CONCURRENCY = 8  # the default of vpn_tunnels
MAX_MEMORY_MIB = 250  # the documented limit for LARGEST_JOB
MAX_RATIO_TO_BOUND = 1.5
ORDER = (NO_CHANGE, CREATE, CHANGE, DELETE, CHANGE_ONE_KEY, CHANGE_OWN_KEYS, RECREATE)

TEXT = """# Benchmarks: all tables

`make bench` wrote this page in the same run as [Benchmarks](benchmarks.md), the page with the results.

## Method

- Machine: {machine}; load average {load_before:.1f} before and {load_after:.1f} after the run.
- Versions: {versions}.
- Each figure is the median of {rounds}. A case that takes more than {again} s is measured once.
- Times are those of a whole run of `ansible-playbook` with its start. A play without tasks takes
  {bulk.empty.wall:.2f} s.
- "50 ms" means that the emulator of the API waits 50 ms before each response. "HTTPS" means that a proxy delays each
  direction by 50 ms, also during the TLS handshake.

## Goals: time over an empty play

| goal | over an empty play |
|---|---:|
{goals}

The time over an empty play is the time of the run without that of a play without tasks. For the last row, an empty
play runs right before each run, and the figure is the median of the differences.

## Writes to one gateway at the same time

{parallel_tunnels} creations on one gateway with a latency of 50 ms, for three values of the option:

| `parallel_per_gateway` | seconds | ÷ one after the other |
|---|---:|---:|
{parallel}

## Requests of a task

| operation | requests |
|---|---|
{methods}

A "list" is one `GET`. The benchmarks fail if a task sends other requests. The list after a creation shows whether the
tunnel is new or the response was replayed ([reliability](reliability.md)). `wait_for` adds one `GET` for each poll.

## One more item of a loop

The time of one further item that changes nothing, on localhost. It is the difference between loops of {few} and {many}
items, divided by the number of further items. For `debug` and `vpn_tunnel` in process, the longer loop has
{many_quick} items. All tasks that use HTTP send their requests to a server on the same machine.

| task | ms (CPU ms) | ÷ debug; ÷ ping |
|---|---:|---:|
{items}

## Many tunnels

Seconds of a whole run, and in brackets seconds of CPU. `5 / 1` means five tunnels on one gateway.
The second column shows a loop of `vpn_tunnel` → one `vpn_tunnels` task. A dash means that the case was not measured.
A play without tasks takes {bulk.empty.wall:.2f} ({bulk.empty.cpu:.2f}), a script that only imports the SDK
{bulk.imports.wall:.2f} ({bulk.imports.cpu:.2f}).

{times}

## Requests and memory

The number of requests, and in brackets the peak memory of the largest process in MiB. Without latency.

{requests}

## Limits

| limit | measured | kept |
|---|---|---|
| no change on {fleet.tunnels:,} tunnels over {fleet.gateways} gateways sends {fleet.gateways} requests \
| {sent} requests | {sent_kept} |
| the same run needs less than {max_memory} MiB | {memory:.0f} MiB | {memory_kept} |
| {bounded.tunnels} creations on {bounded.gateways} gateways at 50 ms take at most {limit:.2f} s | {time:.2f} s; \
the script {script:.2f} s | {time_kept} |

The last limit is {over_bound} × {bound:.2f} s plus the time of an empty play. {bound:.2f} s is the time of the
creations alone, {concurrency} at a time.
The limit contains neither the lists before and after the creations nor the time in which Ansible handles a long list.

## One more tunnel on a gateway

Milliseconds for each tunnel of one `vpn_tunnels` task, and in brackets milliseconds of CPU. Without latency. The
figures should not grow with the number of tunnels.

| operation | from {some} to {many_tunnels} | from {many_tunnels} to {full} |
|---|---:|---:|
{further}

## Signer

To sign the request of a creation takes {ours:.0f} µs. The official SDK's signer takes {theirs:.0f} µs ({signer:.1f} ×)
for the same result.
"""


def render(bulk, single, signers, run):
    """Return the page.

    :param run: the facts of the run: minutes, machine, load_before, load_after, versions, rounds, again.
    :param signers: the microseconds of a signature, ours and the official SDK's.
    """
    ours, theirs = signers
    return TEXT.format(
        bulk=bulk,
        goals="\n".join(row_of([cells[0], cells[3]]) for cells, _is_met in goal_rows(bulk, single)),
        parallel_tunnels=PARALLEL_JOBS[0].size.tunnels,
        parallel="\n".join(_parallel(bulk.costs)),
        methods="\n".join(_requests(single.methods)),
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
        **run,
    )


def memory_violations(bulk):
    """Return the violated expectation about memory, as a list of sentences."""
    memory = bulk.costs[LARGEST_JOB].memory
    return [f"{memory:.0f} MiB instead of less than {MAX_MEMORY_MIB}"] if memory >= MAX_MEMORY_MIB else []


def _items(items):
    debug, ping = items[DEBUG][0], items[PING][0]
    return [
        f"| {_with_collection_last(kind)} | {wall:.1f} ({cpu:.1f}) | {wall / debug:.1f} ×; {wall / ping:.3f} × |"
        for kind, (wall, cpu) in items.items()
    ]


def _with_collection_last(kind):
    """Return the kind of a task so that it fits on a narrow screen: "uri (ansible.builtin)"."""
    return re.sub(r"(\w+\.\w+)\.(.*)", r"\2 (\1)", kind)


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
    """Return the table of one network: a row for each operation and size."""
    rows = ["| operation, tunnels / gateways | loop → `vpn_tunnels` | SDK script |", "|---|---:|---:|"]
    measured = dict.fromkeys((ORDER.index(job.operation), job.size) for job in jobs() if job.network == network)
    for place, size in sorted(measured):
        every = {way: Job(size, network, ORDER[place], way, DEFAULT_PARALLEL) for way in METHODS}
        cells = {way: show(job) if job in bulk.costs else "–" for way, job in every.items()}
        label = f"{ORDER[place]}, {size.tunnels:,} / {size.gateways}"
        rows.append(row_of([label, f"{cells[LOOP]} → {cells[TASK]}", cells[SCRIPT]]))
    return "\n".join(rows)


def _further(costs, operation):
    """Return a row with the cost of each additional tunnel, by the difference of two sizes."""
    cells = [operation]
    for few, many in ((SOME, MANY), (MANY, FULL)):
        less, more = (costs[Job(size, LOCAL, operation, TASK)] for size in (few, many))
        wall, cpu = ((high - low) / (many.tunnels - few.tunnels) * 1000 for low, high in zip(less[:2], more[:2]))
        cells.append(f"{wall:.1f} ({cpu:.1f})")
    return f"| {' | '.join(cells)} |"


def _parallel(costs):
    serial = costs[PARALLEL_JOBS[0]].wall
    return [
        row_of([f"{job.parallel}", f"{costs[job].wall:.2f}", times(costs[job].wall / serial)]) for job in PARALLEL_JOBS
    ]


def _requests(methods):
    rows = [
        row_of([f"`vpn_tunnel`: {name}", f"{len(methods[name])}: {', '.join(methods[name])}"]) for name in OPERATIONS
    ]
    of_tasks = {
        "create N": "N `POST` and two lists of each gateway",
        "no change": "one list of each gateway",
        "change or delete N": "N `PUT` or `DELETE` and one list of each gateway",
        "create N again after a purge": f"2 N `POST` and at most {MAX_LISTS_TO_RECREATE} lists of each gateway",
    }
    return rows + [row_of([f"`vpn_tunnels`: {name}", text]) for name, text in of_tasks.items()]
