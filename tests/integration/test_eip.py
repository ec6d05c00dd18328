# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""eip and eip_info: their life in real playbooks, both ways of execution, and one purchase whatever happens."""

from __future__ import annotations

import json
import re
import time

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._module import eip, eip_info
from ansible_collections.baiducloud.network.plugins.module_utils._resources.eip import EIP_TYPE
from emulator_process import GATEWAY
from kills import run_again_after_kills
from module_process import ModuleProcesses
from playbook_runner import run_playbook
from run_params import run_params

FQCN = "baiducloud.network."
BOUND = "192.0.2.1"  # of the emulator's gateway
ADDRESS = {"name": "vpn-eip", "bandwidth_in_mbps": 5}
NAMED = {"name": "vpn-eip"}

# name -> (module, options, keywords of the task, changed or the code of the error); each finds the results of those
# before it.
TASKS = {
    "check": ("eip", ADDRESS, {"check_mode": True}, True),
    "create": ("eip", dict(ADDRESS, bandwidthInMbps="5"), {"register": "made"}, True),
    "repeat": ("eip", ADDRESS, {}, False),
    "check the resize": ("eip", dict(ADDRESS, bandwidth_in_mbps=9), {"check_mode": True}, True),
    "resize": ("eip", dict(ADDRESS, bandwidth_in_mbps=9), {}, True),
    "repeat the resize": ("eip", {"eip": "{{ made.eip }}", "bandwidth_in_mbps": 9}, {}, False),
    "resize by its other id": ("eip", {"eip_id": "{{ made.eip_id }}", "bandwidth_in_mbps": 2}, {}, True),
    "another method": ("eip", dict(NAMED, billing={"billing_method": "ByTraffic"}), {}, "ImmutableField"),
    "another payment": (
        "eip",
        dict(NAMED, billing={"paymentTiming": "Prepaid", "reservation": {"reservationLength": 1}}),
        {},
        "ImmutableField",
    ),
    "another name": ("eip", {"eip": "{{ made.eip }}", "name": "vpn-other"}, {}, "ImmutableField"),
    "too much for what it is": ("eip", dict(NAMED, bandwidth_in_mbps=501), {}, "InvalidOption"),
    "not there": ("eip", {"eip": "203.0.113.1"}, {}, "NotFound"),
    "not there by its other id": ("eip", {"eip_id": "ip-missing"}, {}, "NotFound"),
    "bound": ("eip", {"eip": BOUND, "state": "absent"}, {}, "EipInUse"),
    "all": ("eip_info", {}, {}, False),
    "by name": ("eip_info", {"name": "vpn-eip"}, {}, False),
    "by address": ("eip_info", {"eip": [BOUND, "{{ made.eip }}"]}, {}, False),
    "by status": ("eip_info", {"status": ["available"]}, {}, False),
    "by instance": ("eip_info", {"instanceId": GATEWAY}, {}, False),
    "check the release": ("eip", {"eip": "{{ made.eip }}", "state": "absent"}, {"check_mode": True}, True),
    "release": ("eip", dict(NAMED, state="absent"), {}, True),
    "repeat the release": ("eip", dict(NAMED, state="absent"), {}, False),
    "release what is gone": ("eip", {"eip_id": "{{ made.eip_id }}", "state": "absent"}, {}, False),
    "everything wrong": (
        "eip",
        {
            "name": "9",
            "eip": "fe80::1",
            "eip_id": "a b",
            "bandwidth_in_mbps": 5001,
            "billing": {"payment_timing": "Later", "reservation": {"reservation_length": 10, "unit": 1}},
            "wait_timeout": 0,
            "endpoint": "nowhere",
        },
        {},
        "InvalidOption",
    ),
    "prepaid without a length": (
        "eip",
        dict(ADDRESS, billing={"payment_timing": "Prepaid"}, route_type="BGP_S"),
        {},
        "InvalidOption",
    ),
    "a filter that is wrong": ("eip_info", {"eip": ["x"]}, {}, "InvalidOption"),
}


@pytest.fixture
def emulator(emulator, monkeypatch):
    """The emulator in a process of its own, in real time."""
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    return emulator


@pytest.fixture(scope="module")
def processes():
    started = ModuleProcesses("eip")
    yield started
    started.stop()


def task(name, module, options, keywords):
    return {"name": name, FQCN + module: options, "ignore_errors": True, "diff": True, **keywords}


def run(clock, **changes):
    return run_params(eip, {**ADDRESS, **changes}, clock=clock)


def own(emulator):
    """The EIPs that requests made."""
    return [found for found in emulator.eips() if found["eip"] != BOUND]


def run_table(emulator, in_process):
    emulator.reset()
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"baiducloud_in_process": in_process},
        "tasks": [task(name, *row[:3]) for name, row in TASKS.items()],
    }
    done = run_playbook([play], "-vvv", environment=emulator.environment)
    assert list(done.named) == list(TASKS) and "Traceback" not in done.output, done.output
    return done.named


