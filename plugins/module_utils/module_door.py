# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module door: AnsibleModule around a core's run(), with every mistake in the options reported together."""

from __future__ import annotations

import re

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.errors import UnsupportedError

from .client import REQUESTS_IMPORT_ERROR
from .errors import BceUsageError


def open_door(core):
    """Run a core as a module and exit.

    :arg core: object with ARGUMENTS (keywords of AnsibleModule), problems(params) and run(params, check_mode).
    """
    module = _Module(core, **core.ARGUMENTS)
    if REQUESTS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    result = core.run(module.params, module.check_mode)
    (module.fail_json if result.get("failed") else module.exit_json)(**result)


def mistakes(found, params, core):
    """All that is wrong with a task's options, a list of sentences.

    :arg found: Ansible's own ValidationResult; the core's words stand in for its where both speak of an option.
    """
    names = [".".join(name) if isinstance(name, tuple) else name for name in found.unsupported_parameters]
    texts = ["%s: is not an option of this module; see ansible-doc for those it has" % name for name in sorted(names)]
    own = core.problems(params)
    spoken_of = {word for sentence in own for word in _words(sentence.split(":")[0])}
    for error in found.errors.errors:
        if not isinstance(error, UnsupportedError) and not spoken_of & _words(str(error)):
            texts.append(str(error))
    return texts + own


def _words(text):
    return set(re.findall("[a-z_]+", text))


class _Module(AnsibleModule):
    """AnsibleModule that tells all mistakes at once: Ansible itself stops at the first."""

    def __init__(self, core, **arguments):
        self._core = core
        super().__init__(**arguments)

    def fail_json(self, msg, **kwargs):
        result = getattr(self, "validation_result", None)
        if result is not None and result.errors:
            error = BceUsageError(mistakes(result, self.params, self._core))
            msg, kwargs = error.message or msg, dict(kwargs, error=error.as_result())
        super().fail_json(msg, **kwargs)
