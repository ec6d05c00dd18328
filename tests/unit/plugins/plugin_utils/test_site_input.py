# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a site manages and uses, and all errors in its file before any request."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.plugin_utils._site_input import GROUPS, read_site
from api_example import OPTIONS

USED = {**{name: value for name, value in OPTIONS.items() if name != "vpn_id"}, "vpc_name": "p", "vpn_name": "hub"}
MANAGED = {
    **USED,
    "gateway": {"create": True},
    "eip": {"create": "yes", "name": "hub", "bandwidthInMbps": 5},
}


@pytest.fixture(autouse=True)
def account(monkeypatch):
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.setenv(f"BCE_{name}", "0b0f67dfb88244b289b72b142befad0c")


def read(values, **survey):
    return read_site(values, survey)


def test_site_with_a_used_gateway_manages_nothing():
    site = read(USED)
    assert site["errors"] == [] and site["gateway"] == {"create": False} and site["eip"] == {}
    assert site["manage_routes"] is site["manage_peer"] is True and site["state"] == "present"
    assert "secret_key" not in site


def test_site_peer_kind_is_strongswan_unless_it_is_given():
    assert [read({**USED, "peer_kind": kind})["peer_kind"] for kind in ("", "strongswan", "libreswan")] == [
        "strongswan",
        "strongswan",
        "libreswan",
    ]
    wrong = read({**USED, "peer_kind": "openswan"})
    assert wrong["errors"] == ["peer_kind: must be one of strongswan, libreswan, got 'openswan'"]


def test_site_options_have_the_names_of_the_modules():
    site = read({**MANAGED, "customer_gateway": {"create": True, "name": "berlin"}})
    assert site["errors"] == []
    assert site["gateway"] == {"create": True}
    assert site["eip"] == {"create": True, "name": "hub", "bandwidth_in_mbps": 5}
    assert site["customer_gateway"] == {"create": True, "name": "berlin", "ip": OPTIONS["remote_ip"]}


def test_survey_answers_take_precedence_and_unanswered_ones_are_unset():
    answers = {
        "gateway": {"create": "yes", "subnet_id": ""},
        "eip": {"create": "yes", "name": "hub", "bandwidth_in_mbps": 5},
    }
    site = read({**USED, "eip": {"name": "other"}}, **answers, customer_gateway={"create": "no", "name": ""})
    assert site["errors"] == [] and site["gateway"] == {"create": True} and site["customer_gateway"] == {}
    assert site["eip"] == {"create": True, "name": "hub", "bandwidth_in_mbps": 5}


def test_site_to_be_absent_needs_only_what_finds_it():
    provided = {"state": "absent", "vpc_name": "p", "vpn_name": "hub", "vpn_conn_name": "berlin"}
    site = read({**provided, "gateway": {"create": True}, "eip": {"create": True, "name": "hub"}})
    assert site["errors"] == [] and site["state"] == "absent" and site["eip"] == {"create": True, "name": "hub"}


WRONG = [
    ({"gateway": {"create": "maybe"}}, "gateway.create: must be true or false, got 'maybe'"),
    ({"gateway": {"create": True, "subnetid": "sbn-1"}}, "gateway.subnetid: is not an option"),
    ({"gateway": {"create": True, "force": True}}, "gateway.force: is not an option of gateway, which has create, "),
    (
        {"gateway": {"create": True, "billing": {"payment_timing": "Prepaid"}}},
        "gateway.billing.reservation.reservation_length: ",
    ),
    ({"gateway": {"tags": {"a": "b"}}}, "gateway.tags: is for create: true only"),
    ({"gateway": {"create": True}, "vpn_id": "vpn-1"}, "vpn_id: is not accepted with gateway.create: true"),
    ({"gateway": {"create": True}, "eip": {}}, "eip: is required with gateway.create: true"),
    ({"gateway": {}}, "eip: is for a gateway with create: true only"),
    (
        {"eip": {"create": True, "name": "hub", "bandwidth_in_mbps": 9000}},
        "eip.bandwidth_in_mbps: must be a whole number",
    ),
    ({"eip": {"create": True, "name": "1-hub", "bandwidth_in_mbps": 5}}, "eip.name: "),
    ({"eip": {"create": True, "name": "hub"}}, "eip.bandwidth_in_mbps: is required with eip.create: true"),
    ({"eip": {"create": True, "name": "hub", "eip": "1.2.3.4", "bandwidth_in_mbps": 5}}, "eip.eip: is not accepted"),
    ({"eip": {"name": "hub", "bandwidth_in_mbps": 5}}, "eip.bandwidth_in_mbps: is for create: true only"),
    ({"customer_gateway": {"name": "a"}, "cgw_id": "cgw-1"}, "cgw_id: is not accepted with customer_gateway"),
    ({"customer_gateway": {"create": True, "name": "a", "ip": "203.0.113.1"}}, "remote_ip: must be the address of the"),
    ({"customer_gateway": {"create": True, "name": "a"}, "remote_ip": ""}, "customer_gateway.ip: is required"),
    ({"sources": ["10.0.0.0/33"]}, "sources[0]: "),
    ({"sources": ["10.0.0.0/24"], "manage_routes": False}, "sources: has no effect with manage_routes: false"),
    ({"vpn_name": ""}, "vpn_name: "),
    ({"secret_key": "short"}, "secret_key: must be 8 to 17 characters"),
    ({"local_subnets": ["branch"]}, "local_subnets[0]: 'branch' is not a CIDR"),
]


@pytest.mark.parametrize("changes, error", WRONG, ids=[error[:40] for _changes, error in WRONG])
def test_wrong_input_of_a_site_is_reported_by_its_place(changes, error):
    found = read({**MANAGED, **changes})["errors"]
    assert any(text.startswith(error) for text in found), found


@pytest.mark.parametrize("changes", [{"eip": "203.0.113.9"}, {"gateway": True}], ids=["eip", "gateway"])
def test_object_that_is_not_a_dictionary_gives_no_error_of_another(changes):
    """Its type is an error of the variables; an error that asks for the object as well would mislead."""
    assert read({**MANAGED, **changes})["errors"] == []


def test_all_errors_of_all_objects_are_reported_once_and_without_a_key(monkeypatch):
    monkeypatch.delenv("BCE_SECRET_ACCESS_KEY")
    wrong = {
        "gateway": {"create": True, "delete_protect": "maybe"},
        "eip": {"create": True},
        "secret_key": "KEY-of-4711!-too-long",
    }
    found = read({**MANAGED, **wrong, "customer_gateway": {"create": True}})["errors"]
    starts = ["gateway.delete_protect", "eip.name", "eip.bandwidth_in_mbps", "customer_gateway.name", "secret_key"]
    for start in starts:
        assert sum(text.startswith(start + ":") for text in found) == 1, (start, found)
    assert sum("secret_access_key" in text for text in found) == 1 and "KEY-of-4711" not in str(found)


def test_options_of_a_site_are_those_of_the_modules():
    for name, group in GROUPS.items():
        left_out = {
            "state",
            "client_token",
            "wait",
            "vpc_id",
            "vpc_name",
            "vpn_name",
            "vpn_id",
            "eip",
            "eip_id",
            "cgw_id",
            "type",
            "force",
        }
        spec = group.module.ARGUMENTS["argument_spec"]
        own = {option for option in spec if option not in left_out and "access_key_id" not in option}
        assert set(group.options) - {"eip"} <= own, name
