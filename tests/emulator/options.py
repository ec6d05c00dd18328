# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the command line, and the emulator that they describe."""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import re
import time
from collections.abc import Callable, Sequence
from typing import TextIO

from .cloud import Cloud
from .control import Control
from .dialects import Dialects
from .eips import DEFAULT_BANDWIDTH, EipSeed
from .gateways import GatewaySeed, address_of
from .http_server import Account, EmulatorServer, Pause
from .request_log import RequestLog
from .routes import Api
from .store import Clock, Settings
from .validation import CONTRACTS, ID_PATTERN, BceError, cidr
from .vpcs import DEFAULT_CIDR, VpcSeed, first_subnet

DESCRIPTION = (
    "The BCE API of VPN gateways, tunnels, customer gateways, EIPs, VPCs, subnets and route rules as a local server. "
    "VPCs and subnets can only be read. Every request must be signed with bce-auth-v1; calls that the emulator does "
    "not have are refused with 501 NotEmulated."
)
EPILOG = (
    "Control, without a signature: GET /_emulator/requests, GET /_emulator/state (gateways, tunnels, "
    "customer_gateways, eips, vpcs, subnets and routeRules as the API's own objects, and billed, the number of "
    "gateways and EIPs that requests have ever created; ?secrets=digest), GET and POST "
    "/_emulator/faults, POST /_emulator/tunnels?vpnId=ID, POST /_emulator/settings, POST /_emulator/reset."
)
# The pair of Baidu's own documentation sample (contract notes, section 6.1, P3).
SAMPLE_ACCESS_KEY_ID = "0b0f67dfb88244b289b72b142befad0c"
SAMPLE_SECRET_ACCESS_KEY = "bad522c2126a4618a8125f4b6cf6356f"
DEFAULT_GATEWAY = "vpn-119bd69b"
DEFAULT_VPC = "vpc-emulator"
CIDR = cidr("refused")


def _loopback(text: str) -> str:
    try:
        loopback = text == "localhost" or ipaddress.ip_address(text).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise argparse.ArgumentTypeError(f"{text} is not a loopback address; the emulator serves this machine only")
    return text


def _vpc(text: str) -> VpcSeed:
    vpc_id, cidr, name = (text.split(":") + ["", ""])[:3]
    if text.count(":") > 2 or not ID_PATTERN.fullmatch(vpc_id):
        raise argparse.ArgumentTypeError(f"{text} is not ID:CIDR[:NAME]")
    try:
        CIDR(cidr)
    except ValueError as words:
        raise argparse.ArgumentTypeError(f"{text}: the CIDR {words}") from None
    return VpcSeed(vpc_id, cidr, name or vpc_id)


def _cidr_of(text: str, most: int, form: str) -> list[str]:
    """Return VPC, CIDR and the rest of an option."""
    vpc_id, cidr, *rest = text.split(":")[: most + 1] if ":" in text else ["", ""]
    if text.count(":") > most or not ID_PATTERN.fullmatch(vpc_id):
        raise argparse.ArgumentTypeError(f"{text} is not {form}")
    try:
        return [vpc_id, cidr if cidr == "none" else CIDR(cidr), *rest]
    except ValueError as words:
        raise argparse.ArgumentTypeError(f"{text}: the CIDR {words}") from None


def _subnet(text: str) -> tuple[str, str, str]:
    vpc_id, cidr, *rest = _cidr_of(text, 2, "VPC:CIDR[:NAME]")
    return vpc_id, cidr, rest[0] if rest and rest[0] else f"subnet-{cidr}"


def _secondary(text: str) -> tuple[str, str]:
    vpc_id, cidr = _cidr_of(text, 1, "VPC:CIDR")
    if cidr == "none":
        raise argparse.ArgumentTypeError(f"{text} is not VPC:CIDR")
    return vpc_id, cidr


