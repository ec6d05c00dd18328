# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Defects found by reading the source of other collections; each test asserts that this collection does not have one.

The docstrings name the collection and the defect. The versions that were read are not necessarily the newest.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests
import yaml

from ansible_collections.baiducloud.network.plugins.module_utils._bce import client
from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_tunnel
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.state import STALE_LIST_TIMEOUT
from api_example import entry
from fake_clock import SkippingClock
from module_process import KEY, OPTIONS, options
from run_params import run_params

SPEC = vpn_tunnel.ARGUMENTS["argument_spec"]


@pytest.fixture(autouse=True)
def _cloud(cloud):
    """Provide the emulator and its clock to every test."""


def run(clock, check_mode=False, **changes):
    return run_params(vpn_tunnel, options(**changes), check_mode, clock=clock)


def methods(emulator):
    return [entry["method"] for entry in emulator.requests()]


def constraints(spec, where=()):
    """Yield (constraint, text that the message must have, options that violate it) for every declared constraint."""
    for name, rules in spec.items():
        place = (*where, name)
        label = ".".join(place)
        if rules.get("required"):
            yield f"{label} missing", name, nested(place, None)
        if "choices" in rules:
            yield f"{label} choice", name, nested(place, "no such choice")
        if rules.get("type") in ("int", "float", "bool"):
            yield f"{label} type", name, nested(place, "no number")
        if rules.get("type") == "dict":
            yield f"{label} type", name, nested(place, ["x"])
        if rules.get("type") == "list":
            yield f"{label} type", name, nested(place, {"a": 1})
            yield f"{label} element", name, nested(place, [{"a": 1}])
        yield from constraints(rules.get("options", {}), place)
    if not where:
        yield "required_one_of", "vpn_conn_name", {"vpn_conn_name": None, "vpn_conn_id": None}
        yield "unsupported", "vpn_conn_nam", {"vpn_conn_nam": "x"}


def nested(place, value):
    if len(place) == 1:
        return {place[0]: value}
    return {place[0]: {**OPTIONS[place[0]], **nested(place[1:], value)}}


CONSTRAINTS = list(constraints(SPEC))
PROGRAM = """
import contextlib, io, json, sys
from ansible.module_utils import basic
from ansible_collections.baiducloud.network.plugins.modules import vpn_tunnel
for line in sys.stdin:
    basic._ANSIBLE_ARGS, basic._ANSIBLE_PROFILE = line.encode(), 'legacy'
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
        vpn_tunnel.main()
    print(json.dumps(json.loads(output.getvalue())), flush=True)
"""


def test_every_declared_constraint_is_enforced(emulator):
    """A real AnsibleModule gets options that violate one constraint each.

    google.cloud: none of the `mutually_exclusive` constraints is effective (module_utils/gcp_utils.py).
    """
    assert len(CONSTRAINTS) >= 26
    lines = [json.dumps({"ANSIBLE_MODULE_ARGS": options(**broken)}) for _what, _words, broken in CONSTRAINTS]
    lines.append(json.dumps({"ANSIBLE_MODULE_ARGS": options()}))
    environment = {**os.environ, **emulator.environment, "ANSIBLE_NO_TARGET_SYSLOG": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        env=environment,
        check=True,
        timeout=60,
    )
    *results, good = [json.loads(line) for line in done.stdout.splitlines()]
    assert good["changed"] is True  # the valid options are accepted
    silent = [
        (what, result["msg"])
        for (what, words, _broken), result in zip(CONSTRAINTS, results)
        if not (result.get("failed") and words in result["msg"] and result["error"]["code"] == "InvalidOption")
    ]
    assert silent == []
    assert methods(emulator) == ["GET", "POST", "GET"]


def test_connection_error_is_reported_as_one(cloud, clock, monkeypatch):
    """The error path works, and a write that was applied does not fail.

    google.cloud: every connection error becomes an AttributeError
    (https://github.com/ansible-collections/google.cloud/issues/625).
    """
    cloud.faults({"match": {"method": "POST"}, "fault": "reset_after", "times": -1})
    assert run(clock, retry_timeout=0.3)["changed"]
    monkeypatch.setenv("BCE_ENDPOINT", "http://127.0.0.1:9")
    result = run(clock, retry_timeout=0.1)
    assert (result["error"]["code"], result["error"]["http_status"]) == ("ConnectionFailed", None)
    assert "refused" in result["msg"]


