# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/awx_setup.yml with the real modules of awx.awx, against a server with AWX's rules."""

from __future__ import annotations

import json
import os
import re
import shlex

import pytest

from awx import rules
from awx.collection import Unavailable, collections_path
from awx.job import data
from awx.server import AwxServer
from emulator_process import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from playbook import ROOT, play

# As docs/awx.md says it.
PAGE = (ROOT / "docs/awx.md").read_text(encoding="utf-8")
GIVEN = shlex.split(re.search("^ansible-playbook baiducloud.network.awx_setup (.*)$", PAGE, re.MULTILINE).group(1))
KEYS = {"BCE_ACCESS_KEY_ID": ACCESS_KEY_ID, "BCE_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY, "BCE_REGION": "su"}
TEMPLATES = {template["name"]: template for template in data("job_templates")}


@pytest.fixture(scope="module")
def collections():
    try:
        return collections_path()
    except Unavailable as error:
        if os.environ.get("AWX_COLLECTION_REQUIRED"):
            pytest.fail(f"AWX_COLLECTION_REQUIRED is set, but {error}")
        pytest.skip(str(error))


@pytest.fixture
def awx(collections):
    files = [path for folder in ("playbooks", "extensions") for path in (ROOT / folder).rglob("*.yml")]
    server = AwxServer([str(path.relative_to(ROOT)) for path in files])
    server.environment["ANSIBLE_COLLECTIONS_PATH"] = str(collections)
    yield server
    server.stop()


def set_up(awx, *arguments, **environment):
    return play("baiducloud.network.awx_setup", *arguments, environment={**awx.environment, **environment}, cwd=ROOT)


def test_from_nothing_to_job_templates_then_nothing_changes_then_new_keys_on_demand(awx):
    first = set_up(awx, *GIVEN, **KEYS)
    assert first.status == 0, first.output
    assert awx.names("job_templates") == sorted(TEMPLATES)
    credential = awx.named("credentials", "Baidu AI Cloud")
    credential_type = awx.named("credential_types", "Baidu AI Cloud")
    assert credential["inputs"] == {
        "access_key_id": ACCESS_KEY_ID,
        "secret_access_key": SECRET_ACCESS_KEY,
        "region": "su",
    }
    environment = rules.job_environment(credential_type, credential["inputs"])
    assert {name: environment[name] for name in KEYS} == KEYS
    for name, template in TEMPLATES.items():
        made = awx.named("job_templates", name)
        assert made["credentials"] == [credential["id"]] and made["survey_enabled"] == ("survey" in template)
        assert (made["survey_spec"] or {}).get("spec") == template.get("survey")
        assert json.loads(made["extra_vars"]) == template.get("extra_vars", {})
    source = awx.named("inventory_sources", "Baidu AI Cloud VPN gateways")
    assert json.loads(source["source_vars"]) == {"BCE_VPC_IDS": "vpc-5cms1n3mvnfb"} and source["update_on_launch"]
    assert SECRET_ACCESS_KEY not in first.output

    awx.writes.clear()
    other_key = {**KEYS, "BCE_SECRET_ACCESS_KEY": "a-new-key-4711"}
    again = set_up(awx, *GIVEN, **other_key)
    assert again.status == 0 and not any(result["changed"] for result in again.results), again.output
    assert awx.writes == [] and awx.named("credentials", "Baidu AI Cloud") == credential

    new = ["-e", "update_secrets=true", "-e", '{"job_templates": []}']
    renewed = set_up(awx, *GIVEN, *new, **other_key)
    assert renewed.named["The credential"]["changed"] and "a-new-key-4711" not in renewed.output
    assert awx.named("credentials", "Baidu AI Cloud")["inputs"]["secret_access_key"] == "a-new-key-4711"


def test_what_it_is_not_told_it_names_all_together_before_it_asks_awx_for_anything(awx):
    done = set_up(awx, BCE_ACCESS_KEY_ID=ACCESS_KEY_ID)
    message = done.results[0]["msg"]
    assert done.status != 0 and "\n" not in message
    assert all(words in message for words in ("image: ", "vpc_ids: ", "BCE_SECRET_ACCESS_KEY: "))
    assert awx.requests == 0


def test_what_awx_refuses_is_told(awx):
    wrong = {**data("credential_type"), "injectors": {"env": {"ANSIBLE_FORKS": "{{ '{{ region }}' }}"}}}
    done = set_up(awx, *GIVEN, "-e", json.dumps({"credential_type": wrong}), **KEYS)
    assert done.status != 0 and "Environment variable ANSIBLE_FORKS is not allowed" in done.results[-1]["msg"]
