#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpc_route
short_description: Manage a route rule of a VPC on Baidu AI Cloud
version_added: 1.0.0
description:
  - Creates, updates and deletes one rule of a VPC's route table. A tunnel carries traffic only if a rule routes the
    remote network to the VPN gateway.
  - The rule is found by its O(source_address) and O(destination_address). A table has each such pair only once. Unset
    options are not changed.
  - A rule is never created twice, even if a response is lost or several runs work at the same time.
    C(docs/assumptions.md) has the assumptions about the API.
  - System rules are never changed or deleted.
extends_documentation_fragment:
  - baiducloud.network.auth
  - baiducloud.network.auth.version
  - baiducloud.network.attributes
  - baiducloud.network.attributes.actiongroup
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - V(present) creates the rule, or updates it if it differs. V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
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
  source_address:
    description:
      - The source network of the traffic, as a CIDR. It is V(0.0.0.0/0), the network of a subnet of the VPC, or a range
        inside one subnet.
      - Required together with O(destination_address), unless O(route_rule_id) is set.
    type: str
    aliases: [sourceAddress]
  destination_address:
    description:
      - The destination network of the traffic, as a CIDR. It must not overlap the VPC's own network, except
        V(0.0.0.0/0).
      - Both addresses must be of the same address family.
    type: str
    aliases: [destinationAddress]
  nexthop_type:
    description:
      - The type of the next hop. V(vpn) is a VPN gateway.
      - If unset, it is V(vpn). With O(route_rule_id) or O(state=absent), an unset type is not compared.
      - The API cannot change the type of an existing rule. For another type, delete the rule first.
      - With O(state=absent), a rule of another type is not deleted, and the task fails.
    type: str
    choices: [vpn, custom, nat, dcGateway, peerConn, enic, havip, ipv6gateway, defaultGateway]
    aliases: [nexthopType]
  nexthop_id:
    description:
      - The id of the next hop. For the type V(vpn) it is the id of the VPN gateway. Required to create a rule.
      - With O(state=absent), a rule with another next hop is not deleted, and the task fails.
    type: str
    aliases: [nexthopId]
  description:
    description:
      - A description of at most 200 characters. An empty text clears it.
    type: str
  route_rule_id:
    description:
      - The id of an existing rule. If it is set, O(source_address) and O(destination_address) are the rule's new
        addresses. With O(state=absent), the rule is deleted only if it has the addresses that are set.
    type: str
    aliases: [routeRuleId]
  client_token:
    description:
      - The C(clientToken) of the creation, 1 to 64 characters of printable ASCII.
      - Leave it unset. The module then derives it from table, source and destination, so that a creation can be
        repeated safely.
    type: str
    aliases: [clientToken]
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.vpc_route_info
  - module: baiducloud.network.vpn_tunnel
"""

EXAMPLES = r"""
- name: Route the traffic for the branch to the VPN gateway
  baiducloud.network.vpc_route:
    vpc_id: vpc-emulator
    source_address: 192.168.0.0/20
    destination_address: 10.24.0.0/16
    nexthop_id: vpn-119bd69b
    description: To the branch in Berlin
  register: route

- name: Delete the rule
  baiducloud.network.vpc_route:
    route_table_id: "{{ route.route_rule.route_table_id }}"
    source_address: 192.168.0.0/20
    destination_address: 10.24.0.0/16
    state: absent
"""

RETURN = r"""
vpc_id:
  description: The id of the VPC with the name O(vpc_name).
  returned: if O(vpc_name) is provided and names one VPC
  type: str
  sample: vpc-5cms1n3mvnfb
route_rule_id:
  description: The id of the rule; null if there is none, V(check-mode-new) before a creation in check mode.
  returned: always on success, and on failure if known
  type: str
  sample: rr-dvq3cxpghw5e
routeRuleId:
  description: The same as RV(route_rule_id), in the API's spelling.
  returned: as RV(route_rule_id)
  type: str
  sample: rr-dvq3cxpghw5e
created_ids:
  description:
    - The ids of the rules that this task created or may have created. After a failure, look for these ids.
    - If the API returned the id of a rule that no longer exists, the task sent the creation again. Then there are
      several ids.
  returned: success, and on failure if there are any
  type: list
  elements: str
  sample: [rr-dvq3cxpghw5e]
route_rule:
  description:
    - The rule after the task; in check mode, as it would be.
    - A value that the API does not return, or not yet, is null.
  returned: if there is one
  type: dict
  contains:
    route_rule_id:
      description: Its id; null for a system rule, V(check-mode-new) before a creation in check mode.
      type: str
      sample: rr-dvq3cxpghw5e
    vpc_id:
      description: The id of the VPC; null if the API does not return it.
      type: str
      sample: vpc-emulator
    route_table_id:
      description: The id of the route table.
      type: str
      sample: rt-q1zg3i8mx8p6
    source_address:
      description: The source network of the traffic, as a CIDR.
      type: str
      sample: 192.168.0.0/20
    destination_address:
      description: The destination network of the traffic, as a CIDR.
      type: str
      sample: 10.24.0.0/16
    nexthop_type:
      description: The type of the next hop; V(sys) is a system rule, which cannot be changed.
      type: str
      sample: vpn
    nexthop_id:
      description: The id of the next hop; for V(vpn) the id of the VPN gateway. Null for a rule with several next hops.
      type: str
      sample: vpn-119bd69b
    description:
      description: Its description.
      type: str
      sample: To the branch in Berlin
    path_type:
      description: How the rule uses its next hops, such as V(normal) or V(ecmp); null if the API does not return it.
      type: str
      sample: normal
    next_hop_list:
      description: The next hops of a rule with several; null for other rules.
      type: list
      elements: dict
      contains:
        nexthop_id:
          description: The id of the next hop.
          type: str
        nexthop_type:
          description: Its type.
          type: str
        path_type:
          description: Its role, such as V(ecmp) or V(ha:active).
          type: str
request_id:
  description:
    - The API's id of the task's last write, or of its last list if it wrote nothing. Baidu's support asks for it.
  returned: if there was a response
  type: str
  sample: 7a5d2f5e-0c5c-4a4b-9b5c-3e5c1d0e6f11
diff:
  description: The rule before and after; an empty dictionary if there is none.
  returned: success, and on failure if something was changed
  type: dict
  contains:
    before:
      description: The values before.
      type: dict
    after:
      description: The values after. In check mode, the planned ones.
      type: dict
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

from ..module_utils._module import runner, vpc_route


def main():
    runner.run_module(vpc_route)


if __name__ == "__main__":
    main()
