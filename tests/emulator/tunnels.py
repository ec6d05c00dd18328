# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tunnels, sections 1 and 4 of the contract notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from .customer_gateways import CustomerGateways
from .gateways import Gateways
from .operations import json_body, operation
from .store import Clock, Record, RecordStore, Settings, new_id
from .validation import (
    ID,
    NAME,
    FieldReader,
    Rule,
    WriteRules,
    cidrs,
    description_on_update,
    ipv4,
    matching,
    missing,
    one_of,
    refuse_if,
    refused,
    seconds,
    text,
)

SECRET_KEY_PATTERN = re.compile(r"(?=.*[A-Za-z])(?=.*[0-9])(?=.*[!@#$%^*()_])[A-Za-z0-9!@#$%^*()_]{8,17}")
_SECRET_KEY = matching(
    SECRET_KEY_PATTERN, "must have 8..17 characters, letters and digits and symbols, symbols only from !@#$%^*()_"
)

_ENC = ("aes", "aes192", "aes256", "3des")
# SHA-2 and "disabled" are in one source only (section 4); the union is accepted.
_AUTH = ("sha1", "md5", "sha2_256", "sha2_384", "sha2_512")
_GROUPS = ("group2", "group5", "group14", "group24")

IKE_RULES: dict[str, Rule] = {
    "ikeVersion": one_of("v1", "v2"),
    "ikeMode": one_of("main", "aggressive"),
    "ikeEncAlg": one_of(*_ENC),
    "ikeAuthAlg": one_of(*_AUTH),
    "ikePfs": one_of(*_GROUPS),
    "ikeLifeTime": seconds(60, 86400),
}
# What the server fills in is UNKNOWN: the values of the documentation's example.
IKE_DEFAULTS = {
    "ikeVersion": "v1",
    "ikeMode": "main",
    "ikeEncAlg": "aes",
    "ikeAuthAlg": "sha1",
    "ikePfs": "group2",
    "ikeLifeTime": "28800s",
}
IPSEC_RULES: dict[str, Rule] = {
    "ipsecEncAlg": one_of(*_ENC),
    "ipsecAuthAlg": one_of(*_AUTH),
    "ipsecPfs": one_of(*_GROUPS, "disabled"),
    "ipsecLifetime": seconds(180, 86400),
}
IPSEC_DEFAULTS = {"ipsecEncAlg": "aes", "ipsecAuthAlg": "sha1", "ipsecPfs": "group2", "ipsecLifetime": "28800s"}


def tunnel_fields(body: dict[str, Any], contract: str, update: bool, rules: WriteRules) -> dict[str, Any]:
    """Return the stored fields of a create or update body (sections 1.1, 1.2 and 4); unknown items are left out.

    ``contract`` is ``intl`` (remoteIp), ``cn`` (cgwId) or ``both`` (at least one). ``vpnId`` is returned for an
    update only, where the body must carry it. ``description`` is None where it was not sent. An address or id
    that is not used by the contract, or is an empty string as the Go SDK sends it, counts as not sent.
    Items of ikeConfig and ipsecConfig may be missing (section 4); ``keeps_sub_fields`` says that an update leaves
    those alone.
    """
    errors: list[str] = []
    reader = FieldReader({k: v for k, v in body.items() if not (k in ("remoteIp", "cgwId") and v == "")}, errors)
    fields: dict[str, Any] = {}
    if update:
        fields["vpnId"] = reader.take("vpnId", ID)
    fields["vpnConnName"] = reader.take("vpnConnName", NAME)
    fields["secretKey"] = reader.take("secretKey", _SECRET_KEY)
    subnets = cidrs(rules.host_bits)
    fields["localSubnets"] = reader.take("localSubnets", subnets)
    fields["remoteSubnets"] = reader.take("remoteSubnets", subnets)
    before = len(errors)
    fields["remoteIp"] = reader.take("remoteIp", ipv4, contract == "intl") if contract != "cn" else None
    fields["cgwId"] = reader.take("cgwId", ID, contract == "cn") if contract != "intl" else None
    if len(errors) == before and not (fields["remoteIp"] or fields["cgwId"]):
        reader.add_error("remoteIp", "is required without cgwId")
    fields["description"] = reader.take("description", text(), required=False)
    if update:
        fields["description"] = description_on_update(fields["description"], rules)
    required = rules.sub_fields == "required"
    keeps = fields["keeps_sub_fields"] = update and rules.sub_fields == "kept"
    fills = rules.sub_fields != "absent" and not keeps
    fields["ikeConfig"] = reader.take_object("ikeConfig", IKE_RULES, IKE_DEFAULTS if fills else {}, required)
    fields["ipsecConfig"] = reader.take_object("ipsecConfig", IPSEC_RULES, IPSEC_DEFAULTS if fills else {}, required)
    refuse_if(errors)
    return fields


