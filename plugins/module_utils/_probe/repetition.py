# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Repeat the creation with the used token, and create two tunnels of one name."""

from __future__ import annotations

from typing import Any

from .._reconcile.idempotency import random_token
from .creation import NewTunnel
from .exchange import Stopped
from .marks import OTHER_LOCAL_SUBNETS, OTHER_PEER, description
from .messages import MESSAGES
from .own_tunnels import CreationResult
from .write_context import WriteContext, result_of_repetition


def repeat_creation(context: WriteContext, tunnel: NewTunnel) -> None:
    """Repeat the creation with its token, unchanged and then with another description."""
    first = tunnel.result
    # If the first response was lost, the list has shown the id that it had.
    result = tunnel.vpn_conn_id if first.exchange.status is None else first.returned
    again = context.tunnels.create(tunnel.body, tunnel.token)
    context.facts.set("token_repeated", result_of_repetition(again, result, True), again.exchange.describe())
    _remove_second(context, again)
    other = context.tunnels.create(dict(tunnel.body, description=description(9)), tunnel.token)
    context.facts.set("token_other_body", result_of_repetition(other, result), other.exchange.describe())
    _remove_second(context, other)


def repeat_after_deletion(context: WriteContext, tunnel: NewTunnel) -> None:
    """Repeat the creation of the deleted tunnel, unless the token is known to have no effect."""
    if context.facts.value("token_repeated") != "returns the first result":
        return
    created = context.tunnels.create(tunnel.body, tunnel.token)
    value = None
    if created.new_id:
        value = "creates another"
    elif created.exchange.is_refused and not created.exchange.is_busy:
        value = "refused"
    elif created.returned == tunnel.vpn_conn_id:
        value = "returns the first result"
    context.facts.set("token_after_deletion", value, created.exchange.describe())
    _remove_second(context, created)


def create_two(context: WriteContext, body: dict[str, Any]) -> None:
    """Create the tunnel once more, and another of the same name next to it."""
    facts, seen = context.facts, context.exchanges.seen
    first = context.tunnels.create(body, random_token())
    if first.new_id is None:
        return
    if first.returned == first.new_id and facts.value("create_result") == "another id":
        # The first creation returned the id of an earlier run's tunnel, which only a stale list showed.
        facts.set("create_result", "the id", first.exchange.describe())
    body = context.marks.tunnel(7, localSubnets=OTHER_LOCAL_SUBNETS, remoteIp=OTHER_PEER)
    if context.peer_fields:
        body = dict(body, **context.peer_fields)
        del body["remoteIp"]
    start = len(seen)
    second, is_refused_early = _create_and_update_early(context, body)
    if any(exchange.is_busy for exchange in seen[start:] if exchange.kind == "create tunnel"):
        context.busy["creation"] = seen[start].describe()
    _record_busy(context)
    _record_duplicate(context, second)
    _record_order(context, first, second)
    if is_refused_early and facts.value("list_delay") == "later":
        known = facts.get("list_delay")
        facts.set("list_delay", "later, and writes are refused until then", known and known.detail)
    _remove_second(context, second)
    _remove_second(context, first)


def _create_and_update_early(context: WriteContext, body: dict[str, Any]) -> tuple[CreationResult, bool]:
    """Create a tunnel, and update it before the list shows it; return whether the update did not find it.

    The id is used although no list shows it, but only if the first creation returned its own id. The update has no
    fields, so that the documented rules refuse it; only whether it finds the tunnel counts.
    """
    if context.facts.value("create_result") != "the id" or context.facts.value("list_delay") != "later":
        return context.tunnels.create(body, random_token()), False
    refusals = []

    def update(vpn_conn_id: str) -> None:
        query, update_body = {"clientToken": random_token()}, {"vpnId": context.reading.vpn_id}
        path = "/v1/vpn/vpnconn/" + vpn_conn_id
        refusals.append(context.exchanges.send("update early", "PUT", path, query, update_body).is_absent)

    return context.tunnels.create(body, random_token(), on_unlisted=update), any(refusals)


def _record_busy(context: WriteContext) -> None:
    facts, busy = context.facts, context.busy
    if "creation" in busy:
        facts.set("busy", "after any write to the gateway", busy["creation"])
    elif any(kind != "update after creation" for kind in busy):
        facts.set("busy", "after any write to the tunnel", sorted(set(busy.values())))
    elif busy:
        facts.set("busy", "after a creation", busy["update after creation"])
    else:
        facts.set("busy", "none")


def _record_duplicate(context: WriteContext, second: CreationResult) -> None:
    exchange = second.exchange
    if second.new_id:
        context.facts.set("duplicate_name", "yes")
    elif exchange.is_duplicate:
        context.facts.set("duplicate_name", "refused with %s" % exchange.status, exchange.describe())
    elif exchange.is_refused:
        context.facts.set("duplicate_name", "refused for another reason", exchange.describe())


def _record_order(context: WriteContext, first: CreationResult, second: CreationResult) -> None:
    """Record the order of the list by the positions of the two tunnels."""
    if not second.new_id or context.facts.value("list_order") is not None:
        return
    ids = [entry.get("vpnConnId") for entry in second.readings[-1].snapshot.entries]
    if first.new_id in ids and second.new_id in ids:
        is_after = ids.index(first.new_id) < ids.index(second.new_id)
        context.facts.set("list_order", "oldest first" if is_after else "newest first")


def _remove_second(context: WriteContext, created: CreationResult) -> None:
    """Remove the tunnel of a further creation.

    :raises Stopped: if that does not succeed, because another creation would exceed the limit of two tunnels.
    """
    if created.new_id and not context.tunnels.remove(created.new_id, random_token()).is_gone:
        raise Stopped(MESSAGES["probe_second_tunnel_not_removed"])
