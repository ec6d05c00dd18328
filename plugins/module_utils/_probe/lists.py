# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read lists page by page, without the collection's normalization of responses."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._bce.response_parsing import has_next_page, parse_id
from .._resources.api import DELETED_STATUSES, DELETING_STATUSES
from .exchange import Exchange, Exchanges, Stopped
from .messages import MESSAGES

MAX_PAGES = 50
MAX_ATTEMPTS = 3


class Snapshot(NamedTuple):
    """The list of a gateway's tunnels, read once.

    :ivar at: moment of the clock's monotonic() before the first request.
    :ivar entries: the objects of all pages, those with an id once.
    :ivar pages: the objects of each response.
    :ivar ending: "complete", "endless" or "truncated".
    """

    at: float
    entries: list[dict[str, Any]]
    pages: list[list[dict[str, Any]]]
    ending: str


def read_tunnels(exchanges: Exchanges, vpn_id: str) -> Snapshot:
    """Read the list of a gateway's tunnels.

    :raises Stopped: if it cannot be read.
    """
    for _attempt in range(MAX_ATTEMPTS):
        at = exchanges.clock.monotonic()
        found = read_list(exchanges, "list tunnels", "/v1/vpn/vpnconn/" + vpn_id, {}, "vpnConns", "vpnConnId")
        if found:
            return Snapshot(at, *found)
    raise Stopped(MESSAGES["probe_list_unreadable"] % {"response": exchanges.seen[-1].describe()})


def read_customer_gateways(exchanges: Exchanges) -> list[dict[str, Any]] | None:
    """Return the list of customer gateways, or None if it cannot be read."""
    for _attempt in range(MAX_ATTEMPTS):
        found = read_list(exchanges, "list customer gateways", "/v1/vpn/cgw", {"maxKeys": "1000"}, "result", "cgwId")
        if found:
            return found[0]
    return None


def read_list(
    exchanges: Exchanges, kind: str, path: str, query: dict[str, str], name: str, id_name: str
) -> tuple[list[dict[str, Any]], list[list[dict[str, Any]]], str] | None:
    """Return (entries, pages, ending) of a list, or None if a response is not a page of it."""
    entries: list[dict[str, Any]] = []
    pages: list[list[dict[str, Any]]] = []
    known: set[str | None] = set()
    query = dict(query)
    for _page in range(MAX_PAGES):
        exchange = exchanges.send(kind, "GET", path, query)
        page = get_entries(exchange, name)
        if page is None:
            return None
        pages.append(page)
        fresh = []
        for entry in page:
            key = parse_id(entry.get(id_name))
            if key is None or key not in known:
                fresh.append(entry)
            known.add(key)
        entries += fresh
        if not has_next_page(exchange.body):
            return entries, pages, "complete"
        marker = exchange.body.get("nextMarker")
        if not isinstance(marker, str) or not marker:
            return entries, pages, "truncated"
        if not fresh:
            return entries, pages, "endless"
        query["marker"] = marker
    return entries, pages, "endless"


def get_entries(exchange: Exchange, name: str) -> list[dict[str, Any]] | None:
    """Return the objects of a list in a response, or None if the response does not have that list."""
    if not exchange.is_success or not isinstance(exchange.body, dict):
        return None
    found = exchange.body.get(name)
    return found if isinstance(found, list) and all(isinstance(entry, dict) for entry in found) else None


def keep_entries_of_gateway(entries: list[dict[str, Any]], vpn_id: str) -> list[dict[str, Any]]:
    """Return the entries that name no gateway or this one."""
    return [entry for entry in entries if entry.get("vpnId") in (None, "", vpn_id)]


def is_deleted(status: Any) -> bool:
    """Return whether a status says that the object is deleted, or is being deleted."""
    return str(status).lower() in DELETING_STATUSES + DELETED_STATUSES


def find_repeats(pages: list[list[dict[str, Any]]]) -> str:
    """Return whether and how responses repeat an id, one of a few words."""
    found = "no"
    for page in pages:
        by_id: dict[str, dict[str, Any]] = {}
        for entry in page:
            key = parse_id(entry.get("vpnConnId"))
            if key and by_id.setdefault(key, entry) != entry:
                return "differently"
            if key and by_id[key] is not entry:
                found = "alike"
    return found
