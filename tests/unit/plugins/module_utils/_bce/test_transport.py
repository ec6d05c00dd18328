# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One exchange against real sockets: what is sent, which responses are read, and what a failure says."""

from __future__ import annotations

import gzip
import json
import re
import socket
from pathlib import Path

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce import client as client_module
from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options, errors, transport
from emulator_process import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from fake_clock import RecordingClock
from scripted_server import LIST, Jitter, failure, http, make_client

TUNNEL = "/v1/vpn/vpnconn/vpnconn-1"
TOKEN = {"clientToken": "1849ef6b-f73c-4f5d-b88b-259ca47af849"}
BODY = {"secretKey": "Zq7@wertyuiop"}


@pytest.fixture
def no_names(monkeypatch):
    def fail(*_arguments, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)


def make_client_of_another_host(server, monkeypatch, certificate=None):
    """Return a client of a host that is not loopback, so that the CA variables apply; its name resolves to `server`."""
    port = int(server(http("200 OK"), context=certificate).endpoint.rpartition(":")[2])
    address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: [address])
    return retrying_client("https://bcc.bj.baidubce.com")


def retrying_client(endpoint, **options):
    """Return a client that would retry for nine seconds, two seconds apart."""
    return make_client(endpoint, jitter=Jitter(2.0), retry_timeout=9.0, **options)


# --- what is sent ---


def test_request_has_just_the_headers_that_it_needs(server):
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
        "User-Agent": client_module.USER_AGENT,
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json;charset=utf-8",
        "Content-Length": str(len(body)),
    }


def test_request_without_a_body_has_no_content_type(server):
    there = server(http("200 OK"))
    make_client(there.endpoint).request("GET", LIST)
    assert there.headers("Content-Type") == there.headers("Content-Length") == []


def test_session_token_is_sent(server):
    there = server(http("200 OK"))
    make_client(there.endpoint, security_token="token+/=").request("GET", LIST)
    assert there.headers("x-bce-security-token") == ["token+/="]


