# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole story with ansible-playbook: the cloud's end, the role on the peer, and a packet that crosses."""

from __future__ import annotations

import json
import sys

import pytest
import yaml

from page_example import SECRET_KEY, options
from playbook import ANSIBLE_PLAYBOOK, ROOT, play, play_environment, plays

SITE = ROOT / "playbooks/site_to_site.yml"
SITE_VARIABLES = ROOT / "playbooks/vars/site_to_site.yml"
CONF_DIR = "/etc/swanctl/conf.d"  # in the lab, an /etc of its own
FILTERS = sorted((ROOT / "plugins/filter").glob("*.yml"))
ABSENT = ("-e", "state=absent")
EIP = "192.0.2.1"  # the emulator gives it to its first gateway


class Peer:
    """ansible-playbook runs in a lab whose peer is the host `branch`."""

    def __init__(self, lab, folder):
        self.lab = lab
        self.folder = folder
        self.results = folder / "results"
        api = lab.start_emulator()
        self.environment = play_environment(
            self.results, dict(api["environment"], STRONGSWAN_CONF=lab.ready["settings"], ANSIBLE_PIPELINING="1")
        )
        branch = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            # The lab has strongSwan and runs its daemons without systemd.
            "strongswan_peer_manage_packages": False,
            "strongswan_peer_manage_service": False,
            "strongswan_peer_swanctl_uri": lab.ready["uri"],
        }
        self.inventory = folder / "hosts.json"
        self.inventory.write_text(json.dumps({"vpn_peers": {"hosts": {"branch": branch}}}))

    def play(self, playbook, *arguments):
        """Run a playbook; (exit status, what it printed, the results of its tasks by name)."""
        self.results.write_text("")
        command = [ANSIBLE_PLAYBOOK, "-i", self.inventory, playbook, *arguments]
        done = self.lab.run(command=list(map(str, command)), environment=self.environment)
        entries = [json.loads(line) for line in self.results.read_text().splitlines()]
        return done["status"], done["output"], {entry["task"].split(" : ")[-1]: entry["result"] for entry in entries}

    def site(self, *arguments):
        return self.play(SITE, "-e", f"@{SITE_VARIABLES}", *arguments)

    def role(self, *arguments, **variables):
        """Run the role alone; variables without their prefix, those that are None left out."""
        given = {f"strongswan_peer_{name}": value for name, value in variables.items() if value is not None}
        role = {"name": "Role", "ansible.builtin.include_role": {"name": "baiducloud.network.strongswan_peer"}}
        content = {"name": "Test", "hosts": "branch", "gather_facts": False, "tasks": [dict(role, vars=given)]}
        path = self.folder / "role.json"
        path.write_text(json.dumps([content]))
        return self.play(path, *arguments)

    def tunnel(self, **task):
        """Run vpn_tunnel alone."""
        path = self.folder / "tunnel.json"
        path.write_text(json.dumps(plays([{"name": "Tunnel", "baiducloud.network.vpn_tunnel": task}])))
        return self.play(path)

    def sees(self, *command):
        """What a command on the peer prints."""
        return self.lab.run(command=list(command), environment=self.environment)["output"]


@pytest.fixture
def peer(lab, tmp_path):
    return Peer(lab, tmp_path)


@pytest.fixture
def peer_of(lab_of, tmp_path):
    return lambda **networks: Peer(lab_of(**networks), tmp_path)


def changes(output):
    """How many tasks changed something, by host, from the recap."""
    words = [line.split() for line in output.split("PLAY RECAP")[1].splitlines() if "changed=" in line]
    return {line[0]: int(line[3].split("=")[1]) for line in words}


def test_from_names_and_addresses_to_a_packet_that_crosses_and_back(peer):
    lab, api_pages_networks = peer.lab, {"localSubnets": ["192.168.0.0/20"], "remoteSubnets": ["192.168.100.0/24"]}
    assert not lab.crosses(tunnel=api_pages_networks)

    status, output, _results = peer.site("-vvv", "--diff")
    assert status == 0, output
    (stored,) = lab.stored()
    assert lab.crosses(tunnel=stored, seconds=2)
    lab.compare(tunnel=stored)
    for secret in (SECRET_KEY, SECRET_KEY.encode().hex()):
        assert secret not in output
    assert "+    proposals = aes256-sha256-modp2048" in output, "the diff shows the connection"
    files = peer.sees("sh", "-c", f"stat -c '%a %U %n' {CONF_DIR}/*").split("\n")[:2]
    assert files == [f"600 root {CONF_DIR}/vpncon.conf", f"600 root {CONF_DIR}/vpncon.secret.conf"]

    status, output, _results = peer.site()
    assert (status, changes(output)) == (0, {"branch": 0, "localhost": 0}), output
    assert lab.crosses(tunnel=stored, seconds=2)

    # The cloud's end alone is taken away: the peer goes on trying, and nothing crosses.
    status, output, _results = peer.tunnel(state="absent", vpn_id=stored["vpnId"], vpn_conn_name=stored["vpnConnName"])
    assert status == 0 and lab.stored() == [], output
    assert not lab.crosses(tunnel=stored, seconds=1)

    # And now both ends are.
    status, output, _results = peer.site(*ABSENT)
    assert status == 0 and lab.peer_connections() == {} and lab.peer_tunnels() == [], output
    assert peer.sees("ls", CONF_DIR) == ""
    status, output, _results = peer.site(*ABSENT)
    assert (status, changes(output)) == (0, {"branch": 0, "localhost": 0}), output


