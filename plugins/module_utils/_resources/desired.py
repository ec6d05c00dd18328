# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The values that planning works with: what a task desires, an object of the API, and the plan between them. Pure."""

from __future__ import annotations

from typing import Any, Dict, FrozenSet, NamedTuple, Optional, Tuple

from .._bce.redaction import Secret
from .base import UPDATE


class Desired(NamedTuple):
    """What a task asks for, in normal form.

    :ivar fields: only what the task manages: option -> value; a nested group is a dict of the same kind.
    :ivar options: the scope, the id and how the task treats the object: option -> value, with defaults.
    :ivar secret_key: None if the key is left as it is.
    :ivar warnings: what is to be said about the values.
    """

    fields: Dict[str, Any]
    options: Dict[str, Any]
    secret_key: Optional[Secret] = None
    warnings: Tuple[str, ...] = ()

    @property
    def is_absent(self) -> bool:
        """Return True if the object is to be absent."""
        return self.options["state"] == "absent"

    @property
    def wait_for(self) -> str:
        """Return the condition to wait for, or "none"."""
        return self.options.get("wait_for", "none")

    @property
    def wait_timeout(self) -> int:
        """Return for how many seconds to wait."""
        return self.options.get("wait_timeout", 0)


class Item(NamedTuple):
    """An object as the API has it.

    :ivar fields: every option and read-only word of the resource; None where the API does not show the value.
    :ivar secret_key: None where the API does not show it.
    :ivar scope_confirmed: True if the API's own entry names the scope.
    :ivar not_shown: the fields that have a default here because the API does not show them.
    """

    fields: Dict[str, Any]
    secret_key: Optional[Secret] = None
    scope_confirmed: bool = True
    not_shown: FrozenSet[str] = frozenset()


class Plan(NamedTuple):
    """What is to be done about one object; check mode, diff and the real run all read it.

    :ivar action: CREATE, UPDATE, DELETE or NOOP.
    :ivar changes: the fields that change, such as ``ike_config.ike_life_time``.
    :ivar before: what a diff shows, without any secret; {} where there is no object.
    :ivar after: likewise.
    :ivar target: the object as it will be, or None.
    :ivar warnings: what could not be compared.
    """

    action: str
    changes: Tuple[str, ...]
    before: Dict[str, Any]
    after: Dict[str, Any]
    target: Optional[Item]
    warnings: Tuple[str, ...] = ()

    @property
    def secret_key_changed(self) -> bool:
        """Return True if an existing object gets another key."""
        return self.action == UPDATE and "secret_key" in self.changes
