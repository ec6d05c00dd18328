# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define an option: its constraint, its normal form, its argument spec, and how a response is read. Pure."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Tuple

from .._bce.redaction import safe_repr, trim
from .._bce.response_parsing import parse_id, parse_ip, parse_str
from .base import CHECK_MODE_ID
from .messages import MESSAGES

UNSPECIFIED_ADDRESS = "0.0.0.0"  # of a customer gateway for peers without a fixed address


class Field(NamedTuple):
    """One option that describes an object of the API."""

    name: str
    constraint: str  # what a value must be, as one phrase
    normalize: Callable[[Any], Any]  # returns the normal form; ValueError or TypeError if the constraint is broken
    argument_spec: Dict[str, Any]  # without the aliases
    required_on_create: bool = True
    element: Optional[Tuple[Callable[[Any], Any], str]] = None  # normalize and constraint of each item of a list
    aliases: Tuple[str, ...] = ()  # in addition to the API's own name
    has_wire_name: bool = True  # whether the API has it too, so that the API's spelling is an alias
    # Whether an empty text, as AWX sends for an empty survey question, or an empty item of a list counts as unset.
    is_blank_unset: bool = True
    omits_empty: bool = False  # whether a request that sends the whole object leaves an empty value out
    parse: Callable[[Any], Any] = parse_str  # reads the API's value tolerantly; None for what cannot be read
    remark: Optional[Callable[[str, Any], List[str]]] = None  # returns warnings about the name and a valid value
    is_empty_if_not_shown: bool = False  # whether a value that is not shown counts as empty

    @property
    def wire_name(self) -> str:
        """Return the option's name in the API's spelling."""
        return camel_case(self.name)


# -- normal forms: each function normalizes a value, or returns one that does --


def pattern(expression: str) -> Callable[[Any], str]:
    """Normalize a text that matches an expression as a whole."""

    def normalize(value: Any) -> str:
        word = value.strip()
        if not re.fullmatch(expression, word):
            raise ValueError
        return word

    return normalize


def enum(*choices: str) -> Callable[[Any], str]:
    """Normalize one of several words."""
    return pattern("|".join(map(re.escape, choices)))


