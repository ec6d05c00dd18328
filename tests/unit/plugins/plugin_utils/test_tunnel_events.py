# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which events follow from which lists: the event source without requests, on a clock of the test."""

from __future__ import annotations

import json

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import TransportError
from ansible_collections.baiducloud.network.plugins.module_utils._resources.vpn_tunnel import VPN_TUNNEL, VpnTunnelApi
from ansible_collections.baiducloud.network.plugins.plugin_utils import _tunnel_events
from ansible_collections.baiducloud.network.plugins.plugin_utils._tunnel_events import GatewayWatch, Proof, Timing
from api_example import SECRET_KEY, entry, options

GATEWAY = "vpn-119bd69b"
UP = {"status": "active", "healthStatus": "reachable"}
OTHER_KEY = "Other#Key1"


class NoClient:
    """A client of which only the redactor is used."""

    class redactor:
        add = allow = redact_pattern = staticmethod(lambda *_words: None)


def listing(*entries):
    return VpnTunnelApi(NoClient, {"vpn_id": GATEWAY}).parse_all(entries)


def tunnel(name="berlin", **changes):
    return entry(name, **{**UP, **changes})


def desired(*items):
    return [VPN_TUNNEL.parse(item) for item in items]


class Watch:
    """A GatewayWatch that is polled as the event source does it, every 10 seconds."""

    def __init__(self, items=None, *, repair_time=300, health_delay=0):
        listed = None if items is None else desired(*items)
        self.watch = GatewayWatch(GATEWAY, Timing(repair_time, health_delay), listed)
        self.now = 1000.0
        self.events = []

    def poll(self, *entries, second=None, proof="the same", seconds=10):
        """Return (type, name) of the events of a poll; `second` are the entries of the second list, if it differs."""
        self.now += seconds
        first = listing(*entries)
        again = listing(*(entries if second is None else second))
        needs_list, needs_proof = self.watch.needs_confirmation(first)
        if not needs_list:
            self.events = self.watch.take(first, self.now)
        else:
            if proof == "the same":
                proof = Proof(frozenset(shown.object_id for shown in again.entries))
            self.events = self.watch.take(again, self.now, first, proof if needs_proof else None)
        return [(event["type"], event.get("vpn_conn_name")) for event in self.events]


ITEM = options(vpn_conn_name="berlin")


def test_first_poll_reports_what_is_present_and_the_next_one_nothing():
    watch = Watch()
    assert watch.poll(tunnel(), tunnel("paris")) == [("present", "berlin"), ("present", "paris")]
    assert watch.poll(tunnel("paris"), tunnel()) == []


def test_unconfirmed_first_list_is_not_the_expected_state():
    watch = Watch()
    assert watch.poll(second=[tunnel()]) == []
    assert watch.poll(tunnel()) == [("present", "berlin")]


@pytest.mark.parametrize("items", [None, [ITEM]])
def test_deleted_tunnel_is_reported_once_and_its_return_is_not(items):
    watch = Watch(items)
    watch.poll(tunnel())
    assert watch.poll() == [("vanished", "berlin")]
    assert watch.events[0]["tunnel"]["vpn_conn_id"] == "vpnconn-berlin"
    assert watch.poll() == []
    assert watch.poll(tunnel(vpnConnId="vpnconn-new")) == []
    assert watch.poll() == [("vanished", "berlin")]


@pytest.mark.parametrize("items", [None, [ITEM]])
def test_changed_tunnel_is_reported_with_its_fields_and_its_return_is_not(items):
    watch = Watch(items)
    watch.poll(tunnel())
    changed = tunnel(remoteSubnets=["10.9.0.0/16"], ikeConfig={**entry()["ikeConfig"], "ikeLifeTime": "300s"})
    assert watch.poll(changed) == [("changed", "berlin")]
    (event,) = watch.events
    assert event["fields"] == ["remote_subnets", "ike_config.ike_life_time"]
    assert event["expected"] == {"remote_subnets": ["192.168.100.0/24"], "ike_config": {"ike_life_time": 200}}
    assert event["current"] == {"remote_subnets": ["10.9.0.0/16"], "ike_config": {"ike_life_time": 300}}
    assert event["is_listed"] is (None if items is None else True)
    assert watch.poll(changed) == []
    assert watch.poll(tunnel(remoteSubnets=["10.8.0.0/16"])) == [("changed", "berlin")]
    assert watch.poll(tunnel()) == []


def test_changed_key_is_reported_without_any_key():
    watch = Watch([options(vpn_conn_name="berlin", secret_key=None)])
    watch.poll(tunnel())
    assert watch.poll(tunnel(secretKey=OTHER_KEY, description=f"{SECRET_KEY} {OTHER_KEY}")) == [("changed", "berlin")]
    assert watch.events[0]["fields"] == ["description", "secret_key"]
    shown = json.dumps(watch.events)
    assert SECRET_KEY not in shown and OTHER_KEY not in shown


