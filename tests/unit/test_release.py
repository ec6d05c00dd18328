# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a release says of itself is true: versions, contents, and that no gate was told to look away."""

from __future__ import annotations

import re
import subprocess

import yaml

import matrix
from playbook import ROOT


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_requires_ansible_is_what_the_matrix_tests():
    cores = [tuple(map(int, core.split("."))) for core in matrix.CORES]
    assert cores == [(2, minor) for minor in range(cores[0][1], cores[-1][1] + 1)], "a range must have no holes"
    wanted = f">=2.{cores[0][1]}.0,<2.{cores[-1][1] + 1}.0"
    assert yaml.safe_load(read("meta/runtime.yml"))["requires_ansible"] == wanted


def test_the_readme_names_the_cores_of_the_matrix():
    assert f"ansible-core {', '.join(list(matrix.CORES)[:-1])} and {list(matrix.CORES)[-1]}" in " ".join(
        read("README.md").split()
    )


def test_the_readme_installs_the_tarball_of_this_version():
    galaxy = yaml.safe_load(read("galaxy.yml"))
    assert f"{galaxy['namespace']}-{galaxy['name']}-{galaxy['version']}.tar.gz" in read("README.md")


def test_the_readme_has_the_sections_of_the_template_for_certified_content():
    assert re.findall("^## (.*)", read("README.md"), re.MULTILINE) == [
        "Description",
        "Requirements",
        "Installation",
        "Use Cases",
        "Testing",
        "Contributing",
        "Support",
        "Release Notes and Roadmap",
        "Related Information",
        "License Information",
    ]


def test_the_changelog_names_everything_that_the_collection_has():
    changelog = yaml.safe_load(read("changelogs/changelog.yaml"))["releases"].values()
    told = {("modules", entry["name"]) for release in changelog for entry in release.get("modules", [])}
    for release in changelog:
        for group in ("plugins", "objects"):
            told |= {(kind, entry["name"]) for kind, entries in release.get(group, {}).items() for entry in entries}
    there = {
        (folder, path.stem)
        for folder in ("modules", "filter", "inventory")
        for path in (ROOT / "plugins" / folder).glob("*.*")
        if path.suffix == ".yml" or "DOCUMENTATION" in path.read_text(encoding="utf-8")
    }
    assert told == there | {("role", path.name) for path in (ROOT / "roles").iterdir()}


def test_no_gate_is_told_to_look_away():
    assert not list(ROOT.glob("tests/sanity/ignore*"))
    assert not {"skip_list", "warn_list", "enable_list"} & set(yaml.safe_load(read(".ansible-lint")))
    assert re.findall(r"ignore.*=.*", read("ruff.toml")) == ['ignore = ["E402"]']
    files = ["git", "grep", "--untracked", "-lE", r"(noqa|pylint: *disable|shellcheck disable|yamllint disable)"]
    found = subprocess.run(files, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True).stdout.split()
    assert [name for name in found if name != "tests/unit/test_release.py"] == []
