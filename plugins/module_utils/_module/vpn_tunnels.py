# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module vpn_tunnels: many tunnels, one list and one plan for each gateway, concurrently."""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Iterable

from .._bce import connection_options
from .._bce.client import BceClient
from .._bce.errors import InvalidOptionsError
from .._bce.redaction import printable, redact, safe_repr
from .._reconcile.concurrency import (
    DEFAULT_CONCURRENCY,
    MAX_CONCURRENCY,
    THREADS_PER_REQUEST_SLOT,
    run_concurrently,
)
from .._reconcile.parallel_writes import DEFAULT_PARALLEL_WRITES, MAX_PARALLEL_WRITES, ParallelWrites
from .._reconcile.purge import Purge
from .._reconcile.results import ObjectResult, ScopeReconciler
from .._resources.base import CHECK_MODE_ID, NOOP, UPDATE
from .._resources.fields import CLIENT_TOKEN, VPN_ID, camel_case, provided_options, to_argument_spec, validate_value
from .._resources.filters import as_filter
from .._resources.tunnel_security import MINIMUM_SECURITY, check_security
from .._resources.vpn_tunnel import VPN_CONN_ID, VPN_CONN_NAME, VPN_TUNNEL, VpnTunnelApi
from .present_absent import apply
from .results import BulkReport
from .validation import ParsedTask, parse_connection

MESSAGES = {
    "tunnels_not_a_list": "tunnels: must be a list of dictionaries, each with the options of one tunnel",
    "item_not_a_dictionary": "%(path)s: must be a dictionary with the options of one tunnel",
    "item_repeated": "%(path)s.%(option)s: %(value)s is at %(first)s already; each tunnel needs its own",
    "versions_differ": "%(path)s.version: is not that of %(first)s; one task speaks one version of the API",
    "concurrency_invalid": "%(option)s: must be a whole number from 1 to %(maximum)d, got %(value)s",
    "purge_all_without_purge": "purge_all: has a meaning only with purge; set purge: true, or leave purge_all out",
    "purge_of_all": (
        "purge: would delete every tunnel of gateway %(gateways)s, because the list keeps none. Set purge_all: true to"
        " allow that."
    ),
    "purge_without_gateway": "vpn_id: is needed, because no tunnel names the gateway to purge",
    "purge_skipped": "%(scope)s is not purged, because not all of its tunnels are as desired [PurgeSkipped]",
    "tunnel_repeated": (
        "%(path)s: is, or would become, the same tunnel (%(identity)s) as %(first)s; name each tunnel once"
    ),
    "gateway_unnamed": "gateways: tunnels has no item for %(gateways)s [GatewayNotNamed]",
}

PROGRESS_INTERVAL = 5.0  # seconds before the first line of progress, and between two lines

# Options that stand for every item which does not have them itself.
_SHARED = ("vpn_id", "secret_key", "ike_config", "ipsec_config", "state", "wait_for", "wait_timeout", "version")
# The gateways whose items are reconciled; unset for all of them.
_GATEWAYS = as_filter(VPN_ID)._replace(name="gateways")
# Whole numbers: option -> (default, maximum)
_NUMBERS = {
    "concurrency": (DEFAULT_CONCURRENCY, MAX_CONCURRENCY),
    "parallel_per_gateway": (DEFAULT_PARALLEL_WRITES, MAX_PARALLEL_WRITES),
}


def _argument_spec() -> dict[str, Any]:
    """Return the argument spec: an item has the options of vpn_tunnel, the defaults of shared ones one level up."""
    shared, item = VPN_TUNNEL.argument_spec(), VPN_TUNNEL.argument_spec()
    shared["vpn_id"].pop("required")
    for name in _SHARED:
        for key in ("default", "required"):
            item[name].pop(key, None)
    # The level is the task's, so that a list cannot lower it.
    security = {MINIMUM_SECURITY.name: item.pop(MINIMUM_SECURITY.name)}
    return dict(
        {name: shared[name] for name in _SHARED},
        tunnels={"type": "list", "elements": "dict", "required": True, "options": item},
        gateways=to_argument_spec(_GATEWAYS),
        purge={"type": "bool", "default": False},
        purge_all={"type": "bool", "default": False},
        **security,
        **{option: {"type": "int", "default": default} for option, (default, _maximum) in _NUMBERS.items()},
        **connection_options.ARGUMENT_SPEC,
    )


