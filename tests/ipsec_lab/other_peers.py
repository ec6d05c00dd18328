# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run an IKE daemon other than strongSwan on the peer's gateway, in the guest, because its ESP is the kernel's."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

from .ipsec_gateway import GatewayError

START_TIMEOUT_SECONDS = 30
NEGOTIATION_SECONDS = 30  # Linux' default
PROGRAMS = Path("/usr/libexec/ipsec")  # the command ipsec is a script, and slow in the guest
GATEWAY = ("ip", "netns", "exec", "gw-peer")


class _Daemon:
    """An IKE daemon with its files in /etc, which the guest has for itself."""

    side = "peer"
    kind, log_path, socket_path = "", Path(), Path()

    def __init__(self, eip):
        # Neither of them makes a route to the networks behind the other gateway.
        subprocess.run([*GATEWAY, "ip", "route", "replace", "default", "via", eip, "dev", "wan0", "onlink"], check=True)
        # How long the kernel keeps an SA that is being negotiated; strongSwan has set it to its time of retransmission.
        subprocess.run([*GATEWAY, "sysctl", "-qw", f"net.core.xfrm_acq_expires={NEGOTIATION_SECONDS}"], check=True)
        self._prepare()
        self._process = None
        self.start()

    def start(self):
        with open(self.log_path, "ab") as log:
            self._process = subprocess.Popen(
                [*GATEWAY, *self._command()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self.socket_path.is_socket():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise GatewayError(f"{self.kind} does not start: {self.log()[-300:]}")
            time.sleep(0.02)

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.socket_path.unlink(missing_ok=True)
        # A daemon may leave its SAs to the next one.
        for what in ("state", "policy"):
            subprocess.run([*GATEWAY, "ip", "xfrm", what, "flush"], check=True)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def truncate_logs(self):
        os.truncate(self.log_path, 0)

    def _prepare(self):
        """Create what the daemon needs before its first start."""

    def _command(self):
        raise NotImplementedError


class Libreswan(_Daemon):
    """Libreswan, with its files in /etc/ipsec.d."""

    kind = "libreswan"
    log_path = Path("/run/lab/pluto.log")
    socket_path = Path("/run/pluto/pluto.ctl")
    conf_path, secrets_path = (Path(f"/etc/ipsec.d/lab.{ending}") for ending in ("conf", "secrets"))
    settings_path = Path("/etc/ipsec.d/0-lab-settings.conf")

    def _prepare(self):
        Path("/run/pluto").mkdir(exist_ok=True)
        # Without it a connection of IKEv1 cannot be loaded.
        self.settings_path.write_text("config setup\n    ikev1-policy=accept\n")
        subprocess.run(["ipsec", "checknss"], check=True, stdout=subprocess.DEVNULL)

    def _command(self):
        return [str(PROGRAMS / "pluto"), "--config", "/etc/ipsec.conf", "--logfile", self.log_path, "--nofork"]

    def start(self):
        super().start()
        self._run("whack", "--listen")

    def load_files(self, files):
        """Load `conf`, text of an ipsec.conf with connections, and `secrets`, text of an ipsec.secrets.

        :raises GatewayError: if Libreswan rejects a part of them.
        """
        for path, text in ((self.conf_path, files["conf"]), (self.secrets_path, files["secrets"])):
            path.write_text(text)
            path.chmod(0o600)
        self._run("whack", "--rereadsecrets")
        for name in self._names():
            self._run("addconn", name)
        # At the daemon's start it does this itself.
        for section in files["conf"].split("\nconn ")[1:]:
            if "auto=ondemand" in section:
                self._run("whack", "--name", section.split()[0], "--route")

    def _names(self):
        text = self.conf_path.read_text() if self.conf_path.exists() else ""
        return re.findall(r"(?m)^conn (\S+)", text)

    def initiate(self, seconds, waits=True):
        """Initiate each connection, one after the other: strongSwan's limit is three exchanges of IKEv1 at a time.

        :param waits: whether to wait until each is established.
        :raises GatewayError: if that fails or takes too long.
        """
        status = self._run("whack", "--status")
        # Of networks N to M there is a connection NAME/NxM.
        names = sorted(set(re.findall(r'(?m)^000 "([^"]+)": ', status)))
        for name in names:
            self._run("whack", "--name", name, *([] if waits else ["--asynchronous"]), "--initiate", seconds=seconds)
        # In aggressive mode the first Quick Mode may overtake the third message, and get lost.
        traffic = self._run("whack", "--trafficstatus") if waits else ""
        for name in names if waits else []:
            if f'"{name}"' not in traffic:
                self._run("whack", "--name", name, "--initiate", seconds=seconds)

    def reset(self):
        """Delete every connection, and with it every tunnel."""
        for name in self._names():
            self._run("whack", "--name", name, "--delete")
        for path in (self.conf_path, self.secrets_path):
            path.unlink(missing_ok=True)

    def _run(self, program, *words, seconds=60):
        how = {"capture_output": True, "text": True, "errors": "replace", "timeout": seconds}
        try:
            done = subprocess.run([PROGRAMS / program, *words], check=False, **how)
        except subprocess.TimeoutExpired as error:
            lines = (error.stdout or b"").decode(errors="replace").splitlines()[-4:]
            raise GatewayError(f"{program} {' '.join(words)} does not end: {' | '.join(lines)}") from None
        if done.returncode:
            lines = " | ".join((done.stdout + done.stderr).splitlines()[-4:])
            raise GatewayError(f"{program} {' '.join(words)} fails (exit status {done.returncode}): {lines}")
        return done.stdout


class OpenIKED(_Daemon):
    """OpenIKED, which reads its file at its start, and speaks IKEv2 only."""

    kind = "openiked"
    log_path = Path("/run/lab/iked.log")
    socket_path = Path("/run/iked.sock")
    conf_path = Path("/etc/iked.conf")

    def _prepare(self):
        with open("/etc/passwd", "a") as users, open("/etc/group", "a") as groups:
            users.write("_iked:x:990:990::/run/iked:/usr/sbin/nologin\n")
            groups.write("_iked:x:990:\n")
        for folder in ("/etc/iked/private", "/etc/iked/pubkeys", "/var/lib/openiked/empty", "/run/iked"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            os.chmod(folder, 0o755)
        # It needs a key pair, even if all its peers have a shared key.
        key = "/etc/iked/private/local.key"
        subprocess.run(["openssl", "ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", key], check=True)
        os.chmod(key, 0o600)
        subprocess.run(["openssl", "ec", "-in", key, "-pubout", "-out", "/etc/iked/local.pub"], check=True)
        self._write("")

    def _write(self, text):
        self.conf_path.write_text(text)
        self.conf_path.chmod(0o600)

    def _command(self):
        return ["iked", "-d", "-v", "-f", str(self.conf_path), "-s", str(self.socket_path)]

    def stop(self):
        # It takes 5 seconds to end by itself.
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        super().stop()

    def load_files(self, files):
        """Write `conf`, text of an iked.conf, which starts the tunnel by itself.

        :raises GatewayError: if OpenIKED rejects it.
        """
        self._write(files["conf"])
        done = subprocess.run(
            ["iked", "-n", "-f", str(self.conf_path)], check=False, capture_output=True, text=True, timeout=20
        )
        if done.returncode:
            raise GatewayError(f"iked rejects the file: {done.stderr.strip()}")

    def initiate(self, seconds, waits=True):
        """Start the daemon again with the file."""
        self.stop()
        self.start()

    def reset(self):
        self._write("")
        self.stop()


PEERS = {peer.kind: peer for peer in (Libreswan, OpenIKED)}
