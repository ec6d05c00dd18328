# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""In-process execution of the module vpn_gateway."""

from __future__ import annotations

from ..module_utils._module import vpn_gateway
from ..plugin_utils._in_process_action import InProcessAction


class ActionModule(InProcessAction):
    implementation = vpn_gateway
