# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPN gateways of the emulator: writes with their checks, states that take time, and what is counted as billed."""

from __future__ import annotations

import pytest

from emulator import gateway_writes
from emulator.options import build, build_parser
from emulator.validation import BceError
from emulator_client import ABSENT, OTHER, OTHER_VPC, VPC, EmulatorClient
from emulator_process import GATEWAY

OTHER_SUBNET = "10.8.0.0/21"
PREPAID = {"paymentTiming": "Prepaid", "reservation": {"reservationLength": 1, "reservationTimeUnit": "month"}}


@pytest.fixture(scope="module")
def client():
    client = EmulatorClient()
    yield client
    client.close()


@pytest.fixture
def lab(client):
    client.use()
    return client


def refused_fields(response):
    assert (response.status, response.code) == (400, "InappropriateJSON"), response.json
    return [part.partition(":")[0] for part in response.json["message"].split("; ")]


def outcome(response):
    return response.status, response.code


UNSUPPORTED = (400, "UnsupportedOperation")
BUSY = (409, "OperationDenied")
ABSENT_ERROR = (404, "NoSuchObject")


# --- creation ---


def test_gateway_created_is_listed_and_read_as_the_api_shows_it(lab):
    response = lab.add_gateway("site", description="text", tags=[{"tagKey": "a", "tagValue": "b"}], deleteProtect=True)
    vpn_id = response.json["vpnId"]
    assert vpn_id.startswith("vpn-") and list(response.json) == ["vpnId"]
    (_seeded, listed) = lab.gateways()
    assert listed == {
        "vpnId": vpn_id,
        "vpnName": "site",
        "createTime": listed["createTime"],
        "description": "text",
        "type": "IPSec",
        "status": "unconfigured",
        "expiredTime": "",
        "paymentTiming": "Postpaid",
        "eip": "",
        "bandwidthInMbps": 0,
        "vpcId": OTHER_VPC,
        "deleteProtect": True,
        "vpnConnNum": 0,
    }
    assert lab.gateway(vpn_id) == {**listed, "tags": [{"tagKey": "a", "tagValue": "b"}], "vpnConns": []}
    assert lab.thread.state()["billed"] == {"gateways": 1, "eips": 0}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"vpcId": ABSENT, "vpnName": ABSENT, "billing": ABSENT}, {"vpcId", "vpnName", "billing"}),
        ({"vpnName": "1a"}, {"vpnName"}),
        ({"vpnName": "a" * 66}, {"vpnName"}),
        ({"type": "GRE"}, {"type"}),
        ({"description": "a" * 201}, {"description"}),
        ({"eip": "10.0.0"}, {"eip"}),
        ({"deleteProtect": "true"}, {"deleteProtect"}),
        ({"tags": [{"tagValue": "b"}]}, {"tags"}),
        ({"tags": [{"tagKey": "a", "tagValue": "b" * 66}]}, {"tags"}),
        ({"maxConnection": 5}, {"maxConnection"}),
        ({"type": "SSL", "maxConnection": 6}, {"maxConnection"}),
        ({"subnetId": "sbn-none"}, {"subnetId"}),
        ({"billing": {}}, {"billing.paymentTiming"}),
        ({"billing": {"paymentTiming": "postpaid"}}, {"billing.paymentTiming"}),
        (
            {"billing": {"paymentTiming": "Prepaid"}},
            {"billing.reservation.reservationLength", "billing.reservation.reservationTimeUnit"},
        ),
        (
            {"billing": {**PREPAID, "reservation": {"reservationLength": 10, "reservationTimeUnit": "year"}}},
            {"billing.reservation.reservationLength", "billing.reservation.reservationTimeUnit"},
        ),
    ],
)
def test_gateway_with_an_invalid_field_is_refused_and_not_billed(lab, changes, fields):
    assert set(refused_fields(lab.add_gateway(**changes))) == fields
    assert lab.thread.state()["billed"]["gateways"] == 0


