# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of all tests: this checkout as the collection, and an empty emulator."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# ansible-test units does not read pytest.ini, which has the same list.
for name in ("model", "checks", "benchmarks", "."):
    folder = str(Path(__file__).resolve().parent / name)
    if folder not in sys.path:
        sys.path.insert(0, folder)

import pytest
from hypothesis import settings

from emulator_process import EmulatorProcess
from emulator_thread import EmulatorThread
from fake_clock import FakeClock
from playbook_runner import COLLECTIONS, ROOT

IS_ANSIBLE_TEST = "ANSIBLE_CONTROLLER_MIN_PYTHON_VERSION" in os.environ
# ansible-test units has prepared Ansible's loader, and its tests of module_utils have nothing else of Ansible.
if not IS_ANSIBLE_TEST:
    from ansible.plugins.loader import init_plugin_loader

    # Before the first test is imported: Ansible's loader does not accept modules that Python's own has already loaded.
    init_plugin_loader([COLLECTIONS])

# What a developer's own shell says of the cloud must not reach a test. Variables of ansible-test are not a developer's.
FOREIGN = ("BCE_", "BAIDUCLOUD_") if IS_ANSIBLE_TEST else ("BCE_", "BAIDUCLOUD_", "ANSIBLE_")
for name in [name for name in os.environ if name.startswith(FOREIGN)]:
    del os.environ[name]
if not IS_ANSIBLE_TEST:
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = COLLECTIONS

# Hypothesis keeps a folder for itself even where it keeps no examples.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(ROOT / ".cache/hypothesis"))
# No test has a bound of wall time.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture(scope="session")
def emulator_process():
    with EmulatorProcess("--vpc", "vpc-emulator:192.168.0.0/18:production") as process:
        yield process


@pytest.fixture
def emulator(emulator_process):
    """Return the emulator with nothing stored, no faults, and one gateway: vpn-119bd69b."""
    emulator_process.reset()
    return emulator_process


@pytest.fixture(scope="session")
def session_clock():
    # It starts at the beginning of a minute, because tokens depend on the minute.
    return FakeClock(1_780_000_020.0)


@pytest.fixture(scope="session")
def emulator_thread(session_clock):
    with EmulatorThread(session_clock) as thread:
        yield thread


@pytest.fixture
def clock(session_clock):
    """Return a clock on which waiting costs nothing; it is at the beginning of a minute."""
    session_clock.restart()
    return session_clock


@pytest.fixture
def cloud(emulator_thread, clock, monkeypatch):
    """Return an empty emulator on the clock of the test; the collection's environment variables refer to it."""
    emulator_thread.reset()
    for name, value in emulator_thread.environment.items():
        monkeypatch.setenv(name, value)
    return emulator_thread
