# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts that the lab has recorded, and what the diagnosis says about them and about changes of them."""

from __future__ import annotations

import copy
import json
import re

import pytest

from ansible_collections.baiducloud.network.plugins.plugin_utils._diagnosis.diagnosis import diagnose, host_pairs
from ansible_collections.baiducloud.network.plugins.plugin_utils._diagnosis.findings import FINDINGS
from api_example import SECRET_KEY
from playbook_runner import ROOT
from tunnel_faults import BASE, FAULTS, NAME, read_record

RECORDED = read_record()
NO_PEER = {"error": "use_peer is false"}


def facts(fault=BASE):
    return copy.deepcopy(RECORDED[fault])


def names(found):
    return [finding["name"] for finding in found.findings]


def part(text, name, content):
    """Return the output of the script with another part of this name."""
    changed = re.sub(rf"(?ms)^(@@ {name}\n).*?(?=^@@ |\Z)", lambda match: f"{match.group(1)}{content}\n", text)
    return changed if changed != text else f"{text}@@ {name}\n{content}\n"


@pytest.mark.parametrize("name", FAULTS)
def test_recorded_fault_has_its_sentence(name):
    assert diagnose(**facts(name)).sentence == f"{NAME} {FAULTS[name].sentence}."


def test_record_has_each_fault_and_no_key():
    assert list(RECORDED) == list(FAULTS)
    text = json.dumps(RECORDED)
    for key in (SECRET_KEY, "other1!key"):
        assert key not in text and key.encode().hex() not in text


# --- the cloud's end ---

HERE = "192.168.0.0/20"
CLOUD_FAULTS = {
    "no_tunnel": (
        lambda cloud: cloud.update(name="branch"),
        "branch does not exist: the gateway vpn-119bd69b has no tunnel of this name (it has: vpncon); correct"
        " vpn_conn_name, or create the tunnel with site_to_site or create_tunnel.",
    ),
    "gateway_without_address": (
        lambda cloud: cloud["gateway"].update(eip=""),
        "vpncon is not established: the VPN gateway vpn-119bd69b has no public address; bind an EIP to it"
        " (vpn_gateway with eip, or the console), and then configure the peer with this address.",
    ),
    "gateway_status": (
        lambda cloud: cloud["gateway"].update(status="down"),
        "vpncon is not established: the VPN gateway vpn-119bd69b has the status down; wait until it is active, or"
        " see in the console why it is not (expired, unpaid, or a fault of the cloud).",
    ),
    "tunnel_status": (
        lambda cloud: cloud["tunnels"][0].update(status="error"),
        "vpncon is not established: the cloud reports the status error of the tunnel; wait until it is active; if"
        " it stays so, delete the tunnel and create it again.",
    ),
    "cloud_unreachable": (
        lambda cloud: None,
        "vpncon is not established: the cloud does not reach the peer 10.107.245.188, and nothing is wrong at the"
        " cloud's end; look at the peer's end: compare the device with the page of peer_sheet, read its log, and"
        " check that UDP 500 and 4500 pass.",
    ),
    "both_ends_overlap": (
        lambda cloud: cloud["tunnels"][0].update(remote_subnets=["192.168.8.0/24"], health_status="reachable"),
        "vpncon is established: 192.168.8.0/24 of the peer and 192.168.0.0/20 of the cloud's side overlap, so"
        " packets between them do not enter the tunnel; change one of them, or translate the"
        " addresses at the peer (NETMAP) and give the tunnel the translated network.",
    ),
    "vpc_overlaps": (
        lambda cloud: cloud["tunnels"][0].update(remote_subnets=["192.168.32.0/24"], health_status="reachable"),
        "vpncon is established: 192.168.32.0/24 of the peer overlaps with 192.168.0.0/18 of the VPC vpc-emulator,"
        " so the VPC keeps the packets to it; change one of them, or translate the addresses at the"
        " peer (NETMAP) and give the tunnel the translated network.",
    ),
    "route_missing": (
        lambda cloud: cloud["tunnels"][0].update(remote_subnets=["10.1.0.0/16"], health_status="reachable"),
        "vpncon is established: the VPC vpc-emulator has no route rule to the gateway for 192.168.0.0/20 to"
        " 10.1.0.0/16, so its packets to the peer are lost; create the rules with vpn_gateway_routes, or run"
        " site_to_site.",
    ),
}


