# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialects: the ways in which the real API may differ from the emulator's base where the contract is silent.

``TABLE`` is the one list of them. Dialects of one group exclude each other, all other combinations are possible.
Sources: "contract" is api-contract.md, "network" is api-contract-network.md, "additions" is api-contract-additions.md,
each with its section. The file is long because the table is to be read, compared and drawn from as one.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from . import dialect_hooks as h
from .dialect_hooks import POINTS, Hook
from .validation import refused

DOCUMENTED, LIKELY, POSSIBLE = "documented", "likely", "possible"
READ, WRITE, NO = "read", "write", "no"

BASES = {
    DOCUMENTED: "an official page or official code shows it for this API",
    LIKELY: "official code shows it for a sibling on the same host, or the documentation suggests it",
    POSSIBLE: "the documentation does not mention it, and other APIs do it",
}
VISIBLE = {
    READ: "reads show it, of an absent gateway and of a gateway with three tunnels, one of them without a description; "
    "another gateway in another VPC has a tunnel too",
    WRITE: "a client sees it that makes one tunnel, or one customer gateway, repeats that creation with the same and "
    "with another token and body, updates and deletes",
    NO: "such a client cannot observe it",
}


class Dialect(NamedTuple):
    """One row of the table.

    ``contract`` is the contract under which a client makes the object that the dialect is about, if not every one.
    ``hooks`` are its functions by the name of the place where the emulator calls them (``POINTS``).
    """

    name: str
    group: str
    basis: str
    visible: str
    description: str
    source: str
    contract: str
    hooks: dict[str, Hook]


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
    if not hooks or not set(hooks) <= set(POINTS):
        raise ValueError(f"dialect {name}: has no hook, or one that is not called: {', '.join(hooks)}")
    return Dialect(name, group, basis, visible, description, source, contract, hooks)


