# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module vpn_tunnels: one list per gateway, one plan, one report, each tunnel exactly once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce import retry
from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_tunnel, vpn_tunnels
from api_example import BODY, OPTIONS
from emulator_process import EmulatorProcess
from fake_clock import SkippingClock
from playbook_runner import ANSIBLE_PLAYBOOK, ROOT, as_plays, build_environment, run_playbook
from run_params import run_params

MODULE = "baiducloud.network.vpn_tunnels"
GATEWAYS = 100
SHARED = {name: OPTIONS[name] for name in ("secret_key", "ike_config", "ipsec_config")}
QUICK = {"timeout": 5, "retry_timeout": 20}


@pytest.fixture(scope="module")
def many_gateways():
    with EmulatorProcess("--gateway", "vpn-119bd69b", "--gateways", GATEWAYS) as process:
        yield process


@pytest.fixture
def cloud(many_gateways, monkeypatch):
    """Return an empty emulator with the gateways vpn-119bd69b and vpn-00000001 to vpn-00000100."""
    many_gateways.reset()
    for name, value in many_gateways.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(retry, "BACKOFF_BASE", 0.01)
    return many_gateways


def gateway(number):
    return f"vpn-{number:08d}"


def branch(number, **options):
    """Return one item of the list: a branch with a network of its own."""
    networks = {"local_subnets": ["192.168.0.0/20"], "remote_subnets": [f"10.{number // 250}.{number % 250}.0/24"]}
    return {"vpn_conn_name": f"branch-{number}", "remote_ip": "203.0.113.10", **networks, **options}


def branches(tunnels, gateways=1):
    return [branch(number, vpn_id=gateway(number % gateways + 1)) for number in range(tunnels)]


def test_result_of_vpn_tunnel_info_is_accepted_as_the_list(cloud):
    tunnels = [branch(1, **SHARED, vpn_id=gateway(1)), branch(2, **SHARED, vpn_id=gateway(2), description="two")]
    info = {"baiducloud.network.vpn_tunnel_info": {"vpn_id": [gateway(1), gateway(2)]}, "register": "found"}
    again = {MODULE: {"tunnels": "{{ found.vpn_tunnels }}"}}
    done = run_playbook([{MODULE: {"tunnels": tunnels}}, info, again], environment=cloud.environment)
    assert [result["failed"] for result in done.results] == [False] * 3, done.output
    assert done.results[-1]["totals"]["unchanged"] == 2 and not done.results[-1]["changed"]


def run(items, check_mode=False, progress=None, clock=time, **options):
    params = {**SHARED, **QUICK, "tunnels": items, **options}
    result = run_params(vpn_tunnels, params, check_mode, progress=progress, clock=clock)
    json.dumps(result)  # as Ansible does
    return result


def totals(result, **expected):
    return result["totals"] == dict(dict.fromkeys(result["totals"], 0), **expected)


def stored(cloud):
    """Return (gateway, name) of every stored tunnel, sorted."""
    return sorted((tunnel["vpnId"], tunnel["vpnConnName"]) for tunnel in cloud.tunnels())


def overlaps(result):
    """Return the pairs of tunnels in the warnings about remote networks, as "INNER of A overlaps OUTER of B"."""
    texts = [text for text in result.get("warnings", []) if "overlaps" in text]
    return sorted(text.removeprefix("remote_subnets: ").partition(";")[0] for text in texts)


def test_overlap_with_an_item_or_a_tunnel_of_the_gateway_is_a_warning(cloud):
    """In check mode and on creation, not without a change; tunnels of another gateway and removed ones do not count."""
    there = [branch(1, vpn_conn_name=name, vpn_id=gateway(at)) for name, at in (("old", 1), ("gone", 1), ("other", 2))]
    assert overlaps(run([dict(item, remote_subnets=["172.16.0.0/12"]) for item in there])) == [
        "172.16.0.0/12 of gone overlaps 172.16.0.0/12 of old"
    ]
    items = [
        branch(1, vpn_id=gateway(1), vpn_conn_name="gone", state="absent"),
        branch(2, vpn_id=gateway(1), remote_subnets=["172.16.5.0/24", "10.0.0.0/8"]),
        branch(3, vpn_id=gateway(1)),
    ]
    expected = [
        "10.0.3.0/24 of branch-3 overlaps 10.0.0.0/8 of branch-2",
        "172.16.5.0/24 of branch-2 overlaps 172.16.0.0/12 of old",
    ]
    lists = len(cloud.requests("GET"))
    for check_mode, warnings in ((True, expected), (False, expected), (False, [])):
        result = run(items, check_mode)
        assert overlaps(result) == warnings and not result.get("failed")
    assert not result["changed"] and len(cloud.requests("GET")) - lists == 4, "one list each, and one after creations"
    moved = branch(2, vpn_id=gateway(1), remote_subnets=["172.16.5.0/24", "10.0.0.0/9"])
    assert overlaps(run([moved], True)) == ["10.0.3.0/24 of branch-3 overlaps 10.0.0.0/9 of branch-2"]
    purged = run([moved], True, purge=True)
    assert purged["changed"] and overlaps(purged) == []


