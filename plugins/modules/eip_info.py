#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: eip_info
short_description: Find public IP addresses (EIPs) on Baidu AI Cloud
version_added: 1.0.0
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
  description:
    - The EIPs in the order of the API, each in the shape of RV(baiducloud.network.eip#module:eip_object).
  returned: success
  type: list
  elements: dict
  sample:
    - eip: 198.19.0.2
      eip_id: ip-8f3kq0zx1c2v
      name: vpn-eip
      status: binded
      bandwidth_in_mbps: 5
      payment_timing: Postpaid
      billing_method: ByBandwidth
      route_type: BGP
      instance_type: VPN
      instance_id: vpn-119bd69b
      eip_instance_type: normal
      share_group_id: ""
      create_time: "2026-05-28T20:27:00Z"
      expire_time: null
      tags: {}
      delete_protect: false
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
