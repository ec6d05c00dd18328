# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages about architecture and development, the images and CONTRIBUTING name files that exist."""

from __future__ import annotations

import re

import pytest

from playbook_runner import ROOT

PAGES = (
    *(ROOT / name for name in ("docs/architecture.md", "docs/development.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs/images").glob("*.svg")),
)
# What a text names is a whole path, or the end of one.
FILES = ["/" + path.relative_to(ROOT).as_posix() for top in ("plugins", "tests") for path in (ROOT / top).rglob("*.py")]
PLACEHOLDER = re.compile("NAME|RESOURCE|KIND")


def missing_files(text):
    """Return the words that end with .py and that are not the end of the path of a file."""
    words = re.findall(r"[\w/]+\.py\b", text)
    named = [word for word in words if not PLACEHOLDER.search(word)]
    return [word for word in named if not any(path.endswith("/" + word.lstrip("/")) for path in FILES)]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_page_or_image_names_only_files_that_exist(page):
    assert missing_files(page.read_text(encoding="utf-8")) == []


def test_missing_file_is_found():
    assert missing_files("a `door.py`, `_bce/client.py`, `_bce/door.py` and `NAME.py`") == ["door.py", "_bce/door.py"]


def test_title_of_the_image_is_its_alternative_text():
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    image = (ROOT / "docs/images/architecture.svg").read_text(encoding="utf-8")
    (text,) = re.findall(r"!\[(.*)\]\(images/architecture\.svg\)", page)
    assert f"<title>{text}</title>" in image
