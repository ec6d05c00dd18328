# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup tunnel_key: Ansible's side of plugin_utils/_tunnel_key.py."""

from __future__ import annotations

DOCUMENTATION = r"""
name: tunnel_key
short_description: Return a shared key for a tunnel that the API accepts
version_added: 1.0.0
description:
  - With the path of a file, it returns the key in this file. A missing file is created with a random key, as
    P(ansible.builtin.password#lookup) does for passwords.
  - With O(master_secret), it returns a key derived from the options, which is the same in every run. Nothing is stored.
  - Without either, it returns a new random key each time.
  - A key has letters, digits and symbols, as the API requires. It begins with a letter, so that it needs no quotes in
    YAML.
  - The result is a secret. Use it only in tasks with C(no_log=true), or in options that hide it, such as
    O(baiducloud.network.vpn_tunnel#module:secret_key).
options:
  _terms:
    description:
      - Paths of files with one key each, relative to the playbook's folder. V(PATH length=12) sets O(length) for one
        file.
      - A new file has the mode 0600, a new folder 0700. Processes that create the same file at the same time get the
        same key.
      - A file that is encrypted with C(ansible-vault) is decrypted with the passwords of the run.
      - With V(/dev/null) the key is not stored.
    type: list
    elements: str
  length:
    description:
      - The number of characters, from 8 to 17. If unset, it is 17.
      - A key of another length in a file is an error.
    type: int
  master_secret:
    description:
      - A secret of at least 32 characters. Keys are derived from it with HKDF (RFC 5869, SHA-256).
      - Whoever has it has the keys of all tunnels. Keep it in a vault, and give it to no peer.
    type: str
  gateway:
    description: The id of the tunnel's VPN gateway. Required with O(master_secret).
    type: str
  tunnel:
    description: The tunnel's name. Required with O(master_secret).
    type: str
  generation:
    description: The number of a derived key. Another number gives the tunnel another key. If unset, it is 1.
    type: int
notes:
  - Files are written in check mode too, as by P(ansible.builtin.password#lookup), so that the next run uses the same
    keys.
  - There is no O(ignore:encrypt), because the API needs the key and not its hash.
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.vpn_tunnel
  - plugin: ansible.builtin.password
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Create a tunnel with a key of its own, kept in a file
  baiducloud.network.vpn_tunnel:
    vpn_id: vpn-119bd69b
    vpn_conn_name: branch-berlin
    secret_key: "{{ lookup('baiducloud.network.tunnel_key', 'keys/branch-berlin') }}"
    local_subnets: [192.168.0.0/20]
    remote_ip: 203.0.113.10
    remote_subnets: [10.1.0.0/16]
    ike_config:
      ike_version: v2
      ike_mode: main
      ike_enc_alg: aes256
      ike_auth_alg: sha2_256
      ike_pfs: group14
      ike_life_time: 28800
    ipsec_config:
      ipsec_enc_alg: aes256
      ipsec_auth_alg: sha2_256
      ipsec_pfs: group14
      ipsec_lifetime: 3600

- name: Set the second derived key of the tunnel
  baiducloud.network.vpn_tunnel:
    vpn_id: vpn-119bd69b
    vpn_conn_name: branch-berlin
    secret_key: >-
      {{ lookup('baiducloud.network.tunnel_key', master_secret=master_secret, gateway='vpn-119bd69b',
                tunnel='branch-berlin', generation=2) }}
  vars:
    master_secret: "{{ lookup('ansible.builtin.password', 'keys/master length=43') }}"
"""

RETURN = r"""
_raw:
  description: One key for each path; one key without a path.
  type: list
  elements: str
"""

from typing import Any, Callable, Iterable, List

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ..plugin_utils import _tunnel_key
from ..plugin_utils._builtin_types import to_builtin_types
from ..plugin_utils._raw_options import read_lookup_options
from ..plugin_utils._tunnel_key import KeyFile, KeyFileError, parse_term, stored_key

SECRET_OPTIONS = ("master_secret",)
TEXT = "baiducloud.network.tunnel_key: %s"


class LookupModule(LookupBase):
    """Return keys: random, of files, or derived."""

    def run(self, terms: Any, variables: Any = None, **kwargs: Any) -> List[Any]:
        """Return a list of keys.

        :raises AnsibleLookupError: with every option that is missing or invalid; nothing is written then. Or with
            every file that cannot be used.
        """
        terms = list(map(str, to_builtin_types(terms or ())))
        raw, values, errors, type_errors = read_lookup_options(self._load_name, kwargs, SECRET_OPTIONS)
        errors += type_errors.values()
        errors += _tunnel_key.validate_options(values, raw, bool((variables or {}).get("ansible_check_mode")))
        if terms and "master_secret" in raw:
            errors.append(_tunnel_key.MESSAGES["derived_with_path"])
        files = _collect(terms, lambda term: parse_term(term, values.get("length"), self._loader.path_dwim), errors)
        if errors:
            raise AnsibleLookupError(TEXT % "; ".join(errors))
        if "master_secret" in values:
            return [_tunnel_key.derive(values)]
        if not files:
            return [_tunnel_key.random_key(values.get("length"))]
        keys = _collect(files, lambda file: stored_key(file, self._decrypt), errors)
        if errors:
            raise AnsibleLookupError(TEXT % "; ".join(errors))
        return keys

    def _decrypt(self, file: KeyFile) -> bytes:
        """Return the content of a file that ansible-vault encrypted."""
        try:
            decrypted = self._loader.get_real_file(file.path)
        except AnsibleError:
            raise KeyFileError(_tunnel_key.MESSAGES["key_file_encrypted"] % {"path": file.shown}) from None
        try:
            with open(decrypted, "rb") as opened:
                return opened.read()
        finally:
            self._loader.cleanup_tmp_file(decrypted)


def _collect(items: Iterable[Any], func: Callable[[Any], Any], errors: List[str]) -> List[Any]:
    """Return what func(item) returns for each item; the texts of its errors are appended to a list."""
    found = []
    for item in items:
        try:
            found.append(func(item))
        except KeyFileError as error:
            errors.append(str(error))
    return found
