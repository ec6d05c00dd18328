# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The BCE VPN API as a local server, for tests and demos: ``python tests/emulator --help``.

It listens on loopback only, prints one JSON line ``{"endpoint": ..., "pid": ...}`` when it is ready, and stops on
SIGTERM and SIGINT. The control endpoints stand in ``bce_server.py``, the faults in ``bce_faults.py``.
"""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import json
import os
import re
import signal
import sys
from typing import List, Optional, Sequence

from aiohttp import web

from bce_api import VpnApi
from bce_cloud import Clock, Cloud, GatewaySeed, Settings
from bce_contract import CONTRACTS, ID_PATTERN
from bce_journal import Journal
from bce_server import Account, EmulatorServer

# The pair of Baidu's own documentation sample (contract notes, section 6.1, P3).
SAMPLE_ACCESS_KEY_ID = "0b0f67dfb88244b289b72b142befad0c"
SAMPLE_SECRET_ACCESS_KEY = "bad522c2126a4618a8125f4b6cf6356f"
DEFAULT_GATEWAY = "vpn-119bd69b"
DEFAULT_VPC = "vpc-emulator"
PARENT_POLL_SECONDS = 0.2
BACKLOG = 1024


def _loopback(text: str) -> str:
    try:
        loopback = text == "localhost" or ipaddress.ip_address(text).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise argparse.ArgumentTypeError(f"{text} is not a loopback address; the emulator serves this machine only")
    return text


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
    parser = argparse.ArgumentParser(prog="python tests/emulator", description=__doc__.splitlines()[0])
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
    parser.add_argument("--gateways", type=_count, default=0, metavar="N", help="N more: vpn-00000001 ...")
    parser.add_argument("--contract", choices=CONTRACTS, default="both", help="remoteIp, cgwId, either (%(default)s)")
    parser.add_argument(
        "--latency-ms", type=_milliseconds, default=0, help="half before the commit, half after (%(default)s)"
    )
    parser.add_argument("--settle-ms", type=_milliseconds, default=0, help="until a new tunnel is active (%(default)s)")
    parser.add_argument("--list-lag-ms", type=_milliseconds, default=0, help="until lists show a write (%(default)s)")
    parser.add_argument("--clock-offset-seconds", type=float, default=0, help="added to the server's time of day")
    parser.add_argument("--log", metavar="FILE", help="append one JSON line per request, keys masked")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when the parent process is gone")
    return parser


def seeds_of(gateways: Sequence[GatewaySeed], more: int) -> List[GatewaySeed]:
    """The gateways of the command line; ValueError where an id stands twice."""
    seeds = list(gateways) or [_gateway(DEFAULT_GATEWAY)]
    seeds += [_gateway(f"vpn-{number:08d}") for number in range(1, more + 1)]
    ids = [seed.vpn_id for seed in seeds]
    if len(ids) != len(set(ids)):
        raise ValueError("a gateway id is given twice")
    return seeds


async def _parent_gone(parent: int) -> None:
    # A poll, not prctl: that one fires when the parent's thread ends, which is too early in test runners.
    while os.getppid() == parent:
        await asyncio.sleep(PARENT_POLL_SECONDS)


async def serve(options: argparse.Namespace, server: EmulatorServer, parent: int) -> None:
    """Listens until a signal comes or, if asked for, the parent is gone."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    listener = await loop.create_server(
        web.Server(server.handle, access_log=None), options.host, options.port, backlog=BACKLOG
    )
    host, port = listener.sockets[0].getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    ready = {"endpoint": f"http://{shown}:{port}", "pid": os.getpid()}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    ends = [asyncio.ensure_future(stopped.wait())]
    if options.exit_with_parent:
        ends.append(asyncio.ensure_future(_parent_gone(parent)))
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    # Open requests are cancelled by the end of the loop, their log lines are written on the way.
    listener.close()


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parent = os.getppid()
    parser = build_parser()
    options = parser.parse_args(arguments)
    try:
        seeds = seeds_of(options.gateway, options.gateways)
        file = open(options.log, "a", encoding="utf-8") if options.log else None
    except (ValueError, OSError) as error:
        parser.error(str(error))
    settings = Settings(
        options.contract, options.latency_ms, options.settle_ms, options.list_lag_ms, options.clock_offset_seconds
    )
    clock = Clock(settings)
    cloud = Cloud(settings, seeds, clock)
    account = Account(options.access_key_id, options.secret_access_key)
    server = EmulatorServer(account, settings, cloud, clock, VpnApi(cloud), Journal(file))
    try:
        asyncio.run(serve(options, server, parent))
    except (OSError, OverflowError) as error:
        parser.error(f"cannot listen on {options.host} port {options.port}: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
