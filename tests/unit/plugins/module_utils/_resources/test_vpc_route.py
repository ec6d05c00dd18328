# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route rules: constraints, plans, requests, and both shapes of the list."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.client import Response
from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import (
    ConflictError,
    DuplicateError,
    InvalidOptionsError,
    InvalidResponseError,
    NotFoundError,
    QuotaError,
    error_class_for,
)
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile import idempotency
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.results import ScopeReconciler
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import ABSENT, OK
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpc_route import (
    NEXTHOP_TYPES,
    VPC_ROUTE,
    VpcRouteApi,
)
from fake_clock import FakeClock
from scripted_client import Script

PAIR = {"source_address": "192.168.0.0/20", "destination_address": "10.24.0.0/24"}
NAME = "192.168.0.0/20 -> 10.24.0.0/24"
OPTIONS = {"route_table_id": "rt-1", **PAIR, "nexthop_id": "vpn-1"}
RULE = {
    "routeRuleId": "rr-1",
    "routeTableId": "rt-1",
    "sourceAddress": "192.168.0.0/20",
    "destinationAddress": "10.24.0.0/24",
    "nexthopId": "vpn-1",
    "nexthopType": "vpn",
    "description": "to the office",
    "pathType": "normal",
}
SYSTEM = {**RULE, "routeRuleId": "", "sourceAddress": "0.0.0.0/0", "nexthopId": "", "nexthopType": "sys"}
READ = {
    "vpc_id": "vpc-1",
    "route_table_id": "rt-1",
    "route_rule_id": "rr-1",
    **PAIR,
    "nexthop_id": "vpn-1",
    "nexthop_type": "vpn",
    "description": "to the office",
    "path_type": "normal",
    "next_hop_list": None,
}


def table(*rules, **more):
    return {"name": "default", "routeTableId": "rt-1", "vpcId": "vpc-1", "routeRules": list(rules), **more}


def api_of(*bodies, scope="route_table_id", **values):
    scopes = {"route_table_id": "rt-1", "vpc_id": "vpc-1"}
    client = Script(*bodies)
    return VpcRouteApi(client, {scope: scopes[scope], **values}), client


def rule(**changes):
    """The rule as it is read from a list, with other values on the wire."""
    (item,) = api_of(table({**RULE, **changes}))[0].read_all().items
    return item


def plan(options, item=None):
    return VPC_ROUTE.plan(VPC_ROUTE.parse({"route_table_id": "rt-1", **options}), item)


# --- constraints ---

BAD_NETWORKS = ["10.0.0.0", "10.0.0.0/33", "x/8", "/", 5, ["10.0.0.0/8"]]
# option: (pairs of a good value and its normal form, bad values)
RULES = {
    "vpc_id": ([("vpc-1", "vpc-1")], ["vpc/1"]),
    "vpc_name": ([(" production ", "production"), ("北京 1", "北京 1")], [5]),
    "route_table_id": ([("rt-q1zg3i8mx8p6", "rt-q1zg3i8mx8p6")], ["rt 1"]),
    "route_rule_id": ([("rr-dvq3cxpghw5e", "rr-dvq3cxpghw5e")], ["rr/1", "../rule"]),
    "source_address": (
        [("192.168.1.1/20", "192.168.0.0/20"), ("10.0.0.0/255.0.0.0", "10.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0")],
        BAD_NETWORKS,
    ),
    "destination_address": ([("0.0.0.0/0", "0.0.0.0/0"), ("10.24.1.1/16", "10.24.0.0/16")], BAD_NETWORKS),
    "nexthop_type": ([(word, word) for word in NEXTHOP_TYPES], ["sys", "VPN", "gateway", 5]),
    "nexthop_id": ([("vpn-1", "vpn-1"), ("qpif-1", "qpif-1")], ["vpn 1", 5]),
    "description": ([("", ""), (" a ", "a"), ("x" * 200, "x" * 200)], ["x" * 201, 5]),
    "state": ([("absent", "absent")], ["gone"]),
    "client_token": ([("t", "t")], ["a b"]),
    "version": ([(2, 2)], [0]),
}


