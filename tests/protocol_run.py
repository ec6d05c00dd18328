# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of the reconciler in which the test plays the API; the objects are nothing but a number."""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.planner import View
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.purge import Purge
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.reconciler import Reconciler
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.state import (
    DesiredObject,
    ListRequest,
    ObjectState,
)
from ansible_collections.baiducloud.network.plugins.module_utils._resources import base
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import Entry, ResourceType

NAME = "branch-office-beijing-01"
NUMBER = 7  # the desired parameter
READ_ONLY = -1  # the parameter of an object that cannot be changed


class Desired(NamedTuple):
    """The desired state of one object."""

    name: str | None = NAME
    provided_id: str | None = None
    is_absent: bool = False
    client_token: str | None = None
    number: int = NUMBER


class Plan(NamedTuple):
    """What a plan has to have."""

    action: str
    target: Any
    before: dict
    after: dict
    warnings: tuple = ()
    secret_key_changed: bool = False


class NumberType(ResourceType):
    """A kind of object whose only parameter is a number."""

    label, name_option, id_option = "number", "name", "number_id"

    def keys(self, desired):
        return base.Identity(desired.name, desired.provided_id, desired.is_absent, desired.client_token)

    def plan(self, desired, item):
        if item == READ_ONLY:
            raise ValueError("the number is read-only")
        before = {} if item is None else {"number": item}
        if desired.is_absent:
            return Plan(base.DELETE, None, before, {})
        if item is None:
            return Plan(base.CREATE, desired.number, before, {"number": desired.number})
        action = base.NOOP if item == desired.number else base.UPDATE
        return Plan(action, desired.number, before, {"number": desired.number})

    def is_equal(self, desired, item):
        return item == desired.number

    is_same_connection = is_applied = is_equal

    def signature(self, item):
        return item


class ExactNumberType(NumberType):
    """The same where only an equal name means the same object, such as "source -> destination" of a route."""

    has_exact_names = True


class BilledNumberType(NumberType):
    """The same where each object costs money."""

    costs_money = True


def number_object(name=NAME, provided_id=None, is_absent=False, client_token=None, resource_type=NumberType):
    """Return the state of an object of a task."""
    return ObjectState(DesiredObject(resource_type(), Desired(name, provided_id, is_absent, client_token)))


def entry(name=NAME, item=NUMBER, object_id="id-1", is_leaving=False, is_confirmed=True, age=1):
    """Return an entry of a list."""
    return Entry(object_id, name, is_leaving, is_confirmed, age, item)


def surplus(object_id):
    return ObjectState(DesiredObject(NumberType(), Desired(None, object_id, True), is_surplus=True))


class ProtocolRun:
    """A reconciler at work.

    :ivar request: the request that waits for its response; None at the end.
    """

    def __init__(self, *objects, purge=False):
        self.reconciler = Reconciler(list(objects), 60.0, Purge(surplus) if purge else None)
        self._steps = self._all()
        self.request = next(self._steps)

    def _all(self):
        yield from self.reconciler.plan()
        yield from self.reconciler.apply()

    def send(self, response):
        """Respond to the request."""
        try:
            self.request = self._steps.send(response)
        except StopIteration:
            self.request = None
        return self

    def list(self, *entries, waited=0.0, error=None):
        """Respond to a list."""
        assert isinstance(self.request, ListRequest)
        return self.send(View(entries, self.reconciler.names, waited, 1, error))

    def list_to_the_end(self, *entries):
        """Respond to lists until the reconciler requests something else."""
        self.list(*entries)
        while isinstance(self.request, ListRequest) and not self.request.is_first:
            self.list(*entries, waited=self.request.timeout)
        return self

    def write(self, *results):
        """Respond to a batch of writes."""
        assert isinstance(self.request, tuple) and len(self.request) == len(results), self.request
        return self.send(results)

    @property
    def actions(self):
        """Return the actions of the batch that waits for its responses."""
        return [write.action for write in self.request]

    @property
    def is_over(self):
        """Return True if the reconciler has ended."""
        return self.request is None


def problem_code(obj):
    """Return the code of an object's problem, or None."""
    return obj.outcome.problem.code if obj.outcome.problem else None


def end_of(obj):
    """Return the code of the problem of an object, else its state."""
    return problem_code(obj) or obj.state


def ended(obj):
    """Return how an object ended: (state, code of its problem, changed)."""
    return obj.state, problem_code(obj), obj.outcome.changed
