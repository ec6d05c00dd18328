# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The BceError family: everything that can go wrong between a task and the cloud, by what it means for the caller."""

from __future__ import annotations

import re

MAX_REPORTED_ERRORS = 20  # mistakes that one message tells


class BceError(Exception):
    """A request that did not succeed.

    :ivar code: the API's error code, or one of ours for failures before or beside the API (str).
    :ivar message: what went wrong and what to do, without any secret (str).
    :ivar http_status: int, or None where there was no answer.
    :ivar request_id: the API's request id, which its support asks for; or None.
    :ivar retryable: True if the same request may succeed later without any change.
    :ivar maybe_applied: True if a write may have been applied: the outcome of this or an earlier attempt is unknown.
    """

    def __init__(self, message, code, http_status=None, request_id=None, retryable=False, maybe_applied=False):
        super().__init__(message)
        self.message = message
        self.code = code
        self.http_status = http_status
        self.request_id = request_id
        self.retryable = retryable
        self.maybe_applied = maybe_applied

    def as_maybe_applied(self):
        """Return the same error for a write whose outcome it leaves unknown."""
        error = type(self).__new__(type(self), *self.args)
        error.__dict__.update(self.__dict__, maybe_applied=True)
        return error

    def to_dict(self):
        """The failure as a task's result shows it, a dict."""
        return {
            "code": self.code,
            "message": self.message,
            "http_status": self.http_status,
            "request_id": self.request_id,
            "retryable": self.retryable,
            "maybe_applied": self.maybe_applied,
        }

    def to_failed_result(self):
        """The result of a task that this error ended before it did anything, a dict."""
        return {"changed": False, "failed": True, "msg": self.message, "error": self.to_dict()}


class InvalidOptionsError(BceError):
    """The options are wrong; nothing was sent. `problems` lists every mistake that was found."""

    def __init__(self, problems):
        self.problems = list(problems)
        more = len(self.problems) - MAX_REPORTED_ERRORS
        text = "; ".join(self.problems[:MAX_REPORTED_ERRORS])
        super().__init__(text + " ... and %d more" % more if more > 0 else text, "InvalidOption")


class TransportError(BceError):
    """No whole answer: name not resolved, refused, reset, timed out, cut off, not trusted."""


class InvalidResponseError(BceError):
    """An answer that is not what the API's contract says, such as an HTML page of a proxy."""


class ApiError(BceError):
    """The API responded with an error.

    :cvar remedy: what to do about it, for the message; None where the API's own words have to do.
    """

    remedy = None


class AuthError(ApiError):
    """The API refused the keys, their signature or their rights."""


class NotFoundError(ApiError):
    """The object does not exist."""

    remedy = "check the id and the region; an id belongs to one region"


class IdempotencyConflictError(ApiError):
    """The clientToken was used before with other parameters (``IdempotentParameterMismatch``)."""


class RateLimitedError(ApiError):
    """Too many requests."""


class BusyError(ApiError):
    """The object is busy with an earlier change or not in a state for this one; the request was refused."""

    remedy = "wait until the gateway is settled, then run the task again"


class DuplicateError(ApiError):
    """An object of the same name or content exists already."""

    remedy = "use the existing object, give another name, or delete the existing object first"


class QuotaError(ApiError):
    """The account's quota for such objects is used up."""

    remedy = "raise the quota in the Quota Center of the console, or delete an object that is not needed"


class ServerError(ApiError):
    """The API failed on its own account (5xx)."""


# What an error of the API means: the first row of _BY_CODE whose pattern is found in the code decides, upper and lower
# case being equal; else _BY_STATUS; else 5xx is a BceServerError and the rest a BceApiError. Codes go first because a
# status says less: an absent object comes with 404 or 400, throttling with 429, 403 or 400. The API's message never
# decides.
_BY_CODE = tuple(
    (re.compile(pattern, re.IGNORECASE), error_class)
    for pattern, error_class in (
        ("^IdempotentParameterMismatch$", IdempotencyConflictError),
        # Before the quotas, because RequestLimitExceeded is a rate limit.
        ("RateLimit|TooManyRequest|RequestLimitExceeded|Throttl", RateLimitedError),
        # "EniIdException" is how a sibling on the same host says that there is no such object.
        ("NoSuch|NotFound|NotExist|IdException$", NotFoundError),
        ("Repeated|AlreadyExist|Duplicate|Conflict.|.Conflict|Occupied", DuplicateError),
        ("Quota|LimitExceeded|ExceedLimit", QuotaError),
        ("NotFinished|OperationDenied|Busy|^InvalidInstanceStatus$", BusyError),
        (
            "^(AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidHTTPAuthHeader|RequestExpired)$",
            AuthError,
        ),
        ("^(InvalidVersion|InvalidURI)$", ApiError),  # 404, but no object is absent
        ("^(InternalError|ServiceUnavailable)$", ServerError),
    )
)
_BY_STATUS = {
    401: AuthError,
    403: AuthError,
    404: NotFoundError,
    409: BusyError,
    413: QuotaError,
    429: RateLimitedError,
}


def error_class_for(code, status):
    """Return the subclass of BceApiError for a code and an HTTP status of the API."""
    for pattern, error_class in _BY_CODE:
        if pattern.search(code):
            return error_class
    return _BY_STATUS.get(status, ServerError if status >= 500 else ApiError)


class ConflictError(BceError):
    """The cloud's present state does not allow what the task asks for, such as two tunnels of one name."""


class WaitTimeoutError(BceError):
    """The tunnel did not get into the awaited state in time."""