def test_every_option_has_its_constraint_in_the_table():
    assert set(RULES) == set(VPC_ROUTE.argument_spec())


@pytest.mark.parametrize("name", RULES)
def test_good_values_are_normalized_and_bad_ones_named(name):
    good, bad = RULES[name]
    base = {key: value for key, value in OPTIONS.items() if not name.startswith("vpc_") or key != "route_table_id"}
    for value, normal in good:
        assert VPC_ROUTE.validate({**base, name: value}) == []
        desired = VPC_ROUTE.parse({**base, name: value})
        assert {**desired.options, **desired.fields}[name] == normal
    for value in bad:
        (text,) = VPC_ROUTE.validate({**base, name: value})
        assert text.startswith(name + ": must be ")


@pytest.mark.parametrize(
    ("options", "errors"),
    [
        ({"route_table_id": "rt-1", "route_rule_id": "rr-1"}, []),
        ({"vpc_id": "vpc-1", **PAIR, "state": "absent"}, []),
        ({"vpc_id": " ", "route_table_id": "rt-1", **PAIR}, []),
        (PAIR, ["vpc_id: is needed, or route_table_id, or vpc_name; one of them names the route table"]),
        (
            {**OPTIONS, "vpc_id": "vpc-1"},
            ["route_table_id: is not accepted next to vpc_id; provide one of them"],
        ),
        (
            {"vpc_id": "vpc-1", "source_address": "0.0.0.0/0", "state": "absent"},
            ["destination_address: is needed, or route_rule_id, to identify the route rule"],
        ),
        (
            {"vpc_id": "vpc-1", "nexthop_id": "vpn-1"},
            [
                "source_address: is needed, or route_rule_id, to identify the route rule",
                "destination_address: is needed, or route_rule_id, to identify the route rule",
            ],
        ),
    ],
)
def test_options_that_do_not_identify_the_rule_are_named(options, errors):
    assert VPC_ROUTE.validate(options) == errors


@pytest.mark.parametrize("families", [("192.168.0.0/20", "2001:DB8::/32"), ("2001:DB8::/32", "0.0.0.0/0")])
def test_addresses_of_two_families_are_an_error(families):
    """Such a rule was sent to the API."""
    source, destination = families
    options = {**OPTIONS, "source_address": source, "destination_address": destination}
    (text,) = VPC_ROUTE.validate(options)
    assert text.startswith("destination_address: must be of the same address family as source_address, but one of")
    assert VPC_ROUTE.validate({**options, "source_address": destination}) == []
    assert VPC_ROUTE.parse({**options, "source_address": destination}).fields["destination_address"] in (
        "2001:db8::/32",
        "0.0.0.0/0",
    )


@pytest.mark.parametrize(
    ("more", "managed"), [({}, "vpn"), ({"route_rule_id": "rr-1"}, None), ({"state": "absent"}, None)]
)
def test_type_of_the_next_hop_is_vpn_for_a_rule_found_by_its_pair(more, managed):
    assert VPC_ROUTE.parse({**OPTIONS, **more}).fields.get("nexthop_type") == managed
    assert VPC_ROUTE.parse({**OPTIONS, **more, "nexthop_type": "nat"}).fields["nexthop_type"] == "nat"


def test_addresses_with_host_bits_are_a_warning():
    desired = VPC_ROUTE.parse({**OPTIONS, "source_address": "192.168.1.1/20"})
    assert desired.warnings == (
        "source_address: 192.168.1.1/20 has host bits set; it is used as 192.168.0.0/20 [HostBits]",
    )


# --- plans ---


