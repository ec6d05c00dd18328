# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Purge: delete the objects of a scope that the task does not name, and never one that it means.

Nothing is deleted unless two lists show the surplus objects alike, and the second shows every object of the task as
desired. Entries without name or id, similar names, and objects that equal a desired one stop a purge.
"""

from __future__ import annotations

from typing import Any, Collection, Generator

from .._resources.base import CREATE, DELETE, UPDATE, Entry
from . import limits
from .planner import is_adopted
from .state import DONE, FAILED, ListRequest, ObjectState, Problem, problem_of
from .verification import is_same_surplus
from .views import View


def find_surplus(objects: list[ObjectState], names: Collection[Any], view: View) -> list[Entry]:
    """Return the entries that no object of the task names.

    :param objects: those of the task.
    :param names: their names.
    """
    kept = {obj.outcome.object_id for obj in objects}
    kept |= {created for obj in objects for created in obj.outcome.created_ids}
    return [
        entry
        for entry in view.entries
        if entry.object_id not in kept and entry.name not in names and not entry.is_leaving
    ]


def find_obstacle(objects: list[ObjectState], names: Collection[Any], view: View) -> Problem | None:
    """Return why a purge by this list might delete a desired object; None if it cannot."""
    return find_unclear(objects, view) or find_equal(objects, names, view)


def find_unclear(objects: list[ObjectState], view: View) -> Problem | None:
    """Return a problem if the list does not show clearly which objects the task names."""
    without_id = [entry for entry in view.entries if entry.object_id is None]
    if without_id or view.nameless:
        return problem_of("PurgeUnclear", without_id + view.nameless)
    desired = [obj for obj in objects if not obj.desired.is_absent]
    near = [entry for obj in desired for entry in view.near(obj.desired)]
    given_ids = {obj.desired.given_id for obj in objects if obj.desired.given_id}
    near += [
        entry
        for obj in desired
        if obj.desired.given_id
        for entry in view.exact(obj.desired.name)
        if entry.object_id not in given_ids
    ]
    adopted = [obj.entry for obj in desired if is_adopted(obj)]
    return problem_of("PurgeSimilar", near or adopted) if near or adopted else None


def find_equal(objects: list[ObjectState], names: Collection[Any], view: View) -> Problem | None:
    """Return a problem if a purge would delete what equals a desired object in everything except the name.

    Where names are exact, such an object is another one.
    """
    surplus = find_surplus(objects, names, view)
    desired = [obj for obj in objects if not obj.desired.is_absent]
    if not surplus or not desired or desired[0].desired.has_exact_names:
        return None
    signature = desired[0].desired.type.signature
    entries = [view.by_id(obj.outcome.object_id) for obj in desired if obj.state == DONE]
    shown = {signature(entry.item) for entry in entries if entry}
    equal = [entry for entry in surplus if signature(entry.item) in shown]
    pending = [obj for obj in desired if obj.state in (CREATE, UPDATE)]
    equal += [entry for obj in pending for entry in surplus if obj.desired.is_equal(entry.item)]
    return problem_of("PurgeEqual", equal) if equal else None


def find_not_shown(objects: list[ObjectState], view: View) -> Problem | None:
    """Return a problem if the list does not show every object of the task as desired."""
    for obj in objects:
        desired, entry = obj.desired, view.by_id(obj.outcome.object_id)
        # The ids that the task gives distinguish objects of one name.
        exact = view.exact(desired.name) if desired.name and not desired.given_id else [entry]
        if desired.is_absent:
            is_wrong = entry is not None and not entry.is_leaving
        else:
            is_wrong = entry is None or exact != [entry] or not desired.is_equal(entry.item)
        if is_wrong:
            return problem_of("PurgeNotShown", [entry] if entry else [], ids=(obj.outcome.object_id or "",))
    return None


def confirm_purge(
    objects: list[ObjectState], names: Collection[Any], surplus: list[ObjectState]
) -> Generator[ListRequest, Any, Problem | None]:
    """Read a second list; return why nothing is to be purged, or make the surplus objects ready to be deleted.

    :param objects: those of the task.
    :param names: their names.
    """
    if any(obj.state != DONE for obj in objects):
        return Problem("PurgeSkipped")
    view = yield ListRequest(True, limits.STALE_LIST_TIMEOUT)
    while True:
        if view.error:
            return Problem("ListFailed", error=view.error)
        problem = find_not_shown(objects, view) or find_obstacle(objects, names, view)
        if problem is None or view.waited >= limits.STALE_LIST_TIMEOUT:
            break
        view = yield ListRequest(False, limits.STALE_LIST_TIMEOUT)
    if problem is not None:
        return problem
    for obj in surplus:
        entry = view.by_id(obj.outcome.object_id)
        if obj.state == FAILED:
            continue
        if entry is None or entry.is_leaving:
            obj.state, obj.entry = DONE, None
        elif not is_same_surplus(obj, entry):
            obj.fail("ChangedMeanwhile", [entry])
        else:
            obj.entry, obj.state = entry, DELETE
    return None
