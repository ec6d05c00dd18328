# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assertions for ESP in the kernel, and for peers that only the cloud's strongSwan and the kernel can describe."""

from __future__ import annotations

import itertools
import re
import subprocess
import time
from typing import NamedTuple

from . import assertions
from .assertions import VerificationError
from .gateway_config import build_config, expected_parameters
from .ipsec_gateway import GatewayError

OTHER_PEER_TIMEOUT_SECONDS = 30  # processes start slowly in the guest, and Libreswan runs scripts for each child
# A message that consists of an error, as the daemon logs it.
ERROR_NOTIFY = r"(?m)(?:generating|parsed) \S+ (?:response|request) \d+ \[.* N\((NO_PROP|TS_UNACCEPT|AUTH_FAILED)\) "
PING_ATTEMPTS = 3  # a packet may be lost while a new SA replaces the old one


class KernelSA(NamedTuple):
    """One direction of a tunnel in a kernel."""

    source: str
    destination: str
    protocol: str
    spi: str
    has_udp: bool
    packets: int


def kernel_sas(side):
    """Return the SAs in the kernel of a side's gateway, a list of KernelSA."""
    command = ["ip", "-n", f"gw-{side}", "-s", "xfrm", "state"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = []
    for entry in re.split(r"(?m)^(?=src )", text)[1:]:
        source, destination, protocol, spi = re.match(r"src (\S+) dst (\S+)\n\s+proto (\S+) spi (\w+)", entry).groups()
        packets = int(re.search(r"lifetime current:\n.*?(\d+)\(packets\)", entry).group(1))
        found.append(KernelSA(source, destination, protocol, spi, "encap type" in entry, packets))
    return found


def verify_esp(lab):
    """Assert that every established child of the cloud is ESP without UDP in both kernels, and has carried packets.

    :returns: the SPIs, sorted.
    """
    spis = {f"0x{child[name]}" for child in lab.cloud.children() for name in ("spi-in", "spi-out")}
    for side in ("cloud", "peer"):
        used = {
            entry.spi for entry in kernel_sas(side) if entry.protocol == "esp" and not entry.has_udp and entry.packets
        }
        if not spis or not spis <= used:
            raise VerificationError(
                f"ESP without UDP ({side}): expected packets of {sorted(spis)}, got {kernel_sas(side)}"
            )
    return sorted(spis)


def _ping_through_new_sas(lab, tunnel, seconds):
    """Ping until every established child has carried packets; return verify_esp().

    With IKEv1 the responder may send through the old SA for a while after the new one is there.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return verify_esp(lab)
        except VerificationError:
            if time.monotonic() > deadline:
                raise
        assertions.ping(lab, tunnel, PING_ATTEMPTS)


def _sent_errors(lab):
    """Return the errors that ended a negotiation, by the cloud's log."""
    return ", ".join(dict.fromkeys(re.findall(ERROR_NOTIFY, lab.cloud.log())))


def _wait_until_established(lab, step, expected, old, seconds):
    """Run assertions.wait_until_established(); its error names the step and the errors that the daemons sent."""
    try:
        return assertions.wait_until_established(lab, expected, old, seconds, lambda: _sent_errors(lab))
    except VerificationError as error:
        raise VerificationError(f"{step}: {error}") from None


def verify_other_peer(lab, tunnel, eip, files, rekey=True, single_pairs=False, expects_error=False):
    """Establish the tunnel from the peer's side, compare it with the object that the API stores, ping, and rekey.

    :param lab: has `cloud`, a Gateway, `peer`, one of other_peers, and `hosts`, a dict of side to Host.
    :param tunnel: the API's object with the key in clear text.
    :param files: dict of names to texts, the peer's configuration.
    :param rekey: whether the cloud rekeys every child once.
    :param single_pairs: whether the peer has a child for each pair of networks in IKEv2 too.
    :param expects_error: whether not to wait for the peer's command, which would try again for long.
    :raises VerificationError: on the first difference.
    :returns: dict of `children` and `pings`.
    """
    expected, seconds = expected_parameters(tunnel), OTHER_PEER_TIMEOUT_SECONDS
    if single_pairs:
        pairs = itertools.product(tunnel["localSubnets"], tunnel["remoteSubnets"])
        expected = expected._replace(pairs=frozenset((frozenset([left]), frozenset([right])) for left, right in pairs))
    lab.cloud.truncate_logs()
    lab.cloud.load(*build_config(tunnel, eip))
    try:
        lab.peer.load_files(files)
        lab.peer.initiate(seconds, waits=not expects_error)
        first = _wait_until_established(lab, "first negotiation", expected, set(), seconds)
        established = time.monotonic()
        assertions.compare_ike_sas(lab, expected)
        assertions.compare_children(lab, expected, is_pfs_known=expected.version == "1")
        pings = assertions.ping(lab, tunnel, PING_ATTEMPTS)
        spis = verify_esp(lab)
        if rekey:
            # Of two SAs of one tunnel the kernel sends through the younger one, and knows their ages in whole seconds.
            time.sleep(max(0, established + 1 - time.monotonic()))
            for number in {child["uniqueid"] for child in lab.cloud.children()}:
                lab.cloud.rekey_number(number)
            _wait_until_established(lab, "rekeying", expected, first, seconds)
            assertions.compare_children(lab, expected, is_pfs_known=True)
            pings += assertions.ping(lab, tunnel, PING_ATTEMPTS)
            rekeyed = _ping_through_new_sas(lab, tunnel, seconds)
            if set(spis) & set(rekeyed):
                raise VerificationError(f"rekeyed: expected no SPI of {spis}, got {rekeyed}")
    except GatewayError as error:
        raise VerificationError(str(error)) from None
    return {"children": len(expected.pairs), "pings": pings}
