#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpc_route_info
short_description: Read the route rules of a VPC on Baidu AI Cloud
version_added: 1.0.0
description:
  - Reads the rules of a route table, including system rules.
  - Returns the rules that match all options that are set. If no rule matches, the list is empty.
extends_documentation_fragment:
  - baiducloud.network.auth
  - baiducloud.network.auth.version
  - baiducloud.network.attributes.info
  - baiducloud.network.attributes.actiongroup
options:
  vpc_id:
    description:
      - The id of the VPC that has the route table.
      - Exactly one of O(vpc_id), O(vpc_name) and O(route_table_id) is required. If the VPC has several route tables,
        O(route_table_id) is required.
    type: str
    aliases: [vpcId]
  vpc_name:
    description:
      - The exact name of the VPC, in place of O(vpc_id). Only one VPC may have this name. It takes one more request,
        and RV(vpc_id) returns the id.
    type: str
    aliases: [vpcName]
  route_table_id:
    description:
      - The id of the route table.
    type: str
    aliases: [routeTableId]
  route_rule_id:
    description:
      - Only rules with these ids.
    type: list
    elements: str
    aliases: [routeRuleId]
  source_address:
    description:
      - Only rules with these sources.
    type: list
    elements: str
    aliases: [sourceAddress]
  destination_address:
    description:
      - Only rules with these destinations.
    type: list
    elements: str
    aliases: [destinationAddress]
  nexthop_type:
    description:
      - Only rules with a next hop of these types. Of several next hops, one must match.
    type: list
    elements: str
    aliases: [nexthopType]
  nexthop_id:
    description:
      - Only rules with these next hops, such as the id of a VPN gateway. Of several next hops, one must match.
    type: list
    elements: str
    aliases: [nexthopId]
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.vpc_route
"""

EXAMPLES = r"""
- name: Read all rules of the VPC
  baiducloud.network.vpc_route_info:
    vpc_id: vpc-emulator

- name: Read the rules that lead to a VPN gateway
  baiducloud.network.vpc_route_info:
    vpc_id: vpc-emulator
    nexthop_id: vpn-119bd69b
  register: routes
"""

RETURN = r"""
vpc_id:
  description: The id of the VPC with the name O(vpc_name).
  returned: if O(vpc_name) is provided and names one VPC
  type: str
  sample: vpc-5cms1n3mvnfb
route_rules:
  description:
    - The rules in the order of the API, each in the shape of RV(baiducloud.network.vpc_route#module:route_rule).
  returned: success
  type: list
  elements: dict
  sample:
    - route_rule_id: rr-dvq3cxpghw5e
      vpc_id: vpc-emulator
      route_table_id: rt-q1zg3i8mx8p6
      source_address: 192.168.0.0/20
      destination_address: 10.24.0.0/16
      nexthop_type: vpn
      nexthop_id: vpn-119bd69b
      description: To the branch in Berlin
      path_type: normal
      next_hop_list: null
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

from ..module_utils._module import runner, vpc_route_info


def main():
    runner.run_module(vpc_route_info)


if __name__ == "__main__":
    main()
