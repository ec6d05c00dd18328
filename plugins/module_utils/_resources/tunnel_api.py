# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API's VPN operations: paths, wire names <-> option names, and secrets taken off where an answer is parsed.

Contract: the API pages "Create / Query / Update / Delete VPN tunnel". Note the trap in the paths: behind /vpn/vpnconn/
stands a gateway's id for the list, a tunnel's id for update and delete; there is no call that reads one tunnel.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .._bce.redaction import KEY_PATTERN, Secret, looks_like_tunnel_key
from .._bce.response_parsing import check_owner, invalid_response, paginate, parse_id, parse_ip, parse_str
from .fields import camel_case
from .tunnel import FIELDS, NESTED_FIELDS, PEER_FIELDS, READ_ONLY, SECRET_KEY, Tunnel, subnet


class TunnelList(NamedTuple):
    """The tunnels of one gateway at one moment: list of Tunnel, the request id, and all keys in it, as Secrets.

    :ivar server_time: the API's time of day at that moment; see client.Answer.
    """

    tunnels: list
    request_id: str
    secrets: frozenset = frozenset()
    server_time: float = None


class TunnelApi:
    """The VPN operations over a BceClient. Every method raises what BceClient.request raises.

    :arg version: the API's version, an int.
    """

    def __init__(self, client, version=1):
        self._client = client
        client.hide_words(KEY_PATTERN, looks_like_tunnel_key)
        self._root = "/v%d/vpn" % version

    def list_tunnels(self, vpn_id, deadline=None):
        """The Listing of a gateway; the API documents neither pages nor filters here, but pages are followed.

        :raises BceAnswerError: if the answer is no list of tunnels, or has one of another gateway.
        """
        operation = "list the tunnels of VPN gateway %s" % vpn_id
        path = "%s/vpnconn/%s" % (self._root, vpn_id)
        pages = paginate(self._client, path, {}, "vpnConns", "vpnConnId", operation, deadline)
        check_owner(pages.entries, "vpnId", vpn_id, pages.answer, operation)
        return self.read_tunnels(pages.entries, vpn_id, pages.answer.request_id, pages.server_time)

    def create_tunnel(self, tunnel, client_token):
        """Create the Tunnel on the gateway that its fields name; the id and the request id.

        :raises BceAnswerError: if the answer has no id; maybe_applied is set then.
        """
        fields = tunnel.fields
        self._remember(tunnel)
        operation = "create the tunnel %s on VPN gateway %s" % (fields["vpn_conn_name"], fields["vpn_id"])
        path = "%s/%s/vpnconn" % (self._root, fields["vpn_id"])
        answer = self._client.request(
            "POST",
            path,
            {"clientToken": client_token},
            _body(tunnel),
            operation,
            resend_unknown=False,
            expects="vpnConnId",
        )
        vpn_conn_id = parse_id(answer.body.get("vpnConnId"))
        if vpn_conn_id is None:
            raise invalid_response(operation, "has no vpnConnId", answer, maybe_applied=True)
        return vpn_conn_id, answer.request_id

    def update_tunnel(self, tunnel, client_token):
        """Replace the tunnel of the same vpn_conn_id by this Tunnel, whole; the request id."""
        fields = tunnel.fields
        self._remember(tunnel)
        operation = "update the tunnel %s (%s)" % (fields["vpn_conn_name"], fields["vpn_conn_id"])
        body = dict(_body(tunnel), vpnId=fields["vpn_id"])
        path = "%s/vpnconn/%s" % (self._root, fields["vpn_conn_id"])
        return self._client.request("PUT", path, {"clientToken": client_token}, body, operation).request_id

    def delete_tunnel(self, vpn_conn_id, client_token, deadline=None):
        """Delete a tunnel; the request id."""
        path = "%s/vpnconn/%s" % (self._root, vpn_conn_id)
        operation = "delete the tunnel %s" % vpn_conn_id
        query = {"clientToken": client_token}
        return self._client.request("DELETE", path, query, operation=operation, deadline=deadline).request_id

    def _remember(self, tunnel):
        """A key is to be hidden in error texts, a name is not, even if it looks like one."""
        self._client.remember_secret(tunnel.secret_key)
        self._client.show_word(tunnel.fields["vpn_conn_name"])

    def read_tunnels(self, found, vpn_id, request_id, server_time=None):
        """The Listing of a gateway out of the API's own objects of its tunnels.

        They are read tolerantly: what cannot be read is None, as if it was not told.
        """
        secrets = {Secret(key) for key in (entry.get("secretKey") for entry in found) if isinstance(key, str) and key}
        for secret in secrets:
            self._client.remember_secret(secret)
        tunnels = [self._read_tunnel(entry, vpn_id) for entry in found]
        return TunnelList(tunnels, request_id, frozenset(secrets), server_time)

    def _read_tunnel(self, entry, vpn_id):
        fields = {"vpn_id": vpn_id, "vpn_conn_id": parse_id(entry.get("vpnConnId"))}
        for field in FIELDS:
            fields[field.name] = _READERS[field.spec["type"]](entry.get(camel_case(field.name)))
        # A tunnel without a description has an empty one; or the list does not show descriptions.
        shows_description = isinstance(entry.get("description"), str)
        fields["description"] = fields["description"] or ""
        fields["remote_ip"] = parse_ip(fields["remote_ip"])
        for name in PEER_FIELDS:
            # An empty word tells that there is none, no word tells nothing.
            fields[name] = "" if entry.get(camel_case(name)) == "" else fields[name]
        for name, group in NESTED_FIELDS.items():
            told = entry.get(camel_case(name))
            told = told if isinstance(told, dict) else {}
            fields[name] = {
                field.name: _READERS["choice" if "choices" in field.spec else field.spec["type"]](
                    told.get(camel_case(field.name))
                )
                for field in group
            }
        for name in READ_ONLY:
            fields[name] = parse_str(entry.get(camel_case(name)))
        if fields["vpn_conn_name"] == fields["vpn_conn_id"]:
            fields["vpn_conn_name"] = None  # an id in its place is no name
        self._client.show_word(fields["vpn_conn_name"])
        is_confirmed = parse_str(entry.get("vpnId")) == vpn_id
        return Tunnel(fields, _secret_key(entry.get("secretKey")), is_confirmed, shows_description)


