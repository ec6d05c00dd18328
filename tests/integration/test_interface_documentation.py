# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-doc documents exactly the options and results of each module."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options
from ansible_collections.baiducloud.network.plugins.module_utils._bce.client import BceClient
from api_example import options
from emulator_process import GATEWAY
from playbook_runner import ROOT
from run_params import run_params

COLLECTION = "baiducloud.network"
PACKAGE = "ansible_collections.baiducloud.network.plugins.module_utils._module."
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
TYPES = {"str": str, "int": int, "bool": bool, "list": list, "dict": dict}
# Ansible's own, in the result of every task.
COMMON = {"changed", "failed", "msg", "warnings"}
# Dictionaries whose keys depend on what is in the cloud or in the task.
OPEN = {"tags", "before", "after"}
# Only prepaid and SSL gateways have these, and the emulator has none of them; test_vpn_gateway_api.py reads them.
ELSEWHERE = {"expired_time", "max_connection"}


@lru_cache(maxsize=None)
def documentation():
    """Module name -> what `ansible-doc --json` says of it, a dict."""
    names = [f"{COLLECTION}.{name}" for name in MODULES]
    command = [Path(sys.executable).parent / "ansible-doc", "--json", "-t", "module", *names]
    pages = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {name.rsplit(".", 1)[1]: page for name, page in pages.items()}


def implementation(module):
    """The implementation of a module, which the module and its action plugin run."""
    return importlib.import_module(PACKAGE + module)


def run(module, params, check_mode=False):
    return run_params(implementation(module), params, check_mode)


# --- options ---


def documented(described):
    """The options of a documentation as an argument spec."""
    spec = {}
    for name, option in described.items():
        texts = ("description", "suboptions", "version_added", "version_added_collection")
        spec[name] = {key: value for key, value in option.items() if key not in texts}
        if "suboptions" in option:
            spec[name]["options"] = documented(option["suboptions"])
    return spec


def without_no_log(spec):
    """An argument spec as far as a documentation can describe it."""
    return {
        name: {
            key: without_no_log(value) if key == "options" else value
            for key, value in option.items()
            if key != "no_log"
        }
        for name, option in spec.items()
    }


@pytest.mark.parametrize("module", MODULES)
def test_documented_options_equal_the_argument_spec(module):
    assert documented(documentation()[module]["doc"]["options"]) == without_no_log(
        implementation(module).ARGUMENTS["argument_spec"]
    )


# --- results ---


PEER = {"name": "branch", "ip": "203.0.113.10", "description": "The branch"}
FULL = options(description="A text", cgw_id=None)
OTHER = {name: FULL[name] for name in ("vpn_id", "secret_key", "ike_config", "ipsec_config")}
ITEM = {name: FULL[name] for name in ("local_subnets", "remote_ip", "remote_subnets")}
ITEM["vpn_conn_name"] = "two"
VPC = "vpc-emulator"
ROUTE_KEY = ("vpc_id", "source_address", "destination_address")
ROUTE = dict(zip(ROUTE_KEY, (VPC, "192.168.0.0/20", "10.24.0.0/16")), nexthop_id=GATEWAY, description="A text")
MULTI_PATH = dict(zip(ROUTE_KEY, (VPC, "192.168.0.0/20", "10.25.0.0/16")))
ADDRESS = {"name": "vpn-eip", "bandwidth_in_mbps": 5}
PREPAID = {"payment_timing": "Prepaid", "reservation": {"reservation_length": 1}}
HUB = {"vpc_id": VPC, "vpn_name": "hub", "description": "A text"}
REFUSED = {"secret_access_key": "wrong-secret"}
CHECK = {"check_mode": True}
NO_DELETION = {"fault": "status", "status": 403, "match": {"method": "DELETE"}, "times": -1}

