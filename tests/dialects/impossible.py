# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells (dialects, scenarios) in which no client can keep an invariant, and the safest behaviour there.

A cell lifts the parts of invariants that it names, for the scenarios that it names, and nothing else.
docs/assumptions.md describes each of them to users.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Tuple

FORGETFUL = ("token-ignored", "token-expires", "token-repeat-refused")
UNRELATED = ("tunnel-name-unrelated",)
CUT = ("tunnel-name-cut", "tunnel-name-ellipsis", "customer-gateway-name-cut")
UPPER = ("tunnel-name-upper",)
LATE = ("list-late",)
STALE = (
    "list-flickers",
    "list-late",
    "put-denied-while-stale",
    "customer-gateway-list-late",
    "customer-gateway-stale",
)
OTHER_LIST = ("list-other-gateway", "list-other-gateway-unnamed")
STALE_GATEWAYS = ("vpn-gateway-list-very-late", "vpn-gateway-list-flickers")
WRONG_ID = ("post-same-id", "post-foreign-id")
TOKEN_LIFE = 24 * 3600.0  # seconds


class Cell(NamedTuple):
    """One cell.

    :ivar dialects: tuples of names; of each tuple, one must be in force.
    :ivar lifted: (invariant, part) pairs.
    :ivar example: dialects, scenario and perhaps a seed that lead into the cell.
    :ivar codes: what the task must fail with there; empty where it may also succeed.
    :ivar forgotten: True if it holds only for tasks that start when the tokens of those before are forgotten.
    :ivar scenarios: a regular expression.
    """

    dialects: Tuple[Tuple[str, ...], ...]
    lifted: Tuple[Tuple[str, str], ...]
    reason: str
    example: tuple
    codes: Tuple[str, ...] = ()
    forgotten: bool = False
    scenarios: str = ""


