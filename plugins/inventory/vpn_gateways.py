# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin vpn_gateways: the side of _gateway_inventory.py that Ansible calls."""

from __future__ import annotations

DOCUMENTATION = r"""
name: vpn_gateways
short_description: Create a host for every VPN gateway on Baidu AI Cloud
version_added: 1.0.0
description:
  - Creates a host for every IPsec VPN gateway of the VPCs. So forks, limits and AWX job slices can distribute the work
    on tunnels to several processes and machines.
  - All hosts are in the group C(vpn_gateways). Its variable C(vpn_gateway_count) is the number of all gateways. A slice
    of an AWX job has fewer hosts.
  - A host has the gateway's name. If several gateways have the name, or it is not valid for a host, the host has the
    gateway's id.
  - The name of the configuration file must end in C(vpn_gateways.yml), C(vpn_gateways.yaml), C(baiducloud.yml) or
    C(baiducloud.yaml).
  - If anything cannot be read, there are no hosts at all. A missing host would look like a deleted gateway.
  - The variables of a host are C(vpn_id), C(vpn_name), C(eip) (the public address, empty if none is bound), C(vpc_id),
    C(region), C(status), C(tunnels) and C(ansible_connection).
  - C(tunnels) is a list of tunnels in the shape of RV(baiducloud.network.vpn_tunnel#module:vpn_tunnel), without keys.
    C(ansible_connection) is V(local), because a gateway has no login.
  - A text from the cloud with braces or parentheses could be a template, so it is marked as unsafe. In AWX and in the
    output of C(ansible-inventory) it is a dictionary with the key C(__ansible_unsafe).
extends_documentation_fragment:
  - baiducloud.network.auth
  - baiducloud.network.auth.version
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description:
      - The name of this plugin.
    type: str
    required: true
    choices: [baiducloud.network.vpn_gateways]
  vpc_ids:
    description:
      - The ids of the VPCs. Each is searched for in each region.
      - Mutually exclusive with O(vpc_names). If both are unset, the gateways of all VPCs of the regions are hosts.
    type: list
    elements: str
    env:
      - name: BCE_VPC_IDS
  vpc_names:
    description:
      - The exact names of the VPCs. Each is searched for in each region, and must exist in at least one.
      - Two VPCs of the same name in a region are an error.
    type: list
    elements: str
    env:
      - name: BCE_VPC_NAMES
  regions:
    description:
      - The regions' short names. If unset, the only region is the O(region).
      - With several regions, an O(endpoint) must contain C({region}).
    type: list
    elements: str
  tunnels:
    description:
      - Whether to read the tunnels of each gateway. This takes one request for each gateway.
    type: bool
    default: true
notes:
  - The options for keys, endpoint, times, VPCs, regions and tunnels may be templates, such as a lookup.
  - Number of requests in each region. The VPCs take one request for 1000 VPCs, or none with O(vpc_ids). Each VPC takes
    one request for its gateways. With O(tunnels), each gateway takes one more. A cache saves all of them.
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.vpn_gateway_info
  - module: baiducloud.network.vpn_tunnels
"""

EXAMPLES = r"""
# A file such as inventory/vpn_gateways.yml. The keys are in the environment.
plugin: baiducloud.network.vpn_gateways
vpc_ids:
  - vpc-emulator

---
# A VPC by its name. Without vpc_names, the gateways of all VPCs of the region.
plugin: baiducloud.network.vpn_gateways
vpc_names:
  - production

---
# Two regions, with groups and variables computed from a gateway's variables.
plugin: baiducloud.network.vpn_gateways
regions: [bj, gz]
vpc_ids:
  - vpc-5cms1n3mvnfb
  - vpc-8x2kq0d4t7wz
keyed_groups:
  - key: region
    prefix: region
groups:
  idle: not tunnels
  broken: tunnels | rejectattr('health_status', 'eq', 'reachable') | list | length > 0
compose:
  peers: tunnels | map(attribute='remote_ip') | list
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/vpn_gateways
cache_timeout: 300
"""

import os
from typing import Any, Callable

import ansible.template
from ansible import constants as C
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.module_utils.basic import missing_required_lib
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var
from jinja2 import Environment, TemplateSyntaxError

