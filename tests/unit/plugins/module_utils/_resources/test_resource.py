# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from the values of a resource in the same way for every resource."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import NotFoundError, TransportError
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import ABSENT, OK, UNKNOWN
from ansible_collections.baiducloud.network.plugins.module_utils._resources.eip import EipApi
from ansible_collections.baiducloud.network.plugins.module_utils._resources.fields import camel_case
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpc_route import VPC_ROUTE, VpcRouteApi
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_customer_gateway import (
    VpnCustomerGatewayApi,
)
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_gateway_writes import ManagedGatewayApi
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_tunnel import VpnTunnelApi
from api_example import OPTIONS
from scripted_client import Script

# api -> the options of its scope, and of an object that can be created
APIS = {
    VpnTunnelApi: ({"vpn_id": OPTIONS["vpn_id"]}, OPTIONS),
    VpnCustomerGatewayApi: ({}, {"name": "berlin", "ip": "203.0.113.10", "description": "office"}),
    VpcRouteApi: (
        {"route_table_id": "rt-1"},
        {"source_address": "0.0.0.0/0", "destination_address": "10.24.0.0/24", "nexthop_id": "vpn-1"},
    ),
    EipApi: ({}, {"name": "vpn-eip", "bandwidth_in_mbps": 5}),
}
APIS[ManagedGatewayApi] = (
    {"vpc_id": "vpc-1", "state": "present"},
    {"vpn_name": "hub", "description": "north", "eip": "192.0.2.1", "delete_protect": True},
)
LOST = TransportError("no response", "ConnectionFailed", maybe_applied=True)
GONE = NotFoundError("gone", "NoSuchObject", 404)


@pytest.fixture(params=APIS, ids=lambda api: api.type.kind)
def api_class(request):
    return request.param


@pytest.fixture
def resource(api_class):
    return api_class.type


@pytest.fixture
def desired(api_class):
    scope, options = APIS[api_class]
    return api_class.type.parse({**scope, **options})


def wire(item, resource, object_id="object-1"):
    """The API's own entry of an object."""
    entry = {field.wire_name: item.fields[field.name] for field in resource.fields}
    for name, group in resource.groups.items():
        words = {field.wire_name: item.fields[name][field.name] for field in group}
        entry[camel_case(name)] = words
    if resource.secret:
        entry[resource.secret.wire_name] = item.secret_key.reveal()
    return {**entry, resource.id_field.wire_name: object_id}


def test_object_made_by_a_plan_is_read_back_as_desired(api_class, resource, desired):
    created = resource.plan(desired, None).target
    item = resource.parse_item(wire(created, resource), APIS[api_class][0])
    assert resource.plan(desired, item).action == "nothing"
    assert resource.is_equal(desired, item) and resource.is_applied(desired, item)
    # What costs money is not bought next to what may be it, unless there are many of similar names, as of EIPs.
    assert resource.is_same_connection(desired, item) == (resource.kind != "eip")
    assert resource.not_compared(desired, item) == []
    assert resource.keys(desired)[:3] == (resource.name_of(item.fields), None, False)
    assert hash(resource.signature(item)) == hash(resource.signature(item))


def test_name_consists_of_the_natural_key(resource, desired):
    name = resource.name_of(desired.fields)
    assert resource.key_of(name) == tuple(desired.fields[option] for option in resource.natural_key)
    assert resource.name_of({}) is None


def test_names_are_exact_where_no_part_of_the_key_is_a_free_name(resource):
    """The API may show a free name changed, such as cut or in upper case, but not a value in canonical form."""
    is_free = any(field.name in resource.natural_key and field.name.endswith("name") for field in resource.fields)
    assert resource.has_exact_names == (not is_free)


def test_wait_options_exist_where_there_are_wait_conditions(resource, desired):
    has_wait, is_billed, spec = bool(resource.wait_conditions), resource.costs_money, resource.argument_spec()
    assert ("wait_for" in spec, "wait" in spec, "wait_timeout" in spec) == (has_wait, is_billed, has_wait or is_billed)
    assert (desired.wait_for, desired.wait_timeout) == ("none", 300 if has_wait else 600 if is_billed else 0)


def test_surplus_object_is_deleted_by_its_id(api_class, resource):
    object_id = "198.19.0.2" if resource.id_option == "eip" else "object-1"
    surplus = api_class(Script(), {**APIS[api_class][0], "version": 1}).surplus(object_id)
    assert resource.keys(surplus) == (None, object_id, True, None)


@pytest.mark.parametrize(("status", "is_listed", "is_leaving"), [("Deleting", True, True), ("released", False, False)])
def test_leaving_objects_are_marked_and_deleted_ones_are_left_out(status, is_listed, is_leaving):
    tunnel = {"vpnConnId": "vpnconn-1", "vpnConnName": "a", "status": status}
    api = VpnTunnelApi(Script({"vpnConns": [tunnel]}, {"vpnConns": [tunnel]}), {"vpn_id": "vpn-1"})
    assert [entry.is_leaving for entry in api.list().entries] == [is_leaving] * is_listed
    assert len(api.read_all().entries) == 1


def test_oldest_object_sorts_first_and_ids_break_ties():
    times = {
        "cgw-b": "2026-01-01 00:00:00",
        "cgw-a": "2026-01-01 00:00:00",
        "cgw-c": "2025-01-01 00:00:00",
        "cgw-0": None,
    }
    entries = [{"cgwId": cgw_id, "createdTime": time} for cgw_id, time in times.items()]
    listed = VpnCustomerGatewayApi(Script({"result": entries}), {}).list()
    assert [entry.object_id for entry in sorted(listed.entries, key=lambda entry: entry.age)] == [
        "cgw-c",
        "cgw-a",
        "cgw-b",
        "cgw-0",
    ]


@pytest.mark.parametrize(("response", "outcome"), [(GONE, ABSENT), (LOST, UNKNOWN), ({}, OK)])
def test_probe_of_a_tunnel_updates_it_with_the_desired_parameters(response, outcome):
    client = Script(response)
    api = VpnTunnelApi(client, OPTIONS)
    target = api.type.plan(api.type.parse(OPTIONS), None).target
    assert api.probe(target, "vpnconn-7", "t").outcome == outcome
    method, path, _query, body = client.asked[0]
    assert (method, path) == ("PUT", "/v1/vpn/vpnconn/vpnconn-7")
    assert body["vpnId"] == OPTIONS["vpn_id"] and target.fields["vpn_conn_id"] is None


@pytest.mark.parametrize(
    ("response", "outcome"),
    [(GONE, ABSENT), (None, ABSENT), (LOST, UNKNOWN), ({"cgwId": "cgw-8"}, UNKNOWN), ({"cgwId": "cgw-7"}, OK)],
)
def test_probe_of_a_customer_gateway_reads_it(response, outcome):
    client = Script(response)
    api = VpnCustomerGatewayApi(client, {})
    target = api.type.plan(api.type.parse(APIS[VpnCustomerGatewayApi][1]), None).target
    found = api.probe(target, "cgw-7", "t")
    assert (found.outcome, client.asked[0][:2]) == (outcome, ("GET", "/v1/vpn/cgw/cgw-7"))
    assert (found.entry is not None) == (outcome == OK)


@pytest.mark.parametrize(
    ("response", "ids"),
    [
        (GONE, set()),
        (None, set()),
        ({"vpnId": "vpn-1"}, set()),
        ({"vpnId": "vpn-1", "vpnConns": [{"vpnConnId": "a"}, {"vpnConnId": "b"}]}, {"a", "b"}),
    ],
)
def test_detail_of_a_gateway_confirms_its_tunnels(response, ids):
    client = Script(response)
    assert VpnTunnelApi(client, {"vpn_id": "vpn-1"}).confirmed_ids() == ids
    assert client.asked == [("GET", "/v1/vpn/vpn-1", {}, None)]


@pytest.mark.parametrize("others", [[], [{"description": "of another"}]])
@pytest.mark.parametrize("shown", [{}, {"description": None}, {"description": ""}])
def test_description_that_no_object_shows_is_not_compared(others, shown):
    """Each run sent an update, because a value that is not shown counted as empty."""
    api = VpcRouteApi(Script(), {"route_table_id": "rt-1"})
    pair = {"sourceAddress": "0.0.0.0/0", "destinationAddress": "10.1.0.0/16"}
    rule = {"routeRuleId": "rr-1", "nexthopId": "vpn-1", "nexthopType": "vpn", **pair}
    item = api.parse_all([dict(rule, **shown), *others]).items[0]
    options = {"route_table_id": "rt-1", "route_rule_id": "rr-1", "description": "new"}
    plan = VPC_ROUTE.plan(VPC_ROUTE.parse(options), item)
    if shown or others:
        assert (plan.changes, plan.warnings) == (("description",), ())
    else:
        (warning,) = plan.warnings
        assert plan.action == "nothing" and warning.startswith("description: the API's list does not show")
    assert VPC_ROUTE.plan(VPC_ROUTE.parse(dict(options, description="")), item).warnings == ()
