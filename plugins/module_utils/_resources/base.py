# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of a resource to the reconciler: ResourceType (pure) and ResourceApi (I/O)."""

from __future__ import annotations

from typing import Any, Callable, Dict, FrozenSet, List, NamedTuple, Optional, Set, Tuple

from .._bce.redaction import Secret
from .fields import Field

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
    :ivar item: the object as an Item.
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

    entries: List[Entry]
    request_id: Optional[str]
    server_time: Optional[float]
    secrets: FrozenSet[Secret] = frozenset()

    @property
    def items(self) -> List[Item]:
        """Return the objects of the entries."""
        return [entry.item for entry in self.entries]


class Desired(NamedTuple):
    """What a task asks for, in normal form.

    :ivar fields: only what the task manages: option -> value; a nested group is a dict of the same kind.
    :ivar options: the scope, the id and how the task treats the object: option -> value, with defaults.
    :ivar secret_key: None if the key is left as it is.
    :ivar warnings: what is to be said about the values.
    """

    fields: Dict[str, Any]
    options: Dict[str, Any]
    secret_key: Optional[Secret] = None
    warnings: Tuple[str, ...] = ()

    @property
    def is_absent(self) -> bool:
        """Return True if the object is to be absent."""
        return self.options["state"] == "absent"

    @property
    def wait_for(self) -> str:
        """Return the condition to wait for, or "none"."""
        return self.options.get("wait_for", "none")

    @property
    def wait_timeout(self) -> int:
        """Return for how many seconds to wait."""
        return self.options.get("wait_timeout", 0)


class Item(NamedTuple):
    """An object as the API has it.

    :ivar fields: every option and read-only word of the resource; None where the API does not show the value.
    :ivar secret_key: None where the API does not show it.
    :ivar scope_confirmed: True if the API's own entry names the scope.
    :ivar not_shown: the fields that have a default here because the API does not show them.
    """

    fields: Dict[str, Any]
    secret_key: Optional[Secret] = None
    scope_confirmed: bool = True
    not_shown: FrozenSet[str] = frozenset()


class Plan(NamedTuple):
    """What is to be done about one object; check mode, diff and the real run all read it.

    :ivar action: CREATE, UPDATE, DELETE or NOOP.
    :ivar changes: the fields that change, such as ``ike_config.ike_life_time``.
    :ivar before: what a diff shows, without any secret; {} where there is no object.
    :ivar after: likewise.
    :ivar target: the object as it will be, or None.
    :ivar warnings: what could not be compared.
    """

    action: str
    changes: Tuple[str, ...]
    before: Dict[str, Any]
    after: Dict[str, Any]
    target: Optional[Item]
    warnings: Tuple[str, ...] = ()

    @property
    def secret_key_changed(self) -> bool:
        """Return True if an existing object gets another key."""
        return self.action == UPDATE and "secret_key" in self.changes


