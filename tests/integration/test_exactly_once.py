# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One tunnel in the end: client tokens, replayed responses, stale lists, concurrent runs and kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_tunnel
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.executor import RequestExecutor
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.idempotency import WINDOW_SECONDS
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.state import (
    CONFIRMED_CREATE_TIMEOUT,
    MAX_CREATE_ATTEMPTS,
    PROBE,
    STALE_LIST_TIMEOUT,
)
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import CREATE
from api_example import entry
from emulator_process import GATEWAY
from kills import run_again_after_kills
from module_process import KEY, ModuleProcesses, options
from run_params import run_params

LATE = 10  # seconds until the list shows a write
PLAYBOOK = Path(sys.executable).parent / "ansible-playbook"
REFUSED_PROBE = {"match": {"method": "PUT"}, "fault": "status", "status": 400, "times": -1}


@pytest.fixture(scope="module")
def processes():
    started = ModuleProcesses()
    yield started
    started.stop()


@pytest.fixture
def emulator(emulator, monkeypatch):
    """The emulator in a process of its own, in real time."""
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    return emulator


def run(clock=time, **changes):
    return run_params(vpn_tunnel, options(**changes), False, clock=clock)


def only(emulator):
    """The one stored tunnel."""
    (tunnel,) = emulator.tunnels()
    return tunnel


def tokens(emulator):
    """The tokens of all creations in order."""
    return [request["query"]["clientToken"] for request in emulator.requests("POST")]


def during(monkeypatch, kind, action):
    """Let `action` happen right before the first write of a kind (CREATE, UPDATE, ...) is sent."""
    original = RequestExecutor._send

    def interrupted(executor, write):
        if write.action == kind:
            monkeypatch.setattr(RequestExecutor, "_send", original)
            action()
        return original(executor, write)

    monkeypatch.setattr(RequestExecutor, "_send", interrupted)


# -- replayed responses ------------------------------------------------------------------------------------------------


def test_tunnel_deleted_and_created_again_in_later_minutes_is_a_new_tunnel(cloud, clock):
    """Of each creation the API replays the shared tokens; the token of the minute makes the new tunnel."""
    old = run(clock)["vpn_conn_id"]
    for _cycle in range(35):
        assert run(clock, state="absent")["changed"]
        clock.sleep(WINDOW_SECONDS)
        begin, sent = clock.monotonic(), len(cloud.requests())
        result = run(clock)
        assert result["changed"] and result["vpn_conn_id"] != old
        assert result["vpn_conn_id"] == only(cloud)["vpnConnId"]
        assert result["vpn_conn_id"] in result["created_ids"]
        assert clock.monotonic() - begin <= (MAX_CREATE_ATTEMPTS - 1) * STALE_LIST_TIMEOUT + 0.1
        assert len(cloud.requests()) - sent <= 30
        old = result["vpn_conn_id"]


def test_fourth_creation_within_a_minute_fails_until_the_minute_is_over(cloud, clock):
    ids = set()
    for _creation in range(MAX_CREATE_ATTEMPTS):
        ids.add(run(clock)["vpn_conn_id"])
        run(clock, state="absent")
    assert len(ids) == MAX_CREATE_ATTEMPTS and clock.slept < WINDOW_SECONDS
    result = run(clock)
    assert result["failed"] and not result["changed"]
    assert (result["error"]["code"], result["error"]["retryable"]) == ("IdempotencyTokensExhausted", True)
    assert set(result["created_ids"]) == ids and cloud.tunnels() == [] and not result["error"]["maybe_applied"]
    clock.sleep(WINDOW_SECONDS)
    result = run(clock)
    assert result["changed"] and result["vpn_conn_id"] == only(cloud)["vpnConnId"]
    assert result["vpn_conn_id"] not in ids


def test_two_runs_at_once_after_a_deletion_make_one_new_tunnel(emulator, processes):
    old = run()["vpn_conn_id"]
    run(state="absent")
    results = processes.run(options(), emulator.environment, 2)
    assert {result["vpn_conn_id"] for result in results} == {only(emulator)["vpnConnId"]} != {old}
    assert not any(result.get("failed") for result in results)


def test_deleted_tunnel_of_other_parameters_does_not_prevent_a_creation(cloud, clock):
    run(clock, description="old")
    run(clock, state="absent")
    result = run(clock, description="new")
    assert result["changed"] and not result.get("failed")
    assert (only(cloud)["vpnConnId"], only(cloud)["description"]) == (result["vpn_conn_id"], "new")
    assert clock.slept <= STALE_LIST_TIMEOUT + 0.1


