# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook adopt_tunnels: a list of what exists, which changes nothing, and keys that no output has."""

from __future__ import annotations

import json
import os

import pytest
import yaml

from api_example import entry
from emulator_process import EmulatorProcess
from playbook_runner import run_playbook

HERE, THERE = "vpn-119bd69b", "vpn-00000001"
VAULT = "$ANSIBLE_VAULT"
# Names, keys and texts that YAML or Ansible would read as something else, and what the API may show in another form.
UNUSUAL = [
    entry(
        "No",
        secretKey="0x1A_2B3C",
        description="{{ lookup('ansible.builtin.env', 'HOME') }}",
        remoteSubnets=["10.1.0.0/16"],
    ),
    entry(
        "e1.5",
        vpnConnId="vpnconn-2",
        secretKey="#abc12345",
        description="#jinja2: x",
        remoteSubnets=["10.3.0.0/16", "10.2.0.0/16"],
    ),
    entry("null", secretKey="!abc12345", description="", remoteIp="", cgwId="cgw-1e5", remoteSubnets=["10.4.0.0/16"]),
    entry("y", secretKey="1_000_000a", description="{% raw %} - 'x': \"é中\"\n#", remoteSubnets=["10.5.0.0/16"]),
    entry("plain", secretKey="*abc12345", description="key: *abc12345", remoteSubnets=["10.6.0.0/16"]),
]
for each in UNUSUAL:  # as the API shows life times
    each["ikeConfig"] = {**each["ikeConfig"], "ikeLifeTime": "200s"}
    each["ipsecConfig"] = {**each["ipsecConfig"], "ipsecLifetime": "28800s"}
KEYS = [each["secretKey"] for each in UNUSUAL]


@pytest.fixture(scope="module")
def process():
    with EmulatorProcess("--gateway", f"{HERE}::vpc-emulator", "--gateway", f"{THERE}::vpc-emulator") as process:
        yield process


@pytest.fixture
def cloud(process, tmp_path):
    """Return an emulator with the unusual tunnels on two gateways."""
    process.reset()
    process.plant(*UNUSUAL[:3], vpn_id=HERE)
    process.plant(*UNUSUAL[3:], vpn_id=THERE)
    (tmp_path / "password").write_text("open sesame")
    return process


@pytest.fixture
def run(cloud, tmp_path):
    """Return a function that runs a playbook in a shell of its own folder."""

    def play(playbook, *arguments, **variables):
        extra = [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]
        environment = {**cloud.environment, "PWD": str(tmp_path)}
        done = run_playbook(f"baiducloud.network.{playbook}", *extra, *arguments, environment=environment, cwd=tmp_path)
        assert not [key for key in KEYS if key in done.output], done.output
        return done

    return play


def lines(done):
    return done.named["Show what is written"]["msg"]


def files(folder):
    return sorted(set(os.listdir(folder)) - {"password"})


def without_ids(tunnels):
    kept = [{name: value for name, value in each.items() if name in {*UNUSUAL[0]}} for each in tunnels]
    return sorted(({**each, "vpnConnId": ""} for each in kept), key=lambda each: each["vpnConnName"])


def test_list_with_keys_changes_nothing_and_restores_everything(run, cloud, tmp_path):
    vault = ["--vault-password-file", "password"]
    done = run("adopt_tunnels", "-vvv", *vault, vpc_id="vpc-emulator", output="all.yml", keys_output="keys.yml")
    assert done.status == 0, done.output
    assert files(tmp_path) == ["all.yml", "keys.yml"] and (tmp_path / "keys.yml").read_text().startswith(VAULT)
    assert (tmp_path / "keys.yml").stat().st_mode & 0o777 == 0o600
    assert "encrypted" in lines(done)[1] and "plain: description: may contain a key" in lines(done)[2]
    before = cloud.tunnels()
    again = ["-e", "@all.yml", "-e", "@keys.yml", *vault]
    repeated = run("reconcile_tunnels", *again)
    assert repeated.named["Reconcile the tunnels"]["totals"]["unchanged"] == 5, repeated.output
    assert cloud.tunnels() == before and not cloud.requests("PUT")
    absent = [{"vpn_id": HERE, "name": "No", "state": "absent"}, {"vpn_id": THERE, "name": "y", "state": "absent"}]
    run("reconcile_tunnels", "-e", json.dumps({"vpn_tunnels": absent}))
    assert len(cloud.tunnels()) == 3
    restored = run("reconcile_tunnels", *again)
    assert restored.named["Reconcile the tunnels"]["totals"]["created"] == 2, restored.output
    assert without_ids(cloud.tunnels()) == without_ids(before)


