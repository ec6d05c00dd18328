# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that do not confirm what an action would rest on, one test each: defects that reviews have found."""

from __future__ import annotations

import pytest

from .cases import Case, bench
from .scenarios import BERLIN, HUB, NEW_KEY, PARIS, IdOf, Scenario, Step, gone, many, one, tunnel

pytestmark = pytest.mark.long

RENAME = Step("vpn_tunnel", {"vpn_id": HUB, "vpn_conn_id": IdOf(BERLIN), "vpn_conn_name": PARIS}, pause=5.0)


@pytest.fixture(scope="module")
def one_bench():
    with bench() as found:
        yield found


def _run(one_bench, *steps, dialects=(), faults=(), stored=()):
    case = Case(tuple(dialects), "none", faults=tuple(faults))
    return one_bench.run(case, Scenario(tuple(steps), tuple(stored)))


def _status(method, status, nth=1, times=1, **more):
    return dict(fault="status", match={"method": method, "nth": nth}, times=times, status=status, **more)


@pytest.mark.parametrize(
    "dialect, managed",
    [
        ("keys-masked-partly", {"description": "Only this"}),
        ("description-missing", {"secret_key": NEW_KEY}),
    ],
)
def test_update_of_one_field_keeps_stored_values_of_others(one_bench, dialect, managed):
    step = Step("vpn_tunnel", dict(managed, vpn_id=HUB, vpn_conn_name=BERLIN))
    stored = [(HUB, BERLIN, {"description": "A & B, a rather long description"})]
    (trial,) = _run(one_bench, step, dialects=[dialect], stored=stored).trials
    (before,), (after,) = ([x for x in live.values() if x.kind == "tunnel"] for live in (trial.before, trial.after))
    kept = "secretKey" if "description" in managed else "description"
    assert after.entry[kept] == before.entry[kept]


@pytest.mark.parametrize("status, code", [(403, "AccessDenied"), (400, "InvalidVpnConnStatus")])
def test_probe_refused_for_another_reason_creates_nothing_further(one_bench, status, code):
    report = _run(
        one_bench, one(BERLIN), dialects=["list-late"], faults=[_status("PUT", status, times=None, code=code)]
    )
    assert len(report.trials[0].new) == 1


@pytest.mark.parametrize("status", [408, 507, 520, 524])
def test_creation_with_unclear_status_is_reported(one_bench, status):
    (trial,) = _run(one_bench, one(BERLIN), faults=[_status("POST", status, code="X", commit=True)]).trials
    assert set(trial.result.get("created_ids") or ()) == set(trial.new)


def test_creation_refused_after_unknown_outcome_is_reported_as_unknown(one_bench):
    faults = [
        {"fault": "reset_after", "match": {"method": "POST", "nth": 1}},
        _status("POST", 403, nth=2, code="QuotaExceeded"),
    ]
    (trial,) = _run(one_bench, one(BERLIN), dialects=["list-late"], faults=faults).trials
    assert trial.result["error"]["maybe_applied"]


def test_absent_name_in_another_case_than_a_desired_one_deletes_nothing(one_bench):
    step = many(tunnel(BERLIN, vpn_conn_name="web-1"), {"vpn_conn_name": "WEB-1", "state": "absent"}, vpn_id=HUB)
    stored = [(HUB, "web-1", {"like": BERLIN})]
    assert not _run(one_bench, step, dialects=["tunnel-name-upper"], stored=stored).trials[0].deleted


@pytest.mark.parametrize(
    "body",
    [
        {"code": 404, "message": "no such tunnel"},
        {"errorCode": "NoSuchVpnConn"},
        {"error": {"code": "AccessDenied"}},
        {"success": 0, "message": "failed"},
    ],
)
def test_deletion_with_an_error_in_its_body_is_not_reported_as_done(one_bench, body):
    faults = [_status("DELETE", 200, body=body, times=None)]
    (trial,) = _run(one_bench, gone(vpn_conn_name=BERLIN), faults=faults, stored=[(HUB, BERLIN, {})]).trials
    assert trial.failed


def test_created_ids_leave_out_what_existed_before(one_bench):
    trial = _run(one_bench, one(BERLIN), RENAME, one(BERLIN)).trials[-1]
    assert not set(trial.result.get("created_ids") or ()) & set(trial.before)


def test_created_ids_of_an_item_leave_out_those_of_others(one_bench):
    step = many(tunnel(BERLIN), tunnel(PARIS))
    (trial,) = _run(one_bench, step, dialects=["tunnel-name-missing"]).trials
    first, second = (set(item["created_ids"]) for item in trial.result["tunnels"])
    assert not first & second
