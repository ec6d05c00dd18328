# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the peer's end. The docstring of each check is what it finds. Pure: no I/O."""

from __future__ import annotations

from typing import Any, Dict, FrozenSet, Iterable, Optional, Sequence, Tuple

from .checks import Check, Words, connection_check, differs, peer_check
from .facts import ANY_ADDRESS, Connection, Facts, LogLine, PeerFacts, pairs, words
from .negotiation import (
    AGGRESSIVE,
    CLOUD_ID,
    ESP_PROPOSAL,
    KEY,
    KEY_MISSING,
    NETWORKS,
    NO_RESPONSE,
    NOT_SENT,
    PROPOSAL,
    REFUSED,
    UNKNOWN_PEER,
    End,
    has_attempt,
    last_end,
)

# --- the daemon and its configuration ---


@peer_check
def daemon_down(facts: Facts, peer: PeerFacts) -> Words:
    """The daemon does not respond."""
    return {"error": peer.error} if peer.error else None


@peer_check
def not_configured(facts: Facts, peer: PeerFacts) -> Words:
    """The peer has no connection to the gateway."""
    is_missing = facts.cloud.tunnel and not peer.error and facts.connection is None
    return {"connection": facts.connection_name, "gateway": facts.cloud.gateway["eip"]} if is_missing else None


@peer_check
def not_loaded(facts: Facts, peer: PeerFacts) -> Words:
    """The file has a connection that the daemon does not have, or has with other values."""
    written, loaded = peer.written.get(facts.connection_name), peer.loaded.get(facts.connection_name)
    if written is None or peer.error or (loaded and _is_same(written, loaded)):
        return None
    return {"connection": facts.connection_name}


def _is_same(written: Connection, loaded: Connection) -> bool:
    known = [
        (written.version, loaded.version),
        (written.cloud_addresses, loaded.cloud_addresses),
        (written.peer_addresses, loaded.peer_addresses),
        (written.peer_id, loaded.peer_id),
        (written.cloud_id, loaded.cloud_id),
        (all_pairs(written), all_pairs(loaded)),
    ]
    return all(one == other for one, other in known if None not in (one, other))


def all_pairs(connection: Connection) -> FrozenSet[Tuple[str, str]]:
    return frozenset(pair for child in connection.children for pair in pairs(child))


version_differs = differs("version", lambda value: "IKEv%d" % value)
mode_differs = differs("is_aggressive", lambda value: "aggressive" if value else "main")
cloud_id_differs = differs("cloud_id")
peer_id_differs = differs("peer_id")


@connection_check
def gateway_address_differs(expected: Connection, actual: Connection) -> Words:
    """The peer connects to another address."""
    return _address_words(expected.cloud_addresses, actual.cloud_addresses)


@connection_check
def own_address_differs(expected: Connection, actual: Connection) -> Words:
    """The peer uses another own address than the tunnel has."""
    return _address_words(expected.peer_addresses, actual.peer_addresses)


def _address_words(expected: Sequence[str], actual: Sequence[str]) -> Words:
    if not actual or ANY_ADDRESS in actual or ANY_ADDRESS in expected or set(expected) & set(actual):
        return None
    return {"actual": words(actual), "expected": words(expected)}


@peer_check
def behind_nat(facts: Facts, peer: PeerFacts) -> Words:
    """The address of the connection is not one of the host."""
    connection = facts.connection
    if not connection or not peer.addresses or ANY_ADDRESS in connection.peer_addresses:
        return None
    if not connection.peer_addresses or peer.addresses & set(connection.peer_addresses):
        return None
    return {"address": words(connection.peer_addresses)}


@connection_check
def ike_proposal_differs(expected: Connection, actual: Connection) -> Words:
    """No proposal of the peer is the tunnel's."""
    return _proposal_words(expected.proposals, actual.proposals)


def _esp_words(expected: Connection, actual: Connection) -> Words:
    for child in actual.children:
        found = _proposal_words(expected.children[0].proposals, child.proposals)
        if found:
            return found
    return None


@connection_check
def esp_proposal_differs(expected: Connection, actual: Connection) -> Words:
    """No ESP proposal of a child is the tunnel's, and more than its PFS group differs."""
    found = _esp_words(expected, actual)
    return None if found is None or _is_pfs_only(found) else found


@connection_check
def pfs_differs(expected: Connection, actual: Connection) -> Words:
    """The ESP proposals differ only in the PFS group."""
    return _pfs_words(expected, actual) if expected.version == 1 else None


