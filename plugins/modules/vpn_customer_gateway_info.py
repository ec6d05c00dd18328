#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_customer_gateway_info
short_description: Read the customer gateways, the addresses of VPN peers, on Baidu AI Cloud
version_added: 1.0.0
description:
  - Reads the customer gateways (C(cgw)) of a region.
  - Returns those that match all options that are set, or all customer gateways if none is set. If none matches, the
    list is empty.
extends_documentation_fragment:
  - baiducloud.network.auth
  - baiducloud.network.auth.version
  - baiducloud.network.attributes.info
  - baiducloud.network.attributes.actiongroup
options:
  cgw_id:
    description:
      - Only customer gateways with these ids.
    type: list
    elements: str
    aliases: [cgwId]
  name:
    description:
      - Only customer gateways with these exact names.
    type: list
    elements: str
  ip:
    description:
      - Only customer gateways with these addresses.
    type: list
    elements: str
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.vpn_customer_gateway
"""

EXAMPLES = r"""
- name: Read all customer gateways of the region
  baiducloud.network.vpn_customer_gateway_info:

- name: Read the customer gateway of an address
  baiducloud.network.vpn_customer_gateway_info:
    ip: 203.0.113.10
  register: peers
"""

RETURN = r"""
customer_gateways:
  description:
    - The customer gateways in the order of the API, each in the shape of
      RV(baiducloud.network.vpn_customer_gateway#module:customer_gateway).
  returned: success
  type: list
  elements: dict
  sample:
    - cgw_id: cgw-b036571edc5d
      name: branch-berlin
      ip: 203.0.113.10
      description: ""
      created_time: "2026-07-11 17:22:34"
      updated_time: "2026-07-11 17:22:34"
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

from ..module_utils._module import runner, vpn_customer_gateway_info


def main() -> None:
    runner.run_module(vpn_customer_gateway_info)


if __name__ == "__main__":
    main()
