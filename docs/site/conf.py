# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx's configuration; `make docs` gathers the pages and builds the site without a network."""

from __future__ import annotations

from pathlib import Path

import yaml

GALAXY = yaml.safe_load((Path(__file__).resolve().parents[2] / "galaxy.yml").read_text(encoding="utf-8"))

project = f"{GALAXY['namespace']}.{GALAXY['name']}"
author = GALAXY["authors"][0]
copyright = f"2026, {author}"
version = release = GALAXY["version"]
title = html_short_title = html_title = f"{project} {release}"

extensions = ["myst_parser", "sphinx_antsibull_ext"]
default_role = "any"
highlight_language = "YAML+Jinja"
pygments_style = "ansible"
# Labels of Ansible's own documentation, which is not here.
suppress_warnings = ["ref.ref"]

myst_heading_anchors = 3
myst_links_external_new_tab = False

html_theme = "sphinx_ansible_theme"
PLUGINS = "Modules, filters, roles and the inventory"
LINKS = {
    "Repository": GALAXY["repository"],
    "Issues": GALAXY["issues"],
    "Changelog": f"{GALAXY['repository']}/blob/main/CHANGELOG.md",
}
html_theme_options = {"display_version": True, "topbar_links": LINKS}
templates_path = ["."]  # extrabody.html
html_static_path = ["site.css", "mark.svg"]
html_css_files = ["site.css"]
html_context = {"favicon": "mark.svg"}  # by html_favicon the theme finds it on the first page alone
html_show_sphinx = False
html_copy_source = False
html_use_index = False


def setup(app):
    """Replace the title of the plugins' index, which is the collection's name, by what the index contains."""

    def title(_app, page, source):
        if page == "plugins/index":
            old = project.title()
            source[0] = source[0].replace(f"{old}\n{'=' * len(old)}", f"{PLUGINS}\n{'=' * len(PLUGINS)}", 1)

    app.connect("source-read", title)
