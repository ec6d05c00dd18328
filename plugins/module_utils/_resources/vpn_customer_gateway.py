# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The customer gateways of the account in a region: each stands for the address of a peer.

Constraints: the API pages "Create customer gateway" and "Update customer gateway".
"""

from __future__ import annotations

from typing import Any, Dict

from .._bce.response_parsing import parse_str
from .api import PAGE_SIZE, RestApi
from .base import Plan
from .fields import CGW_ID, Field, description_field, device_address, name_field, parse_address
from .resource import Resource

IP = Field(
    "ip",
    "must be an IP address of a device such as 203.0.113.10, or 0.0.0.0 for a peer without a fixed one",
    device_address,
    {"type": "str"},
    parse=parse_address,
)


class VpnCustomerGateway(Resource):
    """A customer gateway. Its address cannot be changed, and its deletion takes no client token."""

    kind = "vpn_customer_gateway"
    label = "customer gateway"
    natural_key = ("name",)
    id_field = CGW_ID
    fields = (name_field("name"), IP, description_field(max_chars=200)._replace(omits_empty=True))
    read_only = dict.fromkeys(("created_time", "updated_time"), parse_str)
    connection_fields = ("ip",)
    immutable = {
        "ip": "create another one under another name, give its id to the tunnels as cgw_id, and then remove this one"
    }
    reset_by_update = ("updated_time",)
    defaults = {"description": ""}
    paths = {"list": "/vpn/cgw", "create": "/vpn/cgw", "item": "/vpn/cgw/%(id)s"}
    operations = {
        "list": "list the customer gateways",
        "read": "read the customer gateway %(id)s",
        "create": "create the customer gateway %(name)s",
        "update": "update the customer gateway %(name)s (%(id)s)",
        "delete": "delete the customer gateway %(id)s",
    }
    list_key = "result"
    list_query = {"maxKeys": PAGE_SIZE}
    is_read_by_id = True
    is_deleted_with_token = False


VPN_CUSTOMER_GATEWAY = VpnCustomerGateway()


class VpnCustomerGatewayApi(RestApi):
    """The operations on the customer gateways of the account in a region."""

    type = VPN_CUSTOMER_GATEWAY

    def update_body(self, plan: Plan) -> Dict[str, Any]:
        """See RestApi.update_body(); the API refuses a body of empty values only, so the name is sent with them."""
        body, target = super().update_body(plan), plan.target
        return body if any(body.values()) or target is None else dict(body, name=target.fields["name"])