def test_creation_that_replays_a_renamed_tunnel_fails_and_names_the_way_out(cloud, clock):
    """The tunnel was renamed, or the API changes names: a further creation could end in any number of tunnels."""
    old = run(clock)["vpn_conn_id"]
    assert run(clock, vpn_conn_id=old, vpn_conn_name="moved")["changed"]
    result = run(clock)
    assert result["failed"] and not result["changed"]
    assert (result["error"]["code"], result["error"]["retryable"]) == ("RenamedOrShownDifferently", False)
    assert old in result["msg"] and "'moved'" in result["msg"] and "client_token" in result["msg"]
    assert (only(cloud)["vpnConnId"], only(cloud)["vpnConnName"]) == (old, "moved")
    assert run(clock, client_token="ticket-4711")["changed"]
    assert not run(clock)["changed"] and len(cloud.tunnels()) == 2


def test_creation_replaying_a_renamed_changed_tunnel_makes_a_new_one(cloud, clock):
    old = run(clock)["vpn_conn_id"]
    assert run(clock, vpn_conn_id=old, vpn_conn_name="moved", description="moved")["changed"]
    new = run(clock)
    assert new["changed"] and new["vpn_conn_id"] != old and new["vpn_tunnel"]["vpn_conn_name"] == "vpncon"
    assert {tunnel["vpnConnId"]: tunnel["vpnConnName"] for tunnel in cloud.tunnels()} == {
        old: "moved",
        new["vpn_conn_id"]: "vpncon",
    }
    assert not run(clock)["changed"]


def test_tunnel_of_another_run_is_taken_while_the_api_replays_a_renamed_one(cloud, clock, monkeypatch):
    old = run(clock)["vpn_conn_id"]
    run(clock, vpn_conn_id=old, vpn_conn_name="moved")
    other = entry(secretKey=KEY, vpnConnId="vpnconn-other", createdTime="2026-04-25 17:22:34")
    during(monkeypatch, CREATE, lambda: cloud.plant(other))
    result = run(clock)
    assert result["vpn_conn_id"] == "vpnconn-other" and not result.get("failed") and not result["changed"]
    assert sorted(tunnel["vpnConnId"] for tunnel in cloud.tunnels()) == sorted([old, "vpnconn-other"])
    assert cloud.requests("DELETE") == []


def test_refused_probe_of_a_replayed_id_is_no_reason_for_another_creation(cloud, clock):
    """The API replays the creation, and responds with something inconclusive to an update of that tunnel."""
    old = run(clock)["vpn_conn_id"]
    run(clock, state="absent")
    cloud.faults(REFUSED_PROBE)
    result = run(clock)
    assert (result["error"]["code"], result["error"]["retryable"]) == ("CreationNotVisible", True) and old in result[
        "msg"
    ]
    assert cloud.tunnels() == [] and len(tokens(cloud)) == 2
    cloud.faults()
    result = run(clock)
    assert result["changed"] and result["vpn_conn_id"] == only(cloud)["vpnConnId"] != old


# -- stale lists -------------------------------------------------------------------------------------------------------


def test_stale_list_leads_to_no_second_tunnel(cloud, clock):
    cloud.settings(list_lag_ms=LATE * 1000)
    result = run(clock)
    assert result["changed"] and result["vpn_conn_id"] == only(cloud)["vpnConnId"]
    assert len(cloud.requests("POST")) == 1
    assert not cloud.requests("DELETE")
    assert LATE <= clock.slept <= 2 * LATE


def test_runs_that_start_while_the_list_is_stale_share_the_tunnel(cloud, clock, monkeypatch):
    """The second run starts three seconds after the first, and both return what the API made for the first."""
    cloud.settings(list_lag_ms=LATE * 1000)
    results = []
    during(monkeypatch, PROBE, lambda: results.append(run(clock)))
    results.append(run(clock))
    assert [result["vpn_conn_id"] for result in results] == [only(cloud)["vpnConnId"]] * 2
    assert len(set(tokens(cloud))) == 1 and len(tokens(cloud)) == 2
    assert cloud.requests("DELETE") == []


@pytest.mark.parametrize("lag", [LATE, 60])
def test_stale_list_and_a_refused_probe_together_lead_to_no_second_tunnel(cloud, clock, lag):
    cloud.settings(list_lag_ms=lag * 1000)
    cloud.faults(REFUSED_PROBE)
    result = run(clock)
    assert result["changed"] and result["vpn_conn_id"] == only(cloud)["vpnConnId"]
    assert result.get("error", {}).get("code") == (None if lag == LATE else "CreationNotVisible")
    clock.sleep(lag)
    assert run(clock)["vpn_conn_id"] == result["vpn_conn_id"] and len(tokens(cloud)) == 1


