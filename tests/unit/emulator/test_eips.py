# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EIPs of the emulator: lists with their parameters, writes with their checks, and states that take time."""

from __future__ import annotations

import pytest

from emulator_client import ABSENT, OTHER, EmulatorClient
from emulator_process import GATEWAY

BY_TRAFFIC = {"paymentTiming": "Postpaid", "billingMethod": "ByTraffic"}
PREPAID = {
    "paymentTiming": "Prepaid",
    "billingMethod": "ByBandwidth",
    "reservation": {"reservationLength": 12, "reservationTimeUnit": "Month"},
}
BUSY = (409, "OperationDenied")
UNSUPPORTED = (400, "UnsupportedOperation")


@pytest.fixture(scope="module")
def client():
    client = EmulatorClient()
    yield client
    client.close()


@pytest.fixture
def lab(client):
    client.use()
    return client


def outcome(response):
    return response.status, response.code


def refused_fields(response):
    assert outcome(response) == (400, "InappropriateJSON"), response.json
    return [part.partition(":")[0] for part in response.json["message"].split("; ")]


def test_eip_created_is_listed_as_the_api_shows_it(lab):
    response = lab.add_eip("mine", bandwidthInMbps=9, tags=[{"tagKey": "a", "tagValue": ""}])
    address = response.json["eip"]
    assert list(response.json) == ["eip"] and lab.eip(address) == {
        "name": "mine",
        "eip": address,
        "eipId": lab.eip(address)["eipId"],
        "status": "available",
        "eipInstanceType": "normal",
        "instanceType": "",
        "instanceId": "",
        "shareGroupId": "",
        "clusterId": "",
        "bandwidthInMbps": 9,
        "paymentTiming": "Postpaid",
        "billingMethod": "ByBandwidth",
        "createTime": lab.eip(address)["createTime"],
        "expireTime": "",
        "region": "bj",
        "routeType": "BGP",
        "tags": [{"tagKey": "a", "tagValue": ""}],
        "deleteProtect": False,
        "bwShortId": "",
    }
    assert lab.thread.state()["billed"] == {"gateways": 0, "eips": 1}
    assert lab.eip(lab.added_eip(ABSENT))["name"].startswith("EIP-")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"bandwidthInMbps": ABSENT, "billing": ABSENT}, {"bandwidthInMbps", "billing"}),
        ({"bandwidthInMbps": 0}, {"bandwidthInMbps"}),
        ({"bandwidthInMbps": 501}, {"bandwidthInMbps"}),
        ({"bandwidthInMbps": "5"}, {"bandwidthInMbps"}),
        ({"bandwidthInMbps": 201, "billing": BY_TRAFFIC}, {"bandwidthInMbps"}),
        ({"bandwidthInMbps": 99, "routeType": "BGP_S"}, {"bandwidthInMbps"}),
        ({"name": "1a"}, {"name"}),
        ({"routeType": "X"}, {"routeType"}),
        ({"ipVersion": "ipv6"}, {"ipVersion"}),
        ({"billing": {"paymentTiming": "Postpaid"}}, {"billing.billingMethod"}),
        ({"billing": {**PREPAID, "reservation": None}}, {"billing.reservation.reservationLength"}),
        ({"deleteProtect": 1, "tags": {}}, {"deleteProtect", "tags"}),
    ],
)
def test_eip_with_an_invalid_field_is_refused_and_not_billed(lab, changes, fields):
    assert fields <= set(refused_fields(lab.add_eip(**changes)))
    assert lab.thread.state()["billed"]["eips"] == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"bandwidthInMbps": 500},
        {"bandwidthInMbps": 200, "billing": BY_TRAFFIC},
        {"bandwidthInMbps": 5000, "routeType": "BGP_S"},
        {"billing": PREPAID, "ipVersion": "ipv4", "resourceGroupId": "group"},
    ],
)
def test_eip_with_any_value_of_the_contract_is_accepted(lab, changes):
    assert lab.add_eip(**changes).status == 200


def test_eip_writes_require_a_token_where_the_contract_says_so(lab):
    address = lab.added_eip()
    assert refused_fields(lab.add_eip(token=None)) == ["clientToken"]
    body = {"instanceType": "VPN", "instanceId": OTHER}
    for method, query in (("PUT", {"bind": ""}), ("PUT", {"unbind": ""}), ("DELETE", {})):
        assert refused_fields(lab.call(method, f"/v1/eip/{address}", body, query)) == ["clientToken"]
    assert lab.call("PUT", f"/v1/eip/{address}", {"newBandwidthInMbps": 6}, {"resize": ""}).status == 200
    first, again = lab.add_eip(token="t"), lab.add_eip(token="t")
    assert first.json == again.json and lab.thread.state()["billed"]["eips"] == 2


