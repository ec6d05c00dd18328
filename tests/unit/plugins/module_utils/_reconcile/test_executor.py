# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every kind of object, over an API that is nothing but the interface of a resource."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import (
    AuthError,
    BusyError,
    DuplicateError,
    IdempotencyConflictError,
    NotFoundError,
    TransportError,
)
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.executor import classify_error
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.parallel_writes import ParallelWrites
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.results import ScopeReconciler
from ansible_collections.baiducloud.network.plugins.module_utils._resources import base
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import Listed, ResourceApi
from fake_clock import FakeClock
from protocol_run import NUMBER, Desired, NumberType, entry

OTHER_NAME = "branch-office-shanghai-02"


class NumberApi(ResourceApi):
    """A scope of numbers. Requests have the ids list-1, create-2, and so on, in one order.

    :ivar errors: operation -> the error that it raises. :ivar lists: what the next lists show; the last one stays.
    """

    type = NumberType()
    scope = "the scope"

    def __init__(self, *lists):
        self.lists = [list(entries) for entries in lists]
        self.errors = {}
        self.calls = []

    def _call(self, operation):
        self.calls.append(operation)
        if operation in self.errors:
            raise self.errors[operation]
        return "%s-%d" % (operation, len(self.calls))

    def token_names(self, name):
        return "number", name

    def list(self, deadline=None):
        request_id = self._call("list")
        return Listed(self.lists.pop(0) if len(self.lists) > 1 else self.lists[0], request_id, None)

    def create(self, target, token):
        return "id-9", self._call("create")

    def update(self, plan, token):
        return self._call("update")

    def delete(self, object_id, token, deadline):
        return self._call("delete")


def run(api, *desired_states, check_mode=False, write_order=None):
    states = list(desired_states or [Desired()])
    scope = ScopeReconciler(api, states, 60.0, clock=FakeClock(), write_order=write_order)
    scope.plan()
    if not check_mode:
        scope.apply()
    return scope.results[0] if len(desired_states) <= 1 else scope.results


MADE, CHANGED = entry(object_id="id-9"), entry(item=8)


# -- the request id: of the last write, else of the last read ----------


@pytest.mark.parametrize(
    ("lists", "desired", "request_id"),
    [
        ([[entry()]], Desired(), "list-1"),
        ([[], [MADE]], Desired(), "create-2"),
        ([[CHANGED]], Desired(), "update-2"),
        ([[entry()]], Desired(is_absent=True), "delete-2"),
        ([[]], Desired(is_absent=True), "list-1"),
        ([[entry(), entry(object_id="id-2")], [entry()]], Desired(), "list-2"),
    ],
    ids=["no change", "create", "update", "delete", "absent", "second list"],
)
def test_request_id_is_that_of_the_last_write_else_of_the_last_read(lists, desired, request_id):
    assert run(NumberApi(*lists), desired).request_id == request_id


def test_request_id_of_a_refused_write_is_that_of_its_response():
    api = NumberApi([CHANGED])
    api.errors["update"] = AuthError("denied", "AccessDenied", 403, "request-of-the-refusal")
    assert run(api).request_id == "request-of-the-refusal"


def test_request_id_in_check_mode_is_that_of_the_last_list():
    assert run(NumberApi([CHANGED]), check_mode=True).request_id == "list-1"


# -- internal errors keep the partial result ----------


@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_internal_error_of_a_write_keeps_what_is_known(operation):
    desired = Desired(is_absent=operation == "delete")
    api = NumberApi([] if operation == "create" else [CHANGED])
    api.errors[operation] = KeyError("defect")
    result = run(api, desired)
    assert (result.error.code, result.error.maybe_applied, result.changed) == ("InternalError", True, False)
    assert result.known_id == (None if operation == "create" else "id-1")


def test_internal_error_of_a_list_after_a_creation_reports_the_id():
    api = NumberApi([])
    create = api.create
    api.create = lambda *arguments: (create(*arguments), api.errors.update(list=KeyError("defect")))[0]
    result = run(api)
    assert (result.error.code, result.changed, result.known_id) == ("InternalError", True, "id-9")
    assert result.created_ids == ["id-9"] and result.request_id == "create-2"


def test_internal_error_of_the_first_list_fails_every_object():
    api = NumberApi([])
    api.errors["list"] = KeyError("defect")
    results = run(api, Desired(), Desired(OTHER_NAME))
    assert [result.error.code for result in results] == ["InternalError"] * 2


def test_internal_error_of_a_plan_ends_one_object_and_no_other():
    api = NumberApi([entry(), entry(OTHER_NAME, 8, "id-2")])
    api.type = NumberType()
    plan = api.type.plan
    api.type.plan = lambda desired, item: plan(desired, item) if desired.name == OTHER_NAME else {}["defect"]
    results = run(api, Desired(), Desired(OTHER_NAME))
    assert [result.error and result.error.code for result in results] == ["InternalError", None]
    assert results[1].changed and api.calls == ["list", "update"]


# -- the outcome before and after ----------


