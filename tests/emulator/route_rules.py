# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route rules of VPCs, part 2 of the notes, section 2.

The code for a repeated pair is known in part (additions 1.7), the one for a full table from a sibling (additions 1.6);
their statuses are UNKNOWN, 400 is that of other errors on this host. All other rules are refused with the general code
for a wrong meaning, because theirs are UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Any

from .gateways import Gateways
from .messages import Request
from .operations import json_body, operation
from .store import Clock, Record, RecordStore, Settings, new_id, page
from .validation import (
    ID,
    MAX_DESCRIPTION,
    BceError,
    FieldReader,
    WriteRules,
    cidr,
    description_on_update,
    missing,
    one_of,
    refuse_if,
    refused,
    text,
)
from .vpcs import Vpcs

MAX_RULES = 50  # per table; whether the system rule counts is UNKNOWN: it does not here
ANY = IPv4Network("0.0.0.0/0")
MULTI_PATH_TYPE = "dcGateway"
NEXT_HOP_TYPES = (
    "vpn",
    "custom",
    "nat",
    MULTI_PATH_TYPE,
    "peerConn",
    "enic",
    "havip",
    "ipv6gateway",
    "defaultGateway",
)
_NEXT_HOP_TYPE = one_of(*NEXT_HOP_TYPES)
_PATH_TYPE = one_of("ecmp", "ha:active", "ha:standby")
_CLEARABLE = ("sourceAddress", "destinationAddress", "nexthopId")


def rule_fields(body: dict[str, Any], update: bool, rules: WriteRules) -> dict[str, Any]:
    """Return the stored fields of a create or update body (sections 2.2 and 2.3); those not sent are None.

    All fields of an update are optional, and it cannot change the type of the next hop. The Go SDK sends empty strings
    for what an update leaves alone, so they count as not sent.
    """
    errors: list[str] = []
    sent = {name: value for name, value in body.items() if not (update and name in _CLEARABLE and value == "")}
    reader = FieldReader(sent, errors)
    fields: dict[str, Any] = {}
    if not update:
        fields["routeTableId"] = reader.take("routeTableId", ID)
    for name in ("sourceAddress", "destinationAddress"):
        fields[name] = reader.take(name, cidr(rules.host_bits), required=not update)
    fields["description"] = reader.take("description", text(MAX_DESCRIPTION), required=False)
    if update:
        fields["description"] = description_on_update(fields["description"], rules)
        fields["nexthopId"] = reader.take("nexthopId", ID, required=False)
    elif body.get("nextHopList") is not None:
        fields["nextHopList"] = reader.take("nextHopList", _paths)
    else:
        fields["nexthopId"] = reader.take("nexthopId", ID)
        fields["nexthopType"] = reader.take("nexthopType", _NEXT_HOP_TYPE)
    refuse_if(errors)
    return fields


def _paths(value: Any) -> list[dict[str, str]]:
    """Check the next hops of a rule with several paths, which only direct connect gateways can have."""
    if not isinstance(value, list) or len(value) < 2 or not all(isinstance(item, dict) for item in value):
        raise ValueError("must be a list of two objects or more")
    for item in value:
        ID(item.get("nexthopId"))
        _PATH_TYPE(item.get("pathType"))
        if item.get("nexthopType") != MULTI_PATH_TYPE:
            raise ValueError(f"every nexthopType must be {MULTI_PATH_TYPE}")
    return [{name: item[name] for name in ("nexthopId", "nexthopType", "pathType")} for item in value]


