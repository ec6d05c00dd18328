# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one strongSwan daemon of the lab in its gateway's namespace, and control it with vici."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from pathlib import Path

import vici

RUN = Path("/run/lab")
START_TIMEOUT_SECONDS = 30
RESPONSE_TIMEOUT_SECONDS = 60
# kernel-libipsec implements ESP in user space over a TUN device, and must precede kernel-netlink. It has no policies
# without ESP: traps and bypasses need kernel-netlink alone, which has them also where the kernel lacks ESP.
USER_SPACE_ESP = "kernel-libipsec "
# The list excludes plugins that write to /etc or create sockets. strongSwan 6 lacks aes to kdf: openssl replaces them.
STRONGSWAN_CONF = """\
charon {{
  load = random nonce aes sha1 sha2 md5 hmac kdf gmp openssl {esp}kernel-netlink socket-default updown vici
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
  # Quick mode may arrive before the third aggressive message; the default of 4 s is long for a lab.
  retransmit_timeout = {retransmit_seconds}
  # 5.6 s in all: on a busy machine a response may take longer than 3 s.
  retransmit_tries = 4
  plugins {{
    vici {{
      socket = unix://{folder}/charon.vici
    }}
  }}
  filelog {{
    log {{
      path = {folder}/charon.log
      flush_line = yes
      default = 1
    }}
    # All sent bytes. The same by vici (loglevel 3) blocks the daemon now and then.
    bytes {{
      path = {folder}/bytes.log
      flush_line = yes
      default = -1
      enc = 3
    }}
  }}
}}
swanctl {{
  load = random openssl
}}
"""


class GatewayError(Exception):
    """The daemon or swanctl rejected a command; the text is its message."""


class Gateway:
    """The strongSwan of one side.

    :param has_kernel_policies: whether traps and bypasses work; the daemon then has ESP only where the kernel has it.
    :param retransmit_seconds: the time until a message is sent again, for the first time.
    """

    kind = "strongswan"

    def __init__(self, side, has_kernel_policies=False, retransmit_seconds=0.25):
        self.side = side
        self.folder = RUN / side
        self.folder.mkdir(parents=True, exist_ok=True)
        self.uri = f"unix://{self.folder}/charon.vici"
        settings = self.folder / "strongswan.conf"
        esp = "" if has_kernel_policies else USER_SPACE_ESP
        text = STRONGSWAN_CONF.format(folder=self.folder, esp=esp, retransmit_seconds=retransmit_seconds)
        settings.write_text(text)
        self.environment = dict(os.environ, STRONGSWAN_CONF=str(settings))
        self._start()

    def _start(self):
        self._process = subprocess.Popen(
            ["ip", "netns", "exec", f"gw-{self.side}", "charon-systemd"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._session = vici.Session(self._connected())

    def _connected(self):
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            wire = socket.socket(socket.AF_UNIX)
            try:
                wire.connect(f"{self.folder}/charon.vici")
                wire.settimeout(RESPONSE_TIMEOUT_SECONDS)
                return wire
            except OSError:
                wire.close()
            if self._process.poll() is not None:
                break
            time.sleep(0.01)
        raise GatewayError(f"the strongSwan daemon does not start: {self.log()[-300:]}")

    def log(self, name="charon"):
        """Return the daemon's log; the log `bytes` has the messages it sent and received."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def truncate_logs(self):
        """Truncate the daemon's logs; it appends to them."""
        for path in self.folder.glob("*.log"):
            os.truncate(path, 0)

    def stop(self):
        self._process.terminate()
        self._process.wait(10)

    def crash(self):
        """Kill the daemon, so that the other side receives no message, and start another one without configuration."""
        self._process.kill()
        self._process.wait(10)
        Path(self.folder, "charon.vici").unlink()
        self._start()

    # --- configuration ---

    def load(self, connections, shared_keys):
        """Load a configuration with vici; see README.md of strongSwan's libcharon/plugins/vici.

        :param connections: dict.
        :param shared_keys: list of dicts.
        """
        for key in shared_keys:
            self._session.load_shared(key)
        self._session.load_conn(connections)

    def load_file(self, text):
        """Load a swanctl.conf as an administrator does, and nothing else.

        :raises GatewayError: if swanctl prints any warning, because its exit status does not show all errors.
        """
        path = self.folder / "swanctl.conf"
        path.write_text(text)
        path.chmod(0o600)
        command = ["swanctl", "--load-all", "--noprompt", "--clear", "--file", str(path), "--uri", self.uri]
        done = subprocess.run(command, env=self.environment, check=False, capture_output=True, text=True)
        warnings = [line for line in done.stderr.splitlines() if not line.startswith("opening directory")]
        if done.returncode or warnings or not re.search(r"successfully loaded \d+ connections", done.stdout):
            raise GatewayError(f"swanctl rejects the file (exit status {done.returncode}): {'; '.join(warnings)}")

    def unload(self):
        """Unload everything; tunnels stay up."""
        for name in self._session.get_conns()["conns"]:
            self._session.unload_conn({"name": name.decode()})
        self._session.clear_creds()

    def reset(self):
        """Unload everything and terminate every tunnel."""
        self.unload()
        self.terminate()

    def _end(self, unique_id):
        try:
            for _message in self._session.terminate({"ike-id": unique_id, "force": "yes", "timeout": "2000"}):
                pass
        except vici.exception.CommandException:
            pass  # it ended in the meantime

    def configured(self):
        """Return the loaded connections, a dict of dicts."""
        return {name: value for entry in self._session.list_conns() for name, value in _decode(entry).items()}

    # --- tunnels ---

    def initiate(self, child, seconds):
        """Initiate a child.

        :raises GatewayError: if that fails or takes too long.
        """
        words = []
        request = {"child": child, "timeout": str(int(seconds * 1000)), "loglevel": "1"}
        try:
            for message in self._session.initiate(request):
                words.append(message["msg"].decode(errors="replace"))
        except vici.exception.CommandException as error:
            raise GatewayError(f"{child} does not come up: {error}: {' | '.join(words[-4:])}") from None

    def terminate(self):
        """Close every tunnel, as a gateway does whose configuration changes."""
        for entry in self.tunnels():
            self._end(entry["uniqueid"])

    def traps(self):
        """Return the names of the children whose next packet initiates them."""
        return [name for entry in self._session.list_policies({"trap": "yes"}) for name in _decode(entry)]

    def rekey(self, child):
        """Start the rekeying of a child."""
        self._session.rekey({"child": child})

    def rekey_number(self, unique_id):
        """Start the rekeying of one CHILD SA, where several have a name."""
        self._session.rekey({"child-id": unique_id})

    def tunnels(self):
        """Return the IKE SAs, each a dict with its name as `name`."""
        return [dict(value, name=name) for entry in self._session.list_sas() for name, value in _decode(entry).items()]

    def children(self, state="INSTALLED"):
        """Return the CHILD SAs of a state, by default those that carry packets, each a dict."""
        found = [child for entry in self.tunnels() for child in entry.get("child-sas", {}).values()]
        return [child for child in found if child["state"] == state]


def _decode(value):
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, dict):
        return {name: _decode(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_decode(item) for item in value]
    return value
