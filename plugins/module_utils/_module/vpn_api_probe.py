# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The implementation of the module vpn_api_probe."""

from __future__ import annotations

import time
from typing import Any

from .._bce import connection_options
from .._bce.errors import BceError, ConflictError
from .._probe import report
from .._probe.exchange import Exchanges, Stopped
from .._probe.facts import Facts
from .._probe.marks import marks_of
from .._probe.own_tunnels import OwnTunnels
from .._probe.reading import Reading
from .._probe.responses import record_responses
from .._probe.writing import Writing
from .._resources import fields
from .._resources.base import CHECK_MODE_ID
from .validation import ParsedTask, parse_connection

FIELDS = (fields.VPN_ID,)
MESSAGES = {
    "probe_without_gateway": "vpn_id: is needed; give the id of the VPN gateway",
    "probe_unreadable": ("vpn_id: %(vpn_id)s cannot be probed: %(reason)s; check the id, the region and the endpoint"),
    "probe_remains": (
        "an earlier run left %(count)d tunnel(s) on this gateway; run with probe_writes: true to remove them"
        " [ProbeTunnelsLeft]"
    ),
    "probe_left": (
        "%(kind)s %(id)s (%(name)s) could not be removed: %(reason)s; delete it in the console if it is still there"
        " [ProbeNotRemoved]"
    ),
    "probe_not_there_yet": "check mode would create the gateway, so there is nothing to read yet",
    "probe_ended": "the write tests of the probe ended early: %(reason)s [ProbeEnded]",
}

ARGUMENTS = {
    "argument_spec": dict(
        {item.name: fields.to_argument_spec(item) for item in FIELDS},
        probe_writes={"type": "bool", "default": False},
        **connection_options.ARGUMENT_SPEC,
    ),
    "supports_check_mode": True,
}


def parse(params: dict[str, Any]) -> ParsedTask:
    """See Implementation.parse()."""
    errors = fields.validate_fields(FIELDS, params)
    if "vpn_id" not in fields.provided_options(FIELDS, params):
        errors.append(MESSAGES["probe_without_gateway"])
    connection = parse_connection(params, errors)
    vpn_id = fields.normalize_options(FIELDS, params)["vpn_id"]
    return ParsedTask(vpn_id, connection, {"probe_writes": bool(params.get("probe_writes"))})


def run(request: ParsedTask, check_mode: bool, clock: Any = time) -> dict[str, Any]:
    """Probe the API through one gateway; see Implementation.run()."""
    vpn_id, connection = request.desired, request.connection
    if vpn_id == CHECK_MODE_ID:
        return _result(report.build(Facts(), connection.endpoint, False, MESSAGES["probe_not_there_yet"], [], 0, 0))
    marks = marks_of(vpn_id, connection.secret_access_key.reveal())
    exchanges, facts = Exchanges(connection, clock), Facts()
    exchanges.remember_secret(marks.key)
    reading = Reading(exchanges, vpn_id, facts)
    own_tunnels = OwnTunnels(exchanges, vpn_id, marks)
    try:
        reading.read()
    except BceError as error:
        return error.to_failed_result()
    except Stopped as stopped:
        text = MESSAGES["probe_unreadable"] % {"vpn_id": vpn_id, "reason": stopped}
        return ConflictError(text, "GatewayUnreadable").to_failed_result()
    reading.record(own_tunnels.is_own)
    is_writing = request.options["probe_writes"] and not check_mode
    warnings, ended, left_behind, remains = [], None, [], 0
    if is_writing:
        writing = Writing(exchanges, reading, facts, marks)
        writing.run()
        ended, left_behind, remains = writing.ended, writing.objects.left_behind, writing.objects.remains
        warnings += writing.messages + ([MESSAGES["probe_ended"] % {"reason": ended}] if ended else [])
    else:
        own = own_tunnels.select(reading.snapshots[-1])
        warnings += [MESSAGES["probe_remains"] % {"count": len(own)}] if own else []
    record_responses(facts, exchanges.seen)
    warnings += [MESSAGES["probe_left"] % item for item in left_behind]
    found = report.build(facts, connection.endpoint, is_writing, ended, left_behind, remains, len(exchanges.seen))
    result = dict(_result(found), changed=exchanges.written, left_behind=left_behind)
    return dict(result, warnings=warnings) if warnings else result


def _result(found: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a task with this report, of a probe that wrote nothing."""
    return {
        "changed": False,
        "report": found,
        "markdown": report.markdown(found),
        "dialects": [item["name"] for item in found["dialects"]],
        "verdict": found["verdict"],
        "is_safe": found["is_safe"],
        "left_behind": [],
    }
