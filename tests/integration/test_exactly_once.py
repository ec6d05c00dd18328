# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One tunnel in the end: client tokens, the answers to old requests, late lists, races and kills."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from ansible_collections.baiducloud.network.plugins.module_utils import reconcile, vpn_tunnel
from emulator_process import GATEWAY
from page_example import entry
from task_process import KEY, TaskProcesses, options

LATE = 10  # seconds until the list shows a write
KILLS = 56
KILL_LATENCY = 60  # milliseconds for one request, half of them before the commit
PLAYBOOK = Path(sys.executable).parent / "ansible-playbook"


@pytest.fixture(scope="module")
def processes():
    started = TaskProcesses()
    yield started
    started.stop()


@pytest.fixture(autouse=True)
def _environment(emulator, monkeypatch):
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)


def run(**changes):
    return vpn_tunnel.run(options(**changes), False)


def only(emulator):
    """The one stored tunnel."""
    (tunnel,) = emulator.tunnels()
    return tunnel


# -- the answer to an old request --------------------------------------------------------------------------------------


def test_deleted_and_created_again_it_is_a_new_tunnel_within_five_seconds(emulator):
    old = run()["vpn_conn_id"]
    for _cycle in range(10):
        assert run(state="absent")["changed"]
        started = time.monotonic()
        result = run()
        assert time.monotonic() - started < 5
        assert result["changed"] and result["vpn_conn_id"] != old
        assert result["vpn_conn_id"] == only(emulator)["vpnConnId"]
        old = result["vpn_conn_id"]


def test_two_runs_at_once_after_a_deletion_make_one_new_tunnel(emulator, processes):
    old = run()["vpn_conn_id"]
    run(state="absent")
    started = time.monotonic()
    results = processes.run(options(), emulator.environment, 2)
    assert time.monotonic() - started < 5
    assert {result["vpn_conn_id"] for result in results} == {only(emulator)["vpnConnId"]} != {old}
    assert not any(result.get("failed") for result in results)


def test_an_old_tunnel_of_other_parameters_does_not_stand_in_the_way(emulator):
    run(description="old")
    run(state="absent")
    result = run(description="new")
    assert result["changed"] and not result.get("failed")
    assert (only(emulator)["vpnConnId"], only(emulator)["description"]) == (result["vpn_conn_id"], "new")


def test_a_tunnel_renamed_is_neither_taken_for_the_new_one_nor_removed(emulator):
    """The API answers the old token with the id of the tunnel that has another name now."""
    old = run()["vpn_conn_id"]
    assert run(vpn_conn_id=old, vpn_conn_name="moved")["changed"]
    new = run()
    assert new["changed"] and new["vpn_conn_id"] != old and new["vpn_tunnel"]["vpn_conn_name"] == "vpncon"
    assert {tunnel["vpnConnId"]: tunnel["vpnConnName"] for tunnel in emulator.tunnels()} == {
        old: "moved",
        new["vpn_conn_id"]: "vpncon",
    }
    assert not run()["changed"]


def test_a_rival_of_the_name_does_not_cost_the_renamed_tunnel_its_life(emulator, processes):
    """While the API answers with the memory of the renamed tunnel, somebody else makes one of the name."""
    old = run()["vpn_conn_id"]
    run(vpn_conn_id=old, vpn_conn_name="moved")
    emulator.faults({"match": {"method": "POST"}, "fault": "slow", "seconds": 1})
    task = processes.start(options(), emulator.environment)
    time.sleep(0.4)
    emulator.plant(entry(secretKey=KEY, vpnConnId="vpnconn-rival", createdTime="2026-04-25 17:22:34"))
    (result,) = task.results()
    assert result["vpn_conn_id"] == "vpnconn-rival" and not result.get("failed")
    assert sorted(tunnel["vpnConnId"] for tunnel in emulator.tunnels()) == sorted([old, "vpnconn-rival"])
    assert emulator.requests("DELETE") == []


def test_a_refused_look_by_id_still_ends_with_one_new_tunnel(emulator):
    """The API answers the creation from its memory, and something inconclusive when it is asked for that tunnel."""
    run()
    run(state="absent")
    emulator.faults({"match": {"method": "PUT"}, "fault": "status", "status": 400, "times": -1})
    result = run()
    assert result["changed"] and result["vpn_conn_id"] == only(emulator)["vpnConnId"]


# -- a late list -------------------------------------------------------------------------------------------------------


