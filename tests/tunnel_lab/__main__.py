# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker inside the namespaces: one JSON request a line on stdin, one JSON answer a line on stdout.

It is process 1 of its own process namespace: when it ends, for whatever reason, everything in it ends too.
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

from .cloud_side import configuration
from .ipsec_gateway import RUN, Gateway, GatewayError
from .proof import ProofError, compare, crosses, prove
from .stored_tunnels import stored_tunnels
from .strongswan_packages import Unavailable
from .topology import Host, inside, ip, lay_wires

FOLLOW_SECONDS = 0.3


class Worker:
    """What a test can ask for: every public method is a request, its arguments and its answer are JSON."""

    def __init__(self, packages, addresses, subnets):
        _private_folders(packages)
        _open_tun()
        try:
            lay_wires(addresses, subnets)
        except subprocess.CalledProcessError as error:
            raise Unavailable(
                f"network namespaces with veth devices cannot be made here: {error.stderr.strip()}"
            ) from None
        self.eip = addresses["cloud"]
        self.hosts = {side: Host(side) for side in subnets}
        self.emulator = None
        self.followed = []
        try:
            self.cloud, self.peer = Gateway("cloud"), Gateway("peer")
        except GatewayError as error:
            raise Unavailable(str(error)) from None

    def ready(self):
        return {"uri": self.peer.uri, "settings": self.peer.environment["STRONGSWAN_CONF"]}

    def prove(self, tunnel, text, **how):
        """See proof.prove(); afterwards both sides are as new."""
        for side in (self.cloud, self.peer):
            side.forget_logs()
        try:
            return prove(self, tunnel, self.eip, text, **how)
        finally:
            self.forget()

    def forget(self):
        for side in (self.peer, self.cloud):
            side.forget()

    def cloud_becomes(self, tunnels):
        """Let the cloud's gateway have exactly these objects of the API."""
        self.cloud.forget()
        for tunnel in tunnels:
            self.cloud.load(*configuration(tunnel, self.eip))

    def crosses(self, tunnel, seconds=0.2):
        return crosses(self, tunnel, seconds)

    def compare(self, tunnel):
        """See proof.compare()."""
        compare(self, tunnel)

    def peer_tunnels(self):
        return self.peer.tunnels()

    def peer_connections(self):
        return self.peer.configured()

    def log(self, side):
        return getattr(self, side).log()

    def start_emulator(self):
        """Start the API on the loopback of the peer's gateway; its endpoint and the environment that leads there."""
        with inside("gw-peer"):
            self.emulator = EmulatorProcess()
        return {"endpoint": self.emulator.endpoint, "environment": self.emulator.environment}

    def stored(self):
        """The tunnels that the API stores, keys in clear."""
        with inside("gw-peer"):
            return stored_tunnels(self.emulator.endpoint)

    def run(self, command, environment, seconds=120):
        """Run a command on the peer's gateway while the cloud's follows what the API stores; exit status and output."""
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
                self.follow()
                time.sleep(FOLLOW_SECONDS)
            process.kill()
            self.follow()
            output.seek(0)
            return {"status": process.wait(), "output": output.read()}

    def follow(self):
        """Let the cloud's gateway have exactly the tunnels that the API stores."""
        stored = self.stored() if self.emulator else []
        if stored != self.followed:
            self.cloud_becomes(stored)
            self.followed = stored


def _private_folders(packages):
    """/run and /etc of the lab's own, and the unpacked packages over the machine's folders."""
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
        raise Unavailable(f"private folders cannot be mounted here: {done.stderr.strip()}")


def _open_tun():
    """Without a TUN device the daemon starts, answers, and dies a second later."""
    try:
        ip("tuntap", "add", "dev", "probe0", "mode", "tun")
        ip("link", "del", "probe0")
    except subprocess.CalledProcessError as error:
        raise Unavailable(f"no TUN device can be made here (/dev/net/tun): {error.stderr.strip()}") from None


def _end_with_the_test():
    """End when the other end of stdin is gone, also in the middle of a request; every process here ends then."""
    watched = select.poll()
    watched.register(sys.stdin.fileno(), 0)  # 0: nothing but the hang-up, which is always reported
    watched.poll()
    os._exit(1)


def main():
    threading.Thread(target=_end_with_the_test, daemon=True).start()
    try:
        worker = Worker(**json.loads(sys.stdin.readline()))
    except Unavailable as error:
        _tell({"unavailable": str(error)})
        return
    _tell({"answer": worker.ready()})
    for line in sys.stdin:
        _tell(_answer(worker, json.loads(line)))


def _answer(worker, request):
    started = time.monotonic()
    try:
        answer = {"answer": getattr(worker, request["do"])(**request["arguments"])}
    except ProofError as error:
        answer = {"no_proof": str(error)}
    return dict(answer, seconds=time.monotonic() - started)


def _tell(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
