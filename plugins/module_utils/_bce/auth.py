# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""bce-auth-v1, the signature of every BCE request: pure functions, no I/O, no clock of their own.

Rules: https://cloud.baidu.com/doc/Reference/s/njwvz1yfu (Baidu AI Cloud, "bce-auth-v1").
"""

from __future__ import annotations

import hmac
import time
from urllib.parse import quote

DEFAULT_EXPIRATION = 1800  # seconds, as every official SDK has it

# What a server takes as signed when the Authorization header names no headers; every x-bce-* header comes on top.
_SIGNED_BY_DEFAULT = frozenset(("host", "content-length", "content-type", "content-md5"))


def encode(value):
    """Percent-encode all octets of a str or int but ``A-Za-z0-9-_.~``, upper-case hex."""
    return quote(str(value), safe="-_.~")


def canonical_uri(path):
    """The absolute, decoded path with each octet but the slashes encoded once."""
    encoded = quote(path, safe="-_.~/")
    return encoded if encoded.startswith("/") else "/" + encoded


def canonical_query(query):
    """The query of a dict of decoded names and values, sorted; a name without a value (None) keeps its ``=``.

    The same text serves on the wire, so what is signed and what is sent cannot differ.
    """
    pairs = [
        encode(name) + "=" + ("" if value is None else encode(value))
        for name, value in query.items()
        if name.lower() != "authorization"
    ]
    return "&".join(sorted(pairs))


def canonical_headers(headers, signed_headers=None):
    """The lines of the signed headers; an empty header is not signed.

    :arg signed_headers: lower-case names; None stands for the server's default set.
    """
    lines = []
    for name, value in headers.items():
        name, value = name.strip().lower(), str(value).strip()
        if signed_headers is None:
            signed = name in _SIGNED_BY_DEFAULT or name.startswith("x-bce-")
        else:
            signed = name in signed_headers
        if signed and value:
            lines.append(encode(name) + ":" + encode(value))
    return "\n".join(sorted(lines))


def timestamp_text(timestamp):
    """Seconds since the epoch as ``YYYY-MM-DDThh:mm:ssZ``, the form of the signature and of ``x-bce-date``."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(timestamp))


def signing_key(access_key_id, secret_access_key, timestamp, expiration=DEFAULT_EXPIRATION):
    """The prefix of the Authorization value and the key (hex text) derived from it, both str."""
    prefix = "bce-auth-v1/%s/%s/%d" % (access_key_id, timestamp_text(timestamp), expiration)
    return prefix, _hmac_sha256(secret_access_key, prefix)


def authorization(
    access_key_id,
    secret_access_key,
    method,
    path,
    query,
    headers,
    timestamp,
    expiration=DEFAULT_EXPIRATION,
    signed_headers=None,
):
    """The value of the Authorization header, str.

    :arg path: absolute path, decoded.
    :arg query: dict of decoded names and values.
    :arg headers: dict of the headers as they will be sent; ``Host`` must be among them.
    :arg timestamp: seconds since the epoch. :arg expiration: seconds the signature is good for.
    :arg signed_headers: the names to sign, lower case; None leaves the choice to the server's default set.
    """
    prefix, key = signing_key(access_key_id, secret_access_key, timestamp, expiration)
    request = "\n".join(
        (method, canonical_uri(path), canonical_query(query), canonical_headers(headers, signed_headers or None))
    )
    names = ";".join(sorted(signed_headers or ()))
    return "%s/%s/%s" % (prefix, names, _hmac_sha256(key, request))


def _hmac_sha256(key, message):
    return hmac.digest(key.encode("utf-8"), message.encode("utf-8"), "sha256").hex()
