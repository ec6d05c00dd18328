#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_gateway
short_description: Manage an IPsec VPN gateway on Baidu AI Cloud
version_added: 1.0.0
description:
  - Creates, updates and releases a VPN gateway of the type IPSec. B(A gateway costs money) from its creation until its
    release. A prepaid gateway is paid for the whole time for which it was bought. It is never renewed.
  - The gateway is found by its O(vpn_name) in its VPC, or by its O(vpn_id). If two gateways have the name, the task
    fails and names both ids. Unset options are not changed.
  - A gateway is never bought twice, even if responses are lost or several runs work at the same time. If the outcome of
    a creation stays unknown, the task fails, RV(error.maybe_applied) is true, and the error says what to look for.
    C(docs/assumptions.md) has the assumptions about the API.
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
      - V(present) creates the gateway, or updates it if it differs. V(absent) releases it.
      - A gateway is not released while it has tunnels, while route rules lead to it, or while it is protected. The
        error names all reasons. See O(force) and O(delete_protect).
      - An EIP that is bound to the gateway is unbound before the release, and is not released itself.
      - The API cannot release a prepaid gateway. The task then fails before anything is changed.
    type: str
    choices: [present, absent]
    default: present
  vpc_id:
    description:
      - The id of the gateway's VPC. The API cannot move a gateway to another VPC.
      - Exactly one of O(vpc_id) and O(vpc_name) is required, unless O(vpn_id) is set. With O(vpn_id) alone, the VPC is
        read from the gateway.
    type: str
    aliases: [vpcId]
  vpc_name:
    description:
      - The exact name of the VPC, in place of O(vpc_id). Only one VPC may have this name. It takes one more request,
        and RV(vpc_id) returns the id.
    type: str
    aliases: [vpcName]
  vpn_name:
    description:
      - The name of the gateway, 1 to 65 characters. It starts with a letter and has only letters, digits and C(-_/.).
        It is not V(default).
      - Required unless O(vpn_id) is set. With O(vpn_id), it is the gateway's new name.
    type: str
    aliases: [vpnName, name]
  vpn_id:
    description:
      - The id of an existing gateway.
    type: str
    aliases: [vpnId]
  type:
    description:
      - The type of the gateway. Gateways of other types, such as SSL, are never changed, even if they have the name.
    type: str
    choices: [IPSec]
    default: IPSec
  billing:
    description:
      - The billing of a new gateway. If unset, it is V(Postpaid), paid by the hour.
      - The API cannot change it. If an existing gateway has another O(billing.payment_timing), the task fails.
    type: dict
    suboptions:
      payment_timing:
        description:
          - V(Prepaid) requires O(billing.reservation.reservation_length).
        type: str
        choices: [Prepaid, Postpaid]
        aliases: [paymentTiming]
      reservation:
        description:
          - The time for which a prepaid gateway is bought. It is used only for a creation.
        type: dict
        suboptions:
          reservation_length:
            description:
              - The number of months, 1 to 9, 12, 24 or 36. There is no default.
            type: int
            aliases: [reservationLength]
          reservation_time_unit:
            description:
              - The unit. If unset, it is V(month).
            type: str
            choices: [month]
            aliases: [reservationTimeUnit]
  subnet_id:
    description:
      - The id of a subnet of the VPC, for a new gateway. If unset, the API chooses one.
      - The API does not return the subnet, so it is not compared with that of an existing gateway.
    type: str
    aliases: [subnetId]
  eip:
    description:
      - The address of the EIP to bind. The EIP must be available. An empty text unbinds the current EIP.
      - An address is replaced in two steps. In between the gateway has no address. All peers need the new address.
    type: str
  description:
    description:
      - A description of at most 200 characters. An empty text clears it.
    type: str
  tags:
    description:
      - The tags of a new gateway, a dictionary of texts.
      - The API cannot change them. If an existing gateway has other tags, the task fails. It takes one more request.
    type: dict
  delete_protect:
    description:
      - Whether the gateway is protected against its release.
      - With O(state=absent), V(false) switches the protection off before the release. Otherwise a protected gateway is
        not released.
    type: bool
    aliases: [deleteProtect]
  force:
    description:
      - With O(state=absent), deletes the gateway's tunnels and the route rules that lead to it before the release.
        C(--check --diff) shows what would be deleted.
      - It does not switch the protection off, see O(delete_protect).
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until a new gateway can be used, an EIP is bound or unbound, or a released gateway is gone.
      - With V(false), the task does not wait after its last write.
      - If the gateway is being created or changed, the task waits before it writes, also with V(false). The API would
        reject the write.
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum time for all waits of the task together, in seconds, 1 to 86400.
    type: int
    default: 600
  client_token:
    description:
      - The C(clientToken) of the creation, 1 to 64 characters of printable ASCII.
      - Leave it unset. The module then derives it from VPC and name, so that a creation can be repeated safely.
    type: str
    aliases: [clientToken]
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.eip
  - module: baiducloud.network.vpn_gateway_info
  - module: baiducloud.network.vpn_gateway_routes
  - module: baiducloud.network.vpn_tunnel
