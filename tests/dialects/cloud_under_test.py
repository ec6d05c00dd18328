# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator as a case needs it: prepared objects, what is really stored, and what every request changed."""

from __future__ import annotations

import functools
import hashlib
import json
import operator
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from emulator.messages import Request, encode_json
from emulator_process import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from emulator_thread import EmulatorThread

from .case_clock import CaseClock
from .scenarios import ADDRESS, EIPS, GATEWAYS, OTHER_ADDRESS, OTHER_HUB, IdOf, api_eip, api_route, peer, tunnel

LEAVING = ("deleting", "deleted", "releasing", "released")
SECURITY_TOKEN = "session-token-of-the-account-2026"
HOUR = 3600.0
SHOWN = 4  # entries of a list in a line of a report


class Stored(NamedTuple):
    """One object as the cloud really has it.

    :ivar kind: "tunnel", "customer gateway", "route rule", "gateway" or "eip".
    :ivar scope: the gateway of a tunnel, the VPC of a rule or a gateway, None for a customer gateway and an EIP.
    :ivar entry: the API's own object, with the key in clear.
    """

    kind: str
    object_id: str
    scope: Optional[str]
    name: Optional[str]
    entry: Dict[str, Any]


class Seen(NamedTuple):
    """One request and what it did.

    :ivar touched: ids of stored objects that it named in its path. :ivar made, lost, changed: ids of live objects.
    :ivar reply: the parsed body of the response, None where it was empty or not JSON.
    """

    method: str
    path: str
    query: Dict[str, str]
    body: Any
    status: int
    reply: Any
    touched: frozenset
    made: frozenset
    lost: frozenset
    changed: frozenset
    seconds: float
    fault: Optional[str]

    def line(self):
        """Return the request as one line of a report, without keys."""
        effects = [
            "%s %s" % (word, ",".join(sorted(ids)))
            for word, ids in (("+", self.made), ("-", self.lost), ("~", self.changed))
            if ids
        ]
        token = self.query.get("clientToken", "")[:8]
        names = ""
        if isinstance(self.reply, dict):
            for array in ("vpnConns", "result", "routeRules", "vpns", "eipList"):
                if isinstance(self.reply.get(array), list):
                    entries = self.reply[array]
                    names = " ".join(map(_entry_line, entries[:SHOWN]))
                    names += " ... %d in all" % len(entries) if len(entries) > SHOWN else ""
            names = names or " ".join(str(self.reply.get(word, "")) for word in ("code", *IDS)).strip()
        return "%8.1f s %-6s %s %s -> %s %s %s %s" % (
            self.seconds,
            self.method,
            self.path,
            token,
            self.status,
            self.fault or "",
            names,
            " ".join(effects),
        )


def _entry_line(entry):
    if not isinstance(entry, dict):
        return repr(entry)
    return "[%s %r %s]" % (
        entry_id(entry),
        entry_name(entry),
        entry.get("status", ""),
    )


class _Observed(EmulatorThread):
    """An emulator whose requests can be observed in its own thread, with access to what it stores."""

    def observe(self, before, after):
        """Call before(request), and after(request, what before returned, reply, journal entry), for every request."""
        plain = self._server._reply

        def reply(request, refusal, entry):
            known = before(request)
            response = plain(request, refusal, entry)
            after(request, known, response, entry)
            return response

        self._server._reply = reply

    def stored(self):
        """Return what the cloud stores; for the emulator's thread, or where no request is under way."""
        return self._server.control.cloud.state()

    def do(self, name, *arguments):
        """Let the cloud itself do something, as another user's request would."""
        return operator.attrgetter(name)(self._server.control.cloud)(*arguments)


