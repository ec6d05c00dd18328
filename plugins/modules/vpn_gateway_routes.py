#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_gateway_routes
short_description: Manage all route rules that the tunnels of a VPN gateway on Baidu AI Cloud need
version_added: 1.0.0
description:
  - A tunnel carries traffic only if the route table of the VPC routes the remote networks to the VPN gateway. This
    module reads the tunnels of a gateway, and creates the rules that they need in the VPC's default route table. For a
    single rule, use M(baiducloud.network.vpc_route).
  - The source of a rule is a local network of the tunnel, if it lies inside one subnet of the VPC. A wider local
    network gives one rule for each subnet in it. O(sources) replaces the local networks.
  - The destinations of a source are the remote networks of its tunnels. Adjacent networks are merged, such as
    V(10.1.0.0/17) and V(10.1.128.0/17) to V(10.1.0.0/16). A network inside another one needs no rule of its own.
  - All listed tunnels count, except those that are being deleted. A tunnel that is being created or has an error counts
    too, because its rules must exist when it comes up.
  - The task fails before any write if the table would have more than 50 rules, if a remote network overlaps the VPC, or
    if a rule with the same source and destination has another next hop. One error names all reasons. Rules are created
    before others are deleted, so both count for the limit of 50.
  - A rule with another next hop is never changed. A rule is never created twice, even if a response is lost or several
    runs work at the same time. C(docs/assumptions.md) has the assumptions about the API.
  - In check mode, tunnels that an earlier task would create are unknown, and so are their rules.
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
  vpn_id:
    description:
      - The id of the VPN gateway. Its type must be IPSec.
      - In check mode, V(check-mode-new) is a gateway that does not exist yet. The task then reports a change, and warns
        that the rules are unknown.
    type: str
    required: true
    aliases: [vpnId]
  vpc_id:
    description:
      - The id of the gateway's VPC. If unset, it is read from the gateway.
      - The API may return a long id that no request accepts. The task then lists the gateways of each VPC of the region
        until it finds the gateway. If it finds none, this option is required.
    type: str
    aliases: [vpcId]
  vpc_name:
    description:
      - The exact name of the VPC, in place of O(vpc_id). Only one VPC may have this name. It takes one more request.
    type: str
    aliases: [vpcName]
  sources:
    description:
      - The sources of the rules, in place of the tunnels' local networks. Each is V(0.0.0.0/0), the network of a
        subnet, or a range inside one subnet. V(0.0.0.0/0) alone gives the fewest rules.
    type: list
    elements: str
  tunnel:
    description:
      - Manages the rules of this tunnel only. The networks in this option replace those that the API lists. So the
        rules can be created before the tunnel is created or changed.
      - The remote networks of this tunnel are not merged with those of other tunnels.
      - With O(state=absent), the task deletes the rules that this tunnel needs, unless another tunnel of the gateway
        needs them too. The tunnel itself need not exist any more.
      - With O(state=present) and O(purge=true), the task deletes the rules that only the listed networks of the tunnel
        need, unless another tunnel needs them.
      - In check mode with O(vpc_id) or O(vpc_name), rules are planned even if O(vpn_id) is V(check-mode-new).
    type: dict
    suboptions:
      vpn_conn_name:
        description: The tunnel's name. Required.
        type: str
        aliases: [vpnConnName, name]
      local_subnets:
        description: Its local networks. If unset, those that the API lists.
        type: list
        elements: str
        aliases: [localSubnets]
      remote_subnets:
        description: Its remote networks. If unset, those that the API lists.
        type: list
        elements: str
        aliases: [remoteSubnets]
  purge:
    description:
      - With O(state=present), deletes the rules that lead to this gateway and that none of its tunnels needs.
      - With O(state=absent), deletes all rules that lead to this gateway.
      - A rule is deleted only if two lists show this gateway as its next hop, and two reads of the gateway's tunnels
        agree that it is not needed. If they differ, or if the gateway's detail has tunnels that the list does not show,
        the task fails and changes nothing. Rules with another next hop are never deleted.
    type: bool
    default: false
  state:
    description:
      - V(present) creates the missing rules.
      - V(absent) deletes the rules that the gateway's tunnels need. Run it before the tunnels are deleted, with the
        same O(sources) as at the creation. Rules to this gateway that no tunnel needs stay unless O(purge=true), and a
        warning names them.
    type: str
    choices: [present, absent]
    default: present
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.vpn_gateway
  - module: baiducloud.network.vpc_route
  - module: baiducloud.network.vpc_route_info
  - module: baiducloud.network.vpn_tunnels
