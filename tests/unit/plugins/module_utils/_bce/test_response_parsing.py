# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a complete response means: a success, an error of the API, or neither; and values, read tolerantly."""

from __future__ import annotations

import json

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce import errors, response_parsing
from ansible_collections.baiducloud.network.plugins.module_utils._bce.redaction import Redactor, Secret
from ansible_collections.baiducloud.network.plugins.module_utils._bce.response_parsing import Response
from ansible_collections.baiducloud.network.plugins.module_utils._bce.retry import AttemptFailed
from ansible_collections.baiducloud.network.plugins.module_utils._bce.transport import Received

ENDPOINT = "https://bcc.example"
NOW = 1795687200.0


def parse(body, status=200, headers=(), method="GET", expects=None, redactor=None):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    received = Received(status, dict(headers), content, NOW)
    redactor = redactor or Redactor(())
    return response_parsing.parse_response(received, method, "do it", expects, ENDPOINT, NOW, redactor)


def failed(*args, **options):
    with pytest.raises(AttemptFailed) as caught:
        parse(*args, **options)
    return caught.value


# --- success ---


@pytest.mark.parametrize(
    "content", [b'{"a":1}', b' {"a": 1}\n', b'\xef\xbb\xbf {"a": 1}'], ids=["plain", "spaces", "byte order mark"]
)
@pytest.mark.parametrize("status", [200, 201, 299])
def test_object_is_the_body_of_the_response(content, status):
    response = parse(content, status, {"x-bce-request-id": "r-1"})
    assert response == Response(status, {"a": 1}, "r-1", NOW, False)


@pytest.mark.parametrize("content", [b"", b" \r\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("status", [200, 204])
def test_empty_body_is_an_empty_object_that_says_so(content, status):
    response = parse(content, status)
    assert (response.body, response.is_empty, response.request_id) == ({}, True, None)


def test_empty_object_is_not_an_empty_body():
    assert not parse(b" {} ").is_empty


def test_request_id_is_that_of_the_header_or_else_of_the_body():
    assert parse({"requestId": "r-2"}).request_id == "r-2"
    assert parse({"requestId": "r-2"}, headers={"x-bce-request-id": "r-1"}).request_id == "r-1"


NOT_AN_OBJECT = [
    b"<html><title>Sign in</title></html>",
    b"[]",
    b"null",
    b"5",
    b'"text"',
    b"{",
    b'{"a":}',
    b"\xff\xfe{}",
    b"[" * 200000,
    b'{"a":' + b"9" * 5000 + b"}",
]


@pytest.mark.parametrize("body", NOT_AN_OBJECT, ids=lambda body: body[:12])
def test_body_that_is_not_a_json_object_is_quoted_in_the_error(body):
    failure = failed(body, headers={"x-bce-request-id": "r-1"}, method="PUT")
    error = failure.error
    assert (failure.outcome, failure.is_unknown) == ("invalid_json", True)
    assert error.__class__ is errors.InvalidResponseError
    assert (error.code, error.http_status, error.request_id) == ("InvalidResponse", 200, "r-1")
    assert error.message.startswith(f"Cannot do it: the response of {ENDPOINT} is not a JSON object but ")
    assert error.message.endswith("; check endpoint and proxy")
    assert body[:5].decode("utf-8", "replace") in error.message
    assert len(error.message) < 600


# --- errors ---


@pytest.mark.parametrize(
    ("status", "code", "kind", "remedy"),
    [
        (404, "NoSuchObject", errors.NotFoundError, "check the id and the region; an id belongs to one region"),
        (400, "InappropriateJSON", errors.ApiError, None),
        (400, "QuotaExceeded", errors.QuotaError, "raise the quota in the Quota Center"),
        (400, "NameRepeated", errors.DuplicateError, "use the existing object, give another name"),
        (409, "OperationDenied", errors.BusyError, "wait until the gateway is settled"),
        (429, "RateLimit", errors.RateLimitedError, "raise retry_timeout, or lower concurrency"),
        (500, "InternalError", errors.ServerError, "try again later"),
        (403, "AccessDenied", errors.AuthError, "give the user of these keys the right to do that"),
    ],
)
def test_error_has_the_message_of_the_api_and_a_remedy(status, code, kind, remedy):
    body = {"code": code, "message": "the  object\nis notexist", "requestId": "r-1"}
    failure = failed(body, status, {"Retry-After": "7"})
    error = failure.error
    text = f"Cannot do it: the object is notexist ({code}, HTTP {status}, request id r-1)"
    assert error.__class__ is kind
    assert error.message.startswith(text + ("; " + remedy if remedy else ""))
    assert remedy or error.message == text
    assert (error.code, error.http_status, error.request_id) == (code, status, "r-1")
    assert failure.retry_after == 7.0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"code": 5, "message": ["x"], "requestId": {}}',
        b'{"code": null}',
        b'{"code": "", "message": ""}',
        b'{"code": {"a": "b"}}',
    ],
)
@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "InvalidHTTPRequest", errors.ApiError),
        (403, "AccessDenied", errors.AuthError),
        (404, "NotFound", errors.NotFoundError),
        (412, "PreconditionFailed", errors.ApiError),
        (418, "Http418", errors.ApiError),
        (429, "TooManyRequests", errors.RateLimitedError),
        (500, "InternalError", errors.ServerError),
    ],
)
def test_error_without_a_code_has_the_code_of_its_status(status, code, kind, body):
    error = failed(body, status).error
    assert error.__class__ is kind
    assert (error.code, error.http_status, error.request_id) == (code, status, None)
    assert "(%s, HTTP %d)" % (code, status) in error.message


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"text"', b'[{"code": "NoSuchObject"}]', b"<html>"])
def test_error_that_is_not_an_object_has_a_code_of_ours(body):
    """A proxy has sent it, not the API: AccessDenied would say something about the account's keys."""
    error = failed(body, 403).error
    assert (error.__class__, error.code) == (errors.AuthError, "Http403")
    assert "; " not in error.message


