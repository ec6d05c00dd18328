# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exactly-once protocol: create, update, delete and purge objects of an API without unique names.

Pure decisions: Protocol.plan() and Protocol.apply() are generators that yield requests and receive responses. They do
no I/O and depend on no resource and no clock. reconcile.py executes the requests against the API; tests/model/ explores
every interleaving of the same generators with each other, against every modelled behaviour of the API.

docs/reliability.md has the rules. Behind all of them stands one: an action that cannot be undone rests on what the
responses at hand confirm.

A Wish is one object of a task, a View is one list of the scope. The states of a wish:

    plan(view)                -> POST, PUT, DELETE, DONE or FAILED
    receive(action, response) -> DONE or FAILED where the response to the write is clear; else WAIT
    judge(view, base)         -> WAIT while the list may be stale; then DONE, FAILED, POST (with the next token, or with
                                 the same one after an unknown outcome), PUT, or PROBE (does the API know the id that it
                                 returned, although no list shows it?)

Requests: a Look lists the scope, a tuple of Writes changes or probes objects, a Confirm reads the scope itself.
Responses: a View, a tuple of Responses in the same order, a set of ids (or an error).
"""

from __future__ import annotations

import html
from typing import Any, Iterable, NamedTuple, Optional
from urllib.parse import unquote

from .._resources.base import ABSENT, EXISTS, MISMATCH, OK, REFUSED, UNKNOWN, Entry, WriteResult

PATIENCE = 3.0  # seconds to tolerate a stale list
CONFIRM_PATIENCE = 30.0  # seconds to tolerate a stale list, for an object of which the API says that it exists
MAX_POSTS = 3  # creating requests of one task for one object
SHARED_TOKENS = 2  # tokens that depend on the name alone; the next one depends on the name and the time window
MIN_CUT_LENGTH = 20  # characters; a shorter beginning of a name does not identify it

# States of a wish. A wish in one of the WRITES has a request to send; one in WAIT is judged by the next list.
POST, PUT, DELETE, PROBE, WAIT, DONE, FAILED = "post", "put", "delete", "probe", "wait", "done", "failed"
WRITES = (POST, PUT, DELETE, PROBE)

# Further values of Wish.waits_for: a creation returned an id (CLAIMED), or one that it returned to another wish too
# (REPEATED), or the API confirmed that the id exists while no list shows it (CONFIRMED).
CLAIMED, REPEATED, CONFIRMED = "claimed", "repeated", "confirmed"


class Look(NamedTuple):
    """Request: list the scope.

    :ivar begins: True for the first list of a wait.
    :ivar until: seconds of patience; the last list of a wait is read when they are over.
    """

    begins: bool
    until: float


class Write(NamedTuple):
    """Request: one write of a wish.

    :ivar token: (number, time window) of a creation.
    """

    action: str
    wish: Any
    object_id: Optional[str] = None
    token: Any = None


class Confirm(NamedTuple):
    """Request: read the ids that the scope's own detail lists, because entries do not name their scope."""


class Problem(NamedTuple):
    """Why a wish failed: a code, ids and names for the message, and the error of the API that it rests on, if any."""

    code: str
    ids: tuple = ()
    names: tuple = ()
    error: Any = None


