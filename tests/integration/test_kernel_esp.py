# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tunnel on a kernel with ESP, which runs in user mode: strongSwan, Libreswan and OpenIKED as the cloud's peer."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

import pytest

from ansible_collections.baiducloud.network.plugins.plugin_utils._peer import libreswan
from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.dictionary import describe_peer
from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.swanctl import render
from api_example import SECRET_KEY
from ipsec_lab.assertions import VerificationError
from ipsec_lab.cases import GUEST_NETS, GUEST_SECOND_LAN, on_the_emulator, one_on_the_emulator, wait_until
from ipsec_lab.peer_files import openiked_files
from peer_examples import CIPHERS, EIP, HASHES, MODES, in_mode

NETWORKS = {"local_subnets": GUEST_NETS["cloud"], "remote_subnets": GUEST_NETS["peer"]}
LIBRESWAN_GROUPS = ["group5", "group14"]  # its parser rejects group2 and group24
MAX_COMBINATIONS = 24
REAUTHENTICATIONS = 6
MAX_IKE_SAS = 4  # at any moment


# --- strongSwan ---


@pytest.mark.parametrize("mode", MODES)
def test_kernel_esp_two_by_two_subnets_ping_and_rekey(guest, emulator, mode):
    stored, returned = one_on_the_emulator(emulator, **in_mode(mode, **NETWORKS))
    done = guest.verify(tunnel=stored, text=render(returned, EIP, SECRET_KEY, start_action="none"))
    assert (done["children"], done["pings"]) == (1 if mode == "ikev2" else 4, 16)
    assert len(done["spis"]) == 2 * done["children"]
    assert guest.kernel_sas(side="peer") == [] and not guest.can_ping(tunnel=stored)


@pytest.mark.parametrize("mode", MODES)
def test_kernel_esp_packet_of_the_lan_brings_the_tunnel_up_and_back(guest, emulator, mode):
    """Also after the cloud has closed the tunnel, as it does with an update."""
    stored, returned = one_on_the_emulator(emulator, **in_mode(mode))
    guest.set_cloud_tunnels(tunnels=[stored])
    guest.load_peer(text=render(returned, EIP, SECRET_KEY, start_action="trap"))
    for _time in range(2):
        assert guest.peer_tunnels() == [] and guest.peer_traps() == ["vpncon/vpncon-1"]
        assert wait_until(lambda: guest.can_ping(tunnel=stored))
        guest.compare(tunnel=stored)
        guest.close_cloud_tunnels()
        assert wait_until(lambda: not guest.peer_tunnels())


def test_kernel_esp_traffic_during_reauthentication_adds_up_no_ike_sas(guest, emulator):
    """A packet may fire the trap before the cloud initiates again. With close_action = start the number doubles."""
    stored, returned = one_on_the_emulator(emulator, **in_mode("ikev2"))
    guest.set_cloud_tunnels(tunnels=[stored], rekey_time="0s", reauth_time="1s", over_time="1s", rand_time="0s")
    guest.load_peer(text=render(returned, EIP, SECRET_KEY))
    counts = []

    def is_over():
        guest.can_ping(tunnel=stored, seconds=0.05)
        counts.append(len([tunnel for tunnel in guest.peer_tunnels() if tunnel["state"] == "ESTABLISHED"]))
        return guest.log(side="cloud").count("reauthenticating IKE_SA") >= REAUTHENTICATIONS and counts[-1] == 1

    assert wait_until(is_over, 60) and max(counts) <= MAX_IKE_SAS, counts


def test_kernel_esp_lan_bypass_keeps_lan_traffic_out_of_an_established_tunnel(guest, emulator):
    networks = {"local_subnets": ["0.0.0.0/0"], "remote_subnets": [GUEST_NETS["peer"][0], GUEST_SECOND_LAN]}
    stored, returned = one_on_the_emulator(emulator, **in_mode("ikev2", **networks))
    text = render(returned, EIP, SECRET_KEY, start_action="trap")
    without_bypass = re.sub(r"(?ms)^  vpncon@lan \{.*?^  \}\n", "", text)
    pinged = {"localSubnets": GUEST_NETS["cloud"], "remoteSubnets": networks["remote_subnets"]}
    guest.set_cloud_tunnels(tunnels=[stored])
    guest.load_peer(text=text)
    assert wait_until(lambda: guest.can_ping(tunnel=pinged))
    assert guest.can_ping_between_lans(seconds=5) == [True, True] and guest.can_ping(tunnel=pinged, seconds=5)
    guest.load_peer(text=without_bypass)
    assert without_bypass != text and guest.can_ping_between_lans() == [False, False], "the tunnel takes no packet"


