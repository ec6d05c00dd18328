# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send one request and return the complete response: one deadline, a size limit, the proxy."""

from __future__ import annotations

import json
import os
import re
import socket
import traceback
from base64 import b64encode
from http.client import IncompleteRead
from importlib.util import find_spec
from time import monotonic
from typing import Any, Callable, Mapping, NamedTuple
from urllib.parse import unquote, unquote_plus, urlsplit

from .auth import BceAuth, canonical_query, canonical_uri
from .connection_options import ConnectionSettings
from .deadline import DeadlineAdapter, limit_attempt, process_lock
from .messages import text
from .redaction import Secret, truncate
from .retry import Outcome, parse_http_date

REQUESTS_IMPORT_ERROR: str | None = None
try:
    import requests
    from requests import exceptions as requests_errors
    from requests.utils import prepend_scheme_if_needed, select_proxy
    from urllib3 import disable_warnings
    from urllib3.exceptions import HTTPError, InsecureRequestWarning, NewConnectionError, TimeoutError
    from urllib3.util import parse_url
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

MAX_RESPONSE_BYTES = 32 * 1024 * 1024  # a gateway's list is far below it
MAX_POOLS = 4  # of one process
MAX_IDLE_SECONDS = 15.0  # after which connections are opened again
NO_PROXY = ("NO_PROXY", "no_proxy")
CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # those of requests
PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


# Of http.client: 3xx, 501, 505 and 4xx except 408 and 429. Of PySocks: a wrong password, a rule, and no SOCKS at all.
PROXY_REFUSALS = re.compile(
    "|".join(("^Tunnel connection failed: (3|4(?!08|29)|501|505)", "SOCKS5 auth", "^0x02|sent invalid data"))
)


