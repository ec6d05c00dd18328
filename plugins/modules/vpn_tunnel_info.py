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
  - Reads the IPsec tunnels (C(vpnconn)) of one or more VPN gateways, or of all gateways of a VPC.
  - Returns the tunnels that match all options that are set. If no tunnel matches, the list is empty.
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
      - Exactly one of O(vpn_id), O(vpc_id) and O(vpc_name) is required, because the API lists tunnels by gateway.
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
      - The exact name of the VPC, in place of O(vpc_id). Only one VPC may have this name. It takes one more request,
        and RV(vpc_id) returns the id.
    type: str
    aliases: [vpcName]
  vpn_conn_name:
    description:
      - Only tunnels with these exact names.
    type: list
    elements: str
    aliases: [vpnConnName, name]
  vpn_conn_id:
    description:
      - Only tunnels with these ids.
    type: list
    elements: str
    aliases: [vpnConnId]
  status:
    description:
      - Only tunnels with one of these statuses, such as V(active). Case is ignored.
    type: list
    elements: str
  health_status:
    description:
      - Only tunnels with one of these health statuses, such as V(reachable). Case is ignored.
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

- name: Read the tunnels of a VPC whose peers are reachable
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
  description: The id of the VPC with the name O(vpc_name).
  returned: if O(vpc_name) is provided and names one VPC
  type: str
  sample: vpc-5cms1n3mvnfb
vpn_tunnels:
  description:
    - The tunnels, each in the shape of RV(baiducloud.network.vpn_tunnel#module:vpn_tunnel), without keys. They are in
      the order of the gateways, and for each gateway in the order of the API.
    - After a failure, the tunnels of the gateways that could be read.
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
  description: The error.
  returned: failure
  type: dict
  contains:
    code:
      description: The API's error code, or one of the collection, such as V(InvalidOption) or V(WaitTimeout).
      type: str
      sample: AccessDenied
    message:
      description: The error text.
      type: str
    http_status:
      description: The HTTP status; null without a response.
      type: int
      sample: 403
    request_id:
      description: The API's request id; null without a response.
      type: str
    retryable:
      description: Whether the same task may succeed later.
      type: bool
    maybe_applied:
      description: Whether a write whose outcome is unknown may have been applied.
      type: bool
"""

from ..module_utils._module import runner, vpn_tunnel_info


def main() -> None:
    runner.run_module(vpn_tunnel_info)


if __name__ == "__main__":
    main()
