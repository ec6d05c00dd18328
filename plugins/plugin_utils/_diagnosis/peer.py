# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be wrong at the peer's end. Each check returns the words of its sentence, or None. Pure: no I/O."""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, FrozenSet, Iterable, Optional, Sequence, Tuple

from .facts import (
    ANY_ADDRESS,
    Connection,
    Facts,
    LogLine,
    PeerFacts,
    RouteLookup,
    contains,
    network,
    overlaps,
    pairs,
    words,
)
from .firewall import DROPPED, TRANSLATED, Packet, clamps_segments, verdict
from .negotiation import (
    AGGRESSIVE,
    CLOUD_ID,
    ESP_PROPOSAL,
    KEY,
    KEY_MISSING,
    NETWORKS,
    NO_RESPONSE,
    NOT_SENT,
    PROPOSAL,
    REFUSED,
    UNKNOWN_PEER,
    End,
    has_attempt,
    has_response,
    last_end,
)

Words = Optional[Dict[str, Any]]
Check = Callable[[Facts], Words]
IKE_PORTS = ("500", "4500")
ESP_OVERHEAD_BYTES = 100  # of the largest cipher and checksum, in UDP
TCP_HEADERS_BYTES = 40
TUNNEL_LINKS = ("ipsec", "vti", "xfrm")  # whose MTU leaves room for ESP already


def _peer_check(check: Callable[[Facts, PeerFacts], Words]) -> Check:
    """Return a check that is made only where the peer's facts are there; its words have the peer's name."""

    @functools.wraps(check)
    def wrapper(facts: Facts) -> Words:
        if facts.peer is None:
            return None
        found = check(facts, facts.peer)
        return None if found is None else {"peer": facts.peer.host, **found}

    return wrapper


def _connection_check(check: Callable[[Connection, Connection], Words]) -> Check:
    """Return a check of the peer's connection, which gets how it must be, and how it is."""

    @functools.wraps(check)
    def wrapper(facts: Facts) -> Words:
        if not (facts.peer and facts.expected and facts.connection):
            return None
        found = check(facts.expected, facts.connection)
        return None if found is None else {"peer": facts.peer.host, "connection": facts.connection_name, **found}

    return wrapper


def _differs(name: str, show: Callable[[Any], str] = str) -> Check:
    """Return the check whether a value of the connection is another one; an unknown value is not."""

    def check(expected: Connection, actual: Connection) -> Words:
        should, value = getattr(expected, name), getattr(actual, name)
        if value in (None, ()) or value == should:
            return None
        return {"actual": show(value), "expected": show(should)}

    return _connection_check(check)


# --- the daemon and its configuration ---


@_peer_check
def daemon_down(facts: Facts, peer: PeerFacts) -> Words:
    """The daemon does not respond."""
    return {"error": peer.error} if peer.error else None


@_peer_check
def not_configured(facts: Facts, peer: PeerFacts) -> Words:
    """The peer has no connection to the gateway."""
    is_missing = facts.cloud.tunnel and not peer.error and facts.connection is None
    return {"connection": facts.connection_name, "gateway": facts.cloud.gateway["eip"]} if is_missing else None


@_peer_check
def not_loaded(facts: Facts, peer: PeerFacts) -> Words:
    """The file has the connection, or has it otherwise, and the daemon has not."""
    written, loaded = peer.written.get(facts.connection_name), peer.loaded.get(facts.connection_name)
    if written is None or peer.error or (loaded and _is_same(written, loaded)):
        return None
    return {"connection": facts.connection_name}


def _is_same(written: Connection, loaded: Connection) -> bool:
    known = [
        (written.version, loaded.version),
        (written.cloud_addresses, loaded.cloud_addresses),
        (written.peer_addresses, loaded.peer_addresses),
        (written.peer_id, loaded.peer_id),
        (written.cloud_id, loaded.cloud_id),
        (_all_pairs(written), _all_pairs(loaded)),
    ]
    return all(one == other for one, other in known if None not in (one, other))


def _all_pairs(connection: Connection) -> FrozenSet[Tuple[str, str]]:
    return frozenset(pair for child in connection.children for pair in pairs(child))


version_differs = _differs("version", lambda value: "IKEv%d" % value if value else "any version of IKE")
mode_differs = _differs("is_aggressive", lambda value: "aggressive" if value else "main")
cloud_id_differs = _differs("cloud_id")
peer_id_differs = _differs("peer_id")


@_connection_check
def gateway_address_differs(expected: Connection, actual: Connection) -> Words:
    """The peer connects to another address."""
    return _address_words(expected.cloud_addresses, actual.cloud_addresses)


@_connection_check
def own_address_differs(expected: Connection, actual: Connection) -> Words:
    """The peer uses another address of its own than the tunnel has."""
    return _address_words(expected.peer_addresses, actual.peer_addresses)


def _address_words(expected: Sequence[str], actual: Sequence[str]) -> Words:
    if not actual or ANY_ADDRESS in actual or ANY_ADDRESS in expected or set(expected) & set(actual):
        return None
    return {"actual": words(actual), "expected": words(expected)}