def test_overlap_of_a_single_tunnel_is_a_warning(cloud):
    run([branch(1, vpn_id=gateway(1), remote_subnets=["10.0.0.0/8"])])
    options = {**SHARED, **QUICK, **branch(2, vpn_id=gateway(1))}
    expected = ["10.0.2.0/24 of branch-2 overlaps 10.0.0.0/8 of branch-1"]
    assert overlaps(run_params(vpn_tunnel, options, check_mode=True)) == expected
    assert overlaps(run_params(vpn_tunnel, options)) == expected
    assert overlaps(run_params(vpn_tunnel, {**options, "state": "absent"})) == []


def test_bulk_create_sends_one_list_and_one_request_per_tunnel(cloud):
    """The second run sends one list and changes nothing."""
    first = run(branches(3))
    assert first["changed"] and totals(first, created=3)
    assert [entry["method"] for entry in cloud.requests()] == ["GET", "POST", "POST", "POST", "GET"]
    ids = {tunnel["vpnConnName"]: tunnel["vpnConnId"] for tunnel in cloud.tunnels()}
    assert [(entry["name"], entry["vpn_conn_id"], entry["action"]) for entry in first["tunnels"]] == [
        (f"branch-{number}", ids[f"branch-{number}"], "create") for number in range(3)
    ]
    again = run(branches(3))
    assert not again["changed"] and totals(again, unchanged=3) and again["diff"] == []
    assert len(cloud.requests()) == 6


def test_bulk_items_inherit_shared_options(cloud):
    """Also single sub-options of ike_config and ipsec_config."""
    items = [
        {**branch(0), "ike_config": {"ike_enc_alg": "aes256"}},
        {**branch(1), "secret_key": "OWNkey@11"},
        {**branch(2), "vpn_id": gateway(2)},
        {"vpn_conn_name": "gone", "state": "absent"},
    ]
    result = run(items, vpn_id=gateway(1))
    assert totals(result, created=3, unchanged=1)
    bodies = {entry["body"]["vpnConnName"]: entry for entry in cloud.requests("POST")}
    assert bodies["branch-0"]["body"]["ikeConfig"] == dict(BODY["ikeConfig"], ikeEncAlg="aes256")
    assert bodies["branch-1"]["body"]["ikeConfig"] == BODY["ikeConfig"]
    assert bodies["branch-2"]["path"] == f"/v1/vpn/{gateway(2)}/vpnconn"
    keys = {tunnel["vpnConnName"]: tunnel["secretKey"] for tunnel in cloud.tunnels()}
    assert keys["branch-0"] == keys["branch-2"] != keys["branch-1"]


def test_bulk_check_mode_plans_everything_and_writes_nothing(cloud):
    run([*branches(3), branch(9, vpn_id=gateway(1))])
    items = [
        branch(0, vpn_id=gateway(1)),
        branch(1, vpn_id=gateway(1), remote_ip="203.0.113.99"),
        branch(2, vpn_id=gateway(1), state="absent"),
        branch(3, vpn_id=gateway(1)),
    ]
    before = cloud.tunnels()
    planned = run(items, check_mode=True, purge=True)
    assert cloud.tunnels() == before
    done = run(items, purge=True)
    assert totals(done, created=1, updated=1, deleted=2, unchanged=1) and planned["totals"] == done["totals"]
    assert planned["diff"] == done["diff"]
    assert [diff["before_header"] for diff in done["diff"]] == [
        f"{gateway(1)}/branch-{number}" for number in (1, 2, 3, 9)
    ]
    assert stored(cloud) == [(gateway(1), f"branch-{number}") for number in (0, 1, 3)]
    assert "secretKey" not in json.dumps(done) and OPTIONS["secret_key"] not in json.dumps(done)


