# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""BceClient: signed and retried JSON requests."""

from __future__ import annotations

import copy
import random
import time
from typing import Any, Callable, Mapping

from .auth import BceAuth
from .connection_options import ConnectionSettings
from .errors import TransportError
from .limits import Clock, FairSemaphore, SharedPause
from .messages import text
from .redaction import Redactor
from .response_parsing import Response, parse_response
from .retry import AttemptFailed, RetryBudget, RetrySequence
from .transport import REQUESTS_IMPORT_ERROR, Received, SendFailed, Transport, proxy_secrets

__all__ = ["COLLECTION_VERSION", "REQUESTS_IMPORT_ERROR", "USER_AGENT", "BceClient", "Received", "Response"]

COLLECTION_VERSION = "1.0.0"
USER_AGENT = "ansible-collection-baiducloud.network/" + COLLECTION_VERSION
HEADERS = {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"}


class BceClient:
    """Requests to one endpoint. Threads may share a client.

    :ivar redactor: of all error texts of the client.
    :param max_concurrent_requests: of all threads together.
    :param observe: called with every complete response.
    """

    def __init__(
        self,
        connection: ConnectionSettings,
        clock: Clock = time,
        jitter: Callable[[float, float], float] = random.uniform,
        max_concurrent_requests: int = 1,
        observe: Callable[[Received], object] | None = None,
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._jitter = jitter
        self._slots = FairSemaphore(max_concurrent_requests)
        self._pause = SharedPause(clock, jitter)
        self._is_busy_final: Callable[[], bool] = bool
        keys = (connection.access_key_id, connection.secret_access_key, connection.security_token)
        self.redactor = Redactor([key for key in keys if key], proxy_secrets())
        self._auth = BceAuth(*keys, clock)
        self._transport = Transport(connection, self._auth, HEADERS, max_concurrent_requests, observe)

    def with_final_busy(self, is_final: Callable[[], bool]) -> BceClient:
        """Return a client that shares everything with this one, and sends no request again that meets a busy object.

        :param is_final: called in the thread of the request; False for the retries of RETRY_POLICY.
        """
        client = copy.copy(self)
        client._is_busy_final = is_final
        return client

    def cancel(self) -> None:
        """Send nothing from now on, and end all pauses."""
        self._pause.cancel()

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        operation: str = "send the request",
        deadline: float | None = None,
        resend_unknown: bool = True,
        expects: str | None = None,
    ) -> Response:
        """Send a request, with the retries of RETRY_POLICY, and return its response.

        :param path: absolute; path and query are decoded.
        :param operation: for error texts: "create the tunnel".
        :param deadline: moment of clock.monotonic() after which there is no retry, in addition to retry_timeout.
        :param resend_unknown: False for creations: no retry after an attempt whose outcome is unknown, because it would
            create a second object where the API does not honour the clientToken.
        :param expects: the name of the content of a successful response, such as "vpnConns". A response with a `code`
            and without it is an error, whatever its status is.
        :raises BceError: with maybe_applied set if any of the attempts may have been applied.
        """
        if self._transport.proxy_error:
            reason = self._transport.proxy_error
            raise TransportError(text("request_failed", operation=operation, reason=reason), "InvalidProxy")
        query = query or {}
        budget = RetryBudget(self._clock, self._connection.retry_timeout, deadline)
        retries = RetrySequence(method, query, budget, self._jitter, resend_unknown)
        while True:
            try:
                return self._attempt(method, path, query, body, operation, budget, expects)
            except AttemptFailed as failure:
                outcome, error, pause = failure.outcome, failure.error, retries.next_pause(failure)
            # Outside of the block, so that the error has no context.
            is_final = outcome in ("busy", "conflict") and self._is_busy_final()
            if pause is None or is_final or self._pause.is_cancelled:
                raise error
            if outcome == "throttled":
                self._pause.extend_rate_limit(pause)
            self._pause.sleep(pause)
            budget.consume(pause)

    def _attempt(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any],
        body: Mapping[str, Any] | None,
        operation: str,
        budget: RetryBudget,
        expects: str | None,
    ) -> Response:
        """Send the request once; raise AttemptFailed unless it succeeds."""
        route = self._transport.route
        with self._slots:
            self._pause.wait_for_rate_limit()
            if self._pause.is_cancelled:
                message = text("request_failed", operation=operation, reason=text("stopped"))
                raise AttemptFailed("connect_error", TransportError(message, "TaskStopped"))
            begin = self._clock.monotonic()
            remaining = budget.remaining()
            # With retry_timeout 0 there is a first attempt all the same.
            timeout = min(self._connection.timeout, remaining) if remaining > 0 else self._connection.timeout
            try:
                received = self._transport.send(method, path, query, body, timeout)
            except SendFailed as failure:
                reason = self.redactor.sanitize(failure.text)
                message = text("no_response", operation=operation, reason=reason, method=method, route=route)
                error = TransportError(message, "ConnectionFailed")
                if failure.outcome == "invalid_proxy":
                    error = TransportError(message, "InvalidProxy")
                raise AttemptFailed(failure.outcome, error) from None
            finally:
                budget.consume(self._clock.monotonic() - begin)
        try:
            return parse_response(received, method, operation, expects, route, self._auth.now(), self.redactor)
        except AttemptFailed as failure:
            if failure.outcome == "request_expired":
                self._auth.sync_clock(received.server_time)
            raise