def test_a_late_list_leads_to_no_second_tunnel(emulator):
    emulator.settings(list_lag_ms=LATE * 1000)
    result = run()
    assert result["changed"] and result["vpn_conn_id"] == only(emulator)["vpnConnId"]
    assert len(emulator.requests("POST")) == 1
    assert not emulator.requests("DELETE")


def test_runs_that_start_while_the_list_is_late_share_the_tunnel(emulator, processes):
    """One starts at once, one three seconds later, and both get what the API made for the first."""
    emulator.settings(list_lag_ms=LATE * 1000)
    first = processes.start(options(), emulator.environment)
    time.sleep(3)
    second = processes.start(options(), emulator.environment)
    results = first.results() + second.results()
    assert [result["vpn_conn_id"] for result in results] == [only(emulator)["vpnConnId"]] * 2
    tokens = {entry["query"]["clientToken"] for entry in emulator.requests("POST")}
    assert (len(tokens), emulator.requests("DELETE")) == (1, [])


def test_a_late_list_and_a_refused_look_by_id_together_end_with_one_tunnel(emulator):
    emulator.settings(list_lag_ms=LATE * 1000)
    emulator.faults({"match": {"method": "PUT"}, "fault": "status", "status": 400, "times": -1})
    result = run()
    assert not result.get("failed")
    assert result["vpn_conn_id"] == only(emulator)["vpnConnId"]


# -- other runs --------------------------------------------------------------------------------------------------------


def test_two_runs_with_other_parameters_at_the_same_time_end_with_one_of_the_two(emulator, processes):
    emulator.settings(latency_ms=40)
    started = [processes.start(options(description=text), emulator.environment) for text in ("one", "two")]
    results = [result for each in started for result in each.results()]
    assert [result["vpn_conn_id"] for result in results] == [only(emulator)["vpnConnId"]] * 2
    assert only(emulator)["description"] in ("one", "two")


def test_of_two_tunnels_made_at_once_the_younger_is_removed_by_the_run_that_made_it(emulator, monkeypatch):
    """A run of other software makes its tunnel, without a token, between this run's look and its creation."""
    create = vpn_tunnel.VpnApi.create_tunnel

    def beside_another(api, tunnel, token):
        rival = {"description": "rival", "vpnConnId": "vpnconn-rival", "createdTime": "2020-01-01 00:00:00"}
        emulator.plant(entry(secretKey=KEY, **rival))
        return create(api, tunnel, token)

    monkeypatch.setattr(vpn_tunnel.VpnApi, "create_tunnel", beside_another)
    result = run()
    assert result["vpn_conn_id"] == only(emulator)["vpnConnId"] == "vpnconn-rival"
    assert only(emulator)["description"] == "111"


def test_twenty_processes_at_once_make_one_tunnel_in_each_of_ten_rounds(emulator, processes):
    for turn in range(10):
        name = f"round-{turn}"
        results = processes.run(options(vpn_conn_name=name), emulator.environment, 20)
        (tunnel,) = [item for item in emulator.tunnels() if item["vpnConnName"] == name]
        assert [result["vpn_conn_id"] for result in results] == [tunnel["vpnConnId"]] * 20
        assert not [result["msg"] for result in results if result.get("failed")]


# -- the user's own token ----------------------------------------------------------------------------------------------


def test_the_users_client_token_is_sent_as_it_is_in_every_try(emulator):
    emulator.faults({"match": {"method": "POST"}, "fault": "reset_after", "times": 2})
    assert run(client_token="ticket-4711", retry_timeout=10)["changed"]
    assert [entry["query"]["clientToken"] for entry in emulator.requests("POST")] == ["ticket-4711"] * 3
    assert len(emulator.tunnels()) == 1


def test_a_used_client_token_is_a_clear_error(emulator):
    old = run(client_token="ticket-4711")["vpn_conn_id"]
    run(state="absent")
    result = run(client_token="ticket-4711")
    assert result["failed"] and not result["changed"]
    assert "client_token" in result["msg"] and old in result["msg"]
    assert emulator.tunnels() == []


def test_a_client_token_used_for_another_tunnel_is_a_clear_error(emulator):
    run(client_token="ticket-4711")
    result = run(client_token="ticket-4711", vpn_conn_name="other")
    assert (result["failed"], result["changed"], result["error"]["code"]) == (
        True,
        False,
        "IdempotentParameterMismatch",
    )
    assert "client_token" in result["msg"]
    assert only(emulator)["vpnConnName"] == "vpncon"


