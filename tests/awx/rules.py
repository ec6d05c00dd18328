# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX's rules for credential types, credentials, surveys, slices, workflows and inventory updates. Pure.

The rules were measured on AWX 24.6.1 or read in its source: in awx/main/fields.py and awx/main/models/mixins.py where
a function does not name another file. Refused means a response with status 400.
"""

from __future__ import annotations

import json
import re

import yaml
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

ENCRYPTED = "$encrypted$"  # AWX's mask of a secret
NAME = re.compile("[a-zA-Z_][a-zA-Z0-9_]*")
_OF_STRINGS = {"choices", "multiline", "format", "secret"}
_FIELD_KEYS = _OF_STRINGS | {"id", "label", "type", "help_text", "default", "ask_at_runtime"}
_INJECTORS = {"file", "env", "extra_vars"}
_FILE_TEMPLATE = re.compile(r"template(\.[a-zA-Z_][a-zA-Z0-9_]*)?")
_QUESTION_TYPES = {"text", "textarea", "password", "integer", "float", "multiplechoice", "multiselect"}


class Refused(Exception):
    """AWX would return 400 with this text."""


def _refuse(condition, text):
    if condition:
        raise Refused(text)


def _are_texts(values):
    return all(isinstance(value, str) for value in values)


# -- credential types and credentials ---------------------------------------------------------------------------------


def check_credential_type(inputs, injectors):
    """Raise Refused if AWX would reject these inputs and injectors of a credential type."""
    _check_inputs(inputs)
    _check_injectors(inputs, injectors)


def _check_inputs(inputs):
    _refuse(not isinstance(inputs, dict) or inputs.keys() - {"fields", "required"}, "inputs: only fields and required")
    required = inputs.get("required", [])
    _refuse(not _are_texts(required), "inputs: required is a list of names")
    seen = set()
    for field in inputs.get("fields", []):
        name, kind = field.get("id", ""), field.get("type", "string")
        _refuse(not NAME.fullmatch(name), f"{name} is an invalid variable name")
        _refuse(name == "tower", '"tower" is a reserved field name')
        _refuse(name in seen, f"field IDs must be unique ({name})")
        _refuse(not isinstance(field.get("label"), str), f"'label' is a required property of {name}")
        _refuse(field.keys() - _FIELD_KEYS, f"{name}: additional properties are not allowed")
        _refuse(kind not in ("string", "boolean"), f"{name}: type must be string or boolean")
        of_strings = sorted(_OF_STRINGS & field.keys())
        _refuse(kind == "boolean" and of_strings, f"{of_strings} not allowed for boolean type ({name})")
        if "default" in field:
            is_of_its_type = isinstance(field["default"], bool if kind == "boolean" else str)
            _refuse(not is_of_its_type, f"{field['default']} is not a {kind}")
        choices = field.get("choices", ["x"])
        _refuse(not choices or not _are_texts(choices), f"{name}: choices must be strings")
        seen.add(name)


def _check_injectors(inputs, injectors):
    _refuse(injectors.keys() - _INJECTORS, f"injectors: only {sorted(_INJECTORS)} are allowed")
    files = injectors.get("file", {})
    _refuse(not all(map(_FILE_TEMPLATE.fullmatch, files)), "injectors: a file is called template or template.x")
    _refuse("template" in files and len(files) > 1, "Must use multi-file syntax when injecting multiple files")
    for kind in ("env", "extra_vars"):
        for name in injectors.get(kind, {}):
            _refuse(not NAME.fullmatch(name), f"{name} does not match a variable's name")
            _refuse(kind == "env" and name.startswith("ANSIBLE_"), f"Environment variable {name} is not allowed")
    known = {field["id"]: "EXAMPLE" for field in inputs.get("fields", [])}
    if files:
        names = {name.partition(".")[2]: "EXAMPLE" for name in files}
        known["tower"] = {"filename": "EXAMPLE" if "template" in files else names}
    for templates in injectors.values():
        for name, template in templates.items():
            _refuse(not isinstance(template, str), f"{name}: must be a string")
            try:
                _rendered(template, known)
            except TemplateError as error:
                raise Refused(f"{name} uses an undefined field ({error})") from None


def stored_inputs(type_inputs, provided):
    """Return a credential's inputs as AWX stores them; required ones are only checked before a job."""
    fields = {field["id"]: field for field in type_inputs.get("fields", [])}
    stored = {}
    for name, value in provided.items():
        _refuse(name not in fields, f"Additional properties are not allowed ('{name}' was unexpected)")
        choices = fields[name].get("choices")
        if choices and value in ("", None):
            value = choices[0]
        _refuse(choices and value not in choices, f"'{value}' is not one of {choices}")
        kind = bool if fields[name].get("type") == "boolean" else str
        _refuse(not isinstance(value, kind), f"{name}: {value!r} is not of type {kind.__name__}")
        stored[name] = value
    return stored


