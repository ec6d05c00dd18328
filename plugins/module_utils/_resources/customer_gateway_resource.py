# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The customer gateways of the account in a region as a reconcile.Resource."""

from __future__ import annotations

from .._bce.errors import BceError
from . import customer_gateway
from .base import ABSENT, OK, UNKNOWN, Entry, Listed, Resource, WriteResult
from .gateway_api import GatewayApi


class CustomerGatewayResource(Resource):
    """The customer gateways that an endpoint lists."""

    label, name_option, id_option = "customer gateway", "name", "cgw_id"
    scope = "the region"

    def __init__(self, api: GatewayApi) -> None:
        self._api = api

    def keys(self, desired: dict) -> tuple:
        """See Resource.keys()."""
        is_absent = desired.get("state") == "absent"
        return desired.get("name"), desired.get("cgw_id"), is_absent, desired.get("client_token")

    def token_names(self, name: str) -> tuple:
        """See Resource.token_names()."""
        return ("vpn_customer_gateway", name)

    def list(self, deadline: float | None = None) -> Listed:
        """See Resource.list()."""
        listing = self._api.customer_gateway_listing(deadline)
        return Listed([_entry(item) for item in listing.items], listing.request_id, listing.server_time)

    def create(self, target: dict, token: str) -> tuple:
        """See Resource.create()."""
        return self._api.create_customer_gateway(target, token)

    def update(self, step: customer_gateway.Plan, token: str) -> str:
        """See Resource.update()."""
        return self._api.update_customer_gateway(step.target, step.changes, token)

    def delete(self, object_id: str, token: str, deadline: float) -> str:
        """See Resource.delete(); this deletion takes no client token."""
        return self._api.delete_customer_gateway(object_id, deadline)

    def probe(self, target: dict, object_id: str, token: str) -> WriteResult:
        """Read the customer gateway by its id."""
        try:
            item = self._api.customer_gateway(object_id)
        except BceError as error:
            return WriteResult(UNKNOWN, error=error)
        if item is None:
            return WriteResult(ABSENT)
        return WriteResult(OK, entry=_entry(item))

    def plan(self, desired: dict, item: dict | None) -> customer_gateway.Plan:
        """See Resource.plan()."""
        return customer_gateway.plan(desired, item)

    def is_equal(self, desired: dict, item: dict) -> bool:
        """See Resource.is_equal()."""
        return customer_gateway.is_equal(desired, item)

    def is_same_connection(self, desired: dict, item: dict) -> bool:
        """See Resource.is_same_connection(): the address decides."""
        return "ip" not in desired or item["ip"] in (None, desired["ip"])

    def is_applied(self, desired: dict, item: dict) -> bool:
        """See Resource.is_applied()."""
        return all(item[name] == desired[name] for name in ("name", "description") if name in desired)

    def signature(self, item: dict) -> tuple:
        """See Resource.signature()."""
        return item["ip"], item["description"]


def _entry(item: dict) -> Entry:
    age = (item["created_time"] or "~", item["cgw_id"] or "")
    return Entry(item["cgw_id"], item["name"], False, True, age, item)
