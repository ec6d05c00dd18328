# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rendered swanctl.conf and its files, parsed by the grammar of strongSwan and compared with the tunnel."""

from __future__ import annotations

import ipaddress
import json
import re

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.filter.swanctl import FilterModule
from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import InvalidOptionsError
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import CHECK_MODE_ID as NEW
from ansible_collections.baiducloud.network.plugins.module_utils._resources.fields import subnet
from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.swanctl import (
    NOT_RENDERED,
    connection_name,
    read_owner,
    render,
    render_files,
)
from api_example import SECRET_KEY, options
from peer_examples import EIP, keys, names, tunnels


def read(text):
    """A configuration as nested dictionaries, by the grammar of strongswan.conf(5); ValueError where it is broken."""
    token = re.compile(
        r'\s*(?:(#[^\n]*)|(\})|([^#{}:.,="\s]+)\s*\{|([^#{}:.,="\s]+)[ \t]*=[ \t]*(?:"([^"\\\n]*)"|([^\n{}#"]*)))'
    )
    stack, place = [{}], 0
    while place < len(text.rstrip()):
        match = token.match(text, place)
        if not match:
            raise ValueError(f"not in the grammar: {text[place : place + 40]!r}")
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


@settings(max_examples=300, deadline=None)
@given(tunnel=tunnels, key=keys)
def test_render_parsed_again_is_the_tunnel_seen_from_the_peer(tunnel, key):
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
    cloud, peer = (list(map(subnet, tunnel[side])) for side in ("local_subnets", "remote_subnets"))
    assert pairs == {(left, right) for left in cloud for right in peer}
    (secret,) = conf["secrets"].values()
    assert bytes.fromhex(secret.pop("secret")[2:]).decode() == key
    assert secret == {"id-1": tunnel["remote_ip"], "id-2": EIP}


@pytest.mark.parametrize(
    ("start_action", "when_dead", "when_closed"),
    [("start", "restart", "trap"), ("trap", "trap", "trap"), ("none", "clear", "none")],
)
def test_render_start_action_sets_dpd_and_close_actions(start_action, when_dead, when_closed):
    tunnel = options(local_subnets=["10.0.0.0/24", "10.0.1.0/24"])
    connection = read(render(tunnel, EIP, SECRET_KEY, start_action=start_action))["connections"]["vpncon"]
    assert connection["dpd_delay"] == "30s" and connection["keyingtries"] == "0"
    for child in connection["children"].values():
        actions = [child[f"{word}_action"] for word in ("start", "dpd", "close")]
        assert actions == [start_action, when_dead, when_closed]


@settings(max_examples=200, deadline=None)
@given(pair=st.tuples(names, names))
def test_connection_name_of_different_tunnels_differs(pair):
    sections = [set(read(render(options(vpn_conn_name=name), EIP, SECRET_KEY))["connections"]) for name in pair]
    assert (pair[0] == pair[1]) == bool(sections[0] & sections[1])
    assert not re.search(r"[/\s]", "".join(sections[0])), "it is a file's name too"


@settings(max_examples=300, deadline=None)
@given(
    identity=st.text(max_size=30) | st.sampled_from(["%any", "*.example.com", 'a"b', "a\nb", "a\\", "a # b", "a { b"])
)
def test_render_identity_is_written_unchanged_or_rejected(identity):
    try:
        text = render(options(), EIP, SECRET_KEY, peer_id=identity)
    except InvalidOptionsError as error:
        assert "peer_id: must be one identity" in str(error)
        return
    assert read(text)["connections"]["vpncon"]["local"]["id"] == identity


def test_render_parts_together_are_the_whole_file():
    whole = read(render(options(), EIP, SECRET_KEY))
    parts = [
        read(render(options(), EIP, key, part=part)) for part, key in (("connections", None), ("secrets", SECRET_KEY))
    ]
    assert dict(parts[0], **parts[1]) == whole and [list(part) for part in parts] == [["connections"], ["secrets"]]
    assert SECRET_KEY.encode().hex() not in render(options(), EIP, part="connections")


