# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter tunnel_report: Ansible's side of plugin_utils/_tunnel_report.py."""

from __future__ import annotations

from typing import Any, Callable, Dict, cast

from ansible.utils.unsafe_proxy import wrap_var

from ..plugin_utils import _tunnel_report
from ..plugin_utils._builtin_types import to_builtin_types


def tunnel_report(tunnels: Any, generated: Any, checked: Any = None) -> Dict[str, Any]:
    """Return the report of tunnels in all formats, see _tunnel_report.report_tunnels()."""
    report = _tunnel_report.report_tunnels(
        to_builtin_types(tunnels), to_builtin_types(checked), to_builtin_types(generated)
    )
    files = {name: {"name": file, "content": text} for name, (file, text) in report.files.items()}
    result = {"summary": report.summary, "tunnels": report.tunnels, "files": files}
    # Up to ansible-core 2.18 a text of the cloud could be taken for a template otherwise.
    return cast(Dict[str, Any], wrap_var(result))


class FilterModule:
    """The filters of this file, by name."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"tunnel_report": tunnel_report}
