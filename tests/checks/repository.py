# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checkout that is checked: its tracked files, its name, and copies of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
COLLECTION = f"{GALAXY['namespace']}.{GALAXY['name']}"
COLLECTION_DIR = f"ansible_collections/{GALAXY['namespace']}/{GALAXY['name']}"


def tracked_files(*pathspecs: str) -> set[str]:
    """Return the names of tracked and new files (without ignored ones), all or those that match the pathspecs."""
    command = ["git", "ls-files", "-coz", "--exclude-standard", "--", *pathspecs]
    output = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE).stdout
    names = {os.fsdecode(name) for name in output.split(b"\0") if name}
    found = {name for name in names if (ROOT / name).is_file() or (ROOT / name).is_symlink()}
    if not found:
        sys.exit(f"git lists no file for {', '.join(pathspecs) or ROOT}; there is nothing to check")
    return found


def copy_checkout(target: Path) -> Path:
    """Replace `target` by a copy of the tracked files only; return it."""
    shutil.rmtree(target, ignore_errors=True)
    for name in tracked_files():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name, follow_symlinks=False)
    return target