def bypass_of(cloud, peer):
    """Return (local_ts, remote_ts) of the bypass, each a list of texts; None where there is none."""
    version6 = ":" in cloud[0] + peer[0]
    addresses = {"remote_ip": "2001:db8:f::1"} if version6 else {}
    text = render(
        options(local_subnets=cloud, remote_subnets=peer, **addresses), "2001:db8:e::1" if version6 else EIP, SECRET_KEY
    )
    connection = read(text)["connections"].get("vpncon@lan")
    if connection is None:
        return None
    child = connection["children"]["vpncon@lan"]
    assert (child["mode"], child["start_action"]) == ("pass", "trap")
    return child["local_ts"].split(","), child["remote_ts"].split(",")


BYPASSES = [
    # cloud's networks, peer's networks, networks in remote_ts; local_ts has all networks of the peer
    (["0.0.0.0/0"], ["10.1.0.0/16", "10.2.0.0/16"], ["10.1.0.0/16", "10.2.0.0/16"]),
    (["10.0.0.0/8"], ["10.1.0.0/16", "192.168.1.0/24"], ["10.1.0.0/16"]),
    (
        ["172.16.0.0/12", "10.0.0.0/8"],
        ["192.168.1.0/24", "10.1.0.0/16", "172.16.5.0/24"],
        ["10.1.0.0/16", "172.16.5.0/24"],
    ),
    # inside a network of the cloud that is inside the first of the peer
    (["10.1.2.0/24"], ["10.1.0.0/16", "10.1.2.128/25"], ["10.1.2.128/25"]),
    # the cloud's second network lies inside the peer's, and stays behind the tunnel
    (["10.0.0.0/8", "10.1.128.0/17"], ["10.1.0.0/16"], ["10.1.0.0/17"]),
    (["10.0.0.0/8", "10.1.0.0/18", "10.1.0.0/17"], ["10.1.0.0/16"], ["10.1.128.0/17"]),
    (["::/0"], ["fd00:1::/48", "fd00:2::/48"], ["fd00:1::/48", "fd00:2::/48"]),
    (["fd00::/16"], ["fd00:1::/48", "2001:db8:2::/48"], ["fd00:1::/48"]),
]


@pytest.mark.parametrize("cloud, peer, inside", BYPASSES)
def test_render_wide_cloud_network_bypasses_all_lan_to_lan_traffic(cloud, peer, inside):
    assert bypass_of(cloud, peer) == (peer, inside)


def test_render_bypass_has_networks_of_one_ip_version():
    cloud, peer = ["10.0.0.0/8", "2001:db8:1::/48"], ["10.1.0.0/16", "192.168.1.0/24", "2001:db8:2::/48"]
    assert bypass_of(cloud, peer) == (["10.1.0.0/16", "192.168.1.0/24"], ["10.1.0.0/16"])


@pytest.mark.parametrize(
    ("cloud", "peer"),
    [(["10.1.0.0/16"], ["10.0.0.0/8"]), (["10.1.0.0/16"], ["10.2.0.0/16", "192.168.1.0/24"])],
)
def test_render_without_a_network_inside_the_clouds_has_no_bypass(cloud, peer):
    assert bypass_of(cloud, peer) is None


nested = st.builds(
    lambda bits, length: str(ipaddress.ip_network((0x0A000000 | bits << 24 - 4, length), strict=False)),
    st.integers(0, 15),
    st.integers(8, 12),
)


