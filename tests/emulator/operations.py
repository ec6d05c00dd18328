# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An operation of the API: its method, its path and what it does. Every resource's file has a table of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from .messages import Request
from .validation import parse_body

Func = Callable[[Any, str, Request], Any]
"""Takes the Cloud, the id in the path ("" without one) and the request, returns the payload of the response."""


class Operation(NamedTuple):
    """``takes_token``: whether a clientToken is stored; it has no meaning on a read (section 1).

    ``needs_token``: whether it is required. ``action``: the query parameter without a value that chooses the operation.
    """

    kind: str
    method: str
    pattern: re.Pattern[str]
    func: Func
    takes_token: bool
    action: str
    needs_token: bool


def operation(
    kind: str,
    method: str,
    template: str,
    func: Func,
    takes_token: bool = False,
    action: str = "",
    needs_token: bool = False,
) -> Operation:
    """Return an operation; ``{id}`` in the template is the id of an object, ``{address}`` an IPv4 address."""
    pattern = template.replace("{id}", "([A-Za-z0-9_-]+)").replace("{address}", "([0-9.]+)")
    return Operation(kind, method, re.compile(pattern), func, takes_token, action, needs_token)


def json_body(request: Request) -> dict[str, Any]:
    """Return the JSON object of a write."""
    return parse_body(request.body)