# So that the result of vpn_tunnel_info can be the list of a task.
READ_ONLY = {spelling for name in VPN_TUNNEL.read_only for spelling in (name, camel_case(name))}
ARGUMENTS = {"argument_spec": _argument_spec(), "supports_check_mode": True}


def parse(params: dict[str, Any]) -> ParsedTask:
    """See Implementation.parse(); each error begins with the place of its option."""
    level = params.get(MINIMUM_SECURITY.name) or "none"
    errors = VPN_TUNNEL.validate_values({MINIMUM_SECURITY.name: level, **{name: params.get(name) for name in _SHARED}})
    items: Any = params.get("tunnels")
    is_list = isinstance(items, list)
    if not is_list:
        errors.append(MESSAGES["tunnels_not_a_list"])
    merged_items = []
    for index, item in enumerate(items if is_list else ()):
        path = "tunnels[%d]" % index
        if isinstance(item, dict):
            merged = _merge_shared(item, params)
            merged_items.append((path, merged))
            errors += VPN_TUNNEL.validate_values(item, path + ".") + VPN_TUNNEL.missing_identifiers(merged, path + ".")
        else:
            errors.append(MESSAGES["item_not_a_dictionary"] % {"path": path})
    params = _without_blank_gateways(params)
    selection_errors = [] if params.get("gateways") is None else validate_value(_GATEWAYS, params["gateways"])
    errors += selection_errors + _duplicate_errors(merged_items) + _validate_options(params)
    if params.get("purge") and is_list and len(merged_items) == len(items) and not selection_errors:
        errors += _validate_purge(params, merged_items)
    selected = None if selection_errors else _selected_gateways(params)
    checked_items = [
        (path, merged)
        for path, merged in merged_items
        if selected is None or str(merged.get("vpn_id")).strip() in selected
    ]
    security_errors, security_warnings = check_security(level, checked_items)
    connection = parse_connection(params, errors + security_errors)
    paths, desired, warnings = [], [], []
    for path, merged in merged_items:
        if selected is None or merged["vpn_id"].strip() in selected:
            paths.append(path)
            desired.append(VPN_TUNNEL.parse(merged))
            warnings += ["%s.%s" % (path, text) for text in desired[-1].warnings]
    named = {merged["vpn_id"].strip() for _path, merged in merged_items}
    unnamed = [gateway for gateway in selected or () if gateway not in named]
    if unnamed:
        warnings.append(MESSAGES["gateway_unnamed"] % {"gateways": ", ".join(unnamed)})
    options = {
        "paths": paths,
        "skipped": None if selected is None else len(merged_items) - len(desired),
        "emptied_gateways": _emptied_gateways(params, selected),
        "purge": bool(params.get("purge")),
        "version": desired[0].options["version"] if desired else params.get("version") or 1,
        **{option: params.get(option) or default for option, (default, _maximum) in _NUMBERS.items()},
    }
    return ParsedTask(desired, connection, options, tuple(warnings + security_warnings))


def _duplicate_errors(merged_items: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """Return the errors of pairs of items that exclude each other."""
    errors: list[str] = []
    seen: dict[Any, Any] = {}
    for path, item in merged_items:
        gateway = str(item.get("vpn_id")).strip()
        for field, scope in ((VPN_CONN_ID, gateway), (VPN_CONN_NAME, gateway), (CLIENT_TOKEN, "")):
            option = field.name
            # An invalid value has an error of its own.
            if option in item and not validate_value(field, item[option]):
                first, other = seen.setdefault((option, scope, str(item[option]).strip()), (path, item))
                # The ids distinguish tunnels of one name.
                by_id = option == "vpn_conn_name" and "vpn_conn_id" in item and "vpn_conn_id" in other
                # In check mode, one id stands for several gateways or tunnels.
                is_new = CHECK_MODE_ID in (scope, str(item[option]).strip())
                if first != path and not by_id and not is_new:
                    words = {"path": path, "option": option, "value": safe_repr(item[option]), "first": first}
                    errors.append(MESSAGES["item_repeated"] % words)
        first, other = seen.setdefault("version", (path, item))
        if other.get("version") != item.get("version"):
            errors.append(MESSAGES["versions_differ"] % {"path": path, "first": first})
    return errors


def _validate_options(params: dict[str, Any]) -> list[str]:
    errors = []
    for option, (_default, maximum) in _NUMBERS.items():
        value = params.get(option)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= maximum):
            words = {"option": option, "maximum": maximum, "value": safe_repr(value)}
            errors.append(MESSAGES["concurrency_invalid"] % words)
    if params.get("purge_all") and not params.get("purge"):
        errors.append(MESSAGES["purge_all_without_purge"])
    return errors