class ResourceType:
    """What a resource is, without I/O: the values that describe it, its names, its plan and its comparisons.

    More than 10 attributes because they are the whole description of a resource.

    :cvar label: the word for an object of the resource in messages.
    :cvar name_option: the options of the natural key, in messages.
    :cvar id_option: the option of the id.
    :cvar option_fields: the Fields of all options except the nested ones.
    :cvar has_exact_names: True if the API shows every name exactly as it was sent, because names are keys in canonical
        form; no other spelling of a name is to be looked for then.
    :cvar keeps_id_on_update: False if the object may have another id after an update.
    :cvar wait_conditions: value of wait_for -> (the status field, the value to wait for).
    :cvar final_states: the statuses after which no further change is to be expected.
    :cvar kind: the first part of what client tokens are derived from; never changes.
    :cvar scope_options: the Fields that name the scope; exactly one of them is needed.
    :cvar scope_help: what to do where the scope is missing.
    :cvar scope_text: the words for the scope in messages, with placeholders for the scope's options.
    :cvar preposition: stands before scope_text where an object is in the scope.
    :cvar owner: the scope option that each entry of a list names, or None.
    :cvar natural_key: the options whose values distinguish an object from others of the scope.
    :cvar id_field: the Field of the id.
    :cvar fields: the Fields of the object in the order of the API page's request.
    :cvar groups: the nested Fields: group -> Fields.
    :cvar secret: the Field of the secret, or None.
    :cvar read_only: what the API shows in addition: word -> parser.
    :cvar alternatives: groups of options that name one thing, of which one is needed; the API may show only one.
    :cvar connection_fields: the fields that say what the object connects.
    :cvar immutable: the fields that the API cannot change: option -> what to do instead.
    :cvar is_replaced: True if an update sends the whole object, False if it sends only what changes.
    :cvar reset_by_update: the read-only words whose value an update changes.
    :cvar defaults: the values that a new object has where the task sets none.
    :cvar paths: the paths of "list", "create" and "item" below the API's version.
    :cvar operations: what the requests are to do, in error messages.
    :cvar list_key: the name of the array in the response of the list.
    :cvar list_query: the query of the list.
    :cvar is_read_by_id: True if one object can be read by its id.
    :cvar is_deleted_with_token: True if a deletion takes a client token.
    """

    label = name_option = id_option = ""
    option_fields: Tuple[Field, ...] = ()
    has_exact_names = False
    keeps_id_on_update = True
    wait_conditions: Dict[str, Tuple[str, str]] = {}
    final_states: Tuple[str, ...] = ()
    kind = ""
    scope_options: Tuple[Field, ...] = ()
    scope_help = ""
    scope_text = "the region"
    preposition = "in"
    owner: Optional[str] = None
    natural_key: Tuple[str, ...] = ()
    id_field: Field
    fields: Tuple[Field, ...] = ()
    groups: Dict[str, Tuple[Field, ...]] = {}
    secret: Optional[Field] = None
    read_only: Dict[str, Callable[[Any], Any]] = {}
    alternatives: Tuple[Tuple[str, ...], ...] = ()
    connection_fields: Tuple[str, ...] = ()
    immutable: Dict[str, str] = {}
    is_replaced = False
    reset_by_update: Tuple[str, ...] = ()
    defaults: Dict[str, Any] = {}
    paths: Dict[str, str] = {}
    operations: Dict[str, str] = {}
    list_key = ""
    list_query: Dict[str, str] = {}
    is_read_by_id = False
    is_deleted_with_token = True

    def name_of(self, values: Dict[str, Any]) -> str | None:
        """Return the natural key as one text; None if a part of it is unknown."""
        raise NotImplementedError

    def scope_words(self, values: Dict[str, Any]) -> str:
        """Return the words for the scope in messages."""
        raise NotImplementedError

    def check(self, desired: Desired, item: Item) -> None:
        """Raise an error if the object must not be changed or deleted."""

    def keys(self, desired: Desired) -> tuple[str | None, str | None, bool, str | None]:
        """Return the name, the provided id, whether the object is to be absent, and the task's own client token."""
        raise NotImplementedError

    def plan(self, desired: Desired, item: Item | None) -> Plan:
        """Return the plan (action, before, after, target, warnings, secret_key_changed) for the current object."""
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
        """Return True if the object shows all that is desired."""
        raise NotImplementedError

    def signature(self, item: Item) -> Any:
        """Return what makes two objects of different names equal, hashable."""
        raise NotImplementedError


class ResourceApi:
    """The API's operations on the objects of one scope.

    :cvar type: the ResourceType of the objects.
    :ivar scope: the words for the scope in messages.
    """

    type: ResourceType
    scope = ""

    def token_names(self, name: str) -> Tuple[str, ...]:
        """Return what the client tokens of an object of this name are derived from; called after list()."""
        raise NotImplementedError

    def list(self, deadline: float | None = None) -> Listed:
        """Return the current list of the scope.

        :param deadline: no attempt is begun after it (clock.monotonic()).
        """
        raise NotImplementedError

    def confirmed_ids(self) -> Set[str]:
        """Return the ids that the scope's own detail lists."""
        return set()

    def surplus(self, object_id: str) -> Desired:
        """Return the desired state of a task that deletes the object of this id."""
        raise NotImplementedError

    def create(self, target: Item, token: str) -> tuple[str, str | None]:
        """Create an object; return its id and the request id."""
        raise NotImplementedError

    def update(self, plan: Plan, token: str) -> str | None:
        """Write what a plan changes; return the request id."""
        raise NotImplementedError

    def delete(self, object_id: str, token: str, deadline: float) -> str | None:
        """Delete an object, with no attempt after the deadline (clock.monotonic()); return the request id."""
        raise NotImplementedError

    def probe(self, target: Item, object_id: str, token: str) -> WriteResult:
        """Find out whether the API has an object of this id, which no list shows.

        :param target: the desired object.
        """
        raise NotImplementedError
