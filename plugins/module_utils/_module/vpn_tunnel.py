# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module vpn_tunnel."""

from __future__ import annotations

from .._bce.client import BceClient
from .._resources import tunnel
from .._resources.gateway_api import GatewayApi
from .._resources.tunnel import DesiredTunnel
from .._resources.tunnel_api import TunnelApi
from .._resources.tunnel_resource import TunnelScope
from .present_absent import PresentAbsent


def _open_scope(client: BceClient, desired: DesiredTunnel) -> TunnelScope:
    return TunnelScope(TunnelApi(client, desired.version), GatewayApi(client, desired.version), desired.vpn_id)


MODULE = PresentAbsent(
    argument_spec=tunnel.argument_spec(),
    required_one_of=("vpn_conn_name", "vpn_conn_id"),
    validate=tunnel.validate,
    parse_desired=tunnel.parse_desired,
    open_scope=_open_scope,
    id_option="vpn_conn_id",
    result_name="vpn_tunnel",
    to_dict=lambda item: item.fields,
    attributes=("secret_key_changed",),
)
ARGUMENTS, parse, run = MODULE.arguments(), MODULE.parse, MODULE.run