def test_empty_description_is_a_value(cloud, clock):
    """A falsy value is not an unset one (google.cloud, gcp_compute_vpn_tunnel: the value 0 is dropped)."""
    run(clock)
    assert run(clock, description="")["changed"]
    assert cloud.tunnels()[0]["description"] == ""
    assert not run(clock, description="")["changed"]


OTHER = {
    "local_subnets": ["10.1.0.0/16"],
    "remote_subnets": ["192.168.100.0/24", "10.2.0.0/16"],
    "remote_ip": "203.0.113.9",
    "description": "other",
    "secret_key": "Other%Key9",
    "ike_version": "v2",
    "ike_mode": "aggressive",
    "ike_enc_alg": "3des",
    "ike_auth_alg": "md5",
    "ike_pfs": "group14",
    "ike_life_time": 60,
    "ipsec_enc_alg": "aes256",
    "ipsec_auth_alg": "sha2_512",
    "ipsec_pfs": "disabled",
    "ipsec_lifetime": 180,
}


@pytest.mark.parametrize("name", OTHER)
def test_every_field_is_compared_with_the_stored_one(cloud, clock, name):
    """google.cloud: fields are compared with themselves; azure.azcollection: one is sent under another name."""
    group = next((group for group in ("ike_config", "ipsec_config") if name in OPTIONS[group]), None)
    changes = {group: {name: OTHER[name]}} if group else {name: OTHER[name]}
    run(clock)
    result = run(clock, **changes)
    assert (result["changed"], result["secret_key_changed"]) == (True, name == "secret_key")
    assert not run(clock, **changes)["changed"]
    back = run(clock)
    assert back["changed"], "the other value was taken as the stored one"
    assert methods(cloud).count("PUT") == 2


def test_error_with_a_successful_status_is_not_a_change(cloud, clock):
    """google.cloud: a failed operation is reported as changed (https://github.com/ansible/ansible/issues/45896)."""
    error = {"code": "QuotaExceeded", "message": "too many", "requestId": "r-1"}
    cloud.faults(
        {"match": {"method": "POST"}, "fault": "status", "status": 200, "body": json.dumps(error), "times": -1}
    )
    result = run(clock, retry_timeout=0.3)
    assert (result["failed"], result["changed"]) == (True, False)


@pytest.mark.parametrize("status", [403, 404, 500])
def test_list_that_fails_is_not_an_empty_list(cloud, clock, status):
    """azure.azcollection: every failed read means absent; vultr.cloud: every 404 is an empty success."""
    cloud.faults({"match": {"method": "GET"}, "fault": "status", "status": status, "times": -1})
    assert run(clock, retry_timeout=0)["failed"]
    assert run(clock, retry_timeout=0, state="absent")["failed"]
    assert set(methods(cloud)) == {"GET"}


def test_removed_subnet_is_a_change(cloud, clock):
    """vultr.cloud: removed members of a list are not detected."""
    run(clock, local_subnets=["192.168.0.0/20", "10.1.0.0/16"])
    assert run(clock)["changed"]
    assert cloud.tunnels()[0]["localSubnets"] == ["192.168.0.0/20"]


def test_404_of_a_creation_is_a_failure(cloud, clock):
    """vultr.cloud: a 404 is a success for every method."""
    cloud.faults({"match": {"method": "POST"}, "fault": "status", "status": 404})
    result = run(clock)
    assert (result["failed"], result["changed"], cloud.tunnels()) == (True, False, [])


@pytest.mark.parametrize("is_applied", [False, True])
def test_repeated_creation_sends_the_same_token(cloud, clock, is_applied):
    """A POST is repeated after 500 and 504 unless a list shows the tunnel; a second one is never created.

    vultr.cloud and community.dns: a POST is repeated without a token.
    """
    cloud.faults(
        *({"match": {"method": "POST"}, "fault": "status", "status": s, "commit": is_applied} for s in (500, 504))
    )
    assert run(clock)["changed"]
    attempts = cloud.requests("POST")
    assert len(attempts) == (1 if is_applied else 3)
    assert len({entry["query"]["clientToken"] for entry in attempts}) == 1 == len(cloud.tunnels())


