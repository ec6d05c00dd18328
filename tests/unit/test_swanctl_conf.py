# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The peer's swanctl.conf: read back as strongSwan reads it, it says what the tunnel says, and nothing else."""

from __future__ import annotations

import json
import re

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.filter.swanctl import FilterModule
from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import InvalidOptionsError
from ansible_collections.baiducloud.network.plugins.module_utils._resources import tunnel as rules
from ansible_collections.baiducloud.network.plugins.plugin_utils.swanctl_conf import connection_name, render
from api_example import SECRET_KEY, options

EIP = "192.0.2.1"
CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def read(text):
    """A configuration as nested dictionaries, by the grammar of strongswan.conf(5); ValueError where it is broken."""
    token = re.compile(
        r'\s*(?:(#[^\n]*)|(\})|([^#{}:.,="\s]+)\s*\{|([^#{}:.,="\s]+)[ \t]*=[ \t]*(?:"([^"\\\n]*)"|([^\n{}#"]*)))'
    )
    stack, place = [{}], 0
    while place < len(text.rstrip()):
        match = token.match(text, place)
        if not match:
            raise ValueError(f"no grammar for {text[place : place + 40]!r}")
        comment, closing, section, key, quoted, bare = match.groups()
        if closing:
            stack.pop()
        elif section:
            if section in stack[-1]:
                raise ValueError(f"twice: {section}")
            stack[-1][section] = {}
            stack.append(stack[-1][section])
        elif not comment:
            stack[-1][key] = quoted if quoted is not None else bare.strip()
        place = match.end()
    if len(stack) != 1:
        raise ValueError("braces")
    return stack[0]


names = st.one_of(
    st.from_regex(r"\A[A-Za-z][A-Za-z0-9_/.-]{0,64}\Z"),
    st.sampled_from(["include", "connections", "a/lan", "a", "a-1"]),
)
keys = st.text(CHARACTERS + rules.KEY_SYMBOLS, min_size=8, max_size=17).filter(rules.looks_like_tunnel_key)
networks = st.lists(
    st.builds("10.{}.{}.0/{}".format, st.integers(0, 127), st.integers(0, 255), st.integers(24, 30)),
    min_size=1,
    max_size=4,
)
tunnels = st.fixed_dictionaries(
    {
        "vpn_conn_name": names,
        "description": st.text(max_size=40),
        "remote_ip": st.ip_addresses(v=4, network="198.51.100.0/24").map(str),
        "local_subnets": networks,
        "remote_subnets": networks.map(lambda found: [text.replace("10.", "172.", 1) for text in found]),
        "ike_config": st.fixed_dictionaries(
            {item.name: st.sampled_from(item.spec["choices"]) for item in rules.IKE_CONFIG[:5]}
            | {"ike_life_time": st.integers(60, 86400)}
        ),
        "ipsec_config": st.fixed_dictionaries(
            {item.name: st.sampled_from(item.spec["choices"]) for item in rules.IPSEC_CONFIG[:3]}
            | {"ipsec_lifetime": st.integers(180, 86400)}
        ),
    }
)


@settings(max_examples=300, deadline=None)
@given(tunnel=tunnels, key=keys)
def test_what_is_read_back_is_the_tunnel_seen_from_the_other_end(tunnel, key):
    conf = read(render(tunnel, EIP, key))
    name = connection_name(tunnel["vpn_conn_name"])
    assert list(conf) == ["connections", "secrets"] and list(conf["connections"]) == [name]
    connection = conf["connections"][name]
    ike, ipsec = tunnel["ike_config"], tunnel["ipsec_config"]
    assert (connection["local_addrs"], connection["remote_addrs"]) == (tunnel["remote_ip"], EIP)
    assert connection["local"] == {"auth": "psk", "id": tunnel["remote_ip"]}
    assert connection["remote"] == {"auth": "psk", "id": EIP}
    assert "v" + connection["version"] == ike["ike_version"]
    aggressive = ike["ike_mode"] == "aggressive" and ike["ike_version"] == "v1"
    assert (connection.get("aggressive") == "yes") == aggressive
    announced = [int(connection[word].rstrip("s")) for word in ("rekey_time", "over_time")]
    assert sum(announced) == ike["ike_life_time"] and announced[0] < ike["ike_life_time"]
    pairs = set()
    for number, (child_name, child) in enumerate(connection["children"].items(), 1):
        assert child_name == f"{name}-{number}" and child["life_time"] == f"{ipsec['ipsec_lifetime']}s"
        assert int(child["rekey_time"].rstrip("s")) < ipsec["ipsec_lifetime"]
        assert child["esp_proposals"].count("-") == (1 if ipsec["ipsec_pfs"] == "disabled" else 2)
        own, other = child["local_ts"].split(","), child["remote_ts"].split(",")
        assert ike["ike_version"] == "v2" or (len(own), len(other)) == (1, 1)
        pairs |= {(cloud, peer) for cloud in other for peer in own}
    cloud, peer = (list(map(rules.subnet, tunnel[side])) for side in ("local_subnets", "remote_subnets"))
    assert pairs == {(left, right) for left in cloud for right in peer}
    (secret,) = conf["secrets"].values()
    assert bytes.fromhex(secret.pop("secret")[2:]).decode() == key
    assert secret == {"id-1": tunnel["remote_ip"], "id-2": EIP}