@pytest.mark.parametrize("name", CLOUD_FAULTS)
def test_fault_of_the_cloud_is_found_without_the_peer(name):
    change, sentence = CLOUD_FAULTS[name]
    cloud = facts()["cloud"]
    cloud["tunnels"][0]["health_status"] = "unreachable"
    change(cloud)
    found = diagnose(cloud, NO_PEER)
    assert (names(found)[0], found.sentence) == (name, sentence)
    assert found.basis == "From the cloud's side alone, because use_peer is false."


def test_reachable_tunnel_without_a_fault_sends_to_the_other_end():
    cloud = facts()["cloud"]
    cloud["tunnels"][0]["health_status"] = "reachable"
    found = diagnose({**cloud, "rules": None})
    assert found.findings == [] and "nothing is wrong at the cloud's end; look at the peer's end" in found.sentence
    assert found.basis.startswith("From the cloud's side alone, without the route rules of the VPC")


def test_wide_network_of_the_default_vpc_overlaps_with_nothing():
    found = facts()
    found["cloud"]["vpc"]["cidr"] = "0.0.0.0/0"
    assert diagnose(**found).findings == []


@pytest.mark.parametrize("name", ["local_subnets", "remote_subnets"])
def test_network_of_all_addresses_overlaps_with_nothing(name):
    found = facts()
    found["cloud"]["tunnels"][0][name] = ["0.0.0.0/0"]
    other = {"vpn_conn_id": "vpnconn-2", "vpn_conn_name": "other", "remote_subnets": ["10.9.0.0/16"]}
    found["cloud"]["tunnels"].append({**found["cloud"]["tunnels"][0], **other})
    assert [each for each in names(diagnose(**found)) if "overlap" in each] == []


def test_rules_that_contain_a_network_together_are_enough():
    cloud = facts()["cloud"]
    cloud["tunnels"][0]["health_status"] = "reachable"
    first = cloud["rules"].pop()
    halves = [{**first, "destination_address": each} for each in ("192.168.100.0/25", "192.168.100.128/25")]
    assert diagnose({**cloud, "rules": cloud["rules"] + halves}, NO_PEER).findings == []
    assert names(diagnose({**cloud, "rules": cloud["rules"] + halves[:1]}, NO_PEER))[0] == "route_missing"


def test_rule_to_another_next_hop_counts_where_no_narrower_one_leads_to_the_gateway():
    cloud = facts()["cloud"]
    cloud["tunnels"][0]["health_status"] = "reachable"
    ours = cloud["rules"][-1]
    wide = {**ours, "destination_address": "192.0.0.0/8"}
    other = {**ours, "destination_address": "192.168.96.0/20", "nexthop_type": "custom", "nexthop_id": "i-1"}
    assert diagnose({**cloud, "rules": [ours, wide, other]}, NO_PEER).findings == []
    assert names(diagnose({**cloud, "rules": [wide, other]}, NO_PEER)) == ["route_elsewhere"]


# --- order ---


def test_fault_of_traffic_does_not_hide_why_the_tunnel_is_down():
    found = facts("key, IKEv2")
    found["cloud"]["rules"] = []
    assert names(diagnose(**found)) == ["authentication_refused", "route_missing"]


def test_log_of_an_attempt_before_the_last_success_is_not_the_cause():
    found, failed = facts(), facts("key, IKEv2")["peer"]["output"]
    old = re.search(r"(?ms)^@@ log\n(.*?)^@@ ", failed).group(1)
    output = found["peer"]["output"].replace("@@ log\n", "@@ log\n" + old)
    found["peer"]["output"] = part(output, "tunnels", "list-sas reply {\n}")
    assert names(diagnose(**found)) == ["unexplained"]


def test_log_of_another_gateway_is_not_the_cause():
    found = facts("key, IKEv2")
    output = found["peer"]["output"]
    (log,) = re.findall(r"(?ms)^@@ log\n(.*?)^@@ ", output)
    found["peer"]["output"] = part(output, "log", log.replace("192.0.2.1", "192.0.2.99").rstrip())
    assert names(diagnose(**found)) == ["no_attempt"]


@pytest.mark.parametrize("name", ["key, IKEv1", "firewall between the ends", "gateway has other networks"])
def test_log_of_the_journal_says_the_same(name):
    """The journal has the thread of a message in a field of its own."""
    found = facts(name)
    (log,) = re.findall(r"(?ms)^@@ log\n(.*?)^@@ ", found["peer"]["output"])
    lines = [re.fullmatch(r"(\d+)\[\w+\] (.*)", line).groups() for line in log.splitlines()]
    entries = [json.dumps({"__CURSOR": "s=1", "THREAD": thread, "MESSAGE": text}) for thread, text in lines]
    found["peer"]["output"] = part(found["peer"]["output"], "log", "\n".join(entries))
    assert diagnose(**found).sentence == f"{NAME} {FAULTS[name].sentence}."


