# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lists and responses mean for a creation; tests/model/ explores the protocol as a whole."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._reconcile import state
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.state import (
    DONE,
    FAILED,
    PROBE,
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
    BilledNumberType,
    ExactNumberType,
    NumberType,
    ProtocolRun,
    ended,
    entry,
    number_object,
    problem_code,
)


def created(*before, client_token=None, response=None, resource_type=NumberType):
    """Return an object and the run in which its creation got a response."""
    obj = number_object(client_token=client_token, resource_type=resource_type)
    run = ProtocolRun(obj).list(*before)
    assert run.actions == [CREATE]
    return obj, run.write(response or WriteResult(base.OK, "id-9"))


def test_creation_that_the_list_shows_is_done_after_three_requests():
    obj, run = created()
    run.list(entry(object_id="id-9"))
    assert run.is_over and ended(obj) == (DONE, None, True)
    assert (obj.outcome.object_id, obj.outcome.created_ids) == ("id-9", ("id-9",))


@pytest.mark.parametrize("shown", ["a-tunnel-of-another-name", None, "", "id-9", NAME.upper() + "X"])
def test_creation_shown_under_another_name_fails_with_its_id(shown):
    obj, run = created()
    run.list_to_the_end(entry(shown, object_id="id-9"))
    assert run.is_over and ended(obj) == (FAILED, "NameShownDifferently", True)
    assert obj.outcome.problem.ids == obj.outcome.created_ids == ("id-9",)


@pytest.mark.parametrize("shown", [NAME.upper(), NAME[:20], NAME + "."])
def test_creation_shown_under_a_similar_name_is_done_with_a_warning(shown):
    obj, run = created()
    run.list_to_the_end(entry(shown, object_id="id-9"))
    assert run.is_over and ended(obj) == (DONE, None, True)
    assert obj.outcome.object_id == "id-9" and obj.outcome.notes[0][0] == "name_spelt_differently"


def test_creation_with_the_id_of_an_equal_object_of_another_name_is_an_error():
    """It was renamed within the last 24 hours, or the API shows other names: the response does not say which."""
    obj, run = created(entry("old-name-of-the-tunnel", object_id="id-9"))
    run.list_to_the_end(entry("old-name-of-the-tunnel", object_id="id-9"))
    assert run.is_over and ended(obj) == (FAILED, "RenamedOrShownDifferently", False)


def test_creation_replaying_a_renamed_changed_object_takes_next_token():
    obj, run = created(entry("old-name-of-the-tunnel", 8, "id-9"))
    run.list_to_the_end(entry("old-name-of-the-tunnel", 8, "id-9"))
    assert run.actions == [CREATE] and run.request[0].token == (1, 0)


def test_creation_that_no_list_shows_is_probed_before_the_next_token():
    obj, run = created()
    run.list_to_the_end()
    assert run.actions == [PROBE] and run.request[0].object_id == "id-9"
    run.write(WriteResult(base.ABSENT))
    assert run.actions == [CREATE] and run.request[0].token == (1, 0)


def test_creation_that_the_api_confirms_is_never_repeated():
    obj, run = created()
    run.list_to_the_end().write(WriteResult(base.OK))
    assert run.request == ListRequest(True, state.CONFIRMED_CREATE_TIMEOUT)
    run.list_to_the_end()
    assert run.is_over and ended(obj) == (FAILED, "CreationNotVisible", True)


def test_creations_end_after_three_attempts_the_last_with_a_minute_token():
    obj, run = created()
    tokens = [(0, 0)]
    for number in range(2):
        run.list_to_the_end().write(WriteResult(base.ABSENT))
        tokens.append(run.request[0].token)
        run.write(WriteResult(base.OK, f"id-{number}"))
    run.list_to_the_end().write(WriteResult(base.ABSENT))
    assert run.is_over and ended(obj) == (FAILED, "IdempotencyTokensExhausted", False)
    assert tokens == [(0, 0), (1, 0), (2, 1)]
    assert obj.outcome.created_ids == ("id-9", "id-0", "id-1")


def test_creation_that_a_probe_does_not_clearly_deny_is_never_repeated():
    """A refusal of the probe for another reason, such as missing rights, does not say that the object is gone."""
    obj, run = created()
    run.list_to_the_end().write(WriteResult(base.UNKNOWN, error="403"))
    run.list_to_the_end()
    assert run.is_over and ended(obj) == (FAILED, "CreationNotVisible", True)


