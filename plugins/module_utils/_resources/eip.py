# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The EIPs of the account in a region, on a host of their own. The API's key of an EIP is its address.

Contract: the API pages "Create EIP", "Query EIP list", "Resize EIP" and "Release EIP". No request reads one EIP, so the
whole list is read in its place. A response to a filtered request may have no list at all, which proves nothing. The
filter for names is not used, because it is not documented whether it is exact.

An EIP need not have a name. An EIP whose name is not shown may be the one of the task, so nothing is bought next to it.
An EIP with an empty name has none, if the same list shows the name of any other EIP. A list of empty names only may be
one that does not show names.
"""

from __future__ import annotations

import ipaddress
from typing import Any, Dict, Iterable, List

from .._bce.errors import CODE_BY_STATUS, ConflictError, InvalidOptionsError, NotFoundError
from .._bce.response_parsing import parse_id, parse_str
from .api import DELETED_STATUSES, PAGE_SIZE
from .base import ABSENT, CHECK_MODE_ID, CREATE, NOOP, UNKNOWN, Desired, Entry, Item, Listed, Plan, WriteResult
from .billing import PAYMENT_TIMING, POSTPAID, PREPAID, BilledResource, word_field
from .fields import Field, id_field, integer, ip_address, name_field, parse_choice, validate_value
from .messages import MESSAGES as SHARED_MESSAGES
from .parsers import parse_flag, parse_number, parse_tags, parse_text
from .stepped_api import RestSteppedApi
from .steps import Condition, Step, Steps

MESSAGES = {
    "eip_bandwidth": (
        "bandwidth_in_mbps: must be from %(minimum)d to %(maximum)d for an EIP of %(reason)s, got %(value)d"
    ),
    "eip_bandwidth_reason": "the %(option)s %(value)s",
    "eip_in_use": (
        "The EIP %(name)s (%(eip)s) is bound to %(instance)s, so it is not released; unbind it there first, then run"
        " the task again"
    ),
    "eip_binding_unknown": (
        "The EIP %(name)s (%(eip)s) is not released, because the list does not show whether it is bound; look at it in"
        " the console, and release it there"
    ),
    "eip_state": "status %(status)s, %(bandwidth_in_mbps)s Mbps",
    "eip_instance": "%(type)s %(id)s",
    "eip_instance_unknown": "an instance that the list does not name",
    "eip_protected": (
        "The EIP %(name)s (%(eip)s) is protected against release, so it is not released; switch the protection off in"
        " the console first"
    ),
    "eip_prepaid": (
        "The EIP %(name)s (%(eip)s) is prepaid, and the API releases such EIPs by a refund only, so it is not released;"
        " ask for the refund in the console"
    ),
    "eip_without_name": (
        "name: the EIP %(eip)s has no name, and the API cannot give it one; leave name out, or set it in the console"
    ),
    "eip_id_unknown": "eip_id: the region has no EIP of the id %(eip_id)s; check the id and the region",
}
NO_NAME = "(no name)"  # in the place of an empty name; not a valid name itself
BY_TRAFFIC, BY_BANDWIDTH = "ByTraffic", "ByBandwidth"
MAX_BY_TRAFFIC, MAX_BANDWIDTH = 200, 5000
BANDWIDTHS = {"BGP": (1, 500), "BGP_S": (100, MAX_BANDWIDTH)}  # Mbps of EIPs that are not ByTraffic
CHANGING_STATUSES = ("creating", "binding", "unbinding", "updating")
AVAILABLE = "available"
READY_STATUSES = (AVAILABLE, "binded")  # sic
UNBINDING = "unbinding"
BOUND_STATUSES = ("binded", "binding")


def eip_address(value: Any) -> str:
    """Return the address of an EIP in canonical form."""
    text = ip_address(value)
    return text if text == CHECK_MODE_ID else str(ipaddress.IPv4Address(text))


EIP = Field("eip", "must be the IPv4 address of an EIP", eip_address, {"type": "str"}, False, parse=parse_id)
EIP_ID = id_field("eip_id")
BANDWIDTH = Field(
    "bandwidth_in_mbps",
    "must be a whole number of Mbps from 1 to %d" % MAX_BANDWIDTH,
    integer(1, MAX_BANDWIDTH),
    {"type": "int"},
    is_blank_unset=False,
    parse=parse_number,
)
BILLING_METHOD = word_field("billing_method", BY_BANDWIDTH, BY_TRAFFIC)
ROUTE_TYPE = word_field("route_type", *BANDWIDTHS)


def bandwidth_errors(fields: Dict[str, Any]) -> List[str]:
    """Return an error if an EIP cannot have its bandwidth; what is None may have any value."""
    bandwidth, option = fields.get("bandwidth_in_mbps"), "route_type"
    minimum, maximum = BANDWIDTHS.get(str(fields.get("route_type")), (1, MAX_BANDWIDTH))
    if fields.get("billing_method") == BY_TRAFFIC:
        minimum, maximum, option = 1, MAX_BY_TRAFFIC, "billing_method"
    if bandwidth is None or validate_value(BANDWIDTH, bandwidth) or minimum <= bandwidth <= maximum:
        return []
    reason = MESSAGES["eip_bandwidth_reason"] % {"option": option, "value": fields[option]}
    words = {"minimum": minimum, "maximum": maximum, "reason": reason, "value": bandwidth}
    return [MESSAGES["eip_bandwidth"] % words]


def instance_of(item: Item) -> str:
    """Return the words for the instance that an EIP is bound to, "" for none."""
    fields = item.fields
    if not fields["instance_id"] and fields["status"] not in BOUND_STATUSES:
        return ""
    named = {"type": fields["instance_type"] or "the instance", "id": fields["instance_id"]}
    return MESSAGES["eip_instance" if fields["instance_id"] else "eip_instance_unknown"] % named


class Eip(BilledResource):
    """An EIP. Only its bandwidth can be changed, and only one that is not bound, protected or prepaid is released."""

    kind = "eip"
    label = "EIP"
    service = "eip"
    natural_key = ("name",)
    id_field = EIP
    billing_fields = (PAYMENT_TIMING, BILLING_METHOD)
    fields = (name_field("name"), BANDWIDTH, *billing_fields, ROUTE_TYPE)
    read_only = {
        "eip_id": parse_id,
        "status": parse_choice,
        **dict.fromkeys(("eip_instance_type", "instance_type", "instance_id", "share_group_id"), parse_text),
        **dict.fromkeys(("create_time", "expire_time"), parse_str),
        "tags": parse_tags,
        "delete_protect": parse_flag,
    }
    immutable = {
        "name": "create an EIP of that name, and release this one",
        **dict.fromkeys(("payment_timing", "billing_method"), "create another EIP, or change this one in the console"),
        "route_type": "create another EIP, and release this one",
    }
    defaults = {"payment_timing": POSTPAID, "billing_method": BY_BANDWIDTH}
    paths = {"list": "/eip", "create": "/eip", "item": "/eip/%(id)s"}
    operations = {
        "list": "list the EIPs of the region",
        "create": "create the EIP %(name)s",
        "update": "update the bandwidth of the EIP %(name)s (%(id)s)",
        "delete": "release the EIP %(id)s",
    }
    list_key = "eipList"
    list_query = {"maxKeys": PAGE_SIZE}
    final_states = ("paused", "unavailable")

    def __init__(self) -> None:
        super().__init__()
        self.option_fields += (EIP_ID,)

    def validate_values(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """See Resource.validate_values()."""
        return super().validate_values(values, where) + bandwidth_errors(self.provided_options(values))

    def missing_identifiers(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """See Resource.missing_identifiers()."""
        provided = self.provided_options(values)
        if "eip_id" not in provided:
            return super().missing_identifiers(values, where)
        return [SHARED_MESSAGES["scope_ambiguous"] % {"option": "eip_id", "other": "eip"}] if "eip" in provided else []

    def describe_state(self, item: Any) -> str:
        """See ResourceType.describe_state()."""
        return MESSAGES["eip_state"] % item.fields

    def is_same_connection(self, desired: Desired, item: Item) -> bool:
        """See ResourceType.is_same_connection(); no other field distinguishes eip-1 from a truncated eip-10."""
        return False

    def parse_item(self, entry: Dict[str, Any], scope: Dict[str, Any]) -> Item:
        """See Resource.parse_item(); the name is "" where the EIP has none, None where it is not known."""
        item = super().parse_item(entry, scope)
        if item.fields["name"] == NO_NAME:
            item.fields["name"] = ""
        return item

    def reject_unchangeable(self, desired: Desired, item: Item) -> None:
        """Raise an error for a release that the API refuses, and for a name if the EIP has none."""
        fields = item.fields
        if not desired.is_absent:
            if fields["name"] == "" and "name" in desired.fields:
                raise ConflictError(MESSAGES["eip_without_name"] % fields, "ImmutableField")
            return
        words = dict(fields, name=fields["name"] or NO_NAME)
        if fields["status"] != UNBINDING:
            self.reject_bound(item)
        if fields["delete_protect"]:
            raise ConflictError(MESSAGES["eip_protected"] % words, "ReleaseProtected")
        if fields["payment_timing"] == PREPAID:
            raise ConflictError(MESSAGES["eip_prepaid"] % words, "PrepaidRelease")

    def reject_bound(self, item: Item) -> None:
        """Raise an error unless the list shows that an EIP is not bound to an instance."""
        fields, instance = item.fields, instance_of(item)
        words = dict(fields, name=fields["name"] or NO_NAME, instance=instance)
        if instance:
            raise ConflictError(MESSAGES["eip_in_use"] % words, "EipInUse")
        if fields["status"] != AVAILABLE and fields["instance_id"] is None:
            raise ConflictError(MESSAGES["eip_binding_unknown"] % words, "EipInUse")

    def plan(self, desired: Desired, item: Item | None) -> Plan:
        """See Resource.plan().

        :raises InvalidOptionsError: also if the EIP cannot have the bandwidth, which depends on what it is.
        """
        plan = super().plan(desired, item)
        if plan.target is not None and plan.action != NOOP:
            default = {"route_type": "BGP"} if plan.action == CREATE and not plan.target.fields["route_type"] else {}
            errors = bandwidth_errors(dict(plan.target.fields, **default))
            if errors:
                raise InvalidOptionsError(errors)
        return plan


EIP_TYPE = Eip()
SETTLED = Condition("settled", lambda item: item is None or item.fields["status"] not in CHANGING_STATUSES)
# An EIP whose status is never shown cannot be waited for.
READY = Condition("available", lambda item: item is not None and item.fields["status"] in (None, *READY_STATUSES))


def _resized(bandwidth: Any) -> Condition:
    return Condition(
        "at %s Mbps" % bandwidth,
        lambda item: SETTLED.is_reached(item) and item is not None and item.fields["bandwidth_in_mbps"] == bandwidth,
    )


class EipApi(RestSteppedApi):
    """The operations on the EIPs of the account in a region."""

    type = EIP_TYPE
    poll_interval = 2.0

    def __init__(self, client: Any, values: Dict[str, Any]) -> None:
        super().__init__(client, values)
        self._reservation = values.get("reservation")

    @staticmethod
    def resolve(client: Any, values: Dict[str, Any]) -> Dict[str, Any]:
        """See RestReader.resolve(); return the options with `eip` in the place of `eip_id`.

        If no EIP has the id and the task has `state: absent`, the id stands for the address.
        """
        eip_id = values.get("eip_id")
        if eip_id is None or eip_id == CHECK_MODE_ID:
            return values if eip_id is None else dict(values, eip=eip_id)
        entries = EipApi(client, values).list().items
        found = [item.fields["eip"] for item in entries if item.fields["eip_id"] == eip_id and item.fields["eip"]]
        if not found and values["state"] != "absent":
            raise ConflictError(MESSAGES["eip_id_unknown"] % values, "NotFound")
        return dict(values, eip=(found or [eip_id])[0])

    def parse_all(self, objects: Iterable[Dict[str, Any]], *arguments: Any, **more: Any) -> Listed:
        """See RestReader.parse_all(); mark EIPs without a name, unless the list shows no name at all."""
        objects = tuple(objects)
        if any(parse_str(entry.get("name")) for entry in objects):
            objects = tuple(
                dict(entry, name=NO_NAME) if isinstance(entry.get("name"), str) and not entry["name"].strip() else entry
                for entry in objects
            )
        return super().parse_all(objects, *arguments, **more)

    def read(self, object_id: str) -> Entry | None:
        """See SteppedApi.read(): an entry of the list."""
        entries = self.read_all(without=DELETED_STATUSES).entries
        return next((entry for entry in entries if entry.object_id == object_id), None)

    def probe(self, target: Item, object_id: str, token: str) -> WriteResult:
        """See ResourceApi.probe(): set the bandwidth that the EIP already has if this task created it.

        No request reads one EIP, and a list that lacks it may be stale. Only a 404 with an error code of the API proves
        that the EIP does not exist, because a bare 404 may be about the path.
        """
        result = super().probe(target, object_id, token)
        is_proof = isinstance(result.error, NotFoundError) and result.error.code != CODE_BY_STATUS[404]
        return result._replace(outcome=UNKNOWN) if result.outcome == ABSENT and not is_proof else result

    def complete_target(self, target: Item) -> Item:
        """See ResourceApi.complete_target()."""
        item = super().complete_target(target)
        return item._replace(fields=dict(item.fields, eip_id=CHECK_MODE_ID))

    def created_id(self, body: Dict[str, Any]) -> str | None:
        """See RestApi.created_id(); the address may be in a list."""
        found = body.get("eips")
        return super().created_id(body) or (parse_id(found[0]) if isinstance(found, list) and len(found) == 1 else None)

    def create_body(self, target: Item) -> Dict[str, Any]:
        """See RestApi.create_body()."""
        return self.type.to_billing(super().create_body(target), self._reservation)

    def replace_body(self, target: Item) -> Dict[str, Any]:
        """See RestApi.replace_body(); the only update is one of the bandwidth."""
        return {"newBandwidthInMbps": target.fields["bandwidth_in_mbps"]}

    def update_body(self, plan: Plan) -> Dict[str, Any]:
        """See RestApi.update_body()."""
        target: Any = plan.target
        return self.replace_body(target)

    def _put(self, item: Any, body: Dict[str, Any], token: str) -> str | None:
        address, operation = item.fields[self.type.id_option], self.operation("update", item.fields)
        query = {"resize": "", "clientToken": token}
        return self.client.request("PUT", self._path("item", address), query, body, operation).request_id

    def ready(self, desired: Desired) -> Condition | None:
        """See SteppedApi.ready()."""
        return READY

    def update_steps(self, plan: Plan, item: Item) -> Steps:
        """See SteppedApi.update_steps()."""
        target: Any = plan.target
        bandwidth = target.fields["bandwidth_in_mbps"]
        item = yield from self._settle(item)
        if item.fields["bandwidth_in_mbps"] != bandwidth:
            (step,) = super().update_steps(plan, item)
            yield step._replace(until=_resized(bandwidth), is_last=True)

    def deletion_steps(self, desired: Desired, item: Item) -> Steps:
        """See SteppedApi.deletion_steps()."""
        item = yield from self._settle(item)
        self.type.reject_bound(item)
        yield self.deletion(item.fields)

    def _settle(self, item: Item) -> Any:
        """Yield a step that waits while the EIP changes; return the EIP as it is then."""
        if item.fields["status"] in CHANGING_STATUSES:
            item = yield Step("wait until the EIP is settled", until=SETTLED)
        return item
