# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The route rules of one route table of a VPC.

Contract: the API pages "Query routing table" and "Create / Update / Delete routing rules". The pair of source and
destination identifies a rule in its table. The list is GET /route, because it is not paginated and has the id of the
table; it returns one table, or `routeTables`.
"""

from __future__ import annotations

from typing import Any, Dict, List, Set, Tuple

from .._bce.errors import ConflictError
from .._bce.response_parsing import check_owner, invalid_response, paginate, parse_id, parse_str
from . import messages
from .api import PAGE_SIZE, RestApi
from .base import CHECK_MODE_ID, Desired, Item
from .fields import (
    VPC_ID,
    Field,
    camel_case,
    choice_field,
    description_field,
    id_field,
    parse_choice,
    parse_subnet,
    subnet,
    warn_of_host_bits,
)
from .resource import Resource
from .vpc import VPC_NAME, resolve_vpc, route_tables

MESSAGES = {
    "route_key": "pair of source and destination",
    "route_system_rule": (
        "The route rule %(name)s%(shown_id)s of %(scope)s is a system rule, which cannot be changed; choose another"
        " pair"
    ),
    "route_several_hops": (
        "The route rule %(name)s%(shown_id)s of %(scope)s has several next hops, so it cannot be updated; delete it"
        " first"
    ),
    "route_other_hop": (
        "%(option)s: the route rule %(name)s%(shown_id)s of %(scope)s has %(current)s and not %(desired)s, so it is not"
        " deleted; leave %(option)s out to delete it"
    ),
    "route_families": (
        "%(option)s: must be of the same address family as source_address, but one of %(source)s and %(destination)s"
        " is IPv4 and the other IPv6"
    ),
    "route_tables_ambiguous": (
        "vpc_id: %(scope)s has %(count)d route tables: %(ids)s; provide route_table_id in its place"
    ),
}

# The types of a rule with a single path; the API page has the first five, the official SDKs the others.
NEXTHOP_TYPES = (
    "vpn",
    "custom",
    "nat",
    "dcGateway",
    "peerConn",
    "enic",
    "havip",
    "ipv6gateway",
    "defaultGateway",
)
SYSTEM = "sys"
ROUTE_TABLE_ID = id_field("route_table_id")
ROUTE_RULE_ID = id_field("route_rule_id")
NEXTHOP_ID = id_field("nexthop_id")._replace(required_on_create=True)
_SPELLINGS = {word.lower(): word for word in (SYSTEM, *NEXTHOP_TYPES)}


def _parse_type(value: Any) -> str | None:
    """Return the type of a next hop in the spelling of the API page, whatever spelling the API uses."""
    word = parse_choice(value)
    return _SPELLINGS.get(word, parse_str(value)) if word else None


def _parse_hops(value: Any) -> List[Dict[str, Any]] | None:
    """Return the next hops of a rule with several paths; None for any other rule."""
    if not isinstance(value, list):
        return None
    hops = [hop for hop in value if isinstance(hop, dict)]
    return [{name: parse(hop.get(camel_case(name))) for name, parse in _HOP.items()} for hop in hops] or None


def shown_hops(fields: Dict[str, Any], name: str) -> List[str]:
    """Return what a rule shows as `name` (nexthop_id or nexthop_type): its own value and those of its next hops."""
    values = [fields[name], *(hop[name] for hop in fields["next_hop_list"] or ())]
    return list(dict.fromkeys(value for value in values if value))


_HOP = {"nexthop_id": parse_id, "nexthop_type": _parse_type, "path_type": parse_choice}


def address_field(name: str) -> Field:
    constraint = "must be a CIDR such as 192.168.0.0/20"
    return Field(name, constraint, subnet, {"type": "str"}, parse=parse_subnet, remark=warn_of_host_bits)


class VpcRoute(Resource):
    """A route rule. System rules are never touched, and rules with several paths are never updated."""

    kind = "vpc_route"
    label = "route rule"
    scope_options = (VPC_ID, ROUTE_TABLE_ID)
    scope_lookups = (VPC_NAME,)
    scope_help = "one of them names the route table"
    owner = "route_table_id"
    natural_key = ("source_address", "destination_address")
    key_word = MESSAGES["route_key"]
    has_exact_names = True
    keeps_id_on_update = False  # no API page says that a rule keeps it, and official examples show two ids
    id_field = ROUTE_RULE_ID
    fields = (
        address_field("source_address"),
        address_field("destination_address"),
        choice_field("nexthop_type", *NEXTHOP_TYPES)._replace(required_on_create=False, parse=_parse_type),
        NEXTHOP_ID,
        description_field(max_chars=200)._replace(omits_empty=True),
    )
    read_only = {"path_type": parse_choice, "next_hop_list": _parse_hops}
    connection_fields: Tuple[str, ...] = natural_key
    immutable = {"nexthop_type": "delete the rule (state: absent) and create it again; its traffic is interrupted"}
    defaults = {"description": ""}
    paths = {"list": "/route", "create": "/route/rule", "item": "/route/rule/%(id)s"}
    operations = {
        "list": "list the route rules of %(scope)s",
        "create": "create the route rule %(name)s in %(scope)s",
        "update": "update the route rule %(name)s (%(id)s)",
        "delete": "delete the route rule %(id)s",
    }
    list_key = "routeRules"

    def scope_words(self, values: Dict[str, Any]) -> str:
        """See ResourceValues.scope_words()."""
        table_id = values.get("route_table_id")
        return "route table %s" % table_id if table_id else "VPC %s" % values.get("vpc_id")

    def validate_values(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """See Resource.validate_values(); both addresses have to be of one address family."""
        found = super().validate_values(values, where)
        provided = self.provided_options(values)
        if not found and all(name in provided for name in self.natural_key):
            source, destination = (provided[name] for name in self.natural_key)
            is_new = CHECK_MODE_ID in (source, destination)
            if not is_new and (":" in source) != (":" in destination):
                words = {"option": where + "destination_address", "source": source, "destination": destination}
                found.append(MESSAGES["route_families"] % words)
        return found

    def parse(self, values: Dict[str, Any]) -> Desired:
        """See Resource.parse(); a rule found by its pair is of the type vpn, unless the task has another type."""
        desired = super().parse(values)
        if not desired.is_absent and not desired.options.get("route_rule_id"):
            desired.fields.setdefault("nexthop_type", NEXTHOP_TYPES[0])
        return desired

    def parse_item(self, entry: Dict[str, Any], scope: Dict[str, Any]) -> Item:
        """See Resource.parse_item(); next hops may be in a list, of which a single one is that of the rule."""
        hops: Any = entry.get("nextHopList") or entry.get("nexthopList")
        is_single = isinstance(hops, list) and len(hops) == 1 and isinstance(hops[0], dict)
        if is_single and not entry.get("nexthopId"):
            entry = dict(entry, **{name: hops[0].get(name) for name in ("nexthopId", "nexthopType", "pathType")})
        return super().parse_item(dict(entry, nextHopList=None if is_single else hops), scope)

    def reject_unchangeable(self, desired: Desired, item: Item) -> None:
        """Raise an error for a system rule, and for a rule with several paths that would have to be updated."""
        fields = item.fields
        shown_id = " (%s)" % fields["route_rule_id"] if fields["route_rule_id"] else ""
        words = {"name": self.name_of(fields), "shown_id": shown_id, "scope": self.scope_words(fields)}
        if fields["nexthop_type"] == SYSTEM:
            raise ConflictError(MESSAGES["route_system_rule"] % words, "SystemRule")
        if desired.is_absent:
            return self._reject_other_hop(desired, fields, words)
        has_other_hop = fields["nexthop_id"] is None and "nexthop_id" in desired.fields
        if self._has_several_paths(fields) and (has_other_hop or not self.is_equal(desired, item)):
            raise ConflictError(MESSAGES["route_several_hops"] % words, "MultiPathRule")
        return None

    @staticmethod
    def _reject_other_hop(desired: Desired, fields: Dict[str, Any], words: Dict[str, Any]) -> None:
        """Raise an error if a rule is to be deleted that leads elsewhere than the task says."""
        for name in ("nexthop_type", "nexthop_id"):
            provided, shown = desired.fields.get(name), shown_hops(fields, name)
            if provided and shown and provided not in [*shown, CHECK_MODE_ID]:
                words = dict(words, option=name, desired=provided, current=", ".join(shown))
                raise ConflictError(MESSAGES["route_other_hop"] % words, "NextHopMismatch")

    @staticmethod
    def _has_several_paths(fields: Dict[str, Any]) -> bool:
        return bool(fields["next_hop_list"]) or fields["path_type"] not in (None, "normal")


VPC_ROUTE = VpcRoute()


class VpcRouteApi(RestApi):
    """The operations on the rules of the route table that a VPC's id or its own id names.

    :ivar table: the ids of the table and of its VPC, once a list has shown them.
    """

    type = VPC_ROUTE
    resolve = staticmethod(resolve_vpc)

    def __init__(self, client: Any, values: Dict[str, Any]) -> None:
        super().__init__(client, values)
        is_new = CHECK_MODE_ID in self.values.values()
        new = dict.fromkeys(("vpc_id", "route_table_id"), CHECK_MODE_ID)
        self.table: Dict[str, Any] = {**new, **self.values} if is_new else {}

    def request(self, method: str, path: str, query: Any = None, **more: Any) -> Any:
        """See RestReader.request(); return a response whose body is the table that was asked for."""
        response = self.client.request(method, path, query, **more)
        table = self._find_table(response, more["operation"])
        if parse_id(table.get("routeTableId")) is None:
            text = messages.MESSAGES["response_without_id"] % {"wire_name": "routeTableId"}
            raise invalid_response(more["operation"], text, response)
        # Set here, because only a response has the table's id if the task provides the VPC, and the entries that
        # paginate() reads through this method are parsed against it.
        self.table = {name: parse_id(table.get(camel_case(name))) for name in ("vpc_id", "route_table_id")}
        self.scope = self.type.scope_words(self.table)
        return response._replace(body=table)

    def scope_values(self) -> Dict[str, Any]:
        """See RestReader.scope_values()."""
        return self.table

    def confirmed_ids(self) -> Set[str]:
        """See ResourceApi.confirmed_ids(): the ids in the API's other list of the table's rules.

        :raises InvalidResponseError: if that is not such a list, or has a rule of another table.
        """
        table_id = self.table["route_table_id"]
        query = {"routeTableId": table_id, "maxKeys": PAGE_SIZE}
        path, operation = self._path("create"), self.operation("list")
        pages = paginate(self.client, path, query, self.type.list_key, "routeRuleId", operation)
        check_owner(pages.entries, "routeTableId", table_id, pages.response, operation)
        return {entry["routeRuleId"] for entry in pages.entries if parse_id(entry.get("routeRuleId"))}

    def _find_table(self, response: Any, operation: str) -> Dict[str, Any]:
        """Return the API's own object of the table that was asked for; the response has to name it."""
        expected = dict(self._query(), **({"routeTableId": self.table["route_table_id"]} if self.table else {}))
        scope = self.type.scope_words(self.values)
        found = route_tables(response, expected, scope, operation)
        return self.choose_table(found, scope)

    def choose_table(self, tables: List[Dict[str, Any]], scope: str) -> Dict[str, Any]:
        """Return the only table of those that the API shows for a VPC.

        :param scope: the words for the VPC.
        """
        if len(tables) > 1:
            words = {"scope": scope, "count": len(tables), "ids": self.table_ids(tables)}
            raise ConflictError(MESSAGES["route_tables_ambiguous"] % words, "AmbiguousRouteTable")
        return tables[0]

    @staticmethod
    def table_ids(tables: List[Dict[str, Any]]) -> str:
        """Return the ids of tables as words."""
        return ", ".join(str(parse_id(table.get("routeTableId"))) for table in tables)

    def created_id(self, body: Dict[str, Any]) -> str | None:
        """See RestApi.created_id(); the API page also has a list of ids, for rules with several paths."""
        ids = body.get("routeRuleIds")
        return super().created_id(body) or (parse_id(ids[0]) if isinstance(ids, list) and len(ids) == 1 else None)

    def create_body(self, target: Item) -> Dict[str, Any]:
        """See RestApi.create_body()."""
        return dict(super().create_body(target), routeTableId=self.table["route_table_id"])
