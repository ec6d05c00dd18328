# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bulk work: many tunnels, what is done to them, the three ways to do it, and the requests that each may send."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from emulator_process import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from measured_run import run_play, run_script
from page_example import BODY, OPTIONS

CREATE, NOTHING, CHANGE, DELETE = OPERATIONS = ("create", "nothing to do", "change one", "delete")
TASK, LOOP, SCRIPT = WAYS = ("`vpn_tunnels`", "loop of `vpn_tunnel`", "SDK script")
SDK_SCRIPT = Path(__file__).with_name("sdk_script.py")
SHARED = {name: OPTIONS[name] for name in ("secret_key", "ike_config", "ipsec_config")}
OWN = ("vpn_id", "vpn_conn_name", "local_subnets", "remote_subnets", "remote_ip", "description")
API_SHARED = {name: BODY[name] for name in ("secretKey", "ikeConfig", "ipsecConfig")}
API_OWN = ("vpnId", "vpnConnName", "localSubnets", "remoteSubnets", "remoteIp", "description")
CHANGED = "moved"  # the description that `change one` gives to one tunnel


class Size(NamedTuple):
    """So many tunnels, spread evenly over so many gateways."""

    tunnels: int
    gateways: int


class Job(NamedTuple):
    """One thing to measure; latency in milliseconds."""

    size: Size
    latency: int
    operation: str
    way: str


def tunnels_of(size):
    """The tunnels in the module's words, each with what is its own."""
    return [
        {
            "vpn_id": f"vpn-{number % size.gateways + 1:08d}",
            "vpn_conn_name": f"branch-{number:04d}",
            "local_subnets": ["192.168.0.0/20"],
            "remote_subnets": [f"10.{number // 256}.{number % 256}.0/24"],
            "remote_ip": f"198.18.{number // 250}.{number % 250 + 1}",
            "description": f"branch office {number}",
        }
        for number in range(size.tunnels)
    ]


def run(job, emulator, environment):
    """Do the job on an emulator that is made ready for it; (its Cost, the number of requests that
    came in, sentences about what was not as promised).
    """
    tunnels = tunnels_of(job.size)
    emulator.reset()
    if job.operation != CREATE:
        _plant(emulator, tunnels)
    emulator.settings(latency_ms=job.latency)
    if job.operation == CHANGE:
        tunnels[len(tunnels) // 2]["description"] = CHANGED
    if job.way == SCRIPT:
        cost = run_script(SDK_SCRIPT, script_job(job.operation, emulator, tunnels), environment)
    else:
        state = "absent" if job.operation == DELETE else "present"
        task = _one_task(state) if job.way == TASK else _loop(state)
        cost = run_play([task], environment, {"tunnels": tunnels, "shared": SHARED})
    entries = emulator.requests()
    return cost, len(entries), _broken(job, entries, emulator.tunnels())


def requests(job):
    """How many requests of each method the job may send, a Counter."""
    count, gateways = job.size
    one_task = {
        # Each gateway is listed before the first creation and after the last.
        CREATE: {"GET": 2 * gateways, "POST": count},
        NOTHING: {"GET": gateways},
        CHANGE: {"GET": gateways, "PUT": 1},
        DELETE: {"GET": gateways, "DELETE": count},
    }
    loop = {
        CREATE: {"GET": 2 * count, "POST": count},
        NOTHING: {"GET": count},
        CHANGE: {"GET": count, "PUT": 1},
        DELETE: {"GET": count, "DELETE": count},
    }
    # The script takes the API's word for it that a tunnel was created.
    script = dict(one_task, **{CREATE: {"GET": gateways, "POST": count}})
    return Counter({TASK: one_task, LOOP: loop, SCRIPT: script}[job.way][job.operation])


def script_job(operation, emulator, tunnels=()):
    """What sdk_script.py reads."""
    return {
        "operation": operation,
        "endpoint": emulator.endpoint,
        "keys": [ACCESS_KEY_ID, SECRET_ACCESS_KEY],
        "shared": API_SHARED,
        "tunnels": [_in_api_words(tunnel) for tunnel in tunnels],
    }


def _one_task(state):
    arguments = {name: "{{ shared.%s }}" % name for name in SHARED}
    return {"baiducloud.network.vpn_tunnels": dict(arguments, tunnels="{{ tunnels }}", state=state)}


def _loop(state):
    arguments = {name: "{{ shared.%s }}" % name for name in SHARED}
    arguments.update({name: "{{ item.%s }}" % name for name in OWN})
    return {
        "baiducloud.network.vpn_tunnel": dict(arguments, state=state),
        "loop": "{{ tunnels }}",
        "loop_control": {"label": "{{ item.vpn_conn_name }}"},
    }


def _in_api_words(tunnel):
    return {wire: tunnel[name] for wire, name in zip(API_OWN, OWN)}


def _plant(emulator, tunnels):
    """Put the tunnels where they belong, as the emulator's list shows what it created itself."""
    stored = {
        "localIp": "172.16.0.1",
        "createdTime": "2026-01-01 00:00:00",
        "status": "active",
        "healthStatus": "reachable",
        "cgwId": "",
        **API_SHARED,
    }
    emulator.plant(
        *(
            dict(stored, vpnConnId=f"vpnconn-{number:012d}", **_in_api_words(tunnel))
            for number, tunnel in enumerate(tunnels)
        )
    )


def _broken(job, entries, there):
    """What came in and what is there now, other than promised; a list of sentences."""
    seen, promised = Counter(entry["method"] for entry in entries), requests(job)
    broken = []
    if seen != promised:
        broken.append(f"requests {dict(seen)} instead of {dict(promised)}")
    refused = sum(entry["status"] != 200 for entry in entries)
    if refused:
        broken.append(f"{refused} requests were refused")
    names = {tunnel["vpnConnName"] for tunnel in there}
    changed = sum(tunnel["description"] == CHANGED for tunnel in there)
    expected = 0 if job.operation == DELETE else job.size.tunnels
    if not len(there) == len(names) == expected or changed != (job.operation == CHANGE):
        broken.append(f"left {len(there)} tunnels, {changed} of them changed")
    return broken
