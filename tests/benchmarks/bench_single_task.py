# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure one task next to modules of Ansible and other collections, and count the requests of each operation."""

from __future__ import annotations

import statistics

import stub_server
from api_example import OPTIONS, options
from emulator_process import EmulatorProcess
from measured_run import run_play

# Items of two loops; an item costs their difference divided by LONG_LOOP - SHORT_LOOP. Quick kinds need longer loops.
SHORT_LOOP, LONG_LOOP, LONG_LOOP_QUICK = 4, 24, 204
QUICK_KINDS = ("ansible.builtin.debug", "vpn_tunnel, in process")
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


def section(rounds, environment):
    """Return this section of the page, and the violated expectations about requests."""
    with EmulatorProcess() as emulator:
        environment = dict(environment, **emulator.environment)
        operations = _count_requests(emulator, environment)
        emulator.reset()
        run_play([{MODULE: OPTIONS}], environment)
        items = _measure_items(rounds, emulator, stub_server.start(), environment)
    violations = [
        f"{name}, one tunnel: {', '.join(methods)} instead of {', '.join(OPERATIONS[name][1])}"
        for name, methods in operations.items()
        if methods != OPERATIONS[name][1]
    ]
    return _text(rounds, items, operations), violations


def _kinds(emulator, stub):
    """Return kind of task -> the task, without its loop."""
    hcloud = {"api_token": "x" * 64, "api_endpoint": stub}
    aws = {"endpoint_url": stub, "region": "us-east-1", "access_key": "a", "secret_key": "b"}
    return {
        "ansible.builtin.debug": {"ansible.builtin.debug": {"msg": "x"}},
        "vpn_tunnel, in process": {MODULE: OPTIONS},
        "vpn_tunnel, as a module": {MODULE: OPTIONS, "vars": {"baiducloud_in_process": False}},
        "ansible.builtin.ping": {"ansible.builtin.ping": {}},
        "ansible.builtin.uri, one GET": {"ansible.builtin.uri": {"url": emulator.endpoint + "/_emulator/state"}},
        "hetzner.hcloud.server_info": {"hetzner.hcloud.server_info": hcloud},
        "amazon.aws.aws_caller_info": {"amazon.aws.aws_caller_info": aws},
    }


def _measure_items(rounds, emulator, stub, environment):
    """Return kind -> (wall milliseconds per item, CPU milliseconds per item, peak MiB), medians of the rounds."""
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
            samples.setdefault(kind, []).append((wall, cpu, many.memory))
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


TEXT = """## One task without a change

Each further item of a loop on localhost, from loops of {few} and {many} items ({many_quick} for the quick kinds);
medians of {rounds}. All tasks that talk HTTP talk to a server on the same machine.

| task | ms per item | ÷ `debug` | ÷ `ping` | CPU ms per item | peak MiB of a process |
|---|---:|---:|---:|---:|---:|
{items}

In process an item costs {to_debug:.1f} × `debug` and 1/{to_ping:.0f} of `ping`, because no Python is started for it.
The module is used where the task does not run on the controller; see in-process execution in
[architecture](architecture.md).

## Requests per operation

| operation | requests | which |
|---|---:|---|
{operations}

A creation is verified by a list: this distinguishes a replayed response from a new tunnel
([reliability](reliability.md)). Waiting adds one `GET` per poll.
"""


def _text(rounds, items, operations):
    debug, ping = items["ansible.builtin.debug"][0], items["ansible.builtin.ping"][0]
    in_process = items["vpn_tunnel, in process"][0]
    rows = [
        f"| {kind} | {wall:.1f} | {wall / debug:.1f} × | {wall / ping:.3f} × | {cpu:.1f} | {memory:.0f} |"
        for kind, (wall, cpu, memory) in items.items()
    ]
    counts = [f"| {name} | {len(methods)} | {', '.join(methods)} |" for name, methods in operations.items()]
    return TEXT.format(
        rounds=f"{rounds} round" + "s" * (rounds > 1),
        few=SHORT_LOOP,
        many=LONG_LOOP,
        many_quick=LONG_LOOP_QUICK,
        items="\n".join(rows),
        to_debug=in_process / debug,
        to_ping=ping / in_process,
        operations="\n".join(counts),
    )
