# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stores of all resources share: settings, clocks, ids, pages, and objects with their history.

Every method runs without a pause, so on the one event loop each call is atomic. Durations are milliseconds where a
name says so, otherwise seconds. Section numbers are those of the contract notes.
"""

from __future__ import annotations

import secrets
import string
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .dialect_hooks import Seen
from .dialects import Dialects
from .messages import Request
from .validation import page_size, refused

BEIJING_SECONDS = 8 * 3600  # section 1.3: times carry no zone, Beijing is inferred
FOREVER = float("inf")
HISTORY_SECONDS = 120  # longer than any dialect lets readers look back
_ALPHABET = string.ascii_lowercase + string.digits


@dataclass
class Settings:
    """What can be set: the contract, delays in milliseconds, the server clock's offset in seconds, the dialects."""

    contract: str = "both"
    latency_ms: float = 0
    settle_ms: float = 0
    list_lag_ms: float = 0
    clock_offset_seconds: float = 0
    dialects: Dialects = field(default_factory=Dialects)


class Clock:
    """The server's two clocks in seconds: ``now`` is the (shifted) time of day, ``ticks`` only ever grows."""

    def __init__(
        self,
        settings: Settings,
        wall: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self.wall = wall
        self.ticks = ticks

    def now(self) -> float:
        return self.wall() + self._settings.dialects.apply("clock_offset", self._settings.clock_offset_seconds)

    def beijing(self) -> str:
        """Return ``YYYY-MM-DD hh:mm:ss`` as the VPN API writes times."""
        return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self.now() + BEIJING_SECONDS))

    def utc(self) -> str:
        """Return ``YYYY-MM-DDThh:mm:ssZ`` as the VPC API writes times."""
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.now()))


def new_id(prefix: str) -> str:
    """Return ``prefix-`` and twelve lower-case letters and digits, as the API's ids look."""
    return prefix + "-" + "".join(secrets.choice(_ALPHABET) for _position in range(12))


def page(items: Sequence[dict[str, Any]], id_name: str, array_name: str, query: dict[str, str]) -> dict[str, Any]:
    """Return one page: the marker is the id of its first object, nextMarker is there if more follow (section 2)."""
    size = page_size(query)
    marker = query.get("marker") or ""
    start = 0
    if marker:
        ids = [item[id_name] for item in items]
        if marker not in ids:
            raise refused("marker: is not the id of an object in the list")
        start = ids.index(marker)
    chosen = items[start : start + size]
    truncated = len(items) > start + size
    payload: dict[str, Any] = {
        "marker": chosen[0][id_name] if chosen else marker,
        "isTruncated": truncated,
        "maxKeys": size,
        array_name: list(chosen),
    }
    if truncated:
        payload["nextMarker"] = items[start + size][id_name]
    return payload


@dataclass
class Record:
    """One object with the versions that a lagging reader may still see; None means deleted.

    ``scope`` is the id of what it belongs to. ``verbatim`` marks an object that was seeded and not created. ``serial``
    is the order of creation, also of objects that were created at the same time.
    """

    scope: str
    born: float
    versions: list[tuple[float, Any]]
    verbatim: bool = False
    serial: int = 0

    def latest(self) -> Any:
        return self.versions[-1][1]

    def write(self, at: float, value: Any, oldest_reader: float) -> None:
        """Add a version, and drop those that no reader can see any more."""
        seen = [index for index, (when, _value) in enumerate(self.versions) if when <= oldest_reader]
        del self.versions[: max(seen, default=0)]
        self.versions.append((at, value))

    def is_over(self, at: float, deleted_kept: float) -> bool:
        """Return whether the object was deleted so long ago that no reader sees it any more."""
        when, value = self.versions[-1]
        return value is None and when + deleted_kept <= at

    def version_at(self, at: float, update_delay: float, deleted_kept: float) -> tuple[Any, float, float | None]:
        """Return what a reader sees at a time, and the seconds since the update and since the deletion.

        The value is None where there is nothing to see.
        """
        index = next((i for i in range(len(self.versions) - 1, -1, -1) if self.versions[i][0] <= at), None)
        if index is None:
            return None, FOREVER, None
        when, value = self.versions[index]
        since = at - when
        if value is None:
            shown = self.versions[index - 1][1] if index and since < deleted_kept else None
            return shown, FOREVER, since
        if index == 0:
            return value, FOREVER, None
        return (self.versions[index - 1][1] if since < update_delay else value), since, None


