# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All invariants, on the base cloud, under every dialect, under random mixes, and where a response is lost."""

from __future__ import annotations

import pytest

from .cases import bench
from .impossible import unlifted
from .scenarios import SCENARIOS
from .selection import base, lost_responses, mixes, singles

MIXES, LOST = 200, 50


@pytest.fixture(scope="module")
def one_bench():
    with bench() as one:
        yield one


def run(one_bench, case):
    report = one_bench.run(case)
    bad = unlifted(report)
    assert not bad, report.text()
    return report


@pytest.mark.parametrize("case", base(), ids=lambda case: "%s-%s" % (case, case.way))
def test_base_cloud_scenario_runs_as_written(one_bench, case):
    report = run(one_bench, case)
    steps = SCENARIOS[case.scenario].steps
    expected = [(step.changed, step.code) for step in steps]
    came = [(bool(one.result.get("changed")), (one.result.get("error") or {}).get("code")) for one in report.trials]
    assert came == expected, report.text()
    for checked, real in zip(report.trials, report.trials[1:]):
        if checked.step.check_mode:
            assert checked.result["changed"] == real.result["changed"], report.text()


@pytest.mark.parametrize("case", singles(), ids=str)
def test_single_dialect_keeps_invariants(one_bench, case):
    run(one_bench, case)


@pytest.mark.parametrize("case", mixes(MIXES, 3), ids=str)
def test_mix_of_dialects_keeps_invariants(one_bench, case):
    run(one_bench, case)


@pytest.mark.parametrize("case", lost_responses(LOST, 3), ids=str)
def test_lost_response_keeps_invariants(one_bench, case):
    run(one_bench, case)
