# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both ends of the tunnel on two real IPsec daemons: the emulator's tunnel on one, our rendered file on the other.

The lab lives in namespaces of its own (tests/ipsec_lab) and leaves nothing behind, however it ends.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ansible_collections.baiducloud.network.plugins.plugin_utils._peer.swanctl import render
from api_example import OPTIONS, SECRET_KEY
from ipsec_lab.assertions import VerificationError
from ipsec_lab.cases import on_the_emulator, one_on_the_emulator, wait_until
from peer_examples import EIP, MODES, esp_combinations, ike_combinations, in_mode
from playbook_runner import ROOT

CLOUD_NETS, PEER_NETS = OPTIONS["local_subnets"], OPTIONS["remote_subnets"]


# --- every value of the contract ---


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("combinations, count", [(ike_combinations, 80), (esp_combinations, 100)])
def test_each_combination_is_established_pings_and_rekeys(lab, emulator, mode, combinations, count):
    items = [dict(item, vpn_conn_name=f"t{number}") for number, item in enumerate(combinations(mode))]
    assert len({json.dumps([item["ike_config"], item["ipsec_config"]]) for item in items}) == count
    assert not lab.can_ping(tunnel={"localSubnets": CLOUD_NETS, "remoteSubnets": PEER_NETS}), "the lab leaks"
    for stored, returned in on_the_emulator(emulator, items):
        text = render(returned, EIP, SECRET_KEY, start_action="none")
        try:
            assert lab.verify(tunnel=stored, text=text)["pings"] == 4
        except VerificationError as error:
            raise AssertionError(f"{returned['ike_config']} {returned['ipsec_config']}: {error}") from None
    assert not lab.can_ping(tunnel=stored), "a packet crosses without a tunnel"


@pytest.mark.parametrize("mode", MODES)
def test_two_by_two_subnets_reach_each_other(lab_of, emulator, mode):
    """The file starts the tunnel by itself."""
    nets = {"cloud": ["192.168.0.0/20", "172.16.5.0/24"], "peer": ["192.168.100.0/24", "10.9.0.0/16"]}
    stored, returned = one_on_the_emulator(
        emulator, **in_mode(mode, local_subnets=nets["cloud"], remote_subnets=nets["peer"])
    )
    done = lab_of(**nets).verify(tunnel=stored, text=render(returned, EIP, SECRET_KEY), initiate=False, rekey=False)
    assert (done["children"], done["pings"]) == (1 if mode == "ikev2" else 4, 8)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("ike, esp", [(60, 180), (86400, 86400), (61, 181)])
def test_lifetimes_are_announced_as_the_cloud_has_them(lab, emulator, mode, ike, esp):
    item = dict(in_mode(mode), ike_config=dict(in_mode(mode)["ike_config"], ike_life_time=ike))
    item["ipsec_config"] = dict(item["ipsec_config"], ipsec_lifetime=esp)
    stored, returned = one_on_the_emulator(emulator, **item)
    done = lab.verify(tunnel=stored, text=render(returned, EIP, SECRET_KEY, start_action="none"))
    assert done["announced"] == ([] if mode == "ikev2" else [[ike], [esp]])


@pytest.mark.parametrize("key", ["0x12!@#$%^*()_aB", "0sQUJD!1", "!@#$%^*()_Ab1", "0X12ab!!", "#1aaaaaa", "^0x!a111"])
def test_each_kind_of_key_establishes_the_tunnel(lab, emulator, key):
    stored, returned = one_on_the_emulator(emulator, **dict(in_mode("ikev2"), secret_key=key))
    lab.verify(tunnel=stored, text=render(returned, EIP, key, start_action="none"))


@pytest.mark.parametrize("name", ["include", "a", "branch/berlin.v-2_x", "A" + "./-_" * 16, "connections"])
def test_each_kind_of_name_is_valid_in_the_file(lab, emulator, name):
    stored, returned = one_on_the_emulator(emulator, **dict(in_mode("ikev2"), vpn_conn_name=name))
    lab.verify(tunnel=stored, text=render(returned, EIP, SECRET_KEY, start_action="none"))


