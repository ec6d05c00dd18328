# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide which request a fault hits: the fault plan of a test, checked and counted; no sockets here.

A fault is a dictionary as ``POST /_emulator/faults`` takes it (see ``KEYS``); what it does to the connection is the
server's job.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

from .validation import refused

_COMMON = frozenset(("match", "fault", "times", "probability", "seed"))
_MATCH = frozenset(("method", "path_regex", "nth"))

KEYS: dict[str, frozenset] = {
    "reset_before": _COMMON,
    "reset_after": _COMMON,
    "status": _COMMON | {"status", "code", "message", "headers", "commit", "echo_key", "body", "content_type"},
    "hang": _COMMON | {"commit", "seconds"},
    "truncate": _COMMON,
    "garbage": _COMMON | {"status", "headers", "echo_key", "body", "body_repeat", "content_type"},
    "slow": _COMMON | {"seconds"},
}
"""The faults, and the keys that each of them uses; keys of other faults, and nulls, are ignored."""

_KNOWN = frozenset().union(*KEYS.values())

NEEDS_NO_SIGNATURE = frozenset(("reset_before", "hang", "status"))
FOR_EVER = (0, -1)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_headers(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, (str, int)) for item in value.values())


_TYPES: dict[str, Callable[[Any], bool]] = {
    "status": lambda value: _is_int(value) and 200 <= value <= 599,
    "code": _is_text,
    "message": _is_text,
    "content_type": _is_text,
    "headers": _is_headers,
    "commit": lambda value: isinstance(value, bool),
    "echo_key": lambda value: isinstance(value, bool),
    "seconds": lambda value: _is_number(value) and value >= 0,
    "body_repeat": lambda value: _is_int(value) and value >= 0,
    "times": lambda value: value is None or (_is_int(value) and value >= -1),
    "probability": lambda value: _is_number(value) and 0 <= value <= 1,
}


def errors_in(spec: Any) -> list[str]:
    """Return the errors of a fault; each names its key."""
    if not isinstance(spec, dict):
        return ["a fault must be an object"]
    kind = spec.get("fault")
    if not isinstance(kind, str) or kind not in KEYS:
        return [f"fault: {kind!r} is not one of {', '.join(KEYS)}"]
    errors = [f"{key}: is not a key of a fault" for key in spec if key not in _KNOWN]
    wrong = [key for key, good in _TYPES.items() if spec.get(key) is not None and not good(spec[key])]
    errors += [f"{key}: has a wrong type or value" for key in wrong]
    match = spec.get("match") or {}
    if not isinstance(match, dict):
        return errors + ["match: must be an object"]
    match = {key: value for key, value in match.items() if value is not None}
    errors += [f"match.{key}: is not a key of match" for key in match if key not in _MATCH]
    if not isinstance(match.get("method", ""), str):
        errors.append("match.method: must be a string")
    try:
        re.compile(match.get("path_regex", ""))
    except (re.error, TypeError):
        errors.append("match.path_regex: must be a regular expression")
    nth = match.get("nth", 1)
    if not all(_is_int(place) and place >= 1 for place in (nth if isinstance(nth, list) else [nth])):
        errors.append("match.nth: must be an integer from 1, or a list of them")
    return errors


class Fault:
    """One fault with its counters.

    ``nth`` as a number is the first request that is hit, and ``times`` how many are from there on; as a list it names
    all requests that are hit. Left out, ``times`` is the length of that list, or for ever with a ``probability``, or 1;
    null, 0 and -1 mean for ever.
    """

    def __init__(self, spec: dict[str, Any]) -> None:
        for_ever = "times" in spec and spec["times"] is None
        spec = {key: value for key, value in spec.items() if value is not None}
        if for_ever:
            spec["times"] = -1
        self.spec = spec
        self.kind: str = spec["fault"]
        self.seen = 0
        self.hits = 0
        match = {key: value for key, value in spec.get("match", {}).items() if value is not None}
        self._method = match.get("method", "").upper()
        self._path = re.compile(match.get("path_regex", ""))
        nth = match.get("nth", 1)
        self._places = nth if isinstance(nth, list) else None
        self._first = 1 if self._places else nth
        default = -1 if "probability" in spec else len(self._places or [1])
        self._times = spec.get("times", default)
        self._random = random.Random(spec.get("seed"))

    def hits_request(self, method: str, path: str, signed: bool) -> bool:
        """Count the request, and return whether the fault would hit it."""
        if self._method not in ("", method) or not self._path.search(path):
            return False
        self.seen += 1
        if self.seen < self._first or (self._places and self.seen not in self._places):
            return False
        if self._times not in FOR_EVER and self.hits >= self._times:
            return False
        # Drawn for every request in question, so that a seed gives the same pattern whoever else is served.
        if self._random.random() >= self.spec.get("probability", 1):
            return False
        return signed or self.kind in NEEDS_NO_SIGNATURE


class FaultPlan:
    """The faults in force; the first that hits a request wins, and only it is used up."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def install(self, specs: Any) -> None:
        """Replace the faults in force, by all of these or by none."""
        if not isinstance(specs, list):
            raise refused("faults: must be a list")
        errors = [f"faults[{index}].{words}" for index, spec in enumerate(specs) for words in errors_in(spec)]
        if errors:
            raise refused("; ".join(errors))
        self._faults = [Fault(spec) for spec in specs]

    def choose(self, method: str, path: str, signed: bool) -> Fault | None:
        """Return the fault for a request; every fault counts it, so ``nth`` does not depend on the others."""
        hitting = [fault for fault in self._faults if fault.hits_request(method, path, signed)]
        if not hitting:
            return None
        hitting[0].hits += 1
        return hitting[0]

    def describe(self) -> list[dict[str, Any]]:
        return [{**fault.spec, "seen": fault.seen, "hits": fault.hits} for fault in self._faults]
