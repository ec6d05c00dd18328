# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How every module finds the cloud: keys, region, endpoint and times."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  access_key_id:
    description:
      - The account's access key id.
      - If unset, it is that of the O(profile); without O(profile) E(BCE_ACCESS_KEY_ID) is taken, then
        E(BAIDUCLOUD_ACCESS_KEY), then the current profile.
    type: str
  secret_access_key:
    description:
      - The account's secret access key. It is not the tunnel's shared key.
      - If unset, it is that of the O(profile); without O(profile) E(BCE_SECRET_ACCESS_KEY) is taken, then
        E(BAIDUCLOUD_SECRET_KEY), then the current profile.
    type: str
  security_token:
    description:
      - The session token of temporary keys.
      - If unset, it is that of the O(profile); without O(profile) E(BCE_SECURITY_TOKEN) or E(BCE_SESSION_TOKEN) is
        taken, then E(BAIDUCLOUD_SESSION_TOKEN), then that of the current profile; but only one from the place that the
        secret access key is from, because a token belongs to its key.
    type: str
  region:
    description:
      - The region's short name, such as V(bj), V(gz), V(su), V(hkg), V(bd), V(fwh) or V(sin).
      - If unset, the region of the O(profile) is taken, then E(BCE_REGION), then E(BAIDUCLOUD_REGION), then that of
        the current profile where the keys are from it, then V(bj).
      - Next to an O(endpoint) or E(BCE_ENDPOINT) without the word C({region}) in it, it has no effect, and the task
        warns of that.
    type: str
  endpoint:
    description:
      - The API's URL of scheme, host and port alone.
      - If unset, E(BCE_ENDPOINT) is taken, then C(https://{service}.{region}.baidubce.com).
      - The word C({region}) in it stands for the O(region), and C({service}) for the service that the module calls.
        That is C(eip) for M(baiducloud.network.eip) and M(baiducloud.network.eip_info), and C(bcc) for all others.
        Without C({service}), one host serves all.
      - Plain C(http) is accepted for loopback addresses only, because requests carry the tunnel's shared key.
    type: str
  profile:
    description:
      - A profile of bce-cli's configuration C(~/.bce/config.json). Like every option of the task it wins over the
        environment. Keys and token that the options do not provide come from it and from nowhere else, so that the task
        fails if it lacks a key. Its region, if it has one, is taken where O(region) is unset.
      - If unset, the file's current profile is read, but only if options and environment lack keys.
    type: str
  validate_certs:
    description:
      - Whether the server's certificate must be valid.
    type: bool
    default: true
  ca_path:
    description:
      - A file of PEM certificates, or a directory that C(openssl rehash) prepared, to trust instead of the system's.
    type: path
  timeout:
    description:
      - Seconds that one request may take.
    type: float
    default: 30
  retry_timeout:
    description:
      - Seconds that all attempts of one request may take together. V(0) means one attempt.
      - A request is sent again if there was no complete response, or one with HTTP status 429, 500, 502, 503 or 504.
    type: float
    default: 60
requirements:
  - requests >= 2.25
notes:
  - Options, results and logs never show the account's keys or a tunnel's shared key, neither a new one nor an old one.
  - An empty environment variable counts as unset.
"""

    # The tunnel's fragment has it among the words of the API's request.
    VERSION = r"""
options:
  version:
    description:
      - The version of the API, a whole number from 1 to 99.
    type: int
    default: 1
"""
