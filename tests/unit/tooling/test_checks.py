# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates judge what they say they judge: none is told to look away, and a tarball is what the commit makes it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tarfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
import tomllib
import yaml

import checkout
import commands
import package
import repack
from playbook import ROOT

# Each of them makes a linter pass over something.
SWITCHES = (
    "noqa|pylint: *disable|shellcheck +disable|yamllint +disable|skip_ansible_lint|fmt: *(off|on)|isort: *(skip|off)"
)
SWITCHES += "|REUSE-Ignore|type: *ignore|pragma: *no cover|nolint"
FILES = {".ansible-lint-ignore", ".shellcheckrc", ".yamllint.yml", ".yamllint.yaml", ".ruff.toml", "pyproject.toml"}


def test_no_file_tells_a_gate_to_look_away():
    names = {Path(name).name for name in checkout.tracked_files()}
    assert names & FILES == set()
    assert not (ROOT / "tests/sanity").exists()


def test_no_line_tells_a_gate_to_look_away():
    """A table may stand as it is written (fmt: skip)."""
    command = ["git", "grep", "--untracked", "-nE", SWITCHES, "--", ":!tests/unit/tooling/test_checks.py"]
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    assert (done.returncode, done.stdout) == (1, ""), "0: there are such lines; others: git did not look"


def test_ansible_lint_sees_all_that_is_ours_in_its_hardest_profile():
    modules = ["credential", "credential_type", "execution_environment", "inventory", "inventory_source"]
    modules += ["job_template", "project"]
    assert yaml.safe_load((ROOT / ".ansible-lint").read_text(encoding="utf-8")) == {
        "profile": "production",
        "offline": True,
        "exclude_paths": [".cache/", ".venv/", "changelogs/", "tests/output/"],
        "mock_modules": [f"awx.awx.{name}" for name in modules],
    }


def test_yamllint_sees_all_that_is_ours():
    settings = yaml.safe_load((ROOT / ".yamllint").read_text(encoding="utf-8"))
    assert settings.pop("ignore").split() == [".cache/", ".venv/", "changelogs/changelog.yaml"]
    switched_off = {name for name, rule in settings["rules"].items() if rule in ("disable", False)}
    assert switched_off == {"document-start", "comments-indentation"}
    assert set(settings) == {"extends", "rules"}
    assert "ignore" not in str(settings["rules"])


def test_ruff_sees_all_that_is_ours():
    assert tomllib.loads((ROOT / "ruff.toml").read_text(encoding="utf-8")) == {
        "line-length": 120,
        "target-version": "py38",
        "cache-dir": ".cache/ruff",
        "src": ["tests", "tests/bench", "tests/gates"],
        "lint": {
            "select": ["B", "C4", "E", "F", "I", "PIE", "RUF100", "W"],
            "ignore": ["E402"],
            "isort": {"known-first-party": ["ansible_collections"]},
        },
    }


def packed(place, names):
    """A tarball of empty files with these names."""
    tarball = place / "packed.tar.gz"
    with tarfile.open(tarball, "w:gz") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    return tarball


@pytest.fixture
def content():
    """The names of all that a tarball of this checkout has to hold, a set."""
    return checkout.tracked_files(*package.WANTED_FOLDERS) | package.WANTED_FILES


def test_a_tarball_of_just_the_content_is_taken(tmp_path, content):
    assert package.check_files(packed(tmp_path, content)) == len(content) > 50


@pytest.mark.parametrize(
    "surplus",
    [
        "playbooks/notes.txt",
        "plugins/module_utils/.x.py.swp",
        "plugins/modules/never_added.py",
        "roles/x.bak",
        "Makefile",
    ],
)
def test_a_file_too_many_in_the_tarball_is_told(tmp_path, content, surplus):
    with pytest.raises(SystemExit, match=f"not wanted .*{surplus}.*, missing \\[\\]"):
        package.check_files(packed(tmp_path, content | {surplus}))


@pytest.mark.parametrize("missing", ["LICENSE", "plugins/modules/vpn_tunnel.py", "roles/strongswan_peer/files/wait.sh"])
def test_a_file_that_the_tarball_lacks_is_told(tmp_path, content, missing):
    with pytest.raises(SystemExit, match=rf"not wanted \[\], missing \['{missing}'\]"):
        package.check_files(packed(tmp_path, content - {missing}))


def test_a_file_that_is_tracked_where_its_kind_does_not_belong_is_not_wanted():
    assert not package.is_wanted("playbooks/notes.txt")
    assert package.is_wanted("playbooks/site_to_site.yml")


def test_whoever_builds_a_commit_gets_the_same_tarball(tmp_path):
    digests = set()
    for name, when in (("here", 1), ("there", 2_000_000_000)):
        source = checkout.copy_checkout(tmp_path / name / "source")
        for path in source.rglob("*"):
            os.utime(path, (when, when))
        digests.add(sha256(package.build(source, tmp_path / name / "dist").read_bytes()).hexdigest())
    assert len(digests) == 1


def test_a_tarball_in_another_order_becomes_the_same(tmp_path):
    made = []
    for order in (1, -1):
        entries = [{"name": name} for name in ("a", "b")][::order]
        contents = {"FILES.json": {"files": entries}, "MANIFEST.json": {"file_manifest_file": {"chksum_sha256": ""}}}
        tarball = tmp_path / f"{order}.tar.gz"
        with tarfile.open(tarball, "w:gz") as archive:
            for name, value in list(contents.items())[::order]:
                text = json.dumps(value).encode()
                member = tarfile.TarInfo(name)
                member.size, member.mtime = len(text), order + 1
                archive.addfile(member, BytesIO(text))
        repack.repack(tarball)
        made.append(tarball.read_bytes())
    assert made[0] == made[1]


def test_what_ci_must_not_skip_matrix_and_release_must_not_skip():
    places = [*ROOT.glob("tests/integration/*.py"), *ROOT.glob("tests/tunnel_lab/*.py"), ROOT / ".ci/run"]
    told = {path: re.findall(r"\b[A-Z_]+_REQUIRED\b", path.read_text(encoding="utf-8")) for path in places}
    in_ci = set(told.pop(ROOT / ".ci/run"))
    assert set(commands.REQUIRED) == in_ci == {name for names in told.values() for name in names}


def test_git_that_does_not_answer_is_no_empty_list_of_files(monkeypatch, tmp_path):
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match="there is nothing to judge"):
        checkout.tracked_files()
