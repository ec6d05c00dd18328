# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the exactly-once protocol decides from lists and responses; tests/model/ explores it as a whole."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._reconcile import protocol
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.protocol import (
    Confirm,
    Entry,
    Look,
    Problem,
    Protocol,
    View,
    Wish,
    WriteResult,
)

NAME = "branch-office-beijing-01"
DESIRED = 7  # the parameters of a wish are one number


class NumberWish(Wish):
    """A wish for an object whose parameters are a number."""

    def __init__(self, name=NAME, given_id=None, is_absent=False, has_own_token=False):
        super().__init__(name, given_id, is_absent, has_own_token)

    def compare(self, item):
        return item != DESIRED

    def accept(self, item):
        pass

    def check_creation(self):
        pass

    def is_equal(self, item):
        return item == DESIRED

    def is_applied(self, item):
        return item == DESIRED

    def signature(self, item):
        return item


def entry(name=NAME, item=DESIRED, object_id="id-1", is_leaving=False, is_confirmed=True, age=1):
    return Entry(object_id, name, is_leaving, is_confirmed, age, item)


def surplus(found):
    wish = NumberWish(found.name, found.object_id, is_absent=True)
    wish.is_surplus, wish.entry = True, found
    return wish


class Run:
    """A protocol at work: the test plays the API.

    :ivar request: the request that waits for its response; None when the protocol is through.
    """

    def __init__(self, *wishes, purge=False):
        self.wishes = list(wishes)
        self.protocol = Protocol(self.wishes, purge, leaving_patience=60.0, surplus=surplus)
        self._steps = self._all()
        self.request = next(self._steps)

    def _all(self):
        yield from self.protocol.plan()
        yield from self.protocol.apply()

    def send(self, response):
        try:
            self.request = self._steps.send(response)
        except StopIteration:
            self.request = None
        return self

    def list(self, *entries, waited=0.0, error=None):
        """Answer a list."""
        assert isinstance(self.request, Look)
        return self.send(View(entries, self.protocol.names, waited, 1, error))

    def list_to_the_end(self, *entries):
        """Answer lists until the protocol asks for something else."""
        self.list(*entries)
        while isinstance(self.request, Look) and not self.request.begins:
            self.list(*entries, waited=self.request.until)
        return self

    def write(self, *responses):
        """Answer a batch of writes."""
        assert isinstance(self.request, tuple) and len(self.request) == len(responses), self.request
        return self.send(responses)

    @property
    def actions(self):
        """The actions of the batch that waits for its responses."""
        return [write.action for write in self.request]


def ended(wish):
    """How a wish ended: (state, code of its problem, changed)."""
    return wish.state, wish.problem.code if wish.problem else None, wish.changed


# -- plan: what a list says ----------


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ([], "post"),
        ([entry()], "done"),
        ([entry(item=8)], "put"),
        ([entry("another-name-of-a-tunnel")], "post"),
        ([entry(object_id="id-1"), entry(object_id="id-2")], "AmbiguousName"),
        ([entry(is_leaving=True)], "StillDeleting"),
        ([entry(NAME.upper(), 8)], "SimilarName"),
        ([entry(NAME.replace("-", "%2D"), 8)], "SimilarName"),
        ([entry(NAME.replace("-", "&#45;"), 8)], "SimilarName"),
        ([entry(" " + NAME + "/", 8)], "SimilarName"),
        ([entry(NAME[:20], 8)], "post"),
        ([entry(NAME[:19])], "post"),
        ([entry(NAME.upper()), entry(NAME.title(), object_id="id-2")], "SimilarName"),
        ([entry(None)], "NameNotShown"),
        ([entry("")], "NameNotShown"),
        ([entry("id-1")], "NameNotShown"),
        ([entry(object_id=None)], "IdNotShown"),
        ([entry(is_leaving=True), entry(object_id="id-2")], "done"),
    ],
)
def test_plan_of_present_by_name(shown, expected):
    wish = NumberWish()
    run = Run(wish)
    run.list_to_the_end(*shown)
    assert (wish.problem.code if wish.problem else wish.state) == expected


