# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VPN gateways of regions and VPCs as inventory hosts: which there are, what they are called, what they tell."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from ..module_utils import credentials, field
from ..module_utils.client import BceClient
from ..module_utils.crew import DEFAULT_CONCURRENCY
from ..module_utils.errors import BceError, BceNotFoundError, BceUsageError
from ..module_utils.field import Field
from ..module_utils.gateway_api import GatewayApi
from ..module_utils.gateway_reading import each, is_ipsec, shown
from ..module_utils.vpn_api import VpnApi

GROUP = "vpn_gateways"  # the group of all hosts
REGIONS = field.many(
    Field("region", "must be a region's short name such as bj", field.matching("[a-z0-9-]+"), {})
)._replace(name="regions")
VPC_IDS = field.many(Field("vpc_id", field.ID_RULE, field.identifier, {}))._replace(name="vpc_ids")
FIELDS = (REGIONS, VPC_IDS, field.VERSION)
# What Ansible's patterns of hosts would not take as a name, and names that mean something else.
_PLAIN_NAME = re.compile(r"[^\W_][\w./-]*")
_TAKEN = ("all", "ungrouped", "localhost", GROUP)


class Place(NamedTuple):
    """Where gateways are looked for: a VPC at the endpoint of a region."""

    region: str  # or None, where only an endpoint is told
    vpc_id: str
    gateway_api: GatewayApi


def read_hosts(options, environ):
    """The hosts as a dict of name to variables, in the order of regions, VPCs and the API.

    :arg options: the plugin's options. :arg environ: os.environ or a dict like it.
    :raises BceUsageError: naming all mistakes in the options. :raises BceError: if anything could not be read, because
        a host that is missing looks like a gateway that is gone.
    """
    wanted, connections = _understood(options, environ)
    version = wanted.get("version", 1)
    clients = {connection: BceClient(connection, connections=DEFAULT_CONCURRENCY) for connection in connections}
    places = [
        Place(connection.region, vpc_id, GatewayApi(client, version))
        for connection, client in clients.items()
        for vpc_id in wanted["vpc_ids"]
    ]
    found = _gateways(places)
    hosts = [_variables(place, gateway) for place, gateway in found]
    if options.get("tunnels", True):
        apis = {connection.region: VpnApi(client, version) for connection, client in clients.items()}
        listings = _all_read(each(lambda host: apis[host["region"]].list_tunnels(host["vpn_id"]), hosts))
        hosts = [dict(host, tunnels=[shown(item) for item in told.tunnels]) for host, told in zip(hosts, listings)]
    return dict(zip(host_names(hosts), hosts))


def _understood(options, environ):
    """The options in normal form, and one credentials.Connection for each region."""
    mistakes = field.problems(FIELDS, options)
    if "vpc_ids" not in field.told(FIELDS, options):
        mistakes.append("vpc_ids: is needed; the API lists the gateways of one VPC at a time")
    if mistakes:
        raise BceUsageError(mistakes + credentials.problems(options, environ))
    wanted = field.normal_values(FIELDS, options)
    regions = wanted.get("regions", [options.get("region")])
    all_options = [dict(options, region=region) for region in regions]
    mistakes = list(dict.fromkeys(text for one in all_options for text in credentials.problems(one, environ)))
    connections = [] if mistakes else [credentials.resolve(one, environ) for one in all_options]
    if len({connection.endpoint for connection in connections}) < len(connections):
        mistakes.append(
            "endpoint: %s is that of one region, but there are %d regions; put the word %s in its place in it, or leave"
            " it out" % (connections[0].endpoint, len(regions), credentials.REGION_MARK)
        )
    if mistakes:
        raise BceUsageError(mistakes)
    return wanted, connections


def _gateways(places):
    """(Place, gateway) for each gateway that can have tunnels; a VPC need not be in all of the regions."""
    outcomes = each(lambda place: place.gateway_api.list_gateways(place.vpc_id), places)
    known = {place.vpc_id for place, outcome in zip(places, outcomes) if not isinstance(outcome, BceNotFoundError)}
    listed = [
        [] if isinstance(outcome, BceNotFoundError) and place.vpc_id in known else outcome
        for place, outcome in zip(places, outcomes)
    ]
    return [
        (place, gateway)
        for place, gateways in zip(places, _all_read(listed))
        for gateway in gateways
        if gateway["vpn_id"] and is_ipsec(gateway)
    ]


def _all_read(outcomes):
    for outcome in outcomes:
        if isinstance(outcome, BceError):
            raise outcome
    return outcomes


def _variables(place, gateway):
    """What a host tells; tunnels come later. It is no machine to log in to, so its tasks run on the controller."""
    told = {name: gateway[name] for name in ("vpn_id", "vpn_name", "eip", "vpc_id", "status")}
    return dict(told, region=place.region, tunnels=[], ansible_connection="local")


def host_names(hosts):
    """The name of each host: the gateway's, or its id where the name repeats or cannot be a host's."""
    count = Counter(host["vpn_name"] for host in hosts)
    ids = {host["vpn_id"] for host in hosts}
    return [
        host["vpn_name"]
        if count[host["vpn_name"]] == 1 and _can_be_name(host["vpn_name"]) and host["vpn_name"] not in ids
        else host["vpn_id"]
        for host in hosts
    ]


def _can_be_name(name):
    return bool(_PLAIN_NAME.fullmatch(name or "")) and name.lower() not in _TAKEN
