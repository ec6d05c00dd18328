# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one task in this process: through the module's main() as a module process would, or through the action plugin."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import json
import traceback
from types import SimpleNamespace
from typing import NamedTuple

from ansible.module_utils import basic

from .case_clock import Stuck

PLUGINS = "ansible_collections.baiducloud.network.plugins"
# Every scenario has the API's own example, whose algorithms are weak; invariants ask for warnings of anything else.
WEAK_VALUES = "minimum_security: with none"


class Outcome(NamedTuple):
    """The outcome of a task.

    :ivar result: dict, warnings included. :ivar output: everything that was printed or logged.
    :ivar crash: a traceback where the task raised instead of returning, else "".
    """

    result: dict
    output: str
    crash: str = ""


def run_module(module, options, check_mode=False):
    """Run a module's own main() with these options; return an Outcome."""
    entry = importlib.import_module(f"{PLUGINS}.modules.{module}")
    arguments = dict(options, _ansible_check_mode=check_mode, _ansible_diff=True, _ansible_no_log=False)
    printed, warnings = io.StringIO(), []
    with _replaced(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()), _replaced(
        basic, "_ANSIBLE_PROFILE", "legacy"
    ), _replaced(basic.AnsibleModule, "warn", lambda _self, text, **_more: warnings.append(str(text))), _replaced(
        basic.AnsibleModule, "log", lambda _self, text, log_args=None: printed.write(f"{text} {log_args}\n")
    ), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            entry.main()
        except SystemExit:
            pass
        except (Exception, Stuck):
            return Outcome({"failed": True}, printed.getvalue(), traceback.format_exc())
    output = printed.getvalue()
    try:
        result = json.loads(output.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return Outcome({"failed": True}, output, "the module printed no result")
    result.setdefault("failed", False)
    return Outcome(dict(result, warnings=_without_weak_values(warnings)), output)


def run_action(module, options, check_mode=False):
    """Run the in-process action of a module; return an Outcome."""
    plugin = importlib.import_module(f"{PLUGINS}.action.{module}")
    task = SimpleNamespace(
        args=dict(options), async_val=0, check_mode=check_mode, diff=True, environment=None, action=module
    )
    action = plugin.ActionModule(
        task=task,
        connection=SimpleNamespace(
            become=None,
            transport="ansible.builtin.local",
            _shell=SimpleNamespace(env_prefix=lambda **_variables: ""),
        ),
        play_context=SimpleNamespace(become=False, check_mode=check_mode),
        loader=None,
        templar=SimpleNamespace(template=lambda value, *_arguments, **_more: value),
        shared_loader_obj=None,
    )
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            result = action.run(task_vars={})
        except (Exception, Stuck):
            return Outcome({"failed": True}, printed.getvalue(), traceback.format_exc())
    warnings = _without_weak_values(result.get("warnings", []))
    result = dict(result, failed=bool(result.get("failed")), warnings=warnings)
    return Outcome(result, printed.getvalue() + json.dumps(result, default=str))


def _without_weak_values(warnings):
    return [text for text in warnings if not text.startswith(WEAK_VALUES)]


WAYS = {"module": run_module, "action": run_action}


@contextlib.contextmanager
def clock_in_modules(clock, modules):
    """Let the implementations of these modules use the clock."""
    implementations = [importlib.import_module(f"{PLUGINS}.module_utils._module.{module}") for module in modules]
    with contextlib.ExitStack() as stack:
        for implementation in implementations:
            run = functools.partial(implementation.run, clock=clock)
            stack.enter_context(_replaced(implementation, "run", run))
        yield


@contextlib.contextmanager
def _replaced(owner, name, value):
    missing = object()
    before = vars(owner).get(name, missing)
    setattr(owner, name, value)
    try:
        yield
    finally:
        delattr(owner, name) if before is missing else setattr(owner, name, before)