@pytest.mark.parametrize("shown", [NAME.upper(), NAME + "-", NAME[:20], NAME[:20] + "...", NAME[:22] + "\u2026"])
def test_plan_of_an_equal_object_of_a_similar_name_adopts_it_with_a_warning(shown):
    wish = NumberWish()
    run = Run(wish).list_to_the_end(entry(shown))
    assert run.request is None and ended(wish) == ("done", None, False)
    assert (wish.object_id, wish.notes) == ("id-1", (("NameSpeltDifferently", ("id-1",), (shown,)),))


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ([], "done"),
        ([entry()], "delete"),
        ([entry(is_leaving=True)], "done"),
        ([entry(object_id="id-1"), entry(object_id="id-2")], "AmbiguousName"),
        ([entry(NAME.upper())], "SimilarName"),
        ([entry(None)], "NameNotShown"),
    ],
)
def test_plan_of_absent_by_name(shown, expected):
    wish = NumberWish(is_absent=True)
    Run(wish).list_to_the_end(*shown)
    assert (wish.problem.code if wish.problem else wish.state) == expected


@pytest.mark.parametrize(
    ("is_absent", "name", "shown", "expected"),
    [
        (False, NAME, [], "NoSuchObject"),
        (False, NAME, [entry("old")], "done"),
        (False, NAME, [entry("old", object_id="id-1"), entry(object_id="id-2")], "NameTaken"),
        (False, NAME, [entry(), entry(object_id="id-2")], "done"),
        (False, None, [entry("any", 8)], "put"),
        (False, NAME, [entry(is_leaving=True)], "StillDeleting"),
        (True, NAME, [], "done"),
        (True, NAME, [entry("old")], "OtherObject"),
        (True, NAME, [entry(None)], "delete"),
        (True, None, [entry("old"), entry(object_id="id-2")], "delete"),
        (True, None, [entry(is_leaving=True)], "done"),
    ],
)
def test_plan_by_id(is_absent, name, shown, expected):
    wish = NumberWish(name, "id-1", is_absent)
    Run(wish).list_to_the_end(*shown)
    assert (wish.problem.code if wish.problem else wish.state) == expected


def test_plan_of_a_failed_list_fails_every_wish_with_its_error():
    wishes = NumberWish(), NumberWish("other")
    Run(*wishes).list(error="no list")
    assert [wish.problem for wish in wishes] == [Problem("ListFailed", error="no list")] * 2


def test_plan_waits_for_an_object_that_is_being_deleted_as_long_as_the_task_allows():
    wish = NumberWish()
    run = Run(wish).list(entry(is_leaving=True))
    assert run.request == Look(False, 60.0)
    run.list(waited=42.0)
    assert run.actions == ["post"]


# -- creation: which object is it? ----------


def created(*before, has_own_token=False, response=None):
    """A run whose creation was answered."""
    wish = NumberWish(has_own_token=has_own_token)
    run = Run(wish).list(*before)
    assert run.actions == ["post"]
    return wish, run.write(response or WriteResult(protocol.OK, "id-9"))


def test_creation_that_the_list_shows_is_done_after_three_requests():
    wish, run = created()
    run.list(entry(object_id="id-9"))
    assert run.request is None and ended(wish) == ("done", None, True)
    assert (wish.object_id, wish.made) == ("id-9", ("id-9",))


@pytest.mark.parametrize("shown", ["a-tunnel-of-another-name", None, "", "id-9", NAME.upper() + "X"])
def test_creation_shown_under_another_name_fails_with_its_id_and_without_another_creation(shown):
    wish, run = created()
    run.list_to_the_end(entry(shown, object_id="id-9"))
    assert run.request is None and ended(wish) == ("failed", "NameShownDifferently", True)
    assert wish.problem.ids == wish.made == ("id-9",)


@pytest.mark.parametrize("shown", [NAME.upper(), NAME[:20], NAME + "."])
def test_creation_shown_under_a_similar_name_is_done_with_a_warning(shown):
    wish, run = created()
    run.list_to_the_end(entry(shown, object_id="id-9"))
    assert run.request is None and ended(wish) == ("done", None, True)
    assert wish.object_id == "id-9" and wish.notes[0][0] == "NameSpeltDifferently"


def test_creation_with_the_id_of_an_equal_object_of_another_name_is_an_error():
    """It was renamed within the last 24 hours, or the API shows other names: the response does not say which."""
    wish, run = created(entry("old-name-of-the-tunnel", object_id="id-9"))
    run.list_to_the_end(entry("old-name-of-the-tunnel", object_id="id-9"))
    assert run.request is None and ended(wish) == ("failed", "RenamedOrShownDifferently", False)


def test_creation_with_the_id_of_a_renamed_and_changed_object_takes_the_next_token():
    wish, run = created(entry("old-name-of-the-tunnel", 8, "id-9"))
    run.list_to_the_end(entry("old-name-of-the-tunnel", 8, "id-9"))
    assert run.actions == ["post"] and run.request[0].token == (1, 0)


