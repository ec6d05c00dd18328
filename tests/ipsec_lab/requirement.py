# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to a test on a machine that does not allow it."""

from __future__ import annotations

import os

import pytest

REQUIRED = "TUNNEL_LAB_REQUIRED"  # if set, an unavailable lab is a failure


def skip_or_fail(reason):
    """Skip the test with one sentence, or fail where TUNNEL_LAB_REQUIRED is set."""
    if os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, but {reason}")
    pytest.skip(str(reason))
