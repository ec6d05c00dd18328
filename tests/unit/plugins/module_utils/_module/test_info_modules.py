# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the info modules request, select and return where responses differ or fail."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.client import Response
from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import (
    AuthError,
    NotFoundError,
    ServerError,
)
from ansible_collections.baiducloud.network.plugins.module_utils._bce.redaction import Redactor
from ansible_collections.baiducloud.network.plugins.module_utils._module import (
    info,
    vpc_route_info,
    vpn_customer_gateway_info,
    vpn_gateway_info,
    vpn_tunnel_info,
)
from ansible_collections.baiducloud.network.plugins.module_utils._module.bulk_read import map_concurrently
from ansible_collections.baiducloud.network.plugins.module_utils._module.results import partial_failure
from api_example import SECRET_KEY, entry
from run_params import run_params

REFUSED = AuthError("Cannot read that (AccessDenied)", "AccessDenied", 403)
GONE = NotFoundError("no such object", "NoSuchObject", 404)
OLD_KEY = "oldstylekey1234567890"
GATEWAYS = {
    "vpns": [
        {"vpnId": "vpn-a", "vpnName": "hub", "type": "IPSec", "description": f"its psk: {OLD_KEY}"},
        {"vpnId": "vpn-b", "vpnName": "hub"},
        {"vpnId": "vpn-s", "vpnName": "users", "type": "SSL"},
        {"vpnName": "no id", "type": "IPSec"},
    ]
}
TUNNELS_OF_A = {
    "vpnConns": [
        entry("up", status="Active", healthStatus="Reachable", secretKey=OLD_KEY, description=f"mine is {OLD_KEY}"),
        entry("odd", status=None, description=f"that of up is {OLD_KEY}"),
    ]
}
LIST, OF_A, OF_B = "/v1/vpn", "/v1/vpn/vpnconn/vpn-a", "/v1/vpn/vpnconn/vpn-b"
RESPONSES = {LIST: GATEWAYS, OF_A: TUNNELS_OF_A, OF_B: {"vpnConns": []}}


class Cloud:
    """Stands in for the client: a response for each path, or the error that it raises; keeps the requests."""

    def __init__(self, responses):
        self.responses = responses
        self.requested = []
        self.redactor = Redactor(())

    def cancel(self):
        pass

    def request(self, _method, path, _query=None, **_others):
        self.requested.append(path)
        response = self.responses[path]
        if isinstance(response, Exception):
            raise response
        return Response(200, response, "request-1")


def read(implementation, responses=None, **options):
    """Return the result, and the paths that were requested in alphabetical order."""
    cloud = Cloud(dict(RESPONSES, **(responses or {})))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(info, "BceClient", lambda _connection, **_more: cloud)
        keys = {"access_key_id": "AK", "secret_access_key": "SK"}
        return run_params(implementation, dict(keys, **options), False), sorted(cloud.requested)


def names(tunnels):
    return [item["vpn_conn_name"] for item in tunnels]


def ids(result):
    return [item["vpn_id"] for item in result["vpn_gateways"]]


