# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The behaviour of the dialects: small functions that take a value of the base and return it as the dialect has it.

``POINTS`` names the places where the emulator calls them. A hook never changes what is stored: it gets copies, and
returns what the client is to see. Times are seconds of the emulator's clock. The file is long because rows of the
table combine hooks of every kind, and each hook is short.
"""

from __future__ import annotations

import calendar
import hashlib
import ipaddress
import re
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .messages import Request, Response
from .validation import BceError, missing, page_size, refused

Hook = Callable[..., Any]
Entry = dict[str, Any]

POINTS = {
    "clock_offset": "(seconds) the shift of the server's clock",
    "list_lag": "(seconds, number of the list) the age of a list of tunnels or route rules",
    "update_delay": "(seconds) how long readers see the values before an update",
    "deleted_kept": "(seconds) how long readers see a deleted object",
    "life": "(seconds) after which a new tunnel or route rule disappears",
    "list_scope": "(ids, id, all ids) the gateways whose tunnels, or the tables whose rules, a list shows",
    "tunnel": "(entry, Seen) a tunnel in a list or a detail",
    "list_entries": "(entries) all entries of a list of tunnels or route rules",
    "list_page": "(payload, query) the body of a list of tunnels or route rules",
    "route_rule": "(entry, Seen) a route rule in any list",
    "route_rule_list": "(entries) all entries of the list of route rules that has pages",
    "route_table": "(payload) the body of a route table",
    "vpc": "(VPC id, all VPC ids) whose gateways a list shows",
    "gateway": "(entry, Seen) a gateway in a list or a detail",
    "gateway_entries": "(entries) all entries of a list of gateways",
    "gateway_list_lag": "(seconds, number of the list) the age of a list of gateways",
    "gateway_hidden": "(seconds) how long a new gateway is not found by its id",
    "gateway_update_delay": "(seconds) how long readers see the values of a gateway before a write",
    "gateway_deleted_kept": "(seconds) how long readers see a released gateway",
    "gateway_life": "(seconds) after which a new gateway disappears",
    "eip": "(entry, Seen) an EIP in a list",
    "eip_entries": "(entries) all entries of a list of EIPs before they are selected",
    "eip_list": "(payload) the body of a list of EIPs",
    "eip_list_lag": "(seconds, number of the list) the age of a list of EIPs",
    "eip_update_delay": "(seconds) how long readers see the values of an EIP before a write",
    "eip_deleted_kept": "(seconds) how long readers see a released EIP",
    "eip_life": "(seconds) after which a new EIP disappears",
    "network_rules": "(NetworkRules) what gateways and EIPs do where the contract is silent",
    "customer_gateway": "(entry, age) a customer gateway in a list or a detail",
    "customer_gateway_lag": "(seconds) the age of the list of customer gateways",
    "customer_gateway_hidden": "(seconds) how long a new customer gateway is not found by its id",
    "write_rules": "(WriteRules) what a write may lack",
    "tunnel_name": "(name, names of the gateway's other tunnels) raises BceError to refuse a name",
    "token_rules": "(TokenRules) how a token is replayed",
    "arrival": "(None, Attempt) raises BceError to refuse a request before anything else",
    "instead": "(None, Attempt) a response in place of the operation",
    "check": "(None, Attempt) raises BceError to refuse an operation that is not a replay",
    "success": "(Response, Attempt) the response to an operation or a replay",
    "refusal": "(BceError, Attempt) the error, or a response in its place",
    "payload": "(JSON value) every body of a response",
    "error_payload": "(JSON value or None) the body of an error, None is an empty body",
    "body": "(bytes) every body that is not empty",
    "early_hints": "(False) whether a 103 response precedes",
}

HOUR = 3600
BEIJING_SECONDS = 8 * HOUR
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
SHORT_SECONDS = 2  # shorter than the 3 seconds for which a client tolerates a stale list
LONG_SECONDS = 10  # longer
SLOW_SECONDS = 60
PAGE_SIZE = 2
CUT = 20
TRIMMED = " \t-_/."
BYTE_ORDER_MARK = "\ufeff".encode()


class Seen(NamedTuple):
    """What a read of an object depends on: the seconds since its creation, update and deletion (None: not deleted)."""

    age: float
    since_update: float
    since_deletion: float | None
    is_oldest: bool
    list_number: int


class TokenRules(NamedTuple):
    """How a client token is replayed, and what a repeat must have in common with the first request."""

    on_create: bool = True
    on_change: bool = True
    seconds: float = 24 * HOUR  # since the token was last seen (additions 5.1)
    compares_path: bool = True
    compares_rest: bool = True
    repeats: bool = True
    outlives_object: bool = True


class Attempt(NamedTuple):
    """A request with its place in the order of all requests, and of those of its kind to its object.

    ``kind`` is that of an Operation, ``cloud`` a ``cloud.Cloud``. ``scopes_under_way`` are those of the writes that
    arrived earlier and have no response yet.
    """

    request: Request
    kind: str
    object_id: str
    number: int
    number_of_kind: int
    cloud: Any
    scopes_under_way: tuple[str, ...] = ()


# --- text ---


def upper(text: str) -> str:
    return text.upper()


def trim(text: str) -> str:
    return text.strip(TRIMMED)


def cut(text: str) -> str:
    return text[:CUT]


def cut_with_ellipsis(text: str) -> str:
    return text[:CUT] + "..." if len(text) > CUT else text


def percent_escape(text: str) -> str:
    """Escape everything except letters and digits as %XX."""
    return "".join(c if c.isascii() and c.isalnum() else "".join(f"%{octet:02X}" for octet in c.encode()) for c in text)


def entity_escape(text: str) -> str:
    """Escape everything except letters, digits and blanks as &#N;."""
    return "".join(c if c.isalnum() or c == " " else f"&#{ord(c)};" for c in text)


