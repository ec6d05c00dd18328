# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All invariants, on the base cloud, under every dialect, under random mixes, and where a response is lost."""

from __future__ import annotations

import pytest

from .cases import Case, bench
from .impossible import CELLS, lifting, unlifted
from .scenarios import SCENARIOS
from .selection import base, billed, gateway_mixes, lost_responses, mixes, singles

pytestmark = pytest.mark.long

MIXES, LOST, PURCHASES = 200, 50, 40
GATEWAY_MIXES = 100


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


def by_cloud(cases):
    """Return the Cases of each mix of dialects, so that one test covers one cloud: name -> list."""
    groups = {}
    for case in cases:
        groups.setdefault("%s-%d" % ("+".join(case.dialects), case.seed), []).append(case)
    return groups


SINGLES, MIXED, LOSSES = by_cloud(singles()), by_cloud(mixes(MIXES, 2)), by_cloud(lost_responses(LOST, 2))
BOUGHT = by_cloud(billed("eip", PURCHASES))


def run_all(one_bench, cases):
    """Run all scenarios of one cloud; every violation is reported, each with the command that replays it."""
    reports = [one_bench.run(case) for case in cases]
    bad = [report.text() for report in reports if unlifted(report)]
    assert not bad, "\n\n".join(bad)


@pytest.mark.parametrize("cloud", SINGLES)
def test_single_dialect_keeps_invariants(one_bench, cloud):
    run_all(one_bench, SINGLES[cloud])


@pytest.mark.parametrize("cloud", MIXED)
def test_mix_of_dialects_keeps_invariants(one_bench, cloud):
    run_all(one_bench, MIXED[cloud])


@pytest.mark.parametrize("cloud", LOSSES)
def test_lost_response_keeps_invariants(one_bench, cloud):
    run_all(one_bench, LOSSES[cloud])


@pytest.mark.parametrize("cloud", BOUGHT)
def test_purchase_with_lost_responses_keeps_invariants(one_bench, cloud):
    run_all(one_bench, BOUGHT[cloud])


@pytest.mark.parametrize("case", gateway_mixes(GATEWAY_MIXES), ids=lambda case: "%s-%d" % (case, case.seed))
def test_mix_of_gateway_dialects_keeps_invariants(one_bench, case):
    run(one_bench, case)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: "+".join((*cell.example[0], *map(str, cell.example[1:]))))
def test_impossible_cell_example_lies_in_it(one_bench, cell):
    """Each cell is needed by its example, because a cell that is not needed would only hide violations."""
    dialects, scenario, *seed = cell.example
    report = run(one_bench, Case(dialects, scenario, "module", *seed))
    used = [lifting(report.case, violation, report.trials[number].step) for number, violation in report.violations]
    assert cell in used, report.text()
