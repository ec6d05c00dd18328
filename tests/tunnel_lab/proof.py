# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proof: a tunnel of the API and the peer's file, brought up between two daemons and compared with each other."""

from __future__ import annotations

import re
import time

from .cloud_side import configuration, wanted
from .ipsec_gateway import GatewayError
from .topology import host_in

UP_SECONDS = 6
PING_SECONDS = 2
SILENCE_SECONDS = 0.2
POLL_SECONDS = 0.005


class ProofError(Exception):
    """The two ends do not agree, or no packet crosses; the text says in what."""


def prove(lab, tunnel, eip, text, initiate=True, rekey=True, seconds=UP_SECONDS, identities=None):
    """Bring the tunnel up from the peer's side and compare it with what the API stores.

    :arg lab: gives `cloud` and `peer`, each a Gateway, and `hosts`, a dict of side to Host.
    :arg tunnel: the API's object, key in clear. :arg text: the peer's swanctl.conf.
    :arg initiate: False where the file itself starts the tunnel. :arg rekey: whether to rekey every child once too.
    :arg seconds: how long each step may take. :arg identities: dict of local_id and peer_id, if not the addresses.
    :raises ProofError: on the first difference.
    :returns: dict of `children`, `pings`, and `announced`, the life times in seconds that IKEv1 had on the wire.
    """
    want = wanted(tunnel)
    lab.cloud.load(*configuration(tunnel, eip, **identities or {}))
    try:
        lab.peer.load_file(text)
        name = _one_connection(lab.peer.configured())
        announced = _bring_up(lab, want, name, initiate, seconds)
        first = _until_up(lab, want, set(), seconds)
        _compare_ike(lab, want, name)
        _compare_children(lab, want, pfs_known=want.version == "1")
        pings = _ping(lab, tunnel)
        _compare_counters(lab, set())
        if rekey:
            _rekey(lab, want, first, seconds)
            _compare_children(lab, want, pfs_known=True)
            pings += _ping(lab, tunnel)
            _compare_counters(lab, first)
        return {"children": len(want.pairs), "pings": pings, "announced": announced}
    except GatewayError as error:
        raise ProofError(str(error)) from None


def compare(lab, tunnel):
    """Compare a tunnel that something else brought up with what the API stores, and ping through it.

    :raises ProofError: on the first difference.
    """
    want = wanted(tunnel)
    _until_up(lab, want, set(), UP_SECONDS)
    _compare_ike(lab, want, _one_connection(lab.peer.configured()))
    _compare_children(lab, want, pfs_known=want.version == "1")
    _ping(lab, tunnel)


def _one_connection(configured):
    names = [name for name, connection in configured.items() if connection["version"] != "IKEv1/2"]
    _expect("connections in the peer's file", 1, len(names))
    return names[0]


def _bring_up(lab, want, name, initiate, seconds):
    """Initiate every child; the life times in seconds that IKEv1 announced: of IKE, then of each child."""
    if not initiate:
        return []
    for child in lab.peer.configured()[name]["children"]:
        lab.peer.initiate(child, seconds)
    # IKEv2 announces no life times.
    if want.version == "2":
        return []
    announced = _announced(lab.peer.log("bytes"))
    _expect("life times announced (IKE, ESP)", ({want.ike_seconds}, {want.esp_seconds}), tuple(map(set, announced)))
    return announced


def _announced(log):
    """(life times of IKE, life times of ESP) in seconds, from the transforms that the daemon dumps as it sends them.

    Attributes: RFC 2409, appendix A, 11 and 12; RFC 2407, section 4.5, 1 and 2; either two bytes long or of any length.
    """
    log = re.sub(r"(?m)^\d+\[ENC\] ", "", log)
    dumps = re.findall(r"TRANSFORM_SUBSTRUCTURE_V1 payload finished\ngenerated data.*\n((?: +\d+: .*\n)+)", log)
    found = []
    for kind, duration in (("800B0001", "0C"), ("80010001", "02")):
        pattern = rf"{kind}(?:80{duration}(....)|00{duration}0004(.{{8}}))"
        sent = ("".join(re.findall(r"(?<=[: ])[0-9A-F]{2}(?= )", dump)) for dump in dumps)
        matches = [match for dump in sent for match in re.findall(pattern, dump)]
        found.append([int(short or long, 16) for short, long in matches])
    return found


