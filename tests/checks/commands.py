# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the commands of the checks: without output on success, with all output on failure."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from repository import CACHE, ROOT

BIN = Path(sys.executable).parent
# Tests that may be skipped elsewhere (no network, no permission for namespaces) must run where these are set.
REQUIRED = {"AWX_COLLECTION_REQUIRED": "1", "TUNNEL_LAB_REQUIRED": "1"}


class CommandFailed(SystemExit):
    """A command failed; the text is its output. If it is not caught, the program ends with status 1."""


def path_with(bin_dir: Path) -> str:
    """Return a PATH on which the commands of a virtual environment come first."""
    return f"{bin_dir}{os.pathsep}{os.environ['PATH']}"


def isolated_home(home: Path = CACHE / "home") -> str:
    """Return a home directory for commands that write to it; pip keeps the user's configuration and cache."""
    for name in (".pip", ".config/pip", ".cache/pip"):
        link = home / name
        link.parent.mkdir(parents=True, exist_ok=True)
        # Checks run concurrently.
        with contextlib.suppress(FileExistsError):
            link.symlink_to(Path.home() / name)
    return str(home)


def collections_path(bin_dir: Path) -> str:
    """Return the directory of a virtual environment that links to the collection.

    It must be set because Ansible searches the user's home directory first by default.
    """
    (packages,) = bin_dir.parent.glob("lib/python3.*/site-packages")
    return str(packages)


def build_environment(bin_dir: Path) -> dict[str, str]:
    """Return the environment variables for a command of a virtual environment, without a developer's ANSIBLE_*."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    own = {"PATH": path_with(bin_dir), "LC_ALL": "C.UTF-8", "ANSIBLE_COLLECTIONS_PATH": collections_path(bin_dir)}
    return {**kept, **own}


def run_command(*command: str | Path, cwd: Path = ROOT, bin_dir: Path = BIN, **variables: str) -> str:
    """Run a command, wait for its end and return its output.

    :param bin_dir: the ``bin`` directory of the virtual environment to run in.
    :param variables: environment variables to add or override.
    :raises CommandFailed: if its exit status is not 0.
    """
    result = subprocess.run(
        command,
        cwd=cwd,
        env={**build_environment(bin_dir), **variables},
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output = result.stdout.decode(errors="replace")
    if result.returncode:
        raise CommandFailed(f"{output}\n{' '.join(map(str, command))[:300]}: exit status {result.returncode}")
    return output


def install_packages(python: Path, *arguments: str | Path) -> None:
    """Install packages into a Python's environment; the arguments are those of ``pip install``."""
    try:
        run_command(BIN / "uv", "pip", "install", "-q", "--python", python, *arguments)
    except (CommandFailed, OSError):
        # uv neither reads pip's configuration nor supports very old Pythons.
        run_command(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments)
