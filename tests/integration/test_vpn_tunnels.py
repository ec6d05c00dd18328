# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many tunnels in one task: one list per gateway, one plan, one report, exactly once."""

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
from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_tunnels
from emulator_process import EmulatorProcess
from fake_clock import SkippingClock
from page_example import BODY, OPTIONS
from playbook import ANSIBLE_PLAYBOOK, ROOT, play, play_environment, plays
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
    """An empty cloud with the gateways vpn-119bd69b and vpn-00000001 to vpn-00000100."""
    many_gateways.reset()
    for name, value in many_gateways.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(retry, "BACKOFF_BASE", 0.01)
    return many_gateways


def gateway(number):
    return f"vpn-{number:08d}"


def branch(number, **options):
    """One item of the list: a branch with a network of its own."""
    networks = {"local_subnets": ["192.168.0.0/20"], "remote_subnets": [f"10.{number // 250}.{number % 250}.0/24"]}
    return {"vpn_conn_name": f"branch-{number}", "remote_ip": "203.0.113.10", **networks, **options}


def branches(tunnels, gateways=1):
    return [branch(number, vpn_id=gateway(number % gateways + 1)) for number in range(tunnels)]


def run(items, check_mode=False, progress=None, clock=time, **options):
    params = {**SHARED, **QUICK, "tunnels": items, **options}
    result = run_params(vpn_tunnels, params, check_mode, progress=progress, clock=clock)
    json.dumps(result)  # what Ansible does with it
    return result


def totals(result, **expected):
    return result["totals"] == dict(dict.fromkeys(result["totals"], 0), **expected)


def stored(cloud):
    """(gateway, name) of every tunnel, sorted."""
    return sorted((tunnel["vpnId"], tunnel["vpnConnName"]) for tunnel in cloud.tunnels())


def test_a_hub_and_its_branches_are_one_list_and_one_request_each_then_nothing(cloud):
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


def test_what_an_item_does_not_say_is_taken_from_beside_the_list_even_within_the_configs(cloud):
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


def test_check_mode_foresees_all_and_writes_nothing(cloud):
    run([*branches(3), branch(9, vpn_id=gateway(1))])
    items = [
        branch(0, vpn_id=gateway(1)),
        branch(1, vpn_id=gateway(1), remote_ip="203.0.113.99"),
        branch(2, vpn_id=gateway(1), state="absent"),
        branch(3, vpn_id=gateway(1)),
    ]
    before = cloud.tunnels()
    foreseen = run(items, check_mode=True, purge=True)
    assert cloud.tunnels() == before
    done = run(items, purge=True)
    assert totals(done, created=1, updated=1, deleted=2, unchanged=1) and foreseen["totals"] == done["totals"]
    assert foreseen["diff"] == done["diff"]
    assert [diff["before_header"] for diff in done["diff"]] == [
        f"{gateway(1)}/branch-{number}" for number in (1, 2, 3, 9)
    ]
    assert stored(cloud) == [(gateway(1), f"branch-{number}") for number in (0, 1, 3)]
    assert "secretKey" not in json.dumps(done) and OPTIONS["secret_key"] not in json.dumps(done)


def test_all_mistakes_of_all_tunnels_are_told_together_with_their_places_and_nothing_is_sent(cloud):
    items = [
        branch(0),
        branch(1, local_subnets=["192.168.0.0/20", "nonsense"]),
        branch(2, ike_config={"ike_mode": "quick"}, secret_key="short"),
        branch(1),
        {"remote_ip": "10.0.0.1"},
    ]
    done = play(
        [{MODULE: dict(SHARED, vpn_id="vpn-119bd69b", tunnels=items, concurrency=0)}], environment=cloud.environment
    )
    for place in (
        "tunnels[1].local_subnets[1]: ",
        "tunnels[2].ike_config.ike_mode: ",
        "tunnels[2].secret_key: ",
        "tunnels[3].vpn_conn_name: 'branch-1' stands at tunnels[1] already",
        "tunnels[4].vpn_conn_name: is needed",
        "concurrency: ",
    ):
        assert place in done.results[0]["msg"], (place, done.results[0]["msg"])
    assert cloud.requests() == [] and "short" not in done.results[0]["msg"]


def test_a_mistake_beside_the_list_is_told_once(cloud):
    result = run(branches(5), ipsec_config=dict(OPTIONS["ipsec_config"], ipsec_lifetime=1))
    assert result["failed"] and result["msg"].count("ipsec_lifetime") == 1 and cloud.requests() == []


