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
  - Creates, updates and deletes a customer gateway (C(cgw)), which is the peer's address as an object in the newer
    contract of the API. Tunnels refer to it by its id; see O(baiducloud.network.vpn_tunnel#module:cgw_id).
  - A customer gateway is found by its exact name. Options that are not provided are left as they are.
  - A customer gateway is never made twice, whatever happens between the task and the API.
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
      - V(present) creates the customer gateway, or updates it where it differs. V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the customer gateway, by which it is found. It must match exactly.
      - 1 to 65 characters; starts with a letter and has only letters, digits and C(-_/.).
      - One of O(name) and O(cgw_id) is needed.
    type: str
  cgw_id:
    description:
      - The id of the customer gateway. With it an existing one is picked, and O(name) is the name that it gets.
    type: str
    aliases: [cgwId]
  ip:
    description:
      - The peer's IP address. Needed to create a customer gateway.
      - V(0.0.0.0) stands for a peer without a fixed one, only for IKEv1's aggressive mode.
      - The API cannot change it. For a new address create another customer gateway, give its id to the tunnels, and
        then remove the old one.
    type: str
  description:
    description:
      - A text of your own of at most 200 characters. An empty text clears it; if unset, it is left as it is.
    type: str
  client_token:
    description:
      - The C(clientToken) of the creation, 1 to 64 characters of printable ASCII.
      - Best left out. The module then derives one from the name, which makes a creation safe to repeat at any time.
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
  description: Its id; null where there is none, V(check-mode-new) before a creation in check mode.
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
    - The ids that the API returned to the creations of this task, or that these may have made.
    - More than one where the API replayed its response to an earlier creation, for one that is gone.
    - After a failure they are what to look for.
  returned: success, and on failure if there are any
  type: list
  elements: str
  sample: [cgw-b036571edc5d]
customer_gateway:
  description:
    - The customer gateway as it is now; in check mode, as it would be.
    - A value is null where the API does not return it, or not yet.
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
      description: When it was created, as the API returns it (without a time zone).
      type: str
      sample: "2026-07-11 17:22:34"
    updated_time:
      description: When it was last updated, as the API returns it; null right after an update of this task.
      type: str
      sample: "2026-07-11 17:22:34"
request_id:
  description: The API's id of the request that did the work; Baidu's support asks for it.
  returned: if there was a response
  type: str
  sample: 7a5d2f5e-0c5c-4a4b-9b5c-3e5c1d0e6f11
diff:
  description: The customer gateway before and after. An empty dictionary means that there is none.
  returned: success, and on failure if something was changed
  type: dict
  contains:
    before:
      description: What it was.
      type: dict
    after:
      description: What it is, or would be in check mode.
      type: dict
error:
  description: What went wrong.
  returned: failure
  type: dict
  contains:
    code:
      description: The API's error code, or one of the collection's own, such as V(InvalidOption) or V(WaitTimeout).
      type: str
      sample: AccessDenied
    message:
      description: The message.
      type: str
    http_status:
      description: The HTTP status, null where there was no response.
      type: int
      sample: 403
    request_id:
      description: The API's request id, null where there was none.
      type: str
    retryable:
      description: Whether the same task may succeed later without any change.
      type: bool
    maybe_applied:
      description: Whether a write of this task may have been applied although its outcome is unknown.
      type: bool
"""

from ..module_utils._module import runner, vpn_customer_gateway


def main() -> None:
    runner.run_module(vpn_customer_gateway)


if __name__ == "__main__":
    main()
