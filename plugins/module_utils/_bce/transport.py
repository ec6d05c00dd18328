# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send one request over requests and return the complete response: one deadline, a size limit, the proxy."""

from __future__ import annotations

import json
import re
import socket
import traceback
from typing import Any, Callable, Mapping, NamedTuple

from .auth import BceAuth, canonical_query, canonical_uri
from .clock import parse_http_date
from .connection_options import ConnectionSettings
from .deadline import DeadlineAdapter, limit_attempt
from .proxies import INVALID_PROXY, Proxy, proxy_for
from .redaction import truncate
from .retry import Outcome

REQUESTS_IMPORT_ERROR: str | None = None
try:
    import requests
    from requests import exceptions as requests_errors
    from urllib3 import disable_warnings
    from urllib3.exceptions import HTTPError, InsecureRequestWarning, NewConnectionError, TimeoutError
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

MAX_RESPONSE_BYTES = 32 * 1024 * 1024  # a gateway's list is far below it


class Received(NamedTuple):
    """A complete response as it was received.

    :ivar headers: names are equal in upper and lower case.
    :ivar server_time: the server's time of day (HTTP header Date) in seconds since the epoch, or None.
    :ivar interim: statuses of the interim responses before it, other than 100.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    server_time: float | None
    interim: tuple[int, ...] = ()


class SendFailed(Exception):
    """There was no complete response.

    :ivar text: why, possibly with foreign text in it, which is not redacted yet.
    """

    def __init__(self, outcome: Outcome, text: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.text = text


class ResponseTooLargeError(OSError):
    """The response is longer than MAX_RESPONSE_BYTES."""


class Transport:
    """Send requests to one endpoint over one connection pool; threads may share it.

    :ivar proxy_error: why the proxy of the environment cannot be used, or None.
    :param headers: of every request.
    :param observe: called with each Received; or None.
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
        self._session = requests.Session()
        self._session.headers.clear()
        self._session.headers.update(headers)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, DeadlineAdapter(pool_maxsize=max_connections))
        verify = (connection.ca_path or True) if connection.validate_certs else False
        if not connection.validate_certs:
            # The user has chosen it; a warning for every request would only bury the task's own output.
            disable_warnings(InsecureRequestWarning)
        self._options: dict[str, Any] = {"proxies": {}, "verify": verify, "cert": None}
        if not connection.loopback:
            self._options = dict(self._session.merge_environment_settings(connection.endpoint, {}, True, verify, None))
        self._options["stream"] = True
        self._proxy = proxy_for(connection.endpoint, self._options["proxies"])
        self.proxy_error = self._proxy.error if self._proxy else None

    def send(
        self, method: str, path: str, query: Mapping[str, Any], body: Mapping[str, Any] | None, timeout: float
    ) -> Received:
        """Sign and send a request, and return its complete response.

        :param path: decoded, absolute.
        :param query: decoded names and values.
        :param body: sent as JSON.
        :param timeout: seconds for all of it.
        :raises SendFailed: if there is no complete response.
        """
        wire_query = canonical_query(query)
        url = self._connection.endpoint + canonical_uri(path) + ("?" + wire_query if wire_query else "")
        content, headers = None, {}
        if body is not None:
            content = json.dumps(body, separators=(",", ":")).encode("ascii")
            headers["Content-Type"] = "application/json;charset=utf-8"
        with limit_attempt(timeout) as attempt:
            try:
                prepared = self._session.prepare_request(
                    requests.Request(method, url, headers=headers, data=content, auth=self._auth)
                )
                # Not Session.send, because it reads and parses redirects even where they are not followed.
                adapter = self._session.get_adapter(url)
                response = adapter.send(prepared, timeout=(timeout, timeout), **self._options)
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
                outcome, text = classify_transport_error(exc, timeout, attempt.is_sent, self._proxy)
            else:
                if self._observe:
                    self._observe(received)
                return received
        # Outside of the block, so that no exception that holds the request with its keys becomes the context.
        raise SendFailed(outcome, text)


def _read_body(response: requests.Response) -> bytes:
    """Return the whole body.

    :raises ResponseTooLargeError: if it is longer than MAX_RESPONSE_BYTES.
    :raises Exception: as requests does, if it is cut off or too slow.
    """
    read_some = getattr(response.raw, "read1", None) or response.raw.read
    parts, length = [], 0
    while True:
        part = read_some(65536, decode_content=True)
        if not part:
            break
        parts.append(part)
        length += len(part)
        if length > MAX_RESPONSE_BYTES:
            raise ResponseTooLargeError("the response is longer than %d bytes" % MAX_RESPONSE_BYTES)
    declared = response.headers.get("Content-Length", "")
    is_number = re.fullmatch("[0-9]{1,18}", declared)
    if is_number and "Content-Encoding" not in response.headers and length < int(declared):
        raise requests_errors.ChunkedEncodingError("the response ended early")
    return b"".join(parts)


class _Failure:
    """What the rows of TRANSPORT_ERRORS ask about an exception.

    :ivar cause: the innermost exception.
    :ivar reason: what urllib3 gives as the reason, or None.
    """

    def __init__(self, exc: Exception, is_sent: bool, proxy: Proxy | None) -> None:
        self.exc = exc
        self.is_sent = is_sent
        self.proxy = proxy
        self.cause = _innermost(exc)
        self.reason = getattr(exc.args[0], "reason", None) if exc.args else None

    def is_too_large(self) -> bool:
        return isinstance(self.exc, ResponseTooLargeError)

    def is_certificate(self) -> bool:
        # The second are the words of urllib3 1.26 for another name.
        return "CERTIFICATE_VERIFY_FAILED" in str(self.exc) or "doesn't match" in str(self.exc)

    def is_tls(self) -> bool:
        return isinstance(self.exc, requests_errors.SSLError) and "EOF" not in str(self.exc)

    def is_proxy_url(self) -> bool:
        return self.is_url() and self.proxy is not None

    def is_url(self) -> bool:
        return isinstance(self.exc, ValueError) and not self.is_sent

    def is_name(self) -> bool:
        return self.is_refused() and isinstance(self.cause, socket.gaierror)

    def is_refused(self) -> bool:
        return isinstance(self.reason, NewConnectionError)

    def is_connect_timeout(self) -> bool:
        return isinstance(self.exc, requests_errors.ConnectTimeout)

    def is_proxy(self) -> bool:
        return isinstance(self.exc, requests_errors.ProxyError)

    def is_late(self) -> bool:
        is_timeout = isinstance(self.exc, (requests_errors.Timeout, TimeoutError))
        return is_timeout or isinstance(self.cause, socket.timeout)

    def is_late_unsent(self) -> bool:
        return not self.is_sent and self.is_late()

    def is_unsent(self) -> bool:
        return not self.is_sent

    def is_any(self) -> bool:
        return True


# (condition, outcome, text); the first condition that holds decides. %(cause)s is the shortest true text of the
# exception, %(type)s its class: the text of a ValueError quotes what it has read, which may be a URL with a password.
TRANSPORT_ERRORS: tuple[tuple[Callable[[_Failure], bool], Outcome, str], ...] = (
    (_Failure.is_too_large, "response_too_large", "%(cause)s"),
    (
        _Failure.is_certificate,
        "tls_error",
        "the server's certificate cannot be verified; give ca_path, or set validate_certs: false",
    ),
    (_Failure.is_tls, "tls_error", "no TLS connection, check the endpoint's scheme and port: %(cause)s"),
    (_Failure.is_proxy_url, "invalid_proxy", INVALID_PROXY),
    (_Failure.is_url, "invalid_url", "the request cannot be sent; check endpoint (%(type)s)"),
    (_Failure.is_name, "dns_error", "the host's name cannot be resolved; check region and endpoint"),
    (_Failure.is_refused, "connect_error", "no connection: %(cause)s"),
    (_Failure.is_connect_timeout, "connect_error", "no connection within %(timeout).3g s"),
    (_Failure.is_proxy, "connect_error", "the proxy of the environment cannot be used: %(cause)s"),
    (_Failure.is_late_unsent, "connect_error", "no connection within %(timeout).3g s"),
    (_Failure.is_unsent, "connect_error", "no connection: %(cause)s"),
    (_Failure.is_late, "read_error", "no complete response within %(timeout).3g s"),
    (_Failure.is_any, "read_error", "the connection broke before the response was complete: %(cause)s"),
)


def classify_transport_error(exc: Exception, timeout: float, is_sent: bool, proxy: Proxy | None) -> tuple[Outcome, str]:
    """Return the outcome and a text of an attempt that got no complete response.

    :param is_sent: whether any of the request may have left.
    :param proxy: the one in use, or None.
    """
    failure = _Failure(exc, is_sent, proxy)
    outcome, text = next((outcome, text) for condition, outcome, text in TRANSPORT_ERRORS if condition(failure))
    kind = type(exc).__name__
    cause = kind if isinstance(exc, ValueError) else _root_cause(exc)
    return outcome, text % {"cause": cause, "type": kind, "timeout": timeout, "variable": proxy and proxy.variable}


def _innermost(exc: Exception) -> Exception:
    """Return the exception that caused the others of a nested one."""
    for _depth in range(10):
        inner = exc.__cause__ or exc.__context__ or next((arg for arg in exc.args if isinstance(arg, Exception)), None)
        inner = getattr(exc, "reason", None) or inner
        if not isinstance(inner, Exception):
            break
        exc = inner
    return exc


def _root_cause(exc: Exception) -> str:
    """Return the shortest true text for a nested exception: that of the innermost operating-system error."""
    cause = _innermost(exc)
    return truncate(getattr(cause, "strerror", None) or str(cause) or type(cause).__name__)
