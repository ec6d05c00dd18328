# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The core of the module vpn_customer_gateway_info."""

from __future__ import annotations

import os

from . import credentials, field
from .client import BceClient
from .customer_gateway import IP
from .errors import BceError, BceUsageError
from .field import Field
from .gateway_api import GatewayApi

FIELDS = (
    field.many(field.CGW_ID),
    field.many(Field("name", "must be text", field.text, {})),
    field.many(IP),
    field.VERSION,
)

ARGUMENTS = {
    "argument_spec": dict({item.name: field.spec_of(item) for item in FIELDS}, **credentials.ARGUMENT_SPEC),
    "supports_check_mode": True,
}


def problems(params):
    """Every mistake in the options that can be told without a request, a list of sentences."""
    return field.problems(FIELDS, params) + credentials.problems(params, os.environ)


def run(params, check_mode):
    """Read the customer gateways that the options select; the result as the task returns it, a dict."""
    del check_mode  # reading changes nothing
    mistakes = problems(params)
    if mistakes:
        return BceUsageError(mistakes).as_failure()
    connection = credentials.resolve(params, os.environ)
    return connection.warn_in(_read(connection, field.normal_values(FIELDS, params)))


def _read(connection, wanted):
    """Return the task's result without warnings, a dict."""
    api = GatewayApi(BceClient(connection), wanted.pop("version", 1))
    try:
        found = _found(api, wanted.get("cgw_id", ()))
    except BceError as error:
        return error.as_failure()
    chosen = [item for item in found if all(item[name] in values for name, values in wanted.items())]
    return {"changed": False, "customer_gateways": chosen}


def _found(api, ids):
    """One is read by its id; of several the list tells all in as many requests as it has pages."""
    if len(ids) == 1:
        one = api.customer_gateway(ids[0])
        return [one] if one else []
    return api.list_customer_gateways()
