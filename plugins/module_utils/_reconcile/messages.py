# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The texts of problems and warnings, and the errors that a task reports for them."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, NamedTuple

from .._bce.errors import BceError, ConflictError, WaitTimeoutError, internal_error
from .._resources.base import ResourceApi
from .state import LIST_FAILED, WAIT_RAISED, WRITE_REFUSED, Note, ObjectState, Problem

MAX_NAMED, MAX_NAME_CHARS = 10, 80  # objects that a message names, and characters of a name

MESSAGES = {
    "ambiguous_name": (
        "%(name_option)s: %(scope)s has %(count)d %(label)ss named %(name)r: %(ids)s; give %(id_option)s to say which"
        " one is meant"
    ),
    "name_conflict": (
        "%(name_option)s: %(name)r is already the %(key_word)s of %(ids)s in %(scope)s; choose another %(key_word)s"
    ),
    "id_not_found": (
        "%(id_option)s: %(scope)s has no %(label)s %(provided_id)s; leave %(id_option)s out to create one by its"
        " %(key_word)s"
    ),
    "id_name_mismatch": (
        "%(id_option)s: %(provided_id)s is the %(label)s %(shown)s and not %(name)r, so neither is deleted; give the"
        " one that is meant"
    ),
    "still_deleting": (
        "The %(label)s %(ids)s of the %(key_word)s %(name)r is still being deleted in %(scope)s; run the task again"
        " when it is gone"
    ),
    "name_not_shown": (
        "The list of %(scope)s shows %(label)ss without a %(key_word)s: %(ids)s; %(name)r may be one of them, so"
        " nothing was done. Run the task again later, or give %(id_option)s"
    ),
    "similar_name": (
        "%(name_option)s: %(scope)s has %(shown)s (%(ids)s), and the API may have changed the spelling of %(name)r;"
        " give %(id_option)s to manage that %(label)s, or choose a name that differs in more than case, blanks,"
        " escapes and length"
    ),
    "name_shown_differently": (
        "The %(label)s %(name)r was created, and the list of %(scope)s shows %(shown)s (%(ids)s) in its place;"
        " nothing further was created. Give %(id_option)s to manage it, or delete it by its id"
    ),
    "renamed_or_shown_differently": (
        "The API returned %(ids)s for the creation of %(name)r, and the list of %(scope)s shows it as %(shown)s: it"
        " was renamed within the last 24 hours, or the API changes names. Give %(id_option)s to manage it, or a"
        " client_token of your own to create another %(label)s"
    ),
    "creation_not_visible": (
        "The API says that it created the %(label)s %(name)r as %(ids)s, but the list of %(scope)s does not show it;"
        " run the task again later, it resumes from the current state"
    ),
    "id_repeated": (
        "The API returned the id %(ids)s for the creation of %(name)r and for another %(label)s of this task; look at"
        " %(scope)s, and give %(id_option)s"
    ),
    "client_token_reused": (
        "client_token: it was used before for %(ids)s, which is gone or renamed; give another one or leave it out"
    ),
    "idempotency_tokens_exhausted": (
        "The API replays its responses to earlier creations of the %(label)s %(name)r, which was deleted and created"
        " several times within 24 hours; run the task again in a minute, or give a client_token of your own"
    ),
    "scope_not_confirmed": (
        "Neither the list nor the detail of %(scope)s confirms that the %(label)s %(ids)s belongs to it, so nothing"
        " was written; check the id and the region"
    ),
    "id_not_shown": "The list of %(scope)s shows the %(label)s %(shown)s without its id, so it cannot be handled",
    "changed_meanwhile": (
        "The %(label)s %(ids)s was changed by another user while the task ran, so nothing further was done to it; run"
        " the task again"
    ),
    "wait_timeout": (
        "The %(label)s %(name)s (%(ids)s) is not %(goal)s after %(seconds)d s: %(current)s%(list_error)s; raise"
        " wait_timeout or %(wait_help)s"
    ),
    "wait_failed": (
        "The %(label)s %(name)s (%(ids)s) has the status %(current)s, so waiting for %(goal)s ended; look at it in"
        " the console"
    ),
    "object_vanished": (
        "The %(label)s %(name)s (%(ids)s) is not listed any more, so waiting for %(goal)s ended; it may have been"
        " deleted"
    ),
    "duplicates": "%(scope)s has other %(label)ss with the name %(name)s: %(ids)s [SameNameCreated]",
    "not_listed_yet": "The %(label)s %(ids)s exists, but the list of %(scope)s does not show it yet [NotKnownYet]",
    "name_spelt_differently": (
        "The list of %(scope)s shows the %(label)s %(name)r (%(ids)s) as %(shown)s; the task used it and did not"
        " rename it [SimilarNameAccepted]"
    ),
    "maybe_applied": ". The request may have been applied: run the task again, it resumes from the current state",
    "task_stopped": "The task was stopped",
    "wait_list_failed": " (last list failed: %(text)s)",
}


