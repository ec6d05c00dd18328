# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup vpn_tunnel_keys: the keys of existing tunnels as a file of variables."""

from __future__ import annotations

DOCUMENTATION = r"""
name: vpn_tunnel_keys
short_description: Return the shared keys of existing tunnels as an encrypted file of variables
version_added: 1.0.0
description:
  - Reads the keys of all tunnels of VPN gateways from the API, and returns the text of a file of variables with them.
  - The text is encrypted if the run has a password of C(ansible-vault). Otherwise it is not encrypted, and contains
    secrets. Use the lookup only in tasks with C(no_log=true).
  - The playbook C(adopt_tunnels) uses this lookup.
extends_documentation_fragment:
  - baiducloud.network.auth
  - baiducloud.network.auth.version
options:
  vpn_id:
    description:
      - The ids of the VPN gateways.
    type: list
    elements: str
    required: true
  vpn_conn_id:
    description:
      - Only tunnels with these ids.
    type: list
    elements: str
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - plugin: baiducloud.network.adopted_tunnels
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Keep the keys of a gateway in an encrypted file
  ansible.builtin.copy:
    content: "{{ lookup('baiducloud.network.vpn_tunnel_keys', vpn_id=['vpn-119bd69b']).text }}"
    dest: tunnel_keys.yml
    mode: "0600"
    decrypt: false # ansible.builtin.copy would write it in clear
  no_log: true
"""

RETURN = r"""
_raw:
  description: One dictionary.
  type: list
  elements: dict
  contains:
    text:
      description: The file. Its variable C(vpn_tunnel_keys) has the keys by C(VPN_ID/NAME).
      type: str
    is_encrypted:
      description: Whether the text is encrypted.
      type: bool
    keyed:
      description: The tunnels whose keys are in the file, each as C(VPN_ID/NAME).
      type: list
      elements: str
    hidden:
      description: The tunnels whose keys the API does not return.
      type: list
      elements: str
    short:
      description: The tunnels whose keys are shorter, and so weaker, than the longest key that the API accepts.
      type: list
      elements: str
"""

import os
from typing import Any, List

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ..module_utils._bce import connection_options
from ..module_utils._bce.errors import BceError, InvalidOptionsError
from ..module_utils._resources import fields
from ..module_utils._resources.tunnel_security import CURRENT_KEY_LENGTH
from ..plugin_utils._adoption import render_keys
from ..plugin_utils._builtin_types import to_builtin_types
from ..plugin_utils._messages import MESSAGES
from ..plugin_utils._raw_options import read_lookup_options
from ..plugin_utils._stored_keys import FIELDS, fetch_keys
from ..plugin_utils._vault import RunVault
from .account import SECRET_OPTIONS


class LookupModule(LookupBase):
    """Return the keys of existing tunnels as a file."""

    def run(self, terms: Any, variables: Any = None, **kwargs: Any) -> List[Any]:
        """Return a list of one dictionary.

        :raises AnsibleLookupError: with every option that is missing or invalid, or if the tunnels cannot be read.
        """
        raw, values, errors, type_errors = read_lookup_options(self._load_name, kwargs, SECRET_OPTIONS)
        errors += [MESSAGES["lookup_terms"]] if terms else []
        errors += [] if "vpn_id" in raw else [MESSAGES["keys_gateway_missing"]]
        errors += fields.validate_fields(FIELDS, values)
        self.set_options(var_options=variables, direct={"vpn_id": [], **values})
        params = to_builtin_types({name: self.get_option(name) for name in connection_options.ARGUMENT_SPEC})
        try:
            settings = connection_options.resolve(params, os.environ, type_errors)
            if errors:
                raise InvalidOptionsError(errors)
            for warning in settings.warnings:
                Display().warning(warning)
            found = fetch_keys(settings, {"version": 1, **fields.normalize_options(FIELDS, values)})
        except InvalidOptionsError as error:
            errors += [text for text in error.errors if text not in errors]
            raise AnsibleLookupError("baiducloud.network.vpn_tunnel_keys: %s" % "; ".join(errors)) from None
        except BceError as error:
            raise AnsibleLookupError("baiducloud.network.vpn_tunnel_keys: %s" % error.to_text()) from None
        text = render_keys(found.keys)
        encrypted = RunVault(self._loader).encrypt(text)
        return [
            {
                "text": encrypted.decode() if encrypted else text,
                "is_encrypted": bool(encrypted),
                "keyed": sorted(found.keys),
                "hidden": sorted(found.hidden),
                "short": sorted(path for path, key in found.keys.items() if len(key) < CURRENT_KEY_LENGTH),
            }
        ]
