# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios and the dialects of the model, and the few cells in which an invariant cannot be kept."""

from __future__ import annotations

from model_explorer import SANE, Scenario, Stored, Task

# Long enough to be recognised when they are cut.
A, B, C, Z = ("%s-branch-office-beijing" % letter for letter in "abcz")


def before(name, parameters=0, is_live=True, gateway=0):
    """Return an object that no run has made."""
    return Stored(name, parameters, is_live, gateway, ("before", 0))


PRESENT, OTHER = Task("present", (A,), 0), Task("present", (A,), 1)
EXACT, EXACT_B = (Task("present", (name,), 0, is_exact=True) for name in (A, B))
EXACT_OTHER = Task("present", (A,), 1, is_exact=True)
PRESENT_B = Task("present", (B,), 1)
ABSENT, PURGE = Task("absent", (A,), 0), Task("present", (A,), 0, True)
TWO, THREE = Task("present", (A, B), 0), Task("present", (A, B, C), 0)
PURGE_TWO = Task("present", (A, B), 0, True)
TOKEN = (((A, 0), A, 0, 0),)
ONE_GONE = {"objects": (before(A, is_live=False),), "tokens": TOKEN}
TWO_GONE = {"objects": (before(A, is_live=False),) * 2, "tokens": TOKEN + (((A, 1), A, 0, 1),)}
EXISTS = {"objects": (before(A),), "tokens": TOKEN}

SCENARIOS = {
    "one": Scenario("one present", (PRESENT,)),
    "one2": Scenario("one task, two names", (TWO,)),
    "two": Scenario("two equal presents", (PRESENT,) * 2),
    "three": Scenario("three equal presents", (PRESENT,) * 3),
    "two2": Scenario("two equal tasks of two names", (TWO,) * 2),
    "two3": Scenario("two equal tasks of three names", (THREE,) * 2),
    "gone1": Scenario("two presents, the token belongs to a deleted object", (PRESENT,) * 2, **ONE_GONE),
    "gone2": Scenario("one present, two tokens belong to deleted objects", (PRESENT,), **TWO_GONE),
    "gone2x2": Scenario("two presents, two tokens belong to deleted objects", (PRESENT,) * 2, **TWO_GONE),
    "gone2x3": Scenario("three presents, two tokens belong to deleted objects", (PRESENT,) * 3, **TWO_GONE),
    "gone2mixed": Scenario("the same, one of other parameters", (PRESENT, OTHER, PRESENT), **TWO_GONE),
    "mixed": Scenario("two presents of other parameters", (PRESENT, OTHER)),
    "mixed3": Scenario("three presents, one of other parameters", (PRESENT, PRESENT, OTHER)),
    "exact": Scenario("two equal presents next to an equal one of another exact name", (EXACT, EXACT, EXACT_B)),
    "exact2": Scenario("present next to an equal one of another exact name", (EXACT, EXACT_B)),
    "exactgone2": Scenario(
        "two presents of exact names, two tokens belong to deleted objects", (EXACT,) * 2, **TWO_GONE
    ),
    "exactupdate": Scenario("update of an object of an exact name", (EXACT_OTHER,), **EXISTS),
    "exactupdate2": Scenario("two equal updates of an object of an exact name", (EXACT_OTHER,) * 2, **EXISTS),
    "exactmixed": Scenario("present next to update, exact names", (EXACT, EXACT_OTHER), **EXISTS),
    "exactagain": Scenario(
        "update twice, one after the other, exact names", (EXACT_OTHER,) * 2, in_turn=True, **EXISTS
    ),
    "absent": Scenario("present next to absent, one exists", (PRESENT, ABSENT), **EXISTS),
    "absent1": Scenario("absent, one exists", (ABSENT,), (before(A),)),
    "absent2": Scenario("absent twice, one exists", (ABSENT,) * 2, (before(A),)),
    "absent3": Scenario("two presents next to absent", (PRESENT, PRESENT, ABSENT), **EXISTS),
    "update": Scenario("present next to update, one exists", (PRESENT, OTHER), **EXISTS),
    "purge": Scenario("purge next to present of another name", (PURGE, PRESENT_B), (before(Z, 1),)),
    "purge1": Scenario("purge; the wanted one is to be made, an equal one exists", (PURGE,), (before(Z),)),
    "purge2": Scenario("purge; both wanted ones exist", (PURGE_TWO,), (before(A), before(B, 1), before(Z, 1))),
    "purge3": Scenario("purge next to present of the wanted name", (PURGE, PRESENT), (before(Z, 1),)),
    "renamed": Scenario("the token belongs to an object since renamed", (PRESENT,), (before(Z, 1),), TOKEN),
    "again": Scenario("present, later present", (PRESENT,) * 2, in_turn=True),
    "again3": Scenario("present three times, one after the other", (PRESENT,) * 3, in_turn=True),
    "gone": Scenario("absent, then present", (ABSENT, PRESENT), in_turn=True, **EXISTS),
    "there": Scenario("present, one exists whose token is forgotten", (PRESENT,), (before(A),)),
    "there2": Scenario("two presents, one exists whose token is forgotten", (PRESENT,) * 2, (before(A),)),
    "foreign": Scenario("purge; another gateway has both", (PURGE,), (before(A, gateway=1), before(Z, 1, gateway=1))),
    "foreign2": Scenario("absent; another gateway has it", (ABSENT,), (before(A, gateway=1),)),
    "foreign3": Scenario("present; another gateway has another", (PRESENT,), (before(Z, 1, gateway=1),)),
    "foreign4": Scenario("update; another gateway has it", (OTHER,), (before(A, gateway=1),)),
}

