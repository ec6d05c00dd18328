# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VPN gateways of regions and VPCs as inventory hosts: which there are, what they are called, what they tell."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from ..module_utils._bce import connection_options
from ..module_utils._bce.client import BceClient
from ..module_utils._bce.errors import BceError, InvalidOptionsError, NotFoundError
from ..module_utils._module.bulk_read import is_ipsec, map_concurrently, tunnel_results
from ..module_utils._reconcile.concurrency import DEFAULT_CONCURRENCY
from ..module_utils._resources import fields
from ..module_utils._resources.fields import Field
from ..module_utils._resources.gateway_api import GatewayApi
from ..module_utils._resources.tunnel_api import TunnelApi

GROUP = "vpn_gateways"  # the group of all hosts
REGIONS = fields.as_filter(
    Field("region", "must be a region's short name such as bj", fields.pattern("[a-z0-9-]+"), {})
)._replace(name="regions")
VPC_IDS = fields.as_filter(fields.VPC_ID)._replace(name="vpc_ids")
FIELDS = (REGIONS, VPC_IDS, fields.VERSION)
# A name fit for Ansible's patterns of hosts, and for the file in host_vars/ that belongs to it; and those taken always.
_PLAIN_NAME = re.compile(r"[^\W_][\w.-]*")
_TAKEN = ("all", "ungrouped", "localhost", GROUP)


class Place(NamedTuple):
    """Where gateways are looked for: a VPC at the endpoint of a region."""

    region: str  # or None, where only an endpoint is told
    vpc_id: str
    gateway_api: GatewayApi
    vpn_api: TunnelApi


def fetch_hosts(options, environ, warn):
    """The hosts' variables, a list of dicts in the order of regions, VPCs and the API; see also host_names().

    :arg options: the plugin's options. :arg environ: os.environ or a dict like it. :arg warn: called with each warning.
    :raises BceUsageError: naming all mistakes in the options. :raises BceError: if anything could not be read, because
        a host that is missing looks like a gateway that is gone.
    """
    wanted, connections = _understood(options, environ)
    for text in dict.fromkeys(text for connection in connections for text in connection.warnings):
        warn(text)
    version = wanted.get("version", 1)
    clients = {connection: BceClient(connection, connections=DEFAULT_CONCURRENCY) for connection in connections}

    def stop():
        for client in clients.values():
            client.stop()

    places = [
        Place(connection.region, vpc_id, GatewayApi(client, version), TunnelApi(client, version))
        for connection, client in clients.items()
        for vpc_id in wanted["vpc_ids"]
    ]
    found = _gateways(places, stop)
    hosts = [_variables(place, gateway) for place, gateway in found]
    if options.get("tunnels", True):
        listings = map_concurrently(lambda pair: _tunnels(*pair), found, stop, all_or_nothing=True)
        hosts = [dict(host, tunnels=told) for host, told in zip(hosts, _all_read(listings)) if told is not None]
    return hosts


def _tunnels(place, gateway):
    """The tunnels of a gateway, a list of dicts; None where the gateway is gone since it was listed."""
    try:
        return tunnel_results(place.vpn_api.list_tunnels(gateway["vpn_id"]))
    except NotFoundError:
        return None


def problems(options, environ):
    """Every mistake in the plugin's options that can be told without a request, a list of sentences; see read_hosts."""
    try:
        _understood(options, environ)
    except InvalidOptionsError as error:
        return error.problems
    return []


def _understood(options, environ):
    """The options in normal form, and one credentials.Connection for each region."""
    mistakes = fields.validate_fields(FIELDS, options)
    if "vpc_ids" not in fields.provided_options(FIELDS, options):
        mistakes.append("vpc_ids: is needed; the API lists the gateways of one VPC at a time")
    if mistakes:
        raise InvalidOptionsError(mistakes + connection_options.validate(options, environ))
    wanted = fields.normalize_options(FIELDS, options)
    regions = wanted.get("regions", [options.get("region")])
    all_options = [dict(options, region=region) for region in regions]
    mistakes = list(dict.fromkeys(text for one in all_options for text in connection_options.validate(one, environ)))
    connections = [] if mistakes else [connection_options.resolve(one, environ) for one in all_options]
    if len({connection.endpoint for connection in connections}) < len(connections):
        mistakes.append(
            "endpoint: %s is that of one region, but there are %d regions; put the word %s in its place in it, or leave"
            " it out" % (connections[0].endpoint, len(regions), connection_options.REGION_PLACEHOLDER)
        )
    if mistakes:
        raise InvalidOptionsError(mistakes)
    return wanted, connections


def _gateways(places, stop):
    """(Place, gateway) for each gateway that can have tunnels, once; a VPC need not be in all of the regions."""
    outcomes = map_concurrently(_listed, places, stop, all_or_nothing=True)
    known = {place.vpc_id for place, outcome in zip(places, outcomes) if not isinstance(outcome, NotFoundError)}
    listed = [
        [] if isinstance(outcome, NotFoundError) and place.vpc_id in known else outcome
        for place, outcome in zip(places, outcomes)
    ]
    found = {}
    for place, gateways in zip(places, _all_read(listed)):
        for gateway in gateways:
            if gateway["vpn_id"] and is_ipsec(gateway):
                found.setdefault((place.region, gateway["vpn_id"]), (place, gateway))
    return list(found.values())


def _listed(place):
    """The gateways of a VPC in a region, a list; the error itself where the region does not know the VPC."""
    try:
        return place.gateway_api.list_gateways(place.vpc_id)
    except NotFoundError as error:
        return error


def _all_read(outcomes):
    for outcome in outcomes:
        if isinstance(outcome, BceError):
            raise outcome
    return outcomes


def _variables(place, gateway):
    """What a host tells; tunnels come later. It is no machine to log in to, so its tasks run on the controller."""
    told = {name: gateway[name] for name in ("vpn_id", "vpn_name", "eip", "vpc_id", "status")}
    return dict(told, region=place.region, tunnels=[], ansible_connection="local")


def unique_hostnames(hosts, taken=()):
    """The name of each host, a list: the gateway's, or its id where the name repeats or cannot be a host's.

    :arg taken: names of groups, which mean the group wherever a host could be meant.
    """
    names, ids = (Counter(host[word] for host in hosts) for word in ("vpn_name", "vpn_id"))
    taken = {*_TAKEN, *taken, *ids}
    return [
        host["vpn_name"]
        if names[host["vpn_name"]] == 1 and _can_be_name(host["vpn_name"], taken)
        else host["vpn_id"]
        if ids[host["vpn_id"]] == 1
        else "%s.%s" % (host["vpn_id"], host["region"])
        for host in hosts
    ]


def _can_be_name(name, taken):
    return bool(_PLAIN_NAME.fullmatch(name or "")) and not {name, name.lower()} & taken