@pytest.mark.parametrize("lag", [5, 60])
def test_tunnel_that_list_and_probe_deny_is_created_few_times_all_reported(cloud, clock, lag):
    """The list is stale and the API calls the tunnel absent: no client can know that it is there."""
    cloud.settings(list_lag_ms=lag * 1000)
    cloud.faults({**REFUSED_PROBE, "status": 404})
    result = run(clock)
    made = {tunnel["vpnConnId"] for tunnel in cloud.tunnels()}
    assert set(result["created_ids"]) == made and 1 < len(made) <= MAX_CREATE_ATTEMPTS
    assert clock.slept <= MAX_CREATE_ATTEMPTS * STALE_LIST_TIMEOUT + 0.1
    if lag < MAX_CREATE_ATTEMPTS * STALE_LIST_TIMEOUT:
        assert result["changed"] and not result.get("failed")
    else:
        assert (result["error"]["code"], result["error"]["retryable"]) == ("IdempotencyTokensExhausted", True)
    clock.sleep(lag)
    again = run(clock)
    assert again["error"]["code"] == "AmbiguousName" and all(vpn_conn_id in again["msg"] for vpn_conn_id in made)
    assert cloud.requests("DELETE") == []


def test_tunnel_that_the_api_confirms_but_never_lists_is_created_once(cloud, clock):
    cloud.settings(list_lag_ms=600_000)
    result = run(clock)
    assert result["failed"] and result["changed"]
    assert (result["error"]["code"], result["error"]["retryable"]) == ("CreationNotVisible", True)
    assert result["vpn_conn_id"] == only(cloud)["vpnConnId"] and result["created_ids"] == [result["vpn_conn_id"]]
    assert clock.slept == pytest.approx(STALE_LIST_TIMEOUT + CONFIRMED_CREATE_TIMEOUT, abs=0.1)
    assert len(cloud.requests("POST")) == 1 and len(cloud.requests()) <= 30


def test_update_that_the_api_calls_absent_makes_no_second_tunnel(cloud, clock):
    """One wrong 404: the lists go on to show the tunnel, so the run ends with the error of the API."""
    old = run(clock)["vpn_conn_id"]
    cloud.faults({"match": {"method": "PUT"}, "fault": "status", "status": 404})
    result = run(clock, description="new")
    assert result["failed"] and not result["changed"] and result["error"]["http_status"] == 404
    assert result["vpn_conn_id"] == only(cloud)["vpnConnId"] == old
    assert clock.slept == pytest.approx(STALE_LIST_TIMEOUT, abs=0.1)


@pytest.mark.parametrize("is_deleted", [True, False])
def test_deletion_called_absent_is_accepted_only_if_the_list_agrees(cloud, clock, is_deleted):
    run(clock)
    cloud.faults({"match": {"method": "DELETE"}, "fault": "status", "status": 404, "commit": is_deleted})
    result = run(clock, state="absent")
    if is_deleted:
        assert not result.get("failed") and not result["changed"] and clock.slept == 0
    else:
        assert result["failed"] and not result["changed"] and result["error"]["http_status"] == 404
        assert clock.slept == pytest.approx(STALE_LIST_TIMEOUT, abs=0.1)
    assert len(cloud.tunnels()) == (not is_deleted)


# -- concurrent runs ---------------------------------------------------------------------------------------------------


def test_concurrent_runs_of_other_parameters_end_with_one_of_the_two(emulator, processes):
    emulator.settings(latency_ms=40)
    started = [processes.start(options(description=text), emulator.environment) for text in ("one", "two")]
    results = [result for each in started for result in each.results()]
    assert [result["vpn_conn_id"] for result in results] == [only(emulator)["vpnConnId"]] * 2
    assert only(emulator)["description"] in ("one", "two")


@pytest.mark.parametrize("created", ["2020-01-01 00:00:00", "2030-01-01 00:00:00"])
def test_duplicate_made_meanwhile_by_others_is_reported_and_kept(cloud, clock, monkeypatch, created):
    """It makes its tunnel, without a token, between this run's list and its creation."""
    other = entry(secretKey=KEY, description="other", vpnConnId="vpnconn-other", createdTime=created)
    during(monkeypatch, CREATE, lambda: cloud.plant(other))
    result = run(clock)
    (own,) = {tunnel["vpnConnId"] for tunnel in cloud.tunnels()} - {"vpnconn-other"}
    assert own in result["created_ids"] and result["changed"] and cloud.requests("DELETE") == []
    if created < "2026":
        assert result["failed"] and result["error"]["code"] == "AmbiguousName"
        assert own in result["msg"] and "vpnconn-other" in result["msg"]
    else:
        assert not result.get("failed") and result["vpn_conn_id"] == own
        assert any("vpnconn-other" in warning for warning in result["warnings"])
    assert cloud.requests("PUT") == []
    assert clock.slept == pytest.approx(STALE_LIST_TIMEOUT, abs=0.1)


