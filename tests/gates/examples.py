# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules' EXAMPLES are what ansible-lint takes in a playbook, and every shown secret is in quotes:
python tests/gates/examples.py"""

from __future__ import annotations

import shutil
import textwrap

from ansible.parsing.plugin_docs import read_docstring

import quoted_keys
from checkout import CACHE, ROOT
from commands import BIN, output_of, private_home

PLACE = CACHE / "examples"
PLAY = "---\n- name: Examples\n  hosts: localhost\n  gather_facts: false\n  tasks:\n"


def main() -> None:
    quoted_keys.check()
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    for module in (ROOT / "plugins/modules").glob("*.py"):
        examples = read_docstring(str(module))["plainexamples"]
        tasks = textwrap.indent(examples.strip().removeprefix("---\n"), "    ")
        (PLACE / f"{module.stem}.yml").write_text(f"{PLAY}{tasks}\n", encoding="utf-8")
    plays = sorted(PLACE.glob("*.yml"))
    command = [BIN / "ansible-lint", "--offline", "--profile", "production", "--project-dir", PLACE, "-c", "/dev/null"]
    output_of(*command, *plays, cwd=PLACE, HOME=private_home())
    print(f"examples: ansible-lint takes those of {len(plays)} modules")


if __name__ == "__main__":
    main()
