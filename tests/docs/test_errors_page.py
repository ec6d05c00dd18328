# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/errors.md and docs/playbook-errors.md explain every error code and every error text, in both languages."""

from __future__ import annotations

import ast
import copy
import re

import pytest
import yaml

import errors_page
from ansible_collections.baiducloud.network.plugins.module_utils._bce import errors
from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_tunnel
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile import messages, purge, steps
from playbook_runner import ROOT
from run_params import run_params

SOURCE = errors_page.source()
PAGES = errors_page.pages()
ENTRIES = list(errors_page.entries(SOURCE["pages"]))
CODES = [code for page in SOURCE["pages"] for code in errors_page.codes(page)]
# The pages as a reader's search sees them.
TEXT = " ".join("".join(PAGES.values()).replace("`", "").split())
FILES = sorted(
    path
    for folder in ("module_utils", "plugin_utils", "inventory", "filter")
    for path in ROOT.glob(f"plugins/{folder}/**/*.py")
    # These texts are in the probe's report, which docs/first-run.md explains, and in a diagnosis, see docs/diagnose.md.
    if path.parent.name not in ("_probe", "_diagnosis")
    # Data: words of devices with their sources, quotes, and the texts of pages that a playbook or a filter makes.
    and path.name
    not in ("device_table.py", "sheet_texts.py", "_tunnel_report.py", "_security_sources.py", "_tunnel_audit.py")
)
# Without the argument specs of roles, and without the data of AWX, which has no message.
TASKS = sorted(
    path
    for folder in ("roles", "playbooks")
    for path in (ROOT / folder).rglob("*.yml")
    if not {"meta", "awx"} & set(path.parts)
)
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-.\d]*[a-z]")
# Texts of four words and more that are not messages to users: what a request is to do, comments in files that the
# collection writes, patterns, progress, constraints of fields ("must be …") and of scopes.
NO_MESSAGE = re.compile(
    r"(list|read|create|update|delete|release|wait until|switch|bind|unbind) |#|\^|\(\?|.*\bmust be "
    r"|a number of too many digits"
    r"|%d of %d tunnels done"
    r"|another text \(not shown|\(name not shown|"
    r"vpn_tunnels: %s, %d s|is not a CIDR|give the id of the VPN gateway|one of them names"
    r"|pair of source and destination"
    r"|look at both ends|look at it in the console|the name of a gateway is looked up|free of tunnels and route rules"
    r"|settled without an address"
    r"|leave the option out, or create another gateway"
    r"|Baidu AI Cloud, VPN tunnel"
)

# Codes of requests that only a defect sends, and of what the emulator does not have.
MALFORMED_REQUESTS = {
    "InappropriateJSON", "InvalidHTTPAuthHeader", "InvalidURI", "InvalidVersion", "MalformedJSON", "MethodNotAllowed",
    "NotEmulated", "UnsupportedOperation",
}  # fmt: skip


def strings(tree):
    """Return the string constants of a file that are neither docstrings nor a plugin's documentation."""
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        or (isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("DOCUMENTATION", "EXAMPLES"))
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]


def error_codes():
    """Return the codes that are passed to errors of the Bce family as their second argument."""
    calls = [
        node
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and re.fullmatch(r"[A-Z]\w*Error", getattr(node.func, "id", ""))
    ]
    given = [call.args[1] for call in calls if len(call.args) > 1]
    found = {code.value for code in given if isinstance(code, ast.Constant)}
    return sorted(found | {"InvalidOption", *messages.CODES, *purge.CODES, *steps.CODES})


def warning_codes():
    """Return the codes at the end of the warnings' templates."""
    matches = map(errors_page.WARNING_CODE.search, errors_page.catalogue().values())
    return {match[1] for match in matches if match}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_errors_page_is_generated(path):
    assert path.read_text(encoding="utf-8") == PAGES[path], "run make update-plugin-docs"


def test_chinese_pages_are_generated_from_a_complete_translation():
    assert errors_page.translation_problems(SOURCE["pages"], errors_page.chinese()) == []
    for path, content in errors_page.chinese_pages().items():
        assert path.read_text(encoding="utf-8") == content, "run make update-plugin-docs"


