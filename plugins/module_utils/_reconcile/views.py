# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list of a scope at one moment, and what an API may change when it shows a name."""

from __future__ import annotations

import html
from typing import Any, Collection, Iterable
from urllib.parse import unquote

from .._resources.base import Entry
from . import limits
from .state import DesiredObject

_TRIMMED = " \t\r\n-_/."


def normalize_name(name: str) -> str:
    """Return a name without what an API may change when it shows it: escapes, case, and _TRIMMED at the ends."""
    text = html.unescape(unquote(name)).rstrip("\u2026")
    return text.strip(_TRIMMED).casefold()


def is_similar(shown: str | None, name: str | None) -> bool:
    """Return True if an API may show `name` as `shown`: in another spelling, or cut."""
    if not shown or not name:
        return False
    text, wanted = normalize_name(shown), normalize_name(name)
    # Counted before signs at the end of the beginning are trimmed.
    return text == wanted or (len(shown) >= limits.MIN_CUT_LENGTH and bool(text) and wanted.startswith(text))


class View:
    """A list of one scope at one moment, indexed by id and name.

    :param names: the names of all objects that the task desires in the scope.
    :param waited: seconds since the wait began.
    :param window: the time window by the API's clock.
    :param error: why there is no list; the rest is empty then.
    """

    def __init__(
        self, entries: Iterable[Entry], names: Collection[Any], waited: float = 0.0, window: int = 0, error: Any = None
    ) -> None:
        self.entries = tuple(entries)
        self.names = names
        self.waited = waited
        self.window = window
        self.error = error
        self.nameless: list[Entry] = []  # without a name, an empty one, or the id in its place; not being deleted
        self._by_id: dict[Any, Entry] = {entry.object_id: entry for entry in self.entries if entry.object_id}
        self._exact: dict[Any, list[Entry]] = {}
        self._leaving: dict[Any, list[Entry]] = {}
        self._by_spelling: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._index(entry)

    def _index(self, entry: Entry) -> None:
        name = entry.name if entry.name != entry.object_id else None
        if entry.is_leaving:
            if name:
                self._leaving.setdefault(name, []).append(entry)
        elif not name:
            self.nameless.append(entry)
        else:
            self._exact.setdefault(name, []).append(entry)
            if name not in self.names:
                self._by_spelling.setdefault(normalize_name(name), []).append(entry)

    @property
    def ids(self) -> set[str]:
        """Return the ids of all entries."""
        return set(self._by_id)

    def by_id(self, object_id: str | None) -> Entry | None:
        """Return the entry of an id, leaving ones included."""
        return self._by_id.get(object_id)

    def exact(self, name: str | None) -> list[Entry]:
        """Return the entries of exactly this name that are not being deleted."""
        return self._exact.get(name, [])

    def leaving(self, name: str | None) -> list[Entry]:
        """Return the entries of exactly this name that are being deleted."""
        return self._leaving.get(name, [])

    def near(self, desired: DesiredObject) -> list[Entry]:
        """Return the entries that may be the desired object under another spelling of its name.

        Such a spelling differs in case, in escapes, or in _TRIMMED at the ends; or it is the beginning of the name, and
        the object is for the same purpose. Where names are exact there is none.
        """
        if not desired.name or desired.has_exact_names:
            return []
        wanted = normalize_name(desired.name)
        found = list(self._by_spelling.get(wanted, ()))
        for length in range(limits.MIN_CUT_LENGTH, len(wanted)):
            beginnings = self._by_spelling.get(wanted[:length].rstrip(_TRIMMED), ())
            found += [entry for entry in beginnings if entry not in found and desired.is_same_connection(entry.item)]
        return found
