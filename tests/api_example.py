# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example of the API page "Create VPN tunnel": as a body, as camelCase options, and as the module's options."""

from __future__ import annotations

SECRET_KEY = "ddd22@www"

# The request's body in the page's order
BODY = {
    "secretKey": SECRET_KEY,
    "localSubnets": ["192.168.0.0/20"],
    "remoteIp": "10.107.245.188",
    "remoteSubnets": ["192.168.100.0/24"],
    "description": "111",
    "vpnConnName": "vpncon",
    "ikeConfig": {
        "ikeVersion": "v1",
        "ikeMode": "main",
        "ikeEncAlg": "aes",
        "ikeAuthAlg": "sha1",
        "ikePfs": "group2",
        "ikeLifeTime": 200,
    },
    "ipsecConfig": {"ipsecEncAlg": "aes", "ipsecAuthAlg": "sha1", "ipsecPfs": "group2", "ipsecLifetime": 28800},
}

# The fields of the page as options of a task
CAMEL_CASE_OPTIONS = dict(BODY, vpnId="vpn-119bd69b")

# The same as snake_case options
OPTIONS = {
    "vpn_id": "vpn-119bd69b",
    "vpn_conn_name": "vpncon",
    "secret_key": SECRET_KEY,
    "local_subnets": ["192.168.0.0/20"],
    "remote_ip": "10.107.245.188",
    "remote_subnets": ["192.168.100.0/24"],
    "description": "111",
    "ike_config": {
        "ike_version": "v1",
        "ike_mode": "main",
        "ike_enc_alg": "aes",
        "ike_auth_alg": "sha1",
        "ike_pfs": "group2",
        "ike_life_time": 200,
    },
    "ipsec_config": {
        "ipsec_enc_alg": "aes",
        "ipsec_auth_alg": "sha1",
        "ipsec_pfs": "group2",
        "ipsec_lifetime": 28800,
    },
}


def entry(name="vpncon", **changes):
    """Return the tunnel as an entry of a gateway's list, to be stored in the emulator; changes have the API's names."""
    return {**BODY, "vpnConnName": name, "vpnConnId": f"vpnconn-{name}", **changes}


def options(**changes):
    """Return the example with changed options.

    :param changes: None removes an option; a name with two underscores addresses an option of a dictionary.
    """
    result = {name: dict(value) if isinstance(value, dict) else value for name, value in OPTIONS.items()}
    for name, value in changes.items():
        outer, _double, inner = name.partition("__")
        target, key = (result[outer], inner) if inner else (result, outer)
        target[key] = value
        if value is None:
            del target[key]
    return result
