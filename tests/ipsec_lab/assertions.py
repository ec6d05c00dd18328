# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assertions: establish a tunnel of the API and the peer's file between two daemons, and compare both ends."""

from __future__ import annotations

import re
import time

from .gateway_config import build_config, expected_parameters
from .ipsec_gateway import GatewayError
from .topology import host_address

# Long, because other tests may run next to this one; only an error takes as long.
ESTABLISH_TIMEOUT_SECONDS = 20
PING_TIMEOUT_SECONDS = 5
NO_PING_TIMEOUT_SECONDS = 0.2
POLL_INTERVAL_SECONDS = 0.005
# Of the rest of a life time and the time since its begin, both in whole seconds, and read one after the other. On a
# busy machine their sum was 4 seconds more.
LIFE_TIME_TOLERANCE_SECONDS = 10


class VerificationError(Exception):
    """The two ends differ, or no packet passes; the text names the difference."""


def verify(
    lab,
    tunnel,
    eip,
    text,
    initiate=True,
    rekey=True,
    seconds=ESTABLISH_TIMEOUT_SECONDS,
    rekey_seconds=ESTABLISH_TIMEOUT_SECONDS,
    identities=None,
):
    """Establish the tunnel from the peer's side and compare it with the object that the API stores.

    :param lab: has `cloud` and `peer`, each a Gateway, `strongswans`, a tuple of both, and `hosts`, a dict of side to
        Host.
    :param tunnel: the API's object with the key in clear text.
    :param text: the peer's swanctl.conf.
    :param initiate: False where the file itself starts the tunnel.
    :param rekey: whether to rekey every child once.
    :param seconds: the timeout of each step except rekeying.
    :param rekey_seconds: the timeout of rekeying.
    :param identities: dict of local_id and peer_id, if they are not the addresses.
    :raises VerificationError: on the first difference.
    :returns: dict of `children`, `pings`, and `announced`, the life times in seconds that IKEv1 sent.
    """
    expected = expected_parameters(tunnel)
    lab.cloud.load(*build_config(tunnel, eip, **identities or {}))
    try:
        lab.peer.load_file(text)
        name = _single_connection(lab.peer.configured())
        announced = _initiate_all(lab, expected, name, initiate, seconds)
        first = wait_until_established(lab, expected, set(), seconds)
        _compare_ike(lab, expected, name)
        compare_children(lab, expected, is_pfs_known=expected.version == "1")
        pings = ping(lab, tunnel)
        _compare_counters(lab, set())
        if rekey:
            _rekey(lab, expected, first, rekey_seconds)
            compare_children(lab, expected, is_pfs_known=True)
            pings += ping(lab, tunnel)
            _compare_counters(lab, first)
        return {"children": len(expected.pairs), "pings": pings, "announced": announced}
    except GatewayError as error:
        raise VerificationError(str(error)) from None


def compare(lab, tunnel):
    """Compare an established tunnel with the object that the API stores, and ping through it.

    :raises VerificationError: on the first difference.
    """
    expected = expected_parameters(tunnel)
    wait_until_established(lab, expected, set(), ESTABLISH_TIMEOUT_SECONDS)
    _compare_ike(lab, expected, _single_connection(lab.peer.configured()))
    compare_children(lab, expected, is_pfs_known=expected.version == "1")
    ping(lab, tunnel)


def _single_connection(configured):
    names = [name for name, connection in configured.items() if connection["version"] != "IKEv1/2"]
    _assert_equal("connections in the peer's file", 1, len(names))
    return names[0]


def _initiate_all(lab, expected, name, initiate, seconds):
    """Initiate every child; return the life times in seconds that IKEv1 announced: of IKE, then of each child."""
    if not initiate:
        return []
    for child in lab.peer.configured()[name]["children"]:
        lab.peer.initiate(child, seconds)
    # IKEv2 does not announce life times.
    if expected.version == "2":
        return []
    announced = _announced_life_times(lab.peer.log("bytes"))
    _assert_equal(
        "life times announced (IKE, ESP)", ({expected.ike_seconds}, {expected.esp_seconds}), tuple(map(set, announced))
    )
    return announced


