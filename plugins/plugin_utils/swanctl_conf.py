# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The peer's swanctl.conf for a tunnel: what stands on the cloud, seen from the other end. Pure: no I/O, no Ansible.

The cloud's words keep their side here: `local` is the cloud's VPC, `remote` and `peer` are the other end. In the file
it is the other way round. Source of the settings: swanctl.conf(5) of strongSwan 5.9, and measurements with two daemons.
"""

from __future__ import annotations

import ipaddress
import re

from ..module_utils._bce.errors import InvalidOptionsError
from ..module_utils._bce.redaction import Secret, redact, safe_repr
from ..module_utils._resources import fields
from ..module_utils._resources import vpn_tunnel as rules

CIPHERS = {"aes": "aes128", "aes192": "aes192", "aes256": "aes256", "3des": "3des"}
HASHES = {"sha1": "sha1", "md5": "md5", "sha2_256": "sha256", "sha2_384": "sha384", "sha2_512": "sha512"}
GROUPS = {"group2": "modp1024", "group5": "modp1536", "group14": "modp2048", "group24": "modp2048s256"}
VERSIONS = {"v1": 1, "v2": 2}

START_ACTIONS = ("start", "trap", "none")
PARTS = ("all", "connections", "secrets")
ANY_ADDRESS = "%any"

# A section's name may hold neither of the two, and no tunnel's name has + or ~, so different names stay different.
_LEGAL = str.maketrans({"/": "+", ".": "~"})
_NO_IDENTITY = re.compile(r'[^ -~]|["\\]|^\s|\s$|^%|\*')


def connection_name(vpn_conn_name):
    """The name of a tunnel's connection in swanctl.conf: legal there and as a file's name, other for other tunnels.

    :raises BceUsageError: if it is no name of a tunnel.
    """
    name = _or_none(rules.VPN_CONN_NAME.normalize, vpn_conn_name)
    if name is None:
        raise InvalidOptionsError(["tunnel.vpn_conn_name: %s" % rules.VPN_CONN_NAME.constraint])
    # A section called "include" would be a statement.
    return "+include" if name == "include" else name.translate(_LEGAL)


def render(
    tunnel,
    gateway,
    secret_key=None,
    peer_id=None,
    local_id=None,
    peer_address=None,
    start_action="start",
    part="all",
    name=None,
):
    """The text of the peer's swanctl.conf.

    :arg tunnel: dict, as the modules return it. :arg gateway: the gateway's public address, or its dict with `eip`.
    :arg secret_key: the tunnel's key; not needed for the part `connections`.
    :arg peer_id: what the peer calls itself; its address in the tunnel if None. :arg local_id: what the cloud's
        gateway calls itself; its public address if None, which is Baidu's default.
    :arg peer_address: the address that the peer's host has itself, or %any, where it differs from remote_ip.
    :arg name: what the connection is called; as the tunnel if None.
    :raises BceUsageError: with every mistake that was found; the key is in none of them.
    """
    found = _problems_of_tunnel(tunnel, part)
    eip = _public_address(gateway, found)
    if part != "connections":
        found += _problems_of_key(secret_key)
    found += _problems_of_words(start_action, part, peer_id, local_id)
    if name is not None and _or_none(rules.VPN_CONN_NAME.normalize, name) is None:
        found.append("name: %s, but is %s" % (rules.VPN_CONN_NAME.constraint, _shown(name)))
    # What is wrong with two values together can be told only where each of them can be read.
    peer = _or_none(_address, tunnel.get("remote_ip") if isinstance(tunnel, dict) else None)
    found += _problems_of_addresses(peer, eip, peer_address)
    if part != "secrets":
        found += _problems_of_subnets(*_or_none(_subnets_of, tunnel) or ((), ()))
    _refuse(found, secret_key)
    name = connection_name(tunnel["vpn_conn_name"] if name is None else name)
    ids = (peer_id or str(peer), local_id or str(eip))
    lines = []
    if part != "secrets":
        host = str(peer) if peer_address is None else peer_address.strip()
        lines += _connections(tunnel, name, host, str(eip), ids, start_action)
    if part != "connections":
        lines += _secrets(name, secret_key, ids)
    return "\n".join(_heading(tunnel) + lines) + "\n"


# --- what is wrong ---


def _refuse(found, secret_key):
    """Raise BceUsageError if something was found; neither a key in a wrong place nor its hex form is quoted."""
    if found:
        encodings = []
        if isinstance(secret_key, str):
            in_hex = secret_key.encode("utf-8", "replace").hex()
            encodings = [secret_key, in_hex, in_hex.upper()]
        known = [Secret(spelling) for spelling in encodings]
        raise InvalidOptionsError([redact(sentence, known) for sentence in found])


def _problems_of_tunnel(tunnel, part):
    if not isinstance(tunnel, dict):
        return ["tunnel: must be the dictionary that vpn_tunnel and vpn_tunnel_info return, but is %s" % _shown(tunnel)]
    if "vpn_tunnel" in tunnel or "vpn_tunnels" in tunnel:
        return ["tunnel: is the whole result of a task; give the tunnel in it, such as result.vpn_tunnel"]
    wanted = _fields(part)
    told = {name: None if tunnel.get(name) == "" else tunnel.get(name) for name in list(wanted) + ["vpn_conn_id"]}
    missing = []
    for name, inner in wanted.items():
        if told[name] is None:
            missing.append(name)
        elif isinstance(told[name], dict):
            missing += ["%s.%s" % (name, key) for key in inner if told[name].get(key) is None]
    found = rules.VPN_TUNNEL.validate_values(told, "tunnel.")
    if "remote_ip" in missing:
        missing.remove("remote_ip")
        found.append(
            "tunnel.remote_ip: is not known, as the cloud told no address of the peer (a customer gateway has one); add"
            " it: tunnel | combine({'remote_ip': '203.0.113.10'})"
        )
    if missing:
        found.append("tunnel: lacks %s; give the tunnel as vpn_tunnel returns it" % ", ".join(missing))
    return found


def _fields(part):
    """What a part of the file is made of: option names, each with the inner names that it must have."""
    wanted = {"vpn_conn_name": (), "remote_ip": ()}
    if part != "secrets":
        wanted.update(local_subnets=(), remote_subnets=())
        wanted.update((name, tuple(field.name for field in group)) for name, group in rules.VPN_TUNNEL.groups.items())
    return wanted


def _public_address(gateway, found):
    """The gateway's address, or None and one more sentence in found."""
    if isinstance(gateway, dict) and ("vpn_gateway" in gateway or "vpn_gateways" in gateway):
        found.append("gateway: is the whole result of a task; give the gateway in it, such as result.vpn_gateway")
        return None
    text = gateway.get("eip") if isinstance(gateway, dict) else gateway
    if isinstance(gateway, dict) and not text:
        found.append("gateway: has no public address (its eip is empty); bind an EIP to the VPN gateway first")
        return None
    address = _or_none(_address, text)
    if address is None:
        found.append(
            "gateway: must be the public address of the VPN gateway such as 203.0.113.1, or its dictionary of"
            " vpn_gateway_info with eip, but is %s" % _shown(text)
        )
    return address


