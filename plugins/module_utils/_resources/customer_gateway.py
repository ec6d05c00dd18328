# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a customer gateway is, the peer's address as an object of the API: field rules, comparison and plan. Pure.

Field rules: the API pages "Create customer gateway" and "Update customer gateway".
"""

from __future__ import annotations

from typing import NamedTuple

from .._bce.errors import ConflictError, InvalidOptionsError
from . import fields
from .base import CREATE, DELETE, NOOP, UPDATE
from .fields import Field

MAX_DESCRIPTION_CHARS = 200  # characters


def _description(value):
    text = fields.string(value)
    if len(text) > MAX_DESCRIPTION_CHARS:
        raise ValueError
    return text


NAME = Field("name", fields.NAME_RULE, fields.resource_name, {"type": "str"})
IP = Field("ip", "must be an IP address such as 203.0.113.10", fields.ip_address, {"type": "str"})
DESCRIPTION = Field(
    "description", "must be text of at most %d characters" % MAX_DESCRIPTION_CHARS, _description, {"type": "str"}, False
)
FIELDS = (fields.STATE, fields.CGW_ID, NAME, IP, DESCRIPTION, fields.CLIENT_TOKEN, fields.VERSION)
EMPTY_CLEARS = ("description",)
READ_ONLY = ("created_time", "updated_time")


class Plan(NamedTuple):
    """What is to be done; check mode, diff and the real run all read it.

    :ivar before: what a diff shows, {} where there is none. :ivar after: likewise.
    :ivar target: the customer gateway as it will be, a dict, or None.
    :ivar changes: the names of what an update writes.
    """

    action: str
    before: dict
    after: dict
    target: dict  # or None
    changes: tuple = ()
    warnings: tuple = ()
    secret_key_changed: bool = False  # a customer gateway has no key


def parse_desired(options):
    """The options given, in normal form, a dict; there must be no problems in them."""
    return fields.normalize_options(FIELDS, options, EMPTY_CLEARS)


def validate(options):
    """Every mistake in the options of a customer gateway, a list of sentences."""
    found = fields.validate_fields(FIELDS, options, EMPTY_CLEARS)
    given = fields.provided_options(FIELDS, options)
    if "name" not in given and "cgw_id" not in given:
        found.append("name: is needed, or cgw_id, to tell which customer gateway is meant")
    return found


def is_equal(desired, current):
    """Return True if nothing that the task provides and the cloud shows, the name excepted, differs."""
    return all(current[name] in (None, desired[name]) for name in ("ip", "description") if name in desired)


def plan(desired, current):
    """What to do so that the customer gateway is as desired.

    :arg desired: see desire(). :arg current: dict, or None.
    :raises BceUsageError: if the address is missing that a creation needs.
    :raises BceStateError: if the address is to change, which the API cannot do.
    """
    if desired.get("state") == "absent":
        return Plan(DELETE if current else NOOP, _diff_view(current), {}, None)
    wanted = {name: desired[name] for name in ("name", "ip", "description") if name in desired}
    if current is None:
        if "ip" not in wanted:
            text = "The customer gateway %r does not exist, and to create it this option is needed too: ip"
            raise InvalidOptionsError([text % desired["name"]])
        target = dict(dict.fromkeys(("cgw_id",) + READ_ONLY), description="")
        target.update(wanted)
        after = {name: value for name, value in _diff_view(target).items() if value is not None}
        return Plan(CREATE, {}, after, target)
    _reject_immutable_change(wanted, current)
    changes = {name: value for name, value in wanted.items() if value != current[name] and name != "ip"}
    if not changes:
        return Plan(NOOP, _diff_view(current), _diff_view(current), current)
    target = dict(current, updated_time=None, **changes)
    return Plan(UPDATE, _diff_view(current), _diff_view(target), target, tuple(changes))


def _reject_immutable_change(wanted, current):
    if "ip" in wanted and current["ip"] is not None and wanted["ip"] != current["ip"]:
        raise ConflictError(
            "ip: the customer gateway %s (%s) has the address %s, and the API cannot change it to %s; create another"
            " one under another name, give its id to the tunnels as cgw_id, and then remove this one"
            % (current["name"], current["cgw_id"], current["ip"], wanted["ip"]),
            "AddressIsFixed",
        )


def _diff_view(item):
    return {name: value for name, value in (item or {}).items() if name not in READ_ONLY}
