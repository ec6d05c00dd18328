# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the probe's report, as a dict and as a Markdown page. Pure.

It is meant to be published: it has the API's words for states and errors, and no secret, no account, no name and no
address of the user's.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from .._bce.client import COLLECTION_VERSION
from .dialects import LIMIT, NONE, PURGE, STOP, Dialect, fitting
from .facts import QUESTIONS, WRITE, Fact, Facts, Question
from .messages import MESSAGES

VALUES_OF_READS = {"names": "shown", "descriptions": "shown"}  # assumed values where only reads were sent
HOST = re.compile(r"https://(bcc\.[a-z0-9-]+\.baidubce\.com)")


class Placeholders:
    """Replace ids, addresses and everything that may name an account, each always by the same placeholder."""

    _PATTERNS = (
        ("address", re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b(?:/[\d.]+)?")),
        ("address", re.compile(r"\b[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){3,7}\b(?:/\d+)?")),
        ("id", re.compile(r"\b(?:vpnconn|vpn|cgw|vpc|sbn|subnet|eip|ip|rt|rr)-[A-Za-z0-9]{6,}\b")),
        ("text", re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)),
        ("text", re.compile(r"\b(?=[A-Za-z]*\d)[0-9A-Za-z]{16,}\b")),
    )

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def apply(self, value: Any) -> Any:
        """Return a JSON-like value with placeholders in all of its texts."""
        if isinstance(value, str):
            for kind, pattern in self._PATTERNS:
                value = pattern.sub(partial(self._placeholder, kind), value)
            return value
        if isinstance(value, dict):
            return {name: self.apply(item) for name, item in value.items()}
        return [self.apply(item) for item in value] if isinstance(value, (list, tuple)) else value

    def _placeholder(self, kind: str, match: re.Match[str]) -> str:
        number = len([known for known in self._known.values() if known.startswith(kind)]) + 1
        return self._known.setdefault(match.group(), "%s-%d" % (kind, number))


def build(
    facts: Facts,
    endpoint: str,
    is_writing: bool,
    ended: str | None,
    left_behind: list[dict[str, str]],
    remains: int,
    requests: int,
) -> dict[str, Any]:
    """Return the report.

    :param endpoint: the API's URL, which is shown if it is Baidu's own.
    :param is_writing: whether the probe was allowed to write.
    :param ended: why the part that writes ended early, or None.
    :param left_behind: objects that could not be removed; only their kind is shown.
    :param remains: how many objects of earlier runs were removed.
    :param requests: how many requests were sent.
    """
    rows = fitting(facts)
    level = next((effect for effect in (STOP, PURGE) if any(item.effect == effect for item in rows)), None)
    host = HOST.fullmatch(endpoint)
    report = {
        "collection": "baiducloud.network " + COLLECTION_VERSION,
        "endpoint": host.group(1) if host else "another",
        "mode": "read and write" if is_writing else "read",
        "verdict": _verdict(rows, level, is_writing, ended, left_behind),
        "is_safe": level is None and not ended and not left_behind,
        "dialects": [{"name": item.name, "effect": item.effect, "advice": item.advice} for item in rows if item.name],
        "consequences": list(dict.fromkeys(item.advice for item in _worst_first(rows) if item.advice)),
        "answers": [_build_observation(question, facts.get(question.key), rows, is_writing) for question in QUESTIONS],
        "ended_early": ended,
        "left_behind": [item["kind"] for item in left_behind],
        "remains_removed": remains,
        "requests": requests,
    }
    return Placeholders().apply(report)


def _worst_first(rows: list[Dialect]) -> list[Dialect]:
    order = (STOP, PURGE, LIMIT, NONE)
    return sorted(rows, key=lambda item: order.index(item.effect))


def _verdict(
    rows: list[Dialect], level: str | None, is_writing: bool, ended: str | None, left_behind: list[dict[str, str]]
) -> str:
    if left_behind:
        return MESSAGES["probe_left_behind"] % {"kinds": " and ".join(sorted({item["kind"] for item in left_behind}))}
    worst = [item for item in rows if item.effect == level]
    if level == STOP:
        return MESSAGES["probe_do_not_write"] % {"advice": worst[0].advice}
    if level == PURGE:
        return MESSAGES["probe_do_not_purge"] % {"advice": worst[0].advice}
    if ended:
        return MESSAGES["probe_unclear"] % {"reason": ended}
    return MESSAGES["probe_safe" if is_writing else "probe_safe_for_reads"]


def _build_observation(question: Question, fact: Fact | None, rows: list[Dialect], is_writing: bool) -> dict[str, Any]:
    observation = {
        "key": question.key,
        "question": question.text,
        "observed": fact.value if fact else None,
        "detail": _text(fact.detail) if fact else None,
        "assumed": question.assumed,
        "dialects": [item.name for item in rows if item.name and item.question == question.key],
    }
    if fact is None:
        needs_write = question.needs == WRITE and not is_writing
        observation["detail"] = "needs probe_writes: true" if needs_write else "no response showed it"
    return observation


def is_unusual(observation: dict[str, Any]) -> bool:
    """Return whether an observed value differs from the one that the collection assumes."""
    usual = (None, observation["assumed"], VALUES_OF_READS.get(observation["key"]))
    return observation["assumed"] is not None and observation["observed"] not in usual


def markdown(report: dict[str, Any]) -> str:
    """Return the report as a Markdown page."""
    lines = ["**%s**" % report["verdict"], "", "# First contact with the API", ""]
    lines.append(
        "%s; host: %s; mode: %s; requests: %d."
        % tuple(report[name] for name in ("collection", "endpoint", "mode", "requests"))
    )
    if report["ended_early"]:
        lines += ["", "The part that writes ended early: %s." % report["ended_early"]]
    if report["remains_removed"]:
        lines += ["", "Objects of an interrupted run that were removed: %d." % report["remains_removed"]]
    lines += ["", "## What it means for you", ""]
    lines += ["- " + text for text in report["consequences"]] or ["Nothing: the collection handles all of it."]
    lines += ["", "## Dialects that the responses fit", ""]
    names = ["- `%s`" % item["name"] for item in report["dialects"]]
    lines += names or ["None: nothing unusual was seen."]
    lines += ["", "## Observed", "", "| question | observed | detail |", "|---|---|---|"]
    known = [observation for observation in report["answers"] if observation["observed"] is not None]
    for observation in known:
        mark = "**%s**" if is_unusual(observation) else "%s"
        lines.append(
            "| %s | %s | %s |"
            % (observation["question"], mark % observation["observed"], (observation["detail"] or "").replace("|", "/"))
        )
    lines += ["", "A bold value differs from what the collection assumes."]
    open_questions = [observation for observation in report["answers"] if observation["observed"] is None]
    if open_questions:
        lines += ["", "## Still open", ""]
        lines += ["- %s (%s)" % (observation["question"], observation["detail"]) for observation in open_questions]
    lines += [
        "",
        "This page has no secret, no id, no name and no address of yours. Please attach it to an issue.",
        "The section Support of the collection's README says where.",
    ]
    return "\n".join(lines) + "\n"


def _text(detail: Any) -> str | None:
    """Return the detail of a fact as one text."""
    if isinstance(detail, dict):
        detail = ["%s: %s" % (name, _text(value)) for name, value in detail.items()]
    if isinstance(detail, (list, tuple)):
        return ", ".join(map(str, detail))
    return None if detail is None else str(detail)
