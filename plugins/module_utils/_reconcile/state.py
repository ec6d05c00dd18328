# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The numbers of the exactly-once protocol, its requests, the state of one object, and what its result reports.

The state holds no decisions: planner.py, creation.py and purge.py decide.
"""

from __future__ import annotations

from typing import Any, Iterable, NamedTuple

from .._resources.base import CREATE, DELETE, NOOP, UPDATE, Entry, ResourceType

# Seconds to tolerate a stale list.
STALE_LIST_TIMEOUT = 3.0
# Seconds to tolerate a stale list, for an object of which the API says that it exists, and for one that costs money.
CONFIRMED_CREATE_TIMEOUT = 30.0
MAX_CREATE_ATTEMPTS = 3  # creations that one run sends for one object
MIN_CUT_LENGTH = 20  # characters; a shorter beginning of a name does not identify it
MAX_LIST_AGE = 60.0  # seconds; a deletion rests on a list that is not older

# States of an object. One in WRITES has a request to send; one in WAIT is judged by the next list.
PROBE, WAIT, DONE, FAILED = "probe", "wait", "done", "failed"
WRITES = (CREATE, UPDATE, DELETE, PROBE)

# What an object in WAIT waits for: the outcome of a write (base.py) to be clear; or one of these. A creation returned
# an id (CLAIMED), or one that it returned for another object too (REPEATED); the API confirmed that the id exists, and
# no list shows it (CONFIRMED); a deletion was not sent because the list that it rests on was too old (STALE).
CLAIMED, REPEATED, CONFIRMED, STALE = "claimed", "repeated", "confirmed", "stale"

# Codes of a Problem whose error is the message; no result shows them. WAIT_RAISED is of a list of waiter.py.
STEP_RAISED, WRITE_REFUSED, WRITE_UNSETTLED = "Raised", "Refused", "Unsettled"
LIST_FAILED, WAIT_RAISED = "ListFailed", "Waited"


class CreationRule(NamedTuple):
    """When a creation may be sent again: FREE, or BILLED for an object that costs money."""

    max_attempts: int  # creations that one run sends for one object
    max_sends: int  # of the same token
    shared_tokens: int  # tokens that depend on the name alone; the next one depends on the name and the time window
    # Whether a creation is sent again only after lists did not show the name for CONFIRMED_CREATE_TIMEOUT, and the next
    # token only after, in addition, a read by the returned id showed that the object of this token does not exist.
    needs_proof: bool


FREE = CreationRule(MAX_CREATE_ATTEMPTS, max_sends=MAX_CREATE_ATTEMPTS, shared_tokens=2, needs_proof=False)
BILLED = CreationRule(max_attempts=6, max_sends=2, shared_tokens=6, needs_proof=True)


class ListRequest(NamedTuple):
    """List the scope."""

    is_first: bool  # of a wait
    timeout: float  # seconds of the wait; its last list is read when they are over


class WriteRequest(NamedTuple):
    """Send one of WRITES for an ObjectState."""

    action: str
    target: Any
    object_id: Any = None
    token: Any = None  # (number, time window) of a creation


class ConfirmRequest(NamedTuple):
    """Read the ids that the scope's own detail lists, because entries do not name their scope."""


class Problem(NamedTuple):
    """The reason that an object failed, and the values for the message."""

    code: str  # a key of CODES in messages.py or purge.py; or one of those above
    ids: tuple[str | None, ...] = ()
    names: tuple[Any, ...] = ()
    error: Any = None
    words: tuple[tuple[str, Any], ...] = ()


class Note(NamedTuple):
    """A warning of a result; key is one of messages.MESSAGES."""

    key: str
    ids: tuple[str | None, ...]
    names: tuple[Any, ...]


def problem_of(
    code: str, entries: Iterable[Entry] = (), ids: tuple[str | None, ...] = (), error: Any = None
) -> Problem:
    """Return a problem that names these entries and further ids."""
    entries = list(entries)
    ids += tuple(str(entry.object_id) for entry in entries if str(entry.object_id) not in ids)
    return Problem(code, ids, tuple(entry.name for entry in entries), error)


class DesiredObject:
    """The desired state of one object, as the task provides it; it never changes.

    :ivar value: the desired state, opaque to this package.
    :ivar name: the natural key, None where the task provides only an id.
    :ivar is_surplus: True for the deletion of an object that a purge found.
    """

    def __init__(self, resource_type: ResourceType, value: Any, is_surplus: bool = False) -> None:
        self.type = resource_type
        self.value = value
        self.name, self.provided_id, self.is_absent, self.client_token = resource_type.keys(value)
        self.is_surplus = is_surplus
        self.has_exact_names = resource_type.has_exact_names
        self.rule = BILLED if resource_type.costs_money else FREE

    def is_equal(self, item: Any) -> bool:
        """See ResourceType.is_equal()."""
        return self.type.is_equal(self.value, item)

    def is_same_connection(self, item: Any) -> bool:
        """See ResourceType.is_same_connection()."""
        return self.type.is_same_connection(self.value, item)

    def is_applied(self, item: Any) -> bool:
        """See ResourceType.is_applied()."""
        return self.type.is_applied(self.value, item)


