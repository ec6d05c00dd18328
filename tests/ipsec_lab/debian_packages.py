# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locate the lab's programs: strongSwan as installed, all others as Debian's packages unpacked into .cache/."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
DOWNLOAD_TIMEOUT_SECONDS = 120


class LabUnavailableError(Exception):
    """This machine does not allow the lab; the text is the reason, one sentence."""


class PackageSet(NamedTuple):
    """Packages that are unpacked together, and the files by which a whole set is recognized."""

    name: str  # in sentences
    folder: Path
    packages: tuple
    required_files: tuple

    def is_in(self, place):
        return all((place / name).exists() for name in self.required_files)


STRONGSWAN = PackageSet(
    "strongSwan",
    ROOT / ".cache/strongswan",
    # openssl, which 3DES needs, is in standard-plugins, and kernel-libipsec in extra-plugins.
    (
        "libstrongswan",
        "strongswan-libcharon",
        "strongswan-swanctl",
        "charon-systemd",
        "libcharon-extra-plugins",
        "libstrongswan-standard-plugins",
    ),
    ("usr/sbin/charon-systemd", "usr/sbin/swanctl")
    + tuple(
        f"usr/lib/ipsec/plugins/libstrongswan-{plugin}.so"
        for plugin in ("openssl", "kernel-libipsec", "kernel-netlink", "vici")
    ),
)
KERNEL = PackageSet(
    "a kernel in user mode, with Libreswan and OpenIKED,",
    ROOT / ".cache/user-mode-linux",
    (
        "user-mode-linux",
        "kmod",
        "libkmod2",
        "libreswan",
        "libnss3-tools",  # certutil: Libreswan needs a database of certificates, be it empty
        "libcap-ng0",
        "libcurl3-nss",
        "libevent-2.1-7",
        "libevent-core-2.1-7",
        "libevent-pthreads-2.1-7",
        "libldns3",
        "libnspr4",
        "libnss3",
        "libunbound8",
        "openiked",
    ),
    ("usr/bin/linux.uml", "usr/bin/kmod", "usr/libexec/ipsec/pluto", "usr/bin/certutil", "usr/sbin/iked"),
)
# With the libraries that they need; only their parsers run, on the machine.
PARSERS = PackageSet(
    "Libreswan with strongSwan's starter",
    ROOT / ".cache/peer-parsers",
    ("libreswan", "libevent-2.1-7", "libnspr4", "libnss3", "libunbound8", "strongswan-starter", "libstrongswan"),
    ("usr/libexec/ipsec/addconn", "usr/libexec/ipsec/algparse", "usr/lib/ipsec/starter"),
)
NFTABLES = PackageSet(
    "nft",
    ROOT / ".cache/nftables",
    ("nftables", "libnftables1", "libnftnl11", "libmnl0", "libjansson4", "libxtables12", "libedit2", "libbsd0"),
    ("usr/sbin/nft",),
)


def locate_strongswan():
    """Return the directory of the unpacked packages, or None where strongSwan is installed.

    :raises LabUnavailableError: if it is neither installed nor can be downloaded.
    """
    return None if STRONGSWAN.is_in(Path("/")) else unpacked(STRONGSWAN)


def unpacked(package_set):
    """Return the directory of the unpacked packages of a set.

    :raises LabUnavailableError: if they cannot be downloaded.
    """
    name, cache = package_set.name, package_set.folder
    place = cache / _release()
    if package_set.is_in(place):
        return place
    for program in ("apt-get", "dpkg"):
        if not shutil.which(program):
            raise LabUnavailableError(
                f"{name} is not installed, and there is no {program} to download Debian's packages"
            )
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with open(cache / "lock", "w") as lock:  # test processes run concurrently
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not package_set.is_in(place):
                shutil.rmtree(place, ignore_errors=True)
                _unpack(package_set, place)
    except OSError as error:
        raise LabUnavailableError(f"{name} is not installed, and {cache} cannot be written: {error.strerror}") from None
    return place


def _release():
    values = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    return "-".join(values.get(name, "unknown").strip('"') for name in ("ID", "VERSION_ID"))


def _unpack(package_set, place):
    with tempfile.TemporaryDirectory(dir=package_set.folder) as folder:
        # With a separate state apt needs no root and does not change the machine's lists.
        for name in ("state/lists/partial", "cache/archives/partial", "debs", "root"):
            Path(folder, name).mkdir(parents=True)
        own = [f"Dir::State={folder}/state", f"Dir::Cache={folder}/cache", "APT::Sandbox::User=root"]
        apt = ["apt-get", "-qq", *(word for option in own for word in ("-o", option))]
        _run(package_set, [*apt, "update"], folder)
        _run(package_set, [*apt, "download", *package_set.packages], f"{folder}/debs")
        root = Path(folder, "root")
        for package in Path(folder, "debs").glob("*.deb"):
            _run(package_set, ["dpkg", "-x", str(package), str(root)], folder)
        _merge_into_usr(root)
        if not package_set.is_in(root):
            raise LabUnavailableError(f"Debian's packages of {package_set.name} lack a file that the lab needs")
        os.rename(root, place)


def _merge_into_usr(root):
    """Move what packages still have in /bin, /sbin and /lib to /usr, where these names lead to on every system."""
    for name in ("bin", "sbin", "lib"):
        if (root / name).exists():
            shutil.copytree(root / name, root / "usr" / name, symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(root / name)
    if (root / "usr/lib/uml/modules").exists():
        os.rename(root / "usr/lib/uml/modules", root / "usr/lib/modules")


def _run(package_set, command, folder):
    name = package_set.name
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
        raise LabUnavailableError(f"{name} is not installed, and the download of Debian's packages timed out") from None
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise LabUnavailableError(
            f"{name} is not installed, and Debian's packages cannot be downloaded: {reason}"
        ) from None
