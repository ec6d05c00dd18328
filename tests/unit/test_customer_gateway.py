# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done about a customer gateway; every mistake in its options is told."""

from __future__ import annotations

import time

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils import vpn_customer_gateway
from ansible_collections.baiducloud.network.plugins.module_utils.customer_gateway import desire, find, plan, problems
from ansible_collections.baiducloud.network.plugins.module_utils.errors import (
    BceNotFoundError,
    BceStateError,
    BceTokenMismatchError,
    BceTransportError,
    BceUsageError,
)
from emulator_process import ACCESS_KEY_ID, SECRET_ACCESS_KEY

BERLIN = {
    "cgw_id": "cgw-a",
    "name": "berlin",
    "ip": "203.0.113.10",
    "description": "old",
    "created_time": "2026-07-11 17:22:34",
    "updated_time": "2026-07-11 17:22:34",
}


@pytest.mark.parametrize(
    ("options", "action"),
    [
        ({"name": "berlin"}, "nothing"),
        ({"name": "berlin", "ip": " 203.0.113.10 "}, "nothing"),
        ({"name": "berlin", "description": "old"}, "nothing"),
        ({"name": "berlin", "description": "new"}, "update"),
        ({"name": "berlin", "description": ""}, "update"),
        ({"cgw_id": "cgw-a", "name": "paris"}, "update"),
        ({"name": "berlin", "state": "absent", "ip": "203.0.113.99"}, "delete"),
    ],
)
def test_the_plan_for_one_that_exists(options, action):
    step = plan(desire(options), BERLIN)
    assert step.action == action
    changed = {name for name in step.after if step.before[name] != step.after[name]}
    assert bool(changed) == (action == "update") and changed <= {"name", "description"}
    if action == "update":
        assert step.target["created_time"] and step.target["updated_time"] is None, "that of before is not told as new"


def test_the_plan_for_one_that_does_not_exist():
    assert plan(desire({"name": "berlin", "state": "absent"}), None).action == "nothing"
    step = plan(desire({"name": "berlin", "ip": "203.0.113.10"}), None)
    assert (step.action, step.before) == ("create", {})
    assert step.after == {"name": "berlin", "ip": "203.0.113.10", "description": ""}
    with pytest.raises(BceUsageError, match="berlin.* does not exist.*: ip"):
        plan(desire({"name": "berlin"}), None)


def test_a_new_address_is_refused_and_the_way_to_it_told():
    with pytest.raises(BceStateError) as refused:
        plan(desire({"name": "berlin", "ip": "203.0.113.11", "description": "new"}), BERLIN)
    for words in ("ip:", "cgw-a", "203.0.113.10", "203.0.113.11", "create another", "cgw_id"):
        assert words in refused.value.message


def test_an_address_that_the_cloud_does_not_tell_is_not_taken_for_another_one():
    assert plan(desire({"name": "berlin", "ip": "203.0.113.11"}), dict(BERLIN, ip=None)).action == "nothing"


def test_one_that_is_listed_without_its_id_is_not_guessed_at():
    with pytest.raises(BceStateError, match="'berlin' without its id"):
        find([dict(BERLIN, cgw_id=None)], "berlin")


def test_two_of_one_name_are_told_with_their_ids():
    twin = dict(BERLIN, cgw_id="cgw-b")
    with pytest.raises(BceStateError, match="cgw-a, cgw-b; give cgw_id"):
        find([BERLIN, twin], "berlin")
    assert find([BERLIN], "Berlin") is None


def test_all_mistakes_are_told_together():
    found = problems({"name": "1st", "ip": "nowhere", "description": "x" * 201, "cgw_id": "a b", "version": 0})
    assert [text.split(":")[0] for text in found] == ["cgw_id", "name", "ip", "description", "version"]
    (lack,) = problems({"name": "", "ip": "203.0.113.1"})
    assert lack.startswith("name: is needed, or cgw_id")


