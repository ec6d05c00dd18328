# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send the requests of the probe that only read, and derive observed values from the responses."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import NamedTuple

from .._bce.errors import ApiError
from .._bce.redaction import Secret
from .._bce.response_parsing import parse_id
from .exchange import Stopped

MAX_PAGES = 50
LISTS = 3  # reads of the list of tunnels, so that a fault of every third one shows
ATTEMPTS = 3
CLOCK_SECONDS = 15 * 60  # half of what the API tolerates

ABSENT_GATEWAY = "vpn-000000000000"
ABSENT_CUSTOMER_GATEWAY = "cgw-000000000000"
MADE_UP_SECRET = Secret("00000000000000000000000000000000")

IKE_FIELDS = ("ikeVersion", "ikeMode", "ikeEncAlg", "ikeAuthAlg", "ikePfs", "ikeLifeTime")
IPSEC_FIELDS = ("ipsecEncAlg", "ipsecAuthAlg", "ipsecPfs", "ipsecLifetime")
CONFIGS = {"ikeConfig": IKE_FIELDS, "ipsecConfig": IPSEC_FIELDS}
LIFE_TIMES = ("ikeLifeTime", "ipsecLifetime")
TUNNEL_FIELDS = (
    "vpnId",
    "vpnConnId",
    "vpnConnName",
    "localIp",
    "createdTime",
    "status",
    "healthStatus",
    "secretKey",
    "localSubnets",
    "remoteIp",
    "remoteSubnets",
    "description",
    "cgwId",
    "ikeConfig",
    "ipsecConfig",
)
GATEWAY_FIELDS = (
    "vpnId",
    "vpnName",
    "createTime",
    "createdTime",
    "description",
    "type",
    "status",
    "expiredTime",
    "paymentTiming",
    "productType",
    "eip",
    "bandwidthInMbps",
    "vpcId",
    "subnetId",
    "vpnConnNum",
    "maxConnection",
    "vpnConns",
    "sslVpnServer",
    "tags",
    "resourceGroupId",
    "deleteProtect",
)
CUSTOMER_GATEWAY_FIELDS = ("cgwId", "name", "ip", "description", "createdTime", "updatedTime")
LIST_FIELDS = ("marker", "isTruncated", "nextMarker", "maxKeys")
RESPONSE_FIELDS = ("code", "message", "requestId", "success")
# Statuses that are documented, or in official code, for tunnels, gateways and related objects.
KNOWN_STATUSES = (
    "active",
    "building",
    "configuring",
    "consult_failed",
    "consulting",
    "creating",
    "deleted",
    "deleting",
    "down",
    "error",
    "expired",
    "starting",
    "stopping",
    "unconfigured",
    "updating",
)
LEAVING = ("deleting", "deleted", "releasing", "released")
TIME = "%Y-%m-%d %H:%M:%S"


class Snapshot(NamedTuple):
    """The list of a gateway's tunnels, read once.

    :ivar at: moment of the clock's monotonic() before the first request.
    :ivar entries: the objects of all pages, those with an id once.
    :ivar pages: the objects of each response.
    :ivar ending: "complete", "endless" or "truncated".
    """

    at: float
    entries: list
    pages: list
    ending: str


def read_tunnels(exchanges, vpn_id):
    """Read the list of a gateway's tunnels; return a Snapshot.

    :raises Stopped: if it cannot be read.
    """
    for _attempt in range(ATTEMPTS):
        at = exchanges.clock.monotonic()
        found = _pages(exchanges, "list tunnels", "/v1/vpn/vpnconn/" + vpn_id, {}, "vpnConns", "vpnConnId")
        if found:
            return Snapshot(at, *found)
    raise Stopped("the list of tunnels could not be read (%s)" % exchanges.seen[-1].in_words())


def read_customer_gateways(exchanges):
    """Read the list of customer gateways; return a list of dicts, or None if it cannot be read."""
    for _attempt in range(ATTEMPTS):
        found = _pages(exchanges, "list customer gateways", "/v1/vpn/cgw", {"maxKeys": "1000"}, "result", "cgwId")
        if found:
            return found[0]
    return None


