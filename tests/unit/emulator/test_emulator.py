# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator as its users run it: a process, used over HTTP with requests that the official SDK's signer signs."""

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

from api_example import BODY as PAGE_EXAMPLE
from api_example import SECRET_KEY as SECRET

EMULATOR = Path(__file__).resolve().parents[2] / "emulator"
ACCESS_KEY_ID = "emulator-ak"
SECRET_ACCESS_KEY = "emulator-sk"
GATEWAY = "vpn-119bd69b"
OTHER_GATEWAY = "vpn-other"
TUNNELS = f"/v1/vpn/{GATEWAY}/vpnconn"
LIST = f"/v1/vpn/vpnconn/{GATEWAY}"


def tunnel(**changes):
    """Return the page's example with other items; None removes one; a name with __ is one of an inner object."""
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
        """Return URL and headers of a request, signed by the SDK; an empty ``listed`` is the default set."""
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
        """Send one signed request, once."""
        body = raw if raw is not None else b"" if payload is None else json.dumps(payload).encode()
        url, headers = self.signed(method, path, query, body=body, **signing)
        return (session or self.session).request(
            method, url, headers=headers, data=body, timeout=timeout, allow_redirects=False
        )

    def control(self, method, path, payload=None):
        response = self.session.request(method, f"{self.endpoint}/_emulator/{path}", json=payload, timeout=10)
        response.raise_for_status()
        return response.json()

    def faults(self, *faults):
        self.control("POST", "faults", list(faults))

    def create(self, payload=None, **more):
        response = self.call("POST", TUNNELS, payload or tunnel(), **more)
        assert response.status_code == 200, response.text
        return response.json()["vpnConnId"]

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


def refusal(response, status, code):
    """Return the message of an error response, after its form was checked."""
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code), response.text
    assert sorted(body) == ["code", "message", "requestId"]
    assert body["requestId"] == response.headers["x-bce-request-id"]
    return body["message"]


# --- signatures ---


@pytest.mark.parametrize("listed", [("host", "x-bce-date"), ("content-type", "host", "x-bce-date"), ()])
@pytest.mark.parametrize("query", [{}, {"vpcId": "vpc-emulator", "note": "北京 a/b+c~d*e%=&", "bind": ""}])
def test_signature_of_the_official_sdk_is_accepted(emulator, listed, query):
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
def test_signature_that_is_invalid_is_refused_with_its_code(emulator, signing, status, code):
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
def test_authorization_that_was_changed_is_refused(emulator, change, status, code):
    url, headers = emulator.signed("GET", LIST)
    headers["Authorization"] = change(headers["Authorization"])
    refusal(emulator.session.get(url, headers=headers, timeout=10), status, code)


def test_signature_covers_method_path_query_and_listed_headers(emulator):
    url, headers = emulator.signed("GET", LIST)
    assert emulator.session.get(url, headers=headers, timeout=10).status_code == 200
    refusal(emulator.session.get(url + "?a=b", headers=headers, timeout=10), 400, "SignatureDoesNotMatch")
    refusal(emulator.session.delete(url, headers=headers, timeout=10), 400, "SignatureDoesNotMatch")
    listed = ("host", "x-bce-date", "x-bce-security-token")
    assert emulator.call("GET", LIST, listed=listed, **{"x-bce-security-token": "s/t+s="}).status_code == 200


def test_server_clock_that_is_ahead_shows_in_date_and_expires_requests(emulator):
    emulator.control("POST", "settings", {"clock_offset_seconds": 7200})
    response = emulator.call("GET", LIST)
    refusal(response, 400, "RequestExpired")
    ahead = parsedate_to_datetime(response.headers["Date"]).timestamp() - time.time()
    assert 7190 < ahead < 7210
    assert emulator.call("GET", LIST, shift=ahead).status_code == 200


# --- tunnels ---


