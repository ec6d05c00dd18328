# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option `billing` and the options of a task that waits, for resources that cost money.

The API accepts `billing` in a creation only. It shows the values as fields of the object itself, as a Resource does.
"""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from .._bce.response_parsing import parse_str
from .base import Desired
from .fields import (
    Field,
    choice_field,
    enum,
    integer,
    normalize_options,
    provided_options,
    seconds_field,
    to_argument_spec,
    validate_fields,
)
from .messages import MESSAGES as SHARED_MESSAGES
from .parsers import parse_flag
from .resource import Resource

MESSAGES = {
    "prepaid_length_missing": (
        "%(where)sreservation.reservation_length: is needed with payment_timing Prepaid, and has no default; provide"
        " the number of months to buy"
    ),
    "reservation_not_prepaid": "%(where)sreservation: is for payment_timing Prepaid only; leave it out",
}
PREPAID, POSTPAID = "Prepaid", "Postpaid"
MONTHS = (*range(1, 10), 12, 24, 36)


def _months(value: Any) -> int:
    months = integer(1, MONTHS[-1])(value)
    if months not in MONTHS:
        raise ValueError
    return months


def _normalize_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def flag_field(name: str, **spec: Any) -> Field:
    """Return the Field of a boolean."""
    spec.update(type="bool")
    return Field(name, "must be true or false", _normalize_flag, spec, False, is_blank_unset=False, parse=parse_flag)


def word_field(name: str, *words: str, **spec: Any) -> Field:
    """Return the Field of a choice. Its words have the API's spelling, even if a response spells them otherwise."""
    spellings = {word.lower(): word for word in words}

    def parse(value: Any) -> str | None:
        text = parse_str(value)
        return spellings.get(text.lower(), text) if text else None

    return choice_field(name, *words, **spec)._replace(required_on_create=False, parse=parse)


PAYMENT_TIMING = word_field("payment_timing", PREPAID, POSTPAID)
RESERVATION = (
    Field("reservation_length", "must be 1 to 9, 12, 24 or 36", _months, {"type": "int"}, is_blank_unset=False),
    Field("reservation_time_unit", "must be month", enum("month"), {"type": "str", "choices": ["month"]}),
)
# The options of a task that waits for the end of what it starts; see SteppedApi.
WAIT_OPTIONS = (
    flag_field("wait", default=True)._replace(is_blank_unset=True, has_wire_name=False),
    seconds_field("wait_timeout", 1, 86400, default=600)._replace(has_wire_name=False),
)


class BilledResource(Resource):
    """A Resource with the option `billing`, whose values are fields of the object."""

    billing_fields: Tuple[Field, ...] = (PAYMENT_TIMING,)  # these are in `fields` too
    costs_money = True

    def __init__(self) -> None:
        super().__init__()
        self.option_fields += WAIT_OPTIONS

    def argument_spec(self) -> Dict[str, Any]:
        """See Resource.argument_spec()."""
        found = super().argument_spec()
        inner = {field.name: found.pop(field.name) for field in self.billing_fields}
        inner["reservation"] = {
            "type": "dict",
            "options": {field.name: to_argument_spec(field) for field in RESERVATION},
        }
        return dict(found, billing={"type": "dict", "options": inner})

    def provided_options(self, values: Dict[str, Any]) -> Dict[str, Any]:
        """See Resource.provided_options()."""
        billing = values.get("billing")
        return super().provided_options(dict(values, **billing) if isinstance(billing, dict) else values)

    def validate_values(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """See Resource.validate_values()."""
        found = super().validate_values({name: value for name, value in values.items() if name != "billing"}, where)
        billing, where = values.get("billing"), where + "billing"
        names = ", ".join([*(field.name for field in self.billing_fields), "reservation"])
        if billing is None or not isinstance(billing, dict):
            return found + _type_errors(billing, where, names)
        found += validate_fields(self.billing_fields, billing, where + ".")
        reservation, is_prepaid = billing.get("reservation"), billing.get("payment_timing") == PREPAID
        if reservation is not None and not isinstance(reservation, dict):
            return found + _type_errors(reservation, where + ".reservation", ", ".join(x.name for x in RESERVATION))
        found += validate_fields(RESERVATION, reservation or {}, where + ".reservation.")
        provided = provided_options(RESERVATION, reservation or {})
        if provided and not is_prepaid:
            found.append(MESSAGES["reservation_not_prepaid"] % {"where": where + "."})
        elif is_prepaid and "reservation_length" not in provided:
            found.append(MESSAGES["prepaid_length_missing"] % {"where": where + "."})
        return found

    def parse(self, values: Dict[str, Any]) -> Desired:
        """See Resource.parse(); the reservation is an option, because no response shows it."""
        desired = super().parse(values)
        reservation = normalize_options(RESERVATION, (values.get("billing") or {}).get("reservation") or {})
        return desired._replace(options=dict(desired.options, reservation=reservation)) if reservation else desired

    def to_billing(self, body: Dict[str, Any], reservation: Dict[str, Any] | None) -> Dict[str, Any]:
        """Return the body of a creation with `billing` in the place of its values."""
        billing = {field.wire_name: body.pop(field.wire_name) for field in self.billing_fields}
        if reservation:
            length, unit = reservation["reservation_length"], reservation.get("reservation_time_unit", "month")
            billing["reservation"] = {"reservationLength": length, "reservationTimeUnit": unit}
        return dict(body, billing=billing)


def _type_errors(value: Any, option: str, names: str) -> List[str]:
    return [] if value is None else [SHARED_MESSAGES["group_type"] % {"option": option, "names": names}]
