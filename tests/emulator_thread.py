# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulator in a thread of the test's own process, on the test's clock."""

from __future__ import annotations

import asyncio
import threading
import time

from aiohttp import web

from emulator.options import build, build_parser
from emulator.validation import BceError
from emulator_process import GATEWAY, EmulatorControl

START_SECONDS = 30


class EmulatorThread(EmulatorControl):
    """The BCE API on a free port of loopback, in a thread.

    All durations of the emulator (settling, lags, tokens, dialects, latency, slow responses) follow the clock.

    :param clock: time() and monotonic() in seconds, and sleep(seconds), such as the module time; they are called in the
        emulator's thread, so a fake clock's sleep() must not wait for another thread.
    :param options: command line options of tests/emulator; --host, --port and --log have no effect here.
    :param dialects: names of dialects in force from the start, and after a reset.
    """

    def __init__(self, clock, *options, dialects=()):
        chosen = [word for name in dialects for word in ("--dialect", name)]
        arguments = build_parser().parse_args([*map(str, options), *chosen])
        self._clock = clock
        self._server = build(arguments, None, clock.time, clock.monotonic, self._pause)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="emulator", daemon=True)
        self._thread.start()
        try:
            host, port = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(START_SECONDS)
        except BaseException:
            self.stop()
            raise
        self.endpoint = f"http://{host}:{port}"

    def state(self):
        return self._call(self._server.control.state, True)

    def plant(self, *tunnels, vpn_id=GATEWAY):
        return self._call(self._server.control.plant, list(tunnels), vpn_id)

    def faults(self, *faults):
        self._call(self._server.control.install_faults, list(faults))

    def settings(self, **settings):
        self._call(self._server.control.change_settings, settings)

    def reset(self):
        self._call(self._server.control.reset)

    def stop(self):
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(START_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_SECONDS)
        self._loop.close()

    def _requests(self):
        return self._call(self._server.control.requests)

    async def _listen(self):
        self._web_server = web.Server(self._server.handle, access_log=None)
        self._listener = await asyncio.get_running_loop().create_server(self._web_server, "127.0.0.1", 0)
        return self._listener.sockets[0].getsockname()

    async def _close(self):
        listener = getattr(self, "_listener", None)
        if listener is not None:
            listener.close()
            # The timeout bounds requests that hang; zero would be none.
            await self._web_server.shutdown(0.1)

    async def _pause(self, seconds):
        if self._clock is time:
            await asyncio.sleep(seconds)
            return
        self._clock.sleep(seconds)
        await asyncio.sleep(0)

    def _call(self, func, *arguments):
        """Run a function in the emulator's thread, between two requests, and return its result."""
        done = threading.Event()
        outcome = []

        def run():
            try:
                outcome.append((True, func(*arguments)))
            except Exception as error:
                outcome.append((False, error))
            done.set()

        self._loop.call_soon_threadsafe(run)
        if not done.wait(START_SECONDS):
            raise RuntimeError("the emulator's thread does not respond")
        good, value = outcome[0]
        if good:
            return value
        # As EmulatorProcess does, which has the text of the response only.
        raise RuntimeError(value.message) from None if isinstance(value, BceError) else value