def test_bulk_reports_all_invalid_options_before_any_request(cloud):
    items = [
        branch(0),
        branch(1, local_subnets=["192.168.0.0/20", "nonsense"]),
        branch(2, ike_config={"ike_mode": "quick"}, secret_key="short"),
        branch(1),
        {"remote_ip": "10.0.0.1"},
    ]
    done = run_playbook(
        [{MODULE: dict(SHARED, vpn_id="vpn-119bd69b", tunnels=items, concurrency=0)}], environment=cloud.environment
    )
    for place in (
        "tunnels[1].local_subnets[1]: ",
        "tunnels[2].ike_config.ike_mode: ",
        "tunnels[2].secret_key: ",
        "tunnels[3].vpn_conn_name: 'branch-1' is at tunnels[1] already",
        "tunnels[4].vpn_conn_name: is needed",
        "concurrency: ",
    ):
        assert place in done.results[0]["msg"], (place, done.results[0]["msg"])
    assert cloud.requests() == [] and "short" not in done.results[0]["msg"]


def test_bulk_reports_an_invalid_shared_option_once(cloud):
    result = run(branches(5), ipsec_config=dict(OPTIONS["ipsec_config"], ipsec_lifetime=1))
    assert result["failed"] and result["msg"].count("ipsec_lifetime") == 1 and cloud.requests() == []


def test_bulk_writes_nothing_if_a_creation_lacks_an_option(cloud):
    result = run([branch(0, vpn_id=gateway(1)), {"vpn_id": gateway(2), "vpn_conn_name": "bare"}])
    assert result["failed"] and "tunnels[1]: " in result["msg"] and "local_subnets" in result["msg"]
    assert stored(cloud) == [] and {entry["method"] for entry in cloud.requests()} == {"GET"}


def test_purge_deletes_unlisted_tunnels_of_listed_gateways(cloud):
    run(branches(6, gateways=3))
    items = [branch(0, vpn_id=gateway(1)), branch(1, vpn_id=gateway(2), state="absent")]
    refused = run(items, purge=True)
    assert gateway(2) in refused["msg"] and "purge_all" in refused["msg"] and len(cloud.tunnels()) == 6
    result = run(items, purge=True, purge_all=True)
    assert totals(result, unchanged=1, deleted=3)
    assert stored(cloud) == [(gateway(1), "branch-0"), (gateway(3), "branch-2"), (gateway(3), "branch-5")]
    assert [entry["name"] for entry in result["tunnels"]] == ["branch-0", "branch-1", "branch-3", "branch-4"]


def test_purge_with_an_empty_list_needs_purge_all(cloud):
    run(branches(2))
    refused = run([], vpn_id=gateway(1), purge=True)
    assert refused["failed"] and "purge_all" in refused["msg"] and len(cloud.tunnels()) == 2
    assert run([], purge=True, purge_all=True)["failed"]
    assert run(branches(2), purge_all=True)["failed"]
    assert totals(run([], vpn_id=gateway(1), purge=True, purge_all=True), deleted=2) and cloud.tunnels() == []


