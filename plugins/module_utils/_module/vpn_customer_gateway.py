# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The core of the module vpn_customer_gateway."""

from __future__ import annotations

import os
import time

from .._bce import connection_options
from .._bce.client import BceClient
from .._bce.errors import InvalidOptionsError
from .._reconcile.reconciler import Scope
from .._resources import customer_gateway, fields
from .._resources.customer_gateway_resource import CustomerGatewayScope
from .._resources.gateway_api import GatewayApi

ARGUMENTS = {
    "argument_spec": dict(
        {item.name: fields.to_argument_spec(item) for item in customer_gateway.FIELDS},
        **connection_options.ARGUMENT_SPEC,
    ),
    "required_one_of": [("name", "cgw_id")],
    "supports_check_mode": True,
}


def problems(params):
    """Every mistake in the options that can be told without a request, a list of sentences."""
    return customer_gateway.validate(params) + connection_options.validate(params, os.environ)


def run(params, check_mode, clock=time):
    """Bring the customer gateway to what the options say; the result as the task returns it, a dict."""
    mistakes = problems(params)
    if mistakes:
        return InvalidOptionsError(mistakes).to_failed_result()
    desired = customer_gateway.parse_desired(params)
    connection = connection_options.resolve(params, os.environ)
    api = GatewayApi(BceClient(connection, clock=clock), desired.get("version", 1))
    scope = Scope(CustomerGatewayScope(api), [desired], connection.retry_timeout, clock=clock)
    scope.plan()
    if not check_mode:
        scope.apply()
    (work,) = scope.works
    return connection.warn_in(_failure(work) if work.error else _report(work))


def _report(work):
    result = {
        "changed": work.changed,
        "cgw_id": work.known_id,
        "cgwId": work.known_id,
        "created_ids": work.created_ids,
        "request_id": work.request_id,
        "diff": {"before": work.before, "after": work.after},
    }
    if work.item:
        result["customer_gateway"] = work.item
    warnings = work.all_warnings
    return dict(result, warnings=warnings) if warnings else result


def _failure(work):
    known = {name: value for name, value in _report(work).items() if value}
    if not work.changed:
        known.pop("diff")
    return dict(known, changed=work.changed, failed=True, msg=work.failure_text, error=work.error.to_dict())
