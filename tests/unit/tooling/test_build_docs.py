# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The build of the site rejects pages that are hard to read or load, and a search that finds no error codes."""

from __future__ import annotations

import json

import pytest

import build_docs
import errors_page

PAGE = """<html><head><title>T</title><meta name="viewport" content="width=device-width"></head>
<body><h1>T</h1><table><tr><th>a</th><td>b</td></tr></table></body></html>"""
CODES = [code["code"] for page in errors_page.source()["pages"] for code in errors_page.codes(page)]
INDEX = 'Search.setIndex({"alltitles":%s})'
LANGUAGE = "var EnglishStemmer=function(){};\nwindow.Stemmer = EnglishStemmer;"


@pytest.mark.parametrize(
    ("old", "new", "defect"),
    [
        ("<h1>T</h1>", "<h1>T</h1><h1>U</h1>", "has 2 headings of the first level"),
        ("<title>T</title>", "", "has 0 titles"),
        ('name="viewport"', "", "has no viewport for phones"),
        ("<h1>", '<nav class="contents local"></nav><h1>', "has a table of contents next to the theme's"),
        ("<td>b</td>", "<td>b</td>" * 5, "has a table of 6 columns"),
        ("<h1>", '<img src="https://example.com/x.png"><h1>', 'loads <img src="https://example.com/x.png"'),
    ],
)
def test_page_with_a_defect_is_rejected(old, new, defect):
    assert build_docs.page_defects(PAGE) == []
    assert build_docs.page_defects(PAGE.replace(old, new)) == [defect]


def test_search_without_an_error_code_is_rejected():
    titles = dict.fromkeys(CODES, 1)
    assert build_docs.search_defects(INDEX % json.dumps(titles), LANGUAGE) == []
    del titles["InvalidOption"]
    assert build_docs.search_defects(INDEX % json.dumps(titles), LANGUAGE) == [
        "searchindex.js: has no title InvalidOption"
    ]


def test_search_with_an_undefined_stemmer_is_rejected():
    """Sphinx's own search of Chinese words has this defect: its page finds nothing."""
    language = LANGUAGE.replace("= EnglishStemmer", "= ChineseStemmer")
    assert build_docs.search_defects(INDEX % json.dumps(dict.fromkeys(CODES, 1)), language) == [
        "language_data.js: ChineseStemmer is not defined"
    ]
