# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The behaviour that authors of playbooks rely on, in real ansible-playbook runs against the emulator."""

from __future__ import annotations

import hashlib

import pytest

from api_example import BODY, CAMEL_CASE_OPTIONS, OPTIONS, SECRET_KEY, options
from playbook_runner import ROOT, run_playbook

MODULE = "baiducloud.network.vpn_tunnel"


def task(arguments, **keywords):
    return dict({"name": keywords.pop("called", "Tunnel"), MODULE: arguments}, **keywords)


def run(emulator, *tasks, arguments=()):
    done = run_playbook(list(tasks), *arguments, environment=emulator.environment)
    assert len(done.results) == len(tasks), done.output
    return done.results


def planted(emulator, **names):
    """Tunnels that the list shows, by id, each with its name."""
    ids = {key.replace("_", "-"): name for key, name in names.items()}
    emulator.plant(*[dict(BODY, vpnConnId=vpn_conn_id, vpnConnName=name) for vpn_conn_id, name in ids.items()])
    return list(ids)


def digest(secret_key):
    return "sha256:" + hashlib.sha256(secret_key.encode()).hexdigest()


def test_task_in_the_words_of_the_api_page_sends_its_request(emulator):
    (result,) = run(emulator, task(CAMEL_CASE_OPTIONS))
    (request,) = emulator.requests("POST")
    assert (request["path"], list(request["query"])) == ("/v1/vpn/vpn-119bd69b/vpnconn", ["clientToken"])
    assert len(request["query"]["clientToken"]) <= 64 and request["query"]["clientToken"].isascii()
    assert request["body"] == dict(BODY, secretKey="********") and list(request["body"]) == list(BODY)
    assert request["status"] == 200 and request["signed_headers"] == ["host", "x-bce-date"]
    (stored,) = emulator.tunnels()
    assert stored["secretKey"] == digest(SECRET_KEY)
    assert result["vpnConnId"] == result["vpn_conn_id"] == stored["vpnConnId"] and result["changed"]


def test_check_mode_predicts_the_creation_and_sends_no_write(emulator):
    (predicted,) = run(emulator, task(OPTIONS), arguments=["--check", "--diff"])
    assert predicted["changed"] and predicted["vpn_conn_id"] == "check-mode-new"
    assert [entry["method"] for entry in emulator.requests()] == ["GET"]
    first, second = run(emulator, task(OPTIONS), task(OPTIONS))
    assert (first["changed"], second["changed"]) == (True, False)
    assert first["diff"] == predicted["diff"] and first["diff"]["before"] == {}
    assert first["vpn_conn_id"] == second["vpn_conn_id"] == emulator.tunnels()[0]["vpnConnId"]
    assert len(emulator.tunnels()) == len(emulator.requests("POST")) == 1
    assert first["vpn_tunnel"] == second["vpn_tunnel"]
    assert second["vpn_tunnel"]["ipsec_config"]["ipsec_lifetime"] == 28800


def test_subnets_in_another_notation_and_order_are_no_change(emulator):
    two = ["10.1.0.0/16", "192.168.0.0/20"]
    spelled = ["192.168.0.0/255.255.240.0", "10.1.0.0/16", "10.1.0.0/255.255.0.0"]
    first, again, page = run(
        emulator,
        task(options(local_subnets=two)),
        task(options(local_subnets=spelled, description=" 111 ")),
        task(dict(CAMEL_CASE_OPTIONS, localSubnets=two[::-1])),
    )
    assert [first["changed"], again["changed"], page["changed"]] == [True, False, False]
    assert emulator.requests("PUT") == []


