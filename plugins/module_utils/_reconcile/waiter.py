# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until the objects of a scope reach a state, by lists."""

from __future__ import annotations

from typing import Any

from .._bce.errors import (
    InvalidResponseError,
    RateLimitedError,
    ServerError,
    TransportError,
)
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
    """Poll a scope until each object of `works` is in the state that its task waits for (wait_for, wait_timeout)."""

    def __init__(self, scope: ScopeReconciler, works: list[ObjectResult]) -> None:
        self._scope = scope
        self._works = works
        self._type = scope.api.type
        self._missing: dict[Any, float] = {}  # id -> since when no list shows it, a moment of clock.monotonic()

    def run(self) -> None:
        """Poll; a request that fails in between does not end the wait."""
        clock, works, list_error = self._scope.clock, self._works, ""
        begin, interval = clock.monotonic(), MIN_POLL_INTERVAL
        while True:
            now = clock.monotonic()
            works = [work for work in works if work.problem is None and not self._is_reached(work)]
            for work in works:
                if now + interval > begin + work.desired.wait_timeout:
                    self._time_out(work, list_error)
            works = [work for work in works if work.problem is None]
            if not works:
                return
            clock.sleep(interval)
            interval = min(MAX_POLL_INTERVAL, interval * 1.5)
            try:
                listed = self._scope.executor.refresh(begin + max(work.desired.wait_timeout for work in works))
            except TEMPORARY_ERRORS as error:
                list_error = MESSAGES["wait_list_failed"] % {"text": error.message}
                continue
            except Exception as error:  # an internal error must not lose what was done before
                for work in works:
                    _fail(work, Problem("Waited", error=error))
                return
            list_error = ""
            view = View(listed.entries, ())
            for work in works:
                self._update(work, view.by_id(work.known_id))

    def _update(self, work: ObjectResult, entry: Entry | None) -> None:
        """Take the current status from a list."""
        now = self._scope.clock.monotonic()
        if entry is None:
            if now - self._missing.setdefault(work.known_id, now) >= state.STALE_LIST_TIMEOUT:
                self._end(work, "ObjectVanished")
                work.state.outcome.item = None
            return
        self._missing.pop(work.known_id, None)
        work.state.take_item(entry.item)
        status = (read_field(entry.item, "status") or "").lower()
        if status in self._type.final_states and not self._is_reached(work):
            self._end(work, "WaitFailed", current=status)

    def _is_reached(self, work: ObjectResult) -> bool:
        """Return True if a list that is newer than the last write shows the state."""
        field, value = self._type.wait_conditions[work.desired.wait_for]
        return not work.outcome.is_item_stale and (read_field(work.item, field) or "").lower() == value

    def _time_out(self, work: ObjectResult, list_error: str) -> None:
        status, health = (read_field(work.item, name) or "unknown" for name in ("status", "health_status"))
        current = MESSAGES["wait_status"] % {"status": status, "health": health}
        self._end(work, "WaitTimeout", seconds=work.desired.wait_timeout, current=current, list_error=list_error)

    @staticmethod
    def _end(work: ObjectResult, code: str, **words: Any) -> None:
        """End the wait for an object with a problem."""
        words.update(goal=work.desired.wait_for, name=work.name or getattr(work.state.entry, "name", None))
        problem = problem_of(code, ids=(str(work.known_id),))
        _fail(work, problem._replace(words=tuple(words.items())))


def _fail(work: ObjectResult, problem: Problem) -> None:
    work.state.outcome.problem, work.state.state = problem, FAILED
