# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what the API answers, tolerantly: what cannot be read is None, as if it was not told. Pure."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

from .errors import InvalidResponseError

MAX_PAGES = 100


class Pages(NamedTuple):
    """A list that was read completely.

    :ivar entries: the API's own objects, each once. :ivar answer: the client.Answer of the last page.
    :ivar server_time: the server's time of day at the first page; see client.Answer.
    """

    entries: list
    answer: object
    server_time: float


def paginate(client, path, query, name, id_name, operation, deadline=None):
    """Read all pages of a list, also of one that has none: its response does not say that more follow.

    The marker of a page is the id of its first object. A page that says that more follow, but neither brings anything
    new nor leads on, would be requested without end.

    :arg name: that of the array in the response. :arg id_name: that of the id in its objects.
    :arg doing, deadline: as in BceClient.request.
    :raises BceAnswerError: if a response is not a page of such a list, or an id appears with different contents.
    """
    found, query, server_time = [], dict(query), None
    for _page in range(MAX_PAGES):
        answer = client.request("GET", path, query, operation=operation, deadline=deadline, expects=name)
        if server_time is None:
            server_time = answer.server_time
        before = len(_ids(found, id_name))
        found = distinct(found + get_list(answer, name, operation), id_name, answer, operation)
        if not _more_follows(answer.body):
            return Pages(found, answer, server_time)
        marker = answer.body.get("nextMarker")
        if not isinstance(marker, str) or not marker or len(_ids(found, id_name)) == before:
            text = "says that more follow, but does not lead on to them (nextMarker %s)" % _shown(marker)
            raise invalid_response(operation, text, answer)
        query["marker"] = marker
    raise invalid_response(operation, "says after %d pages that more follow" % MAX_PAGES, answer)


def get_list(answer, name, operation):
    """The objects of the list that an answer has under a name.

    :arg doing: what the request was to do, for an error text.
    :raises BceAnswerError: if there is no such list, or something else than objects in it. Only the list itself, when
        it is empty, says that there are no objects; an empty response or null in its place does not.
    """
    if name not in answer.body:
        raise invalid_response(operation, "has no " + name, answer)
    found = answer.body[name]
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise invalid_response(operation, "has %s that are not a list of objects" % name, answer)
    return found


def distinct(found, id_name, answer, operation):
    """Return the objects of a list, those with an id once.

    :raises BceAnswerError: if one id has different contents, so that it is unclear what exists.
    """
    kept, by_id = [], {}
    for entry in found:
        key = parse_id(entry.get(id_name))
        if key is None or key not in by_id:
            kept.append(entry)
            by_id.setdefault(key, entry)
        elif by_id[key] != entry:
            raise invalid_response(
                operation, "has the id %s more than once, with different contents" % _shown(key), answer
            )
    return kept


def check_owner(found, owner_name, owner_id, answer, operation):
    """Check that no object of a list names another owner than the one that was asked for.

    :arg owner_name: such as "vpnId". An object that does not name its owner is accepted.
    :raises BceAnswerError: naming both ids.
    """
    for entry in found:
        named = parse_str(entry.get(owner_name))
        if named is not None and named != owner_id:
            text = "has an object of %s %s, but was asked for %s" % (owner_name, _shown(named), owner_id)
            raise invalid_response(operation, text, answer)


def _ids(found, id_name):
    return {entry.get(id_name) for entry in found if parse_id(entry.get(id_name))}


def _shown(value):
    """The text of an id for a message; of anything else, which may be long or hold a secret, only that it is none."""
    return value if parse_id(value) and len(value) <= 128 else "(not an id)"


def _more_follows(body):
    truncated = body.get("isTruncated")
    if truncated is None:
        return bool(body.get("nextMarker"))
    return truncated is True or str(truncated).lower() == "true"


def invalid_response(operation, what, answer, maybe_applied=False):
    """The BceAnswerError of an answer that is not what the contract says."""
    message = "Cannot %s: the answer %s (HTTP %d, request id %s)" % (operation, what, answer.status, answer.request_id)
    return InvalidResponseError(message, "BadAnswer", answer.status, answer.request_id, True, maybe_applied)


def parse_str(value):
    """A text, trimmed; None for an empty one."""
    # A lone surrogate, which JSON can bring along, could be neither sent back nor shown.
    return value.encode("utf-8", "replace").decode("utf-8").strip() or None if isinstance(value, str) else None


def parse_id(value):
    """An id that is fit to stand in a path, or None."""
    return value if isinstance(value, str) and re.fullmatch("[A-Za-z0-9_-]+", value) else None


def parse_ip(value):
    """An IP address in canonical form; any other text as it is."""
    try:
        return str(ipaddress.ip_address(value)) if value else value
    except ValueError:
        return value
