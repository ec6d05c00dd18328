# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that select objects. Not in fields.py, which every module has with it when it runs as a module."""

from __future__ import annotations

from .fields import Field, list_of, string


def text_field(name: str, *aliases: str) -> Field:
    return Field(name, "must be text", string, {"type": "str"}, False, aliases=aliases)


def as_filter(field: Field) -> Field:
    """Return the Field of an option that takes several values of what another Field describes, to select by them."""
    return field._replace(
        constraint="must be a list, of which each item " + field.constraint,
        normalize=list_of(field.normalize),
        argument_spec={"type": "list", "elements": "str"},
        required_on_create=False,
        element=(field.normalize, field.constraint),
        is_blank_unset=True,
    )