class CloudUnderTest:
    """One emulator for many cases, one after the other.

    :ivar seen: the requests since the last begin(), a list of Seen. :ivar started: the steps of the case so far.
    :ivar before_request: called in the emulator's thread with every request that arrives, or None.
    """

    def __init__(self):
        self.clock = CaseClock()
        gateways = [word for pair in GATEWAYS.items() for word in ("--gateway", "%s::%s" % pair)]
        eips = [word for address in (ADDRESS, OTHER_ADDRESS) for word in ("--eip", address)]
        self._emulator = _Observed(self.clock, *gateways, *eips)
        self.seen: List[Seen] = []
        self.started: List[Any] = []
        self.before_request = None
        self.requests = 0
        self._live: Dict[str, Stored] = {}
        self._began = 0.0
        self._emulator.observe(self._before, self._after)

    @property
    def connection(self):
        """Return the options that lead a task to this emulator."""
        return {
            "access_key_id": ACCESS_KEY_ID,
            "secret_access_key": SECRET_ACCESS_KEY,
            "security_token": SECURITY_TOKEN,
            "endpoint": self._emulator.endpoint,
        }

    def prepare(self, scenario, dialects=(), faults=(), seconds=0.0):
        """Forget the case before and build what the scenario starts from, made by others some hours ago.

        :param seconds: since the start of the clock, so that cases begin at different times of day.
        """
        emulator = self._emulator
        self.clock.restart(seconds)
        emulator.reset()
        self.started = []
        self.before_request = None
        emulator.settings(dialects=list(dialects), **scenario.settings)
        for scope, name, changes in scenario.stored:
            row = next(row for row in KINDS.values() if row.is_scope(scope))
            emulator.do(row.store + ".create", *row.creation(scope, name, changes))
        for vpn_id, entry in scenario.planted:
            emulator.plant(dict(entry), vpn_id=vpn_id)
        self.clock.sleep(3 * HOUR)
        emulator.faults(*faults)
        self.begin()

    def begin(self):
        """Forget the requests so far."""
        self.seen = []
        self._began = self.clock.monotonic()
        self._live = self.live()

    def objects(self):
        """Return everything that the cloud stores, a dict of id to Stored, objects on their way out included."""
        return {
            object_id: Stored(row.kind, object_id, row.scope_of(entry), name_in(row, entry), entry)
            for row, object_id, entry in self._entries()
        }

    def _entries(self):
        """Yield the Kind, the id and the API's own object of everything that is stored."""
        state = self._emulator.stored()
        for row in KINDS.values():
            name = camel(row.object_id)
            for entry in state[row.state_name]:
                if isinstance(entry, dict) and entry.get(name):
                    yield row, entry[name], entry

    def live(self):
        """Return the objects that are not on their way out."""
        return {
            object_id: item
            for object_id, item in self.objects().items()
            if str(item.entry.get("status", "")).lower() not in LEAVING
        }

    def id_of(self, wanted: IdOf):
        """Return the id that the user reads in the console, or None where there is no such object."""
        for item in self.live().values():
            if (item.scope, item.name) == (wanted.scope, wanted.name):
                return item.object_id
        return None

    def delete_tunnel(self, vpn_conn_id):
        """Delete a tunnel as another user does."""
        self._emulator.do("tunnels.delete", vpn_conn_id)

    def stop(self):
        """Stop the emulator."""
        self._emulator.stop()

    def _before(self, request):
        if self.before_request:
            self.before_request(request)
        return {object_id for _row, object_id, _entry in self._entries()}

    def _after(self, request, known, response, entry):
        self.requests += 1
        before, now = self._live, self.live()
        self._live = now
        self.seen.append(
            Seen(
                request.method,
                request.path,
                request.query,
                _json(request.body),
                response.status,
                _json(response.body),
                frozenset(known & {request.path.rpartition("/")[2]}),
                frozenset(now.keys() - before.keys()),
                frozenset(before.keys() - now.keys()),
                frozenset(key for key in now.keys() & before.keys() if _lasting(now[key]) != _lasting(before[key])),
                self.clock.monotonic() - self._began,
                entry.get("fault"),
            )
        )


def entry_id(entry):
    """Return the id of an API object of any kind."""
    return next((entry[name] for name in IDS if name in entry), None)


def entry_name(entry):
    """Return the natural key of an API object of any kind as one text: its name, or the two networks of a rule."""
    for row in KINDS.values():
        # Some dialects show objects without ids.
        if camel(row.object_id) in entry or camel(row.natural_key[0]) in entry:
            return name_in(row, entry)
    return None


def name_in(row, entry):
    """Return the natural key of an API object, or of the body of a creation, as one text; None without it."""
    parts = [entry.get(camel(option)) for option in row.natural_key]
    return " -> ".join(parts) if len(parts) > 1 and all(parts) else parts[0] if len(parts) == 1 else None


def table_of(vpc_id):
    """Return the id of the only route table that the emulator makes for a VPC."""
    return "rt-" + hashlib.sha256(vpc_id.encode()).hexdigest()[:12]