def _pages(exchanges, kind, path, query, name, id_name):
    """Return (entries, pages, ending) of a list, or None if a response is not a page of it."""
    entries, pages, known, query = [], [], set(), dict(query)
    for _page in range(MAX_PAGES):
        exchange = exchanges.send(kind, "GET", path, query)
        page = entries_of(exchange, name)
        if page is None:
            return None
        pages.append(page)
        fresh = []
        for entry in page:
            key = parse_id(entry.get(id_name))
            if key is None or key not in known:
                fresh.append(entry)
            known.add(key)
        entries += fresh
        if not more_follows(exchange.body):
            return entries, pages, "complete"
        marker = exchange.body.get("nextMarker")
        if not isinstance(marker, str) or not marker:
            return entries, pages, "truncated"
        if not fresh:
            return entries, pages, "endless"
        query["marker"] = marker
    return entries, pages, "endless"


def entries_of(exchange, name):
    """Return the objects of a list in a response, or None if there is no such list."""
    if not exchange.is_success or not isinstance(exchange.body, dict):
        return None
    found = exchange.body.get(name)
    return found if isinstance(found, list) and all(isinstance(entry, dict) for entry in found) else None


def more_follows(body):
    """Return whether a response says that more pages follow."""
    truncated = body.get("isTruncated")
    if truncated is None:
        return bool(body.get("nextMarker"))
    return truncated is True or str(truncated).lower() == "true"


def of_gateway(entries, vpn_id):
    """Return the entries that name no gateway or this one."""
    return [entry for entry in entries if entry.get("vpnId") in (None, "", vpn_id)]


def time_of(value):
    """Return the seconds since the epoch of a time in the documented form, taken for UTC, or in ISO 8601; or None."""
    if not isinstance(value, str):
        return None
    for form in (TIME, "%Y-%m-%dT%H:%M:%SZ"):
        try:
            return datetime.strptime(value, form).replace(tzinfo=timezone.utc).timestamp()
        except ValueError:
            pass
    return None