def test_refusal_after_an_unknown_outcome_is_settled_by_lists():
    """The second attempt may be refused because of what the first one made."""
    for shown, expected in (([entry(object_id="id-9")], (DONE, None, True)), ([], (FAILED, "Refused", False))):
        obj, run = created(response=WriteResult(base.UNKNOWN, error="lost"))
        run.list_to_the_end().write(WriteResult(base.REFUSED, error="quota"))
        run.list_to_the_end(*shown)
        assert run.is_over and ended(obj) == expected and obj.creation.is_unknown


def test_deletion_of_a_possible_spelling_of_a_desired_name_is_refused():
    objects = number_object(NAME), number_object(NAME.upper(), is_absent=True)
    run = ProtocolRun(*objects).list(entry(NAME.upper()))
    assert run.is_over and [problem_code(obj) for obj in objects] == ["SimilarName"] * 2


def test_deletion_next_to_a_listed_object_of_similar_name_is_sent():
    objects = number_object(NAME), number_object(NAME.upper(), is_absent=True)
    run = ProtocolRun(*objects).list(entry(NAME), entry(NAME.upper(), object_id="id-2"))
    assert [(write.action, write.object_id) for write in run.request] == [(DELETE, "id-2")]


def test_failed_creation_reports_no_ids_of_other_creations():
    objects = number_object(), number_object("other-name-of-a-tunnel")
    run = ProtocolRun(*objects).list().write(WriteResult(base.OK, "id-8"), WriteResult(base.OK, "id-9"))
    run.list_to_the_end(entry(None, object_id="id-8"), entry(None, object_id="id-9"))
    assert [obj.outcome.created_ids for obj in objects] == [("id-8",), ("id-9",)]


def test_creation_that_a_stale_list_shows_after_another_creation_is_a_change():
    obj, run = created()
    run.list_to_the_end().write(WriteResult(base.ABSENT)).write(WriteResult(base.OK, "id-10"))
    run.list_to_the_end(entry(object_id="id-9"))
    assert (
        ended(obj) == (DONE, None, True)
        and obj.outcome.object_id == "id-9"
        and obj.outcome.created_ids == ("id-9", "id-10")
    )


def test_creation_that_a_stale_list_shows_after_a_mismatch_is_a_change():
    obj, run = created()
    run.list_to_the_end().write(WriteResult(base.ABSENT)).write(WriteResult(base.MISMATCH, error="used before"))
    run.list_to_the_end(entry(object_id="id-9"))
    assert ended(obj) == (DONE, None, True) and obj.outcome.object_id == "id-9"


def test_creation_with_the_users_own_token_takes_no_other():
    obj, run = created(client_token="token")
    run.list_to_the_end().write(WriteResult(base.ABSENT, error="404 of the probe"))
    assert obj.outcome.problem == Problem("ClientTokenReused", ("id-9",)) and not obj.outcome.changed


def test_creation_with_a_used_client_token_ends_with_the_error_of_the_api():
    obj, run = created(client_token="token", response=WriteResult(base.MISMATCH, error="used before"))
    run.list_to_the_end()
    assert obj.outcome.problem == Problem("ClientTokenReused", error="used before")


def test_creation_of_unknown_outcome_is_repeated_with_the_same_token():
    lost = WriteResult(base.UNKNOWN, error="lost")
    obj, run = created(response=lost)
    for _attempt in range(2):
        run.list_to_the_end()
        assert run.actions == [CREATE] and run.request[0].token == (0, 0)
        run.write(lost)
    run.list_to_the_end()
    assert run.is_over and obj.outcome.problem == Problem("Unsettled", error="lost")


def test_creation_of_unknown_outcome_is_not_repeated_next_to_a_candidate():
    obj, run = created(response=WriteResult(base.UNKNOWN, error="lost"))
    run.list_to_the_end(entry("something-else-altogether", object_id="id-9"))
    assert run.is_over and ended(obj)[1] == "NameShownDifferently"
    assert obj.outcome.created_ids == ("id-9",)


@pytest.mark.parametrize(("item", "expected"), [(NUMBER, (DONE, None, True)), (8, (UPDATE, None, False))])
def test_creation_of_unknown_outcome_takes_the_object_of_the_name(item, expected):
    """One of other parameters is another run's: it is updated, and was not made by this task."""
    obj, run = created(response=WriteResult(base.UNKNOWN, error="lost"))
    run.list_to_the_end(entry(item=item, object_id="id-9"))
    assert ended(obj) == expected