class View:
    """A list of one scope at one moment, indexed by id and name.

    :param names: the names of all wishes of the scope.
    :param waited: seconds since the wait began.
    :param window: the time window by the API's clock.
    :param error: why there is no list; the rest is empty then.
    """

    def __init__(
        self, entries: Iterable[Entry], names: Iterable[str], waited: float = 0.0, window: int = 0, error: Any = None
    ) -> None:
        self.entries = tuple(entries)
        self.names = names
        self.waited = waited
        self.window = window
        self.error = error
        self._by_id = {entry.object_id: entry for entry in self.entries if entry.object_id}
        self._by_name: dict = {}
        self._by_spelling: dict = {}
        self.nameless = []
        for entry in self.entries:
            if entry.name and entry.name != entry.object_id:
                self._by_name.setdefault(entry.name, []).append(entry)
                if entry.name not in names and not entry.is_leaving:
                    self._by_spelling.setdefault(spelling(entry.name), []).append(entry)
            elif not entry.is_leaving:
                self.nameless.append(entry)

    @property
    def ids(self) -> set:
        """Return the ids of all entries."""
        return set(self._by_id)

    def by_id(self, object_id: str | None) -> Entry | None:
        """Return the entry of an id, leaving ones included."""
        return self._by_id.get(object_id)

    def exact(self, name: str | None) -> list:
        """Return the entries of exactly this name that are not being deleted."""
        return [entry for entry in self._by_name.get(name, ()) if not entry.is_leaving]

    def leaving(self, name: str | None) -> list:
        """Return the entries of exactly this name that are being deleted."""
        return [entry for entry in self._by_name.get(name, ()) if entry.is_leaving]

    def near(self, wish: Wish) -> list:
        """Return the entries that may be the object of the wish under another spelling of its name.

        Such a spelling differs in case, in escapes, or in _TRIMMED at the ends; or it is the beginning of the name, and
        the object connects the same networks with the same peer.
        """
        if not wish.name:
            return []
        wanted = spelling(wish.name)
        found = list(self._by_spelling.get(wanted, ()))
        for length in range(MIN_CUT_LENGTH, len(wanted)):
            beginnings = self._by_spelling.get(wanted[:length].rstrip(_TRIMMED), ())
            found += [entry for entry in beginnings if entry not in found and wish.is_same_connection(entry.item)]
        return found


_TRIMMED = " \t\r\n-_/."


def spelling(name: str) -> str:
    """Return a name without what an API may change when it shows it: escapes, case, and _TRIMMED at the ends."""
    text = html.unescape(unquote(name)).rstrip("\u2026")
    return text.strip(_TRIMMED).casefold()


def is_similar(shown: str, name: str) -> bool:
    """Return True if an API may show `name` as `shown`: in another spelling, or cut."""
    text, wanted = spelling(shown), spelling(name)
    # Counted before signs at the end of the beginning are trimmed.
    return text == wanted or (len(shown) >= MIN_CUT_LENGTH and bool(text) and wanted.startswith(text))