# --- entries ---


def shown(point: str, **changes: Callable[[Any], Any]) -> dict[str, Hook]:
    """Return the hook that changes the values of fields where they are set."""

    def hook(entry: Entry, *_context: Any) -> Entry:
        changed = {name: func(entry[name]) for name, func in changes.items() if entry.get(name) is not None}
        return {**entry, **changed}

    return {point: hook}


def texts(point: str, **changes: Callable[[str], str]) -> dict[str, Hook]:
    """Return the hook that changes text fields; seeded objects may have other types in their place."""

    def only_text(func: Callable[[str], str]) -> Callable[[Any], Any]:
        return lambda value: func(value) if isinstance(value, str) else value

    return shown(point, **{name: only_text(func) for name, func in changes.items()})


def dropped(*names: str, points: Sequence[str] = ("tunnel",)) -> dict[str, Hook]:
    """Return the hook that leaves fields out."""

    def hook(entry: Entry, *_context: Any) -> Entry:
        return {name: value for name, value in entry.items() if name not in names}

    hooks: dict[str, Hook] = {}
    for point in points:
        hooks[point] = hook
    return hooks


def replaced(name: str, func: Callable[[Entry], Any]) -> dict[str, Hook]:
    """Return the hook that gives a field a value made from the entry."""
    return {"tunnel": lambda entry, _seen: {**entry, name: func(entry)}}


def drop_young_name(entry: Entry, seen: Seen) -> Entry:
    return without(entry, "vpnConnName") if seen.age < 1 else entry


def empty_young_name(entry: Entry, seen: Seen) -> Entry:
    return {**entry, "vpnConnName": ""} if seen.age < LONG_SECONDS else entry


def drop_oldest_name(entry: Entry, seen: Seen) -> Entry:
    return without(entry, "vpnConnName") if seen.is_oldest else entry


def without(entry: Entry, name: str) -> Entry:
    return {key: value for key, value in entry.items() if key != name}


def drop_young_cgw_name(entry: Entry, age: float) -> Entry:
    return without(entry, "name") if age < 1 else entry


def unrelated_name(entry: Entry) -> str:
    return "conn" + hashlib.sha256(str(entry.get("vpnConnId")).encode()).hexdigest()[:8]


def null_if_empty(entry: Entry, _seen: Seen) -> Entry:
    return {**entry, "description": entry.get("description") or None}


