# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Create, change and release IPsec VPN gateways.

Contract: the API pages "Create VPN gateway" and "Release VPN gateway". Both are asynchronous, and so is a bind.
"""

from __future__ import annotations

from typing import Any, Dict, List, Set

from .._bce.errors import BceError, ConflictError, NotFoundError
from .._bce.redaction import redact_nested
from .._bce.response_parsing import check_owner, parse_str
from .api import DELETED_STATUSES
from .base import CHECK_MODE_ID, Desired, Entry, Item, Listed, Plan
from .managed_gateway import (
    CHANGEABLE,
    CREATED,
    DELETE_PROTECT,
    DESCRIPTION,
    EIP,
    IPSEC,
    MANAGED_GATEWAY,
    SETTLED,
    SUBNET_ID,
    VPN_NAME,
    bound,
)
from .stepped_api import RestSteppedApi
from .steps import Condition, Step, Steps
from .vpc import VpcApi, is_long_id, resolve_vpc, without_long_ids
from .vpn_gateway import VpnGatewayApi, find_vpc_of, reject_other_vpc
from .vpn_gateway_address import check_address
from .vpn_gateway_steps import address_steps, attributes_step, protection_step, unbind_step
from .vpn_gateway_uses import UNUSED, Uses, join_uses, read_uses, reject_release, removal_steps

MESSAGES = {
    "gateway_gone": "The VPN gateway %(name)s (%(id)s) was not released, because a read by its id does not show it",
    "gateway_uses_changed": (
        "The VPN gateway %(name)s (%(id)s) was not released, because after the plan was made it got new uses: %(uses)s;"
        " run the task again"
    ),
}

SSL = "ssl"
GONE_READS = 4  # reads by id, over some seconds, that must not find a gateway; a single one may be stale


class IpsecGatewayReader(VpnGatewayApi, RestSteppedApi):
    """The reads of the IPsec gateways of one VPC, which confirm that a gateway is one of them."""

    type = MANAGED_GATEWAY
    confirms_creations = True

    def __init__(self, client: Any, values: Dict[str, Any]) -> None:
        """See RestReader."""
        super().__init__(client, values)
        self._options = values
        self._is_vpc_shown = "vpc_name" in values  # the list of VPCs that resolved the name showed it
        if not self.scope:
            self.scope = "the region"

    @staticmethod
    def resolve(client: Any, values: Dict[str, Any]) -> Dict[str, Any]:
        """See RestReader.resolve(); with `vpn_id` alone, add the VPC of the gateway, if the gateway exists."""
        if "vpc_name" in values:
            return dict(resolve_vpc(client, values), vpc_name=values["vpc_name"])
        if "vpc_id" in values or values["vpn_id"] == CHECK_MODE_ID:
            return values
        detail = VpnGatewayApi(client, values).detail(values["vpn_id"])
        if detail is None:
            return values
        shown = detail.fields["vpc_id"]
        if not shown or is_long_id(shown):
            shown = find_vpc_of(client, values.get("version", 1), detail.fields)["vpc_id"]
        return dict(values, vpc_id=shown)

    def list(self, deadline: float | None = None) -> Listed:
        """See ResourceApi.list(); read what the list does not prove.

        A gateway of the task's id that the list lacks may be in another VPC. An empty list does not prove that the VPC
        exists.
        """
        listed = super().list(deadline)
        vpc_id, vpn_id = self.values.get("vpc_id"), self._options.get("vpn_id")
        if vpc_id is None or CHECK_MODE_ID in (vpc_id, vpn_id):
            return listed
        if vpn_id is None:
            self._is_vpc_shown = self._is_vpc_shown or bool(listed.entries)
            if not self._is_vpc_shown:
                VpcApi(self.client, self._options).existing(vpc_id)
            self._is_vpc_shown = True
        elif all(entry.object_id != vpn_id for entry in listed.entries):
            return listed._replace(entries=listed.entries + self._read_not_listed(vpn_id))
        return listed

    def _read_not_listed(self, vpn_id: str) -> List[Entry]:
        """Return the gateway of the task's id that the list lacks, if it exists.

        :raises ConflictError: if it is in another VPC.
        """
        response = self.read_by_id(self.type, self._path("item", vpn_id), vpn_id)
        entries = self.parse_all([response.body], without=DELETED_STATUSES).entries if response is not None else []
        if entries and not entries[0].is_leaving:
            shown = parse_str(response.body.get("vpcId"))
            if shown is None:
                gateway = {"vpn_id": vpn_id, "vpc_id": None}
                shown = find_vpc_of(self.client, self._options.get("version", 1), gateway)["vpc_id"]
            reject_other_vpc(vpn_id, shown, self.values["vpc_id"])
        return entries

    def read_all(self, deadline: float | None = None, without: tuple[str, ...] = ()) -> Listed:
        """See RestReader.read_all(); without a VPC there is none: resolve() found no gateway of the task's id."""
        return super().read_all(deadline, without) if self.values else Listed([], None, None)

    def request(self, method: str, path: str, query: Any = None, **more: Any) -> Any:
        """See RestReader.request(); leave SSL gateways out of lists, except the one with the task's id."""
        response = super().request(method, path, query, **more)
        entries = response.body.get(self.type.list_key)
        if not isinstance(entries, list):
            return response._replace(body=without_long_ids([response.body])[0])
        kept = [entry for entry in entries if not self._is_other_ssl_gateway(entry)]
        return response._replace(body=dict(response.body, **{self.type.list_key: kept}))

    def _is_other_ssl_gateway(self, entry: Any) -> bool:
        if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
            return False
        return entry["type"].strip().lower() == SSL and entry.get("vpnId") != self._options.get("vpn_id")

    def read_body(self, object_id: str) -> Dict[str, Any] | None:
        """See RestReader.read_body(); a gateway of another VPC is an error."""
        response = self._read_detail(object_id)
        return None if response is None else response.body

    def _read_detail(self, object_id: str) -> Any:
        response = self.read_by_id(self.type, self._path("item", object_id), object_id)
        if response is not None:
            operation = self.operation("read", {self.type.id_option: object_id})
            check_owner([response.body], "vpcId", self.values["vpc_id"], response, operation)
        return response

    def confirmed_ids(self) -> Set[str]:
        """See ResourceApi.confirmed_ids(): the ids in the list of this VPC that no other VPC's list has.

        An entry need not name its VPC, or may name it by an id that is not comparable. A list may also ignore the VPC
        of the request.
        """
        own = {entry.object_id for entry in self.read_all().entries if entry.object_id}
        for vpc in VpcApi(self.client, self._options).list_vpcs():
            if own and vpc["vpc_id"] != self.values["vpc_id"]:
                own -= self._ids_in(vpc["vpc_id"])
        return own

    def _ids_in(self, vpc_id: str) -> Set[str | None]:
        other = VpnGatewayApi(self.client, dict(self._options, vpc_id=vpc_id))
        try:
            return {entry.object_id for entry in other.read_all().entries}
        except NotFoundError:
            return set()  # deleted since it was listed


