# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rendered files and data before the parsers and modules of the devices: Libreswan, FortiOS, RouterOS."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.baiducloud.network.plugins.filter.vpn_peer import FilterModule
from api_example import SECRET_KEY, options
from ipsec_lab.peer_parsers import locate_parsers, run_starter
from peer_examples import EIP, RENDERER_OPTIONS, all_combinations
from playbook_runner import ROOT

pytestmark = pytest.mark.lab
FILTERS = FilterModule().filters()
BENCH = ROOT / ".cache/bench/bin"
LIBRARIES = "usr/lib/x86_64-linux-gnu:usr/lib/aarch64-linux-gnu"


def render(name, tunnel, **more):
    return FILTERS[name]({}, FILTERS["vpn_peer"]({}, tunnel, EIP, SECRET_KEY), **more)


@pytest.fixture(scope="module")
def libreswan(request):
    """A function that runs one of Libreswan's programs: (exit status, what it prints)."""
    root = locate_parsers()
    libraries = ":".join(str(root / folder) for folder in LIBRARIES.split(":"))

    def run(program, *arguments):
        done = subprocess.run(
            [root / "usr/libexec/ipsec" / program, *map(str, arguments)],
            env=dict(os.environ, LD_LIBRARY_PATH=libraries),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=20,
        )
        return done.returncode, done.stdout

    return run


def is_accepted(libreswan, folder, text):
    """Whether addconn accepts a file, and algparse every proposal in it."""
    path = folder / "vpncon.conf"
    path.write_text(text)
    status, printed = libreswan("addconn", "--config", path, "--checkconfig")
    if status or printed:
        return False
    version = "-v1" if "ikev2=no" in text else "-v2"
    pfs = "-pfs=no" if "pfs=no" in text else "-pfs"
    proposals = re.findall(r"(?m)^    ((?:ike|esp)=.*)$", text)
    assert proposals
    return all(libreswan("algparse", version, pfs, proposal)[0] == 0 for proposal in proposals)


GROUPS = {"group2": "modp1024", "group5": "modp1536", "group14": "modp2048", "group24": "dh24"}


def test_libreswan_accepts_or_refuses_each_combination_as_the_table_says(libreswan, tmp_path):
    """What the table refuses is put into a file that Libreswan accepts, by its own words for the groups.

    Its parsers accept another group for ESP than for IKE; test_kernel_esp.py shows that such a tunnel ends.
    """
    verdicts = Counter()
    for tunnel in all_combinations():
        try:
            text = render("libreswan", tunnel)
        except AnsibleFilterError as error:
            wrong = re.findall(r"(?:ike|ipsec)_pfs: (group\d+) is not supported", str(error))
            assert wrong, error
            text = with_groups(tunnel)
            is_lacking = bool(set(wrong) & {"group2", "group24"})
            verdicts["refused" if is_lacking else "ends at rekeying"] += 1
            assert is_accepted(libreswan, tmp_path, text) != is_lacking, tunnel
        else:
            assert is_accepted(libreswan, tmp_path, text), tunnel
            verdicts["accepted"] += 1
    assert verdicts == {"accepted": 260, "refused": 240, "ends at rekeying": 40}


def with_groups(tunnel):
    """Render a tunnel as one that Libreswan has, and put the groups of this one into the text."""
    groups = {"ike": tunnel["ike_config"]["ike_pfs"], "esp": tunnel["ipsec_config"]["ipsec_pfs"]}
    common = {name: dict(tunnel[name]) for name in ("ike_config", "ipsec_config")}
    common["ike_config"]["ike_pfs"] = "group14"
    if groups["esp"] != "disabled":
        common["ipsec_config"]["ipsec_pfs"] = "group14"
    text = render("libreswan", dict(tunnel, **common))
    for word, group in groups.items():
        text = re.sub(rf"(?m)^(    {word}=.*;)modp2048$", rf"\g<1>{GROUPS.get(group)}", text)
    return text


