# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign requests by bce-auth-v1: https://cloud.baidu.com/doc/Reference/s/njwvz1yfu."""

from __future__ import annotations

import hmac
import time
from typing import TYPE_CHECKING, Collection, Mapping
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from .limits import Clock
from .redaction import Secret

if TYPE_CHECKING:
    from requests import PreparedRequest

DEFAULT_EXPIRATION = 1800  # seconds, as in every official SDK

# Signed where the Authorization header names no headers, in addition to every x-bce-* header.
_DEFAULT_SIGNED_HEADERS = frozenset(("host", "content-length", "content-type", "content-md5"))


def encode(value: str | int) -> str:
    """Percent-encode all octets of a value except ``A-Za-z0-9-_.~``."""
    return quote(str(value), safe="-_.~")


def canonical_uri(path: str) -> str:
    """Return an absolute, decoded path encoded, except the slashes."""
    encoded = quote(path, safe="-_.~/")
    return encoded if encoded.startswith("/") else "/" + encoded


def canonical_query(query: Mapping[str, str | int | None]) -> str:
    """Return the sorted query of decoded names and values, as it is signed and sent."""
    pairs = [
        encode(name) + "=" + ("" if value is None else encode(value))
        for name, value in query.items()
        if name.lower() != "authorization"
    ]
    return "&".join(sorted(pairs))


def canonical_headers(headers: Mapping[str, str], signed_headers: Collection[str] | None = None) -> str:
    """Return the lines of the signed headers; an empty header is not signed.

    :param signed_headers: lower-case names; None for the server's default set.
    """
    lines = []
    for name, value in headers.items():
        name, value = name.strip().lower(), str(value).strip()
        if signed_headers is None:
            is_signed = name in _DEFAULT_SIGNED_HEADERS or name.startswith("x-bce-")
        else:
            is_signed = name in signed_headers
        if is_signed and value:
            lines.append(encode(name) + ":" + encode(value))
    return "\n".join(sorted(lines))


def timestamp_text(timestamp: float) -> str:
    """Return seconds since the epoch as ``YYYY-MM-DDThh:mm:ssZ``."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(timestamp))


def signing_key(
    access_key_id: str, secret_access_key: str, timestamp: float, expiration: int = DEFAULT_EXPIRATION
) -> tuple[str, str]:
    """Return the prefix of the Authorization value, and the key (hex) that is derived from it."""
    prefix = "bce-auth-v1/%s/%s/%d" % (access_key_id, timestamp_text(timestamp), expiration)
    return prefix, _hmac_sha256(secret_access_key, prefix)


def authorization(
    access_key_id: str,
    secret_access_key: str,
    method: str,
    path: str,
    query: Mapping[str, str | int | None],
    headers: Mapping[str, str],
    timestamp: float,
    expiration: int = DEFAULT_EXPIRATION,
    signed_headers: Collection[str] | None = None,
) -> str:
    """Return the value of the Authorization header.

    :param path: absolute; path and query are decoded.
    :param headers: as they are sent; ``Host`` must be among them.
    :param timestamp: seconds since the epoch.
    :param expiration: seconds for which the signature is valid.
    :param signed_headers: see canonical_headers().
    """
    prefix, key = signing_key(access_key_id, secret_access_key, timestamp, expiration)
    request = "\n".join(
        (method, canonical_uri(path), canonical_query(query), canonical_headers(headers, signed_headers or None))
    )
    names = ";".join(sorted(signed_headers or ()))
    return "%s/%s/%s" % (prefix, names, _hmac_sha256(key, request))


def _hmac_sha256(key: str, message: str) -> str:
    return hmac.digest(key.encode("utf-8"), message.encode("utf-8"), "sha256").hex()


class BceAuth:
    """The `auth` of requests: signs each attempt by the server's clock, and keeps requests from reading ~/.netrc."""

    def __init__(
        self, access_key_id: Secret, secret_access_key: Secret, security_token: Secret | None, clock: Clock
    ) -> None:
        self._access_key_id = access_key_id
        self._secret_access_key = secret_access_key
        self._security_token = security_token
        self._clock = clock
        self._clock_offset = 0.0  # seconds that the server's clock is ahead of ours

    def now(self) -> float:
        """Return seconds since the epoch by the server's clock, as far as it is known."""
        return self._clock.time() + self._clock_offset

    def sync_clock(self, server_time: float | None) -> None:
        """Sign by the server's clock from now on; None changes nothing."""
        if server_time is not None:
            self._clock_offset = server_time - self._clock.time()

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        timestamp = int(self.now())
        parts = urlsplit(request.url or "")
        headers = {"Host": parts.netloc, "x-bce-date": timestamp_text(timestamp)}
        if self._security_token:
            headers["x-bce-security-token"] = self._security_token.reveal()
        headers["Authorization"] = authorization(
            self._access_key_id.reveal(),
            self._secret_access_key.reveal(),
            request.method or "",
            unquote(parts.path),
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers,
            timestamp,
            signed_headers=[name.lower() for name in headers],
        )
        request.headers.update(headers)
        return request
