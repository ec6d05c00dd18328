# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe the peer's end of a tunnel as data for the modules of fortinet.fortios. Pure: no I/O, no Ansible.

The VPN is route-based: an interface with the tunnel's name, routes into it, and policies between it and the LAN. Each
item is what a module takes as the option of its own name. Source: the schema in the modules of fortinet.fortios 2.4.2.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Sequence

from ...module_utils._bce.errors import InvalidOptionsError
from .description import ANY_ADDRESS, Network, PeerDescription, safe_value, subnet_pairs
from .devices import Words, ike_words, ipsec_words, parse_identities, reject_unsupported, validate_ipv4
from .dictionary import DPD_DELAY_SECONDS, DPD_TIMEOUT_SECONDS, TCP_MSS_BYTES, parse_dictionary
from .identities import COMMENT, IDENTITY_TYPES, Identity
from .messages import MESSAGES
from .swanctl import VERSIONS

Item = Dict[str, Any]

MAX_NAME_CHARS = 15  # an interface's
NAME = re.compile(r"[A-Za-z0-9._-]+")
# Blanks are allowed within a name only.
INTERFACE = re.compile(r"(?! )[A-Za-z0-9 ._-]{1,15}(?<! )")
MAX_ID = 2**32 - 2  # of a policy and of a route
BLACKHOLE_DISTANCE = 254
POLICIES = 2  # one for each direction
ROUTES_PER_NETWORK = 2  # one of them for the time when the tunnel is down
KEYS = ("phase1", "phase2", "addresses", "policies", "routes")


def render(
    peer: Any, interface: Any = None, lan_interface: Any = None, policy_id: Any = None, route_id: Any = None
) -> Dict[str, List[Item]]:
    """Return what the device's modules take, a list for each kind of object; empty lists in check mode.

    :param peer: dictionary of describe_peer(), with the key.
    :param interface: the device's interface to the internet.
    :param lan_interface: its interface to the LAN.
    :param policy_id: number of the first of two policies; no other policy may have one of the two.
    :param route_id: number of the first of two routes for each of the cloud's networks.
    :raises InvalidOptionsError: see parse_dictionary() and reject_unsupported().
    """
    errors = _validate_interfaces(interface, lan_interface)
    errors += validate_number("policy_id", policy_id, POLICIES)
    description = _parse(peer, errors, route_id)
    if description is None:
        return {key: [] for key in KEYS}
    device = reject_unsupported("fortios", description)
    own, cloud = parse_identities(device, description)
    comment = COMMENT % description.vpn_conn_name
    sides = {"cloud": description.cloud.networks, "peer": description.peer.networks}
    names = {side: _address_names(description, side, networks) for side, networks in sides.items()}
    phase1 = _phase1(description, ike_words(device, description), own, cloud)
    return {
        "phase1": [dict(phase1, interface=interface, comments=comment)],
        "phase2": _phase2(description, ipsec_words(device, description), comment),
        "addresses": [
            {"name": name, "type": "ipmask", "subnet": _subnet(network), "comment": comment}
            for side, networks in sides.items()
            for name, network in zip(names[side], networks)
        ],
        "policies": _policies(description, names, lan_interface, policy_id, comment),
        "routes": _routes(description, route_id, comment),
    }


def _parse(peer: Any, errors: List[str], route_id: Any) -> Any:
    """Return the description, or None in check mode.

    :raises InvalidOptionsError: with the errors, and with every value that this device cannot have.
    """
    try:
        description = parse_dictionary(peer, "all")
    except InvalidOptionsError as error:
        errors = errors + validate_number("route_id", route_id, ROUTES_PER_NETWORK)
        raise InvalidOptionsError(errors + error.errors) from None
    networks = description.cloud.networks if description else (None,)
    errors = errors + validate_number("route_id", route_id, ROUTES_PER_NETWORK * len(networks))
    if description is not None:
        label = "FortiOS"
        errors = errors + validate_ipv4(description, label)
        if not NAME.fullmatch(description.name) or len(description.name) > MAX_NAME_CHARS:
            words = {"device": label, "max": MAX_NAME_CHARS, "value": description.name}
            errors.append(MESSAGES["peer_name_for_device"] % words)
        address = description.cloud.address
        for network in description.cloud.networks:
            if address in network:
                words = {"subnet": network, "address": address, "device": label}
                errors.append(MESSAGES["peer_cloud_contains_gateway"] % words)
    if errors:
        raise InvalidOptionsError(errors)
    return description


def _validate_interfaces(interface: Any, lan_interface: Any) -> List[str]:
    errors = []
    for option, value, example in (("interface", interface, "wan1"), ("lan_interface", lan_interface, "internal")):
        if not isinstance(value, str) or not INTERFACE.fullmatch(value):
            words = {"option": option, "example": example, "value": safe_value(value)}
            errors.append(MESSAGES["peer_interface"] % words)
    return errors


