# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateways and customer gateways are found, created and deleted, on both contracts."""

from __future__ import annotations

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_customer_gateway, vpn_tunnel
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.idempotency import WINDOW_SECONDS
from ansible_collections.baiducloud.network.plugins.module_utils._reconcile.state import (
    MAX_CREATE_ATTEMPTS,
    STALE_LIST_TIMEOUT,
)
from api_example import SECRET_KEY, entry, options
from emulator_process import EmulatorProcess
from playbook_runner import run_playbook
from run_params import run_params

FQCN = "baiducloud.network."
GATEWAYS = ["vpn-hub:hub:vpc-a", "vpn-same1:same:vpc-a", "vpn-same2:same:vpc-a", "vpn-other:hub:vpc-b"]


@pytest.fixture(scope="module")
def site():
    """Return an emulator with two VPCs; in one of them two gateways have the same name."""
    with EmulatorProcess(*[part for gateway in GATEWAYS for part in ("--gateway", gateway)]) as process:
        yield process


@pytest.fixture(autouse=True)
def clean(site):
    site.reset()


def manage(clock, **params):
    """Run the implementation of vpn_customer_gateway in this process."""
    return run_params(vpn_customer_gateway, params, False, clock=clock)


def made(cloud):
    """Return the only stored customer gateway."""
    (item,) = cloud.customer_gateways()
    return item


BERLIN = {"name": "berlin", "ip": "203.0.113.10"}


def task(module, label=None, /, **arguments):
    keywords = {word: arguments.pop(word) for word in ("register", "when", "loop", "check_mode") if word in arguments}
    return dict({"name": label or module, FQCN + module: arguments}, **keywords)


def run(site, *tasks, arguments=()):
    # -vvv shows all results of a task; no key may be in them.
    done = run_playbook(
        [dict(item, ignore_errors=True, diff=True) for item in tasks], "-vvv", *arguments, environment=site.environment
    )
    assert SECRET_KEY not in done.output and "Traceback" not in done.output
    return done


def failures(done):
    """Return the messages of the failed tasks; the run continues after them."""
    return [result["msg"] for result in done.results if result.get("failed")]


TUNNEL = {name: value for name, value in options().items() if name not in ("vpn_id", "remote_ip", "secret_key")}
FROM_NAMES = [
    task("vpn_gateway_info", vpc_id="vpc-a", vpn_name="{{ gateway }}", exactly_one=True, register="found"),
    task("vpn_customer_gateway", name="branch", ip="{{ peer }}", register="customer", when="contract == 'cn'"),
    task(
        "vpn_tunnel",
        vpn_id="{{ found.vpn_id }}",
        secret_key="{{ tunnel_key }}",
        remote_ip="{{ peer if contract == 'intl' else omit }}",
        cgw_id="{{ customer.cgw_id if contract == 'cn' else omit }}",
        **TUNNEL,
    ),
]


@pytest.mark.parametrize("contract", ["intl", "cn"])
def test_playbook_with_names_only_creates_the_tunnel_once(site, contract):
    site.settings(contract=contract)
    known = {"gateway": "hub", "peer": "203.0.113.10", "contract": contract, "tunnel_key": SECRET_KEY}
    arguments = [part for name, value in known.items() for part in ("-e", f"{name}={value}")]
    first, second = (run(site, *FROM_NAMES, arguments=arguments) for _time in (1, 2))
    assert not failures(first) + failures(second)
    assert first.named["vpn_tunnel"]["changed"] and first.named["vpn_customer_gateway"]["changed"] == (contract == "cn")
    assert not any(result["changed"] for result in second.results)
    warnings = [text for result in second.results for text in result.get("warnings", ())]
    assert [text for text in warnings if not text.startswith("minimum_security: ")] == []  # the API's example is weak
    (tunnel,) = site.tunnels()
    assert tunnel["vpnId"] == "vpn-hub" and tunnel["remoteIp"] == "203.0.113.10"
    ids = [item["cgwId"] for item in site.customer_gateways()]
    assert ids == ([tunnel["cgwId"]] if contract == "cn" else [])


