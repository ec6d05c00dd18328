# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of requests, in memory and as JSON lines, with every shared key masked before it is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, TextIO

MASK = "********"
SECRET_NAMES = frozenset(("secretkey", "psk"))

Entry = dict[str, Any]


def hide(_value: Any) -> str:
    return MASK


def digest(value: Any) -> str:
    """Return ``sha256:`` and the hex digest of a key, so that a test can prove which key arrived without seeing it."""
    return "sha256:" + hashlib.sha256(str(value).encode("utf-8", "replace")).hexdigest()


def _is_secret(name: str) -> bool:
    return name.replace("_", "").lower() in SECRET_NAMES


def masked(value: Any, instead: Callable[[Any], str] = hide) -> Any:
    """Return a copy of a JSON value with every shared key replaced, however its field is spelled; null stays."""
    if isinstance(value, dict):
        return {
            name: instead(item) if _is_secret(name) and item is not None else masked(item, instead)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [masked(item, instead) for item in value]
    return value


def logged_body(body: bytes) -> Any:
    """Return the parsed and masked body; None unless it is JSON, because then a key in it cannot be found."""
    try:
        return masked(json.loads(body))
    except (ValueError, RecursionError):
        return None


class RequestLog:
    """Requests in order of arrival; a line of the file is written when the request is over, and flushed."""

    def __init__(self, file: TextIO | None) -> None:
        self._file = file
        self.entries: list[Entry] = []

    def open_entry(self, entry: Entry) -> Entry:
        """Add a request that has arrived; its ``status`` stays None until there is a response."""
        entry = {"number": len(self.entries) + 1, **entry}
        self.entries.append(entry)
        return entry

    def close_entry(self, entry: Entry) -> None:
        if self._file is not None:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self._file.flush()

    def clear(self) -> None:
        """Delete the entries in memory; the file keeps its lines."""
        self.entries = []
