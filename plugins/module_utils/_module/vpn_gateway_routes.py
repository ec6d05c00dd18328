# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module vpn_gateway_routes: all route rules that the tunnels of a gateway need.

The rules are planned in _resources/gateway_routes.py, and the reconciler creates them. Every deletion is part of a
purge: two lists of the rules and two lists of the tunnels have to confirm it.
"""

from __future__ import annotations

import time
from typing import Any

from .._bce import connection_options
from .._bce.client import BceClient
from .._bce.errors import BceError, ConflictError, InvalidOptionsError
from .._bce.redaction import SecretSet, redact
from .._reconcile.purge import Purge
from .._reconcile.results import ObjectResult, ScopeReconciler
from .._resources import fields
from .._resources.base import CHECK_MODE_ID, CREATE, Entry
from .._resources.gateway_routes import (
    GATEWAY_ROUTE,
    MAX_RULES,
    VPN,
    GatewayRoutesApi,
    TunnelRules,
    leads_to,
    plan_rules,
    vpc_networks,
)
from .._resources.messages import MESSAGES as OPTION_MESSAGES
from .._resources.vpc import VPC_NAME, resolve_vpc
from .._resources.vpn_tunnel import LOCAL_SUBNETS, REMOTE_SUBNETS, VPN_CONN_NAME
from .gateway_reader import Gateway, GatewayReader
from .present_absent import apply
from .results import BulkReport
from .validation import ParsedTask, parse_connection

MESSAGES = {
    "routes_tunnel_nameless": "tunnel.vpn_conn_name: is required; give the name of the tunnel",
    "routes_not_known": (
        "The route rules of gateway %(vpn_id)s are not known yet, because its id, that of its VPC or a source is"
        " check-mode-new [NotKnownYet]"
    ),
    "routes_too_many": (
        "%(scope)s has %(count)d route rules and needs %(new)d more, and a table has at most %(maximum)d; provide"
        " sources: [0.0.0.0/0] for fewer rules, or delete rules that are not needed"
    ),
    "routes_tunnels_missing": (
        "The detail of gateway %(vpn_id)s (%(shown)s tunnels) has a tunnel that its list (%(listed)d) lacks; rules of"
        " such tunnels are missing, so run the task again later [ListIncomplete]"
    ),
    "routes_tunnels_unconfirmed": (
        "purge: the list of gateway %(vpn_id)s shows %(listed)d tunnels, and its detail %(shown)s, so it is not certain"
        " that the route rules %(pairs)s are not needed; nothing was changed. Run the task again later"
    ),
    "routes_left": (
        "These route rules still lead to gateway %(vpn_id)s: %(pairs)s; none of its tunnels needs them with the sources"
        " of this task. Set purge: true to delete them [RoutesLeft]"
    ),
    "routes_purge_skipped": "%(scope)s is not purged, because not all of its rules are as desired [PurgeSkipped]",
    "routes_tunnels_changed": (
        "purge: the tunnels of gateway %(vpn_id)s changed while the task ran, so nothing was changed; run the task"
        " again"
    ),
}
TUNNEL = "tunnel"
TUNNEL_FIELDS = (VPN_CONN_NAME._replace(required_on_create=False), LOCAL_SUBNETS, REMOTE_SUBNETS)
SOURCES = fields.subnets_field("sources")._replace(has_wire_name=False, required_on_create=False)
FIELDS = (fields.VPN_ID, fields.VPC_ID, VPC_NAME, SOURCES, fields.STATE, fields.VERSION)


def _argument_spec() -> dict[str, Any]:
    spec = {field.name: fields.to_argument_spec(field) for field in FIELDS}
    tunnel = {field.name: fields.to_argument_spec(field) for field in TUNNEL_FIELDS}
    spec[TUNNEL] = {"type": "dict", "options": tunnel}
    return dict(spec, purge={"type": "bool", "default": False}, **connection_options.ARGUMENT_SPEC)


ARGUMENTS = {"argument_spec": _argument_spec(), "supports_check_mode": True}


def parse(params: dict[str, Any]) -> ParsedTask:
    """See Implementation.parse()."""
    provided = fields.provided_options(FIELDS, params)
    errors = fields.validate_fields(FIELDS, params)
    if fields.VPN_ID.name not in provided:
        words = {"option": fields.VPN_ID.name, "others": "", "remedy": "give the id of the VPN gateway"}
        errors.append(OPTION_MESSAGES["scope_missing"] % words)
    if "vpc_id" in provided and "vpc_name" in provided:
        errors.append(OPTION_MESSAGES["scope_ambiguous"] % {"option": "vpc_name", "other": "vpc_id"})
    tunnel = params.get(TUNNEL)
    if tunnel is not None:
        errors += _tunnel_errors(tunnel)
    connection = parse_connection(params, errors)
    desired = {"version": 1, "state": "present", **fields.normalize_options(FIELDS, params)}
    if tunnel is not None:
        desired[TUNNEL] = fields.normalize_options(TUNNEL_FIELDS, tunnel)
    warnings = tuple(fields.warn_of_host_bits(SOURCES.name, params.get(SOURCES.name) or ()))
    return ParsedTask(desired, connection, {"purge": bool(params.get("purge"))}, warnings)


def _tunnel_errors(tunnel: Any) -> list[str]:
    """Return the errors in the option `tunnel`."""
    if not isinstance(tunnel, dict):
        names = ", ".join(field.name for field in TUNNEL_FIELDS)
        return [OPTION_MESSAGES["group_type"] % {"option": TUNNEL, "names": names}]
    if VPN_CONN_NAME.name not in fields.provided_options(TUNNEL_FIELDS, tunnel):
        return [MESSAGES["routes_tunnel_nameless"]]
    return fields.validate_fields(TUNNEL_FIELDS, tunnel, TUNNEL + ".")


def run(request: ParsedTask, check_mode: bool, clock: Any = time) -> dict[str, Any]:
    """See Implementation.run()."""
    client = BceClient(request.connection, clock=clock)
    task = _Task(client, request, clock)
    try:
        report = task.run(check_mode)
    except BceError as error:
        report = error.to_failed_result()
        if task.warnings:
            report["warnings"] = task.warnings
    return request.connection.warn_in(dict(report, **task.ids))


class _Task:
    """One run.

    :ivar ids: the ids of the gateway and of its VPC for the result, as far as they are known.
    """

    def __init__(self, client: BceClient, request: ParsedTask, clock: Any) -> None:
        self._client = client
        self._clock = clock
        self._options = dict(request.desired)
        self._retry_timeout = request.connection.retry_timeout
        self._tunnel = request.desired.get(TUNNEL)
        self._purge = request.options["purge"] and not (self._is_absent and self._tunnel)
        self._secrets = SecretSet()
        self.warnings = list(request.warnings)
        self.ids = {"vpn_id": self._options["vpn_id"]}

    def run(self, check_mode: bool) -> dict[str, Any]:
        """Return the result of the task.

        :raises BceError: if the rules cannot be planned; nothing was written then.
        """
        options = self._options = resolve_vpc(self._client, self._options)
        if "vpc_id" in options:
            self.ids["vpc_id"] = options["vpc_id"]
        unknown = [options.get("vpc_id"), *options.get("sources", ())]
        if not (self._tunnel and "vpc_id" in options) or self._is_absent:
            unknown.append(options["vpn_id"])
        if CHECK_MODE_ID in unknown:
            self.warnings.append(MESSAGES["routes_not_known"] % self.ids)
            # No rule can lead to an object that does not exist yet, so there is nothing to delete.
            return dict(self._report([], []), changed=not self._is_absent)
        scope = self._plan()
        if not check_mode:
            apply(scope)
        if scope.purge is not None and scope.purge.is_skipped:
            self.warnings.append(MESSAGES["routes_purge_skipped"] % {"scope": scope.api.scope})
        return self._report(scope.results, [scope.error] if scope.error else [])

    @property
    def _is_absent(self) -> bool:
        return bool(self._options["state"] == "absent")

    @property
    def _needs_tunnels(self) -> bool:
        """Return False where every rule of the gateway is to be deleted, whatever its tunnels are."""
        return not (self._is_absent and self._purge)

    def _plan(self) -> ScopeReconciler:
        """Plan every rule.

        :raises BceError: with all errors together, if rules cannot be made or deletions not be confirmed.
        """
        reader = GatewayReader(self._client, self._options, self._clock)
        # A gateway that check mode would create has no tunnels yet.
        is_new = self._options["vpn_id"] == CHECK_MODE_ID
        gateway = Gateway(None, tunnel_count=0) if is_new else reader.read(self._needs_tunnels)
        vpc = reader.read_vpc(gateway)
        self.ids["vpc_id"] = vpc["vpc_id"]
        self._secrets.update(gateway.listed.secrets)
        rules, errors = self._plan_rules(gateway, vpc)
        api = GatewayRoutesApi(self._client, {"vpc_id": vpc["vpc_id"], "version": self._options["version"]})
        scope = self._scope(api, rules)
        scope.plan()
        errors += [result.error.message for result in scope.results if isinstance(result.error, ConflictError)]
        new = sum(result.is_planned and result.action == CREATE for result in scope.results)
        if new and len(api.rules) + new > MAX_RULES:
            words = {"scope": api.scope, "count": len(api.rules), "new": new, "maximum": MAX_RULES}
            errors.append(MESSAGES["routes_too_many"] % words)
        if errors:
            raise ConflictError(InvalidOptionsError(errors).message, "RoutesNotPossible")
        if self._needs_tunnels:
            surplus = [result for result in scope.results if result.state.desired.is_surplus]
            second = reader.read(True) if surplus else gateway
            self._check_tunnels((gateway, second), surplus, rules == self._plan_rules(second, vpc)[0])
        if self._is_absent and not (self._purge or self._tunnel):
            self._warn_of_left(api.rules, rules)
        return scope

    def _warn_of_left(self, listed: list[dict[str, Any]], rules: TunnelRules) -> None:
        """Warn of the rules to the gateway that the task does not delete.

        :param listed: the fields of the rules of the table.
        """
        vpn_id, deleted = self._options["vpn_id"], {"%s -> %s" % pair for pair in rules.pairs}
        names = {GATEWAY_ROUTE.name_of(rule) for rule in listed if rule["nexthop_id"] == vpn_id}
        left = {name for name in names if name is not None} - deleted
        if left:
            self.warnings.append(MESSAGES["routes_left"] % {"vpn_id": vpn_id, "pairs": ", ".join(sorted(left))})

    def _plan_rules(self, gateway: Gateway, vpc: dict[str, Any]) -> tuple[TunnelRules, list[str]]:
        """See plan_rules()."""
        deletes = self._is_absent or self._purge
        return plan_rules(self._options, gateway.listed.items, vpc_networks(vpc), deletes)

    def _scope(self, api: GatewayRoutesApi, rules: TunnelRules) -> ScopeReconciler:
        """Return the reconciler of the table, with the rules that the task needs and those that it deletes."""
        vpn_id = self._options["vpn_id"]
        options = dict(api.values, state="present", nexthop_type=VPN, nexthop_id=vpn_id)

        def parse(pairs: Any) -> list[Any]:
            return [
                GATEWAY_ROUTE.parse(dict(options, source_address=source, destination_address=destination))
                for source, destination in pairs
            ]

        desired, leads = parse(rules.pairs), leads_to(vpn_id)
        surplus = parse(rules.surplus) if self._tunnel else desired if self._is_absent else []
        surplus_names = {GATEWAY_ROUTE.keys(one).name for one in surplus}
        purges_all = self._purge and not self._tunnel
        kept_names = {GATEWAY_ROUTE.keys(one).name for one in desired} if not self._is_absent else set()

        def is_in_purge(entry: Entry) -> bool:
            return leads(entry) and (purges_all or entry.name is None or entry.name in {*surplus_names, *kept_names})

        purge = Purge.of_scope(api, is_in_purge) if self._is_absent or self._purge else None
        return ScopeReconciler(api, [] if self._is_absent else desired, self._retry_timeout, purge, self._clock)

    def _check_tunnels(self, readings: tuple[Gateway, Gateway], surplus: list[ObjectResult], is_same: bool) -> None:
        """Check that a second reading of the tunnels confirms the deletions; without any, warn of tunnels not listed.

        :param surplus: the rules to delete.
        :param is_same: whether the tunnels of both readings need the same rules.
        :raises ConflictError: if the second reading does not confirm them.
        """
        first, second = readings
        words = {"vpn_id": self._options["vpn_id"], "shown": second.tunnel_count, "listed": len(second.listed.entries)}
        is_complete = first.is_complete and second.is_complete
        if surplus and not (is_complete and (second.listed.entries or second.tunnel_count == 0)):
            names = ", ".join(str(result.state.entry.name) for result in surplus)
            raise _unconfirmed("routes_tunnels_unconfirmed", dict(words, pairs=names), "PurgeUnclear")
        if not is_same:
            raise _unconfirmed("routes_tunnels_changed", words, "ChangedMeanwhile")
        if not is_complete:
            self.warnings.append(MESSAGES["routes_tunnels_missing"] % words)

    def _report(self, results: list[ObjectResult], errors: list[BceError]) -> dict[str, Any]:
        def header(result: ObjectResult) -> str:
            return "%s/%s" % (self._options["vpn_id"], GATEWAY_ROUTE.name_of(_known(result)))

        def shown(_result: ObjectResult, values: dict[str, Any]) -> dict[str, Any]:
            # People put keys into descriptions.
            return dict(values, description=redact(values["description"], self._secrets)) if values else values

        return BulkReport("route_rules", "route rules", _item, header, shown).report(results, self.warnings, errors)


def _unconfirmed(key: str, words: dict[str, Any], code: str) -> BceError:
    return ConflictError(MESSAGES[key] % words, code, retryable=True)


def _known(result: ObjectResult) -> dict[str, Any]:
    """Return the source and destination of a rule, with what else is known of it."""
    return result.desired.fields or result.before


def _item(result: ObjectResult) -> dict[str, Any]:
    known = _known(result)
    return {
        "source_address": known.get("source_address"),
        "destination_address": known.get("destination_address"),
        "route_rule_id": result.known_id,
        "created_ids": result.created_ids,
        "action": result.action if result.is_planned else None,
        "changed": result.changed,
        "error": result.error.to_dict() if result.error else None,
    }
