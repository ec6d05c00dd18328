# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reconcile the objects of one scope: find, plan, apply, verify; the requests in order, without sending them.

Reconciler.plan() and apply() are generators that yield requests (state.py) and receive responses: a View, a tuple of
WriteResults in the order of the requests, a set of ids or an error. They do no I/O and depend on no clock and no
resource. executor.py sends the requests; tests/model/ explores every interleaving of the same generators.
"""

from __future__ import annotations

from typing import Any, Callable, Collection, Generator

from .._bce.errors import BceError
from .._resources.base import CREATE, DELETE, UPDATE, ResourceApi, WriteResult
from . import creation, planner, state
from .planner import View
from .state import FAILED, PROBE, WAIT, WRITES, ConfirmRequest, ListRequest, ObjectState, WriteRequest

Steps = Generator[Any, Any, Any]


class PurgeStrategy:
    """Delete what the task does not name: the interface of purge.Purge, which only a module with a purge imports.

    :ivar is_skipped: True if nothing was purged because a named object failed.
    """

    is_skipped = False

    def error(self, api: ResourceApi) -> BceError | None:
        """Return why the purge was refused, or None."""
        raise NotImplementedError

    def is_unclear(self, objects: list[ObjectState], view: View) -> bool:
        """Return True if a newer list may show more clearly which objects the task names."""
        raise NotImplementedError

    def plan(self, objects: list[ObjectState], names: Collection[Any], view: View) -> list[ObjectState]:
        """Return the deletions of all objects that the task does not name; none if that is unsafe."""
        raise NotImplementedError

    def confirm(
        self, objects: list[ObjectState], names: Collection[Any], surplus: list[ObjectState]
    ) -> Generator[ListRequest, Any, bool]:
        """Read a second list; return True if it confirms the purge, and make its deletions ready to be sent."""
        raise NotImplementedError


class Reconciler:
    """The objects of one scope, and the order of requests that brings them to their desired states.

    :ivar objects: those of the task, then those that a purge deletes.
    :ivar ids_before: the ids that this run saw before its first creation.
    :ivar first: the list that the plan was made from.
    """

    def __init__(
        self,
        objects: list[ObjectState],
        deletion_timeout: float = state.STALE_LIST_TIMEOUT,
        purge: PurgeStrategy | None = None,
    ) -> None:
        """Prepare a run; see ScopeReconciler."""
        self.objects = objects
        self.purge = purge
        self.names = frozenset(obj.desired.name for obj in objects if obj.desired.name)
        self.ids_before: set[str] = set()
        self.first: View | None = None
        self._deletion_timeout = deletion_timeout
        claims: dict[str | None, str | None] = {}
        for obj in objects:
            obj.creation.claims = claims

    def plan(self) -> Steps:
        """List until everything is clear or the timeout is over, then plan every object; write nothing."""
        view = yield ListRequest(True, state.STALE_LIST_TIMEOUT)
        while not view.error:
            self.ids_before |= view.ids
            timeout = max(
                [planner.list_timeout(obj, view, self._deletion_timeout) for obj in self.objects], default=0.0
            )
            if self.purge is not None and self.purge.is_unclear(self.objects, view):
                timeout = max(timeout, state.STALE_LIST_TIMEOUT)
            if view.waited >= timeout:
                break
            view = yield ListRequest(False, timeout)
        self.first = view
        for obj in self.objects:
            if view.error:
                obj.fail(state.LIST_FAILED, error=view.error)
            else:
                run_step(obj, planner.plan_object, obj, view)
        planner.reject_similar_deletions(self.objects)
        yield from self._confirm_scope(self.objects)
        if self.purge is not None and not view.error:
            self.objects = self.objects + self.purge.plan(self.objects, self.names, view)

    def apply(self) -> Steps:
        """Send what was planned, verify it, and purge in the end."""
        named = [obj for obj in self.objects if not obj.desired.is_surplus]
        yield from self._run_rounds(named)
        surplus = [obj for obj in self.objects if obj.desired.is_surplus]
        if self.purge is not None and surplus:
            if (yield from self.purge.confirm(named, self.names, surplus)):
                yield from self._run_rounds(surplus)
            else:
                self.objects = named

    def _run_rounds(self, objects: list[ObjectState]) -> Steps:
        """Send all writes of a round, then wait once for all of them; repeat while writes are left."""
        window = self.first.window if self.first is not None else 0
        while True:
            yield from self._confirm_scope(objects)
            batch = [request_write(obj, window) for obj in objects if obj.state in WRITES]
            if not batch:
                return
            results = yield tuple(batch)
            for request, result in zip(batch, results):
                run_step(request.target, receive, request.target, request.action, result)
            # tests/model compares the local variables of generators: those of an ended round must not stay.
            del batch, results, request, result
            window = (yield from self._settle(objects)) or window

    def _settle(self, objects: list[ObjectState]) -> Generator[ListRequest, View, int]:
        """List until every write is settled or the timeout is over.

        :returns: the time window of the last list, 0 if none was needed.
        """
        view: View | None = None
        doubtful: list[ObjectState] = []
        while doubtful or any(obj.state == WAIT for obj in objects):
            timeout = max([list_timeout(obj) for obj in objects if obj.state == WAIT], default=state.STALE_LIST_TIMEOUT)
            view = yield ListRequest(view is None, timeout)
            for obj in objects:
                if obj.state == WAIT and view.error:
                    obj.fail(state.LIST_FAILED, error=view.error)
                elif obj.state == WAIT:
                    run_step(obj, judge, obj, view, self.ids_before)
            # An object that needed no write was decided by an older list, which this one must not contradict.
            doubtful = [obj for obj in objects if not (view.error or planner.is_confirmed_by(obj, view))]
            if view.waited >= state.STALE_LIST_TIMEOUT:
                for obj in doubtful:
                    run_step(obj, planner.replan, obj, view)
                doubtful = []
        if view is not None and not view.error:
            for obj in objects:
                for entry in creation.find_candidates(obj, view, self.ids_before) if obj.state == FAILED else ():
                    if entry.object_id:
                        obj.note_created(entry.object_id)
        return view.window if view is not None else 0

    def _confirm_scope(self, objects: list[ObjectState]) -> Steps:
        """Read the scope's own detail for entries that are to be written to and do not name their scope."""
        doubtful = [obj for obj in objects if obj.state in (UPDATE, DELETE) and not obj.entry.scope_confirmed]
        if doubtful:
            confirmed = yield ConfirmRequest()
            for obj in doubtful:
                if not isinstance(confirmed, (set, frozenset)):
                    obj.fail(state.LIST_FAILED, error=confirmed)
                elif obj.outcome.object_id not in confirmed:
                    obj.fail("ScopeNotConfirmed", [obj.entry])
                else:
                    obj.entry = obj.entry._replace(scope_confirmed=True)


