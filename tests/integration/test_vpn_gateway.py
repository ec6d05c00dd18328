# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vpn_gateway: its life in real playbooks, both ways of execution, what a release refuses, and one purchase."""

from __future__ import annotations

import json
import os
import re
import time

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options
from ansible_collections.baiducloud.network.plugins.module_utils._bce.client import BceClient
from ansible_collections.baiducloud.network.plugins.module_utils._module import (
    eip,
    vpc_route,
    vpn_gateway,
    vpn_tunnel,
)
from emulator_process import GATEWAY
from emulator_thread import EmulatorThread
from kills import run_again_after_kills
from module_process import ModuleProcesses, options
from playbook_runner import run_playbook
from run_params import run_params

FQCN = "baiducloud.network."
VPC = "vpc-emulator"
HUB = {"vpc_id": VPC, "vpn_name": "hub"}
BY_ID = {"vpn_id": "{{ made.vpn_id }}"}
PREPAID = {"payment_timing": "Prepaid", "reservation": {"reservation_length": 3}}

# name -> (module, options, keywords of the task, changed or the code of the error); each finds the results of those
# before it.
TASKS = {
    "first address": ("eip", {"name": "one", "bandwidth_in_mbps": 5}, {"register": "one"}, True),
    "second address": ("eip", {"name": "two", "bandwidth_in_mbps": 5}, {"register": "two"}, True),
    "check": ("vpn_gateway", dict(HUB, description="Old"), {"check_mode": True}, True),
    "create": (
        "vpn_gateway",
        {"vpcId": VPC, "vpnName": "hub", "description": "Old", "eip": "{{ one.eip }}", "tags": {"team": "net"}},
        {"register": "made"},
        True,
    ),
    "repeat": ("vpn_gateway", dict(HUB, description="Old", eip="{{ one.eip }}", tags={"team": "net"}), {}, False),
    "by the name of the VPC": ("vpn_gateway", {"vpc_name": "production", "vpn_name": "hub"}, {}, False),
    "check the change": ("vpn_gateway", dict(HUB, description="", eip="{{ two.eip }}"), {"check_mode": True}, True),
    "change": ("vpn_gateway", dict(HUB, description="", eip="{{ two.eip }}"), {}, True),
    "repeat the change": ("vpn_gateway", dict(BY_ID, description="", eip="{{ two.eip }}"), {}, False),
    "rename and protect": ("vpn_gateway", dict(BY_ID, vpn_name="hub-2", delete_protect=True), {}, True),
    "unbind": ("vpn_gateway", dict(BY_ID, eip=""), {}, True),
    "another payment": ("vpn_gateway", dict(BY_ID, billing=PREPAID), {}, "ImmutableField"),
    "other tags": ("vpn_gateway", dict(BY_ID, tags={"team": "other"}), {}, "ImmutableField"),
    "another VPC": ("vpn_gateway", dict(BY_ID, vpc_id="vpc-elsewhere"), {}, "OtherVpc"),
    "name of another": (
        "vpn_gateway",
        dict(BY_ID, vpn_name="gw-" + GATEWAY),
        {},
        "NameConflict",
    ),
    "not there": ("vpn_gateway", {"vpn_id": "vpn-nowhere", "vpn_name": "hub"}, {}, "NotFound"),
    "a tunnel": ("vpn_tunnel", options(vpn_id="{{ made.vpn_id }}"), {}, True),
    "a rule": (
        "vpc_route",
        {
            "vpc_id": VPC,
            "source_address": "192.168.0.0/20",
            "destination_address": "10.24.0.0/16",
            "nexthop_id": "{{ made.vpn_id }}",
        },
        {},
        True,
    ),
    "bind": ("vpn_gateway", dict(BY_ID, eip="{{ one.eip }}"), {}, True),
    "in use": ("vpn_gateway", dict(HUB, vpn_name="hub-2", state="absent"), {}, "GatewayInUse"),
    "still protected": ("vpn_gateway", dict(BY_ID, state="absent", force=True), {}, "GatewayInUse"),
    "check the release": (
        "vpn_gateway",
        dict(BY_ID, state="absent", force=True, delete_protect=False),
        {"check_mode": True},
        True,
    ),
    "release": ("vpn_gateway", dict(BY_ID, state="absent", force=True, delete_protect=False), {}, True),
    "repeat the release": ("vpn_gateway", dict(BY_ID, state="absent", force=True), {}, False),
    "release by name": ("vpn_gateway", dict(HUB, state="absent"), {}, False),
    "everything wrong": (
        "vpn_gateway",
        {
            "vpc_id": VPC,
            "vpc_name": "production",
            "vpn_name": "9",
            "type": "SSL",
            "billing": {"payment_timing": "Prepaid", "reservation": {"reservation_length": 10, "unit": 1}},
            "subnet_id": "a b",
            "eip": "fe80::1",
            "description": "x" * 201,
            "tags": {"": "x"},
            "wait_timeout": 0,
        },
        {},
        "InvalidOption",
    ),
    "prepaid without a length": (
        "vpn_gateway",
        dict(HUB, vpn_name="default", billing={"payment_timing": "Prepaid"}),
        {},
        "InvalidOption",
    ),
    "nothing": ("vpn_gateway", {}, {}, "InvalidOption"),
}


