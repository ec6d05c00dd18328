# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route rules decide about real packets: a tunnel that is up carries none without a rule of the VPC.

The cloud's gateway of the lab gets its tunnels, and the packets of the host behind it, as the emulator's API says.
"""

from __future__ import annotations

import json
import time

import pytest

from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.swanctl import render
from api_example import SECRET_KEY, options
from emulator_process import GATEWAY
from playbook_runner import ANSIBLE_PLAYBOOK, as_plays, build_environment

EIP = "192.0.2.1"
TUNNEL = options(ike_config__ike_version="v2")
CLOUD, PEER = TUNNEL["local_subnets"][0], TUNNEL["remote_subnets"][0]
RULE = {"vpc_id": "vpc-emulator", "source_address": CLOUD, "destination_address": PEER, "nexthop_id": GATEWAY}


class Site:
    """Tasks run in the lab, so that it follows what they write."""

    def __init__(self, lab, folder):
        self.lab = lab
        self._folder = folder
        self._log = folder / "results"
        self._environment = build_environment(self._log, lab.start_emulator()["environment"])

    def run(self, module, **arguments):
        self._log.write_text("")
        path = self._folder / "play.json"
        path.write_text(json.dumps(as_plays([{"name": "Task", f"baiducloud.network.{module}": arguments}])))
        done = self.lab.run(command=[str(ANSIBLE_PLAYBOOK), str(path)], environment=self._environment)
        assert done["status"] == 0, done["output"]
        return json.loads(self._log.read_text().splitlines()[-1])["result"]

    def children(self):
        """Return the states of the CHILD SAs at the peer."""
        return [child["state"] for ike in self.lab.peer_tunnels() for child in ike.get("child-sas", {}).values()]

    def can_ping(self, seconds=0.3):
        return self.lab.can_ping(tunnel={"localSubnets": [CLOUD], "remoteSubnets": [PEER]}, seconds=seconds)


@pytest.fixture
def site(lab, tmp_path):
    """Return a site whose tunnel is up."""
    one = Site(lab, tmp_path)
    tunnel = one.run("vpn_tunnel", **TUNNEL)["vpn_tunnel"]
    lab.load_peer(text=render(tunnel, EIP, SECRET_KEY))
    deadline = time.monotonic() + 40
    while one.children() != ["INSTALLED"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert one.children() == ["INSTALLED"]
    return one


def test_packets_cross_exactly_while_the_rule_of_the_tunnel_is_there(site):
    """ "Tunnel up, no traffic": both daemons say that the tunnel is up all the time."""
    seen = {"without a rule": site.can_ping()}
    assert site.run("vpn_gateway_routes", vpn_id=GATEWAY)["totals"]["created"] == 1
    seen["with it"] = site.can_ping(5)
    site.lab.compare(tunnel=site.lab.stored_tunnels()[0])  # pings from both sides
    assert site.run("vpn_gateway_routes", vpn_id=GATEWAY, state="absent")["totals"]["deleted"] == 1
    seen["removed"] = site.can_ping()
    assert seen == {"without a rule": False, "with it": True, "removed": False}
    assert site.children() == ["INSTALLED"]


def test_rule_of_other_networks_or_another_next_hop_carries_no_packet(site):
    for changes in ({"source_address": "192.168.8.0/21"}, {"destination_address": "192.168.101.0/24"}):
        site.run("vpc_route", **{**RULE, **changes})
        assert not site.can_ping(), changes
    site.run("vpc_route", **{**RULE, "nexthop_type": "custom", "nexthop_id": "i-00000001"})
    assert not site.can_ping()
    # A longer destination goes before the rule to the instance.
    site.run("vpc_route", **{**RULE, "destination_address": "192.168.100.0/25"})
    assert site.can_ping(5)
