# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client on a fake clock, and a server that sends it the bytes that a test scripts."""

from __future__ import annotations

import re
import socket
import struct
import threading
from typing import Any, Callable

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options
from ansible_collections.baiducloud.network.plugins.module_utils._bce.client import BceClient
from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import BceError
from emulator_process import ACCESS_KEY_ID, GATEWAY, SECRET_ACCESS_KEY
from fake_clock import RecordingClock

LIST = f"/v1/vpn/vpnconn/{GATEWAY}"
PROXY_VARIABLES = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]


class Jitter:
    """Replaces random.uniform.

    :ivar asked: the bounds of each call.
    :param seconds: what it returns; None for the upper bound.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self.asked: list[tuple[float, float]] = []
        self._seconds = seconds

    def __call__(self, low: float, high: float) -> float:
        self.asked.append((low, high))
        return high if self._seconds is None else self._seconds


def make_client(endpoint: str, clock: Any = None, jitter: Any = None, **params: Any) -> BceClient:
    """Return a client without retries and jitter, unless the parameters say otherwise."""
    keys = {"access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY}
    options = {**keys, "endpoint": endpoint, "timeout": 5.0, "retry_timeout": 0.0, **params}
    return BceClient(connection_options.resolve(options, {}), clock or RecordingClock(), jitter or Jitter(0.0))


def failure(
    client: BceClient, method: str = "GET", path: str = LIST, query: Any = None, body: Any = None, **options: Any
) -> BceError:
    """Return the error with which a request fails."""
    with pytest.raises(BceError) as caught:
        client.request(method, path, query, body, **options)
    return caught.value


def http(status: str, *headers: str, body: bytes = b"{}") -> bytes:
    """Return the bytes of a response; status like "200 OK"."""
    lines = ["HTTP/1.1 " + status, "Content-Length: %d" % len(body), "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def reset(connection: socket.socket) -> None:
    """Break the connection instead of a response."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _request_length(data: bytes) -> int:
    """Return the bytes of a request whose head is complete."""
    head = data.partition(b"\r\n\r\n")[0]
    length = re.search(rb"(?i)content-length: ([0-9]+)", head)
    return len(head) + 4 + int(length.group(1)) if length else 0


class Server:
    """Sends each connection the next of the responses, the last one again and again.

    :ivar requests: the bytes of each request.
    :param responses: bytes, or a function that is called with the socket.
    """

    def __init__(self, *responses: bytes | Callable[[socket.socket], None], context: Any = None) -> None:
        self.requests: list[bytes] = []
        self._responses = list(responses)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._context = context
        self.endpoint = "%s://127.0.0.1:%d" % ("https" if context else "http", self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def headers(self, name: str) -> list[str]:
        """Return the values of a header in all requests."""
        return [
            value.decode()
            for data in self.requests
            for value in re.findall(rb"(?im)^%s: (.*?)\r?$" % name.encode(), data)
        ]

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            try:
                if self._context:
                    connection = self._context.wrap_socket(connection, server_side=True)
                self._respond(connection)
            except OSError:
                pass  # the client has closed the connection
            finally:
                connection.close()

    def _respond(self, connection: socket.socket) -> None:
        response = self._responses.pop(0) if len(self._responses) > 1 else self._responses[0]
        data = b""
        # A request with all of its body, or the first bytes of TLS: what is left unread would reset the connection.
        while not re.match(rb"\x16|(?s:.)*?\r\n\r\n", data) or len(data) < _request_length(data):
            part = connection.recv(65536)
            if not part:
                return
            data += part
        self.requests.append(data)
        if callable(response):
            response(connection)
        else:
            connection.sendall(response)

    def close(self) -> None:
        # shutdown() wakes the thread, close() alone would not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