"""

EXAMPLES = r"""
- name: Create the route rules that the tunnels of the gateway need
  baiducloud.network.vpn_gateway_routes:
    vpn_id: vpn-119bd69b

- name: Route all sources to the remote networks, and delete the rules that no tunnel needs
  baiducloud.network.vpn_gateway_routes:
    vpn_id: vpn-119bd69b
    sources: [0.0.0.0/0]
    purge: true

- name: Delete all route rules that lead to the gateway
  baiducloud.network.vpn_gateway_routes:
    vpn_id: vpn-119bd69b
    state: absent
    purge: true
"""

RETURN = r"""
vpn_id:
  description: The id of the gateway.
  returned: unless an option is invalid
  type: str
  sample: vpn-119bd69b
vpc_id:
  description: The id of its VPC.
  returned: if known
  type: str
  sample: vpc-emulator
route_rules:
  description:
    - The rules that the tunnels need, by source and destination, then the deleted rules. With O(state=absent), only the
      deleted rules.
    - It is empty if the rules are unknown.
  returned: unless nothing could be planned
  type: list
  elements: dict
  contains:
    source_address:
      description: The source network of the traffic.
      type: str
      sample: 192.168.0.0/20
    destination_address:
      description: The destination network of the traffic.
      type: str
      sample: 10.24.0.0/16
    route_rule_id:
      description: Its id; null if there is none, V(check-mode-new) before a creation in check mode.
      type: str
      sample: rr-dvq3cxpghw5e
    created_ids:
      description:
        - The ids of the rules that this task created or may have created for this rule.
        - If the API returned the id of a rule that no longer exists, the task sent the creation again. Then there are
          several ids.
      type: list
      elements: str
      sample: [rr-dvq3cxpghw5e]
    action:
      description: The planned action, C(create), C(delete) or C(nothing); null if it is unknown.
      type: str
      sample: create
    changed:
      description: Whether the action was applied. In check mode, whether it would be.
      type: bool
      sample: true
    error:
      description: The error, in the shape of RV(error); null without an error.
      type: dict
totals:
  description: The number of rules with each result. In check mode, the planned results.
  returned: unless nothing could be planned
  type: dict
  contains:
    created:
      description: Created.
      type: int
    updated:
      description: Always 0, because a rule with another next hop is an error.
      type: int
    deleted:
      description: Deleted.
      type: int
    unchanged:
      description: Already as desired.
      type: int
    failed:
      description: Failed.
      type: int
diff:
  description: Each changed rule before and after.
  returned: unless nothing could be planned
  type: list
  elements: dict
  contains:
    before_header:
      description: Gateway, source and destination.
      type: str
      sample: vpn-119bd69b/192.168.0.0/20 -> 10.24.0.0/16
    after_header:
      description: Gateway, source and destination.
      type: str
      sample: vpn-119bd69b/192.168.0.0/20 -> 10.24.0.0/16
    before:
      description: The rule before.
      type: dict
    after:
      description: The rule after. In check mode, as it would be.
      type: dict
error:
  description: The first error.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - The API's error code, or one of the collection, such as V(InvalidOption), or V(RoutesNotPossible) for reasons
          found before any write.
      type: str
      sample: RoutesNotPossible
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

from ..module_utils._module import runner, vpn_gateway_routes


def main():
    runner.run_module(vpn_gateway_routes)


if __name__ == "__main__":
    main()
