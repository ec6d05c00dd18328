# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the renderers make of a description, compared with the tunnel and with tables of the devices' schemas."""

from __future__ import annotations

import ipaddress
import re

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given, settings

import peer_schemas
from ansible_collections.baiducloud.network.plugins.filter import swanctl, vpn_peer
from ansible_collections.baiducloud.network.plugins.module_utils._resources import vpn_tunnel as rules
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import CHECK_MODE_ID
from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.device_table import DEVICES, MODES, SOURCES
from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.devices import find_unsupported, mode_of
from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.routeros import duration
from api_example import SECRET_KEY, options
from peer_examples import EIP, RENDERER_OPTIONS, all_combinations, keys, tunnels

FILTERS = {**swanctl.FilterModule().filters(), **vpn_peer.FilterModule().filters()}
RENDERED = {key: device for key, device in DEVICES.items() if device.filter_name}
FORTIOS_MODULES = dict(zip(peer_schemas.FORTIOS_KINDS, peer_schemas.FORTIOS_MODULES))
SCHEMAS = peer_schemas.load()
API_VALUES = {field.name: field.argument_spec.get("choices") for field in (*rules.IKE_CONFIG, *rules.IPSEC_CONFIG)}
MODE_OPTIONS = ("ike_version", "ike_mode")
CONFIGS = (("ike_config", "ike"), ("ipsec_config", "ipsec"))
# Every device takes it.
COMMON = {
    "ike_config__ike_version": "v2",
    "ike_config__ike_life_time": 28800,
    "ike_config__ike_pfs": "group14",
    "ipsec_config__ipsec_pfs": "group14",
}


def common(**changes):
    return options(**dict(COMMON, **changes))


def render(name, tunnel, key=SECRET_KEY, described=None, **more):
    peer = FILTERS["vpn_peer"]({}, tunnel, EIP, key, **described or {})
    return FILTERS[name]({}, peer, **dict(RENDERER_OPTIONS.get(name, {}), **more))


def read_conf(text):
    """The sections of an ipsec.conf, {(kind, name): {keyword: value}}."""
    sections, current = {}, {}
    for line in text.splitlines():
        if line.startswith("    "):
            keyword, equals, value = line.strip().partition("=")
            assert equals and keyword not in current
            current[keyword] = value
        elif line and not line.startswith("#"):
            kind, name = line.split()
            current = sections.setdefault((kind, name), {})
            assert not current, "a section exists twice"
    return sections


# --- the table ---


def test_table_has_known_options_values_and_sources():
    for device in DEVICES.values():
        cells = [cell for values in (device.modes, *device.cells.values()) for cell in values.values()]
        assert {cell.source for cell in cells} <= SOURCES.keys() and set(device.modes) <= MODES.keys()
        for option, values in device.cells.items():
            assert set(values) <= set(API_VALUES[option])
        assert all(cell.name for cell in cells if cell.name is not None)


@pytest.mark.parametrize("key", RENDERED)
def test_table_of_a_rendered_device_is_complete(key):
    assert set(DEVICES[key].modes) == set(MODES)
    choices = {option: set(values) for option, values in API_VALUES.items() if values and option not in MODE_OPTIONS}
    assert {option: set(values) for option, values in DEVICES[key].cells.items()} == choices


def test_every_source_of_the_table_is_used():
    used = {
        cell.source
        for device in DEVICES.values()
        for values in (device.modes, *device.cells.values())
        for cell in values.values()
    }
    used |= {limits.source for device in DEVICES.values() for limits in device.seconds.values()}
    used |= {source for device in DEVICES.values() for source in device.group_of_ike.values()}
    assert used == SOURCES.keys()


