# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole story with ansible-playbook: the cloud's end, the role on the peer, and a packet that crosses."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.swanctl import render
from api_example import SECRET_KEY, entry, options
from docs_runner import shown_files
from ipsec_lab.peer_host import EMPTY_VPC, EMPTY_VPC_OPTIONS, FIRST_EIP, SITE, PeerHost
from playbook_runner import ROOT, as_plays, run_playbook

PEER_TASKS = ROOT / "playbooks/tasks/site_to_site_peer.yml"
SITE_VARIABLES = ROOT / "playbooks/vars/site_to_site.yml"
CONF_DIR = "/etc/swanctl/conf.d"  # in the lab, an /etc of its own
FILTERS = sorted((ROOT / "plugins/filter").glob("*.yml"))
ABSENT = ("-e", "state=absent")
EIP = "192.0.2.1"  # the emulator gives it to its first gateway


class Peer(PeerHost):
    """The host `branch` of the lab, with the collection's example and the role."""

    def site(self, *arguments):
        return self.run_playbook(SITE, "-e", f"@{SITE_VARIABLES}", *arguments)

    def role(self, *arguments, **variables):
        """Run the role alone; variables without their prefix, those that are None left out."""
        return self.roles(variables, arguments=arguments)

    def roles(self, *each, arguments=(), more=None):
        """Run the role several times in one play, each time with a dict of variables; more is for the play."""
        tasks = [
            {
                "name": "Role",
                "ansible.builtin.include_role": {"name": "baiducloud.network.strongswan_peer"},
                "vars": {f"strongswan_peer_{name}": value for name, value in variables.items() if value is not None},
            }
            for variables in each
        ]
        content = dict({"name": "Test", "hosts": "branch", "gather_facts": False, "tasks": tasks}, **more or {})
        path = self.folder / "role.json"
        path.write_text(json.dumps([content]))
        return self.run_playbook(path, *arguments)

    def tunnel(self, **task):
        """Run vpn_tunnel alone."""
        path = self.folder / "tunnel.json"
        path.write_text(json.dumps(as_plays([{"name": "Tunnel", "baiducloud.network.vpn_tunnel": task}])))
        return self.run_playbook(path)

    def sees(self, *command):
        """What a command on the peer prints."""
        return self.lab.run(command=list(command), environment=self.environment)["output"]


@pytest.fixture
def peer(lab, tmp_path):
    # The tests of the role make no route rules.
    return Peer(lab, tmp_path, follows_routes=False)


@pytest.fixture
def routed_peer(lab, tmp_path):
    return Peer(lab, tmp_path)


@pytest.fixture
def peer_of(lab_of, tmp_path):
    return lambda **networks: Peer(lab_of(**networks), tmp_path, follows_routes=False)


def changes(output):
    """How many tasks changed something, by host, from the recap."""
    words = [line.split() for line in output.split("PLAY RECAP")[1].splitlines() if "changed=" in line]
    return {line[0]: int(line[3].split("=")[1]) for line in words}


