# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One signed request and its retries against real sockets: what is sent, how often, and what a failure says."""

from __future__ import annotations

import gzip
import json
import re
import socket
import time
from email.utils import formatdate

import pytest
import yaml

import api_example
from ansible_collections.baiducloud.network.plugins.module_utils._bce import client as module
from ansible_collections.baiducloud.network.plugins.module_utils._bce import errors
from ansible_collections.baiducloud.network.plugins.module_utils._bce.redaction import Secret
from emulator_process import ACCESS_KEY_ID, GATEWAY, SECRET_ACCESS_KEY
from playbook_runner import ROOT
from scripted_server import LIST, Clock, Jitter, failure, http, make_client

KEY = "Zq7@wertyuiop"
TUNNEL = "/v1/vpn/vpnconn/vpnconn-1"
BODY = {"secretKey": KEY}
TOKEN = {"clientToken": "1849ef6b-f73c-4f5d-b88b-259ca47af849"}


@pytest.fixture
def no_names(monkeypatch):
    def fail(*_arguments, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)


# --- what is sent ---


def test_a_request_carries_just_the_headers_that_it_needs(server):
    there = server(http("200 OK"))
    make_client(there.endpoint).request("PUT", "/v1/vpn/a b", {"note": "a b+/~é", "bind": None}, {"name": "é"})
    head, _blank, body = there.requests[0].partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    moment = headers["x-bce-date"]
    assert first == "PUT /v1/vpn/a%20b?bind=&note=a%20b%2B%2F~%C3%A9 HTTP/1.1"
    assert json.loads(body) == {"name": "é"}
    assert re.fullmatch(
        f"bce-auth-v1/{ACCESS_KEY_ID}/{moment}/1800/host;x-bce-date/[0-9a-f]{{64}}", headers.pop("Authorization")
    )
    assert headers == {
        "Host": there.endpoint[7:],
        "x-bce-date": moment,
        "User-Agent": module.USER_AGENT,
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json;charset=utf-8",
        "Content-Length": str(len(body)),
    }


def test_a_session_token_is_sent_and_signed(emulator):
    make_client(emulator.endpoint, security_token="token+/=").request("GET", LIST)
    assert emulator.requests()[0]["signed_headers"] == ["host", "x-bce-date", "x-bce-security-token"]


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("GET", LIST, {}),
        ("GET", "/v1/vpn", {"vpcId": "vpc emulator/+~%&=é", "maxKeys": 10}),
        ("GET", "/v1/vpn", {"vpcId": "vpc-emulator", "type": "", "eip": None}),
    ],
)
def test_the_official_signer_accepts_what_is_on_the_wire(method, path, query, emulator):
    assert make_client(emulator.endpoint).request(method, path, query).status == 200
    wanted = {name: "" if value is None else str(value) for name, value in query.items()}
    assert emulator.requests()[0]["query"] == wanted


def test_the_user_agent_has_the_collection_s_name_and_version(emulator):
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    make_client(emulator.endpoint).request("GET", LIST)
    assert emulator.requests()[0]["user_agent"] == ("ansible-collection-{namespace}.{name}/{version}".format(**galaxy))


def test_all_requests_of_a_client_go_over_one_connection_whatever_the_answers_are(emulator):
    client = make_client(emulator.endpoint)
    client.request("GET", LIST)
    failure(client, "DELETE", TUNNEL)
    emulator.faults({"fault": "status", "status": 503}, {"fault": "garbage"})
    failure(client)
    failure(client)
    client.request("GET", LIST)
    assert len({entry["peer_port"] for entry in emulator.requests()}) == 1
    assert len(emulator.requests()) == 5


def test_a_netrc_file_does_not_replace_the_signature(emulator, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password mine\ndefault login me password mine\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert make_client(emulator.endpoint).request("GET", LIST).status == 200


PROXY_VARIABLES = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]


def test_loopback_is_reached_without_the_environment_s_proxy(emulator, closed_port, monkeypatch):
    for name in PROXY_VARIABLES:
        monkeypatch.setenv(name, closed_port)
    assert make_client(emulator.endpoint).request("GET", LIST).status == 200


def test_another_host_is_reached_through_the_environment_s_proxy(server, monkeypatch):
    proxy = server(http("502 Bad Gateway"))
    for name in PROXY_VARIABLES:
        monkeypatch.setenv(name, proxy.endpoint)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    error = failure(make_client("https://bcc.bj.baidubce.com"), "PUT", TUNNEL)
    assert proxy.requests[0].startswith(b"CONNECT bcc.bj.baidubce.com:443 ")
    assert b"Authorization" not in proxy.requests[0]
    assert "proxy" in error.message
    assert not error.maybe_applied


# --- the retry table: outcome x verb ---

