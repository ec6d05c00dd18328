# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module eip_info."""

from __future__ import annotations

from typing import Any

from .._bce.client import BceClient
from .._resources import fields
from .._resources.eip import EIP, EIP_ID, EIP_TYPE, EipApi
from .._resources.filters import as_filter, text_field
from .info import Found, Info

FIELDS = (
    as_filter(EIP),
    as_filter(EIP_ID),
    as_filter(text_field("name")),
    as_filter(text_field("status")),
    as_filter(text_field("instance_id"))._replace(has_wire_name=True),
    fields.VERSION,
)


def _fetch(client: BceClient, version: int, filters: dict[str, Any]) -> Found:
    eips = [item.fields for item in EipApi(client, {"version": version}).read_all().items]
    return Found([eip for eip in eips if all(eip[name] in values for name, values in filters.items())])


MODULE = Info(FIELDS, "eips", _fetch, service=EIP_TYPE.service)
ARGUMENTS, parse, run = MODULE.arguments(), MODULE.parse, MODULE.run
