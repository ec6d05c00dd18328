# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One deadline for all of an attempt, interim responses, and the environment's proxy and its password."""

from __future__ import annotations

import json
import socket
import threading

import pytest
import requests

from ansible_collections.baiducloud.network.plugins.module_utils._bce import errors, transport
from scripted_server import LIST, Clock, Jitter, failure, http, make_client

OK = http("200 OK", body=b'{"vpnConns": []}')
SHORT = {"timeout": 0.3}
PROXY_VARIABLES = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
NO_PROXY = ["NO_PROXY", "no_proxy"]
CLOUD = "https://bcc.bj.baidubce.com"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in PROXY_VARIABLES + NO_PROXY:
        monkeypatch.delenv(name, raising=False)


def trickle(data, interval=0.05):
    """Send bytes one at a time; what is whole in the end was never silent for longer than the interval."""

    def send(connection):
        pause = threading.Event()
        for byte in data:
            connection.sendall(bytes([byte]))
            pause.wait(interval)

    return send


def flood(data):
    """Send the same again and again, for as long as the other side reads, and a response in the end."""

    def send(connection):
        for _time in range(20000):
            connection.sendall(data * 20)
        connection.sendall(OK)

    return send


def slow_interim(connection):
    pause = threading.Event()
    for _time in range(40):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        pause.wait(0.05)
    connection.sendall(OK)


# --- interim responses ---


@pytest.mark.parametrize(
    "interim",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" * 3,
    ],
)
def test_an_interim_response_is_skipped(interim, server):
    there = server(interim + http("200 OK", "Date: Thu, 26 Nov 2026 10:00:00 GMT", body=b'{"vpnConns": []}'))
    response = make_client(there.endpoint).request("GET", LIST)
    assert (response.status, response.body, response.server_time) == (200, {"vpnConns": []}, 1795687200.0)


@pytest.mark.parametrize("send", [slow_interim, flood(b"HTTP/1.1 103 Early Hints\r\n\r\n")], ids=["slow", "flood"])
def test_interim_responses_without_end_are_given_up_in_time(send, server):
    error = failure(make_client(server(send).endpoint, **SHORT), "PUT")
    assert "no whole answer within 0.3 s" in error.message
    assert error.maybe_applied


# --- one deadline ---


@pytest.mark.parametrize(
    "data",
    [
        OK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 20 + b"2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n{}" + b" " * 40,
    ],
    ids=["headers", "chunks", "body"],
)
@pytest.mark.parametrize("kind", ["plain", "tls"])
def test_a_response_that_trickles_in_is_given_up_in_time(data, kind, server, certificate):
    context = certificate if kind == "tls" else None
    there = server(trickle(data), context=context)
    error = failure(make_client(there.endpoint, ca_path=certificate.path, **SHORT), "PUT")
    assert "no whole answer within 0.3 s" in error.message
    assert (error.code, error.maybe_applied) == ("ConnectionFailed", True)


def test_a_slow_response_is_bounded_by_what_is_left_of_all_attempts(server):
    there = server(trickle(OK))
    error = failure(make_client(there.endpoint, timeout=600.0, retry_timeout=0.3))
    assert "no whole answer within 0.3 s" in error.message


def test_a_response_that_trickles_in_but_in_time_is_read(server):
    there = server(trickle(OK, interval=0))
    assert make_client(there.endpoint).request("GET", LIST).body == {"vpnConns": []}


def test_a_handshake_that_trickles_in_is_given_up_and_nothing_was_sent(server):
    """The first bytes of a TLS record of 16 KiB, one by one."""
    there = server(trickle(b"\x16\x03\x03\x40\x00" + b"\x02" + b"\x00" * 60))
    error = failure(make_client(there.endpoint.replace("http:", "https:"), **SHORT), "PUT")
    assert "no connection within 0.3 s" in error.message
    assert not error.maybe_applied


def test_one_address_that_does_not_respond_leaves_time_for_the_next(server, monkeypatch):
    there = server(OK)
    port = int(there.endpoint.rpartition(":")[2])
    real = socket.socket.connect

    def connect(sock, address):
        if address[0] == "127.0.0.2":
            raise socket.timeout("timed out") if sock.gettimeout() <= 2.5 else AssertionError(sock.gettimeout())
        return real(sock, address)

    class Socket(socket.socket):
        pass

    Socket.connect = connect
    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.2", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments: addresses)
    monkeypatch.setattr(socket, "socket", Socket)
    assert make_client(there.endpoint, timeout=5.0).request("GET", LIST).status == 200


