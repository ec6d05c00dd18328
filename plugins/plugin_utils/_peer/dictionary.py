# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The description of the peer's end as a dictionary, which playbooks pass from one filter to another.

The names keep the sides of the cloud's API, and the algorithms keep its words, so that no device is preferred.
"""

from __future__ import annotations

from typing import Any, Dict, Optional

from ...module_utils._bce.errors import InvalidOptionsError
from ...module_utils._resources.base import CHECK_MODE_ID
from ...module_utils._resources.fields import is_blank
from .description import PeerDescription, parse_connection_name, parse_peer, subnet_pairs
from .messages import MESSAGES

# Advice, because the cloud has no options for these. IPsec's headers take at most 100 bytes of the usual 1500.
DPD_DELAY_SECONDS = 30
DPD_TIMEOUT_SECONDS = 120
MTU_BYTES = 1400
TCP_MSS_BYTES = 1360

CHECK_MODE = "check_mode"
REQUIRED = ("cloud", "peer", "ike_config", "ipsec_config")


def describe_peer(tunnel: Any, gateway: Any, secret_key: Any = None, **more: Any) -> Dict[str, Any]:
    """Return the description of the peer's end as a dictionary; without a key if none is provided.

    :param more: the other parameters of parse_peer(), except part.
    :returns: only the name and `check_mode`, where check mode would create a part of the tunnel.
    :raises InvalidOptionsError: see parse_peer().
    """
    part = "connections" if is_blank(secret_key) else "all"
    peer = parse_peer(tunnel, gateway, secret_key, part=part, **more)
    if peer is None:
        name = more.get("name")
        return {"name": parse_connection_name(tunnel["vpn_conn_name"] if name is None else name), CHECK_MODE: True}
    return to_dictionary(peer)


def to_dictionary(peer: PeerDescription) -> Dict[str, Any]:
    """Return a description in the types of JSON."""
    key = {} if peer.secret_key is None else {"secret_key": peer.secret_key.reveal()}
    sides = {
        name: {"address": str(side.address), "identity": side.identity, "subnets": [str(net) for net in side.networks]}
        for name, side in (("cloud", peer.cloud), ("peer", peer.peer))
    }
    return {
        "name": peer.name,
        "vpn_conn_name": peer.vpn_conn_name,
        "vpn_conn_id": peer.vpn_conn_id,
        "cloud": sides["cloud"],
        "peer": dict(sides["peer"], host_address=peer.host_address),
        "subnet_pairs": [{"cloud": str(cloud), "peer": str(own)} for cloud, own in subnet_pairs(peer)],
        "ike_config": dict(peer.ike_config),
        "ipsec_config": dict(peer.ipsec_config),
        "start_action": peer.start_action,
        "dpd": {"delay": DPD_DELAY_SECONDS, "timeout": DPD_TIMEOUT_SECONDS},
        "nat_traversal": True,
        "mtu": MTU_BYTES,
        "tcp_mss": TCP_MSS_BYTES,
        **key,
    }


def is_peer_dictionary(value: Any) -> bool:
    """Return whether a value is what describe_peer() returns."""
    return isinstance(value, dict) and (all(isinstance(value.get(name), dict) for name in REQUIRED) or _is_new(value))


def to_arguments(value: Any) -> Dict[str, Any]:
    """Return the parameters of parse_peer(), except part, that a dictionary was made of.

    :raises InvalidOptionsError: if the value is not what describe_peer() returns.
    """
    if not is_peer_dictionary(value):
        text = MESSAGES["peer_is_tunnel" if isinstance(value, dict) and "remote_ip" in value else "peer_type"]
        raise InvalidOptionsError([text])
    if _is_new(value):
        tunnel = {"vpn_conn_name": value.get("name"), "vpn_conn_id": CHECK_MODE_ID}
        return {"tunnel": tunnel, "gateway": CHECK_MODE_ID, "secret_key": value.get("secret_key")}
    cloud, peer = value["cloud"], value["peer"]
    tunnel = {
        "vpn_conn_name": value.get("vpn_conn_name"),
        "vpn_conn_id": value.get("vpn_conn_id"),
        "remote_ip": peer.get("address"),
        "local_subnets": cloud.get("subnets"),
        "remote_subnets": peer.get("subnets"),
        "ike_config": value["ike_config"],
        "ipsec_config": value["ipsec_config"],
    }
    return {
        "tunnel": tunnel,
        "gateway": cloud.get("address"),
        "secret_key": value.get("secret_key"),
        "peer_id": peer.get("identity"),
        "local_id": cloud.get("identity"),
        "peer_address": peer.get("host_address"),
        "start_action": value.get("start_action"),
        "name": value.get("name"),
    }


def parse_dictionary(value: Any, part: str) -> Optional[PeerDescription]:
    """Return the description that a dictionary was made of; None in check mode, see parse_peer().

    :param part: what it is for, as in parse_peer(): the key is required except for `connections`.
    :raises InvalidOptionsError: if it is not what describe_peer() returns, or holds an invalid value.
    """
    arguments = to_arguments(value)
    if _is_new(value):
        return None
    return parse_peer(part=part, **arguments)


def _is_new(value: Dict[str, Any]) -> bool:
    return value.get(CHECK_MODE) is True
