# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against the emulator, which checks each signature with the official SDK's signer and on its own clock."""

from __future__ import annotations

from email.utils import formatdate

import pytest
import yaml

import api_example
from ansible_collections.baiducloud.network.plugins.module_utils._bce import errors
from ansible_collections.baiducloud.network.plugins.module_utils._bce.redaction import Secret
from emulator_process import GATEWAY
from playbook_runner import ROOT
from scripted_server import LIST, Jitter, failure, make_client

KEY = "Zq7@wertyuiop"
TUNNEL = "/v1/vpn/vpnconn/vpnconn-1"
BODY = {"secretKey": KEY}
TOKEN = {"clientToken": "1849ef6b-f73c-4f5d-b88b-259ca47af849"}
CREATION = ("POST", f"/v1/vpn/{GATEWAY}/vpnconn", TOKEN, api_example.BODY)
PAUSE = 2.0


@pytest.fixture
def client(cloud, clock):
    """A client with a minute for retries, two seconds apart."""
    return make_client(cloud.endpoint, clock, Jitter(PAUSE), retry_timeout=60.0)


# --- signatures ---


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("GET", LIST, {}),
        ("GET", "/v1/vpn", {"vpcId": "vpc emulator/+~%&=é", "maxKeys": 10}),
        ("GET", "/v1/vpn", {"vpcId": "vpc-emulator", "type": "", "eip": None}),
    ],
)
def test_request_has_a_signature_that_the_official_signer_accepts(method, path, query, cloud, client):
    assert client.request(method, path, query).status == 200
    expected = {name: "" if value is None else str(value) for name, value in query.items()}
    assert cloud.requests()[0]["query"] == expected


def test_session_token_is_signed(cloud, clock):
    make_client(cloud.endpoint, clock, security_token="token+/=").request("GET", LIST)
    assert cloud.requests()[0]["signed_headers"] == ["host", "x-bce-date", "x-bce-security-token"]


def test_netrc_file_does_not_replace_the_signature(client, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password mine\ndefault login me password mine\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert client.request("GET", LIST).status == 200


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"access_key_id": "another"}, "check access_key_id (or BCE_ACCESS_KEY_ID)"),
        ({"secret_access_key": "another"}, "check secret_access_key (or BCE_SECRET_ACCESS_KEY)"),
    ],
)
def test_wrong_keys_are_an_error_that_says_what_to_check(wrong, hint, cloud, clock):
    error = failure(make_client(cloud.endpoint, clock, **wrong))
    assert error.__class__ is errors.AuthError
    assert "; " + hint in error.message


def test_user_agent_is_the_collection_and_its_version(cloud, client):
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    client.request("GET", LIST)
    assert cloud.requests()[0]["user_agent"] == "ansible-collection-{namespace}.{name}/{version}".format(**galaxy)


def test_requests_of_a_client_use_one_connection_whatever_the_responses_are(cloud, clock):
    client = make_client(cloud.endpoint, clock)
    client.request("GET", LIST)
    failure(client, "DELETE", TUNNEL)
    cloud.faults({"fault": "status", "status": 503}, {"fault": "garbage"})
    failure(client)
    failure(client)
    client.request("GET", LIST)
    assert len({entry["peer_port"] for entry in cloud.requests()}) == 1
    assert len(cloud.requests()) == 5


# --- retries ---


def test_failures_that_pass_end_in_a_success(cloud, client):
    faults = [
        {"fault": "reset_before"},
        {"fault": "status", "status": 503},
        {"fault": "truncate"},
        {"fault": "garbage"},
        {"fault": "status", "status": 429},
    ]
    cloud.faults(*faults)
    response = client.request("GET", LIST)
    requests = cloud.requests()
    assert response[:3] == (200, {"vpnConns": []}, requests[-1]["request_id"])
    assert [entry["fault"] for entry in requests] == [*(fault["fault"] for fault in faults), None]
    # Each attempt is signed afresh, by its own moment.
    assert len({entry["signed_at"] for entry in requests}) == len(requests)


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "reset_before"},
        {"fault": "reset_after"},
        {"fault": "truncate"},
        {"fault": "garbage"},
        {"fault": "status", "status": 500},
    ],
    ids=str,
)
def test_write_is_repeated_until_the_deadline_with_the_same_token(fault, cloud, client):
    cloud.faults({**fault, "times": None})
    assert failure(client, "PUT", TUNNEL, TOKEN, BODY).maybe_applied
    sent = cloud.requests("PUT")
    assert len(sent) == (2 if fault["fault"] == "garbage" else 30)
    assert all(entry["query"] == TOKEN and entry["path"] == TUNNEL for entry in sent)


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "reset_before"},
        {"fault": "reset_after"},
        {"fault": "truncate"},
        {"fault": "garbage"},
        *({"fault": "status", "status": status} for status in (500, 502, 503, 504)),
    ],
    ids=str,
)
def test_creation_of_unknown_outcome_is_not_sent_again(fault, cloud, client):
    cloud.faults({**fault, "times": None})
    error = failure(client, *CREATION, resend_unknown=False)
    assert error.maybe_applied and error.to_dict()["maybe_applied"]
    assert len(cloud.requests("POST")) == 1 and len(cloud.tunnels()) <= 1


