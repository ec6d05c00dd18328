# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock of a case: a fake one that ends a task which sleeps without end, and reports its sleeps."""

from __future__ import annotations

from fake_clock import FakeClock


class Stuck(BaseException):
    """A task sleeps without end; not an Exception, so that no code under test catches it."""


class CaseClock(FakeClock):
    """A fake clock with a limit.

    :ivar on_sleep: called with the seconds of every sleep() before it, or None.
    """

    def __init__(self):
        super().__init__()
        self._limit = float("inf")
        self.on_sleep = None

    def sleep(self, seconds):
        """Let the time pass.

        :raises Stuck: past the moment that limit() has set.
        """
        if self.on_sleep:
            self.on_sleep(seconds)
        super().sleep(seconds)
        if self.slept > self._limit:
            raise Stuck("a task slept for too long")

    def restart(self, seconds=0.0):
        """Set the clock back, to so many seconds after its start."""
        super().restart()
        self.limit(None)
        super().sleep(seconds)

    def limit(self, seconds):
        """Let sleep() raise Stuck once more than so many seconds from now have passed; None takes the limit away."""
        self._limit = float("inf") if seconds is None else self.slept + seconds
