# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done about a customer gateway; every error in its options is shown."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import (
    ConflictError,
    InvalidOptionsError,
    InvalidResponseError,
)
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import Item
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_customer_gateway import (
    VPN_CUSTOMER_GATEWAY,
    VpnCustomerGatewayApi,
)
from scripted_client import Script

BERLIN = Item(
    {
        "cgw_id": "cgw-a",
        "name": "berlin",
        "ip": "203.0.113.10",
        "description": "old",
        "created_time": "2026-07-11 17:22:34",
        "updated_time": "2026-07-11 17:22:34",
    }
)


def test_token_names_of_a_customer_gateway_never_change():
    """Two releases must derive the same tokens."""
    assert VpnCustomerGatewayApi(Script(), {}).token_names("berlin") == ("vpn_customer_gateway", "berlin")


def customer_gateways(client):
    return [item.fields for item in VpnCustomerGatewayApi(client, {}).list().items]


def plan(options, current=BERLIN):
    return VPN_CUSTOMER_GATEWAY.plan(VPN_CUSTOMER_GATEWAY.parse(options), current)


@pytest.mark.parametrize(
    ("options", "action"),
    [
        ({"name": "berlin"}, "nothing"),
        ({"name": "berlin", "ip": " 203.0.113.10 "}, "nothing"),
        ({"name": "berlin", "description": "old"}, "nothing"),
        ({"name": "berlin", "description": "new"}, "update"),
        ({"name": "berlin", "description": ""}, "update"),
        ({"cgw_id": "cgw-a", "name": "paris"}, "update"),
        ({"name": "berlin", "state": "absent", "ip": "203.0.113.99"}, "delete"),
    ],
)
def test_plan_of_an_existing_gateway_changes_only_what_differs(options, action):
    step = plan(options)
    assert step.action == action
    changed = {name for name in step.after if step.before[name] != step.after[name]}
    assert bool(changed) == (action == "update") and changed <= {"name", "description"}
    if action == "update":
        assert step.target.fields["created_time"] and step.target.fields["updated_time"] is None, (
            "that of before is not shown as new"
        )


def test_plan_of_a_missing_gateway_creates_it_or_names_the_missing_option():
    assert plan({"name": "berlin", "state": "absent"}, None).action == "nothing"
    step = plan({"name": "berlin", "ip": "203.0.113.10"}, None)
    assert (step.action, step.before) == ("create", {})
    assert step.after == {"name": "berlin", "ip": "203.0.113.10", "description": ""}
    with pytest.raises(InvalidOptionsError, match="berlin.* does not exist.*: ip"):
        plan({"name": "berlin"}, None)


def test_plan_with_another_address_is_refused_with_a_remedy():
    with pytest.raises(ConflictError) as refused:
        plan({"name": "berlin", "ip": "203.0.113.11", "description": "new"})
    for words in ("ip:", "cgw-a", "203.0.113.10", "203.0.113.11", "create another", "cgw_id"):
        assert words in refused.value.message


def test_address_that_the_list_does_not_show_is_not_compared():
    assert plan({"name": "berlin", "ip": "203.0.113.11"}, Item(dict(BERLIN.fields, ip=None))).action == "nothing"


def test_all_errors_are_reported_together():
    found = VPN_CUSTOMER_GATEWAY.validate(
        {"name": "1st", "ip": "nowhere", "description": "x" * 201, "cgw_id": "a b", "version": 0}
    )
    assert [text.split(":")[0] for text in found] == ["cgw_id", "name", "ip", "description", "version"]
    (lack,) = VPN_CUSTOMER_GATEWAY.validate({"name": "", "ip": "203.0.113.1"})
    assert lack.startswith("name: is needed, or cgw_id")


def test_customer_gateway_is_read_with_option_names():
    shown = {"cgwId": "cgw-a", "name": "berlin", "ip": "2001:DB8:0::1", "createdTime": "2026-07-11", "new": 1}
    odd = {"cgwId": "cgw-b", "ip": "hidden", "description": " Büro "}
    assert customer_gateways(Script({"result": [shown, odd]})) == [
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


def test_creation_sends_only_what_is_provided():
    client = Script({"cgwId": "cgw-a"})
    berlin = plan({"name": "berlin", "ip": "203.0.113.1"}, None).target
    assert VpnCustomerGatewayApi(client, {}).create(berlin, "t") == ("cgw-a", "request-1")
    assert client.asked == [("POST", "/v1/vpn/cgw", {"clientToken": "t"}, {"name": "berlin", "ip": "203.0.113.1"})]
    assert client.resent is False
    with pytest.raises(InvalidResponseError, match="has no cgwId") as unknown:
        VpnCustomerGatewayApi(Script({}), {}).create(berlin, "t")
    assert unknown.value.maybe_applied


def test_update_sends_the_changes_but_never_only_empty_values():
    client = Script({}, {}, {})
    api = VpnCustomerGatewayApi(client, {"version": 2})
    api.update(plan({"name": "berlin", "description": "new"}), "t")
    api.update(plan({"name": "berlin", "description": ""}), "t")
    api.delete("cgw-a", "t")
    assert client.asked == [
        ("PUT", "/v2/vpn/cgw/cgw-a", {"clientToken": "t"}, {"description": "new"}),
        ("PUT", "/v2/vpn/cgw/cgw-a", {"clientToken": "t"}, {"description": "", "name": "berlin"}),
        ("DELETE", "/v2/vpn/cgw/cgw-a", {}, None),
    ]


@pytest.mark.parametrize("ip", ["203.0.113.10", "100.88.9.0", "10.0.0.1", "0.0.0.0", "2001:db8::1"])
def test_address_of_a_peer_is_accepted(ip):
    """The second is the API page's example, 0.0.0.0 the console's value for a peer without a fixed address."""
    assert VPN_CUSTOMER_GATEWAY.validate({"name": "berlin", "ip": ip}) == []


@pytest.mark.parametrize(
    "ip", ["127.0.0.1", "::1", "224.0.0.5", "ff02::1", "169.254.1.1", "fe80::1", "::", "255.255.255.255"]
)
def test_address_that_no_peer_can_have_is_refused(ip):
    (error,) = VPN_CUSTOMER_GATEWAY.validate({"name": "berlin", "ip": ip})
    assert error.startswith("ip: must be an IP address of a device such as 203.0.113.10, or 0.0.0.0") and ip in error
