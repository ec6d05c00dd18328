# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module vpn_gateway."""

from __future__ import annotations

import time
from typing import Any

from .._bce.client import BceClient
from .._reconcile.steps import SteppedScope
from .._resources.eip import EIP_TYPE
from .._resources.vpn_gateway_address import EIP_CLIENT
from .._resources.vpn_gateway_writes import ManagedGatewayApi
from .present_absent import PresentAbsent
from .validation import ParsedTask, parse_connection

MODULE = PresentAbsent(ManagedGatewayApi, "vpn_gateway", scope_class=SteppedScope)
ARGUMENTS = MODULE.arguments()


def parse(params: dict[str, Any]) -> ParsedTask:
    """See Implementation.parse(); EIPs may have a host of their own."""
    request = MODULE.parse(params)
    return request._replace(options={"eip_connection": parse_connection(params, [], EIP_TYPE.service)})


def run(request: ParsedTask, check_mode: bool, clock: Any = time) -> dict[str, Any]:
    """See Implementation.run()."""
    connection = request.options["eip_connection"]
    if connection.endpoint == request.connection.endpoint:
        return MODULE.run(request, check_mode, clock)
    options = {**request.desired.options, EIP_CLIENT: lambda: BceClient(connection, clock=clock)}
    return MODULE.run(request._replace(desired=request.desired._replace(options=options)), check_mode, clock)
