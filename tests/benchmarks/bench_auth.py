# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure one signature: ours next to the official SDK's."""

from __future__ import annotations

import statistics
import sys
import time

from baidubce.auth import bce_v1_signer
from baidubce.auth.bce_credentials import BceCredentials

from ansible_collections.baiducloud.network.plugins.module_utils._bce import auth
from emulator_process import ACCESS_KEY_ID, SECRET_ACCESS_KEY

ROUNDS, SIGNATURES = 15, 1000
MOMENT = 1700000000
PATH, QUERY = "/v1/vpn/vpn-119bd69b/vpnconn", {"clientToken": "1849ef6b-f73c-4f5d-b88b-259ca47af849"}
HEADERS = {"Host": "bcc.bj.baidubce.com", "x-bce-date": "2023-11-14T22:13:20Z"}


def measure():
    """Return the microseconds per signature (ours, the official SDK's), medians of interleaved rounds."""
    keys = ACCESS_KEY_ID, SECRET_ACCESS_KEY
    their_headers = {name.encode(): value.encode() for name, value in HEADERS.items()}
    their_query = {name.encode(): value.encode() for name, value in QUERY.items()}
    their_signed_headers = [b"host", b"x-bce-date"]
    credentials = BceCredentials(*keys)

    def ours(moment):
        return auth.authorization(*keys, "POST", PATH, QUERY, HEADERS, moment, signed_headers=["host", "x-bce-date"])

    def theirs(moment):
        return bce_v1_signer.sign(
            credentials, b"POST", PATH.encode(), their_headers, their_query, moment, 1800, their_signed_headers
        )

    if ours(MOMENT).encode() != theirs(MOMENT):
        sys.exit("bench: the two signers do not agree")
    times = {ours: [], theirs: []}
    for _round in range(ROUNDS):
        for sign, samples in times.items():
            begin = time.perf_counter()
            for number in range(SIGNATURES):
                sign(MOMENT + number)
            samples.append((time.perf_counter() - begin) / SIGNATURES * 1e6)
    return [statistics.median(samples) for samples in times.values()]