# --- other peers ---


def libreswan_files(returned, **changes):
    """The two files of the filter libreswan, which an administrator starts by command."""
    peer = describe_peer(
        returned, **dict({"gateway": EIP, "secret_key": SECRET_KEY, "start_action": "none"}, **changes)
    )
    return {"conf": libreswan.render(peer), "secrets": libreswan.render(peer, "secrets")}


class Combination(NamedTuple):
    mode: str
    ike: tuple  # cipher, hash, group
    esp: tuple  # cipher, hash, group or `disabled`


def libreswan_combinations():
    """Few combinations in which every pair of mode, cipher, hash and group occurs, for IKE and for ESP."""
    modes, ike = list(MODES), itertools.product(CIPHERS, HASHES, LIBRESWAN_GROUPS)
    esp = list(itertools.product(CIPHERS, HASHES, [*LIBRESWAN_GROUPS, "disabled"]))
    # With IKEv2 it renews a child with the group of IKE, whatever its file says.
    possible = [
        Combination(*values)
        for values in itertools.product(modes, ike, esp)
        if values[0] != "ikev2" or values[2][2] in (values[1][2], "disabled")
    ]
    chosen, left = [], set().union(*map(pairs, possible))
    while left:
        chosen.append(max(possible, key=lambda combination: len(left & pairs(combination))))
        left -= pairs(chosen[-1])
    return chosen


def pairs(combination):
    """The pairs of mode, cipher, hash and group in a combination, each pair within IKE or within ESP."""
    return {
        (kind, *pair)
        for kind in ("ike", "esp")
        for pair in itertools.combinations([combination.mode, *getattr(combination, kind)], 2)
    }


def as_options(combination):
    names = ("enc_alg", "auth_alg", "pfs")
    changes = {f"ike_config__ike_{name}": value for name, value in zip(names, combination.ike)}
    changes.update({f"ipsec_config__ipsec_{name}": value for name, value in zip(names, combination.esp)})
    return in_mode(combination.mode, **changes)


def test_libreswan_covering_set_is_established_pings_and_rekeys(guest, emulator):
    combinations = libreswan_combinations()
    assert len(combinations) <= MAX_COMBINATIONS
    items = [dict(as_options(each), vpn_conn_name=f"t{number}") for number, each in enumerate(combinations)]
    for combination, (stored, returned) in zip(combinations, on_the_emulator(emulator, items)):
        try:
            done = guest.verify_other_peer(kind="libreswan", tunnel=stored, files=libreswan_files(returned))
        except VerificationError as error:
            raise AssertionError(f"{combination}: {error}") from None
        assert done["pings"] == 4


def test_libreswan_ikev2_pfs_group_that_is_not_that_of_ike_fails_at_rekeying(guest, emulator):
    """Why the table refuses it; the file is that of another tunnel with the group changed."""
    algorithms = ("aes", "sha1")
    stored, rendered = one_on_the_emulator(
        emulator, **as_options(Combination("ikev2", (*algorithms, "group14"), (*algorithms, "group14")))
    )
    files = libreswan_files(rendered)
    files["conf"] = files["conf"].replace("esp=aes128-sha1;modp2048", "esp=aes128-sha1;modp1536")
    stored["ipsecConfig"] = dict(stored["ipsecConfig"], ipsecPfs="group5")
    with pytest.raises(VerificationError, match="^rekeying: NO_PROP: not all of 1 children are up"):
        guest.verify_other_peer(kind="libreswan", tunnel=stored, files=files)


