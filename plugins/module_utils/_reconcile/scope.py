# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the objects of one scope to their desired states: what a module calls."""

from __future__ import annotations

import time
from typing import Any

from .._bce.errors import BceError
from .._resources.base import Listed, ResourceApi
from . import messages
from .executor import RequestExecutor
from .reconciler import Reconciler
from .results import ObjectResult, predict_outcome
from .state import FAILED, DesiredObject, ObjectState


class ScopeReconciler:
    """The objects of one scope that a task names, such as the tunnels of one gateway.

    plan() decides and sends no write; after it the results say what apply() is expected to do, as check mode reports.
    """

    def __init__(
        self, api: ResourceApi, desires: list, deletion_timeout: float, purge: bool = False, clock: Any = time
    ) -> None:
        """Prepare a run.

        :param desires: the desired states, each for a ResourceType's keys() and plan().
        :param deletion_timeout: seconds to wait for an object of a desired name that is being deleted.
        :param purge: delete every other object of the scope.
        :param clock: stands in for the module `time`.
        """
        self.api = api
        self.clock = clock
        self._executor = RequestExecutor(api, clock)
        objects = [ObjectState(DesiredObject(api.type, desired)) for desired in desires]
        self._reconciler = Reconciler(objects, purge, deletion_timeout, self._make_surplus)
        self._results: dict[int, ObjectResult] = {}

    def _make_surplus(self, object_id: str) -> ObjectState:
        return ObjectState(DesiredObject(self.api.type, self.api.surplus(object_id), is_surplus=True))

    @property
    def works(self) -> list[ObjectResult]:
        """Return one result for each desired state, in their order; then those of a purge."""
        objects = list(self._reconciler.objects)
        for obj in objects:
            if id(obj) not in self._results:
                self._results[id(obj)] = ObjectResult(obj, self._reconciler, self._executor)
        return [self._results[id(obj)] for obj in objects]

    @property
    def request_id(self) -> str | None:
        """Return the request id of the last list."""
        return self._executor.request_id

    @property
    def secrets(self) -> set[Any]:
        """Return the secrets that lists contained."""
        return self._executor.secrets

    @property
    def error(self) -> BceError | None:
        """Return why the list could not be read, or why a purge was refused; None if neither."""
        first, problem = self._reconciler.first, self._reconciler.purge_problem
        if first is not None and first.error is not None:
            return messages.to_bce_error(first.error)
        if problem is None or problem.code == "PurgeSkipped":
            return None
        return messages.to_error(problem, self.api, None)

    @property
    def is_purge_skipped(self) -> bool:
        """Return True if nothing was purged because a named object failed."""
        problem = self._reconciler.purge_problem
        return problem is not None and problem.code == "PurgeSkipped"

    def plan(self) -> None:
        """List, and plan every object; problems are noted in the results that they concern."""
        self._executor.run(self._reconciler.plan(), self._reconciler.names)
        for result in self.works:
            result.predicted = predict_outcome(result.state)
            result.is_planned = result.state.state != FAILED

    def apply(self) -> None:
        """Apply the plan. An object that fails has its problem noted and does not hold up the others."""
        for result in self.works:
            result.predicted = None
        self._executor.run(self._reconciler.apply(), self._reconciler.names)

    def refresh(self, deadline: float | None = None) -> Listed:
        """List the scope.

        :param deadline: a moment of clock.monotonic(), or None.
        """
        return self._executor.refresh(deadline)

    def stop(self) -> None:
        """Begin no further request; to be called from another thread."""
        self._executor.stop()
