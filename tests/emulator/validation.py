# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check what the API accepts, as pure functions: the rules that fields of several resources share, and the errors.

Sources are the sections of the contract notes (api-contract.md): 2 pages, 5 clientToken, 7 errors. Error messages name
the field and the rule, never the value, because a value may be a shared key.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

CONTRACTS = ("intl", "cn", "both")
MAX_KEYS = 1000  # section 2: the largest, and the default, page
MAX_DESCRIPTION = 200  # part 2 of the notes; a tunnel's has no limit (section 1.1)

ID_PATTERN = re.compile(r"[A-Za-z0-9_-]+")
NAME_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]{0,64}")
CIDR_PATTERN = re.compile(r"\d+\.\d+\.\d+\.\d+/\d{1,2}")


class WriteRules(NamedTuple):
    """What a write may lack, and what becomes of it: of all resources, of tunnels, and of route rules."""

    host_bits: str = "refused"  # or kept, cleared
    no_description: str = "keeps"  # or clears
    empty_description: str = "clears"  # or keeps
    sub_fields: str = "filled"  # or required, absent, kept
    other_gateway: str = "refused"  # or moves
    same_pair: str = "refused"  # or accepted
    id_on_update: str = "kept"  # or replaced


class NetworkRules(NamedTuple):
    """What gateways and EIPs do where the contract is silent."""

    release_in_use: str = "refused"  # of a gateway with tunnels or routes; or cascades
    release_with_eip: str = "accepted"  # of a gateway; or refused
    bind_while_active: str = "accepted"  # or refused
    bind_over: str = "refused"  # of a gateway with another EIP; or replaces
    vpc_filter: str = "used"  # of the list of gateways; or ignored
    name_filter: str = "exact"  # of the list of EIPs; or partial, ignored


Rule = Callable[[Any], Any]
"""Takes a value that is not null, returns its stored form or raises ValueError with the rule in words."""


