# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locate nft for the lab: the installed one, else Debian's packages unpacked into .cache/."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from .lab import REQUIRED
from .strongswan_packages import LabUnavailableError, _release, _run

CACHE = Path(__file__).resolve().parents[2] / ".cache/nftables"
PACKAGES = ("nftables", "libnftables1", "libnftnl11", "libmnl0", "libjansson4", "libxtables12", "libedit2", "libbsd0")


def nft_environment(environment):
    """Return the environment with nft in its PATH; skip the test where there is none, or fail where it is required."""
    if shutil.which("nft", path=environment["PATH"] + ":/usr/sbin:/sbin"):
        return environment
    place = CACHE / _release()
    try:
        if not (place / "usr/sbin/nft").exists():
            _unpack(place)
    except (LabUnavailableError, OSError) as error:
        if os.environ.get(REQUIRED):
            pytest.fail(f"{REQUIRED} is set, but nft is missing: {error}")
        pytest.skip(f"nft is missing: {error}")
    libraries = ":".join(str(path) for path in (place / "usr/lib").glob("*-linux-*"))
    path = f"{environment['PATH']}:{place}/usr/sbin"
    return dict(environment, PATH=path, LD_LIBRARY_PATH=libraries)


def _unpack(place):
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        for name in ("state/lists/partial", "cache/archives/partial", "debs", "root"):
            Path(folder, name).mkdir(parents=True)
        own = [f"Dir::State={folder}/state", f"Dir::Cache={folder}/cache", "APT::Sandbox::User=root"]
        apt = ["apt-get", "-qq", *(word for option in own for word in ("-o", option))]
        _run([*apt, "update"], folder)
        _run([*apt, "download", *PACKAGES], f"{folder}/debs")
        for package in Path(folder, "debs").glob("*.deb"):
            _run(["dpkg", "-x", str(package), f"{folder}/root"], folder)
        os.replace(f"{folder}/root", place)
