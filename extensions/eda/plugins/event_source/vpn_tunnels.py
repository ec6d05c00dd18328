# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source vpn_tunnels: ansible-rulebook's interface to _tunnel_source.py."""

from __future__ import annotations

import asyncio
import importlib
import sys
from pathlib import Path
from typing import Any

DOCUMENTATION = r"""
---
short_description: Watch the VPN tunnels of gateways on Baidu AI Cloud
version_added: 1.0.0
author:
  - The baiducloud.network contributors (@baiducloud-network)
description:
  - An event source of ansible-rulebook. It polls the tunnels of VPN gateways, and sends an event when a tunnel is not
    as expected. Each poll costs one request per gateway.
  - With a list of tunnels the expected state is that of the list. Without one it is the state that a tunnel had before.
  - No event is sent when a tunnel returns to its expected state, such as after a repair.
  - Events and logs never have a key.
options:
  vpn_id:
    description:
      - The ids of the VPN gateways. The gateways that the list names are watched too.
      - Required without a list. A single id also applies to all items of the list that name no gateway.
    type: list
    elements: str
  tunnels:
    description:
      - The list of tunnels as the module C(vpn_tunnels) takes it. Only the options that an item has are compared, and
        of these not the values that are templates, such as keys.
      - Mutually exclusive with O(tunnels_file).
    type: list
    elements: dict
  tunnels_file:
    description:
      - A YAML file of variables with the list C(vpn_tunnels), as the playbook C(reconcile_tunnels) takes it. It is read
        again when it changes.
      - The file must not be encrypted as a whole. Encrypted values in it are not compared.
    type: path
  interval:
    description:
      - Seconds between two polls, at least 1. Each pause is up to a tenth shorter or longer, at random.
    type: float
    default: 60
  repair_time:
    description:
      - Seconds that a repair may take. If a tunnel still differs from the list after them, its event is sent again.
        Without a list, the tunnel's new state is the expected one from then on.
    type: float
    default: 300
  health_delay:
    description:
      - Seconds after the creation or a change of a tunnel in which no event is sent if it is down.
    type: float
    default: 120
  access_key_id:
    description:
      - The account's access key id. If unset, it is that of the O(profile); without O(profile) that of the environment
        variable C(BCE_ACCESS_KEY_ID) or C(BAIDUCLOUD_ACCESS_KEY), else of the current profile.
      - Put keys into the environment or a profile, because ansible-rulebook itself logs the options of sources when
        it is run with C(--verbose).
    type: str
  secret_access_key:
    description:
      - The account's secret access key. If unset, it is found as O(access_key_id) is, in C(BCE_SECRET_ACCESS_KEY) or
        C(BAIDUCLOUD_SECRET_KEY).
    type: str
  security_token:
    description:
      - The session token of temporary keys. If unset, it is that of C(BCE_SECURITY_TOKEN) or of the place that the
        secret access key is from.
    type: str
  region:
    description:
      - The region's short name. If unset, it is that of the O(profile), else C(BCE_REGION), else V(bj).
    type: str
  endpoint:
    description:
      - The API's URL of scheme, host and port alone. If unset, it is C(BCE_ENDPOINT), else that of the region.
    type: str
  profile:
    description:
      - A profile of bce-cli's configuration C(~/.bce/config.json).
    type: str
  validate_certs:
    description:
      - Whether the server's certificate must be valid.
    type: bool
    default: true
  ca_path:
    description:
      - A file of PEM certificates, or a directory that C(openssl rehash) prepared, to trust instead of the system's.
    type: path
  timeout:
    description:
      - Seconds that one request may take.
    type: float
    default: 30
  retry_timeout:
    description:
      - Seconds that all attempts of one request may take together. V(0) means one attempt.
    type: float
    default: 60
requirements:
  - ansible-core and requests >= 2.25 in the Python environment of ansible-rulebook
"""

EXAMPLES = r"""
- name: Repair VPN tunnels
  hosts: localhost
  sources:
    - name: tunnels
      baiducloud.network.vpn_tunnels:
        tunnels_file: "{{ tunnels_file }}"
        interval: 30
  rules:
    - name: Reconcile all tunnels of the list
      condition: event.type in ["vanished", "changed"] and event.is_listed == true
      throttle:
        once_after: 1 second
        group_by_attributes: [event.meta.source.name]
      action:
        run_playbook:
          name: baiducloud.network.reconcile_tunnels
          extra_vars:
            tunnels_file: "{{ tunnels_file }}"
"""

COLLECTION = "ansible_collections.baiducloud.network"


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Put events into the queue until the asyncio task is cancelled."""
    source = _load_implementation().TunnelSource(args)
    try:
        while True:
            # In a thread, because the client blocks while it waits for a response.
            for event in await asyncio.to_thread(source.poll):
                await queue.put(event)
            await asyncio.sleep(source.pause())
    finally:
        source.stop()


def _load_implementation() -> Any:
    """Return the module _tunnel_source of this collection.

    ansible-rulebook loads this file without its package, so that relative imports fail, and without Ansible's finder of
    collections, so that absolute ones fail too.
    """
    from ansible.plugins.loader import init_plugin_loader
    from ansible.utils.collection_loader import AnsibleCollectionConfig

    if AnsibleCollectionConfig.collection_finder is None:
        # The copy of the collection with this file goes first.
        folders = [str(path.parent) for path in Path(__file__).parents if path.name == "ansible_collections"]
        init_plugin_loader(folders[:1])
        # Ansible's path hook is removed, because with it ansible-rulebook cannot load further sources by their paths.
        finder = AnsibleCollectionConfig.collection_finder
        sys.path_hooks[:] = [hook for hook in sys.path_hooks if getattr(hook, "__self__", None) is not finder]
    return importlib.import_module(COLLECTION + ".plugins.plugin_utils._tunnel_source")
