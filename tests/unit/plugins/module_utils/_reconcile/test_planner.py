# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is planned from a list."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.state import (
    DONE,
    FAILED,
    STALE,
    ConfirmRequest,
    ListRequest,
    Problem,
)
from ansible_collections.baiducloud.network.plugins.module_utils._resources import base
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import (
    CREATE,
    DELETE,
    UPDATE,
    WriteResult,
)
from protocol_run import (
    NAME,
    NUMBER,
    READ_ONLY,
    ExactNumberType,
    ProtocolRun,
    end_of,
    ended,
    entry,
    number_object,
    problem_code,
)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ([], CREATE),
        ([entry()], DONE),
        ([entry(item=8)], UPDATE),
        ([entry("another-name-of-a-tunnel")], CREATE),
        ([entry(object_id="id-1"), entry(object_id="id-2")], "AmbiguousName"),
        ([entry(is_leaving=True)], "StillDeleting"),
        ([entry(NAME.upper(), 8)], "SimilarName"),
        ([entry(NAME.replace("-", "%2D"), 8)], "SimilarName"),
        ([entry(NAME.replace("-", "&#45;"), 8)], "SimilarName"),
        ([entry(" " + NAME + "/", 8)], "SimilarName"),
        ([entry(NAME[:20], 8)], CREATE),
        ([entry(NAME[:19])], CREATE),
        ([entry(NAME.upper()), entry(NAME.title(), object_id="id-2")], "SimilarName"),
        ([entry(None)], "NameNotShown"),
        ([entry("")], "NameNotShown"),
        ([entry("id-1")], "NameNotShown"),
        ([entry(object_id=None)], "IdNotShown"),
        ([entry(is_leaving=True), entry(object_id="id-2")], DONE),
    ],
)
def test_plan_of_present_by_name(shown, expected):
    obj = number_object()
    run = ProtocolRun(obj)
    run.list_to_the_end(*shown)
    assert (end_of(obj)) == expected


@pytest.mark.parametrize("shown", [NAME.upper(), NAME + "-", NAME[:20], NAME[:20] + "...", NAME[:22] + "\u2026"])
def test_plan_of_an_equal_object_of_a_similar_name_adopts_it_with_a_warning(shown):
    obj = number_object()
    run = ProtocolRun(obj).list_to_the_end(entry(shown))
    assert run.is_over and ended(obj) == (DONE, None, False)
    assert (obj.outcome.object_id, obj.outcome.notes) == ("id-1", (("name_spelt_differently", ("id-1",), (shown,)),))


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ([], DONE),
        ([entry()], DELETE),
        ([entry(is_leaving=True)], DONE),
        ([entry(object_id="id-1"), entry(object_id="id-2")], "AmbiguousName"),
        ([entry(NAME.upper())], "SimilarName"),
        ([entry(None)], "NameNotShown"),
    ],
)
def test_plan_of_absent_by_name(shown, expected):
    obj = number_object(is_absent=True)
    ProtocolRun(obj).list_to_the_end(*shown)
    assert (end_of(obj)) == expected


@pytest.mark.parametrize(
    ("is_absent", "name", "shown", "expected"),
    [
        (False, NAME, [], "NotFound"),
        (False, NAME, [entry("old")], DONE),
        (False, NAME, [entry("old", object_id="id-1"), entry(object_id="id-2")], "NameConflict"),
        (False, NAME, [entry(), entry(object_id="id-2")], DONE),
        (False, None, [entry("any", 8)], UPDATE),
        (False, NAME, [entry(is_leaving=True)], "StillDeleting"),
        (True, NAME, [], DONE),
        (True, NAME, [entry("old")], "IdNameMismatch"),
        (True, NAME, [entry(None)], DELETE),
        (True, None, [entry("old"), entry(object_id="id-2")], DELETE),
        (True, None, [entry(is_leaving=True)], DONE),
    ],
)
def test_plan_by_id(is_absent, name, shown, expected):
    obj = number_object(name, "id-1", is_absent)
    ProtocolRun(obj).list_to_the_end(*shown)
    assert (end_of(obj)) == expected


def test_plan_of_a_failed_list_fails_every_obj_with_its_error():
    objects = number_object(), number_object("other")
    ProtocolRun(*objects).list(error="no list")
    assert [obj.outcome.problem for obj in objects] == [Problem("ListFailed", error="no list")] * 2


def test_plan_waits_for_a_deletion_as_long_as_the_task_allows():
    obj = number_object()
    run = ProtocolRun(obj).list(entry(is_leaving=True))
    assert run.request == ListRequest(False, 60.0)
    run.list(waited=42.0)
    assert run.actions == [CREATE]


