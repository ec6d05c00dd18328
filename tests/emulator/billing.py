# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What objects that cost money share, part 2 of the notes: billing, tags, and states that take time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from .dialect_hooks import Seen
from .store import BEIJING_SECONDS, Clock, Record, RecordStore
from .validation import FieldReader, NetworkRules, boolean, busy, one_of, text

MONTHS = (*range(1, 10), 12, 24, 36)
MONTH_SECONDS = 30 * 24 * 3600
MAX_TAG = 65
PHASE_FIELDS = ("_phase", "_shown", "_seconds")
PRIVATE_FIELDS = (*PHASE_FIELDS, "_seeded")
_TAG = re.compile(r"[\w /.-]*")


def _months(value: Any) -> int:
    if isinstance(value, bool) or value not in MONTHS:
        raise ValueError("must be one of " + ", ".join(map(str, MONTHS)))
    return int(value)


def _unit(value: Any) -> str:
    # Documentation and SDKs write it in different cases (section 1.1).
    if not isinstance(value, str) or value.lower() != "month":
        raise ValueError("must be month")
    return "month"


def take_billing(body: dict[str, Any], errors: list[str], methods: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return ``paymentTiming``, ``months`` of a prepaid object and, where there are methods, ``billingMethod``.

    The official Python SDK sends a reservation for postpaid objects too, so it is not looked at there.
    """
    value = body.get("billing")
    if not isinstance(value, dict):
        errors.append("billing: must be an object" if value is not None else "billing: is required")
        return {}
    reader = FieldReader(value, errors, "billing.")
    taken = {"paymentTiming": reader.take("paymentTiming", one_of("Prepaid", "Postpaid")), "months": None}
    if methods:
        taken["billingMethod"] = reader.take("billingMethod", one_of(*methods))
    if taken["paymentTiming"] == "Prepaid":
        reservation = value.get("reservation")
        inner = FieldReader(reservation if isinstance(reservation, dict) else {}, errors, "billing.reservation.")
        taken["months"] = inner.take("reservationLength", _months)
        inner.take("reservationTimeUnit", _unit)
    return taken


def tags(value: Any) -> list[dict[str, str]]:
    """Check a list of tags (section 0)."""
    words = "must be a list of objects with tagKey (1..65) and tagValue (0..65), letters, digits and -_ /."
    if not isinstance(value, list):
        raise ValueError(words)
    for item in value:
        key, text_ = (item.get("tagKey"), item.get("tagValue", "")) if isinstance(item, dict) else (None, None)
        good = all(isinstance(part, str) and len(part) <= MAX_TAG and _TAG.fullmatch(part) for part in (key, text_))
        if not good or not key:
            raise ValueError(words)
    return [{"tagKey": item["tagKey"], "tagValue": item.get("tagValue", "")} for item in value]


def take_common(reader: FieldReader) -> dict[str, Any]:
    """Return the optional fields that a creation of a gateway and of an EIP share."""
    reader.take("resourceGroupId", text(), required=False)
    return {
        "tags": reader.take("tags", tags, required=False) or [],
        "deleteProtect": reader.take("deleteProtect", boolean, required=False) or False,
    }


def expiry(clock: Clock, months: int | None) -> str:
    """Return when a prepaid object ends, "" for others; the form of the time is UNKNOWN."""
    if months is None:
        return ""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(clock.now() + BEIJING_SECONDS + months * MONTH_SECONDS))


def phase(word: str, **shown: Any) -> dict[str, Any]:
    """Return what a new version of an object is stored with: its status until it has settled, and other values."""
    return {"_phase": word, "_shown": shown}


class BilledStore(RecordStore):
    """Objects that cost money: their creations are counted, and their writes take the time ``--settle-ms``.

    A version that was stored with a ``phase()`` shows its status until the time is over. ``noun`` is for errors.
    """

    noun: str

    def clear_all(self, scopes: Any) -> None:
        """Forget every object and the count."""
        self.clear(scopes)
        self.billed = 0
        self._removed: dict[str, Record] = {}

    def network_rules(self) -> NetworkRules:
        return self.settings.dialects.apply("network_rules", NetworkRules())

    def seed_at_start(self, scope: str, object_id: str, value: dict[str, Any]) -> None:
        """Store an object of the command line, which has always been there."""
        self._serial += 1
        record = Record(scope, float("-inf"), [(float("-inf"), value)], serial=self._serial)
        self.records[object_id] = self.of_scope[scope][object_id] = record

    def add_billed(self, scope: str, object_id: str, value: dict[str, Any]) -> None:
        """Store a new object and count it."""
        self.billed += 1
        self.add(scope, object_id, self._timed(value))

    def put(self, record: Record, changes: dict[str, Any]) -> None:
        """Store a version with changed fields; a phase is over as soon as there is a new version."""
        public = {name: value for name, value in record.latest().items() if name not in PHASE_FIELDS}
        self.change(record, self._timed({**public, **changes}), record.scope)

    def _timed(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return a version with the time that its phase takes; later settings do not change it."""
        return {**value, "_seconds": self.settings.settle_ms / 1000} if "_phase" in value else value

    def remove(self, object_id: str, at: float | None = None) -> None:
        self._removed[object_id] = self.records[object_id]
        super().remove(object_id, at)

    def list_selected(self, scope: str, selects: Callable[[Any], bool] | None) -> list[Any]:
        """Return those entries of a scope's list that fit the parameters, as readers see them now."""
        number = self._list_numbers[scope] = self._list_numbers.get(scope, 0) + 1
        return self.settings.dialects.apply(self.prefix + "entries", self.visible(scope, number, selects))

    def read_one(self, object_id: str) -> Any:
        """Return an object as a reader of its detail sees it, which has no list lag; None if it is absent."""
        dialects = self.settings.dialects
        record = self.records.get(object_id) or self._removed.get(object_id)
        now = self.clock.ticks()
        if record is None or now - record.born < dialects.apply(self.prefix + "hidden", 0):
            return None
        delay = dialects.apply(self.prefix + "update_delay", 0)
        kept = dialects.apply(self.prefix + "deleted_kept", self.deletion_seconds())
        value, since_update, since_deletion = record.version_at(now, delay, kept)
        if value is None:
            return None
        seen = Seen(now - record.born, since_update, since_deletion, False, 0)
        return dialects.apply(self.point, self.with_status(record, value, now), seen)

    def status_now(self, record: Record) -> str:
        """Return the real status of an object that exists."""
        return str(self.with_status(record, record.latest(), self.clock.ticks())["status"])

    def require_settled(self, record: Record) -> None:
        """Raise BceError while an earlier write to an object goes on."""
        if "_phase" in record.latest() and not self._is_settled(record, record.latest(), self.clock.ticks()):
            raise busy(self.noun, record.latest()["_phase"])

    def _is_settled(self, record: Record, value: Any, at: float) -> bool:
        when = next(when for when, version in record.versions if version is value)
        return bool(at - when >= value["_seconds"])

    def with_status(self, record: Record, value: Any, at: float) -> Any:
        """Return an object as it is at a time, without what is stored for the emulator only."""
        shown = {**value, "status": self.settled_status(value)}
        for name in PRIVATE_FIELDS:
            shown.pop(name, None)
        if "_phase" in value and not self._is_settled(record, value, at):
            shown.update(value["_shown"], status=value["_phase"])
        return shown

    def settled_status(self, value: dict[str, Any]) -> str:
        """Return the status of an object to which nothing happens."""
        raise NotImplementedError