VERBS = {
    "GET": ("GET", LIST, {}, None),
    "PUT": ("PUT", TUNNEL, TOKEN, BODY),
    "DELETE": ("DELETE", TUNNEL, TOKEN, None),
    "POST with token": ("POST", f"/v1/vpn/{GATEWAY}/vpnconn", TOKEN, BODY),
    "POST": ("POST", f"/v1/vpn/{GATEWAY}/vpnconn", {}, BODY),
}
# Two seconds between tries and nine seconds in all make five tries "until the deadline", and three of a busy object.
PAUSE, ALL_TRIES, DEADLINE, BUSY = 2.0, 9.0, 5, 3
# outcome: the faults that make it, tries of a repeatable verb, tries of a POST without token, does nobody know whether
# the write was done
STATUS = {
    status: [{"fault": "status", "status": status, "code": ""}]
    for status in (
        400,
        401,
        403,
        404,
        408,
        409,
        412,
        413,
        422,
        429,
        500,
        501,
        502,
        503,
        504,
        505,
    )
}
CELLS = {
    "not connected": (None, DEADLINE, DEADLINE, False),
    "name not resolved": (None, 4, 4, False),
    "not trusted": (None, 1, 1, False),
    "cut off": ([{"fault": "reset_before"}], DEADLINE, 1, True),
    "cut off, after the commit": ([{"fault": "reset_after"}], DEADLINE, 1, True),
    "cut off, in the answer": ([{"fault": "truncate"}], DEADLINE, 1, True),
    "not JSON": ([{"fault": "garbage"}], 2, 1, True),
    "too long": ([{"fault": "garbage", "body": " ", "body_repeat": 33 * 2**20}], 1, 1, True),
    "RequestExpired": ([{"fault": "status", "status": 400, "code": "RequestExpired"}], 2, 2, False),
    "throttled": ([{"fault": "status", "status": 403, "code": "RateLimit"}], DEADLINE, DEADLINE, False),
    "busy": ([{"fault": "status", "status": 400, "code": "LastOperationNotFinished"}], BUSY, BUSY, False),
    "conflict": ([{"fault": "status", "status": 409, "code": "StatusOfAnotherKind"}], BUSY, 1, False),
    409: (STATUS[409], BUSY, 1, False),
    408: (STATUS[408], DEADLINE, 1, True),
    520: ([{"fault": "status", "status": 520, "code": ""}], DEADLINE, 1, True),
    429: (STATUS[429], DEADLINE, DEADLINE, False),
    500: (STATUS[500], DEADLINE, 1, True),
    502: (STATUS[502], DEADLINE, 1, True),
    503: (STATUS[503], DEADLINE, 1, True),
    504: (STATUS[504], DEADLINE, 1, True),
    **{
        status: (faults, 1, 1, False)
        for status, faults in STATUS.items()
        if status < 500 and status not in (408, 409, 429)
    },
    501: (STATUS[501], 1, 1, False),
    505: (STATUS[505], 1, 1, False),
}
# The failure's class tells the caller what to do.
CLASSES = {
    "not JSON": errors.InvalidResponseError,
    "too long": errors.TransportError,
    "RequestExpired": errors.AuthError,
    "throttled": errors.RateLimitedError,
    "busy": errors.BusyError,
    "conflict": errors.BusyError,
    401: errors.AuthError,
    403: errors.AuthError,
    404: errors.NotFoundError,
    409: errors.BusyError,
    413: errors.QuotaError,
    429: errors.RateLimitedError,
    **dict.fromkeys((500, 501, 502, 503, 504, 505, 520), errors.ServerError),
    **dict.fromkeys((400, 408, 412, 422), errors.ApiError),
}


def test_every_row_and_verb_of_the_retry_table_is_gone_through():
    # What cannot be sent is a proxy's URL that the client itself does not recognise as invalid; see below.
    assert set(module.RETRIES) - {"not sendable"} <= set(CELLS)
    assert set(module.VERBS) == set(VERBS)


@pytest.mark.parametrize("outcome", CELLS, ids=str)
def test_a_request_is_tried_as_often_as_the_table_says(outcome, request):
    faults, repeatable, once_only, unknown = CELLS[outcome]
    for verb, (method, path, query, body) in VERBS.items():
        clock = Clock()
        options = {"clock": clock, "jitter": Jitter(PAUSE), "retry_timeout": ALL_TRIES}
        emulator = None
        if faults:
            emulator = request.getfixturevalue("emulator")
            emulator.reset()
            emulator.faults(*[{**fault, "times": None} for fault in faults])
            client = make_client(emulator.endpoint, **options)
        elif outcome == "not connected":
            client = make_client(request.getfixturevalue("closed_port"), **options)
        elif outcome == "name not resolved":
            request.getfixturevalue("no_names")
            client = make_client("https://bcc.bj.baidubce.com", **options)
        else:
            there = request.getfixturevalue("server")(http("200 OK"), context=request.getfixturevalue("certificate"))
            client = make_client(there.endpoint, **options)

        error = failure(client, method, path, query, body)

        # A conflict of a creation may be that of its name, so it is not sent again, even with a token.
        is_conflict = outcome in ("conflict", 409)
        tries = once_only if verb == "POST" or (method == "POST" and is_conflict) else repeatable
        assert len(clock.slept) + 1 == tries, verb
        assert error.maybe_applied == (unknown and method != "GET"), verb
        assert error.retryable == ((tries > 1 or is_conflict) and outcome != "RequestExpired"), verb
        assert error.__class__ is CLASSES.get(outcome, errors.TransportError)
        if emulator:
            sent = emulator.requests(method)
            assert len(sent) == tries, verb
            assert {json.dumps([entry["path"], entry["query"], entry["body"]]) for entry in sent} == {
                json.dumps([path, query, {"secretKey": "********"} if body else None])
            }
            # Each try is signed afresh: with its own moment, which the emulator has checked too.
            moments = [time.strptime(entry["signed_at"], "%Y-%m-%dT%H:%M:%SZ") for entry in sent]
            gaps = [time.mktime(later) - time.mktime(earlier) for earlier, later in zip(moments, moments[1:])]
            assert all(gap >= 1 for gap in gaps), verb


