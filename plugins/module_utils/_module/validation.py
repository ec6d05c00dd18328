# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What both doors do alike: read the options, tell all mistakes in them together, run the core without a traceback."""

from __future__ import annotations

import re
import traceback

from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.common.validation import check_type_bool, check_type_dict
from ansible.module_utils.errors import NoLogError, UnsupportedError

from .._bce.errors import BceError, InvalidOptionsError
from .._bce.redaction import MIN_SECRET_LENGTH, contains_possible_key, safe_repr
from .._resources.fields import is_blank

TEXT = ("str", "path")  # types that take any text
TUNNEL_KEY = "secret_key"
NUMBER = "[0123456789]"  # what the place of an item ends in
# What an error of Ansible's speaks of: the option of a wrong type or value, or those that are lacking.
_SUBJECT = re.compile(r"(?:argument|Elements\svalue\sfor\soption|value\sof)\s'?([a-z_]+)|[a-z\s]+:\s([a-z_,\s]+)")


def normalize_params(spec, params, where=""):
    """(the options that are given, by their own names; the mistakes that Ansible would not tell, each (place, text)).

    Left out, at any depth, is what AWX gives for what nobody filled in: None, and an empty text but in free text.
    """
    names = {spelling: name for name, option in spec.items() for spelling in [name] + option.get("aliases", [])}
    given, spelt, mistakes = {}, {}, []
    for spelling, value in params.items():
        name = names.get(spelling, spelling)
        option = spec.get(name, {"type": "str"})
        if value is None or (is_blank(value) and ("choices" in option or option["type"] not in TEXT)):
            continue
        if name not in spec:
            if not str(name).startswith("_ansible_"):
                text = "is not an option of this module; see ansible-doc for those it has"
                mistakes.append((where + safe_option_name(name), text))
            given[name] = value
            continue
        if isinstance(value, list):
            value = list(value)
            for place, item in enumerate(value):
                value[place] = _read_one(option, item, "%s%s[%d]" % (where, name, place), mistakes)
        else:
            value = _read_one(option, value, where + name, mistakes)
        if name not in given or is_blank(given[name]):
            given[name], spelt[name] = value, spelling
        elif not is_blank(value) and value != given[name] and str(value) != str(given[name]):
            text = "is given as %s and as %s, perhaps in module_defaults, and the two differ; give one of them"
            mistakes.append((where + name, text % (spelt[name], spelling)))
    return given, mistakes


def empty_keys(spec, params):
    """Return the warning that tunnel keys are provided as null, as YAML reads `secret_key: #abc12345`; a list.

    What is left empty on purpose does not come as null: omit removes the option, and AWX's surveys give an empty text.
    """
    places = _empty_keys(spec, params, "")
    if not places:
        return []
    more = " (and %d more)" % (len(places) - 1) if len(places) > 1 else ""
    text = "%s%s: has no value and is ignored; put a key that begins with # in quotes, or leave the option out"
    return [text % (places[0], more)]


def _empty_keys(spec, params, where):
    found = []
    for name, option in spec.items():
        values = [params[spelling] for spelling in [name] + option.get("aliases", []) if spelling in params]
        if name == TUNNEL_KEY and values and all(value is None for value in values):
            found.append(where + name)
        for value in values if "options" in option else ():
            for place, item in enumerate(value) if isinstance(value, list) else ():
                if isinstance(item, dict):
                    found += _empty_keys(option["options"], item, "%s%s[%d]." % (where, name, place))
    return found


def safe_option_name(name):
    """The name of an unknown option as an error text shows it; it may be a key that was taken for a name."""
    return safe_repr(str(name)) if contains_possible_key(str(name)) else str(name)


def boolean_hint(value):
    """How the sentence about an option ends that got one of YAML's booleans."""
    return ", but is the boolean %s; put the word that was meant in quotes" % str(value).lower()


def _read_one(option, value, here, mistakes):
    if isinstance(value, str) and "choices" in option:
        value = value.strip()
    if "options" in option:
        try:
            value, inside = normalize_params(option["options"], check_type_dict(value), here + ".")
            mistakes += inside
        except (TypeError, ValueError):
            pass  # Ansible tells it, or the core
    elif isinstance(value, bool) and option.get("elements", option["type"]) in TEXT and not option.get("no_log"):
        # YAML makes booleans out of yes, no, on and off, which may be names.
        mistakes.append((here, "must be text" + boolean_hint(value)))
    elif option["type"] == "bool":
        try:
            check_type_bool(value)
        except TypeError:  # Ansible would tell all words for true and false, in any order
            mistakes.append((here, "must be true or false, but is %s" % safe_repr(value)))
    return value


