# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check bce-auth-v1 signatures with the official SDK's signer, so that ours and its check cannot be wrong together.

Sources: the contract notes, sections 6 (the algorithm), 7 (the codes) and 12 (the SDK's oddities).
"""

from __future__ import annotations

import calendar
import functools
import hmac
import logging
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from baidubce.auth import bce_v1_signer
from baidubce.auth.bce_credentials import BceCredentials

from .validation import BceError

# The SDK logs the signing key at debug level (section 12).
logging.getLogger(bce_v1_signer.__name__).disabled = True

MAX_SKEW_SECONDS = 30 * 60  # section 6, clock skew of x-bce-date
SECURITY_TOKEN = "x-bce-security-token"


@dataclass(frozen=True)
class Authorization:
    """The parts of an Authorization header; ``signed_at`` as the header writes it, ``expiration`` in seconds."""

    access_key_id: str
    signed_at: str
    expiration: int
    signed_headers: tuple[str, ...]
    signature: str


def _bad_header(message: str) -> BceError:
    return BceError(400, "InvalidHTTPAuthHeader", message)


# Cached because one request needs the same values several times.
@functools.lru_cache(maxsize=256)
def parse_time(text: str) -> int:
    """Return the seconds since 1970 of ``YYYY-MM-DDThh:mm:ssZ``; ValueError otherwise."""
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


@functools.lru_cache(maxsize=256)
def parse_authorization(value: str) -> Authorization:
    """Split ``bce-auth-v1/ak/timestamp/expiration/signedHeaders/signature`` (section 6)."""
    parts = value.split("/")
    if len(parts) != 6 or parts[0] != "bce-auth-v1" or not parts[1]:
        raise _bad_header("Authorization must be bce-auth-v1/ak/timestamp/expiration/signedHeaders/signature")
    try:
        parse_time(parts[2])
    except ValueError:
        raise _bad_header("the timestamp of Authorization must be YYYY-MM-DDThh:mm:ssZ") from None
    if not re.fullmatch(r"[0-9]{1,9}", parts[3]):
        raise _bad_header("the expiration of Authorization must be a number of seconds")
    if not re.fullmatch(r"[0-9a-f]{64}", parts[5]):
        raise _bad_header("the signature of Authorization must be 64 lower-case hex digits")
    names = tuple(parts[4].split(";")) if parts[4] else ()
    if any(not name or name != name.strip().lower() for name in names):
        raise _bad_header("signedHeaders must be lower-case names joined by ;")
    return Authorization(parts[1], parts[2], int(parts[3]), names, parts[5])


def decode_query(raw_query: str) -> list[tuple[bytes, bytes]]:
    """Return names and values of a raw query string as octets; a plus sign is a plus sign (section 6: space is %20)."""
    raw = raw_query.encode("utf-8", "surrogateescape")
    pairs = (item.partition(b"=") for item in raw.split(b"&") if item)
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _sign, value in pairs]


def expected_signature(
    credentials: BceCredentials,
    authorization: Authorization,
    method: str,
    raw_path: str,
    raw_query: str,
    headers: Mapping[str, str],
) -> str:
    """Return the signature that the SDK makes for a request as it was received (header names in lower case)."""
    # With an explicit list the SDK still adds every x-bce-* header (section 12), so it gets the listed ones only.
    listed = authorization.signed_headers or tuple(headers)
    sent = {name.encode(): headers[name].encode("utf-8", "surrogateescape") for name in listed if name in headers}
    params = {name: value for name, value in decode_query(raw_query) if name.lower() != b"authorization"}
    signed = bce_v1_signer.sign(
        credentials,
        method.encode(),
        raw_path.encode("utf-8", "surrogateescape"),
        sent,
        params,
        parse_time(authorization.signed_at),
        authorization.expiration,
        [name.encode() for name in authorization.signed_headers] or None,
    )
    return signed.decode().rpartition("/")[2]


def check_signature(
    access_key_id: str,
    secret_access_key: str,
    now: float,
    method: str,
    raw_path: str,
    raw_query: str,
    headers: Iterable[tuple[str, str]],
) -> None:
    """Raise BceError unless the request is signed by the account and in time; ``now`` is seconds since 1970."""
    by_name: dict[str, str] = {}
    for name, value in headers:
        by_name.setdefault(name.lower(), value)
    authorization = parse_authorization(by_name.get("authorization", ""))
    names = authorization.signed_headers
    if names and "host" not in names:
        raise _bad_header("host must be one of the signed headers")
    if names and SECURITY_TOKEN in by_name and SECURITY_TOKEN not in names:
        raise _bad_header("x-bce-security-token must be one of the signed headers when it is sent")
    if authorization.access_key_id != access_key_id:
        raise BceError(403, "InvalidAccessKeyId", "the access key id does not exist")
    _check_time(now, authorization, by_name.get("x-bce-date"))
    decoded = [name for name, _value in decode_query(raw_query)]
    if len(decoded) != len(set(decoded)):
        # The SDK's signer takes a dictionary, so a repeated name has no defined signature here.
        raise BceError(400, "InvalidURI", "a query parameter is repeated")
    credentials = BceCredentials(access_key_id, secret_access_key)
    expected = expected_signature(credentials, authorization, method, raw_path, raw_query, by_name)
    if not hmac.compare_digest(expected, authorization.signature):
        raise BceError(400, "SignatureDoesNotMatch", "the signature does not match the request")


def _check_time(now: float, authorization: Authorization, bce_date: str | None) -> None:
    expired = abs(now - parse_time(authorization.signed_at)) > authorization.expiration
    if bce_date and not expired:
        try:
            expired = abs(now - parse_time(bce_date.strip())) > MAX_SKEW_SECONDS
        except ValueError:
            raise BceError(400, "InvalidHTTPRequest", "x-bce-date must be YYYY-MM-DDThh:mm:ssZ") from None
    if expired:
        raise BceError(400, "RequestExpired", "the request is out of its time; see the Date header")
