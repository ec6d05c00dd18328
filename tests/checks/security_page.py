# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate the table of verdicts in docs/security.md from the table that the audit uses.

python tests/checks/security_page.py         write the table
python tests/checks/security_page.py check   fail if it is not what would be written
"""

from __future__ import annotations

from pathlib import Path

from ansible_collections.baiducloud.network.plugins.plugin_utils._security_sources import ROWS, SOURCES
from peers_page import main

PAGE = Path(__file__).resolve().parents[2] / "docs/security.md"


def section() -> str:
    """Return the generated part."""
    lines = ["", "| option | value | verdict | the sentences that support it |", "|---|---|---|---|"]
    for row in ROWS:
        options = ", ".join(f"`{option.rpartition('.')[2]}`" for option in row.options)
        quotes = [f'"{quote.text}" ([{quote.source}]({SOURCES[quote.source]}), {quote.place})' for quote in row.quotes]
        cell = "<br>".join([*quotes, *filter(None, [row.note])])
        lines.append(f"| {options} | {row.value} | {row.verdict} | {cell} |")
    return "\n".join(lines) + "\n\n"


if __name__ == "__main__":
    main(PAGE, section())
