# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write docs/benchmarks.md: the results that matter. Pure functions of what was measured."""

from __future__ import annotations

import statistics

from bench_cases import (
    FULL,
    GOALS,
    MANY,
    ONE_KEY_JOB,
    OWN_KEYS_JOB,
    SIZES,
    script_of,
)
from bench_single_task import DEBUG, IN_PROCESS, PING
from bulk_scenarios import CREATE, HTTPS, LOCAL, LOOP, NO_CHANGE, TASK, Job

MAX_KEYS_RATIO = 1.2  # CPU of own keys to CPU of one key
MAX_OVER_EMPTY_MS = 70
MAX_IDLE_LOAD = 1.0  # the load average before the run
LOOP_SIZE = MANY  # of the advice's example

TEXT = """# Benchmarks

This page shows how long tasks take, compared with a loop, other modules and a script. All figures are from one run
of `make bench` ({minutes:.0f} minutes), which uses the emulator of the API. Compare the ratios, because the times
depend on the machine. Times include the start of `ansible-playbook` or of the script, except
the time of one item and the time over an empty play.
[All tables](benchmarks-tables.md) shows the machine, the versions, the method and every case.
{noise}

## A loop, or `vpn_tunnels`

{sentences}
Each cell shows the seconds of a loop of `vpn_tunnel` → the seconds of one `vpn_tunnels` task. Both use {network}:

| tunnels | no change | create |
|---:|---:|---:|
{advice}

A dash means that the case was not measured, because it would take more than a minute and a half.

## One item of a loop

On localhost `vpn_tunnel` runs in the process of Ansible. No Python process is started for an item. On a gateway with
one tunnel and without latency, an item that changes nothing takes {item:.1f} ms: {to_debug:.1f} × the time of
`ansible.builtin.debug` and 1/{to_ping:.0f} of that of `ansible.builtin.ping`. Each item reads the list of its gateway,
so it takes longer on a gateway with many tunnels.
[Other collections](benchmarks-tables.md#one-more-item-of-a-loop) have other figures.

## Goals

{met} of {all_goals} goals are met. A goal that names neither a loop nor `vpn_tunnel` measures one `vpn_tunnels` task.
The last column compares the time with that of [the script](../tests/benchmarks/sdk_script.py). The script does the same
with the official SDK, one request after the other. It does not verify what it created. It lists a gateway once, but a
loop lists the gateway for each item.

| goal | measured | time ÷ script's time |
|---|---:|---:|
{goals}

For "create … on" and "delete … from", each request has a latency of 50 ms. "Create again" means after a purge: the API
still replays its responses to the first creations ([reliability](reliability.md#how-a-tunnel-is-created-once)), so
each tunnel needs another token. "A key for each" means that each tunnel has its own key. "One key for all" means that
all tunnels have the same key. [Method](benchmarks-tables.md#method) describes the rest.
"""


def render(bulk, single, run):
    """Return the page.

    :param run: the facts of the run: minutes, machine, load_before, load_after, versions, rounds, again.
    """
    rows = goal_rows(bulk, single)
    in_process = single.items[IN_PROCESS][0]
    return TEXT.format(
        noise=_noise(bulk.spreads, run["load_before"]),
        met=sum(is_met for _cells, is_met in rows),
        all_goals=len(rows),
        goals="\n".join(row_of(cells[:3]) for cells, _is_met in rows),
        network=HTTPS,
        advice="\n".join(_advice(bulk.costs, size) for size in dict.fromkeys(SIZES)),
        sentences=_advise(bulk.costs),
        item=in_process,
        to_debug=in_process / single.items[DEBUG][0],
        to_ping=single.items[PING][0] / in_process,
        minutes=run["minutes"],
    )


def _noise(spreads, load):
    """Return what is noise in this run, and whether other programs have disturbed it."""
    text = ""
    if spreads:
        text = (
            "In half of the cases the slowest and the fastest run differ by more than"
            f" {statistics.median(spreads):.0%}. Ignore smaller differences."
        )
    if load > MAX_IDLE_LOAD:
        text += "\n\n**The machine was busy with other programs: do not rely on these figures.** Run it again."
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
    return [f"{goal.text}: {limit}", _measured(f"{cost.wall:.2f} s", is_met), times(ratio), f"{over:,.0f} ms"], is_met


def _keys_goal(bulk):
    one, own = bulk.costs[ONE_KEY_JOB], bulk.costs[OWN_KEYS_JOB]
    ratio, count = own.cpu / one.cpu, OWN_KEYS_JOB.size.tunnels
    is_met = round(ratio, 2) <= MAX_KEYS_RATIO
    text = f"change {count:,}, a key for each: ≤ {MAX_KEYS_RATIO} × the CPU of one key for all"
    to_script, over = own.wall / bulk.costs[script_of(OWN_KEYS_JOB)].wall, (own.wall - bulk.empty.wall) * 1000
    measured = f"{ratio:.2f} × ({own.cpu:.2f} s ÷ {one.cpu:.2f} s)"
    return [text, _measured(measured, is_met), times(to_script), f"{over:,.0f} ms"], is_met


def _single_goal(single):
    over = single.over_empty * 1000
    is_met = round(over) <= MAX_OVER_EMPTY_MS
    text = f"one `vpn_tunnel` task, no change: ≤ {MAX_OVER_EMPTY_MS} ms over an empty play"
    ratio = single.task.wall / single.script.wall
    return [text, _measured(f"{over:.0f} ms", is_met), times(ratio), f"{over:.0f} ms"], is_met


def _measured(text, is_met):
    return f"{text}, met" if is_met else f"**{text}, not met**"


def times(ratio):
    return f"{ratio:.2f} ×" if ratio else "–"


def row_of(cells):
    return f"| {' | '.join(cells)} |"


def _advice(costs, size):
    """Return the row of one number of tunnels: loop and task for each operation."""
    cells = [f"{size.tunnels}"]
    for operation in (NO_CHANGE, CREATE):
        pair = [costs.get(Job(size, HTTPS, operation, way)) for way in (LOOP, TASK)]
        cells.append(" → ".join(f"{cost.wall:.2f}" if cost else "–" for cost in pair))
    return row_of(cells)


def _advise(costs):
    """Return the advice, with the figures of this run."""
    ratios = {operation: _loop_to_task(costs, LOOP_SIZE, HTTPS, operation) for operation in (NO_CHANGE, CREATE)}
    full = _loop_to_task(costs, FULL, LOCAL, NO_CHANGE)
    single = [costs[Job(SIZES[0], LOCAL, NO_CHANGE, way)].wall * 1000 for way in (LOOP, TASK)]
    return (
        "- Use `vpn_tunnels` for more than a few tunnels. Compared with one `vpn_tunnels` task, a loop of\n"
        f"  `vpn_tunnel` over {LOOP_SIZE.tunnels} tunnels and HTTPS takes {ratios[NO_CHANGE]:.1f} times as long "
        "if nothing changes, and\n"
        f"  {ratios[CREATE]:.1f} times as long to create them.\n"
        f"  Without latency a loop over {FULL.tunnels} tunnels takes {full:.1f} times as long if nothing changes.\n"
        f"- Use `vpn_tunnel` for one tunnel. Both take about the same time: {single[0]:.0f} and {single[1]:.0f} ms.\n"
        "- Use a loop of `vpn_tunnel` if each item needs its own `when`, `until` or `register`.\n"
    )


def _loop_to_task(costs, size, network, operation):
    loop, task = (costs[Job(size, network, operation, way)].wall for way in (LOOP, TASK))
    return loop / task
