# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parse responses of the API, read all pages of a list, and parse the values in them."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import TYPE_CHECKING, Any, Callable, Mapping, NamedTuple, Sequence

from .errors import CODE_BY_STATUS, InvalidResponseError, error_class_for, hint_for
from .messages import text
from .redaction import Redactor
from .retry import AttemptFailed, outcome_of, parse_retry_after

if TYPE_CHECKING:
    from .transport import Received

MAX_PAGES = 100
ID_PATTERN = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")  # addresses too; never a part of a path such as ..
# Values of `code` that mean success in a response with a 2xx status.
SUCCESS_CODES = frozenset(("0", "200", "ok", "success", "successful", "succeed", "succeeded"))


class Response(NamedTuple):
    """A successful response.

    :ivar request_id: the API's.
    :ivar server_time: see Received.
    :ivar is_empty: whether there was no body at all.
    """

    status: int
    body: dict[str, Any]
    request_id: str | None
    server_time: float | None = None
    is_empty: bool = False


# -- a response as a whole ---------------------------------------------------------------------------------------------


def parse_response(
    received: Received, method: str, operation: str, expects: str | None, endpoint: str, now: float, redactor: Redactor
) -> Response:
    """Return the Response of a 2xx whose body is empty or a JSON object without an error; see BceClient.request().

    :param now: by the server's clock, in seconds since the epoch.
    :raises AttemptFailed: for everything else.
    """
    status, content = received.status, received.content
    body, is_empty = _parse_body(content)
    request_id = received.headers.get("x-bce-request-id") or (body or {}).get("requestId")
    request_id = redactor.safe_identifier(request_id)
    is_success = 200 <= status < 300
    if is_success and body is None:
        reason = text("not_json", endpoint=endpoint, content=redactor.excerpt(content))
        message = text("request_failed", operation=operation, reason=reason)
        raise AttemptFailed("invalid_json", InvalidResponseError(message, "InvalidResponse", status, request_id))
    if is_success and body is not None and not _has_failed(body, expects):
        return Response(status, body, request_id, received.server_time, is_empty)

    code = _error_code_of(body, status, redactor)
    shown = _error_message(body) if body is not None else None
    reason = redactor.sanitize(shown) if isinstance(shown, str) and shown else redactor.excerpt(content)
    if 300 <= status < 400:
        reason = text("redirect")
    shown_id = text("request_id", id=request_id) if request_id else ""
    message = text("request_refused", operation=operation, reason=reason, code=code, status=status, request_id=shown_id)
    error_class = error_class_for(code, status)
    hint = hint_for(code, error_class)
    error = error_class("%s; %s" % (message, hint) if hint else message, code, status, request_id)
    # A creation whose response has a status of success, but no id, may have been applied.
    is_unknown = is_success and method == "POST"
    retry_after = parse_retry_after(received.headers.get("Retry-After"), now)
    raise AttemptFailed(outcome_of(error, status), error, retry_after, is_unknown)


def _parse_body(content: bytes) -> tuple[dict[str, Any] | None, bool]:
    """Return the JSON object of a body, None if it is not one, and whether there is no body at all."""
    try:
        decoded = content.decode("utf-8-sig").strip()
        body = json.loads(decoded) if decoded else {}
    except (ValueError, RecursionError):
        return None, False
    return (body if isinstance(body, dict) else None), not decoded


def _has_failed(body: Mapping[str, Any], expects: str | None) -> bool:
    """Return whether the body of a 2xx reports an error."""
    success = body.get("success")
    if success is not None and str(success).strip().lower() in ("false", "0", "no"):
        return True
    # Next to content, it is a field of the object that has this name.
    return _error_code(body) is not None and not (expects and body.get(expects))


def _error_code_of(body: Mapping[str, Any] | None, status: int, redactor: Redactor) -> str:
    """Return the error code of a response: of the API, of the status, or of this collection."""
    code = None
    # A page that is not JSON comes from a proxy, about which the code of the status would be wrong.
    if body is not None:
        code = redactor.safe_identifier(body.get("code"))
        if 200 <= status < 300:
            code = code or redactor.safe_identifier(_error_code(body))
        code = code or CODE_BY_STATUS.get(status)
    return code or "Http%d" % status


