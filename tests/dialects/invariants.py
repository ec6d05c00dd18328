# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check what must hold after every task in every dialect: the stored objects, the requests and the result agree.

(a) a present task leaves at most one new object for each desired object, and reports every id that it made
(b) nothing is deleted, and nothing overwritten, that is not certainly meant
(c) requests and time are bounded
(d) `changed: false` only where the stored object, or the last list, is as desired; a success names a live object
(e) a repeated task creates and deletes nothing
(f) no secret in any output
(g) no traceback, no internal error
"""

from __future__ import annotations

import ipaddress
import json
import re
from html import unescape
from typing import Any, Dict, List, NamedTuple, Optional
from urllib.parse import unquote

from . import routes_of_gateways
from .cloud_under_test import (
    KINDS,
    LEAVING,
    SECRET_ACCESS_KEY,
    SECURITY_TOKEN,
    camel,
    entry_id,
    entry_name,
    name_in,
)
from .scenarios import SECRETS

MAX_POSTS = 3  # creations that one task sends for one tunnel
MAX_PURCHASES = 6  # creations of an object that costs money, of which all but one are replayed or refused
BILLED = ("eip", "gateway")  # kinds of objects that cost money; their tasks wait
MAX_REQUESTS = 30  # of one task for one tunnel, and for each gateway of a bulk task
MAX_WRITES = 8  # of a bulk task for each tunnel: creations, probes, an update or a deletion
PATIENCE = 30.0 + 3 * 3.0 + 6.0  # seconds: confirmation, three rounds, and a margin for the last pauses
RETRY_TIMEOUT = 60.0  # seconds, the option's default
CUT = 20  # characters from which the beginning of a name identifies the name

GROUPED = ("ike_config", "ipsec_config")


class Violation(NamedTuple):
    """An invariant that does not hold: its letter, the part of it, and what was found."""

    invariant: str
    part: str
    text: str


class Desired(NamedTuple):
    """One object that a task asks for.

    :ivar options: of the whole item, shared ones included. :ivar place: its index in the task's list, None if alone.
    """

    kind: str
    state: str
    scope: Optional[str]
    object_id: Optional[str]
    name: Optional[str]
    options: Dict[str, Any]
    place: Optional[int] = None


class Trial(NamedTuple):
    """One task that was run: the step with its ids filled in, the truth before and after, and all that was seen."""

    step: Any
    options: Dict[str, Any]
    before: Dict[str, Any]  # live objects
    after: Dict[str, Any]
    seen: List[Any]
    outcome: Any
    seconds: float

    @property
    def result(self):
        return self.outcome.result

    @property
    def failed(self):
        return bool(self.result.get("failed"))

    @property
    def desired_states(self):
        return desired_objects(self.step.module, self.options)

    @property
    def new(self):
        """Return the live objects that were not there before."""
        return {key: item for key, item in self.after.items() if key not in self.before}

    @property
    def deleted(self):
        """Return the ids of objects that were there before and that the task deleted."""
        asked = {key for one in self.seen if one.method == "DELETE" for key in one.touched}
        return {key for key in asked & self.before.keys() if key not in self.after}


def desired_objects(module, options):
    """Return the desired objects of a task, purge aside."""
    if module.endswith("_info") or module == routes_of_gateways.MODULE:
        return []
    if module != "vpn_tunnels":
        return [_desired(module, options)]
    shared = {name: value for name, value in options.items() if name not in ("tunnels", "purge", "purge_all")}
    found = []
    for place, item in enumerate(options["tunnels"]):
        whole = dict(shared, **item)
        for group in GROUPED:
            if group in shared and group in item:
                whole[group] = dict(shared[group], **item[group])
        found.append(_desired("vpn_tunnel", whole)._replace(place=place))
    return found


BY_KIND = {row.kind: row for row in KINDS.values()}


def _desired(module, options):
    row = KINDS[module]
    scope = (options.get(row.scope) or row.desired_scope(options)) if row.scope else None
    name = name_in(row, {camel(option): options.get(option) for option in row.natural_key})
    return Desired(row.kind, options.get("state", "present"), scope, options.get(row.object_id), name, options)


def purged_gateways(options):
    """Return the gateways that a task purges."""
    if not options.get("purge") or "tunnels" not in options:
        return set()
    return {desired.scope for desired in desired_objects("vpn_tunnels", options)} or {options.get("vpn_id")}


def check(trial, history=()):
    """Return the Violations of a task, a list.

    :param history: Trials of the same scenario before it, in order.
    """
    found: List[Violation] = []
    if trial.outcome.crash:
        found.append(Violation("g", "crash", trial.outcome.crash.strip().splitlines()[-1]))
    else:
        found += _no_internal_error(trial)
    found += _no_secret(trial)
    found += _bounds(trial)
    if trial.step.module == routes_of_gateways.MODULE and not trial.step.check_mode:
        found += [Violation(*one) for one in routes_of_gateways.check(trial, history)]
        return found
    if trial.step.check_mode:
        writes = [one.line() for one in trial.seen if one.method != "GET"]
        if writes:
            found.append(Violation("check", "writes", "check mode sent " + "; ".join(writes)))
        return found
    found += _one_new_object(trial)
    found += _only_meant(trial)
    found += _truthful(trial)
    if trial.step.repeats and history:
        found += _repetition(trial, history)
    return found


# -- (a) ---------------------------------------------------------------------------------------------------------------


def _one_new_object(trial):
    found, explained = [], set()
    for desired in trial.desired_states:
        mine = {key for key, item in trial.new.items() if _is_of(item, desired)}
        explained |= mine
        mine -= _renewed(trial)
        limit = 1 if desired.state == "present" and not desired.object_id else 0
        # What costs money is bought again only where the first is not there.
        limit += desired.kind not in BILLED and _is_reported_unknown(trial, desired)
        if len(mine) > limit:
            found.append(
                Violation("a", "objects", "%d new objects for %r: %s" % (len(mine), desired.name, sorted(mine)))
            )
        older = sorted(key for key, item in trial.before.items() if _is_of(item, desired) and key in trial.after)
        if mine and older and not trial.step.repeats:
            found.append(
                Violation("a", "second", "%s made, but %r was there: %s" % (sorted(mine), desired.name, older))
            )
        reported = reported_ids(trial.result, desired)
        if mine - reported - _never_shown(trial, desired):
            text = "of %r: made %s, reported %s" % (desired.name, sorted(mine), sorted(reported))
            found.append(Violation("a", "ids", text))
    bought = {key for one in trial.seen for key in one.made if key.startswith("vpn-")}
    if len(bought) > sum(desired.kind == "gateway" and desired.state == "present" for desired in trial.desired_states):
        found.append(Violation("a", "bought", "gateways were bought: %s" % sorted(bought)))
    if trial.new.keys() - explained:
        found.append(Violation("a", "objects", "new objects of no task: %s" % sorted(trial.new.keys() - explained)))
    return found


def _renewed(trial):
    """Return the ids that updates gave to objects in place of another id: these were not created; see (d) for them."""
    updates = [one for one in trial.seen if one.method == "PUT" and len(one.made) == len(one.lost)]
    return {key for one in updates for key in one.made}


def _never_shown(trial, desired):
    """Return the new ids that no response to a creation named, where the task says that it may have been applied."""
    if not (item_of(trial.result, desired).get("error") or {}).get("maybe_applied"):
        return set()
    replies = [
        one.reply for one in trial.seen if one.method == "POST" and not one.fault and isinstance(one.reply, dict)
    ]
    return trial.new.keys() - {value for reply in replies for value in reply.values() if isinstance(value, str)}


def _is_reported_unknown(trial, desired):
    """Return 1 where a fault hit a creation and the task says that its outcome is not known, else 0."""
    hit = any(one.fault and one.method == "POST" for one in trial.seen)
    error = item_of(trial.result, desired).get("error") or {}
    return int(hit and bool(error.get("maybe_applied")))


def item_of(result, desired):
    """Return what a result says of a desired object: the whole result, or the item of a bulk task."""
    if desired.place is None:
        return result
    items = result.get("tunnels") or []
    return items[desired.place] if desired.place < len(items) else {}


def reported_ids(result, desired):
    """Return the ids that a result names as created for a desired object, a set."""
    return set(item_of(result, desired).get("created_ids") or ())


def _is_of(item, desired):
    return item.kind == desired.kind and item.scope == desired.scope and item.name == desired.name


# -- (b) ---------------------------------------------------------------------------------------------------------------


def _only_meant(trial):
    found = []
    known = dict(trial.before)
    for one in trial.seen:
        # An attempt counts even where the cloud refuses it.
        for key in one.touched:
            item = known.get(key) or trial.after.get(key)
            if item is None:
                continue
            made_here = key not in trial.before
            if one.method == "DELETE" and not (made_here and _is_surplus(trial, item)):
                if not _may_delete(trial, item):
                    found.append(Violation("b", "delete", "DELETE of %s" % _described(item)))
            if one.method == "PUT" and not _may_write(trial, item):
                found.append(Violation("b", "write", "PUT to %s" % _described(item)))
    for key in sorted({key for one in trial.seen for key in one.changed} & trial.before.keys()):
        if not _may_write(trial, trial.before[key]):
            found.append(Violation("b", "write", "overwritten: %s" % _described(trial.before[key])))
    return list(dict.fromkeys(found))


def _described(item):
    return "%s %s %r of %s" % (item.kind, item.object_id, item.name, item.scope)


def _is_surplus(trial, item):
    """Return True if another live object of the same name and scope remains."""
    return any(
        other.object_id != item.object_id
        and (other.kind, other.scope, other.name) == (item.kind, item.scope, item.name)
        for other in trial.after.values()
    )


def _may_delete(trial, item):
    desired_states = trial.desired_states
    for desired in desired_states:
        if desired.state == "absent" and desired.kind == item.kind and desired.scope == item.scope:
            if desired.object_id in (None, item.object_id) and desired.name in (None, item.name):
                return True
    if _is_forced(trial, item):
        return True
    if item.kind != "tunnel" or item.scope not in purged_gateways(trial.options) or not item.name:
        return False
    for desired in desired_states:
        if desired.scope != item.scope or desired.state != "present":
            continue
        if item.object_id == desired.object_id or item.name == desired.name or is_near(item.name, desired.name):
            return False
        if not differences(desired, item.entry, but=("vpn_conn_name",)):
            return False
    return True


def _is_forced(trial, item):
    """Return True for a tunnel of a gateway, and a rule that leads to it, that the task releases with force."""
    gateway_id = item.scope if item.kind == "tunnel" else item.entry.get("nexthopId")
    gateway = trial.before.get(gateway_id)
    return bool(
        trial.options.get("force")
        and item.kind in ("tunnel", "route rule")
        and gateway is not None
        and gateway.kind == "gateway"
        and _may_delete(trial, gateway)
    )


def _may_write(trial, item):
    for desired in trial.desired_states:
        if desired.state == "present" and desired.kind == item.kind and desired.scope == item.scope:
            if desired.object_id == item.object_id or (desired.object_id is None and desired.name == item.name):
                return True
    # Before its release a gateway loses its address and its protection.
    return item.kind == "gateway" and _may_delete(trial, item)


# -- (c) ---------------------------------------------------------------------------------------------------------------


def _bounds(trial):
    found = []
    gateways = {desired.scope for desired in trial.desired_states} | purged_gateways(trial.options)
    waits = any(
        desired.options.get("wait_for", "none") != "none" or desired.kind in BILLED for desired in trial.desired_states
    )
    posts: Dict[tuple, int] = {}
    # Throttled requests do not count, because they have no effect and are sent again unchanged.
    counted = [one for one in trial.seen if not (one.status == 429 or "RateLimit" in str(one.reply))]
    for one in counted:
        if one.method == "POST":
            row = next((row for row in KINDS.values() if one.path.endswith(row.path)), None)
            name = name_in(row, one.body) if row and isinstance(one.body, dict) else None
            key = (one.path, name)
            posts[key] = posts.get(key, 0) + 1
    most = MAX_PURCHASES if any(desired.kind in BILLED for desired in trial.desired_states) else MAX_POSTS
    for (path, name), number in posts.items():
        if number > most:
            found.append(Violation("c", "posts", "%d creations of %r sent to %s" % (number, name, path)))
    reads = sum(one.method == "GET" for one in counted)
    writes = len(counted) - reads
    if trial.step.module == "vpn_tunnels":
        if not waits and reads > MAX_REQUESTS * len(gateways):
            found.append(Violation("c", "requests", "%d reads of %d gateways" % (reads, len(gateways))))
        objects = len(trial.desired_states) + (len(trial.before) if trial.options.get("purge") else 0)
        if writes > MAX_WRITES * max(1, objects):
            found.append(Violation("c", "requests", "%d writes for %d tunnels" % (writes, objects)))
    elif trial.step.module == routes_of_gateways.MODULE:
        rules = {item.name for item in trial.before.values() if item.kind == "route rule"}
        rules |= routes_of_gateways.needed(trial, trial.before)
        if len(counted) > MAX_REQUESTS + MAX_WRITES * len(rules):
            found.append(Violation("c", "requests", "%d requests for %d rules" % (len(counted), len(rules))))
    elif not waits and len(counted) > MAX_REQUESTS:
        found.append(Violation("c", "requests", "%d requests" % len(counted)))
    patience = PATIENCE + max(
        [
            desired.options.get("wait_timeout", 600 + MAX_PURCHASES * 30 if desired.kind in BILLED else 300)
            for desired in trial.desired_states
            if desired.options.get("wait_for") or desired.kind in BILLED
        ]
        or [0]
    )
    limit = RETRY_TIMEOUT + patience * max(1, len(gateways))
    if trial.seconds > limit:
        found.append(Violation("c", "time", "%.1f s, and at most %.0f s are allowed" % (trial.seconds, limit)))
    return found


# -- (d) ---------------------------------------------------------------------------------------------------------------


def _truthful(trial):
    found = []
    for desired in trial.desired_states:
        item = item_of(trial.result, desired)
        if trial.failed and (desired.place is None or item.get("error") or not item):
            continue
        if desired.state == "absent":
            found += _truthful_absence(trial, desired, item)
        else:
            found += _truthful_presence(trial, desired, item)
    return found


def _truthful_absence(trial, desired, item):
    left = [
        other
        for other in trial.after.values()
        if other.kind == desired.kind
        and other.scope == desired.scope
        and (other.object_id == desired.object_id if desired.object_id else other.name == desired.name)
    ]
    if not left:
        return []
    shown = last_list(trial, desired)
    if not item.get("changed") and shown is not None and not _shows_any(shown, desired):
        return []
    return [Violation("d", "absent", "success, but there is %s" % _described(left[0]))]


def _shows_any(entries, desired):
    """Return True if a list leaves it open whether the object is there."""
    for entry in entries:
        if not isinstance(entry, dict) or str(entry.get("status", "")).lower() in LEAVING:
            continue
        name, object_id = _shown(entry, desired)
        if desired.object_id:
            if object_id == desired.object_id:
                return True
        elif (
            not name
            or name == object_id
            or name == desired.name
            or is_near(name, desired.name)
            or _is_cut(name, desired.name)
        ):
            return True
    return False


def _shown(entry, desired):
    return entry_name(entry), entry_id(entry)


def _truthful_presence(trial, desired, item):
    warned = bool(trial.result.get("warnings"))
    reported = item.get(BY_KIND[desired.kind].object_id)
    stored = trial.after.get(reported)
    shown = next((e for e in last_list(trial, desired) or () if isinstance(e, dict) and reported in e.values()), None)
    hidden = differences(desired, shown) if shown is not None else {}
    name_option = BY_KIND[desired.kind].natural_key[-1]
    if warned and hidden and desired.name and is_near(_shown(shown, desired)[0] or "", desired.name):
        hidden.pop(name_option, None)  # taken as it is, with a warning
    is_all_that_is_shown = all(_is_hidden(shown, name) for name in hidden) and (warned or not hidden)
    if not item.get("changed") and shown is not None and is_all_that_is_shown:
        if stored is None or not hidden:
            return []  # the last list confirms it, even if it is stale
    if stored is None or (stored.kind, stored.scope) != (desired.kind, desired.scope):
        return [Violation("d", "id", "success reports %s for %r, which is not there" % (reported, desired.name))]
    wrong = differences(desired, stored.entry)
    near = stored.name != desired.name and is_near(stored.name, desired.name)
    if desired.name and near and warned:
        wrong.pop(name_option, None)
    if not wrong:
        return []
    # What the list shows is as desired, even if it is stale, and a warning names what it does not show.
    if not item.get("changed") and shown is not None and warned and all(_is_hidden(shown, name) for name in hidden):
        return []
    return [
        Violation(
            "d", "values", "%s (changed: %s), but stored: %s" % (reported, item.get("changed"), _without_keys(wrong))
        )
    ]


def _without_keys(wrong):
    return {name: "another key" if name == "secret_key" else value for name, value in wrong.items()}


def _is_hidden(entry, name):
    """Return True if a list does not show the value of an option, or only a mask of it."""
    outer, _dot, inner = name.partition(".")
    value = entry.get(camel(outer))
    if inner:
        value = (value or {}).get(camel(inner)) if isinstance(value, (dict, type(None))) else None
    if name == "secret_key" and isinstance(value, str):
        return (
            not (re.fullmatch(r"[A-Za-z0-9!@#$%^*()_]{8,17}", value) and re.search("[A-Za-z]", value)) or "*" in value
        )
    # An id in the place of the name hides the name.
    return value in (None, "", {}, [], entry_id(entry))


def last_list(trial, desired):
    """Return the entries of the last list, or read, of a desired's scope that the task received, or None."""
    for one in reversed(trial.seen):
        if one.method != "GET" or one.status != 200 or not isinstance(one.reply, dict):
            continue
        if desired.kind == "tunnel" and one.path.endswith("/vpnconn/%s" % desired.scope):
            return one.reply.get("vpnConns")
        if desired.kind == "customer gateway" and one.path.endswith("/vpn/cgw"):
            return one.reply.get("result")
        if desired.kind == "customer gateway" and "/vpn/cgw/" in one.path:
            return [one.reply]
        if desired.kind == "eip" and one.path.endswith("/eip"):
            return one.reply.get("eipList")
        if desired.kind == "gateway" and one.path.endswith("/v1/vpn"):
            return one.reply.get("vpns")
        if desired.kind == "gateway" and re.search("/v1/vpn/vpn-[^/]*$", one.path):
            return [one.reply]
        if desired.kind == "route rule" and one.path.endswith("/route"):
            return [
                one_path(rule) for table in one.reply.get("routeTables", [one.reply]) for rule in table["routeRules"]
            ]
    return None


