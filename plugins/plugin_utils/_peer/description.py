# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The peer's end of a tunnel: validated once, then described in parsed values. Pure: no I/O, no Ansible.

The names keep the sides of the cloud's API: `cloud` is the VPN gateway with its VPC, `peer` is the other end.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from ...module_utils._bce.errors import InvalidOptionsError
from ...module_utils._bce.redaction import Secret, redact, safe_repr, trim
from ...module_utils._resources import vpn_tunnel as rules
from ...module_utils._resources.base import CHECK_MODE_ID
from ...module_utils._resources.fields import is_blank, is_device_address, subnet
from .messages import MESSAGES

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

START_ACTIONS = ("start", "trap", "none")
PARTS = ("all", "connections", "secrets")
ANY_ADDRESS = "%any"
MAX_IDENTITY_CHARS = 255
FREE_TEXTS = ("vpn_conn_name", "vpn_name", "description")  # which may be the word that CHECK_MODE_ID is

INVALID_IDENTITY = re.compile(r'[^ -~]|["\\]|^\s|\s$|^%|\*')


class Side(NamedTuple):
    """One end of the tunnel: its public address, its IKE identity, and its networks without repetition."""

    address: Address
    identity: str
    networks: Tuple[Network, ...]


class PeerDescription(NamedTuple):
    """A tunnel with all that its peer needs.

    The networks and the two configs are empty for the part `secrets`, the key is None for the part `connections`.
    """

    name: str  # of the connection on the peer
    vpn_conn_name: str
    vpn_conn_id: Optional[str]
    cloud: Side
    peer: Side
    host_address: str  # what the peer's host itself has: an address or %any
    secret_key: Optional[Secret]
    ike_config: Dict[str, Any]
    ipsec_config: Dict[str, Any]
    start_action: str


def parse_peer(
    tunnel: Any,
    gateway: Any,
    secret_key: Any = None,
    peer_id: Any = None,
    local_id: Any = None,
    peer_address: Any = None,
    start_action: Any = "start",
    part: Any = "all",
    name: Any = None,
) -> Optional[PeerDescription]:
    """Validate all values and return the description of the peer's end; None in check mode, see has_check_mode_id().

    :param tunnel: dict, as the modules return it.
    :param gateway: the gateway's public address, or its dict with `eip`.
    :param secret_key: the tunnel's key; not needed for the part `connections`.
    :param peer_id: identity of the peer; its address in the tunnel if None.
    :param local_id: identity of the cloud's gateway; its public address if None, which is Baidu's default.
    :param peer_address: the address that the peer's host itself has, or %any, where it differs from remote_ip.
    :param start_action: when the peer initiates the tunnel, one of START_ACTIONS.
    :param part: what the description is for, one of PARTS.
    :param name: name of the connection; that of the tunnel if None.
    :raises InvalidOptionsError: with every invalid value that was found; the key is in none of the sentences.
    """
    is_new = has_check_mode_id(tunnel, gateway)
    errors = validate_tunnel(tunnel, part, is_new)
    eip = None if has_check_mode_id(None, gateway) else _parse_gateway(gateway, errors)
    if part != "connections":
        errors += validate_key(secret_key)
    errors += validate_choices(start_action, part, peer_id, local_id)
    if name is not None and _try_parse(rules.VPN_CONN_NAME.normalize, name) is None:
        words = {"constraint": rules.VPN_CONN_NAME.constraint, "value": safe_value(name)}
        errors.append(MESSAGES["peer_name"] % words)
    # Two values can be compared only where each of them can be parsed.
    remote_ip = _try_parse(_parse_address, tunnel.get("remote_ip") if isinstance(tunnel, dict) else None)
    errors += validate_addresses(remote_ip, eip, peer_address)
    cloud_networks, peer_networks = _try_parse(_parse_subnets, tunnel) or ((), ()) if part != "secrets" else ((), ())
    errors += validate_subnets(cloud_networks, peer_networks)
    if errors or (eip is None and not is_new):
        raise InvalidOptionsError(redact_key(errors, secret_key))
    if is_new or eip is None:
        return None
    vpn_conn_name = tunnel["vpn_conn_name"].strip()
    return PeerDescription(
        name=rules.VPN_CONN_NAME.normalize(vpn_conn_name if name is None else name),
        vpn_conn_name=vpn_conn_name,
        vpn_conn_id=(tunnel.get("vpn_conn_id") or "").strip() or None,
        cloud=Side(eip, local_id or str(eip), cloud_networks),
        peer=Side(remote_ip, peer_id or str(remote_ip), peer_networks),
        host_address=str(remote_ip) if peer_address is None else peer_address.strip(),
        secret_key=None if part == "connections" else rules.SECRET_KEY.normalize(secret_key),
        ike_config={} if part == "secrets" else strip_values(tunnel["ike_config"]),
        ipsec_config={} if part == "secrets" else strip_values(tunnel["ipsec_config"]),
        start_action=start_action,
    )