def test_creation_next_to_a_younger_duplicate_is_done_with_a_warning():
    obj, run = created()
    run.list_to_the_end(entry(object_id="id-9", age=1), entry(object_id="id-2", age=2))
    assert run.is_over and ended(obj) == (DONE, None, True)
    assert obj.outcome.notes[0][:2] == ("duplicates", ("id-2",))


def test_creation_next_to_an_older_duplicate_fails_and_deletes_nothing():
    obj, run = created()
    run.list_to_the_end(entry(object_id="id-9", age=2), entry(object_id="id-2", age=1))
    assert run.is_over and ended(obj) == (FAILED, "AmbiguousName", True)


def test_creation_of_a_name_that_the_api_calls_taken_takes_the_listed_object():
    obj, run = created(response=WriteResult(base.EXISTS, error="exists"))
    run.list().list(entry(object_id="id-2"), waited=0.3)
    assert ended(obj) == (DONE, None, False) and obj.outcome.object_id == "id-2"


def test_one_id_for_two_creations_is_an_error_of_both():
    objects = number_object(), number_object("other-name-of-a-tunnel")
    run = ProtocolRun(*objects).list().write(WriteResult(base.OK, "id-9"), WriteResult(base.OK, "id-9"))
    run.list_to_the_end()
    assert problem_code(objects[1]) == "IdRepeated" and objects[1].outcome.created_ids == ("id-9",)


def test_replayed_creation_is_not_repeated_next_to_a_candidate():
    older = entry("old-name-of-the-tunnel", 8, "id-9")
    obj, run = created(older)
    run.list_to_the_end(older, entry(NAME[:20], NUMBER, "id-10"))
    assert run.is_over and ended(obj)[:2] == (FAILED, "NameShownDifferently")
    assert "id-10" in obj.outcome.created_ids


def test_new_id_under_a_similar_name_is_not_adopted_where_names_are_exact():
    obj = number_object(resource_type=ExactNumberType)
    run = ProtocolRun(obj).list().write(WriteResult(base.OK, "id-9"))
    run.list_to_the_end(entry(NAME.upper(), object_id="id-9"))
    assert ended(obj) == (FAILED, "NameShownDifferently", True)


@pytest.mark.parametrize(
    ("result", "changed"),
    [
        (WriteResult(base.MISMATCH, error="used before"), False),
        (WriteResult(base.EXISTS, error="exists"), False),
        (WriteResult(base.UNKNOWN, error="lost"), True),
        (WriteResult(base.OK, "id-1"), False),
    ],
    ids=["mismatch", "exists", "unknown", "replayed"],
)
def test_adopted_object_is_a_change_only_if_this_run_may_have_made_it(result, changed):
    """After an unknown outcome a new, equal object of the name is taken for ours."""
    gone = entry("other-name-of-a-tunnel", 8, "id-1")
    obj, run = created(gone, response=result)
    run.list_to_the_end(gone, entry(object_id="id-9"))
    assert ended(obj) == (DONE, None, changed) and obj.outcome.object_id == "id-9"


def test_equal_new_object_of_another_name_is_no_candidate_where_names_are_exact():
    """Another user makes a route with the same next hop meanwhile."""
    obj = number_object(resource_type=ExactNumberType)
    run = ProtocolRun(obj).list().write(WriteResult(base.UNKNOWN, error="lost"))
    run.list_to_the_end(entry("another-name-of-a-tunnel", object_id="id-9"))
    assert run.actions == [CREATE] and run.request[0].token == (0, 0)


# -- what costs money ----------

LOST = WriteResult(base.UNKNOWN, error="lost")


def bought(*before, **keywords):
    """See created()."""
    return created(*before, resource_type=BilledNumberType, **keywords)


def test_purchase_of_unknown_outcome_is_repeated_once_after_thirty_seconds_of_lists():
    obj, run = bought(response=LOST)
    assert run.request == ListRequest(True, 30.0)
    run.list().list(waited=29.9)
    assert run.request == ListRequest(False, 30.0)
    run.list(waited=30.0)
    assert run.actions == [CREATE] and run.request[0].token == (0, 0)
    run.write(LOST).list_to_the_end()
    assert run.is_over and obj.outcome.problem == Problem("Unsettled", error="lost")