def _until_up(lab, want, old, seconds):
    """Wait until both sides carry every pair by SAs other than the old ones; the unique ids of both sides, a set."""
    deadline = time.monotonic() + seconds
    while True:
        fresh = [[child for child in side.children() if _key(side, child) not in old] for side in (lab.cloud, lab.peer)]
        # Over IKEv2 the side that answers sends through the old SA until it hears that this is deleted (RFC 7296, 2.8).
        leaving = want.version == "2" and any(side.children("REKEYED") for side in (lab.cloud, lab.peer))
        if all(len(children) >= len(want.pairs) for children in fresh) and not leaving:
            return {_key(side, child) for side in (lab.cloud, lab.peer) for child in side.children()}
        if time.monotonic() > deadline:
            raise ProofError(f"not all of {len(want.pairs)} children are up on both sides, or old ones stay: {fresh}")
        time.sleep(POLL_SECONDS)


def _key(side, child):
    return side.side, child["uniqueid"]


def _compare_ike(lab, want, name):
    for side in (lab.cloud, lab.peer):
        (tunnel,) = side.tunnels()
        _expect(f"IKE version ({side.side})", want.version, tunnel["version"])
        got = tuple(tunnel.get(word) for word in ("encr-alg", "encr-keysize", "integ-alg", "prf-alg", "dh-group"))
        _expect(f"IKE algorithms ({side.side})", want.ike, got)
    configured = lab.peer.configured()[name]
    # strongSwan announces rekey_time and over_time together; only the first can be read back.
    rekey = int(configured.get("rekey_time") or configured.get("reauth_time"))
    _expect("IKE life time until rekeying, nine tenths", want.ike_seconds * 9 // 10, rekey)
    # What is up may have been narrowed to what both have.
    got = {(frozenset(child["remote-ts"]), frozenset(child["local-ts"])) for child in configured["children"].values()}
    _expect("networks in the peer's file", want.pairs, got)
    heard = re.findall(r"received (\d+)s lifetime, configured", lab.cloud.log())
    _expect("life times that the cloud heard and does not have itself", [], heard)


def _compare_children(lab, want, pfs_known):
    for side in (lab.cloud, lab.peer):
        children = side.children()
        got = {(frozenset(child["local-ts"]), frozenset(child["remote-ts"])) for child in children}
        pairs = want.pairs if side is lab.cloud else {(right, left) for left, right in want.pairs}
        _expect(f"traffic selectors ({side.side})", set(pairs), got)
        for child in children:
            got = tuple(child.get(word) for word in ("encr-alg", "encr-keysize", "integ-alg"))
            _expect(f"ESP algorithms ({side.side})", want.esp, got)
            if pfs_known:
                _expect(f"PFS group ({side.side})", want.esp_group, child.get("dh-group"))
            left = int(child["life-time"]) + int(child["install-time"])
            # Both are whole seconds from a running clock.
            _expect(
                f"ESP life time ({side.side})",
                want.esp_seconds,
                left if abs(left - want.esp_seconds) > 1 else want.esp_seconds,
            )


def _ping(lab, tunnel):
    """Ping from every network to every network of the other side; how many came back, which is all of them."""
    count = 0
    for cloud in tunnel["localSubnets"]:
        for peer in tunnel["remoteSubnets"]:
            for side, source, target in (("peer", peer, cloud), ("cloud", cloud, peer)):
                if not lab.hosts[side].pings(host_in(target), host_in(source), PING_SECONDS):
                    raise ProofError(f"no ping comes back to {host_in(source)} from {host_in(target)}")
                count += 1
    return count


def _rekey(lab, want, old, seconds):
    for name in {child["name"] for child in lab.peer.children()}:
        lab.peer.rekey(name)
    _until_up(lab, want, old, seconds)


def _compare_counters(lab, old):
    """The pings went through the children that are not among the old ones, in both directions."""
    for side in (lab.cloud, lab.peer):
        fresh = [child for child in side.children() if _key(side, child) not in old]
        idle = [child for child in fresh if not (int(child["packets-in"]) and int(child["packets-out"]))]
        _expect(f"children that no packet used ({side.side})", [], idle)


def crosses(lab, tunnel, seconds=SILENCE_SECONDS):
    """True if a packet of the tunnel's first networks comes to the other side and back."""
    target, source = host_in(tunnel["localSubnets"][0]), host_in(tunnel["remoteSubnets"][0])
    return lab.hosts["peer"].pings(target, source, seconds)


def _expect(what, want, got):
    if got != want:
        raise ProofError(f"{what}: {want} is wanted, {got} is there")