def each(func: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the function on lists that changes every text in them."""
    return lambda value: (
        [func(item) if isinstance(item, str) else item for item in value] if isinstance(value, list) else value
    )


def as_netmask(cidr: str) -> str:
    """``192.168.0.0/20`` as ``192.168.0.0/255.255.240.0``."""
    try:
        network = ipaddress.IPv4Interface(cidr).network
    except ValueError:
        return cidr
    return f"{cidr.partition('/')[0]}/{network.netmask}"


def sorted_subnets(value: Any) -> Any:
    try:
        return sorted(value, key=ipaddress.IPv4Network)
    except (ValueError, TypeError):
        return value


def reverse_subnets(entry: Entry, seen: Seen) -> Entry:
    if seen.list_number % 2:
        return entry
    lists = {name: entry[name][::-1] for name in ("localSubnets", "remoteSubnets") if isinstance(entry.get(name), list)}
    return {**entry, **lists}


def in_configs(func: Callable[[Entry], Entry]) -> Hook:
    """Return the hook that changes ikeConfig and ipsecConfig, where they are objects."""

    def hook(entry: Entry, _seen: Seen) -> Entry:
        configs = {
            name: func(entry[name]) for name in ("ikeConfig", "ipsecConfig") if isinstance(entry.get(name), dict)
        }
        return {**entry, **configs}

    return hook


LIFE_TIMES = ("ikeLifeTime", "ipsecLifetime")


def life_times(func: Callable[[str], Any]) -> Hook:
    """Return the hook that writes life times in another form; ``func`` gets the digits."""

    def change(config: Entry) -> Entry:
        digits = {name: re.match(r"\d+", str(config[name])) for name in LIFE_TIMES if name in config}
        return {**config, **{name: func(match.group()) for name, match in digits.items() if match}}

    return in_configs(change)


def sub_fields_dropped(*names: str) -> Hook:
    return in_configs(lambda config: {name: value for name, value in config.items() if name not in names})


def masked_partly(key: str) -> str:
    return key[:2] + "*" * max(0, len(key) - 4) + key[-2:]


def hashed(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def next_hops(list_name: str) -> Hook:
    """Return the hook that shows the next hop of a route rule as a list; system rules have none."""

    def hook(rule: Entry, _seen: Seen) -> Entry:
        if rule["nexthopType"] == "sys" or "nextHopList" in rule:
            return rule
        hop = {name: rule[name] for name in ("nexthopId", "nexthopType", "pathType")}
        return {**{name: value for name, value in rule.items() if name not in hop}, list_name: [hop]}

    return hook


# --- times of objects ---


def _moved_time(text: str, form: str) -> str:
    try:
        seconds = calendar.timegm(time.strptime(text, TIME_FORMAT))
    except ValueError:
        return text
    return time.strftime(form, time.gmtime(seconds - BEIJING_SECONDS))


def created_times(form: str) -> dict[str, Hook]:
    """Return the hooks that write the times of all objects in UTC."""

    def write(text: str) -> str:
        return _moved_time(text, form)

    return {
        **texts("tunnel", createdTime=write),
        **texts("customer_gateway", createdTime=write, updatedTime=write),
        **texts("gateway", createTime=write),
    }


# --- lists ---


def next_of(items: Sequence[str], item: str) -> str:
    """Return the item that follows, the first after the last; an unknown one is its own."""
    return items[(items.index(item) + 1) % len(items)] if item in items else item


def scope_of_next(_ids: list[str], vpn_id: str, every: Sequence[str]) -> list[str]:
    return [next_of(every, vpn_id)]


def _entry_id(entry: Any, place: int) -> str:
    own_id = (entry.get("vpnConnId") or entry.get("routeRuleId")) if isinstance(entry, dict) else None
    return str(own_id or f"place-{place}")


def pages(payload: Entry, query: dict[str, str]) -> Entry:
    """Return a page as the other lists have them (section 2): the marker is the id of the page's first entry."""
    name, entries = next((name, value) for name, value in payload.items() if isinstance(value, list))
    ids = [_entry_id(entry, place) for place, entry in enumerate(entries)]
    marker = query.get("marker") or ""
    if marker and marker not in ids:
        raise refused("marker: is not the id of an object in the list")
    start = ids.index(marker) if marker else 0
    end = start + min(PAGE_SIZE, page_size(query))
    page = {
        "marker": ids[start] if ids else marker,
        "isTruncated": end < len(ids),
        "maxKeys": end - start,
        name: entries[start:end],
    }
    return {**page, "nextMarker": ids[end]} if end < len(ids) else page


def endless_pages(payload: Entry, query: dict[str, str]) -> Entry:
    page = pages(payload, {**query, "marker": ""})
    return {**page, "nextMarker": page["marker"]} if page["isTruncated"] else page


def truncated_page(payload: Entry, _query: dict[str, str]) -> Entry:
    page = pages(payload, {})
    page.pop("nextMarker", None)
    return page


def repeat_alike(entries: list[Any]) -> list[Any]:
    return [entry for entry in entries for _copy in range(2)]


def repeat_differently(entries: list[Any]) -> list[Any]:
    def copies(entry: Any) -> list[Any]:
        return [entry, {**entry, "description": "another version"}] if isinstance(entry, dict) else [entry]

    return [copy for entry in entries for copy in copies(entry)]


def at_least(seconds: float) -> Hook:
    """Return the hook that raises a duration."""
    return lambda value, *_context: max(value, seconds)


def lag_of_every_second(seconds: float, number: int) -> float:
    return max(seconds, SHORT_SECONDS) if number and number % 2 == 0 else seconds


# --- states ---


def status_of(choose: Callable[[Seen], str | None]) -> Hook:
    """Return the hook that shows another status where ``choose`` returns one and the entry has one."""

    def hook(entry: Entry, seen: Seen) -> Entry:
        status = choose(seen)
        if status is None or "status" not in entry:
            return entry
        health = {"healthStatus": "unreachable"} if "healthStatus" in entry else {}
        return {**entry, "status": status, **health}

    return hook


def creating(then: str | None = None) -> Hook:
    return status_of(lambda seen: "creating" if seen.age < SHORT_SECONDS else then if seen.age < float("inf") else None)


def kept_as(status: str, seconds: float) -> dict[str, Hook]:
    """Return the hooks that list a deleted tunnel for some time."""
    return {
        "deleted_kept": at_least(seconds),
        "tunnel": status_of(lambda seen: None if seen.since_deletion is None else status),
    }


# --- writes ---


def rules(point: str, **changes: Any) -> dict[str, Hook]:
    """Return the hook that changes WriteRules or TokenRules."""
    return {point: lambda value: value._replace(**changes)}


LISTS = ("list tunnels", "read route table", "list route rules")
CREATIONS = ("create tunnel", "create customer gateway", "create route rule", "create gateway", "create eip")
GATEWAY_UPDATES = ("update gateway", "bind gateway", "unbind gateway", "protect gateway")
EIP_UPDATES = ("resize eip", "bind eip", "unbind eip", "protect eip")
UPDATES = ("update tunnel", "update customer gateway", "update route rule", *GATEWAY_UPDATES, *EIP_UPDATES)
DELETIONS = ("delete tunnel", "delete customer gateway", "delete route rule", "delete gateway", "delete eip")
READS = (*LISTS, "read gateway", "read customer gateway", "read vpc", "read subnet")
# Of objects whose stores keep history.
RECORD_CREATIONS = ("create tunnel", "create route rule")
ROUTE_CHANGES = ("update route rule", "delete route rule")
RECORD_CHANGES = ("update tunnel", "delete tunnel", *ROUTE_CHANGES)
ERROR_IN_200 = Response(200, {"success": False, "code": "OperationException", "message": "the operation failed"})


def instead_of(kinds: Sequence[str], response: Response) -> dict[str, Hook]:
    """Return the hook that does nothing and returns a response; an absent object is an error as ever."""

    def hook(chosen: Response | None, attempt: Attempt) -> Response | None:
        if attempt.kind not in kinds or not (attempt.kind in CREATIONS or attempt.cloud.has(attempt.object_id)):
            return chosen
        return response

    return {"instead": hook}


def after(kinds: Sequence[str], func: Callable[[Response, Attempt], Response]) -> dict[str, Hook]:
    """Return the hook that changes the response to what was done."""
    return {"success": lambda response, attempt: func(response, attempt) if attempt.kind in kinds else response}


def flat_vpc(response: Response, _attempt: Attempt) -> Response:
    return Response(response.status, response.payload["vpc"])


def vpc_without_subnets(response: Response, _attempt: Attempt) -> Response:
    return Response(response.status, {"vpc": without(response.payload["vpc"], "subnets")})


def capital_name(response: Response, _attempt: Attempt) -> Response:
    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(item) for item in value]
        if isinstance(value, dict):
            return {"Name" if name == "name" else name: renamed(item) for name, item in value.items()}
        return value

    return Response(response.status, renamed(response.payload))


