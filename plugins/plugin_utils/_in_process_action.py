# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module's implementation inside the controller's process, where the task would run on the controller anyway.

To start a Python module costs Ansible many times what a task of this collection needs (docs/benchmarks.md). A task
that cannot run here goes to the module, which gives the same result.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import Any, Iterator

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as NormalAction

from ..module_utils._bce.deadline import shared_tls_context
from ..module_utils._bce.transport import CA_VARIABLES, REQUESTS_IMPORT_ERROR
from ..module_utils._module.validation import Implementation, TaskOptions, complete_failure
from ._builtin_types import to_builtin_types
from ._no_log import remove_secrets

ENABLE_VARIABLE = "baiducloud_in_process"  # false turns in-process execution off


class InProcessAction(NormalAction):
    """Base of the action plugins; a subclass names the implementation of its module."""

    implementation: Implementation

    def run_kwargs(self) -> dict[str, Any]:
        """Return what the implementation's run() gets in addition to the request and check mode."""
        return {}

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the task here if that is possible, else as a module."""
        task_vars = task_vars or {}
        if not self._can_run_in_process(task_vars):
            return super().run(tmp, task_vars)
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        with _environment(environment):
            return self._run_in_process(task_vars)

    def _can_run_in_process(self, task_vars: dict[str, Any]) -> bool:
        """Return True if the module would run on this machine, as this user and in the foreground."""
        if REQUESTS_IMPORT_ERROR or self._task.async_val or self._connection.become or self._play_context.become:
            return False
        if self._connection.transport.split(".")[-1] != "local":
            return False
        return boolean(self._templar.template(task_vars.get(ENABLE_VARIABLE, True)), strict=False)

    def _run_in_process(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        """Do what AnsibleModule does around a module: validate the options, run, and redact the result."""
        arguments = {
            name: value for name, value in self.implementation.ARGUMENTS.items() if name != "supports_check_mode"
        }
        options = TaskOptions(self.implementation, to_builtin_types(self._task.args), self._task.check_mode)
        validation = ArgumentSpecValidator(**arguments).validate(options.values)
        result = options.run(validation, self._task.check_mode, **self.run_kwargs())
        warnings = options.warnings + result.get("warnings", [])
        if warnings:
            result["warnings"] = warnings
        params, secrets = validation.validated_parameters, options.secrets
        if result.get("failed"):
            params, secrets = complete_failure(result, params, secrets, remove_secrets)
        if _shows_invocation(task_vars):
            result["invocation"] = {"module_args": params}
        return remove_secrets(result, secrets)


def _shows_invocation(task_vars: dict[str, Any]) -> bool:
    """Return True if results have the module's arguments: always up to ansible-core 2.20, by a setting since then."""
    try:
        return C.config.get_config_value("INJECT_INVOCATION", variables=task_vars)
    except AnsibleError:
        return True


@contextmanager
def _environment(variables: dict[str, Any]) -> Iterator[None]:
    """Set the variables of the task's environment keyword, as the process of a module would have them."""
    before = dict(os.environ)
    os.environ.update({str(name): str(value) for name, value in variables.items()})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _preload_tls_context() -> None:
    """Load the CA certificates of the environment, so that not each worker that Ansible forks loads them again."""
    if REQUESTS_IMPORT_ERROR or os.environ.get("BCE_ENDPOINT", "").startswith("http://"):
        return
    from requests.utils import DEFAULT_CA_BUNDLE_PATH
    from urllib3.exceptions import HTTPError

    named = (os.environ[name] for name in CA_VARIABLES if os.environ.get(name))
    with suppress(OSError, HTTPError):  # a task that needs the file reports it
        shared_tls_context(next(named, DEFAULT_CA_BUNDLE_PATH))


# Ansible imports an action before it forks the worker of its first task.
_preload_tls_context()
