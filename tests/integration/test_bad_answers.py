# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that no contract foresees, and options that no person would give: a clear error or a tolerant read."""

from __future__ import annotations

import json
import signal
import time

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.module_utils import client, credentials, reconcile, vpn_tunnel
from page_example import entry
from task_process import KEY, options

ENTRY = entry(
    secretKey=KEY, vpnConnId="vpnconn-planted", status="active", healthStatus="reachable", localIp="172.16.0.1",
    createdTime="2026-04-25 17:22:34",
)  # fmt: skip
QUICK = {"timeout": 5, "retry_timeout": 0.2}
CHANGED_LIFE_TIME = {"ipsec_config": {"ipsec_lifetime": 3600}}


@pytest.fixture(autouse=True)
def _environment(emulator, monkeypatch):
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(client, "BACKOFF_BASE", 0.01)
    # A made-up list never shows what was created; nobody waits for that here.
    monkeypatch.setattr(reconcile, "LIST_PATIENCE", 0.0001)
    monkeypatch.setattr(reconcile, "DOUBTFUL_LIST_PATIENCE", 0.0001)
    monkeypatch.setattr(reconcile, "CONFIRMED_LIST_PATIENCE", 0.0001)
    monkeypatch.setattr(reconcile, "FIRST_POLL", 0.02)
    signal.signal(signal.SIGALRM, _too_long)
    yield
    signal.alarm(0)


def _too_long(_signal, _frame):
    raise AssertionError("the run does not end")


def run(check_mode=False, **changes):
    signal.alarm(8)
    result = vpn_tunnel.run(options(**{**QUICK, **changes}), check_mode)
    json.dumps(result)  # what Ansible does with it
    return result


def answer(emulator, method, body, **more):
    """Every request of the method is answered with this body: a text as it is, else as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    emulator.faults()
    fault = {"fault": "garbage", "body": text, "content_type": "application/json", "times": -1, **more}
    emulator.faults({"match": {"method": method}, **fault})


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
def test_a_list_that_is_none_is_a_clear_error_and_leads_to_no_creation(emulator, body, words):
    answer(emulator, "GET", body)
    result = run()
    assert (result["failed"], result["changed"], result["error"]["code"]) == (True, False, "BadAnswer")
    assert words in result["msg"]
    assert emulator.requests("POST") == []


@pytest.mark.parametrize("body", ["<html>", "", "{}", '{"vpnConnId": 7}', '{"vpnConnId": "a/../b"}'])
def test_a_creation_without_an_id_in_its_answer_is_settled_by_the_list(emulator, body):
    answer(emulator, "POST", body)  # the emulator carries the creation out
    result = run()
    assert result["changed"] and result["vpn_conn_id"] == emulator.tunnels()[0]["vpnConnId"]


def test_unknown_words_and_extra_fields_are_passed_on_or_over(emulator):
    emulator.plant({**ENTRY, "status": "hibernating", "healthStatus": "", "tags": [{"a": 1}], "vpnId2": None})
    result = run()
    assert result["changed"] is False
    assert (result["vpn_tunnel"]["status"], result["vpn_tunnel"]["health_status"]) == ("hibernating", None)
    assert "tags" not in result["vpn_tunnel"]


@pytest.mark.parametrize("life_time", [28800, "28800", "28800s", " 28800S "])
def test_a_life_time_is_read_in_any_spelling(emulator, life_time):
    emulator.plant({**ENTRY, "ipsecConfig": {**ENTRY["ipsecConfig"], "ipsecLifetime": life_time}})
    assert run()["changed"] is False


def test_a_missing_entry_of_a_tunnel_that_was_just_there_is_no_traceback(emulator):
    """The update is refused because the tunnel is gone, and the list agrees: it is created."""
    stale = json.dumps({"vpnConns": [ENTRY]})
    emulator.faults({"match": {"method": "GET", "nth": [1]}, "fault": "garbage", "body": stale})
    result = run(description="new")
    (tunnel,) = emulator.tunnels()
    assert result["changed"] and (tunnel["vpnConnId"], tunnel["description"]) == (result["vpn_conn_id"], "new")


@pytest.mark.parametrize("kind", ["list", "page", "message", "code"])
def test_ten_megabytes_are_read_in_a_moment_and_not_repeated_to_the_user(emulator, kind):
    megabyte = "x" * 900_000
    if kind == "list":
        for number in range(12):
            emulator.plant({**ENTRY, "vpnConnName": f"t{number}", "vpnConnId": f"vpnconn-{number}", "noise": megabyte})
        emulator.plant(ENTRY)
    elif kind == "page":
        answer(emulator, "GET", megabyte, status=403, body_repeat=12)
    else:
        # What the control endpoint takes is limited to one.
        error = {"code": "AccessDenied", "message": "no", "requestId": "r-1", kind: megabyte}
        answer(emulator, "GET", error, status=403)
    started = time.monotonic()
    result = run(retry_timeout=5)
    assert time.monotonic() - started < 5
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
def test_a_senseless_retry_after_is_no_traceback(emulator, value):
    emulator.faults({"match": {"method": "GET"}, "fault": "status", "status": 429, "headers": {"Retry-After": value}})
    result = run(retry_timeout=1)
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
def test_any_json_in_any_field_is_read_or_refused_but_never_raises(emulator, planted, answered, task):
    """Sent as ASCII with escapes, so that half of a surrogate pair comes through too."""
    emulator.reset()
    entry = json.loads(json.dumps(ENTRY))
    for (*groups, name), value in planted.items():
        home = entry
        for group in groups:
            home = home[group] if isinstance(home[group], dict) else {}
        home[name] = value
    answer(emulator, "GET", {"vpnConns": [entry]})
    emulator.faults({"match": {"method": "PUT"}, "fault": "status", "status": 200 if answered else 400, "times": -1})
    changes = [{}, CHANGED_LIFE_TIME, {"description": None, "secret_key": None, **CHANGED_LIFE_TIME}][task]
    result = run(**changes)
    assert result.get("failed") is None or (result["failed"] and result["msg"])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON, st.sampled_from([200, 400, 404, 409]), st.sampled_from(["GET", "POST"]))
def test_any_json_as_any_answer_never_raises(emulator, body, status, method):
    emulator.reset()
    answer(
        emulator,
        method,
        {"code": body, "message": body, "requestId": body, "vpnConns": body, "vpnConnId": body},
        status=status,
    )
    result = run()
    assert result.get("failed") is None or (result["failed"] and result["msg"])


def is_legitimate(name, value):
    """Whether junk happens to be a good value, by the rules that a reader of the documentation would apply."""
    if value is None:
        return True
    if name == "description":
        return isinstance(value, str)
    if name in ("profile", "ca_path", "cgw_id", "client_token", "vpn_conn_id", *credentials.ENVIRONMENT) and not value:
        return True  # nothing is as good as not given
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
def test_junk_as_any_option_is_a_clean_failure_without_a_request(emulator, name, value):
    # A request that was given up in milliseconds would come in late, and count as one of the next example.
    assume(not (name == "timeout" and isinstance(value, (int, float)) and 0 < value < 1))
    emulator.reset()
    # Where the value may be good, that it does not raise is all that can be said.
    result = run(check_mode=True, **{name: value})
    if result.get("failed"):
        assert result["msg"] and result["changed"] is False
    if not is_legitimate(name, value):
        assert result.get("failed") and result["error"]["code"] == "InvalidOption"
        assert name in result["msg"]
        assert emulator.requests() == []
    assert KEY not in json.dumps(result)
