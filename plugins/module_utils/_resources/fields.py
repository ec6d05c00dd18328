# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an option must be: its rule in words, its normal form, its spelling, and how a mistake in it is told. Pure."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

from .._bce.redaction import safe_repr


class Field(NamedTuple):
    """One option that describes an object of the API.

    :ivar rule: what a value must be, as one phrase for people.
    :ivar normal: callable that gives a value's normal form and raises ValueError or TypeError if the rule is broken.
    :ivar spec: what the argument spec says of it beside its aliases.
    :ivar needed: True if the object cannot be created without it.
    :ivar each: of a list, what each item must be: (callable like normal, the mistake as a phrase); or None.
    :ivar nicknames: further names that people use for it.
    :ivar of_the_api: True if the API has it too, so that the API's spelling is an alias.
    """

    name: str
    rule: str
    normal: object
    spec: dict
    needed: bool = True
    each: tuple = None
    nicknames: tuple = ()
    of_the_api: bool = True


def pattern(pattern):
    """The rule of a text that a regular expression describes as a whole."""

    def normal(value):
        word = value.strip()
        if not re.fullmatch(pattern, word):
            raise ValueError
        return word

    return normal


def enum(*choices):
    """The rule of a text that is one of a few."""

    def normal(value):
        word = value.strip()
        if word not in choices:
            raise ValueError
        return word

    return normal


def integer(least, most):
    """The rule of an integer within bounds."""

    def normal(value):
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError
        return value

    return normal


def ip_address(value):
    """An IP address in canonical form."""
    if "%" in value:  # an IPv6 zone means nothing to a peer
        raise ValueError
    return str(ipaddress.ip_address(value.strip()))


def string(value):
    """Any text, trimmed."""
    value.encode("utf-8")  # a lone surrogate cannot be sent as JSON
    return value.strip()


def list_of(normal):
    """The rule of a list of one item or more, without repetitions; :arg normal: the rule of an item."""

    def normal_list(value):
        if not isinstance(value, (list, tuple)) or not value:
            raise ValueError
        return list(dict.fromkeys(normal(item) for item in value))

    return normal_list


def choice_field(name, *choices):
    """The Field of an option that is one of a few words."""
    rule = "must be %s" % " or ".join((", ".join(choices[:-1]), choices[-1]))
    return Field(name, rule, enum(*choices), {"type": "str", "choices": list(choices)})


def seconds_field(name, least, most):
    """The Field of a time in seconds."""
    rule = "must be a whole number of seconds from %d to %d" % (least, most)
    return Field(name, rule, integer(least, most), {"type": "int"})


ID_RULE = "must be letters, digits, - and _ only"
resource_id = pattern("[A-Za-z0-9_-]+")
NAME_RULE = "must be 1 to 65 characters, start with a letter, and have only letters, digits and -_/."
resource_name = pattern(r"[A-Za-z][A-Za-z0-9_/.-]{0,64}")


def camel_case(name):
    """An option's name as the API spells it: ``ike_life_time`` is ``ikeLifeTime``."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def to_argument_spec(field, **changes):
    """What the argument spec says of an option, a dict; :arg changes: what is different for one module."""
    own = [camel_case(field.name)] if field.of_the_api else []
    aliases = [alias for alias in own if alias != field.name] + list(field.nicknames)
    return dict(field.spec, aliases=aliases, **changes) if aliases else dict(field.spec, **changes)


def validate_value(field, value, where=""):
    """The mistakes in one value, a list of sentences; the value itself is quoted unless it is secret.

    :arg where: put before the option's name.
    """
    if field.each and isinstance(value, (list, tuple)) and value:
        normal, mistake = field.each
        bad = [(place, item) for place, item in enumerate(value) if not _is_normal(normal, item)]
        return ["%s%s[%d]: %s %s" % (where, field.name, place, safe_repr(item), mistake) for place, item in bad]
    if _is_normal(field.normal, value):
        return []
    shown = " (its value is not shown)" if field.spec.get("no_log") else ", but is " + safe_repr(value)
    return ["%s%s: %s%s" % (where, field.name, field.rule, shown)]


def as_filter(field):
    """The Field of an option that takes several values of what another Field describes, to select by them."""
    rule = "must be a list, of which each item " + field.rule
    each = (field.normal, field.rule)
    spec = {"type": "list", "elements": "str"}
    return field._replace(rule=rule, normal=list_of(field.normal), spec=spec, needed=False, each=each)


def provided_options(fields, options, empty_too=()):
    """The options of these Fields that are given, a dict: neither None nor empty, as AWX leaves what nobody filled in.

    :arg empty_too: names of options for which an empty text says something.
    """
    found = {}
    for field in fields:
        value = options.get(field.name)
        if field.spec["type"] == "list" and isinstance(value, (list, tuple)):
            value = [item for item in value if not is_blank(item)] or None
        if value is not None and (field.name in empty_too or not is_blank(value)):
            found[field.name] = value
    return found


def is_blank(value):
    """True for what a survey that nobody filled in gives: None, and a text of nothing or blanks."""
    return value is None or (isinstance(value, str) and not value.strip())


def validate_fields(fields, options, empty_too=()):
    """Every mistake in the options of these Fields, a list of sentences; see told()."""
    given = provided_options(fields, options, empty_too)
    return [string for field in fields if field.name in given for string in validate_value(field, given[field.name])]


def normalize_options(fields, options, empty_too=()):
    """The options of these Fields that are given, in normal form, a dict; see told(). There must be no problems."""
    given = provided_options(fields, options, empty_too)
    return {field.name: field.normal(given[field.name]) for field in fields if field.name in given}


def _is_normal(normal, value):
    try:
        normal(value)
    except (ValueError, TypeError, AttributeError):
        return False
    return True


# Options that every module has in the same sense.
STATE = Field(
    "state",
    "must be present or absent",
    enum("present", "absent"),
    {"type": "str", "choices": ["present", "absent"], "default": "present"},
)
CLIENT_TOKEN = Field(
    "client_token",
    "must be 1 to 64 characters of printable ASCII without spaces",
    pattern(r"[!-~]{1,64}"),
    {"type": "str", "no_log": False},
)
VERSION = Field("version", "must be a whole number from 1 to 99", integer(1, 99), {"type": "int", "default": 1})
VPN_ID = Field("vpn_id", ID_RULE, resource_id, {"type": "str", "required": True})
VPC_ID = Field("vpc_id", ID_RULE, resource_id, {"type": "str"}, False)
CGW_ID = Field("cgw_id", ID_RULE, resource_id, {"type": "str"}, False)