def test_addconn_accepts_each_kind_of_name_identity_and_network(libreswan, tmp_path):
    common = {"ike_config__ike_pfs": "group14", "ipsec_config__ipsec_pfs": "group14"}
    for name in ("include", "a", "branch/berlin.v-2_x", "A" + "./-_" * 16, "config", "setup"):
        assert is_accepted(libreswan, tmp_path, render("libreswan", options(vpn_conn_name=name, **common))), name
    wide = options(local_subnets=["0.0.0.0/0"], remote_subnets=["10.1.0.0/16", "192.168.1.0/24"], **common)
    six = options(
        remote_ip="2001:db8::10",
        local_subnets=["10.0.0.0/8", "2001:db8:1::/48"],
        remote_subnets=["172.16.0.0/12", "2001:db8:2::/48"],
        **common,
    )
    for tunnel, gateway, more in (
        (wide, EIP, {"peer_address": "%any", "start_action": "trap"}),
        (six, "2001:db8::1", {"peer_id": "me@branch.example", "start_action": "none"}),
    ):
        peer = FILTERS["vpn_peer"]({}, tunnel, gateway, **more)
        assert is_accepted(libreswan, tmp_path, FILTERS["libreswan"]({}, peer))


def test_addconn_rejects_a_planted_error(libreswan, tmp_path):
    tunnel = options(ike_config__ike_pfs="group14", ipsec_config__ipsec_pfs="group14")
    text = render("libreswan", tunnel)
    assert is_accepted(libreswan, tmp_path, text)
    for broken in (
        text.replace("authby", "authbye"),
        text.replace("ike=aes128", "ike=aes129"),
        text.replace("auto=start", "auto=begin"),
    ):
        assert not is_accepted(libreswan, tmp_path, broken)


# --- strongSwan's starter ---


def starter_errors(folder, texts):
    """What the starter does not accept in files, and the number of connections that it has read."""
    path = folder / "ipsec.conf"
    path.write_text("config setup\n" + "".join(texts))
    printed = run_starter(path)
    return re.findall(r"(?m)^.*(?:#|bad |error|fatal).*$", printed), printed.count("\nLoading conn ")


def test_starter_accepts_each_combination_name_and_network(tmp_path):
    texts = []
    for number, tunnel in enumerate(all_combinations()):
        texts.append(render("ipsec_conf", dict(tunnel, vpn_conn_name=f"t{number}")))
    assert starter_errors(tmp_path, texts) == ([], 540)
    wide = options(local_subnets=["0.0.0.0/0"], remote_subnets=["10.1.0.0/16", "192.168.1.0/24"])
    texts = [
        render("ipsec_conf", dict(wide, vpn_conn_name=name)) for name in ("branch/berlin.v-2_x", "A" + "./-_" * 16)
    ]
    described = {"peer_address": "%any", "start_action": "trap", "peer_id": "me@branch.example", "name": "n"}
    texts.append(FILTERS["ipsec_conf"]({}, FILTERS["vpn_peer"]({}, wide, EIP, **described)))
    assert starter_errors(tmp_path, texts) == ([], 9)


def test_starter_rejects_a_planted_error(tmp_path):
    text = render("ipsec_conf", options())
    for right, wrong in (
        ("closeaction", "closeactoin"),
        ("margintime=20s", "margintime=x"),
        ("auto=start", "auto=begin"),
    ):
        assert right in text and starter_errors(tmp_path, [text.replace(right, wrong)])[0]


# --- the modules of other collections ---


def run_bench(*command, text="", **environment):
    """Run a program of make bench; skip where there is none, as in the tree of a release. make test-lab makes it."""
    if not BENCH.is_dir():
        pytest.skip("the peers' modules are installed by make test-lab only, in .cache/bench")
    variables = {"HOME": os.environ.get("HOME", "/"), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **environment}
    return subprocess.run(
        list(map(str, command)),
        env=variables,
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )


