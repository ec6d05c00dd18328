# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios with many tunnels: sizes, operations, three methods, and the requests that each may send."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from api_example import BODY, OPTIONS
from emulator_process import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from measured_run import run_play, run_script

CREATE, NO_CHANGE, CHANGE, DELETE = OPERATIONS = ("create", "no change", "change one", "delete")
TASK, LOOP, SCRIPT = METHODS = ("`vpn_tunnels`", "loop of `vpn_tunnel`", "SDK script")
SDK_SCRIPT = Path(__file__).with_name("sdk_script.py")
SHARED_OPTIONS = {name: OPTIONS[name] for name in ("secret_key", "ike_config", "ipsec_config")}
PER_TUNNEL_OPTIONS = ("vpn_id", "vpn_conn_name", "local_subnets", "remote_subnets", "remote_ip", "description")
API_SHARED_FIELDS = {name: BODY[name] for name in ("secretKey", "ikeConfig", "ipsecConfig")}
API_PER_TUNNEL_FIELDS = ("vpnId", "vpnConnName", "localSubnets", "remoteSubnets", "remoteIp", "description")
CHANGED = "moved"  # the description that `change one` gives to one tunnel


class Size(NamedTuple):
    """A number of tunnels, distributed evenly over a number of gateways."""

    tunnels: int
    gateways: int


class Job(NamedTuple):
    """One measurement; the latency is in milliseconds."""

    size: Size
    latency: int
    operation: str
    method: str


def build_tunnels(size):
    """Return the tunnels as options of the module, each with those that are not shared."""
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
    """Run the job on an emulator that is prepared for it.

    :returns: (Cost, the number of requests received, violated expectations as sentences)
    """
    tunnels = build_tunnels(job.size)
    emulator.reset()
    if job.operation != CREATE:
        _seed(emulator, tunnels)
    emulator.settings(latency_ms=job.latency)
    if job.operation == CHANGE:
        tunnels[len(tunnels) // 2]["description"] = CHANGED
    if job.method == SCRIPT:
        cost = run_script(SDK_SCRIPT, script_job(job.operation, emulator, tunnels), environment)
    else:
        state = "absent" if job.operation == DELETE else "present"
        task = _one_task(state) if job.method == TASK else _loop(state)
        cost = run_play([task], environment, {"tunnels": tunnels, "shared": SHARED_OPTIONS})
    entries = emulator.requests()
    return cost, len(entries), _find_violations(job, entries, emulator.tunnels())


def expected_requests(job):
    """Return how many requests of each HTTP method the job may send, a Counter."""
    count, gateways = job.size
    one_task = {
        # Each gateway is listed before the first creation and after the last.
        CREATE: {"GET": 2 * gateways, "POST": count},
        NO_CHANGE: {"GET": gateways},
        CHANGE: {"GET": gateways, "PUT": 1},
        DELETE: {"GET": gateways, "DELETE": count},
    }
    loop = {
        CREATE: {"GET": 2 * count, "POST": count},
        NO_CHANGE: {"GET": count},
        CHANGE: {"GET": count, "PUT": 1},
        DELETE: {"GET": count, "DELETE": count},
    }
    # The script does not verify that a tunnel was created.
    script = dict(one_task, **{CREATE: {"GET": gateways, "POST": count}})
    return Counter({TASK: one_task, LOOP: loop, SCRIPT: script}[job.method][job.operation])


def script_job(operation, emulator, tunnels=()):
    """Return the input of sdk_script.py."""
    return {
        "operation": operation,
        "endpoint": emulator.endpoint,
        "keys": [ACCESS_KEY_ID, SECRET_ACCESS_KEY],
        "shared": API_SHARED_FIELDS,
        "tunnels": [_to_api_fields(tunnel) for tunnel in tunnels],
    }


def _one_task(state):
    arguments = {name: "{{ shared.%s }}" % name for name in SHARED_OPTIONS}
    return {"baiducloud.network.vpn_tunnels": dict(arguments, tunnels="{{ tunnels }}", state=state)}


def _loop(state):
    arguments = {name: "{{ shared.%s }}" % name for name in SHARED_OPTIONS}
    arguments.update({name: "{{ item.%s }}" % name for name in PER_TUNNEL_OPTIONS})
    return {
        "baiducloud.network.vpn_tunnel": dict(arguments, state=state),
        "loop": "{{ tunnels }}",
        "loop_control": {"label": "{{ item.vpn_conn_name }}"},
    }


def _to_api_fields(tunnel):
    return {wire: tunnel[name] for wire, name in zip(API_PER_TUNNEL_FIELDS, PER_TUNNEL_OPTIONS)}


def _seed(emulator, tunnels):
    """Store the tunnels in the emulator, in the form of those that it created itself."""
    stored = {
        "localIp": "172.16.0.1",
        "createdTime": "2026-01-01 00:00:00",
        "status": "active",
        "healthStatus": "reachable",
        "cgwId": "",
        **API_SHARED_FIELDS,
    }
    emulator.plant(
        *(
            dict(stored, vpnConnId=f"vpnconn-{number:012d}", **_to_api_fields(tunnel))
            for number, tunnel in enumerate(tunnels)
        )
    )


def _find_violations(job, entries, stored):
    """Compare received requests and stored tunnels with the expectation; return the differences as sentences."""
    seen, expected_counts = Counter(entry["method"] for entry in entries), expected_requests(job)
    violations = []
    if seen != expected_counts:
        violations.append(f"requests {dict(seen)} instead of {dict(expected_counts)}")
    refused = sum(entry["status"] != 200 for entry in entries)
    if refused:
        violations.append(f"{refused} requests were refused")
    names = {tunnel["vpnConnName"] for tunnel in stored}
    changed = sum(tunnel["description"] == CHANGED for tunnel in stored)
    expected = 0 if job.operation == DELETE else job.size.tunnels
    if not len(stored) == len(names) == expected or changed != (job.operation == CHANGE):
        violations.append(f"left {len(stored)} tunnels, {changed} of them changed")
    return violations
