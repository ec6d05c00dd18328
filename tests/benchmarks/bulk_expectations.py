# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests that a job may send, and the tunnels that it has to leave."""

from __future__ import annotations

from collections import Counter

from bulk_scenarios import (
    CHANGE,
    CHANGE_ONE_KEY,
    CHANGE_OWN_KEYS,
    CHANGED,
    CREATE,
    DELETE,
    LOOP,
    NO_CHANGE,
    RECREATE,
    SCRIPT,
    TASK,
)

# A gateway is listed before and after the creations, and during the one wait for a stale list.
MAX_LISTS_TO_RECREATE = 8


def expected_requests(job):
    """Return how many requests of each HTTP method the job may send, a Counter.

    The lists of a creation after a purge are the largest number, because their number depends on times.
    """
    count, gateways = job.size
    one_task = {
        # Each gateway is listed before the first creation and after the last.
        CREATE: {"GET": 2 * gateways, "POST": count},
        NO_CHANGE: {"GET": gateways},
        CHANGE: {"GET": gateways, "PUT": 1},
        CHANGE_ONE_KEY: {"GET": gateways, "PUT": count},
        CHANGE_OWN_KEYS: {"GET": gateways, "PUT": count},
        DELETE: {"GET": gateways, "DELETE": count},
        # The API refuses the token that it saw with other keys; the next one is accepted.
        RECREATE: {"GET": MAX_LISTS_TO_RECREATE * gateways, "POST": 2 * count},
    }
    loop = {
        CREATE: {"GET": 2 * count, "POST": count},
        NO_CHANGE: {"GET": count},
        CHANGE: {"GET": count, "PUT": 1},
        DELETE: {"GET": count, "DELETE": count},
    }
    # The script does not verify that a tunnel was created.
    created = {"GET": gateways, "POST": count}
    script = dict(one_task, **{CREATE: created, RECREATE: created})
    return Counter({TASK: one_task, LOOP: loop, SCRIPT: script}[job.method][job.operation])


def find_violations(job, run):
    """Return the differences between a Run and the expectation as sentences."""
    return [*_request_violations(job, run.requests), *_tunnel_violations(job, run.stored)]


def _request_violations(job, requests):
    seen, expected = Counter(entry["method"] for entry in requests), expected_requests(job)
    is_recreated = (job.operation, job.method) == (RECREATE, TASK)
    if is_recreated and seen["GET"] <= expected["GET"]:
        expected["GET"] = seen["GET"]
    if seen != expected:
        yield f"requests {dict(seen)} instead of {dict(expected)}"
    refused = sum(entry["status"] != 200 for entry in requests)
    if refused != (job.size.tunnels if is_recreated else 0):
        yield f"{refused} requests were refused"


def _tunnel_violations(job, stored):
    names = {tunnel["vpnConnName"] for tunnel in stored}
    changed = sum(tunnel["description"] == CHANGED for tunnel in stored)
    expected = 0 if job.operation == DELETE else job.size.tunnels
    all_changed = job.operation in (CHANGE_ONE_KEY, CHANGE_OWN_KEYS)
    expected_changes = expected if all_changed else int(job.operation == CHANGE)
    if not len(stored) == len(names) == expected or changed != expected_changes:
        yield f"left {len(stored)} tunnels, {changed} of them changed"
