# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fault of tests/tunnel_faults.py is planted in the lab, and the diagnosis says the sentence next to it.

With DIAGNOSIS_RECORD=1 the facts are written to the file that the unit tests read.
"""

from __future__ import annotations

import os
import re
import time

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._module import (
    vpc_info,
    vpc_route,
    vpc_route_info,
    vpn_gateway_info,
    vpn_gateway_routes,
    vpn_tunnel,
    vpn_tunnel_info,
)
from ansible_collections.baiducloud.network.plugins.plugin_utils._diagnosis.diagnosis import diagnose, host_pairs
from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.swanctl import render
from api_example import SECRET_KEY
from emulator_process import ACCESS_KEY_ID, GATEWAY, SECRET_ACCESS_KEY
from ipsec_lab.nftables import nft_environment
from ipsec_lab.stored_tunnels import stored_tunnels
from peer_examples import EIP, in_mode
from playbook_runner import ROOT
from run_params import run_params
from tunnel_faults import FAULTS, NAME, write_record

SCRIPT = ROOT / "playbooks/files/read_strongswan.sh"
PEER = "/run/lab/peer"
FILTER_OPTIONS = ("local_id", "peer_id", "gateway", "secret_key", "peer_address", "start_action")
MODULES = {"vpn_gateway_routes": vpn_gateway_routes, "vpc_route": vpc_route, "vpn_tunnel": vpn_tunnel}
VPC = "vpc-emulator"
SECONDS = 8
SECRETS = [text for key in (SECRET_KEY, "other1!key") for text in (key, key.encode().hex())]
DECIDED = (
    "NO_PROP|AUTHENTICATION_FAILED|TS_UNACCEPT|INVALID_ID|giving up|error writing|does not match|decrypt|MALFORMED"
)


def with_change(values, change):
    """Return a dictionary with some values changed; a__b is b in the dictionary a."""
    changed = dict(values)
    for name, value in change.items():
        outer, _double, inner = name.partition("__")
        changed[outer] = dict(changed[outer], **{inner: value}) if inner else value
    return changed


def camel_case(name):
    first, *more = name.split("_")
    return first + "".join(map(str.capitalize, more))


def rendered(returned, fault):
    """Return the peer's file with what differs in it."""
    options = {name: value for name, value in fault.peer.items() if name in FILTER_OPTIONS}
    change = {name: value for name, value in fault.peer.items() if name not in FILTER_OPTIONS}
    rendering = {"gateway": EIP, "secret_key": SECRET_KEY, "start_action": "none" if fault.initiate else "start"}
    return render(with_change(returned, change), **{**rendering, **options})


class Scene:
    """The lab, and the emulator as its cloud."""

    def __init__(self, lab, emulator):
        self.lab = lab
        self.emulator = emulator
        self.account = {
            "endpoint": emulator.endpoint,
            "access_key_id": ACCESS_KEY_ID,
            "secret_access_key": SECRET_ACCESS_KEY,
        }
        self.environment = nft_environment(dict(os.environ, STRONGSWAN_CONF=lab.ready["settings"]))

    def task(self, module, **options):
        done = run_params(module, {**self.account, **options}, False)
        assert not done.get("failed"), done
        return done

    def shell(self, command):
        if command:
            done = self.lab.run(command=["sh", "-c", command], environment=self.environment)
            assert done["status"] == 0, (command, done["output"])
            return done["output"]

    def cloud_facts(self):
        return {
            "name": NAME,
            "gateway": self.task(vpn_gateway_info, vpn_id=[GATEWAY], exactly_one=True)["vpn_gateway"],
            "tunnels": self.task(vpn_tunnel_info, vpn_id=[GATEWAY])["vpn_tunnels"],
            "vpc": self.task(vpc_info, vpc_id=VPC)["vpcs"][0],
            "rules": self.task(vpc_route_info, vpc_id=VPC)["route_rules"],
        }

    def peer_facts(self, tunnel, initiate):
        name = NAME if initiate else ""
        arguments = [self.lab.ready["uri"], "strongswan", f"{PEER}/charon.log", PEER, name, EIP, *host_pairs(tunnel)]
        output = self.lab.run(command=["sh", str(SCRIPT), *arguments], environment=self.environment)["output"]
        return {"kind": "strongswan", "host": "branch", "output": output}

    def wait(self):
        """Wait until the tunnel is up, or the log says that it fails; return whether it is up."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            children = [
                child["state"] for ike in self.lab.peer_tunnels() for child in ike.get("child-sas", {}).values()
            ]
            if "INSTALLED" in children:
                return True
            if re.search(DECIDED, self.lab.log(side="peer")):
                return False
            time.sleep(0.05)
        return False

    def facts(self, fault):
        """Plant a fault; return the facts of both ends."""
        tunnel = in_mode(fault.mode)
        self.task(vpn_tunnel, **tunnel)
        self.task(vpn_gateway_routes, vpn_id=GATEWAY)
        for module, options in fault.cloud:
            scope = {"vpc_id": VPC} if module == "vpc_route" else {"vpn_id": GATEWAY}
            base = {} if module != "vpn_tunnel" else tunnel
            self.task(MODULES[module], **{**base, **scope, **options})
        cloud = self.cloud_facts()
        stored = next(each for each in stored_tunnels(self.emulator.endpoint) if each["vpnConnName"] == NAME)
        returned = next(each for each in cloud["tunnels"] if each["vpn_conn_name"] == NAME)
        self.lab.reset()
        self.shell(f": >{PEER}/charon.log; : >{PEER}/bytes.log")
        self.load_gateway(stored, fault.gateway)
        self.shell(fault.do)
        try:
            self.lab.load_peer(text=rendered(returned, fault))
            is_up = not fault.initiate and "start_action" not in fault.peer and self.wait()
            self.shell(fault.after and f"export URI={self.lab.ready['uri']}; {fault.after}")
            pinged = {"localSubnets": ["192.168.0.0/20"], "remoteSubnets": ["192.168.100.0/24"]}
            seen = is_up and fault.pings is not None and self.lab.can_ping(tunnel=pinged, seconds=0.5)
            return {"cloud": cloud, "peer": self.peer_facts(returned, fault.initiate)}, seen
        finally:
            self.shell(fault.undo)

    def load_gateway(self, stored, change):
        """Configure the cloud's gateway with what the API stores, or with other values."""
        values = {
            "__".join(map(camel_case, name.split("__"))): value for name, value in change.items() if name != "local_id"
        }
        identity = {"local": {"auth": "psk", "id": change["local_id"]}} if "local_id" in change else {}
        self.lab.set_cloud_tunnels(tunnels=[with_change(stored, values)], **identity)


@pytest.fixture
def scene(lab, emulator):
    return Scene(lab, emulator)


def test_each_fault_of_the_lab_has_its_sentence(scene):
    facts, wrong = {}, []
    for name, fault in FAULTS.items():
        scene.emulator.reset()
        facts[name], pings = scene.facts(fault)
        sentence = diagnose(**facts[name]).sentence
        if (sentence, pings) != (f"{NAME} {fault.sentence}.", bool(fault.pings)):
            wrong.append(f"{name}: ping {pings}, {sentence}")
        for secret in SECRETS:
            assert secret not in facts[name]["peer"]["output"]
    if os.environ.get("DIAGNOSIS_RECORD"):
        write_record(facts)
    assert not wrong, "\n".join(wrong)
