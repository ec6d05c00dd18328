# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The uses of a VPN gateway (its tunnels, and the route rules that lead to it), and what prevents its release.

Whether the API refuses the release of a gateway that is in use, or removes its uses, is not documented.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, NamedTuple

from .._bce.errors import ConflictError, NotFoundError
from .._bce.redaction import SecretSet, redact_nested
from .._bce.response_parsing import get_list, parse_id
from .base import Desired, Item
from .billing import PAYMENT_TIMING, PREPAID
from .managed_gateway import DELETE_PROTECT, FORCE
from .steps import Condition, Step
from .vpc import route_tables
from .vpc_route import SYSTEM, VPC_ROUTE, VpcRouteApi, shown_hops
from .vpn_tunnel import VpnTunnelApi, tunnels_in_detail

MESSAGES = {
    "gateway_in_use": "The VPN gateway %(name)s (%(id)s) was not released, because %(reasons)s; %(remedy)s",
    "in_use_and": ", and ",
    "remedies_and": "; and ",
    "in_use_tunnels": "it has the tunnels %(uses)s",
    "in_use_tunnels_unseen": "it has %(count)d tunnels, but their list shows only %(shown)d",
    "in_use_rules": "route rules lead to it: %(uses)s",
    "in_use_unclear": "the API's responses do not confirm that these belong to this gateway alone: %(uses)s",
    "in_use_protected": "it is protected (delete_protect)",
    "in_use_protection_unknown": "the API does not show whether it is protected",
    "in_use_prepaid": "it is prepaid, and the API releases only postpaid gateways",
    "remedy_uses": "remove these first, or set force: true",
    "remedy_protected": "set delete_protect: false in this task",
    "remedy_prepaid": "let it expire, or ask for a refund in the console",
    "remedy_unclear": "run the task again later, or look at it in the console",
}
MAX_NAMED = 20  # tunnels or rules that a message names
TUNNEL_FIELDS = ("vpn_conn_id", "vpn_conn_name")
RULE_FIELDS = ("route_rule_id", "source_address", "destination_address")


class Use(NamedTuple):
    """A tunnel of a gateway, or a route rule that leads to it."""

    shown: Dict[str, Any]  # its id and name, as results have them
    object_id: str | None
    name: str | None
    api: Any  # deletes it
    is_certain: bool  # whether the API's responses confirm that it can be removed together with the gateway
    is_leaving: bool = False

    def __str__(self) -> str:
        return "%s (%s)" % (self.name, self.object_id) if self.name else str(self.object_id)

    @property
    def key(self) -> tuple[Any, ...]:
        return tuple(self.shown.values())


class Uses(NamedTuple):
    """The uses of a gateway.

    :ivar secrets: the keys of the tunnels.
    """

    tunnels: List[Use]
    rules: List[Use]
    secrets: SecretSet

    @property
    def all(self) -> List[Use]:
        """Return all uses in the order of their removal: no rule may lead traffic to a tunnel that is gone."""
        return self.rules + self.tunnels

    @property
    def fields(self) -> Dict[str, Any]:
        """Return what a diff and a result show of the uses."""
        shown = {"tunnels": [use.shown for use in self.tunnels], "route_rules": [use.shown for use in self.rules]}
        return redact_nested(shown, self.secrets)


def read_uses(client: Any, values: Dict[str, Any], vpn_id: str, detail: Any) -> Uses:
    """Return the uses of a gateway that exists.

    :param values: the options of the task, of which `vpc_id` and `version` are read.
    :param detail: the response to the read of the gateway by its id.
    """
    secrets = SecretSet()
    return Uses(_read_tunnels(client, values, vpn_id, detail, secrets), _read_rules(client, values, vpn_id), secrets)


def _read_tunnels(client: Any, values: Dict[str, Any], vpn_id: str, detail: Any, secrets: SecretSet) -> List[Use]:
    """Return the tunnels in the list and in the gateway's own detail."""
    api = VpnTunnelApi(client, {"vpn_id": vpn_id, "version": values.get("version", 1)})
    listed, shown = api.list(), api.parse_all(tunnels_in_detail(detail, vpn_id) or ())
    secrets.update(listed.secrets | shown.secrets)
    own = {entry.object_id for entry in shown.entries}
    found: Dict[Any, Use] = {}
    for entry in listed.entries + shown.entries:
        names = dict(zip(TUNNEL_FIELDS, (entry.object_id, entry.name)))
        # An entry of the list need not name its gateway, and the list may be that of another gateway.
        is_certain = entry.object_id is not None and (entry.scope_confirmed or entry.object_id in own)
        use = Use(names, entry.object_id, entry.name, api, is_certain, entry.is_leaving)
        found.setdefault(entry.object_id or id(entry), use)
    return list(found.values())


