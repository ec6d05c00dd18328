# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that every file names its licence: python tests/checks/check_licenses.py

The check runs on a copy: `reuse` asks git once which files are ignored, and takes those that tests write in the
meantime (``__pycache__``) for files without a licence.
"""

from __future__ import annotations

from commands import BIN, run_command
from repository import CACHE, copy_checkout


def main() -> None:
    copy = copy_checkout(CACHE / "licenses")
    run_command(BIN / "reuse", "--root", ".", "lint", "--lines", cwd=copy)
    print("licenses: every file names its licence and copyright holder")


if __name__ == "__main__":
    main()