def test_eip_list_is_selected_by_its_parameters(lab):
    mine, other = lab.added_eip("mine"), lab.added_eip("mine-too")
    bound = lab.gateway(GATEWAY)["eip"]
    mine_id = lab.eip(mine)["eipId"]

    def found(**query):
        return [eip["eip"] for eip in lab.eips(**query)]

    assert found() == [bound, lab.gateway(OTHER)["eip"], mine, other]
    assert found(name="mine") == found(eip=mine) == found(eipIds=f"{mine_id},ip-none") == [mine]
    assert found(status="available") == [mine, other] and found(status="paused") == []
    assert found(instanceType="VPN", instanceId=GATEWAY) == [bound] and found(instanceType="NAT") == []
    assert found(ipVersion="ipv4", name="") == found() and found(ipVersion="ipv6") == []
    assert "marker" not in lab.call("GET", "/v1/eip", query={"name": "none"}).json
    for query, name in (({"status": "binding"}, "status"), ({"instanceId": "x"}, "instanceId")):
        assert refused_fields(lab.call("GET", "/v1/eip", query=query)) == [name]


def test_eip_list_has_pages(lab):
    lab.added_eip()
    pages = [lab.call("GET", "/v1/eip", query={"maxKeys": "2"}).json]
    pages.append(lab.call("GET", "/v1/eip", query={"maxKeys": "2", "marker": pages[0]["nextMarker"]}).json)
    assert [len(page["eipList"]) for page in pages] == [2, 1]
    assert [page["isTruncated"] for page in pages] == [True, False] and "nextMarker" not in pages[1]


def test_eip_resized_changes_the_bandwidth_of_its_gateway_too(lab):
    address = lab.gateway(OTHER)["eip"]
    lab.thread.settings(settle_ms=5000)
    assert lab.put_eip(address, "resize", {"newBandwidthInMbps": 30}).raw == b""
    for status, bandwidth in (("updating", 200), ("binded", 30)):
        eip = lab.eip(address)
        assert (eip["status"], eip["bandwidthInMbps"]) == (status, bandwidth)
        lab.sleep(5)
    assert lab.gateway(OTHER)["bandwidthInMbps"] == 30
    assert refused_fields(lab.put_eip(address, "resize", {"newBandwidthInMbps": 501})) == ["newBandwidthInMbps"]
    assert outcome(lab.put_eip("192.0.2.99", "resize", {"newBandwidthInMbps": 5})) == (404, "EipNotFound")


def test_eip_is_creating_until_it_can_be_used(lab):
    vpn_id = lab.added_gateway()
    lab.thread.settings(settle_ms=5000)
    address = lab.added_eip()
    assert lab.eip(address)["status"] == "creating"
    assert [outcome(lab.bind(vpn_id, address)), outcome(lab.release_eip(address))] == [BUSY] * 2
    lab.sleep(5)
    assert lab.eip(address)["status"] == "available" and lab.release_eip(address).status == 200


def test_eip_side_binds_and_unbinds_as_the_gateway_side_does(lab):
    address, vpn_id = lab.added_eip(), lab.added_gateway()
    assert lab.put_eip(address, "bind", {"instanceType": "VPN", "instanceId": vpn_id}).raw == b""
    eip = lab.eip(address)
    assert (eip["status"], eip["instanceType"], eip["instanceId"]) == ("binded", "VPN", vpn_id)
    assert lab.gateway(vpn_id)["eip"] == address
    assert outcome(lab.release_eip(address)) == UNSUPPORTED
    assert lab.put_eip(address, "unbind").raw == b"" and lab.gateway(vpn_id)["eip"] == ""
    assert outcome(lab.put_eip(address, "unbind")) == UNSUPPORTED
    for body, result in (
        ({"instanceType": "BCC", "instanceId": "i-1"}, (501, "NotEmulated")),
        ({"instanceType": "VPN", "instanceId": "vpn-none"}, (404, "NoSuchObject")),
    ):
        assert outcome(lab.put_eip(address, "bind", body)) == result
    assert refused_fields(lab.put_eip(address, "bind", {})) == ["instanceType", "instanceId"]


def test_eip_is_released_once_and_not_while_it_is_protected_or_prepaid(lab):
    address = lab.added_eip(deleteProtect=True)
    assert outcome(lab.release_eip(address)) == UNSUPPORTED
    assert lab.put_eip(address, "deleteProtect", {"deleteProtect": False}).raw == b""
    assert refused_fields(lab.release_eip(address, releaseToRecycle="maybe")) == ["releaseToRecycle"]
    assert lab.release_eip(address, releaseToRecycle="True").raw == b"" and lab.eips(eip=address) == []
    assert outcome(lab.release_eip(address)) == (404, "EipNotFound")
    assert outcome(lab.release_eip(lab.added_eip(billing=PREPAID))) == UNSUPPORTED
    assert lab.thread.state()["billed"]["eips"] == 2
