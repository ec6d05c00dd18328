# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation's pages: python tests/gates/pages.py check|renew|site

check  says which plugin pages in docs/plugins/, and badges, are not what the collection says of itself today
renew  writes them anew
site   builds the documentation site in .cache/site/html, without a network and without a warning
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import matrix
from checkout import CACHE, COLLECTION, GALAXY, ROOT
from commands import BIN, output_of, private_home

DOCS = ROOT / "docs"
PLUGIN_PAGES = DOCS / "plugins"
IMAGES = DOCS / "images"
CONFIG = DOCS / "site"
SITE = CACHE / "site"
# Pages that fetch something from elsewhere do not work offline, and tell others who reads them.
FETCHES = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc="(?:https?:)?//[^"]*"
    |<link\b[^>]*\bhref="(?:https?:)?//[^"]*\.(?:css|js|ico)[^"]*"
    |@import|url\(["']?(?:https?:)?//""",
    re.VERBOSE,
)


def run(*command: str | Path) -> None:
    # antsibull-docs leaves a log in its home.
    output_of(*command, HOME=private_home())


def empty_folder(path: Path) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    path.chmod(0o755)  # antsibull-docs refuses a folder that others may write to
    return path


def antsibull_docs(command: str, target: Path, *arguments: str) -> None:
    run(
        BIN / "antsibull-docs",
        "--config-file",
        CONFIG / "antsibull-docs.cfg",
        command,
        "--use-current",
        "--fail-on-error",
        "--no-add-antsibull-docs-version",
        *arguments,
        "--dest-dir",
        target,
        COLLECTION,
    )


def plugin_pages(target: Path) -> None:
    """The plugin pages for readers of the repository: RST that does without Sphinx."""
    antsibull_docs("collection-plugins", empty_folder(target), "--output-format", "simplified-rst")


def badge(label: str, message: str) -> str:
    """A badge as an SVG, a label and a message side by side."""
    left, right = (round(len(text) * 6.8) + 14 for text in (label, message))
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{label}: {message}">
  <title>{label}: {message}</title>
  <rect width="{left + right}" height="20" rx="3" fill="#2b6cb0"/>
  <path d="M3 0h{left - 3}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#4a5568"/>
  <g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
    <text x="{left / 2}" y="14">{label}</text><text x="{left + right / 2}" y="14">{message}</text>
  </g>
</svg>
"""


def badges() -> dict[str, str]:
    """File name -> badge, each made from what a test or a gate holds to the truth."""
    cores = list(matrix.CORES)
    pythons = sorted({python for tested, _hosts in matrix.CORES.values() for python in tested}, key=matrix.minor)
    told = {
        "version": GALAXY["version"],
        "licence": GALAXY["license"][0],
        "ansible-core": f"{cores[0]} – {cores[-1]}",
        "python": f"{pythons[0]} – {pythons[-1]}",
        "sanity-ignores": "0",
    }
    return {f"badge-{label}.svg": badge(label.replace("sanity-", "sanity "), text) for label, text in told.items()}


def texts(folder: Path, pattern: str) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob(pattern)}


def check() -> None:
    plugin_pages(SITE / "plugins")
    kept = {**texts(PLUGIN_PAGES, "*.rst"), **texts(IMAGES, "badge-*.svg")}
    fresh = {**texts(SITE / "plugins", "*.rst"), **badges()}
    stale = sorted(name for name in kept.keys() | fresh.keys() if kept.get(name) != fresh.get(name))
    if stale:
        sys.exit(f"stale in docs/: {', '.join(stale)}; renew them with: make plugin-pages")
    print(f"pages: {len(fresh)} plugin pages and badges say what is")


def gather(source: Path) -> None:
    """Put the guides and the plugin pages, these in Sphinx's own form, into one folder."""
    for page in [*DOCS.glob("*.md"), *DOCS.glob("decisions/*.md")]:
        target = source / page.relative_to(DOCS)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(for_the_site(page), encoding="utf-8")
    shutil.copytree(IMAGES, source / "images")
    (source / "plugins").mkdir(mode=0o755)
    antsibull_docs("collection", source / "plugins", "--squash-hierarchy")


def for_the_site(page: Path) -> str:
    """The page with absolute links where they lead to files that the site does not have; an index with its contents."""

    def link(match: re.Match) -> str:
        target = (page.parent / match.group(1)).resolve()
        if target == PLUGIN_PAGES:
            return f"]({os.path.relpath(target / 'index.rst', page.parent)}"
        if target.is_relative_to(DOCS) and target.suffix in (".md", ".rst", ".svg"):
            return match.group()
        kind = "tree" if target.is_dir() else "blob"
        return f"]({GALAXY['repository']}/{kind}/main/{target.relative_to(ROOT)}"

    text = re.sub(r"\]\((?!https?://|#)([^)#]+)", link, page.read_text(encoding="utf-8"))
    return text + contents(text) if page.name == "index.md" else text


def contents(text: str) -> str:
    """Sphinx's tables of contents of an index page: the pages that it links to, in its order, under its headings."""
    blocks = []
    for section in re.split(r"^## ", text, flags=re.MULTILINE):
        links = re.findall(r"^- \[(.*?)\]\((?!https?://)([^)#]+)\.(?:md|rst)", section, re.MULTILINE)
        caption = f":caption: {section.splitlines()[0]}\n" if not section.startswith("# ") else ""
        if links:
            pages = "".join(f"{title} <{target}>\n" for title, target in links)
            blocks.append("```{toctree}\n:hidden:\n" + caption + "\n" + pages + "```\n")
    return "\n" + "\n".join(blocks)


def site() -> None:
    source = empty_folder(SITE / "source")
    gather(source)
    html = empty_folder(SITE / "html")
    run(BIN / "sphinx-build", "-q", "-W", "--keep-going", "-c", CONFIG, "-d", SITE / "doctrees", source, html)
    pages = sorted(html.rglob("*.html"))
    fetching = [
        f"{page.relative_to(html)}: {found}"
        for page in [*pages, html / "_static/site.css"]
        for found in FETCHES.findall(page.read_text(encoding="utf-8"))
    ]
    if fetching:
        sys.exit("\n".join(["pages that fetch something from elsewhere:", *fetching]))
    print(f"docs: {len(pages)} pages in {html.relative_to(ROOT)}; begin with {html.relative_to(ROOT)}/index.html")


def renew() -> None:
    plugin_pages(PLUGIN_PAGES)
    for path in IMAGES.glob("badge-*.svg"):
        path.unlink()
    for name, text in badges().items():
        (IMAGES / name).write_text(text, encoding="utf-8")
    print(f"pages: {len(list(PLUGIN_PAGES.glob('*.rst')))} plugin pages and {len(badges())} badges written")


if __name__ == "__main__":
    commands = {"check": check, "renew": renew, "site": site}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]]()
