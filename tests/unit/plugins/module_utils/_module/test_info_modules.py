# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the info modules ask for, select and tell, where the cloud's answers are not all alike or not all good."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.client import Response
from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import (
    AuthError,
    NotFoundError,
    ServerError,
)
from ansible_collections.baiducloud.network.plugins.module_utils._module import (
    vpn_customer_gateway_info,
    vpn_gateway_info,
    vpn_tunnel_info,
)
from ansible_collections.baiducloud.network.plugins.module_utils._module.bulk_read import (
    map_concurrently,
    partial_failure,
)
from api_example import SECRET_KEY, entry

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
ANSWERS = {LIST: GATEWAYS, OF_A: TUNNELS_OF_A, OF_B: {"vpnConns": []}}


class Cloud:
    """Stands in for the client: an answer for each path, or the error that it raises; keeps what was asked."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = []

    def hide_words(self, _pattern, _is_secret):
        pass

    def show_word(self, word):
        pass

    def remember_secret(self, secret):
        pass

    def stop(self):
        pass

    def request(self, _method, path, _query=None, **_others):
        self.asked.append(path)
        answer = self.answers[path]
        if isinstance(answer, Exception):
            raise answer
        return Response(200, answer, "request-1")


def read(core, answers=None, **options):
    """(the result, the paths that were asked for in alphabetical order)"""
    cloud = Cloud(dict(ANSWERS, **(answers or {})))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core, "BceClient", lambda _connection, **_more: cloud)
        keys = {"access_key_id": "AK", "secret_access_key": "SK"}
        return core.run(dict(keys, **options), False), sorted(cloud.asked)


def names(tunnels):
    return [item["vpn_conn_name"] for item in tunnels]


def ids(result):
    return [item["vpn_id"] for item in result["vpn_gateways"]]


def test_of_a_vpc_only_gateways_that_can_have_tunnels_are_asked_for_them():
    result, asked = read(vpn_tunnel_info, vpc_id="vpc-1")
    assert names(result["vpn_tunnels"]) == ["up", "odd"] and asked == [LIST, OF_A, OF_B]
    result, asked = read(vpn_gateway_info, vpc_id="vpc-1", tunnels=True)
    assert [names(item["vpn_tunnels"]) for item in result["vpn_gateways"]] == [["up", "odd"], [], [], []]
    assert asked == [LIST, OF_A, OF_B]
    result, asked = read(vpn_gateway_info, vpc_id="vpc-1")
    assert ids(result) == ["vpn-a", "vpn-b", "vpn-s", None] and asked == [LIST]


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
def test_states_match_in_any_spelling_but_names_and_ids_exactly(options, expected):
    result, _asked = read(vpn_tunnel_info, vpn_id=["vpn-a"], **options)
    assert not result.get("failed") and names(result["vpn_tunnels"]) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"type": "ipsec"}, ["vpn-a", "vpn-b", None]),
        ({"type": "ssl"}, ["vpn-s"]),
        ({"vpn_name": ["hub"], "vpn_id": ["vpn-b", "vpn-s"]}, ["vpn-b"]),
    ],
)
def test_a_gateway_whose_kind_is_not_told_may_be_for_ipsec(options, expected):
    result, _asked = read(vpn_gateway_info, vpc_id="vpc-1", **options)
    assert ids(result) == expected


def test_of_gateways_that_cannot_be_read_it_is_told_which_and_that_nothing_is_known():
    result, _asked = read(vpn_gateway_info, {OF_B: REFUSED}, vpc_id="vpc-1", tunnels=True)
    assert result["failed"] and "1 of 4 VPN gateways could not be read: Cannot read that" in result["msg"]
    assert [item["vpn_tunnels"] is None for item in result["vpn_gateways"]] == [False, True, False, False]
    result, _asked = read(
        vpn_gateway_info, {"/v1/vpn/vpn-a": {"vpnId": "vpn-a"}, "/v1/vpn/vpn-x": REFUSED}, vpn_id=["vpn-a", "vpn-x"]
    )
    assert result["failed"] and "1 of 2 VPN gateways" in result["msg"] and ids(result) == ["vpn-a"]
    # That it could not be read does not mean that there is none.
    result, _asked = read(vpn_gateway_info, {"/v1/vpn/vpn-x": REFUSED}, vpn_id=["vpn-x"], exactly_one=True)
    assert result["msg"] == REFUSED.message and ids(result) == []


def test_where_one_is_needed_the_task_tells_what_there_is_instead():
    result, _asked = read(vpn_gateway_info, vpc_id="vpc-1", vpn_name=["hub"], exactly_one=True, version=1)
    assert "2 VPN gateways have vpc_id vpc-1, vpn_name hub: vpn-a, vpn-b; give vpn_id" in result["msg"]
    assert ids(result) == ["vpn-a", "vpn-b"]
    result, _asked = read(vpn_gateway_info, {"/v1/vpn/vpn-x": GONE}, vpn_id=["vpn-x"], exactly_one=True, version=1)
    assert "no VPN gateway has vpn_id vpn-x; check" in result["msg"] and ids(result) == []
    result, asked = read(vpn_gateway_info, vpn_id=["vpn-a", "vpn-b"], exactly_one=True)
    assert "exactly_one: cannot be true of several ids" in result["msg"] and asked == []


DETAIL = "/v1/vpn/vpn-a"


@pytest.mark.parametrize("told", [TUNNELS_OF_A, {}], ids=["with the tunnels", "without"])
def test_the_tunnels_in_a_gateways_detail_need_no_request_of_their_own(told):
    detail = dict(GATEWAYS["vpns"][0], **told)
    result, asked = read(vpn_gateway_info, {DETAIL: detail}, vpn_id=["vpn-a"], tunnels=True)
    assert names(result["vpn_gateways"][0]["vpn_tunnels"]) == ["up", "odd"]
    assert asked == [DETAIL] + ([] if told else [OF_A])
    assert OLD_KEY not in str(result)
    result, asked = read(vpn_gateway_info, {DETAIL: detail}, vpn_id=["vpn-a"])
    assert "vpn_tunnels" not in result["vpn_gateways"][0] and asked == [DETAIL]


def test_keys_in_any_description_are_not_shown():
    for core in (vpn_tunnel_info, vpn_gateway_info):
        result, _asked = read(core, vpc_id="vpc-1", tunnels=True)
        assert "mine is " in str(result) and OLD_KEY not in str(result) and SECRET_KEY not in str(result)


def test_nor_is_a_tunnels_own_key_in_any_other_text_of_it():
    tunnel = entry("by " + SECRET_KEY, status=SECRET_KEY, secretKey=SECRET_KEY)
    result, _asked = read(vpn_tunnel_info, {OF_A: {"vpnConns": [tunnel]}}, vpn_id=["vpn-a"])
    assert names(result["vpn_tunnels"]) == ["by ********"] and SECRET_KEY not in str(result)


def test_a_customer_gateway_is_read_by_its_id_and_several_by_their_list():
    berlin, paris = ({"cgwId": f"cgw-{name}", "name": name, "ip": "203.0.113.1"} for name in ("berlin", "paris"))
    one, all_of_them = "/v1/vpn/cgw/cgw-berlin", "/v1/vpn/cgw"
    answers = {one: berlin, all_of_them: {"result": [berlin, paris]}}
    for options, expected, path in (
        ({"cgw_id": ["cgw-berlin"]}, ["berlin"], one),
        ({"cgw_id": ["cgw-berlin"], "name": ["paris"]}, [], one),
        ({"cgw_id": ["cgw-berlin", "cgw-nowhere"]}, ["berlin"], all_of_them),
        ({"ip": ["203.0.113.1"], "name": ["paris"]}, ["paris"], all_of_them),
        ({}, ["berlin", "paris"], all_of_them),
    ):
        result, asked = read(vpn_customer_gateway_info, answers, **options)
        assert [item["name"] for item in result["customer_gateways"]] == expected and asked == [path], options
    result, _asked = read(vpn_customer_gateway_info, {one: GONE}, cgw_id=["cgw-berlin"])
    assert not result.get("failed") and result["customer_gateways"] == []


CGW_LIST = "/v1/vpn/cgw"


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize(
    ("core", "path", "answer", "options"),
    [
        (vpn_gateway_info, LIST, GATEWAYS, {"vpc_id": "vpc-1"}),
        (vpn_tunnel_info, LIST, GATEWAYS, {"vpc_id": "vpc-1"}),
        (vpn_tunnel_info, OF_A, TUNNELS_OF_A, {"vpn_id": ["vpn-a"]}),
        (vpn_customer_gateway_info, CGW_LIST, {"result": []}, {}),
    ],
)
def test_info_result_of_a_region_without_effect_has_the_warning(core, path, answer, options, refused):
    where = {"region": "gz", "endpoint": "https://bcc.example"}
    result, _asked = read(core, {path: REFUSED if refused else answer}, **options, **where)
    assert bool(result.get("failed")) is refused
    assert [text.split(",")[0] for text in result["warnings"]] == ["region: 'gz' has no effect"]


@pytest.mark.parametrize(
    ("error", "all_or_nothing", "ends"),
    [
        (REFUSED, False, False),
        (REFUSED, True, True),
        (AuthError("no such key", "InvalidAccessKeyId", 403), False, True),
        (ServerError("down", "ServiceUnavailable", 503), False, True),
    ],
)
def test_what_is_wrong_with_everything_ends_a_reading_and_what_is_wrong_with_one_does_not(error, all_or_nothing, ends):
    done = []

    def func(item):
        done.append(item)
        raise error

    outcomes = map_concurrently(func, range(200), lambda: None, all_or_nothing)
    assert outcomes == [error] * 200 and (len(done) < 50 if ends else len(done) == 200)


def test_a_message_tells_the_first_failures_and_how_many_there_are():
    errors = [AuthError(f"error {number}", "AccessDenied") for number in range(5)]
    assert partial_failure(errors, 9, "things")["msg"] == (
        "5 of 9 things could not be read: error 0; error 1; error 2 ... and 2 more"
    )
    assert (
        partial_failure(errors[:3], 9, "things")["msg"] == "3 of 9 things could not be read: error 0; error 1; error 2"
    )
    assert partial_failure(errors[:1], 1, "things")["msg"] == "error 0"
