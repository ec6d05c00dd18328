# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""README, changelog and metadata agree with the versions and the content of a release."""

from __future__ import annotations

import re

import yaml

import run_matrix
from playbook_runner import ROOT


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_requires_ansible_is_the_oldest_core_of_the_matrix():
    cores = [tuple(map(int, core.split("."))) for core in run_matrix.CORES]
    assert cores == [(2, minor) for minor in range(cores[0][1], cores[-1][1] + 1)], "a range must have no holes"
    assert yaml.safe_load(read("meta/runtime.yml"))["requires_ansible"] == f">=2.{cores[0][1]}.0"


def test_ci_runs_every_core_of_the_matrix_each_week():
    workflow = yaml.safe_load(read(".github/workflows/ci.yml"))
    for job in ("matrix", "ansible-test"):
        assert workflow["jobs"][job]["strategy"]["matrix"]["core"] == list(run_matrix.CORES)
    assert workflow["on"].keys() == {"push", "pull_request", "schedule"}
    # Minute, hour, day of month, month, and one day of the week.
    assert [re.fullmatch(r"\d+ \d+ \* \* [0-6]", each["cron"]) is None for each in workflow["on"]["schedule"]] == [
        False
    ]
    commands = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    assert ".ci/run" in commands
    for command in ("sanity", "units", "integration"):
        assert any(text.startswith(f"ansible-test {command} ") for text in commands)
    # What the pull request's base is compared with.
    assert "check_fragments.py" in read("Makefile")


def test_requirements_of_ansible_test_are_those_of_the_makefile():
    """ansible-test reads files of its own, which cannot include others."""

    def packages(name):
        lines = read(name).splitlines()
        return {line for line in lines if line and line[0] not in "#-"}

    assert packages("tests/unit/requirements.txt") == packages("tests/requirements/matrix.in")
    demo = packages("tests/requirements/demo.in")
    assert packages("tests/integration/requirements.txt") == {
        name for name in demo if not name.startswith(("ansible-core", "uv"))
    }


def test_links_of_the_documentation_are_those_of_galaxy():
    galaxy, links = yaml.safe_load(read("galaxy.yml")), yaml.safe_load(read("docs/docsite/links.yml"))
    repository = galaxy["repository"]
    assert repository == f"https://github.com/{links['edit_on_github']['repository']}"
    assert all(link["url"].startswith(f"{repository}/") for link in links["extra_links"])
    files = [link["url"].partition("/blob/main/")[2] for link in links["extra_links"]]
    assert all((ROOT / name).is_file() for name in files if name)


def test_readme_names_the_cores_of_the_matrix():
    assert f"ansible-core {', '.join(list(run_matrix.CORES)[:-1])} and {list(run_matrix.CORES)[-1]}" in " ".join(
        read("README.md").split()
    )


def test_version_is_the_same_in_every_page():
    version = yaml.safe_load(read("galaxy.yml"))["version"]
    named = re.compile(r"(?:network-|ee:|version: )(\d+\.\d+\.\d+)")
    docs = ["docs/awx.md", "docs/awx-reference.md", "docs/guide.md"]
    pages = ["README.md", "execution-environment.yml", *docs, "playbooks/awx_setup.yml"]
    assert {page: set(named.findall(read(page))) for page in pages} == dict.fromkeys(pages, {version})


def test_readme_names_the_oldest_python_of_a_host_for_each_core():
    cores = {}
    for core, (_tested, hosts) in run_matrix.CORES.items():
        cores.setdefault(min(hosts, key=run_matrix.minor_version), []).append(core)
    first, *others = [f"{python} or later with {{}}{' and '.join(names)}" for python, names in cores.items()]
    sentence = ", ".join([first.format("ansible-core "), *(text.format("") for text in others)])
    assert f"On other hosts Python {sentence}." in " ".join(read("README.md").split())


def test_readme_has_the_sections_for_certified_content():
    assert re.findall("^## (.*)", read("README.md"), re.MULTILINE) == [
        "Description",
        "Requirements",
        "Installation",
        "Use Cases",
        "Testing",
        "Contributing",
        "Code of Conduct",
        "Communication",
        "Maintainers",
        "Support",
        "Release Notes and Roadmap",
        "Related Information",
        "License Information",
    ]


def test_changelog_names_everything_that_was_released():
    releases = yaml.safe_load(read("changelogs/changelog.yaml"))["releases"]
    changelog = releases.values()
    listed = {("modules", entry["name"]) for release in changelog for entry in release.get("modules", [])}
    for release in changelog:
        for group in ("plugins", "objects"):
            listed |= {(kind, entry["name"]) for kind, entries in release.get(group, {}).items() for entry in entries}
    assert listed == {item for item, since in content().items() if since in releases}


def content():
    """Return everything that users call by a name, a dict of (kind, name) to the version that added it."""
    found = {("role", path.name): path / "meta/argument_specs.yml" for path in (ROOT / "roles").iterdir()}
    # A file of several filters has its documentation next to it.
    for folder, pattern in (("modules", "*.py"), ("filter", "*.yml"), ("inventory", "*.py"), ("lookup", "*.py")):
        found.update({(folder, path.stem): path for path in (ROOT / "plugins" / folder).glob(pattern)})
    texts = {item: path.read_text(encoding="utf-8") for item, path in found.items()}
    return {item: re.search("version_added: (.*)", text)[1].strip("\"'") for item, text in texts.items()}


def test_readme_links_to_every_module_role_and_inventory():
    """The other plugins are on the pages of their tasks; docs/development.md has those that users do not need."""
    readme, pages = read("README.md"), {path.name for path in (ROOT / "docs/plugins").glob("*.rst")}
    assert len(pages) == len(content()) and "(docs/plugins)" in readme
    named = {name for name in pages if name.endswith(("_module.rst", "_role.rst", "_inventory.rst"))}
    assert [name for name in sorted(named) if f"(docs/plugins/{name})" not in readme] == []
    texts = readme + "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    assert [name for name in sorted(pages) if f"plugins/{name})" not in texts] == []


def test_promises_of_one_creation_name_the_assumptions():
    """The real API was not available, so that a creation happens once only if docs/assumptions.md is right."""
    files = [ROOT / "README.md", ROOT / "docs/index.md", *(ROOT / "plugins/modules").glob("*.py")]
    promises = re.compile(r"never\s+(create[sd]?|bought|buy|lead)\b.*?\b(twice|second)\b", re.DOTALL)
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    promising = {name for name, text in texts.items() if promises.search(text)}
    assert {"README.md", "vpn_tunnel.py", "vpn_gateway.py", "eip.py"} <= promising
    assert [name for name in promising if "assumptions.md" not in texts[name]] == []
