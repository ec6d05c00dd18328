# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The core of the module vpn_tunnel: both doors call run(), which is the module's whole behaviour."""

from __future__ import annotations

import os
import time

from .._bce import connection_options
from .._bce.client import BceClient
from .._bce.errors import InvalidOptionsError
from .._bce.redaction import redact_nested
from .._reconcile.reconciler import Scope, StateWait
from .._resources import tunnel
from .._resources.gateway_api import GatewayApi
from .._resources.tunnel_api import TunnelApi
from .._resources.tunnel_resource import TunnelScope

ARGUMENTS = {
    "argument_spec": dict(tunnel.argument_spec(), **connection_options.ARGUMENT_SPEC),
    "required_one_of": [("vpn_conn_name", "vpn_conn_id")],
    "supports_check_mode": True,
}


def problems(params):
    """Every mistake in the options that can be told without a request, a list of sentences."""
    return tunnel.validate(params) + connection_options.validate(params, os.environ)


def run(params, check_mode, clock=time):
    """Bring the tunnel to what the options say; the result as the task returns it, a dict.

    A failure is a result too: `failed`, `msg` and `error`, with all that is known of the tunnel beside them.
    """
    mistakes = problems(params)
    if mistakes:
        return InvalidOptionsError(mistakes).to_failed_result()
    desired, warnings = tunnel.parse_desired(params)
    connection = connection_options.resolve(params, os.environ)
    client = BceClient(connection, clock=clock)
    resource = TunnelScope(TunnelApi(client, desired.version), GatewayApi(client, desired.version), desired.vpn_id)
    scope = Scope(resource, [desired], connection.retry_timeout, clock=clock)
    scope.plan()
    if not check_mode:
        apply(scope)
    (work,) = scope.works
    result = _failure(work, warnings) if work.error else _report(work, warnings)
    # People put keys into descriptions.
    return connection.warn_in(redact_nested(result, work.secrets | scope.secrets))


def apply(scope):
    """Apply the plan of a Scope of tunnels, and wait for those that are to be waited for."""
    scope.apply()
    works = [work for work in scope.works if not work.is_absent and work.error is None]
    StateWait(scope, [work for work in works if work.desired.wait_for != "none"]).run()


def _failure(work, warnings):
    known = {name: value for name, value in _report(work, warnings).items() if value}
    if not work.changed:
        known.pop("diff")
    return dict(known, changed=work.changed, failed=True, msg=work.failure_text, error=work.error.to_dict())


def _report(work, warnings):
    result = {
        "changed": work.changed,
        "vpn_conn_id": work.known_id,
        "vpnConnId": work.known_id,
        "created_ids": work.created_ids,
        "secret_key_changed": work.secret_key_changed,
        "request_id": work.request_id,
        "diff": {"before": work.before, "after": work.after},
    }
    if work.item is not None:
        result["vpn_tunnel"] = work.item.fields
    warnings = warnings + work.all_warnings
    if warnings:
        result["warnings"] = warnings
    return result
