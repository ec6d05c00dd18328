# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading gateways: pages with an inclusive marker, and answers that are not quite what the contract says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.module_utils._bce.client import Response
from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import InvalidResponseError, NotFoundError
from ansible_collections.baiducloud.network.plugins.module_utils._module.bulk_read import is_ipsec
from ansible_collections.baiducloud.network.plugins.module_utils._resources.gateway_api import GatewayApi


class Script:
    """Stands in for the client: gives its answers one after the other, and keeps what it was asked."""

    def __init__(self, *bodies):
        self._bodies = list(bodies)
        self.asked = []

    def hide_words(self, _pattern, _is_secret):
        pass

    def show_word(self, word):
        pass

    def request(self, method, path, query=None, body=None, operation="", resend_unknown=True, **_others):
        self.asked.append((method, path, dict(query or {}), body))
        self.resent = resend_unknown
        answer = self._bodies.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Response(200, answer or {}, "request-1", is_empty=answer is None)


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
def test_all_pages_are_read_in_as_many_requests_as_there_are_pages(count, size):
    client = Pages([f"vpn-{number}" for number in range(count)], size)
    found = GatewayApi(client).list_gateways("vpc-1")
    assert [gateway["vpn_id"] for gateway in found] == [f"vpn-{number}" for number in range(count)]
    assert client.requests == max(1, -(-count // size))


def page(*ids, **more):
    return dict({"vpns": [{"vpnId": vpn_id} for vpn_id in ids]}, **more)


@pytest.mark.parametrize("truncated", [True, "True", None])
def test_more_follows_if_the_page_says_so_or_only_names_a_marker(truncated):
    client = Script(
        page("vpn-a", isTruncated=truncated, nextMarker="vpn-b"), page("vpn-b", isTruncated=truncated and False)
    )
    assert len(GatewayApi(client).list_gateways("vpc-1")) == len(client.asked) == 2


@pytest.mark.parametrize("truncated", [False, "false"])
def test_a_marker_beside_the_words_that_nothing_follows_is_not_followed(truncated):
    client = Script(page("vpn-a", isTruncated=truncated, nextMarker="vpn-a"))
    assert len(GatewayApi(client).list_gateways("vpc-1")) == len(client.asked) == 1


def test_pages_that_overlap_bring_each_gateway_once():
    client = Script(page("vpn-a", "vpn-b", isTruncated=True, nextMarker="vpn-b"), page("vpn-b", "vpn-c"))
    assert [gateway["vpn_id"] for gateway in GatewayApi(client).list_gateways("vpc-1")] == ["vpn-a", "vpn-b", "vpn-c"]
    assert [query for _method, _path, query, _body in client.asked] == [
        {"vpcId": "vpc-1", "maxKeys": "1000"},
        {"vpcId": "vpc-1", "maxKeys": "1000", "marker": "vpn-b"},
    ]


@pytest.mark.parametrize("vpn_id", [None, "", 7, "a b/../c"])
def test_a_gateway_without_a_fit_id_is_listed_all_the_same(vpn_id):
    body = {"vpns": [{"vpnId": vpn_id, "vpnName": "odd"}, {"vpnId": vpn_id, "vpnName": "other"}, {"vpnId": "vpn-a"}]}
    found = GatewayApi(Script(body)).list_gateways("vpc-1")
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
def test_a_list_that_does_not_go_on_is_an_error_and_no_endless_loop(pages):
    with pytest.raises(InvalidResponseError, match="more follow, but does not lead on"):
        GatewayApi(Script(*pages)).list_gateways("vpc-1")


@pytest.mark.parametrize("body", [{}, {"vpns": "none"}, {"vpns": [1]}, {"vpns": None}])
def test_an_answer_that_is_no_list_of_gateways_is_an_error(body):
    with pytest.raises(InvalidResponseError, match="Cannot list the VPN gateways of VPC vpc-1: .* vpns"):
        GatewayApi(Script(body)).list_gateways("vpc-1")


def test_a_gateway_is_read_tolerantly_and_in_our_words():
    told = {
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
    (gateway,) = GatewayApi(Script({"vpns": [told]})).list_gateways("vpc-1")
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


def test_a_gateway_of_another_vpc_makes_the_list_invalid():
    body = {"vpns": [{"vpnId": "vpn-a", "vpcId": "vpc-1"}, {"vpnId": "vpn-b", "vpcId": "vpc-2"}]}
    with pytest.raises(InvalidResponseError, match="an object of vpcId vpc-2, but was asked for vpc-1 "):
        GatewayApi(Script(body)).list_gateways("vpc-1")


@pytest.mark.parametrize("listed", [GatewayApi.list_customer_gateways, lambda api: api.list_gateways("vpc-1")])
def test_an_id_listed_twice_with_different_contents_makes_the_list_invalid(listed):
    entries = [{"vpnId": "x-1", "cgwId": "x-1", "name": name, "vpnName": name} for name in ("a", "b")]
    same = {"vpns": entries[:1] * 2, "result": entries[:1] * 2}
    assert len(listed(GatewayApi(Script(same)))) == 1
    with pytest.raises(InvalidResponseError, match="the id x-1 more than once"):
        listed(GatewayApi(Script({"vpns": entries, "result": entries})))


@pytest.mark.parametrize("listed", [GatewayApi.list_customer_gateways, lambda api: api.list_gateways("vpc-1")])
@pytest.mark.parametrize("body", [None, {"vpns": None, "result": None}])
def test_an_empty_response_is_no_empty_list(listed, body):
    with pytest.raises(InvalidResponseError):
        listed(GatewayApi(Script(body)))
    with pytest.raises(NotFoundError):
        listed(GatewayApi(Script(NotFoundError("gone", "NoSuchObject", 400))))


def test_the_tunnels_in_a_gateways_detail_are_checked_as_those_of_a_list():
    def detail(*tunnels):
        body = {"vpnId": "vpn-a", "vpnConns": list(tunnels)}
        return GatewayApi(Script(body)).gateway("vpn-a")

    mine = {"vpnConnId": "t-1", "vpnId": "vpn-a"}
    assert detail(mine, mine, {"vpnConnId": "t-2"}).tunnel_entries() == [mine, {"vpnConnId": "t-2"}]
    with pytest.raises(InvalidResponseError, match="an object of vpnId vpn-b, but was asked for vpn-a"):
        detail(mine, dict(mine, vpnId="vpn-b", vpnConnId="t-2")).tunnel_entries()
    with pytest.raises(InvalidResponseError, match="the id t-1 more than once"):
        detail(mine, dict(mine, status="x")).tunnel_entries()


def test_what_the_console_alone_can_make_is_read():
    """Gateways of types that the API does not document, and customer gateways with Chinese names."""
    kinds = [{"vpnId": f"vpn-{kind}", "type": kind} for kind in ("GRE", "IPSec", "Something new", "")]
    found = GatewayApi(Script({"vpns": kinds})).list_gateways("vpc-1")
    assert [(gateway["type"], is_ipsec(gateway)) for gateway in found] == [
        ("GRE", False),
        ("IPSec", True),
        ("Something new", False),
        ("", True),
    ]
    peer = {"cgwId": "cgw-a", "name": "北京-总部", "ip": "0.0.0.0"}
    assert GatewayApi(Script({"result": [peer]})).list_customer_gateways()[0]["name"] == "北京-总部"
    assert GatewayApi(Script(peer)).customer_gateway("cgw-a")["name"] == "北京-总部"


def test_only_a_gateway_that_is_told_to_be_of_another_type_can_have_no_tunnels():
    for kind, expected in (("IPSec", True), ("IPsec", True), ("ipsec", True), (None, True), ("SSL", False)):
        assert is_ipsec({"type": kind}) is expected


def test_a_gateway_that_is_not_there_is_none_and_another_one_is_an_error():
    gone = NotFoundError("gone", "NoSuchObject", 404)
    assert GatewayApi(Script(gone)).gateway("vpn-a") is None
    assert GatewayApi(Script(gone)).customer_gateway("cgw-a") is None
    # The API answers some reads of absent objects with a success and nothing in it.
    assert GatewayApi(Script(None)).gateway("vpn-a") is None
    assert GatewayApi(Script(None)).customer_gateway("cgw-a") is None
    with pytest.raises(InvalidResponseError, match="not that gateway"):
        GatewayApi(Script({})).gateway("vpn-a")
    with pytest.raises(InvalidResponseError, match="not that gateway"):
        GatewayApi(Script({"vpnId": "vpn-b"})).gateway("vpn-a")
    with pytest.raises(InvalidResponseError, match="not that customer gateway"):
        GatewayApi(Script({"cgwId": "cgw-b"})).customer_gateway("cgw-a")


def test_a_customer_gateway_is_read_in_our_words():
    told = {"cgwId": "cgw-a", "name": "berlin", "ip": "2001:DB8:0::1", "createdTime": "2026-07-11", "new": 1}
    odd = {"cgwId": "cgw-b", "ip": "hidden", "description": " Büro "}
    assert GatewayApi(Script({"result": [told, odd]})).list_customer_gateways() == [
        {
            "cgw_id": "cgw-a",
            "name": "berlin",
            "ip": "2001:db8::1",
            "description": "",
            "created_time": "2026-07-11",
            "updated_time": None,
        },
        {
            "cgw_id": "cgw-b",
            "name": None,
            "ip": "hidden",
            "description": "Büro",
            "created_time": None,
            "updated_time": None,
        },
    ]


def test_a_customer_gateway_is_made_of_what_is_given_only():
    client = Script({"cgwId": "cgw-a"})
    berlin = {"cgw_id": None, "name": "berlin", "ip": "203.0.113.1", "description": ""}
    assert GatewayApi(client).create_customer_gateway(berlin, "t") == ("cgw-a", "request-1")
    assert client.asked == [("POST", "/v1/vpn/cgw", {"clientToken": "t"}, {"name": "berlin", "ip": "203.0.113.1"})]
    assert client.resent is False
    with pytest.raises(InvalidResponseError, match="has no cgwId") as unknown:
        GatewayApi(Script({})).create_customer_gateway(berlin, "t")
    assert unknown.value.maybe_applied


def test_a_customer_gateways_deletion_takes_no_token_and_its_update_sends_what_changes_but_never_only_nothing():
    client = Script({}, {}, {})
    api = GatewayApi(client, version=2)
    berlin = {"cgw_id": "cgw-a", "name": "berlin", "description": "", "ip": "203.0.113.1"}
    api.update_customer_gateway(dict(berlin, description="new"), ["description"], "t")
    api.update_customer_gateway(berlin, ["description"], "t")
    api.delete_customer_gateway("cgw-a")
    assert client.asked == [
        ("PUT", "/v2/vpn/cgw/cgw-a", {"clientToken": "t"}, {"description": "new"}),
        ("PUT", "/v2/vpn/cgw/cgw-a", {"clientToken": "t"}, {"description": "", "name": "berlin"}),
        ("DELETE", "/v2/vpn/cgw/cgw-a", {}, None),
    ]
