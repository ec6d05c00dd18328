# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker in the guest whose kernel has ESP: the requests of __main__.Worker, and peers other than strongSwan."""

from __future__ import annotations

import os
import subprocess

from .__main__ import RUN_TIMEOUT_SECONDS, Worker, serve
from .assertions import verify
from .ipsec_gateway import RUN, Gateway
from .kernel_assertions import kernel_sas, verify_esp, verify_other_peer
from .kernel_start import WITHOUT_AVX
from .other_peers import PEERS

COMMAND_TIMEOUT_SECONDS = 120


class GuestWorker(Worker):
    """The requests that a test can send to the guest."""

    def _prepare(self, packages):
        RUN.mkdir()

    def _start_gateways(self):
        return _start_strongswan("cloud"), _start_strongswan("peer")

    def verify(self, tunnel, text, **how):
        """Run assertions.verify() with strongSwan as the peer, and check the kernels' SAs; then reset both sides."""
        self.use_peer(Gateway.kind)
        try:
            return dict(verify(self, tunnel, self.eip, text, **how), spis=verify_esp(self))
        finally:
            self.reset()

    def verify_other_peer(self, kind, tunnel, files, **how):
        """Run kernel_assertions.verify_other_peer() with a peer of PEERS; then reset both sides."""
        self.use_peer(kind)
        try:
            return verify_other_peer(self, tunnel, self.eip, files, **how)
        finally:
            self.reset()

    def use_peer(self, kind):
        """Run this IKE daemon on the peer's gateway, and no other one."""
        if kind == self.peer.kind:
            return
        self.peer.stop()
        self.peer = _start_strongswan("peer") if kind == Gateway.kind else PEERS[kind](self.eip)
        self.strongswans = (self.cloud, self.peer) if kind == Gateway.kind else (self.cloud,)

    def execute(self, command, input_path, python_path=""):
        """Run a command of the shell on the peer's gateway.

        :param python_path: PYTHONPATH of the command, instead of the one of this process.
        :returns: exit status, stdout and stderr, a dict.
        """
        with open(input_path, "rb") as data:
            done = subprocess.run(
                ["ip", "netns", "exec", "gw-peer", "sh", "-c", command],
                check=False,
                stdin=data,
                env=dict(os.environ, PYTHONPATH=python_path),
                capture_output=True,
                text=True,
                timeout=COMMAND_TIMEOUT_SECONDS,
            )
        return {"status": done.returncode, "stdout": done.stdout, "stderr": done.stderr}

    def load_other_peer(self, files):
        """Load the files of a peer other than strongSwan, which start the tunnel by themselves or do not."""
        self.peer.load_files(files)

    def kernel_sas(self, side):
        return [entry._asdict() for entry in kernel_sas(side)]

    def run(self, command, environment, seconds=RUN_TIMEOUT_SECONDS):
        """Run a command on the peer's gateway, see Worker.run()."""
        return super().run(command, dict(environment, **WITHOUT_AVX), seconds)


def _start_strongswan(side):
    # Slow peers: Libreswan runs scripts for each child before it answers.
    return Gateway(side, has_kernel_policies=True, retransmit_seconds=2)


if __name__ == "__main__":
    serve(GuestWorker)
