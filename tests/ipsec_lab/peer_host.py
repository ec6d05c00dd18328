# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-playbook in a lab whose peer is the host `branch` of the group vpn_peers."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from playbook_runner import ANSIBLE_PLAYBOOK, ROOT, build_environment

SITE = ROOT / "playbooks/site_to_site.yml"
# The system's own Python starts a module in two thirds of the time that one built by hand needs.
PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
EMPTY_VPC = "vpc-new"
# The emulator for docs/first-packet.md: a VPC with one subnet, and the address of the first EIP that is created.
EMPTY_VPC_OPTIONS = ("--vpc", f"{EMPTY_VPC}:192.168.0.0/18:production")
FIRST_EIP = "198.19.0.2"


class PeerHost:
    """The host, with the emulator as its cloud.

    :param lab: the Lab.
    :param folder: the directory for files.
    :param emulator: the arguments of the lab's start_emulator().
    """

    def __init__(self, lab, folder, **emulator):
        self.lab = lab
        self.folder = folder
        self.results = folder / "results"
        api = lab.start_emulator(**emulator)
        self.environment = build_environment(
            self.results, dict(api["environment"], STRONGSWAN_CONF=lab.ready["settings"], ANSIBLE_PIPELINING="1")
        )
        branch = {
            "ansible_connection": "local",
            "ansible_python_interpreter": PYTHON,
            # The lab has strongSwan and runs its daemons without systemd.
            "strongswan_peer_manage_packages": False,
            "strongswan_peer_manage_service": False,
            "strongswan_peer_swanctl_uri": lab.ready["uri"],
        }
        self.inventory = folder / "hosts.json"
        self.inventory.write_text(json.dumps({"vpn_peers": {"hosts": {"branch": branch}}}))

    def run_playbook(self, playbook, *arguments):
        """Run a playbook; (exit status, what it printed, the results of its tasks by name)."""
        self.results.write_text("")
        command = [ANSIBLE_PLAYBOOK, "-i", self.inventory, playbook, *arguments]
        done = self.lab.run(command=list(map(str, command)), environment=self.environment)
        entries = [json.loads(line) for line in self.results.read_text().splitlines()]
        return done["status"], done["output"], {entry["task"].split(" : ")[-1]: entry["result"] for entry in entries}

    def connect(self, variables, *arguments):
        """Run site_to_site.yml with these variables; see run_playbook()."""
        path = self.folder / "site.json"
        path.write_text(json.dumps(variables))
        return self.run_playbook(SITE, "-e", f"@{path}", *arguments)
