# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route rules of the emulator: reads, writes with their tokens and checks, and the state, over signed requests."""

from __future__ import annotations

import pytest

from emulator_client import ABSENT, OTHER, OTHER_VPC, VPC, EmulatorClient
from emulator_process import GATEWAY

DAY = 24 * 3600
SUBNET = "192.168.0.0/20"


@pytest.fixture(scope="module")
def client():
    client = EmulatorClient()
    yield client
    client.close()


@pytest.fixture
def lab(client):
    client.use()
    return client


def table_id(lab, vpc_id=VPC):
    return lab.table(vpc_id)["routeTableId"]


def error(response):
    """Return status and code of an error response, and the names of the fields in its message."""
    words = response.json["message"].split("; ")
    return response.status, response.code, [part.partition(":")[0] for part in words]


def refused_fields(response):
    status, code, names = error(response)
    assert (status, code) == (400, "InappropriateJSON")
    return names


# --- reads ---


def test_route_table_of_a_new_vpc_has_the_system_rule_only(lab):
    table = lab.table()
    assert table == {
        "name": "default",
        "routeTableId": table["routeTableId"],
        "vpcId": VPC,
        "routeRules": [
            {
                "routeRuleId": "",
                "routeTableId": table["routeTableId"],
                "sourceAddress": "0.0.0.0/0",
                "destinationAddress": "192.168.0.0/18",
                "nexthopId": "",
                "nexthopType": "sys",
                "description": "",
            }
        ],
    }
    other = lab.table(OTHER_VPC)
    assert other["routeTableId"] != table["routeTableId"]
    assert [rule["destinationAddress"] for rule in other["routeRules"]] == ["10.8.0.0/21"]


def test_route_table_read_takes_exactly_one_of_two_parameters(lab):
    rule_id = lab.added_rule()
    own = table_id(lab)
    for path in ("/v1/route", "/v1/route/rule"):
        for query in ({"vpcId": VPC}, {"routeTableId": own}, {"vpcId": "", "routeTableId": own}):
            rules = lab.call("GET", path, query=query).json["routeRules"]
            assert [rule["routeRuleId"] for rule in rules] == ["", rule_id]
        for query in ({}, {"vpcId": VPC, "routeTableId": own}):
            assert refused_fields(lab.call("GET", path, query=query)) == ["routeTableId"]
        for query in ({"vpcId": "vpc-none"}, {"routeTableId": "rt-none"}):
            response = lab.call("GET", path, query=query)
            assert (response.status, response.code) == (404, "NoSuchObject")


def test_route_rule_list_has_pages_and_the_table_has_none(lab):
    created = [lab.added_rule(f"10.0.{number}.0/24") for number in range(4)]
    pages, query = [], {"vpcId": VPC, "maxKeys": "2"}
    while not pages or pages[-1]["isTruncated"]:
        marker = {"marker": pages[-1]["nextMarker"]} if pages else {}
        pages.append(lab.call("GET", "/v1/route/rule", query={**query, **marker}).json)
    assert [[rule["routeRuleId"] for rule in page["routeRules"]] for page in pages] == [
        ["", created[0]],
        created[1:3],
        created[3:],
    ]
    assert "nextMarker" not in pages[-1] and pages[1]["marker"] == created[1]
    assert [rule["routeRuleId"] for rule in lab.table(maxKeys="2")["routeRules"]] == ["", *created]
    assert refused_fields(lab.call("GET", "/v1/route/rule", query={**query, "maxKeys": "1001"})) == ["maxKeys"]
    assert refused_fields(lab.call("GET", "/v1/route/rule", query={**query, "marker": "rr-none"})) == ["marker"]


def test_route_rule_with_a_bad_signature_is_neither_read_nor_written(lab):
    responses = [
        lab.call("GET", "/v1/route", query={"vpcId": VPC}, secret="wrong"),
        lab.call("POST", "/v1/route/rule", {"routeTableId": table_id(lab)}, secret="wrong"),
        lab.call("DELETE", "/v1/route/rule/rr-none", secret="wrong"),
    ]
    assert [(response.status, response.code) for response in responses] == [(400, "SignatureDoesNotMatch")] * 3


# --- writes ---


def test_created_route_rule_is_stored_and_shown_with_all_fields(lab):
    response = lab.add_rule(sourceAddress="192.168.4.0/24", description="to idc")
    assert response.status == 200 and list(response.json) == ["routeRuleId"]
    expected = {
        "routeRuleId": response.json["routeRuleId"],
        "routeTableId": table_id(lab),
        "sourceAddress": "192.168.4.0/24",
        "destinationAddress": "10.0.0.0/24",
        "nexthopId": GATEWAY,
        "nexthopType": "vpn",
        "description": "to idc",
        "pathType": "normal",
    }
    assert lab.rules() == lab.stored_rules() == [expected]
    assert lab.rules(OTHER_VPC) == []