def test_creation_with_an_id_that_nothing_shows_asks_for_it_before_the_next_token():
    wish, run = created()
    run.list_to_the_end()
    assert run.actions == ["probe"] and run.request[0].object_id == "id-9"
    run.write(WriteResult(protocol.ABSENT))
    assert run.actions == ["post"] and run.request[0].token == (1, 0)


def test_creation_with_an_id_that_the_api_confirms_is_waited_for_and_never_repeated():
    wish, run = created()
    run.list_to_the_end().write(WriteResult(protocol.OK))
    assert run.request == Look(True, protocol.CONFIRM_PATIENCE)
    run.list_to_the_end()
    assert run.request is None and ended(wish) == ("failed", "NotListed", True)


def test_creations_end_after_three_requests_of_which_the_last_has_the_token_of_the_minute():
    wish, run = created()
    tokens = [(0, 0)]
    for number in range(2):
        run.list_to_the_end().write(WriteResult(protocol.ABSENT))
        tokens.append(run.request[0].token)
        run.write(WriteResult(protocol.OK, f"id-{number}"))
    run.list_to_the_end().write(WriteResult(protocol.ABSENT))
    assert run.request is None and ended(wish) == ("failed", "TokensUsed", False)
    assert tokens == [(0, 0), (1, 0), (2, 1)]
    assert wish.made == ("id-9", "id-0", "id-1")


def test_creation_whose_id_is_not_clearly_denied_is_waited_for_and_never_repeated():
    """A refusal of the probe for another reason, such as missing rights, does not say that the object is gone."""
    wish, run = created()
    run.list_to_the_end().write(WriteResult(protocol.UNKNOWN, error="403"))
    run.list_to_the_end()
    assert run.request is None and ended(wish) == ("failed", "NotListed", True)


def test_refusal_after_an_unknown_outcome_is_settled_by_lists():
    """The second attempt may be refused because of what the first one made."""
    for shown, expected in (([entry(object_id="id-9")], ("done", None, True)), ([], ("failed", "Refused", False))):
        wish, run = created(response=WriteResult(protocol.UNKNOWN, error="lost"))
        run.list_to_the_end().write(WriteResult(protocol.REFUSED, error="quota"))
        run.list_to_the_end(*shown)
        assert run.request is None and ended(wish) == expected and wish.unsure


def test_absent_object_whose_name_may_be_another_spelling_of_a_wanted_one_is_not_deleted():
    wishes = NumberWish(NAME), NumberWish(NAME.upper(), is_absent=True)
    run = Run(*wishes).list(entry(NAME.upper()))
    assert run.request is None and [wish.problem.code for wish in wishes] == ["SimilarName"] * 2


def test_absent_object_is_deleted_next_to_a_wanted_one_of_similar_name_that_has_its_own_entry():
    wishes = NumberWish(NAME), NumberWish(NAME.upper(), is_absent=True)
    run = Run(*wishes).list(entry(NAME), entry(NAME.upper(), object_id="id-2"))
    assert [(write.action, write.object_id) for write in run.request] == [("delete", "id-2")]


def test_ids_of_other_creations_of_the_task_are_not_reported_for_a_failed_one():
    wishes = NumberWish(), NumberWish("other-name-of-a-tunnel")
    run = Run(*wishes).list().write(WriteResult(protocol.OK, "id-8"), WriteResult(protocol.OK, "id-9"))
    run.list_to_the_end(entry(None, object_id="id-8"), entry(None, object_id="id-9"))
    assert [wish.made for wish in wishes] == [("id-8",), ("id-9",)]


def test_creation_that_a_stale_list_shows_after_another_creation_is_a_change():
    wish, run = created()
    run.list_to_the_end().write(WriteResult(protocol.ABSENT)).write(WriteResult(protocol.OK, "id-10"))
    run.list_to_the_end(entry(object_id="id-9"))
    assert ended(wish) == ("done", None, True) and wish.object_id == "id-9" and wish.made == ("id-9", "id-10")


def test_creation_that_a_stale_list_shows_after_a_mismatch_is_a_change():
    wish, run = created()
    run.list_to_the_end().write(WriteResult(protocol.ABSENT)).write(WriteResult(protocol.MISMATCH, error="used before"))
    run.list_to_the_end(entry(object_id="id-9"))
    assert ended(wish) == ("done", None, True) and wish.object_id == "id-9"


