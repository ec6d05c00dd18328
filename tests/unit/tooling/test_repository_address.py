# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""galaxy.yml has the address of the repository; other files have it only where they cannot read it from there."""

from __future__ import annotations

import re

from repository import COLLECTION, GALAXY, ROOT, tracked_files

ADDRESS = re.compile(rf"(?:https?://|git@)[\w.-]+[/:][\w./-]*?/{re.escape(COLLECTION)}(?![\w-])")
# File -> why it repeats the address.
ALLOWED = {
    "galaxy.yml": "the one place; the owner changes it here first",
    "docs/awx-reference.md": "AWX installs the collection of a project from an address",
    "docs/zh-CN/awx-reference.md": "its code is that of docs/awx-reference.md",
    "docs/docsite/links.yml": "docs.ansible.com builds its links from this file",
    "docs/site/antsibull-docs.cfg": "antsibull-docs reads no metadata for this link",
    "playbooks/awx_setup.yml": "the playbook works without galaxy.yml and MANIFEST.json",
}
GENERATED = "docs/plugins/"  # antsibull-docs writes the links of galaxy.yml there


def found():
    """Return (file, line number, address) for every address of the repository in the tracked text files."""
    for name in sorted(tracked_files()):
        try:
            lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            for address in ADDRESS.findall(line.replace("\\", "")):
                yield name, number, address


def test_address_of_the_repository_is_in_the_listed_files_only():
    places = list(found())
    surplus = [f"{name}:{number}" for name, number, _address in places if name not in ALLOWED]
    assert [place for place in surplus if not place.startswith(GENERATED)] == []
    assert {name for name, _number, _address in places if not name.startswith(GENERATED)} == set(ALLOWED)
    different = [f"{name}:{number}: {address}" for name, number, address in places if address != GALAXY["repository"]]
    assert different == [], f"galaxy.yml has {GALAXY['repository']}"


def test_page_that_needs_the_address_says_that_it_is_not_published():
    """Delete this test when the repository is published."""
    text = " ".join((ROOT / "docs/awx-reference.md").read_text(encoding="utf-8").split())
    assert "not published yet" in text


def test_authors_of_plugins_are_the_owner_of_the_repository():
    owner = GALAXY["repository"].split("/")[-2]
    for name in tracked_files("plugins/*.py", "plugins/*.yml", "extensions/*.py"):
        for handle in re.findall(r"contributors \(@([\w-]+)\)", (ROOT / name).read_text(encoding="utf-8")):
            assert handle == owner, name
