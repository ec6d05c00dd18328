# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/awx_setup.yml with the real modules of awx.awx, against a server with AWX's rules.

All runs have the collection's four folders alone.
"""

from __future__ import annotations

import json
import os
import re
import shlex

import pytest
import yaml

from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options
from awx import rules
from awx.collection import Unavailable, collections_path
from awx.job import data
from awx.page import is_explained
from awx.server import KINDS, AwxServer
from emulator_process import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from playbook_runner import ROOT, run_playbook

pytestmark = pytest.mark.long

# As docs/awx.md and docs/awx-reference.md say it.
PAGE, REFERENCE = ((ROOT / f"docs/{name}.md").read_text(encoding="utf-8") for name in ("awx", "awx-reference"))
SHOWN = shlex.split(re.search("^ansible-playbook baiducloud.network.awx_setup (.*)$", PAGE, re.MULTILINE).group(1))
(NAME_WITH_BLANKS,) = re.findall("""-e '(.*"execution_environment".*)'""", REFERENCE)
KEYS = {"BCE_ACCESS_KEY_ID": ACCESS_KEY_ID, "BCE_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY, "BCE_REGION": "su"}
TEMPLATES = {template["name"]: template for template in data("job_templates")}
ONE = "Delete a VPN tunnel"
# Each job template takes a start of a module, so most tests have one.
WITH_ONE = [*SHOWN, "-e", json.dumps({"job_templates": [TEMPLATES[ONE]]})]


@pytest.fixture(scope="module")
def collections():
    try:
        return collections_path()
    except Unavailable as error:
        if os.environ.get("AWX_COLLECTION_REQUIRED"):
            pytest.fail(f"AWX_COLLECTION_REQUIRED is set, but {error}")
        pytest.skip(str(error))


@pytest.fixture
def awx(collections, four_folders):
    files = [path for folder in ("playbooks", "extensions") for path in (ROOT / folder).rglob("*.yml")]
    server = AwxServer([str(path.relative_to(ROOT)) for path in files])
    own = four_folders["ANSIBLE_COLLECTIONS_PATH"]
    server.environment.update(four_folders, ANSIBLE_COLLECTIONS_PATH=f"{own}:{collections}")
    yield server
    server.stop()


def set_up(awx, *arguments, **environment):
    # Pipelining makes the many starts of modules shorter.
    everything = {**awx.environment, "ANSIBLE_PIPELINING": "1", **environment}
    return run_playbook("baiducloud.network.awx_setup", *arguments, environment=everything, cwd=ROOT)


def made(awx, kind, name, organization="Default"):
    """Return an object without the defaults that AWX adds itself."""
    stored = awx.named(kind, name, organization)
    fields = {"survey_spec": None, "credentials": [], **KINDS[kind].fields}
    own = {"id", "status", "scm_revision", "playbook_files"}
    return {field: value for field, value in stored.items() if field not in own and fields[field] != value}


def test_setup_creates_everything_once_and_updates_keys_on_demand(awx):
    """From an empty AWX to job templates; a second run changes nothing; a second organization gets its own."""
    planned = set_up(awx, *SHOWN, "--check", **KEYS)
    assert planned.status == 0 and awx.writes == [], planned.output
    reported = planned.named["Report what check mode cannot compare"]
    assert reported["changed"] and "the credential, the source" in reported["msg"]

    first = set_up(awx, *SHOWN, "-vvv", **KEYS)
    assert first.status == 0 and SECRET_ACCESS_KEY not in first.output, first.output
    ids = {
        kind: awx.named(kind, "Baidu AI Cloud")["id"]
        for kind in ("credential_types", "credentials", "execution_environments", "projects", "inventories")
    }
    gateways = awx.named("inventories", "Baidu AI Cloud VPN gateways")["id"]
    place = {"organization": awx.named("organizations", "Default")["id"]}
    inputs = {"access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY, "region": "su"}
    named = {"name": "Baidu AI Cloud"}
    assert made(awx, "credentials", "Baidu AI Cloud") == {
        **named, **place, "credential_type": ids["credential_types"], "inputs": inputs,
    }  # fmt: skip
    environment = rules.job_environment(awx.named("credential_types", "Baidu AI Cloud"), inputs)
    assert {name: environment[name] for name in KEYS} == KEYS
    image = {"image": "registry.example.com/baiducloud-ee:1.0.0", "pull": "missing"}
    assert made(awx, "execution_environments", "Baidu AI Cloud") == {**named, **image}
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    scm = {"scm_type": "git", "scm_url": galaxy["repository"], "scm_branch": galaxy["version"]}
    assert made(awx, "projects", "Baidu AI Cloud") == {**named, **place, **scm}
    source = made(awx, "inventory_sources", "Baidu AI Cloud VPN gateways")
    assert json.loads(source.pop("source_vars")) == {
        "ANSIBLE_COLLECTIONS_PATH": ":".join(
            ["/runner/requirements_collections", "~/.ansible/collections", "/usr/share/ansible/collections"]
        ),
        "BCE_VPC_IDS": "vpc-5cms1n3mvnfb",
        "BCE_VPC_NAMES": "",
    }
    synchronized = awx.named("inventory_sources", "Baidu AI Cloud VPN gateways")
    assert synchronized["status"] == "successful" and len(awx.names("inventory_updates")) == 1
    assert source == {
        "name": "Baidu AI Cloud VPN gateways", "inventory": gateways, "source": "scm",
        "source_path": "extensions/awx/vpn_gateways.yml", "source_project": ids["projects"],
        "credential": ids["credentials"], "execution_environment": ids["execution_environments"],
        "overwrite": True, "overwrite_vars": True, "update_on_launch": True,
    }  # fmt: skip
    assert awx.names("job_templates") == sorted(TEMPLATES)
    for name, template in TEMPLATES.items():
        job_template = made(awx, "job_templates", name)
        assert json.loads(job_template.pop("extra_vars", "{}")) == template.get("extra_vars", {})
        spec = {"name": "", "description": "", "spec": template.get("survey")}
        survey = {"survey_enabled": True, "survey_spec": spec} if "survey" in template else {}
        asks = {"job_type", "verbosity", "credential"}
        asks |= {what for what in ("variables", "inventory") if f"ask_{what}_on_launch" in template}
        asks |= {"limit", "job_slice_count"} if template["inventory"] == "gateways" else set()
        assert job_template == {
            **place, "name": name, "description": template["description"], **survey,
            "playbook": f"playbooks/{template['playbook']}", "project": ids["projects"],
            "credentials": [ids["credentials"]], "diff_mode": True,
            "inventory": gateways if template["inventory"] == "gateways" else ids["inventories"],
            "execution_environment": ids["execution_environments"],
            **{f"ask_{what}_on_launch": True for what in asks},
        }  # fmt: skip

    awx.writes.clear()
    other_key = {**KEYS, "BCE_SECRET_ACCESS_KEY": "a-new-key-4711", "BCE_SESSION_TOKEN": "a-token-4711"}
    again = set_up(awx, *SHOWN, **{**other_key, "BCE_SESSION_TOKEN": ""})
    assert again.status == 0 and not any(result["changed"] for result in again.results), again.output
    assert awx.writes == [] and awx.named("credentials", "Baidu AI Cloud")["inputs"] == inputs

    new = ["-e", "update_secrets=true", "-e", '{"job_templates": []}']
    renewed = set_up(awx, *SHOWN, *new, **other_key)
    assert renewed.named["Create or update the credential"]["changed"] and "4711" not in renewed.output
    new_inputs = {**inputs, "secret_access_key": "a-new-key-4711", "security_token": "a-token-4711"}
    assert awx.named("credentials", "Baidu AI Cloud")["inputs"] == new_inputs

    # A change of the VPCs is read at once.
    moved = set_up(awx, *SHOWN, "-e", "vpc_ids=vpc-2", "-e", '{"job_templates": []}', **other_key)
    assert moved.status == 0 and len(awx.names("inventory_updates")) == 2, moved.output

    # Another organization gets all of it under the same names, here with an execution environment that AWX has, as the
    # page names one with blanks, and with keys that belong together as for the modules.
    awx.create("organizations", {"name": "Second"})
    awx.create("execution_environments", {"name": "Company EE", "image": "own"})
    template, *_rest = data("job_templates")
    second = ["-e", "organization=Second", "-e", NAME_WITH_BLANKS, "-e", "vpc_ids=vpc-1;vpc-2"]
    mixed = {
        "BCE_ACCESS_KEY_ID": "lonely",
        "BAIDUCLOUD_ACCESS_KEY": "second-id",
        "BAIDUCLOUD_SECRET_KEY": "second-key",
        "BAIDUCLOUD_SESSION_TOKEN": "second-token",
        "BAIDUCLOUD_REGION": "gz",
    }
    done = set_up(awx, *second, "-e", json.dumps({"job_templates": [template]}), **mixed)
    assert done.status == 0, done.output
    credential = awx.named("credentials", "Baidu AI Cloud", "Second")
    as_modules = connection_options.resolve({}, mixed)
    assert credential["inputs"] == {
        "access_key_id": as_modules.access_key_id.reveal(),
        "secret_access_key": as_modules.secret_access_key.reveal(),
        "security_token": as_modules.security_token.reveal(),
        "region": as_modules.region,
    }
    its = awx.named("job_templates", template["name"], "Second")
    assert its["credentials"] == [credential["id"]]
    for field, kind in {"inventory": "inventories", "project": "projects"}.items():
        assert its[field] == awx.named(kind, "Baidu AI Cloud", "Second")["id"]
    assert its["execution_environment"] == awx.named("execution_environments", "Company EE")["id"]
    assert awx.named("credentials", "Baidu AI Cloud")["inputs"] == new_inputs


def test_setup_in_chinese_changes_only_texts_of_the_same_job_templates(awx):
    """Schedules and permissions belong to the objects, which their names find, so that a language must not add any."""
    templates = {name: TEMPLATES[name] for name in ("Delete a VPN tunnel", "Report VPN tunnels")}
    own = {**templates["Delete a VPN tunnel"], "name": "Own", "description": "Not translated."}
    some = [*SHOWN, "-e", json.dumps({"job_templates": [*templates.values(), own]})]
    assert set_up(awx, *some, **KEYS).status == 0
    english = {name: awx.named("job_templates", name) for name in awx.names("job_templates")}
    awx.writes.clear()
    done = set_up(awx, *some, "-e", "language=zh", **KEYS)
    assert done.status == 0 and {path.partition("/")[0] for _method, path in awx.writes} == {"job_templates"}
    texts = {item["en"]: item["zh"] for item in data("texts_zh")}
    for name, before in english.items():
        after = awx.named("job_templates", name)
        for question in before["survey_spec"]["spec"] if before["survey_spec"] else ():
            question.update({key: texts[question[key]] for key in ("question_name", "question_description")})
        assert after == {**before, "description": texts.get(before["description"], before["description"])}
    assert awx.names("job_templates") == sorted(english)
    awx.writes.clear()
    again = set_up(awx, *some, "-e", "language=zh", **KEYS)
    assert again.status == 0 and awx.writes == [], again.output


def test_setup_reports_all_invalid_inputs_before_calling_awx(awx):
    wrong = ["-e", "vpc_ids=vpc?", "-e", "vpc_names=production", "-e", "update_secrets=treu", "-e", "language=cn"]
    where = {"BCE_REGION": "Beijing", "BCE_ENDPOINT": "bcc.{region}"}
    done = set_up(awx, *wrong, BCE_ACCESS_KEY_ID=ACCESS_KEY_ID, **where)
    message = done.results[0]["msg"]
    assert done.status != 0 and "\n" not in message
    assert re.findall("(?:^|; )([A-Za-z_]+)[,:]", message) == [
        "image", "vpc_ids", "update_secrets", "language", "vpc_names", "secret_access_key", "region", "endpoint",
    ], message  # fmt: skip
    assert awx.requests == 0


def test_setup_reports_what_awx_refuses(awx):
    wrong = {**data("credential_type"), "injectors": {"env": {"ANSIBLE_FORKS": "{{ '{{ region }}' }}"}}}
    done = set_up(awx, *SHOWN, "-e", json.dumps({"credential_type": wrong}), **KEYS)
    assert done.status != 0 and "Environment variable ANSIBLE_FORKS is not allowed" in done.results[-1]["msg"]
    nowhere = set_up(awx, *SHOWN, "-e", '{"organization": "No such place"}', **KEYS)
    assert nowhere.status != 0 and is_explained(nowhere.results[-1]["msg"]), nowhere.output


def test_setup_after_a_failed_project_update_goes_on_where_it_stopped(awx):
    """Nothing is switched while the project cannot be synchronized, in the first run and in those after it."""
    awx.failing_branches = {"no-such-branch"}
    wrong = [*WITH_ONE, "-e", "project_branch=no-such-branch"]
    kinds = ("credentials", "execution_environments", "inventories", "inventory_sources", "job_templates")
    before = {kind: awx.names(kind) for kind in kinds}
    first = set_up(awx, *wrong, **KEYS)
    assert first.status != 0 and first.results[-1]["msg"] == "Project update failed", first.output
    again = set_up(awx, *wrong, **KEYS)
    assert again.status != 0, again.output
    assert again.results[-1]["msg"] == "The Project Update - Baidu AI Cloud, failed"
    assert all(is_explained(run.results[-1]["msg"]) for run in (first, again))
    assert {kind: awx.names(kind) for kind in kinds} == before
    # The branch has come, so that only AWX's copy of the project is missing.
    awx.failing_branches = set()
    done = set_up(awx, *wrong, **KEYS)
    assert done.status == 0 and awx.names("job_templates") == [ONE], done.output


def test_setup_without_galaxy_credential_adds_the_public_one(awx):
    """AWX installs nothing that the requirements of a project name without one."""
    awx.create("organizations", {"name": "Second"})
    own = [*SHOWN, "-e", "organization=Second", "-e", "project_url=https://git.example.com/tunnels.git"]
    own += ["-e", json.dumps({"job_templates": []})]
    done = set_up(awx, *own, **KEYS)
    second = awx.named("organizations", "Second")["id"]
    assert done.status == 0 and awx.galaxy_credentials(second) == ["Ansible Galaxy"], done.output
    # The update that came with the project had installed nothing.
    assert awx.names("project_updates") == ["Baidu AI Cloud"] * 2
    awx.writes.clear()
    again = set_up(awx, *own, **KEYS)
    assert again.status == 0 and awx.writes == [], again.output

    awx.create("organizations", {"name": "Third"})
    awx.change("credentials", "Ansible Galaxy", {"name": "Galaxy of the company"})
    third = [*own, "-e", "organization=Third"]
    done = set_up(awx, *third, **KEYS)
    reported = done.named["Report that the organization has no Galaxy credential"]["msg"]
    assert done.status == 0 and reported.startswith("organization: Third has no Galaxy credential"), done.output


def test_setup_synchronizes_the_inventory_and_reports_if_it_cannot(awx):
    """Otherwise AWX would refuse to slice the first job; by then all else is set up."""
    calls = []

    def fail(*arguments):
        calls.append(arguments)
        raise RuntimeError

    awx.sync_inventory = fail
    done = set_up(awx, *WITH_ONE, **KEYS)
    assert done.status != 0 and awx.names("job_templates") == [ONE]
    message = done.results[-1]["msg"]
    assert re.match(
        r"Baidu AI Cloud VPN gateways: the synchronization of the inventory failed; job \d+ in AWX", message
    )
    ((environment, source_vars, path),) = calls
    assert {name: environment[name] for name in KEYS} == KEYS and source_vars["BCE_VPC_IDS"] == "vpc-5cms1n3mvnfb"
    assert path == "extensions/awx/vpn_gateways.yml"
    awx.sync_inventory = lambda *arguments: None
    assert set_up(awx, *WITH_ONE, **KEYS).status == 0
    assert awx.named("inventory_sources", "Baidu AI Cloud VPN gateways")["status"] == "successful"