def test_gateway_body_of_the_python_sdk_is_accepted(lab):
    billing = {
        "paymentTiming": "Postpaid",
        "billingMethod": None,
        "reservation": {"reservationLength": 1, "reservationTimeUnit": "Month"},
    }
    (subnet,) = lab.vpc(OTHER_VPC)["subnets"]
    assert lab.add_gateway(billing=billing, subnetId=subnet["subnetId"], deleteProtect=False).status == 200
    assert lab.add_gateway(billing=PREPAID, type="SSL", maxConnection=20).status == 200
    prepaid = lab.gateways()[-1]
    assert (prepaid["paymentTiming"], prepaid["type"], prepaid["maxConnection"]) == ("Prepaid", "SSL", 20)
    assert prepaid["expiredTime"] > prepaid["createTime"]
    assert [item["vpnId"] for item in lab.gateways(type="ssl")] == [prepaid["vpnId"]]


def test_gateway_token_creates_one_and_never_means_two_requests(lab):
    first, again = lab.add_gateway(token="t"), lab.add_gateway(token="t")
    assert first.json == again.json and lab.thread.state()["billed"]["gateways"] == 1
    assert lab.add_gateway("other", token="t").code == "IdempotentParameterMismatch"


def test_gateways_more_than_three_in_a_vpc_are_refused(lab):
    for number in range(2):
        lab.added_gateway(f"gw{number}")
    assert outcome(lab.add_gateway()) == (400, "QuotaLimitExceeded")
    lab.release(lab.gateways()[-1]["vpnId"])
    assert lab.add_gateway().status == 200
    assert lab.add_gateway(vpc_id=VPC).status == 200
    assert lab.thread.state()["billed"]["gateways"] == 4
    lab.thread.reset()
    assert lab.thread.state()["billed"]["gateways"] == 0
    assert [item["vpnId"] for item in lab.thread.state()["gateways"]] == [GATEWAY, OTHER]


def test_gateway_in_an_absent_vpc_or_one_without_subnet_is_refused():
    options = ["--vpc", "vpc-a:10.0.0.0/16", "--subnet", "vpc-a:none"]
    cloud = build(build_parser().parse_args(options)).control.cloud

    body = {"vpnName": "gw", "billing": {"paymentTiming": "Postpaid"}}
    for vpc_id, code in (("vpc-a", "UnsupportedOperation"), ("vpc-none", "NoSuchObject")):
        with pytest.raises(BceError) as refusal:
            gateway_writes.create(cloud, {**body, "vpcId": vpc_id})
        assert refusal.value.code == code
    assert cloud.state()["billed"]["gateways"] == 0


# --- states that take time ---


def test_gateway_goes_from_building_to_unconfigured_to_active(lab):
    lab.thread.settings(settle_ms=5000)
    vpn_id = lab.added_gateway()
    assert [entry["status"] for entry in lab.both_gateways(vpn_id)] == ["building"] * 2
    table_id = lab.table(OTHER_VPC)["routeTableId"]
    rule = {"nexthopId": vpn_id, "routeTableId": table_id}
    refusals = [
        lab.create(vpn_id=vpn_id),
        lab.add_rule(vpc_id=OTHER_VPC, **rule),
        lab.bind(vpn_id, "192.0.2.9"),
        lab.put_gateway(vpn_id, "modifyAttribute", {"description": "x"}),
        lab.put_gateway(vpn_id, "deleteProtect", {"deleteProtect": True}),
        lab.release(vpn_id),
    ]
    assert [outcome(response) for response in refusals] == [BUSY] * 6
    lab.sleep(5)
    assert lab.gateway(vpn_id)["status"] == "unconfigured"
    assert lab.add_rule(vpc_id=OTHER_VPC, **rule).status == lab.create(vpn_id=vpn_id).status == 200
    gateway = lab.gateway(vpn_id)
    assert (gateway["status"], gateway["vpnConnNum"], len(gateway["vpnConns"])) == ("active", 1, 1)


def test_gateway_with_an_address_shows_it_when_it_is_built(lab):
    address = lab.added_eip(bandwidthInMbps=7)
    lab.thread.settings(settle_ms=5000)
    vpn_id = lab.added_gateway(eip=address)
    for status, shown, bandwidth, eip_status in (
        ("building", "", 0, "binding"),
        ("active", address, 7, "binded"),
    ):
        gateway, eip = lab.gateway(vpn_id), lab.eip(address)
        assert (gateway["status"], gateway["eip"], gateway["bandwidthInMbps"]) == (status, shown, bandwidth)
        assert (eip["status"], eip["instanceId"]) == (eip_status, vpn_id if shown else "")
        lab.sleep(5)