class Received(NamedTuple):
    """A complete response.

    :ivar headers: names are equal in upper and lower case.
    :ivar server_time: of the header Date, in seconds since the epoch.
    :ivar interim: statuses of the interim responses before it, except 100.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    server_time: float | None
    interim: tuple[int, ...] = ()


class SendFailed(Exception):
    """There was no complete response.

    :ivar text: why, with foreign text in it that is not redacted yet.
    """

    def __init__(self, outcome: Outcome, text: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.text = text


class ResponseTooLargeError(OSError):
    """The response is longer than MAX_RESPONSE_BYTES."""


class ConnectionPool:
    """Connections to one endpoint over one route. Tasks of one process share it, because it holds no key.

    :ivar session: of requests.
    :ivar options: of each request: proxies and certificates.
    :ivar ca: what provides the CA certificates, for error texts.
    """

    def __init__(self, connection: ConnectionSettings, headers: Mapping[str, str], size: int) -> None:
        self.session = requests.Session()
        self.session.headers.clear()
        self.session.headers.update(headers)
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, DeadlineAdapter(pool_maxsize=size))
        verify = (connection.ca_path or True) if connection.validate_certs else False
        if not connection.validate_certs:
            # Because a warning for every request would only bury the task's own output.
            disable_warnings(InsecureRequestWarning)
        self.options: dict[str, Any] = {"proxies": {}, "verify": verify, "cert": None}
        if not connection.loopback:
            self.options = dict(self.session.merge_environment_settings(connection.endpoint, {}, True, verify, None))
        self.options["stream"] = True
        self.proxy = proxy_for(connection.endpoint, self.options["proxies"])
        variables = [name for name in CA_VARIABLES if os.environ.get(name) and not connection.loopback]
        self.ca = "ca_path" if connection.ca_path else next(iter(variables), "certifi")
        self.last_used = monotonic()


_pools: dict[Any, ConnectionPool] = {}  # the one that was used last is the last one


def shared_pool(connection: ConnectionSettings, headers: Mapping[str, str], size: int) -> ConnectionPool:
    """Return the pool of this process for these settings, so that the items of a loop need one TLS handshake.

    :param size: the number of connections.
    """
    route = sorted(_proxy_variables() + [(name, os.environ.get(name) or "") for name in (*CA_VARIABLES, *NO_PROXY)])
    settings = (connection.endpoint, connection.loopback, connection.ca_path, connection.validate_certs, size)
    # With the process id, because a fork must not write to the connections of its parent.
    key = (os.getpid(), settings, tuple(route))
    with process_lock():
        pool = _pools.pop(key, None) or ConnectionPool(connection, headers, size)
        if monotonic() - pool.last_used > MAX_IDLE_SECONDS:
            pool.session.close()  # the server may be about to close them; new ones are opened when they are needed
        pool.last_used = monotonic()
        _pools[key] = pool
        while len(_pools) > MAX_POOLS:
            _pools.pop(next(iter(_pools))).session.close()
    return pool


class Transport:
    """Sends requests to one endpoint; threads may share it.

    :ivar proxy_error: why the proxy of the environment cannot be used.
    :ivar route: the endpoint, and the proxy that leads to it.
    """

    def __init__(
        self,
        connection: ConnectionSettings,
        auth: BceAuth,
        headers: Mapping[str, str],
        max_connections: int,
        observe: Callable[[Received], object] | None = None,
    ) -> None:
        self._connection = connection
        self._auth = auth
        self._observe = observe
        self._pool = shared_pool(connection, headers, max_connections)
        proxy = self._pool.proxy
        self.proxy_error = proxy.error if proxy else None
        self.route = proxy.route if proxy else connection.endpoint

    def send(
        self, method: str, path: str, query: Mapping[str, Any], body: Mapping[str, Any] | None, timeout: float
    ) -> Received:
        """Sign and send a request as BceClient.request() describes it, within timeout seconds.

        :raises SendFailed: if there is no complete response.
        """
        wire_query = canonical_query(query)
        url = self._connection.endpoint + canonical_uri(path) + ("?" + wire_query if wire_query else "")
        content, headers, pool = None, {}, self._pool
        if body is not None:
            content = json.dumps(body, separators=(",", ":")).encode("ascii")
            headers["Content-Type"] = "application/json;charset=utf-8"
        with limit_attempt(timeout) as attempt:
            try:
                prepared = pool.session.prepare_request(
                    requests.Request(method, url, headers=headers, data=content, auth=self._auth)
                )
                # Not Session.send, because it reads and parses redirects even where they are not followed.
                adapter = pool.session.get_adapter(url)
                response = adapter.send(prepared, timeout=(timeout, timeout), **pool.options)
                try:
                    received = Received(
                        response.status_code,
                        response.headers,
                        _read_body(response),
                        parse_http_date(response.headers.get("Date")),
                        tuple(attempt.interim),
                    )
                finally:
                    response.close()
            except (requests.RequestException, HTTPError, OSError, ValueError) as exc:
                outcome, reason = classify_transport_error(exc, timeout, attempt.is_sent, pool.proxy, pool.ca)
            else:
                if self._observe:
                    self._observe(received)
                return received
        # Outside of the block, because the exception holds the request with its keys and would become the context.
        raise SendFailed(outcome, reason)


def _read_body(response: requests.Response) -> bytes:
    """Return the whole body, or raise what classify_transport_error() takes."""
    read_some = getattr(response.raw, "read1", None) or response.raw.read
    parts, length = [], 0
    while True:
        part = read_some(65536, decode_content=True)
        if not part:
            break
        parts.append(part)
        length += len(part)
        if length > MAX_RESPONSE_BYTES:
            raise ResponseTooLargeError
    declared = response.headers.get("Content-Length", "")
    is_number = re.fullmatch("[0-9]{1,18}", declared)
    if is_number and "Content-Encoding" not in response.headers and length < int(declared):
        raise requests_errors.ChunkedEncodingError(text("ended_early"))
    return b"".join(parts)


class _Failure:
    """An exception, as the conditions of TRANSPORT_ERRORS see it."""

    def __init__(self, exc: Exception, is_sent: bool, proxy: Proxy | None) -> None:
        self.exc = exc
        self.is_sent = is_sent
        self.proxy = proxy
        self.chain = _chain(exc)
        self.cause = self.chain[-1]
        self.is_refused = isinstance(getattr(exc.args[0], "reason", None) if exc.args else None, NewConnectionError)
        self.is_invalid_url = isinstance(exc, ValueError) and not is_sent
        is_timeout = isinstance(exc, (requests_errors.Timeout, TimeoutError))
        self.is_late = is_timeout or isinstance(self.cause, socket.timeout)


def _is_certificate(failure: _Failure) -> bool:
    # The second is of urllib3 1.26, for another name.
    return "CERTIFICATE_VERIFY_FAILED" in str(failure.exc) or "doesn't match" in str(failure.exc)


def _is_tls(failure: _Failure) -> bool:
    return isinstance(failure.exc, requests_errors.SSLError) and "EOF" not in str(failure.exc)


def _is_ca_file_error(failure: _Failure) -> bool:
    # The first is of requests, the second of open(), the last of OpenSSL.
    is_file = "CA certificate bundle" in str(failure.cause) or getattr(failure.cause, "filename", None)
    return not failure.is_sent and bool(is_file or getattr(failure.cause, "library", None) in ("X509", "PEM"))


def _is_proxy_refusal(failure: _Failure) -> bool:
    """Return whether the proxy would refuse again: most statuses of CONNECT, no TLS, and what PySocks reports."""
    is_no_tls = isinstance(failure.exc, requests_errors.ProxyError) and "WRONG_VERSION" in str(failure.cause)
    return failure.proxy is not None and (is_no_tls or bool(PROXY_REFUSALS.search(str(failure.cause))))


def _is_malformed(failure: _Failure) -> bool:
    # Also of urllib3, for an invalid length of a chunk.
    return any(isinstance(inner, IncompleteRead) for inner in failure.chain)


# (condition, outcome, key of the reason); the first condition that holds decides.
TRANSPORT_ERRORS: tuple[tuple[Callable[[_Failure], bool], Outcome, str], ...] = (
    (lambda failure: isinstance(failure.exc, ResponseTooLargeError), "response_too_large", "too_long"),
    (_is_ca_file_error, "tls_error", "no_ca"),
    (_is_proxy_refusal, "invalid_proxy", "proxy_refused"),
    (_is_certificate, "tls_error", "untrusted"),
    (_is_tls, "tls_error", "no_tls"),
    (lambda failure: failure.is_invalid_url and failure.proxy is not None, "invalid_proxy", "invalid_proxy"),
    (lambda failure: failure.is_invalid_url, "invalid_url", "invalid_url"),
    (lambda failure: failure.is_refused and isinstance(failure.cause, socket.gaierror), "dns_error", "unknown_host"),
    (lambda failure: failure.is_refused, "connect_error", "no_connection"),
    (lambda failure: isinstance(failure.exc, requests_errors.ConnectTimeout), "connect_error", "connect_timeout"),
    (lambda failure: isinstance(failure.exc, requests_errors.ProxyError), "connect_error", "proxy_failed"),
    (lambda failure: failure.is_late and not failure.is_sent, "connect_error", "connect_timeout"),
    (lambda failure: not failure.is_sent, "connect_error", "no_connection"),
    (lambda failure: failure.is_late, "read_error", "read_timeout"),
    (_is_malformed, "read_error", "malformed"),
    (lambda failure: True, "read_error", "cut_off"),
)


def classify_transport_error(
    exc: Exception, timeout: float, is_sent: bool, proxy: Proxy | None, ca: str
) -> tuple[Outcome, str]:
    """Return the outcome and the reason of an attempt without a complete response.

    :param ca: what provides the CA certificates.
    """
    failure = _Failure(exc, is_sent, proxy)
    outcome, key = next((outcome, key) for condition, outcome, key in TRANSPORT_ERRORS if condition(failure))
    kind, cause = type(exc).__name__, failure.cause
    shown = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    if any(isinstance(inner, ValueError) for inner in failure.chain):
        shown = kind  # because the text of a ValueError quotes what was read, which may be a URL with a password
    variable = proxy and proxy.variable
    values = {"cause": truncate(shown), "type": kind, "timeout": timeout, "variable": variable}
    return outcome, text(key, limit=MAX_RESPONSE_BYTES, ca=ca, **values)


def _chain(exc: Exception) -> list[Exception]:
    """Return an exception and those that caused it, up to the innermost one."""
    found = [exc]
    while len(found) <= 10:
        exc = found[-1]
        inner = exc.__cause__ or exc.__context__ or next((arg for arg in exc.args if isinstance(arg, Exception)), None)
        inner = getattr(exc, "reason", None) or inner
        if not isinstance(inner, Exception):
            break
        found.append(inner)
    return found


# -- the proxy of the environment --------------------------------------------------------------------------------------


class Proxy(NamedTuple):
    """The proxy for one endpoint: the variable that names it, and why it cannot be used or how it leads there."""

    variable: str
    error: str | None = None
    route: str = ""


def proxy_for(endpoint: str, proxies: Mapping[str, str]) -> Proxy | None:
    """Return the proxy that requests would use, of those of Session.merge_environment_settings()."""
    url = select_proxy(endpoint, dict(proxies))
    if not url:
        return None
    names = ["%s_proxy" % urlsplit(endpoint).scheme, "all_proxy"]
    variables = [name for name, value in _proxy_variables() if value == url and name.lower() in names]
    # Reversed, because urllib prefers the name in lower case.
    variable = next(iter(sorted(variables, reverse=True)), "HTTPS_PROXY")
    address = parse_proxy_address(url)
    if not address:
        return Proxy(variable, text("invalid_proxy", variable=variable))
    if url.lower().startswith("socks") and find_spec("socks") is None:
        return Proxy(variable, text("no_socks", variable=variable))
    return Proxy(variable, route=text("through_proxy", endpoint=endpoint, address=address, variable=variable))


def proxy_secrets() -> set[Secret]:
    """Return every form in which a text may quote the user info of a proxy's URL.

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
        for pair in (info, unquote(user) + ":" + unquote(password)):
            found.add(b64encode(pair.encode("utf-8", "replace")).decode("ascii"))
    return {Secret(cased) for form in found for cased in (form, form.lower())}


def _proxy_variables() -> list[tuple[str, str]]:
    """Return (name, value) of the variables that urllib reads."""
    return [
        (name, value)
        for name, value in os.environ.items()
        if name.lower().endswith("_proxy") and name.lower() != "no_proxy" and value
    ]


def parse_proxy_address(url: str) -> str | None:
    """Return host and port of a proxy's URL, None unless requests and urllib3 find the intended host in it."""
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
        return None
    # An @ behind the host belongs to a password that was cut at a slash, question mark or hash.
    is_cut = "@" in parts.path + parts.query + parts.fragment
    is_host = bool(host) and re.fullmatch("[!-~]+", name)
    is_valid = is_host and not is_cut and port != 0 and parts.scheme in PROXY_SCHEMES
    return parts.netloc.rpartition("@")[2] if is_valid else None