def test_new_key_of_a_rotation_becomes_the_expected_one():
    watch = Watch([options(vpn_conn_name="berlin", secret_key=None)])
    watch.poll(tunnel())
    assert watch.poll(tunnel(secretKey=OTHER_KEY)) == [("changed", "berlin")]
    assert watch.poll(tunnel(secretKey=OTHER_KEY), seconds=300) == []
    assert watch.poll(tunnel()) == [("changed", "berlin")]


def test_value_that_is_not_shown_is_not_a_change():
    watch = Watch()
    watch.poll(tunnel())
    hidden = tunnel(secretKey="dd******w")
    hidden = {name: value for name, value in hidden.items() if name not in ("description", "ikeConfig")}
    assert watch.poll(hidden) == []


def test_spelling_of_the_api_is_not_a_change():
    watch = Watch([options(vpn_conn_name="Branch/Berlin", local_subnets=["192.168.0.0/20", "10.0.0.0/8"])])
    shown = tunnel("branch/berlin-", localSubnets=["10.0.0.0/8", "192.168.0.1/20"])
    assert watch.poll(shown) == [("present", "branch/berlin-")]
    assert watch.poll(shown) == []


def test_tunnel_that_appears_and_goes_is_reported_once():
    watch = Watch()
    watch.poll(tunnel())
    assert watch.poll(tunnel(), tunnel("rogue")) == [("appeared", "rogue")]
    assert watch.poll(tunnel()) == []
    assert watch.poll(tunnel(), tunnel("rogue")) == [("appeared", "rogue")]


def test_without_a_list_the_state_becomes_the_expected_one_after_the_repair_time():
    watch = Watch(repair_time=60)
    watch.poll(tunnel(), tunnel("paris"))
    changed = tunnel(remoteSubnets=["10.9.0.0/16"])
    kinds = [("changed", "berlin"), ("vanished", "paris"), ("appeared", "rogue")]
    assert watch.poll(changed, tunnel("rogue")) == kinds
    assert watch.poll(changed, tunnel("rogue"), seconds=60) == []
    assert watch.poll(tunnel(), tunnel("paris")) == [
        ("changed", "berlin"),
        ("vanished", "rogue"),
        ("appeared", "paris"),
    ]


def test_with_a_list_the_event_is_repeated_after_the_repair_time():
    watch = Watch([ITEM, options(vpn_conn_name="paris")], repair_time=60)
    watch.poll(tunnel(), tunnel("paris"))
    changed = tunnel(remoteSubnets=["10.9.0.0/16"])
    assert watch.poll(changed) == [("changed", "berlin"), ("vanished", "paris")]
    assert watch.poll(changed, seconds=59) == []
    assert watch.poll(changed, seconds=1) == [("changed", "berlin"), ("vanished", "paris")]
    assert [event["is_repeated"] for event in watch.events] == [True, True]


def test_with_a_list_the_first_polls_report_what_is_missing_and_what_differs():
    watch = Watch([ITEM, options(vpn_conn_name="paris")])
    differing = tunnel(description="other")
    assert watch.poll(differing, tunnel("rogue")) == [
        ("present", "berlin"),
        ("present", "rogue"),
        ("changed", "berlin"),
    ]
    # Missing since the first poll, because a list may be stale for a tunnel that was just created.
    assert watch.poll(differing, tunnel("rogue"), seconds=1) == []
    assert watch.poll(differing, tunnel("rogue"), seconds=3) == [("vanished", "paris")]
    assert watch.events[0]["tunnel"] == {}


def test_tunnel_that_is_not_in_the_list_is_reported_when_it_appears_only():
    watch = Watch([ITEM], repair_time=60)
    watch.poll(tunnel())
    assert watch.poll(tunnel(), tunnel("rogue")) == [("appeared", "rogue")]
    assert watch.events[0]["is_listed"] is False
    assert watch.poll(tunnel(), tunnel("rogue", description="other"), seconds=100) == []
    assert watch.poll(tunnel(), seconds=100) == []


def test_item_that_is_to_be_absent_is_reported_when_it_appears():
    watch = Watch([dict(ITEM, state="absent")])
    watch.poll()
    assert watch.poll(tunnel()) == [("appeared", "berlin")]
    assert watch.events[0]["is_listed"] is True
    assert watch.poll() == []


def test_new_list_is_compared_from_then_on():
    watch = Watch([ITEM, options(vpn_conn_name="paris")])
    watch.poll(tunnel(), tunnel("paris"))
    watch.watch.set_desired(desired(options(vpn_conn_name="berlin", description="new"), options(vpn_conn_name="rome")))
    assert watch.poll(tunnel(), tunnel("paris")) == [("changed", "berlin")]
    assert watch.poll(tunnel(description="new")) == [("vanished", "rome")]
    assert watch.poll(tunnel(description="new"), tunnel("rome")) == []


def test_tunnel_that_the_new_list_has_is_the_one_that_was_known():
    watch = Watch([ITEM])
    watch.poll(tunnel(), tunnel("paris"))
    watch.watch.set_desired(desired(ITEM, options(vpn_conn_name="paris")))
    assert watch.poll(tunnel(), tunnel("paris")) == []
    assert watch.poll(tunnel()) == [("vanished", "paris")]


