# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps and waits of a gate with an address: building, then closed or open, as a VPN gateway has them."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import (
    AuthError,
    ConflictError,
    NotFoundError,
    ServerError,
    TransportError,
)
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.steps import SteppedScope
from ansible_collections.baiducloud.network.plugins.module_utils._resources import base
from ansible_collections.baiducloud.network.plugins.module_utils._resources.base import Desired, Entry, Item, Listed
from ansible_collections.baiducloud.network.plugins.module_utils._resources.steps import (
    GONE,
    Condition,
    Step,
    SteppedApi,
)
from fake_clock import FakeClock

READY = Condition("ready", lambda item: item is not None and item.fields["status"] in ("closed", "open"))
SETTLE = 20.0  # seconds that a creation, a binding or a release takes


def bound(address):
    """Return the condition that the gate has an address, and is settled."""
    goal = "bound to %s" % address if address else "without an address"
    return Condition(goal, lambda item: READY.is_reached(item) and item.fields["address"] == address)


class GateType(base.ResourceType):
    label, name_option, id_option, key_word = "gate", "name", "gate_id", "name"
    costs_money = True
    final_states = ("error",)

    def describe_state(self, item):
        return "status %(status)s" % item.fields

    def keys(self, desired):
        return base.Identity("front", None, desired.is_absent, None)

    def plan(self, desired, item):
        before = {} if item is None else {name: item.fields[name] for name in ("note", "address")}
        if desired.is_absent:
            return base.Plan(base.DELETE, (), before, {}, None)
        if item is None:
            return base.Plan(base.CREATE, (), {}, desired.fields, Item(dict(desired.fields)))
        changes = tuple(name for name in desired.fields if desired.fields[name] != before[name])
        after = dict(before, **desired.fields)
        return base.Plan(
            base.UPDATE if changes else base.NOOP, changes, before, after, Item(dict(item.fields, **after))
        )

    def is_equal(self, desired, item):
        return all(item.fields[name] == value for name, value in desired.fields.items())

    is_same_connection = is_applied = is_equal


class Gates(SteppedApi):
    """A scope with at most one gate.

    :ivar gate: its fields, None if there is none. :ivar due: (moment, changes) that become visible later.
    :ivar errors: name of a call -> errors of its next calls; one that is `maybe_applied` is raised after the effect.
    """

    type = GateType()
    scope = "the house"

    def __init__(self, gate=None):
        self.clock = FakeClock()
        self.gate = dict({"status": "closed", "note": "", "address": "", "name": "front"}, **gate) if gate else None
        self.due, self.errors, self.calls, self.number = [], {}, [], 0
        self.settles_to = "closed"

    def _called(self, name, effect=None, later=None):
        self.calls.append(name)
        error = self.errors.get(name, [None]).pop(0) if self.errors.get(name) else None
        if error is None or error.maybe_applied:
            if effect:
                effect()
            if later:
                self.due.append((self.clock.monotonic() + SETTLE, later))
        if error is not None:
            raise error
        return "%s-%d" % (name, len(self.calls))

    def _now(self):
        for moment, effect in list(self.due):
            if self.clock.monotonic() >= moment:
                self.due.remove((moment, effect))
                effect()

    def _entry(self):
        self._now()
        if self.gate is None:
            return None
        is_leaving = self.gate["status"] == "deleting"
        return Entry("gate-1", self.gate["name"], is_leaving, True, 1, Item(dict(self.gate)))

    def _set(self, **fields):
        return lambda: self.gate.update(fields)

    def token_names(self, name):
        return "gate", name

    def list(self, deadline=None):
        request_id, entry = self._called("list"), self._entry()
        return Listed([entry] if entry else [], request_id, None)

    def read(self, object_id):
        self._called("read")
        return self._entry()

    def create(self, target, token):
        def make():
            self.gate = {"status": "building", "note": "", "name": "front", "address": ""}

        return "gate-1", self._called("create", make, self._set(status=self.settles_to, **target.fields))

    def ready(self, desired):
        return READY

    def update_steps(self, plan, item):
        item = yield Step("wait until the gate is built", until=READY)
        changes = {name for name, value in plan.after.items() if item.fields[name] != value}
        if "note" in changes:
            yield self._step("note", self._set(note=plan.after["note"]))
        if "address" in changes:
            if item.fields["address"]:
                yield self._bind("unbind", "", False)
            if plan.after["address"]:
                yield self._bind("bind", plan.after["address"], True)

    def deletion_steps(self, desired, item):
        if item.fields["address"]:
            yield self._bind("unbind", "", False)

        def release(_token, _deadline):
            return self._called("release", self._set(status="deleting"), lambda: setattr(self, "gate", None))

        yield Step("release", release, GONE, is_last=True)

    def _step(self, name, effect, later=None, until=None, is_last=False):
        return Step(name, lambda _token, _deadline: self._called(name, effect, later), until, is_last)

    def _bind(self, name, address, is_last):
        busy, settled = self._set(status="configuring"), self._set(status="open", address=address)
        return self._step(name, busy, settled, bound(address), is_last)


