# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The house rules that hold for the code as a whole."""

from __future__ import annotations

import ast

import pytest
import yaml

from ansible_collections.baiducloud.network.plugins.module_utils import client
from playbook import ROOT

ROOMS = ROOT / "plugins/module_utils"
# From the inside out: a room may import those that stand before it, and nothing else of the collection.
ORDER = (
    "secret",
    "errors",
    "signer",
    "credentials",
    "transport",
    "client",
    "client_token",
    "crew",
    "protocol",
    "field",
    "tunnel",
    "wire",
    "vpn_api",
    "gateway_api",
    "gateway_reading",
    "customer_gateway",
    "reconcile",
    "tunnel_resource",
    "customer_gateway_resource",
    "vpn_tunnel",
    "vpn_tunnels",
    "vpn_tunnel_info",
    "vpn_gateway_info",
    "vpn_customer_gateway",
    "vpn_customer_gateway_info",
    "probe_exchange",
    "probe_facts",
    "probe_dialects",
    "probe_marks",
    "probe_reading",
    "probe_objects",
    "probe_writing",
    "probe_report",
    "vpn_api_probe",
    "door",
    "module_door",
)
# What a room must not know, even by way of Ansible's own library.
FOREIGN = {
    "ansible": set(ORDER) - {"door", "module_door"},
    "requests": set(ORDER) - {"transport", "client"},
    "urllib3": set(ORDER) - {"transport", "client"},
}


def imports(path):
    """(names of rooms, names of packages) that a file imports, at its top or inside a function."""
    rooms, packages = set(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            packages |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level:
            rooms |= {node.module} if node.module else {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            packages.add(node.module.split(".")[0])
    return rooms, packages


@pytest.mark.parametrize("room", ORDER)
def test_imports_point_one_way(room):
    rooms, packages = imports(ROOMS / f"{room}.py")
    assert rooms <= set(ORDER[: ORDER.index(room)])
    for package, strangers in FOREIGN.items():
        assert not (package in packages and room in strangers), f"{room} must not know {package}"


def test_every_room_has_its_place_in_the_order():
    assert {path.stem for path in ROOMS.glob("*.py")} == set(ORDER)


def test_every_module_has_a_fast_door():
    modules, actions = (
        {path.name for path in (ROOT / "plugins" / kind).glob("*.py")} for kind in ("modules", "action")
    )
    assert modules == actions


def test_the_client_knows_nothing_of_vpn_and_the_tunnel_nothing_of_http():
    assert "tunnel" not in imports(ROOMS / "client.py")[0] and "client" not in imports(ROOMS / "tunnel.py")[0]


def test_the_collections_name_stands_in_no_import():
    for path in (ROOT / "plugins").rglob("*.py"):
        assert "ansible_collections.baiducloud" not in path.read_text(encoding="utf-8"), path


def test_there_is_one_version():
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    assert version == client.COLLECTION_VERSION
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace("\\", "")
    assert f"\n## v{version}\n" in changelog


def test_every_module_is_in_the_action_group():
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    modules = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
    assert sorted(runtime["action_groups"]["baiducloud"]) == modules
