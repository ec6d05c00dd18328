# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The BCE API of VPN and VPC as a local server, for tests and demos: ``python tests/emulator --help``.

It listens on loopback only, prints one JSON line ``{"endpoint": ..., "pid": ...}`` when it is ready, and stops on
SIGTERM and SIGINT. The control endpoints are in ``control.py``, the faults in ``fault_injection.py``, the dialects
in ``dialects.py``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

# As a directory Python would put the package itself on the path, where its modules could hide others of their names.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from emulator.dialects import list_of_dialects
from emulator.http_server import EmulatorServer
from emulator.options import build, build_parser

PARENT_POLL_SECONDS = 0.2
BACKLOG = 1024


async def _parent_gone(parent: int) -> None:
    # A poll, not prctl: that one fires when the parent's thread ends, which is too early in test runners.
    while os.getppid() == parent:
        await asyncio.sleep(PARENT_POLL_SECONDS)


async def serve(options: argparse.Namespace, server: EmulatorServer, parent: int) -> None:
    """Listen until a signal arrives or, with --exit-with-parent, the parent has ended."""
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


def main(arguments: Sequence[str] | None = None) -> int:
    parent = os.getppid()
    parser = build_parser()
    options = parser.parse_args(arguments)
    if options.list_dialects:
        print(list_of_dialects())
        return 0
    try:
        file = open(options.log, "a", encoding="utf-8") if options.log else None
        server = build(options, file)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    try:
        asyncio.run(serve(options, server, parent))
    except (OSError, OverflowError) as error:
        parser.error(f"cannot listen on {options.host} port {options.port}: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
