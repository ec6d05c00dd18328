# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One case: a scenario under some dialects, and whatever it violates, with all that is needed to replay it."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Tuple

from .cloud_under_test import KINDS, CloudUnderTest
from .in_process import WAYS, clock_in_modules
from .invariants import Trial, Violation, check
from .scenarios import SCENARIOS, IdOf

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
MODULES = sorted(  # those that wait, which are those that write
    path.stem for path in (PLUGINS / "modules").glob("*.py") if not path.stem.endswith(("_info", "_probe"))
)
SHOWN = 16  # requests at the begin and at the end of a task in a report
DAY = 24 * 3600.0
STUCK_SECONDS = 3600.0  # of the fake clock, after which a task is ended


class Case(NamedTuple):
    """What to run; its id is what `pytest -k` and the command line take.

    :ivar way: "module" or "action". :ivar faults: as /_emulator/faults takes them.
    """

    dialects: Tuple[str, ...]
    scenario: str
    way: str = "module"
    seed: int = 0
    faults: Tuple[Dict[str, Any], ...] = ()

    def __str__(self):
        return "+".join((*self.dialects, self.scenario)) if self.dialects else "base+" + self.scenario

    @property
    def command(self):
        """Return the command that runs this case alone."""
        words = ["python tests/dialects", *("--dialect %s" % name for name in self.dialects)]
        words += ["--scenario", self.scenario, "--way", self.way, "--seed %d" % self.seed]
        return " ".join(words + (["--fault %d" % self.seed] if self.faults else []))


class Report(NamedTuple):
    """The result of a case: its Trials, and (number of the step, Violation) pairs."""

    case: Case
    trials: List[Trial]
    violations: List[Tuple[int, Violation]]

    def text(self, only=None):
        """Return a message that names all that is needed to understand and to replay the violations."""
        lines = ["%s\n  %s" % (self.case, self.case.command)]
        for number, violation in self.violations:
            if only is None or violation in only:
                lines.append("  step %d: (%s) %s: %s" % (number, *violation[:2], violation.text[:300]))
        for number, trial in enumerate(self.trials):
            lines.append("  step %d: %s" % (number, described(trial)))
            lines += _journal(trial.seen)
        return "\n".join(lines)


def _journal(seen):
    lines = ["    " + one.line() for one in seen]
    if len(lines) > 2 * SHOWN:
        lines[SHOWN:-SHOWN] = ["    ... %d requests ..." % (len(lines) - 2 * SHOWN)]
    return lines


def described(trial):
    """Return one line about a task: what it asked for, and what it reported."""
    step, result = trial.step, trial.result
    error = result.get("error") or {}
    came = "%s: %s" % (error.get("code"), result.get("msg")) if trial.failed else "changed: %s" % result.get("changed")
    shown = ("state", "purge", *(row.object_id for row in KINDS.values()))
    asked = {name: value for name, value in trial.options.items() if name in shown}
    names = [desired.name for desired in trial.desired_states]
    return "%s %s %s%s -> %s %s" % (
        step.module,
        names,
        asked,
        " (check mode)" if step.check_mode else "",
        came,
        result.get("warnings") or "",
    )


class Bench:
    """Run cases one after the other on one emulator."""

    def __init__(self):
        self.cloud = CloudUnderTest()
        self.tasks = 0

    @property
    def requests(self):
        """Return how many requests were sent."""
        return self.cloud.requests

    def run(self, case, scenario=None, before_request=None):
        """Run a case; a Report.

        :param scenario: instead of the one that the case names. :param before_request: called with every request.
        """
        scenario = scenario or SCENARIOS[case.scenario]
        cloud = self.cloud
        # Because the client's jitter is random.
        random.seed(case.seed)
        time_of_day = random.Random(case.seed).uniform(0, DAY) if case.seed else 0.0
        cloud.prepare(scenario, case.dialects, case.faults, time_of_day)
        cloud.before_request = before_request
        trials, violations = [], []
        with self._clock():
            for number, step in enumerate(scenario.steps):
                cloud.clock.sleep(step.pause)
                options = self._filled(step.options)
                if options is None:
                    break  # the object that the task is about was never made
                trial = self._try(step, options, WAYS[case.way])
                violations += [(number, violation) for violation in check(trial, trials)]
                trials.append(trial)
        return Report(case, trials, violations)

    def nested(self, step, way="module"):
        """Run a task while another one sleeps, as a second run would; its Outcome."""
        return WAYS[way](step.module, dict(step.options, **self.cloud.connection), step.check_mode)

    def stop(self):
        """Stop the emulator."""
        self.cloud.stop()

    def _clock(self):
        return clock_in_modules(self.cloud.clock, MODULES)

    def _try(self, step, options, way):
        cloud = self.cloud
        cloud.begin()
        cloud.started.append(step)
        before = cloud.live()
        began = cloud.clock.monotonic()
        cloud.clock.limit(STUCK_SECONDS)
        try:
            outcome = way(step.module, dict(options, **cloud.connection), step.check_mode)
        finally:
            cloud.clock.limit(None)
        self.tasks += 1
        return Trial(step, options, before, cloud.live(), list(cloud.seen), outcome, cloud.clock.monotonic() - began)

    def _filled(self, value):
        """Return the options with ids in place of IdOf, None where there is no such object."""
        if isinstance(value, IdOf):
            return self.cloud.id_of(value)
        if isinstance(value, dict):
            filled = {name: self._filled(item) for name, item in value.items()}
            return None if any(item is None for item in filled.values()) else filled
        if isinstance(value, list):
            filled = [self._filled(item) for item in value]
            return None if any(item is None for item in filled) else filled
        return value


@contextlib.contextmanager
def bench():
    """Yield a Bench, and stop it in the end."""
    one = Bench()
    try:
        yield one
    finally:
        one.stop()
