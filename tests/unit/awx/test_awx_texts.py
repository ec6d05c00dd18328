# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/vars/awx/texts_zh.yml translates all texts of the job templates, and docs/zh-CN/ shows them."""

from __future__ import annotations

import re

from awx.job import data
from awx.page import rows_under
from playbook_runner import ROOT
from translations import read_page

TEMPLATES = data("job_templates")
CHINESE = {item["en"]: item["zh"] for item in data("texts_zh")}
PAGE = ROOT / "docs/zh-CN/awx.md"
PAGES = [PAGE, *(ROOT / f"docs/zh-CN/{name}.md" for name in ("awx-reference", "reconcile"))]


def texts_of(template):
    """Return the texts of a job template that users read, except its name."""
    survey = template.get("survey", ())
    return [
        template["description"],
        *(question[key] for question in survey for key in ("question_name", "question_description")),
    ]


def test_texts_are_those_of_the_job_templates():
    assert len(CHINESE) == len(data("texts_zh"))
    assert set(CHINESE) == {text for template in TEMPLATES for text in texts_of(template)}


def test_translations_keep_values_ids_and_numbers():
    for english, chinese in CHINESE.items():
        assert re.search("[\u4e00-\u9fff]", chinese), english
        words = set(re.findall(r"[\w./-]*[\d_][\w./-]*\w|\byes\b|\bno(?=[ .])|!\S+", english))
        # "no" is a choice only next to "yes" or after "With".
        if not re.search(r"\byes\b|With no", english):
            words.discard("no")
        assert [word for word in words if word not in chinese] == [], english


def test_chinese_page_shows_every_job_template():
    shown = [[item["name"], f"`{item['playbook']}`", CHINESE[item["description"]]] for item in TEMPLATES]
    assert rows_under("## 作业模板", PAGE) == shown


def test_chinese_pages_name_questions_of_the_survey():
    questions = {CHINESE[question["question_name"]] for question in TEMPLATES[0]["survey"]}
    shown = [row[0] for row in rows_under("## 3. 启动", PAGE)]
    assert shown and set(shown) <= questions
    # The pages show names that AWX has or shows in italics.
    text = "\n".join(read_page(page.read_text(encoding="utf-8")).prose for page in PAGES)
    prose = re.sub("`[^`]*`", "", text.replace("**", ""))
    names = {name for name in re.findall(r"\*([^*]+)\*", prose) if re.search("[\u4e00-\u9fff]", name)}
    of_awx = {"模板", "检查", "作业分片", "管理", "凭证类型", "添加"}
    assert names - set(CHINESE.values()) == of_awx
