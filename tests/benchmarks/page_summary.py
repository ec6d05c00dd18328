# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write docs/benchmarks.md: the figures that decide. Pure functions of what was measured."""

from __future__ import annotations

import statistics

from bench_cases import (
    FULL,
    GOALS,
    MANY,
    ONE_KEY_JOB,
    OWN_KEYS_JOB,
    PARALLEL_JOBS,
    SIZES,
    script_of,
)
from bench_single_task import DEBUG, IN_PROCESS, OPERATIONS, PING
from bulk_expectations import MAX_LISTS_TO_RECREATE
from bulk_scenarios import CREATE, HTTPS, LOCAL, LOOP, NO_CHANGE, TASK, Job

MAX_KEYS_RATIO = 1.2  # CPU of own keys to CPU of one key
MAX_OVER_EMPTY_MS = 70
MAX_IDLE_LOAD = 1.0  # the load average before the run
LOOP_SIZE = MANY  # of the advice's example

TEXT = """# Benchmarks

Written by `make bench`, all in one run of {minutes:.0f} minutes. Compare the ratios: the times are this machine's.
[All tables](benchmarks-tables.md) has every case, requests and memory.

- Machine: {machine}; load average {load_before:.1f} before and {load_after:.1f} after the run.
- Versions: {versions}.
- Each figure is the median of {rounds}; a case of more than {again} s is measured once. It is the time of a whole run
  of `ansible-playbook`, start included. A play without tasks takes {bulk.empty.wall:.2f} s.
- Noise: {noise}

## Goals

{met} of {all_goals} goals are met. The last two columns compare with
[a script](../tests/benchmarks/sdk_script.py) that does the same with the official SDK, one request after the other, and
with a play without tasks, both in the same run. Creations and deletions have a latency of 50 ms for each request.

| goal | measured | ÷ SDK script | over an empty play |
|---|---:|---:|---:|
{goals}

For the last row an empty play runs right before each task, and the last column is the median of the differences.
HTTPS goes through a proxy that delays each direction by 50 ms, the TLS handshake included. "Again" is after a purge,
while the API still replays the creation's tokens. The script lists a gateway once where a loop lists it for each item,
and it does not verify what it created.

## When to use a loop, when `vpn_tunnels`

Seconds of a loop of `vpn_tunnel` → of one `vpn_tunnels` task.

{advice}

{sentences}
A dash stands for a run of more than a minute and a half.

## Writes to one gateway at the same time

{parallel_tunnels} creations on one gateway at 50 ms, by the option `parallel_per_gateway`:

| `parallel_per_gateway` | seconds | ÷ one after the other |
|---|---:|---:|
{parallel}

## Requests

| operation | requests |
|---|---|
{requests}

The benchmarks fail if a task sends others. A creation is verified by a list, which distinguishes a replayed response
from a new tunnel ([reliability](reliability.md)). Waiting adds one `GET` per poll.

## One item of a loop

An item that changes nothing takes {item:.1f} ms in process: {to_debug:.1f} × `debug` and 1/{to_ping:.0f} of `ping`,
because no Python is started for it. The tables have
[other collections](benchmarks-tables.md#one-more-item-of-a-loop).
"""


def render(bulk, single, run):
    """Return the page.

    :param run: the facts of the run: minutes, machine, load_before, load_after, versions, rounds, again.
    """
    rows = goal_rows(bulk, single)
    in_process = single.items[IN_PROCESS][0]
    return TEXT.format(
        bulk=bulk,
        noise=_noise(bulk.spreads, run["load_before"]),
        met=sum(is_met for _cells, is_met in rows),
        all_goals=len(rows),
        goals="\n".join(_row(cells) for cells, _is_met in rows),
        advice="\n\n".join(_advice(bulk.costs, operation) for operation in (NO_CHANGE, CREATE)),
        sentences=_advise(bulk.costs),
        parallel_tunnels=PARALLEL_JOBS[0].size.tunnels,
        parallel="\n".join(_parallel(bulk.costs)),
        requests="\n".join(_requests(single.methods)),
        item=in_process,
        to_debug=in_process / single.items[DEBUG][0],
        to_ping=single.items[PING][0] / in_process,
        **run,
    )


def _noise(spreads, load):
    """Return what is noise in this run, and whether other programs have disturbed it."""
    text = "unknown, because there was one round only."
    if spreads:
        text = f"repeated runs of one case differ by {statistics.median(spreads):.0%} (median of all cases)."
        text += " Smaller differences mean nothing."
    if load > MAX_IDLE_LOAD:
        text += "\n- **The machine was busy with other programs: these figures do not decide anything.** Run it again."
    return text


def goal_rows(bulk, single):
    """Return (cells of the row, whether the goal is met) for each goal."""
    return [*(_time_goal(goal, bulk) for goal in GOALS), _keys_goal(bulk), _single_goal(single)]


