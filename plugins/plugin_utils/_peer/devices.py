# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look up what a device supports. Pure: no I/O, no Ansible."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

from ...module_utils._bce.errors import InvalidOptionsError
from .description import Address, Network, PeerDescription
from .device_table import DEVICES, Device
from .identities import Identity, parse_identity
from .messages import MESSAGES

GROUPS = ("ike_config", "ipsec_config")


class Words(NamedTuple):
    """The algorithms of one of the two protocols, in the words of a device."""

    cipher: str
    hash_function: str
    group: Optional[str]  # None without perfect forward secrecy


def mode_of(ike_config: Dict[str, Any]) -> str:
    """Return the mode of a tunnel, one of MODES."""
    version = ike_config["ike_version"]
    return version if version == "v2" else "%s/%s" % (version, ike_config["ike_mode"])


def find_unsupported(device: Device, ike_config: Dict[str, Any], ipsec_config: Dict[str, Any]) -> List[str]:
    """Return a sentence for each value of a tunnel that a device is known not to have.

    The sentences begin with the option and the value in the words of the API.
    """
    mode = mode_of(ike_config)
    errors = []
    cell = device.modes.get(mode)
    if cell is not None and cell.name is None:
        option = "ike_version: v2" if mode == "v2" else "ike_mode: %s" % ike_config["ike_mode"]
        others = [name for name, other in device.modes.items() if other.name is not None]
        errors.append(_unsupported(device, option, others))
    for config in (ike_config, ipsec_config):
        for option, value in config.items():
            errors += _unsupported_value(device, option, value)
    return errors


def _unsupported_value(device: Device, option: str, value: Any) -> List[str]:
    if option in device.seconds:
        least, most, _source = device.seconds[option]
        words = {"option": option, "value": value, "device": device.label, "least": least, "most": most}
        return [] if least <= value <= most else [MESSAGES["peer_seconds"] % words]
    cells = device.cells.get(option, {})
    cell = cells.get(value)
    if cell is None or cell.name is not None:
        return []
    others = [name for name, other in cells.items() if other.name is not None]
    return [_unsupported(device, "%s: %s" % (option, value), others)]


def _unsupported(device: Device, option: str, others: List[str]) -> str:
    words = {"option": option, "device": "%s %s" % (device.label, device.version), "others": ", ".join(others)}
    return MESSAGES["peer_not_supported"] % words


def reject_unsupported(name: str, peer: PeerDescription) -> Device:
    """Return a device of DEVICES that takes a tunnel as it is.

    :raises InvalidOptionsError: with every value that the device does not have.
    """
    device = DEVICES[name]
    errors = find_unsupported(device, peer.ike_config, peer.ipsec_config)
    if errors:
        raise InvalidOptionsError(errors)
    return device


def ike_words(device: Device, peer: PeerDescription) -> Words:
    """Return the algorithms of IKE."""
    return _words(device, peer.ike_config, "ike_enc_alg", "ike_auth_alg", "ike_pfs")


def ipsec_words(device: Device, peer: PeerDescription) -> Words:
    """Return the algorithms of ESP."""
    return _words(device, peer.ipsec_config, "ipsec_enc_alg", "ipsec_auth_alg", "ipsec_pfs")


def _words(device: Device, config: Dict[str, Any], cipher: str, hash_function: str, group: str) -> Words:
    names = [device.cells[option][config[option]].name or "" for option in (cipher, hash_function, group)]
    return Words(names[0], names[1], None if config[group] == "disabled" else names[2])


def parse_identities(device: Device, peer: PeerDescription) -> List[Identity]:
    """Return the identities of the peer and of the cloud's gateway.

    :raises InvalidOptionsError: if one of them is of a kind that only strongSwan has, or cannot be quoted.
    """
    errors, found = [], []
    for option, text in (("peer_id", peer.peer.identity), ("local_id", peer.cloud.identity)):
        identity = parse_identity(text)
        if identity is None:
            errors.append(MESSAGES["peer_identity_kind"] % {"option": option, "device": device.label, "value": text})
        else:
            found.append(identity)
    if errors:
        raise InvalidOptionsError(errors)
    return found


def validate_ipv4(peer: PeerDescription, label: str) -> List[str]:
    """Check that all addresses and networks are of IPv4."""
    values: List[Tuple[str, Union[Address, Network]]] = [("gateway", peer.cloud.address)]
    values += [("tunnel.local_subnets", network) for network in peer.cloud.networks]
    values += [("tunnel.remote_subnets", network) for network in peer.peer.networks]
    return [
        MESSAGES["peer_ipv4_only"] % {"option": option, "device": label, "value": value}
        for option, value in values
        if value.version != 4
    ]
