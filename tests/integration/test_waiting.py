# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wait_for: until the tunnel is active or reachable, whatever happens in between, and not a moment too long."""

from __future__ import annotations

import time

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils import vpn_tunnel
from task_process import options

SETTLE = 0.8  # seconds until the emulator's new tunnel is active and reachable


@pytest.fixture(autouse=True)
def _environment(emulator, monkeypatch):
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    emulator.settings(settle_ms=SETTLE * 1000)


def run(check_mode=False, **changes):
    return vpn_tunnel.run(options(**changes), check_mode)


@pytest.mark.parametrize(
    ("wait_for", "word", "goal"), [("active", "status", "active"), ("reachable", "health_status", "reachable")]
)
def test_it_waits_until_the_tunnel_is_as_asked_for(emulator, wait_for, word, goal):
    started = time.monotonic()
    result = run(wait_for=wait_for)
    assert result["changed"] and result["vpn_tunnel"][word] == goal
    assert SETTLE <= time.monotonic() - started < SETTLE + 2
    assert run()["vpn_tunnel"] == result["vpn_tunnel"]


def test_without_wait_for_the_status_is_told_as_it_is_right_away(emulator):
    assert run()["vpn_tunnel"]["status"] == "building"


def test_an_unchanged_tunnel_is_waited_for_as_well(emulator):
    run()
    result = run(wait_for="active")
    assert (result["changed"], result["vpn_tunnel"]["status"]) == (False, "active")


@pytest.mark.parametrize(
    "fault",
    [{"fault": "reset_before"}, {"fault": "truncate"}, {"fault": "garbage"}, {"fault": "status", "status": 503},
     {"fault": "status", "status": 429}],
    ids=lambda fault: str(fault.get("status", fault["fault"])),
)  # fmt: skip
def test_errors_in_between_do_not_end_the_wait(emulator, fault):
    """Every look of the first second fails for good, with its own retries used up."""
    emulator.faults({"match": {"method": "GET", "nth": [3, 4, 5, 6]}, **fault, "times": -1})
    result = run(wait_for="active", retry_timeout=0)
    assert not result.get("failed") and result["vpn_tunnel"]["status"] == "active"
    assert emulator.requests("GET")[2]["fault"] == fault["fault"]


def test_a_timeout_tells_the_id_and_the_last_status(emulator):
    emulator.settings(settle_ms=60_000)
    started = time.monotonic()
    result = run(wait_for="active", wait_timeout=1)
    assert time.monotonic() - started < 3
    (tunnel,) = emulator.tunnels()
    assert result["failed"] and result["changed"]
    assert (result["error"]["code"], result["error"]["retryable"]) == ("WaitTimeout", True)
    assert result["vpn_conn_id"] == tunnel["vpnConnId"] and tunnel["vpnConnId"] in result["msg"]
    assert "building" in result["msg"] and result["vpn_tunnel"]["status"] == "building"


def test_a_timeout_tells_why_the_last_look_failed(emulator):
    emulator.faults({"match": {"method": "GET", "nth": list(range(3, 99))}, "fault": "reset_before", "times": -1})
    result = run(wait_for="active", wait_timeout=1, retry_timeout=0)
    assert result["error"]["code"] == "WaitTimeout"
    assert "last look failed" in result["msg"]


def test_a_refusal_ends_the_wait_at_once(emulator):
    """Rights that are taken away do not come back by waiting; what was done before is told all the same."""
    emulator.faults(
        {"match": {"method": "GET", "nth": list(range(3, 99))}, "fault": "status", "status": 403, "times": -1}
    )
    started = time.monotonic()
    result = run(wait_for="active", wait_timeout=30)
    assert time.monotonic() - started < 3
    assert (result["failed"], result["changed"], result["error"]["code"]) == (True, True, "AccessDenied")
    assert result["vpn_conn_id"] == emulator.tunnels()[0]["vpnConnId"]


def test_check_mode_and_deletion_do_not_wait(emulator):
    emulator.settings(settle_ms=60_000)
    started = time.monotonic()
    assert run(check_mode=True, wait_for="active")["changed"]
    run()
    assert not run(check_mode=True, wait_for="active")["changed"]
    assert run(state="absent", wait_for="active")["changed"]
    assert time.monotonic() - started < 2
