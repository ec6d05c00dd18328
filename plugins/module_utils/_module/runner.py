# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run an implementation as a module: AnsibleModule around it."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.warnings import warn

from .._bce.client import REQUESTS_IMPORT_ERROR
from .._bce.errors import BceError, InvalidOptionsError
from .validation import Implementation, TaskOptions, complete_failure


def run_module(implementation: Implementation) -> None:
    """Run an implementation as a module and exit."""
    module = CollectingAnsibleModule(implementation)
    if REQUESTS_IMPORT_ERROR:
        error = BceError(missing_required_lib("requests"), "RequestsMissing")
        module.fail_json(exception=REQUESTS_IMPORT_ERROR, **error.to_failed_result())
    result = module.run()
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


class CollectingAnsibleModule(AnsibleModule):
    """AnsibleModule that reports all errors in the options at once: Ansible itself stops at the first."""

    params: dict[str, Any]
    no_log_values: set[str]

    def __init__(self, implementation: Implementation) -> None:
        self._implementation = implementation
        self._options = TaskOptions(implementation, {})
        self._is_validated = False
        super().__init__(**implementation.ARGUMENTS)
        self._is_validated = True

    def _load_params(self) -> None:
        super()._load_params()
        internal = {name: value for name, value in self.params.items() if name.startswith("_ansible_")}
        provided = {name: value for name, value in self.params.items() if name not in internal}
        self._options = TaskOptions(self._implementation, provided, internal.get("_ansible_check_mode", False))
        for warning in self._options.warnings:
            warn(warning)
        self.params = dict(self._options.values, **internal)

    def run(self) -> dict[str, Any]:
        """Run the task; return its result."""
        return self._options.run(self.validation_result, self.check_mode)

    def fail_json(self, msg: str, **kwargs: Any) -> None:
        """See AnsibleModule.fail_json(); in place of Ansible's first error in the options, report all of them."""
        result = dict(kwargs, msg=msg)
        if not self._is_validated and hasattr(self, "validation_result"):
            try:
                self._options.parse(self.validation_result)
            except InvalidOptionsError as error:
                result = error.to_failed_result()
        self.params, self.no_log_values = complete_failure(
            result, self.params, self.no_log_values | self._options.secrets
        )
        super().fail_json(**result)
