#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: eip_info
short_description: Find public IP addresses (EIPs) on Baidu AI Cloud
version_added: 1.1.0
description:
  - Reads the EIPs of the region. One request reads 1,000 EIPs.
  - Returns the EIPs that match all options that are set. If no EIP matches, the list is empty.
extends_documentation_fragment:
  - baiducloud.network.auth
  - baiducloud.network.auth.version
  - baiducloud.network.attributes.info
  - baiducloud.network.attributes.actiongroup
options:
  eip:
    description:
      - Only EIPs with these addresses.
    type: list
    elements: str
  eip_id:
    description:
      - Only EIPs with these values of C(eipId).
    type: list
    elements: str
    aliases: [eipId]
  name:
    description:
      - Only EIPs with these exact names.
    type: list
    elements: str
  status:
    description:
      - Only EIPs with one of these statuses, such as V(available) (not in use) or V(binded) (in use).
    type: list
    elements: str
  instance_id:
    description:
      - Only EIPs that are bound to these instances, such as the id of a VPN gateway.
    type: list
    elements: str
    aliases: [instanceId]
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.eip
"""

EXAMPLES = r"""
- name: Read the EIPs that are not in use
  baiducloud.network.eip_info:
    status: available
  register: free

- name: Find the EIP of a VPN gateway
  baiducloud.network.eip_info:
    instance_id: vpn-119bd69b
"""

RETURN = r"""
eips:
  description: The EIPs in the order of the API. A value that the API does not return is null.
  returned: success
  type: list
  elements: dict
  contains:
    eip:
      description: Its address.
      type: str
      sample: 198.19.0.2
    eip_id:
      description: Its C(eipId).
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

from ..module_utils._module import eip_info, runner


def main():
    runner.run_module(eip_info)


if __name__ == "__main__":
    main()
