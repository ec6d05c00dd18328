# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the two dialects of ipsec.conf share: Libreswan's, and that of strongSwan's starter."""

from __future__ import annotations

from typing import Any, Callable, List, Sequence, Tuple

from ...module_utils._bce.errors import InvalidOptionsError
from .description import ANY_ADDRESS, PeerDescription, validate_choice
from .dictionary import DPD_DELAY_SECONDS, DPD_TIMEOUT_SECONDS, parse_dictionary
from .swanctl import HEADER, NOT_RENDERED, VERSIONS

HINT = "# Made by the filter baiducloud.network.%s; a change belongs into the tunnel, not into this file."
DPD_ACTIONS = {"start": "restart", "trap": "hold", "none": "clear"}
# Time before the end of a life time at which it is renewed: a tenth, so that there is some of the shortest one too.
MARGIN_PART = 10

PARTS = ("connections", "secrets")
Settings = Sequence[Tuple[str, Any]]


def header(peer: PeerDescription, filter_name: str) -> List[str]:
    """Return the comment at the top of a file."""
    return [HEADER % " ".join(filter(None, (peer.vpn_conn_name, peer.vpn_conn_id))), HINT % filter_name]


def conn_name(peer: PeerDescription) -> str:
    """Return the name of a connection. A slash would stand for one of the connections that Libreswan makes itself."""
    return peer.name.replace("/", "+")


def section(kind: str, name: str, settings: Settings) -> List[str]:
    """Return the lines of a section, with an empty one before it."""
    return ["", ("%s %s" % (kind, name)).rstrip()] + ["    %s=%s" % setting for setting in settings]


def is_version_1(peer: PeerDescription) -> bool:
    """Return whether the tunnel has IKEv1."""
    return VERSIONS[peer.ike_config["ike_version"]] == 1


def is_aggressive(peer: PeerDescription) -> bool:
    """Return whether the tunnel has the aggressive mode, which only IKEv1 has."""
    return is_version_1(peer) and peer.ike_config["ike_mode"] == "aggressive"


def left_address(peer: PeerDescription) -> str:
    """Return the address of the peer's host, as both dialects write it."""
    return "%defaultroute" if peer.host_address == ANY_ADDRESS else peer.host_address


def margin_seconds(peer: PeerDescription) -> int:
    """Return how long before the end of a life time it is renewed; one value for IKE and ESP."""
    return min(peer.ike_config["ike_life_time"], peer.ipsec_config["ipsec_lifetime"]) // MARGIN_PART


def dpd_settings(peer: PeerDescription) -> Settings:
    """Return the settings of dead peer detection."""
    return [
        ("dpddelay", "%ds" % DPD_DELAY_SECONDS),
        ("dpdtimeout", "%ds" % DPD_TIMEOUT_SECONDS),
        ("dpdaction", DPD_ACTIONS[peer.start_action]),
    ]


def render(
    peer: Any,
    part: Any,
    connections: Callable[[PeerDescription], List[str]],
    secrets: Callable[[PeerDescription], List[str]],
) -> str:
    """Return the text of one of the two files.

    :param peer: dictionary of describe_peer().
    :param part: one of PARTS.
    :param connections: returns the lines of the file with the connections.
    :param secrets: returns the lines of the file with the key.
    :raises InvalidOptionsError: for an invalid part, see parse_dictionary() too.
    """
    errors = validate_choice("part", part, PARTS)
    if errors:
        raise InvalidOptionsError(errors)
    description = parse_dictionary(peer, part)
    if description is None:
        return NOT_RENDERED
    return "\n".join(secrets(description) if part == "secrets" else connections(description)) + "\n"