def test_tunnel_is_created_listed_updated_and_deleted(emulator):
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
        response = emulator.call("PUT", path, body)
        assert (response.status_code, response.content) == (200, b"")
        (seen,) = emulator.call("GET", f"/v1/vpn/{GATEWAY}").json()["vpnConns"]
        assert (seen["description"], seen["ikeConfig"]["ikeLifeTime"]) == (stored, "3600s")
    assert "vpnId" in refusal(emulator.call("PUT", path, tunnel()), 400, "InappropriateJSON")
    elsewhere = {**tunnel(), "vpnId": OTHER_GATEWAY}
    assert "vpnId" in refusal(emulator.call("PUT", path, elsewhere), 400, "InappropriateJSON")
    assert emulator.call("DELETE", path).status_code == 200
    refusal(emulator.call("DELETE", path), 404, "NoSuchObject")
    refusal(emulator.call("PUT", path, elsewhere), 404, "NoSuchObject")
    assert emulator.listed() == []


def test_tunnels_of_one_name_are_listed_in_order_of_creation(emulator):
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


def test_tunnel_with_an_invalid_field_is_refused_without_its_value(emulator):
    for name, value in BAD_FIELDS:
        message = refusal(emulator.call("POST", TUNNELS, tunnel(**{name: value})), 400, "InappropriateJSON")
        assert message.startswith(name.replace("__", ".") + ": "), (name, value, message)
        assert not (name == "secretKey" and value and str(value) in message)
    both = refusal(emulator.call("POST", TUNNELS, tunnel(vpnConnName="1", remoteIp="x")), 400, "InappropriateJSON")
    assert "vpnConnName: " in both and "remoteIp: " in both
    assert emulator.control("GET", "state")["tunnels"] == []


def test_tunnel_with_any_value_of_the_contract_is_accepted(emulator):
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


def test_tunnel_without_sub_fields_gets_defaults(emulator):
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
def test_body_that_is_not_a_json_object_is_refused(emulator, raw, code):
    refusal(emulator.call("POST", TUNNELS, raw=raw), 400, code)


def test_request_to_an_unknown_path_or_object_has_its_own_code(emulator):
    for method, path, status, code in (
        ("GET", "/v2/vpn/vpnconn/" + GATEWAY, 404, "InvalidVersion"),
        ("GET", "/v1/vpn/vpnconn/", 400, "InvalidURI"),
        ("GET", "/v1/vpn/vpnconn/a%2Fb", 501, "NotEmulated"),
        ("PATCH", LIST, 405, "MethodNotAllowed"),
        ("POST", LIST, 501, "NotEmulated"),
        ("GET", "/v1/vpn/vpnconn/vpn-none", 404, "NoSuchObject"),
        ("GET", "/v1/vpn/vpn-none", 404, "NoSuchObject"),
        ("POST", "/v1/vpn/vpn-none/vpnconn", 404, "NoSuchObject"),
    ):
        refusal(emulator.call(method, path, PAGE_EXAMPLE), status, code)
    assert emulator.call("HEAD", LIST).status_code == 405
    refusal(emulator.call("POST", TUNNELS, raw=b"x" * (2**20 + 1)), 413, "InvalidHTTPRequest")


# --- client tokens ---


def test_token_creates_one_tunnel_and_never_means_two_requests(emulator):
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
        response = emulator.call(method, path, body, query={**query, **more})
        refusal(response, 403, "IdempotentParameterMismatch")
    assert len(emulator.control("GET", "state")["tunnels"]) == 1
    delete = {"clientToken": "delete"}
    for _round in range(2):
        assert emulator.call("DELETE", f"/v1/vpn/vpnconn/{first}", query=delete).status_code == 200
    assert emulator.create(query=query) == first, "the response of a token outlives the tunnel"
    assert emulator.listed() == []


def test_token_of_a_refused_request_stays_free(emulator):
    query = {"clientToken": "t" * 64}
    refusal(emulator.call("POST", TUNNELS, tunnel(remoteIp="x"), query=query), 400, "InappropriateJSON")
    emulator.create(query=query)
    for bad in ("", "t" * 65, "é"):
        response = emulator.call("POST", TUNNELS, tunnel(), query={"clientToken": bad})
        assert "clientToken" in refusal(response, 400, "InappropriateJSON")
    assert emulator.call("GET", LIST, query={"clientToken": "t" * 65}).status_code == 200


