# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateways as hosts: what ansible-inventory returns for them, and plays that use them."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from api_example import SECRET_KEY, entry, options
from emulator_process import ACCESS_KEY_ID, SECRET_ACCESS_KEY, EmulatorProcess
from playbook_runner import ANSIBLE_PLAYBOOK, build_environment, run_command, run_playbook

GATEWAYS = ["vpn-hub:hub:vpc-a", "vpn-same1:same:vpc-a", "vpn-same2:same:vpc-b", "vpn-odd:no host:vpc-b"]
PLUGIN = "baiducloud.network.vpn_gateways"
BOTH = {"vpc_ids": ["vpc-a", "vpc-b"]}


@pytest.fixture(scope="module")
def process():
    with EmulatorProcess(*[part for gateway in GATEWAYS for part in ("--gateway", gateway)]) as emulator:
        yield emulator


@pytest.fixture
def site(process):
    process.reset()
    return process


class Inventory:
    """An inventory file, and what ansible-inventory makes of it."""

    def __init__(self, folder, environment, name="vpn_gateways.yml"):
        self.path = folder / name
        self.environment = environment

    def write(self, **content):
        self.path.write_text(json.dumps(dict({"plugin": PLUGIN}, **content)))

    def run(self, *arguments):
        """(the parsed list or None, all that was printed)"""
        program = ANSIBLE_PLAYBOOK.with_name("ansible-inventory")
        environment = dict(build_environment("/dev/null", self.environment), ANSIBLE_INVENTORY_UNPARSED_FAILED="1")
        command = [program, "-i", self.path, "--list", *arguments]
        done = run_command(command, Path.cwd(), environment, seconds=300, stderr=subprocess.PIPE)
        for secret in (SECRET_KEY, SECRET_ACCESS_KEY):
            assert secret not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        # A possible template, and since ansible-core 2.19 a text of compose, is {"__ansible_unsafe": TEXT} there.
        listed = (
            json.loads(done.stdout, object_hook=lambda item: item.get("__ansible_unsafe", item))
            if done.returncode == 0
            else None
        )
        # Ansible wraps its messages in lines.
        return listed, " ".join((done.stdout + done.stderr).split())

    def hosts(self, *arguments):
        """The variables of each host."""
        listed, output = self.run(*arguments)
        assert listed is not None, output
        return listed["_meta"]["hostvars"]


@pytest.fixture
def inventory(site, tmp_path):
    return Inventory(tmp_path, site.environment)


def test_inventory_names_hosts_by_gateway_name_or_else_id(site, inventory):
    berlin = entry("berlin", status="active", healthStatus="reachable", description=f"key {SECRET_KEY}")
    site.plant(berlin, vpn_id="vpn-hub")
    inventory.write(**BOTH)
    hosts = inventory.hosts()
    assert sorted(hosts) == ["hub", "vpn-odd", "vpn-same1", "vpn-same2"]
    (tunnel,) = hosts["hub"].pop("tunnels")
    assert (tunnel["vpn_conn_name"], tunnel["status"]) == ("berlin", "active") and "secret_key" not in tunnel
    assert hosts["hub"] == {
        "vpn_id": "vpn-hub",
        "vpn_name": "hub",
        "eip": "192.0.2.1",
        "vpc_id": "vpc-a",
        "region": None,
        "status": "active",
        "ansible_connection": "local",
        "vpn_gateway_count": 4,
    }
    assert hosts["vpn-same2"]["vpc_id"] == "vpc-b" and hosts["vpn-same2"]["tunnels"] == []
    # One list for each VPC, and one request for the tunnels of each gateway.
    assert len(site.requests()) == 2 + 4


