# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client with scripted responses, for tests that need no HTTP."""

from __future__ import annotations

from ansible_collections.baiducloud.network.plugins.module_utils._bce.client import Response
from ansible_collections.baiducloud.network.plugins.module_utils._bce.redaction import Redactor


class Script:
    """Take the place of the client: return its responses one after the other, and keeps what was requested."""

    def __init__(self, *bodies):
        self._bodies = list(bodies)
        self.asked = []
        self.redactor = Redactor(())

    def request(self, method, path, query=None, body=None, operation="", resend_unknown=True, **_others):
        self.asked.append((method, path, dict(query or {}), body))
        self.resent = resend_unknown
        scripted = self._bodies.pop(0)
        if isinstance(scripted, Exception):
            raise scripted
        return Response(200, scripted or {}, "request-1", is_empty=scripted is None)