def _problems_of_key(secret_key):
    if secret_key is None:
        return ["secret_key: is needed; the cloud's answers carry no key, so give the one of the task"]
    return rules.VPN_TUNNEL.validate_values({"secret_key": secret_key})


def _problems_of_words(start_action, part, peer_id, local_id):
    found = []
    for name, value, choices in (("start_action", start_action, START_ACTIONS), ("part", part, PARTS)):
        if value not in choices:
            found.append(
                "%s: must be %s or %s, but is %s" % (name, ", ".join(choices[:-1]), choices[-1], _shown(value))
            )
    for name, value in (("peer_id", peer_id), ("local_id", local_id)):
        if value is not None and not _is_identity(value):
            found.append(
                "%s: must be one identity such as 203.0.113.10 or vpn.example.com: 1 to 255 characters of printable"
                ' ASCII without ", \\ and *, not beginning with %%, but is %s' % (name, _shown(value))
            )
    return found


def _is_identity(value):
    return isinstance(value, str) and 1 <= len(value) <= 255 and not _NO_IDENTITY.search(value)


def _problems_of_addresses(peer, eip, peer_address):
    found = []
    for name, address in (("tunnel.remote_ip", peer), ("gateway", eip)):
        if address and not _is_of_a_device(address):
            found.append("%s: %s is no address of a device in the internet or a private network" % (name, address))
    if peer and eip:
        found += _problems_of_both(peer, eip)
    if peer_address is not None and not _is_host_address(peer_address, peer):
        kind = "IPv%d" % peer.version if peer else "IP"
        found.append("peer_address: must be an %s address or %s, but is %s" % (kind, ANY_ADDRESS, _shown(peer_address)))
    return found


