#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_tunnels
short_description: Manage many site-to-site VPN tunnels on Baidu AI Cloud in one task
version_added: 1.0.0
description:
  - Creates, updates and deletes any number of IPsec tunnels on one or more VPN gateways. Each tunnel is managed as by
    M(baiducloud.network.vpn_tunnel).
  - The task lists each gateway once, plans all changes, and then works on the gateways concurrently.
  - If a tunnel fails, the task goes on with the others. At the end it fails, and returns the result of each tunnel.
  - If any option is invalid, nothing is sent, and one error names all invalid options.
extends_documentation_fragment:
  - baiducloud.network.auth
  - baiducloud.network.tunnel.many
  - baiducloud.network.attributes
  - baiducloud.network.attributes.actiongroup
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.vpn_tunnel
"""

EXAMPLES = r"""
- name: Create a tunnel to each branch, and delete all other tunnels of the gateway
  baiducloud.network.vpn_tunnels:
    vpn_id: vpn-119bd69b
    secret_key: "{{ tunnel_key }}"
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
    tunnels:
      - name: branch-berlin
        local_subnets: [192.168.0.0/20]
        remote_ip: 203.0.113.10
        remote_subnets: [10.1.0.0/16]
      - name: branch-paris
        local_subnets: [192.168.0.0/20]
        remote_ip: 203.0.113.20
        remote_subnets: [10.2.0.0/16]
        ike_config:
          ike_enc_alg: aes
      - name: branch-rome
        state: absent
    purge: true
  register: branches

- name: Show the number of changes
  ansible.builtin.debug:
    msg: "{{ branches.totals }}"

- name: Manage only the tunnels of one gateway in a list for several
  baiducloud.network.vpn_tunnels:
    gateways: [vpn-119bd69b]
    tunnels:
      - {vpn_id: vpn-119bd69b, vpn_conn_name: branch-rome, state: absent}
      - {vpn_id: vpn-22222222, vpn_conn_name: branch-oslo, state: absent} # skipped, because it is on another gateway

- name: Delete all tunnels of the gateway
  baiducloud.network.vpn_tunnels:
    vpn_id: vpn-119bd69b
    tunnels: []
    purge: true
    purge_all: true
"""

RETURN = r"""
tunnels:
  description:
    - One entry for each tunnel that is not skipped, in the order of the option O(tunnels). The purged tunnels follow.
  returned: unless an option is wrong
  type: list
  elements: dict
  contains:
    name:
      description: The tunnel's name.
      type: str
      sample: branch-berlin
    vpn_id:
      description: The id of its gateway.
      type: str
      sample: vpn-119bd69b
    vpn_conn_id:
      description: Its id; null if there is none.
      type: str
      sample: vpnconn-ku4cxya6nisq
    created_ids:
      description:
        - The ids of the tunnels that this item created or may have created.
        - If the API returned the id of a tunnel that no longer exists, the task sent the creation again. Then there are
          several ids.
      type: list
      elements: str
      sample: [vpnconn-ku4cxya6nisq]
    action:
      description: The planned action, C(create), C(update), C(delete) or C(nothing); null if it is unknown.
      type: str
      sample: create
    changed:
      description: Whether the action was applied. In check mode, whether it would be.
      type: bool
      sample: true
    secret_key_changed:
      description: Whether an existing tunnel got another shared key. In check mode, whether it would.
      type: bool
      sample: false
    error:
      description: The error, in the shape of RV(error); null without an error.
      type: dict
totals:
  description: The number of tunnels with each result. In check mode, the planned results.
  returned: unless an option is wrong
  type: dict
  contains:
    created:
      description: Created.
      type: int
    updated:
      description: Updated in place.
      type: int
    deleted:
      description: Deleted, including purged tunnels.
      type: int
    unchanged:
      description: Already as desired.
      type: int
    failed:
      description: Failed.
      type: int
    skipped:
      description: Items on gateways that are not in O(gateways).
      returned: if O(gateways) is set
      type: int
diff:
  description: Each changed tunnel before and after, without keys.
  returned: unless an option is wrong
  type: list
  elements: dict
  contains:
    before_header:
      description: Gateway and name.
      type: str
      sample: vpn-119bd69b/branch-berlin
    after_header:
      description: Gateway and name.
      type: str
      sample: vpn-119bd69b/branch-berlin
    before:
      description: The tunnel before.
      type: dict
    after:
      description: The tunnel after. In check mode, as it would be.
      type: dict
error:
  description: The first error.
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

from ..module_utils._module import runner, vpn_tunnels


def main() -> None:
    runner.run_module(vpn_tunnels)


if __name__ == "__main__":
    main()
