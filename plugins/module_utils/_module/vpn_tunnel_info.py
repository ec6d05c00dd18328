# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The core of the module vpn_tunnel_info."""

from __future__ import annotations

import os

from .._bce import connection_options
from .._bce.client import BceClient
from .._bce.errors import BceError, InvalidOptionsError
from .._reconcile.concurrency import DEFAULT_CONCURRENCY
from .._resources import fields
from .._resources.fields import Field
from .._resources.gateway_api import GatewayApi
from .._resources.tunnel_api import TunnelApi
from .bulk_read import is_ipsec, map_concurrently, partial_failure, tunnel_result

# What selects tunnels. Names and states of the cloud are any text, so that none is missed.
SELECTING = (
    fields.as_filter(Field("vpn_conn_name", "must be text", fields.string, {}, nicknames=("name",))),
    fields.as_filter(Field("vpn_conn_id", fields.ID_RULE, fields.resource_id, {})),
    fields.as_filter(Field("status", "must be text", fields.string, {})),
    fields.as_filter(Field("health_status", "must be text", fields.string, {})),
)
FIELDS = (fields.as_filter(fields.VPN_ID), fields.VPC_ID) + SELECTING + (fields.VERSION,)

ARGUMENTS = {
    "argument_spec": dict(
        {item.name: fields.to_argument_spec(item) for item in FIELDS}, **connection_options.ARGUMENT_SPEC
    ),
    "supports_check_mode": True,
}


def problems(params):
    """Every mistake in the options that can be told without a request, a list of sentences."""
    found = fields.validate_fields(FIELDS, params)
    given = fields.provided_options(FIELDS, params)
    if "vpn_id" not in given and "vpc_id" not in given:
        found.append("vpn_id: is needed, or vpc_id for all gateways of a VPC; the API lists tunnels by their gateway")
    elif "vpn_id" in given and "vpc_id" in given:
        found.append("vpc_id: is not taken beside vpn_id; give the gateways, or the VPC for all of its gateways")
    return found + connection_options.validate(params, os.environ)


def run(params, check_mode):
    """Read the tunnels that the options select; the result as the task returns it, a dict."""
    del check_mode  # reading changes nothing
    mistakes = problems(params)
    if mistakes:
        return InvalidOptionsError(mistakes).to_failed_result()
    connection = connection_options.resolve(params, os.environ)
    return connection.warn_in(_read(connection, fields.normalize_options(FIELDS, params)))


def _read(connection, wanted):
    """Return the task's result without warnings, a dict."""
    client = BceClient(connection, connections=DEFAULT_CONCURRENCY)
    version = wanted.pop("version", 1)
    api = TunnelApi(client, version)
    try:
        vpn_ids = wanted.pop("vpn_id", None) or _gateways_of(GatewayApi(client, version), wanted.pop("vpc_id"))
    except BceError as error:
        return error.to_failed_result()
    outcomes = map_concurrently(api.list_tunnels, vpn_ids, client.stop)
    tunnels = [
        tunnel_result(item, listing.secrets)
        for listing in outcomes
        if not isinstance(listing, BceError)
        for item in listing.tunnels
        if _is_selected(item, wanted)
    ]
    result = {"changed": False, "vpn_tunnels": tunnels}
    errors = [outcome for outcome in outcomes if isinstance(outcome, BceError)]
    return dict(result, **partial_failure(errors, len(vpn_ids), "VPN gateways")) if errors else result


def _gateways_of(api, vpc_id):
    return [item["vpn_id"] for item in api.list_gateways(vpc_id) if item["vpn_id"] and is_ipsec(item)]


def _is_selected(tunnel, wanted):
    """Names and ids must match exactly; the spelling of states in upper and lower case is not known for sure."""
    for name in ("vpn_conn_name", "vpn_conn_id"):
        if name in wanted and tunnel.fields[name] not in wanted[name]:
            return False
    for name in ("status", "health_status"):
        if name in wanted and (tunnel.fields[name] or "").lower() not in map(str.lower, wanted[name]):
            return False
    return True
