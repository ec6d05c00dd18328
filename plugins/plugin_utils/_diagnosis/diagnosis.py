# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Diagnose a tunnel from the facts of both ends. Pure: no I/O."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

from ...module_utils._bce.errors import InvalidOptionsError
from ...module_utils._bce.redaction import printable
from .._peer.swanctl import connection_name, render
from .facts import CloudFacts, Connection, Facts, PeerFacts, network
from .findings import FINDINGS
from .strongswan import read_files, read_strongswan

# The kind of a peer -> the function that reads the output of its script.
READERS = {"strongswan": read_strongswan}
UP, PARTLY, DOWN = "is established", "is established for only a part of its networks", "is not established"
UNKNOWN = "has an unknown state"
REACHABLE, UNREACHABLE = "reachable", "unreachable"
ALL_RIGHT = "nothing is wrong at the two ends"
ALL_RIGHT_NEXT = (
    "if packets still do not arrive, check the security groups and ACLs of the VPC, which this collection does not"
    " read, and the firewalls of the hosts"
)
CLOUD_RIGHT = "nothing is wrong at the cloud's end"
CLOUD_RIGHT_NEXT = "look at the peer's end: compare the device with the page of peer_sheet, and read its log"


class Diagnosis(NamedTuple):
    """What is wrong with a tunnel.

    :ivar sentence: what is wrong and what to do, from the first finding.
    :ivar findings: all findings, each a dict of name, cause and remedy.
    :ivar basis: a sentence about what was read.
    """

    sentence: str
    findings: List[Dict[str, str]]
    basis: str


def diagnose(
    cloud: Mapping[str, Any], peer: Optional[Mapping[str, Any]] = None, options: Optional[Mapping[str, Any]] = None
) -> Diagnosis:
    """Return the diagnosis of a tunnel.

    :param cloud: dict of name, gateway, tunnels, vpc and rules, as the info modules return them.
    :param peer: dict of kind, host and output (of the script there), or of host and error if it could not be read.
    :param options: how the peer should be configured: name, peer_id, local_id and peer_address of the filter swanctl.
    """
    facts = _facts(cloud, peer or {}, {name: value for name, value in (options or {}).items() if value})
    findings: List[Dict[str, str]] = []
    for finding in FINDINGS:
        words = None if findings and finding.is_last_resort else finding.check(facts)
        if words is not None:
            findings.append(_describe(finding, words))
    if findings:
        cause, remedy = findings[0]["cause"], findings[0]["remedy"]
    else:
        cause, remedy = (ALL_RIGHT, ALL_RIGHT_NEXT) if facts.peer else (CLOUD_RIGHT, CLOUD_RIGHT_NEXT)
    sentence = "%s %s: %s; %s." % (printable(facts.cloud.name), _state(facts), cause, remedy)
    return Diagnosis(sentence, findings, _basis(facts, peer or {}))


def _describe(finding: Any, words: Mapping[str, Any]) -> Dict[str, str]:
    safe = {name: printable(value) if isinstance(value, str) else value for name, value in words.items()}
    return {"name": finding.name, "cause": finding.cause % safe, "remedy": finding.remedy % safe}


def _facts(cloud: Mapping[str, Any], peer: Mapping[str, Any], options: Mapping[str, Any]) -> Facts:
    tunnels = [tunnel for tunnel in cloud["tunnels"] if tunnel["vpn_conn_name"] == cloud["name"]]
    tunnel = tunnels[0] if tunnels else None
    described = CloudFacts(
        cloud["name"], cloud["gateway"], tunnel, cloud["tunnels"], cloud.get("vpc") or {}, cloud.get("rules")
    )
    read = READERS[peer.get("kind") or "strongswan"](peer["host"], peer["output"]) if peer.get("output") else None
    if read is None:
        return Facts(described, None, None, "", None, [])
    name = connection_name(options.get("name") or cloud["name"])
    found = _find_connection(read, name, cloud["gateway"]["eip"])
    return Facts(
        described,
        read,
        _expected(tunnel, cloud["gateway"], options),
        found or name,
        _merge(read.loaded.get(found), read.written.get(found)) if found else None,
        read.traffic.get(found, []) if found else [],
    )


def _expected(
    tunnel: Optional[Mapping[str, Any]], gateway: Mapping[str, Any], options: Mapping[str, Any]
) -> Optional[Connection]:
    """Return how the peer must be configured, from what the filter swanctl renders."""
    try:
        text = render(tunnel, gateway, part="connections", **options)
    except InvalidOptionsError:
        return None  # because a finding about the cloud's end reports it
    found = read_files(text)
    return next((connection for name, connection in found.items() if not name.endswith("@lan")), None)


def _find_connection(peer: PeerFacts, name: str, gateway: Optional[str]) -> Optional[str]:
    """Return the name of the tunnel's connection: the role's name for it, else that of the only one to the gateway."""
    known = {**peer.written, **peer.loaded}
    if name in known:
        return name
    others = [other for other, connection in known.items() if gateway in connection.cloud_addresses]
    return others[0] if len(others) == 1 else None


def _merge(loaded: Optional[Connection], written: Optional[Connection]) -> Optional[Connection]:
    """Return a connection with the daemon's values, completed by those that only the file has."""
    if loaded is None or written is None:
        return loaded or written
    esp = [child for child in written.children if child.proposals or child.seconds]
    children = [
        child._replace(proposals=esp[0].proposals, seconds=esp[0].seconds) if esp else child
        for child in loaded.children
    ]
    return loaded._replace(
        is_aggressive=written.is_aggressive if loaded.version == 1 else None,
        proposals=written.proposals,
        ike_seconds=written.ike_seconds,
        children=tuple(children),
    )


def _state(facts: Facts) -> str:
    if facts.cloud.tunnel is None:
        return "does not exist"
    if facts.peer and not facts.peer.error:
        return UP if facts.is_established else PARTLY if facts.traffic else DOWN
    health = str(facts.cloud.tunnel.get("health_status") or "").lower()
    return {REACHABLE: UP, UNREACHABLE: DOWN}.get(health, UNKNOWN)


def _basis(facts: Facts, peer: Mapping[str, Any]) -> str:
    without_rules = (
        "" if facts.cloud.rules is not None else ", without the route rules of the VPC, which cannot be read"
    )
    if facts.peer is None:
        reason = printable(" ".join(str(peer.get("error") or "no host is named for the other end").split()))
        return "From the cloud's side alone%s, because %s." % (without_rules, reason)
    words = "From the cloud and the host %s" % facts.peer.host
    if facts.peer.firewall is None:
        words += ", without the rules of its firewall (nft is missing, or cannot read them)"
    return words + "%s; no key is read." % without_rules


def host_pairs(tunnel: Mapping[str, Any]) -> Sequence[str]:
    """Return addresses for the script: for each pair of networks, one host of the cloud's and one of the peer's."""
    found = []
    for cloud in tunnel.get("local_subnets") or []:
        for peer in tunnel.get("remote_subnets") or []:
            one, other = network(cloud), network(peer)
            if one and other and one.version == other.version == 4:
                found += [_host(one), _host(other)]
    return found


def _host(cidr: Any) -> str:
    # Not the first address, because that is often the one of the gateway itself.
    return str(cidr[min(10, cidr.num_addresses - 1)])
