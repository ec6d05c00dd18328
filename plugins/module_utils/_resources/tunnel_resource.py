# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tunnels of one VPN gateway as a ResourceType and its ResourceApi."""

from __future__ import annotations

from .._bce.errors import BceError, NotFoundError
from . import tunnel
from .base import ABSENT, OK, UNKNOWN, Entry, Listed, ResourceApi, ResourceType, WriteResult
from .gateway_api import GatewayApi
from .tunnel import DesiredTunnel, Tunnel, is_gone, is_leaving
from .tunnel_api import TunnelApi


class TunnelType(ResourceType):
    """What a VPN tunnel is to the reconciler."""

    label, name_option, id_option = "tunnel", "vpn_conn_name", "vpn_conn_id"

    def keys(self, desired: DesiredTunnel) -> tuple:
        """See ResourceType.keys()."""
        return desired.vpn_conn_name, desired.vpn_conn_id, desired.state == "absent", desired.client_token

    def plan(self, desired: DesiredTunnel, item: Tunnel | None) -> tunnel.Plan:
        """See ResourceType.plan()."""
        return tunnel.plan(desired, item)

    def is_equal(self, desired: DesiredTunnel, item: Tunnel) -> bool:
        """See ResourceType.is_equal()."""
        return tunnel.is_equal(desired, item)

    def not_compared(self, desired: DesiredTunnel, item: Tunnel) -> list:
        """See ResourceType.not_compared()."""
        return tunnel.not_compared(desired, item)

    def is_same_connection(self, desired: DesiredTunnel, item: Tunnel) -> bool:
        """See ResourceType.is_same_connection()."""
        return tunnel.is_same_connection(desired, item)

    def is_applied(self, desired: DesiredTunnel, item: Tunnel) -> bool:
        """See ResourceType.is_applied()."""
        return tunnel.is_applied(desired, item)

    def signature(self, item: Tunnel) -> tuple:
        """See ResourceType.signature()."""
        return tunnel.signature(item)


class TunnelScope(ResourceApi):
    """The operations on the tunnels of one VPN gateway."""

    type = TunnelType()

    def __init__(self, api: TunnelApi, gateways: GatewayApi, vpn_id: str) -> None:
        self._api = api
        self._gateways = gateways
        self.vpn_id = vpn_id
        self.scope = "gateway %s" % vpn_id

    def token_names(self, name: str) -> tuple:
        """See ResourceApi.token_names()."""
        return ("vpn_tunnel", self.vpn_id, name)

    def list(self, deadline: float | None = None) -> Listed:
        """See ResourceApi.list()."""
        listing = self._api.list_tunnels(self.vpn_id, deadline)
        entries = [_entry(item) for item in listing.tunnels if not is_gone(item.fields["status"])]
        return Listed(entries, listing.request_id, listing.server_time, listing.secrets)

    def confirmed_ids(self) -> set:
        """See ResourceApi.confirmed_ids()."""
        detail = self._gateways.gateway(self.vpn_id)
        entries = detail.tunnel_entries() if detail is not None else None
        return {entry.get("vpnConnId") for entry in entries or ()}

    def create(self, target: Tunnel, token: str) -> tuple:
        """See ResourceApi.create()."""
        return self._api.create_tunnel(target, token)

    def update(self, plan: tunnel.Plan, token: str) -> str:
        """See ResourceApi.update()."""
        return self._api.update_tunnel(plan.tunnel, token)

    def delete(self, object_id: str, token: str, deadline: float) -> str:
        """See ResourceApi.delete()."""
        return self._api.delete_tunnel(object_id, token, deadline)

    def probe(self, target: Tunnel, object_id: str, token: str) -> WriteResult:
        """Update the id with the desired parameters, which changes nothing if the tunnel is ours.

        Only an error of absence means that it does not exist; any other error leaves that open.
        """
        try:
            self._api.update_tunnel(Tunnel(dict(target.fields, vpn_conn_id=object_id), target.secret_key), token)
        except NotFoundError as error:
            return WriteResult(ABSENT, error=error)
        except BceError as error:
            return WriteResult(UNKNOWN, error=error)
        return WriteResult(OK)

    def surplus(self, object_id: str) -> DesiredTunnel:
        """See ResourceApi.surplus()."""
        return tunnel.parse_desired({"state": "absent", "vpn_id": self.vpn_id, "vpn_conn_id": object_id})[0]


def _entry(item: Tunnel) -> Entry:
    fields = item.fields
    # The id decides where the time is the same, because every run must sort alike.
    age = (fields["created_time"] or "~", fields["vpn_conn_id"] or "")
    return Entry(
        fields["vpn_conn_id"],
        fields["vpn_conn_name"],
        is_leaving(fields["status"]),
        item.gateway_confirmed,
        age,
        item,
    )
