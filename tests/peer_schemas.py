# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check rendered data against tables extracted from fortinet.fortios and community.routeros.

    .cache/bench/bin/python tests/peer_schemas.py write   extract the tables anew
    .cache/bench/bin/python tests/peer_schemas.py check   fail if they are not those of the installed collections
    .cache/bench/bin/python tests/peer_schemas.py validate < DATA.json   have the collections themselves validate data

These collections are in the environment of make bench only; make test-lab runs the last two commands. The data is a
list of what `fortios_ipsec` and `routeros_ipsec` return.
"""

from __future__ import annotations

import importlib
import itertools
import json
import sys
from pathlib import Path

TABLE = Path(__file__).with_name("peer_schemas.json")
COLLECTIONS = ("fortinet.fortios", "community.routeros")
FORTIOS_MODULES = (
    "vpn_ipsec_phase1_interface",
    "vpn_ipsec_phase2_interface",
    "firewall_address",
    "firewall_policy",
    "router_static",
)
ROUTEROS_VERSIONS = ("6.49", "7.16")
FORTIOS_KINDS = ("phase1", "phase2", "addresses", "policies", "routes")  # of the filter, in the order of the modules
ROUTEROS_PATHS = (
    "ip ipsec profile",
    "ip ipsec peer",
    "ip ipsec identity",
    "ip ipsec proposal",
    "ip ipsec policy",
    "ip firewall raw",
    "ip firewall mangle",
)
# Every version of FortiOS that the collection knows has the option.
ALWAYS = [["v6.0.0", ""]]


def load():
    """Return the tables of the repository."""
    return json.loads(TABLE.read_text(encoding="utf-8"))


def fortios_errors(spec, value, where=""):
    """Return what the schema of a module does not accept, a list of texts.

    :param spec: a list of choices, a type, or a dict of options.
    """
    if isinstance(spec, dict):
        if isinstance(value, list):
            return [error for item in value for error in fortios_errors(spec, item, where)]
        if not isinstance(value, dict):
            return [f"{where}: must be a dictionary"]
        unknown = [f"{where}.{name}: unknown" for name in value if name not in spec]
        known = [name for name in value if name in spec]
        return unknown + [
            error for name in known for error in fortios_errors(spec[name], value[name], f"{where}.{name}")
        ]
    if isinstance(spec, list):
        values = value if isinstance(value, list) else [value]
        return [f"{where}: {item!r} is not one of {spec}" for item in values if item not in spec]
    kind = {"integer": int, "string": str, "list": list}[spec]
    return [] if isinstance(value, kind) and not isinstance(value, bool) else [f"{where}: {value!r} is not of {spec}"]


def routeros_errors(fields, entry):
    """Return the names of an entry that the path does not have."""
    return [f"{name}: unknown" for name in entry if name not in fields]


def extract():
    """Return the tables of the installed collections."""
    versions = {}
    for name in COLLECTIONS:
        folder = Path(importlib.import_module(f"ansible_collections.{name}").__path__[0])
        manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
        versions[name] = manifest["collection_info"]["version"]
    return {"versions": versions, "fortios": _extract_fortios(), "routeros": _extract_routeros()}


def _extract_fortios():
    modules = "ansible_collections.fortinet.fortios.plugins.modules.fortios_"
    return {name: _spec(importlib.import_module(modules + name).versioned_schema) for name in FORTIOS_MODULES}


def _spec(schema):
    """Return the options, values or type of a schema, as far as all versions of FortiOS have them."""
    if "children" in schema:
        children = sorted(schema["children"].items())
        return {name: _spec(child) for name, child in children if child["v_range"] == ALWAYS}
    if "options" in schema:
        return [option["value"] for option in schema["options"] if option.get("v_range", ALWAYS) == ALWAYS]
    return schema["type"]


def _extract_routeros():
    data = importlib.import_module("ansible_collections.community.routeros.plugins.module_utils._api_data")
    found = {}
    for path in ROUTEROS_PATHS:
        fields = []
        for version in ROUTEROS_VERSIONS:
            information = data.PATHS[tuple(path.split())]
            information.provide_version(version)
            assert information.get_data().fully_understood, path
            fields.append(set(information.get_data().fields))
        found[path] = sorted(set.intersection(*fields))
    return found


class Module:
    """What the functions of community.routeros need of a module."""

    params = {"handle_read_only": "error", "handle_write_only": "create_only"}

    def fail_json(self, msg):
        raise ValueError(msg)


def validate(data):
    """Return what the modules of the installed collections do not accept, a list of texts."""
    arg_spec = importlib.import_module("ansible.module_utils.common.arg_spec")
    modules = "ansible_collections.fortinet.fortios.plugins.modules.fortios_"
    api_modify = importlib.import_module("ansible_collections.community.routeros.plugins.modules.api_modify")
    restrict = arg_spec.ArgumentSpecValidator(api_modify.restrict_argument_spec())
    validators = {}
    for name in FORTIOS_MODULES:
        module = importlib.import_module(modules + name)
        options = module.schema_to_module_spec(module.versioned_schema)["options"]
        validators[name] = arg_spec.ArgumentSpecValidator(options)
    errors = []
    for rendered in data:
        if isinstance(rendered, dict):
            for kind, name in zip(FORTIOS_KINDS, FORTIOS_MODULES):
                errors += [text for item in rendered[kind] for text in validators[name].validate(item).error_messages]
            continue
        for item in rendered:
            path, module = api_modify.PATHS[tuple(item["path"].split())], Module()
            validated = restrict.validate({"restrict": item["restrict"]}).validated_parameters
            module.params = dict(module.params, **validated)
            for version, entry in itertools.product(ROUTEROS_VERSIONS, item["data"]):
                path.provide_version(version)
                try:
                    api_modify.polish_entry(dict(entry), path.get_data(), module, "")
                    rules = api_modify.validate_and_prepare_restrict(module, path.get_data())
                    if not api_modify.restrict_entry_accepted(entry, path.get_data(), rules):
                        errors.append(f"{item['path']}: {entry} does not match {item['restrict']}")
                except ValueError as error:
                    errors.append(str(error))
    return errors


def main(action):
    if action == "validate":
        print(json.dumps(validate(json.load(sys.stdin))))
        return
    text = json.dumps(extract(), indent=1) + "\n"
    if action == "write":
        TABLE.write_text(text, encoding="utf-8")
    elif text != TABLE.read_text(encoding="utf-8"):
        sys.exit(f"{TABLE.name} is not what the collections have: .cache/bench/bin/python tests/peer_schemas.py write")


if __name__ == "__main__":
    main(*sys.argv[1:])
