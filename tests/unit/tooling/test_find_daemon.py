# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""find_daemon.sh of the role strongswan_peer: how a host uses the other IKE daemon. The lab runs it in the roles."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from pathlib import Path

import pytest

from playbook_runner import ROOT

SCRIPT = ROOT / "roles/strongswan_peer/files/find_daemon.sh"
SOCKET = 'UNCONN 0 0 0.0.0.0:500 0.0.0.0:* users:(("%s",pid=7,fd=16))'
MARKER = "# Made by the role baiducloud.network.%s: the daemon has loaded this connection.\n# tunnel vpnconn-1\n"


@pytest.fixture
def host(tmp_path):
    """A function that runs the script on a host with these commands, for the role libreswan_peer."""
    folder = tmp_path / "ipsec.d"
    folder.mkdir()
    program = tmp_path / "pluto"

    def command(name, text):
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def run(process="", service="", is_installed=False, markers=(), ss="works"):
        if ss != "missing":
            command("ss", "exit 255" if ss == "fails" else f"echo '{SOCKET % process}'" if process else ":")
        for name in ("sh", "grep", "basename", "readlink"):
            path = tmp_path / "bin" / name
            path.parent.mkdir(exist_ok=True)
            path.is_symlink() or path.symlink_to(shutil.which(name))
        command("systemctl", f"echo {service}" if service else "exit 1")
        if is_installed:
            program.write_text("")
            program.chmod(0o755)
        for name, role in markers:
            (folder / f"{name}.loaded").write_text(MARKER % role)
        arguments = ["libreswan_peer", "pluto", "ipsec", str(program), str(folder), str(tmp_path / "none")]
        done = subprocess.run(
            [shutil.which("sh"), "-c", SCRIPT.read_text(), "find_daemon.sh", *arguments],
            env={"PATH": f"{tmp_path}/bin"},
            check=True,
            capture_output=True,
            text=True,
        )
        assert done.stderr == ""
        return done.stdout.splitlines()

    return run


@pytest.mark.parametrize(
    "state, uses",
    [
        ({}, []),
        ({"process": "pluto"}, ["process pluto"]),
        ({"process": "charon-systemd"}, []),
        ({"service": "enabled", "is_installed": True}, ["service ipsec"]),
        # The alias of another daemon's service, and what is installed but not used.
        ({"service": "enabled"}, []),
        ({"service": "alias", "is_installed": True}, []),
        ({"service": "disabled", "is_installed": True}, []),
        ({"markers": [("a", "libreswan_peer"), ("b", "strongswan_peer")]}, ["tunnel a"]),
    ],
)
def test_find_daemon_reports_each_use_of_the_other_daemon(host, state, uses):
    assert host(**state) == uses


@contextlib.contextmanager
def running(name, folder):
    """A process of this name in the network namespace of the test."""
    program = folder / name
    shutil.copy(shutil.which("cat"), program)
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        # With its first line the program, and so the name of the process, is there.
        process.stdin.write("ready\n")
        assert process.stdout.readline() == "ready\n"
        assert Path(f"/proc/{process.pid}/comm").read_text() == f"{name}\n"
        yield


@pytest.mark.parametrize("ss", ["missing", "fails"])
def test_find_daemon_without_ss_reports_the_running_daemon(host, tmp_path, ss):
    """A minimal installation may lack the command ss, and an old one its options."""
    assert host(ss=ss) == []
    with running("plutonium", tmp_path):
        assert host(ss=ss) == []
    (tmp_path / "daemon").mkdir()
    with running("pluto", tmp_path / "daemon"):
        assert host(ss=ss) == ["process pluto"]
