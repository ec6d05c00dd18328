# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find what the rules of nftables do with one packet. Pure: no I/O.

A match that is not supported here, such as one of iptables' own extensions, makes the result unknown (None).
"""

from __future__ import annotations

import ipaddress
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

DROPPED, ACCEPTED, TRANSLATED = "dropped", "accepted", "translated"
RETURN, GO_ON = "return", "go on"
OTHER_PROTOCOL = "another protocol"
WORDS = {"esp": "50", "udp": "17", "tcp": "6", "icmp": "1", "isakmp": "500", "ipsec-nat-t": "4500", "ipv4": "2"}
NEUTRAL = {"counter", "log", "comment", "mangle", "notrack", "ct helper", "ct timeout"}
FAMILIES = ("ip", "inet")


class Packet(NamedTuple):
    """A packet; a value is None where it is not known.

    :ivar state: that of its connection.
    """

    source: str
    destination: str
    protocol: Optional[str] = None
    port: Optional[str] = None
    in_link: Optional[str] = None
    out_link: Optional[str] = None
    state: str = "new"


def verdict(rules: Sequence[Mapping[str, Any]], hook: str, packet: Packet, kind: str = "filter") -> Optional[str]:
    """Return what happens to a packet at a hook: DROPPED, ACCEPTED or TRANSLATED; None if that is not certain.

    :param rules: what nft --json prints.
    :param kind: filter or nat.
    """
    chains = [entry["chain"] for entry in rules if "chain" in entry]
    base = [
        chain
        for chain in chains
        if chain.get("hook") == hook and chain.get("type") == kind and chain.get("family") in FAMILIES
    ]
    result: Optional[str] = ACCEPTED
    for chain in sorted(base, key=lambda each: each.get("prio", 0)):
        decided = _Table(rules, chain, packet).run(chain["name"])
        if decided in (RETURN, GO_ON):
            decided = DROPPED if chain.get("policy") == "drop" else ACCEPTED
        if decided == DROPPED:
            return DROPPED  # because no other chain can accept it then
        if decided != ACCEPTED:
            result = decided
    return result


def clamps_segments(rules: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether any rule sets the largest segment of TCP."""
    expressions = [expression for entry in rules if "rule" in entry for expression in entry["rule"].get("expr", [])]
    keys = [expression["mangle"]["key"] for expression in expressions if "mangle" in expression]
    return any(isinstance(key, dict) and key.get("tcp option", {}).get("name") == "maxseg" for key in keys)


class _Table:
    """The path of one packet through the chains of one table."""

    def __init__(self, rules: Sequence[Mapping[str, Any]], base: Mapping[str, Any], packet: Packet) -> None:
        self._packet = packet
        self._depth = 0
        self._chains: Dict[str, List[Any]] = {}
        place = (base["family"], base["table"])
        for rule in (entry["rule"] for entry in rules if "rule" in entry):
            if (rule["family"], rule["table"]) == place:
                self._chains.setdefault(rule["chain"], []).append(rule.get("expr", []))

    def run(self, chain: str) -> Optional[str]:
        self._depth += 1
        for expressions in self._chains.get(chain, []) if self._depth < 20 else []:
            decided = self._rule(expressions)
            if decided != GO_ON:
                self._depth -= 1
                return decided
        self._depth -= 1
        return GO_ON

    def _rule(self, expressions: Sequence[Mapping[str, Any]]) -> Optional[str]:
        is_certain = True
        for expression in expressions:
            ((name, value),) = expression.items()
            if name == "match":
                matches = _matches(value, self._packet)
                if matches is False:
                    return GO_ON
                is_certain = is_certain and matches is True
            elif name not in NEUTRAL:
                decided = self._statement(name, value)
                if decided == GO_ON:
                    continue
                return decided if is_certain else None
        return GO_ON

    def _statement(self, name: str, value: Any) -> Optional[str]:
        if name == "accept":
            return ACCEPTED
        if name in ("drop", "reject"):
            return DROPPED
        if name in ("masquerade", "snat"):
            return TRANSLATED
        if name == "return":
            return RETURN
        if name in ("jump", "goto"):
            decided = self.run(value["target"])
            is_back = decided in (RETURN, GO_ON)
            return (GO_ON if name == "jump" else RETURN) if is_back else decided
        return None


def _matches(match: Mapping[str, Any], packet: Packet) -> Optional[bool]:
    """Return whether a packet matches an expression, None if that is not known."""
    value = _left(match["left"], packet)
    if value == OTHER_PROTOCOL:
        return False  # of "!=" too, because a match of a port is one of its protocol first
    if value is None or match["op"] not in ("==", "!=", "in"):
        return None
    found = _is_in(value, match["right"])
    return (not found) if found is not None and match["op"] == "!=" else found


def _left(left: Any, packet: Packet) -> Optional[str]:
    if not isinstance(left, dict):
        return None
    meta, payload, state = left.get("meta", {}), left.get("payload", {}), left.get("ct", {})
    if state.get("key") == "state":
        return packet.state
    if meta:
        names = {"iifname": packet.in_link, "oifname": packet.out_link, "iif": packet.in_link, "oif": packet.out_link}
        names.update(l4proto=packet.protocol, nfproto="ipv4", protocol="ip")
        return names.get(meta["key"])
    field = (payload.get("protocol"), payload.get("field"))
    if field[0] in ("udp", "tcp", "th") and field[1] == "dport":
        if packet.protocol is None:
            return None
        return packet.port if field[0] in (packet.protocol, "th") else OTHER_PROTOCOL
    values = {("ip", "saddr"): packet.source, ("ip", "daddr"): packet.destination, ("ip", "protocol"): packet.protocol}
    return values.get((str(field[0]), str(field[1])))


def _is_in(value: str, right: Any) -> Optional[bool]:
    """Return whether the right side of a match contains a value; None if that is not known."""
    if isinstance(right, list):
        return _any(right, value)
    if isinstance(right, dict):
        if "set" in right:
            return _any(right["set"], value)
        if "prefix" in right:
            text = "%s/%s" % (right["prefix"]["addr"], right["prefix"]["len"])
            try:
                return ipaddress.ip_address(value) in ipaddress.ip_network(text, strict=False)
            except ValueError:
                return None
        if "range" in right:
            low, high = right["range"]
            try:
                return int(low) <= int(value) <= int(high)
            except (ValueError, TypeError):
                return None
        return None
    text = str(right)
    if text.startswith("@"):
        return None
    if text.endswith("*"):
        return value.startswith(text[:-1])
    return WORDS.get(value, value) == WORDS.get(text, text)


def _any(items: Any, value: str) -> Optional[bool]:
    found = [_is_in(value, item) for item in items]
    return True if True in found else None if None in found else False
