# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock for client and emulator that stands still except when somebody sleeps on it."""

from __future__ import annotations

import threading

START = 1_795_000_000.0  # seconds since 1970, a moment of November 2026


class Stuck(BaseException):
    """A task sleeps without end; not an Exception, so that no code under test catches it."""


class FakeClock:
    """Stand in for the module `time`: sleep() returns at once and moves the time on. Threads may share it.

    :ivar on_sleep: called with the seconds of every sleep() before it, or None.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._elapsed = 0.0
        self._limit = float("inf")
        self.on_sleep = None

    def time(self):
        """Return the seconds since 1970."""
        return START + self._elapsed

    def monotonic(self):
        """Return seconds that only grow; the zero is arbitrary."""
        return 1000.0 + self._elapsed

    def sleep(self, seconds):
        """Move the time on by so many seconds.

        :raises Stuck: past the moment that limit() has set.
        """
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        if self.on_sleep:
            self.on_sleep(seconds)
        with self._lock:
            self._elapsed += seconds
            if self._elapsed > self._limit:
                raise Stuck("a task slept for too long")

    def limit(self, seconds):
        """Let sleep() raise Stuck once more than so many seconds from now have passed; None takes the limit away."""
        self._limit = float("inf") if seconds is None else self._elapsed + seconds
