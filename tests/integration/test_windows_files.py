# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that begin with a byte order mark and have the line ends of Windows are read like all others."""

from __future__ import annotations

import json
import subprocess

from api_example import OPTIONS
from playbook_runner import ANSIBLE_PLAYBOOK, build_environment, run_playbook


def write(path, text):
    path.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    return path


def test_list_of_tunnels_of_a_windows_editor_is_read(emulator, tmp_path):
    tunnels = [{name: value for name, value in OPTIONS.items() if name != "vpn_id"}]
    content = "vpn_id: vpn-119bd69b\nvpn_tunnels: " + json.dumps(tunnels, indent=2) + "\n"
    file = write(tmp_path / "tunnels.yml", content)
    for arguments in (["-e", f"tunnels_file={file}"], ["-e", f"@{file}"]):
        done = run_playbook("baiducloud.network.reconcile_tunnels", *arguments, environment=emulator.environment)
        assert done.status == 0, done.output
    (tunnel,) = emulator.tunnels()
    assert tunnel["vpnConnName"] == OPTIONS["vpn_conn_name"] and "unchanged: 1" in done.output


def test_inventory_of_a_windows_editor_is_read(emulator, tmp_path):
    file = write(tmp_path / "vpn_gateways.yml", "plugin: baiducloud.network.vpn_gateways\nvpc_ids:\n  - vpc-emulator\n")
    program = ANSIBLE_PLAYBOOK.with_name("ansible-inventory")
    environment = build_environment(tmp_path / "log", dict(emulator.environment, ANSIBLE_INVENTORY_UNPARSED_FAILED="1"))
    command = [program, "-i", file, "--list"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "vpn-119bd69b" in done.stdout, done.stderr