@pytest.mark.parametrize(
    ("start_action", "when_dead", "when_closed"),
    [("start", "restart", "start"), ("trap", "trap", "trap"), ("none", "clear", "none")],
)
def test_a_tunnel_that_breaks_comes_back_as_it_came_up(start_action, when_dead, when_closed):
    tunnel = options(local_subnets=["10.0.0.0/24", "10.0.1.0/24"])
    connection = read(render(tunnel, EIP, SECRET_KEY, start_action=start_action))["connections"]["vpncon"]
    assert connection["dpd_delay"] == "30s" and connection["keyingtries"] == "0"
    for child in connection["children"].values():
        actions = [child[f"{word}_action"] for word in ("start", "dpd", "close")]
        assert actions == [start_action, when_dead, when_closed]


@settings(max_examples=200, deadline=None)
@given(pair=st.tuples(names, names))
def test_different_tunnels_never_share_a_name(pair):
    sections = [set(read(render(options(vpn_conn_name=name), EIP, SECRET_KEY))["connections"]) for name in pair]
    assert (pair[0] == pair[1]) == bool(sections[0] & sections[1])
    assert not re.search(r"[/\s]", "".join(sections[0])), "it is a file's name too"


@settings(max_examples=300, deadline=None)
@given(
    identity=st.text(max_size=30) | st.sampled_from(["%any", "*.example.com", 'a"b', "a\nb", "a\\", "a # b", "a { b"])
)
def test_an_identity_stands_in_the_file_as_it_is_or_is_refused(identity):
    try:
        text = render(options(), EIP, SECRET_KEY, peer_id=identity)
    except InvalidOptionsError as error:
        assert "peer_id: must be one identity" in str(error)
        return
    assert read(text)["connections"]["vpncon"]["local"]["id"] == identity


def test_each_part_and_both_together_are_the_whole():
    whole = read(render(options(), EIP, SECRET_KEY))
    parts = [
        read(render(options(), EIP, key, part=part)) for part, key in (("connections", None), ("secrets", SECRET_KEY))
    ]
    assert dict(parts[0], **parts[1]) == whole and [list(part) for part in parts] == [["connections"], ["secrets"]]
    assert SECRET_KEY.encode().hex() not in render(options(), EIP, part="connections")


def test_the_peers_own_networks_stay_out_of_a_tunnel_to_everywhere():
    tunnel = options(local_subnets=["0.0.0.0/0"], remote_subnets=["10.1.0.0/16", "10.2.0.0/16"])
    bypass = read(render(tunnel, EIP, SECRET_KEY))["connections"]["vpncon@lan"]["children"]["vpncon@lan"]
    assert (bypass["mode"], bypass["local_ts"], bypass["remote_ts"]) == ("pass", *["10.1.0.0/16,10.2.0.0/16"] * 2)
    tunnel = options(local_subnets=["10.1.0.0/16"], remote_subnets=["10.0.0.0/8"])
    assert list(read(render(tunnel, EIP, SECRET_KEY))["connections"]) == ["vpncon"]


