# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse and run the parameters of a task in this process, without Ansible around the implementation."""

from __future__ import annotations

import re

from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import InvalidOptionsError


def run_params(implementation, params, check_mode=False, **run_kwargs):
    """Run a task and return its result, a dict. Assert that each of its warnings ends with a code.

    :param implementation: the file of a module in plugins/module_utils/_module/.
    :param params: in the types of the argument spec.
    :param run_kwargs: further keywords of its run(), such as clock.
    """
    try:
        request = implementation.parse(params)
    except InvalidOptionsError as error:
        return error.to_failed_result()
    result = implementation.run(request, check_mode, **run_kwargs)
    without_code = [text for text in result.get("warnings", ()) if not re.search(r" \[[A-Za-z][\w.-]*\]$", text)]
    assert not without_code, without_code
    return result
