# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module vpn_tunnels on one gateway, with eight writes at the same time: each tunnel exactly once, a true report."""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_tunnels
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.parallel_writes import ParallelWrites
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.state import (
    MAX_CREATE_ATTEMPTS,
    STALE_LIST_TIMEOUT,
)
from api_example import OPTIONS
from emulator_process import GATEWAY
from module_process import ModuleProcesses, is_alive
from run_params import run_params

MANY = 60
PARALLEL = 8  # the default of parallel_per_gateway
KILLS = 48  # 16 of each kind of write
KILL_LATENCY = 40  # milliseconds for one request, half of them before the commit
SHARED = {"vpn_id": GATEWAY, **{name: OPTIONS[name] for name in ("secret_key", "ike_config", "ipsec_config")}}
FOREIGN = ("not-ours-1", "not-ours-2")


def branches(number, **changes):
    """Return the items of a list, each with a network of its own."""
    networks = {"local_subnets": ["192.168.0.0/20"], "remote_ip": "203.0.113.10"}
    return [
        dict(networks, vpn_conn_name=f"branch-{place}", remote_subnets=[f"10.1.{place}.0/24"], **changes)
        for place in range(number)
    ]


def params(items, **options):
    return {**SHARED, "tunnels": items, **options}


@pytest.fixture
def run(clock):
    """Return a function that runs a task with this list on the clock of the test."""
    return lambda items, **options: run_params(vpn_tunnels, params(items, **options), clock=clock)


def names(cloud):
    return Counter(tunnel["vpnConnName"] for tunnel in cloud.tunnels())


def once(*groups):
    """Return the names of items, each once."""
    return Counter(item if isinstance(item, str) else item["vpn_conn_name"] for group in groups for item in group)


def counts(result, **expected):
    return result["totals"] == dict(dict.fromkeys(result["totals"], 0), **expected)


def assert_true_report(result, before, cloud):
    """Compare the ids and the outcomes of a report with what was stored before and what is stored now."""
    now = {tunnel["vpnConnName"]: tunnel for tunnel in cloud.tunnels()}
    assert len(now) == len(cloud.tunnels())
    for item in result["tunnels"]:
        was, stored = before.get(item["name"]), now.get(item["name"])
        made = [stored["vpnConnId"]] if stored and not was else []
        assert item["created_ids"] == made or (not made and item["error"]), item
        if item["changed"]:
            assert was != stored
            assert stored is None or item["vpn_conn_id"] == stored["vpnConnId"]
        elif was != stored:
            assert item["error"] and item["error"]["maybe_applied"], item
        if not item["error"]:
            assert item["changed"] == (was != stored), item


def stored(cloud):
    return {tunnel["vpnConnName"]: tunnel for tunnel in cloud.tunnels()}


# What a task of each kind has before it, and what it is to do.
WRITES = {
    "create": ({}, {}),
    "update": ({"description": "old"}, {"description": "new"}),
    "delete": ({}, {"state": "absent"}),
    "purge": ({}, None),
}


def prepare(write, number, run):
    """Make what exists before a task; return the items and the further options of the task."""
    before, changes = WRITES[write]
    if write != "create":
        assert not run(branches(number, **before)).get("failed")
    if changes is None:
        return [], {"purge": True, "purge_all": True}
    return branches(number, **changes), {}


def expected(write, number):
    return once([] if write in ("delete", "purge") else branches(number))


# -- faults ----------


HALF = [
    {"fault": "status", "status": 500},
    {"fault": "status", "status": 503, "commit": True},
    {"fault": "reset_before"},
    {"fault": "reset_after"},
]


@pytest.mark.parametrize("write", WRITES)
def test_sixty_tunnels_with_half_of_the_requests_failing_end_right(cloud, run, write):
    items, options = prepare(write, MANY, run)
    before = stored(cloud)
    cloud.faults(*[dict(fault, probability=0.16, seed=seed) for seed, fault in enumerate(HALF)])
    result = run(items, **options, retry_timeout=60)
    faults = Counter(bool(entry["fault"]) for entry in cloud.requests()[-MANY:])
    cloud.faults()
    assert faults[True] >= MANY / 4
    assert_true_report(result, before, cloud)
    again = run(items, **options)
    assert not again.get("failed") and names(cloud) == expected(write, MANY)
    kept = {name: tunnel["vpnConnId"] for name, tunnel in before.items() if name in stored(cloud)}
    assert {name: stored(cloud)[name]["vpnConnId"] for name in kept} == kept


