# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading gateways: pages with an inclusive marker, and responses that are not quite what the contract says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.module_utils._bce.client import Response
from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import InvalidResponseError, NotFoundError
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_customer_gateway import (
    VpnCustomerGatewayApi,
)
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_gateway import VpnGatewayApi, is_ipsec
from scripted_client import Script


class Pages(Script):
    """Stands in for the client over a list of ids, in pages as the contract describes them."""

    def __init__(self, ids, size):
        super().__init__()
        self._ids = ids
        self._size = size
        self.requests = 0

    def request(self, _method, _path, query=None, **_others):
        self.requests += 1
        start = self._ids.index(query["marker"]) if "marker" in query else 0
        page, rest = self._ids[start : start + self._size], self._ids[start + self._size :]
        body = {"vpns": [{"vpnId": vpn_id} for vpn_id in page], "isTruncated": bool(rest), "maxKeys": self._size}
        return Response(200, dict(body, nextMarker=rest[0]) if rest else body, "request-1")


@given(count=st.integers(0, 40), size=st.integers(1, 9))
def test_list_takes_as_many_requests_as_there_are_pages(count, size):
    client = Pages([f"vpn-{number}" for number in range(count)], size)
    found = gateways(client)
    assert [gateway["vpn_id"] for gateway in found] == [f"vpn-{number}" for number in range(count)]
    assert client.requests == max(1, -(-count // size))


def gateways(client):
    return VpnGatewayApi(client, {"vpc_id": "vpc-1"}).list_gateways()


def customer_gateways(client):
    return [item.fields for item in VpnCustomerGatewayApi(client, {}).list().items]


def gateway(body, with_tunnels=False):
    return VpnGatewayApi(Script(body), {}).detail("vpn-a", with_tunnels)


def customer_gateway(body):
    return VpnCustomerGatewayApi(Script(body), {}).get("cgw-a")


def page(*ids, **more):
    return dict({"vpns": [{"vpnId": vpn_id} for vpn_id in ids]}, **more)


@pytest.mark.parametrize("truncated", [True, "True", None])
def test_page_with_a_marker_is_followed_by_another(truncated):
    client = Script(
        page("vpn-a", isTruncated=truncated, nextMarker="vpn-b"), page("vpn-b", isTruncated=truncated and False)
    )
    assert len(gateways(client)) == len(client.asked) == 2


@pytest.mark.parametrize("truncated", [False, "false"])
def test_marker_of_the_last_page_is_not_followed(truncated):
    client = Script(page("vpn-a", isTruncated=truncated, nextMarker="vpn-a"))
    assert len(gateways(client)) == len(client.asked) == 1


def test_overlapping_pages_show_each_gateway_once():
    client = Script(page("vpn-a", "vpn-b", isTruncated=True, nextMarker="vpn-b"), page("vpn-b", "vpn-c"))
    assert [gateway["vpn_id"] for gateway in gateways(client)] == ["vpn-a", "vpn-b", "vpn-c"]
    assert [query for _method, _path, query, _body in client.asked] == [
        {"vpcId": "vpc-1", "maxKeys": "1000"},
        {"vpcId": "vpc-1", "maxKeys": "1000", "marker": "vpn-b"},
    ]


@pytest.mark.parametrize("vpn_id", [None, "", 7, "a b/../c"])
def test_gateway_without_a_valid_id_is_listed(vpn_id):
    body = {"vpns": [{"vpnId": vpn_id, "vpnName": "odd"}, {"vpnId": vpn_id, "vpnName": "other"}, {"vpnId": "vpn-a"}]}
    found = gateways(Script(body))
    assert sorted((item["vpn_id"] or "", item["vpn_name"] or "") for item in found) == [
        ("", "odd"),
        ("", "other"),
        ("vpn-a", ""),
    ]


@pytest.mark.parametrize(
    "pages",
    [
        [page("vpn-a", isTruncated=True, nextMarker="vpn-a"), page("vpn-a", isTruncated=True, nextMarker="vpn-a")],
        [page("vpn-a", isTruncated=True)],
        [page("vpn-a", isTruncated="true", nextMarker="")],
        [page(isTruncated=True, nextMarker="vpn-a")],
    ],
    ids=["the same page again", "no marker", "an empty marker", "an empty page"],
)
def test_list_whose_marker_does_not_advance_is_an_error(pages):
    with pytest.raises(InvalidResponseError, match="more follow, but does not lead on"):
        gateways(Script(*pages))


@pytest.mark.parametrize("body", [{}, {"vpns": "none"}, {"vpns": [1]}, {"vpns": None}])
def test_response_without_a_list_of_gateways_is_an_error(body):
    with pytest.raises(InvalidResponseError, match="Cannot list the VPN gateways of VPC vpc-1: .* vpns"):
        gateways(Script(body))


def test_gateway_is_read_tolerantly_with_option_names():
    shown = {
        "vpnId": "vpn-a",
        "vpnName": "hub",
        "eip": "",
        "type": "IPSec",
        "status": "configuring",
        "productType": "Postpaid",
        "bandwidthInMbps": "200",
        "vpnConnNum": True,
        "maxConnection": 100,
        "deleteProtect": "no",
        "createTime": "2026-04-25 17:22:34",
        "expiredTime": "2027-04-25 17:22:34",
        "tags": [{"tagKey": "site", "tagValue": "berlin"}, {"tagValue": "lost"}, 7],
        "somethingNew": {"a": 1},
    }
    (gateway,) = gateways(Script({"vpns": [shown]}))
    assert gateway == {
        "vpn_id": "vpn-a",
        "vpn_name": "hub",
        "vpc_id": "vpc-1",
        "eip": "",
        "status": "configuring",
        "type": "IPSec",
        "description": None,
        "payment_timing": "Postpaid",
        "bandwidth_in_mbps": 200,
        "vpn_conn_num": None,
        "max_connection": 100,
        "create_time": "2026-04-25 17:22:34",
        "expired_time": "2027-04-25 17:22:34",
        "delete_protect": None,
        "tags": {"site": "berlin"},
    }


def test_list_with_a_gateway_of_another_vpc_is_invalid():
    body = {"vpns": [{"vpnId": "vpn-a", "vpcId": "vpc-1"}, {"vpnId": "vpn-b", "vpcId": "vpc-2"}]}
    with pytest.raises(InvalidResponseError, match="an object of vpcId vpc-2, but was asked for vpc-1 "):
        gateways(Script(body))


@pytest.mark.parametrize("listed", [customer_gateways, gateways])
def test_id_listed_twice_with_different_contents_is_invalid(listed):
    entries = [{"vpnId": "x-1", "cgwId": "x-1", "name": name, "vpnName": name} for name in ("a", "b")]
    same = {"vpns": entries[:1] * 2, "result": entries[:1] * 2}
    assert len(listed(Script(same))) == 1
    with pytest.raises(InvalidResponseError, match="the id x-1 more than once"):
        listed(Script({"vpns": entries, "result": entries}))


@pytest.mark.parametrize("listed", [customer_gateways, gateways])
@pytest.mark.parametrize("body", [None, {"vpns": None, "result": None}])
def test_empty_response_is_not_an_empty_list(listed, body):
    with pytest.raises(InvalidResponseError):
        listed(Script(body))
    with pytest.raises(NotFoundError):
        listed(Script(NotFoundError("gone", "NoSuchObject", 400)))


def test_tunnels_in_a_gateways_detail_are_checked_like_a_list():
    def detail(*tunnels):
        body = {"vpnId": "vpn-a", "vpnConns": list(tunnels)}
        return gateway(body, with_tunnels=True).tunnels

    mine = {"vpnConnId": "t-1", "vpnId": "vpn-a"}
    assert detail(mine, mine, {"vpnConnId": "t-2"}) == [mine, {"vpnConnId": "t-2"}]
    with pytest.raises(InvalidResponseError, match="an object of vpnId vpn-b, but was asked for vpn-a"):
        detail(mine, dict(mine, vpnId="vpn-b", vpnConnId="t-2"))
    with pytest.raises(InvalidResponseError, match="the id t-1 more than once"):
        detail(mine, dict(mine, status="x"))


def test_objects_that_only_the_console_can_create_are_read():
    """Gateways of types that the API does not document, and customer gateways with Chinese names."""
    kinds = [{"vpnId": f"vpn-{kind}", "type": kind} for kind in ("GRE", "IPSec", "Something new", "")]
    found = gateways(Script({"vpns": kinds}))
    assert [(gateway["type"], is_ipsec(gateway)) for gateway in found] == [
        ("GRE", False),
        ("IPSec", True),
        ("Something new", False),
        ("", True),
    ]
    peer = {"cgwId": "cgw-a", "name": "北京-总部", "ip": "0.0.0.0"}
    assert customer_gateways(Script({"result": [peer]}))[0]["name"] == "北京-总部"
    assert customer_gateway(peer).fields["name"] == "北京-总部"


def test_gateway_of_unknown_type_counts_as_ipsec():
    for kind, expected in (("IPSec", True), ("IPsec", True), ("ipsec", True), (None, True), ("SSL", False)):
        assert is_ipsec({"type": kind}) is expected


def test_read_of_an_absent_gateway_is_none_and_of_another_an_error():
    gone = NotFoundError("gone", "NoSuchObject", 404)
    assert gateway(gone) is None
    assert customer_gateway(gone) is None
    # The API responses some reads of absent objects with a success and nothing in it.
    assert gateway(None) is None
    assert customer_gateway(None) is None
    with pytest.raises(InvalidResponseError, match="not that gateway"):
        gateway({})
    with pytest.raises(InvalidResponseError, match="not that gateway"):
        gateway({"vpnId": "vpn-b"})
    with pytest.raises(InvalidResponseError, match="not that customer gateway"):
        customer_gateway({"cgwId": "cgw-b"})
