# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VPN gateways of regions and VPCs as inventory hosts: find them, name them, and read their tunnels."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from typing import Any, Callable, Iterable, Mapping, NamedTuple, Optional

from ..module_utils._bce import connection_options
from ..module_utils._bce.client import COLLECTION_VERSION, BceClient
from ..module_utils._bce.connection_options import ConnectionSettings
from ..module_utils._bce.errors import BceError, InvalidOptionsError, NotFoundError
from ..module_utils._module.bulk_read import (
    gateways_or_not_found,
    list_tunnels,
    map_concurrently,
    tunnel_results,
)
from ..module_utils._reconcile.concurrency import DEFAULT_CONCURRENCY
from ..module_utils._resources import fields
from ..module_utils._resources.base import CHECK_MODE_ID
from ..module_utils._resources.fields import Field
from ..module_utils._resources.filters import as_filter
from ..module_utils._resources.vpc import VPC_NAME, VpcApi, find_by_name, select_by_name
from ..module_utils._resources.vpn_gateway import is_ipsec
from ._messages import MESSAGES

GROUP = "vpn_gateways"  # the group of all hosts
REGIONS = as_filter(
    Field("region", "must be a region's short name such as bj", fields.pattern("[a-z0-9-]+"), {})
)._replace(name="regions")
VPC_IDS = as_filter(fields.VPC_ID)._replace(name="vpc_ids")
VPC_NAMES = as_filter(VPC_NAME)._replace(name="vpc_names")
FIELDS = (REGIONS, VPC_IDS, VPC_NAMES, fields.VERSION)
# A name that Ansible's host patterns do not interpret, and that a file in host_vars/ can have.
_HOSTNAME = re.compile(r"[^\W_][\w.-]*")
RESERVED_NAMES = ("all", "ungrouped", "localhost", GROUP)


class InventorySource(NamedTuple):
    """A VPC at the endpoint of a region, whose gateways are read.

    :ivar region: None where only an endpoint is provided.
    """

    region: Optional[str]
    vpc_id: str
    client: BceClient
    version: int  # of the API