def run(emulator, **options):
    keys = {"access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY, "endpoint": emulator.endpoint}
    return vpn_customer_gateway.run(dict(keys, **options), False)


def test_one_name_can_be_made_again_as_often_as_anybody_likes(emulator):
    for turn in range(35):
        made = run(emulator, name="berlin", ip="203.0.113.10")
        assert made["changed"] and made["cgw_id"] == emulator.customer_gateways()[0]["cgwId"], turn
        assert run(emulator, name="berlin", state="absent")["changed"]


def test_many_memories_of_other_fields_cost_one_patience_together(emulator, monkeypatch):
    monkeypatch.setattr(vpn_customer_gateway, "LIST_PATIENCE", 0.5)
    for turn in range(4):
        begin = time.monotonic()
        assert run(emulator, name="berlin", ip=f"203.0.113.{turn + 1}")["changed"]
        assert time.monotonic() - begin < 1.4, turn
        run(emulator, name="berlin", state="absent")


def test_one_that_is_removed_between_the_look_and_the_update_is_made(emulator):
    class Removed(vpn_customer_gateway.GatewayApi):
        def update_customer_gateway(self, fields, changes, client_token):
            run(emulator, name="berlin", state="absent")
            return super().update_customer_gateway(fields, changes, client_token)

    first = run(emulator, name="berlin", ip="203.0.113.10")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vpn_customer_gateway, "GatewayApi", Removed)
        again = run(emulator, name="berlin", ip="203.0.113.10", description="new")
    (there,) = emulator.customer_gateways()
    assert again["changed"] and again["cgw_id"] == there["cgwId"] != first["cgw_id"] and there["description"] == "new"


class Race:
    """Stands in for GatewayApi while another run makes a customer gateway of the same name, just before this one.

    :ivar answers: what creations are answered with: an id, or the error that they raise.
    :ivar removal: the error that a deletion raises, or None. :ivar is_removed: whether it is carried out all the same.
    """

    others = dict(BERLIN, cgw_id="cgw-1", description="")
    twin = dict(others, cgw_id="cgw-2", created_time="2026-07-11 17:22:35")

    def __init__(self, answers, removal=None, is_removed=True, **others):
        self.answers = list(answers)
        self.removal = removal
        self.is_removed = is_removed
        self.others = dict(self.others, **others)
        self.there = []

    def list_customer_gateways(self):
        return list(self.there)

    def customer_gateway(self, cgw_id):
        return next((item for item in self.there if item["cgw_id"] == cgw_id), None)

    def create_customer_gateway(self, _fields, _client_token):
        answer = self.answers.pop(0)
        if isinstance(answer, BceTokenMismatchError):  # the list shows the other one only later
            raise answer
        self.there.append(self.others)
        if isinstance(answer, Exception):
            raise answer
        self.there.append(self.twin)
        return answer, "request-1"

    def delete_customer_gateway(self, cgw_id):
        if self.is_removed:
            self.there = [item for item in self.there if item["cgw_id"] != cgw_id]
        if self.removal:
            raise self.removal
        return "request-2"

    def run(self, **options):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(vpn_customer_gateway, "GatewayApi", lambda _client, _version: self)
            patch.setattr(vpn_customer_gateway, "LIST_PATIENCE", 0)
            keys = {"access_key_id": "AK", "secret_access_key": "SK"}
            return vpn_customer_gateway.run(dict(keys, name="berlin", ip="203.0.113.10", **options), False)


MISMATCH = BceTokenMismatchError("used before", "IdempotentParameterMismatch", 400)
LOST = BceTransportError("no answer", "ConnectionFailed", maybe_applied=True)
GONE_SINCE = BceNotFoundError("gone", "NoSuchObject", 404, maybe_applied=True)


@pytest.mark.parametrize("removal", [None, GONE_SINCE, LOST], ids=["answered", "answered at the second try", "lost"])
def test_the_older_of_two_stays_however_the_removal_of_the_other_is_answered(removal):
    result = Race([MISMATCH, "cgw-2"], removal).run()
    assert not result.get("failed"), result
    assert (result["changed"], result["cgw_id"], result["customer_gateway"]["cgw_id"]) == (False, "cgw-1", "cgw-1")


def test_a_twin_that_could_not_be_removed_is_told():
    result = Race([MISMATCH, "cgw-2"], LOST, is_removed=False).run()
    assert (result["failed"], result["changed"], result["cgw_id"]) == (True, True, "cgw-2")


@pytest.mark.parametrize(("description", "is_ours"), [("", True), ("another run's", False)])
def test_after_a_lost_answer_what_is_there_counts_as_made_only_if_it_is_as_it_was_to_be(description, is_ours):
    result = Race([LOST], description=description).run()
    assert not result.get("failed") and (result["changed"], result["cgw_id"]) == (is_ours, "cgw-1")