@pytest.mark.parametrize("mode", MODES)
def test_libreswan_two_by_two_subnets_ping_and_rekey(guest, emulator, mode):
    item = in_mode(mode, ike_config__ike_pfs="group14", ipsec_config__ipsec_pfs="group14", **NETWORKS)
    stored, returned = one_on_the_emulator(emulator, **item)
    files = libreswan_files(returned)
    done = guest.verify_other_peer(kind="libreswan", tunnel=stored, files=files, single_pairs=True)
    assert (done["children"], done["pings"]) == (4, 16)


def test_openiked_two_by_two_subnets_ping_and_rekey(guest, emulator):
    item = in_mode("ikev2", ike_config__ike_pfs="group14", ipsec_config__ipsec_pfs="group14", **NETWORKS)
    stored, _returned = one_on_the_emulator(emulator, **item)
    done = guest.verify_other_peer(kind="openiked", tunnel=stored, files=openiked_files(stored, EIP))
    assert (done["children"], done["pings"]) == (1, 16)


# One parameter of the peer is another, and what the proof then says.
OTHER = {
    "key": (lambda conf: conf, {"secret_key": "other1!key"}, "AUTH_FAILED"),
    "IKE hash": (lambda conf: conf.replace("ike=aes128-sha1", "ike=aes128-sha2_256"), {}, "NO_PROP"),
    "ESP cipher": (lambda conf: conf.replace("esp=aes128", "esp=aes256"), {}, "NO_PROP"),
    "network": (lambda conf: conf.replace("192.168.100.0/24", "10.9.0.0/16"), {}, "TS_UNACCEPT"),
}


@pytest.mark.parametrize("what", OTHER)
def test_libreswan_proof_fails_if_one_parameter_differs(guest, emulator, what):
    change, options, reason = OTHER[what]
    item = in_mode("ikev2", ike_config__ike_pfs="group14", ipsec_config__ipsec_pfs="group14")
    stored, returned = one_on_the_emulator(emulator, **item)
    right, files = libreswan_files(returned), libreswan_files(returned, **options)
    files["conf"] = change(files["conf"])
    assert files != right
    with pytest.raises(VerificationError, match=f"^first negotiation: {reason}: not all of 1 children are up"):
        guest.verify_other_peer(kind="libreswan", tunnel=stored, files=files, expects_error=True)


def test_openiked_proof_fails_if_one_parameter_differs(guest, emulator):
    item = in_mode("ikev2", ike_config__ike_pfs="group14", ipsec_config__ipsec_pfs="group14")
    stored, _returned = one_on_the_emulator(emulator, **item)
    files = {
        name: text.replace("childsa enc aes-128", "childsa enc aes-256")
        for name, text in openiked_files(stored, EIP).items()
    }
    with pytest.raises(VerificationError, match="^first negotiation: NO_PROP: not all of 1 children are up"):
        guest.verify_other_peer(kind="openiked", tunnel=stored, files=files, expects_error=True)


def test_libreswan_lan_bypass_keeps_lan_traffic_out_of_an_established_tunnel(guest, emulator):
    """The tunnel waits for a packet of the LAN."""
    networks = {"local_subnets": ["0.0.0.0/0"], "remote_subnets": [GUEST_NETS["peer"][0], GUEST_SECOND_LAN]}
    item = in_mode("ikev2", ike_config__ike_pfs="group14", ipsec_config__ipsec_pfs="group14", **networks)
    stored, returned = one_on_the_emulator(emulator, **item)
    files = libreswan_files(returned, start_action="trap")
    pinged = {"localSubnets": GUEST_NETS["cloud"], "remoteSubnets": networks["remote_subnets"]}
    guest.use_peer(kind="libreswan")
    guest.set_cloud_tunnels(tunnels=[stored])
    guest.load_other_peer(files=files)
    assert wait_until(lambda: guest.can_ping(tunnel=pinged, seconds=1), 60)
    assert guest.can_ping_between_lans(seconds=5) == [True, True] and guest.can_ping(tunnel=pinged, seconds=5)
    # The kernel lists an SA that is being negotiated with the SPI 0.
    sas = [entry for entry in guest.kernel_sas(side="peer") if entry["protocol"] == "esp" and int(entry["spi"], 16)]
    assert sas and all(entry["packets"] for entry in sas), sas
    guest.reset()
