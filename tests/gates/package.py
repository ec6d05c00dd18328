# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the tarball, look at what is in it, install it into an empty place, run the demo from there, and import it as
Galaxy would.

python tests/gates/package.py leaves the tarball in .cache/package/.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import yaml

from commands import BIN, ROOT, output_of

PLACE = ROOT / ".cache/package"
INSTALLED = PLACE / "installed"

# What a user of the collection needs; anything else in the tarball is a mistake in galaxy.yml's build_ignore.
WANTED_FOLDERS = {"extensions", "meta", "playbooks", "plugins", "roles"}
WANTED_FILES = {
    *("CHANGELOG.md", "LICENSE", "README.md", "changelogs/changelog.yaml"),
    *("FILES.json", "MANIFEST.json"),  # made by ansible-galaxy
}
NEEDED = {"CHANGELOG.md", "LICENSE", "README.md", "meta/runtime.yml"}


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """The output of a command that sees the installed collection and, unlike others in .venv/, not the checkout."""
    return output_of(
        *command, cwd=cwd, ANSIBLE_COLLECTIONS_PATH=str(INSTALLED), ANSIBLE_COLLECTIONS_SCAN_SYS_PATH="false"
    )


def build(source: Path, place: Path) -> Path:
    """Build the tarball of the tree `source` into the folder `place`, which is emptied."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    run(BIN / "ansible-galaxy", "collection", "build", "--output-path", place, source)
    (tarball,) = place.glob("*.tar.gz")
    return tarball


def tracked_content() -> set[str]:
    """Files of the checkout that belong to the plugins, roles, playbooks, extensions and meta of the collection."""
    listing = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard", "extensions", "meta", "playbooks", "plugins", "roles"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    names = {os.fsdecode(name) for name in listing.split(b"\0") if name}
    return {name for name in names if (ROOT / name).is_file()}


def check_files(tarball: Path) -> int:
    with tarfile.open(tarball) as archive:
        names = {member.name for member in archive.getmembers()}
    surplus = {
        name
        for name in names
        if (name.split("/")[0] not in WANTED_FOLDERS and name not in {*WANTED_FILES, "changelogs"})
        or any(part.startswith(".") or part == "__pycache__" for part in name.split("/"))
    }
    missing = (NEEDED | tracked_content()) - names
    if surplus or missing:
        sys.exit(f"{tarball.name}: not wanted {sorted(surplus)}, missing {sorted(missing)}")
    return len(names)


def install(tarball: Path) -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    full_name = f"{galaxy['namespace']}.{galaxy['name']}"
    run(BIN / "ansible-galaxy", "collection", "install", "--offline", "-p", INSTALLED, tarball)
    run(BIN / "ansible-galaxy", "collection", "verify", "--offline", "-p", INSTALLED, full_name)
    collection = INSTALLED / "ansible_collections" / galaxy["namespace"] / galaxy["name"]
    modules = sorted(f"{full_name}.{path.stem}" for path in collection.glob("plugins/modules/*.py"))
    if not modules:
        sys.exit("the installed collection holds no module")
    for name, answer in json.loads(run(BIN / "ansible-doc", "--json", *modules)).items():
        if not answer["doc"]["filename"].startswith(str(collection)):
            sys.exit(f"{name} came from {answer['doc']['filename']}, not from the tarball")


def import_to_galaxy(tarball: Path) -> None:
    """galaxy-importer reports much only as a warning in its log; every one counts here."""
    output = run(sys.executable, "-m", "galaxy_importer.main", tarball, cwd=PLACE)
    complaints = re.findall(r"^.*\b(?:WARNING|ERROR|CRITICAL)\b.*$", output, re.MULTILINE)
    if complaints:
        sys.exit("\n".join(["galaxy-importer:", *complaints]))
    if not (PLACE / "importer_result.json").is_file():
        sys.exit(f"{output}\ngalaxy-importer wrote no result")


def main() -> None:
    tarball = build(ROOT, PLACE)
    count = check_files(tarball)
    install(tarball)
    run(sys.executable, "tests/demo")
    import_to_galaxy(tarball)
    print(f"package: {tarball.relative_to(ROOT)} ({count} files) is complete, installs, works and imports")


if __name__ == "__main__":
    main()
