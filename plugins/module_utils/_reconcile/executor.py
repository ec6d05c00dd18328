# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send the requests of a Reconciler to the API of a scope, in time: pauses between lists, tokens, outcomes."""

from __future__ import annotations

import time
from typing import Any, Callable, Collection, Generator, Sequence

from .._bce.errors import (
    BceError,
    BusyError,
    ConflictError,
    DuplicateError,
    IdempotencyConflictError,
    NotFoundError,
)
from .._bce.redaction import SecretSet
from .._resources.base import (
    ABSENT,
    CREATE,
    DELETE,
    EXISTS,
    MISMATCH,
    OK,
    REFUSED,
    UNKNOWN,
    Listed,
    ResourceApi,
    WriteResult,
)
from . import state
from .idempotency import creation_token, random_token, time_window
from .messages import MESSAGES
from .planner import View
from .state import PROBE, STALE, ConfirmRequest, ListRequest, WriteRequest

MIN_LIST_INTERVAL = 0.3  # seconds between the first two lists of a wait; doubled for each further one
MAX_LIST_INTERVAL = 10.0  # seconds


class WriteOrder:
    """The order of the writes of one round: one after the other."""

    def send_all(
        self, send: Callable[[WriteRequest], WriteResult], writes: Sequence[WriteRequest]
    ) -> tuple[WriteResult, ...]:
        """Return the results of all writes, in their order."""
        return tuple(map(send, writes))


class RequestExecutor:
    """Send requests for the objects of one scope.

    :ivar request_id: of the last list, or None.
    :ivar secrets: the secrets that lists contained.
    """

    def __init__(self, api: ResourceApi, clock: Any = time, write_order: WriteOrder | None = None) -> None:
        """Send through `api`.

        :param clock: the module `time`, or a replacement in tests.
        :param write_order: None to send one write after the other.
        """
        self.api = api
        self.clock = clock
        self._order = write_order or WriteOrder()
        self.request_id: str | None = None
        self.secrets = SecretSet()
        self.is_stopped = False
        self._wait_began = 0.0  # a moment of clock.monotonic()
        self._interval = MIN_LIST_INTERVAL
        # When the last list was requested and received, moments of clock.monotonic(). A deletion right after a list is
        # sent, however long the list took, because another list would not bring it forward.
        self._list_began = self._list_ended = float("-inf")

    def run(self, steps: Generator[Any, Any, Any], names: Collection[Any]) -> None:
        """Send every request that a generator yields, until its end or stop().

        :param names: the names of the task's objects in the scope.
        """
        response: Any = None
        while not self.is_stopped:
            try:
                request = steps.send(response)
            except StopIteration:
                return
            if isinstance(request, ListRequest):
                response = self._list(request, names)
            elif isinstance(request, ConfirmRequest):
                response = self._confirm()
            else:
                response = self._order.send_all(self._write, request)

    def stop(self) -> None:
        """Begin no further request; to be called from another thread."""
        self.is_stopped = True

    def refresh(self, deadline: float | None = None) -> Listed:
        """List the scope.

        :param deadline: a moment of clock.monotonic(), or None.
        """
        began = self.clock.monotonic()
        listed = self.api.list(deadline)
        self._list_began, self._list_ended = began, self.clock.monotonic()
        self.request_id = listed.request_id
        self.secrets.update(listed.secrets)
        return listed

    def _list(self, request: ListRequest, names: Collection[Any]) -> View:
        """List, after a pause if it is not the first list of a wait."""
        if request.is_first:
            self._wait_began, self._interval = self.clock.monotonic(), MIN_LIST_INTERVAL
        else:
            ends = self._wait_began + request.timeout
            self.clock.sleep(max(0.0, min(self._interval, ends - self.clock.monotonic())))
            # A long wait for a deletion has few lists too.
            self._interval = min(max(MAX_LIST_INTERVAL, request.timeout / 10), 2 * self._interval)
        waited = self.clock.monotonic() - self._wait_began
        if waited > request.timeout - 0.001:  # sleep() may wake a little early
            waited = max(waited, request.timeout)
        try:
            listed = self.refresh()
        except Exception as error:  # an internal error must not lose what earlier requests did
            return View((), names, error=error)
        now = listed.server_time if listed.server_time is not None else self.clock.time()
        return View(listed.entries, names, waited, time_window(now))

    def _confirm(self) -> Any:
        try:
            return self.api.confirmed_ids()
        except Exception as error:
            return error

    def _write(self, write: WriteRequest) -> WriteResult:
        """Send one write; an error that is not a clear refusal is an unknown outcome."""
        if self.is_stopped:
            return WriteResult(REFUSED, error=ConflictError(MESSAGES["task_stopped"], "TaskStopped"))
        is_creation = write.action == CREATE
        try:
            return self._send(write)
        except BceError as error:
            write.target.outcome.request_id = error.request_id or write.target.outcome.request_id
            return WriteResult(classify_error(error, is_creation), error=error)
        except Exception as error:  # an internal error must not lose what is known of the other objects
            return WriteResult(REFUSED, error=error)

    def _send(self, write: WriteRequest) -> WriteResult:
        obj, api = write.target, self.api
        if write.action == PROBE:
            return api.probe(obj.plan.target, write.object_id, random_token())
        if write.action == CREATE:
            number, window = write.token
            token = obj.desired.client_token or creation_token(api.token_names(obj.desired.name), number, window)
            object_id, obj.outcome.request_id = api.create(obj.plan.target, token)
            return WriteResult(OK, object_id)
        if write.action == DELETE:
            if self.clock.monotonic() > self._list_ended + state.MAX_LIST_AGE:
                return WriteResult(STALE)
            deadline = self._list_began + state.MAX_LIST_AGE
            obj.outcome.request_id = api.delete(write.object_id, random_token(), deadline)
        else:
            obj.outcome.request_id = api.update(obj.plan, random_token())
        return WriteResult(OK)


def classify_error(error: BceError, is_creation: bool) -> str:
    """Return the outcome of a write that raised this error."""
    if isinstance(error, IdempotencyConflictError):
        return MISMATCH if is_creation else REFUSED
    if isinstance(error, (DuplicateError, BusyError)) and not error.maybe_applied:
        # A conflict (409) of a creation may be that of its name, whatever the code says.
        return EXISTS if is_creation else REFUSED
    if isinstance(error, NotFoundError):
        return REFUSED if is_creation else ABSENT
    return UNKNOWN if error.maybe_applied else REFUSED