def test_purge_with_unclear_items_deletes_nothing(cloud):
    cloud.plant(
        *[dict(BODY, vpnConnId=f"vpnconn-{number}", vpnConnName="duplicate") for number in (1, 2)], vpn_id=gateway(1)
    )
    run([branch(5, vpn_id=gateway(1))])
    items = [branch(0, vpn_id=gateway(1), vpn_conn_name="duplicate"), branch(1, vpn_id=gateway(2))]
    result = run(items, purge=True, clock=SkippingClock())
    assert result["failed"] and totals(result, failed=1, created=1) and result["changed"]
    assert result["tunnels"][0]["error"]["code"] == "AmbiguousName"
    assert len(cloud.tunnels()) == 4


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"vpnConnName": ""}, "PurgeUnclear"),
        ({"vpnConnName": "BRANCH-0", "remoteIp": "203.0.113.99"}, "PurgeSimilar"),
        ({"vpnConnName": "other"}, "PurgeEqual"),
        (None, "PurgeNotShown"),
    ],
)
def test_purge_skips_a_gateway_with_an_unclear_list(cloud, other, code):
    """An entry may be a tunnel of the task, or the second list no longer shows that tunnel."""
    surplus = [branch(number, vpn_id=gateway(place)) for number, place in ((8, 1), (9, 2))]
    items = [branch(0, vpn_id=gateway(1)), branch(1, vpn_id=gateway(2))]
    run(items + surplus)
    listed = next(tunnel for tunnel in cloud.tunnels() if tunnel["vpnConnName"] == "branch-0")
    if other:
        cloud.plant({**listed, "secretKey": OPTIONS["secret_key"], "vpnConnId": "vpnconn-other", **other})
    else:
        stale = [tunnel for tunnel in cloud.tunnels() if tunnel["vpnConnName"] == "branch-8"]
        path = f"/vpnconn/{gateway(1)}$"
        fault = {"match": {"path_regex": path, "nth": 2}, "fault": "garbage", "body": {"vpnConns": stale}, "times": -1}
        cloud.faults(fault)
    before = [tunnel for tunnel in cloud.tunnels() if tunnel["vpnId"] == gateway(1)]
    result = run(items, purge=True, clock=SkippingClock())
    assert result["failed"] and totals(result, unchanged=2, deleted=1)
    assert result["error"]["code"] == code and gateway(1) in result["msg"]
    if other:
        assert "vpnconn-other" in result["msg"]
    assert [tunnel for tunnel in cloud.tunnels() if tunnel["vpnId"] == gateway(1)] == before
    assert (gateway(2), "branch-9") not in stored(cloud)


def test_bulk_writes_nothing_if_two_items_are_one_tunnel(cloud):
    ids = [entry["vpn_conn_id"] for entry in run(branches(2))["tunnels"]]
    first, before = {"vpn_id": gateway(1), "vpn_conn_id": ids[0]}, cloud.tunnels()
    for items in (
        [{**first, "vpn_conn_name": "moved"}, branch(0, vpn_id=gateway(1), state="absent")],
        [{**first, "state": "absent"}, branch(0, vpn_id=gateway(1))],
        [{**first, "vpn_conn_name": "same"}, {**first, "vpn_conn_id": ids[1], "vpn_conn_name": "same"}],
        [{**first, "vpn_conn_name": "branch-9"}, branch(9, vpn_id=gateway(1))],
    ):
        result = run(items)
        assert result["failed"] and "tunnels[1]" in result["msg"] and "tunnels[0]" in result["msg"], result
    assert cloud.tunnels() == before


def test_bulk_manages_duplicate_names_by_id_without_purge(cloud):
    """A tunnel with the name of a listed one is deleted only by its id."""
    same = [dict(BODY, vpnConnId=f"vpnconn-{number}", vpnConnName="same") for number in (1, 2)]
    cloud.plant(*same, vpn_id=gateway(1))
    by_id = [{"vpn_id": gateway(1), "vpn_conn_id": f"vpnconn-{number}", "vpn_conn_name": "same"} for number in (1, 2)]
    assert totals(run(by_id), unchanged=2)
    assert totals(run(by_id[:1], purge=True), unchanged=1) and len(cloud.tunnels()) == 2
    assert totals(run([by_id[0], dict(by_id[1], state="absent")], purge=True), unchanged=1, deleted=1)
    assert [tunnel["vpnConnId"] for tunnel in cloud.tunnels()] == ["vpnconn-1"]


def test_bulk_with_an_unreadable_gateway_fails_without_items(cloud):
    result = run([], vpn_id="vpn-nowhere", purge=True, purge_all=True)
    assert result["failed"] and result["error"]["code"] == "NoSuchObject" and "vpn-nowhere" in result["msg"]


def test_bulk_rejects_items_of_different_api_versions(cloud):
    result = run([branch(0, vpn_id=gateway(1), version=1), branch(1, vpn_id=gateway(1), version=2)])
    assert "tunnels[1].version" in result["msg"] and cloud.requests() == []
    assert run([branch(0, vpn_id=gateway(1), version=2)])["error"]["code"] == "InvalidVersion"


def test_bulk_with_an_empty_list_sends_nothing(cloud):
    before = len(cloud.requests())
    assert totals(run([])) and not run([], vpn_id=gateway(1))["changed"] and len(cloud.requests()) == before