def test_creation_with_the_users_own_token_takes_no_other():
    wish, run = created(has_own_token=True)
    run.list_to_the_end().write(WriteResult(protocol.ABSENT, error="404 of the probe"))
    assert wish.problem == Problem("ClientTokenUsed", ("id-9",)) and not wish.changed


def test_creation_with_a_token_that_the_user_used_for_another_object_ends_with_the_error_of_the_api():
    wish, run = created(has_own_token=True, response=WriteResult(protocol.MISMATCH, error="used before"))
    run.list_to_the_end()
    assert wish.problem == Problem("ClientTokenUsed", error="used before")


def test_creation_of_unknown_outcome_is_repeated_with_the_same_token_after_lists():
    lost = WriteResult(protocol.UNKNOWN, error="lost")
    wish, run = created(response=lost)
    for _attempt in range(2):
        run.list_to_the_end()
        assert run.actions == ["post"] and run.request[0].token == (0, 0)
        run.write(lost)
    run.list_to_the_end()
    assert run.request is None and wish.problem == Problem("Unsettled", error="lost")


def test_creation_of_unknown_outcome_is_not_repeated_beside_a_new_object_that_may_be_it():
    wish, run = created(response=WriteResult(protocol.UNKNOWN, error="lost"))
    run.list_to_the_end(entry("something-else-altogether", object_id="id-9"))
    assert run.request is None and ended(wish)[1] == "NameShownDifferently"
    assert wish.made == ("id-9",)


@pytest.mark.parametrize(("item", "expected"), [(DESIRED, ("done", None, True)), (8, ("put", None, False))])
def test_creation_of_unknown_outcome_takes_the_object_of_the_name(item, expected):
    """One of other parameters is another run's: it is updated, and was not made by this task."""
    wish, run = created(response=WriteResult(protocol.UNKNOWN, error="lost"))
    run.list_to_the_end(entry(item=item, object_id="id-9"))
    assert ended(wish) == expected


def test_creation_next_to_a_younger_object_of_the_name_is_done_with_a_warning():
    wish, run = created()
    run.list_to_the_end(entry(object_id="id-9", age=1), entry(object_id="id-2", age=2))
    assert run.request is None and ended(wish) == ("done", None, True)
    assert wish.notes[0][:2] == ("Duplicates", ("id-2",))


def test_creation_next_to_an_older_object_of_the_name_is_an_error_and_nothing_is_removed():
    wish, run = created()
    run.list_to_the_end(entry(object_id="id-9", age=2), entry(object_id="id-2", age=1))
    assert run.request is None and ended(wish) == ("failed", "AmbiguousName", True)


def test_creation_of_a_name_that_the_api_calls_taken_takes_the_listed_object():
    wish, run = created(response=WriteResult(protocol.EXISTS, error="exists"))
    run.list().list(entry(object_id="id-2"), waited=0.3)
    assert ended(wish) == ("done", None, False) and wish.object_id == "id-2"


def test_one_id_for_two_creations_is_an_error_of_both():
    wishes = NumberWish(), NumberWish("other-name-of-a-tunnel")
    run = Run(*wishes).list().write(WriteResult(protocol.OK, "id-9"), WriteResult(protocol.OK, "id-9"))
    run.list_to_the_end()
    assert wishes[1].problem.code == "IdRepeated" and wishes[1].made == ("id-9",)


# -- updates and deletions ----------


def test_update_that_the_api_confirms_needs_no_further_list():
    wish = NumberWish()
    run = Run(wish).list(entry(item=8)).write(WriteResult(protocol.OK))
    assert run.request is None and ended(wish) == ("done", None, True)


def test_update_of_an_object_that_is_gone_creates_it_if_the_list_agrees():
    wish = NumberWish()
    run = Run(wish).list(entry(item=8)).write(WriteResult(protocol.ABSENT, error="404")).list()
    assert run.actions == ["post"]


def test_update_of_an_object_that_lists_go_on_to_show_ends_with_the_error_of_the_api():
    wish = NumberWish()
    run = Run(wish).list(entry(item=8)).write(WriteResult(protocol.ABSENT, error="404")).list_to_the_end(entry(item=8))
    assert run.request is None and wish.problem == Problem("Unsettled", error="404")


def test_update_of_unknown_outcome_is_done_if_a_list_shows_it():
    wish = NumberWish()
    run = Run(wish).list(entry(item=8)).write(WriteResult(protocol.UNKNOWN, error="lost")).list(entry())
    assert run.request is None and ended(wish) == ("done", None, True)


