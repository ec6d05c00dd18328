# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EIPs: options, names that may be empty, what a list proves, and what is refused before any write."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import (
    ApiError,
    ConflictError,
    InvalidOptionsError,
    NotFoundError,
    TransportError,
)
from ansible_collections.baiducloud.network.plugins.module_utils._module import eip
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.steps import SteppedScope
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import (
    ABSENT,
    CHECK_MODE_ID,
    OK,
    UNKNOWN,
)
from ansible_collections.baiducloud.network.plugins.module_utils._resources.eip import EIP_TYPE, NO_NAME, READY, EipApi
from fake_clock import FakeClock
from scripted_client import Script

ADDRESS = {"name": "vpn-eip", "bandwidth_in_mbps": 5}
PREPAID = {"payment_timing": "Prepaid", "reservation": {"reservation_length": 12}}
ENTRY = {
    "name": "vpn-eip",
    "eip": "198.19.0.2",
    "eipId": "ip-00000002",
    "status": "available",
    "instanceType": "",
    "instanceId": "",
    "bandwidthInMbps": 5,
    "paymentTiming": "Postpaid",
    "billingMethod": "ByBandwidth",
    "routeType": "BGP",
    "deleteProtect": False,
}
OTHER = dict(ENTRY, name="other", eip="198.19.0.3", eipId="ip-00000003")


def plan(entry=None, state="present", **options):
    """Return the plan of a task, with an entry of the list, {} for none."""
    entry = ENTRY if entry is None else entry
    desired = EIP_TYPE.parse({"state": state, **options})
    return EIP_TYPE.plan(desired, EIP_TYPE.parse_item(entry, {}) if entry else None)


def planned(*entries, **options):
    """Return the result of a task's plan with a list of these entries, which never becomes clearer."""
    desired = EIP_TYPE.parse({**ADDRESS, **options})
    client = Script(*[{"eipList": list(entries)}] * 40)
    scope = SteppedScope(EipApi(client, desired.options), [desired], 60.0, clock=FakeClock())
    scope.plan()
    (result,) = scope.results
    return result


# -- options -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "errors"),
    [
        (ADDRESS, []),
        (dict(ADDRESS, billing=PREPAID), []),
        (dict(ADDRESS, billing={"billing_method": "ByTraffic"}, bandwidth_in_mbps=200), []),
        (dict(ADDRESS, route_type="BGP_S", bandwidth_in_mbps=5000), []),
        ({"eip_id": "ip-1"}, []),
        ({}, ["name: is needed, or eip, to identify the EIP"]),
        ({"eip": "198.19.0.2", "eip_id": "ip-1"}, ["eip_id: is not accepted next to eip; provide one of them"]),
        ({"eip": "198.19.0.256"}, ["eip: must be the IPv4 address of an EIP, got '198.19.0.256'"]),
        (
            dict(ADDRESS, bandwidth_in_mbps=0),
            ["bandwidth_in_mbps: must be a whole number of Mbps from 1 to 5000, got 0"],
        ),
        (
            dict(ADDRESS, billing={"billing_method": "ByTraffic"}, bandwidth_in_mbps=201),
            ["bandwidth_in_mbps: must be from 1 to 200 for an EIP of the billing_method ByTraffic, got 201"],
        ),
        (
            dict(ADDRESS, route_type="BGP_S"),
            ["bandwidth_in_mbps: must be from 100 to 5000 for an EIP of the route_type BGP_S, got 5"],
        ),
        (
            dict(ADDRESS, billing=7),
            ["billing: must be a dictionary of payment_timing, billing_method, reservation"],
        ),
        (
            dict(ADDRESS, billing={"reservation": "1 month"}),
            ["billing.reservation: must be a dictionary of reservation_length, reservation_time_unit"],
        ),
        (
            dict(ADDRESS, billing={"payment_timing": "prepaid", "reservation": {"reservation_length": 10}}),
            [
                "billing.payment_timing: must be Prepaid or Postpaid, got 'prepaid'",
                "billing.reservation.reservation_length: must be 1 to 9, 12, 24 or 36, got 10",
                "billing.reservation: is for payment_timing Prepaid only; leave it out",
            ],
        ),
    ],
)
def test_options_errors_name_the_option_and_what_is_required(options, errors):
    assert EIP_TYPE.validate(options) == errors


def test_prepaid_eip_without_a_length_is_an_error():
    (error,) = EIP_TYPE.validate(dict(ADDRESS, billing={"payment_timing": "Prepaid"}))
    assert error.startswith("billing.reservation.reservation_length: is needed with payment_timing Prepaid")