def one_path(rule):
    """Return a rule with its next hop in the usual form, if it has one and a list of it."""
    hops = rule.get("nextHopList") or rule.get("nexthopList") or []
    return dict(rule, **{name: hops[0].get(name) for name in ("nexthopId", "nexthopType")}) if len(hops) == 1 else rule


def differences(desired, entry, but=()):
    """Return where an object of the API is not as the options of a desired say, a dict of option to both values."""
    skipped = {BY_KIND[desired.kind].object_id, *but}
    wrong = {}
    for name, value in desired.options.items():
        if name in skipped or name not in COMPARED or value is None:
            continue
        if name in GROUPED:
            group = entry.get(camel(name)) or {}
            for inner, part in value.items():
                if _normal(inner, part) != _normal(inner, group.get(camel(inner))):
                    wrong["%s.%s" % (name, inner)] = (part, group.get(camel(inner)))
        elif name == "cgw_id" and "cgwId" not in entry:
            continue
        elif _normal(name, value) != _normal(name, entry.get(camel(name))):
            wrong[name] = (value, entry.get(camel(name)))
    return wrong


COMPARED = frozenset(
    (
        "vpn_conn_name",
        "secret_key",
        "local_subnets",
        "remote_ip",
        "cgw_id",
        "remote_subnets",
        "description",
        "ike_config",
        "ipsec_config",
        "name",
        "ip",
        "bandwidth_in_mbps",
        "source_address",
        "destination_address",
        "nexthop_id",
        "nexthop_type",
        "vpn_name",
        "eip",
        "delete_protect",
    )
)


