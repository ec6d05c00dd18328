# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real ansible-rulebook, from the environment that make test-lab creates, on a Java of the machine."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time

from playbook_runner import ROOT, build_environment

ENVIRONMENT = ROOT / ".cache/rulebook"
PROGRAM = ENVIRONMENT / "bin/ansible-rulebook"
MIN_JAVA = 17
WAIT_SECONDS = 90


class RulebookUnavailableError(Exception):
    """ansible-rulebook cannot run here; the text gives the reason in one sentence.

    :ivar can_be_required: False where there is no environment for it, which make test-lab always makes.
    """

    def __init__(self, reason, can_be_required=True):
        super().__init__(reason)
        self.can_be_required = can_be_required


def locate_rulebook():
    """Return the path of ansible-rulebook.

    :raises RulebookUnavailableError: if it or Java is missing.
    """
    if not PROGRAM.exists():
        raise RulebookUnavailableError("ansible-rulebook is installed by make test-lab only, in .cache/rulebook", False)
    java = shutil.which("java")
    shown = subprocess.run([java, "-version"], check=False, capture_output=True, text=True).stderr if java else ""
    version = re.search(r'version "(\d+)', shown)
    if not version or int(version[1]) < MIN_JAVA:
        raise RulebookUnavailableError(
            f"ansible-rulebook needs Java {MIN_JAVA}, Debian's package openjdk-17-jre-headless, and"
            f" {f'there is Java {version[1]}' if version else 'there is none'}"
        )
    return PROGRAM


class RulebookProcess:
    """A rulebook that runs until the end of the block.

    :ivar output: all that it printed, once it has ended.
    """

    def __init__(self, words, folder, environment):
        """Start ansible-rulebook with these arguments in a folder."""
        (site_packages,) = ENVIRONMENT.glob("lib/python3.*/site-packages")
        self._log = folder / "rulebook.log"
        variables = {
            **build_environment(os.devnull, environment),
            "PATH": f"{ENVIRONMENT / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": str(site_packages),
            "HOME": str(folder),
        }
        del variables["ANSIBLE_CALLBACKS_ENABLED"]
        with open(self._log, "w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [locate_rulebook(), *words],
                cwd=folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self):
        """Return what it has printed so far."""
        return self._log.read_text(encoding="utf-8")

    def wait_until(self, condition):
        """Wait until condition() is true, and return its value; fail if the rulebook ends or it takes too long."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            value = condition()
            if value:
                return value
            assert self._process.poll() is None, f"ansible-rulebook ended: {self.output}"
            has_failed = "rule_set_runner - ERROR" in self.output
            assert time.monotonic() < deadline and not has_failed, f"it does not happen: {self.output}"
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
