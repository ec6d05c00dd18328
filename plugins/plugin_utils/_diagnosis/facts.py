# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the facts of both ends that checks compare. The reader of each IKE daemon returns a PeerFacts."""

from __future__ import annotations

import ipaddress
from typing import Any, FrozenSet, Iterable, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]
Networks = FrozenSet[str]
ANY_ADDRESS = "%any"


class Child(NamedTuple):
    """A child SA: its networks and, if it is a configured one, its ESP proposals and life time where they are known."""

    cloud: Networks
    peer: Networks
    proposals: Tuple[str, ...] = ()
    seconds: Optional[int] = None


class Connection(NamedTuple):
    """The configuration of a tunnel in an IKE daemon. An unknown value is None or empty.

    :ivar version: the IKE version with which the daemon initiates, 1 or 2.
    :ivar peer_addresses: the daemon's own addresses, as configured.
    """

    version: Optional[int]
    is_aggressive: Optional[bool]
    peer_addresses: Tuple[str, ...]
    cloud_addresses: Tuple[str, ...]
    peer_id: Optional[str]
    cloud_id: Optional[str]
    proposals: Tuple[str, ...]
    ike_seconds: Optional[int]
    children: Tuple[Child, ...]


class Traffic(NamedTuple):
    """An established child SA, and how many packets it has carried by the peer's counters."""

    child: Child
    packets_in: int
    packets_out: int


class RouteLookup(NamedTuple):
    """The routes that the peer's kernel uses from the LAN to the cloud and back.

    :ivar error: why the kernel drops the packet to the cloud, or an empty text.
    :ivar link: the link to the cloud.
    :ivar lan_link: the link to the LAN.
    """

    cloud_host: str
    peer_host: str
    error: str
    link: str
    lan_link: str


class LogLine(NamedTuple):
    """A line of the log, with the thread that wrote it."""

    thread: str
    text: str


class PeerFacts(NamedTuple):
    """The facts read from the host at the other end. It has more than 10 attributes because each is one kind of fact.

    :ivar error: why the daemon does not respond, or an empty text.
    :ivar loaded: the connections that the daemon has loaded, by name.
    :ivar written: the connections in its files, by name.
    :ivar log: the lines about negotiations, the oldest first.
    :ivar attempt: the log lines of the attempt that this diagnosis made to establish the tunnel; None without one.
    :ivar networks: its own addresses, each with the length of its network and its link.
    :ivar link_mtu: the MTU of each link.
    :ivar too_large: the number of packets that were too large for the next link and may not be fragmented.
    :ivar firewall: the rules as nft --json prints them, None if they could not be read.
    """

    host: str
    error: str
    loaded: Mapping[str, Connection]
    written: Mapping[str, Connection]
    traffic: Mapping[str, Sequence[Traffic]]
    log: Sequence[LogLine]
    attempt: Optional[Sequence[LogLine]]
    networks: Sequence[Tuple[str, str]]
    is_forwarding: bool
    link_mtu: Mapping[str, int]
    too_large: int
    gateway_route_error: str
    gateway_link: str
    routes: Sequence[RouteLookup]
    firewall: Optional[Sequence[Mapping[str, Any]]]

    @property
    def addresses(self) -> FrozenSet[str]:
        """Return its own addresses."""
        return frozenset(cidr.partition("/")[0] for cidr, _link in self.networks)


class CloudFacts(NamedTuple):
    """The facts that the API returns, as dicts of the info modules.

    :ivar tunnel: None if the gateway has no tunnel of the name.
    :ivar tunnels: all tunnels of the gateway.
    :ivar rules: the route rules of the VPC, None if they were not read.
    """

    name: str
    gateway: Mapping[str, Any]
    tunnel: Optional[Mapping[str, Any]]
    tunnels: Sequence[Mapping[str, Any]]
    vpc: Mapping[str, Any]
    rules: Optional[Sequence[Mapping[str, Any]]]


class Facts(NamedTuple):
    """The facts of both ends. The connections are None without a peer, or if the peer has none for this tunnel.

    :ivar expected: how the peer must be configured.
    :ivar connection: how the peer is configured.
    :ivar connection_name: the name of the connection on the peer.
    """

    cloud: CloudFacts
    peer: Optional[PeerFacts]
    expected: Optional[Connection]
    connection_name: str
    connection: Optional[Connection]
    traffic: Sequence[Traffic]

    @property
    def is_established(self) -> bool:
        """Return whether each pair of networks has an established child SA."""
        if self.expected is None or not self.traffic:
            return False
        return {pair for each in self.traffic for pair in pairs(each.child)} >= {
            pair for child in self.expected.children for pair in pairs(child)
        }


def pairs(child: Child) -> Iterable[Tuple[str, str]]:
    """Return the pairs of networks of a child."""
    return [(cloud, peer) for cloud in child.cloud for peer in child.peer]


def network(text: Any) -> Optional[Network]:
    """Return a network, or None for a text that is not one."""
    try:
        return ipaddress.ip_network(str(text), strict=False)
    except ValueError:
        return None


def overlaps(one: Any, other: Any) -> bool:
    """Return whether two CIDRs have an address in common."""
    first, second = network(one), network(other)
    return bool(first and second and first.version == second.version and _as_any(first).overlaps(second))


def contains(wide: Any, narrow: Any) -> bool:
    """Return whether a CIDR contains another one."""
    first, second = network(wide), network(narrow)
    return bool(first and second and first.version == second.version and _as_any(second).subnet_of(first))


def words(texts: Iterable[Any]) -> str:
    """Return texts joined by commas, sorted."""
    return ", ".join(sorted(map(str, texts)))


def _as_any(value: Any) -> Any:
    # Any, because mypy cannot see that the two networks have the same version.
    return value