class Outcome:
    """The values that a result reports of one object, true after every step.

    More than 10 attributes because each one is a value of a result.
    """

    def __init__(self, object_id: str | None = None) -> None:
        self.action = NOOP
        self.changed = False
        self.object_id = object_id
        self.item: Any = None  # the object as it is, None if it does not exist
        self.is_item_stale = False  # True if the object was written since a list showed it
        self.before: dict[str, Any] = {}
        self.after: dict[str, Any] = {}
        self.secret_key_changed = False
        self.created_ids: tuple[str, ...] = ()  # returned to creations of this run, or possibly made by them
        self.warnings: tuple[str, ...] = ()  # of the plan
        self.notes: tuple[Note, ...] = ()
        self.problem: Problem | None = None
        self.request_id: str | None = None


class CreationState:
    """The progress of the creation of an object.

    :ivar token: (number, time window) of the next creation; see idempotency.creation_token().
    :ivar sends: the creations sent with this token, of all `attempts`.
    :ivar claimed_id: the id that the last creation returned, until the object is taken or the next token is.
    :ivar denied_ids: ids of which the API says that they do not exist.
    :ivar shown_ids: ids of what costs money that lists showed since the first creation, and not before.
    :ivar read_entry: the object of claimed_id, read by its id, while no list shows it.
    :ivar claims: id -> the name whose creation returned it; one dict for all objects of a scope.
    """

    def __init__(self) -> None:
        self.attempts = self.sends = 0
        self.token = (0, 0)
        self.claimed_id: str | None = None
        self.denied_ids: tuple[str | None, ...] = ()
        self.shown_ids: set[str | None] = set()
        self.read_entry: Entry | None = None
        self.is_unknown = False
        self.claims: dict[str | None, str | None] = {}


class ObjectState:
    """The whole state of the protocol for one object.

    :ivar name: the natural key that the object is to have, as far as it is known.
    :ivar awaited: in the state WAIT: an outcome of a write, or CLAIMED, REPEATED, CONFIRMED, STALE.
    :ivar entry: the entry that is taken as the object.
    :ivar last_error: of the last write.
    :ivar secrets: the keys, old and new, that a text about the object may contain.
    """

    def __init__(self, desired: DesiredObject) -> None:
        self.desired = desired
        self.name = desired.name
        self.outcome = Outcome(desired.provided_id)
        self.creation = CreationState()
        self.state = DONE
        self.awaited = ""
        self.entry: Any = None  # an Entry
        self.plan: Any = None
        self.last_error: Any = None
        self.secrets: set[Any] = {getattr(desired.value, "secret_key", None)} - {None}

    @property
    def is_over(self) -> bool:
        """Return True if nothing is left to be done."""
        return self.state in (DONE, FAILED)

    def take_entry(self, entry: Entry) -> None:
        """Take an entry as the object."""
        self.entry, self.outcome.object_id, self.creation.claimed_id = entry, entry.object_id, None

    def take_item(self, item: Any) -> None:
        """Take an object, as a list shows it, as the current one."""
        self.outcome.item, self.outcome.is_item_stale = item, False
        self.secrets |= {getattr(item, "secret_key", None)} - {None}

    def make_plan(self, item: Any) -> str:
        """Plan for the current object, None if there is none; return the action.

        :raises BceError: if the object cannot be brought to its desired state.
        """
        plan = self.plan = self.desired.type.plan(self.desired.value, item)
        outcome = self.outcome
        if plan.action != NOOP or not outcome.changed:
            outcome.action, outcome.before, outcome.after = plan.action, plan.before, plan.after
        outcome.warnings += tuple(text for text in plan.warnings if text not in outcome.warnings)
        return plan.action

    def note_created(self, object_id: str | None) -> None:
        """Note the id of an object that a creation of this run made, or may have made."""
        if object_id and object_id not in self.outcome.created_ids:
            self.outcome.created_ids += (object_id,)

    def note(self, key: str, entries: Iterable[Entry]) -> None:
        """Add a warning that names these entries."""
        problem = problem_of(key, entries)
        note = Note(key, problem.ids, problem.names)
        if note not in self.outcome.notes:
            self.outcome.notes += (note,)

    def finish(self, changed: bool | None = None) -> None:
        """End the object well.

        :param changed: None to leave what the outcome says.
        """
        self.state = DONE
        if changed is not None:
            self.outcome.changed = changed

    def fail(
        self, code: str, entries: Iterable[Entry] = (), ids: tuple[str | None, ...] = (), error: Any = None
    ) -> None:
        """End the object with a problem that names these entries and ids."""
        self.outcome.problem = problem_of(code, entries, ids, error)
        self.state = FAILED
