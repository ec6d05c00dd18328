# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module with `state`: bring one object to its desired state."""

from __future__ import annotations

import time
from typing import Any, Callable, Dict, List, NamedTuple, Tuple, Type

from .._bce import connection_options
from .._bce.client import BceClient
from .._bce.errors import BceError
from .._bce.redaction import redact_nested
from .._reconcile.results import ObjectResult, ScopeReconciler
from .._reconcile.waiter import StateWaiter
from .._resources.api import RestApi
from .._resources.fields import camel_case
from .validation import ParsedTask, parse_connection


class PresentAbsent(NamedTuple):
    """The specification of such a module, and its Implementation.

    :ivar api: the RestApi of the resource.
    :ivar result_name: the name of the object in results.
    :ivar attributes: names of ObjectResult attributes that the task's result has too.
    :ivar scope_class: SteppedScope of steps.py for what costs money, has several steps or asynchronous states.
    :ivar check_options: returns further errors and warnings of the options.
    """

    api: Type[RestApi]
    result_name: str
    attributes: Tuple[str, ...] = ()
    scope_class: Type[ScopeReconciler] = ScopeReconciler
    check_options: Callable[[Dict[str, Any]], Tuple[List[str], List[str]]] = lambda _params: ([], [])

    def arguments(self) -> dict[str, Any]:
        """Return the keywords of AnsibleModule."""
        return {
            "argument_spec": dict(self.api.type.argument_spec(), **connection_options.ARGUMENT_SPEC),
            "supports_check_mode": True,
        }

    def parse(self, params: dict[str, Any]) -> ParsedTask:
        """See Implementation.parse()."""
        errors, warnings = self.check_options(params)
        connection = parse_connection(params, self.api.type.validate(params) + errors, self.api.type.service)
        desired = self.api.type.parse(params)
        return ParsedTask(desired, connection, warnings=desired.warnings + tuple(warnings))

    def run(self, request: ParsedTask, check_mode: bool, clock: Any = time) -> dict[str, Any]:
        """See Implementation.run()."""
        connection = request.connection
        client = BceClient(connection, clock=clock)
        try:
            options = self.api.resolve(client, request.desired.options)
        except BceError as error:
            id_option = self.api.type.id_option
            provided = request.desired.options.get(id_option)
            known = {id_option: provided, camel_case(id_option): provided} if provided else {}
            return connection.warn_in(dict(error.to_failed_result(), **known))
        api, desired = self.api(client, options), [request.desired._replace(options=options)]
        scope = self.scope_class(api, desired, connection.retry_timeout, clock=clock)
        scope.plan()
        if not check_mode:
            apply(scope)
        (result,) = scope.results
        resolved = {name: value for name, value in options.items() if name not in request.desired.options}
        task_result = dict(self._task_result(result, request.warnings), **resolved)
        # People put keys into descriptions.
        secrets = scope.secrets
        secrets.update(result.secrets)
        return connection.warn_in(redact_nested(task_result, secrets))

    def _task_result(self, result: ObjectResult, warnings: tuple[str, ...]) -> dict[str, Any]:
        """Return the result of the task; of a failure, with what is known."""
        report = {name: getattr(result, name) for name in ("changed", "created_ids", "request_id") + self.attributes}
        id_option = self.api.type.id_option
        report[id_option] = report[camel_case(id_option)] = result.known_id
        report["diff"] = {"before": result.before, "after": result.after}
        if result.item is not None:
            report[self.result_name] = result.item.fields
        all_warnings = [*warnings, *result.all_warnings]
        if all_warnings:
            report["warnings"] = all_warnings
        if not result.error:
            return report
        known = {name: value for name, value in report.items() if value}
        if not result.changed:
            known.pop("diff")
        return dict(known, changed=result.changed, failed=True, msg=result.failure_text, error=result.error.to_dict())


def apply(scope: ScopeReconciler) -> None:
    """Apply the plan of a scope, and wait for those objects that are to be waited for."""
    scope.apply()
    results = [result for result in scope.results if not result.state.desired.is_absent and result.error is None]
    StateWaiter(scope, [result for result in results if result.desired.wait_for != "none"]).run()
