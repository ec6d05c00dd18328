# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the bodies of the probe's own objects, and compare shown values with written ones. Pure.

Addresses and subnets are those of RFC 5737, which no network uses.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import ipaddress
import re
from typing import Any, NamedTuple
from urllib.parse import unquote

from .._bce.redaction import Secret, looks_like_tunnel_key

PREFIX = "baiducloud-network-probe-"
PEER = "192.0.2.201"
OTHER_PEER = "192.0.2.202"
LOCAL_SUBNETS = ["198.51.100.64/26", "198.51.100.0/26"]
OTHER_LOCAL_SUBNETS = ["198.51.100.128/26"]
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789"
# Unusual values, so that defaults of the API can be distinguished.
IKE_CONFIG = {"ikeVersion": "v1", "ikeMode": "main", "ikeEncAlg": "aes192", "ikeAuthAlg": "sha1", "ikePfs": "group5"}
IPSEC_CONFIG = {"ipsecEncAlg": "aes192", "ipsecAuthAlg": "sha1", "ipsecPfs": "group5"}
TRIMMED = " \t-_/."


class Marks(NamedTuple):
    """What identifies the probe's own objects of one gateway, the same in every run.

    The key is derived from the account's secret access key, so that no other account has it, and the tunnel of an
    interrupted run has the same key.
    """

    name: str
    key: Secret
    customer_gateway_description: str

    def tunnel(self, number: int, **changes: Any) -> dict[str, Any]:
        """Return the body that writes one version of the tunnel.

        :param changes: fields by their API name; None leaves a field out.
        """
        body: dict[str, Any] = {
            "vpnConnName": self.name,
            "secretKey": self.key.reveal(),
            "localSubnets": LOCAL_SUBNETS,
            "remoteIp": PEER,
            "remoteSubnets": subnets(number),
            "description": description(number),
            "ikeConfig": dict(IKE_CONFIG, ikeLifeTime=ike_life_time(number)),
            "ipsecConfig": dict(IPSEC_CONFIG, ipsecLifetime=3600 + 60 * number),
        }
        body.update(changes)
        return {name: value for name, value in body.items() if value is not None}

    def customer_gateway(self) -> dict[str, Any]:
        """Return the body of the creation of the customer gateway."""
        return {"name": self.name, "ip": PEER, "description": self.customer_gateway_description}


def marks_of(vpn_id: str, secret_access_key: str) -> Marks:
    """Return the Marks of a gateway; the name has both cases and every allowed sign, to show changes."""
    digest = hashlib.sha256(("baiducloud.network probe " + vpn_id).encode()).hexdigest()[:8]
    message = ("baiducloud.network/vpn_api_probe/" + vpn_id).encode()
    secret = hmac.new(secret_access_key.encode(), message, hashlib.sha256).digest()
    key = "P" + "".join(LETTERS[byte % len(LETTERS)] for byte in secret[:14]) + "4#"
    text = "Made by baiducloud.network.probe_api (%s), delete it." % digest
    return Marks(PREFIX + "Aa/1.%s_" % digest, Secret(key), text)


def subnets(number: int) -> list[str]:
    """Return the remote subnets of a version, the higher one first."""
    return ["203.0.113.%d/28" % (32 * number + 16), "203.0.113.%d/28" % (32 * number)]


def subnets_with_host_bits(number: int) -> list[str]:
    """Return the same subnets, the second written with host bits."""
    return [subnets(number)[0], "203.0.113.%d/28" % (32 * number + 5)]


def description(number: int) -> str:
    """Return the description of a version; it ends with signs that are sometimes trimmed or escaped."""
    return "Made by baiducloud.network.probe_api, delete it. Version %d /." % number


def ike_life_time(number: int) -> int:
    """Return the IKE life time of a version in seconds."""
    return 7200 + 60 * number


def is_full_key(value: Any) -> bool:
    """Return whether a shown key may be complete, not a mask or a digest."""
    return isinstance(value, str) and 8 <= len(value) <= 17 and "***" not in value and looks_like_tunnel_key(value)


def parse_networks(value: Any) -> list[Any] | None:
    """Return shown subnets as networks, or None if they cannot be parsed."""
    try:
        return [ipaddress.ip_network(item, strict=False) for item in value]
    except (ValueError, TypeError):
        return None


def address_part(subnet: Any) -> str:
    """Return the address of a shown subnet, with its host bits."""
    return str(subnet).partition("/")[0]


def leading_number(value: Any) -> int | None:
    """Return the number at the beginning of a shown life time, or None."""
    match = re.match("[0-9]+", str(value))
    return int(match.group()) if match else None


def describe_difference(shown: Any, written: str, object_id: str | None = None) -> str:
    """Return how a shown text differs from the written one, in a few fixed words."""
    if shown is None or shown == "":
        return "missing"
    if shown == written:
        return "as written"
    if not isinstance(shown, str):
        return "unrelated"
    if shown == object_id:
        return "the id in its place"
    if shown.lower() == written.lower():
        return "in another case"
    if shown.strip(TRIMMED) == written.strip(TRIMMED):
        return "trimmed"
    if written.startswith(shown):
        return "cut"
    if re.search(r"(\.\.\.|…)$", shown) and written.startswith(re.sub(r"(\.\.\.|…)$", "", shown)):
        return "cut, with ..."
    if html.unescape(shown) == written:
        return "escaped as &#N;"
    return "escaped as %XX" if unquote(shown) == written else "unrelated"