def test_outcome_of_check_mode_is_the_plan_as_if_it_had_been_applied():
    result = run(NumberApi([CHANGED]), check_mode=True)
    assert (result.changed, result.item, result.action, result.is_planned) == (True, NUMBER, base.UPDATE, True)
    assert (result.state.outcome.changed, result.state.outcome.item) == (False, 8)
    assert (result.before, result.after) == ({"number": 8}, {"number": NUMBER})


def test_outcome_of_a_refused_update_is_the_object_as_it_is():
    api = NumberApi([CHANGED])
    api.errors["update"] = AuthError("denied", "AccessDenied", 403)
    result = run(api)
    assert (result.changed, result.item, result.known_id, result.error.code) == (False, 8, "id-1", "AccessDenied")


# -- errors of writes ----------


@pytest.mark.parametrize(
    ("error", "of_creation", "of_another_write"),
    [
        (IdempotencyConflictError("used", "IdempotentParameterMismatch", 403), base.MISMATCH, base.REFUSED),
        (DuplicateError("taken", "NameRepeated", 400), base.EXISTS, base.REFUSED),
        (BusyError("busy", "OperationDenied", 409), base.EXISTS, base.REFUSED),
        (NotFoundError("gone", "NoSuchObject", 404), base.REFUSED, base.ABSENT),
        (AuthError("denied", "AccessDenied", 403), base.REFUSED, base.REFUSED),
        (TransportError("lost", "ConnectionFailed", maybe_applied=True), base.UNKNOWN, base.UNKNOWN),
        (BusyError("busy", "ServerBusy", 503, maybe_applied=True), base.UNKNOWN, base.UNKNOWN),
    ],
)
def test_outcome_of_an_error_depends_on_the_write(error, of_creation, of_another_write):
    assert (classify_error(error, True), classify_error(error, False)) == (of_creation, of_another_write)


# -- writes in parallel ----------


def api_of_conflicts(lists, operation, *errors):
    """Return an API that refuses one write after the other with these errors, and then no further one."""
    api, pending = NumberApi(*lists), list(errors)
    send = getattr(api, operation)

    def refuse(*arguments):
        result = send(*arguments)
        if pending:
            raise pending.pop(0)
        return result

    setattr(api, operation, refuse)
    return api


BUSY = BusyError("busy", "LastOperationNotFinished", 409)
CONFLICT = BusyError("busy", "Conflict", 409)
BUSY_AFTER_A_LOST_RESPONSE = BusyError("busy", "OperationDenied", 409, maybe_applied=True)


@pytest.mark.parametrize("error", [BUSY, CONFLICT], ids=lambda error: error.code)
@pytest.mark.parametrize(
    ("lists", "operation"),
    [([[], [MADE]], "create"), ([[CHANGED]], "update"), ([[entry()]], "delete")],
    ids=["create", "update", "delete"],
)
def test_write_that_may_overlap_others_is_sent_again_where_the_scope_is_busy(lists, operation, error):
    api = api_of_conflicts(lists, operation, error)
    result = run(api, Desired(is_absent=operation == "delete"), write_order=ParallelWrites(2))
    assert result.error is None and result.changed and api.calls.count(operation) == 2


def test_write_that_is_busy_in_its_own_turn_is_refused():
    api = api_of_conflicts([[CHANGED]], "update", BUSY, BUSY)
    assert run(api, write_order=ParallelWrites(2)).error.code == BUSY.code
    assert api.calls.count("update") == 2


@pytest.mark.parametrize(
    ("operation", "before", "after"),
    [("update", CHANGED, entry()), ("delete", entry(), None)],
    ids=["update", "delete"],
)
@pytest.mark.parametrize("is_applied", [True, False])
def test_busy_write_whose_earlier_attempt_may_have_been_applied_is_settled_by_lists(
    operation, before, after, is_applied
):
    """The second error is a clear refusal, which says nothing about the attempt before."""
    last = [after] if after and is_applied else [] if is_applied else [before]
    denied = AuthError("denied", "AccessDenied", 403)
    api = api_of_conflicts([[before], last], operation, BUSY_AFTER_A_LOST_RESPONSE, denied)
    result = run(api, Desired(is_absent=operation == "delete"), write_order=ParallelWrites(2))
    assert result.changed is is_applied and (result.error is None) is is_applied
    assert is_applied or result.error.maybe_applied


def test_creation_busy_after_an_unknown_outcome_is_sent_again_only_after_lists():
    """Such as 503 with a code that says busy."""
    api = api_of_conflicts([[], [MADE]], "create", BUSY_AFTER_A_LOST_RESPONSE)
    result = run(api, write_order=ParallelWrites(2))
    assert result.error is None and result.created_ids == ["id-9"] and "create" not in api.calls[2:]


@pytest.mark.parametrize("size", [1, 8])
def test_writes_of_a_round_are_deletions_then_updates_then_creations(size):
    """A new object may need what an older one has, such as its networks."""
    names = ["branch-office-%02d" % number for number in range(9)]
    there = [entry(name, 8, "id-%d" % number) for number, name in enumerate(names[3:])]
    api = NumberApi(there)
    run(
        api, *[Desired(name, is_absent=place > 5) for place, name in enumerate(names)], write_order=ParallelWrites(size)
    )
    assert api.calls[1:10] == ["delete"] * 3 + ["update"] * 3 + ["create"] * 3
