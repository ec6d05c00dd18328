# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the tarball of the tracked files, look at what is in it, install it into an empty place, run the demo from
there, and import it as Galaxy would.

python tests/gates/package.py leaves the tarball in .cache/package/.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tarfile
from pathlib import Path, PurePath

from checkout import CACHE, COLLECTION, FOLDER, ROOT, copy_checkout, tracked_files
from commands import BIN, output_of, private_home
from repack import repack

PLACE = CACHE / "package"
INSTALLED = PLACE / "installed"

# What a user of the collection needs; anything else in the tarball is a mistake in galaxy.yml's build_ignore, or a file
# of a kind that does not belong into its folder.
WANTED_FOLDERS = {
    "extensions": {".yml"},
    "meta": {".txt", ".yml"},
    "playbooks": {".yml"},
    "plugins": {".py", ".yml"},
    "roles": {".md", ".sh", ".yml"},
}
WANTED_FILES = {
    *("CHANGELOG.md", "LICENSE", "README.md", "changelogs/changelog.yaml"),
    *("FILES.json", "MANIFEST.json"),  # made by ansible-galaxy
}
NEEDED = {"CHANGELOG.md", "LICENSE", "README.md", "meta/runtime.yml"}


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """The output of a command that sees the installed collection and, unlike others in .venv/, not the checkout."""
    only_there = {"ANSIBLE_COLLECTIONS_PATH": str(INSTALLED), "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false"}
    return output_of(*command, cwd=cwd, HOME=private_home(), **only_there)


def build(source: Path, place: Path) -> Path:
    """Build the tarball of the tree `source` into the folder `place`, which is emptied."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    run(BIN / "ansible-galaxy", "collection", "build", "--output-path", place, source)
    (tarball,) = place.glob("*.tar.gz")
    repack(tarball)
    return tarball


def is_wanted(name: str) -> bool:
    path = PurePath(name)
    if any(part.startswith(".") or part == "__pycache__" for part in path.parts):
        return False
    return name in WANTED_FILES or path.suffix in WANTED_FOLDERS.get(path.parts[0], ())


def check_files(tarball: Path) -> int:
    """Compare the tarball with the checkout, both ways; the number of files."""
    with tarfile.open(tarball) as archive:
        names = {member.name for member in archive.getmembers() if not member.isdir()}
    content = tracked_files(*WANTED_FOLDERS)
    surplus = {name for name in names if not is_wanted(name)} | (names - content - WANTED_FILES)
    missing = (NEEDED | content) - names
    if surplus or missing:
        sys.exit(f"{tarball.name}: not wanted {sorted(surplus)}, missing {sorted(missing)}")
    return len(names)


def install(tarball: Path) -> None:
    run(BIN / "ansible-galaxy", "collection", "install", "--offline", "--force", "-p", INSTALLED, tarball)
    run(BIN / "ansible-galaxy", "collection", "verify", "--offline", "-p", INSTALLED, COLLECTION)
    check_origin(INSTALLED / FOLDER, run(BIN / "ansible-doc", "--json", *modules_in(INSTALLED / FOLDER)))


def modules_in(collection: Path) -> list[str]:
    modules = sorted(f"{COLLECTION}.{path.stem}" for path in collection.glob("plugins/modules/*.py"))
    return modules or sys.exit("the installed collection holds no module")


def check_origin(collection: Path, answer: str) -> None:
    """Ansible takes the modules from the installed collection: `answer` is ansible-doc's about them."""
    for name, told in json.loads(answer).items():
        file = Path(told["doc"]["filename"]).resolve()
        if not file.is_relative_to(collection.resolve()):
            sys.exit(f"{name} came from {file}, not from the tarball")


def import_to_galaxy(tarball: Path) -> None:
    """galaxy-importer reports much only as a warning in its log; every one counts here."""
    output = run(sys.executable, "-m", "galaxy_importer.main", tarball, cwd=PLACE)
    complaints = re.findall(r"^.*\b(?:WARNING|ERROR|CRITICAL)\b.*$", output, re.MULTILINE)
    if complaints:
        sys.exit("\n".join(["galaxy-importer:", *complaints]))
    if not (PLACE / "importer_result.json").is_file():
        sys.exit(f"{output}\ngalaxy-importer wrote no result")


def main() -> None:
    tarball = build(copy_checkout(CACHE / "package-source"), PLACE)
    count = check_files(tarball)
    install(tarball)
    run(sys.executable, "tests/demo")
    import_to_galaxy(tarball)
    print(f"package: {tarball.relative_to(ROOT)} ({count} files) is complete, installs, works and imports")


if __name__ == "__main__":
    main()