class Wish:
    """One object that a task wants to be present or absent, and what is known of it so far.

    A subclass is for one kind of resource: it implements the six methods that raise NotImplementedError here.

    :ivar name: the natural key, None where only an id is given.
    :ivar given_id: the id that the task gives, or None.
    :ivar has_own_token: True if the task gives the client token of the creation.
    :ivar object_id: the id of the object as far as it is known.
    :ivar changed: True if this task changed something.
    :ivar made: the ids that the API returned to creations of this task, or that these may have made.
    :ivar problem: why the wish failed, or None.
    :ivar entry: the entry that the wish was last compared with.
    :ivar notes: (code, ids, names) of what is to be warned about.

    Together its attributes are the whole state of the protocol for one object; that is why they are many.
    """

    is_surplus = False  # True for the deletion of an object that a purge found

    def __init__(
        self, name: str | None, given_id: str | None = None, is_absent: bool = False, has_own_token: bool = False
    ) -> None:
        self.name = name
        self.given_id = given_id
        self.is_absent = is_absent
        self.has_own_token = has_own_token
        self.state = DONE
        self.object_id = given_id
        self.entry: Entry | None = None
        self.changed = False
        self.made: tuple = ()
        self.problem: Problem | None = None
        self.notes: tuple = ()
        self.posts = 0
        self.token = (0, 0)
        self.claim: str | None = None  # the id that the last creation returned
        self.waits_for = ""  # an outcome, CLAIMED, REPEATED or CONFIRMED
        self.gone: tuple = ()  # ids of which the API says that they do not exist
        self.read_entry: Entry | None = None  # the object of a creation, read by its id, while no list shows it
        self.unsure = False  # the outcome of a creation was unknown
        self.claims: dict = {}  # id that a creation of the scope was answered with -> name, shared by all its wishes
        self.last_error: Any = None  # of the last write
        self.is_adopted = False  # under a name that differs in spelling

    # -- what a resource implements ---------------------------------------------------------------------------------

    def compare(self, item: Any) -> bool:
        """Take an object as the current one; return True if it is to be updated, raise an error if it cannot be."""
        raise NotImplementedError

    def accept(self, item: Any) -> None:
        """Take an object as the current one, which stays as it is."""
        raise NotImplementedError

    def check_creation(self) -> None:
        """Raise an error if the task lacks what a creation needs."""
        raise NotImplementedError

    def is_equal(self, item: Any) -> bool:
        """Return True if nothing that the task provides and the list shows, the name excepted, differs."""
        raise NotImplementedError

    def updated(self, item: Any | None) -> None:
        """Note that an update was applied.

        :param item: the object as a list shows it, None where none was read.
        """

    def deleted(self) -> None:
        """Note that the object is gone."""

    def is_same_connection(self, item: Any) -> bool:
        """Return True if the task may mean this object by what it is for, whatever its other parameters are."""
        return self.is_equal(item)

    def is_applied(self, item: Any) -> bool:
        """Return True if the object shows all that an update wrote."""
        raise NotImplementedError

    def signature(self, item: Any) -> Any:
        """Return what makes two objects of different names equal, hashable."""
        raise NotImplementedError

    # -- plan -------------------------------------------------------------------------------------------------------

    def patience(self, view: View, leaving_patience: float) -> float:
        """Return for how many seconds to wait for a clearer list before this wish is planned."""
        if self.given_id:
            entry = view.by_id(self.given_id)
            return leaving_patience if entry and entry.is_leaving and not self.is_absent else 0.0
        exact = view.exact(self.name)
        if len(exact) == 1:
            return 0.0
        if not exact and view.leaving(self.name) and not self.is_absent:
            return leaving_patience
        return PATIENCE if exact or view.near(self) or view.nameless else 0.0

    def plan(self, view: View) -> None:
        """Decide from a list what is to be done."""
        if self.given_id:
            return self._plan_by_id(view)
        exact = view.exact(self.name)
        if len(exact) > 1:
            return self.fail("AmbiguousName", exact)
        if exact:
            return self._delete(exact[0]) if self.is_absent else self._compare(exact[0])
        if not self.is_absent and view.leaving(self.name):
            return self.fail("StillDeleting", view.leaving(self.name))
        near = view.near(self)
        if view.nameless:
            return self.fail("NameNotShown", view.nameless)
        if len(near) == 1 and not self.is_absent and self.is_equal(near[0].item):
            return self._adopt(near[0])
        if near:
            return self.fail("SimilarName", near)
        if not self.is_absent:
            self.check_creation()
            self.state = POST
        return None

    def _plan_by_id(self, view: View) -> None:
        entry = view.by_id(self.given_id)
        if self.is_absent:
            if entry is None or entry.is_leaving:
                return None
            if self.name and entry.name and entry.name != self.name:
                return self.fail("OtherObject", [entry])
            return self._delete(entry)
        if entry is None:
            return self.fail("NoSuchObject")
        if entry.is_leaving:
            return self.fail("StillDeleting", [entry])
        others = [other for other in view.exact(self.name) if other is not entry]
        if others and entry.name != self.name:
            return self.fail("NameTaken", others)
        return self._compare(entry)

    def _compare(self, entry: Entry) -> None:
        """Take an entry as the object: it is DONE if it is as desired, else it gets an update."""
        self.object_id, self.claim, self.entry = entry.object_id, None, entry
        if entry.object_id is None:
            return self.fail("IdNotShown", [entry])
        self.state = PUT if self.compare(entry.item) else DONE
        return None

    def _adopt(self, entry: Entry) -> None:
        """Take an object that is shown under another spelling of the name; nothing is written to it."""
        self.object_id, self.entry, self.state, self.is_adopted = entry.object_id, entry, DONE, True
        if entry.object_id is None:
            return self.fail("IdNotShown", [entry])
        self.accept(entry.item)
        self._note("NameSpeltDifferently", [entry])
        return None

    def _delete(self, entry: Entry) -> None:
        self.object_id, self.entry = entry.object_id, entry
        if entry.object_id is None:
            return self.fail("IdNotShown", [entry])
        self.compare(entry.item)
        self.state = DELETE
        return None

    def fail(self, code: str, entries: Iterable[Entry] = (), ids: tuple = (), error: Any = None) -> None:
        """End the wish with a problem that names these entries and ids."""
        entries = list(entries)
        ids = ids + tuple(str(entry.object_id) for entry in entries if entry.object_id not in ids)
        self.problem = Problem(code, ids, tuple(entry.name for entry in entries), error)
        self.state = FAILED

    def _note(self, code: str, entries: Iterable[Entry]) -> None:
        entries = list(entries)
        note = (code, tuple(str(entry.object_id) for entry in entries), tuple(entry.name for entry in entries))
        self.notes += (note,) if note not in self.notes else ()

    # -- responses to writes ----------------------------------------------------------------------------------------

    def request(self, window: int) -> Write:
        """Return the write that is to be sent now."""
        if self.state == POST:
            if self.token[0] >= SHARED_TOKENS and not self.token[1]:
                # The same token in every attempt of this run, even if the window ends meanwhile.
                self.token = (self.token[0], window)
            return Write(POST, self, None, self.token)
        return Write(self.state, self, self.claim if self.state == PROBE else self.object_id)

    def receive(self, action: str, response: WriteResult) -> None:
        """Note the response to a write."""
        outcome, self.last_error = response.outcome, response.error
        if action == POST:
            return self._receive_creation(response)
        if action == PROBE:
            return self._receive_probe(response)
        if outcome == OK:
            self.state, self.changed = DONE, True
            self.deleted() if self.is_absent else self.updated(None)
        elif outcome == REFUSED:
            self.fail("Refused", error=response.error)
        else:
            self.state, self.waits_for = WAIT, outcome
        return None

    def _receive_creation(self, response: WriteResult) -> None:
        if response.outcome == REFUSED and not self.unsure:
            return self.fail("Refused", error=response.error)
        # A refusal after an unknown outcome may be due to what the attempt before it made.
        self.posts += 1
        self.state, self.waits_for = WAIT, response.outcome
        self.unsure = self.unsure or response.outcome == UNKNOWN
        if response.outcome == OK:
            self.claim = response.object_id
            self.made += (self.claim,) if self.claim not in self.made else ()
            self.changed = True
            self.waits_for = CLAIMED if self.claims.setdefault(self.claim, self.name) == self.name else REPEATED
        return None

    def _receive_probe(self, response: WriteResult) -> None:
        """Learn whether the API knows the claimed id at all."""
        if response.outcome == ABSENT:
            self.gone += (self.claim,)
            return self._next_token()
        if response.entry is not None:
            # Read by its id: the object is there, and a list that does not show it is stale.
            entry = response.entry
            if entry.name == self.name and not entry.is_leaving:
                # The next task needs it in the list.
                self.read_entry, self.state, self.waits_for = entry, WAIT, CONFIRMED
                return None
            return self._judge_other_name(entry, entry.object_id in self.gone)
        self.state, self.waits_for = WAIT, CONFIRMED
        return None

    def is_confirmed_by(self, view: View) -> bool:
        """Return False if nothing is left to be done, and a newer list contradicts that."""
        if self.state != DONE or (self.changed and self.is_absent):
            return True
        entry = view.by_id(self.object_id)
        if not self.is_absent:
            return entry is not None and not entry.is_leaving
        return not view.exact(self.name) if self.given_id is None else entry is None or entry.is_leaving

    def replan(self, view: View) -> None:
        """Decide again what is to be done, where a newer list contradicts that it was nothing."""
        if self.is_absent:
            self.plan(view)
        else:
            self.fail("ChangedMeanwhile", [self.entry] if self.entry else [])

    # -- judge by a list --------------------------------------------------------------------------------------------

    @property
    def judge_patience(self) -> float:
        """Return for how many seconds lists are read before judge() has to decide."""
        is_last_chance = self.waits_for == UNKNOWN and self.posts >= MAX_POSTS and self.object_id is None
        return CONFIRM_PATIENCE if self.waits_for == CONFIRMED or is_last_chance else PATIENCE

    def judge(self, view: View, base: set) -> None:
        """Decide by a newer list what became of the last write; stay in the state WAIT while it may still be stale.

        :param base: all ids that this run saw in the scope before its first creation.
        """
        last = view.waited >= self.judge_patience
        if self.is_absent:
            self._judge_deletion(view, last)
        elif self.claim is not None:
            self._judge_claim(view, base, last)
        elif self.state == WAIT and self.posts and self.object_id is None:
            self._judge_unclaimed(view, base, last)
        else:
            self._judge_update(view, last)

    def _judge_deletion(self, view: View, last: bool) -> None:
        target = view.by_id(self.object_id)
        others = [] if self.given_id else view.exact(self.name) + view.near(self) + view.nameless
        if target is None or target.is_leaving:
            if not others:
                # An earlier attempt of ours may have been applied and its response lost.
                self.changed = self.waits_for == UNKNOWN or bool(getattr(self.last_error, "maybe_applied", False))
                self.state = DONE
                self.deleted()
                return
        if last and self.last_error is None:
            self.fail("ChangedMeanwhile", others or [target])
        elif last:
            self.fail("Unsettled", error=self.last_error)

    def _judge_update(self, view: View, last: bool) -> None:
        mine = view.by_id(self.object_id)
        mine = None if mine is None or mine.is_leaving else mine
        if self.waits_for == UNKNOWN:
            if mine is not None and self.is_applied(mine.item):
                self.state, self.changed, self.entry = DONE, True, mine
                self.updated(mine.item)
            elif last:
                self.fail("Unsettled", error=self.last_error)
            return
        # ABSENT: deleted by another run, and the list was stale; if lists go on to show it, the two contradict.
        if mine is None and not self.given_id and self.posts < MAX_POSTS:
            exact = view.exact(self.name)
            if not exact and not (view.near(self) or view.nameless):
                self.object_id = self.entry = None
                self.check_creation()
                self.state = POST
                return
            if len(exact) == 1:
                self.posts += 1  # bounds how often an update that finds nothing is followed by another one
                self._compare(exact[0])
                return
        if last or mine is None:
            self.fail("Unsettled", error=self.last_error)

    def _judge_unclaimed(self, view: View, base: set, last: bool) -> None:
        """Judge a creation that returned no id: its token or name is in use, or its outcome is unknown."""
        exact = view.exact(self.name)
        if len(exact) == 1 and (last or not self.unsure):
            is_made = self._is_made(exact[0], base)
            if self.unsure and self._may_have_made(exact[0], base):
                # An object of other parameters is another run's.
                is_made = is_made or self.is_equal(exact[0].item)
            self.changed = is_made
            self._compare(exact[0])
        elif not last:
            return
        elif exact:
            self.fail("AmbiguousName", exact)
        elif self.waits_for == MISMATCH and not self.unsure:
            self._next_token()
        else:
            candidates = self.candidates(view, base) if self.unsure else []
            if candidates:
                self.fail("NameShownDifferently", candidates, error=self.last_error)
            elif self.waits_for in (EXISTS, REFUSED, MISMATCH):
                # After an unknown outcome, a token that is in use may be in use by what this run made.
                self.fail("Refused", error=self.last_error)
            elif self.posts < MAX_POSTS:
                self.state = POST  # with the same token
            else:
                self.fail("Unsettled", error=self.last_error)

    def _judge_claim(self, view: View, base: set, last: bool) -> None:
        """Judge a creation that returned an id: is it that of this object, and is it the only one of the name?"""
        exact, mine = view.exact(self.name), view.by_id(self.claim)
        if self.waits_for == REPEATED:
            if last:
                self.changed = False
                self.fail("IdRepeated", self.candidates(view, base), ids=(self.claim,))
            return
        if mine is not None and mine in exact:
            if len(exact) == 1 and (last or not self.unsure):
                self.changed = True
                self._compare(mine)
            elif last and min(exact, key=lambda entry: entry.age) is mine:
                self.changed = True
                if len(exact) > 1:
                    self._note("Duplicates", [entry for entry in exact if entry is not mine])
                self._compare(mine)
            elif last:
                self.fail("AmbiguousName", exact)
            return
        if not last:
            return
        replayed = mine is None or mine.is_leaving or self.claim in base
        if exact and replayed:
            # The response was a replay for an older object, and another run created this one; or the list was stale,
            # and now shows what an earlier creation of this run made.
            self.changed = any(self._is_made(entry, base) for entry in exact)
            if len(exact) > 1:
                return self.fail("AmbiguousName", exact)
            self._may_have_made(exact[0], base)
            return self._compare(exact[0])
        if replayed and mine is not None:
            # The id is an older object's; what appeared since the creation may be what it made.
            candidates = self.candidates(view, base)
            if candidates:
                return self.fail("NameShownDifferently", candidates)
        if mine is not None and mine.is_leaving:
            return self._next_token()
        if mine is not None:
            return self._judge_other_name(mine, self.claim in base)
        self._judge_unlisted(view, base)

    def _is_made(self, entry: Entry, base: set) -> bool:
        """Return True if the entry is new and its id was returned to a creation of this run."""
        return entry.object_id in self.made and entry.object_id not in base

    def _judge_other_name(self, mine: Entry, is_old: bool) -> None:
        """Judge a creation whose id the list shows under another name, or without a name."""
        is_near = bool(mine.name) and is_similar(mine.name, self.name)
        if not is_old:
            # It is new, so it was made now: no further creation, whatever its name is.
            if is_near and self.is_equal(mine.item):
                self.changed = True
                return self._adopt(mine)
            return self.fail("NameShownDifferently", [mine])
        if is_near or not mine.name or self.is_equal(mine.item):
            self.changed = False
            return self.fail("RenamedOrShownDifferently", [mine])
        return self._next_token()

    def _judge_unlisted(self, view: View, base: set) -> None:
        """Judge a creation whose id no list shows, once the patience is over."""
        candidates = self.candidates(view, base)
        if candidates:
            self.fail("NameShownDifferently", candidates, ids=(self.claim,))
        elif self.waits_for == CONFIRMED and self.read_entry is not None:
            self._note("NotListedYet", [self.read_entry])
            self._compare(self.read_entry)
        elif self.waits_for == CONFIRMED:
            self.fail("NotListed", ids=(self.claim,))
        elif self.claim in base or self.claim in self.gone:
            self._next_token()
        else:
            self.state = PROBE

    def _may_have_made(self, entry: Entry, base: set) -> bool:
        """Note the id of an object that appeared after the creation; return False if it existed before."""
        if entry.object_id in base:
            return False
        self.made += (entry.object_id,) if entry.object_id not in self.made else ()
        return True

    def candidates(self, view: View, base: set) -> list:
        """Return the entries that a creation of this run may have made: new, and near, nameless or equal."""
        if self.is_absent or not self.posts:
            return []
        near = view.near(self)
        return [
            entry
            for entry in view.entries
            if entry.object_id not in base
            and self.claims.get(entry.object_id, self.name) == self.name
            and not entry.is_leaving
            and (
                entry in near
                or entry in view.nameless
                or entry.name == self.name
                or (entry.name not in view.names and self.is_equal(entry.item))
            )
        ]

    def _next_token(self) -> None:
        """Take the next token, if any, because this one belongs to an object that is gone, renamed or different."""
        self.changed = False
        if self.has_own_token:
            if self.claim:
                return self.fail("ClientTokenUsed", ids=(self.claim,))
            return self.fail("ClientTokenUsed", error=self.last_error)
        if self.posts >= MAX_POSTS:
            self.claim = None
            return self.fail("TokensUsed")
        self.token, self.claim, self.object_id = (self.token[0] + 1, 0), None, None
        self.state = POST
        return None


