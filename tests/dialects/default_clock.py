# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give the clock to code whose cores do not take one yet: it becomes the default argument of the constructors.

Only the run against an older commit needs this; nothing else depends on it.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect

from .in_process import PLUGINS

PLACES = (("client", "BceClient"), ("reconcile", "Lane"), ("vpn_customer_gateway", "_Work"))


def is_needed():
    """Return True if the cores take no clock."""
    core = importlib.import_module(f"{PLUGINS}.module_utils.vpn_tunnel")
    return "clock" not in inspect.signature(core.run).parameters


@contextlib.contextmanager
def clock_by_default(clock):
    """Make the clock the default of every constructor that takes one."""
    before = []
    for module, name in PLACES:
        init = getattr(importlib.import_module(f"{PLUGINS}.module_utils.{module}"), name).__init__
        defaults = init.__defaults__
        names = list(inspect.signature(init).parameters)[-len(defaults) :]
        before.append((init, defaults))
        init.__defaults__ = tuple(clock if name == "clock" else value for name, value in zip(names, defaults))
    try:
        yield
    finally:
        for init, defaults in before:
            init.__defaults__ = defaults
