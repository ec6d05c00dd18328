# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait takes conditions and names the kind of the object; tests/integration/test_waiting.py has real responses."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._reconcile import state
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.results import ScopeReconciler
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.waiter import StateWaiter
from ansible_collections.baiducloud.network.plugins.module_utils._resources import base
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import Entry, Listed
from fake_clock import FakeClock


class LockType(base.ResourceType):
    """A kind of object that never differs from what is desired."""

    label, name_option, id_option = "lock", "name", "lock_id"
    wait_conditions = {"open": ("mode", "open")}
    final_states = ("error",)

    def keys(self, desired):
        return base.Identity("front", None, False, None)

    def describe_state(self, item):
        return "mode %(mode)s" % item

    def plan(self, desired, item):
        return SimpleNamespace(
            action=base.NOOP, before={}, after={}, target=item, warnings=[], secret_key_changed=False
        )


class LockApi(base.ResourceApi):
    """A scope with one lock; `items` are what the lists show, the last one again and again."""

    type = LockType()
    scope = "the house"

    def __init__(self, *items):
        self._items = list(items)

    def list(self, deadline=None):
        item = self._items.pop(0) if len(self._items) > 1 else self._items[0]
        if isinstance(item, Exception):
            raise item
        return Listed([Entry("lock-1", "front", False, True, 1, item)] if item else [], "request", None)


def wait(*items):
    desired = SimpleNamespace(wait_for="open", wait_timeout=30)
    scope = ScopeReconciler(LockApi(*items), [desired], 60.0, clock=FakeClock())
    scope.plan()
    scope.apply()
    StateWaiter(scope, scope.results).run()
    return scope.results[0], scope.clock.slept


CLOSED, OPEN = {"mode": "Closed", "status": "active"}, {"mode": "Open", "status": "active"}


def test_wait_ends_when_the_condition_is_met():
    result, slept = wait(CLOSED, CLOSED, OPEN)
    assert result.error is None and result.item == OPEN and 0 < slept < 1


@pytest.mark.parametrize(
    ("items", "code", "text"),
    [
        (
            [CLOSED],
            "WaitTimeout",
            "The lock front (lock-1) is not open after 30 s: mode Closed; raise wait_timeout or look at it",
        ),
        ([CLOSED, {"mode": "closed", "status": "Error"}], "WaitFailed", "The lock front (lock-1) has the status error"),
        ([CLOSED, None], "ObjectVanished", "The lock front (lock-1) is not listed any more"),
        ([CLOSED, KeyError("defect")], "InternalError", "defect"),
    ],
)
def test_wait_that_fails_names_the_object_and_keeps_the_result(items, code, text):
    result, slept = wait(*items)
    assert result.error.code == code and text in result.error.message and not result.error.maybe_applied
    assert result.known_id == "lock-1"
    assert slept == pytest.approx(30) if code == "WaitTimeout" else slept <= state.STALE_LIST_TIMEOUT + 3


@pytest.mark.parametrize("timeout", [1, 6, 7])
def test_wait_takes_the_whole_time_and_looks_at_its_end(timeout):
    """Regression: it ended up to three seconds early, before a list that would have shown the state."""

    class OpenAtTheEnd(LockApi):
        def list(self, deadline=None):
            is_open = deadline is not None and clock.monotonic() > timeout - 0.001
            return Listed([Entry("lock-1", "front", False, True, 1, OPEN if is_open else CLOSED)], "request", None)

    clock = FakeClock()
    desired = SimpleNamespace(wait_for="open", wait_timeout=timeout)
    scope = ScopeReconciler(OpenAtTheEnd(), [desired], 60.0, clock=clock)
    scope.plan()
    scope.apply()
    StateWaiter(scope, scope.results).run()
    assert scope.results[0].error is None and clock.slept == pytest.approx(timeout, abs=0.001)