@pytest.mark.parametrize("fault", ["reset_before", "reset_after"])
@pytest.mark.parametrize("write", WRITES)
def test_two_lost_responses_in_a_row_of_every_write_in_flight_end_right(cloud, run, write, fault):
    items, options = prepare(write, 12, run)
    before = stored(cloud)
    method = {"create": "POST", "update": "PUT"}.get(write, "DELETE")
    cloud.faults({"match": {"method": method}, "fault": fault, "times": 24})
    result = run(items, **options)
    assert not result.get("failed"), result["msg"]
    assert_true_report(result, before, cloud)
    assert names(cloud) == expected(write, 12) and not run(items, **options)["changed"]
    if write == "create":
        sent = Counter(entry["query"]["clientToken"] for entry in cloud.requests("POST"))
        assert len(sent) == 12 and max(sent.values()) <= MAX_CREATE_ATTEMPTS


def test_creations_of_unknown_outcome_are_all_reported(cloud, run):
    """Half of the creations are refused and the other half have no response: each item has its own outcome."""
    cloud.faults(
        {"match": {"method": "POST", "nth": list(range(1, 13, 2))}, "fault": "status", "status": 403},
        {"match": {"method": "POST"}, "fault": "reset_before", "times": -1},
    )
    result = run(branches(12))
    outcomes = Counter(item["error"]["maybe_applied"] for item in result["tunnels"])
    assert outcomes == {True: 6, False: 6} and counts(result, failed=12) and cloud.tunnels() == []
    assert [item["name"] for item in result["tunnels"]] == [item["vpn_conn_name"] for item in branches(12)]


def test_created_ids_are_reported_where_no_list_confirms_them(cloud, run):
    cloud.faults({"match": {"method": "GET", "nth": 2}, "fault": "status", "status": 403, "times": -1})
    result = run(branches(12))
    ids = {name: [tunnel["vpnConnId"]] for name, tunnel in stored(cloud).items()}
    assert len(ids) == 12 and {item["name"]: item["created_ids"] for item in result["tunnels"]} == ids
    assert all(item["changed"] and item["error"] for item in result["tunnels"])


# -- a gateway that is busy ----------


@pytest.mark.parametrize(
    ("status", "code"),
    [(409, "LastOperationNotFinished"), (409, "OperationDenied"), (409, "Conflict"), (400, "InvalidInstanceStatus")],
)
@pytest.mark.parametrize("write", WRITES)
def test_busy_gateway_gets_one_write_after_the_other(cloud, run, write, status, code):
    """All eight writes that are under way are refused; each is sent once more, alone."""
    items, options = prepare(write, 12, run)
    method = {"create": "POST", "update": "PUT"}.get(write, "DELETE")
    spent = len(cloud.requests(method))
    cloud.faults({"match": {"method": method}, "fault": "status", "status": status, "code": code, "times": 1})
    result = run(items, **options)
    assert not result.get("failed") and names(cloud) == expected(write, 12)
    assert len(cloud.requests(method)) - spent == 13


@pytest.mark.parametrize("dialect", ["overlap-refuses", "gateway-busy", "unfinished-refuses", "building-refuses"])
def test_gateway_of_a_busy_dialect_ends_as_desired(cloud, run, dialect):
    cloud.settings(dialects=[dialect], latency_ms=20)
    for changes, outcome in (({}, "created"), ({"description": "new"}, "updated"), ({"state": "absent"}, "deleted")):
        assert counts(run(branches(12, **changes), retry_timeout=600), **{outcome: 12})
    assert cloud.tunnels() == []


def test_throttled_writes_all_wait_and_are_sent_again(cloud, run, clock):
    throttle = {"fault": "status", "status": 429, "headers": {"Retry-After": "5"}, "times": PARALLEL}
    cloud.faults(dict(throttle, match={"method": "POST"}))
    assert counts(run(branches(24)), created=24)
    assert clock.slept >= 5 and len(cloud.requests("POST")) <= 24 + PARALLEL


def test_clock_that_differs_only_from_the_writes_on_is_corrected(cloud, run, monkeypatch):
    """The first eight writes are all signed by the clock of the list."""
    send_all = ParallelWrites.send_all

    def change_the_clock(order, send, writes):
        cloud.settings(clock_offset_seconds=7200)
        return send_all(order, send, writes)

    monkeypatch.setattr(ParallelWrites, "send_all", change_the_clock)
    assert counts(run(branches(12)), created=12)
    statuses = Counter(entry["status"] for entry in cloud.requests("POST"))
    assert names(cloud) == once(branches(12)) and statuses[200] == 12 and 1 <= len(statuses) - 1
    assert sum(statuses.values()) <= 12 + PARALLEL


# -- replayed tokens ----------