def _body(tunnel):
    """The request body of a Tunnel in the order of the API page; what is None is left out."""
    body = {"secretKey": tunnel.secret_key.reveal()}
    for field in FIELDS:
        value = tunnel.fields[field.name]
        if value is not None and not (value == "" and field.name in PEER_FIELDS):
            body[camel_case(field.name)] = value
    for name, group in NESTED_FIELDS.items():
        body[camel_case(name)] = {camel_case(field.name): tunnel.fields[name][field.name] for field in group}
    return body


def _secret_key(value):
    """The key as a Secret, or None where the answer has none or only a mask of it, such as ``K0******ey``."""
    symbols = set(re.findall("[^A-Za-z0-9]", value)) if isinstance(value, str) else set()
    if isinstance(value, str) and ("***" in value or (symbols == {"*"} and value.count("*") > 2)):
        return None
    try:
        return SECRET_KEY.normal(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _choice(value):
    return parse_str(value.lower()) if isinstance(value, str) else None


def _seconds(value):
    """A life time in seconds: the API answers 28800, "28800" or "28800s"."""
    if isinstance(value, str):
        match = re.fullmatch(r"\s*([0-9]{1,9})\s*s?\s*", value, re.IGNORECASE)
        return int(match.group(1)) if match else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _subnets(value):
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    return list(dict.fromkeys(_subnet(item) for item in value))


def _subnet(text):
    try:
        return subnet(text)
    except ValueError:
        return parse_str(text) or ""


_READERS = {"str": parse_str, "choice": _choice, "int": _seconds, "list": _subnets}
