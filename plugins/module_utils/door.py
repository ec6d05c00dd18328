# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What both doors do alike: tell all mistakes in the options together, and run the core without a traceback."""

from __future__ import annotations

import re
import traceback

from ansible.module_utils.errors import UnsupportedError

from .errors import BceUsageError


def refusal(found, params, core):
    """The failure of a task whose options are wrong, a dict, or None if Ansible's validation has nothing against them.

    :arg found: Ansible's ValidationResult; the core's words stand in for its where both speak of an option.
    :arg params: the options as far as the validation got with them. :arg core: see result_of.
    """
    if not found.errors.errors:
        return None
    names = [".".join(name) if isinstance(name, tuple) else name for name in found.unsupported_parameters]
    texts = ["%s: is not an option of this module; see ansible-doc for those it has" % name for name in sorted(names)]
    own = core.problems(params)
    spoken_of = {word for sentence in own for word in _words(sentence.split(":")[0])}
    for error in found.errors.errors:
        if not isinstance(error, UnsupportedError) and not spoken_of & _words(str(error)):
            texts.append(str(error))
    error = BceUsageError(texts + own)
    return {"failed": True, "msg": error.message, "error": error.as_result()}


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


def declared_secrets(spec, params):
    """The texts of all options that the argument spec marks no_log, a set; at any depth, whatever else is wrong.

    Ansible's own search ends at the first option of a wrong type, and would then show the secrets behind it.
    """
    found = set()
    for name, option in spec.items():
        for value in [params.get(spelling) for spelling in [name] + option.get("aliases", [])]:
            if option.get("no_log") and value:
                found.add(str(value))
            for item in value if isinstance(value, list) else [value]:
                if "options" in option and isinstance(item, dict):
                    found |= declared_secrets(option["options"], item)
    return found


def _words(text):
    return set(re.findall("[a-z_]+", text))
