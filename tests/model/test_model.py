# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shipped protocol holds its invariants in every interleaving; the search finds a violation if a rule is missing.

I1 a run leaves at most one new object (I1b: it sends at most 3 creations; I1c: it reports every object that it made).
I2 in a cloud that keeps its contract there is one object of a name at the end, and every run reports it.
I3 a deletion hits only what the task means. W no update of an object of another gateway or name.
I5 "unchanged" only if the last list shows it. I6 a later equal run adds nothing. I7 every run ends.
L in a cloud that keeps its contract no run fails.
M all runs together buy at most one object of a name that costs money, and none where one is there.
"""

from __future__ import annotations

import model_explorer
import pytest
from model_scenarios import DIALECTS, IMPOSSIBLE, SCENARIOS, dialect_of

from ansible_collections.baiducloud.network.plugins.module_utils._reconcile import (
    creation,
    planner,
    purge,
    reconciler,
    state,
)
from ansible_collections.baiducloud.network.plugins.module_utils._resources import base

MAX_REQUESTS, MAX_BILLED_REQUESTS = 20, 30  # of one run without a kill


@pytest.fixture(autouse=True)
def _timeouts_in_lists(request, monkeypatch):
    parameters = request.node.callspec.params
    dialect = dialect_of(parameters.get("dialect") or MUTANTS[parameters["mutant"]][1])
    is_long = dialect["costs_money"]
    lists = model_explorer.LISTS_OF_A_LONG_WAIT if is_long else model_explorer.LISTS_OF_A_WAIT
    monkeypatch.setattr(state, "STALE_LIST_TIMEOUT", model_explorer.LISTS_OF_A_WAIT)
    monkeypatch.setattr(state, "CONFIRMED_CREATE_TIMEOUT", lists)


def found(dialect, key):
    # In a purge that meets an equal object of another name the task is to fail.
    is_sane = dialect.startswith("sane") and key != "purge1"
    return model_explorer.explore(SCENARIOS[key], dialect_of(dialect), is_sane)


def readable(traces):
    return "\n".join(f"{name}: {key}\n" + "\n".join(map(str, steps)) for (name, key), steps in traces.items())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_protocol_holds_its_invariants_in_every_interleaving(dialect):
    violations, longest = {}, 0
    for key in DIALECTS[dialect][1].split():
        result = found(dialect, key)
        violations.update({(name, key): steps for name, steps in result.traces.items()})
        if len(SCENARIOS[key].tasks) == 1 and not dialect_of(dialect)["kills"]:
            longest = max(longest, result.longest)
    expected = {
        (name, key) for (cell, name), (keys, _why) in IMPOSSIBLE.items() if cell == dialect for key in keys.split()
    }
    surprising = {cell: steps for cell, steps in violations.items() if cell not in expected}
    assert not surprising, readable(surprising)
    # A cell that is no longer impossible has to leave the table.
    assert {name for name, _key in expected} == {name for name, _key in violations}
    assert longest <= (MAX_BILLED_REQUESTS if dialect_of(dialect)["costs_money"] else MAX_REQUESTS)


def _never(*_arguments):
    return None


def _always_new(obj, claimed, is_old):
    """Take a new id under another name for a replay."""
    creation.take_next_token(obj)


def _plan_without_blocks(obj, view):
    """Plan a creation although there are near or nameless entries."""
    exact = view.exact(obj.desired.name)
    if exact:
        return planner.plan_existing(obj, exact[0])
    return planner.plan_creation(obj)


def _judge_without_timeout(judge):
    return lambda obj, view, ids_before: judge(
        obj, planner.View(view.entries, view.names, reconciler.list_timeout(obj), view.window, view.error), ids_before
    )


def _delete_again(obj, entry, _view):
    obj.entry, obj.state = entry, base.DELETE


# A rule that is taken away: (what replaces what, dialect, scenario, the invariant that breaks).
MUTANTS = {
    "no patience": (
        lambda patch: patch.setattr(reconciler, "judge", _judge_without_timeout(reconciler.judge)),
        "token ignored, 2 lost",
        "one",
        "I1",
    ),
    "a new id under another name is a replay": (
        lambda patch: patch.setattr(creation, "judge_other_name", _always_new),
        "name unrelated",
        "one",
        "I6",
    ),
    "similar and nameless entries do not block": (
        lambda patch: patch.setattr(planner, "plan_object", _plan_without_blocks),
        "name missing, token ignored",
        "again3",
        "I6",
    ),
    "an object that is being deleted counts as present": (
        lambda patch: (
            patch.setattr(
                planner.View, "exact", lambda view, name: view._exact.get(name, []) + view._leaving.get(name, [])
            ),
            patch.setattr(planner.View, "leaving", lambda view, name: []),
        ),
        "DELETE asynchronous",
        "gone",
        "I5",
    ),
    "entries that name no gateway are believed": (
        lambda patch: patch.setattr(reconciler.Reconciler, "_confirm_scope", lambda *_arguments: iter(())),
        "list of another gateway, not named",
        "foreign2",
        "I3",
    ),
    "purge by an unclear list": (
        lambda patch: (
            patch.setattr(purge, "find_unclear", _never),
            patch.setattr(purge, "find_equal", _never),
            patch.setattr(purge, "find_not_shown", _never),
            patch.setattr(planner, "plan_object", _plan_without_blocks),
        ),
        "one name missing",
        "purge2",
        "I3",
    ),
    "a repeated creation does not wait for the first": (
        lambda patch: patch.setattr(creation, "judge_unclaimed", _repeat_at_once),
        "token ignored, 2 lost",
        "one",
        "I1",
    ),
    "an update is taken to keep the id": (
        lambda patch: patch.setattr(model_explorer.ExactModelType, "keeps_id_on_update", True),
        "sane, an update gives another id, list at once",
        "exactupdate",
        "I2",
    ),
    "an object that costs money is created as any other": (
        lambda patch: patch.setattr(state, "BILLED", state.FREE),
        "billed, token ignored, stale for long, 2 lost",
        "one",
        "M",
    ),
    "an object that costs money is waited for as any other": (
        lambda patch: patch.setattr(state, "CONFIRMED_CREATE_TIMEOUT", model_explorer.LISTS_OF_A_WAIT),
        "billed, read by id denies while stale for long",
        "one",
        "M",
    ),
    "the last tokens of what costs money depend on the minute": (
        lambda patch: patch.setattr(state, "BILLED", state.BILLED._replace(shared_tokens=2)),
        "sane, billed, the window ends",
        "gone2x2",
        "M",
    ),
    "a mismatch is followed by the next token although it costs money": (
        lambda patch: patch.setattr(creation, "take_next_token", _take_token_without_proof),
        "billed, list later",
        "mixed",
        "M",
    ),
    "an incomplete list is taken for a complete one": (
        lambda patch: (
            patch.setattr(model_explorer, "INCOMPLETE", ()),
            patch.setattr(model_explorer, "unreadable", _never),
        ),
        "sane, billed, 1 list unreadable",
        "there",
        "M",
    ),
    "the next token is taken by a short wait although it costs money": (
        lambda patch: patch.setattr(state, "BILLED", state.BILLED._replace(needs_proof=False)),
        "billed, read by id denies while stale for long",
        "one",
        "M",
    ),
    "a newer list is not compared with the one that was too old": (
        lambda patch: patch.setattr(planner, "recheck_deletion", _delete_again),
        "a list becomes too old, renamed meanwhile",
        "absent1",
        "I3",
    ),
    "a newer list is not compared with the one that was too old for a purge": (
        lambda patch: patch.setattr(planner, "recheck_deletion", _delete_again),
        "a list becomes too old, renamed meanwhile",
        "purge2",
        "I3",
    ),
}


def _take_token_without_proof(obj):
    obj.creation.denied_ids += (obj.creation.claimed_id,)
    _TAKE_NEXT_TOKEN(obj)


_TAKE_NEXT_TOKEN = creation.take_next_token


def _repeat_at_once(obj, view, _ids_before, _is_final_list):
    exact = view.exact(obj.desired.name)
    if exact:
        planner.plan_existing(obj, exact[0])
    elif obj.creation.attempts < state.MAX_CREATE_ATTEMPTS:
        obj.state = base.CREATE
    else:
        obj.fail("Unsettled")


@pytest.mark.parametrize("mutant", MUTANTS)
def test_search_sees_that_a_rule_is_missing(mutant, monkeypatch):
    change, dialect, key, invariant = MUTANTS[mutant]
    assert invariant not in found(dialect, key).traces
    change(monkeypatch)
    assert invariant in found(dialect, key).traces
