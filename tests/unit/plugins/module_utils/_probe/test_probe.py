# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the API probe, its own objects, and what its report never shows."""

from __future__ import annotations

import ipaddress
import re

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._probe import marks
from ansible_collections.baiducloud.network.plugins.module_utils._probe.dialects import (
    DIALECTS,
    LIMIT,
    NONE,
    OTHERS,
    PURGE,
    STOP,
)
from ansible_collections.baiducloud.network.plugins.module_utils._probe.facts import QUESTIONS
from ansible_collections.baiducloud.network.plugins.module_utils._probe.messages import MESSAGES
from ansible_collections.baiducloud.network.plugins.module_utils._probe.report import Placeholders
from emulator import customer_gateways, dialects, tunnels, validation
from playbook_runner import ROOT

DOCUMENTATION_NETS = [ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
PAGE = (ROOT / "docs/first-run.md").read_text(encoding="utf-8")
NAME = "Branch-Berlin/north.1_"


def test_dialects_of_the_probe_are_those_of_the_emulator_that_a_client_sees():
    visible = (dialects.READ, dialects.WRITE)
    seen = {dialect.name: dialect.visible for dialect in dialects.TABLE if dialect.visible in visible}
    assert {dialect.name: dialect.needs for dialect in DIALECTS} == seen


def test_dialects_have_one_observed_value_each_and_advice_where_they_have_an_effect():
    rows = DIALECTS + OTHERS
    assert {row.question for row in rows} <= {question.key for question in QUESTIONS}
    assert len({(row.question, row.value) for row in rows}) == len(rows)
    assert all((row.advice is None) == (row.effect == NONE) for row in rows)
    usual = {question.key: question.assumed for question in QUESTIONS}
    assert not [row for row in rows if row.value == usual[row.question]]


def test_page_lists_every_dialect_with_an_effect():
    words = {STOP: "do not write", PURGE: "do not purge", LIMIT: "limited"}
    expected = {row.name: words[row.effect] for row in DIALECTS if row.effect != NONE}
    rows = re.findall(rf"^\| ({'|'.join(words.values())}) \| (`.+`) \|$", PAGE, re.MULTILINE)
    assert {name: effect for effect, names in rows for name in re.findall("`([a-z0-9-]+)`", names)} == expected


def test_page_explains_every_verdict():
    beginnings = re.findall(r"^\| `([A-Z][^`]+)` \|", PAGE, re.MULTILINE)
    verdicts = [text for text in MESSAGES.values() if text[0].isupper()]
    assert len(verdicts) == 6
    for verdict in verdicts:
        assert any(verdict.startswith(beginning) for beginning in beginnings), verdict


@pytest.mark.parametrize("vpn_id", ["vpn-119bd69b", "vpn-0", "v" * 60])
def test_own_objects_keep_the_rules_of_the_api(vpn_id):
    own = marks.marks_of(vpn_id, "bad522c2126a4618a8125f4b6cf6356f")
    for number in range(8):
        body = dict(own.tunnel(number), vpnId=vpn_id)
        tunnels.tunnel_fields(body, "intl", True, validation.WriteRules())
        subnets = body["localSubnets"] + body["remoteSubnets"] + marks.OTHER_LOCAL_SUBNETS
        for address in [*subnets, body["remoteIp"], marks.OTHER_PEER]:
            assert any(ipaddress.ip_network(address).subnet_of(net) for net in DOCUMENTATION_NETS)
    customer_gateways.customer_gateway_fields(own.customer_gateway(), False)
    assert marks.is_full_key(own.key.reveal())


def test_own_objects_of_a_gateway_are_the_same_in_every_run_and_of_no_other_account():
    own = marks.marks_of("vpn-1", "secret-1")
    assert own == marks.marks_of("vpn-1", "secret-1")
    assert own.name != marks.marks_of("vpn-2", "secret-1").name
    assert own.key != marks.marks_of("vpn-1", "secret-2").key


@pytest.mark.parametrize(
    ("shown", "difference"),
    [
        (NAME, "as written"),
        (None, "missing"),
        ("", "missing"),
        (NAME.upper(), "in another case"),
        (NAME.lower(), "in another case"),
        (NAME.rstrip("_"), "trimmed"),
        (NAME[:20], "cut"),
        (NAME[:20] + "...", "cut, with ..."),
        ("Branch%2DBerlin%2Fnorth%2E1%5F", "escaped as %XX"),
        ("Branch&#45;Berlin&#47;north&#46;1&#95;", "escaped as &#N;"),
        ("vpnconn-1", "the id in its place"),
        ("conn12345678", "unrelated"),
        (17, "unrelated"),
    ],
)
def test_a_shown_text_is_compared_with_the_written_one(shown, difference):
    assert marks.describe_difference(shown, NAME, "vpnconn-1") == difference


def test_placeholders_hide_what_names_an_account_and_stay_the_same():
    texts = {
        "address": ["10.107.245.188", "192.168.0.0/20", "192.168.0.0/255.255.240.0", "2001:db8:0:1::1"],
        "id": ["vpn-119bd69b", "vpnconn-ku4cxya6nisq", "cgw-b036571edc5d"],
        "text": ["0b0f67dfb88244b289b72b142befad0c", "1849ef6b-f73c-4f5d-b88b-259ca47af849"],
    }
    placeholders = Placeholders()
    for kind, values in texts.items():
        for value in values:
            shown, again = (placeholders.apply([f"user {value} said"])[0] for _time in range(2))
            assert value not in shown and shown == again and f" {kind}-" in shown
    assert len({placeholders.apply(value) for values in texts.values() for value in values}) == 9


@pytest.mark.parametrize("word", ["active at 2.0 s", "404 NoSuchObject", "VpnConnNameAlreadyExist", "28800s", "UTC+8"])
def test_placeholders_keep_the_words_of_the_api(word):
    assert Placeholders().apply({"detail": word}) == {"detail": word}
