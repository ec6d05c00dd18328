# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of one tunnel: the API's names in snake_case, with the API's own spelling as an alias."""

from __future__ import annotations

import json
import re

import yaml


class ModuleDocFragment:
    # Each option is described here once, for vpn_tunnel and, made from it, for the items of vpn_tunnels.
    DOCUMENTATION = r"""
options:
  state:
    description:
      - V(present) creates the tunnel, or updates it in place if it differs. V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  vpn_id:
    description:
      - The id of the VPN gateway. Letters, digits, C(-) and C(_) are allowed.
    type: str
    required: true
    aliases: [vpnId]
  vpn_conn_name:
    description:
      - The tunnel's name. The tunnel is found by this exact name on its gateway.
      - 1 to 65 characters; starts with a letter and has only letters, digits and C(-_/.).
      - O(vpn_conn_name) or O(vpn_conn_id) is required.
    type: str
    aliases: [vpnConnName, name]
  vpn_conn_id:
    description:
      - The id of an existing tunnel. If it is set, O(vpn_conn_name) is the tunnel's new name.
    type: str
    aliases: [vpnConnId]
  secret_key:
    description:
      - The shared key of the tunnel. Required to create a tunnel. If unset, an existing tunnel keeps its key.
      - 8 to 17 characters, with letters, digits and symbols all present; symbols only from C(!@#$%^*(\)_).
      - Put a literal key in quotes. Without quotes, YAML reads a key that begins with C(#) as a comment, so the key is
        unset. A key that begins with C(!), C(@), C(%) or C(*) is a YAML error, and Ansible shows the key in it.
      - A blank or null value counts as unset; null gives a warning. Surrounding blanks, line ends and invisible
        characters are removed.
    type: str
    aliases: [secretKey, psk]
  local_subnets:
    description:
      - The networks on the cloud's side, as CIDRs. Their order and notation do not matter. Required to create a tunnel.
      - For each network, O(remote_subnets) must have one of the same IP version.
    type: list
    elements: str
    aliases: [localSubnets]
  remote_subnets:
    description:
      - The networks on the peer's side, as CIDRs. Their order and notation do not matter. Required to create a tunnel.
      - For each network, O(local_subnets) must have one of the same IP version.
      - The task warns if they overlap the remote networks of another tunnel of the gateway.
    type: list
    elements: str
    aliases: [remoteSubnets]
  remote_ip:
    description:
      - The IP address of the peer's device. V(0.0.0.0) is accepted only together with O(cgw_id).
      - O(remote_ip) or O(cgw_id) is required to create a tunnel, depending on what the API of your site accepts. Both
        are sent if both are set.
    type: str
    aliases: [remoteIp]
  cgw_id:
    description:
      - The id of the customer gateway that has the peer's address. The newer contract of the API requires it.
    type: str
    aliases: [cgwId]
  description:
    description:
      - A description. An empty text clears it. If unset, it is not changed.
    type: str
  ike_config:
    description:
      - The parameters of phase 1 (IKE). All are required to create a tunnel. Unset parameters of an existing tunnel are
        not changed.
    type: dict
    aliases: [ikeConfig]
    suboptions:
      ike_version:
        description:
          - The version of IKE.
        type: str
        choices: [v1, v2]
        aliases: [ikeVersion]
      ike_mode:
        description:
          - The negotiation mode. It has an effect only with IKEv1, but the API always requires it.
        type: str
        choices: [main, aggressive]
        aliases: [ikeMode]
      ike_enc_alg:
        description:
          - The encryption algorithm. V(aes) has a key of 128 bits.
        type: str
        choices: [aes, aes192, aes256, 3des]
        aliases: [ikeEncAlg]
      ike_auth_alg:
        description:
          - The hash algorithm. Baidu's Terraform provider documents the SHA-2 values; the API page does not.
        type: str
        choices: [sha1, md5, sha2_256, sha2_384, sha2_512]
        aliases: [ikeAuthAlg]
      ike_pfs:
        description:
          - The Diffie-Hellman group.
        type: str
        choices: [group2, group5, group14, group24]
        aliases: [ikePfs]
      ike_life_time:
        description:
          - The life time of the IKE SA in seconds, from 60 to 86400.
        type: int
        aliases: [ikeLifeTime]
  ipsec_config:
    description:
      - The parameters of phase 2 (IPsec). All are required to create a tunnel. Unset parameters of an existing tunnel
        are not changed.
    type: dict
    aliases: [ipsecConfig]
    suboptions:
      ipsec_enc_alg:
        description:
          - The encryption algorithm. V(aes) has a key of 128 bits.
        type: str
        choices: [aes, aes192, aes256, 3des]
        aliases: [ipsecEncAlg]
      ipsec_auth_alg:
        description:
          - The hash algorithm. Baidu's Terraform provider documents the SHA-2 values; the API page does not.
        type: str
        choices: [sha1, md5, sha2_256, sha2_384, sha2_512]
        aliases: [ipsecAuthAlg]
      ipsec_pfs:
        description:
          - The Diffie-Hellman group for perfect forward secrecy. Baidu's Terraform provider documents V(disabled); the
            API page does not.
        type: str
        choices: [group2, group5, group14, group24, disabled]
        aliases: [ipsecPfs]
      ipsec_lifetime:
        description:
          - The life time of the IPsec SAs in seconds, from 180 to 86400.
        type: int
        aliases: [ipsecLifetime]
  client_token:
    description:
      - The C(clientToken) of the creation, 1 to 64 characters of printable ASCII.
      - Leave it unset. The module then derives it from gateway and name, so that a creation can be repeated safely.
    type: str
    aliases: [clientToken]
  version:
    description:
      - The version of the API, a whole number from 1 to 99.
    type: int
    default: 1
  wait_for:
    description:
      - What to wait for. V(active) waits until the API shows the tunnel as active, V(reachable) until the peer is
        reachable through it. V(none) does not wait.
    type: str
    choices: [none, active, reachable]
    default: none
  wait_timeout:
    description:
      - Maximum time for O(wait_for), in seconds, from 1 to 86400. After it the task fails and returns the tunnel's id.
    type: int
    default: 300
  minimum_security:
    description:
      - The weakest class of values that the task accepts. It rejects other values before any request.
      - The classes are current, discouraged and broken. A broken value is forbidden by a standard, such as V(md5). A
        discouraged value is one that a standard advises against, such as V(sha1). C(docs/security.md) has the class of
        each value.
      - V(current) accepts only current values. V(discouraged) accepts discouraged values too. V(none) accepts all
        values, but a warning names the weak ones.
      - Only values that the task sets are checked, and none with O(state=absent).
    type: str
    choices: [none, discouraged, current]
    default: none
"""


