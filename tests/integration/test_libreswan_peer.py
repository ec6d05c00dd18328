# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role libreswan_peer with ansible-playbook, on the peer's gateway of a guest whose kernel has ESP."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from pathlib import Path

import pytest
import yaml

from api_example import SECRET_KEY
from ipsec_lab.cases import GUEST_NETS, one_on_the_emulator, wait_until
from ipsec_lab.guest_commands import GuestCommands
from peer_examples import EIP, in_mode
from playbook_runner import ANSIBLE_PLAYBOOK, ROOT, build_environment, run_command

PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
PAGE = ROOT / "roles/libreswan_peer/README.md"
SITE = ROOT / "playbooks/site_to_site.yml"
SITE_VARIABLES = ROOT / "playbooks/vars/site_to_site.yml"
PLUGINS = ROOT / "tests/ipsec_lab/connection_plugins"
CONF_DIR = "/etc/ipsec.d"  # in the guest, an /etc of its own
GROUPS = {"ike_config__ike_pfs": "group14", "ipsec_config__ipsec_pfs": "group14"}


class Host:
    """ansible-playbook runs on the peer's gateway, which has Libreswan."""

    def __init__(self, lab, folder):
        self.lab = lab
        self.folder = folder
        self.results = folder / "results"
        self.commands = GuestCommands(folder / "guest.sock", lab)
        variables = {
            "ANSIBLE_CONNECTION_PLUGINS": str(PLUGINS),
            "ANSIBLE_PIPELINING": "1",
        }
        self.environment = build_environment(self.results, variables)
        branch = {
            "ansible_connection": "guest",
            "ansible_remote_tmp": str(folder / "remote"),
            "lab_guest": str(folder / "guest.sock"),
            "ansible_become": False,  # it is root already, and has no sudo
            "ansible_python_interpreter": PYTHON,
            # The guest has Libreswan, and runs it without systemd.
            "libreswan_peer_manage_packages": False,
            "libreswan_peer_manage_service": False,
            "libreswan_peer_start_action": "none",
            "peer_kind": "libreswan",
        }
        self.inventory = folder / "hosts.json"
        self.inventory.write_text(json.dumps({"vpn_peers": {"hosts": {"branch": branch}}}))

    def role(self, *arguments, kind="libreswan", **variables):
        """Run the role; (exit status, what it printed, the results of its tasks by name)."""
        task = {
            "name": "Role",
            "ansible.builtin.include_role": {"name": f"baiducloud.network.{kind}_peer"},
            "vars": {f"{kind}_peer_{name}": value for name, value in variables.items()},
        }
        return self.play([{"name": "Test", "hosts": "branch", "gather_facts": False, "tasks": [task]}], *arguments)

    def play(self, plays, *arguments):
        """Run plays; see role()."""
        path = self.folder / "play.json"
        path.write_text(json.dumps(plays))
        self.results.write_text("")
        command = [ANSIBLE_PLAYBOOK, "-i", self.inventory, path, *arguments]
        done = run_command(command, self.folder, self.environment, seconds=300)
        entries = [json.loads(line) for line in self.results.read_text().splitlines()]
        return done.returncode, done.stdout, {entry["task"].split(" : ")[-1]: entry["result"] for entry in entries}

    def site(self, emulator, *arguments):
        """Run site_to_site.yml for this host; (exit status, what it printed)."""
        command = [ANSIBLE_PLAYBOOK, "-i", self.inventory, SITE, "-e", f"@{SITE_VARIABLES}", *arguments]
        done = run_command(command, self.folder, {**self.environment, **emulator.environment}, seconds=300)
        return done.returncode, done.stdout

    def sees(self, command):
        """What a command of the shell prints."""
        done = self.lab.execute(command=command, input_path="/dev/null")
        return done["stdout"] + done["stderr"]

    def files(self):
        """Mode, owner and path of each file of the tunnel."""
        return self.sees(f"find {CONF_DIR} -name 'vpncon*' -exec stat -c '%a %U %n' {{}} + | sort").splitlines()

    def loaded(self):
        """The names of the connections that the daemon has."""
        return sorted(set(re.findall(r'(?m)^000 "([^"]+)":', self.sees("ipsec whack --status"))))


@contextlib.contextmanager
def host_of(lab, folder):
    host = Host(lab, folder)
    try:
        yield host
    finally:
        host.commands.shutdown()
        host.commands.server_close()
        lab.reset()


@pytest.fixture
def host(libreswan_host, tmp_path):
    with host_of(libreswan_host, tmp_path) as host:
        yield host


