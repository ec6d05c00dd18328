# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the tarball of the last commit into dist/ and test it alone: python tests/checks/build_release.py

ansible-galaxy installs it into an empty directory. The tests then run in a tree that has the collection's content
from there only: plugins, roles, playbooks, meta and extensions of the checkout are not part of it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import check_package
from commands import REQUIRED, build_environment, collections_path, install_packages, isolated_home, run_command
from repository import CACHE, COLLECTION_DIR, GALAXY, ROOT

WORK_DIR = CACHE / "release"
TREE, VENV, TEST_TREE, HOME = WORK_DIR / "tree", WORK_DIR / "venv", WORK_DIR / "bench", WORK_DIR / "home"
REQUIREMENTS = ROOT / "tests/requirements"


def require_clean_tree() -> None:
    command = ["git", "status", "--porcelain"]
    changed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    if changed:
        sys.exit(f"A release is built from what is committed. Commit or remove these first:\n{changed.rstrip()}")


def require_equal_tags() -> None:
    """Fail if the last commit has a tag that differs from the version; Galaxy's users find the source by the tag."""
    command = ["git", "tag", "--points-at", "HEAD"]
    tags = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    if differing := [tag for tag in tags if tag != GALAXY["version"]]:
        sys.exit(f"The last commit has the tag {', '.join(differing)}; a release has the tag {GALAXY['version']}")


def export_commit() -> None:
    """Extract the files of the last commit into TREE."""
    shutil.rmtree(WORK_DIR, ignore_errors=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(TREE, filter="data")


def install(tarball: Path) -> Path:
    """Install into an empty directory that a new virtual environment links to; return the installed collection."""
    run_command(sys.executable, "-m", "venv", VENV)
    requirements = ["-r", REQUIREMENTS / "demo.in", "-r", REQUIREMENTS / "matrix.in", "-c", REQUIREMENTS / "lock.txt"]
    install_packages(VENV / "bin/python", *requirements)
    own = {"bin_dir": VENV / "bin", "HOME": isolated_home(HOME)}
    galaxy = [VENV / "bin/ansible-galaxy", "collection", "install", "--offline", "--force"]
    run_command(*galaxy, "-p", WORK_DIR / "installed", tarball, **own)
    installed = WORK_DIR / "installed" / COLLECTION_DIR
    link = Path(collections_path(VENV / "bin"), COLLECTION_DIR)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(installed)
    command = [VENV / "bin/ansible-doc", "--json", *check_package.modules_in(installed)]
    check_package.check_origin(installed, run_command(*command, **own))
    return installed


def assemble_test_tree(installed: Path) -> None:
    """Combine the tests and pages of the commit with the content of the installed collection in TEST_TREE."""
    shutil.copytree(TREE, TEST_TREE, symlinks=True)
    for name in check_package.ALLOWED_FOLDERS:
        shutil.rmtree(TEST_TREE / name)
        (TEST_TREE / name).symlink_to(installed / name)


def run(*command: str | Path, cwd: Path = WORK_DIR) -> None:
    """Run a command of the new environment and show its output, isolated from the user's settings of Ansible."""
    environment = {**REQUIRED, **build_environment(VENV / "bin"), "HOME": isolated_home(HOME)}
    if subprocess.run(command, cwd=cwd, env=environment, check=False, stdin=subprocess.DEVNULL).returncode:
        sys.exit(f"release: {' '.join(map(str, command))} failed; there is no release")


def main() -> None:
    require_clean_tree()
    require_equal_tags()
    export_commit()
    tarball = check_package.build(TREE, ROOT / "dist")
    count = check_package.check_files(tarball)
    assemble_test_tree(install(tarball))
    run(VENV / "bin/python", "tests/demo", cwd=TEST_TREE)
    pytest = [VENV / "bin/python", "-m", "pytest", "-q"]
    # As make test, make test-long and make test-lab run them.
    run(*pytest, "-n", "3", "--dist", "worksteal", "-m", "not lab", "tests/integration", "tests/docs", cwd=TEST_TREE)
    run(*pytest, "-n", "2", "--dist", "loadfile", "-m", "lab", "tests/integration", cwd=TEST_TREE)
    digest = sha256(tarball.read_bytes()).hexdigest()
    tarball.with_name(tarball.name + ".sha256").write_text(f"{digest}  {tarball.name}\n", encoding="utf-8")
    print(f"release: {tarball.relative_to(ROOT)} ({count} files), sha256 {digest}")


if __name__ == "__main__":
    main()
