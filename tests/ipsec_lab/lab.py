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
import threading
from pathlib import Path

from .assertions import VerificationError
from .debian_packages import KERNEL, LabUnavailableError, locate_strongswan, unpacked
from .kernel_start import NO_KERNEL

TESTS = Path(__file__).resolve().parents[1]
GUEST_TIMEOUT_SECONDS = 180  # of one request to a guest
CRASH_LINES = 15
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
        self._process = subprocess.Popen(
            self._command(),
            cwd="/",
            env=dict(os.environ, PYTHONPATH=str(TESTS), PATH=os.environ["PATH"] + ":/usr/sbin:/sbin"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        arguments = {"addresses": addresses, "subnets": subnets, "second_lan": second_lan}
        response = self._exchange(dict(arguments, packages=self._packages and str(self._packages)))
        if "result" not in response:
            self.stop()
            words = (response.get("crashed", "").splitlines() or [""])[-1]
            if words.startswith("unshare:"):
                response = {"unavailable": f"cannot create private namespaces (they need root): {words}"}
            if words.startswith("unavailable: "):
                response = {"unavailable": words.split(" ", 1)[1]}
            if "unavailable" in response:
                raise LabUnavailableError(response["unavailable"])
            # A crash of the lab itself is not a reason to skip.
            raise RuntimeError(f"the lab crashed: {response['crashed']}")
        self.ready = response["result"]

    def _command(self):
        self._packages = locate_strongswan()
        return ["unshare", *_rootless(), *NAMESPACES, sys.executable, "-m", "ipsec_lab"]

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
        """Return the worker's response, or the last lines of its stderr as `crashed`."""
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # stderr has the reason
        return self._read_line()

    def _read_line(self):
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        return {"crashed": "\n".join(self._process.stderr.read().strip().splitlines()[-CRASH_LINES:]) or "no message"}

    def stop(self):
        self._process.kill()
        self._process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.stop()


class KernelLab(Lab):
    """A lab in a guest whose kernel has ESP, see kernel_start.py and guest.py.

    :param writable: folders of the machine that the guest may write to.
    :param boots: False for the same lab on the machine's kernel: faster, but without ESP where that kernel has none.
    """

    def __init__(self, addresses, subnets, second_lan=None, writable=(), boots=True):
        self._writable = writable
        self._boots = boots
        self._is_up = not boots
        super().__init__(addresses, subnets, second_lan)

    def _exchange(self, request):
        """Return the worker's response; a kernel that hangs is killed."""
        watchdog = threading.Timer(GUEST_TIMEOUT_SECONDS, self._process.kill)
        watchdog.start()
        try:
            if not self._is_up:
                ready = self._read_line()
                if "crashed" in ready:
                    return ready
                self._is_up = True
            return super()._exchange(request)
        finally:
            watchdog.cancel()

    def _command(self):
        self._packages = None
        packages = [unpacked(KERNEL), *filter(None, [locate_strongswan()])]
        start = [sys.executable, "-m", "ipsec_lab.kernel_start", *map(str, packages), "--", *map(str, self._writable)]
        # A kernel does not end with its serial line, but with unshare, which ends with this thread.
        without = [] if self._boots else ["env", f"{NO_KERNEL}=1"]
        return [*without, "setpriv", "--pdeathsig", "KILL", "unshare", *_rootless(), *NAMESPACES, *start]


def _rootless():
    return [] if os.geteuid() == 0 else ["--user", "--map-root-user"]


@functools.lru_cache(maxsize=None)
def unavailable_reason():
    """Start a lab; return the reason if this machine does not allow it, else None."""
    addresses = {"cloud": "192.0.2.1", "peer": "203.0.113.10"}
    try:
        with Lab(addresses, {"cloud": ["10.0.0.0/24"], "peer": ["10.0.1.0/24"]}):
            return None
    except LabUnavailableError as error:
        return str(error)
