# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters swanctl and swanctl_connection: Ansible's door to plugin_utils/swanctl_conf.py."""

from __future__ import annotations

from ansible.errors import AnsibleFilterError

from ..module_utils.errors import BceUsageError
from ..plugin_utils import swanctl_conf


def swanctl(
    tunnel,
    gateway,
    secret_key=None,
    peer_id=None,
    local_id=None,
    peer_address=None,
    start_action="start",
    part="all",
):
    """The peer's swanctl.conf, see swanctl_conf.render(); an empty text counts as not given, as AWX leaves them.

    :raises AnsibleFilterError: with every mistake that was found.
    """
    optional = {"secret_key": secret_key, "peer_id": peer_id, "local_id": local_id, "peer_address": peer_address}
    given = {name: None if value == "" else value for name, value in optional.items()}
    return _or_error("swanctl", swanctl_conf.render, tunnel, gateway, start_action=start_action, part=part, **given)


def swanctl_connection(tunnel):
    """The name of the connection that swanctl() makes of a tunnel, which may also be given by its name.

    :raises AnsibleFilterError: if it is no name of a tunnel.
    """
    name = tunnel.get("vpn_conn_name") if isinstance(tunnel, dict) else tunnel
    return _or_error("swanctl_connection", swanctl_conf.connection_name, name)


def _or_error(name, function, *arguments, **options):
    try:
        return function(*arguments, **options)
    except BceUsageError as error:
        # Not chained: the values of the frames below hold the key.
        raise AnsibleFilterError("baiducloud.network.%s: %s" % (name, "; ".join(error.problems))) from None


class FilterModule:
    """What Ansible asks a file of filters for."""

    def filters(self):
        return {"swanctl": swanctl, "swanctl_connection": swanctl_connection}
