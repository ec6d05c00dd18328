# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault matrix: every fault, in every operation, at the first attempt or at all attempts.

In each case the end state is right and the task's report is true; a plain second run ends as desired. What is to be
expected is not written down case by case: it follows from three properties of a fault.
"""

from __future__ import annotations

import signal
from typing import NamedTuple

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._module import (
    eip,
    vpc_route,
    vpn_customer_gateway,
    vpn_gateway,
    vpn_gateway_routes,
    vpn_tunnel,
)
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.state import (
    CONFIRMED_CREATE_TIMEOUT,
    MAX_CREATE_ATTEMPTS,
    STALE_LIST_TIMEOUT,
)
from emulator_process import GATEWAY
from fake_clock import SkippingClock
from module_process import OPTIONS, options
from run_params import run_params

CASES = 250  # of tunnels
OTHER_CASES = 192  # of customer gateways, route rules, EIPs and VPN gateways, with the faults in OTHER_FAULTS
ROUTES_CASES = 32  # of all rules of a gateway, with the faults in ROUTES_FAULTS

TIMEOUT = 0.25  # seconds for one attempt
SHORT = {"timeout": TIMEOUT, "retry_timeout": 0.4}  # where no attempt succeeds
PATIENT = {"timeout": TIMEOUT, "retry_timeout": 10}  # where the second does


class Fault(NamedTuple):
    """One fault as the emulator takes it, and what it means.

    :ivar done: whether the request is applied all the same.
    :ivar clear: whether it is clear to the client that it was not.
    :ivar passing: whether another attempt is worthwhile.
    """

    spec: dict
    done: bool
    clear: bool
    passing: bool = True


def status(number, **more):
    return dict({"fault": "status", "status": number}, **more)


AFTER_A_SECOND = {"headers": {"Retry-After": 1}}
FAULTS = {
    "reset_before": Fault({"fault": "reset_before"}, done=False, clear=False),
    "reset_after": Fault({"fault": "reset_after"}, done=True, clear=False),
    "hang": Fault({"fault": "hang"}, done=False, clear=False),
    "hang, done": Fault({"fault": "hang", "commit": True}, done=True, clear=False),
    "truncate": Fault({"fault": "truncate"}, done=True, clear=False),
    "garbage": Fault({"fault": "garbage"}, done=True, clear=False),
    "too slow": Fault({"fault": "slow", "seconds": 4 * TIMEOUT}, done=True, clear=False),
    "slow": Fault({"fault": "slow", "seconds": 0.02}, done=True, clear=True),
    "429": Fault(status(429), done=False, clear=True),
    "429, Retry-After": Fault(status(429, **AFTER_A_SECOND), done=False, clear=True),
    "409": Fault(status(409), done=False, clear=True),
    "503, Retry-After": Fault(status(503, **AFTER_A_SECOND), done=False, clear=False),
}
FAULTS.update((f"{number}", Fault(status(number), done=False, clear=False)) for number in (500, 502, 503, 504))
FAULTS.update((f"{number}, done", Fault(status(number, commit=True), True, False)) for number in (500, 502, 503, 504))
FAULTS.update((f"{number}", Fault(status(number), False, True, False)) for number in (400, 403, 404))
# Where the API itself says so, there was no response to read at all.
FAULTS["412"] = Fault(status(412), False, True, False)
FAULTS["not JSON, 400"] = Fault(status(400, body="<html>no</html>"), False, True, False)


class Operation(NamedTuple):
    """What a task is to do, and which of its requests meet the fault."""

    method: str
    present: bool  # whether the tunnel exists before
    desired: dict  # the changes of OPTIONS
    spared: int = 0  # requests of that method before the fault


NEW = {"description": "new", "secret_key": "NewKey@2027"}
OPERATIONS = {
    "list": Operation("GET", True, {}),
    "list after create": Operation("GET", False, {}, spared=1),
    "create": Operation("POST", False, {}),
    "update": Operation("PUT", True, NEW),
    "delete": Operation("DELETE", True, {"state": "absent"}),
}
MATRIX = [(operation, fault, when) for operation in OPERATIONS for fault in FAULTS for when in ("first", "all")]


def test_the_matrix_has_the_stated_number_of_cases():
    assert len(MATRIX) == len(OPERATIONS) * len(FAULTS) * 2 == CASES


@pytest.fixture(autouse=True)
def _environment(emulator, monkeypatch):
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    # A run that does not end is a failure, not a wait.
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(60)
    yield
    signal.alarm(0)


def _too_long(_signal, _frame):
    raise AssertionError("the run does not end")


def expected_success(operation, fault, when):
    """Whether the task succeeds."""
    writes = operation.method != "GET"
    if fault is FAULTS["slow"]:
        return True
    # A write whose outcome is unknown is settled by lists; one that the API calls absent is not believed against them.
    return fault.passing and (when == "first" or (writes and fault.done))


@pytest.mark.parametrize(("operation", "fault", "when"), MATRIX)
def test_end_state_and_report(emulator, operation, fault, when):
    operation, fault, clock = OPERATIONS[operation], FAULTS[fault], SkippingClock()
    if operation.present:
        run_params(vpn_tunnel, options(), False, clock=clock)
    before = emulator.tunnels()
    spent = len(emulator.requests(operation.method)) + operation.spared
    # The emulator's counter of matches starts with the fault.
    nth = [operation.spared + 1] if when == "first" else list(range(operation.spared + 1, 400))
    match = {"method": operation.method, "nth": nth}
    emulator.faults({"match": match, **fault.spec, "times": -1})

    limits = PATIENT if when == "first" else SHORT
    result = run_params(vpn_tunnel, options(**operation.desired, **limits), False, clock=clock)

    emulator.faults()
    after = emulator.tunnels()
    report_is_true(result, before, after)
    assert result.get("failed", False) is not expected_success(operation, fault, when)
    attempts = emulator.requests(operation.method)[spent:]
    if "error" in result and result["error"]["http_status"] == fault.spec.get("status", 0):
        assert result["error"]["retryable"] == fault.passing
    if "error" in result:
        unknown = operation.method != "GET" and not fault.clear
        assert result["error"]["maybe_applied"] == unknown
    if operation.method == "POST":
        assert len({entry["query"]["clientToken"] for entry in attempts}) == 1
        assert len(attempts) == 1 or fault.clear or len(attempts) <= MAX_CREATE_ATTEMPTS
    if "headers" in fault.spec and when == "first":
        assert clock.skipped >= 1
    patience = MAX_CREATE_ATTEMPTS * STALE_LIST_TIMEOUT + CONFIRMED_CREATE_TIMEOUT
    assert clock.skipped <= patience + (MAX_CREATE_ATTEMPTS + 1) * limits["retry_timeout"]
    assert any(entry["fault"] for entry in attempts), "the fault was never met"

    second = run_params(vpn_tunnel, options(**operation.desired), False, clock=clock)
    final = emulator.tunnels()
    report_is_true(second, after, final)
    assert not second.get("failed")
    if operation.desired.get("state") == "absent":
        assert final == []
    else:
        (tunnel,) = final
        assert tunnel["description"] == {**OPTIONS, **operation.desired}["description"]
        assert second["vpn_conn_id"] == tunnel["vpnConnId"]
    if not operation.present or operation.desired.get("state") == "absent":
        return
    assert [item["vpnConnId"] for item in final] == [item["vpnConnId"] for item in before], "it was created again"


def report_is_true(result, before, after):
    """Compare what the task reports with what the cloud had before and has now."""
    was, now = (before or [None])[0], (after or [None])[0]
    assert len(after) <= 1
    failed, message = result.get("failed", False), result.get("msg", "")
    known_id = (now or was or {}).get("vpnConnId")
    if result["changed"]:
        assert was != now
        assert result["vpn_conn_id"] == result["vpnConnId"] == known_id
        # A changed key is in the diff as a marker alone.
        diff = result["diff"]
        assert (diff["before"] == {}, diff["after"] == {}) == (was is None, now is None)
        for side, tunnel in ((diff["before"], was), (diff["after"], now)):
            assert side.get("description") == (tunnel or {}).get("description")
    elif was != now:
        assert failed and "may have been applied" in message
    else:
        assert not failed or "diff" not in result
    if result.get("vpn_conn_id"):
        assert result["vpn_conn_id"] == known_id
    made = [now["vpnConnId"]] if now and not was else []
    assert result.get("created_ids", []) == made
    rotated = bool(was and now and was["secretKey"] != now["secretKey"])
    if not failed or result.get("secret_key_changed"):
        assert result["secret_key_changed"] == rotated
    if failed:
        assert message and result["error"]["message"] in message
    elif "vpn_tunnel" in result and now:
        reported = result["vpn_tunnel"]
        assert (reported["vpn_conn_id"], reported["description"]) == (now["vpnConnId"], now["description"])


class Subject(NamedTuple):
    """Another resource: its module, the options of an object, a change of it, its id option and its stored objects.

    The API's name of the option that changes is `changed_name`.
    """

    module: object
    options: dict
    change: dict
    id_option: str
    id_name: str
    stored: object
    changed_name: str = "description"


SUBJECTS = {
    "vpn_customer_gateway": Subject(
        vpn_customer_gateway,
        {"name": "berlin", "ip": "203.0.113.10", "description": "old"},
        {"description": "new"},
        "cgw_id",
        "cgwId",
        lambda emulator: emulator.customer_gateways(),
    ),
    "vpc_route": Subject(
        vpc_route,
        {
            "vpc_id": "vpc-emulator",
            "source_address": "0.0.0.0/0",
            "destination_address": "10.24.0.0/24",
            "nexthop_id": GATEWAY,
            "description": "old",
        },
        {"description": "new"},
        "route_rule_id",
        "routeRuleId",
        lambda emulator: [rule for rule in emulator.route_rules() if rule["nexthopType"] != "sys"],
    ),
    "eip": Subject(
        eip,
        {"name": "vpn-eip", "bandwidth_in_mbps": 5},
        {"bandwidth_in_mbps": 9},
        "eip",
        "eip",
        lambda emulator: [found for found in emulator.eips() if found["name"] == "vpn-eip"],
        "bandwidthInMbps",
    ),
    "vpn_gateway": Subject(
        vpn_gateway,
        {"vpc_id": "vpc-emulator", "vpn_name": "hub", "description": "old"},
        {"description": "new"},
        "vpn_id",
        "vpnId",
        lambda emulator: [found for found in emulator.gateways() if found["vpnName"] == "hub"],
    ),
}
# One fault of each combination of properties, and of each way to lose a response; none that hangs, to be quick.
OTHER_FAULTS = ("reset_before", "reset_after", "garbage", "429", "500", "500, done", "400", "404")
WRITES = ("create", "update", "delete")
OTHER_MATRIX = [
    (subject, write, fault, when)
    for subject in SUBJECTS
    for write in WRITES
    for fault in OTHER_FAULTS
    for when in ("first", "all")
]


def test_matrix_of_the_other_resources_has_the_stated_number_of_cases():
    assert len(OTHER_MATRIX) == OTHER_CASES


@pytest.mark.parametrize(("subject", "write", "fault", "when"), OTHER_MATRIX)
def test_write_of_another_resource_ends_right_with_a_true_report(emulator, subject, write, fault, when):
    subject, operation, fault, clock = SUBJECTS[subject], OPERATIONS[write], FAULTS[fault], SkippingClock()
    change = {"create": {}, "update": subject.change, "delete": {"state": "absent"}}[write]
    if operation.present:
        assert run_params(subject.module, subject.options, False, clock=clock)["changed"]
    before = subject.stored(emulator)
    spent = len(emulator.requests(operation.method))
    nth = [1] if when == "first" else list(range(1, 400))
    emulator.faults({"match": {"method": operation.method, "nth": nth}, **fault.spec, "times": -1})
    limits = PATIENT if when == "first" else SHORT

    result = run_params(subject.module, {**subject.options, **change, **limits}, False, clock=clock)

    emulator.faults()
    after = subject.stored(emulator)
    assert result.get("failed", False) is not expected_success(operation, fault, when)
    attempts = emulator.requests(operation.method)[spent:]
    assert any(entry["fault"] for entry in attempts), "the fault was never met"
    if "error" in result:
        assert result["error"]["maybe_applied"] == (not fault.clear)
    if write == "create":
        assert len({entry["query"]["clientToken"] for entry in attempts}) == 1
        assert len(attempts) == 1 or fault.clear or len(attempts) <= MAX_CREATE_ATTEMPTS
    assert len(after) <= 1
    assert result["changed"] == (before != after) or "may have been applied" in result["msg"]
    made = [item[subject.id_name] for item in after if not before]
    assert result.get("created_ids", []) == made

    second = run_params(subject.module, {**subject.options, **change}, False, clock=clock)
    final = subject.stored(emulator)
    assert not second.get("failed") and second["changed"] == (after != final)
    if write == "delete":
        assert final == []
        return
    (item,) = final
    (option,) = subject.change
    assert item[subject.changed_name] == {**subject.options, **change}[option]
    assert second[subject.id_option] == item[subject.id_name]
    if before:
        assert item[subject.id_name] == before[0][subject.id_name], "it was created again"


# What meets the fault -> (method, path, whether the rules exist before, options)
ROUTES_OPERATIONS = {
    "tunnels": ("GET", "/vpnconn/", False, {}),
    "create": ("POST", "/route/rule", False, {}),
    "purge": ("DELETE", "/route/rule/", True, {"sources": ["192.168.0.0/20"], "purge": True}),
    "delete": ("DELETE", "/route/rule/", True, {"state": "absent", "purge": True}),
}
ROUTES_FAULTS = ("reset_before", "reset_after", "500, done", "404")
ROUTES_MATRIX = [
    (operation, fault, when) for operation in ROUTES_OPERATIONS for fault in ROUTES_FAULTS for when in ("first", "all")
]


def test_matrix_of_the_routes_of_a_gateway_has_the_stated_number_of_cases():
    assert len(ROUTES_MATRIX) == ROUTES_CASES


@pytest.mark.parametrize(("operation", "fault", "when"), ROUTES_MATRIX)
def test_routes_of_a_gateway_end_right_with_a_true_report(emulator, operation, fault, when):
    """Two rules: of the sources 0.0.0.0/0 before and otherwise of the subnet, with a foreign rule next to them."""
    method, path, is_present, arguments = ROUTES_OPERATIONS[operation]
    fault, clock, subject = FAULTS[fault], SkippingClock(), SUBJECTS["vpc_route"]
    networks = {"local_subnets": ["192.168.0.0/20"], "remote_subnets": ["10.1.0.0/16", "10.7.0.0/16"]}
    run_params(vpn_tunnel, options(**networks), False, clock=clock)
    run_params(vpc_route, dict(subject.options, nexthop_type="custom", nexthop_id="i-00000001"), False, clock=clock)
    if is_present:
        run_params(vpn_gateway_routes, {"vpn_id": GATEWAY, "sources": ["0.0.0.0/0"]}, False, clock=clock)
    before = subject.stored(emulator)
    nth = [1] if when == "first" else list(range(1, 400))
    emulator.faults({"match": {"method": method, "path_regex": path, "nth": nth}, **fault.spec, "times": -1})
    limits = PATIENT if when == "first" else SHORT

    result = run_params(vpn_gateway_routes, {"vpn_id": GATEWAY, **arguments, **limits}, False, clock=clock)

    emulator.faults()
    after = subject.stored(emulator)
    assert any(entry["fault"] for entry in emulator.requests(method)), "the fault was never met"
    is_read = method == "GET"
    assert result.get("failed", False) is not (fault.passing and (when == "first" or (fault.done and not is_read)))
    ids, kept = ({rule["routeRuleId"] for rule in rules} for rules in (before, after))
    shown = result.get("route_rules", [])
    made = {created for item in shown for created in item["created_ids"]}
    unknown = [item for item in shown if (item["error"] or {}).get("maybe_applied")]
    assert kept - ids == made or unknown
    assert len({(rule["sourceAddress"], rule["destinationAddress"]) for rule in after}) == len(after)
    assert before[0] in after, "a foreign rule"
    assert sum(item["changed"] for item in shown if item["action"] == "delete") + len(unknown) >= len(ids - kept)

    second = run_params(vpn_gateway_routes, {"vpn_id": GATEWAY, **arguments}, False, clock=clock)
    final = subject.stored(emulator)
    assert not second.get("failed"), second
    assert second["changed"] == (after != final)
    expected = {"tunnels": "192.168.0.0/20", "create": "192.168.0.0/20", "purge": "192.168.0.0/20"}.get(operation)
    pairs = sorted((rule["sourceAddress"], rule["destinationAddress"]) for rule in final if rule != before[0])
    assert pairs == ([(expected, "10.1.0.0/16"), (expected, "10.7.0.0/16")] if expected else [])