def test_a_failure_that_passes_is_a_success(emulator):
    emulator.faults(
        {"fault": "reset_before"},
        {"fault": "status", "status": 503},
        {"fault": "truncate"},
        {"fault": "garbage"},
        {"fault": "status", "status": 429},
    )
    clock = Clock()
    answer = make_client(emulator.endpoint, clock, retry_timeout=60.0).request("GET", LIST)
    assert answer[:3] == (200, {"vpnConns": []}, emulator.requests()[-1]["request_id"])
    assert [entry["fault"] for entry in emulator.requests()] == [
        "reset_before",
        "status",
        "truncate",
        "garbage",
        "status",
        None,
    ]


def test_once_unknown_a_write_stays_unknown_whatever_comes_after(emulator):
    emulator.faults({"fault": "reset_after"}, {"fault": "status", "status": 403})
    error = failure(make_client(emulator.endpoint, Clock(), retry_timeout=60.0), "PUT", TUNNEL, TOKEN, BODY)
    assert (error.http_status, error.maybe_applied) == (403, True)


UNKNOWN_OUTCOMES = [
    {"fault": "reset_before"},
    {"fault": "reset_after"},
    {"fault": "truncate"},
    {"fault": "garbage"},
    *({"fault": "status", "status": status} for status in (500, 502, 503, 504)),
]


@pytest.mark.parametrize("fault", UNKNOWN_OUTCOMES, ids=str)
def test_a_creation_of_unknown_outcome_is_not_sent_again(fault, emulator):
    emulator.faults({**fault, "times": None})
    client = make_client(emulator.endpoint, Clock(), Jitter(PAUSE), retry_timeout=60.0)
    error = failure(client, *VERBS["POST with token"], resend_unknown=False)
    assert error.maybe_applied and error.to_dict()["maybe_applied"]
    assert len(emulator.requests("POST")) == 1


@pytest.mark.parametrize(
    "fault", [{"status": 429}, {"status": 400, "code": "RequestExpired"}], ids=["throttled", "RequestExpired"]
)
def test_a_creation_that_was_refused_for_now_is_sent_again(fault, emulator):
    emulator.faults({"fault": "status", **fault})
    method, path, query, _body = VERBS["POST with token"]
    client = make_client(emulator.endpoint, Clock(), Jitter(PAUSE), retry_timeout=60.0)
    assert client.request(method, path, query, api_example.BODY, resend_unknown=False).body["vpnConnId"]
    assert len(emulator.requests("POST")) == 2


def test_a_creation_that_did_not_arrive_is_sent_again(closed_port):
    clock = Clock()
    client = make_client(closed_port, clock, Jitter(PAUSE), retry_timeout=ALL_TRIES)
    error = failure(client, *VERBS["POST with token"], resend_unknown=False)
    assert (len(clock.slept) + 1, error.maybe_applied) == (DEADLINE, False)


@pytest.mark.parametrize(
    ("date", "seconds"), [("Thu, 26 Nov 2026 10:00:00 GMT", 1795687200.0), ("yesterday", None), (None, None)]
)
def test_server_time_is_that_of_the_date_header(date, seconds, server):
    there = server(http("200 OK", *(["Date: " + date] if date else [])))
    assert make_client(there.endpoint).request("GET", LIST).server_time == seconds


def test_no_time_for_retries_means_one_try(emulator):
    emulator.faults({"fault": "status", "status": 503, "times": None})
    assert failure(make_client(emulator.endpoint, Clock(), retry_timeout=0.0)).retryable
    assert len(emulator.requests()) == 1


def test_the_caller_s_deadline_bounds_the_tries_too(emulator):
    emulator.faults({"fault": "status", "status": 503, "times": None})
    clock = Clock()
    client = make_client(emulator.endpoint, clock, Jitter(PAUSE), retry_timeout=600.0)
    failure(client, deadline=clock.monotonic() + 5)
    assert clock.slept == [2.0, 2.0]
    # One try there is even then.
    failure(client, deadline=clock.monotonic() - 1)
    assert clock.slept == [2.0, 2.0]