@pytest.fixture
def guest_host(guest, tmp_path):
    guest.use_peer(kind="libreswan")
    with host_of(guest, tmp_path) as host:
        yield host


def changed(output):
    return int(re.search(r"^branch .*changed=(\d+)", output, re.MULTILINE).group(1))


GONE = {"state": "absent", "tunnel": {"vpn_conn_name": "vpncon"}}


def test_libreswan_role_connects_the_host_and_removes_it(guest_host, emulator):
    """With the example of the role's page. A second run changes nothing; after state absent no packet crosses."""
    host, lab = guest_host, guest_host.lab
    stored, returned = one_on_the_emulator(emulator, **in_mode("ikev2", **GROUPS))
    lab.set_cloud_tunnels(tunnels=[stored])
    role = {"tunnel": returned, "gateway": EIP, "secret_key": SECRET_KEY, "wait": True, "wait_timeout": 60}
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    site = {"name": "Site", "ansible.builtin.set_fact": {"site": {"vpn_tunnel": returned}}}
    plays = [{"name": "Site", "hosts": "localhost", "gather_facts": False, "tasks": [site]}, *yaml.safe_load(example)]
    status, output, _results = host.play(plays, "-vvv", "--diff", "-e", "tunnel_key=" + SECRET_KEY)
    assert status == 0, output
    assert wait_until(lambda: lab.can_ping(tunnel=stored, seconds=2))
    assert SECRET_KEY not in output and "+    esp=aes128-sha1;modp2048" in output, "the diff shows the connection"
    status, output, _results = host.role(**role)
    assert (status, changed(output)) == (0, 0) and lab.can_ping(tunnel=stored, seconds=5), output
    status, output, _results = host.role(**GONE)
    assert status == 0 and lab.kernel_sas(side="peer") == [] and not lab.can_ping(tunnel=stored), output


def test_libreswan_role_loads_changes_and_removes_connections(host, emulator):
    """Of IKEv1, which the lab's daemon accepts from its start on."""
    networks = {"local_subnets": GUEST_NETS["cloud"]}
    _stored, returned = one_on_the_emulator(emulator, **in_mode("ikev1-main", **GROUPS, **networks))
    role = {"tunnel": returned, "gateway": EIP, "secret_key": SECRET_KEY, "start_action": "trap", "forwarding": True}
    status, output, _results = host.role("--check", "--diff", **role)
    assert status == 0 and changed(output) > 0 and host.files() == [], output

    status, output, _results = host.role("-vvv", "--diff", **role)
    assert status == 0 and SECRET_KEY not in output, output
    assert host.files() == [f"600 root {CONF_DIR}/vpncon.{ending}" for ending in ("conf", "loaded", "secrets")]
    assert host.loaded() == ["vpncon-1", "vpncon-2"]
    status, output, _results = host.role(**role)
    assert (status, changed(output)) == (0, 0), output
    # With `wait` a run would initiate what is down.
    status, output, _results = host.role("--check", **role)
    assert (status, changed(output)) == (0, 0), output
    status, output, _results = host.role("--check", **role, wait=True)
    assert (status, changed(output)) == (0, 1) and "would be initiated: vpncon-1, vpncon-2" in output, output

    # Another key, and fewer networks: the daemon gets it, and loses what is gone.
    other = dict(role, secret_key="0xnew!key1", tunnel=dict(returned, local_subnets=GUEST_NETS["cloud"][:1]))
    status, output, _results = host.role(**other)
    assert status == 0 and changed(output) > 0 and host.loaded() == ["vpncon-1"], output

    status, output, _results = host.role(**GONE)
    assert status == 0 and host.files() == host.loaded() == [], output
    status, output, _results = host.role(**GONE)
    assert (status, changed(output)) == (0, 0), output


def test_libreswan_role_reports_a_missing_route_and_the_file_of_another_tunnel(host, emulator):
    _stored, returned = one_on_the_emulator(emulator, **in_mode("ikev2", **GROUPS))
    role = {"tunnel": returned, "gateway": EIP, "secret_key": SECRET_KEY, "start_action": "none"}
    default = host.sees("ip route show default").strip()
    host.sees("ip route del default")
    status, output, results = host.role(**role)
    message = results["Check that there is a route to each network of the cloud"]["msg"]
    assert status != 0 and "no route to 192.168.0.0/20" in message, output
    host.sees(f"ip route add {default}")
    status, output, results = host.role(**role, wait=True, wait_timeout=1)
    message = results["Check that the tunnel is established"]["msg"]
    assert status != 0 and "these are not up: vpncon-1" in message, output
    status, output, results = host.role(
        **dict(role, gateway="192.0.2.2", tunnel=dict(returned, vpn_conn_id="vpnconn-x"))
    )
    message = results["Check that the existing file belongs to this tunnel"]["msg"]
    assert status != 0 and f"of the gateway {EIP}" in message, output
    renamed = dict(role, tunnel=dict(returned, vpn_conn_name="renamed"))
    status, output, _results = host.role(**renamed)
    assert status == 0 and host.loaded() == ["renamed-1"] and host.sees(f"ls {CONF_DIR} | grep vpncon") == "", output
    host.sees(f"echo 'conn broken' > {CONF_DIR}/neighbour.conf; echo '    nonsense' >> {CONF_DIR}/neighbour.conf")
    status, output, results = host.role(**renamed)
    assert status != 0 and "is broken" in results["Check that the existing configuration is valid"]["msg"], output


