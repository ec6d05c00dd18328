# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connections that all tasks of one process share."""

from __future__ import annotations

import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import certifi
import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options, deadline, transport
from ansible_collections.baiducloud.network.plugins.module_utils._bce.client import HEADERS
from scripted_server import LIST, failure, http, make_client

KEPT_OPEN = http("200 OK", body=b'{"vpnConns": []}').replace(b"Connection: close\r\n", b"")
LONG = 30  # seconds after which a test that hangs fails
KEYS = {"access_key_id": "a" * 32, "secret_access_key": "s" * 32}


@pytest.fixture(autouse=True)
def no_pools(monkeypatch):
    monkeypatch.setattr(transport, "_pools", {})


def pool_for(endpoint="https://bcc.bj.baidubce.com", size=1, **options):
    return transport.shared_pool(
        connection_options.resolve({**KEYS, "endpoint": endpoint, **options}, {}), HEADERS, size
    )


def test_clients_of_equal_settings_use_one_connection(server):
    """The second request comes on the connection of the first one, signed with the keys of its own client."""
    second = []

    def respond_twice(connection):
        connection.sendall(KEPT_OPEN)
        second.append(connection.recv(65536))
        connection.sendall(KEPT_OPEN)

    there = server(respond_twice)
    for key in ("first-key", "second-key"):
        make_client(there.endpoint, access_key_id=key).request("GET", LIST, expects="vpnConns")
    assert b"bce-auth-v1/first-key/" in there.requests[0] and b"bce-auth-v1/second-key/" in second[0]
    assert len(there.requests) == 1


def test_connection_that_the_server_closed_is_replaced_without_a_failed_attempt(server):
    """A creation is not sent again after a failed attempt, so that an error here would reach the task."""
    closed = threading.Event()

    def respond_and_close(connection):
        connection.sendall(KEPT_OPEN)
        connection.shutdown(socket.SHUT_RDWR)
        closed.set()

    there = server(respond_and_close)
    for _request in range(2):
        closed.clear()
        make_client(there.endpoint).request("POST", LIST, resend_unknown=False, expects="vpnConns")
        assert closed.wait(LONG)
    assert len(there.requests) == 2


def test_pool_is_shared_only_where_all_settings_are_equal(tmp_path, monkeypatch):
    authority = tmp_path / "ca.pem"
    authority.write_text("-----BEGIN CERTIFICATE-----\n")
    pool = pool_for()
    assert pool_for() is pool and pool_for(region="su", access_key_id="b" * 32) is pool
    others = [
        pool_for("https://bcc.su.baidubce.com"),
        pool_for(size=2),
        pool_for(validate_certs=False),
        pool_for(ca_path=str(authority)),
    ]
    for name, value in (("HTTPS_PROXY", "http://proxy:1"), ("no_proxy", "*"), ("REQUESTS_CA_BUNDLE", str(authority))):
        monkeypatch.setenv(name, value)
        others.append(pool_for())
    monkeypatch.setattr(os, "getpid", lambda: 0)  # in a fork
    others.append(pool_for())
    assert len({id(one) for one in [pool, *others]}) == len(others) + 1
    assert len(transport._pools) == transport.MAX_POOLS


def test_connections_that_were_idle_for_long_are_closed(monkeypatch):
    now, closed = [100.0], []
    monkeypatch.setattr(transport, "monotonic", lambda: now[0])
    pool = pool_for()
    monkeypatch.setattr(pool.session, "close", lambda: closed.append(now[0]))
    for moment in (110.0, 120.0, 140.0, 141.0):
        now[0] = moment
        assert pool_for() is pool
    assert closed == [140.0]


# --- the TLS context ---


@pytest.fixture
def contexts(monkeypatch):
    """Return the list of all TLS contexts that are made."""
    made, make = [], deadline.create_urllib3_context
    deadline._load_tls_context.cache_clear()
    monkeypatch.setattr(deadline, "create_urllib3_context", lambda: made.append(make()) or made[-1])
    return made


def test_tls_context_is_made_once_for_all_connections(server, certificate, contexts):
    endpoints = [server(KEPT_OPEN, context=certificate).endpoint for _server in range(4)]
    clients = [make_client(endpoint, ca_path=certificate.path) for endpoint in endpoints]
    with ThreadPoolExecutor(len(clients)) as pool:
        bodies = list(pool.map(lambda client: client.request("GET", LIST).body, clients))
    assert bodies == [{"vpnConns": []}] * 4 and len(contexts) == 1


def test_file_of_certificates_that_changed_is_loaded_again_by_the_next_connection(
    server, certificate, contexts, tmp_path
):
    path = tmp_path / "ca.pem"
    path.write_bytes(open(certificate.path, "rb").read())
    client = make_client(server(http("200 OK"), context=certificate).endpoint, ca_path=str(path))
    for _request in range(2):
        assert client.request("GET", LIST).status == 200  # "Connection: close", so each has a connection of its own
    assert len(contexts) == 1
    path.write_bytes(open(certifi.where(), "rb").read())
    assert "certificate cannot be verified" in failure(client).message and len(contexts) == 2


@pytest.mark.parametrize("proxy", [False, True], ids=["direct", "tls-proxy"])
@pytest.mark.parametrize("content", [b"", b"\xe4", b"text"], ids=["empty", "no-ascii", "text"])
def test_file_of_a_byte_order_mark_without_certificates_is_an_error_that_names_it(
    content, proxy, server, certificate, tmp_path, monkeypatch
):
    """For an empty text urllib3 would trust the certificates of the system."""
    path, there = tmp_path / "ca.pem", server(http("403 Forbidden"), context=certificate)
    path.write_bytes(b"\xef\xbb\xbf-----BEGIN ")  # as the options are validated
    monkeypatch.setenv("SSL_CERT_FILE", certificate.path)
    if proxy:
        monkeypatch.setenv("HTTPS_PROXY", there.endpoint)
    client = make_client("https://bcc.bj.example.org" if proxy else there.endpoint, ca_path=str(path))
    path.write_bytes(b"\xef\xbb\xbf" + content)
    assert ": ca_path: must be a file of PEM certificates" in failure(client).message and there.requests == []


def test_fork_while_another_thread_holds_the_lock_gets_one_of_its_own():
    with deadline.process_lock():
        child = os.fork()
        if not child:
            os._exit(deadline.process_lock().locked())
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte-order-mark"])
def test_proxy_with_tls_is_verified_with_the_same_certificates(
    mark, server, certificate, contexts, tmp_path, monkeypatch
):
    path = tmp_path / "ca.pem"
    path.write_bytes(mark + open(certificate.path, "rb").read())
    proxy = server(http("403 Forbidden"), context=certificate)
    monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint)
    error = failure(make_client("https://bcc.bj.example.org", ca_path=str(path)))
    assert "Tunnel connection failed: 403" in error.message and contexts == []
    assert proxy.requests[0].startswith(b"CONNECT bcc.bj.example.org:443 ")
