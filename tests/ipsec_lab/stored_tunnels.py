# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the list of a gateway's tunnels with the official SDK's signer."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import requests
from baidubce.auth.bce_credentials import BceCredentials
from baidubce.auth.bce_v1_signer import sign

from emulator_process import ACCESS_KEY_ID, GATEWAY, SECRET_ACCESS_KEY


def stored_tunnels(endpoint, vpn_id=GATEWAY):
    """Return the API's objects of a gateway's tunnels with keys in clear text, a list; [] without the gateway."""
    path = f"/v1/vpn/vpnconn/{vpn_id}"
    host = urlsplit(endpoint).netloc
    at = int(time.time())
    headers = {"host": host, "x-bce-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))}
    authorization = sign(
        BceCredentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY),
        b"GET",
        path.encode(),
        {name.encode(): value.encode() for name, value in headers.items()},
        {},
        at,
        1800,
        [b"host", b"x-bce-date"],
    )
    with requests.Session() as session:
        session.trust_env = False
        response = session.get(endpoint + path, headers=dict(headers, Authorization=authorization.decode()), timeout=10)
    # A task may delete the gateway at any time.
    if response.status_code == 404:
        return []
    response.raise_for_status()
    return response.json()["vpnConns"]