def test_libreswan_role_reports_all_invalid_values_and_shows_no_key(host, emulator):
    item = in_mode("ikev2", ike_config__ike_pfs="group2", ipsec_config__ipsec_pfs="group14")
    _stored, returned = one_on_the_emulator(emulator, **item)
    role = {"tunnel": returned, "gateway": EIP, "secret_key": SECRET_KEY}
    status, output, results = host.role("-vvv", **role)
    assert status != 0 and "group2" in results["Validate tunnel, gateway and key"]["msg"], output
    right = dict(role, tunnel=dict(returned, ike_config=dict(returned["ike_config"], ike_pfs="group14")))
    status, text, results = host.role("-vvv", **right, manage_service=True, wait_timeout=0)
    message = results["Validate the host"]["msg"]
    assert status != 0 and "systemd does not run here" in message and "wait_timeout: must be" in message, text
    assert SECRET_KEY not in output + text and host.files() == []


def test_roles_refuse_a_host_that_uses_the_other_daemon(host, emulator):
    """Two IKE daemons cannot share UDP port 500; nothing is installed, started or written."""
    _stored, returned = one_on_the_emulator(emulator, **in_mode("ikev2", **GROUPS))
    role = {"tunnel": returned, "gateway": EIP, "secret_key": SECRET_KEY, "start_action": "none"}
    strongswan = dict(role, kind="strongswan", manage_packages=False, manage_service=False)
    status, output, results = host.role(**strongswan)
    message = results["Validate the host"]["msg"]
    assert status != 0 and "Libreswan is in use on the host (process pluto), and two IKE daemons" in message, output
    assert "libreswan_peer_state: absent" in message and "systemctl disable --now ipsec" in message
    assert host.sees("ls /etc/swanctl/conf.d") == "" and host.role(**GONE, kind="strongswan")[0] == 0
    # The cloud's end stays, because the host would still use it.
    assert host.role(**role)[0] == 0
    status, output = host.site(emulator, "-e", "state=absent", "-e", "peer_kind=strongswan")
    assert status != 0 and "peer_kind: this tunnel is configured in Libreswan on the host" in output, output
    assert len(emulator.tunnels()) == 1 and host.loaded() == ["vpncon-1"]

    files = host.files()
    host.lab.use_peer(kind="strongswan")
    marker = "# Made by the role baiducloud.network.strongswan_peer: the daemon has loaded this connection."
    host.sees(f"mkdir -p /etc/swanctl/conf.d; echo '{marker}' > /etc/swanctl/conf.d/office.loaded")
    status, output, results = host.role(**role)
    message = results["Validate the host"]["msg"]
    assert status != 0 and "strongSwan is in use on the host (process charon-systemd, tunnel office)" in message, output
    assert "strongswan_peer_state: absent" in message and "systemctl disable --now strongswan" in message
    assert host.files() == files != []


def test_site_to_site_configures_a_host_with_libreswan(host, emulator):
    """The variable peer_kind is one of the host; what Libreswan lacks is an error before the cloud is changed."""
    status, output = host.site(emulator, "-e", "wait=false", "-e", "ike_pfs=group2")
    assert status != 0 and "ike_pfs: group2 is not supported by Libreswan" in output, output
    assert emulator.tunnels() == [] and host.files() == []

    status, output = host.site(emulator, "-vvv", "-e", "wait=false", "--diff")
    assert status == 0 and len(emulator.tunnels()) == 1 and host.loaded() == ["vpncon-1"], output
    assert SECRET_KEY not in output and "+    ike=aes256-sha2_256;modp2048" in output
    status, output = host.site(emulator, "-e", "state=absent")
    assert status == 0 and emulator.tunnels() == [] and host.files() == host.loaded() == [], output
