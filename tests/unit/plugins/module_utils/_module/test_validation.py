# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What both doors say of wrong options: each mistake once, at its place, in the collection's own words."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.baiducloud.network.plugins.module_utils._module import (
    validation,
    vpn_customer_gateway_info,
    vpn_gateway_info,
    vpn_tunnel,
    vpn_tunnel_info,
    vpn_tunnels,
)

BOOLEAN = "must be text, but is the boolean %s; put the word that was meant in quotes"
TWICE = "is given as %s and as %s, perhaps in module_defaults, and the two differ; give one of them"
NO_ITEM = "must be a dictionary with the options of one tunnel"
NO_LIST = "must be a list of dictionaries, each with the options of one tunnel"
ONE = {"vpn_id": "vpn-1", "vpn_conn_name": "one"}


@pytest.fixture(autouse=True)
def _account(monkeypatch):
    monkeypatch.setenv("BCE_ACCESS_KEY_ID", "an-id")
    monkeypatch.setenv("BCE_SECRET_ACCESS_KEY", "a-secret")


def refusal(core, **params):
    """What door.refusal says of a task with these options; None if it has nothing against them."""
    arguments = {name: value for name, value in core.ARGUMENTS.items() if name != "supports_check_mode"}
    given, mistakes = validation.normalize_params(arguments["argument_spec"], params)
    found = ArgumentSpecValidator(**arguments).validate(given)
    return validation.validation_failure(found, found.validated_parameters, given, mistakes, core)