@_peer_check
def behind_nat(facts: Facts, peer: PeerFacts) -> Words:
    """The address of the connection is not one of the host."""
    connection = facts.connection
    if not connection or not peer.addresses or ANY_ADDRESS in connection.peer_addresses:
        return None
    if not connection.peer_addresses or peer.addresses & set(connection.peer_addresses):
        return None
    return {"address": words(connection.peer_addresses)}


@_connection_check
def ike_proposal_differs(expected: Connection, actual: Connection) -> Words:
    """No proposal of the peer is the tunnel's."""
    return _proposal_words(expected.proposals, actual.proposals)


def _esp_words(expected: Connection, actual: Connection) -> Words:
    for child in actual.children:
        found = _proposal_words(expected.children[0].proposals, child.proposals)
        if found:
            return found
    return None


@_connection_check
def esp_proposal_differs(expected: Connection, actual: Connection) -> Words:
    """No ESP proposal of a child is the tunnel's, not only in its group."""
    found = _esp_words(expected, actual)
    return None if found is None or _is_pfs_only(found) else found


@_connection_check
def pfs_differs(expected: Connection, actual: Connection) -> Words:
    """The ESP proposals differ in the group of PFS only."""
    return _pfs_words(expected, actual) if expected.version == 1 else None


@_connection_check
def pfs_differs_at_rekeying(expected: Connection, actual: Connection) -> Words:
    """The same with IKEv2, which makes the first keys of ESP together with those of IKE."""
    return _pfs_words(expected, actual) if expected.version == 2 else None


def _pfs_words(expected: Connection, actual: Connection) -> Words:
    found = _esp_words(expected, actual)
    return found if found and _is_pfs_only(found) else None


def _is_pfs_only(found: Dict[str, Any]) -> bool:
    return bool(found["expected"].split("-")[:2] == found["actual"].split(", ")[0].split("-")[:2])


def _proposal_words(expected: Sequence[str], actual: Sequence[str]) -> Words:
    if not actual or "default" in actual or {*map(_as_set, expected)} & {*map(_as_set, actual)}:
        return None
    return {"actual": words(actual), "expected": words(expected)}


def _as_set(proposal: str) -> FrozenSet[str]:
    return frozenset("aes128" if word == "aes" else word for word in proposal.split("-"))


@_connection_check
def networks_differ(expected: Connection, actual: Connection) -> Words:
    """The peer has other pairs of networks."""
    should, has = _all_pairs(expected), _all_pairs(actual)
    if not has or should == has:
        return None
    missing, surplus = should - has, has - should
    sides = [
        (name, _side(missing, index) or _side(should, index), _side(surplus, index) or _side(has, index))
        for index, name in enumerate(("cloud", "peer"))
    ]
    name, right, wrong = next((side for side in sides if side[1] != side[2]), sides[0])
    return {"side": "the cloud's" if name == "cloud" else "its own", "actual": words(wrong), "expected": words(right)}


def _side(found: Iterable[Tuple[str, str]], index: int) -> FrozenSet[str]:
    return frozenset(pair[index] for pair in found)


@_connection_check
def life_time_differs(expected: Connection, actual: Connection) -> Words:
    """A life time is another one, which is harmless as long as both ends rekey."""
    esp = [child.seconds for child in actual.children if child.seconds is not None]
    for name, should, values in (
        ("IKE", expected.ike_seconds, [actual.ike_seconds]),
        ("ESP", expected.children[0].seconds, esp[:1]),
    ):
        if values and values[0] is not None and values[0] != should:
            return {"name": name, "actual": values[0], "expected": should}
    return None


# --- how the last negotiation ended ---


def _end(facts: Facts) -> Optional[End]:
    peer = facts.peer
    if peer is None or facts.connection is None or facts.is_established:
        return None
    return last_end(_log(peer), facts.cloud.gateway["eip"] or "")


def _log(peer: PeerFacts) -> Sequence[LogLine]:
    return peer.attempt if peer.attempt is not None else peer.log


def _ended(*kinds: str) -> Check:
    @_peer_check
    def check(facts: Facts, peer: PeerFacts) -> Words:
        end = _end(facts)
        if end is None or end.kind not in kinds:
            return None
        return {
            "line": end.line,
            "gateway": facts.cloud.gateway["eip"],
            "remote_ip": (facts.cloud.tunnel or {}).get("remote_ip"),
            "own_firewall": "" if peer.firewall is None else ", and its own firewall is not the reason",
        }

    return check


key_missing = _ended(KEY_MISSING)
key_differs = _ended(KEY)
authentication_refused = _ended(REFUSED)
cloud_has_other_id = _ended(CLOUD_ID)
proposal_refused = _ended(PROPOSAL)
esp_proposal_refused = _ended(ESP_PROPOSAL)
networks_refused = _ended(NETWORKS)
aggressive_refused = _ended(AGGRESSIVE)
unknown_to_daemon = _ended(UNKNOWN_PEER)
not_sent = _ended(NOT_SENT)
no_response = _ended(NO_RESPONSE)


