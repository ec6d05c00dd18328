# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module vpn_customer_gateway."""

from __future__ import annotations

from .._resources.vpn_customer_gateway import VpnCustomerGatewayApi
from .present_absent import PresentAbsent

MODULE = PresentAbsent(VpnCustomerGatewayApi, "customer_gateway")
ARGUMENTS, parse, run = MODULE.arguments(), MODULE.parse, MODULE.run
