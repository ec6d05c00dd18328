# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios: short lists of tasks of a user, each with its result on a cloud that behaves as documented."""

from __future__ import annotations

import hashlib
from typing import Any, Dict, NamedTuple, Optional, Tuple

HUB, OTHER_HUB, SPARE_HUB = "vpn-hub00001", "vpn-hub00002", "vpn-hub00003"
VPC, OTHER_VPC = "vpc-first", "vpc-second"
TABLE = "rt-" + hashlib.sha256(VPC.encode()).hexdigest()[:12]  # the only one that the emulator makes for the VPC
GATEWAYS = {HUB: VPC, OTHER_HUB: OTHER_VPC, SPARE_HUB: VPC}  # gateway -> its VPC
EIPS = "eips"  # in the place of a scope, where a scenario begins with EIPs
HOUR = 3600.0

# Longer than any limit that a cloud might have for what it shows, in mixed case, with every sign that a name may have,
# some of them at the end.
BERLIN = "Branch-Berlin_North/Site.01-Primary-Uplink-Tunnel."
PARIS = "Office-Paris_West/Site.02-Primary-Uplink-Tunnel"
ROME = "Rome-Depot_South/Site.03-Primary-Uplink-Tunnel-_"
OSLO = "Warehouse-Oslo_East/Site.04-Primary-Uplink-Tunnel"
# Equal except for their ends.
ALIKE_A, ALIKE_B, ALIKE_C = ("Datacenter-Frankfurt_Main/Hall.01-Secondary-Uplink-%s" % end for end in ("A", "b", "C3"))
RENAMED = "Headquarters-Berlin_Center/Site.11-Primary-Uplink"
NAMES = (BERLIN, PARIS, ROME, OSLO, ALIKE_A, ALIKE_B, ALIKE_C, RENAMED)

KEYS = {name: "K%d!%sKey" % (number, name[:4]) for number, name in enumerate(NAMES)}
NEW_KEY = "Fresh#2026key"
FOREIGN_KEY = "Foreign@777key"
SECRETS = (*KEYS.values(), NEW_KEY, FOREIGN_KEY)


class IdOf(NamedTuple):
    """Represent the id that a stored object has at that moment, as a user would read it in the console."""

    name: str
    scope: Optional[str] = HUB  # None for a customer gateway or an EIP, a VPC for a route rule or a VPN gateway


class Step(NamedTuple):
    """One task.

    :ivar changed: the result's `changed` on the base cloud. :ivar code: the error code there, where it fails.
    :ivar pause: seconds that pass before it. :ivar repeats: True if the task before asks for the same.
    """

    module: str
    options: Dict[str, Any]
    changed: bool = True
    code: Optional[str] = None
    check_mode: bool = False
    pause: float = 0.0
    repeats: bool = False

    def again(self, pause=0.0):
        """Return the same task once more, with nothing left to do."""
        return self._replace(changed=False, check_mode=False, pause=pause, repeats=True)

    def checked(self):
        """Return the same task in check mode."""
        return self._replace(check_mode=True)


class Scenario(NamedTuple):
    """The tasks of one user, and what exists before them.

    :ivar stored: (gateway, name, changes) of tunnels that others made before, (None, name, changes) of customer
        gateways, (VPC, name, changes) of route rules, (EIPS, name, changes) of EIPs.
    :ivar planted: (gateway, entry) put into lists as they are.
    :ivar settings: of the emulator.
    """

    steps: Tuple[Step, ...]
    stored: Tuple[tuple, ...] = ()
    planted: Tuple[tuple, ...] = ()
    settings: Dict[str, Any] = {}


def tunnel(name, **changes):
    """Return the options of one tunnel; each name has a peer, networks and a key of its own."""
    number = NAMES.index(name) + 10
    options = {
        "vpn_id": HUB,
        "vpn_conn_name": name,
        "secret_key": KEYS[name],
        "local_subnets": ["192.168.0.0/20", "172.20.0.0/16"],
        "remote_ip": "203.0.113.%d" % number,
        "remote_subnets": ["10.%d.0.0/16" % number, "10.2%d.8.0/24" % number],
        "description": "To %s" % name.split("/")[0],
        "ike_config": {
            "ike_version": "v2",
            "ike_mode": "main",
            "ike_enc_alg": "aes256",
            "ike_auth_alg": "sha2_256",
            "ike_pfs": "group14",
            "ike_life_time": 28800,
        },
        "ipsec_config": {
            "ipsec_enc_alg": "aes",
            "ipsec_auth_alg": "sha1",
            "ipsec_pfs": "group14",
            "ipsec_lifetime": 3600,
        },
    }
    return _changed(options, changes)