def test_plan_of_a_missing_rule_creates_it_with_all_that_is_provided():
    step = plan({**PAIR, "nexthop_id": "vpn-1"})
    assert (step.action, step.before) == ("create", {})
    assert step.after == {**PAIR, "nexthop_id": "vpn-1", "nexthop_type": "vpn", "description": ""}
    with pytest.raises(InvalidOptionsError, match=f"{NAME}' does not exist in route table rt-1, .*: nexthop_id$"):
        plan(PAIR)
    with pytest.raises(InvalidOptionsError, match="does not exist in VPC vpc-1"):
        VPC_ROUTE.plan(VPC_ROUTE.parse({"vpc_id": "vpc-1", **PAIR}), None)


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({**PAIR, "nexthop_id": "vpn-1"}, ()),
        ({**PAIR, "description": " to the office "}, ()),
        ({**PAIR, "nexthop_id": "vpn-2"}, ("nexthop_id",)),
        ({**PAIR, "description": ""}, ("description",)),
        ({"route_rule_id": "rr-1", "destination_address": "10.25.0.0/24"}, ("destination_address",)),
        ({"route_rule_id": "rr-1", **PAIR}, ()),
    ],
)
def test_plan_of_an_existing_rule_updates_only_what_differs(options, changes):
    step = plan(options, rule())
    assert (step.action, step.changes, step.warnings) == ("update" if changes else "nothing", changes, ())
    assert {name for name in step.after if step.after[name] != step.before[name]} == set(changes)
    assert not {"vpc_id", "route_table_id", "path_type", "next_hop_list"} & set(step.after)


def test_plan_with_another_type_of_next_hop_is_refused():
    with pytest.raises(
        ConflictError, match=r"^nexthop_type: the route rule .* \(rr-1\) has nat, .* to vpn; "
    ) as caught:
        plan({**PAIR, "nexthop_id": "vpn-1", "nexthop_type": "vpn"}, rule(nexthopType="nat", nexthopId="nat-1"))
    assert caught.value.code == "ImmutableField"


def test_plan_by_id_without_a_type_leaves_the_type_as_it_is():
    """A new description of a nat rule was refused, because its type is not the default."""
    step = plan({"route_rule_id": "rr-1", "description": "new"}, rule(nexthopType="nat", nexthopId="nat-1"))
    assert (step.action, step.changes, step.target.fields["nexthop_type"]) == ("update", ("description",), "nat")


@pytest.mark.parametrize(
    ("options", "is_deleted"),
    [
        ({"nexthop_id": "vpn-2"}, False),
        ({"nexthop_type": "nat"}, False),
        ({"nexthop_id": "vpn-1", "nexthop_type": "vpn"}, True),
        ({"description": "another"}, True),
    ],
)
@pytest.mark.parametrize("key", [PAIR, {"route_rule_id": "rr-1"}])
def test_rule_that_leads_elsewhere_is_not_deleted(key, options, is_deleted):
    """The next hop that a task provides was ignored."""
    task = {**key, **options, "state": "absent"}
    if is_deleted:
        assert plan(task, rule()).action == "delete"
        return
    (name,) = options
    with pytest.raises(ConflictError, match=rf"^{name}: .* \(rr-1\) .* has vpn.* and not .*is not deleted") as caught:
        plan(task, rule())
    assert caught.value.code == "NextHopMismatch"


def test_rule_with_several_next_hops_is_deleted_by_any_of_them():
    item = rule(nextHopList=HOPS, nexthopId=None, nexthopType=None)
    for name, value in (("nexthop_id", "dc-2"), ("nexthop_type", "dcGateway")):
        assert plan({**PAIR, name: value, "state": "absent"}, item).action == "delete"
    with pytest.raises(ConflictError, match="has dc-1, dc-2 and not dc-3"):
        plan({**PAIR, "nexthop_id": "dc-3", "state": "absent"}, item)


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize(
    ("changes", "shown_id"),
    [
        ({"nexthopType": "sys"}, r" \(rr-1\)"),
        ({"nexthopType": "SYS"}, r" \(rr-1\)"),
        ({"nexthopType": "sys", "routeRuleId": ""}, ""),
    ],
)
def test_system_rule_is_never_touched(state, changes, shown_id):
    with pytest.raises(ConflictError, match=f"{NAME}{shown_id} of route table rt-1 is a system rule") as caught:
        plan({**PAIR, "state": state}, rule(**changes))
    assert caught.value.code == "SystemRule"


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("task", [{}, {"description": "new"}])
def test_rule_without_an_id_is_not_called_a_system_rule(state, task):
    client = Table({**RULE, "routeRuleId": ""})
    (work,) = reconcile(client, {**PAIR, **task, "state": state})
    assert work.error.code == "IdNotShown" and not work.changed and set(client.verbs()) == {"GET"}


