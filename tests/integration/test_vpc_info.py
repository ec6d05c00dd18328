# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPCs on the emulator: vpc_info, and vpc_name in every module that takes vpc_id, in both ways of execution."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._module import (
    vpc_info,
    vpc_route,
    vpc_route_info,
    vpn_gateway_info,
    vpn_tunnel_info,
)
from emulator_process import EmulatorProcess
from playbook_runner import run_playbook
from run_params import run_params

VPCS = ["vpc-1:10.1.0.0/16:main", "vpc-2:10.2.0.0/16:twice", "vpc-3:10.3.0.0/16:twice"]
RULE = {"source_address": "10.1.0.0/20", "destination_address": "172.16.0.0/16", "nexthop_id": "vpn-hub"}


@pytest.fixture(scope="module")
def process():
    arguments = [part for vpc in VPCS for part in ("--vpc", vpc)]
    with EmulatorProcess(*arguments, "--gateway", "vpn-hub:hub:vpc-1", "--gateway", "vpn-far:far:vpc-2") as emulator:
        yield emulator


@pytest.fixture
def cloud(process, monkeypatch):
    process.reset()
    for name, value in process.environment.items():
        monkeypatch.setenv(name, value)
    return process


def paths(cloud):
    return [f"{request['method']} {request['path']}" for request in cloud.requests()]


@pytest.mark.parametrize(
    ("options", "ids", "requests"),
    [
        ({}, ["vpc-1", "vpc-2", "vpc-3"], 7),
        ({"vpc_id": "vpc-2"}, ["vpc-2"], 2),
        ({"vpc_id": "vpc-nowhere"}, [], 1),
        ({"vpc_name": "main"}, ["vpc-1"], 3),
        ({"vpc_name": "Main"}, [], 1),
    ],
)
def test_vpc_info_finds_vpcs_with_the_documented_requests(cloud, options, ids, requests):
    result = run_params(vpc_info, options, False)
    assert [vpc["vpc_id"] for vpc in result["vpcs"]] == ids and len(paths(cloud)) == requests
    assert [len(vpc["subnets"]) for vpc in result["vpcs"]] == [1] * len(ids)
    assert all(vpc["route_table_id"].startswith("rt-") for vpc in result["vpcs"])
    assert result.get("vpc_id") == (ids[0] if options and ids else None)


def test_vpc_info_of_an_ambiguous_name_names_both_ids(cloud):
    result = run_params(vpc_info, {"vpc_name": "twice"}, False)
    assert "2 are named 'twice': vpc-2, vpc-3; provide vpc_id" in result["msg"] and len(paths(cloud)) == 1
    assert result["error"]["code"] == "AmbiguousName" and result["failed"]


@pytest.mark.parametrize("dialect", ["vpc-detail-flat", "vpc-detail-without-subnets", "vpc-name-capital"])
def test_vpc_info_has_the_same_result_in_every_dialect(cloud, dialect):
    base = run_params(vpc_info, {"vpc_name": "main"}, False)
    count = len(paths(cloud))
    cloud.settings(dialects=[dialect])
    assert run_params(vpc_info, {"vpc_name": "main"}, False) == base
    assert len(paths(cloud)) - count == 3 + (dialect == "vpc-detail-without-subnets")


BY_NAME = {
    "rule": (vpc_route, RULE),
    "rules": (vpc_route_info, {}),
    "gateways": (vpn_gateway_info, {"vpn_name": ["hub"]}),
    "tunnels": (vpn_tunnel_info, {}),
}


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("implementation", "options"), BY_NAME.values(), ids=BY_NAME)
def test_vpc_name_has_the_result_of_its_vpc_id(cloud, implementation, options, check_mode):
    by_id = run_params(implementation, dict(options, vpc_id="vpc-1"), check_mode)
    requests = paths(cloud)
    cloud.reset()
    by_name = run_params(implementation, dict(options, vpc_name="main"), check_mode)
    assert paths(cloud) == ["GET /v1/vpc", *requests]
    assert by_name.pop("vpc_id") == "vpc-1"
    # Each creation has an id of its own.
    assert by_name.keys() == by_id.keys() and not by_name.get("failed")
    assert by_name["changed"] == by_id["changed"] == (implementation is vpc_route)
    if implementation is vpc_route:
        assert by_name["route_rule"]["vpc_id"] == "vpc-1" and "vpc_name" not in by_name["route_rule"]
        again = run_params(implementation, dict(options, vpc_name="main"), False)
        assert again["changed"] is check_mode


