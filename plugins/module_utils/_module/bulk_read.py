# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the tunnels of many VPN gateways concurrently, as the info modules and the inventory show them."""

from __future__ import annotations

from typing import Any, Callable, Iterable

from .._bce.client import BceClient
from .._bce.errors import BceError, NotFoundError, RateLimitedError, ServerError, TransportError
from .._bce.redaction import SecretSet, redact, redact_nested
from .._reconcile.concurrency import DEFAULT_CONCURRENCY, run_concurrently
from .._resources.base import Item, Listed
from .._resources.vpc import VpcApi
from .._resources.vpn_gateway import VpnGatewayApi
from .._resources.vpn_tunnel import VpnTunnelApi

ACCOUNT_ERROR_CODES = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestExpired")
# After all attempts of one request ended with such an error, thousands of others would each take as long.
OUTAGE_ERRORS = (TransportError, ServerError, RateLimitedError)


def map_concurrently(
    func: Callable[[Any], Any], items: Iterable[Any], cancel: Callable[[], None], fail_fast: bool = False
) -> list[Any]:
    """Return what func(item) returns for each item, or the BceError that it raises, in the order of the items.

    :param cancel: see run_concurrently().
    :param fail_fast: begin no further item after an error, and return that error for it. An error that means the
        account or the whole API always has this effect.
    """
    items = list(items)
    results: list[Any] = [None] * len(items)
    abort_errors: list[BceError] = []

    def read(index: int) -> None:
        try:
            results[index] = abort_errors[0] if abort_errors else func(items[index])
        except BceError as error:
            results[index] = error
            if fail_fast or error.code in ACCOUNT_ERROR_CODES or isinstance(error, OUTAGE_ERRORS):
                abort_errors.append(error)

    if len(items) == 1:
        read(0)
    elif items:
        run_concurrently(read, range(len(items)), DEFAULT_CONCURRENCY, cancel)
    return results


def list_gateways(client: BceClient, version: int) -> list[dict[str, Any]]:
    """Return the gateways of all VPCs of the region.

    One request lists the VPCs, and one for each VPC lists its gateways.

    :raises BceError: if any list cannot be read, because a missing gateway would look like one that is gone.
    """
    vpc_ids = [vpc["vpc_id"] for vpc in VpcApi(client, {"version": version}).list_vpcs() if vpc["vpc_id"]]
    lists = map_concurrently(
        lambda vpc_id: gateways_or_not_found(client, version, vpc_id), vpc_ids, client.cancel, True
    )
    for listed in lists:
        if isinstance(listed, BceError) and not isinstance(listed, NotFoundError):
            raise listed
    # A VPC that is not found was deleted since the list of VPCs.
    return [gateway for listed in lists if isinstance(listed, list) for gateway in listed]


def gateways_or_not_found(client: BceClient, version: int, vpc_id: str) -> Any:
    """Return the gateways of a VPC, or the NotFoundError if the region does not have the VPC."""
    try:
        return VpnGatewayApi(client, {"vpc_id": vpc_id, "version": version}).list_gateways()
    except NotFoundError as error:
        return error


def list_tunnels(client: BceClient, version: int, vpn_id: str) -> Listed:
    """Return the tunnels of a gateway."""
    return VpnTunnelApi(client, {"vpn_id": vpn_id, "version": version}).read_all()


def tunnel_result(tunnel: Item, secrets: Iterable[Any]) -> dict[str, Any]:
    """Return a tunnel as results show it: without its key, and without any key that its description contains.

    :param secrets: the keys of all tunnels of its gateway.
    """
    fields = redact_nested(tunnel.fields, [] if tunnel.secret_key is None else [tunnel.secret_key])
    return dict(fields, description=redact(fields["description"], secrets))


def tunnel_results(listing: Listed, is_selected: Callable[[Item], bool] = bool) -> list[dict[str, Any]]:
    """Return the tunnels of a list of the API as results show them."""
    secrets = SecretSet(listing.secrets)
    return [tunnel_result(item, secrets) for item in listing.items if is_selected(item)]
