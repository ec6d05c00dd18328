# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Convert an object of the API's list, with the key in clear text, to the configuration of the cloud's gateway.

The table is independent of the collection's filter, so that an error in one of them is found.
"""

from __future__ import annotations

from typing import NamedTuple

CIPHERS = {
    "aes": ("AES_CBC", "128"),
    "aes192": ("AES_CBC", "192"),
    "aes256": ("AES_CBC", "256"),
    "3des": ("3DES_CBC", None),
}
HASHES = {"md5": "MD5", "sha1": "SHA1", "sha2_256": "SHA2_256", "sha2_384": "SHA2_384", "sha2_512": "SHA2_512"}
# RFC 2404, 2403 and 4868 truncate the checksums of packets.
CHECKSUM_BITS = {"md5": "96", "sha1": "96", "sha2_256": "128", "sha2_384": "192", "sha2_512": "256"}
GROUPS = {"group2": "MODP_1024", "group5": "MODP_1536", "group14": "MODP_2048", "group24": "MODP_2048_256"}

_CIPHER_WORDS = {"AES_CBC": "aes", "3DES_CBC": "3des"}


class TunnelParameters(NamedTuple):
    """The parameters of an API object, in strongSwan's names of negotiated values."""

    version: str
    ike: tuple  # cipher, key bits or None, checksum, pseudo random function, group
    esp: tuple  # cipher, key bits or None, checksum
    esp_group: str  # or None
    ike_seconds: int
    esp_seconds: int
    pairs: frozenset  # (frozenset of cloud's networks, frozenset of peer's networks) of each child


def expected_parameters(tunnel):
    """The TunnelParameters of an API object."""
    ike, esp = tunnel["ikeConfig"], tunnel["ipsecConfig"]
    version = ike["ikeVersion"][1:]
    cloud, peer = tunnel["localSubnets"], tunnel["remoteSubnets"]
    pairs = [(cloud, peer)] if version == "2" else [([left], [right]) for left in cloud for right in peer]
    return TunnelParameters(
        version,
        CIPHERS[ike["ikeEncAlg"]]
        + (_checksum(ike["ikeAuthAlg"]), f"PRF_HMAC_{HASHES[ike['ikeAuthAlg']]}", GROUPS[ike["ikePfs"]]),
        CIPHERS[esp["ipsecEncAlg"]] + (_checksum(esp["ipsecAuthAlg"]),),
        GROUPS.get(esp["ipsecPfs"]),
        seconds(ike["ikeLifeTime"]),
        seconds(esp["ipsecLifetime"]),
        frozenset((frozenset(left), frozenset(right)) for left, right in pairs),
    )


def _checksum(name):
    return f"HMAC_{HASHES[name]}_{CHECKSUM_BITS[name]}"


def seconds(value):
    """Convert 28800, "28800" or "28800s", the forms of the list."""
    return int(str(value).rstrip("s"))


def build_config(tunnel, eip, local_id=None, peer_id=None):
    """Return (connections, shared keys) for the vici of the gateway `eip`; identities default to the addresses."""
    local_id, peer_id = local_id or eip, peer_id or tunnel["remoteIp"]
    expected = expected_parameters(tunnel)
    name = tunnel["vpnConnId"]
    esp_seconds = expected.esp_seconds
    child = {
        "mode": "tunnel",
        "esp_proposals": [_proposal(*expected.esp, expected.esp_group)],
        "life_time": f"{esp_seconds}s",
        "rekey_time": f"{esp_seconds * 9 // 10}s",
    }
    connection = {
        "version": expected.version,
        "local_addrs": [eip],
        "remote_addrs": [tunnel["remoteIp"]],
        "proposals": [_proposal(*expected.ike[:3], expected.ike[4])],
        "rekey_time": f"{expected.ike_seconds * 9 // 10}s",
        "over_time": f"{expected.ike_seconds - expected.ike_seconds * 9 // 10}s",
        "aggressive": "yes" if tunnel["ikeConfig"]["ikeMode"] == "aggressive" else "no",
        "local": {"auth": "psk", "id": local_id},
        "remote": {"auth": "psk", "id": peer_id},
        "children": {
            f"net{number}": dict(child, local_ts=sorted(cloud), remote_ts=sorted(peer))
            for number, (cloud, peer) in enumerate(expected.pairs)
        },
    }
    key = {"id": name, "type": "IKE", "data": tunnel["secretKey"], "owners": [local_id, peer_id]}
    return {name: connection}, [key]


def _proposal(cipher, bits, checksum, group):
    """Return a proposal in strongSwan's configuration keywords, from its names of negotiated values."""
    hash_word = checksum.split("_", 1)[1].rsplit("_", 1)[0].lower().replace("sha2_", "sha")
    words = [_CIPHER_WORDS[cipher] + (bits or ""), hash_word]
    if group:
        words.append(group.lower().replace("modp_2048_256", "modp2048s256").replace("_", ""))
    return "-".join(words)
