# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Encrypt, decrypt and parse files of variables, with the ansible-vault passwords of a run."""

from __future__ import annotations

from typing import Any, Optional

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, match_encrypt_secret

from ._builtin_types import to_builtin_types


class RunVault:
    """The vault passwords of a run.

    :param loader: the DataLoader of the run.
    """

    def __init__(self, loader: Any) -> None:
        # Private, because ansible-core has no public API for the passwords of a run.
        self._secrets = loader._vault.secrets
        self._used: Optional[tuple[Any, Any]] = None

    def encrypt(self, text: str) -> Optional[bytes]:
        """Return the encrypted text; None if the run has no vault password.

        What was decrypted before gets the same password again, because its readers may have no other one.
        """
        if not self._secrets:
            return None
        identity = C.config.get_config_value("DEFAULT_VAULT_ENCRYPT_IDENTITY")
        vault_id, secret = self._used or match_encrypt_secret(self._secrets, identity)
        return bytes(VaultLib(self._secrets).encrypt(text, secret, vault_id))

    def decrypt(self, content: bytes) -> bytes:
        """Return the content of an encrypted file.

        :raises ValueError: if no vault password of the run decrypts it.
        """
        try:
            decrypted, vault_id, secret = VaultLib(self._secrets).decrypt_and_get_vault_id(content)
            self._used = (vault_id, secret)
            return bytes(decrypted)
        except AnsibleError:
            raise ValueError from None

    @staticmethod
    def parse(content: bytes) -> Any:
        """Return the variables of a file.

        :raises ValueError: if it is not YAML.
        """
        try:
            return to_builtin_types(DataLoader().load(content.decode("utf-8"), show_content=False))
        except AnsibleError:
            raise ValueError from None
