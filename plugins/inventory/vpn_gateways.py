# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin vpn_gateways: Ansible's side of plugin_utils/gateway_hosts.py."""

from __future__ import annotations

DOCUMENTATION = r"""
name: vpn_gateways
short_description: Every VPN gateway on Baidu AI Cloud as a host
version_added: 1.0.0
description:
  - Makes a host of every IPsec VPN gateway of the given VPCs, so that forks, limits and AWX job slices spread the work
    on tunnels over many processes and machines.
  - A host is named as its gateway. Where a name repeats, or cannot be a host's, hosts are named by the gateways' ids.
  - All hosts are in the group C(vpn_gateways).
  - The configuration's file name must end in C(vpn_gateways.yml), C(vpn_gateways.yaml), C(baiducloud.yml) or
    C(baiducloud.yaml).
  - If anything cannot be read there are no hosts at all, because a missing host would look like a gateway that is gone.
  - The variables of a host are C(vpn_id), C(vpn_name), C(eip) (the public address, empty where none is bound),
    C(vpc_id), C(region), C(status), C(tunnels) and C(ansible_connection).
  - C(tunnels) is a list of tunnels in the shape of RV(baiducloud.network.vpn_tunnel#module:vpn_tunnel), without a
    secret. C(ansible_connection) is V(local), because nobody can log in to a gateway.
extends_documentation_fragment:
  - baiducloud.network.auth
  - baiducloud.network.auth.version
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description:
      - Says that the file is for this plugin.
    type: str
    required: true
    choices: [baiducloud.network.vpn_gateways]
  vpc_ids:
    description:
      - The ids of the VPCs. Each of them is looked for in each of the regions.
    type: list
    elements: str
    required: true
  regions:
    description:
      - The regions' short names. If not given, there is one, found as O(region) says.
      - With more than one, an O(endpoint) must have the word C({region}) in it.
    type: list
    elements: str
  tunnels:
    description:
      - Whether to read the tunnels of each gateway, which costs one request per gateway.
    type: bool
    default: true
notes:
  - Options about keys and the endpoint may be templates, such as a lookup.
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.vpn_gateway_info
  - module: baiducloud.network.vpn_tunnels
"""

EXAMPLES = r"""
# The least, in a file such as inventory/vpn_gateways.yml, with the keys in the environment
plugin: baiducloud.network.vpn_gateways
vpc_ids:
  - vpc-emulator

---
# Two regions, with groups and variables made from what a gateway tells
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

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ..module_utils import credentials
from ..module_utils.errors import BceError
from ..plugin_utils.gateway_hosts import FIELDS, GROUP, read_hosts
from ..plugin_utils.plain import plain

ENDINGS = tuple(name + ending for name in ("vpn_gateways", "baiducloud") for ending in (".yml", ".yaml"))


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    NAME = "baiducloud.network.vpn_gateways"

    def verify_file(self, path):
        return super().verify_file(path) and path.endswith(ENDINGS)

    def parse(self, inventory, loader, path, cache=True):
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        strict = self.get_option("strict")
        self.inventory.add_group(GROUP)
        for name, variables in self._hosts(path, cache).items():
            self.inventory.add_host(name, group=GROUP)
            for variable, value in variables.items():
                self.inventory.set_variable(name, variable, value)
            self._set_composite_vars(self.get_option("compose"), variables, name, strict=strict)
            self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict=strict)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict=strict)

    def _hosts(self, path, cache):
        """The hosts out of the cache, or else from the API."""
        key, is_cached = self.get_cache_key(path), self.get_option("cache")
        if is_cached and cache:
            try:
                return self._cache[key]
            except KeyError:
                pass
        try:
            hosts = read_hosts(self._options_in_use(), os.environ)
        except BceError as error:
            raise AnsibleParserError("%s: %s" % (path, error.message)) from None
        if is_cached:
            self._cache[key] = hosts
        return hosts

    def _options_in_use(self):
        names = [item.name for item in FIELDS] + list(credentials.ARGUMENT_SPEC) + ["tunnels"]
        return {name: plain(self._templated(self.get_option(name))) for name in names}

    def _templated(self, value):
        """The value of a template such as a lookup, which is how keys get into a file without standing in it."""
        return self.templar.template(value) if self.templar.is_template(value) else value
