# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection works with nothing but its meta, plugins, roles and playbooks; test_awx_setup.py runs awx_setup so."""

from __future__ import annotations

import os
import re

import yaml

from api_example import OPTIONS, SECRET_KEY, options
from peer_examples import EIP
from playbook_runner import ROOT, run_playbook

FOLDERS = ("meta", "plugins", "roles", "playbooks")
OUTSIDE = {path.name for path in ROOT.iterdir()} - set(FOLDERS) | {"MANIFEST.json", "FILES.json"}
LIBRESWAN_TUNNEL = options(ike_config__ike_pfs="group14", ipsec_config__ipsec_pfs="group14")


def test_tunnel_and_roles_work_with_four_folders_alone(four_folders, emulator, tmp_path):
    example = yaml.safe_load((ROOT / "playbooks/vars/page_example.yml").read_text(encoding="utf-8"))
    # In place of Libreswan's command: it accepts its empty configuration.
    (tmp_path / "ipsec").write_text("#!/bin/sh\n")
    (tmp_path / "ipsec").chmod(0o755)
    environment = {**emulator.environment, **four_folders, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    peer = {"tunnel": OPTIONS, "gateway": EIP, "secret_key": SECRET_KEY, "manage_packages": False}
    peer.update(manage_service=False, forwarding=True, conf_dir=str(tmp_path))
    own = {"strongswan_peer": {"settings_dir": str(tmp_path)}, "libreswan_peer": {"tunnel": LIBRESWAN_TUNNEL}}
    plays = [{"name": "Cloud", "ansible.builtin.import_playbook": "baiducloud.network.create_tunnel", "vars": example}]
    plays += [
        {
            "name": "Peer",
            "hosts": "localhost",
            "gather_facts": False,
            "tasks": [
                {
                    "name": role,
                    "ansible.builtin.include_role": {"name": f"baiducloud.network.{role}"},
                    "vars": {f"{role}_{name}": value for name, value in {**peer, **others}.items()},
                }
                for role, others in own.items()
            ],
        }
    ]
    path = tmp_path / "play.yml"
    path.write_text(yaml.safe_dump(plays), encoding="utf-8")
    done = run_playbook(path, "--check", environment=environment, cwd=tmp_path)
    assert done.status == 0, done.output


def test_no_file_of_the_four_folders_is_found_by_a_path_outside():
    """A path up to another folder or file of the collection, such as ../extensions/ or ../galaxy.yml."""
    outside = re.compile(rf"\.\./({'|'.join(map(re.escape, sorted(OUTSIDE)))})\b")
    files = [path for name in FOLDERS for path in (ROOT / name).rglob("*") if path.suffix in (".py", ".sh", ".yml")]
    assert len(files) > 150 and outside.search("{{ playbook_dir }}/../extensions/awx/job_templates.yml")
    assert [path for path in files if outside.search(path.read_text(encoding="utf-8"))] == []