@pytest.mark.parametrize("key", RENDERED)
def test_each_combination_is_rendered_or_refused_as_the_table_says(key):
    device, refused = DEVICES[key], 0
    for tunnel in all_combinations():
        lacking = [
            f"{option}: {value}"
            for config in ("ike_config", "ipsec_config")
            for option, value in tunnel[config].items()
            if option in device.cells and device.cells[option][value].name is None
        ]
        group = tunnel["ipsec_config"]["ipsec_pfs"]
        if mode_of(tunnel["ike_config"]) in device.group_of_ike and not lacking:
            lacking = [f"ipsec_pfs: {group}"] if group not in ("disabled", tunnel["ike_config"]["ike_pfs"]) else []
        if not lacking:
            assert render(device.filter_name, tunnel)
            continue
        refused += 1
        with pytest.raises(AnsibleFilterError) as caught:
            render(device.filter_name, tunnel)
        label = f"{device.label} {device.version}"
        for words in lacking:
            assert f"{words} is not supported by {label}; change the tunnel to " in str(caught.value)
    # Of 3 modes × 4 ciphers × 5 hashes × 4 groups of IKE, and 5 of ESP.
    # Libreswan renews a child of IKEv2 with the group of IKE, here group14, so it refuses group5 for ESP too.
    lacks = {
        "libreswan": 3 * (40 + 40) + 20 + 20,
        "fortios": 3 * (20 + 20),
        "routeros": 3 * (20 + 16 - 4 + 20 + 20 - 4),
    }
    assert refused == lacks.get(key, 0)


def test_refusal_of_a_mode_and_of_a_life_time_names_the_option():
    hillstone, tunnel = DEVICES["hillstone"], common()
    (sentence,) = find_unsupported(hillstone, tunnel["ike_config"], tunnel["ipsec_config"])
    assert sentence.startswith("ike_version: v2 is not supported by Hillstone StoneOS; change the tunnel to v1/main")
    assert mode_of(tunnel["ike_config"]) == "v2"
    with pytest.raises(AnsibleFilterError, match="ike_life_time: 60 is not .* the tunnel to 120 to 172800 .seconds"):
        render("fortios_ipsec", common(ike_config__ike_life_time=60))


def test_refusal_of_another_group_for_pfs_names_that_of_ike():
    another = common(ike_config__ike_pfs="group5")
    with pytest.raises(
        AnsibleFilterError, match="ipsec_pfs: group14 is not .*the tunnel to group5, which is the group"
    ):
        render("libreswan", another)
    for changes in ({"ike_config__ike_version": "v1"}, {"ipsec_config__ipsec_pfs": "disabled"}):
        assert render("libreswan", common(**{"ike_config__ike_pfs": "group5", **changes}))
    # What it lacks altogether is reported once.
    with pytest.raises(AnsibleFilterError) as caught:
        render("libreswan", common(ike_config__ike_pfs="group2"))
    assert str(caught.value).count("is not supported") == 1


# --- ipsec.conf ---


@pytest.mark.parametrize("name", ["libreswan", "ipsec_conf"])
@settings(max_examples=100, deadline=None)
@given(tunnel=tunnels, key=keys)
def test_conn_file_parsed_again_is_the_tunnel_seen_from_the_peer(name, tunnel, key):
    tunnel = dict(tunnel, ike_config=dict(tunnel["ike_config"]), ipsec_config=dict(tunnel["ipsec_config"]))
    for config, option in (("ike_config", "ike_pfs"), ("ipsec_config", "ipsec_pfs")):
        if tunnel[config][option] in ("group2", "group24"):
            tunnel[config][option] = "group5"
    if tunnel["ike_config"]["ike_version"] == "v2" and tunnel["ipsec_config"]["ipsec_pfs"] != "disabled":
        tunnel["ipsec_config"]["ipsec_pfs"] = tunnel["ike_config"]["ike_pfs"]
    sections = read_conf(render(name, tunnel, key))
    is_v1 = tunnel["ike_config"]["ike_version"] == "v1"
    setup = sections.pop(("config", "setup"), None)
    assert (setup is not None) == (is_v1 and name == "libreswan")
    pairs = []
    for (kind, _conn), settings_ in sections.items():
        assert kind == "conn" and settings_["authby"] == "secret" and settings_["auto"] == "start"
        assert settings_["left"] == settings_["leftid"] == tunnel["remote_ip"]
        assert settings_["right"] == settings_["rightid"] == EIP
        assert settings_["ikelifetime"] == f"{tunnel['ike_config']['ike_life_time']}s"
        aggressive = is_v1 and tunnel["ike_config"]["ike_mode"] == "aggressive"
        assert (settings_.get("aggressive") == "yes") == aggressive
        margin = int((settings_.get("rekeymargin") or settings_["margintime"]).rstrip("s"))
        assert 0 < margin < min(tunnel["ike_config"]["ike_life_time"], tunnel["ipsec_config"]["ipsec_lifetime"])
        sides = [settings_[word].split(",") for word in ("rightsubnet", "leftsubnet")]
        pairs += [(cloud, peer) for cloud in sides[0] for peer in sides[1]]
    nets = [[str(ipaddress.ip_network(text)) for text in tunnel[side]] for side in ("local_subnets", "remote_subnets")]
    assert sorted(pairs) == sorted({(cloud, peer) for cloud in nets[0] for peer in nets[1]})
    secret = render(name, tunnel, key, part="secrets").splitlines()[-1]
    written = f'"{key}"' if name == "libreswan" else "0x" + key.encode().hex()
    assert secret == f"{tunnel['remote_ip']} {EIP} : PSK {written}"
    assert key not in render(name, tunnel, key)