def test_peer_with_another_identity_and_address_is_established(lab, emulator):
    stored, returned = one_on_the_emulator(emulator, **in_mode("ikev2"))
    text = render(returned, EIP, SECRET_KEY, peer_address="%any", start_action="none")
    lab.verify(tunnel=stored, text=text)
    identities = {"peer_id": "vpn.example.com", "local_id": "198.51.100.7"}
    text = render(returned, EIP, SECRET_KEY, start_action="none", **identities)
    lab.verify(tunnel=stored, text=text, identities=identities)
    with pytest.raises(VerificationError, match="AUTHENTICATION_FAILED"):
        lab.verify(tunnel=stored, text=text)


# --- the tunnel in service ---


@pytest.mark.parametrize("mode", MODES)
def test_cloud_that_reauthenticates_leaves_one_ike_sa(lab, emulator, mode):
    """The cloud closes the IKE_SA and initiates the next one; the peer must not initiate one of its own too."""
    stored, returned = one_on_the_emulator(emulator, **in_mode(mode))
    lab.set_cloud_tunnels(tunnels=[stored], rekey_time="0s", reauth_time="2s", over_time="1s", rand_time="0s")
    lab.load_peer(text=render(returned, EIP, SECRET_KEY))
    counts = []

    def is_over():
        counts.append(len([tunnel for tunnel in lab.peer_tunnels() if tunnel["state"] == "ESTABLISHED"]))
        return lab.log(side="cloud").count("reauthenticating IKE_SA") >= 4 and counts[-1] == 1

    assert wait_until(is_over, 40), counts
    # IKEv1 deletes the old one only when the new one is established.
    assert max(counts) <= (1 if mode == "ikev2" else 2), counts


@pytest.mark.parametrize("mode", MODES)
def test_tunnel_that_the_cloud_closed_waits_for_a_packet(lab, emulator, mode):
    """Without ESP in the kernel no packet fires the trap here; the next test shows that one does."""
    stored, returned = one_on_the_emulator(emulator, **in_mode(mode))
    lab.set_cloud_tunnels(tunnels=[stored])
    lab.load_peer(text=render(returned, EIP, SECRET_KEY))
    assert wait_until(lambda: lab.can_ping(tunnel=stored))
    lab.close_cloud_tunnels()
    assert wait_until(lambda: not lab.peer_tunnels() and lab.peer_traps()) == ["vpncon/vpncon-1"]


def test_packet_of_the_lan_initiates_a_trapped_tunnel(lab_of, emulator):
    stored, returned = one_on_the_emulator(emulator, **in_mode("ikev2"))
    lab = lab_of(second_lan="10.77.0.0/24")
    lab.set_cloud_tunnels(tunnels=[stored])
    lab.load_peer(text=render(returned, EIP, SECRET_KEY, start_action="trap"))
    assert not lab.peer_tunnels()
    lab.can_ping(tunnel=stored)
    assert wait_until(lambda: "established between" in lab.log(side="cloud"))


@pytest.mark.parametrize("mode", MODES)
def test_cloud_that_restarts_without_a_message_is_reached_again(lab, emulator, mode):
    """Dead peer detection, with a shorter delay than the file has."""
    stored, returned = one_on_the_emulator(emulator, **in_mode(mode))
    text = render(returned, EIP, SECRET_KEY).replace("dpd_delay = 30s", "dpd_delay = 1s\n    dpd_timeout = 2s")
    lab.set_cloud_tunnels(tunnels=[stored])
    lab.load_peer(text=text)
    assert wait_until(lambda: lab.can_ping(tunnel=stored))
    lab.crash_cloud()
    lab.set_cloud_tunnels(tunnels=[stored])
    assert not lab.can_ping(tunnel=stored)
    assert wait_until(lambda: lab.can_ping(tunnel=stored))
    assert wait_until(lambda: len(lab.peer_tunnels()) == 1)