def test_site_from_an_empty_vpc_to_the_first_packet_and_back(lab_of, tmp_path):
    """One play with the files of docs/first-packet.md: gateway, EIP, tunnel, routes, peer, and a ping crosses."""
    site = dict(yaml.safe_load(shown_files()["first_site.yml"]), secret_key=SECRET_KEY)
    lab = lab_of(peer_address=site["remote_ip"], cloud_address=FIRST_EIP)
    peer = PeerHost(lab, tmp_path, options=EMPTY_VPC_OPTIONS)
    pinged = {"localSubnets": site["local_subnets"], "remoteSubnets": site["remote_subnets"]}

    def there():
        state = lab.emulator_state()
        gateways = [gateway for gateway in state["gateways"] if gateway["vpcId"] == EMPTY_VPC]
        rules = [rule for rule in state["routeRules"] if rule["nexthopType"] == "vpn"]
        eips = [eip for eip in state["eips"] if eip["name"] == "branches"]
        return [len(found) for found in (gateways, eips, state["tunnels"], rules, lab.peer_connections())]

    status, output, _results = peer.connect(site, "--check", "--diff")
    assert status == 0 and changes(output) == {"branch": 1, "localhost": 4} and there() == [0] * 5, output
    assert not lab.can_ping(tunnel=pinged)

    status, output, _results = peer.connect(site, "-vvv", "--diff")
    assert status == 0 and there() == [1] * 5, output
    assert not any(secret in output for secret in (SECRET_KEY, SECRET_KEY.encode().hex()))
    (stored,) = lab.stored_tunnels()
    assert lab.can_ping(tunnel=stored, seconds=5)
    lab.compare(tunnel=stored)

    sent = len(lab.emulator_requests())
    status, output, _results = peer.connect(site)
    assert (status, changes(output)) == (0, {"branch": 0, "localhost": 0}), output
    # The lab reads too, to follow the cloud.
    assert {request["method"] for request in lab.emulator_requests()[sent:]} == {"GET"}

    status, output, _results = peer.connect(site, *ABSENT)
    assert status == 0 and there() == [0, 0, 0, 0, 0] and not lab.can_ping(tunnel=pinged), output
    assert peer.lab.peer_tunnels() == [] and lab.emulator_state()["billed"] == {"gateways": 1, "eips": 1}
    status, output, _results = peer.connect(site, *ABSENT)
    assert (status, changes(output)) == (0, {"branch": 0, "localhost": 0}), output


def test_site_to_site_connects_both_ends_and_removes_them(routed_peer):
    """From names and addresses to a packet that crosses; after state absent none does."""
    peer = routed_peer
    lab, api_pages_networks = peer.lab, {"localSubnets": ["192.168.0.0/20"], "remoteSubnets": ["192.168.100.0/24"]}
    assert not lab.can_ping(tunnel=api_pages_networks)

    status, output, _results = peer.site("-vvv", "--diff")
    assert status == 0, output
    (stored,) = lab.stored_tunnels()
    assert lab.can_ping(tunnel=stored, seconds=5)
    lab.compare(tunnel=stored)
    for secret in (SECRET_KEY, SECRET_KEY.encode().hex()):
        assert secret not in output
    assert "+    proposals = aes256-sha256-modp2048" in output, "the diff shows the connection"
    files = peer.sees("sh", "-c", f"stat -c '%a %U %n' {CONF_DIR}/*").split("\n")[:3]
    assert files == [f"600 root {CONF_DIR}/vpncon.{ending}" for ending in ("conf", "loaded", "secret.conf")]

    status, output, _results = peer.site()
    assert (status, changes(output)) == (0, {"branch": 0, "localhost": 0}), output
    assert lab.can_ping(tunnel=stored, seconds=5)

    # The cloud's end alone is taken away: the peer goes on trying, and nothing crosses.
    status, output, _results = peer.tunnel(state="absent", vpn_id=stored["vpnId"], vpn_conn_name=stored["vpnConnName"])
    assert status == 0 and lab.stored_tunnels() == [], output
    assert not lab.can_ping(tunnel=stored, seconds=1)

    # And now both ends are.
    status, output, _results = peer.site(*ABSENT)
    assert status == 0 and lab.peer_connections() == {} and lab.peer_tunnels() == [], output
    assert peer.sees("ls", CONF_DIR) == ""
    status, output, _results = peer.site(*ABSENT)
    assert (status, changes(output)) == (0, {"branch": 0, "localhost": 0}), output


def test_site_to_site_check_mode_plans_both_ends(peer):
    status, output, _results = peer.site("--check", "--diff")
    assert status == 0 and changes(output) == {"branch": 1, "localhost": 2}, output
    assert "would be configured as the other end of vpncon" in output and SECRET_KEY.encode().hex() not in output
    assert peer.lab.stored_tunnels() == [] and peer.sees("ls", CONF_DIR) == "" and peer.lab.peer_connections() == {}


