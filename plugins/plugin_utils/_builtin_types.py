# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values without the types that Ansible wraps them in. No public function of ansible-core 2.17 to 2.21 does this."""

from __future__ import annotations

import datetime
from typing import Any


def to_builtin_types(value: Any) -> Any:
    """Return a value as a module gets it over JSON: without tags, templates, vault wrappers and Ansible's types."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dict):
        return {to_builtin_types(key): to_builtin_types(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [to_builtin_types(item) for item in value]
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str.__str__(value) if isinstance(value, str) else str(value)