def test_body_of_a_creation_has_only_what_is_provided_and_how_it_is_paid():
    desired = EIP_TYPE.parse(dict(ADDRESS, billing=PREPAID, route_type="BGP"))
    body = EipApi(Script(), desired.options).create_body(EIP_TYPE.plan(desired, None).target)
    reservation = {"reservationLength": 12, "reservationTimeUnit": "month"}
    billing = {"paymentTiming": "Prepaid", "billingMethod": "ByBandwidth", "reservation": reservation}
    assert body == {"name": "vpn-eip", "bandwidthInMbps": 5, "routeType": "BGP", "billing": billing}


def test_tokens_depend_on_the_name_alone():
    """They must never change: two releases must derive the same tokens."""
    assert EipApi(Script(), {}).token_names("vpn-eip") == ("eip", "vpn-eip")


# -- changes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "options", "text"),
    [
        (ENTRY, {"billing": {"payment_timing": "Prepaid"}}, "payment_timing: "),
        (ENTRY, {"billing": {"billing_method": "ByTraffic"}}, "billing_method: "),
        (ENTRY, {"route_type": "BGP_S"}, "route_type: "),
        (ENTRY, {"name": "new"}, "name: "),
        (dict(ENTRY, name=NO_NAME), {"name": "new"}, "name: the EIP 198.19.0.2 has no name, and the API cannot"),
    ],
)
def test_change_that_the_api_does_not_offer_is_an_error(entry, options, text):
    with pytest.raises(ConflictError) as caught:
        plan(entry, eip="198.19.0.2", bandwidth_in_mbps=9, **options)
    assert caught.value.message.startswith(text) and caught.value.code == "ImmutableField"


def test_words_in_another_spelling_are_no_change():
    entry = dict(ENTRY, paymentTiming="postpaid", billingMethod="BYBANDWIDTH", bandwidthInMbps="5", routeType="bgp")
    billing = {"payment_timing": "Postpaid", "billing_method": "ByBandwidth"}
    assert plan(entry, **ADDRESS, billing=billing, route_type="BGP").action == "nothing"


@pytest.mark.parametrize(
    ("entry", "bandwidth", "is_valid"),
    [
        (None, 500, True),
        (None, 501, False),
        (ENTRY, 501, False),
        (dict(ENTRY, billingMethod="ByTraffic"), 201, False),
        (dict(ENTRY, routeType="BGP_S", bandwidthInMbps=100), 5000, True),
        (dict(ENTRY, routeType="BGP_S", bandwidthInMbps=100), 99, False),
        (dict(ENTRY, routeType="BGP_N"), 5000, True),
    ],
)
def test_bandwidth_is_checked_against_what_the_eip_is(entry, bandwidth, is_valid):
    if is_valid:
        assert plan(entry, name="vpn-eip", bandwidth_in_mbps=bandwidth).target.fields["bandwidth_in_mbps"] == bandwidth
        return
    with pytest.raises(InvalidOptionsError):
        plan(entry, name="vpn-eip", bandwidth_in_mbps=bandwidth)


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"instanceType": "VPN", "instanceId": "vpn-1", "status": "binded"}, "EipInUse", "bound to VPN vpn-1"),
        ({"instanceType": None, "instanceId": "i-1"}, "EipInUse", "bound to the instance i-1"),
        ({"instanceId": None, "status": "BINDED"}, "EipInUse", "bound to an instance that the list does not name"),
        ({"instanceId": None, "status": None}, "EipInUse", "does not show whether it is bound"),
        ({"instanceId": None, "status": "free"}, "EipInUse", "does not show whether it is bound"),
        ({"deleteProtect": True}, "ReleaseProtected", "switch the protection off"),
        ({"paymentTiming": "Prepaid"}, "PrepaidRelease", "refund"),
    ],
)
def test_release_is_refused_in_the_plan(changes, code, text):
    with pytest.raises(ConflictError) as caught:
        plan(dict(ENTRY, **changes), "absent", name="vpn-eip")
    assert caught.value.code == code and text in caught.value.message and "198.19.0.2" in caught.value.message


@pytest.mark.parametrize(
    "changes", [{"instanceId": None}, {"status": None}, {"status": "free"}, {"status": "Available"}]
)
def test_release_is_planned_where_the_list_confirms_that_nothing_uses_the_eip(changes):
    assert plan(dict(ENTRY, **changes), "absent", name="vpn-eip").action == "delete"


@pytest.mark.parametrize(
    ("status", "is_ready"),
    [("available", True), ("Binded", True), ("creating", False), ("unknown", False), ("paused", False), (None, True)],
)
def test_eip_is_ready_in_the_statuses_of_one_that_can_be_used(status, is_ready):
    assert READY.is_reached(EIP_TYPE.parse_item(dict(ENTRY, status=status), {})) == is_ready


