# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that the gates run: quiet while all is well, with all of their output if not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


class CommandFailed(SystemExit):
    """A command that did not end well; the text is its output. Nobody need catch it: it ends the gate with status 1."""


def path_with(bin_dir: Path) -> str:
    """A PATH on which the commands of an environment come first."""
    return f"{bin_dir}{os.pathsep}{os.environ['PATH']}"


def output_of(*command: str | Path, cwd: Path = ROOT, **variables: str) -> str:
    """Run a command of this environment and wait.

    :arg variables: further environment variables, or others than ours.
    :raises CommandFailed: if its exit status is not 0.
    """
    own = {"PATH": path_with(BIN), "LC_ALL": "C.UTF-8"}
    result = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **own, **variables},
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
