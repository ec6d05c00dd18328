# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages about AWX show the assets of playbooks/vars/awx/, and their commands and files work."""

from __future__ import annotations

import json
import re

import pytest

from api_example import SECRET_KEY
from awx.job import data
from awx.page import DOCS, PAGE, REFERENCE, is_explained, rows_under
from docs_runner import DocsRunner, read_blocks
from playbook_runner import ANSIBLE_PLAYBOOK, build_environment, run_command, run_playbook

# What AWX itself says; its own source has the texts, in the files that tests/awx/ names.
SAID_BY_AWX = [
    # TaskManager.process_job_dep_failures, awx/main/scheduler/task_manager.py
    'Previous Task Failed: {"job_type": "inventory_update", "job_name": "Baidu AI Cloud VPN gateways", "job_id": "7"}',
    # JobTemplate._accept_or_ignore_job_kwargs, awx/main/models/jobs.py
    "Job inventory does not have enough hosts for slicing",
    # JobOptionsSerializer.validate, awx/api/serializers.py
    "Playbook not found for project.",
]


@pytest.mark.parametrize("message", SAID_BY_AWX)
def test_page_explains_what_awx_says(message):
    assert is_explained(message)


def test_page_explains_a_job_without_the_collection(tmp_path):
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(json.dumps([{"name": "Own", "import_playbook": "baiducloud.network.create_tunnel"}]))
    nowhere = {"ANSIBLE_COLLECTIONS_PATH": str(tmp_path), "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "False"}
    environment = {**build_environment("/dev/null"), **nowhere}
    environment.pop("ANSIBLE_CALLBACKS_ENABLED", None)
    done = run_command([ANSIBLE_PLAYBOOK, playbook], tmp_path, environment, seconds=60)
    assert done.returncode != 0 and is_explained(done.stdout), done.stdout


def test_page_shows_the_survey_questions_of_a_new_tunnel():
    survey = {question["question_name"]: question for question in data("job_templates")[0]["survey"]}
    shown = [name for name, _example in rows_under("## 3. Launch")]
    required = {name for name, question in survey.items() if question["required"] and "default" not in question}
    assert set(shown) == required | {"Shared key", "Peer address"}
    assert shown == [name for name in survey if name in shown]
    (line,) = re.findall("^The remaining answers are filled in: (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall("`(.+?)`", line)) < {question.get("default") for question in survey.values()}


def test_page_shows_every_job_template():
    shown = [[item["name"], f"`{item['playbook']}`", item["description"]] for item in data("job_templates")]
    assert rows_under("## The job templates") == shown


def test_wrong_survey_answers_fail_with_the_shown_message(emulator):
    (line,) = [block.text.strip() for block in read_blocks(PAGE) if block.kind == "text"]
    answers = ["-e", "vpn_id=vpn-119bd69b", "-e", "vpn_conn_name=a", "-e", "local_subnets='10.0.0.0/16, branch'"]
    done = run_playbook("baiducloud.network.create_tunnel", *answers, environment=emulator.environment)
    assert done.results[-1]["msg"] == line and done.status != 0 and emulator.requests() == []


def test_page_examples_and_commands_work_in_order(emulator, tmp_path, home):
    runner = DocsRunner(emulator, tmp_path, home)
    for page in (PAGE, REFERENCE, DOCS / "reconcile.md"):
        (tmp_path / "tunnel_key.yml").unlink(missing_ok=True)  # because each page creates it
        runner.run_page(page)
    changes = [any(result["changed"] for result in run.results) for run in runner.runs]
    assert changes == [True, True, True]
    assert sorted(tunnel["vpnConnName"] for tunnel in emulator.tunnels()) == ["branch-berlin", "branch-paris"]
    vpn_conn_id = emulator.tunnels()[0]["vpnConnId"]
    done = run_playbook(tmp_path / "next_node.yml", "-e", f"vpnConnId={vpn_conn_id}", environment=emulator.environment)
    assert done.status == 0 and done.results[0]["vpn_conn_id"] == vpn_conn_id, done.output
    # An empty description, as a survey may send it, does not change that of the list.
    variables = ["-e", f"tunnel_key={SECRET_KEY}"]
    described = ["-e", f"@{tmp_path}/my_tunnel.yml", "-e", "local_subnets=192.168.0.0/20", "-e", "description="]
    done = run_playbook("baiducloud.network.create_tunnel", *described, *variables, environment=emulator.environment)
    assert done.named["Apply the tunnel"]["changed"] is False, done.output
    assert done.named["Apply the tunnel"]["vpn_tunnel"]["description"] == "Office in Berlin"
    # In a user's repository the variables of all gateways are next to the inventory.
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "my_tunnels.yml").rename(tmp_path / "group_vars/vpn_gateways.yml")
    inventory = ["-i", tmp_path / "vpn_gateways.yml", "-e", "gateways=vpn_gateways"]
    done = run_playbook(
        tmp_path / "playbooks/reconcile_tunnels.yml", *inventory, *variables, environment=emulator.environment
    )
    assert done.named["Reconcile the tunnels"]["totals"]["unchanged"] == 2, done.output