@pytest.fixture
def emulator(emulator, monkeypatch):
    """The emulator in a process of its own, in real time."""
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    return emulator


@pytest.fixture(scope="module")
def processes():
    started = ModuleProcesses("vpn_gateway")
    yield started
    started.stop()


def run(clock=time, check_mode=False, **changes):
    given = {name: value for name, value in {**HUB, **changes}.items() if value is not None}
    return run_params(vpn_gateway, given, check_mode, clock=clock)


def own(emulator):
    """The gateways that requests made."""
    return [found for found in emulator.gateways() if found["vpnId"] != GATEWAY]


def writes(emulator):
    return [one for one in emulator.requests() if one["method"] != "GET"]


def new_address(clock, name="one"):
    return run_params(eip, {"name": name, "bandwidth_in_mbps": 5}, clock=clock)["eip"]


def created_by_others(name, **more):
    """Create a gateway as the console does; return its id."""
    client = BceClient(connection_options.resolve({}, os.environ))
    body = {"vpcId": VPC, "vpnName": name, "billing": {"paymentTiming": "Postpaid"}, **more}
    return client.request("POST", "/v1/vpn", {"clientToken": "of-another-user"}, body).body["vpnId"]


def use(clock, vpn_id):
    """Make a tunnel of a gateway and a route rule that leads to it; return their ids."""
    tunnel = run_params(vpn_tunnel, options(vpn_id=vpn_id), clock=clock)["vpn_conn_id"]
    rule = {"source_address": "192.168.0.0/20", "destination_address": "10.24.0.0/16", "nexthop_id": vpn_id}
    return tunnel, run_params(vpc_route, {"vpc_id": VPC, **rule}, clock=clock)["route_rule_id"]


def run_table(emulator, in_process):
    emulator.reset()
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"baiducloud_in_process": in_process},
        "tasks": [
            {"name": name, FQCN + module: given, "ignore_errors": True, "diff": True, **keywords}
            for name, (module, given, keywords, _changed) in TASKS.items()
        ],
    }
    done = run_playbook([play], "-vvv", environment=emulator.environment)
    assert list(done.named) == list(TASKS) and "Traceback" not in done.output, done.output
    return done.named


def comparable(value):
    """The value without what differs from one run to the next: ids and times."""
    text = json.dumps(value, sort_keys=True)
    for pattern in (
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        r"(vpn|ip|vpnconn|rr)-[a-z0-9]{12}",
        r"\d{4}-\d\d-\d\d[T ][\d:]{8}Z?",
    ):
        text = re.sub(pattern, "ID", text)
    return text


