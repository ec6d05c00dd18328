# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module eip."""

from __future__ import annotations

import time
from typing import Any

from .._reconcile.steps import SteppedScope
from .._resources.eip import EipApi
from .present_absent import PresentAbsent
from .validation import ParsedTask

MODULE = PresentAbsent(EipApi, "eip_object", scope_class=SteppedScope)
ARGUMENTS, parse = MODULE.arguments(), MODULE.parse


def run(request: ParsedTask, check_mode: bool, clock: Any = time) -> dict[str, Any]:
    """See Implementation.run(); the result also has the `eipId` of the EIP."""
    result = MODULE.run(request, check_mode, clock)
    provided = request.desired.options.get("eip_id")
    eip_id = (result.get("eip_object") or {}).get("eip_id") or provided
    if provided is not None and result.get("eip") == provided:
        result["eip"] = None  # the EIP does not exist, so it has no address
    return dict(result, eip_id=eip_id, eipId=eip_id) if eip_id or not result.get("failed") else result
