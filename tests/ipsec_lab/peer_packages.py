# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locate the parsers of Libreswan and of strongSwan's starter: Debian's packages unpacked into .cache/."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache/peer-parsers"
# With the libraries that they need.
PACKAGES = (
    "libreswan",
    "libevent-2.1-7",
    "libnspr4",
    "libnss3",
    "libunbound8",
    "strongswan-starter",
    "libstrongswan",
)
PROGRAMS = ("usr/libexec/ipsec/addconn", "usr/libexec/ipsec/algparse", "usr/lib/ipsec/starter")
# In a mount namespace of its own, because the starter wants to start a daemon of /usr/lib/ipsec.
STARTER = """
mount -t tmpfs tmpfs /run &&
mount -t overlay overlay -o lowerdir=$PARSERS/usr/lib:/usr/lib /usr/lib || exit 77
exec /usr/lib/ipsec/starter --nofork --debug-more --conf "$1" --daemon true
"""
REQUIRED = "TUNNEL_LAB_REQUIRED"  # if set, a missing program is a failure


def locate_parsers():
    """Return the directory of the unpacked packages; skip the test where they cannot be downloaded."""
    place = CACHE / "root"
    if all((place / program).exists() for program in PROGRAMS):
        return place
    try:
        _unpack(place)
    except (OSError, subprocess.SubprocessError) as error:
        _skip(f"Debian's packages of Libreswan and of strongSwan's starter cannot be unpacked: {error}")
    return place


def _skip(reason):
    if os.environ.get(REQUIRED):
        pytest.fail(reason)
    pytest.skip(reason)


def run_starter(conf):
    """Return what strongSwan's starter prints about a file; skip the test where it cannot be run."""
    place = locate_parsers()
    settings = conf.with_name("strongswan.conf")
    settings.write_text("")
    rootless = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    namespaces = ["--mount", "--net", "--pid", "--fork", "--kill-child"]
    process = subprocess.Popen(
        ["unshare", *rootless, *namespaces, "sh", "-c", STARTER, "sh", conf],
        env=dict(
            os.environ,
            PARSERS=str(place),
            LD_LIBRARY_PATH=str(place / "usr/lib/ipsec"),
            STRONGSWAN_CONF=str(settings),
            PATH=os.environ["PATH"] + ":/usr/sbin:/sbin",
        ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    with process:
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Attempting to start"):  # it has read the file
                break
        process.kill()
    printed = "".join(lines)
    if "[starter]" not in printed:
        _skip(f"strongSwan's starter needs a private mount namespace with an overlay: {printed.strip()}")
    return printed


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
        # The daemon that the starter starts.
        os.symlink("/bin/true", f"{folder}/root/usr/lib/ipsec/true")
        os.replace(f"{folder}/root", place)
