# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done about a customer gateway; every mistake in its options is told."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import ConflictError, InvalidOptionsError
from ansible_collections.baiducloud.network.plugins.module_utils._resources.customer_gateway import (
    parse_desired,
    plan,
    validate,
)

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
    step = plan(parse_desired(options), BERLIN)
    assert step.action == action
    changed = {name for name in step.after if step.before[name] != step.after[name]}
    assert bool(changed) == (action == "update") and changed <= {"name", "description"}
    if action == "update":
        assert step.target["created_time"] and step.target["updated_time"] is None, "that of before is not told as new"


def test_the_plan_for_one_that_does_not_exist():
    assert plan(parse_desired({"name": "berlin", "state": "absent"}), None).action == "nothing"
    step = plan(parse_desired({"name": "berlin", "ip": "203.0.113.10"}), None)
    assert (step.action, step.before) == ("create", {})
    assert step.after == {"name": "berlin", "ip": "203.0.113.10", "description": ""}
    with pytest.raises(InvalidOptionsError, match="berlin.* does not exist.*: ip"):
        plan(parse_desired({"name": "berlin"}), None)


def test_a_new_address_is_refused_and_the_way_to_it_told():
    with pytest.raises(ConflictError) as refused:
        plan(parse_desired({"name": "berlin", "ip": "203.0.113.11", "description": "new"}), BERLIN)
    for words in ("ip:", "cgw-a", "203.0.113.10", "203.0.113.11", "create another", "cgw_id"):
        assert words in refused.value.message


def test_an_address_that_the_cloud_does_not_tell_is_not_taken_for_another_one():
    assert plan(parse_desired({"name": "berlin", "ip": "203.0.113.11"}), dict(BERLIN, ip=None)).action == "nothing"


def test_all_mistakes_are_told_together():
    found = validate({"name": "1st", "ip": "nowhere", "description": "x" * 201, "cgw_id": "a b", "version": 0})
    assert [text.split(":")[0] for text in found] == ["cgw_id", "name", "ip", "description", "version"]
    (lack,) = validate({"name": "", "ip": "203.0.113.1"})
    assert lack.startswith("name: is needed, or cgw_id")