def test_role_ikev1_children_come_up_and_a_new_key_takes_effect(peer_of):
    """Also after a run that was interrupted between writing and loading the key."""
    networks = {"cloud": ["192.168.0.0/20", "172.16.5.0/24"], "peer": ["192.168.100.0/24", "10.9.0.0/16"]}
    peer = peer_of(**networks)
    desired = options(local_subnets=networks["cloud"], remote_subnets=networks["peer"])
    status, output, results = peer.tunnel(**desired)
    role = {
        "tunnel": results["Tunnel"]["vpn_tunnel"],
        "gateway": EIP,
        "secret_key": SECRET_KEY,
        "wait": True,
        "wait_timeout": 60,
    }
    status, output, _results = peer.role(**role, start_action="none")
    assert status == 0, output
    peer.lab.compare(tunnel=peer.lab.stored_tunnels()[0])
    assert len(peer.lab.peer_connections()["vpncon"]["children"]) == 4
    before = peer.lab.peer_tunnels()[0]["uniqueid"]

    # Only the key is another: what is up was made with the old one and has to go, also where a run broke off.
    changed = dict(role, secret_key="0xnew!key1")
    status, output, results = peer.role(**changed, swanctl_uri="unix:///run/missing")
    assert status != 0 and "swanctl --load-all failed" in results["Check that everything was loaded"]["msg"], output
    assert [entry["uniqueid"] for entry in peer.lab.peer_tunnels()] == [before]
    peer.role(**dict(changed, wait=False))
    assert before not in [entry["uniqueid"] for entry in peer.lab.peer_tunnels()]
    peer.tunnel(**dict(desired, secret_key="0xnew!key1"))
    status, output, _results = peer.role(**changed)
    assert status == 0, output
    peer.lab.compare(tunnel=peer.lab.stored_tunnels()[0])


def test_role_broken_file_of_another_author_changes_nothing(peer):
    """Loading it would end every tunnel of the host."""
    other, mine = ({"tunnel": named(name), "gateway": EIP, "secret_key": SECRET_KEY} for name in ("other", "mine"))
    both = [dict(role, start_action="none") for role in (other, mine)]
    status, output, _results = peer.roles(*both)
    assert status == 0 and sorted(peer.lab.peer_connections()) == ["mine", "other"], output
    broken = f"{CONF_DIR}/neighbour.conf"
    peer.sees("sh", "-c", f"printf 'secrets {{\\n ike-x {{\\n secret \"pa55w0rd!\"\\n }}\\n}}\\n' > {broken}")
    for change in ({"secret_key": "another!1key"}, {"state": "absent"}):
        status, output, results = peer.role("-vvv", **dict(both[1], **change))
        message = results["Check that the existing configuration is valid"]["msg"]
        assert status != 0 and f"{broken}:3: syntax error" in message and "nothing was changed" in message, output
        assert sorted(peer.lab.peer_connections()) == ["mine", "other"] and "pa55w0rd!" not in output
        assert "another!1key".encode().hex() not in peer.sees("cat", f"{CONF_DIR}/mine.secret.conf")
    peer.sees("rm", broken)

    # Check mode reports all that the run does.
    changed = dict(both[0], secret_key="another!1key")
    assert changes(peer.role("--check", **changed)[1]) == changes(peer.role(**changed)[1]) == {"branch": 2}
    gone = {"tunnel": {"vpn_conn_name": "mine"}, "state": "absent"}
    peer.sees("sh", "-c", f"rm {CONF_DIR}/mine.*")
    assert changes(peer.role("--check", **gone)[1]) == changes(peer.role(**gone)[1]) == {"branch": 1}
    assert list(peer.lab.peer_connections()) == ["other"]


def named(name, **more):
    return dict(options(vpn_conn_name=name, secret_key=None), **more)


def test_role_keeps_files_of_other_tunnels_and_removes_old_names(peer):
    first = {"tunnel": named("site", vpn_conn_id="vpnconn-1"), "gateway": EIP, "secret_key": SECRET_KEY}
    first["start_action"] = "none"
    assert peer.role(**first)[0] == 0
    second = dict(first, tunnel=named("site", vpn_conn_id="vpnconn-2"), gateway="192.0.2.2")
    for run in (second, dict(second, state="absent")):
        status, output, results = peer.role(**run)
        message = results["Check that the existing file belongs to this tunnel"]["msg"]
        assert status != 0 and "192.0.2.2" in message and f"vpnconn-1 of the gateway {EIP}" in message, output
    status, output, _results = peer.role(**second, name="site-of-2")
    assert status == 0 and sorted(peer.lab.peer_connections()) == ["site", "site-of-2"], output
    status, output, _results = peer.role(**dict(first, tunnel=named("renamed", vpn_conn_id="vpnconn-1")))
    assert status == 0 and sorted(peer.lab.peer_connections()) == ["renamed", "site-of-2"], output
    assert "site.conf" not in peer.sees("ls", CONF_DIR).split()