def _problems_of_both(peer, eip):
    if peer == eip:
        return ["gateway: %s is the address of the peer too (tunnel.remote_ip); the two ends must differ" % eip]
    if peer.version != eip.version:
        text = "gateway: %s and tunnel.remote_ip %s are not of one IP version, so no packet goes between them"
        return [text % (eip, peer)]
    return []


def _is_host_address(value, peer):
    """True for what a host can have itself, of the IP version of the peer's address where that is known."""
    if isinstance(value, str) and value.strip() == ANY_ADDRESS:
        return True
    address = _or_none(_address, value)
    return address is not None and _is_of_a_device(address) and (peer is None or address.version == peer.version)


def _is_of_a_device(address):
    return not (address.is_unspecified or address.is_multicast or address.is_loopback)


def _problems_of_subnets(cloud, peer):
    found = []
    for name, own, other_name, others in (
        ("local_subnets", cloud, "remote_subnets", peer),
        ("remote_subnets", peer, "local_subnets", cloud),
    ):
        versions = {network.version for network in others}
        found += [
            "tunnel.%s: %s has no IPv%d subnet in %s to talk with" % (name, network, network.version, other_name)
            for network in own
            if versions and network.version not in versions
        ]
    found += [
        "tunnel.remote_subnets: %s is a subnet of the cloud's side too, so no packet would know which end is meant"
        % network
        for network in peer
        if network in cloud
    ]
    return found


def _shown(value):
    """A wrong value as an error quotes it, but no dictionary."""
    return safe_repr(value) if isinstance(value, str) else "of type %s" % type(value).__name__


# --- the text ---


def _or_none(reading, value):
    """What reading(value) gives, or None where the value cannot be read, which others have told by then."""
    try:
        return reading(value)
    except (ValueError, TypeError, AttributeError, KeyError):
        return None


def _address(text):
    if not isinstance(text, str) or "%" in text:  # an IPv6 zone means nothing to the other end
        raise ValueError
    return ipaddress.ip_address(text.strip())


def _subnets_of(tunnel):
    """(the cloud's networks, the peer's networks), each without repetition."""
    return tuple(
        [ipaddress.ip_network(text) for text in dict.fromkeys(map(fields.subnet, tunnel[name]))]
        for name in ("local_subnets", "remote_subnets")
    )


def _heading(tunnel):
    known = (" " + tunnel["vpn_conn_id"].strip()) if tunnel.get("vpn_conn_id") else ""
    return [
        "# The peer's end of the VPN tunnel %s%s on Baidu AI Cloud." % (tunnel["vpn_conn_name"].strip(), known),
        "# Made by the filter baiducloud.network.swanctl; a change belongs into the tunnel, not into this file.",
    ]


