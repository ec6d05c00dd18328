# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of peer_sheet: what is on it, in each language and format, and what is escaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.baiducloud.network.plugins.filter.vpn_peer import FilterModule
from ansible_collections.baiducloud.network.plugins.plugin_utils._peer import sheet, sheet_formats, sheet_texts
from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.device_table import DEVICES
from api_example import SECRET_KEY, options
from peer_examples import EIP, all_combinations
from playbook_runner import ROOT

FILTERS = FilterModule().filters()
TUNNEL = options(
    ike_config__ike_pfs="group24",
    ipsec_config__ipsec_pfs="group14",
    ike_config__ike_life_time=28800,
    remote_subnets=["192.168.100.0/24", "10.9.0.0/16"],
)


def page_of(tunnel=TUNNEL, secret_key=SECRET_KEY, described=None, **more):
    return FILTERS["peer_sheet"]({}, FILTERS["vpn_peer"]({}, tunnel, EIP, secret_key, **described or {}), **more)


class Text(HTMLParser):
    """The text of a document, and its tags."""

    def __init__(self, document):
        super().__init__()
        self.open, self.tags, self.words = [], set(), []
        self.feed(document)
        assert self.open == [], "tags are not closed"

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.words.append(data)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("format", ["markdown", "html"])
def test_page_has_every_value_in_names_of_every_vendor(format, language):
    page = page_of(format=format, language=language)
    values = ["10.107.245.188", EIP, "192.168.100.0/24", "10.9.0.0/16", "192.168.0.0/20", "IKEv1", "28800"]
    values += [
        "AES-128 (CBC)",
        "SHA-1",
        "DH 24 = group24 = modp2048s256",
        "DH 14 = group14 = modp2048",
        "UDP 4500",
        "1360",
    ]
    plain = "".join(Text(page).words) if format == "html" else page
    assert all(value in plain for value in values), plain
    assert SECRET_KEY not in page and "%(" not in page
    assert sheet_texts.TEXTS[language]["untried"] in plain


def test_page_has_the_words_of_the_vendor_and_what_is_unsupported():
    page = page_of(vendor="fortios")
    assert "| Diffie-Hellman group | DH 24 = group24 = modp2048s256 | ✗ |" in page
    assert "| Perfect forward secrecy | DH 14 = group14 = modp2048 | `14` |" in page
    assert "ike\\_pfs: group24. Change the tunnel at both ends to: group2, group5, group14" in page
    assert "schema of fortinet.fortios" in page and "15 characters" in page
    other = page_of(vendor="other")
    assert "✗" not in other and "any vendor" in other and "Sources" not in other and "support" not in other
    assert "No source is known for Sangfor, so this page cannot name what" in page_of(vendor="sangfor")
    assert "ike\\_version: v2" in page_of(options(ike_config__ike_version="v2"), vendor="hillstone")


def test_page_marks_a_value_that_only_its_combination_makes_unsupported():
    """With IKEv2 Libreswan has no other group for ESP than that of IKE; FortiOS has limits of the life times."""
    tunnel = options(ike_config__ike_version="v2", ike_config__ike_pfs="group5", ipsec_config__ipsec_pfs="group14")
    page = page_of(tunnel, vendor="libreswan")
    assert "| Perfect forward secrecy | DH 14 = group14 = modp2048 | ✗ |" in page
    assert "ended at the first rekeying" in page.partition("## Sources")[2]
    page = page_of(dict(tunnel, ipsec_config=dict(tunnel["ipsec_config"], ipsec_pfs="group5")), vendor="libreswan")
    assert "✗" not in page and "rekeying" not in page
    page = page_of(options(ike_config__ike_life_time=60, ipsec_config__ipsec_lifetime=180), vendor="fortios")
    assert "| Life time | 60 seconds | ✗ |" in page and "| Life time | 180 seconds | `180` |" in page
    assert "docs.fortinet.com" in page.partition("## Sources")[2]


@pytest.mark.parametrize("vendor", sheet.VENDORS)
def test_page_is_made_of_each_combination_for_each_vendor(vendor):
    for number, tunnel in enumerate(all_combinations()):
        if number % 11 == 0:
            assert Text(page_of(tunnel, vendor=vendor, format="html", language="zh"))