def reject_check_mode_id(tunnel: Any, gateway: Any) -> None:
    """Raise InvalidOptionsError for an end of which a part would be created in check mode."""
    if has_check_mode_id(tunnel, gateway):
        raise InvalidOptionsError([MESSAGES["peer_check_mode_id"]])


def subnet_pairs(peer: PeerDescription) -> List[Tuple[Network, Network]]:
    """Return each (cloud's network, peer's network) of one IP version."""
    return [
        (left, right) for left in peer.cloud.networks for right in peer.peer.networks if left.version == right.version
    ]


# --- validation: each function returns a list of sentences ---


def has_check_mode_id(tunnel: Any, gateway: Any) -> bool:
    """Return whether check mode would create the tunnel, its customer gateway or the gateway: no value is known yet."""
    values = [gateway]
    for described in (tunnel, gateway):
        if isinstance(described, dict):
            values += [value for name, value in described.items() if name not in FREE_TEXTS]
    return any(CHECK_MODE_ID in value for value in values if isinstance(value, list)) or CHECK_MODE_ID in [
        value for value in values if isinstance(value, str)
    ]


def validate_tunnel(tunnel: Any, part: Any, is_new: bool = False) -> List[str]:
    """Check that the tunnel has what the part needs, except where is_new, and that each value of it is valid."""
    if not isinstance(tunnel, dict):
        return [MESSAGES["peer_tunnel_type"] % {"value": safe_value(tunnel)}]
    if "vpn_tunnel" in tunnel or "vpn_tunnels" in tunnel:
        return [MESSAGES["peer_tunnel_whole_result"]]
    required = _required_fields(part)
    provided = {name: None if tunnel.get(name) == "" else tunnel.get(name) for name in [*required, "vpn_conn_id"]}
    missing: List[str] = []
    for name, inner in required.items():
        value = provided[name]
        if value is None:
            missing.append(name)
        elif isinstance(value, dict):
            missing += ["%s.%s" % (name, key) for key in inner if value.get(key) is None]
    errors = rules.VPN_TUNNEL.validate_values(provided, "tunnel.")
    if is_new:
        return errors
    if "remote_ip" in missing:
        missing.remove("remote_ip")
        errors.append(MESSAGES["peer_remote_ip_missing"])
    if missing:
        errors.append(MESSAGES["peer_tunnel_incomplete"] % {"options": ", ".join(missing)})
    return errors


def _required_fields(part: Any) -> Dict[str, Tuple[str, ...]]:
    """Return the options that a part is made of, each with the inner options that it must have."""
    required: Dict[str, Tuple[str, ...]] = {"vpn_conn_name": (), "remote_ip": ()}
    if part != "secrets":
        required.update(local_subnets=(), remote_subnets=())
        required.update((name, tuple(field.name for field in group)) for name, group in rules.VPN_TUNNEL.groups.items())
    return required


def validate_key(secret_key: Any) -> List[str]:
    """Check the tunnel's key."""
    if is_blank(secret_key):
        return [MESSAGES["peer_key_missing"]]
    return rules.VPN_TUNNEL.validate_values({"secret_key": secret_key})


def validate_choices(start_action: Any, part: Any, peer_id: Any, local_id: Any) -> List[str]:
    """Check the values that must be one of a few words, and the two identities."""
    errors = validate_choice("start_action", start_action, START_ACTIONS) + validate_choice("part", part, PARTS)
    for name, value in (("peer_id", peer_id), ("local_id", local_id)):
        if value is not None and not is_identity(value):
            errors.append(MESSAGES["peer_identity"] % {"option": name, "value": safe_value(value)})
    return errors


def validate_choice(option: str, value: Any, choices: Sequence[str]) -> List[str]:
    """Check that a value is one of a few words."""
    if isinstance(value, str) and value in choices:
        return []
    words = " or ".join((", ".join(choices[:-1]), choices[-1]))
    return [MESSAGES["peer_choice"] % {"option": option, "choices": words, "value": safe_value(value)}]


def is_identity(value: Any) -> bool:
    """Return whether the value can be quoted as one IKE identity."""
    return isinstance(value, str) and 1 <= len(value) <= MAX_IDENTITY_CHARS and not INVALID_IDENTITY.search(value)


