# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPCs with their subnets and default route tables, part 2 of the notes, section 3: they are there from the start.

They can only be read, so a reset changes nothing. Ids of subnets and tables follow from that of the VPC, because then
they are the same whenever the emulator is started with the same options.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .operations import operation
from .store import Clock, page
from .validation import missing, refused

DEFAULT_CIDR = "192.168.0.0/18"
SUBNET_PREFIX = 20
RESERVED_ADDRESSES = 4  # of a subnet; how many it really is, is UNKNOWN
ZONE = "cn-bj-a"


@dataclass(frozen=True)
class VpcSeed:
    """A VPC of the command line.

    ``subnets`` are CIDRs with names in addition to the first one, which a VPC does not have if ``has_first`` is False.
    """

    vpc_id: str
    cidr: str
    name: str
    secondary: tuple[str, ...] = ()
    subnets: tuple[tuple[str, str], ...] = field(default=())
    has_first: bool = True


def first_subnet(cidr: str) -> ipaddress.IPv4Network:
    """Return the subnet that a VPC has: its first /20, or all of it where it is smaller."""
    network = ipaddress.IPv4Network(cidr)
    return next(network.subnets(new_prefix=max(SUBNET_PREFIX, network.prefixlen)))


class Vpcs:
    """The VPCs of the account: those of the command line, and those that only a gateway names."""

    def __init__(self, clock: Clock, seeds: Sequence[VpcSeed], of_gateways: Iterable[str]) -> None:
        self.stored: dict[str, dict[str, Any]] = {}
        self.subnets: dict[str, dict[str, Any]] = {}
        self.vpc_of_table: dict[str, str] = {}
        named = {seed.vpc_id for seed in seeds}
        others = [VpcSeed(vpc_id, DEFAULT_CIDR, vpc_id) for vpc_id in of_gateways if vpc_id not in named]
        for seed in [*seeds, *others]:
            self._add(seed, clock.utc())

    def _add(self, seed: VpcSeed, now: str) -> None:
        self.stored[seed.vpc_id] = {
            "vpcId": seed.vpc_id,
            "name": seed.name,
            "cidr": seed.cidr,
            "ipv6Cidr": "",
            "description": "",
            "isDefault": False,
            "relay": False,
            "secondaryCidr": list(seed.secondary),
            "tags": [],
            "createdTime": now,
        }
        first = first_subnet(seed.cidr)
        if seed.has_first:
            self._add_subnet(seed.vpc_id, _derived_id("sbn", seed.vpc_id), first, f"subnet-{seed.name}", now)
        for cidr, name in seed.subnets:
            subnet_id = _derived_id("sbn", f"{seed.vpc_id} {cidr}")
            self._add_subnet(seed.vpc_id, subnet_id, ipaddress.IPv4Network(cidr), name, now)
        self.vpc_of_table[_derived_id("rt", seed.vpc_id)] = seed.vpc_id

    def _add_subnet(self, vpc_id: str, subnet_id: str, network: ipaddress.IPv4Network, name: str, now: str) -> None:
        free = max(0, network.num_addresses - RESERVED_ADDRESSES)
        self.subnets[subnet_id] = {
            "subnetId": subnet_id,
            "name": name,
            "zoneName": ZONE,
            "cidr": str(network),
            "ipv6Cidr": "",
            "vpcId": vpc_id,
            "subnetType": "BCC",
            "description": "",
            "createdTime": now,
            "availableIp": free,
            "availableUnreservedIp": free,
            "tags": [],
        }

    def cidrs_of(self, vpc_id: str) -> Sequence[str]:
        """Return the CIDR of a VPC and its secondary ones."""
        return [self.stored[vpc_id]["cidr"], *self.stored[vpc_id]["secondaryCidr"]]

    def table_of(self, vpc_id: str) -> str:
        """Return the id of a VPC's default route table, the only one it has."""
        self.require(vpc_id)
        return _derived_id("rt", vpc_id)

    def subnets_of(self, vpc_id: str) -> Sequence[dict[str, Any]]:
        """Return the subnets of a VPC."""
        return [subnet for subnet in self.subnets.values() if subnet["vpcId"] == vpc_id]

    def require(self, vpc_id: str) -> None:
        """Raise BceError for an absent VPC."""
        if vpc_id not in self.stored:
            raise missing("VPC", vpc_id)

    def list(self, query: dict[str, str]) -> dict[str, Any]:
        """Return the VPCs of the region; ``isDefault`` and ``vpcIds`` select, there is no filter for names."""
        default = query.get("isDefault") or ""
        if default not in ("", "true", "false"):
            raise refused("isDefault: must be true or false")
        chosen = [
            vpc
            for vpc in self.stored.values()
            if _is_chosen(vpc["vpcId"], query.get("vpcIds")) and default in ("", str(vpc["isDefault"]).lower())
        ]
        return page(chosen, "vpcId", "vpcs", query)

    def read(self, vpc_id: str) -> dict[str, Any]:
        """Return a VPC with its subnets."""
        self.require(vpc_id)
        return {"vpc": {**self.stored[vpc_id], "subnets": self.subnets_of(vpc_id)}}

    def list_subnets(self, query: dict[str, str]) -> dict[str, Any]:
        """Return the subnets of the region; ``vpcId``, ``zoneName``, ``subnetType`` and ``subnetIds`` select."""
        if query.get("vpcId"):
            # What the list of an absent VPC is, is UNKNOWN.
            self.require(query["vpcId"])
        chosen = [
            subnet
            for subnet in self.subnets.values()
            if _is_chosen(subnet["subnetId"], query.get("subnetIds"))
            and all(query.get(name) in (None, "", subnet[name]) for name in ("vpcId", "zoneName", "subnetType"))
        ]
        return page(chosen, "subnetId", "subnets", query)

    def read_subnet(self, subnet_id: str) -> dict[str, Any]:
        """Return a subnet."""
        if subnet_id not in self.subnets:
            raise missing("subnet", subnet_id)
        return {"subnet": self.subnets[subnet_id]}


def _derived_id(prefix: str, vpc_id: str) -> str:
    return f"{prefix}-{hashlib.sha256(vpc_id.encode()).hexdigest()[:12]}"


def _is_chosen(object_id: str, ids: str | None) -> bool:
    """Return whether a comma list of ids has this one; no list means all."""
    return not ids or object_id in ids.split(",")


OPERATIONS = (
    operation("list vpcs", "GET", "/v1/vpc", lambda cloud, _id, request: cloud.vpcs.list(request.query)),
    operation("read vpc", "GET", "/v1/vpc/{id}", lambda cloud, vpc_id, _request: cloud.vpcs.read(vpc_id)),
    operation("list subnets", "GET", "/v1/subnet", lambda cloud, _id, request: cloud.vpcs.list_subnets(request.query)),
    operation(
        "read subnet", "GET", "/v1/subnet/{id}", lambda cloud, subnet_id, _request: cloud.vpcs.read_subnet(subnet_id)
    ),
)
