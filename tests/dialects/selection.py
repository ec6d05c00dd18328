# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cases run: every dialect with every scenario that it can touch, random mixes, and mixes with lost responses."""

from __future__ import annotations

import random

from emulator.dialects import EIP_GROUPS, GATEWAY_GROUPS, GROUPS, ROUTE_GROUPS, TABLE, draw

from .cases import Case
from .scenarios import SCENARIOS

DEFAULT_SEED = 14
WAYS = ("module", "module", "module", "action")  # in-process actions are a quarter of all cases
PEER_GROUPS = ("customer gateway name", "customer gateway time")
# Groups whose dialects touch the lists and writes of tunnels and of route rules alike.
NETWORK_GROUPS = (
    "subnet form",
    "subnet host bits",
    "list order",
    "list repeats",
    "list time",
    "put while stale",
    "list result",
    "description on update",
    "duplicate name",
    "busy",
)
# Groups whose dialects touch requests of every kind, so also those of customer gateways.
COMMON_GROUPS = (
    "token on create",
    "token on update and delete",
    "status of absent",
    "write to absent",
    "read of absent",
    "throttling",
    "error body",
    "extra fields",
    "encoding",
    "early hints",
    "clock",
    "created time",
    "post result",
    "put result",
    "delete result",
)
# module -> the groups whose dialects touch its requests, the common ones aside; those of tunnels are all others
OWN_GROUPS = {
    "vpn_customer_gateway": PEER_GROUPS,
    "vpc_route": (*ROUTE_GROUPS, *NETWORK_GROUPS),
    "vpn_gateway": GATEWAY_GROUPS,
    "eip": EIP_GROUPS,
}
# Groups whose dialects touch the gateway and the tunnels that vpn_gateway_routes reads.
ROUTES_READ_GROUPS = (
    "list scope",
    "list pages",
    "keys on read",
    "delete course",
    "tunnel status",
    "gateway type",
    "VPC detail",
    "vpn gateway vpc id",
    "vpn gateway tunnel number",
)
# Of those of gateways, the scenarios that run with the common groups too.
COMMON_GATEWAY_SCENARIOS = ("gateway-create-repeat", "gateway-address", "gateway-release-recreate", "gateway-in-use")
GATEWAY_SCENARIOS = [name for name in SCENARIOS if name.startswith("gateway-")]
OTHER_SCENARIOS = [name for name in SCENARIOS if name not in GATEWAY_SCENARIOS]
LOST = (
    {"fault": "reset_after"},
    {"fault": "status", "status": 500, "commit": True},
)


def concerns(group, scenario):
    """Return False where a dialect of the group cannot make a difference to a scenario."""
    modules = {step.module for step in SCENARIOS[scenario].steps}
    if scenario in GATEWAY_SCENARIOS and scenario not in COMMON_GATEWAY_SCENARIOS and group in COMMON_GROUPS:
        return False
    return group in COMMON_GROUPS or any(_is_touched(group, module) for module in modules)


def _is_touched(group, module):
    """Return True if the dialects of a group change requests of a module; one without a row is as the tunnels'."""
    if module == "vpn_gateway_routes":
        return group in ROUTES_READ_GROUPS or _is_touched(group, "vpc_route")
    if module in OWN_GROUPS:
        return group in OWN_GROUPS[module]
    return not any(group in groups and group not in NETWORK_GROUPS for groups in OWN_GROUPS.values())


def base():
    """Return the Cases without any dialect, both ways."""
    return [Case((), scenario, way) for way in ("module", "action") for scenario in SCENARIOS]


def singles():
    """Return the Cases of one dialect each."""
    found = []
    for dialect in TABLE:
        chosen = [scenario for scenario in SCENARIOS if concerns(dialect.group, scenario)]
        for scenario in chosen:
            found.append(Case((dialect.name,), scenario, WAYS[len(found) % len(WAYS)]))
    return found


def mixes(number, scenarios, seed=DEFAULT_SEED):
    """Return the Cases of so many random mixes of 2 to 4 dialects, each with some scenarios."""
    found = []
    for place in range(number):
        source = random.Random("%d-%d" % (seed, place))
        names = tuple(draw(source, source.randint(2, 4)))
        for scenario in source.sample(OTHER_SCENARIOS, scenarios):
            found.append(Case(names, scenario, source.choice(WAYS), place))
    return found


def billed(module, number, seed=DEFAULT_SEED):
    """Return the Cases of what costs money: so many mixes of a module's own dialects, most of them with lost responses.

    The responses to up to two creations in a row are lost.
    """
    groups = {}
    for dialect in TABLE:
        if dialect.group in (*OWN_GROUPS[module], *COMMON_GROUPS):
            groups.setdefault(dialect.group, []).append(dialect.name)
    scenarios = [name for name, scenario in SCENARIOS.items() if module in {step.module for step in scenario.steps}]
    found = []
    for place in range(number):
        source = random.Random("%s-%d-%d" % (module, seed, place))
        names = tuple(
            source.choice(groups[group]) for group in sorted(source.sample(sorted(groups), source.randint(1, 3)))
        )
        lost = source.randint(0, 2)
        fault = dict(source.choice(LOST), match={"method": "POST"}, times=lost)
        case = Case(names, source.choice(scenarios), source.choice(WAYS), place, (fault,) if lost else ())
        found.append(case)
    return found


def lost_responses(number, scenarios, seed=DEFAULT_SEED):
    """Return the Cases of mixes of 0 to 2 dialects in which the response to one write is lost."""
    found = []
    for place in range(number):
        source = random.Random("lost-%d-%d" % (seed, place))
        size = source.randint(0, 2)
        names = tuple(draw(source, size)) if size else ()
        for scenario in source.sample(OTHER_SCENARIOS, scenarios):
            found.append(Case(names, scenario, source.choice(WAYS), place, lost_response(place)))
    return found


def gateway_mixes(number, seed=DEFAULT_SEED):
    """Return the Cases of so many random mixes of 0 to 3 dialects of gateways; in half of them responses are lost."""
    found = []
    for place in range(number):
        source = random.Random("gateway-%d-%d" % (seed, place))
        groups = source.sample([*GATEWAY_GROUPS, *COMMON_GROUPS], source.randint(0, 3))
        names = tuple(source.choice(GROUPS[group]) for group in sorted(groups))
        faults = lost_response(place, source.randint(1, 2)) if place % 2 else ()
        found.append(Case(names, source.choice(GATEWAY_SCENARIOS), source.choice(WAYS), place, faults))
    return found


def lost_response(seed, times=1):
    """Return the faults of lost responses: which write it is, and how its response gets lost.

    :param times: how many responses to such writes are lost, one after the other.
    """
    source = random.Random("fault-%d" % seed)
    method = source.choice(("POST", "POST", "PUT", "DELETE"))
    first = source.randint(1, 2)
    match = {"method": method, "nth": list(range(first, first + times)), "path_regex": "^/v1/"}
    return (dict(source.choice(LOST), match=match, times=times),)