HOPS = [{"nexthopId": "dc-1", "nexthopType": "dcGateway", "pathType": "ecmp"}, {"nexthopId": "dc-2"}, 5]
SEVERAL_PATHS = [
    {"nextHopList": HOPS, "nexthopId": None, "nexthopType": None},
    {"nexthopList": HOPS, "nexthopId": "", "nexthopType": ""},
    {"pathType": "ha:active"},
]


@pytest.mark.parametrize("changes", SEVERAL_PATHS)
def test_rule_with_several_next_hops_is_deleted_but_never_updated(changes):
    item = rule(**changes)
    assert plan({**PAIR, "state": "absent"}, item).action == "delete"
    assert plan({**PAIR, "description": "to the office"}, item).action == "nothing"
    for options in ({"description": "new"}, {"nexthop_id": "vpn-2"}):
        with pytest.raises(ConflictError, match="several next hops") as caught:
            plan({**PAIR, **options}, item)
        assert caught.value.code == "MultiPathRule"


def test_rules_of_other_pairs_are_not_equal():
    """Names are exact: nothing else that leads to the same next hop is the rule of a task."""
    assert VPC_ROUTE.has_exact_names
    desired = VPC_ROUTE.parse(OPTIONS)
    assert VPC_ROUTE.is_equal(desired, rule())
    assert not VPC_ROUTE.is_equal(desired, rule(destinationAddress="10.24.0.0/25"))
    assert not VPC_ROUTE.is_same_connection(desired, rule(destinationAddress="10.24.0.0/25"))


# --- requests ---


@pytest.mark.parametrize(("scope", "query"), [("route_table_id", "routeTableId"), ("vpc_id", "vpcId")])
@pytest.mark.parametrize("is_wrapped", [False, True])
def test_list_is_read_in_both_shapes(scope, query, is_wrapped):
    body = table(RULE, SYSTEM)
    api, client = api_of({"routeTables": [body]} if is_wrapped else body, scope=scope)
    listed = api.list()
    assert client.asked == [("GET", "/v1/route", {query: {"vpcId": "vpc-1"}.get(query, "rt-1")}, None)]
    assert listed.items[0].fields == READ
    assert [(entry.object_id, entry.name) for entry in listed.entries] == [
        ("rr-1", NAME),
        (None, "0.0.0.0/0 -> 10.24.0.0/24"),
    ]
    assert all(entry.scope_confirmed and not entry.is_leaving for entry in listed.entries)
    assert (listed.request_id, api.scope) == ("request-1", "route table rt-1")


def test_tokens_are_the_same_by_the_vpc_and_by_the_table():
    for scope in ("route_table_id", "vpc_id"):
        api, _client = api_of(table(), scope=scope)
        api.list()
        assert api.token_names(NAME) == ("vpc_route", "rt-1", "192.168.0.0/20", "10.24.0.0/24")
    # Two releases must derive the same tokens.
    assert idempotency.derive_token(*api.token_names(NAME)) == "2b12c93d-dced-5e37-851f-fbf04878504b"


def test_one_of_several_tables_is_found_only_by_its_id():
    tables = {"routeTables": [table(routeTableId="rt-0"), table(RULE)]}
    assert [item.fields["route_rule_id"] for item in api_of(tables)[0].read_all().items] == ["rr-1"]
    with pytest.raises(
        ConflictError, match="^vpc_id: VPC vpc-1 has 2 route tables: rt-0, rt-1; provide route"
    ) as caught:
        api_of(tables, scope="vpc_id")[0].list()
    assert caught.value.code == "AmbiguousRouteTable"


