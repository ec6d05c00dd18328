# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that every secret shown in a page or an example is in quotes; docs/guide.md explains why they are needed."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

from repository import ROOT, tracked_files

_NAME = r"\w*(?:secret_?key|secret_?access_?key|psk|(?:tunnel|shared)_?key|(?:security|session)_?token|password)"
# A value that runs on behind a blank is a sentence about the option, such as an error text. The ellipsis means any
# value in such texts.
_IN_YAML = re.compile(
    rf"""(?<![\w./-])["']?{_NAME}["']?:[ ]+
    (?!["'|>] | !(?:vault|unsafe)[ ]+["'|>] | …)
    (?:\#.* | [^\s`,}}]+(?=[ ]*(?:$|[`,}}]|[ ]\#)))""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
# With -e NAME=VALUE the value is split by Ansible's own rules, in quotes too.
_AS_EXTRA_VARIABLE = re.compile(rf"""(?:-e|--extra-vars)[ =]*["']?{_NAME}=(?!…)\S+""", re.IGNORECASE)
_VARIABLE = r"[A-Z_]*(?:SECRET_KEY|SECRET_ACCESS_KEY|SECURITY_TOKEN|SESSION_TOKEN|PASSWORD)"
_IN_SHELL = re.compile(rf"^(?=[# ]*(?:export |[A-Z_]+=))[^\n]*?\b({_VARIABLE}=(?!')\S+)", re.MULTILINE)


def unquoted_keys(text: str) -> list[str]:
    """Return every part of the text that shows a secret without the quotes that it needs."""
    found = [match.group().strip() for match in _IN_YAML.finditer(text)]
    found += [match.group() for match in _AS_EXTRA_VARIABLE.finditer(text)]
    return found + [match.group(1) for match in _IN_SHELL.finditer(text)]


def shown_text(path: Path) -> str:
    """Return the text that readers copy from: a whole page or YAML file, the string constants of a plugin."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    constants = [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]
    return "\n".join(value for value in constants if isinstance(value, str))


def pages() -> list[Path]:
    """Return all pages, playbooks and documented plugins; docs/plugins/ is generated from the plugins."""
    documented = [f"plugins/{folder}/*.py" for folder in ("doc_fragments", "filter", "inventory", "lookup", "modules")]
    names = tracked_files("*.md", "*.yml", "*.yaml", *documented)
    return [ROOT / name for name in sorted(names) if not name.startswith("tests/")]


def check() -> None:
    found = [f"{path.relative_to(ROOT)}: {part}" for path in pages() for part in unquoted_keys(shown_text(path))]
    if found:
        sys.exit("\n".join(['secrets without quotes; write tunnel_key: "YOUR-KEY"', *found]))


if __name__ == "__main__":
    check()