def test_tables_are_those_of_the_installed_collections():
    done = run_bench(BENCH / "python", ROOT / "tests/peer_schemas.py", "check")
    assert done.returncode == 0, done.stdout


def module_errors(data):
    """What the modules of the installed collections do not accept."""
    done = run_bench(BENCH / "python", ROOT / "tests/peer_schemas.py", "validate", text=json.dumps(data))
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout)


@pytest.mark.parametrize("name, count", [("fortios_ipsec", 420), ("routeros_ipsec", 336)])
def test_modules_accept_every_combination_that_is_rendered(name, count):
    rendered = []
    for tunnel in all_combinations():
        try:
            rendered.append(render(name, tunnel, **RENDERER_OPTIONS.get(name, {})))
        except AnsibleFilterError as error:
            assert " is not supported by " in str(error)
    assert len(rendered) == count and module_errors(rendered) == []


def test_modules_reject_a_planted_error():
    tunnel = options(ike_config__ike_pfs="group14", ipsec_config__ipsec_pfs="group14")
    fortios, routeros = (render(name, tunnel, **RENDERER_OPTIONS.get(name, {})) for name in BRANCH.values())
    fortios["phase1"][0].update(dhgrp=["24"], unheard="of")
    fortios["routes"][0]["distance"] = "far"
    routeros[0]["data"][0]["dh_group"] = "modp2048"
    errors = " ".join(module_errors([fortios, routeros]))
    for words in ("value of dhgrp must be one or more of", "unheard", "distance", 'Unknown key "dh_group"'):
        assert words in errors


def page_examples():
    """The tasks of docs/peers.md that configure a device, by the collection of their modules."""
    blocks = re.findall(r"(?ms)^```yaml\n(.*?)^```$", (ROOT / "docs/peers.md").read_text(encoding="utf-8"))
    tasks = [task for block in blocks for task in yaml.safe_load(block)]
    found = {}
    for task in tasks:
        for key in task:
            collection = ".".join(key.split(".")[:2])
            if collection in ("fortinet.fortios", "community.routeros"):
                found.setdefault(collection, []).append(task)
    return found


