# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup rotated_keys: Ansible's side of plugin_utils/_key_rotation.py."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rotated_keys
short_description: Store new keys of tunnels in a file until they are in use
version_added: 1.0.0
description:
  - Stores new random keys of tunnels in a file, next to the current keys, and returns the new keys. The playbook
    C(rotate_key) uses this lookup.
  - The file sets two variables. C(vpn_tunnel_keys) has the current keys, as the playbook C(adopt_tunnels) writes them.
    C(vpn_tunnel_new_keys) has the new keys of unfinished rotations.
  - If the file has unfinished rotations of some of the tunnels, only their new keys are returned, and no new rotation
    begins.
  - The result is a secret. Use it only in tasks with C(no_log=true).
extends_documentation_fragment:
  - baiducloud.network.auth
  - baiducloud.network.auth.version
options:
  _terms:
    description:
      - The tunnels, each as V(VPN_ID/NAME).
    type: list
    elements: str
    required: true
  key_file:
    description:
      - The file with the keys. A relative path is relative to the playbook's folder.
      - A new file is encrypted if the run has a password of C(ansible-vault).
      - An unencrypted file must have the mode 0600.
    type: str
    required: true
  finish:
    description:
      - Whether to finish the rotations. The new keys then replace the old keys in the file.
    type: bool
    default: false
notes:
  - In check mode nothing is stored. The returned keys are random and never used.
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - plugin: baiducloud.network.tunnel_key
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Store a new key of the tunnel
  ansible.builtin.set_fact:
    rotation: "{{ lookup('baiducloud.network.rotated_keys', 'vpn-119bd69b/branch-berlin', key_file='keys.yml') }}"
  no_log: true
"""

RETURN = r"""
_raw:
  description: One dictionary.
  type: list
  elements: dict
  contains:
    new_keys:
      description: The new keys by C(VPN_ID/NAME). Empty with O(finish).
      type: dict
    is_resumed:
      description: Whether an earlier run stored the keys.
      type: bool
"""

import os
from typing import Any, List, Mapping, Optional, Sequence

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ..module_utils._bce import connection_options
from ..module_utils._bce.errors import BceError, InvalidOptionsError
from ..plugin_utils._builtin_types import to_builtin_types
from ..plugin_utils._key_rotation import MESSAGES, KeyStore, KeyStoreError, split_path
from ..plugin_utils._raw_options import read_lookup_options
from ..plugin_utils._stored_keys import fetch_keys
from ..plugin_utils._vault import RunVault
from .account import SECRET_OPTIONS

TEXT = "baiducloud.network.rotated_keys: %s"


class LookupModule(LookupBase):
    """Store and return new keys, or make them the ones in force."""

    def run(self, terms: Any, variables: Any = None, **kwargs: Any) -> List[Any]:
        """Return a list of one dictionary.

        :raises AnsibleLookupError: with every option that is missing or invalid, or if the file or a gateway cannot be
            read.
        """
        paths = list(map(str, to_builtin_types(terms or ())))
        raw, values, errors, type_errors = read_lookup_options(self._load_name, kwargs, SECRET_OPTIONS)
        errors += [] if "key_file" in raw else [MESSAGES["rotation_file_missing"]]
        self.set_options(var_options=variables, direct={"key_file": "", **values})
        params = to_builtin_types({name: self.get_option(name) for name in connection_options.ARGUMENT_SPEC})
        is_check_mode = bool((variables or {}).get("ansible_check_mode"))
        try:
            gateways = sorted({split_path(path)[0] for path in paths})
            settings = connection_options.resolve(params, os.environ, type_errors)
            if errors:
                raise InvalidOptionsError(errors)
            for warning in settings.warnings:
                Display().warning(warning)

            def fetch(_paths: Sequence[str]) -> Mapping[str, Optional[str]]:
                found = fetch_keys(settings, {"version": values.get("version", 1), "vpn_id": gateways})
                return {**dict.fromkeys(found.hidden), **found.keys}

            store = KeyStore(self._loader.path_dwim(values["key_file"]), RunVault(self._loader))
            if values.get("finish"):
                store.finish(paths)
                return [{"new_keys": {}, "is_resumed": False}]
            return [store.begin(paths, fetch, is_check_mode)._asdict()]
        except InvalidOptionsError as error:
            errors += [text for text in error.errors if text not in errors]
            raise AnsibleLookupError(TEXT % "; ".join(errors)) from None
        except BceError as error:
            raise AnsibleLookupError(TEXT % error.to_text()) from None
        except KeyStoreError as error:
            raise AnsibleLookupError(TEXT % error) from None