def _time_goal(goal, bulk):
    cost, script = bulk.costs[goal.job], bulk.costs.get(script_of(goal.job))
    ratio = cost.wall / script.wall if script else None
    limit = f"≤ {goal.seconds} s" + (f" and ≤ {goal.ratio} × the script" if goal.ratio else "")
    # The limits are compared with the figures that the page shows.
    is_met = round(cost.wall, 2) <= goal.seconds and (not goal.ratio or round(ratio, 2) <= goal.ratio)
    over = (cost.wall - bulk.empty.wall) * 1000
    return [f"{goal.text}: {limit}", _measured(f"{cost.wall:.2f} s", is_met), _times(ratio), f"{over:,.0f} ms"], is_met


def _keys_goal(bulk):
    one, own = bulk.costs[ONE_KEY_JOB], bulk.costs[OWN_KEYS_JOB]
    ratio, count = own.cpu / one.cpu, OWN_KEYS_JOB.size.tunnels
    is_met = round(ratio, 2) <= MAX_KEYS_RATIO
    text = f"change {count:,}, a key for each: ≤ {MAX_KEYS_RATIO} × the CPU of one key for all"
    to_script, over = own.wall / bulk.costs[script_of(OWN_KEYS_JOB)].wall, (own.wall - bulk.empty.wall) * 1000
    measured = f"{ratio:.2f} × ({own.cpu:.2f} s ÷ {one.cpu:.2f} s)"
    return [text, _measured(measured, is_met), _times(to_script), f"{over:,.0f} ms"], is_met


def _single_goal(single):
    over = single.over_empty * 1000
    is_met = round(over) <= MAX_OVER_EMPTY_MS
    text = f"one `vpn_tunnel` task, no change: ≤ {MAX_OVER_EMPTY_MS} ms over an empty play"
    ratio = single.task.wall / single.script.wall
    return [text, _measured(f"{single.task.wall:.2f} s", is_met), _times(ratio), f"{over:.0f} ms"], is_met


def _measured(text, is_met):
    return f"{text}, met" if is_met else f"**{text}, not met**"


def _times(ratio):
    return f"{ratio:.2f} ×" if ratio else "–"


def _row(cells):
    return f"| {' | '.join(cells)} |"


def _advice(costs, operation):
    """Return the table of one operation: loop and task, without latency and over HTTPS."""
    rows = [f"| {operation}: tunnels | no latency | {HTTPS} |", "|---:|---:|---:|"]
    for size in dict.fromkeys(SIZES):
        cells = [f"{size.tunnels}"]
        for network in (LOCAL, HTTPS):
            pair = [costs.get(Job(size, network, operation, way)) for way in (LOOP, TASK)]
            cells.append(" → ".join(f"{cost.wall:.2f}" if cost else "–" for cost in pair))
        rows.append(_row(cells))
    return "\n".join(rows)


def _advise(costs):
    """Return the advice, with the figures of this run."""
    ratios = {operation: _loop_to_task(costs, LOOP_SIZE, HTTPS, operation) for operation in (NO_CHANGE, CREATE)}
    full = _loop_to_task(costs, FULL, LOCAL, NO_CHANGE)
    single = [costs[Job(SIZES[0], LOCAL, NO_CHANGE, way)].wall * 1000 for way in (LOOP, TASK)]
    return (
        f"- Use `vpn_tunnels` for more than a few tunnels. Over HTTPS a loop over {LOOP_SIZE.tunnels} takes "
        f"{ratios[NO_CHANGE]:.1f} times as long if nothing changes,\n"
        f"  and {ratios[CREATE]:.1f} times to create them. "
        f"Without latency a loop over {FULL.tunnels} takes {full:.1f} times as long if nothing changes.\n"
        f"- Use `vpn_tunnel` for one tunnel ({single[0]:.0f} ms; `vpn_tunnels` takes {single[1]:.0f} ms), "
        "and a loop where each item needs its\n  own `when`, `until` or `register`.\n"
    )


def _loop_to_task(costs, size, network, operation):
    loop, task = (costs[Job(size, network, operation, way)].wall for way in (LOOP, TASK))
    return loop / task


def _parallel(costs):
    serial = costs[PARALLEL_JOBS[0]].wall
    return [
        _row([f"{job.parallel}", f"{costs[job].wall:.2f}", _times(costs[job].wall / serial)]) for job in PARALLEL_JOBS
    ]


def _requests(methods):
    rows = [_row([f"`vpn_tunnel`: {name}", f"{len(methods[name])}: {', '.join(methods[name])}"]) for name in OPERATIONS]
    of_tasks = {
        "create N": "N `POST` and two lists of each gateway",
        "no change": "one list of each gateway",
        "change or delete N": "N `PUT` or `DELETE` and one list of each gateway",
        "create N again after a purge": f"2 N `POST` and at most {MAX_LISTS_TO_RECREATE} lists of each gateway",
    }
    return rows + [_row([f"`vpn_tunnels`: {name}", text]) for name, text in of_tasks.items()]