def _normal(name, value):
    if name in ("local_subnets", "remote_subnets"):
        try:
            return {str(ipaddress.ip_network(item, strict=False)) for item in value or ()}
        except ValueError:
            return value
    if name in ("source_address", "destination_address") and value:
        return str(ipaddress.ip_network(value, strict=False))
    if name in ("ike_life_time", "ipsec_lifetime") and value is not None:
        return str(value).strip().rstrip("s").strip()
    if name == "description":
        return value or ""
    if name == "bandwidth_in_mbps" and value is not None:
        return int(value)
    if isinstance(value, str) and name.startswith(("ike_", "ipsec_")):
        return value.lower()
    return value


def is_near(name, wanted):
    """Return True if two names are one after case, blanks and escapes are set aside."""
    return bool(name and wanted) and _folded(name) == _folded(wanted)


def _folded(name):
    return unescape(unquote(name)).strip().casefold()


def _is_cut(name, wanted):
    shown = re.sub(r"(…|\.\.\.)$", "", name)
    return len(shown) >= CUT and wanted != shown and _folded(wanted).startswith(_folded(shown))


# -- (e) ---------------------------------------------------------------------------------------------------------------


def _repetition(trial, history):
    first = []
    for earlier in reversed(history):
        first.append(earlier)
        if not earlier.step.repeats:
            break
    found = []
    if not any(earlier.failed for earlier in first):
        for desired in trial.desired_states:
            # Where the first one's object is gone, by another user or by the cloud, a new one is right.
            made = sorted(key for key, item in trial.new.items() if _is_of(item, desired))
            if made and any(_is_of(item, desired) for item in trial.before.values()):
                found.append(Violation("e", "creates", "a repeated task made %s of %r" % (made, desired.name)))
        if trial.deleted:
            found.append(Violation("e", "deletes", "a repeated task removed %s" % sorted(trial.deleted)))
        return found
    for desired in trial.desired_states:
        made = {key for one in (*first, trial) for key, item in one.new.items() if _is_of(item, desired)}
        alive = {key for key in made if key in trial.after}
        if len(alive) > 1:
            found.append(
                Violation("e", "creates", "%d objects of %r after a repeated task" % (len(alive), desired.name))
            )
    return found


# -- (f), (g) ----------------------------------------------------------------------------------------------------------


def _no_secret(trial):
    text = trial.outcome.output + trial.outcome.crash + json.dumps(trial.result, default=str)
    shown = [secret for secret in (*SECRETS, SECRET_ACCESS_KEY, SECURITY_TOKEN) if secret in text]
    return [Violation("f", "secret", "the output shows %r" % secret) for secret in shown]


def _no_internal_error(trial):
    errors = [trial.result.get("error") or {}] + [
        item.get("error") or {} for item in trial.result.get("tunnels") or () if isinstance(item, dict)
    ]
    found = []
    # The API has a code of this name too, which comes with a status.
    is_ours = [error.get("code") == "InternalError" and not error.get("http_status") for error in errors]
    if any(is_ours) or "exception" in trial.result:
        found.append(Violation("g", "internal", str(trial.result.get("msg"))[:300]))
    if "Traceback" in trial.outcome.output:
        found.append(Violation("g", "traceback", trial.outcome.output.strip()[-300:]))
    return found
