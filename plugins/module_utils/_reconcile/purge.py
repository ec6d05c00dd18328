# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Purge: delete the objects of a scope that the task does not name, and never one that it means.

Nothing is deleted unless two lists show the surplus objects alike, and the second shows every object of the task as
desired. Entries without name or id, similar names, and objects that equal a desired one stop a purge.
"""

from __future__ import annotations

from typing import Any, Callable, Collection, Generator

from .._bce.errors import BceError
from .._resources.base import CREATE, DELETE, UPDATE, Entry, ResourceApi
from . import planner, state
from .messages import ErrorSpec, to_error
from .planner import View, is_adopted, is_same_surplus
from .reconciler import PurgeStrategy, run_step
from .state import DONE, FAILED, DesiredObject, ListRequest, ObjectState, Problem, problem_of

MESSAGES = {
    "purge_unclear": (
        "purge: the list of %(scope)s shows %(label)ss without a name or an id (%(ids)s), so nothing was"
        " purged; run the task again later, or delete what is surplus by its id"
    ),
    "purge_similar": (
        "purge: %(scope)s has %(shown)s (%(ids)s), whose name may be a changed spelling of a listed one, so"
        " nothing was purged; list it too, or delete it by its id"
    ),
    "purge_equal": (
        "purge: %(shown)s (%(ids)s) of %(scope)s equals a listed %(label)s in everything except the name, so"
        " nothing was purged; list it with state: absent if it is to go"
    ),
    "purge_not_shown": (
        "purge: the list of %(scope)s does not show %(ids)s as desired, so nothing was purged; run the task again"
    ),
}
# By the code of the problem; the keys are those of MESSAGES.
CODES = {
    "PurgeUnclear": ErrorSpec("purge_unclear", True),
    "PurgeSimilar": ErrorSpec("purge_similar", False),
    "PurgeEqual": ErrorSpec("purge_equal", False),
    "PurgeNotShown": ErrorSpec("purge_not_shown", True),
}


class Purge(PurgeStrategy):
    """The purge of one scope.

    :ivar problem: why the purge was refused, or None.
    """

    def __init__(
        self, make_surplus: Callable[[str], ObjectState], is_included: Callable[[Entry], bool] | None = None
    ) -> None:
        """Prepare a purge.

        :param make_surplus: return the state of the deletion of an id.
        :param is_included: return whether an entry is of the part of the scope that is purged; None for all of it.
        """
        self.problem: Problem | None = None
        self._make_surplus = make_surplus
        self._is_included = is_included

    @classmethod
    def of_scope(cls, api: ResourceApi, is_included: Callable[[Entry], bool] | None = None) -> Purge:
        """Return the purge of the scope of a ResourceApi, or of a part of it."""

        def make_surplus(object_id: str) -> ObjectState:
            return ObjectState(DesiredObject(api.type, api.surplus(object_id), is_surplus=True))

        return cls(make_surplus, is_included)

    def _part_of(self, view: View) -> View:
        """Return the part of a list that is purged."""
        if self._is_included is None:
            return view
        entries = filter(self._is_included, view.entries)
        return View(entries, view.names, view.waited, view.window, view.error)

    def error(self, api: ResourceApi) -> BceError | None:
        """See PurgeStrategy.error()."""
        return None if self.problem is None else to_error(self.problem, api, None, CODES, MESSAGES)

    def is_unclear(self, objects: list[ObjectState], view: View) -> bool:
        """See PurgeStrategy.is_unclear()."""
        return find_unclear(objects, self._part_of(view)) is not None

    def plan(self, objects: list[ObjectState], names: Collection[Any], view: View) -> list[ObjectState]:
        """See PurgeStrategy.plan()."""
        view = self._part_of(view)
        self.is_skipped = any(obj.state == FAILED for obj in objects)
        self.problem = None if self.is_skipped else find_obstacle(objects, names, view)
        surplus: list[ObjectState] = []
        if self.is_skipped or self.problem is not None:
            return surplus
        for entry in find_surplus(objects, names, view):
            obj = self._make_surplus(str(entry.object_id))
            run_step(obj, planner.plan_deletion, obj, entry)
            surplus.append(obj)
        return surplus

    def confirm(
        self, objects: list[ObjectState], names: Collection[Any], surplus: list[ObjectState]
    ) -> Generator[ListRequest, Any, bool]:
        """See PurgeStrategy.confirm()."""
        self.is_skipped = any(obj.state != DONE for obj in objects)
        if self.is_skipped:
            return False
        view = yield ListRequest(True, state.STALE_LIST_TIMEOUT)
        while True:
            view = self._part_of(view)
            if view.error:
                self.problem = Problem(state.LIST_FAILED, error=view.error)
                return False
            self.problem = find_not_shown(objects, view) or find_obstacle(objects, names, view)
            if self.problem is None or view.waited >= state.STALE_LIST_TIMEOUT:
                break
            view = yield ListRequest(False, state.STALE_LIST_TIMEOUT)
        if self.problem is None:
            confirm_surplus(surplus, view)
        return self.problem is None


def confirm_surplus(surplus: list[ObjectState], view: View) -> None:
    """Make the surplus objects that a second list shows alike ready to be deleted."""
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
    provided_ids = {obj.desired.provided_id for obj in objects if obj.desired.provided_id}
    near += [
        entry
        for obj in desired
        if obj.desired.provided_id
        for entry in view.exact(obj.desired.name)
        if entry.object_id not in provided_ids
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
        exact = view.exact(desired.name) if desired.name and not desired.provided_id else [entry]
        if desired.is_absent:
            is_wrong = entry is not None and not entry.is_leaving
        else:
            is_wrong = entry is None or exact != [entry] or not desired.is_equal(entry.item)
        if is_wrong:
            return problem_of("PurgeNotShown", [entry] if entry else [], ids=(obj.outcome.object_id or "",))
    return None
