# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The route rules that tunnels need: examples, properties of any set of networks, and what makes rules impossible."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import Entry, Item
from ansible_collections.baiducloud.network.plugins.module_utils._resources.gateway_routes import (
    TunnelNetworks,
    VpcNetworks,
    leads_to,
    needed_pairs,
    plan_rules,
    route_errors,
    sources_in,
    tunnel_networks,
    vpc_networks,
)

SUBNETS = tuple(map(ip_network, ("192.168.0.0/20", "192.168.16.0/20", "192.168.32.0/24")))
VPC = VpcNetworks("vpc-1", (ip_network("192.168.0.0/18"), ip_network("172.20.0.0/16")), SUBNETS)


def tunnel(local, remote, name="'t'"):
    return TunnelNetworks(name, tuple(map(ip_network, local)), tuple(map(ip_network, remote)))


@pytest.mark.parametrize(
    ("tunnels", "sources", "expected"),
    [
        ([(["192.168.1.0/24"], ["10.1.0.0/16"])], None, ["192.168.1.0/24 10.1.0.0/16"]),
        ([(["192.168.0.0/20"], ["10.1.0.0/16"])], None, ["192.168.0.0/20 10.1.0.0/16"]),
        # A wide one, one rule for each subnet in it.
        ([(["192.168.0.0/19"], ["10.1.0.0/16"])], None, ["192.168.0.0/20 10.1.0.0/16", "192.168.16.0/20 10.1.0.0/16"]),
        ([(["0.0.0.0/0"], ["10.1.0.0/16"])], None, [f"{subnet} 10.1.0.0/16" for subnet in SUBNETS]),
        ([(["10.200.0.0/24"], ["10.1.0.0/16"])], None, []),
        # Neighbours, also of two tunnels, for each source.
        (
            [(["192.168.0.0/20"], ["10.1.0.0/17"]), (["192.168.0.0/20", "192.168.32.0/24"], ["10.1.128.0/17"])],
            None,
            ["192.168.0.0/20 10.1.0.0/16", "192.168.32.0/24 10.1.128.0/17"],
        ),
        ([(["192.168.0.0/20"], ["10.1.0.0/16", "10.1.5.0/24", "10.3.0.0/16"])], None, 2),
        # 10.1 and 10.2 are next to each other, and no network is both of them.
        ([(["192.168.0.0/20"], ["10.1.0.0/16", "10.2.0.0/16"])], None, 2),
        ([(["192.168.0.0/20"], ["10.1.0.0/16"]), (["10.200.0.0/24"], ["10.9.0.0/16"])], ["0.0.0.0/0"], 2),
        ([(["192.168.0.0/20"], ["10.1.0.0/16", "2001:db8::/32"])], ["0.0.0.0/0", "fd00::/64"], 2),
        ([], ["0.0.0.0/0"], []),
    ],
)
def test_needed_pairs_of_examples(tunnels, sources, expected):
    found = [" ".join(pair) for pair in needed_pairs([tunnel(*one) for one in tunnels], SUBNETS, sources)]
    assert (len(found) if isinstance(expected, int) else found) == expected


def networks(first, last, min_size=0, prefixes=(20, 28)):
    """Networks of a small range, so that many are neighbours or inside one another."""
    bounds = [int(IPv4Address(text)) for text in (first, last)]
    one = st.builds(
        lambda at, prefix: IPv4Network((at, prefix), strict=False), st.integers(*bounds), st.integers(*prefixes)
    )
    return st.lists(one, min_size=min_size, max_size=5).map(tuple)


TUNNELS = st.lists(
    st.builds(
        TunnelNetworks,
        st.just("'t'"),
        networks("192.168.0.0", "192.168.63.255", prefixes=(16, 26)),
        networks("10.1.0.0", "10.1.31.255"),
    ),
    max_size=5,
)


@settings(max_examples=50)
@given(TUNNELS)
def test_needed_pairs_lead_exactly_what_tunnels_carry_from_subnets(tunnels):
    """A packet from a subnet has a rule if and only if a tunnel carries it, and each pair is there once."""
    pairs = needed_pairs(tunnels, SUBNETS)
    assert len(set(pairs)) == len(pairs)
    rules = [tuple(map(ip_network, pair)) for pair in pairs]
    for source, _destination in rules:
        assert any(source.subnet_of(subnet) for subnet in SUBNETS), "the API takes a range inside one subnet only"
    for number, (source, destination) in enumerate(rules):
        others = [other for at, (from_, other) in enumerate(rules) if from_ == source and at != number]
        assert not any(map(destination.overlaps, others))
        assert destination.supernet() not in {
            other.supernet() for other in others if other.prefixlen == destination.prefixlen
        }
    for packet in packets(tunnels):
        is_carried = any(
            any(packet[0] in net for net in one.local) and any(packet[1] in net for net in one.remote)
            for one in tunnels
        )
        is_in_subnet = any(packet[0] in subnet for subnet in SUBNETS)
        is_routed = any(packet[0] in source and packet[1] in destination for source, destination in rules)
        assert is_routed == (is_carried and is_in_subnet), packet