def run(api, state="present", wait=True, wait_timeout=600, **fields):
    options = {"state": state, "wait": wait, "wait_timeout": wait_timeout}
    scope = SteppedScope(api, [Desired(fields, options)], 60.0, clock=api.clock)
    scope.plan()
    scope.apply()
    (result,) = scope.results
    return result


def planned(api, state="present", **fields):
    """Return the result of a plan, as check mode shows it."""
    scope = SteppedScope(api, [Desired(fields, {"state": state, "wait_timeout": 600})], 60.0, clock=api.clock)
    scope.plan()
    (result,) = scope.results
    return result


def writes(api):
    return [call for call in api.calls if call not in ("list", "read")]


def lost():
    return TransportError("no response", "ConnectionFailed", maybe_applied=True)


def test_creation_ends_when_the_object_is_ready():
    api = Gates()
    result = run(api, address="192.0.2.1")
    assert result.error is None and result.changed and result.item.fields["address"] == "192.0.2.1"
    # "building" shows no address yet, which the first step waits for; nothing has to be bound then.
    assert writes(api) == ["create"] and SETTLE <= api.clock.slept <= SETTLE + 30


def test_creation_of_a_task_that_does_not_wait_ends_at_once():
    api = Gates()
    result = run(api, wait=False, note="")
    assert result.error is None and result.item.fields["status"] == "building" and api.clock.slept == 0


def test_ready_object_without_a_change_costs_one_list():
    api = Gates({"note": "north"})
    result = run(api, note="north")
    assert (result.error, result.changed, api.calls) == (None, False, ["list"])


def test_object_that_another_run_creates_is_waited_for_without_a_change():
    api = Gates({"status": "building"})
    api.due.append((7.0, api._set(status="closed", address="192.0.2.1")))
    result = run(api, address="192.0.2.1")
    assert result.error is None and not result.changed and writes(api) == []
    assert result.item.fields["address"] == "192.0.2.1"


def test_unknown_status_is_waited_for_until_the_timeout():
    api = Gates()
    api.settles_to = "rebooting"
    result = run(api, wait_timeout=90, note="")
    assert result.error.code == "WaitTimeout" and result.known_id == "gate-1" and result.changed
    assert result.created_ids == ["gate-1"] and not result.error.maybe_applied
    assert result.error.message.startswith("The gate front (gate-1) is not ready after 90 s: status rebooting;")
    assert api.clock.slept == pytest.approx(90) and api.calls.count("read") < 12


@pytest.mark.parametrize("status", ["Error", "deleting"])
def test_final_status_ends_the_wait(status):
    api = Gates()
    api.settles_to = status
    result = run(api, note="")
    assert result.error.code == "WaitFailed" and status.lower() in result.error.message and api.clock.slept < 60


def test_vanished_object_ends_the_wait_after_reads_that_may_be_stale():
    api = Gates({"status": "building"})
    api.due.append((1.0, lambda: setattr(api, "gate", None)))
    result = run(api)
    assert result.error.code == "ObjectVanished" and 30 <= api.clock.slept <= 60


def test_failing_read_does_not_end_the_wait_unless_it_is_refused():
    api = Gates({"status": "building"})
    api.due.append((SETTLE, api._set(status="closed")))
    api.errors["read"] = [lost(), ServerError("503", "ServiceUnavailable")]
    assert run(api).error is None
    api = Gates({"status": "building"})
    api.errors["read"] = [AuthError("refused", "AccessDenied")]
    assert run(api).error.code == "AccessDenied"


def test_update_unbinds_and_binds_with_waits_between():
    api = Gates({"address": "192.0.2.1"})
    result = run(api, note="new", address="192.0.2.2")
    assert result.error is None and result.changed and writes(api) == ["note", "unbind", "bind"]
    assert (result.before, result.after) == (
        {"note": "", "address": "192.0.2.1"},
        {"note": "new", "address": "192.0.2.2"},
    )
    assert result.item.fields["address"] == "192.0.2.2" and not result.outcome.is_item_stale
    assert 2 * SETTLE <= api.clock.slept <= 2 * SETTLE + 30


def test_update_of_a_task_that_does_not_wait_waits_between_steps_only():
    api = Gates({"address": "192.0.2.1"})
    result = run(api, wait=False, address="192.0.2.2")
    assert result.error is None and writes(api) == ["unbind", "bind"] and SETTLE <= api.clock.slept < 2 * SETTLE


