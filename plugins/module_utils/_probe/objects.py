# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remove all objects of the probe, also those of an interrupted run, and report what remains."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import Any, Iterator

from .exchange import Exchanges, Stopped
from .marks import Marks
from .messages import MESSAGES
from .own_customer_gateways import OwnCustomerGateways
from .own_tunnels import OwnTunnels, remove_all_tunnels


class OwnObjects:
    """The probe's own tunnels and customer gateways.

    :ivar remains: how many objects of earlier runs were removed.
    :ivar left_behind: the objects that could not be removed: kind, id, name and reason.
    """

    def __init__(self, exchanges: Exchanges, vpn_id: str, marks: Marks) -> None:
        self.tunnels = OwnTunnels(exchanges, vpn_id, marks)
        self.customer_gateways = OwnCustomerGateways(exchanges, marks)
        self.remains = 0
        self.left_behind: list[dict[str, str]] = []
        self._exchanges = exchanges
        self._marks = marks

    def remove_remains(self) -> None:
        """Remove the objects of an interrupted run.

        :raises Stopped: if that does not succeed.
        """
        for _attempt in range(2):  # a tunnel that a stale list does not show keeps its customer gateway
            self.remains += self._remove_all()
            if not self._has_listed():
                return
        raise Stopped(MESSAGES["probe_remains_not_removed"])

    def finish(self, delay: float) -> None:
        """Remove all own objects, and record in left_behind what remains.

        :param delay: for how many seconds lists have been stale.
        """
        self._exchanges.extend_limit()
        reason = MESSAGES["probe_still_listed"]
        try:
            self.tunnels.wait_for_unknown_creation()
            if delay:
                self._exchanges.clock.sleep(delay + 1)
            for _attempt in range(2):  # a stale list may have lacked some
                self._remove_all()
                if not (self._has_listed() or self.tunnels.unlisted() or self.customer_gateways.unlisted()):
                    break
        except Stopped as stopped:
            reason = str(stopped)
        finally:
            self._record_left_behind(reason)

    def _remove_all(self) -> int:
        return remove_all_tunnels(self.tunnels) + self.customer_gateways.remove_all()

    def _has_listed(self) -> bool:
        return bool(self.tunnels.listed or self.customer_gateways.listed)

    def _record_left_behind(self, reason: str) -> None:
        kinds = (("tunnel", self.tunnels), ("customer gateway", self.customer_gateways))
        found = [(kind, key, reason) for kind, objects in kinds for key in sorted(objects.listed)]
        found += [
            (kind, key, MESSAGES["probe_never_listed"]) for kind, objects in kinds for key in sorted(objects.unlisted())
        ]
        self.left_behind = [
            {"kind": kind, "id": key, "name": self._marks.name, "reason": why} for kind, key, why in found
        ]


@contextmanager
def removing_on_sigterm() -> Iterator[None]:
    """Let a first SIGTERM within the block raise SystemExit, so that own objects are removed; ignore further ones."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: Any) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise SystemExit("terminated")

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)
