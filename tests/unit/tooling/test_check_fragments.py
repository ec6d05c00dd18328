# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that users see needs a changelog fragment."""

from __future__ import annotations

import os
import subprocess

import pytest

import check_fragments

CHANGES = {
    "module": ({"plugins/modules/a.py": "2"}, ["plugins/modules/a.py"]),
    "module and fragment": ({"plugins/modules/a.py": "2", "changelogs/fragments/b.yml": "1"}, []),
    "module and changed fragment": ({"plugins/modules/a.py": "2", "changelogs/fragments/old.yml": "2"}, []),
    "module and removed fragment": (
        {"roles/r/tasks/main.yml": "1", "changelogs/fragments/old.yml": None},
        ["roles/r/tasks/main.yml"],
    ),
    "release": (
        {"playbooks/p.yml": "1", "changelogs/fragments/old.yml": None, "changelogs/changelog.yaml": "1"},
        [],
    ),
    "removed module": ({"plugins/modules/a.py": None}, ["plugins/modules/a.py"]),
    "rulebook": ({"extensions/eda/rulebooks/r.yml": "1"}, ["extensions/eda/rulebooks/r.yml"]),
    "tests and pages": ({"tests/a.py": "1", "docs/guide.md": "1"}, []),
}


@pytest.fixture
def repository(tmp_path):
    """Return a function that commits changes, a dict of file to text or None, to a repository with one commit."""
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    own = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}

    def git(*command):
        subprocess.run(["git", *who, *command], cwd=tmp_path, env=own, check=True, capture_output=True)

    def commit(changes):
        for name, text in changes.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                (tmp_path / name).unlink()
            else:
                (tmp_path / name).write_text(text)
        git("add", "--all")
        git("commit", "-qm", "A change")
        return tmp_path

    git("init", "-q", "-b", "main")
    commit({"plugins/modules/a.py": "1", "changelogs/fragments/old.yml": "1"})
    git("checkout", "-qb", "feature")
    return commit


@pytest.mark.parametrize(("changes", "missing"), CHANGES.values(), ids=CHANGES)
def test_change_that_users_see_needs_a_written_fragment(repository, changes, missing):
    assert check_fragments.files_without_fragment(repository(changes), "main") == missing


def test_unknown_base_is_an_error_in_one_sentence(repository):
    with pytest.raises(SystemExit, match="CHANGELOG_BASE: git cannot compare with no-such-branch: fatal"):
        check_fragments.files_without_fragment(repository({"a": "1"}), "no-such-branch")


def test_check_without_a_base_reports_that_it_was_skipped(monkeypatch, capsys):
    monkeypatch.delenv("CHANGELOG_BASE", raising=False)
    check_fragments.main([])
    assert capsys.readouterr().out.startswith("fragments: not checked, because CHANGELOG_BASE does not name")