def test_life_of_a_gateway_is_the_same_in_both_ways_of_execution(emulator):
    done = run_table(emulator, in_process=True)
    outcomes = {name: row.get("error", {}).get("code", row["changed"]) for name, row in done.items()}
    assert outcomes == {name: row[3] for name, row in TASKS.items()}, done
    made = done["create"]
    vpn_id, address = made["vpn_id"], made["vpn_gateway"]["eip"]
    assert made["created_ids"] == [vpn_id] and made["vpnId"] == vpn_id
    assert made["diff"]["before"] == {} and made["diff"]["after"]["payment_timing"] == "Postpaid"
    assert made["vpn_gateway"]["tags"] == {"team": "net"} and made["vpn_gateway"]["status"] == "active"
    assert done["by the name of the VPC"]["vpc_id"] == done["rename and protect"]["vpc_id"] == VPC
    assert done["check the change"]["diff"] == done["change"]["diff"]
    assert done["change"]["diff"]["before"]["eip"] == address == done["first address"]["eip"]
    assert done["change"]["vpn_gateway"]["eip"] == done["second address"]["eip"]
    assert done["unbind"]["vpn_gateway"]["eip"] == ""
    for name in ("another payment", "other tags"):
        assert done[name]["vpn_id"] == vpn_id and "the API cannot change it" in done[name]["msg"], name
    in_use = done["in use"]
    for words in (vpn_id, in_use["vpn_gateway"]["tunnels"][0]["vpn_conn_id"], "192.168.0.0/20 -> 10.24.0.0/16"):
        assert words in in_use["msg"], in_use["msg"]
    for words in ("it is protected", "set force: true", "set delete_protect: false"):
        assert words in in_use["msg"], in_use["msg"]
    assert "tunnel" not in done["still protected"]["msg"] and "protected" in done["still protected"]["msg"]
    plan = done["check the release"]["diff"]
    assert plan == done["release"]["diff"] and plan["after"] == {} and plan["before"]["eip"] == address
    assert plan["before"]["tunnels"] == in_use["vpn_gateway"]["tunnels"]
    assert plan["before"]["route_rules"] == in_use["vpn_gateway"]["route_rules"]
    wrong = done["everything wrong"]["msg"]
    for option in (
        "vpc_name: is not accepted next to vpc_id",
        "vpn_name: must be",
        "type: must be",
        "billing.reservation.reservation_length: must be",
        "billing.reservation.unit",
        "subnet_id: must be",
        "eip: must be",
        "description: must be",
        "tags: must be",
        "wait_timeout: must be",
    ):
        assert option in wrong, wrong
    assert "reservation_length: is needed" in done["prepaid without a length"]["msg"]
    assert "vpn_name: must not be default" in done["prepaid without a length"]["msg"]
    assert "vpc_id: is needed" in done["nothing"]["msg"] and "vpn_name: is needed" in done["nothing"]["msg"]
    assert [kind_of(one) for one in writes(emulator) if "/vpn/" in one["path"] or one["path"] == "/v1/vpn"] == [
        *("POST vpn", "PUT modifyAttribute", "PUT unbind", "PUT bind", "PUT modifyAttribute", "PUT deleteProtect"),
        *("PUT unbind", "POST vpnconn", "PUT bind", "DELETE vpnconn", "PUT unbind", "PUT deleteProtect", "DELETE vpn"),
    ]
    create = emulator.requests("POST")[2]["body"]
    assert create == {
        "vpcId": VPC,
        "type": "IPSec",
        "vpnName": "hub",
        "description": "Old",
        "eip": address,
        "deleteProtect": False,
        "tags": [{"tagKey": "team", "tagValue": "net"}],
        "billing": {"paymentTiming": "Postpaid"},
    }
    assert own(emulator) == [] and emulator.billed()["gateways"] == 1
    assert [one["status"] for one in emulator.eips()] == ["binded", "available", "available"]
    assert comparable(run_table(emulator, in_process=False)) == comparable(done)


def kind_of(request):
    """Return what a write does in two words."""
    action = [name for name in request["query"] if name != "clientToken"]
    parts = request["path"].split("/")
    name = action[0] if action else "vpnconn" if "vpnconn" in parts else parts[-1] if len(parts) == 5 else "vpn"
    return "%s %s" % (request["method"], name)


# -- what a task refuses, and what it waits for ------------------------------------------------------------------------


def test_two_gateways_of_one_name_are_an_error_with_both_ids(cloud, clock):
    ids = {run(clock)["vpn_id"], created_by_others("hub")}
    for state in ("present", "absent"):
        result = run(clock, state=state)
        assert result["error"]["code"] == "AmbiguousName" and all(vpn_id in result["msg"] for vpn_id in ids)
    assert cloud.billed()["gateways"] == 2 == len(own(cloud))


