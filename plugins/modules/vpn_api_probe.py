#!/usr/bin/python
# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_api_probe
short_description: Test the undocumented behaviour of the VPN API of Baidu AI Cloud
version_added: 1.0.0
description:
  - Sends requests through one VPN gateway, and reports what the API returns. The report names the dialects that the
    responses match. A dialect is a way in which the API may differ from what the collection assumes.
  - By default it only reads.
  - With O(probe_writes=true), it creates a tunnel, for a short time a second one, and a customer gateway if the API
    requires one. It deletes them at the end, also after an error or an interruption. After a killed run, the next run
    with O(probe_writes=true) deletes them.
  - The names of its objects begin with C(baiducloud-network-probe-). The peer and the subnets are reserved for
    documentation (RFC 5737). The shared key is derived from the account's secret access key.
  - One read is signed with a wrong secret access key on purpose.
  - The report contains no secret, and no id, name or address of the account.
extends_documentation_fragment:
  - baiducloud.network.auth
  - baiducloud.network.attributes.actiongroup
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: partial
    details:
      - In check mode it only reads, and C(changed) is false.
  diff_mode:
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: none
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no
        change.
    support: partial
    details:
      - With O(probe_writes=true), each run creates and deletes its own objects, and C(changed) is true.
options:
  vpn_id:
    description:
      - The id of the VPN gateway.
    type: str
    required: true
    aliases: [vpnId]
  probe_writes:
    description:
      - Whether to create a tunnel, observe how the API treats it, and delete it.
      - Nothing is written if the list of the gateway's tunnels is incomplete or differs from the gateway's detail, or
        if the gateway is not ready or not of the type IPsec.
    type: bool
    default: false
author:
  - The baiducloud.network contributors (@baiducloud-network)
seealso:
  - module: baiducloud.network.vpn_tunnel
  - module: baiducloud.network.vpn_tunnel_info
"""

EXAMPLES = r"""
- name: Probe the API without writing
  baiducloud.network.vpn_api_probe:
    vpn_id: vpn-119bd69b
  register: probe

- name: Probe the API with a tunnel that is created and deleted
  baiducloud.network.vpn_api_probe:
    vpn_id: vpn-119bd69b
    probe_writes: true
  register: probe

- name: Show the report
  ansible.builtin.debug:
    msg: "{{ probe.markdown.splitlines() }}"
"""

RETURN = r"""
verdict:
  description: What to do next, in one sentence.
  returned: success
  type: str
  sample: Safe to go on.
is_safe:
  description:
    - Whether writes and purge are safe. It is false if a response shows the opposite, if an object is left behind, or
      if the probe ended early.
  returned: success
  type: bool
  sample: true
dialects:
  description: The names of the dialects that the responses match.
  returned: success
  type: list
  elements: str
  sample: [create-asynchronous]
markdown:
  description: The report as a Markdown page.
  returned: success
  type: str
report:
  description: The report.
  returned: success
  type: dict
  contains:
    collection:
      description: The collection's name and version.
      type: str
      sample: baiducloud.network 1.0.0
    endpoint:
      description: The API's host; V(another) if it is not one of Baidu's.
      type: str
      sample: bcc.bj.baidubce.com
    mode:
      description: V(read), or V(read and write).
      type: str
      sample: read
    verdict:
      description: The same as RV(verdict).
      type: str
      sample: Safe to go on.
    is_safe:
      description: The same as RV(is_safe).
      type: bool
    dialects:
      description: The dialects that the responses match.
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          type: str
          sample: tunnel-name-upper
        effect:
          description: V(stop) (do not write), V(purge) (do not purge), V(limit) (something is limited) or V(none).
          type: str
          sample: purge
        advice:
          description: What to do; null if there is no consequence.
          type: str
    consequences:
      description: What the dialects mean for the user, the worst first.
      type: list
      elements: str
    answers:
      description: The questions, in a fixed order.
      type: list
      elements: dict
      contains:
        key:
          description: The short name of the question.
          type: str
          sample: names
        question:
          description: The question.
          type: str
          sample: How are names of tunnels shown?
        observed:
          description: What was observed; null if no response showed it.
          type: str
          sample: as written
        detail:
          description: Codes, statuses and numbers of the API, or why the question is open; null if there are none.
          type: str
        assumed:
          description: What the collection assumes; null if it makes no assumption.
          type: str
        dialects:
          description: The dialects that this value matches.
          type: list
          elements: str
    ended_early:
      description: Why the part that writes ended early; null if it did not.
      type: str
    left_behind:
      description: The kinds of the objects that could not be deleted.
      type: list
      elements: str
    remains_removed:
      description: The number of deleted objects of an interrupted run.
      type: int
      sample: 0
    requests:
      description: The number of requests sent.
      type: int
      sample: 10
left_behind:
  description: The probe's own objects that could not be deleted. Delete them in the console.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: V(tunnel) or V(customer gateway).
      type: str
      sample: tunnel
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
    reason:
      description: Why it could not be deleted.
      type: str
error:
  description: The error.
  returned: failure
  type: dict
  contains:
    code:
      description: The API's error code, or one of the collection, such as V(GatewayUnreadable).
      type: str
      sample: AccessDenied
    message:
      description: The error text.
      type: str
    http_status:
      description: The HTTP status; null without a response.
      type: int
      sample: 403
    request_id:
      description: The API's request id; null without a response.
      type: str
    retryable:
      description: Whether the same task may succeed later.
      type: bool
    maybe_applied:
      description: Whether a write whose outcome is unknown may have been applied.
      type: bool
"""

from ..module_utils._module import runner, vpn_api_probe


def main() -> None:
    runner.run_module(vpn_api_probe)


if __name__ == "__main__":
    main()