def test_what_is_missing_for_one_creation_stops_all_before_anything_is_written(cloud):
    result = run([branch(0, vpn_id=gateway(1)), {"vpn_id": gateway(2), "vpn_conn_name": "bare"}])
    assert result["failed"] and "tunnels[1]: " in result["msg"] and "local_subnets" in result["msg"]
    assert stored(cloud) == [] and {entry["method"] for entry in cloud.requests()} == {"GET"}


def test_purge_deletes_what_the_list_does_not_name_on_the_gateways_that_it_names(cloud):
    run(branches(6, gateways=3))
    items = [branch(0, vpn_id=gateway(1)), branch(1, vpn_id=gateway(2), state="absent")]
    refused = run(items, purge=True)
    assert gateway(2) in refused["msg"] and "purge_all" in refused["msg"] and len(cloud.tunnels()) == 6
    result = run(items, purge=True, purge_all=True)
    assert totals(result, unchanged=1, deleted=3)
    assert stored(cloud) == [(gateway(1), "branch-0"), (gateway(3), "branch-2"), (gateway(3), "branch-5")]
    assert [entry["name"] for entry in result["tunnels"]] == ["branch-0", "branch-1", "branch-3", "branch-4"]


def test_an_empty_list_purges_only_if_that_is_said_twice(cloud):
    run(branches(2))
    refused = run([], vpn_id=gateway(1), purge=True)
    assert refused["failed"] and "purge_all" in refused["msg"] and len(cloud.tunnels()) == 2
    assert run([], purge=True, purge_all=True)["failed"]
    assert run(branches(2), purge_all=True)["failed"]
    assert totals(run([], vpn_id=gateway(1), purge=True, purge_all=True), deleted=2) and cloud.tunnels() == []


def test_nothing_is_purged_where_it_is_not_clear_which_tunnels_are_named(cloud):
    cloud.plant(
        *[dict(BODY, vpnConnId=f"vpnconn-{number}", vpnConnName="twin") for number in (1, 2)], vpn_id=gateway(1)
    )
    run([branch(5, vpn_id=gateway(1))])
    items = [branch(0, vpn_id=gateway(1), vpn_conn_name="twin"), branch(1, vpn_id=gateway(2))]
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
def test_gateway_with_an_unclear_list_is_not_purged_and_the_others_are(cloud, other, code):
    """An entry is perhaps a tunnel of the task, or the second list does not show that tunnel any more."""
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


def test_two_items_that_turn_out_to_mean_the_same_tunnel_stop_all_before_anything_is_written(cloud):
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


def test_tunnels_of_one_name_are_handled_by_their_ids_and_never_purged(cloud):
    """What has the name of a listed tunnel goes only by its id."""
    same = [dict(BODY, vpnConnId=f"vpnconn-{number}", vpnConnName="same") for number in (1, 2)]
    cloud.plant(*same, vpn_id=gateway(1))
    by_id = [{"vpn_id": gateway(1), "vpn_conn_id": f"vpnconn-{number}", "vpn_conn_name": "same"} for number in (1, 2)]
    assert totals(run(by_id), unchanged=2)
    assert totals(run(by_id[:1], purge=True), unchanged=1) and len(cloud.tunnels()) == 2
    assert totals(run([by_id[0], dict(by_id[1], state="absent")], purge=True), unchanged=1, deleted=1)
    assert [tunnel["vpnConnId"] for tunnel in cloud.tunnels()] == ["vpnconn-1"]


def test_a_gateway_that_cannot_be_listed_is_a_failure_even_if_there_is_nothing_to_tell_it_of(cloud):
    result = run([], vpn_id="vpn-nowhere", purge=True, purge_all=True)
    assert result["failed"] and result["error"]["code"] == "NoSuchObject" and "vpn-nowhere" in result["msg"]


def test_one_task_speaks_one_version_of_the_api(cloud):
    result = run([branch(0, vpn_id=gateway(1), version=1), branch(1, vpn_id=gateway(1), version=2)])
    assert "tunnels[1].version" in result["msg"] and cloud.requests() == []
    assert run([branch(0, vpn_id=gateway(1), version=2)])["error"]["code"] == "InvalidVersion"


def test_an_empty_list_is_no_work_and_no_request(cloud):
    before = len(cloud.requests())
    assert totals(run([])) and not run([], vpn_id=gateway(1))["changed"] and len(cloud.requests()) == before


