# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter tunnel_audit: Ansible's side of plugin_utils/_tunnel_audit.py."""

from __future__ import annotations

from typing import Any, Callable, Dict, cast

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ..plugin_utils import _tunnel_audit
from ..plugin_utils._builtin_types import to_builtin_types
from ..plugin_utils._peer.description import validate_choice
from ..plugin_utils._peer.device_table import DEVICES


def tunnel_audit(tunnels: Any, device: Any = None, short_keys: Any = ()) -> Dict[str, Any]:
    """Return the weak values of tunnels, see _tunnel_audit.audit_tunnels().

    :raises AnsibleFilterError: if the device is unknown.
    """
    device = to_builtin_types(device) or None
    errors = validate_choice("device", device, tuple(DEVICES)) if device else []
    if errors:
        raise AnsibleFilterError("baiducloud.network.tunnel_audit: %s" % "; ".join(errors))
    audit = _tunnel_audit.audit_tunnels(to_builtin_types(tunnels), device, to_builtin_types(short_keys))
    findings = [finding._asdict() for finding in audit.findings]
    result = {"findings": findings, "lines": audit.lines, "summary": audit.summary}
    # Up to ansible-core 2.18 a text of the cloud could be taken for a template otherwise.
    return cast(Dict[str, Any], wrap_var(result))


class FilterModule:
    """The filters of this file, by name."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"tunnel_audit": tunnel_audit}
