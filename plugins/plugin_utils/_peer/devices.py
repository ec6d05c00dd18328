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


class UnsupportedValue(NamedTuple):
    """A value of a tunnel that a device does not support."""

    option: str  # with the value, such as `ike_pfs: group2`
    supported: str  # what the device supports instead


def mode_of(ike_config: Dict[str, Any]) -> str:
    """Return the mode of a tunnel, one of MODES; another text where it is not known yet."""
    version = ike_config.get("ike_version")
    return version if version == "v2" else "%s/%s" % (version, ike_config.get("ike_mode"))


def find_cells(device: Device, ike_config: Dict[str, Any], ipsec_config: Dict[str, Any]) -> Dict[str, Cell]:
    """Return what is known of a tunnel's values on a device: the options, and `mode`, with a source."""
    found = {}
    mode = mode_of(ike_config)
    if mode in device.modes:
        found["mode"] = device.modes[mode]
    for option, value in (*ike_config.items(), *ipsec_config.items()):
        if option in device.seconds:
            limits = device.seconds[option]
            found[option] = Cell(str(value) if limits.min <= value <= limits.max else None, limits.source)
        elif value in device.cells.get(option, {}):
            found[option] = device.cells[option][value]
    if mode in device.group_of_ike and not _is_pfs_supported(found, ike_config, ipsec_config):
        found["ipsec_pfs"] = Cell(None, device.group_of_ike[mode])
    return found


def _is_pfs_supported(found: Dict[str, Cell], ike_config: Dict[str, Any], ipsec_config: Dict[str, Any]) -> bool:
    """Return whether the group of ESP is the one of IKE or none; also where one of them is unsupported anyway."""
    group, pfs_group = ike_config.get("ike_pfs"), ipsec_config.get("ipsec_pfs")
    is_unsupported = any(option in found and found[option].name is None for option in ("ike_pfs", "ipsec_pfs"))
    return pfs_group in (None, "disabled", group) or is_unsupported


def find_unsupported_values(
    device: Device,
    ike_config: Dict[str, Any],
    ipsec_config: Dict[str, Any],
    translated: Optional[Mapping[str, str]] = None,
) -> List[UnsupportedValue]:
    """Return each value of a tunnel that a device is known not to support.

    :param translated: peer_group_of_ike and peer_seconds in the language of the result; None for English.
    """
    texts = MESSAGES if translated is None else translated
    found = []
    for option, cell in find_cells(device, ike_config, ipsec_config).items():
        if cell.name is not None:
            continue
        name = option
        if option == "mode":
            name = "ike_version" if mode_of(ike_config) == "v2" else "ike_mode"
        value = {**ike_config, **ipsec_config}[name]
        supported = _supported_instead(device, option, value, ike_config, texts)
        found.append(UnsupportedValue("%s: %s" % (name, value), supported))
    return found


def _supported_instead(
    device: Device, option: str, value: Any, ike_config: Dict[str, Any], texts: Mapping[str, str]
) -> str:
    """Return what a device supports instead of a value."""
    if option in device.seconds:
        limits = device.seconds[option]
        return texts["peer_seconds"] % {"min": limits.min, "max": limits.max}
    cells = device.modes if option == "mode" else device.cells[option]
    if option == "ipsec_pfs" and cells[value].name is not None:
        return texts["peer_group_of_ike"] % {"group": ike_config.get("ike_pfs")}
    return _names(cells)


def _names(cells: Dict[str, Cell]) -> str:
    return ", ".join(name for name, cell in cells.items() if cell.name is not None)


def find_unsupported(device: Device, ike_config: Dict[str, Any], ipsec_config: Dict[str, Any]) -> List[str]:
    """Return a sentence for each value of a tunnel that a device is known not to support.

    The sentences begin with the option and the value in the words of the API.
    """
    label = "%s %s" % (device.label, device.version)
    found = find_unsupported_values(device, ike_config, ipsec_config)
    return [MESSAGES["peer_not_supported"] % dict(value._asdict(), device=label) for value in found]


def reject_unsupported(name: str, peer: PeerDescription) -> Device:
    """Return a device of DEVICES that supports every value of a tunnel.

    :raises InvalidOptionsError: with every value that the device does not support.
    """
    return reject_configs(name, peer.ike_config, peer.ipsec_config)


def reject_configs(name: str, ike_config: Dict[str, Any], ipsec_config: Dict[str, Any]) -> Device:
    """Return a device of DEVICES that supports the values of two dictionaries, which may lack options.

    :raises InvalidOptionsError: with every value that the device does not support.
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