def test_firewall_that_lets_responses_in_is_not_the_cause():
    """A rule for established connections is enough where the peer initiates."""
    found = facts("key, IKEv2")
    (rules,) = re.findall(r"(?ms)^@@ firewall\n(.*?)(?=^@@ |\Z)", facts("firewall of the peer, IKE")["peer"]["output"])
    found["peer"]["output"] = part(found["peer"]["output"], "firewall", rules.rstrip())
    assert names(diagnose(**found)) == ["authentication_refused"]


IFNAME = {"meta": {"key": "iifname"}}


def chain_that_drops(hook, *expressions):
    """Return a firewall that drops all new connections at a hook except those that a rule accepts."""
    place = {"family": "inet", "table": "filter"}
    rule = {"rule": {**place, "chain": "c", "expr": [*expressions, {"accept": None}]}}
    base = {"chain": {**place, "name": "c", "type": "filter", "hook": hook, "prio": 0, "policy": "drop"}}
    return json.dumps({"nftables": [base, rule]})


def test_firewall_with_unknown_rules_is_not_called_innocent():
    found = facts("firewall between the ends")
    assert "and its own firewall is not the reason" in diagnose(**found).sentence
    unknown = {"match": {"op": "==", "left": IFNAME, "right": "@wan"}}
    found["peer"]["output"] = part(found["peer"]["output"], "firewall", chain_that_drops("input", unknown))
    diagnosed = diagnose(**found)
    assert names(diagnosed)[0] == "no_response" and "its own firewall" not in diagnosed.sentence


def test_firewall_that_lets_responses_in_counts_only_where_the_peer_does_not_initiate():
    found = facts("firewall between the ends")
    responses = {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}}
    output = found["peer"]["output"] = part(found["peer"]["output"], "firewall", chain_that_drops("input", responses))
    diagnosed = diagnose(**found)
    assert names(diagnosed)[0] == "no_response" and "its own firewall is not the reason" in diagnosed.sentence
    found["peer"]["output"] = part(output, "log", "05[CFG] loaded")
    assert names(diagnose(**found))[0] == "ike_filtered"


@pytest.mark.parametrize(
    ("lan", "expected"),
    [
        ("192.168.100.10 dev lan0 src 192.168.100.1", ["forward_filtered"]),
        # An address of the host itself, and a link that is not known.
        ("local 192.168.100.10 dev lo src 192.168.100.10", []),
        ("", []),
    ],
)
def test_firewall_of_forwarding_counts_for_packets_that_are_forwarded(lan, expected):
    found = facts()
    other_link = {"match": {"op": "==", "left": IFNAME, "right": "wan9"}}
    output = part(found["peer"]["output"], "firewall", chain_that_drops("forward", other_link))
    found["peer"]["output"] = part(output, "lan 192.168.0.10 192.168.100.10", lan)
    if not lan:
        found["peer"]["output"] = found["peer"]["output"].replace(" dev ipsec0", "")
    assert names(diagnose(**found)) == expected


def test_route_rules_that_were_not_read_are_not_called_right():
    found = next(each for each in RECORDED.values() if "nothing_returns" in names(diagnose(**each)))
    assert "received none, and the route rules of the VPC are right; " in diagnose(**found).sentence
    without = copy.deepcopy(found)
    without["cloud"]["rules"] = None
    assert "received none; " in diagnose(**without).sentence


# --- the peer ---


@pytest.mark.parametrize(
    ("name", "content", "finding"),
    [
        ("connections", "connecting to 'unix:///run/charon.vici' failed: No such file or directory", "daemon_down"),
        ("connections", "read_strongswan.sh: swanctl: not found", "daemon_down"),
        ("log", "05[IKE] no shared key found for '10.107.245.188' - '192.0.2.1'", "key_missing"),
        ("log", "05[IKE] tried 1 shared key for '192.0.2.1' - '10.107.245.188', but MAC mismatched", "key_differs"),
        ("log", "05[IKE] IDir '10.0.0.5' does not match to '192.0.2.1'", "cloud_has_other_id"),
        ("log", "05[NET] error writing to socket: Operation not permitted", "not_sent"),
        ("log", "05[IKE] Aggressive Mode PSK disabled for security reasons", "aggressive_refused"),
        (
            "log",
            "05[IKE] no IKE config found for 10.0.0.1...192.0.2.1, sending NO_PROPOSAL_CHOSEN",
            "unknown_to_daemon",
        ),
    ],
)
def test_text_of_the_daemon_is_understood(name, content, finding):
    """Texts of strongSwan that no fault of the lab brings up."""
    found = facts("key, IKEv2")
    if name == "log":
        content = f"05[NET] received packet: from 192.0.2.1[500] to 10.107.245.188[500] (76 bytes)\n{content}"
    found["peer"]["output"] = part(found["peer"]["output"], name, content)
    assert names(diagnose(**found))[0] == finding


