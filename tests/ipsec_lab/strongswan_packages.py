# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locate strongSwan for the lab: the installed one, else Debian's packages unpacked into .cache/."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache/strongswan"
# openssl, which 3DES needs, is in standard-plugins, and kernel-libipsec in extra-plugins.
PACKAGES = (
    "libstrongswan",
    "strongswan-libcharon",
    "strongswan-swanctl",
    "charon-systemd",
    "libcharon-extra-plugins",
    "libstrongswan-standard-plugins",
)
REQUIRED_FILES = ("usr/sbin/charon-systemd", "usr/sbin/swanctl") + tuple(
    f"usr/lib/ipsec/plugins/libstrongswan-{plugin}.so"
    for plugin in ("openssl", "kernel-libipsec", "kernel-netlink", "vici")
)
DOWNLOAD_TIMEOUT_SECONDS = 120


class LabUnavailableError(Exception):
    """This machine does not allow the lab; the text is the reason, one sentence."""


def locate_packages():
    """Return the directory of the unpacked packages, or None where strongSwan is installed.

    :raises LabUnavailableError: if it is neither installed nor can be downloaded.
    """
    if _is_complete(Path("/")):
        return None
    place = CACHE / _release()
    if _is_complete(place):
        return place
    for program in ("apt-get", "dpkg"):
        if not shutil.which(program):
            raise LabUnavailableError(
                f"strongSwan is not installed, and there is no {program} to download Debian's packages"
            )
    try:
        CACHE.mkdir(parents=True, exist_ok=True)
        with open(CACHE / "lock", "w") as lock:  # test processes run concurrently
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_complete(place):
                shutil.rmtree(place, ignore_errors=True)
                _unpack(place)
    except OSError as error:
        raise LabUnavailableError(
            f"strongSwan is not installed, and {CACHE} cannot be written: {error.strerror}"
        ) from None
    return place


def _is_complete(place):
    return all((place / name).exists() for name in REQUIRED_FILES)


def _release():
    values = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    return "-".join(values.get(name, "unknown").strip('"') for name in ("ID", "VERSION_ID"))


def _unpack(place):
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        # With a separate state apt needs no root and does not change the machine's lists.
        for name in ("state/lists/partial", "cache/archives/partial", "debs", "root"):
            Path(folder, name).mkdir(parents=True)
        own = [f"Dir::State={folder}/state", f"Dir::Cache={folder}/cache", "APT::Sandbox::User=root"]
        apt = ["apt-get", "-qq", *(word for option in own for word in ("-o", option))]
        _run([*apt, "update"], folder)
        _run([*apt, "download", *PACKAGES], f"{folder}/debs")
        for package in Path(folder, "debs").glob("*.deb"):
            _run(["dpkg", "-x", str(package), f"{folder}/root"], folder)
        if not _is_complete(Path(folder, "root")):
            raise LabUnavailableError("Debian's packages of strongSwan lack a plugin that the lab needs")
        os.rename(f"{folder}/root", place)


def _run(command, folder):
    try:
        subprocess.run(
            command,
            cwd=folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=DOWNLOAD_TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise LabUnavailableError(
            "strongSwan is not installed, and the download of Debian's packages timed out"
        ) from None
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise LabUnavailableError(
            f"strongSwan is not installed, and Debian's packages cannot be downloaded: {reason}"
        ) from None