def test_updated_route_rule_keeps_the_fields_that_were_not_sent(lab):
    rule_id = lab.added_rule(description="old", nexthopType="nat", nexthopId="nat-1")
    (before,) = lab.stored_rules()
    response = lab.update_rule(rule_id, sourceAddress="", destinationAddress="", nexthopId="", description="new")
    assert (response.status, response.raw) == (200, b"")
    assert lab.rules() == [{**before, "description": "new"}]
    lab.update_rule(rule_id, sourceAddress=SUBNET, destinationAddress="10.9.0.0/16", nexthopId="nat-2", description="")
    (after,) = lab.rules()
    changes = {"sourceAddress": SUBNET, "destinationAddress": "10.9.0.0/16", "nexthopId": "nat-2", "description": ""}
    assert after == {**before, **changes}
    # The type is not a field of an update, whatever one SDK sends.
    lab.update_rule(rule_id, nexthopType="vpn")
    assert lab.rules() == [after]


def test_deleted_route_rule_is_gone_and_unknown_afterwards(lab):
    rule_id = lab.added_rule()
    response = lab.delete_rule(rule_id)
    assert (response.status, response.raw, lab.rules()) == (200, b"", [])
    for response in (lab.delete_rule(rule_id), lab.update_rule(rule_id, description="x"), lab.delete_rule("rr-none")):
        assert (response.status, response.code) == (404, "NoSuchObject")


def test_system_route_rule_cannot_be_written_to(lab):
    for response in (lab.delete_rule(""), lab.update_rule("", description="x")):
        assert (response.status, response.code) == (400, "InvalidURI")
    assert refused_fields(lab.add_rule(nexthopType="sys")) == ["nexthopType"]
    assert len(lab.thread.route_rules()) == 2


def test_route_rule_with_several_paths_has_a_list_of_next_hops(lab):
    paths = [{"nexthopId": f"dc-{n}", "nexthopType": "dcGateway", "pathType": "ecmp"} for n in range(2)]
    response = lab.add_rule(nexthopType=ABSENT, nexthopId=ABSENT, nextHopList=paths, token="token")
    (rule,) = lab.rules()
    assert response.json == {"routeRuleIds": [rule["routeRuleId"]]}
    assert (rule["nextHopList"], rule["nexthopId"], rule["pathType"]) == (paths, "", "ecmp")
    assert refused_fields(lab.update_rule(rule["routeRuleId"], description="x")) == ["routeRuleId"]
    for wrong in ([], paths[:1], "x", [{**paths[0], "nexthopType": "vpn"}] * 2, [{**paths[0], "pathType": "x"}] * 2):
        response = lab.add_rule("10.1.0.0/24", nexthopType=ABSENT, nexthopId=ABSENT, nextHopList=wrong)
        assert refused_fields(response) == ["nextHopList"]


# --- checks ---


def test_route_rule_pair_that_repeats_is_refused(lab):
    rule_id = lab.added_rule()
    repeated = (400, "RouteRuleRepeated")
    response = lab.add_rule(nexthopType="nat", nexthopId="nat-1")
    assert (response.status, response.code) == repeated
    other = lab.added_rule("10.1.0.0/24")
    response = lab.update_rule(other, destinationAddress="10.0.0.0/24")
    assert (response.status, response.code) == repeated
    assert lab.update_rule(rule_id, destinationAddress="10.0.0.0/24", description="x").status == 200
    assert lab.add_rule(sourceAddress=SUBNET).status == 200
    assert lab.add_rule(vpc_id=OTHER_VPC).status == 200
    lab.delete_rule(rule_id)
    assert lab.add_rule().status == 200


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("destinationAddress", ["192.168.0.0/18", "192.168.63.0/24", "192.0.0.0/8"]),
        ("sourceAddress", ["192.168.16.0/24", "192.168.0.0/18", "10.0.0.0/24"]),
        ("nexthopId", ["vpn-none", OTHER]),
    ],
)
def test_route_rule_that_does_not_fit_its_vpc_is_refused(lab, field, values):
    rule_id = lab.added_rule("10.99.0.0/24")
    before = lab.stored_rules()
    for value in values:
        assert refused_fields(lab.add_rule(**{field: value})) == [field]
        assert refused_fields(lab.update_rule(rule_id, **{field: value})) == [field]
    assert lab.stored_rules() == before