def validate_addresses(remote_ip: Optional[Address], eip: Optional[Address], peer_address: Any) -> List[str]:
    """Check the two public addresses, where they could be parsed, and the address that the host itself has."""
    errors = []
    if eip and not is_device_address(eip):
        errors.append(MESSAGES["peer_address_not_unicast"] % {"address": eip})
    if remote_ip and eip:
        errors += validate_address_pair(remote_ip, eip)
    if peer_address is not None and not is_host_address(peer_address, remote_ip):
        kind = "IPv%d" % remote_ip.version if remote_ip else "IP"
        words = {"version": kind, "any": ANY_ADDRESS, "value": safe_value(peer_address)}
        errors.append(MESSAGES["peer_host_address"] % words)
    return errors


def validate_address_pair(remote_ip: Address, eip: Address) -> List[str]:
    """Check that the two ends differ and that packets can go between them."""
    if remote_ip == eip:
        return [MESSAGES["peer_same_address"] % {"address": eip}]
    if remote_ip.version != eip.version:
        return [MESSAGES["peer_ip_versions"] % {"address": eip, "remote_ip": remote_ip}]
    return []


def is_host_address(value: Any, remote_ip: Optional[Address]) -> bool:
    """Return whether a host can have this address, of the IP version of remote_ip where that is known."""
    if isinstance(value, str) and value.strip() == ANY_ADDRESS:
        return True
    address = _try_parse(_parse_address, value)
    if address is None or not is_device_address(address):
        return False
    return remote_ip is None or address.version == remote_ip.version


def validate_subnets(cloud: Tuple[Network, ...], peer: Tuple[Network, ...]) -> List[str]:
    """Check that no subnet is on both sides, which only the peer's configuration excludes."""
    return [MESSAGES["peer_subnet_twice"] % {"subnet": network} for network in peer if network in cloud]


# --- parsing ---


def parse_connection_name(vpn_conn_name: Any) -> str:
    """Return the name of a tunnel in normal form.

    :raises InvalidOptionsError: if it is not a name of a tunnel.
    """
    name = _try_parse(rules.VPN_CONN_NAME.normalize, vpn_conn_name)
    if name is None:
        raise InvalidOptionsError([MESSAGES["peer_tunnel_name"] % {"constraint": rules.VPN_CONN_NAME.constraint}])
    return name


def _parse_gateway(gateway: Any, errors: List[str]) -> Optional[Address]:
    """Return the gateway's public address, or None after a sentence was added to errors."""
    if isinstance(gateway, dict) and ("vpn_gateway" in gateway or "vpn_gateways" in gateway):
        errors.append(MESSAGES["peer_gateway_whole_result"])
        return None
    text = gateway.get("eip") if isinstance(gateway, dict) else gateway
    if isinstance(gateway, dict) and not text:
        errors.append(MESSAGES["peer_gateway_without_address"])
        return None
    address = _try_parse(_parse_address, text)
    if address is None:
        errors.append(MESSAGES["peer_gateway_type"] % {"value": safe_value(text)})
    return address


def _parse_address(text: Any) -> Address:
    # An IPv6 zone means nothing to the other end.
    if not isinstance(text, str) or "%" in text:
        raise ValueError
    return ipaddress.ip_address(text.strip())


def _parse_subnets(tunnel: Any) -> Tuple[Tuple[Network, ...], Tuple[Network, ...]]:
    """Return (the cloud's networks, the peer's networks), each without repetition."""
    cloud, peer = (
        tuple(ipaddress.ip_network(text) for text in dict.fromkeys(map(subnet, tunnel[name])))
        for name in ("local_subnets", "remote_subnets")
    )
    return cloud, peer


def strip_values(config: Dict[str, Any]) -> Dict[str, Any]:
    """Return a dictionary without the white space around its texts."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in config.items()}


def _try_parse(parse: Callable[[Any], Any], value: Any) -> Any:
    """Return parse(value), or None where the value is invalid, which a sentence elsewhere reports."""
    try:
        return parse(value)
    except (ValueError, TypeError, AttributeError, KeyError):
        return None


# --- what an error shows ---


def safe_value(value: Any) -> str:
    """Return an invalid value as an error shows it, but not a dictionary, which may hold a key."""
    return safe_repr(value) if isinstance(value, str) else "of type %s" % type(value).__name__


def redact_key(errors: List[str], secret_key: Any) -> List[str]:
    """Return the sentences without the key and its hex form, which may stand in a wrong option."""
    if not isinstance(secret_key, str):
        return errors
    secret_key = trim(secret_key)
    in_hex = secret_key.encode("utf-8", "replace").hex()
    encodings = [Secret(text) for text in (secret_key, in_hex, in_hex.upper())]
    return [redact(sentence, encodings) for sentence in errors]
