# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All pages of a list, and which lists are refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.module_utils._bce import response_parsing
from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import InvalidResponseError
from ansible_collections.baiducloud.network.plugins.module_utils._bce.response_parsing import Response


class Script:
    """Replaces the client: returns these bodies one after the other, the last one again and again."""

    def __init__(self, *bodies):
        self._bodies = list(bodies)
        self.queries = []

    def request(self, method, path, query=None, *, operation, deadline, expects):
        assert (method, path, operation, deadline, expects) == ("GET", "/v1/things", "list the things", 7.0, "things")
        self.queries.append(dict(query))
        body = self._bodies.pop(0) if len(self._bodies) > 1 else self._bodies[0]
        return Response(200, body, "r-%d" % len(self.queries), server_time=1000.0 + len(self.queries))


class Pages:
    """Replaces the client over a list of ids, in pages as the contract describes them."""

    def __init__(self, ids, size):
        self._ids = ids
        self._size = size
        self.count = 0

    def request(self, _method, _path, query=None, **_options):
        self.count += 1
        start = self._ids.index(query["marker"]) if "marker" in query else 0
        page_ids, rest = self._ids[start : start + self._size], self._ids[start + self._size :]
        body = page(*page_ids, isTruncated=bool(rest))
        return Response(200, dict(body, nextMarker=rest[0]) if rest else body, "r-1")


def page(*ids, **more):
    return {"things": [{"thingId": thing_id} for thing_id in ids], **more}


def paginate(client, query=()):
    return response_parsing.paginate(client, "/v1/things", dict(query), "things", "thingId", "list the things", 7.0)


def ids(pages):
    return [entry["thingId"] for entry in pages.entries]


@settings(max_examples=50, deadline=None, database=None)
@given(count=st.integers(0, 40), size=st.integers(1, 9))
def test_list_of_several_pages_is_read_in_one_request_each(count, size):
    client = Pages(["t-%d" % number for number in range(count)], size)
    assert ids(paginate(client)) == ["t-%d" % number for number in range(count)]
    assert client.count == max(1, -(-count // size))


def test_pages_have_the_last_response_and_the_first_server_time():
    client = Script(page("t-a", nextMarker="t-b"), page("t-b"))
    pages = paginate(client, {"maxKeys": "1"})
    assert (ids(pages), pages.response.request_id, pages.server_time) == (["t-a", "t-b"], "r-2", 1001.0)
    assert client.queries == [{"maxKeys": "1"}, {"maxKeys": "1", "marker": "t-b"}]


@pytest.mark.parametrize("is_truncated", [True, "True", None])
def test_page_with_a_marker_is_followed_if_it_is_truncated_or_says_nothing(is_truncated):
    more = {} if is_truncated is None else {"isTruncated": is_truncated}
    client = Script(page("t-a", nextMarker="t-b", **more), page("t-b", isTruncated=False))
    assert ids(paginate(client)) == ["t-a", "t-b"]


@pytest.mark.parametrize("is_truncated", [False, "false"])
def test_page_that_is_not_truncated_ends_the_list_in_spite_of_a_marker(is_truncated):
    client = Script(page("t-a", isTruncated=is_truncated, nextMarker="t-a"))
    assert ids(paginate(client)) == ["t-a"] and len(client.queries) == 1


def test_pages_that_overlap_give_each_object_once():
    client = Script(page("t-a", "t-b", nextMarker="t-b"), page("t-b", "t-c"))
    assert ids(paginate(client)) == ["t-a", "t-b", "t-c"]


@pytest.mark.parametrize(
    ("body", "words", "count"),
    [
        (page("t-a", isTruncated=True), "does not lead on to them (nextMarker (not an id))", 1),
        (page("t-a", isTruncated=True, nextMarker=7), "does not lead on to them (nextMarker (not an id))", 1),
        (page("t-a", isTruncated=True, nextMarker=""), "does not lead on to them (nextMarker (not an id))", 1),
        (page("t-a", nextMarker="t-a"), "does not lead on to them (nextMarker t-a)", 2),
        (page(nextMarker="t-z"), "does not lead on to them (nextMarker t-z)", 1),
        ({}, "has no things", 1),
        ({"things": None}, "has things that are not a list of objects", 1),
        ({"things": {}}, "has things that are not a list of objects", 1),
        ({"things": ["t-a"]}, "has things that are not a list of objects", 1),
    ],
)
def test_list_that_cannot_be_read_completely_is_an_invalid_response(body, words, count):
    client = Script(body)
    with pytest.raises(InvalidResponseError) as caught:
        paginate(client)
    error = caught.value
    assert error.message.startswith("Cannot list the things: the response ") and words in error.message
    assert error.message.endswith("(HTTP 200, request id r-%d)" % count)
    assert (error.code, error.retryable, error.maybe_applied) == ("InvalidResponse", True, False)
    assert len(client.queries) == count


def test_list_without_an_end_is_given_up_after_a_hundred_pages():
    client = Script(*(page("t-%d" % number, nextMarker="t-%d" % (number + 1)) for number in range(200)))
    with pytest.raises(InvalidResponseError, match="says after 100 pages that more follow"):
        paginate(client)
    assert len(client.queries) == 100


RESPONSE = Response(200, {}, "r-1")


def test_objects_of_one_id_with_different_contents_are_an_invalid_response():
    equal = [{"thingId": "t-a", "x": 1}, {"thingId": "t-a", "x": 1}]
    assert response_parsing.distinct(equal, "thingId", RESPONSE, "list them") == equal[:1]
    with pytest.raises(InvalidResponseError, match="has the id t-a more than once, with different contents"):
        response_parsing.distinct([*equal, {"thingId": "t-a", "x": 2}], "thingId", RESPONSE, "list them")


@pytest.mark.parametrize("thing_id", [None, "", 7, "a b/../c"])
def test_objects_without_a_valid_id_are_all_kept(thing_id):
    found = [{"thingId": thing_id, "x": 1}, {"thingId": thing_id, "x": 1}, {"thingId": thing_id}]
    assert response_parsing.distinct(found, "thingId", RESPONSE, "list them") == found
