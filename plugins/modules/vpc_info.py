#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpc_info
short_description: Find VPCs on Baidu AI Cloud
version_added: 1.0.0
description:
  - Reads one VPC by its id or name, or all VPCs of the region, with their networks, subnets and default route tables.
  - If there is no such VPC, the list is empty.
extends_documentation_fragment:
  - baiducloud.network.auth
  - baiducloud.network.auth.version
  - baiducloud.network.attributes.info
  - baiducloud.network.attributes.actiongroup
options:
  vpc_id:
    description:
      - The id of the VPC.
      - Mutually exclusive with O(vpc_name). If both are unset, all VPCs of the region are read.
    type: str
    aliases: [vpcId]
  vpc_name:
    description:
      - The exact name of the VPC.
      - Names need not be unique in the API. If two VPCs have the name, the task fails and names both ids.
    type: str
    aliases: [vpcName]
notes:
  - Number of requests. The list of VPCs takes one request for 1000 VPCs; with O(vpc_id) it is not read. Each VPC takes
    two more, for its detail and its route table, and a third if its detail does not show the subnets.
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.vpc_route
  - module: baiducloud.network.vpn_gateway_info
"""

EXAMPLES = r"""
- name: Find a VPC by its name
  baiducloud.network.vpc_info:
    vpc_name: production
  register: found

- name: Show its subnets
  ansible.builtin.debug:
    msg: "{{ found.vpc.subnets | map(attribute='cidr') }}"

- name: Read all VPCs of the region
  baiducloud.network.vpc_info:
"""

RETURN = r"""
vpcs:
  description:
    - The VPCs in the order of the API. A value that the API does not return is null.
    - After a failure, those that were read.
  returned: always, unless an option is invalid
  type: list
  elements: dict
  contains:
    vpc_id:
      description: Its id.
      type: str
      sample: vpc-5cms1n3mvnfb
    name:
      description: Its name.
      type: str
      sample: production
    cidr:
      description: Its network. The default VPC of an old account can have C(0.0.0.0/0).
      type: str
      sample: 192.168.0.0/16
    secondary_cidr:
      description: Its auxiliary networks.
      type: list
      elements: str
      sample: [10.0.1.0/24]
    ipv6_cidr:
      description: Its IPv6 network; empty if it has none.
      type: str
    is_default:
      description: Whether it is the default VPC of the region.
      type: bool
    relay:
      description: Whether the VPC is a relay, which forwards traffic between other networks.
      type: bool
    description:
      description: Its description.
      type: str
    tags:
      description: Its tags as a dictionary.
      type: dict
    created_time:
      description: The time of its creation, as the API returns it.
      type: str
      sample: "2017-09-20T03:11:10Z"
    route_table_id:
      description: The id of its default route table; null if the API returns several tables and none is named default.
      type: str
      sample: rt-q1zg3i8mx8p6
    subnets:
      description: Its subnets.
      type: list
      elements: dict
      contains:
        subnet_id:
          description: Its id.
          type: str
          sample: sbn-IyWRnII7
        name:
          description: Its name.
          type: str
          sample: web
        cidr:
          description: Its network.
          type: str
          sample: 192.168.0.0/20
        ipv6_cidr:
          description: Its IPv6 network; empty if it has none.
          type: str
        zone_name:
          description: Its zone.
          type: str
          sample: cn-bj-a
        subnet_type:
          description: Its type, as the API returns it, such as C(BCC) or C(BBC).
          type: str
          sample: BCC
        description:
          description: Its description.
          type: str
vpc:
  description: The VPC, one of RV(vpcs).
  returned: success, if O(vpc_id) or O(vpc_name) is provided and there is such a VPC
  type: dict
vpc_id:
  description: The VPC's id.
  returned: success, if O(vpc_id) or O(vpc_name) is provided and there is such a VPC
  type: str
  sample: vpc-5cms1n3mvnfb
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

from ..module_utils._module import runner, vpc_info


def main() -> None:
    runner.run_module(vpc_info)


if __name__ == "__main__":
    main()
