# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request with all of its attempts: how often it is sent, until when, and what its error says."""

from __future__ import annotations

import json
import socket
import threading

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce import client as client_module
from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options, errors, retry
from ansible_collections.baiducloud.network.plugins.module_utils._bce.redaction import Secret
from ansible_collections.baiducloud.network.plugins.module_utils._bce.transport import Received, SendFailed
from emulator_process import ACCESS_KEY_ID, GATEWAY, SECRET_ACCESS_KEY
from fake_clock import RecordingClock
from scripted_server import LIST, Jitter, failure, http, make_client, reset

KEY = "Zq7@wertyuiop"
TUNNEL = "/v1/vpn/vpnconn/vpnconn-1"
BODY = {"secretKey": KEY}
TOKEN = {"clientToken": "1849ef6b-f73c-4f5d-b88b-259ca47af849"}
EMPTY_LIST = http("200 OK", body=b'{"vpnConns": []}')
REQUESTS = {
    "GET": ("GET", LIST, {}, None),
    "PUT": ("PUT", TUNNEL, TOKEN, BODY),
    "DELETE": ("DELETE", TUNNEL, TOKEN, None),
    "POST with token": ("POST", f"/v1/vpn/{GATEWAY}/vpnconn", TOKEN, BODY),
    "POST": ("POST", f"/v1/vpn/{GATEWAY}/vpnconn", {}, BODY),
}


class StubTransport:
    """Replaces the transport: each attempt takes some seconds of the clock and ends as the script says.

    :ivar timeouts: those of the attempts.
    :param script: an outcome without a response or a Received for each attempt, the last one again and again.
    """

    proxy_error = None
    route = "https://bcc.example"

    def __init__(self, clock, *script, seconds=0.0):
        self._clock = clock
        self._script = list(script)
        self._seconds = seconds
        self.timeouts = []

    def send(self, _method, _path, _query, _body, timeout):
        self.timeouts.append(timeout)
        self._clock.sleep(min(self._seconds, timeout))
        step = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(step, str):
            raise SendFailed(step, "no response")
        return step


@pytest.fixture
def stub(monkeypatch):
    """Return a function that makes a client over a StubTransport; it returns both."""

    def make(*script, clock, seconds=0.0, **params):
        transport = StubTransport(clock, *script, seconds=seconds)
        monkeypatch.setattr(client_module, "Transport", lambda *_arguments: transport)
        return make_client("https://bcc.example", clock, **params), transport

    return make


def received(status, body=None, **headers):
    return Received(status, headers, json.dumps(body or {}).encode(), None)


# --- how often ---


def status_of(status, body=b"{}"):
    return http("%s Words" % status, body=body)


