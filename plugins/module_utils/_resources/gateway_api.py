# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API's operations on VPN gateways and customer gateways: paths, pages, wire names <-> option names.

Contract: the API pages "Query VPN gateways", "VPN gateway detail" and the five of the customer gateway, which stands
for the peer's address. Both lists have pages.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .._bce.errors import NotFoundError
from .._bce.redaction import KEY_PATTERN, looks_like_tunnel_key
from .._bce.response_parsing import (
    check_owner,
    distinct,
    get_list,
    invalid_response,
    paginate,
    parse_id,
    parse_ip,
    parse_str,
)
from .fields import camel_case

PAGE_SIZE = "1000"  # the most that the API gives at once

GATEWAY_TEXTS = ("vpn_name", "vpc_id", "eip", "status", "type", "description", "payment_timing")
GATEWAY_TIMES = ("create_time", "expired_time")
GATEWAY_NUMBERS = ("bandwidth_in_mbps", "vpn_conn_num", "max_connection")
CUSTOMER_GATEWAY_TEXTS = ("name", "ip", "description", "created_time", "updated_time")


class GatewayDetail(NamedTuple):
    """One VPN gateway: its fields, the client.Answer with the API's own objects of its tunnels, and what was done."""

    fields: dict
    answer: object
    operation: str

    def tunnel_entries(self):
        """The API's own objects of its tunnels, a list; None where it does not tell them.

        :raises BceAnswerError: if they are no list of objects, are of another gateway, or have one id twice with
            different contents.
        """
        if self.answer.body.get("vpnConns") is None:
            return None
        found = distinct(get_list(self.answer, "vpnConns", self.operation), "vpnConnId", self.answer, self.operation)
        check_owner(found, "vpnId", self.fields["vpn_id"], self.answer, self.operation)
        return found


class CustomerGateways(NamedTuple):
    """All customer gateways at one moment: list of dict, the request id, and the server's time (see client.Answer)."""

    items: list
    request_id: str
    server_time: float


