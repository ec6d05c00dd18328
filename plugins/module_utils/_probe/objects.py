# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Create, recognise and remove the probe's own objects.

At most two own tunnels exist at any time. An object is removed only if a list, read a moment before, shows it on this
gateway with its id and with a mark of the probe: its exact name, its key, or an id that this run's own creation
returned and that no list had shown before.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import NamedTuple

from .._bce.response_parsing import parse_id
from .._reconcile.idempotency import random_token
from .exchange import Stopped
from .marks import PEER, is_full_key
from .reading import LEAVING, read_customer_gateways, read_tunnels

# Seconds before each read of a list; the first follow at once, because every second list may be stale.
APPEAR_PAUSES = (0, 0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, 2, 2, 2, 3, 3)
GONE_PAUSES = (0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, 2, 3, 4, 5, 5, 10, 10, 10, 15, 15, 20, 20)
UNCLEAR_PAUSES = (0, 1, 2, 5)
MANY_PAUSES = 8  # after so many reads a deletion without an effect is sent again


class Look(NamedTuple):
    """A list, read some seconds after a write."""

    seconds: float
    snapshot: object


class Created(NamedTuple):
    """The result of a creation.

    :ivar exchange: its last attempt.
    :ivar returned: the id in the response, or None.
    :ivar new_id: that of an own tunnel that a list has shown since, or None.
    :ivar looks: the lists read since then.
    :ivar began: moment of monotonic() of the write.
    """

    exchange: object
    returned: str
    new_id: str
    looks: list
    began: float


class Removed(NamedTuple):
    """The result of a deletion: its last attempt, whether lists no longer show the object, the lists since then."""

    exchange: object
    is_gone: bool
    looks: list


