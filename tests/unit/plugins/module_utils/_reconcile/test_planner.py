# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is planned from a list."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.state import DONE, ListRequest, Problem
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import CREATE, DELETE, UPDATE
from protocol_run import NAME, READ_ONLY, ExactNumberType, ProtocolRun, end_of, ended, entry, number_object


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
    assert (obj.outcome.object_id, obj.outcome.notes) == ("id-1", (("NameSpeltDifferently", ("id-1",), (shown,)),))


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
