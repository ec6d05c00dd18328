#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_customer_gateway
short_description: Manage a customer gateway, the address of a VPN peer, on Baidu AI Cloud
version_added: 1.0.0
description:
  - Creates, updates and deletes a customer gateway (C(cgw)). It is the peer's address as an object of its own. The
    newer contract of the API requires it for tunnels, see O(baiducloud.network.vpn_tunnel#module:cgw_id).
  - The customer gateway is found by its exact name. Unset options are not changed.
  - A customer gateway is never created twice, even if a response is lost or several runs work at the same time.
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
      - V(present) creates the customer gateway, or updates it if it differs. V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name. The customer gateway is found by this exact name.
      - 1 to 65 characters; starts with a letter and has only letters, digits and C(-_/.).
      - O(name) or O(cgw_id) is required.
    type: str
  cgw_id:
    description:
      - The id of an existing customer gateway. If it is set, O(name) is its new name.
    type: str
    aliases: [cgwId]
  ip:
    description:
      - The peer's IP address. Required to create a customer gateway.
      - V(0.0.0.0) means a peer without a fixed address. It works only with the aggressive mode of IKEv1.
      - The API cannot change the address. For a new address, create another customer gateway, set it as O(cgw_id) of
        the tunnels, and then delete the old one.
    type: str
  description:
    description:
      - A description of at most 200 characters. An empty text clears it. If unset, it is not changed.
    type: str
  client_token:
    description:
      - The C(clientToken) of the creation, 1 to 64 characters of printable ASCII.
      - Leave it unset. The module then derives it from the name, so that a creation can be repeated safely.
    type: str
    aliases: [clientToken]
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.vpn_customer_gateway_info
  - module: baiducloud.network.vpn_tunnel
"""

EXAMPLES = r"""
- name: Create the customer gateway
  baiducloud.network.vpn_customer_gateway:
    name: branch-berlin
    ip: 203.0.113.10
  register: peer

- name: Set the tunnel's peer to the customer gateway
  baiducloud.network.vpn_tunnel:
    vpn_id: vpn-119bd69b
    vpn_conn_name: branch-berlin
    secret_key: "{{ tunnel_key }}"
    cgw_id: "{{ peer.cgw_id }}"
    local_subnets: [192.168.0.0/20]
    remote_subnets: [10.1.0.0/16]
    ike_config:
      ike_version: v2
      ike_mode: main
      ike_enc_alg: aes256
      ike_auth_alg: sha2_256
      ike_pfs: group14
      ike_life_time: 28800
    ipsec_config:
      ipsec_enc_alg: aes256
      ipsec_auth_alg: sha2_256
      ipsec_pfs: group14
      ipsec_lifetime: 3600

- name: Delete the tunnel
  baiducloud.network.vpn_tunnel:
    vpn_id: vpn-119bd69b
    vpn_conn_name: branch-berlin
    state: absent

- name: Delete the customer gateway
  baiducloud.network.vpn_customer_gateway:
    name: branch-berlin
    state: absent
"""

RETURN = r"""
cgw_id:
  description: Its id; null if there is none, V(check-mode-new) before a creation in check mode.
  returned: always on success, and on failure if known
  type: str
  sample: cgw-b036571edc5d
cgwId:
  description: The same as RV(cgw_id), in the API's spelling.
  returned: as RV(cgw_id)
  type: str
  sample: cgw-b036571edc5d
created_ids:
  description:
    - The ids of the customer gateways that this task created or may have created. After a failure, look for these ids.
    - If the API returned the id of a customer gateway that no longer exists, the task sent the creation again. Then
      there are several ids.
  returned: success, and on failure if there are any
  type: list
  elements: str
  sample: [cgw-b036571edc5d]
customer_gateway:
  description:
    - The customer gateway after the task; in check mode, as it would be.
    - A value that the API does not return, or not yet, is null.
  returned: if there is one
  type: dict
  contains:
    cgw_id:
      description: Its id.
      type: str
      sample: cgw-b036571edc5d
    name:
      description: Its name.
      type: str
      sample: branch-berlin
    ip:
      description: The peer's address.
      type: str
      sample: 203.0.113.10
    description:
      description: Its description.
      type: str
    created_time:
      description: The time of its creation, as the API returns it, without a time zone.
      type: str
      sample: "2026-07-11 17:22:34"
    updated_time:
      description: The time of its last update, as the API returns it; null right after an update by this task.
      type: str
      sample: "2026-07-11 17:22:34"
request_id:
  description:
    - The API's id of the task's last write, or of its last list if it wrote nothing. Baidu's support asks for it.
  returned: if there was a response
  type: str
  sample: 7a5d2f5e-0c5c-4a4b-9b5c-3e5c1d0e6f11
diff:
  description: The customer gateway before and after; an empty dictionary if there is none.
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

from ..module_utils._module import runner, vpn_customer_gateway


def main() -> None:
    runner.run_module(vpn_customer_gateway)


if __name__ == "__main__":
    main()