def test_role_reports_what_is_not_loaded_or_not_established(peer):
    tunnel = options(vpn_conn_name="site/1.a-1", secret_key=None)
    role = {"tunnel": tunnel, "gateway": {"eip": EIP}, "secret_key": SECRET_KEY, "start_action": "trap"}
    peer.sees("sh", "-c", f"sed 's/aes128/aes129/' > {CONF_DIR}/neighbour.conf <<'END'\n{render_connection()}END")
    status, output, results = peer.role(**role)
    message = results["Check that everything was loaded"]["msg"]
    assert status != 0 and "failed for site+1~a-1 (exit status 22)" in message and "proposals" in message, output
    peer.sees("rm", f"{CONF_DIR}/neighbour.conf")
    options_of_the_host = {"forwarding": True, "install_routes": False, "accept_aggressive": True}
    status, output, results = peer.role(**role, **options_of_the_host, wait=True, wait_timeout=2)
    # Loaded, but there is no such tunnel on the cloud.
    assert status != 0 and list(peer.lab.peer_connections()) == ["site+1~a-1"], output
    message = results["Check that the tunnel is established"]["msg"]
    assert "was not established within 2 s" in message and "these are not up: site+1~a-1-1" in message
    # A run would initiate it, which check mode reports.
    status, output, _results = peer.role("--check", **role, **options_of_the_host, wait=True)
    assert (status, changes(output)) == (0, {"branch": 1}) and "would be initiated: site+1~a-1-1" in output, output
    status, output, _results = peer.role("--check", **role, **options_of_the_host)
    assert (status, changes(output)) == (0, {"branch": 0}), output
    assert "ip_forward = 1" in peer.sees("cat", "/etc/sysctl.d/60-strongswan-peer.conf")
    settings = peer.sees("cat", "/etc/strongswan.d/baiducloud-network.conf")
    assert "install_routes = no" in settings and "aggressive_mode_psk = yes" in settings
    status, output, _results = peer.role(tunnel={"vpn_conn_name": "site/1.a-1"}, state="absent")
    assert status == 0 and peer.lab.peer_connections() == {}, output


def render_connection():
    return render(options(vpn_conn_name="neighbour"), EIP, part="connections")


def test_role_reports_all_invalid_values_and_shows_no_key(peer):
    wrong = dict(options(secret_key=None, remote_ip=None), ipsec_config={"ipsec_enc_alg": "aes"})
    key = "ddd22@www-not-a-key"
    status, output, results = peer.role("-vvv", tunnel=wrong, gateway={"eip": ""}, secret_key=key)
    message = results["Validate tunnel, gateway and key"]["msg"]
    assert status != 0, output
    for word in ("tunnel.remote_ip", "ipsec_config.ipsec_lifetime", "gateway: has no", "secret_key: must"):
        assert word in message
    right = {"tunnel": options(secret_key=None), "gateway": EIP, "secret_key": SECRET_KEY}
    status, output, results = peer.role(**right, manage_service=True, wait_timeout=0)
    message = results["Validate the host"]["msg"]
    assert status != 0 and "systemd does not run here" in message and "wait_timeout: must be" in message, output
    status, output, results = peer.role(**right, settings_dir="/nonexistent")
    assert status != 0 and "there is no folder /nonexistent" in results["Check that the folders exist"]["msg"], output
    status, output, results = peer.role(state="absent", tunnel={})
    assert status != 0 and "vpn_conn_name" in results["Validate the name of the tunnel"]["msg"], output
    assert key not in output and peer.sees("ls", CONF_DIR) == ""