def test_gateway_info_exactly_one_reports_ids_of_duplicates(site):
    asked = {"vpc_id": "vpc-a", "name": "same"}
    done = run(
        site,
        task("vpn_gateway_info", "all", **asked),
        task("vpn_gateway_info", "one", exactly_one=True, **asked),
        task("vpn_gateway_info", "none", vpc_id="vpc-a", vpn_name="missing", exactly_one=True),
        task("vpn_gateway_info", "by id", vpn_id="vpn-same2", exactly_one=True),
    )
    assert [item["vpn_id"] for item in done.named["all"]["vpn_gateways"]] == ["vpn-same1", "vpn-same2"]
    assert done.named["one"]["failed"] and "vpn-same1, vpn-same2; give vpn_id" in done.named["one"]["msg"]
    assert done.named["one"]["error"]["code"] == "AmbiguousName"
    assert done.named["none"]["failed"] and "vpn_name missing" in done.named["none"]["msg"]
    assert done.named["by id"]["vpn_id"] == "vpn-same2" == done.named["by id"]["vpn_gateway"]["vpn_id"]


def test_gateway_info_reads_2500_gateways_in_three_requests():
    with EmulatorProcess("--gateways", 2499) as site:
        done = run(site, task("vpn_gateway_info", vpc_id="vpc-emulator"))
        assert len({item["vpn_id"] for item in done.results[0]["vpn_gateways"]}) == 2500
        assert len(site.requests()) == 3


def names(result):
    return [item["vpn_conn_name"] for item in result["vpn_tunnels"]]


def test_tunnel_info_filters_by_gateway_vpc_name_id_and_status(site):
    site.plant(entry("up", status="Active", healthStatus="reachable"), vpn_id="vpn-hub")
    site.plant(entry("down", status="active", healthStatus="unreachable"), vpn_id="vpn-hub")
    site.plant(entry("odd", status="building"), vpn_id="vpn-same1")
    site.plant(entry("elsewhere", status="active"), vpn_id="vpn-other")
    done = run(
        site,
        task("vpn_tunnel_info", "gateway", vpn_id="vpn-hub"),
        task("vpn_tunnel_info", "gateways", vpn_id=["vpn-hub", "vpn-other"]),
        task("vpn_tunnel_info", "vpc", vpc_id="vpc-a"),
        task("vpn_tunnel_info", "name", vpc_id="vpc-a", vpnConnName="odd"),
        task("vpn_tunnel_info", "ids", vpn_id="vpn-hub", vpn_conn_id=["vpnconn-up", "vpnconn-odd"]),
        task("vpn_tunnel_info", "active", vpc_id="vpc-a", status="active"),
        task("vpn_tunnel_info", "down", vpc_id="vpc-a", status="active", healthStatus=["unreachable", "unknown"]),
        task("vpn_tunnel_info", "empty options of a survey", vpn_id="vpn-hub", vpc_id="", vpn_conn_name="", status=[]),
        task("vpn_tunnel", "the tunnel itself", vpn_id="vpn-hub", vpn_conn_name="up", check_mode=True),
        task("vpn_gateway_info", "with tunnels", vpc_id="vpc-a", tunnels=True),
        task("vpn_gateway_info", "one with tunnels", vpn_id="vpn-hub", tunnels=True),
    )
    assert not failures(done)
    found = {name: names(result) for name, result in done.named.items() if "vpn_tunnels" in result}
    assert found == {
        "gateway": ["up", "down"],
        "gateways": ["up", "down", "elsewhere"],
        "vpc": ["up", "down", "odd"],
        "name": ["odd"],
        "ids": ["up"],
        "active": ["up", "down"],
        "down": ["down"],
        "empty options of a survey": ["up", "down"],
    }
    tunnel = done.named["the tunnel itself"]["vpn_tunnel"]
    assert done.named["gateway"]["vpn_tunnels"][0] == tunnel
    by_gateway = {item["vpn_id"]: names(item) for item in done.named["with tunnels"]["vpn_gateways"]}
    assert by_gateway == {"vpn-hub": ["up", "down"], "vpn-same1": ["odd"], "vpn-same2": []}
    assert names(done.named["one with tunnels"]["vpn_gateways"][0]) == ["up", "down"]
    # The detail of a gateway includes its tunnels.
    assert [entry["path"] for entry in site.requests()[-1:]] == ["/v1/vpn/vpn-hub"]


def test_tunnel_info_with_an_unreadable_gateway_returns_the_rest(site):
    site.plant(entry("up"), vpn_id="vpn-hub")
    done = run(site, task("vpn_tunnel_info", vpn_id=["vpn-hub", "vpn-nowhere"]))
    (result,) = done.results
    assert result["failed"] and names(result) == ["up"]
    assert "1 of 2 VPN gateways could not be read" in result["msg"] and "vpn-nowhere" in result["msg"]


def test_tunnel_info_stops_early_if_the_api_is_down():
    with EmulatorProcess("--gateways", 99) as site:
        site.faults({"match": {"path_regex": "/vpnconn/"}, "fault": "status", "status": 503, "times": None})
        done = run(site, task("vpn_tunnel_info", vpc_id="vpc-emulator", retry_timeout=1))
        assert "100 of 100 VPN gateways could not be read" in done.results[0]["msg"]
        assert len({entry["path"] for entry in site.requests()}) < 20


