# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX accepts playbooks/vars/awx/, which agrees with the collection; rules.py, the judge, refuses what AWX does."""

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_tunnel import VPN_TUNNEL
from awx import rules
from awx.job import data
from playbook_runner import ROOT

CREDENTIAL_TYPE = data("credential_type")
TEMPLATES = {template["name"]: template for template in data("job_templates")}
CREATE = {question["variable"]: question for question in TEMPLATES["Create or update a VPN tunnel"]["survey"]}
INPUTS, INJECTORS = CREDENTIAL_TYPE["inputs"], CREDENTIAL_TYPE["injectors"]


def test_credential_type_is_accepted_and_has_no_default():
    rules.check_credential_type(INPUTS, INJECTORS)
    assert not any("default" in field for field in INPUTS["fields"])
    # A boolean that is not set would come as False, whatever its default.
    assert {field["type"] for field in INPUTS["fields"]} == {"string"}


def test_credential_inputs_reach_the_modules():
    """Each by the first variable that the modules read."""
    inputs = {field["id"]: f"value-of-{field['id']}" for field in INPUTS["fields"]}
    assert rules.job_environment(CREDENTIAL_TYPE, inputs) == {
        connection_options.ENVIRONMENT[name][0]: value for name, value in inputs.items()
    }
    assert inputs.keys() == connection_options.ENVIRONMENT.keys()


def test_credential_keys_are_secret_and_required():
    secret = {field["id"] for field in INPUTS["fields"] if field.get("secret")}
    assert secret == {"secret_access_key", "security_token"}
    assert INPUTS["required"] == ["access_key_id", "secret_access_key"]


def test_credential_with_required_inputs_alone_is_complete():
    environment = rules.job_environment(CREDENTIAL_TYPE, {"access_key_id": "ak", "secret_access_key": "sk"})
    assert environment["BCE_REGION"] == environment["BCE_SECURITY_TOKEN"] == ""
    connection = connection_options.resolve({}, environment)
    assert connection.endpoint == "https://bcc.bj.baidubce.com" and connection.security_token is None


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_is_accepted_and_its_playbook_reads_each_answer(name):
    template = TEMPLATES[name]
    text = (ROOT / "playbooks" / template["playbook"]).read_text(encoding="utf-8")
    if "survey" in template:
        rules.check_survey({"name": "", "description": "", "spec": template["survey"]})
    for variable in [question["variable"] for question in template.get("survey", [])] + [
        *template.get("extra_vars", {})
    ]:
        assert re.search(rf"\b{variable}\b", text), variable


def test_survey_choices_and_limits_are_those_of_the_module():
    fields = {field.name: field for fields in VPN_TUNNEL.groups.values() for field in fields}
    for name, field in fields.items():
        question = CREATE[name]
        if "choices" in field.argument_spec:
            assert question["choices"] == field.argument_spec["choices"]
        else:
            assert [question["type"], question["min"], question["max"]] == [
                "integer",
                *map(int, re.findall(r"\d+", field.constraint)),
            ]
        # The default is strong enough for a new tunnel, and the question is optional.
        assert question["required"] is False and field.normalize(question["default"]) == question["default"]
        assert question["default"] not in ("v1", "md5", "sha1", "3des", "group2", "disabled")
    play = yaml.safe_load((ROOT / "playbooks/create_tunnel.yml").read_text(encoding="utf-8"))[0]
    assert {*play["vars"]["ike_config_vars"], *play["vars"]["ipsec_config_vars"]} == fields.keys()


def test_survey_optional_texts_have_no_minimum_length():
    """AWX would demand it of an empty answer too."""
    for template in TEMPLATES.values():
        for question in template.get("survey", []):
            if question["type"] in ("text", "textarea", "password") and not question["required"]:
                assert "min" not in question and "default" not in question


def test_survey_asks_for_keys_as_passwords():
    asked = [question for template in TEMPLATES.values() for question in template.get("survey", [])]
    assert {question["type"] for question in asked if "key" in question["variable"]} == {"password"}


# -- the rules themselves, as measured on AWX -------------------------------------------------------------------------


def field_of(**changes):
    return {"id": "one", "type": "string", "label": "One", **changes}