from ..module_utils._bce import connection_options
from ..module_utils._bce.client import COLLECTION_VERSION, REQUESTS_IMPORT_ERROR
from ..module_utils._bce.errors import BceError, InvalidOptionsError
from ..module_utils._bce.redaction import safe_name
from ..plugin_utils._builtin_types import to_builtin_types
from ..plugin_utils._gateway_inventory import (
    FIELDS,
    GROUP,
    cache_key,
    fetch_hosts,
    find_empty_vpcs,
    unique_hostnames,
    validate,
)
from ..plugin_utils._messages import MESSAGES
from ..plugin_utils._raw_options import coerce_options, read_raw_options

FILE_SUFFIXES = tuple(name + ending for name in ("vpn_gateways", "baiducloud") for ending in (".yml", ".yaml"))
SECRET_OPTIONS = ("access_key_id", "secret_access_key", "security_token")
# The options that this plugin uses itself, of which each may be a template. Ansible uses the others.
CONNECTION_OPTIONS = {"tunnels", *(item.name for item in FIELDS), *connection_options.ARGUMENT_SPEC}


# Since ansible-core 2.19 text is only plain in the output of ansible-inventory if it is trusted as a template.
_trust_as_template: Callable[[str], str] = getattr(ansible.template, "trust_as_template", str)
# Braces begin a template, and a condition such as "{{ description }}" would evaluate a call, which has parentheses.
_TEMPLATE_CHARACTERS = set("{}()")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Every VPN gateway as a host."""

    NAME = "baiducloud.network.vpn_gateways"
    inventory: InventoryData

    def verify_file(self, path: str) -> bool:
        """Return True if the file is named as one of this plugin."""
        return super().verify_file(path) and path.endswith(FILE_SUFFIXES)

    def parse(self, inventory: InventoryData, loader: Any, path: str, cache: bool = True) -> None:
        """Add the hosts of a file to the inventory."""
        super().parse(inventory, loader, path, cache)
        if REQUESTS_IMPORT_ERROR:
            raise AnsibleParserError("%s: %s" % (path, missing_required_lib("requests")))
        try:
            self._read_config_data(path)
            hosts = self._hosts(path, cache)
            names = self._host_names(hosts)
        except (AnsibleError, BceError) as error:
            # Not chained, because the values of the frames below hold keys.
            shown = error.to_text() if isinstance(error, BceError) else error
            raise AnsibleParserError("%s: %s" % (path, shown)) from None
        empty = find_empty_vpcs({"vpc_ids": self.get_option("vpc_ids")}, hosts)
        if empty:
            self.display.warning("%s: %s" % (path, MESSAGES["vpcs_empty"] % {"vpc_ids": ", ".join(empty)}))
        self.inventory.add_group(GROUP)
        # AWX keeps a group's variables in each slice of a job, so that a slice can see that it has not all hosts.
        self.inventory.set_variable(GROUP, "vpn_gateway_count", len(hosts))
        for name, variables in zip(names, hosts):
            self._add(name, variables)

    def _host_names(self, hosts: list[dict[str, Any]]) -> list[str]:
        """Return the names of the hosts; a host of another inventory that has a gateway's name stays what it is."""
        others = {name: host.vars for name, host in self.inventory.hosts.items()}
        reserved = self._group_names(hosts)
        names = unique_hostnames(hosts, reserved, others)
        for name, before, host in zip(names, unique_hostnames(hosts, reserved), hosts):
            if name != before:
                words = {"name": before, "vpn_id": host["vpn_id"], "host": name}
                self.display.warning(MESSAGES["host_of_other_inventory"] % words)
        return names

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: dict[str, Any] | None = None) -> None:
        """Validate the content of the file, which Ansible provides here, and pass on the options in their types.

        :raises InvalidOptionsError: with every error, of which Ansible would ignore some, report one at a time, or
            show with a key in it.
        """
        content = direct or {}
        definitions = C.config.get_configuration_definitions("inventory", self._load_name)
        values = read_raw_options(definitions, "inventory", self._load_name, content)
        template_errors = {}
        for name in [name for name in values if name in CONNECTION_OPTIONS]:
            value, origin = values.pop(name)
            try:
                values[name] = to_builtin_types(self._templated(value)), origin
            except AnsibleError as error:
                template_errors[name] = MESSAGES["template_failed"] % {"option": name, "error": error}
        coerced, errors = coerce_options(definitions, values, SECRET_OPTIONS)
        errors.update(template_errors)
        rule_errors = _rule_errors(coerced)
        unknown = [name for name in content if name not in definitions]
        others = validate({name: coerced[name] for name in CONNECTION_OPTIONS & coerced.keys()}, os.environ)
        if unknown or errors or rule_errors or others:
            texts = [MESSAGES["plugin_option_unknown"] % {"option": safe_name(name)} for name in unknown]
            # An option of a wrong type is missing in `coerced`, so that it would be reported as needed too.
            texts += [
                *errors.values(),
                *rule_errors,
                *(text for text in others if not _option_names(text) & errors.keys()),
            ]
            raise InvalidOptionsError(texts)
        super().set_options(task_keys, var_options, coerced)

    def _add(self, name: str, variables: dict[str, Any]) -> None:
        """Add one host with its variables to the inventory, and to its groups."""
        strict = self.get_option("strict")
        variables = _mark_templates(variables)
        self.inventory.add_host(name, group=GROUP)
        for variable, value in variables.items():
            self.inventory.set_variable(name, variable, value)
        self._set_composite_vars(self.get_option("compose"), variables, name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict=strict)

    def _group_names(self, hosts: list[dict[str, Any]]) -> set[str]:
        """Return the names of all groups, including those to come: Ansible takes a host of such a name for a group."""
        names = set(self.inventory.groups) | set(self.get_option("groups") or ())
        if self.get_option("keyed_groups") or self.get_option("strict"):
            # The groups, and whether strict allows them, depend on the hosts; so they are tried apart first.
            inventory, self.inventory = self.inventory, InventoryData()
            try:
                self.inventory.add_group(GROUP)
                for variables in hosts:
                    self._add(variables["vpn_id"], variables)
                names |= set(self.inventory.groups)
            finally:
                self.inventory = inventory
        return names

    def _hosts(self, path: str, cache: bool) -> list[dict[str, Any]]:
        """Return the variables of the hosts, from the cache or else from the API."""
        options = {name: self.get_option(name) for name in CONNECTION_OPTIONS}
        is_cached = self.get_option("cache")
        key = "%s_%s" % (self.get_cache_key(path), cache_key(options, os.environ)) if is_cached else ""
        cached = self._cached(key) if is_cached and cache else None
        if cached is not None:
            return cached
        hosts = fetch_hosts(options, os.environ, self.display.warning)
        if is_cached:
            self._cache[key] = {"version": COLLECTION_VERSION, "hosts": hosts}
        return hosts

    def _cached(self, key: str) -> list[dict[str, Any]] | None:
        """Return what this version of the collection has put into the cache; None for anything else."""
        try:
            stored = self._cache[key]
        except Exception:  # because a cache plugin may raise anything over a file that it cannot read
            return None
        if not isinstance(stored, dict) or stored.get("version") != COLLECTION_VERSION:
            return None
        hosts = stored.get("hosts")
        return hosts if isinstance(hosts, list) and all(isinstance(host, dict) for host in hosts) else None

    def _templated(self, value: Any) -> Any:
        """Return the value of a template such as a lookup, with which a file can use keys that are not in it."""
        return self.templar.template(value) if self.templar.is_template(value) else value


