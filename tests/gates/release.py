# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the tarball of the last commit into dist/, and prove that it works alone: python tests/gates/release.py

It is installed by ansible-galaxy into an empty place. The tests then run in a place that has the collection's
content from there only: plugins, roles, playbooks, meta and extensions of the checkout are not in it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import package
from checkout import CACHE, FOLDER, ROOT
from commands import REQUIRED, collections_of, environment_of, install_packages, output_of, private_home

PLACE = CACHE / "release"
TREE, VENV, BENCH, HOME = PLACE / "tree", PLACE / "venv", PLACE / "bench", PLACE / "home"
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
    output_of(sys.executable, "-m", "venv", VENV)
    wanted = ["-r", REQUIREMENTS / "demo.in", "-r", REQUIREMENTS / "matrix.in", "-c", REQUIREMENTS / "lock.txt"]
    install_packages(VENV / "bin/python", *wanted)
    own = {"bin_dir": VENV / "bin", "HOME": private_home(HOME)}
    galaxy = [VENV / "bin/ansible-galaxy", "collection", "install", "--offline", "--force"]
    output_of(*galaxy, "-p", PLACE / "installed", tarball, **own)
    installed = PLACE / "installed" / FOLDER
    link = Path(collections_of(VENV / "bin"), FOLDER)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(installed)
    command = [VENV / "bin/ansible-doc", "--json", *package.modules_in(installed)]
    package.check_origin(installed, output_of(*command, **own))
    return installed


def set_up_bench(installed: Path) -> None:
    """The tests and pages of the commit, beside the content of the installed collection."""
    shutil.copytree(TREE, BENCH, symlinks=True)
    for name in package.WANTED_FOLDERS:
        shutil.rmtree(BENCH / name)
        (BENCH / name).symlink_to(installed / name)


def run(*command: str | Path, cwd: Path = PLACE) -> None:
    """Run a command of the new environment, its output shown; neither a variable nor a home leads Ansible elsewhere."""
    environment = {**REQUIRED, **environment_of(VENV / "bin"), "HOME": private_home(HOME)}
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
