# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the Chinese pages, README.zh-CN.md and docs/zh-CN/, with their English sources.

python tests/checks/translations.py check           fail if a page is stale, or differs in code, headings or links
python tests/checks/translations.py list            show which pages are stale, and the commands that show what changed
python tests/checks/translations.py update PAGE...  after the page was translated: copy the code, write the new hash

The first line of a Chinese page names its source and the hash of the text that it translates. Its code, which tests run
from the English page only, is identical. Its links lead to Chinese pages where they exist.
"""

from __future__ import annotations

import collections
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Iterator, NamedTuple

from repository import GALAXY, ROOT

FOLDER = Path("docs/zh-CN")
README = Path("README.zh-CN.md")
HEAD = re.compile(r"<!-- source: (\S+) sha256:([0-9a-f]{64}) -->\n")
BLOCK = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
# A browser shows a line break between Chinese characters as a blank.
BROKEN_LINE = re.compile(r"([\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])\n *(?![-#|>!]|\d+\. )(\S)")
BLOB = f"{GALAXY['repository']}/blob/main/"
# Words that the console of Baidu AI Cloud does not use -> its word.
TERMS = {
    "客户网关": "用户网关",
    "对端网关": "用户网关",
    "预共享密钥": "共享密钥",
    "秘钥": "密钥",
    "虚拟私有云": "私有网络",
    "浮动IP": "弹性公网IP",
    "通道": "隧道",
    "路由规则表": "路由表",
}


class Page(NamedTuple):
    """The parts of a Markdown page that a translation keeps."""

    blocks: list[str]
    headings: list[tuple[int, str]]
    rows: list[int]
    links: list[str]
    code: set[str]
    prose: str


def read_page(text: str) -> Page:
    """Return the parts of a page's text."""
    prose = re.sub(r"<!--.*?-->\n?", "", BLOCK.sub("", text), flags=re.DOTALL)
    headings = [(len(marks), title) for marks, title in re.findall(r"^(#+) (.*)$", prose, re.MULTILINE)]
    return Page(
        blocks=[match.group() for match in BLOCK.finditer(text)],
        headings=headings,
        rows=[len(table.splitlines()) for table in re.findall(r"(?:^ *\|.*\n?)+", prose, re.MULTILINE)],
        links=LINK.findall(prose),
        code={" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose)},
        prose=prose,
    )


def anchors(page: Page) -> list[str]:
    """Return the anchors of a page's headings, as GitHub and the site build them, in order."""
    seen: collections.Counter[str] = collections.Counter()
    found = []
    for _level, title in page.headings:
        text = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", title)
        anchor = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        found.append(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return found


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def head(root: Path, source: str) -> str:
    """Return the first line of the translation of a page, such as ``docs/errors.md``."""
    return f"<!-- source: {source} sha256:{digest(root / source)} -->\n"


def translation_of(source: Path) -> Path:
    """Return where the translation of an English page is, whether it exists or not."""
    return README if source == Path("README.md") else FOLDER / source.name


def translations(root: Path) -> list[Path]:
    """Return the Chinese pages, relative to the repository."""
    paths = [root / README, *sorted((root / FOLDER).glob("*.md"))]
    return [path.relative_to(root) for path in paths if path.exists()]


def is_translated(root: Path, source: Path) -> bool:
    is_page = source == Path("README.md") or (source.parent == Path("docs") and source.suffix == ".md")
    return is_page and (root / translation_of(source)).exists()


def link_between(page: Path, target: Path) -> str:
    return Path(os.path.relpath(target, page.parent)).as_posix()


def switch_lines(source: Path, translation: Path) -> tuple[str, str]:
    """Return the lines below the titles of an English page and of its translation that link to each other."""
    return (
        f"English | [中文]({link_between(source, translation)})",
        f"[English]({link_between(translation, source)}) | 中文",
    )


def expected_link(root: Path, source: Path, translation: Path, link: str) -> str:
    """Return what a link of an English page is in its translation."""
    target, separator, anchor = link.partition("#")
    is_absolute = target.startswith(BLOB)
    if re.match("https?://|mailto:", target) and not is_absolute:
        return link
    path = Path(os.path.normpath(source.parent / target)) if target else source
    if is_absolute:
        path = Path(target[len(BLOB) :])
    if is_translated(root, path):
        pages = [read_page((root / name).read_text(encoding="utf-8")) for name in (path, translation_of(path))]
        anchor = dict(zip(*map(anchors, pages))).get(anchor, anchor)
        path = translation_of(path)
    if target:
        slash = "/" if target.endswith("/") else ""  # of a folder
        target = (BLOB + path.as_posix() if is_absolute else link_between(translation, path)) + slash
    return target + separator + anchor


def problems(root: Path, translation: Path) -> Iterator[str]:
    """Yield what is wrong with a Chinese page, one sentence each."""
    text = (root / translation).read_text(encoding="utf-8")
    match = HEAD.match(text)
    if not match:
        yield "the first line must be <!-- source: PAGE sha256:HASH -->; the command update writes it"
        return
    source = Path(match.group(1))
    if not (root / source).exists() or translation_of(source) != translation:
        yield f"{source} is not its source"
        return
    if digest(root / source) != match.group(2):
        yield f"{source} has changed since it was translated; python tests/checks/translations.py list shows how"
    english = (root / source).read_text(encoding="utf-8")
    yield from differences(root, source, translation, english, text)


def differences(root: Path, source: Path, translation: Path, english: str, text: str) -> Iterator[str]:
    old, new = read_page(english), read_page(text)
    for name, content, line in zip((source, translation), (old, new), switch_lines(source, translation)):
        if not re.match(rf"\s*# .*\n\n{re.escape(line)}\n", content.prose):
            yield f"below the title of {name} must be the line: {line}"
    if len(old.blocks) != len(new.blocks):
        yield f"it has {len(new.blocks)} code blocks instead of {len(old.blocks)}"
    for number, (block, translated) in enumerate(zip(old.blocks, new.blocks), 1):
        if block != translated:
            yield f"code block {number} differs from that of {source}; the command update copies it"
    if [level for level, _title in old.headings] != [level for level, _title in new.headings]:
        yield f"its headings have other levels than those of {source}"
        return
    if old.rows != new.rows:
        yield f"its tables have {new.rows} lines instead of {old.rows}"
    for code in sorted(old.code ^ new.code):
        yield f"`{code}` is " + ("missing" if code in old.code else f"not in {source}")
    english_switch, chinese_switch = (LINK.findall(line)[0] for line in switch_lines(source, translation))
    expected = collections.Counter(
        expected_link(root, source, translation, link) for link in old.links if link != english_switch
    )
    found = collections.Counter(link for link in new.links if link != chinese_switch)
    for link in sorted((expected - found).keys()):
        yield f"a link to {link} is missing"
    for link in sorted((found - expected).keys()):
        yield f"the link to {link} has no counterpart in {source}"
    for before, after in BROKEN_LINE.findall(new.prose):
        yield f"a line break between {before} and {after}: a paragraph is one line"
    for wrong, right in TERMS.items():
        if wrong in new.prose:
            yield f"{wrong}: the console's word is {right}"


def check(root: Path) -> list[str]:
    """Return what is wrong with all Chinese pages."""
    return [f"{path}: {problem}" for path in translations(root) for problem in problems(root, path)]


def state(root: Path, translation: Path) -> str:
    """Return whether a page is stale, with the command that shows what has changed."""
    match = HEAD.match((root / translation).read_text(encoding="utf-8"))
    if not match:
        return "without a source"
    source, known = match.groups()
    if digest(root / source) == known:
        return "up to date"
    for commit in _git(root, "log", "--all", "--format=%H", "--", source).decode().split():
        if hashlib.sha256(_git(root, "show", f"{commit}:{source}")).hexdigest() == known:
            return f"stale: git diff {commit[:12]} -- {source}"
    return f"stale: no commit has the text of {source} that was translated"


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, check=False, stdout=subprocess.PIPE).stdout


def update(root: Path, translation: Path) -> None:
    """Copy the code blocks of the source, if there are as many, and write its hash."""
    text = HEAD.sub("", (root / translation).read_text(encoding="utf-8"), count=1)
    source = "README.md" if translation == README else f"docs/{translation.name}"
    blocks = read_page((root / source).read_text(encoding="utf-8")).blocks
    if len(blocks) == len(read_page(text).blocks):
        copies = iter(blocks)
        text = BLOCK.sub(lambda _match: next(copies), text)
    (root / translation).write_text(head(root, source) + text, encoding="utf-8")


def main(command: str, *names: str) -> None:
    if command == "update":
        for name in names:
            update(ROOT, Path(os.path.relpath(name, ROOT)))
    elif command == "list":
        for path in translations(ROOT):
            print(f"{path}: {state(ROOT, path)}")
    else:
        wrong = check(ROOT)
        if wrong:
            sys.exit("\n".join(wrong))
        print(f"translations: {len(translations(ROOT))} Chinese pages are up to date")


if __name__ == "__main__":
    is_valid = sys.argv[1:] in (["check"], ["list"]) or (sys.argv[1:2] == ["update"] and len(sys.argv) > 2)
    if not is_valid:
        sys.exit(__doc__)
    main(*sys.argv[1:])