def test_tunnels_made_again_wait_once_for_all_of_them(cloud, run, clock):
    """The API replays the creations of what was deleted; one of them fails meanwhile."""
    waits = []
    for number in (2, 24):
        cloud.reset()
        run(branches(number))
        run(branches(number, state="absent"))
        old = {entry["query"]["clientToken"] for entry in cloud.requests("POST")}
        cloud.faults({"match": {"method": "POST", "nth": number + 1}, "fault": "reset_after"})
        begin = clock.monotonic()
        assert counts(run(branches(number)), created=number)
        waits.append(clock.monotonic() - begin)
        assert names(cloud) == once(branches(number))
        assert len({entry["query"]["clientToken"] for entry in cloud.requests("POST")} - old) == number
    assert max(waits) <= 2 * STALE_LIST_TIMEOUT + 0.1


# -- requests ----------


def test_requests_of_each_operation_are_as_documented(cloud, run):
    """As in the table of docs/benchmarks.md, with one list for all tunnels of the gateway."""
    sent = 0
    for changes, expected_methods in (
        ({}, {"GET": 2, "POST": 12}),
        ({}, {"GET": 1}),
        ({"description": "new"}, {"GET": 1, "PUT": 12}),
        ({"state": "absent"}, {"GET": 1, "DELETE": 12}),
        ({"state": "absent"}, {"GET": 1}),
    ):
        run(branches(12, **changes))
        assert Counter(entry["method"] for entry in cloud.requests()[sent:]) == expected_methods
        sent = len(cloud.requests())


def test_check_mode_writes_nothing(cloud, clock):
    result = run_params(vpn_tunnels, params(branches(12)), True, clock=clock)
    assert counts(result, created=12) and [entry["method"] for entry in cloud.requests()] == ["GET"]


# -- kills and concurrent runs, in processes and real time ----------


@pytest.fixture(scope="module")
def processes():
    started = ModuleProcesses("vpn_tunnels")
    yield started
    started.stop()


@pytest.mark.parametrize("write", ["create", "update", "purge"])
def test_after_a_kill_a_plain_run_ends_with_each_tunnel_once(emulator, processes, write, monkeypatch):
    """SIGKILL after a random number of requests of a task with 20 writes on one gateway, eight of them under way."""
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    foreign = [dict(item, vpn_conn_name=name) for item, name in zip(branches(22)[20:], FOREIGN)]

    def run_now(items, **options):
        return run_params(vpn_tunnels, params(items, **options))

    method = {"create": "POST", "update": "PUT"}.get(write, "DELETE")
    seed, half_done = random.Random(17), 0
    for _kill in range(KILLS // 3):
        emulator.reset()
        run_now(foreign)
        kept = stored(emulator)
        items, options = prepare(write, 20, run_now)
        if write == "purge":
            items = foreign
            options = {"purge": True}
        before, spent = emulator.tunnels(), len(emulator.requests(method))
        emulator.settings(latency_ms=KILL_LATENCY)
        task = processes.start(params(items, **options), emulator.environment)
        arrived = seed.randint(1, 17)
        while len(emulator.requests(method)) - spent < arrived and is_alive(*task.pids):
            time.sleep(0.002)
        task.kill()
        emulator.settings(latency_ms=0)
        first = emulator.tunnels()
        result = run_now(items, **options)
        # What the killed process had sent may still be on its way to its commit.
        time.sleep(KILL_LATENCY / 1000)
        assert not result.get("failed"), result["msg"]
        assert names(emulator) == once(foreign) + expected(write, 20)
        assert {name: stored(emulator)[name] for name in FOREIGN} == kept
        half_done += before != first != emulator.tunnels()
    print(f"killed in the middle: {half_done} of {KILLS // 3}")
    assert half_done >= 2


@pytest.mark.parametrize("write", WRITES)
def test_twenty_processes_with_the_same_list_end_with_each_tunnel_once(emulator, processes, write, monkeypatch):
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    items, options = prepare(write, 12, lambda items, **more: run_params(vpn_tunnels, params(items, **more)))
    results = processes.run(params(items, **options), emulator.environment, 20)
    assert len(results) == 20 and not [result["msg"] for result in results if result.get("failed")]
    assert names(emulator) == expected(write, 12)
    assert {tunnel["description"] for tunnel in emulator.tunnels()} <= {
        items[0].get("description", "") if items else ""
    }
    if write == "create":
        ids = {name: tunnel["vpnConnId"] for name, tunnel in stored(emulator).items()}
        assert all({item["name"]: item["vpn_conn_id"] for item in result["tunnels"]} == ids for result in results)
