# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure one task next to an empty play and to other collections; count the requests of each operation."""

from __future__ import annotations

import statistics
from typing import NamedTuple

import stub_server
from api_example import OPTIONS, options
from bulk_scenarios import NO_CHANGE, SDK_SCRIPT, SHARED_OPTIONS, script_job
from emulator_process import EmulatorProcess
from measured_run import Cost, median, run_play, run_script

SHORT_LOOP, LONG_LOOP, LONG_LOOP_QUICK = 4, 14, 204
DEBUG, PING = "ansible.builtin.debug", "ansible.builtin.ping"
IN_PROCESS, AS_MODULE = "vpn_tunnel, in process", "vpn_tunnel, as a module"
QUICK_KINDS = (DEBUG, IN_PROCESS)
START_ROUNDS = 3  # a single task is compared with an empty play so often in each round
MODULE = "baiducloud.network.vpn_tunnel"
ABSENT = {"vpn_id": "vpn-119bd69b", "vpn_conn_name": "vpncon", "state": "absent"}
# Operation -> its options and the requests that it may send
OPERATIONS = {
    "create": (OPTIONS, ["GET", "POST", "GET"]),
    "no change": (OPTIONS, ["GET"]),
    "update": (options(ipsec_config__ipsec_lifetime=3600), ["GET", "PUT"]),
    "delete": (ABSENT, ["GET", "DELETE"]),
    "delete, already absent": (ABSENT, ["GET"]),
}


class Measured(NamedTuple):
    """What one task costs.

    :ivar items: kind of task -> (wall, CPU milliseconds) for each further item of a loop.
    :ivar task: the Cost of a play with one task that changes nothing. :ivar script: of the script that does the same.
    :ivar over_empty: seconds that this play takes longer than an empty play.
    :ivar methods: operation -> the HTTP methods of its requests.
    """

    items: dict
    task: Cost
    script: Cost
    over_empty: float
    methods: dict
    violations: list


def measure(rounds, environment):
    """Measure all of it on an emulator with one gateway."""
    with EmulatorProcess() as emulator:
        environment = dict(environment, **emulator.environment)
        methods = _count_requests(emulator, environment)
        emulator.reset()
        run_play([{MODULE: OPTIONS}], environment)
        task, script, over_empty = _measure_start(START_ROUNDS * rounds, emulator, environment)
        items = _measure_items(rounds, emulator, stub_server.start(), environment)
    violations = [
        f"{name}, one tunnel: {', '.join(seen)} instead of {', '.join(OPERATIONS[name][1])}"
        for name, seen in methods.items()
        if seen != OPERATIONS[name][1]
    ]
    return Measured(items, task, script, over_empty, methods, violations)


def _measure_start(rounds, emulator, environment):
    """Compare a play with one task to an empty play, which runs right before it; return the medians."""
    tasks, scripts, differences = [], [], []
    tunnel = {name: value for name, value in OPTIONS.items() if name not in SHARED_OPTIONS}
    for number in range(rounds):
        print(f"  one task and an empty play, round {number + 1} of {rounds}", flush=True)
        empty = run_play([], environment)
        tasks.append(run_play([{MODULE: OPTIONS}], environment))
        scripts.append(run_script(SDK_SCRIPT, script_job(NO_CHANGE, emulator.endpoint, [tunnel]), environment))
        differences.append(tasks[-1].wall - empty.wall)
    return median(tasks), median(scripts), statistics.median(differences)


def _kinds(emulator, stub):
    """Return kind of task -> the task, without its loop."""
    hcloud = {"api_token": "x" * 64, "api_endpoint": stub}
    aws = {"endpoint_url": stub, "region": "us-east-1", "access_key": "a", "secret_key": "b"}
    return {
        DEBUG: {"ansible.builtin.debug": {"msg": "x"}},
        IN_PROCESS: {MODULE: OPTIONS},
        AS_MODULE: {MODULE: OPTIONS, "vars": {"baiducloud_in_process": False}},
        PING: {"ansible.builtin.ping": {}},
        "ansible.builtin.uri, one GET": {"ansible.builtin.uri": {"url": emulator.endpoint + "/_emulator/state"}},
        "hetzner.hcloud.server_info": {"hetzner.hcloud.server_info": hcloud},
        "amazon.aws.aws_caller_info": {"amazon.aws.aws_caller_info": aws},
    }


def _measure_items(rounds, emulator, stub, environment):
    """Return kind -> (wall, CPU milliseconds per item), medians of the rounds."""
    samples = {}
    for number in range(rounds):
        for kind, task in _kinds(emulator, stub).items():
            print(f"  one task, round {number + 1} of {rounds}: {kind}", flush=True)
            most = LONG_LOOP_QUICK if kind in QUICK_KINDS else LONG_LOOP
            few, many = (
                run_play([dict(task, loop=list(range(count)), loop_control={"label": "."})], environment)
                for count in (SHORT_LOOP, most)
            )
            wall, cpu = ((more - less) / (most - SHORT_LOOP) * 1000 for less, more in zip(few[:2], many[:2]))
            samples.setdefault(kind, []).append((wall, cpu))
    return {kind: [statistics.median(column) for column in zip(*rows)] for kind, rows in samples.items()}


def _count_requests(emulator, environment):
    """Return operation -> the methods of the requests that it sent."""
    seen = {}
    emulator.reset()
    for name, (arguments, _expected) in OPERATIONS.items():
        before = len(emulator.requests())
        run_play([{MODULE: arguments}], environment)
        seen[name] = [entry["method"] for entry in emulator.requests()[before:]]
    return seen
