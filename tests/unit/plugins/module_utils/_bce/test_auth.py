# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signature of a request: the published vectors, and the official SDK's signer as the reference for all others."""

from __future__ import annotations

from urllib.parse import quote

import pytest
import requests
from baidubce.auth import bce_v1_signer
from baidubce.auth.bce_credentials import BceCredentials
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.module_utils._bce import auth
from ansible_collections.baiducloud.network.plugins.module_utils._bce.redaction import Secret
from fake_clock import FakeClock

# Baidu's own sample pair; every generated vector is made with it.
AK = "0b0f67dfb88244b289b72b142befad0c"
SK = "bad522c2126a4618a8125f4b6cf6356f"
HOST = "bcc.bj.baidubce.com"
DATE = "2023-11-14T22:13:20Z"
MOMENT = 1700000000  # = DATE
PREFIX = f"bce-auth-v1/{AK}/{DATE}/1800"
JSON_TYPE = "application/json;charset=utf-8"
CLIENT_TOKEN = "1849ef6b-f73c-4f5d-b88b-259ca47af849"
STS_TOKEN = "ZjkyZmQ2YmQxZTQ3NDcyNjk0ZTg1ZjYyYjlkZjNjODB8AAAAAI8+/w=="

# --- published vectors ---


def test_p1_put_with_empty_and_missing_values_has_the_published_signature():
    headers = {"Host": "bce.baidu.com", "abc": "123", "x-bce-meta-key1": "ABC"}
    query = {"A": None, "b": "", "C": "d"}
    assert auth.authorization("my_ak", "my_sk", "PUT", "/v1/bucket/object1", query, headers, 1402639056) == (
        "bce-auth-v1/my_ak/2014-06-13T05:57:36Z/1800//80c9672aca2ea9af4bb40b9a8ff458d72df94e97d550840727f3a929af271d25"
    )


def test_p1_with_the_same_headers_named_has_the_same_signature():
    headers = {"Host": "bce.baidu.com", "abc": "123", "x-bce-meta-key1": "ABC"}
    query = {"A": None, "b": "", "C": "d"}
    names = ["x-bce-meta-key1", "host"]
    signed = auth.authorization(
        "my_ak", "my_sk", "PUT", "/v1/bucket/object1", query, headers, 1402639056, signed_headers=names
    )
    assert signed == (
        "bce-auth-v1/my_ak/2014-06-13T05:57:36Z/1800/host;x-bce-meta-key1/"
        "80c9672aca2ea9af4bb40b9a8ff458d72df94e97d550840727f3a929af271d25"
    )


def test_p2_delete_without_host_has_the_published_signature():
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": 0,
        "User-Agent": "This is the user-agent",
    }
    signed = auth.authorization("my_ak", "my_sk", "DELETE", "/v1/test-bucket1361199862", {}, headers, 1402639056)
    assert signed == (
        "bce-auth-v1/my_ak/2014-06-13T05:57:36Z/1800//c9386b15d585960ae5e6972f73ed92a9a682dc81025480ba5b41206d3e489822"
    )


def test_p3_signing_key_is_the_published_hex_text():
    assert auth.signing_key(AK, SK, 1430123029) == (
        f"bce-auth-v1/{AK}/2015-04-27T08:23:49Z/1800",
        "d9f35aaba8a5f3efa654851917114b6f22cd831116fd7d8431e08af22dcff24c",
    )


def test_p4_upload_has_the_published_signature():
    headers = {
        "Host": "bj.bcebos.com",
        "Date": "Mon, 27 Apr 2015 16:23:49 +0800",
        "Content-Type": "text/plain",
        "Content-Length": "8",
        "Content-Md5": "0a52730597fb4ffa01fc117d9e71e3a9",
        "x-bce-date": "2015-04-27T08:23:49Z",
    }
    query = {"partNumber": 9, "uploadId": "VXBsb2FkIElpZS5tMnRzIHVwbG9hZA"}
    signed = auth.authorization(AK, SK, "PUT", "/v1/test/myfolder/readme.txt", query, headers, 1430123029)
    assert signed == (
        f"bce-auth-v1/{AK}/2015-04-27T08:23:49Z/1800//a19e6386e990691aca1114a20357c83713f1cb4be3d74942bb4ed37469ecdacf"
    )


