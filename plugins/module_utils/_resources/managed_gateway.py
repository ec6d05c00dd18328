# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""IPsec VPN gateways as the module vpn_gateway manages them.

Contract: the API pages "Create VPN gateway" and "Update VPN gateway".
"""

from __future__ import annotations

import re
from typing import Any, Dict, List

from .._bce.errors import ConflictError
from .._bce.response_parsing import parse_str
from .base import Desired, Item, Plan
from .billing import PAYMENT_TIMING, POSTPAID, BilledResource, flag_field
from .fields import Field, description_field, id_field, ip_address, name_field, or_empty, parse_address
from .parsers import parse_number, parse_tags, parse_text
from .resource import Summary
from .steps import Condition
from .vpn_gateway import VpnGateway, is_ipsec

MESSAGES = {
    "gateway_name_default": "%(option)s: must not be default, which the API does not accept; choose another name",
    "gateway_other_type": (
        "The VPN gateway %(name)s (%(id)s) is of the type %(type)s, and this module manages IPSec only; choose another"
        " vpn_name or vpn_id"
    ),
    "gateway_state": "status %(status)s, address %(eip)s",
}

TAG_PART = re.compile(r"[\w /.-]{0,65}")
IPSEC = "IPSec"
BUSY = ("building", "configuring")
USABLE = ("unconfigured", "active")


def _parse_eip(value: Any) -> str | None:
    """Return an address, "" if there is none, None if the API does not show it."""
    return or_empty(parse_address)(value.get("eip", "") if isinstance(value, dict) else value)


def _normalize_eip(value: Any) -> str:
    text = value.strip()
    if text and (ip_address(text) != text or ":" in text):
        raise ValueError
    return text


def _normalize_type(value: Any) -> str:
    if value.strip() != IPSEC:
        raise ValueError
    return IPSEC


def _normalize_tags(value: Any) -> Dict[str, str]:
    parts = [part for pair in value.items() for part in pair]
    if not all(isinstance(part, str) and TAG_PART.fullmatch(part) for part in parts) or "" in value:
        raise ValueError
    return dict(value)


VPN_ID = id_field("vpn_id")
VPN_NAME = name_field("vpn_name", "name")
DESCRIPTION = description_field(max_chars=200)._replace(omits_empty=True)
EIP = Field(
    "eip",
    'must be the IPv4 address of an EIP, or "" for none',
    _normalize_eip,
    {"type": "str"},
    False,
    is_blank_unset=False,
    omits_empty=True,
    parse=_parse_eip,
)
DELETE_PROTECT = flag_field("delete_protect")
SUBNET_ID = id_field("subnet_id")
TYPE = Field("type", "must be " + IPSEC, _normalize_type, {"type": "str", "choices": [IPSEC], "default": IPSEC}, False)
TAGS = Field(
    "tags",
    "must be a dictionary of texts: keys of 1 to 65 and values of 0 to 65 letters, digits, blanks and -_/.",
    _normalize_tags,
    {"type": "dict"},
    False,
    is_blank_unset=False,
    parse=parse_tags,
)
FORCE = flag_field("force", default=False)._replace(has_wire_name=False)
NOT_RETURNED = (SUBNET_ID.name, TAGS.name)  # no list shows them, and an update never sends them


class ManagedGateway(VpnGateway, BilledResource):
    """A VPN gateway of the type IPSec, which costs money. Its type, VPC, subnet, billing and tags never change."""

    kind = "vpn_gateway"
    label = "VPN gateway"
    scope_help = "the name of a gateway is looked up in one VPC"
    id_field = VPN_ID
    fields = (
        VPN_NAME,
        DESCRIPTION,
        EIP,
        DELETE_PROTECT,
        SUBNET_ID,
        PAYMENT_TIMING,
        TAGS,
    )
    read_only = {
        **dict.fromkeys(("status", "type"), parse_text),
        **dict.fromkeys(("bandwidth_in_mbps", "vpn_conn_num", "max_connection"), parse_number),
        **dict.fromkeys(("create_time", "expired_time"), parse_str),
    }
    immutable = dict.fromkeys(
        ("subnet_id", "payment_timing", "tags"), "leave the option out, or create another gateway under another name"
    )
    defaults = {"type": IPSEC, "description": "", "eip": "", "delete_protect": False, "payment_timing": POSTPAID}
    paths = dict(VpnGateway.paths, create="/vpn", protection="/vpn/%(id)s/deleteProtect")
    operations = dict(
        VpnGateway.operations,
        create="create the VPN gateway %(name)s in VPC %(vpc_id)s",
        update="update the VPN gateway %(name)s (%(id)s)",
        delete="release the VPN gateway %(id)s",
    )
    wait_help = "look at it in the console"
    final_states = ("error", "expired", "down")

    def __init__(self) -> None:
        super().__init__()
        self.option_fields += (TYPE, FORCE)

    def validate_values(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """See Resource.validate_values()."""
        found = super().validate_values(values, where)
        name = values.get(VPN_NAME.name)
        if isinstance(name, str) and name.strip() == "default":
            found.append(MESSAGES["gateway_name_default"] % {"option": where + VPN_NAME.name})
        return found

    def scope_errors(self, provided: Dict[str, Any], where: str = "") -> List[str]:
        """See Resource.scope_errors(); an id alone identifies a gateway, whose VPC is read then."""
        is_by_id = VPN_ID.name in provided and not any(name in provided for name in ("vpc_id", "vpc_name"))
        return [] if is_by_id else super().scope_errors(provided, where)

    def is_same_connection(self, desired: Desired, item: Item) -> bool:
        """See ResourceType.is_same_connection(); nothing is bought next to a gateway whose name may be truncated."""
        return True

    def parse_summaries(self, entries: Any, scope: Dict[str, Any]) -> List[Summary]:
        """See Resource.parse_summaries(); gateways have a createTime."""
        found = super().parse_summaries(entries, scope)
        return [one._replace(created_time=parse_str(entry.get("createTime"))) for one, entry in zip(found, entries)]

    def parse_item(self, entry: Dict[str, Any], scope: Dict[str, Any]) -> Item:
        """See Resource.parse_item(); an address that is null means none, and one that is missing is unknown."""
        own = {"paymentTiming": entry.get("paymentTiming", entry.get("productType"))}
        own.update({"eip": ""} if entry.get("eip", "") is None else {})
        item = super().parse_item(dict(entry, **own), scope)
        # An update sends a protection that is not shown too, because switching it twice does no harm.
        hidden = {DELETE_PROTECT.name} if item.fields[DELETE_PROTECT.name] is None else set()
        return item._replace(not_comparable=item.not_comparable | hidden)

    def reject_unchangeable(self, desired: Desired, item: Item) -> None:
        """Raise an error for a gateway of another type."""
        if not is_ipsec(item.fields):
            words = {"name": item.fields["vpn_name"], "id": item.fields["vpn_id"], "type": item.fields["type"]}
            raise ConflictError(MESSAGES["gateway_other_type"] % words, "OtherType")

    def describe_state(self, item: Item) -> str:
        """See ResourceType.describe_state()."""
        shown = {"status": item.fields["status"] or "unknown", "eip": item.fields["eip"] or "none"}
        if item.fields["eip"] is None:
            shown["eip"] = "unknown"
        return MESSAGES["gateway_state"] % shown

    def _plan_create(self, desired: Desired) -> Plan:
        plan = super()._plan_create(desired)
        reservation = desired.options.get("reservation")
        return plan._replace(after=dict(plan.after, reservation=reservation)) if reservation else plan

    def _diff(self, desired: Desired, item: Item) -> Any:
        """See ResourceDiff._diff(); there is no warning of options that the API never shows."""
        differing, unknown = super()._diff(desired, item)
        return differing, tuple(name for name in unknown if name not in NOT_RETURNED)


MANAGED_GATEWAY = ManagedGateway()

# No change is in progress, or the gateway is gone.
SETTLED = Condition("settled", lambda item: item is None or _status(item) not in BUSY)
# An existing gateway can be changed. An unknown status does not prevent that.
CHANGEABLE = Condition(
    "usable", lambda item: item is not None and _status(item) not in (*BUSY, *MANAGED_GATEWAY.final_states)
)
# A gateway that this run creates can be used. An unknown status does not confirm that.
CREATED = Condition("usable", lambda item: item is not None and _status(item) in USABLE)


def _status(item: Item) -> str:
    return (item.fields["status"] or "").lower()


def is_busy(item: Item) -> bool:
    """Return whether a gateway is being created or changed."""
    return _status(item) in BUSY


def bound(address: str, usable: Condition = CHANGEABLE) -> Condition:
    """Return the condition that a gateway has this address and is usable."""
    return Condition(
        "bound to %s" % address,
        lambda item: item is not None and item.fields["eip"] == address and usable.is_reached(item),
    )


def unbound(address: str) -> Condition:
    """Return the condition that a gateway has lost this address and is settled."""
    return Condition(
        "settled without an address",
        lambda item: item is not None and item.fields["eip"] == "" and SETTLED.is_reached(item),
        lambda item: "still has %s" % address if item is not None and item.fields["eip"] == address else "",
    )


def showing(fields: Dict[str, Any]) -> Condition | None:
    """Return the condition that a gateway shows these values, None if there are no values."""
    if not fields:
        return None
    return Condition(
        "updated", lambda item: item is not None and all(item.fields[name] == value for name, value in fields.items())
    )
