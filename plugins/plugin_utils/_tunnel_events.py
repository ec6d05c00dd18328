# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn the lists of tunnels of one VPN gateway into events. Pure: no request, and no clock.

Every tunnel has an expected state: that of the user's list or, without one, the state that the tunnel had before. An
event reports that a tunnel left its expected state. Its return to that state, such as after a repair, is not an event.
An event about the configuration needs two lists that agree. A tunnel counts as gone only if nothing contradicts that.
"""

from __future__ import annotations

from typing import Any, Dict, FrozenSet, List, NamedTuple, Optional, Sequence, Tuple

from ..module_utils._bce.errors import BceError
from ..module_utils._bce.redaction import SecretSet, redact_nested
from ..module_utils._module.bulk_read import tunnel_result
from ..module_utils._reconcile.state import CONFIRMED_CREATE_TIMEOUT, STALE_LIST_TIMEOUT
from ..module_utils._resources.base import Desired, Entry, Listed
from ..module_utils._resources.vpn_tunnel import SECRET_KEY
from ._tunnel_records import APPEARED, CHANGED, Deviation, Match, Record, Report, match, read

PRESENT, DOWN, UP, UNREADABLE, READABLE = "present", "down", "up", "unreadable", "readable"
REACHABLE = "reachable"
# A text with one of these could run as a template in a playbook that gets the event.
TEMPLATE_MARKS = ("{{", "{%", "{#")
MESSAGES = {"event_template_hidden": "(not shown, because it could be a template)"}

Event = Dict[str, Any]


class Timing(NamedTuple):
    """The options repair_time and health_delay of the event source, in seconds."""

    repair_time: float
    health_delay: float


class Proof(NamedTuple):
    """The tunnels in the gateway's own detail, which can contradict that a tunnel is gone.

    :ivar ids: the ids of the tunnels that the detail shows.
    :ivar counts_more: whether the detail counts more tunnels than the list has.
    """

    ids: FrozenSet[str]
    counts_more: bool = False


class GatewayWatch:
    """Watch the tunnels of one gateway.

    :param desired: the items of the user's list; None if there is no list.
    """

    def __init__(self, vpn_id: str, timing: Timing, desired: Optional[Sequence[Desired]] = None) -> None:
        self.vpn_id = vpn_id
        self._timing = timing
        self._has_list = desired is not None
        self._records = [Record(item) for item in desired or ()]
        self._is_started = False
        self._is_readable = True

    def set_desired(self, desired: Sequence[Desired]) -> None:
        """Replace the user's list, and keep what is known about the tunnels."""
        old = list(self._records)
        records = []
        for item in desired:
            record = Record(item)
            known = next((other for other in old if _is_same(other, record)), None)
            if known is not None:
                old.remove(known)
                record.__dict__.update(known.__dict__, desired=item, expected=record.expected)
                record.expect(known.seen.entry if known.seen else None)
            records.append(record)
        for record in old:
            record.desired = record.expected = None
            record.report = Report(Deviation(APPEARED), 0.0)
        self._records = records + [record for record in old if record.seen and not record.is_gone]

    def fail(self, error: BceError) -> List[Event]:
        """Return the event unreadable, once for each outage."""
        events = [self._event(UNREADABLE, error=error.to_dict())] if self._is_readable else []
        self._is_readable = False
        return events

    def needs_confirmation(self, listed: Listed) -> Tuple[bool, bool]:
        """Return whether a second list is needed, and whether a Proof is needed because a tunnel is missing."""
        found = match(self._records, listed)
        is_missing = any(entry is None and not record.is_gone for record, entry in found.entries.items())
        is_news = any(record.is_news(record.deviation(entry)) for record, entry in found.entries.items())
        return is_missing or is_news or bool(found.others) or not self._is_started, is_missing

    def take(
        self, listed: Listed, now: float, first: Optional[Listed] = None, proof: Optional[Proof] = None
    ) -> List[Event]:
        """Process a list, and return the events that result.

        :param now: the time of a monotonic clock.
        :param first: the list that this one should confirm.
        """
        events = [] if self._is_readable else [self._event(READABLE)]
        self._is_readable = True
        if not self._is_started and first is not None and _identities(first) == _identities(listed):
            events += self._start(listed, now)
        if not self._is_started:
            return events
        found = match(self._records, listed)
        before = match(self._records, first) if first is not None else None
        for record, entry in found.entries.items():
            record.take(entry, found.secrets, now)
            if entry is None and not record.is_gone:
                record.is_gone = _is_gone(record, [found, before], proof, now)
                if not record.is_gone:
                    continue
            deviation = record.deviation(entry)
            is_confirmed = before is not None and record.deviation(before.entries[record]) == deviation
            if is_confirmed or not record.is_news(deviation):
                events += self._settle(record, deviation, now)
        for entry in found.others:
            if before and _identity(entry) in map(_identity, before.others):
                record = self._add(entry, found.secrets, now)
                events += self._settle(record, record.deviation(entry), now)
        for record in self._records:
            events += self._health(record, now)
        self._records = [record for record in self._records if record.desired or record.expected or not record.is_gone]
        return events

    def _start(self, listed: Listed, now: float) -> List[Event]:
        """Process the first list: report its tunnels as present and, without a user's list, expect them as they are."""
        self._is_started = True
        found = match(self._records, listed)
        for record, entry in found.entries.items():
            record.take(entry, found.secrets, now)
        for entry in found.others:
            record = self._add(entry, found.secrets, now)
            record.report = Report(Deviation(APPEARED), now) if self._has_list else None
            record.expect(None if self._has_list else entry)
        return [self._event(PRESENT, record) for record in self._records if record.missing_since is None]

    def _add(self, entry: Entry, secrets: FrozenSet[Any], now: float) -> Record:
        record = Record()
        record.take(entry, secrets, now)
        self._records.append(record)
        return record

    def _settle(self, record: Record, deviation: Optional[Deviation], now: float) -> List[Event]:
        """Return the event about a deviation that is new, or that has lasted longer than repair_time."""
        is_news, report = record.is_news(deviation), record.report
        if is_news or (deviation is None and report is not None):
            record.quiet_until = now + self._timing.health_delay
        if deviation is None:
            record.report = None
        elif is_news:
            record.report = Report(deviation, now)
            return [self._event(deviation.kind, record, **_details(record, deviation), is_repeated=False)]
        elif report is not None and now - report.at >= self._timing.repair_time:
            return self._expire(record, now)
        return []

    def _expire(self, record: Record, now: float) -> List[Event]:
        """Handle a deviation that no repair ended: report it again or, without a user's list, expect it from now on."""
        if record.desired is None and self._has_list:
            return []
        entry = record.seen.entry if record.seen and record.missing_since is None else None
        record.expect(entry)
        deviation = record.deviation(entry)
        record.report = Report(deviation, now) if deviation else None
        if deviation is None:
            return []
        return [self._event(deviation.kind, record, **_details(record, deviation), is_repeated=True)]

    def _health(self, record: Record, now: float) -> List[Event]:
        """Return the event down or up if a tunnel's health changed. Health that the API does not show is no change."""
        if record.seen is None or record.missing_since is not None:
            return []
        health = (record.seen.entry.item.fields["health_status"] or "").lower()
        is_down = health != REACHABLE
        if not health or is_down == record.is_down or (is_down and now < record.quiet_until):
            return []
        record.is_down = is_down
        return [self._event(DOWN if is_down else UP, record)]

    def _event(self, kind: str, record: Optional[Record] = None, **more: Any) -> Event:
        event: Event = {"type": kind, "vpn_id": self.vpn_id, **more}
        if record is None:
            return _safe(event, [])
        is_listed = record.desired is not None if self._has_list else None
        secrets = list(record.seen.secrets) if record.seen else []
        tunnel = tunnel_result(record.seen.entry.item, SecretSet(secrets)) if record.seen else {}
        secrets += [state.secret_key for state in (record.desired, record.expected) if state and state.secret_key]
        name, object_id = tunnel.get("vpn_conn_name") or record.name, tunnel.get("vpn_conn_id")
        return _safe(
            dict(event, vpn_conn_name=name, vpn_conn_id=object_id, is_listed=is_listed, tunnel=tunnel), secrets
        )


