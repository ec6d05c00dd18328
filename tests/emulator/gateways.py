# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPN gateways, section 2 of the contract notes: they are there from the start and survive a reset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .operations import operation
from .store import Clock, Settings, page
from .validation import missing, refused

TEST_NETS = ("192.0.2", "198.51.100", "203.0.113")  # RFC 5737


@dataclass(frozen=True)
class GatewaySeed:
    """A gateway of the command line."""

    vpn_id: str
    name: str
    vpc_id: str


class Gateways:
    """The VPN gateways of the account; ``count_tunnels`` returns the number of tunnels of one of them."""

    def __init__(
        self, settings: Settings, clock: Clock, seeds: Sequence[GatewaySeed], count_tunnels: Callable[[str], int]
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._count_tunnels = count_tunnels
        self.stored = {seed.vpn_id: self._gateway(index, seed) for index, seed in enumerate(seeds)}

    def _gateway(self, index: int, seed: GatewaySeed) -> dict[str, Any]:
        net, host = divmod(index, 254)
        return {
            "vpnId": seed.vpn_id,
            "vpnName": seed.name,
            "createTime": self._clock.beijing(),
            "description": "",
            "type": "IPSec",
            "status": "active",
            "expiredTime": "",
            "paymentTiming": "Postpaid",
            # The three test nets hold 762 addresses; beyond that they repeat.
            "eip": f"{TEST_NETS[net % len(TEST_NETS)]}.{host + 1}",
            "bandwidthInMbps": 200,
            "vpcId": seed.vpc_id,
            "deleteProtect": False,
        }

    def require(self, vpn_id: str) -> None:
        """Raise BceError for an absent gateway."""
        if vpn_id not in self.stored:
            raise missing("VPN gateway", vpn_id)

    def vpc_ids(self) -> Sequence[str]:
        """Return the ids of all VPCs with gateways, in order of creation."""
        return list(dict.fromkeys(gateway["vpcId"] for gateway in self.stored.values()))

    def vpc_of(self, vpn_id: str) -> str | None:
        """Return the id of a gateway's VPC, None for an absent gateway."""
        gateway = self.stored.get(vpn_id)
        return gateway["vpcId"] if gateway else None

    def local_ip(self, vpn_id: str) -> str:
        """Return the local address of a gateway's tunnels; the documentation's example shows a private one."""
        high, low = divmod(list(self.stored).index(vpn_id), 250)
        return f"172.16.{high % 256}.{low + 1}"

    def list(self, query: dict[str, str]) -> dict[str, Any]:
        """Return the gateways of a VPC, in order of creation; ``vpcId`` is required, ``eip`` and ``type`` select."""
        vpc_id = query.get("vpcId")
        if not vpc_id:
            raise refused("vpcId: is required")
        vpc_id = self._settings.dialects.apply("vpc", vpc_id, self.vpc_ids())
        kind = (query.get("type") or "").lower()
        eip = query.get("eip") or ""
        chosen = [
            gateway
            for gateway in self.stored.values()
            if gateway["vpcId"] == vpc_id and kind in ("", gateway["type"].lower()) and eip in ("", gateway["eip"])
        ]
        payload = page(chosen, "vpnId", "vpns", query)
        payload["vpns"] = [self._shown(gateway["vpnId"]) for gateway in payload["vpns"]]
        return payload

    def read(self, vpn_id: str, tunnels: Callable[[str], Sequence[Any]]) -> dict[str, Any]:
        """Return a gateway's detail, flat, with its tunnels as the list shows them."""
        self.require(vpn_id)
        return {**self._shown(vpn_id), "tags": [], "vpnConns": tunnels(vpn_id)}

    def state(self) -> Sequence[Any]:
        """Return all gateways, whatever a dialect shows."""
        return [self._summary(vpn_id) for vpn_id in self.stored]

    def _summary(self, vpn_id: str) -> dict[str, Any]:
        return {**self.stored[vpn_id], "vpnConnNum": self._count_tunnels(vpn_id)}

    def _shown(self, vpn_id: str) -> dict[str, Any]:
        return self._settings.dialects.apply("gateway", self._summary(vpn_id))


OPERATIONS = (
    operation("list gateways", "GET", "/v1/vpn", lambda cloud, _id, request: cloud.gateways.list(request.query)),
    operation(
        "read gateway",
        "GET",
        "/v1/vpn/{id}",
        lambda cloud, vpn_id, _request: cloud.gateways.read(vpn_id, cloud.tunnels.visible),
    ),
)
