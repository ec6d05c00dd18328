# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No check has an exception, the package check finds surplus and missing files, and tarballs are reproducible."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tarfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePath

import pytest
import tomllib
import yaml

import check_package
import commands
import repository
import reproducible_tarball
from playbook_runner import ROOT

# Comments that disable a linter for a line, a block or a file.
SUPPRESSIONS = (
    "noqa|pylint: *disable|shellcheck +disable|yamllint +disable|skip_ansible_lint|fmt: *(off|on)|isort: *(skip|off)"
)
SUPPRESSIONS += "|REUSE-Ignore|type: *ignore|pragma: *no cover|nolint"
# Files that configure a linter at another place than the known one, or hold exceptions.
IGNORE_FILES = {".ansible-lint-ignore", ".shellcheckrc", ".yamllint.yml", ".yamllint.yaml", ".ruff.toml"}
GENERATED = {".cache/", ".venv/", "changelogs/", "changelogs/changelog.yaml", "tests/output/"}


def test_ignore_files_of_linters_and_of_sanity_tests_do_not_exist():
    names = {Path(name).name for name in repository.tracked_files()}
    assert names & IGNORE_FILES == set()
    assert not (ROOT / "tests/sanity").exists()


def test_suppression_comments_are_in_no_file():
    """``fmt: skip`` is allowed: it keeps the layout of a table."""
    command = ["git", "grep", "--untracked", "-nE", SUPPRESSIONS, "--", ":!tests/unit/tooling/test_checks.py"]
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    assert (done.returncode, done.stdout) == (1, ""), "0: there are such lines; others: git failed"


def test_linters_exclude_generated_files_only():
    ansible_lint, yamllint = (
        yaml.safe_load((ROOT / name).read_text(encoding="utf-8")) for name in (".ansible-lint", ".yamllint")
    )
    assert ansible_lint["profile"] == "production"
    assert not ansible_lint.keys() & {"skip_list", "warn_list", "kinds"}
    assert set(ansible_lint["exclude_paths"]) | set(yamllint["ignore"].split()) == GENERATED
    assert "ignore" not in str(yamllint["rules"])
    ruff = tomllib.loads((ROOT / "ruff.toml").read_text(encoding="utf-8"))
    assert not re.search("exclude|per-file-ignores", str(ruff))
    mypy = (ROOT / "tests/mypy.ini").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^\[.*", mypy) == ["[mypy]", "[mypy-ansible.*]"]
    # ansible-core has no type information.
    assert re.findall(r"(?m)^(?:exclude|ignore_\w+|disable_error_code|follow_imports)\b", mypy) == [
        "ignore_missing_imports"
    ]


def create_tarball(folder, names):
    """Create a tarball of empty files with these names, and of their folders."""
    tarball = folder / "packed.tar.gz"
    folders = {str(parent) for name in names for parent in PurePath(name).parents}
    with tarfile.open(tarball, "w:gz") as archive:
        for name in [*folders, *names]:
            member = tarfile.TarInfo(name)
            member.type = tarfile.DIRTYPE if name in folders else tarfile.REGTYPE
            archive.addfile(member)
    return tarball


@pytest.fixture
def content():
    """Return the names of all files that a tarball of this checkout must contain."""
    return check_package.expected_files() | check_package.ALLOWED_FILES


def test_package_with_the_expected_files_is_accepted(tmp_path, content):
    assert check_package.check_files(create_tarball(tmp_path, content)) == len(content) > 50


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
def test_package_with_a_surplus_file_is_rejected(tmp_path, content, surplus):
    with pytest.raises(SystemExit, match=f"unexpected .*{surplus}.*, missing \\[\\]"):
        check_package.check_files(create_tarball(tmp_path, content | {surplus}))


@pytest.mark.parametrize("missing", ["LICENSE", "plugins/modules/vpn_tunnel.py", "roles/strongswan_peer/files/wait.sh"])
def test_package_with_a_missing_file_is_rejected(tmp_path, content, missing):
    with pytest.raises(SystemExit, match=rf"unexpected \[\], missing \['{missing}'\]"):
        check_package.check_files(create_tarball(tmp_path, content - {missing}))


def test_package_allows_only_the_file_types_of_a_folder():
    assert not check_package.is_allowed("playbooks/notes.txt")
    assert check_package.is_allowed("playbooks/site_to_site.yml")


def test_tarball_of_one_commit_is_the_same_for_every_build(tmp_path):
    digests = set()
    for name, when in (("here", 1), ("there", 2_000_000_000)):
        source = repository.copy_checkout(tmp_path / name / "source")
        for path in source.rglob("*"):
            os.utime(path, (when, when))
        digests.add(sha256(check_package.build(source, tmp_path / name / "dist").read_bytes()).hexdigest())
    assert len(digests) == 1


def test_tarball_in_another_order_becomes_the_same(tmp_path):
    tarballs = []
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
        reproducible_tarball.make_reproducible(tarball)
        tarballs.append(tarball.read_bytes())
    assert tarballs[0] == tarballs[1]


def test_tests_that_ci_must_not_skip_run_in_matrix_and_release_too():
    paths = [*ROOT.glob("tests/integration/*.py"), *ROOT.glob("tests/ipsec_lab/*.py"), ROOT / ".ci/run"]
    named = {path: re.findall(r"\b[A-Z_]+_REQUIRED\b", path.read_text(encoding="utf-8")) for path in paths}
    in_ci = set(named.pop(ROOT / ".ci/run"))
    assert set(commands.REQUIRED) == in_ci == {name for names in named.values() for name in names}


def test_tracked_files_outside_of_a_repository_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setattr(repository, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match="there is nothing to check"):
        repository.tracked_files()
