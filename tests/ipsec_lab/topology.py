# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's networks: h-cloud -- gw-cloud == internet == gw-peer -- h-peer, each a network namespace.

They belong to the private network and mount namespace of the worker and end with it.
"""

from __future__ import annotations

import ctypes
import ipaddress
import os
import select
import socket
import struct
import subprocess
import threading
import time

SIDES = ("cloud", "peer")
CLONE_NEWNET = 0x40000000
IP_PKTINFO = 8  # Linux; Python has no constant for it
_libc = ctypes.CDLL(None, use_errno=True)


def ip(*words):
    """Run ip(8).

    :raises subprocess.CalledProcessError: if it fails; its stderr is kept.
    """
    subprocess.run(["ip", *map(str, words)], check=True, capture_output=True, text=True)


def create_networks(addresses, subnets):
    """Create the four namespaces.

    :param addresses: dict of side to the gateway's public address.
    :param subnets: dict of side to a list of CIDRs.
    """
    for side in SIDES:
        for name in (f"gw-{side}", f"h-{side}"):
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
    ip("-n", "gw-cloud", "link", "add", "wan0", "type", "veth", "peer", "name", "wan0", "netns", "gw-peer")
    for side, other in (SIDES, SIDES[::-1]):
        gateway, host = f"gw-{side}", f"h-{side}"
        ip("-n", gateway, "link", "add", "lan0", "type", "veth", "peer", "name", "lan0", "netns", host)
        ip("-n", gateway, "addr", "add", addresses[side], "dev", "wan0")
        for subnet in subnets[side]:
            length = subnet.partition("/")[2]
            ip("-n", gateway, "addr", "add", f"{gateway_address(subnet)}/{length}", "dev", "lan0")
            ip("-n", host, "addr", "add", f"{host_address(subnet)}/{length}", "dev", "lan0")
        for name, link in ((gateway, "wan0"), (gateway, "lan0"), (host, "lan0")):
            ip("-n", name, "link", "set", link, "up")
        # The internet has no host except the other gateway, so only a tunnel leads to the networks behind it.
        ip("-n", gateway, "route", "add", addresses[other], "dev", "wan0")
        ip("-n", host, "route", "add", "default", "via", gateway_address(subnets[side][0]))
        with inside(gateway):
            for name, value in (("ip_forward", "1"), ("conf/all/rp_filter", "0"), ("conf/default/rp_filter", "0")):
                with open(f"/proc/sys/net/ipv4/{name}", "w") as setting:
                    setting.write(value)


def create_second_lan(subnet):
    """Create a second network behind the peer's gateway, with a host of its own: gw-peer -- h-lan."""
    length = subnet.partition("/")[2]
    ip("netns", "add", "h-lan")
    ip("-n", "gw-peer", "link", "add", "lan1", "type", "veth", "peer", "name", "lan0", "netns", "h-lan")
    for name, link, address in (("gw-peer", "lan1", gateway_address(subnet)), ("h-lan", "lan0", host_address(subnet))):
        ip("-n", name, "addr", "add", f"{address}/{length}", "dev", link)
        ip("-n", name, "link", "set", link, "up")
    ip("-n", "h-lan", "route", "add", "default", "via", gateway_address(subnet))


class VpcRouter:
    """The VPC's route table in front of the cloud's gateway: it decides about every packet that the host sends.

    It does not decide about packets that come out of a tunnel, because a rule of the system leads them to the host.
    Without a rule for the response, no echo returns.
    """

    # Rules with lower numbers come first, and that of the tunnels' routes has the number of their table.
    TUNNELS = 220
    FIRST, LAST = 20, 200

    def __init__(self):
        self._used = []

    def follow(self, rules, vpn_id):
        """Forward only the packets for which the API's rules have the gateway `vpn_id` as next hop.

        How the API chooses among overlapping rules is unknown. Here it is the longest destination, then the longest
        source.
        """
        lines = [f"rule del pref {number}" for number in self._used]
        self._used = [*range(self.FIRST, self.FIRST + len(rules)), self.LAST]
        for number, rule in zip(self._used, sorted(rules, key=_by_length, reverse=True)):
            is_ours = (rule["nexthopType"], rule["nexthopId"]) == ("vpn", vpn_id)
            action = (
                f"table {self.TUNNELS}" if is_ours else "table main" if rule["nexthopType"] == "sys" else "blackhole"
            )
            pair = f"from {rule['sourceAddress']} to {rule['destinationAddress']}"
            lines.append(f"rule add pref {number} iif lan0 {pair} {action}")
        lines.append(f"rule add pref {self.LAST} iif lan0 blackhole")
        command = ["ip", "-n", "gw-cloud", "-batch", "-"]
        subprocess.run(command, input="\n".join(lines) + "\n", check=True, capture_output=True, text=True)


