# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state that the writing parts of the probe share, and the statuses of a tunnel over time."""

from __future__ import annotations

from typing import Any, Iterable

from .exchange import Exchange, Exchanges
from .facts import Facts
from .forms import published_word
from .marks import Marks
from .objects import OwnObjects
from .own_tunnels import CreationResult, OwnTunnels, TimedSnapshot
from .reading import Reading

KIND = "vpn_api_probe"


class WriteContext:
    """The state of one run.

    :ivar messages: error messages of the API; only for the user, not for the report.
    :ivar peer_fields: the fields that name the peer in a body, where it is not remoteIp.
    :ivar delay: seconds after which the list showed the new tunnel.
    :ivar busy: operation -> the refusal because of an earlier write.
    """

    def __init__(self, exchanges: Exchanges, reading: Reading, facts: Facts, marks: Marks) -> None:
        self.exchanges = exchanges
        self.reading = reading
        self.facts = facts
        self.marks = marks
        self.objects = OwnObjects(exchanges, reading.vpn_id, marks)
        self.messages: list[str] = []
        self.peer_fields: dict[str, Any] = {}
        self.delay = 0.0
        self.busy: dict[str, str] = {}

    @property
    def tunnels(self) -> OwnTunnels:
        return self.objects.tunnels

    def entry_in(self, reading: TimedSnapshot, vpn_conn_id: str) -> dict[str, Any] | None:
        """Return the entry of an own tunnel in a list, or None."""
        return self.tunnels.select(reading.snapshot).get(vpn_conn_id)

    def add_message(self, exchange: Exchange) -> None:
        """Keep the API's error message and its code, which the task shows as a warning."""
        if exchange.error is not None:
            self.messages.append(exchange.error.to_text())


def is_temporary(status: Any) -> bool:
    """Return whether a status is temporary, such as "creating"."""
    return isinstance(status, str) and status.lower().endswith("ing")


def course_of(shown: Iterable[tuple[float, dict[str, Any]]]) -> list[tuple[float, str | None]]:
    """Return the statuses of a tunnel in order, each with the seconds at which it was seen first."""
    found: list[tuple[float, str | None]] = []
    for seconds, entry in shown:
        status = entry.get("status") if isinstance(entry.get("status"), str) else None
        if not found or found[-1][1] != status:
            found.append((seconds, status))
    return found or [(0.0, None)]


def describe_course(statuses: Iterable[tuple[float, str | None]]) -> list[str] | None:
    """Return statuses and seconds as texts, or None if no status was shown."""
    texts = ["%s at %.1f s" % (published_word(status), seconds) for seconds, status in statuses if status is not None]
    return texts or None


def result_of_repetition(again: CreationResult, first_result: str | None, with_error: bool = False) -> str | None:
    """Return what a creation with a used token did, one of a few words, or None if that is unknown."""
    if again.new_id:
        return "creates another"
    if again.exchange.is_refused and not again.exchange.is_busy:
        return "refused"
    if again.exchange.is_success or (with_error and again.exchange.is_error_in_success):
        return "returns the first result" if again.returned == first_result else "returns another result"
    return None
