# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs with many tunnels: how to run one on the emulator, over one of three networks."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from api_example import BODY, OPTIONS, SECRET_KEY
from emulator_process import ACCESS_KEY_ID, SECRET_ACCESS_KEY, EmulatorProcess
from measured_run import run_play, run_script
from tls_proxy import TlsProxy

CREATE, NO_CHANGE, CHANGE, DELETE = OPERATIONS = ("create", "no change", "change one", "delete")
CHANGE_ONE_KEY, CHANGE_OWN_KEYS = "change all, one key", "change all, a key for each"
RECREATE = "create again with other keys after a purge"
TASK, LOOP, SCRIPT = METHODS = ("`vpn_tunnels`", "loop of `vpn_tunnel`", "SDK script")
LOCAL, LATENCY, HTTPS = "no latency", "50 ms for each request", "HTTPS, 50 ms in each direction"
DELAY_MS = 50
DEFAULT_PARALLEL = 8  # parallel_per_gateway
SDK_SCRIPT = Path(__file__).with_name("sdk_script.py")
SHARED_OPTIONS = {name: OPTIONS[name] for name in ("secret_key", "ike_config", "ipsec_config")}
PER_TUNNEL_OPTIONS = ("vpn_id", "vpn_conn_name", "local_subnets", "remote_subnets", "remote_ip", "description")
API_SHARED_FIELDS = {name: BODY[name] for name in ("secretKey", "ikeConfig", "ipsecConfig")}
API_PER_TUNNEL_FIELDS = ("vpnId", "vpnConnName", "localSubnets", "remoteSubnets", "remoteIp", "description")
CHANGED = "moved"  # the description of a tunnel that a job changed
OTHER_KEY = "Other!Key2026"


class Size(NamedTuple):
    """A number of tunnels, distributed evenly over a number of gateways."""

    tunnels: int
    gateways: int


class Job(NamedTuple):
    """One measurement. `parallel` is the option parallel_per_gateway, which only one method has."""

    size: Size
    network: str
    operation: str
    method: str
    parallel: int = DEFAULT_PARALLEL


class Target:
    """An emulator, and a proxy through which HTTPS with latency reaches it."""

    def __init__(self, gateways):
        """Start both."""
        self.emulator = EmulatorProcess("--gateways", gateways)
        self.proxy = TlsProxy(int(self.emulator.endpoint.rsplit(":")[-1]), DELAY_MS)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.proxy.close()
        self.emulator.stop()

    def environment(self, job, environment):
        """Return the environment variables of a job; the script trusts the proxy by SSL_CERT_FILE."""
        variables = dict(environment, **self.emulator.environment)
        if job.network == HTTPS:
            variables.update(BCE_ENDPOINT=self.proxy.endpoint, SSL_CERT_FILE=self.proxy.ca_path)
        return variables

    def options(self, job):
        """Return the task's options of the connection."""
        return {"ca_path": self.proxy.ca_path} if job.network == HTTPS else {}

    def endpoint(self, job):
        """Return the URL of the API."""
        return self.proxy.endpoint if job.network == HTTPS else self.emulator.endpoint


class Run(NamedTuple):
    """What a job cost, the requests that the emulator received, and the tunnels that it had afterwards."""

    cost: object
    requests: list
    stored: list


def run(job, target, environment):
    """Run the job on an emulator that is prepared for it; return a Run."""
    emulator, tunnels = target.emulator, build_tunnels(job.size)
    emulator.reset()
    if job.operation == RECREATE:
        for state in ("present", "absent"):
            _play(one_task(state), tunnels, dict(environment, **emulator.environment))
    elif job.operation != CREATE:
        _seed(emulator, tunnels, has_own_keys=job.operation == CHANGE_OWN_KEYS)
    emulator.settings(latency_ms=DELAY_MS if job.network == LATENCY else 0)
    earlier = len(emulator.requests())
    cost = _run_method(job, target, _desired(job, tunnels), target.environment(job, environment))
    return Run(cost, emulator.requests()[earlier:], emulator.tunnels())


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


def one_task(state, **options):
    """Return a task of vpn_tunnels; the tunnels and the shared options are variables."""
    arguments = {name: "{{ shared.%s }}" % name for name in SHARED_OPTIONS}
    return {"baiducloud.network.vpn_tunnels": dict(arguments, tunnels="{{ tunnels }}", state=state, **options)}


def loop(state, **options):
    """Return a loop of vpn_tunnel over the same variables."""
    arguments = {name: "{{ shared.%s }}" % name for name in SHARED_OPTIONS}
    arguments.update({name: "{{ item.%s }}" % name for name in PER_TUNNEL_OPTIONS})
    return {
        "baiducloud.network.vpn_tunnel": dict(arguments, state=state, **options),
        "loop": "{{ tunnels }}",
        "loop_control": {"label": "{{ item.vpn_conn_name }}"},
    }


def script_job(operation, endpoint, tunnels=()):
    """Return the input of sdk_script.py."""
    return {
        "operation": operation,
        "endpoint": endpoint,
        "keys": [ACCESS_KEY_ID, SECRET_ACCESS_KEY],
        "shared": API_SHARED_FIELDS,
        "tunnels": [_to_api_fields(tunnel) for tunnel in tunnels],
    }


def _run_method(job, target, tunnels, environment):
    if job.method == SCRIPT:
        return run_script(SDK_SCRIPT, script_job(job.operation, target.endpoint(job), tunnels), environment)
    state, options = "absent" if job.operation == DELETE else "present", target.options(job)
    if job.method == TASK:
        return _play(one_task(state, parallel_per_gateway=job.parallel, **options), tunnels, environment)
    return _play(loop(state, **options), tunnels, environment)


def _play(task, tunnels, environment):
    return run_play([task], environment, {"tunnels": tunnels, "shared": SHARED_OPTIONS})


def _desired(job, tunnels):
    """Return the tunnels as the job wants them."""
    if job.operation == CHANGE:
        tunnels[len(tunnels) // 2]["description"] = CHANGED
    if job.operation in (CHANGE_ONE_KEY, CHANGE_OWN_KEYS):
        for number, tunnel in enumerate(tunnels):
            key = _own_key("New", number) if job.operation == CHANGE_OWN_KEYS else OTHER_KEY
            tunnel.update(description=CHANGED, secret_key=key)
    if job.operation == RECREATE:
        for tunnel in tunnels:
            tunnel["secret_key"] = OTHER_KEY
    return tunnels


def _own_key(prefix, number):
    return f"{prefix}1!{number:06d}Xy"


def _to_api_fields(tunnel):
    fields = {wire: tunnel[name] for wire, name in zip(API_PER_TUNNEL_FIELDS, PER_TUNNEL_OPTIONS)}
    return dict(fields, secretKey=tunnel.get("secret_key", SECRET_KEY))


def _seed(emulator, tunnels, has_own_keys):
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
            {
                **stored,
                **_to_api_fields(tunnel),
                "vpnConnId": f"vpnconn-{number:012d}",
                "secretKey": _own_key("Old", number) if has_own_keys else SECRET_KEY,
            }
            for number, tunnel in enumerate(tunnels)
        )
    )
