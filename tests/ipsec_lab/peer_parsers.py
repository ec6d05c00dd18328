# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the parsers of Libreswan and of strongSwan's starter."""

from __future__ import annotations

import os
import subprocess

from .debian_packages import PARSERS, LabUnavailableError, unpacked
from .requirement import skip_or_fail

# In a mount namespace of its own, because the starter wants to start a daemon of /usr/lib/ipsec: here `true`.
STARTER = """
mount -t tmpfs tmpfs /run &&
mkdir -p /run/lib/ipsec && ln -s /bin/true /run/lib/ipsec/true &&
mount -t overlay overlay -o lowerdir=/run/lib:$PARSERS/usr/lib:/usr/lib /usr/lib || exit 77
exec /usr/lib/ipsec/starter --nofork --debug-more --conf "$1" --daemon true
"""


def locate_parsers():
    """Return the directory of the unpacked packages; skip the test where they cannot be downloaded."""
    try:
        return unpacked(PARSERS)
    except LabUnavailableError as error:
        skip_or_fail(error)


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
        skip_or_fail(f"strongSwan's starter needs a private mount namespace with an overlay: {printed.strip()}")
    return printed
