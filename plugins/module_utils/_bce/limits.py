# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limit the requests of all threads of a client together."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object  # because Python 3.7 has no Protocol

MAX_SLEEP_SECONDS = 8.0  # in one piece, so that cancel() does not wait longer


class Clock(Protocol):
    """The functions of the module `time` that the client calls; tests replace them."""

    def time(self) -> float: ...

    def monotonic(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class FairSemaphore:
    """A semaphore that serves threads in the order in which they came.

    With Python's own, a thread that has just released it gets it again before the threads that wait wake up: with 16
    gateways, 4 slots and requests of 20 ms the last gateway began after 3.8 s of 5.0 s, here after 0.07 s.
    """

    def __init__(self, value: int) -> None:
        self._free = value
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()  # until __exit__ of another thread hands over

    def __exit__(self, *_exception: object) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


class SharedPause:
    """The pauses of a client: between attempts, and of all threads while the API throttles one of them."""

    def __init__(self, clock: Clock, jitter: Callable[[float, float], float]) -> None:
        self._clock = clock
        self._jitter = jitter
        self._rate_limited_until = 0.0  # of clock.monotonic()
        self.is_cancelled = False

    def cancel(self) -> None:
        """End all pauses, those of other threads after MAX_SLEEP_SECONDS at the latest."""
        self.is_cancelled = True

    def sleep(self, seconds: float) -> None:
        """Wait for seconds, or until cancel()."""
        while not self.is_cancelled:
            self._clock.sleep(min(seconds, MAX_SLEEP_SECONDS))
            seconds -= MAX_SLEEP_SECONDS
            if seconds <= 0:
                return

    def extend_rate_limit(self, seconds: float) -> None:
        """Let all threads wait for seconds from now on."""
        self._rate_limited_until = max(self._rate_limited_until, self._clock.monotonic() + seconds)

    def wait_for_rate_limit(self) -> None:
        """Wait until the pause that the API asked for is over."""
        pause = self._rate_limited_until - self._clock.monotonic()
        while pause > 0 and not self.is_cancelled:
            # With jitter, so that the threads do not all continue at the same moment.
            self._clock.sleep(pause + self._jitter(0, min(1.0, pause / 4)))
            pause = self._rate_limited_until - self._clock.monotonic()
