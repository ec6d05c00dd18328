# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""First contact: the probe names what the emulator does, touches nothing but its own, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce import connection_options
from ansible_collections.baiducloud.network.plugins.module_utils._bce.client import BceClient
from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_api_probe
from ansible_collections.baiducloud.network.plugins.module_utils._probe import marks
from api_example import BODY
from emulator import dialects
from emulator_process import ACCESS_KEY_ID, GATEWAY, SECRET_ACCESS_KEY
from emulator_thread import EmulatorThread
from fake_clock import FakeClock
from playbook_runner import run_playbook
from run_params import run_params

OTHER_GATEWAY = "vpn-elsewhere1"
NAMES = ("Berlin-branch/1", "paris", "rome")
KEY = "User#Key2026"
PEERS = {"cn": {"remoteIp": None, "cgwId": "cgw-b036571edc5d"}}
HOUR = 3600
# In these an own tunnel cannot be deleted: the report says that it is left behind.
NOT_DELETABLE = ("delete-error-in-200", "delete-without-effect")
MAX_READS, MAX_REQUESTS, MAX_SECONDS = 40, 200, 600


class Stopped(BaseException):
    """Raised in place of a kill or an interruption at a request."""


class Cloud:
    """The emulator with three tunnels in a gateway and one in another, created an hour ago by another user."""

    def __init__(self):
        self.clock = FakeClock()
        words = [f"{GATEWAY}:hub:vpc-hub1", f"{OTHER_GATEWAY}:other:vpc-other1"]
        self.emulator = EmulatorThread(self.clock, *[word for text in words for word in ("--gateway", text)])

    def prepare(self, *dialects, contract="both", names=NAMES):
        """Reset the emulator to that state; return it."""
        self.emulator.reset()
        self.emulator.settings(contract=contract)
        for name in (*names, "elsewhere"):
            body = dict(BODY, vpnConnName=name, description="" if name == "paris" else f"To {name}", secretKey=KEY)
            body = {key: value for key, value in {**body, **PEERS.get(contract, {})}.items() if value is not None}
            vpn_id = OTHER_GATEWAY if name == "elsewhere" else GATEWAY
            self._client().request("POST", f"/v1/vpn/{vpn_id}/vpnconn", body=body)
            self.clock.sleep(60)
        self.clock.sleep(HOUR)
        self.emulator.settings(dialects=list(dialects))
        return self.stored()

    def stored(self):
        """Return the stored tunnels and customer gateways."""
        state = self.emulator.state()
        return {name: state[name] for name in ("tunnels", "customer_gateways")}

    def _connection(self):
        keys = {"access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY}
        return dict(keys, endpoint=self.emulator.endpoint)

    def _client(self):
        return BceClient(connection_options.resolve(self._connection(), {}), clock=self.clock)

    def probe(self, probe_writes, check_mode=False):
        """Run the probe and return (its result, the received requests)."""
        before = len(self.emulator.requests())
        options = dict(self._connection(), vpn_id=GATEWAY, probe_writes=probe_writes)
        result = run_params(vpn_api_probe, options, check_mode, clock=self.clock)
        return result, self.emulator.requests()[before:]


@pytest.fixture(scope="module")
def cloud():
    found = Cloud()
    yield found
    found.emulator.stop()


def contract_of(name):
    """Return the contract in which a dialect is visible."""
    return dialects.BY_NAME[name].contract or "both"


def assert_fit_to_publish(result, cloud):
    """Assert that neither form of the report has a secret, id, name or address of the account."""
    own = marks.marks_of(GATEWAY, SECRET_ACCESS_KEY)
    hidden = {ACCESS_KEY_ID, SECRET_ACCESS_KEY, KEY, own.key.reveal(), GATEWAY, OTHER_GATEWAY, "vpc-hub1", *NAMES}
    hidden |= {BODY["remoteIp"], *BODY["localSubnets"], *BODY["remoteSubnets"], cloud.emulator.endpoint}
    hidden |= {tunnel["vpnConnId"] for tunnel in cloud.stored()["tunnels"]}
    for text in (json.dumps(result["report"]), result["markdown"]):
        assert not [secret for secret in hidden if secret in text]


@pytest.mark.long
@pytest.mark.parametrize("name", [dialect.name for dialect in dialects.TABLE])
def test_probe_reports_a_visible_dialect_and_leaves_nothing(cloud, name):
    visible = dialects.BY_NAME[name].visible
    expected = {False: visible == "read", True: visible in ("read", "write")}
    for probe_writes in (False, True):
        before = cloud.prepare(name, contract=contract_of(name))
        result, requests = cloud.probe(probe_writes)
        assert result["dialects"] == [name] if expected[probe_writes] else set(result["dialects"]) <= {name}
        assert probe_writes or {request["method"] for request in requests} == {"GET"}
        assert len(requests) <= (MAX_REQUESTS if probe_writes else MAX_READS)
        assert_fit_to_publish(result, cloud)
        if probe_writes and name in NOT_DELETABLE:
            (left,) = result["left_behind"]
            assert left["id"] in {tunnel["vpnConnId"] for tunnel in cloud.stored()["tunnels"]}
            assert not result["is_safe"] and result["verdict"].startswith("Remove what the probe has left behind")
        else:
            assert cloud.stored() == before and result["left_behind"] == []
    if visible == "no":
        assert result["dialects"] == []


@pytest.mark.parametrize("contract", ["intl", "cn", "both"])
@pytest.mark.parametrize("names", [NAMES, ()], ids=["tunnels", "no-tunnels"])
def test_probe_of_the_documented_api_reports_no_dialect(cloud, contract, names):
    before = cloud.prepare(contract=contract, names=names)
    read, _requests = cloud.probe(False)
    assert read["dialects"] == [] and read["is_safe"] and not read["changed"]
    began = cloud.clock.monotonic()
    written, _requests = cloud.probe(True)
    assert written["dialects"] == [] and written["is_safe"] and written["changed"]
    assert written["verdict"] == "Safe to go on."
    assert cloud.clock.monotonic() - began <= MAX_SECONDS
    assert cloud.stored() == before
    answers = {answer["key"]: answer for answer in written["report"]["answers"]}
    assert answers["peer"]["observed"] == ("cgwId" if contract == "cn" else "remoteIp")
    open_questions = {key for key, answer in answers.items() if answer["observed"] is None}
    own_customer_gateway = {"customer_gateway_names", "customer_gateway_delay"}
    assert open_questions == (set() if contract == "cn" else own_customer_gateway)


def test_probe_in_check_mode_only_reads(cloud):
    cloud.prepare()
    result, requests = cloud.probe(True, check_mode=True)
    assert {request["method"] for request in requests} == {"GET"} and not result["changed"]


def test_probe_has_at_most_two_tunnels_at_a_time(cloud, monkeypatch):
    """Also where every creation makes a new tunnel."""
    before = cloud.prepare("token-ignored")
    numbers = []
    send = BceClient.request

    def counted(client, *words, **more):
        try:
            return send(client, *words, **more)
        finally:
            numbers.append(len(cloud.stored()["tunnels"]) - len(before["tunnels"]))

    monkeypatch.setattr(BceClient, "request", counted)
    cloud.probe(True)
    assert max(numbers) == 2 and cloud.stored() == before


def test_probe_sends_a_creation_of_unknown_outcome_once(cloud):
    before = cloud.prepare()
    cloud.emulator.faults({"fault": "reset_after", "match": {"method": "POST"}, "times": 1})
    result, requests = cloud.probe(True)
    bodies = [json.dumps(request["body"]) for request in requests if request["method"] == "POST"]
    # The creation, its repetition, the one after the deletion, and the second tunnel.
    assert bodies.count(bodies[0]) == 4 and result["dialects"] == []
    assert cloud.stored() == before


def test_probe_does_not_touch_tunnels_with_similar_names(cloud):
    own = marks.marks_of(GATEWAY, SECRET_ACCESS_KEY)
    strangers = (own.name.upper(), own.name[:-1], own.name + "2", marks.PREFIX + "mine")
    before = cloud.prepare(names=(*NAMES, *strangers))
    result, _requests = cloud.probe(True)
    assert result["left_behind"] == [] and cloud.stored() == before


@pytest.mark.parametrize("name", ["list-other-gateway", "list-other-gateway-unnamed", "list-truncated"])
def test_probe_with_an_unreliable_list_does_not_write(cloud, name):
    cloud.prepare(name)
    result, requests = cloud.probe(True)
    assert {request["method"] for request in requests} == {"GET"}
    assert result["verdict"].startswith("Do not write") and result["report"]["ended_early"]


# --- kills and interruptions ---


class Ending:
    """End a run at its n-th request, after that was applied; `stays` means that nothing can be sent afterwards."""

    def __init__(self, monkeypatch, number, stays):
        self._send = BceClient.request
        self._number = number
        self._stays = stays
        self._seen = 0
        monkeypatch.setattr(BceClient, "request", lambda client, *words, **more: self._request(client, words, more))

    def _request(self, client, words, more):
        self._seen += 1
        if self._seen > self._number and self._stays:
            raise Stopped
        try:
            return self._send(client, *words, **more)
        finally:
            if self._seen == self._number:
                raise Stopped


def writes_of(cloud, *dialects, contract):
    """Return the numbers of the write requests of a run, and of every tenth read."""
    cloud.prepare(*dialects, contract=contract)
    _result, requests = cloud.probe(True)
    return [
        number
        for number, request in enumerate(requests, 1)
        if request["method"] != "GET" or (number > 10 and number % 10 == 0)
    ]


# (contract, dialects, step between the requests)
ENDINGS = [
    ("intl", (), 1),
    ("cn", (), 3),
    ("cn", ("list-late",), 6),
    ("intl", ("tunnel-name-upper",), 6),
    ("intl", ("token-ignored",), 6),
]


@pytest.mark.parametrize(("contract", "dialects", "step"), ENDINGS)
def test_probe_after_a_kill_removes_the_remaining_objects(cloud, monkeypatch, contract, dialects, step):
    numbers = writes_of(cloud, *dialects, contract=contract)
    assert len(numbers) > 10
    for number in numbers[::step]:
        before = cloud.prepare(*dialects, contract=contract)
        with monkeypatch.context() as patched:
            Ending(patched, number, stays=True)
            with pytest.raises(Stopped):
                cloud.probe(True)
        cloud.clock.sleep(1)
        result, _requests = cloud.probe(True)
        assert cloud.stored() == before and result["left_behind"] == [], number
        assert result["dialects"] == list(dialects) and not result["report"]["ended_early"], number


@pytest.mark.parametrize(("contract", "dialects", "step"), ENDINGS)
def test_probe_that_is_interrupted_removes_its_objects(cloud, monkeypatch, contract, dialects, step):
    for number in writes_of(cloud, *dialects, contract=contract)[::step]:
        before = cloud.prepare(*dialects, contract=contract)
        with monkeypatch.context() as patched:
            Ending(patched, number, stays=False)
            with pytest.raises(Stopped):
                cloud.probe(True)
        assert cloud.stored() == before, number


def test_probe_that_is_terminated_removes_its_objects(cloud, monkeypatch):
    before = cloud.prepare()
    send, handler = BceClient.request, signal.getsignal(signal.SIGTERM)
    numbers = []

    def request(client, method, *words, **more):
        try:
            return send(client, method, *words, **more)
        finally:
            numbers.append(len(cloud.stored()["tunnels"]))
            if method == "PUT":
                os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(BceClient, "request", request)
    with pytest.raises(SystemExit):
        cloud.probe(True)
    assert max(numbers) == len(before["tunnels"]) + 1 and cloud.stored() == before
    assert signal.getsignal(signal.SIGTERM) == handler


# --- the playbook ---


def test_probe_playbook_writes_the_report(emulator, tmp_path):
    variables = ["-e", f"vpn_id={GATEWAY}", "-e", "probe_writes=true", "-e", "report_dir=reports"]
    environment = dict(emulator.environment, PWD=str(tmp_path))
    done = run_playbook("baiducloud.network.probe_api", *variables, environment=environment, cwd=tmp_path)
    assert done.status == 0, done.output
    page = (tmp_path / "reports/api_probe.md").read_text()
    report = json.loads((tmp_path / "reports/api_probe.json").read_text())
    assert page.startswith("**Safe to go on.**\n") and report["dialects"] == []
    assert page == done.named["Probe the API"]["markdown"] and report == done.named["Probe the API"]["report"]
    assert emulator.tunnels() == []


def test_probe_result_is_the_same_in_process_and_as_a_module(emulator):
    task = [{"baiducloud.network.vpn_api_probe": {"vpn_id": GATEWAY}}]
    results = []
    for in_process in ("true", "false"):
        done = run_playbook(task, "-e", f"baiducloud_in_process={in_process}", environment=emulator.environment)
        results.append({name: value for name, value in done.results[0].items() if not name.startswith("_ansible")})
    assert results[0] == results[1] and results[0]["report"]["answers"]


def test_probe_shows_a_refusal_of_the_api_as_a_warning_with_its_code(emulator):
    refusal = {"fault": "status", "status": 403, "code": "vpn.NotPermitted", "match": {"method": "POST"}, "times": -1}
    emulator.faults(refusal)
    task = [{"baiducloud.network.vpn_api_probe": {"vpn_id": GATEWAY, "probe_writes": True}}]
    (result,) = run_playbook(task, environment=emulator.environment).results
    assert [text.rpartition(" ")[2] for text in result["warnings"]] == ["[vpn.NotPermitted]", "[ProbeEnded]"]


def test_probe_playbook_fails_if_an_object_is_left_behind(emulator, tmp_path):
    emulator.faults({"fault": "status", "status": 403, "match": {"method": "DELETE"}, "times": -1})
    variables = ["-e", f"vpn_id={GATEWAY}", "-e", "probe_writes=true"]
    done = run_playbook("baiducloud.network.probe_api", *variables, environment=emulator.environment, cwd=tmp_path)
    (left,) = [tunnel["vpnConnId"] for tunnel in emulator.tunnels()]
    assert done.status != 0 and f"delete {left} in the console" in done.output
