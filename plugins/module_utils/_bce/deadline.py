# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bound the whole of one HTTP attempt by one deadline.

The timeouts of requests and urllib3 hold for one wait each, so that a server that sends one byte a second never exceeds
them. The resolution of a host's name is left to the timeouts of the operating system.
"""

from __future__ import annotations

import errno
import io
import os
import socket
import threading
import time
from contextlib import contextmanager
from functools import lru_cache
from http.client import HTTPResponse, parse_headers
from typing import TYPE_CHECKING, Any, Iterator

from .connection_options import has_byte_order_mark, read_text

if TYPE_CHECKING:
    from ssl import SSLContext

    from requests.adapters import HTTPAdapter
    from urllib3 import PoolManager
    from urllib3.connection import HTTPConnection
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, SSLError
    from urllib3.util.ssl_ import create_urllib3_context

    class _HTTPResponse(HTTPResponse):
        def _read_status(self) -> tuple[str, int, str]: ...  # which the stubs of Python's library lack
else:
    _HTTPResponse = HTTPResponse
    HTTPConnection = object  # the base of a mixin needs only its type
    try:
        from requests.adapters import HTTPAdapter
        from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, SSLError
        from urllib3.util.ssl_ import create_urllib3_context
    except ImportError:
        HTTPAdapter = object  # transport.py reports it

_THREAD = threading.local()  # its attempt, because an attempt does all of its work in one thread


class Attempt:
    """The state of one attempt."""

    def __init__(self, seconds: float) -> None:
        # Not an injected clock, because sockets wait by the machine's own.
        self._ends = time.monotonic() + seconds
        self.is_sent = False  # whether any of the request may have left this machine
        self.interim: list[int] = []

    def remaining(self) -> float:
        """Return the seconds that are left, or raise socket.timeout."""
        remaining = self._ends - time.monotonic()
        if remaining <= 0:
            raise socket.timeout("timed out")
        return remaining


@contextmanager
def limit_attempt(seconds: float) -> Iterator[Attempt]:
    """Bound all that this thread sends and reads within the block."""
    _THREAD.attempt = attempt = Attempt(seconds)
    try:
        yield attempt
    finally:
        _THREAD.attempt = None


def _current() -> Attempt | None:
    return getattr(_THREAD, "attempt", None)


def _limit(sock: socket.socket | None) -> None:
    """Bound the next wait of a socket by what is left of the attempt."""
    attempt = _current()
    if attempt and sock is not None:
        sock.settimeout(attempt.remaining())


class _LimitedReader(io.RawIOBase):
    def __init__(self, buffered: io.BufferedReader, sock: socket.socket) -> None:
        self._buffered = buffered
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        _limit(self._sock)
        return self._buffered.raw.readinto(buffer)

    def close(self) -> None:
        self._buffered.close()
        super().close()


class _LimitedResponse(_HTTPResponse):
    """A response that is read in limited waits, without the interim responses before it."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_LimitedReader(self.fp, sock))

    def _read_status(self) -> tuple[str, int, str]:
        # The base class skips 100 only, and takes 102 and 103 for the final response.
        while True:
            version, status, reason = super()._read_status()
            if not 100 <= status < 200 or status == 101:
                return version, status, reason
            parse_headers(self.fp)
            attempt = _current()
            if attempt and status != 100:
                attempt.interim.append(status)


