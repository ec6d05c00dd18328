# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locate Libreswan's programs: Debian's packages unpacked into .cache/, with the libraries that they need."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache/libreswan"
PACKAGES = ("libreswan", "libevent-2.1-7", "libnspr4", "libnss3", "libunbound8")
PROGRAMS = ("usr/libexec/ipsec/addconn", "usr/libexec/ipsec/algparse")
REQUIRED = "TUNNEL_LAB_REQUIRED"  # if set, a missing program is a failure


def locate_libreswan():
    """Return the directory of the unpacked packages; skip the test where they cannot be downloaded."""
    place = CACHE / "root"
    if all((place / program).exists() for program in PROGRAMS):
        return place
    try:
        _unpack(place)
    except (OSError, subprocess.SubprocessError) as error:
        reason = f"Libreswan cannot be unpacked from Debian's packages: {error}"
        if os.environ.get(REQUIRED):
            pytest.fail(reason)
        pytest.skip(reason)
    return place


def _unpack(place):
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        # With a separate state apt needs no root and does not change the machine's lists.
        for name in ("state/lists/partial", "cache/archives/partial", "debs", "root"):
            Path(folder, name).mkdir(parents=True)
        own = [f"Dir::State={folder}/state", f"Dir::Cache={folder}/cache", "APT::Sandbox::User=root"]
        apt = ["apt-get", "-qq", *(word for option in own for word in ("-o", option))]
        for command, directory in (([*apt, "update"], folder), ([*apt, "download", *PACKAGES], f"{folder}/debs")):
            subprocess.run(
                command, cwd=directory, check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=120
            )
        for package in Path(folder, "debs").glob("*.deb"):
            subprocess.run(["dpkg", "-x", str(package), f"{folder}/root"], check=True, capture_output=True, timeout=60)
        os.replace(f"{folder}/root", place)
