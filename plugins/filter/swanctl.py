# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters for strongSwan: Ansible's side of plugin_utils/_peer/swanctl.py."""

from __future__ import annotations

from typing import Any, Callable, Dict

from jinja2 import pass_context

from ..module_utils._bce.errors import InvalidOptionsError
from ..plugin_utils._builtin_types import to_builtin_types
from ..plugin_utils._peer import swanctl as renderer
from ..plugin_utils._peer.dictionary import is_peer_dictionary, to_arguments
from ..plugin_utils._peer_filters import call_for_files, call_with_tunnel, filter_error


@pass_context
def swanctl(context: Any, tunnel: Any, gateway: Any = None, secret_key: Any = None, **options: Any) -> str:
    """Return the peer's swanctl.conf, see render().

    :raises AnsibleFilterError: with every invalid value that was found.
    """
    if gateway is None and is_peer_dictionary(tunnel):
        # vpn_peer has made it: the same values, so the same text.
        arguments = {name: value for name, value in to_arguments(to_builtin_types(tunnel)).items() if value is not None}
        tunnel, gateway = arguments.pop("tunnel"), arguments.pop("gateway")
        options = {**arguments, **options}
        secret_key = options.pop("secret_key", secret_key)
    return call_with_tunnel(context, "swanctl", renderer.render, tunnel, gateway, secret_key, options)


@pass_context
def swanctl_files(
    context: Any, tunnel: Any, gateway: Any = None, secret_key: Any = None, is_plan: bool = False, **options: Any
) -> Dict[str, Any]:
    """Return the files of the peer's connection and what is in them, see SwanctlFiles.

    :param is_plan: whether objects that check mode would create are accepted outside of check mode too.
    :raises AnsibleFilterError: with every invalid value that was found.
    """
    files = renderer.render_files
    return call_for_files(is_plan, context, "swanctl_files", files, tunnel, gateway, secret_key, options)


def swanctl_connection(tunnel: Any) -> str:
    """Return the name of the connection that swanctl() makes of a tunnel, which may also be provided by its name.

    :raises AnsibleFilterError: if it is not a name of a tunnel.
    """
    name = tunnel.get("vpn_conn_name") if isinstance(tunnel, dict) else tunnel
    try:
        return renderer.connection_name(to_builtin_types(name))
    except InvalidOptionsError as error:
        raise filter_error("swanctl_connection", error.errors) from None


def swanctl_conflict(text: Any, tunnel: Any, gateway: Any = None) -> str:
    """Return why a connection's file must not be replaced, see find_conflict(); an empty text if it may be."""
    return renderer.find_conflict(to_builtin_types(text), to_builtin_types(tunnel), to_builtin_types(gateway))


class FilterModule:
    """The filters of this file, by name."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {
            "swanctl": swanctl,
            "swanctl_files": swanctl_files,
            "swanctl_connection": swanctl_connection,
            "swanctl_conflict": swanctl_conflict,
        }
