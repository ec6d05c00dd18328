# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task gives the same result in the process of the controller and as a module."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from api_example import CAMEL_CASE_OPTIONS, OPTIONS, SECRET_KEY, options
from playbook_runner import ANSIBLE_PLAYBOOK, build_environment, run_playbook

MODULE = "baiducloud.network.vpn_tunnel"
WHERE = {"vpn_id": "vpn-119bd69b", "vpn_conn_name": "vpncon"}
# With it a task succeeds only if no Python is started for it.
NO_PYTHON = {"ansible_python_interpreter": "/nowhere/python"}
FAILING = {"match": {"method": "GET"}, "fault": "status", "status": 503, "code": "Busy", "times": None}

# name -> (options, keywords of the task); run in this order, so that each finds the result of those before it.
TASKS = {
    "create in check mode": (OPTIONS, {"check_mode": True, "diff": True}),
    "create": (OPTIONS, {}),
    "no change": (OPTIONS, {"diff": True}),
    "pasted from the page": (CAMEL_CASE_OPTIONS, {}),
    "left empty in a survey": (dict(OPTIONS, state="", wait_for=" ", timeout="", ike_config="", version=""), {}),
    "numbers as text": (options(ike_config__ike_life_time="200"), {}),
    "update in check mode": (options(ipsec_config__ipsec_lifetime=3600), {"check_mode": True}),
    "update": (options(ipsec_config__ipsec_lifetime=3600), {"diff": True}),
    "another key": (options(secret_key="NEWkey@22"), {"diff": True}),
    "a key that YAML reads as null": (dict(WHERE, secretKey=None), {}),
    "a key of blanks": (dict(WHERE, secretKey=" \r\n"), {}),
    "a key with blanks around it": (dict(WHERE, secret_key="\ufeff NEWkey@22\u200b\r\n"), {}),
    "a date and braces as text": (dict(WHERE, description="2026-11-22 {% raw %}{{ braces }}{% endraw %}"), {}),
    "a key in the text": (dict(WHERE, secret_key="NEWkey@22", description="my key is NEWkey@22"), {}),
    "host bits": (dict(WHERE, local_subnets=["192.168.1.1/20"]), {}),
    "an option and its alias": (dict(OPTIONS, vpnId="vpn-119bd69b"), {}),
    "a connection from the task's environment": (
        dict(WHERE, endpoint=None),
        {"environment": {"BCE_ENDPOINT": "{{ good_endpoint }}", "BCE_SECURITY_TOKEN": "token-in-the-environment"}},
    ),
    "the API rejects the key": (dict(OPTIONS, secret_access_key="wrong-secret"), {}),
    "no such gateway": (dict(OPTIONS, vpn_id="vpn-nowhere"), {}),
    "plain http elsewhere": (dict(OPTIONS, endpoint="http://bcc.bj.baidubce.com"), {}),
    "many errors": (
        dict(
            CAMEL_CASE_OPTIONS,
            remoteIp="x",
            ikeConfig={"ikeMode": "quick", "a": 1},
            timeout="soon",
            secretKey="short",
            b=2,
        ),
        {},
    ),
    "unknown options": (dict(WHERE, ike_mode="main", ipsec_config={"ipsec_life_time": 1}, **{"\ufeffb\x1b": 1}), {}),
    "a key in its own name": (dict(WHERE, vpn_conn_name="at-NEWkey_22", secret_key="NEWkey_22"), {}),
    "a key in a path": (dict(WHERE, ca_path="/nowhere/NEWkey@22"), {}),
    "numbers for text": (dict(WHERE, description=73, secret_key=12345678, region=[1], cgw_id={"a": 1}), {}),
    "a word that switches off": (dict(WHERE, ipsec_config={"ipsec_pfs": False}), {}),
    "booleans for text": (dict(WHERE, vpn_conn_name=True, ike_config={"ike_mode": False}, local_subnets=[True]), {}),
    "an option and its alias that differ": (dict(OPTIONS, vpnId="vpn-other", ikeConfig={"ikeMode": "main"}), {}),
    "a key of one letter": (dict(WHERE, psk="a"), {}),
    "keys of one letter": (dict(WHERE, secretKey="e", security_token="a b", secret_access_key="s", b=2), {}),
    "a key in every wrong option": (
        dict(OPTIONS, secret_key="site1", **dict.fromkeys(("vpn_conn_name", "remote_ip", "region"), SECRET_KEY)),
        {},
    ),
    "a key in wrong lists and words": (
        dict(WHERE, local_subnets=[SECRET_KEY], ike_config={"ike_mode": SECRET_KEY}, wait_for=SECRET_KEY),
        {},
    ),
    "a key in a list": (dict(WHERE, psk=["NEWkey@22", {"a": "NEWkey@22"}]), {}),
    "a key in a dictionary": (dict(WHERE, secretKey={"a": {"b": "NEWkey@22"}}), {}),
    "a key under a wrong name": (dict(WHERE, secretkey="NEWkey@22", ike_config={"secret_key": "NEWkey@22"}), {}),
    "a key in the place of the parameters": (dict(WHERE, ipsec_config="NEWkey@22"), {}),
    "wrong types": (dict(OPTIONS, ike_config="v1", local_subnets={"a": 1}, ca_path=["x"]), {}),
    "no gateway provided": ({"vpn_conn_name": "vpncon"}, {}),
    "nothing provided": ({}, {}),
    "not found by id": (dict(OPTIONS, vpn_conn_id="vpnconn-nowhere"), {}),
    "a wait that times out": (dict(OPTIONS, vpn_conn_name="slow", wait_for="active", wait_timeout=1), {}),
    "connection refused": (dict(OPTIONS, endpoint="http://127.0.0.1:9", retry_timeout=0.2), {}),
    "an invalid proxy": (
        dict(OPTIONS, endpoint="https://bcc.bj.baidubce.com"),
        {"environment": {"HTTPS_PROXY": "http://svc:[@127.0.0.1:9"}},
    ),
    "ca_path without certificates": (dict(OPTIONS, ca_path="/dev/null"), {}),
    "a variable without certificates": (
        dict(OPTIONS, endpoint="https://bcc.bj.baidubce.com"),
        {"environment": {"REQUESTS_CA_BUNDLE": "/nowhere", "HTTPS_PROXY": ""}},
    ),
    "absent": (dict(WHERE, state="absent"), {"diff": True}),
    "absent again": (dict(WHERE, state="absent"), {}),
}