def test_info_modules_report_all_errors_before_any_request(site):
    done = run(
        site,
        task("vpn_tunnel_info", vpn_id="a b", vpc_id="vpc-a", version=0),
        task("vpn_tunnel_info", "nothing named", endpoint="http://elsewhere.example"),
        task("vpn_gateway_info", vpc_id="vpc-a", vpc_name="hub"),
        task("vpn_customer_gateway", ip="nowhere"),
        task("vpn_customer_gateway_info", ip=["203.0.113.1", "x"], colour="red"),
    )
    texts = [result["msg"] for result in done.results]
    for text, words in zip(
        texts,
        [
            ["vpn_id[0]: 'a b' must be letters", "vpc_id: is not accepted next to vpn_id", "version: "],
            ["vpn_id: is needed, or vpc_id", "endpoint: "],
            ["vpc_name: is not accepted next to vpc_id"],
            ["name: is needed, or cgw_id", "ip: must be an IP address"],
            ["ip[1]: 'x' must be an IP address", "colour: is not an option"],
        ],
    ):
        assert all(word in text for word in words), text
    assert site.requests() == []


def test_customer_gateway_from_creation_to_deletion(site):
    berlin = {"name": "berlin", "ip": "203.0.113.10"}
    done = run(
        site,
        task("vpn_customer_gateway", "planned", check_mode=True, **berlin),
        task("vpn_customer_gateway", "made", register="made", **berlin),
        task("vpn_customer_gateway", "made again", **berlin),
        task("vpn_customer_gateway", "described", name="berlin", description="Büro"),
        task("vpn_customer_gateway", "another address", name="berlin", ip="203.0.113.11", description="lost"),
        task("vpn_customer_gateway", "renamed", cgw_id="{{ made.cgw_id }}", name="berlin-mitte", description=""),
        task("vpn_customer_gateway", "a second one", name="paris", ip="203.0.113.20"),
        task("vpn_customer_gateway", "a name that is taken", cgw_id="{{ made.cgw_id }}", name="paris"),
        task("vpn_customer_gateway", "no such id", cgw_id="cgw-nowhere", ip="203.0.113.1"),
        task("vpn_customer_gateway_info", "all"),
        task("vpn_customer_gateway_info", "by address", ip=["203.0.113.20"]),
        task("vpn_customer_gateway_info", "by id", cgw_id="{{ made.cgw_id }}"),
        task("vpn_customer_gateway_info", "none", name="berlin"),
        task("vpn_customer_gateway", "planned removal", name="paris", state="absent", check_mode=True),
        task("vpn_customer_gateway", "removed", name="paris", state="absent"),
        task("vpn_customer_gateway", "removed again", name="paris", state="absent"),
        task("vpn_customer_gateway", "removed by id", cgw_id="{{ made.cgw_id }}", state="absent"),
    )
    assert [name for name, result in done.named.items() if result["changed"]] == [
        "planned",
        "made",
        "described",
        "renamed",
        "a second one",
        "planned removal",
        "removed",
        "removed by id",
    ]
    assert [name for name, result in done.named.items() if result["failed"]] == [
        "another address",
        "a name that is taken",
        "no such id",
    ]
    planned, made = done.named["planned"], done.named["made"]
    assert planned["cgw_id"] == "check-mode-new" and planned["diff"] == made["diff"]
    assert made["cgwId"] == made["cgw_id"] == made["customer_gateway"]["cgw_id"]
    assert made["customer_gateway"]["created_time"]
    assert "cannot change it to 203.0.113.11" in done.named["another address"]["msg"]
    assert [item["name"] for item in done.named["all"]["customer_gateways"]] == ["berlin-mitte", "paris"]
    assert [item["name"] for item in done.named["by address"]["customer_gateways"]] == ["paris"]
    assert done.named["by id"]["customer_gateways"][0]["description"] == ""
    assert done.named["none"]["customer_gateways"] == [] and site.customer_gateways() == []
    deletions = site.requests("DELETE")
    assert deletions and not any("clientToken" in entry["query"] for entry in deletions)


def test_customer_gateway_in_use_is_not_deleted(cloud, clock):
    cloud.settings(contract="cn")
    cgw_id = manage(clock, **BERLIN)["cgw_id"]
    assert run_params(vpn_tunnel, options(remote_ip=None, cgw_id=cgw_id), False, clock=clock)["changed"]
    result = manage(clock, name="berlin", state="absent")
    assert result["failed"] and not result["changed"] and "is used by" in result["msg"]
    assert made(cloud)["cgwId"] == cgw_id


