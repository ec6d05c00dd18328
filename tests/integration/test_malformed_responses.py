# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Malformed responses and options: a clear error or a tolerant read, never a traceback."""

from __future__ import annotations

import json
import signal
import time

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options
from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_tunnel
from api_example import entry
from emulator_process import GATEWAY
from module_process import KEY, options
from run_params import run_params

ENTRY = entry(
    secretKey=KEY, vpnId=GATEWAY, vpnConnId="vpnconn-planted", status="active", healthStatus="reachable",
    localIp="172.16.0.1", createdTime="2026-04-25 17:22:34",
)  # fmt: skip
LIMITS = {"timeout": 30, "retry_timeout": 0.2}
CHANGED_LIFE_TIME = {"ipsec_config": {"ipsec_lifetime": 3600}}


@pytest.fixture(autouse=True)
def _alarm():
    # A run that does not end must fail the test.
    signal.signal(signal.SIGALRM, _too_long)
    yield
    signal.alarm(0)


def _too_long(_signal, _frame):
    raise AssertionError("the run does not end")


def run(clock, check_mode=False, **changes):
    signal.alarm(60)
    result = run_params(vpn_tunnel, options(**{**LIMITS, **changes}), check_mode, clock=clock)
    json.dumps(result)  # as Ansible does
    return result


def respond(cloud, method, body, *others, **more):
    """Respond to every request of the method with this body: a text unchanged, else as JSON.

    :param others: further faults.
    """
    text = body if isinstance(body, str) else json.dumps(body)
    fault = {"fault": "garbage", "body": text, "content_type": "application/json", "times": -1, **more}
    cloud.faults({"match": {"method": method}, **fault}, *others)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<html><h1>Sign in</h1></html>", "not a JSON object"),
        ("", "has no vpnConns"),
        ("[]", "not a JSON object"),
        ("{}", "has no vpnConns"),
        ('{"vpnConns": {}}', "not a list"),
        ('{"vpnConns": [7]}', "not a list of objects"),
        ("[" * 100_000, "not a JSON object"),
        ('{"vpnConns": [', "not a JSON object"),
    ],
)
def test_list_that_is_malformed_is_an_error_without_creation(cloud, clock, body, words):
    respond(cloud, "GET", body)
    result = run(clock)
    assert (result["failed"], result["changed"], result["error"]["code"]) == (True, False, "InvalidResponse")
    assert words in result["msg"]
    assert cloud.requests("POST") == []


@pytest.mark.parametrize("body", ["<html>", "", "{}", '{"vpnConnId": 7}', '{"vpnConnId": "a/../b"}'])
def test_creation_without_an_id_is_verified_by_the_list(cloud, clock, body):
    respond(cloud, "POST", body)  # the emulator applies the creation
    result = run(clock)
    assert result["changed"] and result["vpn_conn_id"] == cloud.tunnels()[0]["vpnConnId"]


def test_unknown_statuses_are_returned_and_extra_fields_dropped(cloud, clock):
    cloud.plant({**ENTRY, "status": "hibernating", "healthStatus": "", "tags": [{"a": 1}], "vpnId2": None})
    result = run(clock)
    assert result["changed"] is False
    assert (result["vpn_tunnel"]["status"], result["vpn_tunnel"]["health_status"]) == ("hibernating", None)
    assert "tags" not in result["vpn_tunnel"]


@pytest.mark.parametrize("life_time", [28800, "28800", "28800s", " 28800S "])
def test_life_time_is_read_in_every_form(cloud, clock, life_time):
    cloud.plant({**ENTRY, "ipsecConfig": {**ENTRY["ipsecConfig"], "ipsecLifetime": life_time}})
    assert run(clock)["changed"] is False


def test_update_of_a_vanished_tunnel_creates_it(cloud, clock):
    """The update is rejected because the tunnel is gone, and the list agrees."""
    stale = json.dumps({"vpnConns": [ENTRY]})
    cloud.faults({"match": {"method": "GET", "nth": [1]}, "fault": "garbage", "body": stale})
    result = run(clock, description="new")
    (tunnel,) = cloud.tunnels()
    assert result["changed"] and (tunnel["vpnConnId"], tunnel["description"]) == (result["vpn_conn_id"], "new")


@pytest.mark.parametrize("kind", ["list", "page", "message", "code"])
def test_response_of_ten_megabytes_is_read_and_not_shown(cloud, clock, kind):
    megabyte = "x" * 900_000
    if kind == "list":
        for number in range(12):
            cloud.plant({**ENTRY, "vpnConnName": f"t{number}", "vpnConnId": f"vpnconn-{number}", "noise": megabyte})
        cloud.plant(ENTRY)
    elif kind == "page":
        respond(cloud, "GET", megabyte, status=403, body_repeat=12)
    else:
        # The control endpoint accepts one megabyte at most.
        error = {"code": "AccessDenied", "message": "no", "requestId": "r-1", kind: megabyte}
        respond(cloud, "GET", error, status=403)
    started = time.thread_time()
    result = run(clock, retry_timeout=5)
    # CPU time of this thread, which does not depend on the load of the machine.
    assert time.thread_time() - started < 5
    assert result.get("failed", False) is (kind != "list")
    assert len(json.dumps(result)) < 5000