@_peer_check
def no_attempt(facts: Facts, peer: PeerFacts) -> Words:
    """The tunnel is down, and nothing in the log says why."""
    if facts.connection is None or facts.is_established or peer.attempt is not None:
        return None
    return None if has_attempt(peer.log, facts.cloud.gateway["eip"] or "") else {"connection": facts.connection_name}


@_peer_check
def unexplained(facts: Facts, peer: PeerFacts) -> Words:
    """The tunnel is down for a reason that nothing shows."""
    is_down = facts.connection is not None and not facts.is_established
    return {} if is_down and _end(facts) is None else None


# --- packets of IKE and of the tunnel, on the host ---


@_peer_check
def ike_filtered(facts: Facts, peer: PeerFacts) -> Words:
    """The host's firewall drops IKE to or from the gateway."""
    gateway, own = facts.cloud.gateway["eip"], (facts.cloud.tunnel or {}).get("remote_ip")
    if not peer.firewall or not gateway or facts.is_established or has_response(_log(peer), gateway):
        return None
    own = next(iter(set(facts.connection.peer_addresses) & peer.addresses), own) if facts.connection else own
    for port in IKE_PORTS:
        link = peer.gateway_link or None
        ways = {
            "output": Packet(str(own), gateway, "udp", port, out_link=link),
            "input": Packet(gateway, str(own), "udp", port, in_link=link),
        }
        for hook, packet in ways.items():
            if verdict(peer.firewall, hook, packet) == DROPPED:
                return {"port": port, "hook": hook, "gateway": gateway}
    return None


@_peer_check
def no_route_to_gateway(facts: Facts, peer: PeerFacts) -> Words:
    """The host has no route to the gateway."""
    gateway = facts.cloud.gateway["eip"]
    return {"gateway": gateway, "error": peer.gateway_route_error} if gateway and peer.gateway_route_error else None


@_peer_check
def peer_network_overlaps(facts: Facts, peer: PeerFacts) -> Words:
    """The host is itself in a network of the cloud's side."""
    for cidr, link in peer.networks:
        for other in (facts.cloud.tunnel or {}).get("local_subnets") or []:
            if overlaps(cidr, other) and not link.startswith(TUNNEL_LINKS):
                return {"network": str(network(cidr)), "link": link, "other": other}
    return None


@_peer_check
def not_forwarding(facts: Facts, peer: PeerFacts) -> Words:
    """The host does not forward packets."""
    return {} if not peer.is_forwarding and _has_lan(facts) else None


def _has_lan(facts: Facts) -> bool:
    """Return whether the peer's end is more than the host itself."""
    found = [network(text) for text in (facts.cloud.tunnel or {}).get("remote_subnets") or []]
    return any(each is not None and each.num_addresses > 1 for each in found)


def _on_route(check: Callable[[RouteLookup, PeerFacts], Words]) -> Check:
    @_peer_check
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
    """The host drops packets of the LAN to the cloud, because of its routes; a tunnel that is down has none."""
    return _route_fails(facts) if facts.is_established else None


@_on_route
def forward_filtered(route: RouteLookup, peer: PeerFacts) -> Words:
    """The host's firewall drops packets of the tunnel on their way through."""
    ways = [
        (Packet(route.peer_host, route.cloud_host, in_link=route.lan_link, out_link=route.link), "to"),
        (Packet(route.cloud_host, route.peer_host, in_link=route.link, out_link=route.lan_link), "from"),
    ]
    for packet, way in ways if peer.firewall else []:
        if verdict(peer.firewall or (), "forward", packet) == DROPPED:
            return {"way": way}
    return None


@_on_route
def translated(route: RouteLookup, peer: PeerFacts) -> Words:
    """The host translates the source of packets to the cloud, which then are not the tunnel's."""
    packet = Packet(route.peer_host, route.cloud_host, in_link=route.lan_link, out_link=route.link)
    is_nat = bool(peer.firewall) and verdict(peer.firewall or (), "postrouting", packet, "nat") == TRANSLATED
    return {} if is_nat else None


# --- an established tunnel that carries nothing, or only in one direction ---


def _idle(has_in: bool, has_out: bool) -> Check:
    @_peer_check
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
            "cloud_networks": words(tunnel.get("local_subnets") or []),
            "peer_networks": words(tunnel.get("remote_subnets") or []),
        }

    return check


nothing_returns = _idle(False, True)
nothing_leaves = _idle(True, False)
no_packets = _idle(False, False)


@_peer_check
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


@_peer_check
def partly_established(facts: Facts, peer: PeerFacts) -> Words:
    """Some pairs of networks have an established child, others have not."""
    if facts.is_established or not facts.traffic or facts.expected is None:
        return None
    there = {pair for each in facts.traffic for pair in pairs(each.child)}
    missing = [
        "%s to %s" % pair
        for pair in _all_pairs(facts.expected)
        if not any(contains(one[0], pair[0]) and contains(one[1], pair[1]) for one in there)
    ]
    return {"pairs": words(missing), "connection": facts.connection_name} if missing else None