def _announced_life_times(log):
    """Return (life times of IKE, life times of ESP) in seconds, parsed from the daemon's dumps of sent transforms.

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


def wait_until_established(lab, expected, old, seconds, find_error=lambda: ""):
    """Wait until both sides have an SA that is not in `old` for every pair; return the unique ids of both sides.

    :param find_error: returns why they will not have one; an empty text while they may.
    :raises VerificationError: after these seconds, or if there is an error.
    """
    deadline = time.monotonic() + seconds
    while True:
        fresh = [[child for child in side.children() if _key(side, child) not in old] for side in lab.strongswans]
        # With IKEv2 the responder sends through the old SA until it receives its deletion (RFC 7296, 2.8).
        leaving = expected.version == "2" and any(side.children("REKEYED") for side in lab.strongswans)
        if all(len(children) >= len(expected.pairs) for children in fresh) and not leaving:
            return {_key(side, child) for side in lab.strongswans for child in side.children()}
        error = find_error()
        if error or time.monotonic() > deadline:
            missing = f"not all of {len(expected.pairs)} children are up on both sides, or old ones remain: {fresh}"
            raise VerificationError(f"{error or 'timeout'}: {missing}")
        time.sleep(POLL_INTERVAL_SECONDS)


def _key(side, child):
    return side.side, child["uniqueid"]


def compare_ike_sas(lab, expected):
    """Compare the one IKE_SA of each strongSwan."""
    for side in lab.strongswans:
        (tunnel,) = side.tunnels()
        _assert_equal(f"IKE version ({side.side})", expected.version, tunnel["version"])
        got = tuple(tunnel.get(word) for word in ("encr-alg", "encr-keysize", "integ-alg", "prf-alg", "dh-group"))
        _assert_equal(f"IKE algorithms ({side.side})", expected.ike, got)


def _compare_ike(lab, expected, name):
    compare_ike_sas(lab, expected)
    configured = lab.peer.configured()[name]
    # strongSwan announces rekey_time and over_time together; only the first can be read back.
    rekey = int(configured.get("rekey_time") or configured.get("reauth_time"))
    _assert_equal("IKE life time until rekeying, nine tenths", expected.ike_seconds * 9 // 10, rekey)
    # Established selectors may have been narrowed to the intersection.
    got = {(frozenset(child["remote-ts"]), frozenset(child["local-ts"])) for child in configured["children"].values()}
    _assert_equal("networks in the peer's file", expected.pairs, got)
    different = re.findall(r"received (\d+)s lifetime, configured", lab.cloud.log())
    _assert_equal("life times that the cloud received and that differ from its own", [], different)


def compare_children(lab, expected, is_pfs_known):
    """Compare the children of each strongSwan."""
    for side in lab.strongswans:
        children = side.children()
        got = {(frozenset(child["local-ts"]), frozenset(child["remote-ts"])) for child in children}
        pairs = expected.pairs if side is lab.cloud else {(right, left) for left, right in expected.pairs}
        _assert_equal(f"traffic selectors ({side.side})", set(pairs), got)
        for child in children:
            got = tuple(child.get(word) for word in ("encr-alg", "encr-keysize", "integ-alg"))
            _assert_equal(f"ESP algorithms ({side.side})", expected.esp, got)
            if is_pfs_known:
                _assert_equal(f"PFS group ({side.side})", expected.esp_group, child.get("dh-group"))
            left = int(child["life-time"]) + int(child["install-time"])
            _assert_equal(
                f"ESP life time ({side.side})",
                expected.esp_seconds,
                left if abs(left - expected.esp_seconds) > LIFE_TIME_TOLERANCE_SECONDS else expected.esp_seconds,
            )


def ping(lab, tunnel, attempts=1):
    """Ping from every network to every network of the other side; return the number of echoes that came."""
    count = 0
    for cloud in tunnel["localSubnets"]:
        for peer in tunnel["remoteSubnets"]:
            for side, source, target in (("peer", peer, cloud), ("cloud", cloud, peer)):
                addresses = host_address(target), host_address(source)
                if not any(lab.hosts[side].can_ping(*addresses, PING_TIMEOUT_SECONDS) for _attempt in range(attempts)):
                    raise VerificationError(f"no echo arrives at {host_address(source)} from {host_address(target)}")
                count += 1
    return count


def _rekey(lab, expected, old, seconds):
    for name in {child["name"] for child in lab.peer.children()}:
        lab.peer.rekey(name)
    wait_until_established(lab, expected, old, seconds)


def _compare_counters(lab, old):
    """Assert that the pings used the children that are not in `old`, in both directions."""
    for side in lab.strongswans:
        fresh = [child for child in side.children() if _key(side, child) not in old]
        idle = [child for child in fresh if not (int(child["packets-in"]) and int(child["packets-out"]))]
        _assert_equal(f"unused children ({side.side})", [], idle)


def can_ping(lab, tunnel, seconds=NO_PING_TIMEOUT_SECONDS):
    """Return whether an echo returns through the tunnel's first networks."""
    target, source = host_address(tunnel["localSubnets"][0]), host_address(tunnel["remoteSubnets"][0])
    return lab.hosts["peer"].can_ping(target, source, seconds)


def _assert_equal(what, expected, got):
    if got != expected:
        raise VerificationError(f"{what}: expected {expected}, got {got}")
