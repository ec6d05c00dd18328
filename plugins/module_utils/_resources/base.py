# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of a resource to the reconciler: ResourceType (pure) and ResourceApi (I/O)."""

from __future__ import annotations

from typing import Any, Callable, Dict, FrozenSet, List, NamedTuple, Optional, Set, Tuple

from .._bce.redaction import Secret

# Actions of a plan.
CREATE, UPDATE, DELETE, NOOP = "create", "update", "delete", "nothing"

# In check mode, the id of an object that would be created; later tasks accept it.
CHECK_MODE_ID = "check-mode-new"

# Outcomes of a write; only a creation has MISMATCH (its token was used with other parameters) and EXISTS (a conflict).
OK, ABSENT, MISMATCH, EXISTS, UNKNOWN, REFUSED = "ok", "absent", "mismatch", "exists", "unknown", "refused"


class Item(NamedTuple):
    """An object as the API has it."""

    fields: Dict[str, Any]  # every option and read-only word; None where the API does not show the value
    secret_key: Optional[Secret] = None  # None where the API does not show it
    scope_confirmed: bool = True  # whether the API's own entry names the scope that was asked for
    not_shown: FrozenSet[str] = frozenset()  # fields with a default of ours, because the API does not show them
    not_comparable: FrozenSet[str] = frozenset()  # those of them that the API does not show of any object


class LazyItem:
    """An Item that is made when it is needed first: of a long list most are not."""

    __slots__ = ("_item", "_make", "_shown")

    def __init__(self, make: Callable[[Dict[str, Any]], Item], shown: Dict[str, Any]) -> None:
        """Store how the Item is made, and of what: the API's own entry."""
        self._make = make
        self._shown = shown
        self._item: Optional[Item] = None

    def get(self) -> Item:
        """Return the Item."""
        if self._item is None:
            self._item = self._make(self._shown)
        return self._item


class Entry(NamedTuple):
    """One object of a list."""

    object_id: Optional[str]
    name: Optional[str]  # the natural key as one text; None where the list shows none
    is_leaving: bool  # whether the object is being deleted
    scope_confirmed: bool
    age: Any  # sorts the oldest first
    source: Any  # the object, or the LazyItem that makes it

    @property
    def item(self) -> Any:
        """Return the object."""
        return self.source.get() if isinstance(self.source, LazyItem) else self.source


class WriteResult(NamedTuple):
    """The outcome of a write, and the error where it is not OK."""

    outcome: str
    object_id: Optional[str] = None
    error: Any = None
    entry: Optional[Entry] = None  # where a probe reads the object itself


class Listed(NamedTuple):
    """A list of the scope."""

    entries: List[Entry]
    request_id: Optional[str]
    server_time: Optional[float]  # the server's time of day in seconds
    secrets: FrozenSet[Secret] = frozenset()  # all secrets in the list

    @property
    def items(self) -> List[Item]:
        return [entry.item for entry in self.entries]


class Desired(NamedTuple):
    """The desired state of one object, in normal form."""

    fields: Dict[str, Any]  # only what the task manages; a nested group is a dict of the same kind
    options: Dict[str, Any]  # the scope, the id and how the task treats the object, with defaults
    secret_key: Optional[Secret] = None  # None if the key is left as it is
    warnings: Tuple[str, ...] = ()

    @property
    def is_absent(self) -> bool:
        return self.options["state"] == "absent"

    @property
    def wait_for(self) -> str:
        """Return the condition to wait for, or "none"."""
        return self.options.get("wait_for", "none")

    @property
    def wait_timeout(self) -> int:
        """Return for how many seconds to wait."""
        return self.options.get("wait_timeout", 0)


class Plan(NamedTuple):
    """The action for one object; check mode, diff and the real run all read it."""

    action: str
    changes: Tuple[str, ...]  # the fields that change, such as "ike_config.ike_life_time"
    before: Dict[str, Any]  # what a diff shows, without any secret; {} where there is no object
    after: Dict[str, Any]
    target: Optional[Item]  # the object as it will be
    warnings: Tuple[str, ...] = ()

    @property
    def secret_key_changed(self) -> bool:
        """Return True if an existing object gets another key."""
        return self.action == UPDATE and "secret_key" in self.changes


