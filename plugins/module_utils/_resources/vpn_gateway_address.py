# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check in the list of EIPs whether an EIP can be bound to a VPN gateway.

An address is replaced by an unbind and a bind. The API may refuse the bind after the unbind, so this is checked before.
"""

from __future__ import annotations

from typing import Any, Dict

from .._bce.errors import BceError, ConflictError
from .base import CHECK_MODE_ID, Desired, Item
from .eip import AVAILABLE, CHANGING_STATUSES, EipApi, instance_of
from .managed_gateway import EIP, is_busy

MESSAGES = {
    "address_in_use": (
        "eip: must be available, but %(eip)s is bound to %(instance)s; unbind it there first, or choose another EIP"
    ),
    "address_not_found": (
        "eip: must be the address of an EIP in the region, but the list of EIPs does not show %(eip)s; correct it, or"
        " create the EIP first"
    ),
    "address_other_status": (
        "eip: must be available, but %(eip)s has the status %(status)s; run the task again when it is available"
    ),
    "addresses_unknown": (
        "eip: %(old)s was not replaced by %(eip)s, because the EIPs could not be read, so it is not known whether"
        " %(eip)s is available (%(text)s); let the access key read the EIPs, or unbind %(old)s first with an empty eip"
    ),
    "addresses_not_shown": "an entry of the list shows no address",
}
EIP_CLIENT = "eip_client"  # an internal option: a function that returns the client for the host of the EIP API


def check_address(client: Any, options: Dict[str, Any], desired: Desired, item: Item | None) -> None:
    """Raise an error if the gateway is to get an address that cannot be bound to it.

    Where the EIPs cannot be read, an address is not replaced; a gateway without one has nothing to lose.

    :param client: of the gateway; the options may have another one for EIPs.
    :param item: the gateway, None if it is to be created.
    """
    address = desired.fields.get(EIP.name)
    old = "" if item is None else item.fields[EIP.name]
    # Where the current address is not shown, the plan compares and binds none.
    if not address or address in (old, CHECK_MODE_ID) or old is None:
        return
    words = {"eip": address, "old": old}
    make_client = options.get(EIP_CLIENT)
    try:
        items = EipApi(make_client() if make_client else client, {"version": options.get("version", 1)}).list().items
    except BceError as error:
        if old:
            text = MESSAGES["addresses_unknown"] % dict(words, text=error.message)
            raise ConflictError(text, "EipsUnknown", retryable=error.retryable) from error
        return
    found = next((one for one in items if one.fields["eip"] == address), None)
    if found is not None:
        _reject_unavailable(found, item, words)
    elif all(one.fields["eip"] for one in items):
        raise ConflictError(MESSAGES["address_not_found"] % words, "NotFound")
    elif old:
        text = MESSAGES["addresses_unknown"] % dict(words, text=MESSAGES["addresses_not_shown"])
        raise ConflictError(text, "EipsUnknown", retryable=True)


def _reject_unavailable(eip: Item, gateway: Item | None, words: Dict[str, Any]) -> None:
    instance, status = instance_of(eip), eip.fields["status"]
    if gateway is not None:
        # While the EIP is being bound to the gateway, its entry may not show the gateway yet.
        is_own = eip.fields["instance_id"] == gateway.fields["vpn_id"]
        is_unnamed = not eip.fields["instance_id"] and status in CHANGING_STATUSES
        if is_own or (is_unnamed and is_busy(gateway)):
            return
    if instance:
        raise ConflictError(MESSAGES["address_in_use"] % dict(words, instance=instance), "EipInUse")
    if status not in (None, AVAILABLE):
        text = MESSAGES["address_other_status"] % dict(words, status=status)
        raise ConflictError(text, "EipNotAvailable", retryable=status in CHANGING_STATUSES)
