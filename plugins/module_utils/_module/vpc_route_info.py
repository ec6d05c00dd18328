# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module vpc_route_info."""

from __future__ import annotations

from typing import Any

from .._bce.client import BceClient
from .._resources import fields
from .._resources.filters import as_filter, text_field
from .._resources.vpc_route import NEXTHOP_ID, ROUTE_RULE_ID, VPC_ROUTE, VpcRouteApi, address_field, shown_hops
from .info import Found, Info

SCOPE = VPC_ROUTE.scope_options
HOP_FILTERS = ("nexthop_id", "nexthop_type")
FIELDS = (
    *SCOPE,
    *VPC_ROUTE.scope_lookups,
    as_filter(ROUTE_RULE_ID),
    as_filter(address_field("source_address")),
    as_filter(address_field("destination_address")),
    as_filter(text_field("nexthop_type"))._replace(has_wire_name=True),
    as_filter(NEXTHOP_ID),
    fields.VERSION,
)


def _fetch(client: BceClient, version: int, filters: dict[str, Any]) -> Found:
    scope = {field.name: filters.pop(field.name) for field in SCOPE if field.name in filters}
    rules = [item.fields for item in VpcRouteApi(client, dict(scope, version=version)).read_all().items]
    return Found([rule for rule in rules if all(_has_any(rule, name, values) for name, values in filters.items())])


def _has_any(rule: dict[str, Any], name: str, values: list[str]) -> bool:
    """Return True if a rule has one of these values; one with several next hops has those of all of them."""
    shown = shown_hops(rule, name) if name in HOP_FILTERS else [rule[name]]
    return any(value in shown for value in values)


def _validate(provided: dict[str, Any], _params: dict[str, Any]) -> list[str]:
    return VPC_ROUTE.scope_errors(provided)


MODULE = Info(FIELDS, "route_rules", _fetch, validate=_validate, resolve=VpcRouteApi.resolve)
ARGUMENTS, parse, run = MODULE.arguments(), MODULE.parse, MODULE.run
