# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup account: Ansible's side of module_utils/_bce/connection_options.py."""

from __future__ import annotations

DOCUMENTATION = r"""
name: account
short_description: Return the account of Baidu AI Cloud that the modules use
version_added: 1.0.0
description:
  - Returns keys, token, region and endpoint. They are found as by the modules, in options, a profile and the
    environment. Use it to pass the account to something else, such as an AWX credential.
  - The result contains secrets. Use it only in tasks with C(no_log=true), or in options that hide it.
extends_documentation_fragment:
  - baiducloud.network.auth
options:
  validate_only:
    description:
      - Whether to return the errors in options and environment, in place of the account. The list is empty if the
        account is complete. It contains no secret.
    type: bool
    default: false
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - plugin: baiducloud.network.vpn_gateways
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: Check that there is an account
  ansible.builtin.assert:
    that: errors | length == 0
    fail_msg: "{{ errors | join('; ') }}"
  vars:
    errors: "{{ query('baiducloud.network.account', validate_only=true) }}"

- name: Run a program with the account
  ansible.builtin.command: bce-backup
  environment:
    BCE_ACCESS_KEY_ID: "{{ account.access_key_id }}"
    BCE_SECRET_ACCESS_KEY: "{{ account.secret_access_key }}"
  changed_when: true
  no_log: true
  vars:
    account: "{{ lookup('baiducloud.network.account') }}"
"""

RETURN = r"""
_raw:
  description: The account. With O(validate_only), the errors.
  type: list
  elements: raw
  contains:
    access_key_id:
      description: The access key id.
      type: str
    secret_access_key:
      description: The secret access key.
      type: str
    security_token:
      description: The session token; omitted if there is none.
      type: str
    region:
      description: The region's short name; omitted if only an endpoint is set.
      type: str
    endpoint:
      description: The URL of the API; omitted if it is the region's.
      type: str
"""

import os
from typing import Any, Dict, List

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ..module_utils._bce import connection_options
from ..module_utils._bce.errors import InvalidOptionsError
from ..plugin_utils._builtin_types import to_builtin_types
from ..plugin_utils._raw_options import read_lookup_options

SECRET_OPTIONS = ("access_key_id", "secret_access_key", "security_token")


class LookupModule(LookupBase):
    """Return the account that the options and the environment describe."""

    def run(self, terms: Any, variables: Any = None, **kwargs: Any) -> List[Any]:
        """Return a list of the account, or of the errors.

        :raises AnsibleLookupError: with every option that is missing or invalid.
        """
        found = read_lookup_options(self._load_name, kwargs, SECRET_OPTIONS)
        self.set_options(var_options=variables, direct=found.values)
        errors = ["account: takes options only, such as region='bj'; leave the terms out"] if terms else []
        errors += found.unknown
        params = to_builtin_types({name: self.get_option(name) for name in connection_options.ARGUMENT_SPEC})
        settings = None
        try:
            service = connection_options.SERVICE_PLACEHOLDER  # stays as it is, because each task has its own
            settings = connection_options.resolve(params, os.environ, found.type_errors, service)
        except InvalidOptionsError as error:
            errors += error.errors
        if self.get_option("validate_only"):
            return errors
        if errors or settings is None:
            raise AnsibleLookupError("baiducloud.network.account: %s" % "; ".join(errors))
        for warning in settings.warnings:
            Display().warning(warning)
        return [to_account(settings)]


def to_account(settings: connection_options.ConnectionSettings) -> Dict[str, str]:
    """Return the account of connection settings, without what is unset or follows from the region."""
    default = connection_options.DEFAULT_ENDPOINT.replace(connection_options.REGION_PLACEHOLDER, settings.region or "")
    # The host of the region, written out, was the only one before there were services.
    defaults = (default, default.replace(connection_options.SERVICE_PLACEHOLDER, connection_options.DEFAULT_SERVICE))
    account = {
        "access_key_id": settings.access_key_id.reveal(),
        "secret_access_key": settings.secret_access_key.reveal(),
        "security_token": settings.security_token.reveal() if settings.security_token else None,
        "region": settings.region,
        "endpoint": settings.endpoint if settings.endpoint not in defaults else None,
    }
    return {name: value for name, value in account.items() if value}
