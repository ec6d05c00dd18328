# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that a change that users see brings a changelog fragment: python tests/checks/check_fragments.py [BASE]

BASE is a commit or branch; by default the environment variable CHANGELOG_BASE, which CI sets to the base of a pull
request. Without one nothing is checked.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from repository import ROOT

VISIBLE = ("plugins/", "roles/", "playbooks/", "extensions/", "meta/")
# A release moves the fragments into changelog.yaml.
RECORDS = ("changelogs/fragments/", "changelogs/changelog.yaml")


def changed_files(root: Path, base: str, *arguments: str) -> list[str]:
    """Return the files that differ between the last commit and the one at which it left `base`."""
    command = ["git", "diff", "--name-only", "-z", *arguments, f"{base}...HEAD"]
    done = subprocess.run(command, cwd=root, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        sys.exit(f"CHANGELOG_BASE: git cannot compare with {base}: {done.stderr.decode(errors='replace').strip()}")
    return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]


def files_without_fragment(root: Path, base: str) -> list[str]:
    """Return the changed files that users see, or nothing if a fragment or the changelog was written."""
    visible = [name for name in changed_files(root, base) if name.startswith(VISIBLE)]
    is_recorded = any(name.startswith(RECORDS) for name in changed_files(root, base, "--diff-filter=d"))
    return [] if is_recorded else visible


def main(arguments: list[str]) -> None:
    base = (arguments or [os.environ.get("CHANGELOG_BASE", "")])[0]
    if not base:
        print("fragments: not checked, because CHANGELOG_BASE does not name the commit to compare with")
        return
    missing = files_without_fragment(ROOT, base)
    if missing:
        sys.exit(
            f"fragments: {', '.join(missing)} changed since {base}. Add a file to changelogs/fragments/; "
            "if users do not notice the change, its section is `trivial`."
        )
    print(f"fragments: the changes since {base} have what they need in changelogs/")


if __name__ == "__main__":
    main(sys.argv[1:])