class BceError(Exception):
    """An error response: HTTP status, BCE error code and a message without secrets (section 7)."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def refused(message: str) -> BceError:
    """Return the error for valid JSON with a wrong meaning (section 7)."""
    return BceError(400, "InappropriateJSON", message)


def missing(kind: str, object_id: str) -> BceError:
    """Return the error for an absent object.

    The code for VPN objects is UNKNOWN, this is the VPC pages' example (section 7).
    """
    return BceError(404, "NoSuchObject", f"the {kind} {object_id} does not exist")


def not_emulated(words: str) -> BceError:
    """Return the error for what the API has, or may have, and the emulator has not."""
    return BceError(501, "NotEmulated", f"the emulator does not have {words}; the API may have it")


def busy(kind: str, status: str) -> BceError:
    """Return the error for a write while an earlier one goes on.

    Code and status are a guess: Terraform's provider repeats updates of gateways after it (part 2 of the notes, 1.9).
    """
    return BceError(409, "OperationDenied", f"the {kind} is {status}, try again later")


def unsupported(words: str) -> BceError:
    """Return the error for what the state of an object forbids, until another write changes it.

    The code is a guess: Terraform's provider names it for EIPs (part 2 of the notes, 4). The status is UNKNOWN.
    """
    return BceError(400, "UnsupportedOperation", words)


def one_of(*values: str) -> Rule:
    def rule(value: Any) -> str:
        # A list or an object is never a member, and must not be hashed.
        if not isinstance(value, str) or value not in values:
            raise ValueError("must be one of " + ", ".join(values))
        return value

    return rule


def matching(pattern: "re.Pattern[str]", words: str) -> Rule:
    def rule(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(words)
        return value

    return rule


def text(max_chars: int | None = None) -> Rule:
    def rule(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("must be a string")
        if max_chars is not None and len(value) > max_chars:
            raise ValueError(f"must have at most {max_chars} characters")
        return value

    return rule


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def integer(least: int, most: int) -> Rule:
    def rule(value: Any) -> int:
        # bool is an int to Python, but not to JSON.
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"must be an integer, {least}..{most}")
        return value

    return rule


def seconds(least: int, most: int) -> Rule:
    """Return the rule of a life time: an integer or a string of digits on write (section 1.3), "28800s" when read."""

    def rule(value: Any) -> str:
        # bool is an int to Python, but not to JSON.
        if isinstance(value, int) and not isinstance(value, bool):
            seconds = value
        elif isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
            seconds = int(value)
        else:
            raise ValueError(f"must be an integer, {least}..{most} seconds")
        if not least <= seconds <= most:
            raise ValueError(f"must be {least}..{most}")
        return f"{seconds}s"

    return rule


def ipv4(value: Any) -> str:
    """Check a peer's address. The page's own example is a private one, so private addresses are accepted."""
    words = "must be an IPv4 address"
    if not isinstance(value, str):
        raise ValueError(words)
    try:
        return str(ipaddress.IPv4Address(value))
    except ValueError:
        raise ValueError(words) from None


def cidr(host_bits: str) -> Rule:
    """Return the rule of an IPv4 CIDR. Whether host bits are accepted is UNKNOWN: the base refuses them."""
    words = "must be an IPv4 CIDR such as 192.168.0.0/20, without host bits"

    def rule(value: Any) -> str:
        if not isinstance(value, str) or not CIDR_PATTERN.fullmatch(value):
            raise ValueError(words)
        try:
            network = ipaddress.IPv4Network(value, strict=host_bits == "refused")
        except ValueError:
            raise ValueError(words) from None
        return str(network) if host_bits == "cleared" else value

    return rule


def cidrs(host_bits: str) -> Rule:
    """Return the rule of a list of subnets, which stay in their order."""
    item = cidr(host_bits)

    def rule(value: Any) -> list[str]:
        if not isinstance(value, list) or not value:
            raise ValueError("must be a list of CIDRs, not empty")
        return [item(each) for each in value]

    return rule


ID = matching(ID_PATTERN, "must be an id: letters, digits, - and _")
NAME = matching(NAME_PATTERN, "must start with a letter and have 1..65 letters, digits and -_/.")


class FieldReader:
    """Read the fields of one JSON object and collect every error, so that one response names them all."""

    def __init__(self, source: dict[str, Any], errors: list[str], prefix: str = "") -> None:
        self._source = source
        self._errors = errors
        self._prefix = prefix

    def add_error(self, name: str, words: str) -> None:
        self._errors.append(f"{self._prefix}{name}: {words}")

    def take(self, name: str, rule: Rule, required: bool = True) -> Any:
        """Return the stored form of a field, or None where it is absent, null or invalid."""
        value = self._source.get(name)
        if value is None:
            if required:
                self.add_error(name, "is required")
            return None
        try:
            return rule(value)
        except ValueError as words:
            self.add_error(name, str(words))
            return None

    def take_object(
        self, name: str, rules: dict[str, Rule], defaults: dict[str, Any], required: bool
    ) -> dict[str, Any]:
        """Return an object field with those of its items that were sent, and the defaults of the others."""
        value = self._source.get(name)
        if value is None:
            self.add_error(name, "is required")
            return {}
        if not isinstance(value, dict):
            self.add_error(name, "must be an object")
            return {}
        inner = FieldReader(value, self._errors, f"{self._prefix}{name}.")
        taken = {item: inner.take(item, rule, required) for item, rule in rules.items()}
        return {**defaults, **{item: value for item, value in taken.items() if value is not None}}


def refuse_if(errors: list[str]) -> None:
    if errors:
        raise refused("; ".join(errors))


def description_on_update(description: str | None, rules: WriteRules) -> str | None:
    """Return the description that an update leaves, None where it keeps the old one (section 1.4)."""
    if description is None and rules.no_description == "clears":
        return ""
    return None if description == "" and rules.empty_description == "keeps" else description


def parse_body(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a write; raise BceError where there is none (section 7)."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise BceError(400, "InvalidHTTPRequest", "the body is not UTF-8") from None
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BceError(400, "MalformedJSON", "the body is not JSON") from None
    if not isinstance(value, dict):
        raise refused("the body must be a JSON object")
    return value


def _no_constant(name: str) -> None:
    # Python reads NaN and Infinity, which are not JSON.
    raise ValueError(name)


def client_token(query: dict[str, str]) -> str | None:
    """Return the clientToken of a write, None without one: ASCII, 1 to 64 characters (section 5)."""
    token = query.get("clientToken")
    if token is None:
        return None
    if not 1 <= len(token) <= 64 or not token.isascii():
        raise refused("clientToken: must have 1..64 ASCII characters")
    return token


def page_size(query: dict[str, str]) -> int:
    """Return ``maxKeys`` of a paginated list, 1..1000, by default 1000 (section 2)."""
    text = query.get("maxKeys") or str(MAX_KEYS)
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MAX_KEYS:
        raise refused(f"maxKeys: must be 1..{MAX_KEYS}")
    return int(text)
