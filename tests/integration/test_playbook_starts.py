# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks that start in their middle, and variables whose names are misspelt, say so."""

from __future__ import annotations

import json

import pytest

from api_example import OPTIONS
from emulator_process import GATEWAY, EmulatorProcess
from playbook_runner import ROOT, run_playbook

HOSTS = "branch ansible_connection=local\n[vpn_peers]\nbranch\n"
SITE = {**OPTIONS, "vpn_id": GATEWAY}


@pytest.fixture(scope="module")
def cloud():
    with EmulatorProcess() as process:
        yield process


def run(cloud, playbook, folder, variables, *arguments):
    (folder / "hosts").write_text(HOSTS)
    (folder / "vars.json").write_text(json.dumps(variables))
    # The peer needs no root where nothing is written.
    arguments = ["-i", folder / "hosts", "-e", f"@{folder}/vars.json", "-e", "ansible_become=false", *arguments]
    done = run_playbook(ROOT / f"playbooks/{playbook}.yml", *arguments, environment=cloud.environment)
    # Up to ansible-core 2.18 the message of an error is shown as JSON.
    return done.status, " ".join(done.output.split()).replace('\\"', '"')


STARTS = [
    ("site_to_site", SITE, "Plan the cloud's end", "Store the validated input"),
    ("site_to_site", SITE, "Run the role", "Store the validated input"),
    ("site_to_site", SITE, "Apply the cloud's end", "Store the validated input"),
    ("create_tunnel", OPTIONS, "Show the tunnel's id", "Apply the tunnel"),
    ("probe_api", {"vpn_id": GATEWAY}, "Show the report", "Probe the API"),
    ("report_tunnels", {"vpn_id": GATEWAY}, "Show the tunnels", "Read the tunnels"),
    ("audit_tunnels", {"vpn_id": GATEWAY}, "Check the weak values against fail_on", "Audit the tunnels"),
    (
        "adopt_tunnels",
        {"vpn_id": GATEWAY, "output": "x.yml"},
        "Write the list",
        "Describe the tunnels as a list",
    ),
    (
        "rotate_key",
        {"vpn_id": GATEWAY, "vpn_conn_name": "a", "key_file": "x"},
        "Rotate the key of the tunnel",
        "Store the new keys|Store the tunnel",  # ansible-core decides which of the two results is needed first
    ),
    ("reconcile_tunnels", {"vpn_tunnels": [OPTIONS]}, "Reconcile the tunnels", "Check the lists of all hosts"),
]


@pytest.mark.parametrize(("playbook", "variables", "start", "missing"), STARTS)
def test_playbook_started_in_its_middle_names_the_task_that_is_missing(
    cloud, tmp_path, playbook, variables, start, missing
):
    status, output = run(cloud, playbook, tmp_path, variables, "--start-at-task", start)
    named = [name for name in missing.split("|") if f'The task "{name}" has not run, and this one needs its' in output]
    assert status != 0 and named, output
    assert "is undefined" not in output and "Traceback" not in output and cloud.requests("POST") == []


MISSPELT = {
    "create_tunnel": ({"vpnId": GATEWAY, "descripton": "x"}, {"vpnId": "vpn_id", "descripton": "description"}),
    "delete_tunnel": ({"vpn_id": GATEWAY, "vpnConnName": "x"}, {"vpnConnName": "vpn_conn_name"}),
    "probe_api": ({"vpn_id": GATEWAY, "probe_write": True}, {"probe_write": "probe_writes"}),
    "reconcile_tunnels": ({"vpn_tunnels": [], "purgeAll": True}, {"purgeAll": "purge_all"}),
    "adopt_tunnels": ({"vpn_id": GATEWAY, "output": "x.yml", "key_output": "x"}, {"key_output": "keys_output"}),
    "report_tunnels": ({"vpn_id": GATEWAY, "gatewys": "x"}, {"gatewys": "gateways"}),
    "audit_tunnels": ({"vpn_id": GATEWAY, "failOn": "none"}, {"failOn": "fail_on"}),
    "site_to_site": ({**SITE, "local_subnets": "", "local_subnet": ["10.0.0.0/8"]}, {"local_subnet": "local_subnets"}),
    "rotate_key": ({"vpn_id": GATEWAY, "vpn_conn_name": "a", "keys_file": "x"}, {"keys_file": "key_file"}),
    "awx_setup": ({"vpc_ids": "vpc-1", "image": "x", "update_secret": True}, {"update_secret": "update_secrets"}),
}


@pytest.mark.parametrize(("playbook", "case"), MISSPELT.items(), ids=MISSPELT)
def test_misspelt_extra_variable_of_a_playbook_is_reported(cloud, tmp_path, playbook, case):
    variables, nearest = case
    status, output = run(cloud, playbook, tmp_path, variables)
    assert status != 0
    for name, right in nearest.items():
        assert f"{name}: is not a variable of this playbook, which has {right}" in output, output
    assert cloud.requests("POST") == []
