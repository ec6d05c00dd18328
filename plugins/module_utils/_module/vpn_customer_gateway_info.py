# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module vpn_customer_gateway_info."""

from __future__ import annotations

from typing import Any

from .._bce.client import BceClient
from .._resources import fields
from .._resources.filters import as_filter, text_field
from .._resources.vpn_customer_gateway import IP, VpnCustomerGatewayApi
from .info import Found, Info

FIELDS = (
    as_filter(fields.CGW_ID),
    as_filter(text_field("name")),
    as_filter(IP),
    fields.VERSION,
)


def _fetch(client: BceClient, version: int, filters: dict[str, Any]) -> Found:
    items = _read(VpnCustomerGatewayApi(client, {"version": version}), filters.get("cgw_id", ()))
    return Found([item for item in items if all(item[name] in values for name, values in filters.items())])


def _read(api: VpnCustomerGatewayApi, ids: list[str]) -> list[dict[str, Any]]:
    """Read one customer gateway by its id; for several the list needs fewer requests: as many as it has pages."""
    if len(ids) == 1:
        item = api.get(ids[0])
        return [item.fields] if item else []
    return [item.fields for item in api.read_all().items]


MODULE = Info(FIELDS, "customer_gateways", _fetch)
ARGUMENTS, parse, run = MODULE.arguments(), MODULE.parse, MODULE.run
