#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_gateway_info
short_description: Find VPN gateways on Baidu AI Cloud
version_added: 1.0.0
description:
  - Reads the VPN gateways of a VPC or of the region, or single gateways by their ids.
  - Returns the gateways that match all options that are set. If no gateway matches, the list is empty.
extends_documentation_fragment:
  - baiducloud.network.auth
  - baiducloud.network.auth.version
  - baiducloud.network.attributes.info
  - baiducloud.network.attributes.actiongroup
options:
  vpc_id:
    description:
      - The id of the VPC. Its gateways are listed.
      - If O(vpc_id), O(vpc_name) and O(vpn_id) are unset, the gateways of all VPCs of the region are read. This takes
        one request for the list of VPCs, and one for each VPC.
    type: str
    aliases: [vpcId]
  vpc_name:
    description:
      - The exact name of the VPC, in place of O(vpc_id). Only one VPC may have this name. It takes one more request,
        and RV(vpc_id) returns the id.
    type: str
    aliases: [vpcName]
  vpn_id:
    description:
      - Only gateways with these ids.
    type: list
    elements: str
    aliases: [vpnId]
  vpn_name:
    description:
      - Only gateways with these exact names.
    type: list
    elements: str
    aliases: [vpnName, name]
  type:
    description:
      - Only gateways of this type. Only gateways of the type V(ipsec) have tunnels.
    type: str
    choices: [ipsec, ssl]
  tunnels:
    description:
      - Whether to read the tunnels of each gateway too.
    type: bool
    default: false
  exactly_one:
    description:
      - Whether to fail unless exactly one gateway is found. RV(vpn_gateway) and RV(vpn_id) then return it.
      - Names need not be unique in the API. Set this option if later tasks use the gateway that has a name.
    type: bool
    default: false
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.vpn_tunnel_info
  - plugin: baiducloud.network.vpn_gateways
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: Read all VPN gateways of a VPC
  baiducloud.network.vpn_gateway_info:
    vpc_id: vpc-emulator
  register: gateways

- name: Find one gateway by its name
  baiducloud.network.vpn_gateway_info:
    vpc_id: vpc-emulator
    vpn_name: "{{ gateways.vpn_gateways[0].vpn_name }}"
    exactly_one: true
  register: hub

- name: Read its tunnels
  baiducloud.network.vpn_gateway_info:
    vpn_id: "{{ hub.vpn_id }}"
    tunnels: true
"""

RETURN = r"""
vpc_id:
  description: The id of the VPC with the name O(vpc_name).
  returned: if O(vpc_name) is provided and names one VPC
  type: str
  sample: vpc-5cms1n3mvnfb
vpn_gateways:
  description:
    - The gateways in the order of the API. A value that the API does not return is null.
    - After a failure, those that were found.
  returned: always, unless an option is wrong
  type: list
  elements: dict
  contains:
    vpn_id:
      description: Its id.
      type: str
      sample: vpn-119bd69b
    vpn_name:
      description: Its name.
      type: str
      sample: hub
    vpc_id:
      description: The id of its VPC.
      type: str
      sample: vpc-5cms1n3mvnfb
    eip:
      description: Its public address, to which peers connect; empty if none is bound.
      type: str
      sample: 203.0.113.1
    status:
      description: Its status, as the API returns it, such as C(building), C(unconfigured) or C(active).
      type: str
      sample: active
    type:
      description: Its type, as the API returns it.
      type: str
      sample: IPSec
    description:
      description: Its description.
      type: str
    payment_timing:
      description: Its billing, as the API returns it.
      type: str
      sample: Postpaid
    bandwidth_in_mbps:
      description: Its bandwidth in Mbps.
      type: int
      sample: 200
    vpn_conn_num:
      description: The number of its tunnels.
      type: int
      sample: 2
    max_connection:
      description: The number of clients that an SSL gateway accepts.
      type: int
    create_time:
      description: The time of its creation, as the API returns it, without a time zone.
      type: str
      sample: "2026-04-25 17:22:34"
    expired_time:
      description: The time when it expires, as the API returns it.
      type: str
    delete_protect:
      description: Whether it is protected against its release.
      type: bool
    tags:
      description: Its tags as a dictionary. The API returns them only for gateways that are read by O(vpn_id) alone.
      type: dict
    vpn_tunnels:
      description:
        - Its tunnels, each in the shape of RV(baiducloud.network.vpn_tunnel#module:vpn_tunnel), without keys.
        - Null if they could not be read. The task then fails.
      returned: if O(tunnels) is true
      type: list
      elements: dict
vpn_gateway:
  description: The gateway, one of RV(vpn_gateways).
  returned: success, if O(exactly_one) is true
  type: dict
vpn_id:
  description: The gateway's id.
  returned: success, if O(exactly_one) is true
  type: str
  sample: vpn-119bd69b
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

from ..module_utils._module import runner, vpn_gateway_info


def main() -> None:
    runner.run_module(vpn_gateway_info)


if __name__ == "__main__":
    main()
