# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import the modules on the oldest installed Python of a host: python tests/checks/check_python_compat.py

make test-matrix does it with all of them, and fails where a controller's Python is missing.
"""

from __future__ import annotations

import sys

from ansible.release import __version__ as core

import run_matrix
from commands import BIN


def main() -> None:
    own = f"3.{sys.version_info.minor}"
    hosts = run_matrix.CORES[".".join(core.split(".")[:2])][1]
    older = [version for version in hosts if run_matrix.minor_version(version) < run_matrix.minor_version(own)]
    here = next(filter(run_matrix.find_interpreter, older), None)
    if here:
        run_matrix.import_all_modules(BIN, here)
    result = f"modules imported on Python {here}" if here else f"NOT RUN: none of {', '.join(older)} is installed"
    print(f"oldest Python: {result}")


if __name__ == "__main__":
    main()