def test_changed_english_text_makes_its_translation_stale():
    pages = copy.deepcopy(SOURCE["pages"])
    code = errors_page.codes(pages[0])[0]
    old, code["summary"] = code["summary"], "Another text."
    assert errors_page.translation_problems(pages, errors_page.chinese()) == [
        "docs/zh-CN/errors.yml: the translation is missing of: Another text.",
        f"docs/zh-CN/errors.yml: docs/errors.yml does not have: {old}",
    ]


def test_catalogue_every_message_has_an_entry_or_a_reason_why_not():
    messages = errors_page.catalogue()
    groups = [errors_page.explained(SOURCE["pages"]), *map(set, SOURCE["not_on_the_page"].values())]
    assert set().union(*groups) == messages.keys() and sum(map(len, groups)) == len(messages)


@pytest.fixture(scope="module")
def catalogue():
    return set(errors_page.catalogue().values()) | set(errors.ERROR_HINTS.values())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT / "plugins").as_posix())
def test_messages_are_in_the_catalogue_only(catalogue, path):
    remedies = {value for kind in vars(errors).values() for value in [getattr(kind, "remedy", None)]}
    texts = {text for text in strings(ast.parse(path.read_text(encoding="utf-8"))) if len(text.split()) >= 4}
    assert not {text for text in texts - catalogue - remedies if not NO_MESSAGE.match(text.strip())}


def failing(content):
    """Return all tasks that end a play with a text, at any level of a playbook or a file of tasks."""
    if isinstance(content, list):
        return [task for item in content for task in failing(item)]
    if not isinstance(content, dict):
        return []
    is_one = {"ansible.builtin.assert", "ansible.builtin.fail"} & content.keys()
    return [content] if is_one else [task for value in content.values() for task in failing(value)]


