# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The core of the module vpn_tunnel: both doors call run(), which is the module's whole behaviour."""

from __future__ import annotations

import os

from . import credentials, tunnel
from .client import BceClient
from .errors import BceError, BceUsageError
from .reconcile import Progress, reconcile
from .secret import conceal_all
from .vpn_api import VpnApi

ARGUMENTS = {
    "argument_spec": dict(tunnel.argument_spec(), **credentials.ARGUMENT_SPEC),
    "required_one_of": [("vpn_conn_name", "vpn_conn_id")],
    "supports_check_mode": True,
}


def problems(params):
    """Every mistake in the options that can be told without a request, a list of sentences."""
    found = tunnel.problems(params)
    try:
        credentials.resolve(params, os.environ)
    except BceUsageError as error:
        found += error.problems
    return found


def run(params, check_mode):
    """Bring the tunnel to what the options say; the result as the task returns it, a dict.

    A failure is a result too: `failed`, `msg` and `error`, with all that is known of the tunnel beside them.
    """
    progress = Progress()
    try:
        mistakes = problems(params)
        if mistakes:
            raise BceUsageError(mistakes)
        desired, progress.warnings = tunnel.desire(params)
        client = BceClient(credentials.resolve(params, os.environ))
        reconcile(VpnApi(client, params.get("version") or 1), desired, progress, check_mode)
    except BceError as error:
        return _failure(error, progress)
    return _report(progress)


def _failure(error, progress):
    message = error.message
    if error.maybe_done and not progress.changed:
        message += ". It may have been carried out all the same: run the task again, it goes on from what is there"
    known = {name: value for name, value in _report(progress).items() if value}
    if not progress.changed:
        known.pop("diff")
    return dict(known, changed=progress.changed, failed=True, msg=message, error=error.as_result())


def _report(progress):
    result = {
        "changed": progress.changed,
        "vpn_conn_id": progress.vpn_conn_id,
        "vpnConnId": progress.vpn_conn_id,
        "secret_key_changed": progress.secret_key_changed,
        "request_id": progress.request_id,
        "diff": {"before": progress.before, "after": progress.after},
    }
    if progress.tunnel is not None:
        result["vpn_tunnel"] = progress.tunnel.fields
    if progress.warnings:
        result["warnings"] = progress.warnings
    # People put keys into descriptions.
    return conceal_all(result, progress.secrets)
