# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module vpn_tunnel."""

from __future__ import annotations

from .._resources.tunnel_security import check_security
from .._resources.vpn_tunnel import VpnTunnelApi
from .present_absent import PresentAbsent

MODULE = PresentAbsent(
    VpnTunnelApi,
    "vpn_tunnel",
    attributes=("secret_key_changed",),
    check_options=lambda params: check_security(params.get("minimum_security") or "none", [("", params)]),
)
ARGUMENTS, parse, run = MODULE.arguments(), MODULE.parse, MODULE.run
