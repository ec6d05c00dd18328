# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The customer gateways of the account in a region as a ResourceType and its ResourceApi."""

from __future__ import annotations

from .._bce.errors import BceError
from . import customer_gateway
from .base import ABSENT, OK, UNKNOWN, Entry, Listed, ResourceApi, ResourceType, WriteResult
from .gateway_api import GatewayApi


class CustomerGatewayType(ResourceType):
    """What a customer gateway is to the reconciler."""

    label, name_option, id_option = "customer gateway", "name", "cgw_id"

    def keys(self, desired: dict) -> tuple:
        """See ResourceType.keys()."""
        is_absent = desired.get("state") == "absent"
        return desired.get("name"), desired.get("cgw_id"), is_absent, desired.get("client_token")

    def plan(self, desired: dict, item: dict | None) -> customer_gateway.Plan:
        """See ResourceType.plan()."""
        return customer_gateway.plan(desired, item)

    def is_equal(self, desired: dict, item: dict) -> bool:
        """See ResourceType.is_equal()."""
        return customer_gateway.is_equal(desired, item)

    def is_same_connection(self, desired: dict, item: dict) -> bool:
        """See ResourceType.is_same_connection(): the address decides."""
        return "ip" not in desired or item["ip"] in (None, desired["ip"])

    def is_applied(self, desired: dict, item: dict) -> bool:
        """See ResourceType.is_applied()."""
        return all(item[name] == desired[name] for name in ("name", "description") if name in desired)

    def signature(self, item: dict) -> tuple:
        """See ResourceType.signature()."""
        return item["ip"], item["description"]


class CustomerGatewayScope(ResourceApi):
    """The operations on the customer gateways of the account in a region."""

    type = CustomerGatewayType()
    scope = "the region"

    def __init__(self, api: GatewayApi) -> None:
        self._api = api

    def token_names(self, name: str) -> tuple:
        """See ResourceApi.token_names()."""
        return ("vpn_customer_gateway", name)

    def list(self, deadline: float | None = None) -> Listed:
        """See ResourceApi.list()."""
        listing = self._api.customer_gateway_listing(deadline)
        return Listed([_entry(item) for item in listing.items], listing.request_id, listing.server_time)

    def create(self, target: dict, token: str) -> tuple:
        """See ResourceApi.create()."""
        return self._api.create_customer_gateway(target, token)

    def update(self, plan: customer_gateway.Plan, token: str) -> str:
        """See ResourceApi.update()."""
        return self._api.update_customer_gateway(plan.target, plan.changes, token)

    def delete(self, object_id: str, token: str, deadline: float) -> str:
        """See ResourceApi.delete(); this deletion takes no client token."""
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


def _entry(item: dict) -> Entry:
    age = (item["created_time"] or "~", item["cgw_id"] or "")
    return Entry(item["cgw_id"], item["name"], False, True, age, item)
