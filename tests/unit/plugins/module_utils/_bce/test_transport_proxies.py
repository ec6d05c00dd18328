# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy of the environment, directly and through a tunnel, and its password."""

from __future__ import annotations

import json
import socket
import threading

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from ansible_collections.baiducloud.network.plugins.module_utils._bce import deadline, errors
from fake_clock import RecordingClock
from scripted_server import LIST, PROXY_VARIABLES, Jitter, failure, http, make_client

OK = http("200 OK", body=b'{"vpnConns": []}')
CLOUD = "https://bcc.bj.baidubce.com"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in [*PROXY_VARIABLES, "NO_PROXY", "no_proxy"]:
        monkeypatch.delenv(name, raising=False)


def slowly(data):
    """Send bytes one at a time."""

    def send(connection):
        pause = threading.Event()
        for byte in data:
            connection.sendall(bytes([byte]))
            pause.wait(0.05)

    return send


@pytest.mark.parametrize("variable", PROXY_VARIABLES)
def test_loopback_is_reached_without_the_proxy(variable, server, closed_port, monkeypatch):
    for url in (closed_port, "http://svc:pass/word@proxy:1"):
        monkeypatch.setenv(variable, url)
        assert make_client(server(OK).endpoint).request("GET", LIST).status == 200


def test_other_host_is_reached_through_the_proxy(server, monkeypatch):
    proxy = server(http("502 Bad Gateway"))
    for name in PROXY_VARIABLES:
        monkeypatch.setenv(name, proxy.endpoint)
    error = failure(make_client(CLOUD), "PUT")
    assert proxy.requests[0].startswith(b"CONNECT bcc.bj.baidubce.com:443 ")
    assert b"Authorization" not in proxy.requests[0]
    assert error.message == (
        "Cannot send the request: no connection through the proxy: Tunnel connection failed: 502 Bad Gateway "
        f"(PUT {CLOUD} through the proxy {proxy.endpoint[7:]} of https_proxy)"
    )
    assert (error.retryable, error.maybe_applied) == (True, False)


# The proxy's response to CONNECT -> the number of requests within the deadline.
RESPONSES = {
    **dict.fromkeys(["301 Moved", "400 Bad", "401 No", "403 No", "404 No", "405 No", "407 No", "501 No", "505 No"], 1),
    **dict.fromkeys(["408 Late", "429 Many", "500 Error", "502 Bad", "503 Busy", "504 Late"], 5),
}


@pytest.mark.parametrize("status", RESPONSES)
def test_proxy_that_refuses_for_good_is_an_error_at_once(status, server, monkeypatch):
    proxy = server(http(status))
    monkeypatch.setenv("ALL_PROXY", proxy.endpoint.replace("//", "//svc:Hunter2SecretWord@"))
    error = failure(make_client(CLOUD, RecordingClock(), Jitter(2.0), retry_timeout=9.0), "PUT")
    is_final = RESPONSES[status] == 1
    assert len(proxy.requests) == RESPONSES[status]
    assert error.message == (
        "Cannot send the request: %s: Tunnel connection failed: %s (PUT %s through the proxy %s of ALL_PROXY)"
        % (
            "the proxy refuses to connect; check its scheme, user, password and rules"
            if is_final
            else "no connection through the proxy",
            status,
            CLOUD,
            proxy.endpoint[7:],
        )
    )
    assert (error.code, error.retryable) == ("InvalidProxy" if is_final else "ConnectionFailed", not is_final)
    assert not error.maybe_applied


def test_proxy_with_the_wrong_scheme_is_an_error_at_once(server, monkeypatch):
    proxy = server(http("400 Bad Request"))
    monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint.replace("http:", "https:"))
    error = failure(make_client(CLOUD, RecordingClock(), Jitter(2.0), retry_timeout=9.0))
    assert "the proxy refuses to connect; check its scheme" in error.message and "of HTTPS_PROXY)" in error.message
    assert (error.code, error.retryable, len(proxy.requests)) == ("InvalidProxy", False, 1)


