# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The values that describe a resource, and how an object of it is named and read. Pure."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional, Tuple

from .._bce.response_parsing import parse_id, parse_str
from .base import ResourceType
from .desired import Desired, Item
from .fields import CLIENT_TOKEN, STATE, VERSION, Field, camel_case, choice_field, seconds_field

NAME_SEPARATOR = " -> "  # between the parts of a name whose natural key has several fields

# Statuses of objects that are being deleted, and of those that are deleted (the words of siblings of the API).
LEAVING = ("deleting", "releasing")
GONE = ("deleted", "released")


class Specification(ResourceType):
    """The specification of a resource. A resource's file sets the values, and overrides a method where it differs.

    It has many attributes because they are the whole description of a resource.

    :cvar kind: the first part of what client tokens are derived from; never changes.
    :cvar scope_options: the Fields that name the scope; exactly one of them is needed.
    :cvar scope_help: what to do where the scope is missing.
    :cvar scope_text: the words for the scope in messages, with placeholders for the scope's options.
    :cvar preposition: stands before scope_text where an object is in the scope.
    :cvar owner: the scope option that each entry of a list names, or None.
    :cvar natural_key: the options whose values distinguish an object from others of the scope.
    :cvar id_field: the Field of the id.
    :cvar fields: the Fields of the object in the order of the API page's request.
    :cvar groups: the nested Fields: group -> Fields.
    :cvar secret: the Field of the secret, or None.
    :cvar read_only: what the API shows in addition: word -> parser.
    :cvar alternatives: groups of options that name one thing, of which one is needed; the API may show only one.
    :cvar connection_fields: the fields that say what the object connects.
    :cvar immutable: the fields that the API cannot change: option -> what to do instead.
    :cvar is_replaced: True if an update sends the whole object, False if it sends only what changes.
    :cvar reset_by_update: the read-only words whose value an update changes.
    :cvar defaults: the values that a new object has where the task sets none.
    :cvar paths: the paths of "list", "create" and "item" below the API's version.
    :cvar operations: what the requests are to do, in error messages.
    :cvar list_key: the name of the array in the response of the list.
    :cvar list_query: the query of the list.
    :cvar is_read_by_id: True if one object can be read by its id.
    :cvar is_deleted_with_token: True if a deletion takes a client token.
    """

    kind = ""
    scope_options: Tuple[Field, ...] = ()
    scope_help = ""
    scope_text = "the region"
    preposition = "in"
    owner: Optional[str] = None
    natural_key: Tuple[str, ...] = ()
    id_field: Field
    fields: Tuple[Field, ...] = ()
    groups: Dict[str, Tuple[Field, ...]] = {}
    secret: Optional[Field] = None
    read_only: Dict[str, Callable[[Any], Any]] = {}
    alternatives: Tuple[Tuple[str, ...], ...] = ()
    connection_fields: Tuple[str, ...] = ()
    immutable: Dict[str, str] = {}
    is_replaced = False
    reset_by_update: Tuple[str, ...] = ()
    defaults: Dict[str, Any] = {}
    paths: Dict[str, str] = {}
    operations: Dict[str, str] = {}
    list_key = ""
    list_query: Dict[str, str] = {}
    is_read_by_id = False
    is_deleted_with_token = True

    def __init__(self) -> None:
        self.id_option = self.id_field.name
        self.name_option = ", ".join(self.natural_key)
        conditions = tuple(self.wait_conditions)
        wait_for = choice_field("wait_for", "none", *conditions) if conditions else None
        self.task_options: Tuple[Field, ...] = (STATE, CLIENT_TOKEN, VERSION)
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

    def check(self, desired: Desired, item: Item) -> None:
        """Raise an error if the object must not be changed or deleted."""
