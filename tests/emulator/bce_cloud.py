# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stored objects: gateways, tunnels and customer gateways, and what a reader sees of them at which time.

Every method runs without a pause, so on the one event loop each call is atomic. Sources are the sections of the
contract notes: 1 tunnels, 2 gateways and pagination, 3 customer gateways. Durations are milliseconds where a name
says so, otherwise seconds.
"""

from __future__ import annotations

import secrets
import string
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from bce_contract import BceError, customer_gateway_fields, missing, page_size, refused, tunnel_fields

BEIJING_SECONDS = 8 * 3600  # section 1.3: times carry no zone, Beijing is inferred
TEST_NETS = ("192.0.2", "198.51.100", "203.0.113")  # RFC 5737
_ALPHABET = string.ascii_lowercase + string.digits


@dataclass
class Settings:
    """What a run can be told: the contract, delays in milliseconds, and the server clock's offset in seconds."""

    contract: str = "both"
    latency_ms: float = 0
    settle_ms: float = 0
    list_lag_ms: float = 0
    clock_offset_seconds: float = 0


class Clock:
    """The server's two clocks in seconds: ``now`` is the (shifted) time of day, ``ticks`` only ever grows."""

    def __init__(
        self,
        settings: Settings,
        wall: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._wall = wall
        self.ticks = ticks

    def now(self) -> float:
        return self._wall() + self._settings.clock_offset_seconds

    def beijing(self) -> str:
        """``YYYY-MM-DD hh:mm:ss`` as the API writes times."""
        return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self.now() + BEIJING_SECONDS))


@dataclass(frozen=True)
class GatewaySeed:
    """A gateway that is there from the start and survives a reset."""

    vpn_id: str
    name: str
    vpc_id: str


@dataclass
class TunnelRecord:
    """One tunnel with the versions that a lagging reader may still see; None stands for deleted.

    ``verbatim`` marks a planted object, whose status is as it was planted.
    """

    vpn_id: str
    born: float
    versions: List[Tuple[float, Any]]
    verbatim: bool = False

    def latest(self) -> Any:
        return self.versions[-1][1]

    def write(self, at: float, value: Any, oldest_reader: float) -> None:
        """Adds a version, and drops those that no reader can see any more."""
        seen = [index for index, (when, _value) in enumerate(self.versions) if when <= oldest_reader]
        del self.versions[: max(seen, default=0)]
        self.versions.append((at, value))

    def seen_at(self, at: float, settle: float) -> Any:
        """The object as it was at a time, None where it was not there."""
        for when, value in reversed(self.versions):
            if when <= at:
                return self.dressed(value, at, settle)
        return None

    def dressed(self, value: Any, at: float, settle: float) -> Any:
        """Adds the status of that time; the values before ``active`` are UNKNOWN, ``building`` is the gateways'."""
        if value is None or self.verbatim:
            return value
        settled = at - self.born >= settle
        return {
            **value,
            "status": "active" if settled else "building",
            "healthStatus": "reachable" if settled else "unreachable",
        }


def new_id(prefix: str) -> str:
    """``prefix-`` and twelve lower-case letters and digits, as the API's ids look."""
    return prefix + "-" + "".join(secrets.choice(_ALPHABET) for _position in range(12))


def page(items: Sequence[Dict[str, Any]], id_name: str, array_name: str, query: Dict[str, str]) -> Dict[str, Any]:
    """One page of a list: the marker is the id of its first object, nextMarker only where more follow (section 2)."""
    size = page_size(query)
    marker = query.get("marker") or ""
    start = 0
    if marker:
        ids = [item[id_name] for item in items]
        if marker not in ids:
            raise refused("marker: is not the id of an object in the list")
        start = ids.index(marker)
    chosen = items[start : start + size]
    truncated = len(items) > start + size
    answer: Dict[str, Any] = {
        "marker": chosen[0][id_name] if chosen else marker,
        "isTruncated": truncated,
        "maxKeys": size,
        array_name: list(chosen),
    }
    if truncated:
        answer["nextMarker"] = items[start + size][id_name]
    return answer


