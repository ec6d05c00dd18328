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
        own = {"_reconcile/purge"} if module == "vpn_gateway_routes" else set()
        assert not (bulk - own) & needed_by(f"_module/{module}")
        assert not {file for file in needed_by(f"_module/{module}") if file.startswith("_probe/")}
    for module in infos:
        needed = needed_by(f"_module/{module}")
        assert {file for file in needed if file.startswith("_reconcile/")} <= {"_reconcile/concurrency"}
        assert not {"_module/vpn_tunnels", "_module/present_absent"} & needed


def test_reconciler_sees_resources_through_their_base_only():
    seen = {file for name, path in FILES.items() if name.startswith("_reconcile/") for file in imports(path)[0]}
    assert {file for file in seen if file.startswith("_resources/")} <= {"_resources/base", "_resources/steps"}
    assert {file for file in imports(FILES["_resources/steps"])[0] if file.startswith("_")} <= {"_resources/base"}


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


# --- plugins ---

PLUGINS = ROOT / "plugins"
# kind of plugin or file of plugin_utils -> the modules of this collection that it may import: a folder (with "/" at its
# end) or a file.
PLUGIN_LAYERS = {
    "plugin_utils/_peer": {
        "plugin_utils/_peer/",
        "module_utils/_bce/errors",
        "module_utils/_bce/redaction",
        "module_utils/_resources/base",
        "module_utils/_resources/fields",
        "module_utils/_resources/vpn_tunnel",
    },
    "plugin_utils/_peer_filters": {
        "plugin_utils/_builtin_types",
        "plugin_utils/_peer/description",
        "plugin_utils/_peer/dictionary",
        "module_utils/_bce/errors",
    },
    "plugin_utils/_builtin_types": set(),
    "plugin_utils/_messages": set(),
    "plugin_utils/_playbook_messages": set(),
    "plugin_utils/_playbook_input": {
        "plugin_utils/_builtin_types",
        "plugin_utils/_playbook_messages",
        "module_utils/_bce/redaction",
        "module_utils/_resources/base",
        "module_utils/_resources/fields",
    },
    "plugin_utils/_raw_options": {
        "plugin_utils/_builtin_types",
        "plugin_utils/_messages",
        "module_utils/_bce/redaction",
        "module_utils/_module/validation",
        "module_utils/_resources/fields",
    },
    "plugin_utils/_adoption": {
        "plugin_utils/_playbook_messages",
        "module_utils/_bce/redaction",
        "module_utils/_resources/fields",
        "module_utils/_resources/vpn_tunnel",
    },
    "plugin_utils/_tunnel_report": set(),
    "plugin_utils/_security_sources": {"module_utils/_resources/tunnel_security"},
    "plugin_utils/_tunnel_audit": {
        "plugin_utils/_adoption",
        "plugin_utils/_peer/device_table",
        "plugin_utils/_security_sources",
        "module_utils/_resources/tunnel_security",
    },
    "plugin_utils/_stored_keys": {
        "plugin_utils/_adoption",
        "module_utils/_bce/client",
        "module_utils/_bce/connection_options",
        "module_utils/_bce/errors",
        "module_utils/_module/bulk_read",
        "module_utils/_reconcile/concurrency",
        "module_utils/_resources/fields",
        "module_utils/_resources/filters",
        "module_utils/_resources/vpn_tunnel",
    },
    "plugin_utils/_tunnel_key": {
        "module_utils/_bce/redaction",
        "module_utils/_resources/base",
        "module_utils/_resources/fields",
        "module_utils/_resources/vpn_tunnel",
    },
    "plugin_utils/_key_rotation": {
        "plugin_utils/_adoption",
        "plugin_utils/_tunnel_key",
        "module_utils/_bce/redaction",
        "module_utils/_resources/fields",
        "module_utils/_resources/vpn_tunnel",
    },
    "plugin_utils/_vault": {"plugin_utils/_builtin_types"},
    "plugin_utils/_gateway_inventory": {
        "plugin_utils/_messages",
        "module_utils/_bce/",
        "module_utils/_module/bulk_read",
        "module_utils/_reconcile/concurrency",
        "module_utils/_resources/base",
        "module_utils/_resources/fields",
        "module_utils/_resources/filters",
        "module_utils/_resources/vpc",
        "module_utils/_resources/vpn_gateway",
    },
    "plugin_utils/_no_log": {"module_utils/_bce/redaction"},
    "plugin_utils/_in_process_action": {
        "plugin_utils/_builtin_types",
        "plugin_utils/_no_log",
        "module_utils/_bce/deadline",
        "module_utils/_bce/transport",
        "module_utils/_module/validation",
    },
    "plugin_utils/_tunnel_records": {
        "module_utils/_reconcile/planner",
        "module_utils/_resources/base",
        "module_utils/_resources/vpn_tunnel",
    },
    "plugin_utils/_tunnel_events": {
        "plugin_utils/_tunnel_records",
        "module_utils/_bce/errors",
        "module_utils/_bce/redaction",
        "module_utils/_module/bulk_read",
        "module_utils/_reconcile/state",
        "module_utils/_resources/base",
        "module_utils/_resources/vpn_tunnel",
    },
    # The event source of extensions/eda imports it.
    "plugin_utils/_tunnel_source": {
        "plugin_utils/_raw_options",
        "plugin_utils/_tunnel_events",
        "module_utils/_bce/client",
        "module_utils/_bce/connection_options",
        "module_utils/_bce/errors",
        "module_utils/_bce/redaction",
        "module_utils/_module/",
        "module_utils/_reconcile/concurrency",
        "module_utils/_resources/",
    },
    "plugin_utils/_site_input": {
        "plugin_utils/_no_log",
        "plugin_utils/_playbook_input",
        "plugin_utils/_playbook_messages",
        "module_utils/_bce/connection_options",
        "module_utils/_bce/errors",
        "module_utils/_bce/redaction",
        "module_utils/_module/",
        "module_utils/_resources/base",
        "module_utils/_resources/fields",
    },
    "lookup": {
        "lookup/account",
        "plugin_utils/_adoption",
        "plugin_utils/_stored_keys",
        "module_utils/_resources/fields",
        "module_utils/_resources/tunnel_security",
        "plugin_utils/_builtin_types",
        "plugin_utils/_messages",
        "plugin_utils/_raw_options",
        "plugin_utils/_tunnel_key",
        "plugin_utils/_key_rotation",
        "plugin_utils/_vault",
        "module_utils/_bce/connection_options",
        "module_utils/_bce/errors",
    },
    "inventory": {
        "plugin_utils/_builtin_types",
        "plugin_utils/_gateway_inventory",
        "plugin_utils/_messages",
        "plugin_utils/_raw_options",
        "module_utils/_bce/client",
        "module_utils/_bce/connection_options",
        "module_utils/_bce/errors",
        "module_utils/_bce/redaction",
    },
    "filter": {
        "plugin_utils/_adoption",
        "plugin_utils/_tunnel_audit",
        "plugin_utils/_tunnel_report",
        "plugin_utils/_builtin_types",
        "plugin_utils/_playbook_input",
        "plugin_utils/_site_input",
        "plugin_utils/_peer/",
        "plugin_utils/_peer_filters",
        "module_utils/_bce/errors",
    },
    "action": {"plugin_utils/_in_process_action", "module_utils/_module/"},
    "modules": {"module_utils/_module/"},
    "doc_fragments": set(),
    "__init__": set(),
}
PLUGIN_FILES = {
    path.relative_to(PLUGINS).with_suffix("").as_posix(): path
    for path in PLUGINS.rglob("*.py")
    if MODULE_UTILS not in path.parents
}


