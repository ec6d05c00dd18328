# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VPN gateways of a VPC, read only.

Contract: the API pages "Query VPN gateways" and "VPN gateway detail".
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, NamedTuple

from .._bce.response_parsing import parse_str
from .api import PAGE_SIZE, RestReader
from .base import Item
from .fields import VPC_ID, VPN_ID
from .resource import Resource
from .vpn_tunnel import GatewayDetail, tunnels_in_detail


def parse_text(value: Any) -> str | None:
    """Return a text, of which an empty one has a meaning too: there is none, while None is unknown."""
    return (parse_str(value) or "") if isinstance(value, str) else None


def parse_number(value: Any) -> int | None:
    """Return a number: the API returns 200 or "200"."""
    if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def parse_tags(value: Any) -> Dict[str, str | None] | None:
    """Return tags as a dict; None where the API does not show them, as its lists do not."""
    if not isinstance(value, list):
        return None
    pairs = [(parse_str(tag.get("tagKey")), parse_text(tag.get("tagValue"))) for tag in value if isinstance(tag, dict)]
    return {key: text for key, text in pairs if key}


class VpnGateway(Resource):
    """A VPN gateway. A gateway without an address has the eip ""."""

    label = "gateway"
    scope_options = (VPC_ID,)
    scope_text = "VPC %(vpc_id)s"
    owner = "vpc_id"
    natural_key = ("vpn_name",)
    id_field = VPN_ID
    read_only = {
        **dict.fromkeys(("vpn_name", "vpc_id", "eip", "status", "type", "description", "payment_timing"), parse_text),
        **dict.fromkeys(("bandwidth_in_mbps", "vpn_conn_num", "max_connection"), parse_number),
        **dict.fromkeys(("create_time", "expired_time"), parse_str),
        "delete_protect": lambda value: value if isinstance(value, bool) else None,
        "tags": parse_tags,
    }
    paths = {"list": "/vpn", "item": GatewayDetail.path}
    operations = dict(GatewayDetail.operations, list="list the VPN gateways of VPC %(vpc_id)s")
    list_key = "vpns"
    list_query = {"maxKeys": PAGE_SIZE}
    is_read_by_id = True

    def parse_item(self, entry: Dict[str, Any], scope: Dict[str, Any]) -> Item:
        """See Resource.parse_item(); an entry that does not name its VPC is one of the VPC that was asked for."""
        item = super().parse_item(entry, scope)
        item.fields["vpc_id"] = item.fields["vpc_id"] or scope.get("vpc_id")
        # Older API pages name it productType.
        item.fields["payment_timing"] = item.fields["payment_timing"] or parse_text(entry.get("productType"))
        return item


VPN_GATEWAY = VpnGateway()


class Detail(NamedTuple):
    """One VPN gateway that was read by its id.

    :ivar tunnels: the API's own objects of its tunnels; None where it does not show them.
    """

    fields: Dict[str, Any]
    tunnels: List[Dict[str, Any]] | None


class VpnGatewayApi(RestReader):
    """The reads of VPN gateways: those of one VPC, or any by its id."""

    type = VPN_GATEWAY

    def list_gateways(self) -> List[Dict[str, Any]]:
        """Return the gateways of the VPC."""
        return [item.fields for item in self.read_all().items]

    def detail(self, vpn_id: str, with_tunnels: bool = False) -> Detail | None:
        """Return one gateway, or None if there is none of this id."""
        response = self.read_by_id(self.type, self._path("item", vpn_id), vpn_id)
        if response is None:
            return None
        tunnels = tunnels_in_detail(response, vpn_id) if with_tunnels else None
        return Detail(self.parse_item(response.body).fields, tunnels)
