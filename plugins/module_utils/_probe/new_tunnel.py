# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until the probe's new tunnel is usable, and record what lists show of it."""

from __future__ import annotations

from typing import Any

from .creation import NewTunnel
from .entries import record_entries
from .exchange import Stopped
from .facts import Facts
from .forms import form_of_times, order_of, parse_time
from .lists import Snapshot, find_repeats
from .marks import LOCAL_SUBNETS, describe_difference, description, parse_networks, subnets
from .messages import MESSAGES
from .own_tunnels import TimedSnapshot
from .write_context import WriteContext, course_of, describe_course, is_temporary

SETTLE_PAUSES = (0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, 2, 2, 2, 3, 5, 5, 10, 10, 20, 20, 30)
MAX_NAME_SECONDS = 20  # how long to wait for a new tunnel's name
MOMENT_SECONDS = 5  # a shorter time counts as "for a moment"
LOST_READINGS, LOST_SECONDS = 3, 5  # a tunnel is gone if so many lists, over so many seconds, do not show it
HOUR = 3600
FAILED = ("error", "failed", "expired", "down")


def observe_new_tunnel(context: WriteContext, tunnel: NewTunnel) -> None:
    """Poll until the tunnel is usable; record what its first lists show.

    :raises Stopped: if it vanishes.
    """
    facts, vpn_conn_id, created = context.facts, tunnel.vpn_conn_id, tunnel.result
    readings = list(created.readings)
    if not _is_settled(context, readings, vpn_conn_id):
        readings += context.tunnels.poll(
            SETTLE_PAUSES, lambda more: _is_settled(context, readings + more, vpn_conn_id), created.began
        )
    entries = [context.entry_in(reading, vpn_conn_id) for reading in readings]
    context.delay = _record_delay(facts, readings, entries)
    shown = [(reading.seconds, entry) for reading, entry in zip(readings, entries) if entry]
    last = shown[-1][1]
    if not context.reading.snapshots[-1].entries:
        _record_first_entry(facts, last, readings)
    _record_create_course(facts, shown, is_lost=not any(entries[-LOST_READINGS:]))
    _record_names(facts, shown, context.marks.name, vpn_conn_id)
    if facts.value("descriptions") in (None, "shown"):
        facts.set("descriptions", describe_difference(last.get("description"), description(0)))
    _record_order_of_subnets(facts, [entry for _seconds, entry in shown])
    _record_key(facts, last.get("secretKey"), context.marks.key.reveal())
    _record_time(facts, last.get("createdTime"), created.exchange.date)
    if facts.value("list_order") is None and len(readings[-1].snapshot.entries) > 1:
        _record_order_of_list(facts, readings[-1].snapshot, vpn_conn_id)
    if facts.value("create_course") == "gone later":
        raise Stopped(MESSAGES["probe_tunnel_vanished"])


def _is_settled(context: WriteContext, readings: list[TimedSnapshot], vpn_conn_id: str) -> bool:
    """Return whether the tunnel is usable and named, or gone, or has no name for long."""
    entries = [context.entry_in(reading, vpn_conn_id) for reading in readings]
    if len(readings) < LOST_READINGS:
        return False
    if not any(entries[-LOST_READINGS:]) and any(entries):
        last = max(position for position, entry in enumerate(entries) if entry)
        return readings[-1].seconds - readings[last].seconds >= LOST_SECONDS
    entry = entries[-1]
    if entry is None or is_temporary(entry.get("status")):
        return False
    is_never_named = context.facts.value("names") in ("missing", "null", "empty")
    return bool(entry.get("vpnConnName")) or is_never_named or readings[-1].seconds >= MAX_NAME_SECONDS


def _record_first_entry(facts: Facts, entry: dict[str, Any], readings: list[TimedSnapshot]) -> None:
    """Record what reads alone could not show, because there was no tunnel."""
    record_entries(facts, [entry])
    facts.set("list_scope", "those of the gateway" if entry.get("vpnId") else "entries without vpnId")
    facts.set("list_repeats", find_repeats([page for reading in readings for page in reading.snapshot.pages]))