def test_address_is_bound_and_unbound_in_time(lab):
    address, vpn_id = lab.added_eip(), lab.added_gateway()
    lab.thread.settings(settle_ms=5000)
    for write, steps in (
        (lambda: lab.bind(vpn_id, address), [("configuring", "", "binding"), ("active", address, "binded")]),
        (lambda: lab.unbind(vpn_id), [("configuring", address, "unbinding"), ("unconfigured", "", "available")]),
    ):
        assert write().raw == b""
        for gateway_status, shown, eip_status in steps:
            gateway = lab.gateway(vpn_id)
            assert (gateway["status"], gateway["eip"]) == (gateway_status, shown)
            assert lab.eip(address)["status"] == eip_status
            if gateway_status == "configuring":
                assert outcome(write()) == BUSY
            lab.sleep(5)


def test_gateway_released_is_deleting_until_it_is_gone(lab):
    address = lab.added_eip()
    vpn_id = lab.added_gateway(eip=address)
    lab.thread.settings(settle_ms=5000)
    assert lab.release(vpn_id).raw == b""
    assert [entry["status"] for entry in lab.both_gateways(vpn_id)] == ["deleting"] * 2
    assert lab.eip(address)["status"] == "binded"
    assert [item["vpnId"] for item in lab.thread.state()["gateways"]] == [GATEWAY, OTHER]
    assert [outcome(lab.release(vpn_id)), outcome(lab.create(vpn_id=vpn_id))] == [ABSENT_ERROR] * 2
    lab.sleep(5)
    assert outcome(lab.call("GET", f"/v1/vpn/{vpn_id}")) == ABSENT_ERROR and len(lab.gateways()) == 1
    assert lab.release_eip(address).status == 200


def test_gateway_list_shows_writes_after_the_list_lag(lab):
    lab.thread.settings(list_lag_ms=3000)
    vpn_id = lab.added_gateway()
    assert lab.gateway(vpn_id)["vpnId"] == vpn_id and len(lab.gateways()) == 1
    lab.sleep(3)
    assert len(lab.gateways()) == 2


# --- other writes ---


def test_gateway_update_changes_what_is_sent(lab):
    vpn_id = lab.added_gateway("old", description="text")
    for body, name, description in (
        ({"vpnName": "new"}, "new", "text"),
        ({"vpnName": "", "description": "more"}, "new", "more"),
        ({"description": ""}, "new", ""),
    ):
        assert lab.put_gateway(vpn_id, "modifyAttribute", body).raw == b""
        gateway = lab.gateway(vpn_id)
        assert (gateway["vpnName"], gateway["description"]) == (name, description)
    assert refused_fields(lab.put_gateway(vpn_id, "modifyAttribute", {"vpnName": "default"})) == ["vpnName"]
    assert outcome(lab.put_gateway("vpn-none", "modifyAttribute", {})) == ABSENT_ERROR


def test_gateway_protected_is_not_released(lab):
    vpn_id = lab.added_gateway(deleteProtect=True)
    assert outcome(lab.release(vpn_id)) == UNSUPPORTED
    assert refused_fields(lab.put_gateway(vpn_id, "deleteProtect", {})) == ["deleteProtect"]
    assert lab.put_gateway(vpn_id, "deleteProtect", {"deleteProtect": False}).status == 200
    assert lab.release(vpn_id).status == 200
    assert outcome(lab.release(lab.added_gateway(billing=PREPAID))) == UNSUPPORTED


def test_gateway_in_use_is_not_released_before_its_tunnels_and_routes(lab):
    address = lab.gateway(OTHER)["eip"]
    tunnel_id, rule_id = lab.made(vpn_id=OTHER), lab.added_rule(vpc_id=OTHER_VPC)
    for undo in (lambda: lab.delete(tunnel_id), lambda: lab.delete_rule(rule_id)):
        assert outcome(lab.release(OTHER)) == UNSUPPORTED
        assert undo().status == 200
    assert lab.release(OTHER).status == 200
    assert lab.eip(address)["status"] == "available" and lab.gateways() == []
    lab.thread.reset()
    assert [item["vpnId"] for item in lab.gateways()] == [OTHER] and lab.eip(address)["status"] == "binded"


