# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever Ansible wraps values in, what comes out is what a module would have got over JSON."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.baiducloud.network.plugins.plugin_utils._builtin_types import to_builtin_types


class Text(str):
    """As Ansible's tagged and unsafe texts, whose own str() may be something else again."""

    __slots__ = ()

    def __str__(self):
        return "something else again"


class Number(int):
    """As Ansible's tagged numbers."""


class Fraction(float):
    """Likewise."""


class Vault:
    """As a text from a vault is before ansible-core 2.19: no str, but str() decrypts it."""

    def __init__(self, text):
        self._text = text

    def __str__(self):
        return self._text


class Dictionary(dict):
    """As Ansible's dictionaries."""


class Items(list):
    """As Ansible's lists."""


def wrapped(value):
    """A JSON value as Ansible may have it."""
    if isinstance(value, dict):
        return Dictionary((Text(key), wrapped(item)) for key, item in value.items())
    if isinstance(value, list):
        return (Items if len(value) % 2 else tuple)(wrapped(item) for item in value)
    if isinstance(value, str):
        return (Text if len(value) % 2 else Vault)(value)
    kinds = {int: Number, float: Fraction}
    return kinds[type(value)](value) if type(value) in kinds else value


def types(value):
    """The types of a value and all that is in it."""
    inside = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return {type(value)}.union(*map(types, inside))


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(value=values)
def test_nothing_is_left_of_the_wrapping(value):
    found = to_builtin_types(wrapped(value))
    assert json.dumps(found) == json.dumps(value) and types(found) == types(value)