def packets(tunnels):
    """The first and last addresses of all networks, and those next to them, as pairs of source and destination."""

    def edges(nets):
        return {at for net in nets for end in (net[0], net[-1]) for at in (end, end + (1 if end == net[-1] else -1))}

    sources = edges((*SUBNETS, *(net for one in tunnels for net in one.local)))
    destinations = edges(net for one in tunnels for net in one.remote)
    return [(source, destination) for source in sources for destination in destinations]


@given(TUNNELS, st.permutations(range(5)))
def test_needed_pairs_do_not_depend_on_an_order(tunnels, order):
    shuffled = [
        tunnels[number]._replace(remote=tunnels[number].remote[::-1]) for number in order if number < len(tunnels)
    ]
    assert needed_pairs(shuffled, SUBNETS[::-1]) == needed_pairs(tunnels, SUBNETS)


@given(TUNNELS)
def test_given_sources_lead_every_remote_network(tunnels):
    pairs = needed_pairs(tunnels, SUBNETS, ["0.0.0.0/0"])
    destinations = [ip_network(destination) for _source, destination in pairs]
    assert {source for source, _destination in pairs} <= {"0.0.0.0/0"}
    for remote in (net for one in tunnels for net in one.remote):
        assert any(remote.subnet_of(destination) for destination in destinations)
    assert sum(net.num_addresses for net in destinations) <= sum(
        net.num_addresses for one in tunnels for net in one.remote
    )


def test_source_in_a_subnet_stays_as_it_is_although_a_smaller_one_is_in_it():
    subnets = [ip_network("192.168.0.0/20"), ip_network("192.168.1.0/24")]
    assert sources_in(ip_network("192.168.0.0/20"), subnets) == [ip_network("192.168.0.0/20")]


def test_impossible_names_every_reason():
    tunnels = [
        tunnel(["192.168.0.0/20", "10.200.0.0/24"], ["192.168.8.0/24", "172.16.0.0/12", "10.1.0.0/16"], "'first'"),
        tunnel(["192.168.48.0/20"], ["0.0.0.0/0"], "'second'"),
    ]
    errors = route_errors(tunnels, VPC)
    assert [(text.split(",")[0].split(" of ")[0], "'first'" in text) for text in errors] == [
        ("sources: is needed", True),
        ("The remote network 192.168.8.0/24", True),
        ("The remote network 172.16.0.0/12", True),
        ("sources: is needed", False),
    ]
    assert "overlaps 172.20.0.0/16 of VPC vpc-1" in errors[2]
    sources = ["0.0.0.0/0", "192.168.1.0/24", "192.168.0.0/18", "10.0.0.0/8"]
    found = route_errors([tunnel(["10.200.0.0/24"], ["10.1.0.0/16"])], VPC, sources)
    assert [text.partition(":")[0] for text in found] == ["sources[2]", "sources[3]"]


def test_default_vpc_of_an_old_account_overlaps_nothing():
    """Its CIDR is 0.0.0.0/0."""
    vpc = VPC._replace(cidrs=(ip_network("0.0.0.0/0"),))
    assert route_errors([tunnel(["192.168.0.0/20"], ["10.1.0.0/16"])], vpc) == []


def stored(status, local=("192.168.0.0/20",), remote=("10.1.0.0/16",)):
    fields = {"vpn_conn_name": status, "vpn_conn_id": "vpnconn-1", "status": status}
    return Item(dict(fields, local_subnets=local and list(local), remote_subnets=remote and list(remote)))


@pytest.mark.parametrize("status", ["active", "creating", "building", "error", "expired", None])
def test_tunnel_of_any_status_needs_its_rules(status):
    found, errors = tunnel_networks([stored(status)], "gateway vpn-1")
    assert len(found) == 1 and errors == []


@pytest.mark.parametrize("status", ["deleting", "Deleted", "releasing", "released"])
def test_tunnel_that_is_being_deleted_needs_no_rules(status):
    assert tunnel_networks([stored(status, None, None)], "gateway vpn-1") == ([], [])


@pytest.mark.parametrize("shown", [None, (), ("branch",), ("10.1.0.0/16", "")])
def test_tunnel_without_readable_networks_is_an_error(shown):
    assert [text.split(" of the tunnel")[0][-14:] for text in tunnel_networks([stored("x", remote=shown)], "g")[1]] == [
        "remote_subnets"
    ]
    assert len(tunnel_networks([stored("x", local=shown)], "g")[1]) == 1
    # Its local networks are not needed then.
    assert tunnel_networks([stored("x", local=shown)], "g", has_sources=True)[1] == []


