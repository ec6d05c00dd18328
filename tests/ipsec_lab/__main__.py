# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker inside the namespaces: one JSON request per line on stdin, one JSON response per line on stdout.

It is process 1 of its own process namespace: when it ends, for any reason, all processes in it end.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import threading
import time

from emulator_process import EmulatorProcess

from .assertions import VerificationError, can_ping, compare, verify
from .debian_packages import LabUnavailableError
from .gateway_config import build_config
from .ipsec_gateway import RUN, Gateway, GatewayError
from .stored_tunnels import stored_tunnels
from .topology import Host, PacketCounter, VpcRouter, create_networks, create_second_lan, host_address, inside, ip

SYNC_INTERVAL_SECONDS = 0.3
RUN_TIMEOUT_SECONDS = 300  # of one command: a playbook is slow where other tests run next to it


class Worker:
    """The requests that a test can send: every public method; arguments and results are JSON."""

    def __init__(self, addresses, subnets, second_lan=None, packages=None):
        self._prepare(packages)
        try:
            create_networks(addresses, subnets)
            if second_lan:
                create_second_lan(second_lan)
        except subprocess.CalledProcessError as error:
            raise LabUnavailableError(
                f"cannot create network namespaces with veth devices: {error.stderr.strip()}"
            ) from None
        self.eip = addresses["cloud"]
        self.hosts = {side: Host(side) for side in (*subnets, *(["lan"] if second_lan else []))}
        self.lans = (subnets["peer"][0], second_lan)
        self.emulator = None
        self.pings = None
        self.router = None
        self.synced_tunnels, self.synced_routes = [], None
        try:
            self.cloud, self.peer = self._start_gateways()
        except GatewayError as error:
            raise LabUnavailableError(str(error)) from None
        self.strongswans = (self.cloud, self.peer)

    def _prepare(self, packages):
        _mount_private_dirs(packages)
        _check_tun()

    def _start_gateways(self):
        return Gateway("cloud"), Gateway("peer", has_kernel_policies=self.lans[1] is not None)

    def ready(self):
        return {"uri": self.peer.uri, "settings": self.peer.environment["STRONGSWAN_CONF"]}

    def verify(self, tunnel, text, **how):
        """Run assertions.verify(), then reset both sides."""
        for side in (self.cloud, self.peer):
            side.truncate_logs()
        try:
            return verify(self, tunnel, self.eip, text, **how)
        finally:
            self.reset()

    def reset(self):
        for side in (self.peer, self.cloud):
            side.reset()

    def set_cloud_tunnels(self, tunnels, **settings):
        """Replace the configuration of the cloud's gateway by these objects of the API, which ends every tunnel.

        :param settings: further settings of each connection.
        """
        self.cloud.unload()
        for tunnel in tunnels:
            connections, keys = build_config(tunnel, self.eip)
            self.cloud.load({name: dict(connection, **settings) for name, connection in connections.items()}, keys)
        self.cloud.terminate()

    def load_peer(self, text):
        """Load the peer's file, which starts the tunnel by itself or does not."""
        self.peer.load_file(text)

    def close_cloud_tunnels(self):
        self.cloud.terminate()

    def crash_cloud(self):
        self.cloud.crash()

    def peer_traps(self):
        return self.peer.traps()

    def can_ping_between_lans(self, seconds=0.5):
        """Return whether an echo passes from the peer's first network to the second one, and back."""
        first, second = map(host_address, self.lans)
        return [
            self.hosts["peer"].can_ping(second, first, seconds),
            self.hosts["lan"].can_ping(first, second, seconds),
        ]

    def can_ping(self, tunnel, seconds=0.2):
        return can_ping(self, tunnel, seconds)

    def compare(self, tunnel):
        """Run assertions.compare()."""
        compare(self, tunnel)

    def peer_tunnels(self):
        return self.peer.tunnels()

    def peer_connections(self):
        return self.peer.configured()

    def log(self, side):
        return getattr(self, side).log()

    def start_emulator(self, follows_routes=True, options=()):
        """Start the emulator on the loopback of the peer's gateway; return its endpoint and environment variables.

        :param follows_routes: whether the stored route rules decide which packets of the host the gateway gets.
        :param options: command line options of the emulator.
        """
        with inside("gw-peer"):
            self.emulator = EmulatorProcess(*options)
        if follows_routes:
            self.router = VpcRouter()
        self._sync_cloud()
        return {"endpoint": self.emulator.endpoint, "environment": self.emulator.environment}

    def emulator_state(self):
        """Return what the API stores."""
        with inside("gw-peer"):
            return self.emulator.state()

    def emulator_requests(self):
        """Return the requests that the API has had."""
        with inside("gw-peer"):
            return self.emulator.requests()

    def emulator_faults(self, faults):
        """Replace the API's faults."""
        with inside("gw-peer"):
            self.emulator.faults(*faults)

    def plant(self, tunnels):
        """Store tunnels at the API, and configure the cloud's gateway with them."""
        with inside("gw-peer"):
            self.emulator.plant(*tunnels)
        self._sync_cloud()

    def stored_tunnels(self):
        """Return the tunnels that the API stores for the gateway, with keys in clear text."""
        vpn_id, _rules = self._stored_gateway()
        with inside("gw-peer"):
            return stored_tunnels(self.emulator.endpoint, vpn_id) if vpn_id else []

    def _stored_gateway(self):
        """Return the id of the gateway with the lab's address, None if there is none, and the stored route rules."""
        with inside("gw-peer"):
            state = self.emulator.state()
        ids = [gateway["vpnId"] for gateway in state["gateways"] if gateway["eip"] == self.eip]
        return (ids or [None])[0], state["routeRules"]

    def start_pings(self, tunnel):
        """Begin to ping the cloud's host from the peer's, until stop_pings()."""
        cloud, peer = host_address(tunnel["localSubnets"][0]), host_address(tunnel["remoteSubnets"][0])
        self.pings = PacketCounter("peer", target=cloud, source=peer)

    def stop_pings(self):
        """Return how many packets were sent, and the numbers of those that were lost."""
        return self.pings.stop()

    def run(self, command, environment, seconds=RUN_TIMEOUT_SECONDS):
        """Run a command on the peer's gateway while the cloud's gateway is kept in sync with the API.

        :returns: exit status and output, a dict.
        """
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen(
                ["ip", "netns", "exec", "gw-peer", *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            deadline = time.monotonic() + seconds
            while process.poll() is None and time.monotonic() < deadline:
                self._sync_cloud()
                time.sleep(SYNC_INTERVAL_SECONDS)
            process.kill()
            self._sync_cloud()
            output.seek(0)
            return {"status": process.wait(), "output": output.read()}

    def _sync_cloud(self):
        """Configure the cloud's gateway with the tunnels that the API stores, and its router with the route rules."""
        stored = self.stored_tunnels() if self.emulator else []
        if self.router:
            vpn_id, rules = self._stored_gateway()
            if (vpn_id, rules) != self.synced_routes:
                self.router.follow(rules, vpn_id)
                self.synced_routes = vpn_id, rules
        if stored != self.synced_tunnels:
            self.set_cloud_tunnels(stored)
            self.synced_tunnels = stored


def _mount_private_dirs(packages):
    """Mount a private /run and /etc, and the unpacked packages over the machine's directories."""
    _mount("-t", "tmpfs", "tmpfs", "/run")
    RUN.mkdir()
    for name in ("changes", "work"):
        (RUN / name).mkdir()
    lower = "/etc"
    if packages:
        for folder in ("/usr/lib", "/usr/sbin"):
            _mount("-t", "overlay", "overlay", "-o", f"lowerdir={packages}{folder}:{folder}", folder)
        lower = f"{packages}/etc:/etc"
    _mount("-t", "overlay", "overlay", "-o", f"lowerdir={lower},upperdir={RUN}/changes,workdir={RUN}/work", "/etc")


def _mount(*words):
    done = subprocess.run(["mount", *words], check=False, capture_output=True, text=True)
    if done.returncode:
        raise LabUnavailableError(f"cannot mount private directories: {done.stderr.strip()}")


def _check_tun():
    """Fail early without a TUN device: the daemon would start and exit a second later."""
    try:
        ip("tuntap", "add", "dev", "probe0", "mode", "tun")
        ip("link", "del", "probe0")
    except subprocess.CalledProcessError as error:
        raise LabUnavailableError(f"cannot create a TUN device (/dev/net/tun): {error.stderr.strip()}") from None


def _exit_with_parent():
    """Exit when the other end of stdin is closed, even during a request; this ends all processes of the namespace."""
    watched = select.poll()
    watched.register(sys.stdin.fileno(), 0)  # 0: only the hang-up, which is always reported
    watched.poll()
    os._exit(1)


def main():
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    serve(Worker)


def serve(worker_class):
    """Start a worker with the arguments of the first line, and let it respond to the requests of all others."""
    try:
        worker = worker_class(**json.loads(sys.stdin.readline()))
    except LabUnavailableError as error:
        _send({"unavailable": str(error)})
        return
    _send({"result": worker.ready()})
    for line in sys.stdin:
        _send(_call(worker, json.loads(line)))


def _call(worker, request):
    started = time.monotonic()
    try:
        response = {"result": getattr(worker, request["do"])(**request["arguments"])}
    except VerificationError as error:
        response = {"verification_error": str(error)}
    return dict(response, seconds=time.monotonic() - started)


def _send(response):
    sys.stdout.write(json.dumps(response) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
