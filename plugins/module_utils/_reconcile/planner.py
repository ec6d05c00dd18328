# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide from a list what is to be done for an object, and judge its update or deletion; nothing is sent here.

An action that cannot be undone rests on what the list confirms: two objects of the name, a similar name or none, or an
object that is being deleted block it. Clear responses confirm an update or a deletion, newer lists all others.
"""

from __future__ import annotations

from typing import Any, Collection, Iterable
from urllib.parse import unquote

from .._resources.base import ABSENT, CHECK_MODE_ID, CREATE, DELETE, OK, REFUSED, UNKNOWN, UPDATE, Entry, WriteResult
from . import state
from .state import DONE, STALE, WAIT, DesiredObject, ObjectState

_TRIMMED = " \t\r\n-_/."


def normalize_name(name: str) -> str:
    """Return a name without what an API may change when it shows it: escapes, case, and _TRIMMED at the ends."""
    text = unquote(name)
    if "&" in text:
        import html  # here, because its table of entities is slow to load and few names need it

        text = html.unescape(text)
    return text.rstrip("\u2026").strip(_TRIMMED).casefold()


def is_similar(shown: str | None, name: str | None) -> bool:
    """Return True if an API may show `name` as `shown`: in another spelling, or cut."""
    if not shown or not name:
        return False
    current, expected = normalize_name(shown), normalize_name(name)
    # Compare the length before trimming.
    return current == expected or (
        len(shown) >= state.MIN_CUT_LENGTH and bool(current) and expected.startswith(current)
    )


class View:
    """A list of one scope at one moment, indexed by id and name.

    :param names: the names of all objects that the task desires in the scope.
    :param waited: seconds since the wait began.
    :param window: the time window by the API's clock.
    :param error: why there is no list; the rest is empty then.
    """

    def __init__(
        self, entries: Iterable[Entry], names: Collection[Any], waited: float = 0.0, window: int = 0, error: Any = None
    ) -> None:
        self.entries = tuple(entries)
        self.names = names
        self.waited = waited
        self.window = window
        self.error = error
        self.nameless: list[Entry] = []  # without a name, an empty one, or the id in its place; not being deleted
        self._by_id: dict[Any, Entry] = {entry.object_id: entry for entry in self.entries if entry.object_id}
        self._exact: dict[Any, list[Entry]] = {}
        self._leaving: dict[Any, list[Entry]] = {}
        self._by_spelling: dict[str, list[Entry]] | None = None  # of names that the task does not desire
        for entry in self.entries:
            self._index(entry)

    def _index(self, entry: Entry) -> None:
        name = entry.name if entry.name != entry.object_id else None
        if entry.is_leaving:
            if name:
                self._leaving.setdefault(name, []).append(entry)
        elif not name:
            self.nameless.append(entry)
        else:
            self._exact.setdefault(name, []).append(entry)

    def _spelt(self, name: str) -> list[Entry]:
        """Return the entries of a normalized name."""
        if self._by_spelling is None:
            self._by_spelling = {}
            for shown, entries in self._exact.items():
                if shown not in self.names:
                    self._by_spelling.setdefault(normalize_name(shown), []).extend(entries)
        return self._by_spelling.get(name, [])

    @property
    def ids(self) -> set[str]:
        """Return the ids of all entries."""
        return set(self._by_id)

    def by_id(self, object_id: str | None) -> Entry | None:
        """Return the entry of an id, leaving ones included."""
        return self._by_id.get(object_id)

    def exact(self, name: str | None) -> list[Entry]:
        """Return the entries of exactly this name that are not being deleted."""
        return self._exact.get(name, [])

    def leaving(self, name: str | None) -> list[Entry]:
        """Return the entries of exactly this name that are being deleted."""
        return self._leaving.get(name, [])

    def near(self, desired: DesiredObject) -> list[Entry]:
        """Return the entries that may be the desired object under another spelling of its name.

        Such a spelling differs in case, in escapes, or in _TRIMMED at the ends; or it is the beginning of the name, and
        the object is for the same purpose. Where names are exact there is none.
        """
        if not desired.name or desired.has_exact_names:
            return []
        expected = normalize_name(desired.name)
        found = list(self._spelt(expected))
        for length in range(state.MIN_CUT_LENGTH, len(expected)):
            beginnings = self._spelt(expected[:length].rstrip(_TRIMMED))
            found += [entry for entry in beginnings if entry not in found and desired.is_same_connection(entry.item)]
        return found


# -- plan ----------


def list_timeout(obj: ObjectState, view: View, deletion_timeout: float) -> float:
    """Return for how many seconds to wait for a clearer list before this object is planned.

    :param deletion_timeout: seconds to wait for an object of the name that is being deleted.
    """
    desired = obj.desired
    if desired.provided_id:
        entry = view.by_id(desired.provided_id)
        return deletion_timeout if entry and entry.is_leaving and not desired.is_absent else 0.0
    exact = view.exact(desired.name)
    if len(exact) == 1:
        return 0.0
    if not exact and view.leaving(desired.name) and not desired.is_absent:
        return deletion_timeout
    return state.STALE_LIST_TIMEOUT if exact or view.near(desired) or view.nameless else 0.0


def plan_object(obj: ObjectState, view: View) -> None:
    """Decide from a list what is to be done."""
    desired = obj.desired
    if desired.provided_id:
        return _plan_by_id(obj, view)
    exact = view.exact(desired.name)
    if len(exact) > 1:
        return obj.fail("AmbiguousName", exact)
    if exact:
        return plan_deletion(obj, exact[0]) if desired.is_absent else plan_existing(obj, exact[0])
    if not desired.is_absent and view.leaving(desired.name):
        return obj.fail("StillDeleting", view.leaving(desired.name))
    near = view.near(desired)
    if view.nameless:
        return obj.fail("NameNotShown", view.nameless)
    if len(near) == 1 and not desired.is_absent and desired.is_equal(near[0].item):
        return adopt(obj, near[0])
    if near:
        return obj.fail("SimilarName", near)
    if desired.is_absent:
        return obj.finish()
    return plan_creation(obj)


def _plan_by_id(obj: ObjectState, view: View) -> None:
    desired = obj.desired
    entry = view.by_id(desired.provided_id)
    # An earlier task of the play would create this object, so no list has it.
    if desired.provided_id == CHECK_MODE_ID:
        if not desired.is_absent:
            return plan_creation(obj)
        obj.outcome.action, obj.outcome.before = DELETE, {desired.type.id_option: CHECK_MODE_ID}
        return obj.finish(changed=True)
    if desired.is_absent:
        if entry is None or entry.is_leaving:
            return obj.finish()
        if desired.type.is_other_name(desired.value, entry):
            obj.name = desired.type.effective_name(desired.value, entry)
            return obj.fail("IdNameMismatch", [entry])
        return plan_deletion(obj, entry)
    if entry is None:
        return obj.fail("NotFound")
    if entry.is_leaving:
        return obj.fail("StillDeleting", [entry])
    obj.name = desired.type.effective_name(desired.value, entry)
    others = [other for other in view.exact(obj.name) if other is not entry]
    if others and entry.name != obj.name:
        return obj.fail("NameConflict", others)
    return plan_existing(obj, entry)


def plan_creation(obj: ObjectState) -> None:
    """Decide to create the object.

    :raises BceError: if the task lacks what a creation needs.
    """
    obj.entry = obj.outcome.object_id = obj.outcome.item = None
    obj.make_plan(None)
    obj.state = CREATE


def plan_existing(obj: ObjectState, entry: Entry) -> None:
    """Take an entry as the object: it is DONE if it is as desired, else plan an update.

    :raises BceError: if the object cannot be changed so; a reason of the resource's own goes before a missing id.
    """
    obj.take_entry(entry)
    obj.take_item(entry.item)
    action = obj.make_plan(entry.item)
    if entry.object_id is None:
        return obj.fail("IdNotShown", [entry])
    obj.state = UPDATE if action == UPDATE else DONE
    return None


def plan_deletion(obj: ObjectState, entry: Entry) -> None:
    """Take an entry as the object that is to be deleted.

    :raises BceError: if the object cannot be deleted.
    """
    obj.take_entry(entry)
    obj.take_item(entry.item)
    obj.make_plan(entry.item)
    if entry.object_id is None:
        return obj.fail("IdNotShown", [entry])
    obj.state = DELETE
    return None


def adopt(obj: ObjectState, entry: Entry) -> None:
    """Take an object that is shown under another spelling of the name; nothing is written to it."""
    obj.take_entry(entry)
    if entry.object_id is None:
        return obj.fail("IdNotShown", [entry])
    obj.take_item(entry.item)
    obj.outcome.warnings += tuple(obj.desired.type.not_compared(obj.desired.value, entry.item))
    obj.note("name_spelt_differently", [entry])
    obj.state = DONE
    return None


def is_adopted(obj: ObjectState) -> bool:
    """Return True if the object was taken under another spelling of its name."""
    return any(note.key == "name_spelt_differently" for note in obj.outcome.notes)


def reject_similar_deletions(objects: list[ObjectState]) -> None:
    """Fail a deletion by a name that may be the changed spelling of the name of another, missing object."""
    missing = [
        obj
        for obj in objects
        if not (obj.desired.is_absent or obj.desired.provided_id or obj.desired.has_exact_names) and obj.entry is None
    ]
    for absent in objects:
        if absent.state != DELETE or absent.desired.provided_id:
            continue
        similar = [obj for obj in missing if is_similar(absent.entry.name, obj.desired.name)]
        for obj in [absent, *similar] if similar else []:
            obj.fail("SimilarName", [absent.entry])


def is_confirmed_by(obj: ObjectState, view: View) -> bool:
    """Return whether a newer list still agrees that the object is done."""
    desired = obj.desired
    if obj.state != DONE or (obj.outcome.changed and desired.is_absent):
        return True
    entry = view.by_id(obj.outcome.object_id)
    if not desired.is_absent:
        return entry is not None and not entry.is_leaving
    return not view.exact(desired.name) if desired.provided_id is None else entry is None or entry.is_leaving


def replan(obj: ObjectState, view: View) -> None:
    """Plan again, because a newer list contradicts "no change"."""
    if obj.desired.is_absent:
        plan_object(obj, view)
    else:
        obj.fail("ChangedMeanwhile", [obj.entry] if obj.entry else [])


# -- judge ----------


def receive_write(obj: ObjectState, result: WriteResult) -> None:
    """Note the response to an update or a deletion."""
    if result.outcome == OK:
        obj.finish(changed=True)
        if obj.desired.is_absent:
            obj.outcome.item = None
            return
        _note_update(obj)
        obj.outcome.item, obj.outcome.is_item_stale = obj.plan.target, True
        if not obj.desired.type.keeps_id_on_update:
            obj.state, obj.awaited = WAIT, OK
    elif result.outcome == REFUSED:
        obj.fail(state.WRITE_REFUSED, error=result.error)
    else:
        obj.state, obj.awaited = WAIT, result.outcome


def _note_update(obj: ObjectState) -> None:
    obj.outcome.secret_key_changed = obj.outcome.secret_key_changed or obj.plan.secret_key_changed


def judge_update(obj: ObjectState, view: View, is_final_list: bool) -> None:
    """Judge an update that was not confirmed.

    :param is_final_list: False while the list may still be stale.
    """
    entry = view.by_id(obj.outcome.object_id)
    entry = None if entry is None or entry.is_leaving else entry
    if obj.awaited in (OK, UNKNOWN):
        return _judge_written(obj, view, entry, is_final_list)
    # ABSENT: deleted by another run, and the list was stale; if lists go on to show it, the two contradict.
    rule = obj.desired.rule  # what needs proof is not created because of a single list
    can_create = obj.creation.attempts < rule.max_attempts and not (rule.needs_proof or obj.desired.provided_id)
    if entry is None and can_create:
        exact = view.exact(obj.desired.name)
        if not exact and not (view.near(obj.desired) or view.nameless):
            return plan_creation(obj)
        if len(exact) == 1:
            obj.creation.attempts += 1  # bounds how often an update that finds nothing is followed by another one
            plan_existing(obj, exact[0])
            # An earlier attempt of ours may have been applied and its response lost.
            is_ours = obj.state == DONE and not obj.desired.type.keeps_id_on_update and _is_maybe_applied(obj)
            obj.outcome.changed = obj.outcome.changed or is_ours
            return None
    if is_final_list or entry is None:
        obj.fail(state.WRITE_UNSETTLED, error=obj.last_error)
    return None


def _judge_written(obj: ObjectState, view: View, entry: Entry | None, is_final_list: bool) -> None:
    """Judge an update whose outcome is unknown, or which may have given the object another id.

    :param entry: that of the id before the update, if it is listed.
    """
    named = [] if obj.desired.type.keeps_id_on_update else view.exact(obj.name)
    shown = named[0] if entry is None and len(named) == 1 else entry
    is_applied = shown is not None and obj.desired.is_applied(shown.item)
    if shown is not None and (is_applied or (is_final_list and obj.awaited == OK)):
        obj.finish(changed=True)
        if obj.awaited == UNKNOWN:
            _note_update(obj)
        # Without its effect, a list of the same id is stale, because the API confirmed the update.
        if is_applied or entry is None:
            obj.take_entry(shown)
            obj.take_item(shown.item)
    elif is_final_list and obj.awaited == UNKNOWN:
        obj.fail(state.WRITE_UNSETTLED, error=obj.last_error)
    elif is_final_list:
        obj.fail("AmbiguousName" if named else "ChangedMeanwhile", named or [obj.entry])


def _is_maybe_applied(obj: ObjectState) -> bool:
    return bool(getattr(obj.last_error, "maybe_applied", False))


def judge_deletion(obj: ObjectState, view: View, is_final_list: bool) -> None:
    """Judge a deletion that was not sent or not confirmed.

    :param is_final_list: False while the list may still be stale.
    """
    desired, entry = obj.desired, view.by_id(obj.outcome.object_id)
    is_gone = entry is None or entry.is_leaving
    if obj.awaited == STALE:
        if entry is not None and not entry.is_leaving:
            return recheck_deletion(obj, entry, view)
        obj.awaited = ABSENT
    others = [] if desired.provided_id else view.exact(desired.name) + view.near(desired) + view.nameless
    if is_gone and not others:
        # An earlier attempt of ours may have been applied and its response lost.
        is_ours = obj.awaited == UNKNOWN or _is_maybe_applied(obj)
        obj.finish(changed=is_ours)
        obj.outcome.item = None
    elif is_final_list and obj.last_error is None:
        obj.fail("ChangedMeanwhile", others or ([entry] if entry else []))
    elif is_final_list:
        obj.fail(state.WRITE_UNSETTLED, error=obj.last_error)
    return None


def recheck_deletion(obj: ObjectState, entry: Entry, view: View) -> None:
    """Delete by a newer list, because the first one was too old to rest a deletion on, if both show the same object."""
    is_unclear = obj.desired.is_surplus and (view.nameless or not is_same_surplus(obj, entry))
    if entry.name != obj.entry.name or is_unclear:
        return obj.fail("ChangedMeanwhile", [entry])
    obj.entry, obj.state = entry, DELETE
    return None


def is_same_surplus(obj: ObjectState, entry: Entry) -> bool:
    """Return True if a newer list shows an object that is to be purged as the first list did."""
    signature = obj.desired.type.signature
    return entry.name == obj.entry.name and signature(entry.item) == signature(obj.entry.item)
