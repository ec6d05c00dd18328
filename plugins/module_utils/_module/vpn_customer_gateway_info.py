# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The core of the module vpn_customer_gateway_info."""

from __future__ import annotations

import os

from .._bce import connection_options
from .._bce.client import BceClient
from .._bce.errors import BceError, InvalidOptionsError
from .._resources import fields
from .._resources.customer_gateway import IP
from .._resources.fields import Field
from .._resources.gateway_api import GatewayApi

FIELDS = (
    fields.as_filter(fields.CGW_ID),
    fields.as_filter(Field("name", "must be text", fields.string, {})),
    fields.as_filter(IP),
    fields.VERSION,
)

ARGUMENTS = {
    "argument_spec": dict(
        {item.name: fields.to_argument_spec(item) for item in FIELDS}, **connection_options.ARGUMENT_SPEC
    ),
    "supports_check_mode": True,
}


def problems(params):
    """Every mistake in the options that can be told without a request, a list of sentences."""
    return fields.validate_fields(FIELDS, params) + connection_options.validate(params, os.environ)


def run(params, check_mode):
    """Read the customer gateways that the options select; the result as the task returns it, a dict."""
    del check_mode  # reading changes nothing
    mistakes = problems(params)
    if mistakes:
        return InvalidOptionsError(mistakes).to_failed_result()
    connection = connection_options.resolve(params, os.environ)
    return connection.warn_in(_read(connection, fields.normalize_options(FIELDS, params)))


def _read(connection, wanted):
    """Return the task's result without warnings, a dict."""
    api = GatewayApi(BceClient(connection), wanted.pop("version", 1))
    try:
        found = _found(api, wanted.get("cgw_id", ()))
    except BceError as error:
        return error.to_failed_result()
    chosen = [item for item in found if all(item[name] in values for name, values in wanted.items())]
    return {"changed": False, "customer_gateways": chosen}


def _found(api, ids):
    """One is read by its id; of several the list tells all in as many requests as it has pages."""
    if len(ids) == 1:
        one = api.customer_gateway(ids[0])
        return [one] if one else []
    return api.list_customer_gateways()
