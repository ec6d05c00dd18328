# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The core of the module vpn_tunnels: many tunnels, one list per gateway, one plan, lanes side by side."""

from __future__ import annotations

import os
import time

from .._bce import connection_options
from .._bce.client import BceClient
from .._bce.errors import InvalidOptionsError
from .._bce.redaction import redact, redact_nested
from .._reconcile.concurrency import DEFAULT_CONCURRENCY, MAX_CONCURRENCY, THREADS_PER_REQUEST_SLOT, run_concurrently
from .._reconcile.reconciler import Scope
from .._resources import fields, tunnel
from .._resources.base import CREATE, DELETE, NOOP, UPDATE
from .._resources.gateway_api import GatewayApi
from .._resources.tunnel_api import TunnelApi
from .._resources.tunnel_resource import TunnelScope
from .vpn_tunnel import apply

TOLD = 3  # failures that the message tells; the result has all of them
QUIET = 5.0  # seconds before the first line of progress, and from one to the next

# Options that stand for every item which does not have them itself.
_SHARED = ("vpn_id", "secret_key", "ike_config", "ipsec_config", "state", "wait_for", "wait_timeout", "version")
_GATEWAYS = fields.as_filter(fields.VPN_ID)._replace(name="gateways")
_COUNTED = {CREATE: "created", UPDATE: "updated", DELETE: "deleted", NOOP: "unchanged"}


def _argument_spec():
    """The argument spec: an item is what vpn_tunnel takes, with the shared options' defaults one level up."""
    shared, item = tunnel.argument_spec(), tunnel.argument_spec()
    shared["vpn_id"].pop("required")
    for name in _SHARED:
        for what in ("default", "required"):
            item[name].pop(what, None)
    return dict(
        {name: shared[name] for name in _SHARED},
        tunnels={"type": "list", "elements": "dict", "required": True, "options": item},
        gateways=fields.to_argument_spec(_GATEWAYS),
        purge={"type": "bool", "default": False},
        purge_all={"type": "bool", "default": False},
        concurrency={"type": "int", "default": DEFAULT_CONCURRENCY},
        **connection_options.ARGUMENT_SPEC,
    )


ARGUMENTS = {"argument_spec": _argument_spec(), "supports_check_mode": True}


def problems(params):
    """Every mistake in the options that can be told without a request, a list of sentences with the place of each."""
    found = tunnel.validate_values({name: params.get(name) for name in _SHARED})
    items = params.get("tunnels")
    is_list = isinstance(items, list)
    if not is_list:
        found.append("tunnels: must be a list of dictionaries, each with the options of one tunnel")
    wholes = []
    for place, item in enumerate(items if is_list else ()):
        where = "tunnels[%d]" % place
        if isinstance(item, dict):
            wholes.append((where, _whole(item, params)))
            found += tunnel.validate_values(item, where + ".") + tunnel.missing_identifiers(wholes[-1][1], where + ".")
        else:
            found.append("%s: must be a dictionary with the options of one tunnel" % where)
    selection_errors = [] if params.get("gateways") is None else fields.validate_value(_GATEWAYS, params["gateways"])
    found += selection_errors + _problems_between(wholes) + _problems_of_handling(params)
    if params.get("purge") and is_list and len(wholes) == len(items) and not selection_errors:
        found += _problems_of_purge(params, wholes)
    return found + connection_options.validate(params, os.environ)


def _problems_between(wholes):
    """What two items cannot have both."""
    found, seen = [], {}
    for where, whole in wholes:
        gateway = str(whole.get("vpn_id")).strip()
        for field, scope in ((tunnel.VPN_CONN_ID, gateway), (tunnel.VPN_CONN_NAME, gateway), (tunnel.CLIENT_TOKEN, "")):
            option = field.name
            # What is wrong is told already.
            if option in whole and not tunnel.validate_value(field, whole[option]):
                first, other = seen.setdefault((option, scope, str(whole[option]).strip()), (where, whole))
                # Tunnels of one name are told apart by their ids.
                by_id = option == "vpn_conn_name" and "vpn_conn_id" in whole and "vpn_conn_id" in other
                if first != where and not by_id:
                    text = "%s.%s: %r stands at %s already; each tunnel needs its own"
                    found.append(text % (where, option, whole[option], first))
        first, other = seen.setdefault("version", (where, whole))
        if other.get("version") != whole.get("version"):
            found.append("%s.version: is not that of %s; one task speaks one version of the API" % (where, first))
    return found


