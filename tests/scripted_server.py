# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client with a clock of its own, and a server that sends it whatever bytes a test wants."""

from __future__ import annotations

import re
import socket
import threading
import time

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options, errors
from ansible_collections.baiducloud.network.plugins.module_utils._bce.client import BceClient
from emulator_process import ACCESS_KEY_ID, GATEWAY, SECRET_ACCESS_KEY

LIST = f"/v1/vpn/vpnconn/{GATEWAY}"


class Clock:
    """The time of day, and a monotonic time that moves by sleeping only: waits cost no time and are written down."""

    def __init__(self):
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(seconds)
        assert len(self.slept) < 2000, "a loop without an end"

    def monotonic(self):
        return 1000.0 + sum(self.slept)

    def time(self):
        return time.time() + sum(self.slept)


class Jitter:
    """Stands in for random.uniform; the bounds that it is asked for are written down."""

    def __init__(self, seconds=None):
        self.asked = []
        self._seconds = seconds

    def __call__(self, low, high):
        self.asked.append((low, high))
        return high if self._seconds is None else self._seconds


def make_client(endpoint, clock=time, jitter=None, **params):
    params = {"timeout": 5.0, "retry_timeout": 0.0, **params}
    keys = {"access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY}
    return BceClient(
        connection_options.resolve({**keys, "endpoint": endpoint, **params}, {}), clock, jitter or Jitter(0.0)
    )


def failure(client, method="GET", path=LIST, query=None, body=None, **options):
    with pytest.raises(errors.BceError) as caught:
        client.request(method, path, query, body, **options)
    return caught.value


def _whole_length(data):
    """Bytes of a request whose head is all there."""
    head = data.partition(b"\r\n\r\n")[0]
    length = re.search(rb"(?i)content-length: ([0-9]+)", head)
    return len(head) + 4 + int(length.group(1)) if length else 0


class Server:
    """Answers each connection with the next of these bytes, or calls it with the socket; the last one for ever."""

    def __init__(self, *answers, context=None):
        self.requests = []
        self._answers = list(answers)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._context = context
        self.endpoint = "%s://127.0.0.1:%d" % ("https" if context else "http", self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            try:
                if self._context:
                    connection = self._context.wrap_socket(connection, server_side=True)
                self._answer(connection)
            except OSError:
                pass  # the client has gone
            finally:
                connection.close()

    def _answer(self, connection):
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        data = b""
        # A request with all of its body, or the greeting of TLS: what is left unread would reset the connection.
        while not re.match(rb"\x16|(?s:.)*?\r\n\r\n", data) or len(data) < _whole_length(data):
            part = connection.recv(65536)
            if not part:
                return
            data += part
        self.requests.append(data)
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)

    def close(self):
        # shutdown() wakes the thread, close() alone would not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def http(status, *headers, body=b"{}"):
    """The bytes of an answer; status like "200 OK"."""
    lines = ["HTTP/1.1 " + status, "Content-Length: %d" % len(body), "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