PROPOSALS = [
    ("libreswan", "group14", ["aes128-sha2_256;modp2048", "3des-md5;modp2048", "yes"]),
    ("libreswan", "disabled", ["aes128-sha2_256;modp2048", "3des-md5", "no"]),
    ("ipsec_conf", "group24", ["aes128-sha256-modp2048!", "3des-md5-modp2048s256!", None]),
    ("ipsec_conf", "disabled", ["aes128-sha256-modp2048!", "3des-md5!", None]),
]


@pytest.mark.parametrize("name, group, expected", PROPOSALS)
def test_conn_file_has_the_proposals(name, group, expected):
    tunnel = common(
        ike_config__ike_auth_alg="sha2_256",
        ipsec_config__ipsec_enc_alg="3des",
        ipsec_config__ipsec_auth_alg="md5",
        ipsec_config__ipsec_pfs=group,
    )
    conn = read_conf(render(name, tunnel))[("conn", "vpncon-1")]
    assert [conn["ike"], conn["esp"], conn.get("pfs")] == expected


@pytest.mark.parametrize(
    "name, actions", [("libreswan", ["start", "ondemand", "add"]), ("ipsec_conf", ["start", "route", "add"])]
)
def test_conn_file_start_action_and_other_addresses(name, actions):
    for action, auto in zip(("start", "trap", "none"), actions):
        described = {"start_action": action, "peer_address": "%any", "peer_id": "branch.example", "name": "a/b"}
        sections = read_conf(render(name, common(), described=described))
        conn = sections[("conn", "a+b-1")]
        assert (conn["auto"], conn["left"]) == (auto, "%defaultroute")
        assert conn["leftid"] == ("@branch.example" if name == "libreswan" else "branch.example")


@pytest.mark.parametrize("name", ["libreswan", "ipsec_conf"])
def test_conn_file_keeps_lan_traffic_out_of_a_wide_network(name):
    tunnel = common(local_subnets=["10.0.0.0/8"], remote_subnets=["10.1.0.0/16", "192.168.1.0/24"])
    bypasses = [conn for conn in read_conf(render(name, tunnel)).values() if conn.get("type") == "passthrough"]
    pairs = {(own, conn["rightsubnet"]) for conn in bypasses for own in conn["leftsubnet"].split(",")}
    assert pairs == {("10.1.0.0/16", "10.1.0.0/16"), ("192.168.1.0/24", "10.1.0.0/16")}


# --- data for modules ---


@settings(max_examples=60, deadline=None)
@given(tunnel=tunnels, key=keys)
def test_module_data_is_accepted_by_the_schemas_and_has_every_pair(tunnel, key):
    tunnel = dict(
        tunnel, vpn_conn_name="branch", ike_config=dict(tunnel["ike_config"]), ipsec_config=dict(tunnel["ipsec_config"])
    )
    tunnel["ike_config"]["ike_life_time"] = max(120, tunnel["ike_config"]["ike_life_time"])
    for config, prefix in (("ike_config", "ike"), ("ipsec_config", "ipsec")):
        tunnel[config][f"{prefix}_pfs"] = "group5"
        tunnel[config][f"{prefix}_auth_alg"] = "sha2_512"
    cloud, peer = (
        {str(ipaddress.ip_network(text)) for text in tunnel[side]} for side in ("local_subnets", "remote_subnets")
    )
    data = render("fortios_ipsec", tunnel, key)
    for kind, items in data.items():
        assert items and peer_schemas.fortios_errors(SCHEMAS["fortios"][FORTIOS_MODULES[kind]], items) == []
    selectors = [[item[side].replace(" ", "/") for side in ("dst_subnet", "src_subnet")] for item in data["phase2"]]
    found = {tuple(str(ipaddress.ip_network(text)) for text in pair) for pair in selectors}
    assert found == {(left, right) for left in cloud for right in peer}
    assert len({item["seq_num"] for item in data["routes"]}) == len(data["routes"]) == 2 * len(cloud)
    assert data["phase1"][0]["psksecret"] == key and key not in repr([data[kind] for kind in list(data)[1:]])
    items = render("routeros_ipsec", tunnel, key)
    for item in items:
        for entry in item["data"]:
            assert peer_schemas.routeros_errors(SCHEMAS["routeros"][item["path"]], entry) == []
    by_path = {item["path"]: item["data"] for item in items}
    pairs = {(entry["dst-address"], entry["src-address"]) for entry in by_path["ip ipsec policy"]}
    assert pairs == {(left, right) for left in cloud for right in peer}


