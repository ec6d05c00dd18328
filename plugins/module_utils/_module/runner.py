# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module door: AnsibleModule around a core's run()."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.warnings import warn

from .._bce.client import REQUESTS_IMPORT_ERROR
from .validation import collect_secrets, empty_keys, normalize_params, redact_failure, run_guarded, validation_failure


def run_module(core):
    """Run a core (see door.result_of) as a module and exit."""
    module = _Module(core, **core.ARGUMENTS)
    if REQUESTS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    refused = module.refusal()
    if refused:
        module.fail_json(**refused)
    result = run_guarded(core, module.params, module.check_mode)
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    (module.fail_json if result.get("failed") else module.exit_json)(**result)


class _Module(AnsibleModule):
    """AnsibleModule that tells all mistakes at once: Ansible itself stops at the first."""

    def __init__(self, core, **arguments):
        self._core = core
        super().__init__(**arguments)

    def _load_params(self):
        super()._load_params()
        for warning in empty_keys(self._core.ARGUMENTS["argument_spec"], self.params):
            warn(warning)
        self.params, self._mistakes = normalize_params(self._core.ARGUMENTS["argument_spec"], self.params)
        self._given = {name: value for name, value in self.params.items() if not name.startswith("_ansible_")}

    def refusal(self):
        """See door.refusal; None while there is no validation yet."""
        found = getattr(self, "validation_result", None)
        return found and validation_failure(found, self.params, self._given, self._mistakes, self._core)

    def fail_json(self, msg, **kwargs):
        result = self.refusal() or dict(kwargs, msg=msg)
        secrets = self.no_log_values | collect_secrets(self.argument_spec, self._given)
        self.params, self.no_log_values = redact_failure(result, self.params, secrets)
        super().fail_json(**result)