def comparable(value):
    """The value without what differs from one run to the next: ids of requests, other ids of EIPs, and times."""
    text = json.dumps(value, sort_keys=True)
    for pattern in (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", r"ip-[a-z0-9]{12}", r"\d{4}-\d\d-\d\dT[\d:]{8}Z"):
        text = re.sub(pattern, "ID", text)
    return text


def test_life_of_an_eip_is_the_same_in_both_ways_of_execution(emulator):
    done = run_table(emulator, in_process=True)
    outcomes = {name: row.get("error", {}).get("code", row["changed"]) for name, row in done.items()}
    assert outcomes == {name: row[3] for name, row in TASKS.items()}, done
    address = done["create"]["eip"]
    assert done["create"]["created_ids"] == [address] and done["create"]["eip_object"]["status"] == "available"
    assert done["create"]["eip_object"]["eip_id"] == done["create"]["eip_id"] == done["create"]["eipId"]
    assert done["check"]["diff"] == done["create"]["diff"]
    for name in ("resize", "repeat the resize", "resize by its other id", "release"):
        assert done[name]["eip"] == address, name
    assert done["resize"]["diff"]["before"]["bandwidth_in_mbps"] == 5
    assert done["check the resize"]["diff"] == done["resize"]["diff"]
    for name in ("another method", "another payment", "another name"):
        assert done[name]["eip"] == address and "the API cannot change it" in done[name]["msg"]
    assert f"bound to VPN {GATEWAY}" in done["bound"]["msg"] and done["bound"]["eip"] == BOUND
    assert [one["eip"] for one in done["all"]["eips"]] == [BOUND, address]
    assert [one["eip"] for one in done["by address"]["eips"]] == [BOUND, address]
    for name in ("by name", "by status"):
        assert [one["eip"] for one in done[name]["eips"]] == [address], name
    assert [one["eip"] for one in done["by instance"]["eips"]] == [BOUND]
    wrong = done["everything wrong"]["msg"]
    for option in (
        "eip: must be",
        "eip_id: must be",
        "name: must be",
        "bandwidth_in_mbps: must be",
        "billing.payment_timing: must be",
        "billing.reservation.reservation_length: must be",
        "billing.reservation.unit",
        "wait_timeout: must be",
        "endpoint: must be",
    ):
        assert option in wrong, wrong
    assert "reservation_length: is needed" in done["prepaid without a length"]["msg"]
    assert "from 100 to 5000" in done["prepaid without a length"]["msg"]
    writes = [
        (one["method"], one["query"].keys(), one["body"]) for one in emulator.requests() if one["method"] != "GET"
    ]
    billing = {"paymentTiming": "Postpaid", "billingMethod": "ByBandwidth"}
    assert writes == [
        ("POST", {"clientToken"}, {"name": "vpn-eip", "bandwidthInMbps": 5, "billing": billing}),
        ("PUT", {"resize", "clientToken"}, {"newBandwidthInMbps": 9}),
        ("PUT", {"resize", "clientToken"}, {"newBandwidthInMbps": 2}),
        ("DELETE", {"clientToken"}, None),
    ]
    assert own(emulator) == [] and emulator.billed()["eips"] == 1
    assert comparable(run_table(emulator, in_process=False)) == comparable(done)


def test_prepaid_eip_is_bought_for_the_stated_time_and_not_released(cloud, clock):
    billing = {"payment_timing": "Prepaid", "reservation": {"reservation_length": 3}}
    made = run(clock, billing=billing)
    assert made["changed"] and made["eip_object"]["payment_timing"] == "Prepaid" and made["eip_object"]["expire_time"]
    assert cloud.requests("POST")[0]["body"]["billing"] == {
        "paymentTiming": "Prepaid",
        "billingMethod": "ByBandwidth",
        "reservation": {"reservationLength": 3, "reservationTimeUnit": "month"},
    }
    # Nothing is bought for another length.
    assert not run(clock, billing={"payment_timing": "Prepaid", "reservation": {"reservation_length": 9}})["changed"]
    refused = run(clock, state="absent")
    assert refused["error"]["code"] == "PrepaidRelease" and refused["eip"] == made["eip"]
    assert cloud.requests("DELETE") == [] and cloud.billed()["eips"] == 1


def test_id_that_is_not_there_is_an_error_that_suggests_no_purchase(cloud, clock):
    for option, value in (("eip", "203.0.113.1"), ("eip_id", "ip-missing")):
        missing = run_params(eip, {option: value, "name": "vpn-eip", "bandwidth_in_mbps": 5}, clock=clock)
        assert missing["error"]["code"] == "NotFound" and "create" not in missing["msg"]
        assert missing["msg"].startswith(option + ": the region has no EIP") and missing[option] == value
    assert cloud.billed()["eips"] == 0


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("given", [{"eip": "203.0.113.1"}, {"eip_id": "ip-missing"}])
def test_denied_list_leaves_the_provided_id_in_the_failure(cloud, clock, state, given):
    cloud.faults({"match": {"method": "GET"}, "fault": "status", "status": 403, "times": -1})
    denied = run_params(eip, dict(given, state=state), clock=clock)
    assert denied["failed"] and given.items() <= denied.items()


def test_asynchronous_eip_is_waited_for_unless_the_task_does_not_wait(cloud, clock):
    cloud.settings(settle_ms=8000)
    assert run(clock, wait=False)["eip_object"]["status"] == "creating" and clock.slept == 0
    resized = run(clock, bandwidth_in_mbps=9)  # a resize waits until the creation is over
    assert resized["eip_object"]["bandwidth_in_mbps"] == 9 and resized["eip_object"]["status"] == "available"
    assert 16 <= clock.slept <= 40
    cloud.settings(settle_ms=60_000)
    late = run(clock, bandwidth_in_mbps=2, wait_timeout=10)
    assert late["error"]["code"] == "WaitTimeout" and late["changed"] and late["eip"] == resized["eip"]
    assert "status updating" in late["msg"]


def test_list_of_many_pages_is_read_whole(cloud, clock, monkeypatch):
    monkeypatch.setitem(EIP_TYPE.list_query, "maxKeys", "2")
    for number in range(5):
        run(clock, name=f"eip-{number}")
    found = run_params(eip_info, {}, clock=clock)["eips"]
    assert [one["name"] for one in found[-5:]] == [f"eip-{number}" for number in range(5)]
    assert not run(clock, name="eip-4")["changed"]


# -- one purchase ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["reset_after", "reset_before", "500"])
@pytest.mark.parametrize("times", [1, 2])
def test_lost_responses_lead_to_one_purchase(cloud, clock, lost, times):
    fault = {"fault": "status", "status": 500, "commit": True} if lost == "500" else {"fault": lost}
    cloud.faults({"match": {"method": "POST"}, **fault, "times": times})
    first = run(clock)
    cloud.faults()
    second = run(clock)
    assert not second.get("failed") and cloud.billed()["eips"] == len(own(cloud)) == 1
    assert second["eip"] == own(cloud)[0]["eip"]
    assert len(cloud.requests("POST")) <= 3
    assert not first.get("failed") or (times == 2 and lost == "reset_before")
    if first.get("failed"):
        assert first["error"]["maybe_applied"] and "may have been bought: look for this name" in first["msg"]


def test_name_of_a_released_eip_is_bought_again_only_on_proof(cloud, clock):
    """The API replays its response to the first creation; the code of a resize proves that this EIP is gone."""
    old = run(clock)["eip"]
    run(clock, state="absent")
    begin = clock.monotonic()
    new = run(clock)
    assert new["changed"] and new["eip"] != old and 30 <= clock.monotonic() - begin <= 45
    assert cloud.billed()["eips"] == 2 and [one["eip"] for one in own(cloud)] == [new["eip"]]


@pytest.mark.parametrize("fault", [{"status": 404, "code": ""}, {"status": 403}, {"status": 500}])
def test_replayed_id_without_proof_of_absence_leads_to_no_purchase(cloud, clock, fault):
    run(clock)
    run(clock, state="absent")
    cloud.faults({"match": {"method": "PUT"}, "fault": "status", "times": -1, **fault})
    result = run(clock, retry_timeout=0)
    assert result["error"]["code"] == "CreationNotVisible" and cloud.billed()["eips"] == 1


def test_stale_list_leads_to_one_purchase(cloud, clock):
    cloud.settings(dialects=["eip-list-very-late"])
    first = run(clock)
    clock.sleep(60)
    second = run(clock)
    assert first["eip"] == second["eip"] and not second.get("failed") and cloud.billed()["eips"] == 1


def test_name_that_cannot_be_read_leads_to_no_purchase(cloud, clock):
    cloud.settings(dialects=["eip-name-missing"])
    result = run(clock)
    assert result["error"]["code"] == "NameNotShown" and BOUND in result["msg"] and cloud.billed()["eips"] == 0


def test_twenty_processes_at_once_buy_one_eip(emulator, processes):
    for name in ("round-1", "round-2"):
        results = processes.run(dict(ADDRESS, name=name), emulator.environment, 20)
        (found,) = [one for one in own(emulator) if one["name"] == name]
        assert [result.get("msg") for result in results if result.get("failed")] == []
        assert {result["eip"] for result in results} == {found["eip"]}
    assert emulator.billed()["eips"] == 2


def test_after_a_kill_at_any_moment_the_next_run_ends_with_one_purchase(emulator, processes):
    """SIGKILL for the process group of a lean Python process that does the module's whole work, run()."""

    def check(result):
        assert [one["eip"] for one in own(emulator)] == [result["eip"]] and emulator.billed()["eips"] == 1

    run_again_after_kills(emulator, processes, ADDRESS, lambda: own(emulator), lambda: run(time), check)