CASES = {
    "two spellings": (
        vpn_tunnel,
        {"vpnId": "vpn-2", **ONE, "name": "two", "ike_config": {"ikeMode": "main", "ike_mode": "aggressive"}},
        [
            "vpn_id: " + TWICE % ("vpnId", "vpn_id"),
            "vpn_conn_name: " + TWICE % ("vpn_conn_name", "name"),
            "ike_config.ike_mode: " + TWICE % ("ikeMode", "ike_mode"),
        ],
    ),
    "two keys, of which neither is quoted": (
        vpn_tunnel,
        {**ONE, "secret_key": "ddd22@www", "psk": "NEWkey@22"},
        ["secret_key: " + TWICE % ("secret_key", "psk")],
    ),
    "two spellings in an item": (
        vpn_tunnels,
        {"tunnels": [ONE, {**ONE, "name": "other"}]},
        ["tunnels[1].vpn_conn_name: " + TWICE % ("vpn_conn_name", "name")],
    ),
    "an option called type beside types that Ansible finds wrong": (
        vpn_gateway_info,
        {"vpc_id": "vpc-1", "type": "ipsek", "tunnels": "perhaps", "exactly_one": "maybe"},
        [
            "tunnels: must be true or false, but is 'perhaps'",
            "exactly_one: must be true or false, but is 'maybe'",
            "type: must be ipsec or ssl, but is 'ipsek'",
        ],
    ),
    "a boolean in the place of a list of names": (
        vpn_tunnel_info,
        {"vpn_id": "vpn-1", "name": True, "status": [False]},
        ["vpn_conn_name: " + BOOLEAN % "true", "status[0]: " + BOOLEAN % "false"],
    ),
    "a boolean in the place of a list of addresses": (
        vpn_customer_gateway_info,
        {"ip": False},
        ["ip: " + BOOLEAN % "false"],
    ),
    "booleans among a few words, in a dictionary that came as text, and in a path": (
        vpn_tunnel,
        {**ONE, "wait_for": True, "ike_config": '{"ikeVersion": false}', "ca_path": True},
        [
            "wait_for: " + BOOLEAN % "true",
            "ike_config.ike_version: " + BOOLEAN % "false",
            "ca_path: " + BOOLEAN % "true",
        ],
    ),
    "items that are no dictionaries": (
        vpn_tunnels,
        {"tunnels": ["none", {**ONE, "colour": 1}, None, 5, {**ONE, "state": "gone"}], "purge": True},
        [
            "tunnels[1].colour: is not an option of this module; see ansible-doc for those it has",
            "tunnels[0]: " + NO_ITEM,
            "tunnels[2]: " + NO_ITEM,
            "tunnels[3]: " + NO_ITEM,
            "tunnels[4].state: must be present or absent, but is 'gone'",
            "tunnels[4].vpn_conn_name: 'one' stands at tunnels[1] already; each tunnel needs its own",
        ],
    ),
    "a word for a list": (vpn_tunnels, {"tunnels": "abc", "purge": True, "vpn_id": "vpn-1"}, ["tunnels: " + NO_LIST]),
    "a dictionary for a list": (vpn_tunnels, {"tunnels": ONE}, ["tunnels: " + NO_LIST]),
    "nothing": (
        vpn_tunnel,
        {},
        [
            "vpn_id: is needed; give the id of the VPN gateway",
            "vpn_conn_name: is needed, or vpn_conn_id, to tell which tunnel is meant",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_mistake_is_told_once_at_its_place(case):
    core, params, sentences = CASES[case]
    refused = refusal(core, **params)
    assert refused["msg"].split("; ") == "; ".join(sentences).split("; ")
    assert refused["error"]["code"] == "InvalidOption" and refused["error"]["message"] == refused["msg"]


@pytest.mark.parametrize(
    "params",
    [
        {**ONE, "vpnId": "vpn-1", "ikeConfig": {"ikeMode": "main"}, "ike_config": {"ike_mode": "main"}},
        {**ONE, "vpnId": "", "name": " "},
        {"vpnId": " ", "name": "", **ONE},
        {**ONE, "ike_config": {"ikeLifeTime": "200", "ike_life_time": 200}},
    ],
    ids=["the same twice", "left empty after", "left empty before", "a number and its digits"],
)
def test_a_second_spelling_that_says_nothing_else_is_no_mistake(params):
    given, mistakes = validation.normalize_params(vpn_tunnel.ARGUMENTS["argument_spec"], params)
    assert mistakes == [] and refusal(vpn_tunnel, **params) is None
    assert {name: given[name] for name in ONE} == ONE and set(given) <= {*ONE, "ike_config"}


def test_a_long_list_with_one_mistake_in_each_item_is_told_in_part():
    items = [{"vpn_id": "vpn-1", "vpn_conn_name": f"branch{number}", "state": "gone"} for number in range(300)]
    result = vpn_tunnels.run({"tunnels": items}, False)
    assert result["msg"] == result["error"]["message"]
    assert result["msg"].count("must be present or absent") == 20 and result["msg"].endswith(" ... and 280 more")
    assert "more" not in vpn_tunnels.run({"tunnels": items[:20]}, False)["msg"]


TEXT_OPTIONS = ["vpn_id", "vpn_conn_id", "vpn_conn_name", "remote_ip", "cgw_id", "state", "wait_for", "version"]
NESTED = {
    "local_subnets": ["ddd22@www"],
    "remote_subnets": ["10.1.0.0/16", "ddd22@www"],
    "ike_config": {"ike_mode": "ddd22@www"},
}


@pytest.mark.parametrize(
    "wrong", [{option: "ddd22@www"} for option in TEXT_OPTIONS] + [{k: v} for k, v in NESTED.items()]
)
def test_a_key_in_a_wrong_option_is_shown_neither_by_the_error_nor_by_the_invocation(wrong):
    params = {**ONE, **wrong}
    result = refusal(vpn_tunnel, **params) or vpn_tunnel.run(params, False)
    assert next(iter(wrong)) in result["msg"] and "not shown, as it looks like a key" in result["msg"]
    shown, _secrets = validation.redact_failure(result, params, set())
    assert "ddd22@www" not in json.dumps([result, shown])


@pytest.mark.parametrize(
    "value", ["10.0.0.300", "vpnconn-ku4cxya6nisq", "aes-256", "group2,", "192.168.0.0/33", "branch-0001.example"]
)
def test_a_wrong_value_that_can_be_no_key_is_shown(value):
    assert "but is %r" % value in vpn_tunnel.run({**ONE, "remote_ip": value}, False)["msg"]


@pytest.mark.parametrize(
    ("core", "params", "place"),
    [
        (vpn_tunnel, {**ONE, "secret_key": None}, "secret_key"),
        (vpn_tunnel, {**ONE, "psk": None, "secretKey": None}, "secret_key"),
        (vpn_tunnels, {"secret_key": None, "tunnels": [ONE]}, "secret_key"),
        (
            vpn_tunnels,
            {"tunnels": [ONE, {**ONE, "psk": None}, "none", None, {**ONE, "secret_key": None}]},
            "tunnels[1].secret_key (and 1 more)",
        ),
        (vpn_tunnel, {**ONE, "secret_key": ""}, None),
        (vpn_tunnel, {**ONE, "secret_key": None, "psk": "ddd22@www"}, None),
        (vpn_tunnel, {**ONE, "security_token": None, "secret_access_key": None, "description": None}, None),
        (vpn_tunnels, {"tunnels": None}, None),
        (vpn_tunnel_info, {"secret_key": None}, None),
    ],
)
def test_empty_keys_are_one_warning_where_null_is_provided(core, params, place):
    text = "%s: has no value and is ignored; put a key that begins with # in quotes, or leave the option out"
    assert validation.empty_keys(core.ARGUMENTS["argument_spec"], params) == ([text % place] if place else [])
