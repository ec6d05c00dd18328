# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the result of every task, as callbacks receive it, as one JSON line to the file TASK_RESULTS."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: task_results
type: notification
short_description: Results as JSON lines
description: Write the result of every task as one JSON line to the file named by E(TASK_RESULTS).
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "task_results"

    def v2_runner_on_ok(self, result):
        self._write(result, failed=False)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._write(result, failed=True)

    def v2_runner_on_skipped(self, result):
        self._write(result, failed=False)

    def _write(self, result, failed):
        # Callbacks of ansible-core 2.17 have the task as an attribute with an underscore, later ones as a property.
        task = getattr(result, "task", None) or result._task
        values = dict(getattr(result, "result", None) or result._result, failed=failed)
        line = json.dumps({"task": task.get_name(), "result": values}, default=str)
        with open(os.environ["TASK_RESULTS"], "a", encoding="utf-8") as stream:
            stream.write(line + "\n")
