# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of a task, in the module and in-process alike: all errors at once, one parse, no secret in a failure."""

from __future__ import annotations

import traceback
from typing import Any

from ansible.module_utils.common.arg_spec import ValidationResult
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.common.validation import check_type_bool, check_type_dict

from .._bce.errors import BceError, InvalidOptionsError
from .._bce.redaction import MIN_SECRET_LENGTH, contains_possible_key, safe_repr
from .._resources.fields import is_blank
from .request import Implementation, Request

TEXT_TYPES = ("str", "path")  # they accept any text
TUNNEL_KEY = "secret_key"
INDEX = "[0123456789]"  # the characters that the path of an item ends with


class TaskOptions:
    """The options of one task on their way from Ansible to a Request.

    :ivar values: those that are provided, under their own names.
    :ivar warnings: about options that are ignored.
    """

    def __init__(self, implementation: Implementation, params: dict) -> None:
        self._implementation = implementation
        self._spec = implementation.ARGUMENTS["argument_spec"]
        self.warnings = null_key_warnings(self._spec, params)
        self.values, self._errors = normalize_params(self._spec, params)

    def parse(self, validation: ValidationResult) -> Request:
        """Parse the options.

        :param validation: Ansible's, of `values`. Its errors are reported only where ours find nothing, because ours
            name the place and the value, and find whatever it finds in an option of this collection.
        :raises InvalidOptionsError: with every error.
        """
        errors = ["%s: %s" % error for error in self._errors]
        request = None
        try:
            request = self._implementation.parse(self._with_dropped_items(validation.validated_parameters))
        except InvalidOptionsError as error:
            reported = set(dict(self._errors))
            for text in error.problems:
                path = text.split(":")[0]
                if not reported & {path, path.rstrip(INDEX)}:
                    errors.append(text)
        errors = errors or [str(error) for error in validation.errors.errors]
        if request is None or errors:
            raise InvalidOptionsError(errors)
        return request

    def run(self, validation: ValidationResult, check_mode: bool, **run_kwargs: Any) -> dict:
        """Parse the options and run the task; return its result, in which an unexpected exception is a failure too.

        :param validation: see parse().
        :param run_kwargs: see Implementation.run().
        """
        try:
            return self._implementation.run(self.parse(validation), check_mode, **run_kwargs)
        except InvalidOptionsError as error:
            return error.to_failed_result()
        except Exception as error:
            text = "Internal error of baiducloud.network, please report it: %s: %s" % (type(error).__name__, error)
            return dict(BceError(text, "InternalError").to_failed_result(), exception=traceback.format_exc())

    def secrets(self) -> set:
        """Return the texts in the options that no output may show."""
        return collect_secrets(self._spec, self.values)

    def _with_dropped_items(self, params: dict) -> dict:
        """Return the options with every item at its place, because Ansible drops items that are not dictionaries."""
        params = dict(params)
        for name, option in self._spec.items():
            value = self.values.get(name)
            if "options" in option and isinstance(params.get(name), list):
                kept = iter(params[name])
                is_list = isinstance(value, list)
                params[name] = (
                    [next(kept, 0) if isinstance(item, dict) else item for item in value] if is_list else value
                )
        return params


def normalize_params(spec: dict, params: dict, path: str = "") -> tuple[dict, list]:
    """Return the provided options under their own names, and the errors that Ansible does not find: (path, text).

    An option that AWX leaves empty is not provided: None at any depth, and an empty text where no free text is meant.
    """
    alias_map = {alias: name for name, option in spec.items() for alias in [name] + option.get("aliases", [])}
    provided: dict = {}
    alias_used: dict = {}
    errors: list = []
    for alias, value in params.items():
        name = alias_map.get(alias, alias)
        option = spec.get(name, {"type": "str"})
        if value is None or (is_blank(value) and ("choices" in option or option["type"] not in TEXT_TYPES)):
            continue
        if name not in spec:
            text = "is not an option of this module; see ansible-doc for those it has"
            errors.append((path + safe_option_name(name), text))
            provided[name] = value
            continue
        if isinstance(value, list):
            value = [
                _normalize(option, item, "%s%s[%d]" % (path, name, index), errors) for index, item in enumerate(value)
            ]
        else:
            value = _normalize(option, value, path + name, errors)
        if name not in provided or is_blank(provided[name]):
            provided[name], alias_used[name] = value, alias
        elif not is_blank(value) and value != provided[name] and str(value) != str(provided[name]):
            text = "is given as %s and as %s, perhaps in module_defaults, and the two differ; give one of them"
            errors.append((path + name, text % (alias_used[name], alias)))
    return provided, errors


