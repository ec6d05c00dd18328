# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a task, as a module and in-process: all errors at once, one parse, no secret in a failure.

An Implementation parses them into a ParsedTask, and runs nothing else.
"""

from __future__ import annotations

import os
import traceback
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

from ansible.module_utils.common.arg_spec import ValidationResult
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.common.validation import check_type_bool, check_type_dict

from .._bce import connection_options
from .._bce.connection_options import ConnectionSettings
from .._bce.errors import InvalidOptionsError, internal_error, message_with_code
from .._bce.redaction import (
    MIN_SECRET_LENGTH,
    contains_possible_key,
    may_be_secret,
    printable,
    safe_name,
    safe_repr,
    trim,
)
from .._resources.base import CHECK_MODE_ID
from .._resources.fields import is_blank
from .._resources.messages import MESSAGES as OPTION_MESSAGES
from .messages import MESSAGES

if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object  # because Python 3.7 has no Protocol

TEXT_TYPES = ("str", "path")  # they accept any text
TUNNEL_KEY = "secret_key"
# A boolean is a number too, so it comes first.
_KINDS = ((dict, "dictionary"), (list, "list"), (bool, "boolean"), (object, "number"))
INDEX_CHARACTERS = "[0123456789]"  # that the path of an item ends with
# The ends of names of options that take the id, name or address of an object.
REFERENCE_ENDINGS = ("_id", "_ids", "vpc_name", "ip", "_address", "_subnets", "gateways", "sources")


class ParsedTask(NamedTuple):
    """A task without errors in its options.

    :ivar desired: the desired object or objects, or the filters of a read, in normal form.
    :ivar options: how the task treats them.
    """

    desired: Any
    connection: ConnectionSettings
    options: dict[str, Any] = {}
    warnings: tuple[str, ...] = ()


class Implementation(Protocol):
    """Define what a module's file provides.

    :ivar ARGUMENTS: the keywords of AnsibleModule.
    :ivar READ_ONLY: optional; what results show of the items of a list, and such an item may have without an effect.
    """

    ARGUMENTS: dict[str, Any]

    def parse(self, params: dict[str, Any]) -> ParsedTask:
        """Parse the parameters of a task.

        :raises InvalidOptionsError: with every error that can be found without a request.
        """

    def run(self, request: ParsedTask, check_mode: bool) -> dict[str, Any]:
        """Return the result of a task; a failure is one too. Further keywords are optional, such as `clock`."""


def parse_connection(params: dict[str, Any], errors: list[str], service: str = "bcc") -> ConnectionSettings:
    """Return the connection that the parameters and the environment describe.

    :param errors: of the other options.
    :param service: see connection_options.resolve().
    :raises InvalidOptionsError: with these errors and those of the connection.
    """
    try:
        connection = connection_options.resolve(params, os.environ, {}, service)
    except InvalidOptionsError as error:
        errors = errors + error.errors
    if errors:
        raise InvalidOptionsError(errors)
    return connection


class TaskOptions:
    """The options of one task on their way from Ansible to a ParsedTask.

    :ivar values: those that are provided, under their own names. An option that AWX leaves empty is not provided: None
        at any depth, and an empty text where no free text is meant. A group that is not a dictionary is not in them,
        because Ansible would raise an exception that hides all other errors.
    """

    def __init__(self, implementation: Implementation, params: dict[str, Any], check_mode: bool = False) -> None:
        self._implementation = implementation
        self._check_mode = check_mode
        self._spec = implementation.ARGUMENTS["argument_spec"]
        self._errors: list[tuple[str, str]] = []  # those that Ansible does not find: (path, text)
        self._null_keys: list[str] = []
        self._wrong_groups: dict[str, Any] = {}  # by their paths
        self.values = self._normalize([("", self._spec)], params)

    def _normalize(self, scopes: list[tuple[str, dict[str, Any]]], params: dict[str, Any]) -> dict[str, Any]:
        """Return the values of one place that are provided, and report errors in them.

        :param scopes: (path, spec) of this place and of those around it, from the inside out.
        """
        path, spec = scopes[0]
        alias_map = _alias_map(spec)
        provided: dict[str, Any] = {}
        unknown = []
        alias_used: dict[str, str] = {}
        for alias, value in params.items():
            name = alias_map.get(alias, alias)
            option = spec.get(name, {"type": "str"})
            if value is None or (is_blank(value) and ("choices" in option or option["type"] not in TEXT_TYPES)):
                continue
            if name not in spec:
                if not (path.endswith("].") and name in getattr(self._implementation, "READ_ONLY", ())):
                    unknown.append(str(name))
                    provided[name] = value
                continue
            if isinstance(value, list) and option["type"] == "list":
                items = enumerate(value)
                value = [self._normalize_value(option, item, "%s%s[%d]" % (path, name, i), scopes) for i, item in items]
            else:
                value = self._normalize_value(option, value, path + name, scopes)
            if value is None:
                continue
            if name not in provided or is_blank(provided[name]):
                provided[name], alias_used[name] = value, alias
            elif not is_blank(value) and value != provided[name] and str(value) != str(provided[name]):
                text = MESSAGES["option_provided_twice"] % {"first": alias_used[name], "second": alias}
                self._errors.append((path + name, text))
        if unknown:
            self._errors += _unknown_option_errors(scopes, unknown)
        if TUNNEL_KEY in spec and TUNNEL_KEY not in provided and TUNNEL_KEY in map(alias_map.get, params):
            self._null_keys.append(path + TUNNEL_KEY)
        return provided

    def _normalize_value(
        self, option: dict[str, Any], value: Any, path: str, scopes: list[tuple[str, dict[str, Any]]]
    ) -> Any:
        """Return a value as Ansible is to validate it; None for a group that is not a dictionary."""
        if isinstance(value, str) and "choices" in option:
            value = value.strip()
        elif (
            isinstance(value, str)
            and CHECK_MODE_ID in value
            and path.rstrip(INDEX_CHARACTERS).endswith(REFERENCE_ENDINGS)
        ):
            if not self._check_mode:
                self._errors.append((path, MESSAGES["check_mode_id"]))
        if "options" in option:
            try:
                value = check_type_dict(value)
            except (TypeError, ValueError):
                if option["type"] == "dict":
                    text = OPTION_MESSAGES["group_type"] % {"option": path, "names": ", ".join(option["options"])}
                    self._errors.append((path, text.partition(": ")[2]))
                    self._wrong_groups[path] = value
                    return None
                return value  # the implementation reports items that are not dictionaries
            return self._normalize([(path + ".", option["options"]), *scopes], value)
        elif option.get("elements", option["type"]) in TEXT_TYPES:
            # YAML makes booleans out of yes, no, on and off, and a number out of 0111; Ansible makes text out of all.
            is_list = isinstance(value, dict) and option["type"] == "list" and not path.endswith("]")
            if not isinstance(value, (str, type(None))) and not is_list:
                self._errors.append((path, text_required(value, option)))
        elif option["type"] == "bool":
            try:
                check_type_bool(value)
            except TypeError:  # Ansible would list all words for true and false, in any order
                self._errors.append((path, MESSAGES["boolean_required"] % {"value": safe_repr(value)}))
        return value

    @property
    def warnings(self) -> list[str]:
        """Return the warning that tunnel keys are provided as null, as YAML reads `secret_key: #abc12345`.

        An option that is left empty on purpose is not null: omit removes it, and a survey of AWX gives an empty text.
        """
        if not self._null_keys:
            return []
        count = len(self._null_keys) - 1
        more = MESSAGES["and_more"] % {"count": count} if count else ""
        return [MESSAGES["key_null"] % {"option": self._null_keys[0], "more": more}]

    @property
    def secrets(self) -> set[str]:
        """Return the texts in the options that no output may show."""
        wrong = {text for text in _scalars(list(self._wrong_groups.values())) if may_be_secret(text)}
        return collect_secrets(self._spec, self.values) | wrong

    def parse(self, validation: ValidationResult) -> ParsedTask:
        """Parse the options.

        :param validation: Ansible's, of `values`. Its errors count only where ours find nothing, because ours find
            them too, and name the place and the value.
        :raises InvalidOptionsError: with every error.
        """
        errors = ["%s: %s" % error for error in self._errors]
        request = None
        try:
            params = _with_dropped_items(self._spec, self.values, validation.validated_parameters)
            request = self._implementation.parse(params)
        except InvalidOptionsError as error:
            reported, wrong = set(dict(self._errors)), self._wrong_groups
            for text in error.errors:
                path = text.split(":")[0]
                if not reported & {path, path.rstrip(INDEX_CHARACTERS)} and path.rpartition(".")[0] not in wrong:
                    errors.append(text)
        errors = errors or [str(error) for error in validation.errors.errors]
        if request is None or errors:
            raise InvalidOptionsError(errors)
        return request

    def run(self, validation: ValidationResult, check_mode: bool, **run_kwargs: Any) -> dict[str, Any]:
        """Parse the options and run the task; return its result. An unexpected exception is a failure too."""
        try:
            result = self._implementation.run(self.parse(validation), check_mode, **run_kwargs)
        except InvalidOptionsError as error:
            result = error.to_failed_result()
        except Exception as error:
            result = dict(internal_error(error).to_failed_result(), exception=traceback.format_exc())
        # These texts may contain names from the API, which can have control characters.
        if "msg" in result:
            result = dict(result, msg=printable(result["msg"]))
        if "warnings" in result:
            result = dict(result, warnings=list(map(printable, result["warnings"])))
        return result


def _with_dropped_items(spec: dict[str, Any], values: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """Return the options with every item at its place, because Ansible drops items that are not dictionaries.

    :param values: the options before Ansible validated them to `params`.
    """
    params = dict(params)
    for name, option in spec.items():
        value: Any = values.get(name)
        if "options" in option and isinstance(params.get(name), list):
            kept = iter(params[name])
            if isinstance(value, list):
                value = [next(kept, 0) if isinstance(item, dict) else item for item in value]
            params[name] = value
    return params


def _alias_map(spec: dict[str, Any]) -> dict[str, str]:
    """Return the name of each option by all of its spellings."""
    return {alias: name for name, option in spec.items() for alias in [name] + option.get("aliases", [])}


def _unknown_option_errors(scopes: list[tuple[str, dict[str, Any]]], names: list[str]) -> list[tuple[str, str]]:
    """Return (path, text) for options that a place does not have; those of one other place have one text.

    :param scopes: see TaskOptions._normalize().
    """
    import difflib  # not above, because only errors need it

    known: dict[str, tuple[str, str]] = {}  # each spelling -> the place that has it, and its name there
    for path, spec in scopes:
        groups = [(name, option["options"]) for name, option in spec.items() if "options" in option]
        for place, options in [(path.rstrip(".") or MESSAGES["place_task"], spec), *groups]:
            for alias, name in _alias_map(options).items():
                known.setdefault(alias, (place, name))
    here, own = scopes[0]
    errors = []
    misplaced: dict[str, list[str]] = {}
    for name in names:
        nearest = difflib.get_close_matches(name, known, 1, 0.75)
        text = MESSAGES["option_unknown"]
        if name in known:
            misplaced.setdefault(known[name][0], []).append(name)
            continue
        if nearest:
            place, option = known[nearest[0]]
            shown = "" if option in own else MESSAGES["place_of_option"] % {"place": place}
            text = MESSAGES["option_nearest"] % {"nearest": option, "place": shown}
        errors.append((here + safe_name(name), text))
    texts = {place: MESSAGES["option_misplaced"] % {"place": place} for place in misplaced}
    return errors + [(here + ", ".join(found), texts[place]) for place, found in misplaced.items()]


def describe(value: Any, is_hidden: bool = False) -> str:
    """Return the words for a value that YAML does not read as text."""
    kind = next(word for types, word in _KINDS if isinstance(value, types))
    if is_hidden or kind in ("dictionary", "list"):
        return MESSAGES["kind_only"] % {"kind": kind}
    shown = str(value).lower() if kind == "boolean" else safe_repr(value)
    return MESSAGES["kind_and_value"] % {"kind": kind, "value": shown}


def text_required(value: Any, option: dict[str, Any]) -> str:
    """Return the error of an option whose text YAML reads as something else."""
    shown = describe(value, bool(option.get("no_log")))
    word = {"disabled", "none"} & set(option.get("choices", ())) if value is False else None
    if word:
        return MESSAGES["text_or_word"] % {"value": shown, "word": word.pop()}
    return MESSAGES["text_required"] % {"value": shown}


def collect_secrets(spec: dict[str, Any], params: dict[str, Any]) -> set[str]:
    """Return the texts in the options that no output may show, whatever else is wrong with the options.

    These are all in options marked no_log, and what may be a secret in an unknown option or in one of a wrong type.
    (Ansible's own search ends at the first option of a wrong type.)
    """
    found: set[str] = set()
    for name, value in params.items():
        option = spec.get(name, {})
        if option.get("no_log"):
            found |= {form for text in _scalars(value) for form in (text, trim(text)) if form}
            continue
        for item in value if isinstance(value, list) else [value]:
            if "options" in option and isinstance(item, dict):
                found |= collect_secrets(option["options"], item)
            elif not (isinstance(item, str) and option.get("elements", option.get("type")) in TEXT_TYPES):
                found |= {text for text in _scalars(item) if may_be_secret(text)}
            elif "choices" in option and item not in option["choices"] and may_be_secret(item):
                found.add(item)
    return found


def _scalars(value: Any) -> set[str]:
    """Return all texts and numbers in a value, as texts."""
    if isinstance(value, dict):
        return _scalars(list(value.values()))
    if isinstance(value, (list, tuple)):
        return {text for item in value for text in _scalars(item)}
    return set() if value is None or isinstance(value, bool) or value == "" else {str(value)}


def _with_safe_names(value: Any) -> Any:
    """Return a value in which no name of an option, at any depth, shows a key that was put in its place."""
    if isinstance(value, dict):
        return {safe_name(str(name)): _with_safe_names(item) for name, item in value.items()}
    return [_with_safe_names(item) for item in value] if isinstance(value, (list, tuple)) else value


def redact_failure(
    result: dict[str, Any],
    params: dict[str, Any],
    secrets: set[str],
    remove: Callable[[Any, set[str]], Any] = remove_values,
) -> tuple[dict[str, Any], set[str]]:
    """Return the options as a failed task shows them, and the secrets that its texts must not show.

    A secret of a few letters is not a key, and part of most words. A key in a wrong option is shown nowhere.
    """
    is_invalid = (result.get("error") or {}).get("code") == "InvalidOption"
    keys: set[str] = set()
    if is_invalid:
        keys = {text for text in _scalars(params) if contains_possible_key(text)}
        params = _with_safe_names(params)
    return remove(params, secrets | keys), {text for text in secrets if len(text) >= MIN_SECRET_LENGTH}


def complete_failure(
    result: dict[str, Any],
    params: dict[str, Any],
    secrets: set[str],
    remove: Callable[[Any, set[str]], Any] = remove_values,
) -> tuple[dict[str, Any], set[str]]:
    """Append the error's code to the message of a failed task, and redact the failure.

    :returns: see redact_failure().
    """
    code = (result.get("error") or {}).get("code")
    if code:
        result["msg"] = message_with_code(result["msg"], code)
    return redact_failure(result, params, secrets, remove)
