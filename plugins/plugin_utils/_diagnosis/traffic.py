# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check routes, firewall and packet counters of the peer's end. The docstring of each check is what it finds. Pure."""

from __future__ import annotations

from typing import Callable, Iterator, Optional, Tuple

from .checks import Check, Words, peer_check
from .cloud import EVERYTHING
from .facts import Facts, PeerFacts, RouteLookup, contains, network, overlaps, pairs, words
from .firewall import ACCEPTED, DROPPED, TRANSLATED, Packet, clamps_segments, verdict
from .negotiation import has_attempt, has_response
from .peer import all_pairs, negotiation_log, no_packet_arrives

IKE_PORTS = ("500", "4500")
ESP_OVERHEAD_BYTES = 100  # of the largest cipher and checksum, in UDP
TCP_HEADERS_BYTES = 40
TUNNEL_LINKS = ("ipsec", "vti", "xfrm")  # whose MTU leaves room for ESP already


# --- packets of IKE and of the tunnel, on the host ---


@peer_check
def ike_filtered(facts: Facts, peer: PeerFacts) -> Words:
    """The host's firewall drops IKE to or from the gateway."""
    gateway = facts.cloud.gateway["eip"]
    if not gateway or facts.is_established or has_response(negotiation_log(peer), gateway):
        return None
    for port, hook, decided in _ike_verdicts(facts, peer, gateway):
        if decided == DROPPED:
            return {"port": port, "hook": hook, "gateway": gateway}
    return None


@peer_check
def no_response(facts: Facts, peer: PeerFacts) -> Words:
    """No packet of the gateway arrives."""
    found, gateway = no_packet_arrives(facts), facts.cloud.gateway["eip"]
    if found is None or not gateway:
        return found
    decided = {each for _port, _hook, each in _ike_verdicts(facts, peer, gateway)}
    return dict(found, own_firewall=", and its own firewall is not the reason" if decided == {ACCEPTED} else "")


def _ike_verdicts(facts: Facts, peer: PeerFacts, gateway: str) -> Iterator[Tuple[str, str, Optional[str]]]:
    """Yield the port and the hook of each packet of IKE, and what the host's firewall does with it, see verdict()."""
    own = (facts.cloud.tunnel or {}).get("remote_ip")
    own = next(iter(set(facts.connection.peer_addresses) & peer.addresses), own) if facts.connection else own
    link = peer.gateway_link or None
    # A response to the peer's own attempt belongs to its connection.
    state = "established" if has_attempt(negotiation_log(peer), gateway) else "new"
    for port in IKE_PORTS if peer.firewall else ():
        ways = {
            "output": Packet(str(own), gateway, "udp", port, out_link=link),
            "input": Packet(gateway, str(own), "udp", port, in_link=link, state=state),
        }
        for hook, packet in ways.items():
            yield port, hook, verdict(peer.firewall or (), hook, packet)


@peer_check
def no_route_to_gateway(facts: Facts, peer: PeerFacts) -> Words:
    """The host has no route to the gateway."""
    gateway = facts.cloud.gateway["eip"]
    return {"gateway": gateway, "error": peer.gateway_route_error} if gateway and peer.gateway_route_error else None


@peer_check
def peer_network_overlaps(facts: Facts, peer: PeerFacts) -> Words:
    """The host itself has an address in a network of the cloud's side."""
    for cidr, link in peer.networks:
        for other in (facts.cloud.tunnel or {}).get("local_subnets") or []:
            if overlaps(cidr, other) and other not in EVERYTHING and not link.startswith(TUNNEL_LINKS):
                return {"network": str(network(cidr)), "link": link, "other": other}
    return None


@peer_check
def not_forwarding(facts: Facts, peer: PeerFacts) -> Words:
    """The host does not forward packets."""
    return {} if not peer.is_forwarding and _has_lan(facts) else None


def _has_lan(facts: Facts) -> bool:
    """Return whether the peer's end is more than the host itself."""
    found = [network(text) for text in (facts.cloud.tunnel or {}).get("remote_subnets") or []]
    return any(each is not None and each.num_addresses > 1 for each in found)