def test_route_rule_at_the_limits_of_its_vpc_is_accepted(lab):
    assert lab.add_rule("0.0.0.0/0").status == 200
    assert lab.add_rule("192.168.64.0/24", sourceAddress=SUBNET).status == 200
    assert lab.add_rule(sourceAddress="192.168.15.255/32", nexthopType="custom", nexthopId="i-1").status == 200


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"routeTableId": ABSENT, "sourceAddress": ABSENT}, ["routeTableId", "sourceAddress"]),
        ({"destinationAddress": ABSENT, "nexthopType": ABSENT}, ["destinationAddress", "nexthopType"]),
        ({"nexthopId": ABSENT}, ["nexthopId"]),
        ({"nexthopId": ""}, ["nexthopId"]),
        ({"nexthopType": "VPN"}, ["nexthopType"]),
        ({"destinationAddress": "10.0.0.1/24"}, ["destinationAddress"]),
        ({"sourceAddress": ["0.0.0.0/0"]}, ["sourceAddress"]),
        ({"destinationAddress": "10.0.0.0"}, ["destinationAddress"]),
        ({"description": "x" * 201}, ["description"]),
        ({"description": 5}, ["description"]),
    ],
)
def test_route_rule_with_an_invalid_field_is_refused_by_its_name(lab, changes, names):
    assert refused_fields(lab.add_rule(**changes)) == names
    assert lab.stored_rules() == []


def test_route_rule_in_an_absent_table_is_refused(lab):
    response = lab.add_rule(routeTableId="rt-none")
    assert (response.status, response.code) == (404, "NoSuchObject")


def test_route_table_takes_fifty_rules(lab):
    for number in range(50):
        lab.added_rule(f"10.0.{number}.0/24")
    response = lab.add_rule("10.1.0.0/24")
    assert (response.status, response.code) == (400, "QuotaLimitExceeded")
    assert lab.add_rule("10.1.0.0/24", OTHER_VPC).status == 200
    lab.delete_rule(lab.stored_rules()[0]["routeRuleId"])
    assert lab.add_rule("10.1.0.0/24").status == 200


# --- tokens, time, faults, state ---


def test_route_rule_token_is_replayed_for_a_day(lab):
    first = lab.add_rule(token="a").json
    lab.sleep(DAY - 1)
    assert lab.add_rule(token="a").json == first and len(lab.stored_rules()) == 1
    assert lab.add_rule("10.1.0.0/24", token="a").code == "IdempotentParameterMismatch"
    rule_id = first["routeRuleId"]
    for _attempt in range(2):
        assert lab.update_rule(rule_id, token="b", description="x").status == 200
    assert lab.update_rule(rule_id, token="b", description="y").code == "IdempotentParameterMismatch"
    for _attempt in range(2):
        assert lab.delete_rule(rule_id, token="c").status == 200
    assert lab.add_rule(token="a").json == first and lab.stored_rules() == []
    lab.sleep(DAY)
    assert lab.add_rule(token="a").json != first and len(lab.stored_rules()) == 1


def test_route_rule_lists_show_a_write_after_the_list_lag(lab):
    lab.thread.settings(list_lag_ms=5000)
    rule_id = lab.added_rule(description="old")
    assert lab.rules() == []
    lab.sleep(5)
    lab.update_rule(rule_id, description="new")
    assert [rule["description"] for rule in lab.rules()] == ["old"]
    lab.sleep(5)
    lab.delete_rule(rule_id)
    assert [rule["description"] for rule in lab.rules()] == ["new"]
    lab.sleep(5)
    assert lab.rules() == [] == lab.stored_rules()
    assert len(lab.table()["routeRules"]) == 1, "the system rule is always there"


def test_route_rule_write_with_a_lost_response_is_applied(lab):
    lab.thread.faults({"fault": "status", "status": 500, "commit": True, "match": {"path_regex": "^/v1/route/rule"}})
    assert lab.add_rule(token="a").status == 500
    (rule,) = lab.stored_rules()
    assert lab.add_rule(token="a").json == {"routeRuleId": rule["routeRuleId"]}
    assert [entry["fault"] for entry in lab.thread.requests("POST")] == ["status", None]


def test_state_has_vpcs_subnets_and_route_rules_until_a_reset(lab):
    created = lab.thread.state()
    assert {"vpcs", "subnets", "routeRules"} <= set(created)
    rule_id = lab.added_rule()
    assert [rule["routeRuleId"] for rule in lab.thread.state()["routeRules"]] == ["", "", rule_id]
    lab.thread.reset()
    assert lab.thread.state() == created
