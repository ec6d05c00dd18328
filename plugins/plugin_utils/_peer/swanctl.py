# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Render the peer's end of a tunnel for strongSwan (swanctl.conf). Pure: no I/O, no Ansible.

In the file the sides are exchanged: `local` is the peer, `remote` is the cloud. Source of the settings: swanctl.conf(5)
of strongSwan 5.9, and measurements with two daemons.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

from ...module_utils._resources.base import CHECK_MODE_ID
from .description import Network, PeerDescription, parse_connection_name, parse_peer, subnet_pairs
from .messages import MESSAGES

CIPHERS = {"aes": "aes128", "aes192": "aes192", "aes256": "aes256", "3des": "3des"}
HASHES = {"sha1": "sha1", "md5": "md5", "sha2_256": "sha256", "sha2_384": "sha384", "sha2_512": "sha512"}
GROUPS = {"group2": "modp1024", "group5": "modp1536", "group14": "modp2048", "group24": "modp2048s256"}
VERSIONS = {"v1": 1, "v2": 2}
DPD_ACTIONS = {"start": "restart", "trap": "trap", "none": "clear"}
# Not `start`: a cloud that re-authenticates closes the IKE_SA and initiates the next one, so with one that the peer
# initiates too their number would double each time. A trap initiates with the next packet. `unique = replace` does
# not help, because it compares identities, which two tunnels between the same addresses share.
CLOSE_ACTIONS = {"start": "trap", "trap": "trap", "none": "none"}

# A section's name may hold neither of the two, and no tunnel's name has + or ~, so different names stay different.
SECTION_NAME_ESCAPES = str.maketrans({"/": "+", ".": "~"})
HEADER = "# The peer's end of the VPN tunnel %s on Baidu AI Cloud."
OWNER_HEADER = re.compile("^%s$" % re.escape(HEADER).replace("%s", r"\S+(?: (\S+))?"), re.MULTILINE)
# In files of swanctl and of Libreswan.
OWNER_GATEWAY = re.compile(r"(?m)^ {4}(?:remote_addrs = |right=)(\S+)$")
NOT_RENDERED = "# Not rendered, because check mode would create a part of this tunnel, such as its id.\n"
MARKER = "# Made by the role baiducloud.network.%s: the daemon has loaded this connection.\n# tunnel %s\n# %s\n"

Settings = Sequence[Tuple[str, Any]]


class SwanctlFiles(NamedTuple):
    """The files of one connection, and what is in them."""

    name: str  # of the connection, and of its files
    children: List[str]
    connection: str  # text of NAME.conf
    secret: str  # text of NAME.secret.conf
    marker: str  # text of NAME.loaded


class FileOwner(NamedTuple):
    """The tunnel that a connection's file was rendered for."""

    vpn_conn_id: Optional[str]
    gateway_address: Optional[str]


def connection_name(vpn_conn_name: Any) -> str:
    """Return the name of a tunnel's connection: legal in swanctl.conf and for a file, different for each tunnel.

    :raises InvalidOptionsError: if it is not a name of a tunnel.
    """
    return _section_name(parse_connection_name(vpn_conn_name))


def render(tunnel: Any, gateway: Any, secret_key: Any = None, part: Any = "all", **more: Any) -> str:
    """Return the text of the peer's swanctl.conf, or of a part of it.

    :param part: `all`, `connections` or `secrets`.
    :param more: the other parameters of parse_peer().
    :returns: NOT_RENDERED in check mode, where parse_peer() returns None.
    :raises InvalidOptionsError: see parse_peer().
    """
    peer = parse_peer(tunnel, gateway, secret_key, part=part, **more)
    if peer is None:
        return NOT_RENDERED
    lines = _header_comment(peer)
    if part != "secrets":
        lines += _connections(peer)
    if part != "connections":
        lines += _secrets(peer)
    return "\n".join(lines) + "\n"


def render_files(tunnel: Any, gateway: Any, secret_key: Any = None, **more: Any) -> SwanctlFiles:
    """Return the files of the peer's connection: the connection and the key apart; in check mode, see NOT_RENDERED.

    :param more: the other parameters of parse_peer(), except part.
    :raises InvalidOptionsError: see parse_peer().
    """
    peer = parse_peer(tunnel, gateway, secret_key, **more)
    if peer is None:
        return SwanctlFiles(connection_name(more.get("name") or tunnel["vpn_conn_name"]), [], NOT_RENDERED, "", "")
    connection = "\n".join(_header_comment(peer) + _connections(peer)) + "\n"
    secret = "\n".join(_header_comment(peer) + _secrets(peer)) + "\n"
    return SwanctlFiles(
        name=_section_name(peer.name),
        children=[name for name, _settings in _children(peer)],
        connection=connection,
        secret=secret,
        marker=marker("strongswan_peer", peer, connection + secret),
    )