def test_update_changes_provided_options_and_resends_the_others(emulator):
    made, predicted, changed, again = run(
        emulator,
        task(OPTIONS),
        task({"vpn_id": "vpn-119bd69b", "name": "vpncon", "ipsec_config": {"ipsec_lifetime": 3600}}, check_mode=True),
        task({"vpn_id": "vpn-119bd69b", "name": "vpncon", "ipsec_config": {"ipsec_lifetime": 3600}}),
        task(options(ipsec_config__ipsec_lifetime=3600)),
    )
    assert [made["changed"], predicted["changed"], changed["changed"], again["changed"]] == [True, True, True, False]
    assert predicted["diff"] == changed["diff"]
    assert changed["vpn_tunnel"]["ipsec_config"]["ipsec_lifetime"] == 3600
    (request,) = emulator.requests("PUT")
    ipsec = dict(BODY["ipsecConfig"], ipsecLifetime=3600)
    assert request["body"] == dict(BODY, secretKey="********", vpnId="vpn-119bd69b", ipsecConfig=ipsec)
    (stored,) = emulator.tunnels()
    assert stored["secretKey"] == digest(SECRET_KEY) and stored["vpnConnId"] == made["vpn_conn_id"]


def test_new_key_is_reported_as_changed_and_not_shown(emulator):
    done = run_playbook(
        [task(OPTIONS), task(options(secret_key="NEWkey@22")), task(options(secret_key="NEWkey@22"))],
        "--diff",
        environment=emulator.environment,
    )
    assert [result["secret_key_changed"] for result in done.results] == [False, True, False]
    assert done.results[1]["diff"]["after"]["secret_key"] == "(hidden, changed)"
    assert emulator.tunnels()[0]["secretKey"] == digest("NEWkey@22")
    assert SECRET_KEY not in done.output and "NEWkey@22" not in done.output


def test_description_is_unmanaged_if_unset_and_cleared_if_empty(emulator):
    _made, left, cleared, again = run(
        emulator,
        task(OPTIONS),
        task(options(description=None)),
        task(options(description="")),
        task(options(description="")),
    )
    assert [left["changed"], cleared["changed"], again["changed"]] == [False, True, False]
    assert emulator.tunnels()[0]["description"] == ""


def test_absent_deletes_once_and_present_creates_another_tunnel(emulator):
    gone = {"vpn_id": "vpn-119bd69b", "vpn_conn_name": "vpncon", "state": "absent"}
    made, predicted, deleted, twice, again = run(
        emulator, task(OPTIONS), task(gone, check_mode=True), task(gone), task(gone), task(OPTIONS)
    )
    assert [predicted["changed"], deleted["changed"], twice["changed"], again["changed"]] == [True, True, False, True]
    assert deleted["vpn_conn_id"] == made["vpn_conn_id"] and deleted["diff"]["after"] == {}
    assert again["vpn_conn_id"] != made["vpn_conn_id"]
    assert [tunnel["vpnConnId"] for tunnel in emulator.tunnels()] == [again["vpn_conn_id"]]
    assert len(emulator.requests("DELETE")) == 1


def test_name_matches_exactly_and_ambiguity_is_an_error_with_ids(emulator):
    """Unclear are two tunnels of the name, and one whose name the API may show in another spelling."""
    ids = planted(emulator, vpnconn_1="vpncon-2", vpnconn_2="Vpncon")
    same = planted(emulator, vpnconn_3="same", vpnconn_4="same")
    where = {"vpn_id": "vpn-119bd69b"}
    absent, similar, ambiguous, picked = run(
        emulator,
        task(dict(where, vpn_conn_name="con", state="absent")),
        task(dict(where, vpn_conn_name="vpncon", state="absent"), ignore_errors=True),
        task(dict(where, vpn_conn_name="same", state="absent"), ignore_errors=True),
        task(dict(where, vpn_conn_id=same[1], state="absent")),
    )
    assert not absent["changed"] and picked["changed"]
    assert similar["failed"] and ids[1] in similar["msg"] and ids[0] not in similar["msg"]
    assert similar["error"]["code"] == "SimilarName" and "vpn_conn_id" in similar["msg"]
    assert ambiguous["failed"] and all(each in ambiguous["msg"] for each in same) and "vpn_conn_id" in ambiguous["msg"]
    assert [tunnel["vpnConnId"] for tunnel in emulator.tunnels()] == [*ids, same[0]]


