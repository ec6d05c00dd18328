# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide from one list what is to be done for an object; nothing is sent here.

plan_object(state, view) -> CREATE, UPDATE, DELETE, DONE or FAILED. An action that cannot be undone rests on what the
list confirms: two objects of the name, a similar name or none, or an object that is being deleted block it.
"""

from __future__ import annotations

from .._resources.base import CREATE, DELETE, UPDATE, Entry
from . import limits
from .state import DONE, ObjectState
from .views import View, is_similar


def list_timeout(obj: ObjectState, view: View, deletion_timeout: float) -> float:
    """Return for how many seconds to wait for a clearer list before this object is planned.

    :param deletion_timeout: seconds to wait for an object of the name that is being deleted.
    """
    desired = obj.desired
    if desired.given_id:
        entry = view.by_id(desired.given_id)
        return deletion_timeout if entry and entry.is_leaving and not desired.is_absent else 0.0
    exact = view.exact(desired.name)
    if len(exact) == 1:
        return 0.0
    if not exact and view.leaving(desired.name) and not desired.is_absent:
        return deletion_timeout
    return limits.STALE_LIST_TIMEOUT if exact or view.near(desired) or view.nameless else 0.0


def plan_object(obj: ObjectState, view: View) -> None:
    """Decide from a list what is to be done."""
    desired = obj.desired
    if desired.given_id:
        return _plan_by_id(obj, view)
    exact = view.exact(desired.name)
    if len(exact) > 1:
        return obj.fail("AmbiguousName", exact)
    if exact:
        return plan_deletion(obj, exact[0]) if desired.is_absent else plan_update(obj, exact[0])
    if not desired.is_absent and view.leaving(desired.name):
        return obj.fail("StillDeleting", view.leaving(desired.name))
    near = view.near(desired)
    if view.nameless:
        return obj.fail("NameNotShown", view.nameless)
    if len(near) == 1 and not desired.is_absent and desired.is_equal(near[0].item):
        return adopt(obj, near[0])
    if near:
        return obj.fail("SimilarName", near)
    if desired.is_absent:
        return obj.finish()
    return plan_creation(obj)


def _plan_by_id(obj: ObjectState, view: View) -> None:
    desired = obj.desired
    entry = view.by_id(desired.given_id)
    if desired.is_absent:
        if entry is None or entry.is_leaving:
            return obj.finish()
        if desired.name and entry.name and entry.name != desired.name:
            return obj.fail("IdNameMismatch", [entry])
        return plan_deletion(obj, entry)
    if entry is None:
        return obj.fail("NotFound")
    if entry.is_leaving:
        return obj.fail("StillDeleting", [entry])
    others = [other for other in view.exact(desired.name) if other is not entry]
    if others and entry.name != desired.name:
        return obj.fail("NameConflict", others)
    return plan_update(obj, entry)


def plan_creation(obj: ObjectState) -> None:
    """Decide to create the object.

    :raises BceError: if the task lacks what a creation needs.
    """
    obj.entry = obj.outcome.object_id = obj.outcome.item = None
    obj.make_plan(None)
    obj.state = CREATE


def plan_update(obj: ObjectState, entry: Entry) -> None:
    """Take an entry as the object: it is DONE if it is as desired, else it gets an update.

    :raises BceError: if the object cannot be changed so; a reason of the resource's own goes before a missing id.
    """
    obj.take_entry(entry)
    obj.take_item(entry.item)
    action = obj.make_plan(entry.item)
    if entry.object_id is None:
        return obj.fail("IdNotShown", [entry])
    obj.state = UPDATE if action == UPDATE else DONE
    return None


def plan_deletion(obj: ObjectState, entry: Entry) -> None:
    """Take an entry as the object that is to be deleted.

    :raises BceError: if the object cannot be deleted.
    """
    obj.take_entry(entry)
    obj.take_item(entry.item)
    obj.make_plan(entry.item)
    if entry.object_id is None:
        return obj.fail("IdNotShown", [entry])
    obj.state = DELETE
    return None


def adopt(obj: ObjectState, entry: Entry) -> None:
    """Take an object that is shown under another spelling of the name; nothing is written to it."""
    obj.take_entry(entry)
    if entry.object_id is None:
        return obj.fail("IdNotShown", [entry])
    obj.take_item(entry.item)
    obj.outcome.warnings += tuple(obj.desired.type.not_compared(obj.desired.value, entry.item))
    obj.note("NameSpeltDifferently", [entry])
    obj.state = DONE
    return None


def is_adopted(obj: ObjectState) -> bool:
    """Return True if the object was taken under another spelling of its name."""
    return any(note.code == "NameSpeltDifferently" for note in obj.outcome.notes)


def reject_similar_deletions(objects: list[ObjectState]) -> None:
    """Fail a deletion by a name that may be the changed spelling of the name of another, missing object."""
    missing = [
        obj
        for obj in objects
        if not (obj.desired.is_absent or obj.desired.given_id or obj.desired.has_exact_names) and obj.entry is None
    ]
    for absent in objects:
        if absent.state != DELETE or absent.desired.given_id:
            continue
        similar = [obj for obj in missing if is_similar(absent.entry.name, obj.desired.name)]
        for obj in [absent, *similar] if similar else []:
            obj.fail("SimilarName", [absent.entry])


def is_confirmed_by(obj: ObjectState, view: View) -> bool:
    """Return False if nothing is left to be done, and a newer list contradicts that."""
    desired = obj.desired
    if obj.state != DONE or (obj.outcome.changed and desired.is_absent):
        return True
    entry = view.by_id(obj.outcome.object_id)
    if not desired.is_absent:
        return entry is not None and not entry.is_leaving
    return not view.exact(desired.name) if desired.given_id is None else entry is None or entry.is_leaving


def replan(obj: ObjectState, view: View) -> None:
    """Decide again what is to be done, where a newer list contradicts that it was nothing."""
    if obj.desired.is_absent:
        plan_object(obj, view)
    else:
        obj.fail("ChangedMeanwhile", [obj.entry] if obj.entry else [])
