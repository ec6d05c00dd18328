# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clock that the client waits by, and the dates of HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object  # because Python 3.7 has no Protocol


class Clock(Protocol):
    """What the client uses of the module `time`, so that tests can replace it."""

    def time(self) -> float:
        """Return the time of day in seconds since the epoch."""

    def monotonic(self) -> float:
        """Return seconds that only grow."""

    def sleep(self, seconds: float) -> None:
        """Wait for seconds."""


def parse_http_date(value: str | None) -> float | None:
    """Return an HTTP date in seconds since the epoch, or None if the value is not one."""
    # Imported here, because a run without a response does not need it.
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(value).timestamp() if value else None
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
