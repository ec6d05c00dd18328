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

from .dialect_hooks import Attempt, TokenRules
from .messages import Answer, Request
from .store import Clock, Cloud, Settings
from .validation import BceError, client_token, parse_body

Operation = Callable[[Cloud, str, Request], Any]


class Route(NamedTuple):
    """``takes_token``: whether a clientToken is remembered; it has no meaning on a read (section 1)."""

    kind: str
    method: str
    pattern: "re.Pattern[str]"
    operation: Operation
    takes_token: bool


def _route(kind: str, method: str, template: str, operation: Operation, takes_token: bool = False) -> Route:
    pattern = re.compile(template.replace("{id}", "([A-Za-z0-9_-]+)"))
    return Route(kind, method, pattern, operation, takes_token)


# The first pattern that fits wins, so the fixed words stand before the ids.
ROUTES = (
    _route("list gateways", "GET", "/v1/vpn", lambda cloud, _id, request: cloud.list_gateways(request.query)),
    _route(
        "list customer gateways",
        "GET",
        "/v1/vpn/cgw",
        lambda cloud, _id, request: cloud.list_customer_gateways(request.query),
    ),
    _route(
        "create customer gateway",
        "POST",
        "/v1/vpn/cgw",
        lambda cloud, _id, request: cloud.create_customer_gateway(_body(request)),
        True,
    ),
    _route(
        "read customer gateway",
        "GET",
        "/v1/vpn/cgw/{id}",
        lambda cloud, cgw_id, _request: cloud.customer_gateway(cgw_id),
    ),
    _route(
        "update customer gateway",
        "PUT",
        "/v1/vpn/cgw/{id}",
        lambda cloud, cgw_id, request: cloud.update_customer_gateway(cgw_id, _body(request)),
        True,
    ),
    # Unlike the others, this write takes no clientToken (section 3).
    _route(
        "delete customer gateway",
        "DELETE",
        "/v1/vpn/cgw/{id}",
        lambda cloud, cgw_id, _request: cloud.delete_customer_gateway(cgw_id),
    ),
    # The id is a gateway's for GET and a tunnel's for PUT and DELETE (section 1, trap).
    _route(
        "list tunnels",
        "GET",
        "/v1/vpn/vpnconn/{id}",
        lambda cloud, vpn_id, request: cloud.list_tunnels(vpn_id, request.query),
    ),
    _route(
        "update tunnel",
        "PUT",
        "/v1/vpn/vpnconn/{id}",
        lambda cloud, tunnel_id, request: cloud.update_tunnel(tunnel_id, _body(request)),
        True,
    ),
    _route(
        "delete tunnel",
        "DELETE",
        "/v1/vpn/vpnconn/{id}",
        lambda cloud, tunnel_id, _request: cloud.delete_tunnel(tunnel_id),
        True,
    ),
    _route(
        "create tunnel",
        "POST",
        "/v1/vpn/{id}/vpnconn",
        lambda cloud, vpn_id, request: cloud.create_tunnel(vpn_id, _body(request)),
        True,
    ),
    _route("read gateway", "GET", "/v1/vpn/{id}", lambda cloud, vpn_id, _request: cloud.gateway(vpn_id)),
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


def fingerprint(request: Request, rules: TokenRules) -> Tuple[Any, ...]:
    """What must be the same for a token to mean the same request: method, path, rest of the query, body (section 5)."""
    path = request.path if rules.compares_path else ""
    if not rules.compares_rest:
        return request.method, path
    rest = sorted((name, value) for name, value in request.query.items() if name != "clientToken")
    try:
        body: Any = json.dumps(json.loads(request.body), sort_keys=True)
    except (ValueError, RecursionError):
        body = request.body
    return request.method, path, tuple(rest), body


@dataclass
class Remembered:
    """What a token stands for: the request, its response, and when the token was last seen."""

    mark: Tuple[Any, ...]
    answer: Answer
    seen: float


class VpnApi:
    """Answers requests whose signature is good."""

    def __init__(self, cloud: Cloud, settings: Settings, clock: Clock) -> None:
        self._cloud = cloud
        self._settings = settings
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Forgets every token and starts to count requests again."""
        self._remembered: Dict[str, Remembered] = {}
        self._number = 0
        self._numbers: Dict[Tuple[str, str], int] = {}

    def answer(self, request: Request) -> Answer:
        """Carries a request out, or gives the remembered answer to its token; raises BceError to refuse it."""
        route, object_id = find_route(request.method, request.path)
        self._cloud.pass_time()
        self._number += 1
        key = (route.kind, object_id)
        self._numbers[key] = self._numbers.get(key, 0) + 1
        attempt = Attempt(request, route.kind, object_id, self._number, self._numbers[key], self._cloud)
        dialects = self._settings.dialects
        try:
            dialects.apply("arrival", None, attempt)
            answer = dialects.apply("instead", None, attempt)
            if answer is not None:
                return answer
            return dialects.apply("success", self._replayed_or_done(route, attempt), attempt)
        except BceError as error:
            refusal = dialects.apply("refusal", error, attempt)
            if isinstance(refusal, BceError):
                raise refusal from None
            return refusal

    def _replayed_or_done(self, route: Route, attempt: Attempt) -> Answer:
        request = attempt.request
        rules: TokenRules = self._settings.dialects.apply("token_rules", TokenRules())
        token = client_token(request.query) if route.takes_token else None
        is_creation = request.method == "POST"
        if token is None or not (rules.on_create if is_creation else rules.on_change):
            return self._done(route, attempt)
        if not is_creation:
            # The dialects of these rules are about creations.
            rules = TokenRules(seconds=rules.seconds)
        now = self._clock.ticks()
        mark = fingerprint(request, rules)
        remembered = self._remembered.get(token)
        if remembered is not None and self._is_forgotten(remembered, rules, now):
            remembered = None
        if remembered is not None:
            # The time counts from the last request with the token, whatever becomes of it (additions 5.1).
            remembered.seen = now
            if remembered.mark != mark or not rules.repeats:
                raise BceError(403, "IdempotentParameterMismatch", "the clientToken was used for a different request")
            return remembered.answer
        answer = self._done(route, attempt)
        # A refusal has raised before this line, so only what was done is remembered.
        self._remembered[token] = Remembered(mark, answer, now)
        return answer

    def _is_forgotten(self, remembered: Remembered, rules: TokenRules, now: float) -> bool:
        if now - remembered.seen >= rules.seconds:
            return True
        made = remembered.answer.payload
        return bool(made) and not rules.outlives_object and not self._cloud.has(next(iter(made.values())))

    def _done(self, route: Route, attempt: Attempt) -> Answer:
        self._settings.dialects.apply("check", None, attempt)
        return Answer(200, route.operation(self._cloud, attempt.object_id, attempt.request))

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
