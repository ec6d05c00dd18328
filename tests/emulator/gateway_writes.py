# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes to VPN gateways, part 2 of the notes, section 1; ``cloud`` is a ``cloud.Cloud``.

Codes are guesses unless the notes name them: the quota's is that of route rules, a gateway that is building or being
configured refuses writes with the code that Terraform's provider repeats, and what the state of an object forbids has
the code that the provider names for EIPs.
"""

from __future__ import annotations

from typing import Any

from .billing import expiry, phase, take_billing, take_common
from .messages import Request
from .operations import json_body, operation
from .store import Record, new_id
from .validation import (
    ID,
    MAX_DESCRIPTION,
    NAME,
    BceError,
    FieldReader,
    WriteRules,
    boolean,
    description_on_update,
    ipv4,
    one_of,
    refuse_if,
    text,
    unsupported,
)

MAX_GATEWAYS = 3  # per VPC (section 1.8)
MAX_CONNECTIONS = (5, 10, 20, 50, 100, 200, 500, 1000)


def _connections(value: Any) -> int:
    if isinstance(value, bool) or value not in MAX_CONNECTIONS:
        raise ValueError("must be one of " + ", ".join(map(str, MAX_CONNECTIONS)))
    return int(value)


def gateway_fields(body: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a creation (section 1.1); empty strings of optional ids count as not sent."""
    errors: list[str] = []
    sent = {name: value for name, value in body.items() if not (name in ("subnetId", "eip", "type") and value == "")}
    reader = FieldReader(sent, errors)
    fields = {
        "vpcId": reader.take("vpcId", ID),
        "vpnName": reader.take("vpnName", NAME),
        "subnetId": reader.take("subnetId", ID, required=False),
        "type": reader.take("type", one_of("IPSec", "SSL"), required=False) or "IPSec",
        "description": reader.take("description", text(MAX_DESCRIPTION), required=False) or "",
        "eip": reader.take("eip", ipv4, required=False) or "",
        **take_common(reader),
        **take_billing(body, errors),
    }
    connections = reader.take("maxConnection", _connections, required=False)
    if fields["type"] == "SSL":
        fields["maxConnection"] = connections
    elif connections is not None:
        reader.add_error("maxConnection", "is for gateways of type SSL only")
    refuse_if(errors)
    return fields


def create(cloud: Any, body: dict[str, Any]) -> dict[str, Any]:
    """Create a gateway. Whether names are unique is UNKNOWN: two of one name are allowed."""
    fields = gateway_fields(body)
    vpc_id, subnet_id, address = fields["vpcId"], fields["subnetId"], fields["eip"]
    cloud.vpcs.require(vpc_id)
    subnets = [subnet["subnetId"] for subnet in cloud.vpcs.subnets_of(vpc_id)]
    if not subnets:
        raise unsupported("the VPC has no subnet, create one first")
    if subnet_id and subnet_id not in subnets:
        refuse_if(["subnetId: must be a subnet of the VPC"])
    eip = cloud.eips.require_available(address) if address else None
    if cloud.gateways.count_in(vpc_id) >= MAX_GATEWAYS:
        raise BceError(400, "QuotaLimitExceeded", f"the VPC has {MAX_GATEWAYS} VPN gateways")
    vpn_id = new_id("vpn")
    gateway = {
        "vpnId": vpn_id,
        "vpnName": fields["vpnName"],
        "createTime": cloud.gateways.clock.beijing(),
        "description": fields["description"],
        "type": fields["type"],
        "status": "",
        "expiredTime": expiry(cloud.gateways.clock, fields["months"]),
        "paymentTiming": fields["paymentTiming"],
        "eip": address,
        "bandwidthInMbps": eip.latest()["bandwidthInMbps"] if eip else 0,
        "vpcId": vpc_id,
        "deleteProtect": fields["deleteProtect"],
        "tags": fields["tags"],
        **({"maxConnection": fields["maxConnection"]} if fields["type"] == "SSL" else {}),
        **phase("building", eip="", bandwidthInMbps=0),
    }
    cloud.gateways.add_billed(vpc_id, vpn_id, gateway)
    if eip:
        _attach(cloud, eip, vpn_id)
    return {"vpnId": vpn_id}


def _attach(cloud: Any, eip: Record, vpn_id: str) -> None:
    before = {"instanceType": "", "instanceId": ""}
    cloud.eips.put(eip, {"instanceType": "VPN", "instanceId": vpn_id, **phase("binding", **before)})


def detach(cloud: Any, address: str, word: str = "unbinding") -> None:
    """Unbind an EIP; ``word`` is its status until that is over."""
    eip = cloud.eips.records.get(address)
    if eip:
        old = eip.latest()
        before = {"instanceType": old["instanceType"], "instanceId": old["instanceId"]}
        cloud.eips.put(eip, {"instanceType": "", "instanceId": "", **phase(word, **before)})


def update(cloud: Any, vpn_id: str, body: dict[str, Any]) -> None:
    """Change name and description where they are sent; the Go SDK sends an empty name for one to be left alone."""
    record = cloud.gateways.existing(vpn_id)
    errors: list[str] = []
    reader = FieldReader(
        {name: value for name, value in body.items() if not (name == "vpnName" and value == "")}, errors
    )
    name = reader.take("vpnName", NAME, required=False)
    if name == "default":
        reader.add_error("vpnName", "must not be default")
    description = reader.take("description", text(MAX_DESCRIPTION), required=False)
    refuse_if(errors)
    rules = cloud.gateways.settings.dialects.apply("write_rules", WriteRules())
    changes = {"vpnName": name, "description": description_on_update(description, rules)}
    cloud.gateways.require_settled(record)
    cloud.gateways.put(record, {key: value for key, value in changes.items() if value is not None})


