# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook audit_tunnels shows weak values and fails by its policy; minimum_security refuses before any request."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from api_example import BODY, SECRET_KEY, entry, options
from emulator_process import EmulatorProcess
from playbook_runner import run_playbook

HERE, THERE = "vpn-119bd69b", "vpn-00000001"
LONG_KEY = "kT4#vNq8(mZ2_wR7x"
STRONG = {
    "secretKey": LONG_KEY,
    "ikeConfig": {**BODY["ikeConfig"], "ikeVersion": "v2", "ikeAuthAlg": "sha2_256", "ikePfs": "group14"},
    "ipsecConfig": {**BODY["ipsecConfig"], "ipsecAuthAlg": "sha2_256", "ipsecPfs": "group14"},
}


@pytest.fixture(scope="module")
def process():
    with EmulatorProcess("--gateway", HERE, "--gateway", THERE) as process:
        yield process


@pytest.fixture
def audit(process, tmp_path):
    """Return a function that audits a weak tunnel here, a discouraged one there, and strong ones."""
    process.reset()
    process.plant(entry("weak"), entry("strong", **STRONG))
    old = {"ikeConfig": {**STRONG["ikeConfig"], "ikeVersion": "v1"}}
    process.plant(entry("{{ 7 * 7 }}", **{**STRONG, **old}, vpnConnId="vpnconn-3"), vpn_id=THERE)
    hosts = {"hubs": {"hosts": {name: {"vpn_id": name} for name in (HERE, THERE)}}}
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump(hosts))

    def run(**variables):
        (tmp_path / "vars.json").write_text(json.dumps(variables))
        arguments = ["-i", tmp_path / "hosts.yml", "-e", f"@{tmp_path}/vars.json"]
        done = run_playbook("baiducloud.network.audit_tunnels", *arguments, environment=process.environment)
        assert SECRET_KEY not in done.output and LONG_KEY not in done.output
        assert {request["method"] for request in process.requests()} <= {"GET"}
        return done, " ".join(done.output.split())

    return run


def test_audit_of_an_inventory_shows_each_gateway_and_fails_where_a_value_is_broken(audit):
    done, output = audit(gateways="hubs", device="libreswan")
    assert done.status != 0
    assert f"{HERE}/weak: ike_config.ike_pfs group2 is broken; use group14, on Libreswan modp2048" in output
    assert (
        f"{THERE}/{{{{ 7 * 7 }}}}: ike_config.ike_version v1 is discouraged; use v2, on Libreswan ikev2=yes" in output
    )
    assert "strong" not in output
    assert (
        "fail_on: broken refuses 2 values; the worst value of 1 of 2 tunnels is broken, that of 0 discouraged" in output
    )
    assert [re.search(rf"{name} : .*?failed=(\d)", output)[1] for name in (HERE, THERE)] == ["1", "0"]


@pytest.mark.parametrize(("policy", "status"), [("none", 0), ("broken", 0), ("discouraged", 2)])
def test_audit_policy_decides_whether_discouraged_values_fail(audit, policy, status):
    done, output = audit(vpn_id=THERE, fail_on=policy)
    assert done.status == status and "is discouraged" in output, output


def test_audit_finds_short_keys_without_showing_them(audit):
    _done, output = audit(vpn_id=[HERE, THERE], fail_on="none", check_keys=True)
    assert f"{HERE}/weak: secret_key shorter than 17 characters is discouraged; use 17 characters" in output
    assert output.count("secret_key") == 1


def test_audit_refuses_an_unknown_device_and_policy(audit, process):
    done, output = audit(vpn_id=HERE, fail_on="weak", device="enigma")
    assert done.status != 0 and "fail_on: " in output and "device: " in output and process.requests() == []


@pytest.mark.parametrize("is_in_process", [True, False])
def test_minimum_security_refuses_before_any_request_and_warns_without_it(process, is_in_process):
    process.reset()
    many = {"vpn_id": HERE, "tunnels": [options(), options(vpn_conn_name="b", remote_subnets=["10.1.0.0/16"])]}
    tasks = [
        {"baiducloud.network.vpn_tunnel": options(minimum_security="current"), "ignore_errors": True},
        {"baiducloud.network.vpn_tunnels": {**many, "minimum_security": "discouraged"}, "ignore_errors": True},
        {"baiducloud.network.vpn_tunnels": many, "check_mode": True},
    ]
    tasks = [{**task, "vars": {"baiducloud_in_process": is_in_process}} for task in tasks]
    done = run_playbook(tasks, environment=process.environment)
    one, refused, warned = done.results
    assert (
        one["failed"] and one["error"]["code"] == "InvalidOption" and one["msg"].startswith("minimum_security: current")
    )
    assert "group2 (broken) in tunnels[0], tunnels[1]" in refused["msg"] and "sha1" not in refused["msg"]
    assert len(warned["warnings"]) == 1 and "none accepts these weak values" in warned["warnings"][0]
    assert {request["method"] for request in process.requests()} == {"GET"}  # of the last task
