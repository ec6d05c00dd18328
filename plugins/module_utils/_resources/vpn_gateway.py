# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VPN gateways of a VPC, read only.

Contract: the API pages "Query VPN gateways" and "VPN gateway detail".
"""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple

from .._bce.errors import ConflictError, NotFoundError
from .._bce.response_parsing import parse_str
from .api import PAGE_SIZE, RestReader
from .base import Item
from .fields import VPC_ID, VPN_ID
from .parsers import parse_flag, parse_number, parse_tags, parse_text
from .resource import Resource
from .vpc import VPC_NAME, VpcApi, is_long_id, resolve_vpc, without_long_ids
from .vpn_tunnel import GatewayDetail, tunnels_in_detail

MESSAGES = {
    "gateway_vpc_other": (
        "vpc_id: must be %(shown)s, the VPC of the VPN gateway %(vpn_id)s, got %(vpc_id)s; leave vpc_id out, or check"
        " vpn_id"
    ),
    "gateway_vpc_unknown": (
        "vpc_id: is needed, because the cloud shows the VPC of the VPN gateway %(vpn_id)s as %(shown)s, and no VPC of"
        " the region lists the gateway"
    ),
}

IPSEC = "ipsec"


def is_ipsec(gateway: Dict[str, Any]) -> bool:
    """Return True unless the API says that the gateway is of another type, which can hold no tunnels."""
    return bool((gateway["type"] or IPSEC).lower() == IPSEC)


class VpnGateway(Resource):
    """A VPN gateway. A gateway without an address has the eip ""."""

    label = "gateway"
    scope_options = (VPC_ID,)
    scope_lookups = (VPC_NAME,)
    scope_text = "VPC %(vpc_id)s"
    owner = "vpc_id"
    natural_key = ("vpn_name",)
    id_field = VPN_ID
    read_only = {
        **dict.fromkeys(("vpn_name", "vpc_id", "eip", "status", "type", "description", "payment_timing"), parse_text),
        **dict.fromkeys(("bandwidth_in_mbps", "vpn_conn_num", "max_connection"), parse_number),
        **dict.fromkeys(("create_time", "expired_time"), parse_str),
        "delete_protect": parse_flag,
        "tags": parse_tags,
    }
    paths = {"list": "/vpn", "item": GatewayDetail.path}
    operations = dict(GatewayDetail.operations, list="list the VPN gateways of VPC %(vpc_id)s")
    list_key = "vpns"
    list_query = {"maxKeys": PAGE_SIZE}
    is_read_by_id = True

    def parse_item(self, entry: Dict[str, Any], scope: Dict[str, Any]) -> Item:
        """See Resource.parse_item(); an entry that does not name its VPC is of the VPC in the request."""
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
    resolve = staticmethod(resolve_vpc)

    def request(self, method: str, path: str, query: Any = None, **more: Any) -> Any:
        """See RestReader.request(); leave the long id of a VPC out of a list, because it is not comparable."""
        response = super().request(method, path, query, **more)
        entries = response.body.get(self.type.list_key)
        if not isinstance(entries, list):
            return response
        return response._replace(body=dict(response.body, **{self.type.list_key: without_long_ids(entries)}))

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


def reject_other_vpc(vpn_id: str, shown: str, vpc_id: str) -> None:
    """Raise an error if the VPC that the API shows for a gateway is not the one of the task."""
    if shown != vpc_id:
        words = {"vpn_id": vpn_id, "shown": shown, "vpc_id": vpc_id}
        raise ConflictError(MESSAGES["gateway_vpc_other"] % words, "OtherVpc")


def find_vpc_of(client: Any, version: int, gateway: Dict[str, Any]) -> Dict[str, Any]:
    """Return the VPC of a gateway with its subnets; see VpcApi.detail().

    The API may show a long id, by which no VPC can be read. Then list the gateways of each VPC until one list has this
    gateway.

    :param gateway: its fields.
    :raises ConflictError: if no VPC is that of the gateway.
    """
    api, shown = VpcApi(client, {"version": version}), gateway["vpc_id"]
    vpc = api.detail(shown) if shown and not is_long_id(shown) else None
    if vpc is not None:
        return vpc
    for vpc_id in filter(None, (vpc["vpc_id"] for vpc in api.list_vpcs())):
        try:
            gateways = VpnGatewayApi(client, {"vpc_id": vpc_id, "version": version}).list_gateways()
        except NotFoundError:
            continue  # deleted since it was listed
        vpc = api.detail(vpc_id) if gateway["vpn_id"] in [item["vpn_id"] for item in gateways] else None
        if vpc is not None:
            return vpc
    words = {"vpn_id": gateway["vpn_id"], "shown": shown or "unknown"}
    raise ConflictError(MESSAGES["gateway_vpc_unknown"] % words, "VpcUnknown")