def test_ipv6_goes_with_ipv6():
    tunnel = options(
        remote_ip="2001:DB8::10",
        local_subnets=["10.0.0.0/8", "2001:db8:1::/48"],
        remote_subnets=["172.16.0.0/12", "2001:db8:2::/48"],
    )
    connection = read(render(tunnel, "2001:db8::1", SECRET_KEY))["connections"]["vpncon"]
    assert connection["local_addrs"] == connection["local"]["id"] == "2001:db8::10"
    pairs = [(child["local_ts"], child["remote_ts"]) for child in connection["children"].values()]
    assert pairs == [("172.16.0.0/12", "10.0.0.0/8"), ("2001:db8:2::/48", "2001:db8:1::/48")]


REFUSED = [
    ({"tunnel": 5}, "tunnel: must be the dictionary"),
    ({"tunnel": {"changed": True, "vpn_tunnel": {}}}, "such as result.vpn_tunnel"),
    ({"tunnel": {}}, "tunnel: lacks vpn_conn_name, local_subnets, remote_subnets, ike_config, ipsec_config"),
    ({"tunnel": options(remote_ip=None, cgw_id="cgw-1")}, "tunnel.remote_ip: is not known"),
    ({"tunnel": options(remote_ip="")}, "tunnel.remote_ip: is not known"),
    ({"tunnel": options(remote_ip="1.2.3")}, "tunnel.remote_ip: must be an IP address"),
    ({"tunnel": options(remote_ip="0.0.0.0")}, "tunnel.remote_ip: 0.0.0.0 is no address"),
    ({"tunnel": options(remote_ip=EIP)}, "the two ends must differ"),
    ({"tunnel": options(remote_ip="2001:db8::1")}, "not of one IP version"),
    ({"tunnel": options(ike_config__ike_enc_alg="blowfish")}, "tunnel.ike_config.ike_enc_alg: must be aes"),
    ({"tunnel": options(ike_config__ike_pfs=None)}, "tunnel: lacks ike_config.ike_pfs"),
    ({"tunnel": options(ipsec_config__ipsec_lifetime=179)}, "ipsec_lifetime: must be a whole number of seconds"),
    ({"tunnel": options(ipsec_config__ipsec_lifetime=None)}, "tunnel: lacks ipsec_config.ipsec_lifetime"),
    ({"tunnel": options(vpn_conn_name='x" {')}, "tunnel.vpn_conn_name: must be 1 to 65"),
    ({"tunnel": options(local_subnets=["10.0.0.0/8 }"])}, "tunnel.local_subnets[0]"),
    ({"tunnel": options(local_subnets=["192.168.100.0/24"])}, "no packet would know which end is meant"),
    ({"tunnel": options(local_subnets=["2001:db8::/32"])}, "has no IPv6 subnet in remote_subnets"),
    ({"tunnel": dict(options(), vpn_conn_id="x\n}")}, "tunnel.vpn_conn_id"),
    ({"gateway": "vpn-119bd69b"}, "gateway: must be the public address"),
    ({"gateway": None}, "gateway: must be the public address"),
    ({"gateway": {"eip": ""}}, "gateway: has no public address"),
    ({"gateway": {"vpn_gateways": []}}, "such as result.vpn_gateway"),
    ({"gateway": {"vpn_gateway": {"eip": EIP}}}, "such as result.vpn_gateway"),
    ({"gateway": "127.0.0.1"}, "gateway: 127.0.0.1 is no address"),
    ({"secret_key": None}, "secret_key: is needed"),
    ({"secret_key": "short"}, "secret_key: must be 8 to 17 characters"),
    ({"secret_key": 12345678}, "secret_key: must be 8 to 17 characters"),
    ({"peer_id": "%any"}, "peer_id: must be one identity"),
    ({"local_id": 5}, "local_id: must be one identity"),
    ({"peer_address": "host"}, "peer_address: must be an IPv4 address or %any"),
    ({"peer_address": "2001:db8::1"}, "peer_address: must be an IPv4 address or %any"),
    ({"peer_address": "0.0.0.0"}, "peer_address: must be an IPv4 address or %any"),
    ({"peer_address": "2001:db8::1", "gateway": ""}, "peer_address: must be an IPv4 address or %any"),
    ({"peer_address": "x", "tunnel": options(remote_ip="")}, "peer_address: must be an IP address or %any"),
    ({"name": "1/a"}, "name: must be 1 to 65"),
    ({"start_action": "now"}, "start_action: must be start, trap or none"),
    ({"part": "some"}, "part: must be all, connections or secrets"),
]