@settings(max_examples=200, deadline=None)
@given(cloud=st.lists(nested, min_size=1, max_size=4), peer=st.lists(nested, min_size=1, max_size=4))
def test_render_bypass_matches_what_longest_prefix_gives_to_the_peer(cloud, peer):
    """A destination belongs to the side with the smallest network that contains it, as in a routing table."""
    assume(not set(cloud) & set(peer))
    _local, inside = bypass_of(cloud, peer) or (None, [])
    for address in ipaddress.ip_network("10.0.0.0/8").subnets(new_prefix=12):
        smallest = {
            side: max(
                (int(text.split("/")[1]) for text in texts if address.subnet_of(ipaddress.ip_network(text))), default=0
            )
            for side, texts in (("cloud", cloud), ("peer", peer))
        }
        is_bypassed = any(address.subnet_of(ipaddress.ip_network(text)) for text in inside)
        # Where no network of the cloud has it, no tunnel takes it, and a bypass does not matter.
        assert not smallest["cloud"] or is_bypassed == (smallest["peer"] > smallest["cloud"])


def test_render_mixed_ip_versions_pairs_equal_versions():
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
    ({"tunnel": options(remote_ip="0.0.0.0")}, "tunnel.remote_ip: 0.0.0.0 is not the address"),
    ({"tunnel": options(remote_ip=EIP)}, "the two ends must differ"),
    ({"tunnel": options(remote_ip="2001:db8::1")}, "not of one IP version"),
    ({"tunnel": options(ike_config__ike_enc_alg="blowfish")}, "tunnel.ike_config.ike_enc_alg: must be aes"),
    ({"tunnel": options(ike_config__ike_pfs=None)}, "tunnel: lacks ike_config.ike_pfs"),
    ({"tunnel": options(ipsec_config__ipsec_lifetime=179)}, "ipsec_lifetime: must be a whole number of seconds"),
    ({"tunnel": options(ipsec_config__ipsec_lifetime=None)}, "tunnel: lacks ipsec_config.ipsec_lifetime"),
    ({"tunnel": options(vpn_conn_name='x" {')}, "tunnel.vpn_conn_name: must be 1 to 65"),
    ({"tunnel": options(local_subnets=["10.0.0.0/8 }"])}, "tunnel.local_subnets[0]"),
    ({"tunnel": options(local_subnets=["192.168.100.0/24"])}, "no packet would know which end is meant"),
    (
        {"tunnel": options(local_subnets=["2001:db8::/32"])},
        "tunnel.local_subnets: 2001:db8::/32 has no subnet of its IP version in remote_subnets",
    ),
    ({"tunnel": dict(options(), vpn_conn_id="x\n}")}, "tunnel.vpn_conn_id"),
    ({"gateway": "vpn-119bd69b"}, "gateway: must be the public address"),
    ({"gateway": None}, "gateway: must be the public address"),
    ({"gateway": {"eip": ""}}, "gateway: has no public address"),
    ({"gateway": {"vpn_gateways": []}}, "such as result.vpn_gateway"),
    ({"gateway": {"vpn_gateway": {"eip": EIP}}}, "such as result.vpn_gateway"),
    ({"gateway": "127.0.0.1"}, "gateway: 127.0.0.1 is not an address"),
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
def test_filter_invalid_value_reports_its_option(change, sentence):
    arguments = dict({"tunnel": options(), "gateway": EIP, "secret_key": SECRET_KEY}, **change)
    with pytest.raises(AnsibleFilterError) as caught:
        FilterModule().filters()["swanctl"]({}, **arguments)
    assert sentence in str(caught.value) and "baiducloud.network.swanctl: " in str(caught.value)
    assert SECRET_KEY not in str(caught.value)


PLACES = ["gateway", "peer_id", "local_id", "peer_address", "start_action", "tunnel", "name"]


@pytest.mark.parametrize("place", PLACES)
def test_render_key_in_another_option_is_not_shown(place):
    arguments = {"tunnel": options(), "gateway": EIP, "secret_key": "x", place: SECRET_KEY + '"'}
    for arguments["secret_key"] in ("x", SECRET_KEY + '"'):
        with pytest.raises(InvalidOptionsError) as caught:
            render(**arguments)
        assert SECRET_KEY not in str(caught.value)


