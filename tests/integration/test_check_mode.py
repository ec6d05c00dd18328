# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode over several tasks: an object that would be created has an id that later tasks accept."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.baiducloud.network.plugins.module_utils._module import (
    eip,
    eip_info,
    vpc_info,
    vpc_route,
    vpc_route_info,
    vpn_api_probe,
    vpn_customer_gateway,
    vpn_customer_gateway_info,
    vpn_gateway,
    vpn_gateway_info,
    vpn_gateway_routes,
    vpn_tunnel,
    vpn_tunnel_info,
    vpn_tunnels,
)
from ansible_collections.baiducloud.network.plugins.module_utils._module.messages import MESSAGES
from ansible_collections.baiducloud.network.plugins.module_utils._module.validation import TaskOptions
from ansible_collections.baiducloud.network.plugins.module_utils._resources import fields
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import CHECK_MODE_ID as NEW
from ansible_collections.baiducloud.network.plugins.module_utils._resources.eip import EIP_TYPE
from ansible_collections.baiducloud.network.plugins.module_utils._resources.managed_gateway import MANAGED_GATEWAY
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpc_route import VPC_ROUTE
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_customer_gateway import (
    VPN_CUSTOMER_GATEWAY,
)
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_tunnel import VPN_TUNNEL
from api_example import OPTIONS, SECRET_KEY
from emulator_process import GATEWAY, EmulatorProcess
from playbook_runner import ROOT, run_playbook

VPC = "vpc-emulator"
SUBNET = "192.168.0.0/20"


@pytest.fixture(scope="module")
def cloud():
    with EmulatorProcess() as process:
        yield process


@pytest.fixture(autouse=True)
def account(cloud, monkeypatch):
    cloud.reset()
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)