@pytest.mark.parametrize("change, sentence", REFUSED, ids=lambda item: json.dumps(item)[:60])
def test_what_cannot_be_expressed_is_a_clear_error(change, sentence):
    arguments = dict({"tunnel": options(), "gateway": EIP, "secret_key": SECRET_KEY}, **change)
    with pytest.raises(AnsibleFilterError) as caught:
        FilterModule().filters()["swanctl"](**arguments)
    assert sentence in str(caught.value) and "baiducloud.network.swanctl: " in str(caught.value)
    assert SECRET_KEY not in str(caught.value)


PLACES = ["gateway", "peer_id", "local_id", "peer_address", "start_action", "tunnel", "name"]


@pytest.mark.parametrize("place", PLACES)
def test_a_key_in_a_wrong_place_is_not_quoted(place):
    arguments = {"tunnel": options(), "gateway": EIP, "secret_key": "x", place: SECRET_KEY + '"'}
    for arguments["secret_key"] in ("x", SECRET_KEY + '"'):
        with pytest.raises(InvalidOptionsError) as caught:
            render(**arguments)
        assert SECRET_KEY not in str(caught.value)


@pytest.mark.parametrize("place", PLACES)
def test_neither_is_the_hex_form_of_a_key_in_a_wrong_place(place):
    key = "JkLm22@on"
    in_hex = key.encode().hex()
    assert in_hex != in_hex.upper()
    for spelling in ("0x%s\n" % in_hex, "0X%s\n" % in_hex.upper()):
        with pytest.raises(InvalidOptionsError) as caught:
            render(**{"tunnel": options(), "gateway": EIP, "secret_key": key, place: spelling})
        assert in_hex not in str(caught.value).lower()


def test_a_side_without_networks_is_one_mistake():
    with pytest.raises(InvalidOptionsError) as caught:
        render(options(local_subnets=[]), EIP, SECRET_KEY)
    assert len(caught.value.problems) == 1


def test_without_a_gateway_the_filter_tells_so_with_its_other_mistakes():
    with pytest.raises(AnsibleFilterError, match="gateway: must be .*; secret_key: is needed"):
        FilterModule().filters()["swanctl"](options())


def test_a_connection_may_have_a_name_of_its_own():
    conf = read(render(options(), EIP, SECRET_KEY, name="berlin/2"))
    assert list(conf["connections"]) == ["berlin+2"] and list(conf["secrets"]) == ["ike-berlin+2"]


def test_all_mistakes_are_told_together():
    with pytest.raises(InvalidOptionsError) as caught:
        render(
            options(local_subnets=["192.168.100.0/24"], ike_config__ike_version="v3"),
            options()["remote_ip"],
            "z",
            start_action="w",
            peer_address="h",
            peer_id="",
        )
    with pytest.raises(InvalidOptionsError) as without_addresses:
        render(options(remote_ip="1.2.3"), {"eip": ""}, SECRET_KEY, peer_address="h")
    assert [sentence.split(":")[0] for sentence in without_addresses.value.problems] == [
        "tunnel.remote_ip",
        "gateway",
        "peer_address",
    ]
    words = [
        "ike_version",
        "secret_key",
        "start_action",
        "peer_id",
        "the two ends",
        "peer_address",
        "which end is meant",
    ]
    assert len(caught.value.problems) == len(words)
    assert all(word in sentence for word, sentence in zip(words, caught.value.problems))


def test_what_awx_leaves_empty_counts_as_not_given():
    swanctl = FilterModule().filters()["swanctl"]
    assert swanctl(options(), EIP, SECRET_KEY, peer_id="", local_id="", peer_address="") == render(
        options(), EIP, SECRET_KEY
    )


def test_the_connections_name_is_told_for_a_tunnel_and_for_a_name():
    name_of = FilterModule().filters()["swanctl_connection"]
    assert name_of(options(vpn_conn_name="a/b.c")) == name_of("a/b.c") == "a+b~c"
    for wrong in ({}, 5, None, "a b"):
        with pytest.raises(AnsibleFilterError, match="vpn_conn_name: must be 1 to 65 characters"):
            name_of(wrong)