def shown_inputs(type_inputs, stored):
    """Return the inputs as AWX shows them, with masked secrets."""
    secret = {field["id"] for field in type_inputs.get("fields", []) if field.get("secret")}
    return {name: ENCRYPTED if name in secret and value else value for name, value in stored.items()}


def job_environment(credential_type, stored):
    """Return the environment variables of a job with a credential; raise Refused if a required input is missing."""
    inputs = credential_type["inputs"]
    missing = [name for name in inputs.get("required", []) if not stored.get(name)]
    text = "Job cannot start because Credential does not provide one or more required fields (%s)."
    _refuse(missing, text % ", ".join(missing))
    # A default in the credential type only applies to the form.
    unset = {field["id"]: False if field.get("type") == "boolean" else "" for field in inputs.get("fields", [])}
    templates = credential_type["injectors"].get("env", {})
    return {name: _rendered(template, {**unset, **stored}) for name, template in templates.items()}


def _rendered(template, values):
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined).from_string(template).render(**values)


# -- surveys ----------------------------------------------------------------------------------------------------------


def check_survey(spec):
    """Raise Refused if AWX would reject this survey."""
    for key, kind in (("name", str), ("description", str), ("spec", list)):
        _refuse(key not in spec, f"Field '{key}' is missing from survey spec.")
        _refuse(not isinstance(spec[key], kind), f"Expected {kind.__name__} for field '{key}'.")
    _refuse(not spec["spec"], "'spec' doesn't contain any items.")
    seen = set()
    for number, question in enumerate(spec["spec"]):
        for key in ("type", "question_name", "variable", "required"):
            _refuse(key not in question, f"'{key}' missing from survey question {number}.")
        kind, variable = question["type"], question["variable"]
        _refuse(kind not in _QUESTION_TYPES, f"'{kind}' in survey question {number} is not one of {_QUESTION_TYPES}.")
        _refuse(variable in seen, f"'variable' '{variable}' duplicated in survey question {number}.")
        seen.add(variable)
        if kind in ("multiplechoice", "multiselect"):
            choices = question.get("choices")
            _refuse(not choices, f"Survey question {number} must specify choices.")
            _refuse(not _are_texts(choices), f"Choices of question {number} must be strings.")
        if "default" in question:
            error = _find_error(question, question["default"])
            _refuse(error, f"Default of survey question {number}: {error}")


def extra_variables(template, values):
    """Return the extra variables of a job and the ignored ones.

    :param template: a dict with extra_vars, survey_spec and ask_variables_on_launch.
    :param values: the extra_vars of the launch.
    :raises Refused: if an answer violates the rule of its question.
    """
    questions = {question["variable"]: question for question in (template["survey_spec"] or {"spec": []})["spec"]}
    errors = []
    for variable, question in questions.items():
        if variable not in values:
            errors += [f"'{variable}' value missing"] if question["required"] else []
        else:
            error = _find_error(question, values[variable])
            errors += [error] if error else []
    _refuse(errors, json.dumps({"variables_needed_to_start": errors}))
    taken = {name: value for name, value in values.items() if name in questions or template["ask_variables_on_launch"]}
    defaults = {name: question["default"] for name, question in questions.items() if "default" in question}
    return {**template["extra_vars"], **defaults, **taken}, {
        name: values[name] for name in values.keys() - taken.keys()
    }


def _find_error(question, value):
    """Return the error in an answer, or None."""
    kind, variable = question["type"], question["variable"]
    least, most = question.get("min"), question.get("max")
    if kind in ("text", "textarea", "password"):
        if not isinstance(value, str):
            return f"Value {value} for '{variable}' expected to be a string."
        size = len(value)
    elif kind in ("integer", "float"):
        kinds, words = ((int,), "an integer") if kind == "integer" else ((int, float), "a numeric type")
        if type(value) not in kinds:
            return f"Value {value} for '{variable}' expected to be {words}."
        size = value
    else:
        chosen = value if kind == "multiselect" else [value]
        wrong = [choice for choice in chosen if choice not in question["choices"]]
        return f"Value {wrong[0]} for '{variable}' expected to be one of {question['choices']}." if wrong else None
    if least is not None and size < least:
        return f"'{variable}' value is too small (must be at least {least})."
    if most is not None and size > most:
        return f"'{variable}' value is too large (must be no more than {most})."
    return None


# -- what a job gets --------------------------------------------------------------------------------------------------


class _Unsafe(yaml.SafeDumper):
    """Dump every text, names included, as !unsafe, so that Ansible never renders it as a template."""

    def represent_data(self, data):
        return self.represent_scalar("!unsafe", data) if isinstance(data, str) else super().represent_data(data)