def read_owner(text: str) -> Optional[FileOwner]:
    """Return whose connection a file holds, or None if it was not rendered here.

    :param text: content of a connection's file, as an earlier run has written it.
    """
    header, gateway = OWNER_HEADER.search(text), OWNER_GATEWAY.search(text)
    return FileOwner(header.group(1), gateway.group(1) if gateway else None) if header else None


def find_conflict(text: str, tunnel: Any, gateway: Any = None) -> str:
    """Return why the file of a connection must not be replaced by that of a tunnel, or an empty text if it may be.

    It may be where it is of the same tunnel: of the same id or, because an id changes with the tunnel, gateway.

    :param text: content of the file; empty if there is none.
    :param tunnel: dict with the tunnel's `vpn_conn_id`, where it has one.
    :param gateway: see parse_peer(); None if any gateway will do.
    """
    address = (gateway.get("eip") if isinstance(gateway, dict) else gateway) or ""
    address = "" if address == CHECK_MODE_ID else str(address).strip().lower()
    vpn_conn_id = tunnel.get("vpn_conn_id") if isinstance(tunnel, dict) else None
    owner = read_owner(text)
    if not text or (owner and (address in ("", owner.gateway_address) or _is_id(vpn_conn_id, owner.vpn_conn_id))):
        return ""
    expected = MESSAGES["peer_this_tunnel"] % {"address": address} if address else "this tunnel"
    if owner is None:
        return MESSAGES["peer_file_not_of_role"] % {"tunnel": expected}
    words = {"tunnel": expected, "id": owner.vpn_conn_id or "without an id", "gateway": owner.gateway_address}
    return MESSAGES["peer_file_of_other_tunnel"] % words


def _is_id(vpn_conn_id: Any, other_id: Optional[str]) -> bool:
    return bool(other_id) and vpn_conn_id == other_id


def _section_name(name: str) -> str:
    # A section called "include" would be a statement.
    return "+include" if name == "include" else name.translate(SECTION_NAME_ESCAPES)


def _header_comment(peer: PeerDescription) -> List[str]:
    return [
        HEADER % " ".join(filter(None, (peer.vpn_conn_name, peer.vpn_conn_id))),
        "# Made by the filter baiducloud.network.swanctl; a change belongs into the tunnel, not into this file.",
    ]


def marker(role: str, peer: PeerDescription, content: str) -> str:
    """Return the text of the file that records which configuration a daemon works with."""
    digest = hashlib.sha256(content.encode("utf-8")).hexdigest()
    return MARKER % (role, peer.vpn_conn_id or "", digest)


def _connections(peer: PeerDescription) -> List[str]:
    ike, name = peer.ike_config, _section_name(peer.name)
    version = VERSIONS[ike["ike_version"]]
    rekey, rest = _split_lifetime(ike["ike_life_time"])
    aggressive = version == 1 and ike["ike_mode"] == "aggressive"
    settings = [
        ("version", version),
        # The peer's address is part of the tunnel on the cloud, so it does not move.
        ("aggressive", "yes" if aggressive else "no") if version == 1 else ("mobike", "no"),
        ("local_addrs", peer.host_address),
        ("remote_addrs", peer.cloud.address),
        ("proposals", _proposal(ike["ike_enc_alg"], ike["ike_auth_alg"], ike["ike_pfs"])),
        # What is announced is rekey_time + over_time, here the tunnel's ike_life_time.
        ("rekey_time", "%ds" % rekey),
        ("over_time", "%ds" % rest),
        ("dpd_delay", "30s"),
        ("keyingtries", 0),
    ]
    sides = [("local", peer.peer), ("remote", peer.cloud)]
    identities = [_section(word, [("auth", "psk"), ("id", '"%s"' % side.identity)]) for word, side in sides]
    children = _section("children", (), [_section(child, inside) for child, inside in _children(peer)])
    lines = []
    if aggressive:
        lines = [
            "# Only if the cloud is to initiate, strongswan.conf needs in its section charon:",
            "#   i_dont_care_about_security_and_use_aggressive_mode_psk = yes",
        ]
    connection = _section(name, settings, [*identities, children])
    return lines + _section("connections", (), [connection, *_lan_bypass(peer)])


def _children(peer: PeerDescription) -> List[Tuple[str, Settings]]:
    """Return the (name, settings) of each child."""
    pairs = enumerate(traffic_selectors(peer), 1)
    return [("%s-%d" % (_section_name(peer.name), number), _child(peer, *pair)) for number, pair in pairs]