def test_error_page_of_a_proxy_is_the_error_of_its_status():
    page = b"<html><h1>502 Bad Gateway</h1></html>"
    failure = failed(page, 502, {"x-bce-request-id": "r-1"}, method="PUT")
    assert (failure.outcome, failure.error.__class__) == ("server_error", errors.ServerError)
    assert (failure.error.code, failure.error.http_status, failure.error.request_id) == ("Http502", 502, "r-1")
    assert "<h1>502 Bad Gateway</h1>" in failure.error.message


@pytest.mark.parametrize("body", [b"", b"<html>Moved</html>", b'{"message": "moved"}'])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_an_error_that_says_so(status, body):
    failure = failed(body, status, {"Location": "https://elsewhere"}, method="PUT")
    assert failure.outcome == "refused" and not failure.is_unknown
    assert "the response is a redirect, which is not followed; give the right endpoint" in failure.error.message


@pytest.mark.parametrize("field", ["code", "message", "requestId"])
@pytest.mark.parametrize("value", ["x" * 100000, "\ud800", "a\x1b[31m\x00b"])
def test_no_field_makes_a_message_long_or_unprintable(value, field):
    error = failed({"code": "C", "message": "m", "requestId": "r", field: value}, 400).error
    for text in (error.message, error.code, error.request_id or ""):
        assert len(text) < 1500
        assert "\x1b" not in text
        text.encode("utf-8")


# --- an error in a response whose status is a success ---

BODIES_WITH_AN_ERROR = [
    {"code": "InvalidParameter", "message": "no", "requestId": "r-1"},
    {"code": "InvalidParameter", "message": "no", "requestId": "r-1", "hostId": "h", "vpnConns": []},
    {"code": "InvalidParameter", "message": "no", "requestId": "r-1", "vpnConns": None},
    {"code": "InvalidParameter", "message": "no", "requestId": "r-1", "success": False, "vpnConns": [{}]},
]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
@pytest.mark.parametrize("body", BODIES_WITH_AN_ERROR, ids=range(len(BODIES_WITH_AN_ERROR)))
def test_error_in_a_successful_response_is_that_error(body, method):
    failure = failed(body, method=method, expects="vpnConns")
    assert (failure.error.__class__, failure.error.code) == (errors.ApiError, "InvalidParameter")
    assert failure.error.message == "Cannot do it: no (InvalidParameter, HTTP 200, request id r-1)"
    # A creation that returns no id may have been applied.
    assert failure.is_unknown is (method == "POST")


@pytest.mark.parametrize(
    ("body", "code", "kind"),
    [
        ({"code": "NoSuchObject", "message": "x"}, "NoSuchObject", errors.NotFoundError),
        ({"code": "RateLimit"}, "RateLimit", errors.RateLimitedError),
        ({"code": "LastOperationNotFinished"}, "LastOperationNotFinished", errors.BusyError),
        ({"code": "InternalError"}, "InternalError", errors.ServerError),
        ({"success": False}, "Http200", errors.ApiError),
        ({"success": "false", "message": {"global": "no"}}, "Http200", errors.ApiError),
        ({"code": "not a word"}, "Http200", errors.ApiError),
        ({"code": 40301, "message": "no"}, "40301", errors.ApiError),
        ({"errorCode": "NoSuchObject"}, "NoSuchObject", errors.NotFoundError),
        ({"error": {"code": "QuotaExceeded", "message": "no"}}, "QuotaExceeded", errors.QuotaError),
        ({"error": "Broken"}, "Broken", errors.ApiError),
        ({"success": 0}, "Http200", errors.ApiError),
    ],
)
def test_error_in_a_successful_response_is_classified_as_any_other(body, code, kind):
    error = failed(body, method="PUT").error
    assert (error.__class__, error.code) == (kind, code)


@pytest.mark.parametrize(
    "body",
    [
        {"code": "V-1", "vpnConns": [{"vpnConnId": "a"}]},
        {"code": "OK", "message": "done"},
        {"code": "0"},
        {"code": "200", "success": True},
        {"code": None, "success": None},
        {"code": ""},
    ],
    ids=str,
)
def test_code_that_is_not_one_of_an_error_is_ignored(body):
    assert parse(body, expects="vpnConns").body == body


# --- secrets ---

KEY = "Zq7@wertyuiop"
SECRET_ACCESS_KEY, ACCESS_KEY_ID, TOKEN = "bad522c2126a4618", "0b0f67dfb88244b2", "session+token/="


@pytest.mark.parametrize(
    "echo", [KEY, "Zq7%40wertyuiop", SECRET_ACCESS_KEY, ACCESS_KEY_ID, TOKEN, "session%2Btoken%2F%3D"]
)
@pytest.mark.parametrize("status", [200, 400, 502])
def test_no_secret_is_shown_from_any_part_of_a_response(echo, status):
    redactor = Redactor([Secret(text) for text in (SECRET_ACCESS_KEY, ACCESS_KEY_ID, TOKEN)])
    redactor.add(Secret(KEY))
    bodies = [
        {"code": echo, "message": echo, "requestId": echo},
        {"error": {"code": echo, "message": echo}},
        echo.encode(),
        b" " * 65533 + echo.encode(),
    ]
    for body in bodies:
        error = failed(body, status, {"x-bce-request-id": echo}, redactor=redactor).error
        assert echo[:3] not in str(error) + repr(error.to_dict()) + repr(vars(error))


# --- lists ---

RESPONSE = Response(200, {"things": [{"id": "a"}], "none": None, "texts": ["a"], "object": {}}, "r-1")


def test_get_list_returns_the_objects_under_a_name():
    assert response_parsing.get_list(RESPONSE, "things", "list them") == [{"id": "a"}]
    assert response_parsing.get_list(Response(200, {"things": []}, "r-1"), "things", "list them") == []


@pytest.mark.parametrize(
    ("name", "words"),
    [("other", "has no other"), *((name, "not a list of objects") for name in ("none", "texts", "object"))],
)
def test_get_list_without_a_list_of_objects_is_an_invalid_response(name, words):
    with pytest.raises(errors.InvalidResponseError, match=words):
        response_parsing.get_list(RESPONSE, name, "list them")


def test_object_of_another_owner_is_an_invalid_response():
    found = [{"vpnId": "vpn-a"}, {}, {"vpnId": 7}, {"vpnId": " vpn-a "}]
    response_parsing.check_owner(found, "vpnId", "vpn-a", RESPONSE, "list them")
    with pytest.raises(errors.InvalidResponseError, match="an object of vpnId vpn-b, but was asked for vpn-a"):
        response_parsing.check_owner([*found, {"vpnId": "vpn-b"}], "vpnId", "vpn-a", RESPONSE, "list them")
    with pytest.raises(errors.InvalidResponseError, match=r"an object of vpnId \(not an id\), but"):
        response_parsing.check_owner([{"vpnId": "Zq7@wertyuiop"}], "vpnId", "vpn-a", RESPONSE, "list them")


# --- values ---


@pytest.mark.parametrize(
    ("parser", "value", "parsed"),
    [
        (response_parsing.parse_str, " a b\n", "a b"),
        (response_parsing.parse_str, "a\ud800", "a?"),
        *((response_parsing.parse_str, value, None) for value in ("", "  ", 7, None, ["a"])),
        (response_parsing.parse_id, "vpn-A_1", "vpn-A_1"),
        (response_parsing.parse_id, "198.19.0.2", "198.19.0.2"),
        *(
            (response_parsing.parse_id, value, None)
            for value in ("", "a b", "../a", "..", ".", "a..b", ".a", "a.", "a\n", 7, None)
        ),
        (response_parsing.parse_ip, "2001:DB8:0::1", "2001:db8::1"),
        (response_parsing.parse_ip, "203.0.113.7", "203.0.113.7"),
        *((response_parsing.parse_ip, value, value) for value in ("hidden", "", None)),
        (response_parsing.show_id, "vpn-a", "vpn-a"),
        *((response_parsing.show_id, value, "(not an id)") for value in ("a" * 129, "Zq7@wertyuiop", 7, None)),
    ],
)
def test_value_that_cannot_be_read_is_none(parser, value, parsed):
    assert parser(value) == parsed
