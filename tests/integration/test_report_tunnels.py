# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook report_tunnels writes files, and compares with a list; Prometheus accepts the metrics and the alerts."""

from __future__ import annotations

import csv
import json
import os
import subprocess

import pytest
import yaml

from api_example import SECRET_KEY, entry, options
from emulator_process import EmulatorProcess
from playbook_runner import ROOT, run_playbook
from promtool import PromtoolUnavailableError, locate_promtool

HERE, THERE = "vpn-119bd69b", "vpn-00000001"
RULES = ROOT / "extensions/prometheus/vpn_tunnels.rules.yml"


@pytest.fixture(scope="module")
def process():
    with EmulatorProcess("--gateway", HERE, "--gateway", THERE) as process:
        yield process


@pytest.fixture
def cloud(process):
    """Return an emulator with tunnels that are up, down and different from the list."""
    process.reset()
    up = {"status": "active", "healthStatus": "reachable"}
    process.plant(
        entry("same", **up),
        entry("down", remoteSubnets=["10.1.0.0/16"], healthStatus="unreachable", status="{{ 7 * 7 }}"),
    )
    process.plant(entry("=unlisted", vpnConnId="vpnconn-3", **up, description=f"key: {SECRET_KEY}"), vpn_id=THERE)
    return process


@pytest.fixture
def report(cloud, tmp_path):
    """Return a function that writes a report with a list of tunnels; it returns the result of the run."""
    hosts = {name: {"vpn_id": name, "tunnels": ["of the inventory"]} for name in (HERE, THERE)}
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"hubs": {"hosts": hosts}}))

    def write(*arguments, items=None, **variables):
        lists = {} if items is None else {"vpn_tunnels": items}
        (tmp_path / "list.yml").write_text(json.dumps({**lists, **variables, "output": "reports"}))
        environment = {**cloud.environment, "PWD": str(tmp_path)}
        run = ["-i", "hosts.yml", "-e", "@list.yml", *arguments]
        done = run_playbook("baiducloud.network.report_tunnels", *run, environment=environment, cwd=tmp_path)
        assert SECRET_KEY not in done.output
        return done

    return write


def test_report_of_an_inventory_compares_each_gateway_with_its_part_of_the_list(report, cloud, tmp_path):
    items = [
        options(vpn_conn_name="same"),
        options(vpn_conn_name="missing"),
        options(vpn_id=THERE, vpn_conn_name="new"),
    ]
    items.append(options(vpn_conn_name="down", remote_subnets=["10.9.0.0/16"]))
    done = report(items=items, gateways="hubs")
    assert done.status == 0, done.output
    folder = tmp_path / "reports"
    assert sorted(os.listdir(folder)) == [f"vpn_tunnels.{suffix}" for suffix in ("csv", "html", "json", "prom")]
    content = json.loads((folder / "vpn_tunnels.json").read_text())
    assert {(row["vpn_id"], row["name"]): row["drift"] for row in content["tunnels"]} == {
        (HERE, "same"): "same", (HERE, "missing"): "missing", (HERE, "down"): "changed",
        (THERE, "new"): "missing", (THERE, "=unlisted"): "unlisted",
    }  # fmt: skip
    assert content["summary"] == {"tunnels": 5, "up": 2, "down": 3, "drifted": 4}
    assert {row["name"]: row["status"] for row in content["tunnels"]}["down"] == "{{ 7 * 7 }}"
    rows = list(csv.DictReader((folder / "vpn_tunnels.csv").read_text().splitlines()))
    assert {row["name"]: row["changed_fields"] for row in rows}["down"] == "remote_subnets"
    assert "'=unlisted" in {row["name"] for row in rows}
    assert all(SECRET_KEY not in path.read_text() for path in folder.iterdir())
    assert {request["method"] for request in cloud.requests()} == {"GET"}


def test_report_in_check_mode_writes_nothing(report, tmp_path):
    done = report("--check", vpn_id=HERE, formats="html,json")
    assert done.status == 0 and not (tmp_path / "reports").exists(), done.output
    assert [result["item"] for result in done.named["Write the files"]["results"]] == ["html", "json"]


