# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The core of the module vpn_customer_gateway."""

from __future__ import annotations

import os
import time

from . import credentials, customer_gateway, field
from .client import BceClient
from .customer_gateway_resource import CustomerGatewayResource
from .errors import BceUsageError
from .gateway_api import GatewayApi
from .reconcile import Scope

ARGUMENTS = {
    "argument_spec": dict(
        {item.name: field.spec_of(item) for item in customer_gateway.FIELDS}, **credentials.ARGUMENT_SPEC
    ),
    "required_one_of": [("name", "cgw_id")],
    "supports_check_mode": True,
}


def problems(params):
    """Every mistake in the options that can be told without a request, a list of sentences."""
    return customer_gateway.problems(params) + credentials.problems(params, os.environ)


def run(params, check_mode, clock=time):
    """Bring the customer gateway to what the options say; the result as the task returns it, a dict."""
    mistakes = problems(params)
    if mistakes:
        return BceUsageError(mistakes).as_failure()
    desired = customer_gateway.desire(params)
    connection = credentials.resolve(params, os.environ)
    api = GatewayApi(BceClient(connection, clock=clock), desired.get("version", 1))
    scope = Scope(CustomerGatewayResource(api), [desired], connection.retry_timeout, clock=clock)
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
    message = work.error.message
    if work.error.maybe_applied and not work.changed:
        message += ". The request may have been applied: run the task again, it resumes from the current state"
    known = {name: value for name, value in _report(work).items() if value}
    if not work.changed:
        known.pop("diff")
    return dict(known, changed=work.changed, failed=True, msg=message, error=work.error.as_result())