def texts_of(value):
    """The strings in a task or in variables, without conditions and the task's own name."""
    if isinstance(value, dict):
        return [text for key, item in value.items() if key not in ("that", "when", "name") for text in texts_of(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts_of(item)]
    return [value] if isinstance(value, str) else []


def sentences(template):
    """What a template says: its text outside of Jinja, and the literals within."""
    outside = re.split(r"\{\{.*?\}\}|\{%.*?%\}", template, flags=re.DOTALL)
    code = " ".join(re.findall(r"\{\{(.*?)\}\}", template, re.DOTALL))
    literals = ["".join(pair) for pair in re.findall(r"\"([^\"]*)\"|'([^']*)'", code)]
    return [" ".join(text.split()) for text in [*outside, *literals]]


def texts_of_tasks():
    found = set()
    for path in TASKS:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        values = failing(content) if path.parent.name != "vars" else [content] if "roles" in path.parts else []
        found |= {text for value in values for template in texts_of(value) for text in sentences(template)}
    # Four words and more; what is left out are comments in files, patterns, and what swanctl prints.
    return sorted(text for text in found if len(text.split()) >= 4 and not re.match(r"#|\(\?m\)|\^|loaded ", text))


@pytest.mark.parametrize("text", texts_of_tasks())
def test_errors_page_has_every_text_of_tasks(text):
    assert text.strip(" .;:,()") in TEXT


def test_texts_of_all_failing_tasks_are_found():
    """A text at another place than the expected ones would not be checked."""
    found = texts_of_tasks()
    for words in (
        "needs root; set become: true",
        "no host of the inventory matches",
        "could not be validated",
        "cannot be read as variables",
    ):
        assert any(words in text for text in found), words
    ends = re.compile(r"^\s*(?:- )?(?:fail_msg|ansible\.builtin\.fail):", re.MULTILINE)
    counted = sum(len(ends.findall(path.read_text(encoding="utf-8"))) for path in TASKS)
    tasks = [task for path in TASKS for task in failing(yaml.safe_load(path.read_text(encoding="utf-8")))]
    assert counted == sum("fail_msg" in str(task) or "ansible.builtin.fail" in task for task in tasks) > 15


def test_errors_page_explains_no_text_twice():
    texts = [text for entry in ENTRIES for text in entry.get("texts", ())]
    assert len(texts) == len(set(texts)), [text for text in texts if texts.count(text) > 1]


def test_errors_page_entries_are_self_contained_sentences():
    """A reader who comes from a search sees only one entry."""
    for entry in ENTRIES:
        assert set(entry) - {"texts"} == {"cause", "remedy"}
        for text in (entry["cause"], entry["remedy"]):
            assert re.fullmatch(r"[^a-z].*\.", text, re.DOTALL), entry
            assert not re.match(r"(The )?[Ss]ame\b|As (it|the)\b|Fix it", text), entry


def test_errors_page_has_exactly_the_known_codes():
    codes = set(error_codes())
    headings = [name for code in CODES for name in (code["code"], *code.get("also", ()))]
    codes |= warning_codes()
    assert len(headings) == len(set(headings)) and codes <= set(headings), sorted(codes - set(headings))
    patterns = {code for code in headings if errors.error_class_for(code, 400) is not errors.ApiError}
    known = codes | set(errors.ERROR_HINTS) | set(errors.CODE_BY_STATUS.values()) | patterns
    assert set(errors.CODE_BY_STATUS.values()) <= set(headings) <= known, sorted(set(headings) - known)


def test_errors_page_lists_each_warning_below_its_code():
    matches = {key: errors_page.WARNING_CODE.search(text) for key, text in errors_page.catalogue().items()}
    (section,) = [part for page in SOURCE["pages"] for part in page["sections"] if part["heading"] == "Warnings"]
    below = {code["code"]: errors_page.explained([{"sections": [code]}]) for code in section["codes"]}
    listed = {key: code for code, keys in below.items() for key in keys}
    assert {key: match[1] for key, match in matches.items() if match} == listed


def test_code_of_a_warning_is_never_taken_for_an_error_of_the_api():
    assert [code for code in warning_codes() if errors.error_class_for(code, 400) is not errors.ApiError] == []


def test_errors_page_has_an_anchor_and_a_line_of_the_index_for_every_code():
    page = PAGES[ROOT / "docs/errors.md"]
    index = re.findall(r"^- \[(\w+)\]\(#(\w+)\)[^\n]*: \S", page, re.MULTILINE)
    assert index == sorted((code["code"], code["code"].lower()) for code in CODES)
    anchors = re.findall(r"^### (\w+)$|<a id=\"(\w+)\">", page, re.MULTILINE)
    assert ["".join(found).lower() for found in anchors] == [
        name.lower() for code in CODES for name in (code["code"], *code.get("also", ()))
    ]


def test_errors_page_every_code_of_the_emulator_is_found_by_a_part_of_it():
    sources = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("tests/emulator/*.py"))
    raised = set(re.findall(r'BceError\(\s*\d+,\s*"(\w+)"', sources))
    names = [name for code in CODES for name in (code["code"], *code.get("also", ()))]
    assert len(raised) > 15
    assert {code for code in raised if not any(name in code for name in names)} <= MALFORMED_REQUESTS


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_errors_page_fits_a_narrow_screen(path):
    """Tables have at most two columns, so that a phone shows them without scrolling."""
    assert not re.findall(r"^(?:\|[^|\n]*){3,}\|$", PAGES[path], re.MULTILINE)


def test_errors_page_shows_a_message_as_a_failed_task_has_it():
    message = errors_page.catalogue()["probe_without_gateway"]
    shown = errors.message_with_code(message, "InvalidOption")
    assert f"```text\n{shown}\n```" in PAGES[ROOT / "docs/errors.md"]


def test_errors_page_has_the_hints_of_the_messages():
    entries = {name: code["entries"][0]["remedy"] for code in CODES for name in (code["code"], *code.get("also", ()))}
    for code, advice in errors.ERROR_HINTS.items():
        assert entries[code].lower() == advice.lower() + ".", code
    remedies = {entry["remedy"].lower() for entry in ENTRIES}
    for kind in vars(errors).values():
        assert not getattr(kind, "remedy", None) or kind.remedy.lower() + "." in remedies, kind


def test_the_message_at_the_beginning_is_that_of_a_task_without_a_gateway():
    keys = {"access_key_id": "a" * 32, "secret_access_key": "b" * 32}
    error = run_params(vpn_tunnel, {"vpn_conn_name": "vpncon", "state": "absent", **keys})["error"]
    (message,) = re.findall(r"```text\n(.*)\n```", (ROOT / "docs/errors.md").read_text(encoding="utf-8"))
    assert message == errors.message_with_code(error["message"], error["code"])
