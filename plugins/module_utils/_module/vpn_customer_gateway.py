# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module vpn_customer_gateway."""

from __future__ import annotations

from .._bce.client import BceClient
from .._resources import customer_gateway, fields
from .._resources.customer_gateway_resource import CustomerGatewayScope
from .._resources.gateway_api import GatewayApi
from .present_absent import PresentAbsent


def _open_scope(client: BceClient, desired: dict) -> CustomerGatewayScope:
    return CustomerGatewayScope(GatewayApi(client, desired.get("version", 1)))


MODULE = PresentAbsent(
    argument_spec={field.name: fields.to_argument_spec(field) for field in customer_gateway.FIELDS},
    required_one_of=("name", "cgw_id"),
    validate=customer_gateway.validate,
    parse_desired=lambda params: (customer_gateway.parse_desired(params), ()),
    open_scope=_open_scope,
    id_option="cgw_id",
    result_name="customer_gateway",
    to_dict=dict,
)
ARGUMENTS, parse, run = MODULE.arguments(), MODULE.parse, MODULE.run