def test_wait_after_an_update_reads_the_status_again(cloud):
    run([branch(0, vpn_id=gateway(1))])
    before = len(cloud.requests())
    run([branch(0, vpn_id=gateway(1), remote_ip="203.0.113.99", wait_for="active")])
    assert [entry["method"] for entry in cloud.requests()[before:]] == ["GET", "PUT", "GET"]


def test_waiting_for_a_slot_does_not_count_as_request_time(cloud):
    cloud.settings(latency_ms=400)
    cloud.faults({"match": {"method": "GET"}, "fault": "status", "status": 503})
    items = branches(8, gateways=8)
    assert totals(run(items, check_mode=True, concurrency=1, retry_timeout=1.5), created=8)


def test_stale_list_costs_a_few_lists_and_no_write(cloud):
    cloud.settings(list_lag_ms=1000)
    assert totals(run(branches(30)), created=30)
    methods = Counter(entry["method"] for entry in cloud.requests())
    assert methods["POST"] == 30 and methods["PUT"] == 0 and methods["GET"] < 10


def test_bulk_errors_name_the_index_of_an_invalid_item(cloud):
    items = [branch(0), {**branch(1), "colour": "red", "ike_config": {"mode": 1}}, "text"]
    arguments = dict(SHARED, vpn_id="vpn-119bd69b", tunnels=items)
    done = run_playbook([{MODULE: arguments}], environment=cloud.environment)
    for place in ("tunnels[1].colour: ", "tunnels[1].ike_config.mode: "):
        assert place in done.results[0]["msg"], done.results[0]["msg"]
    assert "tunnels[2]: must be a dictionary" in run(items)["msg"] and cloud.requests() == []


def test_bulk_failure_of_one_gateway_does_not_stop_the_others(cloud):
    refuse = {
        "match": {"method": "POST", "path_regex": gateway(2)},
        "fault": "status",
        "status": 403,
        "code": "AccessDenied",
    }
    cloud.faults(dict(refuse, times=None))
    result = run([*branches(6, gateways=3), branch(9, vpn_id="vpn-nowhere")])
    assert result["failed"] and result["changed"] and totals(result, created=4, failed=3)
    assert "3 of 7 tunnels failed: " in result["msg"] and f"{gateway(2)}/branch-1: " in result["msg"]
    failed = {entry["name"]: entry["error"]["code"] for entry in result["tunnels"] if entry["error"]}
    assert failed == {"branch-1": "AccessDenied", "branch-4": "AccessDenied", "branch-9": "NoSuchObject"}
    assert all(entry["changed"] == (entry["error"] is None) for entry in result["tunnels"])
    cloud.faults()
    assert totals(run(branches(6, gateways=3)), created=2, unchanged=4)


def test_bulk_no_change_on_1000_tunnels_sends_100_requests(cloud, tmp_path):
    """It needs less than 250 MiB."""
    items = branches(1000, gateways=GATEWAYS)
    assert totals(run(items), created=1000)
    before = len(cloud.requests())
    content = as_plays([{MODULE: dict(SHARED, tunnels=items)}])
    path = tmp_path / "play.json"
    path.write_text(json.dumps(content))
    cost = tmp_path / "cost.json"
    # A separate program measures, because the peak of a process includes the memory of its parent.
    done = subprocess.run(
        [sys.executable, "-I", "-S", ROOT / "tests/benchmarks/process_cost.py", cost, ANSIBLE_PLAYBOOK, path],
        env=build_environment(tmp_path / "results", cloud.environment),
        check=True,
        capture_output=True,
        text=True,
    )
    report = json.loads(cost.read_text())
    assert report["status"] == 0 and "changed=0" in done.stdout, done.stdout
    assert len(cloud.requests()) - before == GATEWAYS
    assert report["cost"]["memory"] < 250


def test_bulk_with_many_failures_creates_each_tunnel_once(cloud):
    """A creation is sent three times at most, so that a few of them fail; the next run creates the rest."""
    faults = [{"fault": "status", "status": 500}, {"fault": "status", "status": 503, "commit": True}]
    faults += [{"fault": "reset_before"}, {"fault": "reset_after"}]
    cloud.faults(*[dict(fault, probability=0.16, seed=seed) for seed, fault in enumerate(faults)])
    result = run(branches(60, gateways=6), clock=SkippingClock(), retry_timeout=60)
    cloud.faults()
    missing = [entry for entry in result["tunnels"] if entry["error"]]
    assert len(missing) <= 10 and result["totals"]["created"] == 60 - len(missing) == len(cloud.tunnels())
    assert all(entry["error"]["maybe_applied"] and not entry["created_ids"] for entry in missing)
    again = run(branches(60, gateways=6))
    assert totals(again, created=len(missing), unchanged=60 - len(missing))
    assert stored(cloud) == sorted((item["vpn_id"], item["vpn_conn_name"]) for item in branches(60, gateways=6))


