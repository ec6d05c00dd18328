# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of texts: all of them are used, and there are none next to it."""

from __future__ import annotations

import ast
import re

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.messages import MESSAGES, text
from playbook_runner import ROOT

PACKAGE = ROOT / "plugins/module_utils/_bce"
# errors.py has the remedies, in one table with the codes; redaction.py has what replaces a value.
FILES = sorted(path for path in PACKAGE.glob("*.py") if path.name not in ("messages.py", "errors.py", "redaction.py"))


def constants_of(path):
    """Return the string constants of a file that are not docstrings."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    constants = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {node.value for node in constants if id(node) not in docstrings}


def test_messages_are_all_used_and_have_keys_in_snake_case():
    used = {constant for path in PACKAGE.glob("*.py") if path.name != "messages.py" for constant in constants_of(path)}
    assert set(MESSAGES) <= used, sorted(set(MESSAGES) - used)
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", key) for key in MESSAGES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_sentences_are_in_the_catalogue_only(path):
    sentences = {constant for constant in constants_of(path) if len(re.findall("[A-Za-z]{2,}", constant)) >= 4}
    assert {sentence for sentence in sentences if " " in sentence} == set()


def test_text_without_one_of_its_values_is_an_error():
    assert text("list_missing", name="vpnConns") == "has no vpnConns"
    with pytest.raises(KeyError):
        text("list_missing")