def first_id(_response: Response, attempt: Attempt) -> Response:
    store = attempt.cloud.store_of(attempt.kind)
    return Response(200, {store.id_name: store.first_id})


def foreign_id(_response: Response, attempt: Attempt) -> Response:
    store = attempt.cloud.store_of(attempt.kind)
    scope = store.scope_of(attempt.object_id, attempt.request)
    return Response(200, {store.id_name: store.newest_elsewhere(scope) or store.unknown_id})


def id_in_list(response: Response, _attempt: Attempt) -> Response:
    payload = response.payload
    is_single = isinstance(payload, dict) and "routeRuleId" in payload
    return Response(response.status, {"routeRuleIds": [payload["routeRuleId"]]}) if is_single else response


def every_third(response: Response, attempt: Attempt) -> Response:
    return ERROR_IN_200 if attempt.number_of_kind % 3 == 0 else response


def refuse_duplicate_names(status: int) -> dict[str, Hook]:
    def hook(name: str, others: Sequence[Any]) -> str:
        if name in others:
            raise BceError(status, "VpnConnNameAlreadyExist", "a tunnel of this name exists in the gateway")
        return name

    return {"tunnel_name": hook}


def _busy(
    kinds: Sequence[str], age: Callable[[Attempt], float], seconds: float, error: tuple[int, str]
) -> dict[str, Hook]:
    def hook(_none: None, attempt: Attempt) -> None:
        if attempt.kind in kinds and age(attempt) < seconds:
            raise BceError(*error, "the object is busy, try again later")

    return {"check": hook}


