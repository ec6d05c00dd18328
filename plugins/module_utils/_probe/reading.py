# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send the read requests of the probe, and derive observed values from the responses."""

from __future__ import annotations

from typing import Any, Callable

from .._bce.errors import ApiError
from .._bce.redaction import Secret
from .._bce.response_parsing import parse_id
from .entries import record_entries
from .exchange import Exchange, Exchanges, Stopped
from .facts import Facts
from .forms import order_of, published_word
from .lists import (
    MAX_ATTEMPTS,
    Snapshot,
    find_repeats,
    get_entries,
    is_deleted,
    keep_entries_of_gateway,
    read_customer_gateways,
    read_list,
    read_tunnels,
)
from .messages import MESSAGES

LIST_READS = 3  # reads of the list of tunnels, so that a fault of every third one shows
ABSENT_GATEWAY = "vpn-000000000000"
ABSENT_CUSTOMER_GATEWAY = "cgw-000000000000"
INVALID_SECRET = Secret("00000000000000000000000000000000")


class Reading:
    """The data read of one gateway.

    :ivar gateway: its detail.
    :ivar snapshots: the lists of its tunnels.
    :ivar gateways: those of its VPC, or None.
    :ivar customer_gateways: those of the region, or None.
    """

    def __init__(self, exchanges: Exchanges, vpn_id: str, facts: Facts) -> None:
        self._exchanges = exchanges
        self._facts = facts
        self.vpn_id = vpn_id
        self.gateway: dict[str, Any] = {}
        self.snapshots: list[Snapshot] = []
        self.gateways: list[dict[str, Any]] | None = None
        self.customer_gateways: list[dict[str, Any]] | None = None

    def read(self) -> None:
        """Send the requests.

        :raises BceError: if the API rejects the read of the gateway.
        :raises Stopped: if it, or the list of its tunnels, cannot be read for another reason.
        """
        for _attempt in range(MAX_ATTEMPTS):
            exchange = self._exchanges.send("read gateway", "GET", "/v1/vpn/" + self.vpn_id)
            if exchange.code or not exchange.is_refused:
                break
        if not exchange.is_success or not isinstance(exchange.body, dict) or exchange.body.get("vpnId") != self.vpn_id:
            error = exchange.error
            if error is not None and (isinstance(error, ApiError) or exchange.status is None):
                raise error
            raise Stopped(MESSAGES["probe_gateway_unreadable"] % {"response": exchange.describe()})
        self.gateway = exchange.body
        for _list in range(LIST_READS):
            self.snapshots.append(read_tunnels(self._exchanges, self.vpn_id))
        vpc_id = parse_id(self.gateway.get("vpcId"))
        if vpc_id:
            query = {"vpcId": vpc_id, "maxKeys": "1000"}
            found = read_list(self._exchanges, "list gateways", "/v1/vpn", query, "vpns", "vpnId")
            self.gateways = found and found[0]
        self.customer_gateways = read_customer_gateways(self._exchanges)
        self._read_absent_objects()

    def _read_absent_objects(self) -> None:
        facts, send = self._facts, self._exchanges.send
        absent = send("read gateway", "GET", "/v1/vpn/" + ABSENT_GATEWAY)
        facts.set("absent_gateway", _describe_absence(absent, None), absent.describe())
        if absent.is_refused:
            status = str(absent.status)
            facts.set("absent_status", status if absent.is_absent else "another error", absent.describe())
        listed = send("list tunnels", "GET", "/v1/vpn/vpnconn/" + ABSENT_GATEWAY)
        facts.set("absent_list", _describe_absence(listed, "vpnConns"), listed.describe())
        absent = send("read customer gateway", "GET", "/v1/vpn/cgw/" + ABSENT_CUSTOMER_GATEWAY)
        facts.set("absent_customer_gateway", _describe_absence(absent, None), absent.describe())
        path = "/v1/vpn/" + self.vpn_id
        wrong = self._exchanges.send_with_other_secret(INVALID_SECRET, "read with a wrong key", path)
        facts.set("wrong_key", "an error" if wrong.is_refused else "no error", wrong.describe())

    def record(self, is_own: Callable[[dict[str, Any]], bool]) -> None:
        """Record the observed values.

        :param is_own: returns whether an entry is one of the probe's own tunnels.
        """
        facts = self._facts
        entries = [
            entry for entry in keep_entries_of_gateway(self.snapshots[-1].entries, self.vpn_id) if not is_own(entry)
        ]
        if entries:
            record_entries(facts, entries)
        self._record_list()
        self._record_gateways()

    def _record_list(self) -> None:
        facts, snapshot = self._facts, self.snapshots[-1]
        facts.set("list_scope", self._determine_scope(snapshot))
        endings = {item.ending for item in self.snapshots}
        if endings == {"complete"}:
            pages = max(len(item.pages) for item in self.snapshots)
            facts.set("list_pages", "several pages" if pages > 1 else "one page", len(snapshot.entries))
        else:
            facts.set("list_pages", "ends early" if "truncated" in endings else "pages without an end")
        facts.set("list_repeats", find_repeats([page for item in self.snapshots for page in item.pages]))
        facts.set("list_order", order_of(snapshot.entries))

    def _determine_scope(self, snapshot: Snapshot) -> str | None:
        """Return whose tunnels the list shows; the gateway's detail has its own list of them."""
        named = {entry.get("vpnId") for entry in snapshot.entries} - {None, ""}
        others = named - {self.vpn_id}
        if others:
            return "those of several gateways" if self.vpn_id in named else "those of another gateway"
        if not self.agrees_with_detail(snapshot.entries):
            return "others, without vpnId" if not named else "not those of the gateway's detail"
        if not snapshot.entries:
            return None
        return "those of the gateway" if named else "entries without vpnId"

    def agrees_with_detail(self, entries: list[dict[str, Any]]) -> bool:
        """Return whether the gateway's detail has the same tunnels, or the same number of them, as its list."""
        present = [entry for entry in entries if not is_deleted(entry.get("status"))]
        ids = {entry.get("vpnConnId") for entry in present}
        detail = self.gateway.get("vpnConns")
        if isinstance(detail, list) and all(isinstance(entry, dict) for entry in detail):
            present = [entry for entry in detail if not is_deleted(entry.get("status"))]
            return {entry.get("vpnConnId") for entry in present} == ids
        number = self.gateway.get("vpnConnNum")
        return number is None or str(number) == str(len(ids))

    def _record_gateways(self) -> None:
        facts = self._facts
        kind = self.gateway.get("type")
        if isinstance(kind, str) and kind:
            facts.set(
                "gateway_type", {"ipsec": "IPSec", "ssl": "SSL"}.get(kind.lower(), "another"), published_word(kind)
            )
        if self.gateways:
            own = [entry for entry in self.gateways if entry.get("vpcId") == self.gateway.get("vpcId")]
            other_words = "those of several VPCs" if own else "those of another VPC"
            is_right = len(own) == len(self.gateways)
            facts.set("gateway_list", "those of the VPC" if is_right else other_words, len(self.gateways))


def _describe_absence(exchange: Exchange, name: str | None) -> str:
    if exchange.is_refused:
        return "an error"
    if exchange.status is None or not 200 <= exchange.status < 300:
        return "another error"
    if exchange.is_empty:
        return "an empty body"
    return "an empty list" if name and get_entries(exchange, name) == [] else "success"
