# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's objects in one region: the stores of all resources together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .customer_gateways import CustomerGateways
from .gateways import Gateways, GatewaySeed
from .route_rules import RouteRules
from .store import Clock, RecordStore, Settings
from .tunnels import Tunnels
from .vpcs import Vpcs, VpcSeed


class Cloud:
    """One store for each resource."""

    def __init__(
        self, settings: Settings, clock: Clock, gateways: Sequence[GatewaySeed], vpcs: Sequence[VpcSeed] = ()
    ) -> None:
        self.gateways = Gateways(settings, clock, gateways, self._count_tunnels)
        self.vpcs = Vpcs(clock, vpcs, self.gateways.vpc_ids())
        self.customer_gateways = CustomerGateways(settings, clock)
        self.tunnels = Tunnels(settings, clock, self.gateways, self.customer_gateways)
        self.route_rules = RouteRules(settings, clock, self.vpcs, self.gateways)

    def _count_tunnels(self, vpn_id: str) -> int:
        # A method, because the gateways exist before the tunnels.
        return self.tunnels.count(vpn_id)

    def reset(self) -> None:
        """Forget tunnels, customer gateways and route rules; what the command line named stays."""
        self.customer_gateways.reset()
        self.tunnels.reset()
        self.route_rules.reset()

    def pass_time(self) -> None:
        """Let happen what the time since the last request brings."""
        self.tunnels.pass_time()
        self.route_rules.pass_time()

    def state(self) -> dict[str, Any]:
        """Return everything as it is now, without any lag or dialect, keys in clear."""
        self.pass_time()
        return {
            "gateways": self.gateways.state(),
            "tunnels": self.tunnels.state(),
            "customer_gateways": list(self.customer_gateways.stored.values()),
            "vpcs": list(self.vpcs.stored.values()),
            "subnets": list(self.vpcs.subnets.values()),
            "routeRules": self.route_rules.state(),
        }

    # --- for dialects ---

    def has(self, object_id: str) -> bool:
        """Return whether an object that a write can name is stored."""
        stores = (self.tunnels.records, self.route_rules.records, self.customer_gateways.stored)
        return any(object_id in store for store in stores)

    def store_of(self, kind: str) -> RecordStore:
        """Return the store that an operation of this kind is about."""
        return self.route_rules if "route" in kind else self.tunnels
