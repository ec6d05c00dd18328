# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The retry policy: which failure is repeated for which request, how often, and after which pause."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce import errors, retry
from fake_clock import RecordingClock
from scripted_server import Jitter

REQUESTS = {
    "GET": ("GET", {}),
    "PUT": ("PUT", {"clientToken": "t"}),
    "DELETE": ("DELETE", {}),
    "POST with token": ("POST", {"clientToken": "t"}),
    "POST": ("POST", {"clientToken": None}),
}
# Pauses of two seconds within nine make five attempts "until the deadline"; four seconds each after "busy" make three.
PAUSE, BUDGET, DEADLINE, BUSY = 2.0, 9.0, 5, 3
# outcome -> attempts of a request that may be repeated, of a POST with a token, of a POST without, is it unknown
POLICY = {
    "connect_error": (DEADLINE, DEADLINE, DEADLINE, False),
    "dns_error": (4, 4, 4, False),
    "tls_error": (1, 1, 1, False),
    "invalid_proxy": (1, 1, 1, False),
    "invalid_url": (1, 1, 1, False),
    "read_error": (DEADLINE, DEADLINE, 1, True),
    "invalid_json": (2, 2, 1, True),
    "response_too_large": (1, 1, 1, True),
    "request_expired": (2, 2, 2, False),
    "throttled": (DEADLINE, DEADLINE, DEADLINE, False),
    "busy": (BUSY, BUSY, BUSY, False),
    "conflict": (BUSY, 1, 1, False),
    "server_error": (DEADLINE, DEADLINE, 1, True),
    "refused": (1, 1, 1, False),
}


def failed(outcome, **options):
    return retry.AttemptFailed(outcome, errors.ApiError("failed", "Any"), **options)


def sequence(request="GET", seconds=BUDGET, deadline=None, jitter=None, clock=None, **options):
    """Return a function that runs the attempts of a request which fails each time; it returns the pauses."""
    clock = clock or RecordingClock()
    budget = retry.RetryBudget(clock, seconds, deadline)
    retries = retry.RetrySequence(*REQUESTS[request], budget, jitter or Jitter(PAUSE), **options)

    def run(*failures):
        for number in range(2000):
            pause = retries.next_pause(failures[min(number, len(failures) - 1)])
            if pause is None:
                return clock.pauses
            clock.sleep(pause)
            budget.consume(pause)
        raise AssertionError("retries without an end")

    return run


def test_policy_has_a_row_for_each_outcome_and_a_column_for_each_class():
    assert set(retry.RETRY_POLICY) == set(POLICY)
    assert set(retry.RETRY_CLASSES) == set(REQUESTS)
    assert {len(row) for row in retry.RETRY_POLICY.values()} == {len(REQUESTS)}


@pytest.mark.parametrize("request_class", REQUESTS)
@pytest.mark.parametrize("outcome", POLICY)
def test_request_is_repeated_as_the_policy_says(outcome, request_class):
    repeatable, with_token, without_token, is_unknown = POLICY[outcome]
    attempts = {"POST with token": with_token, "POST": without_token}.get(request_class, repeatable)
    failure = failed(outcome)
    assert len(sequence(request_class)(failure)) + 1 == attempts
    assert failure.is_unknown == is_unknown
    assert failure.error.maybe_applied == (is_unknown and request_class != "GET")
    # A conflict may pass although this request is not sent again.
    assert failure.error.retryable == ((attempts > 1 or outcome == "conflict") and outcome != "request_expired")


@pytest.mark.parametrize("outcome", sorted(retry.UNKNOWN_OUTCOMES))
def test_creation_of_unknown_outcome_is_not_repeated_where_that_is_forbidden(outcome):
    assert sequence("POST with token", can_resend_unknown=False)(failed(outcome)) == []


@pytest.mark.parametrize("outcome", ["connect_error", "dns_error", "throttled", "busy", "request_expired"])
def test_creation_that_was_not_applied_is_repeated_in_any_case(outcome):
    pauses = sequence("POST with token", can_resend_unknown=False)(failed(outcome))
    assert len(pauses) + 1 == POLICY[outcome][1] > 1


def test_refusal_with_a_status_of_success_may_forbid_the_repetition_too():
    failure = failed("throttled", is_unknown=True)
    assert sequence("POST with token", can_resend_unknown=False)(failure) == []
    assert failure.error.maybe_applied


def test_write_stays_unknown_whatever_follows():
    last = failed("refused")
    assert len(sequence("PUT")(failed("read_error"), failed("throttled"), last)) == 2
    assert last.error.maybe_applied and not last.is_unknown


def test_outcomes_are_counted_one_by_one():
    """Each of these is repeated once, so together they are repeated twice."""
    assert len(sequence()(failed("invalid_json"), failed("request_expired"), failed("invalid_json"))) == 2