@pytest.mark.parametrize(
    "value",
    [
        "",
        "-5",
        "soon",
        "1e999",
        "9" * 5000,
        "Mon, 20 Jan 9999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 0001 00:00:00 GMT",
    ],
)
def test_retry_after_that_is_malformed_is_ignored(cloud, clock, value):
    cloud.faults({"match": {"method": "GET"}, "fault": "status", "status": 429, "headers": {"Retry-After": value}})
    result = run(clock, retry_timeout=1)
    assert not result.get("failed") or result["error"]["http_status"] == 429


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["\ud800", "0s", "10.0.0.0/8", "1.2.3.4/5", "::/0", "none"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PLACES = [(name,) for name in ENTRY if name != "vpnId"] + [
    (group, name) for group in ("ikeConfig", "ipsecConfig") for name in ENTRY[group]
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(PLACES), JSON, min_size=1, max_size=4), st.booleans(), st.integers(0, 2))
@example({("secretKey",): "\ud800x"}, False, 1)
@example({("description",): "\ud800"}, True, 2)
def test_any_json_in_any_field_never_raises(cloud, clock, planted, succeeds, task):
    """Sent as ASCII with escapes, so that half of a surrogate pair arrives too."""
    cloud.reset()
    entry = json.loads(json.dumps(ENTRY))
    for (*groups, name), value in planted.items():
        home = entry
        for group in groups:
            home = home[group] if isinstance(home[group], dict) else {}
        home[name] = value
    reply = {"status": 200, "body": ""} if succeeds else {"status": 400}
    update = {"match": {"method": "PUT"}, "fault": "status", "times": -1, **reply}
    respond(cloud, "GET", {"vpnConns": [entry]}, update)
    changes = [{}, CHANGED_LIFE_TIME, {"description": None, "secret_key": None, **CHANGED_LIFE_TIME}][task]
    result = run(clock, **changes)
    assert result.get("failed") is None or (result["failed"] and result["msg"])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON, st.sampled_from([200, 400, 404, 409]), st.sampled_from(["GET", "POST"]))
def test_any_json_as_a_response_never_raises(cloud, clock, body, status, method):
    cloud.reset()
    respond(
        cloud,
        method,
        {"code": body, "message": body, "requestId": body, "vpnConns": body, "vpnConnId": body},
        status=status,
    )
    result = run(clock)
    assert result.get("failed") is None or (result["failed"] and result["msg"])


def is_legitimate(name, value):
    """Return whether a random value is valid by the rules of the documentation."""
    if value is None:
        return True
    if name == "description":
        return isinstance(value, str)
    if (
        name in ("profile", "ca_path", "cgw_id", "client_token", "vpn_conn_id", *connection_options.ENVIRONMENT)
        and not value
    ):
        return True  # counts as unset
    if name in ("access_key_id", "secret_access_key", "security_token"):
        return isinstance(value, str) and (not value.strip() or all("!" <= char <= "~" for char in value.strip()))
    if name in ("region", "endpoint", "ca_path", "profile"):
        return isinstance(value, str)
    if name == "validate_certs":
        return isinstance(value, bool)
    if name in ("timeout", "retry_timeout"):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 86400
    if name in ("version", "wait_timeout"):
        return isinstance(value, int) and not isinstance(value, bool) and value > 0
    if name in ("ike_config", "ipsec_config"):
        return isinstance(value, dict)
    if name in ("local_subnets", "remote_subnets") and isinstance(value, list):
        return any(isinstance(item, str) and "/" in item for item in value)
    return isinstance(value, str) and bool(value)


JUNK = (
    JSON
    | st.binary(max_size=5)
    | st.sampled_from(["\0", "\ud800", "-1", "None", "{{ x }}", "http://", "⁄", "[", "::", float("nan")])
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(vpn_tunnel.ARGUMENTS["argument_spec"])), JUNK)
def test_invalid_option_fails_without_a_request(cloud, clock, name, value):
    # A request that was cancelled after milliseconds would arrive during the next example.
    assume(not (name in ("timeout", "retry_timeout") and isinstance(value, (int, float)) and 0 < value < 1))
    cloud.reset()
    # If the value may be valid, only the absence of an exception can be asserted.
    result = run(clock, check_mode=True, **{name: value})
    if result.get("failed"):
        assert result["msg"] and result["changed"] is False
    if not is_legitimate(name, value):
        assert result.get("failed") and result["error"]["code"] == "InvalidOption"
        assert name in result["msg"]
        assert cloud.requests() == []
    assert KEY not in json.dumps(result)
