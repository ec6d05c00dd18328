# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Extract the collection awx.awx from the PyPI package `ansible` that `make bench` pins."""

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
    """The package cannot be downloaded; the text is the reason, one sentence."""


def collections_path():
    """Return a directory whose ansible_collections/ has awx.awx; download it if necessary.

    :raises Unavailable: if the download fails.
    """
    (package,) = re.findall(r"^ansible==\S+", (ROOT / "tests/requirements/bench-lock.txt").read_text(), re.MULTILINE)
    directory = ROOT / ".cache" / ("awx.awx-of-" + package)
    directory.parent.mkdir(exist_ok=True)
    # Concurrent test processes must not download it twice.
    with open(directory.parent / "awx.awx.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not directory.exists():
            _unpack(package, directory)
    return directory


def _unpack(package, directory):
    with tempfile.TemporaryDirectory(dir=directory.parent) as folder:
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
            raise Unavailable(f"pip cannot download the package {package}, which includes awx.awx: {why}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            names = [name for name in wheel.namelist() if name.startswith(INSIDE) and "/test/" not in name]
            wheel.extractall(Path(folder, "unpacked"), names)
        shutil.move(Path(folder, "unpacked"), directory)