def lost(method, times=1):
    return {"match": {"method": method}, "fault": "reset_after", "times": times}


@pytest.mark.parametrize("times", [1, None], ids=["one response lost", "every response lost"])
def test_lost_responses_of_writes_are_resolved_by_the_list(cloud, clock, times):
    manage(clock, **BERLIN)
    cloud.faults(lost("PUT", times), lost("DELETE", times))
    assert manage(clock, name="berlin", description="new")["changed"]
    assert made(cloud)["description"] == "new"
    assert manage(clock, name="berlin", state="absent")["changed"]
    assert cloud.customer_gateways() == []


def refused(method, path_regex, **more):
    match = {"method": method, "path_regex": path_regex}
    return dict({"match": match, "fault": "status", "status": 403, "code": "AccessDenied", "times": None}, **more)


def test_new_customer_gateway_is_reported_if_reads_are_denied(site):
    site.faults(refused("GET", "/cgw/cgw-"))
    done = run(site, task("vpn_customer_gateway", name="berlin", ip="203.0.113.10"))
    assert done.results[0]["changed"] and not failures(done)
    # The first list is allowed, and then nothing is.
    site.faults(
        refused("GET", "/cgw/cgw-"), refused("GET", "/cgw$", match={"method": "GET", "path_regex": "/cgw$", "nth": 2})
    )
    done = run(site, task("vpn_customer_gateway", name="paris", ip="203.0.113.20"))
    result, made = done.results[0], site.customer_gateways()[1]
    assert result["failed"] and result["changed"] and result["cgw_id"] == made["cgwId"]


def test_used_client_token_is_rejected_and_creates_nothing(cloud, clock):
    berlin = {**BERLIN, "client_token": "mine"}
    old = manage(clock, **berlin)["cgw_id"]
    manage(clock, cgw_id=old, name="mitte")
    codes = [manage(clock, **berlin)]
    manage(clock, name="mitte", state="absent")
    codes.append(manage(clock, **berlin))
    assert not any(result["changed"] for result in codes) and all(old in result["msg"] for result in codes)
    assert [result["error"]["code"] for result in codes] == ["RenamedOrShownDifferently", "ClientTokenReused"]
    assert cloud.customer_gateways() == []
    assert manage(clock, **BERLIN)["changed"] and made(cloud)["name"] == "berlin"


def test_replayed_creation_of_a_renamed_object_fails(cloud, clock):
    old = manage(clock, **BERLIN)["cgw_id"]
    manage(clock, cgw_id=old, name="mitte")
    result = manage(clock, **BERLIN)
    assert result["failed"] and not result["changed"] and old in result["msg"] and "'mitte'" in result["msg"]
    assert result["error"]["code"] == "RenamedOrShownDifferently" and made(cloud)["name"] == "mitte"


def test_replayed_creation_with_other_parameters_creates_another(cloud, clock):
    old = manage(clock, **BERLIN)["cgw_id"]
    manage(clock, cgw_id=old, name="mitte", description="moved")
    result = manage(clock, **BERLIN, description="new")
    assert result["changed"] and result["cgw_id"] != old
    assert [item["name"] for item in cloud.customer_gateways()] == ["mitte", "berlin"]


def test_stale_list_leads_to_one_customer_gateway(cloud, clock):
    """It is stale for longer than a run waits, so that each run reads the new one by its id."""
    cloud.settings(list_lag_ms=4000)
    results = [manage(clock, **BERLIN, description=text) for text in ("a", "b")]
    assert not any(result.get("failed") for result in results) and made(cloud)["description"] == "b"
    assert {result["cgw_id"] for result in results} == {made(cloud)["cgwId"]}


