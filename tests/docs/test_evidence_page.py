# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of docs/test-evidence.md are those of the tables that the tests run."""

from __future__ import annotations

import ast

import pytest

from dialects import selection
from dialects.scenarios import SCENARIOS
from emulator.dialects import TABLE
from playbook_runner import ROOT


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


PAGE = " ".join(read("docs/test-evidence.md").split())


def constants(path):
    """Return the numbers that a file assigns at its top: name -> number."""
    found = {}
    for node in ast.parse(read(path)).body:
        if isinstance(node, ast.Assign):
            targets, values = node.targets[0], node.value
            names = targets.elts if isinstance(targets, ast.Tuple) else [targets]
            numbers = values.elts if isinstance(values, ast.Tuple) else [values]
            pairs = zip(names, numbers) if len(names) == len(numbers) else ()
            found.update((name.id, value.value) for name, value in pairs if isinstance(value, ast.Constant))
    return found


MATRIX = constants("tests/integration/test_fault_matrix.py")
DIALECTS = constants("tests/dialects/test_invariants.py")
KILLS = constants("tests/kills.py")["KILLS"]
DEFECTS = read("tests/integration/test_defects_of_other_collections.py").count("\ndef test_")


@pytest.mark.parametrize(
    "text",
    [
        f"of a tunnel | {MATRIX['CASES']} |",
        f"and route rule | {MATRIX['OTHER_CASES']} |",
        f"then a plain run | {KILLS} each |",
        f"| {DIALECTS['PURCHASES']} and {DIALECTS['GATEWAY_MIXES']} mixes |",
        f"in {DIALECTS['MIXES']} random mixes",
        f"Another set of {DIALECTS['LOST']} mixes",
        f"absent | {DEFECTS} |",
    ],
)
def test_page_states_the_number_of_cases(text):
    assert text in PAGE


def test_page_states_a_lower_bound_of_the_number_of_dialects():
    assert "has over 100 dialects" in PAGE and len(TABLE) > 100


def test_page_states_a_lower_bound_of_the_number_of_runs():
    mixed = selection.mixes(DIALECTS["MIXES"], 2)
    runs = sum(len(SCENARIOS[case.scenario].steps) for case in selection.base() + selection.singles() + mixed)
    assert "over 10,000 runs" in PAGE and runs > 10_000
