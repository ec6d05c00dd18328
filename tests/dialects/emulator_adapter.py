# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator in a thread of this process, with a clock from outside."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from pathlib import Path

from aiohttp import web

sys.path.insert(0, os.environ.get("EMU") or str(Path(__file__).resolve().parents[1] / "emulator"))

from bce_options import build, build_parser

ACCESS_KEY_ID = "0b0f67dfb88244b289b72b142befad0c"
SECRET_ACCESS_KEY = "bad522c2126a4618a8125f4b6cf6356f"


class EmulatorThread:
    def __init__(self, clock, gateways):
        words = [word for vpn_id, vpc_id in gateways.items() for word in ("--gateway", f"{vpn_id}:name-{vpn_id}:{vpc_id}")]
        self.server = build(build_parser().parse_args(words), wall=clock.time, ticks=clock.monotonic)
        self.cloud = self.server._cloud
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._ready.wait(10)

    def _serve(self):
        asyncio.set_event_loop(self._loop)
        listener = self._loop.run_until_complete(self._listen())
        self.endpoint = "http://%s:%d" % listener.sockets[0].getsockname()[:2]
        self._ready.set()
        self._loop.run_forever()

    async def _listen(self):
        return await self._loop.create_server(web.Server(self.server.handle, access_log=None), "127.0.0.1", 0)

    def stop(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
