# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Create, recognise and remove the probe's own customer gateway."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._bce.response_parsing import parse_id
from .exchange import Exchange, Exchanges
from .lists import read_customer_gateways
from .marks import PEER, Marks
from .own_tunnels import APPEAR_PAUSES, GONE_PAUSES

MAX_NAME_SECONDS = 5  # how long to wait for the name of a new customer gateway


class CustomerGatewayReading(NamedTuple):
    """The list of customer gateways, read some seconds after a creation.

    :ivar entry: the new customer gateway in the list, or None.
    :ivar is_found_by_id: whether it can be read by its id, or None if that was not tried.
    """

    seconds: float
    entry: dict[str, Any] | None
    is_found_by_id: bool | None


class CustomerGatewayCreation(NamedTuple):
    """The result of a creation: its last attempt, the id that a list has shown, or None, and the lists read since."""

    exchange: Exchange
    new_id: str | None
    readings: list[CustomerGatewayReading]


class OwnCustomerGateways:
    """The probe's own customer gateways; the sets are as in OwnTunnels."""

    def __init__(self, exchanges: Exchanges, marks: Marks) -> None:
        self.listed: set[str] = set()
        self.returned: set[str] = set()
        self.gone: set[str] = set()
        self._exchanges = exchanges
        self._marks = marks
        self._has_unknown_outcome = False

    def select(self, entries: list[dict[str, Any]] | None) -> dict[str, dict[str, Any]]:
        """Return the own customer gateways in a list by their id."""
        own = self._marks.customer_gateway()
        return {
            entry["cgwId"]: entry
            for entry in entries or ()
            if parse_id(entry.get("cgwId"))
            and entry.get("ip") == PEER
            and (
                entry.get("name") == own["name"]
                or entry.get("description") == own["description"]
                or entry["cgwId"] in self.returned
            )
        }

    def create(self, token: str) -> CustomerGatewayCreation:
        """Send one creation, and poll until a list shows the customer gateway and its name."""
        clock = self._exchanges.clock
        before = {entry.get("cgwId") for entry in read_customer_gateways(self._exchanges) or ()}
        self._has_unknown_outcome = True
        began = clock.monotonic()
        body = self._marks.customer_gateway()
        exchange = self._exchanges.send("create customer gateway", "POST", "/v1/vpn/cgw", {"clientToken": token}, body)
        if exchange.is_refused:
            self._has_unknown_outcome = False
            return CustomerGatewayCreation(exchange, None, [])
        returned = parse_id(exchange.body.get("cgwId")) if isinstance(exchange.body, dict) else None
        if returned and returned not in before:
            self.returned.add(returned)
        readings: list[CustomerGatewayReading] = []
        new_id = None
        for pause in APPEAR_PAUSES:
            if pause:
                clock.sleep(pause)
            seconds = clock.monotonic() - began
            own = self._select_listed()
            new_id = next(iter(sorted(set(own) - before)), None)
            entry = own.get(new_id) if new_id else None
            is_found = self._is_found_by_id(returned) if returned and not entry else None
            readings.append(CustomerGatewayReading(seconds, entry, is_found))
            if entry and (entry.get("name") or seconds >= MAX_NAME_SECONDS):
                break
        if new_id:
            self.listed.add(new_id)
        self._has_unknown_outcome = new_id is None and exchange.status is None
        return CustomerGatewayCreation(exchange, new_id, readings)

    def disown(self, cgw_id: str | None) -> None:
        """Record that a returned id is not that of an own customer gateway."""
        self.returned.discard(cgw_id)

    def remove_all(self) -> int:
        """Remove all own customer gateways that lists show; return how many were removed."""
        clock, count = self._exchanges.clock, 0
        own = self._select_listed()
        if not own and self._has_unknown_outcome:
            for pause in APPEAR_PAUSES:
                clock.sleep(pause)
                own = own or self._select_listed()
        for cgw_id in own:
            self.listed.add(cgw_id)
            exchange = self._exchanges.delete("delete customer gateway", "/v1/vpn/cgw/" + cgw_id)
            if exchange.is_refused and not exchange.is_absent:
                continue
            for pause in GONE_PAUSES:
                clock.sleep(pause)
                entries = read_customer_gateways(self._exchanges)
                if entries is not None and cgw_id not in {entry.get("cgwId") for entry in entries}:
                    self.listed.discard(cgw_id)
                    self.gone.add(cgw_id)
                    count += 1
                    break
        return count

    def unlisted(self) -> set[str]:
        """Return the ids that creations returned and no list has shown."""
        return self.returned - self.gone - self.listed

    def _select_listed(self) -> dict[str, dict[str, Any]]:
        return self.select(read_customer_gateways(self._exchanges))

    def _is_found_by_id(self, cgw_id: str) -> bool:
        detail = self._exchanges.send("read customer gateway", "GET", "/v1/vpn/cgw/" + cgw_id)
        return detail.is_success and not detail.is_empty