CELLS = (
    # -- the second object of a name -----------------------------------------------------------------------------------
    Cell(
        (UNRELATED, FORGETFUL),
        (("e", "creates"),),
        "Neither name nor token links two runs: each fails and adds one.",
        (("tunnel-name-unrelated", "token-ignored"), "create-repeat"),
        ("NameShownDifferently",),
    ),
    Cell(
        (UNRELATED,),
        (("e", "creates"),),
        "The token is forgotten, and no name links two runs: each fails and adds one.",
        (("tunnel-name-unrelated",), "create-repeat"),
        ("NameShownDifferently",),
        forgotten=True,
    ),
    Cell(
        (UNRELATED,),
        (("a", "second"),),
        "Neither name nor parameters nor token link a changed task to what the first one made.",
        (("tunnel-name-unrelated",), "create-update"),
        ("NameShownDifferently", "RenamedOrShownDifferently"),
    ),
    Cell(
        (UNRELATED,),
        (("e", "creates"),),
        "The third token changes with the time of day, and nothing else links two runs that came so far.",
        (("tunnel-name-unrelated",), "create-update", 10),
        ("NameShownDifferently",),
        scenarios="create-update",
    ),
    Cell(
        (CUT,),
        (("a", "second"),),
        "A name that begins like another one, with other parameters, is a name of its own.",
        (("tunnel-name-cut",), "create-update"),
    ),
    Cell(
        (STALE, FORGETFUL),
        (("e", "creates"), ("a", "second")),
        "Neither list nor token shows an object that was made a moment ago.",
        (("list-flickers", "token-ignored"), "create-repeat"),
    ),
    Cell(
        (STALE,),
        (("a", "second"),),
        "A token of the user's own has nothing in common with the one before, and the list is stale.",
        (("list-flickers",), "client-token"),
        scenarios="client-token",
    ),
    Cell(
        (OTHER_LIST,),
        (("e", "creates"), ("a", "second")),
        "No list shows what was made, and there is no token, or another one.",
        (("list-other-gateway",), "create-repeat"),
    ),
    Cell(
        (LATE, ("put-denied-while-stale",)),
        (("a", "objects"), ("a", "second"), ("e", "creates"), ("d", "absent")),
        "List and update both deny the new object for longer than the patience: at most 3 creations, all reported.",
        (("list-late", "put-denied-while-stale"), "bulk-create", 1024),
    ),
    Cell(
        (WRONG_ID, ("list-error-in-200",)),
        (("a", "ids"),),
        "The id is not that of the new object, and the list that would show it fails: the outcome is unknown.",
        (("list-error-in-200", "post-foreign-id"), "bulk-two-hubs", 1067),
    ),
    Cell(
        (STALE, ("gone-200",)),
        (("d", "id"), ("d", "values")),
        "A list shows what is gone, and the API confirms an update of it.",
        (
            ("gateways-other-vpc", "put-denied-while-stale", "update-asynchronous", "gone-200"),
            "delete-recreate-other-key",
            2758,
        ),
    ),
    Cell(
        ((*LATE, *OTHER_LIST), WRONG_ID),
        (("a", "objects"), ("a", "ids"), ("a", "second"), ("e", "creates"), ("d", "absent")),
        "The id is not that of the new object, and the list does not show it in time: at most 3 creations.",
        (("list-late", "post-same-id"), "purge-check-mode"),
    ),
    Cell(
        (("list-other-gateway-unnamed",),),
        (("b", "write"), ("b", "delete")),
        "Both lists of route rules show those of another table, and no rule names its table.",
        (("list-other-gateway-unnamed",), "route-next-to-others"),
        scenarios="^route-next-to-others",
    ),
    Cell(
        (STALE_GATEWAYS, FORGETFUL),
        (("a", "objects"), ("a", "bought"), ("a", "ids"), ("e", "creates"), ("d", "absent")),
        "Neither list nor token shows what was bought a moment ago.",
        (("vpn-gateway-list-flickers", "token-ignored"), "gateway-create-repeat"),
        scenarios="^gateway-",
    ),
    Cell(
        (("vpn-gateway-eip-missing", "vpn-gateway-eip-never-shown"),),
        (("d", "values"),),
        "No response shows whether a gateway has an address: none is bound next to another change, with a warning.",
        (("vpn-gateway-eip-never-shown",), "gateway-check-mode"),
        scenarios="^gateway-",
    ),
    # -- what a response says, and is not so ---------------------------------------------------------------------------
    Cell(
        (STALE,),
        (("e", "deletes"),),
        "The first task believes a list that does not show yet what was made a moment ago; the second sees it.",
        (("list-flickers",), "create-delete"),
    ),
    Cell(
        (("eip-list-flickers", "eip-list-late", "eip-list-very-late"),),
        (("e", "deletes"),),
        "As above, of an EIP.",
        (("eip-list-flickers",), "eip-release"),
    ),
    Cell(
        (("list-flickers",),),
        (("d", "id"),),
        "The API replays the id of a tunnel that is gone, and a list that goes back in time shows that tunnel.",
        (("list-flickers",), "delete-by-name-and-id"),
        scenarios="delete",
    ),
    Cell(
        (UPPER,),
        (("b", "delete"),),
        "The name in the list is exactly the one that the task asks for.",
        (("tunnel-name-upper",), "delete-other-case"),
        scenarios="delete-other-case",
    ),
    Cell(
        (("post-foreign-id",), LATE),
        (("b", "write"),),
        "The id that was returned is probed: our gateway is in the body, so that the API refuses it.",
        (("post-foreign-id", "list-late"), "same-names-on-two-hubs"),
    ),
    Cell(
        (("list-other-gateway-unnamed",),),
        (("d", "id"), ("d", "values")),
        "The list is another gateway's and nothing says so: what is equal there is believed.",
        (("list-error-in-200", "list-other-gateway-unnamed"), "bulk-two-hubs"),
    ),
    Cell(
        (("create-rolled-back",), (*STALE, "put-denied-while-stale")),
        (("d", "id"),),
        "The list still shows what the cloud has removed by itself.",
        (("create-rolled-back", "put-denied-while-stale"), "delete-by-id"),
    ),
    Cell(
        (("put-without-effect", "description-not-clearable"),),
        (("d", "values"),),
        "The API confirms an update that it does not make.",
        (("put-without-effect",), "create-update"),
    ),
    Cell(
        (("delete-without-effect",),),
        (("d", "absent"),),
        "The API confirms a deletion that it does not make.",
        (("delete-without-effect",), "create-delete"),
    ),
)


def lifting(case, violation, step, code=None):
    """Return the Cell that lifts a violation in a case, one that allows the code if there is one, or None."""
    found = None
    for cell in CELLS:
        if (
            (violation.invariant, violation.part) in cell.lifted
            and (step.pause >= TOKEN_LIFE or not cell.forgotten)
            and re.search(cell.scenarios, case.scenario)
            and all(set(names) & set(case.dialects) for names in cell.dialects)
        ):
            if not cell.codes or code in cell.codes:
                return cell
            found = found or cell
    return found


def unlifted(report):
    """Return the violations of a Report that no cell lifts, a list of (step, Violation)."""
    found = []
    for number, violation in report.violations:
        trial = report.trials[number]
        code = (trial.result.get("error") or {}).get("code")
        cell = lifting(report.case, violation, trial.step, code)
        if cell is None:
            found.append((number, violation))
            continue
        if cell.codes and code not in cell.codes:
            text = "%s; there the task must fail with %s, but ended with %s" % (
                violation.text,
                "/".join(cell.codes),
                code,
            )
            found.append((number, violation._replace(text=text)))
    return found