def test_derived_tokens_hold_nothing_secret(emulator):
    """The token stands in URLs and logs, so it must not depend on the key: one could guess keys by it."""
    tokens = []
    for key in (KEY, "Another@Key9"):
        emulator.reset()
        run(secret_key=key)
        tokens.append(emulator.requests("POST")[0]["query"]["clientToken"])
    assert tokens[0] == tokens[1]


# -- kills -------------------------------------------------------------------------------------------------------------


def test_after_a_kill_at_any_moment_the_next_run_ends_with_one_tunnel(emulator, processes, record_property):
    """SIGKILL for the process group of a lean Python process that does the module's whole work, run()."""
    spread = {"before the commit": 0, "after the commit": 0}
    moments = random.Random(2026)
    whole = 3 * KILL_LATENCY / 1000  # the list, the creation, the list again
    for number in range(KILLS):
        emulator.reset()
        emulator.settings(latency_ms=KILL_LATENCY)
        task = processes.start(options(), emulator.environment)
        time.sleep(whole * (number + moments.random()) / KILLS)
        was_at_work = task.kill()
        emulator.settings(latency_ms=0)
        if was_at_work:
            spread["after the commit" if emulator.tunnels() else "before the commit"] += 1
        result = run()
        assert result["vpn_conn_id"] == only(emulator)["vpnConnId"]
        # What the killed process had sent is still on its way to its commit.
        time.sleep(KILL_LATENCY / 1000)
        assert only(emulator)["vpnConnId"] == result["vpn_conn_id"]
    record_property("kills", str(spread))
    print(f"killed: {spread}")
    assert sum(spread.values()) >= 50 and min(spread.values()) >= 10


@pytest.mark.parametrize("moment", ["before the commit", "after the commit"])
def test_after_a_killed_playbook_the_next_run_ends_with_one_tunnel(emulator, tmp_path, moment):
    """SIGKILL for the process group of a real ansible-playbook, on either side of the commit."""
    emulator.settings(latency_ms=400)
    task = {"name": "Create", "baiducloud.network.vpn_tunnel": options()}
    play = [{"hosts": "localhost", "gather_facts": False, "connection": "local", "tasks": [task]}]
    (tmp_path / "play.yml").write_text(yaml.safe_dump(play))
    environment = {**os.environ, "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_REMOTE_TEMP": str(tmp_path / "remote")}
    playbook = subprocess.Popen(
        [PLAYBOOK, "-i", "localhost,", "play.yml"],
        cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    ends = time.monotonic() + 30
    while not (emulator.tunnels() if moment == "after the commit" else emulator.requests("POST")):
        assert time.monotonic() < ends and playbook.poll() is None
        time.sleep(0.01)
    os.killpg(playbook.pid, signal.SIGKILL)
    playbook.wait()
    assert bool(emulator.tunnels()) == (moment == "after the commit")
    result = run()
    time.sleep(0.4)
    assert not result.get("failed")
    assert only(emulator)["vpnConnId"] == result["vpn_conn_id"]
    assert only(emulator)["vpnId"] == GATEWAY


# -- an API that never says where the tunnel is ------------------------------------------------------------------------


def test_a_tunnel_that_is_never_shown_is_not_made_again_and_again(emulator, monkeypatch):
    """The list never shows it, and the look by its id is refused: an error after a few tunnels at the most."""
    monkeypatch.setattr(reconcile, "DOUBTFUL_LIST_PATIENCE", 0.001)
    emulator.settings(list_lag_ms=60_000)
    emulator.faults({"match": {"method": "PUT"}, "fault": "status", "status": 400, "times": -1})
    result = run()
    assert result["failed"] and result["changed"]
    assert len(emulator.tunnels()) <= 3


def test_an_update_that_is_answered_with_not_found_makes_no_second_tunnel(emulator, processes):
    """One wrong 404: the list still shows the tunnel, so it is not taken for gone, and the run ends."""
    old = run()["vpn_conn_id"]
    emulator.faults({"match": {"method": "PUT"}, "fault": "status", "status": 404})
    task = processes.start(options(description="new"), emulator.environment)
    try:
        (result,) = task.results(timeout=10)
    finally:
        task.kill()
    assert result.get("vpn_conn_id", old) == old
    assert only(emulator)["vpnConnId"] == old