@pytest.mark.parametrize(("implementation", "options"), BY_NAME.values(), ids=BY_NAME)
def test_vpc_name_of_no_or_two_vpcs_fails_before_other_reads(cloud, implementation, options):
    for name, text in (("twice", "vpc-2, vpc-3; provide vpc_id"), ("Main", "'main' (vpc-1)")):
        result = run_params(implementation, dict(options, vpc_name=name), False)
        assert result["failed"] and result["msg"].startswith("vpc_name: ") and text in result["msg"]
    assert paths(cloud) == ["GET /v1/vpc"] * 2
    both = run_params(implementation, dict(options, vpc_name="main", vpc_id="vpc-1"), False)
    assert "vpc_name: is not accepted next to vpc_id" in both["msg"] and len(paths(cloud)) == 2


def test_gateways_without_a_vpc_are_those_of_the_region(cloud):
    result = run_params(vpn_gateway_info, {}, False)
    assert [gateway["vpn_id"] for gateway in result["vpn_gateways"]] == ["vpn-hub", "vpn-far"]
    assert sorted(paths(cloud)) == ["GET /v1/vpc"] + ["GET /v1/vpn"] * 3
    found = run_params(vpn_gateway_info, {"vpn_name": ["far"], "exactly_one": True}, False)
    assert found["vpn_gateway"]["vpc_id"] == "vpc-2"
    refused = {
        "match": {"method": "GET", "path_regex": "/v1/vpn"},
        "fault": "status",
        "status": 403,
        "code": "AccessDenied",
    }
    cloud.faults(refused)
    assert run_params(vpn_gateway_info, {}, False)["error"]["code"] == "AccessDenied"


TASKS = [
    ("vpc_info", {}),
    ("vpc_info", {"vpc_name": "main"}),
    ("vpc_info", {"vpc_name": "twice"}),
    ("vpc_info", {"vpc_name": "main", "vpc_id": "vpc-1"}),
    ("vpc_route", dict(RULE, vpc_name="main")),
    ("vpc_route", dict(RULE, vpc_name="nowhere")),
    ("vpc_route_info", {"vpc_name": "main"}),
    ("vpn_gateway_info", {"vpc_name": "main"}),
    ("vpn_tunnel_info", {"vpc_name": "twice"}),
]


def test_vpc_name_in_process_has_the_result_of_the_module(cloud):
    def results(in_process):
        cloud.reset()
        tasks = [
            {"name": module, "baiducloud.network." + module: options, "ignore_errors": True}
            for module, options in TASKS
        ]
        done = run_playbook(tasks, "-e", f'{{"baiducloud_in_process": {in_process}}}', environment=cloud.environment)
        hidden = ("request_id", "route_rule_id", "routeRuleId", "created_ids", "error", "diff", "invocation")
        return [
            {name: value for name, value in result.items() if name not in hidden and not name.startswith("_")}
            for result in done.results
        ]

    first, second = results("true"), results("false")
    for one, other in zip(first, second):
        for result in (one, other):
            for gateway in result.get("vpn_gateways", ()):
                del gateway["create_time"]  # of the emulator's last reset
            for rule in [result.get("route_rule") or {}, *result.get("route_rules", ())]:
                rule.pop("route_rule_id", None)
    assert len(first) == len(TASKS) and first == second
