# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab for tests: method calls are sent to a process in private namespaces."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .assertions import VerificationError
from .strongswan_packages import LabUnavailableError, locate_packages

TESTS = Path(__file__).resolve().parents[1]
REQUIRED = "TUNNEL_LAB_REQUIRED"  # if set, an unavailable lab is a failure
NAMESPACES = ("--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")


class Lab:
    """Two gateways and two hosts, which end with this process, however that ends.

    :param addresses: dict of `cloud` and `peer` to their public addresses.
    :param subnets: dict of both to lists of CIDRs.
    :param second_lan: CIDR of another network behind the peer's gateway, with a host of its own; the peer's daemon then
        has the kernel's policies, and ESP only where the kernel has it.
    :raises LabUnavailableError: if the machine does not allow the lab.
    :raises RuntimeError: if the worker crashed.
    """

    def __init__(self, addresses, subnets, second_lan=None):
        if not shutil.which("unshare") or not shutil.which("ip"):
            raise LabUnavailableError("the programs unshare and ip are missing (packages util-linux and iproute2)")
        packages = locate_packages()
        rootless = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        self._process = subprocess.Popen(
            ["unshare", *rootless, *NAMESPACES, sys.executable, "-m", "ipsec_lab"],
            cwd="/",
            env=dict(os.environ, PYTHONPATH=str(TESTS), PATH=os.environ["PATH"] + ":/usr/sbin:/sbin"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        arguments = {"packages": packages and str(packages), "addresses": addresses, "subnets": subnets}
        arguments["second_lan"] = second_lan
        response = self._exchange(arguments)
        if "result" not in response:
            self.stop()
            words = response.get("crashed", "")
            if words.startswith("unshare:"):
                response = {"unavailable": f"cannot create private namespaces (they need root): {words}"}
            if "unavailable" in response:
                raise LabUnavailableError(response["unavailable"])
            # A crash of the lab itself is not a reason to skip.
            raise RuntimeError(f"the lab crashed: {words}")
        self.ready = response["result"]

    def __getattr__(self, name):
        """Return a function that sends a request to the worker, see __main__.Worker.

        :raises VerificationError: if the worker reports one.
        :raises RuntimeError: if the worker crashed.
        """
        return lambda **arguments: self._call({"do": name, "arguments": arguments})

    def _call(self, request):
        response = self._exchange(request)
        if "verification_error" in response:
            raise VerificationError(response["verification_error"])
        if "crashed" in response:
            raise RuntimeError(f"the lab crashed: {response['crashed']}")
        return response["result"]

    def _exchange(self, request):
        """Return the worker's response, or the last line of its stderr as `crashed`."""
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # stderr has the reason
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        return {"crashed": (self._process.stderr.read().strip().splitlines() or ["no message"])[-1]}

    def stop(self):
        self._process.kill()
        self._process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.stop()


@functools.lru_cache(maxsize=None)
def unavailable_reason():
    """Start a lab; return the reason if this machine does not allow it, else None."""
    try:
        with Lab({"cloud": "192.0.2.1", "peer": "203.0.113.10"}, {"cloud": ["10.0.0.0/24"], "peer": ["10.0.1.0/24"]}):
            return None
    except LabUnavailableError as error:
        return str(error)