def _error_code(body: Mapping[str, Any]) -> str | None:
    """Return the code of an error in a body: `code`, `errorCode`, or `error` and what is in it."""
    inner = body.get("error")
    inner = inner.get("code", inner.get("message")) if isinstance(inner, dict) else inner
    for code in (body.get("code"), body.get("errorCode"), inner):
        if isinstance(code, bool) or not isinstance(code, (str, int)):
            continue
        shown = str(code).strip()
        if shown and shown.lower() not in SUCCESS_CODES:
            return shown
    return None


def _error_message(body: Mapping[str, Any]) -> Any:
    inner = body.get("error")
    return body.get("message") or (inner.get("message") if isinstance(inner, dict) else None)


# -- lists -------------------------------------------------------------------------------------------------------------


def get_list(response: Response, name: str, operation: str) -> list[dict[str, Any]]:
    """Return the objects of the list that a response has under a name.

    :raises InvalidResponseError: if it is not a list of objects; an empty response or null does not mean an empty list.
    """
    if name not in response.body:
        raise invalid_response(operation, text("list_missing", name=name), response)
    found = response.body[name]
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise invalid_response(operation, text("list_invalid", name=name), response)
    return found


def check_owner(
    found: list[dict[str, Any]], owner_name: str, owner_id: str, response: Response, operation: str
) -> None:
    """Raise InvalidResponseError if an object of a list names another owner; it may name none.

    :param owner_name: such as "vpnId".
    """
    names = [entry.get(owner_name) for entry in found]
    for named in map(parse_str, dict.fromkeys(name for name in names if isinstance(name, str))):
        if named is not None and named != owner_id:
            what = text("other_owner", name=owner_name, found=show_id(named), owner=owner_id)
            raise invalid_response(operation, what, response)


def invalid_response(
    operation: str, what: str, response: Response, maybe_applied: bool = False
) -> InvalidResponseError:
    """Return the error of a response that, for example, "has no vpnConnId"."""
    status, request_id = response.status, response.request_id
    reason = text("invalid_response", what=what, status=status, request_id=request_id)
    message = text("request_failed", operation=operation, reason=reason)
    return InvalidResponseError(message, "InvalidResponse", status, request_id, True, maybe_applied)


def show_id(value: object) -> str:
    """Return an id for a message, but nothing else, which may be long or hold a secret."""
    return value if isinstance(value, str) and parse_id(value) and len(value) <= 128 else "(not an id)"


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
        before = found
        found = distinct(before + get_list(response, name, operation), id_name, response, operation)
        if not has_next_page(response.body):
            return Pages(found, response, server_time)
        marker = response.body.get("nextMarker")
        if not isinstance(marker, str) or not marker or _ids(found, id_name) == _ids(before, id_name):
            raise invalid_response(operation, text("no_next_page", marker=show_id(marker)), response)
        page_query["marker"] = marker
    raise invalid_response(operation, text("too_many_pages", count=MAX_PAGES), response)


def distinct(found: list[dict[str, Any]], id_name: str, response: Response, operation: str) -> list[dict[str, Any]]:
    """Return the objects of a list, those with an id once; raise InvalidResponseError if their contents differ."""
    ids = {value for value in [entry.get(id_name) for entry in found] if isinstance(value, str)}
    if len(ids) == len(found):
        return found
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


# -- values ------------------------------------------------------------------------------------------------------------


def parse_str(value: object) -> str | None:
    """Return a text, trimmed; None for an empty one and for anything else."""
    if not isinstance(value, str):
        return None
    # Encoded, because a lone surrogate, which JSON can contain, could be neither sent back nor shown.
    text = value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    return text.strip() or None


def parse_repeated(parse: Callable[[Any], Any], name: str, entries: Sequence[dict[str, Any]]) -> list[Any]:
    """Return the value of each entry under a name. Each text is parsed once, because most of a list are equal."""
    values = [entry.get(name) for entry in entries]
    known = {value: parse(value) for value in {value for value in values if isinstance(value, str)}}
    return [known[value] if isinstance(value, str) else parse(value) for value in values]


def parse_id(value: object) -> str | None:
    """Return an id that is safe in a path, None for anything else."""
    return value if isinstance(value, str) and ID_PATTERN.fullmatch(value) else None


def parse_ip(value: str | None) -> str | None:
    """Return an IP address in canonical form, anything else as it is."""
    try:
        return str(ipaddress.ip_address(value)) if value else value
    except ValueError:
        return value
