# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible itself prints of secrets: each statement of "What Ansible itself prints" in docs/options.md."""

from __future__ import annotations

import pytest
from ansible.release import __version__

from playbook_runner import run_playbook

MODULE = "baiducloud.network.vpn_tunnel"
INFO = "baiducloud.network.vpn_tunnel_info"
KEY = "zz@Printed77"
NAMED = {"vpn_id": "vpn-119bd69b", "vpn_conn_name": "one"}
INVALID = dict(NAMED, remote_ip="x")
ITEMS = {"loop": [{"key": KEY}], "ignore_errors": True}
QUOTES_LINES = tuple(map(int, __version__.split(".")[:2])) >= (2, 19)
# As sudo does by default, it removes the environment and logs the command.
SUDO = """#!/bin/sh
while true; do case "$1" in -u) shift 2 ;; -*) shift ;; *) break ;; esac; done
echo "$*" >> "$(dirname "$0")/log"
exec env -i PATH="$PATH" HOME="$HOME" "$@"
"""


def output_of(emulator, tasks, *arguments, **environment):
    return run_playbook(tasks, *arguments, environment=dict(emulator.environment, **environment)).output


def loop_task(options=None, **keywords):
    """Return a task over items with a key; run_playbook() writes the whole play on one line, which errors may quote."""
    return {MODULE: dict(options or INVALID, secret_key="{{ item.key }}"), **ITEMS, **keywords}


def item_lines(output):
    """Return the lines with the key, except those of the playbook that an error quotes."""
    return [line for line in output.splitlines() if KEY in line and "gather_facts" not in line]


@pytest.mark.parametrize("name", ["plain", "with a label", "without log"])
def test_item_of_a_loop_is_printed_unless_no_log(name, emulator):
    keywords = {"with a label": {"loop_control": {"label": "one"}}, "without log": {"no_log": True}}.get(name, {})
    assert bool(item_lines(output_of(emulator, [loop_task(**keywords)]))) == (name != "without log")


@pytest.mark.parametrize("arguments", [(), ("-v",)])
def test_loop_label_hides_a_successful_item_except_with_v(arguments, emulator):
    task = {INFO: {"vpn_id": "vpn-119bd69b"}, **ITEMS, "loop_control": {"label": "one"}}
    assert bool(item_lines(output_of(emulator, [task], *arguments))) == bool(arguments)


def test_name_in_a_loop_prints_no_key(emulator, tmp_path):
    (tmp_path / "keys.json").write_text('{"keys": {"one": "%s"}}' % KEY)
    task = {MODULE: dict(INVALID, secret_key="{{ keys[item] }}"), "loop": ["one"], "ignore_errors": True}
    output = output_of(emulator, [task], "-vvv", "-e", f"@{tmp_path}/keys.json", ANSIBLE_DISPLAY_ARGS_TO_STDOUT="1")
    assert "item=one" in output and KEY not in output


@pytest.mark.parametrize("no_log", [False, True])
def test_key_in_a_playbook_is_printed_by_the_setting_and_the_callback(no_log, emulator, tmp_path):
    tasks = [{MODULE: dict(INVALID, secret_key=KEY), "ignore_errors": True, "no_log": no_log}]
    environment = {"ANSIBLE_CALLBACKS_ENABLED": "junit", "JUNIT_OUTPUT_DIR": str(tmp_path)}
    output = output_of(emulator, tasks, ANSIBLE_DISPLAY_ARGS_TO_STDOUT="1", **environment)
    (report,) = tmp_path.glob("*.xml")
    assert bool(item_lines(output)) == (KEY in report.read_text()) == (not no_log)


def test_key_in_a_playbook_is_quoted_by_errors_since_2_19(emulator, tmp_path):
    play = tmp_path / "play.yml"
    task = f"    - {MODULE}: {{secret_key: {KEY}}}\n      no_log: true\n"
    play.write_text("- hosts: localhost\n  gather_facts: false\n  tasks:\n" + task)
    assert (KEY in output_of(emulator, play)) == QUOTES_LINES


@pytest.mark.parametrize("in_process", [True, False])
def test_task_environment_outside_in_process_is_in_a_command_line(in_process, emulator, tmp_path):
    keys = tmp_path / "keys.json"
    keys.write_text('{"key": "%s"}' % emulator.environment["BCE_SECRET_ACCESS_KEY"])
    task = {INFO: {"vpn_id": "vpn-119bd69b"}, "environment": {"BCE_SECRET_ACCESS_KEY": "{{ key }}"}}
    arguments = ("-vvv", "-e", f"@{keys}")
    output = output_of(emulator, [dict(task, vars={"baiducloud_in_process": in_process})], *arguments)
    assert (emulator.environment["BCE_SECRET_ACCESS_KEY"] in output) == (not in_process)


def test_become_environment_is_removed_and_keyword_is_logged(emulator, tmp_path):
    keys = {name: emulator.environment[name] for name in ("BCE_ACCESS_KEY_ID", "BCE_SECRET_ACCESS_KEY", "BCE_ENDPOINT")}
    (tmp_path / "sudo").write_text(SUDO)
    (tmp_path / "sudo").chmod(0o755)
    options = {name[4:].lower(): "{{ lookup('env', '%s') }}" % name for name in keys}
    tasks = [
        {"name": "Environment", INFO: {"vpn_id": "vpn-119bd69b"}, "ignore_errors": True},
        {"name": "Options", INFO: dict(options, vpn_id="vpn-119bd69b")},
        {
            "name": "Keyword",
            INFO: {"vpn_id": "vpn-119bd69b"},
            "environment": {name: "{{ lookup('env', '%s') }}" % name for name in keys},
        },
    ]
    variables = {"ansible_become_exe": f"{tmp_path}/sudo", "ansible_become_user": "nobody"}
    play = {"hosts": "localhost", "gather_facts": False, "become": True, "vars": variables, "tasks": tasks}
    done = run_playbook([play], environment=dict(emulator.environment, ANSIBLE_REMOTE_TMP=str(tmp_path / "tmp")))
    assert done.named["Environment"]["msg"].startswith("access_key_id, secret_access_key: are needed to sign requests")
    assert [done.named[name]["failed"] for name in ("Options", "Keyword")] == [False, False], done.output
    logged = [
        keys["BCE_SECRET_ACCESS_KEY"] in line for line in (tmp_path / "log").read_text().splitlines() if "Ansi" in line
    ]
    assert logged == [False, False, True]