def test_netrc_file_does_not_replace_the_signature(server, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password mine\ndefault login me password mine\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    there = server(http("200 OK"))
    make_client(there.endpoint).request("GET", LIST)
    (authorization,) = there.headers("Authorization")
    assert authorization.startswith("bce-auth-v1/" + ACCESS_KEY_ID)


def test_observer_receives_each_complete_response(server):
    seen = []
    keys = {"access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY, "retry_timeout": 0.0}
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"
    there = server(
        interim + http("404 Not Found", "Date: Thu, 26 Nov 2026 10:00:00 GMT", "X-One: 1", body=b"<html>"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}",
    )
    settings = connection_options.resolve({**keys, "endpoint": there.endpoint}, {})
    client = client_module.BceClient(settings, clock=RecordingClock(), observe=seen.append)
    failure(client)
    failure(client)
    ((status, headers, content, server_time, statuses),) = seen
    assert (status, headers["x-one"], content) == (404, "1", b"<html>")
    assert (server_time, statuses) == (1795687200.0, (103,))


# --- no connection, no trust, no redirect ---


def test_refused_connection_is_an_error_that_says_so(closed_port):
    error = failure(make_client(closed_port), operation="list the tunnels")
    assert error.message == f"Cannot list the tunnels: no connection: Connection refused (GET {closed_port})"
    assert (error.code, error.http_status, error.request_id) == ("ConnectionFailed", None, None)


def test_unknown_name_is_an_error_that_says_what_to_check(no_names):
    error = failure(make_client("https://bcc.xx.baidubce.com"))
    assert "the host's name cannot be resolved; check region and endpoint" in error.message


def test_certificate_is_trusted_by_ca_path_or_not_checked_on_demand(server, certificate):
    there = server(http("200 OK"), context=certificate)
    error = failure(make_client(there.endpoint), "PUT", TUNNEL)
    assert (
        "certificate cannot be verified with the CA certificates of certifi; give ca_path, or set validate_certs: false"
        in error.message
    )
    assert not error.maybe_applied and not error.retryable
    assert there.requests == []
    assert make_client(there.endpoint, ca_path=certificate.path).request("GET", LIST).status == 200
    assert make_client(there.endpoint, validate_certs=False).request("GET", LIST).status == 200


def test_certificate_for_another_name_is_not_trusted(server, certificate):
    there = server(http("200 OK"), context=certificate)
    error = failure(make_client(there.endpoint.replace("127.0.0.1", "localhost"), ca_path=certificate.path))
    assert "certificate cannot be verified" in error.message


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_certificates_of_a_windows_editor_are_trusted(encoding, server, certificate, tmp_path):
    """OpenSSL itself would not find the first certificate behind a byte order mark."""
    there = server(http("200 OK"), context=certificate)
    pem = Path(certificate.path).read_text().replace("\n", "\r\n")
    (tmp_path / "ca.pem").write_bytes(pem.encode(encoding))
    assert make_client(there.endpoint, ca_path=str(tmp_path / "ca.pem")).request("GET", LIST).status == 200


# What a variable of requests names -> the reason in the error.
NOT_CERTIFICATES = {
    "no file": (lambda path: path / "none", "Could not find a suitable TLS CA certificate bundle"),
    "an empty file": (lambda path: (path / "ca.pem").touch() or path / "ca.pem", "no certificate or crl found"),
    "a text": (lambda path: (path / "ca.pem").write_text("hello\n") and path / "ca.pem", "no certificate or crl found"),
    "a damaged file": (lambda path: (path / "ca.pem").write_text(DAMAGED) and path / "ca.pem", "PEM lib"),
}
DAMAGED = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("kind", NOT_CERTIFICATES)
def test_ca_variable_without_certificates_is_an_error_that_names_it(kind, variable, server, monkeypatch, tmp_path):
    make, reason = NOT_CERTIFICATES[kind]
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(make(tmp_path)))
    error = failure(make_client_of_another_host(server, monkeypatch), "PUT", TUNNEL, TOKEN, BODY)
    assert f": {variable}: must be a file of PEM certificates, or a directory that openssl rehash" in error.message
    assert reason in error.message
    assert (error.retryable, error.maybe_applied) == (False, False)


def test_damaged_ca_path_is_an_error_that_names_it(server, certificate, tmp_path):
    (tmp_path / "ca.pem").write_text(DAMAGED)
    there = server(http("200 OK"), context=certificate)
    error = failure(retrying_client(there.endpoint, ca_path=str(tmp_path / "ca.pem")), "PUT", TUNNEL, TOKEN, BODY)
    assert ": ca_path: must be a file of PEM certificates" in error.message
    assert (error.retryable, error.maybe_applied) == (False, False)


def test_certificate_that_the_ca_variable_lacks_is_an_error_that_names_it(server, certificate, monkeypatch, tmp_path):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    error = failure(make_client_of_another_host(server, monkeypatch, certificate))
    assert (
        "the server's certificate cannot be verified with the CA certificates of REQUESTS_CA_BUNDLE; give ca_path"
        in error.message
    )
    assert not error.retryable


def test_server_without_tls_receives_nothing_so_nothing_is_applied(server):
    there = server(http("400 Bad Request"))
    error = failure(make_client(there.endpoint.replace("http:", "https:")), "PUT", TUNNEL, TOKEN, BODY)
    assert isinstance(error, errors.TransportError)
    assert not error.maybe_applied


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("body", [b"", b"<html>Moved</html>"])
def test_redirect_is_neither_followed_nor_repeated(status, body, server):
    elsewhere = server(http("200 OK"))
    there = server(http(status, "Location: %s/v1" % elsewhere.endpoint, body=body))
    error = failure(retrying_client(there.endpoint), "PUT", TUNNEL, TOKEN, BODY)
    assert "the response is a redirect, which is not followed; give the right endpoint" in error.message
    assert (error.http_status, error.maybe_applied) == (int(status[:3]), False)
    assert len(there.requests) == 1 and elsewhere.requests == []


@pytest.mark.parametrize("location", ["http://[", "http://h/\xff", "", "foo://x", "//", "http://h:99999999/"])
def test_redirect_to_an_invalid_url_is_a_redirect_too(location, server):
    there = server(http("302 Found", "Location: " + location))
    assert failure(make_client(there.endpoint)).http_status == 302


# --- responses that are read ---


def test_response_of_ten_megabytes_is_read(server):
    tunnels = [{"description": "x" * 1024}] * 10 * 1024
    there = server(http("200 OK", body=json.dumps({"vpnConns": tunnels}).encode()))
    assert make_client(there.endpoint).request("GET", LIST).body == {"vpnConns": tunnels}


COMPLETE = {
    "in chunks": b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n',
    "up to the end": b'HTTP/1.1 200 OK\r\n\r\n{"a":1}',
    "gzip": http("200 OK", "Content-Encoding: gzip", body=gzip.compress(b'{"a":1}')),
    "201": http("201 Created", body=b' {"a": 1}\n'),
    "with a byte order mark": http("200 OK", body=b'\xef\xbb\xbf {"a": 1}'),
}


@pytest.mark.parametrize("name", COMPLETE)
def test_complete_response_is_read_in_any_form(name, server):
    assert make_client(server(COMPLETE[name]).endpoint).request("GET", LIST).body == {"a": 1}


@pytest.mark.parametrize(
    ("status", "body"), [("200 OK", b""), ("200 OK", b" \r\n"), ("204 No Content", b""), ("200 OK", b"\xef\xbb\xbf")]
)
def test_response_without_a_body_is_empty(status, body, server):
    response = make_client(server(http(status, body=body)).endpoint).request("PUT", TUNNEL, TOKEN, BODY)
    assert (response.body, response.is_empty) == ({}, True)


@pytest.mark.parametrize(
    ("date", "seconds"), [("Thu, 26 Nov 2026 10:00:00 GMT", 1795687200.0), ("yesterday", None), (None, None)]
)
def test_server_time_is_that_of_the_date_header(date, seconds, server):
    there = server(http("200 OK", *(["Date: " + date] if date else [])))
    assert make_client(there.endpoint).request("GET", LIST).server_time == seconds


# --- responses that are not ---


def test_response_without_an_end_is_given_up_and_not_requested_again(server):
    def pour(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _part in range(33 * 16):
            connection.sendall(b" " * 65536)

    there = server(pour)
    error = failure(retrying_client(there.endpoint))
    assert "the response is longer than 33554432 bytes" in error.message
    assert len(there.requests) == 1


def test_small_response_that_unpacks_to_one_without_an_end_is_given_up(server):
    there = server(http("200 OK", "Content-Encoding: gzip", body=gzip.compress(b" " * 34 * 2**20, 1)))
    assert "the response is longer than 33554432 bytes" in failure(make_client(there.endpoint)).message


INCOMPLETE = [
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


@pytest.mark.parametrize("data", INCOMPLETE, ids=range(len(INCOMPLETE)))
def test_incomplete_response_is_a_broken_connection(data, server):
    error = failure(make_client(server(data).endpoint), "PUT", TUNNEL, TOKEN, BODY)
    assert error.__class__ is errors.TransportError
    assert (error.code, error.maybe_applied) == ("ConnectionFailed", True)
    assert len(error.message) < 500


CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "rest",
    [CHUNKED, CHUNKED + b"2\r\n{", CHUNKED + b"2\r\n{}\r\n", CHUNKED + b"q9@Abcdefgh\r\n{}\r\n"],
)
def test_incomplete_response_is_not_quoted(rest, server):
    """A quote looks like a key, as in "IncompleteRead(2 bytes read)", or may be one."""
    message = failure(make_client(server(b"HTTP/1.1 200 OK\r\n" + rest).endpoint)).message
    assert re.search(": the response is incomplete or malformed \\(GET [^ ]+\\)$", message), message


@pytest.mark.parametrize("length", [b"\xb2", b"9" * 5000, b"-5", b"x"])
def test_invalid_length_is_never_a_traceback(length, server):
    there = server(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + length + b"\r\n\r\n{}")
    try:
        assert make_client(there.endpoint).request("GET", LIST).body == {}
    except errors.TransportError:
        pass


# --- the table of exceptions ---


def test_last_row_of_the_table_takes_every_exception():
    failed = transport._Failure(RuntimeError("x"), True, None)
    assert transport.TRANSPORT_ERRORS[-1][0](failed)
    assert transport.classify_transport_error(RuntimeError("x"), 1.0, True, None, "") == (
        "read_error",
        "the connection broke before the response was complete: x",
    )


def test_value_error_before_anything_was_sent_is_neither_quoted_nor_called_a_response():
    refused = ConnectionError(ValueError("invalid literal for int(): 'q9@Abcdefgh'"))
    assert transport.classify_transport_error(refused, 1.0, False, None, "") == (
        "connect_error",
        "no connection: ConnectionError",
    )


def test_exception_before_anything_was_sent_is_a_connection_error():
    assert transport.classify_transport_error(OSError(5, "I/O error"), 1.0, False, None, "") == (
        "connect_error",
        "no connection: I/O error",
    )


def test_text_of_a_value_error_is_not_quoted_after_sending_either():
    """It contains what was read, which may be a secret that a server echoes."""
    outcome, text = transport.classify_transport_error(ValueError("Zq7@wertyuiop"), 1.0, True, None, "")
    assert (outcome, text) == ("read_error", "the connection broke before the response was complete: ValueError")
