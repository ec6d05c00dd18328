# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module vpn_gateway."""

from __future__ import annotations

from .._reconcile.steps import SteppedScope
from .._resources.vpn_gateway_writes import ManagedGatewayApi
from .present_absent import PresentAbsent

MODULE = PresentAbsent(ManagedGatewayApi, "vpn_gateway", scope_class=SteppedScope)
ARGUMENTS, parse, run = MODULE.arguments(), MODULE.parse, MODULE.run
