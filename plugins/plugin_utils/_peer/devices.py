# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look up what a device supports. Pure: no I/O, no Ansible."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple, Union

from ...module_utils._bce.errors import InvalidOptionsError
from .description import Address, Network, PeerDescription
from .device_table import DEVICES, Cell, Device
from .identities import Identity, parse_identity
from .messages import MESSAGES


class Words(NamedTuple):
    """The algorithms of one of the two protocols, in the words of a device."""

    cipher: str
    hash_function: str
    group: Optional[str]  # None without perfect forward secrecy


class Lacking(NamedTuple):
    """A value that a device does not have."""

    option: str  # with the value, such as `ike_pfs: group2`
    allowed: str  # what the device takes instead


def mode_of(ike_config: Dict[str, Any]) -> str:
    """Return the mode of a tunnel, one of MODES; another text where it is not known yet."""
    version = ike_config.get("ike_version")
    return version if version == "v2" else "%s/%s" % (version, ike_config.get("ike_mode"))


def find_lacking(
    device: Device,
    ike_config: Dict[str, Any],
    ipsec_config: Dict[str, Any],
    translated: Optional[Mapping[str, str]] = None,
) -> List[Lacking]:
    """Return each value of a tunnel that a device is known not to have.

    :param translated: peer_group_of_ike and peer_seconds in the language of the result; None for English.
    """
    texts = MESSAGES if translated is None else translated
    found = []
    mode = mode_of(ike_config)
    cell = device.modes.get(mode)
    if cell is not None and cell.name is None:
        option = "ike_version: v2" if mode == "v2" else "ike_mode: %s" % ike_config["ike_mode"]
        found.append(Lacking(option, _names(device.modes)))
    for option, value in (*ike_config.items(), *ipsec_config.items()):
        allowed = _allowed_instead(device, option, value, texts)
        found += [Lacking("%s: %s" % (option, value), allowed)] if allowed else []
    group, pfs_group = ike_config.get("ike_pfs"), ipsec_config.get("ipsec_pfs")
    groups = ["%s_pfs: %s" % words for words in (("ike", group), ("ipsec", pfs_group))]
    is_possible = pfs_group in (None, "disabled", group) or any(lacking.option in groups for lacking in found)
    if mode in device.group_of_ike and not is_possible:
        found.append(Lacking(groups[1], texts["peer_group_of_ike"] % {"group": group}))
    return found


def _allowed_instead(device: Device, option: str, value: Any, texts: Mapping[str, str]) -> str:
    """Return what a device takes instead of a value; an empty text where it takes the value, or may take it."""
    if option in device.seconds:
        least, most, _source = device.seconds[option]
        return "" if least <= value <= most else texts["peer_seconds"] % {"least": least, "most": most}
    cells = device.cells.get(option, {})
    return _names(cells) if value in cells and cells[value].name is None else ""


def _names(cells: Dict[str, Cell]) -> str:
    return ", ".join(name for name, cell in cells.items() if cell.name is not None)


def find_unsupported(device: Device, ike_config: Dict[str, Any], ipsec_config: Dict[str, Any]) -> List[str]:
    """Return a sentence for each value of a tunnel that a device is known not to have.

    The sentences begin with the option and the value in the words of the API.
    """
    label = "%s %s" % (device.label, device.version)
    found = find_lacking(device, ike_config, ipsec_config)
    return [MESSAGES["peer_not_supported"] % dict(lacking._asdict(), device=label) for lacking in found]


def reject_unsupported(name: str, peer: PeerDescription) -> Device:
    """Return a device of DEVICES that takes a tunnel as it is.

    :raises InvalidOptionsError: with every value that the device does not have.
    """
    return reject_configs(name, peer.ike_config, peer.ipsec_config)


def reject_configs(name: str, ike_config: Dict[str, Any], ipsec_config: Dict[str, Any]) -> Device:
    """Return a device of DEVICES that takes the two dictionaries, which may lack values.

    :raises InvalidOptionsError: with every value that the device does not have.
    """
    device = DEVICES[name]
    errors = find_unsupported(device, ike_config, ipsec_config)
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
