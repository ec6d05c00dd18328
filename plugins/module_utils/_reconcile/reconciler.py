# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the objects of one scope to their desired state: execute the protocol's requests against the API.

protocol.py decides; this file sends, sleeps and keeps what results report. Resource is its interface to a kind of
object.
"""

from __future__ import annotations

import time
from typing import Any

from .._bce.errors import (
    BceError,
    BusyError,
    ConflictError,
    DuplicateError,
    IdempotencyConflictError,
    InvalidResponseError,
    NotFoundError,
    RateLimitedError,
    ServerError,
    TransportError,
    WaitTimeoutError,
)
from .._resources.base import (
    ABSENT,
    EXISTS,
    MISMATCH,
    NOOP,
    OK,
    REFUSED,
    UNKNOWN,
    UPDATE,
    Listed,
    ResourceApi,
    WriteResult,
)
from . import protocol
from .idempotency import creation_token, random_token, time_window

FIRST_PAUSE = 0.3  # seconds between the first two lists of a wait; doubled for each further one
MAX_PAUSE = 10.0  # seconds
MAX_NAMED, MAX_SHOWN = 10, 80  # objects that a message names, and characters of a name
FRESH_SECONDS = 60.0  # how old the list may be that a deletion rests on
FIRST_POLL, MAX_POLL = 0.2, 3.0  # seconds between two lists while a state is waited for

# Errors that do not end a wait for a state, because the next poll may succeed.
TEMPORARY = (TransportError, ServerError, RateLimitedError, InvalidResponseError)

# code -> (message, retryable); each names the option or the object first, and says what to do.
PROBLEMS = {
    "AmbiguousName": (
        "%(name_option)s: %(scope)s has %(count)d %(label)ss named %(name)r: %(ids)s; give %(id_option)s to"
        " say which one is meant",
        False,
    ),
    "NameTaken": (
        "%(name_option)s: %(name)r is already the name of %(ids)s in %(scope)s; choose another name",
        False,
    ),
    "NoSuchObject": (
        "%(id_option)s: %(scope)s has no %(label)s %(given_id)s; leave %(id_option)s out to create one by its name",
        False,
    ),
    "OtherObject": (
        "%(id_option)s: %(given_id)s is the %(label)s %(shown)s and not %(name)r, so neither is deleted; give"
        " the one that is meant",
        False,
    ),
    "StillDeleting": (
        "The %(label)s %(ids)s of the name %(name)r is still being deleted in %(scope)s; run the task again"
        " when it is gone",
        True,
    ),
    "NameNotShown": (
        "The list of %(scope)s shows %(label)ss without a name: %(ids)s; %(name)r may be one of them, so"
        " nothing was done. Run the task again later, or give %(id_option)s",
        True,
    ),
    "SimilarName": (
        "%(name_option)s: %(scope)s has %(shown)s (%(ids)s), and the API may have changed the spelling of"
        " %(name)r; give %(id_option)s to manage that %(label)s, or choose a name that differs in more than"
        " case, blanks, escapes and length",
        False,
    ),
    "NameShownDifferently": (
        "The %(label)s %(name)r was created, and the list of %(scope)s shows %(shown)s (%(ids)s) in its"
        " place; nothing further was created. Give %(id_option)s to manage it, or delete it by its id",
        False,
    ),
    "RenamedOrShownDifferently": (
        "The API returned %(ids)s for the creation of %(name)r, and the list of %(scope)s shows it as"
        " %(shown)s: it was renamed within the last 24 hours, or the API changes names. Give %(id_option)s to"
        " manage it, or a client_token of your own to create another %(label)s",
        False,
    ),
    "NotListed": (
        "The API says that it created the %(label)s %(name)r as %(ids)s, but the list of %(scope)s does not"
        " show it; run the task again later, it resumes from the current state",
        True,
    ),
    "IdRepeated": (
        "The API returned the id %(ids)s for the creation of %(name)r and for another %(label)s of this task;"
        " look at %(scope)s, and give %(id_option)s",
        False,
    ),
    "ClientTokenUsed": (
        "client_token: it was used before for %(ids)s, which is gone or renamed; give another one or leave it out",
        False,
    ),
    "TokensUsed": (
        "The API replays its responses to earlier creations of the %(label)s %(name)r, which was deleted and"
        " created several times within 24 hours; run the task again in a minute, or give a client_token of"
        " your own",
        True,
    ),
    "ScopeNotConfirmed": (
        "Neither the list nor the detail of %(scope)s confirms that the %(label)s %(ids)s belongs to it, so"
        " nothing was written; check the id and the region",
        False,
    ),
    "IdNotShown": (
        "The list of %(scope)s shows the %(label)s %(shown)s without its id, so it cannot be handled",
        False,
    ),
    "ChangedMeanwhile": (
        "The %(label)s %(ids)s was changed by another user while the task ran, so nothing was done to it; run the"
        " task again",
        True,
    ),
    "PurgeUnclear": (
        "purge: the list of %(scope)s shows %(label)ss without a name or an id (%(ids)s), so nothing was"
        " purged; run the task again later, or delete what is surplus by its id",
        True,
    ),
    "PurgeSimilar": (
        "purge: %(scope)s has %(shown)s (%(ids)s), whose name may be a changed spelling of a listed one, so"
        " nothing was purged; list it too, or delete it by its id",
        False,
    ),
    "PurgeEqual": (
        "purge: %(shown)s (%(ids)s) of %(scope)s equals a listed %(label)s in everything except the name, so"
        " nothing was purged; list it with state: absent if it is to go",
        False,
    ),
    "PurgeNotShown": (
        "purge: the list of %(scope)s does not show %(ids)s as desired, so nothing was purged; run the task again",
        True,
    ),
}


class Work(protocol.Wish):
    """One object of a task: what is desired, the plan, and what is known and done so far, true at every moment.

    :ivar step: the plan, None while there is none.
    :ivar item: the object as it is, in check mode as it would be.
    :ivar before, after: what a diff shows.
    :ivar is_status_old: True if the object was written since a list showed its status.
    :ivar secrets: the keys, old and new, that may stand in a text of the object.

    The attributes are those of a result, on top of the protocol's own state.
    """

    def __init__(self, scope: Scope, desired: Any, is_surplus: bool = False) -> None:
        name, given_id, is_absent, client_token = scope.api.type.keys(desired)
        super().__init__(name, given_id, is_absent, client_token is not None)
        self.desired = desired
        self.is_surplus = is_surplus
        self.client_token = client_token
        self.step: Any = None
        self.action = NOOP
        self.before: dict = {}
        self.after: dict = {}
        self.item: Any = None
        self.secret_key_changed = False
        self.request_id: str | None = None
        self.warnings: list = []
        self.is_status_old = False
        self.is_planned = False
        self.secrets: set = {getattr(desired, "secret_key", None)} - {None}
        self._scope = scope
        self._type = scope.api.type
        self._error: BceError | None = None

    # -- what the protocol asks for ---------------------------------------------------------------------------------

    def compare(self, item: Any) -> bool:
        """See Wish.compare()."""
        self.item = item
        self.secrets |= {getattr(item, "secret_key", None)} - {None}
        self._take(self._type.plan(self.desired, item))
        return self.step.action == UPDATE

    def accept(self, item: Any) -> None:
        """See Wish.accept()."""
        self.item = item
        self.secrets |= {getattr(item, "secret_key", None)} - {None}
        self.warnings += self._type.not_compared(self.desired, item)

    def check_creation(self) -> None:
        """See Wish.check_creation()."""
        self._take(self._type.plan(self.desired, None))

    def updated(self, item: Any | None) -> None:
        """See Wish.updated()."""
        self.item, self.is_status_old = (self.step.target, True) if item is None else (item, False)
        self.secret_key_changed = self.secret_key_changed or self.step.secret_key_changed

    def deleted(self) -> None:
        """See Wish.deleted()."""
        self.item = None

    def is_equal(self, item: Any) -> bool:
        """See Wish.is_equal()."""
        return self._type.is_equal(self.desired, item)

    def is_same_connection(self, item: Any) -> bool:
        """See Wish.is_same_connection()."""
        return self._type.is_same_connection(self.desired, item)

    def is_applied(self, item: Any) -> bool:
        """See Wish.is_applied()."""
        return self._type.is_applied(self.desired, item)

    def signature(self, item: Any) -> Any:
        """See Wish.signature()."""
        return self._type.signature(item)

    def _take(self, step: Any) -> None:
        self.step = step
        if step.action != NOOP or not self.changed:
            self.action, self.before, self.after = step.action, step.before, step.after
        self.warnings += [text for text in step.warnings if text not in self.warnings]

    # -- what results report ----------------------------------------------------------------------------------------

    def predict(self) -> None:
        """Note what check mode reports: the plan as if it had been applied."""
        self.request_id = self._scope.request_id
        if self.state == protocol.FAILED:
            return
        self.is_planned = True
        if self.step is not None:
            self.changed = self.step.action != NOOP
            self.secret_key_changed = self.step.secret_key_changed
            self.item = self.step.target
        if self.state == protocol.DELETE:
            self.changed, self.item = True, None

    def begin(self) -> None:
        """Take back what predict() noted, before the plan is applied."""
        if self.problem is None:
            self.changed = self.secret_key_changed = False
            self.item = self.entry.item if self.entry is not None else None

    @property
    def error(self) -> BceError | None:
        """Return the error that ended the work, or None."""
        if self.problem is not None and self._error is None:
            self._error = self._scope.error_of(self.problem, self)
        return self._error

    @property
    def known_id(self) -> str | None:
        """Return the id of the object, as far as it is known."""
        return self.object_id or self.claim

    @property
    def failure_text(self) -> str:
        """Return the message of the error; it says so if the request may have been applied."""
        text = self.error.message
        if self.error.maybe_applied and not self.changed:
            text += ". The request may have been applied: run the task again, it resumes from the current state"
        return text

    @property
    def created_ids(self) -> list:
        """Return the ids that the API returned to creations of this task, or that these may have made.

        Without those that existed before, and after a success without those of which the API says that they do not
        exist, because these were replayed.
        """
        denied = () if self.problem else self.gone
        return [
            made
            for made in self.made
            # A list may show an id after all, although the API said that it does not exist.
            if made not in self._scope.known_ids and (made not in denied or made == self.object_id)
        ]

    @property
    def planned_id(self) -> str | None:
        """Return the id of the object that the plan starts from, or None."""
        return self.entry.object_id if self.entry is not None else None

    @property
    def new_name(self) -> str | None:
        """Return the name that the object gets, if it is not the current one; or None."""
        is_renamed = self.step is not None and self.entry is not None and self.state == protocol.PUT
        return self.name if is_renamed and self.name and self.entry.name != self.name else None

    @property
    def is_over(self) -> bool:
        """Return True if nothing is left to be done."""
        return self.state in (protocol.DONE, protocol.FAILED)

    @property
    def all_warnings(self) -> list:
        """Return the warnings of the plan and of the protocol."""
        return self.warnings + [self._scope.warning_of(note, self) for note in self.notes]

    @property
    def secrets_of_scope(self) -> set:
        """Return the keys of all objects of the scope, as far as a list showed them."""
        return self._scope.secrets


class Scope:
    """The objects of one scope that a task names, such as the tunnels of one gateway.

    :param leaving_patience: see Protocol.
    :param clock: stands in for the module `time`.
    """

    def __init__(
        self, api: ResourceApi, desires: list, leaving_patience: float, purge: bool = False, clock: Any = time
    ) -> None:
        self.api = api
        self.clock = clock
        self.request_id: str | None = None
        self.secrets: set = set()
        self._stopped = False
        self._wait_began = self._pause = 0.0
        self._listed_at = float("-inf")  # when the last list was requested, a moment of clock.monotonic()
        works = [Work(self, desired) for desired in desires]
        self._protocol = protocol.Protocol(works, purge, leaving_patience, self._surplus)
        self._list_error: BceError | None = None

    @property
    def works(self) -> list:
        """Return all works in the order of the desires, those of a purge last."""
        return self._protocol.wishes

    @property
    def known_ids(self) -> set:
        """Return the ids that existed before the first creation."""
        return self._protocol.base

    @property
    def error(self) -> BceError | None:
        """Return why the list could not be read, or why a purge was refused; None if neither."""
        if self._list_error is not None:
            return self._list_error
        problem = self._protocol.purge_problem
        return None if problem is None or problem.code == "PurgeSkipped" else self.error_of(problem, None)

    @property
    def is_purge_skipped(self) -> bool:
        """Return True if nothing was purged because a named object failed."""
        problem = self._protocol.purge_problem
        return problem is not None and problem.code == "PurgeSkipped"

    def plan(self) -> None:
        """List, and plan every work; errors are noted in the works that they concern."""
        self._drive(self._protocol.plan())
        first = self._protocol.first
        self._list_error = first.error if first is not None else None
        for work in self.works:
            work.predict()

    def apply(self) -> None:
        """Apply the plan. A work that fails has its error noted and does not hold up the others."""
        for work in self.works:
            work.begin()
        self._drive(self._protocol.apply())
        for work in self.works:
            work.request_id = work.request_id or self.request_id

    def stop(self) -> None:
        """Begin no further request; to be called from another thread."""
        self._stopped = True

    def list(self, deadline: float | None = None) -> Listed:
        """Return the current list."""
        requested_at = self.clock.monotonic()
        listed = self.api.list(deadline)
        self._listed_at = requested_at
        self.request_id = listed.request_id
        self.secrets |= listed.secrets
        return listed

    def _surplus(self, entry: protocol.Entry) -> Work:
        work = Work(self, self.api.surplus(entry.object_id), is_surplus=True)
        work.plan(protocol.View([entry], ()))
        return work

    # -- execute the protocol's requests ----------------------------------------------------------------------------

    def _drive(self, steps: Any) -> None:
        response = None
        while not self._stopped:
            try:
                request = steps.send(response)
            except StopIteration:
                return
            if isinstance(request, protocol.Look):
                response = self._look(request)
            elif isinstance(request, protocol.Confirm):
                response = self._confirm()
            else:
                response = tuple([self._write(write) for write in request])

    def _look(self, request: protocol.Look) -> protocol.View:
        """List, after a pause if it is not the first list of a wait."""
        if request.begins:
            self._wait_began, self._pause = self.clock.monotonic(), FIRST_PAUSE
        else:
            ends = self._wait_began + request.until
            self.clock.sleep(max(0.0, min(self._pause, ends - self.clock.monotonic())))
            # A long wait for a deletion has few lists too.
            self._pause = min(max(MAX_PAUSE, request.until / 10), 2 * self._pause)
        waited = self.clock.monotonic() - self._wait_began
        if waited > request.until - 0.001:  # sleep() may wake a little early
            waited = max(waited, request.until)
        try:
            listed = self.list()
        except BceError as error:
            return protocol.View((), self._protocol.names, error=error)
        now = listed.server_time if listed.server_time is not None else self.clock.time()
        return protocol.View(listed.entries, self._protocol.names, waited, time_window(now))

    def _confirm(self) -> Any:
        try:
            return self.api.confirmed_ids()
        except BceError as error:
            return error

    def _write(self, write: protocol.Write) -> WriteResult:
        """Send one write; an error that is not a clear refusal is an unknown outcome."""
        if self._stopped:
            return WriteResult(REFUSED, error=ConflictError("The task was stopped", "TaskStopped"))
        work, is_creation = write.wish, write.action == protocol.POST
        try:
            if is_creation:
                number, window = write.token
                token = work.client_token or creation_token(self.api.token_names(work.name), number, window)
                object_id, work.request_id = self.api.create(work.step.target, token)
                return WriteResult(OK, object_id)
            if write.action == protocol.PROBE:
                return self.api.probe(work.step.target, write.object_id, random_token())
            if write.action == protocol.DELETE:
                obstacle = self._deletion_obstacle(work, write.object_id)
                if obstacle is not None:
                    return obstacle
                deadline = self._listed_at + FRESH_SECONDS
                work.request_id = self.api.delete(write.object_id, random_token(), deadline)
            else:
                work.request_id = self.api.update(work.step, random_token())
            return WriteResult(OK)
        except IdempotencyConflictError as error:
            return WriteResult(MISMATCH if is_creation else REFUSED, error=error)
        except (DuplicateError, BusyError) as error:
            # A conflict (409) of a creation may be that of its name, whatever the code says.
            return WriteResult(EXISTS if is_creation else REFUSED, error=error)
        except NotFoundError as error:
            return WriteResult(REFUSED if is_creation else ABSENT, error=error)
        except BceError as error:
            return WriteResult(UNKNOWN if error.maybe_applied else REFUSED, error=error)
        except Exception as error:  # a defect of ours must not lose what is known of the other works
            return WriteResult(REFUSED, error=error)

    def _deletion_obstacle(self, work: Work, object_id: str) -> WriteResult | None:
        """Read the list again if the one that a deletion rests on is too old; return what stands against deleting."""
        if self.clock.monotonic() - self._listed_at <= FRESH_SECONDS:
            return None
        view = protocol.View(self.list().entries, self._protocol.names)
        entry = view.by_id(object_id)
        if entry is None:
            return WriteResult(ABSENT)
        is_confirmed = entry.scope_confirmed or object_id in self.api.confirmed_ids()
        if entry.name == work.entry.name and is_confirmed and not (work.is_surplus and view.nameless):
            return None
        problem = protocol.Problem("ChangedMeanwhile", (object_id,), (entry.name,))
        return WriteResult(REFUSED, error=self.error_of(problem, work))

    # -- texts ------------------------------------------------------------------------------------------------------

    def error_of(self, problem: protocol.Problem, work: Work | None) -> BceError:
        """Return the error that a task reports for a problem."""
        # A creation of unknown outcome stays so, whatever the task ends with; so does a write before a failed list.
        is_unknown = work is not None and (
            work.unsure or (problem.code == "ListFailed" and getattr(work.last_error, "maybe_applied", False))
        )
        if problem.code not in PROBLEMS or (problem.code == "ClientTokenUsed" and problem.error is not None):
            if isinstance(problem.error, BceError):
                return problem.error.as_maybe_applied() if is_unknown and problem.code != "Waited" else problem.error
            text = "Internal error of baiducloud.network, please report it: %s: %s"
            return BceError(text % (type(problem.error).__name__, problem.error), "InternalError")
        text, is_retryable = PROBLEMS[problem.code]
        return ConflictError(
            text % self._words(problem.ids, problem.names, work),
            problem.code,
            retryable=is_retryable,
            maybe_applied=is_unknown or problem.code == "IdRepeated",
        )

    def warning_of(self, note: tuple, work: Work) -> str:
        """Return the warning of a note of the protocol."""
        code, ids, names = note
        words = self._words(ids, names, work)
        if code == "Duplicates":
            return "%(scope)s has more %(label)ss named %(name)s: %(ids)s" % words
        if code == "NotListedYet":
            return "The %(label)s %(ids)s exists, but the list of %(scope)s does not show it yet" % words
        text = "The list of %(scope)s shows the %(label)s %(name)r (%(ids)s) as %(shown)s; it was taken as it is"
        return text % words

    def _words(self, ids: tuple, names: tuple, work: Work | None) -> dict:
        api = self.api
        return {
            "scope": api.scope,
            "label": api.type.label,
            "name_option": api.type.name_option,
            "id_option": api.type.id_option,
            "count": len(ids),
            "ids": _listed(ids),
            "name": work.name if work is not None else None,
            "given_id": work.given_id if work is not None else None,
            "shown": _listed([repr(_cut(name)) if name else "nameless" for name in names]) or "it",
        }


def _listed(words: Any) -> str:
    """Return a list of words for a message, not more than MAX_NAMED."""
    words = [_cut(str(word)) for word in words]
    more = len(words) - MAX_NAMED
    return ", ".join(words[:MAX_NAMED]) + (" and %d more" % more if more > 0 else "")


def _cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "..."


class StateWait:
    """Poll a scope until its works are in the state that each is to wait for (wait_for)."""

    FINAL = ("error", "expired", "deleting", "deleted", "releasing", "released")  # no further change is to be expected
    # wait_for -> (the status field, the value to wait for)
    GOALS = {"active": ("status", "active"), "reachable": ("health_status", "reachable")}

    def __init__(self, scope: Scope, works: list) -> None:
        self._scope = scope
        self._works = works
        self._missing: dict = {}  # id -> since when no list shows it, a moment of clock.monotonic()

    def run(self) -> None:
        """Poll; a request that fails in between does not end the wait."""
        clock, works, trouble = self._scope.clock, self._works, ""
        begin, pause = clock.monotonic(), FIRST_POLL
        while True:
            now = clock.monotonic()
            works = [work for work in works if work.problem is None and not self._is_reached(work)]
            for work in works:
                if now + pause > begin + work.desired.wait_timeout:
                    self._fail(work, self._time_out(work, trouble))
            works = [work for work in works if work.problem is None]
            if not works:
                return
            clock.sleep(pause)
            pause = min(MAX_POLL, pause * 1.5)
            try:
                listed = self._scope.list(begin + max(work.desired.wait_timeout for work in works))
            except TEMPORARY as error:
                trouble = " (last list failed: %s)" % error.message
                continue
            except BceError as error:
                for work in works:
                    self._fail(work, error)
                return
            trouble = ""
            view = protocol.View(listed.entries, ())
            for work in works:
                self._see(work, view.by_id(work.object_id))

    def _see(self, work: Work, entry: protocol.Entry | None) -> None:
        """Take the current status from a list."""
        now = self._scope.clock.monotonic()
        if entry is None:
            if now - self._missing.setdefault(work.object_id, now) >= protocol.PATIENCE:
                text = "The tunnel %s (%s) is not listed any more, so waiting for %s ended; it may have been deleted"
                message = text % (self._name(work), work.object_id, work.desired.wait_for)
                self._fail(work, ConflictError(message, "TunnelVanished"))
                work.item = None
            return
        self._missing.pop(work.object_id, None)
        work.item, work.is_status_old = entry.item, False
        status = (entry.item.fields["status"] or "").lower()
        if status in self.FINAL and not self._is_reached(work):
            text = "The tunnel %s (%s) has the status %s, so waiting for %s ended; look at it in the console"
            message = text % (self._name(work), work.object_id, status, work.desired.wait_for)
            self._fail(work, WaitTimeoutError(message, "WaitFailed"))

    def _is_reached(self, work: Work) -> bool:
        """Return True if a list that is newer than the last write shows the state."""
        word, goal = self.GOALS[work.desired.wait_for]
        return not work.is_status_old and (work.item.fields[word] or "").lower() == goal

    @staticmethod
    def _fail(work: Work, error: BceError) -> None:
        work.fail("Waited", error=error)

    @staticmethod
    def _name(work: Work) -> str:
        return work.item.fields["vpn_conn_name"] if work.item is not None else work.name

    def _time_out(self, work: Work, trouble: str) -> BceError:
        fields = work.item.fields
        return WaitTimeoutError(
            "The tunnel %s (%s) is not %s after %d s: status %s, health %s%s; raise wait_timeout or look at both ends"
            % (
                fields["vpn_conn_name"],
                work.object_id,
                work.desired.wait_for,
                work.desired.wait_timeout,
                fields["status"] or "unknown",
                fields["health_status"] or "unknown",
                trouble,
            ),
            "WaitTimeout",
            retryable=True,
        )
