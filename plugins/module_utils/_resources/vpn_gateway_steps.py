# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The single steps of changes to a VPN gateway.

Contract: the API pages "Update VPN gateway", "Bind EIP", "Unbind EIP" and "Update release protection".
"""

from __future__ import annotations

from typing import Any, Dict, List

from .base import Item
from .managed_gateway import DELETE_PROTECT, DESCRIPTION, EIP, bound, showing, unbound
from .stepped_api import RestSteppedApi
from .steps import Step


def attributes_step(api: RestSteppedApi, item: Item, changes: Dict[str, Any]) -> Step:
    """Return the step that changes the name or the description of a gateway."""
    body = {field.wire_name: changes[field.name] for field in api.type.fields if field.name in changes}
    step = api.action(api.operation("update", item.fields), _id_of(api, item), {"modifyAttribute": ""}, body)
    # A name is not waited for, because it may be shown in another spelling; nor a description that is not shown now.
    is_shown = DESCRIPTION.name in changes and DESCRIPTION.name not in item.not_shown
    return step._replace(until=showing({DESCRIPTION.name: changes[DESCRIPTION.name]} if is_shown else {}))


def bind_step(api: RestSteppedApi, item: Item, address: str) -> Step:
    """Return the step that gives an address to a gateway without one."""
    step = api.action("bind the address %s" % address, _id_of(api, item), {"bind": ""}, {EIP.wire_name: address})
    return step._replace(until=bound(address))


def unbind_step(api: RestSteppedApi, item: Item) -> Step:
    """Return the step that takes the address of a gateway away."""
    address = item.fields[EIP.name]
    step = api.action("unbind the address %s" % address, _id_of(api, item), {"unbind": ""})
    return step._replace(until=unbound(address))


def address_steps(api: RestSteppedApi, item: Item, address: str) -> List[Step]:
    """Return the steps that give another address to a gateway, "" for none; it keeps the old one if that is refused."""
    old = item.fields[EIP.name]
    steps = [unbind_step(api, item)] if old else []
    if address:
        steps.append(bind_step(api, item, address)._replace(rollback=bind_step(api, item, old) if old else None))
    return steps


def protection_step(api: RestSteppedApi, item: Item, is_on: bool) -> Step:
    """Return the step that switches the protection against release on or off."""
    name, body = "switch the delete protection %s" % ("on" if is_on else "off"), {DELETE_PROTECT.wire_name: is_on}
    path = api.root + api.type.paths["protection"] % {"id": _id_of(api, item)}

    def send(token: str, _deadline: float) -> str | None:
        request_id: str | None = api.client.request("PUT", path, {"clientToken": token}, body, name).request_id
        return request_id

    is_shown = item.fields[DELETE_PROTECT.name] is not None
    return Step(name, send, showing({DELETE_PROTECT.name: is_on} if is_shown else {}))


def _id_of(api: RestSteppedApi, item: Item) -> str:
    return str(item.fields[api.type.id_option])
