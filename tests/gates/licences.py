# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every file names its licence, and every licence's text is used: python tests/gates/licences.py"""

from __future__ import annotations

from checkout import CACHE, copy_checkout, tracked_files
from commands import BIN, output_of


def main() -> None:
    # In the checkout itself reuse would take what an editor or a command has left there for ours.
    output_of(BIN / "reuse", "--root", copy_checkout(CACHE / "licences"), "lint", "--lines")
    print(f"licences: {len(tracked_files())} files name theirs")


if __name__ == "__main__":
    main()
