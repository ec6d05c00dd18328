# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of several objects: a failure that names the first of many errors."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

from .._bce.errors import BceError
from .._bce.messages import text
from .._bce.redaction import redact_nested
from .._resources.base import CREATE, DELETE, NOOP, UPDATE

MESSAGES = {
    "reads_failed": "%(failed)d of %(count)d %(label)s could not be read: %(texts)s",
    "bulk_failed": "%(failed)d of %(count)d %(label)s failed: %(texts)s",
}
COUNTED = {CREATE: "created", UPDATE: "updated", DELETE: "deleted", NOOP: "unchanged"}
MAX_REPORTED = 3  # failures that a message names; results have all of them


def join_failures(texts: list[str], count: int, hint: str = "") -> str:
    """Return the first failures as one sentence, with the number of those that it does not name.

    :param texts: of the failures, at least the first MAX_REPORTED.
    :param count: of all failures.
    :param hint: where the others are found.
    """
    more = text("and_more_errors", count=count - MAX_REPORTED, hint=hint) if count > MAX_REPORTED else ""
    return "; ".join(texts[:MAX_REPORTED]) + more


def partial_failure(errors: list[BceError], count: int, label: str) -> dict[str, Any]:
    """Return what a result has where some of several reads failed.

    :param errors: what the reads raised.
    :param count: of all reads.
    :param label: the plural of what was read.
    """
    message = join_failures([error.message for error in errors], len(errors))
    if count > 1:
        message = MESSAGES["reads_failed"] % {"failed": len(errors), "count": count, "label": label, "texts": message}
    return {"failed": True, "msg": message, "error": errors[0].to_dict()}


class BulkReport(NamedTuple):
    """How a module that manages many objects reports them, each from its ObjectResult.

    :ivar list_name: the name of their list in the result.
    :ivar label: the word for several of them, for messages.
    :ivar item: returns an item of that list.
    :ivar header: returns the words for an object.
    :ivar shown: returns the fields of an object before or after, as a diff shows them.
    """

    list_name: str
    label: str
    item: Callable[[Any], dict[str, Any]]
    header: Callable[[Any], str]
    shown: Callable[[Any, dict[str, Any]], dict[str, Any]]

    def report(self, results: list[Any], warnings: list[str], scope_errors: list[BceError]) -> dict[str, Any]:
        """Return the result of the task.

        :param scope_errors: those of no object: a list that could not be read, or a purge that was refused.
        """
        totals = dict.fromkeys(("created", "updated", "deleted", "unchanged", "failed"), 0)
        for result in results:
            totals["failed" if result.error else COUNTED[result.action] if result.changed else "unchanged"] += 1
            warnings = warnings + [text for text in result.all_warnings if text not in warnings]
        report = {
            "changed": any(result.changed for result in results),
            self.list_name: [redact_nested(self.item(result), result.secrets) for result in results],
            "totals": totals,
            "diff": [redact_nested(self._diff(result), result.secrets) for result in results if result.changed],
        }
        if warnings:
            report["warnings"] = warnings
        failed = [result for result in results if result.error]
        errors = [error for error in (result.error for result in results) if error] or scope_errors
        if failed:
            texts = [self._redacted_failure(result) for result in failed[:MAX_REPORTED]]
            summary = join_failures(texts, len(failed), ", see %s" % self.list_name)
            words = {"failed": len(failed), "count": len(results), "label": self.label, "texts": summary}
            report.update(failed=True, msg=MESSAGES["bulk_failed"] % words, error=errors[0].to_dict())
        elif scope_errors:
            message = join_failures([error.message for error in scope_errors], len(scope_errors))
            report.update(failed=True, msg=message, error=errors[0].to_dict())
        return report

    def _redacted_failure(self, result: Any) -> str:
        return redact_nested("%s: %s" % (self.header(result), result.failure_text), result.secrets)

    def _diff(self, result: Any) -> dict[str, Any]:
        before, after = (self.shown(result, fields) for fields in (result.before, result.after))
        header = self.header(result)
        return {"before_header": header, "after_header": header, "before": before, "after": after}
