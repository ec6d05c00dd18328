# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EIPs, part 2 of the notes, section 4. On the cloud they are on a host of their own, here they share the port.

The codes of errors are guesses: ``EipNotFound`` and ``UnsupportedOperation`` are in the provider for Terraform,
the others those of gateways.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .billing import BilledStore, expiry, phase, take_billing, take_common
from .gateway_writes import bind, detach, unbind
from .messages import Request
from .operations import json_body, operation
from .store import Clock, Record, Settings, new_id, page
from .validation import (
    NAME,
    BceError,
    FieldReader,
    boolean,
    integer,
    ipv4,
    not_emulated,
    one_of,
    refuse_if,
    refused,
    text,
    unsupported,
)

REGION = ""  # the scope of all EIPs
NEW_NET = "198.19"  # RFC 2544: created ones; test nets are those of the command line's gateways
METHODS = ("ByTraffic", "ByBandwidth")
INSTANCE_TYPES = ("BCC", "BBC", "DCC", "ENI", "BLB", "NAT", "VPN")
LISTED_STATUSES = ("available", "binded", "paused")
MAX_BY_TRAFFIC = 200
BANDWIDTHS = {"BGP": (1, 500), "BGP_S": (100, 5000)}
DEFAULT_BANDWIDTH = 1


@dataclass(frozen=True)
class EipSeed:
    """An EIP of the command line; one with a gateway is bound to it."""

    address: str
    name: str
    bandwidth: int = DEFAULT_BANDWIDTH
    vpn_id: str = ""


def bandwidth_range(method: str | None, route_type: str | None) -> tuple[int, int]:
    """Return the smallest and the largest bandwidth of an EIP in Mbps."""
    if method == "ByTraffic":
        return 1, MAX_BY_TRAFFIC
    return BANDWIDTHS.get(route_type or "", BANDWIDTHS["BGP"])