def test_purchase_of_unknown_outcome_that_a_list_shows_needs_no_long_wait():
    obj, run = bought(response=LOST)
    run.list(entry(object_id="id-9")).list(entry(object_id="id-9"), waited=state.STALE_LIST_TIMEOUT)
    assert run.is_over and ended(obj) == (DONE, None, True) and obj.outcome.created_ids == ("id-9",)


def test_purchase_takes_the_next_token_once_lists_and_a_read_show_that_the_object_is_gone():
    obj, run = bought()
    run.list().list(waited=29.9)
    assert isinstance(run.request, ListRequest)
    run.list(waited=30.0)
    assert run.actions == [PROBE] and run.request[0].object_id == "id-9"
    run.write(WriteResult(base.ABSENT))
    assert run.actions == [CREATE] and run.request[0].token == (1, 0)


@pytest.mark.parametrize(
    ("response", "before", "ids"),
    [
        (WriteResult(base.MISMATCH, error="used before"), (), ("id unknown",)),
        (None, (entry("old-name-of-the-tunnel", 8, "id-9"),), ("id-9",)),
        (None, (entry("old-name-of-the-tunnel", 8, "id-9", is_leaving=True),), ("id-9",)),
    ],
    ids=["other options", "renamed", "being deleted"],
)
def test_purchase_whose_replayed_object_is_not_known_to_be_gone_fails(response, before, ids):
    obj, run = bought(*before, response=response)
    run.list_to_the_end(*before)
    assert run.is_over and obj.outcome.problem == Problem("EarlierCreationUnclear", ids) and not obj.outcome.changed


@pytest.mark.parametrize("name", ["name-of-the-tunnel", "another-name-of-a-tunnel"])
def test_purchase_that_was_listed_and_is_gone_is_not_repeated(name):
    """The cloud gave it up. Each further token would buy another one that ends alike."""
    obj, run = bought()
    run.list(entry(name, object_id="id-9", is_leaving=True)).list_to_the_end()
    assert run.actions == [PROBE]
    run.write(WriteResult(base.ABSENT))
    assert run.is_over and ended(obj) == (FAILED, "BoughtAndGone", True)
    assert obj.outcome.problem.ids == ("id-9",)


def test_purchase_of_unknown_outcome_that_was_listed_and_is_gone_is_not_repeated():
    """Its token is sent again, and replayed."""
    obj, run = bought(response=LOST)
    run.list(entry(object_id="id-9")).list(waited=29.0).list(waited=30.0).write(WriteResult(base.OK, "id-9"))
    run.list_to_the_end().write(WriteResult(base.ABSENT))
    assert run.is_over and ended(obj) == (FAILED, "BoughtAndGone", True)


def test_purchase_whose_old_object_left_the_list_is_read_before_the_next_token():
    obj, run = bought(entry("old-name-of-the-tunnel", 8, "id-9"))
    run.list_to_the_end()
    assert run.actions == [PROBE]
    run.write(WriteResult(base.UNKNOWN, error="403")).list_to_the_end()
    assert run.is_over and ended(obj) == (FAILED, "CreationNotVisible", True)


def test_purchases_end_with_the_sixth_token_and_none_depends_on_the_minute():
    obj, run = bought()
    tokens = [(0, 0)]
    for number in range(5):
        run.list_to_the_end().write(WriteResult(base.ABSENT))
        tokens.append(run.request[0].token)
        run.write(WriteResult(base.OK, f"id-{number}"))
    run.list_to_the_end().write(WriteResult(base.ABSENT))
    assert run.is_over and ended(obj) == (FAILED, "PurchaseTokensExhausted", False)
    assert tokens == [(number, 0) for number in range(6)]


def test_nothing_is_bought_by_a_list_that_cannot_be_read():
    obj = number_object(resource_type=BilledNumberType)
    run = ProtocolRun(obj).list(error="incomplete")
    assert run.is_over and ended(obj) == (FAILED, "ListFailed", False)


def test_nothing_more_is_bought_after_a_list_that_cannot_be_read():
    obj, run = bought(response=LOST)
    run.list(error="incomplete")
    assert run.is_over and ended(obj) == (FAILED, "ListFailed", False) and obj.creation.is_unknown


def test_nothing_is_bought_in_place_of_what_an_update_does_not_find():
    obj = number_object(resource_type=BilledNumberType)
    run = ProtocolRun(obj).list(entry(item=8)).write(WriteResult(base.ABSENT, error="404"))
    run.list_to_the_end()
    assert run.is_over and obj.outcome.problem == Problem("Unsettled", error="404")