# What a list shows while the tunnel exists: entries of the first list and of the second, and what the detail says.
CONTRADICTIONS = {
    "the second list shows it": ([], [tunnel()], "the same"),
    "the detail shows it": ([], [], Proof(frozenset({"vpnconn-berlin"}))),
    "the detail counts more": ([], [], Proof(frozenset(), counts_more=True)),
    "the gateway has no detail": ([], [], None),
    "a name is not shown": ([tunnel("", vpnConnId="vpnconn-x")],) * 2 + ("the same",),
    "an id is not shown": ([{**tunnel("other"), "vpnConnId": None}],) * 2 + ("the same",),
    "the name is shown otherwise": ([tunnel("BERLIN", vpnConnId="vpnconn-x")],) * 2 + ("the same",),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_tunnel_is_not_reported_as_vanished_while_something_contradicts_it(case):
    first, second, proof = CONTRADICTIONS[case]
    for items in (None, [ITEM]):
        watch = Watch(items)
        watch.poll(tunnel())
        for _poll in range(3):
            assert "vanished" not in dict(watch.poll(*first, second=second, proof=proof, seconds=5))
        assert "vanished" not in dict(watch.poll(tunnel()))


def test_tunnel_that_only_the_number_in_the_detail_counts_is_gone_after_thirty_seconds():
    watch = Watch()
    watch.poll(tunnel())
    stale = Proof(frozenset(), counts_more=True)
    assert watch.poll(proof=stale) == [] and watch.poll(proof=stale, seconds=29) == []
    assert watch.poll(proof=stale, seconds=1) == [("vanished", "berlin")]


def test_tunnel_whose_id_the_detail_shows_is_never_gone():
    watch = Watch()
    watch.poll(tunnel())
    for _poll in range(20):
        assert watch.poll(proof=Proof(frozenset({"vpnconn-berlin"})), seconds=60) == []
    assert watch.poll() == [("vanished", "berlin")]


def test_stale_list_of_a_new_tunnel_is_not_its_deletion():
    watch = Watch()
    watch.poll()
    assert watch.poll(tunnel()) == [("appeared", "berlin")]
    assert watch.poll(seconds=1) == [] and watch.poll(tunnel(), seconds=1) == []


def test_change_that_only_one_list_shows_is_not_reported():
    watch = Watch()
    watch.poll(tunnel())
    assert watch.poll(tunnel(description="other"), second=[tunnel()]) == []
    assert watch.poll(tunnel(), tunnel("ghost"), second=[tunnel()]) == []


def test_outage_is_reported_once_and_changes_nothing():
    watch = Watch([ITEM])
    watch.poll(tunnel())
    error = TransportError("no response: {{ 7 * 7 }}", "ConnectionFailed")
    (event,) = watch.watch.fail(error)
    assert (event["type"], event["error"]["code"], watch.watch.fail(error)) == ("unreadable", "ConnectionFailed", [])
    assert "{{" not in json.dumps(event)
    assert watch.poll(tunnel()) == [("readable", None)]
    assert watch.poll(tunnel()) == []


def test_health_is_reported_when_it_changes():
    watch = Watch()
    down = tunnel(healthStatus="unreachable")
    assert watch.poll(down) == [("present", "berlin"), ("down", "berlin")]
    assert watch.poll(down) == []
    assert watch.poll({name: value for name, value in down.items() if name != "healthStatus"}) == []
    assert watch.poll(tunnel()) == [("up", "berlin")]
    assert watch.poll(tunnel()) == []


def test_repair_gives_neither_down_nor_up():
    watch = Watch([ITEM], health_delay=60)
    building = tunnel(vpnConnId="vpnconn-new", healthStatus="unreachable")
    watch.poll(tunnel())
    assert watch.poll() == [("vanished", "berlin")]
    assert watch.poll(building) == [] and watch.poll(building, seconds=50) == []
    assert watch.poll(tunnel(vpnConnId="vpnconn-new")) == []
    assert watch.poll(building) == [("down", "berlin")]


def test_tunnel_that_is_being_deleted_counts_as_gone():
    watch = Watch()
    watch.poll(tunnel())
    gone = Proof(frozenset())
    assert watch.poll(tunnel(status="deleting"), proof=gone) == [("vanished", "berlin")]


def test_tunnels_of_one_name_are_distinguished_by_their_ids():
    watch = Watch()
    twins = [tunnel(vpnConnId="vpnconn-1"), tunnel(vpnConnId="vpnconn-2", description="other")]
    watch.poll(*twins)
    assert watch.poll(*twins[::-1]) == []
    assert watch.poll(twins[1]) == [("vanished", "berlin")]
    assert watch.events[0]["vpn_conn_id"] == "vpnconn-1"


def test_event_has_no_text_that_could_run_as_a_template():
    watch = Watch()
    watch.poll(tunnel(description="{{ lookup('pipe', 'id') }}", status="{% raw %}"))
    shown = watch.events[0]["tunnel"]
    assert shown["description"] == shown["status"] == _tunnel_events.MESSAGES["event_template_hidden"]
