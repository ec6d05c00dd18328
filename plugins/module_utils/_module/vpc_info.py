# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module vpc_info."""

from __future__ import annotations

from typing import Any

from .._bce.client import BceClient
from .._bce.errors import BceError
from .._reconcile.concurrency import DEFAULT_CONCURRENCY
from .._resources import fields
from .._resources.base import CHECK_MODE_ID
from .._resources.messages import MESSAGES
from .._resources.vpc import VPC_NAME, VpcApi, select_by_name
from .bulk_read import map_concurrently
from .info import Found, Info

FIELDS = (fields.VPC_ID, VPC_NAME, fields.VERSION)


def _validate(provided: dict[str, Any], _params: dict[str, Any]) -> list[str]:
    is_ambiguous = "vpc_id" in provided and "vpc_name" in provided
    return [MESSAGES["scope_ambiguous"] % {"option": "vpc_name", "other": "vpc_id"}] if is_ambiguous else []


def _fetch(client: BceClient, version: int, filters: dict[str, Any]) -> Found:
    """Read the VPCs with two requests for each: its detail, and its route table."""
    api = VpcApi(client, {"version": version})
    if CHECK_MODE_ID in filters.values():
        return Found([])
    if "vpc_id" in filters:
        ids = [filters["vpc_id"]]
    else:
        listed = api.list_vpcs()
        chosen = select_by_name(listed, filters["vpc_name"]) if "vpc_name" in filters else listed
        ids = [vpc["vpc_id"] for vpc in chosen if vpc["vpc_id"]]
    details = map_concurrently(api.detail, ids, client.cancel)
    # A VPC without a detail was deleted since it was listed.
    vpcs = [detail for detail in details if isinstance(detail, dict)]
    tables = map_concurrently(lambda vpc: api.default_table_id(vpc["vpc_id"]), vpcs, client.cancel)
    found = [
        dict(vpc, route_table_id=None if isinstance(table, BceError) else table) for vpc, table in zip(vpcs, tables)
    ]
    errors = [read for read in [*details, *tables] if isinstance(read, BceError)]
    results = {"vpc_id": found[0]["vpc_id"], "vpc": found[0]} if filters and found else {}
    return Found(found, errors, len(details) + len(tables), results)


MODULE = Info(
    FIELDS, "vpcs", _fetch, validate=_validate, label="parts of VPCs", max_concurrent_requests=DEFAULT_CONCURRENCY
)
ARGUMENTS, parse, run = MODULE.arguments(), MODULE.parse, MODULE.run
