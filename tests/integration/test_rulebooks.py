# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebooks and the page docs/events.md in the real ansible-rulebook, with the emulator as the cloud."""

from __future__ import annotations

import json
import re
import shlex
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml

from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options
from ansible_collections.baiducloud.network.plugins.module_utils._bce.client import BceClient
from api_example import BODY, SECRET_KEY, entry
from docs_runner import read_blocks
from emulator_process import GATEWAY, SECRET_ACCESS_KEY, EmulatorProcess
from ipsec_lab.requirement import skip_or_fail
from playbook_runner import ROOT, run_playbook
from rulebook_process import RulebookProcess, RulebookUnavailableError, locate_rulebook

pytestmark = pytest.mark.lab
PAGE = ROOT / "docs/events.md"
OTHER = "vpn-other"
UP = {"status": "active", "healthStatus": "reachable"}
AIM_SECONDS = 5  # the aim for a repair on a machine that does nothing else


@pytest.fixture(scope="module", autouse=True)
def rulebook():
    """Skip where ansible-rulebook cannot run, or fail where TUNNEL_LAB_REQUIRED is set."""
    try:
        locate_rulebook()
    except RulebookUnavailableError as error:
        if error.can_be_required:
            skip_or_fail(str(error))
        pytest.skip(str(error))


@pytest.fixture
def cloud():
    with EmulatorProcess("--gateway", GATEWAY, "--gateway", OTHER) as process:
        yield process


@pytest.fixture
def client(cloud):
    return BceClient(connection_options.resolve({}, cloud.environment))


@pytest.fixture
def start(cloud, tmp_path):
    """Return a function that starts a rulebook of the collection with variables, as the page does it."""
    for block in read_blocks(PAGE):
        if block.kind == "yaml":
            (tmp_path / block.name).write_text(block.text)

    commands = [line for block in read_blocks(PAGE) if block.kind == "shell" for line in block.text.splitlines()]
    (command,) = [shlex.split(line)[1:] for line in commands if line.startswith("ansible-rulebook ")]

    def run(name, environment=None, **variables):
        (tmp_path / "events.yml").write_text(json.dumps({"interval": 1, **variables}))
        names = ["--env-vars", "tunnels_file"]
        assert command[1] == "baiducloud.network.repair_tunnels" and command[-2:] == names
        words = ["--rulebook", f"baiducloud.network.{name}", *command[2:-2], "--vars", "events.yml", "--print-events"]
        return RulebookProcess(words, tmp_path, {**cloud.environment, **(environment or {})})

    return run


def lists(cloud):
    return [request for request in cloud.requests("GET") if "/vpn/vpnconn/" in request["path"]]


def polls(process, cloud, count):
    """Wait for further polls."""
    before = len(lists(cloud))
    process.wait_until(lambda: len(lists(cloud)) >= before + count)


def reported(output):
    """Return the types of the events that ansible-rulebook printed."""
    return re.findall(r"^ 'type': '(\w+)'", output, re.MULTILINE)


def writes(cloud):
    return [(request["method"], request["status"]) for request in cloud.requests() if request["method"] != "GET"]


def test_deleted_and_changed_tunnels_are_repaired_by_the_example_of_the_page(cloud, client, start, tmp_path, capsys):
    """The repair is complete before the poll after the next one, and causes no event."""
    environment = {**cloud.environment, "HOME": str(tmp_path)}
    done = run_playbook(
        "baiducloud.network.reconcile_tunnels", "-e", "@watched_tunnels.yml", environment=environment, cwd=tmp_path
    )
    assert done.status == 0, done.output
    (created,) = cloud.tunnels()
    with start("repair_tunnels", tunnels_file=str(tmp_path / "watched_tunnels.yml")) as process:
        process.wait_until(lambda: len(lists(cloud)) > 4)
        seconds = {}
        began, count = time.monotonic(), len(writes(cloud))
        client.request("DELETE", f"/v1/vpn/vpnconn/{created['vpnConnId']}")
        process.wait_until(lambda: [tunnel["vpnConnName"] for tunnel in cloud.tunnels()] == ["branch-berlin"])
        seconds["deleted"] = time.monotonic() - began
        # The first creation gets a replayed response, because its token is that of the deleted tunnel.
        assert writes(cloud)[count:] == [("DELETE", 200), ("POST", 200), ("PUT", 404), ("POST", 200)]
        polls(process, cloud, 3)

        (repaired,) = cloud.tunnels()
        assert {**repaired, "vpnConnId": "", "createdTime": ""} == {**created, "vpnConnId": "", "createdTime": ""}
        body = dict(BODY, vpnId=GATEWAY, secretKey="Other#Key1", vpnConnName="branch-berlin")
        began, count = time.monotonic(), len(writes(cloud))
        client.request("PUT", f"/v1/vpn/vpnconn/{repaired['vpnConnId']}", {"clientToken": "a"}, body)
        process.wait_until(lambda: cloud.tunnels()[0]["remoteSubnets"] == ["10.1.0.0/16"])
        seconds["changed"] = time.monotonic() - began
        assert writes(cloud)[count:] == [("PUT", 200), ("PUT", 200)]
        polls(process, cloud, 3)
        assert cloud.tunnels()[0]["secretKey"] == created["secretKey"]
    assert reported(process.output) == ["present", "vanished", "changed"], process.output
    assert SECRET_ACCESS_KEY not in process.output and "Other#Key1" not in process.output
    with capsys.disabled():
        shown = ", ".join(f"{kind} {value:.1f} s" for kind, value in seconds.items())
        # To stderr, because the standard output of a test process does not reach the terminal.
        print(f"\nrepaired by ansible-rulebook at a poll of 1 s (aim {AIM_SECONDS} s): {shown}", file=sys.stderr)


