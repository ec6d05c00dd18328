# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One deadline for all of an attempt, and interim responses, on real sockets.

Sockets wait by the machine's own clock, so the timeouts are short ones.
"""

from __future__ import annotations

import socket
import threading

import pytest
import requests

from ansible_collections.baiducloud.network.plugins.module_utils._bce import deadline
from scripted_server import LIST, PROXY_VARIABLES, failure, http, make_client

OK = http("200 OK", body=b'{"vpnConns": []}')
SHORT = {"timeout": 0.2}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in [*PROXY_VARIABLES, "NO_PROXY", "no_proxy"]:
        monkeypatch.delenv(name, raising=False)


def trickle(data, interval=0.05):
    """Send bytes one at a time; what is complete in the end was never silent for longer than the interval."""

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


# --- the attempt ---


def test_attempt_has_what_is_left_of_its_seconds(monkeypatch):
    moments = iter([100.0, 101.0, 103.0])
    monkeypatch.setattr(deadline.time, "monotonic", lambda: next(moments))
    attempt = deadline.Attempt(3.0)
    assert attempt.remaining() == 2.0
    with pytest.raises(socket.timeout):
        attempt.remaining()


def test_attempt_without_time_is_over_before_it_begins(server):
    there = server(OK)
    with deadline.limit_attempt(0), pytest.raises(requests.ConnectionError):
        session = requests.Session()
        session.mount("http://", deadline.DeadlineAdapter())
        session.get(there.endpoint)
    assert there.requests == []


def test_adapter_without_an_attempt_has_the_timeouts_of_requests(server):
    session = requests.Session()
    session.mount("http://", deadline.DeadlineAdapter())
    assert session.get(server(OK).endpoint, timeout=5).json() == {"vpnConns": []}


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
def test_interim_response_is_skipped(interim, server):
    there = server(interim + http("200 OK", "Date: Thu, 26 Nov 2026 10:00:00 GMT", body=b'{"vpnConns": []}'))
    response = make_client(there.endpoint).request("GET", LIST)
    assert (response.status, response.body, response.server_time) == (200, {"vpnConns": []}, 1795687200.0)


@pytest.mark.parametrize("send", [slow_interim, flood(b"HTTP/1.1 103 Early Hints\r\n\r\n")], ids=["slow", "flood"])
def test_interim_responses_without_end_are_a_timeout(send, server):
    error = failure(make_client(server(send).endpoint, **SHORT), "PUT")
    assert "no complete response within 0.2 s" in error.message
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
def test_response_that_trickles_in_is_a_timeout(data, kind, server, certificate):
    there = server(trickle(data), context=certificate if kind == "tls" else None)
    error = failure(make_client(there.endpoint, ca_path=certificate.path, **SHORT), "PUT")
    assert "no complete response within 0.2 s" in error.message
    assert (error.code, error.maybe_applied) == ("ConnectionFailed", True)


def test_response_that_trickles_in_before_the_deadline_is_read(server):
    there = server(trickle(OK, interval=0))
    assert make_client(there.endpoint).request("GET", LIST).body == {"vpnConns": []}


def test_tls_handshake_that_trickles_in_is_a_timeout_before_anything_is_sent(server):
    """The first bytes of a TLS record of 16 KiB, one by one."""
    there = server(trickle(b"\x16\x03\x03\x40\x00" + b"\x02" + b"\x00" * 60))
    error = failure(make_client(there.endpoint.replace("http:", "https:"), **SHORT), "PUT")
    assert "no connection within 0.2 s" in error.message
    assert not error.maybe_applied


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_response_that_does_not_come_is_a_timeout(method, server):
    there = server(lambda connection: connection.recv(1))  # until the client closes the connection
    error = failure(make_client(there.endpoint, **SHORT), method)
    text = f"Cannot send the request: no complete response within 0.2 s ({method} {there.endpoint})"
    assert (error.message, error.maybe_applied) == (text, method == "DELETE")


def test_address_that_does_not_respond_leaves_time_for_the_next(server, monkeypatch):
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