def test_schemas_reject_a_planted_error():
    (phase1,) = render("fortios_ipsec", common())["phase1"]
    spec = SCHEMAS["fortios"]["vpn_ipsec_phase1_interface"]
    for wrong in ({"dhgrp": ["24"]}, {"keylife": "8h"}, {"dpd_retries": 3}, {"mode": "quick"}):
        assert len(peer_schemas.fortios_errors(spec, dict(phase1, **wrong))) == 1
    policy = dict(render("fortios_ipsec", common())["policies"][0], srcintf=[{"nam": "lan"}])
    assert peer_schemas.fortios_errors(SCHEMAS["fortios"]["firewall_policy"], policy) == [".srcintf.nam: unknown"]
    assert peer_schemas.routeros_errors(SCHEMAS["routeros"]["ip ipsec peer"], {"adress": ""}) == ["adress: unknown"]


def test_fortios_data_is_the_tunnel():
    tunnel = common(ike_config__ike_version="v1", ike_config__ike_mode="aggressive", ipsec_config__ipsec_pfs="disabled")
    described = {"peer_id": "branch.example", "local_id": "cloud.example", "peer_address": "10.9.9.9"}
    data = render("fortios_ipsec", tunnel, described=described)
    (phase1,), (phase2,) = data["phase1"], data["phase2"]
    assert (phase1["ike_version"], phase1["mode"], phase1["remote_gw"]) == ("1", "aggressive", EIP)
    assert (phase1["localid"], phase1["localid_type"], phase1["local_gw"]) == ("branch.example", "fqdn", "10.9.9.9")
    assert (phase1["peertype"], phase1["peerid"]) == ("one", "cloud.example")
    assert (phase1["proposal"], phase1["dhgrp"], phase1["keylife"]) == (["aes128-sha1"], ["14"], 28800)
    assert (phase2["pfs"], "dhgrp" in phase2, phase2["keylifeseconds"]) == ("disable", False, 28800)
    assert [item["policyid"] for item in data["policies"]] == [100, 101]
    assert [item["dst"] for item in data["routes"]] == ["192.168.0.0 255.255.240.0"] * 2
    assert [item.get("blackhole") for item in data["routes"]] == [None, "enable"]


REFUSED_BY_FORTIOS = [
    ({"interface": None}, {}, "interface: must be the name of an interface"),
    ({"lan_interface": 'a"b'}, {}, "lan_interface: must be the name of an interface"),
    ({"interface": " "}, {}, "interface: must be the name of an interface"),
    ({"interface": "wan1 "}, {}, "interface: must be the name of an interface"),
    ({"lan_interface": " lan"}, {}, "lan_interface: must be the name of an interface"),
    ({"policy_id": 0}, {}, "policy_id: must be a whole number"),
    ({"policy_id": 4294967294}, {}, "policy_id: must be a whole number from 1 to 4294967293, because"),
    (
        {"route_id": 4294967292},
        {"local_subnets": ["10.0.0.0/24", "10.0.1.0/24"]},
        "route_id: must be a whole number from 1 to 4294967291, because it is the first of 4 numbers, got 4294967292",
    ),
    ({"route_id": True}, {}, "route_id: must be a whole number"),
    ({}, {"vpn_conn_name": "branch-office-berlin"}, "name: FortiOS takes 1 to 15 characters"),
    ({}, {"vpn_conn_name": "a/b"}, "name: FortiOS takes 1 to 15 characters"),
    ({}, {"local_subnets": ["0.0.0.0/0"]}, "tunnel.local_subnets: 0.0.0.0/0 contains the gateway's address"),
    (
        {},
        {"local_subnets": ["2001:db8::/48"], "remote_subnets": ["2001:db9::/48"]},
        "tunnel.local_subnets: FortiOS is rendered for IPv4 only, got 2001:db8::/48",
    ),
]