SINGLE = "one one2 again gone purge2 purge1"
ALL = (
    "one one2 two three two2 gone1 gone2 gone2x2 gone2x3 mixed absent absent2 update purge purge2 renamed again mixed3"
    " absent3 purge3"
)
UPDATES = "exactupdate exactupdate2 exactmixed exactagain"
# name -> (what differs from SANE, scenarios). In those that begin with "sane" every run must succeed.
DIALECTS = {
    "sane, list at once": ({"lag": 0}, ALL + " two3"),
    "sane, stale list": ({}, ALL + " gone gone2mixed"),
    "sane, stale list, 1 lost": ({"faults": 1}, "one one2 two gone1 gone2 mixed absent update purge2 again"),
    "sane, stale list, 1 kill": ({"kills": 1}, "one one2 two three gone1 gone2 mixed absent purge2"),
    "sane, 1 lost, 1 kill": (
        {"faults": 1, "kills": 1},
        "one two gone1 gone2 three two2 mixed absent absent3 update purge2 purge3 renamed gone2x2",
    ),
    "sane, 2 lost": ({"faults": 2}, "one two one2"),
    "sane, exact names": ({}, "exact exact2 exactgone2"),
    "sane, exact names, 1 lost, 1 kill": ({"faults": 1, "kills": 1}, "exact2"),
    "sane, exact names, an update keeps the id": ({}, UPDATES),
    "sane, an update gives another id, list at once": ({"put": "new-id", "lag": 0}, UPDATES),
    "sane, an update gives another id": ({"put": "new-id"}, UPDATES),
    "sane, an update gives another id, 1 lost, 1 kill": ({"put": "new-id", "faults": 1, "kills": 1}, UPDATES),
    "an update gives another id, list later": ({"put": "new-id", "lag": 4}, UPDATES),
    "sane, the window ends": ({"windows": 1}, "gone2 gone2x2 gone1 two"),
    "sane, a list becomes too old": ({"delays": 1}, "absent absent2 absent3 purge2 purge purge3"),
    "a list becomes too old, 1 lost, 1 kill": (
        {"delays": 1, "faults": 1, "kills": 1},
        "absent absent2 purge2",
    ),
    "a list becomes too old, asynchronous": ({"delays": 2, "delete": "async"}, "absent absent2 gone purge2"),
    "a list becomes too old, renamed meanwhile": (
        {"delays": 1, "meanwhile": "renames", "lag": 0},
        "absent1 purge2",
    ),
    "name empty at first": ({"show": "empty"}, SINGLE + " two again3"),
    "name empty past patience, 1 kill": ({"show": "empty", "lag": 4, "kills": 1}, "one two again purge2"),
    "token ignored": ({"memory": "ignored"}, SINGLE + " two mixed gone1"),
    "token ignored, 2 lost": ({"memory": "ignored", "faults": 2}, "one one2"),
    "token expires": ({"memory": "expires"}, SINGLE + " two gone1 gone2"),
    "token expires, 1 lost, 1 kill": ({"memory": "expires", "faults": 1, "kills": 1}, "one two gone1"),
    "token of any parameters": ({"memory": "anyparams"}, SINGLE + " two mixed gone1"),
    "list later than patience": ({"lag": 4}, "one two gone1 again"),
    "list later, 1 lost": ({"lag": 4, "faults": 1}, "one"),
    "list later, token ignored": ({"lag": 4, "memory": "ignored"}, "one again"),
    "list later, token ignored, 2 lost": ({"lag": 4, "memory": "ignored", "faults": 2}, "one"),
    "PUT 404 while stale": ({"put": "stale404"}, "one two gone1 again gone"),
    "PUT 404 while stale, list later": ({"put": "stale404", "lag": 4}, "one gone1"),
    "PUT 4xx for gone": ({"put": "refuse"}, "one two gone1 gone2 update again gone"),
    "PUT busy": ({"put": "busy"}, "one two gone1 update again"),
    "PUT OK for gone": ({"put": "yes"}, "one two gone1 gone"),
    "PUT 2xx with error": ({"put": "body"}, "one update mixed"),
    "DELETE 2xx with error": ({"delete": "body"}, "absent absent2 purge2 gone"),
    "DELETE asynchronous": ({"delete": "async"}, "absent absent2 gone purge2 update"),
    "DELETE asynchronous, 1 kill": ({"delete": "async", "kills": 1}, "absent absent3 gone update"),
    "names unique": ({"duplicates": "refused"}, "one two mixed gone1 again gone absent"),
    "names unique, token ignored, 1 lost": ({"duplicates": "refused", "memory": "ignored", "faults": 1}, "one two"),
    "list of another gateway": ({"lists": "foreign"}, "foreign foreign2 foreign3 foreign4"),
    "list of another gateway, not named": ({"lists": "foreign?"}, "foreign foreign2 foreign3 foreign4"),
    "POST returns a foreign id": ({"post": "foreign-id"}, "foreign3"),
    "POST returns one id": ({"post": "one-id"}, "one2 again"),
    "name unrelated, token expires": ({"show": "hash", "memory": "expires"}, "one again3"),
}
# Objects that cost money. A list shows a creation within 2 lists, within the 5 of the long wait, or later.
BILLED = "one two three gone1 gone2 gone2x2 absent update again there"
for _title, _changes, _keys in (
    ("list at once", {"lag": 0}, BILLED + " mixed two2"),
    ("stale list", {}, BILLED + " mixed absent3 there2"),
    ("stale list, 1 lost", {"faults": 1}, "one two gone1 gone2 mixed absent update again"),
    ("stale list, 1 kill", {"kills": 1}, "one two three gone1 gone2 mixed absent"),
    ("1 lost, 1 kill", {"faults": 1, "kills": 1}, "one two gone1 mixed absent update gone2x2"),
    ("2 lost", {"faults": 2}, "one two gone1"),
    ("2 lost, 1 kill", {"faults": 2, "kills": 1}, "one"),
    ("the window ends", {"windows": 1}, "gone2 gone2x2"),
    ("2 kills", {"kills": 2}, "one two"),
    ("stale for long", {"lag": 4}, "one two gone1 again"),
    ("stale for long, 1 lost, 1 kill", {"lag": 4, "faults": 1, "kills": 1}, "one two"),
    ("stale for long, 2 lost", {"lag": 4, "faults": 2}, "one"),
    ("1 list unreadable", {"unreadable": 1}, "one two there gone1 again"),
    ("2 lists unreadable, 1 lost", {"unreadable": 2, "faults": 1}, "one there"),
    ("1 list unreadable, 1 lost, 1 kill", {"unreadable": 1, "faults": 1, "kills": 1}, "one two"),
):
    DIALECTS["sane, billed, " + _title] = (dict(_changes, costs_money=True), _keys)
