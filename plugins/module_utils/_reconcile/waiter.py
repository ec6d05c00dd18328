# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until the objects of a scope reach a state, by lists."""

from __future__ import annotations

from typing import Any

from .._bce.errors import InvalidResponseError, RateLimitedError, ServerError, TransportError
from .._resources.base import Entry
from . import state
from .messages import MESSAGES
from .planner import View
from .results import ObjectResult, ScopeReconciler
from .state import FAILED, Problem, problem_of

MIN_POLL_INTERVAL, MAX_POLL_INTERVAL = 0.2, 3.0  # seconds between two lists

# Errors that do not end a wait, because the next poll may succeed.
TEMPORARY_ERRORS = (TransportError, ServerError, RateLimitedError, InvalidResponseError)


def read_field(item: Any, name: str) -> str | None:
    """Return a field of an object, None if it has none of the name."""
    return getattr(item, "fields", item).get(name)


class StateWaiter:
    """Poll a scope until each object of `results` is in the state that its task waits for (wait_for, wait_timeout)."""

    def __init__(self, scope: ScopeReconciler, results: list[ObjectResult]) -> None:
        self._scope = scope
        self._results = results
        self._type = scope.api.type
        self._missing: dict[Any, float] = {}  # id -> since when no list shows it, a moment of clock.monotonic()

    def run(self) -> None:
        """Poll; a request that fails in between does not end the wait."""
        clock, results, list_error = self._scope.clock, self._results, ""
        begin, interval = clock.monotonic(), MIN_POLL_INTERVAL
        while True:
            waited = clock.monotonic() - begin
            results = [result for result in results if result.problem is None and not self._is_reached(result)]
            for result in results:
                if waited > result.desired.wait_timeout - 0.001:  # sleep() may wake a little early
                    self._time_out(result, list_error)
            results = [result for result in results if result.problem is None]
            if not results:
                return
            timeouts = [result.desired.wait_timeout for result in results]
            clock.sleep(min(interval, min(timeouts) - waited))  # the last list is read when the time is over
            interval = min(MAX_POLL_INTERVAL, interval * 1.5)
            try:
                listed = self._scope.executor.refresh(begin + max(timeouts))
            except TEMPORARY_ERRORS as error:
                list_error = MESSAGES["wait_list_failed"] % {"text": error.message}
                continue
            except Exception as error:  # an internal error must not lose what was done before
                for result in results:
                    _fail(result, Problem(state.WAIT_RAISED, error=error))
                return
            list_error = ""
            view = View(listed.entries, ())
            for result in results:
                self._update(result, view.by_id(result.known_id))

    def _update(self, result: ObjectResult, entry: Entry | None) -> None:
        """Take the current status from a list."""
        now = self._scope.clock.monotonic()
        if entry is None:
            if now - self._missing.setdefault(result.known_id, now) >= state.STALE_LIST_TIMEOUT:
                self._end(result, "ObjectVanished")
                result.state.outcome.item = None
            return
        self._missing.pop(result.known_id, None)
        result.state.take_item(entry.item)
        status = (read_field(entry.item, "status") or "").lower()
        if status in self._type.final_states and not self._is_reached(result):
            self._end(result, "WaitFailed", current=status)

    def _is_reached(self, result: ObjectResult) -> bool:
        """Return True if a list that is newer than the last write shows the state."""
        field, value = self._type.wait_conditions[result.desired.wait_for]
        return not result.outcome.is_item_stale and (read_field(result.item, field) or "").lower() == value

    def _time_out(self, result: ObjectResult, list_error: str) -> None:
        current = self._type.describe_state(result.item)
        self._end(result, "WaitTimeout", seconds=result.desired.wait_timeout, current=current, list_error=list_error)

    @staticmethod
    def _end(result: ObjectResult, code: str, **words: Any) -> None:
        """End the wait for an object with a problem."""
        words.update(goal=result.desired.wait_for, name=result.name or getattr(result.state.entry, "name", None))
        problem = problem_of(code, ids=(str(result.known_id),))
        _fail(result, problem._replace(words=tuple(words.items())))


def _fail(result: ObjectResult, problem: Problem) -> None:
    result.state.outcome.problem, result.state.state = problem, FAILED
