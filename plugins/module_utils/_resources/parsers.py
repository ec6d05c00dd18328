# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parsers of what only responses show. Not in fields.py, because the module vpn_tunnel needs none of them."""

from __future__ import annotations

import re
from typing import Any, Dict

from .._bce.response_parsing import parse_str


def parse_text(value: Any) -> str | None:
    """Return a text, of which an empty one has a meaning too: there is none, while None is unknown."""
    return (parse_str(value) or "") if isinstance(value, str) else None


def parse_number(value: Any) -> int | None:
    """Return a number: the API returns 200 or "200"."""
    if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def parse_tags(value: Any) -> Dict[str, str | None] | None:
    """Return tags as a dict; None where the API does not show them, as its lists do not."""
    if not isinstance(value, list):
        return None
    pairs = [(parse_str(tag.get("tagKey")), parse_text(tag.get("tagValue"))) for tag in value if isinstance(tag, dict)]
    return {key: text for key, text in pairs if key}


def parse_flag(value: Any) -> bool | None:
    """Return a boolean."""
    return value if isinstance(value, bool) else None
