# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fast door: a module's core run inside the controller, where the task would run on the controller anyway.

Starting a Python module costs Ansible some ten times what a task of ours needs; docs/benchmarks.md has the figures.
Whatever this door does not handle goes to the module, which gives the same result.
"""

from __future__ import annotations

import os
from contextlib import contextmanager

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as ModuleDoor

from ..module_utils._bce.client import REQUESTS_IMPORT_ERROR
from ..module_utils._module.validation import (
    collect_secrets,
    empty_keys,
    normalize_params,
    redact_failure,
    run_guarded,
    validation_failure,
)
from ._builtin_types import to_builtin_types

SWITCH = "baiducloud_in_process"  # the variable that turns this door off


class InProcessAction(ModuleDoor):
    """Base of the action plugins; a subclass names its core (see module_utils/door.py)."""

    core = None

    def offers(self):
        """What the core's run() gets beside options and check mode, a dict."""
        return {}

    def run(self, tmp=None, task_vars=None):
        if not self._is_for_us(task_vars or {}):
            return super().run(tmp, task_vars)
        environment = {}
        self._compute_environment_string(environment)
        with _environment(environment):
            return self._run_core(task_vars)

    def _is_for_us(self, task_vars):
        """True if the module would run on this machine, as this user and in the foreground."""
        if REQUESTS_IMPORT_ERROR or self._task.async_val or self._connection.become or self._play_context.become:
            return False
        if self._connection.transport.split(".")[-1] != "local":
            return False
        return boolean(self._templar.template(task_vars.get(SWITCH, True)), strict=False)

    def _run_core(self, task_vars):
        """What AnsibleModule does around a module: check the options, run, and take secrets off the result."""
        arguments = dict(self.core.ARGUMENTS)
        arguments.pop("supports_check_mode")
        spec = arguments["argument_spec"]
        provided = to_builtin_types(self._task.args)
        given, mistakes = normalize_params(spec, provided)
        found = ArgumentSpecValidator(**arguments).validate(given)
        params, secrets = found.validated_parameters, found._no_log_values | collect_secrets(spec, given)
        result = validation_failure(found, params, given, mistakes, self.core)
        result = result or run_guarded(self.core, params, self._task.check_mode, **self.offers())
        result.setdefault("changed", False)
        warnings = empty_keys(spec, provided) + result.get("warnings", [])
        if warnings:
            result["warnings"] = warnings
        if result.get("failed"):
            params, secrets = redact_failure(result, params, secrets)
        if _shows_invocation(task_vars):
            result["invocation"] = {"module_args": params}
        return remove_values(result, secrets)


def _shows_invocation(task_vars):
    """Whether results tell the module's arguments: always up to ansible-core 2.20, by a setting since then."""
    try:
        return C.config.get_config_value("INJECT_INVOCATION", variables=task_vars)
    except AnsibleError:
        return True


@contextmanager
def _environment(variables):
    """The variables of the task's environment keyword, as a module's process would have them."""
    before = dict(os.environ)
    os.environ.update({str(name): str(value) for name, value in variables.items()})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