def test_ssl_gateway_is_never_touched(cloud, clock):
    vpn_id = created_by_others("hub", type="SSL", maxConnection=5)
    sent = len(writes(cloud))
    assert not run(clock, state="absent")["changed"]
    for changes in ({"state": "absent"}, {"description": "New"}):
        result = run(clock, vpc_id=None, vpn_name=None, vpn_id=vpn_id, **changes)
        assert result["error"]["code"] == "OtherType" and vpn_id in result["msg"]
    assert len(writes(cloud)) == sent
    assert run(clock)["changed"] and len(own(cloud)) == 2


@pytest.mark.parametrize("kind", ["IPSec", "SSL"])
@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("changes", [{"state": "absent"}, {"state": "present", "description": "New"}])
def test_gateway_of_another_vpc_is_an_error_that_suggests_no_purchase(cloud, clock, kind, check_mode, changes):
    vpn_id = created_by_others("hub", type=kind)
    sent = len(writes(cloud))
    for vpc_id in ("vpc-other", "vpc-zz"):
        result = run(clock, check_mode, vpc_id=vpc_id, vpn_name=None, vpn_id=vpn_id, **changes)
        assert result["error"]["code"] == "OtherVpc" and not result["changed"] and result["vpn_id"] == vpn_id
        assert f"must be {VPC}, the VPC of the VPN gateway {vpn_id}, got {vpc_id}; leave vpc_id out" in result["msg"]
    missing = run(clock, check_mode, vpn_name=None, vpn_id="vpn-nowhere", description="New")
    assert missing["error"]["code"] == "NotFound" and missing["msg"].endswith("; check vpn_id and the region")
    assert len(writes(cloud)) == sent and len(own(cloud)) == 1


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_name_in_a_vpc_that_does_not_exist_is_an_error(cloud, clock, state, check_mode):
    result = run(clock, check_mode, vpc_id="vpc-zz", state=state)
    assert result["error"]["code"] == "NotFound" and not result["changed"] and writes(cloud) == []
    assert result["msg"] == "vpc_id: the region has no VPC vpc-zz; check the id and the region"


def test_failed_resolution_shows_the_provided_id(cloud, clock):
    cloud.faults({"match": {"method": "GET"}, "fault": "status", "status": 403, "times": -1})
    denied = run(clock, vpc_id=None, vpn_name=None, vpn_id="vpn-1", state="absent")
    cloud.faults()
    unknown = run(clock, vpc_id=None, vpc_name="nix", vpn_name=None, vpn_id="vpn-1", state="absent")
    for result in (denied, unknown):
        assert result["failed"] and result["vpn_id"] == result["vpnId"] == "vpn-1"


def test_released_gateway_that_a_late_list_shows_is_absent(cloud, clock):
    cloud.settings(dialects=["vpn-gateway-list-late"])
    vpn_id = run(clock)["vpn_id"]
    clock.sleep(20)
    assert run(clock, state="absent")["changed"]
    sent = len(writes(cloud))
    for given in ({}, {"vpc_id": None, "vpn_name": None, "vpn_id": vpn_id}):
        again = run(clock, state="absent", **given)
        assert not again.get("failed") and not again["changed"]
    assert own(cloud) == [] and len(writes(cloud)) == sent


def test_prepaid_gateway_is_bought_for_the_stated_time_and_not_released(cloud, clock):
    made = run(clock, billing=PREPAID)
    assert made["vpn_gateway"]["payment_timing"] == "Prepaid" and made["vpn_gateway"]["expired_time"]
    assert cloud.requests("POST")[0]["body"]["billing"] == {
        "paymentTiming": "Prepaid",
        "reservation": {"reservationLength": 3, "reservationTimeUnit": "month"},
    }
    longer = dict(PREPAID, reservation={"reservation_length": 9})
    assert not run(clock, billing=longer)["changed"]
    use(clock, made["vpn_id"])
    sent = len(writes(cloud))
    refused = run(clock, state="absent", force=True)
    assert refused["error"]["code"] == "GatewayInUse" and "prepaid" in refused["msg"]
    assert refused["vpn_id"] == made["vpn_id"] and len(writes(cloud)) == sent


def test_asynchronous_states_are_waited_for_unless_the_task_does_not_wait(cloud, clock):
    one, two = new_address(clock), new_address(clock, "two")
    cloud.settings(settle_ms=8000)
    made = run(clock, wait=False, eip=one)
    assert made["vpn_gateway"]["status"] == "building" and clock.slept == 0
    moved = run(clock, eip=two)
    assert moved["vpn_gateway"]["eip"] == two and 24 <= clock.slept <= 60
    cloud.settings(settle_ms=60_000)
    late = run(clock, eip="", wait_timeout=10)
    assert late["error"]["code"] == "WaitTimeout" and late["changed"] and late["vpn_id"] == made["vpn_id"]
    assert "status configuring" in late["msg"] and made["vpn_id"] in late["msg"]