def _problems_of_handling(params):
    found = []
    concurrency = params.get("concurrency")
    if concurrency is not None and (
        isinstance(concurrency, bool) or not isinstance(concurrency, int) or not 1 <= concurrency <= MAX_CONCURRENCY
    ):
        found.append("concurrency: must be a whole number from 1 to %d, but is %r" % (MAX_CONCURRENCY, concurrency))
    if params.get("purge_all") and not params.get("purge"):
        found.append("purge_all: has a meaning only with purge; set purge: true, or leave purge_all out")
    return found


def _problems_of_purge(params, wholes):
    found, selected = [], _selected_gateways(params)
    gateways = [str(whole.get("vpn_id")).strip() for _where, whole in wholes]
    if selected is None:
        gateways = gateways or [params.get("vpn_id")]
    else:
        # A selected gateway that no item names stays as it is, unless purge_all is set.
        gateways = [gateway for gateway in gateways if gateway in selected]
    stay = {str(whole.get("vpn_id")).strip() for _where, whole in wholes if whole.get("state") != "absent"}
    emptied = [
        gateway
        for gateway in dict.fromkeys(gateways)
        if gateway not in stay and not tunnel.validate_value(tunnel.VPN_ID, gateway)
    ]
    if emptied and not params.get("purge_all"):
        found.append(
            "purge: no tunnel of gateway %s is to be present, so all would go; set purge_all: true to do that"
            % ", ".join(emptied)
        )
    if gateways == [None]:
        found.append("vpn_id: is needed, because no tunnel names the gateway to purge")
    return found


def run(params, check_mode, tell=None, clock=time):
    """Bring all tunnels to what the options say; the result as the task returns it, a dict.

    :arg tell: callable that shows a line of text to the user while the work goes on, or None.
    """
    mistakes = problems(params)
    if mistakes:
        return InvalidOptionsError(mistakes).to_failed_result()
    desires, places, warnings = [], [], []
    selected = _selected_gateways(params)
    for place, item in enumerate(params["tunnels"]):
        whole = _whole(item, params)
        if selected is not None and whole["vpn_id"].strip() not in selected:
            continue
        desired, remarks = tunnel.parse_desired(whole)
        desires.append(desired)
        places.append(place)
        warnings += ["tunnels[%d].%s" % (place, remark) for remark in remarks]
    concurrency = params.get("concurrency") or DEFAULT_CONCURRENCY
    connection = connection_options.resolve(params, os.environ)
    client = BceClient(connection, clock=clock, connections=concurrency)
    version = desires[0].version if desires else params.get("version") or 1
    scopes = _scopes(client, version, params, desires, connection.retry_timeout, clock)
    threads = concurrency * THREADS_PER_REQUEST_SLOT
    run_concurrently(Scope.plan, scopes, threads, lambda: _stop(client, scopes))
    works = _in_order(scopes, desires)
    unclear = _unclear(works, places)
    if unclear:
        failure = InvalidOptionsError(unclear).to_failed_result()
        return connection.warn_in(dict(failure, warnings=warnings) if warnings else failure)
    if not check_mode:
        # The longest scope first: it decides how long all of them take.
        longest_first = sorted(scopes, key=lambda scope: -sum(work.action != NOOP for work in scope.works))
        progress = _Progress(works + _purged(scopes), tell)
        run_concurrently(apply, longest_first, threads, lambda: _stop(client, scopes), progress.show)
    warnings += [
        "%s is not purged, because not all of its tunnels are as desired" % scope.api.scope
        for scope in scopes
        if scope.is_purge_skipped
    ]
    report = _report(works + _purged(scopes), warnings, [scope.error for scope in scopes if scope.error])
    if selected is not None:
        report["totals"]["skipped"] = len(params["tunnels"]) - len(desires)
    return connection.warn_in(report)


def _stop(client, scopes):
    client.stop()
    for scope in scopes:
        scope.stop()


def _unclear(works, places):
    """Return what only the lists show: what a creation lacks, and which items turn out to mean the same tunnel."""
    found, seen = [], {}
    for place, work in zip(places, works):
        if isinstance(work.error, InvalidOptionsError):
            found.append("tunnels[%d]: %s" % (place, work.error.message))
        for what in (work.planned_id, work.new_name):
            first = seen.setdefault((work.desired.vpn_id, what), place)
            if what and first != place:
                text = "tunnels[%d]: is, or would become, the same tunnel (%s) as tunnels[%d]; name each tunnel once"
                found.append(text % (place, what, first))
    return found


