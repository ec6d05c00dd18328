# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module vpn_gateway_info."""

from __future__ import annotations

from typing import Any

from .._bce.client import BceClient
from .._bce.errors import BceError, ConflictError
from .._bce.redaction import redact_nested
from .._reconcile.concurrency import DEFAULT_CONCURRENCY
from .._resources import fields
from .._resources.base import CHECK_MODE_ID
from .._resources.filters import as_filter, text_field
from .._resources.vpc import VPC_NAME
from .._resources.vpn_gateway import IPSEC, VPN_GATEWAY, VpnGatewayApi, is_ipsec
from .._resources.vpn_tunnel import VpnTunnelApi
from .bulk_read import list_gateways, list_tunnels, map_concurrently, tunnel_results
from .info import Found, Info

SSL = "ssl"
FIELDS = (
    fields.VPC_ID,
    VPC_NAME,
    as_filter(fields.VPN_ID),
    as_filter(text_field("vpn_name", "name")),
    fields.choice_field("type", IPSEC, SSL),
    fields.VERSION,
)

MESSAGES = {
    "exactly_one_of_several_ids": (
        "exactly_one: cannot be true of several ids; give vpn_id one, or leave exactly_one out"
    ),
    "gateways_several": (
        "exactly_one: %(count)d VPN gateways have %(conditions)s: %(ids)s; give vpn_id to say which one is meant"
    ),
    "any_gateway": "any name in the region",
    "gateway_not_found": "exactly_one: no VPN gateway has %(conditions)s; check these, and the region",
}


def _validate(provided: dict[str, Any], params: dict[str, Any]) -> list[str]:
    errors = VPN_GATEWAY.scope_errors(provided) if "vpc_id" in provided else []
    if params.get("exactly_one") and len(provided.get("vpn_id", ())) > 1:
        errors.append(MESSAGES["exactly_one_of_several_ids"])
    return errors


def _fetch(client: BceClient, version: int, filters: dict[str, Any], tunnels: bool, exactly_one: bool) -> Found:
    query = _GatewayQuery(client, version, filters, tunnels)
    try:
        query.find()
        if exactly_one and not query.errors:
            query.require_one()
    except BceError as error:
        return Found(query.gateways, [error])
    query.add_tunnels()
    results = {}
    if exactly_one and not query.errors:
        results = {"vpn_gateway": query.gateways[0], "vpn_id": query.gateways[0]["vpn_id"]}
    return Found(query.gateways, query.errors, query.total, results)


class _GatewayQuery:
    """The gateways found so far; with tunnels, each gets a list `vpn_tunnels`, None where they could not be read."""

    def __init__(self, client: BceClient, version: int, filters: dict[str, Any], tunnels: bool) -> None:
        self._client = client
        self._version = version
        self._api = VpnGatewayApi(client, {"version": version, "vpc_id": filters.get("vpc_id")})
        self._filters = filters
        self._tunnels = tunnels
        self.gateways: list[dict[str, Any]] = []
        self.errors: list[BceError] = []

    def find(self) -> None:
        """Find the selected gateways: by the list of a VPC, or one request for each id, or the lists of all VPCs."""
        if "vpc_id" in self._filters:
            found = self._api.list_gateways()
        elif "vpn_id" not in self._filters:
            found = list_gateways(self._client, self._version)
        else:
            details = map_concurrently(self._detail, self._filters["vpn_id"], self._client.cancel)
            self.errors += [detail for detail in details if isinstance(detail, BceError)]
            found = [detail for detail in details if isinstance(detail, dict)]
        self.gateways = [gateway for gateway in found if self._is_selected(gateway)]

    def _is_selected(self, gateway: dict[str, Any]) -> bool:
        kind = self._filters.get("type")
        return (
            all(gateway[name] in self._filters[name] for name in ("vpn_id", "vpn_name") if name in self._filters)
            and (kind != IPSEC or is_ipsec(gateway))
            and (kind != SSL or (gateway["type"] or "").lower() == SSL)
        )

    def _detail(self, vpn_id: str) -> dict[str, Any] | None:
        """Read a gateway by its id. Its detail may hold the tunnels, which then need no request of their own."""
        detail = self._api.detail(vpn_id, self._tunnels)
        if detail is None or detail.tunnels is None:
            return detail and detail.fields
        listing = VpnTunnelApi(self._client, {"vpn_id": vpn_id, "version": self._version}).parse_all(detail.tunnels)
        return dict(redact_nested(detail.fields, listing.secrets), vpn_tunnels=tunnel_results(listing))

    @property
    def total(self) -> int:
        """Return how many gateways were to be read."""
        is_by_id = "vpn_id" in self._filters and "vpc_id" not in self._filters
        return len(self._filters["vpn_id"]) if is_by_id else len(self.gateways)

    def require_one(self) -> None:
        """Check that there is exactly one gateway; one that check mode would create has no other values yet.

        :raises ConflictError: if there is none, or more.
        """
        if len(self.gateways) == 1:
            return
        new = [self._filters.get("vpc_id"), *self._filters.get("vpn_id", ())]
        if not self.gateways and CHECK_MODE_ID in new:
            entry = dict.fromkeys(("vpnId", "vpcId", "eip"), CHECK_MODE_ID)
            self.gateways = [dict(self._api.parse_item(entry).fields, **self._api.values)]
            return
        pairs = ["%s %s" % (name, _join_or(value)) for name, value in self._filters.items()]
        conditions = ", ".join(pairs) or MESSAGES["any_gateway"]
        if self.gateways:
            ids = ", ".join(str(gateway["vpn_id"]) for gateway in self.gateways)
            words = {"count": len(self.gateways), "conditions": conditions, "ids": ids}
            raise ConflictError(MESSAGES["gateways_several"] % words, "AmbiguousName")
        raise ConflictError(MESSAGES["gateway_not_found"] % {"conditions": conditions}, "NotFound")

    def add_tunnels(self) -> None:
        """Read the tunnels of those gateways that have none yet."""
        missing = [gateway for gateway in self.gateways if self._tunnels and "vpn_tunnels" not in gateway]
        readable = [gateway for gateway in missing if gateway["vpn_id"] and is_ipsec(gateway)]
        for gateway in missing:
            gateway["vpn_tunnels"] = []
        lists = map_concurrently(
            lambda vpn_id: list_tunnels(self._client, self._version, vpn_id),
            [gateway["vpn_id"] for gateway in readable],
            self._client.cancel,
        )
        for gateway, listed in zip(readable, lists):
            if isinstance(listed, BceError):
                self.errors.append(listed)
                gateway["vpn_tunnels"] = None
            else:
                gateway.update(redact_nested(gateway, listed.secrets), vpn_tunnels=tunnel_results(listed))


def _join_or(value: Any) -> Any:
    return " or ".join(value) if isinstance(value, list) else value


MODULE = Info(
    FIELDS,
    "vpn_gateways",
    _fetch,
    flags=("tunnels", "exactly_one"),
    label="VPN gateways",
    max_concurrent_requests=DEFAULT_CONCURRENCY,
    validate=_validate,
    resolve=VpnGatewayApi.resolve,
)
ARGUMENTS, parse, run = MODULE.arguments(), MODULE.parse, MODULE.run
