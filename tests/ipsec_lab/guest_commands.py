# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A socket through which connection_plugins/guest.py runs commands in a guest."""

from __future__ import annotations

import json
import os
import socketserver
import threading
from pathlib import Path

import ansible_forks

MODULE_BYTECODE = Path(__file__).resolve().parents[1] / "module_bytecode"


class GuestCommands(socketserver.UnixStreamServer):
    """Serves one command after the other, until it is closed.

    :param path: of the socket.
    :param lab: a KernelLab.
    """

    def __init__(self, path, lab):
        self.lab = lab
        super().__init__(str(path), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        request = json.loads(self.rfile.readline())
        python_path = "" if os.environ.get(ansible_forks.REAL_STARTS) else str(MODULE_BYTECODE)
        done = self.server.lab.execute(**request, python_path=python_path)
        self.wfile.write(json.dumps(done).encode() + b"\n")
