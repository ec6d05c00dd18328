# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delete the probe's tunnel, and record what deletions do."""

from __future__ import annotations

from typing import Any

from .._reconcile.idempotency import random_token
from .exchange import Stopped
from .facts import Facts
from .lists import is_deleted
from .messages import MESSAGES
from .own_tunnels import DeletionResult
from .write_context import WriteContext, course_of, describe_course

SLOW_DELETION_SECONDS = 20
ABSENCE_CODE = "NoSuchObject"  # the code of an absent object on the API page of errors


def delete_tunnel(context: WriteContext, vpn_conn_id: str) -> None:
    """Delete the tunnel, then repeat the deletion with the same and with another token.

    :raises Stopped: if the tunnel cannot be deleted.
    """
    facts, token = context.facts, random_token()
    removed = context.tunnels.remove(vpn_conn_id, token)
    _record_deletion(context, removed)
    if not removed.is_gone:
        raise Stopped(MESSAGES["probe_tunnel_not_deleted"])
    entries = [(reading.seconds, context.entry_in(reading, vpn_conn_id)) for reading in removed.readings]
    _record_delete_course(facts, [(seconds, entry) for seconds, entry in entries if entry])
    path = "/v1/vpn/vpnconn/" + vpn_conn_id
    again = context.exchanges.send("delete again", "DELETE", path, {"clientToken": token})
    facts.set("token_on_deletion", "returns the first result" if again.is_success else "refused", again.describe())
    absent = context.exchanges.send("delete absent", "DELETE", path, {"clientToken": random_token()})
    if absent.is_success:
        value = "success"
    elif absent.is_absent:
        value = "an error of absence" if absent.code in (None, ABSENCE_CODE) else "an error of absence, another code"
    else:
        value = "another error"
    facts.set("absent_tunnel", value if absent.status else None, absent.describe())


def _record_deletion(context: WriteContext, removed: DeletionResult) -> None:
    exchange = removed.exchange
    if exchange is None:
        raise Stopped(MESSAGES["probe_tunnel_not_listed"])
    if exchange.is_error_in_success:
        value = "200 with an error, applied" if removed.is_gone else "200 with an error"
    elif exchange.is_refused:
        value = "refused"
        context.add_message(exchange)
    else:
        value = "success" if removed.is_gone else "success without effect"
    context.facts.set("delete_result", value, exchange.describe())


def _record_delete_course(facts: Facts, shown: list[tuple[float, dict[str, Any]]]) -> None:
    statuses = course_of(shown)
    deleted = [str(status).lower() for _seconds, status in statuses if is_deleted(status)]
    if not deleted:
        value = "gone at once"
    elif all(status == "deleted" for status in deleted):
        value = "listed as deleted"
    else:
        value = "gone later" if shown[-1][0] < SLOW_DELETION_SECONDS else "gone much later"
    facts.set("delete_course", value, describe_course(statuses))
