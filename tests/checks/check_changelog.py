# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check or write the changelog: python tests/checks/check_changelog.py [release]

Without an argument the data are checked, and that CHANGELOG.md is generated from them. `release` moves the fragments,
and the plugins whose version_added it is, into the release of the version in galaxy.yml; it can be repeated.
"""

from __future__ import annotations

import shutil
import sys

from commands import BIN, isolated_home, run_command
from repository import CACHE, GALAXY, ROOT, copy_checkout

PROGRAM = BIN / "antsibull-changelog"


def check() -> None:
    run_command(PROGRAM, "lint")
    run_command(PROGRAM, "lint-changelog-yaml", "--strict", "changelogs/changelog.yaml")
    copy = copy_checkout(CACHE / "changelog")
    run_command(PROGRAM, "generate", cwd=copy)
    if (copy / "CHANGELOG.md").read_bytes() != (ROOT / "CHANGELOG.md").read_bytes():
        sys.exit("CHANGELOG.md differs from changelogs/changelog.yaml; update it with: antsibull-changelog generate")
    print("changelog: CHANGELOG.md matches changelogs/changelog.yaml")


def release() -> None:
    # In a copy, because antsibull-changelog would copy .cache/ and .venv/ too where .git is a file.
    copy = copy_checkout(CACHE / "changelog")
    command = [PROGRAM, "release", "--update-existing", "--reload-plugins"]
    run_command(*command, cwd=copy, HOME=isolated_home())
    for name in ("CHANGELOG.md", "changelogs/changelog.yaml"):
        shutil.copy2(copy / name, ROOT / name)
    for fragment in (ROOT / "changelogs/fragments").glob("*.y*ml"):
        fragment.unlink()
    print(f"changelog: CHANGELOG.md has all fragments, for {GALAXY['version']}; read it")


if __name__ == "__main__":
    release() if sys.argv[1:] == ["release"] else check()