def test_tunnels_of_a_vpc_are_read_from_ipsec_gateways_only():
    result, paths = read(vpn_tunnel_info, vpc_id="vpc-1")
    assert names(result["vpn_tunnels"]) == ["up", "odd"] and paths == [LIST, OF_A, OF_B]
    result, paths = read(vpn_gateway_info, vpc_id="vpc-1", tunnels=True)
    assert [names(item["vpn_tunnels"]) for item in result["vpn_gateways"]] == [["up", "odd"], [], [], []]
    assert paths == [LIST, OF_A, OF_B]
    result, paths = read(vpn_gateway_info, vpc_id="vpc-1")
    assert ids(result) == ["vpn-a", "vpn-b", "vpn-s", None] and paths == [LIST]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"status": ["ACTIVE"]}, ["up"]),
        ({"health_status": ["unreachable", "REACHABLE"]}, ["up"]),
        ({"status": ["building"]}, []),
        ({"vpn_conn_name": ["UP", "odd"]}, ["odd"]),
        ({"vpn_conn_id": ["vpnconn-up"]}, ["up"]),
        ({"vpn_conn_id": ["vpnconn-up"], "vpn_conn_name": ["odd"]}, []),
    ],
)
def test_filters_match_states_in_any_case_and_names_exactly(options, expected):
    result, _paths = read(vpn_tunnel_info, vpn_id=["vpn-a"], **options)
    assert not result.get("failed") and names(result["vpn_tunnels"]) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"type": "ipsec"}, ["vpn-a", "vpn-b", None]),
        ({"type": "ssl"}, ["vpn-s"]),
        ({"vpn_name": ["hub"], "vpn_id": ["vpn-b", "vpn-s"]}, ["vpn-b"]),
    ],
)
def test_gateway_without_a_type_counts_as_ipsec(options, expected):
    result, _paths = read(vpn_gateway_info, vpc_id="vpc-1", **options)
    assert ids(result) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"nexthop_id": ["dc-2"]}, ["rr-several"]),
        ({"nexthop_type": ["dcGateway"]}, ["rr-several"]),
        ({"nexthop_type": ["vpn", "dcGateway"]}, ["rr-one", "rr-several"]),
        ({"nexthop_id": ["vpn-1"], "nexthop_type": ["vpn"]}, ["rr-one"]),
        ({"nexthop_id": ["dc-3"]}, []),
    ],
)
def test_filters_of_the_next_hop_match_each_of_several(options, expected):
    """Rules with several next hops matched no filter."""
    hops = [{"nexthopId": name, "nexthopType": "dcGateway", "pathType": "ecmp"} for name in ("dc-1", "dc-2")]
    rules = [
        {"routeRuleId": "rr-one", "nexthopId": "vpn-1", "nexthopType": "vpn"},
        {"routeRuleId": "rr-several", "nextHopList": hops},
    ]
    table = {"vpcId": "vpc-1", "routeTableId": "rt-1", "routeRules": rules}
    result, _paths = read(vpc_route_info, {"/v1/route": table}, vpc_id="vpc-1", **options)
    assert [rule["route_rule_id"] for rule in result["route_rules"]] == expected


def test_unreadable_gateways_are_a_failure_with_what_was_read():
    result, _paths = read(vpn_gateway_info, {OF_B: REFUSED}, vpc_id="vpc-1", tunnels=True)
    assert result["failed"] and "1 of 4 VPN gateways could not be read: Cannot read that" in result["msg"]
    assert [item["vpn_tunnels"] is None for item in result["vpn_gateways"]] == [False, True, False, False]
    result, _paths = read(
        vpn_gateway_info, {"/v1/vpn/vpn-a": {"vpnId": "vpn-a"}, "/v1/vpn/vpn-x": REFUSED}, vpn_id=["vpn-a", "vpn-x"]
    )
    assert result["failed"] and "1 of 2 VPN gateways" in result["msg"] and ids(result) == ["vpn-a"]
    # A failed read does not mean that there is no gateway.
    result, _paths = read(vpn_gateway_info, {"/v1/vpn/vpn-x": REFUSED}, vpn_id=["vpn-x"], exactly_one=True)
    assert result["msg"] == REFUSED.message and ids(result) == []


def test_exactly_one_fails_with_what_was_found():
    result, _paths = read(vpn_gateway_info, vpc_id="vpc-1", vpn_name=["hub"], exactly_one=True, version=1)
    assert "2 VPN gateways have vpc_id vpc-1, vpn_name hub: vpn-a, vpn-b; give vpn_id" in result["msg"]
    assert ids(result) == ["vpn-a", "vpn-b"]
    result, _paths = read(vpn_gateway_info, {"/v1/vpn/vpn-x": GONE}, vpn_id=["vpn-x"], exactly_one=True, version=1)
    assert "no VPN gateway has vpn_id vpn-x; check" in result["msg"] and ids(result) == []
    result, paths = read(vpn_gateway_info, vpn_id=["vpn-a", "vpn-b"], exactly_one=True)
    assert "exactly_one: cannot be true of several ids" in result["msg"] and paths == []


DETAIL = "/v1/vpn/vpn-a"


@pytest.mark.parametrize("shown", [TUNNELS_OF_A, {}], ids=["with the tunnels", "without"])
def test_tunnels_in_the_detail_of_a_gateway_save_a_request(shown):
    detail = dict(GATEWAYS["vpns"][0], **shown)
    result, paths = read(vpn_gateway_info, {DETAIL: detail}, vpn_id=["vpn-a"], tunnels=True)
    assert names(result["vpn_gateways"][0]["vpn_tunnels"]) == ["up", "odd"]
    assert paths == [DETAIL] + ([] if shown else [OF_A])
    assert OLD_KEY not in str(result)
    result, paths = read(vpn_gateway_info, {DETAIL: detail}, vpn_id=["vpn-a"])
    assert "vpn_tunnels" not in result["vpn_gateways"][0] and paths == [DETAIL]