def _on_route(check: Callable[[RouteLookup, PeerFacts], Words]) -> Check:
    @peer_check
    def wrapper(facts: Facts, peer: PeerFacts) -> Words:
        for route in peer.routes if facts.connection else []:
            found = check(route, peer)
            if found is not None:
                return {"cloud_host": route.cloud_host, "peer_host": route.peer_host, **found}
        return None

    return wrapper


@_on_route
def _route_fails(route: RouteLookup, peer: PeerFacts) -> Words:
    return {"error": route.error} if route.error and peer.is_forwarding else None


def peer_route_missing(facts: Facts) -> Words:
    """The host has no route from the LAN to the cloud. Only a tunnel that is up is checked, because it adds routes."""
    return _route_fails(facts) if facts.is_established else None


@_on_route
def forward_filtered(route: RouteLookup, peer: PeerFacts) -> Words:
    """The host's firewall drops packets of the tunnel on their way through."""
    link, lan_link = route.link or None, route.lan_link or None
    ways = [
        (Packet(route.peer_host, route.cloud_host, in_link=lan_link, out_link=link), "to"),
        (Packet(route.cloud_host, route.peer_host, in_link=link, out_link=lan_link), "from"),
    ]
    # Packets of the host itself are not forwarded.
    for packet, way in ways if peer.firewall and lan_link != "lo" else []:
        if verdict(peer.firewall or (), "forward", packet) == DROPPED:
            return {"way": way}
    return None


@_on_route
def translated(route: RouteLookup, peer: PeerFacts) -> Words:
    """The host translates the source of packets to the cloud, so that they no longer match the tunnel."""
    packet = Packet(route.peer_host, route.cloud_host, in_link=route.lan_link or None, out_link=route.link or None)
    is_nat = bool(peer.firewall) and verdict(peer.firewall or (), "postrouting", packet, "nat") == TRANSLATED
    return {} if is_nat else None


# --- an established tunnel that carries nothing, or only in one direction ---


def _idle(has_in: bool, has_out: bool) -> Check:
    @peer_check
    def check(facts: Facts, peer: PeerFacts) -> Words:
        if not facts.is_established:
            return None
        packets_in = sum(each.packets_in for each in facts.traffic)
        packets_out = sum(each.packets_out for each in facts.traffic)
        if (packets_in > 0, packets_out > 0) != (has_in, has_out):
            return None
        tunnel = facts.cloud.tunnel or {}
        return {
            "packets_in": packets_in,
            "packets_out": packets_out,
            "rules": "" if facts.cloud.rules is None else ", and the route rules of the VPC are right",
            "cloud_networks": words(tunnel.get("local_subnets") or []),
            "peer_networks": words(tunnel.get("remote_subnets") or []),
        }

    return check


nothing_returns = _idle(False, True)
nothing_leaves = _idle(True, False)
no_packets = _idle(False, False)


@peer_check
def too_large(facts: Facts, peer: PeerFacts) -> Words:
    """Packets were too large for the tunnel, and nothing limits the segments of TCP."""
    is_used = any(each.packets_in and each.packets_out for each in facts.traffic)
    if not (is_used and peer.too_large) or clamps_segments(peer.firewall or ()):
        return None
    room = [
        peer.link_mtu[route.link] - (0 if route.link.startswith(TUNNEL_LINKS) else ESP_OVERHEAD_BYTES)
        for route in peer.routes
        if route.link in peer.link_mtu
    ]
    return {"count": peer.too_large, "mss": min(room, default=1400) - TCP_HEADERS_BYTES}


@peer_check
def partly_established(facts: Facts, peer: PeerFacts) -> Words:
    """Only some pairs of networks have an established child SA."""
    if facts.is_established or not facts.traffic or facts.expected is None:
        return None
    there = {pair for each in facts.traffic for pair in pairs(each.child)}
    missing = [
        "%s to %s" % pair
        for pair in all_pairs(facts.expected)
        if not any(contains(one[0], pair[0]) and contains(one[1], pair[1]) for one in there)
    ]
    return {"pairs": words(missing), "connection": facts.connection_name} if missing else None