def test_chinese_page_has_no_english_sentence_about_unsupported_values():
    another = options(ike_config__ike_version="v2", ike_config__ike_pfs="group5", ipsec_config__ipsec_pfs="group14")
    page = page_of(another, vendor="libreswan", language="zh")
    assert "请将两端改为：group5（即 ike\\_pfs 的组）或 disabled" in page and "ESP，隧道模式" in page
    short = options(ike_config__ike_life_time=60)
    assert "请将两端改为：120 至 172800（秒）" in page_of(short, vendor="fortios", language="zh")


def test_page_shows_the_key_only_if_asked():
    for format in ("markdown", "html"):
        assert SECRET_KEY not in page_of(format=format)
        assert SECRET_KEY in page_of(format=format, show_key=True)
        assert SECRET_KEY in page_of(format=format, show_key="yes")
    assert "`ab_c*d#1`" in page_of(secret_key="ab_c*d#1", show_key=True), "it can be copied"
    assert page_of(secret_key=None)
    with pytest.raises(AnsibleFilterError, match="secret_key: is needed"):
        page_of(secret_key=None, show_key=True)


def test_page_escapes_values_for_its_format():
    identity = "<b>a|b & `c` 'd'"
    described = {"peer_id": identity, "peer_address": "%any"}
    page = page_of(described=described)
    row = next(line for line in page.splitlines() if "local ID" in line)
    assert row.endswith(r"\<b\>a\|b \& \`c\` 'd' |") and "behind NAT" in page
    document = page_of(described=described, format="html")
    assert identity in "".join(Text(document).words) and "b" not in Text(document).tags
    assert "&lt;b&gt;a|b &amp; `c` &#x27;d&#x27;" in document


def test_formats_escape_line_breaks_quotes_and_unicode():
    texts = ['a\nb "c" | 隧道 \u2028# d', "e\\f"]
    built = sheet_formats.Sheet(texts[0], texts, [sheet_formats.Section(texts[0], ["x"], [(texts[0],)], texts)])
    built.sections[0].rows.append((sheet_formats.Value(texts[0]),))
    lines = sheet_formats.to_markdown(built, "en").splitlines()
    escaped = r'a b "c" \| 隧道 \# d'
    assert lines[0] == "# " + escaped and "e\\\\f" in lines and lines.count(f"| {escaped} |") == 2
    parsed = Text(sheet_formats.to_html(built, "en"))
    assert parsed.words.count(texts[0]) == 7


def test_languages_have_the_same_texts_and_placeholders():
    def placeholders(language):
        return {name: set(re.findall(r"%\(\w+\)", text)) for name, text in sheet_texts.TEXTS[language].items()}

    assert placeholders("en") == placeholders("zh")
    advice = {name for device in DEVICES.values() for name in device.advice}
    assert advice <= sheet_texts.TEXTS["en"].keys()


@pytest.mark.parametrize(
    "more, sentence",
    [
        ({"vendor": "acme"}, "vendor: must be strongswan, .* or other, got 'acme'"),
        ({"format": "pdf"}, "format: must be markdown or html"),
        ({"language": ""}, "language: must be en or zh"),
        ({"show_key": "maybe"}, "show_key: must be true or false"),
        ({"show_key": ["true"]}, "show_key: must be true or false, got of type list"),
        ({"vendor": "x", "format": "y", "secret_key": "short"}, "vendor: .*format: "),
    ],
)
def test_invalid_value_reports_its_option(more, sentence):
    described = FILTERS["vpn_peer"]({}, TUNNEL, EIP)
    more.pop("secret_key", None)
    with pytest.raises(AnsibleFilterError, match=sentence):
        FILTERS["peer_sheet"]({}, described, **more)


def test_documentation_and_playbook_name_all_vendors_formats_and_languages():
    page = yaml.safe_load((ROOT / "plugins/filter/peer_sheet.yml").read_text(encoding="utf-8"))
    documented = page["DOCUMENTATION"]["options"]
    specs = yaml.safe_load((ROOT / "playbooks/vars/argument_specs.yml").read_text(encoding="utf-8"))
    playbook = specs["argument_specs"]["peer_sheet"]["options"]
    for option, variable, values in (
        ("vendor", "vendor", sheet.VENDORS),
        ("format", "sheet_format", sheet_formats.FORMATS),
        ("language", "sheet_language", sheet_texts.TEXTS),
    ):
        assert documented[option]["choices"] == playbook[variable]["choices"] == list(values)
