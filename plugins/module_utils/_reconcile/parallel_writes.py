# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send the writes of one scope in parallel, as long as its API allows it."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any, Callable, Sequence

from .concurrency import run_concurrently
from .executor import WriteOrder

DEFAULT_PARALLEL_WRITES = 8  # of one scope
MAX_PARALLEL_WRITES = 32


class ParallelWrites(WriteOrder):
    """Writes of one scope in parallel, until the API refuses one because the scope is busy; then one after the other.

    A write that has a turn of its own keeps it through all of its attempts, so that others do not overtake it until its
    retry_timeout is over. Turns are given in the order in which they were asked for.
    """

    def __init__(self, size: int) -> None:
        """Allow `size` writes at the same time."""
        self._size = size
        self._changed = threading.Condition()
        self._is_serial = size == 1
        self._running = 0
        self._waiting: deque[object] = deque()
        self._own = threading.local()  # .turn: whether the write of this thread has a turn of its own

    def call_all(self, func: Callable[[Any], Any], items: Sequence[Any]) -> tuple[Any, ...]:
        """See WriteOrder.call_all()."""
        if self._is_serial or len(items) == 1:
            return super().call_all(func, items)
        results: list[Any] = [None] * len(items)

        def call(place: int) -> None:
            results[place] = func(items[place])

        run_concurrently(call, range(len(items)), self._size, lambda: None)
        return tuple(results)

    def begin(self) -> None:
        """See WriteOrder.begin()."""
        with self._changed:
            self._own.turn = self._is_serial
            self._enter()

    def serialize(self) -> bool:
        """See WriteOrder.serialize()."""
        with self._changed:
            if self._own.turn:
                return False
            self._own.turn = self._is_serial = True
            self._leave()
            self._enter()
            return True

    def is_shared(self) -> bool:
        """Return whether the write of this thread may be under way at the same time as others."""
        return not getattr(self._own, "turn", True)

    def end(self) -> None:
        """See WriteOrder.end()."""
        with self._changed:
            self._own.turn = True
            self._leave()

    def _enter(self) -> None:
        if self._own.turn:
            turn = object()
            self._waiting.append(turn)
            self._changed.wait_for(lambda: not self._running and self._waiting[0] is turn)
            self._waiting.popleft()
        self._running += 1

    def _leave(self) -> None:
        self._running -= 1
        self._changed.notify_all()
