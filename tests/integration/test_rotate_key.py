# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rotate_key: its plan, refusals and secrets, and in the lab how many packets a rotation loses."""

from __future__ import annotations

import json
import stat

import pytest
import yaml

from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.swanctl import render
from api_example import SECRET_KEY, entry, options
from emulator_process import GATEWAY
from ipsec_lab.peer_host import PeerHost
from playbook_runner import ROOT, run_playbook

ROTATE = ROOT / "playbooks/rotate_key.yml"
PATH = f"{GATEWAY}/vpncon"
REFUSAL = {"match": {"method": "PUT"}, "fault": "status", "status": 403, "code": "AccessDenied", "times": 1}
EIP = "192.0.2.1"  # of the emulator's first gateway


@pytest.fixture
def rotate(emulator, tmp_path):
    """Return a function that rotates keys of devices, which need no host; it returns the run and what its file has."""
    (tmp_path / "password").write_text("open sesame")
    keys = tmp_path / "keys.yml"

    def run(*arguments, **variables):
        variables = {"vpn_id": GATEWAY, "vpn_conn_name": "vpncon", "manage_peer": False, **variables}
        variables = {name: value for name, value in variables.items() if value is not None}
        (tmp_path / "variables.json").write_text(json.dumps(variables))
        environment = {**emulator.environment, "PWD": str(tmp_path)}
        done = run_playbook(ROTATE, "-e", f"@{tmp_path}/variables.json", *arguments, environment=environment)
        stored = yaml.safe_load(keys.read_text()) if keys.exists() else {}
        shown = [key for table in stored.values() for key in table.values() if key in done.output]
        assert not shown and SECRET_KEY not in done.output, done.output
        return done, stored

    return run


def test_rotate_key_of_a_device_waits_for_its_administrator_and_ends_in_the_file(rotate, emulator, tmp_path):
    """No write before the file has the new key; the old one stays in it until the tunnel is back."""
    emulator.plant(entry(healthStatus="reachable"))
    old = emulator.tunnels()[0]["secretKey"]
    done, stored = rotate("--check", "--diff", "-vvv", key_file="keys.yml")
    assert (done.status, stored) == (0, {}) and "gets a new key" in done.output, done.output

    # The other end cannot have a key that is not there yet, whatever its administrator says.
    done, first = rotate("-vvv", "--diff", key_file="keys.yml", entered_at_peer=True)
    assert done.status == 0 and "nothing is changed yet" in done.named["Show what to do at a device"]["msg"], (
        done.output
    )
    assert first["vpn_tunnel_keys"] == {PATH: SECRET_KEY} and list(first["vpn_tunnel_new_keys"]) == [PATH]
    assert stat.S_IMODE((tmp_path / "keys.yml").stat().st_mode) == 0o600
    assert emulator.tunnels()[0]["secretKey"] == old and emulator.requests("PUT") == []

    # The cloud refuses the change: the next run goes on with the same key.
    emulator.faults(REFUSAL)
    done, stored = rotate(key_file="keys.yml", entered_at_peer=True)
    assert done.status != 0 and stored == first, done.output
    done, stored = rotate("-vvv", "--diff", key_file="keys.yml", entered_at_peer=True)
    assert done.status == 0 and stored == {"vpn_tunnel_keys": first["vpn_tunnel_new_keys"]}, done.output
    assert emulator.tunnels()[0]["secretKey"] != old


def test_rotate_key_without_a_place_for_the_key_is_refused(rotate, emulator):
    """All errors are in one message, before any request."""
    wrong = {"entered_at_peer": True, "manage_peer": True, "peers": "localhost", "batch_size": -1, "generation": 2}
    done, _stored = rotate("--limit", "localhost", **wrong)
    message = done.named["Validate the input"]["msg"]
    for text in (
        "key_file, master_secret: exactly one",
        "generation: is required",
        "entered_at_peer: is only for",
        "batch_size: ",
    ):
        assert text in message
    assert done.status != 0 and emulator.requests() == []
    done, _stored = rotate(manage_peer=True, key_file="keys.yml")
    assert done.status != 0 and "vpn_peers must match the hosts" in done.output and emulator.requests() == []


def test_rotate_key_of_a_fleet_stops_after_the_batch_that_has_a_failure(rotate, emulator, tmp_path):
    """The other tunnel of the batch is finished, and the next batch is not begun."""
    numbers = (1, 2, 3)
    emulator.plant(*(entry(f"n{n}", remoteSubnets=[f"10.{n}.0.0/16"], healthStatus="reachable") for n in numbers))
    before = {tunnel["vpnConnName"]: tunnel["secretKey"] for tunnel in emulator.tunnels()}
    emulator.faults(REFUSAL)
    hosts = {f"host{n}": {"vpn_conn_name": f"n{n}"} for n in numbers}
    (tmp_path / "hosts.json").write_text(json.dumps({"vpn_peers": {"hosts": hosts}}))
    fleet = {"peers": "vpn_peers", "batch_size": 2, "master_secret": "s" * 32, "generation": 2, "entered_at_peer": True}
    done, _stored = rotate("-i", tmp_path / "hosts.json", vpn_conn_name=None, **fleet)
    assert done.status != 0 and "host3: its tunnel is not changed, because the tunnel of host" in done.output, (
        done.output
    )
    after = {tunnel["vpnConnName"]: tunnel["secretKey"] for tunnel in emulator.tunnels()}
    assert [name for name in after if after[name] != before[name]] in (["n1"], ["n2"])


