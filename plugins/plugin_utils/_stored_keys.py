# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the keys of existing tunnels from the API. No other code of the collection returns them."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple

from ..module_utils._bce.client import BceClient
from ..module_utils._bce.connection_options import ConnectionSettings
from ..module_utils._bce.errors import BceError
from ..module_utils._module.bulk_read import list_tunnels, map_concurrently
from ..module_utils._reconcile.concurrency import DEFAULT_CONCURRENCY
from ..module_utils._resources.fields import VERSION, VPN_ID
from ..module_utils._resources.filters import as_filter
from ..module_utils._resources.vpn_tunnel import VPN_CONN_ID
from ._adoption import path_of

FIELDS = (as_filter(VPN_ID), as_filter(VPN_CONN_ID), VERSION)


class StoredKeys(NamedTuple):
    """The keys by the paths of their tunnels, and the paths of the tunnels whose keys the API does not show."""

    keys: dict[str, str]
    hidden: list[str]


def fetch_keys(settings: ConnectionSettings, filters: Mapping[str, Any]) -> StoredKeys:
    """Return the keys of all tunnels of gateways.

    :param filters: the options of FIELDS in normal form.
    :raises BceError: if the tunnels of a gateway cannot be read.
    """
    client = BceClient(settings, max_concurrent_requests=DEFAULT_CONCURRENCY)
    lists = map_concurrently(
        lambda vpn_id: list_tunnels(client, filters["version"], vpn_id), filters.get("vpn_id", []), client.cancel, True
    )
    keys, hidden = {}, []
    for listed in lists:
        if isinstance(listed, BceError):
            raise listed
        for tunnel in listed.items:
            if tunnel.fields["vpn_conn_id"] in filters.get("vpn_conn_id", [tunnel.fields["vpn_conn_id"]]):
                if tunnel.secret_key is None:
                    hidden.append(path_of(tunnel.fields))
                else:
                    keys[path_of(tunnel.fields)] = tunnel.secret_key.reveal()
    return StoredKeys(keys, hidden)