def test_encode_keeps_letters_digits_and_four_marks_only():
    assert auth.encode("!'()*this is an example for 测试") == (
        "%21%27%28%29%2Athis%20is%20an%20example%20for%20%E6%B5%8B%E8%AF%95"
    )
    assert auth.encode("AZaz09-_.~") == "AZaz09-_.~"


def test_canonical_headers_are_lower_case_encoded_sorted_and_not_empty():
    headers = {"host": "localhost", "x-bce-a": "a/b:c", "Content-MD5": "MD5", "C": ""}
    assert auth.canonical_headers(headers) == "content-md5:MD5\nhost:localhost\nx-bce-a:a%2Fb%3Ac"


# --- generated vectors ---

_DATE_LINE = "x-bce-date:2023-11-14T22%3A13%3A20Z"
_HOST_LINE = f"host:{HOST}"
_TYPE_LINE = "content-type:application%2Fjson%3Bcharset%3Dutf-8"
_TOKEN_LINE = "x-bce-security-token:ZjkyZmQ2YmQxZTQ3NDcyNjk0ZTg1ZjYyYjlkZjNjODB8AAAAAI8%2B%2Fw%3D%3D"

# name: method, path, query, canonical query, content length, STS token, {signed headers: signature}
GENERATED = {
    "create": (
        "POST",
        "/v1/vpn/vpn-119bd69b/vpnconn",
        {"clientToken": CLIENT_TOKEN, "note": "北京 tunnel/1"},
        f"clientToken={CLIENT_TOKEN}&note=%E5%8C%97%E4%BA%AC%20tunnel%2F1",
        390,
        None,
        {
            "": "834bd6da556a069841cb0d85b65d836a6afb9f9b3cf81dc3cf60a560233c0d1d",
            "host;x-bce-date": "c49a1ff99150aa0474f1739f7068f4ae4917f5f72ea1cfec35704bbee9629c09",
            "content-type;host;x-bce-date": "018d185055c768ee50e2306739d829f87589d160524eb7afd2ae6150583437be",
        },
    ),
    "list": (
        "GET",
        "/v1/vpn/vpnconn/vpn-119bd69b",
        {"clientToken": CLIENT_TOKEN, "note": "a b+c~d*e"},
        f"clientToken={CLIENT_TOKEN}&note=a%20b%2Bc~d%2Ae",
        0,
        None,
        {
            "": "9c698127fd41616d1f2cba12f774b34965ee3375802e6d8a5f377581686d509c",
            "host;x-bce-date": "34056468c38fd933a18eced393454a8a00563e174534f20c97075c313bff2d3d",
            "content-type;host;x-bce-date": "f2297d10095260b38dd4f4309ddca31674c92bbd75d9651e7c6286e60ee2e2cc",
        },
    ),
    "update": (
        "PUT",
        "/v1/vpn/vpnconn/vpnconn-ku4cxya6nisq",
        {"clientToken": CLIENT_TOKEN, "note": "é=&?%"},
        f"clientToken={CLIENT_TOKEN}&note=%C3%A9%3D%26%3F%25",
        414,
        None,
        {
            "": "0a3ea6f5db5cbefd516d07216819cb55c62518f03265556fc6005a58b5403999",
            "host;x-bce-date": "6db22c6bae118c35a42965b7d78b8df0fd6cf9c8a0d876e19f952fe30894d01e",
            "content-type;host;x-bce-date": "c3db10f2dbf6fea4ec3b37483ce561b8c05b459f8e2e8f7d98a01c00b18bd6ad",
        },
    ),
    "delete": (
        "DELETE",
        "/v1/vpn/vpnconn/vpnconn-ku4cxya6nisq",
        {"clientToken": CLIENT_TOKEN, "Zeta": "", "note": "隧道 α"},
        f"Zeta=&clientToken={CLIENT_TOKEN}&note=%E9%9A%A7%E9%81%93%20%CE%B1",
        0,
        None,
        {
            "": "763085ab833ede6d29b9d1af39fc44da1f0db95b709e17c09b08418db1e0ae0c",
            "host;x-bce-date": "0cc9523a4588618b7fcdbd7ea79feb11091a615511ea10edb48997c1eddc80eb",
            "content-type;host;x-bce-date": "efad70965bf32580df37f362185519a3aecedab15bcecd740a8656ea2bec4958",
        },
    ),
    "sts-list-gateways": (
        "GET",
        "/v1/vpn",
        {"vpcId": "vpc-1", "maxKeys": 1000},
        "maxKeys=1000&vpcId=vpc-1",
        0,
        STS_TOKEN,
        {
            "": "24480337e92d9c50084f709104c5b961e3026d1c1816696657952b0c481fa462",
            "host;x-bce-date;x-bce-security-token": "1fa65ecd91c7690bae78412f6d9002362983b338d2797e4cd2e603d7f4d03eb7",
        },
    ),
    "bind-eip": (
        "PUT",
        "/v1/vpn/vpn-119bd69b",
        {"bind": None, "clientToken": CLIENT_TOKEN},
        f"bind=&clientToken={CLIENT_TOKEN}",
        22,
        None,
        {
            "": "c59ca4fd6e46c561b5db00b7041ed9ecca7f447b5a69e40cb4fe36b769a1df8e",
            "host;x-bce-date": "21d0f84b6584ec4f0c0b11bf34360c54241b38f7be467685e0ed16afb2332201",
        },
    ),
}


