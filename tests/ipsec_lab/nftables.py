# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Add nft to the environment of the lab's commands."""

from __future__ import annotations

import shutil

from .debian_packages import NFTABLES, LabUnavailableError, unpacked
from .requirement import skip_or_fail


def nft_environment(environment):
    """Return the environment with nft in its PATH; skip the test where there is none, or fail where it is required."""
    if shutil.which("nft", path=environment["PATH"] + ":/usr/sbin:/sbin"):
        return environment
    try:
        place = unpacked(NFTABLES)
    except LabUnavailableError as error:
        skip_or_fail(error)
    libraries = ":".join(map(str, (place / "usr/lib").glob("*-linux-*")))
    return dict(environment, PATH=f"{environment['PATH']}:{place}/usr/sbin", LD_LIBRARY_PATH=libraries)
