# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Render the peer's end of a tunnel for Libreswan (ipsec.conf, ipsec.secrets). Pure: no I/O, no Ansible.

In the files `left` is the peer, `right` is the cloud. Source of the settings: ipsec.conf(5) of Libreswan 4.10.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Tuple

from . import conn_file
from .description import Network, PeerDescription, parse_peer, strip_values, subnet_pairs
from .device_table import DEVICES
from .devices import Words, ike_words, ipsec_words, parse_identities, reject_configs, reject_unsupported
from .identities import Identity
from .swanctl import NOT_RENDERED, marker, networks_inside
from .swanctl import connection_name as file_name

AUTO = {"start": "start", "trap": "ondemand", "none": "add"}


class LibreswanFiles(NamedTuple):
    """The files of one tunnel, and what is in them."""

    name: str  # of the files
    tunnels: List[str]  # names of the connections, one for each pair of networks
    bypasses: List[str]  # names of the connections that keep traffic of the LAN out of the tunnel
    connections: str  # text of NAME.conf
    secrets: str  # text of NAME.secrets
    marker: str  # text of NAME.loaded


def render(peer: Any, part: Any = "connections") -> str:
    """Return the text of one of the two files.

    :param peer: dictionary of describe_peer().
    :param part: `connections` for a file of /etc/ipsec.d/, `secrets` for its .secrets file, which needs the key.
    :returns: NOT_RENDERED in check mode, where a part of the tunnel would be created.
    :raises InvalidOptionsError: see parse_dictionary() and reject_unsupported().
    """
    return conn_file.render(peer, part, _connections, _secrets)


def render_files(tunnel: Any, gateway: Any, secret_key: Any = None, **more: Any) -> LibreswanFiles:
    """Return the files of a tunnel; in check mode, see NOT_RENDERED.

    :param more: the other parameters of parse_peer(), except part.
    :raises InvalidOptionsError: see parse_peer() and reject_unsupported().
    """
    peer = parse_peer(tunnel, gateway, secret_key, **more)
    if peer is None:
        # What the device does not have is an error before the tunnel is created.
        configs = (strip_values(tunnel.get(option) or {}) for option in ("ike_config", "ipsec_config"))
        reject_configs("libreswan", *configs)
        return LibreswanFiles(file_name(more.get("name") or tunnel["vpn_conn_name"]), [], [], NOT_RENDERED, "", "")
    connections, secrets = ("\n".join(lines(peer)) + "\n" for lines in (_connections, _secrets))
    name = conn_file.conn_name(peer)
    return LibreswanFiles(
        name=file_name(peer.name),
        tunnels=[connection_name(name, number) for number, _pair in enumerate(subnet_pairs(peer), 1)],
        bypasses=[bypass_name(name, number) for number, _pair in enumerate(_bypassed(peer), 1)],
        connections=connections,
        secrets=secrets,
        marker=marker("libreswan_peer", peer, connections + secrets),
    )


def _connections(peer: PeerDescription) -> List[str]:
    device = reject_unsupported("libreswan", peer)
    ike, esp = ike_words(device, peer), ipsec_words(device, peer)
    own, cloud = parse_identities(device, peer)
    lines = conn_file.header(peer, "libreswan")
    if conn_file.is_version_1(peer):
        # Without it Libreswan refuses IKEv1, from 5.0 on by default.
        lines += conn_file.section("config", "setup", [("ikev1-policy", "accept")])
    name = conn_file.conn_name(peer)
    common = [
        ("ikev2", "no" if conn_file.is_version_1(peer) else "yes"),
        *([("aggressive", "yes")] if conn_file.is_aggressive(peer) else []),
        ("authby", "secret"),
        ("left", conn_file.left_address(peer)),
        ("leftid", _identity(own)),
        ("right", peer.cloud.address),
        ("rightid", _identity(cloud)),
        ("ike", _proposal(ike)),
        ("esp", _proposal(esp)),
        ("pfs", "no" if esp.group is None else "yes"),
        ("ikelifetime", "%ds" % peer.ike_config["ike_life_time"]),
        ("salifetime", "%ds" % peer.ipsec_config["ipsec_lifetime"]),
        ("rekeymargin", "%ds" % conn_file.margin_seconds(peer)),
        *conn_file.dpd_settings(peer),
    ]
    auto = AUTO[peer.start_action]
    for number, (remote, local) in enumerate(subnet_pairs(peer), 1):
        pair = [*common, ("leftsubnet", local), ("rightsubnet", remote), ("auto", auto)]
        lines += conn_file.section("conn", connection_name(name, number), pair)
    return lines + _lan_bypass(peer, name)


def connection_name(name: str, number: int) -> str:
    """Return the name of the connection of one pair of networks."""
    return "%s-%d" % (name, number)


def bypass_name(name: str, number: int) -> str:
    """Return the name of a connection that keeps traffic of the LAN out of the tunnel."""
    # It ends in +NUMBER, because the connections of a tunnel NAME/lan are called NAME+lan-NUMBER.
    return "%s+lan+%d" % (name, number)


def _bypassed(peer: PeerDescription) -> List[Tuple[Network, Network]]:
    """Return each pair of networks of the peer whose traffic a tunnel to a wider network would take."""
    inside = networks_inside(peer.peer.networks, peer.cloud.networks)
    return [(own, other) for own in peer.peer.networks for other in inside if own.version == other.version]


def _lan_bypass(peer: PeerDescription, name: str) -> List[str]:
    """Return what keeps traffic among the peer's networks out of a tunnel to a network that contains one of them."""
    lines: List[str] = []
    for number, (own, other) in enumerate(_bypassed(peer), 1):
        lines += conn_file.section(
            "conn",
            bypass_name(name, number),
            [
                ("type", "passthrough"),
                ("authby", "never"),
                ("left", conn_file.left_address(peer)),
                ("leftsubnet", own),
                ("right", "0.0.0.0" if own.version == 4 else "::"),
                ("rightsubnet", other),
                ("auto", "ondemand"),
            ],
        )
    return lines


def _secrets(peer: PeerDescription) -> List[str]:
    identities = parse_identities(DEVICES["libreswan"], peer)
    key = peer.secret_key.reveal() if peer.secret_key else ""
    # In quotes nothing is decoded, not even 0x; the key's characters are none that would end them.
    line = [*map(_identity, identities), ":", "PSK", '"%s"' % key]
    return [*conn_file.header(peer, "libreswan"), " ".join(line)]


def _identity(identity: Identity) -> str:
    # Without @ Libreswan would look for the address of the name.
    return "@" + identity.text if identity.kind == "fqdn" else identity.text


def _proposal(words: Words) -> str:
    proposal = "%s-%s" % (words.cipher, words.hash_function)
    return proposal if words.group is None else "%s;%s" % (proposal, words.group)
