# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPN gateways: what is stored and read, section 2 of the contract notes and section 1 of their part 2.

Those of the command line are there from the start and after a reset. Their writes are in ``gateway_writes.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from . import gateway_writes
from .billing import BilledStore
from .operations import operation
from .store import Clock, Record, Settings, page
from .validation import busy, missing, refused

TEST_NETS = ("192.0.2", "198.51.100", "203.0.113")  # RFC 5737
MORE_NET = "198.18"  # RFC 2544, where the test nets are full
BANDWIDTH = 200


@dataclass(frozen=True)
class GatewaySeed:
    """A gateway of the command line."""

    vpn_id: str
    name: str
    vpc_id: str


def address_of(index: int) -> str:
    """Return the EIP of a gateway of the command line."""
    net, host = divmod(index, 254)
    if net < len(TEST_NETS):
        return f"{TEST_NETS[net]}.{host + 1}"
    return f"{MORE_NET}.{(net - len(TEST_NETS)) % 256}.{host + 1}"


class Gateways(BilledStore):
    """The VPN gateways of the account; a scope is a VPC, ``count_tunnels`` returns the number of tunnels of a gateway.

    What makes a gateway ``active`` is UNKNOWN: here it is an EIP or a tunnel, until then it is ``unconfigured``. A
    gateway of the command line is always active.
    """

    state_name = "gateways"
    point = "gateway"
    prefix = "gateway_"
    id_name = "vpnId"
    unknown_id = "vpn-000000000000"
    noun = "VPN gateway"

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        seeds: Sequence[GatewaySeed],
        vpc_ids: Sequence[str],
        count_tunnels: Callable[[str], int],
    ) -> None:
        super().__init__(settings, clock)
        self._seeds = seeds
        self._all_vpc_ids = vpc_ids
        self._count_tunnels = count_tunnels
        self.reset()

    def reset(self) -> None:
        """Forget every gateway except those of the command line, which are as they were."""
        self.clear_all(self._all_vpc_ids)
        self._numbers = {seed.vpn_id: number for number, seed in enumerate(self._seeds)}
        for index, seed in enumerate(self._seeds):
            self.seed_at_start(seed.vpc_id, seed.vpn_id, self._seeded(address_of(index), seed))

    def _seeded(self, address: str, seed: GatewaySeed) -> dict[str, Any]:
        return {
            "vpnId": seed.vpn_id,
            "vpnName": seed.name,
            "createTime": self.clock.beijing(),
            "description": "",
            "type": "IPSec",
            "status": "",
            "expiredTime": "",
            "paymentTiming": "Postpaid",
            "eip": address,
            "bandwidthInMbps": BANDWIDTH,
            "vpcId": seed.vpc_id,
            "deleteProtect": False,
            "_seeded": True,
        }

    def add_billed(self, scope: str, object_id: str, value: dict[str, Any]) -> None:
        super().add_billed(scope, object_id, value)
        self._numbers[object_id] = len(self._numbers)

    def existing(self, vpn_id: str) -> Record:
        """Return a gateway that exists, or raise BceError."""
        if vpn_id not in self.records:
            raise missing("VPN gateway", vpn_id)
        return self.records[vpn_id]

    def require(self, vpn_id: str) -> None:
        """Raise BceError for an absent gateway."""
        self.existing(vpn_id)

    def require_built(self, vpn_id: str) -> None:
        """Raise BceError for a gateway that is absent or still building, and so takes no tunnels and routes."""
        record = self.existing(vpn_id)
        if record.latest().get("_phase") == "building" and self.status_now(record) == "building":
            raise busy(self.noun, "building")

    def count_in(self, vpc_id: str) -> int:
        """Return the number of a VPC's gateways."""
        return sum(record.latest() is not None for record in self.of_scope[vpc_id].values())

    def vpc_ids(self) -> Sequence[str]:
        """Return the ids of all VPCs with gateways, in order of creation."""
        return list(dict.fromkeys(record.scope for record in self.records.values()))

    def vpc_of(self, vpn_id: str) -> str | None:
        """Return the id of a gateway's VPC, None for an absent gateway."""
        record = self.records.get(vpn_id)
        return record.scope if record else None

    def local_ip(self, vpn_id: str) -> str:
        """Return the local address of a gateway's tunnels; the documentation's example shows a private one."""
        high, low = divmod(self._numbers[vpn_id], 250)
        return f"172.16.{high % 256}.{low + 1}"

    def list(self, query: dict[str, str]) -> dict[str, Any]:
        """Return the gateways of a VPC, in order of creation; ``vpcId`` is required, ``eip`` and ``type`` select."""
        vpc_id = query.get("vpcId")
        if not vpc_id:
            raise refused("vpcId: is required")
        vpc_id = self.settings.dialects.apply("vpc", vpc_id, self.vpc_ids())
        kind = (query.get("type") or "").lower()
        eip = query.get("eip") or ""
        all_vpcs = self.network_rules().vpc_filter == "ignored"
        scopes = [scope for scope in self.of_scope if all_vpcs or scope == vpc_id]

        def fits(entry: Any) -> bool:
            return kind in ("", entry["type"].lower()) and eip in ("", entry["eip"])

        chosen = [
            without_tags(entry)
            for scope in scopes
            for entry in self.list_selected(scope, fits if kind or eip else None)
        ]
        return page(chosen, "vpnId", "vpns", query)

    def read(self, vpn_id: str, tunnels: Callable[[str], Sequence[Any]]) -> dict[str, Any]:
        """Return a gateway's detail, flat, with its tunnels as the list shows them."""
        entry = self.read_one(vpn_id)
        if entry is None:
            raise missing("VPN gateway", vpn_id)
        return {"tags": [], **entry, "vpnConns": tunnels(vpn_id) if vpn_id in self.records else []}

    def settled_status(self, value: dict[str, Any]) -> str:
        configured = value.get("_seeded") or value["eip"] or self._count_tunnels(value["vpnId"])
        return "active" if configured else "unconfigured"

    def with_status(self, record: Record, value: Any, at: float) -> Any:
        shown = super().with_status(record, value, at)
        # A released gateway is shown until it is really gone (section 1.3, an analogy).
        when, latest = record.versions[-1]
        if latest is None and when <= at:
            shown["status"] = "deleting"
        shown["vpnConnNum"] = self._count_tunnels(value["vpnId"])
        return shown

    def deletion_seconds(self) -> float:
        return self.settings.settle_ms / 1000


def without_tags(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of the list, which has no tags (section 1.2)."""
    return {name: value for name, value in entry.items() if name != "tags"} if "tags" in entry else entry


OPERATIONS = (
    operation("list gateways", "GET", "/v1/vpn", lambda cloud, _id, request: cloud.gateways.list(request.query)),
    operation(
        "read gateway",
        "GET",
        "/v1/vpn/{id}",
        lambda cloud, vpn_id, _request: cloud.gateways.read(vpn_id, cloud.tunnels.visible),
    ),
    *gateway_writes.OPERATIONS,
)
