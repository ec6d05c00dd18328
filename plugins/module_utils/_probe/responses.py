# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all responses of a run show: errors, HTTP, JSON and clock. Pure."""

from __future__ import annotations

from .documented_fields import unknown_fields
from .exchange import Exchange
from .facts import Facts

MAX_CLOCK_OFFSET_SECONDS = 15 * 60  # half of the offset that the API accepts


def record_responses(facts: Facts, seen: list[Exchange]) -> None:
    """Record the observed values to which all responses contribute."""
    received = [exchange for exchange in seen if exchange.status is not None]
    throttled = [exchange for exchange in received if exchange.is_throttled]
    if throttled:
        facts.set("throttling", str(throttled[0].status), throttled[0].describe())
    else:
        facts.set("throttling", "not seen")
    errors = [exchange for exchange in received if (exchange.status or 0) >= 400]
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
        value = "yes" if abs(offset) <= MAX_CLOCK_OFFSET_SECONDS else "ahead" if offset > 0 else "behind"
        facts.set("clock", value, "%+d s" % round(offset) if value != "yes" else None)


def _form_of_errors(errors: list[Exchange]) -> str:
    if all(exchange.is_empty for exchange in errors):
        return "nothing"
    if all(isinstance(exchange.body, dict) and "code" not in exchange.body for exchange in errors):
        return "no code"
    return "a code" if all(exchange.code for exchange in errors) else "sometimes a code"