class Reading:
    """What was read of one gateway.

    :ivar gateway: its detail, a dict.
    :ivar snapshots: the lists of its tunnels.
    :ivar gateways: those of its VPC, or None.
    :ivar customer_gateways: those of the region, or None.
    """

    def __init__(self, exchanges, vpn_id, facts):
        self._exchanges = exchanges
        self._facts = facts
        self.vpn_id = vpn_id
        self.gateway = {}
        self.snapshots = []
        self.gateways = None
        self.customer_gateways = None

    def read(self):
        """Send the requests.

        :raises BceError: if the API refuses to show the gateway.
        :raises Stopped: if it, or the list of its tunnels, cannot be read for another reason.
        """
        for _attempt in range(ATTEMPTS):
            exchange = self._exchanges.send("read gateway", "GET", "/v1/vpn/" + self.vpn_id)
            if exchange.code or not exchange.is_refused:
                break
        if not exchange.is_success or not isinstance(exchange.body, dict) or exchange.body.get("vpnId") != self.vpn_id:
            if isinstance(exchange.error, ApiError) or exchange.status is None:
                raise exchange.error
            raise Stopped("the gateway could not be read (%s)" % exchange.in_words())
        self.gateway = exchange.body
        for _list in range(LISTS):
            self.snapshots.append(read_tunnels(self._exchanges, self.vpn_id))
        vpc_id = parse_id(self.gateway.get("vpcId"))
        if vpc_id:
            query = {"vpcId": vpc_id, "maxKeys": "1000"}
            found = _pages(self._exchanges, "list gateways", "/v1/vpn", query, "vpns", "vpnId")
            self.gateways = found and found[0]
        self.customer_gateways = read_customer_gateways(self._exchanges)
        self._provoke_errors()

    def _provoke_errors(self):
        facts, send = self._facts, self._exchanges.send
        absent = send("read gateway", "GET", "/v1/vpn/" + ABSENT_GATEWAY)
        facts.set("absent_gateway", _absence(absent, None), absent.in_words())
        if absent.is_refused:
            status = str(absent.status)
            facts.set("absent_status", status if absent.is_absent else "another error", absent.in_words())
        listed = send("list tunnels", "GET", "/v1/vpn/vpnconn/" + ABSENT_GATEWAY)
        facts.set("absent_list", _absence(listed, "vpnConns"), listed.in_words())
        absent = send("read customer gateway", "GET", "/v1/vpn/cgw/" + ABSENT_CUSTOMER_GATEWAY)
        facts.set("absent_customer_gateway", _absence(absent, None), absent.in_words())
        path = "/v1/vpn/" + self.vpn_id
        wrong = self._exchanges.send_with_other_secret(MADE_UP_SECRET, "read with a wrong key", path)
        facts.set("wrong_key", "an error" if wrong.is_refused else "no error", wrong.in_words())

    def settle(self, is_own):
        """Derive the observed values.

        :arg is_own: function of an entry that returns whether it is one of the probe's own tunnels.
        """
        facts = self._facts
        entries = [entry for entry in of_gateway(self.snapshots[-1].entries, self.vpn_id) if not is_own(entry)]
        if entries:
            settle_entries(facts, entries)
        self._settle_list()
        self._settle_gateways()

    def _settle_list(self):
        facts, snapshot = self._facts, self.snapshots[-1]
        facts.set("list_scope", self._scope(snapshot))
        endings = {item.ending for item in self.snapshots}
        if endings == {"complete"}:
            pages = max(len(item.pages) for item in self.snapshots)
            facts.set("list_pages", "several pages" if pages > 1 else "one page", len(snapshot.entries))
        else:
            facts.set("list_pages", "ends early" if "truncated" in endings else "pages without an end")
        facts.set("list_repeats", repeats_of([page for item in self.snapshots for page in item.pages]))
        facts.set("list_order", order_of(snapshot.entries))

    def _scope(self, snapshot):
        """Return whose tunnels the list shows; the gateway's detail has its own list of them."""
        named = {entry.get("vpnId") for entry in snapshot.entries} - {None, ""}
        others = named - {self.vpn_id}
        if others:
            return "those of several gateways" if self.vpn_id in named else "those of another gateway"
        if not self.agrees_with_detail(snapshot.entries):
            return "others, without vpnId" if not named else "not those of the gateway's detail"
        if not snapshot.entries:
            return None
        return "those of the gateway" if named else "entries without vpnId"

    def agrees_with_detail(self, entries):
        """Return False if the gateway's detail has other tunnels, or another number of them, than its list."""
        present = [entry for entry in entries if str(entry.get("status")).lower() not in LEAVING]
        ids = {entry.get("vpnConnId") for entry in present}
        detail = self.gateway.get("vpnConns")
        if isinstance(detail, list) and all(isinstance(entry, dict) for entry in detail):
            present = [entry for entry in detail if str(entry.get("status")).lower() not in LEAVING]
            return {entry.get("vpnConnId") for entry in present} == ids
        number = self.gateway.get("vpnConnNum")
        return number is None or str(number) == str(len(ids))

    def _settle_gateways(self):
        facts = self._facts
        kind = self.gateway.get("type")
        if isinstance(kind, str) and kind:
            facts.set("gateway_type", {"ipsec": "IPSec", "ssl": "SSL"}.get(kind.lower(), "another"), word(kind))
        if self.gateways:
            strangers = [entry for entry in self.gateways if entry.get("vpcId") != self.gateway.get("vpcId")]
            facts.set("gateway_list", "those of another VPC" if strangers else "those of the VPC", len(self.gateways))


def _absence(exchange, name):
    if exchange.is_refused:
        return "an error"
    if exchange.status is None or not 200 <= exchange.status < 300:
        return "another error"
    if exchange.is_empty:
        return "an empty body"
    return "an empty list" if name and entries_of(exchange, name) == [] else "success"


def repeats_of(pages):
    """Return whether responses have an id more than once, one of a few words."""
    found = "no"
    for page in pages:
        by_id = {}
        for entry in page:
            key = parse_id(entry.get("vpnConnId"))
            if key and by_id.setdefault(key, entry) != entry:
                return "differently"
            if key and by_id[key] is not entry:
                found = "alike"
    return found


def order_of(entries):
    """Return the order of a list by the times of creation, or None if they do not show it."""
    times = [time_of(entry.get("createdTime")) for entry in entries]
    if None in times or len(set(times)) < 2:
        return None
    if times == sorted(times):
        return "oldest first"
    return "newest first" if times == sorted(times, reverse=True) else "another"


def settle_entries(facts, entries):
    """Derive what tunnels in a list show, from one or more of them."""
    _settle_texts(facts, entries)
    _settle_configs(facts, entries)
    _settle_other_fields(facts, entries)


