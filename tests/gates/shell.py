# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every shell file, told by its name or its first line, is what shellcheck takes: python tests/gates/shell.py"""

from __future__ import annotations

import re

from checkout import ROOT, tracked_files
from commands import BIN, output_of

FIRST_LINE = re.compile(rb"#! ?/.*\b(?:ba|da|k)?sh\b")


def is_shell(name: str) -> bool:
    if name.endswith(".sh"):
        return True
    with (ROOT / name).open("rb") as file:
        return bool(FIRST_LINE.match(file.readline()))


def main() -> None:
    names = sorted(filter(is_shell, tracked_files()))
    if names:
        output_of(BIN / "shellcheck", *names)
    print(f"shell: {', '.join(names) or 'no file'}")


if __name__ == "__main__":
    main()
