# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send the writes of one scope in parallel, as long as its API allows it."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any, Callable, Sequence

from .._bce.errors import BusyError
from .._resources.base import CREATE, DELETE, OK, UPDATE, WriteResult
from .concurrency import run_concurrently
from .executor import WriteOrder
from .state import PROBE, WriteRequest

DEFAULT_PARALLEL_WRITES = 8  # of one scope
MAX_PARALLEL_WRITES = 32
# The order of the writes of a round, because a new object may need the networks, or the quota, of one that the task
# deletes. A purge comes after all rounds.
WRITE_PHASES = ((DELETE,), (UPDATE, PROBE), (CREATE,))


class ParallelWrites(WriteOrder):
    """Writes of one scope in parallel, until the API refuses one because the scope is busy; then one after the other.

    A write that has a turn of its own keeps it through all of its attempts, so that others do not overtake it until its
    retry_timeout is over. Turns are given in the order in which they were asked for.
    """

    def __init__(self, size: int, threads: threading.Semaphore | None = None) -> None:
        """Allow `size` writes at the same time.

        :param threads: how many threads all scopes of a task may start together; None for `size`.
        """
        self._size = size
        self._threads = threads or threading.Semaphore(size)
        self._changed = threading.Condition()
        self._is_serial = size == 1
        self._running = 0
        self._waiting: deque[object] = deque()
        self._own = threading.local()  # .turn: whether the write of this thread has a turn of its own

    def send_all(
        self, send: Callable[[WriteRequest], WriteResult], writes: Sequence[WriteRequest]
    ) -> tuple[WriteResult, ...]:
        """See WriteOrder.send_all()."""
        results: dict[int, WriteResult] = {}
        for actions in WRITE_PHASES:
            phase = [write for write in writes if write.action in actions]
            sent = self.call_all(lambda write: self._send(send, write), phase)
            results.update(zip(map(id, phase), sent))
        return tuple(results[id(write)] for write in writes)

    def call_all(self, func: Callable[[Any], Any], items: Sequence[Any]) -> tuple[Any, ...]:
        """Return func(item) for all items, in their order."""
        if self._is_serial or len(items) <= 1:
            return tuple(map(func, items))
        results: list[Any] = [None] * len(items)

        def call(place: int) -> None:
            results[place] = func(items[place])

        wanted = range(min(self._size, len(items)))
        started = sum(self._threads.acquire(blocking=False) for _thread in wanted)
        try:
            # If no thread is free, the calling thread sends everything.
            run_concurrently(call, range(len(items)), started, lambda: None)
        finally:
            for _thread in range(started):
                self._threads.release()
        return tuple(results)

    def _send(self, send: Callable[[WriteRequest], WriteResult], write: WriteRequest) -> WriteResult:
        """Send one write, and once more, alone, if the API refused it because the gateway was busy.

        A 409 of a creation may be about its name instead; then it is refused again, and lists decide.
        """
        self.begin()
        try:
            first = send(write)
            error = first.error
            if (
                not isinstance(error, BusyError)
                or not self.serialize()
                or (error.maybe_applied and write.action == CREATE)
            ):
                return first
            second = send(write)
            # A first attempt that may have been applied is settled by lists, unless the second one succeeded.
            return first if error.maybe_applied and second.outcome != OK else second
        finally:
            self.end()

    def begin(self) -> None:
        """Wait until a write may be sent."""
        with self._changed:
            self._own.turn = self._is_serial
            self._enter()

    def serialize(self) -> bool:
        """Send all further writes one after the other, this one first, and wait for its turn.

        :returns: False if they are already sent so.
        """
        with self._changed:
            if self._own.turn:
                return False
            self._own.turn = self._is_serial = True
            self._leave()
            try:
                self._enter()
            except BaseException:
                self._running += 1  # what end() takes away
                raise
            return True

    def is_shared(self) -> bool:
        """Return whether the write of this thread may be under way at the same time as others."""
        return not getattr(self._own, "turn", True)

    def end(self) -> None:
        """Let other writes be sent."""
        with self._changed:
            self._own.turn = True
            self._leave()

    def _enter(self) -> None:
        if self._own.turn:
            turn = object()
            self._waiting.append(turn)
            try:
                self._changed.wait_for(lambda: not self._running and self._waiting[0] is turn)
            finally:
                # Also after an interruption, so that the next one does not wait for it.
                self._waiting.remove(turn)
                self._changed.notify_all()
        self._running += 1

    def _leave(self) -> None:
        self._running -= 1
        self._changed.notify_all()
