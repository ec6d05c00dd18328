# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe the peer's end of a tunnel as data for community.routeros.api_modify. Pure: no I/O, no Ansible.

Each item has the path, the data and the restriction of one task, in the order in which the objects refer to each other.
Source of the fields: the tables of community.routeros 3.14.0; of the values: MikroTik's manual, see device_table.py.
"""

from __future__ import annotations

from typing import Any, Dict, List

from ...module_utils._bce.errors import InvalidOptionsError
from .description import ANY_ADDRESS, PeerDescription, subnet_pairs
from .devices import ike_words, ipsec_words, mode_of, parse_identities, reject_unsupported, validate_ipv4
from .dictionary import DPD_DELAY_SECONDS, DPD_TIMEOUT_SECONDS, TCP_MSS_BYTES, parse_dictionary
from .identities import COMMENT, IDENTITY_TYPES, Identity
from .messages import MESSAGES
from .swanctl import VERSIONS, networks_inside

Item = Dict[str, Any]

UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
HEX_PREFIX = "0x"
LABEL = "RouterOS"
NAME_OF_DEVICE = "default"  # of the profile and the proposal that RouterOS creates, which other tunnels may use
LAN = ", LAN"  # end of the comment of a policy that keeps traffic of the LAN out of the tunnel; no name has a comma


def render(peer: Any) -> List[Item]:
    """Return the path, the data and the restriction of each task; an empty list in check mode.

    The restriction selects the tunnel's own entries by their exact comment, or by their name where a path has no
    comments. Comment and name contain the tunnel's name on the device, which is unique there.

    :param peer: dictionary of describe_peer(), with the key.
    :raises InvalidOptionsError: see parse_dictionary() and reject_unsupported().
    """
    description = parse_dictionary(peer, "all")
    if description is None:
        return []
    errors = validate_ipv4(description, LABEL)
    if description.name == NAME_OF_DEVICE:
        errors.append(MESSAGES["peer_name_of_device"] % {"device": LABEL, "value": description.name})
    if errors:
        raise InvalidOptionsError(errors)
    return _items(description)


def _items(peer: PeerDescription) -> List[Item]:
    device = reject_unsupported("routeros", peer)
    ike, esp = ike_words(device, peer), ipsec_words(device, peer)
    own, cloud = parse_identities(device, peer)
    name, comment = peer.name, COMMENT % peer.name
    profile = {
        "name": name,
        "enc-algorithm": ike.cipher,
        "hash-algorithm": ike.hash_function,
        "dh-group": ike.group,
        "lifetime": duration(peer.ike_config["ike_life_time"]),
        "nat-traversal": True,
        "dpd-interval": duration(DPD_DELAY_SECONDS),
        "dpd-maximum-failures": DPD_TIMEOUT_SECONDS // DPD_DELAY_SECONDS,
    }
    end: Item = {
        "name": name,
        "address": "%s/32" % peer.cloud.address,
        "profile": name,
        "exchange-mode": device.modes[mode_of(peer.ike_config)].name,
        "passive": peer.start_action == "none",
        "comment": comment,
    }
    if peer.host_address != ANY_ADDRESS:
        end["local-address"] = peer.host_address
    proposal = {
        "name": name,
        "enc-algorithms": esp.cipher,
        "auth-algorithms": esp.hash_function,
        "pfs-group": esp.group or device.cells["ipsec_pfs"]["disabled"].name,
        "lifetime": duration(peer.ipsec_config["ipsec_lifetime"]),
    }
    by_name = [{"field": "name", "values": [name]}]
    by_comment = [{"field": "comment", "values": [comment, comment + LAN]}]
    return [
        {"path": "ip ipsec profile", "restrict": by_name, "data": [profile]},
        {"path": "ip ipsec peer", "restrict": by_comment, "data": [end]},
        {"path": "ip ipsec identity", "restrict": by_comment, "data": [_identity(peer, own, cloud, comment)]},
        {"path": "ip ipsec proposal", "restrict": by_name, "data": [proposal]},
        {"path": "ip ipsec policy", "restrict": by_comment, "data": _policies(peer, comment)},
        {"path": "ip firewall raw", "restrict": by_comment, "data": _untracked(peer, comment)},
        {"path": "ip firewall mangle", "restrict": by_comment, "data": _mss(peer, comment)},
    ]


def _identity(peer: PeerDescription, own: Identity, cloud: Identity, comment: str) -> Item:
    key = peer.secret_key.reveal() if peer.secret_key else ""
    item: Item = {
        "peer": peer.name,
        "auth-method": "pre-shared-key",
        # RouterOS decodes a key that begins with 0x.
        "secret": HEX_PREFIX + key.encode("utf-8").hex() if key.lower().startswith(HEX_PREFIX) else key,
        "my-id": "%s:%s" % (IDENTITY_TYPES[own.kind], own.text),
        "comment": comment,
    }
    # Only with IKEv2 RouterOS compares a name; `auto`, its default, accepts the address of the gateway.
    if VERSIONS[peer.ike_config["ike_version"]] == 2 and cloud.kind != "address":
        item["remote-id"] = "%s:%s" % (IDENTITY_TYPES[cloud.kind], cloud.text)
    return item


def _policies(peer: PeerDescription, comment: str) -> List[Item]:
    """Return a policy for each pair of networks; those that keep traffic of the LAN out of the tunnel come first."""
    inside = networks_inside(peer.peer.networks, peer.cloud.networks)
    bypasses = [
        {"action": "none", "src-address": str(own), "dst-address": str(other), "comment": comment + LAN}
        for own in peer.peer.networks
        for other in inside
    ]
    return bypasses + [
        {
            "peer": peer.name,
            "tunnel": True,
            "src-address": str(own),
            "dst-address": str(cloud),
            "proposal": peer.name,
            # Each pair has security associations of its own.
            "level": "unique",
            "comment": comment,
        }
        for cloud, own in subnet_pairs(peer)
    ]


def _untracked(peer: PeerDescription, comment: str) -> List[Item]:
    """Return rules that keep the tunnel's traffic away from NAT and fast-track, which would take it from IPsec."""
    return [
        {"chain": "prerouting", "action": "notrack", "src-address": src, "dst-address": dst, "comment": comment}
        for cloud, own in subnet_pairs(peer)
        for src, dst in ((str(own), str(cloud)), (str(cloud), str(own)))
    ]


def _mss(peer: PeerDescription, comment: str) -> List[Item]:
    return [
        {
            "chain": "forward",
            "action": "change-mss",
            "protocol": "tcp",
            "tcp-flags": "syn",
            "tcp-mss": "%d-65535" % (TCP_MSS_BYTES + 1),
            "new-mss": TCP_MSS_BYTES,
            "passthrough": True,
            "src-address": src,
            "dst-address": dst,
            "comment": comment,
        }
        for cloud, own in subnet_pairs(peer)
        for src, dst in ((str(own), str(cloud)), (str(cloud), str(own)))
    ]


def duration(seconds: int) -> str:
    """Return seconds as RouterOS shows them, so that a second run finds no difference: 28800 is 8h."""
    text = ""
    for unit, size in UNITS:
        count, seconds = divmod(seconds, size)
        text += "%d%s" % (count, unit) if count else ""
    return text
