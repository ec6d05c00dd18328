# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles strongswan_peer and libreswan_peer find on a host without a daemon, here the one of the tests."""

from __future__ import annotations

import os

import pytest

from ansible_collections.baiducloud.network.plugins.filter import vpn_peer
from api_example import SECRET_KEY, options
from peer_examples import EIP
from playbook_runner import run_playbook

STRONGSWAN_SCRIPT = "#!/bin/sh\necho 'Linux strongSwan U5.9.8/K6.1'\n[ \"$1\" = --version ]\n"
FILTERS = vpn_peer.FilterModule().filters()
TUNNEL = options(
    vpn_conn_id="vpnconn-1",
    ike_config__ike_version="v2",
    ike_config__ike_pfs="group14",
    ipsec_config__ipsec_pfs="group14",
)


@pytest.fixture
def run(tmp_path):
    """Return a function that runs a part of the role libreswan_peer on a host with these commands."""
    folder = tmp_path / "ipsec.d"
    folder.mkdir()
    commands = tmp_path / "bin"
    commands.mkdir()

    def run_role(tasks_from, added=None, **variables):
        for name, text in (added or {}).items():
            (commands / name).write_text(text)
            (commands / name).chmod(0o755)
        variables = {"conf_dir": str(folder), "tunnel": TUNNEL, "gateway": EIP, "secret_key": SECRET_KEY, **variables}
        task = {
            "name": "Role",
            "ansible.builtin.include_role": {"name": "baiducloud.network.libreswan_peer", "tasks_from": tasks_from},
            "vars": {f"libreswan_peer_{name}": value for name, value in variables.items()},
        }
        path = os.pathsep.join(str(entry) for entry in (commands, *os.environ["PATH"].split(os.pathsep)))
        done = run_playbook([task], environment={"PATH": path})
        assert SECRET_KEY not in done.output
        named = {name.rpartition(" : ")[2]: result for name, result in done.named.items()}
        return done.status, named, folder

    return run_role


def test_libreswan_role_absent_removes_the_files_of_a_removed_package(run):
    """The folder and the command ipsec are those of strongSwan."""
    status, named, folder = run("inspect", added={"ipsec": STRONGSWAN_SCRIPT})
    assert status != 0, named
    message = named["Check that Libreswan is installed"]["msg"]
    assert "there is no command ipsec of Libreswan; install Libreswan" in message
    peer = FILTERS["vpn_peer"]({}, TUNNEL, EIP, SECRET_KEY)
    secrets = FILTERS["libreswan"]({}, peer, part="secrets")
    for suffix, text in {".conf": "", ".secrets": secrets, ".loaded": "# tunnel vpnconn-1\n"}.items():
        (folder / f"vpncon{suffix}").write_text(text)
    status, named, _folder = run("absent", state="absent")
    assert status == 0 and list(folder.iterdir()) == [], named


def test_libreswan_role_keeps_the_keys_of_another_origin(run, tmp_path):
    """Without a .conf file of the same name, such as that of an administrator's tunnels."""
    folder = tmp_path / "ipsec.d"
    (folder / "vpncon.secrets").write_text(': PSK "of another tunnel"\n')
    status, named, _folder = run("absent", state="absent", added={"ipsec": STRONGSWAN_SCRIPT})
    message = named["Check that this role has written the existing file of the key"]["msg"]
    assert status != 0 and "vpncon.secrets on localhost was not written by this role" in message
    assert "of another tunnel" in (folder / "vpncon.secrets").read_text()


def test_libreswan_role_names_the_service_of_the_running_strongswan(run):
    """The package strongswan-starter has a service of its own."""
    socket = """UNCONN 0 0 0.0.0.0:500 0.0.0.0:* users:(("charon",pid=7,fd=16))"""
    status, named, _folder = run("validate", added={"ss": f"#!/bin/sh\necho '{socket}'\n"})
    message = named["Validate the host"]["msg"]
    assert status != 0 and "strongSwan is in use on the host (process charon" in message
    assert "stop the daemon with systemctl disable --now strongswan-starter" in message