def test_token_of_twenty_concurrent_clients_creates_one_tunnel(emulator):
    emulator.control("POST", "settings", {"latency_ms": 40})
    with ThreadPoolExecutor(20) as pool:
        sessions = [requests.Session() for _client in range(20)]
        made = list(pool.map(lambda session: emulator.create(query={"clientToken": "one"}, session=session), sessions))
        for session in sessions:
            session.close()
    assert len(set(made)) == 1 and len(emulator.listed()) == 1


# --- time ---


def test_request_whose_client_has_gone_is_applied_all_the_same(emulator):
    emulator.control("POST", "settings", {"latency_ms": 600})
    with pytest.raises(requests.Timeout):
        emulator.call("POST", TUNNELS, tunnel(), timeout=0.1)
    assert emulator.control("GET", "state")["tunnels"] == []
    for _poll in range(1000):
        if emulator.control("GET", "state")["tunnels"]:
            break
        time.sleep(0.01)
    (entry,) = emulator.control("GET", "requests")
    assert (entry["processed_status"], entry["status"]) == (200, None)


# --- gateways and customer gateways ---


def test_gateway_list_has_pages_with_an_inclusive_marker(emulator):
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
        response = emulator.call("GET", "/v1/vpn", query={"vpcId": "vpc-other", **more})
        assert len(response.json()["vpns"]) == found
    for bad, name in (({}, "vpcId"), ({**query, "maxKeys": "1001"}, "maxKeys"), ({**query, "marker": "x"}, "marker")):
        assert name in refusal(emulator.call("GET", "/v1/vpn", query=bad), 400, "InappropriateJSON")


def test_customer_gateway_that_a_tunnel_uses_cannot_be_deleted(emulator):
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


def test_international_contract_takes_an_address_only(emulator):
    emulator.control("POST", "settings", {"contract": "intl"})
    response = emulator.call("POST", TUNNELS, tunnel(remoteIp=None, cgwId="cgw-1"))
    assert "remoteIp" in refusal(response, 400, "InappropriateJSON")
    emulator.create(tunnel(cgwId="cgw-1"))
    assert [("cgwId" in seen, seen["remoteIp"]) for seen in emulator.listed()] == [(False, PAGE_EXAMPLE["remoteIp"])]


# --- faults ---


def test_reset_fault_comes_before_or_after_the_commit(emulator):
    for kind, stored in (("reset_before", 0), ("reset_after", 1)):
        emulator.faults({"fault": kind, "match": {"method": "POST"}})
        with pytest.raises(requests.ConnectionError, match="reset"):
            emulator.call("POST", TUNNELS, tunnel())
        assert len(emulator.listed()) == stored
        entry = emulator.control("GET", "requests")[-2]
        assert (entry["status"], entry["fault"]) == (None, kind)


def test_status_fault_does_not_apply_a_request_unless_it_commits(emulator):
    fault = {"fault": "status", "status": 503, "headers": {"Retry-After": 2}, "match": {"path_regex": "vpnconn$"}}
    emulator.faults(fault, {**fault, "commit": True, "status": 429, "code": "Slow", "message": "later"})
    response = emulator.call("POST", TUNNELS, tunnel())
    refusal(response, 503, "ServiceUnavailable")
    assert response.headers["Retry-After"] == "2" and emulator.listed() == []
    assert refusal(emulator.call("POST", TUNNELS, tunnel()), 429, "Slow") == "later"
    assert len(emulator.listed()) == 1


def test_hang_fault_ends_with_the_client_or_after_its_seconds(emulator):
    emulator.faults({"fault": "hang", "commit": True}, {"fault": "hang", "seconds": 0.2})
    with pytest.raises(requests.ReadTimeout):
        emulator.call("POST", TUNNELS, tunnel(), timeout=0.2)
    with pytest.raises(requests.ConnectionError):
        emulator.call("POST", TUNNELS, tunnel(), timeout=5)
    assert len(emulator.listed()) == 1