@pytest.mark.parametrize(
    ("scope", "body", "words"),
    [
        ("route_table_id", None, "has no routeRules"),
        ("route_table_id", {"routeRules": []}, "is not about route table rt-1"),
        ("route_table_id", table(routeTableId="rt-2"), "is not about route table rt-1"),
        ("vpc_id", table(vpcId="vpc-2"), "is not about VPC vpc-1"),
        ("vpc_id", table(vpcId=None), "is not about VPC vpc-1"),
        ("vpc_id", table(routeTableId=None), "has no routeTableId"),
        ("vpc_id", {"routeTables": []}, "is not about VPC vpc-1"),
        ("vpc_id", {"routeTables": {}}, "routeTables that are not a list"),
        ("vpc_id", {"routeTables": [{"vpcId": "vpc-1", "routeTableId": "rt-1"}]}, "has no routeRules"),
        ("vpc_id", table(RULE, 5), "routeRules that are not a list of objects"),
        ("vpc_id", table({**RULE, "routeTableId": "rt-2"}), "an object of routeTableId rt-2, but was asked for rt-1"),
        ("vpc_id", table(RULE, {**RULE, "nexthopId": "x"}), "the id rr-1 more than once, with different contents"),
    ],
)
def test_response_that_is_not_the_table_is_an_error(scope, body, words):
    with pytest.raises(InvalidResponseError, match=f"Cannot list the route rules of .*: the response .*{words}"):
        api_of(body, scope=scope)[0].list()


def test_list_of_a_vpc_that_changes_its_table_is_an_error():
    api, _client = api_of(table(), table(routeTableId="rt-2"), scope="vpc_id")
    api.list()
    with pytest.raises(InvalidResponseError, match="is not about"):
        api.list()


def test_list_in_pages_is_read_to_its_end():
    first = table(RULE, isTruncated=True, nextMarker="rr-2")
    api, client = api_of({"routeTables": [first]}, {"routeTables": [table({**RULE, "routeRuleId": "rr-2"})]})
    assert [entry.object_id for entry in api.list().entries] == ["rr-1", "rr-2"]
    assert [query for _method, _path, query, _body in client.asked] == [
        {"routeTableId": "rt-1"},
        {"routeTableId": "rt-1", "marker": "rr-2"},
    ]


def test_rules_that_do_not_name_their_table_are_confirmed_by_the_other_list():
    api, client = api_of(table({**RULE, "routeTableId": None}), {"routeRules": [RULE, SYSTEM]})
    assert [entry.scope_confirmed for entry in api.list().entries] == [False]
    assert "rr-1" in api.confirmed_ids()
    assert client.asked[1] == ("GET", "/v1/route/rule", {"routeTableId": "rt-1", "maxKeys": "1000"}, None)


def test_absent_table_is_an_error_of_the_list():
    with pytest.raises(NotFoundError):
        api_of(NotFoundError("gone", "NoSuchObject", 400))[0].list()


ODD_VALUES = [
    ("sourceAddress", " 192.168.1.1/20 ", "source_address", "192.168.0.0/20"),
    ("destinationAddress", "any words", "destination_address", "any words"),
    ("nexthopType", "DCGATEWAY", "nexthop_type", "dcGateway"),
    ("nexthopType", "somethingNew", "nexthop_type", "somethingNew"),
    ("nexthopId", 5, "nexthop_id", None),
    ("description", None, "description", ""),
    ("pathType", "ECMP", "path_type", "ecmp"),
    ("nextHopList", [], "next_hop_list", None),
    (
        "nexthopList",
        HOPS,
        "next_hop_list",
        [
            {"nexthop_id": "dc-1", "nexthop_type": "dcGateway", "path_type": "ecmp"},
            {"nexthop_id": "dc-2", "nexthop_type": None, "path_type": None},
        ],
    ),
]


@pytest.mark.parametrize("list_name", ["nextHopList", "nexthopList"])
def test_list_of_one_next_hop_is_that_of_the_rule(list_name):
    hop = {name: RULE[name] for name in ("nexthopId", "nexthopType", "pathType")}
    item = rule(**{**dict.fromkeys(hop), list_name: [hop]})
    assert item.fields == READ
    assert plan({**PAIR, "nexthop_id": "vpn-2"}, item).changes == ("nexthop_id",)


@pytest.mark.parametrize(("wire_name", "value", "name", "expected"), ODD_VALUES)
def test_odd_value_of_a_rule_changes_nothing_else(wire_name, value, name, expected):
    assert rule(**{wire_name: value}).fields == {**READ, name: expected}


def test_creation_sends_the_table_of_the_list_and_what_is_provided():
    api, client = api_of(table(), {"routeRuleId": "rr-9"}, scope="vpc_id", version=2)
    api.list()
    target = VPC_ROUTE.plan(VPC_ROUTE.parse({"vpc_id": "vpc-1", **PAIR, "nexthop_id": "vpn-1"}), None).target
    assert api.create(target, "t") == ("rr-9", "request-1")
    assert client.asked[1] == (
        "POST",
        "/v2/route/rule",
        {"clientToken": "t"},
        {
            "routeTableId": "rt-1",
            "sourceAddress": "192.168.0.0/20",
            "destinationAddress": "10.24.0.0/24",
            "nexthopId": "vpn-1",
            "nexthopType": "vpn",
        },
    )
    assert client.resent is False


@pytest.mark.parametrize(
    ("body", "object_id"),
    [
        ({"routeRuleIds": ["rr-9"]}, "rr-9"),
        ({"routeRuleIds": ["rr-8", "rr-9"]}, None),
        ({"routeRuleIds": []}, None),
        ({"routeRuleIds": [5]}, None),
        ({}, None),
    ],
)
def test_id_of_a_creation_may_be_in_a_list(body, object_id):
    api, _client = api_of(table(), body)
    api.list()
    target = plan({**PAIR, "nexthop_id": "vpn-1"}).target
    if object_id:
        assert api.create(target, "t")[0] == object_id
    else:
        with pytest.raises(InvalidResponseError, match="has no routeRuleId") as caught:
            api.create(target, "t")
        assert caught.value.maybe_applied


def test_update_sends_only_the_changes():
    api, client = api_of(table(RULE), {})
    (item,) = api.list().items
    api.update(plan({**PAIR, "nexthop_id": "vpn-2", "description": ""}, item), "t")
    body = {"nexthopId": "vpn-2", "description": ""}
    assert client.asked[1] == ("PUT", "/v1/route/rule/rr-1", {"clientToken": "t"}, body)


def test_deletion_sends_the_token_and_never_an_empty_id():
    api, client = api_of({}, {})
    api.delete("rr-1", "t")
    assert client.asked == [("DELETE", "/v1/route/rule/rr-1", {"clientToken": "t"}, None)]
    for object_id in ("", None):
        with pytest.raises(ValueError):
            api.delete(object_id, "t")
    assert len(client.asked) == 1


def test_probe_sends_the_desired_rule_without_its_immutable_type():
    gone = NotFoundError("gone", "NoSuchObject", 404)
    api, client = api_of(table(), {}, gone, DuplicateError("taken", "RouteRuleRepeated", 400))
    api.list()
    target = plan({**PAIR, "nexthop_id": "vpn-1"}).target
    outcomes = [api.probe(target, "rr-7", "t").outcome for _number in range(3)]
    assert outcomes == [OK, ABSENT, "unknown"]
    assert client.asked[1][:2] == ("PUT", "/v1/route/rule/rr-7")
    assert client.asked[1][3] == {
        "sourceAddress": "192.168.0.0/20",
        "destinationAddress": "10.24.0.0/24",
        "nexthopId": "vpn-1",
    }


