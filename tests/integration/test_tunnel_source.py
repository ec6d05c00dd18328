# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source vpn_tunnels against the emulator, loaded by its path as ansible-rulebook does it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import runpy
import subprocess
import sys

import pytest
import yaml

from ansible_collections.baiducloud.network.plugins.module_utils._bce.errors import InvalidOptionsError
from ansible_collections.baiducloud.network.plugins.plugin_utils import _tunnel_source
from ansible_collections.baiducloud.network.plugins.plugin_utils._tunnel_source import TunnelSource
from api_example import SECRET_KEY, entry, options
from emulator_process import ACCESS_KEY_ID, GATEWAY, SECRET_ACCESS_KEY
from emulator_thread import EmulatorThread
from playbook_runner import COLLECTIONS, ROOT

FILE = ROOT / "extensions/eda/plugins/event_source/vpn_tunnels.py"
INSTALLED = f"{COLLECTIONS}/ansible_collections/baiducloud/network/{FILE.relative_to(ROOT)}"
OTHER = "vpn-other"
UP = {"status": "active", "healthStatus": "reachable"}


@pytest.fixture
def source_of(cloud, clock):
    """Return a function that makes a source on the clock of the test."""
    return lambda **args: TunnelSource({"retry_timeout": 2, **args}, clock)


@pytest.fixture
def poll(clock):
    """Return a function that polls a source after 10 seconds; it returns (type, name) of the events."""

    def run(source):
        clock.sleep(10)
        return [(event["type"], event.get("vpn_conn_name")) for event in source.poll()]

    return run


def gets(cloud):
    return [request["path"] for request in cloud.requests("GET")]


def test_source_file_has_the_options_of_the_source():
    documented = yaml.safe_load(runpy.run_path(str(FILE))["DOCUMENTATION"])["options"]
    shown = {
        name: {key: spec[key] for key in ("type", "elements", "default") if key in spec}
        for name, spec in documented.items()
    }
    assert shown == {
        name: {key: spec[key] for key in ("type", "elements", "default") if key in spec}
        for name, spec in _tunnel_source.OPTIONS.items()
    }


# What ansible-rulebook does: it loads the file by its path, also that of a second source, and cancels main().
PROGRAM = """
import asyncio, json, runpy, sys

class Queue:
    async def put(self, event):
        print(json.dumps(event))
        raise asyncio.CancelledError

for _source in range(2):
    try:
        asyncio.run(runpy.run_path(sys.argv[1])["main"](Queue(), {"vpn_id": "vpn-119bd69b"}))
    except asyncio.CancelledError:
        pass
"""


def test_source_works_in_a_process_without_a_finder_of_collections(emulator):
    emulator.plant(entry("berlin", **UP))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, INSTALLED],
        env={**environment, **emulator.environment},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(event["type"], event["vpn_conn_name"]) for event in events] == [("present", "berlin")] * 2
    assert SECRET_KEY not in done.stdout and done.stderr == ""


def test_events_go_into_the_queue_until_the_task_is_cancelled(cloud, monkeypatch):
    monkeypatch.setattr(TunnelSource, "pause", lambda _source: 0)
    cloud.plant(entry("berlin", **UP))

    async def watch():
        queue = asyncio.Queue()
        task = asyncio.create_task(runpy.run_path(str(FILE))["main"](queue, {"vpn_id": GATEWAY}))
        events = [await queue.get()]
        cloud.plant(entry("paris", **UP))
        events.append(await queue.get())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return events

    events = asyncio.run(watch())
    assert [(event["type"], event["vpn_conn_name"]) for event in events] == [
        ("present", "berlin"),
        ("appeared", "paris"),
    ]
    assert SECRET_KEY not in json.dumps(events)


def test_hundred_tunnels_cost_one_request_for_each_gateway_and_poll(clock, monkeypatch):
    with EmulatorThread(clock, "--gateway", GATEWAY, "--gateway", OTHER) as cloud:
        for name, value in cloud.environment.items():
            monkeypatch.setenv(name, value)
        for vpn_id in (GATEWAY, OTHER):
            tunnels = [entry(f"t{n}", vpnConnId=f"{vpn_id}-{n}", vpnId=vpn_id, **UP) for n in range(50)]
            cloud.plant(*tunnels, vpn_id=vpn_id)
        source = TunnelSource({"vpn_id": [GATEWAY, OTHER]}, clock)
        assert len(source.poll()) == 100
        before = len(cloud.requests())
        for _poll in range(5):
            assert source.poll() == []
        paths = gets(cloud)[before:]
    assert len(cloud_paths := sorted(paths)) == 10 and len(set(cloud_paths)) == 2


