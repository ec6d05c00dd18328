# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the cloud's end. The docstring of each check is what it finds. Pure: no I/O."""

from __future__ import annotations

import ipaddress
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

from .facts import CloudFacts, Facts, contains, network, overlaps, words

Words = Optional[Dict[str, Any]]
USABLE = ("", "active", "unconfigured")
# What matches every address. As a network of the VPC, the default VPC of an old account has it.
EVERYTHING = ("0.0.0.0/0", "::/0")


def _status(value: Any) -> str:
    return str(value or "").lower()


def no_tunnel(facts: Facts) -> Words:
    """The gateway has no tunnel of this name."""
    cloud = facts.cloud
    names = words(tunnel["vpn_conn_name"] for tunnel in cloud.tunnels) or "none"
    return None if cloud.tunnel else {"gateway": cloud.gateway["vpn_id"], "names": names}


def gateway_without_address(facts: Facts) -> Words:
    """No EIP is bound to the gateway."""
    gateway = facts.cloud.gateway
    return None if gateway["eip"] else {"gateway": gateway["vpn_id"]}


def gateway_status(facts: Facts) -> Words:
    """The gateway is being built, is down or has expired."""
    gateway = facts.cloud.gateway
    status = _status(gateway["status"])
    return None if status in USABLE else {"gateway": gateway["vpn_id"], "status": status}


def tunnel_status(facts: Facts) -> Words:
    """The API says that the tunnel itself is not active."""
    status = _status(facts.cloud.tunnel["status"]) if facts.cloud.tunnel else ""
    return None if status in USABLE else {"status": status}


def cloud_unreachable(facts: Facts) -> Words:
    """The cloud does not reach the peer, and nothing was read from the peer."""
    tunnel = facts.cloud.tunnel or {}
    is_down = facts.peer is None and _status(tunnel.get("health_status")) == "unreachable"
    return {"remote_ip": tunnel.get("remote_ip") or tunnel.get("cgw_id")} if is_down else None


def both_ends_overlap(facts: Facts) -> Words:
    """A network of the peer overlaps with one of the cloud's side of the tunnel."""
    return _first_overlap(_subnets(facts.cloud, "remote_subnets"), _subnets(facts.cloud, "local_subnets"))


def vpc_overlaps(facts: Facts) -> Words:
    """A network of the peer overlaps with the VPC, whose own routes take precedence."""
    vpc = facts.cloud.vpc
    own = [vpc.get("cidr"), *(vpc.get("secondary_cidr") or [])]
    found = _first_overlap(_subnets(facts.cloud, "remote_subnets"), [cidr for cidr in own if cidr])
    return found and dict(found, vpc=vpc.get("vpc_id"))


def other_tunnel_overlaps(facts: Facts) -> Words:
    """Another tunnel of the gateway leads to a network of this tunnel's peer."""
    cloud = facts.cloud
    for tunnel in cloud.tunnels:
        if cloud.tunnel and tunnel["vpn_conn_id"] != cloud.tunnel["vpn_conn_id"]:
            if not _first_overlap(_subnets(cloud, "local_subnets"), tunnel["local_subnets"] or []):
                continue
            found = _first_overlap(_subnets(cloud, "remote_subnets"), tunnel["remote_subnets"] or [])
            if found:
                return dict(found, other_tunnel=tunnel["vpn_conn_name"])
    return None


def route_missing(facts: Facts) -> Words:
    """The VPC has no route rule for a pair of networks."""
    missing = ["%s to %s" % pair for pair in _pairs(facts.cloud) if not _is_covered(facts.cloud, pair)]
    return {"pairs": words(missing), "vpc": facts.cloud.vpc.get("vpc_id")} if missing else None


def route_elsewhere(facts: Facts) -> Words:
    """A rule for the same or a narrower destination leads to another next hop."""
    for pair in _pairs(facts.cloud):
        ours = _rules_of(facts.cloud, pair, is_to_gateway=True)
        narrowest = max((_length(rule) for rule in ours), default=0)
        for rule in facts.cloud.rules or []:
            is_before = _length(rule) >= narrowest and not _is_to_gateway(rule, facts.cloud)
            if is_before and _status(rule["nexthop_type"]) != "sys" and _is_about(rule, pair):
                return {
                    "source": rule["source_address"],
                    "destination": rule["destination_address"],
                    "nexthop": " ".join(filter(None, (rule["nexthop_type"], rule["nexthop_id"]))),
                }
    return None


def _subnets(cloud: CloudFacts, name: str) -> Sequence[str]:
    return (cloud.tunnel or {}).get(name) or []


def _pairs(cloud: CloudFacts) -> List[Tuple[str, str]]:
    if cloud.rules is None:
        return []
    return [(left, right) for left in _subnets(cloud, "local_subnets") for right in _subnets(cloud, "remote_subnets")]


def _first_overlap(ones: Sequence[Any], others: Sequence[Any]) -> Words:
    for one in ones:
        for other in others:
            # The rest of everything goes where no narrower network leads, so it may overlap anything.
            if overlaps(one, other) and not {one, other} & {*EVERYTHING}:
                return {"network": one, "other": other}
    return None


def _is_to_gateway(rule: Mapping[str, Any], cloud: CloudFacts) -> bool:
    hops = rule.get("next_hop_list") or [rule]
    return any(hop["nexthop_id"] == cloud.gateway["vpn_id"] for hop in hops)


def _rules_of(cloud: CloudFacts, pair: Tuple[str, str], is_to_gateway: bool) -> List[Mapping[str, Any]]:
    """Return the rules that contain a pair of networks."""
    return [
        rule
        for rule in cloud.rules or []
        if _is_to_gateway(rule, cloud) == is_to_gateway
        and contains(rule["source_address"], pair[0])
        and contains(rule["destination_address"], pair[1])
    ]


def _is_covered(cloud: CloudFacts, pair: Tuple[str, str]) -> bool:
    """Return whether the rules to the gateway contain a pair of networks, one alone or several together."""
    ours = [rule for rule in cloud.rules or [] if _is_to_gateway(rule, cloud)]
    ends = [(network(rule["source_address"]), network(rule["destination_address"])) for rule in ours]
    return any(
        contains(joined, pair[1 - index])
        for index in (0, 1)
        for joined in _join(end[1 - index] for end in ends if contains(end[index], pair[index]))
    )


def _join(networks: Iterable[Any]) -> List[Any]:
    """Return networks with those that are next to each other as one."""
    known = [each for each in networks if each is not None]
    return [
        joined
        for version in (4, 6)
        for joined in ipaddress.collapse_addresses(each for each in known if each.version == version)
    ]


def _is_about(rule: Mapping[str, Any], pair: Tuple[str, str]) -> bool:
    return overlaps(rule["source_address"], pair[0]) and overlaps(rule["destination_address"], pair[1])


def _length(rule: Mapping[str, Any]) -> int:
    destination = network(rule["destination_address"])
    return destination.prefixlen if destination else 0