def _normalize(option: dict, value: Any, path: str, errors: list) -> Any:
    """Return one value, or one item of a list, in the form that Ansible validates."""
    if isinstance(value, str) and "choices" in option:
        value = value.strip()
    if "options" in option:
        try:
            value, inner_errors = normalize_params(option["options"], check_type_dict(value), path + ".")
            errors += inner_errors
        except (TypeError, ValueError):
            pass  # the implementation reports it
    elif isinstance(value, bool) and option.get("elements", option["type"]) in TEXT_TYPES and not option.get("no_log"):
        # YAML makes booleans out of yes, no, on and off, which may be names.
        errors.append((path, "must be text" + boolean_hint(value)))
    elif option["type"] == "bool":
        try:
            check_type_bool(value)
        except TypeError:  # Ansible would list all words for true and false, in any order
            errors.append((path, "must be true or false, but is %s" % safe_repr(value)))
    return value


def null_key_warnings(spec: dict, params: dict) -> list:
    """Return the warning that tunnel keys are provided as null, as YAML reads `secret_key: #abc12345`.

    What is left empty on purpose does not come as null: omit removes the option, and AWX's surveys give an empty text.
    """
    paths = _null_keys(spec, params, "")
    if not paths:
        return []
    more = " (and %d more)" % (len(paths) - 1) if len(paths) > 1 else ""
    text = "%s%s: has no value and is ignored; put a key that begins with # in quotes, or leave the option out"
    return [text % (paths[0], more)]


def _null_keys(spec: dict, params: dict, path: str) -> list:
    found = []
    for name, option in spec.items():
        values = [params[alias] for alias in [name] + option.get("aliases", []) if alias in params]
        if name == TUNNEL_KEY and values and all(value is None for value in values):
            found.append(path + name)
        for value in values if "options" in option else ():
            for index, item in enumerate(value) if isinstance(value, list) else ():
                if isinstance(item, dict):
                    found += _null_keys(option["options"], item, "%s%s[%d]." % (path, name, index))
    return found


def safe_option_name(name: Any) -> str:
    """Return the name of an unknown option for an error text; it may be a key in the wrong place."""
    return safe_repr(str(name)) if contains_possible_key(str(name)) else str(name)


def boolean_hint(value: bool) -> str:
    """Return the end of an error text about an option that got one of YAML's booleans."""
    return ", but is the boolean %s; put the word that was meant in quotes" % str(value).lower()


def collect_secrets(spec: dict, params: dict) -> set:
    """Return the texts in the options that no output may show, whatever else is wrong with the options.

    These are all in options marked no_log, and what may be a key in an unknown option or in one of a wrong type.
    (Ansible's own search ends at the first option of a wrong type.)
    """
    found: set = set()
    for name, value in params.items():
        option = spec.get(name, {})
        if option.get("no_log"):
            found |= _scalars(value)
            continue
        for item in value if isinstance(value, list) else [value]:
            if "options" in option and isinstance(item, dict):
                found |= collect_secrets(option["options"], item)
            elif not (isinstance(item, str) and option.get("elements", option.get("type")) in TEXT_TYPES):
                found |= {text for text in _scalars(item) if contains_possible_key(text)}
            elif "choices" in option and item not in option["choices"] and contains_possible_key(item):
                found.add(item)
    return found


def _scalars(value: Any) -> set:
    """Return all texts and numbers in a value, as texts."""
    if isinstance(value, dict):
        return _scalars(list(value.values()))
    if isinstance(value, (list, tuple)):
        return {text for item in value for text in _scalars(item)}
    return set() if value is None or isinstance(value, bool) or value == "" else {str(value)}


def redact_failure(result: dict, params: dict, secrets: set) -> tuple[dict, set]:
    """Return the options as a failed task shows them, and the secrets that its texts must not show.

    A secret of a few letters is not a key, and part of most words. A key in a wrong option is shown nowhere.
    """
    is_invalid = (result.get("error") or {}).get("code") == "InvalidOption"
    keys: set = set()
    if is_invalid:
        keys = {text for text in _scalars(params) if contains_possible_key(text)}
        # A key may stand in the place of an option's name.
        params = {safe_option_name(name): value for name, value in params.items()}
    return remove_values(params, secrets | keys), {text for text in secrets if len(text) >= MIN_SECRET_LENGTH}
