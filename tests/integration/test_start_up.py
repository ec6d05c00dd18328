# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Python loads the private packages in the controller's process, without measuring time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from ansible_collections.baiducloud.network.plugins.module_utils._bce.transport import CA_VARIABLES
from playbook_runner import ROOT

PROGRAM = """
import json, sys
from ansible.plugins import loader
loader.init_plugin_loader([sys.argv[1]])
found = getattr(loader, sys.argv[2] + "_loader").get("baiducloud.network." + sys.argv[3], class_only=True)
prefix = "ansible_collections.baiducloud.network.plugins."
modules = {name: module for name, module in sys.modules.items() if name.startswith(prefix) and "._" in name}
print(json.dumps({
    name[len(prefix):]: [type(module.__spec__.loader).__name__, module.__cached__, module.__file__]
    for name, module in modules.items()
}))
"""


@pytest.fixture
def collections(tmp_path):
    """Return a directory with a copy of the collection that has no bytecode yet."""
    target = tmp_path / "ansible_collections/baiducloud/network"
    for folder in ("plugins", "meta"):
        shutil.copytree(ROOT / folder, target / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def load(collections, kind, plugin, **environment):
    """Load a plugin in a new process; return {private module: [class of its loader, bytecode file, source file]}."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [sys.executable, "-c", PROGRAM, str(collections), kind, plugin]
    result = subprocess.run(command, env={**clean, **environment}, capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("kind", "plugin"),
    [("action", "vpn_tunnel"), ("inventory", "vpn_gateways"), ("lookup", "account"), ("filter", "swanctl")],
)
def test_private_packages_of_a_plugin_are_loaded_from_bytecode(collections, kind, plugin):
    """Ansible's own loader compiles every file in every run."""
    modules = load(collections, kind, plugin)
    assert any(name.startswith("module_utils._bce.") for name in modules)
    assert {loader for loader, _cached, _file in modules.values()} == {"SourceFileLoader"}
    assert all(os.path.exists(cached) for _loader, cached, _file in modules.values())
    assert load(collections, kind, plugin) == modules


def test_private_packages_without_permission_to_write_bytecode_are_compiled(collections):
    modules = load(collections, "action", "vpn_tunnel", PYTHONDONTWRITEBYTECODE="1")
    assert modules
    assert list(collections.rglob("*.pyc")) == []


def test_private_packages_where_nothing_can_be_written_are_compiled(collections):
    for folder in [path for path in collections.rglob("_*") if path.is_dir()]:
        (folder / "__pycache__").write_text("a file, so that no directory can be made here", encoding="utf-8")
    modules = load(collections, "action", "vpn_tunnel")
    assert "module_utils._bce.client" in modules
    assert not any(os.path.exists(cached) for name, (_loader, cached, _file) in modules.items() if name.count(".") == 2)


def test_changed_source_of_a_private_package_replaces_its_bytecode(collections):
    load(collections, "action", "vpn_tunnel")
    path = collections / "ansible_collections/baiducloud/network/plugins/plugin_utils/_builtin_types.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nraise ImportError('the new source')\n", encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        load(collections, "action", "vpn_tunnel")
    assert "the new source" in caught.value.stderr
    assert f'"{path}", line' in caught.value.stderr


# --- what every task pays for ---

# Ansible loads the action before it starts the first worker; what requests loads is not ours to choose.
PROGRAM_OF_NEW_MODULES = """
import json, sys
import ansible.cli.playbook, ansible.plugins.action.normal, ansible.plugins.strategy.linear
import ansible.module_utils.common.arg_spec, requests
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
_AnsibleCollectionFinder()._install()
before = set(sys.modules)
import ansible_collections.baiducloud.network.plugins.action.ACTION
print(json.dumps(sorted(set(sys.modules) - before)))
from ansible_collections.baiducloud.network.plugins.module_utils._bce import deadline
print(json.dumps(deadline._load_tls_context.cache_info().currsize))
"""
PREFIX = "ansible_collections.baiducloud.network.plugins.module_utils._"
NEEDED = {
    "bce": "auth client connection_options deadline errors limits messages redaction response_parsing retry transport",
    "resources": "api base fields messages resource vpn_tunnel",
    "reconcile": "creation executor idempotency messages planner reconciler results state waiter",
    "module": "messages validation",
}
NEEDED_BY = {
    "vpn_tunnel": {"resources": "tunnel_security", "module": "present_absent vpn_tunnel"},
    "vpn_tunnels": {
        "resources": "filters tunnel_security",
        "reconcile": "concurrency parallel_writes purge",
        "module": "present_absent results vpn_tunnels",
    },
}


def load_action(action, **environment):
    """Return the modules that an action loads, and the number of TLS contexts that it makes."""
    clean = {name: value for name, value in os.environ.items() if name not in ("BCE_ENDPOINT", *CA_VARIABLES)}
    command = [sys.executable, "-c", PROGRAM_OF_NEW_MODULES.replace("ACTION", action)]
    done = subprocess.run(command, env={**clean, **environment}, capture_output=True, text=True, check=True)
    return list(map(json.loads, done.stdout.splitlines()))


@pytest.mark.parametrize("action", NEEDED_BY)
def test_action_loads_only_what_every_task_needs(action):
    loaded = load_action(action)[0]
    assert [name for name in loaded if not name.startswith("ansible_collections")] == []
    own = {name[len(PREFIX) :] for name in loaded if name.startswith(PREFIX)}
    needed = [*NEEDED.items(), *NEEDED_BY[action].items()]
    files = {f"{package}.{file}" for package, files in needed for file in files.split()}
    assert own == {package for package, _files in needed} | files


@pytest.mark.parametrize(
    ("environment", "number"),
    [
        ({}, 1),
        ({"BCE_ENDPOINT": "http://127.0.0.1:1"}, 0),
        ({"REQUESTS_CA_BUNDLE": "/no/such/file"}, 0),
        ({"REQUESTS_CA_BUNDLE": os.devnull}, 0),
    ],
    ids=["plain", "no-tls", "no-file", "empty-file"],
)
def test_action_loads_the_ca_certificates_before_ansible_forks(environment, number):
    assert load_action("vpn_tunnel", **environment)[1] == number
