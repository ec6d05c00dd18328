# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resource is the ResourceType of any resource: its options, its objects and its plans, from the values of its file."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from .._bce.errors import ConflictError, InvalidOptionsError
from .._bce.response_parsing import parse_id, parse_repeated, parse_str
from .base import CHECK_MODE_ID, CREATE, DELETE, NOOP, UPDATE, Desired, Entry, Identity, Item, Plan, ResourceType
from .fields import (
    CLIENT_TOKEN,
    STATE,
    VERSION,
    Field,
    camel_case,
    choice_field,
    is_blank,
    normalize_options,
    provided_options,
    seconds_field,
    to_argument_spec,
    validate_fields,
    validate_value,
)
from .messages import MESSAGES

NAME_SEPARATOR = " -> "  # between the parts of a name whose natural key has several fields
SECRET = "secret_key"
# What a diff shows in place of a key.
KEY_MASKED = "(hidden)"
KEY_MASKED_CHANGED = "(hidden, changed)"


SUMMARY_WORDS = ("status", "created_time")


class Summary(NamedTuple):
    """What the reconciler reads of every object of a list.

    :ivar key: the natural key, name of the field -> value.
    """

    object_id: Optional[str]
    key: Dict[str, Any]
    status: Optional[str]
    created_time: Optional[str]
    scope_confirmed: bool


class ResourceValues(ResourceType):
    """The values that describe a resource. More than 10 attributes because they are its whole description."""

    kind = ""  # the first part of what client tokens are derived from; never changes
    scope_options: Tuple[Field, ...] = ()  # the options that name the scope; exactly one of them is needed
    scope_lookups: Tuple[Field, ...] = ()  # the options of which RestReader.resolve() makes one that names the scope
    scope_help = ""  # what to do where the scope is missing
    scope_text = "the region"  # the words for the scope, with placeholders for its options
    preposition = "in"  # before scope_text where an object is in the scope
    owner: Optional[str] = None  # the scope option that each entry of a list names
    natural_key: Tuple[str, ...] = ()  # the options that distinguish an object from others of the scope
    id_field: Field
    fields: Tuple[Field, ...] = ()  # in the order of the API page's request
    groups: Dict[str, Tuple[Field, ...]] = {}  # nested
    secret: Optional[Field] = None
    read_only: Dict[str, Callable[[Any], Any]] = {}  # what the API shows in addition: word -> parser
    alternatives: Tuple[Tuple[str, ...], ...] = ()  # options that name one thing; the API may show only one of them
    connection_fields: Tuple[str, ...] = ()  # the fields that say what the object connects
    immutable: Dict[str, str] = {}  # the fields that the API cannot change -> what to do instead
    is_replaced = False  # whether an update sends the whole object, not only what changes
    reset_by_update: Tuple[str, ...] = ()  # the read-only words whose value an update changes
    defaults: Dict[str, Any] = {}  # the values that a new object has where the task sets none
    paths: Dict[str, str] = {}  # of "list", "create" and "item", below the API's version
    operations: Dict[str, str] = {}  # what each request is to do, for messages
    list_key = ""  # the name of the array in the response of the list
    list_query: Dict[str, str] = {}
    is_read_by_id = False
    is_deleted_with_token = True

    def reject_unchangeable(self, desired: Desired, item: Item) -> None:
        """Raise an error if the object must not be changed or deleted."""

    def name_of(self, values: Dict[str, Any]) -> str | None:
        """Return the natural key as one text; None if a part of it is unknown."""
        if len(self.natural_key) == 1:
            return values.get(self.natural_key[0]) or None
        parts = [values[name] for name in self.natural_key if values.get(name)]
        return NAME_SEPARATOR.join(parts) if len(parts) == len(self.natural_key) else None

    def scope_words(self, values: Dict[str, Any]) -> str:
        """Return the words for the scope in messages, from the options of the scope."""
        return self.scope_text % values