def test_failed_step_names_itself_and_what_was_done():
    api = Gates({"address": "192.0.2.1"})
    api.errors["bind"] = [AuthError("bind: refused", "AccessDenied", 403, "request-9")]
    result = run(api, note="new", address="192.0.2.2")
    assert result.changed and result.error.code == "AccessDenied" and result.error.request_id == "request-9"
    assert result.failure_text == "bind: refused (step: bind; done before it: note, unbind)"
    assert result.after == {"note": "new", "address": ""}  # as the object is now, not as it was to be


def test_first_step_that_fails_changes_nothing():
    api = Gates({"address": "192.0.2.1"})
    api.errors["note"] = [AuthError("refused", "AccessDenied")]
    result = run(api, note="new")
    assert not result.changed and result.error.message == "refused (step: note; done before it: nothing)"


def test_step_whose_wait_times_out_names_itself_and_the_status():
    api = Gates({"address": "192.0.2.1"})
    result = run(api, wait_timeout=10, address="192.0.2.2")
    assert result.error.code == "WaitTimeout" and result.changed and writes(api) == ["unbind"]
    assert "(gate-1) is not without an address after 10 s: status configuring" in result.error.message
    assert result.error.message.endswith("(sent, and waited for its effect: unbind; done before it: nothing)")


def test_wait_of_a_later_step_counts_the_seconds_of_the_whole_task():
    api = Gates({"address": "192.0.2.1"})
    result = run(api, wait_timeout=25, address="192.0.2.2")
    assert "is not bound to 192.0.2.2 after 25 s" in result.error.message
    assert result.error.message.endswith("(sent, and waited for its effect: bind; done before it: unbind)")


def test_wait_that_times_out_says_how_the_object_is_where_its_condition_can_tell():
    api = Gates({"address": "192.0.2.1"})
    steps = api.update_steps

    def described(plan, item):
        generator = steps(plan, item)
        step = next(generator)
        while True:
            until = step.until._replace(describe=lambda item: "still has %s" % item.fields["address"])
            step = generator.send((yield step._replace(until=until)))

    api.update_steps = described
    result = run(api, wait_timeout=10, address="")
    assert result.error.code == "WaitTimeout" and result.error.retryable
    assert "(gate-1) still has 192.0.2.1 after 10 s: status configuring; raise" in result.error.message


def test_purchase_whose_wait_fails_is_among_what_was_done():
    api = Gates()
    api.settles_to = "rebooting"
    result = run(api, wait_timeout=90, address="192.0.2.1")
    assert result.error.code == "WaitTimeout" and result.created_ids == ["gate-1"]
    assert result.error.message.endswith("(step: wait until the gate is built; done before it: create the gate)")


@pytest.mark.parametrize(("again", "address"), [(None, "192.0.2.1"), (AuthError("no", "AccessDenied"), "")])
def test_refused_step_is_rolled_back_once(again, address):
    api = Gates({"address": "192.0.2.1"})
    api.errors.update(bind=[AuthError("refused", "AccessDenied")], again=[again])
    bind = api._bind
    api._bind = lambda name, *more: bind(name, *more)._replace(
        rollback=bind("again", "192.0.2.1", False) if name == "bind" else None
    )
    result = run(api, address="192.0.2.2")
    assert result.changed and writes(api) == ["unbind", "bind", "again"] and result.after["address"] == address
    outcome = "tried in its place: again, which failed: no" if again else "done in its place: again"
    assert result.error.code == "AccessDenied"
    assert result.error.message == "refused (step: bind; done before it: unbind); then " + outcome


def test_failed_deletion_reports_the_object_as_it_is_then():
    api = Gates({"address": "192.0.2.1"})
    api.errors["release"] = [AuthError("refused", "AccessDenied")]
    result = run(api, state="absent")
    assert result.changed and result.after == {"note": "", "address": ""}
    api = Gates({"address": "192.0.2.1"})
    api.errors["release"] = [NotFoundError("404", "NoSuchVpn")]
    api.list = lambda deadline=None: Listed([] if "release" in api.calls else [api._entry()], "list", None)
    result = run(api, state="absent")
    assert result.error is None and result.after == {}


def test_creation_that_the_check_refuses_fails_before_any_write():
    api = Gates()

    def refuse(desired):
        raise ConflictError("no such address", "NotFound")

    api.check_creation = refuse
    assert not planned(api, note="new").is_planned
    result = run(api, note="new")
    assert (result.error.code, result.changed, result.known_id) == ("NotFound", False, None) and writes(api) == []


