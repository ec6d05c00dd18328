# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the tables of docs/awx.md and docs/awx-reference.md."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "awx.md"
REFERENCE = DOCS / "awx-reference.md"


def rows_under(heading, page=PAGE):
    """Return the rows of the table under a heading, each a list of cells."""
    table = re.search(r"(?:^\|.*\n)+", page.read_text(encoding="utf-8").split(heading)[1], re.MULTILINE).group()
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table.splitlines()[2:]]


def is_explained(output):
    """Return whether the table of failures has a text that is in this output of a job or of AWX."""
    output = " ".join(output.split())
    texts = [text for row in rows_under("## When a job fails", REFERENCE) for text in re.findall("`(.+?)`", row[0])]
    # Three dots stand for what differs.
    patterns = [".+".join(re.escape(part.strip()) for part in text.strip("…: ").split("…")) for text in texts]
    return any(re.search(pattern, output) for pattern in patterns)