def _by_length(rule):
    lengths = (int(rule[name].partition("/")[2]) for name in ("destinationAddress", "sourceAddress"))
    return tuple(lengths)


def gateway_address(subnet):
    """Return the gateway's address in one of its networks: the first."""
    return str(ipaddress.ip_network(subnet)[1])


def host_address(subnet):
    """Return the host's address in a network: the tenth."""
    return str(ipaddress.ip_network(subnet)[10])


class inside:
    """A context in which the calling thread's new sockets belong to a network namespace."""

    def __init__(self, name):
        self._name = name

    def __enter__(self):
        self._home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        namespace = os.open(f"/run/netns/{self._name}", os.O_RDONLY)
        try:
            _enter(namespace)
        finally:
            os.close(namespace)

    def __exit__(self, *_exception):
        _enter(self._home)
        os.close(self._home)


def _enter(descriptor):
    if _libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Host:
    """A host of the lab that can ping."""

    def __init__(self, side):
        self._sequence = 0
        with inside(f"h-{side}"):
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)

    def can_ping(self, target, source, seconds):
        """Return whether an echo from target arrives at source within that time."""
        self._sequence = self._sequence % 65535 + 1
        message = _echo_request(self._sequence)
        wire = self._socket
        while select.select([wire], [], [], 0)[0]:
            wire.recv(2048)  # the packets of a PacketCounter could leave no room for the echo
        sender = struct.pack("=I4s4s", 0, socket.inet_aton(source), bytes(4))
        wire.sendmsg([message], [(socket.IPPROTO_IP, IP_PKTINFO, sender)], 0, (target, 0))
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and select.select([wire], [], [], left)[0]:
            packet, (sender, _port) = wire.recvfrom(2048)
            echo = packet[(packet[0] & 15) * 4 :]
            if sender == target and echo[0] == 0 and echo[4:] == message[4:]:
                return socket.inet_ntoa(packet[16:20]) == source
        return False


class PacketCounter:
    """Sends an echo request every INTERVAL_SECONDS from a host, in a thread, and counts those without an echo."""

    INTERVAL_SECONDS = 0.05
    PATIENCE_SECONDS = 1

    def __init__(self, side, target, source):
        with inside(f"h-{side}"):
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self._addresses = target, source
        self._sent, self._lost = 0, []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        answered, started, ends = set(), time.monotonic(), None
        while ends is None or time.monotonic() < ends:
            if ends is None and self._is_over.is_set():
                ends = time.monotonic() + self.PATIENCE_SECONDS
            due = started + self._sent * self.INTERVAL_SECONDS - time.monotonic()
            if ends is None and due <= 0:
                self._sent += 1
                self._send(self._sent)
            pause = self.INTERVAL_SECONDS if ends else max(0, min(due, self.INTERVAL_SECONDS))
            while select.select([self._socket], [], [], pause)[0]:
                answered.add(self._received())
                pause = 0
        self._lost = [number for number in range(1, self._sent + 1) if number not in answered]

    def _send(self, number):
        target, source = self._addresses
        message = _echo_request(number)
        sender = struct.pack("=I4s4s", 0, socket.inet_aton(source), bytes(4))
        try:
            self._socket.sendmsg([message], [(socket.IPPROTO_IP, IP_PKTINFO, sender)], 0, (target, 0))
        except OSError:
            pass  # without a route the packet is lost

    def _received(self):
        packet, (sender, _port) = self._socket.recvfrom(2048)
        echo = packet[(packet[0] & 15) * 4 :]
        is_ours = sender == self._addresses[0] and echo[0] == 0
        return struct.unpack("!H", echo[6:8])[0] if is_ours else None

    def stop(self):
        """Return how many requests were sent, and the numbers of those that have no echo."""
        self._is_over.set()
        self._thread.join()
        self._socket.close()
        return {"sent": self._sent, "lost": self._lost}


def _echo_request(number):
    head = struct.pack("!BBHHH", 8, 0, 0, os.getpid() & 0xFFFF, number)
    body = b"both ends of the tunnel"
    return head[:2] + struct.pack("!H", _checksum(head + body)) + head[4:] + body


def _checksum(data):
    """Return the internet checksum of RFC 1071."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