def test_hundred_tunnels_cost_one_request_per_gateway_and_poll_and_survive_an_outage(cloud, start, tmp_path):
    for vpn_id in (GATEWAY, OTHER):
        cloud.plant(*(entry(f"t{n}", vpnConnId=f"{vpn_id}-{n}", **UP) for n in range(50)), vpn_id=vpn_id)
    rules = yaml.safe_load((ROOT / "extensions/eda/rulebooks/alert_tunnels.yml").read_text())
    rules[0]["sources"][0]["baiducloud.network.vpn_tunnels"]["retry_timeout"] = 1
    for rule in rules[0]["rules"]:
        rule["action"] = {"debug": {"msg": "seen: {{ event.type }}"}}
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules))
    (tmp_path / "vars.yml").write_text(json.dumps({"vpn_id": f"{GATEWAY},{OTHER}", "interval": 1}))
    words = ["--rulebook", "rules.yml", "--vars", "vars.yml", "--print-events"]
    with RulebookProcess(words, tmp_path, cloud.environment) as process:
        process.wait_until(lambda: len(lists(cloud)) >= 4)  # two lists of each gateway at the start
        before = len(cloud.requests())
        polls(process, cloud, 8)
        requests = cloud.requests()[before:]
        paths = [request["path"].rpartition("/")[2] for request in requests]
        assert {request["method"] for request in requests} == {"GET"} and set(paths) == {GATEWAY, OTHER}
        # Each poll reads each gateway once.
        assert all({*pair} == {GATEWAY, OTHER} for pair in zip(paths[::2], paths[1::2])), paths
        cloud.faults({"fault": "status", "status": 503, "times": -1})
        process.wait_until(lambda: process.output.count("seen: unreadable") == 2)
        cloud.faults({"fault": "garbage", "body": "{}", "times": 6})
        process.wait_until(lambda: process.output.count("seen: readable") == 2)
        polls(process, cloud, 4)
    assert [kind for kind in reported(process.output) if not kind.endswith("readable")] == ["present"] * 100
    assert SECRET_KEY not in process.output and SECRET_ACCESS_KEY not in process.output


class Receiver(ThreadingHTTPServer):
    """A chat that takes texts, and the part of AWX that ansible-rulebook calls to launch a job template.

    :ivar received: (path, body) of each POST.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received = []
        self.url = "http://127.0.0.1:%d" % self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    CONFIG = {"version": "24.6.1"}
    JOB = {"id": 7, "url": "/api/v2/jobs/7/", "status": "successful", "created": "now", "artifacts": {}}
    TEMPLATE = {
        "id": 3,
        "type": "job_template",
        "name": "Reconcile VPN tunnels",
        "summary_fields": {"organization": {"name": "Default"}},
        "related": {"launch": "/api/v2/job_templates/3/launch/"},
        **dict.fromkeys(("ask_limit_on_launch", "ask_inventory_on_launch", "ask_labels_on_launch"), False),
        "ask_variables_on_launch": True,
    }

    def do_GET(self):
        templates = {"results": [self.TEMPLATE], "next": None}
        pages = {"config": self.CONFIG, "unified_job_templates": templates, "jobs": self.JOB}
        self._respond(pages[self.path.split("/")[3]])

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received.append((self.path, body))
        self._respond(self.JOB)

    def _respond(self, content):
        payload = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_words):
        """Print nothing."""


@pytest.fixture
def receiver():
    server = Receiver()
    yield server
    server.shutdown()
    server.server_close()


def test_job_template_of_awx_is_launched_and_not_once_for_each_event(cloud, client, start, receiver, tmp_path):
    items = [{"vpn_id": GATEWAY, "name": f"t{number}"} for number in range(12)]
    (tmp_path / "list.yml").write_text(json.dumps({"vpn_tunnels": items}))
    cloud.plant(*(entry(item["name"], **UP) for item in items))
    awx = {"EDA_CONTROLLER_URL": receiver.url, "EDA_CONTROLLER_TOKEN": "token"}
    with start("launch_job_template", awx, tunnels_file=str(tmp_path / "list.yml")) as process:
        process.wait_until(lambda: len(lists(cloud)) > 4)
        for item in items:
            client.request("DELETE", f"/v1/vpn/vpnconn/vpnconn-{item['name']}")
        process.wait_until(lambda: receiver.received and reported(process.output).count("vanished") == 12)
        polls(process, cloud, 2)
    assert {path for path, _body in receiver.received} == {"/api/v2/job_templates/3/launch/"}
    assert len(receiver.received) < 6, "a rule fires once for all events of a second"
    # The hosts of the rulebook are not those of AWX's inventory.
    assert {body["limit"] for _path, body in receiver.received} == {""}


def test_alert_runs_the_playbook_of_the_page(cloud, start, receiver, tmp_path):
    cloud.plant(entry("berlin", **UP))
    chat = {"ALERT_URL": f"{receiver.url}/chat", "no_proxy": "127.0.0.1"}
    with start("alert_tunnels", chat, vpn_id=GATEWAY, alert_playbook="send_alert.yml") as process:
        process.wait_until(lambda: len(lists(cloud)) > 4)
        cloud.plant(entry("rogue", **UP))
        process.wait_until(lambda: receiver.received)
    text = f"VPN tunnel rogue of {GATEWAY}: appeared"
    assert receiver.received == [("/chat", {"text": text})], process.output
