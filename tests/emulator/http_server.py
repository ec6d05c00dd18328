# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP side: read requests, keep the delays, inject the faults on the socket, serve API and control endpoints.

One event loop serves everything; between reading a request and having its response nothing waits, so a commit is
atomic. A client that goes away does not stop its request, just as on a real server.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import formatdate
from itertools import takewhile
from typing import Any
from urllib.parse import unquote, urlsplit

from aiohttp import web

from .auth import check_signature, decode_query, parse_authorization
from .control import Control
from .dialects import Dialects
from .fault_injection import Fault
from .messages import Request, Response, encode_json, error_payload
from .request_log import Entry, logged_body
from .routes import Api
from .store import Clock, Settings
from .validation import BceError

CONTROL = "/_emulator/"
JSON_TYPE = "application/json;charset=utf-8"
POLL_SECONDS = 0.02
SLOW_GROUPS = 20
NO_DIALECTS = Dialects()
GARBAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
CODES = {
    400: "InvalidHTTPRequest",
    403: "AccessDenied",
    404: "NoSuchObject",
    409: "OperationDenied",
    412: "PreconditionFailed",
    429: "RequestLimitExceeded",
    503: "ServiceUnavailable",
}


@dataclass(frozen=True)
class Reply:
    """A response as it is sent."""

    status: int
    body: bytes
    headers: dict[str, str]


Pause = Callable[[float], Awaitable[None]]
"""Wait for a number of seconds."""


class ClientGone(Exception):
    """The connection is closed, so that no response can be sent."""


@dataclass
class Account:
    """The one account that may sign requests."""

    access_key_id: str
    secret_access_key: str


