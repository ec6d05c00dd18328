# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connect Ansible on the machine to the peer's gateway in a guest, because Ansible itself is slow there."""

from __future__ import annotations

import json
import socket
import tempfile
from pathlib import Path

from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: guest
author: [The baiducloud.network contributors]
short_description: Run tasks in a guest of the lab
description: [Sends commands to the socket of guest_commands.py.]
options:
  socket:
    # Not an environment variable, so that the runs of all tests have the same environment.
    description: [Path of the socket.]
    type: str
    required: true
    vars: [{name: lab_guest}]
"""


class Connection(ConnectionBase):
    """Runs each command with its input in a file that the guest can read."""

    transport = "guest"
    has_pipelining = True

    def _connect(self):
        self._connected = True
        return self

    def exec_command(self, cmd, in_data=None, sudoable=True):
        """Return (exit status, stdout, stderr)."""
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        place = self.get_option("socket")
        with tempfile.NamedTemporaryFile(dir=Path(place).parent) as data:
            data.write(in_data or b"")
            data.flush()
            with socket.socket(socket.AF_UNIX) as wire:
                wire.connect(place)
                wire.sendall(json.dumps({"command": cmd, "input_path": data.name}).encode() + b"\n")
                with wire.makefile() as lines:
                    done = json.loads(lines.readline())
        return done["status"], done["stdout"].encode(), done["stderr"].encode()

    def put_file(self, in_path, out_path):
        """Copy a file to the guest."""
        self._check(self.exec_command(f"cat > '{out_path}'", Path(in_path).read_bytes()))

    def fetch_file(self, in_path, out_path):
        """Copy a file from the guest."""
        Path(out_path).write_bytes(self._check(self.exec_command(f"cat '{in_path}'")))

    def _check(self, done):
        if done[0]:
            raise OSError(done[2].decode())
        return done[1]

    def close(self):
        """Forget the connection."""
        self._connected = False