def _settle_texts(facts, entries):
    unnamed = [entry for entry in entries if entry.get("vpnConnName") in (None, "")]
    if len(unnamed) == len(entries):
        first = entries[0]
        kind = "missing" if "vpnConnName" not in first else "null" if first["vpnConnName"] is None else "empty"
        facts.set("names", kind)
    elif unnamed:
        facts.set("names", "missing of some", len(unnamed))
    elif all(entry["vpnConnName"] == entry.get("vpnConnId") for entry in entries):
        facts.set("names", "the id in its place")
    else:
        facts.set("names", "shown")
    if not any("description" in entry for entry in entries):
        facts.set("descriptions", "missing")
    else:
        facts.set("descriptions", "shown")
        settle_empty_description(facts, entries)


def settle_empty_description(facts, entries):
    """Note how empty descriptions are shown, if there are any."""
    values = [entry["description"] for entry in entries if "description" in entry]
    if None in values:
        facts.set("empty_description", "null")
    elif "" in values:
        facts.set("empty_description", "empty")


def _settle_configs(facts, entries):
    configs = {name: [entry[name] for entry in entries if isinstance(entry.get(name), dict)] for name in CONFIGS}
    if not any(configs.values()):
        facts.set("sub_fields", "none")
        return
    hidden = sorted(
        field
        for name, fields in CONFIGS.items()
        for field in fields
        if configs[name] and not any(field in config for config in configs[name])
    )
    others = [field for field in hidden if field not in LIFE_TIMES]
    if others == ["ikeMode", "ipsecPfs"]:
        facts.set("sub_fields", "not ikeMode and ipsecPfs")
    else:
        facts.set("sub_fields", "not all" if others else "all", others or None)
    values = [
        config[field] for parts in configs.values() for config in parts for field in LIFE_TIMES if field in config
    ]
    forms = sorted({form_of_life_time(value) for value in values})
    facts.set("life_times", *(_one_or_several(forms) if forms else ("missing",)))


def _one_or_several(forms):
    return (forms[0],) if len(forms) == 1 else ("several forms", forms)