TABLE: tuple[Dialect, ...] = (
    # --- how lists and details show a tunnel ---
    _row(
        "tunnel-name-upper",
        "tunnel name",
        POSSIBLE,
        WRITE,
        "Names of tunnels are shown in upper case.",
        **h.texts("tunnel", vpnConnName=h.upper),
    ),
    _row(
        "tunnel-name-trimmed",
        "tunnel name",
        POSSIBLE,
        WRITE,
        "Names of tunnels are shown without blanks and -_/. at their ends.",
        **h.texts("tunnel", vpnConnName=h.trim),
    ),
    _row(
        "tunnel-name-cut",
        "tunnel name",
        POSSIBLE,
        WRITE,
        "Names of tunnels are cut to 20 characters.",
        **h.texts("tunnel", vpnConnName=h.cut),
    ),
    _row(
        "tunnel-name-ellipsis",
        "tunnel name",
        POSSIBLE,
        WRITE,
        "Names of tunnels with more than 20 characters are cut to 20, and ... follows.",
        **h.texts("tunnel", vpnConnName=h.cut_with_ellipsis),
    ),
    _row(
        "tunnel-name-percent",
        "tunnel name",
        POSSIBLE,
        WRITE,
        "In names of tunnels every sign except letters and digits is escaped as %XX.",
        **h.texts("tunnel", vpnConnName=h.percent_escape),
    ),
    _row(
        "tunnel-name-entities",
        "tunnel name",
        POSSIBLE,
        WRITE,
        "In names of tunnels every sign except letters and digits is escaped as &#N;.",
        **h.texts("tunnel", vpnConnName=h.entity_escape),
    ),
    _row(
        "tunnel-name-missing",
        "tunnel name",
        POSSIBLE,
        READ,
        "Entries of tunnels have no vpnConnName.",
        **h.dropped("vpnConnName"),
    ),
    _row(
        "tunnel-name-null",
        "tunnel name",
        POSSIBLE,
        READ,
        "The vpnConnName of tunnels is null.",
        **h.replaced("vpnConnName", lambda entry: None),
    ),
    _row(
        "tunnel-name-empty",
        "tunnel name",
        POSSIBLE,
        READ,
        "The vpnConnName of tunnels is an empty string.",
        **h.replaced("vpnConnName", lambda entry: ""),
    ),
    _row(
        "tunnel-name-late",
        "tunnel name",
        POSSIBLE,
        WRITE,
        "A new tunnel has no vpnConnName for 1 second.",
        tunnel=h.drop_young_name,
    ),
    _row(
        "tunnel-name-very-late",
        "tunnel name",
        POSSIBLE,
        WRITE,
        "A new tunnel has an empty name for 10 seconds.",
        tunnel=h.empty_young_name,
    ),
    _row(
        "tunnel-name-id",
        "tunnel name",
        POSSIBLE,
        READ,
        "The id of a tunnel is shown as its name.",
        **h.replaced("vpnConnName", lambda entry: entry.get("vpnConnId")),
    ),
    _row(
        "tunnel-name-unrelated",
        "tunnel name",
        POSSIBLE,
        WRITE,
        "Tunnels are shown under a generated, unrelated name.",
        **h.replaced("vpnConnName", h.unrelated_name),
    ),
    _row(
        "tunnel-name-missing-once",
        "tunnel name",
        POSSIBLE,
        READ,
        "Only the oldest tunnel of a gateway has no vpnConnName, the others have theirs.",
        tunnel=h.drop_oldest_name,
    ),
    _row(
        "description-missing",
        "tunnel description",
        POSSIBLE,
        READ,
        "Entries of tunnels and route rules have no description.",
        **h.dropped("description", points=("tunnel", "route_rule")),
    ),
    _row(
        "description-null",
        "tunnel description",
        POSSIBLE,
        READ,
        "An empty description of a tunnel or route rule is shown as null.",
        tunnel=h.null_if_empty,
        route_rule=h.null_if_empty,
    ),
    _row(
        "description-trimmed",
        "tunnel description",
        POSSIBLE,
        WRITE,
        "Descriptions of tunnels and route rules are shown without blanks and -_/. at their ends.",
        **h.texts("tunnel", description=h.trim),
        **h.texts("route_rule", description=h.trim),
    ),
    _row(
        "description-cut",
        "tunnel description",
        POSSIBLE,
        WRITE,
        "Descriptions of tunnels and route rules are cut to 20 characters.",
        **h.texts("tunnel", description=h.cut),
        **h.texts("route_rule", description=h.cut),
    ),
    _row(
        "description-entities",
        "tunnel description",
        POSSIBLE,
        WRITE,
        "In descriptions of tunnels and route rules every sign except letters, digits and blanks is escaped as &#N;.",
        **h.texts("tunnel", description=h.entity_escape),
        **h.texts("route_rule", description=h.entity_escape),
    ),
    _row(
        "subnets-netmask",
        "subnet form",
        POSSIBLE,
        READ,
        "Subnets are shown as ADDRESS/NETMASK, also those of route rules.",
        **h.shown("tunnel", localSubnets=h.each(h.as_netmask), remoteSubnets=h.each(h.as_netmask)),
        **h.texts("route_rule", sourceAddress=h.as_netmask, destinationAddress=h.as_netmask),
    ),
    _row(
        "host-bits-kept",
        "subnet host bits",
        POSSIBLE,
        WRITE,
        "Subnets with host bits are accepted, and shown as they were sent.",
        "contract 13.8",
        **h.rules("write_rules", host_bits="kept"),
    ),
    _row(
        "host-bits-cleared",
        "subnet host bits",
        POSSIBLE,
        WRITE,
        "Subnets with host bits are accepted, and shown without them.",
        "contract 13.8",
        **h.rules("write_rules", host_bits="cleared"),
    ),
    _row(
        "subnets-sorted",
        "subnet order",
        POSSIBLE,
        WRITE,
        "Subnets are shown in ascending order.",
        "contract 13.8",
        **h.shown("tunnel", localSubnets=h.sorted_subnets, remoteSubnets=h.sorted_subnets),
    ),
    _row(
        "subnets-reordered",
        "subnet order",
        POSSIBLE,
        WRITE,
        "Every second list shows the subnets in reverse order.",
        "contract 13.8",
        tunnel=h.reverse_subnets,
    ),
    _row(
        "life-time-int",
        "life time form",
        POSSIBLE,
        READ,
        "Life times are shown as numbers.",
        "contract 1.3",
        tunnel=h.life_times(int),
    ),
    _row(
        "life-time-digits",
        "life time form",
        LIKELY,
        READ,
        'Life times are shown as "28800".',
        "contract 1.3",
        tunnel=h.life_times(str),
    ),
    _row(
        "life-time-missing",
        "life time form",
        DOCUMENTED,
        READ,
        "Life times are not shown, as in the old English example.",
        "contract 1.3",
        tunnel=h.sub_fields_dropped(*h.LIFE_TIMES),
    ),
    _row(
        "sub-fields-required",
        "sub-fields on write",
        POSSIBLE,
        WRITE,
        "A write that lacks a sub-field of ikeConfig or ipsecConfig is refused.",
        "contract 4",
        **h.rules("write_rules", sub_fields="required"),
    ),
    _row(
        "sub-fields-not-filled",
        "sub-fields on write",
        POSSIBLE,
        WRITE,
        "Sub-fields of ikeConfig and ipsecConfig that a write lacks have no value, and are not shown.",
        "contract 4",
        **h.rules("write_rules", sub_fields="absent"),
    ),
    _row(
        "sub-fields-kept",
        "sub-fields on write",
        POSSIBLE,
        WRITE,
        "Sub-fields of ikeConfig and ipsecConfig that an update lacks keep their value.",
        "contract 13.5",
        **h.rules("write_rules", sub_fields="kept"),
    ),
    _row(
        "sub-fields-dropped",
        "sub-fields on read",
        POSSIBLE,
        READ,
        "ikeMode and ipsecPfs are never shown.",
        tunnel=h.sub_fields_dropped("ikeMode", "ipsecPfs"),
    ),
    _row(
        "configs-dropped",
        "sub-fields on read",
        POSSIBLE,
        READ,
        "ikeConfig and ipsecConfig are never shown.",
        **h.dropped("ikeConfig", "ipsecConfig"),
    ),
    _row(
        "keys-masked",
        "keys on read",
        POSSIBLE,
        READ,
        "Keys are shown as ****.",
        **h.texts("tunnel", secretKey=lambda _key: "****"),
    ),
    _row(
        "keys-masked-partly",
        "keys on read",
        POSSIBLE,
        WRITE,
        "Keys are shown with * in place of each character except the first two and the last two.",
        **h.texts("tunnel", secretKey=h.masked_partly),
    ),
    _row(
        "keys-hashed",
        "keys on read",
        POSSIBLE,
        READ,
        "Keys are shown as their SHA-256 in hexadecimal digits.",
        **h.texts("tunnel", secretKey=h.hashed),
    ),
    _row(
        "keys-missing",
        "keys on read",
        POSSIBLE,
        READ,
        "Entries of tunnels have no secretKey.",
        **h.dropped("secretKey"),
    ),
    _row(
        "created-time-missing",
        "created time",
        POSSIBLE,
        READ,
        "Entries have no createdTime.",
        **h.dropped("createdTime", points=("tunnel", "customer_gateway")),
    ),
    _row(
        "created-time-utc",
        "created time",
        POSSIBLE,
        WRITE,
        "createdTime is UTC, in the usual form.",
        "contract 1.3",
        **h.created_times(h.TIME_FORMAT),
    ),
    _row(
        "created-time-iso",
        "created time",
        POSSIBLE,
        READ,
        "createdTime is written as 2021-04-25T09:22:34Z.",
        **h.created_times("%Y-%m-%dT%H:%M:%SZ"),
    ),
    # --- which tunnels a list shows ---
    _row(
        "list-other-gateway",
        "list scope",
        POSSIBLE,
        READ,
        "The list of a gateway's tunnels is that of the next gateway, and its entries name that gateway in vpnId; "
        "so do the rules of a route table with the next table.",
        list_scope=h.scope_of_next,
    ),
    _row(
        "list-other-gateway-unnamed",
        "list scope",
        POSSIBLE,
        WRITE,
        "The list of a gateway's tunnels is that of the next gateway, and its entries have no vpnId; "
        "the rules of a route table are those of the next, without routeTableId.",
        list_scope=h.scope_of_next,
        **h.dropped("vpnId", "routeTableId", points=("tunnel", "route_rule")),
    ),
    _row(
        "list-all-gateways",
        "list scope",
        POSSIBLE,
        READ,
        "The list of a gateway's tunnels shows those of all gateways, each with its vpnId; "
        "so does the list of a table's route rules.",
        list_scope=lambda _ids, _vpn_id, every: list(every),
    ),
    _row(
        "list-without-vpn-id",
        "list scope",
        LIKELY,
        READ,
        "Entries of tunnels have no vpnId, and route rules no routeTableId.",
        "contract 1.3",
        **h.dropped("vpnId", "routeTableId", points=("tunnel", "route_rule")),
    ),
    _row(
        "list-pages",
        "list pages",
        POSSIBLE,
        READ,
        "Lists of tunnels and route rules come in pages of two, with marker, isTruncated and nextMarker.",
        "contract 1",
        list_page=h.pages,
    ),
    _row(
        "list-pages-endless",
        "list pages",
        POSSIBLE,
        READ,
        "Lists of tunnels and route rules come in pages of two, and nextMarker leads to the first page again.",
        "additions 1.12",
        list_page=h.endless_pages,
    ),
    _row(
        "list-truncated",
        "list pages",
        POSSIBLE,
        READ,
        "Lists of tunnels and route rules end after two with isTruncated and without nextMarker.",
        "additions 1.12",
        list_page=h.truncated_page,
    ),
    _row(
        "list-newest-first",
        "list order",
        POSSIBLE,
        READ,
        "Lists of tunnels and route rules begin with the newest.",
        list_entries=lambda entries: entries[::-1],
    ),
    _row(
        "list-repeats",
        "list repeats",
        POSSIBLE,
        READ,
        "Lists have every tunnel and route rule twice, both entries equal.",
        list_entries=h.repeat_alike,
    ),
    _row(
        "list-repeats-differently",
        "list repeats",
        POSSIBLE,
        READ,
        "Lists have every tunnel and route rule twice, the second time with another description.",
        list_entries=h.repeat_differently,
    ),
    _row(
        "list-late",
        "list time",
        POSSIBLE,
        WRITE,
        "Lists of tunnels and route rules show writes after 10 seconds.",
        list_lag=h.at_least(h.LONG_SECONDS),
    ),
    _row(
        "list-flickers",
        "list time",
        POSSIBLE,
        WRITE,
        "Every second list of tunnels or route rules is 2 seconds old.",
        list_lag=h.lag_of_every_second,
    ),
    _row(
        "put-denied-while-stale",
        "put while stale",
        POSSIBLE,
        WRITE,
        "Lists of tunnels and route rules are 2 seconds old, and writes do not find what they do not show.",
        list_lag=h.at_least(h.SHORT_SECONDS),
        check=h.deny_unlisted,
    ),
    _row(
        "list-error-in-200",
        "list result",
        POSSIBLE,
        READ,
        "Every third list of tunnels or route rules is 200 with an error in its body.",
        **h.after(h.LISTS, h.every_third),
    ),
    # --- the course of writes ---
    _row(
        "create-asynchronous",
        "tunnel status",
        LIKELY,
        WRITE,
        "A new tunnel is creating for 2 seconds.",
        "additions 2.6",
        tunnel=h.creating(),
    ),
    _row(
        "create-fails",
        "tunnel status",
        LIKELY,
        WRITE,
        "A new tunnel is creating for 2 seconds, then its status is error.",
        "additions 2.6",
        tunnel=h.creating(then="error"),
    ),
    _row(
        "create-rolled-back",
        "tunnel status",
        POSSIBLE,
        WRITE,
        "A new tunnel is creating for 2 seconds, then it is gone; a new route rule is gone after 2 seconds, too.",
        tunnel=h.creating(),
        life=lambda _seconds: h.SHORT_SECONDS,
    ),
    _row(
        "status-unknown",
        "tunnel status",
        POSSIBLE,
        READ,
        "The status of a usable tunnel is another word.",
        "additions 2.2",
        **h.texts("tunnel", status=lambda status: "available" if status == "active" else status),
    ),
    _row(
        "status-missing",
        "tunnel status",
        DOCUMENTED,
        READ,
        "Entries of tunnels have no status and no healthStatus, as in the old example.",
        "contract 1.3",
        **h.dropped("status", "healthStatus"),
    ),
    _row(
        "update-asynchronous",
        "update course",
        LIKELY,
        WRITE,
        "An updated tunnel is updating for 2 seconds, and shows its old values; so does a route rule.",
        "additions 2.6",
        update_delay=h.at_least(h.SHORT_SECONDS),
        tunnel=h.status_of(lambda seen: "updating" if seen.since_update < h.SHORT_SECONDS else None),
    ),
    _row(
        "delete-asynchronous",
        "delete course",
        LIKELY,
        WRITE,
        "A deleted tunnel stays in the list as deleting for 2 seconds, and a deleted route rule as it was.",
        "additions 2.6",
        **h.kept_as("deleting", h.SHORT_SECONDS),
    ),
    _row(
        "delete-slow",
        "delete course",
        POSSIBLE,
        WRITE,
        "A deleted tunnel stays in the list as deleting for 60 seconds, and a deleted route rule as it was.",
        "additions 2.6",
        **h.kept_as("deleting", h.SLOW_SECONDS),
    ),
    _row(
        "delete-stays-listed",
        "delete course",
        POSSIBLE,
        WRITE,
        "A deleted tunnel stays in the list as deleted for 10 seconds, and a deleted route rule as it was.",
        **h.kept_as("deleted", h.LONG_SECONDS),
    ),
    # --- results of writes ---
    _row(
        "post-same-id",
        "post result",
        POSSIBLE,
        NO,
        "Every creation of a tunnel or route rule creates one, and returns the id of the first one.",
        **h.after(h.RECORD_CREATIONS, h.first_id),
    ),
    _row(
        "post-foreign-id",
        "post result",
        POSSIBLE,
        WRITE,
        "A creation of a tunnel returns the id of another gateway's newest tunnel, or an unknown id; "
        "that of a route rule returns one of another table.",
        **h.after(h.RECORD_CREATIONS, h.foreign_id),
    ),
    _row(
        "post-without-id",
        "post result",
        POSSIBLE,
        WRITE,
        "A creation returns an empty JSON object.",
        **h.after(h.CREATIONS, lambda _response, _attempt: h.Response(200, {})),
    ),
    _row(
        "post-empty",
        "post result",
        LIKELY,
        WRITE,
        "A creation returns an empty body.",
        "additions 1.4",
        **h.after(h.CREATIONS, lambda _response, _attempt: h.Response(200)),
    ),
    _row(
        "post-error-in-200",
        "post result",
        POSSIBLE,
        WRITE,
        "A creation is not applied, and returns 200 with an error.",
        **h.instead_of(h.CREATIONS, h.ERROR_IN_200),
    ),
    _row(
        "post-error-in-200-done",
        "post result",
        POSSIBLE,
        WRITE,
        "A creation is applied, and returns 200 with an error.",
        **h.after(h.CREATIONS, lambda _response, _attempt: h.ERROR_IN_200),
    ),
    _row(
        "put-error-in-200",
        "put result",
        POSSIBLE,
        WRITE,
        "An update is not applied, and returns 200 with an error.",
        **h.instead_of(h.UPDATES, h.ERROR_IN_200),
    ),
    _row(
        "put-error-in-200-done",
        "put result",
        POSSIBLE,
        WRITE,
        "An update is applied, and returns 200 with an error.",
        **h.after(h.UPDATES, lambda _response, _attempt: h.ERROR_IN_200),
    ),
    _row(
        "put-without-effect",
        "put result",
        POSSIBLE,
        WRITE,
        "An update is not applied, and returns 200.",
        **h.instead_of(h.UPDATES, h.Response(200)),
    ),
    _row(
        "delete-error-in-200",
        "delete result",
        POSSIBLE,
        WRITE,
        "A deletion is not applied, and returns 200 with an error.",
        **h.instead_of(h.DELETIONS, h.ERROR_IN_200),
    ),
    _row(
        "delete-error-in-200-done",
        "delete result",
        POSSIBLE,
        WRITE,
        "A deletion is applied, and returns 200 with an error.",
        **h.after(h.DELETIONS, lambda _response, _attempt: h.ERROR_IN_200),
    ),
    _row(
        "delete-without-effect",
        "delete result",
        POSSIBLE,
        WRITE,
        "A deletion is not applied, and returns 200.",
        **h.instead_of(h.DELETIONS, h.Response(200)),
    ),
    # --- rules of writes ---
    _row(
        "description-cleared",
        "description on update",
        POSSIBLE,
        WRITE,
        "An update without a description clears it.",
        "contract 1.4",
        **h.rules("write_rules", no_description="clears"),
    ),
    _row(
        "description-not-clearable",
        "description on update",
        POSSIBLE,
        WRITE,
        "An update with an empty description leaves it as it is.",
        "contract 1.4",
        **h.rules("write_rules", empty_description="keeps"),
    ),
    _row(
        "update-moves",
        "gateway on update",
        POSSIBLE,
        NO,
        "An update with another gateway's vpnId moves the tunnel to that gateway.",
        "contract 1.1",
        **h.rules("write_rules", other_gateway="moves"),
    ),
    _row(
        "name-exists-400",
        "duplicate name",
        LIKELY,
        WRITE,
        "A second tunnel of one name in a gateway is refused with 400 VpnConnNameAlreadyExist.",
        "additions 1.11",
        **h.refuse_duplicate_names(400),
    ),
    _row(
        "name-exists-409",
        "duplicate name",
        POSSIBLE,
        WRITE,
        "A second tunnel of one name in a gateway is refused with 409 VpnConnNameAlreadyExist.",
        "additions 1.7",
        **h.refuse_duplicate_names(409),
    ),
    _row(
        "building-refuses",
        "busy",
        LIKELY,
        WRITE,
        "Updates and deletions of a tunnel or route rule are refused with 409 OperationDenied in its first 2 seconds.",
        "additions 1.8",
        **h.building_refuses(),
    ),
    _row(
        "unfinished-refuses",
        "busy",
        LIKELY,
        WRITE,
        "Writes to a tunnel or route rule are refused with 409 LastOperationNotFinished for 1 second after its last "
        "write.",
        "additions 1.11",
        **h.unfinished_refuses(),
    ),
    _row(
        "gateway-busy",
        "busy",
        LIKELY,
        WRITE,
        "Writes to a gateway's tunnels, or to a route table, are refused with 400 InvalidInstanceStatus for 1 second "
        "after the last one.",
        "additions 1.8",
        **h.scope_busy(),
    ),
    _row(
        "overlap-refuses",
        "busy",
        LIKELY,
        NO,
        "A write to a gateway's tunnels, or to a route table, is refused with 409 OperationDenied while an earlier one "
        "has no response yet.",
        "additions 1.8",
        **h.overlap_refuses(),
    ),
    # --- client tokens ---
    _row(
        "token-ignored",
        "token on create",
        POSSIBLE,
        WRITE,
        "Every creation creates an object, whatever its token.",
        **h.rules("token_rules", on_create=False),
    ),
    _row(
        "token-expires",
        "token on create",
        POSSIBLE,
        NO,
        "Tokens are forgotten after 1 second.",
        **h.rules("token_rules", seconds=1),
    ),
    _row(
        "token-forgotten-with-object",
        "token on create",
        POSSIBLE,
        WRITE,
        "A creation's token is forgotten when its object is deleted.",
        **h.rules("token_rules", outlives_object=False),
    ),
    _row(
        "token-any-parameters",
        "token on create",
        POSSIBLE,
        WRITE,
        "The first result of a token is returned whatever the other parameters are.",
        **h.rules("token_rules", compares_rest=False),
    ),
    _row(
        "token-shared",
        "token on create",
        POSSIBLE,
        NO,
        "The path is not compared: a token and body give one result for all gateways.",
        **h.rules("token_rules", compares_path=False),
    ),
    _row(
        "token-repeat-refused",
        "token on create",
        POSSIBLE,
        WRITE,
        "A creation with a used token is refused with 403 IdempotentParameterMismatch, even if nothing else changed.",
        **h.rules("token_rules", repeats=False),
    ),
    _row(
        "token-create-only",
        "token on update and delete",
        LIKELY,
        WRITE,
        "Updates and deletions ignore tokens.",
        "contract 5, additions 5.2",
        **h.rules("token_rules", on_change=False),
    ),
    # --- absent objects ---
    _row(
        "no-such-object-400",
        "status of absent",
        LIKELY,
        READ,
        "NoSuchObject has status 400.",
        "additions 1.2",
        **h.absent((), lambda error, _attempt: h.BceError(400, error.code, error.message)),
    ),
    _row(
        "gone-other-code",
        "write to absent",
        LIKELY,
        WRITE,
        "Updates and deletions of absent objects are refused with 400 VpnConnIdException, or RouteRuleIdException.",
        "additions 1.3",
        **h.absent(h.UPDATES + h.DELETIONS, h.id_exception),
    ),
    _row(
        "gone-200",
        "write to absent",
        POSSIBLE,
        WRITE,
        "Updates and deletions of absent objects return 200.",
        **h.absent(h.UPDATES + h.DELETIONS, lambda _error, _attempt: h.Response(200)),
    ),
    _row(
        "absent-empty",
        "read of absent",
        LIKELY,
        READ,
        "Reads of an absent gateway, its list of tunnels, absent customer gateways, VPCs, subnets and route tables "
        "return 200 with an empty body.",
        "additions 1.4",
        **h.absent(h.READS, lambda _error, _attempt: h.Response(200)),
    ),
    _row(
        "absent-gateway-empty-list",
        "read of absent",
        POSSIBLE,
        READ,
        "The list of tunnels of an absent gateway, and that of an absent table's route rules, is an empty list.",
        **h.absent(("list tunnels", "list route rules"), h.empty_list),
    ),
    # --- errors ---
    _row(
        "throttled-400",
        "throttling",
        LIKELY,
        READ,
        "Every third request is refused with 400 RateLimit.",
        "additions 1.1",
        **h.throttled(400),
    ),
    _row(
        "throttled-403",
        "throttling",
        LIKELY,
        READ,
        "Every third request is refused with 403 RateLimit.",
        "additions 1.1",
        **h.throttled(403),
    ),
    _row(
        "throttled-429",
        "throttling",
        LIKELY,
        READ,
        "Every third request is refused with 429 RateLimit.",
        "additions 1.1",
        **h.throttled(429),
    ),
    _row(
        "error-without-code",
        "error body",
        POSSIBLE,
        READ,
        "Error bodies have no code.",
        error_payload=h.error_without_code,
    ),
    _row(
        "error-empty",
        "error body",
        LIKELY,
        READ,
        "Error bodies are empty.",
        "additions 1.5",
        error_payload=lambda _payload: None,
    ),
    # --- HTTP and JSON ---
    _row(
        "extra-fields",
        "extra fields",
        LIKELY,
        READ,
        "Every JSON object of a response has further fields.",
        "contract 1.1",
        payload=h.with_extra_fields,
    ),
    _row(
        "byte-order-mark",
        "encoding",
        POSSIBLE,
        READ,
        "JSON begins with a byte order mark.",
        body=lambda body: h.BYTE_ORDER_MARK + body,
    ),
    _row(
        "early-hints",
        "early hints",
        POSSIBLE,
        READ,
        "A 103 Early Hints response precedes every response.",
        early_hints=lambda _sent: True,
    ),
    _row(
        "clock-ahead",
        "clock",
        POSSIBLE,
        READ,
        "The server's clock is 8 hours ahead.",
        clock_offset=lambda seconds: seconds + 8 * h.HOUR,
    ),
    _row(
        "clock-behind",
        "clock",
        POSSIBLE,
        READ,
        "The server's clock is 8 hours behind.",
        clock_offset=lambda seconds: seconds - 8 * h.HOUR,
    ),
    # --- gateways and customer gateways ---
    _row(
        "gateways-other-vpc",
        "gateway list",
        POSSIBLE,
        READ,
        "The list of a VPC's gateways is that of the next VPC, and its entries name that VPC in vpcId.",
        vpc=lambda vpc_id, every: h.next_of(every, vpc_id),
    ),
    _row(
        "vpc-detail-flat",
        "VPC detail",
        POSSIBLE,
        NO,
        "The detail of a VPC is not wrapped in vpc.",
        **h.after(("read vpc",), h.flat_vpc),
    ),
    _row(
        "vpc-detail-without-subnets",
        "VPC detail",
        POSSIBLE,
        NO,
        "The detail of a VPC has no subnets.",
        **h.after(("read vpc",), h.vpc_without_subnets),
    ),
    _row(
        "vpc-name-capital",
        "VPC name",
        DOCUMENTED,
        NO,
        "The name of VPCs and subnets is Name.",
        "network 3",
        **h.after(("list vpcs", "read vpc", "list subnets", "read subnet"), h.capital_name),
    ),
    _row(
        "gateway-type-gre",
        "gateway type",
        LIKELY,
        READ,
        "The type of gateways is GRE.",
        "additions 7.2",
        **h.texts("gateway", type=lambda _type: "GRE"),
    ),
    _row(
        "customer-gateway-name-upper",
        "customer gateway name",
        POSSIBLE,
        WRITE,
        "Names of customer gateways are shown in upper case.",
        contract="cn",
        **h.texts("customer_gateway", name=h.upper),
    ),
    _row(
        "customer-gateway-name-trimmed",
        "customer gateway name",
        POSSIBLE,
        WRITE,
        "Names of customer gateways are shown without blanks and -_/. at their ends.",
        contract="cn",
        **h.texts("customer_gateway", name=h.trim),
    ),
    _row(
        "customer-gateway-name-cut",
        "customer gateway name",
        POSSIBLE,
        WRITE,
        "Names of customer gateways are cut to 20 characters.",
        contract="cn",
        **h.texts("customer_gateway", name=h.cut),
    ),
    _row(
        "customer-gateway-name-missing",
        "customer gateway name",
        POSSIBLE,
        WRITE,
        "Entries of customer gateways have no name.",
        contract="cn",
        **h.dropped("name", points=("customer_gateway",)),
    ),
    _row(
        "customer-gateway-name-late",
        "customer gateway name",
        POSSIBLE,
        WRITE,
        "A new customer gateway has no name for 1 second.",
        contract="cn",
        customer_gateway=h.drop_young_cgw_name,
    ),
    _row(
        "customer-gateway-list-late",
        "customer gateway time",
        POSSIBLE,
        WRITE,
        "The list of customer gateways shows a new one after 10 seconds.",
        contract="cn",
        customer_gateway_lag=h.at_least(h.LONG_SECONDS),
    ),
    _row(
        "customer-gateway-stale",
        "customer gateway time",
        POSSIBLE,
        WRITE,
        "For 2 seconds a new customer gateway is neither listed nor found by its id.",
        contract="cn",
        customer_gateway_lag=h.at_least(h.SHORT_SECONDS),
        customer_gateway_hidden=h.at_least(h.SHORT_SECONDS),
    ),
    # --- route rules only ---
    _row(
        "route-tables-list",
        "route table form",
        LIKELY,
        NO,
        "A route table is returned in a list, routeTables.",
        "additions 6.10",
        route_table=lambda table: {"routeTables": [table]},
    ),
    _row(
        "route-next-hop-list",
        "route next hop form",
        LIKELY,
        NO,
        "Route rules have a nextHopList with one entry in place of nexthopId and nexthopType.",
        "additions 6.10",
        route_rule=h.next_hops("nextHopList"),
    ),
    _row(
        "route-nexthop-list",
        "route next hop form",
        POSSIBLE,
        NO,
        "Route rules have a nexthopList with one entry in place of nexthopId and nexthopType.",
        route_rule=h.next_hops("nexthopList"),
    ),
    _row(
        "route-system-rules-unlisted",
        "route system rules",
        POSSIBLE,
        NO,
        "The list of route rules that has pages does not show system rules.",
        "network 2.1",
        route_rule_list=lambda entries: [entry for entry in entries if entry.get("routeRuleId")],
    ),
    _row(
        "route-update-new-id",
        "route update",
        POSSIBLE,
        NO,
        "An update gives a route rule a new id.",
        **h.rules("write_rules", id_on_update="replaced"),
    ),
    _row(
        "route-pair-repeats",
        "route pairs",
        POSSIBLE,
        NO,
        "Several route rules of one source and destination are accepted in a table.",
        **h.rules("write_rules", same_pair="accepted"),
    ),
    _row(
        "route-pair-409",
        "route pairs",
        LIKELY,
        NO,
        "A second route rule of one source and destination is refused with 409 RouteRule.RouteRuleRepeated.",
        "additions 1.7",
        **h.other_error("RouteRuleRepeated", 409, "RouteRule.RouteRuleRepeated"),
    ),
    _row(
        "route-quota-code",
        "route quota",
        LIKELY,
        NO,
        "A route rule more than a table takes is refused with 400 RouteRuleExceedQuota.",
        "additions 1.6",
        **h.other_error("QuotaLimitExceeded", 400, "RouteRuleExceedQuota"),
    ),
    _row(
        "route-post-id-list",
        "route post result",
        POSSIBLE,
        NO,
        "A creation of a route rule returns its id in a list, routeRuleIds.",
        "network 2.2",
        **h.after(("create route rule",), h.id_in_list),
    ),
)

