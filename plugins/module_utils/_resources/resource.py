# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resource is the ResourceType that the file of a resource fills in, with all that follows from its values. Pure."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from .._bce.response_parsing import parse_id, parse_str
from . import fields, planning
from .base import Desired, Item, ResourceType
from .fields import (
    CLIENT_TOKEN,
    STATE,
    VERSION,
    Field,
    camel_case,
    choice_field,
    is_blank,
    seconds_field,
    to_argument_spec,
)

NAME_SEPARATOR = " -> "  # between the parts of a name whose natural key has several fields


class Resource(ResourceType):
    """A resource. Its file sets the values that ResourceType declares, and overrides a method where it differs."""

    plan = planning.plan
    is_equal = planning.is_equal
    not_compared = planning.not_compared
    is_same_connection = planning.is_same_connection
    is_applied = planning.is_applied
    signature = planning.signature

    def __init__(self) -> None:
        self.id_option = self.id_field.name
        self.name_option = ", ".join(self.natural_key)
        own = self.scope_options + (self.id_field,) + ((self.secret,) if self.secret else ())
        self.option_fields = own + self.fields + _task_options(self.wait_conditions)

    # -- options ----------------------------------------------------------------------------------------------------

    def argument_spec(self) -> Dict[str, Any]:
        """Return the argument spec of one object; each option has the API's own name as an alias."""
        found = {field.name: to_argument_spec(field) for field in self.option_fields}
        for name, group in self.groups.items():
            options = {field.name: to_argument_spec(field) for field in group}
            found[name] = {"type": "dict", "aliases": [camel_case(name)], "options": options}
        return found

    def provided_options(self, values: Dict[str, Any]) -> Dict[str, Any]:
        """Return the options that have a value; see Field.is_blank_unset.

        An empty one of several alternatives, such as remote_ip next to cgw_id, counts as unset.
        """
        found = fields.provided_options(self.option_fields, values)
        found.update((name, values[name]) for name in self.groups if values.get(name) is not None)
        for names in self.alternatives:
            filled = [name for name in names if not is_blank(found.get(name))]
            for name in names if filled else ():
                if name not in filled:
                    found.pop(name, None)
        return found

    def validate(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """Return every error in the options as sentences; see validate_values() and missing_identifiers()."""
        return self.validate_values(values, where) + self.missing_identifiers(values, where)

    def validate_values(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """Return the errors in the values that are provided, as sentences.

        :param where: put before the name of each option.
        """
        provided = self.provided_options(values)
        found = fields.validate_fields(self.option_fields, provided, where)
        for name, group in self.groups.items():
            value = provided.get(name)
            if value is not None and not isinstance(value, dict):
                names = ", ".join(field.name for field in group)
                found.append("%s%s: must be a dictionary of %s" % (where, name, names))
            elif value:
                found += fields.validate_fields(group, value, "%s%s." % (where, name))
        return found

    def missing_identifiers(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """Return what the options lack to identify the object, as sentences."""
        provided = self.provided_options(values)
        found = self.scope_errors(provided, where)
        if self.id_option not in provided:
            text = "%s%s: is needed, or %s, to tell which %s is meant"
            missing = [name for name in self.natural_key if name not in provided]
            found += [text % (where, name, self.id_option, self.label) for name in missing]
        return found

    def scope_errors(self, provided: Dict[str, Any], where: str = "") -> List[str]:
        """Return an error unless exactly one of the options that name the scope is provided."""
        scope = [field.name for field in self.scope_options]
        named = [name for name in scope if name in provided]
        if scope and not named:
            others = "".join(", or %s" % name for name in scope[1:])
            return ["%s%s: is needed%s; %s" % (where, scope[0], others, self.scope_help)]
        if len(named) > 1:
            return ["%s%s: is not accepted next to %s; provide one of them" % (where, named[1], named[0])]
        return []

    def parse(self, values: Dict[str, Any]) -> Desired:
        """Return the desired state of options in which validate() finds no error."""
        provided = self.provided_options(values)
        specs = {field.name: field.argument_spec for field in self.option_fields}
        normal = {name: spec["default"] for name, spec in specs.items() if "default" in spec}
        normal.update(fields.normalize_options(self.option_fields, provided))
        managed = {field.name: normal.pop(field.name) for field in self.fields if field.name in normal}
        secret = normal.pop(self.secret.name, None) if self.secret else None
        for name, group in self.groups.items():
            inner = fields.normalize_options(group, provided.get(name) or {})
            if inner:
                managed[name] = inner
        remarks = [
            "%s: %s" % (field.name, text)
            for field in self.fields
            if field.remark and field.name in provided
            for text in field.remark(provided[field.name])
        ]
        return Desired(managed, normal, secret, tuple(remarks))

    # -- names ------------------------------------------------------------------------------------------------------

    def name_of(self, values: Dict[str, Any]) -> str | None:
        """Return the natural key as one text; None if a part of it is unknown."""
        parts = [values[name] for name in self.natural_key if values.get(name)]
        return NAME_SEPARATOR.join(parts) if len(parts) == len(self.natural_key) else None

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
        shown = {field.name: field.parse(entry.get(field.wire_name)) for field in self.fields}
        shown.update((name, parse(entry.get(camel_case(name)))) for name, parse in self.read_only.items())
        for name, group in self.groups.items():
            inner = entry.get(camel_case(name))
            inner = inner if isinstance(inner, dict) else {}
            shown[name] = {field.name: field.parse(inner.get(field.wire_name)) for field in group}
        object_id, not_shown = parse_id(entry.get(self.id_field.wire_name)), set()
        for field in self.fields:
            if field.name == "description" and not isinstance(entry.get("description"), str):
                not_shown.add(field.name)  # this object has none, or the list shows none at all
            if field.name == "description":
                shown[field.name] = shown[field.name] or ""
            if field.name in self.natural_key and shown[field.name] == object_id:
                shown[field.name] = None  # an id in its place is not a name
        secret = self.secret.parse(entry.get(self.secret.wire_name)) if self.secret else None
        is_confirmed = not self.owner or parse_str(entry.get(camel_case(self.owner))) == scope.get(self.owner)
        fields_of_item = dict(scope, **{self.id_option: object_id}, **shown)
        return Item(fields_of_item, secret, is_confirmed, frozenset(not_shown))

    def keys(self, desired: Desired) -> tuple[str | None, str | None, bool, str | None]:
        """See ResourceType.keys()."""
        values = desired.options
        return self.name_of(desired.fields), values.get(self.id_option), desired.is_absent, values.get("client_token")


def _task_options(conditions: Dict[str, Any]) -> Tuple[Field, ...]:
    """Return the Fields of how a task treats an object, with those of a wait where there is something to wait for."""
    options = (STATE, CLIENT_TOKEN, VERSION)
    if not conditions:
        return options
    waits = (choice_field("wait_for", "none", *conditions), "none"), (seconds_field("wait_timeout", 1, 86400), 300)
    return options + tuple(
        field._replace(argument_spec=dict(field.argument_spec, default=default), has_wire_name=False)
        for field, default in waits
    )
