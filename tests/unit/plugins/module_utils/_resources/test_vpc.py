# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading VPCs, and finding the VPC that a name or a gateway means, where responses differ from the contract."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import (
    ConflictError,
    InvalidResponseError,
    NotFoundError,
)
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpc import VpcApi, find_by_name, resolve_vpc
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_gateway import (
    VpnGatewayApi,
    find_vpc_of,
)
from scripted_client import Script

UUID = "83edd0d2-8a68-4ce5-a396-9d2917d58a57"
SUBNET = {"subnetId": "sbn-1", "name": "web", "zoneName": "cn-bj-a", "cidr": "10.0.0.0/24", "subnetType": "BCC"}
VPC = {"vpcId": "vpc-1", "name": "one", "cidr": "10.0.0.0/16", "secondaryCidr": ["10.1.0.0/16"], "isDefault": False}
PARSED = {
    "subnet_id": "sbn-1",
    "name": "web",
    "cidr": "10.0.0.0/24",
    "ipv6_cidr": None,
    "zone_name": "cn-bj-a",
    "subnet_type": "BCC",
    "description": None,
}


def vpcs(*names, **more):
    return dict({"vpcs": [{"vpcId": f"vpc-{number}", "name": name} for number, name in enumerate(names, 1)]}, **more)


def detail(*bodies):
    client = Script(*bodies)
    return VpcApi(client, {}).detail("vpc-1"), client.asked


@pytest.mark.parametrize(
    "body",
    [
        {"vpc": dict(VPC, subnets=[SUBNET])},
        {"vpc": VPC, "subnets": [dict(SUBNET, vpcId="vpc-1")]},
        dict(VPC, subnets=[dict(SUBNET, vpcId=UUID)]),
        {"vpc": dict(VPC, Name="one", name="one", subnets=[{**SUBNET, "Name": "web"}])},
    ],
    ids=["wrapped", "wrapped without subnets in it", "flat, with a long id", "both spellings of the name"],
)
def test_detail_wrapped_or_flat_is_read(body):
    found, asked = detail(body)
    assert len(asked) == 1 and found["subnets"] == [PARSED]
    assert {"vpc_id": "vpc-1", "name": "one", "cidr": "10.0.0.0/16", "is_default": False}.items() <= found.items()
    assert found["secondary_cidr"] == ["10.1.0.0/16"] and found["ipv6_cidr"] is None


def test_detail_without_subnets_lists_those_of_the_vpc_only():
    """The list may ignore its filter."""
    old = {"vpcId": "vpc-1", "Name": "old default", "cidr": "0.0.0.0/0", "isDefault": True}
    listed = {"subnets": [SUBNET, dict(SUBNET, subnetId="sbn-2", vpcId="vpc-2")]}
    found, asked = detail({"vpc": old}, listed)
    assert [subnet["subnet_id"] for subnet in found["subnets"]] == ["sbn-1"]
    assert (found["name"], found["cidr"], found["is_default"]) == ("old default", "0.0.0.0/0", True)
    assert asked[1][1:3] == ("/v1/subnet", {"vpcId": "vpc-1", "maxKeys": "1000"})


@pytest.mark.parametrize(
    "body",
    [
        {"vpc": dict(VPC, vpcId="vpc-2", subnets=[])},
        {"vpc": dict(VPC, subnets=[dict(SUBNET, vpcId="vpc-2")])},
        {"vpc": None},
        {"vpc": dict(VPC, subnets="none")},
    ],
)
def test_detail_of_another_vpc_is_invalid(body):
    with pytest.raises(InvalidResponseError):
        detail(body)


def test_detail_of_an_absent_vpc_is_none():
    assert detail(None)[0] is None and detail(NotFoundError("gone", "NoSuchVpc", 404))[0] is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"vpcId": "vpc-1", "routeTableId": "rt-1", "routeRules": []}, "rt-1"),
        ({"routeTables": [{"vpcId": "vpc-1", "routeTableId": "rt-1"}, {"vpcId": "vpc-2"}]}, "rt-1"),
        ({"routeTables": [{"vpcId": "vpc-1", "routeTableId": f"rt-{name}", "name": name} for name in "ab"]}, None),
        (
            {
                "routeTables": [
                    {"vpcId": "vpc-1", "routeTableId": f"rt-{name}", "name": name} for name in ("own", "default")
                ]
            },
            "rt-default",
        ),
    ],
)
def test_default_route_table_is_the_only_one_or_that_of_its_name(body, expected):
    assert VpcApi(Script(body), {}).default_table_id("vpc-1") == expected
    with pytest.raises(InvalidResponseError, match="is not about VPC vpc-3"):
        VpcApi(Script(body), {}).default_table_id("vpc-3")


