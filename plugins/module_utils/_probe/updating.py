# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Update the probe's tunnel, and record what updates do."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from .._bce.response_parsing import parse_id
from .._reconcile.idempotency import random_token
from .documented_fields import CONFIGS
from .entries import record_empty_description
from .exchange import Exchange, Stopped
from .forms import published_word
from .marks import (
    address_part,
    ike_life_time,
    leading_number,
    parse_networks,
    subnets,
    subnets_with_host_bits,
)
from .messages import MESSAGES
from .own_tunnels import TimedSnapshot
from .write_context import WriteContext, course_of, describe_course, is_temporary

EFFECT_PAUSES = (0, 0, 0.5, 0.5, 0.5, 0.5, 1, 2, 3, 4, 5, 5, 10)


class UpdateResult(NamedTuple):
    """The result of an update: its last attempt, whether a list has shown its effect, and the lists read since."""

    exchange: Exchange
    is_applied: bool
    readings: list[TimedSnapshot]


def update_tunnel(context: WriteContext, vpn_conn_id: str) -> None:
    """Send all updates of the probe; end early if the first one has no effect."""
    token = random_token()
    first = _update(context, vpn_conn_id, 1, token, "update after creation")
    if first.exchange.is_refused:
        context.add_message(first.exchange)
        context.facts.set("update_result", "refused", first.exchange.describe())
        return
    _record_update(context, first)
    if not first.is_applied or first.exchange.is_error_in_success:
        return
    replay = _update(context, vpn_conn_id, 2, token, "update with a used token")
    value = "refused" if replay.exchange.is_refused and not replay.exchange.is_busy else None
    if replay.exchange.is_success:
        value = "applied" if replay.is_applied else "returns the first result"
    context.facts.set("token_on_update", value, replay.exchange.describe())
    _update_host_bits(context, vpn_conn_id)
    _update_with_empty_configs(context, vpn_conn_id)
    _update_without_description(context, vpn_conn_id)
    _clear_description(context, vpn_conn_id)


def _update(
    context: WriteContext, vpn_conn_id: str, number: int, token: str, kind: str = "update tunnel", **changes: Any
) -> UpdateResult:
    """Send an update with one version of the tunnel, and poll until a list shows its effect.

    :param changes: fields by their API name; None leaves a field out.
    :raises Stopped: if lists no longer show the tunnel.
    """
    _require_listed(context, vpn_conn_id)
    body = context.marks.tunnel(number, **dict(context.peer_fields, **changes))
    body["vpnId"] = context.reading.vpn_id
    seen = context.exchanges.seen
    start = len(seen)
    path = "/v1/vpn/vpnconn/" + vpn_conn_id
    exchange = context.exchanges.send(kind, "PUT", path, {"clientToken": token}, body)
    if any(attempt.is_busy for attempt in seen[start:]):
        context.busy[kind] = seen[start].describe()
    if exchange.is_refused:
        return UpdateResult(exchange, False, [])

    def is_done(readings: list[TimedSnapshot]) -> bool:
        entry = context.entry_in(readings[-1], vpn_conn_id)
        if entry is None or is_temporary(entry.get("status")):
            return False
        return _has_version(entry, number, body)

    readings = context.tunnels.poll(EFFECT_PAUSES, is_done)
    entries = [context.entry_in(reading, vpn_conn_id) for reading in readings]
    return UpdateResult(exchange, any(entry and _has_version(entry, number, body) for entry in entries), readings)


def _require_listed(context: WriteContext, vpn_conn_id: str) -> None:
    tunnels = context.tunnels
    if vpn_conn_id in tunnels.select(tunnels.read()):
        return
    # A stale list may lack it once.
    tunnels.poll((0, 1), lambda readings: context.entry_in(readings[-1], vpn_conn_id))
    if vpn_conn_id not in tunnels.select(tunnels.read()):
        raise Stopped(MESSAGES["probe_tunnel_not_listed"])