def test_twenty_processes_at_once_make_one_tunnel_in_each_of_ten_rounds(emulator, processes):
    for turn in range(10):
        name = f"round-{turn}"
        results = processes.run(options(vpn_conn_name=name), emulator.environment, 20)
        (tunnel,) = [item for item in emulator.tunnels() if item["vpnConnName"] == name]
        assert [result["vpn_conn_id"] for result in results] == [tunnel["vpnConnId"]] * 20
        assert not [result["msg"] for result in results if result.get("failed")]


# -- creations of unknown outcome --------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "ticket-4711"])
def test_creation_that_did_not_arrive_is_sent_again_with_its_token(cloud, clock, token):
    cloud.faults({"match": {"method": "POST"}, "fault": "reset_before", "times": MAX_CREATE_ATTEMPTS - 1})
    assert run(clock, client_token=token)["changed"]
    assert len(tokens(cloud)) == MAX_CREATE_ATTEMPTS and len(set(tokens(cloud))) == 1
    assert token in (None, *tokens(cloud))
    # The last list of the wait after the last creation makes sure that there is no second tunnel.
    assert len(cloud.tunnels()) == 1 and clock.slept == pytest.approx(MAX_CREATE_ATTEMPTS * STALE_LIST_TIMEOUT, abs=0.1)


def test_creation_of_lost_response_is_not_repeated_if_listed(cloud, clock):
    cloud.faults({"match": {"method": "POST"}, "fault": "reset_after", "times": -1})
    result = run(clock, client_token="ticket-4711")
    assert result["changed"] and tokens(cloud) == ["ticket-4711"]
    assert result["created_ids"] == [result["vpn_conn_id"]] == [only(cloud)["vpnConnId"]]
    assert clock.slept == pytest.approx(STALE_LIST_TIMEOUT, abs=0.1)


def test_creation_whose_outcome_stays_unknown_is_reported_as_maybe_applied(cloud, clock):
    cloud.faults({"match": {"method": "POST"}, "fault": "reset_before", "times": -1})
    result = run(clock)
    assert result["failed"] and not result["changed"]
    assert (result["error"]["code"], result["error"]["maybe_applied"]) == ("ConnectionFailed", True)
    assert "The request may have been applied: run the task again" in result["msg"]
    assert len(tokens(cloud)) == MAX_CREATE_ATTEMPTS and len(set(tokens(cloud))) == 1 and cloud.tunnels() == []
    cloud.faults()
    assert run(clock)["changed"] and len(cloud.tunnels()) == 1


# -- the user's own token ----------------------------------------------------------------------------------------------


def test_used_client_token_is_a_clear_error(cloud, clock):
    old = run(clock, client_token="ticket-4711")["vpn_conn_id"]
    run(clock, state="absent")
    result = run(clock, client_token="ticket-4711")
    assert result["failed"] and not result["changed"]
    assert "client_token" in result["msg"] and old in result["msg"]
    assert cloud.tunnels() == []


def test_client_token_used_for_another_tunnel_is_a_clear_error(cloud, clock):
    run(clock, client_token="ticket-4711")
    result = run(clock, client_token="ticket-4711", vpn_conn_name="other")
    assert (result["failed"], result["changed"], result["error"]["code"]) == (
        True,
        False,
        "IdempotentParameterMismatch",
    )
    assert "client_token" in result["msg"]
    assert only(cloud)["vpnConnName"] == "vpncon"


def test_derived_tokens_hold_nothing_secret(cloud, clock):
    """The token is in URLs and logs, so it must not depend on the key: one could guess keys by it."""
    sent = []
    for key in (KEY, "Another@Key9"):
        cloud.reset()
        run(clock, secret_key=key)
        sent += tokens(cloud)
    assert len(sent) == 2 and sent[0] == sent[1]


# -- kills -------------------------------------------------------------------------------------------------------------


def test_after_a_kill_at_any_moment_the_next_run_ends_with_one_tunnel(emulator, processes, record_property):
    """SIGKILL for the process group of a lean Python process that does the module's whole work, run()."""

    def check(result):
        assert only(emulator)["vpnConnId"] == result["vpn_conn_id"]

    spread = run_again_after_kills(emulator, processes, options(), emulator.tunnels, run, check)
    record_property("kills", str(spread))


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
