# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wait_for: until the tunnel is active or reachable, whatever happens in between, and not a moment too long."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_tunnel
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.state import STALE_LIST_TIMEOUT
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.waiter import MAX_POLL_INTERVAL
from api_example import entry
from module_process import KEY, options
from run_params import run_params

SETTLE = 20  # seconds until the emulator's new tunnel is active and reachable
FOR_EVER = 100_000  # seconds


@pytest.fixture(autouse=True)
def _settle(cloud):
    cloud.settings(settle_ms=SETTLE * 1000)


def run(clock, check_mode=False, **changes):
    return run_params(vpn_tunnel, options(**changes), check_mode, clock=clock)


def fail_lists(cloud, first, count=999, **fault):
    """Let that many lists fail, beginning with one of them."""
    cloud.faults({"match": {"method": "GET", "nth": list(range(first, first + count))}, "times": -1, **fault})


@pytest.mark.parametrize(
    ("wait_for", "word", "goal"), [("active", "status", "active"), ("reachable", "health_status", "reachable")]
)
def test_wait_ends_when_the_tunnel_is_as_asked_for(clock, wait_for, word, goal):
    result = run(clock, wait_for=wait_for)
    assert result["changed"] and result["vpn_tunnel"][word] == goal
    assert SETTLE <= clock.slept <= SETTLE + MAX_POLL_INTERVAL
    assert run(clock)["vpn_tunnel"] == result["vpn_tunnel"]


def test_task_without_wait_for_reports_the_status_right_away(clock):
    assert run(clock)["vpn_tunnel"]["status"] == "building" and clock.slept == 0


def test_unchanged_tunnel_is_waited_for_as_well(clock):
    run(clock)
    result = run(clock, wait_for="active")
    assert (result["changed"], result["vpn_tunnel"]["status"]) == (False, "active")


@pytest.mark.parametrize(
    "fault",
    [{"fault": "reset_before"}, {"fault": "truncate"}, {"fault": "garbage"}, {"fault": "status", "status": 503},
     {"fault": "status", "status": 429}],
    ids=lambda fault: str(fault.get("status", fault["fault"])),
)  # fmt: skip
def test_errors_in_between_do_not_end_the_wait(cloud, clock, fault):
    """The first lists of the wait fail for good, without a retry."""
    fail_lists(cloud, 3, 4, **fault)
    result = run(clock, wait_for="active", retry_timeout=0)
    assert not result.get("failed") and result["vpn_tunnel"]["status"] == "active"
    assert cloud.requests("GET")[2]["fault"] == fault["fault"]


def test_timeout_reports_the_id_and_the_last_status(cloud, clock):
    cloud.settings(settle_ms=FOR_EVER * 1000)
    result = run(clock, wait_for="active", wait_timeout=60)
    assert 60 - MAX_POLL_INTERVAL <= clock.slept <= 60
    (tunnel,) = cloud.tunnels()
    assert result["failed"] and result["changed"]
    assert (result["error"]["code"], result["error"]["retryable"]) == ("WaitTimeout", True)
    assert result["vpn_conn_id"] == tunnel["vpnConnId"] and tunnel["vpnConnId"] in result["msg"]
    assert "building" in result["msg"] and result["vpn_tunnel"]["status"] == "building"


@pytest.mark.parametrize("retry_timeout", [0, 3600])
def test_timeout_reports_why_the_last_list_failed(cloud, clock, retry_timeout):
    """The retries of a list end with the wait."""
    fail_lists(cloud, 3, fault="reset_before")
    result = run(clock, wait_for="active", wait_timeout=60, retry_timeout=retry_timeout)
    assert result["error"]["code"] == "WaitTimeout" and clock.slept <= 60
    assert "last list failed" in result["msg"]


def test_refusal_ends_the_wait_at_once(cloud, clock):
    """Rights that are taken away do not come back by waiting; what was done before is reported all the same."""
    fail_lists(cloud, 3, fault="status", status=403)
    result = run(clock, wait_for="active", wait_timeout=60)
    assert clock.slept < 1
    assert (result["failed"], result["changed"], result["error"]["code"]) == (True, True, "AccessDenied")
    assert result["vpn_conn_id"] == cloud.tunnels()[0]["vpnConnId"]


def show(first, *tunnels, count=999):
    """Return a fault by which that many lists show these tunnels, beginning with one of them."""
    nth = list(range(first, first + count))
    return {"match": {"method": "GET", "nth": nth}, "fault": "garbage", "body": {"vpnConns": list(tunnels)}}


@pytest.mark.parametrize("status", ["error", "Expired", "deleting"])
def test_status_that_never_becomes_the_desired_one_ends_the_wait(cloud, clock, status):
    """The tunnel gets it while the task waits for it."""
    building = entry(secretKey=KEY, status="building")
    cloud.plant(building)
    cloud.faults(show(3, {**building, "status": status}))
    result = run(clock, wait_for="active", wait_timeout=60)
    assert (result["failed"], result["changed"]) == (True, False)
    assert (result["error"]["code"], result["error"]["retryable"]) == ("WaitFailed", False)
    assert status.lower() in result["msg"] and building["vpnConnId"] in result["msg"]
    assert result["vpn_tunnel"]["status"] == status and clock.slept < 5


@pytest.mark.parametrize("is_deleted", [False, True])
def test_tunnel_that_vanishes_ends_the_wait_and_a_stale_list_does_not(cloud, clock, is_deleted):
    building = entry(secretKey=KEY, status="building")
    cloud.plant(building)
    # Five lists of a wait end before the patience does.
    cloud.faults(show(2, count=999 if is_deleted else 5), show(7, {**building, "status": "active"}))
    result = run(clock, wait_for="active", wait_timeout=60)
    if is_deleted:
        assert (result["failed"], result["changed"], result["error"]["code"]) == (True, False, "ObjectVanished")
        assert result["vpn_conn_id"] in result["msg"] and "vpn_tunnel" not in result
        assert STALE_LIST_TIMEOUT <= clock.slept <= STALE_LIST_TIMEOUT + MAX_POLL_INTERVAL
    else:
        assert not result.get("failed") and result["vpn_tunnel"]["status"] == "active"


def test_check_mode_and_deletion_do_not_wait(cloud, clock):
    cloud.settings(settle_ms=FOR_EVER * 1000)
    assert run(clock, check_mode=True, wait_for="active")["changed"]
    run(clock)
    assert not run(clock, check_mode=True, wait_for="active")["changed"]
    assert run(clock, state="absent", wait_for="active")["changed"]
    assert clock.slept == 0