def building_refuses() -> dict[str, Hook]:
    return _busy(
        RECORD_CHANGES,
        lambda a: a.cloud.store_of(a.kind).age(a.object_id),
        SHORT_SECONDS,
        (409, "OperationDenied"),
    )


def unfinished_refuses() -> dict[str, Hook]:
    return _busy(
        RECORD_CHANGES,
        lambda a: a.cloud.store_of(a.kind).since_write(a.object_id),
        1,
        (409, "LastOperationNotFinished"),
    )


def scope_busy() -> dict[str, Hook]:
    def since_write(attempt: Attempt) -> float:
        store = attempt.cloud.store_of(attempt.kind)
        return store.since_scope_write(store.scope_of(attempt.object_id, attempt.request))

    return _busy((*RECORD_CREATIONS, *RECORD_CHANGES), since_write, 1, (400, "InvalidInstanceStatus"))


def overlap_refuses() -> dict[str, Hook]:
    def hook(_none: None, attempt: Attempt) -> None:
        if attempt.kind in (*RECORD_CREATIONS, *RECORD_CHANGES):
            if (
                attempt.cloud.store_of(attempt.kind).scope_of(attempt.object_id, attempt.request)
                in attempt.scopes_under_way
            ):
                raise BceError(409, "OperationDenied", "another operation is under way, try again later")

    return {"check": hook}


def deny_unlisted(_none: None, attempt: Attempt) -> None:
    if attempt.kind in RECORD_CHANGES and not attempt.cloud.store_of(attempt.kind).is_listed(attempt.object_id):
        raise missing(attempt.kind.partition(" ")[2], attempt.object_id)


# --- errors ---


def throttled(status: int) -> dict[str, Hook]:
    def hook(_none: None, attempt: Attempt) -> None:
        if attempt.number % 3 == 0:
            raise BceError(status, "RateLimit", "There are too many connections")

    return {"arrival": hook}


def absent(kinds: Sequence[str], func: Callable[[BceError, Attempt], Any]) -> dict[str, Hook]:
    """Return the hook that changes the error about an absent object."""

    def hook(error: Any, attempt: Attempt) -> Any:
        about_absent = isinstance(error, BceError) and error.code in ("NoSuchObject", "EipNotFound")
        return func(error, attempt) if about_absent and (not kinds or attempt.kind in kinds) else error

    return {"refusal": hook}


