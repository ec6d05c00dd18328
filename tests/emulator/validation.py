# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API accepts: error codes and the rule of every body field, as pure functions.

Sources are the sections of the contract notes (api-contract.md): 1.1 body fields, 1.2 the two contracts,
3 customer gateways, 4 IkeConfig and IpsecConfig, 5 clientToken, 7 errors. Complaints name the field and the
rule, never the value, because a value may be a shared key.
"""

from __future__ import annotations

import ipaddress
import json
import re
from typing import Any, Callable, Dict, List, NamedTuple, Optional

CONTRACTS = ("intl", "cn", "both")
MAX_KEYS = 1000  # section 2: the largest, and the default, page

ID_PATTERN = re.compile(r"[A-Za-z0-9_-]+")
NAME_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]{0,64}")
CIDR_PATTERN = re.compile(r"\d+\.\d+\.\d+\.\d+/\d{1,2}")
SECRET_KEY_PATTERN = re.compile(r"(?=.*[A-Za-z])(?=.*[0-9])(?=.*[!@#$%^*()_])[A-Za-z0-9!@#$%^*()_]{8,17}")


class WriteRules(NamedTuple):
    """What a write of a tunnel may lack, and what becomes of it."""

    host_bits: str = "refused"  # or kept, cleared
    sub_fields: str = "filled"  # or required, absent, kept
    no_description: str = "keeps"  # or clears
    empty_description: str = "clears"  # or keeps
    other_gateway: str = "refused"  # or moves


Rule = Callable[[Any], Any]
"""Takes a value that is not null, returns its stored form or raises ValueError with the rule in words."""


class BceError(Exception):
    """A refusal: HTTP status, BCE error code and a message without secrets (section 7)."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def refused(message: str) -> BceError:
    """Valid JSON with a wrong meaning (section 7)."""
    return BceError(400, "InappropriateJSON", message)


def missing(kind: str, object_id: str) -> BceError:
    """No such object; the code for VPN objects is UNKNOWN, this is the VPC pages' example (section 7)."""
    return BceError(404, "NoSuchObject", f"the {kind} {object_id} does not exist")


def _one_of(*values: str) -> Rule:
    def rule(value: Any) -> str:
        # A list or an object is never a member, and must not be hashed.
        if not isinstance(value, str) or value not in values:
            raise ValueError("must be one of " + ", ".join(values))
        return value

    return rule