def test_address_in_use_or_absent_is_not_bound(lab):
    used, free, vpn_id = lab.gateway(GATEWAY)["eip"], lab.added_eip(), lab.added_gateway()
    assert outcome(lab.bind(vpn_id, used)) == outcome(lab.add_gateway(eip=used)) == UNSUPPORTED
    assert outcome(lab.bind(vpn_id, "192.0.2.99")) == outcome(lab.add_gateway(eip="192.0.2.99")) == (404, "EipNotFound")
    assert outcome(lab.bind(OTHER, free)) == outcome(lab.unbind(vpn_id)) == UNSUPPORTED
    assert refused_fields(lab.put_gateway(vpn_id, "bind", {})) == ["eip"]


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("PUT", f"/v1/vpn/{GATEWAY}", {"purchaseReserved": ""}),
        ("PUT", f"/v1/vpn/{GATEWAY}", {}),
        ("POST", f"/v1/vpn/{GATEWAY}/sslVpnServer", {}),
        ("GET", "/v1/eip/recycle", {}),
        ("POST", "/v1/eip", {"action": "batch", "clientToken": "t"}),
        ("POST", "/v3/bcm/query", {}),
        ("DELETE", "/v1/vpc/vpc-emulator", {}),
        ("GET", "/somewhere", {}),
    ],
)
def test_call_that_the_emulator_does_not_have_is_not_emulated(lab, method, path, query):
    response = lab.call(method, path, {} if method != "GET" else None, query)
    assert outcome(response) == (501, "NotEmulated")


# --- options ---


def state_of(*options):
    return build(build_parser().parse_args(options)).control.state()


def test_options_add_addresses_subnets_and_secondary_cidrs():
    state = state_of(
        *("--vpc", "vpc-a:10.0.0.0/16:main", "--secondary-cidr", "vpc-a:172.20.0.0/16"),
        *("--subnet", "vpc-a:10.0.32.0/20:b", "--subnet", "vpc-a:172.20.0.0/24"),
        *("--eip", "203.0.113.77:mine:9", "--eip", "203.0.113.78"),
    )
    vpc = next(vpc for vpc in state["vpcs"] if vpc["vpcId"] == "vpc-a")
    assert vpc["secondaryCidr"] == ["172.20.0.0/16"]
    subnets = [(item["cidr"], item["name"]) for item in state["subnets"] if item["vpcId"] == "vpc-a"]
    assert subnets == [
        ("10.0.0.0/20", "subnet-main"),
        ("10.0.32.0/20", "b"),
        ("172.20.0.0/24", "subnet-172.20.0.0/24"),
    ]
    bound, *eips = [(e["eip"], e["name"], e["bandwidthInMbps"], e["status"]) for e in state["eips"]]
    assert bound == ("192.0.2.1", f"eip-gw-{GATEWAY}", 200, "binded")
    assert eips[0] == ("203.0.113.77", "mine", 9, "available") and eips[1][2:] == (1, "available")
    assert state["billed"] == {"gateways": 0, "eips": 0}
    assert {"10.0.0.0/16", "172.20.0.0/16"} <= {rule["destinationAddress"] for rule in state["routeRules"]}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--subnet", "vpc-none:10.0.0.0/24"], "there is no VPC vpc-none"),
        (["--subnet", "vpc-emulator:10.0.0.0/24"], "must be inside VPC"),
        (["--subnet", "vpc-emulator:192.168.0.0/24"], "not overlap another subnet"),
        (["--secondary-cidr", "vpc-emulator:192.168.0.0/16"], "CIDRs of VPC vpc-emulator overlap"),
        (["--eip", "192.0.2.1"], "an EIP id is repeated"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        state_of(*options)


@pytest.mark.parametrize("option", ["--eip=192.0.2", "--eip=192.0.2.7:a:0", "--eip=192.0.2.7:a:5:x", "--subnet=x"])
def test_option_with_an_invalid_value_is_refused(option, capsys):
    with pytest.raises(SystemExit):
        build_parser().parse_args([option])
    assert "is not" in capsys.readouterr().err


def test_addresses_of_many_gateways_do_not_repeat():
    gateways = state_of("--gateways", "900")["gateways"]
    assert len({gateway["eip"] for gateway in gateways}) == len(gateways) == 901