# --- pauses ---


def test_pauses_are_full_jitter_below_a_bound_that_doubles_up_to_a_cap():
    jitter = Jitter()
    pauses = sequence(seconds=40.0, jitter=jitter)(failed("server_error"))
    assert [low for low, _high in jitter.asked] == [0] * len(jitter.asked)
    assert [high for _low, high in jitter.asked] == pytest.approx([0.4, 0.8, 1.6, 3.2, 6.4, 8.0, 8.0, 8.0, 8.0])
    # The last one would have ended after the deadline.
    assert pauses == pytest.approx([0.4, 0.8, 1.6, 3.2, 6.4, 8.0, 8.0, 8.0])


def test_server_that_is_down_for_hours_is_tried_for_hours():
    assert len(sequence(seconds=10000.0, jitter=Jitter(8.0))(failed("connect_error"))) == 1249


@pytest.mark.parametrize("outcome", ["busy", "conflict"])
def test_busy_object_is_tried_fifteen_times_in_a_minute(outcome):
    pauses = sequence(seconds=60.0, jitter=Jitter(0.0))(failed(outcome))
    assert pauses == [retry.MAX_BACKOFF / 2] * 14


@pytest.mark.parametrize("outcome", ["throttled", "server_error", "read_error"])
def test_pause_is_at_least_what_the_server_asks_for(outcome):
    assert sequence(seconds=10.0, jitter=Jitter(0.1))(failed(outcome, retry_after=4.0)) == [4.0, 4.0]
    assert sequence(seconds=6.0, jitter=Jitter(5.0))(failed(outcome, retry_after=4.0)) == [5.0]


def test_pause_beyond_the_budget_is_not_waited_for():
    failure = failed("throttled", retry_after=61.0)
    assert sequence(seconds=60.0)(failure) == []
    assert failure.error.retryable


def test_budget_of_zero_means_one_attempt():
    failure = failed("server_error")
    assert sequence(seconds=0.0, jitter=Jitter(0.0))(failure) == []
    assert failure.error.retryable


def test_deadline_of_the_caller_bounds_the_attempts_too():
    clock = RecordingClock()
    assert sequence(seconds=600.0, deadline=clock.monotonic() + 5, clock=clock)(failed("server_error")) == [2.0, 2.0]
    clock = RecordingClock()
    assert sequence(seconds=600.0, deadline=clock.monotonic() - 1, clock=clock)(failed("server_error")) == []


def test_budget_counts_what_is_consumed_and_the_deadline():
    clock = RecordingClock()
    budget = retry.RetryBudget(clock, 10.0, clock.monotonic() + 8.0)
    budget.consume(1.0)
    assert budget.remaining() == 8.0
    clock.sleep(3.0)
    budget.consume(6.0)
    assert budget.remaining() == 3.0
    assert budget.allows(2.9) and not budget.allows(3.0)


# --- Retry-After ---

NOW = 1795687200.0  # Thu, 26 Nov 2026 10:00:00 GMT


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("9" * 5000, 999999999999999.0),
        ("Thu, 26 Nov 2026 10:00:09 GMT", 9.0),
        ("Thu, 26 Nov 2026 09:00:00 GMT", 0.0),
        (None, 0.0),
        ("", 0.0),
        ("-5", 0.0),
        ("soon", 0.0),
        ("1.5", 0.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Mon, 01 Jan 0001 00:00:00 -0000", 0.0),
        ("Fri, 99 Foo 2026 99:99:99 GMT", 0.0),
        ("Fri, 31 Dec 99999999999 23:59:59 GMT", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_anything_else_none(value, seconds):
    assert retry.parse_retry_after(value, NOW) == seconds


# --- from an error of the API to an outcome ---


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, "RequestExpired", "request_expired"),
        (403, "RateLimit", "throttled"),
        (200, "RateLimit", "throttled"),
        (429, "", "throttled"),
        (503, "RateLimit", "throttled"),
        (408, "", "read_error"),
        (499, "", "read_error"),
        (400, "LastOperationNotFinished", "busy"),
        (409, "OperationDenied", "busy"),
        (409, "", "conflict"),
        (409, "StatusOfAnotherKind", "conflict"),
        (409, "NameAlreadyExist", "refused"),
        *((status, "", "server_error") for status in (500, 502, 503, 504, 520, 527)),
        (500, "NoSuchObject", "server_error"),
        (200, "InternalError", "server_error"),
        (501, "", "refused"),
        (505, "", "refused"),
        *((status, "", "refused") for status in (200, 302, 400, 401, 403, 404, 412, 413, 422)),
    ],
)
def test_outcome_of_a_response_is_that_of_its_code_and_status(status, code, outcome):
    error = errors.error_class_for(code, status)("failed", code, status)
    assert retry.outcome_of(error, status) == outcome
