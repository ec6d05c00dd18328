# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the results of all tasks as one JSON document at the end, like ansible.posix.json."""

from __future__ import annotations

import json

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: json_output
type: stdout
short_description: Results as one JSON document
description: Print the results of all tasks as one JSON document at the end.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "json_output"

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self._results = []

    def v2_runner_on_ok(self, result):
        self._results.append(getattr(result, "result", None) or result._result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.v2_runner_on_ok(result)

    def v2_playbook_on_stats(self, stats):
        self._display.display(json.dumps(self._results, default=str))