class Identity(NamedTuple):
    """The name, id and client token that a task provides."""

    name: Optional[str]
    object_id: Optional[str]
    is_absent: bool
    client_token: Optional[str]


class ResourceType:
    """The names, plan and comparisons of a resource, without I/O."""

    service = "bcc"  # whose host has the resource; see connection_options.resolve()
    label = ""  # the word for an object of the resource in messages
    name_option = ""  # the options of the natural key, in messages
    key_word = "name"  # the word for the natural key in messages
    id_option = ""
    # Whether the API shows every name exactly as it was sent, because names are keys in canonical form; no other
    # spelling of a name is looked for then.
    has_exact_names = False
    costs_money = False  # whether a creation is to be sent again only as state.BILLED allows
    keeps_id_on_update = True  # False if the object may have another id after an update
    wait_conditions: Dict[str, Tuple[str, str]] = {}  # value of wait_for -> (the field, the value to wait for)
    wait_help = "look at it"  # what to do after WaitTimeout
    final_states: Tuple[str, ...] = ()  # statuses after which no further change is to be expected

    def describe_state(self, item: Any) -> str:
        """Return the words for the state of an object, after a wait."""
        raise NotImplementedError

    def keys(self, desired: Desired) -> Identity:
        """Return what identifies the object."""
        raise NotImplementedError

    def effective_name(self, desired: Desired, entry: Entry) -> str | None:
        """Return the name that an entry has once it is as desired; None if that is unknown."""
        return self.keys(desired)[0] or entry.name

    def is_other_name(self, desired: Desired, entry: Entry) -> bool:
        """Return True if the task provides a name, or a part of it, and the entry shows another one."""
        name = self.keys(desired)[0]
        return bool(name and entry.name and name != entry.name)

    def plan(self, desired: Desired, item: Item | None) -> Plan:
        """Return what to do so that the object is as desired; a BceError refuses it."""
        raise NotImplementedError

    def is_equal(self, desired: Desired, item: Item) -> bool:
        """Return True if nothing that is provided and shown differs; a name counts only where names are exact."""
        raise NotImplementedError

    def not_compared(self, desired: Desired, item: Item) -> List[str]:
        """Return a warning for each value that is provided and not shown."""
        return []

    def is_same_connection(self, desired: Desired, item: Item) -> bool:
        """Return True if the object connects what the task is to connect, whatever its other parameters are."""
        raise NotImplementedError

    def is_applied(self, desired: Desired, item: Item) -> bool:
        """Return True if the object shows all that is desired, the key included."""
        raise NotImplementedError

    def scope_warnings(self, objects: List[Tuple[Optional[Desired], Item]]) -> Dict[int, str]:
        """Return warnings by the index of their object, which has no desired state if the task does not name it."""
        return {}

    def signature(self, item: Item) -> Any:
        """Return what makes two objects of different names equal, hashable."""
        raise NotImplementedError


class ResourceApi:
    """The API's operations on the objects of one scope. Writes return the request id, creations the new id too."""

    type: ResourceType
    scope = ""  # the words for the scope in messages

    def token_names(self, name: str) -> Tuple[str, ...]:
        """Return what the client tokens of an object of this name are derived from; called after list()."""
        raise NotImplementedError

    def list(self, deadline: float | None = None) -> Listed:
        """Return the current list of the scope; no attempt begins after the deadline (clock.monotonic())."""
        raise NotImplementedError

    def confirmed_ids(self) -> Set[str]:
        """Return the ids that the scope's own detail lists."""
        return set()

    def surplus(self, object_id: str) -> Desired:
        """Return the desired state of a task that deletes the object of this id."""
        raise NotImplementedError

    def complete_target(self, target: Item) -> Item:
        """Return an object that would be created, as check mode shows it."""
        return target

    def create(self, target: Item, token: str) -> tuple[str, str | None]:
        """Create an object; return its id and the request id."""
        raise NotImplementedError

    def update(self, plan: Plan, token: str) -> str | None:
        """Write what a plan changes."""
        raise NotImplementedError

    def delete(self, object_id: str, token: str, deadline: float) -> str | None:
        """Delete an object; deadline as in list()."""
        raise NotImplementedError

    def probe(self, target: Item, object_id: str, token: str) -> WriteResult:
        """Find out whether the API has an object of this id, which no list shows; target is the desired object."""
        raise NotImplementedError