REFUSED_TYPES = {
    "an undefined variable in an injector": ([field_of()], {"env": {"A": "{{ two }}"}}),
    "an environment variable of Ansible's": ([field_of()], {"env": {"ANSIBLE_FORKS": "{{ one }}"}}),
    "a hyphen in a variable's name": ([field_of()], {"env": {"BCE-REGION": "{{ one }}"}}),
    "a hyphen in an extra variable's name": ([field_of()], {"extra_vars": {"bce-region": "{{ one }}"}}),
    "an unknown kind of injector": ([field_of()], {"environment": {}}),
    "another type": ([field_of(type="integer")], {}),
    "a secret boolean": ([field_of(type="boolean", secret=True)], {}),
    "a boolean with choices": ([field_of(type="boolean", choices=["a"])], {}),
    "a default of another type": ([field_of(default=True)], {}),
    "a field called tower": ([field_of(id="tower")], {}),
    "no label": ([{"id": "one", "type": "string"}], {}),
    "tower.filename without a file": ([field_of()], {"env": {"A": "{{ tower.filename }}"}}),
    "template and template.x": ([field_of()], {"file": {"template": "{{ one }}", "template.x": "{{ one }}"}}),
}


@pytest.mark.parametrize("case", REFUSED_TYPES)
def test_rules_refuse_a_credential_type_with(case):
    fields, injectors = REFUSED_TYPES[case]
    with pytest.raises(rules.Refused):
        rules.check_credential_type({"fields": fields}, injectors)


def test_rules_accept_a_credential_type():
    rules.check_credential_type({"fields": [field_of()], "required": ["missing"]}, {"file": {"template": "{{ one }}"}})
    files = {"file": {"template.x": "{{ one }}"}, "env": {"A": "{{ tower.filename.x }}"}}
    rules.check_credential_type({"fields": [field_of(type="boolean", default=True)]}, files)


def test_rules_store_and_show_credential_inputs():
    choice, flag = field_of(choices=["a", "b"]), field_of(id="flag", type="boolean", default=True)
    inputs = {"fields": [choice, flag, field_of(id="text", default="never applied", secret=True)]}
    assert rules.stored_inputs(inputs, {"one": ""}) == rules.stored_inputs(inputs, {"one": None}) == {"one": "a"}
    assert rules.stored_inputs(inputs, {}) == {}
    for wrong in ({"one": "c"}, {"two": "a"}):
        with pytest.raises(rules.Refused):
            rules.stored_inputs(inputs, wrong)
    injectors = {"env": {"ONE": "{{ one }}", "FLAG": "{{ flag }}", "TEXT": "{{ text }}"}}
    got = rules.job_environment({"inputs": inputs, "injectors": injectors}, {})
    assert got == {"ONE": "", "FLAG": "False", "TEXT": ""}
    assert rules.shown_inputs(inputs, {"one": "a", "text": "secret"}) == {"one": "a", "text": "$encrypted$"}


REFUSED_QUESTIONS = [
    {"type": None},
    {"question_name": None},
    {"variable": None},
    {"required": None},
    {"type": "boolean"},
    {"type": "multiplechoice"},
    {"type": "multiplechoice", "choices": ["a"], "default": "b"},
    {"type": "integer", "default": "1"},
]


@pytest.mark.parametrize("changes", REFUSED_QUESTIONS, ids=str)
def test_rules_refuse_a_question_with(changes):
    question = {"type": "text", "question_name": "One", "variable": "one", "required": True}
    rules.check_survey({"name": "", "description": "", "spec": [question]})
    changed = {name: value for name, value in {**question, **changes}.items() if value is not None}
    with pytest.raises(rules.Refused):
        rules.check_survey({"name": "", "description": "", "spec": [changed]})


def test_rules_refuse_an_empty_or_repeated_survey():
    question = {"type": "text", "question_name": "One", "variable": "one", "required": True}
    for spec in ([], [question, question]):
        with pytest.raises(rules.Refused):
            rules.check_survey({"name": "", "description": "", "spec": spec})


def test_rules_apply_defaults_and_ignore_unasked_variables():
    template = {
        "extra_vars": {"own": 1},
        "ask_variables_on_launch": False,
        "survey_spec": {"spec": [CREATE["ike_version"]]},
    }
    assert rules.extra_variables(template, {"other": 1}) == ({"own": 1, "ike_version": "v2"}, {"other": 1})
    template["ask_variables_on_launch"] = True
    assert rules.extra_variables(template, {"other": 1}) == ({"own": 1, "ike_version": "v2", "other": 1}, {})