def test_site_to_site_invalid_peer_leaves_the_cloud_unchanged(peer):
    status, output, results = peer.site("-e", "remote_ip=" + EIP, "-e", "wait=false")
    message = results["Validate tunnel, gateway and key"]["msg"]
    assert status != 0 and "the two ends must differ" in message, output
    status, output, results = peer.site("-e", "strongswan_peer_manage_service=true")
    assert status != 0 and "systemd" in results["Validate the host"]["msg"], output
    status, output, results = peer.site("-e", "wait=maybe")
    message = results["Validate the input"]["msg"]
    assert status != 0 and message == "wait: must be true or false, got 'maybe'" and "Apply the tunnel" not in results
    status, output, results = peer.site("-e", "cgw_id=cgw-nope")
    message = results["Check that the customer gateway exists"]["msg"]
    assert status != 0 and message.startswith("cgw_id: there is no customer gateway cgw-nope"), output
    assert peer.lab.stored_tunnels() == []
    status, output, results = peer.site("--limit", "branch")
    assert (
        status != 0
        and "--limit 'localhost,branch'" in results["Check that the first play has found the gateway"]["msg"]
    )


def test_role_accepts_a_vaulted_key(peer, tmp_path):
    """Before ansible-core 2.19, a value encrypted by itself is not a text."""
    password = tmp_path / "password"
    password.write_text("open")
    vault = VaultLib([("default", VaultSecret(b"open"))])
    variables = tmp_path / "key.yml"
    lines = vault.encrypt(SECRET_KEY.encode()).decode().splitlines()
    variables.write_text("key: !vault |\n" + "".join(f"  {line}\n" for line in lines))
    role = {"tunnel": named("site"), "gateway": EIP, "secret_key": "{{ key }}", "start_action": "none"}
    filtered = "{{ tunnel | baiducloud.network.swanctl(gateway='%s', secret_key=key) | length }}" % EIP
    more = {
        "vars": {"tunnel": named("site"), "strongswan_peer_secret_key": "{{ key }}"},
        "vars_files": [str(variables)],
        "pre_tasks": [{"name": "Filter", "ansible.builtin.debug": {"msg": filtered}}],
    }
    # Once handed over by a template, once the vaulted value itself.
    arguments = ["-vvv", "--vault-password-file", password]
    status, output, _results = peer.roles(role, arguments=arguments, more=more)
    assert status == 0 and SECRET_KEY not in output, output
    assert SECRET_KEY.encode().hex() in peer.sees("cat", f"{CONF_DIR}/site.secret.conf")
    variables.write_text(variables.read_text().replace("key:", "strongswan_peer_secret_key:"))
    del role["secret_key"], more["vars"], more["pre_tasks"]
    status, output, _results = peer.roles(role, arguments=arguments, more=more)
    assert status == 0 and changes(output) == {"branch": 0}, output


@pytest.mark.parametrize("page", ["docs/site-to-site.md", "roles/strongswan_peer/README.md"])
def test_examples_of_a_page_establish_a_tunnel(lab_of, tmp_path, page):
    """test_examples.py has no host for the peer's end."""
    peer = Peer(lab_of(peer_address="203.0.113.10"), tmp_path, follows_routes=False)
    blocks = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)]
    content = [one for block in blocks for one in as_plays(block)]
    if page.startswith("roles"):
        desired = options(vpn_conn_name="branch-berlin", remote_ip="203.0.113.10")
        content = as_plays([{"name": "Site", "baiducloud.network.vpn_tunnel": desired, "register": "site"}]) + content
    path = tmp_path / "page.json"
    path.write_text(json.dumps(content))
    environment = dict(peer.environment, HOME=str(tmp_path))
    peer.environment = environment
    status, output, _results = peer.run_playbook(path, "-e", "tunnel_key=" + SECRET_KEY)
    assert status == 0 and "no hosts matched" not in output, output
    peer.lab.compare(tunnel=peer.lab.stored_tunnels()[0])


def test_site_to_site_example_variables_are_a_whole_tunnel():
    provided = yaml.safe_load(SITE_VARIABLES.read_text(encoding="utf-8"))
    expected = set(options()) - {"vpn_id", "description"} | {"vpc_id", "vpn_name"}
    assert set(provided) == expected


