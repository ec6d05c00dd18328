# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VPN tunnels of one VPN gateway.

Constraints: the API page "Create VPN tunnel" and its appendix; SHA-2 and a disabled PFS are in Baidu's own Terraform
provider only. The id in /vpn/vpnconn/ID is a gateway's in the list, and a tunnel's in update and deletion. There is no
call that reads one tunnel.
"""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

from .._bce.redaction import KEY_KINDS, KEY_SYMBOLS, MIN_KEY_LENGTH, Secret, trim
from .._bce.response_parsing import check_owner, distinct, get_list, parse_id, parse_str
from .api import RestApi
from .base import Desired, Item
from .fields import (
    CGW_ID,
    UNSPECIFIED_ADDRESS,
    VPN_ID,
    Field,
    choice_field,
    description_field,
    device_address,
    id_field,
    name_field,
    or_empty,
    parse_address,
    seconds_field,
    subnets_field,
    validate_fields,
)
from .resource import Resource
from .tunnel_security import MINIMUM_SECURITY

MESSAGES = {
    "key_broken": "has %(parts)s",
    "key_characters": "%(count)d characters",
    "key_invisible": "an invisible character",
    "key_foreign": "a character that is not allowed",
    "key_lacks": "no %(kind)s",
    "name_has_key": "%(option)s: must not contain the secret_key, because names are shown; choose another name",
    "remote_ip_any": (
        "%(option)s: 0.0.0.0 is not the address of a device; provide cgw_id of a customer gateway whose ip is 0.0.0.0,"
        " and ike_mode: aggressive"
    ),
    "subnet_alone": "%(option)s: %(value)s has no subnet of its IP version in %(other)s; add one there, or remove it",
    "tunnels_overlap": (
        "remote_subnets: %(inner)s overlaps %(outer)s; the API does not say which of the tunnels receives a packet"
        " for both, so provide different networks [OverlappingNetworks]"
    ),
    "wait_status": "status %(status)s, health %(health)s",
}

CIPHERS = ("aes", "aes192", "aes256", "3des")
HASHES = ("sha1", "md5", "sha2_256", "sha2_384", "sha2_512")
GROUPS = ("group2", "group5", "group14", "group24")
MAX_KEY_LENGTH = 17


def _normalize_key(value: Any) -> Secret:
    text = value.reveal() if isinstance(value, Secret) else trim(value)
    parts = []
    if not MIN_KEY_LENGTH <= len(text) <= MAX_KEY_LENGTH:
        parts.append(MESSAGES["key_characters"] % {"count": len(text)})
    others = re.sub("|".join(KEY_KINDS.values()), "", text)
    if others:
        parts.append(MESSAGES["key_foreign" if others.isprintable() else "key_invisible"])
    parts += [MESSAGES["key_lacks"] % {"kind": kind} for kind in KEY_KINDS if not re.search(KEY_KINDS[kind], text)]
    if parts:
        raise ValueError(MESSAGES["key_broken"] % {"parts": ", ".join(parts)})
    return Secret(text)


def _parse_key(value: Any) -> Secret | None:
    """Return the key; None where the response has none or only a mask of it, such as ``K0******ey``."""
    if not isinstance(value, str) or "***" in value:
        return None
    if value.count("*") > 2 and set(re.findall("[^A-Za-z0-9]", value)) == {"*"}:
        return None
    try:
        return _normalize_key(value)
    except ValueError:
        return None


IKE_CONFIG = (
    choice_field("ike_version", "v1", "v2"),
    choice_field("ike_mode", "main", "aggressive"),
    choice_field("ike_enc_alg", *CIPHERS),
    choice_field("ike_auth_alg", *HASHES),
    choice_field("ike_pfs", *GROUPS),
    seconds_field("ike_life_time", 60, 86400),
)
IPSEC_CONFIG = (
    choice_field("ipsec_enc_alg", *CIPHERS),
    choice_field("ipsec_auth_alg", *HASHES),
    choice_field("ipsec_pfs", *GROUPS + ("disabled",)),
    seconds_field("ipsec_lifetime", 180, 86400),
)
SECRET_KEY = Field(
    "secret_key",
    "must be 8 to 17 characters, with letters, digits and symbols all present, symbols only from " + KEY_SYMBOLS,
    _normalize_key,
    {"type": "str", "no_log": True},
    aliases=("psk",),
    parse=_parse_key,
)
REMOTE_IP = Field(
    "remote_ip",
    "must be an IP address of a device such as 10.107.245.188",
    device_address,
    {"type": "str"},
    required_on_create=False,
    is_blank_unset=False,
    omits_empty=True,
    parse=or_empty(parse_address),
)
VPN_CONN_NAME = name_field("vpn_conn_name", "name")
VPN_CONN_ID = id_field("vpn_conn_id")
LOCAL_SUBNETS, REMOTE_SUBNETS = SIDES = (subnets_field("local_subnets"), subnets_field("remote_subnets"))


class VpnTunnel(Resource):
    """A VPN tunnel. The API has no partial update: one replaces the whole tunnel."""

    kind = "vpn_tunnel"
    label = "tunnel"
    scope_options = (VPN_ID,)
    scope_help = "give the id of the VPN gateway"
    scope_text = "gateway %(vpn_id)s"
    preposition = "on"
    owner = "vpn_id"
    natural_key = ("vpn_conn_name",)
    id_field = VPN_CONN_ID
    secret = SECRET_KEY
    fields = (
        SIDES[0],
        REMOTE_IP,
        CGW_ID._replace(omits_empty=True, parse=or_empty(parse_str)),
        REMOTE_SUBNETS,
        description_field(),
        VPN_CONN_NAME,
    )
    groups = {"ike_config": IKE_CONFIG, "ipsec_config": IPSEC_CONFIG}
    read_only = dict.fromkeys(("local_ip", "created_time", "status", "health_status"), parse_str)
    alternatives = (("remote_ip", "cgw_id"),)
    connection_fields = ("remote_ip", "cgw_id", "local_subnets", "remote_subnets")
    is_replaced = True
    paths = {"list": "/vpn/vpnconn/%(vpn_id)s", "create": "/vpn/%(vpn_id)s/vpnconn", "item": "/vpn/vpnconn/%(id)s"}
    operations = {
        "list": "list the tunnels of VPN gateway %(vpn_id)s",
        "create": "create the tunnel %(name)s on VPN gateway %(vpn_id)s",
        "update": "update the tunnel %(name)s (%(id)s)",
        "delete": "delete the tunnel %(id)s",
    }
    list_key = "vpnConns"
    wait_conditions = {"active": ("status", "active"), "reachable": ("health_status", "reachable")}
    wait_help = "look at both ends"
    final_states = ("error", "expired", "deleting", "deleted", "releasing", "released")

    def __init__(self) -> None:
        super().__init__()
        self.option_fields += (MINIMUM_SECURITY,)

    def missing_identifiers(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """See Resource.missing_identifiers(); a name with the key in it is an error too.

        It is found here, because an item of vpn_tunnels may have the key of the task, and this gets both.
        """
        found = super().missing_identifiers(values, where)
        name, key = (values.get(option) for option in (VPN_CONN_NAME.name, SECRET_KEY.name))
        key = trim(key) if isinstance(key, str) and values.get("state") != "absent" else ""
        if isinstance(name, str) and len(key) >= MIN_KEY_LENGTH and key in name:
            found.append(MESSAGES["name_has_key"] % {"option": where + VPN_CONN_NAME.name})
        return found

    def validate_values(self, values: Dict[str, Any], where: str = "") -> List[str]:
        """See Resource.validate_values(); each network needs one of its IP version on the other side."""
        found, provided = super().validate_values(values, where), self.provided_options(values)
        # Next to cgw_id it is what the API shows of a customer gateway for peers of any address.
        is_any, ike = str(provided.get("remote_ip")).strip() == UNSPECIFIED_ADDRESS, provided.get("ike_config")
        has_fixed_peer = isinstance(ike, dict) and (ike.get("ike_version") == "v2" or ike.get("ike_mode") == "main")
        if is_any and (has_fixed_peer or "cgw_id" not in provided):
            found.append(MESSAGES["remote_ip_any"] % {"option": where + "remote_ip"})
        if not validate_fields(SIDES, provided) and all(field.name in provided for field in SIDES):
            for own, other in (SIDES, SIDES[::-1]):
                words = {"option": where + own.name, "other": other.name}
                versions = {":" in text for text in provided[other.name]}
                alone = [text for text in provided[own.name] if (":" in text) not in versions]
                found += [MESSAGES["subnet_alone"] % dict(words, value=text) for text in alone]
        return found

    def scope_warnings(self, objects: List[Tuple[Optional[Desired], Item]]) -> Dict[int, str]:
        """See ResourceType.scope_warnings(): remote networks that overlap those of another tunnel."""
        managed = [desired is not None and REMOTE_SUBNETS.name in desired.fields for desired, _item in objects]
        networks = []
        for index, (_desired, item) in enumerate(objects if any(managed) else ()):
            for text in item.fields[REMOTE_SUBNETS.name] or ():
                try:
                    networks.append((ip_network(text), index))
                except ValueError:
                    pass  # a list may show anything
        found: Dict[int, str] = {}
        for inner, outer in _find_overlaps(networks):
            index = inner[1] if managed[inner[1]] else outer[1]
            if managed[index]:
                shown = ["%s of %s" % (network, _name(objects[at][1].fields)) for network, at in (inner, outer)]
                found.setdefault(index, MESSAGES["tunnels_overlap"] % {"inner": shown[0], "outer": shown[1]})
        return found

    def describe_state(self, item: Item) -> str:
        """See ResourceType.describe_state()."""
        status, health = (item.fields[name] or "unknown" for name in ("status", "health_status"))
        return MESSAGES["wait_status"] % {"status": status, "health": health}


def _name(fields: Dict[str, Any]) -> Any:
    return fields["vpn_conn_name"] or fields["vpn_conn_id"]


def _find_overlaps(networks: List[Tuple[Any, int]]) -> Iterator[Tuple[Tuple[Any, int], Tuple[Any, int]]]:
    """Return each network inside one of another owner, with the smallest such network.

    :param networks: (network of ipaddress, index of its owner).
    """
    around: List[Tuple[Any, int]] = []  # the networks that contain the current one, the smallest last
    for inner in sorted(networks, key=lambda pair: (pair[0].version, int(pair[0][0]), pair[0].prefixlen)):
        while around and (around[-1][0].version != inner[0].version or not inner[0].subnet_of(around[-1][0])):
            around.pop()
        outer = next((other for other in reversed(around) if other[1] != inner[1]), None)
        if outer is not None:
            yield inner, outer
        around.append(inner)


class GatewayDetail:
    """Define how to read a VPN gateway by its id. Not in vpn_gateway.py, which no task with a tunnel needs."""

    label = "gateway"
    id_field = VPN_ID
    path = "/vpn/%(id)s"
    operations = {"read": "read VPN gateway %(id)s"}


VPN_TUNNEL = VpnTunnel()


class VpnTunnelApi(RestApi):
    """The operations on the tunnels of one VPN gateway."""

    type = VPN_TUNNEL

    def confirmed_ids(self) -> Set[str]:
        """See ResourceApi.confirmed_ids()."""
        vpn_id = self.values["vpn_id"]
        response = self.read_by_id(GatewayDetail, self.root + GatewayDetail.path % {"id": vpn_id}, vpn_id)
        objects = tunnels_in_detail(response, vpn_id) if response is not None else None
        return {entry["vpnConnId"] for entry in objects or () if parse_id(entry.get("vpnConnId"))}

    def replace_body(self, target: Item) -> Dict[str, Any]:
        """See RestApi.replace_body(); the API wants the gateway in it too."""
        return dict(super().replace_body(target), vpnId=self.values["vpn_id"])


def tunnels_in_detail(response: Any, vpn_id: str) -> List[Dict[str, Any]] | None:
    """Return the API's own objects of the tunnels in a gateway's detail; None where it does not show them.

    :raises InvalidResponseError: if they are not a list of objects, are of another gateway, or have one id twice with
        different contents.
    """
    if response.body.get("vpnConns") is None:
        return None
    operation = GatewayDetail.operations["read"] % {"id": vpn_id}
    found = distinct(get_list(response, "vpnConns", operation), "vpnConnId", response, operation)
    check_owner(found, "vpnId", vpn_id, response, operation)
    return found