def test_pauses_are_full_jitter_below_a_bound_that_doubles_up_to_a_cap(emulator):
    emulator.faults({"fault": "status", "status": 503, "times": None})
    clock, jitter = Clock(), Jitter()
    failure(make_client(emulator.endpoint, clock, jitter, retry_timeout=40.0))
    assert [low for low, _high in jitter.asked] == [0] * len(jitter.asked)
    assert [high for _low, high in jitter.asked] == pytest.approx([0.4, 0.8, 1.6, 3.2, 6.4, 8.0, 8.0, 8.0, 8.0])
    # The last one would have ended after the deadline.
    assert clock.slept == pytest.approx([0.4, 0.8, 1.6, 3.2, 6.4, 8.0, 8.0, 8.0])


def test_a_server_that_is_away_for_hours_is_asked_for_hours(closed_port):
    clock = Clock()
    error = failure(make_client(closed_port, clock, Jitter(8.0), retry_timeout=10000.0))
    assert (error.code, len(clock.slept)) == ("ConnectionFailed", 1249)


# --- Retry-After ---


@pytest.mark.parametrize("status", [429, 503])
def test_the_server_may_ask_for_a_pause_in_seconds(status, emulator):
    emulator.faults({"fault": "status", "status": status, "headers": {"Retry-After": "7"}})
    clock = Clock()
    make_client(emulator.endpoint, clock, retry_timeout=60.0).request("GET", LIST)
    assert clock.slept == [7.0]


def test_the_server_may_ask_for_a_pause_up_to_a_date(emulator):
    date = formatdate(time.time() + 9, usegmt=True)
    emulator.faults({"fault": "status", "status": 503, "headers": {"Retry-After": date}})
    clock = Clock()
    make_client(emulator.endpoint, clock, retry_timeout=60.0).request("GET", LIST)
    assert sum(clock.slept) == pytest.approx(8, abs=2)


def test_a_date_is_one_of_the_server_s_clock(emulator):
    emulator.settings(clock_offset_seconds=7200)
    date = formatdate(time.time() + 7200 + 9, usegmt=True)
    emulator.faults({"match": {"nth": 2}, "fault": "status", "status": 503, "headers": {"Retry-After": date}})
    clock = Clock()
    make_client(emulator.endpoint, clock, retry_timeout=60.0).request("GET", LIST)
    assert clock.slept[0] == 0.0 and sum(clock.slept) == pytest.approx(8, abs=2)


def test_a_pause_beyond_the_deadline_is_not_waited_for(emulator):
    emulator.faults({"fault": "status", "status": 429, "headers": {"Retry-After": "61"}, "times": None})
    clock = Clock()
    assert failure(make_client(emulator.endpoint, clock, retry_timeout=60.0)).retryable
    assert clock.slept == []


@pytest.mark.parametrize(
    "value",
    [
        "0",
        "-5",
        "soon",
        "1.5",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Mon, 01 Jan 0001 00:00:00 -0000",
        "Fri, 99 Foo 2026 99:99:99 GMT",
        "Fri, 31 Dec 99999999999 23:59:59 GMT",
    ],
)
def test_a_senseless_pause_is_none(value, emulator):
    emulator.faults({"fault": "status", "status": 503, "headers": {"Retry-After": value}})
    clock = Clock()
    make_client(emulator.endpoint, clock, Jitter(0.1), retry_timeout=60.0).request("GET", LIST)
    assert clock.slept == [0.1]


@pytest.mark.parametrize("value", ["9" * 20, "9" * 400, "9" * 5000])
def test_an_endless_pause_is_an_error_of_the_api_and_never_a_traceback(value, emulator):
    emulator.faults({"fault": "status", "status": 503, "headers": {"Retry-After": value}, "times": None})
    assert failure(make_client(emulator.endpoint, Clock(), Jitter(PAUSE), retry_timeout=60.0)).http_status == 503


# --- RequestExpired ---


@pytest.mark.parametrize("offset", [7200, -7200])
def test_a_wrong_clock_is_set_by_the_server_s_date_and_stays_set(offset, emulator):
    emulator.settings(clock_offset_seconds=offset)
    client = make_client(emulator.endpoint, Clock(), retry_timeout=60.0)
    assert client.request("GET", LIST).status == 200
    assert client.request("GET", LIST).status == 200
    assert [entry["status"] for entry in emulator.requests()] == [400, 200, 200]
    moments = [time.mktime(time.strptime(entry["signed_at"], "%Y-%m-%dT%H:%M:%SZ")) for entry in emulator.requests()]
    assert moments[1] - moments[0] == pytest.approx(offset, abs=3)
    assert moments[2] - moments[1] == pytest.approx(0, abs=3)


def test_a_clock_that_cannot_be_set_is_an_error_that_names_the_clock(emulator):
    emulator.faults(
        {
            "fault": "status",
            "status": 400,
            "code": "RequestExpired",
            "headers": {"Date": "yesterday"},
            "times": None,
        }
    )
    error = failure(make_client(emulator.endpoint, Clock(), retry_timeout=60.0))
    assert error.message.endswith("; check the clock of the machine that runs the task")
    assert error.code == "RequestExpired"
    assert len(emulator.requests()) == 2


