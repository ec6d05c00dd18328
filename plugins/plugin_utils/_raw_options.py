# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a plugin's options as they are written, and check their types as strictly as those of a module.

Ansible's own reading takes any word for a boolean, so that a typing error in validate_certs would mean false; it stops
at the first option of a wrong type, and shows its value.
"""

from __future__ import annotations

from typing import Any, Callable, Collection, NamedTuple, Tuple

from ansible import constants as C
from ansible.module_utils.common import validation

from ..module_utils._bce.redaction import Secret, redact, safe_name, safe_repr
from ..module_utils._module.validation import TEXT_TYPES, collect_secrets, describe, text_required
from ..module_utils._resources.fields import is_blank
from ._builtin_types import to_builtin_types
from ._messages import MESSAGES

_Type = Tuple[str, Callable[[Any], Any]]  # what a value must be, and its conversion
ORIGIN_FILE = "Direct"  # how Ansible names the plugin's own file as the origin of a value


def read_raw_options(
    definitions: dict[str, Any], plugin_type: str, plugin_name: str, content: dict[str, Any]
) -> dict[str, Any]:
    """Return (value, origin) of each option that the file, else the environment, else ansible.cfg provides.

    :param definitions: of the options, as in the plugin's documentation.
    :param content: of the file.
    """
    # Under a name of their own and without a type, so that Ansible finds the values but does not convert them.
    name = "%s as written" % plugin_name
    untyped = {
        option: {key: definition[key] for key in ("env", "ini") if key in definition}
        for option, definition in definitions.items()
    }
    C.config.initialize_plugin_configuration_definitions(plugin_type, name, untyped)
    found = {
        option: C.config.get_config_value_and_origin(option, plugin_type=plugin_type, plugin_name=name, direct=content)
        for option in definitions
    }
    return {option: pair for option, pair in found.items() if not is_blank(pair[0])}


def coerce_options(
    definitions: dict[str, Any], values: dict[str, tuple[Any, str]], secret: Collection[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values in the types of their options, and the error texts of those that are of another type.

    :param definitions: see read_raw_options().
    :param values: what read_raw_options() returns.
    :param secret: names of options whose value is not shown.
    """
    spec = {name: dict(definition, no_log=name in secret) for name, definition in definitions.items()}
    hidden = [
        Secret(text) for text in collect_secrets(spec, {name: value for name, (value, _origin) in values.items()})
    ]
    coerced, errors = {}, {}
    for name, (value, origin) in values.items():
        rule, coerce = TYPES.get(definitions[name].get("type", "str"), _ANYTHING)
        try:
            coerced[name] = coerce(value)
        except (TypeError, ValueError, OverflowError):
            if definitions[name].get("type", "str") in TEXT_TYPES:
                problem = text_required(to_builtin_types(value), spec[name])
            elif name in secret:
                problem = rule + MESSAGES["value_hidden"]
            else:
                problem = rule + MESSAGES["value_shown"] % {"value": redact(_safe_value(value), hidden)}
            source = "" if origin == ORIGIN_FILE else " (%s)" % origin
            words = {"option": name, "problem": problem, "origin": source}
            errors[name] = MESSAGES["type_mismatch"] % words
    return coerced, errors


class LookupOptions(NamedTuple):
    """The options of a lookup.

    :ivar raw: what read_raw_options() returns.
    :ivar values: in the types of the options, without those of another type.
    :ivar unknown: error texts of options that the lookup does not have.
    :ivar type_errors: see coerce_options().
    """

    raw: dict[str, Any]
    values: dict[str, Any]
    unknown: list[str]
    type_errors: dict[str, str]


def read_lookup_options(plugin_name: str, options: Any, secret: Collection[str]) -> LookupOptions:
    """Return the options of a lookup.

    :param options: those of the call.
    :param secret: see coerce_options().
    """
    definitions = C.config.get_configuration_definitions("lookup", plugin_name)
    definitions = {name: definition for name, definition in definitions.items() if name != "_terms"}
    options = to_builtin_types(options)
    unknown = [
        MESSAGES["plugin_option_unknown"] % {"option": safe_name(name)} for name in options if name not in definitions
    ]
    raw = read_raw_options(definitions, "lookup", plugin_name, options)
    values, type_errors = coerce_options(definitions, raw, secret)
    return LookupOptions(raw, values, unknown, type_errors)


def _safe_value(value: Any) -> str:
    value = to_builtin_types(value)
    return safe_repr(value) if isinstance(value, str) else describe(value)


def _reject_boolean(coerce: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a conversion that rejects YAML's yes, no, on and off."""

    def coerce_other(value: Any) -> Any:
        if isinstance(value, bool):
            raise TypeError
        return coerce(value)

    return coerce_other


def _text(value: Any) -> Any:
    value = to_builtin_types(value)
    if not isinstance(value, str):
        raise TypeError
    return value


def _dictionary(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


_ANYTHING: _Type = ("", lambda value: value)
_BOOLEAN: _Type = (MESSAGES["type_boolean"], validation.check_type_bool)
_TEXT: _Type = ("", _text)
# By the names of the types in the documentation.
TYPES: dict[str, _Type] = {
    "bool": _BOOLEAN,
    "boolean": _BOOLEAN,
    "int": (MESSAGES["type_integer"], _reject_boolean(validation.check_type_int)),
    "float": (MESSAGES["type_number"], _reject_boolean(validation.check_type_float)),
    "list": (MESSAGES["type_list"], _reject_boolean(validation.check_type_list)),
    "dict": (MESSAGES["type_dictionary"], _dictionary),
    "str": _TEXT,
    "path": _TEXT,
}
