# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of IKE identities. strongSwan finds the kind in the text itself; other devices have a word for each."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple, Optional

PREFIXES = {
    "ipv4": "address",
    "ipv6": "address",
    "fqdn": "fqdn",
    "dns": "fqdn",
    "email": "email",
    "rfc822": "email",
    "userfqdn": "email",
}
# Text of these characters needs no quotes in any of the files.
FQDN = re.compile(r"[A-Za-z0-9._-]+")
EMAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9._-]+")


# FortiOS and RouterOS have the same words.
IDENTITY_TYPES = {"address": "address", "fqdn": "fqdn", "email": "user-fqdn"}
COMMENT = "Baidu AI Cloud, VPN tunnel %s"  # of every object on a device


class Identity(NamedTuple):
    """An identity and its kind: address, fqdn or email."""

    kind: str
    text: str


def parse_identity(text: str) -> Optional[Identity]:
    """Return an identity as strongSwan understands the text; None where other devices have nothing like it."""
    prefix, colon, rest = text.partition(":")
    kind = PREFIXES.get(prefix) if colon else None
    if kind is not None:
        return _checked(kind, rest)
    try:
        return Identity("address", str(ipaddress.ip_address(text)))
    except ValueError:
        pass
    if text.startswith("@"):
        return _checked("fqdn", text[1:])
    return _checked("email" if "@" in text else "fqdn", text)


def _checked(kind: str, text: str) -> Optional[Identity]:
    if kind == "address":
        try:
            return Identity(kind, str(ipaddress.ip_address(text)))
        except ValueError:
            return None
    pattern = EMAIL if kind == "email" else FQDN
    return Identity(kind, text) if pattern.fullmatch(text) else None
