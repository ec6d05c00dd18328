# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resource is the ResourceType that the file of a resource fills in, with all that follows from its values. Pure."""

from __future__ import annotations

from typing import Any, Dict, Tuple

from .._bce.response_parsing import parse_id, parse_str
from . import options, planning
from .base import Desired, Item, ResourceType
from .fields import CLIENT_TOKEN, STATE, VERSION, camel_case, choice_field, seconds_field

NAME_SEPARATOR = " -> "  # between the parts of a name whose natural key has several fields


class Resource(ResourceType):
    """A resource. Its file sets the values that ResourceType declares, and overrides a method where it differs."""

    argument_spec = options.argument_spec
    provided_options = options.provided_options
    validate = options.validate
    validate_values = options.validate_values
    missing_identifiers = options.missing_identifiers
    parse = options.parse
    plan = planning.plan
    is_equal = planning.is_equal
    not_compared = planning.not_compared
    is_same_connection = planning.is_same_connection
    is_applied = planning.is_applied
    signature = planning.signature

    def __init__(self) -> None:
        self.id_option = self.id_field.name
        self.name_option = ", ".join(self.natural_key)
        conditions = tuple(self.wait_conditions)
        wait_for = choice_field("wait_for", "none", *conditions) if conditions else None
        self.task_options: tuple = (STATE, CLIENT_TOKEN, VERSION)
        if wait_for is not None:
            timeout = seconds_field("wait_timeout", 1, 86400)
            self.task_options += tuple(
                field._replace(argument_spec=dict(field.argument_spec, default=default), has_wire_name=False)
                for field, default in ((wait_for, "none"), (timeout, 300))
            )
        own = self.scope_options + (self.id_field,) + ((self.secret,) if self.secret else ())
        self.option_fields = own + self.fields + self.task_options

    # -- names ------------------------------------------------------------------------------------------------------

    def name_of(self, fields: Dict[str, Any]) -> str | None:
        """Return the natural key as one text; None if a part of it is unknown."""
        parts = [fields.get(name) for name in self.natural_key]
        return NAME_SEPARATOR.join(parts) if all(parts) else None

    def key_of(self, name: str) -> Tuple[str, ...]:
        """Return the natural key of a name."""
        return tuple(name.split(NAME_SEPARATOR)) if len(self.natural_key) > 1 else (name,)

    def scope_words(self, values: Dict[str, Any]) -> str:
        """Return the words for the scope in messages.

        :param values: the options, those of the scope among them.
        """
        return self.scope_text % values

    # -- what the API shows -----------------------------------------------------------------------------------------

    def parse_item(self, entry: Dict[str, Any], scope: Dict[str, Any]) -> Item:
        """Return the object of the API's own entry, read tolerantly: what cannot be read is None, not shown."""
        fields = dict(scope)
        fields[self.id_option] = parse_id(entry.get(self.id_field.wire_name))
        fields.update((field.name, field.parse(entry.get(field.wire_name))) for field in self.fields)
        not_shown = frozenset()
        if "description" in fields:
            # An object without a description has an empty one; or the list does not show descriptions.
            not_shown = frozenset() if isinstance(entry.get("description"), str) else frozenset(["description"])
            fields["description"] = fields["description"] or ""
        for name, group in self.groups.items():
            shown = entry.get(camel_case(name))
            shown = shown if isinstance(shown, dict) else {}
            fields[name] = {field.name: field.parse(shown.get(field.wire_name)) for field in group}
        fields.update((name, parse(entry.get(camel_case(name)))) for name, parse in self.read_only.items())
        for field in self.fields if len(self.natural_key) == 1 else ():
            if field.name in self.natural_key and fields[field.name] == fields[self.id_option]:
                fields[field.name] = None  # an id in its place is not a name
        is_confirmed = not self.owner or parse_str(entry.get(camel_case(self.owner))) == scope.get(self.owner)
        return Item(fields, self.parse_secret(entry), is_confirmed, not_shown)

    def parse_secret(self, entry: Dict[str, Any]) -> Any:
        """Return the secret of the API's own entry; None where it shows none."""
        return None

    def keys(self, desired: Desired) -> tuple[str | None, str | None, bool, str | None]:
        """See ResourceType.keys()."""
        values = desired.options
        return self.name_of(desired.fields), values.get(self.id_option), desired.is_absent, values.get("client_token")
