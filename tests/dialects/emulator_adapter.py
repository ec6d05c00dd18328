# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator in a thread of this process, with a clock from outside. To be replaced by emulator_thread.EmulatorThread."""

from __future__ import annotations

import asyncio
import sys
import threading
from pathlib import Path

from aiohttp import web

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "emulator"))

import bce_server
from bce_api import VpnApi
from bce_cloud import Clock, Cloud, GatewaySeed, Settings
from bce_journal import Journal
from bce_server import Account, EmulatorServer

ACCESS_KEY_ID = "0b0f67dfb88244b289b72b142befad0c"
SECRET_ACCESS_KEY = "bad522c2126a4618a8125f4b6cf6356f"


class EmulatorThread:
    def __init__(self, clock, gateways):
        settings = Settings()
        server_clock = Clock(settings, clock.time, clock.monotonic)
        seeds = [GatewaySeed(vpn_id, "name-" + vpn_id, vpc_id) for vpn_id, vpc_id in gateways.items()]
        self.cloud = Cloud(settings, seeds, server_clock)
        self.journal = Journal(None)
        account = Account(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
        self.server = EmulatorServer(account, settings, self.cloud, server_clock, VpnApi(self.cloud), self.journal)
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