def id_exception(_error: BceError, attempt: Attempt) -> BceError:
    ids = {"route rule": "routeRuleId", "gateway": "vpnId", "eip": "eip"}
    name = ids.get(attempt.kind.partition(" ")[2], "vpnConnId")
    return BceError(400, f"{name[0].upper()}{name[1:]}Exception", f"The param {name} is invalid")


def empty_list(_error: BceError, attempt: Attempt) -> Response:
    return Response(200, {"routeRules" if attempt.kind == "list route rules" else "vpnConns": []})


def other_error(code: str, status: int, other_code: str) -> dict[str, Hook]:
    """Return the hook that changes status and code of an error."""

    def hook(error: Any, _attempt: Attempt) -> Any:
        is_it = isinstance(error, BceError) and error.code == code
        return BceError(status, other_code, error.message) if is_it else error

    return {"refusal": hook}


def error_without_code(payload: Any) -> Any:
    return payload if payload is None else without(payload, "code")


# --- gateways and EIPs ---


def with_form(name: str, func: Callable[[Any], Any]) -> Hook:
    """Return the hook that shows a field in another form, also where its value is empty."""
    return lambda entry, _seen: {**entry, name: func(entry[name])} if name in entry else entry


def without_if_empty(*names: str) -> Hook:
    """Return the hook that leaves fields out that have no value."""
    return lambda entry, _seen: {key: value for key, value in entry.items() if value != "" or key not in names}


def null_where_empty(*names: str) -> Hook:
    """Return the hook that shows null for no value."""
    return lambda entry, _seen: {key: None if value == "" and key in names else value for key, value in entry.items()}


def long_id(short_id: str) -> str:
    """Return the UUID that stands for an id."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, short_id))


def address_object(address: str) -> Any:
    return {"eip": address} if address else {}


def young_status(status: str, seconds: float, then: str | None = None) -> Hook:
    """Return the hook that shows a status of a new object for some time, and another one afterwards."""
    return status_of(lambda seen: status if seen.age < seconds else then if seen.age < float("inf") else None)


def other_status(**words: str) -> Hook:
    """Return the hook that shows other words for some statuses."""
    return lambda entry, _seen: {**entry, "status": words.get(str(entry["status"]), entry["status"])}


def shown_as(point: str, status: str, seconds: float) -> dict[str, Hook]:
    """Return the hooks that show a released gateway or EIP for some time."""
    return {
        f"{point}_deleted_kept": at_least(seconds),
        point: status_of(lambda seen: None if seen.since_deletion is None else status),
    }


def write_busy(noun: str, is_young: bool, seconds: float, code: str) -> dict[str, Hook]:
    """Return the hook that refuses writes to a gateway or EIP in its first seconds, or after its last write."""

    def hook(_none: None, attempt: Attempt) -> None:
        if attempt.kind in (*UPDATES, *DELETIONS) and attempt.kind.partition(" ")[2] == noun:
            store = attempt.cloud.store_of(attempt.kind)
            if (store.age if is_young else store.since_write)(attempt.object_id) < seconds:
                raise BceError(409, code, "the object is busy, try again later")

    return {"check": hook}


def quota_error(status: int, code: str) -> dict[str, Hook]:
    """Return the hook that changes status and code of the error about too many gateways."""

    def hook(error: Any, attempt: Attempt) -> Any:
        is_it = attempt.kind == "create gateway" and isinstance(error, BceError) and error.code == "QuotaLimitExceeded"
        return BceError(status, code, error.message) if is_it else error

    return {"refusal": hook}


def empty_eip_list(payload: Entry) -> Entry:
    return payload if payload["eipList"] else {**payload, "eipList": None}


def no_empty_eip_list(payload: Entry) -> Entry:
    return payload if payload["eipList"] else without(payload, "eipList")


def address_in_list(response: Response, _attempt: Attempt) -> Response:
    payload = response.payload
    is_address = isinstance(payload, dict) and "eip" in payload
    return Response(response.status, {"eips": [payload["eip"]]}) if is_address else response


# --- JSON and HTTP ---


def with_extra_fields(value: Any) -> Any:
    """Add fields to every JSON object, at any depth."""
    if isinstance(value, dict):
        return {
            **{name: with_extra_fields(item) for name, item in value.items()},
            "extraFlag": True,
            "extraItems": [{}],
        }
    return [with_extra_fields(item) for item in value] if isinstance(value, list) else value