def test_keys_in_echoes_and_descriptions_are_redacted(site):
    old = "oldstylekey1234567890"
    site.plant(entry("a", description=f"psk {old}", secretKey=old), vpn_id="vpn-hub")
    site.plant(entry("b", description=f"that of a is {old}, mine {SECRET_KEY}"), vpn_id="vpn-hub")
    text = f"no right for secretKey={SECRET_KEY} of branch_17-a"
    site.faults(
        refused("GET", "/cgw", message=text),
        refused("GET", "/v1/vpn$", message=text, match={"path_regex": "vpn$", "nth": 2}),
    )
    done = run(
        site,
        task("vpn_tunnel_info", "tunnels", vpn_id="vpn-hub"),
        task("vpn_gateway_info", "gateways", vpc_id="vpc-a", tunnels=True),
        task("vpn_gateway_info", "one", vpn_id="vpn-hub", tunnels=True),
        task("vpn_tunnel", "nothing to do", vpn_id="vpn-hub", vpn_conn_name="b"),
        task(
            "vpn_tunnels",
            "bulk",
            vpn_id="vpn-hub",
            tunnels=[{"name": "b", "description": f"with {old}"}],
            check_mode=True,
        ),
        task("vpn_gateway_info", "refused", vpc_id="vpc-a"),
        task("vpn_customer_gateway", name="branch_17-a", ip="203.0.113.10"),
        task("vpn_customer_gateway_info"),
    )
    assert len(done.named["tunnels"]["vpn_tunnels"]) == 2 and "no right for" in done.named["refused"]["msg"]
    # A task that has the old key in its own options shows them at -vvv, because it was not provided as a key.
    shown = "".join(line for line in done.output.splitlines() if f"with {old}" not in line)
    assert old not in shown


@pytest.mark.parametrize("times", [1, None], ids=["one response lost", "every response lost"])
def test_lost_response_leads_to_one_customer_gateway(cloud, clock, times):
    cloud.faults(lost("POST", times))
    result = manage(clock, **BERLIN)
    assert (
        result["changed"] and result["cgw_id"] == made(cloud)["cgwId"] and result["created_ids"] == [result["cgw_id"]]
    )
    assert len(cloud.requests("POST")) == 1


def test_deleted_customer_gateway_can_be_created_again(cloud, clock):
    """Every second creation has another address, which the token of the previous one does not allow."""
    for turn in range(35):
        begin = clock.monotonic()
        result = manage(clock, name="berlin", ip=f"203.0.113.{10 + turn % 2}")
        assert result["changed"] and made(cloud)["cgwId"] == result["cgw_id"]
        assert clock.monotonic() - begin <= (MAX_CREATE_ATTEMPTS - 1) * STALE_LIST_TIMEOUT + 0.1
        assert manage(clock, name="berlin", state="absent")["changed"] and cloud.customer_gateways() == []
        clock.sleep(WINDOW_SECONDS)


def test_fourth_creation_within_a_minute_fails(cloud, clock):
    for _creation in range(MAX_CREATE_ATTEMPTS):
        assert manage(clock, **BERLIN)["changed"]
        manage(clock, name="berlin", state="absent")
    result = manage(clock, **BERLIN)
    assert result["failed"] and (result["error"]["code"], result["error"]["retryable"]) == (
        "IdempotencyTokensExhausted",
        True,
    )
    assert cloud.customer_gateways() == []


def test_info_results_are_the_same_in_process_and_as_modules(site):
    site.plant(entry("up", description=f"the key is {SECRET_KEY}"), vpn_id="vpn-hub")
    tasks = [
        task("vpn_tunnel_info", vpc_id="vpc-a"),
        task("vpn_gateway_info", vpc_id="vpc-a", tunnels=True, exactly_one=True),
        task("vpn_customer_gateway", name="berlin", ip="203.0.113.10", check_mode=True),
        task("vpn_customer_gateway_info"),
        task("vpn_tunnel_info", "an error", vpn_id={"a": 1}, status="active"),
    ]
    fast = run(site, *tasks, arguments=["-e", "ansible_python_interpreter=/nowhere/python"])
    slow = run(site, *tasks, arguments=["-e", "baiducloud_in_process=false"])
    for mine, modules in zip(fast.results, slow.results):
        mine.pop("request_id", None)
        modules.pop("request_id", None)
        if "error" in mine:
            mine["error"].pop("request_id")
            modules["error"].pop("request_id")
        assert mine == modules


def test_concurrent_runs_create_one_customer_gateway(site):
    """Half of them have a description: the API distinguishes them by the token, and they agree on one."""
    site.settings(latency_ms=40)
    content = {
        "hosts": "all",
        "gather_facts": False,
        "connection": "local",
        "tasks": [
            task(
                "vpn_customer_gateway",
                name="berlin",
                ip="203.0.113.10",
                description="{{ 'described' if inventory_hostname[-1] in '02468' else omit }}",
            )
        ],
    }
    hosts = ",".join(f"run{number}" for number in range(10))
    arguments = ["-i", hosts, "--forks", "10"]
    done = run_playbook([content], *arguments, environment=site.environment)
    assert not failures(done)
    (made,) = site.customer_gateways()
    assert {result["cgw_id"] for result in done.results} == {made["cgwId"]} and made["description"] == "described"
    again = run_playbook([content], *arguments, environment=site.environment)
    assert not any(result["changed"] for result in again.results)
