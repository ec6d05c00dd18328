# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task reports of one object, as far as the run has come."""

from __future__ import annotations

import copy
from typing import Any

from .._bce.errors import BceError
from .._resources.base import DELETE, NOOP, UPDATE, Entry
from . import messages
from .executor import RequestExecutor
from .reconciler import Reconciler
from .state import FAILED, ObjectState, Outcome, Problem


def predict_outcome(obj: ObjectState) -> Outcome:
    """Return the outcome that applying the plan is expected to have, for check mode."""
    outcome = copy.copy(obj.outcome)
    if obj.state != FAILED and obj.plan is not None:
        outcome.changed = obj.plan.action != NOOP
        outcome.secret_key_changed = obj.plan.secret_key_changed
        outcome.item = obj.plan.target
    if obj.state == DELETE:
        outcome.changed, outcome.item = True, None
    return outcome


class ObjectResult:
    """Report one object of a task; after the plan as if it had been applied, and from then on as it is.

    :ivar state: the ObjectState; it is not to be changed.
    :ivar predicted: the expected outcome, None as soon as the plan is being applied.
    :ivar is_planned: True if the object could be planned.

    More than 150 lines because it has one property for each value of a result.
    """

    def __init__(self, state: ObjectState, reconciler: Reconciler, executor: RequestExecutor) -> None:
        self.state = state
        self.predicted: Outcome | None = None
        self.is_planned = False
        self._reconciler = reconciler
        self._executor = executor
        self._error: BceError | None = None

    @property
    def outcome(self) -> Outcome:
        """Return the outcome, the expected one before the plan is applied."""
        return self.predicted if self.predicted is not None else self.state.outcome

    # -- what the task says ----------

    @property
    def desired(self) -> Any:
        """Return the desired state that the task gives."""
        return self.state.desired.value

    @property
    def name(self) -> str | None:
        """Return the natural key, None where the task gives only an id."""
        return self.state.desired.name

    @property
    def is_absent(self) -> bool:
        """Return True if the object is to be absent."""
        return self.state.desired.is_absent

    @property
    def is_surplus(self) -> bool:
        """Return True if the object is one that a purge deletes."""
        return self.state.desired.is_surplus

    # -- what happened ----------

    @property
    def changed(self) -> bool:
        """Return True if the run changed something."""
        return self.outcome.changed

    @property
    def action(self) -> str:
        """Return the action of the plan."""
        return self.outcome.action

    @property
    def item(self) -> Any:
        """Return the object as it is, None if it does not exist."""
        return self.outcome.item

    @property
    def before(self) -> dict:
        """Return the first half of the diff."""
        return self.outcome.before

    @property
    def after(self) -> dict:
        """Return the second half of the diff."""
        return self.outcome.after

    @property
    def secret_key_changed(self) -> bool:
        """Return True if the run changed the secret key."""
        return self.outcome.secret_key_changed

    @property
    def request_id(self) -> str | None:
        """Return the request id of the last write, else of the last read."""
        return self.outcome.request_id or self._executor.request_id

    @property
    def known_id(self) -> str | None:
        """Return the id of the object, as far as it is known."""
        return self.outcome.object_id

    @property
    def created_ids(self) -> list[str]:
        """Return the ids that the API returned to creations of this task, or that these may have made.

        Without those that existed before, and after a success without those of which the API says that they do not
        exist, because these were replayed.
        """
        denied = () if self.problem else self.state.creation.denied_ids
        return [
            created
            for created in self.outcome.created_ids
            # A list may show an id after all, although the API said that it does not exist.
            if created not in self._reconciler.base and (created not in denied or created == self.known_id)
        ]

    @property
    def all_warnings(self) -> list[str]:
        """Return the warnings of the plan and of the protocol."""
        notes = [messages.to_warning(note, self._executor.api, self.state) for note in self.outcome.notes]
        return list(self.outcome.warnings) + notes

    @property
    def secrets(self) -> set[Any]:
        """Return the keys, old and new, that may stand in a text of the object."""
        return self.state.secrets

    @property
    def secrets_of_scope(self) -> set[Any]:
        """Return the keys of all objects of the scope, as far as a list showed them."""
        return self._executor.secrets

    # -- how it ended ----------

    @property
    def problem(self) -> Problem | None:
        """Return why the object failed, or None."""
        return self.state.outcome.problem

    @property
    def error(self) -> BceError | None:
        """Return the error that the task reports, or None."""
        if self.problem is not None and self._error is None:
            self._error = messages.to_error(self.problem, self._executor.api, self.state)
        return self._error

    @property
    def failure_text(self) -> str:
        """Return the message of the error; it says so if the request may have been applied."""
        error = self.error
        if error is None:
            return ""
        text = error.message
        if error.maybe_applied and not self.changed:
            text += ". The request may have been applied: run the task again, it resumes from the current state"
        return text

    @property
    def is_over(self) -> bool:
        """Return True if nothing is left to be done."""
        return self.state.is_over

    @property
    def entry(self) -> Entry | None:
        """Return the entry of a list that was taken as the object, or None."""
        return self.state.entry

    @property
    def planned_id(self) -> str | None:
        """Return the id of the object that the plan starts from, or None."""
        return self.entry.object_id if self.entry is not None else None

    @property
    def new_name(self) -> str | None:
        """Return the name that the object gets, if it is not the current one; or None."""
        entry = self.entry
        is_renamed = entry is not None and self.state.state == UPDATE and entry.name != self.name
        return self.name if is_renamed and self.name else None
