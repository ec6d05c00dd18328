# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the objects of one scope to their desired states, and report each: what a module calls."""

from __future__ import annotations

import copy
import time
from typing import Any

from .._bce.errors import BceError
from .._bce.redaction import SecretSet
from .._resources.base import CHECK_MODE_ID, CREATE, DELETE, NOOP, UPDATE, ResourceApi
from . import messages
from .executor import RequestExecutor, WriteOrder
from .reconciler import PurgeStrategy, Reconciler
from .state import FAILED, DesiredObject, ObjectState, Outcome, Problem


def predict_outcome(obj: ObjectState) -> Outcome:
    """Return the outcome that applying the plan is expected to have, for check mode."""
    outcome = copy.copy(obj.outcome)
    if obj.state != FAILED and obj.plan is not None:
        outcome.changed = obj.plan.action != NOOP
        outcome.secret_key_changed = obj.plan.secret_key_changed
        outcome.item = obj.plan.target
    if obj.state == DELETE:
        outcome.changed, outcome.item = True, None
    return outcome


class ObjectResult:
    """Report one object of a task; after the plan as if it had been applied, and from then on as it is.

    :ivar state: the ObjectState; it is not to be changed.
    :ivar predicted: the expected outcome, None as soon as the plan is being applied.
    :ivar is_planned: True if the object could be planned.
    :ivar desired: the desired state that the task provides.
    :ivar name: the natural key, None where the task provides only an id.
    """

    def __init__(self, state: ObjectState, reconciler: Reconciler, executor: RequestExecutor) -> None:
        self.state = state
        self.predicted: Outcome | None = None
        self.is_planned = False
        self.desired = state.desired.value
        self.name = state.desired.name
        self._reconciler = reconciler
        self._executor = executor
        self._error: BceError | None = None

    @property
    def outcome(self) -> Outcome:
        """Return the outcome, the expected one before the plan is applied."""
        return self.predicted if self.predicted is not None else self.state.outcome

    @property
    def changed(self) -> bool:
        """Return True if the object was written."""
        return self.outcome.changed

    @property
    def action(self) -> str:
        """Return the action of the plan."""
        return self.outcome.action

    @property
    def item(self) -> Any:
        """Return the object as it is, None if it does not exist."""
        return self.outcome.item

    @property
    def before(self) -> dict[str, Any]:
        """Return what a diff shows of the object before the plan."""
        return self.outcome.before

    @property
    def after(self) -> dict[str, Any]:
        """Return what a diff shows of the object after the plan."""
        return self.outcome.after

    @property
    def secret_key_changed(self) -> bool:
        """Return True if the object got another key."""
        return self.outcome.secret_key_changed

    @property
    def known_id(self) -> str | None:
        """Return the id of the object, None if it is unknown."""
        return self.outcome.object_id

    @property
    def request_id(self) -> str | None:
        """Return the request id of the last write, else of the last read."""
        return self.outcome.request_id or self._executor.request_id

    @property
    def created_ids(self) -> list[str]:
        """Return the ids that the API returned to creations of this task, or that these may have made.

        Without those that existed before, and after a success without those of which the API says that they do not
        exist, because these were replayed.
        """
        denied = () if self.problem else self.state.creation.denied_ids
        return [
            created
            for created in self.outcome.created_ids
            # A list may show an id after all, although the API said that it does not exist.
            if created not in self._reconciler.ids_before and (created not in denied or created == self.known_id)
        ]

    @property
    def all_warnings(self) -> list[str]:
        """Return the warnings of the plan and of the protocol."""
        notes = [messages.to_warning(note, self._executor.api, self.state) for note in self.outcome.notes]
        return list(self.outcome.warnings) + notes

    @property
    def secrets(self) -> set[Any]:
        """Return the keys, old and new, that a text about the object may contain."""
        return self.state.secrets

    @property
    def scope_secrets(self) -> SecretSet:
        """Return the keys of all objects of the scope, as far as a list showed them."""
        return self._executor.secrets

    @property
    def problem(self) -> Problem | None:
        """Return why the object failed, or None."""
        return self.state.outcome.problem

    @property
    def error(self) -> BceError | None:
        """Return the error that the task reports, or None."""
        if self.problem is not None and self._error is None:
            self._error = self._make_error(self.problem, self._executor.api)
        return self._error

    @property
    def failure_text(self) -> str:
        """Return the message of the error; it says so if the request may have been applied."""
        error = self.error
        if error is None:
            return ""
        is_unknown = error.maybe_applied and not self.changed
        return error.message + (messages.MESSAGES["maybe_applied"] if is_unknown else "")

    def _make_error(self, problem: Problem, api: ResourceApi) -> BceError:
        return messages.to_error(problem, api, self.state)