def form_of_life_time(value):
    """Return the form of a life time, one of a few words."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "number"
    if isinstance(value, str) and re.fullmatch("[0-9]+", value):
        return "text of digits"
    return "text with a unit" if isinstance(value, str) and re.fullmatch(r"[0-9]+\s*[A-Za-z]+", value) else "another"


def _settle_other_fields(facts, entries):
    subnets = [
        subnet
        for entry in entries
        for name in ("localSubnets", "remoteSubnets")
        if isinstance(entry.get(name), list)
        for subnet in entry[name]
        if isinstance(subnet, str)
    ]
    if subnets:
        forms = sorted({_form_of_subnet(subnet) for subnet in subnets})
        facts.set("subnet_form", *_one_or_several(forms))
    facts.set("keys", _form_of_keys([entry.get("secretKey") for entry in entries]))
    times = [entry.get("createdTime") for entry in entries]
    facts.set("created_time", form_of_times(times))
    statuses = sorted({word(entry["status"]) for entry in entries if isinstance(entry.get("status"), str)})
    if not any("status" in entry for entry in entries):
        facts.set("status_words", "missing")
    else:
        is_known = all(status.lower() in KNOWN_STATUSES for status in statuses)
        health = sorted(
            {word(entry["healthStatus"]) for entry in entries if isinstance(entry.get("healthStatus"), str)}
        )
        detail = {"status": statuses, "healthStatus": health}
        facts.set("status_words", "known words" if is_known else "unknown words", detail)
    peers = [name for name in ("remoteIp", "cgwId") if any(entry.get(name) for entry in entries)]
    facts.set("peer_shown", " and ".join(peers) or "not at all")


def _form_of_subnet(text):
    if re.fullmatch(r"[0-9.]+/[0-9]{1,2}", text):
        return "ADDRESS/LENGTH"
    return "ADDRESS/NETMASK" if re.fullmatch(r"[0-9.]+/[0-9]+\.[0-9.]+", text) else "another"


def _form_of_keys(keys):
    if not any(keys):
        return "missing"
    texts = [key for key in keys if isinstance(key, str) and key]
    if all(re.fullmatch(r"\*+", key) for key in texts):
        return "masked"
    if all(re.fullmatch("[0-9a-f]{64}", key) for key in texts):
        return "hashed"
    return "in clear" if len(texts) == len(keys) else "of some"


def form_of_times(times):
    """Return the form of the times of creation, one of a few words."""
    if not any(times):
        return "missing"
    texts = [time for time in times if isinstance(time, str) and time]
    if all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", text) for text in texts):
        return "YYYY-MM-DD hh:mm:ss"
    return (
        "ISO 8601" if all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-][\d:]+)", text) for text in texts) else "another"
    )


def word(text):
    """Return a word of the API if it may be published, of any other text only its length."""
    if isinstance(text, str) and re.fullmatch(r"[A-Za-z][A-Za-z_ -]{0,31}", text):
        return text
    return "(a text of %d characters)" % len(str(text))


# -- what all responses of a run show ----------------------------------------------------------------------------------


def settle_responses(facts, seen):
    """Derive the observed values to which all responses contribute.

    :arg seen: list of probe_exchange.Exchange.
    """
    received = [exchange for exchange in seen if exchange.status is not None]
    throttled = [exchange for exchange in received if exchange.is_throttled]
    facts.set("throttling", *((str(throttled[0].status), throttled[0].in_words()) if throttled else ("not seen",)))
    errors = [exchange for exchange in received if exchange.status >= 400]
    if errors:
        facts.set("error_bodies", _form_of_errors(errors))
    facts.set("byte_order_mark", "yes" if any(exchange.has_mark for exchange in received) else "no")
    interim = sorted({status for exchange in received for status in exchange.interim})
    facts.set("early_hints", "yes" if interim else "no", interim or None)
    lists = [exchange for exchange in received if exchange.kind == "list tunnels"]
    facts.set("list_errors", "sometimes" if any(exchange.is_error_in_success for exchange in lists) else "no")
    unknown = sorted({name for exchange in received for name in unknown_fields(exchange)})
    facts.set("extra_fields", "some" if unknown else "none", unknown or None)
    offsets = [exchange.date - exchange.local_date for exchange in received if exchange.date is not None]
    if offsets:
        offset = sorted(offsets)[len(offsets) // 2]
        value = "yes" if abs(offset) <= CLOCK_SECONDS else "ahead" if offset > 0 else "behind"
        facts.set("clock", value, "%+d s" % round(offset) if value != "yes" else None)


def _form_of_errors(errors):
    if all(exchange.is_empty for exchange in errors):
        return "nothing"
    if all(isinstance(exchange.body, dict) and "code" not in exchange.body for exchange in errors):
        return "no code"
    return "a code" if all(exchange.code for exchange in errors) else "sometimes a code"


# The arrays of responses, and the fields of their objects.
ARRAYS = {"vpnConns": TUNNEL_FIELDS, "vpns": GATEWAY_FIELDS, "result": CUSTOMER_GATEWAY_FIELDS}
OBJECTS = {
    "read gateway": GATEWAY_FIELDS,
    "read customer gateway": CUSTOMER_GATEWAY_FIELDS,
    "create tunnel": ("vpnConnId",),
    "create customer gateway": ("cgwId",),
}


def unknown_fields(exchange):
    """Return the names of fields in a response that are not documented, each with its place."""
    if not isinstance(exchange.body, dict):
        return set()
    known = RESPONSE_FIELDS + (OBJECTS.get(exchange.kind, ()) if exchange.is_success else ())
    if exchange.kind.startswith("list "):
        known += LIST_FIELDS + tuple(ARRAYS)
    found = set(_strangers(exchange.body, known, ""))
    for name, fields in ARRAYS.items():
        for entry in exchange.body.get(name) if isinstance(exchange.body.get(name), list) else ():
            if isinstance(entry, dict):
                found.update(_strangers(entry, fields, name + "[]."))
                for config, inner in CONFIGS.items():
                    if isinstance(entry.get(config), dict):
                        found.update(_strangers(entry[config], inner, "%s[].%s." % (name, config)))
    return found


def _strangers(value, known, place):
    names = [name for name in value if name not in known]
    return [place + (name if re.fullmatch("[A-Za-z][A-Za-z0-9_]{0,40}", name) else "(another)") for name in names]