def test_status_that_is_not_known_is_waited_for_after_a_creation_only(cloud, clock):
    cloud.settings(dialects=["vpn-gateway-status-unknown"])
    made = run(clock)
    assert made["error"]["code"] == "WaitTimeout" and "status idle" in made["msg"] and clock.slept >= 600
    assert made["created_ids"] == [made["vpn_id"]] and made["vpn_id"] in made["msg"]
    begin = clock.slept
    assert not run(clock)["changed"] and run(clock, description="New")["changed"] and clock.slept == begin


@pytest.mark.parametrize("dialect", [None, "vpn-gateway-vpc-long", "vpn-gateway-vpc-missing"])
def test_gateway_is_found_by_its_id_whatever_id_of_the_vpc_is_shown(cloud, clock, dialect):
    vpn_id = run(clock, description="Old")["vpn_id"]
    cloud.settings(dialects=[dialect] if dialect else [])
    by_id = {"vpc_id": None, "vpn_name": None, "vpn_id": vpn_id}
    assert run(clock, **by_id, description="New")["vpc_id"] == VPC
    assert not run(clock, **by_id, description="New")["changed"]
    assert run(clock, **by_id, state="absent")["changed"] and own(cloud) == []


@pytest.mark.parametrize("changes", [{"description": "New"}, {"state": "absent"}, {"eip": ""}])
def test_list_that_ignores_the_vpc_leads_to_no_write(clock, monkeypatch, changes):
    """The gateway of the name is in another VPC, which no response shows."""
    gateways = ("--gateway", f"vpn-a:other:{VPC}", "--gateway", "vpn-b:hub:vpc-b")
    with EmulatorThread(clock, *gateways) as cloud:
        for name, value in cloud.environment.items():
            monkeypatch.setenv(name, value)
        cloud.settings(dialects=["gateways-all-vpcs", "vpn-gateway-vpc-missing"])
        result = run(clock, **changes)
        assert result["error"]["code"] == "ScopeNotConfirmed" and "vpn-b" in result["msg"] and writes(cloud) == []


def test_release_refuses_what_is_used_since_the_plan(cloud, clock, monkeypatch):
    vpn_id = run(clock)["vpn_id"]
    used = []
    reads = vpn_gateway.MODULE.api.check_deletion

    def then_use(api, desired, item):
        reads(api, desired, item)
        used.extend(use(clock, vpn_id))

    monkeypatch.setattr(vpn_gateway.MODULE.api, "check_deletion", then_use)
    result = run(clock, state="absent", force=True)
    assert result["error"]["code"] == "ChangedMeanwhile" and all(one in result["msg"] for one in used)
    assert len(own(cloud)) == 1 and len(cloud.tunnels()) == 1 and cloud.requests("DELETE") == []


def test_force_leaves_tunnels_and_rules_of_other_gateways(cloud, clock):
    vpn_id = run(clock)["vpn_id"]
    tunnel = run_params(vpn_tunnel, options(vpn_id=GATEWAY, vpn_conn_name="other"), clock=clock)["vpn_conn_id"]
    rule = {"source_address": "0.0.0.0/0", "destination_address": "10.99.0.0/16", "nexthop_id": GATEWAY}
    rule_id = run_params(vpc_route, {"vpc_id": VPC, **rule}, clock=clock)["route_rule_id"]
    use(clock, vpn_id)
    assert run(clock, state="absent", force=True)["changed"] and own(cloud) == []
    assert [one["vpnConnId"] for one in cloud.tunnels()] == [tunnel]
    assert [one["routeRuleId"] for one in cloud.route_rules() if one["nexthopType"] != "sys"] == [rule_id]


def test_tunnel_that_is_not_certain_to_be_the_gateways_stops_the_release(cloud, clock):
    """The list is that of another gateway, and its entries do not name it."""
    vpn_id = run(clock)["vpn_id"]
    run_params(vpn_tunnel, options(vpn_id=GATEWAY, vpn_conn_name="other"), clock=clock)
    cloud.settings(dialects=["list-other-gateway-unnamed"])
    result = run(clock, state="absent", force=True)
    assert result["error"]["code"] == "GatewayInUse" and "do not confirm" in result["msg"]
    assert len(cloud.tunnels()) == 1 and [one["vpnId"] for one in own(cloud)] == [vpn_id]