def _read_rules(client: Any, values: Dict[str, Any], vpn_id: str) -> List[Use]:
    """Return the route rules, in all route tables of the VPC, that have the gateway as a next hop."""
    vpc_id, version = values["vpc_id"], values.get("version", 1)
    scope = VPC_ROUTE.scope_words({"vpc_id": vpc_id})
    operation, path = VPC_ROUTE.operations["list"] % {"scope": scope}, VPC_ROUTE.paths["list"]
    response = client.request("GET", "/v%d%s" % (version, path), {"vpcId": vpc_id}, operation=operation)
    found = []
    for table in route_tables(response, {"vpcId": vpc_id}, scope, operation):
        table_id = parse_id(table.get("routeTableId"))
        api = VpcRouteApi(client, {"vpc_id": vpc_id, "version": version})
        for entry in get_list(response._replace(body=table), VPC_ROUTE.list_key, operation):
            item = VPC_ROUTE.parse_item(entry, {"vpc_id": vpc_id, "route_table_id": table_id})
            if vpn_id in shown_hops(item.fields, "nexthop_id"):
                found.append(_rule_use(item, api))
    return found


def _rule_use(item: Item, api: Any) -> Use:
    fields = item.fields
    is_single = fields["nexthop_type"] != SYSTEM and not fields["next_hop_list"]
    rule_id = fields["route_rule_id"]
    shown = {name: fields[name] for name in RULE_FIELDS}
    return Use(shown, rule_id, VPC_ROUTE.name_of(fields), api, rule_id is not None and is_single)


def removal_steps(uses: Uses) -> Iterator[Step]:
    """Yield the steps that remove all uses."""
    for use in uses.all:
        if not use.is_leaving:
            yield Step("delete the %s %s" % (use.api.type.label, use), _deletion_of(use))


def _deletion_of(use: Use) -> Callable[[str, float], str | None]:
    def send(token: str, deadline: float) -> str | None:
        try:
            request_id: str | None = use.api.delete(use.object_id, token, deadline)
        except NotFoundError:
            return None  # another run deleted it; a later read of all uses has to confirm that
        return request_id

    return send


def _is_unused(item: Item | None) -> bool:
    return item is None or not any(map(item.fields.get, ("tunnels", "route_rules", "vpn_conn_num")))


UNUSED = Condition("free of tunnels and route rules", _is_unused)


def reject_release(desired: Desired, item: Item, uses: Uses) -> None:
    """Raise an error that names everything that prevents the release of a gateway.

    :raises ConflictError: with the code GatewayInUse.
    """
    reasons, remedies = [], []

    def refuse(key: str, remedy: str, **words: Any) -> None:
        reasons.append(MESSAGES[key] % words)
        remedies.append(MESSAGES[remedy])

    fields = item.fields
    unclear = [use for use in uses.all if not use.is_certain]
    if not desired.options.get(FORCE.name):
        if uses.tunnels:
            refuse("in_use_tunnels", "remedy_uses", uses=join_uses(uses.tunnels))
        if uses.rules:
            refuse("in_use_rules", "remedy_uses", uses=join_uses(uses.rules))
    elif unclear:
        refuse("in_use_unclear", "remedy_unclear", uses=join_uses(unclear))
    if (fields["vpn_conn_num"] or 0) > len(uses.tunnels):
        refuse("in_use_tunnels_unseen", "remedy_unclear", count=fields["vpn_conn_num"], shown=len(uses.tunnels))
    if desired.fields.get(DELETE_PROTECT.name) is not False and fields[DELETE_PROTECT.name] is not False:
        is_known = fields[DELETE_PROTECT.name] is not None
        refuse("in_use_protected" if is_known else "in_use_protection_unknown", "remedy_protected")
    if fields[PAYMENT_TIMING.name] == PREPAID:
        refuse("in_use_prepaid", "remedy_prepaid")
    if reasons:
        words = {"name": fields["vpn_name"], "id": fields["vpn_id"], "reasons": MESSAGES["in_use_and"].join(reasons)}
        words["remedy"] = MESSAGES["remedies_and"].join(dict.fromkeys(remedies))
        raise ConflictError(MESSAGES["gateway_in_use"] % words, "GatewayInUse")


def join_uses(uses: List[Use]) -> str:
    more = len(uses) - MAX_NAMED
    return ", ".join(map(str, uses[:MAX_NAMED])) + (" and %d more" % more if more > 0 else "")