@pytest.mark.parametrize(("vpcs", "hosts", "lists"), [({}, 4, 3), ({"vpc_names": ["vpc-b"]}, 2, 2)])
def test_inventory_finds_vpcs_with_one_request(site, inventory, vpcs, hosts, lists):
    """One list of VPCs, one list of gateways for each VPC, and one request for the tunnels of each gateway."""
    inventory.write(**vpcs)
    assert len(inventory.hosts()) == hosts and len(site.requests()) == lists + hosts
    inventory.write(tunnels=False, **vpcs)
    assert len(inventory.hosts()) == hosts and len(site.requests()) == 2 * lists + hosts
    inventory.environment = dict(inventory.environment, BCE_VPC_NAMES="vpc-a", BCE_VPC_IDS="")
    inventory.write(tunnels=False)
    assert sorted(inventory.hosts()) == ["hub", "same"]


def test_inventory_rejects_names_that_are_not_of_one_vpc(tmp_path):
    vpcs = ("vpc-1:10.1.0.0/16:twice", "vpc-2:10.2.0.0/16:twice", "vpc-3:10.3.0.0/16:once")
    with EmulatorProcess(*[part for vpc in vpcs for part in ("--vpc", vpc)]) as site:
        inventory = Inventory(tmp_path, site.environment)
        for names, text in (
            (["once", "twice"], "must be the name of one VPC, but 2 are named 'twice': vpc-1, vpc-2; provide vpc_ids"),
            (["once", "Once"], "no VPC of the region is named 'Once'; its VPCs are 'twice' (vpc-1), 'twice' "),
        ):
            inventory.write(vpc_names=names)
            listed, output = inventory.run()
            assert listed is None and "vpc_names: " + text in output, output
        inventory.write(vpc_names=["once"])
        listed, output = inventory.run()
        assert listed is not None and "shows no IPsec VPN gateway in these VPCs" in output


def test_inventory_without_tunnels_sends_one_request_per_page(tmp_path):
    with EmulatorProcess("--gateways", 2499) as site:
        inventory = Inventory(tmp_path, site.environment)
        inventory.write(vpc_ids=["vpc-emulator"], tunnels=False)
        assert len(inventory.hosts()) == 2500
        assert len(site.requests()) == 3


def test_inventory_composes_variables_and_groups_of_gateways(site, inventory):
    site.plant(entry("berlin", healthStatus="unreachable"), vpn_id="vpn-hub")
    inventory.write(
        regions=["bj"],
        keyed_groups=[{"key": "region", "prefix": "region"}, {"key": "vpc_id", "prefix": "", "separator": ""}],
        groups={
            "idle": "not tunnels",
            "broken": "tunnels | rejectattr('health_status', 'eq', 'reachable') | list | length > 0",
        },
        compose={"peers": "tunnels | map(attribute='remote_ip') | list", "ansible_host": "eip"},
        strict=True,
        **BOTH,
    )
    listed, output = inventory.run()
    assert listed is not None, output
    groups = {name: sorted(group.get("hosts", [])) for name, group in listed.items() if name != "_meta"}
    everyone = ["hub", "vpn-odd", "vpn-same1", "vpn-same2"]
    assert groups["vpn_gateways"] == groups["region_bj"] == everyone
    assert groups["broken"] == ["hub"] and groups["idle"] == everyone[1:]
    assert groups["vpc_a"] == ["hub", "vpn-same1"]
    hub = listed["_meta"]["hostvars"]["hub"]
    assert hub["peers"] == ["10.107.245.188"] and hub["ansible_host"] == "192.0.2.1" and hub["region"] == "bj"


def test_inventory_of_two_regions_reads_each_at_its_endpoint(tmp_path):
    with EmulatorProcess("--gateway", "vpn-a:hub:vpc-a") as first:
        port = first.endpoint.rpartition(":")[2]
        with EmulatorProcess("--host", "127.0.0.2", "--port", port, "--gateway", "vpn-b:hub:vpc-b") as second:
            inventory = Inventory(tmp_path, dict(first.environment, BCE_ENDPOINT=""))
            inventory.write(regions=["1", "2"], endpoint=f"http://127.0.0.{{region}}:{port}", **BOTH)
            hosts = inventory.hosts()
            assert {name: host["region"] for name, host in hosts.items()} == {"vpn-a": "1", "vpn-b": "2"}
            assert len(first.requests()) == len(second.requests()) == 3


