# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPCs and subnets of the emulator: what the options make, and their reads."""

from __future__ import annotations

import pytest

from emulator.options import build, build_parser
from emulator_client import OTHER_VPC, VPC, EmulatorClient


@pytest.fixture(scope="module")
def lab():
    lab = EmulatorClient()
    yield lab
    lab.close()


def state_of(*options):
    return build(build_parser().parse_args(options)).control.state()


@pytest.mark.parametrize(
    ("cidr", "subnet"),
    [
        ("192.168.0.0/16", "192.168.0.0/20"),
        ("10.0.0.0/20", "10.0.0.0/20"),
        ("10.1.2.0/24", "10.1.2.0/24"),
        ("0.0.0.0/0", "0.0.0.0/20"),
        ("10.1.2.3/32", "10.1.2.3/32"),
    ],
)
def test_vpc_option_makes_a_subnet_and_a_route_table(cidr, subnet):
    state = state_of("--vpc", f"vpc-a:{cidr}:main")
    vpc = next(vpc for vpc in state["vpcs"] if vpc["vpcId"] == "vpc-a")
    assert (vpc["cidr"], vpc["name"], vpc["isDefault"]) == (cidr, "main", False)
    assert [item["cidr"] for item in state["subnets"] if item["vpcId"] == "vpc-a"] == [subnet]
    assert cidr in [rule["destinationAddress"] for rule in state["routeRules"]]


def test_vpc_that_only_a_gateway_names_has_the_default_cidr():
    state = state_of("--gateway", "vpn-a::vpc-a", "--gateway", "vpn-b::vpc-b", "--vpc", "vpc-b:10.0.0.0/8")
    assert {vpc["vpcId"]: (vpc["name"], vpc["cidr"]) for vpc in state["vpcs"]} == {
        "vpc-a": ("vpc-a", "192.168.0.0/18"),
        "vpc-b": ("vpc-b", "10.0.0.0/8"),
    }


def test_vpc_ids_of_subnets_and_tables_are_the_same_in_every_run():
    first, second = (state_of("--vpc", "vpc-a:10.0.0.0/8") for _run in range(2))
    for name, id_name in (("subnets", "subnetId"), ("routeRules", "routeTableId")):
        assert [item[id_name] for item in first[name]] == [item[id_name] for item in second[name]]


@pytest.mark.parametrize(
    "option", ["vpc-a", "vpc-a:", "vpc-a:10.0.0.1/8", "vpc-a:10.0.0.0/33", ":10.0.0.0/8", "a b:10.0.0.0/8", "a:b:c:d"]
)
def test_vpc_option_with_an_invalid_value_is_refused(option, capsys):
    with pytest.raises(SystemExit):
        build_parser().parse_args(["--vpc", option])
    assert "--vpc" in capsys.readouterr().err


def test_vpc_option_with_a_repeated_id_is_refused():
    with pytest.raises(ValueError, match="a VPC id is repeated"):
        state_of("--vpc", "vpc-a:10.0.0.0/8", "--vpc", "vpc-a:10.0.0.0/8")


def test_vpc_detail_has_its_subnets_and_the_list_has_none(lab):
    vpc = lab.vpc(OTHER_VPC)
    (subnet,) = vpc.pop("subnets")
    assert (vpc["vpcId"], vpc["name"], vpc["cidr"], vpc["secondaryCidr"]) == (OTHER_VPC, "branch", "10.8.0.0/21", [])
    assert (subnet["cidr"], subnet["vpcId"], subnet["subnetType"]) == ("10.8.0.0/21", OTHER_VPC, "BCC")
    assert vpc["createdTime"].endswith("Z") and subnet["subnetId"].startswith("sbn-")
    (listed,) = lab.call("GET", "/v1/vpc", query={"vpcIds": OTHER_VPC}).json["vpcs"]
    assert listed == vpc


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [OTHER_VPC, VPC]),
        ({"vpcIds": f"{VPC},vpc-none"}, [VPC]),
        ({"isDefault": "false"}, [OTHER_VPC, VPC]),
        ({"isDefault": "true"}, []),
        ({"maxKeys": "1"}, [OTHER_VPC]),
        ({"marker": VPC}, [VPC]),
    ],
)
def test_vpc_list_is_selected_by_its_parameters(lab, query, expected):
    page = lab.call("GET", "/v1/vpc", query=query).json
    assert [vpc["vpcId"] for vpc in page["vpcs"]] == expected
    assert page["isTruncated"] is ("maxKeys" in query) and page.get("nextMarker") == (
        VPC if "maxKeys" in query else None
    )


def test_subnet_is_listed_by_vpc_and_read_by_id(lab):
    (subnet,) = lab.call("GET", "/v1/subnet", query={"vpcId": VPC}).json["subnets"]
    assert lab.call("GET", f"/v1/subnet/{subnet['subnetId']}").json == {"subnet": subnet}
    assert subnet in lab.vpc()["subnets"] and len(lab.call("GET", "/v1/subnet").json["subnets"]) == 2
    for query in ({"subnetIds": subnet["subnetId"]}, {"zoneName": "cn-bj-b"}, {"subnetType": "BCC", "vpcId": VPC}):
        subnets = lab.call("GET", "/v1/subnet", query=query).json["subnets"]
        assert subnets == ([] if "zoneName" in query else [subnet])


@pytest.mark.parametrize("path", ["/v1/vpc/vpc-none", "/v1/subnet/sbn-none", "/v1/subnet?vpcId=vpc-none"])
def test_absent_vpc_or_subnet_is_an_error(lab, path):
    path, _mark, vpc_id = path.partition("?vpcId=")
    response = lab.call("GET", path, query={"vpcId": vpc_id} if vpc_id else None)
    assert (response.status, response.code) == (404, "NoSuchObject")


def test_vpc_list_with_an_invalid_flag_or_signature_is_refused(lab):
    assert lab.call("GET", "/v1/vpc", query={"isDefault": "yes"}).code == "InappropriateJSON"
    assert lab.call("GET", "/v1/vpc", secret="wrong").code == "SignatureDoesNotMatch"
    assert lab.call("POST", "/v1/vpc", {}).code == "NotEmulated"
