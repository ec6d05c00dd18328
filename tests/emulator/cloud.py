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
from .store import Clock, RecordStore, Settings, Store
from .tunnels import Tunnels
from .vpcs import Vpcs, VpcSeed


class Cloud:
    """One store for each resource; ``stores`` has those of the objects that requests write."""

    def __init__(
        self, settings: Settings, clock: Clock, gateways: Sequence[GatewaySeed], vpcs: Sequence[VpcSeed] = ()
    ) -> None:
        self.gateways = Gateways(settings, clock, gateways, self._count_tunnels)
        self.vpcs = Vpcs(clock, vpcs, self.gateways.vpc_ids())
        self.customer_gateways = CustomerGateways(settings, clock)
        self.tunnels = Tunnels(settings, clock, self.gateways, self.customer_gateways)
        self.route_rules = RouteRules(settings, clock, self.vpcs, self.gateways)
        # The key is the noun in the kinds of the operations, such as "create route rule".
        self.stores: dict[str, Store] = {
            "tunnel": self.tunnels,
            "customer gateway": self.customer_gateways,
            "route rule": self.route_rules,
        }

    def _count_tunnels(self, vpn_id: str) -> int:
        # A method, because the gateways exist before the tunnels.
        return self.tunnels.count(vpn_id)

    def reset(self) -> None:
        """Forget what requests wrote; what the command line named stays."""
        for store in self.stores.values():
            store.reset()

    def pass_time(self) -> None:
        """Let happen what the time since the last request brings."""
        for store in self.stores.values():
            store.pass_time()

    def state(self) -> dict[str, Any]:
        """Return everything as it is now, without any lag or dialect, keys in clear."""
        self.pass_time()
        return {
            "gateways": self.gateways.state(),
            "vpcs": list(self.vpcs.stored.values()),
            "subnets": list(self.vpcs.subnets.values()),
            **{store.state_name: store.state() for store in self.stores.values()},
        }

    # --- for dialects ---

    def has(self, object_id: str) -> bool:
        """Return whether an object that a write can name is stored."""
        return any(store.has(object_id) for store in self.stores.values())

    def store_of(self, kind: str) -> RecordStore:
        """Return the store with history that a creation, update or deletion is about, such as "create tunnel".

        :raises LookupError: if there is none.
        """
        store = self.stores[kind.partition(" ")[2]]
        if not isinstance(store, RecordStore):
            raise LookupError(f"{kind}: the store keeps no history")
        return store
