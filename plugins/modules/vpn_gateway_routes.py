#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_gateway_routes
short_description: Manage all route rules that the tunnels of a VPN gateway on Baidu AI Cloud need
version_added: 1.1.0
description:
  - A tunnel carries traffic only if the route table of the VPC leads the traffic for the remote networks to the VPN
    gateway. This module reads the tunnels of a gateway, and creates the rules that they need in the VPC's default route
    table. M(baiducloud.network.vpc_route) manages a single rule.
  - The source of a rule is a local network of the tunnel that lies inside one subnet of the VPC. A wider local network
    gives one rule for each subnet in it. O(sources) replaces the local networks.
  - The destinations of a source are the remote networks of its tunnels. Neighbours are merged, such as V(10.1.0.0/17)
    and V(10.1.128.0/17) to V(10.1.0.0/16), and a network inside another one needs no rule of its own.
  - Every tunnel that the API lists counts, except one that is being deleted. A tunnel that is being created or has an
    error counts too, because its rules must exist when it comes up.
  - The task fails before anything is written, with all reasons in one message, if the table would have more than 50
    rules (they are created before others are deleted), if a remote network overlaps the VPC, or if a rule of the same
    source and destination has another next hop. Such a rule is never changed.
  - A rule is never created twice, even if a response of the API is lost or two runs work at the same time.
  - In check mode tunnels that an earlier task would create are not known, and neither are their rules.
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
      - The id of the VPN gateway, of the type IPSec.
      - In check mode V(check-mode-new) stands for a gateway that does not exist yet. The task then reports a change,
        and a warning says that the rules are not known yet.
    type: str
    required: true
    aliases: [vpnId]
  vpc_id:
    description:
      - The id of the gateway's VPC. If unset, it is the VPC that the API shows for the gateway.
      - The API may show a long id, which no request accepts. The task then lists the gateways of each VPC of the region
        until one list has the gateway. Required if no list has it.
    type: str
    aliases: [vpcId]
  vpc_name:
    description:
      - The name of that VPC, in the place of O(vpc_id). It must match exactly, and be the name of one VPC only. One
        more request lists the VPCs.
    type: str
    aliases: [vpcName]
  sources:
    description:
      - The sources of the rules, in the place of the tunnels' local networks. Each is V(0.0.0.0/0), the network of a
        subnet, or a range inside one subnet. V(0.0.0.0/0) alone needs the fewest rules.
    type: list
    elements: str
  tunnel:
    description:
      - Manages the rules of this tunnel only. The networks in this option replace those that the list of tunnels shows,
        so the rules can be planned or created before the tunnel is created or changed.
      - The remote networks of the tunnel are not merged with those of other tunnels.
      - With O(state=absent), the task deletes the rules that this tunnel needs, unless another tunnel of the gateway
        needs them too. The tunnel itself need not exist any more.
      - With O(state=present) and O(purge=true), the task deletes the rules that the listed networks of the tunnel need
        and the networks in this option do not, unless another tunnel needs them.
      - In check mode, with O(vpc_id) or O(vpc_name), rules are planned even if O(vpn_id) is V(check-mode-new).
    type: dict
    suboptions:
      vpn_conn_name:
        description: Its name. Required.
        type: str
        aliases: [vpnConnName, name]
      local_subnets:
        description: Its local networks. If unset, those that the list of tunnels shows.
        type: list
        elements: str
        aliases: [localSubnets]
      remote_subnets:
        description: Its remote networks. If unset, those that the list of tunnels shows.
        type: list
        elements: str
        aliases: [remoteSubnets]
  purge:
    description:
      - With O(state=present), delete the rules that lead to this gateway and that none of its tunnels needs.
      - With O(state=absent), delete all rules that lead to this gateway.
      - A rule is deleted only if two lists show that its next hop is this gateway, and two readings of the gateway's
        tunnels agree that it is not needed. If they do not agree, or the gateway's detail has tunnels that its list
        does not show, the task fails and nothing is changed. Rules with another next hop are never deleted.
    type: bool
    default: false
  state:
    description:
      - V(present) creates the rules that are missing.
      - V(absent) deletes the rules that lead to this gateway and that its tunnels need, so run it before the tunnels
        are deleted. It finds them only with the O(sources) for which they were created. Rules to this gateway that
        no tunnel needs stay, and a warning names them, unless O(purge=true).
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

- name: Route all traffic for the remote networks to the gateway, and delete rules that no tunnel needs any more
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
    - The rules that the tunnels need, by source and destination, and after them those that were deleted. With
      O(state=absent) only those that were deleted.
    - Empty where the rules are not known yet.
  returned: unless nothing could be planned
  type: list
  elements: dict
  contains:
    source_address:
      description: The network that traffic comes from.
      type: str
      sample: 192.168.0.0/20
    destination_address:
      description: The network that traffic goes to.
      type: str
      sample: 10.24.0.0/16
    route_rule_id:
      description: Its id; null where there is none, V(check-mode-new) before a creation in check mode.
      type: str
      sample: rr-dvq3cxpghw5e
    created_ids:
      description:
        - The ids of the rules that the creation of this rule made or may have made. There is more than one id if the
          API replayed its response to an earlier creation, of a rule that no longer exists.
      type: list
      elements: str
      sample: [rr-dvq3cxpghw5e]
    action:
      description: What was to be done, C(create), C(delete) or C(nothing); null if that is unknown.
      type: str
      sample: create
    changed:
      description: Whether it was done, or in check mode would be.
      type: bool
      sample: true
    error:
      description: What went wrong, in the shape of RV(error); null if nothing did.
      type: dict
totals:
  description: How many rules had, or in check mode would have, which result.
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
      description: Found as desired.
      type: int
    failed:
      description: Failed.
      type: int
diff:
  description: For each rule that changed, what it was and what it is.
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
      description: The rule after, or as it would be in check mode.
      type: dict
error:
  description: The first error.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - The API's error code, or one of the collection's own, such as V(InvalidOption), or V(RoutesNotPossible) for
          reasons that were found before anything was written.
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
