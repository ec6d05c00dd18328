# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of dialects and scenarios in real playbooks, in process and as modules: same results as in one process.

The invariants are tested in tests/dialects.
"""

from __future__ import annotations

import contextlib
import json
import time

import pytest

from dialects.cases import Case, bench
from dialects.cloud_under_test import KINDS, SECRET_ACCESS_KEY, SECURITY_TOKEN, api_body, stored_options
from dialects.impossible import unlifted
from dialects.scenarios import GATEWAYS, SCENARIOS, SECRETS
from emulator_process import ACCESS_KEY_ID
from emulator_thread import EmulatorThread
from playbook_runner import run_playbook

pytestmark = pytest.mark.long

SAMPLE = (
    ("tunnel-name-upper", "create-repeat"),
    ("tunnel-name-cut", "bulk-create"),
    ("tunnel-name-missing", "purge"),
    ("description-trimmed", "create-update"),
    ("description-entities", "create-update"),
    ("subnets-reordered", "create-update"),
    ("life-time-missing", "create-repeat"),
    ("keys-masked", "bulk-mixed"),
    ("configs-dropped", "create-repeat"),
    ("list-other-gateway", "purge"),
    ("list-all-gateways", "bulk-two-hubs"),
    ("list-pages", "purge"),
    ("list-repeats", "create-delete"),
    ("delete-asynchronous", "create-delete"),
    ("post-foreign-id", "same-names-on-two-hubs"),
    ("put-error-in-200", "create-update"),
    ("name-exists-409", "create-repeat"),
    ("throttled-400", "bulk-create"),
    ("error-empty", "create-delete"),
    ("token-any-parameters", "peer-update"),
)
HIDDEN = {"secret_%d" % number: text for number, text in enumerate((*SECRETS, SECRET_ACCESS_KEY, SECURITY_TOKEN))}
SHARES = 4  # playbooks for each way
OLD = "2026-01-01 00:00:00"


@pytest.fixture(scope="module")
def one_bench():
    with bench() as found:
        yield found


def steps_of(scenario):
    """Return the steps that need no time to pass before them."""
    return tuple(step for step in SCENARIOS[scenario].steps if not step.pause)


@contextlib.contextmanager
def emulator_of(dialect, scenario):
    """Give an emulator on the real clock, with what the scenario starts from."""
    gateways = [word for pair in GATEWAYS.items() for word in ("--gateway", "%s::%s" % pair)]
    with EmulatorThread(time, *gateways, dialects=[dialect]) as emulator:
        for number, (vpn_id, name, changes) in enumerate(SCENARIOS[scenario].stored):
            entry = dict(api_body(stored_options(name, changes)), vpnConnId="vpnconn-stored%06d" % number)
            emulator.plant(dict(entry, vpnId=vpn_id, createdTime=OLD, status="active", healthStatus="reachable"))
        yield emulator


def task_of(step, name, endpoint):
    connection = {
        "endpoint": endpoint,
        "access_key_id": ACCESS_KEY_ID,
        "secret_access_key": SECRET_ACCESS_KEY,
        "security_token": SECURITY_TOKEN,
    }
    return {
        "name": name,
        "baiducloud.network." + step.module: dict(step.options, **connection),
        "check_mode": step.check_mode,
        "ignore_errors": True,
    }


def without_secrets(content):
    """Return the plays with templates in place of secrets: Ansible quotes a playbook's own lines in its errors."""
    text = json.dumps(content)
    for name, secret in HIDDEN.items():
        text = text.replace(secret, "{{ %s }}" % name)
    return json.loads(text)


def outcome(result):
    """Return what both kinds of runs must agree on."""
    return bool(result.get("failed")), bool(result.get("changed")), (result.get("error") or {}).get("code")


def stored(objects):
    return sorted((str(entry.get("vpnId")), entry.get("vpnConnName", entry.get("name"))) for entry in objects)


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("in_process", [True, False], ids=["in-process", "module"])
def test_playbook_with_a_dialect_has_the_result_of_one_process(one_bench, tmp_path, in_process, share):
    pairs = SAMPLE[share::SHARES]
    with contextlib.ExitStack() as stack:
        emulators = [stack.enter_context(emulator_of(*pair)) for pair in pairs]
        tasks = [
            task_of(step, "%s %s %d" % (*pair, number), emulator.endpoint)
            for pair, emulator in zip(pairs, emulators)
            for number, step in enumerate(steps_of(pair[1]))
        ]
        variables = {"baiducloud_in_process": in_process}
        content = [{"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}]
        extra = tmp_path / "extra.json"
        extra.write_text(json.dumps(HIDDEN))
        done = run_playbook(without_secrets(content), "-vvv", "-e", "@%s" % extra)
        states = [emulator.state() for emulator in emulators]
    assert "Traceback" not in done.output
    assert not [secret for secret in HIDDEN.values() if secret in done.output]
    for (dialect, scenario), state in zip(pairs, states):
        steps = steps_of(scenario)
        report = one_bench.run(Case((dialect,), scenario), SCENARIOS[scenario]._replace(steps=steps))
        assert not unlifted(report), report.text()
        real = [outcome(done.named["%s %s %d" % (dialect, scenario, number)]) for number in range(len(steps))]
        assert real == [outcome(trial.result) for trial in report.trials], report.text()
        # The two emulators begin with different gateways and EIPs, and no scenario of the sample changes one.
        kinds = [KINDS[module] for module in ("vpn_tunnel", "vpn_customer_gateway")]
        live = one_bench.cloud.live().values()
        now = [item.entry for item in live if item.kind in [kind.kind for kind in kinds]]
        assert stored(entry for kind in kinds for entry in state[kind.state_name]) == stored(now), report.text()
