# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a job as AWX does: survey answers and a credential become a private data directory for ansible-runner."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import ansible_runner
import yaml

from awx import rules

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "playbooks/vars/awx"

# What AWX itself sets for every job, as far as it changes what Ansible does.
AWX_ENVIRONMENT = {
    "ANSIBLE_FORCE_COLOR": "True",
    "ANSIBLE_HOST_KEY_CHECKING": "False",
    "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
    "ANSIBLE_RETRY_FILES_ENABLED": "False",
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
}


class _Loader(yaml.SafeLoader):
    """Load YAML as Ansible does: !unsafe text is text."""


_Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def data(name):
    """Return the data of a file of playbooks/vars/awx/, such as ``credential_type``."""
    return yaml.load((DATA / f"{name}.yml").read_text(encoding="utf-8"), _Loader)[name]


def template(name):
    """Return a job template as AWX stores it."""
    (found,) = [item for item in data("job_templates") if item["name"] == name]
    survey = {"name": "", "description": "", "spec": found["survey"]} if "survey" in found else None
    return {"extra_vars": {}, "ask_variables_on_launch": False, **found, "survey_spec": survey}


class Job(NamedTuple):
    """A finished job.

    :ivar status: successful, failed or canceled.
    :ivar events: the job events, in order.
    :ivar folder: the private data directory.
    :ivar stdout: the output.
    """

    status: str
    events: list
    folder: Path
    stdout: str

    @property
    def artifacts(self):
        """Return the data that set_stats passes to the next nodes of a workflow, a dict."""
        (stats,) = [event["event_data"] for event in self.events if event["event"] == "playbook_on_stats"]
        return stats.get("artifact_data", {})

    @property
    def changed(self):
        """Return whether a task of the collection changed something."""
        return any(result.get("changed") for result in self.results())

    @property
    def error(self):
        """Return the message of the only failed task."""
        (failed,) = [event for event in self.events if event["event"] == "runner_on_failed"]
        return failed["event_data"]["res"]["msg"]

    def results(self, action="baiducloud.network."):
        """Return the results of the tasks whose action has this prefix, a list of dicts."""
        kinds = ("runner_on_ok", "runner_on_failed")
        ended = [event["event_data"] for event in self.events if event["event"] in kinds]
        # Up to ansible-core 2.18 an included file has no resolved action.
        return [
            entry["res"] for entry in ended if (entry.get("resolved_action") or entry["task_action"]).startswith(action)
        ]


def exported(inventory, environment, source_vars=None, container="/runner"):
    """Return the inventory that AWX reads from an inventory source, a dict.

    :param inventory: the source's path in the project.
    :param environment: environment variables, such as those of the credential, a dict.
    :param source_vars: of the inventory source, a dict.
    :param container: the directory that takes the place of /runner.
    :raises subprocess.CalledProcessError: if the update fails.
    """
    command = [Path(sys.executable).parent / "ansible-inventory", "-i", ROOT / inventory, "--list", "--export"]
    of_awx = rules.inventory_update_environment(source_vars or {}, {**AWX_ENVIRONMENT, **environment})
    # The image brings no settings of Ansible's along.
    variables = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    of_awx = {name: value.replace("/runner/", f"{container}/") for name, value in of_awx.items()}
    done = subprocess.run(command, env={**variables, **of_awx}, check=True, capture_output=True, text=True, timeout=60)
    return json.loads(done.stdout)


def launch(folder, job_template, answers, inputs, environment=None, inventory=None, how=(), meta=None, **options):
    """Launch a job template and wait for the job.

    :param folder: its private data directory, which is created.
    :param answers: the extra_vars of the launch.
    :param inputs: the inputs of the credential.
    :param environment: further environment variables.
    :param inventory: the result of exported().
    :param how: further arguments of ansible-playbook, such as --check.
    :param meta: the arguments of rules.meta_variables(), next to the template's name.
    :param options: further arguments of ansible_runner.run.
    :raises rules.Refused: if AWX would not start it.
    """
    credential_type = data("credential_type")
    stored = rules.stored_inputs(credential_type["inputs"], inputs)
    # The answers of a launch are sent as JSON.
    variables, _ignored = rules.extra_variables(job_template, json.loads(json.dumps(answers)))
    injected = rules.job_environment(credential_type, stored)
    for name in ("env", "inventory"):
        (folder / name).mkdir(parents=True)
    (folder / "project").symlink_to(ROOT)
    all_variables = {**AWX_ENVIRONMENT, **injected, **(environment or {})}
    (folder / "env/envvars").write_text(json.dumps(all_variables), encoding="utf-8")
    of_awx = rules.meta_variables(job_template["name"], **(meta or {}))
    text = rules.extra_variables_file({**variables, **of_awx}, job_template["extra_vars"])
    (folder / "env/extravars").write_text(text, encoding="utf-8")
    hosts = folder / "inventory/hosts"
    hosts.write_text(inventory_script(inventory or {"_meta": {"hostvars": {}}}), encoding="utf-8")
    hosts.chmod(0o700)
    done = ansible_runner.run(
        private_data_dir=str(folder),
        playbook=f"playbooks/{job_template['playbook']}",
        ident="1",
        cmdline=" ".join(how) or None,
        quiet=True,
        # The interval in seconds at which ansible-runner checks for cancellation.
        settings={"pexpect_timeout": 0.1},
        **options,
    )
    events = [json.loads(path.read_text()) for path in (folder / "artifacts/1/job_events").glob("[0-9]*.json")]
    stdout = (folder / "artifacts/1/stdout").read_text(encoding="utf-8")
    return Job(done.status, sorted(events, key=lambda event: event["counter"]), folder, stdout)


def inventory_script(inventory):
    """Return the inventory script that AWX writes."""
    return f"#! /usr/bin/env python3\nprint({json.dumps(inventory)!r})\n"


def end_container(folder):
    """Kill the remaining processes of a cancelled job, as AWX does by stopping the job's container.

    Since ansible-core 2.19 workers have sessions of their own, so that they survive the end of the job.
    """
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode("utf-8", "replace")
            if str(folder) in command and "ansible-playbook" in command:
                os.kill(int(process.name), signal.SIGKILL)
        except OSError:
            # It has ended in the meantime.
            continue
