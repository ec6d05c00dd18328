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
  - Creates, updates and deletes any number of IPsec tunnels on one or many VPN gateways, as
    M(baiducloud.network.vpn_tunnel) does with one.
  - Each gateway is listed once, all is planned before anything is written, and gateways are worked on concurrently.
  - A tunnel that fails does not hold up the others. The task then fails, and reports what was done and what was not.
  - If any option of any tunnel is invalid, nothing is sent, and all errors are reported with their places.
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
- name: Create a tunnel to each branch, and delete all others
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

- name: Show what was done
  ansible.builtin.debug:
    msg: "{{ branches.totals }}"

- name: Reconcile only the tunnels of one gateway of a longer list
  baiducloud.network.vpn_tunnels:
    gateways: [vpn-119bd69b]
    tunnels:
      - {vpn_id: vpn-119bd69b, vpn_conn_name: branch-rome, state: absent}
      - {vpn_id: vpn-22222222, vpn_conn_name: branch-oslo, state: absent} # of another gateway, so it is skipped

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
    - One entry per tunnel that is not skipped, in the order of the option O(tunnels), and after them those that were
      purged.
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
      description: Its id, null where there is none.
      type: str
      sample: vpnconn-ku4cxya6nisq
    created_ids:
      description:
        - The ids that the API returned to the creations of this tunnel, or that these may have made. More than one
          where the API replayed its response to an earlier creation, for a tunnel that is gone.
      type: list
      elements: str
      sample: [vpnconn-ku4cxya6nisq]
    action:
      description: What was to be done, C(create), C(update), C(delete) or C(nothing); null if that is unknown.
      type: str
      sample: create
    changed:
      description: Whether it was done, or in check mode would be.
      type: bool
      sample: true
    secret_key_changed:
      description: Whether an existing tunnel got another shared key, or would get it in check mode.
      type: bool
      sample: false
    error:
      description: What went wrong, in the shape of RV(error); null if nothing did.
      type: dict
totals:
  description: How many tunnels were, or in check mode would be, treated in which way.
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
      description: Deleted, purged ones included.
      type: int
    unchanged:
      description: Found as they are to be.
      type: int
    failed:
      description: Failed.
      type: int
    skipped:
      description: Items that were not reconciled, because their gateway is not one of O(gateways).
      returned: if O(gateways) is set
      type: int
diff:
  description: For each tunnel that changed, what it was and what it is, without keys.
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
      description: The tunnel after, or as it would be in check mode.
      type: dict
error:
  description: The first error.
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

from ..module_utils._module import runner, vpn_tunnels


def main() -> None:
    runner.run_module(vpn_tunnels)


if __name__ == "__main__":
    main()
