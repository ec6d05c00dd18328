# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The error texts of this package. The constraint of a tunnel's option is in its Field."""

MESSAGES = {
    "peer_tunnel_type": "tunnel: must be the dictionary that vpn_tunnel and vpn_tunnel_info return, got %(value)s",
    "peer_tunnel_whole_result": (
        "tunnel: is the whole result of a task; give the tunnel in it, such as result.vpn_tunnel"
    ),
    "peer_tunnel_incomplete": "tunnel: lacks %(options)s; give the tunnel as vpn_tunnel returns it",
    "peer_tunnel_name": "tunnel.vpn_conn_name: %(constraint)s",
    "peer_remote_ip_missing": (
        "tunnel.remote_ip: is not known, because the cloud returned no address of the peer (a customer gateway has"
        " one); add it: tunnel | combine({'remote_ip': '203.0.113.10'})"
    ),
    "peer_key_missing": "secret_key: is needed, because the results of tasks carry no key; give the one of the task",
    "peer_name": "name: %(constraint)s, got %(value)s",
    "peer_choice": "%(option)s: must be %(choices)s, got %(value)s",
    "peer_identity": (
        "%(option)s: must be one identity such as 203.0.113.10 or vpn.example.com: 1 to 255 characters of printable"
        ' ASCII without ", \\ and *, not beginning with %%, got %(value)s'
    ),
    "peer_address_not_unicast": (
        "gateway: %(address)s is not an address of a device in the internet or a private network"
    ),
    "peer_host_address": "peer_address: must be an %(version)s address or %(any)s, got %(value)s",
    "peer_same_address": (
        "gateway: %(address)s is the address of the peer too (tunnel.remote_ip); the two ends must differ"
    ),
    "peer_ip_versions": (
        "gateway: %(address)s and tunnel.remote_ip %(remote_ip)s are not of one IP version, so no packet goes between"
        " them"
    ),
    "peer_subnet_twice": (
        "tunnel.remote_subnets: %(subnet)s is a subnet of the cloud's side too, so no packet would know which end is"
        " meant"
    ),
    "peer_gateway_whole_result": (
        "gateway: is the whole result of a task; give the gateway in it, such as result.vpn_gateway"
    ),
    "peer_gateway_without_address": (
        "gateway: has no public address (its eip is empty); bind an EIP to the VPN gateway first"
    ),
    "peer_gateway_type": (
        "gateway: must be the public address of the VPN gateway such as 203.0.113.1, or its dictionary of"
        " vpn_gateway_info with eip, got %(value)s"
    ),
    "peer_check_mode_id": (
        "tunnel, gateway: check-mode-new is the id of an object that check mode would create; create the object first"
    ),
    "peer_type": "peer: must be the dictionary that the filter vpn_peer returns: TUNNEL | vpn_peer(gateway=GATEWAY)",
    "peer_is_tunnel": "peer: is a tunnel; put the filter vpn_peer before this one: TUNNEL | vpn_peer(gateway=GATEWAY)",
    "peer_not_supported": "%(option)s is not supported by %(device)s; change the tunnel to %(supported)s",
    "peer_group_of_ike": "%(group)s, which is the group of ike_pfs, or disabled",
    "peer_seconds": "%(min)d to %(max)d (seconds)",
    "peer_ipv4_only": "%(option)s: %(device)s is rendered for IPv4 only, got %(value)s; configure this device by hand",
    "peer_name_for_device": (
        "name: %(device)s takes 1 to %(max)d characters, letters, digits, ., - and _, got %(value)s;"
        " give vpn_peer a name="
    ),
    "peer_name_of_device": (
        "name: %(device)s has a profile and a proposal named %(value)s itself, which other tunnels use; give vpn_peer"
        " another name="
    ),
    "peer_interface": (
        "%(option)s: must be the name of an interface of the device, such as %(example)s: at most 15 letters, digits,"
        " ., - and _, without a blank at either end, got %(value)s"
    ),
    "peer_number": (
        "%(option)s: must be a whole number from %(min)d to %(max)d, because it is the first of %(count)d numbers,"
        " got %(value)s"
    ),
    "peer_cloud_contains_gateway": (
        "tunnel.local_subnets: %(subnet)s contains the gateway's address %(address)s, so %(device)s would route the"
        " tunnel's own packets into the tunnel; narrow the network, or configure this device by hand"
    ),
    "peer_boolean": "%(option)s: must be true or false, got %(value)s",
    "peer_identity_kind": (
        "%(option)s: %(device)s takes an address, a host name or an e-mail address as identity, got %(value)s;"
        " change the identity at both ends"
    ),
    "peer_file_not_of_role": "is not of %(tunnel)s and was not written by this role",
    "peer_file_of_other_tunnel": "is not of %(tunnel)s but of the tunnel %(id)s of the gateway %(gateway)s",
    "peer_this_tunnel": "this tunnel of the gateway %(address)s",
}
