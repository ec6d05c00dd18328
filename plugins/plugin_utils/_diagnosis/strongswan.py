# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parse the output of playbooks/files/read_strongswan.sh, which describes a host with strongSwan. Pure: no I/O."""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from .facts import Child, Connection, LogLine, PeerFacts, RouteLookup, Traffic

PART = re.compile(r"(?m)^@@ (.*)\n?")
LOG_LINE = re.compile(r"(?:^|\s)(\d*)\[([A-Z]{3})\] (.*)")
NO_DAEMON = re.compile("connecting to .* failed|not found|[Pp]ermission denied")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# A daemon that accepts both versions initiates IKEv2.
VERSIONS = {"IKEv1": 1, "IKEv2": 2, "1": 1, "2": 2, "IKEv1/2": 2, "0": 2}
DEFAULT_IDS = ("%any", "")

Tree = Dict[str, Any]


def read_strongswan(host: str, text: str) -> PeerFacts:
    """Return the facts of a host.

    :param host: its name in the inventory.
    :param text: the output of the script.
    """
    found = PART.split(text)
    parts = dict(zip(found[1::2], found[2::2]))
    connections = parts.get("connections", "")
    loaded = parse_tree(connections)
    return PeerFacts(
        host=host,
        error=_last_line(connections) if NO_DAEMON.search(connections) else "",
        loaded={name: _loaded(tree) for event in _all(loaded, "list-conn event") for name, tree in event.items()},
        written=read_files(parts.get("files", "")),
        traffic=_traffic(parse_tree(parts.get("tunnels", ""))),
        log=_log(parts.get("log", "")),
        attempt=_log(parts["attempt"]) if "attempt" in parts else None,
        networks=[(cidr, link) for link, cidr in _pairs(parts.get("addresses", ""))],
        is_forwarding=parts.get("forwarding", "").strip() != "0",
        link_mtu={name: int(mtu) for name, mtu in _pairs(parts.get("links", ""))},
        too_large=int(parts.get("fragmentation", "").strip() or 0),
        gateway_route_error=_route_error(parts.get("gateway", "")),
        gateway_link=_link(parts.get("gateway", "")),
        routes=[_route(name, parts) for name in parts if name.startswith("route ")],
        firewall=_firewall(parts.get("firewall", "")),
    )


def read_files(text: str) -> Dict[str, Connection]:
    """Return the connections of swanctl.conf files by name."""
    return {
        name: _written(tree)
        for section in _all(parse_tree(text), "connections")
        for name, tree in section.items()
        if isinstance(tree, dict)
    }


# --- the two formats with braces: files, and what swanctl --pretty prints ---


def parse_tree(text: str) -> Tree:
    """Return the sections of a text as a dict. A section that occurs several times is a list of dicts."""
    root: Tree = {}
    stack: List[Any] = [root]
    for line in map(str.strip, text.splitlines()):
        top = stack[-1]
        if line in ("}", "]"):
            if len(stack) > 1:
                stack.pop()
        elif isinstance(top, list):
            top.append(line)
        elif line.endswith("{") or re.search(r"= \[$", line):
            name = line.rstrip("{[ ").rstrip(" =").strip()
            value: Any = [] if line.endswith("[") else {}
            _add(top, name, value)
            stack.append(value)
        elif "=" in line:
            name, _equals, word = line.partition("=")
            top[name.strip()] = word.strip().strip('"')
    return root


def _add(tree: Tree, name: str, value: Any) -> None:
    existing = tree.get(name)
    if isinstance(existing, dict) and isinstance(value, dict):
        value = [existing, value]
        tree[name] = value
    elif isinstance(existing, list) and isinstance(value, dict):
        existing.append(value)
    else:
        tree[name] = value


def _all(tree: Tree, name: str) -> List[Tree]:
    found = tree.get(name, [])
    return found if isinstance(found, list) else [found]


def _items(value: Any) -> Tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else tuple(re.split(r"[,\s]+", value.strip())) if value else ()


def _sections(tree: Mapping[str, Any], pattern: str) -> List[Tree]:
    return [value for name, value in tree.items() if isinstance(value, dict) and re.fullmatch(pattern, name)]


def _seconds(text: Optional[str]) -> Optional[int]:
    found = re.fullmatch(r"(\d+)([smhd]?)", text or "")
    return int(found.group(1)) * UNITS[found.group(2) or "s"] if found else None


def _identity(tree: Tree, side: str) -> Optional[str]:
    ids = [section.get("id") for section in _sections(tree, side + r"(-\d+)?")]
    return next((text for text in ids if text not in (None, *DEFAULT_IDS)), None)


