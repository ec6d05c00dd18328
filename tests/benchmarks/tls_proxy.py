# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve the emulator over HTTPS behind a line that delays every byte, the handshake of TLS included."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
import tempfile
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

START_SECONDS, STOP_SECONDS = 10, 10
CHUNK = 65536


class TlsProxy:
    """Forward https://127.0.0.1:PORT to a port of this machine, in a thread of its own.

    The bytes go through two servers: the first one delays them, the second one ends TLS.

    :ivar endpoint: URL. :ivar ca_path: the certificate that clients have to trust.
    """

    def __init__(self, target_port, delay_ms):
        """Delay each direction by `delay_ms` milliseconds."""
        self._target_port, self._delay = target_port, delay_ms / 1000
        self._folder = tempfile.TemporaryDirectory(prefix="bench-tls-")
        self.ca_path = str(Path(self._folder.name, "certificate.pem"))
        key_path = Path(self._folder.name, "key.pem")
        _write_certificate(Path(self.ca_path), key_path)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.ca_path, key_path)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        port = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(START_SECONDS)
        self.endpoint = f"https://127.0.0.1:{port}"

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()

    def close(self):
        """End all connections, and the thread."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(STOP_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STOP_SECONDS)
        self._loop.close()
        self._folder.cleanup()

    async def _stop(self):
        for server in self._servers:
            server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self):
        inner = await asyncio.start_server(self._end_tls, "127.0.0.1", 0, ssl=self._context)
        self._inner_port = inner.sockets[0].getsockname()[1]
        self._servers = [inner, await asyncio.start_server(self._delay_bytes, "127.0.0.1", 0)]
        return self._servers[1].sockets[0].getsockname()[1]

    async def _delay_bytes(self, reader, writer):
        await _connect(reader, writer, self._inner_port, self._delay)

    async def _end_tls(self, reader, writer):
        await _connect(reader, writer, self._target_port, 0)


async def _connect(reader, writer, port, delay):
    """Copy both directions between a connection and a port of this machine, until one end closes."""
    other_reader, other_writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(_copy(reader, other_writer, delay), _copy(other_reader, writer, delay))


async def _copy(reader, writer, delay):
    """Copy bytes, each `delay` seconds late; later ones do not wait for earlier ones."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            data = await reader.read(CHUNK)
        except ConnectionError:
            data = b""
        func, arguments = (writer.write, (data,)) if data else (writer.close, ())
        if delay:
            loop.call_later(delay, func, *arguments)
        else:
            func(*arguments)
        if not data:
            return


def _write_certificate(certificate_path, key_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "benchmark")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    encoding = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key_path.write_bytes(key.private_bytes(*encoding))