def test_a_wait_after_an_update_trusts_no_older_status(cloud):
    run([branch(0, vpn_id=gateway(1))])
    before = len(cloud.requests())
    run([branch(0, vpn_id=gateway(1), remote_ip="203.0.113.99", wait_for="active")])
    assert [entry["method"] for entry in cloud.requests()[before:]] == ["GET", "PUT", "GET"]


def test_waiting_for_a_turn_takes_nothing_from_a_request_s_own_time(cloud):
    cloud.settings(latency_ms=400)
    cloud.faults({"match": {"method": "GET"}, "fault": "status", "status": 503})
    items = branches(8, gateways=8)
    assert totals(run(items, check_mode=True, concurrency=1, retry_timeout=1.5), created=8)


def test_a_late_list_costs_a_few_lists_and_no_write_for_each_creation(cloud):
    cloud.settings(list_lag_ms=1000)
    assert totals(run(branches(30)), created=30)
    methods = Counter(entry["method"] for entry in cloud.requests())
    assert methods["POST"] == 30 and methods["PUT"] == 0 and methods["GET"] < 10


def test_places_of_unknown_options_and_of_items_that_are_none_are_told(cloud):
    items = [branch(0), {**branch(1), "colour": "red", "ike_config": {"mode": 1}}, "text"]
    arguments = dict(SHARED, vpn_id="vpn-119bd69b", tunnels=items)
    done = play([{MODULE: arguments}], environment=cloud.environment)
    for place in ("tunnels[1].colour: ", "tunnels[1].ike_config.mode: "):
        assert place in done.results[0]["msg"], done.results[0]["msg"]
    assert "tunnels[2]: must be a dictionary" in run(items)["msg"] and cloud.requests() == []


def test_one_failure_does_not_stop_the_others_and_the_report_tells_both(cloud):
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


def test_nothing_to_do_on_a_thousand_tunnels_is_one_request_per_gateway_and_little_memory(cloud, tmp_path):
    items = branches(1000, gateways=GATEWAYS)
    assert totals(run(items), created=1000)
    before = len(cloud.requests())
    content = plays([{MODULE: dict(SHARED, tunnels=items)}])
    path = tmp_path / "play.json"
    path.write_text(json.dumps(content))
    cost = tmp_path / "cost.json"
    # A small program of its own measures: Linux counts the memory of whoever starts a process into its peak.
    done = subprocess.run(
        [sys.executable, "-I", "-S", ROOT / "tests/benchmarks/process_cost.py", cost, ANSIBLE_PLAYBOOK, path],
        env=play_environment(tmp_path / "results", cloud.environment),
        check=True,
        capture_output=True,
        text=True,
    )
    report = json.loads(cost.read_text())
    assert report["status"] == 0 and "changed=0" in done.stdout, done.stdout
    assert len(cloud.requests()) - before == GATEWAYS
    assert report["cost"]["memory"] < 250


def test_half_of_the_requests_failing_makes_each_tunnel_once_and_reports_what_is_unknown(cloud):
    """A creation is sent three times at the most, so that a few of them fail; the next run makes the rest."""
    faults = [{"fault": "status", "status": 500}, {"fault": "status", "status": 503, "commit": True}]
    faults += [{"fault": "reset_before"}, {"fault": "reset_after"}]
    cloud.faults(*[dict(fault, probability=0.16, seed=seed) for seed, fault in enumerate(faults)])
    result = run(branches(60, gateways=6), retry_timeout=60)
    cloud.faults()
    missing = [entry for entry in result["tunnels"] if entry["error"]]
    assert len(missing) <= 10 and result["totals"]["created"] == 60 - len(missing) == len(cloud.tunnels())
    assert all(entry["error"]["maybe_applied"] and not entry["created_ids"] for entry in missing)
    again = run(branches(60, gateways=6))
    assert totals(again, created=len(missing), unchanged=60 - len(missing))
    assert stored(cloud) == sorted((item["vpn_id"], item["vpn_conn_name"]) for item in branches(60, gateways=6))


@pytest.mark.parametrize("moment", [0.1, 0.3, 0.5])
def test_killed_in_the_middle_and_run_again_it_is_complete_and_exactly_once(cloud, moment):
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


