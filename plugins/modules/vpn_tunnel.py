#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_tunnel
short_description: Manage a site-to-site VPN tunnel on Baidu AI Cloud
version_added: 1.0.0
description:
  - Creates, updates and deletes one IPsec tunnel (C(vpnconn)) of a VPN gateway.
  - The tunnel is found by its exact name on the gateway. Unset options are not changed.
  - A tunnel is never created twice, even if a response is lost or several runs work at the same time.
    C(docs/assumptions.md) has the assumptions about the API.
extends_documentation_fragment:
  - baiducloud.network.auth
  - baiducloud.network.tunnel
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
"""

EXAMPLES = r"""
- name: Create the tunnel
  baiducloud.network.vpn_tunnel:
    vpn_id: vpn-119bd69b
    vpn_conn_name: branch-berlin
    secret_key: "{{ tunnel_key }}"
    local_subnets: [192.168.0.0/20]
    remote_ip: 203.0.113.10
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
  register: created

- name: Create the example of the API page, with the API's names
  baiducloud.network.vpn_tunnel:
    vpnId: vpn-119bd69b
    vpnConnName: vpncon
    secretKey: "{{ tunnel_key }}"
    localSubnets: [192.168.0.0/20]
    remoteIp: 10.107.245.188
    remoteSubnets: [192.168.100.0/24]
    description: "111"
    ikeConfig:
      ikeVersion: v1
      ikeMode: main
      ikeEncAlg: aes
      ikeAuthAlg: sha1
      ikePfs: group2
      ikeLifeTime: 200
    ipsecConfig:
      ipsecEncAlg: aes
      ipsecAuthAlg: sha1
      ipsecPfs: group2
      ipsecLifetime: 28800

- name: Change one option, and leave the others as they are
  baiducloud.network.vpn_tunnel:
    vpn_id: vpn-119bd69b
    vpn_conn_name: branch-berlin
    ipsec_config:
      ipsec_lifetime: 7200

- name: Rename the tunnel, and wait until it is active
  baiducloud.network.vpn_tunnel:
    vpn_id: vpn-119bd69b
    vpn_conn_id: "{{ created.vpn_conn_id }}"
    vpn_conn_name: branch-hamburg
    wait_for: active

- name: Delete the tunnel
  baiducloud.network.vpn_tunnel:
    vpn_id: vpn-119bd69b
    vpn_conn_name: branch-hamburg
    state: absent
"""

RETURN = r"""
vpn_conn_id:
  description: The tunnel's id; null if there is none, V(check-mode-new) before a creation in check mode.
  returned: always on success, and on failure if known
  type: str
  sample: vpnconn-ku4cxya6nisq
vpnConnId:
  description: The same as RV(vpn_conn_id), in the API's spelling.
  returned: as RV(vpn_conn_id)
  type: str
  sample: vpnconn-ku4cxya6nisq
vpn_tunnel:
  description:
    - The tunnel after the task; in check mode, as it would be. It contains no key.
    - A value that the API does not return is null.
  returned: if there is a tunnel
  type: dict
  contains:
    vpn_id:
      description: The id of its VPN gateway.
      type: str
      sample: vpn-119bd69b
    vpn_conn_id:
      description: Its id.
      type: str
      sample: vpnconn-ku4cxya6nisq
    vpn_conn_name:
      description: Its name.
      type: str
      sample: vpncon
    description:
      description: Its description.
      type: str
      sample: "111"
    local_subnets:
      description: The networks on the cloud's side.
      type: list
      elements: str
      sample: [192.168.0.0/20]
    remote_subnets:
      description: The networks on the peer's side.
      type: list
      elements: str
      sample: [192.168.100.0/24]
    remote_ip:
      description: The peer gateway's address.
      type: str
      sample: 10.107.245.188
    cgw_id:
      description: The id of the customer gateway; empty if there is none.
      type: str
      sample: cgw-b036571edc5d
    local_ip:
      description: The gateway's own address, as the API returns it.
      type: str
      sample: 192.168.100.1
    created_time:
      description: The time of its creation, as the API returns it, without a time zone.
      type: str
      sample: "2026-04-25 17:22:34"
    status:
      description: Its status, as the API returns it.
      type: str
      sample: active
    health_status:
      description: Whether the peer is reachable, as the API returns it.
      type: str
      sample: reachable
    ike_config:
      description: The parameters of phase 1, under the names of the option O(ike_config).
      type: dict
      sample:
        ike_version: v1
        ike_mode: main
        ike_enc_alg: aes
        ike_auth_alg: sha1
        ike_pfs: group2
        ike_life_time: 200
    ipsec_config:
      description: The parameters of phase 2, under the names of the option O(ipsec_config).
      type: dict
      sample: {ipsec_enc_alg: aes, ipsec_auth_alg: sha1, ipsec_pfs: group2, ipsec_lifetime: 28800}
created_ids:
  description:
    - The ids of the tunnels that this task created or may have created. After a failure, look for these ids.
    - If the API returned the id of a tunnel that no longer exists, the task sent the creation again. Then there are
      several ids.
  returned: success, and on failure if there are any
  type: list
  elements: str
  sample: [vpnconn-ku4cxya6nisq]
secret_key_changed:
  description: Whether an existing tunnel got another shared key. In check mode, whether it would.
  returned: success
  type: bool
  sample: false
request_id:
  description:
    - The API's id of the task's last write, or of its last list if it wrote nothing. Baidu's support asks for it.
  returned: if there was a response
  type: str
  sample: 7a5d2f5e-0c5c-4a4b-9b5c-3e5c1d0e6f11
diff:
  description:
    - The tunnel before and after; an empty dictionary if there is none. A changed key is shown as a fixed text.
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

from ..module_utils._module import runner, vpn_tunnel


def main() -> None:
    runner.run_module(vpn_tunnel)


if __name__ == "__main__":
    main()