def _validate_purge(params: dict[str, Any], merged_items: list[tuple[str, dict[str, Any]]]) -> list[str]:
    errors = []
    selected = _selected_gateways(params)
    gateways: list[Any] = [str(item.get("vpn_id")).strip() for _path, item in merged_items]
    if selected is None:
        gateways = gateways or [params.get("vpn_id")]
    else:
        # A selected gateway that no item names stays as it is, unless purge_all is set.
        gateways = [gateway for gateway in gateways if gateway in selected]
    kept = {str(item.get("vpn_id")).strip() for _path, item in merged_items if item.get("state") != "absent"}
    emptied = [
        gateway for gateway in dict.fromkeys(gateways) if gateway not in kept and not validate_value(VPN_ID, gateway)
    ]
    if emptied and not params.get("purge_all"):
        errors.append(MESSAGES["purge_of_all"] % {"gateways": ", ".join(emptied)})
    if gateways == [None]:
        errors.append(MESSAGES["purge_without_gateway"])
    return errors


def _without_blank_gateways(params: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters without blank gateways. A list of nothing else is empty, because None means all."""
    if not isinstance(params.get("gateways"), list):
        return params
    return dict(params, gateways=provided_options([_GATEWAYS], params).get("gateways", []))


def _selected_gateways(params: dict[str, Any]) -> list[str] | None:
    """Return the ids of the gateways whose items are reconciled; None for all gateways."""
    return None if params.get("gateways") is None else _GATEWAYS.normalize(params["gateways"])


def _emptied_gateways(params: dict[str, Any], selected: list[str] | None) -> list[str]:
    """Return the gateways that a purge empties if no item names them."""
    if not params.get("purge"):
        return []
    if selected is not None:
        return selected if params.get("purge_all") else []
    return [] if params.get("tunnels") else [params["vpn_id"].strip()]


def _merge_shared(item: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """Return the options of an item, with the shared ones that it lacks; of ike_config and ipsec_config, each field."""
    merged = VPN_TUNNEL.provided_options(item)
    for name in _SHARED:
        shared = params.get(name)
        if name in VPN_TUNNEL.groups and isinstance(shared, dict) and isinstance(merged.get(name), dict):
            own = {field: value for field, value in merged[name].items() if value is not None}
            merged[name] = dict(shared, **own)
        elif shared is not None:
            merged.setdefault(name, shared)
    return merged


def run(
    request: ParsedTask, check_mode: bool, progress: Callable[[str], object] | None = None, clock: Any = time
) -> dict[str, Any]:
    """Bring all tunnels to their desired state; see Implementation.run().

    :param progress: shows a line of text to the user while the task runs.
    """
    connection, warnings = request.connection, list(request.warnings)
    concurrency = request.options["concurrency"]
    client = BceClient(connection, clock=clock, max_concurrent_requests=concurrency)
    scopes = _group_by_gateway(client, request, clock)
    threads = concurrency * THREADS_PER_REQUEST_SLOT

    def cancel() -> None:
        client.cancel()
        for scope in scopes:
            scope.executor.stop()

    run_concurrently(ScopeReconciler.plan, scopes, threads, cancel)
    results = _in_task_order(scopes, request.desired)
    conflicts = _conflicting_items(results, request.options["paths"])
    if conflicts:
        failure = InvalidOptionsError(conflicts).to_failed_result()
        return connection.warn_in(dict(failure, warnings=warnings) if warnings else failure)
    if not check_mode:
        # The longest scope first, because it decides how long all of them take.
        longest_first = sorted(scopes, key=lambda scope: -sum(result.action != NOOP for result in scope.results))
        line = _Progress(results + _purged(scopes), progress)
        run_concurrently(apply, longest_first, threads, cancel, line.show)
    warnings += [
        MESSAGES["purge_skipped"] % {"scope": scope.api.scope}
        for scope in scopes
        if scope.purge is not None and scope.purge.is_skipped
    ]
    scope_errors = [scope.error for scope in scopes if scope.error]
    report = REPORT.report(results + _purged(scopes), warnings, scope_errors)
    if request.options["skipped"] is not None:
        report["totals"]["skipped"] = request.options["skipped"]
    return connection.warn_in(report)


def _group_by_gateway(client: BceClient, request: ParsedTask, clock: Any) -> list[ScopeReconciler]:
    """Return one ScopeReconciler for each gateway, in the order in which the items name them."""
    groups: dict[str, list[Any]] = {}
    for desired in request.desired:
        groups.setdefault(desired.options["vpn_id"], []).append(desired)
    version = request.options["version"]
    # One limit for all gateways, because each of them may start threads of its own.
    writers = threading.Semaphore(request.options["concurrency"] * THREADS_PER_REQUEST_SLOT)
    for gateway in request.options["emptied_gateways"]:
        groups.setdefault(gateway, [])
    scopes = []
    for vpn_id, group in groups.items():
        order = ParallelWrites(request.options["parallel_per_gateway"], writers)
        api = VpnTunnelApi(client.with_final_busy(order.is_shared), {"vpn_id": vpn_id, "version": version})
        purge = Purge.of_scope(api) if request.options["purge"] else None
        scopes.append(ScopeReconciler(api, group, request.connection.retry_timeout, purge, clock, order))
    return scopes


def _in_task_order(scopes: list[ScopeReconciler], desired: Iterable[Any]) -> list[Any]:
    """Return the results of all scopes in the order of the task's list, without those of a purge."""
    results = {id(result.desired): result for scope in scopes for result in scope.results}
    return [results[id(item)] for item in desired]


def _purged(scopes: list[ScopeReconciler]) -> list[Any]:
    """Return the results of the purges: tunnels of a gateway that the task does not name."""
    return [result for scope in scopes for result in scope.results if result.state.desired.is_surplus]


def _conflicting_items(results: list[ObjectResult], paths: list[str]) -> list[str]:
    """Return the errors that only the lists show: what a creation lacks, and items that mean the same tunnel.

    :param paths: the places of the results in the task's list, such as "tunnels[2]".
    """
    errors: list[str] = []
    seen: dict[Any, Any] = {}
    for path, result in zip(paths, results):
        if isinstance(result.error, InvalidOptionsError):
            errors.append("%s: %s" % (path, result.error.message))
        entry = result.state.entry
        is_renamed = entry is not None and result.state.state == UPDATE and entry.name != result.name
        for identity in (entry and entry.object_id, is_renamed and result.name):
            first = seen.setdefault((result.desired.options["vpn_id"], identity), path)
            if identity and first != path:
                words = {"path": path, "identity": identity, "first": first}
                errors.append(MESSAGES["tunnel_repeated"] % words)
    return errors


class _Progress:
    """Show in long runs how many tunnels are done."""

    def __init__(self, results: list[ObjectResult], progress: Callable[[str], object] | None) -> None:
        self._results = results
        self._progress = progress
        self._begin = self._last = time.monotonic()

    def show(self) -> None:
        """Show a line if there has been none for PROGRESS_INTERVAL."""
        now = time.monotonic()
        if self._progress and now - self._last >= PROGRESS_INTERVAL:
            self._last = now
            failed = sum(result.problem is not None for result in self._results)
            done = sum(result.state.is_over for result in self._results)
            counts = "%d of %d tunnels done, %d failed" % (done, len(self._results), failed)
            self._progress("vpn_tunnels: %s, %d s" % (counts, now - self._begin))


def _item_result(result: ObjectResult) -> dict[str, Any]:
    return {
        "name": result.name or getattr(result.state.entry, "name", None) or result.desired.options.get("vpn_conn_id"),
        "vpn_id": result.desired.options["vpn_id"],
        "vpn_conn_id": result.known_id,
        "created_ids": result.created_ids,
        "action": result.action if result.is_planned else None,
        "changed": result.changed,
        "secret_key_changed": result.secret_key_changed,
        "error": result.error.to_dict() if result.error else None,
    }


def _diff_header(result: ObjectResult) -> str:
    return printable("%s/%s" % (result.desired.options["vpn_id"], _item_result(result)["name"]))


def _shown(result: ObjectResult, fields: dict[str, Any]) -> dict[str, Any]:
    return _redact_description(fields, result.scope_secrets)


def _redact_description(fields: dict[str, Any], secrets: Iterable[Any]) -> dict[str, Any]:
    """Redact the keys of all tunnels of the gateway, because people put them into descriptions."""
    description = fields.get("description")
    return dict(fields, description=redact(description, secrets)) if description else fields


REPORT = BulkReport("tunnels", "tunnels", _item_result, _diff_header, _shown)
