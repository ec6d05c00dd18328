# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret in the result of a run, nor in anything that a playbook prints, writes or shows of its processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.module_utils._bce import retry
from ansible_collections.baiducloud.network.plugins.module_utils._module import vpn_tunnel
from api_example import entry
from emulator_process import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from module_process import options
from run_params import run_params

OLD, NEW, OTHERS, BAD = "Old!Key#2026a", "New@Key$2027b", "Other%Key^28c", "no-symbol-Key29"
SECRETS = {
    "old": OLD,
    "new": NEW,
    "other tunnel's": OTHERS,
    "refused": BAD,
    "account": SECRET_ACCESS_KEY,
    "id": ACCESS_KEY_ID,
}
PLAYBOOK = Path(sys.executable).parent / "ansible-playbook"


def found_in(text, secrets=None):
    """Return the names of the secrets that are in a text, in clear or as JSON or URL would spell them."""
    spelled = text.replace("%21", "!").replace("%40", "@").replace("%23", "#").replace("%24", "$").replace("%5E", "^")
    return sorted(name for name, secret in (secrets or SECRETS).items() if secret in text or secret in spelled)


# -- in process --------------------------------------------------------------------------------------------------------

ALPHABET = {"letter": "abcxyzABCXYZ", "digit": "0123456789", "symbol": "!@#$%^*()_"}
KEYS = st.builds(
    lambda one, two, three, rest: one + two + three + rest,
    *(st.sampled_from(chars) for chars in ALPHABET.values()),
    st.text("".join(ALPHABET.values()), min_size=5, max_size=14),
)  # fmt: skip
KINDS = st.sampled_from([
    {"fault": "status", "status": 400},
    {"fault": "status", "status": 500, "commit": True},
    {"fault": "status", "status": 409, "body": "<html>a proxy's page "},
    {"fault": "garbage"},
    {"fault": "garbage", "body": " " * 65530},
    {"fault": "garbage", "body": "x" * 295},
])  # fmt: skip
TASKS = st.sampled_from([
    {}, {"state": "absent"}, {"state": "absent", "secret_key": None}, {"description": "new", "secret_key": None},
    {"secret_key": "too short"}, {"vpn_conn_name": "another"},
])  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(KEYS, KEYS, KEYS, st.sampled_from(["GET", "POST", "PUT", "DELETE", ""]), KINDS, TASKS, st.booleans())
def test_result_of_any_run_has_no_key(emulator, old, new, others, method, kind, task, check_mode):
    """The keys of the task, of the tunnel before and of its neighbour; the API echoes them in every response."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retry, "BACKOFF_BASE", 0.01)
        for name, value in emulator.environment.items():
            patch.setenv(name, value)
        emulator.reset()
        for name, key in (("vpncon", old), ("neighbour", others)):
            emulator.plant(entry(name, secretKey=key))
        emulator.faults({"match": {"method": method}, "echo_key": True, "times": -1, **kind})
        result = run_params(vpn_tunnel, options(**{"secret_key": new, "retry_timeout": 0.03, **task}), check_mode)
    printed = json.dumps(result) + repr(result)
    secrets = {"old": old, "new": new, "neighbour's": others, "account": SECRET_ACCESS_KEY, "id": ACCESS_KEY_ID}
    assert found_in(printed, secrets) == []
    # Half a key is too much as well.
    assert found_in(printed, {name: secret[:7] for name, secret in secrets.items()}) == []


@pytest.mark.parametrize("option", ["secret_key", "access_key_id", "secret_access_key", "security_token"])
def test_invalid_secret_is_not_shown(emulator, option, monkeypatch):
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    result = run_params(vpn_tunnel, options(**{option: "geheim and wrong"}), False)
    assert result["failed"] and option in result["msg"]
    assert "geheim" not in json.dumps(result)


# -- a real playbook ---------------------------------------------------------------------------------------------------


def task(name, register=None, check_mode=None, **changes):
    """One task of the play; errors are expected."""
    entry = {"name": name, "baiducloud.network.vpn_tunnel": options(**changes), "ignore_errors": True}
    entry.update({"register": register} if register else {})
    return {**entry, "check_mode": True} if check_mode else entry


PLAY = [
    # The first two lists are refused, and the refusal names the key of a tunnel that no task has anything to do with.
    task("list refused, key of another tunnel echoed", secret_key=None, state="absent", retry_timeout=0),
    task("the same in check mode", secret_key=None, state="absent", retry_timeout=0, check_mode=True),
    task("would create", check_mode=True, secret_key=OLD),
    task("create", secret_key=OLD, register="created"),
    task("no-op", secret_key=OLD),
    task("would change the key", check_mode=True, secret_key=NEW),
    task("change the key", secret_key=NEW),
    task("bad key", secret_key=BAD),
    task("bad option", secret_key=NEW, ike_config={"ike_version": "v9"}),
    task("no name", secret_key=NEW, vpn_conn_name=None),
    task("creation refused, key echoed", secret_key=NEW, vpn_conn_name="refused"),
    task(
        "key of another tunnel echoed", secret_key=None, vpn_conn_name="neighbour", description="new", retry_timeout=0
    ),
    {"ansible.builtin.set_fact": {"kept": "{{ created }}", "cacheable": True}},
    {"ansible.builtin.debug": {"var": "created"}},
    task("delete", secret_key=None, state="absent"),
    {**task("the play ends here", secret_key=BAD), "ignore_errors": False},
]


class Watch(threading.Thread):
    """Reads command line and environment of every process of a session until it is stopped."""

    def __init__(self, session):
        super().__init__(daemon=True)
        self._session = session
        self._over = threading.Event()
        self.seen = {}

    def run(self):
        while not self._over.wait(0.01):
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    if os.getsid(int(folder.name)) == self._session:
                        for file in ("cmdline", "environ"):
                            text = (folder / file).read_bytes().decode(errors="replace")
                            self.seen[folder.name, file, text] = text
                except OSError:
                    continue

    def stop(self):
        self._over.set()
        self.join()


@pytest.fixture(scope="module")
def played(emulator_process, tmp_path_factory):
    """Run the play above once, with all output; return the text of each place."""
    emulator_process.reset()
    folder = tmp_path_factory.mktemp("secrets")
    emulator_process.plant(entry("neighbour", secretKey=OTHERS))
    emulator_process.faults(
        {"match": {"method": "POST", "nth": 2}, "fault": "status", "status": 400, "echo_key": True},
        {"match": {"path_regex": "neighbour"}, "fault": "status", "status": 400, "echo_key": True},
        {"match": {"method": "GET", "nth": [1, 2]}, "fault": "status", "status": 500, "echo_key": True},
    )
    account = {
        "access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY, "endpoint": emulator_process.endpoint,
    }  # fmt: skip
    (folder / "account.yml").write_text(yaml.safe_dump({"account": account}))
    play = {
        "hosts": "localhost", "connection": "local", "gather_facts": False, "vars_files": ["account.yml"],
        "module_defaults": {"baiducloud.network.vpn_tunnel": {name: f"{{{{ account.{name} }}}}" for name in account}},
        "tasks": PLAY,
    }  # fmt: skip
    (folder / "play.yml").write_text(yaml.safe_dump([play]))
    places = {
        "facts": folder / "facts",
        "retry": folder / "retry",
        "remote": folder / "remote",
        "local": folder / "local",
    }
    environment = {
        **os.environ,
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(places["facts"]),
        "ANSIBLE_RETRY_FILES_ENABLED": "1",
        "ANSIBLE_RETRY_FILES_SAVE_PATH": str(places["retry"]),
        "ANSIBLE_REMOTE_TEMP": str(places["remote"]),
        "ANSIBLE_LOCAL_TEMP": str(places["local"]),
        "ANSIBLE_LOG_PATH": str(folder / "ansible.log"),
    }
    process = subprocess.Popen(
        [PLAYBOOK, "-i", "localhost,", "play.yml", "-vvvvv", "--diff"],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    watch = Watch(process.pid)
    watch.start()
    output = process.communicate(timeout=90)[0].decode()
    watch.stop()
    texts = {"output": output, "log": (folder / "ansible.log").read_text(), "processes": "\n".join(watch.seen.values())}
    for name, place in places.items():
        texts[name] = "\n".join(f"{path}\n{path.read_text()}" for path in place.rglob("*") if path.is_file())
    texts["commands"] = str(sum(file == "cmdline" for _pid, file, _text in watch.seen))
    return texts


def test_play_reaches_everything_that_could_leak(played):
    """Without this the tests below could pass on a play that did nothing."""
    output = played["output"]
    for words in ("(hidden, changed)", "a fault of the emulator", "InternalError", "its value is not shown", "v9"):
        assert words in output
    assert output.count("ok: [localhost]") + output.count("changed: [localhost]") >= 6
    assert "vpnconn-" in played["facts"] and "TASK [create]" in played["log"]
    assert int(played["commands"]) >= 2


@pytest.mark.parametrize("place", ["output", "log", "facts", "retry", "remote", "local", "processes"])
def test_play_leaves_no_secret(played, place):
    assert found_in(played[place]) == []


def test_syslog_of_the_module_has_no_secret(emulator, tmp_path):
    """The real module, started as Ansible starts one, with a syslog that keeps its messages."""
    program = (
        "import json, sys, syslog\n"
        "kept = open(sys.argv[1], 'a')\n"
        "syslog.syslog = lambda *words: print(*words, file=kept, flush=True)\n"
        "from ansible.module_utils import basic\n"
        "basic.has_journal = False\n"
        "basic._ANSIBLE_ARGS = json.dumps({'ANSIBLE_MODULE_ARGS': json.load(sys.stdin)}).encode()\n"
        "basic._ANSIBLE_PROFILE = 'legacy'\n"
        "from ansible_collections.baiducloud.network.plugins.modules import vpn_tunnel\n"
        "vpn_tunnel.main()\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "ANSIBLE_NO_TARGET_SYSLOG"}
    params = options(
        secret_key=NEW, access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET_ACCESS_KEY, endpoint=emulator.endpoint
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "syslog"],
        input=json.dumps(params), capture_output=True, text=True, env=environment, timeout=30, check=False,
    )  # fmt: skip
    assert json.loads(done.stdout)["changed"] is True, done.stderr
    text = (tmp_path / "syslog").read_text()
    assert "vpn_conn_name=vpncon" in text
    assert found_in(text + done.stdout + done.stderr) == []