class ResourceDiff(ResourceValues):
    """The comparison of the desired state with an object, and the plan that follows from it."""

    def plan(self, desired: Desired, item: Item | None) -> Plan:
        """See ResourceType.plan().

        :raises InvalidOptionsError: if options are missing that a creation, or the replacement of an update, needs.
        :raises ConflictError: if the object would have to change in a way that the API does not offer.
        """
        if item is not None:
            self.reject_unchangeable(desired, item)
        if desired.is_absent:
            return Plan(NOOP if item is None else DELETE, (), self._diff_view(item), {}, None)
        if item is None:
            return self._plan_create(desired)
        self._reject_immutable_change(desired, item)
        changes, unknown = self._diff(desired, item)
        warnings = tuple(MESSAGES["not_compared"] % {"option": name} for name in unknown)
        before = self._diff_view(item)
        if not changes:
            return Plan(NOOP, (), before, before, item, warnings)
        # What no list shows is sent too, because an update is needed anyway.
        changes += tuple(name for name in unknown if name in item.not_comparable)
        target = self._merge(desired, item) if self.is_replaced else self._change(desired, item, changes)
        after = self._diff_view(target)
        if SECRET in changes:
            before[SECRET], after[SECRET] = KEY_MASKED, KEY_MASKED_CHANGED
        return Plan(UPDATE, changes, before, after, target, warnings)

    def not_compared(self, desired: Desired, item: Item) -> List[str]:
        """See ResourceType.not_compared()."""
        unknown = self._diff(desired, item)[1] + tuple(sorted(item.not_shown & set(desired.fields)))
        return [MESSAGES["not_compared"] % {"option": name} for name in dict.fromkeys(unknown)]

    def is_equal(self, desired: Desired, item: Item) -> bool:
        """See ResourceType.is_equal()."""
        changes = set(self._diff(desired, item)[0]) - item.not_shown
        return not (changes if self.has_exact_names else changes - set(self.natural_key))

    def is_same_connection(self, desired: Desired, item: Item) -> bool:
        """See ResourceType.is_same_connection(); only what the task provides is compared."""
        return not set(self.connection_fields) & desired.fields.keys() & set(self._diff(desired, item)[0])

    def is_applied(self, desired: Desired, item: Item) -> bool:
        """See ResourceType.is_applied()."""
        changes, unknown = self._diff(desired, item)
        return not changes and SECRET not in unknown

    def signature(self, item: Item) -> Tuple[Any, ...]:
        """See ResourceType.signature(): the key, what the object connects, and the nested groups."""
        fields = item.fields
        connected = (fields[name] for name in self.connection_fields)
        groups = (tuple(sorted((fields[name] or {}).items(), key=str)) for name in self.groups)
        return (item.secret_key, *(frozenset(x) if isinstance(x, list) else x for x in connected), *groups)

    def _plan_create(self, desired: Desired) -> Plan:
        missing = [self.secret.name] if self.secret and not desired.secret_key else []
        missing += [x.name for x in self.fields if x.required_on_create and x.name not in desired.fields]
        for name, group in self.groups.items():
            provided = desired.fields.get(name, {})
            missing += ["%s.%s" % (name, field.name) for field in group if field.name not in provided]
        unset = [names for names in self.alternatives if not any(map(desired.fields.get, names))]
        missing += ["%s (or %s)" % (names[0], ", ".join(names[1:])) for names in unset]
        if missing and desired.options.get(self.id_option) != CHECK_MODE_ID:
            words = {"label": self.label, "name": self.name_of(desired.fields), "preposition": self.preposition}
            words.update(scope=self.scope_words(desired.options), options=", ".join(missing))
            raise InvalidOptionsError([MESSAGES["creation_incomplete"] % words])
        fields = {field.name: desired.options.get(field.name) for field in self.scope_options}
        fields[self.id_option] = None
        fields.update(dict.fromkeys([field.name for field in self.fields] + list(self.groups) + list(self.read_only)))
        fields.update(self.defaults)
        fields.update(desired.fields)
        target = Item(fields, desired.secret_key)
        after = {name: value for name, value in self._diff_view(target).items() if value is not None}
        secret = (SECRET,) if desired.secret_key else ()
        after.update(dict.fromkeys(secret, KEY_MASKED))
        return Plan(CREATE, tuple(sorted(desired.fields)) + secret, {}, after, target)

    def _reject_immutable_change(self, desired: Desired, item: Item) -> None:
        for name, remedy in self.immutable.items():
            expected, current = desired.fields.get(name), item.fields[name]
            if expected is not None and current is not None and expected != current:
                words = {"option": name, "label": self.label, "name": self.name_of(item.fields), "remedy": remedy}
                words.update(id=item.fields[self.id_option], current=current, desired=expected)
                raise ConflictError(MESSAGES["field_immutable"] % words, "ImmutableField")

    def _diff(self, desired: Desired, item: Item) -> Tuple[Tuple[str, ...], Tuple[str, ...]]:
        """Return the managed fields that differ, and those that the API does not show."""
        differing: List[str] = []
        unknown: List[str] = []
        for path, expected, current in self._iter_managed(desired.fields, item.fields):
            names = [name for group in self.alternatives if path in group for name in group]
            if current is not None or path in item.not_comparable:
                if not _equal(expected, current):
                    (unknown if path in item.not_comparable else differing).append(path)
            # The API may show an alternative, such as cgw_id for remote_ip, and the task may have both.
            elif not any(name in desired.fields and item.fields[name] is not None for name in names):
                unknown.append(path)
        if desired.secret_key is not None:
            if item.secret_key is None:
                unknown.append(SECRET)
            elif desired.secret_key != item.secret_key:
                differing.append(SECRET)
        return tuple(differing), tuple(unknown)

    def _iter_managed(self, desired: Dict[str, Any], current: Dict[str, Any]) -> Iterator[Tuple[str, Any, Any]]:
        for name, expected in desired.items():
            if name in self.groups:
                group = current.get(name) or {}
                for inner, value in expected.items():
                    yield "%s.%s" % (name, inner), value, group.get(inner)
            else:
                yield name, expected, current.get(name)

    def _change(self, desired: Desired, item: Item, changes: Tuple[str, ...]) -> Item:
        """Return the object after an update that sends only the changes."""
        fields = dict(item.fields, **dict.fromkeys(self.reset_by_update))
        fields.update((name, desired.fields[name]) for name in changes)
        return item._replace(fields=fields)

    def _merge(self, desired: Desired, item: Item) -> Item:
        """Return the object that replaces the current one: what the task manages, and all the rest as it is."""
        fields, missing = dict(item.fields), []
        for field in self.fields:
            expected = desired.fields.get(field.name)
            if expected is not None and (fields[field.name] is None or not _equal(expected, fields[field.name])):
                fields[field.name] = expected
            is_cut = field.name in self.natural_key and fields[field.name] and validate_value(field, fields[field.name])
            # A shown name that is invalid is a truncated name.
            if (field.required_on_create and fields[field.name] is None) or is_cut:
                missing.append(field.name)
        fields.update(dict.fromkeys(item.not_shown - set(desired.fields)))  # left out, an update keeps it
        for name, group in self.groups.items():
            fields[name] = dict(fields[name] or {}, **desired.fields.get(name, {}))
            missing += ["%s.%s" % (name, field.name) for field in group if fields[name].get(field.name) is None]
        for names in self.alternatives:
            changed = [name for name in names if desired.fields.get(name) not in (None, item.fields[name])]
            # All name one thing: an old one must not stay next to another one that is new.
            fields.update((name, None) for name in names if changed and name not in desired.fields)
        secret_key = desired.secret_key or item.secret_key
        missing += [SECRET] if self.secret and secret_key is None else []
        if missing:
            words = {"label": self.label, "options": ", ".join(missing)}
            raise InvalidOptionsError([MESSAGES["update_incomplete"] % words])
        return item._replace(fields=fields, secret_key=secret_key)

    def _diff_view(self, item: Item | None) -> Dict[str, Any]:
        """Return the part of an object that a diff shows: what can be managed, never a secret."""
        hidden = {*self.read_only, *(field.name for field in self.scope_options)}
        return {name: value for name, value in item.fields.items() if name not in hidden} if item else {}


