# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook diagnose_tunnel: it reads, says one sentence, and works without the other end."""

from __future__ import annotations

import json

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_customer_gateway
from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.swanctl import render
from api_example import SECRET_KEY, entry, options
from awx import job
from emulator_process import ACCESS_KEY_ID, GATEWAY, SECRET_ACCESS_KEY
from ipsec_lab.nftables import nft_environment
from ipsec_lab.peer_host import PeerHost
from peer_examples import EIP
from playbook_runner import ROOT, as_plays, run_playbook
from run_params import run_params
from tunnel_faults import BASE, FAULTS

PLAYBOOK = ROOT / "playbooks/diagnose_tunnel.yml"
SHOW = "Show what is wrong, and what to do"
TUNNEL = ("-e", "vpn_id=vpn-119bd69b", "-e", "vpn_conn_name=vpncon")


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({}, "branch could not be read ("),
        ({"peer_kind": "libreswan"}, "branch has libreswan, which this playbook does not"),
    ],
)
def test_unread_peer_is_diagnosed_from_the_cloud_alone(emulator, tmp_path, variables, reason):
    emulator.plant(entry("vpncon", status="active", healthStatus="unreachable"))
    silent_ssh = tmp_path / "ssh"
    silent_ssh.write_text("#!/bin/sh\nexit 255\n")
    silent_ssh.chmod(0o755)
    branch = {"ansible_connection": "ssh", "ansible_ssh_executable": str(silent_ssh), **variables}
    inventory = tmp_path / "hosts.json"
    inventory.write_text(json.dumps({"vpn_peers": {"hosts": {"branch": branch}}}))
    done = run_playbook(PLAYBOOK, "-i", inventory, *TUNNEL, "-vvv", environment=emulator.environment)
    first, *others, basis = done.named[SHOW]["msg"]
    assert first.startswith("vpncon is not established: the cloud does not reach the peer 10.107.245.188"), done.output
    assert any("has no route rule" in other for other in others)
    assert basis.startswith(f"From the cloud's side alone, because {reason}")
    assert done.status == 0 and SECRET_KEY not in done.output
    assert {request["method"] for request in emulator.requests()} == {"GET"}


def test_job_diagnoses_a_tunnel_with_a_customer_gateway_in_check_mode(emulator, tmp_path):
    account = {"endpoint": emulator.endpoint, "access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY}
    made = run_params(vpn_customer_gateway, {**account, "name": "berlin", "ip": "203.0.113.10"})
    peer = {"remoteIp": "", "cgwId": made["cgw_id"], "status": "active", "healthStatus": "unreachable"}
    emulator.plant(entry("vpncon", **peer))
    answers = {"vpn_id": "vpn-119bd69b", "vpn_conn_name": "vpncon", "use_peer": "no", "peers": "", "initiate": "no"}
    inputs = {name: account[name] for name in ("access_key_id", "secret_access_key")}
    template, where = job.template("Diagnose a tunnel"), {"BCE_ENDPOINT": emulator.endpoint}
    done = job.launch(tmp_path / "job", template, answers, inputs, where, how=["--check"])
    assert done.status == "successful" and not done.changed, done.stdout
    diagnosis = done.artifacts["vpnTunnelsDiagnosis"]
    assert "the cloud does not reach the peer 203.0.113.10" in diagnosis["sentence"]
    assert diagnosis["basis"] == "From the cloud's side alone, because use_peer is false."


def test_all_invalid_variables_are_reported_before_any_request(emulator):
    wrong = ["vpn_conn_name=", "peers=nobody", "initiate=maybe"]
    words = [word for argument in wrong for word in ("-e", argument)]
    done = run_playbook(PLAYBOOK, *TUNNEL, *words, environment=emulator.environment)
    assert done.status != 0 and emulator.requests() == [], done.output
    for sentence in (
        "vpn_conn_name: is required; give the name of the tunnel",
        "peers: nobody must match one host of the inventory",
        "initiate: must be true or false, got 'maybe'",
    ):
        assert sentence in done.results[-1]["msg"]


def test_both_ends_of_the_lab_are_diagnosed_before_and_after_a_fault(lab, tmp_path):
    """The whole way: real playbooks, real daemons; the cloud gets another key, and the tunnel goes with the change."""
    host = PeerHost(lab, tmp_path)
    host.environment = nft_environment(host.environment)
    arguments = ["-e", "peer_log=/run/lab/peer/charon.log", "-e", "strongswan_peer_conf_dir=/run/lab/peer", "-vvv"]

    def run_tasks(*tasks):
        path = tmp_path / "tasks.json"
        path.write_text(
            json.dumps(as_plays([{"name": name, f"baiducloud.network.{name}": each} for name, each in tasks]))
        )
        status, output, results = host.run_playbook(path)
        assert status == 0, output
        return results

    done = run_tasks(("vpn_tunnel", options()), ("vpn_gateway_routes", {"vpn_id": GATEWAY}))
    lab.load_peer(text=render(done["vpn_tunnel"]["vpn_tunnel"], EIP, SECRET_KEY))
    (stored,) = lab.stored_tunnels()
    assert any(lab.can_ping(tunnel=stored) for _attempt in range(50))
    status, output, results = host.run_playbook(PLAYBOOK, *TUNNEL, *arguments)
    assert status == 0 and results[SHOW]["msg"] == [
        f"vpncon {FAULTS[BASE].sentence}.",
        "From the cloud and the host branch; no key is read.",
    ], output
    run_tasks(("vpn_tunnel", {**options(), "secret_key": "other1!key"}))
    status, more, results = host.run_playbook(PLAYBOOK, *TUNNEL, *arguments, "-e", "initiate=true", "--check")
    assert status == 0 and results[SHOW]["msg"][0] == f"vpncon {FAULTS['key, IKEv1'].sentence}.", more
    for key in (SECRET_KEY, "other1!key"):
        assert key not in output + more and key.encode().hex() not in output + more