class _LimitedConnection(HTTPConnection):  # a mixin for the classes of urllib3
    response_class = _LimitedResponse
    _is_opening_tunnel = False
    _ca_path: str | None = None  # kept, because urllib3 connects the same object again after the server closed

    def _new_conn(self) -> socket.socket:
        attempt = _current()
        if not attempt:
            return super()._new_conn()
        if hasattr(self, "_socks_options"):
            self.timeout = attempt.remaining()
            sock = super()._new_conn()
        else:
            sock = self._connect_to_any_address(attempt)
        _limit(sock)  # for the TLS handshake
        return sock

    def _connect_to_any_address(self, attempt: Attempt) -> socket.socket:
        """Return a socket to the first address that accepts; one that does not respond leaves time for the next."""
        # Not self.host, because urllib3 removes the dot at the end of a fully qualified name from it.
        host = getattr(self, "_dns_host", self.host).strip("[]")
        try:
            addresses = socket.getaddrinfo(host, self.port, 0, socket.SOCK_STREAM)
        except socket.gaierror as exc:
            raise NewConnectionError(self, str(exc)) from exc
        failure: OSError | None = None
        for number, (family, kind, protocol, _name, address) in enumerate(addresses):
            sock = None
            try:
                sock = socket.socket(family, kind, protocol)
                for option in self.socket_options or ():
                    sock.setsockopt(*option)
                sock.settimeout(attempt.remaining() / (len(addresses) - number))
                if self.source_address:
                    sock.bind(self.source_address)
                sock.connect(address)
                return sock
            except OSError as exc:
                failure = exc
                if sock is not None:
                    sock.close()
        if isinstance(failure, socket.timeout):
            raise ConnectTimeoutError(self, str(failure)) from failure
        raise NewConnectionError(self, str(failure)) from failure

    def connect(self) -> None:
        path, proxy = getattr(self, "ca_certs", None) or self._ca_path, getattr(self, "proxy", None)
        if path and proxy and proxy.scheme == "https":
            # urllib3 makes the context for the proxy from the connection's own options.
            if has_byte_order_mark(path):
                self.__dict__.update(_ca_path=path, ca_certs=None, ca_cert_data=_text_of_certificates(path))
        elif path:
            # Without the file's path, because urllib3 would load it into the context again.
            self.__dict__.update(_ca_path=path, ca_certs=None, ssl_context=shared_tls_context(path))
        super().connect()

    def _tunnel(self) -> None:
        self._is_opening_tunnel = True
        try:
            super()._tunnel()
        finally:
            self._is_opening_tunnel = False
        _limit(self.sock)  # for the TLS handshake

    def send(self, data: Any) -> None:
        if self.sock is None and self.auto_open:
            self.connect()
        _limit(self.sock)
        attempt = _current()
        if attempt and not self._is_opening_tunnel:
            attempt.is_sent = True
        super().send(data)


_locks: dict[int, threading.Lock] = {}


def process_lock() -> threading.Lock:
    """Return the lock of what the threads of this process share; a fork gets a new one, which no thread holds."""
    return _locks.setdefault(os.getpid(), threading.Lock())


def shared_tls_context(path: str) -> SSLContext:
    """Return the TLS context of this process for a file of CA certificates.

    It is loaded again when the file has changed, because loading costs more than the rest of a handshake.

    :raises SSLError: of urllib3, if the file cannot be loaded.
    """
    status = os.stat(path)
    version = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    # Locked, because the first connections of several threads are opened at once.
    with process_lock():
        return _load_tls_context(path, version)


@lru_cache(maxsize=4)
def _load_tls_context(path: str, version: tuple[int, ...]) -> SSLContext:
    context = create_urllib3_context()
    try:
        if has_byte_order_mark(path):
            context.load_verify_locations(cadata=_text_of_certificates(path))
        else:
            context.load_verify_locations(path)
    except OSError as exc:
        raise SSLError(exc) from exc
    return context


def _text_of_certificates(path: str) -> str:
    """Return a file's text without its byte order mark, behind which OpenSSL does not find a certificate.

    :raises SSLError: if it has no certificate, because for an empty text urllib3 would trust those of the system.
    """
    text = read_text(path, "ignore").encode("ascii", "ignore").decode("ascii")
    if "-----BEGIN " not in text:
        raise SSLError(OSError(errno.ENODATA, os.strerror(errno.ENODATA), path))
    return text


@lru_cache(maxsize=None)
def _limited(pool_class: Any) -> Any:
    connection_class = type("LimitedConnection", (_LimitedConnection, pool_class.ConnectionCls), {})
    return type("Limited" + pool_class.__name__, (pool_class,), {"ConnectionCls": connection_class})


def _limit_pools(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {
        scheme: _limited(pool_class) for scheme, pool_class in manager.pool_classes_by_scheme.items()
    }


class DeadlineAdapter(HTTPAdapter):
    """An HTTPAdapter with limited connections, also through proxies."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _limit_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        is_new = proxy not in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **kwargs)
        if is_new:
            _limit_pools(manager)
        return manager