def extra_variables_file(variables, trusted):
    """Return the text of env/extravars.

    :param trusted: the job template's own extra_vars; equal values may contain templates.
    """
    chunks = [
        yaml.dump({name: value}, Dumper=yaml.SafeDumper if trusted.get(name) == value else _Unsafe)
        for name, value in variables.items()
    ]
    return "".join(chunks)


def meta_variables(template_name, launch_type="manual", workflow_name=None):
    """Return the extra variables that AWX adds to those of a job.

    UnifiedJob.awx_meta_vars, awx/main/models/unified_jobs.py. A slice is a node of a workflow job with the name of the
    template, and no variable has its number. A relaunched job belongs to no workflow: UnifiedJob.copy_unified_job, in
    the same file.

    :param launch_type: manual, relaunch, scheduled, workflow or another.
    :param workflow_name: the name of the workflow job, if the job is a node of one.
    """
    variables = {"job_id": 1, "job_launch_type": launch_type, "job_template_name": template_name, "user_name": "admin"}
    if workflow_name is not None:
        variables.update(workflow_job_id=2, workflow_job_name=workflow_name, workflow_job_launch_type="manual")
    return {f"{prefix}_{name}": value for prefix in ("awx", "tower") for name, value in variables.items()}


def slice_count(requested, hosts):
    """Return into how many slices AWX cuts a job: JobTemplate.get_effective_slice_ct, awx/main/models/jobs.py.

    :param requested: the number that the launch asks for.
    :param hosts: the number of hosts that the inventory has in the database.
    :raises Refused: if a launch asks for slices but there are not two hosts: _accept_or_ignore_job_kwargs, there too.
    """
    count = min(requested, hosts)
    _refuse(requested > 1 >= count, "job_slice_count: Job inventory does not have enough hosts for slicing")
    return count


def sliced(inventory, number, count):
    """Return the inventory of one slice: Inventory.get_script_data and get_sliced_hosts, awx/main/models/inventory.py.

    It has every count-th host by name, and all groups with their variables, even if no host of them is left.

    :param number: of the slice, from 1.
    """
    variables = inventory["_meta"]["hostvars"]
    hosts = sorted(variables)[number - 1 :: count]
    groups = {
        name: {**group, "hosts": [host for host in group["hosts"] if host in hosts]} if "hosts" in group else group
        for name, group in inventory.items()
        if name != "_meta"
    }
    return {**groups, "_meta": {**inventory["_meta"], "hostvars": {host: variables[host] for host in hosts}}}


def merged_artifacts(artifacts):
    """Return what the next node of a workflow gets of several jobs; those of the last one to end take precedence.

    Nothing is merged within a name: WorkflowJob.get_effective_artifacts for the slices of a job, and
    WorkflowJobNode.get_job_kwargs for several parents, awx/main/models/workflow.py.

    :param artifacts: of each job that ended, in the order of their ends.
    """
    merged = {}
    for of_job in artifacts:
        merged.update(of_job)
    return merged


def inventory_update_environment(source_vars, environment):
    """Return the environment of ansible-inventory: RunInventoryUpdate.build_env, awx/main/tasks/jobs.py.

    Unlike jobs (RunJob.build_env, there too) it gets ANSIBLE_COLLECTIONS_PATHS alone, which ansible-core 2.19 and later
    do not read.

    :param source_vars: of an inventory source from a project; what AWX has set before is not replaced.
    :param environment: the variables that AWX sets first.
    """
    blocked = ("HOME", "USER", "_", "TERM", "PATH")  # INV_ENV_VARIABLE_BLOCKED, awx/settings/defaults.py
    first = {
        "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
        "ANSIBLE_INVENTORY_EXPORT": "True",
        "ANSIBLE_VERBOSE_TO_STDERR": "True",
        "ANSIBLE_HOST_PATTERN_MISMATCH": "error",
        **environment,
    }
    added = {name: str(value) for name, value in source_vars.items() if name not in first and name not in blocked}
    paths = ["/runner/requirements_collections", "~/.ansible/collections", "/usr/share/ansible/collections"]
    return {
        **first,
        **added,
        "ANSIBLE_COLLECTIONS_PATHS": ":".join([*paths, "/usr/share/automation-controller/collections"]),
    }


def installs_requirements(organization):
    """Return whether a project's collections/requirements.yml is installed; AWX logs nothing that a user sees if not.

    RunProjectUpdate.build_extra_vars_file, awx/main/tasks/jobs.py; the first organization, Default, gets the credential
    "Ansible Galaxy" from create_preload_data.py, any other one has none.
    """
    return bool(organization["galaxy_credentials"])