class RouteRules(RecordStore):
    """The rules of all route tables; a scope is a table. System rules have no id, so that no write finds them."""

    state_name = "routeRules"
    point = "route_rule"
    id_name = "routeRuleId"
    unknown_id = "rr-000000000000"

    def __init__(self, settings: Settings, clock: Clock, vpcs: Vpcs, gateways: Gateways) -> None:
        super().__init__(settings, clock)
        self._vpcs = vpcs
        self._gateways = gateways
        self.reset()

    def reset(self) -> None:
        """Forget every rule except the system's."""
        self.clear(self._vpcs.vpc_of_table)
        for table_id, vpc_id in self._vpcs.vpc_of_table.items():
            for network in self._vpcs.cidrs_of(vpc_id):
                self.seed(table_id, _system_rule(table_id, network), None)

    def read_table(self, query: dict[str, str]) -> dict[str, Any]:
        """Return one table with all its rules; this list has no pages."""
        table_id = self._table_in(query)
        rules = self.settings.dialects.apply("list_page", {"routeRules": self.list_entries(table_id)}, query)
        table = {"name": "default", "routeTableId": table_id, "vpcId": self._vpcs.vpc_of_table[table_id], **rules}
        return self.settings.dialects.apply("route_table", table)

    def list(self, query: dict[str, str]) -> dict[str, Any]:
        """Return a page of a table's rules.

        Whether system rules are among them is UNKNOWN: here they are, in front of the others, because their empty id
        cannot be a marker.
        """
        dialects = self.settings.dialects
        entries = dialects.apply("route_rule_list", self.list_entries(self._table_in(query)))
        if dialects.has("list_page"):
            return dialects.apply("list_page", {"routeRules": entries}, query)
        return page(entries, self.id_name, "routeRules", query)

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create a rule."""
        fields = rule_fields(body, False, self._write_rules())
        table_id = fields["routeTableId"]
        if table_id not in self._vpcs.vpc_of_table:
            raise missing("route table", table_id)
        rule_id = new_id("rr")
        paths = fields.get("nextHopList")
        rule = {
            "routeRuleId": rule_id,
            "routeTableId": table_id,
            "sourceAddress": fields["sourceAddress"],
            "destinationAddress": fields["destinationAddress"],
            "nexthopId": "" if paths else fields["nexthopId"],
            "nexthopType": MULTI_PATH_TYPE if paths else fields["nexthopType"],
            "description": fields["description"] or "",
            "pathType": paths[0]["pathType"] if paths else "normal",
        }
        if paths:
            rule["nextHopList"] = paths
        others = self._others(table_id, None)
        self._check(rule, others)
        if sum(other["nexthopType"] != "sys" for other in others) >= MAX_RULES:
            raise BceError(400, "QuotaLimitExceeded", f"the route table has {MAX_RULES} rules")
        self.add(table_id, rule_id, rule)
        return {"routeRuleIds": [rule_id]} if paths else {"routeRuleId": rule_id}

    def update(self, rule_id: str, request: Request) -> None:
        """Change those fields of a rule that are sent."""
        record = self._existing(rule_id)
        old = record.latest()
        if "switchRouteHA" in request.query or "nextHopList" in old:
            raise refused("routeRuleId: only rules with one path can be updated here")
        rules = self._write_rules()
        fields = rule_fields(json_body(request), True, rules)
        rule = {**old, **{name: value for name, value in fields.items() if value is not None}}
        self._check(rule, self._others(record.scope, record))
        if rules.id_on_update == "kept":
            self.change(record, rule, record.scope)
            return
        self.remove(rule_id)
        other_id = new_id("rr")
        self.add(record.scope, other_id, {**rule, "routeRuleId": other_id})

    def delete(self, rule_id: str) -> None:
        """Delete a rule."""
        self._existing(rule_id)
        self.remove(rule_id)

    def using(self, vpn_id: str) -> Sequence[str]:
        """Return the ids of the rules whose next hop is a gateway."""
        return [key for key, record in self.records.items() if record.latest().get("nexthopId") == vpn_id]

    def scope_of(self, object_id: str, request: Request) -> str:
        """Return the table of a rule, or the one in which a request creates one."""
        if object_id:
            return super().scope_of(object_id, request)
        return str(json_body(request).get("routeTableId"))

    def _table_in(self, query: dict[str, str]) -> str:
        """Return the id of the table that a read names by exactly one of two parameters (section 2.1)."""
        table_id, vpc_id = query.get("routeTableId"), query.get("vpcId")
        if bool(table_id) == bool(vpc_id):
            raise refused("routeTableId: exactly one of routeTableId and vpcId is required")
        if not table_id:
            return self._vpcs.table_of(vpc_id or "")
        if table_id not in self._vpcs.vpc_of_table:
            raise missing("route table", table_id)
        return table_id

    def _existing(self, rule_id: str) -> Record:
        if rule_id not in self.records:
            raise missing("route rule", rule_id)
        return self.records[rule_id]

    def _write_rules(self) -> WriteRules:
        return self.settings.dialects.apply("write_rules", WriteRules())

    def _others(self, table_id: str, record: Record | None) -> Sequence[dict[str, Any]]:
        """Return the rules of a table, the system's included, except one."""
        values = [other.latest() for other in self.of_scope[table_id].values() if other is not record]
        return [value for value in values if value is not None]

    def _check(self, rule: dict[str, Any], others: Sequence[dict[str, Any]]) -> None:
        """Raise BceError where a rule breaks those of its table (section 2.2)."""
        vpc_id = self._vpcs.vpc_of_table[rule["routeTableId"]]
        pair = source, destination = _pair(rule)
        errors = []
        subnets = [IPv4Network(subnet["cidr"]) for subnet in self._vpcs.subnets_of(vpc_id)]
        if source != ANY and not any(source.subnet_of(subnet) for subnet in subnets):
            errors.append("sourceAddress: must be 0.0.0.0/0 or inside one subnet of the VPC")
        # The page speaks of the VPC's CIDR; that the secondary ones count too is a guess.
        networks = [IPv4Network(network) for network in self._vpcs.cidrs_of(vpc_id)]
        if destination != ANY and ANY not in networks and any(map(destination.overlaps, networks)):
            errors.append("destinationAddress: must not overlap the CIDR of the VPC")
        if rule["nexthopType"] == "vpn" and self._gateways.vpc_of(rule["nexthopId"]) != vpc_id:
            errors.append("nexthopId: must be a VPN gateway of the VPC")
        refuse_if(errors)
        if rule["nexthopType"] == "vpn":
            self._gateways.require_built(rule["nexthopId"])
        if self._write_rules().same_pair == "refused" and any(_pair(other) == pair for other in others):
            raise BceError(400, "RouteRuleRepeated", "a rule with this source and destination exists in the table")