@pytest.mark.parametrize("variables, waits", [({"wait": False}, False), ({"wait": ""}, True), ({}, True)])
def test_site_to_site_waits_unless_wait_is_false(tmp_path, variables, waits):
    (text,) = re.findall('strongswan_peer_wait: "(.*)"', PEER_TASKS.read_text(encoding="utf-8"))
    done = run_playbook(
        [{"name": "Wait", "ansible.builtin.debug": {"msg": text}}], "-e", json.dumps(variables), environment={}
    )
    assert done.named["Wait"]["msg"] is waits


def test_site_to_site_needs_exactly_one_peer(emulator, tmp_path):
    inventory = tmp_path / "hosts.json"
    for hosts, reported in (({}, "matches none"), ({"a": {}, "b": {}}, "matches a, b")):
        inventory.write_text(json.dumps({"vpn_peers": {"hosts": hosts}}))
        done = run_playbook(SITE, "-i", str(inventory), "-e", f"@{SITE_VARIABLES}", environment=emulator.environment)
        assert done.status != 0 and reported in done.results[-1]["msg"], done.output
    assert emulator.requests() == []


@pytest.mark.parametrize(
    "playbook, variables, errors",
    [
        (
            "site_to_site",
            {"vpn_conn_name": "a", "state": "gone", "wait": "maybe"},
            [
                "state: must be one of present, absent, got 'gone'",
                "wait: must be true or false, got 'maybe'",
                "vpn_peers must match exactly one host",
            ],
        ),
        (
            "create_tunnel",
            {"state": "gone", "local_subnets": {"a": 1}, "ike_pfs": "group1", "ipsec_lifetime": "1h"},
            [
                "state: must be one of present, absent, got 'gone'",
                "local_subnets: must be a list of text",
                "ike_pfs: must be one of group2, group5, group14, group24, got 'group1'",
                "ipsec_lifetime: must be a whole number, got '1h'",
            ],
        ),
        ("report_tunnels", {"vpn_id": {"a": 1}, "vpc_id": 5}, ["vpn_id: must be a list", "vpc_id: must be text"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_playbook_reports_all_invalid_variables_in_one_message(emulator, playbook, variables, errors):
    path = ROOT / f"playbooks/{playbook}.yml"
    done = run_playbook(path, "-e", json.dumps(variables), environment=emulator.environment)
    reported = done.results[-1]["msg"].split("; ")
    assert done.status != 0 and len(errors) <= len(reported)
    assert [text for text, error in zip(reported, errors) if not text.startswith(error)] == []
    assert emulator.requests() == []


def test_site_to_site_unreachable_peer_leaves_the_cloud_unchanged(emulator, tmp_path):
    silent_ssh = tmp_path / "ssh"
    silent_ssh.write_text("#!/bin/sh\nexit 255\n")
    silent_ssh.chmod(0o755)
    branch = {"ansible_connection": "ssh", "ansible_ssh_executable": str(silent_ssh)}
    inventory = tmp_path / "hosts.json"
    inventory.write_text(json.dumps({"vpn_peers": {"hosts": {"branch": branch}}}))
    site = [SITE, "-i", str(inventory), "-e", f"@{SITE_VARIABLES}", "-e", "vpn_conn_name=vpncon", "-e"]
    for planted in ([], [entry()]):
        emulator.plant(*planted)
        there = emulator.tunnels()
        for argument in ("state=present", "secret_key=eee33@www", "state=absent"):
            done = run_playbook(*site, argument, environment=emulator.environment)
            reported = done.named["Check that the other end was validated"]["results"][0]["msg"]
            assert done.status != 0 and reported.startswith("The host branch could not be validated"), done.output
            assert emulator.tunnels() == there and {request["method"] for request in emulator.requests()} == {"GET"}


@pytest.mark.parametrize("page", FILTERS, ids=lambda page: page.stem)
def test_examples_of_a_filter_work(emulator, tmp_path, page):
    tasks = yaml.safe_load(yaml.safe_load(page.read_text(encoding="utf-8"))["EXAMPLES"])
    environment = dict(emulator.environment, HOME=str(tmp_path))
    (tmp_path / "terraform.tfstate").write_text(json.dumps({"version": 4, "resources": []}))
    done = run_playbook(tasks, "-e", "tunnel_key=" + SECRET_KEY, environment=environment)
    assert done.status == 0, done.output
    assert SECRET_KEY.encode().hex() not in done.output