def test_keys_in_descriptions_are_redacted():
    for implementation in (vpn_tunnel_info, vpn_gateway_info):
        result, _paths = read(implementation, vpc_id="vpc-1", tunnels=True)
        assert "mine is " in str(result) and OLD_KEY not in str(result) and SECRET_KEY not in str(result)


def test_key_of_a_tunnel_in_its_other_texts_is_redacted():
    tunnel = entry("by " + SECRET_KEY, status=SECRET_KEY, secretKey=SECRET_KEY)
    result, _paths = read(vpn_tunnel_info, {OF_A: {"vpnConns": [tunnel]}}, vpn_id=["vpn-a"])
    assert names(result["vpn_tunnels"]) == ["by ********"] and SECRET_KEY not in str(result)


def test_one_customer_gateway_is_read_by_id_and_several_by_list():
    berlin, paris = ({"cgwId": f"cgw-{name}", "name": name, "ip": "203.0.113.1"} for name in ("berlin", "paris"))
    one, all_of_them = "/v1/vpn/cgw/cgw-berlin", "/v1/vpn/cgw"
    responses = {one: berlin, all_of_them: {"result": [berlin, paris]}}
    for options, expected, path in (
        ({"cgw_id": ["cgw-berlin"]}, ["berlin"], one),
        ({"cgw_id": ["cgw-berlin"], "name": ["paris"]}, [], one),
        ({"cgw_id": ["cgw-berlin", "cgw-nowhere"]}, ["berlin"], all_of_them),
        ({"ip": ["203.0.113.1"], "name": ["paris"]}, ["paris"], all_of_them),
        ({}, ["berlin", "paris"], all_of_them),
    ):
        result, paths = read(vpn_customer_gateway_info, responses, **options)
        assert [item["name"] for item in result["customer_gateways"]] == expected and paths == [path], options
    result, _paths = read(vpn_customer_gateway_info, {one: GONE}, cgw_id=["cgw-berlin"])
    assert not result.get("failed") and result["customer_gateways"] == []


CGW_LIST = "/v1/vpn/cgw"


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize(
    ("implementation", "path", "response", "options"),
    [
        (vpn_gateway_info, LIST, GATEWAYS, {"vpc_id": "vpc-1"}),
        (vpn_tunnel_info, LIST, GATEWAYS, {"vpc_id": "vpc-1"}),
        (vpn_tunnel_info, OF_A, TUNNELS_OF_A, {"vpn_id": ["vpn-a"]}),
        (vpn_customer_gateway_info, CGW_LIST, {"result": []}, {}),
    ],
)
def test_info_with_a_region_without_effect_warns(implementation, path, response, options, refused):
    where = {"region": "gz", "endpoint": "https://bcc.example"}
    result, _paths = read(implementation, {path: REFUSED if refused else response}, **options, **where)
    assert bool(result.get("failed")) is refused
    assert [text.split(",")[0] for text in result["warnings"]] == ["region: 'gz' has no effect"]


@pytest.mark.parametrize(
    ("error", "fail_fast", "stops"),
    [
        (REFUSED, False, False),
        (REFUSED, True, True),
        (AuthError("no such key", "InvalidAccessKeyId", 403), False, True),
        (ServerError("down", "ServiceUnavailable", 503), False, True),
    ],
)
def test_map_concurrently_stops_after_errors_that_concern_all_items(error, fail_fast, stops):
    done = []

    def func(item):
        done.append(item)
        raise error

    results = map_concurrently(func, range(200), lambda: None, fail_fast)
    assert results == [error] * 200 and (len(done) < 50 if stops else len(done) == 200)


def test_partial_failure_names_the_first_errors_and_counts_all():
    errors = [AuthError(f"error {number}", "AccessDenied") for number in range(5)]
    assert partial_failure(errors, 9, "things")["msg"] == (
        "5 of 9 things could not be read: error 0; error 1; error 2 ... and 2 more"
    )
    assert (
        partial_failure(errors[:3], 9, "things")["msg"] == "3 of 9 things could not be read: error 0; error 1; error 2"
    )
    assert partial_failure(errors[:1], 1, "things")["msg"] == "error 0"
