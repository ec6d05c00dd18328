# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters of the playbook diagnose_tunnel: Ansible's side of plugin_utils/_diagnosis."""

from __future__ import annotations

from typing import Any, Callable, Dict, Sequence, cast

from ansible.utils.unsafe_proxy import wrap_var

from ..plugin_utils._builtin_types import to_builtin_types
from ..plugin_utils._diagnosis import diagnosis


def tunnel_diagnosis(cloud: Any, peer: Any = None, options: Any = None) -> Dict[str, Any]:
    """Return what is wrong with a tunnel, see diagnosis.diagnose()."""
    found = diagnosis.diagnose(to_builtin_types(cloud), to_builtin_types(peer), to_builtin_types(options))
    # Up to ansible-core 2.18 a text of the cloud or of a log could be taken for a template otherwise.
    return cast(Dict[str, Any], wrap_var(found._asdict()))


def tunnel_probe_hosts(tunnel: Any) -> Sequence[str]:
    """Return addresses in the networks of a tunnel, see diagnosis.host_pairs()."""
    return diagnosis.host_pairs(to_builtin_types(tunnel))


class FilterModule:
    """The filters of this file, by name."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"tunnel_diagnosis": tunnel_diagnosis, "tunnel_probe_hosts": tunnel_probe_hosts}