def test_an_attempt_without_time_is_over_before_it_begins(server):
    there = server(OK)
    with transport.attempt(0), pytest.raises(requests.ConnectionError):
        session = requests.Session()
        session.mount("http://", transport.Adapter())
        session.get(there.endpoint)
    assert there.requests == []


# --- through a proxy ---


class Tunnel:
    """An HTTP proxy: what it says to CONNECT, and then the bytes of both sides."""

    def __init__(self, target, response=b"HTTP/1.1 200 Connection established\r\n\r\n"):
        self._target = ("127.0.0.1", int(target.rpartition(":")[2]))
        self._response = response

    def __call__(self, connection):
        connection.sendall(self._response)
        with socket.create_connection(self._target) as there:
            back = threading.Thread(target=self._pump, args=(there, connection), daemon=True)
            back.start()
            self._pump(connection, there)
            back.join()

    @staticmethod
    def _pump(source, target):
        try:
            for data in iter(lambda: source.recv(65536), b""):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


@pytest.fixture
def behind_proxy(server, certificate, monkeypatch):
    """A function: a client, and the proxy between it and a TLS server that sends this response."""

    def make(served, timeout=5.0, **options):
        there = server(served, context=certificate)
        proxy = server(Tunnel(there.endpoint, **options))
        # localhost is loopback, to which no proxy leads; the name below is resolved by the proxy alone.
        monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint.replace("http://", "http://svc:PassWord@"))
        client = make_client(CLOUD, validate_certs=False, timeout=timeout)
        return client, proxy, there

    return make


def test_a_request_goes_through_a_proxy_with_its_user_and_password(behind_proxy):
    client, proxy, there = behind_proxy(OK)
    assert client.request("GET", LIST).body == {"vpnConns": []}
    assert b"Proxy-Authorization: Basic c3ZjOlBhc3NXb3Jk\r\n" in proxy.requests[0]
    assert b"GET " + LIST.encode() in there.requests[0]
    assert b"Proxy-Authorization" not in there.requests[0]


def test_an_interim_response_of_a_proxy_is_skipped(behind_proxy):
    client, _proxy, _there = behind_proxy(OK, response=b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
    assert client.request("GET", LIST).status == 200


def test_a_response_that_trickles_in_through_a_proxy_is_given_up_in_time(behind_proxy):
    client, _proxy, _there = behind_proxy(trickle(OK), **SHORT)
    error = failure(client, "PUT")
    assert "no whole answer within 0.3 s" in error.message and error.maybe_applied


def test_a_proxy_that_trickles_is_given_up_and_nothing_was_sent(server, monkeypatch):
    proxy = server(trickle(b"HTTP/1.1 200 Connection established\r\n" + b"X: 1\r\n" * 20 + b"\r\n"))
    monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint)
    error = failure(make_client(CLOUD, **SHORT), "PUT")
    assert not error.maybe_applied and error.code == "ConnectionFailed"


