# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module with `state`: bring one object to its desired state."""

from __future__ import annotations

import time
from typing import Any, NamedTuple, Tuple, Type

from .._bce import connection_options
from .._bce.client import BceClient
from .._bce.redaction import redact_nested
from .._reconcile.results import ScopeReconciler
from .._reconcile.waiter import StateWaiter
from .._resources.api import RestApi
from .._resources.fields import camel_case
from .validation import Request, parse_connection


class PresentAbsent(NamedTuple):
    """The specification of such a module, and its Implementation.

    :ivar api: the RestApi of the resource.
    :ivar result_name: the name of the object in results.
    :ivar attributes: further attributes of the work that results have.
    """

    api: Type[RestApi]
    result_name: str
    attributes: Tuple[str, ...] = ()

    def arguments(self) -> dict[str, Any]:
        """Return the keywords of AnsibleModule."""
        return {
            "argument_spec": dict(self.api.type.argument_spec(), **connection_options.ARGUMENT_SPEC),
            "supports_check_mode": True,
        }

    def parse(self, params: dict[str, Any]) -> Request:
        """See Implementation.parse()."""
        connection = parse_connection(params, self.api.type.validate(params))
        desired = self.api.type.parse(params)
        return Request(desired, connection, warnings=desired.warnings)

    def run(self, request: Request, check_mode: bool, clock: Any = time) -> dict[str, Any]:
        """See Implementation.run()."""
        connection = request.connection
        api = self.api(BceClient(connection, clock=clock), request.desired.options)
        scope = ScopeReconciler(api, [request.desired], connection.retry_timeout, clock=clock)
        scope.plan()
        if not check_mode:
            apply(scope)
        (work,) = scope.works
        result = self._result(work, request.warnings)
        # People put keys into descriptions.
        return connection.warn_in(redact_nested(result, work.secrets | scope.secrets))

    def _result(self, work: Any, warnings: tuple[str, ...]) -> dict[str, Any]:
        """Return the result of the task; of a failure, with what is known."""
        result = {name: getattr(work, name) for name in ("changed", "created_ids", "request_id") + self.attributes}
        id_option = self.api.type.id_option
        result[id_option] = result[camel_case(id_option)] = work.known_id
        result["diff"] = {"before": work.before, "after": work.after}
        if work.item is not None:
            result[self.result_name] = work.item.fields
        all_warnings = [*warnings, *work.all_warnings]
        if all_warnings:
            result["warnings"] = all_warnings
        if not work.error:
            return result
        known = {name: value for name, value in result.items() if value}
        if not work.changed:
            known.pop("diff")
        return dict(known, changed=work.changed, failed=True, msg=work.failure_text, error=work.error.to_dict())


def apply(scope: ScopeReconciler) -> None:
    """Apply the plan of a scope, and wait for those objects that are to be waited for."""
    scope.apply()
    works = [work for work in scope.works if not work.state.desired.is_absent and work.error is None]
    StateWaiter(scope, [work for work in works if work.desired.wait_for != "none"]).run()
