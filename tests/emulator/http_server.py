# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP side: reads requests, keeps the delays, plays the faults on the socket, and serves the control endpoints.

One event loop serves everything; between reading a request and having its answer nothing waits, so a commit is
atomic. A client that goes away does not stop its request, just as on a real server.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote, urlsplit

from aiohttp import web

from .auth import check_signature, decode_query, parse_authorization
from .cloud import Cloud
from .dialects import Dialects
from .fault_injection import Fault, FaultPlan
from .messages import Request, Response, encode_json, error_payload
from .request_log import Entry, Journal, digest, hide, logged_body, masked
from .routes import Api
from .store import Clock, Settings
from .validation import CONTRACTS, BceError, refused

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
    """What goes back over the wire."""

    status: int
    body: bytes
    headers: dict[str, str]


Pause = Callable[[float], Awaitable[None]]
"""Waits for a number of seconds."""


class Gone(Exception):
    """The connection is no more, nothing can be answered."""


@dataclass
class Account:
    """The one account that may sign requests."""

    access_key_id: str
    secret_access_key: str


class EmulatorServer:
    """Ties the parts together; ``handle`` is what the HTTP library calls for every request."""

    def __init__(
        self,
        account: Account,
        settings: Settings,
        cloud: Cloud,
        clock: Clock,
        api: Api,
        journal: Journal,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._account = account
        self._settings = settings
        self._initial = {field.name: getattr(settings, field.name) for field in fields(settings)}
        self._cloud = cloud
        self._clock = clock
        self._api = api
        self._journal = journal
        self._pause = pause
        self._faults = FaultPlan()

    async def handle(self, http: web.BaseRequest) -> web.StreamResponse:
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
            return _plain(self._control(request, request_id))
        entry = self._journal.open_entry(_entry(http, request, request_id, self._clock.wall()))
        try:
            return await self._serve(http, request, raw_path, raw_query, entry)
        except Gone:
            return web.Response()
        finally:
            self._journal.close_entry(entry)

    # --- the API ---

    async def _serve(
        self, http: web.BaseRequest, request: Request, raw_path: str, raw_query: str, entry: Entry
    ) -> web.StreamResponse:
        refusal = self._refusal(http, raw_path, raw_query)
        fault = self._faults.choose(request.method, request.path, signed=refusal is None)
        entry["fault"] = fault.kind if fault else None
        await self._half_latency()
        if fault and fault.kind == "reset_before":
            _reset(http)
            raise Gone()
        reply = self._reply(request, refusal, entry) if _is_processed(fault) else None
        await self._half_latency()
        if fault and fault.kind == "hang":
            await self._hang(http, fault.spec.get("seconds"))
            raise Gone()
        if fault and fault.kind == "reset_after":
            _reset(http)
            raise Gone()
        if fault and fault.kind in ("status", "garbage"):
            reply = self._spoiled(fault, request, entry["request_id"])
        if _is_gone(http):
            raise Gone()
        entry["status"] = reply.status
        if self._settings.dialects.apply("early_hints", False):
            _send_early_hints(http)
        if fault and fault.kind == "truncate":
            return await _send_truncated(http, reply)
        if fault and fault.kind == "slow":
            return await _send_slowly(http, reply, fault.spec.get("seconds", 2), self._pause)
        return _plain(reply)

    def _refusal(self, http: web.BaseRequest, raw_path: str, raw_query: str) -> BceError | None:
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
            response = self._api.respond(request)
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
        """None is an empty body, as updates and deletes answer."""
        body = b"" if payload is None else dialects.apply("body", encode_json(dialects.apply("payload", payload)))
        return Reply(status, body, self._headers(request_id))

    def _spoiled(self, fault: Fault, request: Request, request_id: str) -> Reply:
        """The answer of a ``status`` or ``garbage`` fault, with the shared keys in it where the fault says so."""
        spec = fault.spec
        keys = " ".join(self._api.keys_in(request)) if spec.get("echo_key") else ""
        status = spec.get("status", 500 if fault.kind == "status" else 200)
        if "body" in spec or fault.kind == "garbage":
            given = spec.get("body", GARBAGE)
            text = given.encode("utf-8", "replace") if isinstance(given, str) else encode_json(given)
            body = text * spec.get("body_repeat", 1) + keys.encode()
            content_type = spec.get("content_type", "text/html" if isinstance(given, str) else JSON_TYPE)
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
        """Waits until the client gives up or the time is over, then closes without a word."""
        end = None if seconds is None else self._clock.ticks() + seconds
        while not _is_gone(http) and (end is None or self._clock.ticks() < end):
            # Without an end the client's own time decides, and that is real even where the emulator's is not.
            await (asyncio.sleep if end is None else self._pause)(POLL_SECONDS)
        if http.transport is not None:
            http.transport.close()

    # --- the control endpoints ---

    def _control(self, request: Request, request_id: str) -> Reply:
        try:
            operation = (request.method, request.path[len(CONTROL) :])
            payload = self._controlled(operation, request)
        except BceError as error:
            return self._error(error, request_id)
        return self._success(Response(200, payload), request_id)

    def _controlled(self, operation: tuple[str, str], request: Request) -> Any:
        if operation == ("GET", "requests"):
            return self._journal.entries
        if operation == ("GET", "state"):
            return self.state(request.query.get("secrets") == "digest")
        if operation == ("GET", "faults"):
            return self._faults.describe()
        if operation == ("POST", "faults"):
            return self.install_faults(_json(request.body))
        if operation == ("POST", "tunnels"):
            return {"planted": self.plant(_json(request.body), request.query.get("vpnId"))}
        if operation == ("POST", "settings"):
            return self.change_settings(_json(request.body))
        if operation == ("POST", "reset"):
            return self.reset()
        raise BceError(404, "InvalidURI", "no such control endpoint")

    # What the control endpoints do; a test that has the server in its own process calls these.

    def requests(self) -> list[Entry]:
        """Return copies of what came in, in order."""
        return [dict(entry) for entry in self._journal.entries]

    def state(self, digests: bool = False) -> dict[str, list[Any]]:
        """Return everything that is stored, keys hidden or as digests."""
        return masked(self._cloud.state(), digest if digests else hide)

    def install_faults(self, faults: Any) -> list[dict[str, Any]]:
        """Put these faults in the place of all others."""
        self._faults.install(faults)
        return self._faults.describe()

    def plant(self, objects: Any, vpn_id: str | None) -> list[str]:
        """Put objects into gateways' lists just as they are; return their ids."""
        if not isinstance(objects, list):
            raise refused("tunnels: must be a list")
        return self._cloud.tunnels.plant(objects, vpn_id)

    def change_settings(self, changes: Any) -> dict[str, Any]:
        """Change settings of the running emulator, until the next reset; return all of them."""
        if not isinstance(changes, dict):
            raise refused("settings: must be an object")
        values = {name: self._setting(name, value) for name, value in changes.items()}
        for name, value in values.items():
            setattr(self._settings, name, value)
        return {
            name: list(value.names) if isinstance(value, Dialects) else value
            for name in self._initial
            for value in [getattr(self._settings, name)]
        }

    def _setting(self, name: str, value: Any) -> Any:
        """Return the value that is stored for a setting, or raise BceError."""
        if name == "dialects":
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise refused("settings.dialects: must be a list of names")
            return Dialects(value)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        good = value in CONTRACTS if name == "contract" else number and (value >= 0 or not name.endswith("_ms"))
        if name not in self._initial or not good:
            raise refused(f"settings.{name}: is unknown or has a wrong value")
        return value

    def reset(self) -> dict[str, Any]:
        """Forget tunnels, tokens, faults and requests; set what the command line said."""
        self._cloud.reset()
        self._api.reset()
        self._faults.install([])
        self._journal.clear()
        for name, value in self._initial.items():
            setattr(self._settings, name, value)
        return self.change_settings({})


# --- reading ---


def _target(raw_target: str) -> list[str]:
    """Path and query of a request target as they were received; a proxy's absolute form loses its origin."""
    if not raw_target.startswith("/"):
        parts = urlsplit(raw_target)
        return [parts.path or "/", parts.query]
    path, _mark, query = raw_target.partition("?")
    return [path, query]


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise BceError(400, "MalformedJSON", "the body is not JSON") from None


def _entry(http: web.BaseRequest, request: Request, request_id: str, now: float) -> Entry:
    """What is kept of a request: no key, and of Authorization only when and what was signed."""
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
    """Ends the connection with a TCP RST: no lingering, and no graceful close."""
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
    """Promises the whole body, sends half of it, and closes."""
    # An empty body cannot be cut, an empty object can.
    body = reply.body or b"{}"
    response = _streamed(reply, body)
    await response.prepare(http)
    await response.write(body[: len(body) // 2])
    if http.transport is not None:
        http.transport.close()
    raise Gone()


async def _send_slowly(http: web.BaseRequest, reply: Reply, seconds: float, pause: Pause) -> web.StreamResponse:
    """Sends the body in small groups of bytes, spread over a time in seconds."""
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
        raise Gone() from None
    return response
