# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and responses of the API, after and before HTTP."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson


class Request(NamedTuple):
    """A request: decoded path and query, raw body."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Response:
    """A status, and the JSON value of the body; None is an empty body, as after updates and deletions."""

    status: int
    payload: Any = None


def encode_json(value: Any) -> bytes:
    """Return JSON as UTF-8 text; a lone surrogate, which UTF-8 cannot carry, becomes a question mark."""
    try:
        return orjson.dumps(value)  # because a list of 500 tunnels took json most of the time of its request
    except TypeError:  # a lone surrogate, or an integer of more than 64 bits
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def error_payload(code: str, message: str, request_id: str) -> dict[str, str]:
    """Return the body of every error (section 7)."""
    return {"code": code, "message": message, "requestId": request_id}
