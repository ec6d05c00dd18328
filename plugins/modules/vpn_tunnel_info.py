#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_tunnel_info
short_description: Read the site-to-site VPN tunnels of gateways on Baidu AI Cloud
version_added: 1.0.0
description:
  - Reads the IPsec tunnels (C(vpnconn)) of one VPN gateway, of several, or of all gateways of a VPC.
  - All tunnels are returned that match every one of the options provided. If none does, the list is empty.
  - Shared keys are never returned, although the API returns them.
extends_documentation_fragment:
  - baiducloud.network.auth
  - baiducloud.network.auth.version
  - baiducloud.network.attributes.info
  - baiducloud.network.attributes.actiongroup
options:
  vpn_id:
    description:
      - The ids of the VPN gateways. They are read concurrently.
      - Exactly one of O(vpn_id), O(vpc_id) and O(vpc_name) is required, because the API lists tunnels by their gateway.
    type: list
    elements: str
    aliases: [vpnId]
  vpc_id:
    description:
      - The id of a VPC. The tunnels of all its IPsec gateways are read.
    type: str
    aliases: [vpcId]
  vpc_name:
    description:
      - The name of that VPC, in the place of O(vpc_id). It must match exactly, and be the name of one VPC only. One
        more request lists the VPCs, and RV(vpc_id) returns the id.
    type: str
    aliases: [vpcName]
  vpn_conn_name:
    description:
      - Only tunnels of these names. A name must match exactly.
    type: list
    elements: str
    aliases: [vpnConnName, name]
  vpn_conn_id:
    description:
      - Only the tunnels of these ids.
    type: list
    elements: str
    aliases: [vpnConnId]
  status:
    description:
      - Only tunnels in one of these states, in the API's words, such as V(active).
      - Upper and lower case make no difference.
    type: list
    elements: str
  health_status:
    description:
      - Only tunnels of which the peer is in one of these states, in the API's words, such as V(reachable).
      - Upper and lower case make no difference.
    type: list
    elements: str
    aliases: [healthStatus]
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.vpn_gateway_info
  - module: baiducloud.network.vpn_tunnel
"""

EXAMPLES = r"""
- name: Read all tunnels of a gateway
  baiducloud.network.vpn_tunnel_info:
    vpn_id: vpn-119bd69b
  register: tunnels

- name: Read one tunnel by its name
  baiducloud.network.vpn_tunnel_info:
    vpn_id: vpn-119bd69b
    vpn_conn_name: vpncon

- name: Read all tunnels of a VPC that are up
  baiducloud.network.vpn_tunnel_info:
    vpc_id: vpc-emulator
    health_status: reachable
  register: up

- name: Show their names
  ansible.builtin.debug:
    msg: "{{ up.vpn_tunnels | map(attribute='vpn_conn_name') }}"
"""

RETURN = r"""
vpc_id:
  description: The id of the VPC that has the name O(vpc_name).
  returned: if O(vpc_name) is provided and names one VPC
  type: str
  sample: vpc-5cms1n3mvnfb
vpn_tunnels:
  description:
    - The tunnels, each in the shape of RV(baiducloud.network.vpn_tunnel#module:vpn_tunnel) and without a secret; in the
      order of the gateways, and for each gateway in that of the API.
    - On failure, those of the gateways that could be read.
  returned: always, unless an option is wrong or the gateways of a VPC could not be listed
  type: list
  elements: dict
  sample:
    - vpn_id: vpn-119bd69b
      vpn_conn_id: vpnconn-ku4cxya6nisq
      vpn_conn_name: vpncon
      local_subnets: [192.168.0.0/20]
      remote_ip: 10.107.245.188
      remote_subnets: [192.168.100.0/24]
      status: active
      health_status: reachable
error:
  description: What went wrong.
  returned: failure
  type: dict
  contains:
    code:
      description: The API's error code, or one of the collection's own, such as V(InvalidOption) or V(WaitTimeout).
      type: str
      sample: AccessDenied
    message:
      description: The message.
      type: str
    http_status:
      description: The HTTP status, null where there was no response.
      type: int
      sample: 403
    request_id:
      description: The API's request id, null where there was none.
      type: str
    retryable:
      description: Whether the same task may succeed later without any change.
      type: bool
    maybe_applied:
      description: Whether a write of this task may have been applied although its outcome is unknown.
      type: bool
"""

from ..module_utils._module import runner, vpn_tunnel_info


def main() -> None:
    runner.run_module(vpn_tunnel_info)


if __name__ == "__main__":
    main()
