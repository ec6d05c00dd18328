# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The oldest Python of a host that is on this machine imports what may run there: python tests/gates/oldest.py

make test-matrix does it with every one of them, and fails where a controller's Python is missing.
"""

from __future__ import annotations

import sys

from ansible.release import __version__ as core

import matrix
from commands import BIN


def main() -> None:
    own = f"3.{sys.version_info.minor}"
    hosts = matrix.CORES[".".join(core.split(".")[:2])][1]
    older = [version for version in hosts if matrix.minor(version) < matrix.minor(own)]
    here = next(filter(matrix.interpreter, older), None)
    if here:
        matrix.import_everything(BIN, here)
    told = f"modules imported on Python {here}" if here else f"NOT RUN: of Python {', '.join(older)} none is here"
    print(f"oldest: {told}")


if __name__ == "__main__":
    main()
