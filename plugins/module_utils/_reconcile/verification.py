# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verify updates and deletions: by their responses where these are clear, else by newer lists."""

from __future__ import annotations

from .._resources.base import ABSENT, DELETE, OK, REFUSED, UNKNOWN, Entry, WriteResult
from . import limits, planner
from .state import STALE, WAIT, ObjectState
from .views import View


def receive_write(obj: ObjectState, result: WriteResult) -> None:
    """Note the response to an update or a deletion."""
    if result.outcome == OK:
        obj.finish(changed=True)
        if obj.desired.is_absent:
            obj.outcome.item = None
        else:
            _note_update(obj)
            obj.outcome.item, obj.outcome.is_item_stale = obj.plan.target, True
    elif result.outcome == REFUSED:
        obj.fail("Refused", error=result.error)
    else:
        obj.state, obj.awaited = WAIT, result.outcome


def _note_update(obj: ObjectState) -> None:
    obj.outcome.secret_key_changed = obj.outcome.secret_key_changed or obj.plan.secret_key_changed


def judge_update(obj: ObjectState, view: View, last: bool) -> None:
    """Judge an update that was not confirmed.

    :param last: False while the list may still be stale.
    """
    entry = view.by_id(obj.outcome.object_id)
    entry = None if entry is None or entry.is_leaving else entry
    if obj.awaited == UNKNOWN:
        if entry is not None and obj.desired.is_applied(entry.item):
            obj.finish(changed=True)
            obj.take_entry(entry)
            obj.take_item(entry.item)
            _note_update(obj)
        elif last:
            obj.fail("Unsettled", error=obj.last_error)
        return None
    # ABSENT: deleted by another run, and the list was stale; if lists go on to show it, the two contradict.
    if entry is None and not obj.desired.given_id and obj.creation.attempts < limits.MAX_CREATE_ATTEMPTS:
        exact = view.exact(obj.desired.name)
        if not exact and not (view.near(obj.desired) or view.nameless):
            return planner.plan_creation(obj)
        if len(exact) == 1:
            obj.creation.attempts += 1  # bounds how often an update that finds nothing is followed by another one
            return planner.plan_update(obj, exact[0])
    if last or entry is None:
        obj.fail("Unsettled", error=obj.last_error)
    return None


def judge_deletion(obj: ObjectState, view: View, last: bool) -> None:
    """Judge a deletion that was not sent or not confirmed.

    :param last: False while the list may still be stale.
    """
    desired, entry = obj.desired, view.by_id(obj.outcome.object_id)
    is_gone = entry is None or entry.is_leaving
    if obj.awaited == STALE:
        if entry is not None and not entry.is_leaving:
            return recheck_deletion(obj, entry, view)
        obj.awaited = ABSENT
    others = [] if desired.given_id else view.exact(desired.name) + view.near(desired) + view.nameless
    if is_gone and not others:
        # An earlier attempt of ours may have been applied and its response lost.
        is_ours = obj.awaited == UNKNOWN or bool(getattr(obj.last_error, "maybe_applied", False))
        obj.finish(changed=is_ours)
        obj.outcome.item = None
    elif last and obj.last_error is None:
        obj.fail("ChangedMeanwhile", others or ([entry] if entry else []))
    elif last:
        obj.fail("Unsettled", error=obj.last_error)
    return None


def recheck_deletion(obj: ObjectState, entry: Entry, view: View) -> None:
    """Delete by a newer list, because the first one was too old to rest a deletion on, if both show the same object."""
    is_unclear = obj.desired.is_surplus and (view.nameless or not is_same_surplus(obj, entry))
    if entry.name != obj.entry.name or is_unclear:
        return obj.fail("ChangedMeanwhile", [entry])
    obj.entry, obj.state = entry, DELETE
    return None


def is_same_surplus(obj: ObjectState, entry: Entry) -> bool:
    """Return True if a newer list shows an object that is to be purged as the first list did."""
    signature = obj.desired.type.signature
    return entry.name == obj.entry.name and signature(entry.item) == signature(obj.entry.item)