class ManagedGatewayApi(IpsecGatewayReader):
    """The operations on the IPsec gateways of one VPC."""

    def __init__(self, client: Any, values: Dict[str, Any]) -> None:
        """See RestReader."""
        super().__init__(client, values)
        self._created_id: str | None = None
        self._uses: Uses | None = None  # as they were read last, None if there was no gateway
        self._is_released = False
        self._gone_id: str | None = None  # of a gateway that lists still show, but a read by its id does not
        self._gone_reads = 0  # in a row
        self._planned: Set[Any] = set()  # keys of the uses that the plan of a release shows

    def list(self, deadline: float | None = None) -> Listed:
        """See ResourceApi.list(); leave out a gateway that GONE_READS reads did not find: a list may be stale."""
        listed = super().list(deadline)
        if self._gone_id is None:
            return listed
        self._gone_reads = self._gone_reads + 1 if self._read_detail(self._gone_id) is None else 0
        is_gone = self._gone_reads >= GONE_READS
        kept = [entry for entry in listed.entries if not (is_gone and entry.object_id == self._gone_id)]
        return listed._replace(entries=kept)

    def read(self, object_id: str) -> Entry | None:
        """See SteppedApi.read(); add its uses to a gateway that is to be released."""
        response = self._read_detail(object_id)
        entries = self.parse_all([response.body], without=DELETED_STATUSES).entries if response is not None else []
        self._uses = None
        if not entries or self._options.get("state") != "absent" or self._is_released or entries[0].is_leaving:
            return entries[0] if entries else None
        uses = self._uses = read_uses(self.client, self._options, object_id, response)
        item = entries[0].item
        fields = dict(redact_nested(item.fields, uses.secrets), **uses.fields)
        return entries[0]._replace(source=item._replace(fields=fields))

    def complete(self, desired: Desired, item: Item) -> Item:
        """See SteppedApi.complete(); read what a release depends on, or what the list does not show."""
        hidden = [name for name in desired.fields if name != SUBNET_ID.name and item.fields[name] is None]
        if desired.is_absent or hidden:
            entry = self.read(item.fields[self.type.id_option])
            item = item if entry is None else entry.item  # the response to the next write shows whether it is gone
        if not desired.is_absent:
            check_address(self.client, self._options, desired, item)
        return item

    def check_creation(self, desired: Desired) -> None:
        """See SteppedApi.check_creation()."""
        check_address(self.client, self._options, desired, None)

    def check_deletion(self, desired: Desired, item: Item) -> None:
        """See SteppedApi.check_deletion()."""
        if self._uses is not None:
            self._planned = {use.key for use in self._uses.all}
            reject_release(desired, item, self._uses)

    def create(self, target: Item, token: str) -> tuple[str, str | None]:
        """See ResourceApi.create()."""
        self._created_id, request_id = super().create(target, token)
        return self._created_id, request_id

    def create_body(self, target: Item) -> Dict[str, Any]:
        """See RestApi.create_body()."""
        body = self.type.to_billing(super().create_body(target), self._options.get("reservation"))
        tags = [{"tagKey": key, "tagValue": value} for key, value in (body.pop("tags", None) or {}).items()]
        return dict({"vpcId": self.values["vpc_id"], "type": IPSEC}, **body, **({"tags": tags} if tags else {}))

    def delete(self, object_id: str, token: str, deadline: float | None = None) -> str | None:
        """See ResourceApi.delete()."""
        self._is_released = True
        try:
            return super().delete(object_id, token, deadline)
        except BceError as error:
            self._is_released = error.maybe_applied
            raise

    def ready(self, desired: Desired) -> Condition | None:
        """See SteppedApi.ready()."""
        if self._created_id is None:
            return CHANGEABLE
        address = desired.fields.get(EIP.name)
        return bound(address, CREATED) if address else CREATED

    def update_steps(self, plan: Plan, item: Item) -> Steps:
        """See SteppedApi.update_steps(); a creation binds the address itself, so for a new gateway only wait."""
        target: Any = plan.target
        vpn_id, desired = item.fields[self.type.id_option], target.fields
        if vpn_id == self._created_id:
            is_only_step = set(plan.changes) <= {EIP.name}
            until = bound(desired[EIP.name], CREATED) if EIP.name in plan.changes else CREATED
            item = yield Step("wait until the VPN gateway is usable", until=until, is_last=is_only_step)
            if is_only_step:
                return
        else:
            item = yield Step("wait until the VPN gateway is settled", until=CHANGEABLE)
        changed = [name for name in plan.changes if item.fields[name] != desired[name]]
        attributes = {name: desired[name] for name in (VPN_NAME.name, DESCRIPTION.name) if name in changed}
        steps = [attributes_step(self, item, attributes)] if attributes else []
        if EIP.name in changed:
            steps += address_steps(self, item, desired[EIP.name])
        if DELETE_PROTECT.name in changed:
            steps.append(protection_step(self, item, desired[DELETE_PROTECT.name]))
        for step in steps:
            yield step._replace(is_last=step is steps[-1])

    def deletion_steps(self, desired: Desired, item: Item) -> Steps:
        """See SteppedApi.deletion_steps(); before the release only those uses are removed that the plan shows."""
        vpn_id = item.fields[self.type.id_option]
        item = yield Step("wait until the VPN gateway is settled", until=SETTLED)
        uses, words = self._uses, {"name": item.fields["vpn_name"], "id": vpn_id}
        if uses is None:
            self._gone_id = vpn_id
            raise NotFoundError(MESSAGES["gateway_gone"] % words, "NotFound")  # lists decide
        added = [use for use in uses.all if use.key not in self._planned]
        if added:
            words["uses"] = join_uses(added)
            raise ConflictError(MESSAGES["gateway_uses_changed"] % words, "ChangedMeanwhile", retryable=True)
        reject_release(desired, item, uses)
        if uses.all:
            yield from removal_steps(uses)
            item = yield Step("wait until tunnels and route rules are gone", until=UNUSED)
        if item.fields[EIP.name]:
            item = yield unbind_step(self, item)
        if item.fields[DELETE_PROTECT.name] is not False and desired.fields.get(DELETE_PROTECT.name) is False:
            yield protection_step(self, item, False)
        yield self.deletion(item.fields)
