# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what the route rules of a gateway are planned from: the gateway, its tunnels and its VPC."""

from __future__ import annotations

import time
from typing import Any, NamedTuple, Optional

from .._bce.client import BceClient
from .._bce.errors import ConflictError
from .._reconcile.state import STALE_LIST_TIMEOUT
from .._resources.base import Listed
from .._resources.vpc import VpcApi, is_long_id
from .._resources.vpn_gateway import VpnGatewayApi, find_vpc_of, is_ipsec, reject_other_vpc
from .._resources.vpn_tunnel import VpnTunnelApi

MESSAGES = {
    "routes_gateway_unknown": "vpn_id: the region has no VPN gateway %(vpn_id)s; check the id and the region",
    "routes_gateway_type": (
        "vpn_id: must be the id of an IPSec gateway, got %(vpn_id)s of the type %(type)s; its routes are not managed"
    ),
}
LIST_INTERVAL = 0.5  # seconds between two lists of tunnels


class Gateway(NamedTuple):
    """The gateway and its tunnels, as they were read once.

    :ivar values: its fields; None if it does not exist.
    :ivar listed: the list of its tunnels.
    :ivar tunnel_count: the number of tunnels in its detail; None if the detail does not show it.
    :ivar is_complete: False if the detail has a tunnel that the list does not show.
    """

    values: Optional[dict[str, Any]]
    listed: Listed = Listed([], None, None)
    tunnel_count: Optional[int] = None
    is_complete: bool = True


class GatewayReader:
    """The reads of one run.

    :ivar options: those of the task, of which vpn_id, vpc_id and version are read.
    """

    def __init__(self, client: BceClient, options: dict[str, Any], clock: Any = time) -> None:
        self.options = options
        self._client = client
        self._clock = clock

    def read(self, with_tunnels: bool) -> Gateway:
        """Read the gateway and its tunnels, again while the list lacks tunnels of the detail and may be stale.

        :param with_tunnels: False to leave the tunnels out. The gateway need not exist then, if the task names its VPC.
        :raises BceError: if it does not exist, or is not of the type IPSec.
        """
        began, gateway = self._clock.monotonic(), self._read_once(with_tunnels)
        while not gateway.is_complete and self._clock.monotonic() - began < STALE_LIST_TIMEOUT:
            self._clock.sleep(LIST_INTERVAL)
            gateway = self._read_once(with_tunnels)
        return gateway

    def _read_once(self, with_tunnels: bool) -> Gateway:
        vpn_id, scope = self.options["vpn_id"], {"version": self.options["version"]}
        detail = VpnGatewayApi(self._client, scope).detail(vpn_id, with_tunnels)
        if detail is None and (with_tunnels or "vpc_id" not in self.options):
            raise ConflictError(MESSAGES["routes_gateway_unknown"] % {"vpn_id": vpn_id}, "NotFound")
        if detail is None:
            return Gateway(None)
        if not is_ipsec(detail.fields):
            words = {"vpn_id": vpn_id, "type": detail.fields["type"]}
            raise ConflictError(MESSAGES["routes_gateway_type"] % words, "WrongGatewayType")
        if not with_tunnels:
            return Gateway(detail.fields)
        # The list is read after the detail, so it is stale if it lacks a tunnel of the detail.
        listed = VpnTunnelApi(self._client, dict(scope, vpn_id=vpn_id)).read_all()
        counts = [detail.fields["vpn_conn_num"], None if detail.tunnels is None else len(detail.tunnels)]
        tunnel_count = max((count for count in counts if count is not None), default=None)
        unlisted = {x.get("vpnConnId") for x in detail.tunnels or ()} - {entry.object_id for entry in listed.entries}
        is_complete = not unlisted and (tunnel_count or 0) <= len(listed.entries)
        return Gateway(detail.fields, listed, tunnel_count, is_complete)

    def read_vpc(self, gateway: Gateway) -> dict[str, Any]:
        """Return the VPC of the gateway, with its subnets.

        :raises BceError: if it is not known, or if the task names another VPC.
        """
        options, values = self.options, gateway.values or {}
        if "vpc_id" not in options:
            return find_vpc_of(self._client, options["version"], values)
        vpc_id, shown = options["vpc_id"], values.get("vpc_id")
        if shown and not is_long_id(shown):
            reject_other_vpc(options["vpn_id"], shown, vpc_id)
        return VpcApi(self._client, {"version": options["version"]}).existing(vpc_id)