@pytest.mark.parametrize(
    ("code", "error_class"),
    [("RouteRuleRepeated", DuplicateError), ("RouteRuleExceedQuota", QuotaError), ("QuotaLimitExceeded", QuotaError)],
)
def test_codes_of_route_rules_are_classified(code, error_class):
    assert error_class_for(code, 400) is error_class


# --- through the reconciler ---


class Table(Script):
    """Stands in for the client over a route table that keeps its rules."""

    def __init__(self, *rules):
        super().__init__()
        self.rules = list(rules)

    def verbs(self):
        return [request[0] for request in self.asked]

    def request(self, method, path, query=None, body=None, operation="", **_others):
        self.asked.append((method, path, query, body))
        found = [entry for entry in self.rules if path == "/v1/route/rule/" + entry["routeRuleId"]]
        if method == "GET":
            return Response(200, table(*self.rules), "request-list")
        if method == "POST":
            self.rules.append({**body, "routeRuleId": f"rr-{len(self.rules) + 1}"})
            return Response(200, {"routeRuleId": self.rules[-1]["routeRuleId"]}, "request-create")
        if not found:
            raise NotFoundError("gone", "NoSuchObject", 404)
        if method == "PUT":
            found[0].update(body)
        else:
            self.rules.remove(found[0])
        return Response(200, {}, "request-write")


def reconcile(client, *tasks):
    api = VpcRouteApi(client, {"vpc_id": "vpc-1"})
    desired_states = [VPC_ROUTE.parse({"vpc_id": "vpc-1", **task}) for task in tasks]
    scope = ScopeReconciler(api, desired_states, 60.0, clock=FakeClock())
    scope.plan()
    scope.apply()
    return scope.results


def test_rule_is_created_once_updated_and_deleted():
    client = Table(SYSTEM)
    task, hop = {**PAIR, "nexthop_id": "vpn-1"}, {"nexthop_id": "vpn-2"}
    outcomes = [
        [(result.changed, result.known_id, result.error) for result in reconcile(client, {**task, **more})]
        for more in ({}, {}, hop, {**hop, "state": "absent"}, {"state": "absent"})
    ]
    assert outcomes == [
        [(True, "rr-2", None)],
        [(False, "rr-2", None)],
        [(True, "rr-2", None)],
        [(True, "rr-2", None)],
        [(False, None, None)],
    ]
    assert [verb for verb in client.verbs() if verb != "GET"] == ["POST", "PUT", "DELETE"]
    assert client.rules == [SYSTEM]


def test_plan_of_a_creation_has_the_table_that_the_list_shows():
    """The route table was null in check mode, although it was known."""
    api = VpcRouteApi(Table(SYSTEM), {"vpc_id": "vpc-1"})
    scope = ScopeReconciler(api, [VPC_ROUTE.parse({"vpc_id": "vpc-1", **PAIR, "nexthop_id": "vpn-1"})], 60.0)
    scope.plan()
    fields = scope.results[0].item.fields
    assert (fields["vpc_id"], fields["route_table_id"], fields["route_rule_id"]) == ("vpc-1", "rt-1", "check-mode-new")


def test_rules_with_one_next_hop_are_not_confused():
    client = Table()
    tasks = [{**PAIR, "destination_address": f"10.{number}.0.0/24", "nexthop_id": "vpn-1"} for number in range(1, 31)]
    results = reconcile(client, *tasks)
    assert all(result.changed and result.error is None for result in results)
    assert len({result.known_id for result in results}) == len(client.rules) == 30
    assert client.verbs().count("GET") == 2


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("system", [SYSTEM, {**SYSTEM, "routeRuleId": "rr-1"}])
def test_task_that_names_a_system_rule_fails_without_a_write(state, system):
    client = Table(system)
    (result,) = reconcile(client, {**PAIR, "source_address": "0.0.0.0/0", "nexthop_id": "vpn-1", "state": state})
    assert result.error.code in ("SystemRule", "IdNotShown") and not result.changed
    assert set(client.verbs()) == {"GET"}


# --- by the id and a part of the pair ---

OTHER_PAIR = {"source_address": "192.168.16.0/20", "destination_address": "10.25.0.0/24"}
OTHER_RULE = {
    **RULE,
    "routeRuleId": "rr-2",
    "sourceAddress": "192.168.0.0/20",
    "destinationAddress": "10.25.0.0/24",
}


@pytest.mark.parametrize("part", PAIR)
def test_deletion_by_id_with_another_address_is_refused(part):
    """The rule was deleted where only one address was provided, and it was another rule's."""
    client = Table(RULE)
    task = {"route_rule_id": "rr-1", "state": "absent"}
    (work,) = reconcile(client, {**task, part: OTHER_PAIR[part]})
    assert work.error.code == "IdNameMismatch" and not work.changed and client.rules == [RULE]
    assert f"is the route rule '{NAME}' and not '{NAME.replace(PAIR[part], OTHER_PAIR[part])}'" in work.error.message
    (work,) = reconcile(client, {**task, part: PAIR[part]})
    assert work.changed and client.rules == []


def test_update_by_id_to_the_pair_of_another_rule_is_refused():
    client = Table(RULE, OTHER_RULE)
    (work,) = reconcile(client, {"route_rule_id": "rr-1", "destination_address": "10.25.0.0/24"})
    assert work.error.code == "NameConflict" and "rr-2" in work.error.message
    wanted = NAME.replace("10.24", "10.25")
    assert f"'{wanted}' is already the pair of source and destination of rr-2" in work.error.message
    assert "name" not in work.error.message and set(client.verbs()) == {"GET"}


class MovingTable(Table):
    """Gives a rule another id with every update."""

    def request(self, method, path, *arguments, **keywords):
        response = super().request(method, path, *arguments, **keywords)
        for entry in self.rules if method == "PUT" else ():
            entry["routeRuleId"] += "0"
        return response


@pytest.mark.parametrize("part", PAIR)
def test_update_by_id_that_gets_another_id_is_found_by_its_new_pair(part):
    """The task failed with the id that is gone."""
    client = MovingTable(dict(RULE))
    (work,) = reconcile(client, {"route_rule_id": "rr-1", part: OTHER_PAIR[part]})
    assert (work.error, work.changed, work.known_id) == (None, True, "rr-10")
    assert work.item.fields[part] == OTHER_PAIR[part]


def test_id_that_is_not_listed_is_refused_in_the_words_of_a_rule():
    (work,) = reconcile(Table(RULE), {"route_rule_id": "rr-9", "description": "new"})
    assert work.error.message.endswith("leave route_rule_id out to create one by its pair of source and destination")


class TableOfUnnamedRules(Table):
    """Its list has rules without their table; the API's other list names it."""

    def request(self, method, path, *arguments, **keywords):
        response = super().request(method, path, *arguments, **keywords)
        if method == "GET" and path == "/v1/route":
            rules = [{**entry, "routeTableId": None} for entry in self.rules]
            response = response._replace(body=table(*rules))
        return response


@pytest.mark.parametrize("change", [{"description": "new"}, {"state": "absent"}])
def test_rule_that_the_other_list_gives_to_another_table_is_not_written(change):
    """It was updated or deleted: the other list counted as a confirmation whatever table its rules named."""
    client = TableOfUnnamedRules({**RULE, "routeTableId": "rt-2"})
    (work,) = reconcile(client, {**PAIR, "nexthop_id": "vpn-1", **change})
    assert "an object of routeTableId rt-2, but was asked for rt-1" in work.error.message
    assert not work.changed and set(client.verbs()) == {"GET"}

    client = TableOfUnnamedRules(dict(RULE))
    (work,) = reconcile(client, {**PAIR, "nexthop_id": "vpn-1", **change})
    assert work.error is None and work.changed
