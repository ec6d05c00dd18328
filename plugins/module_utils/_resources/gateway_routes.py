# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan the route rules that the tunnels of one VPN gateway need, and find what prevents them. Pure.

The rules are those of vpc_route.py. All of them lead to the gateway; a rule with another next hop is never changed.
"""

from __future__ import annotations

from ipaddress import collapse_addresses, ip_network
from typing import Any, Callable, Dict, FrozenSet, Iterable, List, NamedTuple, Optional, Tuple

from .._bce.errors import ConflictError
from .._bce.redaction import safe_repr
from .api import DELETED_STATUSES, DELETING_STATUSES
from .base import Desired, Entry, Item
from .vpc import DEFAULT_TABLE
from .vpc_route import NEXTHOP_TYPES, SYSTEM, VpcRoute, VpcRouteApi, shown_hops

MESSAGES = {
    "routes_tunnel_networks": (
        "tunnel.%(option)s: is required, because gateway %(vpn_id)s has no tunnel %(name)s to read them from"
    ),
    "routes_networks_not_shown": (
        "The list of %(gateway)s does not show the %(option)s of the tunnel %(name)s as networks, so its route rules"
        " are not known; run the task again later"
    ),
    "routes_source_outside": (
        "%(option)s: must be 0.0.0.0/0 or inside one subnet of VPC %(vpc_id)s, got %(value)s; its subnets are"
        " %(subnets)s"
    ),
    "routes_local_outside": (
        "sources: is needed, because %(value)s, one of the local_subnets of the tunnel %(name)s, neither lies in a"
        " subnet of VPC %(vpc_id)s nor contains one; its subnets are %(subnets)s"
    ),
    "routes_remote_overlaps": (
        "The remote network %(value)s of the tunnel %(name)s overlaps %(network)s of VPC %(vpc_id)s, so the API cannot"
        " route it; give one of the two sites other addresses"
    ),
    "routes_taken": (
        "The route rule %(name)s (%(id)s) of %(scope)s leads to %(current)s and not to %(gateway)s; delete it, or"
        " provide other sources"
    ),
    "routes_tables_ambiguous": (
        "%(scope)s has %(count)d route tables (%(ids)s), and not exactly one of them has the name %(name)s; use the"
        " module vpc_route with route_table_id"
    ),
}
MAX_RULES = 50  # of one route table, without those of the system
VPN = NEXTHOP_TYPES[0]
SIDES = ("local_subnets", "remote_subnets")
LEAVING_STATUSES = DELETING_STATUSES + DELETED_STATUSES

Pair = Tuple[str, str]  # source and destination of a rule


class TunnelNetworks(NamedTuple):
    """The networks of one tunnel, as networks of ipaddress."""

    name: str  # of the tunnel, for messages
    local: Tuple[Any, ...]
    remote: Tuple[Any, ...]


class VpcNetworks(NamedTuple):
    """The networks of a VPC, as networks of ipaddress."""

    vpc_id: str
    cidrs: Tuple[Any, ...]
    subnets: Tuple[Any, ...]


def vpc_networks(vpc: Dict[str, Any]) -> VpcNetworks:
    """Return the networks of a VPC that VpcApi.detail() returned; what the API does not show is left out."""
    cidrs = [vpc["cidr"], *(vpc["secondary_cidr"] or ()), vpc["ipv6_cidr"]]
    subnets = [subnet[name] for subnet in vpc["subnets"] for name in ("cidr", "ipv6_cidr")]
    found = (tuple(filter(None, map(_to_network, texts))) for texts in (cidrs, subnets))
    return VpcNetworks(vpc["vpc_id"], *found)


def tunnel_networks(
    tunnels: Iterable[Item], gateway: str, has_sources: bool = False
) -> Tuple[List[TunnelNetworks], List[str]]:
    """Return the networks of the tunnels that need rules, and the errors of those that do not show them.

    A tunnel that is being deleted needs none. Any other status counts: a new tunnel is to carry traffic as soon as it
    is up, and one with an error as soon as it recovers.

    :param gateway: how errors name the gateway.
    :param has_sources: whether the task provides the sources, so that local networks are not needed.
    """
    found, errors = [], []
    for tunnel in tunnels:
        fields = tunnel.fields
        if (fields["status"] or "").lower() in LEAVING_STATUSES:
            continue
        name = safe_repr(fields["vpn_conn_name"] or fields["vpn_conn_id"] or "")
        sides = []
        for option in SIDES:
            networks = tuple(map(_to_network, fields[option] or ()))
            is_needed = option != SIDES[0] or not has_sources
            if is_needed and (not networks or None in networks):
                errors.append(
                    MESSAGES["routes_networks_not_shown"] % {"gateway": gateway, "option": option, "name": name}
                )
            sides.append(tuple(filter(None, networks)))
        found.append(TunnelNetworks(name, *sides))
    return found, errors


def needed_pairs(
    tunnels: Iterable[TunnelNetworks], subnets: Iterable[Any], sources: Optional[List[str]] = None
) -> List[Pair]:
    """Return the (source, destination) of every rule that the tunnels need, in a fixed order.

    :param subnets: of the VPC.
    :param sources: the option `sources`, which replaces the local networks of the tunnels.
    """
    subnets = tuple(subnets)
    provided = None if sources is None else [ip_network(text) for text in sources]
    destinations: Dict[Any, List[Any]] = {}
    for tunnel in tunnels:
        own = provided
        if own is None:
            own = [source for local in tunnel.local for source in sources_in(local, subnets)]
        for source in own:
            destinations.setdefault(source, []).extend(x for x in tunnel.remote if x.version == source.version)
    return [
        (str(source), str(destination))
        for source in sorted(destinations, key=_sort_key)
        for destination in collapse_addresses(destinations[source])
    ]


class TunnelRules(NamedTuple):
    """The rules of one tunnel of a gateway.

    :ivar pairs: the rules that the tunnel needs.
    :ivar surplus: the rules to delete. No other tunnel needs them. The listed tunnel needs them, and the desired one
        does not; or the tunnel is to be absent.
    """

    pairs: List[Pair]
    surplus: FrozenSet[Pair]


def rules_of_tunnel(
    desired: TunnelNetworks,
    own: List[TunnelNetworks],
    others: List[TunnelNetworks],
    subnets: Iterable[Any],
    sources: Optional[List[str]] = None,
    is_absent: bool = False,
) -> TunnelRules:
    """Return the rules of one tunnel.

    :param desired: the desired tunnel.
    :param own: the listed tunnel; empty if the list does not show it.
    :param others: the other tunnels. A rule that one of them needs, or all of them together, is not surplus.
    """
    subnets = tuple(subnets)

    def pairs(tunnels: List[TunnelNetworks]) -> List[Pair]:
        return needed_pairs(tunnels, subnets, sources)

    needed = pairs([desired])
    shared = {*pairs(others), *(pair for tunnel in others for pair in pairs([tunnel]))}
    former = {pair for tunnel in own for pair in pairs([tunnel])}
    surplus = former | set(needed) if is_absent else former - set(needed)
    return TunnelRules(needed, frozenset(surplus - shared))


def plan_rules(
    options: Dict[str, Any], tunnels: Iterable[Item], vpc: VpcNetworks, deletes: bool
) -> Tuple[TunnelRules, List[str]]:
    """Return the rules that the tunnels of a gateway need, and the errors in what they are planned from.

    :param options: the options of the task. With `tunnel`, return the rules of that tunnel only.
    :param tunnels: the listed tunnels of the gateway.
    :param deletes: whether the task deletes rules, so that the rules of the other tunnels have to be known.
    """
    sources, tunnel = options.get("sources"), options.get("tunnel")
    gateway, is_absent = "gateway %s" % options["vpn_id"], options["state"] == "absent"
    if tunnel is None:
        found, errors = tunnel_networks(tunnels, gateway, sources is not None)
        errors += [] if is_absent else route_errors(found, vpc, sources)
        return TunnelRules(needed_pairs(found, vpc.subnets, sources), frozenset()), errors
    tunnels, name = tuple(tunnels), tunnel["vpn_conn_name"]
    own_items = [item for item in tunnels if item.fields["vpn_conn_name"] == name]
    other_items = [item for item in tunnels if item.fields["vpn_conn_name"] != name]
    own, errors = tunnel_networks(own_items, gateway, sources is not None)
    others, errors_of_others = tunnel_networks(other_items, gateway, sources is not None)
    desired = TunnelNetworks(name, *(to_networks(tunnel.get(side)) for side in SIDES))
    if desired.local and desired.remote:
        errors = []  # the task provides all networks, so those of the list are not needed
    errors += errors_of_others if deletes else []
    if own:
        desired = TunnelNetworks(name, desired.local or own[0].local, desired.remote or own[0].remote)
    if not is_absent:
        missing = [
            side for side, networks in zip(SIDES, desired[1:]) if not networks and (side == SIDES[1] or sources is None)
        ]
        errors += [
            MESSAGES["routes_tunnel_networks"] % dict(options, option=side, name=desired.name) for side in missing
        ]
        errors += route_errors([desired], vpc, sources)
    return rules_of_tunnel(desired, own, others, vpc.subnets, sources, is_absent), errors


def to_networks(texts: Optional[Iterable[str]]) -> Tuple[Any, ...]:
    """Return networks of ipaddress for CIDRs."""
    return tuple(map(ip_network, texts or ()))


def sources_in(local: Any, subnets: Iterable[Any]) -> List[Any]:
    """Return the sources of the rules for a local network.

    A network inside a subnet is used as it is, because the API accepts a range inside one subnet. A wider network gives
    each subnet in it. There are no sources if it has nothing in common with a subnet.
    """
    same = [subnet for subnet in subnets if subnet.version == local.version]
    if any(map(local.subnet_of, same)):
        return [local]
    return sorted({subnet for subnet in same if subnet.subnet_of(local)}, key=_sort_key)


def route_errors(tunnels: Iterable[TunnelNetworks], vpc: VpcNetworks, sources: Optional[List[str]] = None) -> List[str]:
    """Return the reasons why rules that the tunnels need cannot be made; see needed_pairs()."""
    words = {"vpc_id": vpc.vpc_id, "subnets": ", ".join(map(str, vpc.subnets)) or "none"}
    errors = []
    for index, text in enumerate(sources or ()):
        source = ip_network(text)
        if source.prefixlen and sources_in(source, vpc.subnets) != [source]:
            errors.append(MESSAGES["routes_source_outside"] % dict(words, option="sources[%d]" % index, value=source))
    for tunnel in tunnels:
        for local in tunnel.local if sources is None else ():
            if not sources_in(local, vpc.subnets):
                errors.append(MESSAGES["routes_local_outside"] % dict(words, value=local, name=tunnel.name))
        for remote in tunnel.remote:
            for network in _overlapped(remote, vpc.cidrs):
                more = {"value": remote, "name": tunnel.name, "network": network}
                errors.append(MESSAGES["routes_remote_overlaps"] % dict(words, **more))
    return errors


def _overlapped(remote: Any, cidrs: Iterable[Any]) -> List[Any]:
    """Return the networks of a VPC that a destination must not overlap, but does; 0.0.0.0/0 may overlap anything."""
    return [
        cidr
        for cidr in cidrs
        if cidr.version == remote.version and cidr.prefixlen and remote.prefixlen and cidr.overlaps(remote)
    ]


def _sort_key(network: Any) -> Tuple[Any, ...]:
    return network.version, int(network.network_address), network.prefixlen


def _to_network(text: Any) -> Any:
    """Return a network of ipaddress, None for anything else."""
    try:
        return ip_network(text) if text and isinstance(text, str) else None
    except ValueError:
        return None


class GatewayRoute(VpcRoute):
    """A rule that leads to one VPN gateway. A purge deletes a rule only if two lists show that it leads there."""

    connection_fields: Tuple[str, ...] = (*VpcRoute.natural_key, "nexthop_type", "nexthop_id")

    def reject_unchangeable(self, desired: Desired, item: Item) -> None:
        """See VpcRoute.reject_unchangeable(); a rule that leads elsewhere is not updated."""
        fields = item.fields
        hops = [name for name in ("nexthop_type", "nexthop_id") if not _may_have_hop(fields, name, desired.fields)]
        if hops and not desired.is_absent and fields["nexthop_type"] != SYSTEM:
            words = {"name": self.name_of(fields), "id": fields["route_rule_id"], "scope": self.scope_words(fields)}
            words["current"] = ", ".join(shown_hops(fields, "nexthop_id") or shown_hops(fields, "nexthop_type"))
            words["gateway"] = "gateway %s" % desired.fields["nexthop_id"]
            raise ConflictError(MESSAGES["routes_taken"] % words, "RoutesNotPossible")
        super().reject_unchangeable(desired, item)


def _may_have_hop(fields: Dict[str, Any], name: str, desired: Dict[str, Any]) -> bool:
    """Return False if a rule shows another next hop than the desired one."""
    return shown_hops(fields, name) in ([], [desired.get(name)])


def leads_to(vpn_id: str) -> Callable[[Entry], bool]:
    """Return a function that says whether a purge has to look at a rule.

    It has to if the rule leads to the gateway. A rule without a pair counts too, because it may be any rule.
    """

    def leads(entry: Entry) -> bool:
        fields = entry.item.fields
        return entry.name is None or (fields["nexthop_type"], fields["nexthop_id"]) == (VPN, vpn_id)

    return leads


GATEWAY_ROUTE = GatewayRoute()


class GatewayRoutesApi(VpcRouteApi):
    """The operations on the rules of a VPC's default route table.

    :ivar rules: the fields of those in the last list, without the rules of the system.
    """

    type = GATEWAY_ROUTE

    def __init__(self, client: Any, values: Dict[str, Any]) -> None:
        """See RestReader."""
        super().__init__(client, values)
        self.rules: List[Dict[str, Any]] = []

    def list(self, deadline: float | None = None) -> Any:
        """See ResourceApi.list()."""
        listed = super().list(deadline)
        self.rules = [item.fields for item in listed.items if item.fields["nexthop_type"] != SYSTEM]
        return listed

    def choose_table(self, tables: List[Dict[str, Any]], scope: str) -> Dict[str, Any]:
        """See VpcRouteApi.choose_table(); of several tables, the default one."""
        named = [table for table in tables if table.get("name") == DEFAULT_TABLE]
        if len(tables) > 1 and len(named) != 1:
            words = {"scope": scope, "count": len(tables), "ids": self.table_ids(tables), "name": DEFAULT_TABLE}
            raise ConflictError(MESSAGES["routes_tables_ambiguous"] % words, "AmbiguousRouteTable")
        return named[0] if len(tables) > 1 else tables[0]