def stored_options(name, changes):
    """Return the options of a tunnel that a scenario has from the start."""
    changes = dict(changes)
    like = changes.pop("like", name)
    return dict(tunnel(like), vpn_conn_name=name, **changes)


def api_body(options):
    """Return the API's own object of a tunnel's options."""
    body = {camel(name): value for name, value in options.items() if name not in ("vpn_id", "state")}
    for group in ("ikeConfig", "ipsecConfig"):
        if group in body:
            body[group] = {camel(name): value for name, value in body[group].items()}
    return body


@functools.cache
def camel(name):
    """Return an option's name as the API spells it."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class Kind(NamedTuple):
    """What a module manages: the names of its options, and where the emulator has the objects.

    :ivar kind: the noun in the kinds of the emulator's operations.
    :ivar scope: the option that names the scope, or None.
    :ivar object_id: the option of the id.
    :ivar natural_key: the options that name an object of the scope.
    :ivar path: the end of the path of its creation.
    :ivar store: the attribute of the emulator's Cloud.
    :ivar state_name: the key in the emulator's state.
    :ivar is_scope: returns whether the scope of a stored object of a scenario is of this kind.
    :ivar creation: (scope, name, changes) -> the arguments of the store's create().
    :ivar scope_of: returns the scope of an API object.
    :ivar desired_scope: returns the scope that the options name where the option of the scope is not provided.
    """

    kind: str
    scope: Optional[str]
    object_id: str
    natural_key: Tuple[str, ...]
    path: str
    store: str
    state_name: str
    is_scope: Callable[[Optional[str]], bool]
    creation: Callable[[Any, str, Dict[str, Any]], tuple]
    scope_of: Callable[[Dict[str, Any]], Optional[str]]
    desired_scope: Callable[[Dict[str, Any]], Optional[str]] = lambda options: None


def _vpc_of(table_id):
    return next((vpc_id for vpc_id in GATEWAYS.values() if table_of(vpc_id) == table_id), None)


KINDS = {
    "vpn_tunnel": Kind(
        "tunnel",
        "vpn_id",
        "vpn_conn_id",
        ("vpn_conn_name",),
        "/vpnconn",
        "tunnels",
        "tunnels",
        lambda scope: scope in GATEWAYS,
        lambda scope, name, changes: (scope, api_body(stored_options(name, changes))),
        lambda entry: entry.get("vpnId"),
    ),
    "vpn_customer_gateway": Kind(
        "customer gateway",
        None,
        "cgw_id",
        ("name",),
        "/cgw",
        "customer_gateways",
        "customer_gateways",
        lambda scope: scope is None,
        lambda _scope, name, changes: (dict(peer(name, **changes).options),),
        lambda entry: None,
    ),
    "vpc_route": Kind(
        "route rule",
        "vpc_id",
        "route_rule_id",
        ("source_address", "destination_address"),
        "/route/rule",
        "route_rules",
        "routeRules",
        lambda scope: scope in GATEWAYS.values(),
        lambda scope, name, changes: (api_route(name, **dict(changes, routeTableId=table_of(scope))),),
        lambda entry: _vpc_of(entry.get("routeTableId")),
        lambda options: _vpc_of(options["route_table_id"]),
    ),
    # Before EIPs, because a gateway shows an eip too.
    "vpn_gateway": Kind(
        "gateway",
        "vpc_id",
        "vpn_id",
        ("vpn_name",),
        "/vpn",
        "gateways",
        "gateways",
        lambda scope: False,  # those of the command line are there before
        lambda _scope, name, changes: (dict(changes, vpnName=name),),
        lambda entry: entry.get("vpcId"),
        lambda _options: GATEWAYS[OTHER_HUB],  # of the scenarios that provide an id alone
    ),
    "eip": Kind(
        "eip",
        None,
        "eip",
        ("name",),
        "/eip",
        "eips",
        "eips",
        lambda scope: scope == EIPS,
        lambda _scope, name, changes: (Request("POST", "/v1/eip", {}, encode_json(api_eip(name, **changes))),),
        lambda entry: None,
    ),
}
IDS = tuple(camel(row.object_id) for row in KINDS.values())


def _lasting(item):
    """Return what of an object only a write changes."""
    passing = ("status", "healthStatus", "updatedTime", "vpnConnNum", "instanceType", "instanceId")
    return {name: value for name, value in item.entry.items() if name not in passing}


def _json(body):
    try:
        return json.loads(body)
    except (ValueError, TypeError):
        return None
