# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection awx.awx, alone, out of the PyPI package `ansible` that `make bench` pins; all of it is far too big."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INSIDE = "ansible_collections/awx/awx/"


class Unavailable(Exception):
    """The package could not be had; the text says why in one sentence."""


def collections_path():
    """A folder whose ansible_collections/ holds awx.awx; downloaded where it is not there yet.

    :raises Unavailable: where the network is.
    """
    (package,) = re.findall(r"^ansible==\S+", (ROOT / "tests/requirements/bench-lock.txt").read_text(), re.MULTILINE)
    place = ROOT / ".cache" / ("awx.awx-of-" + package)
    place.parent.mkdir(exist_ok=True)
    # Test processes side by side must not download it twice.
    with open(place.parent / "awx.awx.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            _unpack(package, place)
    return place


def _unpack(package, place):
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--retries", "2", "-q"]
        done = subprocess.run(
            [*pip, "download", "--no-deps", "-d", folder, package],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            why = (done.stderr.strip().splitlines() or ["nothing was downloaded"])[-1]
            raise Unavailable(f"pip cannot download the package {package}, in which awx.awx comes: {why}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            names = [name for name in wheel.namelist() if name.startswith(INSIDE) and "/test/" not in name]
            wheel.extractall(Path(folder, "unpacked"), names)
        shutil.move(Path(folder, "unpacked"), place)
