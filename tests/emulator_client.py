# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of an emulator in a thread: every request is signed by the official SDK's signer and sent once."""

from __future__ import annotations

import json
import socket
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from baidubce.auth import bce_credentials, bce_v1_signer

from api_example import BODY
from emulator_process import ACCESS_KEY_ID, GATEWAY, SECRET_ACCESS_KEY
from emulator_thread import EmulatorThread
from fake_clock import FakeClock

OTHER = "vpn-other"
VPC = "vpc-emulator"
OTHER_VPC = "vpc-other"
ABSENT = object()


class Response(NamedTuple):
    status: int
    headers: dict
    raw: bytes
    informational: list

    @property
    def json(self):
        return json.loads(self.raw.decode("utf-8-sig")) if self.raw else None

    @property
    def code(self):
        return (self.json or {}).get("code")


class EmulatorClient:
    """An emulator with two gateways in two VPCs on a clock that the test sets, and a client that never retries.

    :ivar thread: the EmulatorThread. :ivar shift: seconds by which the client's clock is ahead.
    """

    def __init__(self):
        self.clock = FakeClock()
        gateways = ("--gateway", GATEWAY, "--gateway", f"{OTHER}:edge:{OTHER_VPC}")
        self.thread = EmulatorThread(self.clock, *gateways, "--vpc", f"{OTHER_VPC}:10.8.0.0/21:branch")
        self.shift = 0
        self._tokens = 0
        self.cidrs = {vpc["vpcId"]: vpc["cidr"] for vpc in self.thread.state()["vpcs"]}
        host, port = urlsplit(self.thread.endpoint).netloc.split(":")
        self._host = f"{host}:{port}"
        self._socket = socket.create_connection((host, int(port)), timeout=10)
        self._stream = self._socket.makefile("rb")

    def use(self, *names):
        self.shift = 0
        self.clock.restart()
        self.thread.reset()
        self.thread.settings(dialects=list(names))

    def sleep(self, seconds):
        self.clock.sleep(seconds)

    def begin(self, method, path, body=None):
        """Send a request on a connection of its own, and return that connection as soon as the request has arrived."""
        connection = socket.create_connection(self._socket.getpeername(), timeout=10)
        count = len(self.thread.requests())
        connection.sendall(self._request(method, path, body))
        while len(self.thread.requests()) == count:
            pass
        return connection

    def call(self, method, path, body=None, query=None, secret=SECRET_ACCESS_KEY):
        self._socket.sendall(self._request(method, path, body, query, secret))
        informational = []
        while True:
            status = int(self._stream.readline().split()[1])
            lines = iter(self._stream.readline, b"\r\n")
            headers = {name.lower(): value.strip() for name, _sep, value in (x.decode().partition(":") for x in lines)}
            if status >= 200:
                return Response(status, headers, self._stream.read(int(headers["content-length"])), informational)
            informational.append(status)

    def _request(self, method, path, body=None, query=None, secret=SECRET_ACCESS_KEY):
        query = query or {}
        raw = b"" if body is None else json.dumps(body).encode()
        authorization = bce_v1_signer.sign(
            bce_credentials.BceCredentials(ACCESS_KEY_ID, secret),
            method.encode(),
            path.encode(),
            {b"host": self._host.encode()},
            {name.encode(): value.encode() for name, value in query.items()},
            int(self.clock.time() + self.shift),
            1800,
            [b"host"],
        )
        target = path + ("?" + urlencode(query, quote_via=quote) if query else "")
        head = f"{method} {target} HTTP/1.1\r\nHost: {self._host}\r\nContent-Length: {len(raw)}\r\nAuthorization: "
        return head.encode() + authorization + b"\r\n\r\n" + raw

    def create(self, name="vpncon", vpn_id=GATEWAY, token=None, **changes):
        query = {"clientToken": token} if token else None
        return self.call("POST", f"/v1/vpn/{vpn_id}/vpnconn", {**BODY, "vpnConnName": name, **changes}, query)

    def made(self, *arguments, **changes):
        """Create a tunnel and return its real id."""
        before = {item["vpnConnId"] for item in self.stored()}
        response = self.create(*arguments, **changes)
        assert response.status == 200, response
        (new,) = (item["vpnConnId"] for item in self.stored() if item["vpnConnId"] not in before)
        return new

    def update(self, tunnel_id, name="vpncon", vpn_id=GATEWAY, token=None, **changes):
        query = {"clientToken": token} if token else None
        body = {**BODY, "vpnConnName": name, "vpnId": vpn_id, **changes}
        body = {name: value for name, value in body.items() if value is not ABSENT}
        return self.call("PUT", f"/v1/vpn/vpnconn/{tunnel_id}", body, query)

    def delete(self, tunnel_id):
        return self.call("DELETE", f"/v1/vpn/vpnconn/{tunnel_id}")

    def page(self, vpn_id=GATEWAY, **query):
        return self.call("GET", f"/v1/vpn/vpnconn/{vpn_id}", query=query).json

    def listed(self, vpn_id=GATEWAY):
        return self.page(vpn_id)["vpnConns"]

    def ids(self, vpn_id=GATEWAY):
        return [entry["vpnConnId"] for entry in self.listed(vpn_id)]

    def detailed(self, vpn_id=GATEWAY):
        return self.call("GET", f"/v1/vpn/{vpn_id}").json["vpnConns"]

    def both(self):
        """Return the only tunnel as the list and as the gateway's detail show it."""
        return self.listed() + self.detailed()

    def stored(self):
        return self.thread.tunnels()

    def peer(self, name="peer"):
        """Create a customer gateway and return its path."""
        assert self.call("POST", "/v1/vpn/cgw", {"name": name, "ip": "203.0.113.9"}).status == 200
        return "/v1/vpn/cgw/" + self.thread.customer_gateways()[-1]["cgwId"]

    def peers(self):
        return self.call("GET", "/v1/vpn/cgw").json["result"]

    # --- gateways and EIPs ---

    def add_gateway(self, name="gw", vpc_id=OTHER_VPC, token=None, **changes):
        """Create a gateway; changes are fields of the body, those that are ABSENT are left out."""
        body = {"vpcId": vpc_id, "vpnName": name, "billing": {"paymentTiming": "Postpaid"}, **changes}
        body = {key: value for key, value in body.items() if value is not ABSENT}
        return self.call("POST", "/v1/vpn", body, {"clientToken": token} if token else None)

    def added_gateway(self, *arguments, **changes):
        """Create a gateway and return its real id."""
        response = self.add_gateway(*arguments, **changes)
        assert response.status == 200, response
        return self.thread.state()["gateways"][-1]["vpnId"]

    def put_gateway(self, vpn_id, action, body=None, token=None):
        """Send a write to a gateway: an action of its query, or deleteProtect, which is a part of the path."""
        query = {"clientToken": token} if token else {}
        if action == "deleteProtect":
            return self.call("PUT", f"/v1/vpn/{vpn_id}/deleteProtect", body, query)
        return self.call("PUT", f"/v1/vpn/{vpn_id}", body, {action: "", **query})

    def bind(self, vpn_id, address):
        return self.put_gateway(vpn_id, "bind", {"eip": address})

    def unbind(self, vpn_id):
        return self.put_gateway(vpn_id, "unbind")

    def release(self, vpn_id):
        return self.call("DELETE", f"/v1/vpn/{vpn_id}")

    def gateways(self, vpc_id=OTHER_VPC, **query):
        return self.call("GET", "/v1/vpn", query={"vpcId": vpc_id, **query}).json["vpns"]

    def gateway(self, vpn_id):
        return self.call("GET", f"/v1/vpn/{vpn_id}").json

    def both_gateways(self, vpn_id, vpc_id=OTHER_VPC):
        """Return a gateway as list and detail show it."""
        return [item for item in self.gateways(vpc_id) if item["vpnId"] == vpn_id] + [self.gateway(vpn_id)]

    def add_eip(self, name="address", token="", **changes):
        """Create an EIP; changes are fields of the body, those that are ABSENT are left out."""
        self._tokens += 1
        billing = {"paymentTiming": "Postpaid", "billingMethod": "ByBandwidth"}
        body = {"name": name, "bandwidthInMbps": 5, "billing": billing, **changes}
        body = {key: value for key, value in body.items() if value is not ABSENT}
        token = f"token-{self._tokens}" if token == "" else token
        return self.call("POST", "/v1/eip", body, {"clientToken": token} if token else None)

    def added_eip(self, *arguments, **changes):
        """Create an EIP and return its real address."""
        response = self.add_eip(*arguments, **changes)
        assert response.status == 200, response
        return self.thread.state()["eips"][-1]["eip"]

    def put_eip(self, address, action, body=None):
        """Send a write to an EIP, with a token that is not used twice."""
        self._tokens += 1
        query = {"clientToken": f"token-{self._tokens}"}
        if action == "deleteProtect":
            return self.call("PUT", f"/v1/eip/{address}/deleteProtect", body, query)
        return self.call("PUT", f"/v1/eip/{address}", body, {action: "", **query})

    def release_eip(self, address, **query):
        self._tokens += 1
        return self.call("DELETE", f"/v1/eip/{address}", query={"clientToken": f"token-{self._tokens}", **query})

    def eips(self, **query):
        return self.call("GET", "/v1/eip", query=query).json["eipList"]

    def eip(self, address):
        (found,) = self.eips(eip=address)
        return found

    # --- route rules ---

    def vpc(self, vpc_id=VPC):
        """Return a VPC with its subnets."""
        return self.call("GET", f"/v1/vpc/{vpc_id}").json["vpc"]

    def table(self, vpc_id=VPC, **query):
        """Return the route table of a VPC."""
        return self.call("GET", "/v1/route", query={"vpcId": vpc_id, **query}).json

    def rules(self, vpc_id=VPC):
        """Return the route rules of a VPC as its table shows them, without the system's."""
        return [rule for rule in self.table(vpc_id)["routeRules"] if rule.get("nexthopType") != "sys"]

    def rule_page(self, vpc_id=VPC, **query):
        """Return a page of the list of a VPC's route rules."""
        return self.call("GET", "/v1/route/rule", query={"vpcId": vpc_id, **query}).json

    def all_rules(self, vpc_id=VPC):
        """Return the rules of a VPC, without the system's, as its table and as the list show them."""
        listed = [rule for rule in self.rule_page(vpc_id)["routeRules"] if rule.get("nexthopType") != "sys"]
        return self.rules(vpc_id) + listed

    def rule_ids(self, vpc_id=VPC):
        return [rule["routeRuleId"] for rule in self.rules(vpc_id)]

    def add_rule(self, destination="10.0.0.0/24", vpc_id=VPC, token=None, **changes):
        """Create a route rule; changes are fields of the body, those that are ABSENT are left out."""
        (table_id,) = {
            rule["routeTableId"]
            for rule in self.thread.route_rules()
            if rule["destinationAddress"] == self.cidrs[vpc_id] and rule["nexthopType"] == "sys"
        }
        rule = {
            "routeTableId": table_id,
            "sourceAddress": "0.0.0.0/0",
            "destinationAddress": destination,
            "nexthopType": "vpn",
            "nexthopId": {VPC: GATEWAY, OTHER_VPC: OTHER}[vpc_id],
            **changes,
        }
        body = {name: value for name, value in rule.items() if value is not ABSENT}
        return self.call("POST", "/v1/route/rule", body, {"clientToken": token} if token else None)

    def added_rule(self, *arguments, **changes):
        """Create a route rule and return its real id."""
        before = {rule["routeRuleId"] for rule in self.stored_rules()}
        response = self.add_rule(*arguments, **changes)
        assert response.status == 200, response
        (new,) = (rule["routeRuleId"] for rule in self.stored_rules() if rule["routeRuleId"] not in before)
        return new

    def update_rule(self, rule_id, token=None, **body):
        query = {"clientToken": token} if token else None
        return self.call("PUT", f"/v1/route/rule/{rule_id}", body, query)

    def delete_rule(self, rule_id, token=None):
        return self.call("DELETE", f"/v1/route/rule/{rule_id}", query={"clientToken": token} if token else None)

    def stored_rules(self):
        """Return the stored route rules without the system's."""
        return [rule for rule in self.thread.route_rules() if rule["nexthopType"] != "sys"]

    def close(self):
        self._stream.close()
        self._socket.close()
        self.thread.stop()
