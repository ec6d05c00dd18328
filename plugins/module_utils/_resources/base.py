# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of a resource to the reconciler: ResourceType (pure) and ResourceApi (I/O)."""

from __future__ import annotations

from typing import Any, Dict, NamedTuple, Optional, Tuple

# Actions of a plan.
CREATE, UPDATE, DELETE, NOOP = "create", "update", "delete", "nothing"

# Outcomes of a write.
OK, ABSENT, MISMATCH, EXISTS, UNKNOWN, REFUSED = "ok", "absent", "mismatch", "exists", "unknown", "refused"


class Entry(NamedTuple):
    """One object of a list.

    :ivar name: the natural key as one text, as the list shows it; None where it shows none.
    :ivar is_leaving: True if the object is being deleted.
    :ivar scope_confirmed: True if the entry itself names the scope that was asked for.
    :ivar age: sorts the oldest first.
    :ivar item: the object; the reconciler reads its `fields` and `secret_key` only.
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
    :ivar entry: the object, where a probe reads the object itself.
    """

    outcome: str
    object_id: Optional[str] = None
    error: Any = None
    entry: Optional[Entry] = None


class Listed(NamedTuple):
    """A list of the scope.

    :ivar server_time: the server's time of day in seconds, or None.
    :ivar secrets: all secrets in the list.
    """

    entries: list
    request_id: Optional[str]
    server_time: Optional[float]
    secrets: frozenset = frozenset()

    @property
    def items(self) -> list:
        """Return the objects of the entries."""
        return [entry.item for entry in self.entries]


class ResourceType:
    """What a resource is, without I/O: its names, its plan and its comparisons.

    :cvar label: the word for an object of the resource in messages.
    :cvar name_option: the options of the natural key, in messages.
    :cvar id_option: the option of the id.
    :cvar has_exact_names: True if the API shows every name exactly as it was sent, because names are keys in canonical
        form; no other spelling of a name is to be looked for then.
    :cvar wait_conditions: value of wait_for -> (the status field, the value to wait for).
    :cvar final_states: the statuses after which no further change is to be expected.
    """

    label = name_option = id_option = ""
    has_exact_names = False
    wait_conditions: Dict[str, Tuple[str, str]] = {}
    final_states: Tuple[str, ...] = ()

    def keys(self, desired: Any) -> tuple[str | None, str | None, bool, str | None]:
        """Return the name, the provided id, whether the object is to be absent, and the task's own client token."""
        raise NotImplementedError

    def plan(self, desired: Any, item: Any) -> Any:
        """Return the plan (action, before, after, target, warnings, secret_key_changed) for the current object."""
        raise NotImplementedError

    def is_equal(self, desired: Any, item: Any) -> bool:
        """Return True if nothing that is provided and shown differs; a name counts only where names are exact."""
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
        """Return what the client tokens of an object of this name are derived from; called after list()."""
        raise NotImplementedError

    def list(self, deadline: float | None = None) -> Listed:
        """Return the current list of the scope.

        :param deadline: no attempt is begun after it (clock.monotonic()).
        """
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
        """Find out whether the API has an object of this id, which no list shows.

        :param target: the desired object.
        """
        raise NotImplementedError