def _rule_errors(options: dict[str, Any]) -> list[str]:
    """Return the errors in compose, groups and keyed_groups that Ansible ignores, or reports after all requests."""
    expressions = [
        ("%s.%s" % (option, name), text)
        for option in ("compose", "groups")
        for name, text in (options.get(option) or {}).items()
    ]
    errors = []
    for index, rule in enumerate(options.get("keyed_groups") or ()):
        path = "keyed_groups[%d]" % index
        if isinstance(rule, dict) and rule.get("key"):
            expressions.append((path + ".key", rule["key"]))
        else:
            errors.append(MESSAGES["keyed_group_invalid"] % {"option": path})
    for path, text in expressions:
        try:
            Environment().parse("{{ %s }}" % text)
        except TemplateSyntaxError as error:
            errors.append(MESSAGES["expression_invalid"] % {"option": path, "error": error.message})
    return errors


def _mark_templates(value: Any) -> Any:
    """Return a value of the API with all texts plain except those that could be templates.

    What the API returns is data: a template in a description must not run.
    """
    if isinstance(value, dict):
        return {name: _mark_templates(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_mark_templates(item) for item in value]
    if not isinstance(value, str):
        return value
    is_safe = not _TEMPLATE_CHARACTERS & set(value) and not value.startswith("#jinja2:")
    return _trust_as_template(value) if is_safe else wrap_var(value)


def _option_names(text: str) -> set[str]:
    """Return the names of the options that an error text begins with."""
    return set(text.split(":")[0].split(", "))
