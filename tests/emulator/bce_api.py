# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One checked request in, one answer out: the routes of the API, and the memory of client tokens.

Sources are the sections of the contract notes: 1 to 3 the routes, 5 clientToken, 7 errors.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from bce_cloud import Cloud
from bce_contract import BceError, client_token, parse_body


class Request(NamedTuple):
    """A request as the API understands it: decoded path and query, raw body."""

    method: str
    path: str
    query: Dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """A status, and the JSON value of the body; None is an empty body, as updates and deletes answer."""

    status: int
    payload: Any = None

    def encoded(self) -> bytes:
        return b"" if self.payload is None else encode_json(self.payload)


Operation = Callable[[Cloud, str, Request], Any]


class Route(NamedTuple):
    """``takes_token``: whether a clientToken is remembered; it has no meaning on a read (section 1)."""

    method: str
    pattern: "re.Pattern[str]"
    operation: Operation
    takes_token: bool


def encode_json(value: Any) -> bytes:
    """JSON as UTF-8 text; a lone surrogate, which UTF-8 cannot carry, becomes a question mark."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def error_payload(code: str, message: str, request_id: str) -> Dict[str, str]:
    """The body of every refusal (section 7)."""
    return {"code": code, "message": message, "requestId": request_id}


def _route(method: str, template: str, operation: Operation, takes_token: bool = False) -> Route:
    return Route(method, re.compile(template.replace("{id}", "([A-Za-z0-9_-]+)")), operation, takes_token)


# The first pattern that fits wins, so the fixed words stand before the ids.
ROUTES = (
    _route("GET", "/v1/vpn", lambda cloud, _id, request: cloud.list_gateways(request.query)),
    _route("GET", "/v1/vpn/cgw", lambda cloud, _id, request: cloud.list_customer_gateways(request.query)),
    _route("POST", "/v1/vpn/cgw", lambda cloud, _id, request: cloud.create_customer_gateway(_body(request)), True),
    _route("GET", "/v1/vpn/cgw/{id}", lambda cloud, cgw_id, _request: cloud.customer_gateway(cgw_id)),
    _route(
        "PUT",
        "/v1/vpn/cgw/{id}",
        lambda cloud, cgw_id, request: cloud.update_customer_gateway(cgw_id, _body(request)),
        True,
    ),
    # Unlike the others, this write takes no clientToken (section 3).
    _route("DELETE", "/v1/vpn/cgw/{id}", lambda cloud, cgw_id, _request: cloud.delete_customer_gateway(cgw_id)),
    # The id is a gateway's for GET and a tunnel's for PUT and DELETE (section 1, trap).
    _route("GET", "/v1/vpn/vpnconn/{id}", lambda cloud, vpn_id, _request: cloud.list_tunnels(vpn_id)),
    _route(
        "PUT",
        "/v1/vpn/vpnconn/{id}",
        lambda cloud, tunnel_id, request: cloud.update_tunnel(tunnel_id, _body(request)),
        True,
    ),
    _route("DELETE", "/v1/vpn/vpnconn/{id}", lambda cloud, tunnel_id, _request: cloud.delete_tunnel(tunnel_id), True),
    _route(
        "POST", "/v1/vpn/{id}/vpnconn", lambda cloud, vpn_id, request: cloud.create_tunnel(vpn_id, _body(request)), True
    ),
    _route("GET", "/v1/vpn/{id}", lambda cloud, vpn_id, _request: cloud.gateway(vpn_id)),
)


def _body(request: Request) -> Dict[str, Any]:
    return parse_body(request.body)


def find_route(method: str, path: str) -> Tuple[Route, str]:
    """The route of a request and the id in its path ("" without one), or a refusal."""
    fitting = [(route, match) for route in ROUTES for match in [route.pattern.fullmatch(path)] if match]
    for route, match in fitting:
        if route.method == method:
            return route, match.group(1) if match.groups() else ""
    if fitting:
        raise BceError(405, "MethodNotAllowed", f"the method {method} is not allowed here")
    if not path.startswith("/v1/"):
        raise BceError(404, "InvalidVersion", "the version of the path must be v1")
    raise BceError(400, "InvalidURI", "the path is not one of this API")


def fingerprint(request: Request) -> Tuple[Any, ...]:
    """What must be the same for a token to mean the same request: method, path, rest of the query, body (section 5)."""
    rest = sorted((name, value) for name, value in request.query.items() if name != "clientToken")
    try:
        body: Any = json.dumps(json.loads(request.body), sort_keys=True)
    except (ValueError, RecursionError):
        body = request.body
    return request.method, request.path, tuple(rest), body


class VpnApi:
    """Answers requests whose signature is good."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._remembered: Dict[str, Tuple[Tuple[Any, ...], Answer]] = {}

    def forget_tokens(self) -> None:
        self._remembered.clear()

    def answer(self, request: Request) -> Answer:
        """Carries a request out, or gives the remembered answer to its token; raises BceError to refuse it."""
        route, object_id = find_route(request.method, request.path)
        token = client_token(request.query) if route.takes_token else None
        if token is None:
            return Answer(200, route.operation(self._cloud, object_id, request))
        mark = fingerprint(request)
        remembered = self._remembered.get(token)
        if remembered is not None and remembered[0] != mark:
            raise BceError(403, "IdempotentParameterMismatch", "the clientToken was used for a different request")
        if remembered is not None:
            return remembered[1]
        answer = Answer(200, route.operation(self._cloud, object_id, request))
        # A refusal has raised before this line, so only what was done is remembered.
        self._remembered[token] = (mark, answer)
        return answer

    def keys_in(self, request: Request) -> List[str]:
        """The shared keys that a request is about: the one it carries, otherwise the stored ones of its object."""
        sent = sent_key(request.body)
        return [sent] if sent else self._cloud.keys_of(request.path.rpartition("/")[2])


def sent_key(body: bytes) -> Optional[str]:
    """The secretKey of a body, whatever the rest of it is."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    key = value.get("secretKey") if isinstance(value, dict) else None
    return key if isinstance(key, str) else None