MANY_TUNNELS = r"""
options:
  tunnels:
    description:
      - The tunnels, each with the options of M(baiducloud.network.vpn_tunnel). They may be on different gateways.
      - If an item lacks an option, the task's option of the same name applies. This holds for each suboption of
        O(ike_config) and O(ipsec_config) too.
      - The tunnels that M(baiducloud.network.vpn_tunnel_info) returns are valid items. Read-only values, such as
        C(status), are ignored.
    type: list
    elements: dict
    required: true
  gateways:
    description:
      - The ids of the gateways to manage. If unset, all items of O(tunnels) are managed.
      - Items on other gateways are only validated, and counted in C(totals.skipped) of the result. So hosts that are
        gateways can share one list.
      - A gateway without any item is not changed unless O(purge_all) is set, and the task warns.
    type: list
    elements: str
  purge:
    description:
      - Whether to delete the tunnels that O(tunnels) does not name. Only gateways that the task names are affected.
      - Nothing on a gateway is purged if any of its named tunnels cannot be found or planned.
    type: bool
    default: false
  purge_all:
    description:
      - Whether O(purge) may delete all tunnels of a gateway.
      - Without it the task fails if O(purge) would leave a gateway without tunnels. That is a gateway whose items all
        have O(state=absent), or the gateway O(vpn_id) if O(tunnels) is empty.
      - With O(gateways), O(purge) then also deletes all tunnels of each of these gateways that no item names.
    type: bool
    default: false
  concurrency:
    description:
      - Maximum number of concurrent requests, from 1 to 64.
    type: int
    default: 8
  parallel_per_gateway:
    description:
      - Maximum number of concurrent writes to one gateway, from 1 to 32.
      - If the API rejects a write because the gateway is busy, the remaining writes to this gateway are sent one at a
        time, and the rejected one is sent first.
      - Items with O(state=absent) are deleted first, then updates are sent, then creations. O(purge) deletes last.
    type: int
    default: 8
"""

SHARED = ("vpn_id", "secret_key", "ike_config", "ipsec_config", "state", "wait_for", "wait_timeout", "version")


def _many_tunnels():
    shared = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    nested = re.sub(r"\bO\((\w+)\)", r"O(tunnels[].\1)", ModuleDocFragment.DOCUMENTATION)
    item = yaml.safe_load(nested)["options"]
    del item["minimum_security"]
    for name in SHARED:
        for what in ("default", "required"):
            item[name].pop(what, None)
        shared[name].pop("required", None)
        shared[name]["description"].append("It applies to the items of O(tunnels) that do not set it.")
    options = yaml.safe_load(MANY_TUNNELS)["options"]
    options["tunnels"]["suboptions"] = item
    options["minimum_security"] = shared["minimum_security"]
    # JSON is YAML.
    return json.dumps({"options": dict(options, **{name: shared[name] for name in SHARED})})


ModuleDocFragment.MANY = _many_tunnels()
