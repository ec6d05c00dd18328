# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changelog's data are sound, and CHANGELOG.md is what they make: python tests/gates/changelog.py"""

from __future__ import annotations

import sys

from checkout import CACHE, ROOT, copy_checkout
from commands import BIN, output_of

PROGRAM = BIN / "antsibull-changelog"


def main() -> None:
    output_of(PROGRAM, "lint")
    output_of(PROGRAM, "lint-changelog-yaml", "--strict", "changelogs/changelog.yaml")
    copy = copy_checkout(CACHE / "changelog")
    output_of(PROGRAM, "generate", cwd=copy)
    if (copy / "CHANGELOG.md").read_bytes() != (ROOT / "CHANGELOG.md").read_bytes():
        sys.exit("CHANGELOG.md is not what changelogs/changelog.yaml says; renew it with: antsibull-changelog generate")
    print("changelog: CHANGELOG.md is what changelogs/changelog.yaml says")


if __name__ == "__main__":
    main()
