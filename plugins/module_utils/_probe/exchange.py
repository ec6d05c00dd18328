# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send the probe's requests one attempt at a time, and keep the responses unchanged.

The client's own retries are not used, because each attempt is an observation of its own. A creation is never sent
again after an attempt whose outcome is unknown.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from .._bce.client import BceClient
from .._bce.connection_options import ConnectionSettings
from .._bce.errors import (
    ApiError,
    BceError,
    BusyError,
    DuplicateError,
    IdempotencyConflictError,
    NotFoundError,
    RateLimitedError,
    error_class_for,
)
from .._bce.redaction import KEY_PATTERN, Secret, looks_like_tunnel_key
from .._bce.response_parsing import SUCCESS_CODES
from .messages import MESSAGES

MAX_REQUESTS = 400  # of one run
MAX_CLEANUP_REQUESTS = 100  # to remove the objects of the run
READ_RETRY_PAUSES = (0.5, 1, 2, 4, 8)  # seconds between the attempts of a read, and of a write that is safe to repeat
THROTTLED_RETRY_PAUSES = (0.5, 1, 2, 4, 8, 8)
BUSY_RETRY_PAUSES = (1, 1, 1, 2, 4, 8, 16, 16)
UNCLEAR_RETRY_PAUSES = (0, 1, 2, 5)
MAX_RETRY_AFTER = 30  # seconds

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Stopped(Exception):
    """The probe cannot continue; the text is the reason, without anything of the account."""


class Exchange(NamedTuple):
    """One attempt and its response.

    :ivar kind: the operation, such as "list tunnels".
    :ivar status: the HTTP status, None without a complete response.
    :ivar body: the parsed JSON, or None.
    :ivar content: the received body.
    :ivar has_mark: whether the body begins with a byte order mark.
    :ivar interim: the statuses of interim responses.
    :ivar retry_after: in seconds, 0 if unset.
    :ivar date: the server's time in seconds, or None.
    :ivar local_date: the time of this machine in seconds.
    :ivar error: the error that the client raised, or None.
    """

    kind: str
    method: str
    status: int | None
    body: Any
    content: bytes
    has_mark: bool
    interim: tuple[int, ...]
    retry_after: float
    date: float | None
    local_date: float
    error: BceError | None

    @property
    def code(self) -> str | None:
        """Return the error code of the body, or None."""
        code = self.body.get("code") if isinstance(self.body, dict) else None
        return code if isinstance(code, str) and CODE.fullmatch(code) else None

    @property
    def is_success(self) -> bool:
        """Return True for a 2xx whose body is not an error."""
        return self.status is not None and 200 <= self.status < 300 and not self.is_error_in_success

    @property
    def is_error_in_success(self) -> bool:
        """Return True for a 2xx whose body is an error."""
        if self.status is None or not 200 <= self.status < 300 or not isinstance(self.body, dict):
            return False
        code = self.body.get("code")
        is_code = isinstance(code, str) and code.strip().lower() not in ("", *SUCCESS_CODES)
        return self.body.get("success") is False or is_code

    @property
    def is_refused(self) -> bool:
        """Return True for a 4xx: the request was certainly not applied."""
        return self.status is not None and 400 <= self.status < 500

    @property
    def is_empty(self) -> bool:
        """Return True for a response without a body."""
        return not self.content.strip()

    @property
    def error_class(self) -> type[ApiError] | None:
        """Return what a refusal means by the table of error codes, or None if nothing was refused."""
        return error_class_for(self.code or "", self.status) if self.status and self.is_refused else None

    @property
    def is_throttled(self) -> bool:
        return self.error_class is RateLimitedError

    @property
    def is_duplicate(self) -> bool:
        return self.error_class is DuplicateError

    @property
    def is_busy(self) -> bool:
        return self.error_class is BusyError

    @property
    def is_absent(self) -> bool:
        """Return True if the response means that the object does not exist."""
        return self.error_class is NotFoundError

    @property
    def is_mismatch(self) -> bool:
        return self.error_class is IdempotencyConflictError

    def describe(self) -> str:
        """Return status and code, such as "404 NoSuchObject"."""
        if self.status is None:
            return "no response"
        if self.code:
            return "%d %s" % (self.status, self.code)
        return "%d, empty body" % self.status if self.is_empty else "%d" % self.status


class Exchanges:
    """The requests of one run.

    :ivar seen: every attempt, in order.
    :ivar written: whether a write was sent.
    :ivar clock: the module time, or a replacement in tests.
    """

    def __init__(self, connection: ConnectionSettings, clock: Any) -> None:
        self.seen: list[Exchange] = []
        self.written = False
        self.clock = clock
        self._connection = connection
        self._client = self._create_client(connection)
        self._received: list[Any] = []
        self._limit = MAX_REQUESTS

    def _create_client(self, connection: ConnectionSettings) -> BceClient:
        client = BceClient(connection, clock=self.clock, observe=self._record_response)
        client.redactor.redact_pattern(KEY_PATTERN, looks_like_tunnel_key)
        return client

    def _record_response(self, received: Any) -> None:
        self._received.append(received)

    def extend_limit(self) -> None:
        """Allow MAX_CLEANUP_REQUESTS in addition to those already sent."""
        self._limit = len(self.seen) + MAX_CLEANUP_REQUESTS

    def remember_secret(self, secret: Secret) -> None:
        """Redact this Secret in all further error texts."""
        self._client.redactor.add(secret)

    def send_with_other_secret(self, secret: Secret, kind: str, path: str) -> Exchange:
        """Send one read that is signed with another secret access key; return the Exchange."""
        own, self._client = self._client, self._create_client(self._connection._replace(secret_access_key=secret))
        try:
            return self.send(kind, "GET", path)
        finally:
            self._client = own

    def send(
        self,
        kind: str,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
    ) -> Exchange:
        """Send a request, with retries where they are safe and may help; return the last attempt.

        :raises Stopped: after MAX_REQUESTS.
        """
        retries = 0
        expired = False
        while True:
            exchange = self._attempt(kind, method, path, query, body)
            if exchange.code == "RequestExpired" and not expired:
                expired = True  # the client has adopted the server's clock
                continue
            pauses = self._pauses(exchange)
            if retries >= len(pauses):
                return exchange
            self.clock.sleep(max(pauses[retries], min(exchange.retry_after, MAX_RETRY_AFTER)))
            retries += 1

    def delete(self, kind: str, path: str, query: dict[str, str] | None = None) -> Exchange:
        """Send a deletion; repeat it if it is refused without a code, which may mean busy or throttled."""
        for pause in UNCLEAR_RETRY_PAUSES:
            self.clock.sleep(pause)
            exchange = self.send(kind, "DELETE", path, query)
            if exchange.code or exchange.is_absent or not exchange.is_refused:
                break
        return exchange

    @staticmethod
    def _pauses(exchange: Exchange) -> tuple[float, ...]:
        if exchange.is_throttled:
            return THROTTLED_RETRY_PAUSES
        if exchange.is_busy and exchange.method != "GET":
            return BUSY_RETRY_PAUSES
        is_unknown = exchange.status is None or exchange.status >= 500
        return READ_RETRY_PAUSES if is_unknown and exchange.method != "POST" else ()

    def _attempt(
        self, kind: str, method: str, path: str, query: dict[str, str] | None, body: dict[str, Any] | None
    ) -> Exchange:
        if len(self.seen) >= self._limit:
            raise Stopped(MESSAGES["probe_too_many_requests"] % {"count": self._limit})
        self.written = self.written or method != "GET"
        self._received = []
        error = None
        try:
            # The deadline lets the client send the request once.
            self._client.request(
                method, path, query, body, kind, deadline=self.clock.monotonic(), resend_unknown=method != "POST"
            )
        except BceError as failure:
            error = failure
        exchange = self._exchange(kind, method, self._received[-1] if self._received else None, error)
        self.seen.append(exchange)
        return exchange

    def _exchange(self, kind: str, method: str, received: Any, error: BceError | None) -> Exchange:
        now = self.clock.time()
        if received is None:
            return Exchange(kind, method, None, None, b"", False, (), 0.0, None, now, error)
        content = received.content
        try:
            text = content.decode("utf-8-sig")
            body = json.loads(text) if text.strip() else None
        except (ValueError, RecursionError):
            body = None
        return Exchange(
            kind,
            method,
            received.status,
            body,
            content,
            content.startswith(b"\xef\xbb\xbf"),
            tuple(received.interim),
            _seconds(received.headers.get("Retry-After")),
            received.server_time,
            now,
            error,
        )


def _seconds(value: str | None) -> float:
    return float(value) if value and re.fullmatch("[0-9]{1,6}", value) else 0.0