def _eip(text: str) -> EipSeed:
    address, name, bandwidth = (text.split(":") + ["", ""])[:3]
    try:
        good = text.count(":") <= 2 and str(ipaddress.IPv4Address(address)) == address
    except ValueError:
        good = False
    if not good or not re.fullmatch(r"(?!0)[0-9]{0,4}", bandwidth):
        raise argparse.ArgumentTypeError(f"{text} is not ADDRESS[:NAME[:BANDWIDTH]]")
    return EipSeed(address, name, int(bandwidth or DEFAULT_BANDWIDTH))


def _gateway(text: str) -> GatewaySeed:
    vpn_id, name, vpc_id = (text.split(":") + ["", ""])[:3]
    if text.count(":") > 2 or not ID_PATTERN.fullmatch(vpn_id):
        raise argparse.ArgumentTypeError(f"{text} is not ID[:NAME[:VPC]]")
    return GatewaySeed(vpn_id, name or f"gw-{vpn_id}", vpc_id or DEFAULT_VPC)


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 999999")
    return int(text)


def _milliseconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number of milliseconds from 0")
    return value


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python tests/emulator", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("--host", type=_loopback, default="127.0.0.1", help="loopback address (%(default)s)")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (%(default)s)")
    parser.add_argument("--access-key-id", default=SAMPLE_ACCESS_KEY_ID, help="(%(default)s, Baidu's public sample)")
    parser.add_argument("--secret-access-key", default=SAMPLE_SECRET_ACCESS_KEY, help="(the sample's secret)")
    parser.add_argument(
        "--gateway",
        type=_gateway,
        action="append",
        default=[],
        metavar="ID[:NAME[:VPC]]",
        help=f"a VPN gateway, repeatable ({DEFAULT_GATEWAY} in {DEFAULT_VPC} if there is no other)",
    )
    parser.add_argument(
        "--vpc",
        type=_vpc,
        action="append",
        default=[],
        metavar="ID:CIDR[:NAME]",
        help="a VPC with its default route table and one subnet (the first /20 of the CIDR, or all of it where it is "
        f"smaller), repeatable; a VPC that only --gateway names has {DEFAULT_CIDR}",
    )
    parser.add_argument(
        "--subnet",
        type=_subnet,
        action="append",
        default=[],
        metavar="VPC:CIDR[:NAME]",
        help="one more subnet of a VPC, repeatable; VPC:none takes its first one away",
    )
    parser.add_argument(
        "--secondary-cidr",
        type=_secondary,
        action="append",
        default=[],
        metavar="VPC:CIDR",
        help="a secondary CIDR of a VPC, repeatable",
    )
    parser.add_argument(
        "--eip",
        type=_eip,
        action="append",
        default=[],
        metavar="ADDRESS[:NAME[:BANDWIDTH]]",
        help="an EIP that is not bound, repeatable; each gateway of the command line has a bound one",
    )
    parser.add_argument("--gateways", type=_count, default=0, metavar="N", help="N more: vpn-00000001 ...")
    parser.add_argument("--contract", choices=CONTRACTS, default="both", help="remoteIp, cgwId, either (%(default)s)")
    parser.add_argument(
        "--dialect",
        action="append",
        default=[],
        metavar="NAME",
        dest="dialects",
        help="a way in which the API differs from the contract, repeatable; --list-dialects prints them",
    )
    parser.add_argument("--list-dialects", action="store_true", help="print the table of dialects and exit")
    parser.add_argument(
        "--latency-ms", type=_milliseconds, default=0, help="half before the commit, half after (%(default)s)"
    )
    parser.add_argument(
        "--settle-ms",
        type=_milliseconds,
        default=0,
        help="until a new tunnel is active, and a write to a gateway or an EIP is over (%(default)s)",
    )
    parser.add_argument("--list-lag-ms", type=_milliseconds, default=0, help="until lists show a write (%(default)s)")
    parser.add_argument("--clock-offset-seconds", type=float, default=0, help="added to the server's time of day")
    parser.add_argument("--log", metavar="FILE", help="append one JSON line per request, keys masked")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when the parent process is gone")
    return parser


