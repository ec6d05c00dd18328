# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the tunnels of many VPN gateways side by side, as the info modules and the inventory show them."""

from __future__ import annotations

from .._bce.errors import BceError, RateLimitedError, ServerError, TransportError
from .._bce.redaction import redact, redact_nested
from .._reconcile.concurrency import DEFAULT_CONCURRENCY, run_concurrently

IPSEC = "ipsec"
MAX_REPORTED = 3  # failures that a message tells
ACCOUNT_ERROR_CODES = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestExpired")
# After all the tries of a request that ended so, thousands more would each take as long.
OUTAGE_ERRORS = (TransportError, ServerError, RateLimitedError)


def is_ipsec(gateway):
    """True unless the API says that the gateway is of another kind, which can hold no tunnels."""
    return (gateway["type"] or IPSEC).lower() == IPSEC


def map_concurrently(func, items, stop, all_or_nothing=False):
    """What deed(item) returns for each item, or the BceError that it raises: side by side, a list in their order.

    :arg stop: see crew.side_by_side. :arg all_or_nothing: after a first error, begin no further item but give them
        that error; an error that means the account or the whole API, and not one item, always ends it so.
    """
    items = list(items)
    outcomes = [None] * len(items)
    ends = []

    def do(place):
        try:
            outcomes[place] = ends[0] if ends else func(items[place])
        except BceError as error:
            outcomes[place] = error
            if all_or_nothing or error.code in ACCOUNT_ERROR_CODES or isinstance(error, OUTAGE_ERRORS):
                ends.append(error)

    if len(items) == 1:
        do(0)
    elif items:
        run_concurrently(do, range(len(items)), DEFAULT_CONCURRENCY, stop)
    return outcomes


def tunnel_result(tunnel, secrets):
    """A Tunnel as results show it, a dict without its key, even where people put it or another into the description.

    :arg secrets: the keys of all tunnels of its gateway.
    """
    fields = redact_nested(tunnel.fields, {tunnel.secret_key} - {None})
    return dict(fields, description=redact(fields["description"], secrets))


def tunnel_results(listing):
    """The tunnels of a vpn_api.Listing as results show them, a list of dicts."""
    return [tunnel_result(item, listing.secrets) for item in listing.tunnels]


def partial_failure(errors, count, what):
    """What a result says where some of several readings failed, a dict.

    :arg errors: list of BceError. :arg count: of all readings. :arg what: their plural, for people.
    """
    texts = "; ".join(error.message for error in errors[:MAX_REPORTED])
    if count > 1:
        texts = "%d of %d %s could not be read: %s" % (len(errors), count, what, texts)
    texts += " ... and %d more" % (len(errors) - MAX_REPORTED) if len(errors) > MAX_REPORTED else ""
    return {"failed": True, "msg": texts, "error": errors[0].to_dict()}
