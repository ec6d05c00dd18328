# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The core of the module vpn_tunnel: both doors call run(), which is the module's whole behaviour."""

from __future__ import annotations

import os

from . import credentials, tunnel
from .client import BceClient
from .errors import BceUsageError
from .reconcile import Lane
from .secret import conceal_all
from .vpn_api import VpnApi

ARGUMENTS = {
    "argument_spec": dict(tunnel.argument_spec(), **credentials.ARGUMENT_SPEC),
    "required_one_of": [("vpn_conn_name", "vpn_conn_id")],
    "supports_check_mode": True,
}


def problems(params):
    """Every mistake in the options that can be told without a request, a list of sentences."""
    return tunnel.problems(params) + credentials.problems(params, os.environ)


def run(params, check_mode):
    """Bring the tunnel to what the options say; the result as the task returns it, a dict.

    A failure is a result too: `failed`, `msg` and `error`, with all that is known of the tunnel beside them.
    """
    mistakes = problems(params)
    if mistakes:
        return BceUsageError(mistakes).as_failure()
    desired, warnings = tunnel.desire(params)
    api = VpnApi(BceClient(credentials.resolve(params, os.environ)), desired.version)
    lane = Lane(api, desired.vpn_id, [desired])
    lane.look()
    if not check_mode:
        lane.carry_out()
    (work,) = lane.works
    work.warnings[:0] = warnings
    # People put keys into descriptions.
    return conceal_all(_failure(work) if work.error else _report(work), work.secrets | lane.secrets)


def _failure(work):
    message = work.error.message
    if work.error.maybe_applied and not work.changed:
        message += ". It may have been carried out all the same: run the task again, it goes on from what is there"
    known = {name: value for name, value in _report(work).items() if value}
    if not work.changed:
        known.pop("diff")
    return dict(known, changed=work.changed, failed=True, msg=message, error=work.error.as_result())


def _report(work):
    result = {
        "changed": work.changed,
        "vpn_conn_id": work.vpn_conn_id,
        "vpnConnId": work.vpn_conn_id,
        "secret_key_changed": work.secret_key_changed,
        "request_id": work.request_id,
        "diff": {"before": work.before, "after": work.after},
    }
    if work.tunnel is not None:
        result["vpn_tunnel"] = work.tunnel.fields
    if work.warnings:
        result["warnings"] = work.warnings
    return result
