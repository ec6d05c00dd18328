# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The home directory of the commands of the documentation."""

from __future__ import annotations

import shutil

import pytest


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def home(shared_home):
    """Return the home directory that all pages share, with nothing of the page before but Ansible's own files."""
    for path in shared_home.iterdir():
        if path.is_dir() and path.name != ".ansible":
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()
    return shared_home
