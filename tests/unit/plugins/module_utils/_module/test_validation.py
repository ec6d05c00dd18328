# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors in options: each once, with its path, in the collection's own words; the same as a module and in-process."""

from __future__ import annotations

import importlib
import json

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values

from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options
from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import InvalidOptionsError
from ansible_collections.baiducloud.network.plugins.module_utils._module import (
    eip,
    validation,
    vpc_route_info,
    vpn_customer_gateway_info,
    vpn_gateway,
    vpn_gateway_info,
    vpn_tunnel,
    vpn_tunnel_info,
    vpn_tunnels,
)
from playbook_runner import ROOT

RETYPED = "must be text, got %s; put the text in quotes"
BOOLEAN = RETYPED % "the boolean %s"
DIFFERS = "is given as %s and as %s, perhaps in module_defaults, and the two differ; give one of them"
NO_ITEM = "must be a dictionary with the options of one tunnel"
NO_LIST = "must be a list of dictionaries, each with the options of one tunnel"
GROUP = "must be a dictionary of %s"
PREPAID = {"payment_timing": "Prepaid"}
ONE = {"vpn_id": "vpn-1", "vpn_conn_name": "one"}


@pytest.fixture(autouse=True)
def _account(monkeypatch):
    monkeypatch.setenv("BCE_ACCESS_KEY_ID", "an-id")
    monkeypatch.setenv("BCE_SECRET_ACCESS_KEY", "a-secret")


def failure(implementation, **params):
    """Return the result of a task whose options are invalid; None if they are not."""
    arguments = {name: value for name, value in implementation.ARGUMENTS.items() if name != "supports_check_mode"}
    task_options = validation.TaskOptions(implementation, params)
    try:
        task_options.parse(ArgumentSpecValidator(**arguments).validate(task_options.values))
    except InvalidOptionsError as error:
        return error.to_failed_result()
    return None