def _pair(rule: dict[str, Any]) -> tuple[IPv4Network, IPv4Network]:
    return IPv4Network(rule["sourceAddress"], False), IPv4Network(rule["destinationAddress"], False)


def _system_rule(table_id: str, destination: str) -> dict[str, Any]:
    return {
        "routeRuleId": "",
        "routeTableId": table_id,
        "sourceAddress": str(ANY),
        "destinationAddress": destination,
        "nexthopId": "",
        "nexthopType": "sys",
        "description": "",
    }


OPERATIONS = (
    operation(
        "read route table", "GET", "/v1/route", lambda cloud, _id, request: cloud.route_rules.read_table(request.query)
    ),
    operation(
        "list route rules", "GET", "/v1/route/rule", lambda cloud, _id, request: cloud.route_rules.list(request.query)
    ),
    operation(
        "create route rule",
        "POST",
        "/v1/route/rule",
        lambda cloud, _id, request: cloud.route_rules.create(json_body(request)),
        True,
    ),
    operation(
        "update route rule",
        "PUT",
        "/v1/route/rule/{id}",
        lambda cloud, rule_id, request: cloud.route_rules.update(rule_id, request),
        True,
    ),
    operation(
        "delete route rule",
        "DELETE",
        "/v1/route/rule/{id}",
        lambda cloud, rule_id, _request: cloud.route_rules.delete(rule_id),
        True,
    ),
)
