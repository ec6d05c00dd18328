# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a purge deletes, and what stops it."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.state import STALE
from ansible_collections.baiducloud.network.plugins.module_utils._resources import base
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import CREATE, DELETE, WriteResult
from protocol_run import NAME, NUMBER, ExactNumberType, ProtocolRun, end_of, entry, number_object, problem_code

OTHER = entry("something-else-altogether", 8, "id-2")


def test_purge_deletes_what_two_lists_show_alike():
    run = ProtocolRun(number_object(), purge=True).list(entry(), OTHER).list(entry(), OTHER)
    assert [(write.action, write.object_id) for write in run.request] == [(DELETE, "id-2")]


def test_purge_with_nothing_to_delete_reads_one_list():
    run = ProtocolRun(number_object(), purge=True).list(entry())
    assert run.is_over and run.reconciler.purge.problem is None


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        ([entry(), OTHER, entry(None, 8, "id-3")], "PurgeUnclear"),
        ([entry(), OTHER, entry("more-of-it", 8, None)], "PurgeUnclear"),
        ([entry(), entry(NAME.upper(), 8, "id-3")], "PurgeSimilar"),
        ([entry(), entry("something-else-altogether", NUMBER, "id-3")], "PurgeEqual"),
        ([entry("something-else-altogether", NUMBER, "id-3")], "PurgeEqual"),
    ],
)
def test_purge_of_an_unclear_list_deletes_nothing(shown, code):
    run = ProtocolRun(number_object(), purge=True).list_to_the_end(*shown)
    assert run.reconciler.purge.problem.code == code
    assert run.is_over or run.actions == [CREATE]


@pytest.mark.parametrize(
    ("second", "code"),
    [
        ([OTHER], "PurgeNotShown"),
        ([entry(item=8), OTHER], "PurgeNotShown"),
        ([entry(object_id="id-7"), OTHER], "PurgeNotShown"),
        ([entry(NAME.upper()), OTHER], "PurgeNotShown"),
        ([entry(), OTHER, entry(None, 8, "id-3")], "PurgeUnclear"),
    ],
)
def test_purge_deletes_nothing_if_the_second_list_does_not_confirm_it(second, code):
    run = ProtocolRun(number_object(), purge=True).list(entry(), OTHER).list_to_the_end(*second)
    assert run.is_over and run.reconciler.purge.problem.code == code


def test_purge_leaves_alone_what_changed_between_the_two_lists():
    run = ProtocolRun(number_object(), purge=True).list(entry(), OTHER).list(entry(), OTHER._replace(source=9))
    assert run.is_over
    assert problem_code(run.reconciler.objects[1]) == "ChangedMeanwhile"


def test_purge_is_skipped_if_an_object_failed():
    run = ProtocolRun(number_object(), purge=True).list(OTHER).write(WriteResult(base.REFUSED, error="no"))
    assert run.is_over and run.reconciler.purge.is_skipped


def test_purge_knows_objects_of_one_name_by_the_ids_that_the_task_gives():
    objects = number_object(NAME, "id-1"), number_object(NAME, "id-3")
    listed = entry(object_id="id-1"), entry(object_id="id-3"), OTHER
    run = ProtocolRun(*objects, purge=True).list(*listed).list(*listed)
    assert [(write.action, write.object_id) for write in run.request] == [(DELETE, "id-2")]


def test_purge_of_a_second_object_of_a_name_given_by_id_is_refused():
    run = ProtocolRun(number_object(NAME, "id-1"), purge=True).list_to_the_end(
        entry(object_id="id-1"), entry(object_id="id-3")
    )
    assert run.is_over and run.reconciler.purge.problem.ids == ("id-3",)


@pytest.mark.parametrize(
    ("newer", "expected"),
    [
        ([entry(), OTHER], DELETE),
        ([entry(), OTHER._replace(source=9)], "ChangedMeanwhile"),
        ([entry(), OTHER, entry(None, 8, "id-3")], "ChangedMeanwhile"),
    ],
    ids=["same", "changed", "unclear"],
)
def test_purge_with_a_stale_list_is_confirmed_by_a_newer_one(newer, expected):
    run = ProtocolRun(number_object(), purge=True).list(entry(), OTHER).list(entry(), OTHER)
    run.write(WriteResult(STALE)).list(*newer)
    assert end_of(run.reconciler.objects[1]) == expected


def test_purge_of_an_equal_object_of_another_name_is_planned_where_names_are_exact():
    obj = number_object(resource_type=ExactNumberType)
    run = ProtocolRun(obj, purge=True).list(entry(), entry("something-else-altogether", NUMBER, "id-3"))
    assert run.reconciler.purge.problem is None and len(run.reconciler.objects) == 2
