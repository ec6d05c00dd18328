# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bound the whole of one HTTP attempt by one deadline; keep the password of the environment's proxy out of all texts.

The timeouts of requests and urllib3 hold for one wait each: a server that sends a byte a second, or one interim
response after the other, never exceeds them. Here every wait of an attempt gets what is left of the attempt.
The resolution of a host's name is not bounded; the operating system has timeouts of its own for it.
"""

from __future__ import annotations

import io
import os
import re
import socket
import threading
import time
from base64 import b64encode
from contextlib import contextmanager
from functools import lru_cache
from http.client import HTTPResponse, parse_headers
from typing import NamedTuple
from urllib.parse import unquote, unquote_plus, urlsplit

from .redaction import Secret

try:
    from requests.adapters import HTTPAdapter
    from requests.utils import prepend_scheme_if_needed, select_proxy
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
    from urllib3.util import parse_url
except ImportError:
    HTTPAdapter = object  # the client reports it

INVALID_PROXY = (
    "%s: is not a valid proxy URL (value not shown); give http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, the "
    "special characters of a password percent-encoded"
)
PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")

# The attempt of this thread; one attempt does all of its work in one thread.
_THREAD = threading.local()


class Attempt:
    """One attempt at a request: when it ends, and what is known of it.

    :ivar sent: whether any of the request may have left this machine.
    :ivar interim: statuses of interim responses.
    """

    def __init__(self, seconds):
        # Not an injected clock, because sockets wait by the machine's own.
        self._ends = time.monotonic() + seconds
        self.sent = False
        self.interim = []

    def left(self):
        """Return the seconds that are left.

        :raises socket.timeout: if none are.
        """
        left = self._ends - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        return left


@contextmanager
def attempt(seconds):
    """Bound all connections and responses that this thread uses within the block; yield the Attempt."""
    _THREAD.attempt = Attempt(seconds)
    try:
        yield _THREAD.attempt
    finally:
        _THREAD.attempt = None


def _current():
    return getattr(_THREAD, "attempt", None)


def _limit(sock):
    """Let the next wait of a socket last at most as long as what is left of the attempt."""
    if _current() and sock is not None:
        sock.settimeout(_current().left())


class _LimitedReader(io.RawIOBase):
    """The bytes of a buffered reader over a socket, each wait for them limited."""

    def __init__(self, buffered, sock):
        self._buffered = buffered
        self._sock = sock

    def readable(self):
        return True

    def readinto(self, buffer):
        _limit(self._sock)
        return self._buffered.raw.readinto(buffer)

    def close(self):
        self._buffered.close()
        super().close()


class _Response(HTTPResponse):
    """A response that is read in limited waits, and that skips every interim response before the final one."""

    def __init__(self, sock, *args, **kwargs):
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_LimitedReader(self.fp, sock))

    def _read_status(self):
        # The base class skips 100 only, and takes 102 and 103 for the end.
        while True:
            version, status, reason = super()._read_status()
            if not 100 <= status < 200 or status == 101:
                return version, status, reason
            parse_headers(self.fp)
            if _current() and status != 100:
                _current().interim.append(status)


class _LimitedConnection:
    """A mixin for the connection classes of urllib3: connect, TLS, request and response within one Attempt."""

    response_class = _Response
    _in_tunnel = False

    def _new_conn(self):
        if not _current():
            return super()._new_conn()
        if hasattr(self, "_socks_options"):
            self.timeout = _current().left()
            sock = super()._new_conn()
        else:
            sock = self._connected()
        _limit(sock)  # for the TLS handshake
        return sock

    def _connected(self):
        """Return a socket that is connected to the first address that accepts.

        urllib3 gives each address the whole timeout. Here all share it, so that an address that does not respond does
        not use up the time of the next one.
        """
        # Not self.host, because urllib3 removes the dot at the end of a fully qualified name from it.
        host = getattr(self, "_dns_host", self.host).strip("[]")
        try:
            addresses = socket.getaddrinfo(host, self.port, 0, socket.SOCK_STREAM)
        except socket.gaierror as exc:
            raise NewConnectionError(self, str(exc)) from exc
        failure = None
        for number, (family, kind, protocol, _name, address) in enumerate(addresses):
            sock = None
            try:
                sock = socket.socket(family, kind, protocol)
                for option in self.socket_options or ():
                    sock.setsockopt(*option)
                sock.settimeout(_current().left() / (len(addresses) - number))
                if self.source_address:
                    sock.bind(self.source_address)
                sock.connect(address)
                return sock
            except OSError as exc:
                failure = exc
                if sock is not None:
                    sock.close()
        if isinstance(failure, socket.timeout):
            raise ConnectTimeoutError(self, str(failure)) from failure
        raise NewConnectionError(self, str(failure)) from failure

    def _tunnel(self):
        self._in_tunnel = True
        try:
            super()._tunnel()
        finally:
            self._in_tunnel = False
        _limit(self.sock)  # for the TLS handshake

    def send(self, data):
        if self.sock is None and self.auto_open:
            self.connect()
        _limit(self.sock)
        if _current() and not self._in_tunnel:
            _current().sent = True
        return super().send(data)


@lru_cache(maxsize=None)
def _limited(pool_class):
    """Return the subclass of a connection pool of urllib3 whose connections are limited."""
    connection_class = type("LimitedConnection", (_LimitedConnection, pool_class.ConnectionCls), {})
    return type("Limited" + pool_class.__name__, (pool_class,), {"ConnectionCls": connection_class})


def _limit_pools(manager):
    manager.pool_classes_by_scheme = {
        scheme: _limited(pool_class) for scheme, pool_class in manager.pool_classes_by_scheme.items()
    }


class Adapter(HTTPAdapter):
    """The HTTPAdapter of requests, with limited connections, directly and through every kind of proxy."""

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        _limit_pools(self.poolmanager)

    def proxy_manager_for(self, proxy, **kwargs):
        is_known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not is_known:
            _limit_pools(manager)
        return manager


# -- the proxy of the environment --------------------------------------------------------------------------------------


class Proxy(NamedTuple):
    """The environment's proxy for one endpoint.

    :ivar problem: why it cannot be used, a sentence that begins with the name of the variable; or None.
    """

    variable: str
    problem: str = None


def proxy_for(endpoint, proxies):
    """Return the Proxy that requests would use for an endpoint, or None.

    :param proxies: as requests.Session.merge_environment_settings() returns them.
    """
    url = select_proxy(endpoint, proxies or {})
    if not url:
        return None
    names = ["%s_proxy" % urlsplit(endpoint).scheme, "all_proxy"]
    variables = [name for name, value in _proxy_variables() if value == url and name.lower() in names]
    # Reversed, because urllib prefers the name in lower case.
    variable = next(iter(sorted(variables, reverse=True)), "HTTPS_PROXY")
    if not _is_proxy_url(url):
        return Proxy(variable, INVALID_PROXY % variable)
    if url.lower().startswith("socks") and not _is_importable("socks"):
        return Proxy(variable, "%s: a SOCKS proxy needs the Python library pysocks" % variable)
    return Proxy(variable)


def proxy_secrets():
    """Return every form in which the user info of the environment's proxy URLs may occur in a text, as Secrets.

    Libraries quote a URL whole, decoded, or cut where they take a character of the password for the end of a part.
    """
    found = set()
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


def _proxy_variables():
    """Return (name, value) of all variables in which urllib looks for a proxy's URL."""
    return [
        (name, value)
        for name, value in os.environ.items()
        if name.lower().endswith("_proxy") and name.lower() != "no_proxy" and value
    ]


def _is_proxy_url(url):
    """Return whether requests and urllib3 can read the URL of a proxy, and find in it the host that was meant."""
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


def _is_importable(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True
