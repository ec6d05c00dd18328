# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the part of the probe that writes: create one tunnel, update it, delete it, and record observed values."""

from __future__ import annotations

from .creation import create_tunnel
from .deletion import delete_tunnel
from .exchange import Exchanges, Stopped
from .facts import Facts
from .lists import keep_entries_of_gateway
from .marks import Marks
from .messages import MESSAGES
from .new_tunnel import observe_new_tunnel
from .objects import OwnObjects, removing_on_sigterm
from .reading import Reading
from .repetition import create_two, repeat_after_deletion, repeat_creation
from .updating import update_tunnel
from .write_context import WriteContext, is_temporary

UNUSABLE_TYPES = ("ssl", "gre")


class Writing:
    """One run of the part that writes.

    :ivar ended: why it ended early, or None.
    """

    def __init__(self, exchanges: Exchanges, reading: Reading, facts: Facts, marks: Marks) -> None:
        self.ended: str | None = None
        self._context = WriteContext(exchanges, reading, facts, marks)

    @property
    def objects(self) -> OwnObjects:
        return self._context.objects

    @property
    def messages(self) -> list[str]:
        """Return the API's error messages; only for the user, not for the report."""
        return self._context.messages

    def run(self) -> None:
        """Create the tunnel, record the observed values, and remove it, whatever happens in between."""
        self.ended = reason_not_to_write(self._context.reading, self._context.facts)
        if self.ended:
            return
        with removing_on_sigterm():
            try:
                self.objects.remove_remains()
                self._write()
            except Stopped as stopped:
                self.ended = str(stopped)
            finally:
                self._finish()

    def _write(self) -> None:
        context = self._context
        tunnel = create_tunnel(context)
        observe_new_tunnel(context, tunnel)
        repeat_creation(context, tunnel)
        update_tunnel(context, tunnel.vpn_conn_id)
        delete_tunnel(context, tunnel.vpn_conn_id)
        repeat_after_deletion(context, tunnel)
        # Last, because two tunnels are created only after a deletion has worked.
        create_two(context, tunnel.body)

    def _finish(self) -> None:
        """Remove the own objects; start again after a first interruption, but not after a second one."""
        try:
            self.objects.finish(self._context.delay)
        except BaseException:
            self.objects.finish(self._context.delay)
            raise


def reason_not_to_write(reading: Reading, facts: Facts) -> str | None:
    """Return why nothing may be written to this gateway, or None."""
    kind = reading.gateway.get("type")
    if isinstance(kind, str) and kind.lower() in UNUSABLE_TYPES:
        return MESSAGES["probe_gateway_type"]
    if is_temporary(reading.gateway.get("status")):
        return MESSAGES["probe_gateway_not_ready"]
    if facts.value("list_pages") in ("ends early", "pages without an end"):
        return MESSAGES["probe_list_incomplete"]
    snapshot = reading.snapshots[-1]
    of_gateway = keep_entries_of_gateway(snapshot.entries, reading.vpn_id)
    if snapshot.entries and not of_gateway:
        return MESSAGES["probe_list_of_other_gateway"]
    if not reading.agrees_with_detail(of_gateway):
        return MESSAGES["probe_list_differs_from_detail"]
    return None
