# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate documentation: python tests/checks/build_docs.py check|update|site

check   list plugin pages in docs/plugins/ and badges that differ from the collection's metadata
update  write them
site    build the documentation site in .cache/site/html, without a network and without a warning
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path

import errors_page
import run_matrix
from commands import BIN, isolated_home, run_command
from repository import CACHE, COLLECTION, GALAXY, ROOT

DOCS = ROOT / "docs"
PLUGIN_PAGES = DOCS / "plugins"
IMAGES = DOCS / "images"
CONFIG = DOCS / "site"
SITE = CACHE / "site"
MAX_COLUMNS = 5  # of a table; more do not fit a laptop
# Pages that load resources from other hosts do not work offline, and disclose the reader to these hosts.
EXTERNAL_RESOURCE = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc="(?:https?:)?//[^"]*"
    |<link\b[^>]*\bhref="(?:https?:)?//[^"]*\.(?:css|js|ico)[^"]*"
    |@import|url\(["']?(?:https?:)?//""",
    re.VERBOSE,
)


def run(*command: str | Path) -> None:
    # antsibull-docs writes a log to its home directory.
    run_command(*command, HOME=isolated_home())


def create_empty_dir(path: Path) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    path.chmod(0o755)  # antsibull-docs rejects a directory that others may write to
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


def write_plugin_pages(target: Path) -> None:
    """Write the plugin pages for readers of the repository: RST that needs no Sphinx."""
    antsibull_docs("collection-plugins", create_empty_dir(target), "--output-format", "simplified-rst")


def badge(label: str, message: str) -> str:
    """Return a badge as an SVG: a label and a message next to each other."""
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
    """Return file name -> badge, generated from values that tests and checks verify."""
    cores = list(run_matrix.CORES)
    pythons = sorted(
        {python for tested, _hosts in run_matrix.CORES.values() for python in tested}, key=run_matrix.minor_version
    )
    values = {
        "version": GALAXY["version"],
        "licence": GALAXY["license"][0],
        "ansible-core": f"{cores[0]} – {cores[-1]}",
        "python": f"{pythons[0]} – {pythons[-1]}",
        "sanity-ignores": "0",
    }
    return {f"badge-{label}.svg": badge(label.replace("sanity-", "sanity "), text) for label, text in values.items()}


def texts(folder: Path, pattern: str) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob(pattern)}


def check() -> None:
    write_plugin_pages(SITE / "plugins")
    kept = {**texts(PLUGIN_PAGES, "*.rst"), **texts(IMAGES, "badge-*.svg")}
    fresh = {**texts(SITE / "plugins", "*.rst"), **badges()}
    stale = sorted(name for name in kept.keys() | fresh.keys() if kept.get(name) != fresh.get(name))
    if stale:
        sys.exit(f"stale in docs/: {', '.join(stale)}; update them with: make update-plugin-docs")
    print(f"pages: {len(fresh)} plugin pages and badges are up to date")


def collect_sources(source: Path) -> None:
    """Copy the pages of docs/ and its folders, and generate the plugin pages for Sphinx, into one directory."""
    for page in sorted(DOCS.rglob("*.md")):
        target = source / page.relative_to(DOCS)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(rewrite_links(page), encoding="utf-8")
    shutil.copytree(IMAGES, source / "images")
    (source / "plugins").mkdir(mode=0o755)
    antsibull_docs("collection", source / "plugins", "--squash-hierarchy")


def rewrite_links(page: Path) -> str:
    """Return the page with absolute links to files outside of the site, and with a toctree if it is an index."""

    def link(match: re.Match) -> str:
        target = (page.parent / match.group(1)).resolve()
        if target == PLUGIN_PAGES:
            return f"]({os.path.relpath(target / 'index.rst', page.parent)}"
        if target.is_relative_to(DOCS) and target.suffix in (".md", ".rst", ".svg"):
            return match.group()
        kind = "tree" if target.is_dir() else "blob"
        return f"]({GALAXY['repository']}/{kind}/main/{target.relative_to(ROOT)}"

    text = re.sub(r"\]\((?!https?://|#)([^)#]+)", link, page.read_text(encoding="utf-8"))
    return text + toctree(text) if page.name == "index.md" else text


def toctree(text: str) -> str:
    """Return Sphinx's toctrees for an index page: the pages that it links to, in order, by heading."""
    blocks = []
    for section in re.split(r"^## ", text, flags=re.MULTILINE):
        links = re.findall(r"^- \[(.*?)\]\((?!https?://)([^)#]+)\.(?:md|rst)", section, re.MULTILINE)
        caption = f":caption: {section.splitlines()[0]}\n" if not section.startswith("# ") else ""
        if links:
            pages = "".join(f"{title} <{target}>\n" for title, target in links)
            blocks.append("```{toctree}\n:hidden:\n" + caption + "\n" + pages + "```\n")
    return "\n" + "\n".join(blocks)


def page_defects(text: str) -> list[str]:
    """Return what makes a built page hard to read or to load, as far as its HTML shows it."""
    head = text.partition("</head>")[0]
    tables = re.findall(r"<table\b.*?</table>", text, re.DOTALL)
    rows = [row for table in tables for row in re.findall(r"<tr\b.*?</tr>", table, re.DOTALL)]
    columns = max((len(re.findall(r"<t[hd]\b", row)) for row in rows), default=0)
    defects = {
        f"has {text.count('<h1')} headings of the first level": text.count("<h1") != 1,
        f"has {head.count('<title>')} titles": head.count("<title>") != 1,
        "has no viewport for phones": 'name="viewport"' not in head,
        "has a table of contents next to the theme's": 'class="contents' in text,
        f"has a table of {columns} columns": columns > MAX_COLUMNS,
    }
    fetched = [f"loads {found}" for found in EXTERNAL_RESOURCE.findall(text)]
    return [defect for defect, is_found in defects.items() if is_found] + fetched


def search_defects(index: str, language: str) -> list[str]:
    """Return what the site's search would not find, or why it would not start.

    :param index: searchindex.js.
    :param language: _static/language_data.js.
    """
    titles = json.loads(index[index.index("(") + 1 : index.rindex(")")])["alltitles"]
    codes = [code["code"] for page in errors_page.source()["pages"] for code in errors_page.codes(page)]
    defects = [f"searchindex.js: has no title {code}" for code in codes if code not in titles]
    stemmers = re.findall(r"window\.Stemmer = (\w+)", language)
    undefined = [name for name in stemmers if not re.search(rf"\bvar {name}\b", language)]
    return defects + [f"language_data.js: {name} is not defined" for name in undefined]


def site() -> None:
    source = create_empty_dir(SITE / "source")
    collect_sources(source)
    html = create_empty_dir(SITE / "html")
    run(BIN / "sphinx-build", "-q", "-W", "--keep-going", "-c", CONFIG, "-d", SITE / "doctrees", source, html)
    pages = sorted(path for path in html.rglob("*.html") if path.name != "search.html")
    scripts = ("searchindex.js", "_static/language_data.js")
    defects = search_defects(*((html / name).read_text(encoding="utf-8") for name in scripts))
    for page in [*pages, html / "_static/site.css"]:
        text = page.read_text(encoding="utf-8")
        found = page_defects(text) if page in pages else EXTERNAL_RESOURCE.findall(text)
        defects += [f"{page.relative_to(html)}: {defect}" for defect in found]
    if defects:
        sys.exit("\n".join(["defects of the site:", *defects]))
    print(f"docs: {len(pages)} pages in {html.relative_to(ROOT)}; start with {html.relative_to(ROOT)}/index.html")


def update() -> None:
    write_plugin_pages(PLUGIN_PAGES)
    for path in IMAGES.glob("badge-*.svg"):
        path.unlink()
    for name, text in badges().items():
        (IMAGES / name).write_text(text, encoding="utf-8")
    print(f"pages: {len(list(PLUGIN_PAGES.glob('*.rst')))} plugin pages and {len(badges())} badges written")


if __name__ == "__main__":
    commands = {"check": check, "update": update, "site": site}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]]()
