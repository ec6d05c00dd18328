# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read all pages of a list."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple

from .messages import text
from .response_parsing import Response, get_list, invalid_response, parse_id, show_id

MAX_PAGES = 100


class Pages(NamedTuple):
    """A list that was read completely.

    :ivar entries: the API's objects, each once.
    :ivar response: of the last page.
    :ivar server_time: of the first page; see Received.
    """

    entries: list[dict[str, Any]]
    response: Response
    server_time: float | None


def paginate(
    client: Any,
    path: str,
    query: Mapping[str, Any],
    name: str,
    id_name: str,
    operation: str,
    deadline: float | None = None,
) -> Pages:
    """Read all pages of a list; one without pages is one page.

    :param client: has request(), see BceClient.
    :param name: of the array in the response.
    :param id_name: of the id in its objects.
    :raises InvalidResponseError: if a response is not a page of such a list, if an id appears with different contents,
        or if the pages would never end.
    """
    found: list[dict[str, Any]] = []
    page_query = dict(query)
    server_time = None
    for _page in range(MAX_PAGES):
        response = client.request("GET", path, page_query, operation=operation, deadline=deadline, expects=name)
        if server_time is None:
            server_time = response.server_time
        count = len(_ids(found, id_name))
        found = distinct(found + get_list(response, name, operation), id_name, response, operation)
        if not has_next_page(response.body):
            return Pages(found, response, server_time)
        marker = response.body.get("nextMarker")
        if not isinstance(marker, str) or not marker or len(_ids(found, id_name)) == count:
            raise invalid_response(operation, text("no_next_page", marker=show_id(marker)), response)
        page_query["marker"] = marker
    raise invalid_response(operation, text("too_many_pages", count=MAX_PAGES), response)


def distinct(found: list[dict[str, Any]], id_name: str, response: Response, operation: str) -> list[dict[str, Any]]:
    """Return the objects of a list, those with an id once; raise InvalidResponseError if their contents differ."""
    kept: list[dict[str, Any]] = []
    by_id: dict[str, dict[str, Any]] = {}
    for entry in found:
        key = parse_id(entry.get(id_name))
        if key is None:
            kept.append(entry)
        elif key not in by_id:
            kept.append(entry)
            by_id[key] = entry
        elif by_id[key] != entry:
            raise invalid_response(operation, text("repeated_id", id=show_id(key)), response)
    return kept


def _ids(found: list[dict[str, Any]], id_name: str) -> set[str]:
    return {entry[id_name] for entry in found if parse_id(entry.get(id_name))}


def has_next_page(body: Mapping[str, Any]) -> bool:
    """Return whether a response is followed by further pages."""
    is_truncated = body.get("isTruncated")
    if is_truncated is None:
        return bool(body.get("nextMarker"))
    return is_truncated is True or str(is_truncated).lower() == "true"