def test_server_that_never_responds_causes_a_timeout(cloud, clock, monkeypatch):
    """Every request has a timeout, also by default (hetzner.hcloud: none)."""
    sent = []
    send = requests.adapters.HTTPAdapter.send
    monkeypatch.setattr(
        requests.adapters.HTTPAdapter, "send", lambda *args, **more: sent.append(more["timeout"]) or send(*args, **more)
    )
    run(clock)
    assert sent and all(0 < seconds <= 30 for pair in sent for seconds in pair)
    cloud.faults({"match": {"method": "GET"}, "fault": "hang", "times": -1})
    before = len(cloud.requests())
    # Without a timeout it would hang; with one, no time remains for a second attempt.
    assert run(SkippingClock(), timeout=0.2, retry_timeout=0.2)["failed"]
    assert len(cloud.requests()) == before + 1


def test_user_agent_has_the_version_of_the_collection(cloud, clock):
    """hetzner.hcloud: the User-Agent has an old version."""
    root = Path(__file__).resolve().parents[2]
    assert yaml.safe_load((root / "galaxy.yml").read_text())["version"] == client.COLLECTION_VERSION
    run(clock)
    assert cloud.requests()[0]["user_agent"].endswith("/" + client.COLLECTION_VERSION)


@pytest.mark.parametrize("validate_certs", [True, False, None])
def test_validate_certs_is_not_inverted(clock, monkeypatch, validate_certs):
    """ngine_io.cloudstack: the option is inverted."""
    seen = []

    def send(_session, _request, verify, **_more):
        seen.append(verify)
        raise requests.ConnectionError("enough")

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    run(clock, validate_certs=validate_certs, retry_timeout=0, endpoint="https://127.0.0.1:1")
    assert seen == [validate_certs is not False]


def test_absent_without_an_object_is_not_a_change(cloud, clock):
    """ngine_io.cloudstack: `absent` fails if the customer gateway is already gone."""
    result = run(clock, state="absent")
    assert (result["changed"], result.get("failed")) == (False, None)
    assert not run(clock, state="absent", vpn_conn_id="vpnconn-gone")["changed"]


@pytest.mark.parametrize(
    ("name", "is_similar"), [("vpn", False), ("VPNCON", True), ("vpncon-", True), ("vpncon.2", False)]
)
def test_name_matches_exactly_or_is_an_error(cloud, clock, name, is_similar):
    """A single fuzzy match does not count; a name that the API may have changed is an error.

    susunola.tencentcloud: `absent` with the name foo deletes foo-bar if it is the only fuzzy match.
    """
    run(clock)
    result = run(clock, state="absent", vpn_conn_name=name)
    assert not result["changed"] and result.get("failed", False) is is_similar
    assert not is_similar or result["error"]["code"] == "SimilarName"
    assert len(cloud.tunnels()) == 1


@pytest.mark.parametrize("state", ["present", "absent"])
def test_duplicate_names_are_an_error_that_lists_the_ids(cloud, clock, state):
    """The error lists the ids, and nothing is written."""
    cloud.plant(entry(vpnConnId="vpnconn-1"), entry(vpnConnId="vpnconn-2"))
    result = run(clock, state=state)
    assert result["failed"] and "vpnconn-1" in result["msg"] and "vpnconn-2" in result["msg"]
    assert set(methods(cloud)) == {"GET"} and clock.slept == pytest.approx(STALE_LIST_TIMEOUT, abs=0.1)


def test_absent_without_name_and_id_deletes_nothing(cloud, clock):
    """Not even the only tunnel (amazon.aws, ec2_vpc_vpn: the only connection of the region is deleted)."""
    run(clock)
    before = methods(cloud)
    result = run(clock, state="absent", vpn_conn_name=None)
    assert result["failed"] and "vpn_conn_id" in result["msg"]
    assert methods(cloud) == before


@pytest.mark.parametrize("check_mode", [False, True])
def test_former_key_is_not_shown(cloud, clock, check_mode):
    """no_log redacts only the key that the task provides, not the one that the API returns."""
    run(clock)
    result = run(clock, check_mode, secret_key="Other%Key9")
    assert result["secret_key_changed"]
    assert KEY not in json.dumps(result) and "Other%Key9" not in json.dumps(result)