def gateways_of(named: Sequence[GatewaySeed], count: int) -> list[GatewaySeed]:
    """Return the gateways of the command line: those that it names, and ``count`` others."""
    seeds = list(named) or [_gateway(DEFAULT_GATEWAY)]
    return seeds + [_gateway(f"vpn-{number:08d}") for number in range(1, count + 1)]


def vpcs_of(options: argparse.Namespace, gateways: Sequence[GatewaySeed]) -> list[VpcSeed]:
    """Return the VPCs of the command line with their subnets; raise ValueError where these do not fit."""
    seeds = {seed.vpc_id: seed for seed in options.vpc}
    for vpc_id in dict.fromkeys(seed.vpc_id for seed in gateways):
        seeds.setdefault(vpc_id, VpcSeed(vpc_id, DEFAULT_CIDR, vpc_id))
    for vpc_id, *_rest in (*options.subnet, *options.secondary_cidr):
        if vpc_id not in seeds:
            raise ValueError(f"there is no VPC {vpc_id}")
    for vpc_id, seed in seeds.items():
        secondary = tuple(cidr for owner, cidr in options.secondary_cidr if owner == vpc_id)
        own = [(cidr, name) for owner, cidr, name in options.subnet if owner == vpc_id]
        subnets = tuple(item for item in own if item[0] != "none")
        networks = [ipaddress.IPv4Network(cidr) for cidr in (seed.cidr, *secondary)]
        if any(one.overlaps(other) for place, one in enumerate(networks) for other in networks[:place]):
            raise ValueError(f"CIDRs of VPC {vpc_id} overlap")
        taken = [] if len(subnets) < len(own) else [first_subnet(seed.cidr)]
        for network in (ipaddress.IPv4Network(item[0]) for item in subnets):
            if not any(network.subnet_of(each) for each in networks) or any(map(network.overlaps, taken)):
                raise ValueError(f"subnet {network} must be inside VPC {vpc_id} and not overlap another subnet")
            taken.append(network)
        seeds[vpc_id] = VpcSeed(vpc_id, seed.cidr, seed.name, secondary, subnets, len(subnets) == len(own))
    return list(seeds.values())


def refuse_duplicates(kind: str, ids: Sequence[str]) -> None:
    """Raise ValueError where an id is repeated."""
    if len(ids) != len(set(ids)):
        raise ValueError(f"{'an' if kind == 'EIP' else 'a'} {kind} id is repeated")


def build(
    options: argparse.Namespace,
    file: TextIO | None = None,
    wall: Callable[[], float] = time.time,
    ticks: Callable[[], float] = time.monotonic,
    pause: Pause = asyncio.sleep,
) -> EmulatorServer:
    """Return the emulator of the command line on these clocks; raise ValueError for options that do not fit."""
    gateways = gateways_of(options.gateway, options.gateways)
    refuse_duplicates("gateway", [seed.vpn_id for seed in gateways])
    refuse_duplicates("VPC", [seed.vpc_id for seed in options.vpc])
    try:
        dialects = Dialects(options.dialects)
    except BceError as error:
        raise ValueError(error.message) from None
    settings = Settings(
        options.contract,
        options.latency_ms,
        options.settle_ms,
        options.list_lag_ms,
        options.clock_offset_seconds,
        dialects,
    )
    clock = Clock(settings, wall, ticks)
    refuse_duplicates(
        "EIP", [*(address_of(index) for index in range(len(gateways))), *(e.address for e in options.eip)]
    )
    cloud = Cloud(settings, clock, gateways, vpcs_of(options, gateways), options.eip)
    account = Account(options.access_key_id, options.secret_access_key)
    api = Api(cloud, settings, clock)
    return EmulatorServer(account, settings, clock, api, Control(settings, cloud, api, RequestLog(file)), pause)