# --- time ---


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "hang"},
        {"fault": "slow", "seconds": 4},
        {"fault": "hang", "commit": True},
    ],
    ids=str,
)
def test_an_answer_that_takes_too_long_is_given_up(fault, emulator):
    emulator.faults(fault)
    client = make_client(emulator.endpoint, timeout=0.3)
    start = time.monotonic()
    error = failure(client, "DELETE", TUNNEL)
    assert 0.25 < time.monotonic() - start < 1.5
    assert error.message == (f"Cannot send the request: no whole answer within 0.3 s (DELETE {emulator.endpoint})")
    assert error.maybe_applied


def test_an_answer_that_comes_slowly_but_in_time_is_taken(emulator):
    emulator.faults({"fault": "slow", "seconds": 0.3})
    assert make_client(emulator.endpoint, timeout=5.0).request("GET", LIST).body == {"vpnConns": []}


def test_a_try_does_not_outlast_the_time_of_all_tries(emulator):
    emulator.faults({"fault": "hang", "times": None})
    start = time.monotonic()
    failure(make_client(emulator.endpoint, timeout=30.0, retry_timeout=0.4))
    assert time.monotonic() - start < 2


# --- no connection, no trust, no redirect ---


def test_a_refused_connection_says_so(closed_port):
    error = failure(make_client(closed_port), operation="list the tunnels")
    assert error.message == f"Cannot list the tunnels: no connection: Connection refused (GET {closed_port})"
    assert (error.code, error.http_status, error.request_id) == ("ConnectionFailed", None, None)


def test_an_unknown_name_says_what_to_check(no_names):
    error = failure(make_client("https://bcc.xx.baidubce.com"))
    assert "the host's name cannot be resolved; check region and endpoint" in error.message


def test_a_certificate_is_trusted_by_ca_path_or_not_checked_on_demand(server, certificate):
    there = server(http("200 OK"), context=certificate)
    error = failure(make_client(there.endpoint), "PUT", TUNNEL)
    assert "certificate cannot be verified; give ca_path, or set validate_certs: false" in error.message
    assert not error.maybe_applied and not error.retryable
    assert there.requests == []
    assert make_client(there.endpoint, ca_path=certificate.path).request("GET", LIST).status == 200
    assert make_client(there.endpoint, validate_certs=False).request("GET", LIST).status == 200


def test_a_certificate_for_another_name_is_not_trusted(server, certificate):
    there = server(http("200 OK"), context=certificate)
    error = failure(make_client(there.endpoint.replace("127.0.0.1", "localhost"), ca_path=certificate.path))
    assert "certificate cannot be verified" in error.message


def test_a_server_without_tls_gets_nothing_so_nothing_can_be_done(server):
    there = server(http("400 Bad Request"))
    error = failure(make_client(there.endpoint.replace("http:", "https:")), "PUT", TUNNEL, TOKEN, BODY)
    assert isinstance(error, errors.TransportError)
    assert not error.maybe_applied


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("body", [b"", b"<html>Moved</html>"])
def test_a_redirect_is_not_followed_and_not_repeated(status, body, server):
    elsewhere = server(http("200 OK"))
    there = server(http(status, "Location: %s/v1" % elsewhere.endpoint, body=body))
    clock = Clock()
    client = make_client(there.endpoint, clock, Jitter(PAUSE), retry_timeout=ALL_TRIES)
    error = failure(client, "PUT", TUNNEL, TOKEN, BODY)
    assert "the answer is a redirect, which is not followed; give the right endpoint" in error.message
    assert (error.http_status, error.maybe_applied) == (int(status[:3]), False)
    assert clock.slept == []
    assert elsewhere.requests == []


@pytest.mark.parametrize("location", ["http://[", "http://h/\xff", "", "foo://x", "//", "http://h:99999999/"])
def test_a_redirect_to_nowhere_is_a_redirect_too(location, server):
    there = server(http("302 Found", "Location: " + location))
    assert failure(make_client(there.endpoint)).http_status == 302


# --- bad answers ---


def test_an_answer_of_ten_megabytes_is_read(server):
    tunnels = [{"description": "x" * 1024}] * 10 * 1024
    there = server(http("200 OK", body=json.dumps({"vpnConns": tunnels}).encode()))
    assert make_client(there.endpoint).request("GET", LIST).body == {"vpnConns": tunnels}