@pytest.mark.parametrize(
    ("name", "names"), [(name, names) for name, vector in GENERATED.items() for names in vector[-1]]
)
def test_request_has_the_signature_of_the_official_signer(name, names):
    method, path, query, wire_query, length, token, signatures = GENERATED[name]
    headers = {"Host": HOST, "Content-Type": JSON_TYPE, "Content-Length": str(length), "x-bce-date": DATE}
    headers.update({"Accept": "*/*", "User-Agent": "x"})  # never signed
    if token:
        headers["x-bce-security-token"] = token
    signed_headers = names.split(";") if names else None
    lines = {
        "content-length": f"content-length:{length}",
        "content-type": _TYPE_LINE,
        "host": _HOST_LINE,
        "x-bce-date": _DATE_LINE,
        "x-bce-security-token": _TOKEN_LINE if token else None,
    }
    expected_lines = [line for header, line in lines.items() if line and header in (signed_headers or lines)]

    assert auth.canonical_uri(path) == path
    assert auth.canonical_query(query) == wire_query
    assert auth.canonical_headers(headers, signed_headers) == "\n".join(expected_lines)
    assert auth.signing_key(AK, SK, MOMENT) == (
        PREFIX,
        "f2e9abf70a40e17d43e01e1de263035462b564379d91c52f72c3cc17ae31069d",
    )
    assert (
        auth.authorization(AK, SK, method, path, query, headers, MOMENT, signed_headers=signed_headers)
        == f"{PREFIX}/{names}/{signatures[names]}"
    )


# --- the official SDK as the reference ---

# What the rules treat specially comes often: separators, marks, signs of other encodings, several octets per character.
_TEXT = st.text("aZ09 /+~%*'\"=&?#:;,-_.!()<>[]{}|\\^`@$\t\n\x00\x7fé北\u2028🔑", max_size=12)
_VALUES = st.text('aZ09 \t/+:;=,*"%é', max_size=12)
_TOKENS = st.text("ABCxyz019+/=|", min_size=1, max_size=30)


@settings(max_examples=200, deadline=None, database=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD"]),
    path=st.lists(_TEXT, max_size=4).map(lambda parts: "/" + "/".join(parts)),
    query=st.dictionaries(
        _TEXT.filter(lambda name: name.lower() != "authorization"),
        st.one_of(st.none(), st.just(""), _TEXT, st.integers(0, 10**6)),
        max_size=5,
    ),
    host=st.sampled_from([HOST, "127.0.0.1:8080", "[::1]:65535", "bcc.bj.baidubce.com:8443"]),
    token=st.one_of(st.none(), _TOKENS),
    extra=st.dictionaries(st.sampled_from(["Content-Type", "content-length", "X-Bce-Meta-A", "Accept"]), _VALUES),
    keys=st.tuples(st.text("abc019", min_size=1), st.text("abcXYZ!/+é", min_size=1)),
    moment=st.integers(1, 4102444800),  # 0 is now for the SDK
    expiration=st.integers(1, 10**6),
    explicit=st.booleans(),
)
@example("PUT", "/v1/vpn/a b", {"bind": None}, HOST, "t+/=", {}, ("ak", "sk"), MOMENT, 1800, True)
def test_any_request_has_the_signature_of_the_official_sdk(
    method, path, query, host, token, extra, keys, moment, expiration, explicit
):
    headers = {"Host": host, "x-bce-date": auth.timestamp_text(moment), **extra}
    if token:
        headers["x-bce-security-token"] = token
    names = None
    if explicit:
        # The SDK signs every x-bce- header, named or not; only a list that names them all can be compared.
        always = ("host", "content-type", "x-bce-")
        names = sorted({name.lower() for name in headers if name.lower().startswith(always)})

    expected = bce_v1_signer.sign(
        BceCredentials(*keys),
        method.encode(),
        quote(path, safe="/-_.~").encode(),  # the SDK signs the path as it gets it
        {name.encode(): value.encode() for name, value in headers.items()},
        {name.encode(): value.encode() if isinstance(value, str) else value for name, value in query.items()},
        moment,
        expiration,
        names and [name.encode() for name in names],
    ).decode()

    assert auth.authorization(*keys, method, path, query, headers, moment, expiration, names) == expected


