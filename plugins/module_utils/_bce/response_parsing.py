# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what the API returns: the success or the error of a response, and values, tolerantly."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import TYPE_CHECKING, Any, Mapping, NamedTuple

from .errors import CODE_BY_STATUS, InvalidResponseError, error_class_for, hint_for
from .redaction import Redactor
from .retry import AttemptFailed, outcome_of, parse_retry_after

if TYPE_CHECKING:
    from .transport import Received

# Values of `code` that mean success in a response with a 2xx status.
SUCCESS_CODES = frozenset(("0", "200", "ok", "success", "successful", "succeed", "succeeded"))


class Response(NamedTuple):
    """A successful response.

    :ivar body: the JSON object; an empty dict for an empty body.
    :ivar request_id: the API's request id, or None.
    :ivar server_time: the server's time of day (HTTP header Date) in seconds since the epoch, or None.
    :ivar is_empty: True if there was no body at all.
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
    """Return the Response of a 2xx whose body is empty or a JSON object without an error.

    :param expects: the name under which a successful response has its content, or None.
    :param endpoint: for the error text.
    :param now: the server's time of day in seconds since the epoch.
    :raises AttemptFailed: for everything else.
    """
    status, content = received.status, received.content
    body, is_empty = _parse_body(content)
    request_id = received.headers.get("x-bce-request-id") or (body or {}).get("requestId")
    request_id = redactor.safe_identifier(request_id)
    is_success = 200 <= status < 300
    if is_success and body is None:
        message = "Cannot %s: the response of %s is not a JSON object but %s; check endpoint and proxy"
        message = message % (operation, endpoint, redactor.excerpt(content))
        raise AttemptFailed("invalid_json", InvalidResponseError(message, "InvalidResponse", status, request_id))
    if is_success and body is not None and not _has_failed(body, expects):
        return Response(status, body, request_id, received.server_time, is_empty)

    code = _error_code_of(body, status, redactor)
    text = _error_message(body) if body is not None else None
    text = redactor.sanitize(text) if isinstance(text, str) and text else redactor.excerpt(content)
    if 300 <= status < 400:
        text = "the response is a redirect, which is not followed; give the right endpoint"
    details = "%s, HTTP %d%s" % (code, status, ", request id %s" % request_id if request_id else "")
    message = "Cannot %s: %s (%s)" % (operation, text, details)
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
        text = content.decode("utf-8-sig").strip()
        body = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return None, False
    return (body if isinstance(body, dict) else None), not text


def _has_failed(body: Mapping[str, Any], expects: str | None) -> bool:
    """Return whether the body of a response with a 2xx status reports an error."""
    success = body.get("success")
    if success is not None and str(success).strip().lower() in ("false", "0", "no"):
        return True
    # Next to content, it is a field of the object that has this name.
    return _error_code(body) is not None and not (expects and body.get(expects))


def _error_code_of(body: Mapping[str, Any] | None, status: int, redactor: Redactor) -> str:
    """Return the error code of a response: the API's, that of the status, or one of ours."""
    code = None
    # A page that is not JSON comes from a proxy, about which the code of the status would be wrong.
    if body is not None:
        code = redactor.safe_identifier(body.get("code"))
        if 200 <= status < 300:
            code = code or redactor.safe_identifier(_error_code(body))
        code = code or CODE_BY_STATUS.get(status)
    return code or "Http%d" % status


def _error_code(body: Mapping[str, Any]) -> str | None:
    """Return the code of an error in a body, or None: of `code`, `errorCode`, or `error` and what is in it."""
    inner = body.get("error")
    inner = inner.get("code", inner.get("message")) if isinstance(inner, dict) else inner
    for code in (body.get("code"), body.get("errorCode"), inner):
        if isinstance(code, bool) or not isinstance(code, (str, int)):
            continue
        text = str(code).strip()
        if text and text.lower() not in SUCCESS_CODES:
            return text
    return None


def _error_message(body: Mapping[str, Any]) -> Any:
    """Return the message of an error in a body, or None."""
    inner = body.get("error")
    return body.get("message") or (inner.get("message") if isinstance(inner, dict) else None)


# -- lists -------------------------------------------------------------------------------------------------------------


def get_list(response: Response, name: str, operation: str) -> list[dict[str, Any]]:
    """Return the objects of the list that a response has under a name.

    :param operation: what the request was to do, for an error text.
    :raises InvalidResponseError: if there is no such list, or something else than objects in it. Only the list itself,
        when it is empty, means that there are no objects; an empty response or null in its place does not.
    """
    if name not in response.body:
        raise invalid_response(operation, "has no " + name, response)
    found = response.body[name]
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise invalid_response(operation, "has %s that are not a list of objects" % name, response)
    return found


def check_owner(
    found: list[dict[str, Any]], owner_name: str, owner_id: str, response: Response, operation: str
) -> None:
    """Check that no object of a list names another owner than the one that was asked for.

    :param owner_name: such as "vpnId". An object that does not name its owner is accepted.
    :raises InvalidResponseError: naming both ids.
    """
    for entry in found:
        named = parse_str(entry.get(owner_name))
        if named is not None and named != owner_id:
            text = "has an object of %s %s, but was asked for %s" % (owner_name, show_id(named), owner_id)
            raise invalid_response(operation, text, response)


def invalid_response(
    operation: str, what: str, response: Response, maybe_applied: bool = False
) -> InvalidResponseError:
    """Return the error of a response that is not what the contract says.

    :param what: what the response has or is, such as "has no vpnConnId".
    """
    ids = (response.status, response.request_id)
    message = "Cannot %s: the response %s (HTTP %d, request id %s)" % (operation, what, *ids)
    return InvalidResponseError(message, "InvalidResponse", *ids, True, maybe_applied)


def show_id(value: object) -> str:
    """Return an id for a message; for anything else, which may be long or hold a secret, only that it is not one."""
    return value if isinstance(value, str) and parse_id(value) and len(value) <= 128 else "(not an id)"


# -- values: what cannot be read is None -------------------------------------------------------------------------------


def parse_str(value: object) -> str | None:
    """Return a text, trimmed; None for an empty one and for anything else."""
    # A lone surrogate, which JSON can contain, could be neither sent back nor shown.
    return value.encode("utf-8", "replace").decode("utf-8").strip() or None if isinstance(value, str) else None


def parse_id(value: object) -> str | None:
    """Return an id that is fit to stand in a path, or None."""
    return value if isinstance(value, str) and re.fullmatch("[A-Za-z0-9_-]+", value) else None


def parse_ip(value: str | None) -> str | None:
    """Return an IP address in canonical form, and any other text as it is."""
    try:
        return str(ipaddress.ip_address(value)) if value else value
    except ValueError:
        return value
