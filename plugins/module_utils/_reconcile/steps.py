# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send updates and deletions of several steps, and wait for asynchronous states; imported only where it is needed.

The plan stays one: its steps are requests of one write. A step whose outcome is unknown is settled by reading the
object until its condition is reached. A failure names the step and those before it, and reports the object as it was
read last.
"""

from __future__ import annotations

from typing import Any

from .._bce.errors import BceError, ConflictError
from .._bce.redaction import printable
from .._resources.base import CREATE, DELETE, OK, UPDATE, Entry, ResourceApi, WriteResult
from .._resources.steps import Condition, Step, SteppedApi, Steps
from . import messages, planner, state
from .executor import RequestExecutor
from .idempotency import random_token
from .messages import ErrorSpec, words_of
from .reconciler import run_step
from .results import ObjectResult, ScopeReconciler, predict_outcome
from .state import FAILED, STALE, WAIT_RAISED, ObjectState, Problem, WriteRequest, problem_of
from .waiter import TEMPORARY_ERRORS

MAX_POLL_INTERVAL = 30.0  # seconds between two reads of a wait

MESSAGES = {
    "billed_id_not_found": (
        "%(id_option)s: %(scope)s has no %(label)s %(provided_id)s; check %(id_option)s and the region"
    ),
    "earlier_creation_unclear": (
        "The API returns an earlier creation (%(ids)s) for the %(label)s %(name)r, and no read showed that what it made"
        " is gone, so nothing further was bought. Look for it in the console, then give %(id_option)s, or a"
        " client_token of your own to buy another %(label)s"
    ),
    "bought_and_gone": (
        "The %(label)s %(name)r was bought as %(ids)s and shown, and is gone again, so nothing further was bought. Look"
        " at it in the console; running the task again buys another one"
    ),
    "purchase_tokens_exhausted": (
        "The API replays its responses to earlier creations of the %(label)s %(name)r, which was created and released"
        " too often within 24 hours, so nothing was bought; give a client_token of your own"
    ),
    "maybe_bought": (
        "%(text)s. The %(label)s %(name)r may have been bought: look for this name in %(scope)s in the console (ids"
        " known so far: %(ids)s)"
    ),
    "step_failed": "%(text)s (step: %(step)s; done before it: %(done)s)",
    "step_wait_failed": "%(text)s (sent, and waited for its effect: %(step)s; done before it: %(done)s)",
    "step_none": "nothing",
    "step_creation": "create the %(label)s",
    "step_rolled_back": "; then done in its place: %(step)s",
    "step_rollback_failed": "; then tried in its place: %(step)s, which failed: %(text)s",
    "wait_timeout_state": (
        "The %(label)s %(name)s (%(ids)s) %(state)s after %(seconds)d s: %(current)s%(list_error)s; raise wait_timeout"
        " or %(wait_help)s"
    ),
    "wait_read_failed": " (last read failed: %(text)s)",
}

CODES = {
    "NotFound": ErrorSpec("billed_id_not_found", False),
    "BoughtAndGone": ErrorSpec("bought_and_gone", False),
    "EarlierCreationUnclear": ErrorSpec("earlier_creation_unclear", False),
    "PurchaseTokensExhausted": ErrorSpec("purchase_tokens_exhausted", False),
}


class ObjectWait:
    """The waits for one object.

    :ivar entry: the object as it was read last, None if it does not exist or was not read.
    :ivar is_read: whether `entry` was read after the last request.
    """

    def __init__(self, executor: SteppedExecutor, obj: ObjectState) -> None:
        self._executor = executor
        self._obj = obj
        self._began = executor.clock.monotonic()
        self._ends = self._began + obj.desired.value.wait_timeout  # of all waits together
        self.entry: Entry | None = None
        self.is_read = False

    def wait(self, condition: Condition, ends: float | None = None) -> None:
        """Read the object by its id until the condition is reached; the last read is made when the time is over.

        :param ends: a moment of clock.monotonic(); None for that of the task's wait_timeout.
        :raises BceError: WaitTimeout, WaitFailed, ObjectVanished, ChangedMeanwhile; or what a read raises, unless the
            next read may succeed.
        """
        executor, obj = self._executor, self._obj
        clock, interval = executor.clock, executor.api.poll_interval
        ends, missing_since = self._ends if ends is None else ends, None
        while True:
            read_error = ""
            try:
                entry = executor.api.read(obj.outcome.object_id or "")
            except TEMPORARY_ERRORS as error:
                read_error = MESSAGES["wait_read_failed"] % {"text": error.message}
            else:
                self._take(entry)
                if condition.is_reached(entry.item if entry is not None else None):
                    return
                missing_since = None if entry is not None else missing_since or clock.monotonic()
                self._check_read(condition, missing_since)
            left = ends - clock.monotonic()
            if left < 0.001:  # sleep() may wake a little early
                current = obj.desired.type.describe_state(obj.outcome.item)
                words = {"seconds": clock.monotonic() - self._began, "current": current, "list_error": read_error}
                words["state"] = condition.describe(obj.outcome.item) if condition.describe is not None else ""
                raise self._ended("WaitTimeout", condition, **words)
            clock.sleep(min(interval, left))
            interval = min(MAX_POLL_INTERVAL, interval * 1.5)
            if executor.is_stopped:
                raise ConflictError(messages.MESSAGES["task_stopped"], "TaskStopped")

    def _take(self, entry: Entry | None) -> None:
        """Take the object as it was read as the current one."""
        self.entry, self.is_read = entry, True
        if entry is not None:
            self._obj.take_item(entry.item)

    def _check_read(self, condition: Condition, missing_since: float | None) -> None:
        """Raise an error if the condition cannot be reached any more."""
        obj, entry = self._obj, self.entry
        if entry is None:
            # A read may be stale as a list may.
            if self._executor.clock.monotonic() - (missing_since or 0.0) >= state.CONFIRMED_CREATE_TIMEOUT:
                raise self._ended("ObjectVanished", condition)
            return
        if obj.desired.is_absent and obj.entry is not None and entry.name != obj.entry.name:
            raise to_error(problem_of("ChangedMeanwhile", [entry]), self._executor.api, obj)
        status = (entry.item.fields.get("status") or "").lower()
        # What is being deleted may show any status until it is gone.
        is_final = status in obj.desired.type.final_states or entry.is_leaving
        if is_final and not obj.desired.is_absent:
            raise self._ended("WaitFailed", condition, current=status)

    def _ended(self, code: str, condition: Condition, **words: Any) -> BceError:
        words.update(goal=condition.goal, name=self._obj.name or getattr(self._obj.entry, "name", None))
        problem = problem_of(code, ids=(str(self._obj.outcome.object_id),))
        return to_error(problem._replace(words=tuple(words.items())), self._executor.api, self._obj)


class StepRun(ObjectWait):
    """The steps of one object, and its waits.

    :ivar done: the names of the steps that were applied.
    """

    def __init__(self, executor: SteppedExecutor, obj: ObjectState) -> None:
        """See ObjectWait."""
        super().__init__(executor, obj)
        self.done: list[str] = []

    @property
    def has_wait(self) -> bool:
        """Return whether the task waits for what its last step begins."""
        return bool(self._obj.desired.value.options.get("wait", True))

    def run(self, steps: Steps, list_began: float) -> None:
        """Run all steps.

        :param list_began: when the list was requested that the first step rests on, a moment of clock.monotonic().
        :raises BceError: that names the step.
        """
        item = self._obj.outcome.item
        step = next(steps, None)
        while step is not None:
            done = self._names_of_done
            try:
                self._run_step(step, list_began)
            except BceError as error:
                is_sent = done != self._names_of_done
                words = {"step": step.name, "done": ", ".join(done) or MESSAGES["step_none"], "text": error.message}
                text = MESSAGES["step_wait_failed" if is_sent else "step_failed"] % words
                if step.rollback is not None and not is_sent and not error.maybe_applied:
                    text += self._roll_back(step.rollback, list_began)
                self._report_partly_applied()
                raise _with_message(error, text) from error
            try:
                step = steps.send(self.entry.item if self.entry is not None else item)
            except StopIteration:
                return

    @property
    def _names_of_done(self) -> list[str]:
        """Return the names of what this run did to the object, its creation included."""
        obj = self._obj
        is_created = obj.creation.attempts and obj.outcome.object_id in obj.outcome.created_ids
        creation = MESSAGES["step_creation"] % {"label": obj.desired.type.label}
        return [creation, *self.done] if is_created else list(self.done)

    def _roll_back(self, step: Step, list_began: float) -> str:
        """Send a step in the place of one that was refused; return the words for what became of it."""
        # It may need its time although that of the task is over.
        self._ends = max(self._ends, self._executor.clock.monotonic() + state.CONFIRMED_CREATE_TIMEOUT)
        try:
            self._run_step(step, list_began)
        except BceError as error:
            return MESSAGES["step_rollback_failed"] % {"step": step.name, "text": error.message}
        return MESSAGES["step_rolled_back"] % {"step": step.name}

    def _run_step(self, step: Step, list_began: float) -> None:
        """Send one step, and wait for its condition, which also settles an unknown outcome."""
        unknown = self._send_step(step, list_began)
        if unknown is None:
            if step.until is not None and (self.has_wait or not step.is_last):
                self.wait(step.until)
        elif step.until is None:
            raise unknown
        else:
            try:
                self.wait(step.until, self._executor.clock.monotonic() + state.CONFIRMED_CREATE_TIMEOUT)
            except BceError:
                raise unknown from None
            self._note_sent(step)
            self.is_read = True

    def _send_step(self, step: Step, list_began: float) -> BceError | None:
        """Send the request of a step, if it has one; return an error that leaves its outcome unknown."""
        if step.send is None:
            return None
        # A deletion rests on the list, or on the last read of the object.
        began = self._executor.clock.monotonic() if self.is_read else list_began
        self.is_read = False
        try:
            request_id = step.send(random_token(), began + state.MAX_LIST_AGE)
        except BceError as error:
            if error.maybe_applied:
                return error
            raise
        self._obj.outcome.request_id = request_id or self._obj.outcome.request_id
        self._note_sent(step)
        return None

    def _note_sent(self, step: Step) -> None:
        self.done.append(step.name)
        self._obj.outcome.changed = self._obj.outcome.is_item_stale = True

    def _report_partly_applied(self) -> None:
        """Let the result of a failed update or deletion show the object as it is after the last request."""
        desired, outcome = self._obj.desired, self._obj.outcome
        if not outcome.changed:
            return
        try:
            if not self.is_read:
                self._take(self._executor.api.read(outcome.object_id or ""))
        except BceError:
            pass  # what was read before is the best that is known
        try:
            if self.entry is not None:
                outcome.after = desired.type.plan(desired.value, self.entry.item).before
        except BceError:
            return  # an object that cannot be changed any more has no plan


class SteppedExecutor(RequestExecutor):
    """A RequestExecutor for a SteppedApi."""

    api: SteppedApi

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        """See RequestExecutor."""
        super().__init__(*arguments, **keywords)
        self._runs: dict[int, StepRun] = {}

    def finish(self, objects: list[ObjectState]) -> None:
        """Report what was read last, and wait until the objects of `state: present` are ready."""
        for obj in objects:
            if obj.state != FAILED and not obj.desired.is_absent:
                try:
                    self._finish(obj)
                except Exception as error:  # an internal error must not lose what was done before
                    obj.outcome.problem, obj.state = Problem(WAIT_RAISED, error=error), FAILED

    def _finish(self, obj: ObjectState) -> None:
        run, outcome = self._run_of(obj), obj.outcome
        if run.is_read and run.entry is not None:
            obj.take_item(run.entry.item)
            if not (run.done or obj.creation.attempts):
                # Another run did it while this one waited.
                outcome.changed, outcome.before = False, outcome.after
        condition = self.api.ready(obj.desired.value)
        if condition is None or not run.has_wait or outcome.object_id is None:
            return
        is_unconfirmed = self.api.confirms_creations and obj.creation.attempts > 0 and not run.is_read
        if outcome.is_item_stale or is_unconfirmed or not condition.is_reached(outcome.item):
            run.wait(condition)

    def _run_of(self, obj: ObjectState) -> StepRun:
        if id(obj) not in self._runs:
            self._runs[id(obj)] = StepRun(self, obj)
        return self._runs[id(obj)]

    def _send(self, write: WriteRequest) -> WriteResult:
        """See RequestExecutor._send()."""
        obj = write.target
        if write.action not in (UPDATE, DELETE):
            return super()._send(write)
        if write.action == UPDATE:
            steps = self.api.update_steps(obj.plan, obj.outcome.item)
        elif self.clock.monotonic() > self._list_ended + state.MAX_LIST_AGE:
            return WriteResult(STALE)
        else:
            steps = self.api.deletion_steps(obj.desired.value, obj.outcome.item)
        self._run_of(obj).run(steps, self._list_began)
        return WriteResult(OK)


class SteppedResult(ObjectResult):
    """An ObjectResult whose error says what to look for if something may have been bought."""

    def _make_error(self, problem: Problem, api: ResourceApi) -> BceError:
        return to_error(problem, api, self.state)


class SteppedScope(ScopeReconciler):
    """A ScopeReconciler for a SteppedApi. A module imports it only if it needs it."""

    api: SteppedApi
    executor: SteppedExecutor
    executor_class = SteppedExecutor
    result_class = SteppedResult

    def plan(self) -> None:
        """See ScopeReconciler.plan(); plan again by what only a read of each object shows."""
        super().plan()
        for result in self.results:
            obj = result.state
            if obj.plan is not None and obj.entry is not None and obj.state != FAILED:
                run_step(obj, self._complete, obj)
                result.predicted, result.is_planned = predict_outcome(obj), obj.state != FAILED
            elif obj.state == CREATE:
                run_step(obj, self.api.check_creation, obj.desired.value)
                if obj.state == FAILED:
                    result.predicted, result.is_planned = predict_outcome(obj), False

    def _complete(self, obj: ObjectState) -> None:
        item = self.api.complete(obj.desired.value, obj.outcome.item)
        if item is not obj.outcome.item:
            plan = planner.plan_deletion if obj.desired.is_absent else planner.plan_existing
            plan(obj, obj.entry._replace(source=item))
        if obj.state == DELETE:
            self.api.check_deletion(obj.desired.value, item)

    def apply(self) -> None:
        """See ScopeReconciler.apply(); wait until the objects are ready."""
        planned = [(result.state, result.state.outcome.after) for result in self.results]
        super().apply()
        self.executor.finish([obj for obj, _after in planned])
        for obj, after in planned:
            self._correct_diff(obj, after)

    @staticmethod
    def _correct_diff(obj: ObjectState, after: dict[str, Any]) -> None:
        """Let the diff of an object that this run created begin with none, also if a later step completed it.

        That of one that is absent in the end has none after, also if a step failed because it was gone.
        """
        outcome = obj.outcome
        if obj.desired.is_absent and outcome.problem is None:
            outcome.after = after
        if not obj.creation.attempts or outcome.action != UPDATE or outcome.object_id not in outcome.created_ids:
            return
        outcome.action, outcome.before = CREATE, {}
        if outcome.problem is None:
            outcome.after = after


def to_error(problem: Problem, api: ResourceApi, obj: ObjectState) -> BceError:
    """See messages.to_error(); the error of a creation of unknown outcome says what to look for."""
    codes, templates = {**messages.CODES, **CODES}, {**messages.MESSAGES, **MESSAGES}
    if dict(problem.words).get("state"):
        codes["WaitTimeout"] = codes["WaitTimeout"]._replace(key="wait_timeout_state")
    error = messages.to_error(problem, api, obj, codes, templates)
    if not (error.maybe_applied and api.type.costs_money and obj.creation.attempts):
        return error
    words = words_of(obj.outcome.created_ids or ("none",), (), api, obj)
    return _with_message(error, MESSAGES["maybe_bought"] % dict(words, text=error.message))


def _with_message(error: BceError, message: str) -> BceError:
    """Return a copy of an error with another message."""
    copied = error.as_maybe_applied()
    copied.__dict__.update(error.__dict__, message=printable(message))
    return copied
