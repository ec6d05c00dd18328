# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module in a process of its own."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils import basic

from ansible_collections.baiducloud.network.plugins.module_utils._module import runner, vpn_tunnel_info


def test_module_without_requests_fails_with_a_code(monkeypatch, capsys):
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": {"vpn_id": "vpn-119bd69b"}}).encode()
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", arguments)
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)  # since ansible-core 2.19
    monkeypatch.setattr(runner, "REQUESTS_IMPORT_ERROR", "Traceback: No module named 'requests'")
    with pytest.raises(SystemExit):
        runner.run_module(vpn_tunnel_info)
    result = json.loads(capsys.readouterr().out)
    assert result["failed"] and result["error"]["code"] == "RequestsMissing"
    assert result["msg"] == "%s [RequestsMissing]" % result["error"]["message"] and "(requests)" in result["msg"]