def test_name_is_resolved_by_all_pages_of_one_list():
    pages = (vpcs("a", isTruncated=True, nextMarker="vpc-2"), {"vpcs": [{"vpcId": "vpc-2", "Name": "b"}]})
    client = Script(*pages)
    assert resolve_vpc(client, {"vpc_name": "b", "version": 2}) == {"vpc_id": "vpc-2", "version": 2}
    assert [asked[1] for asked in client.asked] == ["/v2/vpc"] * 2
    with pytest.raises(InvalidResponseError, match="more follow"):
        resolve_vpc(Script(pages[0], pages[0]), {"vpc_name": "b"})
    for values in ({"vpc_id": "vpc-1"}, {"vpc_name": "check-mode-new"}):
        assert resolve_vpc(Script(), values) == {"vpc_id": next(iter(values.values()))}


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ("ab", "vpc_name: no VPC of the region is named 'B'; its VPCs are 'a' (vpc-1), 'b' (vpc-2)"),
        ("a" * 13, "vpc_name: no VPC of the region is named 'B'; its VPCs are .*'a' .vpc-10. and 3 more$"),
        ("", "vpc_name: no VPC of the region is named 'B'; there is no VPC, so check the region and the account"),
        ("BaB", "vpc_name: must be the name of one VPC, but 2 are named 'B': vpc-1, vpc-3; provide vpc_id"),
    ],
)
def test_name_that_is_not_of_one_vpc_is_rejected(names, text):
    with pytest.raises(ConflictError, match=text.replace("(", "[(]").replace(")", "[)]")) as error:
        resolve_vpc(Script(vpcs(*names)), {"vpc_name": "B"})
    assert error.value.code == ("AmbiguousName" if "one VPC" in text else "NotFound")


def test_name_of_a_vpc_without_an_id_is_rejected():
    with pytest.raises(ConflictError, match="vpc_name: the response shows no id for the VPC 'B'; provide vpc_id"):
        find_by_name([{"name": "B", "vpc_id": None}], "B")


def test_vpc_of_a_gateway_is_read_directly_or_found_by_lists():
    """The API's page shows a long id of the VPC, which no request takes."""
    whole, gateways = {"vpc": dict(VPC, subnets=[])}, {"vpns": [{"vpnId": "vpn-a", "vpcId": UUID}]}
    client = Script(whole)
    assert find_vpc_of(client, 1, {"vpn_id": "vpn-a", "vpc_id": "vpc-1"})["cidr"] == "10.0.0.0/16"
    assert len(client.asked) == 1
    gone = NotFoundError("gone", "NoSuchVpc", 404)
    listed = {"vpcs": [{"vpcId": "vpc-3"}, {"vpcId": "vpc-2"}, {"vpcId": "vpc-1"}]}
    client = Script(listed, gone, {"vpns": []}, gateways, whole)
    assert find_vpc_of(client, 1, {"vpn_id": "vpn-a", "vpc_id": UUID})["vpc_id"] == "vpc-1"
    assert [asked[1] for asked in client.asked] == ["/v1/vpc", "/v1/vpn", "/v1/vpn", "/v1/vpn", "/v1/vpc/vpc-1"]
    with pytest.raises(ConflictError, match=f"vpc_id: is needed, .* VPN gateway vpn-b as {UUID}"):
        find_vpc_of(Script(vpcs("a"), gateways), 1, {"vpn_id": "vpn-b", "vpc_id": UUID})


def test_gateways_with_a_long_id_of_their_vpc_are_those_of_the_vpc():
    client = Script({"vpns": [{"vpnId": "vpn-a", "vpcId": UUID}]})
    (gateway,) = VpnGatewayApi(client, {"vpc_id": "vpc-1"}).list_gateways()
    assert gateway["vpc_id"] == "vpc-1"
    assert VpnGatewayApi(Script({"vpnId": "vpn-a", "vpcId": UUID}), {}).detail("vpn-a").fields["vpc_id"] == UUID
