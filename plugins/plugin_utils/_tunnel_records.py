# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare tunnels with their expected state, and assign the entries of a list to known tunnels. Pure: no I/O."""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple

from ..module_utils._reconcile.planner import is_similar
from ..module_utils._resources.base import Desired, Entry, Item, Listed
from ..module_utils._resources.vpn_tunnel import SECRET_KEY, VPN_CONN_NAME, VPN_TUNNEL

APPEARED, VANISHED, CHANGED = "appeared", "vanished", "changed"
_MANAGED = (*(field.name for field in VPN_TUNNEL.fields), *VPN_TUNNEL.groups)


class Deviation(NamedTuple):
    """How a tunnel differs from its expected state.

    :ivar kind: VANISHED, APPEARED or CHANGED.
    :ivar fields: the fields that differ, each with its current value.
    """

    kind: str
    fields: Tuple[Tuple[str, Any], ...] = ()


class Report(NamedTuple):
    """The last event about a deviation that has not ended.

    :ivar at: when the event was sent, by the monotonic clock.
    """

    deviation: Deviation
    at: float


class Seen(NamedTuple):
    """A tunnel as the last list with it showed it, and the secrets of that list."""

    entry: Entry
    secrets: frozenset[Any]


class Record:
    """One tunnel that exists or is expected to. All times are those of the monotonic clock.

    :ivar desired: its item of the user's list.
    :ivar expected: the expected state; None if the tunnel is not expected to exist.
    :ivar first_seen: when a list first showed it; None if none did.
    :ivar missing_since: since when lists do not show it; None if the last one does.
    :ivar is_gone: whether it is certain that it does not exist.
    :ivar report: the last event about its deviation; None if it has none.
    :ivar quiet_until: until when it may be down without an event, because it was created or changed.
    :ivar is_down: whether the last event about its health was down.
    """

    def __init__(self, desired: Optional[Desired] = None) -> None:
        self.desired = desired
        self.expected = None if desired is None or desired.is_absent else desired
        self.seen: Optional[Seen] = None
        self.first_seen: Optional[float] = None
        self.missing_since: Optional[float] = None
        self.is_gone = desired is not None and desired.is_absent
        self.report: Optional[Report] = None
        self.quiet_until = 0.0
        self.is_down = False

    @property
    def name(self) -> Optional[str]:
        """Return the desired name of the tunnel, else its current one."""
        name = VPN_TUNNEL.keys(self.desired).name if self.desired else None
        return name or (self.seen.entry.name if self.seen else None)

    @property
    def object_id(self) -> Optional[str]:
        """Return the id of the tunnel; None if the user's list identifies it by its name."""
        if self.desired is not None:
            return VPN_TUNNEL.keys(self.desired).object_id
        return self.seen.entry.object_id if self.seen else None

    def take(self, entry: Optional[Entry], secrets: frozenset[Any], now: float) -> None:
        """Store what a list shows of the tunnel; None if it does not show it."""
        if entry is None:
            self.missing_since = now if self.missing_since is None else self.missing_since
            return
        self.missing_since, self.is_gone = None, False
        self.first_seen = now if self.first_seen is None else self.first_seen
        self.seen = Seen(entry, secrets)
        if self.desired is not None and self.expected is not None and self.expected.secret_key is None:
            self.expected = self.expected._replace(secret_key=entry.item.secret_key)

    def expect(self, entry: Optional[Entry]) -> None:
        """Expect the current state from now on; for an item of the user's list only the key, if the item has none."""
        if self.desired is None:
            self.expected = None if entry is None else _as_desired(entry.item)
        elif self.expected is not None and self.desired.secret_key is None and entry is not None:
            self.expected = self.expected._replace(secret_key=entry.item.secret_key)

    def deviation(self, entry: Optional[Entry]) -> Optional[Deviation]:
        """Return how the tunnel differs from its expected state; None if it does not."""
        if entry is None:
            return None if self.expected is None else Deviation(VANISHED)
        if self.expected is None:
            return Deviation(APPEARED)
        fields = tuple((path, _frozen(read(entry.item.fields, path, entry.item))) for path in self._differing(entry))
        return Deviation(CHANGED, fields) if fields else None

    def is_news(self, deviation: Optional[Deviation]) -> bool:
        """Return whether no event has reported this deviation."""
        return deviation is not None and (self.report is None or self.report.deviation != deviation)

    def _differing(self, entry: Entry) -> Iterator[str]:
        """Yield the fields that differ, by the comparison of the module vpn_tunnel."""
        expected = self.expected
        if expected is None:
            return
        name = expected.fields.get(VPN_CONN_NAME.name)
        # Similar names are equal, because an API may show a name in another spelling.
        if name and entry.name and not is_similar(entry.name, name):
            yield VPN_CONN_NAME.name
        if not VPN_TUNNEL.is_equal(expected, entry.item):
            yield from (path for path, part in _parts(expected) if not VPN_TUNNEL.is_equal(part, entry.item))


