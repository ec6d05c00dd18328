# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Create, recognise and remove the probe's own tunnels.

A tunnel is removed only if a list, read immediately before, shows it on this gateway with its id and with a mark of the
probe: its exact name, its key, or an id that this run's own creation returned and that no list had shown before.
"""

from __future__ import annotations

from typing import Any, Callable, NamedTuple, Sequence

from .._bce.response_parsing import parse_id
from .._reconcile.idempotency import random_token
from .exchange import Exchange, Exchanges, Stopped
from .lists import Snapshot, is_deleted, read_tunnels
from .marks import Marks, is_full_key
from .messages import MESSAGES

# Seconds before each read of a list; the first reads have no pause because every second list may be stale.
APPEAR_PAUSES = (0, 0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, 2, 2, 2, 3, 3)
GONE_PAUSES = (0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, 2, 3, 4, 5, 5, 10, 10, 10, 15, 15, 20, 20)
READS_BEFORE_SECOND_DELETION = 8  # a deletion without an effect is sent again


class TimedSnapshot(NamedTuple):
    """A list that was read some seconds after a write."""

    seconds: float
    snapshot: Snapshot


class CreationResult(NamedTuple):
    """The result of a creation.

    :ivar exchange: its last attempt.
    :ivar returned: the id in the response, or None.
    :ivar new_id: the id of an own tunnel that a list has shown since, or None.
    :ivar readings: the lists read since then.
    :ivar began: the clock's monotonic() before the write.
    """

    exchange: Exchange
    returned: str | None
    new_id: str | None
    readings: list[TimedSnapshot]
    began: float


class DeletionResult(NamedTuple):
    """The result of a deletion.

    :ivar exchange: its last attempt, or None if nothing was sent.
    :ivar is_gone: whether lists no longer show the object.
    :ivar readings: the lists read since then.
    """

    exchange: Exchange | None
    is_gone: bool
    readings: list[TimedSnapshot]


class OwnTunnels:
    """The probe's own tunnels on one gateway; at most two exist at any time.

    :ivar listed: ids of own tunnels that lists have shown and still show.
    :ivar returned: ids that this run's creations returned and that no list had shown before.
    :ivar gone: ids of own tunnels that lists no longer show.
    :ivar trusts_ids: False once a creation has returned the id of another tunnel.
    """

    def __init__(self, exchanges: Exchanges, vpn_id: str, marks: Marks) -> None:
        self.vpn_id = vpn_id
        self.listed: set[str] = set()
        self.returned: set[str] = set()
        self.gone: set[str] = set()
        self.trusts_ids = True
        self._exchanges = exchanges
        self._marks = marks
        self._seen_ids: set[str | None] = set()
        self._before_creation: set[str] = set()
        self._has_unknown_outcome = False

    def read(self) -> Snapshot:
        """Read the list of tunnels."""
        found = read_tunnels(self._exchanges, self.vpn_id)
        self.listed |= set(self.select(found)) - self.gone
        self._seen_ids |= {parse_id(entry.get("vpnConnId")) for entry in found.entries}
        return found

    def select(self, snapshot: Snapshot) -> dict[str, dict[str, Any]]:
        """Return the own tunnels in a list by their id."""
        return {entry["vpnConnId"]: entry for entry in snapshot.entries if self.is_own(entry)}

    def is_own(self, entry: dict[str, Any]) -> bool:
        """Return whether an entry is one of the probe's own tunnels."""
        vpn_conn_id = parse_id(entry.get("vpnConnId"))
        if vpn_conn_id is None or entry.get("vpnId") not in (None, "", self.vpn_id):
            return False
        if entry.get("vpnConnName") == self._marks.name or entry.get("secretKey") == self._marks.key.reveal():
            return True
        # A returned id does not count if the tunnel has another complete key, because then it is not ours.
        return vpn_conn_id in self.returned and not is_full_key(entry.get("secretKey"))

    def poll(
        self,
        pauses: Sequence[float],
        is_done: Callable[[list[TimedSnapshot]], Any],
        began: float | None = None,
    ) -> list[TimedSnapshot]:
        """Read lists until is_done(readings) is true; return them."""
        clock = self._exchanges.clock
        began = clock.monotonic() if began is None else began
        readings: list[TimedSnapshot] = []
        for pause in pauses:
            if pause:
                clock.sleep(pause)
            snapshot = self.read()
            readings.append(TimedSnapshot(snapshot.at - began, snapshot))
            if is_done(readings):
                break
        return readings

    def create(
        self, body: dict[str, Any], token: str, on_unlisted: Callable[[str], None] | None = None
    ) -> CreationResult:
        """Send one creation of a tunnel, and poll until a list shows a new one if one is expected.

        :param on_unlisted: called with the returned id if the first list does not show it.
        :raises Stopped: if two own tunnels exist already.
        """
        if len(self.listed) > 1:
            raise Stopped(MESSAGES["probe_two_tunnels"])
        self._seen_ids |= self.listed
        before = self._before_creation = self.listed | self.gone
        self._has_unknown_outcome = True
        began = self._exchanges.clock.monotonic()
        path = "/v1/vpn/%s/vpnconn" % self.vpn_id
        exchange = self._exchanges.send("create tunnel", "POST", path, {"clientToken": token}, body)
        response = exchange.body if exchange.is_success and isinstance(exchange.body, dict) else {}
        returned = parse_id(response.get("vpnConnId"))
        if returned and self.trusts_ids and returned not in self._seen_ids | self.gone:
            self.returned.add(returned)
        if exchange.is_refused:
            self._has_unknown_outcome = False
            return CreationResult(exchange, None, None, [], began)
        pauses = APPEAR_PAUSES[:1] if returned in before else APPEAR_PAUSES
        readings = self.poll(pauses[:1], lambda _readings: True, began)
        if on_unlisted and returned in self.returned and not self.listed - before:
            on_unlisted(returned)
        if not self.listed - before:
            readings += self.poll(pauses[1:], lambda _readings: self.listed - before, began)
        new_ids = sorted(self.listed - before)
        if new_ids and returned not in new_ids:
            self.disown(returned)
        self._has_unknown_outcome = not new_ids and exchange.status is None
        return CreationResult(exchange, returned, new_ids[0] if new_ids else None, readings, began)

    def disown(self, vpn_conn_id: str | None) -> None:
        """Record that a returned id is not that of an own tunnel."""
        self.returned.discard(vpn_conn_id)

    def remove(self, vpn_conn_id: str, token: str) -> DeletionResult:
        """Delete a tunnel that a fresh list shows as an own one, and poll until lists no longer show it."""
        if vpn_conn_id not in self.select(self.read()):
            readings = self.poll((0,), lambda _readings: True)
            if vpn_conn_id not in self.select(readings[-1].snapshot):
                return DeletionResult(None, False, readings)
        exchange = self._delete(vpn_conn_id, token)
        began = self._exchanges.clock.monotonic()
        if exchange.is_refused and not exchange.is_absent:
            return DeletionResult(exchange, False, [])

        def is_gone(readings: list[TimedSnapshot]) -> bool:
            last = readings[-2:]
            return len(readings) > 1 and all(vpn_conn_id not in self.select(reading.snapshot) for reading in last)

        readings = self.poll(GONE_PAUSES[:READS_BEFORE_SECOND_DELETION], is_gone, began)
        if not is_gone(readings):
            entry = self.select(readings[-1].snapshot).get(vpn_conn_id, {})
            if not is_deleted(entry.get("status")):
                self._delete(vpn_conn_id, random_token())
            readings += self.poll(GONE_PAUSES[READS_BEFORE_SECOND_DELETION:], is_gone, began)
        if is_gone(readings):
            self.record_gone(vpn_conn_id)
        return DeletionResult(exchange, is_gone(readings), readings)

    def wait_for_unknown_creation(self) -> None:
        """Poll for the tunnel of a creation whose outcome is unknown."""
        if self._has_unknown_outcome:
            self.poll(APPEAR_PAUSES, lambda _readings: self.listed - self._before_creation)

    def unlisted(self) -> set[str]:
        """Return the ids that creations returned and no list has shown."""
        return self.returned - self.gone - self.listed

    def record_gone(self, vpn_conn_id: str) -> None:
        """Record that lists no longer show a tunnel."""
        self.listed.discard(vpn_conn_id)
        self.gone.add(vpn_conn_id)

    def _delete(self, vpn_conn_id: str, token: str) -> Exchange:
        return self._exchanges.delete("delete tunnel", "/v1/vpn/vpnconn/" + vpn_conn_id, {"clientToken": token})


def remove_all_tunnels(tunnels: OwnTunnels) -> int:
    """Remove all own tunnels that lists show; return how many were removed."""
    found: dict[str, dict[str, Any]] = {}
    for _list in range(2):  # one of them may be stale
        found.update(tunnels.select(tunnels.read()))
    tunnels.gone |= tunnels.listed - set(found)
    tunnels.listed &= set(found)
    count = 0
    for vpn_conn_id, entry in sorted(found.items()):
        if is_deleted(entry.get("status")):
            _wait_until_gone(tunnels, vpn_conn_id)
        else:
            count += tunnels.remove(vpn_conn_id, random_token()).is_gone
    return count


def _wait_until_gone(tunnels: OwnTunnels, vpn_conn_id: str) -> None:
    def is_gone(readings: list[TimedSnapshot]) -> bool:
        return vpn_conn_id not in tunnels.select(readings[-1].snapshot)

    if is_gone(tunnels.poll(GONE_PAUSES, is_gone)):
        tunnels.record_gone(vpn_conn_id)
