# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locate Prometheus' promtool: the installed one, else that of Debian's package, unpacked into .cache/."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

CACHE = Path(__file__).resolve().parents[1] / ".cache/prometheus"
PROGRAM = CACHE / "usr/bin/promtool"
DOWNLOAD_TIMEOUT_SECONDS = 120


class PromtoolUnavailableError(Exception):
    """promtool cannot be had; the text gives the reason in one sentence."""


def locate_promtool():
    """Return the path of promtool.

    :raises PromtoolUnavailableError: if it is neither installed nor can be downloaded.
    """
    installed = shutil.which("promtool")
    if installed:
        return installed
    if not PROGRAM.exists():
        try:
            _unpack()
        except (OSError, subprocess.SubprocessError) as error:
            reason = ((getattr(error, "stderr", None) or "").strip().splitlines() or [str(error)])[-1]
            raise PromtoolUnavailableError(
                f"promtool is not installed, and Debian's package prometheus cannot be downloaded: {reason}"
            ) from None
    return str(PROGRAM)


def _unpack():
    CACHE.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE.parent) as folder:
        # With a separate state apt needs no root and does not change the machine's lists.
        for name in ("state/lists/partial", "cache/archives/partial"):
            Path(folder, name).mkdir(parents=True)
        own = ("-o", f"Dir::State={folder}/state", "-o", f"Dir::Cache={folder}/cache", "-o", "APT::Sandbox::User=root")
        for command in (["apt-get", "-qq", *own, "update"], ["apt-get", "-qq", *own, "download", "prometheus"]):
            _run(command, folder)
        (package,) = Path(folder).glob("prometheus_*.deb")
        _run(["dpkg", "-x", str(package), f"{folder}/root"], folder)
        if not CACHE.exists():  # another process may have been quicker
            os.rename(f"{folder}/root", CACHE)


def _run(command, folder):
    subprocess.run(
        command,
        cwd=folder,
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DOWNLOAD_TIMEOUT_SECONDS,
    )