def bind(cloud: Any, vpn_id: str, address: str) -> None:
    """Bind an available EIP to a gateway without one; over another one it is UNKNOWN (section 1.5)."""
    record = cloud.gateways.existing(vpn_id)
    cloud.gateways.require_settled(record)
    rules = cloud.gateways.network_rules()
    if rules.bind_while_active == "refused" and cloud.gateways.status_now(record) == "active":
        raise unsupported("the VPN gateway is active")
    old = record.latest()
    if old["eip"] and (old["eip"] == address or rules.bind_over == "refused"):
        raise unsupported("the VPN gateway has an EIP, unbind it first")
    eip = cloud.eips.require_available(address)
    if old["eip"]:
        detach(cloud, old["eip"])
    shown = {"eip": old["eip"], "bandwidthInMbps": old["bandwidthInMbps"]}
    changes = {"eip": address, "bandwidthInMbps": eip.latest()["bandwidthInMbps"]}
    cloud.gateways.put(record, {**changes, **phase("configuring", **shown)})
    _attach(cloud, eip, vpn_id)


def unbind(cloud: Any, vpn_id: str) -> None:
    """Unbind the EIP of a gateway. What becomes of tunnels is UNKNOWN: they stay."""
    record = cloud.gateways.existing(vpn_id)
    cloud.gateways.require_settled(record)
    old = record.latest()
    if not old["eip"]:
        raise unsupported("the VPN gateway has no EIP")
    shown = {"eip": old["eip"], "bandwidthInMbps": old["bandwidthInMbps"]}
    cloud.gateways.put(record, {"eip": "", "bandwidthInMbps": 0, **phase("configuring", **shown)})
    detach(cloud, old["eip"])


def protect(cloud: Any, vpn_id: str, body: dict[str, Any]) -> None:
    """Switch the protection against release on or off."""
    record = cloud.gateways.existing(vpn_id)
    errors: list[str] = []
    value = FieldReader(body, errors).take("deleteProtect", boolean)
    refuse_if(errors)
    cloud.gateways.require_settled(record)
    cloud.gateways.put(record, {"deleteProtect": value})


def release(cloud: Any, vpn_id: str) -> None:
    """Release a gateway. What becomes of its tunnels, routes and EIP is UNKNOWN.

    Here tunnels and routes are in the way. An EIP is not, because the official example for Terraform never unbinds it
    and is said to be destroyed without errors.
    """
    record = cloud.gateways.existing(vpn_id)
    cloud.gateways.require_settled(record)
    value = record.latest()
    if value["deleteProtect"]:
        raise unsupported("the VPN gateway is protected against release")
    if value["paymentTiming"] == "Prepaid":
        raise unsupported("a prepaid VPN gateway is released by a support ticket only")
    rules = cloud.gateways.network_rules()
    tunnels, routes = cloud.tunnels.ids_of(vpn_id), cloud.route_rules.using(vpn_id)
    used = {
        "tunnels": tunnels if rules.release_in_use == "refused" else (),
        "routes": routes if rules.release_in_use == "refused" else (),
        "an EIP": value["eip"] if rules.release_with_eip == "refused" else "",
    }
    in_the_way = [words for words, objects in used.items() if objects]
    if in_the_way:
        raise unsupported(f"the VPN gateway has {' and '.join(in_the_way)}")
    for rule_id in routes:
        cloud.route_rules.remove(rule_id)
    for tunnel_id in tunnels:
        cloud.tunnels.remove(tunnel_id)
    if value["eip"]:
        # Until the gateway is gone, its EIP is bound: Terraform then waits before it releases the EIP.
        detach(cloud, value["eip"], "binded")
    cloud.gateways.remove(vpn_id)


def _bind(cloud: Any, vpn_id: str, request: Request) -> None:
    errors: list[str] = []
    address = FieldReader(json_body(request), errors).take("eip", ipv4)
    refuse_if(errors)
    bind(cloud, vpn_id, address)


OPERATIONS = (
    operation("create gateway", "POST", "/v1/vpn", lambda cloud, _id, request: create(cloud, json_body(request)), True),
    operation(
        "update gateway",
        "PUT",
        "/v1/vpn/{id}",
        lambda cloud, vpn_id, request: update(cloud, vpn_id, json_body(request)),
        True,
        "modifyAttribute",
    ),
    operation("bind gateway", "PUT", "/v1/vpn/{id}", _bind, True, "bind"),
    operation(
        "unbind gateway",
        "PUT",
        "/v1/vpn/{id}",
        lambda cloud, vpn_id, _request: unbind(cloud, vpn_id),
        True,
        "unbind",
    ),
    operation(
        "protect gateway",
        "PUT",
        "/v1/vpn/{id}/deleteProtect",
        lambda cloud, vpn_id, request: protect(cloud, vpn_id, json_body(request)),
        True,
    ),
    operation("delete gateway", "DELETE", "/v1/vpn/{id}", lambda cloud, vpn_id, _request: release(cloud, vpn_id), True),
)