for _title, _changes, _keys in (
    ("the object of the token lives or is not known", {}, "renamed gone2mixed"),
    ("list later", {"lag": 6}, "one two gone1 again mixed"),
    ("list later, 1 lost, 1 kill", {"lag": 6, "faults": 1, "kills": 1}, "one"),
    ("list later, 2 lost", {"lag": 6, "faults": 2}, "one"),
    ("token of any parameters", {"memory": "anyparams"}, "one two mixed gone1"),
    ("names unique, 1 lost", {"duplicates": "refused", "faults": 1}, "one two mixed"),
    ("read by id denies while stale", {"put": "stale404"}, "one two gone1 again"),
    ("read by id denies while stale for long", {"put": "stale404", "lag": 4}, "one two gone1"),
    ("read by id denies, list later", {"put": "stale404", "lag": 6}, "one"),
    ("read by id refused", {"put": "refuse"}, "one two gone1"),
    ("deletion asynchronous", {"delete": "async"}, "absent gone update"),
    ("token ignored, one run", {"memory": "ignored"}, "one there"),
    ("token ignored, one run, 2 lost", {"memory": "ignored", "faults": 2}, "one"),
    ("token ignored, stale for long, 2 lost", {"memory": "ignored", "lag": 4, "faults": 2}, "one"),
    ("token ignored, one after the other", {"memory": "ignored"}, "again"),
    ("token ignored, parallel", {"memory": "ignored"}, "two mixed gone1"),
    ("token ignored, 1 kill", {"memory": "ignored", "kills": 1}, "one"),
    ("token ignored, list later", {"memory": "ignored", "lag": 6}, "one"),
    ("token ignored, list later, 1 lost", {"memory": "ignored", "lag": 6, "faults": 1}, "one"),
    ("token ignored, list later, again", {"memory": "ignored", "lag": 6}, "again"),
    ("token expires", {"memory": "expires"}, "one again"),
):
    DIALECTS["billed, " + _title] = (dict(_changes, costs_money=True), _keys)
