# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""In-process execution of the module vpn_tunnels."""

from __future__ import annotations

from functools import partial
from typing import Any

from ansible.utils.display import Display

from ..module_utils._module import vpn_tunnels
from ..plugin_utils._in_process_action import InProcessAction


class ActionModule(InProcessAction):
    implementation = vpn_tunnels

    def run_kwargs(self) -> dict[str, Any]:
        """Show the progress of long runs, on stderr because some callbacks print JSON on stdout."""
        return {"progress": partial(Display().display, stderr=True)}
