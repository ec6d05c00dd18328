# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Customer gateways, section 3 of the contract notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .operations import json_body, operation
from .store import Clock, Settings, new_id, page
from .validation import MAX_DESCRIPTION, NAME, BceError, FieldReader, ipv4, missing, refuse_if, text


def customer_gateway_fields(body: dict[str, Any], update: bool) -> dict[str, Any]:
    """Return the stored fields of a customer gateway (section 3); those not sent are None.

    An update takes a name or a description, not both empty; its ``ip`` cannot be changed and is an unknown item.
    """
    errors: list[str] = []
    reader = FieldReader({k: v for k, v in body.items() if not (update and k == "name" and v == "")}, errors)
    fields = {"name": reader.take("name", NAME, required=not update)}
    if not update:
        fields["ip"] = reader.take("ip", ipv4)
    fields["description"] = reader.take("description", text(MAX_DESCRIPTION), required=False)
    if update and not errors and not fields["name"] and not fields["description"]:
        reader.add_error("name", "name and description must not both be empty")
    refuse_if(errors)
    return fields


class CustomerGateways:
    """The customer gateways of the account; their list lags for new ones only. Whether it lags at all is UNKNOWN."""

    state_name = "customer_gateways"

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Forget all of them."""
        self.stored: dict[str, dict[str, Any]] = {}
        self._born: dict[str, float] = {}

    def pass_time(self) -> None:
        """Do nothing, because a customer gateway changes by writes only."""

    def has(self, object_id: str) -> bool:
        """Return whether a write finds an object of this id."""
        return object_id in self.stored

    def state(self) -> Sequence[dict[str, Any]]:
        """Return all of them, without any lag or dialect."""
        return list(self.stored.values())

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create a customer gateway. Whether names and addresses are unique is UNKNOWN: both may repeat."""
        fields = customer_gateway_fields(body, update=False)
        cgw_id = new_id("cgw")
        now = self._clock.beijing()
        self._born[cgw_id] = self._clock.ticks()
        self.stored[cgw_id] = {
            "cgwId": cgw_id,
            "name": fields["name"],
            "ip": fields["ip"],
            "description": fields["description"] or "",
            "createdTime": now,
            "updatedTime": now,
        }
        return {"cgwId": cgw_id}

    def list(self, query: dict[str, str]) -> dict[str, Any]:
        """Return all of them; a new one after the list lag."""
        lag = self._settings.dialects.apply("customer_gateway_lag", self._settings.list_lag_ms / 1000)
        listed = [item for cgw_id, item in self.stored.items() if self._age(cgw_id) >= lag]
        payload = page(listed, "cgwId", "result", query)
        payload["result"] = [self._shown(item) for item in payload["result"]]
        return payload

    def read(self, cgw_id: str) -> dict[str, Any]:
        """Return a customer gateway as a reader sees it."""
        found = self._existing(cgw_id)
        if self._age(cgw_id) < self._settings.dialects.apply("customer_gateway_hidden", 0):
            raise missing("customer gateway", cgw_id)
        return self._shown(found)

    def update(self, cgw_id: str, body: dict[str, Any]) -> None:
        """Change the name or the description; the address cannot be changed."""
        old = self._existing(cgw_id)
        fields = customer_gateway_fields(body, update=True)
        changes = {name: value for name, value in fields.items() if value is not None}
        self.stored[cgw_id] = {**old, **changes, "updatedTime": self._clock.beijing()}

    def delete(self, cgw_id: str, users: Sequence[str]) -> None:
        """Delete an unused customer gateway. What the API does with a used one is UNKNOWN: it is refused here."""
        self._existing(cgw_id)
        if users:
            raise BceError(409, "OperationDenied", f"the customer gateway is used by {', '.join(users)}")
        del self.stored[cgw_id]

    def _existing(self, cgw_id: str) -> dict[str, Any]:
        if cgw_id not in self.stored:
            raise missing("customer gateway", cgw_id)
        return self.stored[cgw_id]

    def _age(self, cgw_id: str) -> float:
        return self._clock.ticks() - self._born[cgw_id]

    def _shown(self, item: dict[str, Any]) -> dict[str, Any]:
        return self._settings.dialects.apply("customer_gateway", item, self._age(item["cgwId"]))


OPERATIONS = (
    operation(
        "list customer gateways",
        "GET",
        "/v1/vpn/cgw",
        lambda cloud, _id, request: cloud.customer_gateways.list(request.query),
    ),
    operation(
        "create customer gateway",
        "POST",
        "/v1/vpn/cgw",
        lambda cloud, _id, request: cloud.customer_gateways.create(json_body(request)),
        True,
    ),
    operation(
        "read customer gateway",
        "GET",
        "/v1/vpn/cgw/{id}",
        lambda cloud, cgw_id, _request: cloud.customer_gateways.read(cgw_id),
    ),
    operation(
        "update customer gateway",
        "PUT",
        "/v1/vpn/cgw/{id}",
        lambda cloud, cgw_id, request: cloud.customer_gateways.update(cgw_id, json_body(request)),
        True,
    ),
    # Unlike the others, this write takes no clientToken (section 3).
    operation(
        "delete customer gateway",
        "DELETE",
        "/v1/vpn/cgw/{id}",
        lambda cloud, cgw_id, _request: cloud.customer_gateways.delete(cgw_id, cloud.tunnels.using(cgw_id)),
    ),
)
