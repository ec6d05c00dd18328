# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VPCs of a region with their subnets and default route tables, read only, and the lookup of a VPC by its name.

Contract: the API pages "Query VPC list", "Query specified VPC", "Query subnet list" and "Query routing table". No list
has a filter for names, and a name need not be unique.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List

from .._bce.errors import ConflictError
from .._bce.redaction import safe_repr
from .._bce.response_parsing import check_owner, get_list, invalid_response, paginate, parse_id, parse_str
from .api import PAGE_SIZE, RestReader
from .base import CHECK_MODE_ID, Item
from .fields import VPC_ID, camel_case, parse_subnet, parse_subnets
from .filters import text_field
from .parsers import parse_flag, parse_tags, parse_text
from .resource import Resource

MESSAGES = {
    "response_other_scope": "is not about %(scope)s",
    "vpc_name_unknown": "%(option)s: no VPC of the region is named %(name)s; %(existing)s",
    "vpc_names_existing": "its VPCs are %(vpcs)s%(more)s",
    "vpc_names_none": "there is no VPC, so check the region and the account",
    "vpc_names_more": " and %(count)d more",
    "vpc_name_ambiguous": (
        "%(option)s: must be the name of one VPC, but %(count)d are named %(name)s: %(ids)s; provide %(id_option)s"
    ),
    "vpc_missing": "vpc_id: the region has no VPC %(vpc_id)s; check the id and the region",
    "vpc_without_id": "%(option)s: the response shows no id for the VPC %(name)s; provide %(id_option)s",
}
MAX_NAMED = 10  # VPCs that an error names
VPC_NAME = text_field("vpc_name")
LONG_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
DEFAULT_TABLE = "default"  # the name of a VPC's first route table
SUBNET = {
    "subnet_id": parse_id,
    "name": parse_text,
    "cidr": parse_subnet,
    "ipv6_cidr": parse_text,
    "zone_name": parse_text,
    "subnet_type": parse_text,
    "description": parse_text,
}


class Vpc(Resource):
    """A VPC. The default VPC of an old account can have the CIDR 0.0.0.0/0."""

    label = "VPC"
    natural_key = ("name",)
    id_field = VPC_ID
    read_only = {
        "name": parse_text,
        "cidr": parse_subnet,
        "secondary_cidr": parse_subnets,
        "ipv6_cidr": parse_text,
        "is_default": parse_flag,
        "relay": parse_flag,
        "description": parse_text,
        "tags": parse_tags,
        "created_time": parse_str,
    }
    paths = {"list": "/vpc", "item": "/vpc/%(id)s", "subnets": "/subnet", "table": "/route"}
    operations = {
        "list": "list the VPCs of the region",
        "read": "read the VPC %(id)s",
        "subnets": "list the subnets of VPC %(id)s",
        "table": "read the route table of VPC %(id)s",
    }
    list_key = "vpcs"
    list_query = {"maxKeys": PAGE_SIZE}
    is_read_by_id = True

    def parse_item(self, entry: Dict[str, Any], scope: Dict[str, Any]) -> Item:
        """See Resource.parse_item()."""
        return super().parse_item(_with_name(entry), scope)


VPC = Vpc()


class VpcApi(RestReader):
    """The reads of the VPCs of the region."""

    type = VPC

    def list_vpcs(self) -> List[Dict[str, Any]]:
        """Return all VPCs, without their subnets."""
        return [item.fields for item in self.read_all().items]

    def detail(self, vpc_id: str) -> Dict[str, Any] | None:
        """Return one VPC with `subnets`, or None if there is none of this id.

        Where the response has no subnets, the list of subnets is read.
        """
        response = self.read_by_id(self.type, self._path("item", vpc_id), vpc_id)
        if response is None:
            return None
        if response.body.get("subnets") is None:
            entries = self._list_subnets(vpc_id)
        else:
            operation = self.type.operations["read"] % {"id": vpc_id}
            entries = without_long_ids(get_list(response, "subnets", operation))
            check_owner(entries, "vpcId", vpc_id, response, operation)
        subnets = [
            {name: parse(entry.get(camel_case(name))) for name, parse in SUBNET.items()}
            for entry in map(_with_name, entries)
        ]
        return dict(self.parse_item(response.body).fields, subnets=subnets)

    def existing(self, vpc_id: str) -> Dict[str, Any]:
        """Return the VPC as detail() does.

        :raises ConflictError: if there is no VPC of this id.
        """
        found = self.detail(vpc_id)
        if found is None:
            raise ConflictError(MESSAGES["vpc_missing"] % {"vpc_id": vpc_id}, "NotFound")
        return found

    def request(self, method: str, path: str, query: Any = None, **more: Any) -> Any:
        """See RestReader.request(); the detail of a VPC is flat, or wrapped in `vpc`."""
        response = super().request(method, path, query, **more)
        inner = response.body.get("vpc")
        return response._replace(body=dict(response.body, **inner)) if isinstance(inner, dict) else response

    def default_table_id(self, vpc_id: str) -> str | None:
        """Return the id of the default route table; None if the response has several, and not exactly one default."""
        operation = self.type.operations["table"] % {"id": vpc_id}
        response = self.client.request("GET", self._path("table"), {"vpcId": vpc_id}, operation=operation)
        tables = route_tables(response, {"vpcId": vpc_id}, "VPC " + vpc_id, operation)
        named = tables if len(tables) == 1 else [table for table in tables if table.get("name") == DEFAULT_TABLE]
        return parse_id(named[0].get("routeTableId")) if len(named) == 1 else None

    def _list_subnets(self, vpc_id: str) -> List[Dict[str, Any]]:
        """Return the API's subnets of a VPC; those of others are left out, because the list may ignore its filter."""
        operation = self.type.operations["subnets"] % {"id": vpc_id}
        query = {"vpcId": vpc_id, "maxKeys": PAGE_SIZE}
        pages = paginate(self.client, self._path("subnets"), query, "subnets", "subnetId", operation)
        shown = without_long_ids(pages.entries)
        return [entry for entry in shown if parse_str(entry.get("vpcId")) in (None, vpc_id)]