def _loaded(tree: Tree) -> Connection:
    """Return a connection as the daemon lists it, which is without proposals and life times."""
    children = tree.get("children", {})
    return Connection(
        version=VERSIONS.get(tree.get("version", "")),
        is_aggressive=None,
        peer_addresses=_items(tree.get("local_addrs")),
        cloud_addresses=_items(tree.get("remote_addrs")),
        peer_id=_identity(tree, "local"),
        cloud_id=_identity(tree, "remote"),
        proposals=(),
        ike_seconds=None,
        children=tuple(
            Child(frozenset(_items(child.get("remote-ts"))), frozenset(_items(child.get("local-ts"))))
            for child in children.values()
            if isinstance(child, dict) and child.get("mode") == "TUNNEL"
        ),
    )


def _written(tree: Tree) -> Connection:
    rekey, over = _seconds(tree.get("rekey_time") or tree.get("reauth_time")), _seconds(tree.get("over_time"))
    children = tree.get("children", {})
    return Connection(
        version=VERSIONS.get(tree.get("version", "0")),
        is_aggressive=tree.get("aggressive", "no") in ("yes", "true", "1"),
        peer_addresses=_items(tree.get("local_addrs", "%any")),
        cloud_addresses=_items(tree.get("remote_addrs", "%any")),
        peer_id=_identity(tree, "local"),
        cloud_id=_identity(tree, "remote"),
        proposals=_items(tree.get("proposals")),
        ike_seconds=None if rekey is None else rekey + (rekey // 10 if over is None else over),
        children=tuple(
            Child(
                frozenset(_items(child.get("remote_ts"))),
                frozenset(_items(child.get("local_ts"))),
                _items(child.get("esp_proposals")),
                _seconds(child.get("life_time")),
            )
            for child in children.values()
            if isinstance(child, dict) and child.get("mode", "tunnel") == "tunnel"
        ),
    )


def _traffic(tree: Tree) -> Dict[str, List[Traffic]]:
    """Return the established children of each connection."""
    found: Dict[str, List[Traffic]] = {}
    for event in _all(tree, "list-sa event"):
        for name, ike in event.items():
            children = [child for child in ike.get("child-sas", {}).values() if child.get("state") == "INSTALLED"]
            found.setdefault(name, []).extend(
                Traffic(
                    Child(frozenset(_items(child.get("remote-ts"))), frozenset(_items(child.get("local-ts")))),
                    int(child.get("packets-in", 0)),
                    int(child.get("packets-out", 0)),
                )
                for child in children
            )
    return found


# --- what other programs print ---


def _log(text: str) -> List[LogLine]:
    """Return the lines of a log, which is a file, the output of swanctl --initiate, or journal entries as JSON."""
    return [line for line in map(_log_line, text.splitlines()) if line]


def _log_line(line: str) -> Optional[LogLine]:
    if line.startswith("{"):
        try:
            entry = json.loads(line)
        except ValueError:
            return None
        return LogLine(str(entry.get("THREAD", "")), str(entry.get("MESSAGE", "")))
    found = LOG_LINE.search(line)
    return LogLine(found.group(1), found.group(3)) if found else None


def _pairs(text: str) -> List[Tuple[str, str]]:
    return re.findall(r"(?m)^(\S+) (\S+)$", text)


def _route_error(text: str) -> str:
    found = re.search(r"(?m)^(?:RTNETLINK answers|Error): (.*)|^(blackhole|unreachable|prohibit) ", text)
    return (found.group(1) or found.group(2)).rstrip(".").lower() if found else ""


def _route(name: str, parts: Mapping[str, str]) -> RouteLookup:
    """Return the routes between a pair of hosts.

    :param name: the heading of the part with the route to the cloud, which has the two addresses.
    """
    _route_word, cloud_host, peer_host = name.split()
    to_cloud, to_lan = parts[name], parts.get("lan %s %s" % (cloud_host, peer_host), "")
    return RouteLookup(cloud_host, peer_host, _route_error(to_cloud), _link(to_cloud), _link(to_lan))


def _link(text: str) -> str:
    found = re.search(r" dev (\S+)", text)
    return found.group(1) if found else ""


def _firewall(text: str) -> Optional[Sequence[Mapping[str, Any]]]:
    try:
        found = json.loads(text)["nftables"]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, list) else None


def _last_line(text: str) -> str:
    return text.strip().splitlines()[-1].strip()
