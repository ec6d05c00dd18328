# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local server for the calls of the other collections' info modules, as the emulator is for ours."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/bench</Arn><UserId>AIDABENCH</UserId><Account>123456789012</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""
ALIASES = """<ListAccountAliasesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListAccountAliasesResult>
<IsTruncated>false</IsTruncated><AccountAliases><member>bench</member></AccountAliases></ListAccountAliasesResult>
</ListAccountAliasesResponse>"""
SERVERS = {"servers": [], "meta": {"pagination": {"page": 1, "per_page": 50, "last_page": 1, "total_entries": 0}}}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # hetzner.hcloud.server_info
        self._respond(json.dumps(SERVERS), "application/json")

    def do_POST(self):  # amazon.aws.aws_caller_info: STS and IAM
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._respond(ALIASES if b"ListAccountAliases" in body else IDENTITY, "text/xml")

    def _respond(self, text, content_type):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def start():
    """Start the stub on a free port of loopback, in a daemon thread; return its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"