@connection_check
def pfs_differs_at_rekeying(expected: Connection, actual: Connection) -> Words:
    """The same with IKEv2, where it matters only at rekeying: IKE makes the first ESP keys together with its own."""
    return _pfs_words(expected, actual) if expected.version == 2 else None


def _pfs_words(expected: Connection, actual: Connection) -> Words:
    found = _esp_words(expected, actual)
    return found if found and _is_pfs_only(found) else None


def _is_pfs_only(found: Dict[str, Any]) -> bool:
    return bool(found["expected"].split("-")[:2] == found["actual"].split(", ")[0].split("-")[:2])


def _proposal_words(expected: Sequence[str], actual: Sequence[str]) -> Words:
    if not actual or "default" in actual or {*map(_as_set, expected)} & {*map(_as_set, actual)}:
        return None
    return {"actual": words(actual), "expected": words(expected)}


def _as_set(proposal: str) -> FrozenSet[str]:
    return frozenset("aes128" if word == "aes" else word for word in proposal.split("-"))


@connection_check
def networks_differ(expected: Connection, actual: Connection) -> Words:
    """The peer has other pairs of networks."""
    should, has = all_pairs(expected), all_pairs(actual)
    if not has or should == has:
        return None
    missing, surplus = should - has, has - should
    sides = [
        (name, _side(missing, index) or _side(should, index), _side(surplus, index) or _side(has, index))
        for index, name in enumerate(("cloud", "peer"))
    ]
    name, right, wrong = next((side for side in sides if side[1] != side[2]), sides[0])
    return {"side": "the cloud's" if name == "cloud" else "its own", "actual": words(wrong), "expected": words(right)}


def _side(found: Iterable[Tuple[str, str]], index: int) -> FrozenSet[str]:
    return frozenset(pair[index] for pair in found)


@connection_check
def life_time_differs(expected: Connection, actual: Connection) -> Words:
    """A life time differs, which is harmless as long as both ends rekey."""
    esp = [child.seconds for child in actual.children if child.seconds is not None]
    for name, should, values in (
        ("IKE", expected.ike_seconds, [actual.ike_seconds]),
        ("ESP", expected.children[0].seconds, esp[:1]),
    ):
        if values and values[0] is not None and values[0] != should:
            return {"name": name, "actual": values[0], "expected": should}
    return None


# --- how the last negotiation ended ---


def _end(facts: Facts) -> Optional[End]:
    peer = facts.peer
    if peer is None or facts.connection is None or facts.is_established:
        return None
    return last_end(negotiation_log(peer), facts.cloud.gateway["eip"] or "")


def negotiation_log(peer: PeerFacts) -> Sequence[LogLine]:
    return peer.attempt if peer.attempt is not None else peer.log


def _ended(*kinds: str) -> Check:
    @peer_check
    def check(facts: Facts, peer: PeerFacts) -> Words:
        end = _end(facts)
        if end is None or end.kind not in kinds:
            return None
        return {
            "line": end.line,
            "gateway": facts.cloud.gateway["eip"],
            "remote_ip": (facts.cloud.tunnel or {}).get("remote_ip"),
        }

    return check


key_missing = _ended(KEY_MISSING)
key_differs = _ended(KEY)
authentication_refused = _ended(REFUSED)
cloud_has_other_id = _ended(CLOUD_ID)
proposal_refused = _ended(PROPOSAL)
esp_proposal_refused = _ended(ESP_PROPOSAL)
networks_refused = _ended(NETWORKS)
aggressive_refused = _ended(AGGRESSIVE)
unknown_to_daemon = _ended(UNKNOWN_PEER)
not_sent = _ended(NOT_SENT)
no_packet_arrives = _ended(NO_RESPONSE)


@peer_check
def no_attempt(facts: Facts, peer: PeerFacts) -> Words:
    """The tunnel is down, and the log has no attempt to establish it."""
    if facts.connection is None or facts.is_established or peer.attempt is not None:
        return None
    return None if has_attempt(peer.log, facts.cloud.gateway["eip"] or "") else {"connection": facts.connection_name}


@peer_check
def unexplained(facts: Facts, peer: PeerFacts) -> Words:
    """The tunnel is down, and neither the configurations nor the log show why."""
    is_down = facts.connection is not None and not facts.is_established
    return {} if is_down and _end(facts) is None else None