def request_write(obj: ObjectState, window: int) -> WriteRequest:
    """Return the write that is to be sent for an object now.

    :param window: the time window by the API's clock.
    """
    if obj.state == CREATE:
        return creation.request_creation(obj, window)
    return WriteRequest(obj.state, obj, obj.outcome.object_id)


def receive(obj: ObjectState, action: str, result: WriteResult) -> None:
    """Note the response to a write."""
    obj.last_error = result.error
    if action == CREATE:
        creation.receive_creation(obj, result)
    elif action == PROBE:
        creation.receive_probe(obj, result)
    else:
        planner.receive_write(obj, result)


def list_timeout(obj: ObjectState, view: View | None = None) -> float:
    """See creation.list_timeout()."""
    return creation.list_timeout(obj, view) if creation.is_open(obj) else state.STALE_LIST_TIMEOUT


def judge(obj: ObjectState, view: View, ids_before: set[str]) -> None:
    """Decide by a newer list what became of the last write; leave the state WAIT while the list may be stale.

    :param ids_before: all ids that this run saw in the scope before its first creation.
    """
    is_final_list = view.waited >= list_timeout(obj, view)
    if obj.desired.is_absent:
        planner.judge_deletion(obj, view, is_final_list)
    elif creation.is_open(obj):
        creation.judge(obj, view, ids_before, is_final_list)
    else:
        planner.judge_update(obj, view, is_final_list)


def run_step(obj: ObjectState, func: Callable[..., None], *arguments: Any) -> None:
    """Call a step of an object; an error that it raises ends this object and no other."""
    try:
        func(*arguments)
    except Exception as error:
        obj.fail(state.STEP_RAISED, error=error)
