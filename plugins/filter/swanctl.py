# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters for strongSwan: Ansible's side of plugin_utils/_peer/swanctl.py."""

from __future__ import annotations

from typing import Any, Callable, Dict

from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean
from jinja2 import pass_context

from ..module_utils._bce.errors import InvalidOptionsError
from ..plugin_utils._builtin_types import to_builtin_types
from ..plugin_utils._peer import swanctl as renderer

REQUIRED_WORDS = ("start_action", "part")  # options of which an empty text is an error


@pass_context
def swanctl(context: Any, tunnel: Any, gateway: Any = None, secret_key: Any = None, **options: Any) -> str:
    """Return the peer's swanctl.conf, see render().

    :raises AnsibleFilterError: with every invalid value that was found.
    """
    return _run(context, "swanctl", renderer.render, tunnel, gateway, secret_key, options)


@pass_context
def swanctl_files(
    context: Any, tunnel: Any, gateway: Any = None, secret_key: Any = None, is_plan: bool = False, **options: Any
) -> Dict[str, Any]:
    """Return the files of the peer's connection and what is in them, see SwanctlFiles.

    :param is_plan: whether objects that check mode would create are accepted outside of check mode too.
    :raises AnsibleFilterError: with every invalid value that was found.
    """
    if is_plan:
        context = {"ansible_check_mode": True}
    return _run(context, "swanctl_files", renderer.render_files, tunnel, gateway, secret_key, options)._asdict()


def swanctl_connection(tunnel: Any) -> str:
    """Return the name of the connection that swanctl() makes of a tunnel, which may also be provided by its name.

    :raises AnsibleFilterError: if it is not a name of a tunnel.
    """
    name = tunnel.get("vpn_conn_name") if isinstance(tunnel, dict) else tunnel
    try:
        return renderer.connection_name(to_builtin_types(name))
    except InvalidOptionsError as error:
        raise _filter_error("swanctl_connection", error) from None


def swanctl_conflict(text: Any, tunnel: Any, gateway: Any = None) -> str:
    """Return why a connection's file must not be replaced, see find_conflict(); an empty text if it may be."""
    return renderer.find_conflict(to_builtin_types(text), to_builtin_types(tunnel), to_builtin_types(gateway))


def _run(
    context: Any,
    filter_name: str,
    func: Callable[..., Any],
    tunnel: Any,
    gateway: Any,
    secret_key: Any,
    options: Dict[str, Any],
) -> Any:
    """Call a renderer; an empty text counts as unset, because AWX leaves unset values empty.

    :param context: of the template, which has the variable ansible_check_mode.
    :raises AnsibleFilterError: with every invalid value that was found.
    """
    # A key from a vault is not a text before ansible-core 2.19, and is one after to_builtin_types().
    provided = {name: to_builtin_types(value) for name, value in dict(options, secret_key=secret_key).items()}
    provided = {name: value for name, value in provided.items() if value != "" or name in REQUIRED_WORDS}
    tunnel, gateway = to_builtin_types(tunnel), to_builtin_types(gateway)
    try:
        if not boolean(context.get("ansible_check_mode", False)):
            renderer.reject_check_mode_id(tunnel, gateway)
        return func(tunnel, gateway, **provided)
    except InvalidOptionsError as error:
        # Not chained, because the values of the frames below hold the key.
        raise _filter_error(filter_name, error) from None


def _filter_error(filter_name: str, error: InvalidOptionsError) -> AnsibleFilterError:
    return AnsibleFilterError("baiducloud.network.%s: %s" % (filter_name, "; ".join(error.errors)))


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
