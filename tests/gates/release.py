# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the tarball of the last commit into dist/, and prove that it works alone: python tests/gates/release.py

It is installed by ansible-galaxy into an empty place. The tests then run in a place that has the collection's
content from there only: plugins, roles, playbooks, meta and extensions of the checkout are not in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import yaml

import package
from commands import ROOT, install_packages, path_with

PLACE = ROOT / ".cache/release"
TREE, VENV, BENCH = PLACE / "tree", PLACE / "venv", PLACE / "bench"
CONTENT = ("extensions", "meta", "playbooks", "plugins", "roles")
REQUIREMENTS = ROOT / "tests/requirements"


def require_clean_tree() -> None:
    command = ["git", "status", "--porcelain"]
    changed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    if changed:
        sys.exit(f"A release is built from what is committed. Commit or remove these first:\n{changed.rstrip()}")


def export_commit() -> None:
    """The files of the last commit, in TREE."""
    shutil.rmtree(PLACE, ignore_errors=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(TREE, filter="data")


def install(tarball: Path) -> Path:
    """Install into an empty place, and let a new environment find it there; the folder of the installed collection."""
    galaxy = yaml.safe_load((TREE / "galaxy.yml").read_text(encoding="utf-8"))
    run(sys.executable, "-m", "venv", VENV)
    wanted = ["-r", REQUIREMENTS / "demo.in", "-r", REQUIREMENTS / "matrix.in", "-c", REQUIREMENTS / "lock.txt"]
    install_packages(VENV / "bin/python", *wanted)
    run(VENV / "bin/ansible-galaxy", "collection", "install", "--offline", "-p", PLACE / "installed", tarball)
    installed = PLACE / "installed/ansible_collections" / galaxy["namespace"] / galaxy["name"]
    (packages,) = VENV.glob("lib/python3.*/site-packages")
    link = packages / "ansible_collections" / galaxy["namespace"] / galaxy["name"]
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(installed)
    return installed


def set_up_bench(installed: Path) -> None:
    """The tests and pages of the commit, beside the content of the installed collection."""
    shutil.copytree(TREE, BENCH, symlinks=True)
    for name in CONTENT:
        shutil.rmtree(BENCH / name)
        (BENCH / name).symlink_to(installed / name)


def run(*command: str | Path, cwd: Path = PLACE) -> None:
    """Run a command of the new environment, its output shown; no variable of Ansible's leads elsewhere."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment["PATH"] = path_with(VENV / "bin")
    if subprocess.run(command, cwd=cwd, env=environment, check=False, stdin=subprocess.DEVNULL).returncode:
        sys.exit(f"release: {' '.join(map(str, command))} failed; there is no release")


def main() -> None:
    require_clean_tree()
    export_commit()
    tarball = package.build(TREE, ROOT / "dist")
    count = package.check_files(tarball)
    set_up_bench(install(tarball))
    run(VENV / "bin/python", "tests/demo", cwd=BENCH)
    run(VENV / "bin/python", "-m", "pytest", "-q", "-n", "2", "tests/integration", cwd=BENCH)
    digest = sha256(tarball.read_bytes()).hexdigest()
    tarball.with_name(tarball.name + ".sha256").write_text(f"{digest}  {tarball.name}\n", encoding="utf-8")
    print(f"release: {tarball.relative_to(ROOT)} ({count} files), sha256 {digest}")


if __name__ == "__main__":
    main()
