# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The numbers of the exactly-once protocol."""

from __future__ import annotations

# Seconds to tolerate a stale list.
STALE_LIST_TIMEOUT = 3.0
# Seconds to tolerate a stale list, for an object of which the API says that it exists.
CONFIRMED_CREATE_TIMEOUT = 30.0
MAX_CREATE_ATTEMPTS = 3  # creations that one run sends for one object
SHARED_TOKENS = 2  # tokens that depend on the name alone; the next one depends on the name and the time window
MIN_CUT_LENGTH = 20  # characters; a shorter beginning of a name does not identify it
MAX_LIST_AGE = 60.0  # seconds; a deletion rests on a list that is not older