CASES = {
    "options and aliases that differ": (
        vpn_tunnel,
        {"vpnId": "vpn-2", **ONE, "name": "two", "ike_config": {"ikeMode": "main", "ike_mode": "aggressive"}},
        [
            "vpn_id: " + DIFFERS % ("vpnId", "vpn_id"),
            "vpn_conn_name: " + DIFFERS % ("vpn_conn_name", "name"),
            "ike_config.ike_mode: " + DIFFERS % ("ikeMode", "ike_mode"),
        ],
    ),
    "two keys, of which neither is quoted": (
        vpn_tunnel,
        {**ONE, "secret_key": "ddd22@www", "psk": "NEWkey@22"},
        ["secret_key: " + DIFFERS % ("secret_key", "psk")],
    ),
    "an option and its alias in an item": (
        vpn_tunnels,
        {"tunnels": [ONE, {**ONE, "name": "other"}]},
        ["tunnels[1].vpn_conn_name: " + DIFFERS % ("vpn_conn_name", "name")],
    ),
    "an option called type beside types that Ansible finds wrong": (
        vpn_gateway_info,
        {"vpc_id": "vpc-1", "type": "ipsek", "tunnels": "perhaps", "exactly_one": "maybe"},
        [
            "tunnels: must be true or false, got 'perhaps'",
            "exactly_one: must be true or false, got 'maybe'",
            "type: must be ipsec or ssl, got 'ipsek'",
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
    "items of filters that are not text": (
        vpc_route_info,
        {"vpc_id": "vpc-1", "nexthop_type": ["vpn", {}], "nexthop_id": [["vpn-1"]], "source_address": [{"a": 1}]},
        [
            "nexthop_type[1]: " + RETYPED % "a dictionary",
            "nexthop_id[0]: " + RETYPED % "a list",
            "source_address[0]: " + RETYPED % "a dictionary",
        ],
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
    "numbers, lists and dictionaries for text": (
        vpn_tunnel,
        {
            **ONE,
            "description": 73,  # 0111 in YAML
            "cgw_id": ["cgw-1"],
            "client_token": {"a": 1},
            "remote_ip": 45045,  # 12:30:45
            "region": 1.5,
            "secret_key": 12345678,
            "psk": None,
            "secret_access_key": True,
            "local_subnets": [10, "10.0.0.0/8"],
        },
        [
            "description: " + RETYPED % "the number 73",
            "cgw_id: " + RETYPED % "a list",
            "client_token: " + RETYPED % "a dictionary",
            "remote_ip: " + RETYPED % "the number 45045",
            "region: " + RETYPED % "the number 1.5",
            "secret_key: " + RETYPED % "a number",
            "secret_access_key: " + RETYPED % "a boolean",
            "local_subnets[0]: " + RETYPED % "the number 10",
        ],
    ),
    "false for a word that switches off": (
        vpn_tunnel,
        {**ONE, "ipsec_config": {"ipsec_pfs": False}, "wait_for": False},
        [
            "ipsec_config.ipsec_pfs: must be text, got the boolean false; disabled may be meant",
            "wait_for: must be text, got the boolean false; none may be meant",
        ],
    ),
    "options at another place": (
        vpn_tunnel,
        {
            **ONE,
            "ikeVersion": "v1",
            "ike_mode": "main",
            "ipsec_pfs": "group2",
            "ike_config": {"remote_ip": "192.0.2.1"},
        },
        [
            "ike_config.remote_ip: belongs to the task itself",
            "ikeVersion, ike_mode: belongs to ike_config",
            "ipsec_pfs: belongs to ipsec_config",
        ],
    ),
    "options of a task, an item and a group at another place": (
        vpn_tunnels,
        {
            "remote_ip": "192.0.2.1",
            "tunnels": [{**ONE, "region": "bj", "ike_config": {"name": "a", "ipsec_pfs": "group2"}}],
        },
        [
            "tunnels[0].ike_config.name: belongs to tunnels[0]",
            "tunnels[0].ike_config.ipsec_pfs: belongs to ipsec_config",
            "tunnels[0].region: belongs to the task itself",
            "remote_ip: belongs to tunnels",
        ],
    ),
    "misspelt options": (
        vpn_tunnel,
        {
            **ONE,
            "remoteIP": "192.0.2.1",
            "ike_lifetime": 1,
            "ipsec_config": {"ipsec_life_time": 3600},
            "colour": 1,
            "\ufeffcgw_id": "cgw-1",
            "odd\x1b\n": 1,
        },
        [
            "ipsec_config.ipsec_life_time: is not an option of this module; ipsec_lifetime may be meant",
            "remoteIP: is not an option of this module; remote_ip may be meant",
            "ike_lifetime: is not an option of this module; ike_life_time of ike_config may be meant",
            "colour: is not an option of this module; see ansible-doc for those it has",
            "\\ufeffcgw_id: is not an option of this module; cgw_id may be meant",
            "odd\\x1b\\n: is not an option of this module; see ansible-doc for those it has",
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
            "tunnels[4].state: must be present or absent, got 'gone'",
            "tunnels[4].vpn_conn_name: 'one' is at tunnels[1] already; each tunnel needs its own",
        ],
    ),
    **{
        f"{wrong!r} for a group": (
            vpn_tunnel,
            {**ONE, "ike_config": wrong, "ipsecConfig": wrong, "remote_ip": "x"},
            [
                "ike_config: " + GROUP % "ike_version, ike_mode, ike_enc_alg, ike_auth_alg, ike_pfs, ike_life_time",
                "ipsec_config: " + GROUP % "ipsec_enc_alg, ipsec_auth_alg, ipsec_pfs, ipsec_lifetime",
                "remote_ip: must be an IP address of a device such as 10.107.245.188, got 'x'",
            ],
        )
        for wrong in (1, 1.5, True, "v1", [1], [{"ike_version": "v1"}])
    },
    **{
        f"{wrong!r} for a group in a group": (
            vpn_gateway,
            {"vpc_id": "vpc-1", "vpn_name": "hub", "wait_timeout": 0, "billing": dict(PREPAID, reservation=wrong)},
            [
                "billing.reservation: " + GROUP % "reservation_length, reservation_time_unit",
                "wait_timeout: must be a whole number of seconds from 1 to 86400, got 0",
            ],
        )
        for wrong in (3, [3], True, "1 month")
    },
    "a list for what is paid": (
        eip,
        {"name": "one", "billing": [1], "wait_timeout": 0},
        [
            "billing: " + GROUP % "payment_timing, billing_method, reservation",
            "wait_timeout: must be a whole number of seconds from 1 to 86400, got 0",
        ],
    ),
    "wrong items, and a list for a group of an item": (
        vpn_tunnels,
        {"tunnels": [1, [1], [[{}]], True, {**ONE, "ipsec_config": [1]}], "concurrency": 0},
        [
            "tunnels[4].ipsec_config: " + GROUP % "ipsec_enc_alg, ipsec_auth_alg, ipsec_pfs, ipsec_lifetime",
            *("tunnels[%d]: " % index + NO_ITEM for index in range(4)),
            "concurrency: must be a whole number from 1 to 64, got 0",
        ],
    ),
    "a text for a list": (vpn_tunnels, {"tunnels": "abc", "purge": True, "vpn_id": "vpn-1"}, ["tunnels: " + NO_LIST]),
    "a dictionary for a list": (vpn_tunnels, {"tunnels": ONE}, ["tunnels: " + NO_LIST]),
    "nothing": (
        vpn_tunnel,
        {},
        [
            "vpn_id: is needed; give the id of the VPN gateway",
            "vpn_conn_name: is needed, or vpn_conn_id, to identify the tunnel",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_invalid_options_are_reported_once_at_their_path(case):
    implementation, params, texts = CASES[case]
    refused = failure(implementation, **params)
    assert refused["msg"].split("; ") == "; ".join(texts).split("; ")
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
def test_option_and_alias_with_one_value_are_accepted(params):
    values = validation.TaskOptions(vpn_tunnel, params).values
    assert failure(vpn_tunnel, **params) is None
    assert {name: values[name] for name in ONE} == ONE and set(values) <= {*ONE, "ike_config"}


def test_more_than_twenty_errors_are_reported_in_part():
    items = [{"vpn_id": "vpn-1", "vpn_conn_name": f"branch{number}", "state": "gone"} for number in range(300)]
    result = failure(vpn_tunnels, tunnels=items)
    assert result["msg"] == result["error"]["message"]
    assert result["msg"].count("must be present or absent") == 20 and result["msg"].endswith(" ... and 280 more")
    assert "more" not in failure(vpn_tunnels, tunnels=items[:20])["msg"]


TEXT_OPTIONS = ["vpn_id", "vpn_conn_id", "vpn_conn_name", "remote_ip", "cgw_id", "state", "wait_for", "version"]
NESTED = {
    "local_subnets": ["ddd22@www"],
    "remote_subnets": ["10.1.0.0/16", "ddd22@www"],
    "ike_config": {"ike_mode": "ddd22@www"},
}


@pytest.mark.parametrize(
    "wrong", [{option: "ddd22@www"} for option in TEXT_OPTIONS] + [{k: v} for k, v in NESTED.items()]
)
def test_key_in_a_wrong_option_is_not_shown(wrong):
    params = {**ONE, **wrong}
    result = failure(vpn_tunnel, **params)
    assert next(iter(wrong)) in result["msg"] and "not shown, as it looks like a key" in result["msg"]
    shown, _secrets = validation.redact_failure(result, params, set())
    assert "ddd22@www" not in json.dumps([result, shown])


@pytest.mark.parametrize("secret", ["ABCdef0123456789", "a1b2c3d4", "0f1e2d3c-4b5a"])
@pytest.mark.parametrize(
    "wrong", [{"colour": "%s"}, {"secret_acces_key": ["%s"]}, {"ike_config": "%s"}, {"wait_timeout": "%s"}]
)
def test_possible_account_key_in_an_unknown_option_is_not_shown(secret, wrong):
    """As short as a token may be: a value of such an option is never needed to find the error."""
    ((name, value),) = wrong.items()
    params = {**ONE, name: [value[0] % secret] if isinstance(value, list) else value % secret}
    result = failure(vpn_tunnel, **params)
    secrets = validation.TaskOptions(vpn_tunnel, params).secrets
    shown, texts = validation.redact_failure(result, params, secrets)
    assert secret in texts and secret not in json.dumps([remove_values(result, texts), shown])


@pytest.mark.parametrize(
    "value", ["10.0.0.300", "vpnconn-ku4cxya6nisq", "aes-256", "group2,", "192.168.0.0/33", "branch-0001.example"]
)
def test_invalid_value_that_cannot_be_a_key_is_shown(value):
    assert "got %r" % value in failure(vpn_tunnel, **ONE, remote_ip=value)["msg"]


@pytest.mark.parametrize(
    ("implementation", "params", "path"),
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
def test_null_keys_are_one_warning(implementation, params, path):
    text = "%s: is null; a key that begins with # must be quoted [KeyNull]"
    assert validation.TaskOptions(implementation, params).warnings == ([text % path] if path else [])


@pytest.mark.parametrize("key", ["ddd22@www", "0123456789abcdef0123456789ABCDEF"])
def test_key_in_a_place_of_its_own_is_not_shown(key):
    """A path, the token of two items, a concurrency, and the name of an option, at any depth."""
    wrong = [
        (vpn_tunnel, {**ONE, "ca_path": f"/etc/{key}"}),
        (vpn_tunnels, {"tunnels": [{**ONE, "client_token": key}, {**ONE, "name": "two", "client_token": key}]}),
        (vpn_tunnels, {"tunnels": [ONE], "concurrency": key}),
        (vpn_tunnel, {**ONE, key: "x"}),
        (vpn_tunnel, {**ONE, "ike_config": {key: "x"}}),
        (vpn_tunnel, {**ONE, "colour": {"red": [{key: "x"}]}}),
        (vpn_tunnels, {"tunnels": [{**ONE, key: "x"}]}),
    ]
    for implementation, params in wrong:
        result = failure(implementation, **params)
        secrets = validation.TaskOptions(implementation, params).secrets
        shown, texts = validation.redact_failure(result, params, secrets)
        assert key not in json.dumps([remove_values(result, texts), shown]), params


def test_read_only_fields_of_results_are_ignored_in_items_only():
    read_only = {"status": "active", "health_status": "reachable", "local_ip": "192.0.2.1", "createdTime": "2026-04-25"}
    assert failure(vpn_tunnels, tunnels=[{**ONE, **read_only}]) is None
    values = validation.TaskOptions(vpn_tunnels, {"tunnels": [{**ONE, **read_only}]}).values
    assert values == {"tunnels": [ONE]}
    assert failure(vpn_tunnel, **ONE, status="active")["msg"].startswith("status: is not an option of this module")
    nested = failure(vpn_tunnels, tunnels=[{**ONE, "ike_config": {"status": "active"}}])
    assert nested["msg"].startswith("tunnels[0].ike_config.status: is not an option")


@pytest.mark.parametrize("blank", ["", "  ", "\u200b\r\n"])
def test_blank_key_of_an_item_leaves_the_shared_key(blank):
    params = {
        "secret_key": "ddd22@www\n",
        "tunnels": [{**ONE, "psk": blank}, {**ONE, "name": "two", "state": "absent"}],
    }
    task_options = validation.TaskOptions(vpn_tunnels, dict(params, tunnels=[params["tunnels"][0]]))
    parsed = task_options.parse(
        ArgumentSpecValidator(vpn_tunnels.ARGUMENTS["argument_spec"]).validate(task_options.values)
    )
    assert parsed.desired[0].secret_key.reveal() == "ddd22@www" and task_options.warnings == []
    assert "ddd22@www" in task_options.secrets


def test_texts_of_a_result_have_no_control_characters(monkeypatch):
    """Names that other people gave may have any."""
    result = {"changed": False, "msg": "a\x1b[31m", "warnings": ["b\u202e\n"], "vpn_tunnel": {"description": "c\n"}}
    monkeypatch.setattr(vpn_tunnel, "run", lambda request, check_mode: result)
    task_options = validation.TaskOptions(vpn_tunnel, ONE)
    validated = ArgumentSpecValidator(vpn_tunnel.ARGUMENTS["argument_spec"]).validate(task_options.values)
    assert task_options.run(validated, False) == dict(result, msg="a\\x1b[31m", warnings=["b\\u202e\\n"])


VALID = {
    "vpn_tunnel": ONE,
    "vpn_tunnels": {"tunnels": [ONE, {**ONE, "vpn_conn_name": "two"}]},
    "vpn_customer_gateway": {"name": "one", "ip": "203.0.113.10"},
    "vpn_tunnel_info": {"vpn_id": ["vpn-1"]},
    "vpn_gateway": {"vpc_id": "vpc-1", "vpn_name": "hub"},
    "vpn_gateway_info": {"vpc_id": "vpc-1", "tunnels": True},
    "vpn_customer_gateway_info": {},
    "vpn_api_probe": {"vpn_id": "vpn-1"},
    "eip": {"name": "vpn-eip", "bandwidth_in_mbps": 5},
    "eip_info": {},
    "vpc_info": {},
    "vpc_route": {
        "vpc_id": "vpc-1",
        "source_address": "192.168.0.0/20",
        "destination_address": "10.24.0.0/16",
        "nexthop_id": "vpn-1",
    },
    "vpc_route_info": {"vpc_id": "vpc-1"},
    "vpn_gateway_routes": {"vpn_id": "vpn-1", "sources": ["0.0.0.0/0"], "purge": True, "tunnel": {"name": "t"}},
}


def test_every_module_has_a_task_with_valid_options():
    assert sorted(VALID) == sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))


@pytest.mark.parametrize("module", VALID)
def test_task_parses_its_options_and_resolves_its_connection_once(module, monkeypatch):
    """What run() gets is the request that was parsed: it validates nothing again."""
    implementation = importlib.import_module(f"{validation.__package__}.{module}")
    calls, resolve = [], connection_options.resolve
    monkeypatch.setattr(connection_options, "resolve", lambda *values: calls.append("resolve") or resolve(*values))
    monkeypatch.setattr(implementation, "run", lambda request, check_mode: {"request": request})
    arguments = {name: value for name, value in implementation.ARGUMENTS.items() if name != "supports_check_mode"}
    task_options = validation.TaskOptions(implementation, VALID[module])
    result = task_options.run(ArgumentSpecValidator(**arguments).validate(task_options.values), False)
    # A gateway's address is looked up with the service of EIPs, which has an endpoint of its own.
    services = 2 if module == "vpn_gateway" else 1
    assert calls == ["resolve"] * services and result["request"].connection.region == "bj"


def test_unexpected_exception_is_a_failure_with_a_traceback(monkeypatch):
    def run(_request, _check_mode):
        raise KeyError("a defect")

    monkeypatch.setattr(vpn_tunnel, "run", run)
    task_options = validation.TaskOptions(vpn_tunnel, ONE)
    spec = vpn_tunnel.ARGUMENTS["argument_spec"]
    result = task_options.run(ArgumentSpecValidator(spec).validate(task_options.values), False)
    assert result["failed"] and result["error"]["code"] == "InternalError" and "KeyError: 'a defect'" in result["msg"]
    assert "Traceback" in result["exception"]


def test_errors_that_only_ansible_finds_are_reported():
    """Such as a rule of the argument spec that the implementation does not repeat."""
    task_options = validation.TaskOptions(vpn_tunnel, ONE)
    rule = ArgumentSpecValidator(vpn_tunnel.ARGUMENTS["argument_spec"], required_together=[("vpn_id", "remote_ip")])
    with pytest.raises(InvalidOptionsError, match="parameters are required together: vpn_id, remote_ip"):
        task_options.parse(rule.validate(task_options.values))