def test_id_selects_a_tunnel_and_allows_a_rename(emulator):
    first, second = planted(emulator, vpnconn_1="vpncon", vpnconn_2="other")
    renamed, taken, missing = run(
        emulator,
        task({"vpn_id": "vpn-119bd69b", "vpn_conn_id": first, "vpn_conn_name": "branch"}),
        task({"vpn_id": "vpn-119bd69b", "vpn_conn_id": first, "vpn_conn_name": "other"}, ignore_errors=True),
        task(dict(OPTIONS, vpn_conn_id="vpnconn-nowhere"), ignore_errors=True),
    )
    assert renamed["changed"] and renamed["vpn_conn_id"] == first
    assert [tunnel["vpnConnName"] for tunnel in emulator.tunnels()] == ["branch", "other"]
    assert taken["failed"] and second in taken["msg"]
    assert missing["failed"] and "vpnconn-nowhere" in missing["msg"] and not emulator.requests("POST")


def test_empty_survey_responses_count_as_unset(emulator):
    made, again = run(
        emulator,
        task(dict(OPTIONS, cgw_id="", client_token="", vpn_conn_id="", region="", endpoint="", profile="")),
        task(dict(OPTIONS, version=None, timeout=None, ike_config=dict(OPTIONS["ike_config"], ike_mode=None))),
    )
    assert [made["changed"], again["changed"]] == [True, False]


def test_peer_changes_from_address_to_customer_gateway_and_back(emulator):
    changes = run(
        emulator,
        task(OPTIONS),
        task(options(remote_ip=None, cgw_id="cgw-1")),
        task(options(remote_ip=None, cgw_id="cgw-1")),
        task(OPTIONS),
    )
    assert [result["changed"] for result in changes] == [True, True, False, True]
    assert [(body["remoteIp"], body["cgwId"]) for body in emulator.tunnels()] == [(OPTIONS["remote_ip"], "")]


def test_customer_gateway_replaces_the_address(emulator):
    made, again = run(
        emulator,
        task(options(remote_ip=None, cgw_id="cgw-b036571edc5d")),
        task(options(remote_ip=None, cgw_id="cgw-b036571edc5d")),
    )
    (request,) = emulator.requests("POST")
    assert request["body"]["cgwId"] == "cgw-b036571edc5d" and "remoteIp" not in request["body"]
    assert [made["changed"], again["changed"]] == [True, False]


INVALID_VALUES = {
    "version": [0, "one"],
    "client_token": ["x" * 65, "grün"],
    "vpn_id": ["", "vpn/119", "vpn-119bd69b?"],
    "secret_key": [
        "a1@bcde",
        "a1@bcdefghijklmnop",
        "abcdefgh1",
        "abcdefgh@",
        "12345678@",
        "ddd22@ww&",
        "ddd22-www",
    ],
    "local_subnets": [[], ["192.168.0.0"], ["192.168.0.0/33"], ["192.168.0.0/20", "branch"]],
    "remote_subnets": [[], ["192.168.100.0/x"]],
    "remote_ip": ["", "10.107.245", "branch.example.com", "10.107.245.188/32"],
    "cgw_id": ["cgw 1"],
    "vpn_conn_name": ["", "1vpncon", "vpn con", "v" * 66, "vpncon!"],
    "ike_config": [{"ike_version": "v3"}, {"ike_mode": "quick"}, {"ike_enc_alg": "des"}, {"ike_auth_alg": "sha256"}]
    + [{"ike_pfs": "group1"}, {"ike_life_time": 59}, {"ike_life_time": 86401}, {"ike_life_time": "1h"}, "v1"],
    "ipsec_config": [{"ipsec_enc_alg": "aes128"}, {"ipsec_auth_alg": "none"}, {"ipsec_pfs": "group1"}]
    + [{"ipsec_lifetime": 179}, {"ipsec_lifetime": 86401}, {"ipsec_lifetime": 200.5}],
    "state": ["gone"],
    "wait_for": ["up"],
    "wait_timeout": [0],
    "timeout": [0],
    "retry_timeout": [-1],
}


