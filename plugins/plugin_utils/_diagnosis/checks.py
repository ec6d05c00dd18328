# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wrap checks, so that each gets only the facts that it needs. Pure: no I/O.

A check returns the values for the sentences of its finding (Words), or None if it finds nothing wrong.
"""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, Optional

from .facts import Connection, Facts, PeerFacts

Words = Optional[Dict[str, Any]]
Check = Callable[[Facts], Words]


def peer_check(check: Callable[[Facts, PeerFacts], Words]) -> Check:
    """Return a check that finds nothing without the peer's facts, and adds the peer's name to its words."""

    @functools.wraps(check)
    def wrapper(facts: Facts) -> Words:
        if facts.peer is None:
            return None
        found = check(facts, facts.peer)
        return None if found is None else {"peer": facts.peer.host, **found}

    return wrapper


def connection_check(check: Callable[[Connection, Connection], Words]) -> Check:
    """Return a check that compares the expected connection of the peer with the actual one."""

    @functools.wraps(check)
    def wrapper(facts: Facts) -> Words:
        if not (facts.peer and facts.expected and facts.connection):
            return None
        found = check(facts.expected, facts.connection)
        return None if found is None else {"peer": facts.peer.host, "connection": facts.connection_name, **found}

    return wrapper


def differs(name: str, show: Callable[[Any], str] = str) -> Check:
    """Return a check that finds a value of the connection other than the expected one. An unknown value is skipped."""

    def check(expected: Connection, actual: Connection) -> Words:
        should, value = getattr(expected, name), getattr(actual, name)
        if value in (None, ()) or value == should:
            return None
        return {"actual": show(value), "expected": show(should)}

    return connection_check(check)