@pytest.mark.parametrize("is_absent", [False, True])
def test_write_to_an_entry_that_names_no_gateway_needs_the_gateways_own_detail(is_absent):
    for confirmed, expected in ((set(), "ScopeNotConfirmed"), ({"id-1"}, None)):
        wish = NumberWish(is_absent=is_absent)
        run = Run(wish).list(entry(item=8, is_confirmed=False))
        assert run.request == Confirm()
        run.send(confirmed)
        assert (run.request is None) == (expected is not None)
        assert (wish.problem.code if wish.problem else None) == expected


@pytest.mark.parametrize(("outcome", "is_changed"), [(protocol.ABSENT, False), (protocol.UNKNOWN, True)])
def test_deletion_without_a_confirmation_is_done_when_a_list_shows_nothing(outcome, is_changed):
    wish = NumberWish(is_absent=True)
    run = Run(wish).list(entry()).write(WriteResult(outcome)).list()
    assert run.request is None and ended(wish) == ("done", None, is_changed)


def test_deletion_that_the_api_denies_while_lists_show_the_object_is_an_error():
    wish = NumberWish(is_absent=True)
    run = Run(wish).list(entry()).write(WriteResult(protocol.ABSENT, error="404")).list_to_the_end(entry())
    assert run.request is None and wish.problem == Problem("Unsettled", error="404")


# -- purge ----------

OTHER = entry("something-else-altogether", 8, "id-2")


def test_purge_deletes_what_two_lists_show_alike():
    run = Run(NumberWish(), purge=True).list(entry(), OTHER).list(entry(), OTHER)
    assert [(write.action, write.object_id) for write in run.request] == [("delete", "id-2")]


def test_purge_with_nothing_to_delete_reads_one_list():
    run = Run(NumberWish(), purge=True).list(entry())
    assert run.request is None and run.protocol.purge_problem is None


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        ([entry(), OTHER, entry(None, 8, "id-3")], "PurgeUnclear"),
        ([entry(), OTHER, entry("more-of-it", 8, None)], "PurgeUnclear"),
        ([entry(), entry(NAME.upper(), 8, "id-3")], "PurgeSimilar"),
        ([entry(), entry("something-else-altogether", DESIRED, "id-3")], "PurgeEqual"),
        ([entry("something-else-altogether", DESIRED, "id-3")], "PurgeEqual"),
    ],
)
def test_purge_of_an_unclear_list_deletes_nothing(shown, code):
    run = Run(NumberWish(), purge=True).list_to_the_end(*shown)
    assert run.protocol.purge_problem.code == code
    assert run.request is None or run.actions == ["post"]


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
    run = Run(NumberWish(), purge=True).list(entry(), OTHER).list_to_the_end(*second)
    assert run.request is None and run.protocol.purge_problem.code == code


def test_purge_leaves_alone_what_changed_between_the_two_lists():
    run = Run(NumberWish(), purge=True).list(entry(), OTHER).list(entry(), OTHER._replace(item=9))
    assert run.request is None
    assert run.protocol.wishes[1].problem.code == "ChangedMeanwhile"


def test_purge_is_skipped_if_a_wish_failed():
    run = Run(NumberWish(), purge=True).list(OTHER).write(WriteResult(protocol.REFUSED, error="no"))
    assert run.request is None and run.protocol.purge_problem == Problem("PurgeSkipped")


def test_purge_knows_objects_of_one_name_by_the_ids_that_the_task_gives():
    wishes = NumberWish(NAME, "id-1"), NumberWish(NAME, "id-3")
    listed = entry(object_id="id-1"), entry(object_id="id-3"), OTHER
    run = Run(*wishes, purge=True).list(*listed).list(*listed)
    assert [(write.action, write.object_id) for write in run.request] == [("delete", "id-2")]


def test_purge_does_not_pass_over_a_second_object_of_a_name_that_is_listed_by_id():
    run = Run(NumberWish(NAME, "id-1"), purge=True).list_to_the_end(entry(object_id="id-1"), entry(object_id="id-3"))
    assert run.request is None and run.protocol.purge_problem.ids == ("id-3",)


def test_creation_with_the_id_of_an_older_object_is_not_repeated_beside_a_new_one_that_may_be_it():
    older = entry("old-name-of-the-tunnel", 8, "id-9")
    wish, run = created(older)
    run.list_to_the_end(older, entry(NAME[:20], DESIRED, "id-10"))
    assert run.request is None and ended(wish)[:2] == ("failed", "NameShownDifferently")
    assert "id-10" in wish.made