def _connections(tunnel, name, host, eip, ids, start_action):
    ike = {field: _told(value) for field, value in tunnel["ike_config"].items()}
    version = VERSIONS[ike["ike_version"]]
    rekey, rest = _life(ike["ike_life_time"])
    aggressive = version == 1 and ike["ike_mode"] == "aggressive"
    cloud, peer = _subnets_of(tunnel)
    settings = [
        ("version", version),
        ("local_addrs", host),
        ("remote_addrs", eip),
        ("proposals", _proposal(ike["ike_enc_alg"], ike["ike_auth_alg"], ike["ike_pfs"])),
        # What is announced is rekey_time + over_time, here the tunnel's ike_life_time.
        ("rekey_time", "%ds" % rekey),
        ("over_time", "%ds" % rest),
        ("dpd_delay", "30s"),
        ("keyingtries", 0),
    ]
    # The peer's address is part of the tunnel on the cloud, so it does not move.
    settings.insert(1, ("aggressive", "yes" if aggressive else "no") if version == 1 else ("mobike", "no"))
    identities = [
        _section(side, [("auth", "psk"), ("id", '"%s"' % identity)]) for side, identity in zip(("local", "remote"), ids)
    ]
    children = [
        _section("%s-%d" % (name, number), _child(tunnel, start_action, *pair))
        for number, pair in enumerate(_selectors(version, cloud, peer), 1)
    ]
    body = _section(name, settings, identities + [_section("children", (), children)])
    lines = []
    if aggressive:
        lines = [
            "# Only if the cloud is to initiate, strongswan.conf needs in its section charon:",
            "#   i_dont_care_about_security_and_use_aggressive_mode_psk = yes",
        ]
    return lines + _section("connections", (), [body] + _bypass(name, cloud, peer))


def _child(tunnel, start_action, cloud, peer):
    ipsec = {field: _told(value) for field, value in tunnel["ipsec_config"].items()}
    life = ipsec["ipsec_lifetime"]
    return [
        ("local_ts", ",".join(map(str, peer))),
        ("remote_ts", ",".join(map(str, cloud))),
        ("esp_proposals", _proposal(ipsec["ipsec_enc_alg"], ipsec["ipsec_auth_alg"], ipsec["ipsec_pfs"])),
        ("life_time", "%ds" % life),
        ("rekey_time", "%ds" % _life(life)[0]),
        ("dpd_action", {"start": "restart", "trap": "trap", "none": "clear"}[start_action]),
        ("close_action", start_action),
        ("start_action", start_action),
    ]


def _selectors(version, cloud, peer):
    """The (cloud's networks, peer's networks) of each child: IKEv1 can negotiate but one pair at a time."""
    if version == 2:
        return [(cloud, peer)]
    return [([left], [right]) for left in cloud for right in peer if left.version == right.version]


def _bypass(name, cloud, peer):
    """What keeps the peer's own networks out of the tunnel where one of the cloud's, such as 0.0.0.0/0, holds them."""
    inside = [own for own in peer if any(own.version == wide.version and own.subnet_of(wide) for wide in cloud)]
    if not inside:
        return []
    text = ",".join(map(str, inside))
    child = [("local_ts", text), ("remote_ts", text), ("mode", "pass"), ("start_action", "trap")]
    lan = _section(name + "@lan", child)
    return [_section(name + "@lan", [("remote_addrs", "127.0.0.1")], [_section("children", (), [lan])])]


def _secrets(name, secret_key, ids):
    # In hex, as a quoted text that begins with 0x or 0s would be decoded, and a bare one may not hold #, and more.
    key = rules.SECRET_KEY.normalize(secret_key).reveal().encode("utf-8").hex()
    settings = [("id-%d" % number, '"%s"' % identity) for number, identity in enumerate(ids, 1)]
    return _section("secrets", (), [_section("ike-" + name, settings + [("secret", "0x" + key)])])


def _proposal(cipher, hash_function, group):
    words = [CIPHERS[cipher], HASHES[hash_function]]
    return "-".join(words if group == "disabled" else words + [GROUPS[group]])


def _life(seconds):
    """(seconds until rekeying, seconds from there to the end) of a life time, nine tenths and one tenth."""
    rekey = seconds * 9 // 10
    return rekey, seconds - rekey


def _told(value):
    return value.strip() if isinstance(value, str) else value


def _section(name, settings, sections=()):
    """The lines of one section of strongSwan's configuration language."""
    inside = ["%s = %s" % setting for setting in settings]
    for section in sections:
        inside += section
    return ["%s {" % name] + ["  " + line for line in inside] + ["}"]