def test_keys_without_a_vault_are_in_a_file_for_the_owner_only(run, tmp_path):
    done = run("adopt_tunnels", vpn_id=THERE, output="list.yml", keys_output="keys.yml")
    keys = yaml.safe_load((tmp_path / "keys.yml").read_text())
    assert keys == {"vpn_tunnel_keys": {f"{THERE}/plain": "*abc12345", f"{THERE}/y": "1_000_000a"}}
    assert (tmp_path / "keys.yml").stat().st_mode & 0o777 == 0o600 and "in clear" in lines(done)[1]


def test_inventory_of_gateways_is_adopted(run, tmp_path):
    hosts = {name: {"vpn_id": name, "ansible_connection": "local"} for name in (HERE, THERE)}
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"hubs": {"hosts": hosts}}))
    done = run("adopt_tunnels", "-i", tmp_path / "hosts.yml", gateways="hubs", output="list.yml")
    assert lines(done)[0].startswith("tunnels: 5 in "), done.output
    assert "secret_key" not in (tmp_path / "list.yml").read_text() and files(tmp_path) == ["hosts.yml", "list.yml"]


def test_terraform_state_selects_its_tunnels_and_names_what_differs(run, tmp_path):
    instances = [
        {"index_key": name, "attributes": {"id": f"vpnconn-{name}", "vpn_id": HERE, "secret_key": "ddd22@www"}}
        for name in ("No", "gone")
    ]
    resource = {"mode": "managed", "type": "baiducloud_vpn_conn", "name": "branch", "instances": instances}
    (tmp_path / "terraform.tfstate").write_text(json.dumps({"version": 4, "resources": [resource]}))
    done = run("adopt_tunnels", terraform_state="terraform.tfstate", output="list.yml")
    assert lines(done)[0].startswith("tunnels: 1 in ")
    assert lines(done)[1:] == [
        'baiducloud_vpn_conn.branch["gone"]: is in the state, but not in the cloud',
        "e1.5: is on the same gateway, but not in the state",
        "null: is on the same gateway, but not in the state",
        "terraform state rm 'baiducloud_vpn_conn.branch[\"No\"]'",
        "terraform state rm 'baiducloud_vpn_conn.branch[\"gone\"]'",
    ]
    (item,) = yaml.load((tmp_path / "list.yml").read_text().replace("!unsafe ", ""), yaml.SafeLoader)["vpn_tunnels"]
    assert item["vpn_conn_name"] == "No" and "ddd22@www" not in done.output


def test_existing_file_is_overwritten_with_force_only(run, cloud, tmp_path):
    (tmp_path / "list.yml").write_text("mine")
    done = run("adopt_tunnels", vpn_id=HERE, output="list.yml", keys_output="keys.yml")
    assert done.status and "list.yml exists" in done.output and cloud.requests() == []
    assert (tmp_path / "list.yml").read_text() == "mine" and files(tmp_path) == ["list.yml"]
    assert run("adopt_tunnels", vpn_id=HERE, output="list.yml", force=True).status == 0
    assert "vpn_tunnels:" in (tmp_path / "list.yml").read_text()


def test_new_keys_of_an_unfinished_rotation_are_not_overwritten(run, cloud, tmp_path):
    text = "vpn_tunnel_keys: {vpn-1/a: ddd22@www}\nvpn_tunnel_new_keys: {vpn-1/a: eee33@xxx}\n"
    (tmp_path / "keys.yml").write_text(text)
    done = run("adopt_tunnels", vpn_id=HERE, output="list.yml", keys_output="keys.yml", force=True)
    assert done.status and "keys.yml has the new keys of a rotation" in done.output and "eee33" not in done.output
    assert cloud.requests() == [] and (tmp_path / "keys.yml").read_text() == text and files(tmp_path) == ["keys.yml"]


def test_list_that_would_change_a_tunnel_is_not_written(run, tmp_path):
    """An extra variable takes the place of the keys, as a change of another user would."""
    other = json.dumps({"vpn_tunnel_keys": {f"{HERE}/{name}": "eee33@xxx" for name in ("No", "e1.5", "null")}})
    done = run("adopt_tunnels", "-e", other, vpn_id=HERE, output="list.yml", keys_output="keys.yml")
    assert done.status and "nothing is written" in done.output and files(tmp_path) == []


@pytest.mark.parametrize(
    "variables, text",
    [
        (
            {"output": "x.yml", "vpn_id": HERE, "vpc_id": "vpc-1"},
            "exactly one is required to choose the tunnels, got vpn_id, vpc_id",
        ),
        ({"output": "x.yml", "keys_output": "x.yml", "vpn_id": HERE}, "keys_output: must be another file"),
        (
            {"output": "x.yml", "keys_output": "./x.yml", "vpn_id": HERE},
            "keys_output: must be another file than output",
        ),
    ],
)
def test_input_that_is_wrong_is_one_sentence_before_any_request(run, cloud, tmp_path, variables, text):
    done = run("adopt_tunnels", **variables)
    assert done.status and text in done.output, done.output
    assert cloud.requests() == [] and files(tmp_path) == []