def test_report_is_not_written_if_a_gateway_cannot_be_read(report, cloud, tmp_path):
    refused = {"match": {"path_regex": THERE}, "fault": "status", "status": 403, "code": "AccessDenied", "times": -1}
    cloud.faults(refused)
    done = report(gateways="hubs")
    assert f"no report is written, because {THERE} could not be read" in done.output, done.output
    assert not (tmp_path / "reports").exists()


@pytest.fixture(scope="module")
def promtool():
    """Return a function that runs promtool; skip where there is none."""
    try:
        program = locate_promtool()
    except PromtoolUnavailableError as error:
        pytest.skip(str(error))
    return lambda *arguments, **options: subprocess.run(
        [program, *map(str, arguments)], check=False, capture_output=True, text=True, timeout=60, **options
    )


@pytest.mark.lab
def test_prometheus_accepts_the_metrics_of_a_report(report, tmp_path, promtool):
    report(items=[options(vpn_conn_name="missing")], vpn_id=HERE, formats=["prometheus"])
    metrics = (tmp_path / "reports/vpn_tunnels.prom").read_text()
    done = promtool("check", "metrics", input=metrics)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert promtool("check", "metrics", input=metrics + metrics).returncode != 0


def series(name, values, **labels):
    shown = ",".join(f'{label}="{value}"' for label, value in labels.items())
    return {"series": f"baiducloud_vpn_{name}{{{shown}}}" if labels else f"baiducloud_vpn_{name}", "values": values}


LABELS = {"vpn_id": HERE, "tunnel": "berlin"}
# input series, the minute, and the alerts that fire then.
ALERTS = [
    ([series("tunnel_up", "1x9 0x20", **LABELS)], 19, []),
    ([series("tunnel_up", "1x9 0x20", **LABELS)], 21, ["VpnTunnelDown"]),
    ([series("tunnel_up", "0x15 1x20", **LABELS)], 20, []),
    ([series("tunnel_drifted", "1x60", **LABELS)], 29, []),
    ([series("tunnel_drifted", "1x60", **LABELS)], 31, ["VpnTunnelDrifted"]),
    ([series("tunnel_drifted", "0x60", **LABELS)], 60, []),
    ([series("report_timestamp_seconds", "0x60")], 29, []),
    ([series("report_timestamp_seconds", "0x60")], 31, ["VpnReportOld"]),
    ([], 31, ["VpnReportMissing"]),
]


EXPECTED = {
    name: {"exp_labels": labels, "exp_annotations": {"summary": summary}}
    for name, labels, summary in (
        (
            "VpnTunnelDown",
            {**LABELS, "severity": "critical"},
            f"VPN tunnel berlin of gateway {HERE} does not reach its peer",
        ),
        (
            "VpnTunnelDrifted",
            {**LABELS, "severity": "warning"},
            f"VPN tunnel berlin of gateway {HERE} differs from the list",
        ),
        (
            "VpnReportOld",
            {"severity": "warning"},
            "The report of VPN tunnels is older than 30 minutes, so the other alerts do not work",
        ),
        ("VpnReportMissing", {"severity": "warning"}, "The report of VPN tunnels is missing"),
    )
}


@pytest.mark.lab
def test_alerts_fire_when_they_should_and_only_then(tmp_path, promtool):
    names = [rule["alert"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    assert {name for _series, _minute, fired in ALERTS for name in fired} == set(names)
    tests = []
    for given, minute, fired in ALERTS:
        is_report_due = not any("report" in each["series"] for each in given) and fired != ["VpnReportMissing"]
        due = [series("report_timestamp_seconds", "0+60x90")] if is_report_due else []
        expected = [
            {"alertname": name, "eval_time": f"{minute}m", "exp_alerts": [EXPECTED[name]] if name in fired else []}
            for name in names
        ]
        tests.append({"interval": "1m", "input_series": given + due, "alert_rule_test": expected})
    content = {"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}
    (tmp_path / "tests.yml").write_text(yaml.safe_dump(content))
    assert promtool("check", "rules", RULES).returncode == 0
    done = promtool("test", "rules", tmp_path / "tests.yml")
    assert done.returncode == 0, done.stdout + done.stderr
