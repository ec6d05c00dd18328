# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vpc_route and vpc_route_info in real playbooks: their life, both ways of execution, and every refusal."""

from __future__ import annotations

import pytest

from emulator_process import GATEWAY, EmulatorProcess
from playbook_runner import run_playbook

FQCN = "baiducloud.network."
VPC, OTHER_VPC, SPARE = "vpc-emulator", "vpc-small", "vpn-spare001"
SUBNET = "192.168.0.0/20"
RULE = {
    "vpc_id": VPC,
    "source_address": SUBNET,
    "destination_address": "10.24.0.0/16",
    "nexthop_id": GATEWAY,
    "description": "To the branch",
}


@pytest.fixture(scope="module")
def site():
    """An emulator with two VPCs, of which the first has two VPN gateways."""
    gateways = [f"{GATEWAY}:hub:{VPC}", f"{SPARE}:spare:{VPC}"]
    options = [word for gateway in gateways for word in ("--gateway", gateway)]
    with EmulatorProcess(*options, "--vpc", f"{VPC}:192.168.0.0/18:main", "--vpc", f"{OTHER_VPC}:172.16.0.0/24") as one:
        yield one


@pytest.fixture(autouse=True)
def clean(site):
    site.reset()


def task(label, module="vpc_route", /, **arguments):
    keywords = {word: arguments.pop(word) for word in ("check_mode", "register") if word in arguments}
    return dict({"name": label, FQCN + module: arguments, "ignore_errors": True, "diff": True}, **keywords)


def run(site, *tasks, in_process=True):
    plays = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"baiducloud_in_process": in_process},
            "tasks": list(tasks),
        }
    ]
    done = run_playbook(plays, "-vvv", environment=site.environment)
    assert "Traceback" not in done.output
    return done


def rules(site):
    """Return the stored rules, without those of the system."""
    return [rule for rule in site.state()["routeRules"] if rule["nexthopType"] != "sys"]


def writes(site):
    return [one for one in site.requests() if one["method"] != "GET"]


@pytest.mark.parametrize("in_process", [True, False])
def test_rule_is_created_updated_and_deleted_once(site, in_process):
    absent = {name: RULE[name] for name in ("vpc_id", "source_address", "destination_address")}
    done = run(
        site,
        task("check", check_mode=True, **RULE),
        task("create", register="made", **RULE),
        task("repeat", **RULE),
        task("update", **{**RULE, "nexthop_id": SPARE, "description": ""}),
        task("repeat the update", **{**RULE, "nexthop_id": SPARE, "description": ""}),
        task(
            "move by id",
            vpc_id=VPC,
            route_rule_id="{{ made.route_rule_id }}",
            destination_address="10.25.0.0/16",
            source_address=SUBNET,
        ),
        task(
            "check the deletion", check_mode=True, vpc_id=VPC, route_rule_id="{{ made.route_rule_id }}", state="absent"
        ),
        task("delete", vpc_id=VPC, route_rule_id="{{ made.route_rule_id }}", state="absent"),
        task("repeat the deletion", state="absent", **absent),
        in_process=in_process,
    ).named
    changed = [name for name, result in done.items() if result["changed"]]
    assert changed == ["check", "create", "update", "move by id", "check the deletion", "delete"], done
    made = done["create"]
    assert made["route_rule_id"] == made["routeRuleId"] == made["created_ids"][0] and made["request_id"]
    assert made["route_rule"] == {
        "vpc_id": VPC,
        "route_rule_id": made["route_rule_id"],
        "route_table_id": made["route_rule"]["route_table_id"],
        "source_address": SUBNET,
        "destination_address": "10.24.0.0/16",
        "nexthop_type": "vpn",
        "nexthop_id": GATEWAY,
        "description": "To the branch",
        "path_type": "normal",
        "next_hop_list": None,
    }
    assert done["update"]["diff"]["after"]["nexthop_id"] == SPARE
    assert {result["route_rule_id"] for result in (made, done["update"], done["move by id"], done["delete"])} == {
        made["route_rule_id"]
    }
    assert rules(site) == []
    # An update sends only what changes.
    update, move = (one for one in writes(site) if one["method"] == "PUT")
    assert update["body"] == {"nexthopId": SPARE, "description": ""}
    assert move["body"] == {"destinationAddress": "10.25.0.0/16"}


def test_rule_by_vpc_and_by_table_is_the_same(site):
    first = run(site, task("by VPC", **RULE)).named["by VPC"]
    table = first["route_rule"]["route_table_id"]
    by_table = dict(RULE, route_table_id=table)
    del by_table["vpc_id"]
    again = run(site, task("by table", **by_table)).named["by table"]
    assert not again["changed"] and again["route_rule"] == first["route_rule"]
    assert len(rules(site)) == 1


def test_networks_with_host_bits_are_one_rule(site):
    written = {**RULE, "source_address": "192.168.1.1/20", "destination_address": "10.24.7.7/16"}
    done = run(site, task("create", **RULE), task("other spelling", **written)).named
    assert not done["other spelling"]["changed"] and len(rules(site)) == 1