def _matching(pattern: "re.Pattern[str]", words: str) -> Rule:
    def rule(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(words)
        return value

    return rule


def _text(longest: Optional[int] = None) -> Rule:
    def rule(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("must be a string")
        if longest is not None and len(value) > longest:
            raise ValueError(f"must have at most {longest} characters")
        return value

    return rule


def _seconds(least: int, most: int) -> Rule:
    """A life time: an integer or a string of digits on write (section 1.3), text like "28800s" when read."""

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


def _ipv4(value: Any) -> str:
    """A peer's address. The page's own example is a private one, so private addresses are accepted."""
    words = "must be an IPv4 address"
    if not isinstance(value, str):
        raise ValueError(words)
    try:
        return str(ipaddress.IPv4Address(value))
    except ValueError:
        raise ValueError(words) from None


def _cidrs(host_bits: str) -> Rule:
    """Subnets in the order given. Whether host bits are tolerated is UNKNOWN: the base refuses them."""
    words = "every entry must be an IPv4 CIDR such as 192.168.0.0/20, without host bits"

    def rule(value: Any) -> List[str]:
        if not isinstance(value, list) or not value:
            raise ValueError("must be a list of CIDRs, not empty")
        networks = []
        for cidr in value:
            if not isinstance(cidr, str) or not CIDR_PATTERN.fullmatch(cidr):
                raise ValueError(words)
            try:
                networks.append(ipaddress.IPv4Network(cidr, strict=host_bits == "refused"))
            except ValueError:
                raise ValueError(words) from None
        return [str(network) for network in networks] if host_bits == "cleared" else list(value)

    return rule


_ID = _matching(ID_PATTERN, "must be an id: letters, digits, - and _")
_NAME = _matching(NAME_PATTERN, "must start with a letter and have 1..65 letters, digits and -_/.")
_SECRET_KEY = _matching(
    SECRET_KEY_PATTERN, "must have 8..17 characters, letters and digits and symbols, symbols only from !@#$%^*()_"
)

_ENC = ("aes", "aes192", "aes256", "3des")
# SHA-2 and "disabled" stand in one source only (section 4); the union is accepted.
_AUTH = ("sha1", "md5", "sha2_256", "sha2_384", "sha2_512")
_GROUPS = ("group2", "group5", "group14", "group24")

IKE_RULES: Dict[str, Rule] = {
    "ikeVersion": _one_of("v1", "v2"),
    "ikeMode": _one_of("main", "aggressive"),
    "ikeEncAlg": _one_of(*_ENC),
    "ikeAuthAlg": _one_of(*_AUTH),
    "ikePfs": _one_of(*_GROUPS),
    "ikeLifeTime": _seconds(60, 86400),
}
# What the server fills in is UNKNOWN: the values of the documentation's example.
IKE_DEFAULTS = {
    "ikeVersion": "v1",
    "ikeMode": "main",
    "ikeEncAlg": "aes",
    "ikeAuthAlg": "sha1",
    "ikePfs": "group2",
    "ikeLifeTime": "28800s",
}
IPSEC_RULES: Dict[str, Rule] = {
    "ipsecEncAlg": _one_of(*_ENC),
    "ipsecAuthAlg": _one_of(*_AUTH),
    "ipsecPfs": _one_of(*_GROUPS, "disabled"),
    "ipsecLifetime": _seconds(180, 86400),
}
IPSEC_DEFAULTS = {"ipsecEncAlg": "aes", "ipsecAuthAlg": "sha1", "ipsecPfs": "group2", "ipsecLifetime": "28800s"}


class _Reader:
    """Reads fields of one JSON object and collects every complaint, so that one answer names them all."""

    def __init__(self, source: Dict[str, Any], complaints: List[str], prefix: str = "") -> None:
        self._source = source
        self._complaints = complaints
        self._prefix = prefix

    def complain(self, name: str, words: str) -> None:
        self._complaints.append(f"{self._prefix}{name}: {words}")

    def take(self, name: str, rule: Rule, required: bool = True) -> Any:
        """The stored form of a field, or None where it is absent or null or was refused."""
        value = self._source.get(name)
        if value is None:
            if required:
                self.complain(name, "is required")
            return None
        try:
            return rule(value)
        except ValueError as words:
            self.complain(name, str(words))
            return None

    def take_object(
        self, name: str, rules: Dict[str, Rule], defaults: Dict[str, Any], required: bool
    ) -> Dict[str, Any]:
        """An object field with those of its items that were sent, and the defaults of the others."""
        value = self._source.get(name)
        if value is None:
            self.complain(name, "is required")
            return {}
        if not isinstance(value, dict):
            self.complain(name, "must be an object")
            return {}
        inner = _Reader(value, self._complaints, f"{self._prefix}{name}.")
        taken = {item: inner.take(item, rule, required) for item, rule in rules.items()}
        return {**defaults, **{item: value for item, value in taken.items() if value is not None}}


def _refuse_if(complaints: List[str]) -> None:
    if complaints:
        raise refused("; ".join(complaints))


def parse_body(body: bytes) -> Dict[str, Any]:
    """The JSON object of a write, or a refusal (section 7: InvalidHTTPRequest is a bad encoding)."""
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
    # Python reads NaN and Infinity, JSON knows neither.
    raise ValueError(name)


def tunnel_fields(body: Dict[str, Any], contract: str, update: bool, rules: WriteRules) -> Dict[str, Any]:
    """The stored fields of a create or update body (sections 1.1, 1.2 and 4); unknown items are left out.

    ``contract`` is ``intl`` (remoteIp), ``cn`` (cgwId) or ``both`` (at least one). ``vpnId`` is returned for an
    update only, where the body must carry it. ``description`` is None where it was not sent. An address or id
    that is not used by the contract, or is an empty string as the Go SDK sends it, counts as not sent.
    Items of ikeConfig and ipsecConfig may be missing (section 4); ``keeps_sub_fields`` says that an update leaves
    those alone.
    """
    complaints: List[str] = []
    reader = _Reader({k: v for k, v in body.items() if not (k in ("remoteIp", "cgwId") and v == "")}, complaints)
    fields: Dict[str, Any] = {}
    if update:
        fields["vpnId"] = reader.take("vpnId", _ID)
    fields["vpnConnName"] = reader.take("vpnConnName", _NAME)
    fields["secretKey"] = reader.take("secretKey", _SECRET_KEY)
    cidrs = _cidrs(rules.host_bits)
    fields["localSubnets"] = reader.take("localSubnets", cidrs)
    fields["remoteSubnets"] = reader.take("remoteSubnets", cidrs)
    before = len(complaints)
    fields["remoteIp"] = reader.take("remoteIp", _ipv4, contract == "intl") if contract != "cn" else None
    fields["cgwId"] = reader.take("cgwId", _ID, contract == "cn") if contract != "intl" else None
    if len(complaints) == before and not (fields["remoteIp"] or fields["cgwId"]):
        reader.complain("remoteIp", "is required where cgwId is not given")
    fields["description"] = reader.take("description", _text(), required=False)
    if update and fields["description"] is None and rules.no_description == "clears":
        fields["description"] = ""
    elif update and fields["description"] == "" and rules.empty_description == "keeps":
        fields["description"] = None
    required = rules.sub_fields == "required"
    keeps = fields["keeps_sub_fields"] = update and rules.sub_fields == "kept"
    fills = rules.sub_fields != "absent" and not keeps
    fields["ikeConfig"] = reader.take_object("ikeConfig", IKE_RULES, IKE_DEFAULTS if fills else {}, required)
    fields["ipsecConfig"] = reader.take_object("ipsecConfig", IPSEC_RULES, IPSEC_DEFAULTS if fills else {}, required)
    _refuse_if(complaints)
    return fields


def customer_gateway_fields(body: Dict[str, Any], update: bool) -> Dict[str, Any]:
    """The stored fields of a customer gateway (section 3); those not sent are None.

    An update takes a name or a description, not both empty; its ``ip`` cannot be changed and is an unknown item.
    """
    complaints: List[str] = []
    reader = _Reader({k: v for k, v in body.items() if not (update and k == "name" and v == "")}, complaints)
    fields = {"name": reader.take("name", _NAME, required=not update)}
    if not update:
        fields["ip"] = reader.take("ip", _ipv4)
    fields["description"] = reader.take("description", _text(200), required=False)
    if update and not complaints and not fields["name"] and not fields["description"]:
        reader.complain("name", "name and description must not both be empty")
    _refuse_if(complaints)
    return fields


def client_token(query: Dict[str, str]) -> Optional[str]:
    """The clientToken of a write, None without one: ASCII, 1 to 64 characters (section 5)."""
    token = query.get("clientToken")
    if token is None:
        return None
    if not 1 <= len(token) <= 64 or not token.isascii():
        raise refused("clientToken: must have 1..64 ASCII characters")
    return token


def page_size(query: Dict[str, str]) -> int:
    """``maxKeys`` of a paginated list, 1..1000, by default 1000 (section 2)."""
    text = query.get("maxKeys") or str(MAX_KEYS)
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MAX_KEYS:
        raise refused(f"maxKeys: must be 1..{MAX_KEYS}")
    return int(text)
