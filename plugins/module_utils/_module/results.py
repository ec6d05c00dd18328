# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of several objects: a failure that names the first of many errors."""

from __future__ import annotations

from typing import Any

from .._bce.errors import BceError
from .._bce.messages import text

MESSAGES = {"reads_failed": "%(failed)d of %(count)d %(label)s could not be read: %(texts)s"}
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