def fetch_hosts(
    options: dict[str, Any], environ: Mapping[str, str], warn: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Return the variables of each host, in the order of regions, VPCs and the API; see also unique_hostnames().

    :param options: of the plugin.
    :param environ: os.environ or a mapping like it.
    :param warn: called with each warning.
    :raises InvalidOptionsError: with every error in the options.
    :raises BceError: if anything could not be read, because a missing host looks like a gateway that is gone.
    """
    filters, connections = _parse_options(options, environ)
    for text in dict.fromkeys(text for connection in connections for text in connection.warnings):
        warn(text)
    version = filters.get("version", 1)
    clients = {
        connection: BceClient(connection, max_concurrent_requests=DEFAULT_CONCURRENCY) for connection in connections
    }

    def cancel() -> None:
        for client in clients.values():
            client.cancel()

    if "vpc_ids" in filters:
        vpc_ids = [filters["vpc_ids"]] * len(clients)
    else:
        vpc_ids = _find_vpcs(list(clients.values()), version, filters.get("vpc_names"), cancel)
    sources = [
        InventorySource(connection.region, vpc_id, client, version)
        for (connection, client), ids in zip(clients.items(), vpc_ids)
        for vpc_id in ids
    ]
    found = _find_gateways(sources, cancel, "vpc_ids" in filters)
    if not found and "vpc_ids" not in filters:
        warn(MESSAGES["gateways_none"])
    hosts = [_host_vars(source, gateway) for source, gateway in found]
    if options.get("tunnels", True):
        lists = map_concurrently(lambda pair: _list_tunnels(*pair), found, cancel, fail_fast=True)
        _raise_first_error(lists)
        hosts = [dict(host, tunnels=tunnels) for host, tunnels in zip(hosts, lists) if tunnels is not None]
    return hosts


def cache_key(options: dict[str, Any], environ: Mapping[str, str]) -> str:
    """Return a hash of all that fetch_hosts() depends on, so that another account or VPC is not read from a cache.

    The id of an access key stands for the account.
    """
    filters, connections = _parse_options(options, environ)
    accounts = [(item.access_key_id.reveal(), item.endpoint, item.region) for item in connections]
    content = [COLLECTION_VERSION, filters, bool(options.get("tunnels", True)), accounts]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def find_empty_vpcs(options: dict[str, Any], hosts: list[dict[str, Any]]) -> list[str]:
    """Return the VPCs without a host: they have no IPsec gateway, or are misspelt; the API may show both alike."""
    found = {host["vpc_id"] for host in hosts}
    vpc_ids = fields.normalize_options([VPC_IDS], options).get("vpc_ids", ())
    return [vpc_id for vpc_id in vpc_ids if vpc_id not in found]


def validate(options: dict[str, Any], environ: Mapping[str, str]) -> list[str]:
    """Return every error in the plugin's options that can be found without a request; see fetch_hosts()."""
    try:
        _parse_options(options, environ)
    except InvalidOptionsError as error:
        return error.errors
    return []


def _parse_options(
    options: dict[str, Any], environ: Mapping[str, str]
) -> tuple[dict[str, Any], list[ConnectionSettings]]:
    """Return the filters in normal form, and the ConnectionSettings of each region."""
    errors = fields.validate_fields(FIELDS, options)
    for name in ("vpc_ids", "vpc_names"):
        if CHECK_MODE_ID in map(str, options.get(name) or ()):
            errors.append(MESSAGES["vpc_ids_check_mode"] % {"option": name})
    if {"vpc_ids", "vpc_names"} <= fields.provided_options(FIELDS, options).keys():
        errors.append(MESSAGES["vpcs_ambiguous"])
    # Invalid regions would only repeat their error for each connection.
    filters = {} if errors else fields.normalize_options(FIELDS, options)
    regions = filters.get("regions", [options.get("region")])
    connections = []
    for region in regions:
        try:
            connections.append(connection_options.resolve(dict(options, region=region), environ))
        except InvalidOptionsError as error:
            errors += [text for text in error.errors if text not in errors]
    if not errors and len({connection.endpoint for connection in connections}) < len(connections):
        words = {"endpoint": connections[0].endpoint, "count": len(regions)}
        errors.append(MESSAGES["endpoint_of_several_regions"] % dict(words, word=connection_options.REGION_PLACEHOLDER))
    if errors:
        raise InvalidOptionsError(errors)
    return filters, connections


def _find_vpcs(
    clients: list[BceClient], version: int, names: list[str] | None, cancel: Callable[[], None]
) -> list[list[str]]:
    """Return the ids of the VPCs of each region; those of the names, of which each has to be in one of the regions.

    :raises ConflictError: if no region has a VPC of a name, or one has several.
    """
    regions = map_concurrently(lambda client: VpcApi(client, {"version": version}).list_vpcs(), clients, cancel, True)
    _raise_first_error(regions)
    if names is not None:
        everywhere = [vpc for vpcs in regions for vpc in vpcs]
        chosen = [[vpc for name in names for vpc in select_by_name(vpcs, name, "vpc_names")] for vpcs in regions]
        found = {vpc["name"] for vpcs in chosen for vpc in vpcs}
        for name in names:
            if name not in found:
                find_by_name(everywhere, name, "vpc_names")  # raises the error
        regions = chosen
    return [[vpc["vpc_id"] for vpc in vpcs if vpc["vpc_id"]] for vpcs in regions]


def _find_gateways(
    sources: list[InventorySource], cancel: Callable[[], None], is_by_id: bool
) -> list[tuple[InventorySource, dict[str, Any]]]:
    """Return (source, gateway) for each gateway that can have tunnels, once; a VPC need not be in all regions.

    :param is_by_id: False if the VPCs were listed, so that one that is not found was deleted since then.
    """
    lists = map_concurrently(_list_or_not_found, sources, cancel, fail_fast=True)
    known = {
        source.vpc_id for source, listed in zip(sources, lists) if not (is_by_id and isinstance(listed, NotFoundError))
    }
    lists = [
        [] if isinstance(listed, NotFoundError) and source.vpc_id in known else listed
        for source, listed in zip(sources, lists)
    ]
    _raise_first_error(lists)
    found: dict[Any, tuple[InventorySource, dict[str, Any]]] = {}
    for source, gateways in zip(sources, lists):
        for gateway in gateways:
            if gateway["vpn_id"] and is_ipsec(gateway):
                found.setdefault((source.region, gateway["vpn_id"]), (source, gateway))
    return list(found.values())


def _list_or_not_found(source: InventorySource) -> Any:
    """Return the gateways of a VPC in a region; the error itself where the region does not know the VPC."""
    return gateways_or_not_found(source.client, source.version, source.vpc_id)


def _list_tunnels(source: InventorySource, gateway: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the tunnels of a gateway; None where the gateway was deleted since it was listed."""
    try:
        return tunnel_results(list_tunnels(source.client, source.version, gateway["vpn_id"]))
    except NotFoundError:
        return None


def _raise_first_error(results: Iterable[Any]) -> None:
    for result in results:
        if isinstance(result, BceError):
            raise result


def _host_vars(source: InventorySource, gateway: dict[str, Any]) -> dict[str, Any]:
    """Return the variables of a host, without tunnels. Tasks run on the controller, because a gateway has no login."""
    variables = {name: gateway[name] for name in ("vpn_id", "vpn_name", "eip", "vpc_id", "status")}
    return dict(variables, region=source.region, tunnels=[], ansible_connection="local")


def unique_hostnames(
    hosts: list[dict[str, Any]], reserved: Iterable[str] = (), others: Mapping[str, Mapping[str, Any]] | None = None
) -> list[str]:
    """Return the name of each host: the gateway's, or its id where the name repeats or cannot be a host's.

    :param reserved: names of groups, which mean the group wherever a host could be meant.
    :param others: the hosts of other inventories and their variables. One with the gateway's vpn_id is the gateway.
    """
    names, ids = (Counter(host[name] for host in hosts) for name in ("vpn_name", "vpn_id"))
    reserved, others = {*RESERVED_NAMES, *reserved, *ids}, others or {}
    found = []
    for host in hosts:
        candidates = ["%s.%s" % (host["vpn_id"], host["region"] or host["vpc_id"])]
        if ids[host["vpn_id"]] == 1:
            candidates.insert(0, host["vpn_id"])
        if names[host["vpn_name"]] == 1 and _is_valid_hostname(host["vpn_name"], reserved):
            candidates.insert(0, host["vpn_name"])
        free = [name for name in candidates if others.get(name, host).get("vpn_id") == host["vpn_id"]]
        found.append((free or candidates)[0])
    return found


def _is_valid_hostname(name: str | None, reserved: set[str]) -> bool:
    return bool(name and _HOSTNAME.fullmatch(name)) and not {name, str(name).lower()} & reserved