# module -> the tasks that together show every key of its results: (options, keywords). Each begins with an empty cloud
# except for what `before` names: a customer gateway, or one with the tunnel of the example.
TASKS = {
    "vpn_tunnel": [
        (FULL, {}),
        (FULL, CHECK),
        (dict(FULL, cgw_id="{cgw_id}"), {"before": "tunnel"}),
        (dict(FULL, secret_key="Another#2026"), {"before": "tunnel"}),
        ({"vpn_id": GATEWAY, "vpn_conn_name": "vpncon", "state": "absent"}, {"before": "tunnel"}),
        ({"vpn_id": GATEWAY, "vpn_conn_name": "vpncon", "state": "absent"}, {}),
        (dict(FULL, wait_for="active", wait_timeout=1), {"settle_ms": 60000}),
        (dict(FULL, **REFUSED), {}),
        (dict(FULL, vpn_id="vpn-nowhere"), {}),
        (dict(FULL, remote_ip="x"), {}),
    ],
    "vpn_api_probe": [
        ({"vpn_id": GATEWAY}, {}),
        ({"vpn_id": GATEWAY, "probe_writes": True}, {"dialects": ["tunnel-name-upper"]}),
        ({"vpn_id": GATEWAY, "probe_writes": True}, {"faults": [NO_DELETION]}),
        (dict({"vpn_id": GATEWAY}, **REFUSED), {}),
        ({"vpn_id": "vpn-nowhere"}, {}),
        ({}, {}),
    ],
    "vpn_tunnels": [
        (dict(OTHER, tunnels=[ITEM]), {}),
        (dict(OTHER, tunnels=[ITEM], gateways=["vpn-elsewhere"]), {}),
        (dict(OTHER, tunnels=[ITEM], purge=True), {"before": "tunnel"}),
        (dict(OTHER, tunnels=[ITEM], purge=True), dict(CHECK, before="tunnel")),
        (dict(OTHER, tunnels=[dict(ITEM, vpn_conn_name="vpncon")]), {"before": "tunnel"}),
        (dict(OTHER, tunnels=[ITEM, dict(ITEM, vpn_conn_name="three", vpn_id="vpn-nowhere")]), {}),
        (dict(OTHER, tunnels=[dict(ITEM, remote_ip="x")]), {}),
    ],
    "vpn_gateway": [
        (dict(HUB, tags={"team": "network"}, billing=PREPAID), {}),
        (dict(HUB, subnet_id="sbn-new"), CHECK),
        (dict(HUB, description="Another text"), {"before": "hub"}),
        ({"vpn_id": GATEWAY, "state": "absent"}, {"before": "tunnel and route rule"}),
        ({"vpn_id": GATEWAY, "state": "absent", "force": True}, {"before": "tunnel and route rule"}),
        ({"vpn_id": "vpn-nowhere", "state": "absent"}, {}),
        (dict(HUB, wait_timeout=1), {"settle_ms": 60000}),
        (dict(HUB, vpc_id=None, vpc_name="production"), {}),
        (dict(HUB, **REFUSED), {}),
        ({}, {}),
    ],
    "eip": [
        (ADDRESS, {}),
        (ADDRESS, CHECK),
        (dict(ADDRESS, billing=PREPAID), {}),
        (ADDRESS, {"before": "eip"}),
        (dict(ADDRESS, bandwidth_in_mbps=9), {"before": "eip"}),
        ({"name": ADDRESS["name"], "state": "absent"}, {"before": "eip"}),
        ({"name": ADDRESS["name"], "state": "absent"}, {}),
        ({"eip": "192.0.2.1", "state": "absent"}, {}),
        ({"eip_id": "ip-missing", "state": "absent"}, {}),
        ({"eip_id": "ip-missing"}, {}),
        (dict(ADDRESS, wait_timeout=1), {"settle_ms": 60000}),
        (dict(ADDRESS, **REFUSED), {}),
        ({}, {}),
    ],
    "eip_info": [
        ({"eip": ["192.0.2.1"]}, {"before": "prepaid eip"}),
        ({}, {"before": "prepaid eip"}),
        (REFUSED, {}),
        ({"eip": ["x"]}, {}),
    ],
    "vpc_info": [
        ({}, {}),
        ({"vpc_id": VPC}, {}),
        ({"vpc_name": "production"}, {}),
        ({"vpc_name": "missing"}, {}),
        (REFUSED, {}),
        ({"vpc_id": VPC, "vpc_name": "production"}, {}),
    ],
    "vpn_tunnel_info": [
        ({"vpc_name": "production"}, {}),
        ({"vpc_name": "missing"}, {}),
        ({"vpn_id": [GATEWAY]}, {"before": "tunnel"}),
        ({"vpc_id": VPC}, {}),
        ({"vpn_id": [GATEWAY, "vpn-nowhere"]}, {"before": "tunnel"}),
        ({}, {}),
    ],
    "vpn_gateway_info": [
        ({"vpc_name": "production"}, {}),
        ({"vpc_id": VPC}, {}),
        ({"vpn_id": [GATEWAY], "tunnels": True, "exactly_one": True}, {"before": "tunnel"}),
        ({"vpc_id": VPC, "vpn_name": ["missing"], "exactly_one": True}, {}),
        (dict({"vpc_id": VPC}, **REFUSED), {}),
        ({}, {}),
        ({"vpc_id": VPC, "vpc_name": "production"}, {}),
    ],
    "vpn_customer_gateway": [
        (PEER, {}),
        (PEER, CHECK),
        (PEER, {"before": "customer gateway"}),
        (dict(PEER, description="Another text"), {"before": "customer gateway"}),
        ({"name": "branch", "state": "absent"}, {"before": "customer gateway"}),
        (dict(PEER, ip="203.0.113.99"), {"before": "customer gateway"}),
        (dict(PEER, **REFUSED), {}),
        ({}, {}),
    ],
    "vpc_route": [
        (dict(ROUTE, vpc_id=None, vpc_name="production"), {}),
        (dict(ROUTE, vpc_id=None, vpc_name="missing"), {}),
        (ROUTE, {}),
        (ROUTE, CHECK),
        (dict(ROUTE, description="Another text"), {"before": "route rule"}),
        (dict({name: ROUTE[name] for name in ROUTE_KEY}, state="absent"), {"before": "route rule"}),
        (dict(MULTI_PATH, state="absent"), {"before": "rule with several paths"}),
        (dict(MULTI_PATH, nexthop_type="dcGateway"), {"before": "rule with several paths"}),
        (dict(ROUTE, **REFUSED), {}),
        ({}, {}),
    ],
    "vpc_route_info": [
        ({"vpc_name": "production"}, {}),
        ({"vpc_id": VPC}, {"before": "rule with several paths"}),
        ({"vpc_id": VPC, "nexthop_id": [GATEWAY]}, {"before": "route rule"}),
        (dict({"vpc_id": VPC}, **REFUSED), {}),
        ({}, {}),
    ],
    "vpn_gateway_routes": [
        ({"vpn_id": GATEWAY}, {"before": "tunnel"}),
        ({"vpn_id": GATEWAY}, dict(CHECK, before="tunnel")),
        ({"vpn_id": GATEWAY, "purge": True}, {"before": "route rule"}),
        ({"vpn_id": GATEWAY, "vpc_name": "production", "state": "absent", "purge": True}, {"before": "route rule"}),
        ({"vpn_id": GATEWAY, "purge": True}, {"before": "route rule", "faults": [NO_DELETION]}),
        ({"vpn_id": GATEWAY, "vpc_name": "missing"}, {}),
        ({"vpn_id": "vpn-nowhere"}, {}),
        (dict({"vpn_id": GATEWAY}, **REFUSED), {}),
        ({}, {}),
    ],
    "vpn_customer_gateway_info": [
        ({}, {"before": "customer gateway"}),
        ({"cgw_id": ["{cgw_id}"]}, {"before": "customer gateway"}),
        (REFUSED, {}),
        ({"ip": ["x"]}, {}),
    ],
}