class Tunnels(RecordStore):
    """The tunnels of all gateways; a scope is a gateway."""

    state_name = "tunnels"
    point = "tunnel"
    id_name = "vpnConnId"
    unknown_id = "vpnconn-000000000000"

    def __init__(
        self, settings: Settings, clock: Clock, gateways: Gateways, customer_gateways: CustomerGateways
    ) -> None:
        super().__init__(settings, clock)
        self._gateways = gateways
        self._customer_gateways = customer_gateways
        self.reset()

    def reset(self) -> None:
        """Forget every tunnel."""
        self.clear(self._gateways.records)

    def list(self, vpn_id: str, query: dict[str, str]) -> dict[str, Any]:
        """Return a gateway's tunnels in order of creation, keys in clear (section 1.3)."""
        self._gateways.require(vpn_id)
        return self.settings.dialects.apply("list_page", {"vpnConns": self.list_entries(vpn_id)}, query)

    def create(self, vpn_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create a tunnel. Whether names are unique is UNKNOWN: two of one name are allowed."""
        self._gateways.require_built(vpn_id)
        fields = tunnel_fields(body, self.settings.contract, False, self._write_rules())
        self._check_name(fields["vpnConnName"], vpn_id, "")
        tunnel_id = new_id("vpnconn")
        tunnel = {
            "vpnId": vpn_id,
            "vpnConnId": tunnel_id,
            "vpnConnName": fields["vpnConnName"],
            "localIp": self._gateways.local_ip(vpn_id),
            "createdTime": self.clock.beijing(),
            "status": "",
            "healthStatus": "",
            **self._written(fields, {}),
        }
        self.add(vpn_id, tunnel_id, tunnel)
        return {"vpnConnId": tunnel_id}

    def update(self, tunnel_id: str, body: dict[str, Any]) -> None:
        """Replace a tunnel. The effect of a missing description is UNKNOWN: it keeps the old one, "" clears."""
        record = self._existing(tunnel_id)
        rules = self._write_rules()
        fields = tunnel_fields(body, self.settings.contract, True, rules)
        home = fields["vpnId"]
        if home != record.scope and (rules.other_gateway == "refused" or not self._gateways.has(home)):
            raise refused("vpnId: must be the gateway of the tunnel")
        self._check_name(fields["vpnConnName"], home, tunnel_id)
        old = record.latest()
        written = self._written(fields, old)
        tunnel = {**old, "vpnId": home, "vpnConnName": fields["vpnConnName"], **written}
        if "cgwId" not in written:
            tunnel.pop("cgwId", None)
        self.change(record, tunnel, home)

    def delete(self, tunnel_id: str) -> None:
        """Delete a tunnel."""
        self._existing(tunnel_id)
        self.remove(tunnel_id)

    def plant(self, objects: Sequence[Any], vpn_id: str | None) -> Sequence[str]:
        """Put objects of any shape into lists, verbatim and at once; return the ids that PUT and DELETE find."""
        homes = [item.get("vpnId", vpn_id) if isinstance(item, dict) else vpn_id for item in objects]
        for home in homes:
            if not isinstance(home, str) or not self._gateways.has(home):
                raise refused("vpnId: every planted tunnel needs an existing gateway, in itself or in the query")
        ids = []
        for item, home in zip(objects, homes):
            own_id = item.get("vpnConnId") if isinstance(item, dict) else None
            ids.append(own_id if isinstance(own_id, str) and own_id else new_id("planted"))
            self.seed(home, item, ids[-1] if isinstance(item, dict) else None)
        return ids

    def count(self, vpn_id: str) -> int:
        """Return the number of a gateway's tunnels."""
        return sum(record.latest() is not None for record in self.of_scope.get(vpn_id, {}).values())

    def ids_of(self, vpn_id: str) -> Sequence[str]:
        """Return the ids of a gateway's tunnels."""
        return [key for key, record in self.records.items() if record.scope == vpn_id]

    def using(self, cgw_id: str) -> Sequence[str]:
        """Return the ids of the tunnels that use a customer gateway."""
        return [key for key, record in self.records.items() if record.latest().get("cgwId") == cgw_id]

    def keys_of(self, object_id: str) -> Sequence[str]:
        """Return the shared keys of a tunnel, or of all tunnels of a gateway."""
        records = list(self.of_scope.get(object_id, {}).values())
        if object_id in self.records:
            records.append(self.records[object_id])
        values = [record.latest() for record in records]
        return [str(value["secretKey"]) for value in values if isinstance(value, dict) and "secretKey" in value]

    def with_status(self, record: Record, value: Any, at: float) -> Any:
        """Add the status of that time; those before ``active`` are UNKNOWN, ``building`` is a gateway's."""
        if record.verbatim:
            return value
        settled = at - record.born >= self.settings.settle_ms / 1000
        return {
            **value,
            "status": "active" if settled else "building",
            "healthStatus": "reachable" if settled else "unreachable",
        }

    def _existing(self, tunnel_id: str) -> Record:
        if tunnel_id not in self.records:
            raise missing("VPN tunnel", tunnel_id)
        return self.records[tunnel_id]

    def _write_rules(self) -> WriteRules:
        return self.settings.dialects.apply("write_rules", WriteRules())

    def _check_name(self, name: str, vpn_id: str, tunnel_id: str) -> None:
        """Let the dialects refuse a name because of those of the gateway's other tunnels."""
        if self.settings.dialects.has("tunnel_name"):
            others = [
                record.latest().get("vpnConnName")
                for key, record in self.records.items()
                if record.scope == vpn_id and key != tunnel_id
            ]
            self.settings.dialects.apply("tunnel_name", name, others)

    def _written(self, fields: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
        """Return the fields of a write in the order and form of the list (section 1.3); ``old`` is what is stored."""
        cgw_id = fields["cgwId"]
        # Whether an unknown one is refused is UNKNOWN; it is accepted, so that tests need not create one first.
        peer = self._customer_gateways.stored.get(cgw_id or "")
        written = {
            "secretKey": fields["secretKey"],
            "localSubnets": fields["localSubnets"],
            "remoteIp": fields["remoteIp"] or (peer["ip"] if peer else ""),
            "remoteSubnets": fields["remoteSubnets"],
            "description": old.get("description", "") if fields["description"] is None else fields["description"],
            "ikeConfig": _merged(old.get("ikeConfig"), fields["ikeConfig"], fields["keeps_sub_fields"]),
            "ipsecConfig": _merged(old.get("ipsecConfig"), fields["ipsecConfig"], fields["keeps_sub_fields"]),
        }
        # The international contract has no customer gateways (section 1.2).
        return written if self.settings.contract == "intl" else {**written, "cgwId": cgw_id or ""}


def _merged(old: Any, new: dict[str, Any], keeps: bool) -> dict[str, Any]:
    """Return the items of an object after an update; those that it lacks stay where the API keeps them."""
    return {**old, **new} if keeps and isinstance(old, dict) else new


# The id is a gateway's for GET and a tunnel's for PUT and DELETE (section 1, trap).
OPERATIONS = (
    operation(
        "list tunnels",
        "GET",
        "/v1/vpn/vpnconn/{id}",
        lambda cloud, vpn_id, request: cloud.tunnels.list(vpn_id, request.query),
    ),
    operation(
        "create tunnel",
        "POST",
        "/v1/vpn/{id}/vpnconn",
        lambda cloud, vpn_id, request: cloud.tunnels.create(vpn_id, json_body(request)),
        True,
    ),
    operation(
        "update tunnel",
        "PUT",
        "/v1/vpn/vpnconn/{id}",
        lambda cloud, tunnel_id, request: cloud.tunnels.update(tunnel_id, json_body(request)),
        True,
    ),
    operation(
        "delete tunnel",
        "DELETE",
        "/v1/vpn/vpnconn/{id}",
        lambda cloud, tunnel_id, _request: cloud.tunnels.delete(tunnel_id),
        True,
    ),
)
