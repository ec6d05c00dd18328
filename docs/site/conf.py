# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx's configuration; `make docs` gathers the pages and builds the site without a network."""

from __future__ import annotations

import re
from pathlib import Path

import jieba
import yaml
from sphinx.search.zh import SearchChinese

GALAXY = yaml.safe_load((Path(__file__).resolve().parents[2] / "galaxy.yml").read_text(encoding="utf-8"))

project = f"{GALAXY['namespace']}.{GALAXY['name']}"
author = GALAXY["authors"][0]
copyright = f"2026, {author}"
version = release = GALAXY["version"]
html_title = f"{project} {release}"

extensions = ["myst_parser", "sphinx_antsibull_ext"]
default_role = "any"
highlight_language = "YAML+Jinja"
# Labels of Ansible's own documentation, which is not here.
suppress_warnings = ["ref.ref"]

myst_heading_anchors = 3
myst_links_external_new_tab = False

html_theme = "furo"
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "github-dark"
antsibull_ext_color_scheme = "none"  # site.css has the theme's colors, which follow its switch between light and dark
PLUGINS = "Modules, filters, roles and the inventory"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_favicon = html_logo = "mark.svg"
html_show_sphinx = False
html_copy_source = False
html_use_index = False

html_search_language = "mixed"
html_search_options = {"dict": str(Path(__file__).with_name("search_words.txt"))}
jieba.setLogLevel("WARNING")


class MixedSearch(SearchChinese):
    """A search of English and Chinese words; SearchChinese names a stemmer that its pages do not load."""

    lang = "mixed"
    language_name = "English"


def setup(app):
    """Register the search, and adapt pages to the theme."""
    app.add_search_language(MixedSearch)
    app.connect("source-read", adapt_plugin_page)
    app.connect("html-page-context", name_language)


def name_language(_app, page, _template, context, _tree):
    """Name the language of the pages in Chinese, so that browsers choose their fonts by it."""
    if page.startswith("zh-CN/"):
        context["language"] = "zh-CN"


def adapt_plugin_page(_app, page, source):
    """Remove the page's own table of contents, and give the index its title and short names for the menu."""
    if page.startswith("plugins/"):
        source[0] = re.sub(r"^\.\. contents::\n(?:   .*\n)+", "", source[0], flags=re.MULTILINE)
    if page == "plugins/index":
        old = project.title()
        text = source[0].replace(f"{old}\n{'=' * len(old)}", f"{PLUGINS}\n{'=' * len(PLUGINS)}", 1)
        source[0] = re.sub(r"^    ((\w+)_([a-z]+))$", r"    \2 \3 <\1>", text, flags=re.MULTILINE)
