# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of tunnels: health and drift, and texts of the cloud that no format interprets."""

from __future__ import annotations

import csv
import html.parser
import io
import json

import pytest

from ansible_collections.baiducloud.network.plugins.plugin_utils._tunnel_report import report_tunnels

TIME = "2026-11-27T10:00:00Z"


def tunnel(name, health="reachable", **changes):
    """Return a tunnel as vpn_tunnel_info returns it."""
    return {
        "vpn_id": "vpn-1",
        "vpn_conn_id": f"vpnconn-{name}",
        "vpn_conn_name": name,
        "remote_ip": "203.0.113.10",
        "cgw_id": None,
        "local_subnets": ["192.168.0.0/20"],
        "remote_subnets": ["10.1.0.0/16", "10.2.0.0/16"],
        "status": "active",
        "health_status": health,
        **changes,
    }


def planned(name, action, vpn_conn_id="", **changes):
    """Return an entry of the result of vpn_tunnels."""
    ids = {"vpn_id": "vpn-1", "vpn_conn_id": vpn_conn_id or f"vpnconn-{name}"}
    return {**ids, "name": name, "action": action, "secret_key_changed": False, "error": None, **changes}


def files(tunnels, checked=None):
    return {name: text for name, (_file, text) in report_tunnels(tunnels, checked, TIME).files.items()}


def test_drift_of_each_kind_is_reported_and_problems_come_first():
    before = {"remote_ip": "203.0.113.10", "ike_config": {"ike_version": "v1", "ike_pfs": "group2"}}
    after = {"remote_ip": "203.0.113.10", "ike_config": {"ike_version": "v2", "ike_pfs": "group2"}}
    checked = {
        "tunnels": [
            planned("same", "nothing"),
            planned("changed", "update", secret_key_changed=True),
            planned("missing", "create", vpn_conn_id="check-mode-new"),
            planned("surplus", "delete"),
            planned("failed", None, error={"code": "Duplicate"}),
            planned("other", "nothing", vpn_id="vpn-2"),
        ],
        "diff": [{"before_header": "vpn-1/changed", "after_header": "vpn-1/changed", "before": before, "after": after}],
    }
    tunnels = [tunnel(name) for name in ("same", "changed", "surplus", "failed", "unlisted")]
    report = report_tunnels([*tunnels, tunnel("down", "unreachable")], checked, TIME)
    found = {row["name"]: (row["drift"], row["changed_fields"]) for row in report.tunnels}
    assert found == {
        "same": ("same", []),
        "changed": ("changed", ["ike_config.ike_version", "secret_key"]),
        "missing": ("missing", []),
        "surplus": ("surplus", []),
        "failed": ("unknown", []),
        "unlisted": ("unlisted", []),
        "down": ("unlisted", []),
    }
    assert report.tunnels[-1]["name"] == "same"
    assert report.summary == {"tunnels": 7, "up": 5, "down": 2, "drifted": 6}


def test_report_without_a_list_has_no_drift():
    report = report_tunnels([tunnel("a"), tunnel("b", None)], None, TIME)
    assert [(row["name"], row["is_up"], row["drift"]) for row in report.tunnels] == [
        ("b", False, None),
        ("a", True, None),
    ]
    assert "drifted" not in report.files["prometheus"][1] and "not as in the list" not in report.files["html"][1]


def test_json_has_everything():
    content = json.loads(files([tunnel("é")])["json"])
    assert content["generated"] == TIME and content["tunnels"][0]["name"] == "é"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\ufeff=1", "|calc"])
def test_csv_cell_of_the_cloud_is_never_a_formula(text):
    rows = list(csv.reader(io.StringIO(files([tunnel("a", status=text, vpn_conn_name=text)])["csv"])))
    values = dict(zip(rows[0], rows[1]))
    assert values["status"] == values["name"] == "'" + text and values["remote_subnets"] == "10.1.0.0/16 10.2.0.0/16"


def test_csv_cell_with_separators_stays_one_cell():
    rows = list(csv.reader(io.StringIO(files([tunnel("a", status='x,"\ny')])["csv"])))
    assert len(rows) == 2 and 'x,"\ny' in rows[1]


class Page(html.parser.HTMLParser):
    """The tags and the texts of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, sorted(name for name, _value in attrs)))

    def handle_data(self, data):
        self.texts.append(data)


def test_html_shows_texts_of_the_cloud_as_texts():
    attack = "<script>alert('1')</script>\"><img src=x onerror=y>&amp;"
    checked = {"tunnels": [planned(attack, "create", vpn_conn_id="x")], "diff": []}
    fields = dict.fromkeys(("vpn_id", "vpn_conn_name", "remote_ip", "status", "health_status"), attack)
    page = Page(files([tunnel("a", **fields, local_subnets=[attack], remote_subnets=[attack])], checked)["html"])
    harmless = Page(files([tunnel("a")], checked | {"tunnels": [planned("b", "create", vpn_conn_id="x")]})["html"])
    assert page.tags == harmless.tags and "".join(page.texts).count(attack) == 8


def test_html_page_needs_no_other_file_and_says_what_is_wrong_in_its_title():
    text = files([tunnel("a", "unreachable"), tunnel("b")])["html"]
    assert "<title>VPN tunnels: 1 down</title>" in text and "2026-11-27 10:00:00 (UTC)" in text
    assert not [word for word in ("src=", "href=", "url(", "@import", "<script") if word in text]
    assert "<title>VPN tunnels: all in order</title>" in files([tunnel("b")])["html"]
    assert "No tunnels were found." in files([])["html"]


def test_metrics_have_one_series_for_each_name_with_escaped_labels():
    twins = [tunnel("twin", vpn_conn_id="1"), tunnel("twin", "unreachable", vpn_conn_id="2")]
    lines = files([*twins, tunnel('a"\\\n', status="error")])["prometheus"].splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert values == {
        'baiducloud_vpn_tunnel_up{vpn_id="vpn-1",tunnel="twin"}': "0",
        'baiducloud_vpn_tunnel_up{vpn_id="vpn-1",tunnel="a\\"\\\\\\n"}': "1",
        'baiducloud_vpn_tunnel_active{vpn_id="vpn-1",tunnel="twin"}': "1",
        'baiducloud_vpn_tunnel_active{vpn_id="vpn-1",tunnel="a\\"\\\\\\n"}': "0",
        "baiducloud_vpn_report_timestamp_seconds": "1795773600",
    }


def test_metrics_of_a_list_tell_drifted_tunnels_from_others():
    checked = {"tunnels": [planned("a", "nothing"), planned("new", "create", vpn_conn_id="x")], "diff": []}
    text = files([tunnel("a")], checked)["prometheus"]
    assert 'baiducloud_vpn_tunnel_drifted{vpn_id="vpn-1",tunnel="a"} 0' in text
    assert 'baiducloud_vpn_tunnel_drifted{vpn_id="vpn-1",tunnel="new"} 1' in text
    assert 'baiducloud_vpn_tunnel_up{vpn_id="vpn-1",tunnel="new"} 0' in text