@pytest.mark.parametrize("moment", [0.1, 0.3, 0.5])
def test_bulk_after_a_kill_creates_each_tunnel_once(cloud, moment):
    cloud.settings(latency_ms=60)
    items = branches(60, gateways=6)
    package = "ansible_collections.baiducloud.network.plugins.module_utils._module"
    code = f"import json, sys; from {package} import vpn_tunnels as v; "
    code += "print('ready', flush=True); v.run(v.parse(json.load(sys.stdin)), False)"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    process.stdin.write(json.dumps(dict(SHARED, tunnels=items)))
    process.stdin.close()
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    half_done = len(cloud.tunnels())
    assert half_done < 60
    result = run(items)
    assert result["totals"]["failed"] == 0 and result["totals"]["created"] >= 60 - half_done - 8
    assert stored(cloud) == sorted((item["vpn_id"], item["vpn_conn_name"]) for item in items)


@pytest.mark.parametrize(("parallel", "applied"), [(1, 2), (8, 8)])
def test_bulk_after_a_task_timeout_creates_each_tunnel_once(cloud, parallel, applied):
    """A blocked request does not keep the worker; the next run finds what the API has applied.

    The requests hang for longer than the runner waits for a playbook.
    """
    cloud.faults({"match": {"method": "POST"}, "fault": "hang", "commit": True, "seconds": 900, "times": 2})
    shared = dict(SHARED, timeout=600, retry_timeout=600, parallel_per_gateway=parallel)
    arguments = dict(shared, tunnels=branches(8, gateways=2))
    tasks = [
        {MODULE: arguments, "timeout": 4, "ignore_errors": True},
        {"name": "Again", MODULE: arguments},
    ]
    done = run_playbook(tasks, environment=cloud.environment)
    assert done.results[0]["failed"] and done.named["Again"]["totals"]["unchanged"] == applied, done.output
    assert done.named["Again"]["totals"]["created"] == 8 - applied
    assert stored(cloud) == sorted((item["vpn_id"], item["vpn_conn_name"]) for item in branches(8, gateways=2))


@pytest.mark.parametrize(("concurrency", "parallel"), [(3, 1), (6, 2), (2, 8)])
def test_bulk_concurrency_is_limited_in_total_and_per_gateway(cloud, concurrency, parallel):
    cloud.settings(latency_ms=100)
    run(branches(24, gateways=6), concurrency=concurrency, parallel_per_gateway=parallel)

    # A request takes at least 90 ms after the emulator has logged it.
    def assert_limited(entries, limit):
        moments = sorted(entry["time"] for entry in entries)
        assert all(later - earlier > 0.09 for earlier, later in zip(moments, moments[limit:]))

    assert_limited(cloud.requests(), concurrency)
    for number in range(6):
        own = [entry for entry in cloud.requests("POST") if gateway(number + 1) in entry["path"]]
        assert len(own) == 4
        assert_limited(own, parallel)


def test_bulk_writes_of_one_gateway_that_refuses_overlaps_are_sent_one_by_one(cloud):
    """Each of the six threads may meet one refusal; after the first one, no thread begins to overlap."""
    cloud.settings(dialects=["overlap-refuses"], latency_ms=20)
    items = [branch(number, vpn_id=gateway(1)) for number in range(24)]
    absent = [dict(item, state="absent") for item in items]
    for wanted, outcome, method in ((items, "created", "POST"), (absent, "deleted", "DELETE")):
        assert totals(run(wanted, parallel_per_gateway=6), **{outcome: 24})
        statuses = [entry["status"] for entry in cloud.requests(method)]
        assert statuses.count(200) == 24 and 1 <= statuses.count(409) <= 6, statuses
        assert 409 not in statuses[12:]


