# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check what must hold after every task of vpn_gateway_routes: the rules follow from the tunnels that are stored.

The letters are those of invariants.py.
"""

from __future__ import annotations

import ipaddress

MODULE = "vpn_gateway_routes"


def check(trial, history=()):
    """Return the violations of a task, (invariant, part, text) of each."""
    return [*_created(trial), *_only_its_own(trial), *_truthful(trial), *_repetition(trial, history)]


def needed(trial, objects):
    """Return the pairs, as the names of rules, that the tunnels among these objects need."""
    vpn_id = trial.options["vpn_id"]
    return _pairs(trial, [x.entry for x in objects.values() if (x.kind, x.scope) == ("tunnel", vpn_id)])


def _pairs(trial, entries):
    remotes = [ipaddress.ip_network(text, strict=False) for entry in entries for text in entry["remoteSubnets"]]
    return {
        "%s -> %s" % (source, network)
        for source in trial.options["sources"]
        for network in ipaddress.collapse_addresses(remotes)
    }


def _rules(objects):
    return {key: item for key, item in objects.items() if item.kind == "route rule"}


def _leads_here(trial, item):
    return (item.entry["nexthopType"], item.entry["nexthopId"]) == ("vpn", trial.options["vpn_id"])


def _created(trial):
    """No rule is there twice, none is made that no tunnel needs, and each id is reported."""
    found, old = [], _rules(trial.before)
    names = [(item.scope, item.name) for item in old.values()]
    reported = {key for item in trial.result.get("route_rules") or () for key in item["created_ids"]}
    is_unknown = any(one.fault for one in trial.seen) or "maybe_applied': True" in str(trial.result)
    for key, item in trial.new.items():
        if (item.scope, item.name) in names:
            found.append(("a", "second", "%s of %r made, which was there" % (key, item.name)))
        names.append((item.scope, item.name))
        destination = ipaddress.ip_network(item.name.split(" -> ")[1])
        is_needed = any(
            destination.subnet_of(ipaddress.ip_network(name.split(" -> ")[1])) for name in needed(trial, trial.before)
        )
        if not (is_needed and _leads_here(trial, item) and trial.options.get("state") != "absent"):
            found.append(("a", "objects", "new rule that no tunnel needs: %s" % (item,)))
        if key not in reported and not is_unknown:
            found.append(("a", "ids", "%s of %r is not reported" % (key, item.name)))
    return found


def _only_its_own(trial):
    """Only rules to the gateway are deleted, and none that a tunnel needs; nothing is changed."""
    # The probe of a creation that no list shows updates the id with the same values.
    puts = [one for one in trial.seen if one.method == "PUT" and one.touched - trial.new.keys()]
    found = [("b", "write", "PUT: " + one.line()) for one in puts]
    is_absent, purge = trial.options.get("state") == "absent", trial.options.get("purge")
    pairs = needed(trial, trial.before)
    for key in sorted({key for one in trial.seen if one.method == "DELETE" for key in one.touched}):
        item = trial.before.get(key)
        if item is None:
            found.append(("b", "delete", "DELETE of %s, which was not there before" % key))
        elif item.kind != "route rule" or not _leads_here(trial, item):
            found.append(("b", "delete", "DELETE of a foreign object: %s" % (item,)))
        elif not (purge if item.name not in pairs else is_absent):
            found.append(
                ("b", "delete", "DELETE of %r, which is %sneeded" % (item.name, "" if item.name in pairs else "not "))
            )
    return found


def _truthful(trial):
    """A success means that the rules are as the task asks for, as far as the last list shows them."""
    if trial.failed or trial.result.get("warnings"):
        return []
    ours = {item.name for item in _rules(trial.after).values() if _leads_here(trial, item)}
    pairs, shown = needed(trial, trial.before), _last_list(trial)
    # A list may still show a tunnel that is gone.
    kept = pairs | _pairs(trial, _last_tunnels(trial))
    is_absent, purge = trial.options.get("state") == "absent", trial.options.get("purge")
    missing = set() if is_absent else pairs - ours - shown
    left = (ours & pairs if is_absent else set()) | ((ours if is_absent else ours - kept) if purge else set())
    found = [("d", "rules", "success, but not there: %s" % sorted(missing))] if missing else []
    return found + ([("d", "absent", "success, but there: %s" % sorted(left & shown))] if left & shown else [])


def _last_list(trial):
    """Return the names of the rules in the last list of a table that the task received."""
    for one in reversed(trial.seen):
        if one.method == "GET" and one.path.endswith("/route") and isinstance(one.reply, dict):
            tables = one.reply.get("routeTables", [one.reply])
            rules = [rule for table in tables for rule in table.get("routeRules") or ()]
            return {"%s -> %s" % (rule.get("sourceAddress"), rule.get("destinationAddress")) for rule in rules}
    return set()


def _last_tunnels(trial):
    """Return the tunnels in the last list of tunnels that the task received."""
    for one in reversed(trial.seen):
        if one.method == "GET" and "/vpnconn/" in one.path and isinstance(one.reply, dict):
            return one.reply.get("vpnConns") or []
    return []


def _repetition(trial, history):
    if not trial.step.repeats or not history or history[-1].failed:
        return []
    writes = [one for one in trial.seen if one.made or one.lost]
    return [("e", "deletes" if one.lost else "creates", "a repeated task sent " + one.line()) for one in writes]
