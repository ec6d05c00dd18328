# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What both doors do alike: tell all mistakes in the options together, and run the core without a traceback."""

from __future__ import annotations

import re
import traceback

from ansible.module_utils.errors import NoLogError, UnsupportedError

from .errors import BceUsageError


def refusal(found, params, given, core):
    """The failure of a task whose options are wrong, a dict, or None if there is nothing against their types and names.

    :arg found: Ansible's ValidationResult; the core's words stand in for its where both speak of an option.
    :arg params: the options as far as the validation got with them. :arg given: the options as the task gave them.
    :arg core: see result_of.
    """
    spec = core.ARGUMENTS["argument_spec"]
    texts = [
        "%s: must be text, but is the boolean %s; put the word that was meant in quotes" % (place, str(value).lower())
        for place, value in _booleans(spec, given)
    ]
    if not found.errors.errors and not texts:
        return None
    unknown = _unknown(spec, params)
    texts += ["%s: is not an option of this module; see ansible-doc for those it has" % place for place in unknown]
    own = core.problems(params)
    spoken_of = {re.findall("[a-z_]+", sentence.split(":")[0])[-1] for sentence in own}
    for error in found.errors.errors:
        # A NoLogError only repeats, without a name, that some type is wrong.
        if not isinstance(error, (NoLogError, UnsupportedError)) and not spoken_of & _words(str(error)):
            texts.append(str(error))
    return BceUsageError(texts + own).as_failure()


def result_of(core, params, check_mode, **more):
    """The result of core.run(), a dict; an error that nobody thought of is a failure too.

    :arg core: object with ARGUMENTS (keywords of AnsibleModule), problems(params) and run(params, check_mode).
    :arg more: what a door can offer a core beyond that.
    """
    try:
        return core.run(params, check_mode, **more)
    except Exception as error:
        text = "Internal error of baiducloud.network, please report it: %s: %s" % (type(error).__name__, error)
        return {"failed": True, "msg": text, "exception": traceback.format_exc()}


def _unknown(spec, params, where=""):
    """The places of options that the spec does not have, such as ``tunnels[1].colour``, a list."""
    known = _spellings(spec)
    places = [where + str(name) for name in params if name not in known]
    for name, option in spec.items():
        value = params.get(name)
        for place, item in enumerate(value if isinstance(value, list) else [value]):
            if "options" in option and isinstance(item, dict):
                inner = "%s%s%s." % (where, name, "[%d]" % place if isinstance(value, list) else "")
                places += _unknown(option["options"], item, inner)
    return places


def _booleans(spec, params, where=""):
    """(place, value) of booleans in options of text: YAML makes them out of yes, no, on and off, which may be names."""
    known = _spellings(spec)
    found = []
    for name, value in params.items():
        option = known.get(name, {})
        for place, item in enumerate(value if isinstance(value, list) else [value]):
            here = "%s%s%s" % (where, name, "[%d]" % place if isinstance(value, list) else "")
            is_text = option.get("elements" if isinstance(value, list) else "type", "bool") == "str"
            if isinstance(item, bool) and is_text and not option.get("no_log"):
                found.append((here, item))
            elif "options" in option and isinstance(item, dict):
                found += _booleans(option["options"], item, here + ".")
    return found


def _spellings(spec):
    return {spelling: option for name, option in spec.items() for spelling in [name] + option.get("aliases", [])}


def only_given(spec, params):
    """The options without those that say nothing, at any depth: None, and an empty text where text has no meaning.

    AWX gives an empty text for what nobody filled in; only in an option of free text can that be meant.
    """
    known = _spellings(spec)
    given = {}
    for name, value in params.items():
        option = known.get(name, {})
        no_text = "choices" in option or option.get("type", "str") not in ("str", "path")
        if value is None or (no_text and isinstance(value, str) and not value.strip()):
            continue
        given[name] = _only_given_inside(option.get("options", {}), value)
    return given


def _only_given_inside(spec, value):
    if isinstance(value, dict):
        return only_given(spec, value)
    return [_only_given_inside(spec, item) for item in value] if isinstance(value, list) else value


def secrets_of(spec, params):
    """The texts in the options that no output may show, a set, whatever else is wrong with the options.

    They are all in an option that the argument spec marks no_log, and those in an unknown option or one of a wrong type
    that may be a secret in a wrong place. (Ansible's own search ends at the first option of a wrong type.)
    """
    known = _spellings(spec)
    found = set()
    for name, value in params.items():
        option = known.get(name, {})
        if option.get("no_log"):
            found |= _leaves(value)
            continue
        for item in value if isinstance(value, list) else [value]:
            if "options" in option and isinstance(item, dict):
                found |= secrets_of(option["options"], item)
            elif not (isinstance(item, str) and option.get("elements", option.get("type")) in ("str", "path")):
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


def _words(text):
    return set(re.findall("[a-z_]+", text))