class ScopeReconciler:
    """The objects of one scope that a task names, such as the tunnels of one gateway.

    plan() decides and sends no write; after it the results say what apply() is expected to do, as check mode reports.
    """

    executor_class = RequestExecutor
    result_class = ObjectResult

    def __init__(
        self,
        api: ResourceApi,
        desired_states: list[Any],
        deletion_timeout: float,
        purge: PurgeStrategy | None = None,
        clock: Any = time,
        write_order: WriteOrder | None = None,
    ) -> None:
        """Prepare a run.

        :param desired_states: the desired states, each for a ResourceType's keys() and plan().
        :param deletion_timeout: seconds to wait for an object of a desired name that is being deleted.
        :param purge: deletes every other object of the scope.
        :param clock: the module `time`, or a replacement in tests.
        :param write_order: see RequestExecutor.
        """
        self.api = api
        self.clock = clock
        self.purge = purge
        self.executor = self.executor_class(api, clock, write_order)
        objects = [ObjectState(DesiredObject(api.type, desired)) for desired in desired_states]
        self._reconciler = Reconciler(objects, deletion_timeout, purge)
        self._results: dict[int, ObjectResult] = {}

    @property
    def results(self) -> list[ObjectResult]:
        """Return one result for each desired state, in their order; then those of a purge."""
        objects = self._reconciler.objects
        for obj in objects:
            if id(obj) not in self._results:
                self._results[id(obj)] = self.result_class(obj, self._reconciler, self.executor)
        return [self._results[id(obj)] for obj in objects]

    @property
    def secrets(self) -> SecretSet:
        """Return the secrets that lists contained."""
        return self.executor.secrets

    @property
    def error(self) -> BceError | None:
        """Return why the list could not be read, or why a purge was refused; None if neither."""
        first = self._reconciler.first
        if first is not None and first.error is not None:
            return messages.to_bce_error(first.error)
        return self.purge.error(self.api) if self.purge is not None else None

    def plan(self) -> None:
        """List, and plan every object; problems are noted in the results that they concern."""
        self.executor.run(self._reconciler.plan(), self._reconciler.names)
        self._warn_about_scope()
        for result in self.results:
            predicted = result.predicted = predict_outcome(result.state)
            if result.state.state == CREATE:
                predicted.object_id, predicted.item = CHECK_MODE_ID, self.api.complete_target(predicted.item)
            result.is_planned = result.state.state != FAILED

    def _warn_about_scope(self) -> None:
        """Add the warnings about objects that are to change, next to the others of the scope."""
        objects = [obj for obj in self._reconciler.objects if obj.state != FAILED and obj.plan is not None]
        changing = [obj for obj in objects if obj.plan.action in (CREATE, UPDATE)]
        first = self._reconciler.first
        if not changing or first is None:
            return
        ids = {obj.outcome.object_id for obj in objects if obj.plan.action in (CREATE, UPDATE, DELETE)}
        items = [(obj.desired.value, obj.plan.target) for obj in changing]
        items += [(None, entry.item) for entry in first.entries if entry.object_id not in ids and not entry.is_leaving]
        for index, text in self.api.type.scope_warnings(items).items():
            changing[index].outcome.warnings += (text,)

    def apply(self) -> None:
        """Apply the plan. An object that fails has its problem noted and does not hold up the others."""
        for result in self.results:
            result.predicted = None
        self.executor.run(self._reconciler.apply(), self._reconciler.names)