def test_throttling_delays_all_worker_threads(cloud):
    cloud.settings(latency_ms=20)
    throttle = {
        "match": {"method": "POST", "nth": 5},
        "fault": "status",
        "status": 429,
        "headers": {"Retry-After": "3"},
    }
    cloud.faults(throttle)
    assert totals(run(branches(40, gateways=8), concurrency=4), created=40)
    entries = cloud.requests()
    asked = next(entry["time"] for entry in entries if entry["status"] == 429)
    # Requests in flight continue, and no thread starts a new one; one second is enough for slow machines.
    meanwhile = [entry for entry in entries if asked + 1 < entry["time"] < asked + 2.9]
    assert meanwhile == [] and len(cloud.tunnels()) == 40


def test_bulk_reports_progress_of_long_runs_only(cloud, monkeypatch):
    lines = []
    run(branches(3), progress=lines.append)
    assert lines == []
    monkeypatch.setattr(vpn_tunnels, "PROGRESS_INTERVAL", 0.6)
    cloud.settings(latency_ms=60)
    items = [branch(number, vpn_id=gateway(2)) for number in range(30)]
    run(items, progress=lines.append, parallel_per_gateway=1)
    assert 1 <= len(lines) <= 4 and all("of 30 tunnels done, 0 failed" in line for line in lines)


def test_bulk_progress_is_shown_outside_of_what_callbacks_print(cloud, tmp_path):
    """A callback such as ansible.posix.json prints JSON on stdout, which other programs parse."""
    cloud.settings(latency_ms=90)
    items = [branch(number) for number in range(75)]
    arguments = dict(SHARED, vpn_id=gateway(1), tunnels=items, parallel_per_gateway=1)
    play = as_plays([{MODULE: arguments}])
    (tmp_path / "play.yml").write_text(json.dumps(play))
    environment = build_environment(
        tmp_path / "results", dict(cloud.environment, ANSIBLE_STDOUT_CALLBACK="json_output")
    )
    command = [ANSIBLE_PLAYBOOK, tmp_path / "play.yml"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    (result,) = json.loads(done.stdout)
    assert result["totals"]["created"] == 75
    assert done.returncode == 0 and "of 75 tunnels done, 0 failed" in done.stderr, done.stderr
    assert OPTIONS["secret_key"] not in done.stdout + done.stderr


def test_bulk_result_is_the_same_in_process_and_as_a_module(cloud):
    items = [branch(0), branch(1), {"name": "gone", "state": "absent"}]
    bad = [branch(0, secret_key="short", colour="red"), branch(1, ike_config={"ike_life_time": "soon"})]
    tasks = [{MODULE: dict(SHARED, vpn_id="vpn-119bd69b", tunnels=items)} for _round in range(2)]
    tasks.append({MODULE: dict(SHARED, vpn_id="vpn-119bd69b", tunnels=bad), "ignore_errors": True})
    results = []
    for variables in ({"ansible_python_interpreter": "/nowhere/python"}, {"baiducloud_in_process": False}):
        cloud.reset()
        content = {"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}
        done = run_playbook([content], "-vvv", environment=cloud.environment)
        assert len(done.results) == 3, done.output
        text = json.dumps(done.results)
        for tunnel in cloud.tunnels():
            text = text.replace(tunnel["vpnConnId"], tunnel["vpnConnName"])
        results.append(json.loads(text))
    assert results[0] == results[1]
    assert [result["changed"] for result in results[0]] == [True, False, False]
    assert "colour" in results[0][2]["msg"] and "tunnels[1].ike_config.ike_life_time" in results[0][2]["msg"]


def test_concurrent_bulk_runs_create_each_tunnel_once(cloud):
    cloud.settings(latency_ms=20)
    content = as_plays([{MODULE: dict(SHARED, tunnels=branches(20, gateways=4))}])
    both = [
        subprocess.Popen(
            [ANSIBLE_PLAYBOOK, "/dev/stdin"],
            env=build_environment(os.devnull, cloud.environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _run in range(2)
    ]
    for process in both:
        process.stdin.write(json.dumps(content))
        process.stdin.close()
    outputs = [process.stdout.read() for process in both]
    assert [process.wait() for process in both] == [0, 0], outputs
    for process in both:
        process.stdout.close()
    assert Counter(stored(cloud)) == Counter(
        (item["vpn_id"], item["vpn_conn_name"]) for item in branches(20, gateways=4)
    )
