# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""python sdk_script.py JOB: a script with the official SDK that reconciles many tunnels.

It lists each gateway once, iterates over its tunnels, and writes the differences. The operation "import only" measures
the start alone. The SDK trusts the certificates of the file that the environment variable SSL_CERT_FILE names.
"""

from __future__ import annotations

import json
import sys

from baidubce.auth.bce_credentials import BceCredentials
from baidubce.bce_client_configuration import BceClientConfiguration
from baidubce.http import http_methods
from baidubce.services.vpn.vpn_client import VpnClient, generate_client_token
from baidubce.services.vpn.vpn_model import IkeConfig, IpsecConfig


def main(path):
    with open(path, encoding="utf-8") as file:
        job = json.load(file)
    if job["operation"] == "import only":
        return
    # Without an endpoint of its own the client fails.
    client = VpnClient(BceClientConfiguration(BceCredentials(*job["keys"]), job["endpoint"]))
    ike, ipsec = (job["shared"][name] for name in ("ikeConfig", "ipsecConfig"))
    configs = (
        IkeConfig(*(ike["ike" + name] for name in ("Version", "Mode", "EncAlg", "AuthAlg", "Pfs", "LifeTime"))),
        IpsecConfig(*(ipsec["ipsec" + name] for name in ("EncAlg", "AuthAlg", "Pfs", "Lifetime"))),
    )
    gateways = {}
    for tunnel in job["tunnels"]:
        gateways.setdefault(tunnel["vpnId"], []).append(tunnel)
    for vpn_id, tunnels in gateways.items():
        existing = {found.vpn_conn_name: found for found in client.get_vpn_conn(vpn_id).vpn_conns}
        for tunnel in tunnels:
            found = existing.get(tunnel["vpnConnName"])
            if job["operation"] == "delete":
                if found:
                    client.delete_vpn_conn(found.vpn_conn_id)
                continue
            if not found:
                client.create_vpn_conn(
                    vpn_id,
                    tunnel["secretKey"],
                    tunnel["localSubnets"],
                    None,  # cgwId comes before remote_ip and has no default
                    tunnel["remoteIp"],
                    tunnel["remoteSubnets"],
                    tunnel["vpnConnName"],
                    *configs,
                    tunnel["description"],
                )
            elif _differs(found, tunnel):
                _update(client, found.vpn_conn_id, dict(job["shared"], **tunnel))


def _differs(found, tunnel):
    return (found.local_subnets, found.remote_subnets, found.remote_ip, found.description) != (
        tunnel["localSubnets"],
        tunnel["remoteSubnets"],
        tunnel["remoteIp"],
        tunnel["description"],
    )


def _update(client, vpn_conn_id, body):
    """Update the tunnel without the SDK's update_vpn_conn, which sends wrong names of the IKE and IPsec fields."""
    path = VpnClient.path + b"/vpnconn/" + vpn_conn_id.encode()
    token = {b"clientToken": generate_client_token()}
    client._send_request(http_methods.PUT, path, params=token, body=json.dumps(body))


if __name__ == "__main__":
    main(sys.argv[1])
