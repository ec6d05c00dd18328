# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts have sources, cover every value of the API, and are those of the modules; the audit names better values."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._resources.tunnel_security import (
    BROKEN,
    CURRENT,
    DISCOURAGED,
    find_weaknesses,
)
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_tunnel import VPN_TUNNEL
from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.device_table import DEVICES
from ansible_collections.baiducloud.network.plugins.plugin_utils._security_sources import ROWS, SOURCES
from ansible_collections.baiducloud.network.plugins.plugin_utils._tunnel_audit import audit_tunnels

CHOICES = {
    f"{group}.{field.name}": field.argument_spec["choices"]
    for group, fields in VPN_TUNNEL.groups.items()
    for field in fields
    if "choices" in field.argument_spec
}
PAIRS = [(option, value) for option, values in CHOICES.items() for value in values]
VERDICTS = {(option, row.value): row.verdict for row in ROWS for option in row.options}
STRONG = {
    "vpn_id": "vpn-1",
    "vpn_conn_id": "vpnconn-1",
    "vpn_conn_name": "a",
    "ike_config": {
        "ike_version": "v2",
        "ike_mode": "main",
        "ike_enc_alg": "aes256",
        "ike_auth_alg": "sha2_256",
        "ike_pfs": "group14",
        "ike_life_time": 28800,
    },
    "ipsec_config": {
        "ipsec_enc_alg": "aes256",
        "ipsec_auth_alg": "sha2_256",
        "ipsec_pfs": "group14",
        "ipsec_lifetime": 3600,
    },
}


def tunnel(name="a", **changes):
    """Return a tunnel as vpn_tunnel_info returns it, with no weak value except these."""
    found = {**copy.deepcopy(STRONG), "vpn_conn_name": name, "vpn_conn_id": f"vpnconn-{name}"}
    for option, value in changes.items():
        found["ike_config" if option.startswith("ike") else "ipsec_config"][option] = value
    return found


def test_every_value_of_the_api_has_one_verdict():
    words = [pair for pair in VERDICTS if pair[0] in CHOICES]
    assert sorted(words) == sorted(PAIRS) and len(VERDICTS) == sum(len(row.options) for row in ROWS)


@pytest.mark.parametrize(("option", "value"), PAIRS)
def test_verdict_of_the_table_is_that_of_the_modules(option, value):
    group, _dot, name = option.partition(".")
    found = find_weaknesses({group: {name: value}})
    expected = VERDICTS[option, value]
    assert found == ([] if expected == CURRENT else [(option, value, expected)])


def test_verdict_of_numbers_and_keys_is_that_of_the_modules():
    weak = find_weaknesses({"ipsec_config": {"ipsec_lifetime": 28801}, "secret_key": "ddd22@www"})
    assert [VERDICTS[option, value] for option, value, _verdict in weak] == [verdict for *_pair, verdict in weak]
    assert len(weak) == 2
    assert find_weaknesses({"ipsec_config": {"ipsec_lifetime": 28800}, "secret_key": "a1_" * 5 + "xy"}) == []


def test_every_verdict_quotes_a_sentence_of_a_known_source():
    for row in ROWS:
        assert row.quotes and row.verdict in (CURRENT, DISCOURAGED, BROKEN)
        for quote in row.quotes:
            assert quote.source in SOURCES and quote.place and len(quote.text) > 20
    assert {quote.source for row in ROWS for quote in row.quotes} == set(SOURCES)


BROKEN_WORDS = ("MUST NOT", "shall not", "not NIST-approved", "disallowed")


def test_broken_values_are_those_whose_sources_forbid_them():
    for row in ROWS:
        forbids = any(word in quote.text for quote in row.quotes for word in BROKEN_WORDS)
        # The future downgrade of group24 is announced only.
        assert (row.verdict == BROKEN) == (forbids and row.value != "group24"), row


def test_audit_of_strong_tunnels_is_empty():
    audit = audit_tunnels([tunnel("a"), tunnel("b", ike_mode="aggressive")])
    assert (audit.findings, audit.lines) == ([], [])
    assert audit.summary == {"tunnels": 2, "broken": 0, "discouraged": 0, "unknown": 0, "current": 2}


def test_audit_lists_the_worst_values_first():
    audit = audit_tunnels(
        [
            tunnel("b", ike_auth_alg="sha1"),
            tunnel("c", ike_pfs=None, ipsec_lifetime=86400),
            tunnel("a", ipsec_pfs="group2", ike_version="v1"),
        ],
        short_keys=["vpn-1/b"],
    )
    assert audit.lines == [
        "vpn-1/a: ipsec_config.ipsec_pfs group2 is broken; use group14",
        "vpn-1/a: ike_config.ike_version v1 is discouraged; use v2",
        "vpn-1/b: ike_config.ike_auth_alg sha1 is discouraged; use sha2_256",
        "vpn-1/b: secret_key shorter than 17 characters is discouraged; use 17 characters",
        "vpn-1/c: ipsec_config.ipsec_lifetime above 28800 is discouraged; use up to 28800",
        "vpn-1/c: ike_config.ike_pfs is unknown, because the cloud shows no value for it that the API documents",
    ]
    assert audit.summary == {"tunnels": 3, "broken": 1, "discouraged": 2, "unknown": 0, "current": 0}
    assert audit.findings[0]._asdict() == {
        "vpn_id": "vpn-1", "name": "a", "vpn_conn_id": "vpnconn-a", "option": "ipsec_config.ipsec_pfs",
        "value": "group2", "verdict": "broken", "instead": "group14",
    }  # fmt: skip


@pytest.mark.parametrize("shown", [{"ike_config": None}, {"ike_config": {}}, {"ike_config": "x"}])
def test_audit_of_a_tunnel_without_its_values_says_that_they_are_unknown(shown):
    audit = audit_tunnels([{**tunnel(), **shown}])
    assert {finding.option for finding in audit.findings} == {
        option for option, _value in VERDICTS if "ike_config" in option
    }
    assert {finding.verdict for finding in audit.findings} == {"unknown"} and audit.summary["unknown"] == 1


@pytest.mark.parametrize(
    ("device", "option", "value", "instead"),
    [
        ("libreswan", "ike_pfs", "group2", "group14, on Libreswan modp2048"),
        ("routeros", "ipsec_enc_alg", "3des", "aes256, on MikroTik (RouterOS) aes-256-cbc"),
        ("juniper", "ike_pfs", "group2", "group14 (its name on Juniper SRX is not known)"),
        ("hillstone", "ike_version", "v1", "another device, because Hillstone does not support v2"),
        ("fortios", "ipsec_lifetime", 86400, "up to 28800"),
        ("sangfor", "ike_auth_alg", "md5", "sha2_256 (its name on Sangfor is not known)"),
    ],
)
def test_audit_gives_what_to_use_in_the_words_of_the_device(device, option, value, instead):
    (finding,) = audit_tunnels([tunnel(**{option: value})], device).findings
    assert finding.instead == instead


@pytest.mark.parametrize("device", DEVICES)
def test_audit_knows_every_device(device):
    weak = tunnel(ike_version="v1", ike_mode="aggressive", ike_enc_alg="3des", ike_auth_alg="md5", ipsec_pfs="disabled")
    assert all(finding.instead for finding in audit_tunnels([weak], device).findings)