def test_check_mode_foresees_both_ends_and_touches_neither(peer):
    status, output, _results = peer.site("--check", "--diff")
    assert status == 0 and changes(output) == {"branch": 3, "localhost": 1}, output
    assert "+    proposals = " in output and SECRET_KEY.encode().hex() not in output
    assert peer.lab.stored() == [] and peer.sees("ls", CONF_DIR) == "" and peer.lab.peer_connections() == {}


def test_four_children_of_ikev1_come_up_by_command_and_a_changed_key_takes_effect(peer_of):
    networks = {"cloud": ["192.168.0.0/20", "172.16.5.0/24"], "peer": ["192.168.100.0/24", "10.9.0.0/16"]}
    peer = peer_of(**networks)
    wish = options(local_subnets=networks["cloud"], remote_subnets=networks["peer"])
    status, output, results = peer.tunnel(**wish)
    role = {
        "tunnel": results["Tunnel"]["vpn_tunnel"],
        "gateway": EIP,
        "secret_key": SECRET_KEY,
        "wait": True,
        "wait_timeout": 10,
    }
    status, output, _results = peer.role(**role, start_action="none")
    assert status == 0, output
    peer.lab.compare(tunnel=peer.lab.stored()[0])
    assert len(peer.lab.peer_connections()["vpncon"]["children"]) == 4
    before = peer.lab.peer_tunnels()[0]["uniqueid"]

    # Only the key is another, at both ends: what is up was made with the old one and has to go.
    peer.tunnel(**dict(wish, secret_key="0xnew!key1"))
    status, output, _results = peer.role(**dict(role, secret_key="0xnew!key1"))
    assert status == 0 and changes(output)["branch"] > 0, output
    assert [entry["uniqueid"] for entry in peer.lab.peer_tunnels()] != [before]
    peer.lab.compare(tunnel=peer.lab.stored()[0])


def test_what_is_not_loaded_and_what_does_not_come_up_is_told(peer):
    tunnel = options(vpn_conn_name="site/1.a-1", secret_key=None)
    role = {"tunnel": tunnel, "gateway": {"eip": EIP}, "secret_key": SECRET_KEY, "start_action": "trap"}
    peer.sees("sh", "-c", f"echo 'connections {{' > {CONF_DIR}/neighbour.conf")
    status, output, results = peer.role(**role)
    message = results["Both connection and key were loaded"]["msg"]
    assert status != 0 and "did not load the connection site+1~a-1 with its key" in message, output
    assert "syntax error" in message and "(exit status 0)" in message
    peer.sees("rm", f"{CONF_DIR}/neighbour.conf")
    options_of_the_host = {"forwarding": True, "install_routes": False, "accept_aggressive": True}
    status, output, results = peer.role(**role, **options_of_the_host, wait=True, wait_timeout=2)
    # Loaded, but there is no such tunnel on the cloud.
    assert status != 0 and list(peer.lab.peer_connections()) == ["site+1~a-1"], output
    message = results["Tell what is up and what is not"]["msg"]
    assert "was not established within 2 s" in message and "these are up: none" in message
    assert "ip_forward = 1" in peer.sees("cat", "/etc/sysctl.d/60-strongswan-peer.conf")
    settings = peer.sees("cat", "/etc/strongswan.d/baiducloud-network.conf")
    assert "install_routes = no" in settings and "aggressive_mode_psk = yes" in settings
    status, output, _results = peer.role(tunnel={"vpn_conn_name": "site/1.a-1"}, state="absent")
    assert status == 0 and peer.lab.peer_connections() == {}, output


def test_all_mistakes_are_told_before_anything_changes_and_no_key_is_shown(peer):
    wrong = dict(options(secret_key=None, remote_ip=None), ipsec_config={"ipsec_enc_alg": "aes"})
    key = "ddd22@www-not-a-key"
    status, output, results = peer.role("-vvv", tunnel=wrong, gateway={"eip": ""}, secret_key=key)
    message = results["Tunnel, gateway and key are fit for strongSwan"]["msg"]
    assert status != 0, output
    for word in ("tunnel.remote_ip", "ipsec_config.ipsec_lifetime", "gateway: has no public address"):
        assert word in message
    assert key not in output and peer.sees("ls", CONF_DIR) == ""


def test_the_ready_playbooks_variables_are_a_whole_tunnel():
    given = yaml.safe_load(SITE_VARIABLES.read_text(encoding="utf-8"))
    wanted = set(options()) - {"vpn_id", "description"} | {"vpc_id", "vpn_name"}
    assert set(given) == wanted


def test_without_one_host_for_the_other_end_nothing_is_made(emulator, tmp_path):
    inventory = tmp_path / "hosts.json"
    for hosts, told in (({}, "matches none"), ({"a": {}, "b": {}}, "matches a, b")):
        inventory.write_text(json.dumps({"vpn_peers": {"hosts": hosts}}))
        done = play(SITE, "-i", str(inventory), "-e", f"@{SITE_VARIABLES}", environment=emulator.environment)
        assert done.status != 0 and told in done.results[-1]["msg"], done.output
    assert emulator.requests() == []


@pytest.mark.parametrize("page", FILTERS, ids=lambda page: page.stem)
def test_the_examples_of_a_filter_work(emulator, tmp_path, page):
    tasks = yaml.safe_load(yaml.safe_load(page.read_text(encoding="utf-8"))["EXAMPLES"])
    environment = dict(emulator.environment, HOME=str(tmp_path))
    done = play(tasks, "-e", "tunnel_key=" + SECRET_KEY, environment=environment)
    assert done.status == 0, done.output
    assert SECRET_KEY.encode().hex() not in done.output
