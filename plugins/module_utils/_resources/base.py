# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of a kind of object to the reconciler."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

# Actions of a plan.
CREATE, UPDATE, DELETE, NOOP = "create", "update", "delete", "nothing"

# Outcomes of a write.
OK, ABSENT, MISMATCH, EXISTS, UNKNOWN, REFUSED = "ok", "absent", "mismatch", "exists", "unknown", "refused"


class Entry(NamedTuple):
    """One object of a list.

    :ivar name: as the list shows it; None where it shows none.
    :ivar is_leaving: True if the object is being deleted.
    :ivar scope_confirmed: True if the entry itself names the scope that was asked for.
    :ivar age: sorts the oldest first.
    :ivar item: the object, opaque to this file.
    """

    object_id: Optional[str]
    name: Optional[str]
    is_leaving: bool
    scope_confirmed: bool
    age: Any
    item: Any


class WriteResult(NamedTuple):
    """Response to a Write.

    :ivar error: what the API returned, where the outcome is not OK.
    """

    outcome: str
    object_id: Optional[str] = None
    error: Any = None
    entry: Optional[Entry] = None  # of a PROBE that reads the object itself


class Listed(NamedTuple):
    """A list of the scope: entries, the request id, the server's time (seconds, or None) and the secrets in it."""

    entries: list
    request_id: str | None
    server_time: float | None
    secrets: frozenset = frozenset()


class ResourceType:
    """What a kind of object is, without I/O: its names, its plan and its comparisons.

    :cvar label: the word for an object of the kind in messages.
    :cvar name_option, id_option: the options of name and id.
    """

    label = name_option = id_option = ""

    def keys(self, desired: Any) -> tuple[str | None, str | None, bool, str | None]:
        """Return the name, the given id, whether it is to be absent, and the client token that a task gives."""
        raise NotImplementedError

    def plan(self, desired: Any, item: Any) -> Any:
        """Return the plan (action, before, after, target, warnings, secret_key_changed) for the current object."""
        raise NotImplementedError

    def is_equal(self, desired: Any, item: Any) -> bool:
        """Return True if nothing that is provided and shown, the name excepted, differs."""
        raise NotImplementedError

    def not_compared(self, desired: Any, item: Any) -> list:
        """Return a warning for each value that is provided and not shown."""
        return []

    def is_same_connection(self, desired: Any, item: Any) -> bool:
        """Return True if the object connects what the task is to connect, whatever its other parameters are."""
        raise NotImplementedError

    def is_applied(self, desired: Any, item: Any) -> bool:
        """Return True if the object shows all that is desired."""
        raise NotImplementedError

    def signature(self, item: Any) -> Any:
        """Return what makes two objects of different names equal, hashable."""
        raise NotImplementedError


class ResourceApi:
    """The API's operations on the objects of one scope.

    :cvar type: the ResourceType of the objects.
    :ivar scope: the words for the scope in messages.
    """

    type: ResourceType
    scope = ""

    def token_names(self, name: str) -> tuple:
        """Return what the client tokens of an object of this name are derived from."""
        raise NotImplementedError

    def list(self, deadline: float | None = None) -> Listed:
        """Return the current list of the scope."""
        raise NotImplementedError

    def confirmed_ids(self) -> set:
        """Return the ids that the scope's own detail lists."""
        return set()

    def surplus(self, object_id: str) -> Any:
        """Return the desired state of a task that deletes the object of this id."""
        raise NotImplementedError

    def create(self, target: Any, token: str) -> tuple[str, str | None]:
        """Create an object; return its id and the request id."""
        raise NotImplementedError

    def update(self, plan: Any, token: str) -> str | None:
        """Write what a plan changes; return the request id."""
        raise NotImplementedError

    def delete(self, object_id: str, token: str, deadline: float) -> str | None:
        """Delete an object, with no attempt after the deadline (clock.monotonic()); return the request id."""
        raise NotImplementedError

    def probe(self, target: Any, object_id: str, token: str) -> WriteResult:
        """Find out whether the API has an object of this id, which no list shows; target: the desired object."""
        raise NotImplementedError
