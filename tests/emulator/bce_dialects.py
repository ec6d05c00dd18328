# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialects: the ways in which the real API may differ from the emulator's base where the contract is silent.

``TABLE`` is the one list of them. Dialects of one group exclude each other, all other combinations are possible.
Sources: "contract" is api-contract.md, "additions" is api-contract-additions.md, each with its section.
"""

from __future__ import annotations

import random
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Tuple

DOCUMENTED, LIKELY, POSSIBLE = "documented", "likely", "possible"
READ, WRITE, NO = "read", "write", "no"

BASES = {
    DOCUMENTED: "an official page or official code shows it for this API",
    LIKELY: "official code shows it for a sibling on the same host, or the documentation suggests it",
    POSSIBLE: "nothing is known, and other APIs do it",
}
VISIBLE = {
    READ: "reads show it, of a gateway with three tunnels next to another gateway in another VPC with one",
    WRITE: "a client sees it that makes one tunnel, or one customer gateway, repeats that creation with the same and "
    "with another token and body, updates and deletes",
    NO: "such a client does not see it",
}

Hook = Callable[..., Any]
"""Takes a value and its context, returns the value as the dialect has it."""


class Dialect(NamedTuple):
    """One row of the table.

    ``contract`` is the contract under which a client makes the object that the dialect is about, if not every one.
    """

    name: str
    group: str
    basis: str
    visible: str
    description: str
    source: str
    contract: str
    hooks: Dict[str, Hook]


def _row(
    name: str,
    group: str,
    basis: str,
    visible: str,
    description: str,
    source: str = "",
    contract: str = "",
    **hooks: Hook,
) -> Dialect:
    return Dialect(name, group, basis, visible, description, source, contract, hooks)


TABLE: Tuple[Dialect, ...] = (
    # --- how lists and details show a tunnel ---
    _row("tunnel-name-upper", "tunnel name", POSSIBLE, WRITE, "Names of tunnels are shown in upper case."),
    _row(
        "tunnel-name-trimmed",
        "tunnel name",
        POSSIBLE,
        WRITE,
        "Names of tunnels are shown without blanks and -_/. at their ends.",
    ),
    _row("tunnel-name-cut", "tunnel name", POSSIBLE, WRITE, "Names of tunnels are cut to 20 characters."),
    _row(
        "tunnel-name-ellipsis",
        "tunnel name",
        POSSIBLE,
        WRITE,
        "Names of tunnels with more than 20 characters are cut to 20, and ... follows.",
    ),
    _row(
        "tunnel-name-percent",
        "tunnel name",
        POSSIBLE,
        WRITE,
        "In names of tunnels all but letters and digits is escaped as %XX.",
    ),
    _row(
        "tunnel-name-entities",
        "tunnel name",
        POSSIBLE,
        WRITE,
        "In names of tunnels all but letters and digits is escaped as &#N;.",
    ),
    _row("tunnel-name-missing", "tunnel name", POSSIBLE, READ, "Entries of tunnels have no vpnConnName."),
    _row("tunnel-name-null", "tunnel name", POSSIBLE, READ, "The vpnConnName of tunnels is null."),
    _row("tunnel-name-empty", "tunnel name", POSSIBLE, READ, "The vpnConnName of tunnels is an empty string."),
    _row("tunnel-name-late", "tunnel name", POSSIBLE, WRITE, "A new tunnel has no vpnConnName for 1 second."),
    _row("tunnel-name-very-late", "tunnel name", POSSIBLE, WRITE, "A new tunnel has an empty name for 10 seconds."),
    _row("tunnel-name-id", "tunnel name", POSSIBLE, READ, "The id of a tunnel stands in the place of its name."),
    _row(
        "tunnel-name-unrelated", "tunnel name", POSSIBLE, WRITE, "Tunnels are shown under a generated, unrelated name."
    ),
    _row(
        "tunnel-name-missing-once",
        "tunnel name",
        POSSIBLE,
        READ,
        "Only the oldest tunnel of a gateway has no vpnConnName, the others have theirs.",
    ),
    _row("description-missing", "tunnel description", POSSIBLE, READ, "Entries of tunnels have no description."),
    _row(
        "description-null", "tunnel description", POSSIBLE, READ, "An empty description of a tunnel is shown as null."
    ),
    _row(
        "description-trimmed",
        "tunnel description",
        POSSIBLE,
        WRITE,
        "Descriptions of tunnels are shown without blanks and -_/. at their ends.",
    ),
    _row("description-cut", "tunnel description", POSSIBLE, WRITE, "Descriptions of tunnels are cut to 20 characters."),
    _row(
        "description-entities",
        "tunnel description",
        POSSIBLE,
        WRITE,
        "In descriptions of tunnels all but letters, digits and blanks is escaped as &#N;.",
    ),
    _row("subnets-netmask", "subnet form", POSSIBLE, READ, "Subnets are shown as ADDRESS/NETMASK."),
    _row(
        "host-bits-kept",
        "subnet host bits",
        POSSIBLE,
        WRITE,
        "Subnets with host bits are accepted, and shown as they were sent.",
        "contract 13.8",
    ),
    _row(
        "host-bits-cleared",
        "subnet host bits",
        POSSIBLE,
        WRITE,
        "Subnets with host bits are accepted, and shown without them.",
        "contract 13.8",
    ),
    _row("subnets-sorted", "subnet order", POSSIBLE, WRITE, "Subnets are shown in ascending order.", "contract 13.8"),
    _row(
        "subnets-reordered",
        "subnet order",
        POSSIBLE,
        WRITE,
        "Every second list shows the subnets in reverse order.",
        "contract 13.8",
    ),
    _row("life-time-int", "life time form", POSSIBLE, READ, "Life times are shown as numbers.", "contract 1.3"),
    _row("life-time-digits", "life time form", LIKELY, READ, 'Life times are shown as "28800".', "contract 1.3"),
    _row(
        "life-time-missing",
        "life time form",
        DOCUMENTED,
        READ,
        "Life times are not shown, as in the old English example.",
        "contract 1.3",
    ),
    _row(
        "sub-fields-required",
        "sub-fields on write",
        POSSIBLE,
        WRITE,
        "A write that lacks a sub-field of ikeConfig or ipsecConfig is refused.",
        "contract 4",
    ),
    _row(
        "sub-fields-not-filled",
        "sub-fields on write",
        POSSIBLE,
        WRITE,
        "Sub-fields of ikeConfig and ipsecConfig that a write lacks have no value, and are not shown.",
        "contract 4",
    ),
    _row(
        "sub-fields-kept",
        "sub-fields on write",
        POSSIBLE,
        WRITE,
        "Sub-fields of ikeConfig and ipsecConfig that an update lacks keep their value.",
        "contract 13.5",
    ),
    _row(
        "sub-fields-dropped",
        "sub-fields on read",
        POSSIBLE,
        READ,
        "ikeMode and ipsecPfs are never shown.",
    ),
    _row("configs-dropped", "sub-fields on read", POSSIBLE, READ, "ikeConfig and ipsecConfig are never shown."),
    _row("keys-masked", "keys on read", POSSIBLE, READ, "Keys are shown as ****."),
    _row(
        "keys-masked-partly",
        "keys on read",
        POSSIBLE,
        WRITE,
        "Keys are shown with * in the place of all but the first two and the last two characters.",
    ),
    _row("keys-hashed", "keys on read", POSSIBLE, READ, "Keys are shown as their SHA-256 in hexadecimal digits."),
    _row("keys-missing", "keys on read", POSSIBLE, READ, "Entries of tunnels have no secretKey."),
    _row("created-time-missing", "created time", POSSIBLE, READ, "Entries have no createdTime."),
    _row("created-time-utc", "created time", POSSIBLE, WRITE, "createdTime is UTC, in the usual form.", "contract 1.3"),
    _row("created-time-iso", "created time", POSSIBLE, READ, "createdTime is written as 2021-04-25T09:22:34Z."),
    # --- which tunnels a list shows ---
    _row(
        "list-other-gateway",
        "list scope",
        POSSIBLE,
        READ,
        "The list of a gateway's tunnels is that of the next gateway, and its entries say so in vpnId.",
    ),
    _row(
        "list-other-gateway-unnamed",
        "list scope",
        POSSIBLE,
        WRITE,
        "The list of a gateway's tunnels is that of the next gateway, and its entries have no vpnId.",
    ),
    _row(
        "list-all-gateways",
        "list scope",
        POSSIBLE,
        READ,
        "The list of a gateway's tunnels shows those of all gateways, each with its vpnId.",
    ),
    _row("list-without-vpn-id", "list scope", LIKELY, READ, "Entries of tunnels have no vpnId.", "contract 1.3"),
    _row(
        "list-pages",
        "list pages",
        POSSIBLE,
        READ,
        "The list of tunnels comes in pages of two, with marker, isTruncated and nextMarker.",
        "contract 1",
    ),
    _row(
        "list-pages-endless",
        "list pages",
        POSSIBLE,
        READ,
        "The list of tunnels comes in pages of two, and nextMarker leads to the first page again.",
        "additions 1.12",
    ),
    _row(
        "list-truncated",
        "list pages",
        POSSIBLE,
        READ,
        "The list of tunnels ends after two with isTruncated and without nextMarker.",
        "additions 1.12",
    ),
    _row("list-newest-first", "list order", POSSIBLE, READ, "The list of tunnels begins with the newest."),
    _row("list-repeats", "list repeats", POSSIBLE, READ, "Every tunnel stands in the list twice, alike."),
    _row(
        "list-repeats-differently",
        "list repeats",
        POSSIBLE,
        READ,
        "Every tunnel stands in the list twice, the second time with another description.",
    ),
    _row("list-late", "list time", POSSIBLE, WRITE, "The list of tunnels shows writes after 10 seconds."),
    _row("list-flickers", "list time", POSSIBLE, WRITE, "Every second list of tunnels is 2 seconds old."),
    _row(
        "put-denied-while-stale",
        "put while stale",
        POSSIBLE,
        WRITE,
        "The list of tunnels is 2 seconds old, and updates and deletions do not find a tunnel that it does not show.",
    ),
    _row(
        "list-error-in-200",
        "list result",
        POSSIBLE,
        READ,
        "Every third list of tunnels is 200 with an error in its body.",
    ),
    # --- the course of writes ---
    _row(
        "create-asynchronous",
        "tunnel status",
        LIKELY,
        WRITE,
        "A new tunnel is creating for 2 seconds.",
        "additions 2.6",
    ),
    _row(
        "create-fails",
        "tunnel status",
        LIKELY,
        WRITE,
        "A new tunnel is creating for 2 seconds, and has status error then.",
        "additions 2.6",
    ),
    _row(
        "create-rolled-back",
        "tunnel status",
        POSSIBLE,
        WRITE,
        "A new tunnel is creating for 2 seconds, and is gone then.",
    ),
    _row(
        "status-unknown",
        "tunnel status",
        POSSIBLE,
        READ,
        "The status of a usable tunnel is another word.",
        "additions 2.2",
    ),
    _row(
        "status-missing",
        "tunnel status",
        DOCUMENTED,
        READ,
        "Entries of tunnels have no status and no healthStatus, as in the old example.",
        "contract 1.3",
    ),
    _row(
        "update-asynchronous",
        "update course",
        LIKELY,
        WRITE,
        "An updated tunnel is updating for 2 seconds, and shows its old values.",
        "additions 2.6",
    ),
    _row(
        "delete-asynchronous",
        "delete course",
        LIKELY,
        WRITE,
        "A deleted tunnel stays in the list as deleting for 2 seconds.",
        "additions 2.6",
    ),
    _row(
        "delete-slow",
        "delete course",
        POSSIBLE,
        WRITE,
        "A deleted tunnel stays in the list as deleting for 60 seconds.",
        "additions 2.6",
    ),
    _row(
        "delete-stays-listed",
        "delete course",
        POSSIBLE,
        WRITE,
        "A deleted tunnel stays in the list as deleted for 10 seconds.",
    ),
    # --- results of writes ---
    _row(
        "post-same-id",
        "post result",
        POSSIBLE,
        NO,
        "Every creation of a tunnel makes one and returns the id of the first.",
    ),
    _row(
        "post-foreign-id",
        "post result",
        POSSIBLE,
        WRITE,
        "A creation of a tunnel returns the id of another gateway's newest tunnel, or an unknown id.",
    ),
    _row("post-without-id", "post result", POSSIBLE, WRITE, "A creation returns an empty JSON object."),
    _row("post-empty", "post result", LIKELY, WRITE, "A creation returns an empty body.", "additions 1.4"),
    _row(
        "post-error-in-200", "post result", POSSIBLE, WRITE, "A creation does nothing, and returns 200 with an error."
    ),
    _row(
        "post-error-in-200-done",
        "post result",
        POSSIBLE,
        WRITE,
        "A creation is done, and returns 200 with an error.",
    ),
    _row("put-error-in-200", "put result", POSSIBLE, WRITE, "An update does nothing, and returns 200 with an error."),
    _row("put-error-in-200-done", "put result", POSSIBLE, WRITE, "An update is done, and returns 200 with an error."),
    _row("put-without-effect", "put result", POSSIBLE, WRITE, "An update does nothing, and returns 200."),
    _row(
        "delete-error-in-200",
        "delete result",
        POSSIBLE,
        WRITE,
        "A deletion does nothing, and returns 200 with an error.",
    ),
    _row(
        "delete-error-in-200-done",
        "delete result",
        POSSIBLE,
        WRITE,
        "A deletion is done, and returns 200 with an error.",
    ),
    _row("delete-without-effect", "delete result", POSSIBLE, WRITE, "A deletion does nothing, and returns 200."),
    # --- rules of writes ---
    _row(
        "description-cleared",
        "description on update",
        POSSIBLE,
        WRITE,
        "An update without a description clears it.",
        "contract 1.4",
    ),
    _row(
        "description-not-clearable",
        "description on update",
        POSSIBLE,
        WRITE,
        "An update with an empty description leaves it as it is.",
        "contract 1.4",
    ),
    _row(
        "update-moves",
        "gateway on update",
        POSSIBLE,
        NO,
        "An update with another gateway's vpnId moves the tunnel to that gateway.",
        "contract 1.1",
    ),
    _row(
        "name-exists-400",
        "duplicate name",
        LIKELY,
        WRITE,
        "A second tunnel of one name in a gateway is refused with 400 VpnConnNameAlreadyExist.",
        "additions 1.11",
    ),
    _row(
        "name-exists-409",
        "duplicate name",
        POSSIBLE,
        WRITE,
        "A second tunnel of one name in a gateway is refused with 409 VpnConnNameAlreadyExist.",
        "additions 1.7",
    ),
    _row(
        "building-refuses",
        "busy",
        LIKELY,
        WRITE,
        "Updates and deletions of a tunnel are refused with 409 OperationDenied in its first 2 seconds.",
        "additions 1.8",
    ),
    _row(
        "unfinished-refuses",
        "busy",
        LIKELY,
        WRITE,
        "Writes to a tunnel are refused with 409 LastOperationNotFinished for 1 second after its last write.",
        "additions 1.11",
    ),
    _row(
        "gateway-busy",
        "busy",
        LIKELY,
        WRITE,
        "Writes to a gateway's tunnels are refused with 400 InvalidInstanceStatus for 1 second after the last one.",
        "additions 1.8",
    ),
    # --- client tokens ---
    _row("token-ignored", "token on create", POSSIBLE, WRITE, "Every creation makes an object, whatever its token."),
    _row("token-expires", "token on create", POSSIBLE, NO, "Tokens are forgotten after 1 second."),
    _row(
        "token-forgotten-with-object",
        "token on create",
        POSSIBLE,
        WRITE,
        "A creation's token is forgotten when its object is deleted.",
    ),
    _row(
        "token-any-parameters",
        "token on create",
        POSSIBLE,
        WRITE,
        "The first result of a token is returned whatever the other parameters are.",
    ),
    _row(
        "token-shared",
        "token on create",
        POSSIBLE,
        NO,
        "The path is not compared: a token and body give one result for all gateways.",
    ),
    _row(
        "token-repeat-refused",
        "token on create",
        POSSIBLE,
        WRITE,
        "A creation with a used token is refused with 403 IdempotentParameterMismatch, even if nothing else changed.",
    ),
    _row(
        "token-create-only",
        "token on update and delete",
        LIKELY,
        WRITE,
        "Updates and deletions ignore tokens.",
        "contract 5, additions 5.2",
    ),
    # --- absent objects ---
    _row(
        "no-such-object-400",
        "status of absent",
        LIKELY,
        READ,
        "NoSuchObject has status 400.",
        "additions 1.2",
    ),
    _row(
        "gone-other-code",
        "write to absent",
        LIKELY,
        WRITE,
        "Updates and deletions of absent objects are refused with 400 VpnConnIdException.",
        "additions 1.3",
    ),
    _row("gone-200", "write to absent", POSSIBLE, WRITE, "Updates and deletions of absent objects return 200."),
    _row(
        "absent-empty",
        "read of absent",
        LIKELY,
        READ,
        "Reads of an absent gateway, its list of tunnels and absent customer gateways return 200 with an empty body.",
        "additions 1.4",
    ),
    _row(
        "absent-gateway-empty-list",
        "read of absent",
        POSSIBLE,
        READ,
        "The list of tunnels of an absent gateway is an empty list.",
    ),
    # --- errors ---
    _row(
        "throttled-400",
        "throttling",
        LIKELY,
        READ,
        "Every third request is refused with 400 RateLimit.",
        "additions 1.1",
    ),
    _row(
        "throttled-403",
        "throttling",
        LIKELY,
        READ,
        "Every third request is refused with 403 RateLimit.",
        "additions 1.1",
    ),
    _row(
        "throttled-429",
        "throttling",
        LIKELY,
        READ,
        "Every third request is refused with 429 RateLimit.",
        "additions 1.1",
    ),
    _row("error-without-code", "error body", POSSIBLE, READ, "Error bodies have no code."),
    _row("error-empty", "error body", LIKELY, READ, "Error bodies are empty.", "additions 1.5"),
    # --- HTTP and JSON ---
    _row(
        "extra-fields",
        "extra fields",
        LIKELY,
        READ,
        "Every JSON object of a response has further fields.",
        "contract 1.1",
    ),
    _row("byte-order-mark", "encoding", POSSIBLE, READ, "JSON begins with a byte order mark."),
    _row("early-hints", "early hints", POSSIBLE, READ, "A 103 Early Hints response precedes every response."),
    _row("clock-ahead", "clock", POSSIBLE, READ, "The server's clock is 8 hours ahead."),
    _row("clock-behind", "clock", POSSIBLE, READ, "The server's clock is 8 hours behind."),
    # --- gateways and customer gateways ---
    _row(
        "gateways-other-vpc",
        "gateway list",
        POSSIBLE,
        READ,
        "The list of a VPC's gateways is that of the next VPC, and its entries say so in vpcId.",
    ),
    _row("gateway-type-gre", "gateway type", LIKELY, READ, "The type of gateways is GRE.", "additions 7.2"),
    _row(
        "customer-gateway-name-upper",
        "customer gateway name",
        POSSIBLE,
        WRITE,
        "Names of customer gateways are shown in upper case.",
        contract="cn",
    ),
    _row(
        "customer-gateway-name-trimmed",
        "customer gateway name",
        POSSIBLE,
        WRITE,
        "Names of customer gateways are shown without blanks and -_/. at their ends.",
        contract="cn",
    ),
    _row(
        "customer-gateway-name-cut",
        "customer gateway name",
        POSSIBLE,
        WRITE,
        "Names of customer gateways are cut to 20 characters.",
        contract="cn",
    ),
    _row(
        "customer-gateway-name-missing",
        "customer gateway name",
        POSSIBLE,
        WRITE,
        "Entries of customer gateways have no name.",
        contract="cn",
    ),
    _row(
        "customer-gateway-name-late",
        "customer gateway name",
        POSSIBLE,
        WRITE,
        "A new customer gateway has no name for 1 second.",
        contract="cn",
    ),
    _row(
        "customer-gateway-list-late",
        "customer gateway time",
        POSSIBLE,
        WRITE,
        "The list of customer gateways shows a new one after 10 seconds.",
        contract="cn",
    ),
    _row(
        "customer-gateway-stale",
        "customer gateway time",
        POSSIBLE,
        WRITE,
        "For 2 seconds a new customer gateway is neither listed nor found by its id.",
        contract="cn",
    ),
)

BY_NAME: Dict[str, Dialect] = {dialect.name: dialect for dialect in TABLE}


def _groups() -> Dict[str, List[str]]:
    groups: Dict[str, List[str]] = {}
    for dialect in TABLE:
        groups.setdefault(dialect.group, []).append(dialect.name)
    return groups


GROUPS: Dict[str, List[str]] = _groups()
"""The names of every group's dialects, in the order of the table."""


def draw(source: random.Random, size: int) -> List[str]:
    """Draw a mix of dialects: one of each of ``size`` groups."""
    return [source.choice(GROUPS[group]) for group in sorted(source.sample(list(GROUPS), size))]


def complaints_about(names: Iterable[str]) -> List[str]:
    """Return what is wrong with a choice of dialects; an empty list if nothing is."""
    chosen = list(dict.fromkeys(names))
    unknown = [name for name in chosen if name not in BY_NAME]
    if unknown:
        return [f"dialect {name!r} is unknown; known are {', '.join(sorted(BY_NAME))}" for name in unknown]
    complaints = []
    for group, members in GROUPS.items():
        both = [name for name in chosen if name in members]
        if len(both) > 1:
            complaints.append(f"dialects {' and '.join(both)} exclude each other (group {group})")
    return complaints