def test_an_endless_answer_is_given_up_and_not_asked_for_again(server):
    def pour(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _part in range(33 * 16):
            connection.sendall(b" " * 65536)

    there = server(pour)
    error = failure(make_client(there.endpoint, Clock(), Jitter(PAUSE), retry_timeout=5.0))
    assert "longer than 33554432 bytes" in error.message
    assert len(there.requests) == 1


def test_a_small_answer_that_unpacks_to_an_endless_one_is_given_up(server):
    there = server(http("200 OK", "Content-Encoding: gzip", body=gzip.compress(b" " * 34 * 2**20, 1)))
    assert "longer than 33554432 bytes" in failure(make_client(there.endpoint)).message


ANSWERS_THAT_ARE_READ = {
    "in chunks": b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n',
    "up to the end": b'HTTP/1.1 200 OK\r\n\r\n{"a":1}',
    "packed": http("200 OK", "Content-Encoding: gzip", body=gzip.compress(b'{"a":1}')),
    "201": http("201 Created", body=b' {"a": 1}\n'),
    "with a byte order mark": http("200 OK", body=b'\xef\xbb\xbf {"a": 1}'),
}


@pytest.mark.parametrize("name", ANSWERS_THAT_ARE_READ)
def test_a_whole_answer_is_read_in_whatever_form_it_comes(name, server):
    there = server(ANSWERS_THAT_ARE_READ[name])
    assert make_client(there.endpoint).request("GET", LIST).body == {"a": 1}


@pytest.mark.parametrize(
    "answer",
    [
        http("200 OK", body=b""),
        http("200 OK", body=b" \r\n"),
        http("204 No Content", body=b""),
        http("200 OK", body=b"\xef\xbb\xbf"),
    ],
)
def test_an_empty_answer_is_an_empty_object_and_says_so(answer, server):
    response = make_client(server(answer).endpoint).request("PUT", TUNNEL, TOKEN, BODY)
    assert (response.body, response.is_empty) == ({}, True)


def test_an_empty_object_is_not_an_empty_answer(server):
    assert not make_client(server(http("200 OK", body=b" {} ")).endpoint).request("GET", LIST).is_empty


NO_HTTP = [
    b"",
    b"SSH-2.0-OpenSSH_9.6\r\n",
    b"HTTP/1.1 200 " + b"x" * 70000 + b"\r\n\r\n",
    b"\x00\xff" * 50,
    b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"\r\n{}",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n{}",
    http("200 OK", "Content-Encoding: gzip", body=b"{}"),
]


@pytest.mark.parametrize("answer", NO_HTTP, ids=range(len(NO_HTTP)))
def test_what_is_no_whole_http_answer_is_a_broken_connection(answer, server):
    error = failure(make_client(server(answer).endpoint), "PUT", TUNNEL, TOKEN, BODY)
    assert error.__class__ is errors.TransportError
    assert (error.code, error.maybe_applied) == ("ConnectionFailed", True)
    assert len(error.message) < 500


@pytest.mark.parametrize("length", [b"\xb2", b"9" * 5000, b"-5", b"x"])
def test_a_senseless_length_is_never_a_traceback(length, server):
    there = server(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + length + b"\r\n\r\n{}")
    try:
        assert make_client(there.endpoint).request("GET", LIST).body == {}
    except errors.TransportError:
        pass


NO_OBJECT = [
    b"<html><title>Sign in</title></html>",
    b"[]",
    b"null",
    b"5",
    b'"text"',
    b"{",
    b'{"a":}',
    b"\xff\xfe{}",
    b"[" * 200000,
    b'{"a":' + b"9" * 5000 + b"}",
]


@pytest.mark.parametrize("body", NO_OBJECT, ids=lambda body: body[:12])
def test_an_answer_that_is_no_json_object_is_quoted_in_the_error(body, server):
    there = server(http("200 OK", "x-bce-request-id: r-1", body=body))
    error = failure(make_client(there.endpoint), "PUT", TUNNEL, TOKEN, BODY, operation="update it")
    assert error.__class__ is errors.InvalidResponseError
    assert (error.code, error.http_status, error.request_id, error.maybe_applied) == ("BadAnswer", 200, "r-1", True)
    assert error.message.startswith(f"Cannot update it: the answer of {there.endpoint} is not a JSON object but ")
    assert error.message.endswith("; check endpoint and proxy")
    assert body[:5].decode("utf-8", "replace") in error.message
    assert len(error.message) < 600


def test_an_error_page_of_a_proxy_is_the_error_of_its_status(emulator):
    emulator.faults({"fault": "garbage", "status": 502})
    error = failure(make_client(emulator.endpoint), "PUT", TUNNEL, TOKEN, BODY)
    assert error.__class__ is errors.ServerError
    assert (error.code, error.http_status, error.maybe_applied) == ("Http502", 502, True)
    assert "<h1>502 Bad Gateway</h1>" in error.message
    assert error.request_id == emulator.requests()[0]["request_id"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"code": 5, "message": ["x"], "requestId": {}}',
        b'{"code": null}',
        b'{"code": "", "message": ""}',
        b'{"code": {"a": "b"}}',
    ],
)
@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "InvalidHTTPRequest", errors.ApiError),
        (403, "AccessDenied", errors.AuthError),
        (404, "NotFound", errors.NotFoundError),
        (412, "PreconditionFailed", errors.ApiError),
        (418, "Http418", errors.ApiError),
        (429, "TooManyRequests", errors.RateLimitedError),
        (500, "InternalError", errors.ServerError),
    ],
)
def test_an_error_without_a_code_has_the_code_of_its_status(status, code, kind, body, server):
    there = server(http("%d Words" % status, body=body))
    error = failure(make_client(there.endpoint))
    assert error.__class__ is kind
    assert (error.code, error.http_status, error.request_id) == (code, status, None)
    assert "(%s, HTTP %d)" % (code, status) in error.message


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"text"', b'[{"code": "NoSuchObject"}]', b"<html>"])
def test_an_error_that_is_not_an_object_has_a_code_of_ours(body, server):
    """A proxy has sent it, not the API: AccessDenied would say something about the account's keys."""
    error = failure(make_client(server(http("403 Forbidden", body=body)).endpoint))
    assert (error.__class__, error.code) == (errors.AuthError, "Http403")
    assert "; " not in error.message


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
def test_an_error_is_classified_by_its_code_before_its_status(status, code, kind):
    assert errors.error_class_for(code, status) is kind


