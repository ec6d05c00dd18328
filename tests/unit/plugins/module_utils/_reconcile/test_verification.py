# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How updates and deletions are verified."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.state import (
    DONE,
    FAILED,
    STALE,
    ConfirmRequest,
    Problem,
)
from ansible_collections.baiducloud.network.plugins.module_utils._resources import base
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import (
    CREATE,
    DELETE,
    UPDATE,
    WriteResult,
)
from protocol_run import ProtocolRun, end_of, ended, entry, number_object, problem_code


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


def deletion_with_a_stale_list(given_id=None):
    """Return a deletion that was not sent, because its list was too old."""
    obj = number_object(given_id=given_id, is_absent=True)
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
