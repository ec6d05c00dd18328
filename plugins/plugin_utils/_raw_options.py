# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plugin's options as they were told, held to their types as strictly as a module's.

Ansible's own reading takes any word for a boolean, so that a slip of the pen in validate_certs would mean false.
"""

from __future__ import annotations

from ansible import constants as C
from ansible.module_utils.common import validation

from ..module_utils._bce.redaction import Secret, redact, safe_repr
from ..module_utils._module.validation import boolean_hint, collect_secrets
from ..module_utils._resources.fields import is_blank
from ._builtin_types import to_builtin_types

FILE = "Direct"  # what Ansible calls the plugin's own file, as the place that a value is from


def read_raw_options(definitions, plugin_type, plugin_name, content):
    """What the file, else the environment, else ansible.cfg say: a dict of option -> (value, the place it is from).

    :arg definitions: the options in the words of the plugin's documentation. :arg content: the file's, a dict.
    """
    # Under a name of their own and without a type, so that Ansible finds the values but leaves them as they are.
    name = "%s as told" % plugin_name
    untyped = {
        option: {word: definition[word] for word in ("env", "ini") if word in definition}
        for option, definition in definitions.items()
    }
    C.config.initialize_plugin_configuration_definitions(plugin_type, name, untyped)
    found = {
        option: C.config.get_config_value_and_origin(option, plugin_type=plugin_type, plugin_name=name, direct=content)
        for option in definitions
    }
    return {option: pair for option, pair in found.items() if not is_blank(pair[0])}


def coerce_options(definitions, values, secret):
    """(the values that are of their option's type, a dict; the mistakes of the others, {option: sentence}).

    :arg definitions: see told(). :arg values: likewise. :arg secret: names of options of which no value is shown.
    """
    spec = {name: dict(definition, no_log=name in secret) for name, definition in definitions.items()}
    hidden = [Secret(text) for text in collect_secrets(spec, {name: value for name, (value, _place) in values.items()})]
    good, mistakes = {}, {}
    for name, (value, place) in values.items():
        rule, read = TYPES.get(definitions[name].get("type", "str"), _ANYTHING)
        try:
            good[name] = read(value)
        except (TypeError, ValueError, OverflowError):
            if isinstance(value, bool):
                shown = boolean_hint(value)
            elif name in secret:
                shown = " (its value is not shown)"
            else:
                shown = ", but is " + redact(_quoted(value), hidden)
            mistakes[name] = "%s: %s%s%s" % (name, rule, shown, "" if place == FILE else " (%s)" % place)
    return good, mistakes


def _quoted(value):
    value = to_builtin_types(value)
    return "of type %s" % type(value).__name__ if isinstance(value, (dict, list)) else safe_repr(value)


def _no_boolean(read):
    """The reading of a type that YAML's yes, no, on and off are not of."""

    def reading(value):
        if isinstance(value, bool):
            raise TypeError
        return read(value)

    return reading


def _text(value):
    if isinstance(value, (dict, list)):
        raise TypeError
    return str(value)


def _dictionary(value):
    if not isinstance(value, dict):
        raise TypeError
    return value


_ANYTHING = ("", lambda value: value)
_BOOLEAN = ("must be true or false", validation.check_type_bool)
_TEXT = ("must be text", _no_boolean(_text))
# A type in the words of the documentation -> what a value must be, and what reads it.
TYPES = {
    "bool": _BOOLEAN,
    "boolean": _BOOLEAN,
    "int": ("must be a whole number", _no_boolean(validation.check_type_int)),
    "float": ("must be a number", _no_boolean(validation.check_type_float)),
    "list": ("must be a list", _no_boolean(validation.check_type_list)),
    "dict": ("must be a dictionary", _dictionary),
    "str": _TEXT,
    "path": _TEXT,
}
