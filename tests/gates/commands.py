# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that the gates run: quiet while all is well, with all of their output if not."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from checkout import CACHE, ROOT

BIN = Path(sys.executable).parent
# Proofs that others may skip without a network, or on a machine that forbids them; who must skip them sets them empty.
REQUIRED = {"AWX_COLLECTION_REQUIRED": "1", "TUNNEL_LAB_REQUIRED": "1"}


class CommandFailed(SystemExit):
    """A command that did not end well; the text is its output. Nobody need catch it: it ends the gate with status 1."""


def path_with(bin_dir: Path) -> str:
    """A PATH on which the commands of an environment come first."""
    return f"{bin_dir}{os.pathsep}{os.environ['PATH']}"


def private_home(home: Path = CACHE / "home") -> str:
    """A home for commands that leave things there; pip goes on using the user's configuration and cache."""
    for name in (".pip", ".config/pip", ".cache/pip"):
        link = home / name
        link.parent.mkdir(parents=True, exist_ok=True)
        # Gates run side by side.
        with contextlib.suppress(FileExistsError):
            link.symlink_to(Path.home() / name)
    return str(home)


def collections_of(bin_dir: Path) -> str:
    """Where an environment has its link to the collection; by default Ansible looks into the user's home first."""
    (packages,) = bin_dir.parent.glob("lib/python3.*/site-packages")
    return str(packages)


def environment_of(bin_dir: Path) -> dict[str, str]:
    """The variables for a command of an environment: ours, without a developer's settings of Ansible."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    own = {"PATH": path_with(bin_dir), "LC_ALL": "C.UTF-8", "ANSIBLE_COLLECTIONS_PATH": collections_of(bin_dir)}
    return {**kept, **own}


def output_of(*command: str | Path, cwd: Path = ROOT, bin_dir: Path = BIN, **variables: str) -> str:
    """Run a command of an environment, else of this one, and wait.

    :arg variables: further environment variables, or others than ours.
    :raises CommandFailed: if its exit status is not 0.
    """
    result = subprocess.run(
        command,
        cwd=cwd,
        env={**environment_of(bin_dir), **variables},
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
    """Let a Python's environment have packages, told as pip takes them."""
    try:
        output_of(BIN / "uv", "pip", "install", "-q", "--python", python, *arguments)
    except (CommandFailed, OSError):
        # uv knows nothing of pip's own configuration, nor of very old Pythons.
        output_of(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments)
