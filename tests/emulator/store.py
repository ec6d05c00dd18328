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
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from .dialect_hooks import Seen
from .dialects import Dialects
from .validation import BceError, WriteRules, customer_gateway_fields, missing, page_size, refused, tunnel_fields

BEIJING_SECONDS = 8 * 3600  # section 1.3: times carry no zone, Beijing is inferred
TEST_NETS = ("192.0.2", "198.51.100", "203.0.113")  # RFC 5737
FOR_EVER = float("inf")
HISTORY_SECONDS = 120  # longer than any dialect lets readers look back
_ALPHABET = string.ascii_lowercase + string.digits


@dataclass
class Settings:
    """What can be set: the contract, delays in milliseconds, the server clock's offset in seconds, the dialects."""

    contract: str = "both"
    latency_ms: float = 0
    settle_ms: float = 0
    list_lag_ms: float = 0
    clock_offset_seconds: float = 0
    dialects: Dialects = field(default_factory=Dialects)


class Clock:
    """The server's two clocks in seconds: ``now`` is the (shifted) time of day, ``ticks`` only ever grows."""

    def __init__(
        self,
        settings: Settings,
        wall: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self.wall = wall
        self.ticks = ticks

    def now(self) -> float:
        return self.wall() + self._settings.dialects.apply("clock_offset", self._settings.clock_offset_seconds)

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

    ``verbatim`` marks a planted object, whose status is as it was planted. ``serial`` is the order of creation, also of
    tunnels that were made at the same time.
    """

    vpn_id: str
    born: float
    versions: List[Tuple[float, Any]]
    verbatim: bool = False
    serial: int = 0

    def latest(self) -> Any:
        return self.versions[-1][1]

    def write(self, at: float, value: Any, oldest_reader: float) -> None:
        """Adds a version, and drops those that no reader can see any more."""
        seen = [index for index, (when, _value) in enumerate(self.versions) if when <= oldest_reader]
        del self.versions[: max(seen, default=0)]
        self.versions.append((at, value))

    def is_over(self, at: float, deleted_kept: float) -> bool:
        """Return whether the tunnel was deleted so long ago that no reader sees it any more."""
        when, value = self.versions[-1]
        return value is None and when + deleted_kept <= at

    def version_at(self, at: float, update_delay: float, deleted_kept: float) -> Tuple[Any, float, Optional[float]]:
        """Return what a reader sees at a time, and the seconds since the update and since the deletion.

        The value is None where there is nothing to see.
        """
        index = next((i for i in range(len(self.versions) - 1, -1, -1) if self.versions[i][0] <= at), None)
        if index is None:
            return None, FOR_EVER, None
        when, value = self.versions[index]
        since = at - when
        if value is None:
            shown = self.versions[index - 1][1] if index and since < deleted_kept else None
            return shown, FOR_EVER, since
        if index == 0:
            return value, FOR_EVER, None
        return (self.versions[index - 1][1] if since < update_delay else value), since, None

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


def _merged(old: Any, new: Dict[str, Any], keeps: bool) -> Dict[str, Any]:
    """The items of an object after an update; those that it lacks stay where the API keeps them."""
    return {**old, **new} if keeps and isinstance(old, dict) else new


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
        self._list_numbers: Dict[str, int] = {}
        self._gateway_writes: Dict[str, float] = {}
        self._doomed: Dict[str, float] = {}
        self._first_tunnel_id = ""
        self._serial = 0

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

    def _reader_time(self, list_number: int = 0) -> float:
        lag = self._settings.dialects.apply("list_lag", self._settings.list_lag_ms / 1000, list_number)
        return self._clock.ticks() - lag

    def _oldest_reader(self) -> float:
        return self._clock.ticks() - self._settings.list_lag_ms / 1000 - HISTORY_SECONDS

    def pass_time(self) -> None:
        """Let happen what the time since the last request brings: new tunnels whose life is over are gone."""
        if self._doomed:
            now = self._clock.ticks()
            for tunnel_id in [key for key, end in self._doomed.items() if end <= now]:
                end = self._doomed.pop(tunnel_id)
                if tunnel_id in self._tunnels:
                    self._delete(tunnel_id, end)

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
        vpcs = list(dict.fromkeys(gateway["vpcId"] for gateway in self._gateways.values()))
        vpc_id = self._settings.dialects.apply("vpc", vpc_id, vpcs)
        kind = (query.get("type") or "").lower()
        eip = query.get("eip") or ""
        chosen = [
            gateway
            for gateway in self._gateways.values()
            if gateway["vpcId"] == vpc_id and kind in ("", gateway["type"].lower()) and eip in ("", gateway["eip"])
        ]
        answer = page(chosen, "vpnId", "vpns", query)
        answer["vpns"] = [self._shown_gateway(gateway["vpnId"]) for gateway in answer["vpns"]]
        return answer

    def gateway(self, vpn_id: str) -> Dict[str, Any]:
        """A gateway's detail, flat, with its tunnels as the list shows them."""
        self._known_gateway(vpn_id)
        return {**self._shown_gateway(vpn_id), "tags": [], "vpnConns": self._shown_tunnels(vpn_id)}

    def _shown_gateway(self, vpn_id: str) -> Dict[str, Any]:
        return self._settings.dialects.apply("gateway", self._summary(vpn_id))

    # --- tunnels (section 1) ---

    def list_tunnels(self, vpn_id: str, query: Dict[str, str]) -> Dict[str, Any]:
        """A gateway's tunnels in order of creation, as they were one list lag ago, keys in clear (section 1.3)."""
        self._known_gateway(vpn_id)
        dialects = self._settings.dialects
        number = self._list_numbers[vpn_id] = self._list_numbers.get(vpn_id, 0) + 1
        homes = dialects.apply("list_scope", [vpn_id], vpn_id, list(self._gateways))
        entries = [entry for home in homes for entry in self._shown_tunnels(home, number)]
        entries = dialects.apply("tunnel_list", entries)
        return dialects.apply("tunnel_page", {"vpnConns": entries}, query)

    def _shown_tunnels(self, vpn_id: str, list_number: int = 0) -> List[Any]:
        """The tunnels of a gateway as a reader sees them now."""
        dialects = self._settings.dialects
        at = self._reader_time(list_number)
        settle = self._settle()
        delay = dialects.apply("update_delay", 0)
        kept = dialects.apply("deleted_kept", 0)
        records = self._of_gateway[vpn_id]
        # Other readers may be older than this one: only what nobody sees any more is dropped.
        for key in [key for key, record in records.items() if record.is_over(self._oldest_reader(), kept)]:
            del records[key]
        changes = dialects.has("tunnel")
        entries: List[Any] = []
        for record in records.values():
            value, since_update, since_deletion = record.version_at(at, delay, kept)
            if value is None:
                continue
            entry = record.dressed(value, at, settle)
            if changes and isinstance(entry, dict):
                seen = Seen(at - record.born, since_update, since_deletion, not entries, list_number)
                entry = dialects.apply("tunnel", entry, seen)
            entries.append(entry)
        return entries

    def create_tunnel(self, vpn_id: str, body: Dict[str, Any]) -> Dict[str, Any]:
        """Makes a tunnel. Whether names are unique is UNKNOWN: two of one name are allowed."""
        self._known_gateway(vpn_id)
        fields = tunnel_fields(body, self._settings.contract, False, self._write_rules())
        self._check_name(fields["vpnConnName"], vpn_id, "")
        tunnel_id = new_id("vpnconn")
        tunnel = {
            "vpnId": vpn_id,
            "vpnConnId": tunnel_id,
            "vpnConnName": fields["vpnConnName"],
            "localIp": self._local_ip(vpn_id),
            "createdTime": self._clock.beijing(),
            "status": "",
            "healthStatus": "",
            **self._written(fields, {}),
        }
        now = self._gateway_writes[vpn_id] = self._clock.ticks()
        self._serial += 1
        record = TunnelRecord(vpn_id, now, [(now, tunnel)], serial=self._serial)
        self._tunnels[tunnel_id] = self._of_gateway[vpn_id][tunnel_id] = record
        self._first_tunnel_id = self._first_tunnel_id or tunnel_id
        life = self._settings.dialects.apply("tunnel_life", FOR_EVER)
        if life < FOR_EVER:
            self._doomed[tunnel_id] = now + life
        return {"vpnConnId": tunnel_id}

    def update_tunnel(self, tunnel_id: str, body: Dict[str, Any]) -> None:
        """Replaces a tunnel. The effect of a missing description is UNKNOWN: it keeps the old one, "" clears."""
        record = self._known_tunnel(tunnel_id)
        rules = self._write_rules()
        fields = tunnel_fields(body, self._settings.contract, True, rules)
        home = fields["vpnId"]
        if home != record.vpn_id:
            if rules.other_gateway == "refused" or home not in self._gateways:
                raise refused("vpnId: must be the gateway of the tunnel")
        self._check_name(fields["vpnConnName"], home, tunnel_id)
        old = record.latest()
        written = self._written(fields, old)
        tunnel = {**old, "vpnId": home, "vpnConnName": fields["vpnConnName"], **written}
        if "cgwId" not in written:
            tunnel.pop("cgwId", None)
        now = self._gateway_writes[home] = self._clock.ticks()
        if home != record.vpn_id:
            self._move(record, home)
        record.write(now, tunnel, self._oldest_reader())

    def _move(self, record: TunnelRecord, home: str) -> None:
        records = self._of_gateway[record.vpn_id]
        key = next(key for key, other in records.items() if other is record)
        self._of_gateway[home][key] = records.pop(key)
        record.vpn_id = home

    def delete_tunnel(self, tunnel_id: str) -> None:
        record = self._known_tunnel(tunnel_id)
        now = self._gateway_writes[record.vpn_id] = self._clock.ticks()
        self._delete(tunnel_id, now)

    def _delete(self, tunnel_id: str, at: float) -> None:
        self._tunnels.pop(tunnel_id).write(at, None, self._oldest_reader())

    def _write_rules(self) -> WriteRules:
        return self._settings.dialects.apply("write_rules", WriteRules())

    def _check_name(self, name: str, vpn_id: str, tunnel_id: str) -> None:
        """Let the dialects refuse a name, given those of the gateway's other tunnels."""
        if self._settings.dialects.has("tunnel_name"):
            others = [
                record.latest().get("vpnConnName")
                for key, record in self._tunnels.items()
                if record.vpn_id == vpn_id and key != tunnel_id
            ]
            self._settings.dialects.apply("tunnel_name", name, others)

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
            record = TunnelRecord(home, -FOR_EVER, [(-FOR_EVER, item)], verbatim=True)
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

    def _written(self, fields: Dict[str, Any], old: Dict[str, Any]) -> Dict[str, Any]:
        """The fields of a write in the order and form of the list (section 1.3); ``old`` is what an update finds."""
        cgw_id = fields["cgwId"]
        # Whether an unknown one is refused is UNKNOWN; it is taken, so that tests need not make one first.
        peer = self._customer_gateways.get(cgw_id or "")
        written = {
            "secretKey": fields["secretKey"],
            "localSubnets": fields["localSubnets"],
            "remoteIp": fields["remoteIp"] or (peer["ip"] if peer else ""),
            "remoteSubnets": fields["remoteSubnets"],
            "description": old.get("description", "") if fields["description"] is None else fields["description"],
            "ikeConfig": _merged(old.get("ikeConfig"), fields["ikeConfig"], fields["keeps_sub_fields"]),
            "ipsecConfig": _merged(old.get("ipsecConfig"), fields["ipsecConfig"], fields["keeps_sub_fields"]),
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
        lag = self._settings.dialects.apply("customer_gateway_lag", self._settings.list_lag_ms / 1000)
        seen = [item for cgw_id, item in self._customer_gateways.items() if self._customer_gateway_age(cgw_id) >= lag]
        answer = page(seen, "cgwId", "result", query)
        answer["result"] = [self._shown_customer_gateway(item) for item in answer["result"]]
        return answer

    def customer_gateway(self, cgw_id: str) -> Dict[str, Any]:
        """A customer gateway as a reader sees it."""
        found = self._known_customer_gateway(cgw_id)
        if self._customer_gateway_age(cgw_id) < self._settings.dialects.apply("customer_gateway_hidden", 0):
            raise missing("customer gateway", cgw_id)
        return self._shown_customer_gateway(found)

    def _known_customer_gateway(self, cgw_id: str) -> Dict[str, Any]:
        if cgw_id not in self._customer_gateways:
            raise missing("customer gateway", cgw_id)
        return self._customer_gateways[cgw_id]

    def _customer_gateway_age(self, cgw_id: str) -> float:
        return self._clock.ticks() - self._customer_gateways_born[cgw_id]

    def _shown_customer_gateway(self, item: Dict[str, Any]) -> Dict[str, Any]:
        return self._settings.dialects.apply("customer_gateway", item, self._customer_gateway_age(item["cgwId"]))

    def update_customer_gateway(self, cgw_id: str, body: Dict[str, Any]) -> None:
        """Changes the name or the description; the address cannot be changed."""
        old = self._known_customer_gateway(cgw_id)
        fields = customer_gateway_fields(body, update=True)
        changes = {name: value for name, value in fields.items() if value is not None}
        self._customer_gateways[cgw_id] = {**old, **changes, "updatedTime": self._clock.beijing()}

    def delete_customer_gateway(self, cgw_id: str) -> None:
        """Deletes an unused customer gateway. What the API does with a used one is UNKNOWN: it is refused here."""
        self._known_customer_gateway(cgw_id)
        users = [key for key, record in self._tunnels.items() if record.latest().get("cgwId") == cgw_id]
        if users:
            raise BceError(409, "OperationDenied", f"the customer gateway is used by {', '.join(users)}")
        del self._customer_gateways[cgw_id]

    # --- for dialects ---

    def has(self, object_id: str) -> bool:
        """Return whether a tunnel or customer gateway is stored."""
        return object_id in self._tunnels or object_id in self._customer_gateways

    def is_listed(self, tunnel_id: str) -> bool:
        """Return whether the list shows a tunnel; True of an unknown one, which is refused anyway."""
        record = self._tunnels.get(tunnel_id)
        return record is None or record.version_at(self._reader_time(), 0, 0)[0] is not None

    def tunnel_age(self, tunnel_id: str) -> float:
        """Return the seconds since a tunnel's creation, without end if it does not exist."""
        record = self._tunnels.get(tunnel_id)
        return FOR_EVER if record is None else self._clock.ticks() - record.born

    def since_tunnel_write(self, tunnel_id: str) -> float:
        """Return the seconds since a tunnel's last write, without end if it does not exist."""
        record = self._tunnels.get(tunnel_id)
        return FOR_EVER if record is None else self._clock.ticks() - record.versions[-1][0]

    def since_gateway_write(self, object_id: str) -> float:
        """Return the seconds since the last write to any tunnel of a gateway, which is given by a tunnel or itself."""
        record = self._tunnels.get(object_id)
        home = record.vpn_id if record else object_id
        return self._clock.ticks() - self._gateway_writes.get(home, -FOR_EVER)

    def first_tunnel_id(self) -> str:
        """Return the id of the tunnel that was created first since the reset."""
        return self._first_tunnel_id

    def newest_elsewhere(self, vpn_id: str) -> Optional[str]:
        """Return the id of the newest tunnel of any other gateway."""
        others = [key for key, record in self._tunnels.items() if record.vpn_id != vpn_id]
        return others[-1] if others else None

    # --- for tests ---

    def state(self) -> Dict[str, List[Any]]:
        """Everything as it is now, without any lag or dialect, keys in clear."""
        self.pass_time()
        now = self._clock.ticks()
        records = [record for records in self._of_gateway.values() for record in records.values()]
        present = [record for record in records if record.latest() is not None]
        return {
            "gateways": [self._summary(vpn_id) for vpn_id in self._gateways],
            "tunnels": [
                record.dressed(record.latest(), now, self._settle())
                for record in sorted(present, key=lambda record: record.serial)
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