def test_faulty_responses_belong_to_requests_that_are_applied(emulator):
    emulator.faults(
        *(
            {"fault": kind, **more}
            for kind, more in (
                ("truncate", {}),
                ("garbage", {}),
                ("garbage", {"body": "x", "body_repeat": 10**7, "status": 201}),
                ("garbage", {"body": ""}),
                ("garbage", {"body": {"vpnConns": 5}}),
                ("slow", {"seconds": 0.05}),
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
    assert emulator.create()
    assert len(emulator.listed()) == 6


def test_truncate_fault_cuts_an_empty_response_too(emulator):
    tunnel_id = emulator.create()
    emulator.faults({"fault": "truncate", "match": {"method": "DELETE"}})
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        emulator.call("DELETE", f"/v1/vpn/vpnconn/{tunnel_id}")
    assert emulator.listed() == []


def test_fault_hits_the_requests_that_it_names(emulator):
    emulator.faults({"fault": "status", "status": 500, "match": {"method": "GET", "nth": [2, 4]}})
    assert [emulator.call("GET", LIST).status_code for _attempt in range(5)] == [200, 500, 200, 500, 200]
    emulator.faults()
    emulator.faults({"fault": "status", "status": 502, "times": 2}, {"fault": "status", "status": 504, "times": None})
    assert [emulator.call("GET", LIST).status_code for _attempt in range(5)] == [502, 502, 504, 504, 504]
    emulator.faults()
    patterns = []
    for _round in range(2):
        emulator.faults({"fault": "status", "status": 500, "probability": 0.5, "seed": 7})
        patterns.append([emulator.call("GET", LIST).status_code for _attempt in range(30)])
        emulator.faults()
    assert patterns[0] == patterns[1] and 5 < patterns[0].count(500) < 25


def test_fault_that_needs_a_signature_spares_unsigned_requests(emulator):
    emulator.faults({"fault": "garbage"}, {"fault": "status", "status": 500})
    assert emulator.call("GET", LIST, secret="another").status_code == 500
    refusal(emulator.call("GET", LIST, secret="another"), 400, "SignatureDoesNotMatch")
    assert emulator.call("GET", LIST).text.startswith("<html>")


def test_fault_with_echo_key_returns_the_key(emulator):
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
def test_fault_with_an_invalid_key_is_refused_by_its_name(emulator, fault, words):
    response = emulator.session.post(
        f"{emulator.endpoint}/_emulator/faults", json=[{"fault": "hang"}, fault], timeout=10
    )
    assert words in refusal(response, 400, "InappropriateJSON")
    assert emulator.control("GET", "faults") == []


# --- control ---


def test_planted_tunnel_is_listed_as_it_is_and_can_be_written(emulator):
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


def test_key_never_appears_in_requests_state_or_log(emulator):
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


def test_reset_keeps_gateways_and_restores_the_first_settings(emulator):
    emulator.control("POST", "settings", {"latency_ms": 1, "contract": "cn"})
    emulator.call("POST", "/v1/vpn/cgw", {"name": "peer", "ip": "203.0.113.9"})
    emulator.faults({"fault": "hang", "times": None})
    settings = emulator.control("POST", "reset")
    assert (settings["latency_ms"], settings["contract"]) == (0, "both")
    state = emulator.control("GET", "state")
    assert (len(state["gateways"]), state["tunnels"], state["customer_gateways"]) == (7, [], [])
    assert emulator.control("GET", "requests") == [] and emulator.listed() == []


def test_connection_serves_many_requests(emulator):
    for _round in range(3):
        emulator.listed()
    assert len({entry["peer_port"] for entry in emulator.control("GET", "requests")}) == 1


# --- the process ---


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_process_ends_with_status_0_on_a_signal_whatever_hangs(tmp_path, number):
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


def test_process_ends_with_its_parent_if_asked_to():
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
        (["--gateway", "a", "--gateway", "a"], "repeated"),
        (["--port", "70000"], "port"),
        (["--settle-ms", "-1"], "settle-ms"),
        (["--vpc", "vpc-a:10.0.0.1/8"], "without host bits"),
        (["--vpc", "a:10.0.0.0/8", "--vpc", "a:10.0.0.0/8"], "repeated"),
    ],
)
def test_command_line_that_is_invalid_is_refused(options, words):
    done = subprocess.run(
        [sys.executable, str(EMULATOR), *options], capture_output=True, text=True, timeout=10, check=False
    )
    assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr
