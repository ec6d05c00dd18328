# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide whether a failed attempt is repeated, and when."""

from __future__ import annotations

import re
from typing import Callable, Mapping

from .errors import ApiError, BceError, BusyError, RateLimitedError, ServerError, error_class_for
from .limits import Clock

BACKOFF_BASE = 0.2  # seconds; doubled before each retry, it is the upper bound of the pause
MAX_BACKOFF = 8.0  # seconds
MIN_BUSY_PAUSE = MAX_BACKOFF / 2  # seconds, because what an object is busy with takes seconds at least
MIN_ATTEMPT_SECONDS = 0.05  # an attempt with less time would only replace the error of the one before

Outcome = str  # of an attempt; a key of RETRY_POLICY

NEVER, ONCE, THREE_TIMES, UNTIL_DEADLINE = 0, 1, 3, float("inf")

# Outcome -> number of retries for each class of requests. A POST may be repeated blindly only if it has a clientToken,
# by which the API recognises the repetition; "POST" here is one without.
RETRY_CLASSES = ("GET", "PUT", "DELETE", "POST with token", "POST")
RETRY_POLICY: dict[Outcome, tuple[float, ...]] = {
    "connect_error": (UNTIL_DEADLINE,) * 5,
    "dns_error": (THREE_TIMES,) * 5,
    "tls_error": (NEVER,) * 5,
    "invalid_proxy": (NEVER,) * 5,
    "invalid_url": (NEVER,) * 5,
    "read_error": (UNTIL_DEADLINE,) * 4 + (NEVER,),
    "invalid_json": (ONCE,) * 4 + (NEVER,),
    "response_too_large": (NEVER,) * 5,
    "request_expired": (ONCE,) * 5,
    "throttled": (UNTIL_DEADLINE,) * 5,
    "busy": (UNTIL_DEADLINE,) * 5,
    # 409 with a code that does not mean busy: of a creation, it may be that of a name that is taken.
    "conflict": (UNTIL_DEADLINE,) * 3 + (NEVER,) * 2,
    "server_error": (UNTIL_DEADLINE,) * 4 + (NEVER,),
    "refused": (NEVER,) * 5,
}
# The request may have been applied.
UNKNOWN_OUTCOMES: frozenset[Outcome] = frozenset(("read_error", "invalid_json", "response_too_large", "server_error"))
CLEAR_REFUSALS = (501, 505)
TIMEOUT_STATUSES = (408, 499)  # of the server or a proxy


class AttemptFailed(Exception):
    """One attempt failed.

    :ivar error: of the request, if there is no retry.
    :ivar retry_after: seconds.
    :ivar is_unknown: whether the request may have been applied.
    """

    def __init__(
        self, outcome: Outcome, error: BceError, retry_after: float = 0.0, is_unknown: bool | None = None
    ) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.error = error
        self.retry_after = retry_after
        self.is_unknown = bool(is_unknown) or outcome in UNKNOWN_OUTCOMES


def outcome_of(error: ApiError, status: int) -> Outcome:
    """Return the outcome of an attempt to which the API or a proxy responded with an error."""
    if error.code == "RequestExpired":
        return "request_expired"
    if isinstance(error, RateLimitedError):
        return "throttled"
    if status in TIMEOUT_STATUSES:
        return "read_error"
    if status in CLEAR_REFUSALS:
        return "refused"
    # Also for the statuses of proxies, such as 520 to 527, and for the code of a server error with any status.
    if status >= 500 or isinstance(error, ServerError):
        return "server_error"
    if isinstance(error, BusyError):
        # Status 0 asks for the code alone.
        return "busy" if error_class_for(error.code, 0) is BusyError else "conflict"
    return "refused"


def parse_http_date(value: str | None) -> float | None:
    """Return an HTTP date in seconds since the epoch, None for anything else."""
    # Here, because a run without a response does not need it.
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(value).timestamp() if value else None
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def parse_retry_after(value: str | None, now: float) -> float:
    """Return the seconds that a server asks to wait, which may be an HTTP date (RFC 9110, 10.2.3).

    :param now: by the server's clock, in seconds since the epoch.
    """
    if not value:
        return 0.0
    if re.fullmatch("[0-9]+", value):
        return float(value[:15])
    moment = parse_http_date(value)
    return max(0.0, moment - now) if moment is not None else 0.0


class RetryBudget:
    """The seconds that all attempts of a request may take, without the waits for other requests.

    :param deadline: moment of clock.monotonic() that ends it in any case.
    """

    def __init__(self, clock: Clock, seconds: float, deadline: float | None) -> None:
        self._clock = clock
        self._seconds = seconds
        self._deadline = deadline

    def remaining(self) -> float:
        if self._deadline is None:
            return self._seconds
        return min(self._seconds, self._deadline - self._clock.monotonic())

    def allows(self, seconds: float) -> bool:
        return seconds < self.remaining()

    def consume(self, seconds: float) -> None:
        self._seconds -= seconds


class RetrySequence:
    """Decide which failures of one request are retried, and when; see BceClient for the parameters."""

    def __init__(
        self,
        method: str,
        query: Mapping[str, object],
        budget: RetryBudget,
        jitter: Callable[[float, float], float],
        can_resend_unknown: bool = True,
    ) -> None:
        self._is_write = method != "GET"
        self._column = RETRY_CLASSES.index(
            "POST with token" if method == "POST" and query.get("clientToken") else method
        )
        self._budget = budget
        self._jitter = jitter
        self._can_resend_unknown = can_resend_unknown
        self._maybe_applied = False
        self._attempts = 0
        self._count: dict[Outcome, int] = {}

    def next_pause(self, failure: AttemptFailed) -> float | None:
        """Return the seconds before the next attempt, None if there is none; set `retryable` and `maybe_applied`."""
        outcome, error = failure.outcome, failure.error
        self._maybe_applied = self._maybe_applied or (failure.is_unknown and self._is_write)
        self._attempts += 1
        self._count[outcome] = self._count.get(outcome, 0) + 1
        allowed = RETRY_POLICY[outcome][self._column]
        error.maybe_applied = self._maybe_applied
        error.retryable = (allowed != NEVER or outcome == "conflict") and outcome != "request_expired"
        if self._count[outcome] > allowed or (failure.is_unknown and not self._can_resend_unknown):
            return None
        pause = max(failure.retry_after, self._jitter(0, self._max_backoff()))
        if outcome in ("busy", "conflict"):
            pause = max(pause, MIN_BUSY_PAUSE)
        return pause if self._budget.allows(pause + MIN_ATTEMPT_SECONDS) else None

    def _max_backoff(self) -> float:
        bound: float = BACKOFF_BASE * 2 ** min(self._attempts, 30)
        return min(MAX_BACKOFF, bound)
