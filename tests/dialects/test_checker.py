# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the checker: every part of every invariant is reported when a real run is falsified accordingly."""

from __future__ import annotations

import pytest

from .case_clock import CaseClock, Stuck
from .cases import Case, bench
from .cloud_under_test import SECRET_ACCESS_KEY, Seen
from .invariants import check
from .scenarios import BERLIN, HUB, KEYS, OTHER_HUB, PARIS

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def trials():
    """Return the Trials of some scenarios on the base cloud, by scenario."""
    names = ("create-repeat", "create-update", "delete-by-id", "check-mode", "purge")
    with bench() as one:
        reports = [one.run(Case((), name)) for name in names]
    return {report.case.scenario: report.trials for report in reports}


def request(method, path, touched=(), body=None):
    return Seen(method, path, {}, body, 200, None, frozenset(touched), *[frozenset()] * 3, 0.0, None)


def with_created(trial):
    """Return the trial as a result reports it that names what it made."""
    result = dict(trial.result, created_ids=sorted(trial.new))
    if "tunnels" in result:
        result["tunnels"] = [
            dict(item, created_ids=[key for key in trial.new if key == item["vpn_conn_id"]])
            for item in result["tunnels"]
        ]
    return trial._replace(outcome=trial.outcome._replace(result=result))


def other(trial, **changes):
    """Return a stored object of the trial under another id."""
    item = next(iter(trial.after.values()))
    return item._replace(object_id="vpnconn-other", **changes)


def falsified(trial, **result):
    return trial._replace(outcome=trial.outcome._replace(result=dict(trial.result, **result)))


def id_of(trial, name, vpn_id=HUB):
    (found,) = [key for key, item in trial.before.items() if (item.name, item.scope) == (name, vpn_id)]
    return found


def two_objects(trial):
    return trial._replace(after=dict(trial.after, **{"vpnconn-other": other(trial)}))


def of_no_task(trial):
    return trial._replace(after=dict(trial.after, **{"vpnconn-other": other(trial, name="Other")}))


def deletes(name, vpn_id=HUB):
    def change(trial):
        key = id_of(trial, name, vpn_id)
        after = {other: item for other, item in trial.after.items() if other != key}
        return trial._replace(after=after, seen=[*trial.seen, request("DELETE", "/v1/vpn/vpnconn/" + key, [key])])

    return change


def overwrites(trial):
    key = id_of(trial, BERLIN, OTHER_HUB)
    return trial._replace(seen=[*trial.seen, request("PUT", "/v1/vpn/vpnconn/" + key, [key])])


def many(number, method, body=None):
    return lambda trial: trial._replace(seen=[*trial.seen, *[request(method, "/v1/vpn/x/vpnconn", body=body)] * number])


def stored_differently(trial):
    after = {key: item._replace(entry=dict(item.entry, description="Else")) for key, item in trial.after.items()}
    return trial._replace(after=after, seen=[])


def still_there(trial):
    return trial._replace(after=dict(trial.after, **trial.before), seen=[])


def shows(text):
    return lambda trial: trial._replace(outcome=trial.outcome._replace(output=trial.outcome.output + text))


# (invariant, part) -> scenario, number of the step, what is falsified
FALSIFIED = {
    ("a", "objects"): ("create-repeat", 0, two_objects),
    ("a", "objects of no task"): ("create-repeat", 0, of_no_task),
    ("a", "second"): ("create-update", 1, two_objects),
    ("a", "ids"): ("create-repeat", 0, lambda trial: falsified(trial, created_ids=[])),
    ("b", "delete"): ("delete-by-id", 2, deletes(PARIS)),
    ("b", "delete of a listed one"): ("purge", 0, deletes(BERLIN)),
    ("b", "delete elsewhere"): ("purge", 0, deletes(PARIS, OTHER_HUB)),
    ("b", "write"): ("purge", 0, overwrites),
    ("c", "posts"): ("create-repeat", 0, many(4, "POST", {"vpnConnName": BERLIN})),
    ("c", "requests"): ("create-repeat", 1, many(30, "GET")),
    ("c", "requests of many"): ("purge", 0, many(70, "GET")),
    ("c", "time"): ("create-repeat", 1, lambda trial: trial._replace(seconds=200.0)),
    ("d", "id"): ("create-repeat", 1, lambda trial: falsified(trial, vpn_conn_id="vpnconn-dead")),
    ("d", "values"): ("create-repeat", 1, stored_differently),
    ("d", "absent"): ("delete-by-id", 2, still_there),
    ("e", "creates"): ("create-repeat", 1, two_objects),
    ("e", "deletes"): ("purge", 1, deletes(PARIS)),
    ("f", "secret"): ("create-repeat", 0, shows(KEYS[BERLIN])),
    ("f", "secret of the account"): ("create-repeat", 0, shows(SECRET_ACCESS_KEY)),
    ("g", "crash"): (
        "create-repeat",
        0,
        lambda trial: trial._replace(outcome=trial.outcome._replace(crash="ValueError")),
    ),
    ("g", "internal"): ("create-repeat", 0, lambda trial: falsified(trial, error={"code": "InternalError"})),
    ("g", "traceback"): ("create-repeat", 0, shows("Traceback (most recent call last)")),
    ("check", "writes"): ("check-mode", 0, many(1, "POST")),
}


@pytest.mark.parametrize("what", FALSIFIED, ids=" ".join)
def test_checker_falsified_run_is_reported(trials, what):
    scenario, number, change = FALSIFIED[what]
    history = trials[scenario]
    honest = with_created(history[number])
    assert check(honest, history[:number]) == []
    found = check(change(honest), history[:number])
    part = what[1].split(" of ")[0].split(" elsewhere")[0]
    assert (what[0], part) in [(one.invariant, one.part) for one in found]


def test_case_clock_endless_sleep_ends_the_task():
    clock = CaseClock()
    clock.limit(10)
    clock.sleep(9)
    with pytest.raises(Stuck):
        clock.sleep(2)
    assert clock.monotonic() == 11
