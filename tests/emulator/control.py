# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control endpoints: what tests see of the emulator, and what they change. Faults are in ``fault_injection.py``.

``GET requests``: what came in. ``GET state``: everything that is stored, under the API's names, keys hidden (or as
digests with ``?secrets=digest``). ``GET`` and ``POST faults``: the faults in force. ``POST tunnels?vpnId=``: put
objects of any shape into a gateway's list. ``POST settings``: change settings until the next reset. ``POST reset``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from .cloud import Cloud
from .dialects import Dialects
from .fault_injection import FaultPlan
from .messages import Request
from .request_log import Entry, RequestLog, digest, hide, masked
from .routes import Api
from .store import Settings
from .validation import CONTRACTS, BceError, refused


class Control:
    """The control endpoints; a test that has the server in its own process calls the methods."""

    def __init__(self, settings: Settings, cloud: Cloud, api: Api, log: RequestLog) -> None:
        self.cloud = cloud
        self.log = log
        self.faults = FaultPlan()
        self._api = api
        self._settings = settings
        self._initial = {field.name: getattr(settings, field.name) for field in fields(settings)}

    def apply(self, request: Request, prefix: str) -> Any:
        """Return the payload of the response to a request below the prefix, or raise BceError."""
        operation = (request.method, request.path[len(prefix) :])
        if operation == ("GET", "requests"):
            return self.log.entries
        if operation == ("GET", "state"):
            return self.state(request.query.get("secrets") == "digest")
        if operation == ("GET", "faults"):
            return self.faults.describe()
        if operation == ("POST", "faults"):
            return self.install_faults(_json(request.body))
        if operation == ("POST", "tunnels"):
            return {"planted": self.plant(_json(request.body), request.query.get("vpnId"))}
        if operation == ("POST", "settings"):
            return self.change_settings(_json(request.body))
        if operation == ("POST", "reset"):
            return self.reset()
        raise BceError(404, "InvalidURI", "no such control endpoint")

    def requests(self) -> list[Entry]:
        """Return copies of what came in, in order."""
        return [dict(entry) for entry in self.log.entries]

    def state(self, digests: bool = False) -> dict[str, list[Any]]:
        """Return everything that is stored, keys hidden or as digests."""
        return masked(self.cloud.state(), digest if digests else hide)

    def install_faults(self, faults: Any) -> list[dict[str, Any]]:
        """Put these faults in the place of all others."""
        self.faults.install(faults)
        return self.faults.describe()

    def plant(self, objects: Any, vpn_id: str | None) -> Sequence[str]:
        """Put objects into gateways' lists just as they are; return their ids."""
        if not isinstance(objects, list):
            raise refused("tunnels: must be a list")
        return self.cloud.tunnels.plant(objects, vpn_id)

    def change_settings(self, changes: Any) -> dict[str, Any]:
        """Change settings of the running emulator, until the next reset; return all of them."""
        if not isinstance(changes, dict):
            raise refused("settings: must be an object")
        values = {name: self._setting(name, value) for name, value in changes.items()}
        for name, value in values.items():
            setattr(self._settings, name, value)
        return {
            name: list(value.names) if isinstance(value, Dialects) else value
            for name in self._initial
            for value in [getattr(self._settings, name)]
        }

    def _setting(self, name: str, value: Any) -> Any:
        """Return the value that is stored for a setting, or raise BceError."""
        if name == "dialects":
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise refused("settings.dialects: must be a list of names")
            return Dialects(value)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        good = value in CONTRACTS if name == "contract" else number and (value >= 0 or not name.endswith("_ms"))
        if name not in self._initial or not good:
            raise refused(f"settings.{name}: is unknown or has an invalid value")
        return value

    def reset(self) -> dict[str, Any]:
        """Delete objects, tokens, faults and requests; set what the command line said."""
        self.cloud.reset()
        self._api.reset()
        self.faults.install([])
        self.log.clear()
        for name, value in self._initial.items():
            setattr(self._settings, name, value)
        return self.change_settings({})


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise BceError(400, "MalformedJSON", "the body is not JSON") from None
