# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields and statuses that the API's documentation and official code name. Pure."""

from __future__ import annotations

import re
from typing import Any, Iterable

from .exchange import Exchange

IKE_FIELDS = ("ikeVersion", "ikeMode", "ikeEncAlg", "ikeAuthAlg", "ikePfs", "ikeLifeTime")
IPSEC_FIELDS = ("ipsecEncAlg", "ipsecAuthAlg", "ipsecPfs", "ipsecLifetime")
CONFIGS = {"ikeConfig": IKE_FIELDS, "ipsecConfig": IPSEC_FIELDS}
LIFE_TIMES = ("ikeLifeTime", "ipsecLifetime")
TUNNEL_FIELDS = (
    "vpnId",
    "vpnConnId",
    "vpnConnName",
    "localIp",
    "createdTime",
    "status",
    "healthStatus",
    "secretKey",
    "localSubnets",
    "remoteIp",
    "remoteSubnets",
    "description",
    "cgwId",
    "ikeConfig",
    "ipsecConfig",
)
GATEWAY_FIELDS = (
    "vpnId",
    "vpnName",
    "createTime",
    "createdTime",
    "description",
    "type",
    "status",
    "expiredTime",
    "paymentTiming",
    "productType",
    "eip",
    "bandwidthInMbps",
    "vpcId",
    "subnetId",
    "vpnConnNum",
    "maxConnection",
    "vpnConns",
    "sslVpnServer",
    "tags",
    "resourceGroupId",
    "deleteProtect",
)
CUSTOMER_GATEWAY_FIELDS = ("cgwId", "name", "ip", "description", "createdTime", "updatedTime")
LIST_FIELDS = ("marker", "isTruncated", "nextMarker", "maxKeys")
RESPONSE_FIELDS = ("code", "message", "requestId", "success")
# Statuses of tunnels, gateways and related objects in documentation or official code
KNOWN_STATUSES = (
    "active",
    "building",
    "configuring",
    "consult_failed",
    "consulting",
    "creating",
    "deleted",
    "deleting",
    "down",
    "error",
    "expired",
    "starting",
    "stopping",
    "unconfigured",
    "updating",
)

# Arrays of responses -> the fields of their objects
LIST_ENTRY_FIELDS = {"vpnConns": TUNNEL_FIELDS, "vpns": GATEWAY_FIELDS, "result": CUSTOMER_GATEWAY_FIELDS}
OBJECT_FIELDS = {
    "read gateway": GATEWAY_FIELDS,
    "read customer gateway": CUSTOMER_GATEWAY_FIELDS,
    "create tunnel": ("vpnConnId",),
    "create customer gateway": ("cgwId",),
}


def unknown_fields(exchange: Exchange) -> set[str]:
    """Return the names of fields in a response that are not documented, each with its path."""
    if not isinstance(exchange.body, dict):
        return set()
    known = RESPONSE_FIELDS + (OBJECT_FIELDS.get(exchange.kind, ()) if exchange.is_success else ())
    if exchange.kind.startswith("list "):
        known += LIST_FIELDS + tuple(LIST_ENTRY_FIELDS)
    found = set(_undocumented(exchange.body, known, ""))
    for name, fields in LIST_ENTRY_FIELDS.items():
        entries = exchange.body.get(name)
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                found.update(_undocumented(entry, fields, name + "[]."))
                for config, inner in CONFIGS.items():
                    if isinstance(entry.get(config), dict):
                        found.update(_undocumented(entry[config], inner, "%s[].%s." % (name, config)))
    return found


def _undocumented(value: dict[str, Any], known: Iterable[str], path: str) -> list[str]:
    names = [name for name in value if name not in known]
    return [path + (name if re.fullmatch("[A-Za-z][A-Za-z0-9_]{0,40}", name) else "(another)") for name in names]
