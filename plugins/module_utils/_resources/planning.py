# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide from a desired state and an object what is to be done, for any resource, from its specification. Pure."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Tuple

from .._bce.errors import ConflictError, InvalidOptionsError
from .base import CREATE, DELETE, NOOP, UPDATE, Desired, Item, Plan, ResourceType
from .fields import validate_value

SECRET = "secret_key"
# What a diff shows in place of a key.
KEY_MASKED = "(hidden)"
KEY_MASKED_CHANGED = "(hidden, changed)"

_NOT_COMPARED = "%s: the cloud's list does not show the current value, so it was not compared"


def plan(spec: ResourceType, desired: Desired, item: Item | None) -> Plan:
    """Return what to do so that the object is as desired.

    :raises InvalidOptionsError: if options are missing that a creation, or the whole replacement of an update, needs.
    :raises ConflictError: if the object would have to change in a way that the API does not offer.
    """
    if item is not None:
        spec.check(desired, item)
    if desired.is_absent:
        return Plan(NOOP if item is None else DELETE, (), _diff_view(spec, item), {}, None)
    if item is None:
        return _plan_create(spec, desired)
    _reject_immutable_change(spec, desired, item)
    changes, unknown = _diff(spec, desired, item)
    warnings = tuple(_NOT_COMPARED % name for name in unknown)
    before = _diff_view(spec, item)
    if not changes:
        return Plan(NOOP, (), before, before, item, warnings)
    target = _merge(spec, desired, item) if spec.is_replaced else _change(spec, desired, item, changes)
    after = _diff_view(spec, target)
    if SECRET in changes:
        before[SECRET], after[SECRET] = KEY_MASKED, KEY_MASKED_CHANGED
    return Plan(UPDATE, changes, before, after, target, warnings)


def not_compared(spec: ResourceType, desired: Desired, item: Item) -> List[str]:
    """Return a warning for each field that the task provides and the API does not show."""
    unknown = _diff(spec, desired, item)[1]
    unknown += tuple(sorted(item.not_shown & set(desired.fields)))
    return [_NOT_COMPARED % name for name in unknown]


def is_equal(spec: ResourceType, desired: Desired, item: Item) -> bool:
    """Return True if nothing that the task provides and the API shows differs; an inexact name does not count."""
    changes = set(_diff(spec, desired, item)[0]) - item.not_shown
    return not (changes if spec.has_exact_names else changes - set(spec.natural_key))


def is_same_connection(spec: ResourceType, desired: Desired, item: Item) -> bool:
    """Return True if the task and the object agree on what is connected, as far as the task provides it."""
    provided = {name for name in spec.connection_fields if name in desired.fields}
    return not provided & set(_diff(spec, desired, item)[0])


def is_applied(spec: ResourceType, desired: Desired, item: Item) -> bool:
    """Return True if the object shows all that the task provides, the key included."""
    changes, unknown = _diff(spec, desired, item)
    return not changes and SECRET not in unknown


def signature(spec: ResourceType, item: Item) -> Tuple[Any, ...]:
    """Return what makes two objects the same under two names: what they connect, the key, the nested groups."""
    fields = item.fields
    groups = (tuple(sorted((fields[name] or {}).items(), key=str)) for name in spec.groups)
    return (item.secret_key, *(_hashable(fields[name]) for name in spec.connection_fields), *groups)


