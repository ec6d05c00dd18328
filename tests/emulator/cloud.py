# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's objects in one region: the stores of all resources together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .customer_gateways import CustomerGateways
from .eips import Eips, EipSeed
from .gateways import BANDWIDTH, Gateways, GatewaySeed, address_of
from .route_rules import RouteRules
from .store import Clock, RecordStore, Settings, Store
from .tunnels import Tunnels
from .vpcs import Vpcs, VpcSeed


class Cloud:
    """One store for each resource; ``stores`` has those of the objects that requests write."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        gateways: Sequence[GatewaySeed],
        vpcs: Sequence[VpcSeed] = (),
        eips: Sequence[EipSeed] = (),
    ) -> None:
        self.vpcs = Vpcs(clock, vpcs, dict.fromkeys(seed.vpc_id for seed in gateways))
        self.gateways = Gateways(settings, clock, gateways, list(self.vpcs.stored), self._count_tunnels)
        bound = [
            EipSeed(address_of(index), f"eip-{seed.name}", BANDWIDTH, seed.vpn_id)
            for index, seed in enumerate(gateways)
        ]
        self.eips = Eips(settings, clock, [*bound, *eips])
        self.customer_gateways = CustomerGateways(settings, clock)
        self.tunnels = Tunnels(settings, clock, self.gateways, self.customer_gateways)
        self.route_rules = RouteRules(settings, clock, self.vpcs, self.gateways)
        # The key is the noun in the kinds of the operations, such as "create route rule".
        self.stores: dict[str, Store] = {
            "tunnel": self.tunnels,
            "customer gateway": self.customer_gateways,
            "route rule": self.route_rules,
            "gateway": self.gateways,
            "eip": self.eips,
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
        """Return everything as it is now, without any lag or dialect, keys in clear.

        ``billed`` counts the objects that requests have ever created and that cost money; a release does not lower it.
        """
        self.pass_time()
        return {
            "billed": {"gateways": self.gateways.billed, "eips": self.eips.billed},
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