BY_NAME: dict[str, Dialect] = {dialect.name: dialect for dialect in TABLE}


def _groups() -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for dialect in TABLE:
        groups.setdefault(dialect.group, []).append(dialect.name)
    return groups


GROUPS: dict[str, list[str]] = _groups()
"""The names of every group's dialects, in the order of the table."""


ROUTE_GROUPS = tuple(group for group in GROUPS if group.startswith("route "))
"""Groups whose dialects touch nothing but route rules."""


def draw(source: random.Random, size: int, with_routes: bool = False) -> list[str]:
    """Draw a mix of dialects: one of each of ``size`` groups; those of routes only are left out unless wanted."""
    groups = [group for group in GROUPS if with_routes or group not in ROUTE_GROUPS]
    return [source.choice(GROUPS[group]) for group in sorted(source.sample(groups, size))]


def errors_in(names: Iterable[str]) -> list[str]:
    """Return the errors of a choice of dialects."""
    chosen = list(dict.fromkeys(names))
    unknown = [name for name in chosen if name not in BY_NAME]
    if unknown:
        return [f"dialect {name!r} is unknown; known are {', '.join(sorted(BY_NAME))}" for name in unknown]
    errors = []
    for group, members in GROUPS.items():
        both = [name for name in chosen if name in members]
        if len(both) > 1:
            errors.append(f"dialects {' and '.join(both)} exclude each other (group {group})")
    return errors