def eip_fields(body: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a creation, checked."""
    errors: list[str] = []
    reader = FieldReader({name: value for name, value in body.items() if not (name == "name" and value == "")}, errors)
    billing = take_billing(body, errors, METHODS)
    fields = {
        "name": reader.take("name", NAME, required=False),
        "routeType": reader.take("routeType", one_of(*BANDWIDTHS), required=False) or "BGP",
        **take_common(reader),
    }
    reader.take("ipVersion", one_of("ipv4"), required=False)
    least, most = bandwidth_range(billing.get("billingMethod"), fields["routeType"])
    fields["bandwidthInMbps"] = reader.take("bandwidthInMbps", integer(least, most))
    refuse_if(errors)
    return {**fields, **billing}


class Eips(BilledStore):
    """The EIPs of the region, by address; all of them are in one scope."""

    state_name = "eips"
    point = "eip"
    prefix = "eip_"
    id_name = "eip"
    unknown_id = "198.18.255.254"
    noun = "EIP"

    def __init__(self, settings: Settings, clock: Clock, seeds: Sequence[EipSeed]) -> None:
        super().__init__(settings, clock)
        self._seeds = seeds
        self.reset()

    def reset(self) -> None:
        """Forget every EIP except those of the command line, which are as they were."""
        self.clear_all([REGION])
        self._made = 0
        for number, seed in enumerate(self._seeds, 1):
            fields = {"name": seed.name, "bandwidthInMbps": seed.bandwidth}
            bound = {"instanceType": "VPN", "instanceId": seed.vpn_id} if seed.vpn_id else {}
            eip_id = f"ip-{number:08d}"
            self.seed_at_start(REGION, seed.address, {**self._new(seed.address, eip_id, fields), **bound})

    def _new(self, address: str, eip_id: str, fields: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": fields.get("name") or f"EIP-{eip_id}",
            "eip": address,
            "eipId": eip_id,
            "status": "",
            "eipInstanceType": "normal",
            "instanceType": "",
            "instanceId": "",
            "shareGroupId": "",
            "clusterId": "",
            "bandwidthInMbps": fields["bandwidthInMbps"],
            "paymentTiming": fields.get("paymentTiming", "Postpaid"),
            "billingMethod": fields.get("billingMethod", "ByBandwidth"),
            "createTime": self.clock.utc(),
            "expireTime": expiry(self.clock, fields.get("months")),
            "region": "bj",
            "routeType": fields.get("routeType", "BGP"),
            "tags": fields.get("tags", []),
            "deleteProtect": fields.get("deleteProtect", False),
            "bwShortId": "",
        }

    # --- reads ---

    def list(self, query: dict[str, str]) -> dict[str, Any]:
        """Return a page of the EIPs that fit every parameter (section 4); the marker is an eipId."""
        errors: list[str] = []
        reader = FieldReader({name: value for name, value in query.items() if value != ""}, errors)
        # Which other statuses select is UNKNOWN: three are documented.
        reader.take("status", one_of(*LISTED_STATUSES), required=False)
        reader.take("instanceType", one_of(*INSTANCE_TYPES), required=False)
        version = reader.take("ipVersion", one_of("ipv4", "ipv6"), required=False)
        if query.get("instanceId") and not query.get("instanceType"):
            reader.add_error("instanceId", "needs instanceType")
        refuse_if(errors)
        chosen = self.list_selected(REGION, lambda entry: version != "ipv6" and self._fits(entry, query))
        payload = page(chosen, "eipId", "eipList", query)
        if not payload["marker"]:
            del payload["marker"]
        return self.settings.dialects.apply("eip_list", payload)

    def _fits(self, entry: dict[str, Any], query: dict[str, str]) -> bool:
        ids = [item for item in (query.get("eipIds") or "").split(",") if item]
        name, rule = query.get("name") or "", self.network_rules().name_filter
        same_name = (
            not name or rule == "ignored" or (name in entry["name"] if rule == "partial" else name == entry["name"])
        )
        others = ("eip", "status", "instanceType", "instanceId")
        return (
            same_name
            and (not ids or entry["eipId"] in ids)
            and all(query.get(key) in (None, "", entry[key]) for key in others)
        )

    def settled_status(self, value: dict[str, Any]) -> str:
        return "binded" if value["instanceId"] else "available"

    # --- writes ---

    def create(self, request: Request) -> dict[str, Any]:
        """Create an EIP. Whether names are unique is UNKNOWN: two of one name are allowed."""
        if request.query.get("action"):
            raise not_emulated("this action")
        fields = eip_fields(json_body(request))
        address = self._next_address()
        self.add_billed(REGION, address, {**self._new(address, new_id("ip"), fields), **phase("creating")})
        return {"eip": address}

    def _next_address(self) -> str:
        while True:
            self._made += 1
            high, low = divmod(self._made, 250)
            address = f"{NEW_NET}.{high % 256}.{low + 1}"
            if address not in self.records:
                return address

    def existing(self, address: str) -> Record:
        """Return an EIP that exists, or raise BceError."""
        if address not in self.records:
            raise BceError(404, "EipNotFound", f"the EIP {address} does not exist")
        return self.records[address]

    def require_available(self, address: str) -> Record:
        """Return an EIP that can be bound, or raise BceError."""
        record = self.existing(address)
        self.require_settled(record)
        if record.latest()["instanceId"]:
            raise unsupported("the EIP is in use, unbind it first")
        return record

    def resize(self, address: str, body: dict[str, Any]) -> Record:
        """Change the bandwidth."""
        record = self.existing(address)
        old = record.latest()
        errors: list[str] = []
        least, most = bandwidth_range(old["billingMethod"], old["routeType"])
        bandwidth = FieldReader(body, errors).take("newBandwidthInMbps", integer(least, most))
        refuse_if(errors)
        self.require_settled(record)
        before = {"bandwidthInMbps": old["bandwidthInMbps"]}
        self.put(record, {"bandwidthInMbps": bandwidth, **phase("updating", **before)})
        return record

    def protect(self, address: str, body: dict[str, Any]) -> None:
        """Switch the protection against release on or off."""
        record = self.existing(address)
        errors: list[str] = []
        value = FieldReader(body, errors).take("deleteProtect", boolean)
        refuse_if(errors)
        self.require_settled(record)
        self.put(record, {"deleteProtect": value})

    def release(self, address: str, query: dict[str, str]) -> None:
        """Release an EIP, to the recycle bin or for good; the bin itself is not emulated."""
        if (query.get("releaseToRecycle") or "false").lower() not in ("true", "false"):
            raise refused("releaseToRecycle: must be true or false")
        record = self.existing(address)
        self.require_settled(record)
        value = record.latest()
        if value["instanceId"]:
            raise unsupported("the EIP is in use, unbind it first")
        if value["deleteProtect"]:
            raise unsupported("the EIP is protected against release")
        if value["paymentTiming"] == "Prepaid":
            raise unsupported("a prepaid EIP is released by a refund only")
        self.remove(address)


def _resize(cloud: Any, address: str, request: Request) -> None:
    value = cloud.eips.resize(address, json_body(request)).latest()
    if value["instanceId"] in cloud.gateways.records:
        # The bandwidth of a gateway is that of its EIP (section 1.1).
        gateway = cloud.gateways.records[value["instanceId"]]
        cloud.gateways.put(gateway, {"bandwidthInMbps": value["bandwidthInMbps"]})


def _bind(cloud: Any, address: str, request: Request) -> None:
    errors: list[str] = []
    reader = FieldReader(json_body(request), errors)
    kind = reader.take("instanceType", one_of(*INSTANCE_TYPES))
    vpn_id = reader.take("instanceId", text())
    reader.take("instanceIp", ipv4, required=False)
    refuse_if(errors)
    cloud.eips.existing(address)
    if kind != "VPN":
        raise not_emulated(f"instances of type {kind}")
    bind(cloud, vpn_id, address)


def _unbind(cloud: Any, address: str) -> None:
    record = cloud.eips.existing(address)
    cloud.eips.require_settled(record)
    vpn_id = record.latest()["instanceId"]
    if not vpn_id:
        raise unsupported("the EIP is not bound")
    if cloud.gateways.has(vpn_id):
        unbind(cloud, vpn_id)
    else:
        detach(cloud, address)


OPERATIONS = (
    operation("list eips", "GET", "/v1/eip", lambda cloud, _id, request: cloud.eips.list(request.query)),
    operation(
        "create eip", "POST", "/v1/eip", lambda cloud, _id, request: cloud.eips.create(request), True, needs_token=True
    ),
    operation("resize eip", "PUT", "/v1/eip/{address}", _resize, True, "resize"),
    operation("bind eip", "PUT", "/v1/eip/{address}", _bind, True, "bind", True),
    operation(
        "unbind eip",
        "PUT",
        "/v1/eip/{address}",
        lambda cloud, address, _request: _unbind(cloud, address),
        True,
        "unbind",
        True,
    ),
    operation(
        "protect eip",
        "PUT",
        "/v1/eip/{address}/deleteProtect",
        lambda cloud, address, request: cloud.eips.protect(address, json_body(request)),
        True,
    ),
    operation(
        "delete eip",
        "DELETE",
        "/v1/eip/{address}",
        lambda cloud, address, request: cloud.eips.release(address, request.query),
        True,
        needs_token=True,
    ),
)
