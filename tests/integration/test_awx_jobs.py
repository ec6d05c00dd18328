# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job templates run as AWX runs them: by ansible-runner, with an injected credential and unsafe answers."""

from __future__ import annotations

import hashlib
import itertools
import json
import subprocess

import pytest
import yaml
from ansible.release import __version__ as CORE

from api_example import BODY
from awx import job, rules
from awx.page import is_explained
from docs_runner import shown_files
from emulator_process import ACCESS_KEY_ID, SECRET_ACCESS_KEY, EmulatorProcess
from playbook_runner import run_playbook

pytestmark = pytest.mark.long

CREATE, DELETE = "Create or update a VPN tunnel", "Delete a VPN tunnel"
CONNECT, DISCONNECT = "Connect a site", "Disconnect a site"
RECONCILE, REPORT, AUDIT = "Reconcile VPN tunnels", "Report VPN tunnels", "Audit VPN tunnels"
ROTATE = "Rotate a key"
KEYS = {"access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY}
SECRET_KEY, OTHER_KEY, TOKEN = "ddd22@www", "NEWkey@22", "session-token-4711-of-sts"
ANSWERS = {
    "vpn_id": "vpn-119bd69b",
    "vpn_conn_name": "branch-berlin",
    "secret_key": SECRET_KEY,
    "local_subnets": "192.168.0.0/20, 192.168.16.0/20\n10.0.0.0/24",
    "remote_ip": "203.0.113.10",
    "remote_subnets": "10.1.0.0/16",
}
# What AWX's form sends for unanswered questions.
UNANSWERED = {"secret_key": "", "cgw_id": "", "description": ""}
GATEWAYS = ["vpn-119bd69b", *(f"vpn-{number:08d}" for number in range(1, 7))]


@pytest.fixture(scope="module")
def cloud_process():
    with EmulatorProcess("--gateway", "vpn-119bd69b", "--gateways", len(GATEWAYS) - 1) as process:
        yield process


@pytest.fixture
def cloud(cloud_process):
    """An empty cloud with GATEWAYS in one VPC."""
    cloud_process.reset()
    return cloud_process


@pytest.fixture
def launch(cloud, tmp_path):
    """Launch a job template with a credential whose required inputs alone are set; the rest is for awx.job.launch()."""
    number = itertools.count()

    def launch(name, answers, inputs=None, environment=None, **more):
        # The emulator takes the place of the endpoint that an unset input leaves to the region.
        where = {"BCE_ENDPOINT": cloud.endpoint, **(environment or {})}
        return job.launch(tmp_path / str(next(number)), job.template(name), answers, inputs or KEYS, where, **more)

    return launch


def stored(cloud):
    """(gateway, name) of every tunnel, sorted."""
    return sorted((tunnel["vpnId"], tunnel["vpnConnName"]) for tunnel in cloud.tunnels())


def succeeded(done):
    assert done.status == "successful", done.stdout
    return done


def test_survey_creates_the_planned_tunnel_once(cloud, launch):
    """Check mode shows the same diff as the run, and the same answers again change nothing."""
    planned = succeeded(launch(CREATE, ANSWERS, how=["--check", "--diff"]))
    assert planned.changed and cloud.tunnels() == [] and planned.artifacts == {}
    made = succeeded(launch(CREATE, ANSWERS, how=["--diff"]))
    assert made.results()[0]["diff"] == planned.results()[0]["diff"]
    (tunnel,) = cloud.tunnels()
    assert made.changed and made.artifacts == {"vpnConnId": tunnel["vpnConnId"]}
    assert tunnel["localSubnets"] == ["192.168.0.0/20", "192.168.16.0/20", "10.0.0.0/24"]
    assert tunnel["ikeConfig"]["ikeVersion"] == "v2" and tunnel["ipsecConfig"]["ipsecEncAlg"] == "aes256"
    again = succeeded(launch(CREATE, {**ANSWERS, **UNANSWERED}))
    assert not again.changed and again.artifacts == made.artifacts and cloud.tunnels() == [tunnel]


@pytest.mark.parametrize(
    "local, remote",
    [
        ("10.0.0.0/24，10.0.1.0/24， 10.0.2.0/24", "10.0.0.0/24; 10.0.1.0/24；10.0.2.0/24;"),
        ("10.0.0.0/24、10.0.1.0/24、10.0.2.0/24", "\r\n 10.0.0.0/24 \r\n\r\n10.0.1.0/24\t10.0.2.0/24\n"),
        (
            '["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]',
            "['10.0.0.0/24','10.0.1.0/24',\n'10.0.2.0/24',]",
        ),
    ],
    ids=["full-width comma, semicolons", "enumeration comma, lines", "JSON, Python"],
)
def test_survey_subnets_have_the_separators_that_people_type(launch, local, remote):
    done = succeeded(launch(CREATE, {**ANSWERS, "local_subnets": local, "remote_subnets": remote}, how=["--check"]))
    planned = done.results()[0]["vpn_tunnel"]
    assert planned["local_subnets"] == planned["remote_subnets"] == [f"10.0.{number}.0/24" for number in range(3)]


def test_survey_changes_and_deletes_a_tunnel(cloud, launch):
    """A choice updates the tunnel in place; its id from the workflow is enough to delete it."""
    made = succeeded(launch(CREATE, ANSWERS))
    changed = succeeded(launch(CREATE, {**ANSWERS, **UNANSWERED, "ike_enc_alg": "aes192", "ipsec_lifetime": 7200}))
    assert changed.changed and changed.artifacts == made.artifacts
    now = changed.results()[0]["vpn_tunnel"]
    assert now["ike_config"]["ike_enc_alg"] == "aes192" and now["ipsec_config"]["ipsec_lifetime"] == 7200
    answers = {"vpn_id": "vpn-119bd69b", "vpn_conn_name": "", "vpn_conn_id": made.artifacts["vpnConnId"]}
    assert succeeded(launch(DELETE, answers)).changed and cloud.tunnels() == []
    assert not succeeded(launch(DELETE, {"vpn_id": "vpn-119bd69b", "vpn_conn_name": "branch-berlin"})).changed


NO_ENDPOINT = {"BCE_ENDPOINT": ""}


@pytest.mark.parametrize(
    "answers, more, words",
    [
        ({"secret_key": "short1!"}, {}, "secret_key: must be 8 to 17 characters"),
        ({"local_subnets": "192.168.0.0/20，branch"}, {}, "local_subnets[1]: 'branch' is not a CIDR"),
        ({"vpn_id": "vpn-nowhere"}, {}, "vpn-nowhere"),
        (UNANSWERED, {}, "to create it these options are needed too: secret_key"),
        ({}, {"inputs": {**KEYS, "secret_access_key": "wrong-key"}}, "secret_access_key"),
        (
            {},
            {"inputs": {**KEYS, "region": "Beijing"}, "environment": NO_ENDPOINT},
            "region: 'Beijing' must be",
        ),
    ],
    ids=["key too short", "no CIDR", "no gateway", "no key", "wrong account key", "wrong region"],
)
def test_job_with_invalid_input_fails_with_one_line(cloud, launch, answers, more, words):
    done = launch(CREATE, {**ANSWERS, **answers}, **more)
    assert done.status == "failed"
    assert words in done.error and "\n" not in done.error and "Traceback" not in done.stdout
    assert cloud.tunnels() == [] and cloud.requests("POST") == []


@pytest.mark.skipif(CORE.startswith(("2.17.", "2.18.")), reason="ansible-core has texts stay texts")
def test_survey_retyped_answer_is_an_error(cloud, launch):
    """What YAML reads as a number, a boolean or a date is named, and nothing is created or deleted."""
    cloud.plant({**BODY, "vpnConnId": "vpnconn-1", "vpnConnName": "yes"})
    retyped = {
        "vpn_id": "0111", "vpn_conn_name": "on", "secret_key": "0xab_cd12", "remote_ip": "1.10", "cgw_id": "12:30:45",
        "description": "2026-11-23",
    }  # fmt: skip
    done = launch(CREATE, {**ANSWERS, **retyped})
    assert done.status == "failed" and "\n" not in done.error
    reported = [sentence.split(",")[0] for sentence in done.error.split("; ") if "Ansible reads" in sentence]
    assert reported == [f"{name}: must be text" for name in retyped]
    assert "vpn_conn_name: must be text, but Ansible reads True in it; add a letter or a word to it" in done.error
    # 0xab_cd12 is a number to YAML, which would be the key's other form.
    assert not [text for text in ("0xab_cd12", str(0xABCD12)) if text in done.stdout]
    gone = launch(DELETE, {"vpn_id": "vpn-119bd69b", "vpn_conn_name": "yes"})
    assert gone.status == "failed" and "vpn_conn_name: must be text, but Ansible reads True" in gone.error
    # What YAML cannot parse ends the job before a playbook could report it; docs/awx-reference.md describes it.
    unparsed = launch(CREATE, {**ANSWERS, "description": "*"})
    assert unparsed.status == "failed" and "No inventory was parsed" in unparsed.stdout
    assert [tunnel["vpnConnName"] for tunnel in cloud.tunnels()] == ["yes"] and cloud.requests("POST") == []


def test_input_list_in_place_of_a_key_is_not_shown(cloud):
    variables = json.dumps({**ANSWERS, "secret_key": [SECRET_KEY]})
    done = run_playbook("baiducloud.network.create_tunnel", "-e", variables, environment=cloud.environment)
    assert "secret_key: must be text, but Ansible reads a list in it" in done.results[-1]["msg"]
    assert done.status != 0 and SECRET_KEY not in done.output and cloud.requests() == []


def test_survey_template_in_an_answer_stays_text(cloud, launch):
    text = "{{ lookup('ansible.builtin.env', 'BCE_SECRET_ACCESS_KEY') }}"
    succeeded(launch(CREATE, {**ANSWERS, "description": text}))
    assert cloud.tunnels()[0]["description"] == text


# -- many tunnels on many gateways ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def inventory(cloud_process):
    """The inventory of gateways as AWX's inventory source brings it."""
    environment = {**cloud_process.environment, "BCE_VPC_IDS": "vpc-emulator"}
    return job.exported("extensions/awx/vpn_gateways.yml", environment)


def branches(count):
    """A list for vpn_tunnels that goes round all gateways."""
    shared = {question["variable"]: question.get("default") for question in job.template(CREATE)["survey_spec"]["spec"]}
    configs = {
        f"{name}_config": {field: value for field, value in shared.items() if field.startswith(f"{name}_")}
        for name in ("ike", "ipsec")
    }
    return [
        {
            "vpn_id": GATEWAYS[number % len(GATEWAYS)],
            "vpn_conn_name": f"branch-{number}",
            "local_subnets": ["192.168.0.0/20"],
            "remote_ip": "203.0.113.10",
            "remote_subnets": [f"10.{number}.0.0/16"],
            **configs,
        }
        for number in range(count)
    ]


SLICE = {"launch_type": "workflow", "workflow_name": RECONCILE}
# A slice that was launched again on its own is not a node of a workflow.
RELAUNCHED = {"launch_type": "relaunch"}


def slices(launch, name, answers, inventory, count=3):
    """Launch a template in slices as AWX does: on a part of the hosts each, in a workflow of the template's name."""
    count = rules.slice_count(count, len(inventory["_meta"]["hostvars"]))
    parts = [rules.sliced(inventory, number, count) for number in range(1, count + 1)]
    return [launch(name, answers, inventory=part, meta={**SLICE, "workflow_name": name}) for part in parts]


def desired(tunnels):
    return sorted((tunnel["vpn_id"], tunnel["vpn_conn_name"]) for tunnel in tunnels)


def test_reconcile_in_slices_has_the_result_of_one_job(cloud, launch, inventory):
    """A gateway that the inventory lacks fails the job, but not a slice."""
    assert len(inventory["_meta"]["hostvars"]) == len(GATEWAYS)
    tunnels = branches(20)
    # The key of the survey takes precedence over the variable.
    answers = {"vpn_tunnels": tunnels, "shared_key": SECRET_KEY, "secret_key": OTHER_KEY}
    whole = succeeded(launch(RECONCILE, answers, inventory=inventory))
    end = stored(cloud)
    assert whole.changed and end == desired(tunnels)
    digest = hashlib.sha256(SECRET_KEY.encode()).hexdigest()
    assert {tunnel["secretKey"] for tunnel in cloud.tunnels()} == {f"sha256:{digest}"}
    ids = whole.artifacts["vpnConnIds"]
    assert ids == {f"{tunnel['vpnId']}/{tunnel['vpnConnName']}": tunnel["vpnConnId"] for tunnel in cloud.tunnels()}
    # A gateway that is missing from the inventory, whatever limit there is, is an error, except in a slice.
    answers["vpn_tunnels"] = [*tunnels, dict(branches(1)[0], vpn_id="vpn-mistyped", vpn_conn_name="stray")]
    wrong = launch(RECONCILE, answers, inventory=inventory, limit="gw-vpn-00000001")
    assert wrong.status == "failed" and "no gateway for stray of vpn-mistyped; correct vpn_id" in wrong.error
    cloud.reset()
    parts = slices(launch, RECONCILE, answers, inventory)
    assert all(succeeded(part).changed and "left to the other slices: " in part.stdout for part in parts)
    assert all("stray of vpn-mistyped" in part.stdout for part in parts)
    assert stored(cloud) == end and len(cloud.requests("POST")) == 20
    # AWX passes on what is named once; so no slice passes on a part of the ids under the name of all.
    ids = {f"{tunnel['vpnId']}/{tunnel['vpnConnName']}": tunnel["vpnConnId"] for tunnel in cloud.tunnels()}
    merged = rules.merged_artifacts(part.artifacts for part in parts)
    assert merged.keys() == {f"vpnConnIds_{gateway.replace('-', '_')}" for gateway in GATEWAYS}
    assert rules.merged_artifacts(merged.values()) == ids


def test_inventory_update_finds_the_collection_of_the_project_requirements(cloud, tmp_path):
    """AWX names its directory to inventory updates only in a variable that ansible-core 2.19 and later do not read."""
    place = tmp_path / "requirements_collections/ansible_collections/baiducloud"
    place.mkdir(parents=True)
    (place / "network").symlink_to(job.ROOT)
    # The image has no collection.
    environment = {**cloud.environment, "BCE_VPC_IDS": "vpc-emulator", "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "False"}
    tasks = yaml.safe_load((job.ROOT / "playbooks/tasks/awx_setup.yml").read_text(encoding="utf-8"))
    blocks = [task for item in tasks for task in item.get("block", [])]
    (source,) = [task["awx.awx.inventory_source"] for task in blocks if "awx.awx.inventory_source" in task]
    source_vars = {name: value for name, value in source["source_vars"].items() if not name.startswith("BCE_VPC_")}
    found = job.exported("extensions/awx/vpn_gateways.yml", environment, source_vars, container=tmp_path)
    assert len(found["_meta"]["hostvars"]) == len(GATEWAYS)
    if not CORE.startswith(("2.17.", "2.18.")):
        with pytest.raises(subprocess.CalledProcessError) as failed:
            job.exported("extensions/awx/vpn_gateways.yml", environment, container=tmp_path)
        assert "unknown plugin" in failed.value.stderr and is_explained(failed.value.stderr)


def test_slices_need_two_hosts_in_the_database():
    assert [rules.slice_count(requested, 2) for requested in (1, 2, 5)] == [1, 2, 2]
    for hosts in (0, 1):
        with pytest.raises(rules.Refused, match="not have enough hosts for slicing"):
            rules.slice_count(3, hosts)


def test_reconcile_relaunched_slice_does_its_part_and_names_the_rest(cloud, launch, inventory):
    answers = {"vpn_tunnels": branches(7), "shared_key": SECRET_KEY}
    part = rules.sliced(inventory, 2, 3)
    done = succeeded(launch(RECONCILE, answers, inventory=part, meta=RELAUNCHED))
    ids = [variables["vpn_id"] for variables in part["_meta"]["hostvars"].values()]
    assert stored(cloud) == [item for item in desired(branches(7)) if item[0] in ids] != []
    (left,) = [result["msg"] for result in done.results("ansible.builtin.debug") if "left to" in str(result["msg"])]
    others = [f"{name} of {gateway}" for gateway, name in desired(branches(7)) if gateway not in ids]
    assert sorted(left.removeprefix("left to the other slices: ").split(", ")) == sorted(others)


@pytest.mark.parametrize("meta", [SLICE, RELAUNCHED], ids=["workflow of the template's name", "relaunched"])
def test_reconcile_whole_job_like_a_slice_reports_wrong_gateway(cloud, launch, inventory, meta):
    """The inventory says how many gateways it has, so that the job knows that it has all of them."""
    stray = dict(branches(1)[0], vpn_id="vpn-mistyped", vpn_conn_name="stray")
    answers = {"vpn_tunnels": [*branches(7), stray], "shared_key": SECRET_KEY}
    done = launch(RECONCILE, answers, inventory=inventory, meta=meta)
    assert done.status == "failed" and "no gateway for stray of vpn-mistyped; correct vpn_id" in done.error
    assert cloud.requests("POST") == []
    done = succeeded(launch(RECONCILE, {**answers, "vpn_tunnels": branches(7)}, inventory=inventory, meta=meta))
    assert len(done.artifacts["vpnConnIds"]) == 7


def test_job_without_hosts_or_list_fails(cloud, launch, inventory):
    empty = {"_meta": {"hostvars": {}}, "all": {"children": ["vpn_gateways"]}, "vpn_gateways": {"hosts": []}}
    for template, answers in {REPORT: {}, AUDIT: {}, RECONCILE: {"vpn_tunnels": branches(1)}}.items():
        done = launch(template, answers, inventory=empty)
        assert done.status == "failed" and "gateways: no host of the inventory matches vpn_gateways" in done.error
    done = launch(RECONCILE, {"shared_key": SECRET_KEY}, inventory=inventory)
    assert done.status == "failed" and "vpn_tunnels: is needed; give the list" in done.error
    assert "partial_inventory" not in done.error
    for done in slices(launch, RECONCILE, {"shared_key": SECRET_KEY}, inventory, count=2):
        assert done.status == "failed" and "vpn_tunnels: is needed; give the list" in done.error
        assert "where only gateways of other slices have a list, set partial_inventory: true" in done.error
    done = succeeded(launch(RECONCILE, {"partial_inventory": True}, inventory=inventory))
    assert done.stdout.count("no list for this gateway; left alone") == len(GATEWAYS)


def test_reconcile_cancelled_and_repeated_creates_each_tunnel_once(cloud, launch, inventory, tmp_path):
    tunnels = branches(60)
    answers = {"vpn_tunnels": tunnels, "shared_key": SECRET_KEY}
    cloud.settings(latency_ms=400)
    cancelled = launch(
        RECONCILE, answers, inventory=inventory, cancel_callback=lambda: len(cloud.requests("POST")) >= 12
    )
    job.end_container(tmp_path)
    assert cancelled.status == "canceled"
    assert 0 < len(cloud.tunnels()) < 60
    cloud.settings(latency_ms=0)
    succeeded(launch(RECONCILE, answers, inventory=inventory))
    assert stored(cloud) == desired(tunnels)


def test_reconcile_variables_file_with_purge(cloud, launch, inventory, tmp_path):
    """Purge deletes what the file does not name; a gateway without items keeps its tunnels."""
    before = branches(2 * len(GATEWAYS))
    succeeded(launch(RECONCILE, {"vpn_tunnels": before, "shared_key": SECRET_KEY}, inventory=inventory))
    file = tmp_path / "tunnels.yml"
    # The last gateway is not named any more, so it keeps what it has.
    new = dict(before[0], vpn_conn_name="new")
    tunnels = [*before[: len(GATEWAYS) - 1], new]
    file.write_text(json.dumps({"secret_key": SECRET_KEY, "vpn_tunnels": tunnels}))
    answers = {"tunnels_file": str(file), "shared_key": "", "purge": "yes"}
    planned = succeeded(launch(RECONCILE, answers, inventory=inventory, how=["--check"]))
    assert planned.changed and stored(cloud) == desired(before)
    done = succeeded(launch(RECONCILE, answers, inventory=inventory))
    assert stored(cloud) == desired([*tunnels, before[len(GATEWAYS) - 1], before[-1]])
    # What is gone is not passed on, and what the check did not make has no id.
    places = {f"{tunnel['vpnId']}/{tunnel['vpnConnName']}": tunnel["vpnConnId"] for tunnel in cloud.tunnels()}
    named = {place: places[place] for place in map("/".join, desired(tunnels))}
    assert done.artifacts["vpnConnIds"] == named
    del named[f"{new['vpn_id']}/new"]
    assert planned.artifacts["vpnConnIds"] == named


@pytest.mark.parametrize(
    "content, answers, words",
    [
        (None, {}, "is not a file that exists"),
        ("secret_key: 'ddd22@www\nvpn_tunnels: [ {", {}, "cannot be read as variables"),
        ("vpn_tunnels: text", {}, "vpn_tunnels: must be a list of dictionaries"),
        ("vpn_tunnels: []", {"purge_all": "treu"}, "purge_all: must be true or false, got 'treu'"),
    ],
    ids=["none", "no YAML", "no list", "purge"],
)
def test_reconcile_invalid_input_is_reported_once_for_all_gateways(
    launch, inventory, tmp_path, content, answers, words
):
    file = tmp_path / "tunnels.yml"
    if content:
        file.write_text(content)
    done = launch(RECONCILE, {"tunnels_file": str(file), **answers}, inventory=inventory)
    assert done.status == "failed" and done.stdout.count(words) <= 2 and SECRET_KEY not in done.stdout
    reported = [result["msg"] for result in done.results("ansible.builtin.") if words in result.get("msg", "")]
    assert len(reported) == 1 and "\n" not in reported[0]


def test_reconcile_item_goes_to_its_gateway(cloud, launch, inventory, tmp_path):
    """An item is of the gateway that it names, else of that of the list, else of each."""
    named, unnamed, pasted = branches(3)
    pasted["vpnId"] = pasted.pop("vpn_id")
    del unnamed["vpn_id"]
    everywhere = [(gateway, "branch-1") for gateway in GATEWAYS]
    answers = {"vpn_tunnels": [named, unnamed, pasted], "shared_key": SECRET_KEY}
    succeeded(launch(RECONCILE, answers, inventory=inventory))
    assert stored(cloud) == sorted([*everywhere, (GATEWAYS[0], "branch-0"), (GATEWAYS[2], "branch-2")])
    cloud.reset()
    # With a gateway for the whole list, in a file or in a shell without an inventory, the list means the same.
    content = {"vpn_id": GATEWAYS[4], "secret_key": SECRET_KEY, "vpn_tunnels": [named, unnamed, pasted]}
    file = tmp_path / "tunnels.yml"
    file.write_text(json.dumps(content))
    succeeded(launch(RECONCILE, {"tunnels_file": str(file)}, inventory=inventory))
    assert stored(cloud) == sorted([(GATEWAYS[4], "branch-1"), (GATEWAYS[0], "branch-0"), (GATEWAYS[2], "branch-2")])
    again = run_playbook("baiducloud.network.reconcile_tunnels", "-e", f"@{file}", environment=cloud.environment)
    assert again.named["Reconcile the tunnels"]["totals"]["unchanged"] == 3, again.output
    wrong = launch(RECONCILE, {**answers, "vpn_id": GATEWAYS[4]}, inventory=inventory)
    assert wrong.status == "failed" and f"vpn_id: {GATEWAYS[4]} hides" in wrong.stdout


def test_report_shows_all_tunnels_and_passes_on_those_down(cloud, launch, inventory):
    cloud.plant({**BODY, "vpnConnId": "vpnconn-1", "status": "active", "healthStatus": "reachable"})
    down = {**BODY, "vpnConnId": "vpnconn-2", "vpnConnName": "down", "status": "active", "healthStatus": "unreachable"}
    cloud.plant(down, vpn_id=GATEWAYS[1])
    done = succeeded(launch(REPORT, {}, inventory=inventory))
    (passed_on,) = done.artifacts["vpnTunnelsDown"]
    assert (passed_on["vpn_id"], passed_on["vpn_conn_id"]) == (GATEWAYS[1], "vpnconn-2") and not done.changed
    lines = sorted(line for result in done.results("ansible.builtin.debug") for line in result["msg"])
    assert lines == ["no tunnel"] * (len(GATEWAYS) - 2) + [
        f"{GATEWAYS[1]}/down (vpnconn-2) to 10.107.245.188: active, unreachable",
        f"{GATEWAYS[0]}/vpncon (vpnconn-1) to 10.107.245.188: active, reachable",
    ]
    assert BODY["secretKey"] not in done.stdout


def test_audit_fails_by_the_answer_and_names_the_words_of_the_device(cloud, launch, inventory):
    cloud.plant({**BODY, "vpnConnId": "vpnconn-1"})
    done = launch(AUDIT, {"device": "libreswan"}, inventory=inventory)
    line = f"{GATEWAYS[0]}/vpncon: ike_config.ike_pfs group2 is broken; use group14, on Libreswan modp2048"
    assert done.status == "failed" and line in done.stdout and "fail_on: broken refuses 2 values" in done.error
    assert not done.changed and BODY["secretKey"] not in done.stdout
    assert line.rpartition(",")[0] in succeeded(launch(AUDIT, {"fail_on": "none"}, inventory=inventory)).stdout


def test_report_in_slices_fails_the_next_node_if_a_tunnel_is_down(cloud, launch, inventory, tmp_path):
    """Whichever slice ends last: AWX keeps one slice's value of a name, here of one name for each gateway."""
    next_node = tmp_path / "tunnels_are_up.yml"
    next_node.write_text(shown_files()["tunnels_are_up.yml"])
    down = {**BODY, "vpnConnId": "vpnconn-2", "vpnConnName": "down", "status": "active", "healthStatus": "unreachable"}
    for planted in ([], [down]):
        for tunnel in planted:
            cloud.plant(tunnel, vpn_id=GATEWAYS[1])
        parts = [succeeded(part).artifacts for part in slices(launch, REPORT, {}, inventory)]
        whole = succeeded(launch(REPORT, {}, inventory=inventory)).artifacts
        assert len(whole["vpnTunnelsDown"]) == len(planted)
        orders = itertools.islice(itertools.permutations(parts), 0, None, 3)
        for artifacts in [*map(rules.merged_artifacts, orders), whole]:
            done = run_playbook(next_node, "-e", json.dumps(artifacts))
            assert done.status == 2 * len(planted), done.output
            assert not planted or f"{GATEWAYS[1]}/down" in done.results[-1]["msg"]


def test_job_leaves_no_secret_in_its_files(cloud, launch, inventory):
    refused = {"match": {"path_regex": GATEWAYS[1], "method": "POST"}, "fault": "status", "status": 400}
    cloud.faults({**refused, "echo_key": True, "times": -1})
    talkative = {"verbosity": 4, "how": ["--diff"], "inputs": {**KEYS, "security_token": TOKEN}}
    tunnels = [dict(tunnel, secret_key=OTHER_KEY) for tunnel in branches(2 * len(GATEWAYS))]
    jobs = [
        (launch(CREATE, ANSWERS, **talkative), "successful", [SECRET_KEY]),
        (launch(CREATE, {**ANSWERS, "secret_key": OTHER_KEY}, **talkative), "successful", [OTHER_KEY]),
        (launch(CREATE, {**ANSWERS, "secret_key": "no-key-4711"}, **talkative), "failed", ["no-key-4711"]),
        (
            launch(RECONCILE, {"vpn_tunnels": tunnels, "shared_key": SECRET_KEY}, inventory=inventory, **talkative),
            "failed",
            [SECRET_KEY, OTHER_KEY],
        ),
    ]
    assert jobs[1][0].results()[0]["secret_key_changed"]
    for done, status, keys in jobs:
        secrets = [*keys, SECRET_ACCESS_KEY, TOKEN]
        assert done.status == status
        provided = [done.folder / "env/envvars", done.folder / "env/extravars"]
        assert all(secret in "".join(path.read_text() for path in provided) for secret in secrets)
        # ansible-runner notes the environment that it got; AWX shows it masked, and deletes the folder.
        command = done.folder / "artifacts/1/command"
        assert not any(key in command.read_text() for key in keys)
        left = {path: path.read_text() for path in done.folder.rglob("*") if path.is_file()}
        for path in [*provided, command]:
            del left[path]
        assert sum(path.parent.name == "job_events" for path in left) > 5
        assert [(path, secret) for path, text in left.items() for secret in secrets if secret in text] == []


# -- a site -----------------------------------------------------------------------------------------------------------


SITE = {
    "vpc_name": "production",
    "vpn_name": "branches",
    "vpn_conn_name": "branch-berlin",
    "manage_peer": "no",
    "gateway_create": "yes",
    "eip_name": "branches",
    "eip_create": "yes",
    "customer_gateway_name": "berlin",
    "customer_gateway_create": "yes",
}


def test_survey_connects_a_site_and_disconnects_it(tmp_path):
    """From an empty VPC, without the other end; unanswered questions and a check buy nothing."""
    asked = {name: ANSWERS[name] for name in ("secret_key", "remote_ip", "remote_subnets")}
    connect = {**asked, **SITE, "local_subnets": "192.168.0.0/24, 192.168.1.0/24", "eip_bandwidth_in_mbps": 5}
    with EmulatorProcess("--vpc", "vpc-new:192.168.0.0/18:production") as cloud:

        def run(name, answers, **more):
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            return job.launch(folder, job.template(name), answers, KEYS, {"BCE_ENDPOINT": cloud.endpoint}, **more)

        # What is left out is a no; the gateway does not exist then.
        optional = ("eip", "customer", "gateway")
        refused = run(CONNECT, {name: value for name, value in connect.items() if not name.startswith(optional)})
        assert refused.status == "failed" and cloud.billed() == {"gateways": 0, "eips": 0}
        assert succeeded(run(CONNECT, connect, how=["--check"])).changed and cloud.requests("POST") == []
        succeeded(run(CONNECT, connect))
        (tunnel,) = cloud.tunnels()
        assert tunnel["localSubnets"] == ["192.168.0.0/24", "192.168.1.0/24"] and tunnel["cgwId"]
        assert len([rule for rule in cloud.route_rules() if rule["nexthopId"] == tunnel["vpnId"]]) == 2
        succeeded(run(DISCONNECT, SITE))
        assert cloud.tunnels() == cloud.customer_gateways() == [] and cloud.billed() == {"gateways": 1, "eips": 1}
        assert tunnel["vpnId"] not in [gateway["vpnId"] for gateway in cloud.gateways()]


def test_survey_rotates_the_derived_key_of_a_device(cloud, launch):
    cloud.plant({**BODY, "vpnConnId": "vpnconn-1", "healthStatus": "reachable"})
    secret = "master secret of at least 32 characters"
    answers = {"vpn_id": "vpn-119bd69b", "vpn_conn_name": "vpncon", "master_secret": secret, "generation": 2}
    device = {"manage_peer": "no", "peers": "", "entered_at_peer": "yes"}
    done = succeeded(launch(ROTATE, {**answers, **device}, how=["-vvv"]))
    assert done.changed and len(cloud.requests("PUT")) == 1 and secret not in done.stdout


# -- what AWX refuses before a job ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answers, inputs, words",
    [
        ({"vpn_id": None}, KEYS, "'vpn_id' value missing"),
        ({"ike_life_time": "28800"}, KEYS, "expected to be an integer"),
        ({"ike_mode": "quick"}, KEYS, "expected to be one of"),
        ({"secret_key": "ddd22@www" * 2}, KEYS, "too large"),
        ({}, {"access_key_id": ACCESS_KEY_ID}, "required fields (secret_access_key)"),
        ({}, {**KEYS, "verify_tls": False}, "'verify_tls' was unexpected"),
    ],
)
def test_launch_with_invalid_answers_is_refused_by_awx(tmp_path, answers, inputs, words):
    provided = {name: value for name, value in {**ANSWERS, **answers}.items() if value is not None}
    with pytest.raises(rules.Refused) as refused:
        job.launch(tmp_path, job.template(CREATE), provided, inputs)
    assert words in str(refused.value)
