# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The input of playbooks: argument specs, lists of tunnels of all hosts, and answers of surveys."""

from __future__ import annotations

import datetime

import pytest
import yaml

from ansible_collections.baiducloud.network.plugins.filter.playbook_input import FilterModule
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_tunnel import VPN_TUNNEL
from ansible_collections.baiducloud.network.plugins.plugin_utils._playbook_input import find_misspelt
from playbook_runner import ROOT

FILTERS = FilterModule().filters()
input_errors = FILTERS["input_errors"]
check_tunnel_lists = FILTERS["check_tunnel_lists"]
merge_survey_answers = FILTERS["merge_survey_answers"]

SPECS = yaml.safe_load((ROOT / "playbooks/vars/argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
HINT = "add a letter or a word to it, or give it in quotes in a file of variables"
VPC_IDS = SPECS["awx_setup"]["options"]["vpc_ids"]
NAMES = ["vpn_conn_name", "vpnConnName", "name"]
LIST_ERROR = "vpn_tunnels: must be a list of dictionaries, each with the options of one tunnel"


@pytest.mark.parametrize("playbook", SPECS)
def test_spec_of_a_playbook_is_understood_and_its_playbook_exists(playbook):
    text = (ROOT / f"playbooks/{playbook}.yml").read_text(encoding="utf-8")
    assert f"argument_specs.{playbook}.options" in text
    for option in SPECS[playbook]["options"].values():
        assert option.keys() <= {"type", "elements", "choices", "required", "no_log", "pattern", "hint"}
    secret = {name for name, option in SPECS[playbook]["options"].items() if option.get("no_log")}
    # A switch, such as show_key, and the paths keys_output and key_file are not keys.
    names = {name for name, option in SPECS[playbook]["options"].items() if option["type"] != "bool"}
    assert secret == {name for name in names - {"keys_output", "key_file"} if "key" in name or "secret" in name}


@pytest.mark.parametrize(
    "value, shown",
    [
        (True, "True"),
        (73, "73"),
        (1.1, "1.1"),
        (datetime.date(2026, 11, 23), "2026-11-23"),
        (["a"], "a list"),
        ({"a": 1}, "a dictionary"),
    ],
)
def test_text_that_yaml_retyped_is_an_error(value, shown):
    expected = f"one: must be text, but Ansible reads {shown} in it; {HINT}"
    assert input_errors({"one": value}, {"one": {"type": "str"}}) == [expected]
    (error,) = input_errors({"one": value}, {"one": {"type": "str", "no_log": True}})
    assert error.startswith("one: must be text") and ("1" in shown) <= (shown not in error)


@pytest.mark.parametrize("value", [None, "", "  "])
def test_unset_value_is_an_error_only_where_it_is_required(value):
    for kind in ("str", "bool", "list"):
        assert input_errors({"one": value}, {"one": {"type": kind}}) == input_errors({}, {"one": {"type": kind}}) == []
        spec = {"one": {"type": kind, "required": True, "hint": "give it"}}
        assert input_errors({"one": value}, spec) == input_errors({}, spec) == ["one: is required; give it"]
    assert input_errors({}, {"one": {"required": "False"}}) == []


@pytest.mark.parametrize(
    "option, valid, invalid",
    [
        ({"type": "bool"}, ["yes", "no", True, "False", "1", 0], ["treu", 2, ["yes"]]),
        ({"type": "int"}, [5, "5"], ["five", 1.5]),
        ({"type": "list", "elements": "dict"}, [[{}]], [["text"], [{}, 1]]),
        ({"type": "str", "choices": ["a", "b"]}, ["a", " b\n"], ["c"]),
        ({"type": "str", "pattern": "[a-z]+"}, ["abc"], ["ABC", "abc-"]),
        (VPC_IDS, ["vpc-1;vpc-2", "vpc-1, vpc-2\n", "vpc-1，vpc-2、", ["vpc-1", "vpc-2"]], ["vpc?", ["a", "b c?"]]),
        (VPC_IDS, ['["vpc-1", "vpc-2"]'], ['["vpc-1"}']),
    ],
    ids=["bool", "int", "list", "choices", "pattern", "vpc_ids", "pasted vpc_ids"],
)  # fmt: skip
def test_value_is_held_to_type_choices_and_pattern(option, valid, invalid):
    for value in valid:
        assert input_errors({"one": value}, {"one": option}) == [], value
    for value in invalid:
        (error,) = input_errors({"one": value}, {"one": option})
        assert error.startswith(("one: must be ", "one: is not valid")) and "\n" not in error


def test_errors_are_all_reported_in_the_order_of_the_spec():
    spec = {"one": {"type": "str"}, "two": {"type": "bool"}, "three": {"required": True}}
    errors = input_errors({"two": "treu", "one": 5, "four": 4}, spec)
    assert [error.split(":")[0] for error in errors] == ["one", "two", "three"]
    assert errors[1] == "two: must be true or false, got 'treu'"


@pytest.mark.parametrize("playbook", ["create_tunnel", "site_to_site"])
def test_spec_of_a_tunnel_has_the_types_and_choices_of_the_module(playbook):
    arguments = VPN_TUNNEL.argument_spec()
    fields = {**arguments, **arguments["ike_config"]["options"], **arguments["ipsec_config"]["options"]}
    spec = SPECS[playbook]["options"]
    expected = {name: fields[name] for name in spec if name in fields}
    assert {name: (option["type"], option.get("choices")) for name, option in spec.items() if name in fields} == {
        name: (field["type"], field.get("choices")) for name, field in expected.items()
    }
    assert {"state", "local_subnets", "remote_subnets", "ike_config", "ipsec_config", "secret_key"} <= spec.keys()
    if playbook == "create_tunnel":
        assert {*arguments["ike_config"]["options"], *arguments["ipsec_config"]["options"]} <= spec.keys()


def test_every_playbook_has_a_spec():
    assert {path.stem for path in (ROOT / "playbooks").glob("*.yml")} == set(SPECS)


# -- lists of tunnels --


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("gateway", ["vpn_id", "vpnId"])
def test_tunnel_of_an_unknown_gateway_is_unmatched_once(name, gateway):
    item = {name: "branch", gateway: " vpn-2 "}
    lists = [[item, {"vpn_id": "vpn-1", "name": "b"}, {"name": "c"}], [item], "", None]
    found = check_tunnel_lists(lists, ["vpn-1"])
    assert found == {"is_set": True, "errors": [], "unmatched": ["branch of vpn-2"]}
    assert check_tunnel_lists(lists)["unmatched"] == []


def test_unmatched_tunnel_is_named_without_control_characters():
    assert check_tunnel_lists([[{"name": "a\x1b", "vpn_id": "vpn-2"}]], ["vpn-1"])["unmatched"] == ["a\\x1b of vpn-2"]


def test_item_without_a_gateway_is_of_that_of_the_list():
    assert check_tunnel_lists([[{"name": "a"}, {}]], ["vpn-1"], "vpn-3")["unmatched"] == [
        "a of vpn-3",
        "a tunnel of vpn-3",
    ]
    assert check_tunnel_lists([[{"name": "a", "vpn_id": ""}]], ["vpn-1"], "vpn-1")["unmatched"] == []


@pytest.mark.parametrize("lists", [["text"], [{"name": "a"}], [[{"name": "a"}], ["text"]], [5], [[[]]]])
def test_list_of_another_form_is_one_error(lists):
    assert check_tunnel_lists(lists, []) == {"is_set": True, "errors": [LIST_ERROR], "unmatched": []}


def test_list_that_is_empty_is_set_and_one_that_is_unset_is_not():
    assert check_tunnel_lists([[]])["is_set"] and not check_tunnel_lists(["", None])["is_set"]


# -- answers of a survey --


def test_survey_answers_go_before_the_dictionary():
    answers = {"ike_version": "v2", "ike_mode": "", "ike_pfs": None, "ike_life_time": 0}
    assert merge_survey_answers({"ike_version": "v1", "ike_mode": "main"}, answers) == {
        "ike_version": "v2", "ike_mode": "main", "ike_life_time": 0,
    }  # fmt: skip
    assert merge_survey_answers("text", answers) == "text"


@pytest.mark.parametrize(
    ("extra_vars", "names"),
    [
        ({"vpnConnId": "a", "VPN_ID": "b", "vpn-conn-name": "c"}, ["vpnConnId", "VPN_ID", "vpn-conn-name"]),
        ({"vpn_conn_nam": "a", "vpn_ids": "b"}, ["vpn_conn_nam", "vpn_ids"]),
        # What belongs to others: to the user, to another playbook, to Ansible, to AWX and to a node of a workflow.
        ({"region": "bj", "vpc_name": "x", "tunnels_file": "f", "ansible_user": "u", "awx_job_id": 5}, []),
        ({"vpn_ids": ["a"], "vpn_id": "{{ vpn_ids[0] }}"}, []),
        ({"vpnConnId": "a", "awx_workflow_job_name": "Connect a site"}, []),
        ({"vpnConnId": "a", "awx_job_launch_type": "relaunch"}, []),
        ({"vpnConnId": "a", "awx_job_launch_type": "manual"}, ["vpnConnId"]),
        ({5: "a"}, []),
    ],
)
def test_misspelt_variables_are_found_and_those_of_others_are_not(extra_vars, names):
    others = {name for spec in SPECS.values() for name in spec["options"]}
    errors = find_misspelt(extra_vars, SPECS["delete_tunnel"]["options"], others)
    assert [error.partition(": is not a variable of this playbook, which has ")[0] for error in errors] == names


def test_misspelt_variable_whose_name_may_be_a_key_is_not_shown():
    assert "ddd22@www" not in str(find_misspelt({"ddd22@www": 1}, {"ddd22_www": {}}))


def test_variable_similar_to_one_that_has_a_value_belongs_to_the_user():
    spec = SPECS["delete_tunnel"]["options"]
    assert find_misspelt({"vpn_ids": "a"}, spec, inputs={"vpn_id": "vpn-1"}) == []
    assert len(find_misspelt({"vpn_ids": "a"}, spec, inputs={"vpn_id": " "})) == 1
