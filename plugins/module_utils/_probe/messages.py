# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The texts of this package: why the probe ends early, and its verdicts. The advice is in dialects.py."""

MESSAGES = {
    "probe_too_many_requests": "more than %(count)d requests were needed",
    "probe_gateway_unreadable": "the gateway could not be read (%(response)s)",
    "probe_list_unreadable": "the list of tunnels could not be read (%(response)s)",
    "probe_list_incomplete": "the list of tunnels cannot be read completely",
    "probe_list_of_other_gateway": "the list of tunnels is that of another gateway",
    "probe_list_differs_from_detail": "the list of tunnels does not agree with the gateway's detail",
    "probe_gateway_type": "the gateway is of a type that has no IPsec tunnels",
    "probe_gateway_not_ready": "the gateway is not ready",
    "probe_creation_refused": "the creation was refused (%(response)s)",
    "probe_creation_not_listed": "no list has shown the new tunnel",
    "probe_creation_in_detail_only": "the gateway's detail shows the new tunnel, its list does not",
    "probe_customer_gateway_refused": "no customer gateway could be created (%(response)s)",
    "probe_tunnel_vanished": "the new tunnel has vanished",
    "probe_tunnel_not_listed": "the list no longer shows the tunnel",
    "probe_tunnel_not_deleted": "the tunnel could not be deleted",
    "probe_two_tunnels": "two own tunnels exist",
    "probe_second_tunnel_not_removed": "a second own tunnel could not be removed",
    "probe_remains_not_removed": "objects of an earlier run could not be removed",
    "probe_still_listed": "the lists still show it",
    "probe_never_listed": "a creation returned this id, but no list has shown it",
    "probe_safe": "Safe to go on.",
    "probe_safe_for_reads": (
        "Safe to go on as far as reads show. Run again with probe_writes: true before the first purge."
    ),
    "probe_do_not_purge": "Do not purge until this is settled: %(advice)s",
    "probe_do_not_write": "Do not write, and do not purge, until this is settled: %(advice)s",
    "probe_unclear": "Do not purge until the probe has run to its end: %(reason)s.",
    "probe_left_behind": "Remove what the probe has left behind first: %(kinds)s.",
}