@pytest.mark.parametrize("in_process", [True, False])
def test_wrong_options_are_reported_together_before_any_request(site, in_process):
    wrong = {
        "vpc_id": VPC,
        "route_table_id": "rt 1",
        "source_address": "192.168.0.0",
        "destination_address": "everywhere",
        "nexthop_type": "tunnel",
        "description": "x" * 201,
    }
    done = run(site, task("wrong", **wrong), task("nothing"), in_process=in_process).named
    assert done["wrong"]["error"]["code"] == "InvalidOption"
    for option in ("route_table_id", "source_address", "destination_address", "nexthop_type", "description"):
        assert f"{option}: " in done["wrong"]["msg"], option
    for option in ("vpc_id", "route_table_id", "source_address"):
        assert option in done["nothing"]["msg"]
    assert site.requests() == []


def test_rule_of_another_type_is_refused(site):
    first = {**RULE, "nexthop_type": "custom", "nexthop_id": "i-00000001"}
    done = run(site, task("custom", **first), task("vpn", **RULE, nexthop_type="vpn")).named
    assert done["vpn"]["error"]["code"] == "ImmutableField" and "nexthop_type" in done["vpn"]["msg"]
    (rule,) = rules(site)
    assert rule["nexthopType"] == "custom" and len(writes(site)) == 1


def test_description_of_a_rule_of_another_type_is_updated_by_its_id(site):
    """The default of nexthop_type was compared, so the update was refused."""
    first = {**RULE, "nexthop_type": "custom", "nexthop_id": "i-00000001"}
    by_id = {"vpc_id": VPC, "route_rule_id": "{{ made.route_rule_id }}", "description": "New"}
    done = run(site, task("custom", **first, register="made"), task("new", **by_id)).named
    assert done["new"]["changed"] and done["new"]["route_rule"]["nexthop_type"] == "custom"
    assert [rule["description"] for rule in rules(site)] == ["New"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"source_address": "0.0.0.0/0"}, "IdNameMismatch"),
        ({"destination_address": "10.99.0.0/16"}, "IdNameMismatch"),
        ({"nexthop_id": SPARE}, "NextHopMismatch"),
        ({"nexthop_type": "nat"}, "NextHopMismatch"),
    ],
)
def test_rule_of_an_id_is_not_deleted_where_an_option_contradicts_it(site, options, code):
    by_id = {"vpc_id": VPC, "route_rule_id": "{{ made.route_rule_id }}", "state": "absent"}
    done = run(site, task("create", **RULE, register="made"), task("other", **by_id, **options)).named
    assert done["other"]["error"]["code"] == code and len(rules(site)) == 1 == len(writes(site))


def test_creation_in_check_mode_shows_the_table(site):
    planned, made = run(site, task("planned", **RULE, check_mode=True), task("made", **RULE)).results
    unknown = {"route_rule_id": "check-mode-new", "path_type": None}
    assert planned["changed"] and planned["route_rule"] == {**made["route_rule"], **unknown}


@pytest.mark.parametrize("state", ["present", "absent"])
def test_system_rule_is_never_touched(site, state):
    system = {"vpc_id": VPC, "source_address": "0.0.0.0/0", "destination_address": "192.168.0.0/18"}
    result = run(site, task("system", state=state, nexthop_id=GATEWAY, **system)).named["system"]
    assert result["failed"] and "system" in result["msg"]
    assert writes(site) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"destination_address": "192.168.8.0/24"}, "must not overlap"),
        ({"source_address": "10.0.0.0/8"}, "inside one subnet"),
        ({"nexthop_id": "vpn-elsewhere"}, "must be a VPN gateway"),
        ({"vpc_id": "vpc-nowhere"}, "vpc-nowhere"),
    ],
)
def test_refusal_of_the_api_fails_the_task_and_creates_nothing(site, changes, words):
    result = run(site, task("refused", **{**RULE, **changes})).named["refused"]
    assert result["failed"] and words in result["msg"] and not result["error"]["retryable"]
    assert rules(site) == []


def test_full_table_is_a_quota_error(site):
    fill = dict(task("fill", **{**RULE, "destination_address": "10.{{ item }}.0.0/16"}), loop=list(range(50)))
    done = run(site, fill, task("one more", **{**RULE, "destination_address": "10.99.0.0/16"}))
    assert len(rules(site)) == 50
    result = done.named["one more"]
    assert "quota" in result["msg"].lower() and not result["error"]["retryable"]


@pytest.mark.parametrize("in_process", [True, False])
def test_info_returns_the_rules_that_match(site, in_process):
    done = run(
        site,
        task("one", **RULE),
        task("two", **{**RULE, "destination_address": "10.25.0.0/16", "nexthop_id": SPARE}),
        task("all", "vpc_route_info", vpc_id=VPC),
        task("of the hub", "vpc_route_info", vpc_id=VPC, nexthop_id=[GATEWAY]),
        task("none", "vpc_route_info", vpc_id=VPC, destination_address=["10.99.0.0/16"]),
        task("other VPC", "vpc_route_info", vpc_id=OTHER_VPC, nexthop_type=["sys"]),
        in_process=in_process,
    ).named
    one, two = (done[name]["route_rule"] for name in ("one", "two"))
    system, *managed = done["all"]["route_rules"]
    assert system["nexthop_type"] == "sys" and system["route_rule_id"] is None
    assert managed == [one, two]
    assert done["of the hub"]["route_rules"] == [one]
    assert done["none"]["route_rules"] == [] and not done["none"]["failed"]
    assert [rule["destination_address"] for rule in done["other VPC"]["route_rules"]] == ["172.16.0.0/24"]