# --- what the SDK gets wrong ---


def test_canonical_query_has_no_authorization_in_any_spelling():
    assert auth.canonical_query({"Authorization": "x", "AUTHORIZATION": "y", "a": 1}) == "a=1"


def test_canonical_headers_have_no_unnamed_header_with_prefix_x_bce():
    headers = {"Host": HOST, "x-bce-date": DATE, "x-bce-meta": "1"}
    assert auth.canonical_headers(headers, ["host", "x-bce-date"]) == f"{_HOST_LINE}\n{_DATE_LINE}"


def test_canonical_uri_always_starts_with_a_slash():
    assert [auth.canonical_uri(path) for path in ("", "/", "v1/vpn", "/v1/vpn/")] == ["/", "/", "/v1/vpn", "/v1/vpn/"]


# --- as the auth of requests ---


def make_auth(clock=None, token=None):
    return auth.BceAuth(Secret(AK), Secret(SK), Secret(token) if token else None, clock or FakeClock(MOMENT))


def prepare(signer, url=f"https://{HOST}/v1/vpn/vpn-1?maxKeys=10"):
    return requests.Session().prepare_request(requests.Request("GET", url, auth=signer))


@pytest.mark.parametrize("path", ["/v1/vpn/vpnconn/vpn-1", "/v1/vpn/a b+~%/é北", "/"])
@pytest.mark.parametrize("query", [{}, {"b": "a b+/~é&=%", "a": "", "bind": None, "maxKeys": 10}])
@pytest.mark.parametrize("token", [None, STS_TOKEN])
def test_auth_signs_what_is_sent(path, query, token):
    wire_query = auth.canonical_query(query)
    url = f"https://{HOST}:8443" + auth.canonical_uri(path) + ("?" + wire_query if wire_query else "")
    sent = prepare(make_auth(token=token), url)
    headers = {"Host": HOST + ":8443", "x-bce-date": DATE, **({"x-bce-security-token": token} if token else {})}
    assert sent.url == url
    assert {name: sent.headers[name] for name in headers} == headers
    names = [name.lower() for name in headers]
    expected = auth.authorization(AK, SK, "GET", path, query, headers, MOMENT, signed_headers=names)
    assert sent.headers["Authorization"] == expected


def test_auth_is_not_replaced_by_a_netrc_file(monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text(f"machine {HOST} login me password mine\ndefault login me password mine\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert requests.Session().prepare_request(requests.Request("GET", f"https://{HOST}/")).headers["Authorization"]
    assert prepare(make_auth()).headers["Authorization"].startswith(PREFIX)


def test_auth_signs_each_request_by_the_clock_of_its_moment():
    clock = FakeClock(MOMENT)
    signer = make_auth(clock)
    clock.sleep(60)
    assert prepare(signer).headers["x-bce-date"] == "2023-11-14T22:14:20Z"


@pytest.mark.parametrize("offset", [7200, -7200])
def test_auth_signs_by_the_server_s_clock_once_it_is_known(offset):
    clock = FakeClock(MOMENT)
    signer = make_auth(clock)
    signer.sync_clock(MOMENT + offset)
    clock.sleep(10)
    assert signer.now() == MOMENT + offset + 10
    signer.sync_clock(None)
    assert prepare(signer).headers["x-bce-date"] == auth.timestamp_text(MOMENT + offset + 10)


def test_auth_shows_no_key():
    assert not any(key in repr(vars(make_auth(token=STS_TOKEN))) for key in (AK, SK, STS_TOKEN))