def page_tasks(page, heading, number=0):
    """Return the tasks of an example of a page."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    return yaml.safe_load(re.findall(r"(?ms)^```yaml\n(.*?)^```$", text)[number])


def run_page(cloud, tasks, *arguments, in_process=True):
    """Run the tasks; return the results that are a module's of this collection."""
    variables = {"tunnel_key": SECRET_KEY, "baiducloud_in_process": in_process}
    play = {"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}
    done = run_playbook([play], *arguments, environment=cloud.environment)
    assert done.status == 0, done.output
    return done.results


FROM_NAMES = ("gateways.md", "From names to a tunnel")  # page and heading of an example
# name -> example, what changes, whether tasks run in-process, the example that runs before
CASES = {
    "from names to a tunnel": (FROM_NAMES, [False, True, True], True, None),
    "the same as modules": (FROM_NAMES, [False, True, True], False, None),
    "the peer moved": (
        ("gateways.md", "The peer's address: `remote_ip` or `cgw_id`?"),
        [True, True, True],
        True,
        FROM_NAMES,
    ),
    "an address": (("buy-gateways.md", "Buy and release an EIP"), [True, True, False, True], True, None),
    "a gateway": (("buy-gateways.md", "Buy and release a gateway"), [True, True, True, True, True], True, None),
    "a route": (("routes.md", "A single route rule"), [True, False, True], True, None),
}


@pytest.mark.parametrize(("example", "changed", "in_process", "before"), CASES.values(), ids=CASES)
def test_check_mode_over_several_tasks_predicts_the_run(cloud, example, changed, in_process, before):
    """Regression: the task after a creation failed, or had nothing to do, because the id of the new object was null."""
    if before:
        run_page(cloud, page_tasks(*before))
    tasks = page_tasks(*example)
    writes = len(cloud.requests()) - len(cloud.requests("GET"))
    planned = run_page(cloud, tasks, "--check", in_process=in_process)
    assert len(cloud.requests()) - len(cloud.requests("GET")) == writes
    made = run_page(cloud, tasks, in_process=in_process)
    assert [result["changed"] for result in planned] == [result["changed"] for result in made] == changed


def test_object_that_would_be_created_has_the_id_under_every_name(cloud):
    pair = {"source_address": SUBNET, "destination_address": "10.24.0.0/16", "nexthop_id": GATEWAY}
    for implementation, options, paths in (
        (vpn_tunnel, OPTIONS, ["vpn_conn_id", "vpnConnId", "vpn_tunnel.vpn_conn_id"]),
        (vpn_tunnels, {"tunnels": [OPTIONS]}, ["tunnels.0.vpn_conn_id"]),
        (vpn_customer_gateway, BERLIN, ["cgw_id", "cgwId", "customer_gateway.cgw_id"]),
        (
            eip,
            {"name": "vpn-eip", "bandwidth_in_mbps": 5},
            ["eip", "eip_id", "eipId", "eip_object.eip", "eip_object.eip_id"],
        ),
        (
            vpn_gateway,
            {"vpc_id": VPC, "vpn_name": "new"},
            ["vpn_id", "vpnId", "vpn_gateway.vpn_id"],
        ),
        (vpc_route, {"vpc_id": VPC, **pair}, ["route_rule_id", "routeRuleId", "route_rule.route_rule_id"]),
    ):
        result = run(implementation, options)
        assert [read(result, path) for path in paths] == [NEW] * len(paths) and result["changed"]
        assert NEW not in str(result["diff"])  # the diff of the run has no id either


def read(result, path):
    for word in path.split("."):
        result = result[int(word) if word.isdigit() else word]
    return result


def run(implementation, options, check_mode=True):
    """Run a task with the options as Ansible provides them."""
    arguments = {name: value for name, value in implementation.ARGUMENTS.items() if name != "supports_check_mode"}
    task_options = TaskOptions(implementation, options, check_mode)
    return task_options.run(ArgumentSpecValidator(**arguments).validate(task_options.values), check_mode)


BERLIN = {"name": "berlin", "ip": "203.0.113.10"}
ITEM = {name: value for name, value in OPTIONS.items() if name != "vpn_id"}
NEW_PAIR = {"source_address": NEW, "destination_address": "2001:db8::/32"}
HERE = {"vpn_id": GATEWAY, "vpn_conn_name": "vpncon"}

# implementation, options, the options that have the id, what the result has in check mode
ACCEPTED = {
    "tunnel of a new gateway": (vpn_tunnel, {**OPTIONS, "vpn_id": NEW}, ["vpn_id"], {"changed": True}),
    "no tunnel of a new gateway": (
        vpn_tunnel,
        {"vpnId": f" {NEW} ", "name": "vpncon", "state": "absent"},
        ["vpn_id"],
        {"changed": False},
    ),
    "new tunnel": (vpn_tunnel, {**HERE, "vpn_conn_id": NEW, "description": "x"}, ["vpn_conn_id"], {"changed": True}),
    "new tunnel deleted": (
        vpn_tunnel,
        {"vpn_id": GATEWAY, "vpn_conn_id": NEW, "state": "absent"},
        ["vpn_conn_id"],
        {"changed": True, "vpn_conn_id": NEW},
    ),
    "new customer gateway and addresses": (
        vpn_tunnel,
        {**OPTIONS, "cgw_id": NEW, "remote_ip": NEW, "local_subnets": [NEW], "remote_subnets": [NEW, SUBNET]},
        ["local_subnets[0]", "remote_ip", "cgw_id", "remote_subnets[0]"],
        {"changed": True},
    ),
    "tunnels of two new gateways": (
        vpn_tunnels,
        {"tunnels": [{**ITEM, "vpn_id": NEW}, {**ITEM, "vpn_id": NEW}], "gateways": [NEW]},
        ["tunnels[0].vpn_id", "tunnels[1].vpn_id", "gateways[0]"],
        {
            "changed": True,
            "totals": {"created": 2, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 0, "skipped": 0},
        },
    ),
    "two new tunnels, purge": (
        vpn_tunnels,
        {
            "vpn_id": GATEWAY,
            "tunnels": [{**ITEM, "vpn_conn_name": name, "vpn_conn_id": NEW} for name in ("one", "two")],
            "purge": True,
        },
        ["tunnels[0].vpn_conn_id", "tunnels[1].vpn_conn_id"],
        {"changed": True, "totals": {"created": 2, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 0}},
    ),
    "new gateway purged": (
        vpn_tunnels,
        {"vpn_id": NEW, "tunnels": [], "purge": True, "purge_all": True},
        ["vpn_id"],
        {"changed": False},
    ),
    "new address": (vpn_customer_gateway, {**BERLIN, "ip": NEW}, ["ip"], {"changed": True}),
    "customer gateway deleted": (
        vpn_customer_gateway,
        {"cgw_id": NEW, "state": "absent"},
        ["cgw_id"],
        {"changed": True},
    ),
    "route of a new VPC": (
        vpc_route,
        {"vpc_id": NEW, **NEW_PAIR, "nexthop_id": NEW},
        ["vpc_id", "source_address", "nexthop_id"],
        {"changed": True, "route_rule_id": NEW},
    ),
    "route of a new table": (
        vpc_route,
        {"route_table_id": NEW, "route_rule_id": NEW, "description": "x"},
        ["route_table_id", "route_rule_id"],
        {"changed": True},
    ),
    "no route to a new gateway": (
        vpc_route,
        {
            "vpc_id": VPC,
            "source_address": SUBNET,
            "destination_address": "10.9.0.0/16",
            "nexthop_id": NEW,
            "state": "absent",
        },
        ["nexthop_id"],
        {"changed": False},
    ),
    "routes of a new gateway": (
        vpn_gateway_routes,
        {"vpn_id": NEW, "vpc_id": NEW, "sources": [NEW]},
        ["vpn_id", "vpc_id", "sources[0]"],
        {"changed": True, "route_rules": []},
    ),
    "no routes of a new gateway": (
        vpn_gateway_routes,
        {"vpn_id": NEW, "vpc_name": NEW, "state": "absent", "purge": True},
        ["vpn_id", "vpc_name"],
        {"changed": False},
    ),
    "tunnels read": (vpn_tunnel_info, {"vpn_id": [NEW, GATEWAY]}, ["vpn_id[0]"], {"vpn_tunnels": []}),
    "tunnels of a VPC read": (
        vpn_tunnel_info,
        {"vpc_id": NEW, "vpn_conn_id": f"a,{NEW}"},
        ["vpc_id", "vpn_conn_id"],
        {},
    ),
    "gateways read": (vpn_gateway_info, {"vpn_id": [NEW]}, ["vpn_id[0]"], {"vpn_gateways": []}),
    "gateways of a VPC read": (vpn_gateway_info, {"vpc_id": NEW}, ["vpc_id"], {"vpn_gateways": []}),
    "one gateway read": (
        vpn_gateway_info,
        {"vpc_id": NEW, "vpn_name": "hub", "exactly_one": True, "tunnels": True},
        ["vpc_id"],
        {"vpn_id": NEW},
    ),
    "gateways of a VPC by its name read": (vpn_gateway_info, {"vpc_name": NEW}, ["vpc_name"], {"vpc_id": NEW}),
    "VPC read": (vpc_info, {"vpc_id": NEW}, ["vpc_id"], {"vpcs": []}),
    "VPC read by its name": (vpc_info, {"vpc_name": NEW}, ["vpc_name"], {"vpcs": []}),
    "customer gateways read": (vpn_customer_gateway_info, {"cgw_id": NEW}, ["cgw_id"], {"customer_gateways": []}),
    "new gateway updated": (
        vpn_gateway,
        {"vpn_id": NEW, "eip": NEW},
        ["vpn_id", "eip"],
        {"changed": True, "vpn_id": NEW},
    ),
    "new gateway released": (vpn_gateway, {"vpn_id": NEW, "state": "absent"}, ["vpn_id"], {"changed": True}),
    "new EIP resized": (eip, {"eip": NEW, "bandwidth_in_mbps": 9}, ["eip"], {"changed": True, "eip": NEW}),
    "new EIP by its other id": (eip, {"eip_id": NEW, "state": "absent"}, ["eip_id"], {"changed": True}),
    "EIPs read": (eip_info, {"eip": NEW, "instance_id": [NEW]}, ["eip", "instance_id[0]"], {"eips": []}),
    "routes read": (
        vpc_route_info,
        {"vpc_id": NEW, "nexthop_id": [NEW]},
        ["vpc_id", "nexthop_id[0]"],
        {"route_rules": []},
    ),
    "gateway probed": (vpn_api_probe, {"vpn_id": NEW, "probe_writes": True}, ["vpn_id"], {"is_safe": False}),
}


@pytest.mark.parametrize(("implementation", "options", "paths", "expected"), ACCEPTED.values(), ids=ACCEPTED)
def test_id_of_check_mode_is_accepted_in_check_mode_only(cloud, implementation, options, paths, expected):
    result = run(implementation, options)
    assert "failed" not in result, result
    assert {name: result[name] for name in expected} == expected
    paths_requested = [request["path"] + str(request["query"]) for request in cloud.requests()]
    assert not [path for path in paths_requested if NEW in path]
    sent = len(paths_requested)
    refused = run(implementation, options, check_mode=False)
    for path in paths:
        assert f"{path}: {MESSAGES['check_mode_id']}" in refused["msg"]
    assert refused["error"]["code"] == "InvalidOption" and refused["msg"].count(NEW) == len(paths)
    assert len(cloud.requests()) == sent


RESOURCES = {
    vpn_tunnel: VPN_TUNNEL,
    vpn_customer_gateway: VPN_CUSTOMER_GATEWAY,
    vpc_route: VPC_ROUTE,
    eip: EIP_TYPE,
    vpn_gateway: MANAGED_GATEWAY,
}
OTHERS = (
    vpc_info,
    vpn_gateway_info,
    vpn_gateway_routes,
    vpn_tunnel_info,
    vpn_customer_gateway_info,
    vpc_route_info,
    eip_info,
    vpn_api_probe,
)


def test_every_field_of_an_id_or_address_is_refused_outside_of_check_mode():
    """validation.py finds them by the ends of their names."""
    described = {module: resource.option_fields for module, resource in RESOURCES.items()}
    described.update((module, module.FIELDS) for module in OTHERS)
    references = (fields.resource_id, fields.ip_address, fields.subnet)
    found = [
        (module, field.name)
        for module, options in described.items()
        for field in options
        if field.normalize in references or (field.element and field.element[0] in references)
    ]
    assert len(found) > 20
    for module, name in found:
        assert TaskOptions(module, {name: NEW})._errors == [(name, MESSAGES["check_mode_id"])]
