# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rules of nftables do with a packet: certain, or not known."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.plugin_utils._diagnosis.firewall import (
    ACCEPTED,
    DROPPED,
    TRANSLATED,
    Packet,
    clamps_segments,
    verdict,
)

IKE = Packet("192.0.2.1", "10.0.0.1", "udp", "500", in_link="wan0")
DROP, ACCEPT = {"drop": None}, {"accept": None}


def match(left, right, op="=="):
    return {"match": {"op": op, "left": left, "right": right}}


def payload(protocol, field):
    return {"payload": {"protocol": protocol, "field": field}}


IFNAME, STATE = {"meta": {"key": "iifname"}}, {"ct": {"key": "state"}}
PORT, SOURCE = payload("udp", "dport"), payload("ip", "saddr")


def ruleset(*rules, policy="accept", hook="input", kind="filter", others=()):
    """Return what nft --json prints of one chain, and of others: pairs of a name and rules."""
    place = {"family": "inet", "table": kind}
    base = {"chain": {**place, "name": "c", "type": kind, "hook": hook, "prio": 0, "policy": policy}}
    found = [{"metainfo": {}}, base]
    for name, each in (("c", rules), *others):
        found += [{"rule": {**place, "chain": name, "expr": list(expressions)}} for expressions in each]
    return found


@pytest.mark.parametrize(
    ("rules", "policy", "expected"),
    [
        ([], "accept", ACCEPTED),
        ([], "drop", DROPPED),
        ([[match(PORT, 500), DROP]], "accept", DROPPED),
        ([[match(PORT, {"set": [500, 4500]}), {"counter": {}}, ACCEPT]], "drop", ACCEPTED),
        ([[match(PORT, {"range": [400, 600]}), {"reject": None}]], "accept", DROPPED),
        ([[match(payload("tcp", "dport"), 22), ACCEPT]], "drop", DROPPED),
        # A match of a port, a negated one too, is one of its protocol first.
        ([[match(payload("tcp", "dport"), 22, "!="), DROP]], "accept", ACCEPTED),
        ([[match(SOURCE, {"prefix": {"addr": "192.0.2.0", "len": 24}}), ACCEPT]], "drop", ACCEPTED),
        ([[match(SOURCE, "192.0.2.1", "!="), ACCEPT]], "drop", DROPPED),
        ([[match(IFNAME, "lo"), ACCEPT], [match(STATE, ["established", "related"], "in"), ACCEPT]], "drop", DROPPED),
        ([[match(IFNAME, "wan*"), match({"meta": {"key": "l4proto"}}, "udp"), ACCEPT]], "drop", ACCEPTED),
        # What is not understood makes the result unknown: a set by its name, a statement, a match of iptables.
        ([[match(SOURCE, "@friends"), ACCEPT]], "drop", None),
        ([[match(SOURCE, "@enemies"), DROP]], "accept", None),
        ([[{"xt": {"type": "target", "name": "LOG"}}]], "drop", None),
        ([[match({"meta": {"key": "mark"}}, 5), ACCEPT], [DROP]], "accept", None),
        ([[match(SOURCE, "@friends"), match(PORT, 4500), ACCEPT]], "drop", DROPPED),
    ],
)
def test_verdict_is_certain_or_unknown(rules, policy, expected):
    assert verdict(ruleset(*rules, policy=policy), "input", IKE) == expected


def test_jump_returns_to_the_chain_and_goto_does_not():
    other = ("other", [[match(PORT, 4500), DROP]])
    assert verdict(ruleset([{"jump": {"target": "other"}}], [DROP], others=[other]), "input", IKE) == DROPPED
    assert verdict(ruleset([{"goto": {"target": "other"}}], [DROP], others=[other]), "input", IKE) == ACCEPTED
    endless = ("other", [[{"jump": {"target": "other"}}]])
    assert verdict(ruleset([{"jump": {"target": "other"}}], others=[endless]), "input", IKE) == ACCEPTED


def test_other_hooks_and_kinds_do_not_count():
    rules = ruleset([DROP], hook="forward") + ruleset([{"masquerade": None}], hook="postrouting", kind="nat")
    assert verdict(rules, "input", IKE) == ACCEPTED
    assert verdict(rules, "postrouting", IKE, "nat") == TRANSLATED


def test_clamp_of_segments_is_seen():
    key = {"tcp option": {"name": "maxseg", "field": "size"}}
    assert clamps_segments(ruleset([{"mangle": {"key": key, "value": 1360}}]))
    assert not clamps_segments(ruleset([{"mangle": {"key": {"meta": {"key": "mark"}}, "value": 1}}], [ACCEPT]))
