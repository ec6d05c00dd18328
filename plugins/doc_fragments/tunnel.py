# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that describe one tunnel: the API's words in snake_case, with the API's own spelling as an alias."""

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
      - V(present) creates the tunnel, or updates it in place where it differs. V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  vpn_id:
    description:
      - The id of the VPN gateway, made of letters, digits, C(-) and C(_).
    type: str
    required: true
    aliases: [vpnId]
  vpn_conn_name:
    description:
      - The tunnel's name on its gateway, by which it is found. It must match exactly.
      - 1 to 65 characters; starts with a letter and has only letters, digits and C(-_/.).
      - One of O(vpn_conn_name) and O(vpn_conn_id) is needed.
    type: str
    aliases: [vpnConnName, name]
  vpn_conn_id:
    description:
      - The tunnel's id. With it an existing tunnel is picked, and O(vpn_conn_name) is the name that it gets.
    type: str
    aliases: [vpnConnId]
  secret_key:
    description:
      - The shared key of the tunnel.
      - 8 to 17 characters, with letters, digits and symbols all present; symbols only from C(!@#$%^*(\)_).
      - Needed to create a tunnel. If unset, an existing tunnel keeps its key. A blank or null value counts as
        unset, null with a warning. Surrounding blanks, line ends and invisible characters are removed.
      - Write a literal key in quotes. Without them YAML takes a key that begins with C(#) for a comment, so that no key
        is provided, and one that begins with C(!), C(@), C(%) or C(*) for an error, which Ansible shows with the key.
    type: str
    aliases: [secretKey, psk]
  local_subnets:
    description:
      - The networks on the cloud's side, as CIDRs. Order and spelling do not matter.
      - Each needs one of its IP version in O(remote_subnets). Needed to create a tunnel.
    type: list
    elements: str
    aliases: [localSubnets]
  remote_subnets:
    description:
      - The networks on the peer's side, as CIDRs. Order and spelling do not matter.
      - Each needs one of its IP version in O(local_subnets). Needed to create a tunnel.
      - Networks that overlap those of another tunnel of the gateway are a warning.
    type: list
    elements: str
    aliases: [remoteSubnets]
  remote_ip:
    description:
      - The peer gateway's IP address, one that a device can have. V(0.0.0.0) is accepted only next to O(cgw_id).
      - To create a tunnel O(remote_ip) or O(cgw_id) is needed, whichever the API of your site takes; what is
        provided is sent.
    type: str
    aliases: [remoteIp]
  cgw_id:
    description:
      - The id of the customer gateway that has the peer's address, in the newer contract of the API.
    type: str
    aliases: [cgwId]
  description:
    description:
      - A text of your own. An empty text clears it; unset, it is left as it is.
    type: str
  ike_config:
    description:
      - The parameters of phase 1. All are needed to create a tunnel; to an existing one only the provided ones apply.
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
          - The negotiation mode. It has a meaning for IKE v1 only, but the API always asks for it.
        type: str
        choices: [main, aggressive]
        aliases: [ikeMode]
      ike_enc_alg:
        description:
          - The cipher; V(aes) has a key of 128 bits.
        type: str
        choices: [aes, aes192, aes256, 3des]
        aliases: [ikeEncAlg]
      ike_auth_alg:
        description:
          - The hash. The SHA-2 values are not in the API's official table, but in Baidu's own Terraform provider.
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
      - The parameters of phase 2. All are needed to create a tunnel; to an existing one only the provided ones apply.
    type: dict
    aliases: [ipsecConfig]
    suboptions:
      ipsec_enc_alg:
        description:
          - The cipher; V(aes) has a key of 128 bits.
        type: str
        choices: [aes, aes192, aes256, 3des]
        aliases: [ipsecEncAlg]
      ipsec_auth_alg:
        description:
          - The hash. The SHA-2 values are not in the API's official table, but in Baidu's own Terraform provider.
        type: str
        choices: [sha1, md5, sha2_256, sha2_384, sha2_512]
        aliases: [ipsecAuthAlg]
      ipsec_pfs:
        description:
          - The Diffie-Hellman group for perfect forward secrecy. V(disabled) is not in the API's official table, but
            in Baidu's own
            Terraform provider.
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
      - Best left out. The module then derives one from gateway and name, which makes a creation safe to repeat at any
        time.
    type: str
    aliases: [clientToken]
  version:
    description:
      - The version of the API, a whole number from 1 to 99.
    type: int
    default: 1
  wait_for:
    description:
      - Wait until the tunnel is V(active), or until the peer is V(reachable) through it. V(none) does not wait.
    type: str
    choices: [none, active, reachable]
    default: none
  wait_timeout:
    description:
      - Seconds to wait for O(wait_for), from 1 to 86400. After that the task fails, with the tunnel's id in its result.
    type: int
    default: 300
  minimum_security:
    description:
      - Which weak values are refused, before any request. Each value is current, discouraged or broken; they are listed
        with their sources in C(docs/security.md).
      - V(discouraged) refuses broken values, V(current) refuses broken and discouraged ones. V(none) refuses nothing,
        but one warning names the weak values.
      - Only what the task provides is judged, and nothing with O(state=absent).
    type: str
    choices: [none, discouraged, current]
    default: none
    version_added: 1.1.0
"""


MANY_TUNNELS = r"""
options:
  tunnels:
    description:
      - The tunnels, each with the options of M(baiducloud.network.vpn_tunnel). They may be on different gateways.
      - An option that an item does not have is taken from the option of the same name next to O(tunnels), and of
        O(ike_config) and O(ipsec_config), each suboption.
      - The tunnels that M(baiducloud.network.vpn_tunnel_info) returns are valid items; what cannot be set, such as
        C(status), is ignored.
    type: list
    elements: dict
    required: true
  gateways:
    description:
      - The ids of the gateways to work on. Only the items of O(tunnels) on these gateways are reconciled. The others
        are only validated, and counted in C(totals.skipped) of the result.
      - So one list can be shared by hosts that are gateways. If unset, all items are reconciled.
      - A gateway that no item names stays as it is, unless O(purge_all) is set. The task warns of it.
    type: list
    elements: str
  purge:
    description:
      - Whether to delete the tunnels of the gateways named in the task that O(tunnels) does not name.
      - On a gateway on which the named tunnels cannot all be found or planned, nothing is purged.
    type: bool
    default: false
  purge_all:
    description:
      - Whether O(purge) may empty a gateway, which is what it does where no tunnel is to be present; if O(tunnels) is
        empty, the gateway O(vpn_id). With O(gateways) it empties each of them that no item names.
    type: bool
    default: false
  concurrency:
    description:
      - How many requests may be under way at the same time, from 1 to 64.
    type: int
    default: 8
  parallel_per_gateway:
    description:
      - How many of them may be writes to one gateway, from 1 to 32. With 1 a gateway gets one write after the other.
      - As soon as the API refuses one of them because the gateway is busy, the gateway gets one after the other, the
        refused one first.
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
        shared[name]["description"].append("Applies to every item of O(tunnels) that does not have it.")
    options = yaml.safe_load(MANY_TUNNELS)["options"]
    options["tunnels"]["suboptions"] = item
    options["minimum_security"] = shared["minimum_security"]
    # JSON is YAML.
    return json.dumps({"options": dict(options, **{name: shared[name] for name in SHARED})})


ModuleDocFragment.MANY = _many_tunnels()
