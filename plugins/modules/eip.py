#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: eip
short_description: Manage a public IP address (EIP) on Baidu AI Cloud
version_added: 1.0.0
description:
  - Creates and releases an EIP, and changes its bandwidth. A VPN gateway needs an EIP so that peers can reach it.
  - The EIP is found by its O(name), its address O(eip), or its O(eip_id). Unset options are not changed.
  - B(An EIP costs money) from its creation until its release. It is never bought twice, even if a response is lost or
    several runs work at the same time. If the outcome of a creation is unknown, the task sends it again only after the
    list has not shown the EIP for 30 seconds. C(docs/assumptions.md) has the assumptions about the API.
  - An EIP that is bound, protected against release or prepaid is not released.
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
      - V(present) creates the EIP, or changes its bandwidth if that differs. V(absent) releases it unless it is bound.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name, 1 to 65 characters. It starts with a letter and has only letters, digits and C(-_/.).
      - Required unless O(eip) or O(eip_id) is set. Together with one of these, another name of the EIP is an error,
        because the API cannot change it.
      - Names need not be unique in the API. If two EIPs have the name, the task fails and names both addresses.
    type: str
  eip:
    description:
      - The IPv4 address of an existing EIP.
    type: str
  eip_id:
    description:
      - The C(eipId) of an existing EIP, in place of O(eip). It takes one more request.
    type: str
    aliases: [eipId]
  bandwidth_in_mbps:
    description:
      - The bandwidth in Mbps. Required to create an EIP. It is the only value that can be changed.
      - V(1) to V(200) with the billing method V(ByTraffic), else V(1) to V(500). With O(route_type=BGP_S), V(100) to
        V(5000).
    type: int
    aliases: [bandwidthInMbps]
  billing:
    description:
      - The billing of a new EIP. The API cannot change it. A value that differs from an existing EIP is an error.
    type: dict
    suboptions:
      payment_timing:
        description:
          - V(Postpaid) or V(Prepaid). V(Prepaid) requires O(billing.reservation.reservation_length).
          - If unset, a new EIP is V(Postpaid).
        type: str
        choices: [Prepaid, Postpaid]
        aliases: [paymentTiming]
      billing_method:
        description:
          - V(ByBandwidth) or V(ByTraffic).
          - If unset, a new EIP is V(ByBandwidth).
        type: str
        choices: [ByBandwidth, ByTraffic]
        aliases: [billingMethod]
      reservation:
        description:
          - The time for which a new V(Prepaid) EIP is bought. This module never renews it.
        type: dict
        suboptions:
          reservation_length:
            description:
              - The number of months, V(1) to V(9), V(12), V(24) or V(36).
            type: int
            aliases: [reservationLength]
          reservation_time_unit:
            description:
              - The unit. If unset, it is V(month).
            type: str
            choices: [month]
            aliases: [reservationTimeUnit]
  route_type:
    description:
      - The type of the line. If unset, a new EIP is V(BGP). It cannot be changed.
    type: str
    choices: [BGP, BGP_S]
    aliases: [routeType]
  wait:
    description:
      - Whether to wait until the EIP can be used, has its new bandwidth, or is released.
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum time to wait, in seconds, V(1) to V(86400).
    type: int
    default: 600
  client_token:
    description:
      - The C(clientToken) of the creation, 1 to 64 characters of printable ASCII.
      - Leave it unset. The module then derives it from the name, so that a creation can be repeated safely.
    type: str
    aliases: [clientToken]
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.eip_info
  - module: baiducloud.network.vpn_gateway
"""

EXAMPLES = r"""
- name: Create an EIP
  baiducloud.network.eip:
    name: vpn-eip
    bandwidth_in_mbps: 5
  register: address

- name: Change its bandwidth
  baiducloud.network.eip:
    eip: "{{ address.eip }}"
    bandwidth_in_mbps: 10

- name: Release it
  baiducloud.network.eip:
    name: vpn-eip
    state: absent
"""

RETURN = r"""
eip:
  description: The address; null if there is none, V(check-mode-new) before a creation in check mode.
  returned: always on success, and on failure if known
  type: str
  sample: 198.19.0.2
eip_id:
  description: The C(eipId); null if there is none, V(check-mode-new) before a creation in check mode.
  returned: always on success, and on failure if known
  type: str
  sample: ip-8f3kq0zx1c2v
eipId:
  description: The same as RV(eip_id), in the API's spelling.
  returned: as RV(eip_id)
  type: str
  sample: ip-8f3kq0zx1c2v
created_ids:
  description:
    - The addresses of the EIPs that this task created or may have created. After a failure, look for these addresses.
    - If the API returned the address of an EIP that no longer exists, the task sent the creation again. Then there are
      several addresses.
  returned: success, and on failure if there are any
  type: list
  elements: str
  sample: [198.19.0.2]
eip_object:
  description:
    - The EIP after the task; in check mode, as it would be.
    - A value that the API does not return, or not yet, is null.
  returned: if there is one
  type: dict
  contains:
    eip:
      description: Its address; V(check-mode-new) before a creation in check mode.
      type: str
      sample: 198.19.0.2
    eip_id:
      description: Its C(eipId); V(check-mode-new) before a creation in check mode.
      type: str
      sample: ip-8f3kq0zx1c2v
    name:
      description: Its name; empty if it has none, null if the API does not return it.
      type: str
      sample: vpn-eip
    status:
      description:
        - Its status in lower case, such as V(available), V(binded) (in use), V(creating), V(binding), V(unbinding),
          V(updating), V(paused) or V(unavailable).
      type: str
      sample: available
    bandwidth_in_mbps:
      description: Its bandwidth in Mbps.
      type: int
      sample: 5
    payment_timing:
      description: V(Prepaid) or V(Postpaid).
      type: str
      sample: Postpaid
    billing_method:
      description: Such as V(ByBandwidth) or V(ByTraffic).
      type: str
      sample: ByBandwidth
    route_type:
      description: V(BGP) or V(BGP_S).
      type: str
      sample: BGP
    instance_type:
      description: The type of the instance that it is bound to, such as V(VPN); empty if it is not bound.
      type: str
      sample: VPN
    instance_id:
      description: The id of that instance; empty if it is not bound.
      type: str
      sample: vpn-119bd69b
    eip_instance_type:
      description: V(normal), or V(shared) if it shares its bandwidth with others.
      type: str
      sample: normal
    share_group_id:
      description: The id of the shared bandwidth; empty if there is none.
      type: str
    create_time:
      description: The time of its creation, as the API returns it.
      type: str
      sample: "2026-05-28T20:27:00Z"
    expire_time:
      description: The time when a prepaid EIP ends, as the API returns it; null for others.
      type: str
    tags:
      description: Its tags, as a dictionary.
      type: dict
    delete_protect:
      description: Whether it is protected against release.
      type: bool
request_id:
  description:
    - The API's id of the task's last write, or of its last list if it wrote nothing. Baidu's support asks for it.
  returned: if there was a response
  type: str
  sample: 7a5d2f5e-0c5c-4a4b-9b5c-3e5c1d0e6f11
diff:
  description: The EIP before and after; an empty dictionary if there is none.
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

from ..module_utils._module import eip, runner


def main():
    runner.run_module(eip)


if __name__ == "__main__":
    main()
