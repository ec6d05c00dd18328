# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as AWX runs it: a survey's answers and a credential become a private data directory for ansible-runner."""

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
DATA = ROOT / "extensions/awx"

# What AWX itself sets for every job, as far as it changes what Ansible does.
AWX_ENVIRONMENT = {
    "ANSIBLE_FORCE_COLOR": "True",
    "ANSIBLE_HOST_KEY_CHECKING": "False",
    "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
    "ANSIBLE_RETRY_FILES_ENABLED": "False",
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
}


# Variables that AWX adds to those of every job.
OF_AWX = {"awx_job_id": 1, "awx_job_launch_type": "manual", "awx_user_name": "admin", "tower_job_id": 1}


class _Loader(yaml.SafeLoader):
    """Reads what Ansible reads: text that is marked as no template is text."""


_Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def data(name):
    """The data in a file of extensions/awx, such as ``credential_type``."""
    return yaml.load((DATA / f"{name}.yml").read_text(encoding="utf-8"), _Loader)[name]


def template(name):
    """A job template as AWX stores it."""
    (found,) = [item for item in data("job_templates") if item["name"] == name]
    survey = {"name": "", "description": "", "spec": found["survey"]} if "survey" in found else None
    return {"extra_vars": {}, "ask_variables_on_launch": False, **found, "survey_spec": survey}


class Job(NamedTuple):
    """What is left of a job.

    :ivar status: successful, failed or canceled. :ivar events: the job events in order, dicts.
    :ivar folder: the private data directory. :ivar stdout: what was printed.
    """

    status: str
    events: list
    folder: Path
    stdout: str

    @property
    def artifacts(self):
        """What set_stats passes on to the next nodes of a workflow, a dict."""
        (stats,) = [event["event_data"] for event in self.events if event["event"] == "playbook_on_stats"]
        return stats.get("artifact_data", {})

    @property
    def changed(self):
        """Whether a task of the collection's changed something."""
        return any(result.get("changed") for result in self.results())

    @property
    def error(self):
        """The message of the one task that failed."""
        (failed,) = [event for event in self.events if event["event"] == "runner_on_failed"]
        return failed["event_data"]["res"]["msg"]

    def results(self, action="baiducloud.network."):
        """The results of the tasks whose action begins so, a list of dicts."""
        kinds = ("runner_on_ok", "runner_on_failed")
        told = [event["event_data"] for event in self.events if event["event"] in kinds]
        return [entry["res"] for entry in told if entry.get("resolved_action", entry["task_action"]).startswith(action)]


def exported(inventory, environment):
    """What AWX gets out of an inventory source, a dict.

    :arg inventory: the source's path in the project. :arg environment: dict of variables for it.
    """
    command = [Path(sys.executable).parent / "ansible-inventory", "-i", ROOT / inventory, "--list", "--export"]
    everything = {**os.environ, **AWX_ENVIRONMENT, **environment}
    done = subprocess.run(command, env=everything, check=True, capture_output=True, text=True, timeout=60)
    return json.loads(done.stdout)


def sliced(inventory, number, count):
    """The part of an inventory that slice number (from 1) of so many gets: every count-th host by name."""
    hosts = sorted(inventory["_meta"]["hostvars"])[number - 1 :: count]
    variables = {name: inventory["_meta"]["hostvars"][name] for name in hosts}
    groups = {
        name: {**group, "hosts": [host for host in group["hosts"] if host in hosts]} if "hosts" in group else group
        for name, group in inventory.items()
        if name != "_meta"
    }
    return {**groups, "_meta": {**inventory["_meta"], "hostvars": variables}}


def launch(folder, job_template, answers, inputs, environment=None, inventory=None, how=(), slice=False, **options):
    """Launch a job template and wait for the job.

    :arg folder: where its private data directory goes. :arg answers: the launch's extra_vars. :arg inputs: of the
        credential. :arg environment: what is set beyond. :arg inventory: dict as exported() gives it. :arg how: further
        arguments of ansible-playbook, such as --check. :arg slice: whether the job is one of a sliced one.
    :arg options: of ansible_runner.run.
    :raises rules.Refused: if AWX would not start it.
    """
    credential_type = data("credential_type")
    stored = rules.stored_inputs(credential_type["inputs"], inputs)
    # A launch is a request, so its answers are JSON.
    variables, _ignored = rules.extra_variables(job_template, json.loads(json.dumps(answers)))
    injected = rules.job_environment(credential_type, stored)
    for name in ("env", "inventory"):
        (folder / name).mkdir(parents=True)
    (folder / "project").symlink_to(ROOT)
    everything = {**AWX_ENVIRONMENT, **injected, **(environment or {})}
    (folder / "env/envvars").write_text(json.dumps(everything), encoding="utf-8")
    of_awx = {**OF_AWX, "awx_job_template_name": job_template["name"]}
    if slice:
        # AWX makes of a sliced job a workflow that is called as the template.
        of_awx["awx_workflow_job_name"] = job_template["name"]
    text = rules.extra_variables_file({**variables, **of_awx}, job_template["extra_vars"])
    (folder / "env/extravars").write_text(text, encoding="utf-8")
    hosts = folder / "inventory/hosts"
    hosts.write_text(_script(inventory or {"_meta": {"hostvars": {}}}), encoding="utf-8")
    hosts.chmod(0o700)
    done = ansible_runner.run(
        private_data_dir=str(folder),
        playbook=f"playbooks/{job_template['playbook']}",
        ident="1",
        cmdline=" ".join(how) or None,
        quiet=True,
        # How often ansible-runner asks whether the job is cancelled, in seconds.
        settings={"pexpect_timeout": 0.1},
        **options,
    )
    events = [json.loads(path.read_text()) for path in (folder / "artifacts/1/job_events").glob("[0-9]*.json")]
    stdout = (folder / "artifacts/1/stdout").read_text(encoding="utf-8")
    return Job(done.status, sorted(events, key=lambda event: event["counter"]), folder, stdout)


def _script(inventory):
    """The program that AWX writes in place of an inventory."""
    return f"#! /usr/bin/env python3\nprint({json.dumps(inventory)!r})\n"


def end_container(folder):
    """End what a cancelled job has left behind, as AWX does by ending the job's container.

    ansible-core 2.19 and later put workers in sessions of their own, where the end of the job does not reach them.
    """
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode("utf-8", "replace")
            if str(folder) in command and "ansible-playbook" in command:
                os.kill(int(process.name), signal.SIGKILL)
        except OSError:
            # It has ended by itself meanwhile.
            continue
