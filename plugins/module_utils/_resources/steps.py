# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of a resource that changes in several steps or asynchronously, such as a gateway with an address.

_reconcile/steps.py sends the steps and waits. A resource file overrides RestSteppedApi of stepped_api.py like this:

    def update_steps(self, plan, item):
        item = yield Step("wait until the gateway is created", until=CREATED)  # returns the object as it was read last
        if item.fields["eip"] != plan.target.fields["eip"]:
            vpn_id, body = item.fields["vpn_id"], {"eip": plan.target.fields["eip"]}
            yield self.action("unbind the address", vpn_id, {"unbind": ""})._replace(until=WITHOUT_ADDRESS)
            bind = self.action("bind the address", vpn_id, {"bind": ""}, body)
            yield bind._replace(until=bound_to(plan), is_last=True)
"""

from __future__ import annotations

from typing import Any, Callable, Generator, NamedTuple, Optional

from .base import Desired, Entry, Item, Plan, ResourceApi


class Condition(NamedTuple):
    """A state of an object to wait for. The wait goes on at an unknown status, and ends at one of type.final_states."""

    goal: str  # the words for it in messages, after "is not"
    is_reached: Callable[[Optional[Item]], bool]  # of the object as it was read, None if it does not exist
    # The words for an object that has not reached it, such as "still has 192.0.2.1"; "" for "is not GOAL".
    describe: Optional[Callable[[Optional[Item]], str]] = None


class Step(NamedTuple):
    """One request of an update or a deletion, and what to wait for afterwards.

    Running a step again must do no harm. If the outcome of its request is unknown, `until` decides, if there is one.
    """

    name: str  # imperative, for messages
    send: Optional[Callable[[str, float], Optional[str]]] = None  # client token, deadline -> request id; None to wait
    until: Optional[Condition] = None
    is_last: bool = False  # whether no step depends on `until`, so that `wait: false` skips it
    rollback: Optional[Step] = None  # sent once if this one is refused, to undo the step before it


Steps = Generator[Step, Any, None]

GONE = Condition("gone", lambda item: item is None)


class SteppedApi(ResourceApi):
    """The interface of such a resource to the reconciler.

    The options `wait` (default: true) and `wait_timeout` of the task say whether and for how long to wait. The type
    needs describe_state().
    """

    poll_interval = 5.0  # seconds between the first two reads of a wait; it grows
    # Whether read() is never as stale as a list, so that it confirms a created object. The API may have replayed the
    # response to an earlier creation, and a stale list still shows an object that is gone.
    confirms_creations = False

    def ready(self, desired: Desired) -> Condition | None:
        """Return what is to be waited for at the end of a task with `state: present`; None if nothing is."""
        return None

    def complete(self, desired: Desired, item: Item) -> Item:
        """Return an existing object, completed with what a plan needs and no list shows."""
        return item

    def check_creation(self, desired: Desired) -> None:
        """Raise an error, before the plan is shown, if the desired object must not be created."""

    def check_deletion(self, desired: Desired, item: Item) -> None:
        """Raise an error if an object that complete() returned must not be deleted."""

    def update_steps(self, plan: Plan, item: Item) -> Steps:
        """Yield the steps of an update; each returns the object as it is then.

        :param item: the object as it is now.
        """
        raise NotImplementedError

    def deletion_steps(self, desired: Desired, item: Item) -> Steps:
        """Yield the steps of a deletion, the last one until GONE; see update_steps()."""
        raise NotImplementedError

    def read(self, object_id: str) -> Entry | None:
        """Return an object by its id, None if it does not exist."""
        raise NotImplementedError