def test_failed_release_says_what_was_done_and_goes_on_in_the_next_run(cloud, clock):
    address = new_address(clock)
    vpn_id = run(clock, eip=address)["vpn_id"]
    use(clock, vpn_id)
    cloud.faults({"match": {"path_regex": "/v1/vpn/vpn-", "method": "DELETE"}, "fault": "status", "status": 403})
    result = run(clock, state="absent", force=True)
    assert result["changed"] and result["vpn_id"] == vpn_id and result["error"]["http_status"] == 403
    for words in ("step: release the VPN gateway", "done before it: delete the route rule", "unbind the address"):
        assert words in result["msg"]
    assert result["vpn_gateway"]["tunnels"] == [] and result["vpn_gateway"]["eip"] == ""
    assert run(clock, state="absent")["changed"] and own(cloud) == []


def test_failed_release_reports_the_tunnels_that_are_left(cloud, clock):
    vpn_id = run(clock)["vpn_id"]
    names = ["one", "two"]
    ids = []
    for number, name in enumerate(names, 1):
        tunnel = options(vpn_id=vpn_id, vpn_conn_name=name, remote_ip=f"198.51.100.{number}")
        ids.append(run_params(vpn_tunnel, tunnel, clock=clock)["vpn_conn_id"])
    refused = {"path_regex": f"vpnconn/{ids[1]}", "method": "DELETE"}
    cloud.faults({"match": refused, "fault": "status", "status": 403})
    result = run(clock, state="absent", force=True)
    left = [{"vpn_conn_id": ids[1], "vpn_conn_name": "two"}]
    assert result["changed"] and [one["vpnConnId"] for one in cloud.tunnels()] == [ids[1]]
    assert len(result["diff"]["before"]["tunnels"]) == 2
    assert result["diff"]["after"]["tunnels"] == result["vpn_gateway"]["tunnels"] == left
    assert result["diff"]["after"]["vpn_name"] == "hub"


# -- the address -------------------------------------------------------------------------------------------------------

FREE = "198.51.100.77"  # no EIP of the account


def bound_elsewhere(clock):
    address = new_address(clock, "elsewhere")
    run(clock, vpn_name="another", eip=address)
    return address


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("exists", [True, False])
def test_address_that_is_not_available_is_refused_before_any_write(cloud, clock, exists, check_mode):
    old = new_address(clock)
    used = bound_elsewhere(clock)
    (other,) = own(cloud)
    if exists:
        run(clock, eip=old)
    sent, billed = len(writes(cloud)), cloud.billed()
    for address, code, words in ((FREE, "NotFound", "does not show"), (used, "EipInUse", "VPN " + other["vpnId"])):
        result = run(clock, check_mode, eip=address)
        assert result["error"]["code"] == code and not result["changed"], result
        assert address in result["msg"] and words in result["msg"]
    assert len(writes(cloud)) == sent and cloud.billed() == billed


def test_address_is_not_replaced_where_the_eips_cannot_be_read(cloud, clock):
    one, two = new_address(clock), new_address(clock, "two")
    denied = {"match": {"path_regex": "/eip$", "method": "GET"}, "fault": "status", "status": 403, "times": None}
    cloud.faults(denied)
    assert run(clock)["changed"] and run(clock, eip=one)["vpn_gateway"]["eip"] == one
    sent = len(writes(cloud))
    for check_mode in (True, False):
        result = run(clock, check_mode, eip=two)
        assert result["error"]["code"] == "EipsUnknown" and one in result["msg"] and two in result["msg"]
    assert len(writes(cloud)) == sent
    assert not run(clock, eip=one)["changed"] and run(clock, eip="")["changed"]