class EmulatorServer:
    """Serve HTTP requests: the control endpoints, and the API with its delays and faults.

    The class is long because the order of delays, faults and the response is what it is about.
    """

    def __init__(
        self,
        account: Account,
        settings: Settings,
        clock: Clock,
        api: Api,
        control: Control,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self.control = control
        self._account = account
        self._settings = settings
        self._clock = clock
        self._api = api
        self._pause = pause
        self._scopes_under_way: list[tuple[Request, str]] = []  # of writes without a response, in order of arrival

    async def handle(self, http: web.BaseRequest) -> web.StreamResponse:
        """Return the response to a request; the HTTP library calls this for every one."""
        request_id = str(uuid.uuid4())
        raw_path, raw_query = _target(http.raw_path)
        try:
            body = await http.read()
        except web.HTTPRequestEntityTooLarge:
            too_large = BceError(413, "InvalidHTTPRequest", "the body is larger than 1 MiB")
            return _plain(self._error(too_large, request_id, self._settings.dialects))
        except (OSError, web.RequestPayloadError, asyncio.IncompleteReadError):
            # The client went away in the middle of its request, so there never was one.
            return web.Response(status=400)
        pairs = [
            (name.decode("utf-8", "replace"), value.decode("utf-8", "replace"))
            for name, value in decode_query(raw_query)
        ]
        request = Request(http.method, unquote(raw_path, errors="replace"), dict(pairs), body)
        if request.path.startswith(CONTROL):
            return _plain(self._control_reply(request, request_id))
        entry = self.control.log.open_entry(_entry(http, request, request_id, self._clock.wall()))
        scope = self._api.scope_of_write(request) if request.method != "GET" else None
        self._scopes_under_way += [(request, scope)] if scope else []
        try:
            return await self._serve(http, request, raw_path, raw_query, entry)
        except ClientGone:
            return web.Response()
        finally:
            self.control.log.close_entry(entry)
            self._scopes_under_way = [item for item in self._scopes_under_way if item[0] is not request]

    # --- the API ---

    async def _serve(
        self, http: web.BaseRequest, request: Request, raw_path: str, raw_query: str, entry: Entry
    ) -> web.StreamResponse:
        refusal = self._signature_error(http, raw_path, raw_query)
        fault = self.control.faults.choose(request.method, request.path, signed=refusal is None)
        entry["fault"] = fault.kind if fault else None
        await self._half_latency()
        if fault and fault.kind == "reset_before":
            _reset(http)
            raise ClientGone()
        reply = self._reply(request, refusal, entry) if _is_processed(fault) else None
        await self._half_latency()
        if fault and fault.kind == "hang":
            await self._hang(http, fault.spec.get("seconds"))
            raise ClientGone()
        if fault and fault.kind == "reset_after":
            _reset(http)
            raise ClientGone()
        if fault and fault.kind in ("status", "garbage"):
            reply = self._faulty_reply(fault, request, entry["request_id"])
        if _is_gone(http):
            raise ClientGone()
        entry["status"] = reply.status
        if self._settings.dialects.apply("early_hints", False):
            _send_early_hints(http)
        if fault and fault.kind == "truncate":
            return await _send_truncated(http, reply)
        if fault and fault.kind == "slow":
            return await _send_slowly(http, reply, fault.spec.get("seconds", 2), self._pause)
        return _plain(reply)

    def _signature_error(self, http: web.BaseRequest, raw_path: str, raw_query: str) -> BceError | None:
        try:
            check_signature(
                self._account.access_key_id,
                self._account.secret_access_key,
                self._clock.now(),
                http.method,
                raw_path,
                raw_query,
                http.headers.items(),
            )
        except BceError as error:
            return error
        return None

    def _reply(self, request: Request, refusal: BceError | None, entry: Entry) -> Reply:
        try:
            if refusal is not None:
                raise refusal
            earlier = takewhile(lambda item: item[0] is not request, self._scopes_under_way)
            response = self._api.respond(request, [scope for _request, scope in earlier])
        except BceError as error:
            reply = self._error(error, entry["request_id"], self._settings.dialects)
        else:
            reply = self._success(response, entry["request_id"], self._settings.dialects)
        entry["processed_status"] = reply.status
        return reply

    def _headers(self, request_id: str, content_type: str = JSON_TYPE) -> dict[str, str]:
        return {
            "x-bce-request-id": request_id,
            "Date": formatdate(self._clock.now(), usegmt=True),
            "Content-Type": content_type,
        }

    def _success(self, response: Response, request_id: str, dialects: Dialects = NO_DIALECTS) -> Reply:
        return self._encoded(response.status, response.payload, request_id, dialects)

    def _error(self, error: BceError, request_id: str, dialects: Dialects = NO_DIALECTS) -> Reply:
        payload = dialects.apply("error_payload", error_payload(error.code, error.message, request_id))
        return self._encoded(error.status, payload, request_id, dialects)

    def _encoded(self, status: int, payload: Any, request_id: str, dialects: Dialects) -> Reply:
        """Return a JSON value as a response; None is an empty body, as after updates and deletions."""
        body = b"" if payload is None else dialects.apply("body", encode_json(dialects.apply("payload", payload)))
        return Reply(status, body, self._headers(request_id))

    def _faulty_reply(self, fault: Fault, request: Request, request_id: str) -> Reply:
        """Return the response of a ``status`` or ``garbage`` fault, with shared keys in it where the fault says so."""
        spec = fault.spec
        keys = " ".join(self._api.keys_in(request)) if spec.get("echo_key") else ""
        status = spec.get("status", 500 if fault.kind == "status" else 200)
        if "body" in spec or fault.kind == "garbage":
            content = spec.get("body", GARBAGE)
            text = content.encode("utf-8", "replace") if isinstance(content, str) else encode_json(content)
            body = text * spec.get("body_repeat", 1) + keys.encode()
            content_type = spec.get("content_type", "text/html" if isinstance(content, str) else JSON_TYPE)
        else:
            message = spec.get("message", "a fault of the emulator") + (f" (secretKey {keys})" if keys else "")
            code = spec.get("code", CODES.get(status, "InternalError"))
            body = encode_json(error_payload(code, message, request_id))
            content_type = spec.get("content_type", JSON_TYPE)
        extra = {name: str(value) for name, value in spec.get("headers", {}).items()}
        return Reply(status, body, {**self._headers(request_id, content_type), **extra})

    async def _half_latency(self) -> None:
        if self._settings.latency_ms:
            await self._pause(self._settings.latency_ms / 2000)

    async def _hang(self, http: web.BaseRequest, seconds: float | None) -> None:
        """Wait until the client gives up or the time is over, then close without a response."""
        end = None if seconds is None else self._clock.ticks() + seconds
        while not _is_gone(http) and (end is None or self._clock.ticks() < end):
            # Without an end the client's own time decides, and that is real even where the emulator's is not.
            await (asyncio.sleep if end is None else self._pause)(POLL_SECONDS)
        if http.transport is not None:
            http.transport.close()

    def _control_reply(self, request: Request, request_id: str) -> Reply:
        try:
            payload = self.control.apply(request, CONTROL)
        except BceError as error:
            return self._error(error, request_id)
        return self._success(Response(200, payload), request_id)


# --- reading ---


def _target(raw_target: str) -> list[str]:
    """Return path and query of a request target as they were received; a proxy's absolute form loses its origin."""
    if not raw_target.startswith("/"):
        parts = urlsplit(raw_target)
        return [parts.path or "/", parts.query]
    path, _mark, query = raw_target.partition("?")
    return [path, query]


def _entry(http: web.BaseRequest, request: Request, request_id: str, now: float) -> Entry:
    """Return what is logged of a request: no key, and of Authorization only when and what was signed."""
    try:
        authorization = parse_authorization(http.headers.get("Authorization", ""))
        signed_at: str | None = authorization.signed_at
        signed_headers: list[str] | None = list(authorization.signed_headers)
    except BceError:
        signed_at = signed_headers = None
    peer = http.transport.get_extra_info("peername") if http.transport else None
    return {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "body": logged_body(request.body),
        "status": None,
        "processed_status": None,
        "fault": None,
        "time": now,
        "request_id": request_id,
        "signed_at": signed_at,
        "signed_headers": signed_headers,
        "user_agent": http.headers.get("User-Agent"),
        "peer_port": peer[1] if peer else None,
    }


def _is_processed(fault: Fault | None) -> bool:
    return fault is None or fault.kind not in ("status", "hang") or bool(fault.spec.get("commit"))


# --- the socket ---


def _is_gone(http: web.BaseRequest) -> bool:
    return http.transport is None or http.transport.is_closing()


def _plain(reply: Reply) -> web.Response:
    return web.Response(status=reply.status, body=reply.body, headers=reply.headers)


def _reset(http: web.BaseRequest) -> None:
    """End the connection with a TCP RST: no lingering, and no graceful close."""
    if http.transport is not None:
        peer = http.transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        http.transport.abort()


def _send_early_hints(http: web.BaseRequest) -> None:
    # The HTTP library has no informational responses of this kind; nothing else is written before its own.
    if http.transport is not None:
        http.transport.write(b"HTTP/1.1 103 Early Hints\r\nLink: </hint>; rel=preload\r\n\r\n")


def _streamed(reply: Reply, body: bytes) -> web.StreamResponse:
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.content_length = len(body)
    return response


async def _send_truncated(http: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    """Announce the whole body, send half of it, and close."""
    # An empty body cannot be cut, an empty object can.
    body = reply.body or b"{}"
    response = _streamed(reply, body)
    await response.prepare(http)
    await response.write(body[: len(body) // 2])
    if http.transport is not None:
        http.transport.close()
    raise ClientGone()


async def _send_slowly(http: web.BaseRequest, reply: Reply, seconds: float, pause: Pause) -> web.StreamResponse:
    """Send the body in small groups of bytes, spread over a time in seconds."""
    body = reply.body or b"{}"
    response = _streamed(reply, body)
    await response.prepare(http)
    size = max(1, len(body) // SLOW_GROUPS)
    starts = range(0, len(body), size)
    try:
        for start in starts:
            await pause(seconds / len(starts))
            await response.write(body[start : start + size])
        await response.write_eof()
    except ConnectionError:
        raise ClientGone() from None
    return response