@pytest.mark.parametrize(
    ("status", "code", "kind", "remedy"),
    [
        (404, "NoSuchObject", errors.NotFoundError, "check the id and the region; an id belongs to one region"),
        (400, "InappropriateJSON", errors.ApiError, None),
        (400, "QuotaExceeded", errors.QuotaError, "raise the quota in the Quota Center"),
        (400, "NameRepeated", errors.DuplicateError, "use the existing object, give another name"),
        (409, "OperationDenied", errors.BusyError, "wait until the gateway is settled"),
        (500, "InternalError", errors.ServerError, None),
    ],
)
def test_an_error_has_the_api_s_words_and_a_remedy(status, code, kind, remedy, emulator):
    emulator.faults({"fault": "status", "status": status, "code": code, "message": "the  object\nis notexist"})
    error = failure(make_client(emulator.endpoint), operation="list the tunnels")
    request_id = emulator.requests()[0]["request_id"]
    assert error.__class__ is kind
    text = f"Cannot list the tunnels: the object is notexist ({code}, HTTP {status}, request id {request_id})"
    assert error.message.startswith(text + ("; " + remedy if remedy else ""))
    assert remedy or error.message == text
    assert error.to_dict() == {
        "code": code,
        "message": error.message,
        "http_status": status,
        "request_id": request_id,
        "retryable": kind in (errors.ServerError, errors.BusyError),
        "maybe_applied": False,
    }


def test_a_busy_object_is_asked_about_fifteen_times_in_a_minute(emulator):
    emulator.faults({"fault": "status", "status": 409, "times": None})
    clock = Clock()
    error = failure(make_client(emulator.endpoint, clock, Jitter(0.0), retry_timeout=60.0), *VERBS["POST"])
    assert set(clock.slept) == {module.BACKOFF_CAP / 2}
    assert len(emulator.requests("POST")) == 15
    assert (error.retryable, error.maybe_applied) == (True, False)


# --- an error in a response whose status is a success ---

BODIES_WITH_AN_ERROR = [
    {"code": "InvalidParameter", "message": "no", "requestId": "r-1"},
    {"code": "InvalidParameter", "message": "no", "requestId": "r-1", "hostId": "h", "vpnConns": []},
    {"code": "InvalidParameter", "message": "no", "requestId": "r-1", "vpnConns": None},
    {"code": "InvalidParameter", "message": "no", "requestId": "r-1", "success": False, "vpnConns": [{}]},
]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("body", BODIES_WITH_AN_ERROR, ids=range(len(BODIES_WITH_AN_ERROR)))
def test_an_error_in_a_successful_response_is_that_error(body, verb, server):
    client = make_client(server(http("200 OK", body=json.dumps(body).encode())).endpoint)
    error = failure(client, *VERBS[verb], operation="do it", expects="vpnConns")
    assert (error.__class__, error.code, error.http_status) == (errors.ApiError, "InvalidParameter", 200)
    assert error.message == "Cannot do it: no (InvalidParameter, HTTP 200, request id r-1)"
    # A creation that returns no id may have happened.
    assert error.maybe_applied is verb.startswith("POST")


@pytest.mark.parametrize(
    ("body", "code", "kind"),
    [
        ({"code": "NoSuchObject", "message": "x"}, "NoSuchObject", errors.NotFoundError),
        ({"code": "RateLimit"}, "RateLimit", errors.RateLimitedError),
        ({"code": "LastOperationNotFinished"}, "LastOperationNotFinished", errors.BusyError),
        ({"code": "InternalError"}, "InternalError", errors.ServerError),
        ({"success": False}, "Http200", errors.ApiError),
        ({"success": "false", "message": {"global": "no"}}, "Http200", errors.ApiError),
        ({"code": "not a word"}, "Http200", errors.ApiError),
        ({"code": 40301, "message": "no"}, "40301", errors.ApiError),
        ({"errorCode": "NoSuchObject"}, "NoSuchObject", errors.NotFoundError),
        ({"error": {"code": "QuotaExceeded", "message": "no"}}, "QuotaExceeded", errors.QuotaError),
        ({"error": "Broken"}, "Broken", errors.ApiError),
        ({"success": 0}, "Http200", errors.ApiError),
    ],
)
def test_an_error_in_a_successful_response_is_classified_as_any_other(body, code, kind, server):
    error = failure(make_client(server(http("200 OK", body=json.dumps(body).encode())).endpoint), "PUT", TUNNEL)
    assert (error.__class__, error.code) == (kind, code)


