# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what the API answers, tolerantly: what cannot be read is None, as if it was not told. Pure."""

from __future__ import annotations

import ipaddress
import re

from .errors import BceAnswerError


def entries(answer, name, doing):
    """The objects of the list that an answer has under a name.

    :arg doing: what the request was to do, for an error text.
    :raises BceAnswerError: if there is no such list, or something else than objects in it.
    """
    if name not in answer.body:
        raise bad_answer(doing, "has no " + name, answer)
    found = answer.body[name]
    # Some JSON writers put null for an empty list.
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise bad_answer(doing, "has %s that are not a list of objects" % name, answer)
    return found


def bad_answer(doing, what, answer, maybe_applied=False):
    """The BceAnswerError of an answer that is not what the contract says."""
    message = "Cannot %s: the answer %s (HTTP %d, request id %s)" % (doing, what, answer.status, answer.request_id)
    return BceAnswerError(message, "BadAnswer", answer.status, answer.request_id, True, maybe_applied)


def word(value):
    """A text, trimmed; None for an empty one."""
    # A lone surrogate, which JSON can bring along, could be neither sent back nor shown.
    return value.encode("utf-8", "replace").decode("utf-8").strip() or None if isinstance(value, str) else None


def object_id(value):
    """An id that is fit to stand in a path, or None."""
    return value if isinstance(value, str) and re.fullmatch("[A-Za-z0-9_-]+", value) else None


def address(value):
    """An IP address in canonical form; any other text as it is."""
    try:
        return str(ipaddress.ip_address(value)) if value else value
    except ValueError:
        return value