@pytest.mark.parametrize("more, changes, sentence", REFUSED_BY_FORTIOS)
def test_fortios_invalid_value_reports_its_option(more, changes, sentence):
    with pytest.raises(AnsibleFilterError, match=re.escape(sentence)):
        render("fortios_ipsec", common(**changes), **more)


def test_fortios_highest_numbers_are_within_the_limit():
    nets = {"local_subnets": ["10.0.0.0/24", "10.0.1.0/24"]}
    data = render("fortios_ipsec", common(**nets), policy_id=4294967293, route_id="4294967291", interface="lan 2")
    assert data["policies"][-1]["policyid"] == data["routes"][-1]["seq_num"] == 2**32 - 2


def test_fortios_reports_invalid_values_together():
    with pytest.raises(AnsibleFilterError, match="interface: .*policy_id: .*name: FortiOS"):
        render("fortios_ipsec", common(vpn_conn_name="branch-office-berlin"), interface="", policy_id="x")


def test_routeros_data_is_the_tunnel():
    tunnel = common(local_subnets=["0.0.0.0/0"], ike_config__ike_enc_alg="aes256", ipsec_config__ipsec_enc_alg="aes256")
    described = {"peer_id": "me@branch.example", "local_id": "cloud.example", "peer_address": "%any"}
    data = {item["path"]: item["data"] for item in render("routeros_ipsec", tunnel, described=described)}
    (profile,), (peer,) = data["ip ipsec profile"], data["ip ipsec peer"]
    (identity,), (proposal,) = data["ip ipsec identity"], data["ip ipsec proposal"]
    assert (profile["enc-algorithm"], profile["dh-group"], profile["lifetime"]) == ("aes-256", "modp2048", "8h")
    assert (peer["exchange-mode"], peer["address"], "local-address" in peer) == ("ike2", f"{EIP}/32", False)
    assert (identity["my-id"], identity["remote-id"]) == ("user-fqdn:me@branch.example", "fqdn:cloud.example")
    assert (proposal["enc-algorithms"], proposal["pfs-group"]) == ("aes-256-cbc", "modp2048")
    actions = [(item.get("action"), item["dst-address"]) for item in data["ip ipsec policy"]]
    assert actions == [("none", "192.168.100.0/24"), (None, "0.0.0.0/0")]


def test_routeros_key_that_would_be_decoded_is_written_in_hex():
    for key, secret in (("0x12!abc", "0x307831322161" + "6263"), ("a0x12!bc", "a0x12!bc")):
        data = {item["path"]: item["data"] for item in render("routeros_ipsec", common(), key)}
        assert data["ip ipsec identity"][0]["secret"] == secret


def test_routeros_refuses_the_name_of_entries_that_other_tunnels_use():
    """The tasks would give RouterOS' own profile and proposal the values of this tunnel."""
    tunnel = dict(common(), vpn_conn_name="default")
    with pytest.raises(AnsibleFilterError, match="name: RouterOS has a profile and a proposal named default itself"):
        render("routeros_ipsec", tunnel)
    assert render("routeros_ipsec", tunnel, described={"name": "munich"})


def test_routeros_refuses_ipv6():
    tunnel = common(local_subnets=["2001:db8::/48"], remote_subnets=["2001:db9::/48"])
    with pytest.raises(AnsibleFilterError, match="tunnel.local_subnets: RouterOS is rendered for IPv4 only"):
        render("routeros_ipsec", tunnel)


@pytest.mark.parametrize("seconds, text", [(60, "1m"), (180, "3m"), (3661, "1h1m1s"), (86400, "1d"), (28800, "8h")])
def test_routeros_duration_is_as_the_device_shows_it(seconds, text):
    assert duration(seconds) == text


IDENTITIES = [
    ("fqdn:a.example", "@a.example"),
    ("@a.example", "@a.example"),
    ("email:me@a.example", "me@a.example"),
    ("ipv4:192.0.2.7", "192.0.2.7"),
    ("2001:DB8::1", "2001:db8::1"),
]


@pytest.mark.parametrize("text, written", IDENTITIES)
def test_identity_is_understood_as_by_strongswan(text, written):
    conn = read_conf(render("libreswan", common(), described={"peer_id": text}))[("conn", "vpncon-1")]
    assert conn["leftid"] == written