# -- names that are exact ----------


@pytest.mark.parametrize("shown", [NAME.upper(), NAME + "-", NAME[:20], NAME.replace("-", "%2D")])
@pytest.mark.parametrize(("is_absent", "expected"), [(False, CREATE), (True, DONE)])
def test_similar_name_is_another_object_where_names_are_exact(shown, is_absent, expected):
    obj = number_object(is_absent=is_absent, resource_type=ExactNumberType)
    ProtocolRun(obj).list(entry(shown))
    assert end_of(obj) == expected and not obj.outcome.notes


def test_deletion_next_to_a_missing_similar_name_is_sent_if_names_are_exact():
    objects = [
        number_object(resource_type=ExactNumberType),
        number_object(NAME.upper(), is_absent=True, resource_type=ExactNumberType),
    ]
    run = ProtocolRun(*objects).list(entry(NAME.upper()))
    assert run.actions == [CREATE, DELETE]


def test_nameless_entry_blocks_a_creation_where_names_are_exact():
    obj = number_object(resource_type=ExactNumberType)
    ProtocolRun(obj).list_to_the_end(entry(None))
    assert end_of(obj) == "NameNotShown"


# -- objects that cannot be changed ----------


@pytest.mark.parametrize("is_absent", [False, True])
@pytest.mark.parametrize("object_id", ["id-1", None])
def test_read_only_object_ends_with_the_reason_of_its_type(is_absent, object_id):
    """A system route rule has no id; that it belongs to the system says more."""
    obj = number_object(is_absent=is_absent)
    run = ProtocolRun(obj).list(entry(item=READ_ONLY, object_id=object_id))
    assert run.is_over and end_of(obj) == "Raised" and "read-only" in str(obj.outcome.problem.error)
    assert obj.outcome.item == READ_ONLY and not obj.outcome.changed


# -- updates and deletions are verified ----------


def test_update_that_the_api_confirms_needs_no_further_list():
    obj = number_object()
    run = ProtocolRun(obj).list(entry(item=8)).write(WriteResult(base.OK))
    assert run.is_over and ended(obj) == (DONE, None, True)


def test_update_of_an_object_that_is_gone_creates_it_if_the_list_agrees():
    obj = number_object()
    run = ProtocolRun(obj).list(entry(item=8)).write(WriteResult(base.ABSENT, error="404")).list()
    assert run.actions == [CREATE]


def test_update_denied_for_a_listed_object_ends_with_the_error_of_the_api():
    obj = number_object()
    run = (
        ProtocolRun(obj).list(entry(item=8)).write(WriteResult(base.ABSENT, error="404")).list_to_the_end(entry(item=8))
    )
    assert run.is_over and obj.outcome.problem == Problem("Unsettled", error="404")


def test_update_of_unknown_outcome_is_done_if_a_list_shows_it():
    obj = number_object()
    run = ProtocolRun(obj).list(entry(item=8)).write(WriteResult(base.UNKNOWN, error="lost")).list(entry())
    assert run.is_over and ended(obj) == (DONE, None, True)


@pytest.mark.parametrize("is_absent", [False, True])
def test_write_to_an_entry_without_scope_needs_the_scopes_detail(is_absent):
    for confirmed, expected in ((set(), "ScopeNotConfirmed"), ({"id-1"}, None)):
        obj = number_object(is_absent=is_absent)
        run = ProtocolRun(obj).list(entry(item=8, is_confirmed=False))
        assert run.request == ConfirmRequest()
        run.send(confirmed)
        assert (run.is_over) == (expected is not None)
        assert problem_code(obj) == expected


@pytest.mark.parametrize(("outcome", "is_changed"), [(base.ABSENT, False), (base.UNKNOWN, True)])
def test_deletion_without_a_confirmation_is_done_when_a_list_shows_nothing(outcome, is_changed):
    obj = number_object(is_absent=True)
    run = ProtocolRun(obj).list(entry()).write(WriteResult(outcome)).list()
    assert run.is_over and ended(obj) == (DONE, None, is_changed)


def test_deletion_denied_for_a_listed_object_is_an_error():
    obj = number_object(is_absent=True)
    run = ProtocolRun(obj).list(entry()).write(WriteResult(base.ABSENT, error="404")).list_to_the_end(entry())
    assert run.is_over and obj.outcome.problem == Problem("Unsettled", error="404")