class Dialects:
    """The dialects in force; immutable, so that settings can be compared and restored."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        errors = errors_in(names)
        if errors:
            raise refused("; ".join(errors))
        self.names: tuple[str, ...] = tuple(dict.fromkeys(names))
        # In the order of the table, so that the order on the command line means nothing.
        chosen = [dialect for dialect in TABLE if dialect.name in self.names]
        self._hooks = {
            point: tuple(dialect.hooks[point] for dialect in chosen if point in dialect.hooks) for point in POINTS
        }

    def has(self, point: str) -> bool:
        """Return whether a dialect in force changes anything at this point."""
        return bool(self._hooks[point])

    def apply(self, point: str, value: Any, *context: Any) -> Any:
        """Return the value as all dialects in force have it."""
        for hook in self._hooks[point]:
            value = hook(value, *context)
        return value


def list_of_dialects() -> str:
    """Return the table as text, for --list-dialects."""
    lines = []
    for group, names in GROUPS.items():
        lines.append(f"{group}:")
        for dialect in (BY_NAME[name] for name in names):
            source = f"; {dialect.source}" if dialect.source else ""
            lines.append(f"  {dialect.name} ({dialect.basis}, visible: {dialect.visible}{source})")
            lines.append(f"      {dialect.description}")
    return "\n".join(lines)
