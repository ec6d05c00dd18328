# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate the pages of error messages from the messages of the plugins and from docs/errors.yml.

    python tests/checks/errors_page.py         write docs/errors.md and docs/playbook-errors.md, and both in docs/zh-CN
    python tests/checks/errors_page.py check   fail if a page is not what would be written

The catalogue is the tables MESSAGES in the plugins: key -> template. docs/errors.yml has the `pages` and
`not_on_the_page`: reason -> keys of messages that need no entry.

page     `file`, `before` (Markdown with the title), `sections`
section  `heading`, `before`, and `codes` or `entries`
code     `code`, `summary` (for the index), `before`, `entries`, `also` (words of other codes with these entries)
entry    `texts` (absent where the API's message is not known), `cause`, `remedy`

`{{ key }}` in a text is that message, with an ellipsis for each value.

docs/zh-CN/errors.yml has the Chinese text `zh` of each English paragraph `en` in `heading`, `before`, `summary`,
`cause` and `remedy`. Its links are those of the English text.
"""

from __future__ import annotations

import ast
import functools
import re
import sys
from collections.abc import Callable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

import yaml

import translations

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SOURCE = DOCS / "errors.yml"
CHINESE = DOCS / "zh-CN" / "errors.yml"
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-.\d]*[a-z]")
REFERENCE = re.compile(r"\{\{ (\w+) \}\}")
# At the end of a warning's template. Errors get their codes when the task fails.
WARNING_CODE = re.compile(r" \[([A-Z]\w+)\]$")
# The words of a page that are not in docs/errors.yml.
WORDS = {
    "index": "Codes", "also": "Also codes with %s.", "others": " (%s)", "comma": ", ", "colon": ": ",
    "cause": "Cause:", "remedy": "Do:",
}  # fmt: skip
CHINESE_WORDS = {
    "index": "代码", "also": "也适用于含有 %s 的代码。", "others": "（%s）", "comma": "、", "colon": "：",
    "cause": "原因：", "remedy": "处理：",
}  # fmt: skip
TRANSLATED = ("before", "heading", "summary", "cause", "remedy")
PARAGRAPH = re.compile(r"^```.*?^```$|^\S.*?(?=\n\n|\n*\Z)", re.MULTILINE | re.DOTALL)


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
    """Return a template as the page shows it: an ellipsis for each value, without the code of a warning."""
    return re.sub("…+", "…", PLACEHOLDER.sub("…", WARNING_CODE.sub("", template))).replace("%%", "%").replace("`", "")


def source() -> dict:
    """Return docs/errors.yml."""
    return yaml.safe_load(SOURCE.read_text(encoding="utf-8"))


def codes(page: dict) -> list[dict]:
    """Return the codes of a page in order."""
    return [code for section in page["sections"] for code in section.get("codes", ())]


def entries(pages: list[dict]) -> Iterator[dict]:
    """Return the entries of the pages in order."""
    for page in pages:
        for section in page["sections"]:
            for owner in (section, *section.get("codes", ())):
                yield from owner.get("entries", ())


def explained(pages: list[dict]) -> set[str]:
    """Return the keys of the messages that have an entry."""
    return {key for entry in entries(pages) for text in entry.get("texts", ()) for key in REFERENCE.findall(text)}


def render(page: dict, messages: dict[str, str], words: dict[str, str]) -> str:
    """Return a page as Markdown."""
    blocks = _before(page)
    if codes(page):
        blocks += [
            "## " + words["index"],
            "\n".join(_index_line(code, words) for code in sorted(codes(page), key=itemgetter("code"))),
        ]
    for section in page["sections"]:
        blocks += ["## " + section["heading"], *_before(section)]
        # Before the codes, so that these messages do not look like those of the last code.
        blocks += _entries(section, messages, words)
        for code in section.get("codes", ()):
            blocks += ["### " + code["code"], *_also(code, words), *_before(code), *_entries(code, messages, words)]
    return "\n\n".join(blocks) + "\n"


def _before(part: dict) -> list[str]:
    return [part["before"].rstrip("\n")] if "before" in part else []


def _index_line(code: dict, words: dict[str, str]) -> str:
    names = words["comma"].join(f"`{name}`" for name in code.get("also", ()))
    others = words["others"] % names if names else ""
    return f"- [{code['code']}](#{code['code'].lower()}){others}{words['colon']}{code['summary']}"


def _also(code: dict, words: dict[str, str]) -> list[str]:
    """Return a line with an anchor for each of the other codes."""
    names = [f'<a id="{name.lower()}"></a>`{name}`' for name in code.get("also", ())]
    return [words["also"] % words["comma"].join(names)] if names else []


def _entries(owner: dict, messages: dict[str, str], words: dict[str, str]) -> list[str]:
    blocks = []
    for entry in owner.get("entries", ()):
        texts = [REFERENCE.sub(lambda key: shown(messages[key[1]]), text) for text in entry.get("texts", ())]
        lines = ["\\\n".join(f"`{text}`" for text in texts)] if texts else []
        lines += [f"**{words[name]}** {entry[name]}" for name in ("cause", "remedy")]
        block = "\n\n".join(lines)
        blocks.append("- " + re.sub(r"\n(?=[^\n])", "\n  ", block) if texts else block)
    return blocks


def pages() -> dict[Path, str]:
    """Return file -> content of the pages as the catalogue and the source give them."""
    messages = catalogue()
    return {DOCS / page["file"]: _with_switch(page, render(page, messages, WORDS), 0) for page in source()["pages"]}


def _with_switch(page: dict, content: str, language: int) -> str:
    """Return the page with the line that links to the other language, below the title."""
    lines = translations.switch_lines(Path("docs", page["file"]), translations.FOLDER / page["file"])
    return content.replace("\n\n", f"\n\n{lines[language]}\n\n", 1)


def translate(part: Any, translation: Callable[[str], str]) -> Any:
    """Return a part of docs/errors.yml with its paragraphs translated, except code blocks."""
    if isinstance(part, list):
        return [translate(item, translation) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: PARAGRAPH.sub(lambda text: _paragraph(text[0], translation), value)
        if key in TRANSLATED
        else translate(value, translation)
        for key, value in part.items()
    }


def _paragraph(text: str, translation: Callable[[str], str]) -> str:
    return text if text.startswith("```") else translation(" ".join(text.split()))


def chinese() -> dict[str, str]:
    """Return docs/zh-CN/errors.yml: English text -> Chinese text."""
    return {item["en"]: item["zh"] for item in yaml.safe_load(CHINESE.read_text(encoding="utf-8"))}


def translation_problems(english: list[dict], texts: dict[str, str]) -> list[str]:
    """Return what is missing and what is superfluous in docs/zh-CN/errors.yml, one sentence each."""
    found: dict[str, str] = {}
    translate(english, lambda text: found.setdefault(text, text))
    name = CHINESE.relative_to(ROOT)
    missing = [f"{name}: the translation is missing of: {text}" for text in found if text not in texts]
    return missing + [f"{name}: docs/errors.yml does not have: {text}" for text in texts if text not in found]


def chinese_pages() -> dict[Path, str]:
    """Return file -> content of the Chinese pages. The English pages must be written before."""
    texts, messages, written = chinese(), catalogue(), {}
    for page in source()["pages"]:
        name, target = Path("docs", page["file"]), translations.FOLDER / page["file"]
        content = render(translate(page, functools.partial(_chinese, texts, name, target)), messages, CHINESE_WORDS)
        written[ROOT / target] = translations.head(ROOT, str(name)) + _with_switch(page, content, 1)
    return written


def _chinese(texts: dict[str, str], name: Path, target: Path, text: str) -> str:
    """Return a paragraph's translation, with links to Chinese pages where they exist."""
    link = functools.partial(translations.expected_link, ROOT, name, target)
    return translations.LINK.sub(lambda found: f"]({link(found[1])})", texts[text])


def main() -> None:
    """Write or check the pages."""
    _write_or_check(pages())
    wrong = translation_problems(source()["pages"], chinese())
    if wrong:
        sys.exit("\n".join(wrong))
    _write_or_check(chinese_pages())


def _write_or_check(contents: dict[Path, str]) -> None:
    for path, content in contents.items():
        if sys.argv[1:] != ["check"]:
            path.write_text(content, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != content:
            name = path.relative_to(ROOT)
            sys.exit(f"{name}: is not what docs/errors.yml and the messages give; run make update-plugin-docs")


if __name__ == "__main__":
    main()