@pytest.mark.parametrize("text", ["CN=a, O=b", "@#abcd", "keyid:a", "a b", "ipv4:x", "a;b", "me@"])
@pytest.mark.parametrize("name", ["libreswan", "ipsec_conf", "fortios_ipsec", "routeros_ipsec"])
def test_identity_that_a_device_cannot_have_is_refused(name, text):
    with pytest.raises(AnsibleFilterError, match="peer_id: .* takes an address, a host name or an e-mail address"):
        render(name, common(), described={"peer_id": text})


# --- the files of the role libreswan_peer ---


def test_libreswan_files_are_those_of_the_filter_and_name_their_connections():
    wide = {"local_subnets": ["10.0.0.0/8"], "remote_subnets": ["10.1.0.0/16", "192.168.1.0/24"]}
    tunnel = common(vpn_conn_name="a/b.c", vpn_conn_id="vpnconn-1", **wide)
    files = FILTERS["libreswan_files"]({}, tunnel, EIP, SECRET_KEY, peer_id="")
    assert files["connections"] == render("libreswan", tunnel)
    assert files["secrets"] == render("libreswan", tunnel, part="secrets") and SECRET_KEY in files["secrets"]
    assert files["name"] == "a+b~c" and SECRET_KEY not in files["connections"] + files["marker"]
    names = [name for _kind, name in read_conf(files["connections"])]
    assert names == files["tunnels"] + files["bypasses"]
    assert names == ["a+b.c-1", "a+b.c-2", "a+b.c+lan+1", "a+b.c+lan+2"]
    assert "\n# tunnel vpnconn-1\n" in files["marker"] and "libreswan_peer" in files["marker"]
    assert FILTERS["libreswan_files"]({}, tunnel, EIP, "other1!key")["marker"] != files["marker"]


def test_libreswan_files_of_two_tunnels_have_no_connection_in_common():
    wide = {"local_subnets": ["10.0.0.0/8"], "remote_subnets": ["10.1.0.0/16", "192.168.1.0/24"]}
    files = [
        FILTERS["libreswan_files"]({}, common(vpn_conn_name=name, **wide), EIP, SECRET_KEY)
        for name in ("a", "a/lan", "a-1", "a/lan/1", "a/lan-1")
    ]
    names = [name for each in files for name in each["tunnels"] + each["bypasses"]]
    assert len(names) == len(set(names)) == 20


def test_conflict_of_a_file_of_libreswan_depends_on_id_and_gateway():
    text = FILTERS["libreswan_files"]({}, common(vpn_conn_id="vpnconn-1"), EIP, SECRET_KEY)["connections"]
    find = FILTERS["swanctl_conflict"]
    assert find(text, {"vpn_conn_id": "vpnconn-2"}, EIP) == find(text, {"vpn_conn_id": "vpnconn-1"}, "192.0.2.2") == ""
    assert f"the tunnel vpnconn-1 of the gateway {EIP}" in find(text, {"vpn_conn_id": "vpnconn-2"}, "192.0.2.2")


@pytest.mark.parametrize("context, how", [({"ansible_check_mode": True}, {}), ({}, {"is_plan": True})])
def test_libreswan_files_refuse_what_it_lacks_before_the_tunnel_exists(context, how):
    new = common(vpn_conn_id=CHECK_MODE_ID)
    files = FILTERS["libreswan_files"](context, new, EIP, SECRET_KEY, **how)
    assert (files["tunnels"], files["secrets"], files["marker"]) == ([], "", "")
    lacking = dict(new, ike_config=dict(new["ike_config"], ike_pfs="group2"))
    with pytest.raises(AnsibleFilterError, match="ike_pfs: group2 is not supported by Libreswan"):
        FILTERS["libreswan_files"](context, lacking, EIP, SECRET_KEY, **how)
    spaces = {name: dict(new[name], **{f"{kind}_pfs": " group14 "}) for name, kind in CONFIGS}
    spaces["ipsec_config"]["ipsec_pfs"] = "group14"
    assert FILTERS["libreswan_files"](context, dict(new, **spaces), EIP, SECRET_KEY, **how)
    # Of a tunnel that exists already, at a new gateway, not everything may be known.
    assert FILTERS["libreswan_files"](context, dict(new, ike_config={}), CHECK_MODE_ID, SECRET_KEY, **how)
    with pytest.raises(AnsibleFilterError, match="create the object first"):
        FILTERS["libreswan_files"]({}, new, EIP, SECRET_KEY)
