# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-lint on the modules' EXAMPLES, and check that every secret shown is quoted:
python tests/checks/lint_examples.py"""

from __future__ import annotations

import shutil
import textwrap

from ansible.parsing.plugin_docs import read_docstring

import check_quoted_keys
from commands import BIN, isolated_home, run_command
from repository import CACHE, ROOT

WORK_DIR = CACHE / "examples"
PLAY = "---\n- name: Examples\n  hosts: localhost\n  gather_facts: false\n  tasks:\n"


def main() -> None:
    check_quoted_keys.check()
    shutil.rmtree(WORK_DIR, ignore_errors=True)
    WORK_DIR.mkdir(parents=True)
    for module in (ROOT / "plugins/modules").glob("*.py"):
        examples = read_docstring(str(module))["plainexamples"]
        tasks = textwrap.indent(examples.strip().removeprefix("---\n"), "    ")
        (WORK_DIR / f"{module.stem}.yml").write_text(f"{PLAY}{tasks}\n", encoding="utf-8")
    plays = sorted(WORK_DIR.glob("*.yml"))
    command = [
        BIN / "ansible-lint",
        "--offline",
        "--profile",
        "production",
        "--project-dir",
        WORK_DIR,
        "-c",
        "/dev/null",
    ]
    run_command(*command, *plays, cwd=WORK_DIR, HOME=isolated_home())
    print(f"examples: ansible-lint accepts those of {len(plays)} modules")


if __name__ == "__main__":
    main()
