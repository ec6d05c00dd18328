# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The core of the module vpn_gateway_info."""

from __future__ import annotations

import os

from .._bce import connection_options
from .._bce.client import BceClient
from .._bce.errors import BceError, ConflictError, InvalidOptionsError
from .._bce.redaction import redact_nested
from .._reconcile.concurrency import DEFAULT_CONCURRENCY
from .._resources import fields
from .._resources.fields import Field
from .._resources.gateway_api import GatewayApi
from .._resources.tunnel_api import TunnelApi
from .bulk_read import IPSEC, is_ipsec, map_concurrently, partial_failure, tunnel_results

SSL = "ssl"
FIELDS = (
    fields.VPC_ID,
    fields.as_filter(fields.VPN_ID),
    fields.as_filter(Field("vpn_name", "must be text", fields.string, {}, nicknames=("name",))),
    fields.choice_field("type", IPSEC, SSL),
    fields.VERSION,
)

ARGUMENTS = {
    "argument_spec": dict(
        {item.name: fields.to_argument_spec(item) for item in FIELDS},
        tunnels={"type": "bool", "default": False},
        exactly_one={"type": "bool", "default": False},
        **connection_options.ARGUMENT_SPEC,
    ),
    "supports_check_mode": True,
}


def problems(params):
    """Every mistake in the options that can be told without a request, a list of sentences."""
    found = fields.validate_fields(FIELDS, params)
    given = fields.provided_options(FIELDS, params)
    if "vpc_id" not in given and "vpn_id" not in given:
        found.append(
            "vpc_id: is needed, or vpn_id; the API finds gateways by their VPC or their id, not by a name alone"
        )
    if params.get("exactly_one") and len(given.get("vpn_id", ())) > 1:
        found.append("exactly_one: cannot be true of several ids; give vpn_id one, or leave exactly_one out")
    return found + connection_options.validate(params, os.environ)


def run(params, check_mode):
    """Read the gateways that the options select; the result as the task returns it, a dict."""
    del check_mode  # reading changes nothing
    mistakes = problems(params)
    if mistakes:
        return InvalidOptionsError(mistakes).to_failed_result()
    connection = connection_options.resolve(params, os.environ)
    return connection.warn_in(_read(connection, params))


def _read(connection, params):
    """Return the task's result without warnings, a dict."""
    wanted = fields.normalize_options(FIELDS, params)
    client = BceClient(connection, connections=DEFAULT_CONCURRENCY)
    version = wanted.get("version", 1)
    reading = _Reading(client, version, wanted, bool(params.get("tunnels")))
    try:
        reading.find()
        if params.get("exactly_one") and not reading.errors:
            reading.require_one()
    except BceError as error:
        return dict(error.to_failed_result(), vpn_gateways=reading.gateways)
    reading.add_tunnels()
    result = {"changed": False, "vpn_gateways": reading.gateways}
    if reading.errors:
        return dict(result, **partial_failure(reading.errors, reading.asked, "VPN gateways"))
    if params.get("exactly_one"):
        result.update(vpn_gateway=reading.gateways[0], vpn_id=reading.gateways[0]["vpn_id"])
    return result


class _Reading:
    """The gateways found so far; with tunnels, each gets a list `vpn_tunnels`, None where they could not be read."""

    def __init__(self, client, version, wanted, tunnels):
        self._client = client
        self._api = GatewayApi(client, version)
        self._vpn_api = TunnelApi(client, version)
        self._wanted = wanted
        self._tunnels = tunnels
        self.gateways = []
        self.errors = []

    def find(self):
        """The selected gateways: out of a VPC's list, or else by one detail request per id."""
        if "vpc_id" in self._wanted:
            found = self._api.list_gateways(self._wanted["vpc_id"])
        else:
            outcomes = map_concurrently(self._detail, self._wanted["vpn_id"], self._client.stop)
            self.errors += [outcome for outcome in outcomes if isinstance(outcome, BceError)]
            found = [outcome for outcome in outcomes if isinstance(outcome, dict)]
        self.gateways = [gateway for gateway in found if self._is_selected(gateway)]

    def _is_selected(self, gateway):
        kind = self._wanted.get("type")
        return (
            all(gateway[name] in self._wanted[name] for name in ("vpn_id", "vpn_name") if name in self._wanted)
            and (kind != IPSEC or is_ipsec(gateway))
            and (kind != SSL or (gateway["type"] or "").lower() == SSL)
        )

    def _detail(self, vpn_id):
        """A gateway by its id, or None; the detail tells the tunnels too, so that they need no request of their own."""
        detail = self._api.gateway(vpn_id)
        told = detail.tunnel_entries() if detail and self._tunnels else None
        if told is None:
            return detail and detail.fields
        listing = self._vpn_api.read_tunnels(told, vpn_id, None)
        return dict(redact_nested(detail.fields, listing.secrets), vpn_tunnels=tunnel_results(listing))

    @property
    def asked(self):
        """How many gateways were to be read."""
        return len(self.gateways) if "vpc_id" in self._wanted else len(self._wanted["vpn_id"])

    def require_one(self):
        """Raise BceStateError unless there is exactly one gateway."""
        if len(self.gateways) == 1:
            return
        wanted = ", ".join(
            "%s %s" % (name, _in_words(value)) for name, value in self._wanted.items() if name != "version"
        )
        if self.gateways:
            ids = ", ".join(str(gateway["vpn_id"]) for gateway in self.gateways)
            text = "exactly_one: %d VPN gateways have %s: %s; give vpn_id to say which one is meant"
            raise ConflictError(text % (len(self.gateways), wanted, ids), "AmbiguousName")
        text = "exactly_one: no VPN gateway has %s; check these, and the region"
        raise ConflictError(text % wanted, "NoSuchGateway")

    def add_tunnels(self):
        """Read the tunnels of those gateways that have none yet."""
        lacking = [gateway for gateway in self.gateways if self._tunnels and "vpn_tunnels" not in gateway]
        readable = [gateway for gateway in lacking if gateway["vpn_id"] and is_ipsec(gateway)]
        for gateway in lacking:
            gateway["vpn_tunnels"] = []
        outcomes = map_concurrently(
            self._vpn_api.list_tunnels, [gateway["vpn_id"] for gateway in readable], self._client.stop
        )
        for gateway, outcome in zip(readable, outcomes):
            if isinstance(outcome, BceError):
                self.errors.append(outcome)
                gateway["vpn_tunnels"] = None
            else:
                gateway.update(redact_nested(gateway, outcome.secrets), vpn_tunnels=tunnel_results(outcome))


def _in_words(value):
    return " or ".join(value) if isinstance(value, list) else value
