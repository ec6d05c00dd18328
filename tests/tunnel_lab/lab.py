# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab as a test has it: a process in private namespaces that is asked by method calls."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .proof import ProofError
from .strongswan_packages import Unavailable, unpacked

TESTS = Path(__file__).resolve().parents[1]
REQUIRED = "TUNNEL_LAB_REQUIRED"  # a lab that cannot be had is then a failure
NAMESPACES = ("--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")


class Lab:
    """Two gateways and two hosts; gone with this process, however that ends.

    :arg addresses: dict of `cloud` and `peer` to their public addresses. :arg subnets: dict of both to lists of CIDRs.
    :raises Unavailable: where the machine cannot have it. :raises RuntimeError: if the worker broke.
    """

    def __init__(self, addresses, subnets):
        if not shutil.which("unshare") or not shutil.which("ip"):
            raise Unavailable("the programs unshare and ip are missing (packages util-linux and iproute2)")
        packages = unpacked()
        rootless = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        self._process = subprocess.Popen(
            ["unshare", *rootless, *NAMESPACES, sys.executable, "-m", "tunnel_lab"],
            cwd="/",
            env=dict(os.environ, PYTHONPATH=str(TESTS), PATH=os.environ["PATH"] + ":/usr/sbin:/sbin"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        arguments = {"packages": packages and str(packages), "addresses": addresses, "subnets": subnets}
        answer = self._ask(arguments)
        if "answer" not in answer:
            self.stop()
            words = answer.get("broken", "")
            if words.startswith("unshare:"):
                answer = {"unavailable": f"private namespaces cannot be had here (they need root): {words}"}
            if "unavailable" in answer:
                raise Unavailable(answer["unavailable"])
            # A crash of the lab itself is no reason to skip.
            raise RuntimeError(f"the lab broke: {words}")
        self.ready = answer["answer"]

    def __getattr__(self, name):
        """A request to the worker, see __main__.Worker.

        :raises ProofError: what the worker says. :raises RuntimeError: if the worker broke.
        """
        return lambda **arguments: self._answer({"do": name, "arguments": arguments})

    def _answer(self, request):
        answer = self._ask(request)
        if "no_proof" in answer:
            raise ProofError(answer["no_proof"])
        if "broken" in answer:
            raise RuntimeError(f"the lab broke: {answer['broken']}")
        return answer["answer"]

    def _ask(self, request):
        """The worker's answer, or its last words under `broken`."""
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # why stands in its stderr
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        return {"broken": (self._process.stderr.read().strip().splitlines() or ["no word"])[-1]}

    def stop(self):
        self._process.kill()
        self._process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.stop()


@functools.lru_cache(maxsize=None)
def why_not():
    """None, or one sentence that says why this machine cannot have the lab; found out by making one."""
    try:
        with Lab({"cloud": "192.0.2.1", "peer": "203.0.113.10"}, {"cloud": ["10.0.0.0/24"], "peer": ["10.0.1.0/24"]}):
            return None
    except Unavailable as error:
        return str(error)