# What the API may return in place of the list, for as long as the fault lasts.
BAD_RESPONSES = {
    "no connection": {"fault": "reset_before"},
    "server error": {"fault": "status", "status": 503},
    "refused": {"fault": "status", "status": 403, "code": "AccessDenied"},
    "absent": {"fault": "status", "status": 404, "code": "NoSuchVpn"},
    "cut": {"fault": "truncate"},
    "page of a proxy": {"fault": "garbage", "body": "<html>down</html>"},
    "empty body": {"fault": "garbage", "body": ""},
    "no list": {"fault": "garbage", "body": "{}"},
    "null": {"fault": "garbage", "body": '{"vpnConns": null}'},
    "no objects": {"fault": "garbage", "body": '{"vpnConns": [1]}'},
    "another gateway": {
        "fault": "garbage",
        "body": json.dumps({"vpnConns": [entry("x", vpnId=OTHER)]}),
    },
}


@pytest.mark.parametrize("case", BAD_RESPONSES)
def test_outage_causes_no_vanished_tunnel(case, cloud, source_of, poll, tmp_path):
    listed = tmp_path / "tunnels.yml"
    listed.write_text(json.dumps({"vpn_id": GATEWAY, "vpn_tunnels": [options(vpn_id=None)]}))
    cloud.plant(entry("vpncon", **UP))
    for source in (source_of(vpn_id=GATEWAY), source_of(tunnels_file=str(listed))):
        cloud.faults()
        assert poll(source) == [("present", "vpncon")]
        cloud.faults({"match": {"path_regex": "/vpn/vpnconn/"}, "times": -1, **BAD_RESPONSES[case]})
        assert poll(source) == [("unreadable", None)]
        assert poll(source) == [] and poll(source) == [] and poll(source) == []
        cloud.faults()
        assert poll(source) == [("readable", None)]
        assert poll(source) == []


def test_empty_list_of_a_gateway_whose_detail_has_tunnels_is_no_deletion(cloud, source_of, poll):
    cloud.plant(entry("vpncon", vpnId=GATEWAY, **UP))
    source = source_of(vpn_id=GATEWAY)
    poll(source)
    empty = {"match": {"path_regex": "/vpn/vpnconn/"}, "fault": "garbage", "body": '{"vpnConns": []}'}
    for times in (1, 2, 3):
        cloud.faults({**empty, "times": times})
        assert [poll(source) for _poll in range(2)] == [[], []]
    cloud.faults({**empty, "times": -1}, {**empty, "match": {"path_regex": "/vpn/"}})
    assert poll(source) == [("unreadable", None)]  # the detail is of no gateway


def test_deleted_tunnel_is_reported_after_two_lists_and_the_detail(cloud, source_of, poll):
    cloud.plant(entry("vpncon", **UP))
    source = source_of(vpn_id=GATEWAY)
    poll(source)
    source._client.request("DELETE", "/v1/vpn/vpnconn/vpnconn-vpncon")
    before = len(gets(cloud))
    assert poll(source) == [("vanished", "vpncon")]
    assert [path.rpartition("/v1")[2] for path in gets(cloud)[before:]] == [
        f"/vpn/vpnconn/{GATEWAY}",
        f"/vpn/vpnconn/{GATEWAY}",
        f"/vpn/{GATEWAY}",
    ]
    assert poll(source) == []


LIST = """
vpn_id: vpn-119bd69b
secret_key: "{{ lookup('ansible.builtin.file', 'key') }}"
vpn_tunnels:
  - name: berlin
    secretKey: !vault |
      $ANSIBLE_VAULT;1.1;AES256
      6162
    description: "{{ text }}"
    local_subnets: [192.168.0.0/20]
"""


def test_list_of_a_file_is_compared_without_its_templates_and_read_again(cloud, source_of, poll, tmp_path, caplog):
    path = tmp_path / "tunnels.yml"
    path.write_text(LIST)
    cloud.plant(entry("berlin", **UP))
    source = source_of(tunnels_file=str(path))
    assert poll(source) == [("present", "berlin")]
    path.write_text(LIST.replace("192.168.0.0/20", "10.0.0.0/8"))
    assert poll(source) == [("changed", "berlin")]
    path.write_text(LIST + "  - name: paris\n    description: broken: yaml")
    assert poll(source) == [] and "the list read before stays in use" in caplog.text
    # YAML reads these as a number, as true, and as a list that has itself.
    for names in ("  - 1: 2\n", "  - on: 2\n", "  - ike_config: {no: 2}\n", "  - name: &x [*x]\n"):
        caplog.clear()
        path.write_text(LIST + names)
        assert poll(source) == [] and "the list read before stays in use" in caplog.text
    path.write_text(LIST.replace("berlin", "paris"))
    assert poll(source) == [] and poll(source) == [("vanished", "paris")]


