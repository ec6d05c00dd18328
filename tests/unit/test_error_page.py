# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/errors.md explains every error code and every error text that stands in the code."""

from __future__ import annotations

import ast
import re

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils import client
from playbook import ROOT

PAGE = " ".join((ROOT / "docs/errors.md").read_text(encoding="utf-8").replace("`", "").replace("\\|", "|").split())
FILES = sorted([*ROOT.glob("plugins/module_utils/*.py"), *ROOT.glob("plugins/plugin_utils/*.py")])
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-.\d]*[a-z]")
# Texts of four words and more that are not the cause of an error: what a request is to do, comments in what we write
# into files, progress, and parts of rules. Rules ("must be ...") say themselves what to do.
NO_ERROR = re.compile(
    r"(list|read|create|update|delete) |#|.*\bmust be |a number of too many digits|the pauses never end"
    r"|%d of %d tunnels done|another text \(not shown"
)


def strings(tree):
    """The string constants of a file that are no docstrings."""
    docstrings = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]


def error_texts():
    found = {text for path in FILES for text in strings(ast.parse(path.read_text(encoding="utf-8")))}
    return sorted(text for text in found if len(text.split()) >= 4 and not NO_ERROR.match(text.strip()))


def error_codes():
    """The codes given to errors of the Bce family, as their second argument."""
    calls = [
        node
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and re.fullmatch(r"Bce\w*Error", getattr(node.func, "id", ""))
    ]
    given = [call.args[1] for call in calls if len(call.args) > 1]
    return sorted({code.value for code in given if isinstance(code, ast.Constant)} | {"InvalidOption"})


@pytest.mark.parametrize("text", error_texts())
def test_the_page_has_every_error_text(text):
    words = max(PLACEHOLDER.split(text.replace("`", "")), key=len)
    assert " ".join(words.split()).strip(" .;:,()") in PAGE


def test_the_page_has_every_code_and_no_code_that_is_gone():
    codes, told = set(error_codes()), set(re.findall(r"\b(?:[A-Z][a-z]+){2,}\b", PAGE))
    assert codes <= told, sorted(codes - told)
    known = codes | set(client.ADVICE) | {"NotFound", "NotExist", "NoSuch"}
    assert told <= known, sorted(told - known)


def test_the_page_gives_the_advice_that_the_message_gives():
    for code, advice in client.ADVICE.items():
        assert re.search(rf"{code} \|[^|]*\| {re.escape(advice)} \|", PAGE), code