def test_pair_of_networks_without_a_child_is_found():
    found = facts()
    found["cloud"]["tunnels"][0]["remote_subnets"].append("192.168.101.0/24")
    before, tunnels = found["peer"]["output"].split("@@ tunnels")
    network = "          192.168.100.0/24\n"
    before = before.replace(network, network + network.replace("100", "101"))
    tunnels = tunnels.replace("local_ts = 192.168.100.0/24", "local_ts = 192.168.100.0/24,192.168.101.0/24")
    found["peer"]["output"] = f"{before}@@ tunnels{tunnels}"
    diagnosed = diagnose(**found)
    assert names(diagnosed) == ["partly_established", "route_missing"]
    assert "has no established child SA for 192.168.0.0/20 to 192.168.101.0/24" in diagnosed.sentence


def test_host_without_nft_is_diagnosed_and_the_basis_says_so():
    found = facts("firewall between the ends")
    found["peer"]["output"] = part(found["peer"]["output"], "firewall", "sh: nft: not found")
    diagnosed = diagnose(**found)
    assert "arrives at branch; allow UDP" in diagnosed.sentence
    assert "without the rules of its firewall" in diagnosed.basis


def test_peer_behind_nat_with_an_identity_of_its_own_is_as_it_should_be():
    found = facts()
    output = found["peer"]["output"].replace("local_addrs = 10.107.245.188", "local_addrs = %any")
    output = output.replace("      10.107.245.188\n", "      %any\n", 1)
    found["peer"]["output"] = output.replace('id = "10.107.245.188"', 'id = "branch"').replace(
        "id = 10.107.245.188", "id = branch"
    )
    assert diagnose(**found, options={"peer_address": "%any", "peer_id": "branch", "name": ""}).findings == []
    assert names(diagnose(**found)) == ["peer_id_differs"]


def test_connection_of_another_name_is_found_by_the_gateway():
    found = facts("IKE cipher")
    for old, new in (("  vpncon {", "  my-conn {"), ("vpncon-1", "net-1")):
        found["peer"]["output"] = found["peer"]["output"].replace(old, new)
    assert "branch proposes aes256-sha1-modp1024 for IKE" in diagnose(**found).sentence


def test_text_of_a_log_cannot_break_a_line():
    found = facts("key, IKEv2")
    content = "05[IKE] IDir '\x1b[2J{{ 1 }}' does not match to '192.0.2.1'"
    found["peer"]["output"] = part(found["peer"]["output"], "log", content)
    assert "\x1b" not in diagnose(**found).sentence


def test_host_pairs_are_in_the_networks():
    tunnel = {"local_subnets": ["10.0.0.0/24", "fd00::/64"], "remote_subnets": ["10.1.0.8/31", "10.2.0.1/32"]}
    assert host_pairs(tunnel) == ["10.0.0.10", "10.1.0.9", "10.0.0.10", "10.2.0.1"]


# --- the table ---


def test_each_finding_is_planted_somewhere():
    """In the lab, or in a test above."""
    found = {finding["name"] for each in RECORDED.values() for finding in diagnose(**each).findings}
    above = (ROOT / "tests/unit/plugins/plugin_utils/_diagnosis/test_diagnosis.py").read_text(encoding="utf-8")
    assert [
        finding.name for finding in FINDINGS if finding.name not in found and f'"{finding.name}"' not in above
    ] == []


def test_page_has_the_number_of_findings_and_a_sentence():
    page = (ROOT / "docs/diagnose.md").read_text(encoding="utf-8")
    assert f"\nThe playbook looks for {len(FINDINGS)} faults, in this order:\n" in page
    assert len({finding.name for finding in FINDINGS}) == len(FINDINGS)
    (example,) = re.findall(r"```text\n(.*)\n```", page)
    assert example == f"branch-berlin {FAULTS['IKE cipher'].sentence}."