def _is_gone(record: Record, lists: List[Optional[Match]], proof: Optional[Proof], now: float) -> bool:
    """Return whether a tunnel that the last list does not show is gone.

    It is not while the gateway's detail shows its id. A list may be stale if the tunnel was just created, or if the
    detail counts more tunnels. The tunnel must then be missing for as long as the reconciler waits for a stale list.

    :param lists: the last two lists.
    """
    shown = [found for found in lists if found is None or found.entries[record] or not found.proves_absence]
    if shown or proof is None or record.missing_since is None:
        return False
    missing = now - record.missing_since
    is_young = record.first_seen is None or record.missing_since - record.first_seen < STALE_LIST_TIMEOUT
    known_id = record.seen.entry.object_id if record.seen else None
    if known_id in proof.ids:
        return False
    return missing >= (CONFIRMED_CREATE_TIMEOUT if proof.counts_more else STALE_LIST_TIMEOUT if is_young else 0.0)


def _details(record: Record, deviation: Deviation) -> Dict[str, Any]:
    """Return the fields that differ and their values, but not the values of a key."""
    names = [name for name, _value in deviation.fields]
    shown = [name for name in names if name != SECRET_KEY.name]
    expected, current = {}, {}
    if deviation.kind == CHANGED and record.expected and record.seen:
        expected = _nested({name: read(record.expected.fields, name) for name in shown})
        current = _nested({name: read(record.seen.entry.item.fields, name) for name in shown})
    return {"fields": names, "expected": expected, "current": current}


def _safe(event: Event, secrets: List[Any]) -> Event:
    """Return an event without secrets, and without texts that could run as a template."""
    found: Event = _without_templates(redact_nested(event, secrets))
    return found


def _is_same(known: Record, item: Record) -> bool:
    """Return whether a new item of the user's list is about a known tunnel."""
    if item.object_id is not None:
        return known.seen is not None and known.seen.entry.object_id == item.object_id
    return known.name == item.name


def _identity(entry: Entry) -> Any:
    return entry.object_id or entry.name


def _identities(listed: Listed) -> Any:
    return {_identity(entry) for entry in listed.entries}


def _nested(values: Dict[str, Any]) -> Dict[str, Any]:
    """Return nested dictionaries for values with names such as "ike_config.ike_version"."""
    found: Dict[str, Any] = {}
    for path, value in values.items():
        group, _dot, name = path.rpartition(".")
        (found.setdefault(group, {}) if group else found)[name] = value
    return found


def _without_templates(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_templates(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_templates(item) for item in value]
    return (
        MESSAGES["event_template_hidden"]
        if isinstance(value, str) and any(mark in value for mark in TEMPLATE_MARKS)
        else value
    )
