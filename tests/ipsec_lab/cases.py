# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tunnels that tests of the lab establish, created on the emulator."""

from __future__ import annotations

import time

from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_tunnel_info, vpn_tunnels
from emulator_process import ACCESS_KEY_ID, GATEWAY, SECRET_ACCESS_KEY
from run_params import run_params

from .stored_tunnels import stored_tunnels

# Of a guest: two networks on each side, and a second network of the peer with a host of its own.
GUEST_NETS = {"cloud": ["192.168.0.0/20", "172.16.5.0/24"], "peer": ["192.168.100.0/24", "10.9.0.0/16"]}
GUEST_SECOND_LAN = "10.77.0.0/24"


def on_the_emulator(emulator, items):
    """Create tunnels; for each (the API's object, the dictionary that a task returns), in the order of the items."""
    account = {"endpoint": emulator.endpoint, "access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY}
    done = run_params(vpn_tunnels, dict(account, tunnels=items, concurrency=8), check_mode=False)
    assert not done.get("failed"), done
    returned = {
        item["vpn_conn_name"]: item
        for item in run_params(vpn_tunnel_info, dict(account, vpn_id=[GATEWAY]), False)["vpn_tunnels"]
    }
    stored = {item["vpnConnName"]: item for item in stored_tunnels(emulator.endpoint)}
    return [(stored[item["vpn_conn_name"]], returned[item["vpn_conn_name"]]) for item in items]


def one_on_the_emulator(emulator, **item):
    ((stored, returned),) = on_the_emulator(emulator, [item])
    return stored, returned


def wait_until(condition, seconds=40):
    """Poll until the condition is true or the time is over; return its last value."""
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found
