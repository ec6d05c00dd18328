# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no client can do: cells of dialects in which an invariant cannot hold, and the safest behaviour there.

They follow the table of the protocol, which a model confirms. A cell lifts one part of one invariant, for the scenarios
that it names, and nothing else.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Tuple

FORGETFUL = ("token-ignored", "token-expires", "token-repeat-refused")
UNRELATED = ("tunnel-name-unrelated",)
LATE = ("list-late",)


class Cell(NamedTuple):
    """One cell.

    :ivar dialects: tuples of names; of each tuple, one must be in force. :ivar lifted: (invariant, part) pairs.
    :ivar codes: what the task must fail with there; empty where it may also succeed.
    :ivar scenarios: a regular expression.
    """

    dialects: Tuple[Tuple[str, ...], ...]
    lifted: Tuple[Tuple[str, str], ...]
    reason: str
    codes: Tuple[str, ...] = ()
    scenarios: str = ""


CELLS = (
    Cell(
        (UNRELATED, FORGETFUL),
        (("e", "creates"),),
        "Neither name nor token links both runs: each fails and adds one.",
        ("NameShownDifferently",),
    ),
    Cell(
        (UNRELATED,),
        (("e", "creates"),),
        "After 25 hours the token is forgotten, and nothing else links both runs.",
        ("NameShownDifferently",),
        scenarios="create-repeat|bulk-create|delete-recreate-other-key",
    ),
    Cell(
        (LATE, FORGETFUL),
        (("e", "creates"),),
        "Neither list nor token knows the first object yet.",
    ),
    Cell(
        (LATE, ("put-denied-while-stale",)),
        (("a", "objects"), ("e", "creates")),
        "Both reads deny the object: at most 3 creations, all of them reported.",
        ("NotListed",),
    ),
    Cell(
        (("post-foreign-id",),),
        (("b", "write"),),
        "The probe of the id that was returned goes to another gateway's object, with our scope in its body.",
        ("NotListed",),
    ),
    Cell(
        (("list-other-gateway-unnamed",),),
        (("d", "id"), ("d", "values"), ("d", "absent")),
        "The list is another gateway's and nothing says so: what is equal there is believed.",
    ),
    Cell((("put-without-effect",),), (("d", "values"),), "The API confirms an update that it did not make."),
    Cell((("delete-without-effect",),), (("d", "absent"),), "The API confirms a deletion that it did not make."),
)


def lifting(case, violation):
    """Return the Cell that lifts a violation in a case, or None."""
    for cell in CELLS:
        if (
            (violation.invariant, violation.part) in cell.lifted
            and re.search(cell.scenarios, case.scenario)
            and all(set(names) & set(case.dialects) for names in cell.dialects)
        ):
            return cell
    return None


def unlifted(report):
    """Return the violations of a Report that no cell lifts, a list of (step, Violation)."""
    found = []
    for number, violation in report.violations:
        cell = lifting(report.case, violation)
        if cell is None:
            found.append((number, violation))
            continue
        trial = report.trials[number]
        code = (trial.result.get("error") or {}).get("code")
        if cell.codes and code not in cell.codes:
            text = "%s; there the task must fail with %s, but ended with %s" % (
                violation.text,
                "/".join(cell.codes),
                code,
            )
            found.append((number, violation._replace(text=text)))
    return found