def _hashable(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value


def _plan_create(spec: ResourceType, desired: Desired) -> Plan:
    missing = [spec.secret.name] if spec.secret and not desired.secret_key else []
    missing += [field.name for field in spec.fields if field.required_on_create and field.name not in desired.fields]
    for name, group in spec.groups.items():
        provided = desired.fields.get(name, {})
        missing += ["%s.%s" % (name, field.name) for field in group if field.name not in provided]
    for names in spec.alternatives:
        if not any(desired.fields.get(name) for name in names):
            missing.append("%s (or %s)" % (names[0], ", ".join(names[1:])))
    if missing:
        text = "The %s %r does not exist %s %s, and to create it these options are needed too: %s"
        where = (spec.preposition, spec.scope_words(desired.options))
        raise InvalidOptionsError([text % (spec.label, spec.name_of(desired.fields), *where, ", ".join(missing))])
    fields = {field.name: desired.options.get(field.name) for field in spec.scope_options}
    fields[spec.id_option] = None
    fields.update(dict.fromkeys([field.name for field in spec.fields] + list(spec.groups) + list(spec.read_only)))
    fields.update(spec.defaults)
    fields.update(desired.fields)
    target = Item(fields, desired.secret_key)
    after = {name: value for name, value in _diff_view(spec, target).items() if value is not None}
    secret = (SECRET,) if desired.secret_key else ()
    after.update(dict.fromkeys(secret, KEY_MASKED))
    return Plan(CREATE, tuple(sorted(desired.fields)) + secret, {}, after, target)


def _reject_immutable_change(spec: ResourceType, desired: Desired, item: Item) -> None:
    for name, remedy in spec.immutable.items():
        want, have = desired.fields.get(name), item.fields[name]
        if want is not None and have is not None and want != have:
            text = "%s: the %s %s (%s) has %s, and the API cannot change it to %s; %s"
            words = (name, spec.label, spec.name_of(item.fields), item.fields[spec.id_option], have, want, remedy)
            raise ConflictError(text % words, "ImmutableField")


def _diff(spec: ResourceType, desired: Desired, item: Item) -> Tuple[Tuple[str, ...], Tuple[str, ...]]:
    """Return the managed fields that differ, and those that the API does not show."""
    differing, unknown = [], []
    for path, want, have in _iter_managed(spec, desired.fields, item.fields):
        if have is None:
            if not _is_shown_otherwise(spec, path, desired, item):
                unknown.append(path)
        elif not _equal(want, have):
            differing.append(path)
    if desired.secret_key is not None:
        if item.secret_key is None:
            unknown.append(SECRET)
        elif desired.secret_key != item.secret_key:
            differing.append(SECRET)
    return tuple(differing), tuple(unknown)


def _is_shown_otherwise(spec: ResourceType, path: str, desired: Desired, item: Item) -> bool:
    """Return True if the API shows an alternative to the option, such as cgw_id to remote_ip, and the task has both."""
    names = [name for group in spec.alternatives if path in group for name in group]
    return any(name in desired.fields and item.fields[name] is not None for name in names)


def _iter_managed(
    spec: ResourceType, wanted: Dict[str, Any], present: Dict[str, Any]
) -> Iterator[Tuple[str, Any, Any]]:
    for name, want in wanted.items():
        if name in spec.groups:
            group = present.get(name) or {}
            for inner, value in want.items():
                yield "%s.%s" % (name, inner), value, group.get(inner)
        else:
            yield name, want, present.get(name)


def _equal(want: Any, have: Any) -> bool:
    """Return True if two values are equal; lists are sets: neither order nor repetition is a difference."""
    return set(want) == set(have) if isinstance(want, list) else want == have


def _change(spec: ResourceType, desired: Desired, item: Item, changes: Tuple[str, ...]) -> Item:
    """Return the object after an update that sends only the changes."""
    fields = dict(item.fields, **dict.fromkeys(spec.reset_by_update))
    fields.update((name, desired.fields[name]) for name in changes)
    return item._replace(fields=fields)


def _merge(spec: ResourceType, desired: Desired, item: Item) -> Item:
    """Return the object that replaces the current one: what the task manages, and all the rest as it is.

    :raises InvalidOptionsError: if neither the API nor the task has a value that the replacement needs.
    """
    fields = dict(item.fields)
    missing = []
    for field in spec.fields:
        want = desired.fields.get(field.name)
        if want is not None and (fields[field.name] is None or not _equal(want, fields[field.name])):
            fields[field.name] = want
        is_cut = field.name in spec.natural_key and fields[field.name] and validate_value(field, fields[field.name])
        # A shown name that breaks the constraint is something else, such as a part of the name with "...".
        if (field.required_on_create and fields[field.name] is None) or is_cut:
            missing.append(field.name)
    fields.update(dict.fromkeys(item.not_shown - set(desired.fields)))  # left out, an update keeps it
    for name, group in spec.groups.items():
        fields[name] = dict(fields[name] or {}, **desired.fields.get(name, {}))
        missing += ["%s.%s" % (name, field.name) for field in group if fields[name].get(field.name) is None]
    for names in spec.alternatives:
        changed = [name for name in names if desired.fields.get(name) not in (None, item.fields[name])]
        # All name one thing: an old one must not stay next to another one that is new.
        fields.update((name, None) for name in names if changed and name not in desired.fields)
    secret_key = desired.secret_key or item.secret_key
    if spec.secret and secret_key is None:
        missing.append(SECRET)
    if missing:
        text = "An update replaces the whole %s; give these options too, as the cloud does not tell them: %s"
        raise InvalidOptionsError([text % (spec.label, ", ".join(missing))])
    return item._replace(fields=fields, secret_key=secret_key)


def _diff_view(spec: ResourceType, item: Item | None) -> Dict[str, Any]:
    """Return the part of an object that a diff shows: what can be managed, never a secret."""
    hidden = {*spec.read_only, *(field.name for field in spec.scope_options)}
    return {name: value for name, value in item.fields.items() if name not in hidden} if item else {}