def plugin_layer(name):
    """Return the key of PLUGIN_LAYERS for a file: a file or package of plugin_utils, else the kind of plugin."""
    kind, *files = name.split("/")
    return f"{kind}/{files[0]}" if kind == "plugin_utils" else kind


def plugin_imports(name):
    """Return the files of this collection that a plugin imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(PLUGIN_FILES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            parent = (PLUGINS / name).parents[node.level - 1]
            target = parent.joinpath(*node.module.split(".")) if node.module else parent
            targets = [target / alias.name for alias in node.names] if target.is_dir() else [target]
            found |= {path.relative_to(PLUGINS).as_posix() for path in targets}
    return found


@pytest.mark.parametrize("name", PLUGIN_FILES)
def test_plugins_import_what_their_kind_may_import(name):
    allowed, imported = PLUGIN_LAYERS[plugin_layer(name)], plugin_imports(name)
    assert all((PLUGINS / f"{file}.py").exists() for file in imported), "imports must name files"
    assert not {file for file in imported if not {file, file.rpartition("/")[0] + "/"} & allowed}


def test_module_and_action_import_the_implementation_of_their_own_name():
    for name in PLUGIN_FILES:
        kind, _slash, module = name.partition("/")
        if kind in ("modules", "action"):
            others = {"module_utils/_module/runner"} if kind == "modules" else {"plugin_utils/_in_process_action"}
            assert plugin_imports(name) == {f"module_utils/_module/{module}"} | others


def test_every_permission_of_a_plugin_to_import_is_used():
    used = {layer: set() for layer in PLUGIN_LAYERS}
    for name in PLUGIN_FILES:
        used[plugin_layer(name)] |= {
            form for file in plugin_imports(name) for form in (file, file.rpartition("/")[0] + "/")
        }
    assert {layer: allowed - used[layer] for layer, allowed in PLUGIN_LAYERS.items() if allowed - used[layer]} == {}
