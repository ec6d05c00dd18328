# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module vpc_route."""

from __future__ import annotations

from .._resources.vpc_route import VpcRouteApi
from .present_absent import PresentAbsent

MODULE = PresentAbsent(VpcRouteApi, "route_rule")
ARGUMENTS, parse, run = MODULE.arguments(), MODULE.parse, MODULE.run