@pytest.mark.parametrize(
    ("reason", "is_final"),
    [
        ("All offered SOCKS5 authentication methods were rejected", True),
        ("SOCKS5 authentication failed", True),
        ("0x02: Connection not allowed by ruleset", True),
        ("SOCKS5 proxy server sent invalid data", True),
        ("0x01: General SOCKS server failure", False),
        ("0x05: Connection refused", False),
    ],
)
def test_socks_proxy_that_refuses_for_good_is_an_error_at_once(reason, is_final, monkeypatch):
    """The texts of PySocks, with which urllib3 ends the attempt."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")

    def send(*_arguments, **_options):
        refused = NewConnectionError(None, "Failed to establish a new connection: " + reason)
        refused.__cause__ = OSError(reason)
        raise requests.exceptions.ConnectionError(MaxRetryError(None, "/", refused))

    monkeypatch.setattr(deadline.DeadlineAdapter, "send", send)
    error = failure(make_client(CLOUD))
    assert reason in error.message
    assert (error.code, error.retryable) == ("InvalidProxy" if is_final else "ConnectionFailed", not is_final)


@pytest.mark.parametrize("breaks", [b"", b"not HTTP"])
def test_every_connection_error_names_the_proxy(breaks, behind_proxy):
    client, proxy, _there = behind_proxy(breaks)
    error = failure(client, "PUT")
    assert error.message.endswith(f"(PUT {CLOUD} through the proxy {proxy.endpoint[7:]} of HTTPS_PROXY)")


def test_response_of_something_else_names_the_proxy(behind_proxy):
    client, proxy, _there = behind_proxy(http("200 OK", body=b"<html>Log in</html>"))
    error = failure(client)
    assert f"the response of {CLOUD} through the proxy {proxy.endpoint[7:]} of HTTPS_PROXY is not a" in error.message


@pytest.mark.parametrize("no_proxy", ["[", "10.0.0.0/99", "[::1]/x", "\u5317", ",", "a b"])
def test_invalid_no_proxy_changes_nothing(no_proxy, closed_port, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", closed_port)
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert "of HTTPS_PROXY)" in failure(make_client(CLOUD)).message


# --- through a proxy ---


class Tunnel:
    """An HTTP proxy: its response to CONNECT, and then the bytes of both sides."""

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
    """Return a function that makes a client, and the proxy between it and a TLS server with a response."""

    def make(served, timeout=5.0, **options):
        there = server(served, context=certificate)
        proxy = server(Tunnel(there.endpoint, **options))
        # localhost is loopback, to which no proxy leads; the name below is resolved by the proxy alone.
        monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint.replace("http://", "http://svc:PassWord@"))
        client = make_client(CLOUD, validate_certs=False, timeout=timeout)
        return client, proxy, there

    return make


def test_request_through_a_proxy_has_its_user_and_password(behind_proxy):
    client, proxy, there = behind_proxy(OK)
    assert client.request("GET", LIST).body == {"vpnConns": []}
    assert b"Proxy-Authorization: Basic c3ZjOlBhc3NXb3Jk\r\n" in proxy.requests[0]
    assert b"GET " + LIST.encode() in there.requests[0]
    assert b"Proxy-Authorization" not in there.requests[0]


def test_interim_response_of_a_proxy_is_skipped(behind_proxy):
    client, _proxy, _there = behind_proxy(OK, response=b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
    assert client.request("GET", LIST).status == 200


def test_response_that_trickles_in_through_a_proxy_is_a_timeout(behind_proxy):
    client, _proxy, _there = behind_proxy(slowly(OK), timeout=1.5)  # enough for the TLS handshake on a busy machine
    error = failure(client, "PUT")
    assert "no complete response within 1.5 s" in error.message and error.maybe_applied


def test_proxy_that_trickles_is_a_timeout_before_anything_is_sent(server, monkeypatch):
    proxy = server(slowly(b"HTTP/1.1 200 Connection established\r\n" + b"X: 1\r\n" * 20 + b"\r\n"))
    monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint)
    error = failure(make_client(CLOUD, timeout=0.2), "PUT")
    assert not error.maybe_applied and error.code == "ConnectionFailed"


@pytest.mark.parametrize("scheme", ["socks5h", "socks4"])
def test_socks_proxy_without_its_library_is_an_error(scheme, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", scheme + "://127.0.0.1:1")
    monkeypatch.setitem(__import__("sys").modules, "socks", None)
    error = failure(make_client(CLOUD, RecordingClock(), retry_timeout=60.0))
    assert "ALL_PROXY: a SOCKS proxy needs the Python library pysocks" in error.message
    assert (error.code, error.retryable) == ("InvalidProxy", False)


# --- the password of a proxy's URL ---

PASSWORD = "Hunter2SecretWord"
# Values of the variable in which no proxy can be found, and values in which one can.
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
    "http://svc:{}@proxy:3128 ",
    " http://svc:{}@proxy:3128",
    "http://svc:{}@proxy:3128\t",
    "http:///svc:{}@",
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
    """Return all pieces of a secret that would disclose a part of it, in either case."""
    pieces = {word[start : start + 6] for start in range(len(word) - 5)}
    return pieces | {piece.lower() for piece in pieces}


def shown_by(error):
    """Return everything of an error and of its causes that may reach a result or a log."""
    texts, chain = [], error
    while chain is not None:
        texts += [str(chain), repr(chain), repr(chain.args), repr(vars(chain))]
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
    return " ".join(texts) + json.dumps(error.to_dict())


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("url", INVALID)
def test_invalid_proxy_url_is_an_error_without_any_part_of_it(url, variable, monkeypatch):
    monkeypatch.setenv(variable, url.format(PASSWORD))
    # No name is looked up for it; a resolver would take seconds.
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments: pytest.fail("a name was looked up"))
    clock = RecordingClock()
    error = failure(make_client(CLOUD, clock, Jitter(1.0), retry_timeout=60.0), "PUT", operation="list them")
    assert error.message.startswith(f"Cannot list them: {variable}: is not a valid proxy URL (value not shown); give ")
    assert (error.__class__, error.code) == (errors.TransportError, "InvalidProxy")
    assert (error.retryable, error.maybe_applied, clock.pauses) == (False, False, [])
    shown = shown_by(error)
    assert [part for part in parts_of(PASSWORD) if part in shown] == []


@pytest.mark.parametrize("url", VALID)
def test_proxy_that_echoes_its_password_is_an_error_without_it(url, server, monkeypatch):
    """The proxy refuses, and echoes what it received in all forms."""
    form = url.format(PASSWORD)
    info = form.partition("://")[2].rpartition("@")[0]
    echoes = [info, info.partition(":")[2], requests.utils.unquote(info), PASSWORD, PASSWORD.lower()]
    for echo in echoes:
        proxy = server(b"HTTP/1.1 407 No: " + echo.encode() + b"\r\n\r\n")
        monkeypatch.setenv("HTTPS_PROXY", form.replace("PORT", proxy.endpoint.rpartition(":")[2]))
        error = failure(make_client(CLOUD))
        assert "check its scheme, user, password and rules: Tunnel connection failed: 407" in error.message
        assert error.message.endswith(f" through the proxy {proxy.endpoint[7:]} of HTTPS_PROXY)")
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
def test_exception_about_a_url_is_an_error_without_its_text(exception, has_proxy, monkeypatch):
    """Something that this Python's libraries reject, although it seems to be a URL."""
    if has_proxy:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")

    def send(*_arguments, **_options):
        raise exception

    monkeypatch.setattr(deadline.DeadlineAdapter, "send", send)
    clock = RecordingClock()
    error = failure(make_client(CLOUD, clock, Jitter(1.0), retry_timeout=60.0), "PUT")
    assert error.code == ("InvalidProxy" if has_proxy else "ConnectionFailed")
    assert (error.retryable, error.maybe_applied, clock.pauses) == (False, False, [])
    assert PASSWORD not in shown_by(error)