class Resource(ResourceDiff):
    """A resource. Its file sets the values that ResourceValues declares, and overrides a method where it differs."""

    def __init__(self) -> None:
        self.id_option = self.id_field.name
        self.name_option = ", ".join(self.natural_key)
        own = self.scope_options + self.scope_lookups + (self.id_field,) + ((self.secret,) if self.secret else ())
        self.option_fields = own + self.fields + _task_options(self.wait_conditions)
        self.id_wire_name = self.id_field.wire_name
        self._owner_wire_name = camel_case(self.owner) if self.owner else ""
        self._key_fields = [field for field in self.fields if field.name in self.natural_key]
        self._summary_parsers = [(camel_case(x), self.read_only.get(x, lambda _value: None)) for x in SUMMARY_WORDS]

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
        found = provided_options(self.option_fields, values)
        found.update((name, values[name]) for name in self.groups if values.get(name) is not None)
        for names in self.alternatives:
            blank = [name for name in names if is_blank(found.get(name))]
            for name in blank if len(blank) < len(names) else ():
                found.pop(name, None)
        return found

    def validate(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """Return every error in the options."""
        return self.validate_values(values, where) + self.missing_identifiers(values, where)

    def validate_values(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """Return the errors in the values that are provided; `where` stands before the name of each option."""
        provided = self.provided_options(values)
        found = validate_fields(self.option_fields, provided, where)
        for name, group in self.groups.items():
            value = provided.get(name)
            if value is not None and not isinstance(value, dict):
                names = ", ".join(field.name for field in group)
                found.append(MESSAGES["group_type"] % {"option": where + name, "names": names})
            elif value:
                found += validate_fields(group, value, "%s%s." % (where, name))
        return found

    def missing_identifiers(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """Return what the options lack to identify the object."""
        provided = self.provided_options(values)
        found = self.scope_errors(provided, where)
        if self.id_option not in provided:
            words = {"id_option": self.id_option, "label": self.label}
            missing = [where + name for name in self.natural_key if name not in provided]
            found += [MESSAGES["identifier_missing"] % dict(words, option=option) for option in missing]
        return found

    def scope_errors(self, provided: Dict[str, Any], where: str = "") -> List[str]:
        """Return an error unless exactly one of the options that name the scope is provided."""
        scope = [field.name for field in self.scope_options + self.scope_lookups]
        named = [name for name in scope if name in provided]
        if scope and not named:
            others = "".join(", or %s" % name for name in scope[1:])
            words = {"option": where + scope[0], "others": others, "remedy": self.scope_help}
            return [MESSAGES["scope_missing"] % words]
        if len(named) > 1:
            return [MESSAGES["scope_ambiguous"] % {"option": where + named[1], "other": named[0]}]
        return []

    def parse(self, values: Dict[str, Any]) -> Desired:
        """Return the desired state of options in which validate() finds no error."""
        provided = self.provided_options(values)
        specs = {field.name: field.argument_spec for field in self.option_fields}
        normal = {name: spec["default"] for name, spec in specs.items() if "default" in spec}
        normal.update(normalize_options(self.option_fields, provided))
        managed = {field.name: normal.pop(field.name) for field in self.fields if field.name in normal}
        secret = normal.pop(self.secret.name, None) if self.secret else None
        for name, group in self.groups.items():
            inner = normalize_options(group, provided.get(name) or {})
            if inner:
                managed[name] = inner
        remarks = [x.remark(x.name, provided[x.name]) for x in self.fields if x.remark and x.name in provided]
        return Desired(managed, normal, secret, tuple(text for texts in remarks for text in texts))

    def key_of(self, name: str) -> Tuple[str, ...]:
        """Return the parts of a natural key that name_of() joined."""
        return tuple(name.split(NAME_SEPARATOR)) if len(self.natural_key) > 1 else (name,)

    def keys(self, desired: Desired) -> Identity:
        """See ResourceType.keys()."""
        name, values = self.name_of(desired.fields), desired.options
        return Identity(name, values.get(self.id_option), desired.is_absent, values.get("client_token"))

    def effective_name(self, desired: Desired, entry: Entry) -> str | None:
        """See ResourceType.effective_name(); the parts that the task leaves out stay as they are."""
        provided = {name: value for name, value in desired.fields.items() if value and name in self.natural_key}
        return self.name_of(dict(entry.item.fields, **provided))

    def is_other_name(self, desired: Desired, entry: Entry) -> bool:
        """See ResourceType.is_other_name()."""
        pairs = [(desired.fields.get(name), entry.item.fields[name]) for name in self.natural_key]
        return any(provided and shown and provided != shown for provided, shown in pairs)

    def parse_summaries(self, entries: Sequence[Dict[str, Any]], scope: Dict[str, Any]) -> List[Summary]:
        """Return the Summary of each entry; its values equal those of parse_item()."""
        ids = [parse_id(entry.get(self.id_wire_name)) for entry in entries]
        columns = [[field.parse(entry.get(field.wire_name)) for entry in entries] for field in self._key_fields]
        # An id in the place of a name is not a name.
        columns = [[None if value == own else value for value, own in zip(column, ids)] for column in columns]
        keys = [{field.name: value for field, value in zip(self._key_fields, row)} for _id, *row in zip(ids, *columns)]
        statuses, times = (parse_repeated(parse, wire, entries) for wire, parse in self._summary_parsers)
        owners, owner = parse_repeated(parse_str, self._owner_wire_name, entries), scope.get(self.owner or "")
        confirmed = [not self.owner or shown == owner for shown in owners]
        return list(map(Summary, ids, keys, statuses, times, confirmed))

    def parse_item(self, entry: Dict[str, Any], scope: Dict[str, Any]) -> Item:
        """Return the object of the API's own entry, read tolerantly: what cannot be read is None, not shown."""
        (summary,) = self.parse_summaries([entry], scope)
        shown = {field.name: field.parse(entry.get(field.wire_name)) for field in self.fields}
        shown.update((name, parse(entry.get(camel_case(name)))) for name, parse in self.read_only.items())
        for name, group in self.groups.items():
            inner = entry.get(camel_case(name))
            inner = inner if isinstance(inner, dict) else {}
            shown[name] = {field.name: field.parse(inner.get(field.wire_name)) for field in group}
        shown.update(summary.key)
        not_shown = set()
        for field in self.fields:
            if field.is_empty_if_not_shown:
                if not isinstance(entry.get(field.wire_name), str):
                    not_shown.add(field.name)  # this object has none, or the list shows none at all
                shown[field.name] = shown[field.name] or ""
        secret = self.secret.parse(entry.get(self.secret.wire_name)) if self.secret else None
        fields_of_item = dict(scope, **{self.id_option: summary.object_id}, **shown)
        # What is null is shown to be empty; what is missing may have any value.
        not_comparable = frozenset(not_shown - set(entry))
        return Item(fields_of_item, secret, summary.scope_confirmed, frozenset(not_shown), not_comparable)


def _equal(expected: Any, current: Any) -> bool:
    """Return True if two values are equal; lists are sets: neither order nor repetition is a difference."""
    return set(expected) == set(current) if isinstance(expected, list) else expected == current


def _task_options(conditions: Dict[str, Any]) -> Tuple[Field, ...]:
    """Return the Fields of how a task treats an object, with those of a wait where there is something to wait for."""
    if not conditions:
        return (STATE, CLIENT_TOKEN, VERSION)
    wait_for = choice_field("wait_for", "none", *conditions, default="none")
    wait_timeout = seconds_field("wait_timeout", 1, 86400, default=300)
    waits = (field._replace(has_wire_name=False) for field in (wait_for, wait_timeout))
    return (STATE, CLIENT_TOKEN, VERSION, *waits)