def test_step_of_unknown_outcome_is_settled_by_reading():
    api = Gates({"address": "192.0.2.1"})
    api.errors["unbind"] = [lost()]
    result = run(api, address="192.0.2.2")
    assert result.error is None and writes(api) == ["unbind", "bind"]


def test_step_of_unknown_outcome_that_no_read_shows_fails_as_maybe_applied():
    api = Gates({"address": "192.0.2.1"})
    api._now = lambda: None
    api.errors["unbind"] = [lost()]
    result = run(api, address="192.0.2.2")
    assert result.error.maybe_applied and "step: unbind" in result.error.message and writes(api) == ["unbind"]
    assert "bought" not in result.failure_text


def test_deletion_unbinds_releases_and_waits_until_the_object_is_gone():
    api = Gates({"address": "192.0.2.1"})
    result = run(api, state="absent")
    assert result.error is None and result.changed and result.item is None
    assert writes(api) == ["unbind", "release"] and api.gate is None


def test_deletion_of_a_task_that_does_not_wait_ends_after_the_release():
    api = Gates({"note": "x"})
    result = run(api, state="absent", wait=False)
    assert result.error is None and result.changed and api.gate["status"] == "deleting" and api.clock.slept == 0


def test_deletion_does_not_touch_an_object_renamed_between_its_steps():
    api = Gates({"address": "192.0.2.1"})
    api.due.append((1.0, api._set(name="back")))
    result = run(api, state="absent")
    assert result.error.code == "ChangedMeanwhile" and writes(api) == ["unbind"]


def test_deletion_of_what_another_run_released_is_settled_by_lists():
    api = Gates({"note": "x"})

    def release_of_another_run():
        api.gate = None
        return NotFoundError("404", "NoSuchVpn")

    api.errors["release"] = [release_of_another_run()]
    result = run(api, state="absent")
    assert result.error is None and not result.changed


def test_creation_that_a_later_step_completes_has_the_diff_of_a_creation():
    result = run(Gates(), note="north", address="192.0.2.1")
    assert (result.before, result.after) == ({}, {"note": "north", "address": "192.0.2.1"})


def test_change_that_another_run_made_is_no_difference_in_the_diff():
    api = Gates({"status": "building"})
    api.due.append((7.0, api._set(status="closed", address="192.0.2.1")))
    result = run(api, address="192.0.2.1")
    assert not result.changed and result.before == result.after


@pytest.mark.parametrize("state", ["present", "absent"])
def test_plan_rests_on_what_only_a_read_of_the_object_shows(state):
    """The list does not show the note; the read of the object does."""
    api = Gates({"note": None})
    api.complete = lambda desired, item: item._replace(fields=dict(item.fields, note="north"))
    result = planned(api, state=state, note="north")
    assert (result.action, result.before["note"]) == ("nothing" if state == "present" else "delete", "north")
    assert result.changed == (state == "absent") and writes(api) == []


def test_deletion_that_the_check_refuses_fails_before_any_write():
    api = Gates({"address": "192.0.2.1"})

    def refuse(desired, item):
        raise ConflictError("in use", "GateInUse")

    api.check_deletion = refuse
    result = run(api, state="absent")
    assert (result.error.code, result.changed, result.known_id) == ("GateInUse", False, "gate-1") and writes(api) == []
    assert not planned(api, state="absent").is_planned
    assert planned(api, note="new").is_planned


def test_creation_is_confirmed_by_a_read_where_that_is_newer_than_a_list():
    """The API replays an id, and a stale list shows its object, which is gone."""
    api = Gates()
    api.confirms_creations = True
    api._now = lambda: api.gate and api.gate.update(status="closed")
    api.read = lambda object_id: None
    result = run(api, note="")
    assert result.error.code == "ObjectVanished"


def test_object_that_shows_a_final_status_until_it_is_gone_is_released():
    api = Gates({"status": "error"})
    result = run(api, state="absent")
    assert result.error is None and result.changed and api.gate is None


@pytest.mark.parametrize("is_applied", [True, False])
def test_purchase_of_unknown_outcome_says_what_to_look_for(is_applied):
    api = Gates()
    api.errors["create"] = [lost() for _attempt in range(5)]
    if not is_applied:
        api.create = lambda target, token: api._called("create")
        result = run(api, note="")
        assert api.calls.count("create") == 2 and api.clock.slept >= 60
        assert result.error.maybe_applied and result.created_ids == []
        assert result.failure_text.startswith(
            "no response. The gate 'front' may have been bought: look for this name in the house in the console"
        )
        assert result.failure_text.endswith("run the task again, it resumes from the current state")
    else:
        result = run(api, note="")
        assert result.error is None and api.calls.count("create") == 1 and result.created_ids == ["gate-1"]