def test_networks_of_a_vpc_include_secondary_ones_and_skip_what_is_not_shown():
    subnets = [{"cidr": "192.168.0.0/20", "ipv6_cidr": ""}, {"cidr": None, "ipv6_cidr": "2001:db8::/64"}]
    shown = {"vpc_id": "vpc-1", "cidr": "192.168.0.0/18", "secondary_cidr": ["172.20.0.0/16"], "ipv6_cidr": None}
    found = vpc_networks(dict(shown, subnets=subnets))
    assert list(map(str, found.cidrs)) == ["192.168.0.0/18", "172.20.0.0/16"]
    assert list(map(str, found.subnets)) == ["192.168.0.0/20", "2001:db8::/64"]


@pytest.mark.parametrize(
    ("hop_type", "hop_id", "name", "expected"),
    [
        ("vpn", "vpn-1", "a -> b", True),
        ("vpn", "vpn-2", "a -> b", False),
        ("custom", "vpn-1", "a -> b", False),
        (None, "vpn-1", "a -> b", False),
        ("vpn", None, "a -> b", False),
        ("sys", None, "a -> b", False),
        # It may be any rule, so that nothing can be purged next to it.
        ("vpn", "vpn-2", None, True),
    ],
)
def test_only_a_rule_that_is_shown_to_lead_to_the_gateway_can_be_purged(hop_type, hop_id, name, expected):
    item = Item({"nexthop_type": hop_type, "nexthop_id": hop_id})
    assert leads_to("vpn-1")(Entry("rr-1", name, False, True, 0, item)) is expected


# -- the rules of one tunnel --

LOCAL = "192.168.0.0/20"


def listed(**tunnels):
    """Return listed tunnels: the name and the remote networks of each."""
    fields = {"status": "active", "vpn_conn_id": None, "local_subnets": [LOCAL]}
    return [Item(dict(fields, vpn_conn_name=name, remote_subnets=remote), None) for name, remote in tunnels.items()]


def plan(own, tunnels=(), state="present", sources=None, deletes=True):
    """Return the destinations that the tunnel `a` needs, those that may be deleted, and the errors."""
    options = {"vpn_id": "vpn-1", "state": state, "tunnel": dict({"vpn_conn_name": "a"}, **own)}
    rules, errors = plan_rules(dict(options, **({"sources": sources} if sources else {})), tunnels, VPC, deletes)
    return [pair[1] for pair in rules.pairs], sorted(pair[1] for pair in rules.surplus), errors


def test_rules_of_a_tunnel_that_does_not_exist_yet_follow_from_its_networks():
    own = {"local_subnets": [LOCAL], "remote_subnets": ["10.1.0.0/17", "10.1.128.0/17"]}
    assert plan(own, listed(b=["10.2.0.0/16"])) == (["10.1.0.0/16"], [], [])
    missing = plan({"local_subnets": [LOCAL]})[2]
    assert [text.split(":")[0] for text in missing] == ["tunnel.remote_subnets"]
    assert plan({"remote_subnets": ["10.1.0.0/16"]}, sources=["0.0.0.0/0"])[2] == []


def test_rules_of_a_tunnel_whose_networks_change_move_with_them():
    tunnels = listed(a=["10.1.0.0/16", "10.5.0.0/16", "10.7.0.0/16"], b=["10.5.0.0/16"])
    own = {"remote_subnets": ["10.7.0.0/16", "10.9.0.0/16"]}
    assert plan(own, tunnels) == (["10.7.0.0/16", "10.9.0.0/16"], ["10.1.0.0/16"], [])


def test_rules_of_a_tunnel_that_is_to_be_absent_are_those_that_no_other_needs():
    tunnels = listed(a=["10.1.0.0/16", "10.2.0.0/16"], b=["10.2.0.0/16"])
    assert plan({}, tunnels, "absent")[1:] == (["10.1.0.0/16"], [])
    # Also where the tunnel is gone already, by its networks, and where both differ.
    own = {"local_subnets": [LOCAL], "remote_subnets": ["10.1.0.0/16", "10.9.0.0/16"]}
    assert plan(own, listed(b=["10.9.0.0/16"]), "absent")[1] == ["10.1.0.0/16"]
    assert plan(own, tunnels, "absent")[1] == ["10.1.0.0/16", "10.9.0.0/16"]
    # A rule that the others need together is theirs.
    assert plan({}, listed(a=["10.4.0.0/15"], b=["10.4.0.0/16"], c=["10.5.0.0/16"]), "absent")[1] == []


def test_networks_of_other_tunnels_matter_only_where_rules_are_deleted():
    own = {"local_subnets": [LOCAL], "remote_subnets": ["10.1.0.0/16"]}
    others = listed(b=["192.168.1.0/24"], c=["not shown"])
    assert plan(own, others, deletes=False) == (["10.1.0.0/16"], [], [])
    assert len(plan(own, others)[2]) == 1 and "'c'" in plan(own, others)[2][0]
    assert "overlaps" in plan(dict(own, remote_subnets=["192.168.1.0/24"]), others, deletes=False)[2][0]
