# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Render the peer's end of a tunnel for strongSwan's starter (ipsec.conf, ipsec.secrets). Pure: no I/O, no Ansible.

In the files `left` is the peer, `right` is the cloud. Source of the settings: ipsec.conf(5) of strongSwan 5.9.
"""

from __future__ import annotations

from typing import Any, List, Sequence, Tuple

from . import conn_file
from .description import Network, PeerDescription
from .device_table import DEVICES
from .devices import Words, ike_words, ipsec_words, parse_identities, reject_unsupported
from .swanctl import networks_inside, traffic_selectors

NAME = "ipsec_conf"
AUTO = {"start": "start", "trap": "route", "none": "add"}
# As in swanctl.conf: after the cloud closed the tunnel, the next packet initiates it.
CLOSE_ACTIONS = {"start": "hold", "trap": "hold", "none": "none"}


def render(peer: Any, part: Any = "connections") -> str:
    """Return the text of one of the two files.

    :param peer: dictionary of describe_peer().
    :param part: `connections` for ipsec.conf or a file that it includes, `secrets` for ipsec.secrets.
    :returns: NOT_RENDERED in check mode, where a part of the tunnel would be created.
    :raises InvalidOptionsError: see parse_dictionary() and reject_unsupported().
    """
    return conn_file.render(peer, part, _connections, _secrets)


def _connections(peer: PeerDescription) -> List[str]:
    device = reject_unsupported("strongswan_starter", peer)
    ike, esp = ike_words(device, peer), ipsec_words(device, peer)
    own, cloud = parse_identities(device, peer)
    name = conn_file.conn_name(peer)
    common = [
        ("keyexchange", "ikev1" if conn_file.is_version_1(peer) else "ikev2"),
        ("aggressive", "yes") if conn_file.is_aggressive(peer) else ("mobike", "no"),
        ("authby", "secret"),
        ("left", conn_file.left_address(peer)),
        ("leftid", own.text),
        ("right", peer.cloud.address),
        ("rightid", cloud.text),
        ("ike", _proposal(ike)),
        ("esp", _proposal(esp)),
        ("ikelifetime", "%ds" % peer.ike_config["ike_life_time"]),
        ("lifetime", "%ds" % peer.ipsec_config["ipsec_lifetime"]),
        ("margintime", "%ds" % conn_file.margin_seconds(peer)),
        ("keyingtries", "%forever"),
        *conn_file.dpd_settings(peer),
        ("closeaction", CLOSE_ACTIONS[peer.start_action]),
    ]
    lines = conn_file.header(peer, NAME)
    for number, (remote, local) in enumerate(traffic_selectors(peer), 1):
        subnets = [("leftsubnet", _join(local)), ("rightsubnet", _join(remote)), ("auto", AUTO[peer.start_action])]
        lines += conn_file.section("conn", "%s-%d" % (name, number), [*common, *subnets])
    return lines + _lan_bypass(peer, name)


def _lan_bypass(peer: PeerDescription, name: str) -> List[str]:
    """Return what keeps traffic among the peer's networks out of a tunnel to a network that contains one of them."""
    inside = networks_inside(peer.peer.networks, peer.cloud.networks)
    if not inside:
        return []
    versions = {network.version for network in inside}
    own = [network for network in peer.peer.networks if network.version in versions]
    settings = [
        ("type", "passthrough"),
        ("authby", "never"),
        ("left", "127.0.0.1"),
        ("leftsubnet", _join(own)),
        ("right", "127.0.0.1"),
        ("rightsubnet", _join(inside)),
        ("auto", "route"),
    ]
    return conn_file.section("conn", name + "+lan", settings)


def _secrets(peer: PeerDescription) -> List[str]:
    identities = [identity.text for identity in parse_identities(DEVICES["strongswan_starter"], peer)]
    # In hex, as in swanctl.conf, so that nothing in the key means something else.
    key = peer.secret_key.reveal().encode("utf-8").hex() if peer.secret_key else ""
    return [*conn_file.header(peer, NAME), " ".join([*identities, ":", "PSK", "0x" + key])]


def _join(networks: Sequence[Network]) -> str:
    return ",".join(map(str, networks))


def _proposal(words: Words) -> str:
    # With an exclamation mark nothing else is accepted, which is the default of swanctl.
    parts: Tuple[str, ...] = (words.cipher, words.hash_function)
    return "-".join(parts if words.group is None else (*parts, words.group)) + "!"