def test_update_that_finds_nothing_is_planned_again_from_a_fresh_list():
    """The object of the name may be another one by now."""
    obj = number_object()
    run = ProtocolRun(obj).list(entry(item=8)).write(WriteResult(base.ABSENT, error="404"))
    run.list(entry(item=9, object_id="id-2"))
    assert run.actions == [UPDATE] and run.request[0].object_id == "id-2"
    assert obj.outcome.before == {"number": 9}


# -- deletions whose list has become too old ----------


def deletion_with_a_stale_list(provided_id=None):
    """Return a deletion that was not sent, because its list was too old."""
    obj = number_object(provided_id=provided_id, is_absent=True)
    return obj, ProtocolRun(obj).list(entry()).write(WriteResult(STALE))


def test_deletion_with_a_stale_list_is_sent_after_an_equal_newer_list():
    obj, run = deletion_with_a_stale_list()
    assert run.list(entry()).actions == [DELETE]
    run.write(WriteResult(base.OK))
    assert run.is_over and ended(obj) == (DONE, None, True)


@pytest.mark.parametrize("shown", [[], [entry(is_leaving=True)]])
def test_deletion_with_a_stale_list_of_a_missing_object_is_no_change(shown):
    obj, run = deletion_with_a_stale_list()
    assert run.list(*shown).is_over and ended(obj) == (DONE, None, False)


def test_deletion_with_a_stale_list_of_a_renamed_object_is_not_sent():
    obj, run = deletion_with_a_stale_list()
    assert run.list(entry("renamed")).is_over and ended(obj) == (FAILED, "ChangedMeanwhile", False)


def test_deletion_with_a_stale_list_of_a_recreated_object_is_not_sent():
    obj, run = deletion_with_a_stale_list()
    assert run.list_to_the_end(entry(object_id="id-2")).is_over and end_of(obj) == "ChangedMeanwhile"


def test_deletion_by_a_newer_list_without_scope_needs_the_scopes_detail():
    obj, run = deletion_with_a_stale_list()
    assert run.list(entry(is_confirmed=False)).request == ConfirmRequest()
    assert run.send(set()).is_over and end_of(obj) == "ScopeNotConfirmed"


# -- updates after which the object may have another id ----------


class RenewedNumberType(ExactNumberType):
    keeps_id_on_update = False


def updated_object(*results, provided_id=None):
    """Return an object whose update has ended so, and the run."""
    obj = number_object(provided_id=provided_id, resource_type=RenewedNumberType)
    return obj, ProtocolRun(obj).list(entry(item=8)).write(*results or [WriteResult(base.OK)])


@pytest.mark.parametrize("object_id", ["id-1", "id-2"])
@pytest.mark.parametrize("provided_id", [None, "id-1"])
def test_update_reports_the_id_that_the_next_list_shows(object_id, provided_id):
    obj, run = updated_object(provided_id=provided_id)
    assert isinstance(run.request, ListRequest) and run.list(entry(object_id=object_id)).is_over
    assert ended(obj) == (DONE, None, True) and obj.outcome.object_id == object_id and obj.outcome.item == NUMBER


def test_update_waits_while_the_list_shows_the_old_object_or_none():
    obj, run = updated_object()
    run.list(entry(item=8)).list().list(entry(item=8), entry(object_id="id-2"))
    assert run.list(entry(object_id="id-2")).is_over and obj.outcome.object_id == "id-2"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ([entry(item=8)], (DONE, None, True)),
        ([entry(item=9, object_id="id-2")], (DONE, None, True)),
        ([], (FAILED, "ChangedMeanwhile", True)),
        ([entry(object_id="id-2"), entry(object_id="id-3")], (FAILED, "AmbiguousName", True)),
    ],
)
def test_update_that_no_list_shows_applied_ends_by_what_is_listed(shown, expected):
    obj, run = updated_object()
    assert run.list_to_the_end(*shown).is_over and ended(obj) == expected
    if expected[0] == DONE:
        assert obj.outcome.object_id == shown[0].object_id


@pytest.mark.parametrize("outcome", [base.UNKNOWN, base.ABSENT])
def test_update_whose_response_was_lost_takes_the_new_id_and_is_a_change(outcome):
    """An attempt was applied, so that the next one does not find the old id."""
    lost = SimpleNamespace(maybe_applied=True)
    obj, run = updated_object(WriteResult(outcome, error=lost))
    assert run.list(entry(object_id="id-2")).is_over
    assert ended(obj) == (DONE, None, True) and obj.outcome.object_id == "id-2"