SECRETS = {
    "key": "ddd22@www",
    "new_key": "NEWkey@22",
    "key_in_name": "NEWkey_22",
    "wrong_secret": "wrong-secret",
    "token": "token-in-the-environment",
}


def without_secrets(content):
    """The plays with templates in place of secrets: Ansible quotes a playbook's own lines in its errors."""
    text = json.dumps(content)
    for name, secret in SECRETS.items():
        text = text.replace(secret, "{{ %s }}" % name)
    return json.loads(text)


def run_table(emulator, in_process, extra):
    emulator.reset()
    emulator.settings(settle_ms=60000)
    tasks = [
        dict({"name": name, MODULE: arguments, "ignore_errors": True}, **keywords)
        for name, (arguments, keywords) in TASKS.items()
    ]
    content = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": dict(NO_PYTHON if in_process else {"baiducloud_in_process": False}, good_endpoint=emulator.endpoint),
        "tasks": tasks,
    }
    extra.write_text(json.dumps(SECRETS))
    done = run_playbook(without_secrets([content]), "-vvv", "-e", f"@{extra}", environment=emulator.environment)
    assert list(done.named) == list(TASKS), done.output
    return done


def comparable(value, endpoint):
    """The value without what differs from one run to the next: ids, times and ports."""
    text = json.dumps(value, sort_keys=True).replace(endpoint, "ENDPOINT")
    for pattern in (r"vpnconn-[a-z0-9]{12}", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", r"\d{4}(-\d\d){2} [\d:]{8}"):
        text = re.sub(pattern, "ID", text)
    return json.loads(text)


def test_vpn_tunnel_tasks_give_equal_results_in_process_and_as_module(emulator, tmp_path):
    """Results are equal byte by byte, and no output of either way has a secret."""
    in_process, as_module = (run_table(emulator, way, tmp_path / "extra.json") for way in (True, False))
    for name in TASKS:
        first, second = (comparable(done.named[name], emulator.endpoint) for done in (in_process, as_module))
        assert first == second, name
    (warning,) = in_process.named["a key that YAML reads as null"]["warnings"]
    assert warning == "secret_key: is null; a key that begins with # must be quoted [KeyNull]"
    failed = [name for name in TASKS if in_process.named[name]["failed"]]
    assert failed == list(TASKS)[list(TASKS).index("the API rejects the key") : list(TASKS).index("absent")]
    assert [name for name in TASKS if in_process.named[name]["changed"]] == [
        "create in check mode",
        "create",
        "update in check mode",
        "update",
        "another key",
        "a date and braces as text",
        "a key in the text",
        "an option and its alias",
        "a wait that times out",
        "absent",
    ]
    for done, hidden in ((in_process, list(SECRETS.values())), (as_module, list(SECRETS.values())[:-1])):
        # Ansible itself shows a module's environment at -vvv, so a token in it stays hidden in-process only.
        assert not [secret for secret in hidden if secret in done.output]
        assert "Traceback" not in done.output


# YAML of a description -> the text that is stored, or a part of the error
WRITTEN = {
    "2024-01-05 10:00:00": "2024-01-05T10:00:00",
    "2024-01-05": "2024-01-05",
    "2024-01-05T10:00:00.5+02:00": "2024-01-05T10:00:00.500000+02:00",
    "'2024-01-05 10:00:00'": "2024-01-05 10:00:00",
    "!unsafe '{{ 2 * 2 }}'": "{{ 2 * 2 }}",
    "0111": "must be text, got the number 73; put",
    "12:30:45": "must be text, got the number 45045; put",
    "1.50": "must be text, got the number 1.5; put",
    "yes": "must be text, got the boolean true; put",
    "[a, b]": "must be text, got a list; put",
    "{a: b}": "must be text, got a dictionary; put",
}


def test_unquoted_text_is_stored_alike_or_refused_alike(emulator, tmp_path):
    task = "    - {%s: {vpn_id: vpn-119bd69b, name: vpncon, description: %s}, ignore_errors: true, diff: true}"
    tasks = ["    - %s" % json.dumps({MODULE: OPTIONS}), *(task % (MODULE, text) for text in WRITTEN)]
    playbook, results = tmp_path / "play.yml", []
    for way in ("true", "false"):
        emulator.reset()
        head = f"- hosts: localhost\n  gather_facts: false\n  vars: {{baiducloud_in_process: {way}}}\n  tasks:\n"
        playbook.write_text(head + "\n".join(tasks))
        done = run_playbook(playbook, environment=emulator.environment)
        results.append(done.results[1:])
    assert comparable(results[0], emulator.endpoint) == comparable(results[1], emulator.endpoint)
    assert len(results[0]) == len(WRITTEN)
    for expected, result in zip(WRITTEN.values(), results[0]):
        if result["failed"]:
            assert result["msg"].startswith("description: " + expected), result["msg"]
        else:
            assert result["vpn_tunnel"]["description"] == expected


# module, options, what its message must have
INVALID = [
    (
        "vpn_tunnels",
        {"tunnels": ["none", dict(WHERE, state="gone", vpnConnName="other"), None], "purge": True},
        ["tunnels[0]:", "tunnels[1].state:", "tunnels[1].vpn_conn_name:", "tunnels[2]:"],
    ),
    ("vpn_tunnels", {"tunnels": "abc"}, ["tunnels:"]),
    (
        "vpn_tunnels",
        {"tunnels": [dict(WHERE, name=f"other-{number}") for number in range(30)]},
        ["tunnels[19].vpn_conn_name:", "... and 10 more"],
    ),
    (
        "vpn_gateway_info",
        {"vpc_id": "vpc-1", "type": "ipsek", "tunnels": "perhaps", "name": True},
        ["type:", "tunnels:", "vpn_name:"],
    ),
    ("vpn_tunnel_info", {"vpn_id": "vpn-1", "vpnId": ["vpn-2"], "status": False}, ["vpn_id:", "status:"]),
    (
        "vpn_customer_gateway",
        {"name": True, "ip": "10.0.0.300", "validate_certs": "perhaps"},
        ["name:", "ip:", "validate_certs:"],
    ),
    (
        "vpn_gateway",
        {"vpc_id": "vpc-1", "vpn_name": "9", "billing": {"payment_timing": "Prepaid", "reservation": 3}},
        ["billing.reservation:", "vpn_name:"],
    ),
    ("eip", {"name": "9", "billing": [1]}, ["billing:", "name:"]),
    ("vpn_tunnels", {"tunnels": [dict(WHERE, ike_config=[1]), 1]}, ["tunnels[0].ike_config:", "tunnels[1]:"]),
    # The defaults of the play use the alias; the option of the task must not be ignored silently.
    ("vpn_tunnel", dict(WHERE, state="absent"), ["vpn_id: is given as vpnId and as vpn_id"]),
]


def test_invalid_options_give_equal_errors_in_process_and_as_module(emulator):
    tasks = [
        {f"baiducloud.network.{module}": arguments, "ignore_errors": True} for module, arguments, _words in INVALID
    ]
    content = {
        "hosts": "localhost",
        "gather_facts": False,
        "module_defaults": {MODULE: {"vpnId": "vpn-00000001"}},
        "tasks": tasks,
    }
    in_process, as_module = (
        run_playbook([dict(content, vars=variables)], "-vvv", environment=emulator.environment)
        for variables in (NO_PYTHON, {"baiducloud_in_process": False})
    )
    assert in_process.results == as_module.results and emulator.requests() == []
    assert len(in_process.results) == len(INVALID)
    for (_module, _arguments, words), result in zip(INVALID, in_process.results):
        assert result["failed"] and [word for word in words if word not in result["msg"]] == [], result["msg"]
        assert result["msg"] == f"{result['error']['message']} [InvalidOption]"


@pytest.mark.parametrize("in_process", [True, False])
def test_invalid_key_of_one_letter_leaves_its_error_readable(emulator, in_process):
    tasks = [{MODULE: dict(WHERE, psk="a"), "vars": {"baiducloud_in_process": in_process}}]
    done = run_playbook(tasks, "-vvv", environment=emulator.environment)
    (result,) = done.results
    assert result["msg"].startswith("secret_key: must be 8 to 17 characters, with letters, digits and symbols all")
    assert result["error"]["code"] == "InvalidOption" and "must be 8 to 17 characters" in done.output
    assert '"secret_key": "a"' not in done.output and '"psk": "a"' not in done.output


def test_failing_api_gives_equal_failures_in_process_and_as_module(emulator):
    emulator.faults(FAILING)
    arguments = dict(OPTIONS, retry_timeout=0.3)
    in_process = run_playbook([{MODULE: arguments, "vars": NO_PYTHON}], environment=emulator.environment)
    as_module = run_playbook(
        [{MODULE: arguments, "vars": {"baiducloud_in_process": False}}], environment=emulator.environment
    )
    first, second = (comparable(done.results[0], emulator.endpoint) for done in (in_process, as_module))
    assert (
        first == second
        and first["error"]["code"] == "Busy"
        and first["error"]["retryable"]
        and first["msg"].endswith(" [Busy]")
    )


def test_task_keywords_work_in_process(emulator, tmp_path):
    emulator.settings(settle_ms=1500)
    content = {
        "hosts": "branches",
        "gather_facts": False,
        "vars": NO_PYTHON,
        "module_defaults": {"group/baiducloud.network.baiducloud": dict(OPTIONS, endpoint=emulator.endpoint)},
        "tasks": [
            {
                "name": "delegated, looped and throttled",
                MODULE: {"vpn_conn_name": "{{ inventory_hostname }}-{{ item }}"},
                "loop": ["a", "b"],
                "delegate_to": "localhost",
                "throttle": 1,
                "register": "made",
            },
            {"ansible.builtin.assert": {"that": ["made.results | map(attribute='changed') is all"]}},
            {
                "name": "retried until it is active",
                MODULE: {"vpn_conn_name": "{{ inventory_hostname }}-a"},
                "delegate_to": "localhost",
                "register": "tunnel",
                "until": "tunnel.vpn_tunnel.status == 'active'",
                "retries": 40,
                "delay": 0.1,
            },
            {
                "name": "a failure is rescued",
                "block": [{MODULE: {"remote_ip": "nowhere"}, "delegate_to": "localhost"}],
                "rescue": [{"ansible.builtin.assert": {"that": ["'remote_ip' in ansible_failed_result.msg"]}}],
            },
        ],
    }
    environment = {name: value for name, value in emulator.environment.items() if name != "BCE_ENDPOINT"}
    inventory = tmp_path / "inventory"
    inventory.write_text("[branches]\nberlin ansible_connection=ssh\nparis ansible_connection=ssh\n")
    done = run_playbook([content], "-i", str(inventory), environment=environment)
    assert done.status == 0, done.output
    assert sorted(tunnel["vpnConnName"] for tunnel in emulator.tunnels()) == [
        "berlin-a",
        "berlin-b",
        "paris-a",
        "paris-b",
    ]
    assert done.named["retried until it is active"]["attempts"] > 1


@pytest.mark.parametrize(
    "keywords",
    [
        {"vars": {"baiducloud_in_process": False}},
        {"vars": {"baiducloud_in_process": "{{ 'no' }}"}},
        {"become": True},
        {"connection": "ssh"},
        {"async": 30, "poll": 1},
    ],
    ids=["switched off", "switched off by a template", "become", "not local", "async"],
)
def test_task_that_cannot_run_in_process_runs_as_module(emulator, keywords):
    keywords = dict(keywords, vars=dict(keywords.get("vars", {}), **NO_PYTHON))
    tasks = [dict({MODULE: OPTIONS, "timeout": 20}, **keywords)]
    content = {"hosts": "all", "gather_facts": False, "connection": "local", "tasks": tasks}
    done = run_playbook([content], "-i", "127.0.0.1,", environment=emulator.environment)
    assert done.status != 0 and emulator.requests() == [], done.output


def test_async_task_runs_as_module_and_returns_its_result(emulator, tmp_path):
    # Where HOME is not the user's home, Ansible looks for its own job in the wrong place.
    environment = dict(emulator.environment, ANSIBLE_ASYNC_DIR=str(tmp_path))
    done = run_playbook([{"name": "Background", MODULE: OPTIONS, "async": 30, "poll": 1}], environment=environment)
    assert done.named["Background"]["changed"] and done.named["Background"]["ansible_job_id"], done.output
    assert len(emulator.tunnels()) == 1


def test_vaulted_key_is_decrypted_and_not_shown(emulator, tmp_path):
    password = tmp_path / "password"
    password.write_text("vault")
    command = [ANSIBLE_PLAYBOOK.with_name("ansible-vault"), "encrypt_string", "--vault-password-file", password]
    vaulted = subprocess.run([*command, "ddd22@www"], check=True, capture_output=True, text=True).stdout
    extra = tmp_path / "extra.yml"
    extra.write_text("tunnel_key: " + vaulted)
    done = run_playbook(
        [{MODULE: options(secret_key="{{ tunnel_key }}"), "vars": NO_PYTHON}],
        "-vvvvv",
        "-e",
        f"@{extra}",
        "--vault-password-file",
        str(password),
        environment=emulator.environment,
    )
    assert done.status == 0 and len(emulator.tunnels()) == 1, done.output
    assert "ddd22@www" not in done.output


def test_ad_hoc_commands_run_in_process(emulator, tmp_path):
    environment = build_environment(tmp_path / "results", emulator.environment)

    def command(program, *arguments, stdin=""):
        fixed = ["-i", "localhost,", "-c", "local", "-e", json.dumps(NO_PYTHON)]
        path = ANSIBLE_PLAYBOOK.with_name(program)
        done = subprocess.run(
            [path, *fixed, *arguments], env=environment, input=stdin, check=False, capture_output=True, text=True
        )
        assert "ddd22@www" not in done.stdout + done.stderr
        return done.stdout

    output = command("ansible", "localhost", "-m", MODULE, "-a", json.dumps(OPTIONS))
    (tunnel,) = emulator.tunnels()
    assert tunnel["vpnConnId"] in output
    output = command("ansible-console", stdin=f"{MODULE} vpn_id=vpn-119bd69b name=vpncon state=absent\n")
    assert emulator.tunnels() == [] and tunnel["vpnConnId"] in output


@pytest.mark.parametrize("in_process", [True, False])
def test_missing_requests_library_fails_with_what_to_install(emulator, tmp_path, in_process):
    (tmp_path / "requests.py").write_text("raise ImportError('no requests here')\n")
    variables = {"baiducloud_in_process": in_process}
    environment = dict(emulator.environment, PYTHONPATH=str(tmp_path))
    done = run_playbook([{MODULE: OPTIONS, "vars": variables}], environment=environment)
    assert "requests" in done.results[0]["msg"] and "install" in done.results[0]["msg"].lower(), done.output
    assert emulator.requests() == []


def test_module_payload_stays_below_its_bound(emulator, tmp_path):
    environment = dict(emulator.environment, ANSIBLE_KEEP_REMOTE_FILES="1", ANSIBLE_REMOTE_TMP=str(tmp_path))
    tasks = [{MODULE: OPTIONS, "vars": {"baiducloud_in_process": False}}, {"ansible.builtin.ping": {}}]
    run_playbook(tasks, environment=environment)
    ours, least = (next(tmp_path.rglob(f"AnsiballZ_{name}.py")).stat().st_size for name in ("vpn_tunnel", "ping"))
    # Of this 3 KiB are for minimum_security: the verdicts are where the task refuses weak values, before any request.
    assert ours - least < 139 * 1024
