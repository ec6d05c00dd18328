# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the tunnels of many VPN gateways side by side, as the info modules and the inventory show them."""

from __future__ import annotations

from .crew import DEFAULT_CONCURRENCY, Crew
from .errors import BceError
from .secret import conceal_all

IPSEC = "ipsec"
TOLD = 3  # failures that a message tells


def is_ipsec(gateway):
    """True unless the API says that the gateway is of another kind, which can hold no tunnels."""
    return (gateway["type"] or IPSEC).lower() == IPSEC


def each(deed, items):
    """What deed(item) returns for each item, or the BceError that it raises: side by side, a list in their order."""
    items = list(items)
    outcomes = [None] * len(items)

    def do(place):
        try:
            outcomes[place] = deed(items[place])
        except BceError as error:
            outcomes[place] = error

    if len(items) == 1:
        do(0)
    elif items:
        with Crew(min(len(items), DEFAULT_CONCURRENCY)) as crew:
            crew.work(do, range(len(items)))
    return outcomes


def shown(tunnel):
    """A Tunnel as results show it, a dict without its key, even where people put that into the description."""
    return conceal_all(tunnel.fields, {tunnel.secret_key} - {None})


def failure(errors, count, what):
    """What a result says where some of several readings failed, a dict.

    :arg errors: list of BceError. :arg count: of all readings. :arg what: their plural, for people.
    """
    texts = "; ".join(error.message for error in errors[:TOLD])
    if count > 1:
        texts = "%d of %d %s could not be read: %s" % (len(errors), count, what, texts)
    texts += " ... and %d more" % (len(errors) - TOLD) if len(errors) > TOLD else ""
    return {"failed": True, "msg": texts, "error": errors[0].as_result()}