class Protocol:
    """The wishes of one scope, and the order of requests that brings them about.

    :param wishes: list of Wish. :param purge: delete every other object of the scope.
    :param leaving_patience: seconds to wait for an object that is being deleted.
    :param surplus: function that makes the Wish to delete an Entry that no wish names.
    """

    def __init__(
        self, wishes: list, purge: bool = False, leaving_patience: float = PATIENCE, surplus: Any = None
    ) -> None:
        self.wishes = wishes
        self.purge = purge
        self.surplus = surplus
        self.leaving_patience = leaving_patience
        self.names = frozenset(wish.name for wish in wishes if wish.name)
        self.base: set = set()  # ids that this run saw before its first creation
        self.first: View | None = None  # the list that the plan was made from
        self.purge_problem: Problem | None = None
        claims: dict = {}
        for wish in wishes:
            wish.claims = claims

    def plan(self):
        """List until everything is clear or the patience is over, then plan every wish; write nothing."""
        view = yield Look(True, PATIENCE)
        while not view.error:
            self.base |= view.ids
            until = max([wish.patience(view, self.leaving_patience) for wish in self.wishes], default=0.0)
            if self.purge and self._purge_obstacle(view):
                until = max(until, PATIENCE)
            if view.waited >= until:
                break
            view = yield Look(False, until)
        self.first = view
        for wish in list(self.wishes):
            if view.error:
                wish.fail("ListFailed", error=view.error)
            else:
                guard(wish, wish.plan, view)
        self._check_spellings()
        yield from self._confirm_scope(self.wishes)
        if self.purge and not view.error:
            is_failed = any(wish.state == FAILED for wish in self.wishes)
            self.purge_problem = Problem("PurgeSkipped") if is_failed else self._obstacle(view)
            if self.purge_problem is None:
                self.wishes += [self.surplus(entry) for entry in self._surplus_entries(view)]

    def _check_spellings(self) -> None:
        """Fail a deletion by a name that may be the changed spelling of the name of another, missing wish."""
        missing = [wish for wish in self.wishes if not (wish.is_absent or wish.given_id) and wish.entry is None]
        for absent in self.wishes:
            if absent.state != DELETE or absent.given_id:
                continue
            similar = [wish for wish in missing if is_similar(absent.entry.name, wish.name)]
            for wish in [absent, *similar] if similar else []:
                wish.fail("SimilarName", [absent.entry])

    def apply(self):
        """Send what was planned, verify it, and purge in the end."""
        kept = [wish for wish in self.wishes if not wish.is_surplus]
        yield from self._rounds(kept)
        surplus = [wish for wish in self.wishes if wish not in kept]
        if surplus:
            yield from self._confirm_purge(kept, surplus)
            yield from self._rounds(surplus)

    def _rounds(self, wishes: list):
        """Send all writes of a round, then wait once for all of them; repeat while writes are left."""
        window = self.first.window if self.first is not None else 0
        while True:
            yield from self._confirm_scope(wishes)
            batch = [wish.request(window) for wish in wishes if wish.state in WRITES]
            if not batch:
                return
            responses = yield tuple(batch)
            for write, response in zip(batch, responses):
                guard(write.wish, write.wish.receive, write.action, response)
            batch = responses = write = response = None
            view, doubtful = None, []
            while doubtful or any(wish.state == WAIT for wish in wishes):
                until = max([wish.judge_patience for wish in wishes if wish.state == WAIT], default=PATIENCE)
                view = yield Look(view is None, until)
                window = view.window or window
                for wish in wishes:
                    if wish.state == WAIT and view.error:
                        wish.fail("ListFailed", error=view.error)
                    elif wish.state == WAIT:
                        guard(wish, wish.judge, view, self.base)
                # A wish that needed no write was decided by an older list, which this one must not contradict.
                doubtful = [wish for wish in wishes if not (view.error or wish.is_confirmed_by(view))]
                if view.waited >= PATIENCE:
                    for wish in doubtful:
                        guard(wish, wish.replan, view)
                    doubtful = []
            if view is not None and not view.error:
                for wish in wishes:
                    if wish.state == FAILED:
                        new = tuple(entry.object_id for entry in wish.candidates(view, self.base) if entry.object_id)
                        wish.made += tuple(made for made in new if made not in wish.made)

    def _confirm_scope(self, wishes: list):
        """Read the scope's own detail for entries that are to be written to and do not name their scope."""
        doubtful = [wish for wish in wishes if wish.state in (PUT, DELETE) and not wish.entry.scope_confirmed]
        if doubtful:
            confirmed = yield Confirm()
            for wish in doubtful:
                if not isinstance(confirmed, (set, frozenset)):
                    wish.fail("ListFailed", error=confirmed)
                elif wish.object_id not in confirmed:
                    wish.fail("ScopeNotConfirmed", [wish.entry])
                else:
                    wish.entry = wish.entry._replace(scope_confirmed=True)

    # -- purge ------------------------------------------------------------------------------------------------------

    def _surplus_entries(self, view: View) -> list:
        """Return the entries that no wish names."""
        named = [wish for wish in self.wishes if not wish.is_surplus]
        kept = {wish.object_id for wish in named} | {made for wish in named for made in wish.made}
        return [
            entry
            for entry in view.entries
            if entry.object_id not in kept and entry.name not in self.names and not entry.is_leaving
        ]

    def _obstacle(self, view: View) -> Problem | None:
        return self._purge_obstacle(view) or self._equal_obstacle(view)

    def _purge_obstacle(self, view: View) -> Problem | None:
        """Return why a purge by this list might delete a desired object; None if it cannot."""
        without_id = [entry for entry in view.entries if entry.object_id is None]
        if without_id or view.nameless:
            return _problem("PurgeUnclear", without_id + view.nameless)
        wanted = [wish for wish in self.wishes if not wish.is_absent]
        near = [entry for wish in wanted for entry in view.near(wish)]
        named = {wish.given_id for wish in self.wishes if wish.given_id}
        near += [
            entry for wish in wanted if wish.given_id for entry in view.exact(wish.name) if entry.object_id not in named
        ]
        if near or any(wish.is_adopted for wish in wanted):
            return _problem("PurgeSimilar", near or [wish.entry for wish in wanted if wish.is_adopted])
        return None

    def _equal_obstacle(self, view: View) -> Problem | None:
        """Return a problem if a purge would delete what equals a desired object in everything except the name."""
        surplus = self._surplus_entries(view)
        equal = []
        if surplus:
            wanted = [wish for wish in self.wishes if not wish.is_absent]
            entries = [view.by_id(wish.object_id) for wish in wanted if wish.state == DONE]
            shown = {wanted[0].signature(entry.item) for entry in entries if entry}
            equal = [entry for entry in surplus if wanted and wanted[0].signature(entry.item) in shown]
            equal += [
                entry for wish in wanted if wish.state in (POST, PUT) for entry in surplus if wish.is_equal(entry.item)
            ]
        return _problem("PurgeEqual", equal) if equal else None

    def _confirm_purge(self, kept: list, surplus: list):
        """Read a second list: delete only what both show alike, and only if every wish is shown as desired."""
        if any(wish.state != DONE for wish in kept):
            return self._skip_purge(surplus, None)
        view = yield Look(True, PATIENCE)
        while True:
            if view.error:
                return self._skip_purge(surplus, Problem("ListFailed", error=view.error))
            problem = self._not_shown(kept, view) or self._obstacle(view)
            if problem is None or view.waited >= PATIENCE:
                break
            view = yield Look(False, PATIENCE)
        if problem is not None:
            return self._skip_purge(surplus, problem)
        for wish in surplus:
            entry = view.by_id(wish.object_id)
            if entry is None or entry.is_leaving:
                wish.state, wish.entry = DONE, None
            elif entry.name != wish.entry.name or wish.signature(entry.item) != wish.signature(wish.entry.item):
                wish.fail("ChangedMeanwhile", [entry])
            else:
                wish.entry, wish.state = entry, DELETE
        return None

    def _skip_purge(self, surplus: list, problem: Problem | None) -> None:
        self.purge_problem = problem or Problem("PurgeSkipped")
        for wish in surplus:
            wish.state = DONE
        self.wishes = [wish for wish in self.wishes if wish not in surplus]

    @staticmethod
    def _not_shown(kept: list, view: View) -> Problem | None:
        for wish in kept:
            entry = view.by_id(wish.object_id)
            # The ids that the task gives distinguish objects of one name.
            exact = view.exact(wish.name) if wish.name and not wish.given_id else [entry]
            if wish.is_absent:
                wrong = entry is not None and not entry.is_leaving
            else:
                wrong = entry is None or exact != [entry] or not wish.is_equal(entry.item)
            if wrong:
                return _problem("PurgeNotShown", [entry] if entry else [], ids=(wish.object_id or "",))
        return None


def _problem(code: str, entries: Iterable[Entry], ids: tuple = ()) -> Problem:
    entries = list(entries)
    ids = ids + tuple(str(entry.object_id) for entry in entries if str(entry.object_id) not in ids)
    return Problem(code, ids, tuple(entry.name for entry in entries))


def guard(wish: Wish, func: Any, *arguments: Any) -> None:
    """Call a step of a wish; an error that it raises ends this wish and no other."""
    try:
        func(*arguments)
    except Exception as error:
        wish.fail("Raised", error=error)