def _changed(options, changes):
    options = dict(options, **changes)
    return {name: value for name, value in options.items() if value is not None}


def one(name, changed=True, code=None, **changes):
    """Return a step of vpn_tunnel."""
    return Step("vpn_tunnel", tunnel(name, **changes), changed, code)


def gone(changed=True, code=None, **options):
    """Return a step of vpn_tunnel that removes."""
    return Step("vpn_tunnel", dict({"vpn_id": HUB, "state": "absent"}, **options), changed, code)


def many(*items, changed=True, code=None, **options):
    """Return a step of vpn_tunnels."""
    return Step("vpn_tunnels", dict(options, tunnels=list(items)), changed, code)


def peer(name, changed=True, code=None, **changes):
    """Return a step of vpn_customer_gateway."""
    number = NAMES.index(name) + 10
    options = {"name": name, "ip": "203.0.113.%d" % number, "description": "Peer of %s" % name.split("/")[0]}
    return Step("vpn_customer_gateway", _changed(options, changes), changed, code)


def no_peer(changed=True, **options):
    """Return a step of vpn_customer_gateway that removes."""
    return Step("vpn_customer_gateway", dict(options, state="absent"), changed)


SUBNET = "192.168.0.0/20"


def pair(name):
    """Return the natural key of the route rule for one of NAMES."""
    return "%s -> 10.%d.0.0/16" % (SUBNET, NAMES.index(name) + 10)


def route(name, changed=True, code=None, **changes):
    """Return a step of vpc_route; each of NAMES has a destination of its own."""
    source, _arrow, destination = pair(name).partition(" -> ")
    options = {
        "vpc_id": VPC,
        "source_address": source,
        "destination_address": destination,
        "nexthop_id": HUB,
        "description": "Route to %s" % name.split("/")[0],
    }
    return Step("vpc_route", _changed(options, changes), changed, code)


def no_route(changed=True, code=None, **options):
    """Return a step of vpc_route that removes."""
    return Step("vpc_route", dict({"vpc_id": VPC, "state": "absent"}, **options), changed, code)


def route_key(name):
    """Return the options that name the rule for one of NAMES."""
    source, _arrow, destination = pair(name).partition(" -> ")
    return {"source_address": source, "destination_address": destination}


def routes(changed=True, code=None, **changes):
    """Return a step of vpn_gateway_routes; the source stands for networks of the tunnels that no subnet has."""
    return Step("vpn_gateway_routes", dict({"vpn_id": HUB, "sources": [SUBNET]}, **changes), changed, code)


def api_route(name, **changes):
    """Return the API's own object of a route rule that others made before."""
    source, _arrow, destination = pair(name).partition(" -> ")
    body = {"sourceAddress": source, "destinationAddress": destination, "nexthopId": HUB, "nexthopType": "vpn"}
    return dict(body, description="Not ours", **changes)


def eip(name, changed=True, code=None, **changes):
    """Return a step of eip."""
    return Step("eip", _changed({"name": name, "bandwidth_in_mbps": 5}, changes), changed, code)


def no_eip(changed=True, code=None, **options):
    """Return a step of eip that releases."""
    return Step("eip", dict(options, state="absent"), changed, code)


def api_eip(name, **changes):
    """Return the body of the creation of an EIP that others made before."""
    billing = {"paymentTiming": "Postpaid", "billingMethod": "ByBandwidth"}
    return dict({"name": name, "bandwidthInMbps": 5, "billing": billing}, **changes)


ADDRESS, OTHER_ADDRESS = "198.51.100.201", "198.51.100.202"  # of EIPs that are available at the start


def hub(name, changed=True, code=None, **changes):
    """Return a step of vpn_gateway, in the VPC that has room for more than one further gateway."""
    options = {"vpc_id": OTHER_VPC, "vpn_name": name, "description": "Hub of %s" % name.split("/")[0]}
    return Step("vpn_gateway", _changed(options, changes), changed, code)