class Cloud:
    """The account's objects in one region."""

    def __init__(self, settings: Settings, seeds: Sequence[GatewaySeed], clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._gateways = {seed.vpn_id: self._gateway(index, seed) for index, seed in enumerate(seeds)}
        self.reset()

    def reset(self) -> None:
        """Forgets every tunnel and customer gateway; the seed gateways stay."""
        self._tunnels: Dict[str, TunnelRecord] = {}
        self._of_gateway: Dict[str, Dict[str, TunnelRecord]] = {vpn_id: {} for vpn_id in self._gateways}
        self._customer_gateways: Dict[str, Dict[str, Any]] = {}
        self._customer_gateways_born: Dict[str, float] = {}

    def _gateway(self, index: int, seed: GatewaySeed) -> Dict[str, Any]:
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

    # --- time ---

    def _settle(self) -> float:
        return self._settings.settle_ms / 1000

    def _reader_time(self) -> float:
        return self._clock.ticks() - self._settings.list_lag_ms / 1000

    # --- gateways (section 2) ---

    def _summary(self, vpn_id: str) -> Dict[str, Any]:
        there = sum(record.latest() is not None for record in self._of_gateway[vpn_id].values())
        return {**self._gateways[vpn_id], "vpnConnNum": there}

    def _known_gateway(self, vpn_id: str) -> None:
        if vpn_id not in self._gateways:
            raise missing("VPN gateway", vpn_id)

    def list_gateways(self, query: Dict[str, str]) -> Dict[str, Any]:
        """The gateways of a VPC, in order of creation; ``vpcId`` is required, ``eip`` and ``type`` select."""
        vpc_id = query.get("vpcId")
        if not vpc_id:
            raise refused("vpcId: is required")
        kind = (query.get("type") or "").lower()
        eip = query.get("eip") or ""
        chosen = [
            gateway
            for gateway in self._gateways.values()
            if gateway["vpcId"] == vpc_id and kind in ("", gateway["type"].lower()) and eip in ("", gateway["eip"])
        ]
        answer = page(chosen, "vpnId", "vpns", query)
        answer["vpns"] = [self._summary(gateway["vpnId"]) for gateway in answer["vpns"]]
        return answer

    def gateway(self, vpn_id: str) -> Dict[str, Any]:
        """A gateway's detail, flat, with its tunnels as the list shows them."""
        self._known_gateway(vpn_id)
        return {**self._summary(vpn_id), "tags": [], "vpnConns": self.list_tunnels(vpn_id)["vpnConns"]}

    # --- tunnels (section 1) ---

    def list_tunnels(self, vpn_id: str) -> Dict[str, Any]:
        """A gateway's tunnels in order of creation, as they were one list lag ago, keys in clear (section 1.3)."""
        self._known_gateway(vpn_id)
        at = self._reader_time()
        records = self._of_gateway[vpn_id]
        for key in [key for key, record in records.items() if record.versions[-1][1] is None]:
            if records[key].versions[-1][0] <= at:
                del records[key]
        seen = (record.seen_at(at, self._settle()) for record in records.values())
        return {"vpnConns": [tunnel for tunnel in seen if tunnel is not None]}

    def create_tunnel(self, vpn_id: str, body: Dict[str, Any]) -> Dict[str, Any]:
        """Makes a tunnel. Whether names are unique is UNKNOWN: two of one name are allowed."""
        self._known_gateway(vpn_id)
        fields = tunnel_fields(body, self._settings.contract, update=False)
        tunnel_id = new_id("vpnconn")
        tunnel = {
            "vpnId": vpn_id,
            "vpnConnId": tunnel_id,
            "vpnConnName": fields["vpnConnName"],
            "localIp": self._local_ip(vpn_id),
            "createdTime": self._clock.beijing(),
            "status": "",
            "healthStatus": "",
            **self._written(fields, description=""),
        }
        now = self._clock.ticks()
        record = TunnelRecord(vpn_id, now, [(now, tunnel)])
        self._tunnels[tunnel_id] = self._of_gateway[vpn_id][tunnel_id] = record
        return {"vpnConnId": tunnel_id}

    def update_tunnel(self, tunnel_id: str, body: Dict[str, Any]) -> None:
        """Replaces a tunnel. The effect of a missing description is UNKNOWN: it keeps the old one, "" clears."""
        record = self._known_tunnel(tunnel_id)
        fields = tunnel_fields(body, self._settings.contract, update=True)
        if fields["vpnId"] != record.vpn_id:
            raise refused("vpnId: must be the gateway of the tunnel")
        old = record.latest()
        written = self._written(fields, description=old.get("description", ""))
        tunnel = {**old, "vpnConnName": fields["vpnConnName"], **written}
        if "cgwId" not in written:
            tunnel.pop("cgwId", None)
        record.write(self._clock.ticks(), tunnel, self._reader_time())

    def delete_tunnel(self, tunnel_id: str) -> None:
        record = self._known_tunnel(tunnel_id)
        del self._tunnels[tunnel_id]
        record.write(self._clock.ticks(), None, self._reader_time())

    def plant_tunnels(self, objects: Sequence[Any], vpn_id: Optional[str]) -> List[str]:
        """Puts objects of any shape into lists, verbatim and at once; returns the ids that PUT and DELETE know."""
        homes = [item.get("vpnId", vpn_id) if isinstance(item, dict) else vpn_id for item in objects]
        for home in homes:
            if not isinstance(home, str) or home not in self._gateways:
                raise refused("vpnId: every planted tunnel needs a known gateway, in itself or in the query")
        ids = []
        for item, home in zip(objects, homes):
            given = item.get("vpnConnId") if isinstance(item, dict) else None
            key = given if isinstance(given, str) and given else new_id("planted")
            record = TunnelRecord(home, 0, [(float("-inf"), item)], verbatim=True)
            if isinstance(item, dict):
                self._tunnels[key] = record
            # Two planted objects may even share an id, so the list's key is another one.
            self._of_gateway[home][new_id("planted")] = record
            ids.append(key)
        return ids

    def _known_tunnel(self, tunnel_id: str) -> TunnelRecord:
        if tunnel_id not in self._tunnels:
            raise missing("VPN tunnel", tunnel_id)
        return self._tunnels[tunnel_id]

    def _local_ip(self, vpn_id: str) -> str:
        # The documentation's example shows a private address, one for each gateway here.
        high, low = divmod(list(self._gateways).index(vpn_id), 250)
        return f"172.16.{high % 256}.{low + 1}"

    def _written(self, fields: Dict[str, Any], description: str) -> Dict[str, Any]:
        """The fields of a write in the order and form of the list (section 1.3)."""
        cgw_id = fields["cgwId"]
        # Whether an unknown one is refused is UNKNOWN; it is taken, so that tests need not make one first.
        peer = self._customer_gateways.get(cgw_id or "")
        written = {
            "secretKey": fields["secretKey"],
            "localSubnets": fields["localSubnets"],
            "remoteIp": fields["remoteIp"] or (peer["ip"] if peer else ""),
            "remoteSubnets": fields["remoteSubnets"],
            "description": description if fields["description"] is None else fields["description"],
            "ikeConfig": fields["ikeConfig"],
            "ipsecConfig": fields["ipsecConfig"],
        }
        # The international contract does not know customer gateways (section 1.2).
        return written if self._settings.contract == "intl" else {**written, "cgwId": cgw_id or ""}

    # --- customer gateways (section 3) ---

    def create_customer_gateway(self, body: Dict[str, Any]) -> Dict[str, Any]:
        """Makes a customer gateway. Whether names and addresses are unique is UNKNOWN: both may repeat."""
        fields = customer_gateway_fields(body, update=False)
        cgw_id = new_id("cgw")
        now = self._clock.beijing()
        self._customer_gateways_born[cgw_id] = self._clock.ticks()
        self._customer_gateways[cgw_id] = {
            "cgwId": cgw_id,
            "name": fields["name"],
            "ip": fields["ip"],
            "description": fields["description"] or "",
            "createdTime": now,
            "updatedTime": now,
        }
        return {"cgwId": cgw_id}

    def list_customer_gateways(self, query: Dict[str, str]) -> Dict[str, Any]:
        """All of them; a new one after the list lag. Whether this list lags at all is UNKNOWN."""
        at = self._reader_time()
        seen = [item for cgw_id, item in self._customer_gateways.items() if self._customer_gateways_born[cgw_id] <= at]
        return page(seen, "cgwId", "result", query)

    def customer_gateway(self, cgw_id: str) -> Dict[str, Any]:
        if cgw_id not in self._customer_gateways:
            raise missing("customer gateway", cgw_id)
        return self._customer_gateways[cgw_id]

    def update_customer_gateway(self, cgw_id: str, body: Dict[str, Any]) -> None:
        """Changes the name or the description; the address cannot be changed."""
        old = self.customer_gateway(cgw_id)
        fields = customer_gateway_fields(body, update=True)
        changes = {name: value for name, value in fields.items() if value is not None}
        self._customer_gateways[cgw_id] = {**old, **changes, "updatedTime": self._clock.beijing()}

    def delete_customer_gateway(self, cgw_id: str) -> None:
        """Deletes an unused customer gateway. What the API does with a used one is UNKNOWN: it is refused here."""
        self.customer_gateway(cgw_id)
        users = [key for key, record in self._tunnels.items() if record.latest().get("cgwId") == cgw_id]
        if users:
            raise BceError(409, "OperationDenied", f"the customer gateway is used by {', '.join(users)}")
        del self._customer_gateways[cgw_id]

    # --- for tests ---

    def state(self) -> Dict[str, List[Any]]:
        """Everything as it is now, without any lag, keys in clear."""
        now = self._clock.ticks()
        records = [record for records in self._of_gateway.values() for record in records.values()]
        present = [record for record in records if record.latest() is not None]
        return {
            "gateways": [self._summary(vpn_id) for vpn_id in self._gateways],
            "tunnels": [
                record.dressed(record.latest(), now, self._settle())
                for record in sorted(present, key=lambda record: record.born)
            ],
            "customer_gateways": list(self._customer_gateways.values()),
        }

    def keys_of(self, object_id: str) -> List[str]:
        """The shared keys of a tunnel, or of all tunnels of a gateway."""
        records = list(self._of_gateway.get(object_id, {}).values())
        if object_id in self._tunnels:
            records.append(self._tunnels[object_id])
        values = [record.latest() for record in records]
        return [str(value["secretKey"]) for value in values if isinstance(value, dict) and "secretKey" in value]
