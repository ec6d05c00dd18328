# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the entries of a list show. Pure."""

from __future__ import annotations

from typing import Any

from .documented_fields import CONFIGS, KNOWN_STATUSES, LIFE_TIMES
from .facts import Facts
from .forms import form_of_keys, form_of_life_time, form_of_subnet, form_of_times, published_word


def record_entries(facts: Facts, entries: list[dict[str, Any]]) -> None:
    """Record what one or more tunnels of a list show."""
    _record_texts(facts, entries)
    _record_configs(facts, entries)
    _record_other_fields(facts, entries)


def _record_texts(facts: Facts, entries: list[dict[str, Any]]) -> None:
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
        record_empty_description(facts, entries)


def record_empty_description(facts: Facts, entries: list[dict[str, Any]]) -> None:
    """Record how empty descriptions are shown, if there are any."""
    values = [entry["description"] for entry in entries if "description" in entry]
    if None in values:
        facts.set("empty_description", "null")
    elif "" in values:
        facts.set("empty_description", "empty")


def _record_configs(facts: Facts, entries: list[dict[str, Any]]) -> None:
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
    facts.set("life_times", *(_summarize_forms(forms) if forms else ("missing", None)))


def _summarize_forms(forms: list[str]) -> tuple[str, Any]:
    return (forms[0], None) if len(forms) == 1 else ("several forms", forms)


def _record_other_fields(facts: Facts, entries: list[dict[str, Any]]) -> None:
    subnets = [
        subnet
        for entry in entries
        for name in ("localSubnets", "remoteSubnets")
        if isinstance(entry.get(name), list)
        for subnet in entry[name]
        if isinstance(subnet, str)
    ]
    if subnets:
        forms = sorted({form_of_subnet(subnet) for subnet in subnets})
        facts.set("subnet_form", *_summarize_forms(forms))
    facts.set("keys", form_of_keys([entry.get("secretKey") for entry in entries]))
    times = [entry.get("createdTime") for entry in entries]
    facts.set("created_time", form_of_times(times))
    statuses = sorted({published_word(entry["status"]) for entry in entries if isinstance(entry.get("status"), str)})
    if not any("status" in entry for entry in entries):
        facts.set("status_words", "missing")
    else:
        is_known = all(status.lower() in KNOWN_STATUSES for status in statuses)
        health = sorted(
            {published_word(entry["healthStatus"]) for entry in entries if isinstance(entry.get("healthStatus"), str)}
        )
        detail = {"status": statuses, "healthStatus": health}
        facts.set("status_words", "known words" if is_known else "unknown words", detail)
    peers = [name for name in ("remoteIp", "cgwId") if any(entry.get(name) for entry in entries)]
    facts.set("peer_shown", " and ".join(peers) or "not at all")
