# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remove secrets from a result as Ansible does it, in a time that does not depend on how many secrets there are."""

from __future__ import annotations

import functools
from typing import Any

from ansible.module_utils.common.parameters import remove_values

from ..module_utils._bce.redaction import TextIndex


def remove_secrets(value: Any, secrets: set[str]) -> Any:
    """Return what remove_values(value, secrets) returns; that one searches every text for each of the secrets."""
    index = TextIndex(secrets)
    # Ansible replaces one secret after the other. Its mask of asterisks may complete a secret that contains one.
    with_asterisk = {secret for secret in secrets if "*" in secret}
    known: dict[str, str] = {}  # each text is searched once
    has_secret = functools.lru_cache(None)(lambda text: any(index.occurrences(text)))

    def remove_from_text(text: str) -> Any:
        if text not in known:
            found = {text} if text in secrets else {text[start:end] for start, end in index.occurrences(text)}
            known[text] = remove_values(text, found if text in found else found | with_asterisk) if found else text
        return known[text]

    def remove(value: Any) -> Any:
        kind = type(value)
        if kind is str:
            return remove_from_text(value)
        if kind is dict:
            return {name: remove(item) for name, item in value.items()}
        if kind is list:
            return [remove(item) for item in value]
        # Up to ansible-core 2.18 Ansible also hides null and booleans by their texts.
        if (value is None or kind in (bool, int, float)) and not has_secret(str(value)):
            return value
        return remove_values(value, secrets)

    return remove(value)