def validation_failure(found, params, given, mistakes, core):
    """The failure of a task whose options are wrong, a dict, or None if there is nothing against their types and names.

    :arg found: Ansible's ValidationResult; the core's words stand in for its where both speak of an option.
    :arg params: the options as far as the validation got with them. :arg given, mistakes: see read().
    :arg core: see result_of.
    """
    if not found.errors.errors and not mistakes:
        return None
    own = [(text.split(":")[0], text) for text in core.problems(_with_all_items(core, params, given))]
    told = set(dict(mistakes))
    spoken_of = {place.rstrip(NUMBER).split(".")[-1] for place in told.union(dict(own))}
    texts = ["%s: %s" % mistake for mistake in mistakes]
    for error in found.errors.errors:
        # A NoLogError only repeats, without a name, that some type is wrong.
        if not isinstance(error, (NoLogError, UnsupportedError)) and not spoken_of & _subjects(str(error)):
            texts.append(str(error))
    texts += [text for place, text in own if not told & {place, place.rstrip(NUMBER)}]
    return InvalidOptionsError(texts).to_failed_result()


def _subjects(text):
    match = _SUBJECT.match(text)
    return set(re.findall("[a-z_]+", match.group(1) or match.group(2))) if match else set()


def _with_all_items(core, params, given):
    """The options with every item at its place: Ansible drops those of its lists that are no dictionaries."""
    params = dict(params)
    for name, option in core.ARGUMENTS["argument_spec"].items():
        value = given.get(name)
        if "options" in option and isinstance(params.get(name), list):
            kept = iter(params[name])
            is_list = isinstance(value, list)
            params[name] = [next(kept, 0) if isinstance(item, dict) else item for item in value] if is_list else value
    return params


def run_guarded(core, params, check_mode, **more):
    """The result of core.run(), a dict; an error that nobody thought of is a failure too.

    :arg core: object with ARGUMENTS (keywords of AnsibleModule), problems(params) and run(params, check_mode).
    :arg more: what a door can offer a core beyond that.
    """
    try:
        return core.run(params, check_mode, **more)
    except Exception as error:
        text = "Internal error of baiducloud.network, please report it: %s: %s" % (type(error).__name__, error)
        return dict(BceError(text, "InternalError").to_failed_result(), exception=traceback.format_exc())


def collect_secrets(spec, params):
    """The texts in the options that no output may show, a set, whatever else is wrong with the options.

    They are all in options marked no_log, and what may be a secret in an unknown option or one of a wrong type.
    (Ansible's own search ends at the first option of a wrong type.)
    """
    found = set()
    for name, value in params.items():
        option = spec.get(name, {})
        if option.get("no_log"):
            found |= _leaves(value)
            continue
        for item in value if isinstance(value, list) else [value]:
            if "options" in option and isinstance(item, dict):
                found |= collect_secrets(option["options"], item)
            elif not (isinstance(item, str) and option.get("elements", option.get("type")) in TEXT):
                found |= {text for text in _leaves(item) if _may_be_secret(text)}
            elif "choices" in option and item not in option["choices"] and _may_be_secret(item):
                found.add(item)
    return found


def _leaves(value):
    """All texts and numbers in a value, as texts."""
    if isinstance(value, dict):
        return _leaves(list(value.values()))
    if isinstance(value, (list, tuple)):
        return {text for item in value for text in _leaves(item)}
    return set() if value is None or isinstance(value, bool) or value == "" else {str(value)}


def _may_be_secret(text):
    """True for eight characters and more with letters and digits, as every key of this cloud has them."""
    return len(text) >= 8 and bool(re.search("[A-Za-z]", text) and re.search("[0-9]", text))


def redact_failure(result, params, secrets):
    """(the options as a failed task shows them, the secrets that its texts must not show).

    One of a few letters is no key, but part of most words. A key in a wrong option is not shown, as in its sentence.
    """
    wrong = (result.get("error") or {}).get("code") == "InvalidOption"
    keys = {text for text in _leaves(params) if contains_possible_key(text)} if wrong else set()
    if wrong:
        # A key in the place of an option's name, as in its sentence.
        params = {safe_option_name(name): value for name, value in params.items()}
    return remove_values(params, secrets | keys), {text for text in secrets if len(text) >= MIN_SECRET_LENGTH}
