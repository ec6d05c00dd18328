# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validate the proxy of the environment, and keep its password out of all texts."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from typing import Mapping, NamedTuple
from urllib.parse import unquote, unquote_plus, urlsplit

from .redaction import Secret

try:
    from requests.utils import prepend_scheme_if_needed, select_proxy
    from urllib3.util import parse_url
except ImportError:
    pass  # transport.py reports it

INVALID_PROXY = (
    "%(variable)s: is not a valid proxy URL (value not shown); give http://HOST:PORT or "
    "http://USER:PASSWORD@HOST:PORT, the special characters of a password percent-encoded"
)
PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


class Proxy(NamedTuple):
    """The environment's proxy for one endpoint.

    :ivar variable: the name of the environment variable.
    :ivar error: why it cannot be used, a sentence that begins with the name of the variable; or None.
    """

    variable: str
    error: str | None = None


def proxy_for(endpoint: str, proxies: Mapping[str, str]) -> Proxy | None:
    """Return the Proxy that requests would use for an endpoint, or None.

    :param proxies: as requests.Session.merge_environment_settings() returns them.
    """
    url = select_proxy(endpoint, dict(proxies))
    if not url:
        return None
    names = ["%s_proxy" % urlsplit(endpoint).scheme, "all_proxy"]
    variables = [name for name, value in _proxy_variables() if value == url and name.lower() in names]
    # Reversed, because urllib prefers the name in lower case.
    variable = next(iter(sorted(variables, reverse=True)), "HTTPS_PROXY")
    if not _is_proxy_url(url):
        return Proxy(variable, INVALID_PROXY % {"variable": variable})
    if url.lower().startswith("socks") and not _can_import("socks"):
        return Proxy(variable, "%s: a SOCKS proxy needs the Python library pysocks" % variable)
    return Proxy(variable)


def proxy_secrets() -> set[Secret]:
    """Return every form in which the user info of the environment's proxy URLs may occur in a text.

    Libraries quote a URL whole, decoded, or cut where they take a character of the password for the end of a part.
    """
    found: set[str] = set()
    for _name, url in _proxy_variables():
        info, has_info, _host = url.partition("://")[2].rpartition("@") if "://" in url else url.rpartition("@")
        if not has_info:
            continue
        user, _colon, password = info.partition(":")
        forms = {info, password, unquote(info), unquote(password), unquote_plus(password)}
        found.update(forms, *(re.split(r"[/?#@:%\[\]\\]", form) for form in (password, unquote(password))))
        # As a proxy may echo it: Proxy-Authorization.
        for text in (info, unquote(user) + ":" + unquote(password)):
            found.add(b64encode(text.encode("utf-8", "replace")).decode("ascii"))
    return {Secret(form) for text in found for form in (text, text.lower())}


def _proxy_variables() -> list[tuple[str, str]]:
    """Return (name, value) of all variables in which urllib looks for a proxy's URL."""
    return [
        (name, value)
        for name, value in os.environ.items()
        if name.lower().endswith("_proxy") and name.lower() != "no_proxy" and value
    ]


def _is_proxy_url(url: str) -> bool:
    """Return whether requests and urllib3 can read the URL of a proxy, and find the intended host in it."""
    try:
        urlsplit(url)  # requests reads it in both ways
        parts = urlsplit(prepend_scheme_if_needed(url, "http"))
        host = parse_url(parts.geturl()).host
        port = parts.port
        name = (parts.hostname or "").encode("idna").decode("ascii")
        if parts.scheme in ("http", "https"):
            # The header Proxy-Authorization has to be made of them.
            unquote((parts.username or "") + (parts.password or "")).encode("latin-1")
    except (ValueError, TypeError):  # ValueError is the base of LocationParseError and UnicodeError; requests has both
        return False
    # An @ behind the host belongs to a password that was cut at a slash, question mark or hash.
    is_cut = "@" in parts.path + parts.query + parts.fragment
    is_host = bool(host) and re.fullmatch("[!-~]+", name)
    return bool(is_host and not is_cut and port != 0 and parts.scheme in PROXY_SCHEMES)


def _can_import(name: str) -> bool:
    try:
        __import__(name)
    except ImportError:
        return False
    return True