def test_refused_binding_gives_the_old_address_back(cloud, clock):
    old, new = new_address(clock), new_address(clock, "two")
    run(clock, eip=old)
    cloud.settings(settle_ms=8000)
    cloud.faults({"match": {"method": "PUT", "nth": 2}, "fault": "status", "status": 403})
    result = run(clock, eip=new)
    assert result["error"]["http_status"] == 403 and result["changed"]
    assert f"step: bind the address {new}; done before it: unbind the address {old}" in result["msg"]
    assert result["msg"].endswith(f"then done in its place: bind the address {old}")
    assert result["vpn_gateway"]["eip"] == result["diff"]["after"]["eip"] == old
    assert own(cloud)[0]["eip"] == old


def test_addresses_are_read_from_the_host_of_eips(cloud, clock, monkeypatch):
    address = new_address(clock)
    made = run(clock)
    hosts = []
    monkeypatch.setattr(vpn_gateway, "BceClient", lambda connection, clock: hosts.append(connection) or made_client)
    made_client = BceClient(connection_options.resolve({}, os.environ), clock=clock)
    request = vpn_gateway.parse({**HUB, "eip": address})
    eips = request.options["eip_connection"]._replace(endpoint="https://eip.bj.example.com")
    result = vpn_gateway.run(request._replace(options={"eip_connection": eips}), False, clock)
    assert result["vpn_gateway"]["eip"] == address and result["vpn_id"] == made["vpn_id"]
    assert [one.endpoint for one in hosts] == ["https://eip.bj.example.com"] and "eip_client" not in result


def test_wait_for_an_unbound_address_says_which_one_is_still_there(cloud, clock):
    address = new_address(clock)
    run(clock, eip=address)
    cloud.settings(settle_ms=60_000)
    late = run(clock, eip="", wait_timeout=10)
    assert f"still has {address} after 10 s: status configuring" in late["msg"]
    assert f"(sent, and waited for its effect: unbind the address {address}; done before it: nothing)" in late["msg"]


# -- one purchase ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["reset_after", "reset_before", "500"])
@pytest.mark.parametrize("times", [1, 2])
def test_lost_responses_lead_to_one_purchase(cloud, clock, lost, times):
    fault = {"fault": "status", "status": 500, "commit": True} if lost == "500" else {"fault": lost}
    cloud.faults({"match": {"method": "POST"}, **fault, "times": times})
    first = run(clock)
    cloud.faults()
    second = run(clock)
    assert not second.get("failed") and cloud.billed()["gateways"] == len(own(cloud)) == 1
    assert second["vpn_id"] == own(cloud)[0]["vpnId"]
    assert len(cloud.requests("POST")) <= 3
    assert not first.get("failed") or (times == 2 and lost == "reset_before")
    if first.get("failed"):
        assert first["error"]["maybe_applied"] and "may have been bought: look for this name" in first["msg"]


def test_name_of_a_released_gateway_is_bought_again_only_on_proof(cloud, clock):
    """The API replays its response to the first creation; a read by its id proves that this gateway is gone."""
    old = run(clock)["vpn_id"]
    run(clock, state="absent")
    begin = clock.monotonic()
    new = run(clock)
    assert new["changed"] and new["vpn_id"] != old and 30 <= clock.monotonic() - begin <= 45
    assert cloud.billed()["gateways"] == 2 and [one["vpnId"] for one in own(cloud)] == [new["vpn_id"]]


def test_gateway_that_the_cloud_removes_at_once_is_not_bought_again(cloud, clock):
    cloud.settings(dialects=["vpn-gateway-create-rolled-back", "vpn-gateway-name-cut"])
    name = "a-name-of-more-than-twenty-characters"
    result = run(clock, vpn_name=name)
    assert result["error"]["code"] == "BoughtAndGone" and result["vpn_id"] in result["msg"]
    assert cloud.billed()["gateways"] == 1


def test_twenty_processes_at_once_buy_one_gateway(emulator, processes):
    results = processes.run(HUB, emulator.environment, 20)
    (found,) = own(emulator)
    assert [result.get("msg") for result in results if result.get("failed")] == []
    assert {result["vpn_id"] for result in results} == {found["vpnId"]}
    assert emulator.billed()["gateways"] == 1


def test_after_a_kill_at_any_moment_the_next_run_ends_with_one_purchase(emulator, processes):
    """SIGKILL for the process group of a lean Python process that does the module's whole work, run()."""

    def check(result):
        assert [one["vpnId"] for one in own(emulator)] == [result["vpn_id"]] and emulator.billed()["gateways"] == 1

    run_again_after_kills(emulator, processes, HUB, lambda: own(emulator), run, check)
