# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The BceError family, and the table that classifies the API's error codes and statuses."""

from __future__ import annotations

import re
from typing import Any, Iterable

from .messages import text
from .redaction import printable

MAX_REPORTED_ERRORS = 20  # in one message


def message_with_code(message: str, code: str) -> str:
    """Return a message of a failure as users see it: its code, by which docs/errors.md is searched, is at the end."""
    return "%s [%s]" % (message, code)


class BceError(Exception):
    """A request that did not succeed.

    :ivar message: contains no secret, and no control character of the values in it.
    :ivar code: of the API, or of this collection where the API reported none.
    :ivar request_id: the one that the API's support asks for.
    :ivar retryable: whether the same request may succeed later; never for an invalid option.
    :ivar maybe_applied: whether a write may have been applied, by this or an earlier attempt. Then only a read can show
        it. Never for a read, and for a write that was certainly refused.
    """

    def __init__(
        self,
        message: str,
        code: str,
        http_status: int | None = None,
        request_id: str | None = None,
        retryable: bool = False,
        maybe_applied: bool = False,
    ) -> None:
        self.message = printable(message)
        super().__init__(self.message)
        self.code = code
        self.http_status = http_status
        self.request_id = request_id
        self.retryable = retryable
        self.maybe_applied = maybe_applied

    def as_maybe_applied(self) -> BceError:
        """Return a copy with maybe_applied set."""
        error = type(self).__new__(type(self), *self.args)
        error.__dict__.update(self.__dict__, maybe_applied=True)
        return error

    def to_dict(self) -> dict[str, Any]:
        """Return the `error` of a task's result."""
        names = ("code", "message", "http_status", "request_id", "retryable", "maybe_applied")
        return {name: getattr(self, name) for name in names}

    def to_text(self) -> str:
        """Return the message with the code."""
        return message_with_code(self.message, self.code)

    def to_failed_result(self) -> dict[str, Any]:
        """Return the result of a task that failed with this error before it changed anything."""
        return {"changed": False, "failed": True, "msg": self.message, "error": self.to_dict()}


class InvalidOptionsError(BceError):
    """Options are invalid; nothing was sent.

    :ivar errors: all that were found, one sentence each.
    """

    def __init__(self, errors: Iterable[str]) -> None:
        self.errors = list(map(printable, errors))
        more = len(self.errors) - MAX_REPORTED_ERRORS
        shown = "; ".join(self.errors[:MAX_REPORTED_ERRORS])
        super().__init__(shown + text("and_more_errors", count=more, hint="") if more > 0 else shown, "InvalidOption")


class TransportError(BceError):
    """There was no complete response."""


class InvalidResponseError(BceError):
    """The response is not what the API's contract says."""


class ConflictError(BceError):
    """The current state does not allow what the task asks for, such as two tunnels of one name."""


class WaitTimeoutError(BceError):
    """The object did not reach the desired state in time."""


class ApiError(BceError):
    """The API responded with an error.

    :cvar remedy: what to do about it, for the message.
    """

    remedy: str | None = None


class AuthError(ApiError):
    """The API refused the keys, their signature or their rights."""

    # Without a remedy, because a 401 or 403 of a proxy is not about the keys.


class NotFoundError(ApiError):
    """The object does not exist."""

    remedy = "check the id and the region; an id belongs to one region"


class IdempotencyConflictError(ApiError):
    """The clientToken was used before with other parameters."""


class RateLimitedError(ApiError):
    """There were too many requests."""

    remedy = "raise retry_timeout, or lower concurrency and --forks"


class BusyError(ApiError):
    """The object is busy with an earlier change, or in another state than required."""

    remedy = "wait until the gateway is settled, then run the task again"


class DuplicateError(ApiError):
    """An object of the same name or content exists already."""

    remedy = "use the existing object, give another name, or delete the existing object first"


class QuotaError(ApiError):
    """The account's quota for such objects is used up."""

    remedy = "raise the quota in the Quota Center of the console, or delete an object that is not needed"


class ServerError(ApiError):
    """The API failed by itself."""

    remedy = "try again later"


# (error class, pattern of codes without case, statuses). The first row whose pattern is found in the code decides, then
# the one that has the status; error_class_for() has the default. Codes go first because a status says less: an absent
# object comes with 404 or 400, throttling with 429, 403 or 400. The API's message never decides.
ERROR_TABLE: tuple[tuple[type[ApiError], str, tuple[int, ...]], ...] = (
    (IdempotencyConflictError, "^IdempotentParameterMismatch$", ()),
    # Before the quotas, because RequestLimitExceeded is a rate limit.
    (RateLimitedError, "RateLimit|TooManyRequest|RequestLimitExceeded|Throttl", (429,)),
    # EniIdException means that in another service on the same host.
    (NotFoundError, "NoSuch|NotFound|NotExist|IdException$", (404,)),
    (DuplicateError, "Repeated|AlreadyExist|Duplicate|Conflict.|.Conflict|Occupied", ()),
    (QuotaError, "Quota|LimitExceeded|ExceedLimit", (413,)),
    (BusyError, "NotFinished|OperationDenied|Busy|^InvalidInstanceStatus$", (409,)),
    (
        AuthError,
        "^(AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidHTTPAuthHeader|RequestExpired)$",
        (401, 403),
    ),
    (ApiError, "^(InvalidVersion|InvalidURI)$", ()),  # 404, but no object is absent
    (ServerError, "^(InternalError|ServiceUnavailable)$", ()),
)

# These codes have a remedy of their own.
ERROR_HINTS = {
    "InvalidAccessKeyId": "check access_key_id (or BCE_ACCESS_KEY_ID)",
    "SignatureDoesNotMatch": "check secret_access_key (or BCE_SECRET_ACCESS_KEY), and security_token if there is one",
    "RequestExpired": "check the clock of the machine that runs the task",
    "AccessDenied": "give the user of these keys the right to do that",
    "OptInRequired": "enable the service in the console",
    "QualifyNotPass": "complete the account's real-name verification",
    "IdempotentParameterMismatch": "give another client_token, or none",
}

# For an error response without a code, as in the official Go SDK.
CODE_BY_STATUS = {
    400: "InvalidHTTPRequest",
    401: "Unauthorized",
    403: "AccessDenied",
    404: "NotFound",
    409: "Conflict",
    412: "PreconditionFailed",
    413: "RequestEntityTooLarge",
    429: "TooManyRequests",
    500: "InternalError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


def error_class_for(code: str, status: int) -> type[ApiError]:
    """Return the class that ERROR_TABLE gives an error code and an HTTP status."""
    for error_class, pattern, _statuses in ERROR_TABLE:
        if re.search(pattern, code, re.IGNORECASE):
            return error_class
    for error_class, _pattern, statuses in ERROR_TABLE:
        if status in statuses:
            return error_class
    return ServerError if status >= 500 else ApiError


def internal_error(cause: Exception) -> BceError:
    """Return the error of an unexpected exception, which is a defect of this collection."""
    return BceError(text("internal_error", kind=type(cause).__name__, text=cause), "InternalError")


def hint_for(code: str, error_class: type[ApiError]) -> str | None:
    """Return what to do about an error of the API, if that is known."""
    return ERROR_HINTS.get(code, error_class.remedy)
