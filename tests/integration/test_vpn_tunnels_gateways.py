# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option `gateways` of vpn_tunnels: one list, of which only the items of some gateways are reconciled."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_tunnels
from api_example import OPTIONS, options
from emulator_process import EmulatorProcess
from playbook_runner import run_playbook
from run_params import run_params

HERE, THERE, UNNAMED = "vpn-119bd69b", "vpn-00000001", "vpn-00000002"
SHARED = {name: OPTIONS[name] for name in ("secret_key", "ike_config", "ipsec_config")}


@pytest.fixture(scope="module")
def process():
    with EmulatorProcess("--gateway", HERE, "--gateways", 2) as process:
        yield process


@pytest.fixture
def cloud(process, monkeypatch):
    """An empty cloud with three gateways."""
    process.reset()
    for name, value in process.environment.items():
        monkeypatch.setenv(name, value)
    return process


def item(number, gateway, **changes):
    subnets = {"remote_subnets": [f"10.{number}.0.0/24"]}
    return {**options(vpn_id=gateway, vpn_conn_name=f"t{number}", **subnets), **changes}


def run(items, check_mode=False, **more):
    result = run_params(vpn_tunnels, {**SHARED, "tunnels": items, **more}, check_mode)
    assert not result.get("failed"), result
    return result


def stored(cloud):
    return sorted((tunnel["vpnId"], tunnel["vpnConnName"]) for tunnel in cloud.tunnels())


def test_gateways_selects_items_and_counts_the_others(cloud):
    items = [item(0, THERE), item(1, HERE), item(2, THERE), item(3, HERE)]
    planned = run(items, check_mode=True, gateways=[HERE])
    done = run(items, gateways=[f" {HERE}"])
    assert planned["totals"] == done["totals"] == {
        "created": 2, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 0, "skipped": 2,
    }  # fmt: skip
    assert [entry["name"] for entry in done["tunnels"]] == ["t1", "t3"]
    assert stored(cloud) == [(HERE, "t1"), (HERE, "t3")]
    assert all(THERE not in request["path"] for request in cloud.requests())
    assert run(items, gateways=[HERE])["changed"] is False
    assert "skipped" not in run(items)["totals"] and len(cloud.tunnels()) == 4


def test_gateways_without_items_sends_no_request(cloud):
    done = run([item(0, THERE)], gateways=[UNNAMED], purge=True)
    assert not done["changed"] and done["tunnels"] == [] and done["totals"]["skipped"] == 1
    assert cloud.requests() == []


def test_gateways_purge_keeps_to_the_selection_and_purge_all_empties_it(cloud):
    run([item(number, gateway) for number, gateway in enumerate((HERE, HERE, THERE, THERE, UNNAMED))])
    items = [item(0, HERE), item(2, THERE)]
    done = run(items, gateways=[HERE, UNNAMED], purge=True)
    assert done["totals"]["deleted"] == 1 and done["totals"]["skipped"] == 1
    assert stored(cloud) == sorted([(HERE, "t0"), (THERE, "t2"), (THERE, "t3"), (UNNAMED, "t4")])
    done = run(items, gateways=[HERE, UNNAMED], purge=True, purge_all=True)
    assert [entry["name"] for entry in done["tunnels"]] == ["t0", "t4"] and done["totals"]["deleted"] == 1
    assert stored(cloud) == sorted([(HERE, "t0"), (THERE, "t2"), (THERE, "t3")])


def test_gateways_errors_name_the_place_in_the_whole_list(cloud):
    lacking = {"vpn_id": HERE, "vpn_conn_name": "new", "secret_key": None}
    result = run_params(vpn_tunnels, {"tunnels": [item(0, THERE), lacking], "gateways": [HERE]})
    assert result["failed"] and "tunnels[1]: " in result["msg"] and cloud.requests("POST") == []


def test_gateways_alias_and_shared_gateway_are_understood_by_the_module(cloud):
    pasted = item(1, HERE)
    pasted["vpnId"] = pasted.pop("vpn_id")
    shared = item(2, None)
    task = {"tunnels": [item(0, THERE), pasted, shared], "vpn_id": HERE, "gateways": [HERE]}
    done = run_playbook([{"name": "Select", "baiducloud.network.vpn_tunnels": task}], environment=cloud.environment)
    assert done.named["Select"]["totals"]["created"] == 2, done.output
    assert done.named["Select"]["totals"]["skipped"] == 1 and stored(cloud) == [(HERE, "t1"), (HERE, "t2")]
