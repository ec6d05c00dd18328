# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One checked request in, one response out: the operations of the API, and its client tokens.

Sources are the sections of the contract notes: 5 clientToken, 7 errors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import customer_gateways, eips, gateways, route_rules, tunnels, vpcs
from .cloud import Cloud
from .dialect_hooks import Attempt, TokenRules
from .messages import Request, Response
from .operations import Operation
from .store import Clock, Settings
from .validation import BceError, client_token, not_emulated, refused

# The first pattern that fits wins, so /v1/vpn/cgw precedes /v1/vpn/{id}.
OPERATIONS: tuple[Operation, ...] = (
    *customer_gateways.OPERATIONS,
    *tunnels.OPERATIONS,
    *gateways.OPERATIONS,
    *vpcs.OPERATIONS,
    *route_rules.OPERATIONS,
    *eips.OPERATIONS,
)
METHODS = ("GET", "POST", "PUT", "DELETE")
# Of the services that are emulated, all paths are of version 1.
OTHER_VERSION = re.compile(r"/v(?!1(/|$))[0-9]+(/(vpn|vpc|subnet|route|eip)(/.*)?)?")


def find_operation(request: Request) -> tuple[Operation, str]:
    """Return the operation of a request and the id in its path ("" without one), or raise BceError.

    What the API has or may have, and the emulator has not, is ``NotEmulated``, so that nobody takes it for the API's
    own response. No API has an empty part in a path, and this one has four methods only.
    """
    method, path = request.method, request.path
    for operation in OPERATIONS:
        if operation.method == method and operation.action in ("", *request.query):
            match = operation.pattern.fullmatch(path)
            if match:
                return operation, match.group(1) if match.groups() else ""
    if method not in METHODS:
        raise BceError(405, "MethodNotAllowed", f"the method {method} is not allowed here")
    if OTHER_VERSION.fullmatch(path):
        raise BceError(404, "InvalidVersion", "the version of the path must be v1")
    if path.startswith("/v1/") and "" in path.split("/")[1:]:
        raise BceError(400, "InvalidURI", "the path has an empty part")
    raise not_emulated("this call")


def fingerprint(request: Request, rules: TokenRules) -> tuple[Any, ...]:
    """Return what two requests with one token must share: method, path, rest of the query, body (section 5)."""
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
class UsedToken:
    """The request of a token, its response, and when the token was last seen."""

    fingerprint: tuple[Any, ...]
    response: Response
    seen: float


class Api:
    """Respond to requests whose signature is good."""

    def __init__(self, cloud: Cloud, settings: Settings, clock: Clock) -> None:
        self._cloud = cloud
        self._settings = settings
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Forget every token and start to count requests again."""
        self._tokens: dict[str, UsedToken] = {}
        self._number = 0
        self._numbers: dict[tuple[str, str], int] = {}

    def respond(self, request: Request, scopes_under_way: Sequence[str] = ()) -> Response:
        """Apply a request, or replay the response of its token; raise BceError to refuse it.

        :param scopes_under_way: see Attempt.
        """
        operation, object_id = find_operation(request)
        self._cloud.pass_time()
        self._number += 1
        key = (operation.kind, object_id)
        self._numbers[key] = self._numbers.get(key, 0) + 1
        numbers = self._number, self._numbers[key]
        attempt = Attempt(request, operation.kind, object_id, *numbers, self._cloud, tuple(scopes_under_way))
        dialects = self._settings.dialects
        try:
            dialects.apply("arrival", None, attempt)
            response = dialects.apply("instead", None, attempt)
            if response is not None:
                return response
            return dialects.apply("success", self._replay_or_apply(operation, attempt), attempt)
        except BceError as error:
            refusal = dialects.apply("refusal", error, attempt)
            if isinstance(refusal, BceError):
                raise refusal from None
            return refusal

    def scope_of_write(self, request: Request) -> str | None:
        """Return the scope of the object that a write is about, None for other requests."""
        try:
            operation, object_id = find_operation(request)
            return self._cloud.store_of(operation.kind).scope_of(object_id, request)
        except (BceError, LookupError):
            return None

    def _replay_or_apply(self, operation: Operation, attempt: Attempt) -> Response:
        request = attempt.request
        rules: TokenRules = self._settings.dialects.apply("token_rules", TokenRules())
        token = client_token(request.query) if operation.takes_token else None
        if token is None and operation.needs_token:
            raise refused("clientToken: is required")
        is_creation = request.method == "POST"
        if token is None or not (rules.on_create if is_creation else rules.on_change):
            return self._apply(operation, attempt)
        if not is_creation:
            # The dialects of these rules are about creations.
            rules = TokenRules(seconds=rules.seconds)
        now = self._clock.ticks()
        mark = fingerprint(request, rules)
        used = self._tokens.get(token)
        if used is not None and self._is_forgotten(used, rules, now):
            used = None
        if used is not None:
            # The time counts from the last request with the token, whatever becomes of it (additions 5.1).
            used.seen = now
            if used.fingerprint != mark or not rules.repeats:
                raise BceError(403, "IdempotentParameterMismatch", "the clientToken was used for a different request")
            return used.response
        response = self._apply(operation, attempt)
        # An error has been raised before this line, so only what was applied is stored.
        self._tokens[token] = UsedToken(mark, response, now)
        return response

    def _is_forgotten(self, used: UsedToken, rules: TokenRules, now: float) -> bool:
        if now - used.seen >= rules.seconds:
            return True
        created = used.response.payload
        return bool(created) and not rules.outlives_object and not self._cloud.has(_created_id(created))

    def _apply(self, operation: Operation, attempt: Attempt) -> Response:
        self._settings.dialects.apply("check", None, attempt)
        return Response(200, operation.func(self._cloud, attempt.object_id, attempt.request))

    def keys_in(self, request: Request) -> list[str]:
        """Return the shared keys that a request is about: the one that it carries, else those of its object."""
        sent = sent_key(request.body)
        return [sent] if sent else list(self._cloud.tunnels.keys_of(request.path.rpartition("/")[2]))


def _created_id(payload: dict[str, Any]) -> str:
    """Return the id in the response to a creation; a rule with several paths has it in a list."""
    value = next(iter(payload.values()))
    return value[0] if isinstance(value, list) else value


def sent_key(body: bytes) -> str | None:
    """Return the secretKey of a body, whatever the rest of it is."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    key = value.get("secretKey") if isinstance(value, dict) else None
    return key if isinstance(key, str) else None