"""

EXAMPLES = r"""
- name: Create a gateway that is paid for by the hour
  baiducloud.network.vpn_gateway:
    vpc_id: vpc-emulator
    vpn_name: branches
    description: For the branches in Europe
    delete_protect: true
  register: gateway

- name: Create an EIP
  baiducloud.network.eip:
    name: branches
    bandwidth_in_mbps: 5
  register: address

- name: Bind the EIP to the gateway
  baiducloud.network.vpn_gateway:
    vpn_id: "{{ gateway.vpn_id }}"
    eip: "{{ address.eip }}"

- name: Unbind its EIP
  baiducloud.network.vpn_gateway:
    vpn_id: "{{ gateway.vpn_id }}"
    eip: ""

- name: Release it with its tunnels and route rules
  baiducloud.network.vpn_gateway:
    vpn_id: "{{ gateway.vpn_id }}"
    state: absent
    force: true
    delete_protect: false
"""

RETURN = r"""
vpc_id:
  description: The id of the gateway's VPC.
  returned: if the VPC was found by O(vpc_name) or by O(vpn_id)
  type: str
  sample: vpc-5cms1n3mvnfb
vpn_id:
  description: The id of the gateway; null if there is none, V(check-mode-new) before a creation in check mode.
  returned: always on success, and on failure if known
  type: str
  sample: vpn-119bd69b
vpnId:
  description: The same as RV(vpn_id), in the API's spelling.
  returned: as RV(vpn_id)
  type: str
  sample: vpn-119bd69b
created_ids:
  description:
    - The ids of the gateways that this task created or may have created. After a failure, look for these ids.
    - If the API returned the id of a gateway that no longer exists, the task sent the creation again. Then there are
      several ids.
  returned: success, and on failure if there are any
  type: list
  elements: str
  sample: [vpn-119bd69b]
vpn_gateway:
  description:
    - The gateway after the task; in check mode, as it would be.
    - A value that the API does not return, or not yet, is null.
  returned: if there is one
  type: dict
  contains:
    vpn_id:
      description: Its id; V(check-mode-new) before a creation in check mode.
      type: str
      sample: vpn-119bd69b
    vpn_name:
      description: Its name.
      type: str
      sample: branches
    vpc_id:
      description: The id of its VPC.
      type: str
      sample: vpc-5cms1n3mvnfb
    subnet_id:
      description: The id of its subnet; null, because the API does not return it.
      type: str
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
      description: The bandwidth of its EIP in Mbps.
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
      description: Its tags as a dictionary; null unless the gateway was read by its id.
      type: dict
    tunnels:
      description: Its tunnels. With O(force), those that the task deletes.
      returned: if the release failed
      type: list
      elements: dict
      contains:
        vpn_conn_id:
          description: The id of the tunnel.
          type: str
        vpn_conn_name:
          description: Its name.
          type: str
    route_rules:
      description: The route rules that lead to it. With O(force), those that the task deletes.
      returned: if the release failed
      type: list
      elements: dict
      contains:
        route_rule_id:
          description: The id of the rule.
          type: str
        source_address:
          description: The source network of the traffic, as a CIDR.
          type: str
        destination_address:
          description: The destination network of the traffic, as a CIDR.
          type: str
request_id:
  description:
    - The API's id of the task's last write, or of its last list if it wrote nothing. Baidu's support asks for it.
    - Null if no gateway has the O(vpn_id) and no VPC is set.
  returned: if there was a response
  type: str
  sample: 7a5d2f5e-0c5c-4a4b-9b5c-3e5c1d0e6f11
diff:
  description:
    - The gateway before and after; an empty dictionary if there is none.
    - Before a release it contains V(tunnels) and V(route_rules), which are deleted with the gateway.
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

from ..module_utils._module import runner, vpn_gateway


def main():
    runner.run_module(vpn_gateway)


if __name__ == "__main__":
    main()