def test_invalid_value_is_an_error_that_names_its_option(emulator):
    cases = [(option, value) for option, values in INVALID_VALUES.items() for value in values]
    tasks = [task(dict(OPTIONS, **{option: value}), ignore_errors=True) for option, value in cases]
    for (option, value), result in zip(cases, run(emulator, *tasks)):
        inner = next(iter(value)) if isinstance(value, dict) else option
        assert result["failed"] and inner in result["msg"], (option, value, result)
        assert result["error"]["code"] == "InvalidOption" and "Traceback" not in str(result)
        if option == "secret_key" and value:
            assert str(value) not in str(result)
    assert emulator.requests() == []


def test_several_errors_are_reported_together(emulator):
    bad = options(secret_key="short", ike_config__ike_mode="quick", ike_config__ike_life_time="soon", remote_subnets=[])
    (result,) = run(
        emulator, task(dict(bad, local_subnets=["a", "192.168.0.0/20", "b"], colour="red"), ignore_errors=True)
    )
    places = ["colour", "secret_key", "local_subnets[0]", "local_subnets[2]", "remote_subnets", "ike_config.ike_mode"]
    for place in [*places, "ike_config.ike_life_time"]:
        assert place + ":" in result["msg"], (place, result["msg"])
    assert emulator.requests() == []


def test_creation_without_needed_options_names_all_of_them(emulator):
    (result,) = run(emulator, task({"vpn_id": "vpn-119bd69b", "vpn_conn_name": "vpncon"}, ignore_errors=True))
    for name in ("secret_key", "local_subnets", "remote_subnets", "remote_ip", "ike_config.ike_version"):
        assert name in result["msg"], result["msg"]
    assert emulator.tunnels() == [] and [entry["method"] for entry in emulator.requests()] == ["GET"]


@pytest.mark.parametrize("arguments", [[], ["--check"]], ids=["run", "check"])
def test_api_errors_are_reported_in_one_line_with_a_remedy(emulator, arguments):
    wrong_key, no_gateway = run(
        emulator,
        task(dict(OPTIONS, secret_access_key="wrong-key"), ignore_errors=True),
        task(dict(OPTIONS, vpn_id="vpn-nowhere"), ignore_errors=True),
        arguments=arguments,
    )
    assert wrong_key["error"]["code"] == "SignatureDoesNotMatch" and "secret_access_key" in wrong_key["msg"]
    assert not wrong_key["error"]["retryable"] and wrong_key["error"]["request_id"] in wrong_key["msg"]
    assert "vpn-nowhere" in no_gateway["msg"] and no_gateway["error"]["http_status"] == 404
    assert emulator.tunnels() == []


def test_module_defaults_and_environment_of_a_play_are_used(emulator):
    environment = {name: value for name, value in emulator.environment.items() if name != "BCE_ENDPOINT"}
    content = {
        "name": "Defaults",
        "hosts": "localhost",
        "gather_facts": False,
        "environment": environment,
        "module_defaults": {"group/baiducloud.network.baiducloud": {"endpoint": emulator.endpoint}},
        "tasks": [task(OPTIONS)],
    }
    done = run_playbook([content])
    assert done.results[0]["changed"], done.output
    assert len(emulator.tunnels()) == 1


def test_create_tunnel_playbook_runs_from_the_repository_root(emulator):
    example = "@" + str(ROOT / "playbooks/vars/page_example.yml")
    done = run_playbook("baiducloud.network.create_tunnel", "-e", example, environment=emulator.environment, cwd=ROOT)
    assert done.status == 0, done.output
    assert f"vpnConnId: {emulator.tunnels()[0]['vpnConnId']}" in done.output