def _record_delay(facts: Facts, readings: list[TimedSnapshot], entries: list[dict[str, Any] | None]) -> float:
    """Record when the list shows the tunnel; return the seconds for which lists may be stale."""
    first = next(position for position, entry in enumerate(entries) if entry)
    is_lost = not any(entries[-LOST_READINGS:])
    if any(entry is None for entry in entries[first:]) and not is_lost:
        facts.set("list_delay", "sometimes later")
        return LOST_SECONDS
    if first:
        facts.set("list_delay", "later", "%.1f s" % readings[first].seconds)
        return readings[first].seconds
    facts.set("list_delay", "at once")
    return 0.0


def _record_create_course(facts: Facts, shown: list[tuple[float, dict[str, Any]]], is_lost: bool) -> None:
    statuses = course_of(shown)
    has_temporary = any(is_temporary(status) for _seconds, status in statuses)
    last = statuses[-1][1]
    value: str | None
    if is_lost:
        value = "gone later"
    elif isinstance(last, str) and last.lower() in FAILED:
        value = "fails later"
    elif last is None and not has_temporary:
        value = None
    else:
        value = "usable later" if has_temporary else "usable at once"
    facts.set("create_course", value, describe_course(statuses))


def _record_names(facts: Facts, shown: list[tuple[float, dict[str, Any]]], written: str, vpn_conn_id: str) -> None:
    if facts.value("names") not in (None, "shown"):
        return
    last = shown[-1][1]
    name = describe_difference(last.get("vpnConnName"), written, vpn_conn_id)
    is_unnamed_at_first = any(not entry.get("vpnConnName") for _seconds, entry in shown)
    if is_unnamed_at_first and name != "missing":
        until = next(seconds for seconds, entry in shown if entry.get("vpnConnName"))
        value = "missing for a moment" if until < MOMENT_SECONDS else "missing for seconds"
        facts.set("names", value, "%.1f s" % until)
    elif name == "missing" and "vpnConnName" in last:
        facts.set("names", "null" if last["vpnConnName"] is None else "empty")
    else:
        facts.set("names", name)


def _record_order_of_subnets(facts: Facts, entries: list[dict[str, Any]]) -> None:
    orders = set()
    for entry in entries:
        for name, subnets_written in (("localSubnets", LOCAL_SUBNETS), ("remoteSubnets", subnets(0))):
            shown, written = parse_networks(entry.get(name)), parse_networks(subnets_written)
            if shown and written and set(shown) == set(written):
                is_sorted = shown == sorted(shown)
                orders.add("as written" if shown == written else "sorted" if is_sorted else "another")
    if orders:
        facts.set("subnet_order", orders.pop() if len(orders) == 1 else "changing")


def _record_key(facts: Facts, shown: Any, key: str) -> None:
    if not isinstance(shown, str) or not shown:
        return
    if shown == key:
        facts.set("keys", "in clear")
    elif shown.strip("*") != shown and not shown.strip("*"):
        facts.set("keys", "masked")
    elif "**" in shown and (shown[0] == key[0] or shown[-1] == key[-1]):
        facts.set("keys", "masked partly")


def _record_time(facts: Facts, shown: Any, date: float | None) -> None:
    """Record the form and the zone of the time of creation.

    :param date: the server's time at the creation, in seconds.
    """
    if facts.value("created_time") is None:
        facts.set("created_time", form_of_times([shown]))
    seconds = parse_time(shown)
    if facts.value("created_time") == "ISO 8601" or seconds is None or date is None:
        return
    zones = {0: "UTC", 8: "Beijing"}
    hours = [number for number in zones if abs(seconds - date - number * HOUR) < HOUR / 2]
    if hours:
        facts.set("time_zone", zones[hours[0]], "UTC%+d" % hours[0])


def _record_order_of_list(facts: Facts, snapshot: Snapshot, vpn_conn_id: str) -> None:
    """Record the order of the list by the position of the newest tunnel."""
    order = order_of(snapshot.entries)
    ids = [entry.get("vpnConnId") for entry in snapshot.entries]
    if order is None and vpn_conn_id in (ids[0], ids[-1]):
        order = "oldest first" if ids[-1] == vpn_conn_id else "newest first"
    facts.set("list_order", order)