class OwnObjects:
    """The probe's own tunnels and customer gateway on one gateway.

    :ivar tunnels: ids of own tunnels that lists have shown and still show.
    :ivar customer_gateways: the same of customer gateways.
    :ivar returned: ids that this run's creations returned and that no list had shown before.
    :ivar gone: ids of own objects that lists no longer show.
    :ivar trusts_ids: whether creations return the ids of what they make, as far as is known.
    :ivar removed: how many objects were removed, those of earlier runs included.
    :ivar remains: how many of those were left by earlier runs.
    :ivar left_behind: a dict (kind, id, name, reason) of each object that could not be removed.
    """

    def __init__(self, exchanges, vpn_id, marks):
        self.exchanges = exchanges
        self.vpn_id = vpn_id
        self.marks = marks
        self.tunnels = set()
        self.customer_gateways = set()
        self.returned = set()
        self.gone = set()
        self.trusts_ids = True
        self.removed = 0
        self.remains = 0
        self.left_behind = []
        self._seen_ids = set()
        self._before_creation = set()
        self._unknown_outcome = False
        self._unknown_customer_gateway = False

    # -- tunnels -----------------------------------------------------------------------------------------------------

    def snapshot(self):
        """Read the list of tunnels; return a probe_reading.Snapshot."""
        found = read_tunnels(self.exchanges, self.vpn_id)
        self.tunnels |= set(self.own(found)) - self.gone
        self._seen_ids |= {parse_id(entry.get("vpnConnId")) for entry in found.entries}
        return found

    def own(self, snapshot):
        """Return the own tunnels in a list, a dict of id to entry."""
        return {entry["vpnConnId"]: entry for entry in snapshot.entries if self.is_own(entry)}

    def is_own(self, entry):
        """Return whether a tunnel is the probe's own."""
        vpn_conn_id = parse_id(entry.get("vpnConnId"))
        if vpn_conn_id is None or entry.get("vpnId") not in (None, "", self.vpn_id):
            return False
        if entry.get("vpnConnName") == self.marks.name or entry.get("secretKey") == self.marks.key.reveal():
            return True
        # An id that a creation returned does not count if the tunnel has another whole key: then it is not ours.
        return vpn_conn_id in self.returned and not is_full_key(entry.get("secretKey"))

    def look(self, pauses, is_done, began=None):
        """Read lists until is_done(looks) is true; return them."""
        clock = self.exchanges.clock
        began = clock.monotonic() if began is None else began
        looks = []
        for pause in pauses:
            if pause:
                clock.sleep(pause)
            snapshot = self.snapshot()
            looks.append(Look(snapshot.at - began, snapshot))
            if is_done(looks):
                break
        return looks

    def create(self, body, token, unseen=None):
        """Send one creation of a tunnel, and wait until a list shows a new one where one is to be expected.

        :arg unseen: called with the returned id if the first list does not show it; or None.
        :raises Stopped: if two own tunnels exist already.
        """
        if len(self.tunnels) > 1:
            raise Stopped("two own tunnels exist")
        self._seen_ids |= self.tunnels
        before = self._before_creation = self.tunnels | self.gone
        self._unknown_outcome = True
        began = self.exchanges.clock.monotonic()
        path = "/v1/vpn/%s/vpnconn" % self.vpn_id
        exchange = self.exchanges.send("create tunnel", "POST", path, {"clientToken": token}, body)
        body = exchange.body if exchange.is_success and isinstance(exchange.body, dict) else {}
        returned = parse_id(body.get("vpnConnId"))
        if returned and self.trusts_ids and returned not in self._seen_ids | self.gone:
            self.returned.add(returned)
        if exchange.is_refused:
            self._unknown_outcome = False
            return Created(exchange, None, None, [], began)
        pauses = APPEAR_PAUSES[:1] if returned in before else APPEAR_PAUSES
        looks = self.look(pauses[:1], lambda looks: True, began)
        if unseen and returned in self.returned and not self.tunnels - before:
            unseen(returned)
        if not self.tunnels - before:
            looks += self.look(pauses[1:], lambda looks: self.tunnels - before, began)
        new_ids = sorted(self.tunnels - before)
        if new_ids and returned not in new_ids:
            self.disown(returned)
        self._unknown_outcome = not new_ids and exchange.status is None
        return Created(exchange, returned, new_ids[0] if new_ids else None, looks, began)

    def disown(self, vpn_conn_id):
        """Note that an id which a creation returned is not that of an own tunnel."""
        self.returned.discard(vpn_conn_id)

    def remove(self, vpn_conn_id, token):
        """Delete a tunnel that a fresh list shows as an own one, and wait until lists do not show it any more."""
        if vpn_conn_id not in self.own(self.snapshot()):
            looks = self.look((0,), lambda looks: vpn_conn_id in self.own(looks[-1].snapshot))
            if vpn_conn_id not in self.own(looks[-1].snapshot):
                return Removed(None, False, looks)
        exchange = self._delete(vpn_conn_id, token)
        began = self.exchanges.clock.monotonic()
        if exchange.is_refused and not exchange.is_absent:
            return Removed(exchange, False, [])

        def is_gone(looks):
            return len(looks) > 1 and all(vpn_conn_id not in self.own(look.snapshot) for look in looks[-2:])

        looks = self.look(GONE_PAUSES[:MANY_PAUSES], is_gone, began)
        if not is_gone(looks):
            entry = self.own(looks[-1].snapshot).get(vpn_conn_id, {})
            if str(entry.get("status")).lower() not in LEAVING:
                self._delete(vpn_conn_id, random_token())
            looks += self.look(GONE_PAUSES[MANY_PAUSES:], is_gone, began)
        if is_gone(looks):
            self.tunnels.discard(vpn_conn_id)
            self.gone.add(vpn_conn_id)
            self.removed += 1
        return Removed(exchange, is_gone(looks), looks)

    def _delete(self, vpn_conn_id, token):
        path = "/v1/vpn/vpnconn/" + vpn_conn_id
        return self._send_deletion("delete tunnel", path, {"clientToken": token})

    def _send_deletion(self, kind, path, query=None):
        """Send a deletion; repeat it if it is refused without a code, which may mean busy or throttled."""
        for pause in UNCLEAR_PAUSES:
            self.exchanges.clock.sleep(pause)
            exchange = self.exchanges.send(kind, "DELETE", path, query)
            if exchange.code or exchange.is_absent or not exchange.is_refused:
                break
        return exchange

    # -- customer gateways -------------------------------------------------------------------------------------------

    def own_customer_gateways(self, entries):
        """Return the own customer gateways in a list, a dict of id to entry."""
        own = self.marks.customer_gateway()
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

    def create_customer_gateway(self, token):
        """Send one creation; return (Exchange, id or None, list of (seconds, entry or None, if its id is found))."""
        clock = self.exchanges.clock
        before = {entry.get("cgwId") for entry in read_customer_gateways(self.exchanges) or ()}
        self._unknown_customer_gateway = True
        began = clock.monotonic()
        body = self.marks.customer_gateway()
        path = "/v1/vpn/cgw"
        exchange = self.exchanges.send("create customer gateway", "POST", path, {"clientToken": token}, body)
        if exchange.is_refused:
            self._unknown_customer_gateway = False
            return exchange, None, []
        returned = parse_id(exchange.body.get("cgwId")) if isinstance(exchange.body, dict) else None
        if returned and returned not in before:
            self.returned.add(returned)
        looks, new_id = [], None
        for pause in APPEAR_PAUSES:
            if pause:
                clock.sleep(pause)
            seconds = clock.monotonic() - began
            own = self.own_customer_gateways(read_customer_gateways(self.exchanges))
            new = sorted(set(own) - before)
            new_id = new[0] if new else None
            entry = own.get(new_id)
            is_found = None
            if not entry and returned:
                detail = self.exchanges.send("read customer gateway", "GET", "/v1/vpn/cgw/" + returned)
                is_found = detail.is_success and not detail.is_empty
            looks.append((seconds, entry, is_found))
            if entry and (entry.get("name") or seconds >= 5):
                break
        if new_id:
            self.customer_gateways.add(new_id)
        self._unknown_customer_gateway = new_id is None and exchange.status is None
        return exchange, new_id, looks

    def _remove_customer_gateways(self):
        clock = self.exchanges.clock
        own = self.own_customer_gateways(read_customer_gateways(self.exchanges))
        if not own and self._unknown_customer_gateway:
            for pause in APPEAR_PAUSES:
                clock.sleep(pause)
                own = own or self.own_customer_gateways(read_customer_gateways(self.exchanges))
        for cgw_id in own:
            self.customer_gateways.add(cgw_id)
            exchange = self._send_deletion("delete customer gateway", "/v1/vpn/cgw/" + cgw_id)
            if exchange.is_refused and not exchange.is_absent:
                continue
            for pause in GONE_PAUSES:
                clock.sleep(pause)
                entries = read_customer_gateways(self.exchanges)
                if entries is not None and cgw_id not in {entry.get("cgwId") for entry in entries}:
                    self.customer_gateways.discard(cgw_id)
                    self.gone.add(cgw_id)
                    self.removed += 1
                    break

    # -- all of them -------------------------------------------------------------------------------------------------

    def remove_remains(self):
        """Remove what an interrupted run has left.

        :raises Stopped: if that does not succeed.
        """
        for _attempt in range(2):  # a tunnel that a stale list does not show keeps its customer gateway
            self._remove_all()
            if not (self.tunnels or self.customer_gateways):
                break
        self.remains = self.removed
        if self.tunnels or self.customer_gateways:
            raise Stopped("objects of an earlier run could not be removed")

    def _remove_all(self):
        own = {}
        for _list in range(2):  # one of them may be stale
            own.update(self.own(self.snapshot()))
        self.gone |= self.tunnels - set(own)
        self.tunnels &= set(own)
        for vpn_conn_id, entry in sorted(own.items()):
            if str(entry.get("status")).lower() in LEAVING:
                self._await_end(vpn_conn_id)
            else:
                self.remove(vpn_conn_id, random_token())
        self._remove_customer_gateways()

    def _await_end(self, vpn_conn_id):
        looks = self.look(GONE_PAUSES, lambda looks: vpn_conn_id not in self.own(looks[-1].snapshot))
        if vpn_conn_id not in self.own(looks[-1].snapshot):
            self.tunnels.discard(vpn_conn_id)
            self.gone.add(vpn_conn_id)

    def finish(self, delay):
        """Remove all own objects, and note in left_behind what is still there.

        :arg delay: seconds for which lists were seen to be stale.
        """
        self.exchanges.allow_more()
        reason = "the lists still show it"
        try:
            if self._unknown_outcome:
                self.look(APPEAR_PAUSES, lambda looks: self.tunnels - self._before_creation)
            if delay:
                self.exchanges.clock.sleep(delay + 1)
            for _attempt in range(2):  # a stale list may have lacked some
                self._remove_all()
                if not (self.tunnels or self.customer_gateways or self._unlisted()):
                    break
        except Stopped as stopped:
            reason = str(stopped)
        finally:
            unlisted = self._unlisted()
            self.left_behind = [
                {"kind": "tunnel", "id": key, "name": self.marks.name, "reason": reason} for key in sorted(self.tunnels)
            ]
            self.left_behind += [
                {"kind": "customer gateway", "id": key, "name": self.marks.name, "reason": reason}
                for key in sorted(self.customer_gateways)
            ]
            self.left_behind += [
                {
                    "kind": "customer gateway" if key.startswith("cgw") else "tunnel",
                    "id": key,
                    "name": self.marks.name,
                    "reason": "a creation returned this id, but no list has shown it",
                }
                for key in sorted(unlisted)
            ]

    def _unlisted(self):
        """Return the ids that creations returned and no list has shown."""
        return self.returned - self.gone - self.tunnels - self.customer_gateways


@contextmanager
def terminable():
    """Let a first SIGTERM within the block raise SystemExit, so that own objects are removed; ignore further ones."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number, _frame):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise SystemExit("terminated")

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)