def route_tables(response: Any, expected: Dict[str, Any], scope: str, operation: str) -> List[Dict[str, Any]]:
    """Return the API's route tables in a response, which has one table, or `routeTables`.

    :param expected: what a table has to show, such as its vpcId.
    :param scope: the words for it.
    :raises InvalidResponseError: if there is no such table.
    """
    is_several = "routeTables" in response.body
    tables = get_list(response, "routeTables", operation) if is_several else [response.body]
    if not is_several:
        get_list(response, "routeRules", operation)
    found = [table for table in tables if all(table.get(name) == value for name, value in expected.items())]
    if not found:
        raise invalid_response(operation, MESSAGES["response_other_scope"] % {"scope": scope}, response)
    return found


def resolve_vpc(client: Any, values: Dict[str, Any]) -> Dict[str, Any]:
    """Return the options with `vpc_id` in the place of `vpc_name`; see RestReader.resolve()."""
    if "vpc_name" not in values:
        return values
    values = dict(values)
    name = values.pop("vpc_name")
    if name == CHECK_MODE_ID:
        return dict(values, vpc_id=CHECK_MODE_ID)
    return dict(values, vpc_id=find_by_name(VpcApi(client, values).list_vpcs(), name)["vpc_id"])


def find_by_name(vpcs: List[Dict[str, Any]], name: str, option: str = "vpc_name") -> Dict[str, Any]:
    """Return the VPC that has exactly this name.

    :param option: the option that has the name, for messages.
    :raises ConflictError: if there is none, or if there are several.
    """
    found = select_by_name(vpcs, name, option)
    if found:
        return found[0]
    shown = ["%s (%s)" % (safe_repr(vpc["name"]), vpc["vpc_id"]) for vpc in vpcs]
    more = MESSAGES["vpc_names_more"] % {"count": len(shown) - MAX_NAMED} if len(shown) > MAX_NAMED else ""
    existing = MESSAGES["vpc_names_existing" if shown else "vpc_names_none"]
    words = {"option": option, "name": safe_repr(name)}
    words["existing"] = existing % {"vpcs": ", ".join(shown[:MAX_NAMED]), "more": more}
    raise ConflictError(MESSAGES["vpc_name_unknown"] % words, "NotFound")


def select_by_name(vpcs: List[Dict[str, Any]], name: str, option: str = "vpc_name") -> List[Dict[str, Any]]:
    """Return the VPC of this name in a list, which is empty if there is none; see find_by_name()."""
    found = [vpc for vpc in vpcs if vpc["name"] == name]
    words = {"option": option, "count": len(found), "name": safe_repr(name), "id_option": option.replace("name", "id")}
    if len(found) > 1:
        words["ids"] = ", ".join(vpc["vpc_id"] or "no id" for vpc in found)
        raise ConflictError(MESSAGES["vpc_name_ambiguous"] % words, "AmbiguousName")
    if found and not found[0]["vpc_id"]:
        raise ConflictError(MESSAGES["vpc_without_id"] % words, "NotFound")
    return found


def is_long_id(value: Any) -> bool:
    """Return whether a VPC's id is a UUID, which API pages show next to the short id that requests take."""
    return isinstance(value, str) and bool(LONG_ID.fullmatch(value))


def without_long_ids(entries: List[Any]) -> List[Any]:
    """Return the API's objects without each `vpcId` that is a long id."""
    return [
        {name: value for name, value in entry.items() if name != "vpcId"}
        if isinstance(entry, dict) and is_long_id(entry.get("vpcId"))
        else entry
        for entry in entries
    ]


def _with_name(entry: Dict[str, Any]) -> Dict[str, Any]:
    """Return an object with `name`, which older API pages spell `Name`."""
    return dict(entry, name=entry["Name"]) if "Name" in entry and "name" not in entry else entry
