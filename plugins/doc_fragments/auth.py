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
      - If unset, the key of the O(profile) is used. Without O(profile), it is E(BCE_ACCESS_KEY_ID), then
        E(BAIDUCLOUD_ACCESS_KEY), then the current profile.
    type: str
  secret_access_key:
    description:
      - The account's secret access key. It is not the tunnel's shared key.
      - If unset, the key of the O(profile) is used. Without O(profile), it is E(BCE_SECRET_ACCESS_KEY), then
        E(BAIDUCLOUD_SECRET_KEY), then the current profile.
    type: str
  security_token:
    description:
      - The session token of temporary keys.
      - If unset, the token of the O(profile) is used. Without O(profile), it is E(BCE_SECURITY_TOKEN) or
        E(BCE_SESSION_TOKEN), then E(BAIDUCLOUD_SESSION_TOKEN), then the current profile.
      - A token belongs to its key. So an unset token is read only from the source of the secret access key.
    type: str
  region:
    description:
      - The region's short name, such as V(bj), V(gz), V(su), V(hkg), V(bd), V(fwh) or V(sin).
      - If unset, the region of the O(profile) is used. Otherwise it is E(BCE_REGION), then E(BAIDUCLOUD_REGION), then
        that of the current profile if the keys are from it, then V(bj).
      - If O(endpoint) or E(BCE_ENDPOINT) does not contain C({region}), this option has no effect, and the task warns.
    type: str
  endpoint:
    description:
      - The API's URL, with scheme, host and port only.
      - If unset, it is E(BCE_ENDPOINT), then C(https://{service}.{region}.baidubce.com).
      - C({region}) is replaced by the O(region). C({service}) is replaced by C(eip) in M(baiducloud.network.eip) and
        M(baiducloud.network.eip_info), and by C(bcc) in all other modules.
      - Plain C(http) is accepted only for loopback addresses, because requests carry the tunnel's shared key.
    type: str
  profile:
    description:
      - A profile in bce-cli's configuration C(~/.bce/config.json). It takes precedence over the environment.
      - Keys and token that are not set as options are read only from this profile. The task fails if the profile lacks
        a key. The profile's region is used if O(region) is unset.
      - If unset, the current profile of the file is read, but only if options and environment lack keys.
    type: str
  validate_certs:
    description:
      - Whether to validate the server's certificate.
    type: bool
    default: true
  ca_path:
    description:
      - A file with PEM certificates, or a directory prepared with C(openssl rehash), to trust instead of the system's.
    type: path
  timeout:
    description:
      - Maximum time for one request, in seconds.
    type: float
    default: 30
  retry_timeout:
    description:
      - Maximum time for all attempts of one request together, in seconds. V(0) means one attempt.
      - A request is sent again if the response is missing or incomplete, has HTTP status 408, 429, 499 or 5xx (except
        501 and 505), or reports that the object is busy (mostly HTTP status 409).
    type: float
    default: 60
requirements:
  - requests >= 2.25
notes:
  - Options, results and logs never show the account's keys or a tunnel's shared key.
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