class GatewayApi:
    """The operations over a BceClient. Every method raises what BceClient.request raises.

    :arg version: the API's version, an int.
    """

    def __init__(self, client, version=1):
        self._client = client
        client.hide_words(KEY_PATTERN, looks_like_tunnel_key)
        self._root = "/v%d/vpn" % version

    # -- VPN gateways ------------------------------------------------------------------------------------------------

    def list_gateways(self, vpc_id):
        """All VPN gateways of a VPC, a list of dicts; of what the list does not tell the value is None.

        :raises BceAnswerError: if an answer is no page of such a list, or has a gateway of another VPC.
        """
        operation = "list the VPN gateways of VPC %s" % vpc_id
        query = {"vpcId": vpc_id, "maxKeys": PAGE_SIZE}
        pages = paginate(self._client, self._root, query, "vpns", "vpnId", operation)
        check_owner(pages.entries, "vpcId", vpc_id, pages.answer, operation)
        return [self._known(_gateway(entry, vpc_id), "vpn_name") for entry in pages.entries]

    def gateway(self, vpn_id):
        """The GatewayDetail of one gateway, or None if there is no such gateway."""
        operation = "read VPN gateway %s" % vpn_id
        try:
            answer = self._client.request("GET", "%s/%s" % (self._root, vpn_id), operation=operation, expects="vpnId")
        except NotFoundError:
            return None
        if answer.is_empty:
            return None
        if parse_id(answer.body.get("vpnId")) != vpn_id:
            raise invalid_response(operation, "is not that gateway", answer)
        return GatewayDetail(self._known(_gateway(answer.body), "vpn_name"), answer, operation)

    # -- customer gateways -------------------------------------------------------------------------------------------

    def list_customer_gateways(self):
        """All customer gateways of the region, a list of dicts."""
        return self.customer_gateway_listing().items

    def customer_gateway_listing(self, deadline=None):
        """Return all customer gateways of the region as CustomerGateways."""
        operation = "list the customer gateways"
        pages = paginate(
            self._client, self._root + "/cgw", {"maxKeys": PAGE_SIZE}, "result", "cgwId", operation, deadline
        )
        items = [self._known(_customer_gateway(entry), "name") for entry in pages.entries]
        return CustomerGateways(items, pages.answer.request_id, pages.answer.server_time)

    def customer_gateway(self, cgw_id):
        """One customer gateway, a dict, or None if there is no such."""
        operation = "read the customer gateway %s" % cgw_id
        try:
            path = "%s/cgw/%s" % (self._root, cgw_id)
            answer = self._client.request("GET", path, operation=operation, expects="cgwId")
        except NotFoundError:
            return None
        if answer.is_empty:
            return None
        found = self._known(_customer_gateway(answer.body), "name")
        if found["cgw_id"] != cgw_id:
            raise invalid_response(operation, "is not that customer gateway", answer)
        return found

    def create_customer_gateway(self, fields, client_token):
        """Create one of the fields name, ip and description; the id and the request id.

        :raises BceAnswerError: if the answer has no id; maybe_applied is set then.
        """
        self._known(fields, "name")
        operation = "create the customer gateway %s" % fields["name"]
        body = {name: fields[name] for name in ("name", "ip", "description") if fields.get(name)}
        answer = self._client.request(
            "POST",
            self._root + "/cgw",
            {"clientToken": client_token},
            body,
            operation,
            resend_unknown=False,
            expects="cgwId",
        )
        cgw_id = parse_id(answer.body.get("cgwId"))
        if cgw_id is None:
            raise invalid_response(operation, "has no cgwId", answer, maybe_applied=True)
        return cgw_id, answer.request_id

    def update_customer_gateway(self, fields, changes, client_token):
        """Write those of name and description of which changes has the names; the request id.

        The API refuses a request in which both are empty, so a description is cleared with the name beside it.
        """
        self._known(fields, "name")
        operation = "update the customer gateway %s (%s)" % (fields["name"], fields["cgw_id"])
        body = {name: fields[name] for name in changes}
        if not any(body.values()):
            body["name"] = fields["name"]
        path = "%s/cgw/%s" % (self._root, fields["cgw_id"])
        return self._client.request("PUT", path, {"clientToken": client_token}, body, operation).request_id

    def delete_customer_gateway(self, cgw_id, deadline=None):
        """Delete one; the request id. Unlike the other writes this one takes no client token."""
        operation = "delete the customer gateway %s" % cgw_id
        return self._client.request(
            "DELETE", "%s/cgw/%s" % (self._root, cgw_id), operation=operation, deadline=deadline
        ).request_id

    def _known(self, fields, name):
        """A name is to be shown in error texts, even if it looks like a key."""
        self._client.show_word(fields[name])
        return fields


def _gateway(entry, vpc_id=None):
    fields = {"vpn_id": parse_id(entry.get("vpnId"))}
    for name in GATEWAY_TEXTS:
        fields[name] = _text(entry.get(camel_case(name)))
    fields["vpc_id"] = fields["vpc_id"] or vpc_id
    # Older pages call it so.
    fields["payment_timing"] = fields["payment_timing"] or _text(entry.get("productType"))
    for name in GATEWAY_NUMBERS:
        fields[name] = _number(entry.get(camel_case(name)))
    for name in GATEWAY_TIMES:
        fields[name] = parse_str(entry.get(camel_case(name)))
    protected = entry.get("deleteProtect")
    fields["delete_protect"] = protected if isinstance(protected, bool) else None
    fields["tags"] = _tags(entry.get("tags"))
    return fields


def _customer_gateway(entry):
    fields = {"cgw_id": parse_id(entry.get("cgwId"))}
    for name in CUSTOMER_GATEWAY_TEXTS:
        fields[name] = parse_str(entry.get(name if "_" not in name else camel_case(name)))
    fields["ip"] = parse_ip(fields["ip"])
    fields["description"] = fields["description"] or ""
    return fields


def _text(value):
    """A text, of which an empty one tells something too: a gateway without an address has the eip ""."""
    return (parse_str(value) or "") if isinstance(value, str) else None


def _number(value):
    if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _tags(value):
    """Tags as a dict of key to value, None where the API does not tell them, as its lists do not."""
    if not isinstance(value, list):
        return None
    pairs = [(parse_str(tag.get("tagKey")), _text(tag.get("tagValue"))) for tag in value if isinstance(tag, dict)]
    return {key: text for key, text in pairs if key}
