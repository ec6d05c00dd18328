# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requirements of the Ansible community package, as far as no other test has them; docs/community-requirements.md."""

from __future__ import annotations

import re

import yaml

from playbook_runner import ROOT

PAGE = (ROOT / "docs/community-requirements.md").read_text(encoding="utf-8")
# Without those of controllers' internals, such as cliconf and terminal, that no collection of a cloud has.
PLUGIN_FOLDERS = {
    *("action", "become", "cache", "callback", "connection", "doc_fragments", "filter", "inventory", "lookup"),
    *("module_utils", "modules", "strategy", "test", "vars", "plugin_utils"),
}


def test_page_names_files_and_tests_that_exist():
    names = set(re.findall(r"`((?:tests|\.github|meta)/[^`]+|[A-Z_]+\.md|[A-Z]+\.toml|galaxy\.yml)`", PAGE))
    assert len(names) > 15 and [name for name in names if not (ROOT / name).is_file()] == []
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/unit/tooling").glob("*.py"))
    assert [name for name in re.findall(r"`(test_\w+)`", PAGE) if f"def {name}(" not in tests] == []


def test_every_row_of_the_page_has_evidence_or_the_owner():
    rows = [line.split("|")[1:-1] for line in PAGE.splitlines() if line.startswith("| ")]
    assert len(rows) > 35 and all(len(row) == 2 for row in rows)
    assert [row for row in rows if not re.search(r"`|owner|evidence|README|test", row[1])] == []


def test_galaxy_has_tags_and_no_dependency():
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    assert galaxy["tags"] and galaxy["dependencies"] == {}
    assert tuple(map(int, galaxy["version"].split("."))) >= (1, 0, 0)


def test_plugins_are_in_folders_that_ansible_knows():
    folders = {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders <= PLUGIN_FOLDERS


def test_utilities_are_private_and_say_so():
    for folder in ("module_utils", "plugin_utils"):
        names = [
            path for path in (ROOT / "plugins" / folder).iterdir() if path.name not in ("__init__.py", "__pycache__")
        ]
        assert names and all(path.name.startswith("_") for path in names)
    assert "leading underscore" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_modules_that_only_read_are_info_modules_with_check_mode():
    for path in (ROOT / "plugins/modules").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        states = re.search(r"^  state:\n(?:    .*\n)*?    choices: \[(.*)\]", text, re.MULTILINE)
        assert not states or set(states[1].split(", ")) <= {"present", "absent"}, path
        if path.stem.endswith("_info"):
            assert states is None, path


def test_code_of_conduct_is_that_of_ansible_and_the_readme_links_to_it():
    address = "https://docs.ansible.com/ansible/devel/community/code_of_conduct.html"
    assert address in (ROOT / "CODE_OF_CONDUCT.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert address in readme and "https://forum.ansible.com/c/help/6" in readme
