# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clocks for tests: they replace the module `time`, and sleeping costs nothing."""

from __future__ import annotations

import threading
import time


class FakeClock:
    """Time that passes only in sleep().

    :ivar slept: the seconds of all sleeps together, since the start.
    """

    def __init__(self, start: float = 1_780_000_000.0) -> None:
        self._start = start
        # Not the time of day, in which a float cannot express the end of a sleep exactly.
        self.slept = 0.0
        self._lock = threading.Lock()

    def time(self) -> float:
        """Return the time of day in seconds since the epoch."""
        return self._start + self.slept

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        return self.slept

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        with self._lock:
            self.slept += max(0.0, seconds)

    def restart(self) -> None:
        """Set the clock back to its start."""
        with self._lock:
            self.slept = 0.0


class RecordingClock(FakeClock):
    """A FakeClock that records every sleep.

    :ivar pauses: the seconds of each sleep, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Let the time pass, and record it."""
        assert len(self.pauses) < 2000, "a loop without an end"
        self.pauses.append(seconds)
        super().sleep(seconds)


class SkippingClock:
    """Real time, except that sleeping costs nothing: what was slept is added to the time of day.

    It is for tests in which real sockets have real timeouts.

    :ivar skipped: the seconds of all sleeps together.
    """

    def __init__(self) -> None:
        self.skipped = 0.0
        self._lock = threading.Lock()

    def time(self) -> float:
        """Return the time of day in seconds since the epoch."""
        return time.time() + self.skipped

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        return time.monotonic() + self.skipped

    def sleep(self, seconds: float) -> None:
        """Skip the time."""
        with self._lock:
            self.skipped += max(0.0, seconds)