def _record_update(context: WriteContext, result: UpdateResult) -> None:
    if result.exchange.is_error_in_success:
        value = "200 with an error, applied" if result.is_applied else "200 with an error"
    else:
        value = "success" if result.is_applied else "success without effect"
    context.facts.set("update_result", value, result.exchange.describe())
    statuses = course_of(
        (reading.seconds, entry)
        for reading in result.readings
        for entry in context.tunnels.select(reading.snapshot).values()
        if parse_id(entry.get("vpnConnId")) in context.tunnels.listed
    )
    if any(status is not None for _seconds, status in statuses):
        has_temporary = any(is_temporary(status) for _seconds, status in statuses)
        value = "usable later" if has_temporary else "usable at once"
        context.facts.set("update_course", value, describe_course(statuses))


def _update_host_bits(context: WriteContext, vpn_conn_id: str) -> None:
    written = subnets_with_host_bits(3)
    result = _update(context, vpn_conn_id, 3, random_token(), "update again", remoteSubnets=written)
    value = "refused" if result.exchange.is_refused and not result.exchange.is_busy else None
    if result.is_applied:
        entry = context.entry_in(result.readings[-1], vpn_conn_id) or {}
        shown = {address_part(subnet) for subnet in entry.get("remoteSubnets") or ()}
        value = "kept" if address_part(written[1]) in shown else "cleared"
    context.facts.set("host_bits", value, result.exchange.describe())


def _update_with_empty_configs(context: WriteContext, vpn_conn_id: str) -> None:
    before = context.tunnels.select(context.tunnels.read()).get(vpn_conn_id) or {}
    shown = [(name, field) for name in CONFIGS for field in _config(before, name)]
    kind = "update with empty configs"
    result = _update(context, vpn_conn_id, 4, random_token(), kind, ikeConfig={}, ipsecConfig={})
    exchange = result.exchange
    value: str | None = "refused" if exchange.is_refused and not exchange.is_busy else None
    detail: Any = exchange.describe()
    if result.is_applied and shown:
        after = context.entry_in(result.readings[-1], vpn_conn_id) or {}
        remaining = [(name, field) for name, field in shown if field in _config(after, name)]
        if not remaining:
            value = "leaves them out"
        elif all(_config(after, name)[field] == _config(before, name)[field] for name, field in remaining):
            value = "keeps them"
        else:
            value = "fills in"
            detail = {field: _published_setting(_config(after, name)[field]) for name, field in remaining}
    context.facts.set("optional_sub_fields", value, detail)


def _update_without_description(context: WriteContext, vpn_conn_id: str) -> None:
    exchange, entry = _update_description(context, vpn_conn_id, 5, None)
    if entry is not None:
        context.facts.set("no_description", "keeps it" if entry.get("description") else "clears it")
    elif exchange.is_refused:
        context.facts.set("no_description", "refused", exchange.describe())


def _clear_description(context: WriteContext, vpn_conn_id: str) -> None:
    exchange, entry = _update_description(context, vpn_conn_id, 6, "")
    if entry is not None:
        if context.facts.value("no_description") == "keeps it":
            context.facts.set("clear_description", "keeps it" if entry.get("description") else "clears it")
        if not entry.get("description"):
            record_empty_description(context.facts, [entry])
    elif exchange.is_refused:
        context.facts.set("clear_description", "refused", exchange.describe())


def _update_description(
    context: WriteContext, vpn_conn_id: str, number: int, text: str | None
) -> tuple[Exchange, dict[str, Any] | None]:
    """Return the last attempt, and the entry if the update was applied and lists show descriptions."""
    result = _update(context, vpn_conn_id, number, random_token(), description=text)
    entry = context.entry_in(result.readings[-1], vpn_conn_id) if result.is_applied else None
    return result.exchange, entry if context.facts.value("descriptions") != "missing" else None


def _has_version(entry: dict[str, Any], number: int, body: dict[str, Any]) -> bool:
    """Return whether an entry shows the life time or the subnets of a version."""
    config = _config(entry, "ikeConfig")
    if body["ikeConfig"] and leading_number(config.get("ikeLifeTime")) == ike_life_time(number):
        return True
    shown = parse_networks(entry.get("remoteSubnets"))
    return shown is not None and set(shown) == set(parse_networks(subnets(number)) or ())


def _config(entry: dict[str, Any], name: str) -> dict[str, Any]:
    return entry[name] if isinstance(entry.get(name), dict) else {}


def _published_setting(value: Any) -> str:
    return value if re.fullmatch("[A-Za-z0-9_]{1,16}", str(value)) else published_word(value)
