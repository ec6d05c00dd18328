# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulator process and its control, for the tests, the demo and the benchmarks.

``emulator_thread.py`` has one in the process of the test, on a clock of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import requests

EMULATOR = Path(__file__).resolve().parent / "emulator"
# Baidu's public sample pair, the emulator's own default.
ACCESS_KEY_ID = "0b0f67dfb88244b289b72b142befad0c"
SECRET_ACCESS_KEY = "bad522c2126a4618a8125f4b6cf6356f"
GATEWAY = "vpn-119bd69b"


class EmulatorControl:
    """What tests read and change of an emulator, wherever it runs; ``endpoint`` is its URL."""

    endpoint: str

    @property
    def environment(self):
        """Return the environment variables that point the collection to this emulator."""
        return {
            "BCE_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "BCE_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "BCE_ENDPOINT": self.endpoint,
        }

    def requests(self, method=None):
        """Return the requests in order of arrival, all or those of one method."""
        return [entry for entry in self._requests() if method in (None, entry["method"])]

    def tunnels(self):
        """Return the stored tunnels as the API's own objects; keys are sha256:HEX."""
        return self.state()["tunnels"]

    def customer_gateways(self):
        """Return the stored customer gateways as the API's own objects."""
        return self.state()["customer_gateways"]

    def route_rules(self):
        """Return the stored route rules as the API's own objects, system rules included."""
        return self.state()["routeRules"]

    def gateways(self):
        """Return the gateways that exist as the API's own objects."""
        return self.state()["gateways"]

    def eips(self):
        """Return the EIPs that exist as the API's own objects; each gateway of the command line has a bound one."""
        return self.state()["eips"]

    def billed(self):
        """Return how many gateways and eips requests have ever created since the last reset; releases do not count."""
        return self.state()["billed"]

    def state(self):
        """Return everything that is stored, whatever a dialect shows.

        The lists are gateways, tunnels, customer_gateways, eips, vpcs, subnets and routeRules; billed is an object.
        """
        raise NotImplementedError

    def plant(self, *tunnels, vpn_id=GATEWAY):
        """Put objects into a gateway's list just as they are, and return their ids."""
        raise NotImplementedError

    def faults(self, *faults):
        """Replace the faults in force by these; their keys are in tests/emulator/fault_injection.py."""
        raise NotImplementedError

    def settings(self, **settings):
        """Change contract, latency_ms, settle_ms, list_lag_ms, clock_offset_seconds, dialects until the next reset."""
        raise NotImplementedError

    def reset(self):
        """Delete what requests made, tokens, faults and requests; restore what the command line said."""
        raise NotImplementedError

    def stop(self):
        raise NotImplementedError

    def _requests(self):
        raise NotImplementedError

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.stop()


class EmulatorProcess(EmulatorControl):
    """The BCE API on a free port of loopback, in a process that ends with the one that started it.

    :param options: command line options of tests/emulator.
    """

    def __init__(self, *options):
        command = [sys.executable, str(EMULATOR), "--exit-with-parent", *map(str, options)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the emulator did not start: exit status {self._process.wait()}")
        self.endpoint = json.loads(line)["endpoint"]
        self._session = requests.Session()
        self._session.trust_env = False

    def state(self):
        return self._get("state?secrets=digest")

    def plant(self, *tunnels, vpn_id=GATEWAY):
        return self._post(f"tunnels?vpnId={vpn_id}", list(tunnels))["planted"]

    def faults(self, *faults):
        self._post("faults", list(faults))

    def settings(self, **settings):
        self._post("settings", settings)

    def reset(self):
        self._post("reset", None)

    def stop(self):
        self._session.close()
        self._process.terminate()
        self._process.wait(10)
        self._process.stdout.close()

    def _requests(self):
        return self._get("requests")

    def _get(self, path):
        return self._payload(self._session.get(f"{self.endpoint}/_emulator/{path}", timeout=30))

    def _post(self, path, body):
        return self._payload(self._session.post(f"{self.endpoint}/_emulator/{path}", json=body, timeout=30))

    @staticmethod
    def _payload(response):
        if not response.ok:
            raise RuntimeError(response.text)
        return response.json() if response.content else None
