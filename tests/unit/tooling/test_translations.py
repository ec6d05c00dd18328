# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of the Chinese pages finds every difference from their English sources."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import translations
from docs_runner import GUIDES
from playbook_runner import ROOT
from translations import BLOB

ENGLISH = """\
# Guide

English | [中文](zh-CN/guide.md)

## Install it (`pip`)

See [keys](keys.md#one-key), [AWX](awx.md#slices) and [above](#install-it-pip); use `state: absent` for
[code](https://example.com/a), [plugins](plugins/).

```yaml first.yml
# A comment.
secret_key: "YOUR-KEY"
```

| option | value |
|---|---|
| `a` | 1 |
"""
CHINESE = """\
# 指南

[English](../guide.md) | 中文

## 安装（`pip`）

请参阅[密钥](../keys.md#one-key)、[AWX](awx.md#作业分片) 和[上文](#安装pip)；`state: absent` 的[代码](https://example.com/a)、[插件](../plugins/)。

```yaml first.yml
# A comment.
secret_key: "YOUR-KEY"
```

| 选项 | 值 |
|---|---|
| `a` | 1 |
"""
PAGES = {
    "docs/guide.md": ENGLISH,
    "docs/awx.md": "# AWX\n\nEnglish | [中文](zh-CN/awx.md)\n\n## Slices\n",
    "docs/zh-CN/guide.md": CHINESE,
    "docs/zh-CN/awx.md": "# AWX\n\n[English](../awx.md) | 中文\n\n## 作业分片\n",
    "README.md": f"""\
# Network

English | [中文](README.zh-CN.md)

[Guide](docs/guide.md#install-it-pip), [AWX]({BLOB}docs/awx.md)
""",
    "README.zh-CN.md": f"""\
# 网络

[English](README.md) | 中文

[指南](docs/zh-CN/guide.md#安装pip)、[AWX]({BLOB}docs/zh-CN/awx.md)
""",
}


@pytest.fixture
def root(tmp_path):
    for name, text in PAGES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for page in translations.translations(tmp_path):
        translations.update(tmp_path, page)
    return tmp_path


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_translations_of_the_repository_are_up_to_date():
    assert translations.check(ROOT) == []


def test_check_accepts_translated_pages(root):
    assert [str(path) for path in translations.translations(root)] == [
        "README.zh-CN.md", "docs/zh-CN/awx.md", "docs/zh-CN/guide.md",
    ]  # fmt: skip
    assert translations.check(root) == []


@pytest.mark.parametrize(
    "page, old, new, problem",
    [
        ("docs/guide.md", "See", "Read", "docs/guide.md has changed since it was translated"),
        ("docs/zh-CN/guide.md", "<!-- source", "<!-- from", "the first line must be <!-- source: PAGE sha256:HASH -->"),
        ("docs/zh-CN/guide.md", "source: docs/guide.md", "source: docs/awx.md", "docs/awx.md is not its source"),
        ("docs/zh-CN/guide.md", "# A comment.", "# 注释", "code block 1 differs"),
        ("docs/zh-CN/guide.md", "```yaml first.yml", "```yaml", "code block 1 differs"),
        ("docs/zh-CN/guide.md", "| `a` | 1 |\n", "", "its tables have [2] lines instead of [3]"),
        ("docs/zh-CN/guide.md", "`state: absent`", "`state: 无`", "`state: absent` is missing"),
        ("docs/zh-CN/guide.md", "## 安装", "### 安装", "other levels"),
        ("docs/zh-CN/guide.md", "(#安装pip)", "(#install-it-pip)", "a link to #安装pip is missing"),
        ("docs/zh-CN/guide.md", "(awx.md#作业分片)", "(../awx.md#slices)", "a link to awx.md#作业分片 is missing"),
        ("docs/zh-CN/guide.md", "../keys.md", "keys.md", "the link to keys.md#one-key has no"),
        ("docs/zh-CN/guide.md", "[English](../guide.md) | 中文", "", "below the title of docs/zh-CN/guide.md"),
        ("README.zh-CN.md", "main/docs/zh-CN/awx.md", "main/docs/awx.md", f"to {BLOB}docs/zh-CN/awx.md is missing"),
        ("README.zh-CN.md", "(docs/zh-CN/guide.md#安装pip)", "(docs/guide.md)", "guide.md#安装pip is missing"),
        ("docs/zh-CN/guide.md", "请参阅", "请\n参阅", "a line break between 请 and 参"),
        ("docs/zh-CN/awx.md", "作业分片", "客户网关", "客户网关: the console's word is 用户网关"),
    ],
)  # fmt: skip
def test_check_finds_a_difference(root, page, old, new, problem):
    replace(root / page, old, new)
    assert problem in "\n".join(translations.check(root))


def test_check_requires_the_link_to_the_translation_in_the_english_page(root):
    replace(root / "docs/guide.md", "English | [中文](zh-CN/guide.md)", "[中文](zh-CN/guide.md)")
    translations.update(root, Path("docs/zh-CN/guide.md"))
    (problem,) = translations.check(root)
    assert "below the title of docs/guide.md must be the line: English | [中文](zh-CN/guide.md)" in problem


def test_list_names_the_commit_whose_text_was_translated(root):
    git = ["git", "-c", "user.name=docs", "-c", "user.email=docs@example.com"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "All"]):
        subprocess.run([*git, *command], cwd=root, check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout
    page = Path("docs/zh-CN/guide.md")
    assert translations.state(root, page) == "up to date"
    replace(root / "docs/guide.md", "See", "Read")
    assert translations.state(root, page) == f"stale: git diff {commit[:12]} -- docs/guide.md"
    replace(root / page, "sha256:", "sha256:0")
    assert translations.state(root, page) == "without a source"


def test_update_copies_the_code_and_the_hash(root):
    page = root / "docs/zh-CN/guide.md"
    replace(root / "docs/guide.md", "# A comment.", "# Another comment.")
    assert len(translations.check(root)) == 2
    translations.update(root, Path("docs/zh-CN/guide.md"))
    assert translations.check(root) == [] and "# Another comment." in page.read_text(encoding="utf-8")


def test_code_of_chinese_pages_is_run_from_the_english_pages_only():
    assert [page for page in GUIDES if "zh-CN" in str(page)] == []