@pytest.mark.parametrize(
    "fault", [{"status": 429}, {"status": 400, "code": "RequestExpired"}], ids=["throttled", "RequestExpired"]
)
def test_creation_that_was_refused_for_now_is_sent_again(fault, cloud, client):
    cloud.faults({"fault": "status", **fault})
    created = client.request(*CREATION, resend_unknown=False).body["vpnConnId"]
    assert len(cloud.requests("POST")) == 2
    assert [tunnel["vpnConnId"] for tunnel in cloud.tunnels()] == [created]


def test_creation_that_is_repeated_after_a_lost_response_makes_one_tunnel(cloud, client):
    cloud.faults({"fault": "reset_after"})
    created = client.request(*CREATION).body["vpnConnId"]
    assert [tunnel["vpnConnId"] for tunnel in cloud.tunnels()] == [created]


# --- the server's clock ---


@pytest.mark.parametrize("offset", [7200, -7200])
def test_clock_of_the_server_is_adopted_and_stays(offset, cloud, clock, client):
    cloud.settings(clock_offset_seconds=offset)
    clock.sleep(0.5)
    assert client.request("GET", LIST).status == 200
    assert client.request("GET", LIST).status == 200
    assert [entry["status"] for entry in cloud.requests()] == [400, 200, 200]


def test_date_of_a_pause_is_one_of_the_server_s_clock(cloud, clock, client):
    cloud.settings(clock_offset_seconds=7200)
    date = formatdate(clock.time() + 7200 + PAUSE + 9, usegmt=True)
    cloud.faults({"match": {"nth": 2}, "fault": "status", "status": 503, "headers": {"Retry-After": date}})
    client.request("GET", LIST)
    # The pause after RequestExpired, and nine seconds up to the date.
    assert clock.slept == pytest.approx(PAUSE + 9, abs=1)


# --- time ---


@pytest.mark.parametrize("fault", [{"fault": "hang"}, {"fault": "hang", "commit": True}], ids=str)
def test_response_that_does_not_come_is_a_timeout(fault, cloud, clock):
    cloud.faults(fault)
    error = failure(make_client(cloud.endpoint, clock, timeout=0.2), "DELETE", TUNNEL)
    assert error.message == f"Cannot send the request: no complete response within 0.2 s (DELETE {cloud.endpoint})"
    assert error.maybe_applied


def test_response_that_comes_slowly_but_before_the_deadline_is_read(cloud, client):
    cloud.faults({"fault": "slow", "seconds": 0.3})
    assert client.request("GET", LIST).body == {"vpnConns": []}


# --- errors and secrets ---


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "NoSuchObject", errors.NotFoundError),
        (400, "QuotaExceeded", errors.QuotaError),
        (409, "OperationDenied", errors.BusyError),
        (500, "InternalError", errors.ServerError),
    ],
)
def test_error_has_the_message_and_the_request_id_of_the_api(status, code, kind, cloud, clock):
    cloud.faults({"fault": "status", "status": status, "code": code, "message": "the  object\nis notexist"})
    error = failure(make_client(cloud.endpoint, clock), operation="list the tunnels")
    request_id = cloud.requests()[0]["request_id"]
    assert (error.__class__, error.code, error.request_id) == (kind, code, request_id)
    text = f"Cannot list the tunnels: the object is notexist ({code}, HTTP {status}, request id {request_id})"
    assert error.message == f"{text}; {kind.remedy}"


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "status", "status": 400},
        {"fault": "status", "status": 500},
        {"fault": "garbage"},
        {"fault": "garbage", "status": 502},
    ],
    ids=str,
)
@pytest.mark.parametrize("length", [1, 290, 299])
def test_key_that_the_api_echoes_is_not_shown_in_any_part(fault, length, cloud, clock):
    cloud.faults({**fault, "echo_key": True, "body" if fault["fault"] == "garbage" else "message": "x" * length})
    client = make_client(cloud.endpoint, clock)
    client.redactor.add(Secret(KEY))
    error = failure(client, "PUT", TUNNEL, TOKEN, BODY)
    shown = str(error) + repr(error) + repr(error.to_dict())
    assert KEY[:3] not in shown
    assert "x" * length in shown