def test_wide_network_of_the_cloud_leaves_lan_to_lan_traffic_alone(lab_of, emulator):
    cloud, peer = ["10.0.0.0/8"], ["10.1.0.0/16", "192.168.1.0/24"]
    _stored, returned = one_on_the_emulator(emulator, **in_mode("ikev2", local_subnets=cloud, remote_subnets=peer))
    lab = lab_of(cloud=["10.200.0.0/24"], peer=[peer[0]], second_lan=peer[1])
    assert lab.can_ping_between_lans(seconds=5) == [True, True]
    text = render(returned, EIP, SECRET_KEY, start_action="trap")
    lab.load_peer(text=text)
    assert lab.can_ping_between_lans(seconds=5) == [True, True]
    without_bypass = re.sub(r"(?ms)^  vpncon@lan \{.*?^  \}\n", "", text)
    lab.load_peer(text=without_bypass)
    assert without_bypass != text and lab.can_ping_between_lans() == [False, False], "the tunnel takes no packet"


# --- the proof can fail ---

DEAD = "does not come up"
# One parameter of the peer is another: what changes, and what the proof then says, in the order of the modes.
OTHER = {
    "key": ({"secret_key": "other1!key"}, [DEAD, "AUTHENTICATION_FAILED|does not come up", "AUTHENTICATION_FAILED"]),
    "identity of the gateway": ({"local_id": "203.0.113.77"}, [DEAD] * 3),
    "address of the gateway": ({"gateway": "192.0.2.9"}, [DEAD] * 3),
    "IKE version": ({"ike_config__ike_version": "other"}, [DEAD] * 3),
    "IKE cipher": ({"ike_config__ike_enc_alg": "aes256"}, ["NO_PROP"] * 3),
    "IKE hash": ({"ike_config__ike_auth_alg": "md5"}, ["NO_PROP"] * 3),
    "IKE group": ({"ike_config__ike_pfs": "group14"}, ["NO_PROP"] * 3),
    "IKE life time": ({"ike_config__ike_life_time": 7210}, ["announced", "announced", "IKE life time"]),
    "ESP cipher": ({"ipsec_config__ipsec_enc_alg": "3des"}, ["NO_PROP"] * 3),
    "ESP hash": ({"ipsec_config__ipsec_auth_alg": "sha2_256"}, ["NO_PROP"] * 3),
    "ESP life time": ({"ipsec_config__ipsec_lifetime": 5430}, ["announced", "announced", "ESP life time"]),
    # IKEv2 negotiates the first child together with IKE itself, so that the group shows only at rekeying.
    "PFS group": ({"ipsec_config__ipsec_pfs": "group5"}, ["NO_PROP", "NO_PROP", "not all of 1 children"]),
    "no PFS": ({"ipsec_config__ipsec_pfs": "disabled"}, ["NO_PROP", "NO_PROP", "not all of 1 children"]),
    "network of the peer": ({"remote_subnets": ["10.77.0.0/24"]}, ["INVALID_ID", "INVALID_ID", "TS_UNACCEPT"]),
    # These come up, narrowed to what both ends have.
    "narrower network of the cloud": ({"local_subnets": ["192.168.0.0/24"]}, ["networks in the peer's file"] * 3),
    "wider network of the cloud": ({"local_subnets": ["192.168.0.0/18"]}, ["networks in the peer's file"] * 3),
}


def rendered_otherwise(returned, change):
    """The peer's file with one parameter changed, be it one of the tunnel or one of the filter."""
    tunnel, rendering = dict(returned), {"gateway": EIP, "secret_key": SECRET_KEY, "start_action": "none"}
    for name, value in change.items():
        outer, _double, inner = name.partition("__")
        if inner:
            other = {"v1": "v2", "v2": "v1"}.get(tunnel[outer][inner]) if value == "other" else value
            tunnel[outer] = dict(tunnel[outer], **{inner: other})
        elif name in ("secret_key", "local_id", "gateway"):
            rendering[name] = value
        else:
            tunnel[name] = value
    return render(tunnel, **rendering)