def no_hub(changed=True, code=None, **options):
    """Return a step of vpn_gateway that releases."""
    return Step("vpn_gateway", dict(options, state="absent"), changed, code)


HUB_KEY = {"vpc_id": OTHER_VPC, "vpn_name": BERLIN}


def _scenario(*steps, stored=(), planted=(), **settings):
    return Scenario(tuple(steps), tuple(stored), tuple(planted), settings)


FOREIGN = {"secret_key": FOREIGN_KEY, "description": "Not ours"}
BOTH_HUBS = ((OTHER_HUB, BERLIN, FOREIGN), (OTHER_HUB, PARIS, FOREIGN), (OTHER_HUB, ROME, {}))
CHANGES = {"description": "Changed", "remote_subnets": ["10.99.0.0/16"]}
NAMELESS = {
    "vpnId": HUB,
    "vpnConnId": "vpnconn-nameless0001",
    "vpnConnName": None,
    "secretKey": FOREIGN_KEY,
    "localSubnets": ["192.168.0.0/20"],
    "remoteIp": "203.0.113.200",
    "remoteSubnets": ["10.200.0.0/16"],
    "description": "",
    "ikeConfig": {},
    "ipsecConfig": {},
    "status": "active",
    "healthStatus": "reachable",
    "createdTime": "2026-01-01 00:00:00",
}

TWO_TUNNELS = ((HUB, BERLIN, {}), (HUB, OSLO, {}))
# The first one leads to the hub, and no tunnel of TWO_TUNNELS needs it.
OTHER_RULES = (
    (VPC, RENAMED, {}),
    (VPC, PARIS, {"nexthopId": SPARE_HUB}),
    (OTHER_VPC, BERLIN, {"nexthopId": OTHER_HUB}),
)
create = one(BERLIN)
recreate_key = one(BERLIN, secret_key=NEW_KEY)
four = many(tunnel(BERLIN), tunnel(PARIS), tunnel(ROME), tunnel(OSLO))
listed = many(tunnel(BERLIN), tunnel(PARIS), purge=True)