class ErrorSpec(NamedTuple):
    """The error of a problem."""

    key: str  # of MESSAGES
    is_retryable: bool
    error_class: type[BceError] = ConflictError


# By the code of the problem.
CODES = {
    "AmbiguousName": ErrorSpec("ambiguous_name", False),
    "NameConflict": ErrorSpec("name_conflict", False),
    "NotFound": ErrorSpec("id_not_found", False),
    "IdNameMismatch": ErrorSpec("id_name_mismatch", False),
    "StillDeleting": ErrorSpec("still_deleting", True),
    "NameNotShown": ErrorSpec("name_not_shown", True),
    "SimilarName": ErrorSpec("similar_name", False),
    "NameShownDifferently": ErrorSpec("name_shown_differently", False),
    "RenamedOrShownDifferently": ErrorSpec("renamed_or_shown_differently", False),
    "CreationNotVisible": ErrorSpec("creation_not_visible", True),
    "IdRepeated": ErrorSpec("id_repeated", False),
    "ClientTokenReused": ErrorSpec("client_token_reused", False),
    "IdempotencyTokensExhausted": ErrorSpec("idempotency_tokens_exhausted", True),
    "ScopeNotConfirmed": ErrorSpec("scope_not_confirmed", False),
    "IdNotShown": ErrorSpec("id_not_shown", False),
    "ChangedMeanwhile": ErrorSpec("changed_meanwhile", True),
    "WaitTimeout": ErrorSpec("wait_timeout", True, WaitTimeoutError),
    "WaitFailed": ErrorSpec("wait_failed", False, WaitTimeoutError),
    "ObjectVanished": ErrorSpec("object_vanished", False),
}

# Why a wait for a state ended, after a creation or an update that was applied.
_WAIT_CODES = (WAIT_RAISED, "WaitTimeout", "WaitFailed", "ObjectVanished")


def to_error(
    problem: Problem,
    api: ResourceApi,
    obj: ObjectState | None,
    codes: Mapping[str, ErrorSpec] | None = None,
    templates: Mapping[str, str] | None = None,
) -> BceError:
    """Return the error that a task reports for a problem.

    :param obj: None for a problem of the whole scope.
    :param codes: CODES or another table like it, whose keys are those of `templates`.
    """
    codes, templates = codes or CODES, templates or MESSAGES
    is_unknown = obj is not None and problem.code not in _WAIT_CODES and _is_outcome_unknown(problem, obj)
    if problem.code not in codes or (problem.code == "ClientTokenReused" and problem.error is not None):
        error = to_bce_error(problem.error)
        return error.as_maybe_applied() if is_unknown else error
    spec = codes[problem.code]
    return spec.error_class(
        templates[spec.key] % dict(words_of(problem.ids, problem.names, api, obj), **dict(problem.words)),
        problem.code,
        retryable=spec.is_retryable,
        maybe_applied=is_unknown or problem.code == "IdRepeated",
    )


def to_bce_error(error: Any) -> BceError:
    """Return an error as a task reports it; one that is not a BceError is a defect of this collection."""
    return error if isinstance(error, BceError) else internal_error(error)


def to_warning(note: Note, api: ResourceApi, obj: ObjectState) -> str:
    """Return the text of a warning of the protocol."""
    return MESSAGES[note.key] % words_of(note.ids, note.names, api, obj)


def _is_outcome_unknown(problem: Problem, obj: ObjectState) -> bool:
    """Return True if a write of the object may have been applied, whatever it ended with."""
    if problem.code == LIST_FAILED:
        return obj.creation.is_unknown or bool(getattr(obj.last_error, "maybe_applied", False))
    # After an internal error it is not known how far a write came.
    is_internal = problem.code == WRITE_REFUSED and not isinstance(problem.error, BceError)
    return obj.creation.is_unknown or is_internal


def words_of(
    ids: tuple[str | None, ...], names: tuple[Any, ...], api: ResourceApi, obj: ObjectState | None
) -> dict[str, Any]:
    return {
        "scope": api.scope,
        "label": api.type.label,
        "name_option": api.type.name_option,
        "key_word": api.type.key_word,
        "id_option": api.type.id_option,
        "wait_help": api.type.wait_help,
        "count": len(ids),
        "ids": _join(ids),
        "name": obj.name if obj is not None else None,
        "provided_id": obj.desired.provided_id if obj is not None else None,
        "shown": _join([repr(_cut(name)) if name else "nameless" for name in names]) or "it",
    }


def _join(words: Iterable[Any]) -> str:
    """Return a list of words for a message, not more than MAX_NAMED."""
    words = [_cut(str(word)) for word in words]
    more = len(words) - MAX_NAMED
    return ", ".join(words[:MAX_NAMED]) + (" and %d more" % more if more > 0 else "")


def _cut(text: str) -> str:
    return text if len(text) <= MAX_NAME_CHARS else text[:MAX_NAME_CHARS] + "..."
