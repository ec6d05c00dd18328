# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Create an object exactly once, although names are not unique, responses are lost and lists are stale.

docs/decisions/0007 has the reasons of the protocol:

1. Every run derives the same tokens for an object, in the same order. After an unknown outcome the same token is sent
   again; the next one only when the object of this one was read as gone, renamed or different.
2. A creation counts as sent unless it was clearly refused. Whatever it returned is judged by lists.
3. If no id was returned and exactly one object has the name, adopt it. If instead a new object might be ours under
   another name, fail.
4. With an id, that object is taken if the list shows it under the name, and next to others as the oldest. An id that
   existed before, or is gone, is a replayed response: another object of the name is taken, or the next token.
5. A new id under another name was made now: no further creation.
6. An id that no list shows is asked for (PROBE). If the API denies it, the next token; else nothing further is created.

The rules for what costs money are stricter: CreationRule in state.py.

`ids_before` is the set of all ids that this run saw in the scope before its first creation.
"""

from __future__ import annotations

from .._resources.base import ABSENT, CREATE, EXISTS, MISMATCH, OK, REFUSED, UNKNOWN, Entry, WriteResult
from . import planner, state
from .planner import View, is_similar
from .state import CLAIMED, CONFIRMED, PROBE, REPEATED, WAIT, ObjectState, WriteRequest

# -- tokens ----------


def request_creation(obj: ObjectState, window: int) -> WriteRequest:
    """Return the creation that is to be sent now.

    :param window: the time window by the API's clock.
    """
    number, own_window = obj.creation.token
    if number >= obj.desired.rule.shared_tokens and not own_window:
        # The same token in every attempt of this run, even if the window ends meanwhile.
        obj.creation.token = (number, window)
    return WriteRequest(CREATE, obj, None, obj.creation.token)


def take_next_token(obj: ObjectState) -> None:
    """Take the next token, if any, because this one belongs to an object that is gone, renamed or different."""
    creation, rule = obj.creation, obj.desired.rule
    if creation.claimed_id in creation.shown_ids:
        return obj.fail("BoughtAndGone", ids=(creation.claimed_id,))  # not a replay, and the next may end alike
    obj.outcome.changed = False
    if obj.desired.client_token is not None:
        if creation.claimed_id:
            return obj.fail("ClientTokenReused", ids=(creation.claimed_id,))
        return obj.fail("ClientTokenReused", error=obj.last_error)
    if rule.needs_proof and creation.claimed_id not in creation.denied_ids:
        return obj.fail("EarlierCreationUnclear", ids=(creation.claimed_id or "id unknown",))
    creation.claimed_id = obj.outcome.object_id = None
    if creation.attempts >= rule.max_attempts:
        return obj.fail("PurchaseTokensExhausted" if rule.needs_proof else "IdempotencyTokensExhausted")
    creation.token, creation.sends = (creation.token[0] + 1, 0), 0
    obj.state = CREATE
    return None


# -- responses ----------


def receive_creation(obj: ObjectState, result: WriteResult) -> None:
    """Note the response to a creation."""
    creation = obj.creation
    if result.outcome == REFUSED and not creation.is_unknown:
        return obj.fail(state.WRITE_REFUSED, error=result.error)
    # A refusal after an unknown outcome may be due to what the attempt before it made.
    creation.attempts += 1
    creation.sends += 1
    creation.is_unknown = creation.is_unknown or result.outcome == UNKNOWN
    obj.state, obj.awaited = WAIT, result.outcome
    if result.outcome == OK:
        creation.claimed_id = obj.outcome.object_id = result.object_id
        obj.note_created(result.object_id)
        obj.outcome.changed = True
        first = creation.claims.setdefault(result.object_id, obj.desired.name)
        obj.awaited = CLAIMED if first == obj.desired.name else REPEATED
    return None


def receive_probe(obj: ObjectState, result: WriteResult) -> None:
    """Note whether the API has an object of the claimed id at all."""
    creation = obj.creation
    if result.outcome == ABSENT:
        creation.denied_ids += (creation.claimed_id,)
        return take_next_token(obj)
    entry = result.entry
    if entry is not None and (entry.name != obj.desired.name or entry.is_leaving):
        return judge_other_name(obj, entry, entry.object_id in creation.denied_ids)
    # Read by its id: the object is there, and a list that does not show it is stale. The next task needs it in a list.
    creation.read_entry, obj.state, obj.awaited = entry, WAIT, CONFIRMED
    return None


# -- judgement by lists ----------


def list_timeout(obj: ObjectState, view: View | None = None) -> float:
    """Return for how many seconds lists are read before judge() has to decide."""
    rule = obj.desired.rule
    is_last_chance = obj.awaited == UNKNOWN and obj.creation.attempts >= rule.max_attempts and obj.entry is None
    is_long = obj.awaited == CONFIRMED or is_last_chance
    if rule.needs_proof:
        is_long = view is None or not view.exact(obj.desired.name)
    return state.CONFIRMED_CREATE_TIMEOUT if is_long else state.STALE_LIST_TIMEOUT


def is_open(obj: ObjectState) -> bool:
    """Return True if a creation was sent, and no object was taken yet."""
    return obj.creation.claimed_id is not None or (obj.creation.attempts > 0 and obj.entry is None)


def judge(obj: ObjectState, view: View, ids_before: set[str], is_final_list: bool) -> None:
    """Decide by a newer list what became of a creation.

    :param is_final_list: False while the list may still be stale.
    """
    if obj.desired.rule.needs_proof:
        obj.creation.shown_ids |= {entry.object_id for entry in view.entries} - ids_before
    if obj.creation.claimed_id is not None:
        judge_claim(obj, view, ids_before, is_final_list)
    else:
        judge_unclaimed(obj, view, ids_before, is_final_list)


def judge_unclaimed(obj: ObjectState, view: View, ids_before: set[str], is_final_list: bool) -> None:
    """Judge a creation that returned no id: its token or name is in use, or its outcome is unknown."""
    exact, creation = view.exact(obj.desired.name), obj.creation
    if len(exact) == 1 and (is_final_list or not creation.is_unknown):
        is_ours = _is_made(obj, exact[0], ids_before)
        if creation.is_unknown and _note_new(obj, exact[0], ids_before):
            # An object of other parameters is another run's.
            is_ours = is_ours or obj.desired.is_equal(exact[0].item)
        obj.outcome.changed = is_ours
        return planner.plan_existing(obj, exact[0])
    if not is_final_list:
        return None
    if exact:
        return obj.fail("AmbiguousName", exact)
    if obj.awaited == MISMATCH and not creation.is_unknown:
        return take_next_token(obj)
    candidates = find_candidates(obj, view, ids_before) if creation.is_unknown else []
    if candidates:
        return obj.fail("NameShownDifferently", candidates, error=obj.last_error)
    if obj.awaited in (EXISTS, REFUSED, MISMATCH):
        # After an unknown outcome, a token that is in use may be in use by what this run made.
        return obj.fail(state.WRITE_REFUSED, error=obj.last_error)
    if creation.attempts < obj.desired.rule.max_attempts and creation.sends < obj.desired.rule.max_sends:
        obj.state = CREATE  # with the same token
        return None
    return obj.fail(state.WRITE_UNSETTLED, error=obj.last_error)


def judge_claim(obj: ObjectState, view: View, ids_before: set[str], is_final_list: bool) -> None:
    """Judge a creation that returned an id: is it that of this object, and is it the only one of the name?"""
    creation = obj.creation
    exact, claimed = view.exact(obj.desired.name), view.by_id(creation.claimed_id)
    if obj.awaited == REPEATED:
        if is_final_list:
            obj.outcome.changed = False
            obj.fail("IdRepeated", find_candidates(obj, view, ids_before), ids=(creation.claimed_id,))
        return None
    if claimed is not None and claimed in exact:
        return _judge_listed(obj, claimed, exact, is_final_list)
    if not is_final_list:
        return None
    is_replayed = claimed is None or claimed.is_leaving or creation.claimed_id in ids_before
    if exact and is_replayed:
        # The response was a replay for an older object, and another run created this one; or the list was stale, and
        # now shows what an earlier creation of this run made.
        obj.outcome.changed = any(_is_made(obj, entry, ids_before) for entry in exact)
        if len(exact) > 1:
            return obj.fail("AmbiguousName", exact)
        _note_new(obj, exact[0], ids_before)
        return planner.plan_existing(obj, exact[0])
    if claimed is None:
        return _judge_unlisted(obj, view, ids_before)
    # The id of a replay is an older object's; what appeared since the creation may be what it made.
    candidates = find_candidates(obj, view, ids_before) if is_replayed else []
    if candidates:
        return obj.fail("NameShownDifferently", candidates)
    if claimed.is_leaving:
        return take_next_token(obj)
    return judge_other_name(obj, claimed, creation.claimed_id in ids_before)


def _judge_listed(obj: ObjectState, claimed: Entry, exact: list[Entry], is_final_list: bool) -> None:
    """Judge a creation whose id the list shows under the name."""
    if len(exact) == 1 and not is_final_list and obj.creation.is_unknown:
        return None
    if len(exact) > 1 and not is_final_list:
        return None
    if min(exact, key=lambda entry: entry.age) is not claimed:
        return obj.fail("AmbiguousName", exact)
    obj.outcome.changed = True
    if len(exact) > 1:
        obj.note("duplicates", [entry for entry in exact if entry is not claimed])
    return planner.plan_existing(obj, claimed)


def judge_other_name(obj: ObjectState, claimed: Entry, is_old: bool) -> None:
    """Judge a creation whose id is shown under another name, or without a name.

    :param is_old: True if the id existed before the creation.
    """
    desired = obj.desired
    is_near = not desired.has_exact_names and is_similar(claimed.name, desired.name)
    if not is_old:
        # It is new, so it was made now: no further creation, whatever its name is.
        if is_near and desired.is_equal(claimed.item):
            obj.outcome.changed = True
            return planner.adopt(obj, claimed)
        return obj.fail("NameShownDifferently", [claimed])
    if is_near or not claimed.name or desired.is_equal(claimed.item):
        obj.outcome.changed = False
        return obj.fail("RenamedOrShownDifferently", [claimed])
    return take_next_token(obj)


def _judge_unlisted(obj: ObjectState, view: View, ids_before: set[str]) -> None:
    """Judge a creation whose id no list shows, once lists are not stale any more."""
    creation = obj.creation
    candidates = find_candidates(obj, view, ids_before)
    if candidates:
        return obj.fail("NameShownDifferently", candidates, ids=(creation.claimed_id,))
    if obj.awaited == CONFIRMED and creation.read_entry is not None:
        obj.note("not_listed_yet", [creation.read_entry])
        return planner.plan_existing(obj, creation.read_entry)
    if obj.awaited == CONFIRMED:
        return obj.fail("CreationNotVisible", ids=(creation.claimed_id,))
    is_old = creation.claimed_id in ids_before and not obj.desired.rule.needs_proof
    if is_old or creation.claimed_id in creation.denied_ids:
        return take_next_token(obj)
    obj.state = PROBE
    return None


def _is_made(obj: ObjectState, entry: Entry, ids_before: set[str]) -> bool:
    """Return True if the entry is new and its id was returned to a creation of this run."""
    return entry.object_id in obj.outcome.created_ids and entry.object_id not in ids_before


def _note_new(obj: ObjectState, entry: Entry, ids_before: set[str]) -> bool:
    """Note the id of an object that appeared after the creation; return False if it existed before."""
    if entry.object_id in ids_before:
        return False
    obj.note_created(entry.object_id)
    return True


def find_candidates(obj: ObjectState, view: View, ids_before: set[str]) -> list[Entry]:
    """Return the entries that a creation of this run may have made: new, and near, nameless or equal.

    Where names are exact, an equal object of another name is another user's.
    """
    desired = obj.desired
    if desired.is_absent or not obj.creation.attempts:
        return []
    near, claims = view.near(desired), obj.creation.claims
    return [
        entry
        for entry in view.entries
        if entry.object_id not in ids_before
        and claims.get(entry.object_id, desired.name) == desired.name
        and not entry.is_leaving
        and (
            entry in near
            or entry in view.nameless
            or entry.name == desired.name
            or (not desired.has_exact_names and entry.name not in view.names and desired.is_equal(entry.item))
        )
    ]