class Match(NamedTuple):
    """A list, assigned to the known tunnels.

    :ivar entries: the entry of each known tunnel; None if the list does not show it.
    :ivar others: the entries of unknown tunnels.
    :ivar proves_absence: False if an entry has no name or no id, because it may then be a missing tunnel.
    """

    entries: Dict[Record, Optional[Entry]]
    others: List[Entry]
    secrets: frozenset[Any]
    proves_absence: bool


def match(records: Iterable[Record], listed: Listed) -> Match:
    """Assign the entries of a list to known tunnels: by id, else by name, else by a similar name.

    Items of the user's list go first, because their name stands for the tunnel that has this name now. A tunnel that is
    being deleted counts as missing.
    """
    rest = {id(entry): entry for entry in listed.entries if not entry.is_leaving}
    found: Dict[Record, Optional[Entry]] = dict.fromkeys(records)
    for candidates_of, is_listed in _STEPS:
        index = candidates_of(list(rest.values()))
        for record in [record for record, entry in found.items() if entry is None]:
            if is_listed in (None, record.desired is not None):
                free = [entry for entry in index(record) if id(entry) in rest]
                if free:
                    found[record] = rest.pop(id(_choose(record, free)))
    proves_absence = all(entry.name and entry.object_id for entry in listed.entries)
    return Match(found, list(rest.values()), listed.secrets, proves_absence)


def _same_id(entries: List[Entry]) -> Any:
    by_id = {entry.object_id: entry for entry in entries if entry.object_id}
    return lambda record: [by_id[record.object_id]] if record.object_id in by_id else []


def _same_name(entries: List[Entry]) -> Any:
    by_name: Dict[Any, List[Entry]] = {}
    for entry in entries:
        by_name.setdefault(entry.name, []).append(entry)
    # An item of the user's list with an id cannot stand for a tunnel with another id.
    return lambda record: [] if record.name is None or _has_own_id(record) else by_name.get(record.name, [])


def _similar_name(entries: List[Entry]) -> Any:
    def candidates(record: Record) -> List[Entry]:
        found = [] if _has_own_id(record) else [entry for entry in entries if is_similar(entry.name, record.name)]
        return found if len(found) == 1 else []

    return candidates


# (function that finds the entries for a tunnel, whether it is for items of the user's list; None for all tunnels)
_STEPS: Tuple[Tuple[Any, Optional[bool]], ...] = (
    (_same_id, True),
    (_same_name, True),
    (_same_id, False),
    (_same_name, False),
    (_similar_name, None),
)


def _has_own_id(record: Record) -> bool:
    return record.desired is not None and record.object_id is not None


def _choose(record: Record, entries: List[Entry]) -> Entry:
    """Return the entry that the tunnel had before, else the oldest one."""
    known = record.seen.entry.object_id if record.seen else None
    same = [entry for entry in entries if entry.object_id == known]
    return same[0] if same else min(entries, key=lambda entry: entry.age)


def read(fields: Dict[str, Any], path: str, item: Optional[Item] = None) -> Any:
    """Return the value of a field such as "ike_config.ike_version"."""
    if path == SECRET_KEY.name:
        return item.secret_key if item else None
    group, _dot, inner = path.rpartition(".")
    return ((fields.get(group) or {}) if group else fields).get(inner)


def _as_desired(item: Item) -> Desired:
    """Return the current state of a tunnel as an expected one: the fields that the API shows and a task can set."""
    fields: Dict[str, Any] = {}
    for name in _MANAGED:
        value = item.fields[name]
        if isinstance(value, dict):
            value = {inner: value[inner] for inner in value if value[inner] is not None} or None
        if value is not None and name not in item.not_shown:
            fields[name] = value
    return Desired(fields, {}, item.secret_key)


def _parts(expected: Desired) -> Iterator[Tuple[str, Desired]]:
    """Yield the name of each field of a state, and a state with only this field."""
    for name, value in expected.fields.items():
        if name in VPN_TUNNEL.groups:
            for inner in value:
                yield "%s.%s" % (name, inner), Desired({name: {inner: value[inner]}}, {})
        else:
            yield name, Desired({name: value}, {})
    if expected.secret_key is not None:
        yield SECRET_KEY.name, Desired({}, {}, expected.secret_key)


def _frozen(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value