# --- in the lab ---

# Of the packets, one in 50 ms. With the cloud first all would be lost until the role has initiated the tunnel.
A_FEW = 30


class Fleet(PeerHost):
    """Hosts of the inventory, which all are the peer of the lab; each has one tunnel, named as the host."""

    def __init__(self, lab, folder, *names, **variables):
        super().__init__(lab, folder, follows_routes=False)
        (hosts,) = json.loads(self.inventory.read_text())["vpn_peers"]["hosts"].values()
        hosts = {name: {**hosts, "vpn_id": GATEWAY, "vpn_conn_name": name, **variables.get(name, {})} for name in names}
        self.inventory.write_text(json.dumps({"vpn_peers": {"hosts": hosts}}))
        self.keys = folder / "keys.yml"

    def rotate(self, *arguments):
        """Run rotate_key with key_file; (exit status, output, the content of the file)."""
        arguments = ["-vvv", "--diff", "-e", f"key_file={self.keys}", *arguments]
        status, output, _results = self.run_playbook(ROTATE, *arguments)
        stored = yaml.safe_load(self.keys.read_text())
        for key in [SECRET_KEY, *(key for table in stored.values() for key in table.values())]:
            assert key not in output and key.encode().hex() not in output
        return status, output, stored


def establish(lab, **changes):
    """Store the example's tunnel, load its other end as an administrator would, and wait until packets pass."""
    tunnel = options(vpn_conn_id="vpnconn-vpncon", **changes)
    key = tunnel.pop("secret_key")
    lab.plant(tunnels=[entry(ikeConfig={camel(name): value for name, value in tunnel["ike_config"].items()})])
    lab.load_peer(text=render(tunnel, EIP, key))
    (stored,) = lab.stored_tunnels()
    lab.compare(tunnel=stored)
    return stored


def camel(name):
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def count_lost(lab, tunnel, func):
    """Return what func returns; fail if more than a few packets were lost meanwhile."""
    lab.start_pings(tunnel=tunnel)
    result = func()
    counted = lab.stop_pings()
    print(f"{len(counted['lost'])} of {counted['sent']} packets lost")
    assert counted["sent"] > 2 * A_FEW and len(counted["lost"]) <= A_FEW, (counted, result)
    return result


def test_rotate_key_ikev1_loses_a_few_packets_at_most(lab, tmp_path):
    fleet = Fleet(lab, tmp_path, "vpncon")
    tunnel = establish(lab)
    status, output, stored = count_lost(lab, tunnel, fleet.rotate)
    assert status == 0 and list(stored) == ["vpn_tunnel_keys"], output
    (changed,) = lab.stored_tunnels()
    assert changed["secretKey"] == stored["vpn_tunnel_keys"][PATH] != SECRET_KEY
    lab.compare(tunnel=changed)


def test_rotate_key_ikev2_interrupted_between_both_ends_is_resumed(lab, tmp_path):
    """The tunnel stays up meanwhile, and the next run loses a few packets at most."""
    fleet = Fleet(lab, tmp_path, "vpncon")
    tunnel = establish(lab, ike_config__ike_version="v2")
    lab.emulator_faults(faults=[REFUSAL])
    status, output, first = count_lost(lab, tunnel, fleet.rotate)
    assert status != 0 and first["vpn_tunnel_keys"] == {PATH: SECRET_KEY}, output
    assert lab.stored_tunnels() == [tunnel] and lab.can_ping(tunnel=tunnel, seconds=2)

    status, output, second = count_lost(lab, tunnel, fleet.rotate)
    assert status == 0 and second == {"vpn_tunnel_keys": first["vpn_tunnel_new_keys"]}, output
    lab.compare(tunnel=lab.stored_tunnels()[0])


def test_rotate_key_stops_the_fleet_at_the_first_tunnel_that_does_not_come_back(lab, tmp_path):
    wrong = {"strongswan_peer_local_id": "nobody.example", "strongswan_peer_wait_timeout": 2}
    fleet = Fleet(lab, tmp_path, "a", "b", a=wrong)
    lab.plant(tunnels=[entry("a"), entry("b", remoteSubnets=["192.168.101.0/24"])])
    before = lab.stored_tunnels()
    status, output, stored = fleet.rotate()
    assert status != 0 and "The tunnel a was not established within 2 s" in output, output
    after = lab.stored_tunnels()
    assert [one["secretKey"] == other["secretKey"] for one, other in zip(before, after)] == [False, True]
    # The old key of each is still there, and so is its new one.
    assert stored["vpn_tunnel_keys"] == {f"{GATEWAY}/{name}": SECRET_KEY for name in "ab"}
    assert stored["vpn_tunnel_new_keys"].keys() == stored["vpn_tunnel_keys"].keys()
    assert list(lab.peer_connections()) == ["a"]


def test_site_to_site_with_a_new_key_loses_a_few_packets_at_most(lab, tmp_path):
    peer = PeerHost(lab, tmp_path, follows_routes=False)
    tunnel = establish(lab, ike_config__ike_version="v2")
    site = {**options(ike_config__ike_version="v2", secret_key="0xnew!key1"), "manage_routes": False}
    status, output, _results = count_lost(lab, tunnel, lambda: peer.connect(site))
    assert status == 0, output
    (changed,) = lab.stored_tunnels()
    assert changed["secretKey"] == "0xnew!key1"
    lab.compare(tunnel=changed)