def prepare(emulator, connection, before, settle_ms):
    """Put the cloud into the state that a task begins with; the customer gateway's id, or None."""
    emulator.reset()
    cgw_id = None
    if before == "route rule":
        run("vpc_route", dict(ROUTE, **connection))
    elif before == "rule with several paths":
        create_rule_with_several_paths(connection)
    elif before == "hub":
        run("vpn_gateway", dict(HUB, **connection))
    elif before == "tunnel and route rule":
        run("vpn_tunnel", dict(FULL, **connection))
        run("vpc_route", dict(ROUTE, **connection))
    elif before in ("eip", "prepaid eip"):
        run("eip", dict(ADDRESS, **connection, **({} if before == "eip" else {"billing": PREPAID})))
    elif before:
        cgw_id = run("vpn_customer_gateway", dict(PEER, **connection))["cgw_id"]
    if before == "tunnel":
        assert run("vpn_tunnel", dict(FULL, cgw_id=cgw_id, **connection))["changed"]
    emulator.settings(settle_ms=settle_ms)
    return cgw_id


def create_rule_with_several_paths(connection):
    """Create a rule as the console does; no module creates one."""
    client = BceClient(connection_options.resolve(connection, {}))
    table = client.request("GET", "/v1/route", {"vpcId": VPC}).body["routeTableId"]
    hops = [{"nexthopId": f"dcgw-{path}", "nexthopType": "dcGateway", "pathType": "ecmp"} for path in ("a", "b")]
    pair = {"sourceAddress": MULTI_PATH["source_address"], "destinationAddress": MULTI_PATH["destination_address"]}
    client.request("POST", "/v1/route/rule", {"clientToken": "t"}, {"routeTableId": table, **pair, "nextHopList": hops})


def filled(value, cgw_id):
    return json.loads(json.dumps(value).replace("{cgw_id}", str(cgw_id)))


