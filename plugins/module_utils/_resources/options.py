# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a resource, from its specification: argument spec, every error at once, and the normal form. Pure."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from . import fields
from .base import Desired, ResourceType
from .fields import Field, camel_case, is_blank, to_argument_spec


def argument_spec(spec: ResourceType) -> Dict[str, Any]:
    """Return the argument spec of one object; each option has the API's own name as an alias."""
    found = {field.name: to_argument_spec(field) for field in spec.option_fields}
    for name, group in spec.groups.items():
        options = {field.name: to_argument_spec(field) for field in group}
        found[name] = {"type": "dict", "aliases": [camel_case(name)], "options": options}
    return found


def provided_options(spec: ResourceType, values: Dict[str, Any]) -> Dict[str, Any]:
    """Return the options that have a value; see Field.is_blank_unset.

    An empty one of several alternatives, such as remote_ip next to cgw_id, counts as unset.
    """
    found = fields.provided_options(spec.option_fields, values)
    found.update((name, values[name]) for name in spec.groups if values.get(name) is not None)
    for names in spec.alternatives:
        filled = [name for name in names if not is_blank(found.get(name))]
        for name in names if filled else ():
            if name not in filled:
                found.pop(name, None)
    return found


def validate(spec: ResourceType, values: Dict[str, Any], where: str = "") -> List[str]:
    """Return every error in the options as sentences; see validate_values() and missing_identifiers()."""
    return validate_values(spec, values, where) + missing_identifiers(spec, values, where)


def validate_values(spec: ResourceType, values: Dict[str, Any], where: str = "") -> List[str]:
    """Return the errors in the values that are provided, each a sentence that names the option and its constraint.

    :param where: put before the name of each option.
    """
    provided = provided_options(spec, values)
    found = fields.validate_fields(spec.option_fields, provided, where)
    for name, group in spec.groups.items():
        value = provided.get(name)
        if value is not None and not isinstance(value, dict):
            found.append("%s%s: must be a dictionary of %s" % (where, name, ", ".join(field.name for field in group)))
        elif value:
            found += fields.validate_fields(group, value, "%s%s." % (where, name))
    return found


def missing_identifiers(spec: ResourceType, values: Dict[str, Any], where: str = "") -> List[str]:
    """Return what the options lack to identify the object, as sentences."""
    provided, found = provided_options(spec, values), []
    scope = [field.name for field in spec.scope_options]
    named = [name for name in scope if name in provided]
    if scope and not named:
        found.append("%s%s: is needed%s; %s" % (where, scope[0], _or(scope[1:]), spec.scope_help))
    elif len(named) > 1:
        found.append("%s%s: is not accepted next to %s; provide one of them" % (where, named[1], named[0]))
    if spec.id_option not in provided:
        text = "%s%s: is needed, or %s, to tell which %s is meant"
        missing = [name for name in spec.natural_key if name not in provided]
        found += [text % (where, name, spec.id_option, spec.label) for name in missing]
    return found


def parse(spec: ResourceType, values: Dict[str, Any]) -> Desired:
    """Return the desired state of options in which validate() finds no error."""
    provided = provided_options(spec, values)
    defaults = {
        field.name: field.argument_spec["default"] for field in spec.option_fields if "default" in field.argument_spec
    }
    normal = dict(defaults, **fields.normalize_options(spec.option_fields, provided))
    managed = {field.name: normal.pop(field.name) for field in spec.fields if field.name in normal}
    secret = normal.pop(spec.secret.name, None) if spec.secret else None
    for name, group in spec.groups.items():
        inner = fields.normalize_options(group, provided.get(name) or {})
        if inner:
            managed[name] = inner
    return Desired(managed, normal, secret, _remarks(spec.fields, provided))


def _remarks(all_fields: Tuple[Field, ...], provided: Dict[str, Any]) -> Tuple[str, ...]:
    return tuple(
        "%s: %s" % (field.name, text)
        for field in all_fields
        if field.remark and field.name in provided
        for text in field.remark(provided[field.name])
    )


def _or(names: List[str]) -> str:
    return "".join(", or %s" % name for name in names)