@pytest.mark.parametrize("mode", MODES)
def test_proof_fails_if_one_parameter_of_the_peer_differs(lab, emulator, mode):
    stored, returned = one_on_the_emulator(emulator, **in_mode(mode))
    lab.verify(tunnel=stored, text=rendered_otherwise(returned, {}))
    for what, (change, reasons) in OTHER.items():
        reason = reasons[list(MODES).index(mode)]
        # Only what gets no response waits in vain; the others are up, or have an error, before.
        limits = {"seconds": 1.5} if DEAD in reason else {"rekey_seconds": 1.5}
        with pytest.raises(VerificationError) as caught:
            lab.verify(tunnel=stored, text=rendered_otherwise(returned, change), **limits)
        assert re.search(reason, str(caught.value)), f"{what}: {caught.value}"


def test_proof_fails_if_the_ike_mode_differs(lab, emulator):
    stored, returned = one_on_the_emulator(emulator, **in_mode("ikev1-main"))
    wrong = dict(returned, ike_config=dict(returned["ike_config"], ike_mode="aggressive"))
    with pytest.raises(VerificationError):
        lab.verify(tunnel=stored, text=render(wrong, EIP, SECRET_KEY, start_action="none"), seconds=1.5)


def test_proof_fails_if_swanctl_rejects_part_of_the_file(lab, emulator):
    stored, returned = one_on_the_emulator(emulator, **in_mode("ikev2"))
    text = render(returned, EIP, SECRET_KEY, start_action="none")
    for broken in (text.rstrip().rstrip("}"), text.replace("0x", ""), text.replace("aes128", "aes129")):
        with pytest.raises(VerificationError):
            lab.verify(tunnel=stored, text=broken)


# --- the lab leaves nothing behind ---


HOLDER = """
import sys
from ipsec_lab.lab import KernelLab, Lab
lab = {}({{"cloud": "192.0.2.1", "peer": "203.0.113.10"}}, {{"cloud": ["10.0.0.0/24"], "peer": ["10.0.1.0/24"]}})
print("up", flush=True)
lab.run(command=["sleep", "600"], environment={{"PATH": "/usr/bin:/bin"}}, seconds=600)
"""


@pytest.mark.parametrize("kind, program, count", [("Lab", b"charon-systemd", 2), ("KernelLab", b"linux.uml", 1)])
def test_lab_of_a_killed_test_is_removed(machine, request, kind, program, count):
    if kind == "KernelLab":
        request.getfixturevalue("booted_guest")  # or skip
    command, before = [sys.executable, "-c", HOLDER.format(kind)], network_namespaces()
    with subprocess.Popen(
        command, env=dict(os.environ, PYTHONPATH=str(ROOT / "tests")), stdout=subprocess.PIPE
    ) as test:
        assert test.stdout.readline() == b"up\n"
        lab = [path for path in Path("/proc").glob("[0-9]*") if descends(path.name, test.pid)]
        assert sum(program in command_line(path) for path in lab) >= count
        test.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while any(map(alive, lab)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(alive, lab))
    assert network_namespaces() == before


def network_namespaces():
    return subprocess.run(["ip", "netns", "list"], check=True, capture_output=True, text=True).stdout


def command_line(process):
    """The command of the process of a folder of /proc; empty where it has ended."""
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def alive(process):
    """True if the process of a folder of /proc is there and no zombie."""
    try:
        return (process / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def descends(pid, ancestor):
    """True if a process is the ancestor or one below it; False where it is gone by now."""
    try:
        while int(pid) > 1:
            if int(pid) == ancestor:
                return True
            pid = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]
    except OSError:
        pass
    return False