def results_of(emulator, module):
    environment = emulator.environment
    connection = {
        "access_key_id": environment["BCE_ACCESS_KEY_ID"],
        "secret_access_key": environment["BCE_SECRET_ACCESS_KEY"],
        "endpoint": environment["BCE_ENDPOINT"],
    }
    found = []
    for arguments, keywords in TASKS[module]:
        cgw_id = prepare(emulator, connection, keywords.get("before"), keywords.get("settle_ms", 0))
        emulator.settings(dialects=keywords.get("dialects", []))
        emulator.faults(*keywords.get("faults", []))
        found.append(run(module, {**connection, **filled(arguments, cgw_id)}, keywords.get("check_mode", False)))
    return found


class Reading:
    """Compares results with a RETURN, key by key."""

    def __init__(self, module):
        self._module = module
        self.complaints = []
        self.seen = set()  # places whose documentation was followed by a value that is not null
        self.documented = set()

    def read(self, described, value, place="", may_be_null=False):
        """A dictionary of the results against the keys that are documented for it."""
        for key in sorted(value.keys() - described.keys()):
            self.complaints.append(f"{place}{key} is returned and not documented")
        for key, entry in described.items():
            self.documented.add(place + key)
            if key in value:
                self._read_value(entry, value[key], place + key, may_be_null or self._is_nullable(entry))

    def _read_value(self, entry, value, place, may_be_null):
        if value is None:
            if not may_be_null:
                self.complaints.append(f"{place} is null, and its description does not say that it can be")
            return
        if not is_a(value, entry["type"]):
            self.complaints.append(f"{place} is documented as {entry['type']} and is {value!r}")
            return
        self.seen.add(place)
        keys = self._keys_of(entry, place)
        items = value if isinstance(value, list) else [value]
        if isinstance(value, list) and not all(is_a(item, entry["elements"]) for item in items):
            self.complaints.append(f"{place} has items that are not {entry['elements']}: {value!r}")
        elif keys is not None:
            for item in items:
                self.read(keys, item, place + ".", may_be_null)

    def _keys_of(self, entry, place):
        """The documented keys of a dictionary, which may be those of another value or the suboptions of an option."""
        if entry.get("elements", entry["type"]) != "dict":
            return None
        options_of = re.search(r"under the names of the option O\((\w+)\)", text_of(entry))
        if "contains" in entry:
            return entry["contains"]
        if self._model_of(entry):
            return self._model_of(entry)["contains"]
        if options_of:
            described = documentation()["vpn_tunnel"]["doc"]["options"][options_of.group(1)]["suboptions"]
            return {name: dict(option, description="May be null.") for name, option in described.items()}
        if place.split(".")[-1] not in OPEN:
            self.complaints.append(f"{place} is a dictionary of which no key is documented")
        return None

    def _model_of(self, entry):
        """The documentation of another value to which that of this one points; or None."""
        named = re.search(r"(?:in the shape of|one of|same as) RV\((?:[\w.]+\.(\w+)#module:)?(\w+)\)", text_of(entry))
        return named and documentation()[named.group(1) or self._module]["return"][named.group(2)]

    def _is_nullable(self, entry):
        model = self._model_of(entry)
        text = text_of(entry) + (text_of(model) if model else "")
        return re.search(r"\bnull\b", text, re.IGNORECASE) is not None


def is_a(value, kind):
    """True if the value has the documented type; to Python, true and false are integers too."""
    return isinstance(value, TYPES[kind]) and (kind == "bool" or not isinstance(value, bool))


def text_of(entry):
    return " ".join(entry["description"]) if isinstance(entry["description"], list) else entry["description"]


def of_ours(result):
    return {name: value for name, value in result.items() if name not in COMMON}


@pytest.mark.parametrize("module", MODULES)
def test_documented_results_equal_the_returned_ones(emulator, module):
    described, reading = documentation()[module]["return"], Reading(module)
    results = results_of(emulator, module)
    for result in results:
        reading.read(described, of_ours(result))
    assert not reading.complaints, reading.complaints
    unseen = sorted(place for place in reading.documented - reading.seen if place.split(".")[-1] not in ELSEWHERE)
    assert not unseen, f"documented, but in no result: {unseen}"


@pytest.mark.parametrize("module", MODULES)
def test_results_are_returned_when_the_documentation_says(emulator, module):
    described = documentation()[module]["return"]
    for result in results_of(emulator, module):
        failed = bool(result.get("failed"))
        for key, entry in described.items():
            returned = entry["returned"]
            if returned in ("success", "always on success, and on failure if known") and not failed:
                assert key in result, f"{key} is missing on success"
            if returned == "failure":
                assert (key in result) == failed, f"{key} is there on success, or missing on failure"
            if returned.startswith("success") and failed and "failure" not in returned:
                assert key not in result, f"{key} is there on failure"
