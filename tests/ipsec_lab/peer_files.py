# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Convert an object of the API's list, with the key in clear text, to the files of a peer other than strongSwan."""

from __future__ import annotations

from .gateway_config import seconds

CIPHERS = {"aes": "aes-128", "aes192": "aes-192", "aes256": "aes-256", "3des": "3des"}
HASHES = {"sha1": "sha1", "md5": "md5", "sha2_256": "sha2-256", "sha2_384": "sha2-384", "sha2_512": "sha2-512"}
GROUPS = {"group2": "modp1024", "group5": "modp1536", "group14": "modp2048"}


def openiked_files(tunnel, eip):
    """Return the iked.conf of a tunnel of IKEv2."""
    ike, esp = tunnel["ikeConfig"], tunnel["ipsecConfig"]
    pairs = [(own, cloud) for own in tunnel["remoteSubnets"] for cloud in tunnel["localSubnets"]]
    ike_hash = HASHES[ike["ikeAuthAlg"]]
    group = f" group {GROUPS[esp['ipsecPfs']]}" if esp["ipsecPfs"] != "disabled" else ""
    lines = [
        'ikev2 "branch" active esp',
        *(f"  from {own} to {cloud}" for own, cloud in pairs),
        f"  local {tunnel['remoteIp']} peer {eip}",
        f"  ikesa enc {CIPHERS[ike['ikeEncAlg']]} prf hmac-{ike_hash} auth hmac-{ike_hash}",
        f"  group {GROUPS[ike['ikePfs']]}",
        f"  childsa enc {CIPHERS[esp['ipsecEncAlg']]} auth hmac-{HASHES[esp['ipsecAuthAlg']]}{group}",
        f"  srcid {tunnel['remoteIp']} dstid {eip}",
        f"  ikelifetime {seconds(ike['ikeLifeTime'])} lifetime {seconds(esp['ipsecLifetime'])}",
        f'  psk "{tunnel["secretKey"]}"',
    ]
    return {"conf": " \\\n".join(lines) + "\n"}
