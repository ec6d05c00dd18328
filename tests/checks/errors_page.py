# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate docs/errors.md from the messages of the plugins and from docs/errors.yml, which has causes and remedies.

    python tests/checks/errors_page.py         write the page
    python tests/checks/errors_page.py check   fail if the page is not what would be written

The catalogue is the tables MESSAGES in the plugins: key -> template. docs/errors.yml has the `sections` of the page
and `not_on_the_page`: reason -> keys of messages that need no row. A section has a `heading`, Markdown in `before` and
`after`, and tables, each with `columns` and `rows`. `{{ key }}` in a cell is that message, with an ellipsis for values.
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
REFERENCE = re.compile(r"\{\{ (\w+) \}\}")


def catalogue() -> dict[str, str]:
    """Return every message of the collection: its key and its template."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if getattr(targets[0], "id", "") == "MESSAGES" and isinstance(node.value, ast.Dict):
                messages = ast.literal_eval(node.value)
                repeated = sorted(messages.keys() & found.keys())
                assert not repeated, f"{path.relative_to(ROOT)}: repeats keys of another file: {repeated}"
                found.update(messages)
    return found


def shown(template: str) -> str:
    """Return a template as the page shows it: an ellipsis for each value."""
    return PLACEHOLDER.sub("…", template).replace("%%", "%").replace("|", "\\|").replace("`", "")


def source() -> dict:
    """Return docs/errors.yml."""
    return yaml.safe_load(SOURCE.read_text(encoding="utf-8"))


def render(sections: list[dict], messages: dict[str, str]) -> str:
    """Return the page."""
    lines: list[str] = []
    for section in sections:
        lines += [section["heading"], "", *_markdown(section, "before")]
        for table in section.get("tables", ()):
            columns = table["columns"]
            lines += [*_markdown(table, "before"), _row(columns), "|" + "---|" * len(columns)]
            lines += [
                _row(REFERENCE.sub(lambda key: shown(messages[key[1]]), cell) for cell in row) for row in table["rows"]
            ]
            lines.append("")
        lines += _markdown(section, "after")
    return "\n".join(lines).rstrip("\n") + "\n"


def _markdown(part: dict, name: str) -> list[str]:
    return [part[name].rstrip("\n"), ""] if name in part else []


def _row(cells) -> str:
    return "| %s |" % " | ".join(cells)


def explained(sections: list[dict]) -> set[str]:
    """Return the keys of the messages that have a row."""
    tables = [table for section in sections for table in section.get("tables", ())]
    return {key for table in tables for row in table["rows"] for cell in row for key in REFERENCE.findall(cell)}


def page() -> str:
    """Return the page as the catalogue and the source give it."""
    return render(source()["sections"], catalogue())


def main() -> None:
    """Write or check the page."""
    if sys.argv[1:] == ["check"]:
        if PAGE.read_text(encoding="utf-8") != page():
            sys.exit("docs/errors.md: is not what docs/errors.yml and the messages give; run make update-plugin-docs")
    else:
        PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
