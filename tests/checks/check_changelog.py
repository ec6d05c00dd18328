# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the changelog's data, and that CHANGELOG.md is generated from them: python tests/checks/check_changelog.py"""

from __future__ import annotations

import sys

from commands import BIN, run_command
from repository import CACHE, ROOT, copy_checkout

PROGRAM = BIN / "antsibull-changelog"


def main() -> None:
    run_command(PROGRAM, "lint")
    run_command(PROGRAM, "lint-changelog-yaml", "--strict", "changelogs/changelog.yaml")
    copy = copy_checkout(CACHE / "changelog")
    run_command(PROGRAM, "generate", cwd=copy)
    if (copy / "CHANGELOG.md").read_bytes() != (ROOT / "CHANGELOG.md").read_bytes():
        sys.exit("CHANGELOG.md differs from changelogs/changelog.yaml; update it with: antsibull-changelog generate")
    print("changelog: CHANGELOG.md matches changelogs/changelog.yaml")


if __name__ == "__main__":
    main()