def test_a_tasks_timeout_ends_it_at_once_and_run_again_it_is_complete_and_exactly_once(cloud):
    """What hangs in a request does not keep the worker; what the API made all the same is found by the next run.

    The requests hang for longer than play() waits for a playbook.
    """
    cloud.faults({"match": {"method": "POST"}, "fault": "hang", "commit": True, "seconds": 900, "times": 2})
    arguments = dict(SHARED, tunnels=branches(8, gateways=2), timeout=600, retry_timeout=600)
    tasks = [
        {MODULE: arguments, "timeout": 4, "ignore_errors": True},
        {"name": "Again", MODULE: arguments},
    ]
    done = play(tasks, environment=cloud.environment)
    assert done.results[0]["failed"] and done.named["Again"]["totals"]["unchanged"] == 2, done.output
    assert done.named["Again"]["totals"]["created"] == 6
    assert stored(cloud) == sorted((item["vpn_id"], item["vpn_conn_name"]) for item in branches(8, gateways=2))


def test_requests_in_flight_are_as_many_as_allowed_and_one_gateway_gets_one_write_at_a_time(cloud):
    cloud.settings(latency_ms=100)
    run(branches(24, gateways=6), concurrency=3)
    # A request is under way for at least 90 ms after the emulator has noted it.
    moments = sorted(entry["time"] for entry in cloud.requests())
    assert all(later - earlier > 0.09 for earlier, later in zip(moments, moments[3:]))
    for number in range(6):
        own = sorted(entry["time"] for entry in cloud.requests("POST") if gateway(number + 1) in entry["path"])
        assert len(own) == 4 and all(later - earlier > 0.09 for earlier, later in zip(own, own[1:]))


def test_throttling_slows_all_lanes_together_and_the_work_ends_complete(cloud):
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
    # Those in flight go on; no thread begins a new one. A second is enough for the slowest machine.
    meanwhile = [entry for entry in entries if asked + 1 < entry["time"] < asked + 2.9]
    assert meanwhile == [] and len(cloud.tunnels()) == 40


def test_long_work_tells_how_far_it_is_and_short_work_tells_nothing(cloud, monkeypatch):
    lines = []
    run(branches(3), progress=lines.append)
    assert lines == []
    monkeypatch.setattr(vpn_tunnels, "PROGRESS_INTERVAL", 0.6)
    cloud.settings(latency_ms=60)
    run([branch(number, vpn_id=gateway(2)) for number in range(30)], progress=lines.append)
    assert 1 <= len(lines) <= 4 and all("of 30 tunnels done, 0 failed" in line for line in lines)


def test_the_terminal_shows_the_progress_of_long_work(cloud):
    cloud.settings(latency_ms=90)
    items = [branch(number) for number in range(75)]
    done = play([{MODULE: dict(SHARED, vpn_id=gateway(1), tunnels=items)}], environment=cloud.environment)
    assert done.status == 0 and "of 75 tunnels done, 0 failed" in done.output, done.output
    assert OPTIONS["secret_key"] not in done.output


def test_both_doors_give_the_same_result(cloud):
    items = [branch(0), branch(1), {"name": "gone", "state": "absent"}]
    bad = [branch(0, secret_key="short", colour="red"), branch(1, ike_config={"ike_life_time": "soon"})]
    tasks = [{MODULE: dict(SHARED, vpn_id="vpn-119bd69b", tunnels=items)} for _round in range(2)]
    tasks.append({MODULE: dict(SHARED, vpn_id="vpn-119bd69b", tunnels=bad), "ignore_errors": True})
    results = []
    for variables in ({"ansible_python_interpreter": "/nowhere/python"}, {"baiducloud_in_process": False}):
        cloud.reset()
        content = {"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}
        done = play([content], "-vvv", environment=cloud.environment)
        assert len(done.results) == 3, done.output
        text = json.dumps(done.results)
        for tunnel in cloud.tunnels():
            text = text.replace(tunnel["vpnConnId"], tunnel["vpnConnName"])
        results.append(json.loads(text))
    assert results[0] == results[1]
    assert [result["changed"] for result in results[0]] == [True, False, False]
    assert "colour" in results[0][2]["msg"] and "tunnels[1].ike_config.ike_life_time" in results[0][2]["msg"]


def test_two_bulk_runs_at_once_make_each_tunnel_once(cloud):
    cloud.settings(latency_ms=20)
    content = plays([{MODULE: dict(SHARED, tunnels=branches(20, gateways=4))}])
    both = [
        subprocess.Popen(
            [ANSIBLE_PLAYBOOK, "/dev/stdin"],
            env=play_environment(os.devnull, cloud.environment),
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