def test_throttling_in_a_successful_response_is_waited_for(server):
    there = server(http("200 OK", body=b'{"code": "RateLimit"}'), http("200 OK", body=b'{"vpnConns": []}'))
    clock = Clock()
    client = make_client(there.endpoint, clock, Jitter(PAUSE), retry_timeout=60.0)
    assert client.request("GET", LIST, expects="vpnConns").body == {"vpnConns": []}
    assert clock.slept == [PAUSE]


def test_a_creation_refused_without_an_id_is_not_sent_again_blindly(server):
    there = server(http("200 OK", body=b'{"code": "RateLimit"}'))
    client = make_client(there.endpoint, Clock(), Jitter(PAUSE), retry_timeout=60.0)
    error = failure(client, *VERBS["POST with token"], resend_unknown=False, expects="vpnConnId")
    assert (len(there.requests), error.maybe_applied) == (1, True)


@pytest.mark.parametrize(
    "body",
    [
        {"code": "V-1", "vpnConns": [{"vpnConnId": "a"}]},
        {"code": "OK", "message": "done"},
        {"code": "0"},
        {"code": "200", "success": True},
        {"code": None, "success": None},
        {"code": ""},
    ],
    ids=str,
)
def test_a_code_that_is_not_of_an_error_is_left_alone(body, server):
    client = make_client(server(http("200 OK", body=json.dumps(body).encode())).endpoint)
    assert client.request("GET", LIST, expects="vpnConns").body == body


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        ({"access_key_id": "another"}, "check access_key_id (or BCE_ACCESS_KEY_ID)"),
        ({"secret_access_key": "another"}, "check secret_access_key (or BCE_SECRET_ACCESS_KEY)"),
    ],
)
def test_wrong_keys_are_told_with_what_to_check(wrong, advice, emulator):
    error = failure(make_client(emulator.endpoint, **wrong))
    assert error.__class__ is errors.AuthError
    assert "; " + advice in error.message


@pytest.mark.parametrize("field", ["code", "message", "requestId"])
def test_no_field_of_an_answer_makes_a_message_long_or_unprintable(field, server):
    for value in ("x" * 100000, "\ud800", "a\x1b[31m\x00b"):
        body = json.dumps({"code": "C", "message": "m", "requestId": "r", field: value}).encode()
        error = failure(make_client(server(http("400 Bad", body=body)).endpoint))
        for text in (error.message, error.code, error.request_id or ""):
            assert len(text) < 1500
            assert "\x1b" not in text
            text.encode("utf-8")


# --- secrets ---


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "status", "status": 400},
        {"fault": "status", "status": 500},
        {"fault": "garbage"},
        {"fault": "garbage", "status": 502},
    ],
    ids=str,
)
@pytest.mark.parametrize("length", [1, 270, 283, 288, 290, 295, 299])
def test_no_part_of_a_key_that_an_answer_echoes_is_shown(fault, length, emulator):
    echo = {**fault, "echo_key": True, "body" if fault["fault"] == "garbage" else "message": "x" * length}
    emulator.faults(echo)
    client = make_client(emulator.endpoint)
    client.remember_secret(Secret(KEY))
    error = failure(client, "PUT", TUNNEL, TOKEN, BODY)
    shown = str(error) + repr(error) + repr(error.to_dict())
    assert KEY[:3] not in shown
    assert "x" * length in shown


@pytest.mark.parametrize(
    "spelling",
    [
        KEY,
        "Zq7%40wertyuiop",
        SECRET_ACCESS_KEY,
        ACCESS_KEY_ID,
        "session%2Btoken%2F%3D",
    ],
)
def test_no_key_is_shown_from_any_part_of_an_answer(spelling, server):
    body = json.dumps(dict.fromkeys(("code", "message", "requestId"), spelling)).encode()
    there = server(
        http("400 Bad", "x-bce-request-id: " + spelling, body=body),
        http("400 Bad", body=body),
        http("200 OK", "x-bce-request-id: " + spelling, body=spelling.encode()),
        http("502 Bad", body=b" " * 65533 + spelling.encode()),
        ("SSH-2.0-%s\r\n" % spelling).encode(),
    )
    client = make_client(there.endpoint, security_token="session+token/=")
    client.remember_secret(Secret(KEY))
    for _answer in range(5):
        error = failure(client)
        assert spelling[:3] not in str(error) + repr(error.to_dict()) + repr(vars(error))


def test_a_failure_s_chain_of_causes_holds_no_request_and_so_no_key(emulator):
    emulator.faults({"fault": "reset_before"})
    error = failure(make_client(emulator.endpoint), "PUT", TUNNEL, TOKEN, BODY)
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