@pytest.mark.parametrize("scheme", ["socks5h", "socks4"])
def test_a_socks_proxy_needs_its_library(scheme, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", scheme + "://127.0.0.1:1")
    monkeypatch.setitem(__import__("sys").modules, "socks", None)
    error = failure(make_client(CLOUD, Clock(), retry_timeout=60.0))
    assert "ALL_PROXY: a SOCKS proxy needs the Python library pysocks" in error.message
    assert (error.code, error.retryable) == ("InvalidProxy", False)


# --- the password of a proxy's URL ---

PASSWORD = "Hunter2SecretWord"
# What stands in the variable, and whether a proxy can be found in it.
INVALID = [
    "http://svc:{}@proxy:99999",
    "http://svc:{}@proxy:port",
    "http://svc:{}@:3128",
    "http://svc:{}@",
    "http://svc:{}?more@proxy:3128",
    "http://svc:more?{}@proxy:3128",
    "http://svc:{}#more@proxy:3128",
    "http://svc:12#{}@proxy:3128",
    "http://svc:{}/more@proxy:3128",
    "http://svc:12/{}@proxy:3128",
    "http://svc:{}[more@proxy:3128",
    "http://svc:more[{}@proxy:3128",
    "http://svc:{}@pro xy:3128",
    "http://svc:{}@[::1:3128",
    "http://svc:{}@a..b:3128",
    "http://svc:{}@" + "x" * 70 + ".example:3128",
    "http://svc:\u5317{}@proxy:3128",
    "ftp://svc:{}@proxy:3128",
    "svc:{}@proxy:3128",
    "http:svc:{}@proxy:3128",
    "http:/svc:{}@proxy:3128",
    "://svc:{}@proxy",
]
VALID = [
    "http://svc:{}@127.0.0.1:PORT",
    "http://svc:{}%2F%3F@127.0.0.1:PORT",
    "http://svc:{}@more@127.0.0.1:PORT",
    "http://svc:more@{}@127.0.0.1:PORT",
    "http://svc:{}%zz@127.0.0.1:PORT",
    "http://svc:{}:more@127.0.0.1:PORT/",
    "HTTP://svc:{}@127.0.0.1:PORT",
]


def parts_of(word):
    """All pieces of a secret that would give a part of it away, in either case."""
    pieces = {word[start : start + 6] for start in range(len(word) - 5)}
    return pieces | {piece.lower() for piece in pieces}


def shown_by(error):
    """Everything of an error that may reach a result or a log, with all that led to it."""
    texts, chain = [], error
    while chain is not None:
        texts += [str(chain), repr(chain), repr(chain.args), repr(vars(chain))]
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
    return " ".join(texts) + json.dumps(error.to_dict())


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("url", INVALID)
def test_an_invalid_proxy_url_fails_at_once_and_shows_no_part_of_itself(url, variable, monkeypatch):
    monkeypatch.setenv(variable, url.format(PASSWORD))
    # No name is looked up for it; a resolver would take seconds.
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments: pytest.fail("a name was looked up"))
    clock = Clock()
    error = failure(make_client(CLOUD, clock, Jitter(1.0), retry_timeout=60.0), "PUT", operation="list them")
    assert error.message.startswith(f"Cannot list them: {variable}: is not a valid proxy URL (value not shown); give ")
    assert (error.__class__, error.code) == (errors.TransportError, "InvalidProxy")
    assert (error.retryable, error.maybe_applied, clock.slept) == (False, False, [])
    shown = shown_by(error)
    assert [part for part in parts_of(PASSWORD) if part in shown] == []


@pytest.mark.parametrize("url", VALID)
def test_no_error_shows_the_password_of_a_proxy_that_is_asked(url, server, monkeypatch):
    """The proxy refuses, and repeats what it got in all forms."""
    form = url.format(PASSWORD)
    info = form.partition("://")[2].rpartition("@")[0]
    echoes = [info, info.partition(":")[2], requests.utils.unquote(info), PASSWORD, PASSWORD.lower()]
    for echo in echoes:
        proxy = server(b"HTTP/1.1 407 No: " + echo.encode() + b"\r\n\r\n")
        monkeypatch.setenv("HTTPS_PROXY", form.replace("PORT", proxy.endpoint.rpartition(":")[2]))
        error = failure(make_client(CLOUD))
        assert "the proxy of the environment cannot be used: Tunnel connection failed: 407" in error.message
        authorization = proxy.requests[0].partition(b"Proxy-Authorization: Basic ")[2].partition(b"\r\n")[0]
        shown = shown_by(error)
        assert [part for part in parts_of(PASSWORD) if part in shown] == []
        again = server(b"HTTP/1.1 407 No: " + authorization + b"\r\n\r\n")
        monkeypatch.setenv("HTTPS_PROXY", form.replace("PORT", again.endpoint.rpartition(":")[2]))
        assert authorization.decode() not in shown_by(failure(make_client(CLOUD)))


@pytest.mark.parametrize(
    "exception",
    [
        ValueError("Invalid IPv6 URL " + PASSWORD),
        UnicodeError("label too long: " + PASSWORD),
        requests.exceptions.InvalidURL("Failed to parse: " + PASSWORD),
        requests.exceptions.InvalidProxyURL("Please check proxy URL " + PASSWORD),
    ],
    ids=lambda exception: type(exception).__name__,
)
@pytest.mark.parametrize("has_proxy", [True, False])
def test_an_exception_about_a_url_is_never_quoted_nor_an_internal_error(exception, has_proxy, monkeypatch):
    """What this Python's libraries do not accept, although it seems to be a URL."""
    if has_proxy:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")

    def send(*_arguments, **_options):
        raise exception

    monkeypatch.setattr(transport.Adapter, "send", send)
    clock = Clock()
    error = failure(make_client(CLOUD, clock, Jitter(1.0), retry_timeout=60.0), "PUT")
    assert error.code == ("InvalidProxy" if has_proxy else "ConnectionFailed")
    assert (error.retryable, error.maybe_applied, clock.slept) == (False, False, [])
    assert PASSWORD not in shown_by(error)


def test_a_loopback_endpoint_does_not_care_for_the_proxy(emulator, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://svc:pass/word@proxy:1")
    assert make_client(emulator.endpoint).request("GET", LIST).status == 200