def run_page_tasks(folder, tasks, data):
    """Run tasks against a device that is not there; what each item of each task says."""
    connection = {
        "ansible_connection": "local",
        "ansible_python_interpreter": str(BENCH / "python"),
        "router_password": "x",
    }
    play = {
        "hosts": "device",
        "gather_facts": False,
        "vars": {**connection, **data},
        # Why an item failed is in its result, which a loop's no_log would hide.
        "tasks": [{**task, "no_log": False, "ignore_errors": True} for task in tasks],
    }
    (folder / "play.json").write_text(json.dumps([play]))
    (folder / "ansible.cfg").write_text("")
    (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": {"device": {}}}}))
    done = run_bench(
        BENCH / "ansible-playbook",
        "-i",
        folder / "hosts.json",
        folder / "play.json",
        ANSIBLE_STDOUT_CALLBACK="ansible.builtin.default",
        ANSIBLE_NOCOLOR="1",
        ANSIBLE_CONFIG=str(folder / "ansible.cfg"),
    )
    return re.findall(r'"msg": "((?:[^"\\]|\\.)*)"', done.stdout), done.stdout


def test_page_task_removes_old_entries_of_the_tunnel_and_no_other_entry():
    """The task of docs/peers.md, against entries in memory instead of a router: key and networks change in between."""
    (task,) = page_examples()["community.routeros"]
    common = {name: value for name, value in task["community.routeros.api_modify"].items() if "{{" not in str(value)}
    del common["hostname"], common["username"]
    more = {"ike_config__ike_pfs": "group14", "ipsec_config__ipsec_pfs": "group14", "ike_config__ike_version": "v2"}
    wide = options(local_subnets=["10.0.0.0/8"], remote_subnets=["10.1.0.0/16", "192.168.1.0/24"], **more)
    narrow = options(local_subnets=["10.0.0.0/8"], remote_subnets=["10.2.0.0/16"], **more)
    first, second = render("routeros_ipsec", wide), FILTERS["routeros_ipsec"]({}, peer_of(narrow, "other1!key"))
    others = {item["path"]: [] for item in first}
    for name in ("vpncon2", "vpncon, LAN", "VPNCON", "a"):
        for item in FILTERS["routeros_ipsec"]({}, dict(peer_of(wide, SECRET_KEY), name=name.partition(",")[0] + "-x")):
            has_comment = "comment" in item["data"][0]
            other = {"comment": f"Baidu AI Cloud, VPN tunnel {name} "} if has_comment else {"name": name}
            others[item["path"]] += [dict(entry, **other) for entry in item["data"]]
    # Without a comment, and one that only begins like it.
    first_policy = first[4]["data"][-1]
    others["ip ipsec policy"] += [
        {name: value for name, value in first_policy.items() if name != "comment"},
        dict(first_policy, comment=first_policy["comment"] + ", by hand"),
    ]
    tasks = [
        dict(common, **{name: item[name] for name in ("path", "data", "restrict")})
        for items in (first, first, second, second)
        for item in items
    ]
    done = run_bench(
        BENCH / "python", ROOT / "tests/routeros_router.py", text=json.dumps({"entries": others, "tasks": tasks})
    )
    assert done.returncode == 0, done.stdout
    result = json.loads(done.stdout)
    once, again, changed, no_more = (result["changed"][start : start + 7] for start in range(0, 28, 7))
    assert once == [True] * 7 and again == no_more == [False] * 7
    # profile, peer and proposal are as before
    assert changed == [False, False, True, False, True, True, True]
    for item in second:
        entries = result["entries"][item["path"]]
        assert [entry for entry in entries if entry in others[item["path"]]] == others[item["path"]]
        assert [entry for entry in entries if entry not in others[item["path"]]] == item["data"]


def peer_of(tunnel, secret_key):
    return FILTERS["vpn_peer"]({}, tunnel, EIP, secret_key)


# What a module says whose arguments are accepted.
NO_DEVICE = {
    "fortinet.fortios": "Unable to establish HTTPAPI connection|httpapi|Socket Path|socket",
    "community.routeros": "onnection refused|Error while connecting|librouteros",
}
BRANCH = {"fortinet.fortios": "fortios_ipsec", "community.routeros": "routeros_ipsec"}


@pytest.mark.parametrize("collection", BRANCH)
def test_page_tasks_are_accepted_by_the_modules_and_a_planted_error_is_not(tmp_path, collection):
    tunnel = options(ike_config__ike_pfs="group14", ipsec_config__ipsec_pfs="group14")
    name = BRANCH[collection]
    rendered = render(name, tunnel, **RENDERER_OPTIONS.get(name, {}))
    tasks = page_examples()[collection]
    messages, output = run_page_tasks(tmp_path, tasks, {"branch": rendered})
    items = sum(map(len, rendered.values())) if isinstance(rendered, dict) else len(rendered)
    failed = [message for message in messages if message not in ("All items completed", "One or more items failed")]
    assert len(failed) == items and "ok=" in output, output
    for message in failed:
        assert re.search(NO_DEVICE[collection], message), output
        assert "nsupported parameters" not in message and "value of" not in message, output
    if collection == "fortinet.fortios":
        rendered["phase1"][0]["dhgrp"] = ["24"]
        rendered["phase2"][0]["pfs_group"] = "14"
        messages, output = run_page_tasks(tmp_path, tasks, {"branch": rendered})
        assert "value of dhgrp must be one or more of" in output and "pfs_group" in output
    else:
        rendered[0]["path"] = "ip ipsec profiles"
        messages, output = run_page_tasks(tmp_path, tasks, {"branch": rendered})
        assert "value of path must be one of" in output