# -- what a list proves ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "  "])
def test_eip_without_a_name_blocks_nothing_where_names_are_shown(name):
    result = planned(OTHER, dict(ENTRY, name=name))
    assert result.action == "create" and result.problem is None
    assert planned(OTHER, dict(ENTRY, name=name), state="absent").error is None


@pytest.mark.parametrize(
    "entries",
    [
        [dict(ENTRY, name="")],
        [dict(ENTRY, name=""), dict(OTHER, name="")],
        [OTHER, dict(ENTRY, name=None)],
        [OTHER, {name: value for name, value in ENTRY.items() if name != "name"}],
        [OTHER, dict(ENTRY, name=7)],
        [OTHER, dict(ENTRY, name="198.19.0.2")],
    ],
    ids=["the list shows no name", "nor any", "null", "missing", "a number", "the address"],
)
def test_name_that_may_be_the_one_of_the_task_blocks_a_purchase(entries):
    assert planned(*entries).error.code == "NameNotShown"


def test_name_is_empty_where_there_is_none_and_null_where_it_is_unknown():
    entries = [OTHER, dict(ENTRY, name=""), dict(ENTRY, name=None, eip="198.19.0.4")]
    shown = EipApi(Script({"eipList": entries}), {}).read_all().items
    assert [item.fields["name"] for item in shown] == ["other", "", None]


def test_names_that_begin_alike_are_two_eips():
    """Nothing but its name distinguishes an EIP, so that a cut name is not looked for."""
    result = planned(dict(ENTRY, name="production-frankfurt-1"), name="production-frankfurt-10")
    assert result.action == "create"
    assert planned(dict(ENTRY, name="VPN-EIP"), bandwidth_in_mbps=9).error.code == "SimilarName"


@pytest.mark.parametrize("times", [1, 2])
def test_name_of_several_eips_is_an_error_with_their_addresses(times):
    result = planned(*[ENTRY, dict(OTHER, name="vpn-eip")][:times])
    assert (result.error is None) == (times == 1)
    assert times == 1 or "198.19.0.2, 198.19.0.3" in result.error.message


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        ({}, OK),
        (NotFoundError("gone", "EipNotFound", 404), ABSENT),
        (NotFoundError("gone", "NoSuchObject", 400), ABSENT),
        (NotFoundError("a page of a proxy", "NotFound", 404), UNKNOWN),
        (ApiError("refused", "UnsupportedOperation", 400), UNKNOWN),
        (TransportError("no response", "ConnectionFailed", maybe_applied=True), UNKNOWN),
    ],
)
def test_only_the_code_of_a_resize_proves_that_an_eip_is_gone(response, outcome):
    client = Script(response)
    target = EIP_TYPE.plan(EIP_TYPE.parse(ADDRESS), None).target
    assert EipApi(client, {}).probe(target, "198.19.0.2", "t").outcome == outcome
    resize = {"resize": "", "clientToken": "t"}
    assert client.asked == [("PUT", "/v1/eip/198.19.0.2", resize, {"newBandwidthInMbps": 5})]


@pytest.mark.parametrize(
    ("body", "address"),
    [
        ({"eip": "198.19.0.2"}, "198.19.0.2"),
        ({"eips": ["198.19.0.2"]}, "198.19.0.2"),
        ({"eips": ["198.19.0.2", "198.19.0.3"]}, None),
        ({"eips": []}, None),
        ({"eip": "../198.19.0.2"}, None),
    ],
)
def test_created_address_is_in_the_response_or_in_its_list(body, address):
    assert EipApi(Script(), {}).created_id(body) == address


def test_read_is_of_the_whole_list_and_another_address_is_absence():
    client = Script({"eipList": [OTHER, ENTRY]}, {"eipList": [OTHER]})
    api = EipApi(client, {})
    assert api.read("198.19.0.2").name == "vpn-eip" and api.read("198.19.0.2") is None
    assert {str(query) for _method, _path, query, _body in client.asked} == {"{'maxKeys': '1000'}"}


# -- the other id ------------------------------------------------------------------------------------------------------


def test_other_id_is_resolved_to_the_address():
    options = {"eip_id": "ip-00000002", "state": "present"}
    assert EipApi.resolve(Script({"eipList": [OTHER, ENTRY]}), options)["eip"] == "198.19.0.2"
    assert EipApi.resolve(Script(), {"eip_id": CHECK_MODE_ID})["eip"] == CHECK_MODE_ID
    with pytest.raises(ConflictError, match="eip_id: the region has no EIP of the id ip-00000002"):
        EipApi.resolve(Script({"eipList": [OTHER]}), options)


def test_module_has_its_own_host():
    parsed = eip.parse(dict(ADDRESS, access_key_id="ak", secret_access_key="sk", region="gz"))
    assert parsed.connection.endpoint == "https://eip.gz.baidubce.com"