def test_inventory_of_one_gateway_id_in_two_regions_has_two_hosts(tmp_path):
    with EmulatorProcess("--gateway", "vpn-a:hub:vpc-a") as first:
        port = first.endpoint.rpartition(":")[2]
        with EmulatorProcess("--host", "127.0.0.2", "--port", port, "--gateway", "vpn-a:hub:vpc-a"):
            inventory = Inventory(tmp_path, dict(first.environment, BCE_ENDPOINT=""))
            inventory.write(regions=["1", "2"], endpoint=f"http://127.0.0.{{region}}:{port}", vpc_ids=["vpc-a"])
            assert sorted(inventory.hosts()) == ["vpn-a.1", "vpn-a.2"]


def test_inventory_cache_saves_requests_until_it_is_flushed(site, inventory, tmp_path):
    site.plant(entry("berlin"), vpn_id="vpn-hub")
    cache = tmp_path / "cache"
    inventory.write(cache=True, cache_plugin="ansible.builtin.jsonfile", cache_connection=str(cache), **BOTH)
    first = inventory.hosts()
    count = len(site.requests())
    assert inventory.hosts() == first and len(site.requests()) == count
    site.plant(entry("paris"), vpn_id="vpn-hub")
    # As --flush-cache does, which ansible-inventory has since 2.19.
    for path in cache.iterdir():
        path.unlink()
    assert len(inventory.hosts()["hub"]["tunnels"]) == 2 and len(site.requests()) == 2 * count
    stored = "".join(path.read_text() for path in cache.iterdir())
    assert "berlin" in stored and SECRET_KEY not in stored and SECRET_ACCESS_KEY not in stored


# What the hosts depend on, in the file and in the environment.
OTHERWISE = {
    "VPCs": ({"vpc_ids": ["vpc-a"]}, {}),
    "all VPCs": ({"vpc_ids": None}, {}),
    "VPCs by name": ({"vpc_ids": None, "vpc_names": ["vpc-a"]}, {}),
    "VPCs of the environment": ({"vpc_ids": None}, {"BCE_VPC_IDS": "vpc-a"}),
    "without tunnels": ({"tunnels": False}, {}),
    "region": ({"region": "gz"}, {}),
    "regions": ({"regions": ["gz"]}, {}),
    "region of the environment": ({}, {"BCE_REGION": "bj"}),
}


@pytest.mark.parametrize(("changes", "environment"), OTHERWISE.values(), ids=OTHERWISE)
def test_inventory_cache_of_other_options_is_not_used(site, inventory, tmp_path, changes, environment):
    """Regression: the key lacked options that the result depends on, so that the first gateways were returned again."""
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    inventory.write(**BOTH, **cache)
    first = inventory.hosts()
    count = len(site.requests())
    other = Inventory(tmp_path, dict(site.environment, **environment))
    other.write(**{name: value for name, value in {**BOTH, **cache, **changes}.items() if value is not None})
    other.hosts()
    assert len(site.requests()) > count
    # The first one is still there.
    count = len(site.requests())
    inventory.write(**BOTH, **cache)
    assert inventory.hosts() == first and len(site.requests()) == count


def test_inventory_cache_of_another_account_or_endpoint_is_not_used(site, inventory, tmp_path):
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    inventory.write(**BOTH, **cache)
    assert "hub" in inventory.hosts()
    account = ["--access-key-id", "another-account", "--secret-access-key", "another-secret"]
    with EmulatorProcess(*account, "--gateway", "vpn-2:second:vpc-a", "--gateway", "vpn-3::vpc-b") as other:
        inventory.environment = dict(other.environment, BCE_ACCESS_KEY_ID="another-account")
        inventory.environment["BCE_SECRET_ACCESS_KEY"] = "another-secret"
        assert sorted(inventory.hosts()) == ["gw-vpn-3", "second"]
    # A wrong account fails, although there is a cache of the right one.
    inventory.environment = dict(site.environment, BCE_ACCESS_KEY_ID="another-account")
    listed, output = inventory.run()
    assert listed is None and "InvalidAccessKeyId" in output, output
    names = "".join(path.name + path.read_text() for path in (tmp_path / "cache").iterdir())
    assert ACCESS_KEY_ID not in names and "another-account" not in names


