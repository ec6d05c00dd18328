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
      - If not given, E(BCE_ACCESS_KEY_ID) is taken, then E(BAIDUCLOUD_ACCESS_KEY), then the profile.
    type: str
  secret_access_key:
    description:
      - The account's secret access key. It is not the tunnel's shared key.
      - If not given, E(BCE_SECRET_ACCESS_KEY) is taken, then E(BAIDUCLOUD_SECRET_KEY), then the profile.
    type: str
  security_token:
    description:
      - The session token of temporary keys.
      - If not given, E(BCE_SECURITY_TOKEN) or E(BCE_SESSION_TOKEN) is taken, then E(BAIDUCLOUD_SESSION_TOKEN), then
        the profile;
        but never one that stands further down in this order than the O(secret_access_key), because it belongs to
        another key.
    type: str
  region:
    description:
      - The region's short name, such as V(bj), V(gz), V(su), V(hkg), V(bd), V(fwh) or V(sin).
      - If not given, E(BCE_REGION) is taken, then E(BAIDUCLOUD_REGION), then the profile, then V(bj).
    type: str
  endpoint:
    description:
      - The API's URL of scheme, host and port alone.
      - If not given, E(BCE_ENDPOINT) is taken, then C(https://bcc.{region}.baidubce.com).
      - The word C({region}) in it stands for the O(region).
      - Plain C(http) is accepted for loopback addresses only, because requests carry the tunnel's shared key.
    type: str
  profile:
    description:
      - A profile of bce-cli's configuration C(~/.bce/config.json), from which keys and region are taken where neither
        option nor
        environment has them.
      - If not given, the file's current profile is looked at, and only if keys are missing.
    type: str
  validate_certs:
    description:
      - Whether the server's certificate must be valid.
    type: bool
    default: true
  ca_path:
    description:
      - A file of PEM certificates to trust instead of the system's.
    type: path
  timeout:
    description:
      - Seconds that one request may take.
    type: float
    default: 30
  retry_timeout:
    description:
      - Seconds that all tries of one request may take together. V(0) means one try.
      - Tried again are requests that got no whole answer, and those answered with HTTP status 429, 500, 502, 503 or
        504.
    type: float
    default: 60
requirements:
  - requests >= 2.25
notes:
  - Options, results and logs never show the account's keys or a tunnel's shared key, neither a new one nor an old one.
  - An empty environment variable counts as not set.
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
