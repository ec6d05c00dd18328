# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read from strongSwan's log on the peer how the last negotiation with the cloud's gateway ended. Pure: no I/O."""

from __future__ import annotations

import re
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from .facts import LogLine

ADDRESSES = re.compile(
    r"packet: from (\S+?)\[\d+\] to (\S+?)\[\d+\]|initiating .* to (\S+)|between (\S+?)\[.*\.\.\.(\S+?)\["
)
NO_RESPONSE, KEY, KEY_MISSING, REFUSED, NOT_SENT = "no response", "key", "key missing", "refused", "not sent"
PROPOSAL, ESP_PROPOSAL, NETWORKS, CLOUD_ID, AGGRESSIVE = (
    "proposal",
    "ESP proposal",
    "networks",
    "cloud id",
    "aggressive",
)
UNKNOWN_PEER = "unknown peer"
# (pattern, kind of end): the first pattern that matches a line decides.
MEANINGS: Tuple[Tuple[str, str], ...] = (
    (
        r"MAC mismatched|HASH does not match|could not decrypt payloads|decryption failed|invalid HASH"
        r"|PAYLOAD_MALFORMED|integrity check",
        KEY,
    ),
    (r"no shared key found", KEY_MISSING),
    (r"does not match to|no matching peer config|constraint check failed", CLOUD_ID),
    (r"AUTHENTICATION_FAILED", REFUSED),
    (r"Aggressive Mode PSK", AGGRESSIVE),
    (r"TS_UNACCEPTABLE|INVALID_ID_INFORMATION", NETWORKS),
    (r"no IKE config found", UNKNOWN_PEER),
    (r"error writing to socket", NOT_SENT),
    (r"giving up after|peer not responding", NO_RESPONSE),
)


class End(NamedTuple):
    """How a negotiation ended: one of the kinds above, and the log line that shows it."""

    kind: str
    line: str


class _Negotiation:
    """The negotiation with one gateway, as far as its log lines have been read."""

    def __init__(self) -> None:
        self.end: Optional[End] = None
        self._has_ike = False
        self._has_response = False

    def read(self, text: str) -> None:
        if text.startswith("initiating"):
            self._has_response = False
            self._has_ike = False
        elif text.startswith("received packet"):
            self._has_response = True
        elif re.match(r"IKE_SA .* established", text):
            self._has_ike, self.end = True, None
        elif re.match(r"CHILD_SA .* established", text):
            self.end = None
        elif "NO_PROPOSAL_CHOSEN" in text and not text.startswith("no IKE config"):
            self.end = End(ESP_PROPOSAL if self._has_ike else PROPOSAL, text)
        else:
            kind = next((kind for pattern, kind in MEANINGS if re.search(pattern, text)), None)
            if kind == NO_RESPONSE and self._has_response:
                return  # because a later message was lost, and the lines before it show how far the negotiation came
            if kind and not (kind == REFUSED and self.end and self.end.kind in (KEY, KEY_MISSING, CLOUD_ID)):
                self.end = End(kind, text)


def last_end(log: Sequence[LogLine], gateway: str) -> Optional[End]:
    """Return how the last negotiation with a gateway failed; None if it succeeded or the log has none.

    :param gateway: the gateway's public address.
    """
    negotiation = _Negotiation()
    for text in _lines_about(log, gateway):
        negotiation.read(text)
    return negotiation.end


def has_attempt(log: Sequence[LogLine], gateway: str) -> bool:
    """Return whether the log has a packet to or from a gateway, or an attempt to reach it."""
    return any(gateway in _named(line.text) for line in log)


def has_response(log: Sequence[LogLine], gateway: str) -> bool:
    """Return whether a packet of the gateway arrived in the last negotiation."""
    found = False
    for text in _lines_about(log, gateway):
        found = not text.startswith("initiating") and (found or text.startswith("received packet"))
    return found


def _lines_about(log: Sequence[LogLine], gateway: str) -> List[str]:
    """Return the lines about a gateway: those with its address, and those of the same thread that follow them."""
    remote: Dict[str, bool] = {}
    mine = []
    for line in log:
        named = _named(line.text)
        if named:
            remote[line.thread] = gateway in named
        if remote.get(line.thread, True):
            mine.append(line.text)
    return mine


def _named(text: str) -> List[str]:
    """Return the addresses of the two ends that a line names."""
    found = ADDRESSES.search(text)
    return [address for address in found.groups() if address] if found else []