def integer(minimum: int, maximum: int) -> Callable[[Any], int]:
    """Normalize a whole number within bounds."""

    def normalize(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            raise ValueError
        return value

    return normalize


def ip_address(value: Any) -> str:
    """Return an IP address in canonical form."""
    if value.strip() == CHECK_MODE_ID:
        return CHECK_MODE_ID
    if "%" in value:  # an IPv6 zone means nothing to a peer
        raise ValueError
    return str(ipaddress.ip_address(value.strip()))


def is_device_address(address: Any) -> bool:
    """Return whether one device can have this address of ipaddress, seen from another network."""
    other = address.is_unspecified or address.is_multicast or address.is_loopback or address.is_link_local
    return not other and str(address) != "255.255.255.255"


def device_address(value: Any) -> str:
    """Return the address of a device in canonical form, or UNSPECIFIED_ADDRESS."""
    text = ip_address(value)
    if text not in (UNSPECIFIED_ADDRESS, CHECK_MODE_ID) and not is_device_address(ipaddress.ip_address(text)):
        raise ValueError
    return text


@lru_cache(maxsize=4096)
def subnet(value: Any) -> str:
    """Return a CIDR in canonical form: ``192.168.0.0/255.255.240.0`` and ``192.168.1.1/20`` are ``192.168.0.0/20``."""
    if value.strip() == CHECK_MODE_ID:
        return CHECK_MODE_ID
    if "/" not in value:
        raise ValueError
    return str(ipaddress.ip_network(value.strip(), strict=False))


def string(value: Any) -> str:
    """Return a text without blanks at its ends."""
    value.encode("utf-8")  # a lone surrogate cannot be sent as JSON
    return value.strip()


def list_of(normalize: Callable[[Any], Any]) -> Callable[[Any], List[Any]]:
    """Normalize a list of one item or more, without repetitions."""

    def normalize_list(value: Any) -> List[Any]:
        if not isinstance(value, (list, tuple)) or not value:
            raise ValueError
        return list(dict.fromkeys(normalize(item) for item in value))

    return normalize_list


resource_id = pattern("[A-Za-z0-9_-]+")
resource_name = pattern(r"[A-Za-z][A-Za-z0-9_/.-]{0,64}")


# -- what a response shows --


def parse_choice(value: Any) -> str | None:
    """Return a word in lower case, whatever spelling the API uses."""
    return parse_str(value.lower()) if isinstance(value, str) else None


def parse_seconds(value: Any) -> int | None:
    """Return a number of seconds: the API returns 28800, "28800" or "28800s"."""
    if isinstance(value, str):
        match = re.fullmatch(r"\s*([0-9]{1,9})\s*s?\s*", value, re.IGNORECASE)
        return int(match.group(1)) if match else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def parse_address(value: Any) -> str | None:
    """Return an IP address in canonical form, and any other text as it is."""
    return parse_ip(parse_str(value))


def parse_subnet(value: Any) -> str | None:
    """Return a CIDR in canonical form, and any other text as it is."""
    try:
        return subnet(value) if isinstance(value, str) else None
    except ValueError:
        return parse_str(value)


def parse_subnets(value: Any) -> List[str] | None:
    """Return a list of CIDRs in canonical form, without repetitions."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    return list(dict.fromkeys(parse_subnet(item) or "" for item in value))


def or_empty(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a parser for which an empty text means that there is none; what is missing stays None, unknown."""
    return lambda value: "" if value == "" else parse(value)


# -- fields: a function for each kind of option; `spec` is more of its argument spec --


def choice_field(name: str, *choices: str, **spec: Any) -> Field:
    constraint = "must be %s" % " or ".join((", ".join(choices[:-1]), choices[-1]))
    spec.update(type="str", choices=list(choices))
    return Field(name, constraint, enum(*choices), spec, is_blank_unset=False, parse=parse_choice)


def seconds_field(name: str, minimum: int, maximum: int, **spec: Any) -> Field:
    constraint = "must be a whole number of seconds from %d to %d" % (minimum, maximum)
    normalize = integer(minimum, maximum)
    return Field(name, constraint, normalize, dict(spec, type="int"), is_blank_unset=False, parse=parse_seconds)


def id_field(name: str, **spec: Any) -> Field:
    constraint = "must be letters, digits, - and _ only"
    return Field(name, constraint, resource_id, dict(spec, type="str"), False, parse=parse_id)


def name_field(name: str, *aliases: str) -> Field:
    constraint = "must be 1 to 65 characters, start with a letter, and have only letters, digits and -_/."
    return Field(name, constraint, resource_name, {"type": "str"}, aliases=aliases)


def description_field(max_chars: int | None = None) -> Field:
    def normalize(value: Any) -> str:
        text = string(value)
        if max_chars is not None and len(text) > max_chars:
            raise ValueError
        return text

    constraint = "must be text" if max_chars is None else "must be text of at most %d characters" % max_chars
    return Field(
        "description", constraint, normalize, {"type": "str"}, False, is_blank_unset=False, is_empty_if_not_shown=True
    )


def subnets_field(name: str) -> Field:
    return Field(
        name,
        "must be a list of at least one CIDR such as 192.168.0.0/20",
        list_of(subnet),
        {"type": "list", "elements": "str"},
        element=(subnet, "is not a CIDR (example: 192.168.0.0/20)"),
        is_blank_unset=False,
        parse=parse_subnets,
        remark=warn_of_host_bits,
    )


def warn_of_host_bits(name: str, value: Any) -> List[str]:
    """Return a warning for each CIDR with host bits set."""
    found = []
    for text in [value] if isinstance(value, str) else value:
        used, address = subnet(text), text.strip().partition("/")[0]
        if used != CHECK_MODE_ID and used.partition("/")[0] != str(ipaddress.ip_address(address)):
            found.append(MESSAGES["host_bits"] % {"option": name, "value": text, "used": used})
    return found


# -- options --


@lru_cache(maxsize=None)
def camel_case(name: str) -> str:
    """Return an option's name as the API spells it: ``ike_life_time`` is ``ikeLifeTime``."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def to_argument_spec(field: Field, **changes: Any) -> Dict[str, Any]:
    """Return the argument spec of an option, with what is different for one module."""
    own = [field.wire_name] if field.has_wire_name else []
    aliases = [alias for alias in own if alias != field.name] + list(field.aliases)
    return dict(field.argument_spec, aliases=aliases, **changes) if aliases else dict(field.argument_spec, **changes)


def validate_value(field: Field, value: Any, where: str = "") -> List[str]:
    """Return the errors in one value as sentences; `where` stands before the option's name."""
    option = where + field.name
    if field.element and isinstance(value, (list, tuple)) and value:
        normalize, constraint = field.element
        bad = [(index, item) for index, item in enumerate(value) if _broken_part(normalize, item) is not None]
        text = MESSAGES["item_invalid"]
        return [
            text % {"option": "%s[%d]" % (option, index), "value": safe_repr(item), "constraint": constraint}
            for index, item in bad
        ]
    reason = _broken_part(field.normalize, value)
    if reason is None:
        return []
    key = "constraint_broken_secret" if field.argument_spec.get("no_log") else "constraint_broken"
    words = {"option": option, "constraint": field.constraint, "value": safe_repr(value), "reason": reason}
    return [MESSAGES[key] % words]


def provided_options(fields: Iterable[Field], options: Dict[str, Any]) -> Dict[str, Any]:
    """Return the options of these Fields that have a value; see Field.is_blank_unset."""
    found = {}
    for field in fields:
        value = options.get(field.name)
        if field.is_blank_unset and isinstance(value, (list, tuple)) and field.argument_spec.get("type") == "list":
            value = [item for item in value if not is_blank(item)] or None
        if value is not None and not (field.is_blank_unset and is_blank(value)):
            found[field.name] = value
    return found


def is_blank(value: Any) -> bool:
    """Return True for None and for a text of nothing or blanks, as a survey question without a response is sent."""
    return value is None or (isinstance(value, str) and not trim(value))


def validate_fields(fields: Iterable[Field], options: Dict[str, Any], where: str = "") -> List[str]:
    """Return every error in the options of these Fields as sentences."""
    fields = tuple(fields)
    provided = provided_options(fields, options)
    found = [validate_value(field, provided[field.name], where) for field in fields if field.name in provided]
    return [text for texts in found for text in texts]


def normalize_options(fields: Iterable[Field], options: Dict[str, Any]) -> Dict[str, Any]:
    """Return the options of these Fields that have a value, in normal form; validate_fields() must find no error."""
    fields = tuple(fields)
    provided = provided_options(fields, options)
    return {field.name: field.normalize(provided[field.name]) for field in fields if field.name in provided}


def _broken_part(normalize: Callable[[Any], Any], value: Any) -> Optional[str]:
    """Return the part of the constraint that a value breaks, in the words of normalize(); None if it is valid."""
    try:
        normalize(value)
    except ValueError as error:
        return str(error)
    except (TypeError, AttributeError):
        return MESSAGES["not_text"]
    return None


# Options that every module has in the same sense.
STATE = choice_field("state", "present", "absent", default="present")
CLIENT_TOKEN = Field(
    "client_token",
    "must be 1 to 64 characters of printable ASCII without spaces",
    pattern(r"[!-~]{1,64}"),
    {"type": "str", "no_log": False},
)
VERSION = Field(
    "version",
    "must be a whole number from 1 to 99",
    integer(1, 99),
    {"type": "int", "default": 1},
    is_blank_unset=False,
)
VPN_ID = id_field("vpn_id", required=True)
VPC_ID = id_field("vpc_id")
CGW_ID = id_field("cgw_id")
