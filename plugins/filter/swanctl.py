# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters swanctl and swanctl_connection: Ansible's door to plugin_utils/swanctl_conf.py."""

from __future__ import annotations

from ansible.errors import AnsibleFilterError

from ..module_utils._bce.errors import InvalidOptionsError
from ..plugin_utils import swanctl_conf
from ..plugin_utils._builtin_types import to_builtin_types


def swanctl(
    tunnel,
    gateway=None,
    secret_key=None,
    peer_id=None,
    local_id=None,
    peer_address=None,
    start_action="start",
    part="all",
    name=None,
):
    """The peer's swanctl.conf, see swanctl_conf.render(); an empty text counts as not given, as AWX leaves them.

    :raises AnsibleFilterError: with every mistake that was found.
    """
    optional = {
        "secret_key": secret_key,
        "peer_id": peer_id,
        "local_id": local_id,
        "peer_address": peer_address,
        "name": name,
    }
    # A key from a vault is no text before ansible-core 2.19, and is after plain().
    given = {option: to_builtin_types(value) for option, value in optional.items()}
    given = {option: None if value == "" else value for option, value in given.items()}
    words = {"start_action": to_builtin_types(start_action), "part": to_builtin_types(part)}
    return _or_error(
        "swanctl", swanctl_conf.render, to_builtin_types(tunnel), to_builtin_types(gateway), **words, **given
    )


def swanctl_connection(tunnel):
    """The name of the connection that swanctl() makes of a tunnel, which may also be given by its name.

    :raises AnsibleFilterError: if it is no name of a tunnel.
    """
    name = tunnel.get("vpn_conn_name") if isinstance(tunnel, dict) else tunnel
    return _or_error("swanctl_connection", swanctl_conf.connection_name, to_builtin_types(name))


def _or_error(filter_name, function, *arguments, **options):
    try:
        return function(*arguments, **options)
    except InvalidOptionsError as error:
        # Not chained: the values of the frames below hold the key.
        raise AnsibleFilterError("baiducloud.network.%s: %s" % (filter_name, "; ".join(error.problems))) from None


class FilterModule:
    """What Ansible asks a file of filters for."""

    def filters(self):
        return {"swanctl": swanctl, "swanctl_connection": swanctl_connection}
