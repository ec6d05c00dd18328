# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module vpn_tunnel_info."""

from __future__ import annotations

from typing import Any

from .._bce.client import BceClient
from .._bce.errors import BceError
from .._reconcile.concurrency import DEFAULT_CONCURRENCY
from .._resources import fields
from .._resources.base import Item
from .._resources.filters import as_filter, text_field
from .._resources.vpc import VPC_NAME
from .._resources.vpn_gateway import VpnGatewayApi, is_ipsec
from .._resources.vpn_tunnel import VPN_CONN_ID
from .bulk_read import list_tunnels, map_concurrently, tunnel_results
from .info import Found, Info

# Names and states of the cloud may be any text, so that no filter excludes one.
FILTER_FIELDS = (
    as_filter(text_field("vpn_conn_name", "name")),
    as_filter(VPN_CONN_ID),
    as_filter(text_field("status")),
    as_filter(text_field("health_status")),
)
SCOPE = (as_filter(fields.VPN_ID), fields.VPC_ID, VPC_NAME)
FIELDS = SCOPE + FILTER_FIELDS + (fields.VERSION,)

MESSAGES = {
    "gateway_missing": (
        "vpn_id: is needed, or vpc_id or vpc_name for all gateways of a VPC; the API lists tunnels by their gateway"
    ),
    "gateway_ambiguous": (
        "%(option)s: is not accepted next to %(other)s; give the gateways, or the VPC for all of its gateways"
    ),
}


def _validate(provided: dict[str, Any], params: dict[str, Any]) -> list[str]:
    named = [field.name for field in SCOPE if field.name in provided]
    if not named:
        return [MESSAGES["gateway_missing"]]
    return [MESSAGES["gateway_ambiguous"] % {"option": name, "other": named[0]} for name in named[1:2]]


def _fetch(client: BceClient, version: int, filters: dict[str, Any]) -> Found:
    vpn_ids = filters.get("vpn_id") or _gateways_of(client, version, filters["vpc_id"])
    lists = map_concurrently(lambda vpn_id: list_tunnels(client, version, vpn_id), vpn_ids, client.cancel)
    tunnels = [
        tunnel
        for listed in lists
        if not isinstance(listed, BceError)
        for tunnel in tunnel_results(listed, lambda item: _is_selected(item, filters))
    ]
    return Found(tunnels, [listed for listed in lists if isinstance(listed, BceError)], len(vpn_ids))


def _gateways_of(client: BceClient, version: int, vpc_id: str) -> list[str]:
    gateways = VpnGatewayApi(client, {"vpc_id": vpc_id, "version": version}).list_gateways()
    return [gateway["vpn_id"] for gateway in gateways if gateway["vpn_id"] and is_ipsec(gateway)]


def _is_selected(tunnel: Item, filters: dict[str, Any]) -> bool:
    """Compare names and ids exactly, but states in any case, because the API's spelling of them is not certain."""
    for name in ("vpn_conn_name", "vpn_conn_id"):
        if name in filters and tunnel.fields[name] not in filters[name]:
            return False
    for name in ("status", "health_status"):
        if name in filters and (tunnel.fields[name] or "").lower() not in map(str.lower, filters[name]):
            return False
    return True


MODULE = Info(
    FIELDS,
    "vpn_tunnels",
    _fetch,
    validate=_validate,
    resolve=VpnGatewayApi.resolve,
    label="VPN gateways",
    max_concurrent_requests=DEFAULT_CONCURRENCY,
)
ARGUMENTS, parse, run = MODULE.arguments(), MODULE.parse, MODULE.run
