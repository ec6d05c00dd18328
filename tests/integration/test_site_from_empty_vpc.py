# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""site_to_site.yml from an empty VPC on. test_site_to_site.py has the other end too, in the lab."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from api_example import SECRET_KEY, entry
from docs_runner import shown_files
from emulator_process import EmulatorProcess
from playbook_runner import ROOT, run_playbook

pytestmark = pytest.mark.long

SITE = ROOT / "playbooks/site_to_site.yml"
FIRST, SECOND = (yaml.safe_load(shown_files()[name]) for name in ("first_site.yml", "second_site.yml"))
ABSENT = {"state": "absent"}
CUSTOMER = {"customer_gateway": {"create": True, "name": "berlin"}}


class Cloud(EmulatorProcess):
    """An emulator whose VPC `production` has one subnet and no gateway."""

    def __init__(self):
        super().__init__("--vpc", "vpc-new:192.168.0.0/18:production")

    def site(self, *variables, arguments=(), status=0):
        """Run the playbook without the other end; return its result, and the requests that it sent."""
        merged = {"secret_key": SECRET_KEY, "manage_peer": False}
        for more in variables:
            merged.update(more)
        sent = len(self.requests())
        done = run_playbook(SITE, "-e", json.dumps(merged), *arguments, environment=self.environment)
        assert done.status == status, done.output
        return done, self.requests()[sent:]

    def objects(self):
        """Return the names of what is there next to the seeds: gateways, EIPs, tunnels, rules, customer gateways."""
        state = self.state()
        gateways = [gateway for gateway in state["gateways"] if gateway["vpcId"] == "vpc-new"]
        ids = {gateway["vpnId"] for gateway in gateways}
        return {
            "gateways": [gateway["vpnName"] for gateway in gateways],
            "eips": [eip["name"] for eip in state["eips"] if not eip["name"].startswith("eip-gw-")],
            "tunnels": sorted(tunnel["vpnConnName"] for tunnel in state["tunnels"] if tunnel["vpnId"] in ids),
            "rules": sorted(rule["destinationAddress"] for rule in state["routeRules"] if rule["nexthopType"] == "vpn"),
            "customers": [customer["name"] for customer in state["customer_gateways"]],
        }


@pytest.fixture(scope="module")
def process():
    with Cloud() as cloud:
        yield cloud


@pytest.fixture
def cloud(process):
    process.reset()
    return process


def writes(requests):
    return [request for request in requests if request["method"] != "GET"]


def changed(done):
    """Return how many tasks changed something."""
    return int(re.search(r"changed=(\d+)", done.output).group(1))


NOTHING = {"gateways": [], "eips": [], "tunnels": [], "rules": [], "customers": []}
ALL = {
    "gateways": ["branches"],
    "eips": ["branches"],
    "tunnels": ["branch-berlin"],
    "rules": ["192.168.100.0/24"],
    "customers": [],
}


def test_site_from_an_empty_vpc_and_back(cloud):
    """Check mode plans every object, a second run changes nothing, and nothing is left in the end."""
    planned, requests = cloud.site(FIRST, arguments=("--check", "--diff"))
    assert changed(planned) == 4 and writes(requests) == [] and cloud.objects() == NOTHING
    assert planned.output.count("check-mode-new") >= 3, "the ids that do not exist yet are in the diffs"
    for words in ('"bandwidth_in_mbps": 5', '"vpn_name": "branches"', '"vpn_conn_name": "branch-berlin"'):
        assert f"+    {words}" in planned.output
    assert '+    "destination_address": "192.168.100.0/24"' in planned.output
    assert len(requests) == 12

    made, requests = cloud.site(FIRST, arguments=("-vvv", "--diff"))
    assert changed(made) == 4 and cloud.objects() == ALL and SECRET_KEY not in made.output
    assert cloud.billed() == {"gateways": 1, "eips": 1}
    assert (len(requests), len(writes(requests))) == (25, 4)

    again, requests = cloud.site(FIRST)
    assert changed(again) == 0 and writes(requests) == [] and len(requests) == 8
    assert "host pattern" not in again.output, "without the other end no host is looked for"

    # Other networks: the rule of the old one goes with it.
    cloud.site(FIRST, {"remote_subnets": ["10.9.0.0/16"]})
    assert cloud.objects() == dict(ALL, rules=["10.9.0.0/16"])

    planned, requests = cloud.site(FIRST, ABSENT, arguments=("--check",))
    assert changed(planned) == 4 and writes(requests) == []
    # The networks in the file are the old ones; those of the tunnel count too.
    cloud.site(FIRST, ABSENT)
    assert cloud.objects() == NOTHING and cloud.billed() == {"gateways": 1, "eips": 1}
    again, requests = cloud.site(FIRST, ABSENT)
    assert changed(again) == 0 and writes(requests) == []


def test_site_interrupted_after_each_write_is_completed_and_bought_once(cloud):
    """Each run loses the response to one write; the next one goes on from what is there."""
    refused = {"fault": "status", "status": 403, "code": "AccessDenied", "commit": True, "times": 1}
    faults = [dict(refused, match={"method": method}) for method in ("POST", "PUT", "DELETE")]
    for variables, end, steps in (({}, dict(ALL, customers=["berlin"]), 5), (ABSENT, NOTHING, 6)):
        for _step in range(steps):
            cloud.faults(*faults)
            _done, requests = cloud.site(FIRST, CUSTOMER, variables, status=2)
            assert len(writes(requests)) == 1
        assert cloud.objects() == end
        cloud.faults()
        done, requests = cloud.site(FIRST, CUSTOMER, variables)
        assert changed(done) == 0 and writes(requests) == [] and cloud.objects() == end
    assert cloud.billed() == {"gateways": 1, "eips": 1}


