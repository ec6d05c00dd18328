# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and classes of the plugins are small, or their docstring gives the reason; no code is written twice.

A reason is a sentence in the docstring of the file or class, such as "More than 300 lines of code because …",
"More than 150 lines because …" or "More than 10 attributes because …".
"""

from __future__ import annotations

import ast
import tokenize
from collections import defaultdict
from io import StringIO

import pytest

from playbook_runner import ROOT

MAX_FILE_LINES = 300  # of code: without docstrings, comments, blank lines and Ansible's documentation blocks
MAX_CLASS_LINES = 150
MAX_CLASS_ATTRIBUTES = 10
MAX_SHARED_LINES = 5
DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
FILES = {path.relative_to(ROOT / "plugins").as_posix(): path for path in sorted((ROOT / "plugins").rglob("*.py"))}
LAYOUT = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


def lines_of(node):
    return set(range(node.lineno, node.end_lineno + 1))


def is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def is_documentation(node):
    return isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) in DOCUMENTATION


def documentation_lines(tree):
    """Return the numbers of the lines of Ansible's documentation blocks, those of documentation fragments included."""
    nodes = list(ast.walk(tree))
    fragments = [node for node in nodes if isinstance(node, ast.ClassDef) and node.name == "ModuleDocFragment"]
    blocks = [node for node in nodes if is_documentation(node)]
    blocks += [node for fragment in fragments for node in fragment.body if isinstance(node, ast.Assign)]
    return {line for block in blocks for line in lines_of(block)}


def code_lines(source):
    """Return the numbers of the lines of code: those with a token that is not a comment, docstring or documentation."""
    tree = ast.parse(source)
    excluded = documentation_lines(tree)
    for node in ast.walk(tree):
        if is_docstring(node):
            excluded |= lines_of(node)
    lines = set()
    for token in tokenize.generate_tokens(StringIO(source).readline):
        if token.type not in LAYOUT:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return lines - excluded


def exceeds(node, count, limit, unit):
    """Return whether a count exceeds its limit and the docstring gives no reason for that."""
    docstring = " ".join((ast.get_docstring(node) or "").split())
    return count > limit and f"More than {limit} {unit} because" not in docstring


def attributes_of(class_node):
    """Return the names that methods of a class assign to ``self``, and the fields that its body declares."""
    names = {node.target.id for node in class_node.body if isinstance(node, ast.AnnAssign)}
    for node in ast.walk(class_node):
        is_assigned = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if is_assigned and getattr(node.value, "id", None) == "self":
            names.add(node.attr)
    return names


def size_violations(source):
    """Return what exceeds a limit without a reason, a list of texts."""
    tree = ast.parse(source)
    found = []
    count = len(code_lines(source))
    if exceeds(tree, count, MAX_FILE_LINES, "lines of code"):
        found.append(f"{count} lines of code")
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        length = len(lines_of(node) - documentation_lines(tree))
        if exceeds(node, length, MAX_CLASS_LINES, "lines"):
            found.append(f"class {node.name}: {length} lines")
        # A NamedTuple is a record without state.
        is_record = any(getattr(base, "id", None) == "NamedTuple" for base in node.bases)
        attributes = set() if is_record else attributes_of(node)
        if exceeds(node, len(attributes), MAX_CLASS_ATTRIBUTES, "attributes"):
            found.append(f"class {node.name}: attributes {', '.join(sorted(attributes))}")
    return found


def normalized_lines(source):
    """Return (number, text) of the lines of code that may not be shared: those without imports, stripped.

    Lines that hold only brackets or commas count, so that the layout of a call does not hide a copy.
    """
    imports = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imports |= lines_of(node)
    lines = source.splitlines()
    return [(number, lines[number - 1].strip()) for number in sorted(code_lines(source) - imports)]


def shared_blocks(sources):
    """Return the places of every block of more than MAX_SHARED_LINES lines that exists twice, longest blocks as one."""
    windows = defaultdict(list)
    size = MAX_SHARED_LINES + 1
    numbered = {name: normalized_lines(source) for name, source in sources.items()}
    for name, lines in numbered.items():
        for start in range(len(lines) - size + 1):
            windows[tuple(text for _number, text in lines[start : start + size])].append((name, start))
    pairs = {pair for places in windows.values() for pair in zip(places, places[1:])}
    firsts = [((a, m), (b, n)) for (a, m), (b, n) in pairs if ((a, m - 1), (b, n - 1)) not in pairs]
    return sorted(" = ".join(f"{name}:{numbered[name][start][0]}" for name, start in pair) for pair in firsts)


@pytest.mark.parametrize("name", FILES)
def test_file_and_classes_are_small_or_give_a_reason(name):
    assert size_violations(FILES[name].read_text(encoding="utf-8")) == []


def test_plugins_share_no_six_lines_of_code():
    sources = {name: path.read_text(encoding="utf-8") for name, path in FILES.items()}
    assert shared_blocks(sources) == []


LONG_FILE = "".join(f"value_{number} = {number}\n" for number in range(MAX_FILE_LINES + 1))
LONG_CLASS = "class Long:\n" + "".join(f"    value_{number} = {number}\n" for number in range(MAX_CLASS_LINES))
WIDE_CLASS = "class Wide:\n    def __init__(self):\n" + "".join(f"        self.a{number} = 1\n" for number in range(11))


@pytest.mark.parametrize("source", [LONG_FILE, LONG_CLASS, WIDE_CLASS])
def test_size_check_finds_what_exceeds_a_limit(source):
    assert len(size_violations(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        '"""Data.\n\nMore than 300 lines of code because it is one table.\n"""\n' + LONG_FILE,
        LONG_CLASS.replace(":\n", ':\n    """Data. More than 150 lines\n    because it is one table."""\n', 1),
        WIDE_CLASS.replace(":\n", ':\n    """State. More than 10 attributes because it is one record."""\n', 1),
        LONG_FILE.replace("value_7 = 7\n", "# a comment\n\n"),
        "DOCUMENTATION = r'''\n" + "text\n" * 400 + "'''\n",
    ],
)
def test_size_check_accepts_reasons_comments_and_documentation(source):
    assert size_violations(source) == []


def test_size_check_rejects_the_reason_of_another_limit():
    assert size_violations(WIDE_CLASS.replace(":\n", ':\n    """More than 150 lines because of state."""\n', 1))


def test_copy_check_finds_six_equal_lines_and_ignores_imports_and_comments():
    block = "".join(f"call_{number}()\n" for number in range(6))
    indented = "def function():\n" + "".join(f"    call_{number}()  \n\n    # comment\n" for number in range(6))
    assert shared_blocks({"a.py": block, "b.py": indented}) == ["a.py:1 = b.py:2"]
    assert shared_blocks({"a.py": block, "b.py": indented.replace("call_3", "other")}) == []
    imports = "".join(f"from . import name_{number}\n" for number in range(8))
    assert shared_blocks({"a.py": imports, "b.py": imports}) == []
