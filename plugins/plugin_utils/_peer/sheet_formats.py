# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write a page of headings, tables and sentences as Markdown or HTML. Pure: no I/O, no Ansible."""

from __future__ import annotations

import html
import re
from typing import Any, Callable, Dict, List, NamedTuple, Sequence

# Characters that Markdown would read. In a code span only the first two mean something.
MARKDOWN = re.compile(r"([`|\\*_\[\]<>#&~$])")
NOT_IN_CODE = re.compile(r"[`|\n]|^ | $")
LINE_BREAK = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
STYLE = "body{font-family:sans-serif;margin:2em}table{border-collapse:collapse}td,th{border:1px solid;padding:.4em}"


class Value(NamedTuple):
    """A text that is typed or copied as it is."""

    text: str


class Section(NamedTuple):
    """A heading, a table unless it has no columns, and sentences."""

    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]  # of texts and Values
    sentences: Sequence[str] = ()


class Sheet(NamedTuple):
    """A page."""

    title: str
    sentences: Sequence[str]
    sections: Sequence[Section]


def to_markdown(sheet: Sheet, language: str) -> str:
    """Return a page as Markdown."""
    lines = ["# " + _escape_markdown(sheet.title), ""]
    for sentence in sheet.sentences:
        lines += [_escape_markdown(sentence), ""]
    for section in sheet.sections:
        lines += ["## " + _escape_markdown(section.heading), ""]
        if section.columns:
            lines += [_row(section.columns), "|" + " --- |" * len(section.columns)]
            lines += [*map(_row, section.rows), ""]
        if section.sentences:
            lines += [*("- " + _escape_markdown(sentence) for sentence in section.sentences), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(cells: Sequence[Any]) -> str:
    return "| %s |" % " | ".join(map(_markdown_cell, cells))


def _markdown_cell(cell: Any) -> str:
    if not isinstance(cell, Value):
        return _escape_markdown(cell)
    # In a code span a text can be copied as it is, a key too.
    return _escape_markdown(cell.text) if NOT_IN_CODE.search(cell.text) else "`%s`" % cell.text


def _escape_markdown(text: str) -> str:
    return MARKDOWN.sub(r"\\\1", LINE_BREAK.sub(" ", text))


def to_html(sheet: Sheet, language: str) -> str:
    """Return a page as a complete HTML document that loads nothing from elsewhere."""
    title = html.escape(sheet.title)
    lines = [
        "<!DOCTYPE html>",
        '<html lang="%s">' % html.escape(language),
        "<head>",
        '<meta charset="utf-8">',
        "<title>%s</title>" % title,
        "<style>%s</style>" % STYLE,
        "</head>",
        "<body>",
        "<h1>%s</h1>" % title,
        *("<p>%s</p>" % html.escape(sentence) for sentence in sheet.sentences),
    ]
    for section in sheet.sections:
        lines.append("<h2>%s</h2>" % html.escape(section.heading))
        if section.columns:
            lines += ["<table>", _html_row("th", section.columns)]
            lines += [_html_row("td", row) for row in section.rows]
            lines.append("</table>")
        if section.sentences:
            lines += ["<ul>", *("<li>%s</li>" % html.escape(text) for text in section.sentences), "</ul>"]
    return "\n".join([*lines, "</body>", "</html>"]) + "\n"


def _html_row(tag: str, cells: Sequence[Any]) -> str:
    found: List[str] = []
    for cell in cells:
        text = "<code>%s</code>" % html.escape(cell.text) if isinstance(cell, Value) else html.escape(cell)
        found.append("<%s>%s</%s>" % (tag, text, tag))
    return "<tr>%s</tr>" % "".join(found)


FORMATS: Dict[str, Callable[[Sheet, str], str]] = {"markdown": to_markdown, "html": to_html}