def test_managed_objects_stay_while_others_use_them(cloud):
    """The gateway, its EIP and the customer gateway stay; the warnings name the users."""
    cloud.site(FIRST, CUSTOMER)
    (gateway,), (customer,) = (
        [one for one in cloud.gateways() if one["vpcId"] == "vpc-new"],
        cloud.customer_gateways(),
    )
    cloud.site(SECOND, {"remote_subnets": ["192.168.100.0/24", "10.3.0.0/16"]})
    other = entry("of-another-user", cgwId=customer["cgwId"], vpnId="vpn-119bd69b")
    hidden = entry("of-a-third-one", cgwId=None, remoteIp=None, vpnId="vpn-119bd69b")
    cloud.plant(other, hidden)
    for arguments in (("--check",), ()):
        done, _requests = cloud.site(FIRST, CUSTOMER, ABSENT, arguments=arguments)
        words = f"Warning: the VPN gateway branches ({gateway['vpnId']}) stays, and its EIP with it"
        assert words in done.output and "tunnel branch-rome" in done.output, done.output
        assert (
            "Warning: the customer gateway berlin stays, because other tunnels use it: of-another-user,"
            " of-a-third-one (perhaps)" in done.output
        )
    # The rule that both tunnels needed is still there.
    rules = ["10.3.0.0/16", "192.168.100.0/24"]
    assert cloud.objects() == dict(ALL, tunnels=["branch-rome"], rules=rules, customers=["berlin"])
    cloud.site(SECOND, ABSENT, {"remote_subnets": ["10.3.0.0/16"]})
    assert cloud.objects() == dict(ALL, tunnels=[], rules=[], customers=["berlin"]), "a used gateway is not released"
    cloud.site(FIRST, ABSENT)
    assert cloud.objects() == dict(NOTHING, customers=["berlin"])


USED = {**SECOND, "gateway": {"create": True}, "eip": {"name": "missing"}}


@pytest.mark.parametrize(
    "variables, words",
    [
        (USED, "eip: must match exactly one EIP of the region, but missing matches none"),
        (
            {**FIRST, "eip": {"name": "eip-gw-vpn-119bd69b"}},
            "eip: must be available, but 192.0.2.1 is bound to VPN vpn-119bd69b; unbind it there first",
        ),
        (SECOND, "vpn_gateway_info"),
        ({**FIRST, "customer_gateway": {"name": "missing"}}, "customer_gateway.name: must match exactly one"),
        (
            {**FIRST, "gateway": {"create": True, "subnet_id": "sbn-none"}},
            "gateway.subnet_id: the VPC vpc-new has the subnets sbn-",
        ),
        ({**FIRST, "remote_subnets": ["192.168.32.0/24"]}, "overlaps 192.168.0.0/18 of VPC vpc-new"),
        ({**FIRST, "local_subnets": ["172.16.0.0/24"]}, "sources: is needed, because 172.16.0.0/24"),
        ({**FIRST, "ike_config": {"ike_version": "v2"}}, "ike_config.ike_mode"),
    ],
    ids=["eip", "eip in use", "gateway", "customer gateway", "subnet", "overlap", "source", "tunnel"],
)
def test_site_that_cannot_be_made_is_reported_before_the_first_write(cloud, variables, words):
    done, requests = cloud.site(variables, status=2)
    assert writes(requests) == [] and cloud.billed() == {"gateways": 0, "eips": 0}
    message = done.results[-1]["msg"]
    if words == "vpn_gateway_info":
        words = "branches"
    assert words in message, done.output


def test_protected_gateway_ends_the_removal_before_it_begins(cloud):
    protected = {**FIRST, "gateway": {"create": True, "delete_protect": True}}
    cloud.site(protected)
    done, requests = cloud.site(protected, ABSENT, status=2)
    assert "it is protected (delete_protect); set gateway.delete_protect: false" in done.results[-1]["msg"]
    assert writes(requests) == [] and cloud.objects() == ALL
    cloud.site(FIRST, {"gateway": {"create": True, "delete_protect": False}}, ABSENT)
    assert cloud.objects() == NOTHING


def test_wrong_input_of_a_site_is_reported_at_once_without_a_request(cloud):
    wrong = {
        "vpn_conn_name": "",
        "wait": "maybe",
        "gateway": {"create": True, "delete_protect": "maybe"},
        "eip": {"create": True},
        "sources": ["branch"],
    }
    done, requests = cloud.site(FIRST, wrong, status=2)
    reported = done.results[-1]["msg"]
    for words in (
        "vpn_conn_name: is required",
        "wait: must be true or false, got 'maybe'",
        "gateway.delete_protect: must be true or false",
        "eip.name: ",
        "eip.bandwidth_in_mbps: is required",
        "sources[0]: ",
    ):
        assert words in reported, reported
    assert requests == []


def test_site_without_managed_routes_makes_none(cloud):
    cloud.site(FIRST, {"manage_routes": False})
    assert cloud.objects() == dict(ALL, rules=[])
