# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate docs/errors.md from the messages of the plugins and from docs/errors.yml, which has causes and remedies.

    python tests/checks/errors_page.py         write the page
    python tests/checks/errors_page.py check   fail if the page is not what would be written

The messages are the tables MESSAGES in the files messages.py of the plugins. docs/errors.yml is a list of sections. A section has a `heading`, Markdown in `before` and `after`, and tables, each with
its `columns` and `rows`. A row has either `message`, keys of the catalogue whose templates are its first cell, or the
cells themselves.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE, SOURCE = ROOT / "docs/errors.md", ROOT / "docs/errors.yml"
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-.\d]*[a-z]")


def catalogue() -> dict[str, str]:
    """Return every message of the collection: its key and its template."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "plugins").rglob("*messages.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            target = node.target if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [None])[0]
            if getattr(target, "id", "") == "MESSAGES":
                messages = ast.literal_eval(node.value)
                repeated = sorted(messages.keys() & found.keys())
                assert not repeated, f"{path.relative_to(ROOT)}: repeats keys of another file: {repeated}"
                found.update(messages)
    return found


def shown(template: str) -> str:
    """Return a template as the page shows it: an ellipsis for each value."""
    text = PLACEHOLDER.sub("…", template.replace("%%", "%"))
    return "`%s`" % text.replace("|", "\\|")


def render(sections: list[dict], messages: dict[str, str]) -> str:
    """Return the page."""
    lines: list[str] = []
    for section in sections:
        lines += [section["heading"], ""]
        if "before" in section:
            lines += [section["before"].rstrip("\n"), ""]
        for table in section.get("tables", ()):
            if "before" in table:
                lines += [table["before"].rstrip("\n"), ""]
            columns = table["columns"]
            lines += ["| %s |" % " | ".join(columns), "|%s" % ("---|" * len(columns))]
            lines += ["| %s |" % " | ".join(cells(row, messages)) for row in table["rows"]]
            lines.append("")
        if "after" in section:
            lines += [section["after"].rstrip("\n"), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def cells(row: dict, messages: dict[str, str]) -> list[str]:
    """Return the cells of a row."""
    if "message" not in row:
        return list(row["cells"])
    keys = row["message"] if isinstance(row["message"], list) else [row["message"]]
    texts = ", ".join(shown(messages[key]) for key in keys) + row.get("more", "")
    return [*row.get("first", ()), texts, row["cause"], row["remedy"]]


def documented(sections: list[dict]) -> list[str]:
    """Return the keys of all messages that the page explains, repetitions included."""
    rows = [row for section in sections for table in section.get("tables", ()) for row in table["rows"]]
    return [
        key
        for row in rows
        for key in ([row["message"]] if isinstance(row.get("message"), str) else row.get("message", ()))
    ]


def page() -> str:
    """Return the page as the catalogue and the source give it."""
    return render(yaml.safe_load(SOURCE.read_text(encoding="utf-8")), catalogue())


def main() -> None:
    """Write or check the page."""
    if sys.argv[1:] == ["check"]:
        if PAGE.read_text(encoding="utf-8") != page():
            sys.exit("docs/errors.md: is not what docs/errors.yml and the messages give; run make update-plugin-docs")
    else:
        PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