def test_item_of_another_gateway_is_watched_there(clock, monkeypatch, poll):
    with EmulatorThread(clock, "--gateway", GATEWAY, "--gateway", OTHER) as cloud:
        for name, value in cloud.environment.items():
            monkeypatch.setenv(name, value)
        cloud.plant(entry("here", **UP))
        cloud.plant(entry("there", vpnConnId="vpnconn-2", **UP), vpn_id=OTHER)
        items = [{"vpn_id": OTHER, "name": "there"}, {"name": "here"}]
        source = TunnelSource({"vpn_id": GATEWAY, "tunnels": items, "interval": "5"}, clock)
        events = source.poll()
    assert {(event["vpn_id"], event["vpn_conn_name"]) for event in events} == {(GATEWAY, "here"), (OTHER, "there")}
    assert all(event["is_listed"] for event in events)
    assert 4.5 <= source.pause() <= 5.5


def test_all_wrong_options_are_in_one_error_without_a_key(monkeypatch):
    monkeypatch.delenv("BCE_ENDPOINT", raising=False)
    args = {"interval": 0, "repair_time": "soon", "vpn_id": ["a b"], "vpnid": 1, "endpoint": "http://example.com"}
    args.update(access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET_ACCESS_KEY, timeout="x", SECRET_KEY="dd22@wwwX")
    with pytest.raises(InvalidOptionsError) as raised:
        TunnelSource(args)
    text = str(raised.value)
    for option in ("interval", "repair_time", "vpn_id", "vpnid", "endpoint", "timeout", "SECRET_KEY"):
        assert f"{option}: " in text or f"{option}[0]: " in text, text
    assert SECRET_ACCESS_KEY not in text and "dd22@wwwX" not in text


BAD_LISTS = {
    "missing": (None, "tunnels_file: must be a file that can be read"),
    "encrypted": ("$ANSIBLE_VAULT;1.1;AES256\n6162\n", "tunnels_file: must not be encrypted as a whole"),
    "no YAML": ("a: b: c", "tunnels_file: must be a file that can be read"),
    "no list": ("vpn_tunnels: 1", "tunnels_file: must be YAML with the list vpn_tunnels"),
    "template": ("vpn_tunnels: [{name: '{{ x }}'}]", "tunnels[0].name: must be plain text"),
    "wrong item": ("vpn_tunnels: [{name: x, local_subnets: [x]}]", "tunnels[0].local_subnets[0]: 'x' is not a CIDR"),
}


@pytest.mark.parametrize("case", BAD_LISTS)
def test_list_that_cannot_be_used_is_an_error_at_the_start(case, cloud, source_of, tmp_path):
    content, message = BAD_LISTS[case]
    path = tmp_path / "tunnels.yml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InvalidOptionsError) as raised:
        source_of(tunnels_file=str(path), vpn_id=GATEWAY)
    assert message in str(raised.value)


def test_scope_is_needed_and_lists_exclude_each_other(cloud, source_of):
    with pytest.raises(InvalidOptionsError, match="vpn_id: is required without a list"):
        source_of(vpn_id="", tunnels_file="")
    with pytest.raises(InvalidOptionsError, match="tunnels: is not accepted next to tunnels_file"):
        source_of(tunnels=[], tunnels_file="x")


def test_missing_requests_is_an_error_that_says_so(source_of, monkeypatch):
    monkeypatch.setattr(_tunnel_source, "REQUESTS_IMPORT_ERROR", "Traceback")
    with pytest.raises(ImportError, match="Failed to import the required Python library"):
        source_of(vpn_id=GATEWAY)


def test_outage_is_logged_without_a_key(cloud, source_of, poll, caplog):
    caplog.set_level(logging.INFO)
    cloud.plant(entry("vpncon", **UP))
    source = source_of(vpn_id=GATEWAY)
    poll(source)
    cloud.faults({"fault": "status", "status": 403, "code": "AccessDenied", "echo_key": True, "times": 1})
    poll(source)
    poll(source)
    assert "cannot be read" in caplog.text and "can be read again" in caplog.text
    assert SECRET_KEY not in caplog.text and SECRET_ACCESS_KEY not in caplog.text
