# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replay one case, or run many and print what they violate: ``python tests/dialects --help``.

Examples: ``python tests/dialects --dialect tunnel-name-upper --scenario create-repeat``,
``python tests/dialects --mixes 5000``, ``python tests/dialects --singles --table``.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import sys
import time
from collections import Counter
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])
importlib.import_module("conftest")  # it prepares the loader of Ansible, and the environment

from dialects.cases import Case, bench
from dialects.impossible import unlifted
from dialects.scenarios import SCENARIOS
from dialects.selection import DEFAULT_SEED, base, gateway_mixes, lost_response, lost_responses, mixes, singles
from emulator.dialects import BY_NAME, TABLE

PARTS = (
    "a objects",
    "a second",
    "a ids",
    "a bought",
    "b delete",
    "b write",
    "c posts",
    "c requests",
    "c time",
    "d id",
    "d values",
    "d absent",
    "e creates",
    "e deletes",
    "f secret",
    "g crash",
    "g internal",
    "check writes",
)
SHOWN = 20  # reports that are printed in full


def arguments():
    parser = argparse.ArgumentParser(prog="python tests/dialects", description=__doc__.splitlines()[0])
    parser.add_argument("--dialect", action="append", default=[], choices=sorted(BY_NAME), metavar="NAME")
    parser.add_argument("--scenario", action="append", default=[], choices=sorted(SCENARIOS), metavar="NAME")
    parser.add_argument("--way", choices=("module", "action"), default="module", help="(%(default)s)")
    parser.add_argument("--fault", type=int, metavar="N", help="lose the response that this seed names")
    parser.add_argument("--singles", action="store_true", help="run every dialect with every scenario")
    parser.add_argument("--mixes", type=int, default=0, metavar="N", help="run so many random mixes")
    parser.add_argument("--lost", type=int, default=0, metavar="N", help="run so many mixes with a lost response")
    parser.add_argument("--gateways", type=int, default=0, metavar="N", help="run so many random mixes of gateways")
    parser.add_argument("--per-mix", type=int, default=2, metavar="N", help="scenarios of each mix (%(default)s)")
    parser.add_argument("--seed", type=int, default=None, help="of the mixes, or of a single case")
    parser.add_argument("--table", action="store_true", help="print a table of dialects and invariants")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (%(default)s)")
    parser.add_argument("--quiet", action="store_true", help="print no single violation")
    return parser.parse_args()


def chosen(options):
    """Return the Cases that the command line asks for."""
    seed = DEFAULT_SEED if options.seed is None else options.seed
    cases = []
    if options.singles:
        cases += base() + singles()
    if options.mixes:
        cases += mixes(options.mixes, options.per_mix, seed)
    if options.lost:
        cases += lost_responses(options.lost, options.per_mix, seed)
    if options.gateways:
        cases += gateway_mixes(options.gateways, seed)
    if cases:
        return [case for case in cases if not options.scenario or case.scenario in options.scenario]
    faults = () if options.fault is None else lost_response(options.fault)
    scenarios = options.scenario or list(SCENARIOS)
    return [Case(tuple(options.dialect), name, options.way, options.seed or 0, faults) for name in scenarios]


def run_share(cases):
    """Run some cases in this process; (per case: the case, its violations, its text), tasks, requests."""
    found = []
    with bench() as one:
        for case in cases:
            report = one.run(case)
            bad = unlifted(report)
            found.append((case, [violation for _step, violation in bad], report.text() if bad else ""))
        return found, one.tasks, one.requests


def run_all(cases, jobs):
    """Run all cases in some processes; the same as run_share."""
    jobs = max(1, min(jobs, len(cases) // 50))
    shares = [cases[place::jobs] for place in range(jobs)]
    if jobs == 1:
        return run_share(cases)
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        results = pool.map(run_share, shares)
    return [item for found, _tasks, _requests in results for item in found], *(
        sum(result[place] for result in results) for place in (1, 2)
    )


def table(found):
    """Return the lines of a table: for each dialect, how many violations of each part its cases have."""
    counts, runs = {}, Counter()
    for case, violations, _text in found:
        row = case.dialects[0] if len(case.dialects) == 1 else "(mixes)" if case.dialects else "(base)"
        row = "(lost responses)" if case.faults else row
        runs[row] += 1
        counts.setdefault(row, Counter()).update("%s %s" % (one.invariant, one.part) for one in violations)
    heads = [part for part in PARTS if any(row[part] for row in counts.values())]
    width = max(map(len, counts))
    lines = ["%-*s %9s %s" % (width, "dialect", "scenarios", " ".join("%12s" % head for head in heads))]
    order = ["(base)", *(dialect.name for dialect in TABLE), "(mixes)", "(lost responses)"]
    for row in order:
        if row in counts:
            cells = " ".join("%12s" % (counts[row][head] or ".") for head in heads)
            lines.append("%s %9d %s" % (row.ljust(width), runs[row], cells))
    totals = [sum(row[head] for row in counts.values()) for head in heads]
    cells = " ".join("%12d" % total for total in totals)
    lines.append("%s %9d %s" % ("sum".ljust(width), sum(runs.values()), cells))
    return lines


def main():
    options = arguments()
    cases = chosen(options)
    began = time.monotonic()
    found, tasks, requests = run_all(cases, options.jobs)
    bad = [item for item in found if item[1]]
    for _case, _violations, text in [] if options.quiet else bad[:SHOWN]:
        print(text + "\n")
    if len(cases) == 1 and not bad:
        with bench() as one:
            print(one.run(cases[0]).text())
    if options.table:
        print("\n".join(table(found)))
    names = {name for case in cases for name in case.dialects}
    sets = {(case.dialects, case.seed) for case in cases if len(case.dialects) > 1 or case.faults}
    print(
        "%d dialects, %d mixes, %d cases, %d task runs, %d requests, %d cases with violations, %.0f s"
        % (len(names), len(sets), len(cases), tasks, requests, len(bad), time.monotonic() - began)
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