def validate_number(option: str, value: Any, count: int) -> List[str]:
    """Check the first of so many numbers of policies or routes, which may be a text of digits."""
    number = int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,10}", value) else value
    is_number = isinstance(number, int) and not isinstance(number, bool)
    max_number = MAX_ID - count + 1
    if is_number and 1 <= number <= max_number:
        return []
    shown = number if is_number else safe_value(value)
    return [MESSAGES["peer_number"] % {"option": option, "min": 1, "max": max_number, "count": count, "value": shown}]


def _phase1(peer: PeerDescription, words: Words, own: Identity, cloud: Identity) -> Item:
    version = VERSIONS[peer.ike_config["ike_version"]]
    item = {
        "name": peer.name,
        "type": "static",
        "ip_version": "4",
        "ike_version": str(version),
        "remote_gw": str(peer.cloud.address),
        "authmethod": "psk",
        "psksecret": peer.secret_key.reveal() if peer.secret_key else "",
        "proposal": [_proposal(words)],
        "dhgrp": [words.group],
        "keylife": peer.ike_config["ike_life_time"],
        "nattraversal": "enable",
        "dpd": "on-idle",
        "dpd_retryinterval": str(DPD_DELAY_SECONDS),
        "dpd_retrycount": DPD_TIMEOUT_SECONDS // DPD_DELAY_SECONDS,
        "net_device": "disable",
        # A device that waits for a command only responds.
        "auto_negotiate": "disable" if peer.start_action == "none" else "enable",
        "passive_mode": "enable" if peer.start_action == "none" else "disable",
    }
    if version == 1:
        item["mode"] = peer.ike_config["ike_mode"]
    if peer.host_address not in (own.text, ANY_ADDRESS):
        item["local_gw"] = peer.host_address
    # Without these FortiOS sends its own address and accepts any identity that knows the key.
    if own.text != peer.host_address:
        item.update(localid=own.text, localid_type=IDENTITY_TYPES[own.kind])
    if cloud.text == str(peer.cloud.address):
        item["peertype"] = "any"
    else:
        item.update(peertype="one", peerid=cloud.text)
    return item


def _phase2(peer: PeerDescription, words: Words, comment: str) -> List[Item]:
    item: Item = {
        "phase1name": peer.name,
        "proposal": [_proposal(words)],
        "pfs": "disable" if words.group is None else "enable",
        "keylife_type": "seconds",
        "keylifeseconds": peer.ipsec_config["ipsec_lifetime"],
        "auto_negotiate": "enable" if peer.start_action == "start" else "disable",
        "src_addr_type": "subnet",
        "dst_addr_type": "subnet",
        "comments": comment,
    }
    if words.group is not None:
        item["dhgrp"] = [words.group]
    return [
        dict(item, name="%s-%d" % (peer.name, number), src_subnet=_subnet(own), dst_subnet=_subnet(cloud))
        for number, (cloud, own) in enumerate(subnet_pairs(peer), 1)
    ]


def _policies(
    peer: PeerDescription, names: Dict[str, List[str]], lan_interface: str, policy_id: Any, comment: str
) -> List[Item]:
    """Return a policy for each direction."""
    directions = ((lan_interface, peer.name, "peer", "cloud"), (peer.name, lan_interface, "cloud", "peer"))
    return [
        {
            "policyid": int(policy_id) + index,
            "name": "%s-to-%s" % (peer.name, destination),
            "status": "enable",
            "srcintf": [{"name": source_interface}],
            "dstintf": [{"name": destination_interface}],
            "srcaddr": [{"name": name} for name in names[source]],
            "dstaddr": [{"name": name} for name in names[destination]],
            "service": [{"name": "ALL"}],
            "schedule": "always",
            "action": "accept",
            "nat": "disable",
            "tcp_mss_sender": TCP_MSS_BYTES,
            "tcp_mss_receiver": TCP_MSS_BYTES,
            "comments": comment,
        }
        for index, (source_interface, destination_interface, source, destination) in enumerate(directions)
    ]


def _routes(peer: PeerDescription, route_id: Any, comment: str) -> List[Item]:
    """Return two routes to each network of the cloud: into the tunnel, and into nothing where the tunnel is down."""
    routes: List[Item] = []
    for network in peer.cloud.networks:
        next_hops: Sequence[Item] = (
            {"device": peer.name},
            {"blackhole": "enable", "distance": BLACKHOLE_DISTANCE},
        )
        for next_hop in next_hops:
            number = int(route_id) + len(routes)
            routes.append(dict(next_hop, seq_num=number, dst=_subnet(network), status="enable", comment=comment))
    return routes


def _address_names(peer: PeerDescription, side: str, networks: Sequence[Network]) -> List[str]:
    return ["%s-%s-%d" % (peer.name, side, number) for number in range(1, len(networks) + 1)]


def _subnet(network: Network) -> str:
    return "%s %s" % (network.network_address, network.netmask)


def _proposal(words: Words) -> str:
    return "%s-%s" % (words.cipher, words.hash_function)