class Store(Protocol):
    """What the cloud needs of the store of every resource; ``state_name`` is its key in the state."""

    state_name: str

    def reset(self) -> None:
        """Forget every object except those of the command line."""

    def pass_time(self) -> None:
        """Let happen what the time since the last request brings."""

    def has(self, object_id: str) -> bool:
        """Return whether a write finds an object of this id."""

    def state(self) -> Sequence[Any]:
        """Return everything as it is now, without any lag or dialect."""


class RecordStore:
    """Objects of one resource by scope, and what a reader sees of them at which time.

    A subclass sets ``state_name``, ``point``, the dialects' name for an entry, ``id_name``, the field with the id, and
    ``unknown_id``, an id that no object has. Lags and dialects of lists apply to every subclass alike, except that
    ``prefix`` gives a subclass hooks of its own. The class is long because it is the only one that keeps history, and
    time, versions and readers belong together.
    """

    prefix = ""

    state_name: str
    point: str
    id_name: str
    unknown_id: str

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock

    def clear(self, scopes: Iterable[str]) -> None:
        """Forget every object; these are the scopes that exist at the start."""
        self.records: dict[str, Record] = {}
        self.of_scope: dict[str, dict[str, Record]] = defaultdict(dict, {scope: {} for scope in scopes})
        self._list_numbers: dict[str, int] = {}
        self._scope_writes: dict[str, float] = {}
        self._doomed: dict[str, float] = {}
        self._serial = 0
        self.first_id = ""

    # --- writes ---

    def add(self, scope: str, object_id: str, value: dict[str, Any]) -> None:
        """Store a new object."""
        now = self._scope_writes[scope] = self.clock.ticks()
        self._serial += 1
        record = Record(scope, now, [(now, value)], serial=self._serial)
        self.records[object_id] = self.of_scope[scope][object_id] = record
        self.first_id = self.first_id or object_id
        life = self.settings.dialects.apply(self.prefix + "life", FOREVER)
        if life < FOREVER:
            self._doomed[object_id] = now + life

    def seed(self, scope: str, value: Any, object_id: str | None) -> None:
        """Store something verbatim, as if it had always been there; without an id no write finds it."""
        record = Record(scope, -FOREVER, [(-FOREVER, value)], verbatim=True)
        if object_id is not None:
            self.records[object_id] = record
        # Two seeded objects may even share an id, so the list's key is another one.
        self.of_scope[scope][new_id("seeded")] = record

    def change(self, record: Record, value: dict[str, Any], scope: str) -> None:
        """Store a new version of an object, which may move it to another scope."""
        now = self._scope_writes[scope] = self.clock.ticks()
        if scope != record.scope:
            records = self.of_scope[record.scope]
            key = next(key for key, other in records.items() if other is record)
            self.of_scope[scope][key] = records.pop(key)
            record.scope = scope
        record.write(now, value, self._oldest_reader())

    def remove(self, object_id: str, at: float | None = None) -> None:
        """Delete an object, now or at a time that has passed."""
        record = self.records.pop(object_id)
        if at is None:
            at = self._scope_writes[record.scope] = self.clock.ticks()
        record.write(at, None, self._oldest_reader())

    def pass_time(self) -> None:
        """Let happen what the time since the last request brings: new objects whose life is over are gone."""
        if self._doomed:
            now = self.clock.ticks()
            for object_id in [key for key, end in self._doomed.items() if end <= now]:
                end = self._doomed.pop(object_id)
                if object_id in self.records:
                    self.remove(object_id, end)

    # --- reads ---

    def list_entries(self, scope: str) -> list[Any]:
        """Return the entries of a scope's list in order of creation, as they were one list lag ago."""
        dialects = self.settings.dialects
        number = self._list_numbers[scope] = self._list_numbers.get(scope, 0) + 1
        scopes = dialects.apply("list_scope", [scope], scope, list(self.of_scope))
        entries = [entry for each in scopes for entry in self.visible(each, number)]
        return dialects.apply("list_entries", entries)

    def visible(self, scope: str, list_number: int = 0, selects: Callable[[Any], bool] | None = None) -> list[Any]:
        """Return the entries of a scope's objects as a reader sees them now.

        :param list_number: 0 in a detail. :param selects: chooses entries by what they are, whatever a dialect shows.
        """
        dialects = self.settings.dialects
        at = self._reader_time(list_number)
        delay = dialects.apply(self.prefix + "update_delay", 0)
        kept = dialects.apply(self.prefix + "deleted_kept", self.deletion_seconds())
        records = self.of_scope[scope]
        # Other readers may be older than this one: only what no reader sees any more is dropped.
        for key in [key for key, record in records.items() if record.is_over(self._oldest_reader(), kept)]:
            del records[key]
        changes = dialects.has(self.point)
        entries: list[Any] = []
        for record in records.values():
            value, since_update, since_deletion = record.version_at(at, delay, kept)
            if value is None:
                continue
            entry = self.with_status(record, value, at)
            if selects is not None and not selects(entry):
                continue
            if changes and isinstance(entry, dict):
                seen = Seen(at - record.born, since_update, since_deletion, not entries, list_number)
                entry = dialects.apply(self.point, entry, seen)
            entries.append(entry)
        return entries

    def with_status(self, record: Record, value: Any, at: float) -> Any:
        """Return the entry with what depends on the time of the read; nothing does unless a subclass says so."""
        return value

    def deletion_seconds(self) -> float:
        """Return for how long a deleted object is shown; not at all unless a subclass says so."""
        return 0

    def has(self, object_id: str) -> bool:
        """Return whether a write finds an object of this id."""
        return object_id in self.records

    def state(self) -> list[Any]:
        """Return everything as it is now, without any lag or dialect."""
        now = self.clock.ticks()
        records = [record for records in self.of_scope.values() for record in records.values()]
        present = [record for record in records if record.latest() is not None]
        return [
            self.with_status(record, record.latest(), now)
            for record in sorted(present, key=lambda record: record.serial)
        ]

    def _reader_time(self, list_number: int = 0) -> float:
        lag = self.settings.dialects.apply(self.prefix + "list_lag", self.settings.list_lag_ms / 1000, list_number)
        return self.clock.ticks() - lag

    def _oldest_reader(self) -> float:
        return self.clock.ticks() - self.settings.list_lag_ms / 1000 - HISTORY_SECONDS

    # --- for dialects ---

    def scope_of(self, object_id: str, request: Request) -> str:
        """Return the scope of an object; an id that is not stored is that of the scope itself."""
        record = self.records.get(object_id)
        return record.scope if record else object_id

    def is_listed(self, object_id: str) -> bool:
        """Return whether the list shows an object; True of an unknown one, which is refused anyway."""
        record = self.records.get(object_id)
        return record is None or record.version_at(self._reader_time(), 0, 0)[0] is not None

    def age(self, object_id: str) -> float:
        """Return the seconds since an object's creation, without end if it does not exist."""
        record = self.records.get(object_id)
        return FOREVER if record is None else self.clock.ticks() - record.born

    def since_write(self, object_id: str) -> float:
        """Return the seconds since an object's last write, without end if it does not exist."""
        record = self.records.get(object_id)
        return FOREVER if record is None else self.clock.ticks() - record.versions[-1][0]

    def since_scope_write(self, scope: str) -> float:
        """Return the seconds since the last write to any object of a scope."""
        return self.clock.ticks() - self._scope_writes.get(scope, -FOREVER)

    def newest_elsewhere(self, scope: str) -> str | None:
        """Return the id of the newest object of any other scope."""
        others = [key for key, record in self.records.items() if record.scope != scope]
        return others[-1] if others else None