def _whole(item, params):
    """The options of one item with the shared ones where it has none; of ike_config and ipsec_config, each field."""
    whole = tunnel.provided_options(item)
    for name in _SHARED:
        shared = params.get(name)
        if name in tunnel.NESTED_FIELDS and isinstance(shared, dict) and isinstance(whole.get(name), dict):
            own = {field: value for field, value in whole[name].items() if value is not None}
            whole[name] = dict(shared, **own)
        elif shared is not None:
            whole.setdefault(name, shared)
    return whole


def _selected_gateways(params):
    """Return the ids of the gateways of which the items are reconciled, or None for all gateways."""
    return None if params.get("gateways") is None else _GATEWAYS.normal(params["gateways"])


def _scopes(client, version, params, desires, leaving_patience, clock):
    """One Scope per gateway, in the order in which the list names them."""
    groups, selected = {}, _selected_gateways(params)
    for desired in desires:
        groups.setdefault(desired.vpn_id, []).append(desired)
    purge = bool(params.get("purge"))
    if selected is None:
        if purge and not groups:
            groups[params["vpn_id"].strip()] = []
    elif params.get("purge_all"):
        for gateway in selected:
            groups.setdefault(gateway, [])
    api, gateways = TunnelApi(client, version), GatewayApi(client, version)
    return [
        Scope(TunnelScope(api, gateways, vpn_id), group, leaving_patience, purge, clock)
        for vpn_id, group in groups.items()
    ]


def _in_order(scopes, desires):
    """The works of all scopes in the order of the task's list, without those of a purge."""
    works = {id(work.desired): work for scope in scopes for work in scope.works}
    return [works[id(desired)] for desired in desires]


def _purged(scopes):
    """The works of the purges: tunnels of a gateway that the task does not name."""
    return [work for scope in scopes for work in scope.works if work.is_surplus]


class _Progress:
    """Tells in long runs how many works are done."""

    def __init__(self, works, tell):
        self._works = works
        self._tell = tell
        self._begin = self._last = time.monotonic()

    def show(self):
        """Tell a line if there has been none for a while."""
        now = time.monotonic()
        if self._tell and now - self._last >= QUIET:
            self._last = now
            failed = sum(work.problem is not None for work in self._works)
            done = sum(work.is_over for work in self._works)
            counts = "%d of %d tunnels done, %d failed" % (done, len(self._works), failed)
            self._tell("vpn_tunnels: %s, %d s" % (counts, now - self._begin))


def _report(works, warnings, scope_errors):
    totals = dict.fromkeys(("created", "updated", "deleted", "unchanged", "failed"), 0)
    for work in works:
        totals["failed" if work.error else _COUNTED[work.action] if work.changed else "unchanged"] += 1
        warnings = warnings + [text for text in work.all_warnings if text not in warnings]
    result = {
        "changed": any(work.changed for work in works),
        "tunnels": [redact_nested(_entry(work), work.secrets) for work in works],
        "totals": totals,
        "diff": [redact_nested(_diff(work), work.secrets) for work in works if work.changed],
    }
    if warnings:
        result["warnings"] = warnings
    failed = [work for work in works if work.error]
    if failed:
        texts = [redact_nested("%s: %s" % (_header(work), work.failure_text), work.secrets) for work in failed[:TOLD]]
        text = "%d of %d tunnels failed: %s" % (len(failed), len(works), "; ".join(texts))
        text += " ... and %d more, see tunnels" % (len(failed) - TOLD) if len(failed) > TOLD else ""
        result.update(failed=True, msg=text, error=failed[0].error.to_dict())
    elif scope_errors:
        # They belong to no tunnel: a list that could not be read, or a purge that was refused.
        text = "; ".join(error.message for error in scope_errors[:TOLD])
        text += " ... and %d more" % (len(scope_errors) - TOLD) if len(scope_errors) > TOLD else ""
        result.update(failed=True, msg=text, error=scope_errors[0].to_dict())
    return result


def _entry(work):
    return {
        "name": work.name or (work.entry.name if work.entry else None) or work.desired.vpn_conn_id,
        "vpn_id": work.desired.vpn_id,
        "vpn_conn_id": work.known_id,
        "created_ids": work.created_ids,
        "action": work.action if work.is_planned else None,
        "changed": work.changed,
        "secret_key_changed": work.secret_key_changed,
        "error": work.error.to_dict() if work.error else None,
    }


def _header(work):
    return "%s/%s" % (work.desired.vpn_id, _entry(work)["name"])


def _diff(work):
    before, after = (_described(fields, work.secrets_of_scope) for fields in (work.before, work.after))
    return {"before_header": _header(work), "after_header": _header(work), "before": before, "after": after}


def _described(fields, secrets):
    """People put keys into descriptions, those of other tunnels too."""
    described = fields.get("description")
    return dict(fields, description=redact(described, secrets)) if described else fields
