# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms of shown values, each one of a few words that can be published. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"


def parse_time(value: Any) -> float | None:
    """Return the seconds since the epoch of a time in the documented form, taken for UTC, or in ISO 8601; or None."""
    if not isinstance(value, str):
        return None
    for form in (TIME_FORMAT, "%Y-%m-%dT%H:%M:%SZ"):
        try:
            return datetime.strptime(value, form).replace(tzinfo=timezone.utc).timestamp()
        except ValueError:
            pass
    return None


def order_of(entries: list[dict[str, Any]]) -> str | None:
    """Return the order of a list by the times of creation, or None if they do not show it."""
    shown = [parse_time(entry.get("createdTime")) for entry in entries]
    times = [time for time in shown if time is not None]
    if len(times) < len(shown) or len(set(times)) < 2:
        return None
    if times == sorted(times):
        return "oldest first"
    return "newest first" if times == sorted(times, reverse=True) else "another"


def form_of_life_time(value: Any) -> str:
    """Return the form of a life time, one of a few words."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "number"
    if isinstance(value, str) and re.fullmatch("[0-9]+", value):
        return "text of digits"
    return "text with a unit" if isinstance(value, str) and re.fullmatch(r"[0-9]+\s*[A-Za-z]+", value) else "another"


def form_of_subnet(text: str) -> str:
    """Return the form of a subnet, one of a few words."""
    if re.fullmatch(r"[0-9.]+/[0-9]{1,2}", text):
        return "ADDRESS/LENGTH"
    return "ADDRESS/NETMASK" if re.fullmatch(r"[0-9.]+/[0-9]+\.[0-9.]+", text) else "another"


def form_of_keys(keys: list[Any]) -> str:
    """Return the form of shared keys, one of a few words."""
    if not any(keys):
        return "missing"
    texts = [key for key in keys if isinstance(key, str) and key]
    if all(re.fullmatch(r"\*+", key) for key in texts):
        return "masked"
    if all(re.fullmatch("[0-9a-f]{64}", key) for key in texts):
        return "hashed"
    return "in clear" if len(texts) == len(keys) else "of some"


def form_of_times(times: list[Any]) -> str:
    """Return the form of the times of creation, one of a few words."""
    if not any(times):
        return "missing"
    texts = [time for time in times if isinstance(time, str) and time]
    if all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", text) for text in texts):
        return "YYYY-MM-DD hh:mm:ss"
    return (
        "ISO 8601" if all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-][\d:]+)", text) for text in texts) else "another"
    )


def published_word(text: Any) -> str:
    """Return a word of the API if it may be published, else only the length of the text."""
    if isinstance(text, str) and re.fullmatch(r"[A-Za-z][A-Za-z_ -]{0,31}", text):
        return text
    return "(a text of %d characters)" % len(str(text))