def _child(peer: PeerDescription, cloud: Sequence[Network], own: Sequence[Network]) -> Settings:
    ipsec = peer.ipsec_config
    lifetime = ipsec["ipsec_lifetime"]
    return [
        ("local_ts", ",".join(map(str, own))),
        ("remote_ts", ",".join(map(str, cloud))),
        ("esp_proposals", _proposal(ipsec["ipsec_enc_alg"], ipsec["ipsec_auth_alg"], ipsec["ipsec_pfs"])),
        ("life_time", "%ds" % lifetime),
        ("rekey_time", "%ds" % _split_lifetime(lifetime)[0]),
        ("dpd_action", DPD_ACTIONS[peer.start_action]),
        ("close_action", CLOSE_ACTIONS[peer.start_action]),
        ("start_action", peer.start_action),
    ]


def traffic_selectors(peer: PeerDescription) -> List[Tuple[Sequence[Network], Sequence[Network]]]:
    """Return the (cloud's networks, peer's networks) of each child: IKEv1 can negotiate only one pair at a time."""
    if VERSIONS[peer.ike_config["ike_version"]] == 2:
        return [(peer.cloud.networks, peer.peer.networks)]
    return [((cloud,), (own,)) for cloud, own in subnet_pairs(peer)]


def _lan_bypass(peer: PeerDescription) -> List[List[str]]:
    """Return what keeps traffic among the peer's networks out of a tunnel to a network that contains one of them."""
    inside = networks_inside(peer.peer.networks, peer.cloud.networks)
    if not inside:
        return []
    # A packet from any network of the peer to one of these would match the tunnel, and so would the reply.
    versions = {network.version for network in inside}
    own = [network for network in peer.peer.networks if network.version in versions]
    name = _section_name(peer.name) + "@lan"
    selectors = [(side, ",".join(map(str, networks))) for side, networks in (("local_ts", own), ("remote_ts", inside))]
    child = _section(name, [*selectors, ("mode", "pass"), ("start_action", "trap")])
    return [_section(name, [("remote_addrs", "127.0.0.1")], [_section("children", (), [child])])]


def networks_inside(networks: Sequence[Network], wide_networks: Sequence[Network]) -> List[Network]:
    """Return the networks inside one of the wide ones, without those parts that are a wide one again.

    A bypass precedes every tunnel, so a network of the cloud inside one of the peer's has to be left out.
    """
    found: List[Network] = []
    for network in networks:
        parts = [network] if any(_contains(wide, network) for wide in wide_networks) else []
        for hole in wide_networks:
            if _contains(network, hole):
                parts = [rest for part in parts for rest in _exclude(part, hole)]
        found += parts
    return list(dict.fromkeys(found))


def _exclude(network: Any, hole: Any) -> List[Network]:
    """Return the parts of a network outside of another one."""
    if _contains(hole, network):
        return []
    return sorted(network.address_exclude(hole)) if _contains(network, hole) else [network]


def _contains(wide: Any, network: Any) -> bool:
    return wide.version == network.version and network.subnet_of(wide)


def _secrets(peer: PeerDescription) -> List[str]:
    if peer.secret_key is None:
        return []
    # In hex, because a quoted text that begins with 0x or 0s would be decoded, and a bare one may not hold #, and more.
    key = peer.secret_key.reveal().encode("utf-8").hex()
    identities = (peer.peer.identity, peer.cloud.identity)
    settings: List[Tuple[str, Any]] = [("id-%d" % number, '"%s"' % text) for number, text in enumerate(identities, 1)]
    settings.append(("secret", "0x" + key))
    return _section("secrets", (), [_section("ike-" + _section_name(peer.name), settings)])


def _proposal(cipher: str, hash_function: str, group: str) -> str:
    words = [CIPHERS[cipher], HASHES[hash_function]]
    return "-".join(words if group == "disabled" else [*words, GROUPS[group]])


def _split_lifetime(seconds: int) -> Tuple[int, int]:
    """Return (seconds until rekeying, seconds from there to the end): nine tenths and one tenth."""
    rekey = seconds * 9 // 10
    return rekey, seconds - rekey


def _section(name: str, settings: Settings, sections: Sequence[List[str]] = ()) -> List[str]:
    """Return the lines of one section of strongSwan's configuration language."""
    inside = ["%s = %s" % setting for setting in settings]
    for section in sections:
        inside += section
    return ["%s {" % name] + ["  " + line for line in inside] + ["}"]
