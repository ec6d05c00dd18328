# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that hold for the code as a whole: layers, and what exists once."""

from __future__ import annotations

import ast

import pytest
import yaml

from ansible_collections.baiducloud.network.plugins.module_utils._bce import client
from playbook_runner import ROOT

MODULE_UTILS = ROOT / "plugins/module_utils"
# package -> the packages that it may import; its own files may import each other.
LAYERS = {
    "_bce": set(),
    "_resources": {"_bce"},
    "_reconcile": {"_bce", "_resources"},
    "_module": {"_bce", "_resources", "_reconcile", "_probe"},
    "_probe": {"_bce", "_resources", "_reconcile"},
}
# package from outside the collection -> the files that may import it.
FOREIGN = {
    "ansible": {"_module/validation", "_module/runner"},
    "requests": {"_bce/auth", "_bce/deadline", "_bce/transport"},
    "urllib3": {"_bce/deadline", "_bce/transport"},
}
FILES = {path.relative_to(MODULE_UTILS).with_suffix("").as_posix(): path for path in MODULE_UTILS.rglob("*.py")}


def imports(path):
    """Return (files of module_utils, packages from outside) that a file imports, at its top or inside a function."""
    own, foreign = set(), set()
    package = path.relative_to(MODULE_UTILS).parts[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            foreign |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            foreign.add(node.module.split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            parts = ([package] if node.level == 1 else []) + (node.module.split(".") if node.module else [])
            if len(parts) == 1:
                own |= {f"{parts[0]}/{alias.name}" for alias in node.names}
            else:
                own.add("/".join(parts[:2]))
    return own, foreign


@pytest.mark.parametrize("name", FILES)
def test_imports_point_to_lower_layers_only(name):
    own, foreign = imports(FILES[name])
    package = name.split("/")[0]
    assert own <= set(FILES), "imports must name files"
    assert {file.split("/")[0] for file in own} <= LAYERS[package] | {package}
    for stranger, files in FOREIGN.items():
        assert stranger not in foreign or name in files, f"{name} must not import {stranger}"


def test_files_of_a_package_import_each_other_without_cycles():
    graph = {name: imports(path)[0] for name, path in FILES.items()}
    done = set()
    while len(done) < len(graph):
        free = {name for name, needs in graph.items() if name not in done and needs <= done}
        assert free, f"cycle among {sorted(set(graph) - done)}"
        done |= free


def needed_by(name):
    """Return all files of module_utils that a file needs, itself included."""
    needed, left = set(), [name]
    while left:
        file = left.pop()
        if file not in needed:
            needed.add(file)
            left += imports(FILES[file])[0]
    return needed


def test_payload_of_a_module_has_no_code_of_other_modules():
    """Ansible sends the files that a module imports, and those that they import, with every task."""
    bulk = {"_module/vpn_tunnels", "_module/bulk_read", "_reconcile/purge", "_reconcile/concurrency"}
    modules = {path.stem for path in (ROOT / "plugins/modules").glob("*.py")}
    infos = {module for module in modules if module.endswith("_info")}
    # These two may need everything: one is the bulk module, the other one is the probe.
    for module in modules - infos - {"vpn_tunnels", "vpn_api_probe"}:
        assert not bulk & needed_by(f"_module/{module}")
        assert not {file for file in needed_by(f"_module/{module}") if file.startswith("_probe/")}
    for module in infos:
        needed = needed_by(f"_module/{module}")
        assert {file for file in needed if file.startswith("_reconcile/")} <= {"_reconcile/concurrency"}
        assert not {"_module/vpn_tunnels", "_module/present_absent"} & needed


def test_reconciler_sees_resources_through_their_base_only():
    seen = {file for name, path in FILES.items() if name.startswith("_reconcile/") for file in imports(path)[0]}
    assert {file for file in seen if file.startswith("_resources/")} <= {"_resources/base"}


def test_every_package_of_module_utils_is_private():
    assert {path.name for path in MODULE_UTILS.iterdir() if path.name != "__pycache__"} == set(LAYERS)


def test_every_module_runs_in_process_too():
    modules, actions = (
        {path.name for path in (ROOT / "plugins" / kind).glob("*.py")} for kind in ("modules", "action")
    )
    assert modules == actions


def test_imports_are_relative_in_every_plugin():
    for path in (ROOT / "plugins").rglob("*.py"):
        assert "ansible_collections.baiducloud" not in path.read_text(encoding="utf-8"), path


def test_version_is_the_same_everywhere():
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    assert version == client.COLLECTION_VERSION
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace("\\", "")
    assert f"\n## v{version}\n" in changelog


def test_every_module_is_in_the_action_group():
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    modules = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
    assert sorted(runtime["action_groups"]["baiducloud"]) == modules


NEWER_THAN_PYTHON_37 = {"Protocol", "Literal", "Final", "TypedDict", "runtime_checkable", "final", "Annotated"}


@pytest.mark.parametrize("name", FILES)
def test_module_utils_run_on_python_37(name):
    """ansible-core 2.17 runs modules on hosts with Python 3.7."""
    text = FILES[name].read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 7))
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        for inner in node.body
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "typing" and id(node) not in guarded:
            assert not {alias.name for alias in node.names} & NEWER_THAN_PYTHON_37
