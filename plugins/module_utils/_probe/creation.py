# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Create the probe's tunnel, and the customer gateway where the API needs one."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._bce.response_parsing import parse_id
from .._reconcile.idempotency import derive_token, random_token
from .exchange import Exchange, Stopped
from .marks import describe_difference
from .messages import MESSAGES
from .own_customer_gateways import CustomerGatewayReading
from .own_tunnels import CreationResult
from .write_context import KIND, WriteContext


class NewTunnel(NamedTuple):
    """The created tunnel: its id, the body and token of its creation, and the result."""

    vpn_conn_id: str
    body: dict[str, Any]
    token: str
    result: CreationResult


def create_tunnel(context: WriteContext) -> NewTunnel:
    """Create the tunnel; record how the peer is named and what the creation returned.

    :raises Stopped: if no list shows a new tunnel.
    """
    vpn_id = context.reading.vpn_id
    body = context.marks.tunnel(0)
    created, token = _create_with_unused_token(context, body, derive_token(KIND, vpn_id))
    peer, detail = "remoteIp", {"remoteIp": "accepted"}
    if _needs_customer_gateway(created.exchange):
        refusal = created.exchange
        cgw_id = _create_customer_gateway(context)
        context.peer_fields = {"remoteIp": None, "cgwId": cgw_id}
        body = context.marks.tunnel(0, **context.peer_fields)
        created, token = _create_with_unused_token(context, body, derive_token(KIND, vpn_id, cgw_id))
        peer, detail = "cgwId", {"remoteIp": refusal.describe(), "cgwId": "accepted"}
    exchange = created.exchange
    if exchange.is_refused:
        context.add_message(exchange)
        raise Stopped(MESSAGES["probe_creation_refused"] % {"response": exchange.describe()})
    _record_create_result(context, created)
    if created.new_id is None:
        raise Stopped(MESSAGES["probe_creation_not_listed"])
    context.facts.set("peer", peer, detail)
    return NewTunnel(created.new_id, body, token, created)


def _create_with_unused_token(context: WriteContext, body: dict[str, Any], token: str) -> tuple[CreationResult, str]:
    """Send a creation with a derived token, then with a random one if the first was used by an earlier run."""
    created = context.tunnels.create(body, token)
    is_replayed = created.exchange.is_success and created.new_id is None
    if is_replayed and _is_in_detail(context):
        raise Stopped(MESSAGES["probe_creation_in_detail_only"])
    if not (is_replayed or created.exchange.is_mismatch):
        return created, token
    if created.returned:
        context.tunnels.disown(created.returned)
    token = random_token()
    again = context.tunnels.create(body, token)
    if again.exchange.is_success and again.new_id is None and again.returned is None:
        return created, token
    return again, token


def _is_in_detail(context: WriteContext) -> bool:
    """Return whether the gateway's detail shows an own tunnel."""
    exchange = context.exchanges.send("read gateway", "GET", "/v1/vpn/" + context.reading.vpn_id)
    entries = exchange.body.get("vpnConns") if exchange.is_success and isinstance(exchange.body, dict) else None
    return any(context.tunnels.is_own(entry) for entry in entries or () if isinstance(entry, dict))


def _needs_customer_gateway(exchange: Exchange) -> bool:
    has_other_reason = exchange.is_mismatch or exchange.is_busy or exchange.is_duplicate or exchange.is_throttled
    return exchange.is_refused and not has_other_reason and exchange.status == 400


def _record_create_result(context: WriteContext, created: CreationResult) -> None:
    exchange = created.exchange
    is_created = created.new_id is not None
    value: str | None
    if exchange.is_error_in_success:
        value = "200 with an error, applied" if is_created else "200 with an error"
    elif created.returned is None:
        value = "an empty body" if exchange.is_empty else "no id"
    elif created.returned == created.new_id:
        value = "the id"
    elif not is_created:
        value = "an id that is not listed"
    else:
        value = "the id of an older tunnel" if created.returned in _listed_before(context) else "another id"
        context.tunnels.trusts_ids = False
    if exchange.status is None or exchange.status >= 300:
        value = None
    context.facts.set("create_result", value, exchange.describe())


def _listed_before(context: WriteContext) -> set[Any]:
    return {entry.get("vpnConnId") for snapshot in context.reading.snapshots for entry in snapshot.entries}


def _create_customer_gateway(context: WriteContext) -> str:
    """Create the customer gateway; return its id."""
    own = context.objects.customer_gateways
    created = own.create(derive_token(KIND, context.reading.vpn_id, "cgw"))
    exchange = created.exchange
    if created.new_id is None and (exchange.is_success or exchange.is_mismatch):
        # The token was used by an earlier run.
        own.disown(parse_id(exchange.body.get("cgwId")) if isinstance(exchange.body, dict) else None)
        created = own.create(random_token())
    if created.new_id is None:
        context.add_message(created.exchange)
        raise Stopped(MESSAGES["probe_customer_gateway_refused"] % {"response": created.exchange.describe()})
    _record_customer_gateway(context, created.readings)
    return created.new_id


def _record_customer_gateway(context: WriteContext, readings: list[CustomerGatewayReading]) -> None:
    facts = context.facts
    shown = [(reading.seconds, reading.entry) for reading in readings if reading.entry]
    (until, first), (_seconds, last) = shown[0], shown[-1]
    if readings[0].entry:
        facts.set("customer_gateway_delay", "at once")
    else:
        is_missing = readings[0].is_found_by_id is False
        value = "later, and not found by its id until then" if is_missing else "later"
        facts.set("customer_gateway_delay", value, "%.1f s" % until)
    name = describe_difference(last.get("name"), context.marks.name, last.get("cgwId"))
    if not first.get("name") and name != "missing":
        name = "missing for a moment"
    facts.set("customer_gateway_names", name)