def test_inventory_warns_about_a_vpc_without_gateways(tmp_path):
    """The API returns an empty list for a misspelt VPC too; a cache does not silence the warning."""
    with EmulatorProcess("--gateway", "vpn-hub:hub:vpc-a", "--vpc", "vpc-empty:10.9.0.0/16") as site:
        inventory = Inventory(tmp_path, site.environment)
        cache = {"cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
        inventory.write(vpc_ids=["vpc-a", "vpc-empty"], cache=True, **cache)
        for _from_the_api_then_from_the_cache in range(2):
            listed, output = inventory.run()
            assert "hub" in listed["_meta"]["hostvars"]
            # Up to ansible-core 2.18 a line of a warning may end at a hyphen.
            warning = output.replace("vpc- empty", "vpc-empty")
            assert "vpc_ids: vpc-empty: the API shows no IPsec VPN gateway there" in warning, output


def test_inventory_leaves_a_static_host_with_a_gateways_name_alone(site, inventory, tmp_path):
    """Regression: it got the gateway's variables and a local connection, so that its tasks ran on the controller."""
    static = tmp_path / "hosts"
    static.write_text("[servers]\nhub ansible_host=192.0.2.77\nvpn-odd vpn_id=vpn-odd owner=us\n")
    inventory.write(**BOTH)
    program = ANSIBLE_PLAYBOOK.with_name("ansible-inventory")
    done = subprocess.run(
        [program, "-i", static, "-i", inventory.path, "--list"],
        env=build_environment("/dev/null", site.environment),
        check=True,
        capture_output=True,
        text=True,
    )
    hosts = json.loads(done.stdout, object_hook=lambda item: item.get("__ansible_unsafe", item))["_meta"]["hostvars"]
    assert hosts["hub"] == {"ansible_host": "192.0.2.77"}
    assert hosts["vpn-hub"]["vpn_name"] == "hub" and hosts["vpn-hub"]["ansible_connection"] == "local"
    # A host that names the gateway is the gateway.
    assert (hosts["vpn-odd"]["owner"], hosts["vpn-odd"]["ansible_connection"]) == ("us", "local")
    assert "Another inventory has a host hub already" in " ".join(done.stderr.split())


def test_inventory_refresh_in_a_play_reads_the_api_despite_a_cache(site, inventory, tmp_path):
    site.plant(entry("berlin"), vpn_id="vpn-hub")
    inventory.write(
        cache=True, cache_plugin="ansible.builtin.jsonfile", cache_connection=str(tmp_path / "cache"), **BOTH
    )
    inventory.hosts()
    site.plant(entry("paris"), vpn_id="vpn-hub")
    show = {"ansible.builtin.debug": {"msg": "{{ tunnels | map(attribute='vpn_conn_name') | join(' ') }}"}}
    tasks = [show, {"ansible.builtin.meta": "refresh_inventory"}, show]
    plays = [{"hosts": "hub", "gather_facts": False, "tasks": [task]} for task in tasks]
    done = run_playbook(plays, "-i", str(inventory.path), environment=site.environment)
    assert [result["msg"] for result in done.results] == ["berlin", "berlin paris"], done.output


def test_inventory_options_may_be_templates(site, inventory, tmp_path):
    (tmp_path / "secret").write_text(SECRET_ACCESS_KEY)
    inventory.environment = {"BCE_ENDPOINT": site.endpoint}
    inventory.write(
        access_key_id=ACCESS_KEY_ID,
        secret_access_key=f"{{{{ lookup('file', '{tmp_path}/secret') }}}}",
        vpc_ids="{{ ['vpc-a'] }}",
        tunnels="{{ false }}",
        timeout="{{ 2 * 5 }}",
    )
    assert sorted(inventory.hosts()) == ["hub", "same"]
    assert len(site.requests()) == 1, "of the VPC alone, and not of tunnels"


def test_inventory_with_a_region_next_to_a_fixed_endpoint_warns_once(site, inventory):
    inventory.write(regions=["gz"], **BOTH)
    listed, output = inventory.run()
    assert {host["region"] for host in listed["_meta"]["hostvars"].values()} == {"gz"}
    assert output.count(f"region: 'gz' has no effect, because BCE_ENDPOINT is {site.endpoint}") == 1


def fault(path_regex, **settings):
    return dict({"match": {"method": "GET", "path_regex": path_regex}, "fault": "status", "times": None}, **settings)


def test_inventory_skips_ssl_gateways_and_replaces_unusable_names(site, inventory):
    gateways = [
        {"vpnId": "vpn-1", "vpnName": "users", "type": "SSL"},
        {"vpnName": "unused", "type": "IPSec"},
        {"vpnId": "vpn-2", "vpnName": "all", "type": "IPSec"},
        {"vpnId": "vpn-3", "vpnName": "vpn-2", "type": "IPSec"},
        {"vpnId": "vpn-4", "vpnName": "", "type": "ipsec"},
        {"vpnId": "vpn-5", "vpnName": "北京", "type": None},
        {"vpnId": "vpn-6", "vpnName": "a:b", "type": "IPSec"},
        {"vpnId": "vpn-7", "vpnName": "a/../../b", "type": "IPSec"},
        {"vpnId": "vpn-8", "vpnName": "localhost", "type": "IPSec"},
        {"vpnId": "vpn-9", "vpnName": "Ungrouped", "type": "IPSec"},
    ]
    site.faults(fault("^/v1/vpn$", status=200, body={"vpns": gateways, "isTruncated": False}))
    inventory.write(vpc_ids=["vpc-a"], tunnels=False)
    assert sorted(inventory.hosts()) == [*(f"vpn-{number}" for number in (2, 3, 4, 6, 7, 8, 9)), "北京"]


def test_inventory_vpc_may_be_absent_in_some_regions_but_not_in_all(site, inventory):
    site.faults(fault("^/v1/vpn$", status=404, code="NoSuchVpc"))
    inventory.write(vpc_ids=["vpc-nowhere"])
    listed, output = inventory.run()
    assert listed is None and "vpc-nowhere" in output and "NoSuchVpc" in output
    site.faults({"match": {"method": "GET", "path_regex": "^/v1/vpn$"}, "fault": "status", "status": 404, "times": 1})
    port = site.endpoint.rpartition(":")[2]
    with EmulatorProcess("--host", "127.0.0.2", "--port", port, "--gateway", "vpn-b:b:vpc-a"):
        inventory.environment = dict(site.environment, BCE_ENDPOINT="")
        inventory.write(regions=["1", "2"], endpoint=f"http://127.0.0.{{region}}:{port}", vpc_ids=["vpc-a"])
        assert list(inventory.hosts()) == ["b"]


def test_inventory_with_a_failed_read_has_no_hosts(site, inventory):
    site.faults(fault("vpnconn/vpn-same1", status=403, code="AccessDenied"))
    inventory.write(**BOTH)
    listed, output = inventory.run()
    assert listed is None and "AccessDenied" in output and "vpn-same1" in output


INVALID = [
    (
        {"regions": ["bj", "g z"], "vpc_ids": ["a b"], "timeout": -1, "colour": "red", "version": 0},
        ["colour: is not an option", "regions[1]: 'g z'", "vpc_ids[0]: 'a b'", "timeout: -1", "version: must be"],
    ),
    (
        {"vpc_ids": True, "timeout": "abc", "version": "{{ 'one' }}", "region": ["bj"], "profile": False, "colour": 1},
        [
            "colour: is not an option",
            "vpc_ids: must be a list, got the boolean true",
            "timeout: must be a number, got 'abc'",
            "version: must be a whole number, got 'one'",
            "region: must be text, got a list; put the text",
            "profile: must be text, got the boolean false; put the text",
        ],
    ),
    (
        {"validate_certs": "ture", "tunnels": "{{ 'perhaps' }}", "cache": "{{ true }}", "strict": 2, "compose": ["x"]},
        [
            "validate_certs: must be true or false, got 'ture'",
            "tunnels: must be true or false, got 'perhaps'",
            "cache: must be true or false, got '{{ true }}'",
            "strict: must be true or false, got the number 2",
            "compose: must be a dictionary, got a list",
        ],
    ),
    ({"regions": ["bj", "gz"], "vpc_ids": ["vpc-a"]}, ["endpoint: ", "put the word {region} in its place"]),
    ({"vpc_ids": ["vpc-a"], "vpc_names": ["vpc-b"]}, ["vpc_names: is not accepted next to vpc_ids"]),
    ({"vpc_names": ["check-mode-new"]}, ["vpc_names: check-mode-new stands for a VPC"]),
    (
        {"vpc_ids": ["check-mode-new", "vpc-a"]},
        ["vpc_ids: check-mode-new stands for a VPC that check mode would create"],
    ),
    (
        {
            "vpc_ids": ["vpc a"],
            "timeout": 0,
            "compose": {"peers": "tunnels |"},
            "groups": {"idle": "not (tunnels"},
            "keyed_groups": ["region", {"prefix": "x"}, {"key": "region]"}],
        },
        [
            "compose.peers: is not a Jinja expression",
            "groups.idle: is not a Jinja expression",
            "keyed_groups[0]: must be a dictionary with key",
            "keyed_groups[1]: must be a dictionary with key",
            "keyed_groups[2].key: is not a Jinja expression",
            "vpc_ids[0]: 'vpc a' must be letters",
            "timeout: 0.0 must be",
        ],
    ),
    ({"vpc_ids": ["vpc-a"], "cache": True, "cache_plugin": "no.such.cache"}, ["no.such.cache"]),
]


@pytest.mark.parametrize("content, words", INVALID, ids=lambda item: ",".join(item) if isinstance(item, dict) else "")
def test_inventory_errors_are_reported_together_before_any_request(site, inventory, content, words):
    inventory.write(**content)
    listed, output = inventory.run()
    assert listed is None and all(word in output for word in words), output
    # An option of a wrong type is not reported as needed too.
    assert len({output.count(f" {word.split(': ')[0]}: ") for word in words if ": " in word}) < 2, output
    # Ansible breaks long lines anywhere.
    assert f"{inventory.path}:" in "".join(output.split())
    assert site.requests() == []


def test_inventory_rejects_a_word_for_a_boolean_from_any_origin(site, inventory, tmp_path):
    (tmp_path / "ansible.cfg").write_text("[inventory]\ncache = perhaps\n")
    inventory.write(**BOTH)
    for name, value in (("ANSIBLE_INVENTORY_CACHE", "perhaps"), ("ANSIBLE_CONFIG", str(tmp_path / "ansible.cfg"))):
        inventory.environment = dict(site.environment, **{name: value})
        listed, output = inventory.run()
        assert listed is None and "cache: must be true or false, got 'perhaps' (" in output, output
        assert ("ansible.cfg" if name == "ANSIBLE_CONFIG" else name) in output.partition("'perhaps' (")[2]
    inventory.environment = dict(site.environment, ANSIBLE_INVENTORY_CACHE="")
    assert "hub" in inventory.hosts()


def test_inventory_file_of_another_name_is_ignored(site, inventory):
    inventory.path = inventory.path.with_name("something.yml")
    inventory.write(**BOTH)
    listed, _output = inventory.run()
    assert listed is None and site.requests() == []


def test_inventory_does_not_run_templates_in_api_responses(site, inventory, tmp_path):
    call = f"lookup('pipe', 'touch {tmp_path}/ran')"
    trap = "{{ " + call + " }}"
    site.plant(entry("berlin", description=trap), vpn_id="vpn-hub")
    site.plant(entry("paris", description=call), vpn_id="vpn-hub")
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    inventory.write(
        groups={"idle": "not tunnels"}, compose={"texts": "tunnels | map(attribute='description')"}, **cache, **BOTH
    )
    show = {
        "hosts": "hub",
        "gather_facts": False,
        "tasks": [
            {"ansible.builtin.debug": {"var": "tunnels[0].description"}},
            # Ansible would evaluate trusted text that a condition's template returns.
            {"ansible.builtin.debug": {"msg": ""}, "when": "{{ tunnels[1].description }}", "ignore_errors": True},
        ],
    }
    for _from_the_api_then_from_the_cache in range(2):
        done = run_playbook([show], "-i", str(inventory.path), environment=site.environment)
        assert done.status == 0 and trap in done.output.replace("\\", ""), done.output
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("how", [[], ["--export"]], ids=["list", "export"])
def test_inventory_lists_texts_plain_except_possible_templates(site, inventory, how):
    """AWX stores and shows what it reads there; a text that Jinja would take for a template stays marked."""
    marked = {"{{ 6 * 7 }}", "{% raw %}", "a {# b #}", "c }", "a call(b)", "#jinja2: variable_start_string:'['"}
    for number, text in enumerate(["plain: *&!yes", *sorted(marked)]):
        site.plant(entry(f"tunnel-{number}", description=text), vpn_id="vpn-hub")
    inventory.write(**BOTH)
    texts = []
    listed = json.loads(
        inventory.run("--export" if how else "--list")[1],
        object_hook=lambda item: texts.append(item["__ansible_unsafe"]) if "__ansible_unsafe" in item else item,
    )
    hub = listed["_meta"]["hostvars"]["hub"]
    assert sorted(texts) == sorted(marked)
    assert (hub["vpn_name"], hub["ansible_connection"]) == ("hub", "local")
    assert "plain: *&!yes" in [tunnel["description"] for tunnel in hub["tunnels"]]


def test_inventory_gateway_with_the_name_of_a_group_is_named_by_id(site, inventory, tmp_path):
    """Otherwise Ansible would take the group for the host, and with it other people's machines."""
    (tmp_path / "a_machines.ini").write_text("[hub]\nweb1\n")
    inventory.write(
        keyed_groups=[{"key": "vpn_name", "prefix": "", "separator": ""}], groups={"idle": "not tunnels"}, **BOTH
    )
    program = ANSIBLE_PLAYBOOK.with_name("ansible-inventory")
    environment = build_environment("/dev/null", site.environment)
    command = [program, "-i", tmp_path / "a_machines.ini", "-i", inventory.path, "--list"]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    listed = json.loads(done.stdout)
    assert listed["idle"]["hosts"] == ["vpn-hub", "vpn-same1", "vpn-same2", "vpn-odd"] and not listed["idle"].get(
        "children"
    )
    assert sorted(listed["hub"]["hosts"]) == ["vpn-hub", "web1"]


@pytest.mark.parametrize(
    "content",
    [
        "[1, 2]",
        "null",
        '"x"',
        '{"hub": null}',
        '{"hub": {"vpn_id": "vpn-hub"}}',
        '{"a": ',
        pytest.param('{"version": "0.0.1", "hosts": []}', id="of another version of the collection"),
    ],
)
def test_inventory_ignores_a_cache_with_other_content(site, inventory, tmp_path, content):
    cache = tmp_path / "cache"
    inventory.write(cache=True, cache_plugin="ansible.builtin.jsonfile", cache_connection=str(cache), **BOTH)
    first = inventory.hosts()
    (stored,) = cache.iterdir()
    wrapped = {"__payload__": content} if "__payload__" in stored.read_text() else None
    stored.write_text(json.dumps(wrapped) if wrapped else content)
    assert inventory.hosts() == first


def test_inventory_errors_do_not_show_keys(site, inventory):
    inventory.write(regoins=["bj"], secret_access_key=[SECRET_ACCESS_KEY], timeout=SECRET_ACCESS_KEY, **BOTH)
    listed, output = inventory.run("-vvv")
    words = [
        "regoins: is not an option",
        "secret_access_key: must be text, got a list; put",
        "timeout: must be",
    ]
    assert listed is None and all(word in output for word in words), output


def test_inventory_without_requests_library_says_what_to_install(site, inventory, tmp_path):
    (tmp_path / "requests.py").write_text("raise ImportError('no requests here')\n")
    inventory.environment = dict(site.environment, PYTHONPATH=str(tmp_path))
    inventory.write(**BOTH)
    listed, output = inventory.run()
    assert listed is None and "requests" in output and "install" in output.lower()


def test_inventory_stops_reading_after_the_first_failure(tmp_path):
    with EmulatorProcess("--gateways", 99) as site:
        site.faults(fault("/vpnconn/", status=403, code="AccessDenied"))
        inventory = Inventory(tmp_path, site.environment)
        inventory.write(vpc_ids=["vpc-emulator"])
        listed, output = inventory.run()
        assert listed is None and "AccessDenied" in output and len(site.requests()) < 20


def test_inventory_omits_a_gateway_deleted_meanwhile(site, inventory):
    site.faults(fault("vpnconn/vpn-hub", status=404, code="NoSuchObject"))
    inventory.write(**BOTH)
    assert sorted(inventory.hosts()) == ["vpn-odd", "vpn-same1", "vpn-same2"]


def test_inventory_interrupt_stops_requests_while_the_api_is_down(tmp_path):
    with EmulatorProcess("--gateways", 299) as site:
        site.faults(fault("/vpnconn/", status=503, code="Busy"))
        inventory = Inventory(tmp_path, site.environment)
        inventory.write(vpc_ids=["vpc-emulator"])
        command = [ANSIBLE_PLAYBOOK.with_name("ansible-inventory"), "-i", inventory.path, "--list"]
        pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        # Tests that a shell runs in the background ignore the signal, and so does all that they start.
        listen = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
        process = subprocess.Popen(command, env=build_environment("/dev/null", site.environment), **pipes, **listen)
        while len(site.requests()) < 5:
            assert process.poll() is None
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        process.wait(20)  # by itself it would try for a minute
        count = len(site.requests())
        assert count < 60


def test_inventory_has_no_hosts_if_a_strict_rule_fails_for_one(site, inventory):
    inventory.write(**BOTH, strict=True, compose={"odd": "{'vpn-hub': 1}[vpn_id]"})
    listed, output = inventory.run()
    assert listed is None and f"{inventory.path.name}: Could not set odd" in output, output


def test_inventory_reports_failing_templates_with_other_errors(site, inventory):
    inventory.write(vpc_ids="{{ nosuch }}", region="{{ 'x' | nosuchfilter }}", timeout="soon", **{"Qwert!98765": 1})
    listed, output = inventory.run()
    texts = ("vpc_ids: the template there", "region: the template there", "timeout: must be a number", "not shown")
    assert listed is None and all(word in output for word in texts) and "Qwert!98765" not in output, output


def test_play_over_the_inventory_uses_all_forks(tmp_path):
    with EmulatorProcess("--gateways", 11, "--latency-ms", 100) as site:
        inventory = Inventory(tmp_path, site.environment)
        inventory.write(vpc_ids=["vpc-emulator"], tunnels=False)
        tunnel = {name: value for name, value in options().items() if name not in ("vpn_id", "secret_key")}
        content = {
            "hosts": "vpn_gateways",
            "gather_facts": False,
            "connection": "local",
            "vars": {"ansible_python_interpreter": "/nowhere/python"},
            "tasks": [
                {
                    "name": "Tunnels",
                    "baiducloud.network.vpn_tunnels": {
                        "vpn_id": "{{ vpn_id }}",
                        "secret_key": "{{ tunnel_key }}",
                        "tunnels": [tunnel, dict(tunnel, vpn_conn_name="second")],
                    },
                }
            ],
        }
        arguments = ["-i", str(inventory.path), "-e", f"tunnel_key={SECRET_KEY}"]
        done = run_playbook([content], "--forks", "6", *arguments, environment=site.environment)
        assert done.status == 0 and all(result["changed"] for result in done.results), done.output
        assert len(site.tunnels()) == 24
        busy = [entry for entry in site.requests() if entry["method"] == "POST"]
        spread = max(sum(abs(one["time"] - other["time"]) < 0.1 for other in busy) for one in busy)
        assert spread > 3, "gateways were handled one after the other"
        again = run_playbook([content], "--forks", "6", *arguments, environment=site.environment)
        assert again.status == 0 and not any(result["changed"] for result in again.results)