for _word, _show in (("upper case", "upper"), ("cut", "cut"), ("missing", "null"), ("unrelated", "hash")):
    _billed = {"show": _show, "costs_money": True}
    DIALECTS["billed, name " + _word] = (_billed, "one two again gone")
    DIALECTS["billed, name " + _word + ", 1 lost, 1 kill"] = (dict(_billed, faults=1, kills=1), "one two")
for _word, _show in (("upper case", "upper"), ("cut", "cut"), ("missing", "null"), ("unrelated", "hash")):
    DIALECTS["name " + _word] = ({"show": _show}, SINGLE + " two absent again3")
    DIALECTS["name " + _word + ", 1 lost, 1 kill"] = (
        {"show": _show, "faults": 1, "kills": 1},
        "one two again purge2 purge3",
    )
    DIALECTS["one name " + _word] = ({"show": _show + "1"}, "one2 again purge2 purge1")
    DIALECTS["name " + _word + ", token ignored"] = ({"show": _show, "memory": "ignored"}, "one again3")

# (dialect, invariant): (scenarios, why it is impossible and what happens instead).
IMPOSSIBLE = {
    ("sane, the window ends", "I2"): ("gone2x2", "two runs use the third tokens of two windows: 2 stay"),
    ("sane, the window ends", "L"): ("gone2x2", "the same: AmbiguousName with both ids"),
    ("name unrelated, token ignored", "I6"): ("again3", "nothing links the two; each run fails and adds one"),
    ("name unrelated, token expires", "I6"): ("again3", "the same, once the token is forgotten"),
    ("list later, token ignored", "I6"): ("again", "neither list nor token knows the first object"),
    ("list later, token ignored, 2 lost", "I1"): ("one", "neither list nor response shows the first; at most 3"),
    ("list later, token ignored, 2 lost", "I1c"): ("one", "the id of an object that nothing shows is unknown"),
    ("PUT 404 while stale, list later", "I1"): ("one gone1", "list and update both deny a new object; at most 3"),
    ("billed, read by id denies, list later", "I1"): ("one", "list and read by id both deny the object for 30 s"),
    ("billed, read by id denies, list later", "M"): ("one", "the same: the response counts as a replay; at most 6"),
    ("billed, token ignored, parallel", "M"): ("two mixed gone1", "each run may buy one before a list shows another's"),
    ("billed, token ignored, 1 kill", "M"): ("one", "neither list nor token shows the new run what the killed one did"),
    ("billed, token ignored, list later, 1 lost", "I1"): ("one", "no list shows the first for 30 s; at most 2"),
    ("billed, token ignored, list later, 1 lost", "M"): ("one", "the same"),
    ("billed, token ignored, list later, again", "M"): ("again", "neither list nor token leads to the first"),
    ("billed, token ignored, list later, again", "I6"): ("again", "the same"),
    ("POST returns a foreign id", "W"): ("foreign3", "one update asks for an object that the list does not show"),
}


def dialect_of(name):
    """Return all properties of a dialect, a dict like SANE."""
    return {**SANE, **DIALECTS[name][0]}