@pytest.mark.parametrize("place", PLACES)
def test_render_hex_key_in_another_option_is_not_shown(place):
    key = "JkLm22@on"
    in_hex = key.encode().hex()
    assert in_hex != in_hex.upper()
    for spelling in ("0x%s\n" % in_hex, "0X%s\n" % in_hex.upper()):
        with pytest.raises(InvalidOptionsError) as caught:
            render(**{"tunnel": options(), "gateway": EIP, "secret_key": key, place: spelling})
        assert in_hex not in str(caught.value).lower()


def test_render_side_without_networks_reports_one_error():
    with pytest.raises(InvalidOptionsError) as caught:
        render(options(local_subnets=[]), EIP, SECRET_KEY)
    assert len(caught.value.errors) == 1


def test_filter_without_gateway_reports_all_errors():
    with pytest.raises(AnsibleFilterError, match="gateway: must be .*; secret_key: is needed"):
        FilterModule().filters()["swanctl"]({}, options())


def test_render_name_replaces_the_name_of_the_tunnel():
    conf = read(render(options(), EIP, SECRET_KEY, name="berlin/2"))
    assert list(conf["connections"]) == ["berlin+2"] and list(conf["secrets"]) == ["ike-berlin+2"]


def test_render_invalid_values_are_reported_together():
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
    assert [sentence.split(":")[0] for sentence in without_addresses.value.errors] == [
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
    assert len(caught.value.errors) == len(words)
    assert all(word in sentence for word, sentence in zip(words, caught.value.errors))


def test_filter_empty_texts_count_as_unset():
    swanctl = FilterModule().filters()["swanctl"]
    assert swanctl({}, options(), EIP, SECRET_KEY, peer_id="", local_id="", peer_address="") == render(
        options(), EIP, SECRET_KEY
    )


NEW_ENDS = {
    "a new tunnel": (options(vpn_conn_id=NEW), EIP),
    "a new customer gateway": (options(cgw_id=NEW, remote_ip=None), EIP),
    "a new address": (options(remote_ip=NEW), EIP),
    "a new gateway": (options(), {"vpn_id": NEW, "eip": None}),
    "a new address of the gateway": (options(), NEW),
    "a tunnel of which only the id is known": ({"vpn_conn_id": NEW, "vpn_conn_name": "vpncon"}, EIP),
}


@pytest.mark.parametrize(("tunnel", "gateway"), NEW_ENDS.values(), ids=NEW_ENDS)
def test_filters_do_not_render_what_check_mode_would_create(tunnel, gateway):
    filters, check_mode = FilterModule().filters(), {"ansible_check_mode": True}
    assert filters["swanctl"](check_mode, tunnel, gateway, SECRET_KEY) == NOT_RENDERED
    files = filters["swanctl_files"](check_mode, tunnel, gateway, SECRET_KEY)
    assert files == {"name": "vpncon", "children": [], "connection": NOT_RENDERED, "secret": "", "marker": ""}
    assert filters["swanctl_conflict"](render(options(), EIP, SECRET_KEY), tunnel, gateway) == ""
    # What is known is validated nevertheless.
    with pytest.raises(AnsibleFilterError, match="start_action: .*secret_key: |secret_key: .*start_action: "):
        filters["swanctl"](check_mode, tunnel, gateway, "short", start_action="now")
    for name in ("swanctl", "swanctl_files"):
        with pytest.raises(AnsibleFilterError, match="create the object first"):
            filters[name]({"ansible_check_mode": False}, tunnel, gateway, SECRET_KEY)


def test_tunnel_may_have_the_word_of_check_mode_as_its_name():
    assert "check-mode-new {" in FilterModule().filters()["swanctl"]({}, options(vpn_conn_name=NEW), EIP, SECRET_KEY)


def test_connection_filter_accepts_a_tunnel_and_a_name():
    name_of = FilterModule().filters()["swanctl_connection"]
    assert name_of(options(vpn_conn_name="a/b.c")) == name_of("a/b.c") == "a+b~c"
    for wrong in ({}, 5, None, "a b"):
        with pytest.raises(AnsibleFilterError, match="vpn_conn_name: must be 1 to 65 characters"):
            name_of(wrong)


def test_files_have_both_parts_the_children_and_the_name():
    tunnel = options(vpn_conn_name="a/b", vpn_conn_id="vpnconn-1", remote_subnets=["172.16.0.0/24", "172.17.0.0/24"])
    files = FilterModule().filters()["swanctl_files"]({}, tunnel, EIP, SECRET_KEY, peer_id="")
    conf = read(files["connection"])
    assert files["name"] == "a+b" and list(conf) == ["connections"]
    assert files["children"] == list(conf["connections"]["a+b"]["children"]) == ["a+b-1", "a+b-2"]
    assert files["connection"] == render(tunnel, EIP, part="connections")
    assert files["secret"] == render(tunnel, EIP, SECRET_KEY, part="secrets")
    assert SECRET_KEY.encode().hex() not in files["connection"] + files["marker"]


def test_files_marker_changes_with_each_part_and_names_the_id():
    tunnel = options(vpn_conn_id="vpnconn-1")
    marker = render_files(tunnel, EIP, SECRET_KEY).marker
    others = [render_files(tunnel, EIP, "other1!key"), render_files(tunnel, EIP, SECRET_KEY, start_action="trap")]
    assert "\n# tunnel vpnconn-1\n" in marker and marker == render_files(tunnel, EIP, SECRET_KEY).marker
    assert len({marker, *(other.marker for other in others)}) == 3
    assert "\n# tunnel \n" in render_files(options(), EIP, SECRET_KEY).marker


@pytest.mark.parametrize("name", ["vpncon", "include", "A" + "./-_" * 16])
def test_owner_of_a_rendered_file_is_its_tunnel(name):
    for vpn_conn_id in (None, "vpnconn-1"):
        text = render(options(vpn_conn_name=name, vpn_conn_id=vpn_conn_id), EIP, part="connections")
        assert read_owner(text) == (vpn_conn_id, EIP)
    assert read_owner("connections {\n}\n") is None


FOREIGN_FILE = "is not of this tunnel of the gateway 192.0.2.2 and was not written by this role"
OTHER_TUNNEL = f"is not of this tunnel of the gateway 192.0.2.2 but of the tunnel vpnconn-1 of the gateway {EIP}"
CONFLICTS = [
    ({"vpn_conn_id": "vpnconn-2"}, EIP, ""),
    ({"vpn_conn_id": "vpnconn-1"}, "192.0.2.2", ""),
    ({"vpn_conn_id": "vpnconn-2"}, "", ""),
    ({}, {"eip": EIP}, ""),
    ({}, {"eip": "192.0.2.2"}, OTHER_TUNNEL),
    ({"vpn_conn_id": "vpnconn-2"}, " 192.0.2.2 ", OTHER_TUNNEL),
]


@pytest.mark.parametrize("tunnel, gateway, conflict", CONFLICTS)
def test_conflict_depends_on_id_and_gateway(tunnel, gateway, conflict):
    find = FilterModule().filters()["swanctl_conflict"]
    text = render(options(vpn_conn_id="vpnconn-1"), EIP, part="connections")
    assert find(text, tunnel, gateway) == conflict
    assert find("", tunnel, gateway) == ""


def test_conflict_with_a_file_of_another_author():
    assert FilterModule().filters()["swanctl_conflict"]("# mine\n", {}, "192.0.2.2") == FOREIGN_FILE
    without_id = render(options(), EIP, part="connections")
    assert "but of the tunnel without an id of" in FilterModule().filters()["swanctl_conflict"](without_id, {}, "::1")
