# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock for tests: it stands in for the module `time`, and sleeping costs nothing."""

from __future__ import annotations

import threading
import time


class FakeClock:
    """Time that passes only in sleep().

    :ivar slept: the seconds of all sleeps together.
    """

    def __init__(self, start: float = 1_780_000_000.0) -> None:
        self._now = start
        self._start = start
        self._lock = threading.Lock()

    def time(self) -> float:
        """Return the time of day in seconds since the epoch."""
        return self._now

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        return self._now - self._start

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        with self._lock:
            self._now += max(0.0, seconds)

    @property
    def slept(self) -> float:
        """The seconds that have passed since the start."""
        return self._now - self._start


class SkippingClock:
    """Real time, except that sleeping costs nothing: what was slept is added to the time of day.

    It is for tests in which real sockets have real timeouts.
    """

    def __init__(self) -> None:
        self._skipped = 0.0
        self._lock = threading.Lock()

    def time(self) -> float:
        """Return the time of day in seconds since the epoch."""
        return time.time() + self._skipped

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        return time.monotonic() + self._skipped

    def sleep(self, seconds: float) -> None:
        """Skip the time."""
        with self._lock:
            self._skipped += max(0.0, seconds)
