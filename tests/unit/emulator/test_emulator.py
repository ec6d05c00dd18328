# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator as its users meet it: a process, spoken to over HTTP, signed to by the official SDK's signer."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
import requests
from baidubce.auth import bce_credentials, bce_v1_signer

from page_example import BODY as PAGE_EXAMPLE
from page_example import SECRET_KEY as SECRET

EMULATOR = Path(__file__).resolve().parents[2] / "emulator"
ACCESS_KEY_ID = "emulator-ak"
SECRET_ACCESS_KEY = "emulator-sk"
GATEWAY = "vpn-119bd69b"
OTHER_GATEWAY = "vpn-other"
TUNNELS = f"/v1/vpn/{GATEWAY}/vpnconn"
LIST = f"/v1/vpn/vpnconn/{GATEWAY}"


def tunnel(**changes):
    """The page's example with other items; None takes one away; a name with a dot reaches into an object."""
    body = json.loads(json.dumps(PAGE_EXAMPLE))
    for name, value in changes.items():
        outer, _dot, inner = name.partition("__")
        target, key = (body[outer], inner) if inner else (body, outer)
        target[key] = value
        if value is None:
            del target[key]
    return body


class Emulator:
    """One emulator process and a client of it."""

    def __init__(self, *options, ready=True):
        self.process = subprocess.Popen(
            [
                sys.executable,
                str(EMULATOR),
                "--access-key-id",
                ACCESS_KEY_ID,
                "--secret-access-key",
                SECRET_ACCESS_KEY,
                *options,
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        if ready:
            self.ready = json.loads(self.process.stdout.readline())
            self.endpoint = self.ready["endpoint"]
        self.session = requests.Session()
        self.session.trust_env = False

    def signed(self, method, path, query=None, listed=("host", "x-bce-date"), body=b"", shift=0, secret=None, **more):
        """URL and headers of a request, signed by the SDK; an empty ``listed`` is the default set."""
        query = query or {}
        at = int(time.time() + shift)
        headers = {
            "host": urlsplit(self.endpoint).netloc,
            "x-bce-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)),
            "content-type": "application/json;charset=utf-8",
            "content-length": str(len(body)),
            **more,
        }
        authorization = bce_v1_signer.sign(
            bce_credentials.BceCredentials(ACCESS_KEY_ID, secret or SECRET_ACCESS_KEY),
            method.encode(),
            path.encode(),
            {name.encode(): value.encode() for name, value in headers.items()},
            {name.encode(): value.encode() for name, value in query.items()},
            at,
            1800,
            [name.encode() for name in listed],
        )
        url = self.endpoint + path + ("?" + urlencode(query, quote_via=quote, safe="~") if query else "")
        return url, {**headers, "Authorization": authorization.decode()}

    def call(self, method, path, payload=None, query=None, timeout=10, session=None, raw=None, **signing):
        """Sends one signed request; no retry of any kind."""
        body = raw if raw is not None else b"" if payload is None else json.dumps(payload).encode()
        url, headers = self.signed(method, path, query, body=body, **signing)
        return (session or self.session).request(
            method, url, headers=headers, data=body, timeout=timeout, allow_redirects=False
        )

    def control(self, method, path, payload=None):
        answer = self.session.request(method, f"{self.endpoint}/_emulator/{path}", json=payload, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def faults(self, *faults):
        self.control("POST", "faults", list(faults))

    def create(self, payload=None, **more):
        answer = self.call("POST", TUNNELS, payload or tunnel(), **more)
        assert answer.status_code == 200, answer.text
        return answer.json()["vpnConnId"]

    def listed(self):
        return self.call("GET", LIST).json()["vpnConns"]

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.session.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    log = tmp_path_factory.mktemp("emulator") / "requests.log"
    emulator = Emulator(
        "--exit-with-parent",
        "--gateway",
        GATEWAY,
        "--gateway",
        f"{OTHER_GATEWAY}:edge:vpc-other",
        "--gateways",
        "5",
        "--log",
        str(log),
    )
    emulator.log = log
    yield emulator
    emulator.stop()


@pytest.fixture
def emulator(running):
    running.control("POST", "reset")
    return running


def refusal(answer, status, code):
    """The message of a refusal, after its shape was checked."""
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), answer.text
    assert sorted(body) == ["code", "message", "requestId"]
    assert body["requestId"] == answer.headers["x-bce-request-id"]
    return body["message"]


# --- signatures ---


@pytest.mark.parametrize("listed", [("host", "x-bce-date"), ("content-type", "host", "x-bce-date"), ()])
@pytest.mark.parametrize("query", [{}, {"vpcId": "vpc-emulator", "note": "北京 a/b+c~d*e%=&", "bind": ""}])
def test_what_the_official_sdk_signs_is_accepted(emulator, listed, query):
    assert emulator.call("GET", f"/v1/vpn/{GATEWAY}", query=query, listed=listed).status_code == 200


@pytest.mark.parametrize(
    "signing, status, code",
    [
        ({"secret": "another"}, 400, "SignatureDoesNotMatch"),
        ({"listed": ("x-bce-date",)}, 400, "InvalidHTTPAuthHeader"),
        ({"x-bce-security-token": "sts"}, 400, "InvalidHTTPAuthHeader"),
        ({"shift": -1900}, 400, "RequestExpired"),
        ({"shift": 1900}, 400, "RequestExpired"),
        ({"x-bce-date": "2020-01-01T00:00:00Z"}, 400, "RequestExpired"),
        ({"x-bce-date": "yesterday"}, 400, "InvalidHTTPRequest"),
    ],
)
def test_a_bad_signature_is_refused_with_the_contract_s_code(emulator, signing, status, code):
    refusal(emulator.call("GET", LIST, **signing), status, code)


@pytest.mark.parametrize(
    "change, status, code",
    [
        (lambda value: "", 400, "InvalidHTTPAuthHeader"),
        (lambda value: value.replace("bce-auth-v1", "bce-auth-v2"), 400, "InvalidHTTPAuthHeader"),
        (lambda value: value.replace(ACCESS_KEY_ID, "someone"), 403, "InvalidAccessKeyId"),
        (lambda value: value[:-1] + ("0" if value[-1] != "0" else "1"), 400, "SignatureDoesNotMatch"),
    ],
)
def test_a_changed_authorization_is_refused(emulator, change, status, code):
    url, headers = emulator.signed("GET", LIST)
    headers["Authorization"] = change(headers["Authorization"])
    refusal(emulator.session.get(url, headers=headers, timeout=10), status, code)


def test_the_signature_covers_method_path_and_query_and_a_listed_token(emulator):
    url, headers = emulator.signed("GET", LIST)
    assert emulator.session.get(url, headers=headers, timeout=10).status_code == 200
    refusal(emulator.session.get(url + "?a=b", headers=headers, timeout=10), 400, "SignatureDoesNotMatch")
    refusal(emulator.session.delete(url, headers=headers, timeout=10), 400, "SignatureDoesNotMatch")
    listed = ("host", "x-bce-date", "x-bce-security-token")
    assert emulator.call("GET", LIST, listed=listed, **{"x-bce-security-token": "s/t+s="}).status_code == 200


def test_a_shifted_server_clock_shows_in_date_and_expires_honest_requests(emulator):
    emulator.control("POST", "settings", {"clock_offset_seconds": 7200})
    answer = emulator.call("GET", LIST)
    refusal(answer, 400, "RequestExpired")
    ahead = parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()
    assert 7190 < ahead < 7210
    assert emulator.call("GET", LIST, shift=ahead).status_code == 200


# --- tunnels ---


def test_a_tunnel_is_created_listed_updated_and_deleted(emulator):
    created = emulator.call("POST", TUNNELS, tunnel(unknown="kept out", description=None))
    assert created.headers["Content-Type"] == "application/json;charset=utf-8"
    tunnel_id = created.json()["vpnConnId"]
    assert re.fullmatch(r"vpnconn-[a-z0-9]{12}", tunnel_id)
    (seen,) = emulator.listed()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", seen.pop("createdTime"))
    assert seen.pop("localIp").startswith("172.16.")
    assert seen == {
        **PAGE_EXAMPLE,
        "vpnId": GATEWAY,
        "vpnConnId": tunnel_id,
        "description": "",
        "cgwId": "",
        "status": "active",
        "healthStatus": "reachable",
        "ikeConfig": {**PAGE_EXAMPLE["ikeConfig"], "ikeLifeTime": "200s"},
        "ipsecConfig": {**PAGE_EXAMPLE["ipsecConfig"], "ipsecLifetime": "28800s"},
    }
    path = f"/v1/vpn/vpnconn/{tunnel_id}"
    for sent, stored in (("new", "new"), (None, "new"), ("", "")):
        body = {**tunnel(description=sent, ikeConfig__ikeLifeTime="3600"), "vpnId": GATEWAY}
        answer = emulator.call("PUT", path, body)
        assert (answer.status_code, answer.content) == (200, b"")
        (seen,) = emulator.call("GET", f"/v1/vpn/{GATEWAY}").json()["vpnConns"]
        assert (seen["description"], seen["ikeConfig"]["ikeLifeTime"]) == (stored, "3600s")
    assert "vpnId" in refusal(emulator.call("PUT", path, tunnel()), 400, "InappropriateJSON")
    elsewhere = {**tunnel(), "vpnId": OTHER_GATEWAY}
    assert "vpnId" in refusal(emulator.call("PUT", path, elsewhere), 400, "InappropriateJSON")
    assert emulator.call("DELETE", path).status_code == 200
    refusal(emulator.call("DELETE", path), 404, "NoSuchObject")
    refusal(emulator.call("PUT", path, elsewhere), 404, "NoSuchObject")
    assert emulator.listed() == []


def test_two_tunnels_of_one_name_are_possible_and_listed_in_order_of_creation(emulator):
    ids = [emulator.create() for _round in range(3)]
    assert [seen["vpnConnId"] for seen in emulator.listed()] == ids
    assert emulator.call("GET", f"/v1/vpn/{GATEWAY}").json()["vpnConnNum"] == 3


BAD_FIELDS = [
    ("vpnConnName", "1abc"),
    ("vpnConnName", "a" * 66),
    ("vpnConnName", "a b"),
    ("vpnConnName", "abc\n"),
    ("vpnConnName", None),
    ("secretKey", "aa1@"),
    ("secretKey", "a1@" * 6),
    ("secretKey", "abcdefg1"),
    ("secretKey", "abcd123&@"),
    ("secretKey", 12345678),
    ("secretKey", None),
    ("localSubnets", []),
    ("localSubnets", "10.0.0.0/8"),
    ("localSubnets", ["10.0.0.1"]),
    ("localSubnets", ["10.0.0.0/33"]),
    ("remoteSubnets", ["10.0.0.1/8"]),
    ("remoteSubnets", ["10.0.0.0/8", None]),
    ("remoteSubnets", None),
    ("remoteIp", "peer"),
    ("remoteIp", "1.2.3"),
    ("remoteIp", None),
    ("cgwId", "a/b"),
    ("description", 5),
    ("ikeConfig", None),
    ("ikeConfig", []),
    ("ipsecConfig", None),
    ("ikeConfig__ikeVersion", "v3"),
    ("ikeConfig__ikeMode", "quick"),
    ("ikeConfig__ikeEncAlg", "AES"),
    ("ikeConfig__ikeAuthAlg", ["sha1"]),
    ("ikeConfig__ikePfs", "disabled"),
    ("ikeConfig__ikeLifeTime", 59),
    ("ikeConfig__ikeLifeTime", 86401),
    ("ikeConfig__ikeLifeTime", "200s"),
    ("ikeConfig__ikeLifeTime", True),
    ("ikeConfig__ikeLifeTime", 200.0),
    ("ipsecConfig__ipsecEncAlg", "des"),
    ("ipsecConfig__ipsecAuthAlg", ""),
    ("ipsecConfig__ipsecPfs", "group1"),
    ("ipsecConfig__ipsecLifetime", 179),
]


def test_every_bad_field_is_refused_by_name_and_without_its_value(emulator):
    for name, value in BAD_FIELDS:
        message = refusal(emulator.call("POST", TUNNELS, tunnel(**{name: value})), 400, "InappropriateJSON")
        assert message.startswith(name.replace("__", ".") + ": "), (name, value, message)
        assert not (name == "secretKey" and value and str(value) in message)
    both = refusal(emulator.call("POST", TUNNELS, tunnel(vpnConnName="1", remoteIp="x")), 400, "InappropriateJSON")
    assert "vpnConnName: " in both and "remoteIp: " in both
    assert emulator.control("GET", "state")["tunnels"] == []


def test_every_good_value_of_the_contract_is_accepted(emulator):
    for changes in (
        {"vpnConnName": "a" * 65},
        {"vpnConnName": "a-_/.9"},
        {"secretKey": "aB3!@#$%^*()_"},
        {"remoteIp": "8.8.8.8"},
        {"localSubnets": ["0.0.0.0/0", "10.1.2.3/32"]},
        {"ikeConfig__ikeAuthAlg": "sha2_512"},
        {"ikeConfig__ikeLifeTime": 60},
        {"ipsecConfig__ipsecPfs": "disabled"},
        {"ipsecConfig__ipsecLifetime": "86400"},
        {"description": "北京"},
        {"cgwId": ""},
        {"cgwId": "cgw-of-old", "remoteIp": None},
    ):
        emulator.create(tunnel(**changes))


def test_missing_sub_fields_of_the_configs_get_defaults(emulator):
    emulator.create(tunnel(ikeConfig={}, ipsecConfig={"ipsecEncAlg": "aes256", "ipsecPfs": None}))
    (seen,) = emulator.listed()
    assert seen["ikeConfig"] == {**PAGE_EXAMPLE["ikeConfig"], "ikeLifeTime": "28800s"}
    assert seen["ipsecConfig"] == {**PAGE_EXAMPLE["ipsecConfig"], "ipsecEncAlg": "aes256", "ipsecLifetime": "28800s"}


@pytest.mark.parametrize(
    "raw, code",
    [
        (b"", "MalformedJSON"),
        (b"{", "MalformedJSON"),
        (b'{"a":NaN}', "MalformedJSON"),
        (b"[" * 100000, "MalformedJSON"),
        (b"[]", "InappropriateJSON"),
        (b"\xff", "InvalidHTTPRequest"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(emulator, raw, code):
    refusal(emulator.call("POST", TUNNELS, raw=raw), 400, code)


def test_unknown_paths_versions_methods_and_objects_have_their_own_codes(emulator):
    for method, path, status, code in (
        ("GET", "/v2/vpn/vpnconn/" + GATEWAY, 404, "InvalidVersion"),
        ("GET", "/v1/vpn/vpnconn/", 400, "InvalidURI"),
        ("GET", "/v1/vpn/vpnconn/a%2Fb", 400, "InvalidURI"),
        ("PATCH", LIST, 405, "MethodNotAllowed"),
        ("POST", LIST, 405, "MethodNotAllowed"),
        ("GET", "/v1/vpn/vpnconn/vpn-none", 404, "NoSuchObject"),
        ("GET", "/v1/vpn/vpn-none", 404, "NoSuchObject"),
        ("POST", "/v1/vpn/vpn-none/vpnconn", 404, "NoSuchObject"),
    ):
        refusal(emulator.call(method, path, PAGE_EXAMPLE), status, code)
    assert emulator.call("HEAD", LIST).status_code == 405
    refusal(emulator.call("POST", TUNNELS, raw=b"x" * (2**20 + 1)), 413, "InvalidHTTPRequest")


# --- client tokens ---


def test_a_client_token_makes_one_tunnel_and_never_means_two_requests(emulator):
    query = {"clientToken": str(uuid.uuid4())}
    first = emulator.create(query=query)
    reordered = dict(reversed(list(PAGE_EXAMPLE.items())))
    assert emulator.create(reordered, query=query) == first
    for method, path, body, more in (
        ("POST", TUNNELS, tunnel(description="else"), {}),
        ("POST", TUNNELS, tunnel(), {"note": "1"}),
        ("POST", f"/v1/vpn/{OTHER_GATEWAY}/vpnconn", tunnel(), {}),
        ("DELETE", f"/v1/vpn/vpnconn/{first}", None, {}),
    ):
        answer = emulator.call(method, path, body, query={**query, **more})
        refusal(answer, 403, "IdempotentParameterMismatch")
    assert len(emulator.control("GET", "state")["tunnels"]) == 1
    delete = {"clientToken": "delete"}
    for _round in range(2):
        assert emulator.call("DELETE", f"/v1/vpn/vpnconn/{first}", query=delete).status_code == 200
    assert emulator.create(query=query) == first, "the memory outlives the tunnel"
    assert emulator.listed() == []


def test_refused_requests_leave_no_token_behind_and_bad_tokens_are_refused(emulator):
    query = {"clientToken": "t" * 64}
    refusal(emulator.call("POST", TUNNELS, tunnel(remoteIp="x"), query=query), 400, "InappropriateJSON")
    emulator.create(query=query)
    for bad in ("", "t" * 65, "é"):
        answer = emulator.call("POST", TUNNELS, tunnel(), query={"clientToken": bad})
        assert "clientToken" in refusal(answer, 400, "InappropriateJSON")
    assert emulator.call("GET", LIST, query={"clientToken": "t" * 65}).status_code == 200


def test_twenty_clients_with_one_token_make_one_tunnel(emulator):
    emulator.control("POST", "settings", {"latency_ms": 40})
    with ThreadPoolExecutor(20) as pool:
        sessions = [requests.Session() for _client in range(20)]
        made = list(pool.map(lambda session: emulator.create(query={"clientToken": "one"}, session=session), sessions))
        for session in sessions:
            session.close()
    assert len(set(made)) == 1 and len(emulator.listed()) == 1


# --- time ---


def test_the_list_lags_behind_every_write_and_writes_do_not(emulator):
    emulator.control("POST", "settings", {"list_lag_ms": 500})
    tunnel_id = emulator.create()
    assert emulator.listed() == []
    assert len(emulator.control("GET", "state")["tunnels"]) == 1
    changed = emulator.call("PUT", f"/v1/vpn/vpnconn/{tunnel_id}", {**tunnel(description="2"), "vpnId": GATEWAY})
    assert changed.status_code == 200
    time.sleep(0.55)
    assert [seen["description"] for seen in emulator.listed()] == ["2"]
    assert emulator.call("DELETE", f"/v1/vpn/vpnconn/{tunnel_id}").status_code == 200
    assert len(emulator.listed()) == 1
    refusal(emulator.call("DELETE", f"/v1/vpn/vpnconn/{tunnel_id}"), 404, "NoSuchObject")
    time.sleep(0.55)
    assert emulator.listed() == []


def test_a_new_tunnel_settles_and_an_update_does_not_start_that_again(emulator):
    emulator.control("POST", "settings", {"settle_ms": 500})
    tunnel_id = emulator.create()
    assert [(seen["status"], seen["healthStatus"]) for seen in emulator.listed()] == [("building", "unreachable")]
    time.sleep(0.55)
    emulator.call("PUT", f"/v1/vpn/vpnconn/{tunnel_id}", {**tunnel(), "vpnId": GATEWAY})
    assert [(seen["status"], seen["healthStatus"]) for seen in emulator.listed()] == [("active", "reachable")]


def test_a_killed_client_meets_the_time_before_and_after_the_commit(emulator):
    emulator.control("POST", "settings", {"latency_ms": 600})
    started = time.monotonic()
    with pytest.raises(requests.Timeout):
        emulator.call("POST", TUNNELS, tunnel(), timeout=0.1)
    assert emulator.control("GET", "state")["tunnels"] == []
    time.sleep(max(0, 0.45 - (time.monotonic() - started)))
    assert len(emulator.control("GET", "state")["tunnels"]) == 1, "it goes on without its client"
    (entry,) = emulator.control("GET", "requests")
    assert (entry["processed_status"], entry["status"]) == (200, None)


# --- gateways and customer gateways ---


def test_gateways_come_in_pages_with_an_inclusive_marker(emulator):
    query = {"vpcId": "vpc-emulator", "maxKeys": "4"}
    first = emulator.call("GET", "/v1/vpn", query=query).json()
    assert [gateway["vpnId"] for gateway in first["vpns"]] == [GATEWAY] + [f"vpn-0000000{n}" for n in (1, 2, 3)]
    assert (first["marker"], first["isTruncated"], first["nextMarker"]) == (GATEWAY, True, "vpn-00000004")
    rest = emulator.call("GET", "/v1/vpn", query={**query, "marker": first["nextMarker"]}).json()
    assert [gateway["vpnId"] for gateway in rest["vpns"]] == ["vpn-00000004", "vpn-00000005"]
    assert rest["isTruncated"] is False and "nextMarker" not in rest
    (edge,) = emulator.call("GET", "/v1/vpn", query={"vpcId": "vpc-other", "type": "ipsec"}).json()["vpns"]
    assert (edge["vpnName"], edge["type"], edge["status"], edge["vpnConnNum"]) == ("edge", "IPSec", "active", 0)
    for more, found in (({"eip": edge["eip"]}, 1), ({"eip": "192.0.2.250"}, 0), ({"type": "SSL"}, 0)):
        answer = emulator.call("GET", "/v1/vpn", query={"vpcId": "vpc-other", **more})
        assert len(answer.json()["vpns"]) == found
    for bad, name in (({}, "vpcId"), ({**query, "maxKeys": "1001"}, "maxKeys"), ({**query, "marker": "x"}, "marker")):
        assert name in refusal(emulator.call("GET", "/v1/vpn", query=bad), 400, "InappropriateJSON")


def test_customer_gateways_live_their_life_and_stay_while_a_tunnel_uses_them(emulator):
    emulator.control("POST", "settings", {"contract": "cn"})
    made = emulator.call("POST", "/v1/vpn/cgw", {"name": "peer", "ip": "203.0.113.9"}, query={"clientToken": "c"})
    path = "/v1/vpn/cgw/" + made.json()["cgwId"]
    assert "cgwId" in refusal(emulator.call("POST", TUNNELS, tunnel()), 400, "InappropriateJSON")
    tunnel_id = emulator.create(tunnel(cgwId=made.json()["cgwId"], remoteIp=None))
    assert [seen["remoteIp"] for seen in emulator.listed()] == ["203.0.113.9"]
    assert emulator.call("PUT", path, {"description": "d", "ip": "1.1.1.1"}).status_code == 200
    refusal(emulator.call("PUT", path, {"name": "", "description": ""}), 400, "InappropriateJSON")
    refusal(emulator.call("POST", "/v1/vpn/cgw", {"name": "9", "ip": "x"}), 400, "InappropriateJSON")
    (listed,) = emulator.call("GET", "/v1/vpn/cgw").json()["result"]
    assert listed == emulator.call("GET", path).json()
    assert (listed["name"], listed["ip"], listed["description"]) == ("peer", "203.0.113.9", "d")
    assert tunnel_id in refusal(emulator.call("DELETE", path), 409, "OperationDenied")
    emulator.call("DELETE", f"/v1/vpn/vpnconn/{tunnel_id}")
    assert emulator.call("DELETE", path, query={"clientToken": "c"}).status_code == 200
    refusal(emulator.call("GET", path), 404, "NoSuchObject")


def test_the_international_contract_takes_an_address_and_knows_no_customer_gateway(emulator):
    emulator.control("POST", "settings", {"contract": "intl"})
    answer = emulator.call("POST", TUNNELS, tunnel(remoteIp=None, cgwId="cgw-1"))
    assert "remoteIp" in refusal(answer, 400, "InappropriateJSON")
    emulator.create(tunnel(cgwId="cgw-1"))
    assert [("cgwId" in seen, seen["remoteIp"]) for seen in emulator.listed()] == [(False, PAGE_EXAMPLE["remoteIp"])]


# --- faults ---


def test_resets_come_before_or_after_the_commit(emulator):
    for kind, stored in (("reset_before", 0), ("reset_after", 1)):
        emulator.faults({"fault": kind, "match": {"method": "POST"}})
        with pytest.raises(requests.ConnectionError, match="reset"):
            emulator.call("POST", TUNNELS, tunnel())
        assert len(emulator.listed()) == stored
        entry = emulator.control("GET", "requests")[-2]
        assert (entry["status"], entry["fault"]) == (None, kind)


def test_a_status_fault_refuses_without_processing_unless_it_commits(emulator):
    fault = {"fault": "status", "status": 503, "headers": {"Retry-After": 2}, "match": {"path_regex": "vpnconn$"}}
    emulator.faults(fault, {**fault, "commit": True, "status": 429, "code": "Slow", "message": "later"})
    answer = emulator.call("POST", TUNNELS, tunnel())
    refusal(answer, 503, "ServiceUnavailable")
    assert answer.headers["Retry-After"] == "2" and emulator.listed() == []
    assert refusal(emulator.call("POST", TUNNELS, tunnel()), 429, "Slow") == "later"
    assert len(emulator.listed()) == 1


def test_a_hang_ends_with_the_client_or_after_its_time(emulator):
    emulator.faults({"fault": "hang", "commit": True}, {"fault": "hang", "seconds": 0.2})
    with pytest.raises(requests.ReadTimeout):
        emulator.call("POST", TUNNELS, tunnel(), timeout=0.2)
    with pytest.raises(requests.ConnectionError):
        emulator.call("POST", TUNNELS, tunnel(), timeout=5)
    assert len(emulator.listed()) == 1


def test_truncated_garbage_and_slow_answers_are_processed_requests(emulator):
    emulator.faults(
        *(
            {"fault": kind, **more}
            for kind, more in (
                ("truncate", {}),
                ("garbage", {}),
                ("garbage", {"body": "x", "body_repeat": 10**7, "status": 201}),
                ("garbage", {"body": ""}),
                ("garbage", {"body": {"vpnConns": 5}}),
                ("slow", {"seconds": 0.3}),
            )
        )
    )
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        emulator.call("POST", TUNNELS, tunnel())
    assert emulator.call("POST", TUNNELS, tunnel()).text.startswith("<html>")
    large = emulator.call("POST", TUNNELS, tunnel())
    assert (large.status_code, len(large.content)) == (201, 10**7)
    assert emulator.call("POST", TUNNELS, tunnel()).content == b""
    assert emulator.call("POST", TUNNELS, tunnel()).json() == {"vpnConns": 5}
    started = time.monotonic()
    assert emulator.create()
    assert time.monotonic() - started >= 0.3
    assert len(emulator.listed()) == 6


def test_an_empty_answer_can_be_truncated_too(emulator):
    tunnel_id = emulator.create()
    emulator.faults({"fault": "truncate", "match": {"method": "DELETE"}})
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        emulator.call("DELETE", f"/v1/vpn/vpnconn/{tunnel_id}")
    assert emulator.listed() == []


def test_faults_hit_the_places_and_times_they_name(emulator):
    emulator.faults({"fault": "status", "status": 500, "match": {"method": "GET", "nth": [2, 4]}})
    assert [emulator.call("GET", LIST).status_code for _try in range(5)] == [200, 500, 200, 500, 200]
    emulator.faults()
    emulator.faults({"fault": "status", "status": 502, "times": 2}, {"fault": "status", "status": 504, "times": None})
    assert [emulator.call("GET", LIST).status_code for _try in range(5)] == [502, 502, 504, 504, 504]
    emulator.faults()
    patterns = []
    for _round in range(2):
        emulator.faults({"fault": "status", "status": 500, "probability": 0.5, "seed": 7})
        patterns.append([emulator.call("GET", LIST).status_code for _try in range(30)])
        emulator.faults()
    assert patterns[0] == patterns[1] and 5 < patterns[0].count(500) < 25


def test_only_faults_that_need_no_signature_hit_unsigned_requests(emulator):
    emulator.faults({"fault": "garbage"}, {"fault": "status", "status": 500})
    assert emulator.call("GET", LIST, secret="another").status_code == 500
    refusal(emulator.call("GET", LIST, secret="another"), 400, "SignatureDoesNotMatch")
    assert emulator.call("GET", LIST).text.startswith("<html>")


def test_a_fault_can_echo_the_key(emulator):
    emulator.faults(*({"fault": kind, "echo_key": True} for kind in ("status", "garbage")))
    assert SECRET in refusal(emulator.call("POST", TUNNELS, tunnel()), 500, "InternalError")
    assert SECRET in emulator.call("POST", TUNNELS, tunnel()).text
    emulator.faults({"fault": "status", "echo_key": True})
    assert SECRET in emulator.call("GET", LIST).text


@pytest.mark.parametrize(
    "fault, words",
    [
        ({"fault": "explode"}, "explode"),
        ({"fault": "slow", "comit": True}, "comit"),
        ({}, "fault"),
        ({"fault": "hang", "match": {"verb": "GET"}}, "verb"),
        ({"fault": "hang", "match": {"path_regex": "("}}, "path_regex"),
        ({"fault": "hang", "match": {"nth": 0}}, "nth"),
        ({"fault": "hang", "times": "2"}, "times"),
        ({"fault": "status", "status": "500"}, "status"),
        ({"fault": "hang", "probability": 2}, "probability"),
    ],
)
def test_a_fault_that_is_not_understood_is_refused_by_name(emulator, fault, words):
    answer = emulator.session.post(f"{emulator.endpoint}/_emulator/faults", json=[{"fault": "hang"}, fault], timeout=10)
    assert words in refusal(answer, 400, "InappropriateJSON")
    assert emulator.control("GET", "faults") == []


# --- control ---


def test_planted_tunnels_are_listed_as_they_are_and_obey_put_and_delete(emulator):
    odd = {"vpnId": GATEWAY, "vpnConnId": "vpnconn-odd", "ikeConfig": {"ikeLifeTime": 28800}, "status": "strange"}
    objects = [odd, {"vpnId": GATEWAY, "vpnConnName": "no-id", "extra": [1]}]
    assert emulator.control("POST", "tunnels", objects)["planted"][0] == "vpnconn-odd"
    emulator.control("POST", f"tunnels?vpnId={GATEWAY}", [None, "text"])
    assert emulator.listed() == objects + ["text"]
    changed = emulator.call("PUT", "/v1/vpn/vpnconn/vpnconn-odd", {**tunnel(), "vpnId": GATEWAY})
    assert changed.status_code == 200
    assert emulator.listed()[0]["status"] == "strange" and emulator.listed()[0]["vpnConnName"] == "vpncon"
    assert emulator.call("DELETE", "/v1/vpn/vpnconn/vpnconn-odd").status_code == 200
    assert emulator.listed() == objects[1:] + ["text"]


def test_no_key_stands_in_requests_state_or_the_log(emulator):
    before = len(emulator.log.read_text(encoding="utf-8").splitlines())
    emulator.create(query={"clientToken": "token"})
    emulator.call("POST", TUNNELS, {**tunnel(), "nested": [{"secret_key": "hidden-1"}]})
    emulator.call("POST", TUNNELS, raw=b'{"secretKey":"hidden-2"')
    (entry, _nested, broken) = emulator.control("GET", "requests")
    assert (entry["number"], entry["method"], entry["path"], entry["status"]) == (1, "POST", TUNNELS, 200)
    assert (entry["query"], entry["fault"]) == ({"clientToken": "token"}, None)
    assert entry["body"] == {**PAGE_EXAMPLE, "secretKey": "********"}
    assert entry["signed_headers"] == ["host", "x-bce-date"] and broken["body"] is None
    lines = emulator.log.read_text(encoding="utf-8").splitlines()[before:]
    assert [json.loads(line) for line in lines] == emulator.control("GET", "requests")
    shown = json.dumps([emulator.control("GET", "state"), emulator.control("GET", "requests"), lines])
    for secret in (SECRET, "hidden-1", "hidden-2", SECRET_ACCESS_KEY, "bce-auth-v1"):
        assert secret not in shown
    (stored, _other) = emulator.control("GET", "state?secrets=digest")["tunnels"]
    assert stored["secretKey"] == "sha256:" + hashlib.sha256(SECRET.encode()).hexdigest()


def test_a_reset_leaves_the_seed_gateways_and_the_settings_of_the_start(emulator):
    emulator.control("POST", "settings", {"latency_ms": 1, "contract": "cn"})
    emulator.call("POST", "/v1/vpn/cgw", {"name": "peer", "ip": "203.0.113.9"})
    emulator.faults({"fault": "hang", "times": None})
    settings = emulator.control("POST", "reset")
    assert (settings["latency_ms"], settings["contract"]) == (0, "both")
    state = emulator.control("GET", "state")
    assert (len(state["gateways"]), state["tunnels"], state["customer_gateways"]) == (7, [], [])
    assert emulator.control("GET", "requests") == [] and emulator.listed() == []


def test_one_connection_serves_many_requests(emulator):
    for _round in range(3):
        emulator.listed()
    assert len({entry["peer_port"] for entry in emulator.control("GET", "requests")}) == 1


# --- the process ---


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_with_status_0_whatever_hangs(tmp_path, number):
    emulator = Emulator("--log", str(tmp_path / "log"))
    try:
        emulator.faults({"fault": "hang"})
        hanging = threading.Thread(target=lambda: pytest.raises(requests.ConnectionError, emulator.call, "GET", LIST))
        hanging.start()
        with socket.create_connection((urlsplit(emulator.endpoint).hostname, urlsplit(emulator.endpoint).port)):
            while not emulator.control("GET", "requests"):
                time.sleep(0.01)
            emulator.process.send_signal(number)
            assert emulator.process.wait(timeout=2) == 0
        hanging.join(5)
        assert json.loads((tmp_path / "log").read_text())["fault"] == "hang"
    finally:
        emulator.stop()


def test_it_goes_with_its_parent_when_told_so():
    script = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, sys.argv[1], '--exit-with-parent'],"
        " stdout=subprocess.PIPE, text=True); print(child.stdout.readline(), flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(EMULATOR)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    ready = json.loads(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdin.close()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    port = urlsplit(ready["endpoint"]).port
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return
        time.sleep(0.05)
    os.kill(ready["pid"], signal.SIGKILL)
    pytest.fail("the emulator outlived its parent")


@pytest.mark.parametrize(
    "options, words",
    [
        (["--host", "0.0.0.0"], "loopback"),
        (["--host", "example.com"], "loopback"),
        (["--gateway", "a/b"], "ID[:NAME"),
        (["--gateway", "a", "--gateway", "a"], "twice"),
        (["--port", "70000"], "port"),
        (["--settle-ms", "-1"], "settle-ms"),
    ],
)
def test_a_wrong_command_line_is_refused_in_words(options, words):
    done = subprocess.run(
        [sys.executable, str(EMULATOR), *options], capture_output=True, text=True, timeout=10, check=False
    )
    assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr
