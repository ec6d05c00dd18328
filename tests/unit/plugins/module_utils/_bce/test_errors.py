# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an error code and a status of the API mean, and what an error shows."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce import errors

# class -> (status, code)
ERRORS = {
    errors.IdempotencyConflictError: [(403, "IdempotentParameterMismatch"), (400, "idempotentparametermismatch")],
    errors.RateLimitedError: [
        (400, "RateLimit"),
        (403, "RateLimit"),
        (503, "RateLimit"),
        (400, "rateLimitExceeded"),
        (400, "RequestLimitExceeded"),
        (404, "TooManyRequests"),
        (400, "Throttling.User"),
        (429, "Any"),
    ],
    errors.NotFoundError: [
        (404, "NoSuchObject"),
        (400, "NoSuchObject"),
        (400, "NoSuchNat"),
        (400, "VpnConnNotExist"),
        (403, "ResourceNotFoundException"),
        (400, "EipNotfound"),
        (409, "NOTFOUND"),
        (404, "Any"),
        (404, ""),
    ],
    errors.DuplicateError: [
        (400, "RouteRuleRepeated"),
        (409, "NameAlreadyExist"),
        (400, "VpnConnAlreadyExists"),
        (409, "DuplicateName"),
    ],
    errors.QuotaError: [
        (400, "QuotaExceeded"),
        (413, "Any"),
        (400, "RouteRuleExceedQuota"),
        (409, "VpnConnLimitExceeded"),
        (400, "VpnConnExceedLimit"),
        (403, "QuotaLimitExceeded"),
    ],
    errors.BusyError: [
        (409, "Any"),
        (400, "LastOperationNotFinished"),
        (403, "OperationDenied"),
        (400, "VpnBusy"),
        (400, "TaskNotFinished"),
        (400, "InvalidInstanceStatus"),
    ],
    errors.AuthError: [
        (403, "Any"),
        (401, "Any"),
        (403, "InvalidAccessKeyId"),
        (404, "AccessDenied"),
        (400, "SignatureDoesNotMatch"),
        (400, "InvalidHTTPAuthHeader"),
    ],
    errors.ApiError: [(400, "Any"), (404, "InvalidVersion"), (404, "InvalidURI"), (400, "InappropriateJSON")],
    errors.ServerError: [
        (500, "InternalError"),
        (503, "ServiceUnavailable"),
        (502, "Any"),
        (200, "InternalError"),
    ],
}


@pytest.mark.parametrize(
    ("status", "code", "kind"), [(*pair, kind) for kind, pairs in ERRORS.items() for pair in pairs]
)
def test_error_class_is_that_of_the_code_before_that_of_the_status(status, code, kind):
    assert errors.error_class_for(code, status) is kind


def test_every_row_of_the_table_has_a_remedy_or_hints():
    has_hints = {errors.AuthError, errors.IdempotencyConflictError, errors.ApiError}
    for error_class, _pattern, _statuses in errors.ERROR_TABLE:
        assert error_class.remedy or error_class in has_hints, error_class
    assert {errors.error_class_for(code, 400) for code in errors.ERROR_HINTS} == has_hints


def test_hint_of_a_code_goes_before_the_remedy_of_its_class():
    assert errors.hint_for("NoSuchObject", errors.NotFoundError) == errors.NotFoundError.remedy
    assert errors.hint_for("AccessDenied", errors.NotFoundError) == errors.ERROR_HINTS["AccessDenied"]
    assert errors.hint_for("Any", errors.ApiError) is None


def test_error_as_maybe_applied_is_the_same_error_for_an_unknown_outcome():
    error = errors.BusyError("busy", "Busy", 409, "r-1", retryable=True)
    unknown = error.as_maybe_applied()
    assert unknown.__class__ is errors.BusyError and str(unknown) == "busy"
    assert unknown.to_dict() == dict(error.to_dict(), maybe_applied=True)
    assert not error.maybe_applied


def test_failed_result_has_the_message_and_the_error():
    error = errors.QuotaError("full", "QuotaExceeded", 400, "r-1")
    assert error.to_text() == "full [QuotaExceeded]"
    assert error.to_failed_result() == {
        "changed": False,
        "failed": True,
        "msg": "full",
        "error": {
            "code": "QuotaExceeded",
            "message": "full",
            "http_status": 400,
            "request_id": "r-1",
            "retryable": False,
            "maybe_applied": False,
        },
    }


@pytest.mark.parametrize(
    ("count", "text"), [(1, "0"), (3, "0; 1; 2"), (22, "; ".join(map(str, range(20))) + " ... and 2 more")]
)
def test_invalid_options_are_one_message_of_at_most_twenty_errors(count, text):
    error = errors.InvalidOptionsError(map(str, range(count)))
    assert (error.message, error.code, len(error.errors)) == (text, "InvalidOption", count)


def test_error_has_no_control_character_of_a_name_in_its_text():
    """Such as a name of the API that would colour the terminal, end the line, or turn the direction of the text."""
    name = "a\x1b[31m\r\n\u202e\ufeff\u2028b"
    shown = r"a\x1b[31m\r\n\u202e\ufeff\u2028b"
    error = errors.ConflictError("The tunnel %s, größer 北京" % name, "AmbiguousName")
    assert (
        error.to_failed_result()["msg"]
        == error.to_dict()["message"]
        == f"The tunnel {shown}, größer 北京"
        == str(error)
    )
    invalid = errors.InvalidOptionsError([name, "c"])
    assert invalid.errors == [shown, "c"] and invalid.message == f"{shown}; c"
