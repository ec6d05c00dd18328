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
  - An event source of ansible-rulebook. It polls the tunnels of VPN gateways, and sends an event if a tunnel is not in
    its expected state. Each poll takes one request for each gateway.
  - With a list of tunnels, the list is the expected state. Without one, it is the tunnel's previous state.
  - No event is sent when a tunnel returns to its expected state, such as after a repair.
  - Events and logs never contain a key.
options:
  vpn_id:
    description:
      - The ids of the VPN gateways. The gateways in the list are watched too.
      - Required without a list. A single id also applies to the items of the list that have no gateway.
    type: list
    elements: str
  tunnels:
    description:
      - The list of tunnels, as for the module C(vpn_tunnels). Only options that an item sets are compared. Values that
        are templates, such as keys, are not compared.
      - Mutually exclusive with O(tunnels_file).
    type: list
    elements: dict
  tunnels_file:
    description:
      - A YAML file of variables with the list C(vpn_tunnels), as for the playbook C(reconcile_tunnels). It is read
        again when it changes.
      - The file must not be encrypted as a whole. Encrypted values in it are not compared.
    type: path
  interval:
    description:
      - Time between two polls, in seconds, at least 1. Each pause is up to a tenth shorter or longer, at random.
    type: float
    default: 60
  repair_time:
    description:
      - Time that a repair may take, in seconds. If a tunnel still differs from the list after it, the event is sent
        again. Without a list, the tunnel's new state is then the expected one.
    type: float
    default: 300
  health_delay:
    description:
      - Time after the creation or a change of a tunnel, in seconds, in which no event is sent if it is down.
    type: float
    default: 120
  access_key_id:
    description:
      - The account's access key id. If unset, it is that of the O(profile). Without O(profile), it is
        C(BCE_ACCESS_KEY_ID), then C(BAIDUCLOUD_ACCESS_KEY), then the current profile.
      - Put keys into the environment or a profile, because ansible-rulebook logs the options of sources with
        C(--verbose).
    type: str
  secret_access_key:
    description:
      - The account's secret access key. If unset, it is found as O(access_key_id), in C(BCE_SECRET_ACCESS_KEY) or
        C(BAIDUCLOUD_SECRET_KEY).
    type: str
  security_token:
    description:
      - The session token of temporary keys. If unset, it is C(BCE_SECURITY_TOKEN), or that of the source of the secret
        access key.
    type: str
  region:
    description:
      - The region's short name. If unset, it is that of the O(profile), then C(BCE_REGION), then V(bj).
    type: str
  endpoint:
    description:
      - The API's URL, with scheme, host and port only. If unset, it is C(BCE_ENDPOINT), then that of the region.
    type: str
  profile:
    description:
      - A profile in bce-cli's configuration C(~/.bce/config.json).
    type: str
  validate_certs:
    description:
      - Whether to validate the server's certificate.
    type: bool
    default: true
  ca_path:
    description:
      - A file with PEM certificates, or a directory prepared with C(openssl rehash), to trust instead of the system's.
    type: path
  timeout:
    description:
      - Maximum time for one request, in seconds.
    type: float
    default: 30
  retry_timeout:
    description:
      - Maximum time for all attempts of one request together, in seconds. V(0) means one attempt.
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