SCENARIOS: Dict[str, Scenario] = {
    # -- one tunnel ---------------------------------------------------------------------------------------------------
    "create-repeat": _scenario(create, create.again(), create.again(5.0), create.again(25 * HOUR)),
    "create-update": _scenario(
        create,
        one(BERLIN, **CHANGES),
        one(BERLIN, **CHANGES).again(),
        recreate_key._replace(pause=5.0),
        recreate_key.again(),
    ),
    "create-delete": _scenario(
        create, gone(vpn_conn_name=BERLIN), gone(vpn_conn_name=BERLIN).again(), gone(vpn_conn_name=BERLIN).again(30.0)
    ),
    "delete-recreate": _scenario(
        create, gone(vpn_conn_name=BERLIN), create, create.again(), gone(vpn_conn_name=BERLIN), create, create.again()
    ),
    "delete-recreate-other-key": _scenario(
        create, gone(vpn_conn_name=BERLIN), recreate_key, recreate_key.again(), recreate_key.again(25 * HOUR)
    ),
    "delete-by-id": _scenario(
        create,
        one(PARIS),
        gone(vpn_conn_id=IdOf(BERLIN))._replace(pause=5.0),
        gone(vpn_conn_name=BERLIN, changed=False),
        one(PARIS, changed=False)._replace(pause=5.0),
    ),
    "delete-by-name-and-id": _scenario(
        create, gone(vpn_conn_name=BERLIN, vpn_conn_id=IdOf(BERLIN))._replace(pause=5.0), create
    ),
    "delete-other-case": _scenario(
        gone(vpn_conn_name=BERLIN.upper(), changed=False, code="SimilarName"), stored=[(HUB, BERLIN, {})]
    ),
    "create-next-to-other-case": _scenario(
        one(BERLIN, vpn_conn_name=BERLIN.swapcase(), code="SimilarName", changed=False, description="Other"),
        stored=[(HUB, BERLIN, {})],
    ),
    "same-names-on-two-hubs": _scenario(
        create,
        create.again(),
        one(BERLIN, **CHANGES),
        gone(vpn_conn_name=BERLIN),
        gone(vpn_conn_name=BERLIN).again(),
        stored=BOTH_HUBS,
    ),
    "rename-by-id": _scenario(
        create,
        Step("vpn_tunnel", {"vpn_id": HUB, "vpn_conn_id": IdOf(BERLIN), "vpn_conn_name": RENAMED}, pause=5.0),
        Step("vpn_tunnel", {"vpn_id": HUB, "vpn_conn_id": IdOf(RENAMED), "vpn_conn_name": RENAMED}, False),
        one(BERLIN, changed=False, code="RenamedOrShownDifferently"),
    ),
    "client-token": _scenario(
        one(BERLIN, client_token="token-of-the-user-1"),
        one(BERLIN, client_token="token-of-the-user-1").again(),
        gone(vpn_conn_name=BERLIN),
        one(BERLIN, changed=False, code="ClientTokenReused", client_token="token-of-the-user-1"),
        one(BERLIN, client_token="token-of-the-user-2"),
    ),
    "wait-for-active": _scenario(
        one(BERLIN, wait_for="active", wait_timeout=120), one(BERLIN, wait_for="active").again(), settle_ms=20000
    ),
    "wait-in-vain": _scenario(
        one(BERLIN, wait_for="active", wait_timeout=30, code="WaitTimeout"), create.again(), settle_ms=600000
    ),
    "check-mode": _scenario(
        create.checked(),
        create,
        one(BERLIN, **CHANGES).checked()._replace(pause=5.0),
        one(BERLIN, **CHANGES),
        gone(vpn_conn_name=BERLIN).checked()._replace(pause=5.0),
        gone(vpn_conn_name=BERLIN),
    ),
    "partial-task": _scenario(
        Step("vpn_tunnel", {"vpn_id": HUB, "vpn_conn_name": BERLIN, "description": "Only this"}),
        Step("vpn_tunnel", {"vpn_id": HUB, "vpn_conn_name": BERLIN, "description": "Only this"}, False, repeats=True),
        Step("vpn_tunnel", {"vpn_id": HUB, "vpn_conn_name": BERLIN, "description": ""}, pause=5.0),
        Step("vpn_tunnel", {"vpn_id": HUB, "vpn_conn_name": BERLIN}, False),
        stored=[(HUB, BERLIN, {}), (HUB, PARIS, {})],
    ),
    "equal-tunnels-of-two-names": _scenario(
        create,
        create.again(),
        gone(vpn_conn_name=BERLIN),
        stored=[(HUB, PARIS, {"like": BERLIN})],
    ),
    # -- many tunnels -------------------------------------------------------------------------------------------------
    "bulk-create": _scenario(four, four.again(), four.again(25 * HOUR)),
    "bulk-alike": _scenario(
        many(tunnel(ALIKE_A), tunnel(ALIKE_B), tunnel(ALIKE_C)),
        many(tunnel(ALIKE_A), tunnel(ALIKE_B), tunnel(ALIKE_C)).again(5.0),
        many(tunnel(ALIKE_A), tunnel(ALIKE_B), tunnel(ALIKE_C), purge=True).again(5.0),
    ),
    "bulk-mixed": _scenario(
        many(tunnel(BERLIN, **CHANGES), tunnel(PARIS), {"vpn_conn_name": ROME, "state": "absent"}, vpn_id=HUB),
        many(tunnel(BERLIN, **CHANGES), tunnel(PARIS), {"vpn_conn_name": ROME, "state": "absent"}, vpn_id=HUB).again(),
        stored=[(HUB, BERLIN, {}), (HUB, ROME, {})],
    ),
    "bulk-two-hubs": _scenario(
        many(tunnel(BERLIN), tunnel(PARIS), tunnel(BERLIN, vpn_id=OTHER_HUB), tunnel(OSLO, vpn_id=OTHER_HUB)),
        many(tunnel(BERLIN), tunnel(PARIS), tunnel(BERLIN, vpn_id=OTHER_HUB), tunnel(OSLO, vpn_id=OTHER_HUB)).again(),
    ),
    "purge": _scenario(
        listed, listed.again(), listed.again(5.0), stored=[(HUB, BERLIN, {}), (HUB, OSLO, FOREIGN), *BOTH_HUBS]
    ),
    "purge-check-mode": _scenario(
        listed.checked(), listed, stored=[(HUB, BERLIN, {}), (HUB, OSLO, FOREIGN), *BOTH_HUBS]
    ),
    "purge-nothing": _scenario(
        listed._replace(changed=False),
        listed.again(25 * HOUR),
        stored=[(HUB, BERLIN, {}), (HUB, PARIS, {}), *BOTH_HUBS],
    ),
    "purge-with-a-nameless": _scenario(
        listed._replace(changed=False, code="PurgeUnclear"),
        stored=[(HUB, BERLIN, {}), (HUB, PARIS, {}), (HUB, OSLO, FOREIGN)],
        planted=[(HUB, NAMELESS)],
    ),
    "purge-after-rename": _scenario(
        # RENAMED is a listed tunnel under another name, so it is not certain that it is to be deleted.
        listed._replace(changed=False, code="PurgeEqual"),
        stored=[(HUB, BERLIN, {}), (HUB, PARIS, {}), (HUB, RENAMED, {"like": BERLIN})],
    ),
    "purge-all": _scenario(
        many(vpn_id=HUB, purge=True, purge_all=True),
        many(vpn_id=HUB, purge=True, purge_all=True).again(),
        stored=[(HUB, BERLIN, {}), (HUB, PARIS, {}), *BOTH_HUBS],
    ),
    # -- customer gateways --------------------------------------------------------------------------------------------
    "peer-create-repeat": _scenario(
        peer(BERLIN), peer(BERLIN).again(), peer(BERLIN).again(5.0), peer(BERLIN).again(25 * HOUR)
    ),
    "peer-update": _scenario(
        peer(BERLIN),
        peer(BERLIN, description="Changed"),
        peer(BERLIN, description="Changed").again(),
        peer(BERLIN, description="")._replace(pause=5.0),
        peer(BERLIN, description="").again(),
    ),
    "peer-delete": _scenario(
        peer(BERLIN), no_peer(name=BERLIN), no_peer(name=BERLIN).again(), no_peer(name=BERLIN).again(30.0)
    ),
    "peer-delete-recreate": _scenario(
        peer(BERLIN),
        no_peer(name=BERLIN),
        peer(BERLIN),
        peer(BERLIN).again(),
        no_peer(name=BERLIN),
        peer(BERLIN, description="Again"),
    ),
    "peer-rename-by-id": _scenario(
        peer(BERLIN),
        Step("vpn_customer_gateway", {"cgw_id": IdOf(BERLIN, None), "name": RENAMED}, pause=5.0),
        Step("vpn_customer_gateway", {"cgw_id": IdOf(RENAMED, None), "name": RENAMED}, False),
    ),
    "peer-delete-by-id": _scenario(
        no_peer(cgw_id=IdOf(BERLIN, None)),
        no_peer(name=BERLIN, changed=False),
        stored=[(None, BERLIN, {}), (None, PARIS, {})],
    ),
    "peer-check-mode": _scenario(
        peer(BERLIN).checked(), peer(BERLIN), no_peer(name=BERLIN).checked()._replace(pause=5.0), no_peer(name=BERLIN)
    ),
    # -- route rules --------------------------------------------------------------------------------------------------
    "route-create-repeat": _scenario(
        route(BERLIN), route(BERLIN).again(), route(BERLIN).again(5.0), route(BERLIN).again(25 * HOUR)
    ),
    "route-by-table": _scenario(
        route(BERLIN),
        route(BERLIN, changed=False, vpc_id=None, route_table_id=TABLE)._replace(pause=5.0),
        route(PARIS, vpc_id=None, route_table_id=TABLE),
        route(PARIS, changed=False)._replace(pause=5.0),
    ),
    "route-update": _scenario(
        route(BERLIN),
        route(BERLIN, description="Changed", nexthop_id=SPARE_HUB),
        route(BERLIN, description="Changed", nexthop_id=SPARE_HUB).again(),
        route(BERLIN, description="", nexthop_id=None)._replace(pause=5.0),
        route(BERLIN, description="", nexthop_id=None).again(),
    ),
    "route-delete": _scenario(
        route(BERLIN),
        no_route(**route_key(BERLIN)),
        no_route(**route_key(BERLIN)).again(),
        no_route(**route_key(BERLIN)).again(30.0),
    ),
    "route-delete-recreate": _scenario(
        route(BERLIN),
        no_route(**route_key(BERLIN)),
        route(BERLIN),
        route(BERLIN).again(),
        no_route(**route_key(BERLIN)),
        route(BERLIN, nexthop_id=SPARE_HUB),
    ),
    "route-moved-by-id": _scenario(
        route(BERLIN),
        Step("vpc_route", dict(route_key(RENAMED), vpc_id=VPC, route_rule_id=IdOf(pair(BERLIN), VPC)), pause=5.0),
        Step("vpc_route", dict(route_key(RENAMED), vpc_id=VPC, route_rule_id=IdOf(pair(RENAMED), VPC)), False),
    ),
    "route-delete-by-id": _scenario(
        no_route(route_rule_id=IdOf(pair(BERLIN), VPC)),
        no_route(changed=False, **route_key(BERLIN)),
        stored=[(VPC, BERLIN, {}), (VPC, PARIS, {})],
    ),
    "route-check-mode": _scenario(
        route(BERLIN).checked(),
        route(BERLIN),
        route(BERLIN, description="Changed").checked()._replace(pause=5.0),
        route(BERLIN, description="Changed"),
        no_route(**route_key(BERLIN)).checked()._replace(pause=5.0),
        no_route(**route_key(BERLIN)),
    ),
    "route-of-another-type": _scenario(
        route(BERLIN, changed=False, code="ImmutableField"),
        route(PARIS),
        stored=[(VPC, BERLIN, {"nexthopType": "custom", "nexthopId": "i-0000000001"})],
    ),
    "route-next-to-others": _scenario(
        route(BERLIN),
        route(BERLIN).again(),
        no_route(**route_key(BERLIN)),
        stored=[(VPC, PARIS, {}), (VPC, ROME, {"nexthopId": SPARE_HUB}), (OTHER_VPC, BERLIN, {"nexthopId": OTHER_HUB})],
    ),
    "route-and-tunnel": _scenario(create, route(BERLIN), create.again(), route(BERLIN).again()),
    # -- EIPs ---------------------------------------------------------------------------------------------------------
    "eip-create-repeat": _scenario(
        eip(BERLIN), eip(BERLIN).again(), eip(BERLIN).again(5.0), eip(BERLIN).again(25 * HOUR)
    ),
    "eip-resize": _scenario(
        eip(BERLIN),
        eip(BERLIN, bandwidth_in_mbps=9),
        eip(BERLIN, bandwidth_in_mbps=9).again(),
        Step("eip", {"eip": IdOf(BERLIN, None), "bandwidth_in_mbps": 2}, pause=5.0),
        eip(BERLIN, changed=False, code="ImmutableField", billing={"billing_method": "ByTraffic"})._replace(pause=5.0),
    ),
    "eip-release": _scenario(
        eip(BERLIN), no_eip(name=BERLIN), no_eip(name=BERLIN).again(), no_eip(name=BERLIN).again(30.0)
    ),
    "eip-release-recreate": _scenario(
        eip(BERLIN), no_eip(name=BERLIN), eip(BERLIN), eip(BERLIN).again(), no_eip(name=BERLIN), eip(BERLIN)
    ),
    "eip-release-by-address": _scenario(
        no_eip(eip=IdOf(ALIKE_B, None)),
        eip(ALIKE_A, changed=False),
        eip(ALIKE_C),
        no_eip(changed=False, code="EipInUse", name="eip-gw-%s" % HUB),
        stored=[(EIPS, ALIKE_A, {}), (EIPS, ALIKE_B, {})],
    ),
    "eip-check-mode": _scenario(
        eip(BERLIN).checked(),
        eip(BERLIN),
        eip(BERLIN, bandwidth_in_mbps=9).checked()._replace(pause=5.0),
        eip(BERLIN, bandwidth_in_mbps=9),
        no_eip(name=BERLIN).checked()._replace(pause=5.0),
        no_eip(name=BERLIN),
    ),
    # -- all rules of a gateway ---------------------------------------------------------------------------------------
    "routes-create-repeat": _scenario(
        routes(), routes().again(), routes(purge=True).again(25 * HOUR), stored=TWO_TUNNELS
    ),
    "routes-purge": _scenario(
        routes(purge=True).checked(),
        routes(purge=True),
        routes(purge=True).again(5.0),
        stored=TWO_TUNNELS + OTHER_RULES,
    ),
    "routes-of-a-new-tunnel": _scenario(
        create,
        routes(purge=True)._replace(pause=5.0),
        one(ROME),
        routes(),
        gone(vpn_conn_name=BERLIN),
        routes(purge=True)._replace(pause=5.0),
        stored=OTHER_RULES,
    ),
    "routes-absent": _scenario(
        routes(),
        routes(state="absent"),
        routes(state="absent").again(),
        routes(state="absent", purge=True),
        stored=TWO_TUNNELS + OTHER_RULES,
    ),
    "peer-and-tunnel": _scenario(
        peer(BERLIN),
        one(BERLIN, remote_ip=None, cgw_id=IdOf(BERLIN, None)),
        one(BERLIN, remote_ip=None, cgw_id=IdOf(BERLIN, None)).again(),
    ),
    # -- VPN gateways -------------------------------------------------------------------------------------------------
    "gateway-create-repeat": _scenario(
        hub(BERLIN), hub(BERLIN).again(), hub(BERLIN).again(5.0), hub(BERLIN).again(25 * HOUR)
    ),
    "gateway-create-slowly": _scenario(
        hub(BERLIN, eip=ADDRESS), hub(BERLIN, eip=ADDRESS).again(), hub(BERLIN, eip=OTHER_ADDRESS), settle_ms=20000
    ),
    "gateway-update": _scenario(
        hub(BERLIN),
        hub(BERLIN, description="Changed", delete_protect=True)._replace(pause=5.0),
        hub(BERLIN, description="Changed", delete_protect=True).again(),
        hub(BERLIN, description="")._replace(pause=5.0),
        hub(BERLIN, description="").again(),
    ),
    "gateway-address": _scenario(
        hub(BERLIN, eip=ADDRESS),
        hub(BERLIN, eip=OTHER_ADDRESS)._replace(pause=5.0),
        hub(BERLIN, eip=OTHER_ADDRESS).again(),
        hub(BERLIN, eip="")._replace(pause=5.0),
        hub(BERLIN, eip="").again(),
        hub(BERLIN, eip=ADDRESS)._replace(pause=5.0),
    ),
    "gateway-release": _scenario(
        hub(BERLIN, eip=ADDRESS),
        no_hub(**HUB_KEY)._replace(pause=5.0),
        no_hub(**HUB_KEY).again(),
        no_hub(**HUB_KEY).again(90.0),
    ),
    "gateway-release-recreate": _scenario(
        hub(BERLIN), no_hub(**HUB_KEY)._replace(pause=5.0), hub(BERLIN), hub(BERLIN).again(25 * HOUR)
    ),
    "gateway-protected": _scenario(
        hub(BERLIN, delete_protect=True),
        no_hub(changed=False, code="GatewayInUse", **HUB_KEY)._replace(pause=5.0),
        no_hub(changed=False, code="GatewayInUse", force=True, **HUB_KEY),
        no_hub(delete_protect=False, **HUB_KEY),
    ),
    "gateway-in-use": _scenario(
        hub(BERLIN, eip=ADDRESS),
        one(PARIS, vpn_id=IdOf(BERLIN, OTHER_VPC)),
        route(ROME, vpc_id=OTHER_VPC, nexthop_id=IdOf(BERLIN, OTHER_VPC)),
        no_hub(changed=False, code="GatewayInUse", **HUB_KEY)._replace(pause=5.0),
        no_hub(force=True, **HUB_KEY),
        stored=[(OTHER_HUB, BERLIN, FOREIGN), (OTHER_VPC, PARIS, {"nexthopId": OTHER_HUB})],
    ),
    "gateway-by-id": _scenario(
        hub(BERLIN),
        Step("vpn_gateway", {"vpn_id": IdOf(BERLIN, OTHER_VPC), "vpn_name": RENAMED}, pause=5.0),
        Step("vpn_gateway", {"vpn_id": IdOf(RENAMED, OTHER_VPC), "vpn_name": RENAMED}, False, pause=5.0),
        no_hub(vpn_id=IdOf(RENAMED, OTHER_VPC)),
    ),
    "gateway-check-mode": _scenario(
        hub(BERLIN).checked(),
        hub(BERLIN),
        hub(BERLIN, description="Changed", eip=ADDRESS).checked()._replace(pause=5.0),
        hub(BERLIN, description="Changed", eip=ADDRESS),
        no_hub(**HUB_KEY).checked()._replace(pause=5.0),
        no_hub(**HUB_KEY),
    ),
}