# Two seconds between attempts and nine in all make five attempts "until the deadline", and three of a busy object.
PAUSE, BUDGET, DEADLINE, BUSY = 2.0, 9.0, 5, 3
# failure -> response, attempts of a repeatable request, attempts of a POST without a token, is the outcome unknown
FAILURES = {
    "connection refused": (None, DEADLINE, DEADLINE, False),
    "name not resolved": (None, 4, 4, False),
    "certificate not trusted": (None, 1, 1, False),
    "reset": (reset, DEADLINE, 1, True),
    "closed": (b"", DEADLINE, 1, True),
    "cut off in the body": (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", DEADLINE, 1, True),
    "not JSON": (status_of(200, b"<html>"), 2, 1, True),
    "too long": (http("200 OK", body=b" " * 33 * 2**20), 1, 1, True),
    "RequestExpired": (status_of(400, b'{"code": "RequestExpired"}'), 2, 2, False),
    "RateLimit": (status_of(403, b'{"code": "RateLimit"}'), DEADLINE, DEADLINE, False),
    "busy": (status_of(400, b'{"code": "LastOperationNotFinished"}'), BUSY, BUSY, False),
    "conflict": (status_of(409, b'{"code": "StatusOfAnotherKind"}'), BUSY, 1, False),
    409: (status_of(409), BUSY, 1, False),
    **{status: (status_of(status), DEADLINE, 1, True) for status in (408, 499, 500, 502, 503, 504, 520)},
    429: (status_of(429), DEADLINE, DEADLINE, False),
    **{status: (status_of(status), 1, 1, False) for status in (400, 401, 403, 404, 412, 413, 422, 501, 505)},
}
# The class of the error of each failure; others are TransportErrors.
CLASSES = {
    "not JSON": errors.InvalidResponseError,
    "RequestExpired": errors.AuthError,
    "RateLimit": errors.RateLimitedError,
    "busy": errors.BusyError,
    "conflict": errors.BusyError,
    401: errors.AuthError,
    403: errors.AuthError,
    404: errors.NotFoundError,
    409: errors.BusyError,
    413: errors.QuotaError,
    429: errors.RateLimitedError,
    **dict.fromkeys((500, 501, 502, 503, 504, 505, 520), errors.ServerError),
    **dict.fromkeys((400, 408, 412, 422, 499), errors.ApiError),
}


@pytest.fixture
def endpoint_with(request, monkeypatch):
    """Return a function that makes an endpoint which fails in one way, and the server there, if there is one."""

    def fail(*_arguments, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def make(name):
        start = request.getfixturevalue("server")
        if name == "connection refused":
            return request.getfixturevalue("closed_port"), None
        if name == "name not resolved":
            monkeypatch.setattr(socket, "getaddrinfo", fail)
            return "https://bcc.bj.baidubce.com", None
        if name == "certificate not trusted":
            return start(EMPTY_LIST, context=request.getfixturevalue("certificate")).endpoint, None
        there = start(FAILURES[name][0])
        return there.endpoint, there

    return make


@pytest.mark.parametrize("name", FAILURES, ids=str)
def test_request_that_fails_is_sent_as_often_as_the_policy_says(name, endpoint_with):
    _response, repeatable, without_token, is_unknown = FAILURES[name]
    for request_class, (method, path, query, body) in REQUESTS.items():
        clock = RecordingClock()
        endpoint, there = endpoint_with(name)
        client = make_client(endpoint, clock, Jitter(PAUSE), retry_timeout=BUDGET)

        error = failure(client, method, path, query, body)

        # A conflict of a creation may be that of its name, so it is not sent again, even with a token.
        is_conflict = name in ("conflict", 409)
        attempts = without_token if request_class == "POST" or (method == "POST" and is_conflict) else repeatable
        assert len(clock.pauses) + 1 == attempts, request_class
        assert error.maybe_applied == (is_unknown and method != "GET"), request_class
        assert error.retryable == ((attempts > 1 or is_conflict) and name != "RequestExpired"), request_class
        assert error.__class__ is CLASSES.get(name, errors.TransportError)
        if there:
            assert len(there.requests) == attempts, request_class
            # All attempts are the same request, each signed afresh with its own moment.
            assert len({(data.split(b" HTTP")[0], data.partition(b"\r\n\r\n")[2]) for data in there.requests}) == 1
            assert len(set(there.headers("x-bce-date"))) == len(set(there.headers("Authorization"))) == attempts


def test_failures_that_pass_end_in_a_success(server):
    responses = [reset, status_of(503), b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", status_of(200, b"<html>")]
    there = server(*responses, status_of(429), EMPTY_LIST)
    assert make_client(there.endpoint, retry_timeout=60.0).request("GET", LIST).body == {"vpnConns": []}
    assert len(there.requests) == 6


def test_write_that_may_have_been_applied_stays_unknown_whatever_follows(server):
    there = server(reset, status_of(403))
    error = failure(make_client(there.endpoint, retry_timeout=60.0), *REQUESTS["PUT"])
    assert (error.http_status, error.maybe_applied) == (403, True)


UNKNOWN = {
    "reset": reset,
    "cut off": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}",
    "not JSON": status_of(200, b"<html>"),
    "refused without an id": status_of(200, b'{"code": "RateLimit"}'),
    **{status: status_of(status) for status in (500, 502, 503, 504)},
}


@pytest.mark.parametrize("name", UNKNOWN, ids=str)
def test_creation_of_unknown_outcome_is_not_sent_again(name, server):
    there = server(UNKNOWN[name])
    client = make_client(there.endpoint, jitter=Jitter(PAUSE), retry_timeout=60.0)
    error = failure(client, *REQUESTS["POST with token"], resend_unknown=False, expects="vpnConnId")
    assert error.maybe_applied and error.to_dict()["maybe_applied"]
    assert len(there.requests) == 1


@pytest.mark.parametrize("refusal", [status_of(429), status_of(400, b'{"code": "RequestExpired"}')])
def test_creation_that_was_refused_for_now_is_sent_again(refusal, server):
    there = server(refusal, http("200 OK", body=b'{"vpnConnId": "vpnconn-1"}'))
    client = make_client(there.endpoint, jitter=Jitter(PAUSE), retry_timeout=60.0)
    response = client.request(*REQUESTS["POST with token"], resend_unknown=False, expects="vpnConnId")
    assert response.body == {"vpnConnId": "vpnconn-1"} and len(there.requests) == 2


def test_creation_that_did_not_arrive_is_sent_again(closed_port):
    clock = RecordingClock()
    client = make_client(closed_port, clock, Jitter(PAUSE), retry_timeout=BUDGET)
    error = failure(client, *REQUESTS["POST with token"], resend_unknown=False)
    assert (len(clock.pauses) + 1, error.maybe_applied) == (DEADLINE, False)


# --- until when ---


def test_attempt_does_not_outlast_the_time_of_all_attempts(stub):
    clock = RecordingClock()
    client, transport = stub("read_error", clock=clock, seconds=600.0, timeout=30.0, retry_timeout=70.0)
    failure(client)
    assert transport.timeouts == [30.0, 30.0, 10.0]


def test_first_attempt_has_its_whole_timeout_although_there_is_no_time_for_retries(stub):
    clock = RecordingClock()
    client, transport = stub(received(503), clock=clock, timeout=30.0, retry_timeout=0.0)
    assert failure(client).retryable
    assert transport.timeouts == [30.0]


def test_deadline_of_the_caller_bounds_the_attempts_too(stub):
    clock = RecordingClock()
    client, transport = stub(received(503), clock=clock, jitter=Jitter(PAUSE), timeout=30.0, retry_timeout=600.0)
    failure(client, deadline=clock.monotonic() + 5)
    assert [timeout <= 5 for timeout in transport.timeouts] == [True] * 3 and clock.slept == 4.0
    # There is one attempt even then.
    failure(client, deadline=clock.monotonic() - 1)
    assert len(transport.timeouts) == 4 and clock.slept == 4.0


def test_waiting_for_a_slot_is_not_part_of_the_time_of_the_attempts(stub):
    clock = RecordingClock()
    client, transport = stub(received(503), received(200), clock=clock, timeout=30.0, retry_timeout=5.0)
    client._slots.__enter__()
    thread = threading.Thread(target=client.request, args=("GET", LIST), daemon=True)
    thread.start()
    clock.sleep(60.0)
    client._slots.__exit__()
    thread.join(30)
    assert len(transport.timeouts) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_server_may_ask_for_a_pause(status, stub):
    clock = RecordingClock()
    client, _transport = stub(received(status, **{"Retry-After": "7"}), received(200), clock=clock, retry_timeout=60.0)
    client.request("GET", LIST)
    assert clock.slept == 7.0


def test_date_of_a_pause_is_one_of_the_server_s_clock(stub):
    clock = RecordingClock()
    date = "Thu, 26 Nov 2026 10:00:00 GMT"
    expired = Received(400, {}, b'{"code": "RequestExpired"}', 1795687191.0)
    client, _transport = stub(
        expired, received(503, **{"Retry-After": date}), received(200), clock=clock, retry_timeout=60.0
    )
    client.request("GET", LIST)
    assert clock.slept == pytest.approx(9.0)


def test_throttling_slows_all_threads_of_a_client(stub):
    clock = RecordingClock()
    client, _transport = stub(received(429), clock=clock, jitter=Jitter(PAUSE), retry_timeout=3.0)
    failure(client)
    sent = clock.slept
    client._pause.extend_rate_limit(5.0)
    failure(client)
    assert clock.slept >= sent + 5.0


def test_cancelled_client_sends_nothing(stub):
    client, transport = stub(received(503), clock=RecordingClock(), retry_timeout=60.0)
    client.cancel()
    error = failure(client)
    assert (error.code, error.maybe_applied, transport.timeouts) == ("TaskStopped", False, [])


@pytest.mark.parametrize(("status", "is_unknown"), [(429, False), (503, True)])
def test_client_cancelled_during_a_pause_does_not_send_again(stub, status, is_unknown):
    clock = RecordingClock()
    client, transport = stub(received(status), clock=clock, jitter=Jitter(PAUSE), retry_timeout=60.0)
    sleep = clock.sleep
    clock.sleep = lambda seconds: (sleep(seconds), client.cancel() if seconds == PAUSE else None)
    error = failure(client, method="PUT")
    assert (error.code, error.maybe_applied, len(transport.timeouts)) == ("TaskStopped", is_unknown, 1)


# --- the server's clock ---


@pytest.mark.parametrize("offset", [7200, -7200])
def test_clock_of_the_server_is_adopted_after_request_expired_and_stays(offset, server):
    clock = RecordingClock()
    date = retry.parse_http_date("Thu, 26 Nov 2026 10:00:00 GMT")
    clock.sleep(date - clock.time() - offset)
    expired = http("400 Bad", "Date: Thu, 26 Nov 2026 10:00:00 GMT", body=b'{"code": "RequestExpired"}')
    there = server(expired, EMPTY_LIST)
    client = make_client(there.endpoint, clock, retry_timeout=60.0)
    client.request("GET", LIST)
    client.request("GET", LIST)
    own = "2026-11-26T%02d:00:00Z" % (10 - offset // 3600)
    assert there.headers("x-bce-date") == [own, "2026-11-26T10:00:00Z", "2026-11-26T10:00:00Z"]


def test_clock_that_cannot_be_adopted_is_an_error_that_names_the_clock(server):
    there = server(http("400 Bad", "Date: yesterday", body=b'{"code": "RequestExpired"}'))
    error = failure(make_client(there.endpoint, retry_timeout=60.0))
    assert error.message.endswith("; check the clock of the machine that runs the task")
    assert error.code == "RequestExpired"
    assert len(there.requests) == 2


# --- errors ---


def test_error_has_the_operation_the_message_the_code_and_the_request_id(server):
    there = server(http("400 Bad", body=b'{"code": "InappropriateJSON", "message": "no", "requestId": "r-1"}'))
    error = failure(make_client(there.endpoint), operation="list the tunnels")
    assert error.to_dict() == {
        "code": "InappropriateJSON",
        "message": "Cannot list the tunnels: no (InappropriateJSON, HTTP 400, request id r-1)",
        "http_status": 400,
        "request_id": "r-1",
        "retryable": False,
        "maybe_applied": False,
    }


@pytest.mark.parametrize("status", ["400 Bad", "500 Bad", "200 OK", "502 Bad"])
@pytest.mark.parametrize("length", [1, 270, 283, 288, 290, 295, 299])
def test_key_that_a_response_echoes_is_not_shown_in_any_part(status, length, server):
    text = "x" * length + KEY
    body = text.encode() if status in ("200 OK", "502 Bad") else json.dumps({"message": text}).encode()
    client = make_client(server(http(status, body=body)).endpoint)
    client.redactor.add(Secret(KEY))
    error = failure(client, *REQUESTS["PUT"])
    shown = str(error) + repr(error) + repr(error.to_dict())
    assert KEY[:3] not in shown
    assert "x" * length in shown


@pytest.mark.parametrize("echo", [KEY, "Zq7%40wertyuiop", SECRET_ACCESS_KEY, ACCESS_KEY_ID, "session%2Btoken%2F%3D"])
def test_no_secret_is_shown_from_any_part_of_a_response(echo, server):
    body = json.dumps(dict.fromkeys(("code", "message", "requestId"), echo)).encode()
    there = server(
        http("400 Bad", "x-bce-request-id: " + echo, body=body),
        http("400 Bad", body=body),
        http("200 OK", "x-bce-request-id: " + echo, body=echo.encode()),
        http("502 Bad", body=b" " * 65533 + echo.encode()),
        ("SSH-2.0-%s\r\n" % echo).encode(),
    )
    client = make_client(there.endpoint, security_token="session+token/=")
    client.redactor.add(Secret(KEY))
    for _response in range(5):
        error = failure(client)
        assert echo[:3] not in str(error) + repr(error.to_dict()) + repr(vars(error))


@pytest.mark.parametrize("response", [reset, http("400 Bad"), http("200 OK", body=b"<html>")])
def test_causes_of_an_error_hold_no_request_and_so_no_key(response, server):
    error = failure(make_client(server(response).endpoint), *REQUESTS["PUT"])
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


def test_client_shows_no_key():
    settings = {"access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY, "security_token": "session-t"}
    client = client_module.BceClient(connection_options.resolve(settings, {}))
    shown = repr(vars(client)) + repr(vars(client.redactor)) + repr(vars(client._auth))
    assert not any(key in shown for key in settings.values())
