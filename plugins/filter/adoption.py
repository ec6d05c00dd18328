# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters of the playbook adopt_tunnels: Ansible's side of plugin_utils/_adoption.py."""

from __future__ import annotations

from typing import Any, Callable, Dict, cast

from ansible.utils.unsafe_proxy import wrap_var

from ..plugin_utils import _adoption
from ..plugin_utils._builtin_types import to_builtin_types


def _unsafe(result: Dict[str, Any]) -> Dict[str, Any]:
    """Return a result whose texts no ansible-core takes for templates, because texts of the cloud are among them."""
    return cast(Dict[str, Any], wrap_var(result))


def adopted_tunnels(tunnels: Any, keyed: Any = ()) -> Dict[str, Any]:
    """Return the list that brings no change to tunnels, see _adoption.adopt_tunnels()."""
    return _unsafe(_adoption.adopt_tunnels(to_builtin_types(tunnels), to_builtin_types(keyed))._asdict())


def terraform_tunnels(text: Any) -> Dict[str, Any]:
    """Return the tunnels of a state file, see _adoption.read_terraform_state()."""
    return _unsafe(_adoption.read_terraform_state(to_builtin_types(text))._asdict())


class FilterModule:
    """The filters of this file, by name."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"adopted_tunnels": adopted_tunnels, "terraform_tunnels": terraform_tunnels}
